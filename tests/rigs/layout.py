"""What is wrong with the layout of a scene, as sentences: `faults(scene)`.

Texts must not overlap each other, nor stand nearer than they may to a line, a border or a sign;
everything lies inside the frame; nothing that is read is smaller than 12 pixels. How wide a text
is, the package's own table says.
"""

from __future__ import annotations

from itertools import combinations, pairwise

from vpcedu import draw
from vpcedu.draw.canvas.scene import Band, Box, Line, Mark, Text
from vpcedu.draw.maps.side_by_side import one_side
from vpcedu.draw.reading.legs import rewritings
from vpcedu.draw.reading.short_names import drawn, short_names
from vpcedu.draw.tables.decided_rows import table_of
from vpcedu.draw.time.clock_rows import SHORTEST
from vpcedu.draw.time.states import changes_of
from vpcedu.network.conversations import conversations

SMALLEST = 12  # CSS pixels: a number of its own, so that style.py cannot lower it unseen
OWN = ("lit-ground", "rewritten-ground")  # grounds of a label's own frame, which may sit closer


def meet(one, other, room=0.0):
    """Whether two extents touch, or come nearer than `room`."""
    return (
        one[0] < other[2] + room
        and other[0] < one[2] + room
        and one[1] < other[3] + room
        and other[1] < one[3] + room
    )


def inside(one, other, side=0.0):
    """Whether an extent lies in another one, with so much room at both sides."""
    return (
        other[0] + side <= one[0]
        and one[2] <= other[2] - side
        and other[1] <= one[1]
        and one[3] <= other[3]
    )


def segment_meets(start, end, extent):
    """Whether a straight line touches a box: Liang and Barsky's clipping."""
    (x0, y0), (x1, y1) = start, end
    low, high = 0.0, 1.0
    for delta, first, last in (
        (x1 - x0, extent[0] - x0, extent[2] - x0),
        (y1 - y0, extent[1] - y0, extent[3] - y0),
    ):
        if delta == 0:
            if first > 0 or last < 0:
                return False
            continue
        near, far = sorted((first / delta, last / delta))
        low, high = max(low, near), min(high, far)
    return low <= high


def grown(extent, x, y):
    return extent[0] - x, extent[1] - y, extent[2] + x, extent[3] + y


# pixels that a text keeps from a line that stands beside it, or lies above or below it
SIDE, OVER = (5.9, 0.0)
FRAME = 4.0  # pixels that a text keeps from the picture's edge


def _reach(item):
    """The extent of any item; None for one that has none of its own."""
    if isinstance(item, Text | Box):
        return item.extent
    if isinstance(item, Band):
        return item.x, item.y, item.x + item.w, item.y + item.h
    if isinstance(item, Mark):
        return sign(item)
    xs, ys = zip(*(*item.points, *(item.corners if item.head else ())), strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def sign(mark):
    return mark.x - mark.size, mark.y - mark.size, mark.x + mark.size, mark.y + mark.size


def _outside(scene):
    for item in scene.items:
        left, top, right, bottom = _reach(item)
        room, foot = (FRAME, 2.0) if isinstance(item, Text) else (0.0, 0.0)
        if left < room or top < room or right > scene.width - room or bottom > scene.height - foot:
            yield f"{getattr(item, 'words', '') or item!r} leaves the frame: {(left, top, right, bottom)}"


def _crowded(texts):
    """Texts that overlap: sorted by their upper edges, so that few pairs are looked at."""
    ordered = sorted(texts, key=lambda pair: pair[1].extent[1])
    for place, (_, one) in enumerate(ordered):
        low = one.extent[3]
        for _, other in ordered[place + 1 :]:
            if other.extent[1] >= low:
                break
            if meet(one.extent, other.extent):
                yield f"{one.words!r} overlaps {other.words!r}"


def _against_boxes(i, text, boxes):
    extent = text.extent
    near = [(j, box) for j, box in boxes if meet(extent, box.extent, 1.0)]
    for j, box in near:
        if any(j < k < i and other.ground and inside(extent, other.extent) for k, other in near):
            continue  # the text stands on another box that lies above this one
        side = 3.0 if box.ground in OWN else 6.0
        if not inside(extent, box.extent, side):
            yield f"{text.words!r} {extent} is over the edge of the box {box.extent}"
        elif j > i and box.ground:
            yield f"{text.words!r} is hidden by a box"


def _against_bands(i, text, bands, boxes):
    """A band that is painted later hides a text; one that ends under it gives it two grounds."""
    for j, band in bands:
        extent = band.x, band.y, band.x + band.w, band.y + band.h
        covered = any(
            j < k < i and box.ground and inside(text.extent, box.extent) for k, box in boxes
        )
        if meet(text.extent, extent) and (j > i or not inside(text.extent, extent)) and not covered:
            yield f"{text.words!r} {text.extent} is over the edge of, or hidden by, the band {extent}"


def _against_lines(i, text, lines, boxes):
    extent = text.extent
    rooms = {True: grown(extent, SIDE, OVER), False: grown(extent, OVER, OVER)}
    for j, ends, line in lines:
        room = rooms[abs(ends[1][1] - ends[0][1]) > abs(ends[1][0] - ends[0][0])]
        if (
            min(ends[0][0], ends[1][0]) > room[2]
            or max(ends[0][0], ends[1][0]) < room[0]
            or min(ends[0][1], ends[1][1]) > room[3]
            or max(ends[0][1], ends[1][1]) < room[1]
        ):
            continue
        if segment_meets(*ends, room) and not any(
            j < k < i and box.ground and inside(extent, box.extent) for k, box in boxes
        ):
            yield f"{text.words!r} {extent} is crossed by, or too near to, {line}"


def _badges(marks, boxes):
    badges = [mark for mark in marks if mark.words]
    for one, other in combinations(badges, 2):
        if meet(sign(one), sign(other)):
            yield f"badges {one.words} and {other.words} overlap"
    for mark in badges:
        for _, box in boxes:
            if meet(sign(mark), box.extent) and not inside(sign(mark), box.extent):
                yield f"badge {mark.words} is over the edge of {box.extent}"


def faults(scene):
    """What is wrong with a scene, each as a sentence; nothing where all is well."""
    items = list(enumerate(scene.items))
    texts = [(i, text) for i, text in items if isinstance(text, Text)]
    boxes = [(i, box) for i, box in items if isinstance(box, Box)]
    bands = [(i, band) for i, band in items if isinstance(band, Band)]
    lines = [
        (i, ends, line)
        for i, line in items
        if isinstance(line, Line)
        for ends in pairwise(line.points)
    ]
    marks = [mark for _, mark in items if isinstance(mark, Mark)]
    found = [*_outside(scene), *_crowded(texts), *_badges(marks, boxes)]
    for i, text in texts:
        if text.size < SMALLEST:
            found.append(f"{text.words!r} is smaller than {SMALLEST}")
        found += [
            *_against_boxes(i, text, boxes),
            *_against_bands(i, text, bands, boxes),
            *_against_lines(i, text, lines, boxes),
        ]
        found += [
            f"{text.words!r} meets a {mark.kind}" for mark in marks if meet(text.extent, sign(mark))
        ]
    if not any(text.words == scene.title and text.bold for _, text in texts):
        found.append(f"the title is cut: {scene.title}")
    return found


# Which pictures a visit has, with settings taken from its beginning, middle and end, and from what
# was lost.


def sample(values):
    """The first, the middle and the last of some values."""
    values = list(values)
    return list(dict.fromkeys((values[0], values[len(values) // 2], values[-1]))) if values else []


def numbers_of(visit):
    """Packets: the first, the middle, the last, the first lost, the first rewritten."""
    lost = [trace.number for trace in visit.capture if trace.dropped][:1]
    new = [trace.number for trace in visit.capture if rewritings(trace)][:1]
    return sorted({*sample(trace.number for trace in visit.capture), *lost, *new})


def pictures_of(visit):
    """(kind and setting, picture) of every kind that has something to show for a visit."""
    packets, talks = numbers_of(visit), conversations(visit.capture)
    yield "ladder", draw.ladder(visit)
    yield "ladder of every packet", draw.ladder(visit, every=True)
    yield "map", draw.map(visit)
    yield "map of connections", draw.map(visit, arrows="connections")
    yield "map of the VPC alone", draw.map(visit.vpc)
    yield "ledger", draw.ledger(visit)
    yield "sides", draw.sides(visit)
    try:
        yield "side by side", draw.side_by_side(visit, visit)
        yield "one side", one_side(visit)
    except ValueError as error:
        assert "expected a visit in which a reply came from another device" in str(error)
    yield "filters", draw.filters(visit)
    for number in packets:
        yield f"ladder {number}", draw.ladder(visit, number)
        yield f"map {number}", draw.map(visit, number)
    for talk in sample(talks):
        yield f"filters {talk.number}", draw.filters(visit, talk.number)
        for who in dict.fromkeys((talk.opener, talk.listener)):
            ways = len(changes_of(visit, talk.number, who)[2])
            for changes in sample(range(ways + 1))[-2:]:
                yield (
                    f"states {talk.number} {who} {changes}",
                    draw.states(visit, talk.number, who, changes),
                )
    shown, seen = drawn(visit, short_names(visit.vpc)), set()
    for number in packets:
        for gate in rewritings(visit.capture[number]):
            yield f"header {number} {gate}", draw.header(visit, number, gate)
        for step, own in zip(shown.capture[number].steps, visit.capture[number].steps, strict=True):
            sort = own.check, type(own.row), own.action
            if sort not in seen and table_of(shown, step) is not None:  # each sort of table once
                seen.add(sort)
                yield (
                    f"table {number} {own.at} {own.check}",
                    draw.table(visit, number, own.at, own.check),
                )
    if any(
        there.steps[0].now - here.last.now >= SHORTEST
        for talk in talks
        for here, there in pairwise(talk.traces)
    ):
        yield "clocks", draw.clocks(visit)
