"""Larger VPCs for the map: the reference site with more zones, tiers, instances and a second balancer."""

from __future__ import annotations

from vpcedu.gateways.internet_gateway import Association
from vpcedu.gateways.network_load_balancer import NetworkLoadBalancer
from vpcedu.hosts.host import Host
from vpcedu.lab.reference import reference_vpc
from vpcedu.network.interface import Interface, Subnet
from vpcedu.network.names import Name
from vpcedu.network.vpc import Device
from vpcedu.packet import Endpoint
from vpcedu.tables.target_group import Listener, TargetGroup

TIERS = ("web", "app", "db")


def large_vpc(zones=3, tiers=3, hosts=1, balancer="application"):
    """Zones x tiers subnets (one public tier), so many instances in each private one, and a second balancer."""
    vpc = reference_vpc(balancer)
    letters = "abcdefghijklmnop"
    subnets, cards, devices = list(vpc.subnets), list(vpc.interfaces), list(vpc.devices)
    for zone in range(zones):
        for tier in range(tiers):
            if zone == 0 and tier < 2:  # public and private of the reference site
                continue
            table, block = ("public" if tier == 0 else "private"), f"10.0.{16 * zone + tier}"
            name = f"{'public' if tier == 0 else f'tier {tier}'} {letters[zone]}"
            subnets.append(Subnet(name, f"{block}.0/24", table, f"acl-{table}", letters[zone]))
            for number in range(hosts if tier else 0):
                host = f"{TIERS[(tier - 1) % 3]} {letters[zone]}{tier}{number or ''}"
                cards.append(Interface(host, name, f"{block}.{10 + number}", ("sg-web",)))
                devices.append(Device(host, Host))
    second = next((subnet.name for subnet in subnets if subnet.name.startswith("public ")), "public")
    block = next(subnet.cidr for subnet in subnets if subnet.name == second).rpartition(".")[0]
    cards.append(Interface("NLB node", second, f"{block}.30", ("sg-balancer",), False))
    listeners = (Listener("TCP", 80, TargetGroup("web servers", (Endpoint("10.0.1.10", 80),))),)
    devices.append(Device("NLB node", NetworkLoadBalancer, (("listeners", listeners),)))
    return vpc._replace(subnets=tuple(subnets), interfaces=tuple(cards), devices=tuple(devices),
                        associations=(*vpc.associations, Association("192.0.2.30", f"{block}.30")),
                        names=(*vpc.names, Name("nlb.example.com", ("192.0.2.30",))))
