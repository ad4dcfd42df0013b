"""NAT server: an instance that a route leads to.

It forwards and masquerades, and is a host of its own as well.

The files do not tell what runs on an instance. That somebody made it the target of a route to the
Internet says that it is a NAT instance; what it does with packets for `beyond`, the private blocks
that routes send there, nobody says. What is sent to its own address meets a host that listens on
every TCP port, as other instances. Simplified: the host and the NAT choose source ports apart, so
both could have one port towards one destination; then the host's connection gets the answers.
"""

from __future__ import annotations

from vpcedu.address import contains
from vpcedu.gateways.nat_instance import NatInstance
from vpcedu.hosts.any_server import AnyServer
from vpcedu.packet import ACK, SYN, Packet
from vpcedu.reasons import BEYOND
from vpcedu.trace import DROP, Event, Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.flow import Endpoint
    from vpcedu.hosts.host import Program
    from vpcedu.protocols.tcp import Connection


class NatServer(NatInstance):
    """A NAT instance with a server at its own address."""

    kind_words = "NAT instance, host on every TCP port"
    is_host = opens = any_port = timed = uses_secondary = True

    def __init__(
        self,
        name: str,
        address: str,
        seed: int = 0,
        beyond: tuple[str, ...] = (),
        secondary: tuple[str, ...] = (),
        **settings: Any,
    ) -> None:
        super().__init__(name, address, seed, **settings)
        self.host, self.beyond = AnyServer(name, address, seed), beyond
        self.own = (address, *secondary)

    def handle(self, packet: Packet, now: int) -> Step:
        """What is meant for the host goes to the host; everything else is forwarded."""
        own = packet.flow.dst in self.own
        opens = own and packet.flags & (SYN | ACK) == SYN
        if packet.flow.reversed() in self.host.connections or (
            opens and packet.flow.dport not in self.listeners
        ):
            return self.host.handle(packet, now)
        if not own and any(contains(cidr, packet.flow.dst) for cidr in self.beyond):
            return Step(now, self.name, "deliver", DROP, packet, None, None, BEYOND)
        return super().handle(packet, now)

    def connect(
        self, remote: Endpoint, program: Program, now: int, port: int | None = None
    ) -> Connection:
        """Open a connection, as a host does."""
        return self.host.connect(remote, program, now, port)

    @property
    def deadline(self) -> int | None:
        """When the host wants to be woken next."""
        return self.host.deadline

    def wake(self, now: int) -> tuple[Step, ...]:
        """Let the host's alarms ring."""
        return self.host.wake(now)

    def flush(self, now: int) -> tuple[Packet, ...]:
        """What the host sends now."""
        return self.host.flush(now)

    def take_events(self) -> list[Event]:
        """What happened at the host, once."""
        return self.host.take_events()
