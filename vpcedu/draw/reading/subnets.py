"""Subnets: which are next to the gateway, which are drawn in full, and a note on the others.

In a VPC of more than a few subnets, one in which no packet met anything is a strip with its name;
where there are many of those, they are counted by zone. A subnet with what a route of a visited
subnet leads to is drawn in full, since a NAT that was not used is a finding too.
"""

from __future__ import annotations

from vpcedu.draw.canvas.fonts import width_of
from vpcedu.draw.canvas.style import NOTE
from vpcedu.draw.reading.short_names import parts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.network.interface import Subnet
    from vpcedu.network.vpc import Vpc

    Strip = tuple[str, str]  # its title, and its note

FEW = 2  # subnets that are all drawn in full
STRIPS = 8  # subnets not met that have a strip each


def hidden_subnets(vpc: Vpc, met: set[str]) -> list[Subnet]:
    """The subnets that are not drawn in full.

    In a VPC of more than a few subnets, these are the ones in which no packet met a device.
    """
    if len(vpc.subnets) <= FEW:
        return []
    busy = {interface.subnet for interface in vpc.interfaces if interface.device in met}
    tables = {subnet.route_table or vpc.main for subnet in vpc.subnets if subnet.name in busy}
    asked = {route.target for route in vpc.routes if route.table in tables}
    busy |= {row.subnet for row in vpc.interfaces if row.device in asked or row.id in asked}
    return [subnet for subnet in vpc.subnets if subnet.name not in busy]


def passed_zones(vpc: Vpc, hidden: list[Subnet]) -> list[str]:
    """The zones that are only counted.

    Where many subnets are hidden, these are the zones whose subnets are all hidden.
    """
    seen = {subnet.zone for subnet in vpc.subnets if subnet not in hidden}
    return sorted({subnet.zone for subnet in hidden} - seen) if len(hidden) > STRIPS else []


def strips(vpc: Vpc, subnets: list[Subnet], room: float, many: bool) -> list[Strip]:
    """Titles and notes of the strips for subnets that no packet met.

    There is one strip for each subnet, or one for all.
    """
    if many and len(subnets) > 1:
        return [(f"{len(subnets)} subnets, not met", devices_in(vpc, subnets))]
    titled = []
    for subnet in subnets:
        names = [
            interface.device for interface in vpc.interfaces if interface.subnet == subnet.name
        ]
        words = f"{', '.join(names)}: not on this path"
        titled.append(
            (
                subnet_title(vpc, subnet, room),
                words
                if width_of(words, NOTE) <= room and names
                else f"{devices_in(vpc, [subnet])}, not met",
            )
        )
    return titled


def devices_in(vpc: Vpc, subnets: list[Subnet]) -> str:
    """How many devices these subnets hold."""
    names = {subnet.name for subnet in subnets}
    devices = len({interface.device for interface in vpc.interfaces if interface.subnet in names})
    return f"{devices} device{'' if devices == 1 else 's'}"


def subnet_title(vpc: Vpc, subnet: Subnet, room: float) -> str:
    """A subnet's title, as long as its frame allows: whether it is public is said first."""
    kind = "public" if vpc.is_public(subnet) else "private"
    titles = (f"{kind} subnet {subnet.cidr}", f"{kind} {subnet.cidr}")
    return next((title for title in titles if width_of(title, NOTE, True) <= room), subnet.cidr)


def is_public_subnet(vpc: Vpc, subnet: str) -> bool:
    """Whether the subnet's route table has a route to the Internet gateway."""
    return any(
        part.is_public(row) for part in parts(vpc) for row in part.subnets if row.name == subnet
    )


def is_near(vpc: Vpc, subnet: str) -> bool:
    """Whether the subnet is next to the gateway.

    A public one does, or, where none is public, one with public addresses.
    """
    home = next(part for part in parts(vpc) if any(row.name == subnet for row in part.subnets))
    if any(home.is_public(row) for row in home.subnets):
        return is_public_subnet(vpc, subnet)
    publics = {association.private for association in home.associations}
    return any(
        interface.subnet == subnet and interface.address in publics for interface in home.interfaces
    )
