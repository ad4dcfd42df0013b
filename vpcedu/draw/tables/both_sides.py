"""Both sides: what the opener sends, and what of it reaches the server, with the balancer between.

Left of the wall (a proxy) or the dotted line (a gateway) is what the opener sent,
right of it what arrived: addresses, the number its bytes begin with, when the end was ESTABLISHED,
the first bytes themselves. Bold on the right is what is not as it was on the left; boxed is what a
gateway rewrote.
"""

from __future__ import annotations

from vpcedu.clock import seconds
from vpcedu.draw.canvas.fonts import shorten, width_of
from vpcedu.draw.canvas.frame import TOP, Foot, page
from vpcedu.draw.canvas.grid import Cell, cell_items, title_of
from vpcedu.draw.canvas.scene import Band, Box, Line, Mark, Scene, Text
from vpcedu.draw.canvas.style import BOX, CROSSING, DIAMOND, GATE, LABEL, MARGIN, NOTE
from vpcedu.draw.reading.as_picture import picture
from vpcedu.draw.tables.ledger import side_of
from vpcedu.packet import SYN
from vpcedu.protocols import proxy_protocol
from vpcedu.protocols.tcp_states import ESTABLISHED
from vpcedu.row import NamedRow
from vpcedu.views.bytes.tls_records import is_tls
from vpcedu.views.explain import answer_legs, label
from vpcedu.views.outcome import outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.draw.canvas.frame import Item
    from vpcedu.draw.tables.ledger import Side
    from vpcedu.flow import FiveTuple
    from vpcedu.sites.visit import Visit
    from vpcedu.trace import Capture, Trace

HEAD, WALL = 42.0, 12.0
PITCH = 21.0  # from baseline to baseline
LEFT, RIGHT, WIDE = MARGIN, 364.0, 322.0  # where the columns begin, and how wide they are
NAMES, LINES = 96.0, 7  # room for the names of the facts; lines kept for the bytes


class OneEnd(NamedRow):
    """One side: whose it is, its flow, the SYN's number, and when it was ESTABLISHED.

    lines: the first bytes. lost: what was lost instead. answer: the answer there. None or empty
    where there was none.
    """

    who: str
    flow: FiveTuple | None
    number: int | None
    opened: int | None
    lines: tuple[str, ...]
    lost: str
    answer: str


@picture
def sides(visit: Visit, *, theme: str = "light", ax: Any = None) -> Scene:
    """What the opener sends and what of it reaches the server, with the balancer between.

    It shows whose address and which bytes arrive.
    """
    side = side_of(visit)
    here, there = ends_of(side)
    bottom = TOP + HEAD + PITCH * (5 + LINES) + 14
    items: list[Item] = [Box(x, TOP, WIDE, bottom - TOP, "ink", "", BOX) for x in (LEFT, RIGHT)]
    items += _head(side, here, there) + _middle(side, here, there, bottom)
    for x, end, other in ((LEFT, here, here), (RIGHT, there, here)):
        items += _column(x, end, other, boxes=not side.ends)
    foot = Foot((), bottom + 8)
    title = _title(here, there)
    between = f"Dotted: the {side.name}. Diamond, box: rewritten"
    if side.ends:
        between = f"Wall: the {side.name}"
    subtitle = f"{between}. Bold on the right: not as on the left."
    alt = _alternative(visit, side, here, there, title, _sentence(side, here, there))
    return page(title, subtitle, items, foot, alt)


def ends_of(side: Side) -> tuple[OneEnd, OneEnd]:
    """The opener's end of the first connection and the server's end of the last one."""
    visit, talks, _ = side
    first, last = talks[0], talks[-1]
    legs = answer_legs(visit)
    result = visit.result
    heard = (
        f"{outcome(visit).words}, after {seconds(result.after)} s" if result else "nothing so far"
    )
    sent = next((t for t in first.traces if t.sender == first.opener and t.packet.data), None)
    here = OneEnd(
        first.opener,
        first.flow,
        first.traces[0].packet.seq,
        _opened(visit.capture, first.flow, first.opener),
        lines_of(sent.packet.data) if sent else (),
        "",
        heard,
    )
    server = last.listener
    syn = next(
        (t for t in last.traces if t.packet.flags == SYN and t.last.check == "deliver"), None
    )
    if syn is None:
        return here, OneEnd(server, None, None, None, (), _lost(last.traces[0]), "")
    if syn.dropped:
        refusal = "RST: refused" if syn.dropped.sent else ""
        return here, OneEnd(
            server, syn.last.before.flow, syn.last.before.seq, None, (), _lost(syn), refusal
        )
    asked = [t for t in last.traces if t.sender == last.opener and t.packet.data]
    came = next((t.last.before.data for t in asked if t.delivered), b"")
    gone = next((_lost(t) for t in asked if not t.delivered), "") if not came else ""
    reply = (
        f"{label(legs[0].packet)} to {legs[0].packet.flow.destination}"
        if (legs and legs[0].sender == server)
        else ""
    )
    flow = syn.last.before.flow
    return here, OneEnd(
        server,
        flow,
        syn.last.before.seq,
        _opened(visit.capture, flow.reversed(), server),
        lines_of(came),
        gone,
        reply,
    )


def lines_of(data: bytes) -> tuple[str, ...]:
    """The first bytes of a connection as a person reads them.

    They are lines of text; a binary header is shown byte by byte.
    """
    if is_tls(data):
        return ("(inside TLS)",)
    head: tuple[str, ...] = ()
    if data.startswith(proxy_protocol.SIGNATURE):
        header, size = proxy_protocol.parse(data) or (None, 0)
        assert header is not None and header.source is not None and header.destination is not None
        (source, sport), (destination, dport) = header.source, header.destination
        raw, data = data[:size].hex(), data[size:]
        head = (
            f"{raw[:24]} = signature",
            f"{raw[24:32]} = version 2, TCP, 12 more bytes",
            f"{raw[32:40]} = {source}",
            f"{raw[40:48]} = {destination}",
            f"{raw[48:56]} = ports {sport}, {dport}",
        )
    return (*head, *(line for line in data.decode("latin-1").split("\r\n") if line))


def _opened(capture: Capture, flow: FiveTuple, who: str) -> int | None:
    return next(
        (
            instant
            for instant, _, change in capture.changes(who)
            if change.after == ESTABLISHED and change.flow == flow
        ),
        None,
    )


def _lost(trace: Trace) -> str:
    step = trace.dropped
    return (
        f"{label(trace.packet)} dies at {step.at}: {step.reason.code}"
        if step and step.reason
        else ""
    )


def _head(side: Side, here: OneEnd, there: OneEnd) -> list[Item]:
    items: list[Item] = []
    number = (
        "the same connection"
        if not side.ends
        else f"connection {len(side.talks)}, opened by {side.name}"
    )
    for x, bold, words in (
        (LEFT, f"{here.who} sends", f"connection 1, opened by {here.who}"),
        (RIGHT, f"{there.who} gets", number),
    ):
        items += [
            Box(x, TOP, WIDE, HEAD, "ink", "faint-ground", BOX),
            Text(x + 10, TOP + 18, bold, "ink", LABEL, True),
            Text(x + 10, TOP + 36, words, "ink", NOTE),
        ]
    return items


def _middle(side: Side, here: OneEnd, there: OneEnd, bottom: float) -> list[Item]:
    """The wall of a proxy, or a gateway's line with a diamond where it rewrites."""
    x = (LEFT + WIDE + RIGHT) / 2
    if side.ends:
        return [Band(x - WALL / 2, TOP, WALL, bottom - TOP, "ink")]
    items: list[Item] = [Line(((x, TOP), (x, bottom)), "rewritten", CROSSING, GATE)]
    if here.flow is None or there.flow is None:
        return items
    ys = (TOP + HEAD + PITCH * place - 4.5 for place in (1, 2))
    pairs = ((here.flow.source, there.flow.source), (here.flow.destination, there.flow.destination))
    return items + [
        Mark("diamond", x, y, "rewritten", DIAMOND)
        for y, (old, new) in zip(ys, pairs, strict=True)
        if old != new
    ]


def _facts(end: OneEnd) -> tuple[tuple[str, str], ...]:
    """The names of the facts, and what this end has there."""
    flow = end.flow
    return (
        ("from", str(flow.source) if flow else ""),
        ("to", str(flow.destination) if flow else ""),
        ("bytes begin at", "" if end.number is None else str(end.number)),
        ("ESTABLISHED", f"at {seconds(end.opened)} s" if end.opened is not None else "never"),
    )


def _column(x: float, end: OneEnd, other: OneEnd, boxes: bool) -> list[Item]:
    items: list[Item] = []
    y = TOP + HEAD
    for (name, value), (_, old) in zip(_facts(end), _facts(other), strict=True):
        y += PITCH
        new = value != old
        if name == "from" and end is not other and value:
            items.append(Box(x + 4, y - 15, WIDE - 8, PITCH, "ink", "lit-ground", BOX))
        items.append(Text(x + 10, y, name, "muted", NOTE))
        if boxes and new and name in ("from", "to") and value:
            address, before = value.partition(":")[0], old.partition(":")[0]
            box = (
                value
                if value.partition(":")[2] != old.partition(":")[2] and address != before
                else address
            )
            items += cell_items(x + 10 + NAMES, y, Cell(value, boxed=box), WIDE - NAMES - 20)
        else:
            items += cell_items(x + 10 + NAMES, y, Cell(value or "-", bold=new), WIDE - NAMES - 20)
    items.append(Line(((x + 8, y + 9), (x + WIDE - 8, y + 9)), "rule", 0.8))
    y += 4
    for line in end.lines[:LINES]:
        y += PITCH - 1
        bold = line not in other.lines and not width_of(line, NOTE) <= WIDE - 20 < width_of(
            line, NOTE, True
        )
        items.append(Text(x + 10, y, shorten(line, NOTE, WIDE - 20, bold), "ink", NOTE, bold))
    if end.lost or not end.lines:
        y += PITCH
        words = end.lost or "no byte"
        ink = "dropped" if end.lost else "muted"
        items += [Mark("cross", x + 16, y - 4.5, "dropped", 4.5)] if end.lost else []
        items.append(
            Text(
                x + (30 if end.lost else 10),
                y,
                shorten(words, NOTE, WIDE - 40),
                ink,
                NOTE,
                bool(end.lost) and width_of(words, NOTE, True) <= WIDE - 40,
            )
        )
    y = TOP + HEAD + PITCH * (5 + LINES) + 2
    name = "sees" if end is other else "answers"
    items += [
        Line(((x + 8, y - 17), (x + WIDE - 8, y - 17)), "rule", 0.8),
        Text(x + 10, y, name, "muted", NOTE),
    ]
    return items + cell_items(x + 10 + 64, y, Cell(end.answer or "nothing", bold=True), WIDE - 84)


def _title(here: OneEnd, there: OneEnd) -> str:
    source = here.flow.src if here.flow else ""
    if there.flow is None:
        return title_of(
            f"None of {here.who}'s packets reaches {there.who}: {there.lost}",
            f"None of {here.who}'s packets reaches {there.who}",
        )
    if there.flow.src == there.flow.dst:
        return f"{there.who} gets a packet from {there.flow.src}: from itself"
    if there.flow.src == source:
        return f"{there.who} sees {here.who}'s own address, {source}"
    if there.who == here.who:
        return f"{there.who} calls itself, and sees {there.flow.src}"
    return f"{there.who} sees {there.flow.src}; {here.who} is {source}"


def _sentence(side: Side, here: OneEnd, there: OneEnd) -> str:
    if side.ends:
        bytes_are = "the same" if there.lines == here.lines else "other"
        more = f" {there.who} got {bytes_are} bytes." if there.lines else ""
        return (
            f"Two connections: the {side.name} chose its own ports and numbers on the right.{more}"
        )
    if there.opened is None or there.flow is None or here.flow is None:
        return f"One connection, never established: {there.lost}."
    source = "" if there.flow.src == here.flow.src else ", with another source"
    number = (
        f"; the bytes begin at {there.number} on both sides" if here.number == there.number else ""
    )
    return f"One connection: {there.who} gets {here.who}'s own segments{source}{number}."


def _alternative(
    visit: Visit, side: Side, here: OneEnd, there: OneEnd, title: str, sentence: str
) -> str:
    parts = [f"Both sides of the {side.name}, {visit.title}, by {visit.opener}. {title}."]
    for verb, end in (("sends", here), ("gets", there)):
        facts = ", ".join(f"{name} {value}" for name, value in _facts(end) if value)
        last = "sees" if end is here else "answers"
        parts.append(
            f"{end.who} {verb}: {facts}; {' / '.join(end.lines) or end.lost or 'no byte'}; {last}:"
            f" {end.answer or 'nothing'}."
        )
    return " ".join([*parts, sentence])
