"""Plays: for one answer, one diagnosis or one puzzle nothing is simulated twice.

No capture is read for its conversations twice.
"""

import json
from collections import Counter
from pathlib import Path

import pytest

from vpcedu import Site, draw, reference_vpc
from vpcedu.analysis import plays
from vpcedu.analysis.ends import Question
from vpcedu.analysis.plays import TRIED, Plays
from vpcedu.analysis.repairs.search import run, smallest
from vpcedu.aws import load
from vpcedu.course.lesson_10 import judge_puzzle
from vpcedu.lab import ask, diagnose
from vpcedu.network import record
from vpcedu.network.network import Network
from vpcedu.puzzles.puzzle import puzzle
from vpcedu.tables.network_acl import DENY, IN, OUT, AclEntry
from vpcedu.tables.route_table import Route
from vpcedu.tables.security_group import GroupRule
from vpcedu.tables.traffic import ANYWHERE

EXAMPLE = load(str(Path(__file__).parent.parent / "vpcedu" / "aws" / "example")).vpc()
DB, NAME = "i-0e11f22a33b440003", "www.example.com"
NO_ANSWERS = AclEntry("acl-private", 50, OUT, DENY, 6, (1_024, 65_535), ANYWHERE)
TO_A_TRANSIT_GATEWAY = (
    reference_vpc()
    ._replace(beyond=("tgw-1",))
    .replace(Route("private", ANYWHERE, "NAT"), Route("private", ANYWHERE, "tgw-1"))
)
QUESTIONS = {
    "it works": (reference_vpc("network"), "internet", NAME, 80),
    "it is blocked on the forward path": (reference_vpc("application"), "internet", "web", 443),
    "it is blocked on the return path": (
        reference_vpc("network").with_row(NO_ANSWERS),
        "internet",
        NAME,
        80,
    ),
    "a name has several addresses": (EXAMPLE, DB, "shop", 443),
    "the model ends behind a repair": (EXAMPLE, DB, "10.99.0.5", 443),
    "the model ends": (TO_A_TRANSIT_GATEWAY, "web", "internet", 443),
}


class Counted:
    """What was prepared and simulated since.

    (description, question), and each play with its choice.
    """

    def __init__(self):
        self.prepared, self.played, self.chosen, self.made = [], [], [], 0


@pytest.fixture
def counted(monkeypatch):
    seen = Counted()
    prepare, play, make, choose = plays.prepare, Site.play, Network.__init__, plays._make

    def prepared(vpc, question):
        seen.prepared.append((vpc, question))
        seen.chosen = []
        return prepare(vpc, question)

    def chosen(site, choice):
        seen.chosen.append(choice)
        choose(site, choice)

    def played(site, call, program=None, until=None, **settings):
        seen.played.append(
            (
                *seen.prepared[-1],
                site.seed,
                until,
                site.network.filters.beyond_drops,
                tuple(seen.chosen),
            )
        )
        return play(site, call, program, until, **settings)

    def made(network, *words):
        seen.made += 1
        make(network, *words)

    monkeypatch.setattr(plays, "prepare", prepared)
    monkeypatch.setattr(plays, "_make", chosen)
    monkeypatch.setattr(Site, "play", played)
    monkeypatch.setattr(Network, "__init__", made)
    return seen


def nothing_twice(counted):
    """Every play is another one, and no network was made but to be played."""
    assert counted.played
    assert [key for key, times in Counter(counted.played).items() if times > 1] == []
    assert len(counted.played) <= counted.made <= len(counted.prepared)


@pytest.mark.parametrize("name", QUESTIONS)
def test_for_an_answer_nothing_is_played_twice(name, counted):
    answer = ask(*QUESTIONS[name])
    nothing_twice(counted)
    before = len(counted.played)
    assert str(answer) and json.dumps(answer.as_json()) and repr(answer) and answer.forward
    assert len(counted.played) == before  # what is told of an answer is read off what was played


def test_the_answers_differ_as_their_names_say():
    answers = {name: ask(*question) for name, question in QUESTIONS.items()}
    assert [answer.reachable for answer in answers.values()] == [
        True,
        False,
        False,
        False,
        False,
        None,
    ]
    assert [loss.back for loss in answers["it is blocked on the return path"].blockers] == [True]
    assert answers["the model ends behind a repair"].found.ends
    assert len(answers["a name has several addresses"].addresses) == 2


def test_what_works_is_played_once(counted):
    ask(*QUESTIONS["it works"])
    assert len(counted.played) == 1


@pytest.mark.parametrize("symptom", ["", "503 Service Unavailable", "timed out"])
def test_for_a_diagnosis_nothing_is_played_twice(symptom, counted):
    diagnose(
        reference_vpc("application").without(GroupRule("sg-web", IN, (80, 80), "sg-balancer"))
        if symptom == ""
        else reference_vpc("application"),
        "client",
        NAME,
        80,
        symptom,
    )
    nothing_twice(counted)


@pytest.mark.parametrize(("seed", "count"), [(0, 1), (3, 1), (7, 2), (39, 1), (5, 3)])
def test_for_a_puzzle_nothing_is_played_twice(seed, count, counted):
    made = puzzle(seed, count)
    assert made.hints and made.symptom and made.solution and str(made)
    judge_puzzle(made, "web", "group in")
    for _ in "ab":
        made.check([answers[0] for answers in made.answers])
        made.check(made.answers[0][0])
    nothing_twice(counted)


def test_another_seed_another_question_and_another_choice_are_other_plays(counted):
    vpc, question = reference_vpc("network").with_row(NO_ANSWERS), Question("internet", NAME, 80)
    one = Plays()
    assert one.whole(vpc, question) is one.whole(vpc, question) is tried(one, vpc, question)
    assert one.past_drops(vpc, question) is not one.whole(vpc, question)
    assert one.whole(vpc, question._replace(destination="web")) is not one.whole(vpc, question)
    assert len(counted.played) == 3
    assert Plays(1).whole(vpc, question).seed == 1
    fresh = Plays()
    stopped = tried(fresh, vpc, question)
    assert stopped.result is None and fresh.whole(vpc, question).symptom == "timed out"
    assert len(stopped.capture) < len(fresh.whole(vpc, question).capture)


@pytest.mark.parametrize("name", [name for name in QUESTIONS if name != "it works"])
def test_a_set_of_repairs_that_is_tried_only_until_it_is_lost_loses_first_what_the_whole_visit_does(
    name,
):
    vpc, *words = QUESTIONS[name]
    question = Question(*words)
    stopped, whole = tried(Plays(), vpc, question), run(vpc, question)
    assert first_loss(stopped) == first_loss(whole)


def tried(some, vpc, question):
    return some.played(vpc, question, TRIED).visit


def first_loss(visit):
    return next((step for trace in visit.capture for step in trace.steps if step.reason), None)


def test_a_search_takes_what_was_played_before(counted):
    vpc, *words = QUESTIONS["it is blocked on the return path"]
    before = Plays()
    before.whole(vpc, Question(*words))
    found = smallest(vpc, Question(*words), before)
    assert [key[:2] for key in counted.played].count((vpc, Question(*words))) == 1
    assert found.repairs == smallest(vpc, Question(*words)).repairs


# --- conversations --------------------------------------------------------------------------------


@pytest.fixture
def read(monkeypatch):
    """The captures that were read for their conversations."""
    seen, find = [], record.conversations

    def conversations(capture):
        seen.append(capture)
        return find(capture)

    monkeypatch.setattr(record, "conversations", conversations)
    return seen


@pytest.mark.parametrize("balancer", ["classic-tcp", "network"])
@pytest.mark.parametrize("picture", ["ladder", "map"])
def test_a_picture_reads_the_conversations_once(picture, balancer, read):
    visit = Site(reference_vpc(balancer)).get(f"http://{NAME}/")
    shown = getattr(draw, picture)(visit)
    assert shown.svg() and shown.alt
    assert [capture is visit.capture for capture in read] == [True]


@pytest.mark.parametrize("name", QUESTIONS)
def test_an_answer_reads_the_conversations_of_each_visit_once(name, read):
    answer = ask(*QUESTIONS[name])
    assert str(answer) and answer.as_json() and answer.visit.answer and str(answer.visit)
    assert [capture is answer.visit.capture for capture in read].count(True) == 1
    assert len(set(map(id, read))) == len(read)
