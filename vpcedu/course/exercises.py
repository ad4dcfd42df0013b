"""Exercises: what a lesson asks for, how an answer is checked, and a worked solution.

A check never compares with a stored answer: it plays the learner's row and says what came of it.
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
        "Take one row out so that web can no longer fetch its update, and the page still comes.",
        lesson_00.only_the_update,
        lesson_00.ONLY_THE_UPDATE,
    ),
    "00.2": Exercise(
        "00.2",
        "Take one row out so that the client gets a connection, and yet no page.",
        lesson_00.connected_without_a_page,
        lesson_00.CONNECTED_WITHOUT_A_PAGE,
    ),
    "01.1": Exercise(
        "01.1",
        "Add one route to 'rtb-web' so that the visitor gets the page, and the update server still sees the NAT.",
        lesson_01.one_visitor,
        lesson_01.ONE_VISITOR,
    ),
    "01.2": Exercise(
        "01.2",
        "One row so that web, in a subnet with a route to the Internet gateway, reaches the update server without an"
        " address that a visitor could use.",
        lesson_01.out_but_not_in,
        lesson_01.OUT_BUT_NOT_IN,
    ),
    "02.1": Exercise(
        "02.1",
        "Choose the segments to lose so that for more than 3 s the client's end is ESTABLISHED and the server's is"
        " not.",
        lesson_02.half_open,
        lesson_02.HALF_OPEN,
    ),
    "03.1": Exercise(
        "03.1",
        "Change the load so that 900 new connections per second, each open for 2 s, go on for 10 minutes.",
        lesson_03.room,
        lesson_03.ROOM,
    ),
    "04.1": Exercise(
        "04.1",
        "web opens a connection to the update server. Add the entry that its network ACL still lacks.",
        lesson_04.updates,
        lesson_04.UPDATES_SOLUTION,
    ),
    "04.2": Exercise(
        "04.2",
        "Behind a Classic balancer some pages come and others do not: correct the entry of the private subnet's ACL.",
        lesson_04.sometimes,
        lesson_04.SOMETIMES,
    ),
    "04.3": Exercise(
        "04.3",
        "Add one row that cuts a client off at once, its open connection too, and nobody else.",
        lesson_04.cut,
        lesson_04.CUT,
    ),
    "05.1": Exercise(
        "05.1",
        "While web is connected to the update server, write the flow of a packet from the Internet that reaches web.",
        lesson_05.key,
        lesson_05.KEY,
    ),
    "05.2": Exercise(
        "05.2",
        "As few addresses of a NAT gateway as carry 120,000 connections at once to one destination.",
        lesson_05.addresses,
        lesson_05.ADDRESSES,
    ),
    "05.3": Exercise(
        "05.3",
        "After how long a silence must web probe, so that a connection outlives 20 silent minutes behind the NAT?",
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
        "Choose the mode and the entry of X-Forwarded-For by which every client is logged with its own address.",
        lesson_06.whom_to_believe,
        lesson_06.BELIEVE,
    ),
    "06.3": Exercise(
        "06.3",
        "Write web's inbound rule with the smallest block of addresses that keeps the page while nodes come and go.",
        lesson_06.narrow_rule,
        lesson_06.NARROW,
    ),
    "07.1": Exercise(
        "07.1",
        "Change the target group so that both targets, too, can call their own balancer every time.",
        lesson_07.hairpin,
        lesson_07.HAIRPIN,
    ),
    "07.2": Exercise(
        "07.2",
        "Write web's inbound rule that lets the visitors of 203.0.113.0/24 in through the balancer, and no others.",
        lesson_07.office,
        lesson_07.OFFICE,
    ),
    "07.3": Exercise(
        "07.3",
        "Read the client's address and port from the bytes of a PROXY header of version 2.",
        lesson_07.header,
        lesson_07.HEADER,
    ),
    "08.1": Exercise(
        "08.1",
        "Add one entry to the private subnet's network ACL so that the page still comes through the Classic balancer"
        " and no longer through the Network Load Balancer.",
        lesson_08.only_the_nlb,
        lesson_08.ONLY_THE_NLB,
    ),
    "09.1": Exercise(
        "09.1",
        "Choose web's keep-alive, in seconds, so that an answer after 420 s comes back through the NAT gateway.",
        lesson_09.in_time,
        lesson_09.IN_TIME,
    ),
    "09.2": Exercise(
        "09.2",
        "Choose the client's keep-alive and the Classic balancer's idle timeout, in seconds, so that an answer after"
        " 420 s comes back.",
        lesson_09.patient,
        lesson_09.PATIENT,
    ),
    "10.1": Exercise(
        "10.1",
        "Puzzle 39: the connection is closed without an answer. Name the row and what mends it.",
        lesson_10.closed,
        lesson_10.CLOSED,
    ),
    "10.2": Exercise(
        "10.2", "Puzzle 8 with two rows broken: mend both.", lesson_10.both, lesson_10.BOTH
    ),
    "11.1": Exercise(
        "11.1",
        "Let web-2 fetch its update, and give no way out to a subnet that names no route table.",
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
        'Name a scenario that convicts a model with the fault "a closed port is silent".',
        lesson_12.convicts,
        lesson_12.CONVICTS,
    ),
    "12.2": Exercise(
        "12.2",
        "Name a fault and a scenario where packets differ from the recording and every program learns the same.",
        lesson_12.unnoticed,
        lesson_12.UNNOTICED,
    ),
}


def check(number: str, given: object) -> str:
    """What the model says of an answer.

    ValueError for an unknown exercise or something that is no row.
    """
    return fold(_exercise(number).check(given))


def solution(number: str) -> str:
    """The worked solution of an exercise, as Python text; ValueError for an unknown one."""
    return _exercise(number).solution


def _exercise(number: str) -> Exercise:
    if number not in EXERCISES:
        raise ValueError(f"exercise {quoted(number)}: expected one of {', '.join(EXERCISES)}")
    return EXERCISES[number]
