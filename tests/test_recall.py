"""Questions about earlier lessons and about pictures: the model says which choice is right."""

from __future__ import annotations

from itertools import pairwise

import pytest

from vpcedu import lab, reference_architecture, widgets
from vpcedu.course import recall
from vpcedu.course.recall import RECALL, Choices, judge_recall, judged
from vpcedu.course.seen import SEEN, judge_seen
from vpcedu.pages.course_pages import LESSONS
from vpcedu.sites.lone_server import lone_server
from vpcedu.sites.parts import PAGE
from vpcedu.sites.two_targets import NODE, nlb_site, source_at_target

NUMBERS = [lesson.name[:2] for lesson in LESSONS]
EVERY = [(table, number) for table in (RECALL, SEEN) for number in table]
NAMES = [f"{'recall' if table is RECALL else 'seen'} {number}" for table, number in EVERY]


def test_every_lesson_from_01_on_asks_about_the_one_before_the_third_before_or_the_first():
    assert list(RECALL) == NUMBERS[1:]
    for number, question in RECALL.items():
        place = NUMBERS.index(number)
        spaced = {NUMBERS[place - 1], NUMBERS[max(0, place - 3)], NUMBERS[0]}
        assert question.about in spaced, number
    asked = [question.about for question in RECALL.values()]
    assert all(one != other for one, other in pairwise(asked)), "in turn"


def test_every_lesson_with_a_main_picture_asks_what_was_seen():
    assert list(SEEN) == [number for number in NUMBERS if number != "11"]
    assert not any(question.about for question in SEEN.values())


@pytest.mark.parametrize(("table", "number"), EVERY, ids=NAMES)
def test_a_run_says_which_one_choice_is_right(table, number):
    question, judge = table[number], judge_recall if table is RECALL else judge_seen
    right = question.run()
    assert right in question.replies and 2 <= len(question.replies) <= 4
    for choice in question.replies:
        judgement = judge(number, f" {choice} ")
        assert judgement.right == (choice == right)
        assert judgement.words.startswith("Right. " if judgement.right else "No. ")
        assert question.replies[choice] in judgement.words
        assert (f"Lesson {question.about} shows it." in judgement.words) == (
            table is RECALL and not judgement.right
        )
    assert len(set(question.replies.values())) == len(question.replies)


@pytest.mark.parametrize(("table", "number"), EVERY, ids=NAMES)
def test_the_form_asks_and_its_reply_fits_its_place(table, number):
    form = (widgets.Recall if table is RECALL else widgets.Seen)(number)
    first, asked, choices = repr(form).split("\n")
    assert first == form.check() == "No answer yet: answer the question, then press Check."
    assert asked == table[number].asks
    assert choices.strip() == " / ".join(table[number].replies)
    for choice in table[number].replies:
        form.choice.value = choice
        form.button.click()
        assert form.sentence.startswith(("Right. ", "No. "))
        assert len(form.sentence) <= form.lines * 92 and repr(form) == form.sentence


def test_the_run_decides_and_nothing_that_is_stored():
    """The same question about another network has another answer."""
    seen = reference_architecture("network").get(PAGE).capture[1].last.before.flow.src
    question = Choices(
        "To whom?",
        RECALL["01"].replies,
        lambda: recall._owner(seen),
    )
    assert judged(question, "the client's").right
    assert not judged(question, "the load balancer node's").right


def test_a_lesson_without_a_question_and_a_choice_that_is_none_are_named():
    for made in (widgets.Recall, widgets.Seen):
        with pytest.raises(ValueError, match="lesson '13': expected one of"):
            made("13")
    with pytest.raises(ValueError, match="lesson '00': expected one of 01, 02"):
        widgets.Recall("00")
    with pytest.raises(ValueError, match="choice 'four': expected one of one, two, three"):
        judge_recall("03", "four")
    with pytest.raises(ValueError, match=r"lesson \[\]: expected one of"):
        judge_recall([], "two")


def test_what_the_replies_say_of_other_choices_happens():
    """What is said of a wrong choice was run too."""
    site = reference_architecture()
    page = site.get(PAGE)
    assert not any("NAT" in trace.devices for trace in page.capture)
    sent = lab.judge(page, "10.0.1.10", 80, "203.0.113.10", 51828).trace.dropped
    assert (sent.at, sent.check) == ("NAT", "group out")
    flow = lone_server("Internet gateway").get("http://192.0.2.40/").capture[1].packet.flow
    assert flow.dst == "192.0.2.40"
    assert source_at_target(nlb_site("ip").get(PAGE)) == NODE
    early = lab.silence("NAT gateway", 420, "opener").learns("web")
    assert early[1] == "reset"
