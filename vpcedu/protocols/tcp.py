"""TCP: one end of a connection, after RFC 9293. Segments in, segments out; time comes as an argument.

The states change by the table of tcp_states.py; which event a segment is, segment_arrival.py decides.
This file holds the connection itself: what the application calls, what is sent, and when it is sent
again. Retransmission doubles its time-out (RFC 6298 section 5.5) on the schedules of
Linux. Names SND.UNA, SND.NXT, RCV.NXT are the RFC's.

Left out: congestion control, window scaling, timestamps, SACK, urgent data, round-trip measurement (the
time-out starts at 1 s), data held out of order (it is sent again), the reuse of a TIME-WAIT connection.
"""

from __future__ import annotations

from collections import namedtuple

from vpcedu.clock import SECOND
from vpcedu.packet import ACK, MODULUS, PSH, RST, SYN, WINDOW, FiveTuple, Packet
from vpcedu.protocols import tcp_states
from vpcedu.protocols.segment_arrival import CHECKS, DEFAULT_MSS, MSS, SYNCHRONIZED, ahead
from vpcedu.protocols.tcp_states import CLOSE_WAIT, CLOSED, ESTABLISHED, LISTEN, SYN_SENT, TIME_WAIT
from vpcedu.trace import Change

RTO, LONGEST_RTO = SECOND, 120 * SECOND  # RFC 6298 section 2.1; Linux' TCP_RTO_MAX
TIME_WAIT_LENGTH = 60 * SECOND  # Linux' TCP_TIMEWAIT_LEN; the RFC says twice 2 minutes


class Tries(namedtuple("Tries", ("syn", "linear", "synack", "data"))):
    """How often a segment is sent again, as Linux' sysctls: tcp_syn_retries, tcp_syn_linear_timeouts,
    tcp_synack_retries, tcp_retries2."""

    __slots__ = ()
    syn: int
    linear: int
    synack: int
    data: int


LINUX = Tries(6, 4, 5, 15)  # since 6.5: SYNs at 0, 1, 2, 3, 4, 5, 7, 11, 19, 35, 67 s; given up at 131 s
SENDING = (ESTABLISHED, CLOSE_WAIT)
HEARD = {ESTABLISHED: "connected", CLOSED: "closed"}  # the states whose beginning the application hears of


class Connection:
    """One end: `flow` is (own address, own port, other address, other port); `program` hears its events."""

    def __init__(self, flow: FiveTuple, isn: int, program: object = None, tries: Tries = LINUX) -> None:
        self.flow, self.program, self.tries = flow, program, tries
        self.state, self.passive = CLOSED, False
        self.iss = self.snd_una = self.snd_nxt = isn
        self.rcv_nxt, self.snd_wnd, self.mss = 0, WINDOW, DEFAULT_MSS
        self.queue = bytearray()
        self.closing = False  # the application closed; FIN waits behind the queue
        self.unacked: list[Packet] = []
        self.alarm: int | None = None  # microseconds: when wake wants to be called
        self.tried = 0
        self._sent: list[Packet] = []
        self._events: list[tuple[str, object]] = []

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
        self.queue += data
        self.change("SEND", now)
        self.flush(now)

    def close(self, now: int) -> None:
        """Send FIN behind what is queued; the other direction stays open."""
        self.closing = True
        self.flush(now)

    def abort(self, now: int) -> None:
        """Send RST and forget the connection."""
        if self.state not in (CLOSED, LISTEN, SYN_SENT, TIME_WAIT):
            self.transmit(RST | ACK, now)
        self.end("ABORT", "closed")

    # What the host calls.

    def receive(self, segment: Packet, now: int) -> None:
        """Take a segment from the other end."""
        for check in CHECKS.get(self.state, SYNCHRONIZED):
            if check(self, segment, now):
                break

    def wake(self, now: int) -> str:
        """The alarm rang: send again, give up, or end TIME-WAIT; returns what was done in words, or ""."""
        if self.state == TIME_WAIT:
            self.change("timeout 2MSL", now)
            return ""
        self.alarm = None
        if not self.unacked:
            return ""
        first = self.unacked[0]
        if self.tried >= self._most(first):
            self.end("USER TIMEOUT", "timed out")
            return ""
        self.tried += 1
        again = first._replace(ack=self.rcv_nxt if first.flags & ACK else 0)
        self._sent.append(again)
        self.arm(now)
        return f"retransmission {self.tried}"

    def take_sent(self) -> list[Packet]:
        """The segments to be sent, once."""
        sent, self._sent = self._sent, []
        return sent

    def take_events(self) -> list[tuple[str, object]]:
        """What happened, once: ("state", Change), ("data", bytes), ("connected" | "end of data" | "closed" |
        "reset" | "refused" | "timed out", None)."""
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
        """Begin the time of TIME-WAIT, also anew."""
        self.alarm = now + TIME_WAIT_LENGTH

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
        self.state, self.alarm, self.unacked = CLOSED, None, []

    def hear(self, event: str, row: object = None) -> None:
        """Note an event for the program."""
        self._events.append((event, row))

    def flush(self, now: int) -> None:
        """Send what is queued as far as the other end's window allows, then the FIN if the application closed."""
        while self.queue and self.state in SENDING:
            room = self.snd_wnd - ahead(self.snd_nxt, self.snd_una)
            if room <= 0:
                return
            data = bytes(self.queue[: min(self.mss, room)])
            del self.queue[: len(data)]
            self.transmit(ACK if self.queue else ACK | PSH, now, data)
        if self.closing and not self.queue:
            self.change("CLOSE", now)

    def transmit(self, flags: int, now: int, data: bytes = b"") -> None:
        """Send a segment; remember it for retransmission if it takes sequence numbers."""
        options: tuple[tuple[str, int], ...] = ()
        if flags & SYN:  # a SYN that is answered by a SYN goes out again as SYN,ACK with the same number
            self.snd_nxt, self.unacked, options = self.iss, [], (("mss", MSS),)
        ack = self.rcv_nxt if flags & ACK else 0
        packet = Packet(self.flow, flags, self.snd_nxt, ack, WINDOW, options, data)
        self._sent.append(packet)
        if packet.length:
            self.snd_nxt = (self.snd_nxt + packet.length) % MODULUS
            self.unacked.append(packet)
            if len(self.unacked) == 1:
                self.tried = 0
                self.arm(now)

    def _most(self, segment: Packet) -> int:
        if not segment.flags & SYN:
            return self.tries.data
        return self.tries.synack if segment.flags & ACK else self.tries.syn + self.tries.linear

    def arm(self, now: int) -> None:
        """Set the retransmission alarm: 1 s, doubled with each try behind the linear ones."""
        linear = self.tries.linear if self.unacked[0].flags & (SYN | ACK) == SYN else 0
        self.alarm = now + min(RTO << max(0, self.tried - linear), LONGEST_RTO)

    def reply(self, packet: Packet) -> bool:
        """Send a segment as it is, outside the sequence (a RST, an answer once more); always True."""
        self._sent.append(packet)
        return True
