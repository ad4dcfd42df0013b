"""Explorer: some controls, one picture, one sentence; the picture follows the controls.

A pure function makes the frame from the controls' values; the explorer only shows it: live as SVG,
which is quick, and on a page without a kernel as PNG. matplotlib paints what is live, on one figure
that is drawn again and again; where it is missing, the package's own painter does (moving.py). The
picture's place has a fixed height for all values of a slider, so the page never jumps. An error is
shown in place of the sentence, and raised. "Reset" brings every control back to where it began; the
buttons under the picture save what is shown. Parts that several explorers have (a stepper, a
what-if panel) bring controls of their own.
"""

from __future__ import annotations

import os
import re
from html import escape
from itertools import count
from math import ceil

import ipywidgets

from vpcedu.draw import Picture
from vpcedu.draw.canvas import moving
from vpcedu.draw.canvas.picture import SUFFIXES
from vpcedu.row import NamedRow
from vpcedu.views.text import fold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Height = int | Callable[..., int]

WIDTH = 700  # CSS pixels
SCROLLBAR = 16  # CSS pixels: room for it where a picture is wider than the window
KEPT = 32  # settings whose visits are kept: enough to go back and forth, bounded
WRAPPED = {"flex_flow": "row wrap", "flex": "0 0 auto"}
# The sentence's place holds its longest words; in a narrow window the picture moves sideways in its
# own frame.
# CSS pixels: four lines, one more; a window below this has twice as many
LINE, PITCH, NARROW = (84, 21, 560)
LOOK = f"""<style>
.vpcedu-explorer {{ container-type: inline-size; }}
.vpcedu-line {{ overflow: hidden auto; }}
.vpcedu-line p {{ line-height: 1.4; font-size: 14px; margin: 4px 0; overflow-wrap: break-word; }}
.vpcedu-explorer .widget-toggle-buttons {{ display: flex; flex-wrap: nowrap; }}
.vpcedu-explorer .widget-toggle-buttons > div {{ flex: 1 1 0; min-width: 0; }}
.vpcedu-note .widget-html-content {{ line-height: 16px; overflow-wrap: anywhere; }}
.vpcedu-about details {{ font-size: 13px; line-height: 1.4; }}
.vpcedu-about summary {{ cursor: pointer; }}
@container (max-width: {NARROW}px) {{ .vpcedu-line {{ height: {2 * LINE}px !important; }} }}
</style>"""


class Frame(NamedRow):
    """What is shown for one setting of the controls."""

    picture: Picture
    sentence: str


class Explorer:
    """Controls by name, and `frame`, a function of their values.

    height: that of the tallest picture, in pixels; or a function of the controls' values, where
    pictures of several kinds are shown. What is taller moves up and down in its place. about: what
    the learner looks at, in a few words. parts: a Stepper, a WhatIf; each stands in a row of its
    own (`box`), has controls that the frame asks, can begin again, and says how many `lines` the
    sentence needs because of it.
    """

    def __init__(
        self,
        frame: Callable[..., Frame],
        height: Height,
        about: str,
        parts: tuple[Any, ...] = (),
        **controls: Any,
    ) -> None:
        self._frame, self._height, self._parts = frame, height, parts
        self.controls = dict(controls)
        for part in parts:
            self.controls |= part.controls
        self.about = about
        self.painter = moving.painter()
        self.image = ipywidgets.HTML(
            layout={"width": f"{WIDTH}px", "min_width": f"{WIDTH}px", "margin": "0"}
        )
        self.line = ipywidgets.HTML(layout={"width": f"{WIDTH}px", "max_width": "100%"})
        self.line.add_class("vpcedu-line")
        self.stage = ipywidgets.Box(
            [self.image],
            layout={
                "align_items": "flex-start",
                "overflow": "auto",
                "flex": "0 0 auto",
                "max_width": "100%",
            },
        )
        self.box = ipywidgets.VBox(
            [
                self._head(),
                ipywidgets.HBox(list(controls.values()), layout=WRAPPED),
                *(part.box for part in parts),
                self.line,
                self.stage,
                self._foot(),
            ],
            layout={"width": f"{WIDTH + 24}px", "max_width": "100%", "overflow": "hidden"},
        )
        self.box.add_class("vpcedu-explorer")
        self._first = {name: control.value for name, control in controls.items()}
        self.sentence = ""
        self.picture: Picture | None = None
        self._busy = False
        for control in self.controls.values():
            control.observe(self._changed, names="value")
        self.show()

    def _head(self) -> Any:
        """What one looks at, to be opened, and Reset."""
        self.reset = ipywidgets.Button(
            description="Reset",
            tooltip="every control as it was at first",
            layout={"width": "80px"},
        )
        self.reset.on_click(self.begin_again)
        details = f"<details><summary>What am I looking at?</summary>{escape(self.about)}</details>"
        words = ipywidgets.HTML(
            LOOK + details,
            layout={"width": "590px", "max_width": "calc(100% - 90px)", "height": "auto"},
        )
        words.add_class("vpcedu-about")
        return ipywidgets.HBox(
            [words, self.reset], layout={"justify_content": "space-between", "flex": "0 0 auto"}
        )

    def _foot(self) -> Any:
        """A button for each format of a saved picture, and what came of it."""
        self.saved = ipywidgets.HTML(layout={"max_width": "100%"})
        self.saved.add_class("vpcedu-note")
        self.buttons = {}
        for suffix in SUFFIXES:
            words = f"Save {suffix[1:].upper()}"
            button = ipywidgets.Button(description=words, layout={"width": "90px"})
            button.on_click(lambda _, suffix=suffix: self._pressed(suffix))
            self.buttons[suffix] = button
        return ipywidgets.Box([*self.buttons.values(), self.saved], layout=WRAPPED)

    def _pressed(self, suffix: str) -> None:
        try:
            words = f"Saved as {self.save(suffix)}"
        except Exception as error:
            words = f"Not saved: {error}"
        self.saved.value = escape(words)

    def save(self, suffix: str = ".png") -> str:
        """Write what is shown into the current folder, under a name that is free there.

        Returns the file's path. suffix: .png, .svg or .pdf. OSError where it cannot be written;
        ImportError where the format needs matplotlib and it is missing.
        """
        name = re.sub("(?<=[a-z])(?=[A-Z])", "-", f"{type(self).__name__}").lower()
        names = (f"{name}-{number}{suffix}" if number > 1 else name + suffix for number in count(1))
        path = next(path for path in map(os.path.abspath, names) if not os.path.lexists(path))
        self._shown().save(path)
        return path

    def _shown(self) -> Picture:
        """The picture as it stands on the figure, where there is one."""
        assert self.picture is not None
        if self.figure is None:
            return self.picture
        return Picture(self.picture.scene, "light", self.figure.axes[0], painted=True)

    @property
    def figure(self) -> Any:
        """The matplotlib Figure that is drawn again for every setting; None by the other painter.

        What is added to it is drawn with every picture from then on.
        """
        return self.painter.figure

    def paint_with(self, name: str) -> None:
        """Have another painter from now on: "matplotlib" or "svg"; ValueError for another word.

        ImportError where matplotlib is asked for and missing.
        """
        self.painter = moving.painter(name)
        self.show()

    def show(self) -> None:
        """Make the frame for the present values and show it."""
        self._busy = True  # what the frame itself moves, such as a slider's end, is not shown twice
        try:
            frame = self._frame(**{name: control.value for name, control in self.controls.items()})
            svg = self.painter.svg(frame.picture.scene)
        except Exception as error:
            self.line.value = f"<p><b>This setting failed:</b> {escape(str(error))}</p>"
            raise
        finally:
            self._busy = False
        self.picture, self.sentence = frame.picture, frame.sentence
        more = sum(part.lines for part in self._parts)
        self.line.layout.height = f"{LINE + PITCH * more}px"
        self.stage.layout.height = f"{self.tall + SCROLLBAR}px"
        self.image.value = svg
        self.line.value = f"<p>{escape(frame.sentence)}</p>"

    @property
    def tall(self) -> int:
        """The height of the picture's place, in pixels."""
        if isinstance(self._height, int):
            return self._height
        height: int = self._height(
            **{name: control.value for name, control in self.controls.items()}
        )
        return height

    def begin_again(self, button: object = None) -> None:
        """Set every control to the value it had at first, and show that once."""
        self._busy = True
        try:
            for part in self._parts:
                part.begin_again()
            for name, value in self._first.items():
                self.controls[name].value = value
        finally:
            self._busy = False
        self.show()

    def _changed(self, change: object) -> None:
        if not self._busy:
            self.show()

    def _repr_mimebundle_(self, **formats: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The live view, and for a page without a kernel the picture and the sentence."""
        live = self.box._repr_mimebundle_(**formats)
        shown = self._shown()
        still, metadata = shown._repr_mimebundle_(**formats)
        bundle = (live[0] if isinstance(live, tuple) else live) | still
        bundle["text/plain"] = f"{self.sentence}\n\n{shown.alt}"
        return bundle, metadata

    def __str__(self) -> str:
        """The sentence in lines that fit a page."""
        return fold(self.sentence)

    def __repr__(self) -> str:
        return self.sentence


def tallest(pictures: Any) -> int:
    """The height of the tallest of some pictures, in whole pixels."""
    return int(max(ceil(picture.scene.height) for picture in pictures))
