"""One connection: whether it is open, the states of its ends, and the opener's path by legs."""

from __future__ import annotations

from vpcedu.draw.reading.legs import changed, legs_of, rewritings
from vpcedu.packet import ACK, SYN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.draw.reading.legs import DrawnLeg
    from vpcedu.network.conversations import Conversation
    from vpcedu.sites.visit import Visit
    from vpcedu.trace import Trace


def is_open(talk: Conversation) -> bool:
    """Whether the opener knows its connection is open, or it was before this capture began."""
    if not talk.traces[0].packet.flags & SYN:
        return True
    return any(
        t.delivered and t.last.at == talk.opener and t.packet.flags & (SYN | ACK) == SYN | ACK
        for t in talk.traces
    )


def ends_of(visit: Visit, talk: Conversation) -> dict[str, tuple[str, str]]:
    """For both ends of a connection: the state before anything was sent, and the last one seen."""
    own = {(trace.sender, trace.packet.flow) for trace in talk.traces}
    own |= {
        (trace.last.at, trace.last.before.flow.reversed())
        for trace in talk.traces
        if trace.delivered
    }
    states: dict[str, tuple[str, str]] = {}
    for _, who, change in visit.capture.changes():
        if (who, change.flow) in own:
            first = change.after if change.event == "passive OPEN" else change.before
            states[who] = states.get(who, (first, ""))[0], change.after
    return states


def stretches(visit: Visit, talk: Conversation) -> list[tuple[DrawnLeg, dict[str, str]]]:
    """The legs of a connection's opener, with the fields rewritten before each."""
    whole = whole_path(talk)
    gates = rewritings(whole)
    return [
        (
            leg,
            {word: new for word, _, new in changed(*gates[leg.start])}
            if leg.start in gates
            else {},
        )
        for leg in legs_of(whole, visit.vpc)
    ]


def whole_path(talk: Conversation) -> Trace:
    """The packet that shows the opener's whole path."""
    return next((t for t in talk.traces if t.delivered and t.sender == talk.opener), talk.traces[0])
