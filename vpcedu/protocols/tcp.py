"""TCP: one end of a connection, after RFC 9293. Segments in, segments out; time comes as an argument.

The states change by the table of tcp_states.py; which event a segment is, segment_arrival.py decides; how
long to wait, retransmission.py. This file holds the connection itself: what the application calls, what is
sent, and when it is sent again. Names SND.UNA, SND.NXT, RCV.NXT are the RFC's.

Left out: congestion control (all that the window allows is sent at once), window scaling, SACK and fast
retransmission, urgent data, delayed acknowledgments, FIN-WAIT-2's time-out.
"""

from __future__ import annotations

from vpcedu.clock import MILLISECOND
from vpcedu.flow import MODULUS, FiveTuple
from vpcedu.packet import ACK, PSH, RST, SYN, WINDOW, Packet
from vpcedu.protocols import tcp_states
from vpcedu.protocols.alarm import SENDING, ring, watch
from vpcedu.protocols.retransmission import Timer
from vpcedu.protocols.segment_arrival import CHECKS, DEFAULT_MSS, RECEIVING, SYNCHRONIZED, ahead
from vpcedu.protocols.tcp_settings import LINUX, Settings
from vpcedu.protocols.tcp_states import (
    CLOSE_WAIT,
    CLOSED,
    ESTABLISHED,
    FIN_WAIT_1,
    FIN_WAIT_2,
    LISTEN,
    SYN_RECEIVED,
    SYN_SENT,
    TIME_WAIT,
)
from vpcedu.row import NamedRow
from vpcedu.trace import Change

MISSED = (SYN_RECEIVED, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT)  # the other end waits for more: ABORT says so
HEARD = {ESTABLISHED: "connected", CLOSED: "closed"}  # the states whose beginning the application hears of


class Status(NamedRow):
    """The STATUS call's answer: state, sequence numbers and windows, bytes not sent and bytes not read."""

    state: str
    snd_una: int
    snd_nxt: int
    snd_wnd: int
    rcv_nxt: int
    rcv_wnd: int
    queued: int
    unread: int


class Connection:
    """One end: `flow` is (own address, own port, other address, other port); `program` hears its events."""

    def __init__(self, flow: FiveTuple, isn: int, program: object = None, settings: Settings = LINUX) -> None:
        self.flow, self.program, self.settings = flow, program, settings
        self.state, self.passive = CLOSED, False
        self.iss = self.snd_una = self.snd_nxt = isn
        self.rcv_nxt, self.snd_wnd, self.mss = 0, WINDOW, DEFAULT_MSS
        self.snd_wl = 0, 0  # SEQ and ACK of the segment that last changed snd_wnd: SND.WL1, SND.WL2
        self.max_wnd = 0  # the largest window the other end ever offered
        self.queue = bytearray()
        self.closing = False  # the application closed; FIN waits behind the queue
        self.unacked: list[Packet] = []
        self.timer = Timer(settings)
        self.alarm: int | None = None  # microseconds: when wake wants to be called
        self.held: dict[int, Packet] = {}  # segments that came out of order, by sequence number
        self.pull = False  # True: the application reads when it wants to; until then bytes wait in `unread`
        self.unread = bytearray()
        self.timestamps, self.echo = False, 0  # whether both ends offered them; the other end's last one
        self.owes_ack = False
        self.probes = 0  # how many went out since the other end was last heard
        self._sent: list[Packet] = []
        self._events: list[tuple[str, object]] = []

    @property
    def rcv_wnd(self) -> int:
        """What may still come before the application reads."""
        return WINDOW - len(self.unread)

    # What the application calls.

    def open(self, now: int) -> None:
        """Active OPEN: send a SYN."""
        self.change("active OPEN", now)

    def listen(self, now: int) -> None:
        """Passive OPEN: wait for a SYN."""
        self.passive = True
        self.change("passive OPEN", now)

    def send(self, data: bytes, now: int) -> None:
        """Queue bytes; they leave once the connection is established. ValueError after close or when CLOSED."""
        if self.closing or self.state == CLOSED:
            raise ValueError(f"connection {self.flow} is closing or CLOSED: expected one that can still send")
        if self.state in SENDING and not (self.unacked or self.queue):
            self.alarm = None  # keep-alive's: this connection is no longer idle
        self.queue += data
        self.passive = self.passive and self.state != LISTEN
        self.change("SEND", now)
        self.flush(now)

    def read(self, most: int, now: int) -> bytes:
        """RECEIVE, where `pull` is set: up to so many bytes that came; says so to the other end if that helps it."""
        was = self.rcv_wnd
        data = bytes(self.unread[:most])
        del self.unread[: len(data)]
        if was < self.mss <= self.rcv_wnd and self.state in RECEIVING:
            self.transmit(ACK, now)
        return data

    def close(self, now: int) -> None:
        """Send FIN behind what is queued; the other direction stays open. With unread bytes: RST instead."""
        if self.unread:
            self.abort(now)
            return
        self.closing = True
        self.flush(now)

    def abort(self, now: int) -> None:
        """Send RST and forget the connection."""
        if self.state in MISSED:
            self.transmit(RST | ACK, now)
        if self.state != CLOSED:
            self.end("ABORT", "closed")

    @property
    def status(self) -> Status:
        """The STATUS call."""
        return Status(self.state, self.snd_una, self.snd_nxt, self.snd_wnd, self.rcv_nxt, self.rcv_wnd,
                      len(self.queue), len(self.unread))

    # What the host calls.

    def receive(self, segment: Packet, now: int) -> None:
        """Take a segment from the other end."""
        self.probes = 0
        for check in CHECKS.get(self.state, SYNCHRONIZED):
            if check(self, segment, now):
                break
        if self.owes_ack:
            self.transmit(ACK, now)
        watch(self, now)

    def unreachable(self, now: int) -> None:
        """An ICMP error says that the other end cannot be reached: before ESTABLISHED that ends the attempt,
        as in most systems (RFC 5461 section 4.1), later it is only a hint (RFC 9293 section 3.9.2.2)."""
        if self.state in (SYN_SENT, SYN_RECEIVED):
            self.end("ICMP unreachable", "unreachable")

    def wake(self, now: int) -> str:
        """The alarm rang: send again, probe, give up, or end TIME-WAIT; returns what was sent in words, or ""."""
        self.alarm = None
        return ring(self, now)

    def take_sent(self) -> list[Packet]:
        """The segments to be sent, once."""
        sent, self._sent = self._sent, []
        return sent

    def take_events(self) -> list[tuple[str, object]]:
        """What happened, once: ("state", Change), ("data", bytes), ("connected" | "end of data" | "closed" |
        "reset" | "refused" | "timed out" | "unreachable", None)."""
        events, self._events = self._events, []
        return events

    # The parts of both.

    def change(self, event: str, now: int) -> bool:
        """Take the row of STATES for this event, if there is one: change state and send what it says."""
        row = tcp_states.STATES.get((self.state, event))
        if row is None:
            return False
        self.enter(event, row.next)
        if row.send:
            self.transmit(row.send, now)
        if row.next == TIME_WAIT:
            self.linger(now)
        elif row.next in (CLOSED, LISTEN):
            self.alarm, self.unacked = None, []
        return True

    def linger(self, now: int) -> None:
        """Let TIME-WAIT last its whole time from now."""
        self.alarm = now + self.settings.time_wait

    def enter(self, event: str, state: str) -> None:
        """Be in another state, and say so."""
        self.hear("state", Change(self.flow, self.state, event, state))
        self.state = state
        if state in HEARD:
            self.hear(HEARD[state])

    def end(self, event: str, heard: str) -> None:
        """Be CLOSED at once; the application hears why."""
        self.hear("state", Change(self.flow, self.state, event, CLOSED))
        self.hear(heard)
        self.state, self.alarm, self.unacked, self.owes_ack = CLOSED, None, [], False

    def hear(self, event: str, data: object = None) -> None:
        """Note an event for the program."""
        self._events.append((event, data))

    def flush(self, now: int) -> None:
        """Send what is queued as far as the other end's window allows, then the FIN if the application closed."""
        while self.queue and self.state in SENDING:
            room = self.snd_wnd - ahead(self.snd_nxt, self.snd_una)
            if room <= 0:
                if self.alarm is None:
                    self.alarm = now + self.timer.rto
                return
            data = bytes(self.queue[: min(self.mss, room)])
            del self.queue[: len(data)]
            self.transmit(ACK if self.queue else ACK | PSH, now, data)
        if self.closing and not self.queue:
            self.change("CLOSE", now)

    def transmit(self, flags: int, now: int, data: bytes = b"") -> None:
        """Send a segment; remember it for retransmission if it takes sequence numbers."""
        if flags & SYN:  # a SYN that is answered by a SYN goes out again as SYN,ACK with the same number
            self.snd_nxt, self.unacked = self.iss, []
        ack = self.rcv_nxt if flags & ACK else 0
        packet = Packet(self.flow, flags, self.snd_nxt, ack, self.rcv_wnd, self.options(flags, now), data)
        self._sent.append(packet)
        self.owes_ack = self.owes_ack and not flags & ACK
        if packet.length:
            self.snd_nxt = (self.snd_nxt + packet.length) % MODULUS
            self.unacked.append(packet)
            self.timer.sent(self.snd_nxt, now)
            if len(self.unacked) == 1:
                self.timer.tried = 0
                self.arm(now)

    def arm(self, now: int) -> None:
        """Set the retransmission alarm for the oldest segment."""
        self.alarm = now + self.timer.interval(self.unacked[0].flags)

    def reply(self, packet: Packet) -> bool:
        """Send a segment as it is, outside the sequence (a RST, an answer once more); always True."""
        self._sent.append(packet)
        return True

    def options(self, flags: int, now: int) -> tuple[tuple[str | int, ...], ...]:
        """The options of a segment with these flags: MSS and offers with SYN, timestamps once both ends agreed."""
        stamp = ("TS", now // MILLISECOND % MODULUS, self.echo if flags & ACK else 0)
        if flags & SYN:
            offers = self.timestamps if flags & ACK else self.settings.timestamps
            return (("mss", self.settings.mss), ("nop",), ("nop",), stamp) if offers else (("mss", self.settings.mss),)
        return (("nop",), ("nop",), stamp) if self.timestamps and not flags & RST else ()
