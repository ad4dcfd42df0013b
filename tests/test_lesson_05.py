"""Lesson 05: what the page says of address translation is what the model does."""

from __future__ import annotations

from itertools import product

import pytest
from rigs.layout import faults

from vpcedu import draw, lab, reference_architecture, widgets
from vpcedu.clock import SECOND
from vpcedu.draw.canvas.scene import Mark, Text, live
from vpcedu.draw.tables.translations import sentence
from vpcedu.packet import Packet
from vpcedu.reasons import IDLE_TIMEOUT, NO_PORT, NO_TRANSLATION
from vpcedu.sites.reference import NAT
from vpcedu.sites.two_instances import MOST, SPAN, SPEAKERS, FilterSetting, tell
from vpcedu.tables.security_group import GroupRule
from vpcedu.widgets.explorers.translations import ALIVE, frame

STORIES = [
    FilterSetting(*values)
    for values in product((1, 4, 6), (1, 2), (1, 2, 6), (10, 200, 360, 600), SPEAKERS, (0, 300))
]


def words(story):
    return [item.words for item in draw.translations(story).scene.items if isinstance(item, Text)]


# --- the beliefs, and what contradicts them -------------------------------------------------


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (("10.0.1.10", 0, "table"), "web has this address only inside the VPC"),
        (("10.0.0.20", 0, "table"), "the NAT's address inside the VPC"),
        (("203.0.113.10", 0, "table"), "It was lost at client, deliver"),
        (("8.8.8.8", 0, "table"), "answers the source address that it saw"),
        (("192.0.2.20", 22, "table"), "the visit sent 22 packets, and not one of them met the NAT"),
        (
            (" 192.0.2.20 ", "11", "table"),
            "web's answer went to 10.0.0.10:19404 by the local route",
        ),
        (("192.0.2.20", 0, "group"), "the NAT gateway has none"),
        (
            ("192.0.2.20", 0, "network ACL"),
            "it allowed the packet (acl-public in 100: allow all from 0.0.0.0/0)",
        ),
        (("192.0.2.20", "0", "Table"), "Right. The stranger sees: timed out"),
    ],
)
def test_a_prediction_of_the_nat_meets_a_run(told, said):
    judgement = lab.judge_nat(*told)
    assert said in judgement.words and judgement.right == said.startswith("Right")
    assert judgement.trace is not None
    assert "lost" in judgement.words or told[1] != 0


@pytest.mark.parametrize(
    "told", [("web", 0, "table"), ("192.0.2.20", "none", "table"), ("192.0.2.20", 0, "rule")]
)
def test_a_prediction_of_the_nat_that_is_not_understood_is_named(told):
    with pytest.raises(ValueError, match="expected"):
        lab.judge_nat(*told)


@pytest.mark.fact("natgw-no-sg")
def test_what_keeps_a_stranger_out_is_no_filter():
    """Every check on the way lets the packet pass; the table alone has nobody to give it to."""
    trace = lab.nat_site().connect("client", "192.0.2.20", 443).capture[1]
    assert [step.check for step in trace.steps if step.reason] == ["translation"]
    assert trace.last.reason is NO_TRANSLATION


def test_an_open_group_of_a_nat_instance_lets_nobody_through_it():
    anyone = GroupRule("sg-nat", "in", (0, 65_535), "0.0.0.0/0")
    visit = (
        reference_architecture(nat="instance").with_row(anyone).connect("client", "192.0.2.20", 443)
    )
    assert visit.symptom == "refused" and {trace.devices[-1] for trace in visit.capture} == {
        "NAT",
        "client",
    }


# --- stories ----------------------------------------------------------------------------------


@pytest.mark.fact("natgw-src", "natgw-55000")
def test_two_instances_with_one_port_are_told_apart_by_the_nat_s_ports():
    story = tell(FilterSetting(2))
    web, app = story.attempts
    assert (web.flow.sport, app.flow.sport) == (40_000, 40_000)
    assert (web.row.after.src, app.row.after.src) == (
        NAT,
        NAT,
    ) and web.row.after.sport != app.row.after.sport
    assert "web and app both use port 40000" in sentence(story)


@pytest.mark.fact("natgw-55000")
def test_one_port_serves_two_destinations_and_room_is_counted_for_each():
    narrow, wide = tell(FilterSetting(4, 1, 2)), tell(FilterSetting(4, 2, 2))
    assert [attempt.row is None for attempt in narrow.attempts] == [False, False, True, True]
    assert all(attempt.row for attempt in wide.attempts)
    outside = [attempt.row.after.source for attempt in wide.attempts]
    assert outside[:2] == outside[2:] and "serves two translations at once" in sentence(wide)
    assert (
        "every port that the NAT may use" in sentence(narrow)
        and words(narrow).count("no port left") == 2
    )
    assert any(step.reason is NO_PORT for trace in narrow.capture for step in trace.steps)


@pytest.mark.fact("natgw-idle", "natgw-rst")
@pytest.mark.parametrize(
    ("speaks", "at", "reason", "said"),
    [
        ("web", 340, None, "matches the first translation and goes on from 10.0.0.20:52088"),
        ("web", 360, IDLE_TIMEOUT, "The NAT answers it with RST"),
        ("update server", 340, None, "goes to 10.0.1.10:40000"),
        ("update server", 360, IDLE_TIMEOUT, "It is dropped silently"),
        ("stranger", 340, NO_TRANSLATION, "The translation with this port is for 198.51.100.7:443"),
        ("stranger", 360, NO_TRANSLATION, "The translation with this port is gone"),
    ],
)
def test_who_speaks_after_a_silence_hears_what_the_table_says(speaks, at, reason, said):
    story = tell(FilterSetting(2, at=at, speaks=speaks))
    assert story.spoken.last.reason is reason and said in sentence(story)
    resets = [trace for trace in story.capture if trace.sender == "NAT"]
    assert [trace.last.at for trace in resets] == (["web"] if (speaks, at) == ("web", 360) else [])


@pytest.mark.fact("natgw-idle")
def test_keep_alive_below_350_s_keeps_every_row():
    assert tell(FilterSetting(6, at=SPAN)).live == 0
    assert tell(FilterSetting(6, at=SPAN, keepalive=300)).live == 6
    assert tell(FilterSetting(6, at=SPAN, keepalive=400)).live == 0


@pytest.mark.parametrize("setting", STORIES[::7])
def test_the_bars_that_still_run_are_the_rows_that_the_nat_has(setting):
    story = tell(setting._replace(speaks="nobody"))
    assert (
        sum(attempt.row is not None and attempt.gone is None for attempt in story.attempts)
        == story.live
    )


def test_the_end_of_a_bar_is_the_first_second_without_the_row():
    gone = tell(FilterSetting(1, at=SPAN)).attempts[0].gone
    assert gone == 350_040_600
    assert tell(FilterSetting(1, at=gone // SECOND, speaks="web")).spoken.delivered
    assert not tell(FilterSetting(1, at=gone // SECOND + 1, speaks="web")).spoken.delivered


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"connections": 0}, "connections"),
        ({"room": MOST + 1}, "room"),
        ({"destinations": 3}, "destinations"),
        ({"at": 0}, "at"),
        ({"keepalive": 1.5}, "keepalive"),
        ({"speaks": "app"}, "nobody, web"),
    ],
)
def test_a_wrong_value_of_a_story_is_named(values, named):
    with pytest.raises(ValueError, match=named):
        tell(FilterSetting(**values))


def test_what_is_no_story_is_named():
    with pytest.raises(ValueError, match="expected a Setting"):
        tell((1, 2))


@pytest.mark.fact("natgw-55000", "natgw-8ip")
def test_a_gateway_gives_55000_ports_for_each_address_towards_one_destination():
    one, two = lab.fill_nat(60_000), lab.fill_nat(120_000, addresses=2)
    assert (one.given, two.given) == (55_000, 110_000)
    assert one.then.reason is NO_PORT and one.elsewhere.after.flow.src == NAT
    assert lab.fill_nat(54_999).then.reason is None
    assert max(map(len, str(two).splitlines())) <= 80 and "2 addresses" in str(two)
    with pytest.raises(ValueError, match="from 1 to 8"):
        lab.fill_nat(addresses=9)


# --- the picture and the explorer ----------------------------------------------------------------


def test_no_story_overlaps_leaves_the_frame_or_jumps():
    wrong, heights = [], set()
    for setting in STORIES[
        ::5
    ]:  # 5 and the numbers of values have no common divisor: all values are met
        story = tell(setting)
        scene = draw.translations(story).scene
        heights.add(scene.height)
        shown = " ".join(item.words for item in scene.items if isinstance(item, Text) and item.bold)
        cut = [] if sentence(story) in shown else ["the sentence is cut off"]
        cut += [word for word in words(story) if word.endswith("...")]
        wrong += [f"{setting}: {fault}" for fault in faults(scene) + cut]
    assert wrong == [] and len(heights) == 1


def test_each_row_that_ran_out_or_found_no_port_has_a_cross():
    for setting in STORIES[::5]:
        story = tell(setting)
        lost = sum(attempt.row is None or attempt.gone is not None for attempt in story.attempts)
        items = draw.translations(story).scene.items
        crosses = [item for item in items if isinstance(item, Mark) and item.kind == "cross"]
        assert len(crosses) == lost + 1  # one in the legend


def test_the_text_alternative_comes_from_the_run():
    alt = draw.translations(tell(FilterSetting(3, 1, 2, 400, "web"))).alt
    for part in (
        "web 10.0.1.10:40000 > 198.51.100.7:443: outside 10.0.0.20:52088, since 0 s, removed at 350 s.",
        "web 10.0.1.10:40001 > 198.51.100.7:443: at 60 s, no port left.",
        "The NAT answers it with RST.",
    ):
        assert part in alt


def test_every_setting_of_the_explorer_fits_its_place():
    room = widgets.Translations().tall
    for setting in STORIES[::3]:
        shown = frame(*setting)
        assert live(shown.picture.scene).height <= room and len(shown.sentence) <= 4 * 92
    assert {setting.keepalive for setting in STORIES} == set(ALIVE.values())


# --- exercises --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "row"),
    [
        ("05.1", "198.51.100.7"),
        ("05.2", 0),
        ("05.2", "3"),
        ("05.3", 0),
        ("05.3", 1.5),
        ("05.1", Packet),
    ],
)
def test_an_answer_of_another_kind_is_named(number, row):
    said = " ".join(lab.check(number, row).split())
    assert said.startswith("Not understood: ") and "expected" in said
