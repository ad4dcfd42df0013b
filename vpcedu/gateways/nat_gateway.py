"""NAT gateway: lets private hosts open connections to the outside, and nobody open one to them.

Outbound it puts its own private address and a port of its own in the place of the source (the Internet
gateway then maps that address to its public one); answers are given back by the same row. One address
carries 55,000 connections to each destination (address, port, protocol); a row that was silent for 350 s
is gone, and the host inside that goes on sending gets RST. It has NO security group; the network ACL of
its subnet applies. Sources: VPC user guide, "NAT gateway basics", "Troubleshoot NAT gateways".

AWS does not say which port it picks (here: the next free one, from a place the seed decides), nor what it
does with a packet in mid-stream that has no row (here: dropped) or with the far side after the idle
timeout (here: it hears nothing). An ICMP error is translated by the packet that it quotes (AWS: "support Path MTU
Discovery"; how: RFC 5508 section 4.2). Left out: its own MTU of 8,500 bytes, and that it clamps the MSS of all
packets, since no host here offers more than 1,460; UDP, ICMP's other messages, fragments, several addresses,
private NAT.
"""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.packet import ACK, RST, SYN, Endpoint, FiveTuple, Packet, spread
from vpcedu.reasons import IDLE_TIMEOUT, NO_PORT, NO_TRANSLATION
from vpcedu.tables.translation import Translation, Translations
from vpcedu.trace import DROP, Step, rewrote

IDLE = 350 * SECOND  # microseconds
FIRST_PORT, LAST_PORT = 1_024, 65_535
MOST = 55_000  # connections of one address to one destination


class Ports:
    """The ports of one NAT address: each is free or taken towards each destination separately."""

    def __init__(self, address: str, first: int, last: int, most: int, start: int) -> None:
        self.address, self.first, self.size, self.most = address, first, last - first + 1, most
        self.start = start % self.size
        self._taken: dict[Endpoint, set[int]] = {}
        self._next: dict[Endpoint, int] = {}

    def take(self, destination: Endpoint, wish: int | None = None) -> int | None:
        """The wished-for port if it is free and in range, else the next free one; None where all are taken."""
        taken = self._taken.setdefault(destination, set())
        if len(taken) >= min(self.most, self.size):
            return None
        if wish is None or wish in taken or not self.first <= wish < self.first + self.size:
            offset = self._next.get(destination, self.start)
            while self.first + offset in taken:
                offset = (offset + 1) % self.size
            wish = self.first + offset
            self._next[destination] = (offset + 1) % self.size
        taken.add(wish)
        return wish

    def give_back(self, row: Translation) -> None:
        """Free the port of a row that ran out."""
        destination = row.after.destination
        taken = self._taken[destination]
        taken.discard(row.after.sport)
        if not taken:
            del self._taken[destination]
            self._next.pop(destination, None)


class NatGateway:
    """A NAT gateway at one private address; `seed` decides the first port it tries."""

    tracked = True  # security groups track every connection through it (EC2 user guide, "Automatically tracked")

    def __init__(self, name: str, address: str, seed: int = 0, idle: int = IDLE) -> None:
        self.name, self.address = name, address
        self.translations = Translations(idle)
        self.ports = Ports(address, FIRST_PORT, LAST_PORT, MOST, spread(seed, name))

    def handle(self, packet: Packet, now: int) -> Step:
        """Rewrite by the packet's row, or by a new one for a SYN from inside; else drop with the reason."""
        for gone in self.translations.sweep(now):
            self.ports.give_back(gone)
        row = self.translations.use(packet.flow, now)
        if packet.icmp is not None:
            return self.translations.related(self.name, packet, now)
        if row is None and packet.flow.dst != self.address and packet.flags & (SYN | ACK) == SYN:
            row = self._open(packet.flow, now)
        if row is None:
            return self._refuse(packet, now)
        return rewrote(now, self.name, "translation", packet, packet.with_flow(row.onward(packet.flow)), row)

    def _open(self, flow: FiveTuple, now: int) -> Translation | None:
        port = self.ports.take(flow.destination)
        if port is None:
            return None
        return self.translations.add(flow, FiveTuple(self.address, port, *flow[2:]), now)

    def _refuse(self, packet: Packet, now: int) -> Step:
        expired = self.translations.expired(packet.flow, now)
        inside = packet.flow.dst != self.address
        if expired is not None and inside:
            self.translations.forget(expired)
            answer = () if packet.flags & RST else (packet.reset(),)
            return Step(now, self.name, "translation", DROP, packet, None, expired, IDLE_TIMEOUT, answer)
        opens = inside and packet.flags & (SYN | ACK) == SYN
        reason = IDLE_TIMEOUT if expired is not None else NO_PORT if opens else NO_TRANSLATION
        return Step(now, self.name, "translation", DROP, packet, None, expired, reason)
