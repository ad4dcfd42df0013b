"""Device: what a description says of one (its row), and the machine that a network makes of it.

Hosts and gateways know nothing of each other, but both are machines, and the network speaks to all
of them in the same words: so the base of both stands on a floor of its own below them. What most
machines do not do has an answer here that says so.
"""

from __future__ import annotations

from vpcedu.row import NamedRow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.flow import FiveTuple
    from vpcedu.packet import Packet
    from vpcedu.tables.translation import Translation
    from vpcedu.trace import Event, Step


class Device(NamedRow):
    """A device: its name, its class, and its other arguments as (word, value).

    The name, the address and the seed are not among these arguments.
    """

    name: str
    kind: type[Machine]
    settings: tuple[tuple[str, Any], ...] = ()


class Machine:
    """What takes packets under a name: the base of every host and gateway.

    kind_words: what texts and pictures call it; a subclass is called the same unless it says
    otherwise. is_host: whether programs run here, by `connect`, `send` and `close`. opens: whether
    a person may ask it to connect. any_port: whether it answers on every port, since nobody knows
    what it listens on. managed: whether AWS, not the account, owns its interfaces. timed: whether
    it may act by itself, at its `deadline`. returns_flows: whether flows that it delivered come
    back to it, by `returns`. always_tracked: (protocol, idle timeout in microseconds) where
    security groups track every flow that goes through it, None where they track by their rules.
    groups: what a balancer's node remembers of its target groups. ports: from which it takes source
    ports. None for other machines.
    acl_within: whether the network ACL is asked about what it sends even within its subnet.
    uses_secondary: whether it is told its interface's secondary addresses; a host answers by the
    address that was asked.
    """

    kind_words = "device"
    is_host = opens = any_port = managed = timed = returns_flows = False
    acl_within = uses_secondary = False
    always_tracked: tuple[tuple[int, int], ...] | None = None
    groups: Any = None
    ports: Any = None

    def __init__(self, name: str, address: str, seed: int = 0, **settings: Any) -> None:
        self.name, self.address, self.seed = name, address, seed
        self._events: list[Event] = []

    def handle(self, packet: Packet, now: int) -> Step:
        """Take a packet and say what became of it."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it does with a packet")

    def flush(self, now: int) -> tuple[Packet, ...]:
        """What is to be sent now."""
        return ()

    def take_events(self) -> list[Event]:
        """What happened here apart from packets, since the last call."""
        events, self._events = self._events, []
        return events

    @property
    def deadline(self) -> int | None:
        """When `wake` wants to be called next (microseconds), or None."""
        return None

    def wake(self, now: int) -> tuple[Step, ...]:
        """Do what is due; returns a `send` step for each packet, its row the cause."""
        return ()

    def attach(self, mtu: int) -> None:
        """Be on an interface that carries packets of this many bytes."""

    def start_checks(self, now: int) -> None:
        """Begin to check one's targets, if one has any."""

    @property
    def in_service(self) -> bool:
        """Whether DNS may answer with its address."""
        return True

    def returns(self, flow: FiveTuple, now: int) -> Translation | None:
        """The row by which a packet of this flow comes back here; None: the route table decides."""
        return None
