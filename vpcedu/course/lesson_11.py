"""Lesson 11: your own network under short names, the prediction about it; exercises, solutions."""

from __future__ import annotations

from vpcedu.analysis.answer import ask
from vpcedu.analysis.audit_report import audit
from vpcedu.analysis.change import Repair
from vpcedu.analysis.path import losses
from vpcedu.course.judgement import Judgement
from vpcedu.hosts.any_server import AnyServer
from vpcedu.network.interface import Interface, Subnet
from vpcedu.network.vpc import Device
from vpcedu.quoting import quoted
from vpcedu.sites.field import one_of
from vpcedu.sites.row_kinds import as_a
from vpcedu.tables.network_acl import AclEntry
from vpcedu.tables.route_table import Route
from vpcedu.views.outcome import SOMETIMES, WORKS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from vpcedu.analysis.answer import Answer
    from vpcedu.network.vpc import Vpc

EXAMPLE = {  # what the tags of the example say
    "i-0e11f22a33b440001": "web-1",
    "i-0e11f22a33b440002": "web-2",
    "i-0e11f22a33b440003": "db",
    "i-0e11f22a33b440004": "bastion",
    "nat-0a33b44c55d660001": "NAT gateway",
    "igw-0a22b33c44d550001": "igw",
    "shop/eni-0f11a22b33c440006": "ALB node a",
    "shop/eni-0f11a22b33c440007": "ALB node b",
}
QUESTIONS = (("web-1", "internet", 443), ("web-2", "internet", 443), ("web-1", "db", 5_432))
FATES = (WORKS, "there", "back")


def named(vpc: Vpc, names: Mapping[str, str]) -> Vpc:
    """The VPC with devices and Internet gateway under other names, for texts and pictures.

    Rows keep AWS's ids.

    ValueError for an id that the VPC has not, and for a name that two things would have.
    """
    known = {device.name for device in vpc.devices} | {vpc.internet_gateway}
    for old in names:
        if old not in known:
            raise ValueError(
                f"{quoted(old)}: expected one of {', '.join(sorted(filter(None, known)))}"
            )
    after = [names.get(old, old) for old in known]
    for name in names.values():
        if not name or after.count(name) > 1:
            raise ValueError(f"name {quoted(name)}: expected one that nothing else has")
    return vpc._replace(
        devices=tuple(
            device._replace(name=names.get(device.name, device.name)) for device in vpc.devices
        ),
        interfaces=tuple(
            interface._replace(device=names.get(interface.device, interface.device))
            for interface in vpc.interfaces
        ),
        outside=tuple(
            row._replace(device=names.get(row.device, row.device)) for row in vpc.outside
        ),
        routes=tuple(
            route._replace(target=names.get(route.target, route.target)) for route in vpc.routes
        ),
        internet_gateway=names.get(vpc.internet_gateway, vpc.internet_gateway),
        unknown=tuple(row._replace(about=names.get(row.about, row.about)) for row in vpc.unknown),
        assumed=tuple(row._replace(about=names.get(row.about, row.about)) for row in vpc.assumed),
    )


def example_vpc() -> Vpc:
    """The example network that comes with the package, under the short names of its lesson."""
    from vpcedu import aws  # only the lesson on one's own network reads files

    return named(aws.load(aws.example()).vpc(), EXAMPLE)


def hop_by_hop(answer: Answer) -> str:
    """What brings a reply back, device by device, from the far end homewards."""
    lines: list[str] = []
    before = ""
    for state in answer.states:
        device, _, words = state.partition(", ")
        lines += [device] if device != before else []
        lines.append(f"  {words}")
        before = device
    return "\n".join(lines)


def judge_own(update_1: object, update_2: object, database: object) -> Judgement:
    """Compare with runs what happens to three questions to the example.

    web-1 and web-2 call the Internet on 443, web-1 calls db on 5432. Each works, or loses a packet
    on the path there, or back.

    The fields may be text as typed. ValueError for another word.
    """
    words = []
    for field, value in zip(
        ("web-1's update", "web-2's update", "web-1 to db"),
        (update_1, update_2, database),
        strict=True,
    ):
        words.append(one_of(field, value, FATES))
    vpc = example_vpc()
    answers = [ask(vpc, *question) for question in QUESTIONS]
    wrong = [
        (said, answer) for said, answer in zip(words, answers, strict=True) if said != fate(answer)
    ]
    if not wrong:
        return Judgement(
            True,
            "Right, all three: packets were sent, and " + " ".join(a.verdict for a in answers),
            None,
        )
    sentences = " ".join(
        f'You said "{said}". {answer.verdict}{_belief(answer)}' for said, answer in wrong
    )
    return Judgement(False, f"{3 - len(wrong)} of 3. {sentences}", None)


def fate(answer: Answer) -> str:
    """works, or the direction of the first packet lost: there or back."""
    if answer.reachable:
        return WORKS
    return "back" if any(loss.back for loss in losses(answer.visit)[:1]) else "there"


def _belief(answer: Answer) -> str:
    if fate(answer) == "back":
        flow = answer.back[0].packet.flow
        return f" The request had arrived. The answer goes to port {flow.dport}."
    if fate(answer) == "there":
        return (
            " It has the same filters as web-1, but its subnet names no route table, so the "
            "main one applies."
        )
    return ""


MAIN, PRIVATE_TABLE, DATA = (
    "rtb-0b11c22d33e440001",
    "rtb-0b11c22d33e440003",
    "acl-0d11e22f33a440002",
)


def _with(given: object) -> Vpc:
    repair, row = as_a(given, Repair), as_a(given, Route) or as_a(given, AclEntry)
    if repair is not None:
        return repair.apply(example_vpc())
    if row is not None:
        return example_vpc().with_row(row)
    raise ValueError(f"{quoted(given)}: expected a Repair, or a Route or AclEntry to add")


def way_out(given: object) -> str:
    """11.1: web-2 gets its update, and a subnet without a table of its own has no path out."""
    vpc = _with(given)
    answer = ask(vpc, "web-2", "internet", 443)
    if not answer.reachable:
        return f"Not yet: {answer.verdict}"
    tomorrow = ask(_tomorrow(vpc), "new", "internet", 443)
    if tomorrow.reachable:
        return (
            "Not yet. web-2 gets its update, but your route is in the main table, which applies "
            "to every subnet that names none. We added such a subnet, with the host new: "
            f"{tomorrow.verdict} What decides which table a subnet uses?"
        )
    hops = next(trace.devices for trace in answer.visit.capture if trace.sender == "web-2")
    if "NAT gateway" not in hops:
        return f"Not yet. web-2 gets its update, but by another path: {' > '.join(hops)}."
    return (
        "Right. web-2 gets its update through the NAT gateway, and a new subnet without a "
        "route table has no path out."
    )


def _tomorrow(vpc: Vpc) -> Vpc:
    old = next(subnet for subnet in vpc.subnets if subnet.cidr == "10.20.11.0/24")
    like = next(interface for interface in vpc.interfaces if interface.device == "web-2")
    new = Subnet("subnet-new", "10.20.99.0/24", None, old.network_acl, old.zone)
    host = Interface("new", "subnet-new", "10.20.99.10", like.groups)
    return vpc._replace(
        subnets=(*vpc.subnets, new),
        interfaces=(*vpc.interfaces, host),
        devices=(*vpc.devices, Device("new", AnyServer)),
    )


WAY_OUT = """from vpcedu import lab
from vpcedu.analysis.change import Repair

# Not a route into the main table: that would let every subnet out that names no table. Name web-2's table instead.
old = lab.example_vpc().subnets[3]
row = Repair(old, old._replace(route_table="rtb-0b11c22d33e440003"))
"""


def database(given: object) -> str:
    """11.2: both web hosts reach db from every port that they may choose."""
    vpc = _with(given)
    report = audit(vpc)
    end = {one.device: one.id for one in vpc.interfaces}
    for host in ("web-1", "web-2"):
        answer = ask(vpc, host, "db", 5_432)
        if not answer.reachable:
            often = answer.outcome.verdict == SOMETIMES
            return f"Not yet: {answer.verdict}" + " Which ports may it choose?" * often
    if report.reaches(end["bastion"], end["db"], 5_432) is not False:
        return "Not yet. Both reach db, but so does bastion now."
    return (
        "Right. web-1 and web-2 reach db from every port that they may choose, and bastion "
        "still does not."
    )


DATABASE = """from vpcedu.tables.network_acl import AclEntry

# Answers leave the data subnet for the ports that web-1 and web-2 chose: 32768-60999 for Linux, 1024-65535 for all.
row = AclEntry("acl-0d11e22f33a440002", 110, "out", "allow", 6, (1024, 65535), "10.20.0.0/16")
"""
