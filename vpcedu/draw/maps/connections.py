"""Map connections: who opens which connection, as thick arrows on a map and rows of its table.

Connections of the same path and the same end are drawn next to each other if they are two; of
more, such as a balancer's health checks, the first represents all, and its row counts them.
"""

from __future__ import annotations

from itertools import pairwise

from vpcedu.draw.canvas.fonts import shorten
from vpcedu.draw.canvas.scene import Line, Mark, Text
from vpcedu.draw.canvas.style import (
    BADGE,
    CONNECTION,
    CROSS,
    DIAMOND,
    FAINT,
    MARGIN,
    NOTE,
    RING,
    WIDTH,
)
from vpcedu.draw.maps.ink import badge_spots, box_items, cut_polyline, free_spot
from vpcedu.draw.maps.layout import OUTSIDE
from vpcedu.draw.maps.polylines import polyline
from vpcedu.draw.maps.table import FROM, HOP, HOP_ROOM, LINE_HEIGHT, columns_of, end_items
from vpcedu.draw.reading.legs import MIDDLE, START, legs_of, rewritings
from vpcedu.draw.reading.one_connection import is_open, stretches, whole_path
from vpcedu.draw.reading.short_names import cut_middle
from vpcedu.draw.reading.words import short
from vpcedu.row import NamedRow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.draw.canvas.frame import Item
    from vpcedu.draw.canvas.scene import Point
    from vpcedu.draw.maps.layout import MapPlaces
    from vpcedu.network.conversations import Conversation
    from vpcedu.sites.visit import Visit

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
TWO = 2  # connections alike that have an arrow each
SHIFTS = (0.0, 14.0, -14.0)  # of the first, the second and the third arrow between two places


class ConnectionArrow(NamedRow):
    """An arrow: its letter, its connection, and how many connections it represents."""

    letter: str
    talk: Conversation
    times: int


def opened(talks: tuple[Conversation, ...]) -> tuple[ConnectionArrow, ...]:
    """The arrows of these connections, in the order of the first of each."""
    alike: dict[object, list[Conversation]] = {}
    for talk in talks:
        alike.setdefault((talk.path, is_open(talk)), []).append(talk)
    kept = [
        (talk, len(group) if len(group) > TWO else 1)
        for group in alike.values()
        for talk in group
        if talk is group[0] or len(group) <= TWO
    ]
    kept.sort(key=lambda pair: pair[0].number)
    return tuple(
        ConnectionArrow(LETTERS[i % len(LETTERS)], talk, times)
        for i, (talk, times) in enumerate(kept)
    )


def connection_items(
    visit: Visit, places: MapPlaces, arrows: tuple[ConnectionArrow, ...]
) -> tuple[list[Item], list[Item]]:
    """Thick paths from each opener to the end that listened."""
    polylines: list[Item] = box_items(places)
    marks: list[Item] = []
    used: list[frozenset[str]] = []
    for arrow in arrows:
        talk = arrow.talk
        path = [
            name
            for name in (talk.path if is_open(talk) else talk.traces[0].devices)
            if name in places
        ]
        pairs = list(pairwise(path))
        shift = SHIFTS[sum(used.count(frozenset(pair)) for pair in pairs[:1]) % len(SHIFTS)]
        used += [frozenset(pair) for pair in pairs]
        points: list[Point] = []
        for pair in pairs:
            points += [
                point
                for point in polyline(places, pair, "connection", shift)
                if not points or point != points[-1]
            ]
        lost = next((leg for t in talk.traces for leg in legs_of(t, visit.vpc) if leg.drop), None)
        if not is_open(talk) and lost is not None and lost.start != lost.end:
            rest = polyline(places, (lost.start, lost.end), "connection", shift)
            cross = cut_polyline(rest, lost.spot)[2]
            marks.append(Mark("cross", *cross, "dropped", CROSS))
            if talk.traces[0].dropped and lost.spot in (
                START,
                MIDDLE,
            ):  # the path goes on as far as the cross
                points = [*(points or rest[:1]), cross]
                pairs = [*pairs, (lost.start, lost.end)]
        if len(points) < 2:
            continue
        stroke = ("ink", CONNECTION, (), "hollow") if is_open(talk) else ("muted", 2.0, FAINT)
        polylines.append(Line(tuple(points), *stroke))
        marks += _signs(talk, points, places, pairs, shift)
        where = pairs[1] if len(pairs) == 2 and places[pairs[0][0]].column == OUTSIDE else pairs[0]
        spots = badge_spots(
            places, where, polyline(places, where, "connection", shift), "connection"
        )
        marks.append(
            Mark("square", *free_spot(marks, spots, "connection"), "ink", BADGE, arrow.letter)
        )
    return polylines, marks


def _signs(
    talk: Conversation,
    points: list[Point],
    places: MapPlaces,
    pairs: list[tuple[str, str]],
    shift: float,
) -> list[Mark]:
    whole = whole_path(talk)
    marks = [
        Mark("diamond", *polyline(places, pair, "connection", shift)[0], "rewritten", DIAMOND)
        for pair in pairs
        if pair[0] in rewritings(whole)
    ]
    return [*marks, Mark("ring", *points[0], "ink" if is_open(talk) else "muted", RING)]


def connection_rows(visit: Visit, arrows: tuple[ConnectionArrow, ...], y: float) -> list[Item]:
    """Head and rows of the table of connections."""
    to, last = columns_of(visit)
    items: list[Item] = [
        Text(x, y, words, "muted", NOTE, True)
        for x, words in ((HOP, "opened by"), (FROM, "from"), (to, "to"), (last, "ends at"))
    ]
    for arrow in arrows:
        talk, times = arrow.talk, f", {arrow.times} times" if arrow.times > 1 else ""
        end = (talk.listener if is_open(talk) else "never opened") + times
        for number, (leg, fields) in enumerate(stretches(visit, talk)):
            y += LINE_HEIGHT
            if number == 0:
                items += [
                    Mark("square", MARGIN + BADGE, y - 4.5, "ink", BADGE, arrow.letter),
                    Text(HOP, y, cut_middle(talk.opener, NOTE, HOP_ROOM, True), "ink", NOTE, True),
                    Text(
                        last,
                        y,
                        shorten(end, NOTE, WIDTH - MARGIN - last, True),
                        "ink" if is_open(talk) else "dropped",
                        NOTE,
                        True,
                    ),
                ]
            else:
                items.append(Text(HOP + 12, y, f"after {short(leg.start)}", "muted", NOTE))
            items += end_items(FROM, y, str(leg.packet.flow.source), fields.get("from", ""))
            items += end_items(to, y, str(leg.packet.flow.destination), fields.get("to", ""))
    return items
