"""Symptoms of load balancers and of time, for those who check themselves."""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.course.check_yourself.claims import Claim, Symptom, added, claim, replaced, unchanged
from vpcedu.gateways.internet_gateway import Association
from vpcedu.protocols.forwarded import FOR
from vpcedu.protocols.tcp_settings import KEEP_ALIVE
from vpcedu.scenarios.failing_targets import (
    FROM_BALANCER,
    FROM_CLIENTS,
    again_and_again,
    checked_first,
    hairpin,
    hidden_in_zones,
    narrowed,
    to_the_node,
)
from vpcedu.scenarios.headers import behind
from vpcedu.scenarios.routes_and_filters import PUBLIC_ROUTE, TO_IGW, TO_NAT
from vpcedu.scenarios.scenario import fetched, patient, with_settings
from vpcedu.scenarios.timing import (
    at_the_moment,
    for_20_minutes,
    keep_alive,
    slow_api,
    with_keepalive,
)
from vpcedu.sites.applications import first_entry, last_but_one, last_entry, the_peer
from vpcedu.sites.parts import API, EPHEMERAL, PAGE, UPDATES
from vpcedu.sites.reference import NAT, WEB, reference_architecture
from vpcedu.sites.several_zones import zones_site
from vpcedu.sites.site import Site
from vpcedu.tables.network_acl import ALLOW, ANY, IN, AclEntry
from vpcedu.tables.route_table import Route
from vpcedu.tables.security_group import GroupRule
from vpcedu.tables.traffic import ANYWHERE, EVERY_PORT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

WEB_80 = GroupRule("sg-web", IN, (80, 80), ANYWHERE)
FROM_NAT, FROM_PUBLIC = (WEB_80._replace(peer=f"{peer}/32") for peer in (NAT, "192.0.2.10"))
FROM_ITSELF = WEB_80._replace(peer="sg-web")

# 4: the checks come from the balancer's own addresses.

NARROWED = (
    "The security group of web now allows port 80 from the clients' addresses only. {} Load Balancer answers "
    "every client with an error. Which inbound rule of web's security group helps?"
)
CHECKS = Symptom(
    "narrowed-to-clients",
    4,
    "06",
    (NARROWED.format("The Application"), NARROWED.format("The Classic")),
    (lambda: narrowed("application"), lambda: narrowed("classic-http")),
    (checked_first, checked_first),
    (
        claim(
            "requests and health checks come from the balancer's own private addresses",
            "Port 80 from the balancer's security group.",
            replaced(FROM_CLIENTS, FROM_BALANCER),
        ),
        claim(
            "a balancer calls its targets from its public address",
            "Port 80 from the balancer's public address.",
            added(FROM_PUBLIC),
        ),
        claim(
            "everything reaches a private subnet through the NAT",
            "Port 80 from the private address of the NAT.",
            added(FROM_NAT),
        ),
        claim(
            "the client's port counts where the request comes in",
            "Ports 1024-65535 from the clients' addresses.",
            added(FROM_CLIENTS._replace(ports=EPHEMERAL)),
        ),
    ),
)

# 3: a target that is its own client.

OWN_TARGET = Symptom(
    "target-calls-its-balancer",
    3,
    "07",
    (
        "web calls the Network Load Balancer whose only target it is, at the balancer's private address. The call "
        "times out. Other hosts get the page. What helps?",
        "Two web servers are targets of a Network Load Balancer, and one of them calls it. Some of its calls time "
        "out, the others work. What helps?",
    ),
    (hairpin, lambda: zones_site("ab", cross_zone=True)),
    (to_the_node, again_and_again),
    (
        claim(
            "with the client's address preserved a target gets packets from itself",
            "The target group no longer preserves the client's address.",
            hidden_in_zones,
        ),
        claim(
            "a security group blocks its own members",
            "web's security group allows port 80 from itself.",
            added(FROM_ITSELF),
        ),
        claim(
            "the network ACL blocks traffic inside the VPC",
            "The network ACL of web's subnet allows all of the VPC first.",
            added(AclEntry("acl-private", 90, IN, ALLOW, ANY, EVERY_PORT, "10.0.0.0/16")),
        ),
        claim(
            "the balancer's security group does not know its targets",
            "The balancer's security group allows port 80 from web's.",
            added(GroupRule("sg-balancer", IN, (80, 80), "sg-web")),
        ),
    ),
)

# 10: who asked? A header that anybody can write.


def _reads(who: object) -> Callable[[Site], Site]:
    return lambda site: with_settings(site, "web", reads=who)


def _by_tcp(site: Site) -> Site:
    return behind("classic-tcp", reads=first_entry)


SPOOFED = Symptom(
    "whose-address-is-logged",
    10,
    "06",
    (
        "web is a target of an Application Load Balancer and logs the first entry of X-Forwarded-For. One client's "
        "line says 127.0.0.1. What makes web log the address that called the balancer?",
        "web is a target of a Classic Load Balancer with an HTTP listener, and logs the first entry of "
        "X-Forwarded-For. One client's line says 192.0.2.99. What makes web log the address that called the balancer?",
    ),
    (
        lambda: behind("application", reads=first_entry),
        lambda: behind("classic-http", reads=first_entry),
    ),
    (
        fetched(PAGE, "client", ((FOR, "127.0.0.1"),)),
        fetched(PAGE, "client", ((FOR, "192.0.2.99"),)),
    ),
    (
        claim(
            "the balancer appends the address that it saw; what stands before it anybody can write",
            "web logs the last entry of the header.",
            _reads(last_entry),
        ),
        claim(
            "the last entry of X-Forwarded-For is the balancer",
            "web logs the last entry but one.",
            _reads(last_but_one),
        ),
        claim(
            "a load balancer passes the client's packets on",
            "web logs the other end of its connection.",
            _reads(the_peer),
        ),
        claim(
            "a TCP listener hides nothing",
            "The listener's protocol becomes TCP.",
            _by_tcp,
        ),
    ),
)

# 9: who closes first.

RACE = (
    "Now and then a client of an Application Load Balancer gets 502, although web answers every request in a "
    "millisecond. web closes connections that were silent for {} s. What helps?"
)


def _patient_balancer(site: Site) -> Site:
    nodes = [row.name for row in site.vpc.devices if row.name.startswith("ELB node")]
    for name in nodes:
        site = with_settings(site, name, idle=120 * SECOND)
    return site


def _sooner() -> Claim:
    """The race is run again at the new moment."""
    words = ("web closes silent connections after 3 s.",) * 2
    change = (lambda site: with_settings(site, "web", keep_alive=3 * SECOND),) * 2
    play = (lambda site: at_the_moment(site, 3),) * 2
    return Claim("the sooner a connection is closed, the safer", words, change, play)


SPORADIC = Symptom(
    "sporadic-502",
    9,
    "09",
    (RACE.format(5), RACE.format(20)),
    (lambda: keep_alive(5), lambda: keep_alive(20)),
    (at_the_moment, lambda site: at_the_moment(site, 20)),
    (
        claim(
            "the target must not close before the balancer does",
            "web keeps silent connections for 65 s.",
            lambda site: with_settings(site, "web", keep_alive=65 * SECOND),
        ),
        claim(
            "the balancer waits too short",
            "The balancer's idle timeout becomes 120 s.",
            _patient_balancer,
        ),
        claim(
            "an error of a balancer comes from a filter",
            "web's security group allows port 80 from anywhere.",
            added(WEB_80),
        ),
        _sooner(),
    ),
)

# 14: a balancer without a path to the Internet.

NO_DOOR = (
    "A new internet-facing {} Load Balancer is in subnets without a default route. Clients time out. Its target, "
    "web, is in a private subnet. What helps?"
)
DOOR = Symptom(
    "balancer-in-a-private-subnet",
    14,
    "01",
    (NO_DOOR.format("Classic"), NO_DOOR.format("Network")),
    (
        lambda: reference_architecture().without(PUBLIC_ROUTE),
        lambda: reference_architecture("network").without(PUBLIC_ROUTE),
    ),
    (fetched(), fetched()),
    (
        claim(
            "the balancer's own subnet needs the path to the Internet",
            "A route from the balancer's subnet to the Internet gateway.",
            added(PUBLIC_ROUTE),
        ),
        claim(
            "targets must have public addresses",
            "A public address for web, an Elastic IP address.",
            added(Association("192.0.2.110", WEB)),
        ),
        claim(
            "the target's subnet needs the path to the Internet",
            "A route from web's subnet to the Internet gateway.",
            replaced(TO_NAT, TO_IGW),
        ),
        claim(
            "the target's security group must let the Internet in",
            "An inbound rule of web: port 80 from 0.0.0.0/0.",
            added(WEB_80),
        ),
    ),
)

# 7: a table that forgets in silence.


def _longer(seconds: int) -> Claim:
    play = (lambda site: patient(site, "web", API, 443, seconds),) * 2
    words = ("web waits for an hour before it gives up.",) * 2
    return Claim("the caller gives up too early", words, (unchanged, unchanged), play)


SILENT = Symptom(
    "slow-answer-never-comes",
    7,
    "09",
    (
        "web calls an API through a NAT gateway. The API takes 400 s for its answer. web waits for 20 minutes, and "
        "nothing comes. What helps?",
        "web calls an API through a NAT gateway, with its system's TCP keep-alive on: 2 hours. The API takes 351 s "
        "for its answer. web waits for 20 minutes, and nothing comes. What helps?",
    ),
    (lambda: slow_api(400), lambda: slow_api(351, KEEP_ALIVE)),
    (for_20_minutes, for_20_minutes),
    (
        claim(
            "the NAT gateway forgets a connection that was silent for 350 s, and tells nobody",
            "web's TCP keep-alive begins after 300 s.",
            with_keepalive,
        ),
        _longer(3_600),
        claim(
            "the answer is a new connection from outside",
            "web's security group allows the API in.",
            added(GroupRule("sg-web", IN, EVERY_PORT, f"{UPDATES}/32")),
        ),
        claim(
            "the answer needs a route of its own",
            "A route for the API's address to the NAT.",
            added(Route("private", f"{UPDATES}/32", "NAT")),
        ),
    ),
)

OF_BALANCERS = (CHECKS, OWN_TARGET, SPOOFED, SPORADIC, DOOR, SILENT)
