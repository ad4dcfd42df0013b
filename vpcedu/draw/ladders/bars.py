"""Ladder bars: who opened each connection and where it ends, as thick bars above the packets.

A ring marks the opener, a hollow head the end that listened. A connection that was never open
is a thin dashed bar without a head. The states that both ends began in stand at the bar's ends.
"""

from __future__ import annotations

from itertools import pairwise

from vpcedu.draw.canvas.fonts import width_of
from vpcedu.draw.canvas.scene import Line, Mark, Text
from vpcedu.draw.canvas.style import CLEAR, CONNECTION, FAINT, NOTE, RING
from vpcedu.draw.ladders.gutters import ROOM
from vpcedu.draw.reading.legs import owner
from vpcedu.draw.reading.one_connection import ends_of, is_open

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.draw.canvas.frame import Item
    from vpcedu.draw.ladders.lifelines import Lifelines
    from vpcedu.network.conversations import Conversation
    from vpcedu.sites.visit import Visit

STEP = 32.0  # from one bar to the next below it


def far_end(visit: Visit, talk: Conversation, lines: Lifelines) -> str:
    """The device at which a connection ends, or was meant to end."""
    if is_open(talk):
        return talk.listener
    meant = owner(visit.vpc, talk.flow.dst)
    return next((name for name in (meant, talk.listener) if name in lines), talk.opener)


def bars(
    visit: Visit,
    talks: tuple[Conversation, ...],
    lines: Lifelines,
    top: float,
    shown: int,
    states: bool,
) -> tuple[list[Item], float, dict[str, float]]:
    """The bars of all connections begun by packet `shown`.

    The y below them and the lowest state in each gutter are returned too.
    """
    taken: list[float] = []  # for each level: the right end of what stands there
    items: list[Item] = []
    gutters: dict[str, float] = {}
    for talk in sorted(
        talks, key=lambda talk: min(lines.ends(talk.opener, far_end(visit, talk, lines)))
    ):
        x0, x1 = lines.ends(talk.opener, far_end(visit, talk, lines))
        level = next((i for i, right in enumerate(taken) if right <= min(x0, x1)), len(taken))
        taken[level : level + 1] = [max(x0, x1)]
        y = top + 24 + STEP * level
        begun = talk.traces[0].number <= shown
        items += _bar(talk, talks, lines, far_end(visit, talk, lines), y) if begun else ()
        for device, (first, _) in ends_of(visit, talk).items() if states else ():
            towards = x0 if device != talk.opener else x1
            place = lines.gutter(device, towards) if device in lines else None
            if place is not None and not (
                place[0] == device == talk.opener
            ):  # there the listening end's state stands
                gutter, x, anchor = place
                # next to its ring, or below it
                beside = device == talk.opener and width_of(first, NOTE) <= ROOM - RING
                x += {"end": -8.0, "start": 8.0}[anchor] if beside else 0.0
                under = gutter == device or (device == talk.opener and not beside)
                # inside a proxy the words "two sockets" come first
                below = y + (22 if under else 4)
                gutters[gutter] = max(gutters.get(gutter, 0.0), below)
                if begun:
                    items.append(Text(x, below, first, "muted", NOTE, False, anchor))
    if any(row.proxy for row in lines.rows):
        items += [
            Text(row.middle, top + 16, "two sockets", "ink", NOTE, False, "middle")
            for row in lines.rows
            if row.proxy
        ]
    return items, top + 24 + STEP * (len(taken) - 1), gutters


def _bar(
    talk: Conversation, talks: tuple[Conversation, ...], lines: Lifelines, end: str, y: float
) -> list[Item]:
    x0, x1 = lines.ends(talk.opener, end)
    stands = is_open(talk)
    name = f"connection {talk.number}" if len(talks) > 1 else "one connection"
    words = [name, f"opened by {talk.opener}", f"ends at {talk.listener}"]
    if not stands:
        words = [f"{talk.number}: never opened" if len(talks) > 1 else "never opened"]
    items: list[Item] = [
        Line(
            ((x0, y), (x1, y)),
            *(("ink", CONNECTION, (), "hollow") if stands else ("muted", 2.0, FAINT)),
        ),
        Mark("ring", x0, y, "ink" if stands else "muted", RING),
    ]
    low, high = min(x0, x1), max(x0, x1)
    edges = [
        low,
        *sorted(x for row in lines.rows for x in {row.left, row.right} if low < x < high),
        high,
    ]
    columns = list(pairwise(edges))
    for number, (left, right) in enumerate(columns if x0 < x1 else reversed(columns)):
        fits = (
            number < len(words)
            and width_of(words[number], NOTE, number == 0) <= right - left - 2 * CLEAR
        )
        if fits:
            items.append(
                Text((left + right) / 2, y - 8, words[number], "ink", NOTE, number == 0, "middle")
            )
    return items
