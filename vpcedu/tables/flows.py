"""Flow rows with an idle clock: what connection tracking and translations have in common.

A row is found by two keys (the opener's flow and the answer's) and dies when neither was seen for the idle
timeout. Both ways are written and removed together. Using a row only notes when; a heap says when each row
is to be looked at again, and the sweep looks at those that are due. So a packet costs the same however
large the table is.

Whoever hands over the flags of TCP has the end of the connection followed: RST closes a row, and so does the
ACK behind a FIN from each side. A closed row still serves late packets for a while, but a SYN does not find
it: that opens another connection. Simplified: what the numbers of the segments say is not looked at.
"""

from __future__ import annotations

from heapq import heappop, heappush

from vpcedu.packet import ACK, FIN, RST, SYN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator
    from typing import Any


# What a row has seen of its connection; 0 is an open one.
OPENING, OPENER_FIN, OTHER_FIN, CLOSED = 1, 2, 4, 8


class Entry:
    """A row in the table, its two flows, when it was last used, how long it may be silent now and once it is open."""

    __slots__ = ("row", "there", "back", "used", "idle", "open_idle", "state")

    def __init__(self, row: Any, there: Hashable, back: Hashable, used: int, idle: int) -> None:
        self.row, self.there, self.back, self.used = row, there, back, used
        self.idle = self.open_idle = idle
        self.state = 0


class Flows:
    """Rows by flow; `lookup` and `ended` only read, the other methods are the only writers.

    Silence that ends a row, in microseconds: `idle` of an open connection; `opening` before its first answer,
    `closed` behind its end, `reset` behind RST, each as long as `idle` where it is not given.
    """

    __slots__ = ("idle", "opening", "closed", "reset", "_entries", "_due", "_order", "_closed")

    def __init__(self, idle: int, opening: int | None = None, closed: int | None = None,
                 reset: int | None = None) -> None:
        self.idle, self.opening = idle, opening
        self.closed, self.reset = idle if closed is None else closed, idle if reset is None else reset
        self._closed: list[Any] = []
        self._entries: dict[Hashable, Entry] = {}
        self._due: list[tuple[int, int, Entry]] = []  # a heap; an entry runs out at its instant or later
        self._order = 0

    def __len__(self) -> int:
        return len(self._entries) // 2

    def __iter__(self) -> Iterator[Any]:
        return (entry.row for flow, entry in list(self._entries.items()) if flow == entry.there)

    def lookup(self, flow: Hashable, now: int) -> Any:
        """The live row that has this flow, or None: at exactly the idle timeout it is over."""
        entry = self._entries.get(flow)
        return entry.row if entry is not None and now - entry.used < entry.idle else None

    def ended(self, flow: Hashable, now: int) -> Any:
        """The row that has this flow and ran out, though no sweep has taken it yet; None for one that was closed."""
        entry = self._entries.get(flow)
        return entry.row if entry is not None and now - entry.used >= entry.idle and entry.state < CLOSED else None

    def use(self, flow: Hashable, now: int, flags: int = ACK) -> Any:
        """As `lookup`, for a packet with these flags of TCP; the row's idle clock starts again."""
        entry = self._entries.get(flow)
        if entry is None or now - entry.used >= entry.idle:
            return None
        if entry.state or flags & (FIN | RST):
            if entry.state == CLOSED and flags & (SYN | ACK) == SYN:
                return None
            self._follow(entry, flow, flags)
        entry.used = now
        return entry.row

    def _follow(self, entry: Entry, flow: Hashable, flags: int) -> None:
        """Note what a packet says about the beginning or the end of the row's connection."""
        if entry.state & OPENING and flow == entry.back:
            entry.state, entry.idle = entry.state & ~OPENING, entry.open_idle
        both = entry.state & OPENER_FIN and entry.state & OTHER_FIN
        if entry.state != CLOSED and (flags & RST or (both and not flags & FIN)):
            entry.state, entry.idle = CLOSED, self.reset if flags & RST else self.closed
            self._closed.append(entry.row)
            self._look_at(entry)
        elif flags & FIN and entry.state != CLOSED:
            entry.state |= OPENER_FIN if flow == entry.there else OTHER_FIN

    def put(self, row: Any, there: Hashable, back: Hashable, now: int, idle: int | None = None) -> None:
        """Write a row under both of its flows, in the place of whatever had them; `idle`: other than the table's."""
        for flow in (there, back):
            old = self._entries.get(flow)
            if old is not None:
                self._remove(old)
        entry = Entry(row, there, back, now, self.idle if idle is None else idle)
        if self.opening is not None:
            entry.state, entry.idle = OPENING, self.opening
        self._entries[there] = self._entries[back] = entry
        self._look_at(entry)

    def take_closed(self) -> list[Any]:
        """The rows whose connections have ended since this was asked last."""
        closed, self._closed = self._closed, []
        return closed

    def sweep(self, now: int) -> list[Entry]:
        """Remove the rows that ran out and return their entries, the longest silent first."""
        gone: list[Entry] = []
        while self._due and self._due[0][0] <= now:
            instant, _, entry = heappop(self._due)
            if self._entries.get(entry.there) is not entry:
                continue  # another row has taken its place
            if entry.used + entry.idle > instant:
                self._look_at(entry)
            else:
                self._remove(entry)
                gone.append(entry)
        return gone

    def clear(self) -> None:
        """Forget every row."""
        self._entries.clear()
        self._due.clear()
        self._closed.clear()

    def _look_at(self, entry: Entry) -> None:
        self._order += 1
        heappush(self._due, (entry.used + entry.idle, self._order, entry))

    def _remove(self, entry: Entry) -> None:
        for flow in (entry.there, entry.back):
            if self._entries.get(flow) is entry:
                del self._entries[flow]
