"""Plays: the visits that one question leads to, each simulated only once and then remembered.

A play is a description, a question to it, a seed, and a choice: to the end, with filters that let
go on what they drop, or only until it is clear that nothing comes of it. What a play shows is
decided by these alone.
"""

from __future__ import annotations

from vpcedu.analysis.change import apply
from vpcedu.analysis.ends import checked, prepare
from vpcedu.reasons import LOST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from vpcedu.analysis.change import Repair
    from vpcedu.analysis.ends import Question
    from vpcedu.network.vpc import Vpc
    from vpcedu.sites.visit import Visit
    from vpcedu.trace import Capture

WHOLE, TRIED, PAST_DROPS = "to the end", "until it is lost", "past filters that drop"


class Plays:
    """What was simulated so far, with one seed.

    ValueError as in `prepare`, and where AWS would refuse a description.
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self._known: dict[tuple[Vpc, Question, str], Visit] = {}

    def whole(self, vpc: Vpc, question: Question) -> Visit:
        """The visit that a question leads to."""
        return self._play(vpc, question, WHOLE)

    def tried(self, vpc: Vpc, question: Question) -> Visit:
        """The same, ended as soon as the opening packet or its answer is lost.

        What is lost once is lost again.
        """
        known = self._known.get((vpc, question, WHOLE))
        return known or self._play(vpc, question, TRIED)

    def past_drops(self, vpc: Vpc, question: Question) -> Visit:
        """The visit as it goes when filters let pass what they drop.

        Without a drop it is the whole visit.
        """
        visit = self.whole(vpc, question)
        lost = (step for trace in visit.capture for step in trace.steps if step.reason is not None)
        return (
            self._play(vpc, question, PAST_DROPS)
            if any(step.after is not None for step in lost)
            else visit
        )

    def after(
        self, vpc: Vpc, repairs: Iterable[Repair], question: Question, choice: str = WHOLE
    ) -> Visit | None:
        """The visit after some repairs, WHOLE or TRIED.

        None where a row of theirs is not there, or AWS would refuse what they make of it.
        """
        try:
            changed = apply(vpc, repairs)
            return (
                self.tried(changed, question) if choice == TRIED else self.whole(changed, question)
            )
        except ValueError:
            return None

    def _play(self, vpc: Vpc, question: Question, choice: str) -> Visit:
        checked(question)
        key = (vpc, question, choice)
        try:
            hash(key)
        except TypeError as error:
            raise ValueError(
                f"a value in the description is changeable ({error}): expected tuples for lists"
            ) from None
        if key not in self._known:
            working = prepare(vpc, question)
            site = working.site(self.seed)
            site.network.filters.beyond_drops = choice == PAST_DROPS
            visit = site.play(working.call, until=_is_hopeless if choice == TRIED else None)
            visit.vpc = working.beside(vpc)
            self._known[key] = visit
        return self._known[key]


def _is_hopeless(seen: Capture) -> bool:
    """Whether one of the first two packets of a new site was lost for a reason one can repair.

    They are the opening packet and the answer to it.
    """
    return any(trace.last.reason not in (None, LOST) for trace in seen.traces[:2])
