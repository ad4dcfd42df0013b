"""Lesson 02: the prediction about a SYN that brings no connection; the exercise, its solution."""

from __future__ import annotations

from vpcedu.clock import SECOND, seconds
from vpcedu.course.judgement import Judgement
from vpcedu.sites import field
from vpcedu.sites.one_server import GROUP_IN, one_server
from vpcedu.sites.parts import NAME
from vpcedu.sites.two_hosts import handshake

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.sites.visit import Visit

MINUTE = 60 * SECOND
WHO = ("the server", "the firewall", "nobody")
WHEN = ("under a second", "seconds", "minutes", "never")
CASES = ("Closed port", "Dropped", "Host gone")


def judge_silence(
    closed_who: object,
    closed_when: object,
    dropped_who: object,
    dropped_when: object,
    gone_who: object,
    gone_when: object,
) -> Judgement:
    """Compare with runs: who answers a client's SYN, and how soon connect() comes back.

    The port is closed; or a security group drops the SYN; or nobody has the address.

    The fields may be text as typed: one of WHO, one of WHEN. ValueError where one is something
    else.
    """
    told = [
        (field.one_of(f"{case}, who answers", who, WHO), field.one_of(f"{case}, when", when, WHEN))
        for case, who, when in zip(
            CASES,
            (closed_who, dropped_who, gone_who),
            (closed_when, dropped_when, gone_when),
            strict=True,
        )
    ]
    ran = dict(zip(CASES, three_cases(), strict=True))
    real = [(who_answered(visit), how_soon(visit)) for visit in ran.values()]
    good = sum(
        a == b for one, two in zip(told, real, strict=True) for a, b in zip(one, two, strict=True)
    )
    if told == real:
        facts = " ".join(f"{case}: {_fact(visit)}" for case, visit in ran.items())
        return Judgement(True, f"Right, all six. {facts}", None)
    wrong = [
        f"{case}: {_fact(visit)} {_belief(*said, *found)}"
        for (case, visit), said, found in zip(ran.items(), told, real, strict=True)
        if said != found
    ]
    return Judgement(False, f"{good} of 6. {' '.join(wrong)}", None)


def three_cases() -> tuple[Visit, Visit, Visit]:
    """A connection to a closed port, one that a security group drops, one to nobody's address."""
    dropped = one_server().without(GROUP_IN).connect("client", NAME, 80)
    return handshake(200, server="closed"), dropped, handshake(200, server="silent")


def who_answered(visit: Visit) -> str:
    """One of WHO: who sent a packet that reached the client."""
    came = {
        trace.sender for trace in visit.capture if trace.delivered and trace.last.at == "client"
    }
    return "the server" if came else "nobody"


def how_soon(visit: Visit) -> str:
    """One of WHEN: the order of magnitude of what connect() took."""
    if visit.result is None:
        return "never"
    if visit.result.after < SECOND:
        return "under a second"
    return "seconds" if visit.result.after < MINUTE else "minutes"


def _fact(visit: Visit) -> str:
    assert visit.result is not None
    after = f"{visit.result.after / SECOND:g} s"
    if who_answered(visit) == "nobody":
        return f"no packet came back, and the client gave up after {after}."
    return f"the server's operating system sent a RST, and connect() was refused after {after}."


def _belief(who: str, when: str, real_who: str, real_when: str) -> str:
    """What is wrong with an answer about one case."""
    if who != real_who == "the server":
        return "The host runs, so its operating system answers also where no program listens."
    if who == "the firewall":
        return "A security group or network ACL drops the packet and sends nothing."
    if who != real_who:
        return "Whoever is to answer has to get the SYN first."
    if when == "never":
        return "The client sends its SYN again a limited number of times. Then connect() fails."
    if real_when == "minutes":
        return "The client cannot know that its SYN was lost: it can only try again, and wait."
    return "A refusal is an answer: it takes one round trip."


def half_open(lost: object) -> str:
    """02.1: only the client's end is established for more than 3 s."""
    visit = handshake(200, lost)  # type: ignore[arg-type]
    client, server = visit.established("client"), visit.established("server")
    if client is None or server is None:
        return "Not yet. With these losses the connection is never opened at both ends."
    alone = server - client
    states = f"the client's end is ESTABLISHED at {seconds(client)} s, the server's at {seconds(server)} s"
    if alone > 3 * SECOND:
        return (
            f"Right. With {' and '.join(visit.setting.lost)} lost, {states}. For "
            f"{seconds(alone)} s only the client believes that there is a connection. The "
            "server repeats its SYN ACK until an ACK comes."
        )
    if alone > SECOND:
        return (
            f"Not yet: {states}. You lost the right kind of segment; the server's first "
            "retry must fail too."
        )
    if client > 200_000:
        return f"Not yet: {states}. You made the client wait. What does the server wait for, in SYN-RECEIVED?"
    return f"Not yet: {states}. The server waited for none of the segments that you lost."


HALF_OPEN = """# The server is ESTABLISHED when an ACK comes. It repeats its SYN ACK after 1 s, then after 2 s
# more. The client answers each one with an ACK, so two ACKs must be lost.
row = ("1st ACK", "2nd ACK")
"""
