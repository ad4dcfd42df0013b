"""Alarm: what a connection does when its one alarm rings.

Oldest unacknowledged segment first: it is sent again, or given up after the configured tries. A
window that the other end has shut is probed with one byte, for as long as that end goes on
answering (RFC 9293 section 3.8.6.1). A silent connection with keep-alive is probed with an old
sequence number (section 3.8.4). How many probes in a row may go unanswered: as many as tries of
data, or what keep-alive's settings say.

Left out: what sends again before the time-out. Three duplicate ACKs are no sign here (fast
retransmit, RFC 5681 section 3.2), and no probe is sent for a lost tail (RFC 8985 section 7).
"""

from __future__ import annotations

from vpcedu.flow import MODULUS
from vpcedu.packet import ACK, PSH, SYN, Packet
from vpcedu.protocols.tcb import Tcb
from vpcedu.protocols.tcp_states import SENDING, TIME_WAIT


def ring(tcb: Tcb, now: int) -> str:
    """Do what is due and return it in words, "" where nothing was sent."""
    if tcb.state == TIME_WAIT:
        tcb.change("timeout 2MSL", now)
        return ""
    if tcb.unacked:
        return again(tcb, now)
    if tcb.queue and tcb.state in SENDING:
        return _probe_window(tcb, now)
    return _keep_alive(tcb, now)


def watch(tcb: Tcb, now: int) -> None:
    """The other end was heard: let keep-alive begin to count anew, where nothing else is due."""
    if tcb.settings.keepalive and tcb.state in SENDING and not (tcb.unacked or tcb.queue):
        tcb.alarm = now + tcb.settings.keepalive.idle


def again(tcb: Tcb, now: int) -> str:
    """Send the oldest segment again, or give up.

    A shut window is probed as long as each probe is answered.
    """
    first = tcb.unacked[0]
    if (tcb.timer.tried if tcb.snd_wnd else tcb.probes) >= _most(tcb, first):
        tcb.end("USER TIMEOUT", "timed out")
        return ""
    tcb.probes += 1
    tcb.timer.expired(bool(first.flags & SYN))
    ack = tcb.rcv_nxt if first.flags & ACK else 0
    tcb.reply(first._replace(ack=ack, window=tcb.rcv_wnd, options=tcb.options(first.flags, now)))
    tcb.arm(now)
    return f"retransmission {tcb.timer.tried}"


def _most(tcb: Tcb, segment: Packet) -> int:
    if not segment.flags & SYN:
        return tcb.settings.data
    return tcb.settings.synack if segment.flags & ACK else tcb.settings.syn + tcb.settings.linear


def _probe_window(tcb: Tcb, now: int) -> str:
    data = bytes(tcb.queue[:1])
    del tcb.queue[:1]
    tcb.transmit(ACK | PSH, now, data)
    return "window probe"


def _keep_alive(tcb: Tcb, now: int) -> str:
    keepalive = tcb.settings.keepalive
    if keepalive is None or tcb.state not in SENDING:
        return ""
    if tcb.probes >= keepalive.probes:
        tcb.end("USER TIMEOUT", "timed out")
        return ""
    tcb.probes += 1
    tcb.reply(
        Packet(
            tcb.flow,
            ACK,
            (tcb.snd_nxt - 1) % MODULUS,
            tcb.rcv_nxt,
            tcb.rcv_wnd,
            tcb.options(ACK, now),
        )
    )
    tcb.alarm = now + keepalive.interval
    return f"keep-alive probe {tcb.probes}"
