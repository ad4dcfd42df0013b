"""Arrows: the same map twice, with the arrows of an architecture diagram and with those of the packets."""

from __future__ import annotations

import ipywidgets

from vpcedu import draw
from vpcedu.lab.visit import Visit
from vpcedu.views.conversations import conversations
from vpcedu.views.explain import verdict
from vpcedu.widgets.explorer import Explorer, Frame


def frame(visit: Visit, arrows: str) -> Frame:
    """The map with arrows by "connections" or by "packets", and the sentence that belongs to it."""
    if arrows == "packets":
        return Frame(draw.map(visit, arrows="packets"), f"Where packets go, both ways. {verdict(visit)}")
    talks = conversations(visit.capture)
    opens = "; ".join(f"{talk.opener} opens one that ends at {talk.listener}" for talk in talks)
    return Frame(draw.map(visit, arrows="connections"),
                 f"Who connects to whom: {opens}. Answers need no arrow of their own: they travel back on these.")


class Arrows(Explorer):
    """The toggle between "who connects" and "where packets go"; set `arrows`, or press a button."""

    def __init__(self, visit: Visit, arrows: str = "connections") -> None:
        self._visit = visit
        words = [("who connects", "connections"), ("where packets go", "packets")]
        self.arrows = ipywidgets.ToggleButtons(options=words, value=arrows, tooltips=[name for name, _ in words],
                                               style={"button_width": "150px"})
        height = max(round(frame(visit, value).picture.scene.height) for _, value in words)
        super().__init__(self._make, height, arrows=self.arrows)

    def _make(self, arrows: str) -> Frame:
        return frame(self._visit, arrows)
