"""Causes: everything in the way of a visit, found in one go, and what may cause a symptom.

Whoever repairs a network one loss at a time learns of the next one only afterwards. Here the whole
visit is simulated on a copy in which a filter that drops (source and destination check, security
group, network ACL) writes its step and then goes on as if it had allowed, tracking included: so the
answer is judged too, and both directions are asked. A dead end (no route, no public address, no
listener, ...) has nothing to go on to and ends the walk: what comes after it shows once it is
repaired.

`diagnose` goes from a symptom to its causes: which single rows, changed, would make this VPC show
it? Each is tried.
"""

from __future__ import annotations

from copy import deepcopy

from vpcedu.analysis import path
from vpcedu.analysis.change import Repair
from vpcedu.analysis.ends import Question
from vpcedu.analysis.plays import Plays
from vpcedu.network.record import Call
from vpcedu.quoting import quoted
from vpcedu.reasons import LOST
from vpcedu.row import NamedRow
from vpcedu.views.outcome import WORKS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.analysis.answer import Answer
    from vpcedu.network.vpc import Vpc
    from vpcedu.row import Row
    from vpcedu.sites.site import Site
    from vpcedu.sites.visit import Visit
    from vpcedu.trace import Step


def blockers(site: Site, what: str | Call) -> tuple[Step, ...]:
    """Every step that would lose a packet of a visit, in order; () where it works.

    Each place, row and flow is there once.

    what: a URL for the client to fetch, or a Call. The site stays as it was. What a link loses is
    left out: nothing is to be repaired there. ValueError as in `Site.get`.
    """
    found: dict[tuple[object, ...], Step] = {}
    for step in (step for trace in beyond_drops(site, what).capture for step in trace.steps):
        if step.reason not in (None, LOST):
            found.setdefault((step.at, step.check, step.row, step.before.flow), step)
    return tuple(found.values())


def beyond_drops(site: Site, what: str | Call) -> Visit:
    """The visit on a copy of the site whose filters forward what they would drop."""
    copy = deepcopy(site)
    copy.network.filters.beyond_drops = True
    return copy.play(what) if isinstance(what, Call) else copy.get(what)


class Suspect(NamedRow):
    """What may be wrong, and the run that shows it.

    The row changed or held against, what the change does in words, and what fixes it. The repair is
    None where none was found.
    """

    row: Row | None
    words: str
    repair: Repair | None
    visit: Visit

    def __str__(self) -> str:
        return f"{self.words}. What fixes it: {self.repair or 'no change was found'}"


def diagnose(
    vpc: Vpc, source: str, destination: str, port: int, symptom: str = ""
) -> tuple[Suspect, ...]:
    """The causes that would give this symptom between these ends of this VPC, each shown by a run.

    symptom: as in `Answer.symptom`, like "timed out"; "": that of the VPC as described. Where the
    description itself shows it, what is in the way there is the cause. Where it works, or shows
    another symptom, it differs from the real network by a row: every fault of the catalogue that
    turns it into the symptom is a cause. ValueError as in `ask`, and for a symptom that no fault
    gives.
    """
    from vpcedu.analysis.answer import asked
    from vpcedu.analysis.faults import faults

    plays = Plays()
    answer = asked(plays, vpc, Question(source, destination, port))
    if not answer.cases:
        raise ValueError(f"{answer.question}: {answer.unknown[0].words}")
    if answer.unknown:  # whatever else is changed, it stays open
        return tuple(
            Suspect(None, f"it is unknown: {row}", None, answer.telling) for row in answer.unknown
        )
    if symptom in ("", answer.symptom):
        return _in_the_way(answer)
    found, seen = [], set()
    for fault in faults(vpc, answer.question):
        visit = plays.after(vpc, (fault,), answer.question)
        if visit is not None:
            seen.add(visit.outcome.said)
            if visit.outcome.said == symptom:
                found.append(
                    Suspect(
                        fault.row if fault.new is None else fault.new,
                        _told(vpc, fault, visit),
                        Repair(fault.new, fault.row),
                        visit,
                    )
                )
    if not found:
        known = ", ".join(sorted(seen - {WORKS})) or "none"
        raise ValueError(
            f"symptom {quoted(symptom)}: no fault of the catalogue gives it here, expected one of {known}"
        )
    return tuple(found)


def _in_the_way(answer: Answer) -> tuple[Suspect, ...]:
    repairs = answer.repairs or ()
    causes = [
        Suspect(
            loss.row,
            f"{loss.leg_direction} a packet is lost at {loss.step.at}, {loss.step.check}. Why:"
            f" {loss.step.reason} ({path.decided(answer.vpc, loss.step)})".removesuffix(" ()"),
            repairs[place] if len(repairs) == len(answer.blockers) else None,
            answer.telling,
        )
        for place, loss in enumerate(answer.blockers)
    ]
    if not causes and not answer.reachable:
        causes = [
            Suspect(None, f"no packet is lost; {answer.symptom}", repair, answer.telling)
            for repair in repairs or (None,)
        ]
    return tuple(causes)


def _told(vpc: Vpc, fault: Repair, visit: Visit) -> str:
    lost = path.losses(visit)
    what = (
        f"{lost[0].leg_direction} a packet is lost at {lost[0].step.at}, {lost[0].step.check}"
        if lost
        else "no packet is lost"
    )
    return f"if somebody did this: {fault}, then {what}"
