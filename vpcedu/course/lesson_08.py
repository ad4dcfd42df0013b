"""Lesson 08: the exercises, and their solutions."""

from __future__ import annotations

from vpcedu.flow import TCP
from vpcedu.quoting import quoted
from vpcedu.sites.parts import EPHEMERAL, PAGE
from vpcedu.sites.reference import reference_architecture
from vpcedu.sites.reference_proxies import WAYS, way_site
from vpcedu.sites.row_kinds import as_a, to_add
from vpcedu.tables.network_acl import ALLOW, ANY, OUT, AclEntry
from vpcedu.tables.traffic import ANYWHERE, EVERY_PORT
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

SEEDS = range(4)  # the nodes choose other ports with each
OUT_ALL = AclEntry("acl-private", 100, OUT, ALLOW, ANY, EVERY_PORT, ANYWHERE)
PRESERVES = "NLB by instance"  # the one whose target sees the client


def answers_inside(given: object) -> str:
    """08.2: the one outbound entry of acl-private; web may answer the nodes, and nobody else."""
    row = as_a(given, AclEntry)
    if row is None or (row.acl, row.direction, row.action) != ("acl-private", OUT, ALLOW):
        raise ValueError(
            f"entry {quoted(given)}: expected an outbound AclEntry of acl-private that allows"
        )
    for way in WAYS:
        for seed in SEEDS:
            visit = way_site(way, seed).replace(OUT_ALL, row).get(PAGE)
            if not visit.outcome.works and way != PRESERVES:
                stop = blocker(visit)
                lost = f": {stop[1].before.flow} is {stop[1].lost}" if stop else ""
                return f"Not yet. With {way} the client now sees '{visit.symptom}'{lost}."
            if visit.outcome.works and way == PRESERVES:
                return (
                    f"Not yet. The page also comes with {way}. web's packets go to "
                    f"{answer_legs(visit)[0].packet.flow.destination} there, and your entry allows them."
                )
    if row.protocol != TCP or row.ports != EPHEMERAL:
        return (
            f"Not yet. It works, but {row} also allows what no reply needs. A node chooses a TCP "
            "port from 1024 to 65535."
        )
    return (
        f"Right. With {row} alone the page comes with four of the five: there web answers a node's "
        f"own address. With {PRESERVES} web answers the client, and the entry does not allow that."
    )


ANSWERS_INSIDE = """from vpcedu.tables.network_acl import AclEntry

# The nodes' addresses are inside the VPC, and their ports are 1024 to 65535. 10.0.0.0/16 also holds a
# node that comes later; 10.0.0.0/24, the nodes' subnet today, would do as well.
row = AclEntry("acl-private", 100, "out", "allow", 6, (1024, 65_535), "10.0.0.0/16")
"""


def _acl_row(trace: Trace) -> str:
    return next(
        (str(step.row) for step in trace.steps if step.check == "network ACL out"), "no entry"
    )
