"""Ephemeral ports: how many ephemeral ports a load takes over time, against the size of the range.

Above, the ports in use towards each destination, with the limit; below, all connections of the
client together, which know no such limit. The axes are fixed, so that nothing jumps under a slider.
Ground in the colour of losses marks the seconds in which attempts fail.
"""

from __future__ import annotations

from itertools import pairwise

from vpcedu.draw.canvas.fonts import width_of
from vpcedu.draw.canvas.frame import footing, page
from vpcedu.draw.canvas.scene import Band, Box, Line, Scene, Text
from vpcedu.draw.canvas.style import GUIDE, LIT, MARGIN, NOTE, PACKET
from vpcedu.draw.reading.as_picture import picture
from vpcedu.sites.port_load import destinations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.draw.canvas.frame import Item
    from vpcedu.sites.port_load import PortUse

LEFT, RIGHT, SPAN = 84.0, 556.0, 600  # x of 0 s and of the last second
TOP, FLOOR, MOST = 118.0, 318.0, 75_000  # the upper axis: y of MOST ports and of none
TOP_ALL, FLOOR_ALL, MOST_ALL = 366.0, 476.0, 270_000  # the lower one
PORTS = 65_535  # the highest port number
LIMIT_DASH = (9.0, 3.0, 2.0, 3.0)
SIDE = RIGHT + 12  # where the names at the right begin


@picture
def ports(use: PortUse, *, theme: str = "light", ax: Any = None) -> Scene:
    """Ephemeral ports in use over ten minutes, for each destination and in all, and the limit."""
    if len(use.failed) != SPAN:
        raise ValueError(
            f"a load simulated for {len(use.failed)} s: expected {SPAN} s, the width of the picture"
        )
    foot = footing(FLOOR_ALL + 34, sentence(use), lines=2, less=12.0)
    subtitle = (
        "One client, one address. A port is in use only towards one destination (address and port)."
    )
    items = [*_chips(use), *_failing(use), *_axes(), *_each(use), *_all(use)]
    return page(finding(use), subtitle, items, foot, alternative(use))


def _x(second: float) -> float:
    return LEFT + (RIGHT - LEFT) * second / SPAN


def _y(ports: float) -> float:
    return FLOOR - (FLOOR - TOP) * ports / MOST


def _y_all(ports: float) -> float:
    return FLOOR_ALL - (FLOOR_ALL - TOP_ALL) * min(ports, MOST_ALL) / MOST_ALL


def _chips(use: PortUse) -> list[Item]:
    load = use.load
    items: list[Item] = []
    x = MARGIN
    after = f"{load.lifetime} s" + (" + 60 s TIME-WAIT" if load.closes_first == "client" else "")
    for name, value in (
        ("range", f"{load.ports[0]}-{load.ports[1]}"),
        ("destinations", str(load.destinations)),
        ("new per s", f"{load.rate:,}"),
        ("kept", after),
    ):
        wide = width_of(name, NOTE) + 5 + width_of(value, NOTE, True) + 14
        items += [
            Box(x, 56, wide, 22, "rule", "faint-ground", 1.0),
            Text(x + 7, 71, name, "muted", NOTE),
            Text(x + wide - 7, 71, value, "ink", NOTE, True, "end"),
        ]
        x += wide + 7
    return items


def _axes() -> list[Item]:
    items: list[Item] = [
        Text(MARGIN, TOP - 16, "ports in use, towards each destination", "muted", NOTE),
        Text(MARGIN, TOP_ALL - 16, "connections at once, all destinations together", "muted", NOTE),
    ]
    for y_of, values in ((_y, (0, 20_000, 40_000, 60_000)), (_y_all, (0, 100_000, 200_000))):
        for value in values:
            y = y_of(value)
            items += [
                Line(((LEFT, y), (RIGHT, y)), "rule" if value else "ink", GUIDE if value else 1.3),
                Text(LEFT - 8, y + 4.5, f"{value:,}", "muted", NOTE, False, "end"),
            ]
    for minute in range(0, 11, 2):
        x, words = _x(minute * 60), f"{minute} min" if minute == 10 else str(minute)
        items += [
            Line(((x, FLOOR_ALL), (x, FLOOR_ALL + 5)), "ink", GUIDE),
            Text(x, FLOOR_ALL + 19, words, "muted", NOTE, False, "middle"),
        ]
    return items


def _failing(use: PortUse) -> list[Item]:
    """A ground under each stretch of seconds in which attempts fail, and the word."""
    items: list[Item] = []
    begun = None
    for second, lost in enumerate((*use.failed, 0)):
        if lost and begun is None:
            begun = second
        elif not lost and begun is not None:
            x = max(_x(begun), _x(use.first or 0))
            wide = max(_x(second) - x, 1.0)
            items += [
                Band(x, TOP + 16, wide, FLOOR - TOP - 16, "dropped-ground"),  # below the words
                Band(x, TOP_ALL, wide, FLOOR_ALL - TOP_ALL, "dropped-ground"),
            ]
            begun = None
    if use.first is not None:
        words, x = f"first failure after {use.first:.1f} s", _x(use.first)
        right = x + 6 + width_of(words, NOTE, True) > RIGHT
        items += [
            Line(((x, TOP), (x, FLOOR)), "dropped", 1.3, (2.0, 3.0)),
            Text(
                x - 6 if right else x + 6,
                TOP + 11,
                words,
                "dropped",
                NOTE,
                True,
                "end" if right else "start",
            ),
        ]
    return items


def _curve(values: tuple[int, ...], y_of: object, width: float) -> Line:
    """A line through the values; points on one straight stretch are left out."""
    whole = ((0, 0), *enumerate(values, 1))
    kept = [whole[0]]
    for (before, point), (_, after) in zip(pairwise(whole), pairwise(whole[1:]), strict=False):
        if point[1] - before[1] != after[1] - point[1]:
            kept.append(point)
    kept.append(whole[-1])
    return Line(tuple((_x(second), y_of(value)) for second, value in kept), "ink", width)  # type: ignore[operator]


def _each(use: PortUse) -> list[Item]:
    load, most = use.load, max(use.in_use, key=max)
    limit = _y(load.size)
    y = max(_y(most[-1]) + 4.5, limit + 22)
    k = load.destinations
    full = use.first is not None
    words = ("1 destination", "") if k == 1 else (f"each of {k}", "")
    items: list[Item] = [
        Line(((LEFT, limit), (RIGHT, limit)), "dropped", PACKET, LIMIT_DASH),
        Text(SIDE, limit + 4.5, f"limit {load.size:,}", "dropped", NOTE, True),
        *(_curve(row, _y, LIT) for row in dict.fromkeys(use.in_use)),
    ]
    y = min(y, FLOOR - 12)
    items += [
        Text(
            SIDE, y, "full" if full else f"{most[-1]:,}", "dropped" if full else "ink", NOTE, True
        ),
        Text(SIDE, y + 16, words[0], "muted", NOTE),
    ]
    return items


def _all(use: PortUse) -> list[Item]:
    last, line = use.total[-1], _y_all(PORTS)
    y = _y_all(last) + 4.5
    if abs(y - line - 4.5) < 15:
        y = line + 4.5 + (15 if last < PORTS else -15)
    return [
        Line(((LEFT, line), (RIGHT, line)), "muted", 1.3, (2.0, 3.0)),
        Text(SIDE, line + 4.5, f"{PORTS:,} ports", "muted", NOTE),
        _curve(use.total, _y_all, LIT),
        Text(SIDE, y, f"{last:,}", "ink", NOTE, True),
    ]


def finding(use: PortUse) -> str:
    """What the run shows, as a title."""
    load, most = use.load, max(use.total)
    if use.first is not None:
        what = (
            "The destination is"
            if load.destinations == 1
            else f"All {load.destinations} destinations are"
        )
        return f"{what} full after {use.first:.1f} s, at {most:,} connections"
    if most > PORTS:
        return f"{most:,} connections at once from one address, and none fails"
    return f"It never runs out: {max(map(max, use.in_use)):,} of {load.size:,} ports in use"


def sentence(use: PortUse) -> str:
    """The arithmetic, held against the run."""
    load = use.load
    sum_of = f"{load.share:,} new per s x {load.occupancy} s = {load.needed:,} ports"
    towards = "" if load.destinations == 1 else " towards each destination"
    if use.first is None:
        return (
            f"{sum_of} needed{towards}, {load.size:,} available. Up to {load.sustained:,} new "
            "per s could go on for ever."
        )
    return (
        f"{sum_of} needed{towards}, only {load.size:,} available: {sum(use.failed):,} of "
        f"{load.rate * SPAN:,} attempts fail. Only {load.sustained:,} new per s could go on "
        "for ever."
    )


def alternative(use: PortUse) -> str:
    """The text alternative: settings, curves, failures."""
    load, marks = use.load, (60, 120, 300, 600)
    each = ", ".join(
        f"{max(row[second - 1] for row in use.in_use):,} at {second} s" for second in marks
    )
    total = ", ".join(f"{use.total[second - 1]:,} at {second} s" for second in marks)
    fails = f"first failure after {use.first:.1f} s" if use.first is not None else "no failure"
    return (
        f"Curves over 10 minutes. Range {load.ports[0]}-{load.ports[1]}, {destinations(load)},"
        f" {load.rate:,} new connections per s, each open {load.lifetime} s, the {load.closes_first} closes first."
        f" Ports in use towards one destination: {each}; limit {load.size:,}. All connections: {total}."
        f" {fails[0].upper() + fails[1:]}. {sentence(use)}"
    )
