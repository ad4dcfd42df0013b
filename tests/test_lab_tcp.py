"""Scenarios, judges and exercises of lessons 02 and 03: each number comes out of a run."""

from __future__ import annotations

from itertools import pairwise

import pytest

from vpcedu import lab
from vpcedu.protocols.ports import LINUX, choose
from vpcedu.sites.port_load import RANGES, Load, fill, open_all, port_use
from vpcedu.sites.two_hosts import KERNELS, SEGMENTS, handshake

URL = "http://www.example.com/"
NEW = (0, 1, 2, 3, 4, 5, 7, 11, 19, 35, 67)
OLD = (0, 1, 3, 7, 15, 31, 63)

# --- the opening -------------------------------------------------------------------------


@pytest.mark.parametrize("round_trip", [20, 200, 500])
def test_an_opening_without_loss_takes_one_round_trip(round_trip):
    visit = handshake(round_trip)
    assert visit.result.symptom == "connected" and len(visit.capture) == 3
    assert visit.established("client") == visit.result.after == round_trip * 1_000
    assert visit.established("server") == round_trip * 1_500


@pytest.mark.fact("tcp-syn-classic", "tcp-syn-65")
@pytest.mark.parametrize(
    ("kernel", "times", "end"), [("since 6.5", NEW, 131), ("before 6.5", OLD, 127)]
)
def test_a_silent_server_is_given_up_by_the_kernel_s_schedule(kernel, times, end):
    visit = handshake(server="silent", kernel=kernel)
    assert visit.syn_times == times
    assert (visit.result.symptom, visit.result.after) == ("timed out", end * 1_000_000)
    assert all(trace.dropped for trace in visit.capture)


@pytest.mark.fact("tcp-closed-vs-dropped")
def test_a_closed_port_refuses_after_one_round_trip():
    visit = handshake(200, server="closed")
    assert (visit.result.symptom, visit.result.after) == ("refused", 200_000)
    assert handshake(200, ("1st SYN",), "closed").result.after == 1_200_000


@pytest.mark.parametrize(
    ("lost", "kernel", "client", "server"),
    [
        (("1st SYN",), "since 6.5", 1.2, 1.3),
        (("1st SYN", "2nd SYN"), "since 6.5", 2.2, 2.3),
        (("1st SYN", "2nd SYN"), "before 6.5", 3.2, 3.3),
        (("1st SYN", "2nd SYN", "3rd SYN"), "before 6.5", 7.2, 7.3),
        (("1st SYN ACK",), "since 6.5", 1.2, 1.3),
        (("1st ACK",), "since 6.5", 0.2, 1.3),
        (("1st ACK", "2nd ACK"), "since 6.5", 0.2, 3.3),
    ],
)
def test_each_loss_costs_the_time_out_of_the_one_who_waits(lost, kernel, client, server):
    visit = handshake(200, lost, kernel=kernel)
    assert (
        visit.established("client") == client * 1e6 and visit.established("server") == server * 1e6
    )


@pytest.mark.parametrize("word", SEGMENTS)
def test_just_the_segment_that_was_named_is_lost(word):
    visit = handshake(200, (word,))
    lost = [trace for trace in visit.capture if trace.dropped]
    flags, place = SEGMENTS[word]
    same = [trace for trace in visit.capture if trace.packet.flags == flags]
    assert lost == same[place - 1 : place]


def test_an_opening_prints_itself_in_narrow_lines():
    words = str(handshake(200, ("1st SYN",)))
    assert "0.000 s  SYN      203.0.113.10:51828 > 192.0.2.10:80  (lost)" in words
    assert (
        words.endswith("client: connected after 1.200 s")
        and max(map(len, words.splitlines())) <= 72
    )


def test_the_same_setting_gives_the_same_capture():
    one, other = (handshake(300, ("1st SYN", "1st ACK"), seed=7) for _ in range(2))
    assert list(map(str, one.capture)) == list(map(str, other.capture))


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"round_trip": 0}, "round trip"),
        ({"round_trip": 0.2}, "round trip"),
        ({"lost": ("4th SYN",)}, "4th SYN"),
        ({"lost": "1st SYN"}, "tuple of words"),
        ({"server": "off"}, "closed"),
        ({"kernel": "7"}, "before 6.5"),
    ],
)
def test_a_wrong_value_of_an_opening_is_named(values, named):
    with pytest.raises(ValueError, match=named):
        handshake(**values)


# --- ports -------------------------------------------------------------------------------


@pytest.mark.fact("eph-linux-parity")
@pytest.mark.parametrize(
    "ports", [LINUX, (40_000, 40_006), (40_001, 40_001), RANGES["Windows, macOS"]]
)
def test_filling_takes_every_port_once_and_even_offsets_first(ports):
    found = fill(ports)
    assert sorted(found) == list(range(ports[0], ports[1] + 1))
    evens = (ports[1] - ports[0]) // 2 + 1
    assert all((port - ports[0]) % 2 == 0 for port in found[:evens])


def by_search(load, span):
    """The same load with a search for each port.

    Ports in use at the end of each second, failures, first failure.
    """
    taken, leaving, starts = [set() for _ in range(load.destinations)], {}, [0] * load.destinations
    in_use, failed, first = [], [], None
    for second in range(span):
        for i, port in leaving.pop(second, ()):
            taken[i].remove(port)
        lost = 0
        for i in range(load.destinations):
            new = load.rate // load.destinations + (i < load.rate % load.destinations)
            for number in range(new):
                port = choose(load.ports, starts[i], taken[i].__contains__)
                if port is None:
                    lost += 1
                    first = (
                        second + number / new
                        if first is None
                        else min(first, second + number / new)
                    )
                    continue
                taken[i].add(port)
                starts[i] = port - load.ports[0] + 2
                leaving.setdefault(second + load.occupancy, []).append((i, port))
        in_use.append(tuple(map(len, taken)))
        failed.append(lost)
    return tuple(zip(*in_use, strict=True)), tuple(failed), first


@pytest.mark.parametrize(
    "load",
    [
        Load((40_000, 40_099), 1, 7, 20, "server"),
        Load((40_000, 40_099), 3, 20, 15, "server"),
        Load((40_000, 40_049), 2, 3, 5, "client"),
        Load((40_000, 40_010), 1, 30, 2, "server"),
        Load((40_000, 40_099), 1, 1, 4, "client"),
        Load((40_000, 40_099), 4, 2, 4, "client"),
    ],
)
def test_counting_gives_what_searching_gives(load):
    use = port_use(load, 200)
    assert (use.in_use, use.failed, use.first) == by_search(load, 200)


def test_the_arithmetic_says_whether_it_runs_out():
    for rate in range(440, 490):
        use = port_use(Load(rate=rate))
        assert (
            (use.first is None)
            == (use.load.needed <= use.load.size)
            == (rate <= use.load.sustained)
        )
    assert Load().sustained == 28_232 // 61 == 462
    assert port_use(Load()).first == pytest.approx(28_232 / 500)


def test_the_limit_is_per_destination():
    use = port_use(Load(destinations=4, rate=1_500))
    assert use.first is None and max(use.total) == 91_500 > 65_535
    assert max(map(max, use.in_use)) < use.load.size


def test_a_real_client_opens_ten_connections_on_ten_ports_to_each_destination():
    opened = open_all((40_000, 40_009), 11, "192.0.2.10:80", "198.51.100.7:443")
    for _, found, error in opened.found:
        assert sorted(found) == list(range(40_000, 40_010)) and "no free port" in error
    assert "EADDRNOTAVAIL" in str(opened) and str(opened).endswith("20 connections at once")
    assert max(map(len, str(opened).splitlines())) <= 80


@pytest.mark.parametrize(
    ("load", "named"),
    [
        (Load(ports=(9, 1)), "first and last"),
        (Load(destinations=0), "destinations"),
        (Load(rate=1.5), "rate"),
        (Load(lifetime=-1), "lifetime"),
        (Load(closes_first="both"), "closes_first"),
        ((1, 2), "no load"),
    ],
)
def test_a_wrong_load_is_named(load, named):
    with pytest.raises(ValueError, match=named):
        port_use(load)


# --- judges ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "kernel", "said"),
    [
        ((2, "timed out", 131), "since 6.5", "Right: 11 SYNs"),
        (("3 s", " Timed out ", "127"), "before 6.5", "Right: 7 SYNs"),
        ((2, "refused", 1), "since 6.5", "somebody must send it"),
        ((2, "connected", 1), "since 6.5", "SYN ACK"),
        ((2, "reset", 1), "since 6.5", "ESTABLISHED"),
        ((3, "timed out", 131), "since 6.5", "3 s is what a Linux kernel before 6.5 does"),
        ((2, "timed out", 127), "before 6.5", "is what a Linux kernel since 6.5 does"),
        ((0.4, "timed out", 131), "since 6.5", "whatever the round trip"),
        ((2, "timed out", 127), "since 6.5", "before 6.5"),
        ((2, "timed out", 1.5), "since 6.5", "its own clock"),
        ((2, "timed out", 67), "since 6.5", "gave up at 131 s"),
    ],
)
def test_a_prediction_of_silence_meets_its_belief(told, kernel, said):
    judgement = lab.judge_silence(*told, kernel)
    assert said in judgement.words and judgement.right == said.startswith("Right")


@pytest.mark.parametrize(
    "told",
    [
        ("soon", "refused", 1),
        (1, "an error", 1),
        (1, "refused", ""),
        ("-1", "refused", 1),
        ("1.", "refused", 1),
        ("1e3", "refused", 1),
    ],
)
def test_a_prediction_of_silence_that_is_not_understood_is_named(told):
    with pytest.raises(ValueError, match="expected"):
        lab.judge_silence(*told)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ((80, 51828, "28,232"), "Right: the answer goes from 80 to 51828"),
        ((80, 51828, 65_535), "how many port numbers there are"),
        ((80, 51828, 16_384), "Windows and macOS"),
        ((80, 51828, 1), "Each takes a port of its own"),
        ((80, 51828, 1_000), "Not 1,000."),
        ((50_000, 51828, 28_232), "No other, higher port"),
        ((80, 80, 28_232), "the port that the opener of this connection chose, 51828"),
    ],
)
def test_a_prediction_of_ports_meets_its_belief(told, said):
    judgement = lab.judge_ports(lab.two_hosts().get(URL), *told)
    assert said in judgement.words and judgement.right == said.startswith("Right")
    assert judgement.right or "balancer" not in judgement.words


def test_a_prediction_of_ports_that_is_not_understood_is_named():
    visit = lab.two_hosts().get(URL)
    with pytest.raises(ValueError, match="connections at once"):
        lab.judge_ports(visit, 80, 51828, "many")
    with pytest.raises(ValueError, match="source port"):
        lab.judge_ports(visit, "http", 51828, 4)
    with pytest.raises(ValueError, match="no answer"):
        lab.judge_ports(lab.two_hosts("closed").get(URL), 80, 51828, 4)


# --- exercises ---------------------------------------------------------------------------


def test_syns_are_never_closer_than_a_second():
    for kernel in KERNELS:
        assert all(
            b - a >= 1 for a, b in pairwise(handshake(server="silent", kernel=kernel).syn_times)
        )
