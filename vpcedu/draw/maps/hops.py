"""Map hops: which legs a map shows, in which lane, and why each goes this way.

A request and its answer, or one packet: each of its legs is a numbered hop. A hop's reason is the
row that decided it: a route, a balancer's flow, an address map.
"""

from __future__ import annotations

from vpcedu.draw.reading.legs import changed, legs_of, owner, rewritings
from vpcedu.draw.reading.words import short
from vpcedu.row import NamedRow
from vpcedu.views.decided import route_of
from vpcedu.views.explain import answer_legs
from vpcedu.views.outcome import blocker, outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.draw.reading.legs import DrawnLeg
    from vpcedu.network.conversations import Conversation
    from vpcedu.sites.visit import Visit
    from vpcedu.trace import Trace


class MapHop(NamedRow):
    """One leg: its number, its packet and its lane.

    It also has the fields that the gateway before it rewrote, and whether it is lit.
    """

    number: int
    trace: Trace
    leg: DrawnLeg
    lane: str
    fields: dict[str, str]
    lit: bool


def hops_of(visit: Visit, packet: int | None) -> tuple[MapHop, ...]:
    """The hops of one packet.

    Without a number they are those of a request and its answer, or of what was lost.
    """
    # not by the opener's name: a target may call itself
    openers = {
        t.number: talk.traces[0].packet.flow.source for talk in visit.talks for t in talk.traces
    }
    traces = chosen(visit) if packet is None else (visit.capture[packet],)
    answers = answer_legs(visit)
    hops: list[MapHop] = []
    for trace in traces:
        gates = rewritings(trace)
        lane = "request" if trace.packet.flow.source == openers[trace.number] else "answer"
        for leg in legs_of(trace, visit.vpc):
            fields = (
                {word: new for word, _, new in changed(*gates[leg.start])}
                if leg.start in gates
                else {}
            )
            decides = (
                bool(answers)
                and trace is answers[0]
                and leg.start == trace.sender
                and packet is None
            )
            lit = leg.drop is not None or decides
            hops.append(MapHop(len(hops) + 1, trace, leg, lane, fields, lit))
    return tuple(hops)


def predicted_hops(visit: Visit, trace: Trace, drawn: int) -> tuple[MapHop, ...]:
    """The hops of a packet that somebody predicted; their numbers begin after those drawn."""
    legs = legs_of(trace, visit.vpc)
    return tuple(
        MapHop(number, trace, leg, "predicted", {}, leg.drop is not None)
        for number, leg in enumerate(legs, drawn + 1)
    )


def chosen(visit: Visit) -> tuple[Trace, ...]:
    """A request and its answer on every connection.

    Where the visit fails, they are the path to the first packet that was lost for good.
    """
    stop, answers = blocker(visit), answer_legs(visit)
    if answers and (stop is None or outcome(visit).works):
        talks = {t.number: talk for talk in visit.talks for t in talk.traces}
        return (*(_request(talks[answer.number], answer) for answer in reversed(answers)), *answers)
    if stop is None:
        return tuple(visit.capture)[:1]
    return (*_before(visit, stop[0]), stop[0])


def _request(talk: Conversation, answer: Trace) -> Trace:
    """What an answer answers.

    That is the last bytes that the opener sent before it, or else the opener's first packet.
    """
    asked = [
        t
        for t in talk.traces
        if t.sender == talk.opener and t.delivered and t.number < answer.number
    ]
    return next(
        (t for t in reversed(asked) if t.packet.data), asked[0] if asked else talk.traces[0]
    )


def _before(visit: Visit, lost: Trace) -> tuple[Trace, ...]:
    """The packets that led to a lost one.

    These are its causes, as far as each crossed to another connection or turned round.
    """
    by_number = {trace.number: trace for trace in visit.capture}
    talks = {t.number: talk for talk in visit.talks for t in talk.traces}
    chain: list[Trace] = []
    last = by_number.get(lost.cause.trace or 0)
    while last is not None:
        talk = talks[last.number]
        fresh = talk.number not in {talks[t.number].number for t in chain}
        fits = last.sender == talk.opener and last.delivered and fresh
        if fits and not (talk.number == talks[lost.number].number and lost.sender == talk.opener):
            chain.insert(0, last)
        last = by_number.get(last.cause.trace or 0)
    return tuple(chain)


def why(visit: Visit, hop: MapHop) -> str:
    """Why a hop goes this way, in about thirty characters."""
    leg = hop.leg
    if leg.drop is not None and leg.drop.reason is not None:
        return leg.drop.reason.code
    if leg.step.check == "flow return":
        return f"flow of the {short(leg.end)} (inferred)"
    route, flow = route_of(leg.step), leg.step.before.flow
    if route is not None:
        return f"route {route.destination} {short(route.target)}"
    if leg.step.check == "address map" and leg.step.at != leg.start:  # it comes from the Internet
        return f"public address of {short(owner(visit.vpc, flow.dst))}"
    if leg.step.check == "address map":
        return f"{short(leg.start)}: 1:1 map, {'outwards' if leg.packet.flow.src != flow.src else 'inwards'}"
    return "across the Internet"
