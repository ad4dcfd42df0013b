"""W2 'handshake': N connections over a way that takes 25 ms and loses 2 % of the segments.

    python3 bench/handshake.py             N = 20,000, as the goals are meant
    python3 bench/handshake.py --n 2000    quicker
    pip install "vpcedu[bench]"            brings SimPy; without it that is left out

The work: connection i starts at i ms. Seven segments in turn (SYN, SYN-ACK, ACK with the request,
response, FIN, FIN-ACK, last ACK), each sent when the one before has arrived. The sender of a
segment waits 1 s, twice as long after each loss of it, and sends it again; its timer is cancelled
when the segment has arrived; the last one has no timer. Try r of segment s of connection i is lost
where (i * 7919 + s * 104729 + r * 1299709) * 2654435761 mod 2**32 is below 2 % of 2**32, so that
every contender has the same losses. An event is an arrival or an expiry. The result is the number
of events, of segments sent again, and when each connection ended (the last ACK arrived or, where
that was lost, was sent); every contender must come to the same.

The whole TCP of the package is played on the same clock, but it is other work, and so it has no
ratio: it sends eleven segments a connection, measures the round trip, acknowledges apart, and
lingers in TIME-WAIT.

Contenders run in turn; the medians of their process CPU times are printed.
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import sys
import time
from heapq import heappop, heappush

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from vpcedu.clock import MILLISECOND, SECOND, Clock
from vpcedu.flow import FiveTuple
from vpcedu.protocols.tcp import Connection
from vpcedu.protocols.tcp_states import TIME_WAIT

DELAY, RTO, LAST = 25 * MILLISECOND, SECOND, 6
LOST_BELOW = 0.02 * 2**32
SEND, ARRIVE, EXPIRE = range(3)


def lost(i, s, r):
    return (i * 7919 + s * 104729 + r * 1299709) * 2654435761 % 2**32 < LOST_BELOW


def bare(n):
    """The limit: one heap of tuples and one loop."""
    heap = [(i * MILLISECOND, i, SEND, i, 0, 0) for i in range(n)]  # sorted, hence a heap
    order, events, again, turn, ended = n, 0, 0, [0] * n, [0] * n
    while heap:
        now, _, kind, i, s, r = heappop(heap)
        if kind == ARRIVE:
            events += 1
            if s == LAST:
                ended[i] = now
                continue
            s, r = s + 1, 0
            turn[i] = s
        elif kind == EXPIRE:
            if turn[i] != s:
                continue  # it was cancelled
            events, again, r = events + 1, again + 1, r + 1
        if not lost(i, s, r):
            order += 1
            heappush(heap, (now + DELAY, order, ARRIVE, i, s, r))
        if s < LAST:
            order += 1
            heappush(heap, (now + (RTO << r), order, EXPIRE, i, s, r))
        else:
            ended[i] = now
    return events, again, ended


class Exchange:
    """One connection on the package's clock, as one would write it to be read."""

    __slots__ = ("clock", "number", "segment", "tries", "events", "again", "ended")

    def __init__(self, clock, number):
        self.clock, self.number = clock, number
        self.segment = self.tries = self.events = self.again = self.ended = 0

    def send(self):
        clock = self.clock
        if not lost(self.number, self.segment, self.tries):
            clock.at(clock.now + DELAY, self.arrive)
        if self.segment < LAST:
            clock.at(clock.now + (RTO << self.tries), self.expire, self.segment)
        else:
            self.ended = clock.now

    def arrive(self):
        self.events += 1
        if self.segment == LAST:
            self.ended = self.clock.now
            return
        self.segment, self.tries = self.segment + 1, 0
        self.send()

    def expire(self, segment):
        if segment == self.segment:
            self.events, self.again, self.tries = self.events + 1, self.again + 1, self.tries + 1
            self.send()


def on_the_clock(n):
    """vpcedu.clock.Clock and an object for each connection."""
    clock = Clock()
    exchanges = [Exchange(clock, i) for i in range(n)]
    for i, exchange in enumerate(exchanges):
        clock.at(i * MILLISECOND, exchange.send)
    while clock.tick():
        pass
    return (
        sum(e.events for e in exchanges),
        sum(e.again for e in exchanges),
        [e.ended for e in exchanges],
    )


def with_simpy(n):
    """SimPy: a process for each connection.

    It waits for the arrival or the timer, whichever comes first.
    """
    return play_simpy(n, lambda env, arrival, timer: timer if arrival is None else arrival | timer)


def with_simpy_that_knows(n):
    """The same, but told which of the two it will be: quicker, since SimPy's "or" is dear."""
    return play_simpy(n, lambda env, arrival, timer: arrival or timer)


def play_simpy(n, wait):
    import simpy

    counts = [0, 0]
    ended = [0] * n

    def connection(env, i):
        yield env.timeout(i * MILLISECOND)
        for s in range(LAST):
            r = 0
            while True:
                arrival = None if lost(i, s, r) else env.timeout(DELAY)
                yield wait(env, arrival, env.timeout(RTO << r))
                counts[0] += 1
                if arrival is not None and arrival.processed:
                    break
                counts[1] += 1
                r += 1
        if not lost(i, LAST, 0):
            yield env.timeout(DELAY)
            counts[0] += 1
        ended[i] = env.now

    env = simpy.Environment()
    for i in range(n):
        env.process(connection(env, i))
    env.run()
    return (*counts, ended)


class Pair:
    """Two ends of the package's own TCP: request, response, both close."""

    events = 0

    def __init__(self, clock, number):
        self.clock, self.number, self.sent = clock, number, 0
        flow = FiveTuple("10.0.16.1", 1_024 + number % 64_000, "203.0.113.1", 443)
        self.ends = Connection(flow, 1_000), Connection(flow.reversed(), 9_000)

    def begin(self):
        self.ends[1].listen(self.clock.now)
        self.ends[0].open(self.clock.now)
        self.after(0)

    def after(self, which):
        """Play the application of one end, put its segments on the way, and set its alarm."""
        clock, end = self.clock, self.ends[which]
        for event, _ in end.take_events():
            if event == "connected" and which == 0:
                end.send(b"request", clock.now)
            elif event == "data" and which == 1:
                end.send(b"response", clock.now)
            elif event == ("data" if which == 0 else "end of data"):
                end.close(clock.now)
        for packet in end.take_sent():
            self.sent += 1
            if not lost(self.number, self.sent, 0):
                clock.at(clock.now + DELAY, self.arrive, 1 - which, packet)
        if end.alarm is not None and end.state != TIME_WAIT:
            clock.at(end.alarm, self.ring, which, end.alarm)

    def arrive(self, which, packet):
        Pair.events += 1
        self.ends[which].receive(packet, self.clock.now)
        self.after(which)

    def ring(self, which, due):
        if self.ends[which].alarm == due:
            Pair.events += 1
            self.ends[which].wake(self.clock.now)
            self.after(which)


def whole_tcp(n):
    """Events, and how many ends did not come to CLOSED or TIME-WAIT."""
    clock, Pair.events = Clock(), 0
    pairs = [Pair(clock, i) for i in range(n)]
    for i, pair in enumerate(pairs):
        clock.at(i * MILLISECOND, pair.begin)
    while clock.tick():
        pass
    return Pair.events, sum(
        end.state not in ("CLOSED", TIME_WAIT) for pair in pairs for end in pair.ends
    )


OURS = "vpcedu's Clock"
CONTENDERS = {
    "bare heap of tuples": bare,
    OURS: on_the_clock,
    "SimPy": with_simpy,
    "SimPy, knows the loss": with_simpy_that_knows,
}
GOALS = {OURS: "<= 2 x bare"}


def installed():
    """The contenders that can be imported here."""
    try:
        import simpy  # noqa: F401
    except ImportError:
        print("SimPy is not installed: left out")
        return {name: play for name, play in CONTENDERS.items() if not name.startswith("SimPy")}
    return CONTENDERS


def seconds_of(play, n):
    """Process CPU seconds of one run, and its result."""
    gc.collect()
    gc.disable()
    begun = time.process_time()
    result = play(n)
    spent = time.process_time() - begun
    gc.enable()
    return spent, result


def measure(contenders, n, rounds):
    """Median seconds of each contender and of the whole TCP, and their results."""
    times, results = {}, {}
    for _ in range(rounds):
        for name, play in (*contenders.items(), ("whole TCP", whole_tcp)):
            spent, results[name] = seconds_of(play, n)
            times.setdefault(name, []).append(spent)
    return {name: statistics.median(spent) for name, spent in times.items()}, results


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=20_000, help="connections (default 20,000)")
    parser.add_argument(
        "--rounds", type=int, default=5, help="runs of each contender, in turn (default 5)"
    )
    options = parser.parse_args()
    contenders, n = installed(), options.n
    medians, results = measure(contenders, n, options.rounds)
    if any(results[name] != results["bare heap of tuples"] for name in contenders):
        raise SystemExit("the contenders do not agree")
    events, again, _ = results["bare heap of tuples"]
    base = medians["bare heap of tuples"]
    print(
        f"W2, {n:,} connections, {events:,} events, {again:,} segments again, medians of {options.rounds}; all agree"
    )
    print(f"{'':<22}{'us/event':>10}{'us/connection':>15}{'x bare':>8}  goal of vpcedu")
    for name in contenders:
        words = GOALS.get(name, "")
        if name.startswith("SimPy"):
            words = f">= 2 x quicker: {medians[name] / medians[OURS]:.1f}"
        print(
            f"{name:<22}{medians[name] / events * 1e6:>10.2f}{medians[name] / n * 1e6:>15.1f}"
            f"{medians[name] / base:>8.2f}  {words}"
        )
    tcp, (events, stuck) = medians["whole TCP"], results["whole TCP"]
    print(
        f"{'whole TCP, other work':<22}{tcp / events * 1e6:>10.2f}{tcp / n * 1e6:>15.1f}{'':>8}  "
        f"{events / n:.1f} events a connection, {stuck} ends not closed"
    )


if __name__ == "__main__":
    main()
