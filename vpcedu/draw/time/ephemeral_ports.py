"""Ephemeral ports: a bin of ports for each destination, which fills and drains, and its history.

On the right the bins at one instant: as high as the range has ports, filled with ports in TIME-WAIT
and, above them, with ports of open connections. On the left, to the same scale, the ports in use
over ten minutes, a curve for each destination, and below it the attempts per second that find no
port. At the foot all ports in use together, next to the 65,535 that many people believe in. Axes
depend on the range alone, so nothing jumps under a slider.
"""

from __future__ import annotations

from itertools import groupby, pairwise

from vpcedu.draw.canvas.fonts import width_of
from vpcedu.draw.canvas.frame import Foot, page
from vpcedu.draw.canvas.grid import title_of
from vpcedu.draw.canvas.scene import Box, Line, Mark, Scene, Text
from vpcedu.draw.canvas.style import GUIDE, LIT, MARGIN, NOTE, PACKET, WIDTH
from vpcedu.draw.reading.as_picture import picture
from vpcedu.quoting import quoted
from vpcedu.sites.port_load import destinations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.draw.canvas.frame import Item
    from vpcedu.sites.port_load import PortUse

SPAN, PORTS = 600, 65_535  # seconds that are shown; the highest port number
LEFT, RIGHT = 66.0, 372.0  # x of 0 s and of the last second
TOP, FLOOR = 122.0, 272.0  # y of a full range and of no port, of curves and bins alike
LOST_TOP, LOST_FLOOR = 316.0, 356.0  # y of all attempts and of none
BINS, BIN_RIGHT = 424.0, WIDTH - MARGIN  # x where the bins begin and end
ALL_TOP, ALL_HIGH, MOST_ALL = 378.0, 18.0, 260_000  # the bar of all ports together
LIMIT_DASH = (9.0, 3.0, 2.0, 3.0)
STEPS = (1, 2, 5)


@picture
def ports(use: PortUse, at: int | None = None, *, theme: str = "light", ax: Any = None) -> Scene:
    """Ephemeral ports in use over ten minutes, and what fills each destination's at one instant.

    at: the instant in seconds, 1 to 600; None: when the first attempt fails, else the end.
    ValueError for another one, or for a load that was not simulated for 600 s.
    """
    if len(use.failed) != SPAN:
        raise ValueError(
            f"a load simulated for {len(use.failed)} s: expected {SPAN} s, the width of the picture"
        )
    if at is not None and at not in range(1, SPAN + 1):
        raise ValueError(f"at {quoted(at)}: expected a second from 1 to {SPAN}")
    second = at or (SPAN if use.first is None else min(int(use.first) + 1, SPAN))
    items = [*_axes(use), *_curves(use), *_failing(use), *_now(second), *_bins(use, second)]
    load = use.load
    wait = ", then 60 s in TIME-WAIT" if load.closes_first == "client" else ""
    subtitle = (
        f"Ports {load.ports[0]}-{load.ports[1]}, {load.rate:,} new connections per s, each open"
        f" {load.lifetime} s{wait}."
    )
    foot = Foot(tuple(_together(use, second)), ALL_TOP + ALL_HIGH + 30)
    return page(finding(use, second), subtitle, items, foot, alternative(use, second))


def _x(second: float) -> float:
    return LEFT + (RIGHT - LEFT) * second / SPAN


def _y(use: PortUse, ports: float) -> float:
    return FLOOR - (FLOOR - TOP) * ports / use.load.size


def _axes(use: PortUse) -> list[Item]:
    size = use.load.size
    items: list[Item] = [
        Text(MARGIN, TOP - 42, "Ports in use,", "ink", NOTE, True),
        Text(MARGIN, TOP - 26, "a curve for each destination", "muted", NOTE),
        Text(MARGIN, LOST_TOP - 10, "Attempts per second that find no port", "dropped", NOTE, True),
        Line(((LEFT, TOP), (BIN_RIGHT, TOP)), "dropped", PACKET, LIMIT_DASH),
        Text(LEFT - 8, TOP + 4.5, f"{size:,}", "dropped", NOTE, True, "end"),
    ]
    step = next(
        10**power * part for power in range(6) for part in STEPS if size < 10**power * part * 5
    )
    for value in range(0, size, step):
        y = _y(use, value)
        if y > TOP + 16:
            items += [
                Line(((LEFT, y), (RIGHT, y)), "rule" if value else "ink", GUIDE if value else 1.3),
                Text(LEFT - 8, y + 4.5, f"{value:,}", "muted", NOTE, False, "end"),
            ]
    items += [
        Line(((LEFT, LOST_FLOOR), (RIGHT, LOST_FLOOR)), "ink", 1.3),
        Text(LEFT - 8, LOST_TOP + 4.5, f"{use.load.rate:,}", "muted", NOTE, False, "end"),
        Text(LEFT - 8, LOST_FLOOR + 4.5, "0", "muted", NOTE, False, "end"),
    ]
    for minute in range(0, 11, 2):
        x, words = _x(minute * 60), f"{minute} min" if minute == 10 else str(minute)
        items += [
            Line(((x, FLOOR), (x, FLOOR + 5)), "ink", GUIDE),
            Text(x, FLOOR + 18, words, "muted", NOTE, False, "middle"),
        ]
    return items


def _failing(use: PortUse) -> list[Item]:
    """How many attempts fail in each second, as a ground for each stretch with the same number."""
    items: list[Item] = []
    second = 0
    for lost, stretch in groupby(use.failed):
        begun, second = second, second + len(list(stretch))
        high = (LOST_FLOOR - LOST_TOP) * lost / use.load.rate
        if lost:
            x = _x(begun)
            items.append(
                Box(x, LOST_FLOOR - high, _x(second) - x, high, "dropped", "dropped", 0.5, 0.0)
            )
    return items


def _curves(use: PortUse) -> list[Item]:
    """A curve for each destination; where some end side by side, one label names them all."""
    items: list[Item] = []
    for values in dict.fromkeys(use.in_use):
        whole = ((0, 0), *enumerate(values, 1))
        kept = [whole[0]]
        for (before, point), (_, after) in zip(pairwise(whole), pairwise(whole[1:]), strict=False):
            if point[1] - before[1] != after[1] - point[1]:
                kept.append(point)
        kept.append(whole[-1])
        items.append(Line(tuple((_x(x), _y(use, y)) for x, y in kept), "ink", LIT))
    labels: list[tuple[float, list[int]]] = []  # baselines, and whose label it is
    for number, values in enumerate(use.in_use, 1):  # the first has most, so they go down
        y = min(max(_y(use, values[-1]) + 4.5, TOP + 16), FLOOR)
        if labels and y - labels[-1][0] < 15:
            labels[-1][1].append(number)
        else:
            labels.append((y, [number]))
    for y, numbers in labels if use.load.destinations > 1 else []:
        words = str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}-{numbers[-1]}"
        items.append(Text(RIGHT + 10, y, words, "ink", NOTE, True))
    return items


def _now(second: int) -> list[Item]:
    """The line of the instant that the bins show."""
    x, words = _x(second), _time(second)
    room = width_of(words, NOTE, True) / 2
    return [
        Line(((x, TOP - 8), (x, FLOOR)), "inside", PACKET, (4.0, 3.0)),
        Line(((x, LOST_TOP - 4), (x, LOST_FLOOR)), "inside", PACKET, (4.0, 3.0)),
        Text(
            min(max(x, LEFT + room), RIGHT + 30 - room),
            TOP - 12,
            words,
            "inside",
            NOTE,
            True,
            "middle",
        ),
    ]


def _time(second: int) -> str:
    return f"at {second} s"


def _bins(use: PortUse, second: int) -> list[Item]:
    """The bins: what flows in, what is in them, what flows out."""
    load, slot = use.load, (BIN_RIGHT - BINS) / use.load.destinations
    items: list[Item] = []
    opened = use.open_at(second)
    for number, share in enumerate(load.shares):
        in_use, began = use.in_use[number][second - 1], use.began[number]
        wide = min(slot - 5, 140.0)
        x = BINS + slot * number + (slot - wide) / 2
        middle, waits = x + wide / 2, in_use - opened[number]
        level, floor = _y(use, in_use), _y(use, waits)
        items += [
            Box(x, TOP, wide, FLOOR - TOP, "muted", "paper", 1.0, 0.0),
            *_layer(x, floor, wide, FLOOR - floor, "muted", "rule", f"{waits:,}"),
            *_layer(
                x, level, wide, floor - level, "tracked", "tracked-ground", f"{opened[number]:,}"
            ),
            Line(((x, TOP - 6), (x, FLOOR), (x + wide, FLOOR), (x + wide, TOP - 6)), "ink", 2.4),
        ]
        lost = share - began[second - 1]
        left = began[second - 1 - load.occupancy] if second > load.occupancy else 0
        pipe = x + 10 if wide < 100 and lost else middle
        items += [
            Text(middle, TOP - 42, f"{share:,}", "ink", NOTE, True, "middle"),
            Line(((pipe, TOP - 36), (pipe, TOP - 8)), "ink", PACKET, (), "solid"),
            Text(middle, FLOOR + 40, f"{left:,}", "ink" if left else "muted", NOTE, True, "middle"),
        ]
        if load.destinations > 1:
            items.append(Text(x + 4, FLOOR + 16, str(number + 1), "ink", NOTE, True))
        if left:
            items.append(
                Line(((middle, FLOOR + 4), (middle, FLOOR + 26)), "ink", PACKET, (), "solid")
            )
        if lost:
            items += [
                Mark("cross", pipe, TOP - 20, "dropped", 6.0),
                Text(pipe + 12, TOP - 16, f"{lost:,}", "dropped", NOTE, True),
            ]
    return [*items, *_legend(load.closes_first == "client")]


def _layer(x: float, y: float, w: float, h: float, ink: str, ground: str, words: str) -> list[Item]:
    """One filling of a bin; its number where there is room for it."""
    if h < 0.5:
        return []
    items: list[Item] = [Box(x, y, w, h, ink, ground, 1.0, 0.0)]
    if h >= 17 and width_of(words, NOTE, True) <= w - 12:
        items.append(Text(x + w / 2, y + h / 2 + 4.5, words, "ink", NOTE, True, "middle"))
    return items


def _legend(waits: bool) -> list[Item]:
    """What flows in and out, and what the bins' fillings are."""
    y = LOST_FLOOR - 4
    items: list[Item] = [
        Text(BINS, TOP - 58, "New connections per s, and those that fail", "muted", NOTE),
        Text(BINS, FLOOR + 60, "Ports freed again per s", "muted", NOTE),
        Box(BINS, y - 10, 14, 12, "tracked", "tracked-ground", 1.0, 0.0),
        Text(BINS + 22, y, "open", "tracked", NOTE, True),
    ]
    if waits:
        items += [
            Box(BINS + 72, y - 10, 14, 12, "muted", "rule", 1.0, 0.0),
            Text(BINS + 94, y, "in TIME-WAIT", "muted", NOTE, True),
        ]
    return items


def _together(use: PortUse, second: int) -> list[Item]:
    """All ports in use at the instant, next to the number of ports that there are."""
    opened, all_of = sum(use.open_at(second)), use.total[second - 1]
    scale = (BIN_RIGHT - LEFT) / MOST_ALL
    bottom, line = ALL_TOP + ALL_HIGH, LEFT + PORTS * scale
    waits = f", {all_of - opened:,} in TIME-WAIT" if all_of > opened else ""
    words = f"together {all_of:,} ports in use: {opened:,} open{waits}"
    y = bottom + 18
    return [
        Text(MARGIN, ALL_TOP + 13, "All", "ink", NOTE, True),
        Box(LEFT, ALL_TOP, BIN_RIGHT - LEFT, ALL_HIGH, "rule", "paper", 1.0, 0.0),
        *_layer(LEFT, ALL_TOP, opened * scale, ALL_HIGH, "tracked", "tracked-ground", ""),
        *_layer(
            LEFT + opened * scale, ALL_TOP, (all_of - opened) * scale, ALL_HIGH, "muted", "rule", ""
        ),
        Line(((line, ALL_TOP - 4), (line, bottom + 22)), "dropped", PACKET, LIMIT_DASH),
        Text(line - 8, y, f"{PORTS:,}", "dropped", NOTE, True, "end"),
        Text(line + 8, y, words, "ink", NOTE),
    ]


def finding(use: PortUse, second: int) -> str:
    """What the run shows up to an instant, as a title."""
    load, opened = use.load, sum(use.open_at(second))
    if use.failed[second - 1]:
        fails = f"{use.failed[second - 1]:,} of {load.rate:,} attempts per s fail"
        alone = "no port is left" if load.destinations == 1 else "no port is left for destination 1"
        return title_of(f"At {second} s {alone}: {fails}", f"At {second} s {fails}")
    most = max(row[second - 1] for row in use.in_use)
    if opened > PORTS:
        return f"{opened:,} connections open at once from one address, and none fails"
    if use.first is not None and use.first < second:
        return f"At {second} s every attempt gets a port; the first failed after {use.first:.1f} s"
    return f"At {second} s: {most:,} of {load.size:,} ports in use towards one destination"


def sentence(use: PortUse) -> str:
    """The arithmetic, held against the run."""
    load = use.load
    sum_of = f"{load.share:,} new per s x {load.occupancy} s = {load.needed:,} ports"
    which = "each" if load.shares[0] - load.shares[-1] < 2 else "the busiest"
    towards = "" if load.destinations == 1 else f" towards {which} destination"
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


def alternative(use: PortUse, second: int) -> str:
    """The text alternative: settings, bins, curves, failures."""
    load, marks = use.load, (60, 120, 300, 600)
    each = ", ".join(f"{max(row[mark - 1] for row in use.in_use):,} at {mark} s" for mark in marks)
    opened = use.open_at(second)
    bins = ", ".join(
        f"{new:,} new per s, {is_open:,} open, {row[second - 1] - is_open:,} in TIME-WAIT"
        for new, is_open, row in zip(load.shares, opened, use.in_use, strict=True)
    )
    fails = f"first failure after {use.first:.1f} s" if use.first is not None else "no failure"
    return (
        f"Ports in use over 10 minutes. Range {load.ports[0]}-{load.ports[1]}, {destinations(load)},"
        f" {load.rate:,} new connections per s, each open {load.lifetime} s, the {load.closes_first} closes first."
        f" At {second} s, for each destination: {bins}; {use.failed[second - 1]:,} attempts per s fail."
        f" Ports in use towards the busiest destination: {each}; limit {load.size:,}."
        f" {fails[0].upper() + fails[1:]}. {sentence(use)}"
    )
