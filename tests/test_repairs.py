"""Repairs are what a careful colleague would make, tried, and said with what else they open."""

from __future__ import annotations

import json
import os
import re

import pytest
from rigs import aws_made
from rigs.aws_features import whole
from rigs.aws_questions import QUESTIONS
from rigs.aws_shapes import classic, files
from rigs.opened import unsaid, untrue
from rigs.repair_networks import CASES, CLOSING

from vpcedu import aws, lab
from vpcedu.analysis.change import apply
from vpcedu.puzzles.puzzle import puzzle

ALL = os.environ.get("VPCEDU_ALIVE", "") == "all"


def flat(text):
    return " ".join(str(text).split())


@pytest.mark.parametrize("name", CASES)
def test_the_repair_is_the_one_that_a_colleague_would_make(name):
    vpc, question, repairs, says, never = CASES[name]
    answer = lab.ask(vpc, *question)
    text = flat(answer)
    assert answer.reachable is False, text
    if repairs is None:
        assert answer.repairs is None and answer.found.refused, text
    else:
        lines = [str(repair) for repair in answer.repairs or ()]
        assert len(lines) == len(repairs), text
        for line, begins in zip(lines, repairs, strict=True):
            assert any(line.startswith(word) for word in begins.split("|")), text
        assert lab.ask(apply(vpc, answer.repairs), *question).reachable
        assert not answer.found.difference.closed
    for pattern in says:
        assert re.search(pattern, text, re.I), text
    for pattern in never:
        assert not re.search(pattern, text.partition("repair")[2]), text


def test_each_kind_has_at_least_two_networks():
    kinds = [name.partition(",")[0] for name in CASES]
    assert not {kind for kind in kinds if kinds.count(kind) < 2}
    assert len(set(kinds)) >= 12


def test_a_target_whose_instance_is_stopped_is_registered_already_and_gets_it_started(tmp_path):
    answers = whole()
    one = classic()
    one["LoadBalancerDescriptions"][0]["Instances"] = [{"InstanceId": "i-web"}]
    answers["wrapped"] += one.pop("wrapped", [])
    answers |= one
    for row in answers["Reservations"]:
        for instance in row["Instances"]:
            instance["State"] = {"Code": 80, "Name": "stopped"}
    for name, text in files(answers).items():
        (tmp_path / name).write_text(json.dumps(text))
    vpc = aws.load(tmp_path).vpc()
    for name, port in (("shop", 80), ("wire", 443), ("old", 80)):
        answer = lab.ask(vpc, "internet", name, port)
        assert [str(repair) for repair in answer.repairs] == ["start i-web"], name


# --- what else they open --------------------------------------------------------------------------


def judged(answer):
    """What a repair opens by packets and does not say, and what it says and packets do not."""
    if not answer.repairs or answer.found.ends:
        return []
    return unsaid(answer) + untrue(answer)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.repairs])
def test_a_repair_opens_what_was_asked_and_what_it_says(name):
    vpc, question, *_ = CASES[name]
    assert judged(lab.ask(vpc, *question)) == []


@pytest.mark.parametrize("seed", range(300) if ALL else range(0, 300, 20))
def test_the_repair_of_a_puzzle_opens_what_was_asked_and_what_it_says(seed):
    made = puzzle(seed)
    assert judged(lab.ask(made.vpc, *made.question)) == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", QUESTIONS)
def test_the_repairs_of_networks_from_api_calls_open_what_was_asked_and_what_they_say(
    name, tmp_path_factory
):
    folder, at = aws_made.made(name, tmp_path_factory)
    account = aws.load(folder)
    asked = [row for row in QUESTIONS[name] if row.symptom not in ("", "works", "unknown")]
    for source, destination, port, *_ in asked if ALL else asked[::4]:
        source, destination = source.format(**at), destination.format(**at)
        home = account.home(source) if len(account.vpcs) > 1 else ""
        assert judged(lab.ask(account.vpc(home), source, destination, port)) == [], (
            source,
            destination,
        )


def test_a_repair_that_would_stop_what_works_is_not_proposed():
    """One with a public address and one without share a table: the route cannot change for one."""
    vpc, question = CLOSING
    answer = lab.ask(vpc, *question)
    assert answer.repairs is None
    assert "would no longer be true" in answer.found.refused[-1]
