"""Symptoms of routes, filters and translations.

A packet takes another path than was thought, or is lost on it.
"""

from __future__ import annotations

from vpcedu.flow import TCP
from vpcedu.hosts.host import Host
from vpcedu.hosts.web_server import WebServer
from vpcedu.network.interface import Interface
from vpcedu.network.link import Link
from vpcedu.network.vpc import Device, OutsideHost
from vpcedu.scenarios.scenario import Scenario, fetched, first_failure, patient
from vpcedu.sites.parts import API, EPHEMERAL, IGW, NAME, PAGE, PRIVATE
from vpcedu.sites.reference import NAT, reference_architecture, reference_vpc
from vpcedu.sites.reference_tls import tls_site
from vpcedu.sites.site import Site
from vpcedu.sites.visit import Visit
from vpcedu.tables.network_acl import ALLOW, ANY, DENY, IN, OUT, AclEntry
from vpcedu.tables.route_table import Route
from vpcedu.tables.security_group import GroupRule, new_group
from vpcedu.tables.traffic import ANYWHERE, EVERY_PORT, ICMP

DENIED_OUT = "ELB node, network ACL out: network ACL out (acl-public out *: deny all to 0.0.0.0/0)"
TIMED_OUT = "timed out after 131 s"
API_URL = f"http://{API}:8080/"

# 5: network ACLs without the ports that answers go to.

OUT_ALL = AclEntry("acl-public", 100, OUT, ALLOW, ANY, EVERY_PORT, ANYWHERE)
OUT_443 = AclEntry("acl-public", 100, OUT, ALLOW, TCP, (443, 443), ANYWHERE)
OUT_LINUX = AclEntry("acl-public", 100, OUT, ALLOW, TCP, (32_768, 60_999), ANYWHERE)
OUT_TO_WEB = AclEntry("acl-public", 90, OUT, ALLOW, TCP, (80, 80), PRIVATE)
WINDOWS = (49_152, 65_535)
CLIENTS = tuple(f"client {number}" for number in range(1, 9))


def no_ephemeral() -> Site:
    """Port 443 is open in the groups; the ACL of the public subnet lets only port 443 out."""
    return tls_site("classic-tcp").replace(OUT_ALL, OUT_443)


def narrow_range() -> Site:
    """Clients with Windows' ports, and an ACL that lets out to Linux' ports only."""
    vpc = reference_vpc().replace(OUT_ALL, OUT_LINUX).with_row(OUT_TO_WEB)
    return Site(
        vpc._replace(
            outside=(
                *vpc.outside,
                *(OutsideHost(name, f"203.0.113.{30 + i}") for i, name in enumerate(CLIENTS)),
            ),
            devices=(
                *vpc.devices,
                *(Device(name, Host, (("ports", WINDOWS),)) for name in CLIENTS),
            ),
        )
    )


def each_client(site: Site) -> Visit:
    """The page for one client after the other, until it does not come."""
    return first_failure(site.get(PAGE, opener=name) for name in CLIENTS)


# 13: the path out.

TO_NAT, TO_IGW = Route("private", ANYWHERE, "NAT"), Route("private", ANYWHERE, IGW)
NAT_CHECKED = Interface("NAT", "public", NAT, ("sg-nat",), check=True)
NAT_UNCHECKED = NAT_CHECKED._replace(check=False)


def connect_443(site: Site) -> Visit:
    """web connects to the API by port 443."""
    return site.connect("web", API, 443)


# 14: a balancer in a private subnet.

PUBLIC_ROUTE = Route("public", ANYWHERE, IGW)

# 15: what is tracked goes on.

LISTENER_RULE = GroupRule("sg-balancer", IN, (80, 80), ANYWHERE)
DENY_CLIENTS = AclEntry("acl-public", 90, IN, DENY, TCP, (80, 80), ANYWHERE)


def rule_deleted(site: Site) -> Visit:
    """A client connects; then the rule that let it in is deleted; then it asks."""
    return _while_open(site, (LISTENER_RULE, None))


def rule_deleted_and_acl(site: Site) -> Visit:
    """As before, and a network ACL entry denies the clients."""
    return _while_open(site, (LISTENER_RULE, None), (None, DENY_CLIENTS))


def _while_open(site: Site, *changes: tuple[GroupRule | None, AclEntry | None]) -> Visit:
    return patient(site, "client", NAME, 80, 60, silent=5, changes=changes)


# 16: a database that lets web in.

TO_DB = GroupRule("sg-web", OUT, (5_432, 5_432), "sg-db")
ONLY_HTTPS = GroupRule("sg-web", OUT, (443, 443), ANYWHERE)


def database() -> Site:
    """A host with port 5432 whose group lets sg-web in; sg-web lets only port 443 out."""
    vpc = reference_vpc().replace(new_group("sg-web")[0], ONLY_HTTPS)
    return Site(
        vpc._replace(
            interfaces=(*vpc.interfaces, Interface("db", "private", "10.0.1.20", ("sg-db",))),
            group_rules=(*vpc.group_rules, GroupRule("sg-db", IN, (5_432, 5_432), "sg-web")),
            devices=(*vpc.devices, Device("db", WebServer, (("listens", (5_432,)),))),
        )
    )


def connect_db(site: Site) -> Visit:
    """web connects to the database."""
    return site.connect("web", "10.0.1.20", 5_432)


# 19: path MTU discovery.

ICMP_RULE = GroupRule("sg-balancer", IN, (3, 4), ANYWHERE, ICMP)
NO_ICMP = AclEntry("acl-public", 90, IN, DENY, ICMP, (-1, -1), ANYWHERE)


def black_hole() -> Site:
    """A link that carries 1,400 bytes, and a network ACL that eats what a router says about it."""
    return (
        Site(reference_vpc("network"), link=Link(mtu=1_400)).with_row(ICMP_RULE).with_row(NO_ICMP)
    )


SCENARIOS = (
    Scenario(
        "nat-lets-80-and-443-out",
        1,
        "The NAT's security group lets only ports 80 and 443 out, but web's answers reach "
        "clients' high ports: they leave on the balancer's own connection.",
        reference_architecture,
        fetched(),
        "works",
        "The route 10.0.0.0/16 > local takes the reply to the ELB node, which opened this connection itself."
        " The ELB node then answers the client (203.0.113.10",
    ),
    Scenario(
        "nlb-answer-and-the-nat",
        2,
        "The targets' default route leads to the NAT, but their answers return through the "
        "Network Load Balancer.",
        lambda: reference_architecture("network", "gateway"),
        fetched(),
        "works",
        "The reply does not follow the subnet's route 0.0.0.0/0 > NAT. The NLB node delivered this flow",
    ),
    Scenario(
        "acl-without-answers",
        5,
        "The security groups allow port 443, but it still times out. The network ACL "
        "allows no answer out: answers go to ports 1024 to 65535.",
        no_ephemeral,
        lambda site: site.connect("client", NAME, 443),
        TIMED_OUT,
        DENIED_OUT,
        (),
        lambda site: site.replace(OUT_443, OUT_ALL),
        "the outbound entry allows all ports again",
    ),
    Scenario(
        "acl-with-too-few-ports",
        5,
        "Some clients get the page and some do not. The network ACL allows answers out to "
        "the ports of Linux, but Windows uses higher ones too.",
        narrow_range,
        each_client,
        TIMED_OUT,
        DENIED_OUT,
        (),
        lambda site: site.replace(OUT_LINUX, OUT_LINUX._replace(ports=EPHEMERAL)),
        "the outbound entry allows 1024 to 65535",
    ),
    Scenario(
        "default-route-to-the-gateway",
        13,
        "A private instance has a route 0.0.0.0/0 to the Internet gateway, but no "
        "Internet: it has no public address.",
        lambda: reference_architecture(nat="gateway").replace(TO_NAT, TO_IGW),
        fetched(API_URL, "web"),
        TIMED_OUT,
        "Internet gateway, address map: no public address",
        (),
        lambda site: site.replace(TO_IGW, TO_NAT),
        "the default route leads to the NAT again",
    ),
    Scenario(
        "nat-instance-with-its-check",
        13,
        "A NAT instance forwards nothing: its source/destination check is on.",
        lambda: reference_architecture().replace(NAT_UNCHECKED, NAT_CHECKED),
        connect_443,
        TIMED_OUT,
        "NAT, destination check: destination check",
        (),
        lambda site: site.replace(NAT_CHECKED, NAT_UNCHECKED),
        "the check is off",
    ),
    Scenario(
        "balancer-in-a-private-subnet",
        14,
        "An internet-facing balancer times out: its subnet has no route to the Internet gateway.",
        lambda: reference_architecture().without(PUBLIC_ROUTE),
        fetched(),
        TIMED_OUT,
        "ELB node, route: no route",
        (),
        lambda site: site.with_row(PUBLIC_ROUTE),
        "the subnet has a route to the Internet gateway",
    ),
    Scenario(
        "tracked-goes-on",
        15,
        "The security group's rule is deleted, but a connected client goes on: its "
        "connection is tracked.",
        reference_architecture,
        rule_deleted,
        "works",
        f"ELB node, group in: tracked 203.0.113.10:51828 > 10.0.0.10:80, allowed by {LISTENER_RULE}",
    ),
    Scenario(
        "acl-cuts",
        15,
        "A deleted rule of a security group does not stop a tracked connection. A network "
        "ACL cuts it at once: it remembers nothing.",
        reference_architecture,
        rule_deleted_and_acl,
        "no answer after 60 s",
        f"ELB node, network ACL in: network ACL in ({DENY_CLIENTS})",
    ),
    Scenario(
        "no-rule-to-the-database",
        16,
        "The database's security group allows the application, but it still times out: the "
        "application's own security group allows nothing out to the database.",
        database,
        connect_db,
        TIMED_OUT,
        "web, group out: group out",
        (),
        lambda site: site.with_row(TO_DB),
        "an outbound rule allows 5432 to sg-db",
    ),
    Scenario(
        "large-pages-hang",
        19,
        "Small pages load and large ones hang: a filter drops the ICMP error that says how "
        "large a packet may be on this path.",
        black_hole,
        fetched(f"{PAGE}4000"),
        "no answer after 300 s",
        f"NLB node, network ACL in: network ACL in ({NO_ICMP})",
        (),
        lambda site: site.without(NO_ICMP),
        "the entry that denies ICMP is gone",
    ),
)
