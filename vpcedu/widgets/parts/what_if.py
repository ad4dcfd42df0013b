"""What if: choose a row of the site and change it; the visit is simulated again, on a new network.

The change can be undone.
"""

from __future__ import annotations

from collections import Counter

import ipywidgets

from vpcedu.widgets.parts.controls import menu, short
from vpcedu.widgets.parts.explorer import Frame
from vpcedu.widgets.parts.state import chosen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from vpcedu.analysis.change import Repair
    from vpcedu.puzzles.changes import Changes

ALL_THERE, AS_IT_IS = "nothing changed", "as it is"


class WhatIf:
    """Two menus; `change.value` is the Repair that was chosen, "": nothing is changed.

    changes: for each row in words what may happen to it, as `puzzles.changes.changes` gives them.
    """

    def __init__(self, changes: Changes) -> None:
        self._changes: Changes = {}
        self.row = menu("What if", ((ALL_THERE, ""),), "", 330)
        self.change = menu("is", ((AS_IT_IS, ""),), "", 270)
        self.undo = ipywidgets.Button(
            description="Undo", tooltip="nothing changed", layout={"width": "70px"}
        )
        self.row.observe(self._chosen, names="value")
        self.undo.on_click(lambda _: self.clear())
        self.controls = {"change": self.change}
        self.box = ipywidgets.HBox(
            [self.row, self.change, self.undo], layout={"flex_flow": "row wrap"}
        )
        self.offer(changes)
        self.keep()

    @property
    def lines(self) -> int:
        """A change and what it did take one more line of the sentence."""
        return 1 if self.change.value else 0

    def offer(self, changes: Changes) -> Repair | None:
        """Offer these rows from now on; returns what is chosen then.

        What was chosen stays if it is among them.
        """
        if changes is not self._changes:
            row, chosen = self.row.value, self.change.value
            self._changes = changes
            self.row.options = [(ALL_THERE, ""), *((short(words), words) for words in changes)]
            if chosen in changes.get(row, {}).values():
                self.row.value, self.change.value = row, chosen
        return self.change.value or None

    def take(self, repair: Repair) -> None:
        """Choose a change; ValueError where it is not on offer."""
        for row, repairs in self._changes.items():
            if repair in repairs.values():
                self.row.value, self.change.value = row, repair
                return
        raise ValueError(
            f"{repair} is not on offer: expected a change of one of {', '.join(self._changes)}"
        )

    def clear(self) -> None:
        """Every row as it is."""
        self.row.value = ""

    def keep(self) -> None:
        """Remember what is chosen."""
        self._first = self.row.value, self.change.value

    def begin_again(self) -> None:
        """Choose what was kept, where it is on offer."""
        row, change = self._first
        self.row.value = row if row in self._changes else ""
        self.change.value = change if self.row.value else ""

    def state(self) -> dict[str, str]:
        """What is chosen, as text for a link; nothing where no row is changed."""
        words = [words for words, one in self._named.items() if one == self.change.value]
        return {"change": words[0]} if words else {}

    def enter(self, values: dict[str, str]) -> None:
        """Choose the change that a link names by its words; ValueError where it is not on offer."""
        if "change" in values:
            self.take(chosen(self._named, "change", values["change"]))

    @property
    def _named(self) -> dict[str, Repair]:
        """Each change on offer by its words, ids cut where it alone reads so then."""
        whole = {str(one): one for ways in self._changes.values() for one in ways.values()}
        cut = Counter(map(short, whole))
        return {
            short(words) if cut[short(words)] == 1 else words: one for words, one in whole.items()
        }

    def _chosen(self, event: object) -> None:
        """A row was chosen: its first possible change is made at once."""
        repairs = self._changes.get(self.row.value, {})
        self.change.options = [
            (AS_IT_IS, ""),
            *((short(words), repair) for words, repair in repairs.items()),
        ]
        self.change.value = next(iter(repairs.values()), "")


def effect(change: Repair | None, who: str, before: str, after: str) -> str:
    """What a change did to what somebody sees; "" where nothing was changed."""
    if change is None:
        return ""
    sees = f"still sees: {after}" if before == after else f"sees: {after} (before: {before})"
    return f"What if: {change}. Then {who} {sees}. "


def tried(show: Callable[[Repair | None], Frame], change: Repair | None) -> Frame:
    """The frame with a row changed.

    Where AWS would refuse the change, it is the frame without it, and says why.
    """
    if change is None:
        return show(None)
    try:
        return show(change)
    except ValueError as error:
        return Frame(
            show(None).picture, f"{change}: not possible. {error}. The picture is without it."
        )
