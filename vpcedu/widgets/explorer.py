"""Explorer: some controls, one picture, one sentence; the picture follows the controls.

A pure function makes the frame from the controls' values; the explorer only shows it: live as SVG, which is
quick, and on a page without a kernel as PNG. The picture's place has a fixed height, so the page never jumps. An
error is shown in place of the sentence, and raised. "Reset" brings every control back to where it began.
"""

from __future__ import annotations

from collections import namedtuple
from html import escape

import ipywidgets

from vpcedu.draw import Picture

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

WIDTH = 700  # CSS pixels
LINE = 84  # CSS pixels: room for the longest sentence, so that none pushes the picture down


class Frame(namedtuple("Frame", ("picture", "sentence"))):
    """What is shown for one setting of the controls."""

    __slots__ = ()
    picture: Picture
    sentence: str


class Explorer:
    """Controls by name, and `frame`, a function of their values; `height` is that of the tallest picture.

    more: widgets beside the controls that the frame does not ask, such as one that plays.
    """

    def __init__(self, frame: Callable[..., Frame], height: int, more: tuple[Any, ...] = (), **controls: Any) -> None:
        self._frame, self.controls = frame, controls
        self.image = ipywidgets.HTML(layout={"width": f"{WIDTH}px", "margin": "0"})
        self.line = ipywidgets.HTML(layout={"width": f"{WIDTH}px", "max_width": "100%", "height": f"{LINE}px",
                                            "overflow": "hidden auto"})
        stage = ipywidgets.Box([self.image], layout={"height": f"{height + 8}px", "align_items": "flex-start",
                                                     "overflow": "hidden", "flex": "0 0 auto"})
        self.reset = ipywidgets.Button(description="Reset", tooltip="every control as it was at first",
                                       layout={"width": "80px"})
        bar = ipywidgets.HBox([*controls.values(), *more, self.reset], layout={"flex_flow": "row wrap"})
        self.box = ipywidgets.VBox([bar, self.line, stage], layout={"width": f"{WIDTH + 24}px", "max_width": "100%",
                                                                    "overflow": "auto hidden"})
        self._first = {name: control.value for name, control in controls.items()}
        self.reset.on_click(self.begin_again)
        self.sentence = ""
        self.picture: Picture | None = None
        for control in controls.values():
            control.observe(self._changed, names="value")
        self.show()

    def show(self) -> None:
        """Make the frame for the present values and show it."""
        try:
            frame = self._frame(**{name: control.value for name, control in self.controls.items()})
            svg = frame.picture.svg()
        except Exception as error:
            self.line.value = f"<b>This setting failed:</b> {escape(str(error))}"
            raise
        self.picture, self.sentence = frame.picture, frame.sentence
        self.image.value = svg
        self.line.value = f'<p style="line-height:1.4;font-size:14px;margin:4px 0">{escape(frame.sentence)}</p>'

    def begin_again(self, button: object = None) -> None:
        """Set every control to the value it had at first."""
        for name, value in self._first.items():
            self.controls[name].value = value

    def _changed(self, change: object) -> None:
        self.show()

    def _repr_mimebundle_(self, **formats: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The live view, and for a page without a kernel the picture and the sentence."""
        live = self.box._repr_mimebundle_(**formats)
        assert self.picture is not None
        still, metadata = self.picture._repr_mimebundle_(**formats)
        bundle = (live[0] if isinstance(live, tuple) else live) | still
        bundle["text/plain"] = f"{self.sentence}\n\n{self.picture.alt}"
        return bundle, metadata

    def __repr__(self) -> str:
        return self.sentence
