"""Listing: what a loaded capture shows, connection by connection.

A capture file says what was SEEN at one place: no reasons, and not where the packets went. A
connection is an unordered pair of endpoints, and begins anew with a SYN of another sequence number
(a pair is used again after TIME-WAIT). Numbers are relative: each end counts from its SYN, as
tcpdump and Wireshark count; where the SYN was not seen, from the first number that was. A place
that rewrites addresses, such as a NAT, sees two connections where the two ends have one.
"""

from __future__ import annotations

from vpcedu.clock import seconds
from vpcedu.flow import MODULUS, Endpoint
from vpcedu.packet import ACK, RST, SYN, Packet, flags_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from vpcedu.views.bytes.pcap_read import SeenPacket

HALF = MODULUS // 2  # numbers further apart than this are before, not behind


class Talk:
    """One connection of a capture.

    Who opened it as far as was seen, and its packets with their numbers in the file.
    """

    def __init__(self, first: Packet) -> None:
        answers = first.flags & (SYN | ACK) == SYN | ACK
        self.opener: Endpoint = first.about.destination if answers else first.about.source
        self.listener: Endpoint = first.about.source if answers else first.about.destination
        self.opening = bool(first.flags & SYN)  # whether it was seen from its beginning
        self.zero: dict[Endpoint, int] = {}  # the number from which each end counts
        self.rows: list[tuple[int, SeenPacket]] = []

    def begins_anew(self, packet: Packet) -> bool:
        """Whether a packet with SYN opens another connection between the same endpoints."""
        was = self.zero.get(packet.flow.source)
        return packet.flags & (SYN | ACK) == SYN and was is not None and was != packet.seq

    def add(self, number: int, seen: SeenPacket) -> None:
        """Take the next packet, and note from where its ends count."""
        packet = seen.decoded.packet
        self.rows.append((number, seen))
        if packet.icmp is not None:
            return  # it belongs to the connection, and has no number of its own
        if packet.flags & SYN or not packet.flags & RST:  # a RST for no connection has number 0
            self.zero.setdefault(packet.flow.source, packet.seq)
        if packet.flags & ACK and not packet.flags & RST:
            self.zero.setdefault(
                packet.flow.destination, (packet.ack - bool(self.opening)) % MODULUS
            )


def talks(packets: Iterable[SeenPacket]) -> list[Talk]:
    """The connections in the order of their first packets."""
    connections: list[Talk] = []
    latest: dict[frozenset[Endpoint], Talk] = {}
    for number, seen in enumerate(packets, 1):
        packet = seen.decoded.packet
        ends = frozenset((packet.about.source, packet.about.destination))
        talk = latest.get(ends)
        if talk is None or talk.begins_anew(packet):
            talk = latest[ends] = Talk(packet)
            connections.append(talk)
        talk.add(number, seen)
    return connections


def listing(packets: Iterable[SeenPacket]) -> str:
    """The whole text: each connection, who talks to whom, and its packets with relative numbers.

    > is a packet of the end that is named first, < one of the other. Times are seconds since the
    file's first packet.
    """
    rows = list(packets)
    if not rows:
        return "No TCP packet was seen."
    begun = rows[0].at
    parts = [
        f"What was seen: {len(rows)} packets. A capture does not say why, or what was lost before it."
    ]
    parts += ["\n".join(_talk(number, talk, begun)) for number, talk in enumerate(talks(rows), 1)]
    return "\n\n".join(parts)


def _talk(number: int, talk: Talk, begun: int) -> list[str]:
    senders = {seen.decoded.packet.about.source for _, seen in talk.rows}
    how = "opened by the first" if talk.opening else "who opened it was not seen"
    if len(senders) == 1:
        how += f", only packets from {senders.pop()} were seen"
    lines = [
        f"Connection {number}: {talk.opener} and {talk.listener} ({how}), {len(talk.rows)} packets"
    ]
    return lines + [_row(place, seen, talk, begun) for place, seen in talk.rows]


def _row(place: int, seen: SeenPacket, talk: Talk, begun: int) -> str:
    packet = seen.decoded.packet
    arrow = ">" if packet.about.source == talk.opener else "<"
    flags = f"[{flags_text(packet.flags)}]"
    words = f"seq {_relative(packet.seq, talk.zero.get(packet.flow.source, 0))}"
    if packet.flags & ACK:
        words += f" ack {_relative(packet.ack, talk.zero.get(packet.flow.destination, 0))}"
    length = len(packet.data) + seen.decoded.missing
    if length:
        words += f" len {length}"
    if packet.icmp is not None:
        flags, words = (
            "ICMP",
            f"{str(packet).partition(' ICMP ')[2].partition(',')[0]}, from {packet.flow.src}",
        )
    wrong = "  WRONG CHECKSUM" if seen.decoded.checksums is False else ""
    if seen.decoded.missing:
        wrong = f"  {len(packet.data)} kept"
    later = seen.at - begun
    when = seconds(later) if later >= 0 else f"-{seconds(-later)}"
    return f"{place:>5} {when:>9}  {arrow} {flags:<5} {words}{wrong}"


def _relative(number: int, zero: int) -> int:
    """How far after zero, or before it (negative), on the circle of 32 bits."""
    return (number - zero + HALF) % MODULUS - HALF
