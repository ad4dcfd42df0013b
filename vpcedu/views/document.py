"""Document: a visit as plain dictionaries and lists, for `--json` and for programs.

Times are whole microseconds. Every packet is written as `Packet.parse` reads it; every row carries
the name of its kind next to its own fields.
"""

from __future__ import annotations

from vpcedu.packet import Packet
from vpcedu.reasons import Reason
from vpcedu.trace import Step
from vpcedu.views.explain import answer, because
from vpcedu.views.outcome import outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.network.record import Record


def document(visit: Record) -> dict[str, Any]:
    """The visit: call, result, answer, connections, packets with every step, events."""
    return {
        "call": visit.title,
        "opener": visit.opener,
        "symptom": outcome(visit).words,
        "after_us": visit.result.after if visit.result else None,
        "answer": answer(visit),
        "connections": [
            {
                "number": talk.number,
                "opener": talk.opener,
                "listener": talk.listener,
                "passes": list(talk.passes),
                "stretches": [
                    {"from": here, "to": there, "flow": str(flow)}
                    for here, there, flow in talk.stretches()
                ],
                "packets": [trace.number for trace in talk.traces],
            }
            for talk in visit.talks
        ],
        "packets": [
            {
                "number": trace.number,
                "devices": list(trace.devices),
                "delivered": trace.delivered,
                "steps": [_step(step) for step in trace.steps],
            }
            for trace in visit.capture
        ],
        "events": [
            {"at_us": event.at, "who": event.who, "what": event.what, "row": plain(event.row)}
            for event in visit.capture.events
        ],
    }


def _step(step: Step) -> dict[str, Any]:
    words = {
        "at_us": step.now,
        "at": step.at,
        "check": step.check,
        "action": step.action,
        "packet": str(step.before),
    }
    if step.after is not None and step.after != step.before:
        words["after"] = str(step.after)
    words["row"] = plain(step.row)
    if step.reason is not None:
        words["reason"] = plain(step.reason)
    return words | {"because": because(step)}


def plain(value: Any) -> Any:
    """Rows as dictionaries, packets as text, and the rest as it is.

    Bytes become Latin-1 text, classes become their names.
    """
    if isinstance(value, Packet):
        return str(value)
    if isinstance(value, Reason):
        return value._asdict()
    kind = type(value)
    if kind is tuple:
        return [plain(part) for part in value]
    if issubclass(kind, tuple):  # a record
        return {"kind": kind.__name__} | {
            word: plain(part) for word, part in value._asdict().items()
        }
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return value.__name__ if isinstance(value, type) else value
