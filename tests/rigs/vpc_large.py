"""Larger VPCs for the map: the reference site with more zones, tiers and instances.

They can have a second balancer as well.
"""

from __future__ import annotations

from vpcedu.flow import Endpoint
from vpcedu.gateways.internet_gateway import Association
from vpcedu.gateways.nat_gateway import NatGateway
from vpcedu.gateways.network_load_balancer import NetworkLoadBalancer
from vpcedu.hosts.host import Host
from vpcedu.network.interface import Interface, Subnet
from vpcedu.network.names import Name
from vpcedu.network.vpc import Device
from vpcedu.sites.reference import reference_vpc
from vpcedu.tables.route_table import LOCAL, Route
from vpcedu.tables.target_group import Listener, TargetGroup

TIERS, TABLES = ("web", "app", "db"), ("public", "private")


def large_vpc(zones=3, tiers=3, hosts=1, balancer="application", nats=1):
    """Zones x tiers subnets (one public tier), and a second balancer.

    hosts: how many instances are in each private subnet. nats: in how many zones the private
    subnets have a NAT gateway of their own; the others go out by the first zone's NAT.
    """
    vpc = _in_one_zone(reference_vpc(balancer))
    letters = "abcdefghijklmnop"
    subnets, cards, devices = list(vpc.subnets), list(vpc.interfaces), list(vpc.devices)
    for zone in range(zones):
        for tier in range(tiers):
            if zone == 0 and tier < 2:  # public and private of the reference site
                continue
            own = tier and 0 < zone < nats
            table, block = (
                ("private " + letters[zone] if own else TABLES[tier > 0]),
                f"10.0.{16 * zone + tier}",
            )
            name = f"{'public' if tier == 0 else f'tier {tier}'} {letters[zone]}"
            subnets.append(
                Subnet(name, f"{block}.0/24", table, f"acl-{TABLES[tier > 0]}", letters[zone])
            )
            for number in range(hosts if tier else 0):
                host = f"{TIERS[(tier - 1) % 3]} {letters[zone]}{tier}{number or ''}"
                cards.append(Interface(host, name, f"{block}.{10 + number}", ("sg-web",)))
                devices.append(Device(host, Host))
    more, associations = [], [*vpc.associations]
    for zone in range(1, nats):
        name, block = f"NAT {letters[zone]}", f"10.0.{16 * zone}"
        cards.append(Interface(name, f"public {letters[zone]}", f"{block}.20", (), False))
        devices.append(Device(name, NatGateway))
        associations.append(Association(f"192.0.2.{20 + zone}", f"{block}.20"))
        more += [
            Route(f"private {letters[zone]}", "10.0.0.0/16", LOCAL),
            Route(f"private {letters[zone]}", "0.0.0.0/0", name),
        ]
    second = next(
        (subnet.name for subnet in subnets if subnet.name.startswith("public ")), "public"
    )
    block = next(subnet.cidr for subnet in subnets if subnet.name == second).rpartition(".")[0]
    cards.append(Interface("NLB node", second, f"{block}.30", ("sg-balancer",), False))
    listeners = (Listener("TCP", 80, TargetGroup("web servers", (Endpoint("10.0.1.10", 80),))),)
    devices.append(Device("NLB node", NetworkLoadBalancer, (("listeners", listeners),)))
    return vpc._replace(
        subnets=tuple(subnets),
        interfaces=tuple(cards),
        devices=tuple(devices),
        routes=(*vpc.routes, *more),
        associations=(*associations, Association("192.0.2.30", f"{block}.30")),
        names=(*vpc.names, Name("nlb.example.com", ("192.0.2.30",))),
    )


def _in_one_zone(vpc):
    """The description without the second zone that comes with an Application Load Balancer."""
    devices = {row.device for row in vpc.interfaces if row.subnet == "public b"}
    addresses = {row.address for row in vpc.interfaces if row.subnet == "public b"}
    public = {row.public for row in vpc.associations if row.private in addresses}
    return vpc._replace(
        subnets=tuple(row for row in vpc.subnets if row.name != "public b"),
        interfaces=tuple(row for row in vpc.interfaces if row.device not in devices),
        devices=tuple(row for row in vpc.devices if row.name not in devices),
        associations=tuple(row for row in vpc.associations if row.public not in public),
        names=tuple(
            row._replace(addresses=tuple(a for a in row.addresses if a not in public))
            for row in vpc.names
        ),
    )
