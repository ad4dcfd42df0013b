"""Arrows: the same map with an architecture diagram's arrows, and with those of the packets."""

from __future__ import annotations

from vpcedu import draw
from vpcedu.sites.parts import PAGE
from vpcedu.sites.reference import reference_architecture
from vpcedu.sites.visit import Visit
from vpcedu.views.explain import verdict
from vpcedu.widgets.parts.controls import choice
from vpcedu.widgets.parts.explorer import Explorer, Frame, tallest

WORDS = (("who connects", "connections"), ("where packets go", "packets"))
ABOUT = (
    "Both maps show one visit. Thick arrows with a ring show who opened a connection and "
    "who listened; thin numbered arrows are packets. Brown is the public address, blue the "
    "private one. A diamond marks a place where an address is rewritten."
)


def frame(visit: Visit, arrows: str) -> Frame:
    """The map with arrows by "connections" or by "packets", and the sentence that belongs to it."""
    if arrows == "packets":
        return Frame(
            draw.map(visit, arrows="packets"),
            f"Where packets go, in both directions. {verdict(visit)}",
        )
    talks = visit.talks
    opens = "; ".join(f"{talk.opener} opens one that ends at {talk.listener}" for talk in talks)
    return Frame(
        draw.map(visit, arrows="connections"),
        f"Who connects to whom: {opens}. Answers need no arrow of their own: they travel "
        "back along these.",
    )


class Arrows(Explorer):
    """The toggle between "who connects" and "where packets go"; set `arrows`, or press a button."""

    def __init__(self, visit: Visit, arrows: str = "connections") -> None:
        self._visit = visit
        self.arrows = choice("", WORDS, arrows)
        height = tallest(frame(visit, value).picture for _, value in WORDS)
        super().__init__(self._make, height, ABOUT, arrows=self.arrows)

    @property
    def page(self) -> str:  # type: ignore[override]
        """The first lesson, where the visit is the one that it shows."""
        asked = reference_architecture().get(PAGE)
        return "00-the-question" if verdict(self._visit) == verdict(asked) else ""

    def _make(self, arrows: str) -> Frame:
        return frame(self._visit, arrows)
