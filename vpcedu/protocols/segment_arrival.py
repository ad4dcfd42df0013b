"""Segment arrival: what a segment means to a connection, after RFC 9293 section 3.10.7.

CHECKS holds, for each state, functions in the RFC's order: acceptability, RST, SYN, ACK, text, FIN. Each
returns True where the segment is dealt with. They read and change the connection's control block (tcb.py); every
change of state goes through its table. The answers to a RST or SYN inside the window are RFC 5961's.
"""

from __future__ import annotations

from vpcedu.flow import MODULUS
from vpcedu.packet import ACK, FIN, RST, SYN, Packet
from vpcedu.protocols.alarm import again
from vpcedu.protocols.tcb import DEFAULT_MSS, LEAST_MSS, STAMP, Tcb, ahead
from vpcedu.protocols.tcp_states import CLOSED, LISTEN, RECEIVING, RESET, SYN_RECEIVED, SYN_SENT, TIME_WAIT

BEYOND = 2  # a window probe's byte and a FIN may stand behind the window's end


# RFC 9293 section 3.10.7.2, LISTEN

def _listen(c: Tcb, s: Packet, now: int) -> bool:
    if s.flags & RST:
        return True
    if s.flags & ACK:
        return c.reply(s.reset())
    if s.flags & SYN:
        _synchronize(c, s)
        c.change("rcv SYN", now)
    return True


def _synchronize(c: Tcb, s: Packet) -> None:
    c.rcv_nxt = (s.seq + 1) % MODULUS
    offers = {option[0]: option[1:] for option in s.options}
    c.mss = max(LEAST_MSS, min(c.settings.mss, int(offers.get("mss", (DEFAULT_MSS,))[0])))
    c.timestamps = c.settings.timestamps and "TS" in offers
    if c.timestamps:
        c.mss -= STAMP  # RFC 7323 appendix A: the option's 12 bytes come out of every segment
        c.echo = int(offers["TS"][0])
    c.snd_wl = s.seq, c.snd_una
    c.snd_wnd = c.max_wnd = s.window


# RFC 9293 section 3.10.7.3, SYN-SENT

def _syn_sent(c: Tcb, s: Packet, now: int) -> bool:
    answers = bool(s.flags & ACK)
    if answers and not 0 < ahead(s.ack, c.iss) <= ahead(c.snd_nxt, c.iss):
        return True if s.flags & RST else c.reply(s.reset())
    if s.flags & RST:
        if answers:
            c.end("rcv RST", RESET[SYN_SENT])
        return True
    if not s.flags & SYN:
        return True
    _synchronize(c, s)
    if not answers:
        c.change("rcv SYN", now)
    elif c.change("rcv SYN,ACK", now):
        _acknowledged(c, s, now)
    return True


# RFC 9293 section 3.10.7.4, every other state

def _acceptable(c: Tcb, s: Packet, now: int) -> bool:
    start, size, window = ahead(s.seq, c.rcv_nxt), s.length, c.rcv_wnd
    if 0 <= start < window or (size and 0 <= start + size - 1 < window) or (start == 0 and not window):
        _note_stamp(c, s, start)
        return False
    if not size and not s.flags & RST and 0 <= start <= window + BEYOND:
        return False  # RFC 9293 section 3.4: "special allowance" for an ACK from behind a window that is full
    if _crossed(c, s, start):  # figure 7, line 6; the text of section 3.10.7.4 alone would only send an ACK
        c.change("rcv ACK of SYN", now)
        _acknowledged(c, s, now)
        return True
    if s.flags & (SYN | ACK | RST) == SYN and c.state == SYN_RECEIVED and start == -1:
        return c.reply(c.unacked[0]) if c.unacked else True  # Linux answers a repeated SYN with SYN,ACK
    if c.state == TIME_WAIT and s.flags & FIN:
        c.linger(now)  # the other end sends its FIN again: it did not get the last ACK
    return True if s.flags & RST else _challenge(c, now)


def _crossed(c: Tcb, s: Packet, start: int) -> bool:
    """Whether both ends opened at once, and this is the SYN,ACK with which the other end answers our SYN."""
    answers = s.flags & (SYN | ACK | RST) == SYN | ACK and start == -1 and s.ack == c.snd_nxt
    return answers and c.state == SYN_RECEIVED and not c.passive


def _note_stamp(c: Tcb, s: Packet, start: int) -> None:
    if c.timestamps and start <= 0:
        stamp = next((int(option[1]) for option in s.options if option[0] == "TS"), c.echo)
        c.echo = stamp if ahead(stamp, c.echo) > 0 else c.echo


def _challenge(c: Tcb, now: int) -> bool:
    c.transmit(ACK, now)
    return True


def _rst(c: Tcb, s: Packet, now: int) -> bool:
    if not s.flags & RST:
        return False
    if s.seq != c.rcv_nxt:  # RFC 5961 section 3: in the window, but not exact
        return _challenge(c, now)
    if not (c.passive and c.change("rcv RST", now)):
        c.end("rcv RST", RESET[c.state])
    return True


def _syn(c: Tcb, s: Packet, now: int) -> bool:
    return bool(s.flags & SYN) and _challenge(c, now)  # RFC 5961 section 4


def _ack(c: Tcb, s: Packet, now: int) -> bool:
    if not s.flags & ACK:
        return True
    new, most = ahead(s.ack, c.snd_una), ahead(c.snd_nxt, c.snd_una)
    if c.state == SYN_RECEIVED and not (0 < new <= most and c.change("rcv ACK of SYN", now)):
        return c.reply(s.reset())
    if new > most or new < -c.max_wnd:  # RFC 5961 section 5
        return _challenge(c, now)
    _acknowledged(c, s, now)
    return c.state == CLOSED


def _acknowledged(c: Tcb, s: Packet, now: int) -> None:
    shut = not c.snd_wnd
    _window(c, s)
    if ahead(s.ack, c.snd_una) > 0:
        fin_acked = bool(c.unacked) and bool(c.unacked[-1].flags & FIN) and s.ack == c.snd_nxt
        awaited = c.timer.awaits
        c.timer.acknowledged(awaited is not None and ahead(s.ack, awaited) >= 0, now)
        c.snd_una = s.ack
        c.unacked = [p for p in c.unacked if ahead(p.seq + p.length, s.ack) > 0]
        c.alarm = None
        if c.unacked:
            c.arm(now)
        if fin_acked:
            c.change("rcv ACK of FIN", now)
    if shut and c.snd_wnd and c.unacked:
        c.timer.tried = 0
        again(c, now)  # the window opened: what it kept out goes again at once
    c.flush(now)


def _window(c: Tcb, s: Packet) -> None:
    """Believe the window of this segment, unless it is older than the one that set it last (SND.WL1, SND.WL2)."""
    newer = ahead(s.seq, c.snd_wl[0])
    if ahead(s.ack, c.snd_una) >= 0 and (newer > 0 or (newer == 0 and ahead(s.ack, c.snd_wl[1]) >= 0)):
        c.snd_wl = s.seq, s.ack
        c.snd_wnd = s.window
        c.max_wnd = max(c.max_wnd, s.window)


def _text(c: Tcb, s: Packet, now: int) -> bool:
    if not s.data or c.state not in RECEIVING:
        return False
    skip = ahead(c.rcv_nxt, s.seq)
    if skip < 0:
        c.held[s.seq] = s  # out of order: keep it, and say what is missing
        return _challenge(c, now)
    data = s.data[skip : skip + c.rcv_wnd]
    if data:
        c.rcv_nxt = (c.rcv_nxt + len(data)) % MODULUS
        if c.pull:
            c.unread += data
        c.hear("data", data)
    c.owes_ack = True
    return False


def _fin(c: Tcb, s: Packet, now: int) -> bool:
    if c.state not in RECEIVING:  # there can be no second FIN
        return False
    start = ahead(s.seq + len(s.data), c.rcv_nxt)
    if s.flags & FIN and start > 0 and not s.data:
        c.held[s.seq] = s
        return _challenge(c, now)
    if s.flags & FIN and start == 0:
        c.rcv_nxt = (c.rcv_nxt + 1) % MODULUS
        if c.change("rcv FIN", now):
            c.hear("end of data")
        return True
    return False


def _held(c: Tcb, s: Packet, now: int) -> bool:
    """What came out of order and is now in order: the RFC's "segments with higher beginning sequence numbers"."""
    for seq in sorted(c.held, key=lambda seq: ahead(seq, c.rcv_nxt)):
        if ahead(seq, c.rcv_nxt) > 0:
            break
        segment = c.held.pop(seq)
        if not _text(c, segment, now):
            _fin(c, segment, now)
    return True


SYNCHRONIZED = (_acceptable, _rst, _syn, _ack, _text, _fin, _held)
CHECKS = {CLOSED: (), LISTEN: (_listen,), SYN_SENT: (_syn_sent,)}
