"""Lesson 01: what it shows is so, and each wrong answer is contradicted by a run."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
from rigs.layout import faults, segment_meets

from vpcedu import draw, lab, widgets
from vpcedu.draw.canvas.scene import Line, Mark, live
from vpcedu.sites.lone_server import (
    DEFAULTS,
    PARTNER,
    PUBLIC,
    TABLE,
    URL,
    lone_server,
    public_or_not,
)
from vpcedu.sites.parts import IGW, UPDATES
from vpcedu.tables.route_table import Route
from vpcedu.trace import DROP
from vpcedu.widgets.explorers.routes import PICTURES, frame
from vpcedu.widgets.explorers.routes import room as height
from vpcedu.widgets.parts.explorer import WIDTH

TRIED = (
    UPDATES,
    "203.0.113.10",
    "10.0.0.20",
    "10.0.1.10",
    PUBLIC,
    "10.0.1.99",
    "192.168.0.1",
    "8.8.8.8",
    "192.0.2.20",
    "169.254.169.254",
    "255.255.255.255",
)


# --- the site ----------------------------------------------------------------------------


@pytest.mark.fact("public-needs-both", "public-subnet")
def test_only_the_route_and_the_address_together_reach_the_internet():
    for case in public_or_not().rows:
        route = case.default == IGW
        assert (case.visit.symptom == "200 OK") == (route and case.public)
        assert case.subnet == ("public" if route else "private")
        works = case.default == "NAT" or (route and case.public)
        assert (case.update.symptom == "connected") == works


def test_the_table_of_six_is_narrow_and_says_whose_address_is_seen():
    words = str(public_or_not())
    assert max(map(len, words.splitlines())) <= 80 and len(words.splitlines()) == 8
    assert "NAT              192.0.2.40   private  answer lost: NAT works, as 192.0.2.20" in words


@pytest.mark.fact("igw-1to1-nat", "instance-sees-private")
def test_web_knows_itself_only_by_its_private_address():
    visit = lone_server(IGW).get(URL)
    inside = [
        step.before.flow for trace in visit.capture for step in trace.steps if step.at == "web"
    ]
    assert inside and all(
        "10.0.1.10" in (flow.src, flow.dst) and PUBLIC not in (flow.src, flow.dst)
        for flow in inside
    )


@pytest.mark.fact("lpm")
def test_the_longest_prefix_wins_whatever_the_default():
    for default in DEFAULTS:
        visit = lone_server(default, partner=True).connect("web", UPDATES, 443)
        row = next(step.row for step in visit.capture[1].steps if step.check == "route")
        assert row == Route(TABLE, PARTNER, "NAT") and visit.symptom == "connected"


def test_an_unknown_default_is_named():
    with pytest.raises(ValueError, match="nowhere, NAT, Internet gateway"):
        lone_server("igw")


@pytest.mark.parametrize(
    ("default", "public", "partner"), [*product(DEFAULTS, (False, True), (False, True))]
)
def test_the_picture_of_each_site_is_laid_out_right(default, public, partner):
    assert faults(draw.site(lone_server(default, public, partner)).scene) == []


# --- judges ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (("timed out", "answer", "NAT"), "Right. The request did arrive"),
        ((" Timed  Out ", "ANSWER", "nat"), "Right. The request did arrive"),
        (("page", "none", "nowhere"), "The subnet's route table decides how they leave"),
        (("connected", "nothing", "nowhere"), "The subnet's route table decides how they leave"),
        (("refused", "request", "web"), "gave up after 131 s"),
        (("timed out", "request", "Internet gateway"), "the request needed no more than that"),
        (("timed out", "answer", "igw"), "not at Internet gateway"),
    ],
)
def test_a_prediction_of_the_reach_meets_its_belief(told, said):
    judgement = lab.judge_reach(*told)
    assert said in judgement.words and judgement.right == said.startswith("Right")
    assert judgement.trace.dropped.at == "NAT" and judgement.trace.sender == "web"


@pytest.mark.parametrize(
    "told", [("", "answer", "NAT"), ("timed out", "both", "NAT"), ("timed out", "answer", "router")]
)
def test_a_prediction_of_the_reach_that_is_not_understood_is_named(told):
    with pytest.raises(ValueError, match="expected one of"):
        lab.judge_reach(*told)


@pytest.mark.parametrize(
    ("told", "said", "lost"),
    [
        (("10.0.1.10", "10.0.1.10", PUBLIC), "Right: for requests and for answers", None),
        ((PUBLIC, PUBLIC, PUBLIC), "does not reach web under 192.0.2.40", None),
        (("10.0.1.10", PUBLIC, PUBLIC), "It was lost at web, source check", "web"),
        (("10.0.1.10", "10.0.0.1", PUBLIC), "It was lost at web, source check", "web"),
        (("10.0.1.10", "10.0.1.10", "10.0.1.10"), "It was lost at client, deliver", "client"),
    ],
)
def test_a_prediction_of_the_addresses_meets_its_belief(told, said, lost):
    judgement = lab.judge_addresses(lone_server(IGW).get(URL), *told)
    assert said in judgement.words and judgement.right == said.startswith("Right")
    assert (judgement.trace.last.action == DROP) == bool(lost)
    assert not lost or judgement.trace.last.at == lost


def test_a_prediction_of_the_addresses_that_is_not_understood_is_named():
    visit = lone_server(IGW).get(URL)
    with pytest.raises(ValueError, match="source at the client: 'web'"):
        lab.judge_addresses(visit, "10.0.1.10", "10.0.1.10", "web")
    with pytest.raises(ValueError, match="had no answer"):
        lab.judge_addresses(lone_server().get(URL), "10.0.1.10", "10.0.1.10", PUBLIC)


# --- the explorer ------------------------------------------------------------------------


def test_what_is_no_address_is_said_and_the_picture_stays():
    explorer = widgets.Routes()
    picture = explorer.image.value
    explorer.to.value = "web.example"
    assert (
        explorer.sentence.startswith("Not understood: 'web.example'")
        and explorer.image.value == picture
    )
    explorer.to.value = " 198.51.100.7 "
    assert "The only route that fits" in explorer.sentence


@pytest.mark.parametrize("picture", PICTURES)
@pytest.mark.parametrize("default", DEFAULTS)
def test_every_setting_has_a_picture_that_fits_and_a_sentence_with_room(picture, default):
    room = height(picture)
    for to, public, partner in product(TRIED, (False, True), (False, True)):
        shown = frame(to, default, public, partner, picture)
        assert live(shown.picture.scene).height <= room and faults(shown.picture.scene) == []
        assert len(shown.sentence) <= 4 * 92 and shown.picture.scene.width == WIDTH


# --- exercises ---------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "row"), [("01.1", 3), ("01.2", "NAT")])
def test_what_is_no_row_is_named(number, row):
    said = " ".join(lab.check(number, row).split())
    assert said.startswith("Not understood: ") and "expected a Route" in said


def test_on_the_map_the_lost_answer_and_its_request_do_not_cross():
    """No line of one hop meets a line, or the number, of another."""
    scene = draw.map(lone_server("NAT").get(URL)).scene
    lines = [item for item in scene.items if isinstance(item, Line) and item.part_of]
    numbers = [item for item in scene.items if isinstance(item, Mark) and item.words][:3]
    for line in lines:
        for start, end in pairwise(line.points):
            for other in lines:
                if {line.part_of, other.part_of} == {2, 3}:
                    for one, two in pairwise(other.points):
                        sides = (sorted((one[0], two[0])), sorted((one[1], two[1])))
                        box = tuple(side[place] for place in (0, 1) for side in sides)
                        assert not segment_meets(start, end, box)
            for mark in numbers:
                reach = mark.x - 9, mark.y - 9, mark.x + 9, mark.y + 9
                assert not segment_meets(start, end, reach), (line.part_of, mark.words)
