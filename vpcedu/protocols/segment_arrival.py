"""Segment arrival: what a segment means to a connection, after RFC 9293 section 3.10.7.

CHECKS holds, for each state, functions in the RFC's order: acceptability, RST, SYN, ACK, text, FIN.
Each returns True where the segment is dealt with. They read and change the connection's control
block (tcb.py); every change of state goes through its table. The answers to a RST or SYN inside the
window are RFC 5961's.

TIME-WAIT: a segment with an ACK is acknowledged and begins the 2 MSL anew (fifth check; the RFC
expects nothing but the other end's FIN). A bare ACK with exactly the awaited number is not
answered, as in Linux and FreeBSD: two ends in TIME-WAIT would answer each other for ever. Linux
begins the 2 MSL anew by it, as here; FreeBSD does so by a repeated FIN alone. A RST ends TIME-WAIT.
A SYN in the window is challenged; that one with a higher number may open the next connection
(section 3.6.1, MAY-2) is for the host to see: hosts/new_connection.py.
"""

from __future__ import annotations

from vpcedu.flow import MODULUS
from vpcedu.packet import ACK, FIN, RST, SYN, Packet
from vpcedu.protocols.acknowledgment import acknowledged
from vpcedu.protocols.tcb import DEFAULT_MSS, LEAST_MSS, STAMP, Tcb, ahead
from vpcedu.protocols.tcp_states import (
    CLOSED,
    LISTEN,
    RECEIVING,
    RESET,
    SYN_RECEIVED,
    SYN_SENT,
    TIME_WAIT,
)

PROBE = 2  # how far an ACK may stand behind a window of 0: a probe's byte and a FIN were sent there


# RFC 9293 section 3.10.7.2, LISTEN


def _listen(tcb: Tcb, segment: Packet, now: int) -> bool:
    if segment.flags & RST:
        return True
    if segment.flags & ACK:
        return tcb.reply(segment.reset())
    if segment.flags & SYN:
        _synchronize(tcb, segment)
        tcb.change("rcv SYN", now)
    return True


def _synchronize(tcb: Tcb, segment: Packet) -> None:
    tcb.rcv_nxt = (segment.seq + 1) % MODULUS
    offers = {option[0]: option[1:] for option in segment.options}
    tcb.offered = tuple(offers)
    tcb.mss = max(LEAST_MSS, min(tcb.settings.mss, int(offers.get("mss", (DEFAULT_MSS,))[0])))
    tcb.timestamps = tcb.settings.timestamps and "TS" in offers
    if tcb.timestamps:
        tcb.mss -= STAMP  # RFC 7323 appendix A: the option's 12 bytes come out of every segment
        tcb.echo = int(offers["TS"][0])
    tcb.snd_wl = segment.seq, tcb.snd_una
    tcb.snd_wnd = tcb.max_wnd = segment.window
    rest = segment._replace(seq=tcb.rcv_nxt, flags=segment.flags & ~SYN)
    tcb.held = {rest.seq: rest} if rest.length else {}  # "queued for processing later"


# RFC 9293 section 3.10.7.3, SYN-SENT


def _syn_sent(tcb: Tcb, segment: Packet, now: int) -> bool:
    answers = bool(segment.flags & ACK)
    if answers and not 0 < ahead(segment.ack, tcb.iss) <= ahead(tcb.snd_nxt, tcb.iss):
        return True if segment.flags & RST else tcb.reply(segment.reset())
    if segment.flags & RST:
        if answers:
            tcb.end("rcv RST", RESET[SYN_SENT])
        return True
    if not segment.flags & SYN:
        return True
    _synchronize(tcb, segment)
    if not answers:
        tcb.change("rcv SYN", now)
    else:
        _established("rcv SYN,ACK", tcb, segment, now)
    return True


def _established(event: str, tcb: Tcb, segment: Packet, now: int) -> None:
    """Our SYN is acknowledged: what came with the other end's is processed now."""
    others = len(tcb.to_send)
    tcb.change(event, now)
    if tcb.held:
        del tcb.to_send[others:]  # one ACK says it all: that of the text or FIN
        _held(tcb, segment, now)
    acknowledged(tcb, segment, now)


# RFC 9293 section 3.10.7.4, every other state


def _acceptable(tcb: Tcb, segment: Packet, now: int) -> bool:
    start, size, window = ahead(segment.seq, tcb.rcv_nxt), segment.length, tcb.rcv_wnd
    if _crossed(tcb, segment, start):
        # figure 7, line 6; the text of section 3.10.7.4 alone would only send an ACK
        _established("rcv ACK of SYN", tcb, segment, now)
        return True
    if segment.flags & (SYN | ACK | RST) == SYN and tcb.state == SYN_RECEIVED and start == -1:
        # Linux answers a repeated SYN with SYN,ACK
        return tcb.reply(tcb.unacked[0]) if tcb.unacked else True
    # section 3.4, table 6. Into a window of 0 ACK and RST are let by "special allowance": of a
    # segment with text or FIN nothing else is taken.
    last = start + max(size, 1) - 1
    behind = 0 if size or segment.flags & RST else PROBE
    if 0 <= start < window or 0 <= last < window or (not window and 0 <= start <= behind):
        _note_stamp(tcb, segment, start)
        return False
    if tcb.state == TIME_WAIT and segment.flags & FIN:
        tcb.linger(now)  # the other end sends its FIN again: it did not get the last ACK
    return True if segment.flags & RST else _challenge(tcb, now)


def _crossed(tcb: Tcb, segment: Packet, start: int) -> bool:
    """Whether both ends opened at once, and this is the SYN,ACK that answers our SYN."""
    answers = (
        segment.flags & (SYN | ACK | RST) == SYN | ACK
        and start == -1
        and segment.ack == tcb.snd_nxt
    )
    return answers and tcb.state == SYN_RECEIVED and not tcb.passive


def _note_stamp(tcb: Tcb, segment: Packet, start: int) -> None:
    if tcb.timestamps and start <= 0:
        stamp = next((int(option[1]) for option in segment.options if option[0] == "TS"), tcb.echo)
        tcb.echo = stamp if ahead(stamp, tcb.echo) > 0 else tcb.echo


def _challenge(tcb: Tcb, now: int) -> bool:
    tcb.transmit(ACK, now)
    return True


def _rst(tcb: Tcb, segment: Packet, now: int) -> bool:
    if not segment.flags & RST:
        return False
    if segment.seq != tcb.rcv_nxt:  # RFC 5961 section 3: in the window, but not exact
        return _challenge(tcb, now)
    if not (tcb.passive and tcb.change("rcv RST", now)):
        tcb.end("rcv RST", RESET[tcb.state])
    return True


def _syn(tcb: Tcb, segment: Packet, now: int) -> bool:
    return bool(segment.flags & SYN) and _challenge(tcb, now)  # RFC 5961 section 4


def _ack(tcb: Tcb, segment: Packet, now: int) -> bool:
    if not segment.flags & ACK:
        return True
    new, most = ahead(segment.ack, tcb.snd_una), ahead(tcb.snd_nxt, tcb.snd_una)
    if tcb.state == SYN_RECEIVED:
        if not 0 < new <= most:
            return tcb.reply(segment.reset())
        _established("rcv ACK of SYN", tcb, segment, now)
        return False
    if new > most or new < -tcb.max_wnd:  # RFC 5961 section 5
        return _challenge(tcb, now)
    if tcb.state == TIME_WAIT:
        tcb.linger(now)
        return (segment.seq == tcb.rcv_nxt and not segment.length) or _challenge(tcb, now)
    acknowledged(tcb, segment, now)
    return tcb.state == CLOSED


def _text(tcb: Tcb, segment: Packet, now: int) -> bool:
    if not segment.data or tcb.state not in RECEIVING:
        return False
    skip = ahead(tcb.rcv_nxt, segment.seq)
    if skip < 0:
        tcb.held[segment.seq] = segment  # out of order: keep it, and say what is missing
        return _challenge(tcb, now)
    data = segment.data[skip : skip + tcb.rcv_wnd]
    if data:
        tcb.rcv_nxt = (tcb.rcv_nxt + len(data)) % MODULUS
        if tcb.pull:
            tcb.unread += data
        tcb.hear("data", data)
    tcb.owes_ack = True
    return False


def _fin(tcb: Tcb, segment: Packet, now: int) -> bool:
    if tcb.state not in RECEIVING:  # there can be no second FIN
        return False
    start = ahead(segment.seq + len(segment.data), tcb.rcv_nxt)
    if segment.flags & FIN and start > 0 and not segment.data:
        tcb.held[segment.seq] = segment
        return _challenge(tcb, now)
    if segment.flags & FIN and start == 0 and not tcb.rcv_wnd:
        return _challenge(tcb, now)  # its number lies behind the window
    if segment.flags & FIN and start == 0:
        tcb.rcv_nxt = (tcb.rcv_nxt + 1) % MODULUS
        tcb.change("rcv FIN", now)
        tcb.hear("end of data")
        return True
    return False


def _held(tcb: Tcb, segment: Packet, now: int) -> bool:
    """Process what came out of order and is now in order.

    The RFC's "segments with higher beginning sequence numbers".
    """
    for seq in sorted(tcb.held, key=lambda seq: ahead(seq, tcb.rcv_nxt)):
        if ahead(seq, tcb.rcv_nxt) > 0:
            break
        late = tcb.held.pop(seq)
        _text(tcb, late, now)
        _fin(tcb, late, now)
    return True


SYNCHRONIZED = (_acceptable, _rst, _syn, _ack, _text, _fin, _held)
CHECKS = {CLOSED: (), LISTEN: (_listen,), SYN_SENT: (_syn_sent,)}
