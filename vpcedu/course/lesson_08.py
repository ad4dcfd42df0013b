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
            f"Not yet. With classic-tcp the client now sees '{classic.symptom}'{located}. Whom does web answer there?"
            " Your row must spare that address."
        )
    if network.outcome.works:
        legs = answer_legs(network)
        return (
            f"Not yet. With network the page still comes: web's answer went to {legs[0].packet.flow.destination},"
            f" {_acl_row(legs[0])} let it out of the subnet. A lower number would be asked first."
        )
    stop = blocker(network)
    if stop is None or stop[0].sender != "web":
        located = f"packet {stop[0].number} from {stop[0].sender}" if stop else "nothing of web's"
        return f"Not yet. With network the page is gone, but your row stops {located}. It should stop web's own answer."
    trace, step = stop
    return (
        f"Right. With classic-tcp the client sees 200 OK; with network it sees '{network.symptom}', because"
        f" packet {trace.number}, {step.before.flow}, is lost at {step.at}, {step.check}: {step.row}."
    )


ONLY_THE_NLB = """from vpcedu.tables.network_acl import AclEntry

# Behind the NLB web answers the client itself; behind the Classic balancer it answers an address of the
# VPC. An ACL looks at the destination of what leaves the subnet and remembers no request.
row = AclEntry("acl-private", 90, "out", "deny", -1, (0, 65_535), "203.0.113.0/24")
"""


def _acl_row(trace: Trace) -> str:
    return next(
        (str(step.row) for step in trace.steps if step.check == "network ACL out"), "no row"
    )
