"""NAT instance: the NAT of the question, an ordinary Linux host that forwards and masquerades.

Unlike a NAT gateway it has a network interface like any host: its source/destination check must be off,
and it has a security group, which every forwarded packet passes twice (in from the private subnet, out to
the Internet). It keeps the opener's port where that is free, as Linux does; a packet in mid-stream that
belongs to no row is forwarded as it is, with its private source (Linux calls it INVALID and does not
translate it). What is meant for the host itself meets its own TCP, where nobody listens.
Sources: VPC user guide, "NAT instances"; a Linux kernel's conntrack.

Simplified: rows live 432,000 s (Linux' default for established connections) and are dropped without the
FIN that AWS names for its former NAT image; an ICMP error about no row is dropped (Linux forwards it as INVALID).
Left out: ICMP's other messages, UDP, fragments.
"""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.gateways.nat_gateway import Ports
from vpcedu.packet import ACK, RST, SYN, FiveTuple, Packet
from vpcedu.reasons import NO_PORT, PORT_CLOSED
from vpcedu.tables.translation import Translation, Translations
from vpcedu.trace import DROP, PASS, Step, rewrote

IDLE = 432_000 * SECOND  # nf_conntrack_tcp_timeout_established
FIRST_PORT, LAST_PORT = 1_024, 65_535


class NatInstance:
    """A masquerading Linux host at one private address."""

    def __init__(self, name: str, address: str, seed: int = 0, idle: int = IDLE) -> None:
        self.name, self.address = name, address
        self.translations = Translations(idle)
        self.ports = Ports(address, FIRST_PORT, LAST_PORT, LAST_PORT, seed)

    def handle(self, packet: Packet, now: int) -> Step:
        """Rewrite by the packet's row, or by a new one for a SYN; else forward unchanged or refuse."""
        for gone in self.translations.sweep(now):
            self.ports.give_back(gone)
        if packet.icmp is not None:
            return self.translations.related(self.name, packet, now)
        row = self.translations.use(packet.flow, now)
        if row is None:
            if packet.flow.dst == self.address:
                answer = () if packet.flags & RST else (packet.reset(),)
                return Step(now, self.name, "deliver", DROP, packet, None, None, PORT_CLOSED, answer)
            if packet.flags & (SYN | ACK) != SYN:
                return Step(now, self.name, "translation", PASS, packet, packet)
            row = self._open(packet.flow, now)
            if row is None:
                return Step(now, self.name, "translation", DROP, packet, None, None, NO_PORT)
        return rewrote(now, self.name, "translation", packet, packet.with_flow(row.onward(packet.flow)), row)

    def _open(self, flow: FiveTuple, now: int) -> Translation | None:
        port = self.ports.take(flow.destination, wish=flow.sport)
        if port is None:
            return None
        return self.translations.add(flow, FiveTuple(self.address, port, *flow[2:]), now)
