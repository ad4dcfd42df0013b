"""Unknown: what the files do not tell, where the packets of a question met it.

A loader cannot describe what no file has, and sets aside what the model has nothing for. Each such thing has a name of
the description: a VPC, a gateway, a device, an interface, a subnet, a route table, a network ACL, a group, an address,
or a balancer's name with a port. Where a packet was decided by a part of that name, the model's answer is a guess, so
it is none. Coarse: a packet meets a VPC as soon as it is at one of its interfaces, and a group where it is refused
(rules that no file has could only allow more).
"""

from __future__ import annotations

from vpcedu.analysis.ends import find
from vpcedu.network.vpc import Unknown
from vpcedu.views.outcome import UNKNOWN, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from vpcedu.analysis.ends import Question
    from vpcedu.network.interface import Interface
    from vpcedu.network.vpc import Vpc
    from vpcedu.sites.visit import Visit
    from vpcedu.trace import Step


def met(vpc: Vpc, visit: Visit) -> tuple[Unknown, ...]:
    """What is unknown of a description and decided about packets of a visit, each thing once."""
    open_points = tuple(dict.fromkeys(row for one in vpc.everyone for row in one.unknown))
    if not open_points:
        return ()
    names = {name for talk in visit.connections for trace in talk.traces for step in trace.steps
             for name in _names(vpc, step)}
    return tuple(row for row in open_points if row.about in names)


def told(vpc: Vpc, visit: Visit) -> Outcome:
    """The outcome of a visit, as far as the files tell it."""
    return Outcome(UNKNOWN, UNKNOWN) if met(vpc, visit) else visit.outcome


def nothing_inside(vpc: Vpc, question: Question) -> tuple[Unknown, ...]:
    """What is unknown of a question whose ends are both outside the VPCs, and one of them an address that nobody
    described: no packet of it comes near them."""
    source, there = find(vpc, question.source), find(vpc, question.destination)
    named = any(there.address in row.addresses for one in vpc.everyone for row in one.names)
    if source.interface or there.interface or there.device or named:
        return ()
    words = f"{there.address} is no address of the VPC, and no packet from {question.source} to it comes near the VPC"
    return (Unknown(there.address, words),)


def names_of(home: Vpc, row: Interface | None) -> set[str]:
    """The names of everything that may decide about packets of an interface; None: of the Internet."""
    if row is None:
        return {home.name, home.internet_gateway}
    subnet = next(one for one in home.subnets if one.name == row.subnet)
    return {home.name, row.device, row.id, row.address, *row.secondary, row.subnet, *row.groups,
            subnet.route_table or home.main, subnet.network_acl}


def _names(vpc: Vpc, step: Step) -> Iterator[str]:
    """The names of everything that a step may have been decided by."""
    flow = step.before.flow
    yield from (step.at, flow.src, flow.dst)
    for home in vpc.everyone:
        if home.has(flow.dst):
            yield home.name
        own = [row for row in home.interfaces if row.device == step.at]
        for row in [row for row in own if {flow.src, flow.dst} & {row.address, *row.secondary}] or own:
            yield from _at(home, row, step)


def _at(home: Vpc, row: Interface, step: Step) -> Iterator[str]:
    """What stands at an interface: its VPC, subnet, tables, groups, and the listeners of a balancer's node."""
    yield from (home.name, row.id, row.subnet)
    subnet = next(one for one in home.subnets if one.name == row.subnet)
    if step.check == "route":
        yield subnet.route_table or home.main
    if step.check.startswith("network ACL"):
        yield subnet.network_acl
    if step.check.startswith("group") and step.reason is not None:
        yield from row.groups
    addresses = {row.address, *row.secondary}
    addresses |= {one.public for one in home.associations if one.private in addresses}
    for name in home.names:
        if addresses & set(name.addresses):
            yield from (name.name, f"{name.name}:{step.before.flow.dport}")
