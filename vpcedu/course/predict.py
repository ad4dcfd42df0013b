"""Predict: what would a learner's answer have meant? The model is the judge.

The learner says which addresses and ports the server's answer carries. The visit says which it really
carried; where they differ, the packet the learner described is really sent from the server, in the middle
of the same visit, and what becomes of it is told, with the belief that usually stands behind it.
"""

from __future__ import annotations

from vpcedu.flow import FiveTuple
from vpcedu.packet import Packet
from vpcedu.row import NamedRow
from vpcedu.sites import field as fields
from vpcedu.sites.site import Site
from vpcedu.sites.visit import Visit
from vpcedu.trace import DELIVER, DROP, Trace
from vpcedu.views.explain import answer_legs, way
from vpcedu.views.text import fold

SAID = "what the learner said"
UNKNOWN = "?"  # what a learner types for a port that nobody can know beforehand
NOT_YET = "No prediction yet: fill in the four fields, then check."


class Judgement(NamedRow):
    """Whether the prediction was right, what to say about it, and the trace of the packet the learner described."""

    right: bool
    words: str
    trace: Trace | None

    def __str__(self) -> str:
        return fold(self.words)


def judge(visit: Visit, source: str, source_port: object, destination: str, destination_port: object) -> Judgement:
    """Hold a prediction of the server's answer against what happened.

    The fields may be text as typed; the destination port may be "?" where it cannot be known yet. ValueError
    where one is no address or port, or the visit had no answer.
    """
    legs = answer_legs(visit)
    if not legs:
        raise ValueError(f"the visit {visit.title!r} had no answer: expected one that works")
    real = legs[0].packet.flow
    open_port = str(destination_port).strip() == UNKNOWN
    dport = real.dport if open_port else fields.port("destination", destination_port)
    told = FiveTuple(fields.ipv4("source address", source), fields.port("source", source_port),
                     fields.ipv4("destination address", destination), dport)
    if told == real and open_port and visit.opener == legs[0].last.at:
        return Judgement(False, f"All but the port, which can be known: the answer goes TO the port that"
                         f" {visit.opener} itself chose, {real.dport}.", legs[0])
    if told == real:
        return Judgement(True, f"Right: {real}. {legs[0].sender} answers the source it saw, {way(legs[0])}.", legs[0])
    trace = play(visit, legs[0], told)
    belief = _belief(visit, told, real)
    return Judgement(False, f"{belief} Your packet was really sent: {told}. {_fate(trace, legs[0].sender)}", trace)


def play(visit: Visit, leg: Trace, flow: FiveTuple, sender: str = "") -> Trace:
    """Play the visit again up to the answer, then have the server (or another sender) send this packet in its place."""
    site = Site(visit.vpc, visit.seed)
    network, before = site.network, visit.capture.traces[0].number - 1
    while len(network.capture) < before:  # a cell that was run again made the same visit before, on the same site
        site.play(visit.call)
    if len(network.capture) != before:
        raise ValueError(f"{visit.title!r} was not the first visit of its site: expected one of a new site")
    site.open(visit.call)
    while len(network.capture) < leg.number - 1 and network.step():
        pass
    answer = leg.packet
    network.send(sender or leg.sender, Packet(flow, answer.flags, answer.seq, answer.ack, data=answer.data), SAID)
    while network.step():
        for trace in network.capture:
            if trace.cause.what == SAID and trace.last.action in (DELIVER, DROP):
                return trace
    raise AssertionError("every packet is delivered or dropped")


def _fate(trace: Trace, sender: str) -> str:
    drop = trace.dropped
    if drop is None:
        return f"It reached {trace.last.at}, but {sender} sends nothing like it."
    held = f" ({drop.row})" if drop.row is not None else ""
    return f"It was lost at {drop.at}, {drop.check}: {drop.reason}{held}."


def _belief(visit: Visit, told: FiveTuple, real: FiveTuple) -> str:
    """The first field that is wrong, and the belief behind it."""
    client = next((h.address for h in visit.vpc.outside if h.device == visit.opener), "")
    inside = {i.address: i.device for i in visit.vpc.interfaces}
    inside.update({a.public: inside[a.private] for a in visit.vpc.associations if a.private in inside})
    if told.src != real.src:
        return f"The source is not {told.src}: a host sends from its own address, and nobody has rewritten it yet."
    if told.sport != real.sport:
        return (f"The source port is not {told.sport}: the answer comes FROM the port the request went to,"
                f" {real.sport}. No other, higher port is opened for it.")
    if told.dst == client != real.dst:
        return ("The destination is not the client: that would be so if the balancer passed the client's packets on. "
                "This one ended the client's connection and opened its own.")
    if inside.get(told.dst) == "NAT":
        return "The destination is not the NAT: only connections opened from inside go through it."
    if told.dst != real.dst and real.dst == client:
        return ("The destination is not the balancer: this one opens no connection of its own, it rewrites only the "
                "destination, so the server sees the client.")
    if told.dst != real.dst:
        return f"The destination is not {told.dst}: the server answers the source address that it saw."
    return (f"The destination port is not {told.dport}: the answer goes TO the port that the opener of this connection "
            f"chose, {real.dport}.")
