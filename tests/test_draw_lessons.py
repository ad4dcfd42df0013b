"""The pictures of lessons 02 and 03 are laid out right, whatever the explorers' controls say."""

from __future__ import annotations

import re
from itertools import product

import pytest
from rigs.layout import faults

from vpcedu import draw
from vpcedu.draw.canvas import style
from vpcedu.draw.canvas.scene import Box, Line, Mark, Text
from vpcedu.draw.time.ephemeral_ports import BIN_RIGHT, BINS, FLOOR, TOP
from vpcedu.draw.time.handshake_axis import CLIENT, SERVER, START
from vpcedu.sites.port_load import RANGES, SPREADS, Load, port_use
from vpcedu.sites.two_hosts import KERNELS, handshake

LOSSES = [
    tuple(
        word
        for word, is_lost in zip(
            ("1st SYN", "2nd SYN", "1st SYN ACK", "1st ACK"), choice, strict=True
        )
        if is_lost
    )
    for choice in product((False, True), repeat=4)
]
TRIPS = (20, 140, 340, 360, 500)


def cut_off(scene):
    """Words that had no room.

    A title with dots at its end, or a bottom sentence whose last words are missing.
    """
    words = [item.words for item in scene.items if isinstance(item, Text)]
    bold = " ".join(
        item.words
        for item in scene.items
        if isinstance(item, Text) and item.size == style.LABEL and item.bold
    )
    last = scene.alt.split()[-1]
    return [word for word in words if word.endswith("...")] + (
        [] if last in bold.split() else [f"{last} is missing"]
    )


def lines_of(scene):
    return [item for item in scene.items if isinstance(item, Line) and item.part_of]


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("server", ["up", "closed", "silent"])
def test_no_setting_of_the_handshake_overlaps_leaves_the_frame_or_jumps(server, kernel):
    wrong, heights = [], set()
    for lost, trip in product(LOSSES, TRIPS):
        scene = draw.handshake(handshake(trip, lost, server, kernel)).scene
        heights.add(scene.height)
        wrong += [f"{trip} ms, lost {lost}: {fault}" for fault in faults(scene) + cut_off(scene)]
    assert wrong == []
    assert len(heights) == 1


@pytest.mark.parametrize("lost", LOSSES, ids=" ".join)
def test_arrows_of_the_first_seconds_begin_and_end_at_their_times(lost):
    """Their times are those that the axis at the left says."""
    visit = handshake(400, lost)
    scene = draw.handshake(visit).scene
    ticks = dict(tick_of(item) for item in scene.items if is_tick(item))
    last = max(ticks)
    per = (ticks[last] - START) / last
    assert len(ticks) == 4 and ticks[last] > START + 100
    assert all(y == pytest.approx(START + per * second) for second, y in ticks.items())
    drawn, seen = {line.part_of: line.points for line in lines_of(scene)}, 0
    for trace in visit.capture:
        now = trace.last.now / 1e6
        if trace.number in drawn and now <= last and trace.last.check == "deliver":
            (x0, y0), (x1, y1) = drawn[trace.number]
            assert (x0, x1) == ((CLIENT, SERVER) if trace.sender == "client" else (SERVER, CLIENT))
            assert y0 == pytest.approx(START + per * trace.steps[0].now / 1e6)
            assert y1 == pytest.approx(START + per * now)
            seen += 1
    assert seen


def is_tick(item):
    return (
        isinstance(item, Text)
        and item.x == style.MARGIN
        and re.fullmatch(r"[\d.]+ m?s", item.words)
    )


def tick_of(item):
    """The seconds that a tick of the axis says, and where it is."""
    number, unit = item.words.split()
    return float(number) / (1_000 if unit == "ms" else 1), item.y - 4.5


@pytest.mark.parametrize("lost", LOSSES, ids=" ".join)
def test_every_lost_segment_has_a_cross(lost):
    visit = handshake(200, lost)
    crosses = {
        item.part_of
        for item in draw.handshake(visit).scene.items
        if isinstance(item, Mark) and item.part_of
    }
    gone = [trace for trace in visit.capture if trace.last.check != "deliver"]
    assert (
        len(gone)
        == len(crosses)
        == len(
            [
                word
                for word in lost
                if word != "2nd SYN" or "1st SYN" in lost or "1st SYN ACK" in lost
            ]
        )
    )


def test_a_silent_server_s_picture_says_all_times_and_when_it_ends():
    scene = draw.handshake(handshake(server="silent")).scene
    words = " ".join(item.words for item in scene.items if isinstance(item, Text))
    assert (
        "timed out after 131 s" in scene.title
        and "67 s" in words
        and "SYN again at 11, 19, 35 s" in words
    )
    assert "0, 1, 2, 3, 4, 5, 7, 11, 19, 35, 67 s" in words.replace("  ", " ")


def test_the_text_alternative_comes_from_the_run():
    alt = draw.handshake(handshake(400, ("1st SYN", "2nd SYN"), kernel="before 6.5")).alt
    for part in (
        "SYN from client at 0 s, lost.",
        "SYN from client at 3 s, arrives at 3.2 s.",
        "The client is ESTABLISHED at 3.4 s.",
        "The server is ESTABLISHED at 3.6 s.",
    ):
        assert part in alt


LOADS = [
    Load(RANGES[name], k, rate, lifetime, closer, spread)
    for name in RANGES
    for k in (1, 3, 4)
    for rate in (10, 470, 2_000)
    for lifetime in (1, 300)
    for closer in ("client", "server")
    for spread in SPREADS
]


def test_no_setting_of_the_ports_overlaps_leaves_the_frame_or_jumps():
    wrong, heights = [], set()
    for load in LOADS:
        use = port_use(load)
        for second in (None, 35):
            scene = draw.ports(use, second).scene
            heights.add(scene.height)
            wrong += [f"{load} {second}: {fault}" for fault in faults(scene)]
    assert wrong == []
    assert len(heights) == 1


def test_each_destination_has_a_curve_and_a_bin_and_they_are_what_the_run_says():
    use = port_use(Load(destinations=4, rate=1_500, spread=SPREADS[1]))
    scene = draw.ports(use, 200).scene
    curves = [item for item in scene.items if isinstance(item, Line) and item.width == 3.0]
    high = FLOOR - TOP
    # 100 new per s to each of the three others, for 61 s
    assert [line.points[-1][1] for line in curves] == [
        TOP,
        pytest.approx(FLOOR - high * 6_100 / 28_232),
    ]
    last = BINS + (BIN_RIGHT - BINS) * 3 / 4
    filled = [box for box in scene.items if isinstance(box, Box) and box.x > last and box.y > TOP]
    assert [(box.ground, box.h) for box in filled] == [
        ("rule", pytest.approx(high * 6_000 / 28_232)),
        ("tracked-ground", pytest.approx(high * 100 / 28_232)),
    ]
    said = [item.words for item in scene.items if isinstance(item, Text)]
    assert {"1", "2-4", "1,200", "6,000"} <= set(said)


def test_open_connections_and_ports_in_time_wait_are_told_apart():
    use = port_use(Load(rate=100, lifetime=3))
    assert [use.open_at(second)[0] for second in (1, 3, 4, 600)] == [100, 300, 300, 300]
    assert use.total[-1] == 6_300 and use.most_open == 300
    assert "300 open, 6,000 in TIME-WAIT" in draw.ports(use, 600).alt
    assert port_use(Load(rate=100, lifetime=3, closes_first="server")).total[-1] == 300


@pytest.mark.parametrize("at", [0, 601, 2.5, "late"])
def test_an_instant_that_is_not_shown_is_named(at):
    with pytest.raises(ValueError, match="expected a second from 1 to 600"):
        draw.ports(port_use(Load()), at)


def test_a_load_of_another_span_is_not_drawn():
    with pytest.raises(ValueError, match="expected 600 s"):
        draw.ports(port_use(Load(), span=60))
