"""Return paths: five kinds of balancer at the same moment, one under the other.

One slider moves all five to the same kind of packet, so that one sees in which of them a connection
ends, which of them rewrite, and what brings the answer back. "What if" changes a rule or route in
all five.
"""

from __future__ import annotations

from functools import lru_cache

from vpcedu import draw
from vpcedu.analysis.change import Repair
from vpcedu.analysis.ends import Question
from vpcedu.draw.compare.all_balancers import TITLES, packets_of
from vpcedu.puzzles.changes import changed, changes
from vpcedu.sites.parts import NAME, PAGE
from vpcedu.sites.reference_proxies import WAYS, way_site
from vpcedu.sites.visit import Visit
from vpcedu.tables.route_table import Route
from vpcedu.views.explain import verdict, why
from vpcedu.views.outcome import WORKS
from vpcedu.widgets.parts.controls import choice
from vpcedu.widgets.parts.explorer import KEPT, Explorer, Frame, tallest
from vpcedu.widgets.parts.stepper import Stepper
from vpcedu.widgets.parts.what_if import WhatIf, tried

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.puzzles.changes import Changes

MOMENTS = tuple(TITLES)
FIRST = (Repair(None, Route("private", "10.0.0.0/24", "NAT")),)  # AWS accepts it; see lesson 08
ABOUT = (
    "The same kind of packet with five balancers. An arrow ends at a black wall: there one "
    "connection ends, and another begins. It goes on through a dotted line. Next to each name: "
    "what sent the packet where it goes. On the left: what the client sees in the end. What if: "
    "change one rule or route in all five, and run the visits again."
)


@lru_cache(KEPT)
def _visits(change: Repair | None = None) -> dict[str, Visit]:
    return {way: changed(way_site(way), change).get(PAGE) for way in WAYS}


@lru_cache(1)
def _changes() -> Changes:
    """What may happen to the rows that all five descriptions have."""
    vpcs = [way_site(way).vpc for way in WAYS]
    shared = set(vpcs[0].rows()).intersection(*(vpc.rows() for vpc in vpcs[1:]))
    offered = {
        place: {words: one for words, one in ways.items() if one.row is None or one.row in shared}
        for place, ways in changes(vpcs[0], Question("client", NAME, 80), FIRST).items()
    }
    return {place: ways for place, ways in offered.items() if ways}


def frame(way: str, moment: int, change: Repair | None = None) -> Frame:
    """Picture and sentence for one moment of five visits; the sentence is about one of them.

    moment: from 1, the SYN. change: a row that is changed in all five before the visits; ValueError
    where AWS would refuse that.
    """
    visits, kind = _visits(change), MOMENTS[moment - 1]
    shown = sorted(packets_of(visits[way], kind), key=lambda trace: "web" not in trace.devices)
    told = why(shown[0]) if shown else f"no such packet. {verdict(visits[way])}"
    return Frame(draw.ways(visits, kind, way), f"{_effect(change, visits)}{way}: {told}")


def _effect(change: Repair | None, visits: dict[str, Visit]) -> str:
    """With which balancers the page still comes after a change; "" where nothing was changed."""
    if change is None:
        return ""
    good = [way for way, visit in visits.items() if visit.outcome.said == WORKS]
    if len(good) == len(visits):
        return f"What if: {change}. The page still comes with all five. "
    which = f"only with {' and '.join(good)}" if good else "with none of the five"
    return f"What if: {change}. Then the page comes {which}. "


class ReturnPaths(Explorer):
    """The explorer of the return paths.

    Set `way`, `moment` and `what_if`, or move them. way: one of WAYS. moment: a number from 1 to
    begin with.
    """

    page = "08-return-paths"

    def __init__(self, way: str = "Classic TCP", moment: int = 1) -> None:
        self.way = choice("", tuple((words, words) for words in WAYS), way)
        self.steps = Stepper(moment, len(MOMENTS), "Moment", "moment")
        self.moment, self.play = self.steps.slider, self.steps.play
        self.what_if = WhatIf(_changes())
        super().__init__(
            self._make,
            tallest([frame(way, moment).picture]),
            ABOUT,
            (self.steps, self.what_if),
            way=self.way,
        )

    def _make(self, way: str, moment: int, change: object) -> Frame:
        return tried(lambda change: frame(way, moment, change), self.what_if.offer(_changes()))
