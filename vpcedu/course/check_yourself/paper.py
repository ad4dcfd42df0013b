"""Paper: the twelve questions of one form for one learner, and the line to hand in.

A seed (a number or a name) decides the form before the course and the order of the answers; after
the course the same seed gets the other form. The two ask the same twelve things in different
networks. What is right is found by running each chosen answer: see claims.py.
"""

from __future__ import annotations

from vpcedu.course.check_yourself.claims import FORMS, Claim, Symptom
from vpcedu.course.check_yourself.of_balancers import OF_BALANCERS
from vpcedu.course.check_yourself.of_paths import OF_PATHS
from vpcedu.flow import spread
from vpcedu.quoting import quoted
from vpcedu.row import NamedRow
from vpcedu.sites.field import one_of
from vpcedu.views.outcome import WORKS
from vpcedu.views.text import fold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SYMPTOMS: tuple[Symptom, ...] = tuple(
    sorted((*OF_PATHS, *OF_BALANCERS), key=lambda symptom: (symptom.lesson, symptom.entry))
)
WHEN = ("before", "after")  # the course
LETTERS = "abcd"
LONGEST = 40  # letters of a seed


class Item(NamedRow):
    """A question as it stands on a paper: the symptom and its answers, in the paper's order."""

    form: str
    symptom: Symptom
    claims: tuple[Claim, ...]

    @property
    def asks(self) -> str:
        """What is asked."""
        return self.symptom.asks[FORMS.index(self.form)]

    @property
    def answers(self) -> tuple[str, ...]:
        """The answers, as they read."""
        return tuple(claim.words[FORMS.index(self.form)] for claim in self.claims)

    def right(self, letter: str) -> bool:
        """Whether the answer with this letter does what is asked: it is done, and run."""
        return self.symptom.holds(self.form, self.claims[LETTERS.index(letter)])

    def reply(self, letter: str) -> str:
        """What happens where this answer is done, and the belief in it."""
        claim = self.claims[LETTERS.index(letter)]
        found = self.symptom.tried(self.form, claim)
        seen = f"We did this and ran it again: {'it works' if found == WORKS else found}."
        if self.right(letter):
            return f"Right. {seen} What decides: {claim.belief}."
        words = f"No. {seen} The belief: {claim.belief}."
        return f"{words} Lesson {self.symptom.lesson} shows what happens."


class Paper(NamedRow):
    """One form for one learner; as text its questions, with a letter for each answer."""

    form: str
    seed: str
    when: str
    questions: tuple[Item, ...]

    def hand_in(self, letters: str) -> Handed:
        """The answers as one text of twelve letters, a to d; a point stands for no answer.

        ValueError for another text.
        """
        text = "".join(letters.split()).lower() if isinstance(letters, str) else ""
        if len(text) != len(self.questions) or set(text) - set(LETTERS) - {"."}:
            raise ValueError(
                f"answers {quoted(letters)}: expected {len(self.questions)} letters from a to d, "
                "and a point where there is no answer"
            )
        points = [
            letter != "." and question.right(letter)
            for letter, question in zip(text, self.questions, strict=True)
        ]
        return Handed(self, text, tuple(points))

    def __str__(self) -> str:
        lines = [f"Check yourself, {self.when} the course: form {self.form}, seed {self.seed}"]
        for number, question in enumerate(self.questions, 1):
            lines += ["", fold(f"{number}. {question.asks}")]
            lines += [
                f"   {letter}  {words}"
                for letter, words in zip(LETTERS, question.answers, strict=True)
            ]
        return "\n".join(lines)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """In a notebook: the questions."""
        printer.text(str(self))


class Handed(NamedRow):
    """A paper that was handed in: the letters, and for each whether it is right.

    As text it is one line. After the course `explained` says what became of each answer.
    """

    paper: Paper
    letters: str
    points: tuple[bool, ...]

    @property
    def score(self) -> int:
        """How many answers are right."""
        return sum(self.points)

    @property
    def explained(self) -> str:
        """The wrong answers: what happened where each was done.

        Before the course it says only that this comes later.
        """
        if self.paper.when == "before":
            return (
                "What is right comes after lesson 12: the other form asks the same twelve things."
            )
        rows = zip(self.letters, self.points, self.paper.questions, strict=True)
        lines = [
            fold(f"{number}. {'No answer.' if letter == '.' else question.reply(letter)}")
            for number, (letter, right, question) in enumerate(rows, 1)
            if not right
        ]
        return "\n".join(lines) or "Every answer is right."

    def __str__(self) -> str:
        return (
            f"check-yourself {self.paper.when} form={self.paper.form} seed={self.paper.seed}"
            f" answers={self.letters} score={self.score}/{len(self.letters)}"
        )

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """In a notebook: the line."""
        printer.text(str(self))


def check_yourself(seed: int | str = 0, when: str = "before") -> Paper:
    """The paper of one learner.

    seed: a whole number or a name, at most 40 letters without spaces. when: "before" or "after" the
    course. ValueError names a wrong value.
    """
    text = str(seed) if isinstance(seed, (int, str)) and not isinstance(seed, bool) else ""
    if not text.isprintable() or not 0 < len(text) <= LONGEST or set(text) & set(" ="):
        raise ValueError(
            f"seed {quoted(seed)}: expected a number or a name of at most {LONGEST} letters without spaces"
        )
    moment = one_of("when", when, WHEN)
    form = FORMS[(spread("form", text) >> 16 ^ WHEN.index(moment)) & 1]
    return Paper(form, text, moment, tuple(_item(symptom, form, text) for symptom in SYMPTOMS))


def _item(symptom: Symptom, form: str, seed: str) -> Item:
    order = sorted(symptom.claims, key=lambda claim: spread(form, seed, symptom.name, claim.belief))
    return Item(form, symptom, tuple(order))
