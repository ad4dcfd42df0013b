"""Exercises: what a lesson asks for, how an answer is checked, and a worked solution.

A check never compares with a stored answer: it plays the learner's row and says what came of it.
"""

from __future__ import annotations

from collections import namedtuple

from vpcedu.lab.exercises_tcp import HALF_OPEN, ROOM, half_open, room
from vpcedu.lab.exercises_time import IN_TIME, PATIENT, in_time, patient
from vpcedu.lab.exercises_witness import CONVICTS, UNNOTICED, convicts, unnoticed
from vpcedu.lab.reference import reference_architecture
from vpcedu.views.explain import answer_legs, blocker
from vpcedu.views.text import fold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from vpcedu.trace import Trace

URL = "http://www.example.com/"


class Exercise(namedtuple("Exercise", ("number", "asks", "check", "solution"))):
    """Its number, what it asks, a function from the learner's row to a verdict, and the text of a solution."""

    __slots__ = ()
    number: str
    asks: str
    check: Callable[[object], str]
    solution: str


def _only_the_nlb(row: object) -> str:
    """08.1: the row must stop the answer, not the request, and only where the server answers the client."""
    classic = reference_architecture("classic-tcp").with_row(row).get(URL)
    network = reference_architecture("network").with_row(row).get(URL)
    if classic.symptom != "200 OK":
        where = blocker(classic)
        at = f": packet {where[0].number} is lost at {where[1].at}, {where[1].check}" if where else ""
        return (f"Not yet. With classic-tcp the client now sees '{classic.symptom}'{at}. Whom does web answer there?"
                " Your row must spare that address.")
    if network.symptom == "200 OK":
        legs = answer_legs(network)
        return (f"Not yet. With network the page still comes: web's answer went to {legs[0].packet.flow.destination},"
                f" {_acl_row(legs[0])} let it out of the subnet. A lower number would be asked first.")
    stop = blocker(network)
    if stop is None or stop[0].sender != "web":
        at = f"packet {stop[0].number} from {stop[0].sender}" if stop else "nothing of web's"
        return f"Not yet. With network the page is gone, but your row stops {at}. It should stop web's own answer."
    trace, step = stop
    return (f"Right. With classic-tcp the client sees 200 OK; with network it sees '{network.symptom}', because"
            f" packet {trace.number}, {step.before.flow}, is lost at {step.at}, {step.check}: {step.row}.")


def _acl_row(trace: Trace) -> str:
    return next((str(step.row) for step in trace.steps if step.check == "network ACL out"), "no row")


EXERCISES = {
    "02.1": Exercise(
        "02.1",
        "Choose the segments to lose so that for more than 3 s the client's end is ESTABLISHED and the server's is"
        " not.",
        half_open, HALF_OPEN),
    "03.1": Exercise(
        "03.1",
        "Change the load so that 900 new connections per second, each open for 2 s, go on for 10 minutes.",
        room, ROOM),
    "08.1": Exercise(
        "08.1",
        "Add one entry to the private subnet's network ACL so that the page still comes through the Classic balancer"
        " and no longer through the Network Load Balancer.",
        _only_the_nlb,
        """from vpcedu.tables.network_acl import AclEntry

# Behind the NLB web answers the client itself; behind the Classic balancer it answers an address of the
# VPC. An ACL looks at the destination of what leaves the subnet and remembers no request.
row = AclEntry("acl-private", 90, "out", "deny", -1, (0, 65_535), "203.0.113.0/24")
""",
    ),
    "09.1": Exercise(
        "09.1",
        "Choose web's keep-alive, in seconds, so that an answer after 420 s comes back through the NAT gateway.",
        in_time, IN_TIME),
    "09.2": Exercise(
        "09.2",
        "Choose the client's keep-alive and the Classic balancer's idle timeout, in seconds, so that an answer after"
        " 420 s comes back.",
        patient, PATIENT),
    "12.1": Exercise(
        "12.1",
        'Name a scenario that convicts a model with the fault "a closed port is silent".',
        convicts, CONVICTS),
    "12.2": Exercise(
        "12.2",
        "Name a fault and a scenario where packets differ from the recording and every program learns the same.",
        unnoticed, UNNOTICED),
}


def check(number: str, row: object) -> str:
    """What the model says of an answer; ValueError for an unknown exercise or something that is no row."""
    return fold(_exercise(number).check(row))


def solution(number: str) -> str:
    """The worked solution of an exercise, as Python text; ValueError for an unknown one."""
    return _exercise(number).solution


def _exercise(number: str) -> Exercise:
    if number not in EXERCISES:
        raise ValueError(f"exercise {number!r}: expected one of {', '.join(EXERCISES)}")
    return EXERCISES[number]
