"""Lesson 07: a Network Load Balancer's private targets, whom they see, and who gets an answer."""

from __future__ import annotations

from itertools import product

import pytest
from rigs.layout import faults

from vpcedu import draw, lab, widgets
from vpcedu.course.lesson_07 import SEES, guarded
from vpcedu.draw.canvas.scene import Box, Mark, Text, live
from vpcedu.reasons import OWN_SOURCE
from vpcedu.sites.two_targets import (
    CLIENT,
    NODE,
    first_bytes,
    in_a_row,
    in_public_subnet,
    nlb_site,
    nlb_tries,
    nlb_visit,
    source_at_target,
    target_of,
)
from vpcedu.tables.security_group import GroupRule
from vpcedu.views.explain import answer_legs, way
from vpcedu.widgets.explorers.network_balancer import IDLE, MOST, PRESERVE, SILENT, frame

URL = "http://www.example.com/"
RULE = GroupRule("sg-web", "in", (80, 80), "203.0.113.0/24")


def last(*given):
    """The last of some connections in a row."""
    return in_a_row(*given)[-1]


# --- the site ----------------------------------------------------------------------------


@pytest.mark.fact("nlb-private-ok", "nlb-return")
def test_targets_without_any_route_out_serve_the_internet():
    site = nlb_site()
    assert [row.destination for row in site.vpc.routes if row.table == "private"] == ["10.0.0.0/16"]
    visit = site.get(URL)
    assert visit.symptom == "200 OK" and way(answer_legs(visit)[0]) == "by the flow of the NLB node"


def test_with_a_public_address_and_route_the_answer_takes_the_same_way():
    visit = in_public_subnet().get(URL)
    assert visit.symptom == "200 OK" and way(answer_legs(visit)[0]) == "by the flow of the NLB node"


@pytest.mark.fact("nlb-cip-default", "nlb-cip-off-src")
@pytest.mark.parametrize(
    ("kind", "preserve", "source"),
    [
        ("instance", None, CLIENT),
        ("ip", None, NODE),
        ("instance", False, NODE),
        ("ip", True, CLIENT),
    ],
)
def test_a_setting_decides_whom_the_target_sees(kind, preserve, source):
    assert source_at_target(nlb_site(kind, preserve).get(URL)) == source


@pytest.mark.fact("nlb-hairpin")
def test_a_target_that_is_given_its_own_call_times_out_and_no_other_does():
    for call in nlb_tries(nlb_site(), "web 1", 12):
        lost = {trace.dropped.reason for trace in call.capture if trace.dropped}
        hairpin = target_of(call) == "web 1"
        assert (call.symptom, lost) == (
            ("timed out", {OWN_SOURCE}) if hairpin else ("200 OK", set())
        )
    assert {call.symptom for call in nlb_tries(nlb_site(preserve=False), "web 1", 12)} == {"200 OK"}


@pytest.mark.fact("nlb-hash")
def test_connections_of_one_client_go_to_both_targets():
    calls = nlb_tries(nlb_site(), count=MOST)
    assert {target_of(call) for call in calls} == {"web 1", "web 2"}
    assert str(calls).count("\n") == MOST - 1 and "from port" in str(calls)


@pytest.mark.fact("nlb-idle", "nlb-idle-rst")
@pytest.mark.parametrize(
    ("idle", "silent", "symptom"),
    [
        (60, 50, "200 OK"),
        (60, 70, "reset"),
        (350, 340, "200 OK"),
        (350, 360, "reset"),
        (6_000, 5_900, "200 OK"),
        (6_000, 6_100, "reset"),
    ],
)
def test_who_speaks_after_the_idle_timeout_is_reset(idle, silent, symptom):
    visit = nlb_visit(nlb_site(idle=idle), silent)
    assert visit.symptom == symptom and visit.result.after // 1_000_000 == silent


@pytest.mark.fact("nlb-pp2")
def test_the_first_bytes_are_a_header_and_then_the_request():
    lines = first_bytes(nlb_site(proxy_v2=True).get(URL)).splitlines()
    assert lines[0].startswith("0d0a 0d0a 000d 0a51 5549 540a 2111 000c") and lines[1].endswith(
        "GET "
    )
    assert first_bytes(nlb_site().get(URL)).startswith("4745 5420")


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: nlb_site("alb"), "instance or ip"),
        (lambda: nlb_site(targets=("web 3",)), "web 1, web 2"),
        (lambda: nlb_site(targets=()), "web 1, web 2"),
        (lambda: nlb_site(idle=10), "60 to 6000"),
        (lambda: nlb_tries(nlb_site(), count=0), "1 to 50"),
    ],
)
def test_a_wrong_setting_is_named(call, named):
    with pytest.raises(ValueError, match=named):
        call()


# --- the judge ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (("200 OK", CLIENT, NODE), "Right: the client sees 200 OK"),
        ((" 200 ", f" {CLIENT} ", NODE), "Right: the client sees 200 OK"),
        (
            ("timed out", CLIENT, NODE),
            "to the Internet gateway: the answer left by the flow of the NLB node again",
        ),
        (("refused", CLIENT, NODE), "Not refused: the client saw 200 OK"),
        (("200 OK", NODE, NODE), "does not always hide the client"),
        (("200 OK", CLIENT, CLIENT), "does not always show the client"),
        (("200 OK", "192.0.2.30", NODE), "Only the Internet gateway knows"),
        (("200 OK", CLIENT, "10.0.1.11"), "Its own address is the destination"),
    ],
)
def test_a_prediction_meets_its_belief(told, said):
    judgement = lab.judge_nlb(*told)
    assert said in judgement.words and judgement.right == said.startswith("Right")


@pytest.mark.parametrize(
    ("told", "named"),
    [
        (("works", CLIENT, NODE), ", ".join(SEES)),
        (("200 OK", "the client", NODE), "registered by instance"),
        (("200 OK", CLIENT, ""), "registered by address"),
    ],
)
def test_a_prediction_that_is_not_understood_is_named(told, named):
    with pytest.raises(ValueError, match=named):
        lab.judge_nlb(*told)


# --- the exercises -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "row"),
    [("07.1", "ip"), ("07.2", RULE._replace(direction="out")), ("07.3", "the client")],
)
def test_an_answer_that_is_none_is_named(number, row):
    said = " ".join(lab.check(number, row).split())
    assert said.startswith("Not understood: ") and "expected" in said


# --- the explorer and the form -----------------------------------------------------------


def settings():
    return product(
        ("instance", "ip"), PRESERVE, (False, True), ("client", "web 1"), (1, 4), (0, 70), IDLE[:1]
    )


def test_every_setting_fits_its_place_and_nothing_overlaps():
    explorer = widgets.NetworkBalancer()
    scenes = {}
    for values in (*settings(), ("ip", "off", True, "web 1", MOST, 6_100, 6_000)):
        shown = frame(*values)
        assert live(shown.picture.scene).height <= explorer.tall and len(shown.sentence) <= 4 * 92
        scenes[shown.picture.alt] = shown.picture.scene
    assert (
        len(scenes) > 20 and [fault for scene in scenes.values() for fault in faults(scene)] == []
    )


def test_every_silence_ends_in_something():
    for silent in SILENT:
        assert "no answer yet" not in frame(opener="web 1", silent=silent).sentence


def test_the_explorer_s_connections_are_those_of_the_lesson():
    """The fourth call of web 1 hangs in the cell that makes eight, and in the explorer."""
    assert (
        nlb_tries(nlb_site(), "web 1", 4)[3].symptom
        == last(nlb_site(), 4, "web 1").symptom
        == "timed out"
    )


def test_a_packet_from_itself_is_drawn_as_one():
    scene = draw.sides(last(nlb_site(), 4, "web 1")).scene
    assert (
        scene.title == "web 1 gets a packet from 10.0.1.10: from itself"
        and "own source" in scene.alt
    )


def test_whose_address_a_target_sees_that_calls_itself():
    assert (
        draw.sides(last(nlb_site("ip"), 4, "web 1")).scene.title
        == "web 1 calls itself, and sees 10.0.0.30"
    )


def words_of(scene):
    return [text.words for text in scene.items if isinstance(text, Text)]


def test_the_picture_shows_which_target_each_connection_got_and_which_one_failed():
    calls = nlb_tries(nlb_site(), "web 1", 8)
    scene = draw.chosen(calls).scene
    rows = {text.words: text.y - 4.5 for text in scene.items if isinstance(text, Text)}
    signs = sorted(
        (mark.x, mark.kind, mark.y)
        for mark in scene.items
        if isinstance(mark, Mark) and mark.size == 7.0
    )
    assert [(kind, y) for _, kind, y in signs] == [
        ("disc" if call.outcome.works else "cross", rows[f"to {target_of(call)}"]) for call in calls
    ]
    assert {target_of(call) for call in calls} == {"web 1", "web 2"}
    assert faults(scene) == [] and "4 web 1 (fails)" in scene.alt


def test_the_picture_has_the_addresses_at_three_places_and_boxes_what_was_rewritten():
    scene = draw.chosen([last(nlb_site("ip"), 1)]).scene
    boxed = [
        text.words for text in scene.items if isinstance(text, Text) and text.ink == "rewritten"
    ]
    assert boxed == ["10.0.0.30:80", "10.0.0.30:38598", "10.0.1.11:80"]
    boxes = [
        (box.x + 4, box.y + 12)
        for box in scene.items
        if isinstance(box, Box) and box.ground == "rewritten-ground"
    ]
    places = [
        (text.x, text.y)
        for text in scene.items
        if getattr(text, "ink", "") == "rewritten" and isinstance(text, Text)
    ]
    assert boxes == places
    assert "sees 10.0.0.30:38598" in words_of(scene) and "hash: web 2" in words_of(scene)
    kept = draw.chosen([last(nlb_site(), 1)]).scene
    assert "sees 203.0.113.10:49654" in words_of(kept)


@pytest.mark.parametrize(
    ("silent", "said", "path"),
    [
        (300, "silent 300 s, timeout 350 s: kept", True),
        (400, "silent 400 s, timeout 350 s: forgotten", False),
    ],
)
def test_a_forgotten_connection_ends_at_the_node(silent, said, path):
    scene = draw.chosen(in_a_row(nlb_site(), 2, "client", silent)).scene
    assert said in words_of(scene)
    crosses = [mark.x for mark in scene.items if isinstance(mark, Mark) and mark.kind == "cross"]
    assert (crosses == []) == path
    assert scene.title.startswith("The hash chose" if path else "The NLB node has forgotten")


def test_what_cannot_be_shown_as_chosen_is_named():
    with pytest.raises(ValueError, match="at least one"):
        draw.chosen([])
    for visit in (nlb_site(targets=("web 1",)).get(URL), lab.two_hosts().get(URL)):
        with pytest.raises(ValueError, match="one node with 2 targets"):
            draw.chosen([visit])


def moved(explorer, name):
    """The share of a control's other values that change picture or sentence; the rest stay put."""
    control = explorer.controls[name]
    if hasattr(control, "options"):
        values = [one[1] if isinstance(one, tuple) else one for one in control.options]
    else:
        values = range(control.min, control.max + 1) if hasattr(control, "min") else (False, True)
    first, before = control.value, (explorer.picture.scene, explorer.sentence)
    changed = 0
    others = [value for value in values if value != first]
    for value in others:
        control.value = value
        changed += (explorer.picture.scene, explorer.sentence) != before
    control.value = first
    return changed / len(others)


@pytest.mark.parametrize(
    ("given", "settings", "dead"),
    [
        ({}, {}, set()),
        ({"opener": "web 1", "connection": 4}, {}, {"silent", "proxy"}),
        ({}, {"preserve": "on"}, {"target_type"}),
    ],
)
def test_a_control_is_disabled_where_none_of_its_values_changes_anything_and_only_there(
    given, settings, dead
):
    explorer = widgets.NetworkBalancer(**given)
    for name, value in settings.items():
        explorer.controls[name].value = value
    disabled = {name for name, control in explorer.controls.items() if control.disabled}
    assert disabled == dead == {name for name in explorer.controls if not moved(explorer, name)}
    assert all(explorer.controls[name].tooltip for name in dead)


def test_the_node_changes_one_field_of_the_syn_and_opens_nothing():
    visit = nlb_site().get(URL)
    flows = [step.before for step in visit.capture[1].steps if step.at in ("NLB node", "web 2")]
    before, after = flows[0], flows[-1]
    assert (before.flow.source, before.seq) == (after.flow.source, after.seq)
    assert (before.flow.dst, after.flow.dst) == (NODE, "10.0.1.11")
    assert len(visit.talks) == 1 and "NLB node" not in {trace.sender for trace in visit.capture}


@pytest.mark.parametrize(
    ("kind", "peer"), [("instance", f"{CLIENT}:49654"), ("ip", f"{NODE}:38598")]
)
def test_ss_on_the_target_shows_whom_it_sees(kind, peer):
    assert str(lab.ss(nlb_site(kind).get(URL), "web 2", "-tn")).rstrip().endswith(peer)


@pytest.mark.fact("nlb-target-sg", "nlb-sg")
@pytest.mark.parametrize(
    ("peer", "client", "stranger", "checks", "past"),
    [
        ("sg-nlb", "200 OK", "timed out", True, False),
        ("203.0.113.0/24", "200 OK", "timed out", False, False),
        ("0.0.0.0/0", "200 OK", "timed out", True, True),
        ("10.0.0.30/32", "timed out", "timed out", True, False),
    ],
)
def test_only_a_rule_that_names_the_balancer_s_group_serves_clients_and_checks_alone(
    peer, client, stranger, checks, past
):
    """Register targets: name the NLB's security group, for client traffic and health checks."""
    site = guarded(RULE._replace(peer=peer))
    lost = [t for t in site.network.capture if t.sender == "NLB node" and t.dropped]
    assert (not lost) == checks
    assert site.get(URL).symptom == client
    assert site.get(URL, opener="stranger").symptom == stranger
    assert site.connect("web 1", "10.0.1.11", 80).outcome.works == past
