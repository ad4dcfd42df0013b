"""Two hosts: a client opens a connection across the Internet, and some segments get lost.

Two hosts of the Internet, no VPC between them: what is left is TCP alone. The client connects and
then keeps the connection without using it. The link loses segments by what they are: the "2nd SYN"
is the second that it was given to carry.

A silent server is one that is not there: nobody has its address. A filter that drops would look the
same to the client. Left out: data, and what happens when the connection is closed.
"""

from __future__ import annotations

from vpcedu.clock import MILLISECOND, SECOND, seconds
from vpcedu.hosts.host import Host
from vpcedu.hosts.web_server import WebServer
from vpcedu.network.link import Link
from vpcedu.network.names import Name
from vpcedu.network.record import Call
from vpcedu.network.vpc import Device, OutsideHost, Vpc
from vpcedu.packet import ACK, SYN
from vpcedu.protocols.ports import LINUX as LINUX_PORTS
from vpcedu.protocols.tcp_settings import LINUX, LINUX_BEFORE_6_5
from vpcedu.protocols.tcp_states import ESTABLISHED
from vpcedu.quoting import quoted
from vpcedu.row import NamedRow
from vpcedu.sites.field import count, one_of
from vpcedu.sites.parts import API, CLIENT, NAME, UPDATES, VPC_BLOCK, web_server
from vpcedu.sites.programs import Stay
from vpcedu.sites.site import LONGEST, Site
from vpcedu.sites.visit import Visit
from vpcedu.views.explain import label

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.hosts.client import Result
    from vpcedu.packet import Packet
    from vpcedu.trace import Capture, Trace

SERVER = "192.0.2.10"
SEGMENTS = {  # what may be lost: the word for it, its flags, its number among its kind
    "1st SYN": (SYN, 1),
    "2nd SYN": (SYN, 2),
    "3rd SYN": (SYN, 3),
    "1st SYN ACK": (SYN | ACK, 1),
    "2nd SYN ACK": (SYN | ACK, 2),
    "1st ACK": (ACK, 1),
    "2nd ACK": (ACK, 2),
}
SERVERS = ("up", "closed", "silent")
KERNELS = {"since 6.5": LINUX, "before 6.5": LINUX_BEFORE_6_5}


class HandshakeSetting(NamedRow):
    """How a handshake between two hosts is set up.

    Round-trip time in milliseconds, the words of the lost segments, one of SERVERS, one of KERNELS.
    """

    round_trip: int
    lost: tuple[str, ...]
    server: str
    kernel: str


class OpenedHandshake(Visit):
    """A visit that only connects; `setting` is what it was simulated with."""

    def __init__(
        self,
        setting: HandshakeSetting,
        result: Result | None,
        capture: Capture,
        vpc: Vpc,
        seed: int,
    ) -> None:
        super().__init__(Call("client", NAME, 80), result, capture, vpc, seed)
        self.setting = setting

    @property
    def syns(self) -> tuple[Trace, ...]:
        """The client's SYNs, in order."""
        return tuple(trace for trace in self.capture if trace.packet.flags == SYN)

    @property
    def syn_times(self) -> tuple[float, ...]:
        """When the SYNs were sent, in seconds."""
        return tuple(trace.steps[0].now / SECOND for trace in self.syns)

    def established(self, who: str) -> int | None:
        """When a host's end of the connection became ESTABLISHED (microseconds), or None."""
        return next(
            (at for at, _, change in self.capture.changes(who) if change.after == ESTABLISHED), None
        )

    def __str__(self) -> str:
        """One line for each packet, and what the client saw."""
        lines = [f"{'sent at':>9}"]
        for trace in self.capture:
            words = "" if trace.last.check == "deliver" else "  (lost)"
            lines.append(
                f"{seconds(trace.steps[0].now):>7} s  {label(trace.packet):9}{trace.packet.flow}{words}"
            )
        return "\n".join([*lines, f"{self.opener}: {self.result or 'no answer yet'}"])


class Choosy(Link):
    """A link that loses the segments of some words of SEGMENTS.

    It carries all others; the delay is in microseconds.
    """

    def __init__(self, delay: int, words: tuple[str, ...]) -> None:
        super().__init__(delay)
        self._words = words
        self._wanted = {SEGMENTS[word] for word in words}
        self._seen: dict[int, int] = {}

    def anew(self) -> Choosy:
        """A link with the same settings that has carried nothing yet."""
        return Choosy(self.delay, self._words)

    def carry(self, packet: Packet) -> bool:
        """Whether this segment gets through."""
        flags = packet.flags
        self._seen[flags] = self._seen.get(flags, 0) + 1
        return (flags, self._seen[flags]) not in self._wanted


def two_hosts_vpc(
    server: str = "up", kernel: str = "since 6.5", ports: tuple[int, int] = LINUX_PORTS
) -> Vpc:
    """A description with hosts of the Internet only.

    They are a client, www.example.com and an update server.

    server: up, closed (its host runs, but nothing listens) or silent (nobody has its address).
    kernel: the client's, "since 6.5" or "before 6.5". ports: the client's ephemeral range.
    """
    server, settings = one_of("server", server, SERVERS), KERNELS[one_of("kernel", kernel, KERNELS)]
    client = Device("client", Host, (("ports", ports), ("settings", settings)))
    devices, outside = [client], [OutsideHost("client", CLIENT)]
    if server != "silent":
        devices.append(Device("server", WebServer) if server == "up" else Device("server", Host))
        outside.append(OutsideHost("server", SERVER))
    devices.append(web_server("update server", 80, 443))
    outside.append(OutsideHost("update server", UPDATES))
    return Vpc(
        VPC_BLOCK,
        outside=tuple(outside),
        devices=tuple(devices),
        names=(Name(NAME, (SERVER,)), Name(API, (UPDATES,))),
    )


def two_hosts(server: str = "up", round_trip: int = 40, seed: int = 0) -> Site:
    """A client and servers of the Internet, without a VPC, ready to be visited.

    round_trip is in milliseconds.
    """
    return Site(two_hosts_vpc(server), seed, Link(round_trip * MILLISECOND // 2))


def handshake(
    round_trip: int = 200,
    lost: tuple[str, ...] = (),
    server: str = "up",
    kernel: str = "since 6.5",
    seed: int = 0,
) -> OpenedHandshake:
    """Have the client connect, and run until nothing is left to happen.

    round_trip: milliseconds. lost: words of SEGMENTS, like ("1st SYN", "1st ACK"). server: up,
    closed or silent. kernel: "since 6.5" or "before 6.5". ValueError names a wrong value.
    """
    count("round trip", round_trip, 1, 10_000, "milliseconds")
    if not isinstance(lost, (tuple, list)):
        raise ValueError(
            f"lost {quoted(lost)}: expected a tuple of words, like ('1st SYN', '1st ACK')"
        )
    chosen = {one_of("segment", word, SEGMENTS) for word in lost}
    setting = HandshakeSetting(
        round_trip,
        tuple(word for word in SEGMENTS if word in chosen),
        one_of("server", server, SERVERS),
        one_of("kernel", kernel, KERNELS),
    )
    vpc = two_hosts_vpc(setting.server, setting.kernel)
    site = Site(vpc, seed, Choosy(setting.round_trip * MILLISECOND // 2, setting.lost))
    begun = site.begin(Call("client", NAME, 80), Stay(0))
    site.wait(LONGEST)
    return OpenedHandshake(setting, begun.program.result, site.network.capture, vpc, seed)
