"""What was seen where: one row for each packet and point.

The rows of a whole scenario are kept as one pcapng file.

A point is a device ("client", "igw", "nat", "web" ...; both sides of the Internet gateway are one
point), the way "in" or "out". The file holds raw IPv4 packets, one interface block for each point
with its name, and the direction in the flags of each packet, so that Wireshark shows both
(frame.interface_name, frame.packet_flags_direction). Source: draft-ietf-opsawg-pcapng sections 4.1
to 4.3.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from vpcedu.packet import Packet
from vpcedu.views.bytes.ipv4 import OtherPacket
from vpcedu.views.bytes.wire import decode

POINTS = ("client", "server", "igw", "elb", "nat", "nlb", "nlb2", "web", "web2")
WAYS = {"in": 1, "out": 2}
SECTION, INTERFACE, PACKET = 0x0A0D0D0A, 1, 6
RAW, MICRO = 101, 1_000_000
IF_NAME, EPB_FLAGS, END = 2, 2, 0


class Record(NamedTuple):
    """One packet at one point.

    Microseconds since the scenario began, point, way, the bytes from the IP header on.
    """

    at: int
    point: str
    way: str
    data: bytes

    @property
    def packet(self) -> Packet:
        """What the bytes say."""
        return decode(self.data).packet

    @property
    def identification(self) -> int:
        """The identification field of the IPv4 header."""
        return int.from_bytes(self.data[4:6], "big")


def is_tcp(data: bytes) -> bool:
    """Whether the bytes are an IPv4 packet with TCP."""
    try:
        decode(data)
    except OtherPacket:
        return False
    return True


def save(path: Path, records: Iterable[Record]) -> None:
    """Write the rows as one pcapng file, in the order of time."""
    blocks = [_block(SECTION, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))]
    blocks += [
        _block(
            INTERFACE,
            struct.pack("<HHI", RAW, 0, 0) + _option(IF_NAME, point.encode()) + _option(END, b""),
        )
        for point in POINTS
    ]
    for at, point, way, data in sorted(records, key=lambda record: record.at):
        head = struct.pack(
            "<IIIII", POINTS.index(point), at >> 32, at & 0xFFFFFFFF, len(data), len(data)
        )
        flags = _option(EPB_FLAGS, struct.pack("<I", WAYS[way])) + _option(END, b"")
        blocks.append(_block(PACKET, head + _padded(data) + flags))
    path.write_bytes(b"".join(blocks))


def load(path: Path) -> list[Record]:
    """The rows of such a file."""
    return list(_rows(path.read_bytes()))


def _rows(data: bytes) -> Iterator[Record]:
    points: list[str] = []
    names = {number: way for way, number in WAYS.items()}
    offset = 0
    while offset < len(data):
        kind, size = struct.unpack_from("<II", data, offset)
        body = data[offset + 8 : offset + size - 4]
        if kind == INTERFACE:
            points.append(_options(body[8:])[IF_NAME].decode())
        elif kind == PACKET:
            number, high, low, kept, _ = struct.unpack_from("<IIIII", body)
            options = _options(body[20 + (kept + 3) // 4 * 4 :])
            way = names[struct.unpack("<I", options[EPB_FLAGS])[0] & 3]
            yield Record(high << 32 | low, points[number], way, body[20 : 20 + kept])
        offset += size


def _block(kind: int, body: bytes) -> bytes:
    size = 12 + len(body)
    return struct.pack("<II", kind, size) + body + struct.pack("<I", size)


def _option(code: int, value: bytes) -> bytes:
    return struct.pack("<HH", code, len(value)) + _padded(value)


def _padded(value: bytes) -> bytes:
    return value + bytes(-len(value) % 4)


def _options(data: bytes) -> dict[int, bytes]:
    found, offset = {}, 0
    while offset + 4 <= len(data):
        code, size = struct.unpack_from("<HH", data, offset)
        found[code] = data[offset + 4 : offset + 4 + size]
        offset += 4 + (size + 3) // 4 * 4
    return found
