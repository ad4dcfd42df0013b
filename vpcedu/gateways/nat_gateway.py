"""NAT gateway: lets private hosts open connections to the outside, and nobody open one to them.

Outbound it replaces the source by a private address and a port of its own (the Internet gateway
then maps that address to its public one; a private NAT gateway has none, so nothing of it passes
there); answers are given back by the same row. One address carries 55,000 connections to each
destination (address, port, protocol), and it has up to eight; a row that was silent for 350 s is
gone, and the host inside that goes on sending gets RST. It has NO security group; the network ACL
of its subnet applies. Sources: VPC user guide, "NAT gateway basics", "Troubleshoot NAT gateways",
"NAT gateway metrics and dimensions".

AWS does not say which port or address it picks (here: the next free port, from a place the seed
decides), what it does with a packet in mid-stream that has no row (here: dropped), with the far
side after the idle timeout (here: it hears nothing), or when the port of a closed connection is
free (here: at once, as 55,000 are called simultaneous; any RST, whatever its number, or the ACK
after both FINs closes). An ICMP error is translated by the packet that it quotes (AWS: "support
Path MTU Discovery"; how: RFC 5508 section 4.2). Left out: its own MTU of 8,500 bytes and that it
clamps the MSS, since no host here offers more than 1,460; UDP, ICMP's other messages, fragments,
regional gateways.
"""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.device import Machine
from vpcedu.flow import FiveTuple, spread
from vpcedu.packet import ACK, RST, SYN, Packet
from vpcedu.reasons import IDLE_TIMEOUT, NO_PORT, NO_TRANSLATION, Reason
from vpcedu.tables.source_ports import EPHEMERAL, MOST, Ports
from vpcedu.tables.translation import Translation, Translations
from vpcedu.trace import DROP, Event, Step, rewrote

IDLE = 350 * SECOND  # microseconds
MOST_ADDRESSES = 8  # one primary, seven secondary


class NatGateway(Machine):
    """A NAT gateway at one or more private addresses; `seed` decides the first port it tries."""

    kind_words = "NAT gateway"
    managed = uses_secondary = True
    always_tracked = ()  # by groups, whatever their rules; here with the interface's own idle timeouts

    def __init__(
        self,
        name: str,
        address: str,
        seed: int = 0,
        idle: int = IDLE,
        secondary: tuple[str, ...] = (),
    ) -> None:
        if len(secondary) >= MOST_ADDRESSES:
            raise ValueError(
                f"{len(secondary)} secondary addresses: expected at most {MOST_ADDRESSES - 1}"
            )
        super().__init__(name, address, seed)
        self.addresses = (address, *secondary)
        self.translations = Translations(idle)
        self.ports: Ports = Ports(self.addresses, *EPHEMERAL, MOST, spread(seed, name))
        self._counts = dict.fromkeys(
            (
                "ErrorPortAllocation",
                "ConnectionAttemptCount",
                "ConnectionEstablishedCount",
                "PacketsDropCount",
            ),
            0,
        )

    def handle(self, packet: Packet, now: int) -> Step:
        """Rewrite by the packet's row, or by a new one for a SYN from inside.

        Else drop it with the reason.
        """
        self.sweep(now)
        if packet.icmp is not None:
            return self.translations.related(self.name, packet, now)
        row = self.translations.use(packet.flow, now, packet.flags)
        if row is None:
            if packet.flow.dst in self.addresses or packet.flags & (SYN | ACK) != SYN:
                return self._refuse(packet, now)
            self._counts["ConnectionAttemptCount"] += 1
            row = self._open(packet.flow, now)
            if row is None:
                self._counts["ErrorPortAllocation"] += 1
                self._events.append(Event(now, self.name, "ErrorPortAllocation", packet.flow))
                return self._drop(packet, None, NO_PORT, now)
        elif packet.flags & SYN and packet.flow != row.before:
            self._counts["ConnectionEstablishedCount"] += 1
        return rewrote(
            now, self.name, "translation", packet, packet.with_flow(row.onward(packet.flow)), row
        )

    def metrics(self, now: int) -> dict[str, int]:
        """What was counted up to `now` (microseconds), under CloudWatch's names."""
        self.sweep(now)
        return self._counts | {"IdleTimeoutCount": self.translations.timed_out}

    def sweep(self, now: int) -> None:
        """Remove the rows that ran out by `now` (microseconds), and free their ports."""
        self.ports.give_back(self.translations.sweep(now))

    def _open(self, flow: FiveTuple, now: int) -> Translation | None:
        source = self.ports.take(flow.destination)
        return source and self.translations.add(
            flow, FiveTuple(*source, flow.dst, flow.dport, flow.protocol), now
        )

    def _refuse(self, packet: Packet, now: int) -> Step:
        expired = self.translations.expired(packet.flow, now)
        reason = NO_TRANSLATION if expired is None else IDLE_TIMEOUT
        if expired is None or packet.flow.dst in self.addresses:
            return self._drop(packet, expired, reason, now)
        self.translations.forget(expired)
        sent = () if packet.flags & RST else (packet.reset(),)
        return self._drop(packet, expired, reason, now, sent)

    def _drop(
        self,
        packet: Packet,
        row: Translation | None,
        reason: Reason,
        now: int,
        sent: tuple[Packet, ...] = (),
    ) -> Step:
        self._counts["PacketsDropCount"] += 1
        return Step(now, self.name, "translation", DROP, packet, None, row, reason, sent)
