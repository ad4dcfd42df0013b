"""Check yourself: every answer is a network that is run; two forms ask the same twelve things."""

from __future__ import annotations

import json
from itertools import permutations

import pytest
import symptom_page

from vpcedu import lab
from vpcedu.course.check_yourself.claims import FORMS
from vpcedu.course.check_yourself.paper import LETTERS, SYMPTOMS
from vpcedu.pages.course_pages import LAST, LESSONS
from vpcedu.scenarios.catalogue import SCENARIOS
from vpcedu.views.outcome import WORKS

BOTH = [(symptom, form) for symptom in SYMPTOMS for form in FORMS]
each = pytest.mark.parametrize(
    ("symptom", "form"), BOTH, ids=[f"{symptom.name}-{form}" for symptom, form in BOTH]
)


def words(symptom, form):
    return [claim.words[FORMS.index(form)] for claim in symptom.claims]


# --- the questions, run ------------------------------------------------------------------


@each
def test_the_symptom_is_seen_and_one_answer_of_four_changes_it(symptom, form):
    assert (symptom.seen(form) == WORKS) != symptom.works
    holds = [symptom.holds(form, claim) for claim in symptom.claims]
    assert holds == [True, False, False, False]  # tables have the right one first


@each
def test_a_wrong_answer_s_network_shows_the_same_symptom(symptom, form):
    seen = symptom.seen(form)
    for claim in symptom.claims[1:]:
        tried = symptom.tried(form, claim)
        assert tried.split(" after ")[0].split(":")[0] == seen.split(" after ")[0].split(":")[0]


@each
def test_what_is_asked_says_what_is_seen(symptom, form):
    said = {
        "timed out": "time",
        "no answer": "nothing comes",
        "works": "page",
        "wrong client": "line says",
        "502": "502",
        "503": "an error",
        "504": "an error",
    }
    asks, seen = symptom.asks[FORMS.index(form)], symptom.seen(form)
    assert next(word for start, word in said.items() if seen.startswith(start)) in asks


def test_the_key_is_found_by_running_and_a_changed_network_changes_it():
    door = next(symptom for symptom in SYMPTOMS if symptom.entry == 14)
    key, public, *_ = door.claims
    broken = door._replace(claims=(key._replace(change=public.change), *door.claims[1:]))
    assert not broken.holds("A", broken.claims[0])


# --- twelve symptoms, two forms ----------------------------------------------------------


def test_there_are_twelve_symptoms_of_twelve_stories_and_four_answers_each():
    assert len(SYMPTOMS) == len({symptom.entry for symptom in SYMPTOMS}) == 12
    assert len({symptom.name for symptom in SYMPTOMS}) == 12
    assert {symptom.entry for symptom in SYMPTOMS} <= {row.entry for row in SCENARIOS.values()}
    for symptom in SYMPTOMS:
        assert len(symptom.claims) == 4
        assert len({claim.belief for claim in symptom.claims}) == 4
        assert len(set(words(symptom, "A"))) == len(set(words(symptom, "B"))) == 4


@pytest.mark.parametrize("symptom", SYMPTOMS, ids=lambda symptom: symptom.name)
def test_two_forms_ask_the_same_thing_in_different_networks(symptom):
    assert symptom.asks[0] != symptom.asks[1]
    one, two = (symptom.play[n](symptom.build[n]()) for n in (0, 1))
    assert one.vpc != two.vpc or one.call != two.call
    beliefs = [
        {claim.belief for claim in question.claims}
        for paper in (lab.check_yourself("ada"), lab.check_yourself("ada", "after"))
        for question in paper.questions
        if question.symptom == symptom
    ]
    assert len(beliefs) == 2 and beliefs[0] == beliefs[1]


@each
def test_no_answer_is_recognised_by_its_length(symptom, form):
    sizes = [len(text) for text in words(symptom, form)]
    assert max(sizes) <= 1.35 * min(sizes)


@pytest.mark.parametrize("form", FORMS)
def test_the_right_answer_is_neither_mostly_the_longest_nor_the_shortest(form):
    ranks = []
    for symptom in SYMPTOMS:
        sizes = [len(text) for text in words(symptom, form)]
        ranks.append((sizes[0] == max(sizes), sizes[0] == min(sizes)))
    longest, shortest = (sum(column) for column in zip(*ranks, strict=True))
    assert longest <= 5 and shortest <= 5


# --- papers ------------------------------------------------------------------------------


def test_a_seed_decides_the_form_and_the_order_and_after_the_course_it_is_the_other_form():
    first, again = lab.check_yourself("ada"), lab.check_yourself("ada")
    assert str(first) == str(again)
    assert str(first).startswith(f"Check yourself, before the course: form {first.form}, seed ada")
    assert lab.check_yourself("ada", "after").form != first.form
    assert {lab.check_yourself(number).form for number in range(8)} == set(FORMS)
    assert str(lab.check_yourself(7)) == str(lab.check_yourself("7"))


def test_each_order_of_answers_is_as_likely_as_any():
    seen, places = set(), [0] * 4
    for number in range(300):
        for question in lab.check_yourself(number).questions:
            key = question.symptom.claims[0]
            order = tuple(question.symptom.claims.index(claim) for claim in question.claims)
            seen.add(order)
            places[question.claims.index(key)] += 1
    assert seen == set(permutations(range(4)))
    assert min(places) > 0.85 * max(places)


def right(paper):
    return "".join(
        next(letter for letter in LETTERS if question.right(letter)) for question in paper.questions
    )


@pytest.mark.parametrize("when", ["before", "after"])
def test_all_right_is_twelve_and_the_line_says_so(when):
    paper = lab.check_yourself("grace", when)
    letters = right(paper)
    assert str(paper.hand_in(letters)) == (
        f"check-yourself {when} form={paper.form} seed=grace answers={letters} score=12/12"
    )
    assert paper.hand_in(letters).score == 12
    spoilt = "".join(LETTERS[(LETTERS.index(letter) + 1) % 4] for letter in letters)
    assert paper.hand_in(spoilt).score == 0
    assert paper.hand_in("." * 12).score == 0


def test_before_the_course_nothing_is_given_away_and_after_it_each_wrong_answer_is_explained():
    assert "after lesson 12" in lab.check_yourself("ada").hand_in("a" * 12).explained
    paper = lab.check_yourself("ada", "after")
    letters = "." + right(paper)[1:]
    assert paper.hand_in(letters).explained == "1. No answer."
    assert paper.hand_in(right(paper)).explained == "Every answer is right."
    wrong = next(letter for letter in LETTERS if not paper.questions[2].right(letter))
    said = paper.hand_in(right(paper)[:2] + wrong + right(paper)[3:]).explained.replace("\n", " ")
    assert said.startswith("3. No. We did this and ran it again: ")
    belief = paper.questions[2].claims[LETTERS.index(wrong)].belief
    assert said.endswith(f"The belief: {belief}. Lesson 01 shows what happens.")


@pytest.mark.parametrize("seed", ["", "a b", "x" * 41, None, 1.5, True, "a=b", "a\n"])
def test_a_seed_that_is_none_is_named(seed):
    with pytest.raises(ValueError, match=r"seed .*: expected a number or a name"):
        lab.check_yourself(seed)


def test_other_slips_are_named():
    with pytest.raises(ValueError, match="when 'soon': expected one of before, after"):
        lab.check_yourself(0, "soon")
    for slip in ("abc", "e" * 12, None, 12):
        with pytest.raises(ValueError, match=r"answers .*: expected 12 letters from a to d"):
            lab.check_yourself(0).hand_in(slip)


def test_letters_may_be_grouped_and_large():
    paper = lab.check_yourself(0)
    assert str(paper.hand_in("ABCD abcd abcd")) == str(paper.hand_in("abcd" * 3))


# --- the widget --------------------------------------------------------------------------


@pytest.fixture
def widget():
    pytest.importorskip("ipywidgets")
    from vpcedu.widgets import CheckYourself

    return CheckYourself("ada", "after")


def test_answers_are_kept_when_one_turns_back(widget):
    widget.choice.value = "b"
    widget.turn(1)
    assert widget.choice.value is None and widget.letters == ["b", *"." * 11]
    widget.back.click()
    assert widget.choice.value == "b" and widget.back.disabled and not widget.next.disabled
    widget.turn(11)
    assert widget.next.disabled and "12 of 12" in widget.asks.value


def test_the_line_to_hand_in_is_shown_and_printed(widget):
    widget.answer(right(widget.paper))
    widget.button.click()
    assert widget.sentence.endswith("score=12/12") and repr(widget) == widget.sentence
    assert "Every answer is right." in widget.line.value


def test_another_seed_is_another_paper_and_a_wrong_one_is_named(widget):
    widget.answer("a" * 12)
    widget.seed.value = "a b"
    assert widget.sentence.startswith("Not understood: seed 'a b'") and widget.letters[0] == "a"
    widget.seed.value = "bob"
    assert widget.paper.seed == "bob" and widget.letters == ["."] * 12
    assert widget.choice.value is None


def test_without_a_kernel_the_questions_are_there():
    pytest.importorskip("ipywidgets")
    from vpcedu.widgets import CheckYourself

    before, after = CheckYourself(1), CheckYourself(1, "after")
    assert repr(before) == str(lab.check_yourself(1))
    assert repr(after).startswith(f"Twelve questions of form {after.paper.form}")
    assert before._repr_mimebundle_()["text/plain"] == repr(before)


# --- where the symptoms are run ----------------------------------------------------------


def test_each_of_the_22_symptoms_is_run_by_a_story_and_12_of_them_by_the_last_page():
    rows = symptom_page.places()
    assert [row.entry for row in rows] == list(range(1, 23))
    assert all(row.stories for row in rows)
    assert sum(bool(row.asked) for row in rows) == 12
    assert sum(bool(row.cells) for row in rows) >= 10
    assert symptom_page.table(rows).count("\n") == 23


def test_the_first_lesson_leads_to_the_last_page():
    cells = json.loads(LESSONS[0].path.read_text(encoding="utf-8"))["cells"]
    assert f"({LAST.name}.ipynb)" in "".join(cells[0]["source"])


@pytest.mark.parametrize("number", range(len(FORMS)))
def test_no_answer_says_its_subnet_where_balancer_and_web_have_one_each(number):
    asked = [symptom for symptom in SYMPTOMS if "balancer" in symptom.asks[number].lower()]
    said = [claim.words[number] for symptom in asked for claim in symptom.claims]
    assert any("subnet" in words for words in said)
    assert not [words for words in said if "its subnet" in words]
