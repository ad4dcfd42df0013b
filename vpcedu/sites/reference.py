"""The reference architecture: the site of the question, with each kind of balancer and NAT.

A web server in a private subnet; a load balancer and a NAT in the public one; a client and an
update server on the Internet. The security groups are those of the question: web's lets everything
out, as AWS's default rule does, the NAT instance's lets only TCP 80 and 443 out, and yet the page
comes back.

An Application Load Balancer has a second node, in a public subnet of a second zone: AWS demands two
zones of it (Application Load Balancers guide, "Availability Zone subnets"). It needs no second web
server there: its nodes send to the targets of every zone.
"""

from __future__ import annotations

from vpcedu.flow import Endpoint
from vpcedu.gateways.internet_gateway import Association
from vpcedu.hosts.host import Host
from vpcedu.hosts.web_server import WebServer
from vpcedu.network.interface import Interface, Subnet
from vpcedu.network.names import Name
from vpcedu.network.vpc import Device, Vpc
from vpcedu.quoting import quoted
from vpcedu.sites.parts import (
    API,
    IGW,
    NAME,
    OUTSIDE,
    PRIVATE,
    UPDATES,
    VPC_BLOCK,
    open_acls,
    public_and_private,
    routes_out,
    web_server,
)
from vpcedu.sites.site import Site
from vpcedu.tables.route_table import LOCAL, Route
from vpcedu.tables.security_group import IN, OUT, GroupRule, new_group
from vpcedu.tables.target_group import Listener, TargetGroup
from vpcedu.tables.traffic import ANYWHERE, EVERY_PORT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Balancer = tuple[type, str, tuple[tuple[Interface, str], ...]]  # its listener's protocol, nodes

WEB, NAT = "10.0.1.10", "10.0.0.20"
TARGETS = TargetGroup("web servers", (Endpoint(WEB, 80),))
SECOND_ZONE = Subnet("public b", "10.0.2.0/24", "public", "acl-public", "b")
# A node's interface and its public address. A device that sends from addresses not its own can only
# work with its check off.
ELB = Interface("ELB node", "public", "10.0.0.10", ("sg-balancer",)), "192.0.2.10"
ELB_B = Interface("ELB node b", "public b", "10.0.2.10", ("sg-balancer",)), "192.0.2.11"
NLB = Interface("NLB node", "public", "10.0.0.30", ("sg-balancer",), check=False), "192.0.2.30"


def _classic(protocol: str) -> Balancer:
    from vpcedu.hosts.classic_load_balancer import ClassicLoadBalancer

    return ClassicLoadBalancer, protocol, (ELB,)


def _application() -> Balancer:
    from vpcedu.hosts.application_load_balancer import ApplicationLoadBalancer

    return ApplicationLoadBalancer, "HTTP", (ELB, ELB_B)


def _network() -> Balancer:
    from vpcedu.gateways.network_load_balancer import NetworkLoadBalancer

    return NetworkLoadBalancer, "TCP", (NLB,)


def _nat_instance() -> tuple[Device, tuple[str, ...]]:
    from vpcedu.gateways.nat_instance import NatInstance

    return Device("NAT", NatInstance), ("sg-nat",)


def _nat_gateway() -> tuple[Device, tuple[str, ...]]:
    from vpcedu.gateways.nat_gateway import NatGateway

    return Device("NAT", NatGateway), ()


BALANCERS: dict[str, Callable[[], Balancer]] = {
    "classic-tcp": lambda: _classic("TCP"),
    "classic-http": lambda: _classic("HTTP"),
    "application": _application,
    "network": _network,
}
NATS: dict[str, Callable[[], tuple[Device, tuple[str, ...]]]] = {
    "instance": _nat_instance,
    "gateway": _nat_gateway,
}

ROUTES = (
    *routes_out("public"),
    Route("private", VPC_BLOCK, LOCAL),
    Route("private", ANYWHERE, "NAT"),
)
GROUP_RULES = (
    GroupRule("sg-balancer", IN, (80, 80), ANYWHERE),
    GroupRule("sg-balancer", OUT, (80, 80), "sg-web"),
    GroupRule("sg-web", IN, (80, 80), "sg-balancer"),
    *new_group("sg-web"),
    GroupRule("sg-nat", IN, EVERY_PORT, PRIVATE),
    GroupRule("sg-nat", OUT, (80, 80), ANYWHERE),
    GroupRule("sg-nat", OUT, (443, 443), ANYWHERE),
)
ACL_ENTRIES = open_acls("acl-public", "acl-private")


def reference_vpc(balancer: str = "classic-tcp", nat: str = "instance") -> Vpc:
    """The description of the site; ValueError names an unknown balancer or NAT."""
    kind, protocol, nodes = _choose("balancer", balancer, BALANCERS)()
    settings = (("listeners", (Listener(protocol, 80, TARGETS),)),)
    nat_device, nat_groups = _choose("nat", nat, NATS)()
    return Vpc(
        cidr=VPC_BLOCK,
        subnets=(*public_and_private(), *((SECOND_ZONE,) if len(nodes) > 1 else ())),
        interfaces=(
            *(interface for interface, _ in nodes),
            Interface("NAT", "public", NAT, nat_groups, check=False),
            Interface("web", "private", WEB, ("sg-web",)),
        ),
        routes=ROUTES,
        acl_entries=ACL_ENTRIES,
        group_rules=tuple(r for r in GROUP_RULES if r.group != "sg-nat" or nat_groups),
        internet_gateway=IGW,
        associations=(
            *(Association(public, interface.address) for interface, public in nodes),
            Association("192.0.2.20", NAT),
        ),
        outside=OUTSIDE,
        devices=(
            Device("client", Host),
            web_server("update server", 80, 443, 8080),
            *(Device(interface.device, kind, settings) for interface, _ in nodes),
            nat_device,
            Device("web", WebServer),
        ),
        names=(Name(NAME, tuple(public for _, public in nodes)), Name(API, (UPDATES,))),
    )


def reference_architecture(
    balancer: str = "classic-tcp", nat: str = "instance", seed: int = 0
) -> Site:
    """The site, ready to be visited.

    balancer: classic-tcp, classic-http, application or network. nat: instance (as in the question)
    or gateway. seed: decides the ports and numbers that hosts choose. ValueError names a wrong
    value.
    """
    if not isinstance(seed, int):
        raise ValueError(f"seed {quoted(seed)}: expected a whole number")
    return Site(reference_vpc(balancer, nat), seed)


def _choose(word: str, value: str, table: dict[str, Any]) -> Any:
    if value not in table:
        raise ValueError(f"{word} {quoted(value)}: expected one of {', '.join(table)}")
    return table[value]
