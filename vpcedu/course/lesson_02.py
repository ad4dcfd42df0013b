"""Lesson 02: the prediction about a silent server, and the exercise with its solution."""

from __future__ import annotations

from vpcedu.clock import SECOND, seconds
from vpcedu.course.judgement import Judgement
from vpcedu.sites import field
from vpcedu.sites.two_hosts import handshake

LEARNS = ("connected", "refused", "reset", "timed out")


def judge_silence(
    third: object, learns: object, after: object, kernel: str = "since 6.5"
) -> Judgement:
    """Compare with a run: when a silent server's third SYN is sent, and what the client finds out.

    When the client finds it out is compared as well.

    The fields may be text as typed, in seconds; `learns` is one of LEARNS. ValueError where one is
    something else.
    """
    word = field.one_of("learns", learns, LEARNS)
    sent, end = field.seconds("third SYN", third), field.seconds("after", after)
    visit = handshake(200, server="silent", kernel=kernel)
    assert visit.result is not None
    times = ", ".join(f"{at:g}" for at in visit.syn_times)
    if word != visit.result.symptom:
        return Judgement(False, _not_that(word), None)
    if sent != visit.syns[2].steps[0].now:
        return Judgement(False, f"{_third(sent, kernel)} The SYNs were sent at {times} s.", None)
    if end != visit.result.after:
        return Judgement(
            False,
            f"{_end(end, kernel)} The last SYN was sent at {visit.syn_times[-1]:g} s; the client"
            f" gave up at {visit.result.after / SECOND:g} s.",
            None,
        )
    return Judgement(
        True,
        f"Right: {len(visit.syns)} SYNs, at {times} s, then timed out after "
        f"{visit.result.after / SECOND:g} s. No packet ever told the client anything.",
        None,
    )


def _not_that(word: str) -> str:
    if word == "refused":
        closed = handshake(200, server="closed").result
        assert closed is not None
        return (
            "Not refused: that is an answer, and somebody must send it. Here nobody "
            "answers. We also tried a closed port, with a round trip of 0.2 s: a RST came "
            f"back, and the client was refused after {seconds(closed.after)} s."
        )
    if word == "connected":
        return (
            "Not connected: for that the other end would have to answer with a SYN ACK. Here "
            "nobody answers."
        )
    return (
        "Not reset: only a connection that was ESTABLISHED can be reset. Here nobody ever answered."
    )


def _third(sent: int, kernel: str) -> str:
    other = "before 6.5" if kernel == "since 6.5" else "since 6.5"
    if sent == handshake(200, server="silent", kernel=other).syns[2].steps[0].now:
        return (
            f"With a Linux kernel {other} it would be {sent / SECOND:g} s. This client's is "
            f"{_age(kernel)}."
        )
    return f"Not at {sent / SECOND:g} s: the first wait is 1 s, whatever the round trip."


def _age(kernel: str) -> str:
    return "newer" if kernel == "since 6.5" else "older"


def _end(end: int, kernel: str) -> str:
    other = "before 6.5" if kernel == "since 6.5" else "since 6.5"
    result = handshake(200, server="silent", kernel=other).result
    if result is not None and end == result.after:
        return (
            f"With a Linux kernel {other} it would be {end / SECOND:g} s. This client's is "
            f"{_age(kernel)}."
        )
    if end <= 10 * SECOND:
        return (
            f"Not after {end / SECOND:g} s: no packet tells the client that its SYNs are "
            "lost. It has only its own clock, and it is patient."
        )
    return f"Not after {end / SECOND:g} s."


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
