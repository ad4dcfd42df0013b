"""Figure: a scene on matplotlib axes, whose coordinates are the scene's own.

Nothing is laid out here. The whole scene is one artist, which tells the renderer each primitive:
with an artist for each of them a picture takes ten times as long. One function for each primitive,
as in svg.py. No pyplot, no global settings: a figure belongs to whoever asked for it. matplotlib is
imported when something is painted, not before.
"""

from __future__ import annotations

from functools import cache, lru_cache

from vpcedu.draw.canvas.fonts import drawable, width_of
from vpcedu.draw.canvas.scene import SHARES, Band, Box, Line, Mark, Scene, Text
from vpcedu.draw.canvas.style import FONT, THEMES
from vpcedu.quoting import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Points = tuple[tuple[float, float], ...]

POINTS = 0.72  # points to a CSS pixel at 100 pixels to the inch
MISSING = "pictures need matplotlib: pip install vpcedu[course]"


def figure_of(scene: Scene, theme: str = "light") -> Any:
    """A new matplotlib Figure that holds the scene, 100 CSS pixels to the inch."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError(MISSING) from error
    figure = Figure(figsize=(scene.width / 100, scene.height / 100), dpi=100)
    paint(scene, figure.add_axes((0.0, 0.0, 1.0, 1.0)), theme)
    return figure


def paint(scene: Scene, axes: Any, theme: str = "light") -> Any:
    """Put the scene on axes, as one artist, which is returned; ValueError for an unknown theme.

    To show another scene in its place, give the artist another `scene` of the same size.
    """
    if theme not in THEMES:
        raise ValueError(f"theme {quoted(theme)}: expected one of {', '.join(THEMES)}")
    axes.set(xlim=(0, scene.width), ylim=(scene.height, 0), xticks=(), yticks=())
    axes.set_facecolor(THEMES[theme]["paper"])
    axes.figure.set_facecolor(THEMES[theme]["paper"])
    for spine in axes.spines.values():
        spine.set_visible(False)
    return axes.add_artist(_artist()(scene, THEMES[theme] | {"": None}))


@cache
def _artist() -> type:
    """The class of the artist.

    A function, so that importing this module does not import matplotlib.
    """
    from matplotlib.artist import Artist

    class Painted(Artist):
        """A scene on axes, in a theme's colours."""

        def __init__(self, scene: Scene, colours: dict[str, Any]) -> None:
            super().__init__()
            self.scene, self.colours = scene, colours

        def draw(self, renderer: Any) -> None:
            brush = Brush(renderer, self.get_transform(), self.colours)
            for item in self.scene.items:
                PAINTERS[type(item)](item, brush)
            self.stale = False

    return Painted


class Brush:
    """What paints on a renderer, in scene coordinates.

    A colour is the name of a meaning; "" is none.
    """

    def __init__(self, renderer: Any, transform: Any, colours: dict[str, Any]) -> None:
        self._renderer, self._transform, self._colours = renderer, transform, colours
        self._top = renderer.get_canvas_width_height()[1] if renderer.flipy() else None

    def path(
        self,
        path: Any,
        ground: str,
        ink: str = "",
        width: float = 0.0,
        dash: tuple[float, ...] = (),
    ) -> None:
        """A path with a ground and a stroke; `width` and `dash` are in scene pixels."""
        renderer = self._renderer
        context = renderer.new_gc()
        # points: the renderer makes pixels of them
        context.set_linewidth(width * POINTS if ink else 0.0)
        context.set_joinstyle("miter")
        if ink:
            context.set_foreground(_rgba(self._colours[ink]), isRGBA=True)
        if dash:
            context.set_dashes(0, [length * POINTS for length in dash])
        filled = _rgba(self._colours[ground]) if ground else None
        renderer.draw_path(context, path, self._transform, filled)
        context.restore()

    def polygon(self, corners: Points, ground: str, ink: str, width: float) -> None:
        """A closed shape with straight sides."""
        from matplotlib.path import Path

        self.path(Path((*corners, corners[0]), closed=True), ground, ink, width)

    def words(
        self, x: float, y: float, words: str, ink: str, size: float, bold: bool, anchor: str
    ) -> None:
        """A line of text; its left edge is where fonts.py says, as in every painter."""
        renderer = self._renderer
        left, base = self._transform.transform((x, y))
        left -= renderer.points_to_pixels(width_of(words, size, bold) * SHARES[anchor] * POINTS)
        context = renderer.new_gc()
        context.set_foreground(_rgba(self._colours[ink]), isRGBA=True)
        renderer.draw_text(
            context,
            left,
            base if self._top is None else self._top - base,
            drawable(words),
            _font(size, bold),
            0,
        )
        context.restore()


@lru_cache(64)
def _rgba(colour: str) -> Any:
    from matplotlib.colors import to_rgba

    return to_rgba(colour)


@lru_cache(64)
def _font(size: float, bold: bool) -> Any:
    from matplotlib.font_manager import FontProperties

    return FontProperties(family=FONT, size=size * POINTS, weight="bold" if bold else "normal")


def _rectangle(x: float, y: float, w: float, h: float) -> Points:
    return (x, y), (x + w, y), (x + w, y + h), (x, y + h)


def _band(band: Band, brush: Brush) -> None:
    brush.polygon(_rectangle(band.x, band.y, band.w, band.h), band.ground, "", 0.0)


def _box(box: Box, brush: Brush) -> None:
    from matplotlib.patches import BoxStyle

    round_corners: Any = BoxStyle.Round(pad=0, rounding_size=box.radius)
    brush.path(
        round_corners(box.x, box.y, box.w, box.h, 1.0), box.ground, box.ink, box.width, box.dash
    )


def _line(line: Line, brush: Brush) -> None:
    from matplotlib.path import Path

    brush.path(Path(line.shaft), "", line.ink, line.width, line.dash)
    if line.head:
        hollow = line.head == "hollow"
        brush.polygon(
            line.corners, "paper" if hollow else line.ink, line.ink, 1.6 if hollow else 0.3
        )


def _text(text: Text, brush: Brush) -> None:
    brush.words(text.x, text.y, text.words, text.ink, text.size, text.bold, text.anchor)


def _mark(mark: Mark, brush: Brush) -> None:
    from matplotlib.path import Path

    x, y, r = mark.x, mark.y, mark.size
    if mark.kind == "cross":
        for stroke in (((x - r, y - r), (x + r, y + r)), ((x - r, y + r), (x + r, y - r))):
            brush.path(Path(stroke), "", mark.ink, 2.6)
        return
    if mark.kind == "diamond":
        brush.polygon(((x, y - r), (x + r, y), (x, y + r), (x - r, y)), mark.ink, "paper", 1.2)
        return
    filled = mark.kind in ("disc", "square")
    ground = mark.ink if filled else "paper"
    if mark.kind == "square":
        brush.polygon(_rectangle(x - r, y - r, 2 * r, 2 * r), ground, mark.ink, 1.8)
    else:
        brush.path(Path.circle((x, y), r), ground, mark.ink, 1.8)
    if mark.words:
        brush.words(x, y + 4.4, mark.words, "paper" if filled else mark.ink, 12.0, True, "middle")


PAINTERS: dict[type, Any] = {Band: _band, Box: _box, Line: _line, Text: _text, Mark: _mark}
