"""Explain: the answer to the question in plain words, made from what was seen.

Every sentence is filled from steps: which source the server saw, which row sent the answer on, who
replaced which address with which. Nothing is said that no packet did.
"""

from __future__ import annotations

from vpcedu.packet import ACK, FIN, RST, SYN, Packet
from vpcedu.tables.route_table import LOCAL
from vpcedu.trace import REWRITE, Step, Trace
from vpcedu.views.bytes import tls_records
from vpcedu.views.decided import route_of, tracked_of, translation_of, untracked_of
from vpcedu.views.outcome import DOES_NOT, blocker, outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.network.record import Record

BOTH = SYN | ACK
SEEN = "seen in a file"  # the cause of every packet of a loaded capture: a file tells no other


def label(packet: Packet) -> str:
    """What a packet is, in two or three words: "SYN ACK", "GET /", "200 OK", "TLS ClientHello"."""
    if packet.icmp is not None:
        return packet.what.replace("unreachable - ", "")
    if packet.data:
        words = packet.data.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
        if words[0].startswith("HTTP/1.") and len(words) > 1:
            return " ".join(words[1:])
        if len(words) == 3 and words[2].startswith("HTTP/1."):
            return " ".join(words[:2])
        return tls_records.label(packet.data) or f"{len(packet.data)} bytes"
    names = ((SYN, "SYN"), (FIN, "FIN"), (RST, "RST"), (ACK, "ACK"))
    return " ".join(name for bit, name in names if packet.flags & bit) or "segment"


def rewritten(step: Step) -> str:
    """What a rewriting changed: "source 10.0.0.10 becomes 192.0.2.10".

    "" where nothing was changed.
    """
    if step.action != REWRITE or step.after is None:
        return ""
    before, after = step.before.flow, step.after.flow
    parts = []
    ends = (
        ("source", before.source, after.source),
        ("destination", before.destination, after.destination),
    )
    for word, old, new in ends:
        if old != new:
            whole = old.port != new.port
            parts.append(
                f"{word} {old if whole else old.address} becomes {new if whole else new.address}"
            )
    return ", ".join(parts)


def because(step: Step) -> str:
    """Why a step ended as it did.

    The row that decided, or the reason with the row that the packet was compared with.
    """
    if step.reason is not None:
        return f"LOST: {step.reason}" + (f" ({step.row})" if step.row is not None else "")
    if step.check == "flow return":
        return (
            f"back by the load balancer's flow {step.row}; the route table is not used (inferred)"
        )
    if step.action == REWRITE:
        return rewritten(step) + (f" ({step.row})" if step.check == "address map" else "")
    if step.check == "translation":
        return "no translation: forwarded unchanged"
    if step.change is not None:
        before, after = step.change.before, step.change.after
        return f"stays {after}" if before == after else f"{before} -> {after}"
    return str(step.row)


def answer_legs(visit: Record) -> tuple[Trace, ...]:
    """The packets that carry the answer home, from the server to the opener.

    There is one for each connection.

    They are found from the last one back along the causes, as long as each step crosses to another
    connection and carries bytes: a balancer's own answer to a FIN or RST begins at the balancer.
    """
    home = [t for t in visit.capture if t.delivered and t.last.at == visit.opener]
    last = next(
        (
            t
            for t in home
            if t.packet.data.startswith(b"HTTP/1.") or tls_records.carries_data(t.packet.data)
        ),
        None,
    )
    if last is None and outcome(visit).words == "connected":
        last = next((t for t in home if t.packet.flags & BOTH == BOTH), None)
    where = {trace.number: talk.number for talk in visit.talks for trace in talk.traces}
    by_number = {trace.number: trace for trace in visit.capture}
    legs: list[Trace] = []
    while last is not None and (
        not legs or (last.packet.data and where[last.number] != where[legs[0].number])
    ):
        legs.insert(0, last)
        last = by_number.get(last.cause.trace or 0)
        if last is not None and last.packet.icmp:  # what it made smaller was sent before: why?
            last = by_number.get(by_number[last.cause.trace or 0].cause.trace or 0)
    return tuple(legs)


def request_legs(visit: Record) -> tuple[Trace, ...]:
    """The packets that carry the request.

    They carry the opener's first bytes (after TLS's handshake) in each connection the answer used.
    """
    answers = {trace.number for trace in answer_legs(visit)}
    talks = [talk for talk in visit.talks if answers & {trace.number for trace in talk.traces}]
    firsts = (
        next(
            (
                t
                for t in talk.traces
                if t.sender == talk.opener
                and t.packet.data
                and not tls_records.is_handshake(t.packet.data)
            ),
            None,
        )
        for talk in talks
    )
    return tuple(trace for trace in firsts if trace is not None)


def way(trace: Trace) -> str:
    """By which row the packet left its sender: "by the local route", "by the flow ...".

    "" where it never left.
    """
    for step in (step for step in trace.steps if step.at == trace.sender):
        if step.check == "flow return" and len(trace.devices) > 1:
            return f"by the flow of the {trace.devices[1]}"
        route = route_of(step)
        if route is not None:
            return "by the local route" if route.target == LOCAL else f"by the {route}"
    left = (
        ""
        if trace.dropped is not None and trace.dropped.at == trace.sender
        else "over the Internet"
    )
    return "as was seen" if trace.cause.what == SEEN else left


def why(trace: Trace) -> str:
    """Why a packet goes where it goes, in two or three sentences."""
    there = trace.packet.flow.dst if trace.packet.icmp else trace.packet.flow.destination
    changed = [step for step in trace.steps if step.action == REWRITE]
    back = " (the request's entries, read right to left)" if all(map(_backwards, changed)) else ""
    sentences = (
        f"{trace.sender} sends {label(trace.packet)} to {there} {way(trace)}".rstrip() + ".",
        _let_out(
            trace,
            "Its security group allows it, because it belongs to a tracked flow.",
            "It belongs to no tracked flow; the rule {rule} allows it.",
        ),
        changed and "; ".join(f"{step.at}: {rewritten(step)}" for step in changed) + back + ".",
        trace.dropped and f"It is {trace.dropped.lost}.",
    )
    return " ".join(sentence for sentence in sentences if sentence)


def _let_out(trace: Trace, tracked: str, untracked: str) -> str:
    """Why its sender's own security group allowed a packet, by a pattern for each case.

    "" where a rule was asked, or there is no group.
    """
    for step in trace.steps:
        if (step.check, step.at) == ("group out", trace.sender):
            lets = untracked_of(step)
            return untracked.format(rule=lets.rule) if lets else tracked * bool(tracked_of(step))
    return ""


def _backwards(step: Step) -> bool:
    """Whether a packet is rewritten from right to left by the entry that rewrote the request."""
    translation = translation_of(step)
    if translation is not None:
        return step.before.flow != translation.before
    return step.after is not None and step.before.flow.src != step.after.flow.src


def _called(name: str) -> str:
    """A device's name in a sentence: "the ELB node", but "web" and AWS's ids alone."""
    return name if "-" in name or name.partition(" ")[0] == "web" else f"the {name}"


def _the(name: str) -> str:
    """The same at the beginning of a sentence."""
    return _called(name).replace("the ", "The ", 1)


def verdict(visit: Record) -> str:
    """The whole answer in one short sentence, for the bottom of a picture."""
    legs = answer_legs(visit)
    stop = blocker(visit)
    seen = outcome(visit)
    if legs and (seen.works or not stop):
        first = f"{legs[0].sender} answers {legs[0].packet.flow.destination}{_by(legs[0])}"
        rest = "".join(
            f"; the {leg.sender} answers {leg.packet.flow.destination}" for leg in legs[1:]
        )
        return f"{first}{rest}."
    if stop:
        return f"Packet {stop[0].number} is lost at {stop[1].at}, {stop[1].check}; {visit.opener} sees: {seen.words}."
    return f"{visit.opener} sees: {seen.words}."


def _by(leg: Trace) -> str:
    if any(step.check == "flow return" for step in leg.steps):
        return f"; the flow of the {leg.devices[1]} takes it back, not a route"
    return f" {way(leg)}"


def answer(visit: Record) -> str:
    """One paragraph: whether and why the reply came back, or why there was none.

    Its first word is Yes where the reply goes back through a load balancer, and No where it fails.
    """
    return " ".join(_sentences(visit))


def in_short(visit: Record) -> str:
    """The paragraph's first two sentences and its last: whether, why, and not through the NAT."""
    sentences = _sentences(visit)
    first = [words.split(". ")[0].removesuffix(".") + "." for words in sentences[:2]]
    return " ".join([*first, *sentences[2:][-1:]])


def _sentences(visit: Record) -> list[str]:
    legs, stop, seen = answer_legs(visit), blocker(visit), outcome(visit)
    if stop and not seen.works:
        sentences = _failure(visit, *stop)
    elif legs:
        made = f"{_sees(visit)} {_the(legs[0].sender)} made this reply itself."
        sentences = [
            *(_through(legs) if seen.plain else [made]),
            *(_leg(visit, leg, first=leg is legs[0]) for leg in legs),
            _ports(legs),
            *tls_records.where_tls_ends(legs),
        ]
    else:
        sentences = [_sees(visit)]
    return sentences + _nat(visit)


def _sees(visit: Record) -> str:
    """What the opener sees: the first sentence where the reply is not the page."""
    seen = outcome(visit)
    failed = seen.verdict == DOES_NOT
    after = f" after {seen.after / 1e6:g} s" if failed and seen.after is not None else ""
    return f"{'No, this does not work. ' * failed}{_the(visit.opener)} sees: {seen.words}{after}."


def _through(legs: tuple[Trace, ...]) -> list[str]:
    """The answer to the question, where a load balancer took the reply back."""
    yes = "Yes, the reply goes back through the load balancer"
    if len(legs) > 1:
        node, server = _called(legs[1].sender), _called(legs[0].sender)
        return [f"{yes}: {node} is a proxy, not a NAT, with its own connection to {server}."]
    return [
        f"{yes}, but {_called(step.at)} is not a proxy: it rewrites addresses, and there is one connection."
        for step in legs[0].steps
        if step.check == "translation" and rewritten(step).startswith("source")
    ]


def _leg(visit: Record, leg: Trace, first: bool) -> str:
    flow, there = leg.packet.flow, leg.packet.flow.destination
    reached = _called(leg.last.at)
    to = f"{reached} ({there})" if there == leg.last.before.flow.destination else str(there)
    sender = _the(leg.sender)
    parts = [
        f"{sender} ({flow.source}) answers {to}, because that is the source of the packets it got."
        if first
        else f"{sender} then answers {to}, on the connection that {reached} opened.",
        _let_out(
            leg,
            f"{sender}'s security group allows the reply without a rule, as part of a tracked flow."
            * first,
            "Its flow is not tracked; the rule {rule} allows the reply.",
        ),
        _direction(visit, leg),
        *(f"{_the(s.at)} rewrites it: {rewritten(s)}." for s in leg.steps if s.action == REWRITE),
    ]
    return " ".join(filter(None, parts))


def _direction(visit: Record, leg: Trace) -> str:
    """Which route sends an answer on from its sender, and which one was not used."""
    for step in (step for step in leg.steps if step.at == leg.sender):
        if step.check == "flow return":
            return (
                f"The reply does not follow the subnet's {_default_route(visit, leg.sender)}."
                f" {_the(leg.devices[1])} delivered this flow to {leg.sender}'s interface and takes its replies"
                " back. (AWS describes the outcome; the mechanism is inferred.)"
            )
        route = route_of(step)
        if route is not None and route.target != LOCAL:
            return f"The reply leaves by the {route}."
        if route is not None:
            return f"The {route} takes the reply to {_called(leg.devices[1])}, which opened this connection itself."
    return ""


def _default_route(visit: Record, device: str) -> str:
    name = next(i.subnet for i in visit.vpc.interfaces if i.device == device)
    routes = (r for s in visit.vpc.subnets if s.name == name for r in visit.vpc.routes_of(s))
    row = next((r for r in routes if r.destination == "0.0.0.0/0"), None)
    return str(row) if row else "route table"


def _ports(legs: tuple[Trace, ...]) -> str:
    chosen = " and ".join(str(leg.last.before.flow.dport) for leg in legs)
    ends = "port that the opener" if len(legs) == 1 else "ports that the openers"
    return (
        f"No new port was opened for the reply: it comes FROM port {legs[0].packet.flow.sport} and goes TO the"
        f" {ends} had chosen ({chosen})."
    )


def _failure(visit: Record, trace: Trace, step: Step) -> list[str]:
    held = f" What decided: {step.row}." if step.row is not None else ""
    assert step.reason is not None
    return [
        _sees(visit),
        f"Packet {trace.number} ({label(trace.packet)}, {step.before.flow}) was {step.lost}."
        f"{held} What helps: {step.reason.fix}.",
    ]


def met_the_nat(visit: Record) -> int:
    """How many packets went through the NAT."""
    return sum("NAT" in trace.devices for trace in visit.capture)


def _nat(visit: Record) -> list[str]:
    """Where the NAT was: how many packets met it, and whether any route to it was followed."""
    met, every = met_the_nat(visit), len(visit.capture)
    words = (
        f"The NAT was on the path of {met} of the {every} packets."
        if met
        else f"Not one of the {every} packets went through the NAT."
    )
    return [words] if "NAT" in {device.name for device in visit.vpc.devices} else []
