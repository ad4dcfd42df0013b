"""Evidence: choose a scenario and a fault; does the model send what the kernel sent?

Step through the rows to see.
"""

from __future__ import annotations

from functools import lru_cache

from vpcedu import draw
from vpcedu.course.kernel_evidence import Beside, Laboratory, Row
from vpcedu.widgets.parts.controls import menu
from vpcedu.widgets.parts.explorer import KEPT, Explorer, Frame, tallest
from vpcedu.widgets.parts.stepper import Stepper

NONE = "no fault"
ROWS = 10  # of a long scenario that are shown live
ABOUT = (
    "Two ladders of one scenario: on the left what a Linux kernel sent, on the right what "
    "the model sends. One row is one packet. The sign = between them says that every header "
    "field that we compare is the same at every place; a cross says that something differs. "
    "The current row is yellow."
)


def sentence(both: Beside, row: int) -> str:
    """One row in words: what it is, and whether both have it, from which header to which."""
    if not both.pairs:
        return f"Neither sent anything. {both.verdict}"
    if row > len(both.pairs):
        return f"All {len(both.pairs)} rows have been shown. {both.verdict}"
    pair = both.pairs[row - 1]
    if pair.equal:
        same = f"the same in both, at {_places(pair.row)}"
        return f"Row {row} of {len(both.pairs)}: {same}. {pair.row.what}: {_way(pair.row)}."
    kernel, _, model = pair.difference.partition(" | ")
    return f"Row {row} of {len(both.pairs)} differs. Linux: {kernel}. The model: {model}."


def _places(row: Row) -> str:
    return "one place" if len(row.points) == 1 else f"{len(row.points)} places"


def _way(row: Row) -> str:
    first, last = (hop.split(" ", 2) for hop in (row.hops[0], row.hops[-1]))
    if len(row.hops) == 1:
        return f"{first[0]} sent {first[2]}, and nobody else saw it"
    return f"left {first[0]} as {first[2]}, was last seen at {last[0]} as {last[2]}"


class Evidence(Explorer):
    """The explorer of the recordings; set `scenario`, `fault`, `row`, or move them."""

    page = "12-is-it-true"

    def __init__(
        self, laboratory: Laboratory, scenario: str = "proxy-tcp", fault: str = NONE, row: int = 1
    ) -> None:
        self._beside = lru_cache(KEPT)(laboratory.beside)
        longest = max(len(self._beside(name).pairs) for name in laboratory.names)
        self.scenario = menu(
            "Scenario", tuple((name, name) for name in laboratory.names), scenario, 335
        )
        self.fault = menu(
            "The model", tuple((name, name) for name in (NONE, *laboratory.faults)), fault, 335
        )
        self.steps = Stepper(row, longest, "Row", "row")
        self.row = self.steps.slider
        super().__init__(
            self._make, self._room, ABOUT, (self.steps,), scenario=self.scenario, fault=self.fault
        )

    def _make(self, scenario: str, fault: str, row: int) -> Frame:
        both = self._beside(scenario, "" if fault == NONE else fault)
        shown = row if row <= len(both.pairs) else None
        return Frame(
            draw.beside(both, shown, most=ROWS),
            sentence(both, row),
            lambda: draw.beside(both, shown),
        )

    def _room(self, scenario: str, fault: str, **_: object) -> int:
        """The height of a comparison's picture."""
        both = self._beside(scenario, "" if fault == NONE else fault)
        return tallest([draw.beside(both, most=ROWS)])
