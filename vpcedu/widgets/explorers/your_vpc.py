"""Your VPC: two ends and a port of a loaded network: the path there and back, and what fixes it."""

from __future__ import annotations

from functools import lru_cache
from html import escape

import ipywidgets

from vpcedu import draw
from vpcedu.analysis.answer import judged
from vpcedu.analysis.ends import SOMEONE, Question
from vpcedu.analysis.path import losses
from vpcedu.analysis.plays import Plays
from vpcedu.analysis.question import destinations, ports, sources
from vpcedu.analysis.repairs import search
from vpcedu.course.lesson_11 import example_vpc
from vpcedu.network import validity
from vpcedu.puzzles.changes import changes
from vpcedu.widgets.parts.controls import menu, short
from vpcedu.widgets.parts.explorer import KEPT, Explorer, Frame
from vpcedu.widgets.parts.progress import Progress
from vpcedu.widgets.parts.what_if import WhatIf, effect, tried

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.analysis.answer import Answer
    from vpcedu.analysis.change import Repair
    from vpcedu.network.vpc import Vpc
    from vpcedu.puzzles.changes import Changes

PICTURES = ("checks", "map")
MOST = 200  # changes in the what-if panel
ROOM = 518  # pixels: what is taller is scaled down
ABOUT = (
    "One question to your network: does this end reach that one, and does the answer come "
    "back? Checks: every filter on the path there (upper arrow) and back (lower one), in "
    "order, with the rule that decided. A cross is where the packet is lost. Map: the same "
    "packet among your subnets. What if: change a rule, and the question is asked again."
)


class YourVpc(Explorer):
    """The explorer of a loaded network.

    Set `source`, `destination`, `port`, `view` and `what_if`, or move them. vpc: a description,
    such as `aws.load(folder).vpc()`. ValueError where AWS would refuse it, or for an unknown end.
    """

    def __init__(
        self,
        vpc: Vpc,
        source: str = SOMEONE,
        destination: str = "",
        port: int = 443,
        picture: str = "checks",
    ) -> None:
        validity.check(vpc)
        self._run = lru_cache(KEPT)(self._asked)
        self._changes = lru_cache(KEPT)(self._offers)
        self._vpc = vpc
        self._found: dict[Question, tuple[Repair, ...]] = {}
        self._last: Question | None = None
        ends = destinations(vpc)
        self.source = menu("From", _named(sources(vpc)), source, 220)
        self.destination = menu("to", _named(ends), destination or ends[0], 220)
        numbers = sorted({*ports(vpc), port})
        self.port = menu("port", tuple((str(number), number) for number in numbers), port)
        self.view = menu("", tuple((word, word) for word in PICTURES), picture)
        self.what_if = WhatIf(self._changes(Question(source, destination or ends[0], port)))
        self.progress = Progress("tries")
        self.mend = ipywidgets.Button(
            description="Find a repair",
            tooltip="look for the smallest set of changes after which it works",
            layout={"width": "108px"},
        )
        self.mend.on_click(lambda _: self.look())
        super().__init__(
            self._make,
            ROOM,
            ABOUT,
            (Search(self.what_if, self.mend, self.progress),),
            source=self.source,
            destination=self.destination,
            port=self.port,
            picture=self.view,
        )

    def look(self) -> str:
        """Search for the smallest set of rows that fixes what is asked; returns what was found.

        A set of a single row is put in.
        """
        question = Question(self.source.value, self.destination.value, self.port.value)
        reachable = self._run(question, None).reachable
        if reachable is not False:
            return self._tell(
                "there is nothing to fix" if reachable else "the model ends on this path"
            )
        found = search.smallest(self._vpc, question, progress=self.progress)
        if found.repairs is None:
            return self._tell("; ".join(found.refused) or "no repair was found")
        self._found[question] = found.repairs
        self._changes.cache_clear()
        self.what_if.offer(self._changes(question))
        if len(found.repairs) == 1:
            self.what_if.take(found.repairs[0])
        blocked_after = f"; after it the model ends: {found.ends.step.reason}" if found.ends else ""
        return self._tell("; ".join(map(str, found.repairs)) + blocked_after)

    @property
    def page(self) -> str:  # type: ignore[override]
        """The lesson of the example, where this is the example: no link has your own network."""
        return "11-your-own-vpc" if self._vpc == example_vpc() else ""

    def enter(self, values: dict[str, str], judged: bool = True) -> None:
        """As a link says; a change that is not on offer may be the one that a search finds."""
        try:
            super().enter(values)
        except ValueError:
            if "change" not in values:
                raise
            self.look()
            super().enter(values)

    def _tell(self, words: str) -> str:
        self.progress.say("")
        self.note.value = escape(short(words))
        return words

    def _asked(self, question: Question, change: Repair | None) -> Answer:
        vpc = change.apply(self._vpc) if change else self._vpc
        return judged(Plays(), vpc, question)

    def _offers(self, question: Question) -> Changes:
        """The repairs that were found first, then the rows of the description."""
        offers: Changes = {}
        count = 0
        for row, repairs_of_row in changes(
            self._vpc, question, self._found.get(question, ())
        ).items():
            count += len(repairs_of_row)
            if count <= MOST:
                offers[row] = repairs_of_row
        return offers

    def _make(
        self, source: str, destination: str, port: int, picture: str, change: object
    ) -> Frame:
        question = Question(source, destination, port)
        try:
            self._run(question, None)
        except ValueError as error:
            if self.picture is None:
                raise
            return Frame(
                self.picture,
                f"This cannot be asked: {error}. The picture shows the question before.",
            )
        if question != self._last:
            self._last = question
            self.progress.say("")  # what was found belongs to the question before
        chosen = self.what_if.offer(self._changes(question))
        return tried(lambda change: self._answered(question, picture, change), chosen)

    def _answered(self, question: Question, picture: str, change: Repair | None) -> Frame:
        answer = self._run(question, change)
        effect_text = effect(
            change, question.source, self._run(question, None).symptom, answer.symptom
        )
        visit = answer.telling
        lost = losses(visit)
        if picture == "checks":
            shown = draw.filters(visit)
        else:
            shown = draw.map(visit, packet=lost[0].trace.number) if lost else draw.map(visit)
        return Frame(shown, effect_text + short(answer.verdict))


class Search:
    """The what-if panel, the button that looks for a repair, and how far it has got."""

    def __init__(self, what_if: WhatIf, button: ipywidgets.Button, progress: Progress) -> None:
        self.what_if, self.progress, self.controls = what_if, progress, what_if.controls
        self.keep, self.state, self.enter = what_if.keep, what_if.state, what_if.enter
        progress.bar.layout = {"width": "60px"}
        progress.line.layout = {"display": "none"}
        progress.say("")
        self.box = what_if.box
        self.box.children = (*self.box.children, button, progress.bar)

    @property
    def lines(self) -> int:
        """How many lines the sentence needs because of it."""
        return self.what_if.lines

    def begin_again(self) -> None:
        """Back to what was kept, as if nothing had been looked for."""
        self.progress.say("")
        self.what_if.begin_again()


def _named(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Names for a menu, AWS's ids cut; two that would look the same are left whole."""
    cut = [short(name) for name in names]
    return tuple(
        (word if cut.count(word) == 1 else name, name)
        for word, name in zip(cut, names, strict=True)
    )
