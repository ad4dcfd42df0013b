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
from vpcedu.views.outcome import blocker, outcome

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
        return f"back by the balancer's flow {step.row}; the route table is not asked (inferred)"
    if step.action == REWRITE:
        return rewritten(step) + (f" ({step.row})" if step.check == "address map" else "")
    if step.check == "translation":
        return "belongs to no translation: passed on as it is"
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
    sentences = [
        f"{trace.sender} sends {label(trace.packet)} to {there} {way(trace)}".rstrip() + "."
    ]
    sentences.append(
        _let_out(
            trace,
            "Its group lets it out as part of a tracked flow.",
            "It belongs to no tracked flow; {rule} lets it out.",
        )
    )
    changed = [step for step in trace.steps if step.action == REWRITE]
    if changed:
        back = " (rows of the request, read backwards)" if all(map(_backwards, changed)) else ""
        sentences.append(
            "; ".join(f"{step.at}: {rewritten(step)}" for step in changed) + back + "."
        )
    if (lost := trace.dropped) is not None:
        sentences.append(f"It is {lost.lost}.")
    return " ".join(filter(None, sentences))


def _let_out(trace: Trace, tracked: str, untracked: str) -> str:
    """How a packet passed its sender's own security group, by a pattern for each case.

    "" where a rule was asked, or there is no group.
    """
    for step in trace.steps:
        lets = untracked_of(step)
        if (step.check, step.at) == ("group out", trace.sender) and tracked_of(step) is not None:
            return tracked
        if (step.check, step.at) == ("group out", trace.sender) and lets is not None:
            return untracked.format(rule=lets.rule)
    return ""


def _backwards(step: Step) -> bool:
    """Whether a packet goes the other way through a row than the request did."""
    translation = translation_of(step)
    if translation is not None:
        return step.before.flow != translation.before
    return step.after is not None and step.before.flow.src != step.after.flow.src


def _the(name: str) -> str:
    """A device's name at the beginning of a sentence.

    web (web 1, web 2) is used as a name of its own.
    """
    return name if name.partition(" ")[0] == "web" else f"The {name}"


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
        return f"Packet {stop[0].number} dies at {stop[1].at}, {stop[1].check}; {visit.opener} sees: {seen.words}."
    return f"{visit.opener} sees: {seen.words}."


def _by(leg: Trace) -> str:
    if any(step.check == "flow return" for step in leg.steps):
        return f"; the flow of the {leg.devices[1]} takes it back, not a route"
    return f" {way(leg)}"


def answer(visit: Record) -> str:
    """One paragraph: why the answer came back, or why there was none."""
    legs, stop, seen = answer_legs(visit), blocker(visit), outcome(visit)
    sentences: list[str] = []
    if stop and not seen.works:
        sentences += _failure(visit, *stop)
    elif legs:
        if not seen.plain:
            sentences.append(
                f"{_the(visit.opener)} sees: {seen.words}. {_the(legs[0].sender)} made this answer"
                " itself."
            )
        sentences += [_leg(visit, leg, first=leg is legs[0]) for leg in legs]
        sentences += [_ports(legs), *tls_records.where_tls_ends(legs)]
    else:
        sentences.append(f"{_the(visit.opener)} sees: {seen.words}.")
    sentences += _nat(visit)
    return " ".join(sentences)


def _leg(visit: Record, leg: Trace, first: bool) -> str:
    flow = leg.packet.flow
    if first:
        begins = (
            f"{_the(leg.sender)} ({flow.source}) answers {flow.destination}, because that is the source of the"
            " packets it got."
        )
    else:
        begins = f"{_the(leg.sender)} then answers {flow.destination} on the connection that host had opened."
    tracked = (
        "Its group lets the answer out without a rule, as part of a tracked flow." if first else ""
    )
    let_out = _let_out(
        leg, tracked, "Its flow is not tracked; the rule {rule} lets the answer out."
    )
    rewriting = (
        f"{_the(s.at)} rewrites it: {rewritten(s)}." for s in leg.steps if s.action == REWRITE
    )
    return " ".join(part for part in (begins, let_out, _direction(visit, leg), *rewriting) if part)


def _direction(visit: Record, leg: Trace) -> str:
    """Which row sends an answer on its way from its sender, and which row was not asked."""
    for step in (step for step in leg.steps if step.at == leg.sender):
        if step.check == "flow return":
            return (
                f"It does not take the subnet's {_default_route(visit, leg.sender)}: the {leg.devices[1]} delivered"
                f" this flow to {leg.sender}'s interface and takes its answers back (AWS describes the outcome;"
                " the mechanism is inferred)."
            )
        route = route_of(step)
        if route is not None and route.target != LOCAL:
            return f"It leaves by the {route}."
        if route is not None:
            return f"The {route} takes it there: to the {leg.devices[1]}, which had opened this connection itself."
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
        f"No new port was opened for the answer: it comes FROM port {legs[0].packet.flow.sport} and goes TO the"
        f" {ends} had chosen ({chosen})."
    )


def _failure(visit: Record, trace: Trace, step: Step) -> list[str]:
    held = f" It was held against: {step.row}." if step.row is not None else ""
    assert step.reason is not None
    seen = outcome(visit)
    after = "" if seen.after is None else f" after {seen.after / 1e6:g} s"
    return [
        f"{_the(visit.opener)} sees: {seen.words}{after}.",
        f"Packet {trace.number} ({label(trace.packet)}, {step.before.flow}) was {step.lost}."
        f"{held} What helps: {step.reason.fix}.",
    ]


def _nat(visit: Record) -> list[str]:
    """Where the NAT was: how many packets met it, and whether any route to it was followed."""
    met = sum("NAT" in trace.devices for trace in visit.capture)
    return (
        []
        if "NAT" not in {device.name for device in visit.vpc.devices}
        else [
            f"The NAT was on the path of {f'{met} of' if met else 'none of the'} {len(visit.capture)} packets."
        ]
    )
