"""Paint: a scene on matplotlib axes. Scene coordinates are the axes' own, so nothing is laid out here.

One function for each primitive. No pyplot, no global settings: a figure belongs to whoever asked for it.
matplotlib is imported when something is painted, not before.
"""

from __future__ import annotations

from vpcedu.draw.scene import Band, Box, Line, Mark, Scene, Text
from vpcedu.draw.style import FONT, THEMES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

POINTS = 0.72  # points to a CSS pixel at 100 pixels to the inch
ANCHORS = {"start": "left", "middle": "center", "end": "right"}
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


def paint(scene: Scene, axes: Any, theme: str = "light") -> None:
    """Paint the scene on axes; ValueError for an unknown theme."""
    if theme not in THEMES:
        raise ValueError(f"theme {theme!r}: expected one of {', '.join(THEMES)}")
    colours = THEMES[theme] | {"": "none"}
    axes.set(xlim=(0, scene.width), ylim=(scene.height, 0), xticks=(), yticks=())
    axes.set_facecolor(colours["paper"])
    axes.figure.set_facecolor(colours["paper"])
    for spine in axes.spines.values():
        spine.set_visible(False)
    for order, item in enumerate(scene.items, 1):
        for artist in PAINTERS[type(item)](item, colours):
            artist.set_zorder(order)
            axes.add_artist(artist)


def _band(band: Band, colours: dict[str, str]) -> list[Any]:
    from matplotlib.patches import Rectangle

    return [Rectangle((band.x, band.y), band.w, band.h, facecolor=colours[band.ground], edgecolor="none")]


def _box(box: Box, colours: dict[str, str]) -> list[Any]:
    from matplotlib.patches import FancyBboxPatch

    style = f"round,pad=0,rounding_size={box.radius}"
    return [FancyBboxPatch((box.x, box.y), box.w, box.h, boxstyle=style, facecolor=colours[box.ground],
                           edgecolor=colours[box.ink], linewidth=box.width * POINTS,
                           linestyle=_dash(box.dash, box.width))]


def _line(line: Line, colours: dict[str, str]) -> list[Any]:
    from matplotlib.lines import Line2D

    return [Line2D([x for x, _ in line.shaft], [y for _, y in line.shaft], color=colours[line.ink],
                   linewidth=line.width * POINTS, linestyle=_dash(line.dash, line.width), dash_capstyle="butt",
                   solid_capstyle="butt", solid_joinstyle="miter"), *(_head(line, colours) if line.head else ())]


def _head(line: Line, colours: dict[str, str]) -> list[Any]:
    from matplotlib.patches import Polygon

    hollow = line.head == "hollow"
    return [Polygon(line.corners, closed=True, facecolor=colours["paper" if hollow else line.ink],
                    edgecolor=colours[line.ink], linewidth=(1.6 if hollow else 0.3) * POINTS, joinstyle="miter")]


def _text(text: Text, colours: dict[str, str]) -> list[Any]:
    from matplotlib.text import Text as Artist

    return [Artist(text.x, text.y, text.words, color=colours[text.ink], fontsize=text.size * POINTS,
                   fontfamily=FONT, fontweight="bold" if text.bold else "normal", ha=ANCHORS[text.anchor],
                   va="baseline", parse_math=False)]


def _mark(mark: Mark, colours: dict[str, str]) -> list[Any]:
    from matplotlib.patches import Circle, Polygon, Rectangle

    x, y, r, ink, paper = mark.x, mark.y, mark.size, colours[mark.ink], colours["paper"]
    if mark.kind == "cross":
        ways = (((x - r, y - r), (x + r, y + r)), ((x - r, y + r), (x + r, y - r)))
        return [artist for way in ways for artist in _line(Line(way, mark.ink, 2.6), colours)]
    if mark.kind == "diamond":
        corners = [(x, y - r), (x + r, y), (x, y + r), (x - r, y)]
        return [Polygon(corners, closed=True, facecolor=ink, edgecolor=paper, linewidth=1.2 * POINTS)]
    filled = mark.kind in ("disc", "square")
    ground: dict[str, Any] = {"facecolor": ink if filled else paper, "edgecolor": ink, "linewidth": 1.8 * POINTS}
    sign = Rectangle((x - r, y - r), 2 * r, 2 * r, **ground) if mark.kind == "square" else Circle((x, y), r, **ground)
    word = Text(x, y + 4.4, mark.words, "paper" if filled else mark.ink, 12.0, True, "middle")
    return [sign, *(_text(word, colours) if mark.words else ())]


def _dash(dash: tuple[float, ...], width: float) -> Any:
    """matplotlib counts dashes in line widths."""
    return (0, tuple(length / width for length in dash)) if dash else "solid"


PAINTERS: dict[type, Any] = {Band: _band, Box: _box, Line: _line, Text: _text, Mark: _mark}
