"""Acknowledgment: what the other end's ACK and window do to what was sent.

RFC 9293 section 3.10.7.4, fifth check. What is acknowledged needs no alarm any more; a window that
opens lets go what waited for it. Which ACK counts, segment_arrival.py decides.
"""

from __future__ import annotations

from vpcedu.packet import FIN, Packet
from vpcedu.protocols.alarm import again
from vpcedu.protocols.tcb import Tcb, ahead


def acknowledged(tcb: Tcb, segment: Packet, now: int) -> None:
    """Take the ACK and the window of a segment that is acceptable, and send what they allow."""
    shut = not tcb.snd_wnd
    _window(tcb, segment)
    if ahead(segment.ack, tcb.snd_una) > 0:
        fin_acked = (
            bool(tcb.unacked) and bool(tcb.unacked[-1].flags & FIN) and segment.ack == tcb.snd_nxt
        )
        awaited = tcb.timer.awaits
        tcb.timer.acknowledged(awaited is not None and ahead(segment.ack, awaited) >= 0, now)
        tcb.snd_una = segment.ack
        tcb.unacked = [p for p in tcb.unacked if ahead(p.seq + p.length, segment.ack) > 0]
        tcb.alarm = None
        if tcb.unacked:
            tcb.arm(now)
        if fin_acked:
            tcb.change("rcv ACK of FIN", now)
    if shut and tcb.snd_wnd and tcb.unacked:
        tcb.timer.tried = 0
        again(tcb, now)  # the window opened: what it kept out goes again at once
    tcb.flush(now)


def _window(tcb: Tcb, segment: Packet) -> None:
    """Believe this segment's window, unless it is older than the last one that set it.

    SND.WL1 and SND.WL2 remember that one.
    """
    newer = ahead(segment.seq, tcb.snd_wl[0])
    if ahead(segment.ack, tcb.snd_una) >= 0 and (
        newer > 0 or (newer == 0 and ahead(segment.ack, tcb.snd_wl[1]) >= 0)
    ):
        tcb.snd_wl = segment.seq, segment.ack
        tcb.snd_wnd = segment.window
        tcb.max_wnd = max(tcb.max_wnd, segment.window)
