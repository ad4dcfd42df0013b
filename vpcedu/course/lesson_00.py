"""Lesson 00: the prediction of an answer's addresses and ports; exercises and solutions.

The learner says which addresses and ports the server's answer carries. The visit says which it
really carried. Where they differ, the packet the learner described is really sent from the server,
in the middle of the same visit. The learner reads what happened to it, and which connections the
server has. Why it has these, the picture shows.
"""

from __future__ import annotations

from vpcedu.clock import seconds
from vpcedu.course.judgement import Judgement, play
from vpcedu.course.row_table import without
from vpcedu.flow import FiveTuple
from vpcedu.packet import ACK, SYN
from vpcedu.quoting import quoted
from vpcedu.sites import field
from vpcedu.sites.reference import reference_architecture
from vpcedu.sites.visit import Visit
from vpcedu.trace import Trace
from vpcedu.views.explain import answer_legs, label, way
from vpcedu.views.outcome import blocker

UNKNOWN = "?"  # what a learner types for a port that nobody can know beforehand


def judge(
    visit: Visit, source: str, source_port: object, destination: str, destination_port: object
) -> Judgement:
    """Hold a prediction of the server's answer against what happened.

    The fields may be text as typed; the destination port may be "?" where it cannot be known yet.
    ValueError where one is no address or port, or the visit had no answer.
    """
    legs = answer_legs(visit)
    if not legs:
        raise ValueError(f"the visit {quoted(visit.title)} had no answer: expected one that works")
    real = legs[0].packet.flow
    open_port = str(destination_port).strip() == UNKNOWN
    dport = real.dport if open_port else field.port("destination", destination_port)
    predicted = FiveTuple(
        field.ipv4("source address", source),
        field.port("source", source_port),
        field.ipv4("destination address", destination),
        dport,
    )
    if predicted == real and open_port and visit.opener == legs[0].last.at:
        return Judgement(
            False,
            "Right except for the port, and that port can be known. The answer goes TO the "
            f"port that {visit.opener} itself chose, {real.dport}.",
            legs[0],
        )
    if predicted == real:
        return Judgement(
            True,
            f"Right: {real}. {legs[0].sender} answers the source it saw, {way(legs[0])}.",
            legs[0],
        )
    trace = play(visit, legs[0], predicted)
    words = (_fate(trace, legs[0].sender), _connections(visit, legs[0].sender, predicted.dst))
    belief = _belief(visit, predicted, real)
    return Judgement(
        False, " ".join([f"We sent your packet: {predicted}.", *words, belief]).rstrip(), trace
    )


def _fate(trace: Trace, sender: str) -> str:
    drop = trace.dropped
    if drop is None:
        return f"It reached {trace.last.at}, but {sender} never sends a packet like it."
    held = f" ({drop.row})" if drop.row is not None else ""
    if drop.sent:  # somebody answered: it got there, and was not wanted
        return (
            f"It was refused with a {label(drop.sent[0])} at {drop.lost.removeprefix('lost at ')}."
        )
    return f"It was {drop.lost}{held}."


def _connections(visit: Visit, sender: str, told: str) -> str:
    """Which connections a host has, seen from there, and whether one is to this address."""
    peers = [
        talk.flow.destination if talk.opener == sender else talk.traces[0].last.before.flow.source
        for talk in visit.talks
        if sender in (talk.opener, talk.listener)
    ]
    known = any(peer.address == told for peer in peers)
    listed = " and ".join(map(str, peers))
    number = "one connection" if len(peers) == 1 else f"{len(peers)} connections"
    return f"{sender} has {number}, to {listed}{'' if known else f'; none to {told}'}."


def _belief(visit: Visit, told: FiveTuple, real: FiveTuple) -> str:
    """What is wrong in the first field that is wrong; "" where the connections say enough."""
    inside = {i.address: i.device for i in visit.vpc.interfaces}
    inside.update(
        {a.public: inside[a.private] for a in visit.vpc.associations if a.private in inside}
    )
    if told.src != real.src:
        return (
            f"A host sends from its own address, not from {told.src}. Nobody has rewritten the "
            "source yet."
        )
    if told.sport != real.sport:
        return (
            f"The answer comes FROM the port the request went to, {real.sport}. No other, "
            "higher port is opened for it."
        )
    if inside.get(told.dst) == "NAT":
        return (
            "The NAT could only be a next hop. A next hop's address never stands in the packet: the "
            "route names it, and the packet keeps its destination."
        )
    if told.dst != real.dst:
        return ""
    return (
        "The answer goes TO the port that the opener of this connection chose, "
        f"{real.dport}, not to {told.dport}."
    )


def only_the_update(given: object) -> str:
    """00.1: without this row web's own connection fails, and the page still comes."""
    less = without(reference_architecture(), given)
    page, update = less.page.outcome.works, less.update.outcome.works
    without_it = f"Without row {less.number} ({less.words})"
    if page and not update:
        return f"Right. {without_it} the page still comes, and web sees '{less.update.symptom}'{_where(less.update)}."
    if page:
        return (
            f"Not yet. {without_it} nothing changes for either. Which rows name the NAT, or the "
            "path that web's own connection takes?"
        )
    hint = "Both need this row." if not update else "This is the other way round."
    return (
        f"Not yet. {without_it} the client sees '{less.first.symptom}'{_where(less.first)}. "
        f"{hint} Look for a row that only web's own connection needs."
    )


ONLY_THE_UPDATE = """# Any row that web needs to open connections will do: 4, 12, 13, 15 or 17. This one is the
# default route of the private subnet: web's answers go to 10.0.0.10, by the local route.
row = 4
"""


def connected_without_a_page(given: object) -> str:
    """00.2: without this row the client is connected, but no page comes."""
    less = without(reference_architecture(), given)
    without_it = f"Without row {less.number} ({less.words})"
    if less.page.outcome.works:
        return (
            f"Not yet. {without_it} the page still comes. Take out something that the page needs."
        )
    if not _answered(less.first):
        return (
            f"Not yet. {without_it} the client sees '{less.first.symptom}'{_where(less.first)}: it never got a"
            " connection. Leave connection 1 alone. Who opens connection 2, and what does that need?"
        )
    assert less.first.result is not None and less.page.result is not None
    return (
        f"Right. {without_it} the client was connected at once, to the ELB node. In the first minute "
        f"that connection was closed after {seconds(less.first.result.after)} s without a byte"
        f"{_where(less.first)}. Five minutes later the health checks had taken web out of service. "
        f"Then the node closed the connection after {seconds(less.page.result.after)} s."
    )


CONNECTED_WITHOUT_A_PAGE = """# The client's handshake is with the ELB node. Take out something that connection 2
# needs: row 1, 3, 7, 8, 10 or 11. Here the ELB node may open nothing to web.
row = 10
"""


def _answered(visit: Visit) -> bool:
    """Whether the client got a SYN ACK."""
    return any(
        t.delivered and t.last.at == visit.opener and t.packet.flags & (SYN | ACK) == SYN | ACK
        for t in visit.capture
    )


def _where(visit: Visit) -> str:
    """Where the first packet was lost."""
    stop = blocker(visit)
    return f": {stop[1].before.flow} is lost at {stop[1].at}, {stop[1].check}" if stop else ""
