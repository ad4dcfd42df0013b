"""Reading captures: classic pcap and pcapng files, as tcpdump and Wireshark write them.

Both byte orders, micro- and nanoseconds, link types Ethernet, raw IP, SLL and SLL2. Packets that are no
IPv4 with TCP are passed over. No length is believed before it is compared with a limit, so memory stays
bounded whatever a file claims; a damaged file is a PcapError that names the offset.
Sources: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng; tcpdump.org's link-layer header types.
"""

from __future__ import annotations

from collections import namedtuple
from struct import unpack, unpack_from

from vpcedu.views.wire import Decoded, WireError, decode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike
    from typing import BinaryIO

LONGEST = 262_144  # bytes of one packet, tcpdump's largest snapshot length; blocks of pcapng hold 1,024 more
NANO, MICRO = 1_000_000_000, 1_000_000
CLASSIC = {b"\xd4\xc3\xb2\xa1": ("<", MICRO), b"\xa1\xb2\xc3\xd4": (">", MICRO),
           b"\x4d\x3c\xb2\xa1": ("<", NANO), b"\xa1\xb2\x3c\x4d": (">", NANO)}
SECTION = b"\x0a\x0d\x0d\x0a"
IPV4 = 0x0800
# Link types whose packets are IPv4 as they are; for the others: where the Ethernet type stands, where IP begins.
BARE = (12, 14, 101, 228)
FRAMED = {1: (12, 14), 113: (14, 16), 276: (0, 20)}


class PcapError(ValueError):
    """A file that is no capture, or is damaged; `offset` is where reading stopped."""

    def __init__(self, words: str, offset: int) -> None:
        super().__init__(f"{words} at byte {offset} of the file")
        self.offset = offset


class Seen(namedtuple("Seen", ("at", "decoded"))):
    """A packet of a file: microseconds since 1970, and what its bytes say."""

    __slots__ = ()
    at: int
    decoded: Decoded


def load(path: str | PathLike[str]) -> list[Seen]:
    """The TCP packets of a file in its order; PcapError where it is damaged."""
    with open(path, "rb") as file:
        return [seen for at, link, data, offset in _frames(file) if (seen := _packet(at, link, data, offset))]


def _packet(at: int, link: int, data: bytes, offset: int) -> Seen | None:
    begins = 0
    if link in FRAMED:
        place, begins = FRAMED[link]
        if int.from_bytes(data[place : place + 2], "big") != IPV4:
            return None
    elif link not in BARE:
        raise PcapError(f"link type {link}: expected Ethernet, raw IP, SLL or SLL2", offset)
    if len(data) < begins + 20 or data[begins] >> 4 != 4 or data[begins + 9] != 6:
        return None
    try:
        return Seen(at, decode(data[begins:]))
    except WireError as error:
        raise PcapError(f"a damaged packet ({error})", offset) from None


def _frames(file: BinaryIO) -> Iterator[tuple[int, int, bytes, int]]:
    """Instant in microseconds, link type, bytes and offset of each frame."""
    magic = file.read(4)
    if magic in CLASSIC:
        yield from _classic(file, *CLASSIC[magic])
    elif magic == SECTION:
        yield from _next_generation(file)
    else:
        raise PcapError(f"the file begins with {magic.hex() or 'nothing'}: expected a pcap or pcapng file", 0)


def _classic(file: BinaryIO, order: str, ticks: int) -> Iterator[tuple[int, int, bytes, int]]:
    link = unpack(f"{order}I", _take(file, 20)[16:])[0] & 0xFFFF
    while True:
        offset = file.tell()
        head = file.read(16)
        if not head:
            return
        if len(head) < 16:
            raise PcapError(f"{len(head)} bytes: expected a record header of 16", offset)
        whole, part, size, _ = unpack(f"{order}IIII", head)
        yield whole * MICRO + part * MICRO // ticks, link, _take(file, size), offset


def _take(file: BinaryIO, size: int) -> bytes:
    """Exactly so many bytes."""
    offset = file.tell()
    if size > LONGEST + 1_024:
        raise PcapError(f"a length of {size} bytes: expected at most {LONGEST}", offset)
    data = file.read(size)
    if len(data) < size:
        raise PcapError(f"{len(data)} bytes: expected {size}, the file is cut short", offset)
    return data


def _next_generation(file: BinaryIO) -> Iterator[tuple[int, int, bytes, int]]:
    order = "<"
    interfaces: list[tuple[int, int]] = []
    file.seek(0)
    while head := file.read(8):
        offset = file.tell() - len(head)
        if len(head) < 8:
            raise PcapError(f"{len(head)} bytes: expected a block header of 8", offset)
        if head[:4] == SECTION:
            mark = _take(file, 4)
            if mark not in (b"\x4d\x3c\x2b\x1a", b"\x1a\x2b\x3c\x4d"):
                raise PcapError(f"byte order mark {mark.hex()}: expected 1a2b3c4d in either order", offset + 8)
            order, interfaces = "<" if mark[0] == 0x4D else ">", []
            file.seek(-4, 1)
        kind, size = unpack(f"{order}II", head)
        if size < 12 or size % 4:
            raise PcapError(f"a block of {size} bytes: expected 12 or more, a multiple of 4", offset)
        body = _take(file, size - 12)
        if _take(file, 4) != head[4:]:
            raise PcapError("a block whose two lengths differ", offset)
        if kind == 1:
            interfaces.append(_interface(body, order, offset))
        elif kind == 6:
            yield _enhanced(body, order, interfaces, offset)


def _interface(body: bytes, order: str, offset: int) -> tuple[int, int]:
    """Link type and ticks per second of an interface description block."""
    if len(body) < 8:
        raise PcapError(f"an interface block of {len(body)} bytes: expected 8 or more", offset)
    place, ticks = 8, MICRO
    while place + 4 <= len(body):
        code, size = unpack_from(f"{order}HH", body, place)
        if code == 9 and size == 1 and place + 4 < len(body):  # if_tsresol
            power = body[place + 4]
            ticks = 1 << (power & 127) if power & 128 else int(10 ** min(power, 18))
        place += 4 + size + -size % 4
    return unpack_from(f"{order}H", body)[0], ticks


def _enhanced(body: bytes, order: str, interfaces: list[tuple[int, int]], offset: int) -> tuple[int, int, bytes, int]:
    if len(body) < 20:
        raise PcapError(f"a packet block of {len(body)} bytes: expected 20 or more", offset)
    number, high, low, size, _ = unpack_from(f"{order}IIIII", body)
    if number >= len(interfaces) or size > len(body) - 20:
        raise PcapError(f"interface {number}, {size} bytes: expected a described interface and what the block holds",
                        offset)
    link, ticks = interfaces[number]
    return ((high << 32) + low) * MICRO // ticks, link, body[20 : 20 + size], offset
