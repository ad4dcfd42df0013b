"""Flow rows with an idle clock: what connection tracking and translations have in common.

A row is found by two keys (the opener's flow and the answer's; they may be one) and dies when
neither was seen for the idle timeout. Both ways are written and removed together. Using a row only
notes when; a heap says when each row is to be looked at again, and the sweep looks at those that
are due. So a packet costs the same however large the table is.

Whoever hands over the flags of TCP has the end of the connection followed: RST closes a row, and so
does the ACK after a FIN from each side. A closed row still serves late packets for a while, but a
SYN does not find it: that opens another connection. Simplified: what the numbers of the segments
say is not looked at.
"""

from __future__ import annotations

from heapq import heappop, heappush

from vpcedu.packet import ACK, FIN, RST, SYN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator
    from typing import Any

    from vpcedu.row import Row


# What a row has seen of its connection; 0 is an open one.
OPENING, OPENER_FIN, OTHER_FIN, CLOSED = 1, 2, 4, 8


class FlowEntry:
    """An entry of the table: the frozen row itself, its two flows and its times.

    When it was last used, when the sweep last knew of that, after how long a silence it ends now
    and once it is open (microseconds), and what it has seen.
    """

    row: Any  # of the kind that the table was given
    __slots__ = ("row", "there", "back", "used", "seen", "idle", "open_idle", "state")

    def __init__(
        self,
        row: Row,
        there: Hashable,
        back: Hashable,
        used: int,
        idle: int,
        open_idle: int,
        state: int,
    ) -> None:
        self.row: Any = row
        self.there, self.back, self.used, self.seen = there, back, used, used
        self.idle, self.open_idle, self.state = idle, open_idle, state

    def __lt__(self, other: FlowEntry) -> bool:
        return self.seen + self.idle < other.seen + other.idle


class Flows:
    """Rows by flow; `lookup` and `ended` only read, the other methods are the only writers.

    Silence that ends a row, in microseconds: `idle` of an open connection; `opening` before its
    first answer, `closed` after its end, `reset` after RST, each as long as `idle` where it is
    not given.
    """

    __slots__ = ("idle", "opening", "closed", "reset", "_entries", "_due", "_count", "_closed")

    def __init__(
        self,
        idle: int,
        opening: int | None = None,
        closed: int | None = None,
        reset: int | None = None,
    ) -> None:
        self.idle, self.opening = idle, opening
        self.closed, self.reset = (
            idle if closed is None else closed,
            idle if reset is None else reset,
        )
        self._closed: list[Any] = []
        self._entries: dict[Hashable, FlowEntry] = {}
        self._due: list[FlowEntry] = []  # a heap; an entry runs out when it is due or later
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
        """The row that has this flow and ran out, though no sweep has taken it yet.

        None for one that was closed.
        """
        entry = self._entries.get(flow)
        return (
            entry.row
            if entry is not None and now - entry.used >= entry.idle and entry.state < CLOSED
            else None
        )

    def use(self, flow: Hashable, now: int, flags: int = ACK) -> Any:
        """As `lookup`, for a packet with these flags of TCP; the row's idle clock starts again."""
        entry = self._entries.get(flow)
        if entry is None or now - entry.used >= entry.idle:
            return None
        entry.used = now
        if entry.state or flags & (FIN | RST):
            if entry.state == CLOSED and flags & (SYN | ACK) == SYN:
                return None
            self._follow(entry, flow, flags)
        return entry.row

    def put(
        self, row: Row, there: Hashable, back: Hashable, now: int, idle: int | None = None
    ) -> None:
        """Write a row under both of its flows, instead of whatever had them.

        `idle`: a timeout other than the table's.
        """
        for flow in (there, back):
            old = self._entries.get(flow)
            if old is not None:
                self._remove(old)
        idle = self.idle if idle is None else idle
        opening = self.opening is not None
        self._enter(
            FlowEntry(
                row,
                there,
                back,
                now,
                self.opening if opening else idle,  # type: ignore[arg-type]
                idle,
                OPENING if opening else 0,
            )
        )
        self._count += 1

    def take_closed(self) -> list[Any]:
        """The rows whose connections have ended since this was asked last."""
        closed, self._closed = self._closed, []
        return closed

    def sweep(self, now: int) -> list[FlowEntry]:
        """Remove the rows that ran out and return their entries, the longest silent first."""
        gone: list[FlowEntry] = []
        while self._due and self._due[0].seen + self._due[0].idle <= now:
            entry = heappop(self._due)
            if self._entries.get(entry.there) is not entry:
                continue  # another has taken its place
            if entry.used > entry.seen:
                entry.seen = entry.used
                heappush(self._due, entry)
            else:
                self._remove(entry)
                gone.append(entry)
        return gone

    def clear(self) -> None:
        """Forget every row."""
        self._entries.clear()
        self._due.clear()
        self._closed.clear()
        self._count = 0

    def _follow(self, entry: FlowEntry, flow: Hashable, flags: int) -> None:
        """Note what a packet says about the beginning or the end of the row's connection."""
        if entry.state & OPENING and flow == entry.back:
            entry = self._renew(entry, entry.state & ~OPENING, entry.open_idle)
        both = entry.state & OPENER_FIN and entry.state & OTHER_FIN
        if entry.state != CLOSED and (flags & RST or (both and not flags & FIN)):
            self._renew(entry, CLOSED, self.reset if flags & RST else self.closed)
            self._closed.append(entry.row)
        elif flags & FIN and entry.state != CLOSED:
            entry.state |= OPENER_FIN if flow == entry.there else OTHER_FIN

    def _renew(self, old: FlowEntry, state: int, idle: int) -> FlowEntry:
        """Another entry for the same row.

        The heap holds entries whose idle timeout never changes.
        """
        return self._enter(
            FlowEntry(old.row, old.there, old.back, old.used, idle, old.open_idle, state)
        )

    def _enter(self, entry: FlowEntry) -> FlowEntry:
        self._entries[entry.there] = self._entries[entry.back] = entry
        heappush(self._due, entry)
        return entry

    def _remove(self, entry: FlowEntry) -> None:
        self._count -= 1
        for flow in (entry.there, entry.back):
            if self._entries.get(flow) is entry:
                del self._entries[flow]
