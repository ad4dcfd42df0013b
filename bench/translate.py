"""W1 'translate': N connections of 10 packets each through one NAT gateway, all alive at once.

    python3 bench/translate.py            N = 100,000, as the goals are meant
    python3 bench/translate.py --n 2000   quicker; ratios move with N

The work: the NAT stands at NAT_IP. Connection i comes from 10.0.16.0 + i % 1000, port 32768 + i //
1000, and goes to 203.0.113.(1 + i % 4), port 443. Its ten packets (SYN out, SYN,ACK in, ACK out,
data out, ACK in, data in, ACK out, FIN out, FIN in, ACK out) are interleaved: packet k of every
connection, then packet k + 1 of every connection. Outward: look up the flow; where there is none,
take the lowest port from 1024 that is free towards this destination; the source becomes (NAT_IP,
port). Inward: the server swaps what it saw; look up; give back the first source. Every contender
must come to the same DIGEST over all packets before and after.

Each end keeps the flow of its connection, as hosts do; making packets from flows is timed apart.
Contenders run in turn, with Python's garbage collector off; the medians of their process CPU times
are printed.
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from vpcedu.address import number, text
from vpcedu.device import Machine
from vpcedu.flow import FiveTuple
from vpcedu.gateways.nat_gateway import NatGateway
from vpcedu.network import validity
from vpcedu.network.interface import Interface, Subnet
from vpcedu.network.network import Network
from vpcedu.network.places import Hop
from vpcedu.network.vpc import Device, Vpc
from vpcedu.network.walk import Walk
from vpcedu.packet import ACK, FIN, PSH, SYN, Packet
from vpcedu.tables.network_acl import ALLOW, ANY, IN, OUT, AclEntry
from vpcedu.tables.route_table import LOCAL, Route
from vpcedu.tables.security_group import GroupRule
from vpcedu.tables.source_ports import Ports
from vpcedu.tables.translation import Translations
from vpcedu.trace import DELIVER, SEND, Cause, Step, Trace

OUTWARD, INWARD = True, False
PACKETS = (
    (OUTWARD, SYN),
    (INWARD, SYN | ACK),
    (OUTWARD, ACK),
    (OUTWARD, PSH | ACK),
    (INWARD, ACK),
    (INWARD, PSH | ACK),
    (OUTWARD, ACK),
    (OUTWARD, FIN | ACK),
    (INWARD, FIN | ACK),
    (OUTWARD, ACK),
)
NAT_IP, FIRST_PORT, PORTS = "10.0.0.5", 1_024, 64_512
SOURCES = [text(number("10.0.16.0") + i) for i in range(1_000)]
SERVERS = [f"203.0.113.{1 + i}" for i in range(4)]
STATES = {  # what the bare form keeps of TCP beside the addresses
    ("", SYN): "SYN-SENT",
    ("SYN-SENT", SYN | ACK): "SYN-RECEIVED",
    ("SYN-RECEIVED", ACK): "ESTABLISHED",
    ("ESTABLISHED", FIN | ACK): "FIN-WAIT-1",
    ("FIN-WAIT-1", FIN | ACK): "FIN-WAIT-2",
    ("FIN-WAIT-2", ACK): "TIME-WAIT",
}


class Bare:
    """The limit: two dictionaries of tuples of numbers.

    An entry is a list [before, after, state].
    """

    goal = None

    def __init__(self):
        self.outward, self.inward, self.ports = {}, {}, {}

    def flow(self, i):
        return (
            number("10.0.16.0") + i % 1_000,
            32_768 + i // 1_000,
            number("203.0.113.1") + i % 4,
            443,
        )

    def swap(self, flow):
        return (flow[2], flow[3], flow[0], flow[1])

    def make(self, flows, flags):
        return flows

    def work(self, packets, outward, flags):
        return self._out(packets, flags) if outward else self._in(packets, flags)

    def _out(self, flows, flags):
        table, after, nat = self.outward, [], number(NAT_IP)
        for flow in flows:
            entry = table.get(flow)
            if entry is None:
                there = flow[2:]
                port = self.ports.get(there, FIRST_PORT)
                self.ports[there] = port + 1
                entry = table[flow] = self.inward[(*there, nat, port)] = [
                    flow,
                    (nat, port, *there),
                    "",
                ]
            entry[2] = STATES.get((entry[2], flags), entry[2])
            after.append(entry[1])
        return after

    def _in(self, flows, flags):
        table, after = self.inward, []
        for flow in flows:
            entry = table[flow]
            entry[2] = STATES.get((entry[2], flags), entry[2])
            before = entry[0]
            after.append((flow[0], flow[1], before[0], before[1]))
        return after


class Ours:
    """What the three forms of ours share: flows and packets as the package has them."""

    now = 0

    def flow(self, i):
        return FiveTuple(SOURCES[i % 1_000], 32_768 + i // 1_000, SERVERS[i % 4], 443)

    def swap(self, flow):
        return flow.reversed()

    def make(self, flows, flags):
        return [Packet(flow, flags) for flow in flows]


class Table(Ours):
    """The Translations table alone: look up and start the idle clock again, take the other flow."""

    goal = 1.5

    def __init__(self):
        self.rows, self.ports = (
            Translations(350_000_000),
            Ports((NAT_IP,), FIRST_PORT, 65_535, PORTS, 0),
        )

    def make(self, flows, flags):
        return flows

    def work(self, packets, outward, flags):
        rows, now, after = self.rows, self.now, []
        for flow in packets:
            now += 1
            row = rows.use(flow, now)
            if row is None:
                source = self.ports.take(flow.destination)
                row = rows.add(flow, FiveTuple(*source, flow.dst, flow.dport), now)
            after.append(row.onward(flow))
        self.now = now
        return after


def spec_gateway():
    """A NAT gateway with the port rule of this work.

    Ports from 1024, lowest first, 64,512 to each destination.
    """
    nat = NatGateway("NAT", NAT_IP)
    nat.ports = Ports((NAT_IP,), FIRST_PORT, 65_535, PORTS, 0)
    return nat


class Handle(Ours):
    """NatGateway.handle: a packet in, a step out."""

    goal = 5

    def __init__(self):
        self.nat = spec_gateway()

    def work(self, packets, outward, flags):
        nat, now, after = self.nat, self.now, []
        for packet in packets:
            now += 1
            after.append(nat.handle(packet, now).after.flow)
        self.now = now
        return after


class Sink(Machine):
    """A host that takes every packet and says nothing."""

    def handle(self, packet, now):
        return Step(now, self.name, "deliver", DELIVER, packet, packet)


class OneHop(Network):
    """The walk from a host to the NAT, and from the NAT to the host.

    What the NAT sends outward ends here.
    """

    def _leave(self, walk, name, packet):
        if name != "NAT" or packet.flow.src != NAT_IP:
            super()._leave(walk, name, packet)


def hop_network():
    """A thousand hosts with a group each in a private subnet, a NAT gateway in a public one."""
    every = (0, 65_535)
    subnets = (
        Subnet("public", "10.0.0.0/24", "public", "acl"),
        Subnet("private", "10.0.16.0/20", "private", "acl"),
    )
    hosts = (Interface(address, "private", address, ("sg",)) for address in SOURCES)
    routes = (
        Route("public", "10.0.0.0/16", LOCAL),
        Route("private", "10.0.0.0/16", LOCAL),
        Route("private", "0.0.0.0/0", "NAT"),
    )
    entries = tuple(AclEntry("acl", 100, way, ALLOW, ANY, every, "0.0.0.0/0") for way in (IN, OUT))
    devices = (Device("NAT", NatGateway), *(Device(address, Sink) for address in SOURCES))
    nat, allowed = (
        Interface("NAT", "public", NAT_IP, check=False),
        (GroupRule("sg", OUT, every, "0.0.0.0/0"),),
    )
    # the workload's first sources are addresses that AWS keeps in every subnet
    validity.check = lambda vpc: None
    return OneHop(
        Vpc(
            "10.0.0.0/16", subnets, (nat, *hosts), routes, entries, allowed, "", (), (), devices, ()
        )
    )


class WholeHop(Ours):
    """The walk, each check a step.

    Outward: send, group, ACL, route, ACL, NAT. Inward: send, ACL, NAT, ACL, route, ACL, group,
    deliver. The steps are forgotten as soon as the packet has arrived.
    """

    goal = 25

    def __init__(self):
        self.network, self.steps = hop_network(), 0
        self.network.devices["NAT"] = spec_gateway()
        self.nat, self.why = self.network.places.by_device["NAT"], Cause("a benchmark")

    def work(self, packets, outward, flags):
        network, after = self.network, []
        for packet in packets:
            network.clock.now += 1
            walk = Walk(Trace(0, Step(0, packet.flow.src, "send", SEND, packet, packet, self.why)))
            if outward:
                network._leave(walk, packet.flow.src, packet)
            else:
                walk.hop = Hop(self.nat, None)
                network._arrive(walk, packet)
            network.clock.tick()  # it travels: to the NAT, or from there to the host
            self.steps += len(walk.trace.steps)
            after.append(walk.trace.last.after.flow)
        return after


CONTENDERS = {
    "bare dict of tuples": Bare,
    "Translations": Table,
    "NatGateway.handle": Handle,
    "whole hop": WholeHop,
}


def play(contender, n):
    """Send all packets through a contender.

    Yields for each k: flows before, flows after, seconds for making packets, for the work.
    """
    client = [contender.flow(i) for i in range(n)]
    server = None
    for outward, flags in PACKETS:
        flows = client if outward else server
        begun = time.process_time()
        packets = contender.make(flows, flags)
        made = time.process_time()
        after = contender.work(packets, outward, flags)
        done = time.process_time()
        server = server or [contender.swap(flow) for flow in after]
        yield flows, after, made - begun, done - made


def digest(contender, n):
    """The sum over all packets before and after that every contender must come to."""
    total = 0
    for before, after, _, _ in play(contender, n):
        for one, other in zip(before, after, strict=True):
            words = (number(w) if isinstance(w, str) else w for w in (*one[:4], *other[:4]))
            total += sum(
                n * factor for n, factor in zip(words, (3, 5, 7, 11, 13, 17, 19, 23), strict=True)
            )
    return total % (1 << 64)


def measure(n, rounds):
    """Medians in microseconds a packet: {name: (the work alone, with making packets)}.

    And steps a packet of a hop.
    """
    times, steps = {name: [] for name in CONTENDERS}, 0.0
    for _ in range(rounds):
        for name, kind in CONTENDERS.items():
            gc.collect()
            gc.disable()
            contender = kind()
            spent = [(made, worked) for _, _, made, worked in play(contender, n)]
            gc.enable()
            made, worked = (sum(column) / (10 * n) * 1e6 for column in zip(*spent, strict=True))
            times[name].append((worked, made + worked))
            steps = getattr(contender, "steps", 0) / (10 * n) or steps
    return {
        name: [statistics.median(c) for c in zip(*found, strict=True)]
        for name, found in times.items()
    }, steps


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=100_000, help="connections (default 100,000)")
    parser.add_argument(
        "--rounds", type=int, default=5, help="runs of each contender, in turn (default 5)"
    )
    options = parser.parse_args()
    found = {name: digest(kind(), min(options.n, 2_000)) for name, kind in CONTENDERS.items()}
    if len(set(found.values())) != 1:
        raise SystemExit(f"the contenders do not agree: {found}")
    medians, steps = measure(options.n, options.rounds)
    base = medians["bare dict of tuples"][0]
    print(
        f"W1, {options.n:,} connections x 10 packets, medians of {options.rounds}; all digests are equal"
    )
    print(
        f"{'':<22}{'us/packet':>10}{'x bare':>8}{'goal':>8}{'with making packets':>21}{'x bare':>8}"
    )
    for name, (work, both) in medians.items():
        goal = f"<= {CONTENDERS[name].goal}" if CONTENDERS[name].goal else ""
        print(
            f"{name:<22}{work:>10.2f}{work / base:>8.1f}{goal:>8}{both:>21.2f}{both / base:>8.1f}"
        )
    step = medians["whole hop"][0] / steps
    print(
        f"A whole hop has {steps:.1f} steps on average, {step:.2f} us each; four: {4 * step / base:.1f} x bare"
        " (goal <= 15)."
    )


if __name__ == "__main__":
    main()
