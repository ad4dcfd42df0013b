"""Wire: a packet as the bytes of an IPv4 header and a TCP segment, and back.

Both checksums are the ones'-complement sums of RFC 1071; TCP's covers the pseudo header of RFC 9293 section
3.1. What is written is what a host without offload would send: no IP options, Don't Fragment set, TTL 64,
identification as given. Reading checks every length before it believes it, and says where it stopped.
Left out: IPv6, fragments, IP options (they are skipped when read).
"""

from __future__ import annotations

from collections import namedtuple
from struct import Struct

from vpcedu.address import number, text
from vpcedu.packet import TCP, FiveTuple, Packet

IPV4 = Struct("!BBHHHBBHII")  # RFC 791 section 3.1
TCP_HEADER = Struct("!HHIIBBHHH")  # RFC 9293 section 3.1
DONT_FRAGMENT = 0x4000
TTL = 64

# Options of RFC 9293 section 3.2, RFC 7323 and RFC 2018: name, kind, the sizes of its numbers in bytes.
OPTIONS = (("mss", 2, (2,)), ("wscale", 3, (1,)), ("sackOK", 4, ()), ("TS", 8, (4, 4)))
BY_NAME = {name: (kind, sizes) for name, kind, sizes in OPTIONS}
BY_KIND = {kind: (name, sizes) for name, kind, sizes in OPTIONS}
END, NOP = 0, 1


class WireError(ValueError):
    """Bytes that are no whole packet; `offset` is where they stop making sense."""

    def __init__(self, words: str, offset: int) -> None:
        super().__init__(f"{words} at byte {offset}")
        self.offset = offset


class Decoded(namedtuple("Decoded", ("packet", "ttl", "identification", "checksums"))):
    """A packet that was read, its TTL and identification, and whether both checksums were right."""

    __slots__ = ()
    packet: Packet
    ttl: int
    identification: int
    checksums: bool


def checksum(data: bytes) -> int:
    """The Internet checksum of RFC 1071: the complement of the ones'-complement sum of 16-bit words.

    A number modulo 2**16 - 1 is the sum of its 16-bit digits with the carries added back; where that is 0 the
    folding gives 0xffff, whose complement is 0, unless every byte is 0.
    """
    if len(data) % 2:
        data += b"\0"
    total = int.from_bytes(data, "big")
    rest = total % 0xFFFF
    return ~(rest or (0xFFFF if total else 0)) & 0xFFFF


def encode(packet: Packet, identification: int = 0, ttl: int = TTL) -> bytes:
    """The bytes of the IPv4 packet; ValueError for another protocol than TCP or an unknown option."""
    flow = packet.flow
    if flow.protocol != TCP:
        raise ValueError(f"protocol {flow.protocol}: expected 6, TCP")
    options = _options_out(packet.options)
    size = 20 + len(options)
    src, dst = number(flow.src), number(flow.dst)
    head = TCP_HEADER.pack(flow.sport, flow.dport, packet.seq, packet.ack, size // 4 << 4, packet.flags,
                           packet.window, 0, 0)
    segment = head + options + packet.data
    proof = checksum(_pseudo_header(src, dst, len(segment)) + segment)
    total = 20 + len(segment)
    begins = IPV4.pack(0x45, 0, total, identification & 0xFFFF, DONT_FRAGMENT, ttl, TCP, 0, src, dst)
    begins = begins[:10] + checksum(begins).to_bytes(2, "big") + begins[12:]
    return begins + segment[:16] + proof.to_bytes(2, "big") + segment[18:]


def decode(data: bytes) -> Decoded:
    """Read the bytes of one IPv4 packet with TCP; bytes behind its total length are padding and left aside.

    WireError (a ValueError with `offset`) where they are cut short, or are no IPv4 or no TCP.
    """
    if len(data) < 20:
        raise WireError(f"{len(data)} bytes: expected an IPv4 header of 20", len(data))
    first, _, total, identification, fragment, ttl, protocol, _, src, dst = IPV4.unpack_from(data)
    size = (first & 15) * 4
    if first >> 4 != 4 or size < 20:
        raise WireError(f"version and header length {first:#04x}: expected IPv4, 0x45 to 0x4f", 0)
    if not size <= total <= len(data):
        raise WireError(f"total length {total} of {len(data)} bytes: expected {size} to {len(data)}", 2)
    if fragment & 0x3FFF:
        raise WireError("a fragment: expected a whole packet", 6)
    if protocol != TCP:
        raise WireError(f"protocol {protocol}: expected 6, TCP", 9)
    packet = _segment(data, size, total, text(src), text(dst))
    right = checksum(data[:size]) == 0 and checksum(
        _pseudo_header(src, dst, total - size) + data[size:total]) == 0
    return Decoded(packet, ttl, identification, right)


def _segment(data: bytes, start: int, end: int, src: str, dst: str) -> Packet:
    if end - start < 20:
        raise WireError(f"{end - start} bytes: expected a TCP header of 20", start)
    sport, dport, seq, ack, offset, flags, window, _, _ = TCP_HEADER.unpack_from(data, start)
    size = (offset >> 4) * 4
    if not 20 <= size <= end - start:
        raise WireError(f"TCP header length {size}: expected 20 to {end - start}", start + 12)
    options = _options_in(data, start + 20, start + size)
    return Packet(FiveTuple(src, sport, dst, dport), flags & 0x3F, seq, ack, window, options, data[start + size : end])


def _pseudo_header(src: int, dst: int, length: int) -> bytes:
    return src.to_bytes(4, "big") + dst.to_bytes(4, "big") + bytes((0, TCP)) + length.to_bytes(2, "big")


def _options_out(options: tuple[tuple[str | int, ...], ...]) -> bytes:
    out = bytearray()
    for name, *values in options:
        if name == "nop":
            out.append(NOP)
            continue
        if name not in BY_NAME or len(BY_NAME[name][1]) != len(values):
            known = ", ".join(BY_NAME)
            raise ValueError(f"option {(name, *values)!r}: expected nop or one of {known} with its numbers")
        kind, sizes = BY_NAME[name]
        out += bytes((kind, 2 + sum(sizes)))
        for value, size in zip(values, sizes, strict=True):
            out += int(value).to_bytes(size, "big")
    return bytes(out) + bytes(-len(out) % 4)


def _options_in(data: bytes, start: int, end: int) -> tuple[tuple[str | int, ...], ...]:
    found: list[tuple[str | int, ...]] = []
    while start < end and data[start] != END:
        if data[start] == NOP:
            found.append(("nop",))
            start += 1
            continue
        size = data[start + 1] if start + 1 < end else 0
        if not 2 <= size <= end - start:
            raise WireError(f"TCP option of {size} bytes: expected 2 to {end - start}", start)
        name, sizes = BY_KIND.get(data[start], ("", ()))
        if name and size == 2 + sum(sizes):
            at, values = start + 2, []
            for width in sizes:
                values.append(int.from_bytes(data[at : at + width], "big"))
                at += width
            found.append((name, *values))
        start += size  # an option unknown here is skipped
    return tuple(found)
