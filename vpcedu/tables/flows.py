"""Flow rows with an idle clock: what connection tracking and translations have in common.

A row is found by two keys (the opener's flow and the answer's) and dies when neither was seen for the idle
timeout. Both ways are written and removed together. Using a row only notes when; a heap says when each row
is to be looked at again, and the sweep looks at those that are due. So a packet costs the same however
large the table is.
"""

from __future__ import annotations

from heapq import heappop, heappush

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator
    from typing import Any


class Entry:
    """A row in the table: the frozen row itself, its two flows, when it was last used, when the sweep last knew of
    that, and after how long a silence it ends (microseconds)."""

    __slots__ = ("row", "there", "back", "used", "seen", "idle")

    def __init__(self, row: Any, there: Hashable, back: Hashable, used: int, idle: int) -> None:
        self.row, self.there, self.back, self.used, self.seen, self.idle = row, there, back, used, used, idle

    def __lt__(self, other: Entry) -> bool:
        return self.seen + self.idle < other.seen + other.idle


class Flows:
    """Rows by flow; `lookup` and `ended` only read, the other methods are the only writers."""

    __slots__ = ("idle", "_entries", "_due", "_count")

    def __init__(self, idle: int) -> None:
        self.idle = idle  # microseconds, of rows that have no other
        self._entries: dict[Hashable, Entry] = {}
        self._due: list[Entry] = []  # a heap; an entry runs out when it is due or later
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Any]:
        return (entry.row for flow, entry in list(self._entries.items()) if flow == entry.there)

    def lookup(self, flow: Hashable, now: int) -> Any:
        """The live row that has this flow, or None: at exactly the idle timeout it is over."""
        entry = self._entries.get(flow)
        return entry.row if entry is not None and now - entry.used < entry.idle else None

    def ended(self, flow: Hashable, now: int) -> Any:
        """The row that has this flow and ran out, though no sweep has taken it yet, or None."""
        entry = self._entries.get(flow)
        return entry.row if entry is not None and now - entry.used >= entry.idle else None

    def use(self, flow: Hashable, now: int) -> Any:
        """As `lookup`; the row's idle clock starts again."""
        entry = self._entries.get(flow)
        if entry is None or now - entry.used >= entry.idle:
            return None
        entry.used = now
        return entry.row

    def put(self, row: Any, there: Hashable, back: Hashable, now: int, idle: int | None = None) -> None:
        """Write a row under both of its flows (they may be one), in the place of whatever had them."""
        entry = Entry(row, there, back, now, self.idle if idle is None else idle)
        for flow in (there, back):
            old = self._entries.setdefault(flow, entry)
            if old is not entry:
                self._remove(old)
                self._entries[flow] = entry
        self._count += 1
        heappush(self._due, entry)

    def sweep(self, now: int) -> list[Any]:
        """Remove the rows that ran out and return them, the longest silent first."""
        gone: list[Any] = []
        while self._due and self._due[0].seen + self._due[0].idle <= now:
            entry = heappop(self._due)
            if self._entries.get(entry.there) is not entry:
                continue  # another row has taken its place
            if entry.used > entry.seen:
                entry.seen = entry.used
                heappush(self._due, entry)
            else:
                self._remove(entry)
                gone.append(entry.row)
        return gone

    def clear(self) -> None:
        """Forget every row."""
        self._entries.clear()
        self._due.clear()
        self._count = 0

    def _remove(self, entry: Entry) -> None:
        self._count -= 1
        for flow in (entry.there, entry.back):
            if self._entries.get(flow) is entry:
                del self._entries[flow]
