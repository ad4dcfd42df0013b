"""Puzzle: a working VPC in which rows were broken.

What does the person see, which row is it, and what fixes it?

A seed decides everything: the site, the question to it and the faults. The generator proves by
running that the site works before, that it does not work afterwards, and that each fault alone is
enough to break it where there are several. Then it tries every row of the catalogue of remedies:
those that work are the answers, and no other single row of the catalogue does. A learner's answer
is not compared with them but run.
"""

from __future__ import annotations

from functools import cached_property

from vpcedu.analysis.change import Repair, apply
from vpcedu.analysis.ends import Question
from vpcedu.analysis.faults import faults
from vpcedu.analysis.path import Loss, decided, losses
from vpcedu.analysis.plays import TRIED, Plays
from vpcedu.flow import spread
from vpcedu.hosts.web_server import listens, serves
from vpcedu.puzzles.remedies import remedies
from vpcedu.puzzles.scenes import scenes
from vpcedu.quoting import quoted
from vpcedu.sites.row_kinds import as_a, to_add
from vpcedu.views.description import describe
from vpcedu.views.text import fold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.network.vpc import Vpc
    from vpcedu.sites.visit import Visit

MOST = 4  # faults in one puzzle


class Puzzle:
    """The site before (`working`) and after (`vpc`), the question, and the planted faults."""

    def __init__(
        self,
        seed: int,
        working: Vpc,
        vpc: Vpc,
        question: Question,
        planted: tuple[Repair, ...],
        plays: Plays,
    ) -> None:
        self.seed, self.working, self.vpc, self.question, self.planted = (
            seed,
            working,
            vpc,
            question,
            planted,
        )
        self._plays = plays
        self.visit = plays.whole(vpc, question)
        self.server = served_by(plays.whole(working, question))

    @property
    def symptom(self) -> str:
        """What the person sees."""
        return self.visit.outcome.said

    @property
    def reason(self) -> Any:
        """The Reason of the first loss.

        None where nothing is lost, such as at a balancer without targets.
        """
        lost = losses(self.visit)
        return lost[0].step.reason if lost else None

    @cached_property
    def answers(self) -> tuple[tuple[Repair, ...], ...]:
        """Every row of the catalogue that fixes a planted fault, for each fault.

        The other faults are fixed already.
        """
        return tuple(
            _answers(self._plays, self.alone(fault), self.question, fault, self.server)
            for fault in self.planted
        )

    def alone(self, fault: Repair) -> Vpc:
        """The working site with one fault alone."""
        return fault.apply(self.working)

    def check(self, answer: Any) -> str:
        """What happens with a learner's answer: a Repair, a row to add, or several of them.

        ValueError for what is neither, and for a row that is not there.
        """
        # a row is a named tuple
        rows = tuple(answer) if type(answer) in (list, tuple) else (answer,)
        repairs = tuple(map(_as_repair, rows))
        visit = self._plays.whole(apply(self.vpc, repairs), self.question)
        done = "; ".join(map(str, repairs)) or "nothing changed"
        if visit.outcome.works and served_by(visit) != self.server:
            return fold(
                f"Not yet. With this ({done}) an answer comes, but from {served_by(visit)} instead of"
                f" {self.server}."
            )
        if visit.outcome.works:
            return fold(f"Right. With this ({done}) {self.question.source} gets its answer.")
        return fold(f"Not yet. With this ({done}) {self._consequence(visit)}")

    def _consequence(self, visit: Visit) -> str:
        sees = f"{self.question.source} sees: {visit.outcome.said}."
        lost = losses(visit)
        if not lost:
            return f"{sees} No packet is lost: who made this answer?"
        before = losses(self.visit)
        same = before and _place(before[0]) == _place(lost[0])
        packet = lost[0].step
        return (
            f"{sees} {lost[0].leg_direction.capitalize()} a packet is {'still ' if same else 'now '}lost"
            f" at {packet.at}, {packet.check}: {packet.reason}."
        )

    @property
    def hints(self) -> tuple[str, ...]:
        """Where the first packet is lost, each hint saying more than the one before it."""
        lost = losses(self.visit)
        if not lost:
            return (f"No packet is lost. Somebody answers: {self.visit.symptom}. Who?",)
        step = lost[0].step
        return (
            f"{lost[0].leg_direction.capitalize()} a packet is lost at {step.at}.",
            f"The check that drops it is: {step.check}.",
            fold(f"It is lost because {step.reason} ({decided(self.vpc, step)})."),
        )

    @property
    def solution(self) -> str:
        """What was broken, and for each fault every row of the catalogue that fixes it."""
        lines = []
        for fault, answers in zip(self.planted, self.answers, strict=True):
            lost = losses(self._plays.whole(self.alone(fault), self.question))
            why = (
                f"{lost[0].step.reason} ({decided(self.vpc, lost[0].step)})"
                if lost
                else "no packet is lost by it"
            )
            lines += [f"What was broken: {fault}.", f"What it causes: {why}.", "What fixes it:"]
            lines += [f"  {answer}" for answer in answers]
        return "\n".join(lines)

    def __str__(self) -> str:
        broken = "One row is" if len(self.planted) == 1 else f"{len(self.planted)} rows are"
        head = (
            f"Puzzle {self.seed}. {self.question}: {self.symptom}. It used to work. "
            f"{broken} to blame: which, and what fixes it?"
        )
        return f"{fold(head)}\n\n{describe(self.vpc)}\n{_unsaid(self.vpc)}"

    def _repr_mimebundle_(self, **formats: Any) -> dict[str, str]:
        """In a notebook the last line of a cell is the puzzle."""
        return {"text/plain": str(self)}


def puzzle(seed: int = 0, count: int = 1) -> Puzzle:
    """The puzzle of a seed, with `count` rows broken; ValueError for a wrong value."""
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise ValueError(f"seed {quoted(seed)}: expected a whole number")
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MOST:
        raise ValueError(f"faults {quoted(count)}: expected 1 to {MOST}")
    sites = scenes()
    working, question = sites[spread("scene", seed) % len(sites)]
    plays = Plays()
    if not plays.whole(working, question).outcome.works:
        raise AssertionError(f"{question} does not work before anything is broken")
    catalogue = sorted(
        faults(working, question),
        key=lambda fault: (spread("kind", seed, _kind(fault)), spread("fault", seed, fault)),
    )
    planted: list[Repair] = []
    broken = working
    for fault in catalogue:
        if len(planted) < count and _breaks(plays, working, question, fault):
            both = _beside(plays, broken, question, (*planted, fault))
            planted, broken = ([*planted, fault], both) if both else (planted, broken)
    return Puzzle(seed, working, broken, question, tuple(planted), plays)


def _beside(
    plays: Plays, broken: Vpc, question: Question, planted: tuple[Repair, ...]
) -> Vpc | None:
    """The description with the last fault planted too.

    None where it changes what another fault changed.
    """
    try:
        both = planted[-1].apply(broken)
        plays.whole(both, question)
        for order in (planted, planted[::-1]):  # a learner may fix them in any order
            plays.whole(apply(both, map(undone, order)), question)
    except ValueError:
        return None
    return both


def _kind(fault: Repair) -> str:
    """Faults are drawn by kind first, or there would be little but ACL entries."""
    return f"{fault.action} {type(fault.new if fault.row is None else fault.row).__name__}"


def _breaks(plays: Plays, vpc: Vpc, question: Question, fault: Repair) -> bool:
    visit = plays.after(vpc, (fault,), question)
    return visit is not None and not visit.outcome.works


def undone(fault: Repair) -> Repair:
    """The change that takes a fault back."""
    return Repair(fault.new, fault.row)


def _answers(
    plays: Plays, vpc: Vpc, question: Question, fault: Repair, server: str
) -> tuple[Repair, ...]:
    """Every row of the catalogue that fixes one fault; taking it back comes first."""
    tried = dict.fromkeys((undone(fault), *remedies(vpc, question)))
    return tuple(row for row in tried if mends(plays, vpc, question, row, server))


def mends(plays: Plays, vpc: Vpc, question: Question, repair: Repair, server: str) -> bool:
    """Whether a question works with a row changed, and the server it is meant for answers."""
    visit = plays.after(vpc, (repair,), question, TRIED)
    return visit is not None and visit.outcome.works and served_by(visit) == server


def served_by(visit: Visit) -> str:
    """The host at the far end of the last connection."""
    return visit.connections[-1].listener


def _as_repair(given: object) -> Repair:
    try:
        return as_a(given, Repair) or Repair(None, to_add(given))
    except ValueError:
        raise ValueError(
            f"{quoted(given)}: expected a Repair, or a Route, AclEntry, GroupRule or Association to add"
        ) from None


def _place(loss: Loss) -> tuple[Any, ...]:
    return loss.step.at, loss.step.check, loss.back


def _unsaid(vpc: Vpc) -> str:
    """The rows that a description leaves out.

    Names, balancers' listeners, servers' ports, checks and allowances.
    """
    lines = [
        "Names",
        *(f"  {row.name:<20}{', '.join(row.addresses)}" for row in vpc.names),
        "Devices",
    ]
    for device in vpc.devices:
        settings = dict(device.settings)
        for row in settings.get("listeners", ()):
            keeps = row.targets.preserve_client_ip
            preserves = (
                "" if keeps is None else f", client addresses {'' if keeps else 'not '}preserved"
            )
            lines.append(f"  {device.name:<20}{row}{preserves}")
        if serves(device):
            lines.append(f"  {device.name:<20}listens on {', '.join(map(str, listens(device)))}")
    for interface in vpc.interfaces:
        lines.append(
            f"  {interface.id:<20}source/destination check {'on' if interface.check else 'off'}"
            + (f", {interface.tracking}" if interface.tracking.allowance is not None else "")
        )
    for subnet in vpc.subnets:
        lines.append(
            f"  subnet {subnet.name:<13}route table {subnet.route_table or f'{vpc.main} (the main one)'},"
            f" network ACL {subnet.network_acl}"
        )
    return "\n".join(lines)
