"""Ladder heads: the grounds of outside and inside, the lifelines, and a head with name and address on each."""

from __future__ import annotations

from vpcedu.draw.fonts import width_of
from vpcedu.draw.frame import TOP
from vpcedu.draw.scene import Band, Box, Line, Mark, Text
from vpcedu.draw.style import BOX, CROSSING, FAINT, GATE, LIFELINE, NOTE, WIDTH
from vpcedu.draw.way import address_of, changed, is_outside, rewritings
from vpcedu.draw.words import short

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.draw.frame import Item
    from vpcedu.draw.lifelines import Lifeline, Lifelines
    from vpcedu.lab.visit import Visit
    from vpcedu.network.vpc import Vpc

HEAD, FOOT = TOP + 22, TOP + 62  # the upper and lower edge of the heads
SPARE = 8.0  # on both sides of a head's words
STACKED = 15.0  # how much taller heads are where the two addresses of a gateway stand one above the other
EDGE = 0.0  # where the grounds begin


def foot_of(lines: Lifelines) -> float:
    """The lower edge of the heads: five lifelines leave no room for two addresses side by side."""
    return FOOT + (STACKED if len(lines.rows) > 4 else 0.0)


def grounds(visit: Visit, lines: Lifelines, bottom: float) -> list[Item]:
    """Outside and inside as places, and paper inside the proxies."""
    items: list[Item] = []
    outer = [row for row in lines.rows if is_outside(visit.vpc, row.name)]
    inner = [row for row in lines.rows if not is_outside(visit.vpc, row.name)]
    edge = inner[0].left if outer and inner else EDGE if inner else WIDTH - EDGE
    if outer and (inner or visit.vpc.internet_gateway):  # without a VPC there is no outside
        items += [Band(EDGE, TOP, edge - EDGE, bottom - TOP, "outside-ground"),
                  Text(16, TOP + 15, "outside: public addresses", "outside", NOTE, True)]
    if inner:
        items += [Band(edge, TOP, WIDTH - EDGE - edge, bottom - TOP, "inside-ground"),
                  Text(WIDTH - 16, TOP + 15, f"inside the VPC: {visit.vpc.cidr}", "inside", NOTE, True, "end")]
    foot = foot_of(lines)
    return items + [Band(row.left, foot - 4, row.right - row.left, bottom - foot + 4, "paper")
                    for row in lines.rows if row.proxy]


def posts(lines: Lifelines, bottom: float) -> list[Item]:
    """The lifelines: solid walls, dotted crossings; faint where no packet came."""
    items: list[Item] = []
    for row in lines.rows:
        for x in sorted({row.left, row.right}):
            ink = ("ink" if row.host else "rewritten") if row.met else "muted"
            width = (LIFELINE if row.host else CROSSING) if row.met else 1.0
            dash = () if row.host and row.met else GATE if row.met else FAINT
            items.append(Line(((x, foot_of(lines)), (x, bottom)), ink, width, dash))
    return items


def heads(visit: Visit, lines: Lifelines) -> list[Item]:
    """A box for each lifeline: its name, and its address, or the two that it exchanges."""
    items: list[Item] = []
    for row in lines.rows:
        pair = _exchanged(visit, lines, row) if not row.host else ()
        address, name = address_of(visit.vpc, row.name), row.name
        address = "" if address == name else address  # hosts of a loaded capture have no other name
        stacked = len(lines.rows) > 4
        name = short(name) if stacked and not row.host else name
        widths = [width_of(word, NOTE) for word in pair]
        second = (max(widths) + 22 if stacked else sum(widths) + 22) if pair else width_of(address, NOTE)
        width = max(width_of(name, 13, True), second, 70.0) + 2 * SPARE
        if row.proxy:
            width = max(width, row.right - row.left)
        ink = ("outside" if is_outside(visit.vpc, row.name) else "inside" if row.host else "rewritten")
        frame = (ink, "paper", BOX, 3.0, ()) if row.met else ("muted", "paper", 1.0, 3.0, FAINT)
        single = not pair and not address
        items += [Box(row.middle - width / 2, HEAD, width, foot_of(lines) - HEAD, *frame),
                  Text(row.middle, HEAD + (24 if single else 17), name, "ink" if row.met else "muted", 13, True,
                       "middle")]
        if pair and stacked:
            items += [Text(row.middle + 8, HEAD + 33 + STACKED * number, word, _space(visit.vpc, word), NOTE, False,
                           "middle") for number, word in enumerate(pair)]
            items.append(Mark("diamond", row.middle - max(widths) / 2 - 4, HEAD + 36, "rewritten", 5.0))
        elif pair:
            left, right = row.middle - second / 2, row.middle + second / 2
            middle = left + width_of(pair[0], NOTE) + 11
            items += [Text(left, HEAD + 33, pair[0], _space(visit.vpc, pair[0]), NOTE),
                      Mark("diamond", middle, HEAD + 28.5, "rewritten", 5.0),
                      Text(right, HEAD + 33, pair[1], _space(visit.vpc, pair[1]), NOTE, False, "end")]
        elif address:
            items.append(Text(row.middle, HEAD + 33, address, _space(visit.vpc, address) if row.met else "muted", NOTE,
                              False, "middle"))
    return items


def _space(vpc: Vpc, address: str) -> str:
    """The colour of an address: inside for the VPC's private ones, else outside."""
    return "inside" if any(row.address == address for row in vpc.interfaces) else "outside"


def _exchanged(visit: Visit, lines: Lifelines, row: Lifeline) -> tuple[str, ...]:
    """The address that a gateway shows on its left and the one on its right, from the first packet it rewrote."""
    for trace in visit.capture:
        flows = rewritings(trace).get(row.name)
        if flows is not None:
            old, new = (getattr(flow, "src" if changed(*flows)[0][0] == "from" else "dst") for flow in flows)
            before = trace.devices[trace.devices.index(row.name) - 1]
            return (old, new) if lines[before].middle < row.middle else (new, old)
    return ()
