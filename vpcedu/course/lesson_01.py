"""Lesson 01: predictions about a public address in a private subnet; exercises and solutions."""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.course.judgement import Judgement, play
from vpcedu.gateways.internet_gateway import Association
from vpcedu.quoting import quoted
from vpcedu.sites.field import ipv4, one_of
from vpcedu.sites.lone_server import (
    NAT_PUBLIC,
    PUBLIC,
    TABLE,
    URL,
    WEB,
    lone_server,
    seen_as,
)
from vpcedu.sites.parts import IGW, UPDATES
from vpcedu.sites.row_kinds import as_a
from vpcedu.sites.site import Site
from vpcedu.sites.visit import Visit
from vpcedu.tables.route_table import Route
from vpcedu.tables.traffic import ANYWHERE
from vpcedu.views.explain import answer_legs
from vpcedu.views.outcome import blocker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.network.vpc import Vpc
    from vpcedu.trace import Step

SEES = ("page", "refused", "timed out")
LOST = ("request", "answer", "none")
PLACES = ("web", "NAT", IGW, "nowhere")
ALSO = {"igw": IGW, "connected": "page", "200 ok": "page", "nothing": "none"}


def judge_reach(sees: object, lost: object, at: object) -> Judgement:
    """Compare with a run: what does a visitor of web's public address see?

    The default route of web's subnet leads to the NAT. Which packet is lost first, and where?

    The fields may be text as typed: one of SEES, of LOST, of PLACES. ValueError where one is
    something else.
    """
    word, packet = one_of("sees", sees, SEES, ALSO), one_of("lost", lost, LOST, ALSO)
    place = one_of("at", at, PLACES, ALSO)
    visit = lone_server("NAT").get(URL)
    stop = blocker(visit)
    assert stop is not None and visit.result is not None
    trace, step = stop
    row = next(one.row for one in trace.steps if one.check == "route" and one.at == trace.sender)
    explanation = (
        f"The request did arrive: packet 1 was delivered to {visit.capture[1].last.at}. Its answer, packet"
        f" {trace.number}, {trace.packet.flow}, left by the {row} and was lost at {step.at}: {step.reason}."
    )
    if word == "page":
        return Judgement(
            False,
            "No page. A public address brings packets in; it does not decide how they leave. That"
            f" is for the subnet's route table. {explanation}",
            trace,
        )
    if word == "refused":
        return Judgement(
            False,
            "Not refused: for that a RST would have to come back, and nothing comes back. The"
            f" client gave up after {visit.result.after / SECOND:g} s.",
            trace,
        )
    if packet != "answer":
        return Judgement(
            False,
            "Timed out it is, but what is lost first is the answer: the Internet gateway knew web's"
            f" public address, and that was enough for the way in. {explanation}",
            trace,
        )
    if place != step.at:
        return Judgement(False, f"The answer is lost, but not at {place}. {explanation}", trace)
    return Judgement(True, f"Right. {explanation}", trace)


def judge_addresses(visit: Visit, arrives: str, leaves: str, home: str) -> Judgement:
    """Compare with a run: the request's destination and the answer's source.

    The destination is as the request reaches web, the source as the answer leaves web, and as it
    reaches the client. ValueError where a field is no address, or the visit had no answer.
    """
    legs = answer_legs(visit)
    if not legs:
        raise ValueError(f"the visit {quoted(visit.title)} had no answer: expected one that works")
    predicted = tuple(
        ipv4(name, words)
        for name, words in (
            ("request's destination", arrives),
            ("answer's source", leaves),
            ("source at the client", home),
        )
    )
    request, answer = visit.capture[1].last.before.flow, legs[0]
    end = answer.last.before.flow
    row = next(step.row for step in answer.steps if step.at == IGW and step.row is not None)
    if predicted[0] != request.dst:
        return Judgement(
            False,
            f"The request does not reach web under {predicted[0]}. As it was delivered to web it says"
            f" {request}: the Internet gateway had exchanged the destination by its row {row}. Nobody else"
            " knows that row; web's own system does not.",
            visit.capture[1],
        )
    if predicted[1] != answer.packet.flow.src:
        trace = play(visit, answer, answer.packet.flow._replace(src=predicted[1]))
        return Judgement(
            False,
            f"web does not send from {predicted[1]}: it is not its address. Your packet was really sent:"
            f" {trace.packet.flow}. {_fate(trace.dropped)}",
            trace,
        )
    if predicted[2] != end.src:
        trace = play(visit, answer, end._replace(src=predicted[2]), IGW)
        return Judgement(
            False,
            f"The client does not get it from {predicted[2]}: it had asked {end.src}. Your packet was"
            f" really sent to it: {trace.packet.flow}. {_fate(trace.dropped)}",
            trace,
        )
    return Judgement(
        True,
        f"Right: in and out, web knows itself only as {WEB}. The Internet gateway exchanges the"
        f" address by its row {row}, both ways; the ports stay as they are.",
        answer,
    )


def _fate(drop: Step | None) -> str:
    if drop is None:
        return "It arrived, and nobody had asked for it."
    return f"It was {drop.lost}."


def one_visitor(given: object) -> str:
    """01.1: the visitor's answers by the Internet gateway, all else by the NAT."""
    row = as_a(given, Route)
    if row is None:
        raise ValueError(
            f"{quoted(given)}: expected a Route, like Route('{TABLE}', '10.9.0.0/16', 'NAT')"
        )
    if row.table != TABLE:
        return f"Not yet. A row of {row.table!r} says nothing about what leaves web: its subnet follows '{TABLE}'."
    if row.destination == ANYWHERE:
        return (
            f"Not yet. {ANYWHERE} is there already, and a table holds one route for a destination. Which"
            " destination do web's answers to this visitor have?"
        )
    vpc = lone_server("NAT").vpc.with_row(row)
    page, update = Site(vpc).get(URL), Site(vpc).connect("web", UPDATES, 443)
    if not page.outcome.works:
        return f"Not yet. With {row} the client sees '{page.symptom}'{_where(page)}."
    if seen_as(update) != NAT_PUBLIC:
        return (
            f"Not yet. The page comes, but the update server sees {seen_as(update) or 'nothing'}, not"
            f" {NAT_PUBLIC}. Your row takes more than the visitor."
        )
    return (
        f"Right. With {row} web's answers to the visitor find a longer prefix than {ANYWHERE}, and the update"
        f" server still sees {NAT_PUBLIC}. {_kind(vpc)}"
    )


ONE_VISITOR = """from vpcedu.tables.route_table import Route

# The longest prefix that holds the destination wins. The answers go to the visitor, so a route for the
# visitor's address alone is enough; 203.0.113.0/24 would do too. By AWS's definition the subnet is public now.
row = Route("rtb-web", "203.0.113.10/32", "Internet gateway")
"""


def out_but_not_in(given: object) -> str:
    """01.2: web has the route and no address.

    It must reach the update server, and nobody may reach it.
    """
    site = lone_server(IGW, public=False)
    route = as_a(given, Route)
    row = route or as_a(given, Association)
    if row is None:
        raise ValueError(f"{quoted(given)}: expected a Route or an Association")
    if route is not None and (route.table, route.destination) == (TABLE, ANYWHERE):
        vpc = site.vpc.replace(Route(TABLE, ANYWHERE, IGW), route)
    else:
        vpc = site.vpc.with_row(row)
    update = Site(vpc).connect("web", UPDATES, 443)
    if not update.outcome.works:
        return f"Not yet. With {row} web sees '{update.symptom}'{_where(update)}."
    address = next((a.public for a in vpc.associations if a.private not in ("10.0.0.20",)), PUBLIC)
    visitor = Site(vpc).get(f"http://{address}/")
    if visitor.outcome.works:
        return (
            f"Not yet. web fetches its update, as {seen_as(update)}; but now a visitor of {address} gets '"
            f"{visitor.symptom}'. An address of its own works in both directions. Whose address could web borrow?"
        )
    return (
        f"Right. With {row} web fetches its update, as {seen_as(update)}, and a visitor of {address} gets"
        f" '{visitor.symptom}'{_where(visitor)}."
    )


OUT_BUT_NOT_IN = """from vpcedu.tables.route_table import Route

# Behind a NAT web borrows the NAT's public address, and only for connections that it opens. This row takes
# the place of the one to the Internet gateway; and so the subnet becomes a private one.
row = Route("rtb-web", "0.0.0.0/0", "NAT")
"""


def _kind(vpc: Vpc) -> str:
    public = vpc.is_public(vpc.subnets[1])
    return f"And the subnet is {'public now: it has a route to the Internet gateway' if public else 'still private'}."


def _where(visit: Visit) -> str:
    """Where the first packet was lost, and why."""
    stop = blocker(visit)
    return f": {stop[1].before.flow} is {stop[1].lost}" if stop else ""
