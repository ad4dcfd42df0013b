"""State: what stands in controls, as text for a link, and set again from it.

Nothing of a link is run: of a choice the option is taken whose text it is, a number is read as
digits.
"""

from __future__ import annotations

import re

import ipywidgets

from vpcedu import address, links
from vpcedu.quoting import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

CHOICES = (
    ipywidgets.Dropdown,
    ipywidgets.RadioButtons,
    ipywidgets.SelectionSlider,
    ipywidgets.ToggleButtons,
)
YES, NO = "yes", "no"
MANY = 12  # options that an error lists


def written(value: object) -> str:
    """A control's value as text: yes or no, a range as 80-443, everything else as it reads."""
    if isinstance(value, bool):
        return YES if value else NO
    return (
        "-".join(map(str, value)) if type(value) is tuple else str(value)
    )  # a record reads as itself


def put(control: Any, name: str, text: str) -> None:
    """Set a control to what a text says; ValueError names it and says what was expected."""
    control.value = _read(control, name, text)


def _read(control: Any, name: str, text: str) -> Any:
    if isinstance(control, CHOICES):
        return chosen({written(value): value for value in control._options_values}, name, text)
    if isinstance(control.value, bool):
        return chosen({YES: True, NO: False}, name, text)
    if isinstance(control.value, tuple):
        first, _, last = text.partition("-")
        ends = _whole(control, name, first), _whole(control, name, last)
        if ends[0] > ends[1]:
            raise ValueError(f"{name} {quoted(text)}: expected the smaller number first")
        return ends
    return _whole(control, name, text) if isinstance(control.value, int) else text


def chosen(options: dict[str, Any], name: str, text: str) -> Any:
    """The value whose text this is; ValueError lists the texts."""
    if text not in options:
        more = f", ... ({len(options)} in all)" if len(options) > MANY else ""
        raise ValueError(
            f"{name} {quoted(text)}: expected one of {', '.join([*options][:MANY])}{more}"
        )
    return options[text]


def _whole(control: Any, name: str, text: str) -> int:
    found = address.whole(text, control.max)
    if found is None or found < control.min:
        raise ValueError(
            f"{name} {quoted(text)}: expected a whole number from {control.min} to {control.max}"
        )
    return found


def name_of(kind: str) -> str:
    """The name in a link of a class: return-paths of ReturnPaths."""
    return re.sub("(?<=[a-z])(?=[A-Z])", "-", kind).lower()


class Linked:
    """What a link can open: it shows a sentence, tells its state as text, and enters one.

    page: the page of the site that shows this, without .html; "" where none does.
    """

    page, sentence = "", ""

    @property
    def link_name(self) -> str:
        """What it is called in a link, such as return-paths."""
        return name_of(f"{type(self).__name__}")

    @property
    def link(self) -> str:
        """The address of the page that shows this state; ValueError where no page does."""
        if not self.page:
            raise ValueError("no link: expected what a page of the course shows, not your own")
        return links.link(self.page, self.fragment())

    def fragment(self, name: str = "") -> str:
        """The part of an address after the #; name: of one of several on a page."""
        return links.fragment(name or self.link_name, self.state(), self.shown())

    def open(self, text: str) -> str:
        """Enter the state of a link's part after the #; what to tell the reader, "" for nothing.

        ValueError names what is wrong with the link; then everything is as it was before.
        """
        asked = links.read(text)
        before, judged = self.state(), bool(self.shown())
        try:
            for name in asked.values:
                chosen(dict.fromkeys(self.link_parts), "part of the link", name)
            self.enter(asked.values, bool(asked.says))
        except ValueError:
            self.enter(before, judged)
            raise
        return asked.changed(self.shown())

    def shown(self) -> str:
        """The sentence that a link answers for; "" as long as there is none."""
        return self.sentence

    @property
    def link_parts(self) -> tuple[str, ...]:
        """The names that a state may have."""
        raise NotImplementedError

    def state(self) -> dict[str, str]:
        """The values by name; what is not filled in or not changed is left out."""
        raise NotImplementedError

    def enter(self, values: dict[str, str], judged: bool) -> None:
        """Set the values, all others as at first; judged: the link's sentence was a verdict."""
        raise NotImplementedError
