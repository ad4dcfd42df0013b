"""W7b 'routes': which route takes a packet, in a table of 8 routes and in one of 1,000.

    python3 bench/routes.py             200,000 look-ups, as the goals are meant
    python3 bench/routes.py --n 2000    quicker
    pip install "vpcedu[bench]"         brings pytricia

The work: a default route, 10.0.0.0/16, and blocks of 16, 20, 24 or 28 bits that a seed draws;
200,000 look-ups of 1,000 addresses, half of them inside a drawn block. The result is the sum of the
winners' places in the list of routes, and must be the same of all.

"bare bisect" and "dictionary per length" are the least code that does it, on addresses that are
numbers already; pytricia, a Patricia tree in C, is measured where it is installed, on numbers and
on text. "RouteTable.lookup" is what every hop of the simulator calls, on addresses as packets carry
them: as text. Process CPU time, one after the other, the median of the rounds.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from bisect import bisect_right
from random import Random

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from vpcedu.address import block, number, text
from vpcedu.tables.route_table import Route, RouteTable

SIZES, ADDRESSES, LENGTHS = (8, 1_000), 1_000, (16, 20, 24, 28)


def blocks(size):
    """The blocks of a table, all different."""
    chance, found = Random(size), dict.fromkeys(("0.0.0.0/0", "10.0.0.0/16"))
    while len(found) < size:
        length = chance.choice(LENGTHS)
        found[f"{text(chance.getrandbits(length) << 32 - length)}/{length}"] = None
    return list(found)


def addresses(table):
    """The addresses that are looked up: one of any block, one of any kind, and so on."""
    chance, found = Random(7), []
    while len(found) < ADDRESSES:
        found += (
            text(chance.randint(*block(chance.choice(table[1:]))[:2])),
            text(chance.getrandbits(32)),
        )
    return found


def bare_bisect(table):
    """Intervals with one winner each, in two lists."""
    rows = sorted(
        ((*block(cidr), place) for place, cidr in enumerate(table)), key=lambda row: row[2]
    )
    starts = sorted({0, *(edge for first, last, _, _ in rows for edge in (first, last + 1))})
    winners = [
        max((row[2:] for row in rows if row[0] <= start <= row[1]), default=(0, 0))[1]
        for start in starts
    ]
    return lambda values: sum([winners[bisect_right(starts, value) - 1] for value in values])


def dictionary_per_length(table):
    """A dictionary of blocks for each length of prefix, the longest first."""
    found = {}
    for place, cidr in enumerate(table):
        first, _, length = block(cidr)
        found.setdefault(length, {})[first] = place
    tables = [(32 - length, found[length]) for length in sorted(found, reverse=True)]

    def winner(value):
        for bits, places in tables:
            place = places.get(value >> bits << bits)
            if place is not None:
                return place
        return 0

    return lambda values: sum([winner(value) for value in values])


def pytricia_tree(table):
    """The Patricia tree; ModuleNotFoundError where it is not installed."""
    import pytricia

    tree = pytricia.PyTricia(32)
    for place, cidr in enumerate(table):
        tree.insert(cidr, place)
    tree.freeze()
    return lambda values: sum([tree.get(value) for value in values])


def route_table(table):
    """The package's."""
    lookup = RouteTable(
        tuple(Route("table", cidr, place) for place, cidr in enumerate(table))
    ).lookup
    return lambda values: sum([lookup(value).target for value in values])


CONTENDERS = {  # how it is made, and what it is asked with
    "bare bisect": (bare_bisect, number),
    "dictionary per length": (dictionary_per_length, number),
    "pytricia, numbers": (pytricia_tree, number),
    "pytricia, text": (pytricia_tree, str),
    "RouteTable.lookup": (route_table, str),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=200_000, help="look-ups")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    for size in SIZES:
        table = blocks(size)
        asked = addresses(table)
        print(f"{size} routes, {options.n} look-ups")
        ready = {}
        for name, (make, form) in CONTENDERS.items():
            try:
                ready[name] = make(table), [form(asked[i % ADDRESSES]) for i in range(options.n)]
            except ModuleNotFoundError:
                print(f"{name}: not installed")
        times, sums = {name: [] for name in ready}, set()
        for _ in range(options.rounds):
            for name, (work, values) in ready.items():
                began = time.process_time()
                sums.add(work(values))
                times[name].append(time.process_time() - began)
        for name, all_times in times.items():
            print(f"{name:<22}{statistics.median(all_times) / options.n * 1e6:7.3f} us a look-up")
        if len(sums) != 1:
            sys.exit(f"different sums: {sums}")


if __name__ == "__main__":
    main()
