"""Ladder rows: what a ladder shows of a capture, before anything has a place.

One row for each packet, or, where not every packet is wanted: no row for an ACK that changes
nothing, one row for the closing of a connection, one for many retransmissions that are lost in the
same way. Next to the rows stand the states: a row's packet brings its sender or its receiver into a
state of RFC 9293.
"""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.network.vpc import INTERNET
from vpcedu.packet import ACK, FIN, RST, SYN
from vpcedu.row import NamedRow
from vpcedu.views.explain import label

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.network.conversations import Conversation
    from vpcedu.sites.visit import Visit
    from vpcedu.trace import Trace


class LadderRow(NamedRow):
    """The packets of one row, and their connection.

    It also says whether they were sent before, and has words for several packets. tried: nobody
    sent it in this visit, somebody had predicted it.
    """

    traces: tuple[Trace, ...]
    talk: Conversation
    again: bool = False
    words: tuple[str, ...] = ()
    closing: bool = False
    tried: bool = False

    @property
    def trace(self) -> Trace:
        """The packet whose path is drawn."""
        return self.traces[0]


def rows_of(visit: Visit, talks: tuple[Conversation, ...], every: bool) -> tuple[LadderRow, ...]:
    """The rows of a ladder in the order of their first packets."""
    rows: list[LadderRow] = []
    for talk in talks:
        # what the Internet itself says and loses is seen nowhere
        single = [
            LadderRow((trace,), talk, again)
            for trace, again in _repeated(talk)
            if trace.devices != (INTERNET,)
        ]
        rows += single if every else _condensed(visit, talk, single)
    return tuple(sorted(rows, key=lambda row: row.trace.number))


def _repeated(talk: Conversation) -> list[tuple[Trace, bool]]:
    """Each packet, and whether the same one was sent before.

    A packet that takes sequence space twice is a retransmission.
    """
    seen: set[object] = set()
    repeated: list[tuple[Trace, bool]] = []
    for trace in talk.traces:
        packet = trace.packet
        key = packet.flow, packet.flags & (SYN | FIN), packet.seq, packet.data
        repeated.append((trace, bool(packet.length) and key in seen))
        seen.add(key)
    return repeated


def _condensed(visit: Visit, talk: Conversation, single: list[LadderRow]) -> list[LadderRow]:
    first_fin = next((t.number for t in talk.traces if t.packet.flags & FIN), None)
    rows, closing = [], []
    for row in single:
        trace = row.trace
        quiet = trace.dropped is None and not trace.packet.data and not trace.packet.flags & RST
        if quiet and first_fin is not None and trace.number >= first_fin:
            closing.append(trace)
        elif not quiet or trace.packet.flags != ACK or _moved_to(trace):
            rows.append(row)
    rows = _without_repeats(visit, rows)
    if closing:
        rows.append(LadderRow(tuple(closing), talk, False, _closing_words(tuple(closing)), True))
    return rows


def _moved_to(trace: Trace) -> str:
    """The state that the packet's arrival brought its receiver into; "" where it did not change."""
    change = trace.last.change
    return change.after if change is not None and change.before != change.after else ""


def _closing_words(closing: tuple[Trace, ...]) -> tuple[str, ...]:
    senders = {trace.sender for trace in closing if trace.packet.flags & FIN}
    if len(senders) == 2:
        return ("both ends close", "(FIN, ACK each way)")
    return (f"{senders.pop()} closes", "(FIN)")


def _without_repeats(visit: Visit, rows: list[LadderRow]) -> list[LadderRow]:
    """Of retransmissions with the same fate, only the first is kept.

    If there are two or more others, they become one row after it.
    """
    runs: dict[object, list[LadderRow]] = {}
    for row in rows:
        if row.again:
            runs.setdefault(_fate(row.trace), []).append(row)
    long = {key: run for key, run in runs.items() if len(run) > 2}
    kept: list[LadderRow] = []
    for row in rows:
        run = long.get(_fate(row.trace)) if row.again else None
        if run is None or row is run[0]:
            kept.append(row)
        elif row is run[1]:
            kept.append(_repeats(visit, run[1:]))
    return kept


def _repeats(visit: Visit, run: list[LadderRow]) -> LadderRow:
    traces = tuple(row.trace for row in run)
    words = (
        f"{label(traces[0].packet)}: {len(traces)} more,",
        f"last at {since(begun(visit), traces[-1].steps[0].now)}",
    )
    return LadderRow(traces, run[0].talk, True, words)


def _fate(trace: Trace) -> tuple[object, ...]:
    packet, lost = trace.packet, trace.dropped
    return (
        packet.flow,
        packet.flags & (SYN | FIN | RST),
        len(packet.data),
        lost and (lost.at, lost.check),
    )


def begun(visit: Visit) -> int:
    """When the first packet was sent, in microseconds."""
    return visit.capture.traces[0].steps[0].now


def since(begun: int, now: int) -> str:
    """The time from one instant to another in seconds, as short as it can be.

    Examples are "3 s", "0.06 s" and "131 s".
    """
    passed = (now - begun) / SECOND
    return f"{passed:.0f} s" if passed >= 10 else f"{passed:.2f}".rstrip("0").rstrip(".") + " s"


def states_of(visit: Visit) -> dict[int, tuple[str, str]]:
    """For each packet: the sender's new state on sending, and the receiver's on arrival.

    "" where there is none.
    """
    opens = {
        (who, change.flow, change.event): change.after for _, who, change in visit.capture.changes()
    }
    states: dict[int, tuple[str, str]] = {}
    for trace in visit.capture:
        packet = trace.packet
        call = "CLOSE" if packet.flags & FIN else ""
        if packet.flags & (SYN | ACK) == SYN:
            call = "active OPEN"
        sent = opens.pop((trace.sender, packet.flow, call), "")
        states[trace.number] = sent, _moved_to(trace)
    return states
