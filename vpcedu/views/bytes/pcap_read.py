"""Reading captures: classic pcap and pcapng files, as tcpdump and Wireshark write them.

Both byte orders, micro- and nanoseconds; link types as in link_types.py; in pcapng the enhanced,
the simple and the obsolete packet block. What can be read is read: TCP over IPv4 and ICMP errors
about it, also where a snap length cut the data. All else is counted by kind, a damaged packet too.
Where the file's own structure is damaged, reading ends with a PcapError that names the offset. No
length is believed before it is compared with a limit, so memory stays bounded whatever a file
claims. Sources: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng; tcpdump.org's link-layer header
types.

Left out: IPv6, and putting fragments together. A simple packet block has no time; such a packet
gets that of the packet before it.
"""

from __future__ import annotations

from itertools import islice
from struct import Struct, unpack, unpack_from

from vpcedu.row import NamedRow
from vpcedu.views.bytes.ipv4 import Decoded, OtherPacket, WireError
from vpcedu.views.bytes.link_types import ETHERNET, IPV4, KNOWN, ip_begins
from vpcedu.views.bytes.passed_over import PassedOver
from vpcedu.views.bytes.wire import decode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike
    from typing import BinaryIO

    # microseconds, link type, bytes, how many there were, offset in the file, byte order
    Frame = tuple[int, int, bytes, int, int, str]
    # link type, ticks per second, offset in seconds, snap length (0: none)
    Interface = tuple[int, int, int, int]

LONGEST = 262_144  # bytes of one packet, tcpdump's largest snapshot length
LONGEST_BLOCK = LONGEST + 65_536  # of pcapng, where options follow the packet
BUFFER = 1 << 18  # bytes read at once
NANO, MICRO = 1_000_000_000, 1_000_000
CLASSIC = {
    b"\xd4\xc3\xb2\xa1": ("<", MICRO),
    b"\xa1\xb2\xc3\xd4": (">", MICRO),
    b"\x4d\x3c\xb2\xa1": ("<", NANO),
    b"\xa1\xb2\x3c\x4d": (">", NANO),
}
SECTION = b"\x0a\x0d\x0d\x0a"
ORDERS = {b"\x4d\x3c\x2b\x1a": "<", b"\x1a\x2b\x3c\x4d": ">"}
INTERFACE, OBSOLETE_PACKET, SIMPLE_PACKET, ENHANCED_PACKET = 1, 2, 3, 6  # types of blocks
# Packet blocks: interface, both halves of the time, bytes kept, bytes there were. The simple one
# has the last field only.
PACKETS = {OBSOLETE_PACKET: "HxxIIII", SIMPLE_PACKET: "I", ENHANCED_PACKET: "IIIII"}
END_OF_OPTIONS, IF_TSRESOL, IF_TSOFFSET = 0, 9, 14


class PcapError(ValueError):
    """A file that is no capture, or is damaged; `offset` is where reading stopped."""

    def __init__(self, words: str, offset: int) -> None:
        super().__init__(f"{words} at byte {offset} of the file")
        self.offset = offset


class SeenPacket(NamedRow):
    """A packet of a file: microseconds since 1970, and what its bytes say."""

    at: int
    decoded: Decoded


def load(path: str | PathLike[str]) -> list[SeenPacket]:
    """The packets of a file that are TCP, or ICMP errors about it, in its order.

    PcapError where its structure is damaged, OSError where it cannot be read.
    """
    return list(read(path))


def load_counted(path: str | PathLike[str], most: int) -> tuple[list[SeenPacket], PassedOver]:
    """The same, up to `most` packets, and what was passed over.

    A file whose structure is damaged further on is read up to there. PcapError where that is before
    its first packet, OSError where it cannot be read.
    """
    found: list[SeenPacket] = []
    passed = PassedOver()
    try:
        found.extend(islice(read(path, passed), most))
    except PcapError as error:
        if not found and not passed.kinds:
            raise
        passed.stopped = str(error)
    return found, passed


def read(path: str | PathLike[str], passed: PassedOver | None = None) -> Iterator[SeenPacket]:
    """The same one by one, for a file that is larger than memory.

    passed: where to count what is passed over.
    """
    new, seen = tuple.__new__, SeenPacket
    passed = passed or PassedOver()
    with open(path, "rb", BUFFER) as file:
        for at, link, data, full, offset, order in _frames(file, passed):
            try:
                start = (
                    14 if link == ETHERNET and data[12:14] == IPV4 else ip_begins(data, link, order)
                )
                yield new(seen, (at, decode(data, start, full)))
            except OtherPacket as error:
                passed.count(error.kind)
            except WireError as error:
                if len(data) < full:
                    passed.count("packet{s} cut inside the headers")
                else:
                    passed.damaged(
                        f"{error} of the packet, its record at byte {offset} of the file"
                    )


def _frames(file: BinaryIO, passed: PassedOver) -> Iterator[Frame]:
    magic = file.read(4)
    if magic in CLASSIC:
        return _classic(file, *CLASSIC[magic])
    if magic == SECTION:
        return _next_generation(file, passed)
    raise PcapError(
        f"the file begins with {magic.hex() or 'nothing'}: expected a pcap or pcapng file", 0
    )


def _take(file: BinaryIO, size: int, offset: int) -> bytes:
    """Exactly `size` bytes, which stand at this offset."""
    if size > LONGEST_BLOCK:
        raise PcapError(f"a length of {size} bytes: expected at most {LONGEST_BLOCK}", offset)
    data = file.read(size)
    if len(data) < size:
        raise PcapError(f"{len(data)} bytes: expected {size}, the file is cut short", offset)
    return data


# The classic format: a header, then records.


def _classic(file: BinaryIO, order: str, ticks: int) -> Iterator[Frame]:
    major, _, _, _, _, link = unpack(f"{order}HHiIII", _take(file, 20, 4))
    if major != 2:
        raise PcapError(f"version {major}: expected 2", 4)
    link &= 0xFFFF
    if link not in KNOWN:
        raise PcapError(
            f"link type {link}: expected Ethernet, raw IP, SLL, SLL2, NULL, LOOP or NFLOG", 20
        )
    record, offset = Struct(f"{order}IIII").unpack, 24
    while head := file.read(16):
        if len(head) < 16:
            raise PcapError(f"{len(head)} bytes: expected a record header of 16", offset)
        whole, part, size, full = record(head)
        if size > LONGEST:
            raise PcapError(f"a packet of {size} bytes: expected at most {LONGEST}", offset + 8)
        data = file.read(size)
        if len(data) < size:
            raise PcapError(
                f"{len(data)} bytes: expected {size}, the file is cut short", offset + 16
            )
        yield (
            whole * MICRO + (part if ticks == MICRO else part * MICRO // ticks),
            link,
            data,
            full,
            offset,
            order,
        )
        offset += 16 + size


# The next generation: sections of blocks, each with its length at its beginning and its end.


def _next_generation(file: BinaryIO, passed: PassedOver) -> Iterator[Frame]:
    order, offset, now = "<", 0, 0
    interfaces: list[Interface] = []
    file.seek(0)
    while head := file.read(8):
        if len(head) < 8:
            raise PcapError(f"{len(head)} bytes: expected a block header of 8", offset)
        begins = offset + 8
        if head[:4] == SECTION:
            mark, begins = _take(file, 4, begins), begins + 4
            if mark not in ORDERS:
                raise PcapError(
                    f"byte order mark {mark.hex()}: expected 1a2b3c4d in either order", offset + 8
                )
            order, interfaces = ORDERS[mark], []
        kind, size = unpack(f"{order}II", head)
        ends = offset + size - 4  # where the length stands again
        if begins > ends or size % 4:
            raise PcapError(
                f"a block of {size} bytes: expected a multiple of 4 from 12 (a section: 16)",
                offset + 4,
            )
        body = b""
        if kind == INTERFACE or kind in PACKETS:
            body = _take(file, ends - begins, begins)
        else:  # passed over in pieces: such a block may be as long as it likes
            for place in range(begins, ends, LONGEST):
                _take(file, min(LONGEST, ends - place), place)
        if _take(file, 4, ends) != head[4:]:
            raise PcapError("a block whose two lengths differ", offset)
        if kind == INTERFACE:
            interfaces.append(_interface(body, order, offset))
        elif kind in PACKETS:
            try:
                at, link, data, full = _packet(kind, body, order, interfaces)
            except WireError as error:
                passed.damaged(f"{error} of the block at byte {offset} of the file")
            else:
                passed.timeless += at is None
                now = now if at is None else at
                yield now, link, data, full, offset, order
        offset += size


def _interface(body: bytes, order: str, offset: int) -> Interface:
    """What an interface description block says."""
    if len(body) < 8:
        raise PcapError(f"an interface block of {len(body)} bytes: expected 8 or more", offset)
    place, ticks, later = 8, MICRO, 0
    while place + 4 <= len(body):
        code, size = unpack_from(f"{order}HH", body, place)
        value = body[place + 4 : place + 4 + size]
        if code == END_OF_OPTIONS:
            break
        if len(value) < size:
            raise PcapError(
                f"an option of {size} bytes: expected at most {len(value)}", offset + 8 + place
            )
        if code == IF_TSRESOL and size == 1:
            ticks = 1 << (value[0] & 127) if value[0] & 128 else int(10 ** value[0])
        elif code == IF_TSOFFSET and size == 8:
            later = unpack(f"{order}q", value)[0]
        place += 4 + size + -size % 4
    link, snap = unpack_from(f"{order}HxxI", body)
    return link, ticks, later, snap


def _packet(
    kind: int, body: bytes, order: str, interfaces: list[Interface]
) -> tuple[int | None, int, bytes, int]:
    """Microseconds (None: not told), link type, bytes and how many there were, of a packet block.

    WireError where what the block says does not fit together.
    """
    begins = 4 if kind == SIMPLE_PACKET else 20
    if len(body) < begins:
        raise WireError(f"a packet block of {len(body)} bytes: expected {begins} or more", 8)
    number, high, low, size, full = 0, 0, 0, 0, unpack_from(f"{order}I", body)[0]
    if kind != SIMPLE_PACKET:
        number, high, low, size, full = unpack_from(order + PACKETS[kind], body)
    if number >= len(interfaces):
        raise WireError(
            f"interface {number}: expected one of the {len(interfaces)} described before", 8
        )
    link, ticks, later, snap = interfaces[number]
    if kind == SIMPLE_PACKET:
        size = min(full, snap or full)
    if size > len(body) - begins:
        raise WireError(
            f"a packet of {size} bytes: expected at most {len(body) - begins} in this block",
            4 + begins,
        )
    at = None if kind == SIMPLE_PACKET else ((high << 32) + low) * MICRO // ticks + later * MICRO
    return at, link, body[begins : begins + size], full
