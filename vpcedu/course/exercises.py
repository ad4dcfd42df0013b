"""Exercises: what a lesson asks for, how an answer is checked, and a worked solution.

A check never compares with a stored answer: it plays the learner's row and says what came of it.
"""

from __future__ import annotations

from vpcedu.course import exercises_filters, exercises_nat
from vpcedu.course.exercises_addresses import ONE_VISITOR, OUT_BUT_NOT_IN, one_visitor, out_but_not_in
from vpcedu.course.exercises_nlb import HAIRPIN, HEADER, OFFICE, hairpin, header, office
from vpcedu.course.exercises_own import BOTH, CLOSED, DATABASE, WAY_OUT, both, closed, database, way_out
from vpcedu.course.exercises_proxies import BELIEVE, NARROW, PROXY_LINE, narrow_rule, proxy_line, whom_to_believe
from vpcedu.course.exercises_start import (
    CONNECTED_WITHOUT_A_PAGE,
    ONLY_THE_UPDATE,
    connected_without_a_page,
    only_the_update,
)
from vpcedu.course.exercises_tcp import HALF_OPEN, ROOM, half_open, room
from vpcedu.course.exercises_time import IN_TIME, PATIENT, in_time, patient
from vpcedu.course.exercises_witness import CONVICTS, UNNOTICED, convicts, unnoticed
from vpcedu.row import NamedRow
from vpcedu.sites.parts import PAGE
from vpcedu.sites.reference import reference_architecture
from vpcedu.sites.row_kinds import to_add
from vpcedu.views.explain import answer_legs
from vpcedu.views.outcome import blocker
from vpcedu.views.text import fold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from vpcedu.trace import Trace



class Exercise(NamedRow):
    """Its number, what it asks, a function from what the learner gives to a verdict, and the text of a solution."""

    number: str
    asks: str
    check: Callable[[object], str]
    solution: str


def _only_the_nlb(given: object) -> str:
    """08.1: the row must stop the answer, not the request, and only where the server answers the client."""
    row = to_add(given)
    classic = reference_architecture("classic-tcp").with_row(row).get(PAGE)
    network = reference_architecture("network").with_row(row).get(PAGE)
    if not classic.outcome.works:
        where = blocker(classic)
        at = f": packet {where[0].number} is lost at {where[1].at}, {where[1].check}" if where else ""
        return (f"Not yet. With classic-tcp the client now sees '{classic.symptom}'{at}. Whom does web answer there?"
                " Your row must spare that address.")
    if network.outcome.works:
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
    "00.1": Exercise(
        "00.1",
        "Take one row out so that web can no longer fetch its update, and the page still comes.",
        only_the_update, ONLY_THE_UPDATE),
    "00.2": Exercise(
        "00.2",
        "Take one row out so that the client gets a connection, and yet no page.",
        connected_without_a_page, CONNECTED_WITHOUT_A_PAGE),
    "01.1": Exercise(
        "01.1",
        "Add one route to 'rtb-web' so that the visitor gets the page, and the update server still sees the NAT.",
        one_visitor, ONE_VISITOR),
    "01.2": Exercise(
        "01.2",
        "One row so that web, in a subnet with a route to the Internet gateway, reaches the update server without an"
        " address that a visitor could use.",
        out_but_not_in, OUT_BUT_NOT_IN),
    "02.1": Exercise(
        "02.1",
        "Choose the segments to lose so that for more than 3 s the client's end is ESTABLISHED and the server's is"
        " not.",
        half_open, HALF_OPEN),
    "03.1": Exercise(
        "03.1",
        "Change the load so that 900 new connections per second, each open for 2 s, go on for 10 minutes.",
        room, ROOM),
    "04.1": Exercise(
        "04.1",
        "web opens a connection to the update server. Add the entry that its network ACL still lacks.",
        exercises_filters.updates, exercises_filters.UPDATES_SOLUTION),
    "04.2": Exercise(
        "04.2",
        "Behind a Classic balancer some pages come and others do not: correct the entry of the private subnet's ACL.",
        exercises_filters.sometimes, exercises_filters.SOMETIMES),
    "04.3": Exercise(
        "04.3",
        "Add one row that cuts a client off at once, its open connection too, and nobody else.",
        exercises_filters.cut, exercises_filters.CUT),
    "05.1": Exercise(
        "05.1",
        "While web is connected to the update server, write the flow of a packet from the Internet that reaches web.",
        exercises_nat.key, exercises_nat.KEY),
    "05.2": Exercise(
        "05.2",
        "As few addresses of a NAT gateway as carry 120,000 connections at once to one destination.",
        exercises_nat.addresses, exercises_nat.ADDRESSES),
    "05.3": Exercise(
        "05.3",
        "After how long a silence must web probe, so that a connection outlives 20 silent minutes behind the NAT?",
        exercises_nat.awake, exercises_nat.AWAKE),
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
    "09.1": Exercise(
        "09.1",
        "Choose web's keep-alive, in seconds, so that an answer after 420 s comes back through the NAT gateway.",
        in_time, IN_TIME),
    "09.2": Exercise(
        "09.2",
        "Choose the client's keep-alive and the Classic balancer's idle timeout, in seconds, so that an answer after"
        " 420 s comes back.",
        patient, PATIENT),
    "10.1": Exercise(
        "10.1",
        "Puzzle 39: the connection is closed without an answer. Name the row and what mends it.",
        closed, CLOSED),
    "10.2": Exercise(
        "10.2",
        "Puzzle 8 with two rows broken: mend both.",
        both, BOTH),
    "11.1": Exercise(
        "11.1",
        "Let web-2 fetch its update, and give no way out to a subnet that names no route table.",
        way_out, WAY_OUT),
    "11.2": Exercise(
        "11.2",
        "Let web-1 and web-2 reach db from every port that they may choose.",
        database, DATABASE),
    "12.1": Exercise(
        "12.1",
        'Name a scenario that convicts a model with the fault "a closed port is silent".',
        convicts, CONVICTS),
    "12.2": Exercise(
        "12.2",
        "Name a fault and a scenario where packets differ from the recording and every program learns the same.",
        unnoticed, UNNOTICED),
}


def check(number: str, given: object) -> str:
    """What the model says of an answer; ValueError for an unknown exercise or something that is no row."""
    return fold(_exercise(number).check(given))


def solution(number: str) -> str:
    """The worked solution of an exercise, as Python text; ValueError for an unknown one."""
    return _exercise(number).solution


def _exercise(number: str) -> Exercise:
    if number not in EXERCISES:
        raise ValueError(f"exercise {number!r}: expected one of {', '.join(EXERCISES)}")
    return EXERCISES[number]
