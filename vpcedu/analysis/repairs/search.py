"""Search: the smallest set of rows to add, change or remove so that a question gets its answer.

It is found by running.

Where no set does, but one leads to something that is not described, that one is named, and where
the model ends. `candidates` names the rows that could help against a loss; which of them do is not
reasoned but tried: the row is put in, the packets are sent again. The search goes over all sets of
one repair before those of two, so the first set that works is a smallest one of those tried. No
description is tried twice. A set works if it does whatever the network chooses.
"""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import chain

from vpcedu.analysis.change import Repair, apply
from vpcedu.analysis.choosing.choices import cases
from vpcedu.analysis.path import losses, model_ends
from vpcedu.analysis.plays import TRIED, Plays
from vpcedu.analysis.repairs.candidates import candidates
from vpcedu.analysis.repairs.openings import Difference, difference
from vpcedu.analysis.repairs.ways_out import Refusal
from vpcedu.analysis.unknown import passed
from vpcedu.row import NamedRow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vpcedu.analysis.ends import Question
    from vpcedu.analysis.path import Loss
    from vpcedu.analysis.repairs.ways_out import Plan
    from vpcedu.network.vpc import Vpc
    from vpcedu.sites.visit import Visit

MOST_RUNS, MOST_ROWS = 400, 6
CLOSES = "{repair}: then it would no longer be true that {closed}"


def run(vpc: Vpc, question: Question, seed: int = 0) -> Visit:
    """Send the packets of a question through a description."""
    return Plays(seed).whole(vpc, question)


class Found(NamedRow):
    """A smallest set of repairs (None: there is none), and what was in the way, in order.

    ends: where the model ends after the repairs (None: the question gets its answer). difference:
    what else they open. refused: what would have helped, and why it is not proposed.
    """

    repairs: tuple[Repair, ...] | None
    met: tuple[Loss, ...] = ()
    ends: Loss | None = None
    difference: Difference | None = None
    refused: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """What else the repairs open (None: unknown), and what is not proposed and why."""
        found = self.difference
        return {
            "opens": [row._asdict() for row in found.opened] if found else None,
            "compared": found.checked if found else None,
            "refused": list(self.refused),
        }


def smallest(
    vpc: Vpc,
    question: Question,
    plays: Plays | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Found:
    """The smallest set of repairs that makes a question work, or leads to where the model ends.

    One that would stop what works today is none.

    plays: what was simulated before, such as the visit to the description as it is. progress:
    called with how many sets were tried, and how many are tried at most.
    """
    plays = plays or Plays()
    known = Found(None)
    queue: list[tuple[int, int, Vpc, tuple[Plan, ...], tuple[Loss, ...]]] = [(0, 0, vpc, (), ())]
    tried: set[frozenset[Repair]] = set()
    refused: dict[str, None] = {}
    runs = 0
    while queue and runs < MOST_RUNS:
        size, _, changed, done, met = heappop(queue)
        runs += 1
        if progress is not None:
            progress(runs, MOST_RUNS)
        try:
            visit = _worst(plays, changed, question)
        except ValueError:
            continue  # AWS would refuse the description, or an end is gone
        if visit.outcome.works and passed(changed, visit):
            continue  # nobody can tell whether it would work
        if visit.outcome.works:
            repairs = _needed(plays, vpc, question, done)
            every = tuple(cases(plays, apply(vpc, repairs), question))
            found = difference(plays, vpc, question, repairs, [case.visit for case in every])
            if not found.closed:
                return Found(repairs, met, None, found, tuple(refused))
            refused |= {CLOSES.format(repair=repairs[0], closed=found.closed[0]): None}
            continue
        lost, ends = losses(visit), model_ends(visit)
        if ends and done and known.repairs is None:
            known = Found(tuple(chain(*done)), (*met, *lost[:1]), ends)
        for plan in candidates(changed, question, visit) if size < MOST_ROWS else ():
            if isinstance(plan, Refusal):
                refused |= {plan.words: None}
                continue
            key = frozenset(chain(*done, plan))
            if key in tried or len(key) < size + len(plan):
                continue
            tried.add(key)
            try:
                then = apply(changed, plan)
            except ValueError:
                continue
            heappush(queue, (len(key), len(tried), then, (*done, plan), met + lost[:1]))
    return known._replace(refused=tuple(refused))


def _worst(plays: Plays, vpc: Vpc, question: Question) -> Visit:
    """The visit of the first choice that does not work, else of the last.

    ValueError as of `Plays`.
    """
    for case in cases(plays, vpc, question, TRIED):
        if not case.outcome.works:
            break
    return case.visit


def _needed(
    plays: Plays, vpc: Vpc, question: Question, plans: tuple[Plan, ...]
) -> tuple[Repair, ...]:
    """The repairs of some plans less those plans without which it works too."""
    for plan in plans:
        fewer = tuple(other for other in plans if other is not plan)
        try:
            changed = apply(vpc, chain(*fewer))
            visit = _worst(plays, changed, question)
        except ValueError:
            continue  # one repair builds on the other
        if visit.outcome.works and not passed(changed, visit):
            return _needed(plays, vpc, question, fewer)
    return tuple(chain(*plans))
