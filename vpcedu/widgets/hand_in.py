"""CheckYourself: twelve questions, one at a time, and the line to hand in at the end."""

from __future__ import annotations

from html import escape

import ipywidgets

from vpcedu.address import whole
from vpcedu.course.check_yourself.paper import LETTERS, Paper, check_yourself
from vpcedu.quoting import quoted
from vpcedu.widgets.parts.state import Linked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

STYLE = 'style="line-height:20px;font-size:14px;margin:0;max-width:700px"'
NOT_YET = "Answer what you can; an open question counts as wrong. Then press Hand in."


class CheckYourself(Linked):
    """The paper of one learner: before the course, or after it.

    seed: a number or a name, which the learner can change. when: "before" or "after". `sentence` is
    the line to hand in once there is one. ValueError names a wrong value.
    """

    def __init__(self, seed: int | str = 0, when: str = "before") -> None:
        self.paper = check_yourself(seed, when)
        self._first = self.paper.seed
        self.place, self.letters, self.handed = 0, self._open(), False
        self._showing = False  # new choices: the control's value changes, and nobody chose
        self.seed = ipywidgets.Text(
            value=self.paper.seed, description="Name or number", continuous_update=False
        )
        self.seed.style.description_width = "130px"
        self.asks = ipywidgets.HTML()
        self.choice = ipywidgets.RadioButtons(layout={"width": "auto", "max_width": "700px"})
        words = ("Back", "Next", "Hand in")
        self.back, self.next, self.button = (ipywidgets.Button(description=w) for w in words)
        self.button.button_style = "primary"
        self.line = ipywidgets.HTML()
        self.seed.observe(lambda _: self._begin(), "value")
        self.choice.observe(lambda _: self._note(), "value")
        self.back.on_click(lambda _: self.turn(-1))
        self.next.on_click(lambda _: self.turn(1))
        self.button.on_click(lambda _: self.hand_in())
        buttons = ipywidgets.HBox([self.back, self.next, self.button])
        self.box = ipywidgets.VBox([self.seed, self.asks, self.choice, buttons, self.line])
        self._show()
        self._say(NOT_YET)

    def _open(self) -> list[str]:
        return ["."] * len(self.paper.questions)

    def _begin(self) -> None:
        """Another seed is another paper; a wrong one is named, and the paper stays."""
        try:
            self.paper = check_yourself(self.seed.value, self.paper.when)
        except ValueError as error:
            self._say(f"Not understood: {error}.")
            return
        self.place, self.letters, self.handed = 0, self._open(), False
        self._show()
        self._say(NOT_YET)

    def turn(self, steps: int) -> None:
        """Show the question that many further on."""
        self.place += steps
        self._show()

    def answer(self, letters: str) -> None:
        """Give the answers as letters, a point where there is none; ValueError as in `hand_in`."""
        self.letters = list(self.paper.hand_in(letters).letters)
        self._show()

    def _show(self) -> None:
        question = self.paper.questions[self.place]
        many = len(self.paper.questions)
        said = f"{self.place + 1} of {many} (form {self.paper.form}). {question.asks}"
        self.asks.value = f"<p {STYLE}>{escape(said)}</p>"
        chosen = self.letters[self.place]
        pairs = [(f"{a})  {w}", a) for a, w in zip(LETTERS, question.answers, strict=True)]
        self._showing = True
        self.choice.options = pairs
        self.choice.value = None if chosen == "." else chosen
        self._showing = False
        self.back.disabled, self.next.disabled = self.place == 0, self.place == many - 1

    def _note(self) -> None:
        if self.choice.value is not None and not self._showing:
            self.letters[self.place] = self.choice.value

    def hand_in(self) -> str:
        """The line to hand in; after the course with what became of each wrong answer."""
        handed = self.paper.hand_in("".join(self.letters))
        self.handed = True
        return self._say(str(handed), handed.explained)

    def shown(self) -> str:
        """The line that was handed in; "" where there is none for these answers."""
        return self.sentence if self.handed and self.state()["answers"] in self.sentence else ""

    link_parts = ("seed", "question", "answers")

    def state(self) -> dict[str, str]:
        """The seed, the number of the question, and the letters of the answers."""
        place, letters = str(self.place + 1), "".join(self.letters)
        return {"seed": self.paper.seed, "question": place, "answers": letters}

    def enter(self, values: dict[str, str], judged: bool = True) -> None:
        """The paper of a link's seed at its question, with its answers, handed in if they were."""
        self.paper = check_yourself(values.get("seed", self._first), self.paper.when)
        self.seed.value = self.paper.seed
        self._begin()
        self.answer(values.get("answers", "".join(self._open())))
        place = whole(values.get("question", "1"), len(self.letters))
        if not place:
            raise ValueError(
                f"question {quoted(values['question'])}: expected a number from 1 to {len(self.letters)}"
            )
        self.turn(place - 1)
        if judged:
            self.hand_in()

    def _say(self, words: str, more: str = "") -> str:
        self.sentence = words
        rest = "".join(f"<p {STYLE}>{escape(line)}</p>" for line in more.splitlines())
        self.line.value = f"<p {STYLE}><b>{escape(words)}</b></p>{rest}"
        return words

    def _repr_mimebundle_(self, **formats: Any) -> dict[str, Any]:
        """The live paper, and the same in words for a page without a kernel."""
        bundle = self.box._repr_mimebundle_(**formats)
        return {**(bundle[0] if isinstance(bundle, tuple) else bundle), "text/plain": repr(self)}

    def __repr__(self) -> str:
        """The line that was handed in, and before that what is asked."""
        return self.sentence if self.handed else str(_shown(self.paper))


def _shown(paper: Paper) -> Paper | str:
    """On a page without a kernel: the questions before the course, a sentence after it."""
    if paper.when == "before":
        return paper
    return (
        f"Twelve questions of form {paper.form}, for whoever had the other form before the course."
    )
