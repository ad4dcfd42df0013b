"""Ladder heads: the grounds of outside and inside, the lifelines and their heads.

Each head has a name and an address.
"""

from __future__ import annotations

from itertools import pairwise

from vpcedu.draw.canvas.fonts import width_of
from vpcedu.draw.canvas.frame import TOP
from vpcedu.draw.canvas.scene import Band, Box, Line, Mark, Text
from vpcedu.draw.canvas.style import BOX, CROSSING, FAINT, GATE, LIFELINE, NOTE, WIDTH, device_ink
from vpcedu.draw.reading.legs import address_of, changed, is_outside, rewritings
from vpcedu.draw.reading.short_names import headings, part_of, parts
from vpcedu.draw.reading.words import short

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.draw.canvas.frame import Item
    from vpcedu.draw.ladders.lifelines import Lifeline, Lifelines
    from vpcedu.network.vpc import Vpc
    from vpcedu.sites.visit import Visit

    Look = tuple[str, float, tuple[float, ...]]

HEAD, FOOT = TOP + 22, TOP + 62  # the upper and lower edge of the heads
SPARE = 6.0  # on both sides of a head's words
STACKED = (
    15.0  # how much taller heads are where the two addresses of a gateway stand one above the other
)
TIER = 6.0  # between an upper and a lower head, where every other one stands lower
EDGE = 0.0  # where the grounds begin
APART = 5.0  # between the heads of two VPCs
# A lifeline's ink, width and dash: of a host, of what passes packets on, of what no packet met.
POST: Look = ("ink", LIFELINE, ())
PASSED: Look = ("rewritten", CROSSING, GATE)
UNMET: Look = ("muted", 1.0, FAINT)


class Heads:
    """The heads of one ladder: what each says, and how they find room.

    They stand side by side; where they would meet, the two addresses of a gateway stand one above
    the other, and where they would meet even so, every other head stands below its neighbours.
    """

    def __init__(self, visit: Visit, lines: Lifelines) -> None:
        self.visit, self.lines = visit, lines
        self.pairs = {
            row.name: _exchanged(visit, lines, row) if not row.host else () for row in lines.rows
        }
        self.stacked = len(lines.rows) > 4 or self._meet(13.0, False)
        self.size = 13.0 if not self.stacked or not self._meet(13.0, True) else NOTE
        self.tiers = self.stacked and self._meet(self.size, True)

    def name(self, row: Lifeline) -> str:
        """A lifeline's name; a gateway's in short where heads are narrow."""
        return short(row.name) if self.stacked and not row.host else row.name

    def address(self, row: Lifeline) -> str:
        """A lifeline's address; hosts of a loaded capture have no other name."""
        address = address_of(self.visit.vpc, row.name)
        return "" if address == row.name else address

    def width(self, row: Lifeline) -> float:
        """How wide a head is."""
        return self._width(row, self.size, self.stacked)

    def top(self, place: int) -> float:
        """The upper edge of the head at a place."""
        return HEAD + (self.foot(0) - HEAD + TIER if self.tiers and place % 2 else 0.0)

    def foot(self, place: int | None = None) -> float:
        """The lower edge of the head at a place, or of all."""
        tall = FOOT - HEAD + (STACKED if self.stacked else 0.0)
        return HEAD + tall + (tall + TIER if self.tiers and (place is None or place % 2) else 0.0)

    def _meet(self, size: float, stacked: bool) -> bool:
        ends = [(row.middle, self._width(row, size, stacked) / 2) for row in self.lines.rows]
        return any(x + half + 4 > other - wide for (x, half), (other, wide) in pairwise(ends))

    def _width(self, row: Lifeline, size: float, stacked: bool) -> float:
        pair = [width_of(word, NOTE) for word in self.pairs[row.name]]
        second = (
            (max(pair) if stacked else sum(pair)) + 22
            if pair
            else width_of(self.address(row), NOTE)
        )
        name = short(row.name) if stacked and not row.host else row.name
        width = max(width_of(name, size, True), second, 70.0) + 2 * SPARE
        return max(width, row.right - row.left)


def grounds(heads: Heads, bottom: float) -> list[Item]:
    """Outside and inside as places, and paper inside the proxies."""
    visit, lines, foot = heads.visit, heads.lines, heads.foot()
    items: list[Item] = []
    outer = [row for row in lines.rows if is_outside(visit.vpc, row.name)]
    inner = [row for row in lines.rows if not is_outside(visit.vpc, row.name)]
    edge = WIDTH - EDGE
    if inner:
        edge = inner[0].left if outer else EDGE
    if outer and (inner or visit.vpc.internet_gateway):  # without a VPC there is no outside
        items += [
            Band(EDGE, TOP, edge - EDGE, bottom - TOP, "outside-ground"),
            Text(
                16,
                TOP + 15,
                _that_fits(edge - 16, "outside: public addresses", "outside"),
                "outside",
                NOTE,
                True,
            ),
        ]
    if inner:
        items += _inside(visit.vpc, inner, edge, foot, bottom)
    return items + [
        Band(row.left, foot - 4, row.right - row.left, bottom - foot + 4, "paper")
        for row in lines.rows
        if row.proxy
    ]


def _inside(vpc: Vpc, inner: list[Lifeline], edge: float, foot: float, bottom: float) -> list[Item]:
    """The ground of the VPC with its block above it.

    If there are several VPCs, each has its own, with a gap between their heads.
    """
    homes = [
        (
            part,
            [
                row
                for row in inner
                if row.name != part.internet_gateway and part_of(vpc, row.name) is part
            ],
        )
        for part in parts(vpc)
    ]
    homes = [(part, rows) for part, rows in homes if rows] or [(vpc, inner)]
    ends = [(rows[-1].right + later[0].left) / 2 for (_, rows), (_, later) in pairwise(homes)] + [
        WIDTH - EDGE
    ]
    items: list[Item] = [Band(edge, TOP, WIDTH - EDGE - edge, bottom - TOP, "inside-ground")]
    for (part, _), end in zip(homes, ends, strict=True):
        words = _that_fits(end - edge - 24, *headings(part))
        items.append(Text(end - 16, TOP + 15, words, "inside", NOTE, True, "end"))
        if end < WIDTH - EDGE:
            items.append(Band(end - APART / 2, TOP, APART, foot - TOP, "paper"))
        edge = end
    return items


def _that_fits(room: float, *choices: str) -> str:
    return next((words for words in choices if width_of(words, NOTE, True) <= room), "")


def posts(heads: Heads, bottom: float) -> list[Item]:
    """The lifelines: solid walls, dotted crossings; faint where no packet came."""
    items: list[Item] = []
    for place, row in enumerate(heads.lines.rows):
        for x in sorted({row.left, row.right}):
            look = POST if row.host else PASSED
            if not row.met:
                look = UNMET
            items.append(Line(((x, heads.foot(place)), (x, bottom)), *look))
    return items


def head_items(heads: Heads) -> list[Item]:
    """A box for each lifeline: its name, and its address, or the two that it exchanges."""
    vpc = heads.visit.vpc
    items: list[Item] = []
    for place, row in enumerate(heads.lines.rows):
        top, width, address = heads.top(place), heads.width(row), heads.address(row)
        ink = device_ink(is_outside(vpc, row.name), row.host)
        frame = (ink, "paper", BOX, 3.0, ()) if row.met else ("muted", "paper", 1.0, 3.0, FAINT)
        single = not heads.pairs[row.name] and not address
        items += [
            Box(row.middle - width / 2, top, width, heads.foot(place) - top, *frame),
            Text(
                row.middle,
                top + (24 if single else 17),
                heads.name(row),
                "ink" if row.met else "muted",
                heads.size,
                True,
                "middle",
            ),
        ]
        if heads.pairs[row.name]:
            items += _pair(vpc, row.middle, top + 33, heads.pairs[row.name], heads.stacked)
        elif address:
            items.append(
                Text(
                    row.middle,
                    top + 33,
                    address,
                    _space(vpc, address) if row.met else "muted",
                    NOTE,
                    False,
                    "middle",
                )
            )
    return items


def _pair(vpc: Vpc, x: float, y: float, pair: tuple[str, ...], stacked: bool) -> list[Item]:
    """The two addresses that a gateway exchanges, with a diamond before or between them."""
    widths = [width_of(word, NOTE) for word in pair]
    if stacked:
        return [
            *(
                Text(x + 8, y + STACKED * number, word, _space(vpc, word), NOTE, False, "middle")
                for number, word in enumerate(pair)
            ),
            Mark("diamond", x - max(widths) / 2 - 4, y + 3, "rewritten", 5.0),
        ]
    half = (sum(widths) + 22) / 2
    return [
        Text(x - half, y, pair[0], _space(vpc, pair[0]), NOTE),
        Mark("diamond", x - half + widths[0] + 11, y - 4.5, "rewritten", 5.0),
        Text(x + half, y, pair[1], _space(vpc, pair[1]), NOTE, False, "end"),
    ]


def _space(vpc: Vpc, address: str) -> str:
    """The colour of an address: inside for the VPC's private ones, else outside."""
    return "inside" if vpc.has(address) else "outside"


def _exchanged(visit: Visit, lines: Lifelines, row: Lifeline) -> tuple[str, ...]:
    """The addresses a gateway shows left and right, from the first packet that it rewrote."""
    for trace in visit.capture:
        flows = rewritings(trace).get(row.name)
        if flows is not None:
            old, new = (
                getattr(flow, "src" if changed(*flows)[0][0] == "from" else "dst") for flow in flows
            )
            before = next(
                (
                    name
                    for name in trace.devices[: trace.devices.index(row.name)][::-1]
                    if name in lines
                ),
                "",
            )
            return (new, old) if before and lines[before].middle > row.middle else (old, new)
    return ()
