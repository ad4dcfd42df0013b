"""Network interface (ENI) and subnet: where a device meets the VPC.

Security groups, connection tracking and the source/destination check belong to the interface; the route
table and the network ACL to its subnet. The public address is not here: only the Internet gateway knows it.
"""

from __future__ import annotations

from collections import namedtuple


class Interface(namedtuple("Interface", ("device", "subnet", "address", "groups", "check", "secondary"),
                           defaults=((), True, ()))):
    """A device's interface: its subnet's name, private address, group ids, source/destination check.

    secondary: more private addresses, of a NAT gateway or a Network Load Balancer.
    """

    __slots__ = ()
    device: str
    subnet: str
    address: str
    groups: tuple[str, ...]
    check: bool
    secondary: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.device}'s interface, {self.address}"


class Subnet(namedtuple("Subnet", ("name", "cidr", "route_table", "network_acl", "zone"), defaults=("a",))):
    """A block of addresses in one Availability Zone, with the names of its route table and network ACL."""

    __slots__ = ()
    name: str
    cidr: str
    route_table: str
    network_acl: str
    zone: str
