"""Kernel beside model: two ladders of one scenario, a kernel's recording and the model's run.

Both have the same lifelines and the same rows; the sign between them says whether every field at
every place is the same. Hosts and proxies are solid lines, gateways dotted ones; a diamond is where
a header was rewritten. One row is lit: the one asked for, or else the first that differs. Places
and pitch do not depend on what is lit.
"""

from __future__ import annotations

from itertools import pairwise

from vpcedu.draw.canvas.fonts import width_of
from vpcedu.draw.canvas.frame import footing, page
from vpcedu.draw.canvas.grid import title_of
from vpcedu.draw.canvas.scene import Box, Line, Mark, Scene, Text
from vpcedu.draw.canvas.style import (
    BOX,
    CROSS,
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
from vpcedu.draw.reading.window import around

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.course.kernel_evidence import Beside, Pair, Row
    from vpcedu.draw.canvas.frame import Item

ORDER = ("client", "server", "igw", "elb", "nat", "nlb", "nlb2", "web", "web2")
GATEWAYS = ("igw", "nat", "nlb", "nlb2")
PANELS = ((56.0, 316.0), (392.0, 652.0))  # lifelines of the kernel's ladder and of the model's
# of the sign; heads; first arrow; from arrow to arrow
MIDDLE, TOP, FIRST, PITCH = (354.0, 76.0, 128.0, 32.0)
TURN = 6.0  # how far an arrow that comes back runs below


@picture
def beside(
    both: Beside,
    row: int | None = None,
    most: int | None = None,
    *,
    theme: str = "light",
    ax: Any = None,
) -> Scene:
    """Two ladders of one scenario: a Linux kernel's recording and the model's run; `row` is lit.

    row None: the first that differs. most: how many rows there are room for, those around the one
    that is lit; None: for all. ValueError for a row that there is not.
    """
    whole = tuple(enumerate(both.pairs, 1))
    if row is not None and not 1 <= row <= len(whole):
        raise ValueError(f"row {row}: expected 1 to {len(whole)}")
    lit = row if row is not None else next(iter(both.differing), None)
    shown = around(whole, (lit or 1) - 1, most or len(whole))
    pairs = [pair for _, pair in shown]
    first = shown[0][0] if shown else 1
    points = [
        name
        for name in ORDER
        if any(name in side.points for _, pair in whole for side in pair if side is not None)
    ]
    bottom = FIRST + PITCH * max(len(pairs), 1) - 14
    items: list[Item] = []
    if lit is not None:
        y = FIRST + PITCH * (lit - first)
        ink = "ink" if both.pairs[lit - 1].equal else "dropped"
        items.append(
            Box(MARGIN - 6, y - 22, WIDTH - 2 * MARGIN + 12, PITCH - 2, ink, "lit-ground", BOX)
        )
    release = ".".join(both.release.split("-")[0].split(".")[:2])
    for words, (left, right) in zip(
        (f"Linux {release}, recorded", "the model, run now"), PANELS, strict=True
    ):
        items.append(Text((left + right) / 2, TOP, words, "ink", LABEL, True, "middle"))
        items += _lifelines(points, left, right, bottom)
    for number, pair in shown:
        items += _pair(number, pair, FIRST + PITCH * (number - first), points, number == lit)
    if not pairs:
        items.append(
            Text(WIDTH / 2, FIRST, "In both, nothing was sent.", "muted", LABEL, False, "middle")
        )
    signs = (
        {"rewritten"}
        if any(side.rewritten for _, pair in whole for side in pair if side is not None)
        else set()
    )
    if any(side.lost for _, pair in whole for side in pair if side is not None):
        signs.add("dropped")
    foot = footing(bottom + 10, both.verdict, signs, _notes(both, lit))
    title = _title(both)
    subtitle = (
        f"{both.name}. Fault in the model: {both.fault}."
        if both.fault
        else (f"{both.name}: {both.sentence}")
    )
    return page(title, subtitle, items, foot, _alternative(both, title))


def _notes(beside: Beside, lit: int | None) -> tuple[str, ...]:
    """What differs in the row that is lit."""
    if lit is None or beside.pairs[lit - 1].equal:
        return ()
    kernel, _, model = beside.pairs[lit - 1].difference.partition(" | ")
    return (f"row {lit}, Linux: {kernel}; the model: {model}",)


def _title(beside: Beside) -> str:
    if beside.equal:
        return title_of(f"Kernel and model: all {len(beside.pairs)} rows are equal")
    if not beside.differing:
        return "Kernel and model: packets equal, programs not"
    first = beside.differing[0]
    count = len(beside.differing)
    return title_of(
        f"Kernel and model differ in {count} of {len(beside.pairs)} rows, first in row {first}"
    )


def _xs(points: list[str], left: float, right: float) -> dict[str, float]:
    step = (right - left) / max(len(points) - 1, 1)
    return {name: left + step * place for place, name in enumerate(points)}


def _lifelines(points: list[str], left: float, right: float, bottom: float) -> list[Item]:
    items: list[Item] = []
    for name, x in _xs(points, left, right).items():
        items.append(Text(x, TOP + 19, name, "muted", NOTE, False, "middle"))
        dash = GATE if name in GATEWAYS else ()
        items.append(
            Line(
                ((x, TOP + 25), (x, bottom)),
                "muted" if dash else "ink",
                1.3 if dash else LIFELINE,
                dash,
            )
        )
    return items


def _pair(number: int, pair: Pair, y: float, points: list[str], lit: bool) -> list[Item]:
    ground = "lit-ground" if lit else "paper"
    items: list[Item] = [Text(MARGIN, y + 1, f"{number}", "ink", NOTE, not pair.equal)]
    items.append(
        Text(MIDDLE, y + 2, "=", "tracked", 16.0, True, "middle")
        if pair.equal
        else Mark("cross", MIDDLE, y - 4, "dropped", CROSS + 1)
    )
    for row, (left, right) in zip(pair, PANELS, strict=True):
        if row is None:
            items += _words((left + right) / 2, y - 3, "nothing", "dropped", ground)
        else:
            items += _arrow(
                number, row, y, _xs(points, left, right), ground, "ink" if pair.equal else "dropped"
            )
    return items


def _arrow(
    number: int, row: Row, y: float, xs: dict[str, float], ground: str, ink: str
) -> list[Item]:
    """One segment's path; where it was lost, a cross."""
    passed = [xs[name] for name in _passed(row)]
    lost = row.lost
    items: list[Item] = []
    if lost:
        right = (
            passed[-1] > passed[-2] if len(passed) > 1 else passed[0] <= sum(xs.values()) / len(xs)
        )
        end = passed[-1] + (22.0 if right else -22.0)
        items += [
            Line(((passed[-1], y), (end, y)), "dropped", 1.4, DOTS),
            Mark("cross", end, y, "dropped", CROSS - 1, "", number),
        ]
        if len(passed) == 1:
            items += _words(
                end + (10.0 if right else -10.0),
                y + 4,
                row.what,
                ink,
                ground,
                "start" if right else "end",
            )
    points: list[tuple[float, float]] = []
    turned = 0.0
    for place, x in enumerate(passed):
        if place > 1 and (x - passed[place - 1]) * (passed[place - 1] - passed[place - 2]) < 0:
            turned = TURN
            points.append((passed[place - 1], y + turned))
        points.append((x, y + turned))
    if len(points) > 1:
        items.insert(0, Line(tuple(points), "ink", PACKET, (), "" if lost else "solid", number))
    items += [
        Mark("diamond", xs[name], y, "rewritten", DIAMOND - 1, "", number) for name in row.rewritten
    ]
    if len(passed) == 1:
        return items
    return items + _words(_between(passed, xs, row.what), y - 10, row.what, ink, ground)


def _between(passed: list[float], xs: dict[str, float], words: str) -> float:
    """The x of an arrow's words: between two lifelines where they fit, else in its middle."""
    low, high = min(passed), max(passed)
    edges = sorted(x for x in xs.values() if low <= x <= high)
    gaps = pairwise(edges if passed[0] == low else edges[::-1])
    room = width_of(words, NOTE) + 15
    middle = (low + high) / 2
    return next(((a + b) / 2 for a, b in gaps if abs(b - a) >= room), middle)


def _passed(row: Row) -> list[str]:
    """The places in the order in which they were passed, also one that was passed twice."""
    names = [hop.split(" ", 1)[0] for hop in row.hops]
    return [name for place, name in enumerate(names) if place == 0 or names[place - 1] != name]


def _words(
    x: float, y: float, words: str, ink: str, ground: str, anchor: str = "middle"
) -> list[Item]:
    """A label on a ground of its own: lifelines do not go through it."""
    text = Text(x, y, words, ink, NOTE, False, anchor)
    left, top, right, bottom = text.extent
    return [
        Box(left - 6.5, top - 1, right - left + 13, bottom - top + 2, ground, ground, 0.5),
        text,
    ]


def _alternative(beside: Beside, title: str) -> str:
    parts = [
        f"Two ladders of {beside.name}, side by side: Linux {beside.release} and the model. {title}."
    ]
    for number, pair in enumerate(beside.pairs, 1):
        result = "equal" if pair.equal else f"Linux | model: {pair.difference}"
        parts.append(f"{number}: {pair.row.what}, {' > '.join(pair.row.points)}, {result}.")
    return " ".join([*parts, beside.verdict])
