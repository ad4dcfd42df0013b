"""Symptoms of a path that leads somewhere else: to itself, to a neighbour, to no address at all."""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.gateways.internet_gateway import Association
from vpcedu.hosts.host import Host
from vpcedu.network.interface import Interface, Subnet
from vpcedu.network.vpc import Device, Peering, Vpc
from vpcedu.scenarios.routes_and_filters import API_URL, TIMED_OUT, connect_443
from vpcedu.scenarios.scenario import Scenario, patient, with_settings
from vpcedu.sites.parts import API, NAME, open_acls
from vpcedu.sites.reference import NAT, reference_architecture, reference_vpc
from vpcedu.sites.site import Site
from vpcedu.sites.visit import Visit
from vpcedu.tables.route_table import LOCAL, Route
from vpcedu.tables.security_group import new_group
from vpcedu.tables.traffic import ANYWHERE

# 13, once more: a function or task in a public subnet.

FUNCTION = Interface("function", "public", "10.0.0.50", ("sg-function",))
FUNCTION_IN_PRIVATE = FUNCTION._replace(subnet="private", address="10.0.1.50")


def function_in_public() -> Site:
    """A function with an interface in the public subnet, which gets no public address there."""
    vpc = reference_vpc(nat="gateway")
    return Site(
        vpc._replace(
            devices=(*vpc.devices, Device("function", Host)),
            interfaces=(*vpc.interfaces, FUNCTION),
            group_rules=(*vpc.group_rules, *new_group("sg-function")),
        )
    )


# 20: a NAT gateway in the subnet that it is to serve.

IN_PUBLIC = Interface("NAT", "public", NAT, (), check=False)
IN_PRIVATE = IN_PUBLIC._replace(subnet="private", address="10.0.1.20")
ITS_ADDRESS, OTHER_ADDRESS = Association("192.0.2.20", NAT), Association("192.0.2.20", "10.0.1.20")


def nat_in_private() -> Site:
    """A NAT gateway in the private subnet, whose default route leads to it."""
    site = reference_architecture(nat="gateway").replace(IN_PUBLIC, IN_PRIVATE)
    return site.replace(ITS_ADDRESS, OTHER_ADDRESS)


def nat_in_public(site: Site) -> Site:
    """The same NAT gateway in the public subnet."""
    return site.replace(IN_PRIVATE, IN_PUBLIC).replace(OTHER_ADDRESS, ITS_ADDRESS)


# 21: a neighbour that would like to use the NAT gateway.

NEIGHBOUR = "10.9.0.0/16"
OVER_PEERING = Route("private-2", ANYWHERE, "pcx-1")


def neighbour() -> Site:
    """A peered VPC whose default route leads to the peering connection."""
    return Site(
        reference_vpc(nat="gateway")._replace(
            name="vpc-1", peerings=(Peering("pcx-1", "vpc-2"),), peers=(_peer(OVER_PEERING),)
        )
    )


def _peer(*routes: Route) -> Vpc:
    return Vpc(
        NEIGHBOUR,
        name="vpc-2",
        subnets=(Subnet("private-2", "10.9.1.0/24", "private-2", "acl-2"),),
        interfaces=(Interface("app", "private-2", "10.9.1.10", ("sg-app",)),),
        devices=(Device("app", Host),),
        routes=(Route("private-2", NEIGHBOUR, LOCAL), *routes),
        acl_entries=open_acls("acl-2"),
        group_rules=new_group("sg-app"),
        peerings=(Peering("pcx-1", "vpc-1"),),
    )


def app_calls(site: Site) -> Visit:
    """The instance in the peered VPC connects to the API."""
    return site.connect("app", API, 443)


# 22: a WebSocket that pings too seldom.

PING = 75  # seconds


def pings(site: Site) -> Visit:
    """A client connects, and sends its first ping after 75 s of silence."""
    return patient(site, "client", NAME, 80, PING + 5, silent=PING)


SCENARIOS = (
    Scenario(
        "function-without-a-public-address",
        13,
        "A Lambda function in a public subnet has no Internet. It never gets a public "
        "address that the Internet gateway could translate its own to.",
        function_in_public,
        lambda site: site.get(API_URL, "function"),
        TIMED_OUT,
        "Internet gateway, address map: no public address",
        (),
        lambda site: site.replace(FUNCTION, FUNCTION_IN_PRIVATE),
        "the function is in the private subnet, whose default route leads to the NAT gateway",
    ),
    Scenario(
        "nat-gateway-behind-itself",
        20,
        "A new NAT gateway carries nothing: it was placed in the private subnet, whose default "
        "route leads to the NAT gateway itself.",
        nat_in_private,
        connect_443,
        TIMED_OUT,
        "NAT, ",
        (),
        nat_in_public,
        "the NAT gateway is in the public subnet",
    ),
    Scenario(
        "peer-and-the-nat",
        21,
        "A peered VPC cannot use my NAT gateway: a peering connection carries packets only "
        "between the two VPCs, and passes nothing on.",
        neighbour,
        app_calls,
        TIMED_OUT,
        "not transitive",
    ),
    Scenario(
        "websocket-cut-every-minute",
        22,
        "A WebSocket is cut every minute: its ping comes every 75 s, and the balancer closes "
        "connections that were silent for 60 s.",
        reference_architecture,
        pings,
        "closed",
        "ELB node: idle timeout: FIN to",
        (),
        lambda site: with_settings(site, "ELB node", idle=120 * SECOND),
        "the balancer's idle timeout is 120 s",
    ),
)
