"""Exercises of the lesson on time: how an answer is played and judged, and a worked solution of each."""

from __future__ import annotations

from vpcedu.sites.silence import at, silence

WAITS = 420  # seconds until the answer is sent


def in_time(keepalive: object) -> str:
    """09.1: web's keep-alive so that an answer after 420 s comes through the NAT gateway."""
    run = silence("NAT gateway", WAITS, "listener", keepalive)  # type: ignore[arg-type]
    probes = [trace for trace in run.capture if trace.cause.what.startswith("keep-alive")]
    if run.arrived:
        return (f"Right. The first probe left at {at(probes[0].steps[0].now)} s, found the gateway's row and let its"
                f" clock start again; so did {len(probes) - 1} more. The answer arrived at"
                f" {at(run.said[-1].last.now)} s.")
    if not probes:
        return (f"Not yet: no probe at all, and the answer, sent at {WAITS} s, was lost: {_lost(run)}. Who must speak,"
                " and when?")
    learnt = run.learns("web")
    told = f" web is {learnt[1]} at {at(learnt[0])} s: by its own probe." if learnt else ""
    return (f"Not yet: the first probe left at {at(probes[0].steps[0].now)} s. By then the row was gone.{told}"
            " A probe must FIND the row, to keep it.")


def _lost(run: object) -> str:
    drop = run.said[0].dropped  # type: ignore[attr-defined]
    return f"{drop.at}, {drop.check}, {drop.reason}"


IN_TIME = """# Less than the gateway's 350 s, with a margin. Linux' default, 7,200 s, is far too late, and without a
# program that asks for keep-alive (SO_KEEPALIVE, TCP_KEEPIDLE) there is no probe at all.
row = 300
"""


def patient(given: object) -> str:
    """09.2: client's keep-alive and the balancer's idle timeout so that an answer after 420 s comes back."""
    if not isinstance(given, (tuple, list)) or len(given) != 2:
        raise ValueError(f"{given!r}: expected two numbers of seconds, (keep-alive, idle timeout)")
    keepalive, idle = given
    run = silence("Classic LB", WAITS, "listener", keepalive, idle=idle)
    if run.arrived:
        return (f"Right. With an idle timeout of {idle} s the answer, sent at {WAITS} s, arrived at"
                f" {at(run.said[-1].last.now)} s. The balancer counts bytes of the application, and none came"
                " for so long; its clock had to be longer.")
    learnt = run.learns("client")
    assert learnt is not None
    probes = sum(trace.cause.what.startswith("keep-alive") and trace.last.now < learnt[0] for trace in run.capture)
    asked = (f" The client had sent {probes} keep-alive probe{'s' * (probes != 1)} by then. Does a probe carry a byte"
             " of the application?") if probes else " Whose clock was that?"
    return f"Not yet: client is {learnt[1]} at {at(learnt[0])} s, the answer would have come at {WAITS} s.{asked}"


PATIENT = """# A balancer that ends connections is not asked by TCP's probes: they carry no byte of the application.
# Its own idle timeout (1 to 4,000 s) must be longer than the longest silence. keep-alive may be anything.
row = (30, 600)
"""
