"""Flow rows with an idle clock: what connection tracking and translations have in common.

A row is found by two keys (the opener's flow and the answer's) and dies when neither was seen for the idle
timeout. Both ways are written and removed together. Judging happens at look-up, clearing in one sweep
over the rows in the order of their last use, so no packet costs more because the table is large.
"""

from __future__ import annotations

from collections import OrderedDict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator
    from typing import Any


class Entry:
    """A row in the table: the frozen row itself, its two flows, and when it was last used (microseconds)."""

    __slots__ = ("row", "there", "back", "used")

    def __init__(self, row: Any, there: Hashable, back: Hashable, used: int) -> None:
        self.row, self.there, self.back, self.used = row, there, back, used


class Flows:
    """Entries by flow; `find` only reads, `put`, `touch`, `sweep` and `clear` are the only writers."""

    __slots__ = ("idle", "_entries", "_order")

    def __init__(self, idle: int) -> None:
        self.idle = idle  # microseconds
        self._entries: dict[Hashable, Entry] = {}
        self._order: OrderedDict[Entry, None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[Any]:
        return (entry.row for entry in list(self._order))

    def find(self, flow: Hashable) -> Entry | None:
        """The entry that has this flow, live or run out."""
        return self._entries.get(flow)

    def live(self, entry: Entry, now: int) -> bool:
        """Whether the entry was used within the idle timeout: at exactly the timeout it is over."""
        return now - entry.used < self.idle

    def put(self, row: Any, there: Hashable, back: Hashable, now: int) -> None:
        """Write a row under both of its flows, in the place of whatever had them."""
        for flow in (there, back):
            old = self._entries.get(flow)
            if old is not None:
                self.remove(old)
        entry = Entry(row, there, back, now)
        self._entries[there] = self._entries[back] = entry
        self._order[entry] = None

    def touch(self, entry: Entry, now: int) -> None:
        """Start the idle clock of an entry again."""
        entry.used = now
        self._order.move_to_end(entry)

    def sweep(self, now: int) -> list[Entry]:
        """Remove the entries that ran out and return them, the longest silent first."""
        gone: list[Entry] = []
        while self._order:
            entry = next(iter(self._order))
            if self.live(entry, now):
                break
            self.remove(entry)
            gone.append(entry)
        return gone

    def remove(self, entry: Entry) -> None:
        """Take an entry out under both of its flows."""
        del self._order[entry]
        for flow in (entry.there, entry.back):
            if self._entries.get(flow) is entry:
                del self._entries[flow]

    def clear(self) -> None:
        """Forget every row."""
        self._entries.clear()
        self._order.clear()
