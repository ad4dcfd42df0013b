"""Alarm: what a connection does when its one alarm rings.

Oldest unacknowledged segment first: it is sent again, or given up after the configured tries. A window that the
other end has shut is probed with one byte, for as long as that end goes on answering (RFC 9293 section 3.8.6.1). A
silent connection with keep-alive is probed with an old sequence number (section 3.8.4). How many probes in a row may
go unanswered: as many as tries of data, or what keep-alive's settings say.
"""

from __future__ import annotations

from vpcedu.flow import MODULUS
from vpcedu.packet import ACK, PSH, SYN, Packet
from vpcedu.protocols.tcb import Tcb
from vpcedu.protocols.tcp_states import SENDING, TIME_WAIT


def ring(c: Tcb, now: int) -> str:
    """Do what is due and return it in words, "" where nothing was sent."""
    if c.state == TIME_WAIT:
        c.change("timeout 2MSL", now)
        return ""
    if c.unacked:
        return again(c, now)
    if c.queue and c.state in SENDING:
        return _probe_window(c, now)
    return _keep_alive(c, now)


def watch(c: Tcb, now: int) -> None:
    """The other end was heard: let keep-alive begin to count anew, where nothing else is due."""
    if c.settings.keepalive and c.state in SENDING and not (c.unacked or c.queue):
        c.alarm = now + c.settings.keepalive.idle


def again(c: Tcb, now: int) -> str:
    """Send the oldest segment again, or give up; a shut window is probed as long as each probe is answered."""
    first = c.unacked[0]
    if (c.timer.tried if c.snd_wnd else c.probes) >= _most(c, first):
        c.end("USER TIMEOUT", "timed out")
        return ""
    c.probes += 1
    c.timer.expired(bool(first.flags & SYN))
    ack = c.rcv_nxt if first.flags & ACK else 0
    c.reply(first._replace(ack=ack, window=c.rcv_wnd, options=c.options(first.flags, now)))
    c.arm(now)
    return f"retransmission {c.timer.tried}"


def _most(c: Tcb, segment: Packet) -> int:
    if not segment.flags & SYN:
        return c.settings.data
    return c.settings.synack if segment.flags & ACK else c.settings.syn + c.settings.linear


def _probe_window(c: Tcb, now: int) -> str:
    data = bytes(c.queue[:1])
    del c.queue[:1]
    c.transmit(ACK | PSH, now, data)
    return "window probe"


def _keep_alive(c: Tcb, now: int) -> str:
    keepalive = c.settings.keepalive
    if keepalive is None or c.state not in SENDING:
        return ""
    if c.probes >= keepalive.probes:
        c.end("USER TIMEOUT", "timed out")
        return ""
    c.probes += 1
    c.reply(Packet(c.flow, ACK, (c.snd_nxt - 1) % MODULUS, c.rcv_nxt, c.rcv_wnd, c.options(ACK, now)))
    c.alarm = now + keepalive.interval
    return f"keep-alive probe {c.probes}"
