"""Reasons: each is explained, and each is produced by packets that were really sent."""

import pytest
from play import site

from vpcedu.clock import SECOND
from vpcedu.gateways.internet_gateway import Association
from vpcedu.lab.reference import ANYWHERE, IGW, TARGETS
from vpcedu.lab.site import Site
from vpcedu.network.link import Link
from vpcedu.network.vpc import Peering, Vpc
from vpcedu.packet import ACK, Endpoint, FiveTuple, Packet
from vpcedu.reasons import REASONS
from vpcedu.tables.network_acl import DENY, IN, OUT, AclEntry
from vpcedu.tables.route_table import Route
from vpcedu.tables.security_group import GroupRule
from vpcedu.tables.source_ports import Ports
from vpcedu.tables.target_group import Listener, TargetGroup
from vpcedu.tables.tracking import TrackingConfiguration

PAGE, UPDATES, TO_UPDATES = "www.example.com", "updates.example.net", "198.51.100.7"


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.code)
def test_every_reason_has_a_sentence_a_fix_and_a_source(reason):
    for words in (reason.code, reason.sentence, reason.fix):
        assert words == words.strip() != ""
        assert not words.endswith(".")
    assert reason.source.startswith("https://")
    assert " " not in reason.source
    assert reason.aws_code == reason.aws_code.upper()
    assert str(reason) == reason.sentence


def test_no_two_reasons_share_a_code_or_a_sentence():
    assert len({reason.code for reason in REASONS}) == len({reason.sentence for reason in REASONS}) == len(REASONS)


# --- one scenario for each ------------------------------------------------------------------------------------


def connect(opener, name, port, **changes):
    visited = site(**changes)
    visited.connect(opener, name, port)
    return visited


def put(device, flow, flags=ACK, **changes):
    visited = site(**changes)
    visited.network.send(device, Packet(flow, flags, 1, 1), "a probe")
    visited.network.run(SECOND)
    return visited


class Silent:
    """A program that opens a connection and says nothing."""

    def on(self, host, connection, event, data, now):
        pass


def late():
    """A connection through a NAT gateway that is silent for 400 s, and then web speaks."""
    visited = site(nat="gateway")
    connection = visited.network.do("web", "connect", Endpoint(TO_UPDATES, 8080), Silent())
    visited.network.run(400 * SECOND)
    visited.network.do("web", "send", connection, b"a late word")
    visited.network.run(401 * SECOND)
    return visited


def crowded():
    """A NAT gateway with one port, and two connections to one destination."""
    visited = site(nat="gateway")
    visited.network.devices["NAT"].ports = Ports(("10.0.0.20",), 1_024, 1_024, 1, 0)
    for _ in range(2):
        visited.network.do("web", "connect", Endpoint(TO_UPDATES, 8080), Silent())
    visited.network.run(SECOND)
    return visited


def full():
    """A web server that accepts nobody and lets one connection wait, and three that come."""
    visited = site("network")
    web = visited.network.devices["web"]
    web.listen(80, web, backlog=1)
    web.hold(80)
    for _ in range(3):
        visited.connect("client", PAGE, 80)
    return visited


def to_itself():
    """web opens a connection to the balancer of which it is the only target."""
    old = GroupRule("sg-web", OUT, (443, 443), ANYWHERE)
    return connect("web", "10.0.0.30", 80, balancer="network", replace=[(old, old._replace(ports=(0, 65_535)))])


def busy():
    """A web server whose instance can track one connection, and two that come."""
    web = next(interface for interface in site().vpc.interfaces if interface.device == "web")
    visited = site("network", replace=[(web, web._replace(tracking=TrackingConfiguration(allowance=1)))])
    for _ in range(2):
        visited.connect("client", PAGE, 80)
    return visited


def too_large():
    visited = site(link=Link(mtu=1_400))
    visited.get(f"http://{PAGE}/4000")
    return visited


def unrelated():
    """An ICMP error about a packet that nobody sent, at the client."""
    visited = site()
    forged = Packet(FiveTuple("203.0.113.10", 1, "192.0.2.10", 80), ACK).unreachable("198.51.100.7", 1)
    visited.network.send("update server", forged, "a forged error")
    visited.network.run(SECOND)
    return visited


def changed_check(device, **changes):
    row = next(interface for interface in site(**changes).vpc.interfaces if interface.device == device)
    return {**changes, "replace": [(row, row._replace(check=True))]}


def denying(way):
    entry = next(row for row in site().vpc.acl_entries if row.acl == "acl-private" and row.direction == way)
    return [(entry, AclEntry("acl-private", 100, way, DENY, -1, (0, 65_535), ANYWHERE))]


def no_target():
    return [(TARGETS, TargetGroup(TARGETS.name, ()))]


def across(target):
    """web asks an address behind a peering connection, or another gateway."""
    old, new = Route("private", ANYWHERE, "NAT"), Route("private", ANYWHERE, target)
    other = Vpc("10.9.0.0/16", (), (), (), (), (), "", (), (), (), (), name="vpc-2",
                peerings=(Peering("pcx-1", "vpc-1"),))
    vpc = site().vpc.replace(old, new)._replace(name="vpc-1", peerings=(Peering("pcx-1", "vpc-2"),), peers=(other,),
                                                beyond=("tgw-1",))
    visited = Site(vpc)
    visited.connect("web", TO_UPDATES, 443)
    return visited


CIRCLE = [(Route("public", ANYWHERE, IGW), Route("public", ANYWHERE, "NAT"))]
SCENARIOS = {
    "source check": lambda: put("web", FiveTuple("10.0.1.66", 1, TO_UPDATES, 443)),
    "destination check": lambda: connect("web", UPDATES, 443, **changed_check("NAT")),
    "group out": lambda: connect("web", UPDATES, 80),
    "group in": lambda: connect("client", PAGE, 81),
    "conntrack allowance exceeded": busy,
    "network ACL out": lambda: connect("web", UPDATES, 443, replace=denying(OUT)),
    "network ACL in": lambda: connect("client", PAGE, 80, replace=denying(IN)),
    "no route": lambda: connect("web", UPDATES, 443, without=[Route("private", ANYWHERE, "NAT")]),
    "blackhole route": lambda: connect("web", UPDATES, 443, replace=[
        (Route("private", ANYWHERE, "NAT"), Route("private", ANYWHERE, "gone"))]),
    "unroutable range": lambda: connect("web", "169.254.169.254", 443),
    "not transitive": lambda: across("pcx-1"),
    "beyond the model": lambda: across("tgw-1"),
    "no such interface": lambda: connect("web", "10.0.1.99", 443),
    "no public address": lambda: connect("web", UPDATES, 443, without=[Association("192.0.2.20", "10.0.0.20")]),
    "not on the Internet": lambda: connect("client", "192.0.2.99", 80),
    "private destination": lambda: connect("client", "10.0.1.10", 80),
    "lost on the way": lambda: connect("client", PAGE, 80, link=Link(lose=(1,))),
    "too large": too_large,
    "unrelated": unrelated,
    "hop limit": lambda: connect("web", UPDATES, 443, nat="gateway", replace=CIRCLE),
    "port closed": lambda: connect("client", PAGE, 80, without=[Listener("HTTP", 80, TARGETS)], balancer="application"),
    "backlog full": full,
    "own source": to_itself,
    "no connection": lambda: put("client", FiveTuple("203.0.113.10", 1, "192.0.2.10", 80)),
    "no listener": lambda: connect("client", PAGE, 80, without=[Listener("TCP", 80, TARGETS)], balancer="network"),
    "no flow": lambda: put("client", FiveTuple("203.0.113.10", 1, "192.0.2.30", 80), balancer="network"),
    "no target": lambda: connect("client", PAGE, 80, balancer="network", replace=no_target()),
    "no translation": lambda: put("client", FiveTuple("203.0.113.10", 1, "192.0.2.20", 4_000), nat="gateway"),
    "idle timeout": late,
    "no port left": crowded,
}


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.code)
def test_every_reason_is_produced_by_packets(reason):
    capture = SCENARIOS[reason.code]().network.capture
    lost = [step for trace in capture for step in trace.steps if step.reason is not None]
    assert reason in [step.reason for step in lost]


def test_every_scenario_belongs_to_a_reason():
    assert set(SCENARIOS) == {reason.code for reason in REASONS}


@pytest.mark.fact("natgw-rst")
def test_after_an_idle_timeout_only_the_inside_hears_a_reset():
    capture = late().network.capture
    resets = [trace for trace in capture if trace.packet.flags & 4]
    assert [trace.devices for trace in resets] == [("NAT", "web")]
