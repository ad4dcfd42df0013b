"""Lesson 03, ephemeral ports: how many are in use, counted and searched for; its judge."""

from __future__ import annotations

import pytest

from vpcedu import draw, lab, widgets
from vpcedu.draw.canvas.scene import Text
from vpcedu.protocols.ports import LINUX, choose
from vpcedu.sites.port_load import RANGES, Load, fill, open_all, port_use

URL = "http://www.example.com/"

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
        for i, new in enumerate(load.shares):
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
        Load((40_000, 40_049), 3, 15, 5, "server", "4 of 5 to one"),
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


def test_one_destination_that_gets_most_runs_out_and_the_others_do_not():
    for rate in range(570, 590):
        load = Load(destinations=4, rate=rate, spread="4 of 5 to one")
        use = port_use(load)
        assert sum(load.shares) == rate and load.shares[0] == rate * 4 // 5
        assert (use.first is None) == (load.needed <= load.size) == (rate <= load.sustained)
    assert max(map(max, use.in_use[1:])) < 3_000 and max(use.in_use[0]) == 28_232


def test_65535_is_no_limit_for_open_connections():
    use = port_use(Load(destinations=4, rate=1_000, lifetime=100, closes_first="server"))
    assert use.first is None and use.most_open == 100_000 == use.total[-1]


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
        (Load(spread="all"), "spread 'all'"),
        ((1, 2), "no load"),
    ],
)
def test_a_wrong_load_is_named(load, named):
    with pytest.raises(ValueError, match=named):
        port_use(load)


# --- judges ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ((80, 51828, "28,232"), "Right: the answer goes from 80 to 51828"),
        ((80, 51828, 65_535), "how many port numbers exist"),
        ((80, 51828, 16_384), "Windows and macOS"),
        ((80, 51828, 1), "each takes a port of its own"),
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


def test_with_one_destination_nothing_can_be_spread():
    explorer = widgets.Ports()
    assert explorer.spread.disabled and "one destination" in explorer.note.value
    before = explorer.picture.scene
    explorer.spread.value = "4 of 5 to one"
    assert explorer.picture.scene == before
    explorer.destinations.value = 2
    assert not explorer.spread.disabled and explorer.note.value == ""
    before = explorer.picture.scene
    explorer.spread.value = "evenly"
    assert explorer.picture.scene != before


def test_a_packet_from_the_wrong_port_is_refused_not_lost():
    """RFC 9293 section 3.5.2: what belongs to no connection is answered with a RST."""
    visit = lab.two_hosts().get(URL)
    judgement = lab.judge_ports(visit, 50_000, 51_828, 65_535)
    assert "refused with a RST at client" in judgement.words and "lost" not in judgement.words
    ladder = draw.ladder(visit, predicted=judgement.trace)
    assert "is refused at client" in ladder.alt
    assert "refused:" in [text.words for text in ladder.scene.items if isinstance(text, Text)]


def test_ss_counts_the_ports_that_only_wait():
    site = lab.two_hosts()
    assert [site.get(URL).symptom for _ in range(3)] == ["200 OK"] * 3
    assert "estab 1" in str(lab.ss(site.network, "client", "-s"))
    assert "timewait 2" in str(lab.ss(site.network, "client", "-s"))
