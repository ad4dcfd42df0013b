"""Map table: under a map, one row for each hop or connection: from, to, and why this way."""

from __future__ import annotations

from vpcedu.draw.fonts import shorten, width_of
from vpcedu.draw.ladder_rows import is_open
from vpcedu.draw.map_hops import why
from vpcedu.draw.scene import Band, Box, Mark, Text
from vpcedu.draw.style import BADGE, MARGIN, NOTE, WIDTH
from vpcedu.draw.way import START, changed, legs_of, rewritings
from vpcedu.draw.words import short

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.draw.frame import Item
    from vpcedu.draw.map_hops import Hop
    from vpcedu.draw.way import Leg
    from vpcedu.lab.visit import Visit
    from vpcedu.views.conversations import Conversation

LINE_HEIGHT = 23.0
HOP, FROM, TO, WHY = 42.0, 198.0, 336.0, 474.0  # where the columns begin
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def hop_rows(visit: Visit, hops: tuple[Hop, ...], y: float) -> list[Item]:
    """Head and rows of the table of hops; y is the head's baseline."""
    items: list[Item] = [Text(x, y, words, "muted", NOTE, True)
                         for x, words in ((HOP, "hop"), (FROM, "from"), (TO, "to"), (WHY, "why this way"))]
    for hop in hops:
        y += LINE_HEIGHT
        if hop.lit:
            items.append(Band(MARGIN - 6, y - 16, WIDTH - 2 * MARGIN + 12, LINE_HEIGHT, "lit-ground"))
        items += [badge(hop, MARGIN + BADGE, y - 4.5),
                  Text(HOP, y, hop_name(hop), "ink", NOTE, True)]
        flow = hop.leg.packet.flow
        for x, word, end in ((FROM, "from", flow.source), (TO, "to", flow.destination)):
            items += _end(x, y, str(end), hop.fields.get(word, ""))
        lost = hop.leg.drop is not None
        if lost:
            items.append(Mark("cross", WHY + 6, y - 4.5, "dropped", 4.5))
        x = WHY + (18 if lost else 0)
        words = shorten(why(visit, hop), NOTE, WIDTH - MARGIN - x, lost)
        items.append(Text(x, y, words, "dropped" if lost else "ink", NOTE, lost))
    return items


def hop_name(hop: Hop) -> str:
    """From where to where; a packet that never left has no "to"."""
    if hop.leg.spot == START:
        return f"{short(hop.leg.start)}, not sent on"
    return f"{short(hop.leg.start)} > {short(hop.leg.end)}"


def badge(hop: Hop, x: float, y: float) -> Mark:
    """A hop's number: in a solid disc for a request, in an open circle for an answer."""
    return Mark("disc" if hop.lane == "request" else "circle", x, y, "ink", BADGE, str(hop.number))


def _end(x: float, y: float, words: str, field: str) -> list[Item]:
    """An endpoint; the part that a gateway has rewritten is boxed."""
    if not field:
        return [Text(x, y, words, "ink", NOTE)]
    width = width_of(field, NOTE)
    rest = words.removeprefix(field)
    items: list[Item] = [Box(x - 4, y - 12, width + 8, 15.5, "rewritten", "rewritten-ground", 1.3),
                         Text(x, y, field, "rewritten", NOTE)]
    return [*items, Text(x + width + 6, y, rest, "ink", NOTE)] if rest else items


def connection_rows(visit: Visit, talks: tuple[Conversation, ...], y: float) -> list[Item]:
    """Head and rows of the table of connections."""
    items: list[Item] = [Text(x, y, words, "muted", NOTE, True) for x, words in (
        (HOP, "opened by"), (FROM, "from"), (TO, "to"), (WHY, "ends at"))]
    for talk in talks:
        end = talk.listener if is_open(talk) else "never opened"
        for number, (leg, fields) in enumerate(stretches(visit, talk)):
            y += LINE_HEIGHT
            if number == 0:
                items += [Mark("square", MARGIN + BADGE, y - 4.5, "ink", BADGE, letter(talk)),
                          Text(HOP, y, talk.opener, "ink", NOTE, True),
                          Text(WHY, y, end, "ink" if is_open(talk) else "dropped", NOTE, True)]
            else:
                items.append(Text(HOP + 12, y, f"after {short(leg.start)}", "muted", NOTE))
            items += _end(FROM, y, str(leg.packet.flow.source), fields.get("from", ""))
            items += _end(TO, y, str(leg.packet.flow.destination), fields.get("to", ""))
    return items


def stretches(visit: Visit, talk: Conversation) -> list[tuple[Leg, dict[str, str]]]:
    """The legs of a connection's opener, with the fields rewritten before each."""
    whole = next((t for t in talk.traces if t.delivered and t.sender == talk.opener), talk.traces[0])
    gates = rewritings(whole)
    return [(leg, {word: new for word, _, new in changed(*gates[leg.start])} if leg.start in gates else {})
            for leg in legs_of(whole, visit.vpc)]


def letter(talk: Conversation) -> str:
    """A connection's letter: A for the first."""
    return LETTERS[(talk.number - 1) % len(LETTERS)]
