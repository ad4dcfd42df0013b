"""Scene: a picture as data, in five primitives, before anything is painted.

Coordinates are CSS pixels. x runs right from 0 to `width`, y runs DOWN from 0 to `height`; items
are painted in their order. A colour is the name of a meaning ("inside", "dropped", ...) that
style.py turns into ink. Because a text knows its own place (fonts.py measures it), "nothing
overlaps" is a test without pictures.
"""

from __future__ import annotations

from math import hypot

from vpcedu.draw.canvas.fonts import ASCENT, DESCENT, width_of
from vpcedu.draw.canvas.style import HOLLOW_HEAD, SOLID_HEAD
from vpcedu.row import NamedRow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    Item: TypeAlias = "Band | Box | Line | Text | Mark"
    Point = tuple[float, float]
    Extent = tuple[float, float, float, float]  # left, top, right, bottom


class Band(NamedRow):
    """A coloured ground without a border."""

    x: float
    y: float
    w: float
    h: float
    ground: str


class Box(NamedRow):
    """A frame with a border (`ink`, `width`, `dash`) and a ground ("" for none)."""

    x: float
    y: float
    w: float
    h: float
    ink: str
    ground: str = "paper"
    width: float = 1.6
    radius: float = 3.0
    dash: tuple[float, ...] = ()

    @property
    def extent(self) -> Extent:
        """Left, top, right, bottom."""
        return self.x, self.y, self.x + self.w, self.y + self.h


class Line(NamedRow):
    """A line through points; `head` "solid" or "hollow" stands at its end.

    `part_of` is the number of the packet whose path it is, 0 for all other lines.
    """

    points: tuple[Point, ...]
    ink: str
    width: float = 1.8
    dash: tuple[float, ...] = ()
    head: str = ""
    part_of: int = 0

    @property
    def shaft(self) -> tuple[Point, ...]:
        """The points without the head: where there is one, the line ends just inside it."""
        if not self.head:
            return self.points
        return (*self.points[:-1], back(self.points[-2], self.points[-1], self._length - 1))

    @property
    def corners(self) -> tuple[Point, ...]:
        """The three corners of the head, the tip first."""
        tip = self.points[-1]
        x, y = back(self.points[-2], tip, self._length)
        half = 7.0 if self.head == "hollow" else 4.0 + 0.4 * (self.width - 1.8)
        across = (tip[1] - y) / self._length * half, (x - tip[0]) / self._length * half
        return tip, (x + across[0], y + across[1]), (x - across[0], y - across[1])

    @property
    def _length(self) -> float:
        return HOLLOW_HEAD if self.head == "hollow" else SOLID_HEAD


SHARES = {"start": 0.0, "middle": 0.5, "end": 1.0}  # how much of a text lies left of its anchor


class Text(NamedRow):
    """One line of words; y is the baseline.

    anchor: which end of the line x is: "start", "middle" or "end".
    """

    x: float
    y: float
    words: str
    ink: str = "ink"
    size: float = 12.5
    bold: bool = False
    anchor: str = "start"

    @property
    def extent(self) -> Extent:
        """Left, top, right, bottom of the ink."""
        width = width_of(self.words, self.size, self.bold)
        left = self.x - width * SHARES[self.anchor]
        return left, self.y - ASCENT * self.size, left + width, self.y + DESCENT * self.size


class Mark(NamedRow):
    """A sign at a point: diamond, cross, ring, disc, circle or square.

    The last three carry `words`. `size` is half the sign's height. disc is filled, circle is open,
    square is filled.
    """

    kind: str
    x: float
    y: float
    ink: str
    size: float
    words: str = ""
    part_of: int = 0


MARKS = ("diamond", "cross", "ring", "disc", "circle", "square")


class Scene(NamedRow):
    """A whole picture: its size, its items in painting order, its title and text alternative.

    stills: strips from one y to another that only a still picture has: next to live controls they
    would say the same twice, see `live`.
    """

    width: float
    height: float
    items: tuple[Item, ...]
    title: str
    alt: str
    stills: tuple[tuple[float, float], ...] = ()


def live(scene: Scene) -> Scene:
    """The scene without its strips for stills: what is below them moves up."""
    for top, bottom in sorted(scene.stills, reverse=True):
        items = tuple(
            _moved(item, top, bottom) for item in scene.items if not _within(item, top, bottom)
        )
        scene = scene._replace(items=items, height=scene.height - (bottom - top), stills=())
    return scene


def _ends(item: Item) -> list[float]:
    """The y of what an item is drawn from."""
    if isinstance(item, Line):
        return [y for _, y in item.points]
    return [item.y, item.y + item.h] if isinstance(item, Band | Box) else [item.y]


def _within(item: Item, top: float, bottom: float) -> bool:
    return top <= min(_ends(item)) and max(_ends(item)) <= bottom


def _moved(item: Item, top: float, bottom: float) -> Item:
    """The item where a strip is gone."""

    def up(y: float) -> float:
        return y if y <= top else max(top, y - (bottom - top))

    if isinstance(item, Line):
        return item._replace(points=tuple((x, up(y)) for x, y in item.points))
    if isinstance(item, Band | Box):
        return item._replace(y=up(item.y), h=up(item.y + item.h) - up(item.y))
    return item._replace(y=up(item.y))


def back(start: Point, end: Point, length: float) -> Point:
    """The point that lies `length` before the end of a line: where its head begins."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    share = length / (hypot(dx, dy) or 1.0)
    return end[0] - dx * share, end[1] - dy * share


def digest(scene: Scene) -> str:
    """SHA-256 over a scene as text: all of it, numbers to a hundredth of a pixel; 64 hex digits."""
    from hashlib import sha256

    return sha256(_told(scene).encode()).hexdigest()


def _told(value: Any) -> str:
    """A value as text that is the same on every Python, in ASCII."""
    if isinstance(value, tuple):
        return f"{type(value).__name__}({','.join([_told(part) for part in value])})"
    if isinstance(value, str | bool):
        return ascii(value)
    return f"{round(value, 2) + 0.0:.2f}"  # 0.0 is added because -0.0 is written differently
