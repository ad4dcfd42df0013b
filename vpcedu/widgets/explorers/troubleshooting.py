"""Troubleshooting: choose a story, look at the packet that is lost, try to fix it.

A story is a puzzle (a site that worked, in which a row was broken) or one of the scenarios that
people meet. It begins at the first packet that is lost. Most packets are the same one sent again;
the stepper goes through those that say something: what opens a connection, what asks, what answers,
and the first of each loss.
"""

from __future__ import annotations

from functools import lru_cache

import ipywidgets

from vpcedu import draw
from vpcedu.analysis.change import Repair
from vpcedu.analysis.ends import Question
from vpcedu.analysis.repairs import search
from vpcedu.puzzles.changes import changed, changes
from vpcedu.puzzles.puzzle import puzzle
from vpcedu.row import NamedRow
from vpcedu.scenarios.catalogue import SCENARIOS, scenario
from vpcedu.sites.visit import Visit
from vpcedu.views.explain import why
from vpcedu.views.text import telling
from vpcedu.widgets.parts.controls import menu
from vpcedu.widgets.parts.explorer import KEPT, Explorer, Frame, tallest
from vpcedu.widgets.parts.stepper import Stepper
from vpcedu.widgets.parts.what_if import WhatIf, effect, tried

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.puzzles.changes import Changes

PUZZLE, LAST = "a puzzle", 9_999
PICTURES = ("ladder", "map", "checks")
ROOM = 486  # pixels: what is taller is scaled down
ROWS = (9, 7, 5, 4, 3)  # how many rows of a ladder may be shown live
ABOUT = (
    "The first packet that is lost, with a cross where it is lost. Each step is a packet that "
    "tells you something; repetitions are left out. Ladder: the packets, from top to bottom. "
    "Map: the packet's hops. Checks: every filter on its connection's path, in order. What if: "
    "apply your repair, and the same visit runs again."
)


class PlayedStory(NamedRow):
    """A visit that was simulated, what the person saw, and the numbers of the telling packets."""

    visit: Visit
    symptom: str
    steps: tuple[int, ...]

    @property
    def lost(self) -> int:
        """The step, from 1, whose packet is the first that is lost; the last where none is."""
        lost = (place for place, n in enumerate(self.steps, 1) if self.visit.capture[n].dropped)
        return next(lost, len(self.steps))


@lru_cache(KEPT)
def seen(story: str, number: int, change: Repair | None = None) -> PlayedStory:
    """Simulate a story, with a row changed or not.

    ValueError for an unknown story, or a change AWS would refuse.
    """
    if story == PUZZLE:
        riddle = puzzle(number)
        visit = search.run(change.apply(riddle.vpc) if change else riddle.vpc, riddle.question)
        symptom = visit.outcome.said
    else:
        chosen = scenario(story)
        visit = chosen.play(changed(chosen.build(), change))
        symptom = visit.client_sees
    steps = tuple(trace.number for trace in telling(visit, visit.talks))
    return PlayedStory(visit, symptom, steps)


@lru_cache(KEPT)
def _changes(story: str, number: int) -> Changes:
    if story == PUZZLE:
        return changes(puzzle(number).vpc, puzzle(number).question)
    visit = seen(story, number).visit
    return changes(
        scenario(story).build().vpc, Question(visit.call.opener, visit.call.name, visit.call.port)
    )


def frame(
    story: str, number: int, packet: int, picture: str, change: Repair | None = None
) -> Frame:
    """Picture and sentence for one step of a story; packet: the step, from 1."""
    now, before = seen(story, number, change), seen(story, number)
    place = min(packet, len(now.steps))
    trace = now.visit.capture[now.steps[place - 1]]
    effect_text = effect(change, now.visit.opener, before.symptom, now.symptom) or (
        f"{now.visit.opener} sees: {now.symptom}. "
    )
    return Frame(
        _that_fits(now.visit, trace.number, picture),
        f"{effect_text}Step {place} of {len(now.steps)}, packet {trace.number}: {why(trace)}",
        lambda: _picture(now.visit, trace.number, picture),
    )


def _that_fits(visit: Visit, packet: int, picture: str) -> draw.Picture:
    """The picture; a ladder with as many rows around the packet as there is room for."""
    pictures = (_picture(visit, packet, picture, most) for most in ROWS)
    return next(
        (one for one in pictures if tallest([one]) <= ROOM),
        _picture(visit, packet, picture, ROWS[-1]),
    )


def _picture(visit: Visit, packet: int, picture: str, most: int | None = None) -> draw.Picture:
    if picture == "map":
        return draw.map(visit, packet=packet)
    if picture == "ladder":
        return draw.ladder(visit, packet=packet, every=False, most=most)
    talk = next(talk for talk in visit.talks if any(t.number == packet for t in talk.traces))
    return draw.filters(visit, talk.number)


class Troubleshooting(Explorer):
    """The explorer of troubleshooting.

    Set `story`, `number`, `packet`, `view` and `what_if`, or move them. story: PUZZLE or a
    scenario's name. number: the puzzle's. Another story begins at its first packet that is lost.
    """

    page = "10-troubleshooting"

    def __init__(self, story: str = PUZZLE, number: int = 5, picture: str = PICTURES[0]) -> None:
        self.story = menu("Story", tuple((word, word) for word in (PUZZLE, *SCENARIOS)), story)
        self.number = ipywidgets.BoundedIntText(
            number,
            0,
            LAST,
            description="Puzzle",
            layout={"width": "130px"},
            style={"description_width": "48px"},
        )
        self.view = menu("Picture", tuple((word, word) for word in PICTURES), picture)
        told = seen(story, number)
        self.steps = Stepper(told.lost, len(told.steps), "Step")
        self.packet, self.what_if = self.steps.slider, WhatIf(_changes(story, number))
        self._last = (story, number)
        super().__init__(
            self._make,
            ROOM,
            ABOUT,
            (self.steps, self.what_if),
            story=self.story,
            number=self.number,
            picture=self.view,
        )

    def no_effect(self, **values: Any) -> dict[str, str]:
        """A story has no number."""
        return {"number": "only a puzzle has a number"} if values["story"] != PUZZLE else {}

    def begin_again(self, button: object = None) -> None:
        """Back to the story that was kept, at its own step."""
        self._last = (self._first["story"], self._first["number"])
        super().begin_again(button)

    def enter(self, values: dict[str, str], judged: bool = True) -> None:
        """As a link says; the number of a symptom stands for its first story."""
        numbers = {str(row.entry): row.name for row in reversed(SCENARIOS.values())}
        story = values.get("story", self._first["story"])
        super().enter({**values, "story": numbers.get(story, story)})

    def _make(self, story: str, number: int, picture: str, packet: int, change: object) -> Frame:
        if (story, number) != self._last:  # another story begins with every row as it is
            self._last, told = (story, number), seen(story, number)
            self.what_if.clear()
            self.steps.reach(len(told.steps))
            packet = self.packet.value = told.lost
        chosen = self.what_if.offer(_changes(story, number))
        shown = tried(lambda change: frame(story, number, packet, picture, change), chosen)
        self.steps.reach(len(seen(story, number, chosen).steps))
        return shown
