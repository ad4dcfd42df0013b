"""Form: questions to answer before anything is shown. The model judges the answers.

What can be anything (an address, a port) is typed. What is one of a few words is a row of toggle
buttons, or a menu where the words are many or long. The place of the reply is reserved, so the page
below a form does not move when it is checked.
"""

from __future__ import annotations

from html import escape

import ipywidgets

from vpcedu.course.judgement import Judgement
from vpcedu.widgets.parts.state import Linked, put

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vpcedu.trace import Trace

    Choice = str | tuple[str, str]  # the word, or how it reads and the word
    Field = tuple[str, str] | tuple[str, str, tuple[Choice, ...]]

NUMBERS = ("", "the question", "both", "all three", "all four", "all five", "all six")
MOST_TOGGLES, LETTER = 4, 10  # what fits one line next to its question; with room for borders
STYLE = 'style="line-height:20px;font-size:14px;margin:0"'


class Form(Linked):
    """Fields by name; answer them and press Check, or set their values and call `check()`.

    judge: takes what the form is about (a visit, a puzzle, ...) and the fields' texts in their
    order. A ValueError of it is shown, not raised. fields: name and words of each, and the choices
    of a closed set: words that the judge knows, or pairs of how it reads and such a word. label:
    how wide the words may be (pixels). asks: a question above all fields. lines: reserved for the
    reply, of some 92 letters each. trace: after a check, that of the packet which was described.
    """

    judge: Callable[..., Judgement]
    trace: Trace | None
    fields: tuple[Field, ...]
    kind, label, lines, asks = "prediction", 140, 6, ""

    def __init__(self, *about: Any) -> None:
        self._about, self._names = about, tuple(field[0] for field in self.fields)
        self.not_yet = f"No {self.kind} yet: answer {NUMBERS[len(self.fields)]}, then press Check."
        self.sentence, self.trace = self.not_yet, None
        self._checked: dict[str, str] | None = None
        for name, words, *choices in self.fields:
            setattr(self, name, self._control(words, *choices))
        self.button = ipywidgets.Button(description="Check", button_style="primary")
        self.button.on_click(lambda _: self.check())
        self.line = ipywidgets.HTML(
            layout={"width": "700px", "max_width": "100%", "min_height": f"{self.lines * 20}px"}
        )
        above = [ipywidgets.HTML(f"<p {STYLE}>{escape(self.asks)}</p>")] if self.asks else []
        self.box = ipywidgets.VBox([*above, *self._rows(), self.button, self.line])
        self._say(self.not_yet)

    def _control(self, words: str, choices: tuple[Choice, ...] = ()) -> Any:
        style = {"description_width": f"{self.label}px"}
        if not choices:
            layout = {"width": f"{self.label + 190}px"}
            return ipywidgets.Text(
                description=words, layout=layout, style=style, continuous_update=False
            )
        pairs = [(choice, choice) if isinstance(choice, str) else choice for choice in choices]
        room = sum(len(reads) for reads, _ in pairs)
        if len(pairs) <= MOST_TOGGLES and room * LETTER <= 700 - self.label:
            return ipywidgets.ToggleButtons(
                options=pairs,
                value=None,
                style={"button_width": "auto"},
            )
        layout = {"width": "420px", "max_width": "100%"}
        return ipywidgets.Dropdown(
            description=words, options=pairs, value=None, layout=layout, style=style
        )

    def _rows(self) -> list[Any]:
        """The controls in lines: two typed fields next to each other, a closed set alone."""
        rows: list[list[Any]] = []
        for name, words, *_ in self.fields:
            control = getattr(self, name)
            if isinstance(control, ipywidgets.ToggleButtons):  # which put their own words above
                label = ipywidgets.Label(words, layout={"width": f"{self.label}px"})
                rows.append([label, control] if words else [control])
                continue
            typed = isinstance(control, ipywidgets.Text)
            if typed and rows and len(rows[-1]) == 1 and isinstance(rows[-1][0], ipywidgets.Text):
                rows[-1].append(control)
            else:
                rows.append([control])
        return [ipywidgets.HBox(row, layout={"flex_flow": "row wrap"}) for row in rows]

    def check(self) -> str:
        """Judge what is in the fields; what is not understood is named, not raised."""
        values, self.trace = [getattr(self, name).value for name in self._names], None
        self._checked = self.state()
        if not any(values):
            return self._say(self.not_yet)
        for field, value in zip(self.fields, values, strict=True):
            if value is None:
                return self._say(f'Not yet: choose an answer to "{field[1]}" too.')
        try:
            judgement = type(self).judge(*self._about, *values)
        except ValueError as error:
            return self._say(f"Not understood: {error}.")
        self.trace = judgement.trace
        return self._say(judgement.words)

    def shown(self) -> str:
        """The reply to what is filled in; "" where that has not been checked."""
        return self.sentence if self._checked == self.state() else ""

    @property
    def link_parts(self) -> tuple[str, ...]:
        """The names of the fields."""
        return self._names

    def state(self) -> dict[str, str]:
        """The fields that are filled in."""
        told = {name: getattr(self, name).value for name in self._names}
        return {name: text for name, text in told.items() if text}

    def enter(self, values: dict[str, str], judged: bool = True) -> None:
        """Fill in the fields, and check them if they had been checked."""
        self._checked = None
        self._say(self.not_yet)
        for name in self._names:
            control = getattr(self, name)
            control.value = "" if isinstance(control, ipywidgets.Text) else None
            if name in values:
                put(control, name, values[name])
        if judged:
            self.check()

    def _say(self, words: str) -> str:
        self.sentence = words
        self.line.value = f"<p {STYLE}>{escape(words)}</p>"
        return words

    def _repr_mimebundle_(self, **formats: Any) -> dict[str, Any]:
        """The live form, and the same in words for a page without a kernel."""
        bundle = self.box._repr_mimebundle_(**formats)
        return {**(bundle[0] if isinstance(bundle, tuple) else bundle), "text/plain": repr(self)}

    def __repr__(self) -> str:
        """The reply, and before the first check what is asked."""
        if self.sentence != self.not_yet:
            return self.sentence
        wide = max(len(field[1]) for field in self.fields)
        lines = [f"  {words:{wide}}  {self._choices(name)}" for name, words, *_ in self.fields]
        return "\n".join(filter(None, [self.not_yet, self.asks, *lines]))

    def _choices(self, name: str) -> str:
        control = getattr(self, name)
        return (
            "____" if isinstance(control, ipywidgets.Text) else " / ".join(control._options_labels)
        )
