"""A predicted packet on the picture of what happened: it dies where it died."""

from __future__ import annotations

import functools

import pytest
from rigs.layout import faults

from vpcedu import draw, lab, reference_architecture
from vpcedu.draw.canvas.scene import Line, Mark
from vpcedu.draw.canvas.style import EXPECTED
from vpcedu.sites.lone_server import URL, lone_server
from vpcedu.sites.parts import PAGE
from vpcedu.sites.reference import BALANCERS

WEB, CLIENT, NODE, NAT = "10.0.1.10", "203.0.113.10", "10.0.0.10", "10.0.0.20"
# What people say that web answers: source port, destination, its port.
TOLD = {
    "the client": (80, CLIENT, 51828),
    "from a new port": (40_000, NODE, "?"),
    "the NAT": (80, NAT, 51828),
    "the balancer's public address": (80, "192.0.2.10", 80),
    "somebody else": (80, "198.51.100.7", 443),
}
CASES = [(balancer, told) for balancer in BALANCERS for told in TOLD]


@functools.cache
def visit(balancer):
    return reference_architecture(balancer).get(PAGE)


@functools.cache
def tried(balancer, told):
    sport, dst, dport = TOLD[told]
    return lab.judge(visit(balancer), WEB, sport, dst, dport).trace


def expected_lines(scene):
    return [item for item in scene.items if isinstance(item, Line) and item.dash == EXPECTED]


@pytest.mark.parametrize(("balancer", "told"), CASES)
@pytest.mark.parametrize("kind", ["map", "ladder"])
def test_a_predicted_packet_has_its_place_in_the_picture(kind, balancer, told):
    trace = tried(balancer, told)
    plain = getattr(draw, kind)(visit(balancer))
    picture = getattr(draw, kind)(visit(balancer), predicted=trace)
    assert faults(picture.scene) == []
    path = [line for line in expected_lines(picture.scene) if line.part_of]
    own = f"Predicted, and sent to try it: {trace.packet.flow} from web "
    if trace in visit(balancer).capture.traces or own not in picture.alt:
        assert path == [] and "is the one that was sent" in picture.alt
        assert picture.scene.items == plain.scene.items
        return
    lost = trace.dropped
    assert picture.alt.endswith(own + f"reaches {trace.last.at}.") or lost
    crosses = [item for item in picture.scene.items if getattr(item, "kind", "") == "cross"]
    before = [item for item in plain.scene.items if getattr(item, "kind", "") == "cross"]
    assert (len(crosses) > len(before)) == (lost is not None)
    if lost is not None:
        fate = "refused" if lost.sent else "lost"
        assert f"is {fate} at {lost.at}, {lost.reason.code}" in picture.alt
        said = [item.words for item in picture.scene.items if hasattr(item, "words")]
        assert any(words.startswith("Your packet: ") for words in said)
    assert path or lost.at == "web"


def test_the_predicted_reply_to_the_client_dies_in_the_box_of_the_nat():
    scene = draw.map(visit("classic-tcp"), predicted=tried("classic-tcp", "the client")).scene
    cross = next(item for item in scene.items if getattr(item, "kind", "") == "cross")
    box = next(
        item.extent
        for item in scene.items
        if hasattr(item, "extent")
        and hasattr(item, "radius")
        and item.ink == "muted"
        and item.y > 180
        and item.x > 250
    )
    assert box[0] < cross.x < box[2] and box[1] < cross.y < box[3]
    squares = [item for item in scene.items if isinstance(item, Mark) and item.kind == "square"]
    assert {mark.words for mark in squares} == {"7", "8"}


def test_in_a_ladder_the_nat_gets_a_lifeline_for_the_packet_that_was_meant_to_pass_it():
    alone = draw.ladder(visit("classic-tcp")).scene
    scene = draw.ladder(visit("classic-tcp"), predicted=tried("classic-tcp", "the client")).scene
    for shown, has in ((alone, False), (scene, True)):
        assert any(getattr(item, "words", "") == "NAT" for item in shown.items) == has
    words = [getattr(item, "words", "") for item in scene.items]
    assert words.count("your packet") == 2, "its row, and the legend"
    assert words.index("your packet") > words.index("GET /") and "to client" in words


def test_lesson_01_s_prediction_that_the_reply_leaves_by_a_public_address():
    public = lone_server("Internet gateway").get(URL)
    trace = lab.judge_addresses(public, WEB, "192.0.2.40", "192.0.2.40").trace
    for picture in (draw.ladder(public, predicted=trace), draw.map(public, predicted=trace)):
        assert faults(picture.scene) == [] and "is lost at web, source check" in picture.alt
    words = [
        getattr(item, "words", "") for item in draw.ladder(public, predicted=trace).scene.items
    ]
    assert "from 192.0.2.40" in words


def test_without_a_prediction_nothing_changes():
    for make in (draw.map, draw.ladder):
        shown = visit("network")
        assert make(shown, predicted=None).scene == make(shown).scene
