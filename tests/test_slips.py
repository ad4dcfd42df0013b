"""Ten kinds of slip in each exercise: a sentence says what was met and expected, never a traceback.

The slips are made from the exercise's own solution, so that everything else about them is right.
"""

from __future__ import annotations

import pytest

from vpcedu import lab
from vpcedu.course.exercises import EXERCISES
from vpcedu.gateways.internet_gateway import Association
from vpcedu.tables.route_table import Route


def solved(number):
    names: dict[str, object] = {}
    exec(lab.solution(number), names)
    return names["row"]


def each(value, change):
    """The value with what it holds changed, field by field; rows and tuples keep their form."""
    if isinstance(value, tuple):
        fields = [each(part, change) for part in value]
        return type(value)(*fields) if hasattr(value, "_fields") else tuple(fields)
    return [each(part, change) for part in value] if isinstance(value, list) else change(value)


def parts(value):
    """Everything in an answer that is no tuple or list; an empty one is a part."""
    if isinstance(value, tuple | list) and value:
        return [part for one in value for part in parts(one)]
    return [value]


def no_block(value):
    return each(
        value,
        lambda part: part.partition("/")[0] if isinstance(part, str) and "/" in part else part,
    )


def as_text(value):
    return each(value, lambda part: f"port {part}" if type(part) is int else part)


def too_large(value):
    return each(value, lambda part: 10**9 if type(part) is int else part)


def misspelt(value):
    return each(value, lambda part: f"{part}x" if isinstance(part, str) else part)


def swapped(value):
    if isinstance(value, tuple):
        return type(value)(*reversed(value)) if hasattr(value, "_fields") else value[::-1]
    return value[::-1] if isinstance(value, str | list) else -value


PLAIN = ("rtb-web", "10.0.0.0/16", "local")


def another_kind(value):
    kind = Association if isinstance(value, Route) else Route
    return kind(*PLAIN[: len(kind._fields)])


SLIPS = {
    "a wrong type": lambda value: 3.5,
    "None": lambda value: None,
    "nothing": lambda value: "",
    "an address for a block": no_block,
    "a port as text": as_text,
    "a list": lambda value: [value],
    "a number out of range": too_large,
    "a misspelt name": misspelt,
    "a swapped order": swapped,
    "a row of another kind": another_kind,
}
# What is no slip: segments in another order, a repair in a list, two repairs in another order.
RIGHT = {("02.1", "a swapped order"), ("10.1", "a list"), ("10.2", "a swapped order")}
# What could be meant, so that it is run: an answer, and a wrong one.
RUN = {
    ("01.1", "a misspelt name"),  # a route table that web does not use
    ("01.2", "a row of another kind"),  # an Association is an answer to 01.2
    ("04.1", "a row of another kind"),  # these take any row that can be added
    ("04.3", "a row of another kind"),
    ("08.1", "a row of another kind"),
    ("10.1", "a row of another kind"),
    ("10.2", "a row of another kind"),
    ("09.1", "None"),  # no keep-alive
    ("06.1", "nothing"),  # a line that announces no connection, or is none
    ("06.1", "a misspelt name"),
    ("06.1", "a swapped order"),
    ("07.1", "a number out of range"),  # ends that are no targets
    ("07.1", "a misspelt name"),
}


@pytest.mark.parametrize("kind", SLIPS)
@pytest.mark.parametrize("number", EXERCISES)
def test_a_slip_meets_a_sentence_that_names_it_and_says_what_was_expected(number, kind):
    solution = solved(number)
    given = SLIPS[kind](solution)
    said = " ".join(lab.check(number, given).split())
    if given == solution or (number, kind) in RIGHT:
        assert said.startswith("Right")
    elif (number, kind) in RUN:
        assert said.startswith("Not yet")
    else:
        assert said.startswith("Not understood: ") and said.endswith(".")
        met, _, expected = said.partition("expected ")
        assert expected and named(given, met), said


def named(given, met):
    """Whether the sentence names the answer, or a part of it."""
    values = [given, *parts(given)]
    return any(repr(value)[:40] in met or str(Route(*PLAIN)) in met for value in values)


def test_the_fault_that_each_slip_is_can_be_seen():
    """Without the one place that meets slips, they are tracebacks."""
    with pytest.raises((ValueError, TypeError)):
        EXERCISES["01.1"].check(no_block(solved("01.1")))
    with pytest.raises(TypeError):
        EXERCISES["04.1"].check(as_text(solved("04.1")))


def test_a_learner_s_own_mistyped_exercise_is_named():
    with pytest.raises(ValueError, match=r"exercise '99.9': expected one of 00.1, 00.2"):
        lab.check("99.9", 3)
