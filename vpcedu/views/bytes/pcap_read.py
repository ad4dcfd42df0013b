"""Reading captures: classic pcap and pcapng files, as tcpdump and Wireshark write them.

Both byte orders, micro- and nanoseconds, link types Ethernet (also with one VLAN tag), raw IP, SLL
and SLL2. Packets that are neither IPv4 with TCP nor an ICMP error about it are passed over, and so
are fragments. No length is believed before it is compared with a limit, so memory stays bounded
whatever a file claims; a damaged file is a PcapError that names the offset. Sources:
draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng; tcpdump.org's link-layer header types.

Left out: packets of which only the first bytes were kept, and the older packet blocks of pcapng (2
and 3). Both are a PcapError, since a list of what was seen must not be silently shorter than the
file.
"""

from __future__ import annotations

from struct import Struct, unpack, unpack_from

from vpcedu.row import NamedRow
from vpcedu.views.bytes.ipv4 import Decoded, OtherPacket, WireError
from vpcedu.views.bytes.wire import decode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike
    from typing import BinaryIO

    # microseconds, link type, bytes, how many there were, offset in the file
    Frame = tuple[int, int, bytes, int, int]

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
END_OF_OPTIONS, IF_TSRESOL, IF_TSOFFSET = 0, 9, 14
IPV4, VLAN = b"\x08\x00", b"\x81\x00"
# Link types whose packets are IPv4 as they are; for the others: where the Ethernet type stands,
# where IP begins.
BARE = (12, 14, 101, 228)
ETHERNET, SLL, SLL2 = 1, 113, 276
FRAMED = {ETHERNET: (12, 14), SLL: (14, 16), SLL2: (0, 20)}


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

    PcapError where it is damaged, OSError where it cannot be read.
    """
    return list(read(path))


def read(path: str | PathLike[str]) -> Iterator[SeenPacket]:
    """The same one by one, for a file that is larger than memory."""
    new, seen = tuple.__new__, SeenPacket
    with open(path, "rb", BUFFER) as file:
        for at, link, data, whole, offset in _frames(file):
            place, begins = FRAMED.get(link, (0, 0))
            if begins and data[place : place + 2] != IPV4:
                if link != ETHERNET or data[12:14] != VLAN or data[16:18] != IPV4:
                    continue
                begins += 4
            elif not begins and link not in BARE:
                raise PcapError(f"link type {link}: expected Ethernet, raw IP, SLL or SLL2", offset)
            try:
                yield new(seen, (at, decode(data, begins)))
            except OtherPacket:
                continue
            except WireError as error:
                kept = f"; {len(data)} of its {whole} bytes were kept" if whole > len(data) else ""
                raise PcapError(f"a damaged packet ({error}{kept})", offset) from None


def _frames(file: BinaryIO) -> Iterator[Frame]:
    magic = file.read(4)
    if magic in CLASSIC:
        return _classic(file, *CLASSIC[magic])
    if magic == SECTION:
        return _next_generation(file)
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
        )
        offset += 16 + size


# The next generation: sections of blocks, each with its length at its beginning and its end.


def _next_generation(file: BinaryIO) -> Iterator[Frame]:
    order, offset = "<", 0
    interfaces: list[tuple[int, int, int]] = []
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
        if kind in (OBSOLETE_PACKET, SIMPLE_PACKET):
            raise PcapError(
                f"a packet block of type {kind}: expected {ENHANCED_PACKET}, the enhanced one",
                offset,
            )
        body = b""
        if kind in (INTERFACE, ENHANCED_PACKET):
            body = _take(file, ends - begins, begins)
        else:  # passed over in pieces: such a block may be as long as it likes
            for place in range(begins, ends, LONGEST):
                _take(file, min(LONGEST, ends - place), place)
        if _take(file, 4, ends) != head[4:]:
            raise PcapError("a block whose two lengths differ", offset)
        if kind == INTERFACE:
            interfaces.append(_interface(body, order, offset))
        elif kind == ENHANCED_PACKET:
            yield _enhanced(body, order, interfaces, offset)
        offset += size


def _interface(body: bytes, order: str, offset: int) -> tuple[int, int, int]:
    """Link type, ticks per second and offset in seconds of an interface description block."""
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
    return unpack_from(f"{order}H", body)[0], ticks, later


def _enhanced(
    body: bytes, order: str, interfaces: list[tuple[int, int, int]], offset: int
) -> Frame:
    if len(body) < 20:
        raise PcapError(f"a packet block of {len(body)} bytes: expected 20 or more", offset)
    number, high, low, size, full = unpack_from(f"{order}IIIII", body)
    if number >= len(interfaces):
        raise PcapError(
            f"interface {number}: expected one of the {len(interfaces)} described before",
            offset + 8,
        )
    if size > len(body) - 20:
        raise PcapError(
            f"a packet of {size} bytes: expected at most {len(body) - 20} in this block",
            offset + 20,
        )
    link, ticks, later = interfaces[number]
    return (
        ((high << 32) + low) * MICRO // ticks + later * MICRO,
        link,
        body[20 : 20 + size],
        full,
        offset,
    )
