"""Small networks that each lack something, the question to each, and the repair of a colleague.

`network` makes one in AWS's ids: a public and a private subnet in each of two zones, an Internet
gateway, open network ACLs, and what a case adds. CASES: by name (the kind of repair first) the
network, the question, the beginnings of the repairs' lines (None: none is proposed), what the
answer says besides, and what it never says.
"""

from __future__ import annotations

from collections import namedtuple

from vpcedu.aws.outward.endpoints import InterfaceEndpoint
from vpcedu.flow import Endpoint
from vpcedu.gateways.internet_gateway import Association
from vpcedu.gateways.nat_gateway import NatGateway
from vpcedu.gateways.network_load_balancer import NetworkLoadBalancer
from vpcedu.hosts.any_server import AnyServer
from vpcedu.hosts.application_load_balancer import ApplicationLoadBalancer
from vpcedu.network.interface import DownState, Interface, Subnet
from vpcedu.network.names import Name, PrefixList
from vpcedu.network.vpc import Device, OutsideHost, Peering, Vpc
from vpcedu.sites.parts import open_acls
from vpcedu.tables.network_acl import ALLOW, AclEntry
from vpcedu.tables.route_table import LOCAL, Route
from vpcedu.tables.security_group import IN, OUT, GroupRule, new_group
from vpcedu.tables.target_group import Listener, TargetGroup, Unused
from vpcedu.tables.traffic import ANY, ANYWHERE, EVERY_PORT

Case = namedtuple("Case", "vpc question repairs says never", defaults=((), ()))
BLOCK, IGW, NAT = "10.40.0.0/16", "igw-1", "nat-1"
SUBNETS = (
    Subnet("subnet-public-a", "10.40.0.0/24", "rtb-public", "acl-1", "a"),
    Subnet("subnet-private-a", "10.40.1.0/24", "rtb-private", "acl-1", "a"),
    Subnet("subnet-public-b", "10.40.2.0/24", "rtb-public", "acl-1", "b"),
    Subnet("subnet-private-b", "10.40.3.0/24", "rtb-private", "acl-1", "b"),
)
NARROW_SUBNET = Subnet("subnet-narrow", "10.40.4.0/24", "rtb-public", "acl-2", "a")
OUT_BY_IGW = Route("rtb-public", ANYWHERE, IGW)
OUT_BY_NAT = Route("rtb-private", ANYWHERE, NAT)
S3 = PrefixList("pl-s3", "com.amazonaws.eu-west-1.s3", ("52.95.148.0/23", "3.5.64.0/21"))
TABLES = PrefixList("pl-tables", "com.amazonaws.eu-west-1.dynamodb", ("52.119.240.0/21",))
EDGE = PrefixList("pl-edge", "com.amazonaws.global.cloudfront.origin-facing", ("120.52.22.96/27",))
ARN = "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/{kind}/shop/1"
INTERNET = "internet"


def network(*rows, **fields):
    """The network with more rows: devices with their interfaces in pairs, routes, rules, ..."""
    found = {
        "subnets": SUBNETS,
        "routes": (
            Route("rtb-public", BLOCK, LOCAL),
            Route("rtb-private", BLOCK, LOCAL),
            OUT_BY_IGW,
        ),
        "acl_entries": open_acls("acl-1"),
        "group_rules": new_group("sg-open"),
        "outside": (OutsideHost(INTERNET, "203.0.113.10"),),
        "devices": (Device(INTERNET, AnyServer),),
        "prefix_lists": (S3, TABLES, EDGE),
        "interfaces": (),
        "associations": (),
        "names": (),
        "peerings": (),
        "states": (),
    }
    fields_of = {
        Subnet: "subnets",
        Route: "routes",
        AclEntry: "acl_entries",
        GroupRule: "group_rules",
        Device: "devices",
        Interface: "interfaces",
        Association: "associations",
        Name: "names",
        Peering: "peerings",
        DownState: "states",
    }
    for row in rows:
        if type(row) is tuple:
            device, interface, *more = row
            found["devices"] += (device,)
            found["interfaces"] += (interface,)
            found["associations"] += tuple(more)
        else:
            found[fields_of[type(row)]] += (row,)
    return Vpc(BLOCK, internet_gateway=IGW, main="rtb-private", name="vpc-1", **(found | fields))


def host(name, subnet, address, *groups, public=""):
    """An instance, or with a name like eni-... a service's interface."""
    eni = name if name.startswith("eni-") else f"eni-of-{name}"
    own = Interface(name, subnet, address, groups or ("sg-open",), name=eni)
    return (Device(name, AnyServer), own, *([Association(public, address)] if public else ()))


def nat(subnet, address, public="198.51.100.20"):
    """A NAT gateway, with an Elastic IP address unless it is private."""
    own = Interface(NAT, subnet, address, check=False, name="eni-of-nat")
    return (Device(NAT, NatGateway), own, *([Association(public, address)] if public else ()))


def balancer(kind, targets, *subnets, unused=(), groups=("sg-shop",), faces=True, **settings):
    """A load balancer shop that listens on port 80, with a node in each of some public subnets."""
    group = TargetGroup("shop", tuple(Endpoint(a, 80) for a in targets), unused=unused)
    arn = ARN.format(kind="net" if kind is NetworkLoadBalancer else "app")
    rows, publics = [], []
    cidrs = {row.name: row.cidr for row in (*SUBNETS, NARROW_SUBNET)}
    for i, subnet in enumerate(subnets):
        address = cidrs[subnet].replace(".0/24", ".50")
        own = {
            "listeners": (
                Listener("HTTP" if kind is ApplicationLoadBalancer else "TCP", 80, group),
            )
        }
        if kind is NetworkLoadBalancer:
            zone = tuple(row.cidr for row in SUBNETS if row.zone == subnet[-1])
            own |= {"zone": zone, "cross_zone": False}
        publics.append(f"198.51.100.{50 + i}" if faces else address)
        rows.append(
            (
                Device(f"shop/{subnet}", kind, tuple((own | settings).items())),
                Interface(
                    f"shop/{subnet}", subnet, address, groups, check=kind is not NetworkLoadBalancer
                ),
                *([Association(publics[-1], address)] if faces else ()),
            )
        )
    return (*rows, Name("shop.example", tuple(publics)), Name(arn, tuple(publics)))


def rule(group, direction, port, peer):
    return GroupRule(group, direction, (port, port), peer)


WEB = host("i-web", "subnet-private-a", "10.40.1.10", "sg-web")
APP = host("i-app", "subnet-private-a", "10.40.1.20")
FRONT = (rule("sg-shop", IN, 80, ANYWHERE), *new_group("sg-shop"))
BACK = (rule("sg-web", IN, 80, "sg-shop"), *new_group("sg-web"))
IN_ZONE_B = Unused(Endpoint("10.40.3.10", 80), "it is in b, a zone that is not enabled")
STOPPED = Unused(Endpoint("10.40.1.10", 80), "its instance is stopped")
NARROW = (
    AclEntry("acl-2", 100, IN, ALLOW, 6, (80, 80), ANYWHERE),
    AclEntry("acl-2", 100, OUT, ALLOW, 6, (80, 80), ANYWHERE),
)
NEVER_PUBLIC = ("becomes igw-", "add public address", r"0\.0\.0\.0/0 > igw-")

CASES = {
    "NAT gateway, in its own private subnet": Case(
        network(APP, nat("subnet-private-a", "10.40.1.200"), OUT_BY_NAT),
        ("i-app", INTERNET, 443),
        [
            "create NAT gateway nat-new with an Elastic IP address in subnet-public-a",
            "change route 0.0.0.0/0 > nat-1 in rtb-private: target nat-1 becomes nat-new",
        ],
        ("i-app reaches the Internet",),
        NEVER_PUBLIC,
    ),
    "NAT gateway, none yet": Case(
        network(host("i-b", "subnet-private-b", "10.40.3.10"), APP),
        ("i-b", "203.0.113.77", 80),
        [
            "create NAT gateway nat-new with an Elastic IP address in subnet-public-b",
            "add route 0.0.0.0/0 > nat-new in rtb-private",
        ],
        ("i-b and i-app reach the Internet|i-app and i-b reach the Internet",),
        NEVER_PUBLIC,
    ),
    "NAT gateway, deleted, another one there": Case(
        network(
            APP, nat("subnet-public-b", "10.40.2.200"), Route("rtb-private", ANYWHERE, "nat-gone")
        ),
        ("i-app", INTERNET, 443),
        ["change route 0.0.0.0/0 > nat-gone in rtb-private: target nat-gone becomes nat-1"],
        (),
        NEVER_PUBLIC,
    ),
    "NAT gateway, nowhere to put one": Case(
        network(APP, subnets=SUBNETS[1::2], routes=(Route("rtb-private", BLOCK, LOCAL),)),
        ("i-app", INTERNET, 443),
        None,
        ("has no public subnet",),
        NEVER_PUBLIC,
    ),
    "private subnet, routed to the Internet gateway by mistake": Case(
        network(APP, nat("subnet-public-a", "10.40.0.200"), Route("rtb-private", ANYWHERE, IGW)),
        ("i-app", INTERNET, 443),
        ["change route 0.0.0.0/0 > igw-1 in rtb-private: target igw-1 becomes nat-1"],
        (),
        ("add public address",),
    ),
    "private subnet, asked from the Internet": Case(
        network(APP, nat("subnet-public-a", "10.40.0.200"), OUT_BY_NAT),
        (INTERNET, "i-app", 22),
        None,
        ("i-app is in a private subnet and stays there",),
        NEVER_PUBLIC,
    ),
    "public subnet, an instance without an address": Case(
        network(
            host("i-p", "subnet-public-a", "10.40.0.10"),
            host("i-q", "subnet-public-a", "10.40.0.11", public="198.51.100.11"),
        ),
        ("i-p", INTERNET, 443),
        ["add public address 192.0.2.77 for 10.40.0.10"],
    ),
    "public subnet, its table without the way out": Case(
        network(
            host("i-p", "subnet-public-a", "10.40.0.10", public="198.51.100.10"),
            nat("subnet-public-b", "10.40.2.200"),
            routes=(Route("rtb-public", BLOCK, LOCAL), Route("rtb-private", BLOCK, LOCAL)),
        ),
        ("i-p", INTERNET, 443),
        ["add route 0.0.0.0/0 > igw-1 in rtb-public"],
        (),
        ("nat-", "rtb-private"),
    ),
    "service, in a public subnet, with a private one that has a NAT gateway": Case(
        network(
            host("eni-lambda", "subnet-public-a", "10.40.0.30"),
            nat("subnet-public-a", "10.40.0.200"),
            OUT_BY_NAT,
        ),
        ("eni-lambda", INTERNET, 443),
        ["put the service of eni-lambda into subnet-private-a, in its configuration"],
        (),
        ("public address 1",),
    ),
    "service, in a public subnet, without a private one": Case(
        network(
            host("eni-task", "subnet-public-a", "10.40.0.30"),
            subnets=SUBNETS[::2],
            routes=(Route("rtb-public", BLOCK, LOCAL), OUT_BY_IGW),
        ),
        ("eni-task", INTERNET, 443),
        None,
        ("assignPublicIp", "private subnet with a route to a NAT gateway"),
        ("public address 1",),
    ),
    "service, asked from the Internet": Case(
        network(host("eni-db", "subnet-public-a", "10.40.0.30")),
        (INTERNET, "eni-db", 5432),
        None,
        ("eni-db belongs to a service",),
        ("public address 1",),
    ),
    "prefix list, of a service, outbound": Case(
        network(
            host("i-etl", "subnet-private-a", "10.40.1.10", "sg-etl"),
            rule("sg-etl", OUT, 443, BLOCK),
            Peering("vpce-1", TABLES.service),
            Route("rtb-private", "52.119.240.0/21", "vpce-1"),
        ),
        ("i-etl", "52.119.244.1", 443),
        ["add sg-etl out tcp 443 to pl-tables"],
        ("It opens (no )?other path",),
        ("/32",),
    ),
    "prefix list, of CloudFront, inbound": Case(
        network(
            host("i-p", "subnet-public-a", "10.40.0.10", "sg-p", public="198.51.100.10"),
            *new_group("sg-p"),
        ),
        ("120.52.22.100", "198.51.100.10", 80),
        ["add sg-p in tcp 80 from pl-edge"],
        (),
        ("/32", "from 0"),
    ),
    "endpoint, new": Case(
        network(APP),
        ("i-app", "52.95.148.10", 443),
        [
            "add route pl-s3 > vpce-new in rtb-private, by the gateway endpoint for com.amazonaws.eu-west-1.s3"
        ],
        ("i-app reaches 52.95.148.10 on every TCP port",),
        (*NEVER_PUBLIC, "NAT gateway"),
    ),
    "endpoint, there for another table": Case(
        network(
            host("i-p", "subnet-public-a", "10.40.0.10"),
            Peering("vpce-9", S3.service),
            Route("rtb-private", "52.95.148.0/23", "vpce-9"),
            Route("rtb-private", "3.5.64.0/21", "vpce-9"),
            routes=(Route("rtb-public", BLOCK, LOCAL), Route("rtb-private", BLOCK, LOCAL)),
        ),
        ("i-p", "3.5.64.9", 443),
        [
            "add route pl-s3 > vpce-9 in rtb-public, by the gateway endpoint for com.amazonaws.eu-west-1.s3"
        ],
    ),
    "group, of the load balancer": Case(
        network(
            WEB,
            *balancer(
                ApplicationLoadBalancer, ["10.40.1.10"], "subnet-public-a", "subnet-public-b"
            ),
            *FRONT,
            *new_group("sg-web"),
        ),
        (INTERNET, "shop.example", 80),
        ["add sg-web in tcp 80 from sg-shop"],
        (),
        ("/32",),
    ),
    "group, of another instance": Case(
        network(WEB, APP, *new_group("sg-web")),
        ("i-app", "i-web", 8080),
        ["add sg-web in tcp 8080 from sg-open"],
        (),
        ("/32",),
    ),
    "group, none: the subnets of the nodes, for health checks too": Case(
        network(
            WEB,
            *balancer(NetworkLoadBalancer, ["10.40.1.10"], "subnet-public-a", groups=()),
            *new_group("sg-web"),
        ),
        ("203.0.113.200", "shop.example", 80),
        ["add sg-web in tcp 80 from 203.0.113.200/32", "add sg-web in tcp 80 from 10.40.0.0/24"],
    ),
    "zone, not enabled": Case(
        network(
            host("i-c", "subnet-private-b", "10.40.3.10", "sg-web"),
            *balancer(ApplicationLoadBalancer, [], "subnet-public-a", unused=(IN_ZONE_B,)),
            *FRONT,
            *BACK,
        ),
        (INTERNET, "shop.example", 80),
        ["enable subnet-public-b for load balancer shop"],
        (),
        ("targets",),
    ),
    "zone, not enabled, of a Network Load Balancer inside": Case(
        network(
            host("i-c", "subnet-private-b", "10.40.3.10", "sg-web"),
            APP,
            *balancer(
                NetworkLoadBalancer, [], "subnet-private-a", unused=(IN_ZONE_B,), faces=False
            ),
            *FRONT,
            *BACK,
        ),
        ("i-app", "shop.example", 80),
        [
            "enable subnet-private-b for load balancer shop",
            "switch on cross-zone load balancing of load balancer shop",
        ],
    ),
    "zone, without a public subnet": Case(
        network(
            host("i-c", "subnet-private-b", "10.40.3.10", "sg-web"),
            *balancer(ApplicationLoadBalancer, [], "subnet-public-a", unused=(IN_ZONE_B,)),
            *FRONT,
            *BACK,
            subnets=(*SUBNETS[:2], SUBNETS[3]),
        ),
        (INTERNET, "shop.example", 80),
        None,
        ("public subnet in b",),
        ("targets",),
    ),
    "start, a target": Case(
        network(
            WEB,
            *balancer(ApplicationLoadBalancer, [], "subnet-public-a", unused=(STOPPED,)),
            DownState("i-web", "stopped"),
            *FRONT,
            *BACK,
        ),
        (INTERNET, "shop.example", 80),
        ["start i-web"],
        (),
        ("targets",),
    ),
    "start, what was asked": Case(
        network(
            WEB,
            APP,
            DownState("i-web", "stopped"),
            rule("sg-web", IN, 80, "sg-open"),
            *new_group("sg-web"),
        ),
        ("i-app", "i-web", 80),
        ["start i-web"],
        ("It opens no other path",),
    ),
    "ACL, replies to all clients": Case(
        network(
            host("i-p", "subnet-narrow", "10.40.4.10", "sg-p", public="198.51.100.10"),
            NARROW_SUBNET,
            *NARROW,
            rule("sg-p", IN, 80, ANYWHERE),
            *new_group("sg-p"),
        ),
        (INTERNET, "i-p", 80),
        ["add acl-2 out 110: allow tcp 1024-65535 to 0.0.0.0/0"],
    ),
    "ACL, of a load balancer's targets": Case(
        network(
            host("i-n", "subnet-narrow", "10.40.4.10", "sg-web"),
            Subnet("subnet-narrow", "10.40.4.0/24", "rtb-private", "acl-2", "a"),
            AclEntry("acl-2", 100, OUT, ALLOW, ANY, EVERY_PORT, ANYWHERE),
            *balancer(
                ApplicationLoadBalancer, ["10.40.4.10"], "subnet-public-a", "subnet-public-b"
            ),
            *FRONT,
            *BACK,
        ),
        (INTERNET, "shop.example", 80),
        [
            "add acl-2 in 10: allow tcp 80 from 10.40.0.0/24",
            "add acl-2 in 20: allow tcp 80 from 10.40.2.0/24",
        ],
        (),
        ("/32",),
    ),
    "cross-zone, the node's zone has no target": Case(
        network(
            WEB,
            *balancer(NetworkLoadBalancer, ["10.40.1.10"], "subnet-public-a", "subnet-public-b"),
            *FRONT,
            *BACK,
        ),
        (INTERNET, "shop.example", 80),
        ["switch on cross-zone load balancing of load balancer shop"],
    ),
    "cross-zone, no node's zone has one": Case(
        network(
            host("i-c", "subnet-private-b", "10.40.3.10", "sg-web"),
            *balancer(NetworkLoadBalancer, ["10.40.3.10"], "subnet-public-a"),
            *FRONT,
            *BACK,
        ),
        (INTERNET, "shop.example", 80),
        ["switch on cross-zone load balancing of load balancer shop"],
    ),
    "interface, of an endpoint": Case(
        network(
            APP,
            (
                Device("eni-vpce", InterfaceEndpoint),
                Interface("eni-vpce", "subnet-private-a", "10.40.1.60", ("sg-vpce",)),
            ),
            Name("ecr.api", ("10.40.1.60",)),
            *new_group("sg-vpce"),
        ),
        ("i-app", "ecr.api", 443),
        ["add sg-vpce in tcp 443 from sg-open"],
        (),
        ("/32",),
    ),
    "interface, of an endpoint behind a narrow ACL": Case(
        network(
            APP,
            (
                Device("eni-vpce", InterfaceEndpoint),
                Interface("eni-vpce", "subnet-narrow", "10.40.4.60", ("sg-vpce",)),
            ),
            Name("ecr.api", ("10.40.4.60",)),
            NARROW_SUBNET,
            *NARROW,
            rule("sg-vpce", IN, 443, "sg-open"),
            *new_group("sg-vpce"),
        ),
        ("i-app", "ecr.api", 443),
        [
            "add acl-2 in 110: allow tcp 443 from 10.40.1.20/32",
            "add acl-2 out 110: allow tcp 1024-65535 to 10.40.1.20/32",
        ],
        (),
        (r"0\.0\.0\.0/0", "eni-vpce"),
    ),
    "route, missing, with a NAT gateway there": Case(
        network(APP, nat("subnet-public-a", "10.40.0.200")),
        ("i-app", INTERNET, 443),
        ["add route 0.0.0.0/0 > nat-1 in rtb-private"],
        (),
        NEVER_PUBLIC,
    ),
    "route, a more specific one that leads nowhere": Case(
        network(
            APP,
            nat("subnet-public-a", "10.40.0.200"),
            OUT_BY_NAT,
            Route("rtb-private", "203.0.113.0/24", "pcx-gone"),
        ),
        ("i-app", INTERNET, 443),
        ["change route 203.0.113.0/24 > pcx-gone in rtb-private: target"],
    ),
}

# to i-pub the way back leads through the NAT gateway, which i-app needs
CLOSING = (
    network(
        APP,
        host("i-pub", "subnet-private-a", "10.40.1.30", public="198.51.100.30"),
        nat("subnet-public-a", "10.40.0.200"),
        OUT_BY_NAT,
        GroupRule("sg-open", IN, (80, 80), ANYWHERE),
    ),
    (INTERNET, "i-pub", 80),
)
