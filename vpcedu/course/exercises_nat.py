"""Exercises of the lesson on address translation: how an answer is played and judged, and a worked solution of each."""

from __future__ import annotations

from vpcedu.clock import SECOND, seconds
from vpcedu.flow import Endpoint, FiveTuple
from vpcedu.gateways.nat_gateway import IDLE, NatGateway
from vpcedu.network.network import Network
from vpcedu.packet import ACK, PSH, Packet
from vpcedu.sites import field as fields
from vpcedu.sites.parts import UPDATES
from vpcedu.sites.programs import Stay
from vpcedu.sites.two_instances import fill_nat, nat_site, nat_vpc
from vpcedu.views.decided import translation_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.tables.translation import Translation

WANTED, SILENCE = 120_000, 1_200  # connections at once; seconds
FAR = Endpoint(UPDATES, 8_080)


def key(flow: object) -> str:
    """05.1: the one flow that comes in from the Internet."""
    if not isinstance(flow, FiveTuple):
        raise ValueError(f"{flow!r}: expected a FiveTuple(source, port, destination, port)")
    network = nat_site().network
    network.do("web", "connect", FAR, Stay(0))
    network.run(SECOND)
    row = next(iter(network.machine("NAT", NatGateway).translations))
    sender = next((host.device for host in network.vpc.outside if host.address == flow.src), "client")
    count = len(network.capture)
    network.send(sender, Packet(flow, PSH | ACK, data=b"hello"), "the packet of the exercise")
    network.run(2 * SECOND)
    trace = network.capture.traces[count]
    met = [step for step in trace.steps if step.at == "NAT" and translation_of(step) is not None]
    if met and trace.last.at == "web":
        return (f"Right. {flow} meets the row '{met[0].row}', read backwards, and comes to web as"
                f" {trace.last.before.flow}. All four numbers have to fit, and the NAT asks nothing else: it is a"
                " table, and not a guard.")
    lost = trace.dropped
    assert lost is not None
    return f"Not yet. It is lost at {lost.at}, {lost.check}: {lost.reason}. {_wrong(flow, row)}"


def _wrong(flow: FiveTuple, row: Translation) -> str:
    """The first field that does not fit."""
    if flow.dst != "192.0.2.20":
        return f"Who has {flow.dst} on the Internet? The update server saw another address."
    if flow.dport == row.before.sport:
        return f"{flow.dport} is the port that web chose. Which one did the NAT choose in its place?"
    if flow.dport != row.after.sport:
        return "To which port did the NAT send from? The ladder shows it beyond the NAT."
    return f"The port is right, but its row is for {row.after.destination} alone, and this comes from {flow.source}."


KEY = """from vpcedu.packet import FiveTuple

# The answer's own numbers, as they cross the Internet: from the update server's port to the port that the
# NAT has chosen, at the public address of the NAT.
row = FiveTuple("198.51.100.7", 8080, "192.0.2.20", 52088)
"""


def addresses(count: object) -> str:
    """05.2: as few addresses as carry so many connections to one destination."""
    filled = fill_nat(WANTED, count)  # type: ignore[arg-type]
    if filled.given < WANTED:
        return (f"Not yet: {filled.given:,} of {WANTED:,} get a port. Each address has its ports once towards each"
                " destination.")
    if len(filled.addresses) > 1 and fill_nat(WANTED, len(filled.addresses) - 1).given == WANTED:
        return f"Not yet: {WANTED:,} fit, but one address less would do as well."
    return f"Right. {len(filled.addresses)} addresses give {WANTED:,} ports towards {filled.destination}."


ADDRESSES = """# 55,000 towards one destination for each address: two have 110,000, three have 165,000.
row = 3
"""


def awake(keepalive: object) -> str:
    """05.3: a connection that is silent for 20 minutes."""
    silent = fields.count("keep-alive", keepalive, 1, 86_400, fields.SECONDS)
    network = Network(nat_vpc(silent))
    connection = network.do("web", "connect", FAR, Stay(0))
    network.run(SECOND)
    count = len(network.capture)
    network.run(SILENCE * SECOND)
    probes = [t for t in network.capture.traces[count:] if t.cause.what.startswith("keep-alive")]
    lost = next((t for t in probes if t.dropped), None)
    if lost is not None:
        return (f"Not yet. The first probe is sent at {seconds(lost.steps[0].now)} s and is lost at the NAT:"
                f" {lost.dropped.reason}. The NAT answers RST, and the connection is gone."  # type: ignore[union-attr]
                f" {IDLE // SECOND} s of silence are already too many.")
    count = len(network.capture)
    network.do("web", "send", connection, b"hello")
    network.run((SILENCE + 5) * SECOND)
    sent = network.capture.traces[count]
    if not sent.delivered:
        return (f"Not yet. After {SILENCE:,} s web sends, and its packet is lost at {sent.last.at}: {sent.last.reason}."
                f" No probe was sent before: {silent:,} s of silence had not gone by.")
    return (f"Right. {len(probes)} probes in {SILENCE:,} s; each one finds the NAT's row and starts its clock again."
            " What web sends at the end arrives.")


AWAKE = """# Below 350 s, with some room: a probe that is lost must have time to be sent again. Linux' default,
# 7200 s, is too long, and a program has to ask for keep-alive at all.
row = 300
"""
