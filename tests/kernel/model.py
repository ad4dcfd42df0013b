"""The model as a driver: runs a scenario in a Vpc of the same addresses.

It says what was seen at each point.

The devices are the package's own; only their settings are those of the laboratory's Linux (TCP's
retries, ports, a NAT's patience). Packets on the wire inside the VPC take no time, as in the
laboratory they take next to none.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from vpcedu.clock import SECOND
from vpcedu.flow import Endpoint
from vpcedu.gateways.internet_gateway import Association
from vpcedu.gateways.nat_instance import NatInstance
from vpcedu.hosts.byte_relay import ByteRelay
from vpcedu.hosts.classic_load_balancer import ClassicLoadBalancer
from vpcedu.hosts.host import Host
from vpcedu.hosts.request_relay import RequestRelay
from vpcedu.network.interface import Interface, Subnet
from vpcedu.network.link import Link
from vpcedu.network.network import Network
from vpcedu.network.vpc import Device, OutsideHost, Vpc
from vpcedu.protocols.http import take
from vpcedu.protocols.proxy_protocol import version_2
from vpcedu.protocols.tcp import Connection
from vpcedu.protocols.tcp_settings import LINUX, KeepAlive, Settings
from vpcedu.tables.network_acl import ALLOW, ANY, IN, OUT, AclEntry
from vpcedu.tables.route_table import LOCAL, Route
from vpcedu.tables.security_group import GroupRule
from vpcedu.tables.target_group import Listener, TargetGroup
from vpcedu.trace import DELIVER, DROP, SEND, Step
from vpcedu.views.bytes.wire import encode

from . import forged
from .play import Scenario
from .records import Record
from .setting import (
    ADDRESSES,
    BOXES,
    CLIENT,
    HOSTS,
    NAP,
    PRIVATE,
    PUBLIC,
    SERVER,
    VPC_BLOCK,
    WEB_PUBLIC,
    Proxy,
    Setting,
)

ANYWHERE = "0.0.0.0/0"


class ModelLab:
    """One scenario played by the model; afterwards `records` and `facts` say what was seen."""

    def __init__(
        self, scenario: Scenario, replay: tuple[bytes, bytes] = (b"", b""), seed: int = 0
    ) -> None:
        setting = scenario.setting
        self.fixed, self.setting, self.replay = scenario.ports, setting, replay
        self.network = Network(
            vpc(setting), seed, Link(round(setting.delay * SECOND), lose=setting.lose)
        )
        self.nap = NAP + 3 * setting.delay
        self.ends: dict[str, End] = {}
        self.facts: list[list[str]] = []
        self.handles: Counter[str] = Counter()

    @property
    def records(self) -> list[Record]:
        """What TCP was seen at every point so far, in the order of time."""
        return [
            Record(now, at, way, encode(packet, number % 65_536))
            for number, trace in enumerate(self.network.capture, 1)
            for now, at, way, packet in seen(trace.steps)
            if packet.icmp is None
        ]

    # The verbs.

    def listen(self, host: str, port: int, backlog: int = 128) -> None:
        """Listen; connections wait until they are accepted."""
        self._do(host, "listen", port, Waiting(), backlog=backlog)
        self._do(host, "hold", port)

    def connect(self, host: str, to: str, port: int | None = None, nap: bool = True) -> str:
        """Open a connection from a port of one's own choice, or of the host's."""
        handle = self._handle("c")
        end = End(self.network, host)
        try:
            end.connection = self._do(host, "connect", Endpoint.parse(to), end, port=port)
        except OSError:
            self._fact(handle, "connect", "no port left")
        else:
            self.ends[handle] = end
            if port is None:
                self._fact(handle, "port", ("even", "odd")[end.connection.flow.sport % 2])
        self._nap(nap)
        return handle

    def outcome(self, handle: str) -> None:
        """How the connect stands."""
        end = self._end(handle, "outcome")
        if end is not None:
            self._fact(handle, "outcome", end.outcome)

    def accept(self, host: str, port: int) -> str:
        """Take the connection that waits longest."""
        end = End(self.network, host)
        connection = self.network.devices[host].accept(port, self.network.clock.now)
        handle = self._handle("a")
        if connection is None:
            self._fact(handle, "accept", "nobody")
            self.handles["a"] -= 1  # the name goes to the next one that is accepted
        else:
            connection.program.take(
                self.network.devices[host], connection, end, self.network.clock.now
            )
            self.ends[handle] = end
            _, _, address, peer, _ = connection.flow
            self._fact(handle, "accept", f"{address}:{peer if peer in self.fixed else 'eph'}")
        self._nap(True)
        return handle

    def send(self, handle: str, data: bytes, nap: bool = True) -> None:
        """Write bytes; a failure is a fact."""
        end = self._end(handle, "send")
        if end is None:
            return
        if end.failed:
            self._fact(handle, "send", end.take_failure())
        else:
            self._do(end.host, "send", end.connection, data)
        self._nap(nap)

    def read(self, handle: str) -> None:
        """Read all that has come."""
        end = self._end(handle, "read")
        if end is None:
            return
        data = end.take_early()
        if end.connection.unread:
            data += self._do(end.host, "read", end.connection, 1 << 30)
        words = f"{len(data)} bytes" if len(data) > 60 else data.decode("latin-1")
        more = "end" if end.ended else end.take_failure()
        self._fact(
            handle,
            "read",
            f"{words} {more}" if more and (words or end.ended) else words or more or "nothing",
        )
        self._nap(True)

    def shut(self, handle: str, nap: bool = True) -> None:
        """Close the sending direction: in the model as in RFC 9293 that is CLOSE."""
        end = self._end(handle, "shut")
        if end is None:
            return
        if end.connection.unread:
            raise NotImplementedError("shut with bytes unread: read them first")
        self._do(end.host, "close", end.connection)
        self._nap(nap)

    def close(self, handle: str, nap: bool = True) -> None:
        """Close the socket."""
        end = self._end(handle, "close")
        if end is None:
            return
        if not end.connection.closing:
            self._do(end.host, "close", end.connection)
        self._nap(nap)

    def abort(self, handle: str) -> None:
        """Close with RST."""
        end = self._end(handle, "abort")
        if end is None:
            return
        self._do(end.host, "abort", end.connection)
        self._nap(True)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.network.run(self.network.clock.now + round(seconds * SECOND))

    def remove(self, rule: GroupRule) -> None:
        """Take one rule out of web's group while flows live."""
        self.network.replace(rule, None)
        self._nap(True)

    def forge(
        self, host: str, flow: str, flags: str, seq: int, ack: int = 0, data: bytes = b""
    ) -> None:
        """Send a segment that no TCP made."""
        before = len(forged.heard(self.records, host, flow))
        packet = forged.segment(self.records, flow, flags, seq, ack, data)
        self.network.send(host, packet, "forged")
        self._nap(True)
        answers = forged.heard(self.records, host, flow)[before:]
        self._fact(host, "forge", ", ".join(answers) or "nothing")

    def forge_error(self, host: str, flow: str, seq: int) -> None:
        """Send an ICMP error about a segment."""
        packet = forged.error(self.records, ADDRESSES[host], flow, seq)
        self.network.send(host, packet, "forged")
        self._nap(True)

    def serve(self, host: str, port: int) -> None:
        """Start a server that answers with the recorded bytes of nginx.

        It closes when the other end has.
        """
        self._do(host, "listen", port, Replies(*self.replay))
        self._nap(True)

    def fetch(self, host: str, url: str) -> None:
        """A client that asks with the recorded bytes of curl and closes behind the answer."""
        asks = Asks(self.replay[0])
        address = url.split("/")[2]
        self._do(host, "connect", Endpoint(address, 80), asks)
        self.wait(1)
        self._fact(host, "fetch", asks.result)

    # Their parts.

    def _end(self, handle: str, verb: str) -> End | None:
        """The end with this handle.

        None and a fact where it never came to be, as under a planted fault.
        """
        if handle not in self.ends:
            self._fact(handle, verb, "no connection")
        return self.ends.get(handle)

    def _do(self, host: str, call: str, *arguments: object, **settings: object) -> Any:
        return self.network.do(host, call, *arguments, **settings)

    def _nap(self, nap: bool) -> None:
        if nap:
            self.wait(self.nap)

    def _handle(self, letter: str) -> str:
        self.handles[letter] += 1
        return f"{letter}{self.handles[letter]}"

    def _fact(self, handle: str, verb: str, value: str) -> None:
        self.facts.append([f"{handle} {verb}", value])


class End:
    """A program that reads when it is told to, and remembers what it heard."""

    def __init__(self, network: Network, host: str) -> None:
        self.network, self.host = network, host
        self.connection: Any = None
        self.outcome, self.failed, self.ended, self.early = "pending", "", False, b""

    def on(self, host: Host, connection: Connection, event: str, data: Any, now: int) -> None:
        """Hear an event."""
        connection.pull = True
        if event == "connected":
            self.outcome = "connected"
        elif event == "end of data":
            self.ended = True
        elif event in ("reset", "refused", "timed out", "unreachable"):
            self.failed = event
            if self.outcome == "pending":
                self.outcome = event

    def take_early(self) -> bytes:
        """What came before the connection was accepted, once."""
        early, self.early = self.early, b""
        return early

    def take_failure(self) -> str:
        """The error of the socket, which is told once."""
        failed, self.failed = self.failed, ""
        return failed


class Waiting:
    """A program on hold: once a connection is accepted it belongs to an End."""

    def __init__(self) -> None:
        self.ends: dict[Connection, End] = {}
        self.early: dict[Connection, list[tuple[str, Any]]] = {}

    def on(self, host: Host, connection: Connection, event: str, data: Any, now: int) -> None:
        """Hand an event on to the End, or keep it for the one that comes."""
        if connection in self.ends:
            self.ends[connection].on(host, connection, event, data, now)
        else:
            self.early.setdefault(connection, []).append((event, data))

    def take(self, host: Host, connection: Connection, end: End, now: int) -> None:
        """Give a connection to an End, with what it has heard so far."""
        self.ends[connection], end.connection = end, connection
        connection.pull = True
        for event, data in self.early.pop(connection, ()):
            # what came while nobody read was not kept as unread
            end.early += data if event == "data" else b""
            end.on(host, connection, event, data, now)


class Replies:
    """A server that answers known bytes with known bytes, and closes when the other end has."""

    def __init__(self, request: bytes, response: bytes) -> None:
        self.request, self.response, self.came = request, response, bytearray()

    def on(self, host: Host, connection: Connection, event: str, data: Any, now: int) -> None:
        """Answer a whole request."""
        if event == "data":
            self.came += data
            if self.came.endswith(b"\r\n\r\n"):
                self.came.clear()
                host.send(connection, self.response, now)
        elif event == "end of data":
            host.close(connection, now)


class Asks:
    """A client that sends known bytes, reads one answer and closes."""

    def __init__(self, request: bytes) -> None:
        self.request, self.result, self.came = request, "nothing", bytearray()

    def on(self, host: Host, connection: Connection, event: str, data: Any, now: int) -> None:
        """Ask; close behind the answer."""
        if event == "connected":
            host.send(connection, self.request, now)
        elif event == "data":
            self.came += data
            message = take(self.came)
            if message is not None:
                self.result = f"{message.start.split()[1]} {len(message.body)}"
                host.close(connection, now)
        elif event in ("reset", "refused", "timed out"):
            self.result = event


def seen(steps: list[Step]) -> list[tuple[int, str, str, Any]]:
    """What a capture at each device's wire shows of one packet.

    Each is (microseconds, device, way, packet).

    A packet that a group or the source check keeps in does not reach the wire; one that the group
    refuses on its way in was on the wire already. A packet that an ACL refuses was seen at the
    sender and never at the receiver.
    """
    rows: list[tuple[int, str, str, Any]] = []
    leaving: tuple[int, str, str, Any] | None = None
    arrived = ""
    for step in steps:
        if leaving is not None and not (step.at == leaving[1] and step.check in KEPT_IN):
            rows.append(leaving)
            leaving = None
        if step.action == SEND:
            leaving, arrived = (step.now, step.at, "out", step.before), step.at
        elif leaving is not None:
            leaving = None if step.action == DROP else leaving
        elif step.check in ARRIVING and step.at != arrived:
            rows.append((step.now, step.at, "in", step.before))
            arrived = step.at
        if step.check in REWRITING and step.after is not None and step.action != DELIVER:
            leaving = (step.now, step.at, "out", step.after)
    return rows + ([leaving] if leaving is not None else [])


KEPT_IN = ("source check", "group out")
ARRIVING = ("group in", "destination check", "deliver", "translation", "address map")
REWRITING = ("translation", "address map")


def vpc(setting: Setting) -> Vpc:
    """The description of a scenario's place."""
    syn, synack, linear, _, alive = setting.tcp
    tcp = LINUX._replace(syn=syn, synack=synack, linear=linear, timestamps=True)
    if alive is not None:
        idle, interval, probes = alive
        tcp = tcp._replace(keepalive=KeepAlive(idle * SECOND, interval * SECOND, probes))
    target = {"igw": "igw", "nat": "nat", "nlb": "nlb", "nlb2": "nlb2"}[setting.private_default]
    public = [Association(public, ADDRESSES[name]) for name, public in BOXES.items()]
    if setting.web_public:
        public.append(Association(WEB_PUBLIC, ADDRESSES["web"]))
    hosts = tuple(
        Device(name, Host, (("ports", setting.tcp.ports), ("settings", tcp))) for name in HOSTS
    )
    nat = setting.nat
    boxes = (
        Device("elb", Elb, (("proxies", setting.proxies), ("tcp", tcp))),
        Device(
            "nat",
            NatInstance,
            (
                ("idle", round(nat.idle * SECOND)),
                ("loose", nat.loose),
                *((("ports", nat.ports),) if nat.ports else ()),
            ),
        ),
        *(Device(box, NatInstance, _forwards(setting, box)) for box in ("nlb", "nlb2")),
    )
    return Vpc(
        cidr=VPC_BLOCK,
        subnets=(
            Subnet("public", PUBLIC, "public", "acl-public"),
            Subnet("private", PRIVATE, "private", "acl-private"),
        ),
        interfaces=(
            *(
                Interface(name, "public", ADDRESSES[name], (), check=name == "elb")
                for name in BOXES
            ),
            Interface(
                "web",
                "private",
                ADDRESSES["web"],
                ("sg-web",) if setting.grouped else (),
                check=False,
            ),
            Interface("web2", "private", ADDRESSES["web2"], (), check=False),
        ),
        routes=(
            Route("public", VPC_BLOCK, LOCAL),
            Route("public", ANYWHERE, "igw"),
            Route("private", VPC_BLOCK, LOCAL),
            Route("private", ANYWHERE, target),
        ),
        acl_entries=tuple(setting.acl)
        + tuple(
            AclEntry(acl, 100, way, ALLOW, ANY, (0, 65_535), ANYWHERE)
            for acl in (("acl-public",) if setting.acl else ("acl-public", "acl-private"))
            for way in (IN, OUT)
        ),
        group_rules=setting.groups,
        internet_gateway="igw",
        associations=tuple(public),
        outside=(OutsideHost("client", CLIENT), OutsideHost("server", SERVER)),
        devices=(*hosts, *boxes),
        names=(),
    )


def _forwards(setting: Setting, box: str) -> tuple[tuple[str, Any], ...]:
    """What a box that forwards ports is made with."""
    rows = [row for row in setting.forwards if row.box == box]
    listeners = tuple(
        Listener("TCP", row.port, TargetGroup("web", (Endpoint(*row.target),))) for row in rows
    )
    return ("listeners", listeners), ("preserve_client_address", all(row.preserve for row in rows))


class Elb(ClassicLoadBalancer):
    """The balancer that ends connections.

    It has the laboratory's words for a target that is not there.
    """

    def __init__(
        self, name: str, address: str, seed: int, proxies: tuple[Proxy, ...], tcp: Settings
    ) -> None:
        listeners = tuple(
            Listener(row.protocol.upper(), row.port, TargetGroup("web", (Endpoint(*row.target),)))
            for row in proxies
        )
        announced = tuple(row.target[1] for row in proxies if row.proxy_protocol == 1)
        super().__init__(name, address, seed, listeners, proxy_protocol=announced)
        self.settings = tcp
        for row, listener in zip(proxies, listeners, strict=True):
            program = self.listeners[row.port]
            if isinstance(program, RequestRelay):
                program.conduct = program.conduct._replace(broken="503 Service Unavailable")
            elif row.proxy_protocol == 2:
                self.listen(row.port, Announced(self.groups.of[listener.targets], self.idle))


class Announced(ByteRelay):
    """A relay that says in a PROXY header of version 2 for whom it sends.

    At AWS only a Network Load Balancer does.
    """

    def _pair(self, host: Host, front: Connection, now: int) -> None:
        super()._pair(host, front, now)
        back = self._other.get(front)
        if back is not None:
            self._send(host, back, version_2(front.flow.destination, front.flow.source), now)


def play(scenario: Scenario, replay: tuple[bytes, bytes] = (b"", b""), seed: int = 0) -> ModelLab:
    """Play a scenario to its end."""
    lab = ModelLab(scenario, replay, seed)
    scenario.script(lab)
    return lab
