"""Explorer: some controls, one picture, one sentence; the picture follows the controls.

A pure function makes the frame from the controls' values; the explorer only shows it: live as SVG,
which is quick, and on a page without a kernel as PNG. matplotlib paints what is live, on one figure
that is drawn again and again; where it is missing, the package's own painter does (moving.py). A
live picture leaves out what the explorer itself says: its sentence and its settings. The picture's
place has a fixed height for all values of a slider, so the page never jumps; the picture is scaled
to its place. An error is shown in place of the sentence, and raised. "Reset" brings every control
back to where it was when the explorer was last displayed; the buttons next to it save what is
shown. A control that cannot matter is disabled, and the explorer says why. Parts that several
explorers have (a stepper, a what-if panel) bring controls of their own.
"""

from __future__ import annotations

import os
from html import escape
from itertools import count
from math import ceil

import ipywidgets

from vpcedu.draw import Picture
from vpcedu.draw.canvas import moving
from vpcedu.draw.canvas.picture import SUFFIXES
from vpcedu.draw.canvas.scene import live
from vpcedu.row import NamedRow
from vpcedu.views.text import fold
from vpcedu.widgets.parts.state import Linked, put, written

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Height = int | Callable[..., int]

WIDTH = 700  # CSS pixels
KEPT = 32  # settings whose visits are kept: enough to go back and forth, bounded
WRAPPED = {"flex_flow": "row wrap", "flex": "0 0 auto"}
# CSS pixels: from line to line of the sentence; below these widths it has one line more, and twice
# as many, and the picture moves sideways in its own frame; room for a scrollbar there
PITCH, NARROWER, NARROW, SCROLLBAR = (18, 690, 540, 16)
LOOK = f"""<style>
.vpcedu-explorer {{ container-type: inline-size; }}
.vpcedu-line p {{ line-height: {PITCH}px; font-size: 13px; margin: 2px 0; overflow: hidden auto;
  overflow-wrap: break-word; height: calc(var(--lines) * {PITCH}px); }}
.vpcedu-stage > .widget-html, .vpcedu-stage .widget-html-content {{ width: 100%; height: 100%; }}
.vpcedu-stage svg[role=img] {{ display: block; width: 100%; height: 100%; }}
.vpcedu-explorer .widget-toggle-buttons {{ display: flex; flex-wrap: nowrap; }}
.vpcedu-explorer .widget-toggle-buttons > div {{ flex: 1 1 0; min-width: 0; }}
.vpcedu-note .widget-html-content {{ line-height: 14px; overflow-wrap: anywhere;
  padding-left: 8px; font-size: 12.5px; color: var(--jp-ui-font-color2, #616161); }}
.vpcedu-about details {{ font-size: 13px; line-height: 1.4; }}
.vpcedu-about summary {{ cursor: pointer; }}
.vpcedu-about:has(details[open]) {{ flex: 1 1 100% !important; }}
@container (max-width: {NARROWER}px) {{
  .vpcedu-line p {{ height: calc(var(--lines) * {PITCH}px + {PITCH}px); }}
}}
@container (max-width: {NARROW - 1}px) {{
  .vpcedu-line p {{ height: calc(var(--lines) * {2 * PITCH}px); }}
  .vpcedu-stage {{ box-sizing: content-box; padding-bottom: {SCROLLBAR}px; }}
}}
</style>"""


class Frame(NamedRow):
    """What is shown for one setting of the controls.

    still: what is stored and saved, where that is more than what is shown live.
    """

    picture: Picture
    sentence: str
    still: Callable[[], Picture] | None = None


class Explorer(Linked):
    """Controls by name, and `frame`, a function of their values.

    height: that of the tallest live picture, in pixels; or a function of the controls' values,
    where pictures of several kinds are shown. What is taller is scaled down. about: what the
    learner looks at, in a few words. parts: a Stepper, a WhatIf; each stands in a row of its own
    (`box`), has controls that the frame asks, can `keep` where it is and `begin_again` there, can
    tell its `state` and `enter` one of a link, and says how many `lines` the sentence needs
    because of it.
    """

    lines = 3  # of the longest sentence, at full width

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
        self._own = controls
        self.about = about
        self.painter = moving.painter()
        self.image = ipywidgets.HTML(
            layout={"width": "100%", "min_width": f"{NARROW}px", "height": "100%", "margin": "0"}
        )
        self.line = ipywidgets.HTML(layout={"width": f"{WIDTH}px", "max_width": "100%"})
        self.line.add_class("vpcedu-line")
        self.stage = ipywidgets.Box(
            [self.image],
            layout={"overflow": "auto hidden", "flex": "0 0 auto", "width": f"{WIDTH}px"},
        )
        self.stage.layout.max_width = "100%"
        self.stage.add_class("vpcedu-stage")
        self.box = ipywidgets.VBox(
            [
                self._head(),
                ipywidgets.HBox(list(controls.values()), layout=WRAPPED),
                *(part.box for part in parts),
                self.line,
                self.stage,
            ],
            layout={"width": f"{WIDTH + 24}px", "max_width": "100%", "overflow": "hidden"},
        )
        self.box.add_class("vpcedu-explorer")
        self.sentence = ""
        self.picture: Picture | None = None
        self._still: Callable[[], Picture] | None = None
        self._busy = False
        for control in self.controls.values():
            control.observe(self._changed, names="value")
        self.show()
        self.keep()

    def no_effect(self, **values: Any) -> dict[str, str]:
        """Which controls cannot matter at these values of all controls: the name, and the reason.

        They are disabled, and the reason is shown.
        """
        return {}

    def _head(self) -> Any:
        """What one looks at, to be opened; a note; a button for each format; and Reset."""
        details = f"<details><summary>What am I looking at?</summary>{escape(self.about)}</details>"
        words = ipywidgets.HTML(LOOK + details, layout={"width": "auto", "height": "auto"})
        words.add_class("vpcedu-about")
        self.note = ipywidgets.HTML(layout={"flex": "1 1 120px", "width": "auto"})
        self.note.add_class("vpcedu-note")
        self.buttons = {}
        for suffix in SUFFIXES:
            name = suffix[1:].upper()
            button = ipywidgets.Button(
                description=name,
                tooltip=f"save the picture as {name}",
                layout={"width": "46px", "padding": "0"},
            )
            button.on_click(lambda _, suffix=suffix: self._pressed(suffix))
            self.buttons[suffix] = button
        self.reset = ipywidgets.Button(
            description="Reset",
            tooltip="every control as it was at first",
            layout={"width": "60px"},
        )
        self.reset.on_click(self.begin_again)
        save = ipywidgets.HTML("Save", layout={"width": "32px"})
        return ipywidgets.HBox(
            [words, self.note, save, *self.buttons.values(), self.reset], layout=WRAPPED
        )

    def _pressed(self, suffix: str) -> None:
        try:
            words = f"Saved as {os.path.basename(self.save(suffix))}"
        except Exception as error:
            words = f"Not saved: {error}"
        self.note.value = escape(words)

    def save(self, suffix: str = ".png") -> str:
        """Write what is shown into the current folder, under a name that is free there.

        Returns the file's path. suffix: .png, .svg or .pdf. OSError where it cannot be written;
        ImportError where the format needs matplotlib and it is missing.
        """
        name = self.link_name
        names = (f"{name}-{number}{suffix}" if number > 1 else name + suffix for number in count(1))
        path = next(path for path in map(os.path.abspath, names) if not os.path.lexists(path))
        self.still().save(path)
        return path

    def still(self) -> Picture:
        """What is stored and saved: the whole picture, with its sentence."""
        assert self.picture is not None
        picture = self._still() if self._still else self.picture
        if self.figure is None:
            return picture
        self.painter.put(picture.scene)
        return Picture(picture.scene, "light", self.figure.axes[0], painted=True)

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

    @property
    def _values(self) -> dict[str, Any]:
        return {name: control.value for name, control in self.controls.items()}

    def show(self) -> None:
        """Make the frame for the present values and show it."""
        self._busy = True  # what the frame itself moves, such as a slider's end, is not shown twice
        try:
            frame = self._frame(**self._values)
            svg = self.painter.svg(live(frame.picture.scene))
        except Exception as error:
            self._say(f"<b>This setting failed:</b> {escape(str(error))}")
            raise
        finally:
            self._busy = False
        self.picture, self.sentence, self._still = frame
        tall = self.tall
        least, share = tall * NARROW / WIDTH, 100 * tall / WIDTH
        self.stage.layout.height = f"clamp({least:.0f}px, {share:.2f}cqw, {tall}px)"
        self.image.value = svg
        self._say(escape(frame.sentence))
        self._disable()

    def _say(self, words: str) -> None:
        lines = self.lines + sum(part.lines for part in self._parts)
        self.line.value = f'<p style="--lines: {lines}">{words}</p>'

    def _disable(self) -> None:
        """Disable the controls that cannot matter, and say why."""
        reasons = self.no_effect(**self._values)
        named: dict[str, list[str]] = {}
        for name, control in self.controls.items():
            control.disabled, control.tooltip = name in reasons, reasons.get(name)
            if name in reasons:
                named.setdefault(reasons[name], []).append(control.description or name)
        words = (f"{', '.join(names)} ({reason})" for reason, names in named.items())
        self.note.value = escape("Disabled: " * bool(named) + "; ".join(words))

    @property
    def tall(self) -> int:
        """The height of the picture's place, in pixels."""
        if isinstance(self._height, int):
            return self._height
        height: int = self._height(**self._values)
        return height

    def keep(self) -> None:
        """Remember every control's value: "Reset" goes back to it."""
        self._first = {name: control.value for name, control in self._own.items()}
        for part in self._parts:
            part.keep()

    def begin_again(self, button: object = None) -> None:
        """Set every control to the value that was kept last, and show that once."""
        self._busy = True
        try:
            for part in self._parts:
                part.begin_again()
            for name, value in self._first.items():
                self.controls[name].value = value
        finally:
            self._busy = False
        self.show()

    @property
    def link_parts(self) -> tuple[str, ...]:
        """The names of the controls."""
        return tuple(self.controls)

    def state(self) -> dict[str, str]:
        """The controls' values as text; a what-if only where something is changed."""
        told = {name: written(control.value) for name, control in self._own.items()}
        for part in self._parts:
            told |= part.state()
        return told

    def enter(self, values: dict[str, str], judged: bool = True) -> None:
        """Set controls as a link says: their own first, then a row's change, then a step."""
        self.begin_again()
        self._busy = True
        try:
            for name in self._own:
                if name in values:
                    put(self.controls[name], name, values[name])
        finally:
            self._busy = False
        self.show()
        for part in reversed(self._parts):
            part.enter(values)

    def _changed(self, change: object) -> None:
        if not self._busy:
            self.show()

    def _repr_mimebundle_(self, **formats: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The live view, and for a page without a kernel the picture and the sentence.

        What is displayed is what "Reset" goes back to.
        """
        self.keep()
        view = self.box._repr_mimebundle_(**formats)
        shown = self.still()
        still, metadata = shown._repr_mimebundle_(**formats)
        bundle = (view[0] if isinstance(view, tuple) else view) | still
        bundle["text/plain"] = f"{self.sentence}\n\n{shown.alt}"
        return bundle, metadata

    def __str__(self) -> str:
        """The sentence in lines that fit a page."""
        return fold(self.sentence)

    def __repr__(self) -> str:
        return self.sentence


def tallest(pictures: Any) -> int:
    """The height of the tallest of some pictures when live, in whole pixels."""
    return int(max(ceil(live(picture.scene).height) for picture in pictures))
