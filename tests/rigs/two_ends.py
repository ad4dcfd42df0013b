"""Two ends of a TCP connection and a wire between them, for the tests of TCP."""

from collections import deque

from vpcedu.flow import FiveTuple
from vpcedu.packet import ACK, FIN, SYN, Packet, flags_text
from vpcedu.protocols.tcp import Connection
from vpcedu.protocols.tcp_settings import PLAIN

FLOW = FiveTuple("10.0.0.1", 40_000, "10.0.0.2", 80)
ALL_STATES = (
    "CLOSED",
    "LISTEN",
    "SYN-SENT",
    "SYN-RECEIVED",
    "ESTABLISHED",
    "FIN-WAIT-1",
    "FIN-WAIT-2",
    "CLOSE-WAIT",
    "CLOSING",
    "LAST-ACK",
    "TIME-WAIT",
)


class Wire:
    """Two ends A and B.

    `seen` is what they sent, as "A [S] 100 0 0": who, flags, SEQ, ACK, length of the data.
    """

    def __init__(self, iss_a=100, iss_b=300, settings=PLAIN):
        self.a = Connection(FLOW, iss_a, settings=settings)
        self.b = Connection(FLOW.reversed(), iss_b, settings=settings)
        self.seen, self.heard, self.now = [], {"A": [], "B": []}, 0
        self.way = {"A": deque(), "B": deque()}  # on the way from A, from B
        self.lose = set()  # numbers of segments in `seen`, from 1

    def collect(self):
        for name, end in (("A", self.a), ("B", self.b)):
            for packet in end.take_sent():
                self.seen.append(line(name, packet))
                if len(self.seen) not in self.lose:
                    self.way[name].append(packet)
            self.heard[name] += [event for event, _ in end.take_events() if event != "state"]

    def deliver(self, name):
        """Let the next segment from one end arrive at the other."""
        self.collect()
        (self.b if name == "A" else self.a).receive(self.way[name].popleft(), self.now)
        self.collect()

    def settle(self):
        """Let everything that is on the way arrive."""
        self.collect()
        while self.way["A"] or self.way["B"]:
            assert len(self.seen) < 500, "the two ends never stop talking"
            for name in ("A", "B"):
                if self.way[name]:
                    self.deliver(name)

    def wait(self, until):
        """Let alarms ring up to an instant, and what they cause arrive."""
        rang = 0
        while alarms := [
            end.alarm for end in (self.a, self.b) if end.alarm is not None and end.alarm <= until
        ]:
            rang += 1
            assert rang < 500, "the alarms never stop ringing"
            self.now = min(alarms)
            for end in (self.a, self.b):
                if end.alarm == self.now:
                    end.wake(self.now)
            self.settle()
        self.now = until

    @property
    def states(self):
        return self.a.state, self.b.state


def line(name, packet):
    return f"{name} [{flags_text(packet.flags)}] {packet.seq} {packet.ack} {len(packet.data)}"


def connected(iss_a=99, iss_b=299):
    """Two ends that are ESTABLISHED; A goes on with SEQ 100, B with SEQ 300."""
    wire = Wire(iss_a, iss_b)
    wire.b.listen(0)
    wire.a.open(0)
    wire.settle()
    assert wire.states == ("ESTABLISHED", "ESTABLISHED")
    wire.seen.clear()
    return wire


def in_state(state):
    """A connection that got into this state by RFC means.

    It goes on with SEQ 101 (102 after FIN) and awaits 301.
    """
    end = Connection(FLOW, 100)
    if state == "LISTEN":
        end.listen(0)
    elif state == "SYN-RECEIVED":
        end.listen(0)
        end.receive(other(SYN, 300, 0), 0)
    elif state != "CLOSED":
        end.open(0)
        if state != "SYN-SENT":
            end.receive(other(SYN | ACK, 300, 101), 0)
    if state in ("FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT", "CLOSING"):
        end.close(0)
    if state in ("FIN-WAIT-2", "TIME-WAIT"):
        end.receive(other(ACK, 301, 102), 0)
    if state in ("TIME-WAIT", "CLOSING", "CLOSE-WAIT", "LAST-ACK"):
        end.receive(other(FIN | ACK, 301, 102 if state == "TIME-WAIT" else 101), 0)
    if state == "LAST-ACK":
        end.close(0)
    assert end.state == state
    end.take_sent()
    end.take_events()
    return end


def other(flags, seq, ack, data=b""):
    """A segment of the other end."""
    return Packet(FLOW.reversed(), flags, seq, ack, data=data)
