"""What capture.sh does once it captures: each visit, and how the model makes the same one.

The program that opens a connection chooses its port, so the same port can be looked for everywhere.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from vpcedu.flow import Endpoint
from vpcedu.hosts.host import Host
from vpcedu.network.link import Link
from vpcedu.network.network import Network
from vpcedu.network.vpc import Device, Vpc
from vpcedu.sites.reference import reference_vpc

from ..kernel.model import Asks, ModelLab, Replies
from ..kernel.records import Record

PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\npage\n"
LATE = 400  # seconds for which web waits before it answers /late
PATIENCE = 430  # seconds after which curl gives /late up
SERVES = {"web": (80,), "update server": (80, 8080)}  # nobody listens on port 443
POINTS = {"client": "client", "web": "web", "NAT": "nat", "update server": "server"}
FIXED = {80, 443, 8080}


class Visit(NamedTuple):
    """Who opens a connection, from which port, and for how long (seconds) it is looked at."""

    opener: str
    port: int
    seconds: int


VISITS = {
    "page": Visit("client", 50_000, 5),
    "forged": Visit("client", 50_001, 5),
    "late": Visit("client", 50_002, PATIENCE + 5),
    "out": Visit("web", 50_003, 5),
    "closed": Visit("web", 50_004, 5),
    "dropped": Visit("web", 50_005, 10),
    "gone": Visit("web", 50_006, 10),
}


class Setting(NamedTuple):
    """Which reference architecture: its balancer, its NAT, the private subnet's default route."""

    balancer: str
    nat: str
    routed: bool = True

    @property
    def rewrites(self) -> bool:
        """Whether the balancer reads HTTP, and so may write other bytes than it read."""
        return self.balancer in ("classic-http", "application")


def vpc(setting: Setting, visit: str) -> Vpc:
    """The model's VPC: the reference architecture, with hosts that do what those on AWS do."""
    found = reference_vpc(setting.balancer, setting.nat)
    gone = {"NAT"} if visit == "gone" else set()
    hosts = tuple(Device(name, Host) for name in ("client", *SERVES))
    others = tuple(row for row in found.devices if row.name not in {h.name for h in hosts} | gone)
    return found._replace(
        devices=hosts + others,
        interfaces=tuple(row for row in found.interfaces if row.device not in gone),
        associations=tuple(
            row for row in found.associations if not (gone and row.private == "10.0.0.20")
        ),
        routes=tuple(row for row in found.routes if setting.routed or row.target != "NAT"),
    )


class Model(ModelLab):
    """The model's side of the kernel's laboratory, in another VPC."""

    def __init__(self, place: Vpc, fixed: frozenset[int]) -> None:
        self.fixed, self.nap = fixed, 0.1
        self.network = Network(place, 0, Link(0))
        self.ends, self.facts, self.handles = {}, [], Counter()


def told(setting: Setting, visit: str, to: Endpoint, replay: tuple[bytes, bytes]) -> list[Record]:
    """What the model shows at every point of such a visit.

    to: where the opener's first packet went. replay: what it asked, and what it was answered.
    """
    opener, port, seconds = VISITS[visit]
    asked, answered = replay[0] or b"GET / HTTP/1.1\r\n\r\n", replay[1] or PAGE
    lab = Model(vpc(setting, visit), frozenset(FIXED | {port}))
    network = lab.network
    if visit == "late":
        lab.listen("web", 80)
        client = lab.connect("client", str(to), port)
        lab.send(client, asked)
        server = lab.accept("web", 80)
        lab.read(server)
        lab.wait(LATE)
        lab.send(server, answered)
        lab.wait(PATIENCE - LATE)
        lab.close(client)
    else:
        for host, ports in SERVES.items():
            for listening in ports:
                network.do(host, "listen", listening, Replies(asked, answered))
        network.do(opener, "connect", to, Asks(asked), port=port)
        lab.wait(seconds)
    return [row._replace(point=POINTS[row.point]) for row in lab.records if row.point in POINTS]
