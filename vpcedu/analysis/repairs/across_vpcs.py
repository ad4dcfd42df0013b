"""Across VPCs: rows that could help a packet to another VPC, or to an unattached Internet gateway.

Between two VPCs it takes a peering connection, active, and a route on both sides: peering passes
nothing on to a third VPC, so each pair needs its own. What does not exist yet is called pcx-new or
igw-new. Source: VPC peering guide, "Update your route tables for a VPC peering connection". Left
out: VPCs of other Regions, transit gateways.
"""

from __future__ import annotations

from vpcedu import reasons
from vpcedu.address import contains
from vpcedu.analysis.change import Attachment, PeeringConnection, Repair
from vpcedu.analysis.path import table_of
from vpcedu.network.vpc import ACTIVE, INTERNET
from vpcedu.tables.route_table import Route

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from vpcedu.analysis.path import Loss
    from vpcedu.network.vpc import Vpc

PENDING = "pending-acceptance"
NO_WAY = (reasons.NO_ROUTE, reasons.BLACKHOLE, reasons.NOT_TRANSITIVE, reasons.PRIVATE_DESTINATION)
NO_GATEWAY = (reasons.NO_ROUTE, reasons.BLACKHOLE)
BY_TRANSIT = "a route for {block} to {gateway} in {table}: what else {gateway} and its tables do is not modelled"


def across(vpc: Vpc, loss: Loss) -> Iterator[Repair]:
    """Rows that could help a packet that found no way out of its VPC, or none into one."""
    address, reason = loss.step.before.flow.dst, loss.step.reason
    owned = {
        interface.device: each_vpc for each_vpc in vpc.everyone for interface in each_vpc.interfaces
    }
    met = [name for name in loss.trace.devices if name in owned]
    if loss.step.at == INTERNET:
        yield from (
            _attached(vpc, each_vpc)
            for each_vpc in vpc.everyone
            if not each_vpc.internet_gateway
            and (
                address in {association.public for association in each_vpc.associations}
                or (not met and each_vpc.has(address))
            )
        )
    if not met:
        return
    home = owned[met[0]]
    far = next(
        (each_vpc for each_vpc in vpc.everyone if each_vpc is not home and each_vpc.has(address)),
        None,
    )
    if far is not None and not home.has(address):
        for table in dict.fromkeys(table_of(vpc, name) for name in met if owned[name] is home):
            yield from _peered(home, far, table, address) if reason in NO_WAY else ()
    elif not home.internet_gateway and reason in NO_GATEWAY:
        yield _attached(vpc, home)


def by_transit(vpc: Vpc, loss: Loss) -> Iterator[str]:
    """The routes by which a transit gateway would take a packet that found no way, in words."""
    address, reason = loss.step.before.flow.dst, loss.step.reason
    far = next((one for one in vpc.everyone if one.has(address)), None)
    homes = {row.device: one for one in vpc.everyone for row in one.interfaces}
    names = [name for name in loss.trace.devices if homes.get(name, far) is not far]
    if far is None or not names or reason not in NO_WAY:
        return
    for way in homes[names[-1]].transits:
        if any(row.vpc == far.name for row in way.attachments):
            block = next(cidr for cidr in far.blocks if contains(cidr, address))
            table = table_of(vpc, names[-1])
            yield BY_TRANSIT.format(block=block, gateway=way.gateway, table=table)


def _attached(vpc: Vpc, home: Vpc) -> Repair:
    """The gateway that a route of this VPC names, or a new one, attached to it."""
    taken = {each_vpc.internet_gateway for each_vpc in vpc.everyone}
    named = (
        route.target
        for route in home.routes
        if route.target.startswith("igw-") and route.target not in taken
    )
    return Repair(None, Attachment(next(named, "igw-new"), home.name))


def _peered(home: Vpc, far: Vpc, table: str, address: str) -> Iterator[Repair]:
    """A route to the other VPC, the connection that it needs accepted, or one made."""
    links = [peering for peering in home.peerings if peering.vpc == far.name]
    block = next(cidr for cidr in far.blocks if contains(cidr, address))
    for row in links:
        ends = (home.name, far.name)
        if row.status == ACTIVE:
            old = next(
                (
                    route
                    for route in home.routes
                    if (route.table, route.destination) == (table, block)
                ),
                None,
            )
            new = Route(table, block, row.name)
            if old != new:
                yield Repair(old, new)
        elif row.status == PENDING:
            yield Repair(
                PeeringConnection(row.name, ends, PENDING), PeeringConnection(row.name, ends)
            )
    if not any(row.status in (ACTIVE, PENDING) for row in links):
        yield Repair(None, PeeringConnection("pcx-new", (home.name, far.name)))
