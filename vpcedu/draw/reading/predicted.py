"""Predicted: a packet that somebody expected, drawn next to those that were sent.

A judge has really sent it, through the same network at the same moment. So its path, and where it
was lost, come from a trace like any other.
"""

from __future__ import annotations

from vpcedu.draw.reading.words import loss_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.sites.visit import Visit
    from vpcedu.trace import Trace


def other_than(visit: Visit, predicted: Trace | None) -> tuple[Trace, ...]:
    """The predicted packet, if the visit sent none like it: what was sent is drawn already."""
    if predicted is None or _is_sent(visit, predicted):
        return ()
    return (predicted,)


def predicted_words(visit: Visit, predicted: Trace | None) -> str:
    """What became true of a prediction, as a sentence with a blank before it; "" without one."""
    if predicted is None:
        return ""
    flow = predicted.packet.flow
    if _is_sent(visit, predicted):
        return f" The predicted packet {flow} is the one that was sent."
    lost = predicted.dropped
    fate = "is refused at" if lost is not None and lost.sent else "is lost at"
    end = f"reaches {predicted.last.at}" if lost is None else f"{fate} {loss_words(lost)}"
    return f" Predicted, and sent to try it: {flow} from {predicted.sender} {end}."


def predicted_losses(visit: Visit, predicted: Trace | None) -> tuple[str, ...]:
    """Where the predicted packet was lost, as a note under a picture; none where it was not."""
    return tuple(
        f"Your packet: {loss_words(trace.dropped)}"
        for trace in other_than(visit, predicted)
        if trace.dropped is not None
    )


def _is_sent(visit: Visit, predicted: Trace) -> bool:
    return any(
        (trace.sender, trace.packet.flow) == (predicted.sender, predicted.packet.flow)
        for trace in visit.capture
    )
