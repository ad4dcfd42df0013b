"""NAT instance: the NAT of the question, an ordinary Linux host that forwards and masquerades.

Unlike a NAT gateway it has a network interface like any host: its source/destination check must be
off, and it has a security group, which every forwarded packet passes twice (in from the private
subnet, out to the Internet). It keeps the opener's port where that is free, as Linux does. It can
forward ports of its own to hosts inside, which a NAT gateway cannot: then it is a load balancer by
destination NAT, as Linux builds one, and unlike a Network Load Balancer it sees the answers only if
a route leads them here.

A packet in mid-stream that belongs to no row opens one again (`loose`); what cannot (SYN,ACK, FIN,
RST: Linux calls it INVALID) is forwarded as it is, with its private source. Where `loose` is off
both are refused with RST. What is meant for the host itself meets its own TCP, where nobody
listens. A row lives 432,000 s of silence, 120 s before its first answer and after both FINs, 10 s
after RST; a closed row's port is free at once. A RST outside the window is INVALID too and closes
no row; one inside whose number is not exact goes on, and closes none (gateways/seen_numbers.py).
Sources: VPC user guide, "NAT instances", "Compare NAT devices"; Linux, nf_conntrack and nf_nat.

Simplified: an ICMP error about no row is dropped (Linux forwards it as INVALID); a RST that is not
exact changes no time (Linux: 10 s, until another packet comes). Left out: the FIN
that AWS names for its former NAT image at the idle timeout, Linux' other times, ICMP's other
messages, UDP.
"""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.device import Machine
from vpcedu.flow import FiveTuple, spread
from vpcedu.gateways.seen_numbers import INSIDE, OUTSIDE, SeenNumbers
from vpcedu.packet import ACK, FIN, RST, SYN, Packet
from vpcedu.reasons import IDLE_TIMEOUT, NO_PORT, NO_TARGET, NO_TRANSLATION, PORT_CLOSED, Reason
from vpcedu.tables.source_ports import EPHEMERAL, Ports
from vpcedu.tables.target_group import Listener
from vpcedu.tables.translation import Translation, Translations
from vpcedu.trace import DROP, PASS, Step, rewrote

IDLE = 432_000 * SECOND  # nf_conntrack_tcp_timeout_established
# ..._syn_sent, ..._time_wait, ..._close
OPENING, CLOSED, RESET = (120 * SECOND, 120 * SECOND, 10 * SECOND)


class NatInstance(Machine):
    """A Linux host at one private address that masquerades and forwards.

    It masquerades with `ports`, and forwards what its `listeners` say.

    preserve_client_address: whether targets of a listener see the client's address, else this
    host's.
    """

    kind_words = "NAT instance"

    def __init__(
        self,
        name: str,
        address: str,
        seed: int = 0,
        idle: int = IDLE,
        ports: tuple[int, int] = EPHEMERAL,
        loose: bool = True,
        listeners: tuple[Listener, ...] = (),
        preserve_client_address: bool = True,
    ) -> None:
        super().__init__(name, address, seed)
        self.loose = loose
        self.translations = Translations(idle, OPENING, CLOSED, RESET)
        self.numbers = SeenNumbers()
        self.ports: Ports = Ports((address,), *ports, ports[1], seed)
        self.listeners = {listener.port: listener for listener in listeners}
        self.preserve_client_address = preserve_client_address

    def handle(self, packet: Packet, now: int) -> Step:
        """Rewrite by the packet's row, or by a new one; else refuse, or forward it as it is."""
        gone = self.translations.sweep(now)
        self.ports.give_back(gone)
        for over in gone:
            self.numbers.forget(over)
        if packet.icmp is not None:
            return self.translations.related(self.name, packet, now)
        row, flow = self._row(packet, now), packet.flow
        if row is None:
            own = flow.dst == self.address
            if self._opens(packet.flags) and (not own or flow.dport in self.listeners):
                opened = self._open(packet, now)
                if isinstance(opened, Reason):
                    return self._drop(packet, None, opened, now)
                row = opened
            elif own:
                return self._drop(packet, None, PORT_CLOSED, now, refuse=True)
            elif self.loose:
                return Step(now, self.name, "translation", PASS, packet, packet)
            else:
                expired = self.translations.expired(flow, now)
                return self._drop(
                    packet, expired, IDLE_TIMEOUT if expired else NO_TRANSLATION, now, refuse=True
                )
        self.numbers.note(packet, row)
        return rewrote(
            now, self.name, "translation", packet, packet.with_flow(row.onward(flow)), row
        )

    def _row(self, packet: Packet, now: int) -> Translation | None:
        """The row that a packet belongs to; its idle clock starts again."""
        flags = packet.flags
        if flags & RST:
            row = self.translations.lookup(packet.flow, now)
            judgement = row and self.numbers.judge(packet, row)
            if judgement is OUTSIDE:
                return None
            flags = ACK if judgement is INSIDE else flags
        return self.translations.use(packet.flow, now, flags)

    def _opens(self, flags: int) -> bool:
        return flags & (SYN | ACK) == SYN or (self.loose and flags & (SYN | FIN | RST | ACK) == ACK)

    def _open(self, packet: Packet, now: int) -> Translation | Reason:
        """A new row: to the destination from this address, or to a target.

        It takes the opener's port where that is free.
        """
        flow, destination, sources = packet.flow, packet.flow.destination, (self.address,)
        if flow.dst == self.address:
            target = self.listeners[flow.dport].targets.pick(spread(self.seed, *flow, packet.seq))
            if target is None:
                return NO_TARGET
            destination, sources = target, (flow.src,) if self.preserve_client_address else sources
        source = self.ports.take(destination, flow.sport, sources)
        if source is None:
            return NO_PORT
        row = self.translations.add(flow, FiveTuple(*source, *destination, flow.protocol), now)
        self.numbers.begin(row)
        return row

    def _drop(
        self,
        packet: Packet,
        row: Translation | None,
        reason: Reason,
        now: int,
        refuse: bool = False,
    ) -> Step:
        check = "deliver" if reason is PORT_CLOSED else "translation"
        answer = (packet.reset(),) if refuse and not packet.flags & RST else ()
        return Step(now, self.name, check, DROP, packet, None, row, reason, answer)
