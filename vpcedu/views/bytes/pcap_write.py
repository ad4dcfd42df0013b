"""Pcap: what one device saw, as a file that Wireshark opens.

The classic format with raw IP packets (link type 101): a guest of a VPC has no Ethernet that would
tell anything. A host sees what its own kernel sees, so a packet that its security group or subnet
refused is not in the file; a gateway sees each packet it rewrites twice, once on each side. The
same packet carries the same IPv4 identification at every device. Source: draft-ietf-opsawg-pcap.
"""

from __future__ import annotations

from struct import Struct

from vpcedu import files
from vpcedu.clock import SECOND
from vpcedu.packet import Packet
from vpcedu.quoting import quoted
from vpcedu.trace import PASS, REWRITE, SEND, Capture
from vpcedu.views.bytes.wire import encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from os import PathLike

    Row = tuple[int, int, Packet]

HEADER = Struct("<IHHiIII")
RECORD = "<IIII"  # seconds, microseconds, bytes kept, bytes there were
MAGIC, RAW, SNAPSHOT = 0xA1B2C3D4, 101, 262_144
SIDES = ("in", "out")
# the checks at which a device itself takes a packet
HANDLED = ("deliver", "translation", "address map")


def seen_at(
    capture: Capture, device: str, side: str = "", known: tuple[str, ...] = ()
) -> list[Row]:
    """What a device saw: (microseconds, number of the trace, packet), in order.

    side: "in" what it took, "out" what it put out, "" both. known: the names of all devices, also
    those that saw nothing; without it those that the capture names. ValueError names an unknown
    device or side.
    """
    if side and side not in SIDES:
        raise ValueError(
            f"side {quoted(side)}: expected one of {', '.join(SIDES)}, or nothing for both"
        )
    names = known or sorted(
        {step.at for trace in capture for step in trace.steps if step.check != "link"}
    )
    if device not in names:
        raise ValueError(f"device {quoted(device)}: expected one of {', '.join(names)}")
    sightings = []
    for trace in capture:
        for step in trace.steps:
            if step.at == device and step.action == SEND:
                sightings.append((step.now, trace.number, "out", step.before))
            elif step.at == device and step.check in HANDLED:
                sightings.append((step.now, trace.number, "in", step.before))
                if step.after is not None and step.action in (REWRITE, PASS):
                    sightings.append((step.now, trace.number, "out", step.after))
    # stable: a rewritten packet stays after the one it was made from
    sightings.sort(key=lambda row: row[:2])
    return [
        (now, number, packet)
        for now, number, direction, packet in sightings
        if side in ("", direction)
    ]


def dump(rows: Iterable[Row], link: int = RAW, before: bytes = b"") -> Iterator[bytes]:
    """The bytes of a pcap file, piece by piece.

    `before` stands in front of each packet, as `link` has it. A row is (microseconds, IPv4
    identification, packet).
    """
    yield HEADER.pack(MAGIC, 2, 4, 0, 0, SNAPSHOT, link)
    more = len(before)
    record = Struct(f"{RECORD}{more}s").pack
    for now, identification, packet in rows:
        data = encode(packet, identification)
        size = more + len(data)
        yield record(now // SECOND, now % SECOND, size, size, before) + data


def save(
    capture: Capture,
    path: str | PathLike[str],
    device: str,
    side: str = "",
    known: tuple[str, ...] = (),
) -> int:
    """Write what a device saw to a file and return the number of packets.

    Arguments as for `seen_at`. ValueError names an unknown device or side; OSError where the file
    cannot be written.
    """
    rows = seen_at(capture, device, side, known)
    files.write(path, dump(rows))
    return len(rows)
