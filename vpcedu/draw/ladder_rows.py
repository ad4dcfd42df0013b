"""Ladder rows: what a ladder shows of a capture, before anything has a place.

One row for each packet, or, where not every packet is wanted: no row for an ACK that changes nothing, one row
for the closing of a connection, one for many retransmissions that are lost in the same way. Beside the rows
stand the states: a row's packet brings its sender or its receiver into a state of RFC 9293.
"""

from __future__ import annotations

from collections import namedtuple

from vpcedu.clock import seconds
from vpcedu.packet import ACK, FIN, RST, SYN
from vpcedu.trace import DELIVER, Change
from vpcedu.views.explain import label

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.lab.visit import Visit
    from vpcedu.trace import Trace
    from vpcedu.views.conversations import Conversation


class Row(namedtuple("Row", ("traces", "talk", "words", "closing"), defaults=((), False))):
    """The packets of one row, their connection, and, where it stands for several, words that say so."""

    __slots__ = ()
    traces: tuple[Trace, ...]
    talk: Conversation
    words: tuple[str, ...]
    closing: bool

    @property
    def trace(self) -> Trace:
        """The packet whose way is drawn."""
        return self.traces[0]


def rows_of(visit: Visit, talks: tuple[Conversation, ...], every: bool) -> tuple[Row, ...]:
    """The rows of a ladder in the order of their first packets."""
    rows: list[Row] = []
    for talk in talks:
        if every:
            rows += [Row((trace,), talk) for trace in talk.traces]
        else:
            rows += _condensed(visit, talk)
    return tuple(sorted(rows, key=lambda row: row.trace.number))


def _condensed(visit: Visit, talk: Conversation) -> list[Row]:
    first_fin = next((t.number for t in talk.traces if t.packet.flags & FIN), None)
    rows, closing = [], []
    for trace in talk.traces:
        quiet = trace.dropped is None and not trace.packet.data and not trace.packet.flags & RST
        if quiet and first_fin is not None and trace.number >= first_fin:
            closing.append(trace)
        elif not quiet or trace.packet.flags != ACK or _moves(trace):
            rows.append(Row((trace,), talk))
    rows = _without_repeats(visit, rows)
    if closing:
        rows.append(Row(tuple(closing), talk, _closing_words(tuple(closing)), True))
    return rows


def _moves(trace: Trace) -> bool:
    """Whether the packet's arrival changed its receiver's state."""
    change = trace.last.row
    return trace.last.action == DELIVER and isinstance(change, Change) and change.before != change.after


def _closing_words(closing: tuple[Trace, ...]) -> tuple[str, ...]:
    senders = {trace.sender for trace in closing if trace.packet.flags & FIN}
    if len(senders) == 2:
        return ("both ends close", "(FIN, ACK each way)")
    return (f"{senders.pop()} closes", "(FIN)")


def _without_repeats(visit: Visit, rows: list[Row]) -> list[Row]:
    """Three or more retransmissions in a row that die in the same way become one row, after the first of them."""
    kept: list[Row] = []
    run: list[Row] = []
    for row in [*rows, None]:
        if run and (row is None or not is_again(row.trace) or _fate(row.trace) != _fate(run[0].trace)):
            kept += [run[0], _repeats(visit, run[1:])] if len(run) > 2 else run
            run = []
        if row is not None:
            if is_again(row.trace) and row.trace.dropped:
                run.append(row)
            else:
                kept.append(row)
    return kept


def _repeats(visit: Visit, run: list[Row]) -> Row:
    traces = tuple(row.trace for row in run)
    words = f"{label(traces[0].packet)} {len(traces)} times more,", f"last at {since(visit, traces[-1].steps[0].now)}"
    return Row(traces, run[0].talk, words)


def _fate(trace: Trace) -> tuple[object, ...]:
    lost = trace.dropped
    return trace.packet.flow, trace.packet.flags, lost and (lost.at, lost.check)


def is_again(trace: Trace) -> bool:
    """Whether the packet is a retransmission."""
    return trace.cause.what.startswith("retransmission")


def since(visit: Visit, now: int) -> str:
    """An instant as seconds since the visit began, as short as it can be: "3 s", "0.06 s"."""
    begun = visit.capture.traces[0].steps[0].now
    return seconds(now - begun).rstrip("0").rstrip(".") + " s"


def states_of(visit: Visit) -> dict[int, tuple[str, str]]:
    """For each packet: the state its sending brought its sender into, and its arrival its receiver; "" for none."""
    opens = {(e.who, e.row.flow, e.row.event): e.row.after for e in visit.capture.events if e.what == "state"}
    found: dict[int, tuple[str, str]] = {}
    for trace in visit.capture:
        packet = trace.packet
        call = "active OPEN" if packet.flags & (SYN | ACK) == SYN else "CLOSE" if packet.flags & FIN else ""
        sent = opens.pop((trace.sender, packet.flow, call), "")
        found[trace.number] = sent, trace.last.row.after if _moves(trace) else ""  # type: ignore[attr-defined]
    return found


def ends_of(visit: Visit, talk: Conversation) -> dict[str, tuple[str, str]]:
    """For both ends of a connection: the state before anything was sent, and the last one seen."""
    own = {(trace.sender, trace.packet.flow) for trace in talk.traces}
    own |= {(trace.last.at, trace.last.before.flow.reversed()) for trace in talk.traces if trace.delivered}
    found: dict[str, tuple[str, str]] = {}
    for event in visit.capture.events:
        if event.what == "state" and (event.who, event.row.flow) in own:
            first = event.row.after if event.row.event == "passive OPEN" else event.row.before
            found[event.who] = found.get(event.who, (first, ""))[0], event.row.after
    return found


def is_open(talk: Conversation) -> bool:
    """Whether the opener learnt that its connection stands, or it stood before this capture began."""
    if not talk.traces[0].packet.flags & SYN:
        return True
    return any(t.delivered and t.last.at == talk.opener and t.packet.flags & (SYN | ACK) == SYN | ACK
               for t in talk.traces)
