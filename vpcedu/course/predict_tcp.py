"""Predictions of the lessons on TCP: what a learner says of a silent server, and of ports; the model is the judge."""

from __future__ import annotations

from vpcedu.clock import SECOND, seconds
from vpcedu.course.predict import Judgement, judge
from vpcedu.protocols.ports import LINUX
from vpcedu.sites import field as fields
from vpcedu.sites.port_load import RANGES, fill
from vpcedu.sites.two_hosts import handshake
from vpcedu.sites.visit import Visit
from vpcedu.views.explain import answer_legs

LEARNS = ("connected", "refused", "reset", "timed out")


def judge_silence(third: object, learns: object, after: object, kernel: str = "since 6.5") -> Judgement:
    """Hold against a run: when the third SYN is sent to a silent server, what the client learns, and when.

    The fields may be text as typed, in seconds; `learns` is one of LEARNS. ValueError where one is something else.
    """
    word = fields.one_of("learns", learns, LEARNS)
    sent, end = fields.seconds("third SYN", third), fields.seconds("after", after)
    visit = handshake(200, server="silent", kernel=kernel)
    assert visit.result is not None
    times = ", ".join(f"{at:g}" for at in visit.syn_times)
    if word != visit.result.symptom:
        return Judgement(False, _not_that(word), None)
    if sent != visit.syns[2].steps[0].now:
        return Judgement(False, f"{_third(sent, kernel)} The SYNs were sent at {times} s.", None)
    if end != visit.result.after:
        return Judgement(False, f"{_end(end, kernel)} The last SYN was sent at {visit.syn_times[-1]:g} s; the client"
                         f" gave up at {visit.result.after / SECOND:g} s.", None)
    return Judgement(True, f"Right: {len(visit.syns)} SYNs, at {times} s, then timed out after"
                     f" {visit.result.after / SECOND:g} s. No packet ever told the client anything.", None)


def _not_that(word: str) -> str:
    if word == "refused":
        closed = handshake(200, server="closed").result
        assert closed is not None
        return (f"Not refused: that is an answer, and somebody must send it. From a closed port, with a round trip of"
                f" 0.2 s, a RST came back, and the client was refused after {seconds(closed.after)} s. Here nobody"
                " answers.")
    if word == "connected":
        return "Not connected: for that the other end would have to answer with SYN ACK. Here nobody answers."
    return "Not reset: only a connection that was ESTABLISHED can be reset. Here nobody ever answered."


def _third(sent: int, kernel: str) -> str:
    other = "before 6.5" if kernel == "since 6.5" else "since 6.5"
    if sent == handshake(200, server="silent", kernel=other).syns[2].steps[0].now:
        return f"{sent / SECOND:g} s is what a Linux kernel {other} does. This client's is {_age(kernel)}."
    return f"Not at {sent / SECOND:g} s: the first wait is 1 s, whatever the round trip."


def _age(kernel: str) -> str:
    return "newer" if kernel == "since 6.5" else "older"


def _end(end: int, kernel: str) -> str:
    other = "before 6.5" if kernel == "since 6.5" else "since 6.5"
    result = handshake(200, server="silent", kernel=other).result
    if result is not None and end == result.after:
        return f"{end / SECOND:g} s is what a Linux kernel {other} does. This client's is {_age(kernel)}."
    if end <= 10 * SECOND:
        return (f"Not after {end / SECOND:g} s: no one tells the client that its packets are lost. It has only its own"
                " clock, and it is patient.")
    return f"Not after {end / SECOND:g} s."


def judge_ports(visit: Visit, source_port: object, destination_port: object, most: object) -> Judgement:
    """Hold against runs: the ports of the server's answer, and how many connections at once one Linux client can
    have to one destination. ValueError where a field is no such number."""
    legs = answer_legs(visit)
    if not legs:
        raise ValueError(f"the visit {visit.title!r} had no answer: expected one that works")
    flow = legs[0].packet.flow
    count, real = fields.whole("connections at once", most, 0, 999_999_999), len(fill(LINUX))
    said = judge(visit, flow.src, source_port, flow.dst, destination_port)
    if not said.right:
        return said
    taken = f"The model took ports from {LINUX[0]}-{LINUX[1]} one by one: after {real:,} there was none left"
    if count == real:
        return Judgement(True, f"Right: the answer goes from {flow.sport} to {flow.dport}. {taken}; towards another"
                         " destination all of them are still free.", said.trace)
    return Judgement(False, f"The ports are right. {_most(count)} {taken}, towards this destination.", said.trace)


def _most(count: int) -> str:
    if 64_000 <= count <= 65_536:
        return (f"{count:,} is about how many port numbers there are. But a client takes from its ephemeral range only,"
                " and the range is there once for each destination.")
    if count == RANGES["Windows, macOS"][1] - RANGES["Windows, macOS"][0] + 1:
        return f"{count:,} it is with the range of Windows and macOS, 49152-65535. This client is a Linux."
    if count == 1:
        return "1 would be so if all connections left from one port. Each takes a port of its own."
    return f"Not {count:,}."
