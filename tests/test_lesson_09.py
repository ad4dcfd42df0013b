"""Lesson 09, time: the judge's words are a run's, the explorer follows, solutions work."""

from __future__ import annotations

import pytest

from vpcedu import draw, lab, widgets
from vpcedu.clock import SECOND
from vpcedu.draw.canvas.scene import live
from vpcedu.sites.silence import INSTANCES, SPEAKERS, WAYS, at
from vpcedu.widgets.explorers.clocks import KEEP_ALIVE, SECONDS, frame, room


def packets_between(run, first, last):
    return [trace for trace in run.capture if first * SECOND < trace.steps[0].now < last * SECOND]


@pytest.mark.fact("natgw-idle", "natgw-rst")
def test_a_nat_gateway_s_timeout_sends_nothing_and_who_waits_never_learns():
    run = lab.silence("NAT gateway", 420, "listener")
    assert packets_between(run, 1, 420) == [] == list(run.between)
    assert run.learns("web") is None and run.state("web") == "ESTABLISHED" and run.over
    assert not run.arrived and len(run.said) == 16
    assert run.learns("update server")[1] == "timed out"


@pytest.mark.fact("natgw-rst")
def test_a_nat_gateway_sends_rst_to_who_goes_on_behind_it_and_to_nobody_else():
    run = lab.silence("NAT gateway", 420, "opener")
    assert run.learns("web") == (420 * SECOND + 400, "reset")  # to the gateway and back
    assert run.learns("update server") is None


@pytest.mark.fact("clb-idle")
def test_a_classic_balancer_closes_both_connections_and_keep_alive_does_not_help():
    for keepalive in (None, 45):
        run = lab.silence("Classic LB", 90, "listener", keepalive)
        assert {run.learns(who)[1] for who in ("client", "web")} == {"closed by the other end"}
        assert all(60 * SECOND < run.learns(who)[0] < 61 * SECOND for who in ("client", "web"))


@pytest.mark.fact("nlb-idle", "nlb-idle-rst")
def test_a_network_balancer_resets_who_goes_on_and_keep_alive_helps():
    assert lab.silence("Network LB", 420, "opener").learns("client")[1] == "reset"
    assert lab.silence("Network LB", 420, "opener", keepalive=300).arrived
    assert lab.silence("Network LB", 420, "opener", idle=600, instance="before Nitro v6").said


@pytest.mark.fact("sg-idle-tcp")
def test_a_group_s_clock_alone_can_stop_an_answer():
    assert lab.silence("NAT instance", 420, "listener").arrived
    moved = lab.silence("NAT instance", 420, "listener", instance="Nitro v6")
    assert not moved.arrived and {(t.dropped.at, t.dropped.check) for t in moved.said} == {
        ("web", "group in")
    }


def test_a_silence_of_another_kind_is_refused():
    for words, arguments in (
        ("way", ("wire",)),
        ("silence", ("NAT gateway", 0)),
        ("speaks", ("NAT gateway", 9, "web")),
        ("keep-alive", ("NAT gateway", 9, "opener", "300")),
        ("instance", ("NAT gateway", 9, "opener", None, "t2")),
        ("only a balancer's", ("NAT gateway", 9, "opener", None, "Nitro v6", 600)),
    ):
        with pytest.raises(ValueError, match=words):
            lab.silence(*arguments)


def test_the_same_silence_gives_the_same_words():
    assert str(lab.silence(seconds=420)) == str(lab.silence(seconds=420))


@pytest.mark.parametrize(
    ("answer", "belief"),
    [
        (("FIN", "lost", 350), "closed by the other end at 60.08 s"),
        (("RST", "lost", 350), "it was reset at 420 s"),
        (("nothing", "arrives", 420), "lost at NAT, translation"),
        (("nothing", "lost", 350), "a host that sends nothing runs no timer"),
        (("nothing", "lost", 1_345), "the OTHER end gives up"),
        (("nothing", "lost", 7_200), "web was reset at 7,200.081 s"),
    ],
)
def test_a_wrong_prediction_is_contradicted_by_a_run(answer, belief):
    said = lab.judge_idle(*answer)
    assert not said.right and belief in said.words


def test_the_right_prediction_is_right_however_it_is_typed():
    for answer in (("nothing", "lost", "never"), (" Nothing", "LOST ", " Never ")):
        assert lab.judge_idle(*answer).right


@pytest.mark.parametrize("answer", [("no", "lost", 1), ("FIN", "gone", 1), ("FIN", "lost", "soon")])
def test_what_is_no_prediction_is_named(answer):
    with pytest.raises(ValueError, match="expected"):
        lab.judge_idle(*answer)


SETTINGS = [
    ("NAT gateway", 420, "listener", None, "before Nitro v6", "web: never finds out"),
    ("NAT gateway", 420, "opener", 300, "before Nitro v6", "they arrive"),
    ("Classic LB", 90, "listener", 45, "before Nitro v6", "web has no connection left to send on"),
    ("NAT instance", 420, "listener", None, "Nitro v6", "never arrive"),
]


def test_picture_and_sentence_follow_every_control():
    explorer = widgets.IdleClocks()
    for way, seconds, speaks, keepalive, instance, words in SETTINGS:
        explorer.way.value, explorer.seconds.value, explorer.speaks.value = way, seconds, speaks
        explorer.keepalive.value, explorer.instance.value = keepalive, instance
        assert words in explorer.sentence
        run = lab.silence(way, seconds, speaks, keepalive, instance)
        assert run.ends in explorer.sentence
        assert explorer.picture.svg() == draw.clocks(run).svg()


@pytest.mark.parametrize("way", WAYS)
def test_every_setting_has_a_frame_that_fits_its_place(way):
    shown = [
        frame(way, seconds, speaks, keepalive, instance)
        for seconds in SECONDS[::4]
        for speaks in SPEAKERS
        for keepalive in KEEP_ALIVE.values()
        for instance in INSTANCES
    ]
    assert {live(one.picture.scene).height for one in shown} == {room(way)}
    assert max(len(one.sentence) for one in shown) <= 4 * 92


def test_an_answer_that_is_no_setting_is_named():
    for number, row in (("09.1", "300"), ("09.2", 300), ("09.2", (30, 7_000))):
        said = " ".join(lab.check(number, row).split())
        assert said.startswith("Not understood: ") and "expected" in said


def test_times_are_as_short_as_they_can_be_said():
    assert [at(n) for n in (0, 420 * SECOND, 60_080_000, 1_344_600_000)] == [
        "0",
        "420",
        "60.08",
        "1,344.6",
    ]
