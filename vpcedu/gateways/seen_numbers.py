"""Seen numbers: does a RST fit what a NAT saw of the connection, or did somebody guess it?

A RST that fits has exactly the number that the other side acknowledged last, or goes on where its
own side's last segment ended. One with another number in the other side's window may be answered
with an ACK there (RFC 5961 section 3), so it proves nothing. One outside belongs to no connection.
Before the other side has acknowledged anything every RST fits. Source: Linux,
net/netfilter/nf_conntrack_proto_tcp.c (`nf_conntrack_tcp_packet`, `tcp_in_window`).

Simplified: nothing but a RST is judged (Linux: every segment), also after a FIN (Linux: no longer),
and of a RST its ACK is not asked for. Left out: window scaling, which no host here offers.
"""

from __future__ import annotations

from vpcedu.packet import ACK, SYN, Packet
from vpcedu.protocols.tcb import ahead

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.flow import FiveTuple
    from vpcedu.tables.translation import Translation

FITS, INSIDE, OUTSIDE = "fits", "inside", "outside"


class SeenNumbers:
    """What both sides of each row's connection said, by the flow with which their packets come."""

    def __init__(self) -> None:
        # where its last segment ended, its highest acknowledgment, its window's end; () as yet
        self._sides: dict[FiveTuple, tuple[int, ...]] = {}

    def begin(self, row: Translation) -> None:
        """Know nothing of a connection yet."""
        self._sides[row.before] = self._sides[row.after.reversed()] = ()

    def forget(self, row: Translation) -> None:
        """Drop what is known: the connection is over."""
        for flow in (row.before, row.after.reversed()):
            self._sides.pop(flow, None)

    def note(self, packet: Packet, row: Translation) -> None:
        """Remember what a packet of a row says; nothing where the connection is over.

        The opener's SYN may begin another connection in the same row. The other side's cannot, so
        nobody makes a RST fit by a SYN from outside (Linux: INVALID).
        """
        flow, flags = packet.flow, packet.flags
        if flags & (SYN | ACK) == SYN and flow == row.before:
            self.begin(row)
        known = self._sides.get(flow)
        if known is None or not flags & ACK:
            return
        acked, edge = packet.ack, packet.ack + packet.window
        if known:
            acked = known[1] if ahead(known[1], acked) > 0 else acked
            edge = known[2] if ahead(known[2], edge) > 0 else edge
        self._sides[flow] = packet.seq + packet.length, acked, edge

    def judge(self, reset: Packet, row: Translation) -> str:
        """Whether a RST of a row FITS, or is INSIDE or OUTSIDE the window."""
        heard = self._sides.get(row.onward(reset.flow).reversed())
        if not heard:
            return FITS
        own, (_, acked, edge) = self._sides[reset.flow], heard
        if reset.seq == acked or (own and not ahead(reset.seq, own[0])):
            return FITS
        return INSIDE if ahead(reset.seq, acked) > 0 >= ahead(reset.seq, edge) else OUTSIDE
