"""The second witness: what tshark reads in the same files.

What it reads is given as rows, which give the same normal form or do not.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from vpcedu.flow import FiveTuple
from vpcedu.packet import Packet

from .records import Record

FIELDS = (
    "frame.time_epoch",
    "frame.interface_name",
    "frame.packet_flags_direction",
    "ip.src",
    "tcp.srcport",
    "ip.dst",
    "tcp.dstport",
    "ip.id",
    "tcp.flags",
    "tcp.seq_raw",
    "tcp.ack_raw",
    "tcp.window_size_value",
    "tcp.options.timestamp.tsval",
    "tcp.payload",
    "ip.checksum.status",
    "tcp.checksum.status",
)
WAYS = {"1": "in", "2": "out"}
GOOD = "1"


class Row(NamedTuple):
    """As `records.Record`, read by tshark."""

    at: int
    point: str
    way: str
    identification: int
    packet: Packet


def read(path: Path) -> list[Row]:
    """The rows of a pcapng file.

    Several files, one after the other, are one such file. ValueError for a bad checksum.
    """
    words = [
        "tshark",
        "-n",
        "-r",
        str(path),
        "-T",
        "fields",
        "-E",
        "separator=|",
        "-E",
        "occurrence=f",
    ]
    for preference in (
        "tcp.check_checksum:TRUE",
        "ip.check_checksum:TRUE",
        "tcp.desegment_tcp_streams:FALSE",
    ):
        words += ["-o", preference]
    for field in FIELDS:
        words += ["-e", field]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return [_row(line.split("|")) for line in done.stdout.splitlines()]


def _row(cells: list[str]) -> Row:
    (
        at,
        point,
        way,
        src,
        sport,
        dst,
        dport,
        identification,
        flags,
        seq,
        ack,
        window,
        stamp,
        payload,
        *sums,
    ) = cells
    if sums != [GOOD, GOOD]:
        raise ValueError(f"checksums {sums} in {cells}: expected both good")
    options = (("TS", int(stamp)),) if stamp else ()
    whole, _, part = at.partition(".")
    packet = Packet(
        FiveTuple(src, int(sport), dst, int(dport)),
        int(flags, 16) & 0x3F,
        int(seq),
        int(ack),
        int(window),
        options,
        bytes.fromhex(payload),
    )
    return Row(
        int(whole) * 1_000_000 + int(part[:6]),
        point,
        WAYS[str(int(way, 0))],
        int(identification, 16),
        packet,
    )


def ours(seen: Iterable[Record]) -> list[Row]:
    """The same rows as our own reader has them.

    With of the options only what tshark was asked for.
    """
    rows = []
    for record in sorted(seen, key=lambda row: row.at):
        packet = record.packet
        stamps = tuple(("TS", option[1]) for option in packet.options if option[0] == "TS")
        rows.append(
            Row(
                record.at,
                record.point,
                record.way,
                record.identification,
                packet._replace(options=stamps),
            )
        )
    return rows
