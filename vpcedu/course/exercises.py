"""Exercises: what a lesson asks for, how an answer is checked, and a worked solution.

A check never compares with a stored answer: it runs the learner's row and says what happened. A
slip is met here, once for all exercises: with a sentence that names it, never with a traceback.
"""

from __future__ import annotations

from vpcedu.course import (
    lesson_00,
    lesson_01,
    lesson_02,
    lesson_03,
    lesson_04,
    lesson_05,
    lesson_06,
    lesson_07,
    lesson_08,
    lesson_09,
    lesson_10,
    lesson_11,
    lesson_12,
)
from vpcedu.quoting import quoted
from vpcedu.row import NamedRow
from vpcedu.sites.field import whole
from vpcedu.views.text import fold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Exercise(NamedRow):
    """An exercise.

    Its number, what it asks, a function from what the learner gives to a verdict, and the text of a
    solution.
    """

    number: str
    asks: str
    check: Callable[[object], str]
    solution: str


EXERCISES = {
    "00.1": Exercise(
        "00.1",
        "Take out one row so that web can no longer fetch its update, but the page still comes.",
        lesson_00.only_the_update,
        lesson_00.ONLY_THE_UPDATE,
    ),
    "00.2": Exercise(
        "00.2",
        "Take out one row so that the client gets a connection, but no page.",
        lesson_00.connected_without_a_page,
        lesson_00.CONNECTED_WITHOUT_A_PAGE,
    ),
    "01.1": Exercise(
        "01.1",
        "Add one route to 'rtb-web' so that the visitor gets the page, and the update "
        "server still sees the NAT.",
        lesson_01.one_visitor,
        lesson_01.ONE_VISITOR,
    ),
    "01.2": Exercise(
        "01.2",
        "web's subnet has a route to the Internet gateway. Add one route or address so that web reaches "
        "the update server, without an address that a visitor could use.",
        lesson_01.out_but_not_in,
        lesson_01.OUT_BUT_NOT_IN,
    ),
    "02.1": Exercise(
        "02.1",
        "Choose the segments to lose so that for more than 3 s the client's end is "
        "ESTABLISHED and the server's end is not.",
        lesson_02.half_open,
        lesson_02.HALF_OPEN,
    ),
    "03.1": Exercise(
        "03.1",
        "The client opens 900 connections a second, each for 2 s. Change the load so that "
        "this works for 10 minutes.",
        lesson_03.room,
        lesson_03.ROOM,
    ),
    "04.1": Exercise(
        "04.1",
        "web opens a connection to the update server. Add the entry that its network ACL "
        "is missing.",
        lesson_04.updates,
        lesson_04.UPDATES_SOLUTION,
    ),
    "04.2": Exercise(
        "04.2",
        "With a Classic Load Balancer some pages come and others do not. Correct the entry "
        "in the network ACL of the private subnet.",
        lesson_04.sometimes,
        lesson_04.SOMETIMES,
    ),
    "04.3": Exercise(
        "04.3",
        "Add one rule or entry that cuts off one client at once, with its open connection, and nobody else.",
        lesson_04.cut,
        lesson_04.CUT,
    ),
    "05.1": Exercise(
        "05.1",
        "web is connected to the update server. Write the flow of a packet from the "
        "Internet that reaches web.",
        lesson_05.key,
        lesson_05.KEY,
    ),
    "05.2": Exercise(
        "05.2",
        "A NAT gateway must carry 120,000 connections at once to one destination. Give it "
        "as few addresses as possible.",
        lesson_05.addresses,
        lesson_05.ADDRESSES,
    ),
    "05.3": Exercise(
        "05.3",
        "web waits 20 silent minutes for a report that the server sends at the end. After how "
        "many seconds of silence must web send a probe, so that the report arrives?",
        lesson_05.awake,
        lesson_05.AWAKE,
    ),
    "06.1": Exercise(
        "06.1",
        "Write the PROXY line that the ELB node sends to web for the client's connection.",
        lesson_06.proxy_line,
        lesson_06.PROXY_LINE,
    ),
    "06.2": Exercise(
        "06.2",
        "Choose the mode, and the entry of X-Forwarded-For to read, so that every client "
        "is logged with its own address.",
        lesson_06.whom_to_believe,
        lesson_06.BELIEVE,
    ),
    "06.3": Exercise(
        "06.3",
        "Write an inbound rule for web with the smallest block of addresses that still "
        "works when nodes are replaced.",
        lesson_06.narrow_rule,
        lesson_06.NARROW,
    ),
    "07.1": Exercise(
        "07.1",
        "Change the target group so that both targets can call their own balancer too, every time.",
        lesson_07.hairpin,
        lesson_07.HAIRPIN,
    ),
    "07.2": Exercise(
        "07.2",
        "Write an inbound rule for web that allows what comes through the Network Load Balancer, "
        "its health checks too, and nothing else.",
        lesson_07.office,
        lesson_07.OFFICE,
    ),
    "07.3": Exercise(
        "07.3",
        "Read the client's address and port from the bytes of a PROXY protocol header, version 2.",
        lesson_07.header,
        lesson_07.HEADER,
    ),
    "08.1": Exercise(
        "08.1",
        "Add one entry to the private subnet's network ACL. The page must still come "
        "through the Classic Load Balancer, but no longer through the Network Load "
        "Balancer.",
        lesson_08.only_the_nlb,
        lesson_08.ONLY_THE_NLB,
    ),
    "08.2": Exercise(
        "08.2",
        "Replace the outbound entry of acl-private with the narrowest one with which the page still "
        "comes wherever web answers a node of the balancer.",
        lesson_08.answers_inside,
        lesson_08.ANSWERS_INSIDE,
    ),
    "09.1": Exercise(
        "09.1",
        "An answer comes after 420 s. Choose web's keep-alive, in seconds, so that it "
        "comes back through the NAT gateway.",
        lesson_09.in_time,
        lesson_09.IN_TIME,
    ),
    "09.2": Exercise(
        "09.2",
        "An answer comes after 420 s. Choose the client's keep-alive and the Classic Load "
        "Balancer's idle timeout, in seconds, so that it comes back.",
        lesson_09.patient,
        lesson_09.PATIENT,
    ),
    "10.1": Exercise(
        "10.1",
        "Puzzle 39: the connection is closed without an answer. Name the faulty row and "
        "what fixes it.",
        lesson_10.closed,
        lesson_10.CLOSED,
    ),
    "10.2": Exercise(
        "10.2", "Puzzle 8 with two faulty rows: fix both.", lesson_10.both, lesson_10.BOTH
    ),
    "11.1": Exercise(
        "11.1",
        "Let web-2 fetch its update, but open no path out for a subnet that names no route table.",
        lesson_11.way_out,
        lesson_11.WAY_OUT,
    ),
    "11.2": Exercise(
        "11.2",
        "Let web-1 and web-2 reach db from every port that they may choose.",
        lesson_11.database,
        lesson_11.DATABASE,
    ),
    "12.1": Exercise(
        "12.1",
        'Name a scenario that exposes a model with the fault "a closed port is silent".',
        lesson_12.convicts,
        lesson_12.CONVICTS,
    ),
    "12.2": Exercise(
        "12.2",
        "Name a fault and a scenario where packets differ from the recording, but every "
        "program sees the same.",
        lesson_12.unnoticed,
        lesson_12.UNNOTICED,
    ),
}


def check(number: str, given: object) -> str:
    """What the model says of an answer; of one that it cannot read, what it met and expected.

    ValueError for an unknown exercise.
    """
    exercise = _exercise(number)
    try:
        _fields_fit(given)
        return fold(exercise.check(given))
    except ValueError as error:
        return fold(f"Not understood: {error}.")


KINDS = {  # a field's kind, as a row's class writes it: the type, and what is expected
    "str": (str, "a text in quotes"),
    "int": (int, "a whole number"),
    "tuple[int, int]": (tuple, "two numbers, like (80, 80)"),
    "tuple[Endpoint, ...]": (tuple, "a tuple of ends, like (Endpoint('10.0.1.10', 80),)"),
}
PORTS = ("sport", "dport")


def _fields_fit(given: object) -> None:
    """ValueError where a field of a row, or of a row in an answer, is of another kind than it says.

    Python itself does not look: GroupRule("sg-web", 80, ...) is a row, until somebody compares.
    """
    if not isinstance(given, tuple | list):
        return
    kinds = vars(type(given)).get("__annotations__", {})
    for name, value in zip(kinds, given, strict=False):
        found, expected = KINDS.get(kinds[name], (object, ""))
        where = f"{name} of {type(given).__name__}"
        if not isinstance(value, found):
            raise ValueError(f"{where}: {quoted(value)}: expected {expected}")
        if name in PORTS:
            whole(where, value, 0, 65_535)
    for value in given:
        _fields_fit(value)


def solution(number: str) -> str:
    """The worked solution of an exercise, as Python text; ValueError for an unknown one."""
    return _exercise(number).solution


def _exercise(number: str) -> Exercise:
    if number not in EXERCISES:
        raise ValueError(f"exercise {quoted(number)}: expected one of {', '.join(EXERCISES)}")
    return EXERCISES[number]
