"""Predictions of lesson 01: a public address in a private subnet, and where that address stands; the model judges."""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.course.predict import Judgement, play
from vpcedu.sites.field import ipv4, one_of
from vpcedu.sites.lone_server import URL, WEB, lone_server
from vpcedu.sites.parts import IGW
from vpcedu.sites.visit import Visit
from vpcedu.views.explain import answer_legs
from vpcedu.views.outcome import blocker

SEES = ("page", "refused", "timed out")
LOST = ("request", "answer", "none")
PLACES = ("web", "NAT", IGW, "nowhere")
ALSO = {"igw": IGW, "connected": "page", "200 ok": "page", "nothing": "none"}


def judge_reach(sees: object, lost: object, at: object) -> Judgement:
    """Hold against a run: web has a public address, its subnet's default route leads to the NAT; what does a visitor of
    that address see, which packet is lost first, and where?

    The fields may be text as typed: one of SEES, of LOST, of PLACES. ValueError where one is something else.
    """
    word, packet = one_of("sees", sees, SEES, ALSO), one_of("lost", lost, LOST, ALSO)
    place = one_of("at", at, PLACES, ALSO)
    visit = lone_server("NAT").get(URL)
    stop = blocker(visit)
    assert stop is not None and visit.result is not None
    trace, step = stop
    row = next(one.row for one in trace.steps if one.check == "route" and one.at == trace.sender)
    told = (f"The request did arrive: packet 1 was delivered to {visit.capture[1].last.at}. Its answer, packet"
            f" {trace.number}, {trace.packet.flow}, left by the {row} and was lost at {step.at}: {step.reason}.")
    if word == "page":
        return Judgement(False, "No page. A public address brings packets in; it does not decide how they leave. That"
                         f" is for the subnet's route table. {told}", trace)
    if word == "refused":
        return Judgement(False, "Not refused: for that a RST would have to come back, and nothing comes back. The"
                         f" client gave up after {visit.result.after / SECOND:g} s.", trace)
    if packet != "answer":
        return Judgement(False, "Timed out it is, but what is lost first is the answer: the Internet gateway knew web's"
                         f" public address, and that was enough for the way in. {told}", trace)
    if place != step.at:
        return Judgement(False, f"The answer is lost, but not at {place}. {told}", trace)
    return Judgement(True, f"Right. {told}", trace)


def judge_addresses(visit: Visit, arrives: str, leaves: str, home: str) -> Judgement:
    """Hold against a run: the request's destination as it reaches web, the answer's source as it leaves web, and as it
    reaches the client. ValueError where a field is no address, or the visit had no answer."""
    legs = answer_legs(visit)
    if not legs:
        raise ValueError(f"the visit {visit.title!r} had no answer: expected one that works")
    said = tuple(ipv4(name, words) for name, words in
                 (("request's destination", arrives), ("answer's source", leaves), ("source at the client", home)))
    request, answer = visit.capture[1].last.before.flow, legs[0]
    end = answer.last.before.flow
    row = next(step.row for step in answer.steps if step.at == IGW and step.row is not None)
    if said[0] != request.dst:
        return Judgement(False, f"The request does not reach web under {said[0]}. As it was delivered to web it says"
                         f" {request}: the Internet gateway had exchanged the destination by its row {row}. Nobody else"
                         " knows that row; web's own system does not.", visit.capture[1])
    if said[1] != answer.packet.flow.src:
        trace = play(visit, answer, answer.packet.flow._replace(src=said[1]))
        return Judgement(False, f"web does not send from {said[1]}: it is not its address. Your packet was really sent:"
                         f" {trace.packet.flow}. {_fate(trace.dropped)}", trace)
    if said[2] != end.src:
        trace = play(visit, answer, end._replace(src=said[2]), IGW)
        return Judgement(False, f"The client does not get it from {said[2]}: it had asked {end.src}. Your packet was"
                         f" really sent to it: {trace.packet.flow}. {_fate(trace.dropped)}", trace)
    return Judgement(True, f"Right: in and out, web knows itself only as {WEB}. The Internet gateway exchanges the"
                     f" address by its row {row}, both ways; the ports stay as they are.", answer)


def _fate(drop: object) -> str:
    if drop is None:
        return "It arrived, and nobody had asked for it."
    return f"It was lost at {drop.at}, {drop.check}: {drop.reason}."  # type: ignore[attr-defined]
