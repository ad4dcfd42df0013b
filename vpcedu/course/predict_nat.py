"""Prediction of the lesson on address translation: the model is the judge."""

from __future__ import annotations

from vpcedu.course.predict import Judgement, play
from vpcedu.sites.field import ipv4, one_of, whole
from vpcedu.sites.parts import API, CLIENT, PAGE
from vpcedu.sites.reference import NAT, WEB
from vpcedu.sites.two_instances import ELASTIC, nat_site
from vpcedu.views.explain import answer_legs, way

STOPS = ("group", "acl", "table")


def judge_nat(answer_to: object, page_packets: object, stops: object) -> Judgement:
    """Hold against runs: to which address an update server sends its answer to web, how many packets of a page visit
    through the balancer pass the NAT, and what stops a stranger who calls the NAT's public address.

    The fields may be text as typed; `stops` is one of STOPS. ValueError where one is something else.
    """
    told, count = ipv4("answer goes to", answer_to), whole("packets", page_packets, 0, 9_999)
    word = one_of("stops", stops, STOPS, {"network acl": "acl"})
    return _to(told) or _packets(count) or _stops(word)


def _to(told: str) -> Judgement | None:
    visit = nat_site().connect("web", API, 8_080)
    leg = answer_legs(visit)[0]
    if told == leg.packet.flow.dst:
        return None
    belief = {WEB: "web has this address only inside the VPC; two machines have rewritten the source since.",
              NAT: "That is the NAT's address inside the VPC; the Internet gateway has put another in its place.",
              CLIENT: "That is the visitor of the site; here web itself is the one who asks."}
    trace = play(visit, leg, leg.packet.flow._replace(dst=told))
    lost = trace.dropped
    fate = f"It reached {trace.last.at}" if lost is None else f"It was lost at {lost.at}, {lost.check}: {lost.reason}"
    return Judgement(False, f"Not to {told}. {belief.get(told, 'A server answers the source address that it saw.')} The"
                     f" update server was made to send it there all the same: {trace.packet.flow}. {fate}.", trace)


def _packets(count: int) -> Judgement | None:
    visit = nat_site().get(PAGE)
    met, leg = sum("NAT" in trace.devices for trace in visit.capture), answer_legs(visit)[0]
    if count == met:
        return None
    return Judgement(False, f"The address is right. But not {count}: of the {len(visit.capture)} packets of that visit"
                     f" {met} met the NAT. web's answer went to {leg.packet.flow.destination} {way(leg)}: the ELB node"
                     " had opened that connection. A NAT carries the answers to what was opened through it, and no"
                     " others.", leg)


def _stops(word: str) -> Judgement:
    site = nat_site()
    visit = site.connect("client", ELASTIC, 443)
    trace = visit.capture[1]
    lost = trace.dropped
    assert lost is not None and lost.check == "translation"
    fate = f"The stranger's SYN {trace.packet.flow} came as far as the NAT and was lost there: {lost.reason}."
    if word == "group":
        groups = next(row.groups for row in site.vpc.interfaces if row.device == "NAT")
        return Judgement(False, f"The numbers are right. But no group: the NAT gateway has {len(groups) or 'none'}."
                         f" {fate} That is no rule that somebody wrote, and none that somebody could open.", trace)
    if word == "acl":
        row = next(step.row for step in trace.steps if step.at == "NAT" and step.check == "network ACL in")
        return Judgement(False, f"The numbers are right. But not the ACL, it let it pass ({row}). {fate}", trace)
    return Judgement(True, f"Right. The stranger sees: {visit.symptom}; no filter was needed. {fate} The answer to web"
                     f" goes to {ELASTIC}, and of a page visit through the balancer the NAT sees nothing.", trace)
