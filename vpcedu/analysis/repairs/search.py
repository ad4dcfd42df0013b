"""Search: the smallest set of rows to add, change or remove so that a question gets its answer.

It is found by running.

Where no set does, but one leads to something that is not described, that one is named, and where
the model ends. `candidates` names the rows that could help against a loss; which of them do is not
reasoned but tried: the row is put in, the packets are sent again. The search goes over all sets of
one repair before those of two, so the first set that works is a smallest one of those tried. No
description is tried twice. A set works if it does whatever the network chooses.
"""

from __future__ import annotations

from collections import deque

from vpcedu.analysis.change import Repair, apply
from vpcedu.analysis.choosing.choices import cases
from vpcedu.analysis.path import losses, model_ends
from vpcedu.analysis.plays import TRIED, Plays
from vpcedu.analysis.repairs.candidates import candidates
from vpcedu.row import NamedRow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from vpcedu.analysis.ends import Question
    from vpcedu.analysis.path import Loss
    from vpcedu.network.vpc import Vpc
    from vpcedu.sites.visit import Visit

MOST_RUNS, MOST_ROWS = 400, 6


def run(vpc: Vpc, question: Question, seed: int = 0) -> Visit:
    """Send the packets of a question through a description."""
    return Plays(seed).whole(vpc, question)


class Found(NamedRow):
    """A smallest set of repairs, and what was in the way, in order.

    `ends` is where the model ends after the repairs (None: the question gets its answer).
    """

    repairs: tuple[Repair, ...]
    met: tuple[Loss, ...]
    ends: Loss | None


def smallest(
    vpc: Vpc,
    question: Question,
    plays: Plays | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Found | None:
    """The smallest set of repairs that makes a question work, or leads to where the model ends.

    None where there is no such set.

    plays: what was simulated before, such as the visit to the description as it is. progress:
    called with how many sets were tried, and how many are tried at most.
    """
    plays = plays or Plays()
    known: Found | None = None
    queue: deque[tuple[Vpc, tuple[Repair, ...], tuple[Loss, ...]]] = deque([(vpc, (), ())])
    tried: set[frozenset[Repair]] = set()
    runs = 0
    while queue and runs < MOST_RUNS:
        before, done, met = queue.popleft()
        runs += 1
        if progress is not None:
            progress(runs, MOST_RUNS)
        try:
            changed = apply(before, done[-1:])
            visit = _worst(plays, changed, question)
        except ValueError:
            continue  # AWS would refuse the description, or an end is gone
        if visit.outcome.works:
            return Found(_needed(plays, vpc, question, done), met, None)
        lost, ends = losses(visit), model_ends(visit)
        known = known or (Found(done, (*met, *lost[:1]), ends) if ends and done else None)
        for repair in candidates(changed, question, visit) if len(done) < MOST_ROWS else ():
            key = frozenset((*done, repair))
            if key not in tried and len(key) > len(done):
                tried.add(key)
                queue.append((changed, (*done, repair), met + lost[:1]))
    return known


def _worst(plays: Plays, vpc: Vpc, question: Question) -> Visit:
    """The visit of the first choice that does not work, else of the last.

    ValueError as of `Plays`.
    """
    for case in cases(plays, vpc, question, TRIED):
        if not case.outcome.works:
            break
    return case.visit


def _needed(
    plays: Plays, vpc: Vpc, question: Question, repairs: tuple[Repair, ...]
) -> tuple[Repair, ...]:
    """The repairs less those without which it works too."""
    for repair in repairs:
        fewer = tuple(other for other in repairs if other is not repair)
        try:
            visit = _worst(plays, apply(vpc, fewer), question)
        except ValueError:
            continue  # one repair builds on the other
        if visit.outcome.works:
            return _needed(plays, vpc, question, fewer)
    return repairs
