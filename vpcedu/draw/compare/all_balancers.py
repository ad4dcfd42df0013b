"""All balancers: the same moment of several visits, one strip each under the same columns.

They show where each packet goes and why the answer comes back to where it does. A moment is a kind
of packet: the one that opens, its answer, the request, the reply, and so on. A strip shows the
first packet of that kind of each of its visit's connections, with the addresses it carries on every
stretch, and next to the strip's name what sent it there: a route, a flow, an address map, a table.
A host is a wall where arrows end, a gateway a dotted line that they go through. On the left stands
what the client sees in the end. Strips and columns have fixed places; the strip one stands on is
lit.
"""

from __future__ import annotations

from vpcedu.draw.canvas.fonts import shorten, width_of
from vpcedu.draw.canvas.frame import Foot, page
from vpcedu.draw.canvas.scene import Box, Line, Mark, Scene, Text
from vpcedu.draw.canvas.style import (
    BOX,
    CROSS,
    CROSSING,
    DIAMOND,
    DOTS,
    GATE,
    LABEL,
    LIFELINE,
    MARGIN,
    NOTE,
    PACKET,
    WIDTH,
)
from vpcedu.draw.reading.as_picture import picture
from vpcedu.draw.reading.legs import boxed, is_outside, legs_of
from vpcedu.draw.reading.words import short
from vpcedu.hosts.host import Host
from vpcedu.packet import ACK, FIN, RST, SYN
from vpcedu.quoting import quoted
from vpcedu.trace import REWRITE
from vpcedu.views.explain import way

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from vpcedu.draw.canvas.frame import Item
    from vpcedu.draw.reading.legs import DrawnLeg
    from vpcedu.sites.visit import Visit
    from vpcedu.trace import Trace

OPENS, AGREES, CONFIRMS, ASKS, REPLIES, ENDS = "SYN", "SYN ACK", "ACK", "request", "reply", "end"
TITLES = {
    OPENS: "The SYNs that open connections",
    AGREES: "What answers the SYNs",
    CONFIRMS: "The acknowledgments",
    ASKS: "The request",
    REPLIES: "The reply, and why it comes back here",
    ENDS: "The packets that close connections",
}
COLUMNS = (86.0, 266.0, 456.0, 644.0)  # outside, Internet gateway, balancer, inside
HEADS = ("client", "Internet gateway", "balancer", "web")
NAT = 500.0  # where the NAT stands, in a strip whose packet comes to it
LOST = 186.0  # how long the stretch is drawn at most on which a packet is lost
SHORT = 60.0  # a stretch below this has no room for addresses
TOP, PITCH, WALL = 72.0, 68.0, 5.0  # of the first strip; from strip to strip; half a proxy's wall
LANE = 39.0  # of the arrow, below a strip's upper edge
NAMES = 148.0  # where the reasons begin; the strip's name is before them


def moment_of(visit: Visit, trace: Trace) -> str:
    """Which kind of packet this is.

    What an opener sends with bytes is a request; what comes back with bytes is a reply.
    """
    flags = trace.packet.flags
    if flags & (FIN | RST):
        return ENDS
    if flags & SYN:
        return AGREES if flags & ACK else OPENS
    if not trace.packet.data:
        return CONFIRMS
    talk = next(talk for talk in visit.talks if trace in talk.traces)
    return ASKS if trace.sender == talk.opener else REPLIES


@picture
def ways(
    visits: Mapping[str, Visit],
    moment: str = ASKS,
    lit: str = "",
    *,
    theme: str = "light",
    ax: Any = None,
) -> Scene:
    """Several visits at the same moment, each a strip, and all strips have the same columns.

    moment: one of TITLES. lit: the name of the strip to look at, "" for none. ValueError for a
    moment or a name that there is not.
    """
    if moment not in TITLES:
        raise ValueError(f"moment {quoted(moment)}: expected one of {', '.join(TITLES)}")
    if lit and lit not in visits:
        raise ValueError(f"way {quoted(lit)}: expected one of {', '.join(visits)}")
    items: list[Item] = [
        Text(x, TOP - 6, words, "muted", NOTE, True, "middle")
        for x, words in zip(COLUMNS, HEADS, strict=True)
    ]
    told = []
    for place, (words, visit) in enumerate(visits.items()):
        traces = packets_of(visit, moment)
        items += _strip(TOP + PITCH * place, words, visit, traces, words == lit)
        told.append(f"{words}: {_strip_text(traces)}; {visit.opener} sees: {visit.symptom}.")
    title = TITLES[moment]
    subtitle = (
        "Black wall: a connection ends. Dotted: a gateway. Diamond, box: rewritten. Cross: lost."
    )
    foot = Foot((), TOP + PITCH * len(visits) + 4)
    return page(title, subtitle, items, foot, " ".join([f"{title}.", *told]))


def packets_of(visit: Visit, moment: str) -> list[Trace]:
    """The first packet of this kind of each connection."""
    firsts = (
        next((t for t in talk.traces if moment_of(visit, t) == moment), None)
        for talk in visit.talks
    )
    return sorted((trace for trace in firsts if trace is not None), key=lambda trace: trace.number)


def _column(visit: Visit, device: str) -> float:
    if is_outside(visit.vpc, device):
        return COLUMNS[0]
    if device == visit.vpc.internet_gateway:
        return COLUMNS[1]
    if device == "NAT":
        return NAT
    return COLUMNS[3] if device.startswith("web") else COLUMNS[2]


def _strip(y: float, words: str, visit: Visit, traces: list[Trace], lit: bool) -> list[Item]:
    ground = "lit-ground" if lit else "paper"
    frame = Box(
        MARGIN - 8,
        y,
        WIDTH - 2 * MARGIN + 16,
        PITCH - 5,
        "ink" if lit else "rule",
        ground,
        BOX if lit else 0.8,
    )
    reasons = shorten(_strip_text(traces), NOTE, WIDTH - MARGIN - NAMES)
    code = visit.symptom.partition(" ")[0]
    seen = code if code.isdigit() else visit.symptom.partition(" after")[0]
    items: list[Item] = [
        frame,
        Text(MARGIN, y + 16, words, "ink", LABEL, True),
        Text(NAMES, y + 16, reasons, "ink" if traces else "muted", NOTE),
        Text(MARGIN, y + LANE - 3, "sees", "muted", NOTE),
        Text(MARGIN, y + LANE + 13, seen, "ink" if visit.outcome.works else "dropped", NOTE),
    ]
    for device in dict.fromkeys(device for talk in visit.talks for device in talk.path):
        items += _lifeline(visit, device, _column(visit, device), y + 24, y + PITCH - 9)
    for trace in traces:
        items += _packet(visit, trace, y + LANE, ground)
    return items


def _lifeline(visit: Visit, device: str, x: float, top: float, bottom: float) -> list[Item]:
    kind = next((row.kind for row in visit.vpc.devices if row.name == device), None)
    if kind is None or not issubclass(kind, Host):
        return [Line(((x, top), (x, bottom)), "rewritten", CROSSING, GATE)]
    if x == COLUMNS[2]:  # a proxy: two ends, and a wall between
        return [Box(x - WALL, top, 2 * WALL, bottom - top, "ink", "ink", 1.0, 1.0)]
    return [Line(((x, top), (x, bottom)), "ink", LIFELINE)]


def _packet(visit: Visit, trace: Trace, y: float, ground: str) -> list[Item]:
    """The stretches of one packet's path, each with what it carries there."""
    items: list[Item] = []
    legs = legs_of(trace, visit.vpc)
    for number, (leg, fields) in enumerate(zip(legs, boxed(trace, legs), strict=True)):
        start, end = _column(visit, leg.start), _column(visit, leg.end)
        sense = 1.0 if end > start else -1.0
        start, end = start + _edge(visit, leg.start) * sense, end - _edge(visit, leg.end) * sense
        if abs(end - start) < SHORT:
            items.append(Mark("cross", start, y, "dropped", CROSS))
            if leg.start == "NAT":
                items.append(Text(start - 8, y + 17, leg.start, "ink", NOTE, True, "end"))
            continue
        if leg.drop is not None:
            end = start + sense * min(abs(end - start), LOST)
            stop = start + (end - start) * {"start": 0.06, "middle": 0.5}.get(leg.spot, 0.95)
            items += [
                Line(((start, y), (stop, y)), "ink", PACKET, (), "", trace.number),
                Line(((stop, y), (end, y)), "muted", 1.4, DOTS),
                Mark("cross", stop, y, "dropped", CROSS),
            ]
        else:
            last = number == len(legs) - 1
            items.append(
                Line(
                    ((start, y), (end, y)), "ink", PACKET, (), "solid" if last else "", trace.number
                )
            )
        items += _fields((start + end) / 2, y, leg, dict(fields), ground)
    items += [
        Mark("diamond", _column(visit, step.at), y, "rewritten", DIAMOND, "", trace.number)
        for step in trace.steps
        if step.action == REWRITE
    ]
    return items


def _edge(visit: Visit, device: str) -> float:
    """How far from a column's middle an arrow begins or ends."""
    kind = next((row.kind for row in visit.vpc.devices if row.name == device), None)
    if kind is None or not issubclass(kind, Host):
        return 0.0
    return WALL + 1 if _column(visit, device) == COLUMNS[2] else 1.0


def _fields(
    x: float, y: float, leg: DrawnLeg, rewritten: dict[str, str], ground: str
) -> list[Item]:
    """Above the arrow where the packet goes, below it where it comes from.

    What a gateway rewrites is boxed.
    """
    flow = leg.packet.flow
    items: list[Item] = []
    for word, value, base in (
        ("to", str(flow.destination), y - 6),
        ("from", str(flow.source), y + 17),
    ):
        words = f"{word} {value}"
        if word in rewritten:
            width = width_of(words, NOTE)
            items.append(
                Box(
                    x - width / 2 - 4,
                    base - 11.5,
                    width + 8,
                    15,
                    "rewritten",
                    "rewritten-ground",
                    1.3,
                )
            )
        items.append(
            Text(x, base, words, "rewritten" if word in rewritten else "ink", NOTE, False, "middle")
        )
    return items


def _strip_text(traces: list[Trace]) -> str:
    """What sends each packet where it goes: its sender's row, and each gateway's."""
    if not traces:
        return "no packet of this kind"
    told = [trace for trace in traces if trace.dropped] or traces
    return "; ".join(dict.fromkeys(part for trace in told for part in _reasons(trace)))


def _reasons(trace: Trace) -> list[str]:
    sent = way(trace).removeprefix("by the ").replace("Internet gateway", short("Internet gateway"))
    parts = [f"{trace.sender}: {sent or 'never sent'}"]
    if trace.dropped is not None and trace.dropped.reason is not None:
        return [f"lost at {trace.dropped.at}: {trace.dropped.reason.code}", *parts]
    for step in trace.steps:
        if step.action == REWRITE:
            row = "address map" if step.check == "address map" else "translation"
            parts.append(f"{short(step.at)}: {row}")
    return parts
