"""W7 'reachability': who reaches whom, all pairs of 1,000 instances, forward and return.

    python3 bench/reachability.py             1,000 instances, as the goals are meant
    python3 bench/reachability.py --subnets 4 four subnets of 20, quicker

The work: 50 subnets 10.0.s.0/24 with 20 instances each, 200 security groups of five rules, 5
network ACLs, the local route only; what R(k) = (k * 2654435761 + 12345) mod 2^32 >> 8 says decides
the rest (see `vpc`). For every ordered pair and each of the ports 22, 80, 443 and 5432: does a
connection get there, and does its answer come back to the ephemeral range of Linux? The result is
how many do, and the sum of source * 31 + destination * 17 + port, modulo 2^64.

"pair by pair" asks the rows of each pair, as numbers, in the order in which a packet meets them.
"compiled" is `vpcedu.analysis.reachability`, which answers for all ports at once and knows nothing
of the four; its time includes reading the description. Process CPU time, one after the other, the
median of the rounds.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from vpcedu.address import block, number
from vpcedu.analysis.reachability import Reach
from vpcedu.hosts.host import Host
from vpcedu.network.interface import Interface, Subnet
from vpcedu.network.vpc import Device, Vpc
from vpcedu.tables.network_acl import ALLOW, DENY, AclEntry
from vpcedu.tables.route_table import LOCAL, Route
from vpcedu.tables.security_group import IN, OUT, GroupRule

ANYWHERE, BLOCK, EVERY, ALL, TCP = "0.0.0.0/0", "10.0.0.0/16", (0, 65_535), -1, 6
PORTS, RANGES, BACK = (22, 80, 443, 5_432), ((22, 22), (80, 80), (443, 443), (1_000, 6_000)), 40_000
GROUPS, HOSTS = 200, 20


def r(k):
    """What looks like chance."""
    return (k * 2_654_435_761 + 12_345) % 2**32 >> 8


def vpc(subnets=50):
    """The network of the work, or its first subnets."""
    names = [f"i-{s:02}-{h:02}" for s in range(subnets) for h in range(HOSTS)]
    interfaces = tuple(
        Interface(
            names[m], f"subnet-{m // HOSTS:02}", f"10.0.{m // HOSTS}.{10 + m % HOSTS}", _groups(m)
        )
        for m in range(len(names))
    )
    return Vpc(
        cidr=BLOCK,
        subnets=tuple(
            Subnet(f"subnet-{s:02}", f"10.0.{s}.0/24", None, f"acl-{s % 5}") for s in range(subnets)
        ),
        interfaces=interfaces,
        routes=(Route("main", BLOCK, LOCAL),),
        acl_entries=tuple(_entries()),
        group_rules=tuple(rule for g in range(GROUPS) for rule in _rules(g)),
        internet_gateway="",
        associations=(),
        outside=(),
        devices=tuple(Device(name, Host) for name in names),
        names=(),
    )


def _groups(m):
    numbers = [
        r(m) % GROUPS,
        *([r(m + 7_000) % GROUPS] if m % 2 else []),
        *([r(m + 9_000) % GROUPS] if m % 5 == 0 else []),
    ]
    return tuple(dict.fromkeys(f"sg-{number}" for number in numbers))


def _rules(g):
    for i in range(4):
        kind, ports = r(g * 4 + i) % 4, RANGES[(g + i) % 4]
        peer = (
            (BLOCK, f"10.0.{r(g * 4 + i + 1) % 50}.0/24")[kind]
            if kind < 2
            else f"sg-{r(g * 4 + i + 2) % GROUPS}"
        )
        yield GroupRule(f"sg-{g}", IN, ports, peer)
    if g % 4:
        yield GroupRule(f"sg-{g}", OUT, EVERY, ANYWHERE, ALL)
    else:
        yield GroupRule(f"sg-{g}", OUT, EVERY, f"sg-{r(g + 500) % GROUPS}")


def _entries():
    rows = {
        0: [(ALLOW, ALL, EVERY, ANYWHERE)],
        1: [(DENY, TCP, (22, 22), f"10.0.{r(1) % 50}.0/24"), (ALLOW, ALL, EVERY, ANYWHERE)],
        2: [(ALLOW, TCP, (443, 443), ANYWHERE), (ALLOW, TCP, (1_024, 65_535), ANYWHERE)],
        3: [(DENY, ALL, EVERY, "10.0.32.0/19"), (ALLOW, ALL, EVERY, ANYWHERE)],
        4: [(ALLOW, TCP, (80, 443), ANYWHERE), (ALLOW, TCP, (32_768, 60_999), ANYWHERE)],
    }
    for n, entries in rows.items():
        for i, (action, protocol, ports, cidr) in enumerate(entries, 1):
            yield from (
                AclEntry(f"acl-{n}", i * 100, way, action, protocol, ports, cidr)
                for way in (IN, OUT)
            )


def compiled(network):
    """Count and digest from the compiled tables."""
    reach = Reach(network)
    order = {row.id: m for m, row in enumerate(network.interfaces)}
    numbers = [order.get(place.name, 0) for place in reach.places]
    digits = [
        sum(1 << i for i, m in enumerate(numbers) if m >> digit & 1)
        for digit in range(len(order).bit_length())
    ]
    count = digest = 0
    for port in PORTS:
        for i, sources in enumerate(reach.sure[reach.port_class(port)]):
            sources &= reach.inside
            some = sources.bit_count()
            count += some
            digest += total(sources, digits) * 31 + (numbers[i] * 17 + port) * some
    return count, digest % 2**64


def total(members, digits):
    """The sum of the members' numbers.

    `digits`: for each binary digit those whose number has it.
    """
    return sum((members & having).bit_count() << digit for digit, having in enumerate(digits))


def pair_by_pair(network):
    """Count and digest from the rows of each pair."""
    addresses = [number(row.address) for row in network.interfaces]
    rules = {
        way: [
            [
                (*rule.ports, _peer(rule.peer))
                for rule in network.group_rules
                if rule.group in row.groups and rule.direction == way
            ]
            for row in network.interfaces
        ]
        for way in (IN, OUT)
    }
    acls = {
        (acl, way): [
            (*e.ports, *block(e.cidr)[:2], e.action == ALLOW)
            for e in network.acl_entries
            if (e.acl, e.direction) == (acl, way)
        ]
        for acl in {s.network_acl for s in network.subnets}
        for way in (IN, OUT)
    }
    acl_of = {s.name: s.network_acl for s in network.subnets}
    own = [frozenset(row.groups) for row in network.interfaces]
    edges = [
        (row.subnet, acls[acl_of[row.subnet], IN], acls[acl_of[row.subnet], OUT])
        for row in network.interfaces
    ]
    count = digest = 0
    for s, source in enumerate(addresses):
        for d, destination in enumerate(addresses):
            for port in PORTS if s != d else ():
                if (
                    _grants(rules[OUT][s], port, destination, own[d])
                    and _grants(rules[IN][d], port, source, own[s])
                    and (
                        edges[s][0] == edges[d][0]
                        or (
                            _passes(edges[s][2], port, destination)
                            and _passes(edges[d][1], port, source)
                            and _passes(edges[d][2], BACK, source)
                            and _passes(edges[s][1], BACK, destination)
                        )
                    )
                ):
                    count += 1
                    digest += s * 31 + d * 17 + port
    return count, digest % 2**64


def _peer(peer):
    return peer if peer.startswith("sg-") else block(peer)[:2]


def _grants(rules, port, address, groups):
    return any(
        first <= port <= last
        and (peer in groups if isinstance(peer, str) else peer[0] <= address <= peer[1])
        for first, last, peer in rules
    )


def _passes(entries, port, address):
    return next(
        (
            allowed
            for first, last, low, high, allowed in entries
            if first <= port <= last and low <= address <= high
        ),
        False,
    )


CONTENDERS = {"pair by pair": pair_by_pair, "compiled": compiled}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--subnets", type=int, default=50, choices=range(2, 51), metavar="2-50")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    network = vpc(options.subnets)
    hosts = len(network.interfaces)
    questions = hosts * (hosts - 1) * len(PORTS)
    print(f"{hosts} instances, {questions} questions")
    for name, work in CONTENDERS.items():
        times = []
        for _ in range(options.rounds):
            began = time.process_time()
            result = work(network)
            times.append(time.process_time() - began)
        middle = statistics.median(times)
        print(
            f"{name:<14}{middle:9.3f} s {middle / questions * 1e6:8.4f} us a question   {result[0]} reached,"
            f" digest {result[1]}"
        )


if __name__ == "__main__":
    main()
