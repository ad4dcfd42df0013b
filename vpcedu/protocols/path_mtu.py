"""Path MTU discovery: what a connection does when a segment was too large for a link (RFC 1191).

A router that may not fragment names the size that it would have carried. The sender makes its
segments smaller from then on and sends again at once what was too large (section 6.4). An error
about nothing that is in flight is not believed: anybody can send one (RFC 5927 section 4.1). Left
out: trying larger segments again after ten minutes, routers that name no size, and finding the size
without ICMP (RFC 4821).
"""

from __future__ import annotations

from vpcedu.flow import MODULUS
from vpcedu.packet import FIN, PSH, Packet
from vpcedu.protocols.tcb import LEAST_MSS, STAMP, Tcb

LEAST_MTU = 68  # bytes: RFC 1191 section 3, a smaller one is nobody's


def too_large(tcb: Tcb, mtu: int, seq: int, now: int) -> None:
    """The segment `seq` was larger than a link's MTU (bytes)."""
    mss = max(LEAST_MSS, mtu - 40 - (STAMP if tcb.timestamps else 0))
    if mtu < LEAST_MTU or mss >= tcb.mss or not tcb.in_flight(seq):
        return
    tcb.mss = mss
    unacked, tcb.unacked = tcb.unacked, []
    for segment in unacked:
        pieces = _split(segment._replace(ack=tcb.rcv_nxt, window=tcb.rcv_wnd), mss)
        tcb.unacked += pieces
        for piece in pieces if len(pieces) > 1 else ():
            tcb.reply(piece)
    tcb.timer.expired(False)  # what goes twice is not measured
    tcb.timer.tried = 0
    tcb.arm(now)


def _split(segment: Packet, mss: int) -> list[Packet]:
    """The segment in pieces of at most `mss` bytes; the last has its PSH and FIN."""
    data, flags = segment.data, segment.flags
    return [
        segment._replace(
            seq=(segment.seq + at) % MODULUS,
            data=data[at : at + mss],
            flags=flags if at + mss >= len(data) else flags & ~(PSH | FIN),
        )
        for at in range(0, max(1, len(data)), mss)
    ]
