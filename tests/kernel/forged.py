"""Forged packets: ones that no TCP of the sending host made, and what comes back for them.

Numbers are relative to the initial ones of the flow's two ends, as they were seen at any point; as
they are where no SYN of that end was seen.
"""

from __future__ import annotations

from collections.abc import Iterable

from vpcedu.flow import MODULUS, Endpoint, FiveTuple
from vpcedu.icmp import HOST
from vpcedu.packet import LETTERS, SYN, Packet, flags_text

from .records import Record


def flow_of(words: str) -> FiveTuple:
    """A flow as scenarios write it: "203.0.113.10:50001 > 192.0.2.110:80"."""
    source, destination = words.split(" > ")
    return FiveTuple(*Endpoint.parse(source), *Endpoint.parse(destination))


def segment(
    rows: Iterable[Record], words: str, flags: str, seq: int, ack: int, data: bytes
) -> Packet:
    """A segment of a flow with flags in tcpdump's letters."""
    flow = flow_of(words)
    own, other = _initial(rows, flow)
    bits = sum(bit for bit, letter in LETTERS if letter in flags)
    return Packet(
        flow, bits, (own + seq) % MODULUS, (other + ack) % MODULUS if ack else 0, data=data
    )


def error(rows: Iterable[Record], sender: str, words: str, seq: int) -> Packet:
    """An ICMP error of the address `sender`: a segment of a flow did not reach its host."""
    flow = flow_of(words)
    own, _ = _initial(rows, flow)
    return Packet(flow, SYN, (own + seq) % MODULUS).unreachable(sender, HOST)


def heard(rows: Iterable[Record], host: str, words: str) -> list[str]:
    """The segments of the flow's other end that arrived at `host`: flags, SEQ and ACK."""
    rows, flow = list(rows), flow_of(words)
    own, other = _initial(rows, flow)
    found = []
    for row in rows:
        packet = row.packet
        if (row.point, row.way, packet.flow) == (host, "in", flow.reversed()):
            seq = (packet.seq - other) % MODULUS
            ack = (packet.ack - own) % MODULUS if packet.ack else 0
            found.append(f"[{flags_text(packet.flags)}] {seq} {ack}")
    return found


def _initial(rows: Iterable[Record], flow: FiveTuple) -> tuple[int, int]:
    """The initial number of a flow's sender and that of its other end, the latest ones."""
    found = {flow: 0, flow.reversed(): 0}
    for row in rows:
        if row.packet.flow in found and row.packet.flags & SYN:
            found[row.packet.flow] = row.packet.seq
    return found[flow], found[flow.reversed()]
