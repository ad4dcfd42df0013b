"""Map polylines: the line that a leg takes between two boxes of a map.

Boxes of neighbouring columns in one row are joined straight; other rows by an elbow in the gap
between the columns, rows of one column by an elbow next to it; a leg that jumps over a column goes
below its box. Request and answer have lanes of their own, and their elbows stand so that they never
cross.
"""

from __future__ import annotations

from vpcedu.draw.maps.layout import GAPS, GATEWAY, LANES, PRIVATE, TALL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.draw.canvas.scene import Point
    from vpcedu.draw.maps.layout import MapPlace, MapPlaces

ELBOW = 6.0  # half the distance between the elbows of request and answer
BELOW = {
    "request": 5.0,
    "answer": 13.0,
    "connection": 9.0,
    "predicted": 9.0,
}  # below a box that a leg must pass


def polyline(
    places: MapPlaces, names: tuple[str, str], lane: str, shift: float = 0.0
) -> list[Point]:
    """The points from one device to another: at a host its edge, at a gateway its middle."""
    here, there = places[names[0]], places[names[1]]
    y0, y1 = _level(here, there, lane, shift), _level(there, here, lane, shift)
    x0, x1 = _edge(here, there), _edge(there, here)
    low, high = sorted((here.column, there.column))
    row = min((place.row for place in (here, there) if place.column != GATEWAY), default=there.row)
    jumps = any(places.taken(column, row) for column in range(low + 1, high) if column != GATEWAY)
    if jumps:
        return _below(here, there, (x0, y0), (x1, y1), lane)
    if y0 == y1 and here.column != there.column:
        return [(x0, y0), (x1, y1)]
    x = GAPS[low - 1 if low == high == PRIVATE else low] + _side(here, there, lane)
    return [(x0, y0), (x, y0), (x, y1), (x1, y1)]


def _level(place: MapPlace, other: MapPlace, lane: str, shift: float) -> float:
    """The y at which a line meets a box.

    An Internet gateway is met at the y of the other box, unless that is a gateway too.
    """
    return (other if place.column == GATEWAY != other.column else place).y + LANES[lane] + shift


def _edge(place: MapPlace, other: MapPlace) -> float:
    if not place.host:
        return place.middle
    last = place.column == other.column == PRIVATE  # right of the last column is the VPC's edge
    return place.right if other.column >= place.column and not last else place.left


def _side(here: MapPlace, there: MapPlace, lane: str) -> float:
    """How far from the gap's middle an elbow stands."""
    lower = here if here.y > there.y else there
    upper = there if lower is here else here
    sign = {"request": 1.0, "answer": -1.0}.get(lane, 0.0)
    return (
        ELBOW
        * sign
        * (1 if lower.column > upper.column or lower.column == upper.column == PRIVATE else -1)
    )


def _below(here: MapPlace, there: MapPlace, start: Point, end: Point, lane: str) -> list[Point]:
    """Below the boxes between: along the free strip under the row of the end that is no gateway."""
    ends = [place for place in (here, there) if place.column != GATEWAY]
    y = min(place.y for place in ends) + TALL + BELOW[lane]
    points: list[Point] = []
    for place, (x, level) in ((here, start), (there, end)):
        if place.column == GATEWAY:
            points.append((x, y))
            continue
        gap = (
            GAPS[place.column]
            if place.column < (there if place is here else here).column
            else GAPS[place.column - 1]
        )
        gap += {"request": -ELBOW, "answer": ELBOW}.get(lane, 0.0)
        corner = [(x, level), (gap, level), (gap, y)]
        points += corner if place is here else corner[::-1]
    return points
