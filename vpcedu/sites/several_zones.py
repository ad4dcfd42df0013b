"""Several zones: a site with a Network Load Balancer in several Availability Zones.

Each zone has a node of the balancer and a web server.

Zone a has the subnets 10.0.0.0/24 (public) and 10.0.1.0/24 (private), zone b 10.0.2.0/24 and
10.0.3.0/24, and so on; a node is .30 in the public one, a web server .10 in the private one. The
private subnets have no route to the Internet.
"""

from __future__ import annotations

from vpcedu.flow import Endpoint
from vpcedu.gateways.internet_gateway import Association
from vpcedu.gateways.network_load_balancer import NetworkLoadBalancer
from vpcedu.hosts.host import Host
from vpcedu.hosts.web_server import WebServer
from vpcedu.network.interface import Interface, Subnet
from vpcedu.network.names import Name
from vpcedu.network.vpc import Device, OutsideHost, Vpc
from vpcedu.quoting import quoted
from vpcedu.sites.parts import CLIENT, IGW, NAME, VPC_BLOCK, open_acls, routes_out
from vpcedu.sites.site import Site
from vpcedu.tables.route_table import LOCAL, Route
from vpcedu.tables.security_group import IN, OUT, GroupRule
from vpcedu.tables.target_group import Listener, TargetGroup
from vpcedu.tables.traffic import ANYWHERE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def public_address(zone: str) -> str:
    """The static address of a zone's node: 192.0.2.30 in zone a."""
    return f"192.0.2.{30 + ord(zone) - ord('a')}"


def blocks(zone: str) -> tuple[str, str]:
    """The public and the private block of a zone."""
    first = 2 * (ord(zone) - ord("a"))
    return f"10.0.{first}.0/24", f"10.0.{first + 1}.0/24"


def zones_site(
    zones: str = "ab", targets: str = "", cross_zone: bool = False, seed: int = 0, **group: Any
) -> Site:
    """The site; zones: their letters.

    targets: the zones whose web server is registered, "": all of them. group: fields of the target
    group. ValueError for letters that are no zones.
    """
    if (
        not zones
        or sorted(set(zones)) != list(zones)
        or not set(zones) <= set("abcdefgh")
        or set(targets) - set(zones)
    ):
        raise ValueError(
            f"zones {quoted(zones)}, targets {quoted(targets)}: expected letters from a to h, in order"
        )
    registered = TargetGroup(
        "web servers",
        tuple(Endpoint(_address(blocks(zone)[1], 10), 80) for zone in targets or zones),
        **group,
    )
    listeners = (Listener("TCP", 80, registered),)
    nodes = {zone: _address(blocks(zone)[0], 30) for zone in zones}
    return Site(
        Vpc(
            cidr=VPC_BLOCK,
            subnets=tuple(
                Subnet(f"{kind} {zone}", block, kind, f"acl-{kind}", zone)
                for zone in zones
                for kind, block in zip(("public", "private"), blocks(zone), strict=True)
            ),
            interfaces=(
                *(
                    Interface(
                        f"NLB node {zone}",
                        f"public {zone}",
                        nodes[zone],
                        ("sg-balancer",),
                        check=False,
                    )
                    for zone in zones
                ),
                *(
                    Interface(
                        f"web {zone}", f"private {zone}", _address(blocks(zone)[1], 10), ("sg-web",)
                    )
                    for zone in zones
                ),
            ),
            routes=(*routes_out("public"), Route("private", VPC_BLOCK, LOCAL)),
            acl_entries=open_acls("acl-public", "acl-private"),
            group_rules=(
                GroupRule("sg-balancer", IN, (80, 80), ANYWHERE),
                GroupRule("sg-balancer", OUT, (80, 80), "sg-web"),
                GroupRule("sg-web", IN, (80, 80), "sg-balancer"),
                GroupRule("sg-web", OUT, (80, 80), VPC_BLOCK),
            ),
            internet_gateway=IGW,
            associations=tuple(Association(public_address(zone), nodes[zone]) for zone in zones),
            outside=(OutsideHost("client", CLIENT),),
            devices=(
                Device("client", Host),
                *(
                    Device(
                        f"NLB node {zone}",
                        NetworkLoadBalancer,
                        (
                            ("listeners", listeners),
                            ("zone", blocks(zone)),
                            ("cross_zone", cross_zone),
                        ),
                    )
                    for zone in zones
                ),
                *(Device(f"web {zone}", WebServer) for zone in zones),
            ),
            names=(Name(NAME, tuple(map(public_address, zones))),),
        ),
        seed,
    )


def _address(cidr: str, host: int) -> str:
    return f"{cidr.rpartition('.')[0]}.{host}"
