"""The pictures of lessons 02 and 03 are laid out right, whatever the explorers' controls say."""

from __future__ import annotations

from itertools import product

import pytest
from rigs.layout import faults

from vpcedu import draw
from vpcedu.draw.canvas import style
from vpcedu.draw.canvas.scene import Line, Mark, Text
from vpcedu.draw.time.handshake_axis import CLIENT, PER_SECOND, SERVER, START
from vpcedu.sites.port_load import RANGES, Load, port_use
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
    visit = handshake(400, lost)
    drawn = {line.part_of: line.points for line in lines_of(draw.handshake(visit).scene)}
    for trace in visit.capture:
        if trace.number in drawn and trace.last.now <= 4_000_000 and trace.last.check == "deliver":
            (x0, y0), (x1, y1) = drawn[trace.number]
            assert (x0, x1) == ((CLIENT, SERVER) if trace.sender == "client" else (SERVER, CLIENT))
            assert y0 == pytest.approx(START + PER_SECOND * trace.steps[0].now / 1e6)
            assert y1 == pytest.approx(START + PER_SECOND * trace.last.now / 1e6)


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
    Load(RANGES[name], k, rate, lifetime, closer)
    for name in RANGES
    for k in (1, 3, 4)
    for rate in (10, 250, 470, 1_100, 2_000)
    for lifetime in (1, 30, 300)
    for closer in ("client", "server")
]


def test_no_setting_of_the_ports_overlaps_leaves_the_frame_or_jumps():
    wrong, heights = [], set()
    for load in LOADS:
        scene = draw.ports(port_use(load)).scene
        heights.add(scene.height)
        wrong += [f"{load}: {fault}" for fault in faults(scene) + cut_off(scene)]
    assert wrong == []
    assert len(heights) == 1


def test_curves_end_where_the_run_ends():
    use = port_use(Load(destinations=2, rate=800))
    curves = [
        item for item in draw.ports(use).scene.items if isinstance(item, Line) and item.width == 3.0
    ]
    assert [line.points[-1][1] for line in curves] == [
        pytest.approx(318 - 200 * 24_400 / 75_000),
        pytest.approx(476 - 110 * 48_800 / 270_000),
    ]


def test_a_load_of_another_span_is_not_drawn():
    with pytest.raises(ValueError, match="expected 600 s"):
        draw.ports(port_use(Load(), span=60))
