"""All balancers: the same moment of several visits, one strip each under the same columns.

They show why the answer comes back to where it does. A moment is a kind of packet: the one that
opens, its answer, the request, the reply, and so on. A strip shows the first packet of that kind of
each of its visit's connections, with the addresses it carries on every stretch, and under it what
sent it there: a route, a flow, an address map, a table. A host is a wall where arrows end, a
gateway a dotted line that they go through. Strips and columns have fixed places; the strip one
stands on is lit.
"""

from __future__ import annotations

from vpcedu.draw.canvas.fonts import shorten, width_of
from vpcedu.draw.canvas.frame import footing, page
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
    ROOM,
    WIDTH,
)
from vpcedu.draw.reading.as_picture import picture
from vpcedu.draw.reading.legs import boxed, is_outside, legs_of
from vpcedu.draw.reading.words import short
from vpcedu.hosts.host import Host
from vpcedu.packet import ACK, FIN, RST, SYN
from vpcedu.quoting import quoted
from vpcedu.trace import REWRITE
from vpcedu.views.explain import verdict, way

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
    OPENS: "The opening packets",
    AGREES: "What answers them",
    CONFIRMS: "The acknowledgments",
    ASKS: "The request",
    REPLIES: "The answer, and why it comes back here",
    ENDS: "The closing",
}
COLUMNS = (66.0, 246.0, 446.0, 636.0)  # outside, Internet gateway, balancer or NAT, inside
HEADS = ("client, server", "Internet gateway", "balancer, NAT", "web")
TOP, PITCH, WALL = 76.0, 94.0, 5.0  # of the first strip; from strip to strip; half a proxy's wall
LANE = 46.0  # of the arrow, below a strip's upper edge


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
    visits: Mapping[str, Visit], name: str, packet: int, *, theme: str = "light", ax: Any = None
) -> Scene:
    """Several visits at the moment of one packet of the visit called `name`.

    Each visit is a strip, and all strips have the same columns. ValueError for a name or a number
    that there is not.
    """
    if name not in visits:
        raise ValueError(f"way {quoted(name)}: expected one of {', '.join(visits)}")
    chosen = visits[name]
    moment = moment_of(chosen, chosen.capture[packet])
    items: list[Item] = [
        Text(x, TOP - 8, words, "muted", NOTE, True, "middle")
        for x, words in zip(COLUMNS, HEADS, strict=True)
    ]
    strip_texts = []
    signs: set[str] = set()
    for place, (words, visit) in enumerate(visits.items()):
        traces = _of(visit, moment)
        items += _strip(TOP + PITCH * place, words, visit, traces, words == name)
        signs |= {"rewritten"} if any(_rewritten(trace) for trace in traces) else set()
        signs |= {"dropped"} if any(trace.dropped for trace in traces) else set()
        strip_texts.append(f"{words}: {_strip_text(traces)}.")
    sentence = f"{name}: {verdict(chosen)}"
    foot = footing(TOP + PITCH * len(visits) + 6, sentence, signs, lines=2)
    title = f"{TITLES[moment]}: {len(visits)} ways, one below the other"
    subtitle = (
        "Solid line: a host, where arrows end. Dotted: a gateway, which they pass. Boxed: "
        "rewritten."
    )
    return page(title, subtitle, items, foot, " ".join([f"{title}.", *strip_texts, sentence]))


def _of(visit: Visit, moment: str) -> list[Trace]:
    """The first packet of this kind of each connection."""
    firsts = (
        next((t for t in talk.traces if moment_of(visit, t) == moment), None)
        for talk in visit.talks
    )
    return sorted((trace for trace in firsts if trace is not None), key=lambda trace: trace.number)


def _rewritten(trace: Trace) -> bool:
    return any(step.action == REWRITE for step in trace.steps)


def _column(visit: Visit, device: str) -> float:
    if is_outside(visit.vpc, device):
        return COLUMNS[0]
    if device == visit.vpc.internet_gateway:
        return COLUMNS[1]
    return COLUMNS[3] if device.startswith("web") else COLUMNS[2]


def _strip(y: float, words: str, visit: Visit, traces: list[Trace], lit: bool) -> list[Item]:
    bottom = y + PITCH - 6
    frame = Box(
        MARGIN - 8,
        y,
        WIDTH - 2 * MARGIN + 16,
        bottom - y,
        "ink" if lit else "rule",
        "lit-ground" if lit else "paper",
        BOX if lit else 0.8,
    )
    items: list[Item] = [frame, Text(MARGIN, y + 16, words, "ink", LABEL, True)]
    for device in dict.fromkeys(device for talk in visit.talks for device in talk.path):
        items += _lifeline(visit, device, _column(visit, device), y + 24, y + 64)
    for trace in traces:
        items += _packet(visit, trace, y + LANE, "lit-ground" if lit else "paper")
    text = _strip_text(traces)
    items.append(
        Text(MARGIN, bottom - 6, shorten(text, NOTE, ROOM), "ink" if traces else "muted", NOTE)
    )
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
        if leg.drop is not None:
            stop = start + (end - start) * {"start": 0.12, "middle": 0.5}.get(leg.spot, 0.9)
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
        ("to", str(flow.destination), y - 8),
        ("from", str(flow.source), y + 16),
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
    return "; ".join(dict.fromkeys(part for trace in traces for part in _reasons(trace)))


def _reasons(trace: Trace) -> list[str]:
    parts = [f"{trace.sender} {way(trace)}".replace("Internet gateway", short("Internet gateway"))]
    for step in trace.steps:
        if step.action == REWRITE and step.check == "address map":
            parts.append(f"{short(step.at)} by its address map")
        elif step.action == REWRITE:
            parts.append(f"{short(step.at)} by a translation")
    if trace.dropped is not None and trace.dropped.reason is not None:
        parts.append(f"lost at {trace.dropped.at}: {trace.dropped.reason.code}")
    return parts
