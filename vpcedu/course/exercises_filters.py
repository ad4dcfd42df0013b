"""Exercises of the lesson on filters: how an answer is played and judged, and a worked solution of each."""

from __future__ import annotations

from vpcedu.flow import TCP
from vpcedu.hosts.host import Host
from vpcedu.network.vpc import Device, Vpc
from vpcedu.sites.one_server import answers, edited, one_server
from vpcedu.sites.parts import API, CLIENT, EPHEMERAL, PAGE, PUBLIC
from vpcedu.sites.reference import reference_vpc
from vpcedu.sites.row_kinds import as_a, to_add
from vpcedu.sites.site import Site
from vpcedu.tables.network_acl import ALLOW, DENY, IN, OUT, AclEntry
from vpcedu.tables.security_group import GroupRule
from vpcedu.tables.traffic import ANYWHERE
from vpcedu.views.explain import label
from vpcedu.views.outcome import blocker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.network.vpc import AddedRow
    from vpcedu.sites.visit import Visit

SEEDS = range(20)
TO_UPDATES = (answers(*EPHEMERAL), AclEntry("acl-web", 110, OUT, ALLOW, TCP, (443, 443), ANYWHERE),
              GroupRule("sg-web", OUT, (443, 443), ANYWHERE))
NARROW = (AclEntry("acl-private", 100, IN, ALLOW, TCP, (80, 80), PUBLIC),
          AclEntry("acl-private", 100, OUT, ALLOW, TCP, (32_768, 60_999), PUBLIC))


def _lost(visit: Visit) -> str:
    """Which packet was lost where, in one clause."""
    stop = blocker(visit)
    assert stop is not None
    trace, step = stop
    return (f"{trace.sender}'s {label(trace.packet)}, {trace.packet.flow.source} > {trace.packet.flow.destination}, is"
            f" lost at {step.at}, {step.check} ({step.row})")


def updates(given: object) -> str:
    """04.1: web itself opens a connection; now web is the client."""
    row, entry = to_add(given), as_a(given, AclEntry)
    visit = one_server(*TO_UPDATES, row).connect("web", API, 443)
    if not visit.outcome.works:
        hint = ""
        if entry is not None and entry.direction == OUT:
            hint = " The answer has to come INTO web's subnet."
        elif entry is not None and entry.ports[0] <= 443 <= entry.ports[1]:
            hint = " The answer comes from port 443. To which port?"
        elif entry is not None:
            hint = " Does your entry let in what comes from there, to that port?"
        elif as_a(given, GroupRule):
            hint = " The group had let the SYN out, and remembers. Who does not remember?"
        return f"Not yet: {_lost(visit)}.{hint}"
    for port in (32_768, 60_999):
        ports = _web_from(port, row).connect("web", API, 443)
        if not ports.outcome.works:
            return f"Not yet. This time it works, but web is a Linux and may choose port {port}: {_lost(ports)}."
    flow = visit.capture[1].packet.flow
    return (f"Right. web opened {flow}, so the answer comes from port 443 and goes to port {flow.sport}. Before a"
            " server the ACL must let answers OUT to the clients' ports; before a client it must let them IN to its"
            " own.")


def _web_from(port: int, row: AddedRow) -> Site:
    vpc = one_server(*TO_UPDATES, row).vpc
    web = Device("web", Host, (("ports", (port, port)),))  # only its part as a client is played
    return Site(vpc._replace(devices=tuple(web if device.name == "web" else device for device in vpc.devices)))


UPDATES_SOLUTION = """from vpcedu.tables.network_acl import AclEntry

# web chose the port of this connection itself, from 32768-60999, as Linux does. The answer comes IN to it.
# (1024, 65535) is right too, and so is "198.51.100.7/32" in the place of everybody.
row = AclEntry("acl-web", 110, "in", "allow", 6, (32768, 60999), "0.0.0.0/0")
"""


def sometimes(given: object) -> str:
    """04.2: the balancer's range is wider than Linux'."""
    row = as_a(given, AclEntry)
    if row is None or (row.acl, row.direction, row.number) != ("acl-private", OUT, 100):
        raise ValueError(f"{given!r}: expected an AclEntry for acl-private, out, with the number 100")
    visits = [_behind(seed, row).get(PAGE) for seed in SEEDS]
    bad = [visit for visit in visits if not visit.outcome.works]
    if not bad:
        return f"Right. {len(visits)} of {len(visits)} pages come. The ELB node takes its ports from 1024-65535."
    return (f"Not yet: {len(visits) - len(bad)} of {len(visits)} pages come. Of one that does not, {_lost(bad[0])}."
            " To whom does web answer here, and from which range does that one take its ports?")


def _behind(seed: int, row: AclEntry) -> Site:
    vpc = reference_vpc("classic-tcp")
    others = tuple(entry for entry in vpc.acl_entries if entry.acl != "acl-private")
    return Site(vpc._replace(acl_entries=(*others, NARROW[0], row)), seed)


SOMETIMES = """from vpcedu.tables.network_acl import AclEntry

# The client's port is of no concern here: the client's connection ends at the ELB node. web answers the
# node's own connection, and Elastic Load Balancing takes its ports from 1024-65535.
row = AclEntry("acl-private", 100, "out", "allow", 6, (1024, 65535), "10.0.0.0/24")
"""


def cut(given: object) -> str:
    """04.3: cut one client off at once, its open connection too, and nobody else."""
    site = one_server(answers(*EPHEMERAL))
    row, entry = to_add(given), as_a(given, AclEntry)
    if as_a(given, GroupRule):
        return ("Not yet. Rules of a group only allow: no rule that you add takes anything away. And a rule that you"
                f" removed would leave this flow alone, since it is tracked. Which filter can deny {CLIENT}?")
    edit = edited(site, None, row)
    if edit.visit.outcome.works and edit.passes and _answered(edit.visit, edit.again.number):
        hint = " The lowest number that fits decides." if entry is not None and entry.number > 100 else ""
        hint = " You allow." if entry is not None and entry.action != DENY else hint
        return f"Not yet. The client sends again, and web answers: nothing stopped it.{hint}"
    other = Site(_renamed(row)).get(PAGE)
    if not other.outcome.works:
        return f"Not yet. The client is cut off, but so is another one, 203.0.113.11: {_lost(other)}."
    lost = edit.again.dropped
    where = f"its next packet is lost at {lost.at}, {lost.check}" if lost else "web's answer is lost at the ACL"
    return (f"Right. The connection stands, and {where}. The group still tracks this flow and would let it pass; the"
            " network ACL knows no flows, so a new entry counts for each next packet. Others still get the page.")


def _answered(visit: Visit, number: int) -> bool:
    """Whether web's answer to this packet came home."""
    return any(t.delivered and t.sender == "web" and t.number > number for t in visit.capture)


def _renamed(row: AddedRow) -> Vpc:
    vpc = one_server(answers(*EPHEMERAL), row).vpc
    outside = tuple(h._replace(address="203.0.113.11") if h.device == "client" else h for h in vpc.outside)
    return vpc._replace(outside=outside)


CUT = """from vpcedu.tables.network_acl import AclEntry

# A number below 100, or the entry that allows port 80 is met first. /32 is one address.
row = AclEntry("acl-web", 90, "in", "deny", -1, (0, 65535), "203.0.113.10/32")
"""
