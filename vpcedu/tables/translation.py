"""Translations: which addresses and ports does this flow go on with, and how do replies return?

One row maps a flow as it arrives (`before`) to the flow as it leaves (`after`). The answer arrives
as `after` reversed and leaves as `before` reversed; both ways are written at once and cannot drift
apart. A NAT rewrites the source this way (RFC 3022 calls it NAPT), a Network Load Balancer the
destination. A row that was silent for the idle timeout serves nobody, but it is remembered
(bounded) until it is met or its port is taken again, so that the right reason can be named. The
port of a row whose connection was closed is free at once, and the row serves late packets until the
port is taken again or its time is over.
"""

from __future__ import annotations

from collections import OrderedDict

from vpcedu.flow import FiveTuple
from vpcedu.packet import ACK, Packet
from vpcedu.reasons import UNRELATED
from vpcedu.row import NamedRow
from vpcedu.tables.flows import CLOSED, Flows
from vpcedu.trace import DROP, Step, rewrote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

REMEMBERED = 1_024  # expired rows kept
_new = tuple.__new__  # quicker than the class's own call


class Translation(NamedRow):
    """A flow before and after the rewriting device, as the opener's packets show it.

    since: microseconds.
    """

    before: FiveTuple
    after: FiveTuple
    since: int

    def onward(self, flow: FiveTuple) -> FiveTuple:
        """The flow with which a packet of this row goes on, in either direction."""
        return self.after if flow == self.before else self.before.reversed()

    def __str__(self) -> str:
        return f"{self.before} becomes {self.after}"


class Translations:
    """The rows of one device.

    `lookup` and `expired` only read, the other methods are the only writers.

    The times are those of `Flows`. `timed_out` counts the rows that ran out though nobody had
    closed them.
    """

    def __init__(
        self,
        idle: int,
        opening: int | None = None,
        closed: int | None = None,
        reset: int | None = None,
    ) -> None:
        self._flows = Flows(idle, opening, closed, reset)
        self.timed_out = 0
        self._expired: OrderedDict[FiveTuple, Translation] = OrderedDict()

    def __len__(self) -> int:
        return len(self._flows)

    def __iter__(self) -> Iterator[Translation]:
        return iter(self._flows)

    def lookup(self, flow: FiveTuple, now: int) -> Translation | None:
        """The live row of a packet in either direction, or None."""
        row: Translation | None = self._flows.lookup(flow, now)
        return row

    def use(self, flow: FiveTuple, now: int, flags: int = ACK) -> Translation | None:
        """As `lookup`, for a packet that now goes on: the row's idle clock starts again.

        A SYN finds no closed row.
        """
        row: Translation | None = self._flows.use(flow, now, flags)
        return row

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
        """The row this packet had before it ran out, or None."""
        return self._flows.ended(flow, now) or self._expired.get(flow)

    def add(
        self, before: FiveTuple, after: FiveTuple, now: int, idle: int | None = None
    ) -> Translation:
        """Write a row for both directions; `idle`: an idle timeout of its own (microseconds)."""
        row = _new(Translation, (before, after, now))
        self._flows.put(row, before, after.reversed(), now, idle)
        if self._expired:
            self.forget(row)
        return row

    def sweep(self, now: int) -> list[Translation]:
        """Expire what was silent too long; return the rows whose ports are free again.

        These are the rows that expired now, and the newly closed ones.
        """
        free: list[Translation] = self._flows.take_closed()
        for entry in self._flows.sweep(now):
            free.append(entry.row)
            if entry.state != CLOSED:
                self.timed_out += 1
                for flow in (entry.row.before, entry.row.after.reversed()):
                    self._expired[flow] = entry.row
        while len(self._expired) > REMEMBERED:
            self._expired.popitem(last=False)
        return free

    def forget(self, row: Translation) -> None:
        """Drop an expired row for good, under both flows.

        A packet met it, or its port is taken again.
        """
        for flow in (row.before, row.after.reversed()):
            self._expired.pop(flow, None)
