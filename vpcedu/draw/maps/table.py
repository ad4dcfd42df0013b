"""Map table: under a map of packets, one row for each hop: from, to, and why this way."""

from __future__ import annotations

from vpcedu.draw.canvas.fonts import shorten, width_of
from vpcedu.draw.canvas.scene import Band, Box, Mark, Text
from vpcedu.draw.canvas.style import BADGE, MARGIN, NOTE, WIDTH
from vpcedu.draw.maps.hops import why
from vpcedu.draw.reading.legs import START, legs_of
from vpcedu.draw.reading.short_names import cut_middle
from vpcedu.draw.reading.words import short

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.draw.canvas.frame import Item
    from vpcedu.draw.maps.hops import MapHop
    from vpcedu.sites.visit import Visit

LINE_HEIGHT = 23.0
HOP, FROM = 42.0, 198.0  # where the first two columns begin
ENDS = 138.0  # the width of "from" and of "to", where no address is wider
BADGES = {"request": "disc", "answer": "circle", "predicted": "square"}
HOP_ROOM = FROM - HOP - 10


def columns_of(visit: Visit) -> tuple[float, float]:
    """Where "to" and what comes after it begin; the same for every packet of a visit."""
    flows = {leg.packet.flow for trace in visit.capture for leg in legs_of(trace, visit.vpc)}
    wide = max(
        [
            ENDS,
            *(
                width_of(str(end), NOTE) + 16
                for flow in flows
                for end in (flow.source, flow.destination)
            ),
        ]
    )
    return FROM + wide, FROM + 2 * wide


def hop_rows(visit: Visit, hops: tuple[MapHop, ...], y: float) -> list[Item]:
    """Head and rows of the table of hops; y is the head's baseline."""
    to, why_at = columns_of(visit)
    items: list[Item] = [
        Text(x, y, words, "muted", NOTE, True)
        for x, words in ((HOP, "hop"), (FROM, "from"), (to, "to"), (why_at, "why this path"))
    ]
    for hop in hops:
        y += LINE_HEIGHT
        if hop.lit:
            items.append(
                Band(MARGIN - 6, y - 16, WIDTH - 2 * MARGIN + 12, LINE_HEIGHT, "lit-ground")
            )
        items += [
            badge(hop, MARGIN + BADGE, y - 4.5),
            Text(HOP, y, hop_name(hop), "ink", NOTE, True),
        ]
        flow = hop.leg.packet.flow
        for x, word, end in ((FROM, "from", flow.source), (to, "to", flow.destination)):
            items += end_items(x, y, str(end), hop.fields.get(word, ""))
        lost = hop.leg.drop is not None
        if lost:
            items.append(Mark("cross", why_at + 6, y - 4.5, "dropped", 4.5))
        x = why_at + (18 if lost else 0)
        words = shorten(why(visit, hop), NOTE, WIDTH - MARGIN - x, lost)
        items.append(Text(x, y, words, "dropped" if lost else "ink", NOTE, lost))
    return items


def hop_name(hop: MapHop) -> str:
    """From where to where, as far as there is room; a packet that never left has no "to"."""
    between = ", not sent" if hop.leg.spot == START else " > "
    names = [
        short(name) for name in (hop.leg.start, hop.leg.end)[: 1 if hop.leg.spot == START else 2]
    ]
    room = HOP_ROOM - width_of(between, NOTE, True)
    if sum(width_of(name, NOTE, True) for name in names) > room:
        names = [cut_middle(name, NOTE, room / len(names), True) for name in names]
    return between.join(names) if len(names) == 2 else names[0] + between


def badge(hop: MapHop, x: float, y: float) -> Mark:
    """A hop's number, in the sign of its lane: solid for a request, open for an answer."""
    return Mark(BADGES[hop.lane], x, y, "ink", BADGE, str(hop.number))


def end_items(x: float, y: float, words: str, field: str) -> list[Item]:
    """An endpoint; the part that a gateway has rewritten is boxed."""
    if not field:
        return [Text(x, y, words, "ink", NOTE)]
    width = width_of(field, NOTE)
    rest = words.removeprefix(field)
    items: list[Item] = [
        Box(x - 4, y - 12, width + 8, 15.5, "rewritten", "rewritten-ground", 1.3),
        Text(x, y, field, "rewritten", NOTE),
    ]
    return [*items, Text(x + width + 6, y, rest, "ink", NOTE)] if rest else items
