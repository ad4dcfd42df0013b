"""Network Load Balancer node: hands each flow to a target by rewriting its destination.

It ends no connection. The first packet of a flow is given to a target by a hash over addresses,
ports and sequence number; the row then serves every later packet in both directions. There is one
node, with a static address of its own, for each zone; it uses the targets of its zone, or all of
them with cross-zone load balancing. With the client's address preserved (default of instance
targets) the target answers the CLIENT, and the answer is brought back here by the flow, not by the
route table of the target's subnet. AWS describes that outcome from several sides and never its
mechanism, so every such step of the model is marked as inferred. Otherwise (default of ip targets)
it sees the node's private address and a port of it, one of 55,000 to each target. Rows go after 350
silent seconds (60 to 6,000 can be set) and if the target has not answered for 30 s; whoever then
sends gets RST. Once checks are started (by a small host inside: hosts/network_checker.py) new flows
go to healthy targets, or to all where none is; what is sent to a target that turned unhealthy gets
RST. Sources: Network Load Balancers guide, "What is", "Target groups", "Register targets",
"Listeners" (no listener: silent drop; unknown flow: RST; of ICMP only type 3 passes, and here it is
translated as by a NAT: inferred), "Health checks", "Troubleshoot".

Inferred: any RST closes a flow, whatever its number; what was closed serves late packets for the
idle timeout, and a SYN then opens another flow. Left out: TLS, UDP and QUIC listeners, ALB targets,
weights, stickiness by source, PrivateLink.
"""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.device import Machine
from vpcedu.flow import MODULUS, TCP, FiveTuple, spread
from vpcedu.gateways.proxy_insertion import Insertion
from vpcedu.hosts.network_checker import NetworkChecker
from vpcedu.packet import ACK, RST, SYN, Packet
from vpcedu.protocols.proxy_protocol import version_2
from vpcedu.reasons import (
    IDLE_TIMEOUT,
    NO_FLOW,
    NO_LISTENER,
    NO_PORT,
    NO_TARGET,
    TARGET_UNHEALTHY,
    Reason,
)
from vpcedu.tables.source_ports import EPHEMERAL, MOST, Ports
from vpcedu.tables.target_group import Listener
from vpcedu.tables.traffic import UDP
from vpcedu.tables.translation import Translation, Translations
from vpcedu.trace import DROP, Event, Step, rewrote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.hosts.health_check import Groups
    from vpcedu.tables.targets import HealthCheck

IDLE, ANSWER = 350 * SECOND, 30 * SECOND  # microseconds
SHORTEST, LONGEST = 60 * SECOND, 6_000 * SECOND


class NetworkLoadBalancer(Machine):
    """One node at one private address; `listeners` say which port leads to which targets.

    zone: the CIDR blocks of the subnets in the node's zone, none: every target is in it.
    cross_zone: use the targets of other zones too. secondary: more addresses to open connections to
    targets from. idle: of listeners without own. check: how targets are checked once `start_checks`
    is called, None: AWS's default.
    """

    kind_words = "Network Load Balancer"
    managed = timed = returns_flows = uses_secondary = True
    # by groups, whatever their rules; idle timeouts there
    always_tracked = ((TCP, 350 * SECOND), (UDP, 120 * SECOND))

    def __init__(
        self,
        name: str,
        address: str,
        seed: int = 0,
        listeners: tuple[Listener, ...] = (),
        idle: int = IDLE,
        zone: tuple[str, ...] = (),
        cross_zone: bool = False,
        secondary: tuple[str, ...] = (),
        check: HealthCheck | None = None,
    ) -> None:
        super().__init__(name, address, seed)
        self.listeners = {listener.port: listener for listener in listeners}
        self.idle = {listener.port: _checked(listener, idle) for listener in listeners}
        self.checker = NetworkChecker(
            name, address, seed, listeners, () if cross_zone else zone, check
        )
        self.groups: Groups = self.checker.groups
        self.flows = Translations(idle, opening=ANSWER)
        self.ports: Ports = Ports((address, *secondary), *EPHEMERAL, MOST, spread(seed, name))
        self._headers: dict[FiveTuple, Insertion] = {}  # by the flow as the target sees it
        self._counts = dict.fromkeys(("PortAllocationErrorCount", "TCP_ELB_Reset_Count"), 0)

    def handle(self, packet: Packet, now: int) -> Step:
        """Rewrite by the packet's flow, or by a new one for a SYN to a listener.

        Else drop it with the reason.
        """
        if self.checker.connections and packet.about.reversed() in self.checker.connections:
            return self.checker.handle(packet, now)
        gone = self.flows.sweep(now)
        self.ports.give_back(gone)
        for old in gone:
            if self.flows.lookup(old.before, now) is None:
                self._headers.pop(old.after, None)
        if packet.icmp is not None:
            return self.flows.related(self.name, packet, now)
        row = self.flows.use(packet.flow, now, packet.flags)
        if row is not None and packet.flow == row.before and self._gave_up(row):
            self.flows.use(packet.flow, now, RST)
            return self._drop(packet, row, TARGET_UNHEALTHY, now)
        if row is not None:
            return self._pass_on(packet, row, now)
        listener = (
            self.listeners.get(packet.flow.dport) if packet.flow.dst == self.address else None
        )
        if listener is None or packet.flags & (SYN | ACK) != SYN:
            return self._refuse(packet, listener, now)
        number = spread(self.seed, *packet.flow, packet.seq)
        target = self.groups.of[listener.targets].hashed(number)
        if target is None:
            return Step(now, self.name, "translation", DROP, packet, None, listener, NO_TARGET)
        source = packet.flow.source if listener.targets.preserves else self.ports.take(target)
        if source is None:
            self._counts["PortAllocationErrorCount"] += 1
            self._events.append(Event(now, self.name, "PortAllocationErrorCount", packet.flow))
            return Step(now, self.name, "translation", DROP, packet, None, listener, NO_PORT)
        onward = FiveTuple(*source, *target, packet.flow.protocol)
        if listener.targets.proxy_protocol_v2:
            header = version_2(packet.flow.source, packet.flow.destination)
            self._headers[onward] = Insertion((packet.seq + 1) % MODULUS, header)
        return self._pass_on(
            packet, self.flows.add(packet.flow, onward, now, self.idle[listener.port]), now
        )

    def returns(self, flow: FiveTuple, now: int) -> Translation | None:
        """The translation, live or expired, that brings a target's packet back here.

        None: use the route table. The packet belongs to no flow of this node, or the
        opener sent it, or the target answers the node's own address.
        """
        row = self.flows.lookup(flow, now) or self.flows.expired(flow, now)
        if row is None or flow == row.before or row.after[:2] != row.before[:2]:
            return None
        return row

    def metrics(self, now: int) -> dict[str, int]:
        """What was counted up to `now` (microseconds), under CloudWatch's names."""
        return dict(self._counts)

    def take_events(self) -> list[Event]:
        """What happened here apart from packets, since the last call."""
        return super().take_events() + self.checker.take_events()

    # Health checks: the host inside.

    def attach(self, mtu: int) -> None:
        """As of a host: its health checks are connections of its own."""
        self.checker.attach(mtu)

    def start_checks(self, now: int) -> None:
        """Begin to check the targets from the node's own address, and never end."""
        self.checker.start_checks(now)

    @property
    def in_service(self) -> bool:
        """Whether DNS may answer with this node."""
        return self.checker.in_service

    @property
    def deadline(self) -> int | None:
        """When the next check is due (microseconds), or None."""
        return self.checker.deadline

    def wake(self, now: int) -> tuple[Step, ...]:
        """Let the checks begin that are due."""
        return self.checker.wake(now)

    def flush(self, now: int) -> tuple[Packet, ...]:
        """What the checks send now."""
        return self.checker.flush(now)

    def _gave_up(self, row: Translation) -> bool:
        return self.groups.begun and any(
            targets.gave_up(row.after.destination) for targets in self.groups.of.values()
        )

    def _pass_on(self, packet: Packet, row: Translation, now: int) -> Step:
        after, header = packet, self._headers.get(row.after)
        if header is not None:
            after = header.there(packet) if packet.flow == row.before else header.back(packet)
        return rewrote(
            now, self.name, "translation", packet, after.with_flow(row.onward(packet.flow)), row
        )

    def _refuse(self, packet: Packet, listener: Listener | None, now: int) -> Step:
        expired = self.flows.expired(packet.flow, now)
        if expired is not None:
            self.flows.forget(expired)
            return self._drop(packet, expired, IDLE_TIMEOUT, now)
        return self._drop(packet, listener, NO_FLOW if listener else NO_LISTENER, now)

    def _drop(
        self, packet: Packet, row: Translation | Listener | None, reason: Reason, now: int
    ) -> Step:
        """Drop a packet: with RST where it belongs to no flow or to one that is over.

        What no listener waits for is dropped silently.
        """
        silent = reason is NO_LISTENER or packet.flags & RST
        self._counts["TCP_ELB_Reset_Count"] += not silent
        answer = () if silent else (packet.reset(),)
        return Step(now, self.name, "translation", DROP, packet, None, row, reason, answer)


def _checked(listener: Listener, idle: int) -> int:
    """The idle timeout of a listener.

    ValueError where AWS would refuse the listener or the model has none like it.
    """
    idle = idle if listener.idle is None else listener.idle
    if listener.protocol != "TCP" or listener.targets.target_type not in ("instance", "ip"):
        raise ValueError(f"{listener}: expected protocol TCP and targets of type instance or ip")
    if not SHORTEST <= idle <= LONGEST:
        raise ValueError(f"{listener}: idle timeout of {idle / SECOND:g} s, expected 60 to 6000")
    return idle
