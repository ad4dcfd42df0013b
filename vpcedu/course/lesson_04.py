"""Lesson 04: the prediction about filters, and the exercises with their solutions."""

from __future__ import annotations

from vpcedu.course.judgement import Judgement
from vpcedu.flow import TCP
from vpcedu.hosts.host import Host
from vpcedu.network.vpc import Device, Vpc
from vpcedu.quoting import quoted
from vpcedu.sites.field import one_of, whole
from vpcedu.sites.one_server import ACL, CALLERS, GROUP, answers, edited, one_server, share
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

MISSING = ("nothing", "group", "acl", "both")


def judge_filters(missing: object, first: object = "", last: object = "") -> Judgement:
    """Compare with runs: what does a server that lets port 80 in still lack for its answers?

    An outbound row in the security group, in the network ACL, in both or nothing, and for which
    destination ports.

    The fields may be text as typed; the ports count where a row is missing. ValueError where one is
    something else.
    """
    word = one_of("missing", missing, MISSING, {"network acl": "acl"})
    if word == "nothing":
        return Judgement(
            False,
            f"We ran just that, with nothing added. {_fate(one_server().get(PAGE))} The "
            "security group remembers what it allowed in. The network ACL checks every "
            "packet afresh, the answer too.",
            None,
        )
    ports = _range(first, last)
    rule = GroupRule(GROUP, OUT, ports, ANYWHERE)
    if word == "group":
        return Judgement(
            False,
            f"Your rule was added to the security group ({rule.what}). "
            f"{_fate(one_server(rule).get(PAGE))} The security group needed no rule: the "
            "answer belongs to a flow that it tracks.",
            None,
        )
    narrow = _narrow(ports)
    if narrow is not None:
        return narrow
    if word == "both":
        return Judgement(
            False,
            "The page comes. But it comes without the security group's rule too: the "
            f"answer belongs to a flow that the security group tracks. Only {ACL} lacked an "
            "entry.",
            None,
        )
    return Judgement(
        True,
        f"Right. With the entry {answers(*ports).what} in {ACL} clients got the page on "
        "both ends of every range: "
        f"{', '.join((f'{who} {low}-{high}' for who, (low, high) in CALLERS.items()))}. The "
        "security group needs no rule: it remembers.",
        None,
    )


def _narrow(ports: tuple[int, int]) -> Judgement | None:
    """What happens to clients whose port lies outside the entry; None where there are none."""
    entry = answers(*ports)
    usual = one_server(entry).get(PAGE)
    if not usual.outcome.works:
        port = usual.capture[1].packet.flow.sport
        belief = (
            " The answer comes FROM port 80, and goes TO the port that the client chose."
            if ports[0] <= 80
            else f" This client runs Linux and chose {port}."
        )
        return Judgement(False, f"The entry was added ({entry.what}). {_fate(usual)}{belief}", None)
    for who, (low, high) in CALLERS.items():
        inside = share(*ports, (low, high))
        if inside < high - low + 1:
            port = low if not ports[0] <= low <= ports[1] else ports[1] + 1
            lost = one_server(entry, port=port).get(PAGE)
            return Judgement(
                False,
                f"This client gets its page, and others do not: {who} choose from "
                f"{low}-{high}. Your entry allows {inside:,} of these {high - low + 1:,} "
                f"ports. The next client chose {port}. {_fate(lost)}",
                None,
            )
    for port in {end for span in CALLERS.values() for end in span}:
        assert one_server(entry, port=port).get(PAGE).outcome.works
    return None


def _fate(visit: Visit) -> str:
    """What the client sees, and which packet was lost where."""
    stop = blocker(visit)
    assert stop is not None and visit.result is not None
    trace, step = stop
    return (
        f"The client sees: {visit.symptom} after {visit.result.after / 1000000.0:g} s. "
        f"web's {label(trace.packet)} to {trace.packet.flow.destination} was lost at "
        f"{step.at}, {step.check} ({step.row})."
    )


def _range(first: object, last: object) -> tuple[int, int]:
    low, high = whole("first port", first, 0, 65_535), whole("last port", last, 0, 65_535)
    if low > high:
        raise ValueError(f"ports {low} to {high}: expected the lower one first")
    return low, high


SEEDS = range(20)
TO_UPDATES = (
    answers(*EPHEMERAL),
    AclEntry("acl-web", 110, OUT, ALLOW, TCP, (443, 443), ANYWHERE),
    GroupRule("sg-web", OUT, (443, 443), ANYWHERE),
)
NARROW = (
    AclEntry("acl-private", 100, IN, ALLOW, TCP, (80, 80), PUBLIC),
    AclEntry("acl-private", 100, OUT, ALLOW, TCP, (32_768, 60_999), PUBLIC),
)


def _lost(visit: Visit) -> str:
    """Which packet was lost where, in one clause; its addresses are those that it had there."""
    stop = blocker(visit)
    assert stop is not None
    trace, step = stop
    return (
        f"{trace.sender}'s {label(trace.packet)}, {step.before.flow}, is"
        f" lost at {step.at}, {step.check} ({step.row})"
    )


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
            hint = " Does your entry allow packets from that source, to that port?"
        elif as_a(given, GroupRule):
            hint = (
                " The security group had allowed the SYN out, and remembers it. Which filter "
                "does not remember?"
            )
        return f"Not yet: {_lost(visit)}.{hint}"
    for port in (32_768, 60_999):
        ports = _web_from(port, row).connect("web", API, 443)
        if not ports.outcome.works:
            return (
                f"Not yet. This time it works, but web runs Linux and may choose port {port}: "
                f"{_lost(ports)}."
            )
    flow = visit.capture[1].packet.flow
    return (
        f"Right. web opened {flow}, so the answer comes from port 443 and goes to port "
        f"{flow.sport}. For a server the network ACL must allow answers OUT, to the "
        "clients' ports. For a client it must allow them IN, to the client's own ports."
    )


def _web_from(port: int, row: AddedRow) -> Site:
    vpc = one_server(*TO_UPDATES, row).vpc
    web = Device("web", Host, (("ports", (port, port)),))  # only its part as a client is simulated
    return Site(
        vpc._replace(
            devices=tuple(web if device.name == "web" else device for device in vpc.devices)
        )
    )


UPDATES_SOLUTION = """from vpcedu.tables.network_acl import AclEntry

# web chose the port of this connection itself, from 32768-60999, as Linux does. The answer comes IN to it.
# (1024, 65535) is right too, and so is "198.51.100.7/32" instead of everybody.
row = AclEntry("acl-web", 110, "in", "allow", 6, (32768, 60999), "0.0.0.0/0")
"""


def sometimes(given: object) -> str:
    """04.2: the balancer's range is wider than Linux'."""
    row = as_a(given, AclEntry)
    if row is None or (row.acl, row.direction, row.number) != ("acl-private", OUT, 100):
        raise ValueError(
            f"{quoted(given)}: expected an AclEntry for acl-private, out, with the number 100"
        )
    visits = [_behind(seed, row).get(PAGE) for seed in SEEDS]
    bad = [visit for visit in visits if not visit.outcome.works]
    if not bad:
        return f"Right. {len(visits)} of {len(visits)} pages come. The ELB node takes its ports from 1024-65535."
    return (
        f"Not yet: {len(visits) - len(bad)} of {len(visits)} pages come. In one that does "
        f"not, {_lost(bad[0])}. Whom does web answer here, and from which range does that "
        "host choose its ports?"
    )


def _behind(seed: int, row: AclEntry) -> Site:
    vpc = reference_vpc("classic-tcp")
    others = tuple(entry for entry in vpc.acl_entries if entry.acl != "acl-private")
    return Site(vpc._replace(acl_entries=(*others, NARROW[0], row)), seed)


SOMETIMES = """from vpcedu.tables.network_acl import AclEntry

# The client's port does not matter here: the client's connection ends at the ELB node. web answers the
# node's own connection, and Elastic Load Balancing takes its ports from 1024-65535.
row = AclEntry("acl-private", 100, "out", "allow", 6, (1024, 65535), "10.0.0.0/24")
"""


def cut(given: object) -> str:
    """04.3: cut one client off at once, its open connection too, and nobody else."""
    site = one_server(answers(*EPHEMERAL))
    row, entry = to_add(given), as_a(given, AclEntry)
    if as_a(given, GroupRule):
        return (
            "Not yet. The rules of a security group only allow, so no rule that you add "
            "takes anything away. Deleting a rule would not stop this flow either, because "
            f"it is tracked. Which filter can deny {CLIENT}?"
        )
    edit = edited(site, None, row)
    if edit.visit.outcome.works and edit.passes and _answered(edit.visit, edit.again.number):
        hint = (
            " The entry with the lowest number that matches decides."
            if entry is not None and entry.number > 100
            else ""
        )
        hint = " You allow." if entry is not None and entry.action != DENY else hint
        return f"Not yet. The client sends again, and web answers: nothing stopped it.{hint}"
    other = Site(_renamed(row)).get(PAGE)
    if not other.outcome.works:
        return (
            "Not yet. The client is cut off, but another one, 203.0.113.11, is too: "
            f"{_lost(other)}."
        )
    lost = edit.again.dropped
    where = (
        f"its next packet is lost at {lost.at}, {lost.check}"
        if lost
        else "web's answer is lost at the network ACL"
    )
    return (
        f"Right. The connection is still there, and {where}. The security group still "
        "tracks this flow and would allow it. The network ACL tracks nothing, so a new "
        "entry applies to the very next packet. Others still get the page."
    )


def _answered(visit: Visit, number: int) -> bool:
    """Whether web's answer to this packet came home."""
    return any(t.delivered and t.sender == "web" and t.number > number for t in visit.capture)


def _renamed(row: AddedRow) -> Vpc:
    vpc = one_server(answers(*EPHEMERAL), row).vpc
    outside = tuple(
        h._replace(address="203.0.113.11") if h.device == "client" else h for h in vpc.outside
    )
    return vpc._replace(outside=outside)


CUT = """from vpcedu.tables.network_acl import AclEntry

# The number must be below 100, or the entry that allows port 80 matches first. /32 is one address.
row = AclEntry("acl-web", 90, "in", "deny", -1, (0, 65535), "203.0.113.10/32")
"""
