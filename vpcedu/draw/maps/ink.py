"""Map ink: the items of a map's places and hops."""

from __future__ import annotations

from itertools import pairwise

from vpcedu.draw.canvas.fonts import shorten, width_of
from vpcedu.draw.canvas.frame import TOP
from vpcedu.draw.canvas.scene import Band, Box, Line, Mark, Text
from vpcedu.draw.canvas.style import (
    BADGE,
    BOX,
    CROSS,
    DIAMOND,
    DOTS,
    EXPECTED,
    FAINT,
    LABEL,
    LIT,
    LONG_DASH,
    NOTE,
    PACKET,
    device_ink,
)
from vpcedu.draw.maps.layout import COLUMNS, GAPS, GATEWAY, LANES, OUTSIDE
from vpcedu.draw.maps.polylines import polyline
from vpcedu.draw.maps.table import badge
from vpcedu.draw.reading.legs import AT, END, MIDDLE, START, rewritings, space
from vpcedu.draw.reading.short_names import cut_middle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.draw.canvas.frame import Item
    from vpcedu.draw.canvas.scene import Point
    from vpcedu.draw.maps.hops import MapHop
    from vpcedu.draw.maps.layout import MapPlace, MapPlaces
    from vpcedu.sites.visit import Visit


LANES_THERE = ("request", "answer")
APART = 8.0  # half the distance of request and answer inside the gateway


def ground_items(places: MapPlaces) -> list[Item]:
    """The Internet's band, the frames of the VPCs and of their subnets."""
    left, right = COLUMNS[OUTSIDE]
    edge = sum(COLUMNS[GATEWAY]) / 2
    items: list[Item] = [
        Band(left, TOP, right - left, places.bottom - TOP + 4, "outside-ground"),
        Text(left + 8, TOP + 16, "Internet", "outside", NOTE, True),
    ]
    for wall in places.walls:
        items += [
            Box(edge, wall.y, 692 - edge, wall.bottom - wall.y, "inside", "paper", 2.2, 4.0),
            Text(685, wall.y + 16, wall.words, "inside", NOTE, True, "end"),
        ]
    for frame in places.frames:
        left, right = COLUMNS[frame.column]
        if frame.note:
            items += [
                Box(
                    left,
                    frame.y,
                    right - left,
                    frame.h - 6,
                    "muted",
                    "faint-ground",
                    1.0,
                    3.0,
                    FAINT,
                ),
                Text(left + 8, frame.y + 17, frame.words, "muted", NOTE, True),
                Text(left + 8, frame.y + 34, frame.note, "muted", NOTE),
            ]
            continue
        items += [
            Box(left, frame.y, right - left, frame.h - 6, "inside", "inside-ground", 1.0),
            Text(left + 8, frame.y + 17, frame.words, "inside", NOTE, True),
        ]
    return items


def device_items(
    visit: Visit, places: MapPlaces, tried: frozenset[str] = frozenset()
) -> list[Item]:
    """What is drawn above the paths: names; the boxes themselves are below them (see box_items).

    tried: devices that only a predicted packet met: they need room for its path.
    """
    items: list[Item] = []
    for name, place in places.boxes.items():
        items += (
            _gateway_words(place)
            if place.column == GATEWAY
            else _device_words(visit, place, name in tried)
        )
    return items


def box_items(places: MapPlaces) -> list[Item]:
    """A box for each device; faint and dashed where no packet came."""
    return [_box(place) for place in places.boxes.values()]


def _box(place: MapPlace) -> Box:
    ink = device_ink(place.column == OUTSIDE, place.host)
    frame = (
        (ink, "paper", BOX, 3.0, ()) if place.met else ("muted", "faint-ground", 1.0, 3.0, FAINT)
    )
    return Box(place.left, place.y, place.right - place.left, place.tall, *frame)


def _gateway_words(place: MapPlace) -> list[Item]:
    ink = "ink" if place.met else "muted"
    room = place.right - place.left - 12
    words = [cut_middle(word, NOTE, room, True) for word in place.name.rsplit(" ", 1)]
    return [
        Text(place.middle, place.y + 17 + 15 * i, word, ink, NOTE, True, "middle")
        for i, word in enumerate(words)
    ]


def _device_words(visit: Visit, place: MapPlace, is_tried: bool) -> list[Item]:
    top = place.y + (18 if place.column != OUTSIDE and not (place.host and place.met) else 38)
    room, ink = place.right - place.left - 12, "ink" if place.met else "muted"
    bold = width_of(place.name, LABEL, True) <= room  # rather thin than cut
    name = place.name if bold else cut_middle(place.name, NOTE, room)
    items: list[Item] = [
        Text(place.middle, top, name, ink, LABEL if bold else NOTE, bold, "middle")
    ]
    if place.address:
        ink = "outside" if place.column == OUTSIDE else "inside"
        if not place.met:
            ink = "muted"
        items.append(Text(place.middle, top + 16, place.address, ink, NOTE, False, "middle"))
    if not place.met and place.column != OUTSIDE and not is_tried:
        counted = shorten(f"0 of {len(visit.capture)} packets", NOTE, room, True)
        items += [
            Text(place.middle, top + 34 + 15 * i, words, "ink", NOTE, i == 1, "middle")
            for i, words in enumerate(("not on this path:", counted))
        ]
    return items


def hop_items(
    visit: Visit, places: MapPlaces, hops: tuple[MapHop, ...]
) -> tuple[list[Item], list[Item]]:
    """The paths of hops, and their diamonds, crosses and numbers."""
    polylines: list[Item] = box_items(places)
    marks: list[Item] = []
    used: list[tuple[frozenset[str], str]] = []
    drawn: list[tuple[MapHop, list[Point]]] = []
    for hop in hops:
        leg = hop.leg
        if leg.start in places and leg.end in places and leg.start != leg.end:
            pair = frozenset((leg.start, leg.end)), hop.lane
            again = used.count(pair)  # the same path once more: a lane between
            used.append(pair)
            shift = (10.0 if hop.lane == "request" else -10.0) * again
            drawn.append((hop, polyline(places, (leg.start, leg.end), hop.lane, shift)))
    lanes = _untangled(places, drawn)
    for (hop, plain), points in zip(drawn, _joined(places, drawn), strict=True):
        leg = hop.leg
        ink = space(visit.vpc, leg.packet)
        dash = LONG_DASH if ink == "outside" else ()
        if hop.lane == "predicted":
            ink, dash = "ink", EXPECTED
        width = LIT if hop.lit and leg.drop is None else PACKET
        gates = rewritings(hop.trace)
        if leg.drop is None:
            polylines.append(
                Line(
                    tuple(points),
                    ink,
                    width,
                    dash,
                    "solid" if places[leg.end].host else "",
                    hop.number,
                )
            )
        else:
            travelled, rest, cross = cut_polyline(points, leg.spot)
            polylines += [
                Line(part, ink_, w, d, "", hop.number)
                for part, ink_, w, d in ((travelled, ink, width, dash), (rest, "muted", 1.4, DOTS))
                if len(part) > 1
            ]
            marks.append(Mark("cross", *cross, "dropped", CROSS, "", hop.number))
        if leg.start in gates:
            marks.append(Mark("diamond", *points[0], "rewritten", DIAMOND, "", hop.number))
        spots = badge_spots(places, (leg.start, leg.end), plain, lanes.get(hop.number, hop.lane))
        if leg.spot == START:  # next to the cross, not over the lane of the other direction
            low = places[leg.start].host or hop.lane == "request"
            spots = [(cross[0], cross[1] + (16.5 if low else -16.5))]
        if leg.spot == START and hop.lane == "predicted":  # after the stub, in the middle lane
            spots = [(cross[0] + (25.0 if cross[0] > points[0][0] else -25.0), cross[1])]
        marks.append(badge(hop, *free_spot(marks, spots, hop.lane)))
    return polylines, marks


def _untangled(places: MapPlaces, drawn: list[tuple[MapHop, list[Point]]]) -> dict[int, str]:
    """Let a request that comes from below a box meet its host below an answer that goes straight.

    Else the two would cross. The polylines are changed; returned are the lanes of these hops.
    """
    lanes: dict[int, str] = {}
    for i, (hop, points) in enumerate(drawn):
        for k, (other, straight) in enumerate(drawn):
            meets = hop.leg.end == other.leg.start and (hop.lane, other.lane) == LANES_THERE
            if not meets or len(points) < 4 or len(straight) != 2:
                continue
            if not points[-2][1] < straight[0][1] < points[-3][1]:
                continue
            low, high = (places[hop.leg.end].y + LANES[lane] for lane in reversed(LANES_THERE))
            drawn[i] = hop, [*points[:-2], (points[-2][0], low), (points[-1][0], low)]
            drawn[k] = other, [(x, high) for x, _ in straight]
            lanes.update({hop.number: "answer", other.number: "request"})
    return lanes


def _joined(places: MapPlaces, drawn: list[tuple[MapHop, list[Point]]]) -> list[list[Point]]:
    """The same polylines, joined inside gateways.

    Where a packet leaves the gateway at another height than it came, the line goes up or down in
    it. Request and answer keep apart there.
    """
    polylines = [list(points) for _, points in drawn]
    for number, ((hop, _), (after, _)) in enumerate(pairwise(drawn)):
        same = hop.trace is after.trace and hop.leg.end == after.leg.start and hop.leg.drop is None
        here, there = polylines[number], polylines[number + 1]
        if (
            not same
            or places[hop.leg.end].column != GATEWAY
            or here[-1][1] == there[0][1]
            or after.leg.spot in (START, MIDDLE)
        ):
            continue
        x, y = here[-1][0] + (-APART if hop.lane == "request" else APART), here[-1][1]
        here[-1] = x, y
        polylines[number + 1] = [(x, y), (x, there[0][1]), *there[1:]]
    return polylines


def cut_polyline(
    points: list[Point], spot: str
) -> tuple[tuple[Point, ...], tuple[Point, ...], Point]:
    """A path cut where its packet was lost: the part travelled, the rest, and the point between."""
    if spot == START:  # it never left: a stub, since nobody decided where it would have gone
        (x0, y0), (x1, _) = points[:2]
        sense = 1.0 if x1 > x0 else -1.0
        return (), ((x0, y0), (x0 + 32 * sense, y0)), (x0 + 18 * sense, y0)
    if spot == AT:
        return tuple(points), (), points[-1]
    (x0, y0), (x1, y1) = points[:2] if spot == MIDDLE else points[-2:]
    share = 0.5 if spot == MIDDLE else min(18 / (abs(x1 - x0) + abs(y1 - y0) or 1.0), 0.5)
    share = 1 - share if spot == END else share
    cross = x0 + (x1 - x0) * share, y0 + (y1 - y0) * share
    if spot == END:
        return (*points[:-1], cross), (cross, points[-1]), cross
    return (points[0], cross), (cross, *points[1:]), cross


def badge_spots(
    places: MapPlaces, names: tuple[str, str], points: list[Point], lane: str
) -> list[Point]:
    """Where a badge may stand: above a request, below an answer; in a gap or next to a box."""
    beside = {"request": -14.0, "answer": 14.0, "connection": -16.0, "predicted": 14.0}[lane]
    (x0, y0), (x1, _) = points[0], points[-1]
    if (
        places[names[0]].column == places[names[1]].column == GATEWAY
    ):  # next to the upper one, below its other hops
        return [(GAPS[GATEWAY], min(y0, points[-1][1]) + (60.0 if lane == "request" else 86.0))]
    if len(points) == 2:
        return [
            (
                next((gap for gap in GAPS if min(x0, x1) < gap < max(x0, x1)), (x0 + x1) / 2),
                y0 + beside,
            )
        ]
    spots: list[Point] = []
    for end in (
        (0, -1) if points[0][1] > points[-1][1] else (-1, 0)
    ):  # an elbow: at its lower end, if that is free
        place, corner = places[names[end]], points[1 if end == 0 else -2]
        left, right = COLUMNS[place.column]
        x = (place.right + right) / 2 if corner[0] > place.middle else (place.left + left) / 2
        if place.column != GATEWAY:
            spots.append((GAPS[OUTSIDE] if place.column == OUTSIDE else x, points[end][1] + beside))
    return spots or [((x0 + x1) / 2, y0 + beside)]


def free_spot(marks: list[Item], spots: list[Point], lane: str) -> Point:
    """The first of these spots where no badge stands, or one next to the first."""
    taken = [mark for mark in marks if isinstance(mark, Mark) and mark.words]
    step = (2 * BADGE + 2) * (1.0 if lane in ("answer", "predicted") else -1.0)
    more = [(spots[0][0], spots[0][1] + step * times) for times in range(1, len(taken) + 2)]
    return next(
        (
            (x, y)
            for x, y in (*spots, *more)
            if all(abs(mark.x - x) > 2 * BADGE or abs(mark.y - y) > 2 * BADGE for mark in taken)
        ),
        spots[0],
    )
