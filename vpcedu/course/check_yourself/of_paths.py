"""Symptoms of routes, translations and filters, for those who check themselves."""

from __future__ import annotations

from vpcedu.course.check_yourself.claims import Claim, Symptom, added, claim, removed, unchanged
from vpcedu.flow import TCP, Endpoint
from vpcedu.gateways.internet_gateway import Association
from vpcedu.gateways.nat_gateway import NatGateway
from vpcedu.hosts.host import Host
from vpcedu.hosts.web_server import WebServer
from vpcedu.network.interface import Interface
from vpcedu.network.vpc import Device
from vpcedu.scenarios.other_doors import FUNCTION, function_in_public
from vpcedu.scenarios.routes_and_filters import (
    API_URL,
    DENY_CLIENTS,
    LISTENER_RULE,
    ONLY_HTTPS,
    PUBLIC_ROUTE,
    TO_IGW,
    TO_NAT,
)
from vpcedu.scenarios.scenario import fetched, patient, with_settings
from vpcedu.scenarios.timing import second_address, with_keepalive
from vpcedu.sites.one_server import ACL, answers, one_server
from vpcedu.sites.parts import API, EPHEMERAL, IGW, NAME, UPDATES
from vpcedu.sites.reference import NAT, WEB, reference_architecture, reference_vpc
from vpcedu.sites.site import Site
from vpcedu.sites.visit import Visit
from vpcedu.tables.network_acl import ALLOW, ANY, IN, OUT, AclEntry
from vpcedu.tables.route_table import Route
from vpcedu.tables.security_group import GroupRule, new_group
from vpcedu.tables.source_ports import MOST
from vpcedu.tables.traffic import ANYWHERE, EVERY_PORT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from vpcedu.row import Row

TO_API = f"{UPDATES}/32"


def _acl(acl: str, number: int, direction: str, ports: tuple[int, int]) -> AclEntry:
    return AclEntry(acl, number, direction, ALLOW, TCP, ports, ANYWHERE)


# 1: the NAT lets few ports out, and replies go to high ports.

REPLIES = Symptom(
    "replies-and-the-nat",
    1,
    "00",
    (
        "A Classic Load Balancer with a TCP listener hands requests to web in a private subnet. The security "
        "group of the NAT instance allows only ports 80 and 443 out. The page comes. What would stop it?",
        "A Classic Load Balancer with an HTTP listener hands requests to web in a private subnet, whose default "
        "route leads to a NAT gateway. The page comes. What would stop it?",
    ),
    (reference_architecture, lambda: reference_architecture("classic-http", "gateway")),
    (fetched(), fetched()),
    (
        claim(
            "the reply leaves on the balancer's own connection",
            "The balancer's subnet loses its default route.",
            removed(PUBLIC_ROUTE),
        ),
        claim(
            "replies of a private subnet leave through the NAT",
            "web's subnet loses its default route to the NAT.",
            removed(TO_NAT),
        ),
        claim(
            "a security group needs an outbound rule for replies",
            "web's security group loses its outbound rule.",
            removed(new_group("sg-web")[0]),
        ),
        claim(
            "replies carry the public address of the NAT",
            "The NAT loses its public address, 192.0.2.20.",
            removed(Association("192.0.2.20", NAT)),
        ),
    ),
    works=False,
)

# 5: a network ACL without the ports that replies go to.

ALL_OUT = AclEntry("acl-private", 100, OUT, ALLOW, ANY, EVERY_PORT, ANYWHERE)
ONLY_443 = _acl("acl-private", 100, OUT, (443, 443))


def _acl_of_targets() -> Site:
    """The targets of a Network Load Balancer; their subnet's ACL lets only port 443 out."""
    return reference_architecture("network").replace(ALL_OUT, ONLY_443)


ACL_REPLIES = Symptom(
    "network-acl-and-replies",
    5,
    "04",
    (
        "A web server in a public subnet: its security group and its network ACL both allow TCP port 80 in, and "
        "allow nothing out. Clients time out. What helps?",
        "web is a target of a Network Load Balancer. Its security group allows port 80 in. Its subnet's network "
        "ACL allows everything in, but only TCP port 443 out. Clients time out. What helps?",
    ),
    (one_server, _acl_of_targets),
    (fetched(), fetched()),
    (
        claim(
            "replies go to the port that the client chose, and a network ACL remembers nothing",
            "Network ACL, outbound: allow TCP to ports 1024-65535.",
            (added(answers(*EPHEMERAL)), added(_acl("acl-private", 110, OUT, EPHEMERAL))),
        ),
        claim(
            "a reply goes to the server's port",
            "Network ACL, outbound: allow TCP to port 80, anywhere.",
            (added(answers(80, 80)), added(_acl("acl-private", 110, OUT, (80, 80)))),
        ),
        claim(
            "a security group needs an outbound rule for replies",
            "Security group, outbound: TCP to ports 1024-65535.",
            added(GroupRule("sg-web", OUT, EPHEMERAL, ANYWHERE)),
        ),
        claim(
            "the client's port counts where the request comes in",
            "Network ACL, inbound: allow TCP to ports 1024-65535.",
            (added(_acl(ACL, 110, IN, EPHEMERAL)), added(_acl("acl-private", 90, IN, EPHEMERAL))),
        ),
    ),
)

# 13: a route to the Internet gateway, and no public address.

FUNCTION_S_RULE = GroupRule("sg-function", IN, EPHEMERAL, ANYWHERE)


def _both(web: Row, function: Row) -> tuple[Callable[[Site], Site], Callable[[Site], Site]]:
    return added(web), added(function)


NO_ADDRESS = Symptom(
    "route-without-an-address",
    13,
    "01",
    (
        "The default route of web's subnet leads to the Internet gateway. web has a private address only. Its "
        "calls to a server on the Internet time out. What helps?",
        "A container task runs in a public subnet, without a public address. Its calls to a server on the "
        "Internet time out. What helps?",
    ),
    (
        lambda: reference_architecture(nat="gateway").replace(TO_NAT, TO_IGW),
        function_in_public,
    ),
    (fetched(API_URL, "web"), fetched(API_URL, "function")),
    (
        claim(
            "the Internet gateway only exchanges a private address for a public one",
            "A public address of its own, such as an Elastic IP address.",
            _both(Association("192.0.2.110", WEB), Association("192.0.2.110", FUNCTION.address)),
        ),
        claim(
            "a security group needs an inbound rule for replies",
            "A rule of its security group: inbound TCP ports 1024-65535.",
            _both(GroupRule("sg-web", IN, EPHEMERAL, ANYWHERE), FUNCTION_S_RULE),
        ),
        claim(
            "0.0.0.0/0 is too wide for a route",
            "A route for the server alone, to the Internet gateway.",
            _both(Route("private", TO_API, IGW), Route("public", TO_API, IGW)),
        ),
        claim(
            "silence is always a filter",
            "A network ACL entry, number 90, that allows all inbound traffic.",
            _both(
                AclEntry("acl-private", 90, IN, ALLOW, ANY, EVERY_PORT, ANYWHERE),
                AclEntry("acl-public", 90, IN, ALLOW, ANY, EVERY_PORT, ANYWHERE),
            ),
        ),
    ),
)

# 16: the other end allows it, one's own security group does not.

HOUSES = {"db": ("10.0.1.20", 5_432), "cache": ("10.0.1.30", 6_379)}


def _house(name: str) -> Site:
    """A host that lets sg-web in, on its port; sg-web lets only port 443 out."""
    address, port = HOUSES[name]
    vpc = reference_vpc().replace(new_group("sg-web")[0], ONLY_HTTPS)
    return Site(
        vpc._replace(
            interfaces=(*vpc.interfaces, Interface(name, "private", address, (f"sg-{name}",))),
            group_rules=(*vpc.group_rules, GroupRule(f"sg-{name}", IN, (port, port), "sg-web")),
            devices=(*vpc.devices, Device(name, WebServer, (("listens", (port,)),))),
        )
    )


def _rules(rule: Callable[[str, int], GroupRule]) -> tuple[Callable[[Site], Site], ...]:
    return tuple(added(rule(name, port)) for name, (_, port) in HOUSES.items())


DATABASE = Symptom(
    "own-outbound-rule",
    16,
    "04",
    (
        "The database's security group allows port 5432 from web's security group. web's own has one outbound "
        "rule: port 443. web's connection to the database times out. Which rule helps, in which of the two?",
        "The cache's security group allows port 6379 from web's security group. web's own has one outbound "
        "rule: port 443. web's connection to the cache times out. Which rule helps, in which of the two?",
    ),
    (lambda: _house("db"), lambda: _house("cache")),
    (
        lambda site: site.connect("web", *HOUSES["db"]),
        lambda site: site.connect("web", *HOUSES["cache"]),
    ),
    (
        claim(
            "the opener's own security group is asked first",
            (
                "In web's: outbound port 5432 to the database's.",
                "In web's: outbound port 6379 to the cache's.",
            ),
            _rules(lambda name, port: GroupRule("sg-web", OUT, (port, port), f"sg-{name}")),
        ),
        claim(
            "a security group needs an inbound rule for replies",
            (
                "In web's: inbound ports 1024-65535 from the database's.",
                "In web's: inbound ports 1024-65535 from the cache's.",
            ),
            _rules(lambda name, _: GroupRule("sg-web", IN, EPHEMERAL, f"sg-{name}")),
        ),
        claim(
            "a security group needs an outbound rule for replies",
            (
                "In the database's: outbound, all ports to web's.",
                "In the cache's: outbound, all ports to web's.",
            ),
            _rules(lambda name, _: GroupRule(f"sg-{name}", OUT, EVERY_PORT, "sg-web")),
        ),
        claim(
            "a rule must name addresses, not another security group",
            (
                "In the database's: inbound port 5432 from 10.0.1.0/24.",
                "In the cache's: inbound port 6379 from 10.0.1.0/24.",
            ),
            _rules(lambda name, port: GroupRule(f"sg-{name}", IN, (port, port), "10.0.1.0/24")),
        ),
    ),
)

# 6: 55,000 connections of one address to one destination.


def _crowded(port: int) -> Callable[[Site], Visit]:
    """Other hosts hold 55,000 connections to one port of the API; web opens one more."""

    def play(site: Site) -> Visit:
        for _ in range(MOST):
            site.network.machine("NAT", NatGateway).ports.take(Endpoint(UPDATES, port))
        return site.connect("web", API, port)

    return play


PORTS = Symptom(
    "one-destination-fails",
    6,
    "05",
    (
        "Many hosts share a NAT gateway. Their new connections to port 443 of one API time out, all others work. "
        "What helps?",
        "Many hosts share a NAT gateway. Their new connections to port 8080 of one server time out, those to its "
        "port 443 work. What helps?",
    ),
    (lambda: reference_architecture(nat="gateway"), lambda: reference_architecture(nat="gateway")),
    (_crowded(443), _crowded(8_080)),
    (
        claim(
            "one address of a NAT gateway carries 55,000 connections to each destination",
            "A second address for the NAT gateway.",
            second_address,
        ),
        claim(
            "the hosts run out of ports of their own",
            "A wider range of ephemeral ports on each host.",
            lambda site: with_settings(site, "web", Host, ports=EPHEMERAL),
        ),
        claim(
            "a route has a capacity",
            "A second route, for the server's address alone.",
            added(Route("private", TO_API, "NAT")),
        ),
        claim(
            "the connections fail because they were idle",
            "TCP keep-alive on the hosts, every 300 s.",
            lambda site: with_keepalive(with_settings(site, "web", Host)),
        ),
    ),
)

# 15: what is tracked goes on.

FROM_BALANCER = GroupRule("sg-web", IN, (80, 80), "sg-balancer")
TO_TARGETS = GroupRule("sg-balancer", OUT, (80, 80), "sg-web")


def _deleted(*also: tuple[Row | None, Row | None]) -> Callable[[Site], Visit]:
    """A client connects; the rule that let it in is deleted, and more is done; then it asks."""
    changes = ((LISTENER_RULE, None), *also)
    return lambda site: patient(site, "client", NAME, 80, 60, silent=5, changes=changes)


def _live(belief: str, words: str, *also: tuple[Row | None, Row | None]) -> Claim:
    play = _deleted(*also)
    return Claim(belief, (words, words), (unchanged, unchanged), (play, play))


TRACKED = Symptom(
    "deleted-rule",
    15,
    "04",
    (
        "A client is connected to a Classic Load Balancer. You delete the inbound rule that let it in, and it "
        "still gets its page. What ends the connection at once?",
        "A client is connected to web through a Network Load Balancer. You delete the inbound rule of the "
        "balancer's security group, and it still gets its page. What ends the connection at once?",
    ),
    (reference_architecture, lambda: reference_architecture("network")),
    (_deleted(), _deleted()),
    (
        _live(
            "a security group goes on allowing what it tracks; a network ACL remembers nothing",
            "A network ACL entry that denies the client.",
            (None, DENY_CLIENTS),
        ),
        _live(
            "the next security group checks every packet anew",
            "web's security group loses its inbound rule as well.",
            (FROM_BALANCER, None),
        ),
        _live(
            "without an outbound rule there is no reply",
            "The balancer's security group loses its outbound rule.",
            (TO_TARGETS, None),
        ),
        _live(
            "replies of a private subnet leave through the NAT",
            "web's subnet loses its default route to the NAT.",
            (TO_NAT, None),
        ),
    ),
    works=False,
)

OF_PATHS = (REPLIES, ACL_REPLIES, NO_ADDRESS, DATABASE, PORTS, TRACKED)
