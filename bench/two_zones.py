"""The site of W4: two zones, an Application Load Balancer with two nodes, two instances.

Each zone has a node; one request is sent.
"""

from __future__ import annotations

import sys

# What the site does not need is not imported, since the start of this process is measured.
sys.path.insert(0, sys.path[0].removesuffix("bench"))  # the folder above the script's own

from vpcedu.flow import Endpoint
from vpcedu.gateways.internet_gateway import Association
from vpcedu.hosts.application_load_balancer import ApplicationLoadBalancer
from vpcedu.hosts.host import Host
from vpcedu.hosts.web_server import WebServer
from vpcedu.network.interface import Interface, Subnet
from vpcedu.network.names import Name
from vpcedu.network.vpc import Device, OutsideHost, Vpc
from vpcedu.sites.site import Site
from vpcedu.tables.network_acl import ALLOW, ANY, IN, OUT, AclEntry
from vpcedu.tables.route_table import LOCAL, Route
from vpcedu.tables.security_group import GroupRule
from vpcedu.tables.target_group import Listener, TargetGroup

ANYWHERE, BLOCK, IGW = "0.0.0.0/0", "10.0.0.0/16", "Internet gateway"
LISTENERS = (
    Listener(
        "HTTP", 80, TargetGroup("web", (Endpoint("10.0.2.10", 80), Endpoint("10.0.3.10", 80)))
    ),
)


def vpc() -> Vpc:
    """Two public and two private subnets.

    The balancer's nodes are in the public ones, the targets in the private ones.
    """
    return Vpc(
        cidr=BLOCK,
        subnets=(
            Subnet("public a", "10.0.0.0/24", "public", "acl"),
            Subnet("public b", "10.0.1.0/24", "public", "acl", "b"),
            Subnet("private a", "10.0.2.0/24", "private", "acl"),
            Subnet("private b", "10.0.3.0/24", "private", "acl", "b"),
        ),
        interfaces=(
            Interface("ALB node a", "public a", "10.0.0.10", ("sg-alb",)),
            Interface("ALB node b", "public b", "10.0.1.10", ("sg-alb",)),
            Interface("web a", "private a", "10.0.2.10", ("sg-web",)),
            Interface("web b", "private b", "10.0.3.10", ("sg-web",)),
        ),
        routes=(
            Route("public", BLOCK, LOCAL),
            Route("public", ANYWHERE, IGW),
            Route("private", BLOCK, LOCAL),
        ),
        acl_entries=tuple(
            AclEntry("acl", 100, way, ALLOW, ANY, (0, 65_535), ANYWHERE) for way in (IN, OUT)
        ),
        group_rules=(
            GroupRule("sg-alb", IN, (80, 80), ANYWHERE),
            GroupRule("sg-alb", OUT, (80, 80), "sg-web"),
            GroupRule("sg-web", IN, (80, 80), "sg-alb"),
        ),
        internet_gateway=IGW,
        associations=(
            Association("192.0.2.10", "10.0.0.10"),
            Association("192.0.2.11", "10.0.1.10"),
        ),
        outside=(OutsideHost("client", "203.0.113.10"),),
        devices=(
            Device("client", Host),
            Device("ALB node a", ApplicationLoadBalancer, (("listeners", LISTENERS),)),
            Device("ALB node b", ApplicationLoadBalancer, (("listeners", LISTENERS),)),
            Device("web a", WebServer),
            Device("web b", WebServer),
        ),
        names=(Name("www.example.com", ("192.0.2.10", "192.0.2.11")),),
    )


if __name__ == "__main__":
    sys.stdout.write(str(Site(vpc()).get("http://www.example.com/")))
