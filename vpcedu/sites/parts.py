"""Parts: the addresses, names and rows that several sites have in common.

Addresses of the Internet are those that RFC 5737 sets aside for documentation.
"""

from __future__ import annotations

from vpcedu.hosts.web_server import WebServer
from vpcedu.network.interface import Subnet
from vpcedu.network.vpc import Device, OutsideHost
from vpcedu.tables.network_acl import ALLOW, IN, OUT, AclEntry
from vpcedu.tables.route_table import LOCAL, Route
from vpcedu.tables.traffic import ANY, ANYWHERE, EVERY_PORT

VPC_BLOCK, PUBLIC, PRIVATE = "10.0.0.0/16", "10.0.0.0/24", "10.0.1.0/24"
CLIENT, UPDATES = "203.0.113.10", "198.51.100.7"
NAME, API = "www.example.com", "updates.example.net"
PAGE = f"http://{NAME}/"
IGW = "Internet gateway"
EPHEMERAL = (1_024, 65_535)  # network ACL user guide: the range to open for clients of every kind

OUTSIDE = (OutsideHost("client", CLIENT), OutsideHost("update server", UPDATES))


def public_and_private() -> tuple[Subnet, Subnet]:
    """Two subnets, each with a route table and a network ACL of its own."""
    return Subnet("public", PUBLIC, "public", "acl-public"), Subnet(
        "private", PRIVATE, "private", "acl-private"
    )


def routes_out(table: str) -> tuple[Route, Route]:
    """The routes of a public subnet's table.

    The local one, and all else to the Internet gateway.
    """
    return Route(table, VPC_BLOCK, LOCAL), Route(table, ANYWHERE, IGW)


def open_acls(*names: str) -> tuple[AclEntry, ...]:
    """Network ACLs that allow everything in both directions."""
    return tuple(
        AclEntry(name, 100, direction, ALLOW, ANY, EVERY_PORT, ANYWHERE)
        for name in names
        for direction in (IN, OUT)
    )


def web_server(name: str, *ports: int) -> Device:
    """A web server that listens on these ports."""
    return Device(name, WebServer, (("listens", ports),))
