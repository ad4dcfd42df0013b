"""A VPC of three subnets in two zones, for the tests of places.

It is as small as it can be, and open everywhere.
"""

from vpcedu.device import Machine
from vpcedu.gateways.internet_gateway import Association
from vpcedu.gateways.nat_gateway import NatGateway
from vpcedu.hosts.web_server import WebServer
from vpcedu.network.interface import Interface, Subnet
from vpcedu.network.record import Call
from vpcedu.network.vpc import Device, OutsideHost, Vpc
from vpcedu.sites.site import Site
from vpcedu.tables.network_acl import ALLOW, ANY, IN, OUT, AclEntry
from vpcedu.tables.route_table import Route
from vpcedu.tables.security_group import GroupRule
from vpcedu.trace import PASS, Step

BLOCK, ANYWHERE, IGW, ALL = "10.0.0.0/16", "0.0.0.0/0", "Internet gateway", (0, 65_535)
OUTSIDE = "203.0.113.10"
EDGE, INNER, OTHER = (
    Subnet("edge", "10.0.0.0/24", "edge", "acl"),
    Subnet("inner", "10.0.1.0/24", None, "acl"),
    Subnet("other", "10.0.2.0/24", None, "acl", "b"),
)
TO_IGW = Route("edge", ANYWHERE, IGW)
LOCALS = tuple(Route(table, BLOCK, "local") for table in ("edge", "main"))


class Middlebox(Machine):
    """An appliance that lets everything through as it is, and remembers what."""

    def __init__(self, name, address, seed=0):
        super().__init__(name, address, seed)
        self.seen = []

    def handle(self, packet, now):
        self.seen.append(packet)
        return Step(now, self.name, "translation", PASS, packet, packet)


def small(**changes):
    """Hosts `a` (edge), `b` (inner), `c` (other), each a web server, with one open group.

    A client is outside.
    """
    rows = {
        "cidr": BLOCK,
        "subnets": (EDGE, INNER, OTHER),
        "interfaces": (
            Interface("a", "edge", "10.0.0.10", ("sg",)),
            Interface("b", "inner", "10.0.1.10", ("sg",)),
            Interface("c", "other", "10.0.2.10", ("sg",)),
        ),
        "routes": (*LOCALS, TO_IGW),
        "acl_entries": tuple(
            AclEntry("acl", 100, way, ALLOW, ANY, ALL, ANYWHERE) for way in (IN, OUT)
        ),
        "group_rules": tuple(GroupRule("sg", way, ALL, ANYWHERE) for way in (IN, OUT)),
        "internet_gateway": IGW,
        "associations": (Association("192.0.2.10", "10.0.0.10"),),
        "outside": (OutsideHost("client", OUTSIDE),),
        "devices": tuple(Device(name, WebServer) for name in ("a", "b", "c", "client")),
        "names": (),
    }
    return Vpc(**(rows | changes))


def more(field, *rows, **changes):
    """The small VPC with more rows in one field."""
    return small(**changes)._replace(**{field: (*getattr(small(**changes), field), *rows)})


def with_device(name, kind, subnet, address, vpc=None, **words):
    """A VPC with one more device and its interface."""
    vpc = vpc or small()
    return vpc._replace(
        interfaces=(*vpc.interfaces, Interface(name, subnet, address, **words)),
        devices=(*vpc.devices, Device(name, kind)),
    )


def with_nat(vpc=None, **words):
    """The small VPC with a NAT gateway in the edge subnet, which has a public address."""
    vpc = with_device("NAT", NatGateway, "edge", "10.0.0.20", vpc, check=False, **words)
    return vpc._replace(associations=(*vpc.associations, Association("192.0.2.20", "10.0.0.20")))


def connect(vpc, opener, address, port=80):
    """The visit of one host to an address."""
    return Site(vpc).play(Call(opener, address, port))


def first_loss(vpc, opener, address, port=80):
    """The step at which the first packet of a connection is lost."""
    return connect(vpc, opener, address, port).capture.traces[0].dropped
