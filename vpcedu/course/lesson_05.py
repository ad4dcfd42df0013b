"""Lesson 05: the prediction about address translation, and the exercises with their solutions."""

from __future__ import annotations

from vpcedu.clock import SECOND, seconds
from vpcedu.course.judgement import Judgement, play
from vpcedu.flow import Endpoint, FiveTuple
from vpcedu.gateways.nat_gateway import IDLE, NatGateway
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
        WEB: "web has this address only inside the VPC; two machines have rewritten the source since.",
        NAT: "That is the NAT's address inside the VPC; the Internet gateway has put another in its place.",
        CLIENT: "That is the visitor of the site; here web itself is the one who asks.",
    }
    trace = play(visit, leg, leg.packet.flow._replace(dst=told))
    lost = trace.dropped
    fate = f"It reached {trace.last.at}" if lost is None else f"It was {lost.lost}"
    return Judgement(
        False,
        f"Not to {told}. {belief.get(told, 'A server answers the source address that it saw.')} The"
        f" update server was made to send it there all the same: {trace.packet.flow}. {fate}.",
        trace,
    )


def _packets(count: int) -> Judgement | None:
    visit = nat_site().get(PAGE)
    met, leg = sum("NAT" in trace.devices for trace in visit.capture), answer_legs(visit)[0]
    if count == met:
        return None
    return Judgement(
        False,
        f"The address is right. But not {count}: of the {len(visit.capture)} packets of that visit"
        f" {met} met the NAT. web's answer went to {leg.packet.flow.destination} {way(leg)}: the ELB node"
        " had opened that connection. A NAT carries the answers to what was opened through it, and no"
        " others.",
        leg,
    )


def _stops(word: str) -> Judgement:
    site = nat_site()
    visit = site.connect("client", ELASTIC, 443)
    trace = visit.capture[1]
    lost = trace.dropped
    assert lost is not None and lost.check == "translation"
    fate = f"The stranger's SYN {trace.packet.flow} came as far as the NAT and was lost there: {lost.reason}."
    if word == "group":
        groups = next(
            interface.groups for interface in site.vpc.interfaces if interface.device == "NAT"
        )
        return Judgement(
            False,
            f"The numbers are right. But no group: the NAT gateway has {len(groups) or 'none'}."
            f" {fate} That is no rule that somebody wrote, and none that somebody could open.",
            trace,
        )
    if word == "acl":
        row = next(
            step.row for step in trace.steps if step.at == "NAT" and step.check == "network ACL in"
        )
        return Judgement(
            False, f"The numbers are right. But not the ACL, it let it pass ({row}). {fate}", trace
        )
    return Judgement(
        True,
        f"Right. The stranger sees: {visit.symptom}; no filter was needed. {fate} The answer to web"
        f" goes to {ELASTIC}, and of a page visit through the balancer the NAT sees nothing.",
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
            f"Right. {flow} meets the row '{met[0].row}', read backwards, and comes to web as"
            f" {trace.last.before.flow}. All four numbers have to fit, and the NAT asks nothing else: it is a"
            " table, and not a guard."
        )
    lost = trace.dropped
    assert lost is not None
    return f"Not yet. It is {lost.lost}. {_wrong(flow, row)}"


def _wrong(flow: FiveTuple, row: Translation) -> str:
    """The first field that does not fit."""
    if flow.dst != "192.0.2.20":
        return f"Who has {flow.dst} on the Internet? The update server saw another address."
    if flow.dport == row.before.sport:
        return (
            f"{flow.dport} is the port that web chose. Which one did the NAT choose in its place?"
        )
    if flow.dport != row.after.sport:
        return "To which port did the NAT send from? The ladder shows it beyond the NAT."
    return f"The port is right, but its row is for {row.after.destination} alone, and this comes from {flow.source}."


KEY = """from vpcedu.packet import FiveTuple

# The answer's own numbers, as they cross the Internet: from the update server's port to the port that the
# NAT has chosen, at the public address of the NAT.
row = FiveTuple("198.51.100.7", 8080, "192.0.2.20", 52088)
"""


def addresses(count: object) -> str:
    """05.2: as few addresses as carry that many connections to one destination."""
    filled = fill_nat(WANTED, count)  # type: ignore[arg-type]
    if filled.given < WANTED:
        return (
            f"Not yet: {filled.given:,} of {WANTED:,} get a port. Each address has its ports once towards each"
            " destination."
        )
    if len(filled.addresses) > 1 and fill_nat(WANTED, len(filled.addresses) - 1).given == WANTED:
        return f"Not yet: {WANTED:,} fit, but one address less would do as well."
    return f"Right. {len(filled.addresses)} addresses give {WANTED:,} ports towards {filled.destination}."


ADDRESSES = """# 55,000 towards one destination for each address: two have 110,000, three have 165,000.
row = 3
"""


def awake(keepalive: object) -> str:
    """05.3: a connection that is silent for 20 minutes."""
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
            f"Not yet. The first probe is sent at {seconds(lost.steps[0].now)} s and is lost at the NAT:"
            f" {lost.dropped.reason}. The NAT answers RST, and the connection is gone."  # type: ignore[union-attr]
            f" {IDLE // SECOND} s of silence are already too many."
        )
    count = len(network.capture)
    network.do("web", "send", connection, b"hello")
    network.run((SILENCE + 5) * SECOND)
    sent = network.capture.traces[count]
    if not sent.delivered:
        return (
            f"Not yet. After {SILENCE:,} s web sends, and its packet is lost at {sent.last.at}: {sent.last.reason}."
            f" No probe was sent before: {silent:,} s of silence had not gone by."
        )
    return (
        f"Right. {len(probes)} probes in {SILENCE:,} s; each one finds the NAT's row and starts its clock again."
        " What web sends at the end arrives."
    )


AWAKE = """# Below 350 s, with some room: a probe that is lost must have time to be sent again. Linux' default,
# 7200 s, is too long, and a program has to ask for keep-alive at all.
row = 300
"""
