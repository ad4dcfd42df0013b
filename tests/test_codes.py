"""AWS's explanation codes: each brought about by packets and repaired, or said to be beyond."""

from __future__ import annotations

import os

import pytest
from rigs import aws_made
from rigs.aws_codes import CODES, NO_FAULT, NO_REPAIR, RUN, UNTOLD
from rigs.aws_questions import QUESTIONS
from rigs.code_definitions import HOLDS, Seen
from rigs.repair_networks import CASES

from vpcedu import aws, lab
from vpcedu.analysis.change import apply
from vpcedu.analysis.codes import codes, codes_without_loss
from vpcedu.puzzles.puzzle import puzzle

ALL = os.environ.get("VPCEDU_ALIVE", "") == "all"
RUNS = [row for row in CODES if row.group == RUN]


def given(answer):
    """The codes of an answer, each with its loss (None: no packet was lost)."""
    found = [(row, loss) for loss in answer.blockers for row in codes(answer.vpc, loss)]
    return found + [(row, None) for row in codes_without_loss(answer.vpc, answer.telling)]


def wrong(answer):
    """The codes of an answer for which AWS's definition does not hold.

    What was met at a part that is there only after repairs is left out.
    """
    new = {
        row.name for one in apply(answer.vpc, answer.repairs or ()).everyone for row in one.devices
    }
    new -= {row.name for one in answer.vpc.everyone for row in one.devices}
    return [
        (row.code, loss and loss.step.at)
        for row, loss in given(answer)
        if not (loss and loss.step.at in new) and not HOLDS[row.code](Seen(answer.vpc, loss, row))
    ]


@pytest.mark.parametrize("row", RUNS, ids=lambda row: row.code)
def test_a_code_is_brought_about_by_packets_and_repaired(row):
    answer = lab.ask(row.vpc, *row.question)
    assert answer.reachable is False
    places = [(code.code, loss.step.at if loss else code.at) for code, loss in given(answer)]
    assert (row.code, row.at) in places
    assert row.code in [part["ExplanationCode"] for part in answer.as_json()["Explanations"]]
    assert wrong(answer) == []
    if row.code in NO_REPAIR:
        assert answer.repairs is None
        return
    again = lab.ask(apply(row.vpc, answer.repairs), *row.question)
    assert again.reachable and not given(again)


def test_every_code_is_in_one_group_and_most_are_run_and_repaired():
    names = [row.code for row in CODES]
    assert len(names) == len(set(names))
    assert {row.group for row in CODES} == {RUN, UNTOLD, NO_FAULT}
    assert {row.code for row in RUNS} == HOLDS.keys() - {"UNKNOWN_DESTINATION"}
    assert len(RUNS) - len(NO_REPAIR) >= 35


@pytest.mark.parametrize(
    "row", [row for row in CODES if row.group == NO_FAULT and row.vpc], ids=lambda row: row.code
)
def test_what_is_no_fault_works(row):
    assert lab.ask(row.vpc, *row.question).reachable


@pytest.mark.parametrize("name", CASES)
def test_no_code_is_given_where_its_definition_does_not_hold(name):
    vpc, question, *_ = CASES[name]
    assert wrong(lab.ask(vpc, *question)) == []


@pytest.mark.parametrize("seed", range(300) if ALL else (6, 32, *range(0, 300, 50)))
def test_the_codes_of_a_puzzle_hold(seed):
    made = puzzle(seed)
    assert wrong(lab.ask(made.vpc, *made.question)) == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", QUESTIONS)
def test_the_codes_of_networks_from_api_calls_hold(name, tmp_path_factory):
    folder, at = aws_made.made(name, tmp_path_factory)
    account = aws.load(folder)
    for source, destination, port, symptom, *_ in QUESTIONS[name][:: 1 if ALL else 3]:
        if symptom not in ("", "works"):
            ends = source.format(**at), destination.format(**at)
            home = account.home(ends[0]) if len(account.vpcs) > 1 else ""
            assert wrong(lab.ask(account.vpc(home), *ends, port)) == [], ends
