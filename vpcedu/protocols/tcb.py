"""TCB: what one end of a connection remembers, and how it sends.

RFC 9293 section 3.3.1: transmission control block.

The states change by the table of tcp_states.py; how long to wait, retransmission.py says. What the
application calls, what a segment means and what happens when nothing came all read and change this
block. Names SND.UNA, SND.NXT, RCV.NXT are the RFC's.
"""

from __future__ import annotations

from vpcedu.clock import MILLISECOND
from vpcedu.flow import MODULUS, FiveTuple
from vpcedu.packet import ACK, PSH, RST, SYN, WINDOW, Packet
from vpcedu.protocols import tcp_states
from vpcedu.protocols.retransmission import Timer
from vpcedu.protocols.tcp_settings import PLAIN, Settings
from vpcedu.protocols.tcp_states import CLOSED, ESTABLISHED, LISTEN, SENDING, TIME_WAIT
from vpcedu.trace import Change

HALF = MODULUS >> 1
_new = tuple.__new__  # quicker than the class's own call
STAMP = 12  # bytes of a timestamps option with its padding
DEFAULT_MSS = 536  # bytes: what counts where the other end names none (RFC 9293 section 3.7.1)
LEAST_MSS = 48  # bytes: no other end makes our segments smaller (Linux' TCP_MIN_SND_MSS)
# the states whose beginning the application hears of
HEARD = {ESTABLISHED: "connected", CLOSED: "closed"}


def ahead(a: int, b: int) -> int:
    """How far sequence number a is ahead of b; negative: it is behind.

    RFC 9293 section 3.4, modulo 2**32.
    """
    far = a - b
    if far >= HALF:
        return far - MODULUS
    return far if far >= -HALF else far + MODULUS


class Tcb:
    """One end of a connection; `program` hears its events.

    `flow` is (own address, own port, other address, other port).
    """

    def __init__(
        self, flow: FiveTuple, isn: int, program: object = None, settings: Settings = PLAIN
    ) -> None:
        self.flow, self.program, self.settings = flow, program, settings
        self.state, self.passive = CLOSED, False
        self.iss = self.snd_una = self.snd_nxt = isn
        self.rcv_nxt, self.snd_wnd, self.mss = 0, WINDOW, DEFAULT_MSS
        self.snd_wl = 0, 0  # SEQ and ACK of the segment that last changed snd_wnd: SND.WL1, SND.WL2
        self.max_wnd = 0  # the largest window the other end ever offered
        self.queue = bytearray()
        self.closing = False  # the application closed; FIN waits at the end of the queue
        self.unacked: list[Packet] = []
        self.timer = Timer(settings)
        self.alarm: int | None = None  # microseconds: when wake wants to be called
        self.noted: list[int] = []  # when its host will look at the alarm, the nearest last
        self.held: dict[int, Packet] = {}  # segments that came out of order, by sequence number
        self.pull = (
            False  # True: the application reads when it wants to; until then bytes wait in `unread`
        )
        self.unread = bytearray()
        # the options of the other end's SYN; whether both ends offered timestamps, and its last one
        self.offered: tuple[str | int, ...] = ()
        self.timestamps, self.echo = False, 0
        self.owes_ack = False
        self.probes = 0  # how many went out since the other end was last heard
        self.to_send: list[Packet] = []
        self._events: list[tuple[str, object]] = []

    @property
    def rcv_wnd(self) -> int:
        """What may still come before the application reads."""
        return WINDOW - len(self.unread)

    def take_sent(self) -> list[Packet]:
        """The segments to be sent, once."""
        sent, self.to_send = self.to_send, []
        return sent

    def take_events(self) -> list[tuple[str, object]]:
        """What happened since the last call.

        ("state", Change), ("data", bytes), ("connected" | "end of data" | "closed" | "reset" |
        "refused" | "timed out" | "unreachable", None).
        """
        events, self._events = self._events, []
        return events

    def change(self, event: str, now: int) -> bool:
        """Take the row of STATES for this event, if there is one.

        That changes the state and sends what the row says.
        """
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

    def in_flight(self, seq: int) -> bool:
        """Whether a sequence number was sent and not acknowledged yet.

        What an ICMP error quotes must be: RFC 5927 section 4.1. Linux lets SND.NXT itself pass too.
        """
        return 0 <= ahead(seq, self.snd_una) < ahead(self.snd_nxt, self.snd_una)

    def linger(self, now: int) -> None:
        """Let TIME-WAIT last its whole time from now."""
        self.alarm = now + self.settings.time_wait

    def enter(self, event: str, state: str) -> None:
        """Be in another state, and say so."""
        self.hear("state", _new(Change, (self.flow, self.state, event, state)))
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
        """Send what is queued as far as the other end's window allows.

        Then send the FIN if the application closed.
        """
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
        if (
            flags & SYN
        ):  # a SYN that is answered by a SYN goes out again as SYN,ACK with the same number
            self.snd_nxt, self.unacked = self.iss, []
        ack = self.rcv_nxt if flags & ACK else 0
        options = self.options(flags, now)
        packet = _new(
            Packet, (self.flow, flags, self.snd_nxt, ack, self.rcv_wnd, options, data, None)
        )
        self.to_send.append(packet)
        self.owes_ack = self.owes_ack and not flags & ACK
        length = packet.length
        if length:
            self.snd_nxt = (self.snd_nxt + length) % MODULUS
            self.unacked.append(packet)
            self.timer.sent(self.snd_nxt, now)
            if len(self.unacked) == 1:
                self.timer.tried = 0
                self.arm(now)

    def arm(self, now: int) -> None:
        """Set the retransmission alarm for the oldest segment."""
        self.alarm = now + self.timer.interval(self.unacked[0].flags)

    def reply(self, packet: Packet) -> bool:
        """Send a segment as it is, outside the sequence; always True.

        Such a segment is a RST, or an answer that is sent once more.
        """
        self.to_send.append(packet)
        return True

    def options(self, flags: int, now: int) -> tuple[tuple[str | int, ...], ...]:
        """The options of a segment with these flags.

        MSS and offers with SYN, timestamps once both ends agreed.
        """
        stamp = ("TS", now // MILLISECOND % MODULUS, self.echo if flags & ACK else 0)
        if flags & SYN:
            every = (("mss", self.settings.mss), ("sackOK",), stamp, ("nop",), ("wscale", 0))
            if not self.settings.timestamps:
                return every[:1]
            if not flags & ACK:
                return every
            # an answer has nothing that was not offered: RFC 7323 section 1.3
            return tuple(option for option in every if option[0] in (*self.offered, "mss"))
        return (("nop",), ("nop",), stamp) if self.timestamps and not flags & RST else ()
