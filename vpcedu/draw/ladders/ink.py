"""Ladder ink: the items of one placed row of a ladder: lines, heads, diamonds, crosses, labels."""

from __future__ import annotations

from vpcedu.draw.canvas.fonts import width_of
from vpcedu.draw.canvas.scene import Box, Line, Mark, Text
from vpcedu.draw.canvas.style import (
    CROSS,
    DIAMOND,
    DOTS,
    EXPECTED,
    GUIDE,
    LINE,
    LIT,
    LONG_DASH,
    NOTE,
    PACKET,
)
from vpcedu.draw.ladders.pieces import BEYOND, Piece, line_width
from vpcedu.draw.reading.legs import AT, END, MIDDLE, START, rewritings, space

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.draw.canvas.frame import Item
    from vpcedu.draw.ladders.lifelines import Lifelines
    from vpcedu.draw.ladders.rows import LadderRow
    from vpcedu.network.vpc import Vpc

    Layers = tuple[list[Item], list[Item]]  # under and over the lifelines

INWARD = 13.0  # how far before or after a lifeline the cross of a filter stands


def row_items(
    row: LadderRow, pieces: list[Piece], y: float, lit: bool, vpc: Vpc, lines: Lifelines
) -> Layers:
    """What is drawn under, and what is drawn over, the lifelines."""
    under: list[Item] = []
    over: list[Item] = []
    number, gates = row.trace.number, rewritings(row.trace)
    for place, piece in enumerate(pieces):
        leg, (x0, x1) = piece.leg, piece.xs
        sense = 1.0 if x1 > x0 else -1.0
        spots = {
            START: x0 + sense * INWARD,
            MIDDLE: (x0 + x1) / 2,
            END: x1 - sense * INWARD,
            AT: x1,
            BEYOND: x0,
        }
        stop = spots.get(leg.spot)
        ink = space(vpc, leg.packet)
        dash = LONG_DASH if ink == "outside" else ()
        if row.tried:
            ink, dash = "ink", EXPECTED
        if stop is None:
            ends = leg.end not in gates or place == len(pieces) - 1
            *parts, last = _around(x0, x1, lines)  # a wall that it does not end at is left out
            under += [
                _line(piece, *part, y, ink, LIT if lit else PACKET, dash, "", number)
                for part in parts
            ]
            under.append(
                _line(
                    piece,
                    *last,
                    y,
                    ink,
                    LIT if lit else PACKET,
                    dash,
                    "solid" if ends else "",
                    number,
                )
            )
        else:
            if leg.spot not in (START, BEYOND):
                under.append(
                    _line(piece, x0, stop, y, ink, LIT if lit else PACKET, dash, "", number)
                )
            if leg.spot != AT:
                under.append(_line(piece, stop, x1, y, "muted", 1.4, DOTS, "", number))
        if leg.start in gates and leg.spot != BEYOND:
            over.append(Mark("diamond", x0, y + piece.ys[0], "rewritten", DIAMOND, "", number))
        if leg.drop is not None and stop is not None:
            over.append(Mark("cross", stop, y + piece.y(stop), "dropped", CROSS, "", number))
        over += label_items(piece, y, lit)
    return under, over


def ghosts(items: list[Item]) -> list[Item]:
    """The lines of a row that is still to come, without what tells them apart."""
    return [
        Line(item.points, "rule", PACKET, (), item.head) for item in items if isinstance(item, Line)
    ]


def _around(x0: float, x1: float, lines: Lifelines) -> list[tuple[float, float]]:
    """A path in parts that leave out the walls of hosts it only passes by."""
    sense = 1.0 if x1 > x0 else -1.0
    cuts = sorted(
        (
            x
            for row in lines.rows
            if row.host
            for x in {row.left, row.right}
            if min(x0, x1) < x < max(x0, x1)
        ),
        key=lambda x: x * sense,
    )
    edges = [x0, *(edge for x in cuts for edge in (x - 6 * sense, x + 6 * sense)), x1]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _line(
    piece: Piece,
    x0: float,
    x1: float,
    y: float,
    ink: str,
    width: float,
    dash: tuple[float, ...],
    head: str,
    number: int,
) -> Line:
    return Line(((x0, y + piece.y(x0)), (x1, y + piece.y(x1))), ink, width, dash, head, number)


def label_items(piece: Piece, y: float, lit: bool) -> list[Item]:
    """A leg's label; the lit one on a yellow ground with a border."""
    if not piece.lines:
        return []
    middle, base = sum(piece.column) / 2, y + piece.foot - LINE * (len(piece.lines) - 1)
    items: list[Item] = []
    if lit:
        width = piece.width + 7
        items.append(
            Box(
                middle - width / 2,
                base - 12.5,
                width,
                16.5 + LINE * (len(piece.lines) - 1),
                "ink",
                "lit-ground",
                1.2,
            )
        )
    for number, line in enumerate(piece.lines):
        x = middle - line_width(line) / 2
        for place, run in enumerate(line):
            if run.boxed:
                items.append(
                    Box(
                        x,
                        base + LINE * number - 12,
                        run.width,
                        15.5,
                        "rewritten",
                        "rewritten-ground",
                        1.3,
                    )
                )
            inner = x + (4.0 if run.boxed else 0.0)
            # runs of a line meet in the middle
            anchor = "end" if place == 0 and len(line) > 1 else "start"
            items.append(
                Text(
                    inner + (width_of(run.words, NOTE, run.bold) if anchor == "end" else 0.0),
                    base + LINE * number,
                    run.words,
                    run.ink,
                    NOTE,
                    run.bold,
                    anchor,
                )
            )
            x += run.width + 5.0
    return items


def closing_items(
    row: LadderRow, pieces: list[Piece], y: float, lit: bool, vpc: Vpc, lines: Lifelines
) -> Layers:
    """One level line with a head at both ends, for all packets that close a connection."""
    x0, x1 = pieces[0].xs[0], pieces[-1].xs[1]
    middle, ink = (x0 + x1) / 2, "ink" if lit else "muted"
    width = LIT if lit else GUIDE + 0.4
    halves: list[Item] = [
        Line(((middle, y), (x, y)), ink, width, (), "solid", row.trace.number) for x in (x0, x1)
    ]
    gates: list[Item] = [
        Mark("diamond", piece.xs[0], y, "rewritten", DIAMOND - 1) for piece in pieces[1:]
    ]
    return halves, gates + [item for piece in pieces for item in label_items(piece, y, lit)]
