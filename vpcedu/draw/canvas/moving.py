"""Moving: the painters of a picture that follows a slider, and matplotlib's SVG fit for a page.

Two painters give the same scene as one <svg> element: matplotlib, which draws one figure again and
again, and the package's own, which needs nothing but Python. matplotlib paints where it is
installed; the environment variable VPCEDU_PAINTER, or whoever makes the painter, says otherwise.

matplotlib writes one theme's colours and its own sizes. Here each colour becomes the page's
variable that svg.py uses, the words get the widths that the layout counted on, and what would reach
into the rest of the page (a style for every element, ids) goes.
"""

from __future__ import annotations

import os
import re
from io import StringIO

from vpcedu.draw.canvas import svg
from vpcedu.draw.canvas.figure import GROUP, POINTS, Brush, figure_of, paint_items
from vpcedu.draw.canvas.scene import Scene
from vpcedu.draw.canvas.style import FONT, THEMES
from vpcedu.quoting import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

VARIABLE = "VPCEDU_PAINTER"
# Real text, the same ids every time, and the figure as it is, whatever a session's settings are.
TEXTS = "svg.fonttype"
SETTINGS = {
    TEXTS: "none",
    "svg.hashsalt": "vpcedu",
    "savefig.bbox": "standard",
    "savefig.facecolor": "auto",
}
NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))
# What is taken out of tags, or exchanged there: words between tags have no ">" before their "<".
IN_TAGS = re.compile(rf"""(#[0-9a-f]{{6}}| id="[\w.]+_\d+"|font-family: '{FONT}'; )(?=[^<>]*>)""")


def distinct(palette: Mapping[str, str]) -> dict[str, str]:
    """A palette with no colour twice, so that a colour tells its meaning.

    Each is changed by as little as it takes. None is black, which matplotlib does not write down.
    """
    found = {"": "#000000"}
    for name, code in palette.items():
        number = int(code[1:], 16)
        step = 1 if number < 0x800000 else -1
        while f"#{number:06x}" in found.values():
            number += step
        found[name] = f"#{number:06x}"
    return {name: found[name] for name in palette}


INKS = distinct(THEMES["light"])
CODES = {code: f"var({svg.INKS[name]})" for name, code in INKS.items()}


class Own:
    """The package's own painter; it has no figure."""

    figure = None

    def svg(self, scene: Scene) -> str:
        """The scene as one <svg> element that follows the page's theme."""
        return svg.paint(scene, svg.LIVE)

    def put(self, scene: Scene) -> None:
        """There is no figure to show the scene."""


class Redrawn:
    """matplotlib as the painter: one figure, whose one artist shows scene after scene.

    What is added to `figure` stays there, and is drawn with every scene. ImportError where
    matplotlib is missing.
    """

    def __init__(self) -> None:
        self.figure = figure_of(Scene(1.0, 1.0, (), "", ""), moves=True)
        self.axes = self.figure.axes[0]
        self.axes.artists[0].colours = INKS | {"": None}
        self._pieces, self._around = Pieces(), ""

    def svg(self, scene: Scene) -> str:
        """The scene as one <svg> element that follows the page's theme."""
        self.put(scene)
        if self.figure.stale:  # all but the scene is drawn again only when something of it changed
            self.axes.artists[0].pieces = self._pieces
            try:
                self._around = drawn_of(self.figure, svg.LIVE)
            finally:
                self.axes.artists[0].pieces = None
            self.figure.stale = False
        before, here, after = self._around.partition(f'<g id="{GROUP}"/>')
        body = f"{before}{self._pieces.of(scene.items) if here else ''}{after}"
        return svg.around(scene.width, scene.height, scene.alt, svg.LIVE, body)

    def put(self, scene: Scene) -> None:
        """Show a scene on the figure."""
        size = scene.width / 100, scene.height / 100
        if size != tuple(self.figure.get_size_inches()):
            self.figure.set_size_inches(size)
            self.axes.set(xlim=(0, scene.width), ylim=(scene.height, 0))
        self.axes.artists[0].scene = scene


PAINTERS: dict[str, type[Redrawn | Own]] = {"matplotlib": Redrawn, "svg": Own}


def painter(name: str = "") -> Redrawn | Own:
    """The painter of that name, or of VPCEDU_PAINTER, or matplotlib where it is installed.

    ValueError for a name that is none; ImportError where matplotlib is asked for and missing.
    """
    chosen = name or os.environ.get(VARIABLE, "")
    if chosen and chosen not in PAINTERS:
        what = "painter" if name else VARIABLE
        raise ValueError(f"{what} {quoted(chosen)}: expected one of {', '.join(PAINTERS)}")
    try:
        return PAINTERS[chosen or "matplotlib"]()
    except ImportError:
        if chosen:
            raise
        return Own()


class Pieces:
    """The items of scenes as matplotlib writes them in SVG, fit for a page.

    Each is kept: most of a picture does not move with the slider. matplotlib draws them on a
    renderer of their own, so that nothing else of a figure gets between.
    """

    MOST = 8192

    def __init__(self) -> None:
        self._kept: dict[Any, str] = {}
        self._place: Any = None

    def place(self, size: tuple[float, float], transform: Any, colours: dict[str, Any]) -> None:
        """Say how large the figure is in points, and where on it and in which colours to draw."""
        place = (*size, *transform.to_values(), *colours.values())
        if place != self._place:
            from matplotlib.backends.backend_svg import RendererSVG

            self._place, self._kept, self._stream = place, {}, StringIO()
            self._brush = Brush(RendererSVG(*size, self._stream), transform, colours)

    def of(self, items: Iterable[Any]) -> str:
        """The items in their order; those that are new in this place are drawn."""
        from matplotlib import rcParams

        if len(self._kept) > self.MOST:
            self._kept.clear()
        before = rcParams[TEXTS]
        rcParams[TEXTS] = SETTINGS[TEXTS]  # rc_context would copy all settings for this one
        try:
            return "".join([self._piece(item) for item in items])
        finally:
            rcParams[TEXTS] = before

    def _piece(self, item: Any) -> str:
        known = type(item), item  # a Band and another row may hold the same values
        if known not in self._kept:
            self._brush.widths.clear()
            self._stream.seek(0)
            self._stream.truncate()
            paint_items((item,), self._brush)
            before, *texts = fit(self._stream.getvalue(), svg.LIVE).split("<text ")
            self._kept[known] = "".join((before, *map(_wide, texts, self._brush.widths)))
        return self._kept[known]


def svg_of(figure: Any, alt: str, theme: str) -> str:
    """What matplotlib draws of a figure, as one <svg> element.

    alt: the words in its place. theme: "live", where the colours of INKS become the page's
    variables; any other leaves them as they are.
    """
    width, height = (side * 100 for side in figure.get_size_inches())
    return svg.around(width, height, alt, theme, drawn_of(figure, theme))


def drawn_of(figure: Any, theme: str) -> str:
    """What matplotlib draws of a figure, to be put in an <svg> of that theme."""
    from matplotlib import rc_context

    out = StringIO()
    with rc_context(SETTINGS):
        figure.savefig(out, format="svg", metadata=NO_METADATA)
    drawn = out.getvalue()
    body = fit(drawn[drawn.index("</defs>") + len("</defs>") : drawn.rindex("</svg>")], theme)
    scale = f'<g transform="scale({1 / POINTS:.7f})" stroke-linejoin="round">'
    return f"{scale}{body}</g>"


def fit(drawn: str, theme: str) -> str:
    """matplotlib's SVG without what would reach into the rest of a page, in the theme's colours."""
    inks = CODES if theme == svg.LIVE else {}
    return IN_TAGS.sub(
        lambda found: inks.get(found[0], "" if found[0][0] != "#" else found[0]), drawn
    )


def _wide(text: str, width: float) -> str:
    """A text of the scene with the width in pixels that the layout counted on."""
    return f'<text textLength="{width * POINTS:.2f}" lengthAdjust="spacingAndGlyphs" {text}'
