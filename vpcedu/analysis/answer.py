"""Answer: does one end reach another, and does the answer come back? Packets are really sent.

`ask` makes a network from the description, opens a connection, sends a request and waits for the
reply, as a person would with curl. The answer is read off what was captured: the way there and
back, the rows that decided, what brings each hop of the reply back. Where it does not work,
everything in the way is named, in both directions, and the smallest set of rows that fixes it,
found by changing the description and asking again.

What a host listens on is only known of a web server; of a plain host it is assumed, and said, that
it listens on the port asked about. A name's first address is asked in full; what its others give is
noted. Left out: a choice of the source's port, what a program does besides answering.
"""

from __future__ import annotations

from vpcedu.analysis import path
from vpcedu.analysis.endpoint_services import endpoint
from vpcedu.analysis.ends import Question, find, silent_about
from vpcedu.analysis.plays import Plays
from vpcedu.analysis.search import smallest
from vpcedu.analysis.unknown import assumed, met, nothing_inside
from vpcedu.network import validity
from vpcedu.row import NamedRow
from vpcedu.views.outcome import SOMETIMES, UNKNOWN, Outcome, together
from vpcedu.views.text import fold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, TypeVar

    from vpcedu.analysis.change import Repair
    from vpcedu.analysis.path import Loss
    from vpcedu.network.open_points import Assumption, Unknown
    from vpcedu.network.vpc import Vpc
    from vpcedu.sites.visit import Visit
    from vpcedu.trace import Trace

    OpenPoint = TypeVar("OpenPoint", Assumption, Unknown)

NO_REPAIR = "No change was found that fixes it."


class Answer(NamedRow):
    """The question, the description asked, and the visit that was simulated for it.

    It also has everything in the way (both directions), the smallest set of repairs (None: none was
    found), notes, where the model ends after the repairs, what is not known of the network and
    decides here, what no file can tell and is assumed, what the other addresses of the
    destination's name gave, and the visit to the one of them that decides (None: the first).

    Where a packet met what nobody described, or what the files do not say, the answer is neither
    yes nor no: that is named, and nothing is guessed.
    """

    question: Question
    vpc: Vpc
    visit: Visit
    blockers: tuple[Loss, ...]
    repairs: tuple[Repair, ...] | None
    notes: tuple[str, ...]
    ends: Loss | None = None
    unknown: tuple[Unknown, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    others: tuple[tuple[str, Outcome], ...] = ()
    shown: Visit | None = None

    @property
    def outcome(self) -> Outcome:
        """What the person at the source sees, whichever address of the name is used."""
        if self.unknown:
            return Outcome(UNKNOWN, UNKNOWN)
        return together((self.visit.outcome, *(seen for _, seen in self.others)))

    @property
    def reachable(self) -> bool | None:
        """Whether the request always gets there and its answer comes back.

        None: it is unknown.
        """
        return None if self.outcome.verdict == UNKNOWN else self.outcome.works

    @property
    def telling(self) -> Visit:
        """The visit that decides.

        It goes to the first address that leaves the answer open, or that does not work.
        """
        return self.shown or self.visit

    @property
    def symptom(self) -> str:
        """What the person at the source sees, in a few words.

        Examples are "works", "timed out", "504 Gateway Timeout", "sometimes" and "unknown".
        """
        return self.outcome.said

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
    def verdict(self) -> str:
        """The answer in one or two sentences."""
        ends = f"{self.question.destination} on TCP port {self.question.port}"
        outcome = self.outcome
        if outcome.works:
            more = f": {outcome.words}" if outcome.leads else ""
            return f"{self.question.source} reaches {ends}, and the reply comes back{more}."
        if self.unknown:
            return f"It is unknown whether {self.question.source} reaches {ends}. Why: {self.unknown[0].words}."
        if outcome.verdict == SOMETIMES:
            return f"{self.question.source} reaches {ends} only sometimes: {self.shares}."
        lost = path.losses(self.telling)
        if not lost:
            return f"{self.question.source} gets no usable reply from {ends}: {self.symptom}."
        where = f"{_at(lost[0])}: {lost[0].step.reason}" + _row(self.vpc, lost[0])
        if self.reachable is None:
            return (
                f"It is unknown whether {self.question.source} reaches {ends}: the model ends"
                f" {lost[0].leg_direction}. It ends at {where}."
            )
        return (
            f"{self.question.source} does not reach {ends}: a packet is lost {lost[0].leg_direction}. It is"
            f" lost at {where}."
        )

    @property
    def shares(self) -> str:
        """What each address of the destination's name gives."""
        asked = self.visit.capture.traces[0].packet.flow.dst
        every = ((asked, self.visit.outcome), *self.others)
        working = sum(seen.works for _, seen in every)
        count = f"{working} of {len(every)} addresses work{'s' * (working == 1)}"
        return f"{count} ({', '.join(f'{address}: {seen.said}' for address, seen in every)})"

    def as_json(self) -> dict[str, Any]:
        """The answer in the shape of Reachability Analyzer's.

        What that shape has no field for is under "Answer".
        """
        from vpcedu.analysis.aws_json import analysis
        from vpcedu.views.document import plain

        vpc = self.vpc
        return analysis(vpc, self.reachable, self.forward, self.back, self.blockers) | {
            "Answer": {
                "source": self.question.source,
                "destination": self.question.destination,
                "port": self.question.port,
                "reachable": self.reachable,
                "symptom": self.symptom,
                "addresses": {address: seen.said for address, seen in self.others},
                "outcome": self.outcome._asdict(),
                "unknown": [row._asdict() for row in self.unknown],
                "assumptions": [row._asdict() for row in self.assumptions],
                "verdict": self.verdict,
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
                    }
                    for repair in self.repairs
                ],
                "ends": path.leads(vpc, self.ends) if self.ends else None,
                "notes": list(self.notes),
            }
        }

    def __str__(self) -> str:
        known = self.reachable is not None
        forward = [line for trace in self.forward for line in path.shown(self.vpc, trace)]
        back = [line for trace in self.back for line in path.shown(self.vpc, trace)]
        sections = (
            ("What is missing for an answer:", [f"  {row}" for row in self.unknown]),
            ("What this answer assumes:", [f"  {row}" for row in self.assumptions]),
            (
                "What stops it:",
                [
                    f"  {n}. {loss.leg_direction}, {_at(loss)}: {loss.step.reason}{_row(self.vpc, loss)}"
                    for n, loss in enumerate(self.blockers, 1)
                    if known
                ],
            ),
            _repaired(self),
            ("The forward path", forward),
            ("The return path", back),
            ("What brings the reply back", [f"  {line}" for line in self.states]),
        )
        parts = [fold(self.verdict)]
        parts += [f"The person at {self.question.source} sees: {self.symptom}."] * known
        parts += [
            "\n".join([head, *lines])
            for head, lines in sections
            if head and (lines or head == NO_REPAIR)
        ]
        return "\n\n".join([*parts, *map(fold, self.notes)])

    def __repr__(self) -> str:
        return f"<Answer: {self.question}: {self.symptom}>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """In a notebook the last line of a cell is the whole text."""
        printer.text(str(self))


def ask(vpc: Vpc, source: str, destination: str, port: int, seed: int = 0) -> Answer:
    """Send a request from one end to a TCP port of the other, and tell what happens to it.

    source, destination: a device's name or instance id, an interface's id, an address, "internet",
    or a balancer's DNS name. ValueError for an end or a port that cannot be, and for a description
    that AWS would refuse.
    """
    return asked(Plays(seed), vpc, Question(source, destination, port))


def asked(plays: Plays, vpc: Vpc, question: Question) -> Answer:
    """The answer to a question; `plays` has what was simulated for it, and before it.

    ValueError as in `ask`.
    """
    validity.check(vpc)
    visits = everywhere(plays, vpc, question)
    visit = visits.pop(question)
    unknown = unknown_of((visit, *visits.values()), vpc) or nothing_inside(vpc, question)
    if unknown:
        return Answer(question, vpc, visit, (), None, (), unknown=unknown)
    every = (question, *visits)
    others = tuple((one.destination, seen.outcome) for one, seen in visits.items())
    answer = Answer(
        question,
        vpc,
        visit,
        (),
        (),
        (*_assumed(vpc, question), *_addresses(question, visit, others)),
        assumptions=_each(row for seen in (visit, *visits.values()) for row in assumed(vpc, seen)),
        others=others,
    )
    if answer.outcome.works:
        return answer
    open_ones = [one for one in every if plays.whole(vpc, one).outcome.verdict == UNKNOWN]
    decides = next(one for one in (*open_ones, *every) if not plays.whole(vpc, one).outcome.works)
    answer = answer._replace(shown=plays.whole(vpc, decides))
    if open_ones:
        return answer._replace(blockers=_blockers(vpc, decides, plays), repairs=None)
    found = smallest(vpc, question, plays, also=tuple(visits))
    return answer._replace(
        blockers=_blockers(vpc, decides, plays, found.met if found else ()),
        repairs=found and found.repairs,
        ends=found and found.ends,
    )


def everywhere(plays: Plays, vpc: Vpc, question: Question) -> dict[Question, Visit]:
    """The visits to a destination, and to the other addresses of its name."""
    visit = plays.whole(vpc, question)
    also = (question._replace(destination=word) for word in _elsewhere(vpc, question, visit))
    return {question: visit} | {one: plays.whole(vpc, one) for one in also}


def unknown_of(visits: Iterable[Visit], vpc: Vpc) -> tuple[Unknown, ...]:
    """What is unknown, and was met by one of these visits, each thing once."""
    return _each(row for visit in visits for row in met(vpc, visit))


def _each(points: Iterable[OpenPoint]) -> tuple[OpenPoint, ...]:
    """Open points, each once, as it was met last."""
    return tuple({(row.about, row.words): row for row in points}.values())


def _blockers(
    vpc: Vpc, question: Question, plays: Plays, behind: tuple[Loss, ...] = ()
) -> tuple[Loss, ...]:
    """Everything in the way, and what was met after it; each place, check and direction once.

    One packet's addresses differ from run to run, so they do not count.
    """
    once: dict[tuple[object, ...], Loss] = {}
    for loss in (*path.losses(plays.past_drops(vpc, question)), *behind):
        once.setdefault((loss.step.at, loss.step.check, loss.back, str(loss.step.reason)), loss)
    return tuple(once.values())


def _at(loss: Loss) -> str:
    return f"{loss.step.at}, {loss.step.check}"


def _row(vpc: Vpc, loss: Loss) -> str:
    row = path.leads(vpc, loss)
    return f" ({row})" if row else ""


def _repaired(answer: Answer) -> tuple[str, list[str]]:
    """The smallest repair under its heading; no heading where nothing is to be repaired."""
    if answer.reachable is not False:
        return "", []
    if answer.repairs is None:
        return NO_REPAIR, []
    end = "tried: it works"
    if answer.ends:
        end = f"tried: it leads to where the model ends, {_at(answer.ends)}{_row(answer.vpc, answer.ends)}"
    return f"The smallest repair ({end}):", [f"  {repair}" for repair in answer.repairs]


def _assumed(vpc: Vpc, question: Question) -> tuple[str, ...]:
    there = find(vpc, question.destination)
    link = endpoint(vpc, find(vpc, question.source).interface, there.address)
    if link:
        return (
            f"{link.name} leads to {link.vpc}. The answer assumes that it listens on port {question.port} and that no"
            " policy refuses the request.",
        )
    if not there.device:
        return (
            f"Nothing says whether {there.address} listens on port {question.port}. The answer assumes that it does.",
        )
    if not silent_about(vpc, there.device):
        return ()
    return (
        f"Nothing says what {there.device} listens on. The answer assumes that it listens on port {question.port}.",
    )


def _elsewhere(vpc: Vpc, question: Question, visit: Visit) -> Iterator[str]:
    """The other addresses of a name.

    A balancer has a node in each zone, and their subnets may differ.
    """
    known = {row.name: row.addresses for each_vpc in vpc.everyone for row in each_vpc.names}.get(
        question.destination, ()
    )
    asked = visit.capture.traces[0].packet.flow.dst
    own = find(vpc, question.source).device  # a node that asks for its own balancer's name
    yield from (word for word in known if word != asked and find(vpc, word).device != own)


def _addresses(
    question: Question, visit: Visit, others: tuple[tuple[str, Outcome], ...]
) -> Iterator[str]:
    """What the other addresses of a name give, where the verdict does not say it."""
    asked, every = (
        visit.capture.traces[0].packet.flow.dst,
        together((visit.outcome, *(seen for _, seen in others))),
    )
    first = f"{question.destination} has {len(others) + 1} addresses"
    if others and {seen.said for _, seen in others} == {visit.outcome.said}:
        same = ", ".join(word for word, _ in others)
        yield f"{first}. This answer is about {asked}; the result for {same} is the same."
    elif others and every.verdict != SOMETIMES:
        results = ", ".join(f"{word}: {seen.said}" for word, seen in others)
        yield f"{first}, and the results differ ({asked}: {visit.outcome.said}, {results})."
