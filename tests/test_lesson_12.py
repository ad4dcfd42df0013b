"""Lesson 12, is it true? The comparison shown is the tests' own, its judge a recording.

The explorer and the solutions work.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from kernel import compare, stored
from kernel.faults import FAULTS
from kernel.scenarios import BY_NAME
from rigs.layout import faults

from vpcedu import draw, lab, widgets
from vpcedu.course.kernel_evidence import Pair, Row
from vpcedu.draw.canvas.moving import painter
from vpcedu.draw.canvas.scene import live
from vpcedu.widgets.explorers.evidence import NONE, ROWS, sentence

FOLDER = Path(__file__).parent / "kernel"
FIN = "a FIN acknowledges one byte too few"


@pytest.fixture(scope="module")
def laboratory():
    return lab.laboratory(FOLDER)


def test_the_lesson_has_every_scenario_and_every_fault(laboratory):
    assert list(laboratory.names) == list(BY_NAME)
    assert laboratory.faults == {fault: name for fault, (_, name) in FAULTS.items()}


@pytest.mark.parametrize("name", BY_NAME)
def test_the_lesson_says_equal_where_the_tests_do_and_shows_every_row(laboratory, name):
    both, kernel = laboratory.beside(name), stored.load(name)
    assert both.equal and not compare.differences(
        BY_NAME[name], kernel, compare.of_model(BY_NAME[name], kernel)
    )
    rows = [row for rows in kernel.normal(BY_NAME[name]).values() for row in rows]
    assert len(both.pairs) == len(rows) and len(both.facts) == len(kernel.facts)
    assert sorted(str(list(pair.kernel.compared[1:5])) for pair in both.pairs) == sorted(
        str(row[:4]) for row in rows
    )


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_shown_and_taken_out_again(laboratory, fault):
    name = laboratory.faults[fault]
    both = laboratory.beside(name, fault)
    assert both.differing and "X" in str(both) and fault in str(both)
    assert laboratory.beside(name).equal


def test_rows_stand_in_the_order_of_time_and_a_flow_s_in_its_own(laboratory):
    for name in laboratory.names:
        rows = [pair.kernel for pair in laboratory.beside(name).pairs]
        assert [row.at for row in rows] == sorted(row.at for row in rows)
    first = [pair.model.what for pair in laboratory.beside("proxy-tcp").pairs[:6]]
    assert first == ["SYN", "SYN ACK", "ACK", "SYN", "SYN ACK", "ACK"]


def test_the_first_difference_is_named():
    row = Row(0, "a", "S", 0, 0, 0, 0, ("web out 1", "nat in 1", "nat out 2"))
    assert Pair(row, row).difference == "" and Pair(row, None).difference == "SYN | nothing"
    assert Pair(row, row._replace(when=2)).difference == "SYN | SYN (2 s)"
    assert Pair(row, row._replace(ack=4)).difference == "ack 0 | ack 4"
    assert Pair(row, row._replace(hops=row.hops[:2])).difference == "nat out 2 | not seen there"
    assert row.lost and row.rewritten == ("nat",) and row.points == ("web", "nat")


def test_another_folder_scenario_or_fault_is_refused(laboratory):
    for call, words in (
        (lambda: lab.laboratory("nowhere"), "'nowhere': expected the repository's folder"),
        (lambda: laboratory.beside("moon"), "scenario 'moon'"),
        (lambda: laboratory.beside("direct", "moon"), "fault 'moon'"),
    ):
        with pytest.raises(ValueError, match=words):
            call()


def test_the_laboratory_is_found_from_the_folder_of_the_notebooks_and_nowhere_else(
    monkeypatch, tmp_path
):
    monkeypatch.chdir(FOLDER.parent.parent / "notebooks")
    assert list(lab.laboratory().names) == list(BY_NAME)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="here and above: expected the repository's folder"):
        lab.laboratory()


def test_the_summary_counts_what_is_there(laboratory):
    assert laboratory.summary.startswith(f"{len(BY_NAME)} scenarios, {len(BY_NAME)} equal\n")
    assert laboratory.summary.endswith(f"one after the other: {len(FAULTS)} found")


# --- the prediction ---------------------------------------------------------------------


def test_both_versions_look_sound_and_only_the_recording_tells(laboratory):
    versions = lab.Versions(laboratory)
    assert versions.guilty == "A" and "Version B:" in str(versions)
    said = lab.judge_versions(laboratory, "?", "?")
    assert said.right and "A is wrong in 7 of 7 packets" in " ".join(said.words.split())


@pytest.mark.parametrize(
    ("which", "belief"), [("A", "how could you know?"), ("b", "Not B: it equals the recording")]
)
def test_a_wrong_prediction_is_contradicted_by_the_recording(laboratory, which, belief):
    said = lab.judge_versions(laboratory, which, 1)
    words = " ".join(said.words.split())
    assert (
        not said.right and belief in words and "Packet 1, Linux: nat out 10.0.0.20:50001" in words
    )


def test_what_is_no_prediction_is_named(laboratory):
    for which, packet in (("C", 1), ("A", 0), ("A", 8), ("A", "x")):
        with pytest.raises(ValueError, match="expected"):
            lab.judge_versions(laboratory, which, packet)


# --- the explorer and its picture -------------------------------------------------------


def test_picture_and_sentence_follow_every_control(laboratory):
    explorer = widgets.Evidence(laboratory)
    for scenario, fault, row in (
        ("proxy-tcp", NONE, 9),
        ("direct", FIN, 6),
        ("refused", "a closed port is silent", 2),
    ):
        explorer.scenario.value, explorer.fault.value, explorer.row.value = scenario, fault, row
        both = laboratory.beside(scenario, "" if fault == NONE else fault)
        assert explorer.sentence == sentence(both, row)
        assert explorer.image.value == painter().svg(live(draw.beside(both, row, ROWS).scene))
        assert ("differs" in explorer.sentence) == (fault != NONE)
    explorer.row.value = 17
    assert explorer.sentence.startswith("All 2 rows have been shown.")


def test_no_picture_overlaps_or_leaves_the_frame_and_every_sentence_fits(laboratory):
    explorer = widgets.Evidence(laboratory)
    wrong = []
    for name, fault in [(name, "") for name in laboratory.names] + [
        (name, f) for f, name in laboratory.faults.items()
    ]:
        both = laboratory.beside(name, fault)
        scene = draw.beside(both, len(both.pairs) // 2 or None).scene
        wrong += [f"{name}, {fault}: {what}" for what in faults(scene)]
        explorer.scenario.value, explorer.fault.value = name, fault or NONE
        assert live(explorer.picture.scene).height <= explorer.tall
        assert max(len(sentence(both, row + 1)) for row in range(len(both.pairs) + 1)) <= 4 * 92
    assert wrong == []


def test_the_picture_marks_what_differs(laboratory):
    both = laboratory.beside("direct", FIN)
    picture = draw.beside(both)
    assert picture.scene.title == "Kernel and model differ in 2 of 7 rows, first in row 6"
    assert "6: FIN, client > igw > web, Linux | model: ack 6 | ack 5." in picture.alt
    assert "all 14 rows are equal" in draw.beside(laboratory.beside("proxy-tcp"), theme="dark").alt
    with pytest.raises(ValueError, match="row 8: expected 1 to 7"):
        draw.beside(both, 8)


# --- exercises --------------------------------------------------------------------------


def test_an_answer_of_another_kind_is_named():
    for number, row in (
        ("12.1", "moon"),
        ("12.1", 7),
        ("12.2", "direct"),
        ("12.2", ("moon", "direct")),
    ):
        said = " ".join(lab.check(number, row).split())
        assert said.startswith("Not understood: ") and "expected" in said
