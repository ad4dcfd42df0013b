"""Lesson 08: the exercise, and its solution."""

from __future__ import annotations

from vpcedu.sites.parts import PAGE
from vpcedu.sites.reference import reference_architecture
from vpcedu.sites.row_kinds import to_add
from vpcedu.views.explain import answer_legs
from vpcedu.views.outcome import blocker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.trace import Trace


def only_the_nlb(given: object) -> str:
    """08.1: the row must stop the answer, not the request.

    It must do so only where the server answers the client.
    """
    row = to_add(given)
    classic = reference_architecture("classic-tcp").with_row(row).get(PAGE)
    network = reference_architecture("network").with_row(row).get(PAGE)
    if not classic.outcome.works:
        where = blocker(classic)
        located = (
            f": packet {where[0].number} is lost at {where[1].at}, {where[1].check}"
            if where
            else ""
        )
        return (
            f"Not yet. With classic-tcp the client now sees '{classic.symptom}'{located}. "
            "Whom does web answer there? Your entry must spare that address."
        )
    if network.outcome.works:
        legs = answer_legs(network)
        return (
            "Not yet. With network the page still comes: web's answer went to "
            f"{legs[0].packet.flow.destination}, and {_acl_row(legs[0])} allowed it out of "
            "the subnet. An entry with a lower number would be checked first."
        )
    stop = blocker(network)
    if stop is None or stop[0].sender != "web":
        located = f"packet {stop[0].number} from {stop[0].sender}" if stop else "nothing of web's"
        return (
            f"Not yet. With network the page is gone, but your entry stops {located}. It should "
            "stop web's own answer."
        )
    trace, step = stop
    return (
        "Right. With classic-tcp the client sees 200 OK. With network it sees "
        f"'{network.symptom}': packet {trace.number}, {step.before.flow}, is lost at "
        f"{step.at}, {step.check}: {step.row}."
    )


ONLY_THE_NLB = """from vpcedu.tables.network_acl import AclEntry

# With the NLB web answers the client itself; with the Classic Load Balancer it answers an address of the
# VPC. An ACL looks at the destination of what leaves the subnet and remembers no request.
row = AclEntry("acl-private", 90, "out", "deny", -1, (0, 65_535), "203.0.113.0/24")
"""


def _acl_row(trace: Trace) -> str:
    return next(
        (str(step.row) for step in trace.steps if step.check == "network ACL out"), "no entry"
    )
