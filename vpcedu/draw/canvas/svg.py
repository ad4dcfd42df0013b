"""SVG: a scene as text that every browser paints.

It needs the standard library only, and is fast enough for a slider. One function for each
primitive, as in figure.py. Words are real text; each carries the width that the layout counted on,
so that a browser with another font keeps the places. The picture brings its own paper, a role and a
label for screen readers.
"""

from __future__ import annotations

from functools import lru_cache

from vpcedu.draw.canvas.fonts import drawable, width_of
from vpcedu.draw.canvas.scene import Band, Box, Line, Mark, Scene, Text
from vpcedu.draw.canvas.style import FALLBACKS, THEMES
from vpcedu.quoting import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Colours = dict[str, str]
    Points = tuple[tuple[float, float], ...]


LIVE = "live"  # the theme that follows the page's: inks are CSS variables, light where nothing says dark
INKS = {name: f"--v-{name}" for name in THEMES["light"]}
PAGE_IS_DARK = '[data-jp-theme-light="false"]'  # JupyterLab's own mark, on its body


def _variables(theme: str) -> str:
    return "".join(f"{variable}:{THEMES[theme][name]};" for name, variable in INKS.items())


FOLLOW = f"<style>.v-live{{{_variables('light')}}}{PAGE_IS_DARK} .v-live{{{_variables('dark')}}}</style>\n"


def paint(scene: Scene, theme: str = "light") -> str:
    """The scene as one <svg> element; theme: light, dark or live. ValueError for an unknown one."""
    if theme not in (*THEMES, LIVE):
        raise ValueError(f"theme {quoted(theme)}: expected one of {', '.join((*THEMES, LIVE))}")
    paper = f'<rect width="{_n(scene.width)}" height="{_n(scene.height)}" fill="{_colours(theme)["paper"]}"/>'
    body = "\n".join([_painted(item, theme) for item in scene.items])
    return around(scene.width, scene.height, scene.alt, theme, f"{paper}\n{body}")


def around(width: float, height: float, alt: str, theme: str, body: str) -> str:
    """A whole <svg> element around what is drawn: its size, its words, and the theme's inks."""
    follows = (' class="v-live"', FOLLOW) if theme == LIVE else ("", "")
    w, h = _n(width), _n(height)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}"'
        f' preserveAspectRatio="xMidYMin" role="img" aria-label="{_escape(alt)}"'
        f' font-family="{FALLBACKS}"{follows[0]}>\n'
        f"{follows[1]}{body}\n</svg>\n"
    )


@lru_cache(8192, typed=True)  # typed: a Band and another tuple may hold the same values
def _painted(item: Any, theme: str) -> str:
    """One item; a picture that moves shows most of its items again and again."""
    drawn: str = PAINTERS[type(item)](item, _colours(theme))
    return drawn


@lru_cache(4)
def _colours(theme: str) -> Colours:
    """Inks by their meanings; "" is none."""
    inks = (
        {name: f"var({variable})" for name, variable in INKS.items()}
        if theme == LIVE
        else THEMES[theme]
    )
    return inks | {"": "none"}


def _band(band: Band, colours: Colours) -> str:
    return f'<rect {_place(band.x, band.y, band.w, band.h)} fill="{colours[band.ground]}"/>'


def _box(box: Box, colours: Colours) -> str:
    return (
        f'<rect {_place(box.x, box.y, box.w, box.h)} rx="{_n(box.radius)}" fill="{colours[box.ground]}"'
        f' stroke="{colours[box.ink]}" stroke-width="{_n(box.width)}"{_dash(box.dash)}/>'
    )


def _line(line: Line, colours: Colours) -> str:
    drawn = (
        f'<polyline points="{_points(line.shaft)}" fill="none" stroke="{colours[line.ink]}"'
        f' stroke-width="{_n(line.width)}"{_dash(line.dash)}/>'
    )
    return drawn + (_head(line, colours) if line.head else "")


def _head(line: Line, colours: Colours) -> str:
    hollow = line.head == "hollow"
    return _polygon(
        line.corners,
        colours["paper" if hollow else line.ink],
        colours[line.ink],
        1.6 if hollow else 0.3,
    )


def _text(text: Text, colours: Colours) -> str:
    bold = ' font-weight="bold"' if text.bold else ""
    width = width_of(text.words, text.size, text.bold)
    fixed = (
        f' textLength="{_n(width)}" lengthAdjust="spacingAndGlyphs"' if len(text.words) > 1 else ""
    )
    return (
        f'<text x="{_n(text.x)}" y="{_n(text.y)}" font-size="{_n(text.size)}"{bold} fill="{colours[text.ink]}"'
        f' text-anchor="{text.anchor}"{fixed}>{_escape(text.words)}</text>'
    )


def _mark(mark: Mark, colours: Colours) -> str:
    x, y, r, ink, paper = mark.x, mark.y, mark.size, colours[mark.ink], colours["paper"]
    if mark.kind == "cross":
        strokes = (((x - r, y - r), (x + r, y + r)), ((x - r, y + r), (x + r, y - r)))
        return "".join(_line(Line(stroke, mark.ink, 2.6), colours) for stroke in strokes)
    if mark.kind == "diamond":
        return _polygon(((x, y - r), (x + r, y), (x, y + r), (x - r, y)), ink, paper, 1.2)
    filled = mark.kind in ("disc", "square")
    look = f'fill="{ink if filled else paper}" stroke="{ink}" stroke-width="1.8"'
    square = mark.kind == "square"
    sign = (
        f"<rect {_place(x - r, y - r, 2 * r, 2 * r)} {look}/>"
        if square
        else (f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(r)}" {look}/>')
    )
    word = Text(x, y + 4.4, mark.words, "paper" if filled else mark.ink, 12.5, True, "middle")
    return sign + (_text(word, colours) if mark.words else "")


def _polygon(corners: Points, fill: str, stroke: str, width: float) -> str:
    return f'<polygon points="{_points(corners)}" fill="{fill}" stroke="{stroke}" stroke-width="{_n(width)}"/>'


def _points(points: Points) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in points)


def _place(x: float, y: float, w: float, h: float) -> str:
    return f'x="{_n(x)}" y="{_n(y)}" width="{_n(w)}" height="{_n(h)}"'


def _dash(dash: tuple[float, ...]) -> str:
    return f' stroke-dasharray="{" ".join(map(_n, dash))}"' if dash else ""


@lru_cache(8192)
def _n(value: float) -> str:
    """A number with at most two decimal places and no trailing zeros.

    Cached, since a moving picture asks for the same numbers again.
    """
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _escape(words: str) -> str:
    return (
        drawable(words)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace('"', "&quot;")
    )


PAINTERS: dict[type, Any] = {Band: _band, Box: _box, Line: _line, Text: _text, Mark: _mark}
