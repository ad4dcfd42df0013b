"""Exercises: what a lesson asks for, how an answer is checked, and a worked solution.

A check never compares with a stored answer: it plays the learner's row and says what came of it.
"""

from __future__ import annotations

from collections import namedtuple

from vpcedu.lab.exercises_nlb import HAIRPIN, HEADER, OFFICE, hairpin, header, office
from vpcedu.lab.exercises_proxies import BELIEVE, NARROW, PROXY_LINE, narrow_rule, proxy_line, whom_to_believe
from vpcedu.lab.exercises_tcp import HALF_OPEN, ROOM, half_open, room
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
    "06.1": Exercise(
        "06.1",
        "Write the PROXY line that the ELB node sends to web for the client's connection.",
        proxy_line, PROXY_LINE),
    "06.2": Exercise(
        "06.2",
        "Choose the mode and the entry of X-Forwarded-For by which every client is logged with its own address.",
        whom_to_believe, BELIEVE),
    "06.3": Exercise(
        "06.3",
        "Write web's inbound rule with the smallest block of addresses that keeps the page while nodes come and go.",
        narrow_rule, NARROW),
    "07.1": Exercise(
        "07.1",
        "Change the target group so that both targets, too, can call their own balancer every time.",
        hairpin, HAIRPIN),
    "07.2": Exercise(
        "07.2",
        "Write web's inbound rule that lets the visitors of 203.0.113.0/24 in through the balancer, and no others.",
        office, OFFICE),
    "07.3": Exercise(
        "07.3",
        "Read the client's address and port from the bytes of a PROXY header of version 2.",
        header, HEADER),
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
