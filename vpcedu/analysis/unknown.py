"""Unknown: what the files do not tell, where the packets of a question met it.

A loader cannot describe what no file has, and sets aside what the model has nothing for. Each such
thing has a name of the description: a VPC, a gateway, a device, an interface, a subnet, a route
table or a route in it, a network ACL, a group, an address, or a balancer's name with a port. Where
a packet was decided by a part of that name, the model's answer is a guess, so it is none. Coarse: a
packet meets a VPC as soon as it is at one of its interfaces, and a group where it is refused (rules
that no file has could only allow more).
"""

from __future__ import annotations

from vpcedu.address import contains
from vpcedu.analysis.ends import SOMEONE, find
from vpcedu.network.validity import reserved
from vpcedu.network.vpc import Unknown
from vpcedu.sites.field import is_numeric
from vpcedu.views.decided import route_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TypeVar

    from vpcedu.analysis.ends import Question
    from vpcedu.network.interface import Interface
    from vpcedu.network.open_points import Assumption
    from vpcedu.network.vpc import Vpc
    from vpcedu.sites.visit import Visit
    from vpcedu.trace import Step

    OpenPoint = TypeVar("OpenPoint", Assumption, Unknown)

KEPT = (
    ("169.254.0.0/16", "a link-local address, which AWS's own services use"),
    ("100.64.0.0/10", "an address of the block that RFC 6598 shares between networks"),
)


def met(vpc: Vpc, visit: Visit) -> tuple[Unknown, ...]:
    """What is unknown of a description and decided about packets of a visit, each thing once."""
    found = touched(vpc, visit, (row for one in vpc.everyone for row in one.unknown))
    return (*found, *passed(vpc, visit)) if visit.outcome.works else found


def passed(vpc: Vpc, visit: Visit) -> tuple[Unknown, ...]:
    """The transit gateways that packets of a visit passed: they may be lost there all the same."""
    gateways = {row.gateway: row for one in vpc.everyone for row in one.transits}
    met_at: dict[str, Step] = {}
    for trace in (trace for talk in visit.connections for trace in talk.traces):
        for step in trace.steps:
            route = route_of(step)
            if step.reason is None and route is not None and route.target in gateways:
                met_at.setdefault(route.target, step)
    return tuple(
        Unknown(
            name,
            f"the route tables lead through {name}, but not everything that it may drop is modelled",
            "",
            f"at {step.at}, {step.check}",
        )
        for name, step in met_at.items()
    )


def assumed(vpc: Vpc, visit: Visit) -> tuple[Assumption, ...]:
    """What a description takes for granted and decided about packets of a visit, each once."""
    return touched(vpc, visit, (row for one in vpc.everyone for row in one.assumed))


def touched(vpc: Vpc, visit: Visit, points: Iterable[OpenPoint]) -> tuple[OpenPoint, ...]:
    """The open points that packets of a visit met, each with the place where the first one did."""
    every = tuple(dict.fromkeys(points))
    if not every:
        return ()
    names: dict[str, str] = {}
    for trace in (trace for talk in visit.connections for trace in talk.traces):
        for step in trace.steps:
            for name in _names(vpc, step):
                names.setdefault(name, f"packet {trace.number} at {step.at}, {step.check}")
    addresses = [name for name in names if is_numeric(name)]
    found = []
    for row in every:
        there = names.get(row.about, "")
        if is_block(row.about):
            inside = (names[word] for word in addresses if contains(row.about, word))
            there = there or next(inside, "")
        if there:
            found.append(row._replace(met=there))
    return tuple(found)


def each(points: Iterable[OpenPoint]) -> tuple[OpenPoint, ...]:
    """Open points, each once, as it was met first."""
    found: dict[tuple[str, str], OpenPoint] = {}
    for row in points:
        found.setdefault((row.about, row.words), row)
    return tuple(found.values())


def is_block(about: str) -> bool:
    """Whether what is unknown is about a block of addresses, such as a prefix of an interface."""
    address, slash, _ = about.partition("/")
    return bool(slash) and is_numeric(address)


def nothing_inside(vpc: Vpc, question: Question) -> tuple[Unknown, ...]:
    """What is unknown of a question whose ends nobody described.

    Its address is one that AWS keeps for itself, or both ends are outside the VPCs and one of them
    is not described.
    """
    source, there = find(vpc, question.source), find(vpc, question.destination)
    blocks = () if there.interface else KEPT  # an account's own subnets may have such addresses
    kept = next((words for block, words in blocks if contains(block, there.address)), "")
    for subnet in (
        row
        for each_vpc in vpc.everyone
        for row in each_vpc.subnets
        if contains(row.cidr, there.address)
    ):
        purpose = reserved(subnet.cidr, there.address)
        kept = f"kept by AWS for {purpose}" if purpose else kept
    if kept:
        return (
            Unknown(
                there.address, f"{there.address} is {kept}, and what answers there is not modelled"
            ),
        )
    named = any(
        there.address in row.addresses for each_vpc in vpc.everyone for row in each_vpc.names
    )
    described = source.device and there.device and SOMEONE not in (source.device, there.device)
    if source.interface or there.interface or named or described:
        return ()
    words = f"{there.address} is not in the VPC, and no packet from {question.source} to it comes near the VPC"
    return (Unknown(there.address, words),)


def names_of(home: Vpc, row: Interface | None) -> set[str]:
    """The names of everything that may decide about packets of an interface.

    None means the Internet.
    """
    if row is None:
        return {home.name, home.internet_gateway}
    subnet = next(one for one in home.subnets if one.name == row.subnet)
    return {
        home.name,
        row.device,
        row.id,
        row.address,
        *row.secondary,
        row.subnet,
        *row.groups,
        subnet.route_table or home.main,
        subnet.network_acl,
    }


def _names(vpc: Vpc, step: Step) -> Iterator[str]:
    """The names of everything that a step may have been decided by."""
    flow = step.before.flow
    yield from (step.at, flow.src, flow.dst)
    for home in vpc.everyone:
        if home.has(flow.dst):
            yield home.name
        own = [interface for interface in home.interfaces if interface.device == step.at]
        for row in [
            row for row in own if {flow.src, flow.dst} & {row.address, *row.secondary}
        ] or own:
            yield from _at(home, row, step)


def _at(home: Vpc, row: Interface, step: Step) -> Iterator[str]:
    """What stands at an interface: its VPC, subnet, tables and security groups.

    A balancer's node has its listeners as well.
    """
    yield from (home.name, row.id, row.subnet)
    subnet = next(one for one in home.subnets if one.name == row.subnet)
    route = route_of(step)
    if step.check == "route":
        yield subnet.route_table or home.main
    if route is not None:
        yield f"{route.table} {route.destination}"
    if step.check.startswith("network ACL"):
        yield subnet.network_acl
    if step.check.startswith("group") and step.reason is not None:
        yield from row.groups
    addresses = {row.address, *row.secondary}
    addresses |= {one.public for one in home.associations if one.private in addresses}
    for name in home.names:
        if addresses & set(name.addresses):
            yield from (name.name, f"{name.name}:{step.before.flow.dport}")
