"""Lesson 05: the prediction about address translation, and the exercises with their solutions."""

from __future__ import annotations

from vpcedu.clock import SECOND, seconds
from vpcedu.course.judgement import Judgement, play
from vpcedu.flow import Endpoint, FiveTuple
from vpcedu.gateways.nat_gateway import IDLE, NatGateway
from vpcedu.hosts.host import Host
from vpcedu.network.network import Network
from vpcedu.packet import ACK, PSH, Packet
from vpcedu.quoting import quoted
from vpcedu.sites import field
from vpcedu.sites.parts import API, CLIENT, PAGE, UPDATES
from vpcedu.sites.programs import Stay
from vpcedu.sites.reference import NAT, WEB
from vpcedu.sites.two_instances import ELASTIC, fill_nat, nat_site, nat_vpc
from vpcedu.views.decided import translation_of
from vpcedu.views.explain import answer_legs, way

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.tables.translation import Translation

STOPS = ("group", "acl", "table")


def judge_nat(answer_to: object, page_packets: object, stops: object) -> Judgement:
    """Compare with runs what a NAT gateway does with web's traffic.

    To which address does an update server send its answer to web? How many packets of a page visit
    through the balancer pass the NAT? What stops a stranger who calls the NAT's public address?

    The fields may be text as typed; `stops` is one of STOPS. ValueError where one is something
    else.
    """
    told, count = (
        field.ipv4("answer goes to", answer_to),
        field.whole("packets", page_packets, 0, 9_999),
    )
    word = field.one_of("stops", stops, STOPS, {"network acl": "acl"})
    return _to(told) or _packets(count) or _stops(word)


def _to(told: str) -> Judgement | None:
    visit = nat_site().connect("web", API, 8_080)
    leg = answer_legs(visit)[0]
    if told == leg.packet.flow.dst:
        return None
    belief = {
        WEB: (
            "web has this address only inside the VPC. Two machines have rewritten the source "
            "since."
        ),
        NAT: "That is the NAT's address inside the VPC. The Internet gateway has replaced it.",
        CLIENT: "That is the visitor of the site. Here web itself is the client.",
    }
    trace = play(visit, leg, leg.packet.flow._replace(dst=told))
    lost = trace.dropped
    fate = f"It reached {trace.last.at}" if lost is None else f"It was {lost.lost}"
    return Judgement(
        False,
        f"We made the update server answer {told}: {trace.packet.flow}. {fate}. "
        f"{belief.get(told, 'A server answers the source address that it saw.')}",
        trace,
    )


def _packets(count: int) -> Judgement | None:
    visit = nat_site().get(PAGE)
    met, leg = sum("NAT" in trace.devices for trace in visit.capture), answer_legs(visit)[0]
    if count == met:
        return None
    return Judgement(
        False,
        f"The address is right. But not {count}: the visit sent {len(visit.capture)} "
        f"packets, and {met or 'not one'} of them met the NAT. web's answer went to "
        f"{leg.packet.flow.destination} {way(leg)}: the ELB node had opened that "
        "connection. A NAT carries only the answers to connections that were opened "
        "through it.",
        leg,
    )


def _stops(word: str) -> Judgement:
    site = nat_site()
    visit = site.connect("client", ELASTIC, 443)
    trace = visit.capture[1]
    lost = trace.dropped
    assert lost is not None and lost.check == "translation"
    fate = (
        f"The stranger's SYN {trace.packet.flow} reached the NAT. There it was lost: {lost.reason}."
    )
    if word == "group":
        groups = next(
            interface.groups for interface in site.vpc.interfaces if interface.device == "NAT"
        )
        return Judgement(
            False,
            "The numbers are right, but no security group stopped it: the NAT gateway has "
            f"{len(groups) or 'none'}. {fate} Nobody wrote such a rule, and nobody could "
            "open it.",
            trace,
        )
    if word == "acl":
        row = next(
            step.row for step in trace.steps if step.at == "NAT" and step.check == "network ACL in"
        )
        return Judgement(
            False,
            "The numbers are right, but the network ACL did not stop it: it allowed the "
            f"packet ({row}). {fate}",
            trace,
        )
    return Judgement(
        True,
        f"Right. The stranger sees: {visit.symptom}. No filter was needed. {fate} The "
        f"answer to web goes to {ELASTIC}, and the NAT sees nothing of a page visit through "
        "the balancer.",
        trace,
    )


WANTED, SILENCE = 120_000, 1_200  # connections at once; seconds
FAR = Endpoint(UPDATES, 8_080)


def key(flow: object) -> str:
    """05.1: the one flow that comes in from the Internet."""
    if not isinstance(flow, FiveTuple):
        raise ValueError(f"{quoted(flow)}: expected a FiveTuple(source, port, destination, port)")
    network = nat_site().network
    network.do("web", "connect", FAR, Stay(0))
    network.run(SECOND)
    row = next(iter(network.machine("NAT", NatGateway).translations))
    sender = next(
        (host.device for host in network.vpc.outside if host.address == flow.src), "client"
    )
    count = len(network.capture)
    network.send(sender, Packet(flow, PSH | ACK, data=b"hello"), "the packet of the exercise")
    network.run(2 * SECOND)
    trace = network.capture.traces[count]
    met = [step for step in trace.steps if step.at == "NAT" and translation_of(step) is not None]
    if met and trace.last.at == "web":
        return (
            f"Right. {flow} matches the right-hand side of the translation '{met[0].row}' "
            f"and reaches web as {trace.last.before.flow}. All four numbers have to fit, "
            "and the NAT asks nothing else: it translates, it does not guard."
        )
    lost = trace.dropped
    assert lost is not None
    return f"Not yet. It is {lost.lost}. {_wrong(flow, row)}"


def _wrong(flow: FiveTuple, row: Translation) -> str:
    """The first field that does not fit."""
    if flow.dst != "192.0.2.20":
        return f"Who has {flow.dst} on the Internet? The update server saw another address."
    if flow.dport == row.before.sport:
        return f"{flow.dport} is the port that web chose. Which port did the NAT choose instead?"
    if flow.dport != row.after.sport:
        return "From which port did the NAT send? The ladder shows it on the far side of the NAT."
    return (
        f"The port is right, but its translation is for {row.after.destination} alone, and this "
        f"packet comes from {flow.source}."
    )


KEY = """from vpcedu.packet import FiveTuple

# The answer's own numbers, as they cross the Internet. It goes from the update server's port to the port that
# the NAT chose, at the NAT's public address.
row = FiveTuple("198.51.100.7", 8080, "192.0.2.20", 52088)
"""


def addresses(count: object) -> str:
    """05.2: as few addresses as carry that many connections to one destination."""
    filled = fill_nat(WANTED, count)  # type: ignore[arg-type]
    if filled.given < WANTED:
        return (
            f"Not yet: {filled.given:,} of {WANTED:,} get a port. Each address can use each "
            "of its ports once for every destination."
        )
    if len(filled.addresses) > 1 and fill_nat(WANTED, len(filled.addresses) - 1).given == WANTED:
        return f"Not yet: {WANTED:,} fit, but one address fewer would be enough."
    return (
        f"Right. {len(filled.addresses)} addresses give {WANTED:,} ports towards "
        f"{filled.destination}."
    )


ADDRESSES = """# Each address has 55,000 ports towards one destination: two have 110,000, three have 165,000.
row = 3
"""


def awake(keepalive: object) -> str:
    """05.3: web waits 20 minutes for a report that the server sends at the end."""
    silent = field.count("keep-alive", keepalive, 1, 86_400, field.SECONDS)
    network = Network(nat_vpc(silent))
    connection = network.do("web", "connect", FAR, Stay(0))
    network.run(SECOND)
    count = len(network.capture)
    network.run(SILENCE * SECOND)
    probes = [t for t in network.capture.traces[count:] if t.cause.what.startswith("keep-alive")]
    lost = next((t for t in probes if t.dropped), None)
    if lost is not None:
        return (
            f"Not yet. The first probe is sent at {seconds(lost.steps[0].now)} s and is "
            f"lost at the NAT: {lost.dropped.reason}. The NAT answers with RST, so web at "  # type: ignore[union-attr]
            "least finds out. But the connection is gone, and with it the report. "
            f"{IDLE // SECOND} s of silence were already too many."
        )
    count = len(network.capture)
    server = network.machine("update server", Host)
    network.do("update server", "send", next(iter(server.connections.values())), b"report")
    network.run((SILENCE + 60) * SECOND)
    sent = network.capture.traces[count]
    if not sent.delivered:
        return (
            f"Not yet. After {SILENCE:,} s the update server sends the report, and it is lost "
            f"at {sent.last.at}: {sent.last.reason}. No probe was sent before, because "
            f"{silent:,} s of silence had not passed. web gets no packet at all: its "
            f"connection is still {connection.state}, and it goes on waiting."
        )
    return (
        f"Right. web sends {len(probes)} probes in {SILENCE:,} s. Each one matches the "
        "NAT's translation and restarts its idle timer. So the report that the update server "
        "sends at the end finds its translation, and reaches web."
    )


AWAKE = """# Below 350 s, with some room: a probe that is lost must have time to be sent again. Linux' default,
# 7200 s, is too long, and without a program that asks for it there is no keep-alive at all.
row = 300
"""
