"""Lesson 10, troubleshooting: the judge's words are a run's, the table is counted.

It is the table of symptoms.
"""

from __future__ import annotations

import pytest

from vpcedu import lab, widgets
from vpcedu.analysis.path import losses
from vpcedu.course.lesson_10 import CHECKS
from vpcedu.course.symptoms import CARD, LESSONS, NOBODY, last_word
from vpcedu.packet import FIN, RST
from vpcedu.scenarios.catalogue import SCENARIOS
from vpcedu.sites.reference import reference_vpc
from vpcedu.tables.network_acl import AclEntry
from vpcedu.widgets.explorers.troubleshooting import PUZZLE, seen

MENDED = AclEntry("acl-public", 110, "out", "allow", 6, (1024, 65535), "0.0.0.0/0")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (("web", "group in"), "cannot be what stopped this packet"),
        (("ELB node", "group in"), "was asked 11 times and allowed 11 packets"),
        (("elb node ", " ROUTE"), "no packet reached ELB node, route"),
    ],
)
def test_a_wrong_prediction_is_met_with_what_that_check_saw(answer, words):
    said = lab.judge_puzzle(lab.puzzle(5), *answer)
    assert not said.right and words in said.words


@pytest.mark.parametrize("seed", range(20))
def test_only_the_place_of_the_first_loss_is_right(seed):
    puzzle = lab.puzzle(seed)
    places = [*(row.name for row in puzzle.vpc.devices), "Internet gateway", "Internet"]
    right = [
        (place, check)
        for place in places
        for check in CHECKS
        if lab.judge_puzzle(puzzle, place, check).right
    ]
    assert right == [(loss.step.at, loss.step.check) for loss in losses(puzzle.visit)[:1]]


@pytest.mark.parametrize("answer", [("moon", "route"), ("web", "firewall"), ("", "route")])
def test_what_is_no_place_is_named(answer):
    with pytest.raises(ValueError, match="expected one of"):
        lab.judge_puzzle(lab.puzzle(5), *answer)


def test_the_table_of_symptoms_counts_what_diagnose_lists():
    vpc = reference_vpc("application")
    lines = lab.symptom_table(vpc, "client", "www.example.com", 80).splitlines()
    for line in lines[1:-1]:
        symptom, counts = line[:25].strip(), line[25:].split()
        assert int(counts[0]) == sum(int(one) for one in counts[1:] if one != "-")
        assert int(counts[0]) == len(lab.diagnose(vpc, "client", "www.example.com", 80, symptom))
    answered = [line for line in lines if line.startswith(("refused", "502", "503"))]
    assert len(answered) == 3 and all(line.split()[-4:-1] == ["-", "-", "-"] for line in answered)


def test_a_second_fault_hides_behind_the_first_and_asking_shows_both():
    assert lab.puzzle(5).check(MENDED).startswith("Right")
    double = lab.puzzle(5, 2)
    assert "504 Gateway Timeout" in double.check(MENDED)
    assert {loss.step.at for loss in lab.ask(double.vpc, *double.question).blockers} == {
        "ELB node",
        "web",
    }


@pytest.mark.parametrize("story", (PUZZLE, *SCENARIOS))
def test_the_lost_packet_is_what_one_sees_first(story):
    """The explorer begins at the first telling packet that is lost, and so does another story."""
    told = seen(story, 5)
    lost = [n for n in told.steps if told.visit.capture[n].dropped]
    place = told.steps.index(lost[0]) + 1 if lost else len(told.steps)
    later = widgets.Troubleshooting("spoofed-entry")
    later.story.value = story
    for explorer in (widgets.Troubleshooting(story), later):
        assert (explorer.packet.value, explorer.view.value) == (place, "ladder")
        assert ("It is lost at" in explorer.sentence) == bool(lost)


@pytest.mark.parametrize("row", CARD, ids=lambda row: row.sees)
def test_each_line_of_the_card_is_what_its_run_shows(row):
    visit = row.run()
    assert visit.symptom == row.sees
    heard = [trace for trace in visit.capture if trace.delivered and trace.last.at == visit.opener]
    who, _, what = last_word(visit).partition(": ")
    if row.sees == "timed out":
        assert who == NOBODY and heard == []
    else:
        last = {"RST": RST, "FIN": FIN, "response": 0}[what]
        assert any(
            trace.sender == who and (trace.packet.flags & last or trace.packet.data)
            for trace in heard
        )
    assert (what == "response") == row.sees[0].isdigit()


def test_the_card_and_the_stories_fit_a_screen_and_name_every_story_once():
    card, told = lab.symptom_card().splitlines(), lab.stories()
    assert len(card) == len(CARD) + 1 == 8
    assert max(map(len, [*card, *told.splitlines()])) <= 88
    words = told.replace(",", " ").split()
    for row in SCENARIOS.values():
        assert words.count(row.name) == 1
        assert f"{row.name} ({LESSONS[row.entry]})" in " ".join(told.split())
    assert {row.entry for row in SCENARIOS.values()} == set(LESSONS)


def test_silence_and_an_answer_are_no_rule_of_thumb():
    """Filters come out as 504, and a full queue is silent: the two false rules are gone."""
    table = lab.symptom_table(reference_vpc("application"), "client", "www.example.com", 80)
    line = next(line for line in table.splitlines() if line.startswith("504"))
    assert line.split()[3:6] == ["22", "11", "11"]
    assert "its backlog is full" in lab.beyond_rows()
