"""W6 'growth': what a tracked connection costs, in time and memory, when there are many of them.

    python3 bench/growth.py              10,000, 100,000 and 1,000,000 connections, as meant
    python3 bench/growth.py --n 2000     one size, quicker

The work: build a table of N connections, both directions findable, then look each of them up four
times, twice outward and twice inward. Connection i comes from 10.0.16.0 + i % 1000, port 32768 + i
// 1000, and goes to 203.0.113.(1 + i % 4), port 443; the NAT shows it from the lowest port that is
free towards its destination. That is the work of translate.py, but for one thing: one NAT address
has no ports for a million connections to four destinations, so there is another address for every
258,048. Connection tracking has no NAT: there a connection and its answer are looked up at the
interface. Each look-up starts the row's idle clock again.

Flows are made outside the time that is measured, since packets bring them, and inside the memory,
since tables keep them. Time is process CPU time with Python's garbage collector on; memory is the
growth of the process's resident set while the table is built, divided by N (read from /proc, so
Linux only). Each contender and size has a process of its own, in turn; medians of the rounds are
printed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from vpcedu.address import number, text
from vpcedu.clock import SECOND
from vpcedu.flow import FiveTuple
from vpcedu.tables.security_group import IN, OUT
from vpcedu.tables.tracking import Tracking
from vpcedu.tables.translation import Translations

SIZES = (10_000, 100_000, 1_000_000)
FIRST_PORT, PORTS = 1_024, 64_512
SOURCES = [text(number("10.0.16.0") + i) for i in range(1_000)]
SERVERS = [f"203.0.113.{1 + i}" for i in range(4)]
NATS = [f"10.0.0.{5 + i}" for i in range(8)]
CHUNK = 10_000  # flows that are made at a time


def client(i):
    """Connection i as its opener sends it."""
    return SOURCES[i % 1_000], 32_768 + i // 1_000, SERVERS[i % 4], 443


def shown(i):
    """The address and port that the NAT shows for it."""
    turn = i // 4
    return NATS[turn // PORTS], FIRST_PORT + turn % PORTS


class Slot:
    __slots__ = ("after", "before", "used")

    def __init__(self, before, after, used):
        self.before, self.after, self.used = before, after, used


class Slots:
    """The usual design: an object with slots for each connection.

    The objects are in two dictionaries with tuples as keys.
    """

    def __init__(self):
        self.outward, self.inward = {}, {}

    def there(self, i):
        return client(i)

    def answer(self, i):
        return (*client(i)[2:], *shown(i))

    def add(self, flow, place, now):
        slot = Slot(flow, (*place, flow[2], flow[3]), now)
        self.outward[flow] = self.inward[(flow[2], flow[3], *place)] = slot

    def out(self, flow, now):
        slot = self.outward[flow]
        slot.used = now
        return slot.after[1]

    def back(self, flow, now):
        slot = self.inward[flow]
        slot.used = now
        return slot.before[1]


class TheTranslations:
    """The table of a NAT gateway."""

    def __init__(self):
        self.rows = Translations(350 * SECOND)

    def there(self, i):
        return FiveTuple(*client(i))

    def answer(self, i):
        return FiveTuple(*client(i)[2:], *shown(i))

    def add(self, flow, place, now):
        self.rows.add(flow, FiveTuple(*place, flow.dst, flow.dport), now)

    def out(self, flow, now):
        return self.rows.use(flow, now).after.sport

    def back(self, flow, now):
        return self.rows.use(flow, now).before.sport


class TheTracking:
    """The connection tracking of an interface; no NAT, so the answer is the flow reversed."""

    def __init__(self):
        self.rows = Tracking()

    def there(self, i):
        return FiveTuple(*client(i))

    def answer(self, i):
        return FiveTuple(*client(i)).reversed()

    def add(self, flow, place, now):
        self.rows.note(OUT, flow, None, now)

    def out(self, flow, now):
        return self.rows.use(OUT, flow, now).flow.sport

    def back(self, flow, now):
        return self.rows.use(IN, flow, now).flow.sport


CONTENDERS = {"slots class": Slots, "Translations": TheTranslations, "Tracking": TheTracking}


def resident():
    """Bytes of this process that are in memory; 0 where there is no /proc."""
    if not os.path.exists("/proc/self/statm"):
        return 0
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def play(kind, n):
    """Microseconds and bytes a connection, and the sum of the ports that the look-ups found."""
    table, now, spent, found = kind(), 0, 0.0, 0
    chunks = [range(first, min(first + CHUNK, n)) for first in range(0, n, CHUNK)]
    before = resident()
    for chunk in chunks:
        flows = [(table.there(i), shown(i)) for i in chunk]
        begun = time.process_time()
        for flow, place in flows:
            now += 1
            table.add(flow, place, now)
        spent += time.process_time() - begun
        del flows, flow, place
    grown = resident() - before
    for make, look in ((table.there, table.out), (table.answer, table.back)) * 2:
        for chunk in chunks:
            flows = [make(i) for i in chunk]
            begun = time.process_time()
            for flow in flows:
                now += 1
                found += look(flow, now)
            spent += time.process_time() - begun
    return spent / n * 1e6, grown / n, found


def fresh(name, n):
    """The same, in a process of its own."""
    words = (sys.executable, os.path.abspath(__file__), "--n", str(n), "--one", name)
    microseconds, size, _ = subprocess.run(
        words, capture_output=True, text=True, check=True
    ).stdout.split()
    return float(microseconds), float(size)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--n", type=int, help="connections (default: 10,000, 100,000 and 1,000,000)"
    )
    parser.add_argument(
        "--rounds", type=int, default=3, help="runs of each contender, in turn (default 3)"
    )
    parser.add_argument(
        "--one", choices=CONTENDERS, help="play one contender here and print its three numbers"
    )
    options = parser.parse_args()
    if options.one:
        print(*play(CONTENDERS[options.one], options.n))
        return
    sizes = (options.n,) if options.n else SIZES
    runs = {(name, n): [] for name in CONTENDERS for n in sizes}
    for _ in range(options.rounds):
        for name, n in runs:
            runs[name, n].append(fresh(name, n))
    medians = {
        key: [statistics.median(column) for column in zip(*found, strict=True)]
        for key, found in runs.items()
    }
    print(
        f"W6, medians of {options.rounds}; goals of vpcedu at 1,000,000: 600 bytes, 1.5 x slots class, growth 3.5 x"
    )
    print(f"{'':<14}{'connections':>12}{'us each':>9}{'x slots':>9}{'growth':>8}{'bytes each':>12}")
    for (name, n), (spent, size) in medians.items():
        ratio, growth = spent / medians["slots class", n][0], spent / medians[name, sizes[0]][0]
        print(f"{name:<14}{n:>12,}{spent:>9.2f}{ratio:>9.2f}{growth:>8.2f}{size:>12.0f}")


if __name__ == "__main__":
    main()
