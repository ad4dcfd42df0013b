"""Symptoms of time and numbers.

They show who is silent for too long, who closes first, and who has no port left.
"""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.flow import Endpoint
from vpcedu.gateways.internet_gateway import Association
from vpcedu.gateways.nat_gateway import NatGateway
from vpcedu.hosts.host import Host
from vpcedu.network.interface import Interface
from vpcedu.protocols.tcp_settings import KEEP_ALIVE, LINUX, KeepAlive
from vpcedu.scenarios.scenario import Scenario, patient, with_settings
from vpcedu.sites.applications import Application
from vpcedu.sites.parts import API, PAGE, UPDATES
from vpcedu.sites.reference import NAT, reference_architecture
from vpcedu.sites.site import Site
from vpcedu.sites.visit import Visit
from vpcedu.tables.source_ports import MOST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

OFTEN = KeepAlive(300 * SECOND, 75 * SECOND, 9)  # below the NAT gateway's 350 s
CROWDED_API = Endpoint(UPDATES, 443)

# 6: 55,000 connections of one address to one destination.

NAT_INTERFACE = Interface("NAT", "public", NAT, (), check=False)


def crowded(site: Site) -> Visit:
    """Other hosts behind the NAT gateway hold 55,000 connections to the API; web opens one more."""
    for _ in range(MOST):
        site.network.machine("NAT", NatGateway).ports.take(CROWDED_API)
    return site.connect("web", API, 443)


def second_address(site: Site) -> Site:
    """Give the NAT gateway a second address."""
    return site.replace(NAT_INTERFACE, NAT_INTERFACE._replace(secondary=("10.0.0.21",))).with_row(
        Association("192.0.2.21", "10.0.0.21")
    )


# 7 and 8: silence.


def slow_api(
    seconds: int, keepalive: KeepAlive | None = None, nat: str = "gateway", **settings: Any
) -> Site:
    """An API that thinks for some seconds, and a host behind a NAT that waits."""
    site = with_settings(
        reference_architecture(nat=nat), "update server", Application, delay=seconds * SECOND
    )
    site = with_settings(site, "NAT", **settings)
    return with_settings(site, "web", Host, settings=LINUX._replace(keepalive=keepalive))


def with_keepalive(site: Site) -> Site:
    """The same with TCP keep-alive below 350 s."""
    return with_settings(site, "web", settings=LINUX._replace(keepalive=OFTEN))


def for_20_minutes(site: Site) -> Visit:
    """web asks, and waits 20 minutes."""
    return patient(site, "web", API, 443, 1_200)


def after_400_seconds(site: Site) -> Visit:
    """web connects, is silent for 400 s, and asks then."""
    return patient(site, "web", API, 443, 500, silent=400)


# 9: who closes first.


def keep_alive(seconds: int) -> Site:
    """An Application Load Balancer, and a web server that keeps silent connections open.

    seconds: for how long.
    """
    return with_settings(reference_architecture("application"), "web", keep_alive=seconds * SECOND)


def at_the_moment(site: Site, seconds: int = 5) -> Visit:
    """A request that leaves the node as its connection to the target was silent for that long.

    It crosses the target's FIN: each travels for 0.2 ms. The visit between the two goes to the
    other node, whose address is the first that the name gives then.
    """
    site.get(PAGE)
    site.get(PAGE)
    site.wait(seconds * SECOND + 600 - site.network.clock.now)
    return site.get(PAGE)


SCENARIOS = (
    Scenario(
        "no-port-left",
        6,
        "New connections to one API fail and all others work: the NAT gateway's address "
        "carries 55,000 connections to each destination.",
        lambda: reference_architecture(nat="gateway"),
        crowded,
        "timed out after 131 s",
        "NAT, translation: no port left",
        (),
        second_address,
        "the NAT gateway has a second address",
    ),
    Scenario(
        "silent-request",
        7,
        "A request hangs for 20 minutes, though the NAT gateway forgot its connection "
        "after 350 s. A client that only waits sends nothing, and so it gets no RST.",
        lambda: slow_api(400),
        for_20_minutes,
        "no answer after 1200 s",
        "NAT, translation: idle timeout",
        (),
        with_keepalive,
        "TCP keep-alive every 300 s",
    ),
    Scenario(
        "late-keepalive",
        7,
        "Calls that take longer than 350 s are never answered, though keep-alive is on: "
        "its first probe would come after two hours.",
        lambda: slow_api(351, KEEP_ALIVE),
        for_20_minutes,
        "no answer after 1200 s",
        "NAT, translation: idle timeout",
        (),
        with_keepalive,
        "TCP keep-alive every 300 s",
    ),
    Scenario(
        "nat-gateway-resets",
        8,
        "With a NAT gateway, a host that sends again after 350 s of silence gets a RST.",
        lambda: slow_api(0),
        after_400_seconds,
        "reset",
        "NAT, translation: idle timeout",
    ),
    Scenario(
        "nat-instance-remembers",
        8,
        "With a NAT instance the same connection goes on: Linux remembers it for five days.",
        lambda: slow_api(0, nat="instance"),
        after_400_seconds,
        "works",
        "The NAT rewrites it: destination 10.0.0.20 becomes 10.0.1.10.",
    ),
    Scenario(
        "nat-instance-goes-dead",
        8,
        "A NAT instance that forgets early leaves dead connections. A packet from outside "
        "reaches a host that does not know the connection, and nobody tells the inside.",
        lambda: slow_api(400, nat="instance", idle=320 * SECOND),
        for_20_minutes,
        "no answer after 1200 s",
        "NAT, deliver: port closed",
        (),
        with_keepalive,
        "TCP keep-alive every 300 s",
    ),
    Scenario(
        "keep-alive-race",
        9,
        "Sporadic 502 from an Application Load Balancer: its target closes silent "
        "connections before the balancer does, just when a request is coming.",
        lambda: keep_alive(5),
        at_the_moment,
        "502 Bad Gateway",
        "web: idle timeout: FIN to 10.0.0.10:",
        ("502",),
        lambda site: with_settings(site, "web", keep_alive=65 * SECOND),
        "the target keeps them for 65 s",
    ),
)
