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
        f"The request did arrive: packet 1 was delivered to {visit.capture[1].last.at}. The "
        f"answer, packet {trace.number}, {trace.packet.flow}, left by the {row}. It was "
        f"lost at {step.at}: {step.reason}."
    )
    if word == "page":
        return Judgement(
            False,
            "No page. A public address only brings packets in. The subnet's route table "
            f"decides how they leave. {explanation}",
            trace,
        )
    if word == "refused":
        return Judgement(
            False,
            "Not refused: for that somebody would have to send a RST, and nobody did. The "
            f"client gave up after {visit.result.after / SECOND:g} s.",
            trace,
        )
    if packet != "answer":
        return Judgement(
            False,
            "It did time out, but the first lost packet is the answer. The Internet "
            "gateway knew web's public address, and the request needed no more than that. "
            f"{explanation}",
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
            f"The request does not reach web under {predicted[0]}. When it was delivered to "
            f"web it said {request}. The Internet gateway had rewritten the destination by "
            f"its translation {row}. Nobody else knows that translation, not even web's "
            "operating system.",
            visit.capture[1],
        )
    if predicted[1] != answer.packet.flow.src:
        trace = play(visit, answer, answer.packet.flow._replace(src=predicted[1]))
        return Judgement(
            False,
            f"We sent your packet: {trace.packet.flow}. {_fate(trace.dropped)} web knows "
            f"only its own address, and {predicted[1]} is not it.",
            trace,
        )
    if predicted[2] != end.src:
        trace = play(visit, answer, end._replace(src=predicted[2]), IGW)
        return Judgement(
            False,
            f"We sent your packet to the client: {trace.packet.flow}. "
            f"{_fate(trace.dropped)} The client had asked {end.src}, so it expects no "
            f"answer from {predicted[2]}.",
            trace,
        )
    return Judgement(
        True,
        f"Right: for requests and for answers, web knows itself only as {WEB}. The Internet "
        f"gateway swaps the address by its translation {row}, in both directions; the ports "
        "stay as they are.",
        answer,
    )


def _fate(drop: Step | None) -> str:
    if drop is None:
        return "It arrived, but nobody had asked for it."
    return f"It was {drop.lost}."


def one_visitor(given: object) -> str:
    """01.1: the visitor's answers by the Internet gateway, all else by the NAT."""
    row = as_a(given, Route)
    if row is None:
        raise ValueError(
            f"{quoted(given)}: expected a Route, like Route('{TABLE}', '10.9.0.0/16', 'NAT')"
        )
    if row.table != TABLE:
        return (
            f"Not yet. A route in {row.table!r} does not decide what leaves web: its subnet "
            f"uses '{TABLE}'."
        )
    if row.destination == ANYWHERE:
        return (
            f"Not yet. {ANYWHERE} is in the table already, and a table holds one route for "
            "each destination. To which address does web answer this visitor?"
        )
    vpc = lone_server("NAT").vpc.with_row(row)
    page, update = Site(vpc).get(URL), Site(vpc).connect("web", UPDATES, 443)
    if not page.outcome.works:
        return f"Not yet. With {row} the client sees '{page.symptom}'{_where(page)}."
    if seen_as(update) != NAT_PUBLIC:
        return (
            "Not yet. The page comes, but the update server sees "
            f"{seen_as(update) or 'nothing'}, not {NAT_PUBLIC}. Your route covers more than "
            "the visitor."
        )
    return (
        f"Right. With {row} web's answers to the visitor match a longer prefix than "
        f"{ANYWHERE}, and the update server still sees {NAT_PUBLIC}. {_kind(vpc)}"
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
            f"Not yet. web fetches its update, as {seen_as(update)}. But now a visitor of "
            f"{address} gets '{visitor.symptom}': a public address works in both "
            "directions. Whose address could web borrow?"
        )
    return (
        f"Right. With {row} web fetches its update, as {seen_as(update)}, and a visitor of {address} gets"
        f" '{visitor.symptom}'{_where(visitor)}."
    )


OUT_BUT_NOT_IN = """from vpcedu.tables.route_table import Route

# With a NAT, web borrows the NAT's public address, and only for connections that it opens. This route
# replaces the one to the Internet gateway, and so the subnet becomes a private one.
row = Route("rtb-web", "0.0.0.0/0", "NAT")
"""


def _kind(vpc: Vpc) -> str:
    public = vpc.is_public(vpc.subnets[1])
    return f"And the subnet is {'public now: it has a route to the Internet gateway' if public else 'still private'}."


def _where(visit: Visit) -> str:
    """Where the first packet was lost, and why."""
    stop = blocker(visit)
    return f". {stop[1].before.flow} is {stop[1].lost}" if stop else ""
