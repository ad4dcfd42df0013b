"""The explanation codes of AWS's Reachability Analyzer, each with what happens to it here.

RUN: brought about by packets in a small network, at a place, and repaired. UNTOLD: the answer is
*unknown*, or no question of a TCP connection can meet it. NO_FAULT: what it states holds, and no
packet is lost by it. REFERENCE prints the table; AWS's page with the definitions is
https://docs.aws.amazon.com/vpc/latest/reachability/explanation-codes.html.
"""

from __future__ import annotations

from collections import namedtuple

from rigs.repair_networks import (
    APP,
    BACK,
    BLOCK,
    CASES,
    FRONT,
    INTERNET,
    NARROW_SUBNET,
    OUT_BY_NAT,
    WEB,
    balancer,
    host,
    nat,
    network,
    rule,
)
from vpcedu.gateways.internet_gateway import Association
from vpcedu.gateways.nat_instance import NatInstance
from vpcedu.gateways.network_load_balancer import NetworkLoadBalancer
from vpcedu.hosts.any_server import AnyServer
from vpcedu.hosts.application_load_balancer import ApplicationLoadBalancer
from vpcedu.hosts.classic_load_balancer import ClassicLoadBalancer
from vpcedu.hosts.web_server import WebServer
from vpcedu.network.interface import BIDIRECTIONAL, BlockedAccess, Interface, Subnet
from vpcedu.network.vpc import Device, Peering, Vpc
from vpcedu.sites.parts import open_acls
from vpcedu.tables.network_acl import ALLOW, AclEntry
from vpcedu.tables.route_table import LOCAL, Route
from vpcedu.tables.security_group import IN, OUT, new_group
from vpcedu.tables.traffic import ANY, ANYWHERE, EVERY_PORT

RUN, UNTOLD, NO_FAULT = "run", "cannot be told", "no fault"
# words: the network, or why there is none; at: where the packet is lost; again: whether the first
# repair is enough (None: nothing repairs it)
Explained = namedtuple("Explained", "code group words vpc question at", defaults=(None, None, ""))


def peer(letter, block, *peerings, igw=""):
    """A second VPC with one host."""
    table, acl = f"rtb-{letter}", f"acl-{letter}"
    return Vpc(
        block,
        (Subnet(f"subnet-{letter}", block.replace("/16", "/24"), table, acl, "a"),),
        (
            Interface(
                f"i-{letter}",
                f"subnet-{letter}",
                block.replace("0.0/16", "0.10"),
                (f"sg-{letter}",),
                name=f"eni-of-i-{letter}",
            ),
        ),
        (Route(table, block, LOCAL),),
        open_acls(acl),
        (rule(f"sg-{letter}", IN, 80, "10.0.0.0/8"), *new_group(f"sg-{letter}")),
        devices=(Device(f"i-{letter}", AnyServer),),
        main=table,
        name=f"vpc-{letter}",
        peerings=peerings,
    )


ALB = balancer(ApplicationLoadBalancer, ["10.40.1.10"], "subnet-public-a", "subnet-public-b")
PUBLIC = host("i-p", "subnet-public-a", "10.40.0.10", "sg-p", public="198.51.100.10")
AT_NAT = nat("subnet-public-a", "10.40.0.200")
# from a private subnet to a public address of the same VPC: out by the NAT gateway, in again
AROUND = (APP, PUBLIC, AT_NAT, OUT_BY_NAT, *new_group("sg-p"))
TO_B = Peering("pcx-b", "vpc-b")
SHOP, OUTSIDE = (INTERNET, "shop.example", 80), ("i-app", INTERNET, 443)


def case(name):
    return CASES[name][:2]


def row(code, words, made, at):
    return Explained(code, RUN, words, *made, at)


def untold(code, words):
    return Explained(code, UNTOLD, words)


def no_fault(code, words, vpc=None, question=None):
    return Explained(code, NO_FAULT, words, vpc, question)


NO_ROUTE = case("NAT gateway, none yet")
IDLE_ZONE = case("zone, not enabled")
OTHER_ZONE = case("cross-zone, no node's zone has one")
STRAY = (
    network(
        WEB, *balancer(ApplicationLoadBalancer, ["10.40.1.99"], "subnet-public-a"), *FRONT, *BACK
    ),
    SHOP,
)
CLASSIC_443 = (
    network(
        WEB,
        *balancer(ClassicLoadBalancer, ["10.40.1.10"], "subnet-public-a"),
        *FRONT,
        rule("sg-shop", IN, 443, ANYWHERE),
        *BACK,
    ),
    (INTERNET, "shop.example", 443),
)
ALB_443 = (
    network(WEB, *ALB, *FRONT, rule("sg-shop", IN, 443, ANYWHERE), *BACK),
    (INTERNET, "shop.example", 443),
)

CODES = (
    row(
        "BAD_STATE",
        "the instance that was asked is stopped",
        case("start, what was asked"),
        "i-web",
    ),
    untold(
        "BAD_STATE_ATTACHMENT", "no file has the state of an attachment in which it carries nothing"
    ),
    row(
        "BAD_STATE_ROUTE",
        "the route out leads to a NAT gateway that was deleted",
        case("NAT gateway, deleted, another one there"),
        "i-app",
    ),
    untold("BAD_STATE_VPN", "the model ends at a virtual private gateway"),
    row(
        "CANNOT_ROUTE",
        "the only other route is for the block of a peered VPC",
        (
            network(APP, Peering("pcx-1", "vpc-x"), Route("rtb-private", "10.50.0.0/16", "pcx-1")),
            OUTSIDE,
        ),
        "i-app",
    ),
    row(
        "HIGHER_PRIORITY_ROUTE",
        "a static route that leads nowhere wins over a propagated one to the same block",
        (
            network(
                APP,
                AT_NAT,
                OUT_BY_NAT,
                Route("rtb-private", "203.0.113.0/24", "eni-gone"),
                Route("rtb-private", "203.0.113.0/24", "vgw-1", propagated=True),
                beyond=("vgw-1",),
            ),
            OUTSIDE,
        ),
        "i-app",
    ),
    row(
        "MORE_SPECIFIC_ROUTE",
        "a route for the destination's block leads nowhere, the default route would do",
        case("route, a more specific one that leads nowhere"),
        "i-app",
    ),
    row("NO_ROUTE_TO_DESTINATION", "a private subnet without a route out", NO_ROUTE, "i-b"),
    row("VPC_LOCAL_ROUTE_CIDR_RESTRICTION", "the table has the local route alone", NO_ROUTE, "i-b"),
    row(
        "NO_POSSIBLE_DESTINATION",
        "the load balancer's target has an address that nobody has",
        STRAY,
        "shop/subnet-public-a",
    ),
    untold(
        "UNKNOWN_DESTINATION",
        "the route leads to what no file describes, such as a transit gateway",
    ),
    row(
        "ENI_ADDRESS_RESTRICTION",
        "the route out leads to a service's interface, which takes only what is for itself",
        (
            network(
                APP,
                host("eni-fn", "subnet-public-a", "10.40.0.30", "sg-fn"),
                rule("sg-fn", IN, 443, BLOCK),
                *new_group("sg-fn"),
                Route("rtb-private", ANYWHERE, "eni-fn"),
            ),
            OUTSIDE,
        ),
        "eni-fn",
    ),
    row(
        "ENI_SOURCE_DEST_CHECK_RESTRICTION",
        "a NAT instance whose source/destination check is on",
        (
            network(
                APP,
                (
                    Device("i-nat", NatInstance),
                    Interface(
                        "i-nat", "subnet-public-a", "10.40.0.40", ("sg-nat",), name="eni-i-nat"
                    ),
                    Association("198.51.100.40", "10.40.0.40"),
                ),
                rule("sg-nat", IN, 443, BLOCK),
                *new_group("sg-nat"),
                Route("rtb-private", ANYWHERE, "i-nat"),
            ),
            OUTSIDE,
        ),
        "i-nat",
    ),
    row(
        "ENI_SG_RULES_MISMATCH",
        "the group lets out to the VPC alone, and S3 was asked",
        case("prefix list, of a service, outbound"),
        "i-etl",
    ),
    row(
        "SG_HAS_NO_RULES",
        "the group has no inbound rule",
        case("group, of another instance"),
        "i-web",
    ),
    row(
        "SG_REFERENCES_NOT_PRESERVED",
        "the rule names the caller's group, and the packet comes by way of the NAT gateway",
        (network(*AROUND, rule("sg-p", IN, 80, "sg-open")), ("i-app", "198.51.100.10", 80)),
        "i-p",
    ),
    untold(
        "UNKNOWN_PEERED_SGS",
        "the model ends at a peering connection whose other VPC no file describes",
    ),
    row(
        "SUBNET_ACL_RESTRICTION",
        "the network ACL drops replies, on the return path",
        case("ACL, replies to all clients"),
        "i-p",
    ),
    row(
        "ELB_ACL_RESTRICTION",
        "a Classic Load Balancer and its target in one subnet, whose network ACL lets no port 80 out",
        (
            network(
                host("i-n", "subnet-narrow", "10.40.4.10", "sg-web"),
                NARROW_SUBNET,
                AclEntry("acl-2", 100, IN, ALLOW, ANY, EVERY_PORT, ANYWHERE),
                AclEntry("acl-2", 100, OUT, ALLOW, 6, (1_024, 65_535), ANYWHERE),
                *balancer(ClassicLoadBalancer, ["10.40.4.10"], "subnet-narrow"),
                *FRONT,
                *BACK,
            ),
            SHOP,
        ),
        "shop/subnet-narrow",
    ),
    untold("PROTOCOL_RESTRICTION", "only connections over TCP are asked"),
    no_fault(
        "GATEWAY_REJECTS_SPOOFED_TRAFFIC",
        "a question's packets are never sent with a forged source",
    ),
    row(
        "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS",
        "an instance in a public subnet has no public address",
        case("public subnet, an instance without an address"),
        "igw-1",
    ),
    row(
        "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS",
        "the same instance is asked from the Internet, by its private address",
        (
            network(
                host("i-p", "subnet-public-a", "10.40.0.10", "sg-p"),
                rule("sg-p", IN, 80, ANYWHERE),
                *new_group("sg-p"),
            ),
            (INTERNET, "i-p", 80),
        ),
        "Internet",
    ),
    untold(
        "IGW_DESTINATION_ADDRESS_IN_VPC_CIDRS",
        "no router of the Internet hands the gateway what is for an address of another network",
    ),
    row(
        "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS",
        "a table without a route to the peered VPC: the default route takes its packets",
        (
            network(
                PUBLIC,
                TO_B,
                *new_group("sg-p"),
                peers=(peer("b", "10.50.0.0/16", Peering("pcx-b", "vpc-1")),),
            ),
            ("i-p", "i-b", 80),
        ),
        "igw-1",
    ),
    row(
        "IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS",
        "the same, and the peered VPC has a block of shared addresses (100.64.0.0/10)",
        (
            network(
                PUBLIC,
                TO_B,
                *new_group("sg-p"),
                peers=(peer("b", "100.64.0.0/16", Peering("pcx-b", "vpc-1")),),
            ),
            ("i-p", "i-b", 80),
        ),
        "igw-1",
    ),
    untold(
        "IGW_SOURCE_ADDRESS_NOT_IN_RFC1918_INGRESS",
        "nobody on the Internet sends from a private address: such a source is no end of a question",
    ),
    untold("IGW_SOURCE_ADDRESS_NOT_IN_RFC6598_INGRESS", "nor from a shared one (100.64.0.0/10)"),
    no_fault(
        "IGW_NAT_REFLECTION",
        "out by the NAT gateway and in again by a public address: the packets are run, and it works",
        network(*AROUND, rule("sg-p", IN, 80, ANYWHERE)),
        ("i-app", "198.51.100.10", 80),
    ),
    untold("INGRESS_RTB_NO_PUBLIC_IP", "a gateway's own route table is not modelled"),
    untold("INGRESS_RTB_TRAFFIC_REDIRECTION", "a gateway's own route table is not modelled"),
    row(
        "VPC_BLOCK_PUBLIC_ACCESS_ENABLED",
        "VPC Block Public Access keeps the subnet of a public server from the Internet gateway",
        (
            network(
                PUBLIC,
                rule("sg-p", IN, 80, ANYWHERE),
                *new_group("sg-p"),
                blocked=(BlockedAccess("subnet-public-a", BIDIRECTIONAL),),
            ),
            (INTERNET, "198.51.100.10", 80),
        ),
        "igw-1",
    ),
    row(
        "NGW_REQUIRES_SOURCE_IN_VPC",
        "somebody on the Internet opens a connection to the NAT gateway",
        (network(APP, AT_NAT, OUT_BY_NAT), (INTERNET, "198.51.100.20", 443)),
        "nat-1",
    ),
    row(
        "NGW_SOURCE_ADDRESS_REASSIGN",
        "the rule names the caller's block, and the NAT gateway has replaced the address",
        (network(*AROUND, rule("sg-p", IN, 80, "10.40.1.0/24")), ("i-app", "198.51.100.10", 80)),
        "i-p",
    ),
    no_fault(
        "NGW_DEST_ADDRESS_PRESERVATION",
        "it holds for each packet, and no question asks for the contrary",
    ),
    row(
        "REMAP_EPHEMERAL_PORT",
        "the network ACL lets replies out to Linux' ports alone, and the load balancer uses others too",
        (
            network(
                host("i-n", "subnet-narrow", "10.40.4.10", "sg-web"),
                NARROW_SUBNET._replace(route_table="rtb-private"),
                AclEntry("acl-2", 100, IN, ALLOW, ANY, EVERY_PORT, ANYWHERE),
                AclEntry("acl-2", 100, OUT, ALLOW, 6, (32_768, 60_999), ANYWHERE),
                *balancer(ApplicationLoadBalancer, ["10.40.4.10"], "subnet-public-a"),
                *FRONT,
                *BACK,
            ),
            SHOP,
        ),
        "i-n",
    ),
    row(
        "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR",
        "a route for a third VPC leads to the peering connection with the second one",
        (
            network(
                PUBLIC,
                TO_B,
                Route("rtb-public", "10.60.0.0/16", "pcx-b"),
                *new_group("sg-p"),
                peers=(
                    peer("b", "10.50.0.0/16", Peering("pcx-b", "vpc-1")),
                    peer("c", "10.60.0.0/16"),
                ),
            ),
            ("i-p", "i-c", 80),
        ),
        "i-p",
    ),
    untold(
        "VPCE_GATEWAY_EGRESS_SOURCE_ADDRESS_RESTRICTION", "a question is not asked from a service"
    ),
    untold("VPCE_GATEWAY_PROTOCOL_RESTRICTION", "only connections over TCP are asked"),
    untold("VPCE_INTRA_VPC_TRAFFIC", "AWS's page, when it was read, had no definition of it"),
    untold("VPCE_SERVICE_NOT_INSTALLED_IN_AZ", "no file says in which zones a service is"),
    row(
        "ELB_LISTENERS_MISMATCH",
        "a Classic Load Balancer is asked on a port without a listener",
        CLASSIC_443,
        "shop/subnet-public-a",
    ),
    row(
        "ELB_LISTENER_PORT_RESTRICTION",
        "its listener is for another port",
        CLASSIC_443,
        "shop/subnet-public-a",
    ),
    row(
        "ELBV2_LISTENERS_MISMATCH",
        "an Application Load Balancer is asked on a port without a listener",
        ALB_443,
        "shop/subnet-public-a",
    ),
    row(
        "ELBV2_LISTENER_PORT_RESTRICTION",
        "its listener is for another port",
        ALB_443,
        "shop/subnet-public-a",
    ),
    row(
        "ELBV2_LISTENER_HAS_NO_TG",
        "no target is registered",
        (
            network(WEB, *balancer(ApplicationLoadBalancer, [], "subnet-public-a"), *FRONT, *BACK),
            SHOP,
        ),
        "shop/subnet-public-a",
    ),
    row(
        "ELBV2_LISTENER_REQUIRES_TG_ACCEPT",
        "the only target is on a stopped instance",
        case("start, a target"),
        "shop/subnet-public-a",
    ),
    row(
        "ELBV2_NO_TARGETS_IN_AZ",
        "the only target is in another zone than the node",
        OTHER_ZONE,
        "shop/subnet-public-a",
    ),
    row(
        "ELB_INSTALLED_AZ_RESTRICTION",
        "the target's zone is not enabled for the load balancer",
        IDLE_ZONE,
        "shop/subnet-public-a",
    ),
    row(
        "ELB_NOT_CROSSZONE", "cross-zone load balancing is off", OTHER_ZONE, "shop/subnet-public-a"
    ),
    row(
        "ELBV2_SOURCE_ADDRESS_PRESERVATION",
        "the rule names the node's subnet, and the packet has the client's address",
        (
            network(
                WEB,
                *balancer(NetworkLoadBalancer, ["10.40.1.10"], "subnet-public-a", groups=()),
                rule("sg-web", IN, 80, "10.40.0.0/24"),
                *new_group("sg-web"),
            ),
            SHOP,
        ),
        "i-web",
    ),
    row(
        "TARGET_ADDRESS_RESTRICTION",
        "no other address than the registered one is tried",
        STRAY,
        "shop/subnet-public-a",
    ),
    row(
        "TARGET_PORT_RESTRICTION",
        "the target is registered with a port on which its server does not listen",
        (
            network(
                (
                    Device("i-web", WebServer, (("listens", (8_080,)),)),
                    Interface(
                        "i-web", "subnet-private-a", "10.40.1.10", ("sg-web",), name="eni-of-i-web"
                    ),
                ),
                *ALB,
                *FRONT,
                *BACK,
                rule("sg-web", IN, 8_080, "sg-shop"),
            ),
            SHOP,
        ),
        "i-web",
    ),
    *(
        untold(f"{words}", "the model ends there")
        for words in (
            "FIREWALL_* (Network Firewall)",
            "GWLB_* (Gateway Load Balancer)",
            "TGW_* and SG_REFERENCING_SUPPORT (transit gateway)",
            "VGW_* (virtual private gateway)",
        )
    ),
)
NO_REPAIR = ("NGW_REQUIRES_SOURCE_IN_VPC",)  # a NAT gateway accepts no connection from outside
