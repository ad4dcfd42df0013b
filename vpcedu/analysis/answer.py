"""Answer: does one end reach another, and does the answer come back? Packets are really sent.

`ask` makes a network from the description, opens a connection, sends a request and waits for the
reply, as a person would with curl. Whatever the network may choose in it is tried (`choices`): the
addresses of a name, the targets of a load balancer. The answer is read off what was captured, and
is one of four: it works, it does not (and where), it works sometimes (and how often), or it is
unknown (and what would settle it). It names what it assumes. Where it does not work, everything in
the way is named, in both directions, and the smallest set of rows that fixes it, found by changing
the description and asking again.

Left out: what a program does besides answering.
"""

from __future__ import annotations

from vpcedu.analysis import path
from vpcedu.analysis.assumptions import ASSUMED, assumptions
from vpcedu.analysis.choosing.choices import MOST, Possibility, cases
from vpcedu.analysis.choosing.outcomes import Share, Shares, are_all, shares, why
from vpcedu.analysis.ends import Question, called
from vpcedu.analysis.plays import ADDRESS, Plays
from vpcedu.analysis.question import TCP as TCP
from vpcedu.analysis.repairs import in_words
from vpcedu.analysis.repairs.search import Found, smallest
from vpcedu.analysis.strange_ends import strange
from vpcedu.analysis.unknown import each, met, nothing_inside
from vpcedu.network import validity
from vpcedu.network.open_points import Unknown
from vpcedu.row import NamedRow
from vpcedu.views.outcome import DOES_NOT, SOMETIMES, UNKNOWN, Outcome, together
from vpcedu.views.text import fold, listed, sections

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.analysis.change import Repair
    from vpcedu.analysis.path import Loss
    from vpcedu.network.open_points import Assumption
    from vpcedu.network.vpc import Vpc
    from vpcedu.sites.visit import Visit
    from vpcedu.trace import Trace

VERSION = 1  # of the answer's JSON, see docs/answer.schema.json
NAMED, SCREEN = 3, 19  # points of a list on the first screen, and its lines


class Answer(NamedRow):
    """The question, the description asked, and what each choice of the network led to.

    It also has everything in the way (both directions), the repairs that were found, what is not
    known of the network and decides here, and what no file can tell and is assumed.

    Where a packet met what nobody described, or what the files do not say, the answer is neither
    yes nor no: that is named, and nothing is guessed.
    """

    question: Question
    vpc: Vpc
    cases: tuple[Possibility, ...]
    blockers: tuple[Loss, ...] = ()
    found: Found = Found(())
    unknown: tuple[Unknown, ...] = ()
    assumptions: tuple[Assumption, ...] = ()

    @property
    def repairs(self) -> tuple[Repair, ...] | None:
        """The smallest set of repairs; None: there is none."""
        return self.found.repairs

    @property
    def visit(self) -> Visit:
        """The visit in which the network makes the first of its choices; ValueError: none was."""
        self._sent()
        return self.cases[0].visit

    @property
    def outcome(self) -> Outcome:
        """What the person at the source sees, whatever the network chooses."""
        if self.unknown:
            return Outcome(UNKNOWN, UNKNOWN)
        return together(case.outcome for case in self.cases)

    @property
    def reachable(self) -> bool | None:
        """Whether the request always gets there and its answer comes back.

        None: it is unknown.
        """
        return None if self.outcome.verdict == UNKNOWN else self.outcome.works

    @property
    def telling(self) -> Visit:
        """The visit that decides.

        It is the first one that leaves the answer open, or that does not work. ValueError where no
        packet was sent.
        """
        self._sent()
        return decisive(self.cases).visit

    @property
    def symptom(self) -> str:
        """What the person at the source sees, in a few words.

        Examples are "works", "timed out", "504 Gateway Timeout", "sometimes", "unknown".
        """
        return self.outcome.said

    @property
    def shares(self) -> Shares:
        """What the network's choices lead to, and how often; nothing where none was sent."""
        if not self.cases:
            return Shares("connections", 1, (Share(UNKNOWN, False, 1, ""),))
        return shares(self.vpc, self.question, self.cases)

    @property
    def addresses(self) -> dict[str, str]:
        """What each address of the destination's name gives; empty where it has one."""
        found: dict[str, list[Outcome]] = {}
        for case in self.cases:
            for choice in case.choices:
                if choice.kind == ADDRESS:
                    found.setdefault(choice.taken, []).append(case.outcome)
        return {address: together(outcomes).said for address, outcomes in found.items()}

    @property
    def forward(self) -> tuple[Trace, ...]:
        """The opening packet of each connection on the path.

        None where the files do not say which path it takes.
        """
        return () if self.unknown else path.forward(self.telling)

    @property
    def back(self) -> tuple[Trace, ...]:
        """What answered each of them, from the far end homewards."""
        return () if self.unknown else path.back(self.telling)

    @property
    def rows(self) -> tuple[str, ...]:
        """The rows that decided, there and back, by their names."""
        return tuple(
            dict.fromkeys(
                (*path.row_names(self.vpc, self.forward), *path.row_names(self.vpc, self.back))
            )
        )

    @property
    def states(self) -> tuple[str, ...]:
        """What brings the reply back at each hop."""
        return path.states(self.back)

    @property
    def missing(self) -> tuple[Unknown, ...]:
        """What leaves the answer open: what is not known, or where the model ends."""
        if self.unknown or self.reachable is not None:
            return self.unknown
        return tuple(
            Unknown(loss.step.at, _where(self.vpc, loss)) for loss in path.losses(self.telling)[:1]
        )

    @property
    def verdict(self) -> str:
        """The answer in one or two sentences."""
        protocol, port = self.question.protocol.upper(), self.question.port
        ends = f"{called(self.vpc, self.question.destination)} on {protocol} port {port}"
        outcome, source = self.outcome, self.question.source
        if outcome.works:
            more = f": {outcome.words}" if outcome.leads else ""
            return f"{source} reaches {ends}, and the reply comes back{more}."
        if self.unknown:
            return f"It is unknown whether {source} reaches {ends}. Why: {self.unknown[0].words}."
        if outcome.verdict == SOMETIMES:
            return f"{source} reaches {ends} only sometimes: {self.shares.words}."
        lost = path.losses(self.telling)
        if not lost:
            reason = why(self.vpc, decisive(self.cases))
            return f"{source} gets no usable reply from {ends}: {self.symptom}{reason}."
        where = _where(self.vpc, lost[0])
        if self.reachable is None:
            return (
                f"It is unknown whether {source} reaches {ends}: the model ends"
                f" {lost[0].leg_direction}. It ends at {where}."
            )
        return (
            f"{source} does not reach {ends}: a packet is lost {lost[0].leg_direction}. It is"
            f" lost at {where}."
        )

    def as_json(self) -> dict[str, Any]:
        """The answer in the shape of Reachability Analyzer's.

        What that shape has no field for is under "Answer"; docs/answer.schema.json describes it.
        """
        from vpcedu.analysis.aws_json import analysis
        from vpcedu.analysis.codes import codes_without_loss
        from vpcedu.analysis.commands.script import told
        from vpcedu.views.document import plain

        vpc = self.vpc
        alone = codes_without_loss(vpc, self.telling) if self.reachable is False else ()
        return analysis(vpc, self.reachable, self.forward, self.back, self.blockers, alone) | {
            "Answer": {
                "version": VERSION,
                "source": self.question.source,
                "destination": self.question.destination,
                "port": self.question.port,
                "protocol": self.question.protocol,
                "host": self.question.host,
                "path": self.question.path,
                "reachable": self.reachable,
                "symptom": self.symptom,
                "outcome": self.outcome._asdict(),
                "verdict": self.verdict,
                "unknown": [row._asdict() for row in self.missing],
                "assumptions": [row._asdict() for row in self.assumptions],
                "outcomes": self.shares.as_json(),
                "addresses": self.addresses,
                "bounded": self.is_bounded,
                "rows": list(self.rows),
                "states": list(self.states),
                "blockers": [
                    {
                        "direction": "return" if loss.back else "forward",
                        "at": loss.step.at,
                        "check": loss.step.check,
                        "row": path.leads(vpc, loss),
                        "reason": str(loss.step.reason),
                        "fix": loss.step.reason.fix if loss.step.reason else "",
                    }
                    for loss in self.blockers
                ],
                "repairs": None
                if self.repairs is None
                else [
                    {
                        "action": repair.action,
                        "row": plain(repair.row),
                        "new": plain(repair.new),
                        "words": str(repair),
                        "do": list(made.do) if made else [],
                        "undo": list(made.undo) if made else [],
                        "no_command": reason,
                    }
                    for repair, made, reason in told(vpc, self.repairs)
                ],
                "ends": path.leads(vpc, self.found.ends) if self.found.ends else None,
                **self.found.as_json(),
            }
        }

    def _sent(self) -> None:
        """Refuse to show packets of a question to which none was sent."""
        if not self.cases:
            raise ValueError(f"{self.question}: {self.unknown[0].words}: expected packets")

    @property
    def _is_lost(self) -> bool:
        """Whether the verdict itself says where the first packet is lost."""
        return self.outcome.verdict == DOES_NOT and bool(path.losses(self.telling))

    @property
    def is_bounded(self) -> bool:
        """Whether the network may choose in more ways than were tried."""
        return bool(self.cases) and not are_all(self.cases)

    @property
    def packets(self) -> str:
        """The path there and back, check by check, and what brings the reply back."""
        forward = [line for trace in self.forward for line in path.shown(self.vpc, trace)]
        back = [line for trace in self.back for line in path.shown(self.vpc, trace)]
        return sections(
            ("The forward path", forward),
            ("The return path", back),
            ("What brings the reply back", [f"  {line}" for line in self.states]),
        )

    def __str__(self) -> str:
        """The first screen: verdict, cause, repair, assumptions."""
        for named in range(NAMED, 0, -1):
            text = self._screen(named)
            if text.count("\n") < SCREEN:
                return text
        return self._screen(0)

    def _screen(self, named: int) -> str:
        """The same, with at most that number of points of each list; 0: the lists are counted."""
        parts = [fold(self.verdict)]
        if self.reachable is not None and not self.outcome.works:
            parts += self.shares.lines or [
                f"The person at {self.question.source} sees: {self.symptom}."
            ]
        if self.is_bounded:
            parts.append(f"Only {MOST} of the ways in which the network may choose were tried.")
        stops = [
            f"{n}. {loss.leg_direction}, {_where(self.vpc, loss)}"
            for n, loss in enumerate(self.blockers, 1)
        ]
        told = sections(
            ("What is missing, and what tells it:", listed(map(str, self.missing), most=named)),
            (
                f"What {'else ' * self._is_lost}stops it:",
                listed(stops[self._is_lost :], "", most=named) if self.reachable is False else [],
            ),
            in_words.repaired(self.vpc, self.found, named) if self.reachable is False else ("", []),
            (
                ASSUMED,
                listed(map(str, self.assumptions), most=len(self.assumptions)),
            ),
            alone=in_words.NO_REPAIR,
        )
        return "\n".join(parts) + (f"\n\n{told}" if told else "")

    def __repr__(self) -> str:
        return f"<Answer: {self.question}: {self.symptom}>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """In a notebook the last line of a cell is the whole text."""
        printer.text(str(self))


def ask(
    vpc: Vpc,
    source: str,
    destination: str,
    port: int,
    host: str = "",
    path: str = "/",
    protocol: str = TCP,
    seed: int = 0,
) -> Answer:
    """Send a request from one end to a TCP port of the other, and tell what happens to it.

    source, destination: a device's name or instance id, an interface's id, an address, "internet",
    or a balancer's DNS name. host, path: what the request asks for; "": the destination. protocol:
    "tcp", or "udp", to which the answer is unknown. ValueError for an end or a port that cannot be,
    and for a description that AWS would refuse.
    """
    return asked(Plays(seed), vpc, Question(source, destination, port, host, path, protocol))


def asked(plays: Plays, vpc: Vpc, question: Question) -> Answer:
    """The answer to a question; `plays` has what was simulated for it, and before it.

    ValueError as in `ask`.
    """
    answer = judged(plays, vpc, question)
    if answer.unknown or answer.outcome.works:
        return answer
    decides = decisive(answer.cases)
    if answer.reachable is None:
        return answer._replace(blockers=_blockers(plays, answer, decides), found=Found(None))
    found = smallest(vpc, question, plays)
    return answer._replace(blockers=_blockers(plays, answer, decides, found.met), found=found)


def judged(plays: Plays, vpc: Vpc, question: Question) -> Answer:
    """The answer as far as the verdict and its reasons: nothing is tried to repair it.

    ValueError as in `ask`.
    """
    validity.check(vpc)
    if reasons := strange(vpc, question):
        return Answer(question, vpc, (), found=Found(None), unknown=each(reasons))
    every = tuple(cases(plays, vpc, question))
    visits = [case.visit for case in every]
    unknown = each(row for visit in visits for row in met(vpc, visit))
    unknown = unknown or nothing_inside(vpc, question)
    if unknown:
        return Answer(question, vpc, every, found=Found(None), unknown=unknown)
    return Answer(question, vpc, every, assumptions=assumptions(vpc, question, every))


def decisive(every: tuple[Possibility, ...]) -> Possibility:
    """The first case that leaves the answer open, else the first that does not work, else any."""
    still_open = (case for case in every if case.outcome.verdict == UNKNOWN)
    fails = (case for case in every if not case.outcome.works)
    return next(still_open, None) or next(fails, every[0])


def _blockers(
    plays: Plays, answer: Answer, case: Possibility, behind: tuple[Loss, ...] = ()
) -> tuple[Loss, ...]:
    """Everything in the way, and what was met after it; each place, check and direction once.

    One packet's addresses differ from run to run, so they do not count.
    """
    once: dict[tuple[object, ...], Loss] = {}
    visit = plays.past_drops(answer.vpc, answer.question, case.choices)
    for loss in (*path.losses(visit), *behind):
        once.setdefault((loss.step.at, loss.step.check, loss.back, str(loss.step.reason)), loss)
    return tuple(once.values())


def _where(vpc: Vpc, loss: Loss) -> str:
    """Place, check and reason of a loss, and the row that decided."""
    row = path.leads(vpc, loss)
    return f"{loss.step.at}, {loss.step.check}: {loss.step.reason}" + (f" ({row})" if row else "")
