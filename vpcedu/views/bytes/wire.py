"""Wire: a packet as the bytes of an IPv4 header and a TCP segment, and back.

For an ICMP error see icmp_bytes.py.

Both checksums are the ones'-complement sums of RFC 1071; TCP's covers the pseudo header of RFC 9293
section 3.1. What is written is what a host without offload would send: no IP options, Don't
Fragment set, TTL 64, identification as given. Reading checks every length before it believes it,
and says where it stopped.

The sums are taken of the fields, not of the bytes: 2**16 is 1 modulo 0xFFFF, so a number of any
width counts as the sum of its 16-bit digits with the carries added back. `-total % 0xFFFF` is the
complement of that sum; a total is never 0 here, which is the one case that it would get wrong.

Left out: IPv6, fragments, IP options and the flags of ECN (they are skipped when read).
"""

from __future__ import annotations

from struct import Struct, error

from vpcedu import address
from vpcedu.flow import ICMP, TCP, FiveTuple
from vpcedu.packet import Packet
from vpcedu.quoting import quoted
from vpcedu.remembered import Remembered
from vpcedu.views.bytes import icmp_bytes
from vpcedu.views.bytes.ipv4 import (
    DONT_FRAGMENT,
    PLAIN,
    TTL,
    Decoded,
    OtherPacket,
    WireError,
    extent,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    pass

TCP_HEADER = Struct("!HHIIHH")  # RFC 9293 section 3.1, without checksum and urgent pointer
_unpack = Struct(
    "!BxHHHBBxxIIHHIIHH"
).unpack_from  # RFC 791 section 3.1, without service and checksum; and the same
_pack = Struct(
    "!HHHHHHIIHHIIHHHxx"
).pack  # both headers without options, in fields that can be summed

NO_OPTIONS = 5 << 12  # the header's length in words of 4 bytes, above 12 bits of flags
FIXED = PLAIN + DONT_FRAGMENT + 20  # what is the same in the sum of every IP header written

# Options of RFC 9293 section 3.2, RFC 7323 and RFC 2018: name, kind, the sizes of its numbers in
# bytes.
OPTIONS = (("mss", 2, (2,)), ("wscale", 3, (1,)), ("sackOK", 4, ()), ("TS", 8, (4, 4)))
BY_NAME = {name: (kind, sizes) for name, kind, sizes in OPTIONS}
BY_KIND = {kind: (name, sizes) for name, kind, sizes in OPTIONS}
END, NOP = 0, 1
# IANA's protocol numbers, by the names that people know
NAMES = {1: "ICMP", 2: "IGMP", 17: "UDP", 47: "GRE", 50: "ESP", 51: "AH", 132: "SCTP"}


number, text = address.parsed, Remembered(address.text).__getitem__
_new = tuple.__new__  # quicker than a class's own call, for what is made once a packet


def encode(packet: Packet, identification: int = 0, ttl: int = TTL) -> bytes:
    """The bytes of the IPv4 packet.

    ValueError for another protocol than TCP, an unknown option or too many bytes.
    """
    (src, sport, dst, dport, protocol), flags, seq, ack, window, options, data, icmp = packet
    if icmp is not None:
        return icmp_bytes.encode(packet, identification, ttl)
    if protocol != TCP or flags & ~63:
        raise ValueError(
            f"protocol {protocol}, flags {flags}: expected 6, TCP, and flags from 0 to 63"
        )
    rest, about = data, NO_OPTIONS | flags
    if options:
        rest = _options_out(options) + data
        about += len(rest) - len(data) << 10
    length = 20 + len(rest)
    lives = ttl << 8 | TCP
    sent_as = identification & 0xFFFF
    source = number(src)
    target = number(dst)
    total = int.from_bytes(rest, "big")
    if length & 1:  # as in `summed`, which would be one call more
        total <<= 8
    both = source + target + length  # what both sums have in common
    ip = both + lives + sent_as + FIXED
    tcp = both + sport + dport + seq + ack + about + window + TCP + total
    try:
        head: bytes = _pack(
            PLAIN,
            length + 20,
            sent_as,
            DONT_FRAGMENT,
            lives,
            -ip % 0xFFFF,
            source,
            target,
            sport,
            dport,
            seq,
            ack,
            about,
            window,
            -tcp % 0xFFFF,
        )
    except error as wrong:
        raise ValueError(
            f"too many bytes, or a number that does not fit: {packet}, ttl {ttl} ({wrong})"
        ) from None
    return head + rest


def decode(data: bytes, start: int = 0, full: int = 0) -> Decoded:
    """Read the bytes of one IPv4 packet with TCP or an ICMP error.

    What comes after its total length is left aside. All headers must be there; TCP's options and
    data may have been cut, and a length of 0 is that of the frame. The checksums are then unknown.

    start: where the packet begins. full: how many bytes there were before a snap length cut them;
    0: as many as there are. WireError (a ValueError with `offset`) where the bytes are cut
    short or damaged; its subclass OtherPacket where they are no IPv4, another protocol or message,
    or a fragment.
    """
    try:
        (
            first,
            total,
            identification,
            fragment,
            ttl,
            protocol,
            src,
            dst,
            sport,
            dport,
            seq,
            ack,
            about,
            window,
        ) = _unpack(data, start)
    except error:
        raise _too_short(data, start) from None
    ends, begins, missing, known = start + total, start + 20, 0, True
    # what is unusual is looked at apart, so that it costs nothing where it is not there
    if first != 0x45 or protocol != TCP or fragment & 0x3FFF or total < 40 or ends > len(data):
        if protocol == ICMP and first >> 4 == 4 and not fragment & 0x3FFF:
            return icmp_bytes.decode(data, start, full)
        if first >> 4 != 4 or protocol != TCP or fragment & 0x3FFF:
            raise _other(first, fragment, protocol, start)
        size, room, said = (first & 15) << 2, len(data) - start, total
        total, kept = extent(said, room, full - start)
        if not 20 <= size <= kept - 20 <= room - 20:
            raise WireError(
                f"header of {size} and {total} bytes in all: expected 20 or more, up to {room}",
                start + 2,
            )
        ends, begins, missing, known = start + kept, start + size, total - kept, said == kept
        # IP options: the TCP header comes after them
        sport, dport, seq, ack, about, window = TCP_HEADER.unpack_from(data, begins)
    segment = data[begins:ends]
    header = about >> 12 << 2
    cut = header - len(segment)
    if header < 20 or cut > missing:
        raise WireError(f"TCP header length {header}: expected 20 to {len(segment)}", begins + 12)
    if cut > 0:  # inside the options, by a snap length: those that are whole are read
        missing -= cut
    options = _options_in(segment[:header], begins, cut > 0) if header > 20 else ()
    packet = _new(
        Packet,
        (
            _new(FiveTuple, (text(src), sport, text(dst), dport, TCP)),
            about & 0x3F,
            seq,
            ack,
            window,
            options,
            segment[header:],
            None,
        ),
    )
    right = None
    if known:
        words, length = int.from_bytes(segment, "big"), ends - begins
        if length & 1:  # as in `summed`, which would be one call more
            words <<= 8
        right = (
            int.from_bytes(data[start:begins], "big") % 0xFFFF == 0
            and (src + dst + length + TCP + words) % 0xFFFF == 0
        )
    return _new(Decoded, (packet, ttl, identification, right, missing))


def _too_short(data: bytes, start: int) -> WireError:
    """The error for bytes that cannot hold both headers; another protocol may be shorter."""
    room = len(data) - start
    if room >= 20:
        first, fragment, protocol = (
            data[start],
            data[start + 6] << 8 | data[start + 7],
            data[start + 9],
        )
        if first >> 4 != 4 or fragment & 0x3FFF or protocol != TCP:
            return _other(first, fragment, protocol, start)
    return WireError(f"{room} bytes: expected headers of 20 and 20", len(data))


def _other(first: int, fragment: int, protocol: int, start: int) -> OtherPacket:
    version = first >> 4
    if version != 4:
        return OtherPacket(f"version {version}: expected IPv4", start, f"IPv{version} packet{{s}}")
    if fragment & 0x3FFF:
        return OtherPacket("a fragment: expected a whole packet", start + 6, "fragment{s}")
    name = NAMES.get(protocol, f"IP protocol {protocol}")
    return OtherPacket(f"protocol {protocol}: expected 6, TCP", start + 9, f"{name} packet{{s}}")


def _options_out(options: tuple[tuple[str | int, ...], ...]) -> bytes:
    out = bytearray()
    for name, *values in options:
        if name == "nop":
            out.append(NOP)
            continue
        if name not in BY_NAME or len(BY_NAME[name][1]) != len(values):
            known = ", ".join(BY_NAME)
            raise ValueError(
                f"option {quoted((name, *values))}: expected nop or one of {known} with its numbers"
            )
        kind, sizes = BY_NAME[name]
        out += bytes((kind, 2 + sum(sizes)))
        for value, size in zip(values, sizes, strict=True):
            if not 0 <= int(value) < 1 << 8 * size:
                raise ValueError(
                    f"option {quoted((name, *values))}: expected numbers of {size} bytes"
                )
            out += int(value).to_bytes(size, "big")
    return bytes(out) + bytes(-len(out) % 4)


def _options_in(header: bytes, offset: int, cut: bool) -> tuple[tuple[str | int, ...], ...]:
    start, end = 20, len(header)
    options: list[tuple[str | int, ...]] = []
    while start < end and header[start] != END:
        if header[start] == NOP:
            options.append(("nop",))
            start += 1
            continue
        size = header[start + 1] if start + 1 < end else 0
        if cut and not 2 <= size <= end - start:
            break
        if not 2 <= size <= end - start:
            raise WireError(
                f"TCP option of {size} bytes: expected 2 to {end - start}", offset + start
            )
        name, sizes = BY_KIND.get(header[start], ("", ()))
        if name and size == 2 + sum(sizes):
            at, values = start + 2, []
            for width in sizes:
                values.append(int.from_bytes(header[at : at + width], "big"))
                at += width
            options.append((name, *values))
        start += size  # an option unknown here is skipped
    return tuple(options)
