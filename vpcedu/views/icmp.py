"""ICMP: the message "destination unreachable" as bytes, and back (RFC 792; RFC 1191 for the next hop's MTU).

It quotes the IPv4 header of the packet that did not get through and the first eight bytes behind it, which for
TCP are both ports and the sequence number: enough for the sender to find the connection. A router that needs
to fragment a packet with Don't Fragment set says so with code 4 and the largest size it would have taken.
Left out: every other message, such as echo and time exceeded.
"""

from __future__ import annotations

from collections import namedtuple
from struct import Struct

from vpcedu.address import number, text
from vpcedu.packet import TCP, FiveTuple, Packet
from vpcedu.views.wire import DONT_FRAGMENT, PLAIN, TTL, WireError, checksum, encode

ICMP = 1  # IANA protocol number
UNREACHABLE = 3  # the type
NET, HOST, PROTOCOL, PORT, FRAGMENTATION_NEEDED, ADMINISTRATIVELY = 0, 1, 2, 3, 4, 13  # codes (IANA ICMP parameters)
IPV4 = Struct("!HHHHHHII")  # RFC 791 section 3.1, in fields that can be summed
HEADER = Struct("!BBHHH")
QUOTED = 28  # bytes: an IPv4 header without options, and eight more


class Unreachable(namedtuple("Unreachable", ("src", "dst", "code", "mtu", "flow", "seq"))):
    """Who says it to whom, the code, the next hop's MTU (0 but for code 4), and what is quoted: flow and number."""

    __slots__ = ()
    src: str
    dst: str
    code: int
    mtu: int
    flow: FiveTuple
    seq: int


def unreachable(src: str, packet: Packet, code: int, mtu: int = 0, identification: int = 0) -> bytes:
    """The bytes of the IPv4 packet in which `src` tells the packet's sender why it did not get through.

    identification: that of the packet that is quoted. ValueError for a number that does not fit.
    """
    if not 0 <= code <= 15 or not 0 <= mtu <= 0xFFFF or (mtu and code != FRAGMENTATION_NEEDED):
        raise ValueError(f"code {code}, MTU {mtu}: expected a code from 0 to 15, an MTU up to 65535 with code 4 only")
    quoted = encode(packet, identification)[:QUOTED]
    body = HEADER.pack(UNREACHABLE, code, 0, 0, mtu) + quoted
    body = HEADER.pack(UNREACHABLE, code, checksum(body), 0, mtu) + quoted
    source, target, lives = number(src), number(packet.flow.src), TTL << 8 | ICMP
    total = 20 + len(body)
    ip = PLAIN + total + DONT_FRAGMENT + lives + source + target
    head: bytes = IPV4.pack(PLAIN, total, 0, DONT_FRAGMENT, lives, -ip % 0xFFFF, source, target)
    return head + body


def decode(data: bytes) -> tuple[Unreachable, bool]:
    """Read one IPv4 packet with such a message; also whether both checksums are right.

    WireError (a ValueError with `offset`) where the bytes are cut short or are something else.
    """
    if len(data) < 20 or data[0] >> 4 != 4 or data[0] & 15 < 5 or data[9] != ICMP:
        raise WireError("no IPv4 header in front of ICMP", min(len(data), 9))
    size, total = (data[0] & 15) * 4, int.from_bytes(data[2:4], "big")
    if not size + 8 + QUOTED <= total <= len(data):
        raise WireError(f"total length {total} of {len(data)} bytes: expected {size + 8 + QUOTED} to {len(data)}", 2)
    src, dst = IPV4.unpack_from(data)[-2:]
    kind, code, _, _, mtu = HEADER.unpack_from(data, size)
    if kind != UNREACHABLE:
        raise WireError(f"ICMP type {kind}: expected 3, destination unreachable", size)
    quote = data[size + 8 : total]
    behind = (quote[0] & 15) * 4
    if quote[0] >> 4 != 4 or behind < 20 or len(quote) < behind + 8 or quote[9] != TCP:
        raise WireError("what is quoted is no IPv4 with TCP", size + 8)
    ports = int.from_bytes(quote[behind : behind + 4], "big")
    flow = FiveTuple(text(int.from_bytes(quote[12:16], "big")), ports >> 16,
                     text(int.from_bytes(quote[16:20], "big")), ports & 0xFFFF)
    seq = int.from_bytes(quote[behind + 4 : behind + 8], "big")
    right = checksum(data[:size]) == 0 and checksum(data[size:total]) == 0
    message = Unreachable(text(src), text(dst), code, mtu if code == FRAGMENTATION_NEEDED else 0, flow, seq)
    return message, right
