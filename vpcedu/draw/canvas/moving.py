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
from vpcedu.draw.canvas.figure import GROUP, POINTS, figure_of
from vpcedu.draw.canvas.scene import Scene
from vpcedu.draw.canvas.style import FONT, THEMES
from vpcedu.quoting import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

VARIABLE = "VPCEDU_PAINTER"
# Real text, the same ids every time, and the figure as it is, whatever a session's settings are.
SETTINGS = {
    "svg.fonttype": "none",
    "svg.hashsalt": "vpcedu",
    "savefig.bbox": "standard",
    "savefig.facecolor": "auto",
}
NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))
# What is taken out of tags, or exchanged there: words between tags have no ">" before their "<".
IN_TAGS = re.compile(
    rf"""(#[0-9a-f]{{6}}| id="(?:[\w.]+_\d+|{GROUP})"|font-family: '{FONT}'; )(?=[^<>]*>)"""
)


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

    def svg(self, scene: Scene) -> str:
        """The scene as one <svg> element that follows the page's theme."""
        self.put(scene)
        return svg_of(self.figure, scene.alt, svg.LIVE, self.axes.artists[0])

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


def svg_of(figure: Any, alt: str, theme: str, artist: Any = None) -> str:
    """What matplotlib draws of a figure, as one <svg> element.

    alt: the words in its place. theme: "live", where the colours of INKS become the page's
    variables; any other leaves them as they are. artist: the one that knows how wide its texts are.
    """
    from matplotlib import rc_context

    out = StringIO()
    with rc_context(SETTINGS):
        figure.savefig(out, format="svg", metadata=NO_METADATA)
    drawn = out.getvalue()
    body = drawn[drawn.index("</defs>") + len("</defs>") : drawn.rindex("</svg>")]
    if artist is not None:
        body = _widened(body, artist.widths)
    inks = CODES if theme == svg.LIVE else {}
    body = IN_TAGS.sub(
        lambda found: inks.get(found[0], "" if found[0][0] != "#" else found[0]), body
    )
    width, height = (side * 100 for side in figure.get_size_inches())
    scale = f'<g transform="scale({1 / POINTS:.7f})" stroke-linejoin="round">'
    return svg.around(width, height, alt, theme, f"{scale}{body}</g>")


def _widened(body: str, widths: Sequence[float]) -> str:
    """The texts of the scene, each with the width in pixels that the layout counted on."""
    before, found, rest = body.partition(f'<g id="{GROUP}">')
    inside, end, after = rest.partition("</g>")
    first, *texts = inside.split("<text ")
    pairs = zip(texts, widths, strict=True)
    return "".join((before, found, first, *(_wide(*pair) for pair in pairs), end, after))


def _wide(text: str, width: float) -> str:
    return f'<text textLength="{width * POINTS:.2f}" lengthAdjust="spacingAndGlyphs" {text}'
