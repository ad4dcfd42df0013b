"""Filter words: title, sentence and text alternative of the picture of a round trip's checks."""

from __future__ import annotations

from vpcedu.draw.canvas.grid import title_of
from vpcedu.draw.checks.gates import ACL, MEMORY, UNTRACKED
from vpcedu.draw.reading.words import count

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.draw.checks.gates import Trip
    from vpcedu.sites.visit import Visit


def title(visit: Visit, trip: Trip) -> str:
    """Which check drops what, or how many checks there are."""
    lost, total = trip.lost, len(trip.gates)
    gate = next((g for g in trip.gates if g.drops), None)
    if gate is not None:
        drops = f"Check {gate.number} of {total} drops the {'answer' if gate.answer else 'request'}: {gate.check}"
        subnet = next(
            interface.subnet
            for interface in visit.vpc.interfaces
            if interface.device == gate.device
        )
        return title_of(
            f"{drops} of subnet {subnet}" if gate.kind == ACL else f"{drops} at {gate.device}",
            drops,
        )
    if lost is not None and lost.reason is not None:
        return title_of(
            f"No filter drops it: {lost.reason.code} at {lost.at}", "No filter drops it"
        )
    if trip.answer is None:
        return f"The request passes {count(sum(g.asked for g in trip.gates), 'check')}; no answer is sent"
    if not total:
        return "No filter stands on this path"
    by_memory = sum(MEMORY in g.words for g in trip.gates)
    return f"{total} checks pass; {by_memory or 'none'} of them by memory, without a rule"


def sentence(trip: Trip) -> str:
    """What the two kinds of filters remember, as far as this trip shows it."""
    gate = next((g for g in trip.gates if g.drops), None)
    if not trip.gates and trip.lost is None:
        return "Security groups and network ACLs belong to a VPC; nothing is known of a VPC here."
    if gate is None and trip.lost is not None:
        return f"{trip.lost.at} lost it: {trip.lost.reason}."
    if gate is not None and gate.kind == ACL and gate.answer:
        assert trip.answer is not None
        return (
            f"The answer goes to port {trip.answer.packet.flow.dport}, which the opener "
            "chose. A network ACL remembers no flow: it checks answers too."
        )
    if gate is not None and gate.step is not None:
        return f"{gate.device}: {gate.step.reason}."
    if any(UNTRACKED in g.words for g in trip.gates):
        return (
            "This flow is not tracked: a rule lets anybody open it, and a rule for the "
            "other direction allows everything. So the security group checks its rules for "
            "every packet, too."
        )
    return (
        "A security group checks its rules once, for the packet that opens the flow. It "
        "allows the answer from memory. A network ACL checks every packet."
    )


def alternative(trip: Trip, heading: str) -> str:
    """The text alternative: every check with what it said."""
    parts = [f"Checks of connection {trip.talk.number}, {' > '.join(trip.path)}. {heading}."]
    for answer, trace in ((False, trip.request), (True, trip.answer)):
        parts.append(
            f"{'Answer' if answer else 'Request'}: {trace.packet.flow if trace else 'never sent'}."
        )
        parts += [
            f"{g.number} {g.device} {g.check}: {g.words}." for g in trip.gates if g.answer == answer
        ]
    return " ".join([*parts, sentence(trip)])
