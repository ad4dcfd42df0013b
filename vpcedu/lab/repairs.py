"""Repairs: the smallest set of rows to add, change or remove so that a question gets its answer, found by running.

Where no set does, but one leads to something that is not described, that one is named, and where the model ends.
`candidates` names the rows that could help against a loss; which of them do is not reasoned but tried: the row is put
in, the packets are sent again. The search goes over all sets of one repair before those of two, so the first set that
works is a smallest one of those tried.
"""

from __future__ import annotations

from collections import deque

from vpcedu.lab.candidates import candidates
from vpcedu.lab.ends import Question, prepare
from vpcedu.lab.paths import losses, model_ends
from vpcedu.lab.repair import Repair, apply
from vpcedu.lab.site import LONGEST
from vpcedu.lab.visit import Visit
from vpcedu.reasons import LOST
from vpcedu.row import NamedRow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from vpcedu.lab.paths import Loss
    from vpcedu.network.vpc import Vpc

MOST_RUNS, MOST_ROWS = 400, 6


def run(vpc: Vpc, question: Question, seed: int = 0) -> Visit:
    """Send the packets of a question through a description."""
    site, call = prepare(vpc, question, seed)
    site.vpc = _whole(vpc, site.vpc)
    return site.play(call)


def _whole(vpc: Vpc, played: Vpc) -> Vpc:
    """The description as it was asked, with the hosts and peers that the question needed beside it: for pictures."""
    devices, peers = {row.name for row in vpc.devices}, {one.name for one in vpc.peers}
    return vpc._replace(
        outside=played.outside, devices=(*vpc.devices, *(row for row in played.devices if row.name not in devices)),
        peers=(*vpc.peers, *(one for one in played.peers if one.name not in peers)))


def served(vpc: Vpc, question: Question, seed: int = 0) -> Visit | None:
    """The same, but only up to the result, and None as soon as the opening packet is lost: what is lost once is lost
    again."""
    site, call = prepare(vpc, question, seed)
    program, network = site.open(call), site.network
    while program.result is None and network.clock.due is not None and network.clock.due <= LONGEST:
        network.step()
        opening = next((trace for trace in network.capture if trace.sender == call.opener), None)
        if opening is not None and opening.last.reason not in (None, LOST):
            return None
    return Visit(call, program.result, network.capture, site.vpc, seed)


def works(visit: Visit) -> bool:
    """Whether the person gets what she asked for."""
    return visit.outcome.works


class Found(NamedRow):
    """A smallest set of repairs, what was in the way one behind the other, and where the model ends behind them (None:
    the question gets its answer)."""

    repairs: tuple[Repair, ...]
    met: tuple[Loss, ...]
    ends: Loss | None


def smallest(vpc: Vpc, question: Question, seed: int = 0,
             progress: Callable[[int, int], None] | None = None) -> Found | None:
    """The smallest set of repairs that makes a question work, or else leads to where the model ends; or None.

    progress: called with how many sets were tried, and how many are tried at most.
    """
    known: Found | None = None
    queue: deque[tuple[Vpc | None, tuple[Repair, ...], tuple[Loss, ...]]] = deque([(vpc, (), ())])
    tried: set[frozenset[Repair]] = set()
    runs = 0
    while queue and runs < MOST_RUNS:
        changed, done, met = queue.popleft()
        runs += 1
        if progress is not None:
            progress(runs, MOST_RUNS)
        visit = _tried(changed, question, seed)
        if visit is None or changed is None:
            continue
        if works(visit):
            return Found(_needed(vpc, question, done, seed), met, None)
        lost, ends = losses(visit), model_ends(visit)
        known = known or (Found(done, (*met, *lost[:1]), ends) if ends and done else None)
        for repair in candidates(changed, question, visit) if len(done) < MOST_ROWS else ():
            key = frozenset((*done, repair))
            if key not in tried and len(key) > len(done):
                tried.add(key)
                queue.append((_applied(changed, repair), (*done, repair), met + lost[:1]))
    return known


def _applied(vpc: Vpc, repair: Repair) -> Vpc | None:
    try:
        return repair.apply(vpc)
    except ValueError:
        return None


def _tried(vpc: Vpc | None, question: Question, seed: int) -> Visit | None:
    """The visit, or None where AWS would refuse the description or the ends are gone."""
    if vpc is None:
        return None
    try:
        return run(vpc, question, seed)
    except ValueError:
        return None


def _needed(vpc: Vpc, question: Question, repairs: tuple[Repair, ...], seed: int) -> tuple[Repair, ...]:
    """The repairs less those without which it works too."""
    for repair in repairs:
        fewer = tuple(other for other in repairs if other is not repair)
        try:
            if works(run(apply(vpc, fewer), question, seed)):
                return _needed(vpc, question, fewer, seed)
        except ValueError:
            pass  # one repair builds on the other
    return repairs
