"""Figure: a scene on matplotlib axes, whose coordinates are the scene's own.

Nothing is laid out here. One function for each primitive, as in svg.py; each tells a brush what to
paint, and there are two brushes. One makes matplotlib's own artists (lines, patches, texts), which
whoever has the figure can change. The other tells the renderer at once: then the whole scene is one
artist and is drawn in a fraction of the time, for pictures that move. No pyplot, no global
settings: a figure belongs to whoever asked for it. matplotlib is imported when something is
painted, not before.
"""

from __future__ import annotations

from functools import cache, lru_cache

from vpcedu.draw.canvas.fonts import drawable, width_of
from vpcedu.draw.canvas.scene import SHARES, Band, Box, Line, Mark, Scene, Text
from vpcedu.draw.canvas.style import FONT, THEMES
from vpcedu.lacking import Lacking
from vpcedu.quoting import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    Points = tuple[tuple[float, float], ...]
    Dash = tuple[float, ...]

POINTS = 0.72  # points to a CSS pixel at 100 pixels to the inch
MISSING = (
    "a figure, a PNG and a PDF need matplotlib, which the course on a machine of your own brings: "
    "pip install vpcedu[course]"
)
GROUP = "scene"  # what the one artist's part of an SVG is called


def figure_of(scene: Scene, theme: str = "light", moves: bool = False) -> Any:
    """A new matplotlib Figure that holds the scene, 100 CSS pixels to the inch.

    moves: the scene is one artist, see `paint`. Lacking where matplotlib is missing.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise Lacking(MISSING) from error
    figure = Figure(figsize=(scene.width / 100, scene.height / 100), dpi=100)
    paint(scene, figure.add_axes((0.0, 0.0, 1.0, 1.0)), theme, moves)
    return figure


def paint(scene: Scene, axes: Any, theme: str = "light", moves: bool = False) -> None:
    """Put the scene on axes, an artist for each primitive; ValueError for an unknown theme.

    moves: as one artist, the first of `axes.artists`, which shows another scene as soon as its
    `scene` is another one.
    """
    if theme not in THEMES:
        raise ValueError(f"theme {quoted(theme)}: expected one of {', '.join(THEMES)}")
    axes.set(xlim=(0, scene.width), ylim=(scene.height, 0))
    axes.set_facecolor(THEMES[theme]["paper"])
    axes.figure.set_facecolor(THEMES[theme]["paper"])
    for part in (*axes.spines.values(), axes.xaxis, axes.yaxis):
        part.set_visible(False)
    colours = THEMES[theme] | {"": None}
    if moves:
        axes.add_artist(_artist()(scene, colours))
    else:
        paint_items(scene.items, Maker(axes, colours))


def paint_items(items: Iterable[Any], brush: Maker | Brush) -> None:
    """Tell a brush what to paint for each item of a scene."""
    for item in items:
        PAINTERS[type(item)](item, brush)


@cache
def _artist() -> type:
    """The class of the artist.

    A function, so that importing this module does not import matplotlib.
    """
    from matplotlib.artist import Artist

    class Painted(Artist):
        """A scene on axes, in a theme's colours.

        Where `pieces` are set, they learn where the scene is drawn, and its group stays empty.
        """

        def __init__(self, scene: Scene, colours: dict[str, Any]) -> None:
            super().__init__()
            self.scene, self.colours = scene, colours
            self.pieces: Any = None

        def draw(self, renderer: Any) -> None:
            if not self.get_visible():
                return
            transform = self.get_transform().frozen()
            renderer.open_group(GROUP, GROUP)
            if self.pieces is None:
                paint_items(self.scene.items, Brush(renderer, transform, self.colours))
            else:
                size = renderer.get_canvas_width_height()
                self.pieces.place(size, transform, self.colours)
            renderer.close_group(GROUP)
            self.stale = False

    return Painted


class Maker:
    """The brush that leaves artists on axes, in scene coordinates.

    They are drawn in the order in which they were made, and below what is added later. A colour is
    the name of a meaning; "" is none.
    """

    def __init__(self, axes: Any, colours: dict[str, Any]) -> None:
        self._axes, self._colours = axes, colours

    def path(
        self, path: Any, ground: str, ink: str = "", width: float = 0.0, dash: Dash = ()
    ) -> None:
        """A path with a ground and a stroke; `width` and `dash` are in scene pixels."""
        from matplotlib.patches import PathPatch

        colours = self._colours
        patch = PathPatch(path, facecolor=colours[ground] or "none", joinstyle="miter")
        patch.set(edgecolor=colours[ink] or "none", linewidth=width * POINTS)
        self._add(patch, dash, width)

    def polygon(self, corners: Points, ground: str, ink: str, width: float) -> None:
        """A closed shape with straight sides."""
        from matplotlib.patches import Polygon

        colours = self._colours
        patch = Polygon(corners, facecolor=colours[ground], edgecolor=colours[ink] or "none")
        self._add(patch, (), width)
        patch.set(linewidth=width * POINTS, joinstyle="miter")

    def stroke(self, points: Points, ink: str, width: float, dash: Dash = ()) -> None:
        """A line through points."""
        from matplotlib.lines import Line2D

        line = Line2D(
            *zip(*points, strict=True), color=self._colours[ink], linewidth=width * POINTS
        )
        for ends in ("solid", "dash"):
            line.set(**{f"{ends}_capstyle": "butt", f"{ends}_joinstyle": "miter"})
        self._add(line, dash, width)

    def words(
        self, x: float, y: float, words: str, ink: str, size: float, bold: bool, anchor: str
    ) -> None:
        """A line of text; its left edge is where fonts.py says, as in every painter."""
        from matplotlib.text import Text

        left = x - width_of(words, size, bold) * SHARES[anchor]
        text = Text(left, y, drawable(words), color=self._colours[ink], parse_math=False)
        text.set_fontproperties(_font(size, bold))
        self._add(text)

    def _add(self, artist: Any, dash: Dash = (), width: float = 1.0) -> None:
        if dash:  # matplotlib counts in widths of the line
            artist.set_linestyle((0, [length / width for length in dash]))
        artist.set(zorder=1, clip_on=False)
        self._axes.add_artist(artist)


class Brush:
    """The brush that paints on a renderer, in scene coordinates.

    It takes the same strokes as Maker. `widths`: of the texts, in pixels, as the layout has them.
    """

    def __init__(self, renderer: Any, transform: Any, colours: dict[str, Any]) -> None:
        self._renderer, self._transform, self._colours = renderer, transform, colours
        self._top = renderer.get_canvas_width_height()[1] if renderer.flipy() else None
        self._context = renderer.new_gc()  # one for all strokes: making one takes its time
        self._context.set_joinstyle("miter")
        self.widths: list[float] = []

    def path(
        self, path: Any, ground: str, ink: str = "", width: float = 0.0, dash: Dash = ()
    ) -> None:
        """A path with a ground and a stroke; `width` and `dash` are in scene pixels."""
        context = self._context
        # points: the renderer makes pixels of them
        context.set_linewidth(width * POINTS if ink else 0.0)
        if ink:
            context.set_foreground(_rgba(self._colours[ink]), isRGBA=True)
        context.set_dashes(0, [length * POINTS for length in dash] or None)
        filled = _rgba(self._colours[ground]) if ground else None
        self._renderer.draw_path(context, path, self._transform, filled)

    def polygon(self, corners: Points, ground: str, ink: str, width: float) -> None:
        """A closed shape with straight sides."""
        from matplotlib.path import Path

        self.path(Path((*corners, corners[0]), closed=True), ground, ink, width)

    def stroke(self, points: Points, ink: str, width: float, dash: Dash = ()) -> None:
        """A line through points."""
        from matplotlib.path import Path

        self.path(Path(points), "", ink, width, dash)

    def words(
        self, x: float, y: float, words: str, ink: str, size: float, bold: bool, anchor: str
    ) -> None:
        """A line of text; its left edge is where fonts.py says, as in every painter."""
        width = width_of(words, size, bold)
        across, _, _, down, left, base = self._transform.to_values()
        left += (x - width * SHARES[anchor]) * across
        base += y * down
        self._context.set_foreground(_rgba(self._colours[ink]), isRGBA=True)
        self._renderer.draw_text(
            self._context,
            left,
            base if self._top is None else self._top - base,
            drawable(words),
            _font(size, bold),
            0,
        )
        self.widths.append(width)


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


def _band(band: Band, brush: Maker | Brush) -> None:
    brush.polygon(_rectangle(band.x, band.y, band.w, band.h), band.ground, "", 0.0)


def _box(box: Box, brush: Maker | Brush) -> None:
    around = _round(box.x, box.y, box.w, box.h, box.radius)
    brush.path(around, box.ground, box.ink, box.width, box.dash)


@lru_cache(512)
def _round(x: float, y: float, w: float, h: float, radius: float) -> Any:
    """A rectangle with round corners as a path; a moving picture asks for the same ones again."""
    from matplotlib.patches import BoxStyle

    corners: Any = BoxStyle.Round(pad=0, rounding_size=radius)
    return corners(x, y, w, h, 1.0)


def _line(line: Line, brush: Maker | Brush) -> None:
    brush.stroke(line.shaft, line.ink, line.width, line.dash)
    if line.head:
        hollow = line.head == "hollow"
        brush.polygon(
            line.corners, "paper" if hollow else line.ink, line.ink, 1.6 if hollow else 0.3
        )


def _text(text: Text, brush: Maker | Brush) -> None:
    brush.words(text.x, text.y, text.words, text.ink, text.size, text.bold, text.anchor)


def _mark(mark: Mark, brush: Maker | Brush) -> None:
    from matplotlib.path import Path

    x, y, r = mark.x, mark.y, mark.size
    if mark.kind == "cross":
        for stroke in (((x - r, y - r), (x + r, y + r)), ((x - r, y + r), (x + r, y - r))):
            brush.stroke(stroke, mark.ink, 2.6)
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
        brush.words(x, y + 4.4, mark.words, "paper" if filled else mark.ink, 12.5, True, "middle")


PAINTERS: dict[type, Any] = {Band: _band, Box: _box, Line: _line, Text: _text, Mark: _mark}
