"""Scripts: tests of TCP as plain tables, in the manner of packetdrill, for one end or for two.

A row of a script is (time in seconds, what happens, states that follow). What happens is one of

    "A open" "B listen" "A close" "A abort" "A unreachable" "A send 10" "A read 10"
                            an application calls
    "A > [S] 100"           A sends this: flags, SEQ, and, where they are not 0, ACK and "len 10"
    "A < [S.] 300 101"      this arrives at A, from B or out of nowhere (an old duplicate)
    "A hears reset"         what the application of A is told
    "A reboots 400"         A forgets everything; its next initial sequence number is 400
    "A quiet"               A has nothing more to send

and the states, where they are given, are those after it: "SYN-SENT" of the one end, or "SYN-SENT
LISTEN" of A and B. What an end sends arrives only where a row says so. At the end of a script
nothing may be left unsaid.
"""

from collections import deque

from rigs.two_ends import FLOW
from vpcedu.clock import SECOND
from vpcedu.packet import LETTERS, SYN, Packet, flags_text
from vpcedu.protocols.tcp import Connection
from vpcedu.protocols.tcp_settings import PLAIN

CALLS = ("open", "listen", "close", "abort", "unreachable")


class Script:
    """The two ends, what they sent and heard and no row has spoken of yet."""

    def __init__(self, iss_a=100, iss_b=300, settings=PLAIN):
        flows, isns = {"A": FLOW, "B": FLOW.reversed()}, {"A": iss_a, "B": iss_b}
        self.ends = {name: Connection(flows[name], isns[name], settings=settings) for name in "AB"}
        self.sent, self.heard = {"A": deque(), "B": deque()}, {"A": deque(), "B": deque()}

    def play(self, rows):
        for time, happens, *states in rows:
            now = round(time * SECOND)
            while due := [
                end.alarm
                for end in self.ends.values()
                if end.alarm is not None and end.alarm <= now
            ]:
                for end in self.ends.values():
                    if end.alarm == min(due):
                        end.wake(end.alarm)
                self.collect()
            self.step(*happens.split(), now=now)
            self.collect()
            if states:
                names = "AB" if " " in states[0] else "A"
                assert " ".join(self.ends[name].state for name in names) == states[0], happens
        left = {name: (list(map(text, self.sent[name])), list(self.heard[name])) for name in "AB"}
        assert left == {"A": ([], []), "B": ([], [])}, "no row speaks of this"
        return self

    def step(self, name, verb, *words, now):
        end = self.ends[name]
        if verb == ">":
            assert self.sent[name], f"{name} sent nothing; expected {' '.join(words)}"
            found = text(self.sent[name].popleft())
            assert found == " ".join(words), f"{name} sent {found}; expected {' '.join(words)}"
        elif verb == "<":
            end.receive(segment(end.flow.reversed(), *words), now)
        elif verb == "hears":
            assert self.heard[name] and self.heard[name].popleft() == " ".join(words), " ".join(
                (name, verb, *words)
            )
        elif verb == "quiet":
            assert not self.sent[name], list(map(text, self.sent[name]))
        elif verb == "reboots":
            self.ends[name] = Connection(end.flow, int(words[0]), settings=end.settings)
        elif verb == "send":
            end.send(bytes(int(words[0])), now)
        elif verb == "read":
            end.read(int(words[0]), now)
        else:
            assert verb in CALLS, (
                f"{verb}: expected one of > < hears quiet reboots send read {' '.join(CALLS)}"
            )
            getattr(end, verb)(now)

    def collect(self):
        for name, end in self.ends.items():
            self.sent[name] += end.take_sent()
            self.heard[name] += (event for event, _ in end.take_events() if event != "state")


def segment(flow, flags, seq, ack="0", *more):
    """The segment that a row writes; a SYN offers 1460 bytes, like the ends themselves."""
    bits = sum(bit for bit, letter in LETTERS if letter in flags.strip("[]"))
    values = dict(zip(more[::2], map(int, more[1::2]), strict=True))
    options = (("mss", 1_460),) if bits & SYN else ()
    return Packet(
        flow,
        bits,
        int(seq),
        int(ack),
        values.get("win", 65_535),
        options,
        bytes(values.get("len", 0)),
    )


def text(packet):
    """A segment as rows write it."""
    words = f"[{flags_text(packet.flags)}] {packet.seq}"
    if packet.ack:
        words += f" {packet.ack}"
    return words + (f" len {len(packet.data)}" if packet.data else "")


def play(*rows, **start):
    """Play a script from the beginning."""
    return Script(**start).play(rows)


ESTABLISHED = (
    (0, "B listen"),
    (0, "A open"),
    (0, "A > [S] 99"),
    (0, "B < [S] 99"),
    (0, "B > [S.] 299 100"),
    (0, "A < [S.] 299 100"),
    (0, "A > [.] 100 300"),
    (0, "B < [.] 100 300", "ESTABLISHED ESTABLISHED"),
    (0, "A hears connected"),
    (0, "B hears connected"),
)


def play_established(*rows, **start):
    """Run a script between two ends that are ESTABLISHED.

    A sends 100 next, B sends 300, as in the figures.
    """
    return Script(99, 299, **start).play(ESTABLISHED + rows)
