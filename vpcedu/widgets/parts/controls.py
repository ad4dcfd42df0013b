"""Controls: buttons, menus and sliders as wide as their words.

So a row of them fits where pictures fit. Widths come from the pictures' own table of letters, that
of the widest face a browser is likely to take. Every control shrinks in a window that is narrower
than it is.
"""

from __future__ import annotations

import re

import ipywidgets

from vpcedu.draw.canvas.fonts import OTHERS, width_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    Options = Sequence[tuple[str, Any]]

# pixels: letters; inside a button; beside it; a menu's arrow
TYPE, PAD, GAP, ARROW = (13.0, 20, 4, 34)
TRACK = 190  # pixels: of a slider's track and the number next to it, at least
SHARE = 0.7  # of its width that a slider, or a menu of a given width, keeps in a full row
IDS = re.compile(r"\b([a-z]+-)[0-9a-f]{13}([0-9a-f]{4})\b")


def room(words: str) -> int:
    """How wide words are on a control, in pixels.

    A letter that the table lacks counts as wide as an M.
    """
    known = "".join(letter if " " <= letter <= "~" or letter in OTHERS else "M" for letter in words)
    return round(width_of(known, TYPE) + 0.5)


def short(words: str) -> str:
    """Words with AWS's long ids cut in their middle: sg-0c11d22e33f440002 becomes sg-..0002."""
    return IDS.sub(r"\1..\2", words)


def choice(words: str, options: Options, value: Any) -> ipywidgets.ToggleButtons:
    """One button for each of a few values, in one row; `words` are before them, "" none."""
    button = max(room(name) for name, _ in options) + PAD
    label = room(words) + 2 if words else 0
    return ipywidgets.ToggleButtons(
        options=list(options),
        value=value,
        description=words,
        tooltips=[name for name, _ in options],
        style={"button_width": f"{button}px", "description_width": f"{label}px"},
        layout={"width": f"{label + 12 + (button + GAP) * len(options)}px", "max_width": "100%"},
    )


def menu(words: str, options: Options, value: Any, width: int = 0) -> ipywidgets.Dropdown:
    """A menu; width: pixels, 0: as wide as its longest words."""
    label = room(words) + 4
    wide = width or label + 10 + max(room(name) for name, _ in options) + ARROW
    return ipywidgets.Dropdown(
        options=list(options),
        value=value,
        description=words,
        style={"description_width": f"{label}px"},
        layout=yielding(wide) if width else {"width": f"{wide}px", "max_width": "100%"},
    )


def yielding(width: int, least: int = 0) -> dict[str, str]:
    """The layout of a control that gives up to a third of its width before its row is full.

    least: the pixels that it keeps at any rate.
    """
    return {
        "width": "auto",
        "flex": f"1 1 {max(round(width * SHARE), least)}px",
        "min_width": "0",
        "max_width": f"min({width}px, 100%)",
    }


def slider(words: str, value: Any, options: Sequence[Any], width: int = 680, label: int = 0) -> Any:
    """A slider over whole numbers (a range), or over other values.

    Other values are a sequence, or pairs of words and values.
    """
    look = {
        "description": words,
        "style": {"description_width": f"{label or room(words) + 4}px"},
        "layout": yielding(width, (label or room(words) + 4) + TRACK),
    }
    if isinstance(options, range):
        return ipywidgets.IntSlider(value, options[0], options[-1], options.step, **look)
    return ipywidgets.SelectionSlider(options=list(options), value=value, **look)


def check(words: str, value: bool = False) -> ipywidgets.Checkbox:
    """A box to tick."""
    return ipywidgets.Checkbox(
        value,
        description=words,
        indent=False,
        layout={"width": f"{room(words) + 36}px", "max_width": "100%"},
    )
