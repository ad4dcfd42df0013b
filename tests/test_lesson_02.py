"""Lesson 02, a TCP connection: how an opening goes, with losses; its judge and its exercise."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from vpcedu import draw, lab
from vpcedu.course.lesson_02 import CASES, three_cases
from vpcedu.sites.two_hosts import KERNELS, SEGMENTS, handshake

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


# --- judges ------------------------------------------------------------------------------


RIGHT = ("the server", "under a second", "nobody", "minutes", "nobody", "minutes")


@pytest.mark.parametrize(
    ("place", "told", "said"),
    [
        (0, "nobody", "its operating system answers also where no program listens"),
        (0, "the firewall", "its operating system answers"),
        (1, "minutes", "it takes one round trip"),
        (1, "never", "a limited number of times"),
        (2, "the firewall", "drops the packet and sends nothing"),
        (2, "the server", "has to get the SYN first"),
        (3, "under a second", "only try again, and wait"),
        (3, "never", "a limited number of times"),
        (4, "the server", "has to get the SYN first"),
        (5, "seconds", "only try again, and wait"),
    ],
)
def test_a_prediction_of_silence_meets_its_belief(place, told, said):
    judgement = lab.judge_silence(*RIGHT[:place], told, *RIGHT[place + 1 :])
    assert judgement.words.startswith(f"5 of 6. {CASES[place // 2]}: ") and said in judgement.words
    assert not judgement.right


def test_the_right_prediction_of_silence_is_what_three_runs_show():
    judgement = lab.judge_silence(*RIGHT)
    assert judgement.right and "refused after 0.2 s" in judgement.words
    assert [visit.result.symptom for visit in three_cases()] == ["refused"] + 2 * ["timed out"]
    dropped = three_cases()[1].capture.traces[0].dropped
    assert (dropped.at, dropped.check) == ("web", "group in")


# --- exercises ---------------------------------------------------------------------------


def test_syns_are_never_closer_than_a_second():
    for kernel in KERNELS:
        assert all(
            b - a >= 1 for a, b in pairwise(handshake(server="silent", kernel=kernel).syn_times)
        )


# --- the cell that draws on a picture ---------------------------------------------------


def test_the_first_text_of_a_picture_is_its_title_which_the_lesson_changes():
    picture = draw.handshake(lab.handshake(round_trip=200, lost=("1st ACK",)))
    assert picture.axes.texts[0].get_text() == picture.scene.title


def test_a_cell_changes_a_colour_and_adds_an_arrow():
    from tests.notebook_rules import NOTEBOOKS

    cells = json.loads(NOTEBOOKS[2].read_text(encoding="utf-8"))["cells"]
    source = next(words for cell in cells if ".axes.annotate" in (words := "".join(cell["source"])))
    names = {"draw": draw, "half_open": handshake(200, ("1st ACK",))}
    exec(source, names)
    axes = names["picture"].axes
    assert axes.texts[0].get_color() == "#8E0016"
    assert [text for text in axes.texts if getattr(text, "arrow_patch", None)]
