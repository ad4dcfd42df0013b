"""Losses without a row: the losses that no row of a description causes.

Time, load, a link, the state of a machine or the packet itself causes them.

Each is simulated: `BEYOND` holds for each Reason of this kind what happens, in words and as a
function that has it happen on a site. Puzzles change one row, so none of them is a puzzle's cause;
the catalogue of those is `faults`.
"""

from __future__ import annotations

from vpcedu import reasons
from vpcedu.clock import SECOND
from vpcedu.flow import Endpoint, FiveTuple
from vpcedu.gateways.nat_gateway import NatGateway
from vpcedu.hosts.web_server import WebServer
from vpcedu.network.interface import BIDIRECTIONAL, BlockedAccess, DownState
from vpcedu.network.link import Link
from vpcedu.network.record import Call
from vpcedu.network.vpc import Peering, Vpc
from vpcedu.packet import ACK, Packet
from vpcedu.reasons import Reason
from vpcedu.row import NamedRow
from vpcedu.sites.parts import CLIENT, NAME, PAGE, UPDATES
from vpcedu.sites.programs import Stay
from vpcedu.sites.reference import reference_architecture, reference_vpc
from vpcedu.sites.several_zones import public_address, zones_site
from vpcedu.sites.site import Site
from vpcedu.tables.route_table import Route
from vpcedu.tables.source_ports import Ports
from vpcedu.tables.traffic import ANYWHERE
from vpcedu.views.text import fold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from vpcedu.protocols.tcp import Connection
    from vpcedu.trace import Step

FAR = Endpoint(UPDATES, 8_080)
CLIENT_PORT = FiveTuple(CLIENT, 40_000, "192.0.2.30", 80)


class LossWithoutARow(NamedRow):
    """A Reason, what happens, and how it is run.

    The last is a function that returns the site on which it happened.
    """

    reason: Reason
    what: str
    play: Callable[[], Site]

    def lost(self) -> Step:
        """The step that loses the packet, in a run made now.

        ValueError where none is lost for this reason.
        """
        steps = [
            step
            for trace in self.play().network.capture
            for step in trace.steps
            if step.reason == self.reason
        ]
        if not steps:
            raise ValueError(f"{self.what}: expected a packet lost because {self.reason}")
        return steps[0]

    def __str__(self) -> str:
        step = self.lost()
        return "\n    ".join(
            (self.what, *fold(f"{step.at}, {step.check}: {self.reason}", 76).split("\n"))
        )


def beyond_rows() -> str:
    """What happens, and where and why a packet is lost then: each is run now."""
    return "\n".join(map(str, BEYOND))


def _lossy() -> Site:
    site = Site(reference_vpc(), link=Link(lose=(1,)))
    site.connect("client", NAME, 80)
    return site


def _small_link() -> Site:
    site = Site(reference_vpc(), link=Link(mtu=1_400))
    site.get(f"{PAGE}4000")
    return site


def _to_aws() -> Site:
    site = reference_architecture()
    site.connect("web", "169.254.169.254", 443)
    return site


def _busy_server() -> Site:
    site = reference_architecture("network")
    web = site.network.machine("web", WebServer)
    web.listen(80, web, backlog=1)
    web.hold(80)
    for _ in range(3):
        site.connect("client", NAME, 80)
    return site


def _silence() -> Site:
    site = reference_architecture(nat="gateway")
    connection = _stay(site, "web", FAR)
    site.wait(400 * SECOND)
    site.network.do("web", "send", connection, b"a late word")
    site.wait(SECOND)
    return site


def _many() -> Site:
    site = reference_architecture(nat="gateway")
    site.network.machine("NAT", NatGateway).ports = Ports(("10.0.0.20",), 1_024, 1_024, 1, 0)
    for _ in range(2):
        _stay(site, "web", FAR)
    site.wait(SECOND)
    return site


def _sick_target() -> Site:
    site = zones_site("ab", cross_zone=True)
    site.start_checks()
    connection = _stay(site, "client", Endpoint(public_address("a"), 80))
    site.wait(SECOND)
    target = next(
        trace
        for trace in site.network.capture
        if trace.sender == "client" and trace.last.at[:3] == "web"
    )
    site.network.machine(target.last.at, WebServer).listeners.clear()
    site.wait(70 * SECOND)
    site.network.do("client", "send", connection, b"more")
    site.wait(SECOND)
    return site


def _stay(site: Site, opener: str, remote: Endpoint) -> Connection:
    """A connection that is opened and left alone."""
    return site.begin(Call(opener, *remote), Stay(site.network.clock.now)).connection


def _stray(sender: str, packet: Packet, balancer: str = "network") -> Site:
    """A packet out of nowhere: one that no connection sent."""
    site = reference_architecture(balancer)
    site.network.send(sender, packet, "a stray packet")
    site.wait(SECOND)
    return site


def _forged_error() -> Site:
    quoted = Packet(FiveTuple(CLIENT, 1, "192.0.2.10", 80), ACK)
    return _stray("update server", quoted.unreachable(UPDATES, 1))


def _stopped_server() -> Site:
    site = Site(reference_vpc()._replace(states=(DownState("web", "stopped"),)))
    site.connect("client", NAME, 80)
    return site


def _blocked_subnet() -> Site:
    blocked = (BlockedAccess("public", BIDIRECTIONAL),)
    site = Site(reference_vpc()._replace(blocked=blocked))
    site.connect("client", NAME, 80)
    return site


def _past_another_vpc(target: str) -> Site:
    """web's default route leads to a peering connection, or to a gateway.

    Nothing is described on the other side of the gateway.
    """
    other = Vpc("10.9.0.0/16", name="vpc-2", peerings=(Peering("pcx-1", "vpc-1"),))
    old = Route("private", ANYWHERE, "NAT")
    vpc = reference_vpc().replace(old, old._replace(target=target))
    site = Site(
        vpc._replace(
            name="vpc-1", peerings=(Peering("pcx-1", "vpc-2"),), peers=(other,), beyond=("tgw-1",)
        )
    )
    site.connect("web", UPDATES, 443)
    return site


BEYOND = (
    LossWithoutARow(reasons.LOST, "a link loses a packet", _lossy),
    LossWithoutARow(
        reasons.TOO_LARGE,
        "a link on the path carries 1,400 bytes, and web answers with a page of 4,000",
        _small_link,
    ),
    LossWithoutARow(
        reasons.BACKLOG_FULL,
        "web's program is too busy to accept, and three clients come",
        _busy_server,
    ),
    LossWithoutARow(
        reasons.NOT_RUNNING,
        "web is stopped, and the load balancer opens a connection to it",
        _stopped_server,
    ),
    LossWithoutARow(
        reasons.PUBLIC_ACCESS_BLOCKED,
        "VPC Block Public Access is on for the public subnet, and a client opens a connection",
        _blocked_subnet,
    ),
    LossWithoutARow(
        reasons.NO_PORT,
        "a NAT gateway has one port left towards a server, and web connects twice",
        _many,
    ),
    LossWithoutARow(
        reasons.IDLE_TIMEOUT,
        "behind a NAT gateway web is silent for 400 s, and then sends",
        _silence,
    ),
    LossWithoutARow(
        reasons.TARGET_UNHEALTHY,
        "a target stops listening while a connection to it is open, and its checks fail",
        _sick_target,
    ),
    LossWithoutARow(
        reasons.NO_FLOW,
        "an ACK that belongs to no connection reaches a Network Load Balancer",
        lambda: _stray("client", Packet(CLIENT_PORT, ACK, 1, 1)),
    ),
    LossWithoutARow(
        reasons.NO_CONNECTION,
        "an ACK that belongs to no connection reaches a host",
        lambda: _stray(
            "client", Packet(CLIENT_PORT._replace(dst="192.0.2.10"), ACK, 1, 1), "classic-tcp"
        ),
    ),
    LossWithoutARow(reasons.UNRELATED, "somebody forges an ICMP error", _forged_error),
    LossWithoutARow(
        reasons.UNROUTABLE_RANGE, "web sends to 169.254.169.254 like to any other address", _to_aws
    ),
    LossWithoutARow(
        reasons.NOT_TRANSITIVE,
        "web's default route leads to the VPC next door",
        lambda: _past_another_vpc("pcx-1"),
    ),
    LossWithoutARow(
        reasons.BEYOND,
        "web's default route leads to a transit gateway",
        lambda: _past_another_vpc("tgw-1"),
    ),
)
