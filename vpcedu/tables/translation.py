"""Translations: which addresses and ports does this flow go on with, and how do replies return?

One row maps a flow as it arrives (`before`) to the flow as it leaves (`after`). The answer arrives
as `after` reversed and leaves as `before` reversed; both ways are written at once and cannot drift
apart. A NAT rewrites the source this way (RFC 3022 calls it NAPT), a Network Load Balancer the
destination. A row that was silent for the idle timeout serves nobody, but it is remembered
(bounded) until it is met or its port is taken again, so that the right reason can be named.

Whoever hands over the flags of TCP has the end of the connection followed: RST closes a row, and so
does the ACK after a FIN from each side. A closed row still serves late packets, until the port is
taken again (it is free at once) or its time is over; but a SYN does not find it: that opens another
connection. What the numbers of the segments say is not looked at here (gateways/seen_numbers.py).
"""

from __future__ import annotations

from vpcedu.flow import FiveTuple
from vpcedu.packet import ACK, FIN, RST, SYN, Packet
from vpcedu.reasons import UNRELATED
from vpcedu.row import NamedRow
from vpcedu.tables.flows import NEVER, FlowEntry, Flows
from vpcedu.trace import DROP, Step, rewrote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

REMEMBERED = 1_024  # expired rows kept
# What a row has seen of its connection; 0 is an open one.
OPENING, OPENER_FIN, OTHER_FIN, CLOSED = 1, 2, 4, 8
_new = tuple.__new__  # quicker than the class's own call


class Translation(NamedRow):
    """A flow before and after the rewriting device, as the opener's packets show it.

    since: microseconds.
    """

    before: FiveTuple
    after: FiveTuple
    since: int

    def onward(self, flow: FiveTuple) -> FiveTuple:
        """The flow of a packet after this translation, in either direction."""
        return self.after if flow == self.before else self.before.reversed()

    def __str__(self) -> str:
        return f"{self.before} becomes {self.after}"


class TranslationEntry(FlowEntry):
    """A translation with its times, the idle timeout once it is open, and what it has seen.

    The row itself is made for whoever asks: a million connections need not keep it.
    """

    __slots__ = ("before", "after", "since", "open_idle", "state")

    def __init__(self, row: Translation, used: int, idle: int, open_idle: int, state: int) -> None:
        self.used, self.seen, self.idle = used, used, idle
        self.before, self.after, self.since = row
        self.open_idle, self.state = open_idle, state

    @property
    def row(self) -> Translation:
        """The frozen row."""
        return _new(Translation, (self.before, self.after, self.since))

    @property
    def keys(self) -> tuple[tuple[object, ...], ...]:
        """The opener's flow, and that of the answer: a plain tuple, which takes less memory."""
        src, sport, dst, dport, protocol = self.after
        return self.before, (dst, dport, src, sport, protocol)


class Translations(Flows):
    """The rows of one device.

    `lookup` and `expired` only read, the other methods are the only writers.

    Silence that ends a row, in microseconds: `idle` of an open connection; `opening` before its
    first answer, `closed` after its end, `reset` after RST, each as long as `idle` where it is not
    given. `timed_out` counts the rows that ran out though nobody had closed them.
    """

    def __init__(
        self,
        idle: int,
        opening: int | None = None,
        closed: int | None = None,
        reset: int | None = None,
    ) -> None:
        super().__init__()
        self.idle, self.opening = idle, opening
        self.closed = idle if closed is None else closed
        self.reset = idle if reset is None else reset
        self.timed_out = 0
        self._ended: list[Translation] = []
        self._expired: dict[FiveTuple, Translation] = {}  # the oldest first

    def __iter__(self) -> Iterator[Translation]:
        return iter([e.row for flow, e in self._entries.items() if flow == e.before])

    def lookup(self, flow: FiveTuple, now: int) -> Translation | None:
        """The live row of a packet in either direction, or None.

        At exactly the idle timeout it is over.
        """
        entry: TranslationEntry | None = self._entries.get(flow)
        return entry.row if entry is not None and now - entry.used < entry.idle else None

    def use(self, flow: FiveTuple, now: int, flags: int = ACK) -> Translation | None:
        """As `lookup`, for a packet that now goes on: the row's idle clock starts again.

        A SYN finds no closed row.
        """
        entry: TranslationEntry | None = self._entries.get(flow)
        if entry is None or now - entry.used >= entry.idle:
            return None
        entry.used = now
        if entry.state or flags & (FIN | RST):
            if entry.state == CLOSED and flags & (SYN | ACK) == SYN:
                return None
            self._follow(entry, flow == entry.before, flags)
        return _new(Translation, (entry.before, entry.after, entry.since))

    def related(self, name: str, packet: Packet, now: int) -> Step:
        """What the device `name` does with an ICMP error: translate it or drop it.

        It is translated by the row of what it quotes: RFC 5508 section 4.2, REQ-4 and REQ-5. It
        does not end a row (RFC 5382 REQ-10) or keep one alive: REQ-6 says so of queries.
        """
        row = self.lookup(packet.about, now)
        if row is None:
            return Step(now, name, "translation", DROP, packet, None, None, UNRELATED)
        return rewrote(
            now, name, "translation", packet, packet.with_flow(row.onward(packet.about)), row
        )

    def expired(self, flow: FiveTuple, now: int) -> Translation | None:
        """The row this packet had before it ran out, or None; none for one that was closed."""
        entry: TranslationEntry | None = self._entries.get(flow)
        if entry is not None and now - entry.used >= entry.idle and entry.state < CLOSED:
            return entry.row
        return self._expired.get(flow)

    def add(
        self, before: FiveTuple, after: FiveTuple, now: int, idle: int | None = None
    ) -> Translation:
        """Write a row for both directions, instead of whatever had one of its flows.

        `idle`: an idle timeout of its own (microseconds).
        """
        row = _new(Translation, (before, after, now))
        idle = self.idle if idle is None else idle
        if self.opening is None:
            self._enter(TranslationEntry(row, now, idle, idle, 0))
        else:
            self._enter(TranslationEntry(row, now, self.opening, idle, OPENING))
        if self._expired:
            self.forget(row)
        return row

    def sweep(self, now: int) -> list[Translation]:
        """Expire what was silent too long; return the rows whose ports are free again.

        These are the rows that expired now, and the newly closed ones.
        """
        free, self._ended = self._ended, []
        for entry in self._run_out(now):
            row = entry.row
            free.append(row)
            if entry.state != CLOSED:
                self.timed_out += 1
                for flow in (row.before, row.after.reversed()):
                    self._expired[flow] = row
        for flow in [*self._expired][: max(len(self._expired) - REMEMBERED, 0)]:
            del self._expired[flow]
        return free

    def forget(self, row: Translation) -> None:
        """Drop an expired row for good, under both flows.

        A packet met it, or its port is taken again.
        """
        for flow in (row.before, row.after.reversed()):
            self._expired.pop(flow, None)

    def _follow(self, entry: TranslationEntry, of_the_opener: bool, flags: int) -> None:
        """Note what a packet says about the beginning or the end of the row's connection."""
        if entry.state & OPENING and not of_the_opener:
            entry = self._renew(entry, entry.state & ~OPENING, entry.open_idle)
        both = entry.state & OPENER_FIN and entry.state & OTHER_FIN
        if entry.state != CLOSED and (flags & RST or (both and not flags & FIN)):
            self._renew(entry, CLOSED, self.reset if flags & RST else self.closed)
            self._ended.append(entry.row)
        elif flags & FIN and entry.state != CLOSED:
            entry.state |= OPENER_FIN if of_the_opener else OTHER_FIN

    def _renew(self, old: TranslationEntry, state: int, idle: int) -> TranslationEntry:
        """Another entry for the same row, in its place.

        The heap holds entries whose idle timeout never changes.
        """
        entry = TranslationEntry(old.row, old.used, idle, old.open_idle, state)
        self._place(entry)
        old.used = NEVER
        return entry
