"""Lesson 09: the prediction about a silent connection through a NAT gateway; exercises, solutions.

The case: web has sent a query through the NAT gateway, and the answer takes 420 s to make.
Keep-alive is off.
"""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.course.judgement import Judgement
from vpcedu.quoting import quoted
from vpcedu.sites.field import LONGEST, SECONDS, one_of, whole
from vpcedu.sites.silence import Silent, at, silence

NO_PROBES = "no keep-alive"
WAITS = 420  # seconds until the answer is sent
HEARS, FATES, NEVER = ("FIN", "RST", "nothing"), ("arrives", "lost"), "never"


def judge_idle(hears: object, answer: object, learns: object) -> Judgement:
    """Compare with a run: what web receives when the NAT gateway's 350 s are over.

    What happens to the answer sent at 420 s, and when web's program notices that the connection is
    dead, are compared as well.

    The fields may be text as typed: one of HEARS, one of FATES, seconds or "never". ValueError for
    anything else.
    """
    heard = one_of("web receives", hears, HEARS)
    fate = one_of("the answer", answer, FATES)
    when = _when(learns)
    run = silence("NAT gateway", WAITS, "listener")
    if heard != "nothing":
        return Judgement(False, _no_packet(run, heard), None)
    if fate != "lost":
        return Judgement(
            False,
            f"It does not arrive. {_fate(run)} To the gateway the answer is like any packet "
            "from outside: without a translation it cannot be sent to anybody inside.",
            run.said[0],
        )
    if when is not None:
        return Judgement(False, _not_then(run, when), None)
    return Judgement(
        True,
        "Right: no packet at 350 s, the answer is lost, and web never finds out. "
        f"{_fate(run)} {run.ends}",
        run.said[0],
    )


def _no_packet(run: Silent, heard: str) -> str:
    if heard == "RST":
        early = silence("NAT gateway", WAITS, "opener")
        learnt = early.learns("web")
        assert learnt is not None
        return (
            f"No RST at 350 s: {_quiet(run)} The gateway sends a RST only to the private "
            "side, and only when that side sends again. In a run where web sent first, at "
            f"{WAITS} s, it was {learnt[1]} at {at(learnt[0])} s. Here web only waits."
        )
    classic = silence("Classic LB", WAITS, "listener")
    learnt = classic.learns("client")
    assert learnt is not None
    return (
        f"No FIN: {_quiet(run)} A timeout removes an entry from a table, and a table sends "
        "nothing. Only an END of the connection can close it. In a run through a Classic "
        f"Load Balancer the client was {learnt[1]} at {at(learnt[0])} s. The gateway is not "
        "an end."
    )


def _quiet(run: Silent) -> str:
    last = max(trace.last.now for trace in run.capture if trace.steps[0].now < SECOND)
    return (
        f"we ran it, and {len(run.between) or 'no'} packet was sent between "
        f"{at(last)} s and {WAITS} s."
    )


def _fate(run: Silent) -> str:
    drop = run.said[0].dropped
    assert drop is not None
    return (
        f"It was sent at {at(run.said[0].steps[0].now)} s and {drop.lost}. {run.speaker} "
        f"tried {len(run.said)} times, the last time at {at(run.said[-1].steps[0].now)} s."
    )


def _not_then(run: Silent, when: int) -> str:
    far = run.learns(run.listener)
    assert far is not None
    if abs(when - far[0]) <= 2 * SECOND:
        return (
            f"At that time the OTHER end gives up: {run.listener}, {far[1]} at {at(far[0])} "
            f"s. Nobody tells web. {run.ends}"
        )
    if 7_200 * SECOND <= when <= 7_300 * SECOND:
        alive = silence("NAT gateway", WAITS, "listener", 7_200).learns("web")
        assert alive is not None
        return (
            "That would be right if web's program had asked for keep-alive. In a run with "
            f"Linux' 7,200 s web's own probe found no translation, and web was {alive[1]} "
            f"at {at(alive[0])} s. Keep-alive is off unless a program asks. {run.ends}"
        )
    return (
        f"Not at {when / SECOND:g} s: a host that waits for an answer sends nothing, and a "
        f"host that sends nothing runs no timer. {run.ends}"
    )


def _when(said: object) -> int | None:
    if str(said).strip().lower() == NEVER:
        return None
    try:
        return whole("web finds out after", said, 0, LONGEST, SECONDS) * SECOND
    except ValueError as error:
        raise ValueError(f"{error}, or {NEVER}") from None


def in_time(keepalive: object) -> str:
    """09.1: web's keep-alive so that an answer after 420 s comes through the NAT gateway."""
    run = silence("NAT gateway", WAITS, "listener", keepalive)  # type: ignore[arg-type]
    probes = [trace for trace in run.capture if trace.cause.what.startswith("keep-alive")]
    if run.arrived:
        return (
            f"Right. The first probe left at {at(probes[0].steps[0].now)} s, matched the "
            f"gateway's translation and restarted its idle timer; so did {len(probes) - 1} "
            f"more. The answer arrived at {at(run.said[-1].last.now)} s."
        )
    if not probes:
        return (
            f"Not yet. No probe was sent, and the answer, sent at {WAITS} s, was lost: "
            f"{_lost(run)}. Who must send something, and when?"
        )
    learnt = run.learns("web")
    noticed = f" web is {learnt[1]} at {at(learnt[0])} s: by its own probe." if learnt else ""
    return (
        f"Not yet: the first probe left at {at(probes[0].steps[0].now)} s. By then the "
        f"translation was gone.{noticed} A probe must come while the translation is still "
        "there, to keep it."
    )


def _lost(run: object) -> str:
    drop = run.said[0].dropped  # type: ignore[attr-defined]
    return f"{drop.at}, {drop.check}, {drop.reason}"


IN_TIME = """# Less than the gateway's 350 s, with a margin. Linux' default, 7,200 s, is far too late, and without a
# program that asks for keep-alive (SO_KEEPALIVE, TCP_KEEPIDLE) there is no probe at all.
row = 300
"""


def patient(given: object) -> str:
    """09.2: make an answer after 420 s come back.

    What can be set is the client's keep-alive, in seconds or "no keep-alive", and the balancer's
    idle timeout.
    """
    if not isinstance(given, (tuple, list)) or len(given) != 2:
        raise ValueError(
            f"{quoted(given)}: expected two numbers of seconds, (keep-alive, idle timeout), or "
            f"{NO_PROBES} as the first"
        )
    keepalive, idle = given
    asked_for = None if keepalive == NO_PROBES else keepalive
    run = silence("Classic LB", WAITS, "listener", asked_for, idle=idle)
    if run.arrived:
        return (
            f"Right. With an idle timeout of {idle} s the answer, sent at {WAITS} s, "
            f"arrived at {at(run.said[-1].last.now)} s. The balancer counts only bytes of "
            "the application, and for that long none came. So its timeout had to be longer."
        )
    learnt = run.learns("client")
    assert learnt is not None
    probes = sum(
        trace.cause.what.startswith("keep-alive") and trace.last.now < learnt[0]
        for trace in run.capture
    )
    asked = (
        (
            f" The client had sent {probes} keep-alive probe{'s' * (probes != 1)} by then. Does a probe carry a byte"
            " of the application?"
        )
        if probes
        else " Whose timeout was that?"
    )
    return (
        f"Not yet: client is {learnt[1]} at {at(learnt[0])} s, the answer would have come at "
        f"{WAITS} s.{asked}"
    )


PATIENT = """# TCP's probes do not keep this balancer's connection: they carry no byte of the application.
# Its own idle timeout (1 to 4,000 s) must be longer than the longest silence. Keep-alive may be anything.
row = ("no keep-alive", 600)
"""
