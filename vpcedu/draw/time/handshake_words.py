"""Handshake words: title, sentence, labels and text alternative, from the picture's capture."""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.draw.reading.words import count
from vpcedu.views.explain import label

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.sites.two_hosts import OpenedHandshake
    from vpcedu.trace import Trace

TIMES = {1: "", 2: " twice"}


def seconds(microseconds: int) -> str:
    """A span in seconds, with no more places than it needs: "0.4 s", "11 s"."""
    return f"{round(microseconds / SECOND, 3):g} s"


def text_of(traces: tuple[Trace, ...]) -> str:
    """The packets a host sends at one instant: "SYN again", "SYN ACK twice", "ACK lost, ACK"."""
    first = traces[0]
    again = (
        " again" if all(trace.cause.what.startswith("retransmission") for trace in traces) else ""
    )
    lost = [trace for trace in traces if trace.last.check != "deliver"]
    name = label(first.packet)
    if not lost:
        return name + again + TIMES.get(len(traces), f" {len(traces)} times")
    return f"{name}{again} lost" + (f", {name}" if len(lost) < len(traces) else "")


def finding(visit: OpenedHandshake) -> str:
    """What the run shows, as a title."""
    result, syns = visit.result, len(visit.syns)
    if result is None:
        return "The client is still waiting"
    after = seconds(result.after)
    if result.symptom == "timed out":
        return f"Silence: {syns} SYNs, no answer, timed out after {after}"
    if result.symptom == "refused":
        if syns > 1:
            lost = count(syns - 1, "SYN")
            return f"{lost[0].upper()}{lost[1:]} lost, then refused after {after} by a RST"
        return f"Refused after {after}: the server's host answers with RST"
    server = visit.established("server")
    if server is not None and server - result.after > SECOND // 2:
        return f"For {seconds(server - result.after)} only the client believes in the connection"
    if syns > 1 or result.after > visit.setting.round_trip * 1_000:
        return (
            f"Connected after {after}, not after {seconds(visit.setting.round_trip * 1000)}: "
            "losses cost time-outs"
        )
    return f"Connected after {after}: one round trip, three segments"


def sentence(visit: OpenedHandshake) -> str:
    """The bottom sentence: what the program sees, and when."""
    result = visit.result
    if result is None:
        return "connect() has not returned."
    after, trip = seconds(result.after), visit.setting.round_trip * 1_000
    if result.symptom == "timed out":
        times = ", ".join(seconds(trace.steps[0].now).removesuffix(" s") for trace in visit.syns)
        return (
            f"connect() fails after {after}. SYNs were sent at {times} s. No packet came back "
            "at all."
        )
    if result.symptom == "refused":
        return f"connect() fails after {after}: a RST came back. Somebody is there, but nothing listens on the port."
    waited = result.after - trip
    parts = (
        f"{seconds(waited)} of waiting and one round trip of {seconds(trip)}"
        if waited
        else "one round trip"
    )
    server = visit.established("server")
    return f"connect() returns after {after}: {parts}." + (
        f" The server's end is ESTABLISHED at {seconds(server)}." if server is not None else ""
    )


def alternative(visit: OpenedHandshake) -> str:
    """The text alternative: every packet with its times, every state."""
    flow = visit.syns[0].packet.flow
    parts = [
        f"Ladder to scale of {flow.source} connecting to {flow.destination}; round trip "
        f"{visit.setting.round_trip} ms, server {visit.setting.server}, Linux {visit.setting.kernel}."
    ]
    for trace in visit.capture:
        sent = f"{label(trace.packet)} from {trace.sender} at {seconds(trace.steps[0].now)}"
        parts.append(
            f"{sent}, arrives at {seconds(trace.last.now)}."
            if trace.last.check == "deliver"
            else f"{sent}, lost."
        )
    for who in ("client", "server"):
        instant = visit.established(who)
        parts += [f"The {who} is ESTABLISHED at {seconds(instant)}."] if instant is not None else []
    return " ".join([*parts, sentence(visit)])
