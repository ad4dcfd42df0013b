"""Two instances: two instances behind one NAT gateway, and its table as time goes by.

The site is the reference architecture with a NAT gateway and a second private instance, `app`. A
story has both open connections from the same source ports, one every 30 s, leaves them silent, and
has somebody speak at the end. So few ports per destination as a story can have replace AWS's
55,000. Sources: VPC user guide, "NAT gateway basics", "Troubleshoot NAT gateways". As in
gateways/nat_gateway.py: which port is chosen, and that the far side hears nothing of the idle
timeout, AWS does not say.
"""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.flow import Endpoint, FiveTuple
from vpcedu.gateways.nat_gateway import IDLE, MOST_ADDRESSES, NatGateway
from vpcedu.hosts.host import Host
from vpcedu.network.interface import Interface
from vpcedu.network.network import Network
from vpcedu.network.vpc import Device, Vpc
from vpcedu.packet import SYN, Packet
from vpcedu.protocols.tcp_settings import LINUX, KeepAlive
from vpcedu.quoting import quoted
from vpcedu.row import NamedRow
from vpcedu.sites.field import count
from vpcedu.sites.parts import UPDATES
from vpcedu.sites.programs import Stay
from vpcedu.sites.reference import NAT, WEB, reference_vpc
from vpcedu.sites.site import Site
from vpcedu.tables.translation import Translation
from vpcedu.trace import REWRITE, Capture, Trace
from vpcedu.views.decided import translation_of
from vpcedu.views.text import fold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.trace import Step

APP, ELASTIC = "10.0.1.11", "192.0.2.20"
PAIR = (("web", WEB), ("app", APP))
# of the instances; seconds between openings; as in Linux
FIRST_PORT, EVERY, PROBES = (40_000, 30, (75 * SECOND, 9))
SPEAKERS = ("nobody", "web", "update server", "stranger")
MOST, SPAN = 6, 600  # connections and seconds of a story


def nat_vpc(keepalive: int = 0) -> Vpc:
    """The description.

    With `keepalive` (seconds) both instances are plain hosts that probe after that much silence.
    """
    vpc = reference_vpc("classic-tcp", "gateway")
    devices = (*vpc.devices, Device("app", Host))
    if keepalive:
        settings = (("settings", LINUX._replace(keepalive=KeepAlive(keepalive * SECOND, *PROBES))),)
        devices = tuple(
            Device(d.name, Host, settings) if d.name in dict(PAIR) else d for d in devices
        )
    return vpc._replace(
        devices=devices, interfaces=(*vpc.interfaces, Interface("app", "private", APP, ("sg-web",)))
    )


def nat_site(seed: int = 0) -> Site:
    """The site, ready to be visited.

    web and app are in the private subnet, with a NAT gateway and a Classic balancer.
    """
    return Site(nat_vpc(), seed)


class FilterSetting(NamedRow):
    """What web and app do in a story.

    How many connections they open in turn, to how many destinations (1 or 2), how many ports the
    NAT has for each, at which second the story ends, who sends then, and after how much silence the
    instances probe (s, 0: not).
    """

    connections: int = 4
    destinations: int = 1
    room: int = MOST
    at: int = 200
    speaks: str = "nobody"
    keepalive: int = 0


class Attempt(NamedRow):
    """One connection of a story.

    Who opened it, the flow as its opener sent it, and when (microseconds); the NAT's row or None,
    when packets used that, and when it was removed, or None.
    """

    opener: str
    flow: FiveTuple
    begun: int
    row: Translation | None
    uses: tuple[int, ...]
    gone: int | None


class Story(NamedRow):
    """A simulated setting.

    The connections, the packet of the one who sent at the end (None: nobody), everything that was
    seen, and how many rows the NAT had when it ended.
    """

    setting: FilterSetting
    attempts: tuple[Attempt, ...]
    spoken: Trace | None
    capture: Capture
    live: int


def tell(setting: FilterSetting) -> Story:
    """Run a setting; ValueError names a wrong value."""
    _checked(setting)
    network = Network(nat_vpc(setting.keepalive))
    nat = network.machine("NAT", NatGateway)
    nat.ports.most = setting.room
    begun: list[tuple[str, FiveTuple, int]] = []
    for number in range(setting.connections):
        if number * EVERY >= setting.at:
            break
        network.run(number * EVERY * SECOND)
        name, address = PAIR[number % 2]
        port = FIRST_PORT + number // 2
        far = Endpoint(UPDATES, (443, 8_080)[number // 2 % setting.destinations])
        network.do(name, "connect", far, Stay(network.clock.now), port=port)
        begun.append((name, FiveTuple(address, port, *far), network.clock.now))
    network.run(setting.at * SECOND)
    nat.sweep(network.clock.now)  # its clock goes on without packets too
    live, before = len(nat.translations), len(network.capture)
    _speak(network, setting.speaks, begun[0][1])
    network.run(network.clock.now + SECOND)
    spoken = next(
        (
            trace
            for trace in network.capture.traces[before:]
            if trace.sender == _device(setting.speaks)
        ),
        None,
    )
    attempts = tuple(_attempt(network, *one, until=setting.at * SECOND) for one in begun)
    return Story(setting, attempts, spoken, network.capture, live)


def _speak(network: Network, speaks: str, flow: FiveTuple) -> None:
    """Have somebody send on the first connection.

    The stranger calls the very port that the connection has outside.
    """
    inside, far = (network.machine(name, Host).connections for name in ("web", "update server"))
    theirs = next(iter(far.values()))
    if speaks == "web":
        network.do("web", "send", inside[flow], b"hello")
    elif speaks == "update server":
        network.do(speaks, "send", theirs, b"hello")
    elif speaks == "stranger":
        network.do("client", "connect", theirs.flow.destination, Stay(network.clock.now))


def _device(speaks: str) -> str:
    return "client" if speaks == "stranger" else speaks


def _attempt(network: Network, name: str, flow: FiveTuple, begun: int, until: int) -> Attempt:
    """What the capture says about one connection up to an instant (microseconds)."""
    steps = [
        step
        for trace in network.capture
        for step in trace.steps
        if step.at == "NAT" and step.action == REWRITE and step.now <= until
    ]
    met = [
        (step.now, row)
        for step in steps
        if (row := translation_of(step)) is not None and row.before == flow
    ]
    if not met:
        return Attempt(name, flow, begun, None, (), None)
    uses = tuple(now for now, _ in met)
    over = uses[-1] + IDLE
    return Attempt(name, flow, begun, met[-1][1], uses, over if over <= until else None)


def _checked(setting: FilterSetting) -> None:
    if not isinstance(setting, FilterSetting):
        raise ValueError(
            f"{quoted(setting)}: expected a Setting(connections, destinations, room, at, speaks, keepalive)"
        )
    for word, value, least, most in (
        ("connections", setting.connections, 1, MOST),
        ("room", setting.room, 1, MOST),
        ("destinations", setting.destinations, 1, 2),
        ("at", setting.at, 1, SPAN),
        ("keepalive", setting.keepalive, 0, 2 * SPAN),
    ):
        count(word, value, least, most)
    if setting.speaks not in SPEAKERS:
        raise ValueError(f"speaks {quoted(setting.speaks)}: expected one of {', '.join(SPEAKERS)}")


class Filled(NamedRow):
    """How many ports towards one destination a NAT gateway was asked for and gave.

    `then` and `elsewhere` are its steps for one more SYN there, and for one to the next port of
    that host.
    """

    addresses: tuple[str, ...]
    destination: Endpoint
    asked: int
    given: int
    then: Step
    elsewhere: Step

    @property
    def vpc(self) -> Vpc:
        """The description of the gateway's site."""
        return nat_vpc()

    @property
    def capture(self) -> Capture:
        """What became of the two SYNs."""
        seen = Capture()
        seen.traces = [Trace(1, self.then), Trace(2, self.elsewhere)]
        return seen

    def __str__(self) -> str:
        many = f"{len(self.addresses)} addresses" if len(self.addresses) > 1 else "one address"
        return fold(
            f"A NAT gateway with {many}, asked for {self.asked:,} ports towards {self.destination}, gives"
            f" {self.given:,}. One more SYN there: {_said(self.then)}. And one to"
            f" {self.elsewhere.before.flow.destination}: {_said(self.elsewhere)}."
        )


def _said(step: Step) -> str:
    if step.after is None:
        return f"dropped, {step.reason.code if step.reason else 'lost'} (ErrorPortAllocation)"
    return f"leaves from {step.after.flow.source}"


def fill_nat(
    asked: int = 55_000, addresses: int = 1, destination: str = f"{UPDATES}:443"
) -> Filled:
    """Ask a NAT gateway for many ports towards one destination, then send it two SYNs more.

    asked: how many. destination: address:port.

    addresses: 1 to 8, of the gateway. ValueError names a wrong value.
    """
    count("addresses", addresses, 1, MOST_ADDRESSES)
    far = Endpoint.parse(destination)
    nat = NatGateway(
        "NAT", NAT, secondary=tuple(f"10.0.0.{20 + number}" for number in range(1, addresses))
    )
    given = sum(nat.ports.take(far) is not None for _ in range(asked))
    then, elsewhere = (
        nat.handle(
            Packet(FiveTuple(WEB, FIRST_PORT, *far._replace(port=far.port + more)), SYN, 0), 0
        )
        for more in (0, 1)
    )
    return Filled(nat.addresses, far, asked, given, then, elsewhere)
