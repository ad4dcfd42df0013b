"""Lesson 04: what the page says of stateful and stateless filters is what the model does."""

from __future__ import annotations

from itertools import product

import pytest
from rigs.layout import faults

from vpcedu import draw, lab, widgets
from vpcedu.draw.canvas.scene import Box, Line, Text, live
from vpcedu.draw.checks.answer_ports import HIGH, LEFT, RIGHT, percent
from vpcedu.flow import FiveTuple
from vpcedu.sites.one_server import (
    ACL,
    CALLERS,
    GROUP_IN,
    GROUP_OUT,
    answers,
    edited,
    one_server,
    share,
)
from vpcedu.sites.parts import PAGE
from vpcedu.tables.network_acl import DENY, OUT, AclEntry, NetworkAcl
from vpcedu.tables.tracking import TrackedFlow, Untracked
from vpcedu.widgets.explorers.group_and_acl import frame


def row_at(visit, check):
    return next(
        step.row
        for trace in visit.capture
        for step in trace.steps
        if (step.at, step.check) == ("web", check)
    )


# --- the belief, and what contradicts it --------------------------------------------------


def test_an_inbound_rule_is_enough_for_the_group_and_not_for_the_network_acl():
    visit = one_server().get(PAGE)
    assert isinstance(row_at(visit, "group out"), TrackedFlow)
    lost = {
        (trace.packet.flow.sport, trace.dropped.check) for trace in visit.capture if trace.dropped
    }
    assert lost == {(80, "network ACL out")} and visit.symptom == "timed out"


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (("nothing",), "lost at web, network ACL out"),
        (("nothing", "", ""), "checks every packet afresh, the answer too"),
        (("group", 1024, 65535), "belongs to a flow that it tracks"),
        (("both", 1024, 65535), "comes without the security group's rule too"),
        (("acl", 80, 80), "The answer comes FROM port 80"),
        (("ACL", "49,152", 65535), "Linux hosts choose from 32768-60999"),
        (("acl", 32768, 60999), "Windows and macOS choose from 49152-65535"),
        (("acl", 32768, 65535), "load balancers and NAT gateways choose from 1024-65535"),
        (("acl", 60000, 65535), "This client runs Linux and chose 51828"),
        (("network acl", 1024, 65535), "Right."),
        (("acl", 0, 65535), "Right."),
    ],
)
def test_a_prediction_of_what_is_missing_meets_a_run(told, said):
    judgement = lab.judge_filters(*told)
    assert said in judgement.words and judgement.right == said.startswith("Right")
    assert judgement.right or "timed out after 131 s" in judgement.words or told[0] == "both"


@pytest.mark.parametrize(
    "told", [("", 1, 2), ("acl", "", ""), ("acl", 90, 80), ("acl", 1, 65536), ("acl", "x", 2)]
)
def test_a_prediction_of_what_is_missing_that_is_not_understood_is_named(told):
    with pytest.raises(ValueError, match="expected"):
        lab.judge_filters(*told)


@pytest.mark.fact("nacl-eph-rule", "nacl-stateless")
@pytest.mark.parametrize("port", [1_024, 32_768, 51_828, 60_999, 61_000, 65_535])
@pytest.mark.parametrize("entry", [(80, 80), (32_768, 60_999), (49_152, 65_535), (1_024, 65_535)])
def test_the_page_comes_where_the_entry_has_the_client_s_port(port, entry):
    visit = one_server(answers(*entry), port=port).get(PAGE)
    assert (visit.symptom == "200 OK") == (entry[0] <= port <= entry[1])


def test_the_shares_in_the_sentence_are_what_the_acl_says_of_each_port():
    for entry in ((80, 80), (49_152, 65_535), (1_024, 40_000)):
        table = NetworkAcl(ACL, (answers(*entry),))
        for low, high in CALLERS.values():
            passed = sum(
                table.lookup(OUT, FiveTuple("10.0.0.40", 80, "203.0.113.10", port)).action != DENY
                for port in range(low, high + 1)
            )
            assert passed == share(*entry, (low, high))
    assert [percent(part, 1_000) for part in (0, 1, 999, 1_000)] == ["none", "1 %", "99 %", "all"]


# --- who remembers --------------------------------------------------------------------------


@pytest.mark.fact("sg-untracked", "sg-untracked-cut", "sg-stateful")
def test_a_removed_rule_cuts_what_is_not_tracked_and_a_new_acl_entry_cuts_both():
    found = {
        (group_out, change): (edit.tracked, edit.passes)
        for group_out, change, edit in lab.edits().rows
    }
    assert found == {
        ("nothing", "security group rule removed"): (True, True),
        ("all", "security group rule removed"): (False, False),
        ("nothing", "ACL entry that denies"): (True, False),
        ("all", "ACL entry that denies"): (False, False),
    }
    assert max(map(len, str(lab.edits()).splitlines())) <= 80


def test_the_table_of_the_edit_shows_the_flow_that_outlives_its_rule():
    edit = edited(one_server(answers(1_024, 65_535)), GROUP_IN, None)
    assert GROUP_IN not in edit.visit.vpc.group_rules
    scene = draw.table(edit.visit, packet=edit.again.number, at="web", check="group in").scene
    assert (
        scene.title == "web's security group needs no rule: this flow is tracked"
        and faults(scene) == []
    )


def test_the_picture_of_checks_says_which_pass_by_memory():
    """A flow that is not tracked was once counted as remembered.

    The reason was that its words hold "tracked".
    """
    said = {}
    for group_out in GROUP_OUT:
        visit = one_server(answers(1_024, 65_535), group_out=group_out).get(PAGE)
        said[group_out] = draw.filters(visit, 1).scene
        assert isinstance(
            row_at(visit, "group out"), Untracked if group_out == "all" else TrackedFlow
        )
    assert said["nothing"].title == "4 checks pass; 1 of them by memory, without a rule"
    assert said["all"].title == "4 checks pass; none of them by memory, without a rule"
    assert "allows the answer from memory" in said["nothing"].alt
    assert (
        "This flow is not tracked" in said["all"].alt
        and "by memory" not in said["all"].alt.split("rule.", 1)[1]
    )


def test_a_wrong_word_for_what_the_group_lets_out_is_named():
    with pytest.raises(ValueError, match="expected one of nothing, all"):
        one_server(group_out="some")


# --- the explorer and the form ----------------------------------------------------------------


def test_every_setting_of_the_explorer_fits_its_place_and_nothing_overlaps():
    room = widgets.Filters().tall
    entries = ((80, 80), (32_768, 60_999), (0, 65_535))
    for port, entry, group_out in product((1_024, 40_000, 65_535), entries, GROUP_OUT):
        shown = frame(port, entry, group_out)
        assert live(shown.picture.scene).height <= room and len(shown.sentence) <= 4 * 92
        assert faults(shown.picture.scene) == []


LINE = (LEFT, RIGHT - LEFT)


def drawn_ports(scene, ink):
    """The stretches of ports that lines of one ink cover, in the brackets below the line."""
    return sorted(
        tuple(round((x - LINE[0]) * 65_535 / LINE[1]) for x, _ in line.points)
        for line in scene.items
        if isinstance(line, Line)
        and (line.ink, line.width) == (ink, 3.0)
        and line.points[0][1] == line.points[1][1]
    )


def test_the_line_of_ports_has_the_entry_the_client_s_port_and_the_ranges_of_callers():
    scene = frame(40_000, (49_152, 65_535), "nothing").picture.scene
    bands = [
        (
            box.ground,
            round((box.x - LINE[0]) * 65_535 / LINE[1]),
            round((box.x + box.w - LINE[0]) * 65_535 / LINE[1]),
        )
        for box in scene.items
        if isinstance(box, Box) and box.h == HIGH and box.ground != "paper"
    ]
    assert bands == [("dropped-ground", 0, 65_535), ("tracked-ground", 49_152, 65_535)]
    said = [text.words for text in scene.items if isinstance(text, Text)]
    assert "the answer goes to port 40000" in said
    for words in (
        "Linux hosts 32768-60999: 42 % inside",
        "Windows and macOS 49152-65535: all inside",
        "load balancers and NAT gateways 1024-65535: 25 % inside",
    ):
        assert words in said
    assert drawn_ports(scene, "tracked") == [(49_152, 60_999), (49_152, 65_535), (49_152, 65_535)]


def test_the_first_entry_that_matches_decides_in_the_table_and_over_the_line():
    deny = AclEntry(ACL, 90, OUT, DENY, 6, (40_000, 49_999), "0.0.0.0/0")
    visit = one_server(answers(1_024, 65_535), deny, port=45_000).get(PAGE)
    scene = draw.filters(visit, 1, ports=True).scene
    assert faults(scene) == []
    lit = [text for text in scene.items if isinstance(text, Text) and text.words == "matches first"]
    rows = {
        text.y: [cell.words for cell in scene.items if isinstance(cell, Text) and cell.y == text.y]
        for text in scene.items
        if isinstance(text, Text) and text.words in ("matches first", "no match", "not reached")
    }
    assert [row[1] for row in rows.values()] == ["100", "*", "90", "100", "*"]
    assert [row[-1] for row in rows.values()] == [
        "matches first",
        "not reached",
        "matches first",
        "not reached",
        "not reached",
    ]
    assert [text.ink for text in lit] == ["tracked", "dropped"]
    assert drawn_ports(scene, "tracked") == [
        (1_024, 39_999),
        (32_768, 39_999),
        (50_000, 60_999),
        (50_000, 65_535),
        (50_000, 65_535),
    ]  # of Windows' range 49152-49999 is denied


def test_a_large_acl_is_cut_and_keeps_the_entry_that_decides():
    many = [
        AclEntry(ACL, number, OUT, DENY, 17, (number, number), "0.0.0.0/0")
        for number in range(10, 90, 10)
    ]
    scene = draw.filters(one_server(*many, answers(1_024, 65_535)).get(PAGE), 1, ports=True).scene
    said = [text.words for text in scene.items if isinstance(text, Text)]
    assert said.count("matches first") == 2 and "10" not in said and scene.height < 560
    assert faults(scene) == []


# --- exercises --------------------------------------------------------------------------------


def entry(number, way, action, ports, cidr="0.0.0.0/0", acl=ACL, protocol=6):
    return AclEntry(acl, number, way, action, protocol, ports, cidr)


def test_an_answer_that_is_no_such_entry_is_named():
    said = " ".join(lab.check("04.2", entry(90, "out", "allow", (1_024, 65_535))).split())
    assert said.startswith("Not understood: ") and "expected an AclEntry for acl-private" in said


def test_the_answer_of_04_1_is_shown_with_the_address_that_it_had_where_it_was_lost():
    said = lab.check("04.1", entry(110, "in", "allow", (443, 443)))
    assert "198.51.100.7:443 > 10.0.0.40:43504" in said and "192.0.2.10" not in said


def actions(site):
    log = lab.flow_log(site.get(PAGE), "web", fields="srcport action")
    return [tuple(line.split()) for line in str(log).splitlines()[1:]]


@pytest.mark.fact("fl-statefulness")
def test_a_flow_log_has_two_records_where_the_network_acl_drops_the_reply_and_one_for_a_group():
    """AWS's own example: an ACCEPT and a REJECT, or a single REJECT."""
    assert actions(one_server()) == [("51828", "ACCEPT"), ("80", "REJECT")]
    assert actions(one_server(answers(1_024, 65_535)).without(GROUP_IN)) == [("51828", "REJECT")]
