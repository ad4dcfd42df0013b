"""One tcpdump for each interface, and their files as rows of `records`.

They say what was seen where, in the order of time.
"""

from __future__ import annotations

import signal
import struct
import subprocess
import time
from pathlib import Path

from vpcedu.views.bytes.wire import decode

from .namespaces import LabError, Namespaces, mac
from .records import POINTS, Record

NANO = 0xA1B23C4D
ETHERNET, ETHERNET_HEADER = 1, 14
GROWS = 0.03  # seconds without growth after which a file is whole
LONGEST = 2_048  # bytes kept of a packet; offload is off, so no packet is as long


class Capture:
    """Records from `start` to `stop` at every point."""

    def __init__(self, namespaces: Namespaces) -> None:
        self._namespaces = namespaces
        self._places = [
            (point, interface)
            for point in POINTS
            if point in namespaces.devices
            for interface in (("inside", "outside") if point == "igw" else ("eth0",))
        ]
        self._running: list[subprocess.Popen[str]] = []

    def start(self) -> None:
        """Start them all and wait until they listen."""
        for point, interface in self._places:
            # -p: a bridge would show frames of others; immediate mode needs a buffer that holds a
            # burst of these
            words = f"tcpdump -i {interface} -p -n -U --immediate-mode -s {LONGEST} -B 8192 -Z root"
            self._running.append(
                self._namespaces.start(
                    point,
                    *words.split(),
                    "--time-stamp-precision=nano",
                    "-w",
                    str(self._file(point, interface)),
                    "ip and tcp",
                )
            )
        for program in self._running:
            first = program.stderr.readline() if program.stderr else ""
            if "listening on" not in first:
                raise LabError(f"tcpdump: {first}{program.stderr.read() if program.stderr else ''}")

    def stop(self) -> list[Record]:
        """Stop them once nothing comes any more: all rows, from microsecond 0.

        LabError where a packet was lost.
        """
        self._wait()
        self.end()
        return self._read()

    def so_far(self) -> list[Record]:
        """All rows once nothing comes any more, while they go on."""
        self._wait()
        return self._read()

    def _read(self) -> list[Record]:
        rows = [row for place in self._places for row in _rows(self._file(*place), *place)]
        rows.sort(key=lambda row: row[0])
        began = rows[0][0] if rows else 0
        return [Record((at - began) // 1_000, point, way, data) for at, point, way, data in rows]

    def end(self) -> None:
        """End the programs."""
        running, self._running = self._running, []
        for program in running:
            program.send_signal(signal.SIGINT)
        for program in running:
            told = program.communicate(timeout=10)[1]
            if "\n0 packets dropped by kernel" not in told:
                raise LabError(f"tcpdump lost packets: {told}")

    def _file(self, point: str, interface: str) -> Path:
        return self._namespaces.folder / f"{point}-{interface}.pcap"

    def _wait(self) -> None:
        sizes: list[int] = []
        while (now := [self._file(*place).stat().st_size for place in self._places]) != sizes:
            sizes = now
            time.sleep(GROWS)


def _rows(file: Path, point: str, interface: str) -> list[tuple[int, str, str, bytes]]:
    data = file.read_bytes()
    magic, *_, link = struct.unpack_from("<IHHiIII", data)
    if magic != NANO or link != ETHERNET:
        raise LabError(
            f"{file.name}: magic {magic:#x}, link type {link}: expected nanoseconds and Ethernet"
        )
    own, rows, offset = bytes.fromhex(mac(point, interface).replace(":", "")), [], 24
    while offset < len(data):
        seconds, nano, kept, whole = struct.unpack_from("<IIII", data, offset)
        frame = data[offset + 16 : offset + 16 + kept]
        offset += 16 + kept
        packet = frame[ETHERNET_HEADER:]
        packet = packet[: int.from_bytes(packet[2:4], "big")]  # short frames are padded
        if kept < whole or not decode(packet).checksums:
            raise LabError(f"{file.name}: a packet that is not whole, or has a wrong checksum")
        rows.append(
            (seconds * 1_000_000_000 + nano, point, "out" if frame[6:12] == own else "in", packet)
        )
    return rows
