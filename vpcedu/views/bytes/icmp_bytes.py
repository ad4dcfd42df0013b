"""ICMP: the message "destination unreachable" as bytes, and back.

RFC 792; RFC 1191 for the next hop's MTU.

It quotes the IPv4 header of the packet that did not get through and the first eight bytes after
it, which for TCP are both ports and the sequence number: enough for the sender to find the
connection. `wire` calls this module. What is written quotes no identification, and a TTL as the
sender set it. What is read may quote more than that. Left out: every other message, such as echo
and time exceeded, and what quotes another protocol than TCP.
"""

from __future__ import annotations

from struct import Struct

from vpcedu.address import number, text
from vpcedu.flow import ICMP, MODULUS, TCP, FiveTuple
from vpcedu.icmp import FRAGMENTATION_NEEDED, UNREACHABLE, Icmp
from vpcedu.packet import Packet
from vpcedu.views.bytes.ipv4 import (
    DONT_FRAGMENT,
    PLAIN,
    TTL,
    Decoded,
    OtherPacket,
    WireError,
    checksum,
    extent,
)

IPV4 = Struct("!HHHHHHII")  # RFC 791 section 3.1, in fields that can be summed
HEADER = Struct("!BBHHH")
PORTS = Struct("!HHI")  # both ports and the sequence number: the first eight bytes of a TCP header
OTHER_MESSAGE = "ICMP packet{s}"  # the kind of what is not read here
QUOTED = 28  # bytes: an IPv4 header without options, and eight more


def encode(packet: Packet, identification: int, ttl: int) -> bytes:
    """The bytes of the IPv4 packet.

    ValueError for a number that does not fit, or another message than type 3.
    """
    (src, _, dst, about, protocol), icmp = packet.flow, packet.icmp
    kind, code = divmod(about, 256)
    if icmp is None or protocol != ICMP or kind != UNREACHABLE or icmp.flow.protocol != TCP:
        raise ValueError(
            f"{packet}: expected protocol 1, ICMP, type 3, and a quoted packet with TCP"
        )
    fits = 0 <= icmp.mtu <= 0xFFFF and 0 <= icmp.size <= 0xFFFF and 0 <= icmp.seq < MODULUS
    if not fits or (icmp.mtu and code != FRAGMENTATION_NEEDED):
        raise ValueError(f"{packet}: expected numbers that fit, and an MTU with code 4 only")
    flow = icmp.flow
    quoted = _header(icmp.size, 0, TTL << 8 | TCP, flow.src, flow.dst) + PORTS.pack(
        flow.sport, flow.dport, icmp.seq
    )
    body = HEADER.pack(kind, code, 0, 0, icmp.mtu) + quoted
    body = HEADER.pack(kind, code, checksum(body), 0, icmp.mtu) + quoted
    return _header(20 + len(body), identification & 0xFFFF, ttl << 8 | ICMP, src, dst) + body


def _header(total: int, identification: int, lives: int, src: str, dst: str) -> bytes:
    source, target = number(src), number(dst)
    summed = PLAIN + total + identification + DONT_FRAGMENT + lives + source + target
    whole: bytes = IPV4.pack(
        PLAIN, total, identification, DONT_FRAGMENT, lives, -summed % 0xFFFF, source, target
    )
    return whole


def decode(data: bytes, start: int = 0, full: int = 0) -> Decoded:
    """Read one IPv4 packet with such a message, and whether both checksums are right.

    start, full: as for `wire.decode`. WireError (a ValueError with `offset`) where the bytes are
    cut short; OtherPacket where they are another message.
    """
    room = len(data) - start
    if room < 20 or data[start] >> 4 != 4 or data[start + 9] != ICMP:
        raise WireError("no IPv4 header in front of ICMP", start + min(room, 9))
    size, said = (data[start] & 15) * 4, int.from_bytes(data[start + 2 : start + 4], "big")
    total, kept = extent(said, room, full - start)
    if not 20 <= size <= kept - 8 <= room - 8:
        raise WireError(
            f"header of {size} and {total} bytes in all: expected 20 or more, up to {room}",
            start + 2,
        )
    _, _, identification, _, lives, _, src, dst = IPV4.unpack_from(data, start)
    kind, code, _, _, mtu = HEADER.unpack_from(data, start + size)
    if kind != UNREACHABLE:
        raise OtherPacket(
            f"ICMP type {kind}: expected 3, destination unreachable", start + size, OTHER_MESSAGE
        )
    flow, seq, length = _quoted(data[start + size + 8 : start + kept], start + size + 8)
    outer = FiveTuple(text(src), 0, text(dst), kind << 8 | code, ICMP)
    icmp = Icmp(mtu if code == FRAGMENTATION_NEEDED else 0, flow, seq, length)
    right = None
    if said == kept:
        right = (
            checksum(data[start : start + size]) == 0
            and checksum(data[start + size : start + total]) == 0
        )
    return Decoded(Packet(outer, 0, icmp=icmp), lives >> 8, identification, right, total - kept)


def _quoted(quote: bytes, offset: int) -> tuple[FiveTuple, int, int]:
    """Flow, sequence number and length of the packet that is quoted."""
    behind = (quote[0] & 15) * 4 if quote else 0
    if len(quote) < QUOTED or len(quote) < behind + 8:
        raise WireError(
            f"{len(quote)} bytes are quoted: expected {QUOTED} or more", offset + len(quote)
        )
    if quote[0] >> 4 != 4 or behind < 20 or quote[9] != TCP:
        raise OtherPacket("what is quoted is no IPv4 with TCP", offset, OTHER_MESSAGE)
    _, length, _, _, _, _, src, dst = IPV4.unpack_from(quote)
    sport, dport, seq = PORTS.unpack_from(quote, behind)
    return FiveTuple(text(src), sport, text(dst), dport), seq, length
