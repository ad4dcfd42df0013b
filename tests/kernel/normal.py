"""The normal form: what is compared of two recordings of one scenario.

What is left out on purpose is said here too.

Rows of one packet at several points are joined to a path: one segment with its header at every hop.
A gateway's path goes on behind it, a proxy's ends. Then, because two right implementations differ
there:

- sequence and acknowledgment numbers are relative to the initial numbers of the two ends;
- ports that the scenario did not choose are named by first appearance ("eph1"), for each peer;
- pure acknowledgments are left out, but for the third packet of a handshake; PSH is left out;
- consecutive data of one sender, with one acknowledgment number and one way, is one row, and a FIN
  is a row of its own;
- a SYN or SYN,ACK has its time, in whole seconds since the first of its connection, and no other
  row has one;
- time to live, identification, window and options are not compared.

Rows stand under their sender's flow, in the order in which they left.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from vpcedu.flow import MODULUS, FiveTuple
from vpcedu.packet import ACK, FIN, PSH, RST, SYN, Packet, flags_text

from .records import Record

# no scenario sends more bytes than this: a number this far above an initial one belongs to it
NEAR = 1 << 20

Normal = dict[str, list[list[object]]]
Hop = tuple[str, str, FiveTuple]  # point, way, the header's addresses and ports
Begun = tuple[int, Packet, list[Hop]]


class Path(NamedTuple):
    """One segment.

    When it left (microseconds), the packet as it left, and (point, way, flow) of each row.
    """

    at: int
    packet: Packet
    hops: tuple[Hop, ...]


def paths(records: Iterable[Record]) -> list[Path]:
    """The segments of a recording, in the order in which they left.

    Two rows are of one segment where everything but addresses and ports is equal, the
    identification field too. A row "out" goes on with the path that came "in" at the same point; a
    row "in" with the one that last went "out".
    """
    latest: dict[object, list[Begun]] = {}
    begun: list[Begun] = []
    for record in sorted(records, key=lambda record: record.at):
        packet = record.packet
        hop = (record.point, record.way, packet.flow)
        key = (record.identification, packet[1:])
        known = latest.setdefault(key, [])
        before = next((path for path in reversed(known) if _goes_on(path[2][-1], hop)), None)
        if before is not None:
            before[2].append(hop)
        else:
            path = (record.at, packet, [hop])
            known.append(path)
            begun.append(path)
    return [Path(at, packet, tuple(hops)) for at, packet, hops in begun]


def _goes_on(last: Hop, hop: Hop) -> bool:
    if hop[1] == "in":
        # never from a point to itself: there it is the same packet, sent again
        return last[1] == "out" and last[2] == hop[2] and last[0] != hop[0]
    return last[1] == "in" and last[0] == hop[0]


class Ports:
    """Names of the ports that nobody chose beforehand, by first appearance.

    A name holds towards one peer.
    """

    def __init__(self, fixed: frozenset[int]) -> None:
        self.fixed, self.names = fixed, dict[tuple[str, int, str, int], str]()

    def flow(self, flow: FiveTuple) -> str:
        """A flow as text."""
        return f"{self._end(*flow[:4])} > {self._end(flow.dst, flow.dport, flow.src, flow.sport)}"

    def _end(self, address: str, port: int, peer: str, peer_port: int) -> str:
        if port in self.fixed:
            return f"{address}:{port}"
        name = self.names.setdefault((address, port, peer, peer_port), f"eph{len(self.names) + 1}")
        return f"{address}:{name}"


class Numbers:
    """Initial sequence numbers.

    A segment's number belongs to the nearest one below it, best that of its own flow.
    """

    def __init__(self, found: list[Path]) -> None:
        self.sent: dict[FiveTuple, list[int]] = {}  # by the sender's flow
        self.came: dict[
            FiveTuple, list[int]
        ] = {}  # by the receiver's view of it, reversed: the flow of its answers
        self.all: list[int] = []
        for path in found:
            if path.packet.flags & SYN and path.packet.seq not in self.all:
                self.all.append(path.packet.seq)
            if path.packet.flags & SYN:
                self.sent.setdefault(path.hops[0][2], []).append(path.packet.seq)
                self.came.setdefault(path.hops[-1][2].reversed(), []).append(path.packet.seq)

    def relative(self, number: int, own: list[int]) -> int:
        """The number less its initial one; as it is where none is near."""
        for known in (own, self.all):
            distances = [distance for isn in known if (distance := (number - isn) % MODULUS) < NEAR]
            if distances:
                return min(distances)
        return number


def normal(records: Iterable[Record], fixed: frozenset[int], known: Iterable[int] = ()) -> Normal:
    """The normal form of a recording.

    Rows [flags, seq, ack, length, seconds or None, [hops]] by the sender's flow. known: initial
    numbers that were seen elsewhere.
    """
    return {flow: [row for _, row in kept] for flow, kept in timed(records, fixed, known).items()}


def timed(
    records: Iterable[Record], fixed: frozenset[int], known: Iterable[int] = ()
) -> dict[str, list[tuple[int, list[object]]]]:
    """The same rows, each behind the time at which its first segment left (microseconds)."""
    found = paths(records)
    ports, numbers = Ports(fixed), Numbers(found)
    numbers.all += known
    names = [
        tuple(f"{point} {way} {ports.flow(flow)}" for point, way, flow in path.hops)
        for path in found
    ]
    rows: dict[str, list[tuple[int, list[object]]]] = {}
    first: dict[tuple[str, int, int], int] = {}
    both = SYN | ACK
    answering = {
        hops[0] for path, hops in zip(found, names, strict=True) if path.packet.flags & both == both
    }
    for path, hops in zip(found, names, strict=True):
        _, flags, seq, ack, _, _, data, _ = path.packet
        flow = path.hops[0][2]
        seq = numbers.relative(seq, numbers.sent.get(flow, []))
        ack = numbers.relative(ack, numbers.came.get(flow, [])) if flags & ACK else 0
        under = rows.setdefault(hops[0], [])
        begins = first.setdefault((hops[0], flags, path.packet.seq), path.at)
        for part in _parts(flags & ~PSH, seq, ack, len(data)):
            when = round((path.at - begins) / 1_000_000) if part[0] & SYN else None
            row = [flags_text(part[0]), *part[1:], when, list(hops)]
            if row[:4] == [".", 1, 1, 0] and hops[0] in answering:
                continue  # the third packet of a handshake comes from the end that sent no SYN,ACK
            if under and _joins(under[-1][1], row):
                under[-1][1][3] += row[3]  # type: ignore[operator]
            else:
                under.append((path.at, row))
    return {name: kept for name, kept in rows.items() if kept}


def _parts(flags: int, seq: int, ack: int, length: int) -> Iterable[tuple[int, int, int, int]]:
    """A segment's parts: data, FIN.

    Nothing for a pure acknowledgment that is not the third of a handshake.
    """
    if flags & (SYN | RST):
        return [(flags, seq, ack, length)]
    parts = [(ACK, seq, ack, length)] if length or (not flags & FIN and seq == ack == 1) else []
    return [*parts, (FIN | ACK, seq + length, ack, 0)] if flags & FIN else parts


def _joins(last: list[object], row: list[object]) -> bool:
    """Whether a row of data goes on exactly where the one before it ended.

    It must acknowledge the same and take its path.
    """
    if not (last[0] == row[0] == "." and last[3] and row[3]):
        return False
    return row[1] == last[1] + last[3] and row[2] == last[2] and row[5] == last[5]  # type: ignore[operator]
