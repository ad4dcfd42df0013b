"""Two ends of TCP over a link that loses, repeats and reorders.

Some things must hold whatever happens on the link.
"""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from rigs.two_ends import ALL_STATES, FLOW

from vpcedu.clock import MILLISECOND, SECOND
from vpcedu.flow import MODULUS
from vpcedu.packet import ACK, RST
from vpcedu.protocols.tcb import ahead
from vpcedu.protocols.tcp import Connection
from vpcedu.protocols.tcp_settings import LINUX, LINUX_BEFORE_6_5, RFC_9293, KeepAlive
from vpcedu.views.bytes.wire import decode, encode

PERIOD = 251  # prime: bytes that come at a wrong place are wrong bytes
PATTERN = bytes(range(PERIOD)) * 4_000
KEEN = LINUX._replace(keepalive=KeepAlive(2 * SECOND, SECOND, 3), timestamps=True)
OVER = ("CLOSED", "TIME-WAIT")
GAVE_UP = {"timed out", "reset", "refused"}

who = st.sampled_from("AB")
places = st.integers(0, 30)


class Link(RuleBasedStateMachine):
    """A opens; B listens, or opens at the same time. Each end sends PATTERN from its beginning."""

    @initialize(
        modes=st.tuples(st.booleans(), st.booleans(), st.booleans()),
        mss=st.sampled_from((1_460, 9_000)),
        of_a=st.sampled_from((LINUX, LINUX_BEFORE_6_5, RFC_9293, KEEN)),
        of_b=st.sampled_from((LINUX, KEEN)),
        isns=st.tuples(*[st.sampled_from((0, 100, 1 << 31, MODULUS - 1, MODULUS - 5_000))] * 2),
    )
    def begin(self, modes, mss, of_a, of_b, isns):
        crossing, pull_a, pull_b = modes
        self.ends = {
            "A": Connection(FLOW, isns[0], settings=of_a._replace(mss=mss)),
            "B": Connection(FLOW.reversed(), isns[1], settings=of_b),
        }
        self.ends["A"].pull, self.ends["B"].pull = pull_a, pull_b
        self.now, self.emitted, self.aborted = 0, 0, False
        self.way = {"A": [], "B": []}  # segments from A, from B
        self.sent, self.got, self.heard = (
            {name: empty() for name in "AB"} for empty in (int, bytearray, list)
        )
        # up to where an end was allowed to send, by what arrived
        self.edge = {"A": None, "B": None}
        self.ends["A"].open(0)
        self.ends["B"].open(0) if crossing else self.ends["B"].listen(0)
        self.collect()

    # what happens

    @rule(name=who, size=st.sampled_from((1, 10, 3_000, 40_000, 70_000)))
    def send(self, name, size):
        end = self.ends[name]
        ready = end.state in ("ESTABLISHED", "CLOSE-WAIT") or (
            not end.passive and end.state.startswith("SYN")
        )
        if ready and not end.closing:
            end.send(PATTERN[self.sent[name] : self.sent[name] + size], self.now)
            self.sent[name] += size
        self.collect()

    @rule(name=who, size=st.sampled_from((1, 1_000, 65_535)))
    def read(self, name, size):
        end = self.ends[name]
        if end.pull:
            end.read(size, self.now)
        self.collect()

    @precondition(lambda self: self.emitted > 6)
    @rule(name=who)
    def close(self, name):
        self.aborted = self.aborted or bool(self.ends[name].unread)  # then it is a reset
        self.ends[name].close(self.now)
        self.collect()

    @rule(name=who, place=places)
    def arrive(self, name, place):
        if self.way[name]:
            self.deliver(name, self.way[name].pop(place % len(self.way[name])))

    @rule(count=st.integers(1, 40))
    def flow(self, count):
        for _ in range(count):
            for name in "AB":
                if self.way[name]:
                    self.deliver(name, self.way[name].pop(0))

    @rule(name=who, place=places)
    def lose(self, name, place):
        if self.way[name]:
            del self.way[name][place % len(self.way[name])]

    @rule(name=who, place=places)
    def repeat(self, name, place):
        if self.way[name]:
            self.way[name].append(self.way[name][place % len(self.way[name])])

    @rule(time=st.sampled_from((10, 200, 1_000, 5_000, 70_000)))
    def wait(self, time):
        self.until(self.now + time * MILLISECOND)

    # how it happens

    def until(self, instant):
        while due := [
            end.alarm
            for end in self.ends.values()
            if end.alarm is not None and end.alarm <= instant
        ]:
            self.now = max(self.now, min(due))
            for end in self.ends.values():
                if end.alarm is not None and end.alarm <= self.now:
                    end.wake(self.now)
            self.collect()
        self.now = max(self.now, instant)

    def deliver(self, name, packet):
        other = "B" if name == "A" else "A"
        end = self.ends[other]
        edge = (packet.ack + packet.window) % MODULUS
        if packet.flags & ACK and (self.edge[other] is None or ahead(edge, self.edge[other]) > 0):
            self.edge[other] = edge
        if end.state == "CLOSED":  # a host answers where no connection is
            if not packet.flags & RST:
                self.way[other].append(packet.reset())
        else:
            end.receive(packet, self.now)
        self.collect()

    def collect(self):
        for name, end in self.ends.items():
            for packet in end.take_sent():
                self.emitted += 1
                assert self.emitted < 20_000, "the two ends never stop talking"
                read = decode(encode(packet))
                assert read.checksums and read.packet == packet
                if packet.data:
                    # 1: a window probe
                    assert ahead((packet.seq + len(packet.data)) % MODULUS, self.edge[name]) <= 1
                self.way[name].append(packet)
            for event, data in end.take_events():
                if event == "state":
                    assert {data.before, data.after} <= set(ALL_STATES)
                elif event == "data":
                    self.got[name] += data
                else:
                    self.heard[name].append(event)

    # what must hold

    @invariant()
    def every_state_is_one_of_the_eleven(self):
        assert all(end.state in ALL_STATES for end in self.ends.values())

    @invariant()
    def the_bytes_delivered_are_a_prefix_of_the_bytes_sent(self):
        for name, other in ("AB", "BA"):
            assert len(self.got[name]) <= self.sent[other]
            assert self.got[name] == PATTERN[: len(self.got[name])]

    def teardown(self):
        """Nothing is lost any more, and both applications read and close.

        Both ends come to their end.
        """
        if not hasattr(self, "ends"):
            return
        self.settle()
        for end in self.ends.values():
            end.close(self.now)
        self.settle()
        if not self.aborted and not GAVE_UP & {*self.heard["A"], *self.heard["B"]}:
            assert {end.state for end in self.ends.values()} <= set(OVER), self.story()
            if "connected" in self.heard["A"] and "connected" in self.heard["B"]:
                assert (len(self.got["A"]), len(self.got["B"])) == (
                    self.sent["B"],
                    self.sent["A"],
                ), self.story()
        self.every_state_is_one_of_the_eleven()
        self.the_bytes_delivered_are_a_prefix_of_the_bytes_sent()

    def story(self):
        got = {name: len(self.got[name]) for name in "AB"}
        return f"heard {self.heard}, sent {self.sent}, got {got}, {[vars(end) for end in self.ends.values()]}"

    def settle(self):
        for _ in range(400):
            self.flow(1_000)
            for end in self.ends.values():
                end.read(65_535, self.now)
            self.collect()
            due = [
                end.alarm
                for end in self.ends.values()
                if end.alarm is not None and (end.unacked or end.queue)
            ]
            if not due and not any(self.way.values()):
                return
            if not any(self.way.values()):
                self.until(min(due))


TestLink = Link.TestCase
TestLink.settings = settings(
    max_examples=500, derandomize=True, deadline=None, stateful_step_count=40
)
