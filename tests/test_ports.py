"""Ephemeral ports: the ranges, the two ways to choose, and how many a second.

What TIME-WAIT takes away is counted too.
"""

import doctest
import errno
from itertools import pairwise

import pytest
from rigs.one_wire import Lan, Talker

from vpcedu.clock import SECOND
from vpcedu.flow import Endpoint
from vpcedu.hosts.host import Host
from vpcedu.protocols import ports as module
from vpcedu.protocols.ports import LINUX, RANGES, choose, choose_randomly, sustained

FOUR = (40_000, 40_003)
SERVER, OTHER = Endpoint("10.0.1.10", 80), Endpoint("10.0.1.10", 443)


def none(port):
    return False


@pytest.mark.fact("eph-linux", "eph-win", "eph-mac-bsd")
@pytest.mark.parametrize(
    ("system", "first", "last", "size"),
    [
        ("Linux", 32_768, 60_999, 28_232),
        ("Windows", 49_152, 65_535, 16_384),
        ("macOS", 49_152, 65_535, 16_384),
        ("FreeBSD", 10_000, 65_535, 55_536),
        ("Elastic Load Balancing", 1_024, 65_535, 64_512),
        ("NAT gateway", 1_024, 65_535, 64_512),
    ],
)
def test_each_system_has_its_range(system, first, last, size):
    assert RANGES[system] == (first, last)
    assert last - first + 1 == size
    assert len(RANGES) == 6


def test_the_examples_in_the_module_are_right():
    assert doctest.testmod(module).failed == 0


def taken_in_turn(way):
    taken = []
    while (port := way(taken.__contains__)) is not None:
        taken.append(port)
    return taken


@pytest.mark.fact("eph-linux-parity")
@pytest.mark.parametrize("start", range(5))
def test_linux_takes_the_even_ports_first(start):
    order = taken_in_turn(lambda taken: choose(FOUR, start, taken))
    assert {*order[:2]} == {40_000, 40_002}
    assert {*order[2:]} == {40_001, 40_003}


@pytest.mark.parametrize("size", [1, 2, 5, 100])
@pytest.mark.parametrize("seed", range(5))
def test_a_random_choice_goes_upwards_and_round_through_the_whole_range(size, seed):
    order = taken_in_turn(lambda taken: choose_randomly((50_000, 49_999 + size), seed, taken))
    start = order[0] - 50_000
    assert order == [50_000 + (start + turn) % size for turn in range(size)]


@pytest.mark.fact("eph-rfc6056")
def test_a_random_choice_depends_on_its_seed_alone_and_reaches_every_part_of_the_range():
    chosen = [choose_randomly(LINUX, seed, none) for seed in range(2_000)]
    assert chosen == [choose_randomly(LINUX, seed, none) for seed in range(2_000)]
    tenths = [(port - LINUX[0]) * 10 // 28_232 for port in chosen]
    assert all(140 < tenths.count(tenth) < 260 for tenth in range(10))
    assert {port % 2 for port in chosen} == {0, 1}


@pytest.mark.parametrize(
    ("ports", "destinations", "lifetime", "rate"),
    [
        (LINUX, 1, 60, 470.53),
        (LINUX, 2, 60, 941.07),
        (LINUX, 1, 240, 117.63),
        (RANGES["Windows"], 1, 120, 136.53),
        (RANGES["NAT gateway"], 1, 350, 184.32),
        ((40_000, 40_000), 1, 0.5, 2),
    ],
)
def test_how_many_connections_a_second_a_range_bears(ports, destinations, lifetime, rate):
    assert sustained(ports, destinations, lifetime) == pytest.approx(rate, abs=0.005)


@pytest.mark.parametrize(
    "wrong",
    [
        (LINUX, 0, 60),
        (LINUX, 1, 0),
        ((0, 10), 1, 1),
        ((10, 9), 1, 1),
        ((1, 65_536), 1, 1),
    ],
)
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError, match="expected a range of ports"):
        sustained(*wrong)


# --- on hosts -------------------------------------------------------------------------------------


class OneShot(Talker):
    """Closes as soon as it is connected; its end closes first and waits in TIME-WAIT."""

    def on(self, host, connection, event, data, now):
        super().on(host, connection, event, data, now)
        if event == "connected":
            host.close(connection, now)


class Answering(Talker):
    """Closes when the other end has."""

    def on(self, host, connection, event, data, now):
        super().on(host, connection, event, data, now)
        if event == "end of data":
            host.close(connection, now)


@pytest.fixture
def lan():
    client, server = Host("client", "10.0.0.1", ports=FOUR), Host("server", SERVER.address)
    for to in (SERVER, OTHER):
        server.listen(to.port, Answering())
    return Lan(client, server)


@pytest.mark.fact("eph-reuse", "tcp-4tuple")
def test_ports_are_unique_for_one_destination_and_shared_between_two(lan):
    client = lan.hosts["10.0.0.1"]
    flows = [
        lan.do(client, "connect", to, Talker()).flow for _ in range(4) for to in (SERVER, OTHER)
    ]
    assert len(set(flows)) == 8
    for to in (SERVER, OTHER):
        assert {flow.sport for flow in flows if flow.destination == to} == {
            40_000,
            40_001,
            40_002,
            40_003,
        }


@pytest.mark.fact("tcp-timewait-linux", "eph-reuse")
def test_connections_in_time_wait_hold_their_ports_for_a_minute(lan):
    client = lan.hosts["10.0.0.1"]
    for _ in range(4):
        assert lan.do(client, "connect", SERVER, OneShot()).state == "TIME-WAIT"
    sent = len(lan.seen)
    with pytest.raises(OSError, match="client has no free port") as raised:
        lan.do(client, "connect", SERVER, OneShot())
    assert raised.value.errno == errno.EADDRNOTAVAIL
    assert len(lan.seen) == sent  # no packet: the application hears it at once
    assert lan.do(client, "connect", OTHER, OneShot()).state == "TIME-WAIT"
    lan.wait(60 * SECOND)
    assert lan.do(client, "connect", SERVER, OneShot()).state == "TIME-WAIT"


@pytest.mark.parametrize(("every", "runs_out"), [(15 * SECOND, False), (14 * SECOND, True)])
def test_the_arithmetic_is_what_hosts_do(lan, every, runs_out):
    """Four ports and 60 s of TIME-WAIT bear one connection in 15 s, and no more."""
    assert sustained(FOUR, 1, 60) == 1 / 15
    client, refused = lan.hosts["10.0.0.1"], 0
    for turn in range(20):
        lan.wait(turn * every)
        try:
            lan.do(client, "connect", SERVER, OneShot())
        except OSError:
            refused += 1
    assert bool(refused) == runs_out


def test_a_port_that_is_taken_is_passed_over_upwards():
    """Linux goes on with the next even port, up to the range's end and round."""
    chosen = [
        choose((40_000, 40_007), 2, set(taken).__contains__)
        for taken in ((), (40_002,), (40_002, 40_004, 40_006), (40_000, 40_002, 40_004, 40_006))
    ]
    assert chosen == [40_002, 40_004, 40_000, 40_003]


def test_connections_to_one_destination_take_ports_that_are_two_apart():
    client, server = Host("client", "10.0.0.1"), Host("server", SERVER.address)
    server.listen(SERVER.port, Answering())
    lan = Lan(client, server)
    ports = [lan.do(client, "connect", SERVER, Talker()).flow.sport for _ in range(6)]
    first, last = client.ports
    assert {(after - before) % (last - first + 1) for before, after in pairwise(ports)} == {2}
