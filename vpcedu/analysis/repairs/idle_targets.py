"""Idle targets: what brings targets into use that are registered already and get nothing.

A target whose instance is stopped gets its instance started. One in a zone that is not enabled for
the load balancer gets a subnet of that zone enabled, a public one where the Internet is the client.
One in another zone than the node's needs cross-zone load balancing. Source: ELB user guides,
"Availability Zones and load balancer nodes", "Cross-zone load balancing", "Target health status".
"""

from __future__ import annotations

from vpcedu.address import contains
from vpcedu.analysis.change import Repair
from vpcedu.analysis.ends import target_groups
from vpcedu.analysis.question import home_of
from vpcedu.analysis.repairs.new_parts import CrossZone, EnabledSubnet, nodes_of, zone_blocks
from vpcedu.analysis.repairs.ways_out import Refusal, owner_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from vpcedu.analysis.repairs.ways_out import Plan
    from vpcedu.network.vpc import Device, Vpc


def in_use(vpc: Vpc, node: Device) -> Iterator[Plan | Refusal]:
    """What brings the idle targets of a node's listeners into use."""
    settings = dict(node.settings)
    groups = target_groups(settings.get("listeners", ()))
    idle = [row.target.address for group in groups for row in group.unused]
    stopped = {row.name: row for one in vpc.everyone for row in one.states}
    owners = [row for address in dict.fromkeys(idle) if (row := owner_of(vpc, address))]
    for device in dict.fromkeys(row.device for row in owners if row.device in stopped):
        yield (Repair(stopped[device], None),)
    home = home_of(vpc, node.name)
    name, nodes = balancer_of(home, node.name)
    if not name:
        return
    own = next(row for row in home.interfaces if row.device == node.name)
    enabled = tuple(row.subnet for row in home.interfaces if row.device in nodes)
    zones = {row.zone for row in home.subnets if row.name in enabled}
    places = {row.name: row for row in home.subnets}
    faces = any(row.private == own.address for row in home.associations)
    for row in owners:
        place = places.get(row.subnet)
        if place is None or place.zone in zones:
            continue
        zones.add(place.zone)
        near = [one for one in (place, *home.subnets) if one.zone == place.zone]
        fit = [one for one in near if home.is_public(one) or not faces]
        for one in fit[:1]:
            yield (Repair(None, EnabledSubnet(name, one.name, enabled)),)
        if not fit:
            yield Refusal(
                f"the load balancer needs a public subnet in {place.zone}, the zone of"
                f" {row.device}, and {home.name or 'the VPC'} has none"
            )
    blocks = settings.get("zone", zone_blocks(home, own.subnet))
    there = [target.address for group in groups for target in group.targets]
    reached = any(contains(cidr, address) for address in there for cidr in blocks)
    off = not settings["cross_zone"] if "cross_zone" in settings else "zone" in settings
    if there and not reached and off:
        yield (Repair(None, CrossZone(name, nodes)),)


def balancer_of(home: Vpc, node: str) -> tuple[str, tuple[str, ...]]:
    """The ARN or name of the load balancer that a node is of, and all its nodes."""
    public = {row.private: row.public for row in home.associations}
    own = {
        word
        for row in home.interfaces
        if row.device == node
        for word in (row.address, public.get(row.address, ""))
    }
    names = [row for row in home.names if own & set(row.addresses)]
    # of several names the last is the ARN
    return (names[-1].name, nodes_of(home, names[-1].addresses)) if names else ("", ())


def outside_its_zones(vpc: Vpc, node: str, address: str) -> bool:
    """Whether an address is in a zone in which a node's load balancer has no node."""
    home, row = home_of(vpc, node), owner_of(vpc, address)
    zones = {one.name: one.zone for one in home.subnets}
    _, nodes = balancer_of(home, node)
    enabled = {zones[one.subnet] for one in home.interfaces if one.device in (node, *nodes)}
    return row is not None and zones.get(row.subnet) not in (None, *enabled)
