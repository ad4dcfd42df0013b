"""Ways out: routes, addresses and gateways that could bring a packet out of its VPC, or into it.

Proposed is what a careful colleague would do. A private subnet stays private: a route to the
Internet gateway is for a table whose subnets hold public addresses, and others go through a NAT
gateway in a public subnet, an existing one before a new one. A gateway endpoint for a service comes
before both, since it opens less. The interface of a service (a function, a container, a load
balancer's node) gets no address: AWS alone gives it one. What is not proposed is said, with the
reason. Source: VPC user guide, "NAT gateway use cases", "Route tables".
"""

from __future__ import annotations

from vpcedu.address import contains
from vpcedu.analysis.change import Repair
from vpcedu.analysis.ends import OWN, free_address, is_inside, target_groups
from vpcedu.analysis.path import table_of
from vpcedu.analysis.question import home_of
from vpcedu.analysis.repairs.new_parts import (
    EndpointRoutes,
    NewNatGateway,
    ServicePlacement,
    nodes_of,
)
from vpcedu.gateways.internet_gateway import Association
from vpcedu.gateways.nat_gateway import NatGateway
from vpcedu.gateways.nat_instance import NatInstance
from vpcedu.network.vpc import ACTIVE
from vpcedu.row import NamedRow
from vpcedu.tables.route_table import LOCAL, Route, RouteTable
from vpcedu.tables.traffic import ANYWHERE
from vpcedu.views.decided import routes_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from vpcedu.analysis.path import Loss
    from vpcedu.network.interface import Interface, Subnet
    from vpcedu.network.vpc import Device, Vpc

    Plan = tuple[Repair, ...]

NEW_NAT, NEW_ENDPOINT = "nat-new", "vpce-new"
GATEWAY_SERVICES = (".s3", ".dynamodb")  # the services that have gateway endpoints


class Refusal(NamedRow):
    """Why something that would help is not proposed, as a sentence without its full stop."""

    words: str


STAYS_PRIVATE = "{device} is in a private subnet and stays there; {instead}"
PUBLISH = "to publish it, put a load balancer into public subnets in front of it"
PUBLISHED = "from outside, use the load balancer {name}, which leads to it"
NO_ADDRESS = (
    "{device} belongs to a service, and only its own settings can give it a public address, such as"
    " assignPublicIp"
)
NO_PUBLIC_SUBNET = (
    "the packets of {device} need a NAT gateway, and {vpc} has no public subnet to put one into"
)


def device_named(vpc: Vpc, name: str) -> Device | None:
    """The row of a device, in any of the VPCs."""
    every = (device for one in vpc.everyone for device in one.devices)
    return next((device for device in every if device.name == name), None)


def owner_of(vpc: Vpc, address: str) -> Interface | None:
    """The interface that has a private address, in any of the VPCs."""
    every = (row for one in vpc.everyone for row in one.interfaces)
    return next((row for row in every if address in row.addresses), None)


def is_services(vpc: Vpc, name: str) -> bool:
    """Whether a service owns a device's interfaces, so that AWS alone changes them.

    Such are load balancers, endpoints, databases, functions, containers.
    """
    device = device_named(vpc, name)
    return device is not None and (name.startswith("eni-") or "listeners" in dict(device.settings))


def gateways(vpc: Vpc) -> tuple[str, ...]:
    """Where a route out of the VPC may lead: the Internet gateway, and each NAT."""
    return (vpc.internet_gateway, *nats(vpc)) if vpc.internet_gateway else nats(vpc)


def nats(vpc: Vpc) -> tuple[str, ...]:
    """The NAT gateways and NAT instances of a VPC."""
    return tuple(
        device.name for device in vpc.devices if issubclass(device.kind, (NatGateway, NatInstance))
    )


def _subnet_of(home: Vpc, device: str) -> Subnet | None:
    row = next((row for row in home.interfaces if row.device == device), None)
    return next((one for one in home.subnets if row and one.name == row.subnet), None)


def is_meant_public(home: Vpc, table: str) -> bool:
    """Whether the subnets of a route table are for what has public addresses.

    They are if something in them has one. A NAT gateway's says so only if nothing else is there:
    people put one into a private subnet by mistake.
    """
    own = {row.name for row in home.subnets if (row.route_table or home.main) == table}
    public = {row.private for row in home.associations}
    inside = [row for row in home.interfaces if row.subnet in own]
    others = [row for row in inside if row.device not in nats(home)]
    return any(row.address in public for row in others or inside)


def _leads_outside(home: Vpc, table: str) -> bool:
    rows = (row for row in home.routes if row.table == table)
    return bool(home.internet_gateway) and any(row.target == home.internet_gateway for row in rows)


def targets_out(home: Vpc, table: str, source: Interface | None) -> Iterator[tuple[Plan, str]]:
    """Where a table's route out may lead, and what has to be there first; what opens least first.

    source: the interface that sends. One with a public address sends through the Internet gateway,
    another one through a NAT gateway, the nearest first.
    """
    public = {row.private for row in home.associations}
    if (
        home.internet_gateway
        and is_meant_public(home, table)
        and (source is None or source.address in public)
    ):
        yield (), home.internet_gateway
        return
    tables = {row.name: row.route_table or home.main for row in home.subnets}
    zones = {row.name: row.zone for row in home.subnets}
    zone = zones.get(source.subnet, "") if source else ""
    down = {row.name for row in home.states}
    places = {name: place for name in nats(home) if (place := _subnet_of(home, name))}
    for name, place in sorted(places.items(), key=lambda pair: pair[1].zone != zone):
        if tables[place.name] != table and name not in down:
            yield (), name
    yield from new_nat(home, table, zone)


def new_nat(home: Vpc, table: str, zone: str) -> Iterator[tuple[Plan, str]]:
    """A new NAT gateway in a public subnet that follows another table."""
    public = [
        row
        for row in home.subnets
        if (row.route_table or home.main) != table and home.is_public(row) and home.internet_gateway
    ]
    for row in sorted(public, key=lambda row: row.zone != zone)[:1]:
        yield (Repair(None, NewNatGateway(NEW_NAT, row.name)),), NEW_NAT


def no_route(vpc: Vpc, loss: Loss) -> Iterator[Plan | Refusal]:
    """A table has no route for a packet."""
    at, address = loss.step.at, loss.step.before.flow.dst
    home, table = home_of(vpc, at), table_of(vpc, at)
    own = next((cidr for cidr in home.blocks if contains(cidr, address)), None)
    if own:
        yield (Repair(None, Route(table, own, LOCAL)),)
    elif not is_inside(vpc, address):
        yield from by_endpoint(home, table, address)
        plans = list(targets_out(home, table, owner_of(home, loss.step.before.flow.src)))
        for before, target in plans:
            yield (*before, Repair(None, Route(table, ANYWHERE, target)))
        if not plans and home.internet_gateway:
            yield Refusal(NO_PUBLIC_SUBNET.format(device=at, vpc=home.name or "the VPC"))


def by_endpoint(home: Vpc, table: str, address: str) -> Iterator[Plan]:
    """The routes of a gateway endpoint for the service that has an address."""
    for row in home.prefix_lists:
        if row.service.endswith(GATEWAY_SERVICES) and any(contains(c, address) for c in row.blocks):
            known = (
                link.name
                for link in home.peerings
                if link.vpc == row.service and link.status == ACTIVE
            )
            name = next(known, NEW_ENDPOINT)
            yield (Repair(None, EndpointRoutes(name, row.service, row.name, table, home.name)),)


def rerouted(vpc: Vpc, loss: Loss) -> Iterator[Plan | Refusal]:
    """Each route that was followed, with another target, or gone where another route fits."""
    followed = [route for route in routes_of(loss.trace) if route.target != LOCAL]
    address = loss.step.before.flow.dst
    for row in dict.fromkeys(reversed(followed)):
        home = next((one for one in vpc.everyone if row in one.routes), None)
        if home is None:
            continue
        source = owner_of(home, loss.trace.packet.flow.src)
        for before, target in targets_out(home, row.table, source):
            if target != row.target:
                yield (*before, Repair(row, row._replace(target=target)))
        left = tuple(one for one in home.routes if one.table == row.table and one != row)
        other = RouteTable(left).lookup(address)
        if other is not None and home.state(other) == ACTIVE:
            yield (Repair(row, None),)
    own = [cidr for cidr in vpc.blocks if contains(cidr, address)]
    if followed and own:
        yield (Repair(None, Route(followed[-1].table, own[0], LOCAL)),)


def no_public_source(vpc: Vpc, loss: Loss) -> Iterator[Plan | Refusal]:
    """An Internet gateway got a packet whose source has no public address."""
    row = owner_of(vpc, loss.step.before.flow.src)
    if row is None:
        return
    home = home_of(vpc, row.device)
    place = _subnet_of(home, row.device)
    table = table_of(vpc, row.device)
    if is_services(vpc, row.device) and row.device not in nats(home):
        yield from _placed(home, row, place.zone if place else "", loss.step.before.flow.dst)
        yield Refusal(NO_ADDRESS.format(device=row.device))
        return
    by_nat = list(rerouted(vpc, loss)) if not is_meant_public(home, table) else []
    yield from [plan for plan in by_nat if len(plan) == 1]
    if not row.device.startswith("nat-"):  # a private NAT gateway stays private
        yield (Repair(None, Association(free_address(vpc, OWN), row.address)),)
    yield from [plan for plan in by_nat if len(plan) > 1]


def _placed(home: Vpc, row: Interface, zone: str, address: str) -> Iterator[Plan | Refusal]:
    """A private subnet for a service, whose route leads out through a NAT gateway."""
    subnets = [one for one in home.subnets if one.name != row.subnet and not home.is_public(one)]
    found = False
    for one in sorted(subnets, key=lambda one: one.zone != zone):
        table = one.route_table or home.main
        move = Repair(None, ServicePlacement(row.id, one.name))
        old = RouteTable(home.routes_of(one)).lookup(address)
        if old is not None and old.target in nats(home):
            found = True
            yield (move,)
        elif old is None and not is_meant_public(home, table):
            for before, target in targets_out(home, table, row._replace(subnet=one.name)):
                found = True
                yield (*before, Repair(None, Route(table, ANYWHERE, target)), move)
    if not found:
        yield Refusal(
            f"{row.device} needs a private subnet with a route to a NAT gateway, and"
            f" {home.name or 'the VPC'} has none to put it into"
        )


def no_public_destination(vpc: Vpc, loss: Loss) -> Iterator[Plan | Refusal]:
    """A packet from the Internet to a private address."""
    wanted = loss.step.before.flow.dst
    row = owner_of(vpc, wanted)
    if row is None:
        return
    home = home_of(vpc, row.device)
    place = _subnet_of(home, row.device)
    if is_services(vpc, row.device):
        yield Refusal(NO_ADDRESS.format(device=row.device))
    elif place and not home.is_public(place):
        yield Refusal(STAYS_PRIVATE.format(device=row.device, instead=_in_front(home, row)))
    elif home.internet_gateway:
        yield (Repair(None, Association(free_address(vpc, OWN), wanted)),)


def _in_front(home: Vpc, row: Interface) -> str:
    """Which load balancer leads to an interface already, or that one should."""
    for name in home.names:
        for node in nodes_of(home, name.addresses):
            device = device_named(home, node)
            groups = target_groups(dict(device.settings).get("listeners", ()) if device else ())
            if any(target.address in row.addresses for group in groups for target in group.targets):
                return PUBLISHED.format(name=name.name)
    return PUBLISH
