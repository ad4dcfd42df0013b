"""Network Load Balancer node: hands each flow to a target by rewriting its destination.

It ends no connection. The first packet of a flow is given to a target by a hash over addresses, ports and
sequence number; the row then serves every later packet in both directions. With instance targets the
client's address and port are preserved, so the target answers the CLIENT, and the answer is brought back
here by the flow, not by the route table of the target's subnet. AWS describes that outcome from several
sides and never its mechanism, so every such step of the model is marked as inferred. Idle rows go after
350 s; whoever then sends gets RST. Sources: Network Load Balancers guide, "What is", "Target groups",
"Register targets", "Listeners" (no listener: silent drop; unknown flow: RST; of ICMP only type 3 passes, and here
it is translated as by a NAT: inferred).

Left out for now: client address preservation switched off, several zones, PROXY v2, TLS, UDP, health.
"""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.packet import ACK, RST, SYN, FiveTuple, Packet, spread
from vpcedu.reasons import IDLE_TIMEOUT, NO_FLOW, NO_LISTENER, NO_TARGET
from vpcedu.tables.target_group import Listener
from vpcedu.tables.translation import Translation, Translations
from vpcedu.trace import DROP, Step, rewrote

IDLE = 350 * SECOND  # microseconds; 60 to 6,000 s can be set


class NetworkLoadBalancer:
    """One node at one private address; `listeners` say which port leads to which targets."""

    tracked = True  # security groups track every connection through it (EC2 user guide, "Automatically tracked")

    def __init__(self, name: str, address: str, seed: int = 0, listeners: tuple[Listener, ...] = (),
                 idle: int = IDLE) -> None:
        self.name, self.address, self.seed = name, address, seed
        self.listeners = {listener.port: listener for listener in listeners}
        self.flows = Translations(idle)

    def handle(self, packet: Packet, now: int) -> Step:
        """Rewrite by the packet's flow, or by a new one for a SYN to a listener; else drop with the reason."""
        self.flows.sweep(now)
        if packet.icmp is not None:
            return self.flows.related(self.name, packet, now)
        row = self.flows.use(packet.flow, now)
        if row is not None:
            return self._pass_on(packet, row, now)
        listener = self.listeners.get(packet.flow.dport) if packet.flow.dst == self.address else None
        if listener is None or packet.flags & (SYN | ACK) != SYN:
            return self._refuse(packet, listener, now)
        target = listener.targets.pick(spread(self.seed, *packet.flow, packet.seq))
        if target is None:
            return Step(now, self.name, "translation", DROP, packet, None, listener, NO_TARGET)
        onward = packet.flow._replace(dst=target.address, dport=target.port)
        return self._pass_on(packet, self.flows.add(packet.flow, onward, now), now)

    def returns(self, flow: FiveTuple, now: int) -> Translation | None:
        """The row, live or run out, that brings a target's packet back to this node; None: ask the route table."""
        row = self.flows.lookup(flow, now) or self.flows.expired(flow, now)
        return row if row is not None and flow == row.after.reversed() else None

    def _pass_on(self, packet: Packet, row: Translation, now: int) -> Step:
        return rewrote(now, self.name, "translation", packet, packet.with_flow(row.onward(packet.flow)), row)

    def _refuse(self, packet: Packet, listener: Listener | None, now: int) -> Step:
        """Drop: with RST what belongs to no flow, silently what no listener waits for."""
        expired = self.flows.expired(packet.flow, now)
        if expired is not None:
            self.flows.forget(expired)
        reason = IDLE_TIMEOUT if expired else NO_FLOW if listener else NO_LISTENER
        silent = reason is NO_LISTENER or packet.flags & RST
        answer = () if silent else (packet.reset(),)
        return Step(now, self.name, "translation", DROP, packet, None, expired or listener, reason, answer)
