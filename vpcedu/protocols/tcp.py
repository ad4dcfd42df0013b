"""TCP: one end of a connection, after RFC 9293. Segments in, segments out.

Time comes as an argument.

What a connection remembers and how it sends stands in tcb.py; which event a segment is,
segment_arrival.py decides; what happens when nothing came, alarm.py. This file holds what the
application and the host call.

Left out: congestion control (all that the window allows is sent at once), window scaling and SACK
(a SYN names them, see tcp_settings.py, and nothing follows from it), urgent data, delayed
acknowledgments, FIN-WAIT-2's time-out; fast retransmit and tail loss probe: see alarm.py.
"""

from __future__ import annotations

from vpcedu.packet import ACK, RST, Packet
from vpcedu.protocols.alarm import ring, watch
from vpcedu.protocols.segment_arrival import CHECKS, SYNCHRONIZED
from vpcedu.protocols.tcb import Tcb
from vpcedu.protocols.tcp_states import (
    CLOSE_WAIT,
    CLOSED,
    ESTABLISHED,
    FIN_WAIT_1,
    FIN_WAIT_2,
    LISTEN,
    RECEIVING,
    SENDING,
    SYN_RECEIVED,
    SYN_SENT,
)

# the other end waits for more: ABORT says so
MISSED = (SYN_RECEIVED, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT)


class Connection(Tcb):
    """One end of a connection: what the application and the host call.

    The answers to the STATUS call are its attributes.
    """

    # What the application calls.

    def open(self, now: int) -> None:
        """Active OPEN: send a SYN."""
        self.change("active OPEN", now)

    def listen(self, now: int) -> None:
        """Passive OPEN: wait for a SYN."""
        self.passive = True
        self.change("passive OPEN", now)

    def send(self, data: bytes, now: int) -> None:
        """Queue bytes; they leave once the connection is established.

        ValueError after close or when CLOSED.
        """
        if self.closing or self.state == CLOSED:
            raise ValueError(
                f"connection {self.flow} is closing or CLOSED: expected one that can still send"
            )
        if self.state in SENDING and not (self.unacked or self.queue):
            self.alarm = None  # keep-alive's: this connection is no longer idle
        self.queue += data
        self.passive = self.passive and self.state != LISTEN
        self.change("SEND", now)
        self.flush(now)

    def read(self, most: int, now: int) -> bytes:
        """RECEIVE, where `pull` is set: up to `most` bytes of those that came.

        It says so to the other end if that helps the other end.
        """
        was = self.rcv_wnd
        data = bytes(self.unread[:most])
        del self.unread[: len(data)]
        if was < self.mss <= self.rcv_wnd and self.state in RECEIVING:
            self.transmit(ACK, now)
        return data

    def close(self, now: int) -> None:
        """Send FIN after what is queued; the other direction stays open.

        With unread bytes it sends RST instead.
        """
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

    def unreachable(self, seq: int) -> None:
        """An ICMP error says that the segment `seq` cannot reach the other end.

        Before ESTABLISHED that ends the attempt, as in most systems (RFC 5461 section 4.1); later
        it is only a hint (RFC 9293 section 3.9.2.2). One about a segment that is not in flight is
        not believed (RFC 5927 section 4.1).
        """
        if self.state in (SYN_SENT, SYN_RECEIVED) and self.in_flight(seq):
            self.end("ICMP unreachable", "unreachable")

    def wake(self, now: int) -> str:
        """The alarm rang: send again, probe, give up, or end TIME-WAIT.

        Returns what was sent in words, or "".
        """
        self.alarm = None
        return ring(self, now)
