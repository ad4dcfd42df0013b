"""Side by side: two visits as narrow maps, from the client above to the server below.

A thin arrow is the request, a heavy one the reply, which carries its addresses. Where both go
through a box it is a gateway; where they end at it, connections end there. Next to the box on the
way stands what no packet met.
"""

from __future__ import annotations

from vpcedu.draw.canvas.fonts import shorten, width_of, wrap
from vpcedu.draw.canvas.frame import TOP, footing, page
from vpcedu.draw.canvas.scene import Band, Box, Line, Mark, Scene, Text
from vpcedu.draw.canvas.style import (
    BOX,
    DIAMOND,
    FAINT,
    LABEL,
    LIT,
    LONG_DASH,
    MARGIN,
    NOTE,
    PACKET,
    WIDTH,
    device_ink,
)
from vpcedu.draw.maps.hops import hops_of
from vpcedu.draw.reading.as_picture import picture
from vpcedu.draw.reading.legs import address_of, is_outside, signs_of, space
from vpcedu.draw.reading.subnets import subnet_title
from vpcedu.draw.reading.words import alternative
from vpcedu.hosts.host import Host
from vpcedu.quoting import quoted
from vpcedu.views.explain import verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.draw.canvas.frame import Item
    from vpcedu.draw.maps.hops import MapHop
    from vpcedu.sites.visit import Visit

PANEL, APART = 328.0, 16.0  # a map's width, and what is between the two
TALL, GAP, BROAD = 44.0, 58.0, 186.0  # a box's height, an arrow's length, a box's width
TITLED = 24.0  # from a frame's upper edge to its box
REQUEST, REPLY, WORDS = 24.0, 46.0, 64.0  # from a box's left edge


@picture
def side_by_side(first: Visit, second: Visit, *, theme: str = "light", ax: Any = None) -> Scene:
    """Where a request and its reply go in two visits, from the client above to the server below.

    ValueError for a visit in which no reply came, or one to a device from itself.
    """
    items: list[Item] = []
    lowest = 0.0
    for number, visit in enumerate((first, second)):
        found, bottom = _panel(visit, MARGIN + number * (PANEL + APART))
        items += found
        lowest = max(lowest, bottom)
    items.append(Line(((WIDTH / 2, TOP + 4), (WIDTH / 2, lowest - 12)), "rule"))
    foot = footing(lowest, _sentence(first, second), signs_of(first) | signs_of(second))
    subtitle = "Thin arrows: the request. Heavy arrows: the reply, with its addresses, from > to."
    alts = " ".join(alternative(visit, "Map") for visit in (first, second))
    return page("Where the reply goes", subtitle, items, foot, alts)


def _sentence(*visits: Visit) -> str:
    missed = {name for visit in visits for name in _missed(visit)}
    if len(missed) == 1 and all(_missed(visit) for visit in visits):
        return f"Neither reply goes through the {missed.pop()}."
    return "Each reply goes where its addresses and the tables send it."


def _missed(visit: Visit) -> list[str]:
    """The device that a route of an end's private subnet leads to, where no packet met it."""
    met = {name for trace in visit.capture for name in trace.devices}
    cards = {card.device: card for card in visit.vpc.interfaces}
    tables = {
        subnet.route_table or visit.vpc.main
        for subnet in visit.vpc.subnets
        for end in {end for talk in visit.talks for end in (talk.opener, talk.listener)}
        if end in cards and cards[end].subnet == subnet.name and not visit.vpc.is_public(subnet)
    }
    targets = dict.fromkeys(r.target for r in visit.vpc.routes if r.table in tables)
    return [name for name in targets if name in cards and name not in met][:1]


@picture
def one_side(visit: Visit, *, theme: str = "light", ax: Any = None) -> Scene:
    """One of the two maps alone, as wide as a telephone; ValueError as for two."""
    items, lowest = _panel(visit, MARGIN, MARGIN - 6)
    title = next(item.words for item in items if isinstance(item, Text))
    return Scene(PANEL + 2 * MARGIN, lowest, tuple(items), title, alternative(visit, "Map"))


def _panel(visit: Visit, left: float, above: float = TOP) -> tuple[list[Item], float]:
    """One map, and where it ends; above: where it begins."""
    hops = hops_of(visit, None)
    replies = [hop for hop in hops if hop.lane == "answer"]
    path = [hop.leg.end for hop in reversed(replies)] + [hop.leg.start for hop in replies[:1]]
    if not path or any(hop.leg.drop for hop in replies) or len(set(path)) < len(path):
        raise ValueError(
            f"{quoted(str(visit.call))}: expected a visit in which a reply came from another device"
        )
    kinds = {device.name: device.kind for device in visit.vpc.devices}
    node = path[-2]
    items: list[Item] = [
        Text(
            left, above + 16, kinds[node].kind_words if node in kinds else node, "ink", LABEL, True
        )
    ]
    tops = {name: above + 26 + TITLED + (TALL + GAP) * level for level, name in enumerate(path)}
    items += _grounds(visit, path, tops, left)
    ends = {name: name in kinds and issubclass(kinds[name], Host) for name in path}
    arrows: list[Item] = []
    for hop in hops:
        arrows += _arrow(visit, hop, tops, ends, left)
    for name in path:
        items += _box(visit, name, tops[name], ends[name], left)
    for name in _missed(visit):
        items += _unmet(visit, name, tops[node], left)
    y = tops[path[-1]] + TALL + 30
    said = wrap(verdict(visit), NOTE, PANEL)
    items += [Text(left, y + 16 * line, words, "ink", NOTE) for line, words in enumerate(said)]
    return [*items, *arrows], y + 16 * len(said) + 6


def _grounds(visit: Visit, path: list[str], tops: dict[str, float], left: float) -> list[Item]:
    """The Internet's band, and the frames of subnets."""
    cards = {card.device: card for card in visit.vpc.interfaces}
    subnets = {subnet.name: subnet for subnet in visit.vpc.subnets}
    items: list[Item] = []
    for name in path:
        y, tall, ink, words = tops[name] - TITLED, TALL + TITLED + 8, "inside", ""
        if is_outside(visit.vpc, name):
            ink, words = "outside", "Internet"
            items.append(Band(left, y, PANEL, tall, "outside-ground"))
        elif name in cards:
            subnet = subnets[cards[name].subnet]
            words = subnet_title(visit.vpc, subnet, PANEL - 16)
            items.append(Box(left, y, PANEL, tall, "inside", "inside-ground", 1.0))
        items.append(Text(left + PANEL - 8, y + 15, words, ink, NOTE, True, "end"))
    return items


def _box(visit: Visit, name: str, top: float, ends: bool, left: float) -> list[Item]:
    """A device on the path; where packets go through, words stand to the right of the arrows."""
    ink = device_ink(is_outside(visit.vpc, name), ends)
    address = address_of(visit.vpc, name)
    x = left + 8
    middle = top + TALL / 2 + (4 if not address else -3)
    return [
        Box(x, top, BROAD, TALL, ink, "paper" if ends else "", BOX),
        Text(x + WORDS - 6, middle, shorten(name, NOTE, BROAD - WORDS, True), "ink", NOTE, True),
        *([Text(x + WORDS - 6, middle + 16, address, ink, NOTE)] if address else []),
    ]


def _unmet(visit: Visit, name: str, top: float, left: float) -> list[Item]:
    x, total = left + PANEL - 126, len(visit.capture)
    return [
        Box(x, top, 118, TALL, "muted", "faint-ground", 1.0, 3.0, FAINT),
        Text(x + 59, top + 18, name, "muted", NOTE, True, "middle"),
        Text(x + 59, top + 34, f"0 of {total} packets", "muted", NOTE, False, "middle"),
    ]


def _arrow(
    visit: Visit, hop: MapHop, tops: dict[str, float], ends: dict[str, bool], left: float
) -> list[Item]:
    """One hop's arrow, from a box to the next; through the first half of a gateway's box too."""
    start, end, reply = hop.leg.start, hop.leg.end, hop.lane == "answer"
    if start not in tops or end not in tops:
        return []
    up = tops[end] < tops[start]
    x = left + 8 + (REPLY if reply else REQUEST)
    edges = {name: (top + TALL if up == (name == end) else top) for name, top in tops.items()}
    begin = edges[start] if ends[start] else tops[start] + TALL / 2
    stop = edges[end] if ends[end] else tops[end] + TALL / 2
    ink = space(visit.vpc, hop.leg.packet)
    dash = LONG_DASH if ink == "outside" else ()
    head = "solid" if ends[end] else ""
    items: list[Item] = [
        Line(((x, begin), (x, stop)), ink, LIT if reply else PACKET, dash, head, hop.number)
    ]
    if hop.fields:
        items.append(Mark("diamond", x, begin, "rewritten", DIAMOND))
    if reply:
        flow = hop.leg.packet.flow
        y = max(edges[start], edges[end]) - GAP + 24  # below the frame above
        words = f"{flow.source} > {flow.destination}"
        bold = width_of(words, NOTE, True) <= PANEL - WORDS - 2
        items.append(Text(left + WORDS - 2, y, words, ink, NOTE, bold))
    return items
