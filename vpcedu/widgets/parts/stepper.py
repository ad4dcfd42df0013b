"""Stepper: goes through packets one by one.

It has a slider (arrow keys move it), two buttons, and Play.
"""

from __future__ import annotations

import ipywidgets

from vpcedu.widgets.parts.controls import slider
from vpcedu.widgets.parts.state import put, written

ROW = {"flex_flow": "row wrap", "flex": "0 0 auto"}
PACE = 900  # milliseconds from packet to packet


class Stepper:
    """A number from 1 to `most`.

    `controls` has the slider under the name that the frame asks for.
    """

    lines = 0

    def __init__(self, value: int, most: int, words: str = "Packet", name: str = "packet") -> None:
        self.slider = slider(words, value, range(1, most + 1), 470)
        self.back, self.on = (
            ipywidgets.Button(
                description=sign,
                tooltip=f"one {words.lower()} {direction}",
                layout={"width": "34px"},
            )
            for sign, direction in (("<", "back"), (">", "on"))
        )
        self.play = ipywidgets.Play(
            min=1, max=most, interval=PACE, show_repeat=False, layout={"width": "120px"}
        )
        # the first of the two sets the other
        ipywidgets.jslink((self.slider, "value"), (self.play, "value"))
        self.back.on_click(lambda _: self.go(-1))
        self.on.on_click(lambda _: self.go(1))
        self.controls = {name: self.slider}
        self.box = ipywidgets.HBox([self.slider, self.back, self.on, self.play], layout=ROW)
        self.keep()

    def go(self, steps: int) -> None:
        """A number of steps on, or back; it stays at its ends."""
        self.slider.value = min(max(self.slider.value + steps, 1), self.slider.max)

    def reach(self, most: int) -> int:
        """Let it end at another number; returns where it is then."""
        self.slider.max = self.play.max = max(most, 1)
        return int(self.slider.value)

    def keep(self) -> None:
        """Remember where it is."""
        self._first = self.slider.value, self.slider.max

    def begin_again(self) -> None:
        """Back to where it was when it was kept."""
        value, most = self._first
        self.reach(max(most, self.slider.max))
        self.slider.value = value

    def state(self) -> dict[str, str]:
        """Where it is, as text for a link."""
        return {name: written(control.value) for name, control in self.controls.items()}

    def enter(self, values: dict[str, str]) -> None:
        """Go where a link says; ValueError for a step that is not there."""
        for name, control in self.controls.items():
            if name in values:
                put(control, name, values[name])
