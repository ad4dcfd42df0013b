"""Puzzles: each breaks a site that worked, and every stated answer fixes it.

Nothing else of the catalogue does.
"""

from itertools import combinations

import pytest

from vpcedu.analysis.change import Repair, apply
from vpcedu.analysis.ends import Question
from vpcedu.analysis.faults import faults
from vpcedu.analysis.path import losses
from vpcedu.analysis.repairs.search import run
from vpcedu.flow import spread
from vpcedu.gateways.internet_gateway import Association
from vpcedu.network.names import Name
from vpcedu.puzzles.puzzle import MOST, puzzle, served_by, undone
from vpcedu.puzzles.remedies import remedies
from vpcedu.puzzles.scenes import scenes
from vpcedu.reasons import REASONS
from vpcedu.scenarios.losses_without_a_row import BEYOND
from vpcedu.tables.network_acl import ALLOW, DENY, IN, OUT, AclEntry
from vpcedu.tables.security_group import GroupRule

CHUNK, CHUNKS = 25, 12  # 300 seeds
PROVEN = set()  # a site and a fault whose answers were all played


def proven(seed, count=1, every=5):
    """All that a puzzle promises, run again from its rows alone.

    every: one fault in this many has every row of the catalogue run whole, where the puzzle itself
    stops at the first loss.
    """
    made = puzzle(seed, count)
    assert run(made.working, made.question).outcome.works
    assert not run(made.vpc, made.question).outcome.works
    assert len(made.planted) == count
    assert apply(made.working, made.planted) == made.vpc
    assert run(apply(made.vpc, map(undone, made.planted)), made.question).outcome.works
    for place, fault in enumerate(made.planted):
        others = (*made.planted[:place], *made.planted[place + 1 :])
        assert alike(apply(made.vpc, map(undone, others)), made.alone(fault))
        if (made.working, fault) not in PROVEN:
            PROVEN.add((made.working, fault))
            answered(made, place, spread("played", fault) % every == 0)
    return made


def alike(one, other):
    """Whether two descriptions have the same rows, in whatever order."""
    return all(
        mine == theirs
        if isinstance(mine, str)
        else sorted(map(repr, mine)) == sorted(map(repr, theirs))
        for mine, theirs in zip(one, other, strict=True)
    )


def answered(made, place, whole):
    """The stated answers of one fault fix it, its undoing first.

    whole: and of the catalogue no other row does.
    """
    fault, answers = made.planted[place], made.answers[place]
    alone = made.alone(fault)
    assert answers[0] == undone(fault)
    for row in dict.fromkeys((*answers, *(remedies(alone, made.question) if whole else ()))):
        try:
            visit = run(row.apply(alone), made.question)
        except ValueError:
            assert row not in answers, str(row)
            continue
        mended = visit.outcome.works and served_by(visit) == made.server
        assert mended == (row in answers), (made.seed, str(row))


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_of_300_seeds_every_puzzle_is_solved_by_its_stated_answers_and_by_no_other_row(chunk):
    for seed in range(chunk * CHUNK, chunk * CHUNK + CHUNK):
        proven(seed)


def test_ten_thousand_puzzles_with_one_to_four_faults(pytestconfig):
    """With --long, and then every row of the catalogue against every fault.

    Otherwise only some beyond the 300.
    """
    long = pytestconfig.getoption("--long")
    seen = set()
    for seed in range(300, 10_000 if long else 320):
        made = proven(seed, 1 + seed % MOST, every=1 if long else 5)
        seen.add((made.working, made.planted))
        for some in combinations(made.planted, len(made.planted) - 1):
            assert not run(apply(made.vpc, map(undone, some)), made.question).outcome.works
    assert len(seen) > (5_000 if long else 15)


def test_the_same_seed_is_the_same_puzzle_and_seeds_differ():
    texts = [str(puzzle(seed)) for seed in range(20)]
    assert texts == [str(puzzle(seed)) for seed in range(20)]
    assert len(set(texts)) == 20


# --- the catalogue --------------------------------------------------------------------------------


def outcomes():
    """What each fault of the catalogue does, by scene."""
    for vpc, question in scenes():
        for fault in faults(vpc, question):
            visit = run(fault.apply(vpc), question)
            if not visit.outcome.works:
                lost = losses(visit)
                yield lost[0].step.reason if lost else visit.symptom


def test_the_catalogue_has_a_fault_for_every_reason_that_a_row_can_cause():
    found, beyond = set(outcomes()), {row.reason for row in BEYOND}
    assert set(REASONS) - beyond <= found
    assert not found & beyond
    assert "503 Service Unavailable" in found  # no packet is lost where a balancer has no target


def test_every_scene_works():
    for vpc, question in scenes():
        assert run(vpc, question).outcome.works, question


# --- what a learner answers -----------------------------------------------------------------------


def first(kind):
    """The first seed whose fault changes such a row."""
    return next(made for made in map(puzzle, range(200)) if isinstance(made.planted[0].row, kind))


def test_a_right_answer_is_run_whatever_its_form():
    made = first(GroupRule)
    row = made.planted[0].row
    for answer in (Repair(None, row), row, [row], (Repair(None, row),)):
        assert made.check(answer).startswith("Right.")
    wide = row._replace(peer="0.0.0.0/0", ports=(0, 65_535))
    assert made.check(wide).startswith("Right.")  # no answer of the catalogue, but it works


def test_a_wrong_answer_is_told_its_consequence():
    made = first(GroupRule)
    useless = AclEntry("acl-public", 7, IN, ALLOW, 6, (80, 80), "0.0.0.0/0")
    assert made.check(useless).startswith("Not yet.")
    assert "still lost at" in " ".join(made.check(useless).split())
    harmful = AclEntry("acl-public", 7, IN, DENY, -1, (0, 65_535), "0.0.0.0/0")
    assert "network ACL in" in " ".join(made.check([made.planted[0].row, harmful]).split())


def test_an_answer_from_another_server_is_no_solution():
    made = next(
        p
        for p in map(puzzle, range(200))
        if isinstance(p.planted[0].row, Association)
        and p.question == Question("client", "www.example.com", 80)
    )
    name = next(row for row in made.vpc.names if row.name == "www.example.com")
    words = " ".join(made.check(Repair(name, Name(name.name, ("198.51.100.7",)))).split())
    assert "an answer comes, but from update server instead of web" in words
    assert served_by(run(made.working, made.question)) == "web"


@pytest.mark.parametrize("answer", [None, "sg-web", 7, (1, 2)])
def test_what_is_no_row_is_refused(answer):
    with pytest.raises(ValueError, match="expected a Repair"):
        puzzle(0).check(answer)


def test_a_row_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="is not in this VPC"):
        puzzle(0).check(Repair(GroupRule("sg-none", OUT, (1, 1), "0.0.0.0/0"), None))


@pytest.mark.parametrize("words", [("x",), (1.5,), (True,), (0, 0), (0, 5), (0, "1")])
def test_a_wrong_seed_or_count_is_refused(words):
    with pytest.raises(ValueError, match="expected"):
        puzzle(*words)


def test_the_text_shows_the_symptom_and_every_row_but_not_the_answer():
    made = puzzle(7)
    assert made.symptom in str(made)
    assert str(made.answers[0][0]) not in str(made)
    assert "What fixes it:" in made.solution
    for answer in made.answers[0]:
        assert str(answer) in made.solution
