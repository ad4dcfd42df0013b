"""Ask: does this end reach that one, and does the answer come back? Found by really sending the packets.

`ask` makes a network from the description, opens a connection, sends a request and waits for the reply, as a person
would with curl. The answer is read off what was captured: the way there and back, the rows that decided, what brings
each hop of the reply back. Where it does not work, everything in the way is named, in both directions, and the
smallest set of rows that mends it, found by changing the description and asking again.

What a host listens on is only known of a web server; of a plain host it is assumed, and said, that it listens on the
port asked about. A name's first address is asked in full; what its others give is noted. Left out: a choice of the
source's port, what a program does beside answering.
"""

from __future__ import annotations

from vpcedu.analysis import path as paths
from vpcedu.analysis.endpoint_services import endpoint
from vpcedu.analysis.ends import Question, find, silent_about
from vpcedu.analysis.plays import Plays
from vpcedu.analysis.search import smallest
from vpcedu.analysis.unknown import met, nothing_inside
from vpcedu.network import validity as rules
from vpcedu.row import NamedRow
from vpcedu.views.outcome import SOMETIMES, UNKNOWN, Outcome, together
from vpcedu.views.text import fold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from vpcedu.analysis.change import Repair
    from vpcedu.analysis.path import Loss
    from vpcedu.network.vpc import Unknown, Vpc
    from vpcedu.sites.visit import Visit
    from vpcedu.trace import Trace

class Answer(NamedRow):
    """The question, the description asked, the visit that was played, everything in the way (both directions), the
    smallest set of repairs (None: none was found), what was assumed, where the model ends behind the repairs, what is
    not known of the network and decided here, and what the other addresses of the destination's name gave.

    Where a packet met what nobody described, or what the files do not tell, the answer is neither yes nor no: that is
    named, and nothing is guessed.
    """

    question: Question
    vpc: Vpc
    visit: Visit
    blockers: tuple[Loss, ...]
    repairs: tuple[Repair, ...] | None
    notes: tuple[str, ...]
    ends: Loss | None = None
    unknown: tuple[Unknown, ...] = ()
    others: tuple[tuple[str, Outcome], ...] = ()

    @property
    def outcome(self) -> Outcome:
        """What the person at the source sees, whichever address of the destination's name is used."""
        if self.unknown:
            return Outcome(UNKNOWN, UNKNOWN)
        return together((self.visit.outcome, *(seen for _, seen in self.others)))

    @property
    def reachable(self) -> bool | None:
        """Whether the request always gets there and its answer comes back; None: it cannot be told."""
        return None if self.outcome.verdict == UNKNOWN else self.outcome.works

    @property
    def symptom(self) -> str:
        """What the person at the source sees: "works", "timed out", "504 Gateway Timeout", "sometimes", ...; or
        "cannot be told"."""
        return self.outcome.said

    @property
    def forward(self) -> tuple[Trace, ...]:
        """The opening packet of each connection on the way; none where the files do not tell its way."""
        return () if self.unknown else paths.forward(self.visit)

    @property
    def back(self) -> tuple[Trace, ...]:
        """What answered each of them, from the far end homewards."""
        return () if self.unknown else paths.back(self.visit)

    @property
    def rows(self) -> tuple[str, ...]:
        """The rows that decided, there and back, by their names."""
        return tuple(dict.fromkeys((*paths.row_names(self.vpc, self.forward), *paths.row_names(self.vpc, self.back))))

    @property
    def states(self) -> tuple[str, ...]:
        """What brings the reply back at each hop."""
        return paths.states(self.back)

    @property
    def verdict(self) -> str:
        """The answer in one sentence."""
        ends = f"{self.question.destination} on TCP port {self.question.port}"
        outcome = self.outcome
        if outcome.works:
            more = "" if outcome.leads == "" else f": {outcome.words}, on to {outcome.leads}"
            return f"{self.question.source} reaches {ends}, and the answer comes back{more}."
        if self.unknown:
            return f"Whether {self.question.source} reaches {ends} cannot be told: {self.unknown[0].words}."
        if outcome.verdict == SOMETIMES:
            return f"{self.question.source} reaches {ends} only sometimes: {self.shares}."
        lost = paths.losses(self.visit)
        if not lost:
            return f"{self.question.source} gets no good answer from {ends}: {self.symptom}."
        step = lost[0].step
        row = paths.leads(self.vpc, lost[0])
        if self.reachable is None:
            return (f"Whether {self.question.source} reaches {ends} is beyond the model: {lost[0].way} it ends at"
                    f" {step.at}, {step.check}: {step.reason}{f' ({row})' if row else ''}.")
        return (f"{self.question.source} does not reach {ends}: {lost[0].way} a packet is lost at {step.at},"
                f" {step.check}: {step.reason}{f' ({row})' if row else ''}.")

    @property
    def shares(self) -> str:
        """What each address of the destination's name gives."""
        asked = self.visit.capture.traces[0].packet.flow.dst
        every = ((asked, self.visit.outcome), *self.others)
        count = f"{sum(seen.works for _, seen in every)} of {len(every)} addresses works"
        return f"{count} ({', '.join(f'{address}: {seen.said}' for address, seen in every)})"

    def as_json(self) -> dict[str, Any]:
        """The answer in the shape of Reachability Analyzer's; what it has no field for stands under "Answer"."""
        from vpcedu.analysis.aws_json import analysis
        from vpcedu.views.document import plain

        vpc = self.vpc
        return analysis(vpc, self.reachable, self.forward, self.back, self.blockers) | {"Answer": {
            "source": self.question.source, "destination": self.question.destination,
            "port": self.question.port, "reachable": self.reachable, "symptom": self.symptom,
            "outcome": self.outcome._asdict(), "unknown": [row._asdict() for row in self.unknown],
            "verdict": self.verdict, "rows": list(self.rows), "states": list(self.states),
            "blockers": [{"direction": "return" if loss.back else "forward", "at": loss.step.at,
                          "check": loss.step.check, "row": paths.leads(vpc, loss), "reason": str(loss.step.reason),
                          "fix": loss.step.reason.fix if loss.step.reason else ""} for loss in self.blockers],
            "repairs": None if self.repairs is None else [
                {"action": repair.action, "row": plain(repair.row), "new": plain(repair.new), "words": str(repair)}
                for repair in self.repairs],
            "ends": paths.leads(vpc, self.ends) if self.ends else None, "notes": list(self.notes),
        }}

    def __str__(self) -> str:
        parts = [fold(self.verdict)]
        if self.reachable is not None:
            parts.append(f"The person at {self.question.source} sees: {self.visit.outcome.said}.")
        if self.unknown:
            parts.append("\n".join(["What is missing for an answer:", *(f"  {row}" for row in self.unknown)]))
        if self.blockers and self.reachable is not None:
            parts.append("\n".join(["In the way:", *(f"  {n}. {_blocked(self.vpc, loss)}"
                                                     for n, loss in enumerate(self.blockers, 1))]))
        parts += _repaired(self)
        if self.forward:
            parts.append("\n".join(["The way there", *(
                line for t in self.forward for line in paths.shown(self.vpc, t))]))
        if self.back:
            parts.append("\n".join(["The way back", *(line for t in self.back for line in paths.shown(self.vpc, t))]))
        if self.states:
            parts.append("\n".join(["What brings the reply back", *(f"  {line}" for line in self.states)]))
        parts += map(fold, self.notes)
        return "\n\n".join(parts)

    def __repr__(self) -> str:
        return f"<Answer: {self.question}: {self.symptom}>"

    def _repr_mimebundle_(self, **formats: Any) -> dict[str, str]:
        """In a notebook the last line of a cell is the whole text."""
        return {"text/plain": str(self)}


def ask(vpc: Vpc, source: str, destination: str, port: int, seed: int = 0) -> Answer:
    """Send a request from one end to a TCP port of the other, and tell what becomes of it.

    source, destination: a device's name or instance id, an interface's id, an address, "internet", or a balancer's
    DNS name. ValueError for an end or a port that cannot be, and for a description that AWS would refuse.
    """
    return asked(Plays(seed), vpc, Question(source, destination, port))


def asked(plays: Plays, vpc: Vpc, question: Question) -> Answer:
    """The answer to a question; what was played for it, and before it, is in `plays`. ValueError as in `ask`."""
    rules.check(vpc)
    visit = plays.whole(vpc, question)
    also = tuple(question._replace(destination=word) for word in _elsewhere(vpc, question, visit))
    visits = {one.destination: plays.whole(vpc, one) for one in also}
    unknown = tuple(dict.fromkeys(row for one in (visit, *visits.values()) for row in met(vpc, one)))
    unknown = unknown or nothing_inside(vpc, question)
    if unknown:
        return Answer(question, vpc, visit, (), None, (), unknown=unknown)
    others = tuple((word, one.outcome) for word, one in visits.items())
    answer = Answer(question, vpc, visit, (), (), (*_assumed(vpc, question), *_alike(question, visit, others)),
                    others=others)
    if answer.outcome.works:
        return answer
    if answer.reachable is None:
        return answer._replace(blockers=_blockers(vpc, question, plays), repairs=None)
    first = next(one for one in (question, *also) if not plays.whole(vpc, one).outcome.works)
    found = smallest(vpc, question, plays, also=also)
    return answer._replace(blockers=_blockers(vpc, first, plays, found.met if found else ()),
                           repairs=found and found.repairs, ends=found and found.ends)


def _blockers(vpc: Vpc, question: Question, plays: Plays, behind: tuple[Loss, ...] = ()) -> tuple[Loss, ...]:
    """Everything in the way, and what was met behind it."""
    return _once((*paths.losses(plays.past_drops(vpc, question)), *behind))


def _once(found: tuple[Loss, ...]) -> tuple[Loss, ...]:
    """Each place, check and direction once: one packet's addresses differ from run to run."""
    once: dict[tuple[object, ...], Loss] = {}
    for loss in found:
        once.setdefault((loss.step.at, loss.step.check, loss.back, str(loss.step.reason)), loss)
    return tuple(once.values())


def _place(vpc: Vpc, loss: Loss) -> str:
    row = paths.leads(vpc, loss)
    return f"{loss.step.at}, {loss.step.check}" + (f" ({row})" if row else "")


def _blocked(vpc: Vpc, loss: Loss) -> str:
    row = paths.leads(vpc, loss)
    return f"{loss.way}, {loss.step.at}, {loss.step.check}: {loss.step.reason}" + (f" ({row})" if row else "")


def _repaired(answer: Answer) -> list[str]:
    if answer.reachable is not False:
        return []
    if answer.repairs is None:
        return ["No row was found that mends it."]
    end = "tried, it works"
    if answer.ends:
        end = f"tried, it leads to where the model ends: {_place(answer.vpc, answer.ends)}"
    return ["\n".join([f"The smallest repair ({end}):", *(f"  {repair}" for repair in answer.repairs)])]


def _assumed(vpc: Vpc, question: Question) -> tuple[str, ...]:
    there = find(vpc, question.destination)
    link = endpoint(vpc, find(vpc, question.source).interface, there.address)
    if link:
        return (f"{link.name} leads to {link.vpc}: asked as if that listened on port {question.port} and no policy"
                " refused the request.",)
    if not there.device:
        return (f"Nothing tells whether {there.address} listens on port {question.port}: asked as if it did.",)
    if not silent_about(vpc, there.device):
        return ()
    return (f"Nothing tells what {there.device} listens on: asked as if it listened on port {question.port}.",)


def _elsewhere(vpc: Vpc, question: Question, visit: Visit) -> Iterator[str]:
    """The other addresses of a name: a balancer has a node in each zone, and their subnets may differ."""
    known = {row.name: row.addresses for one in vpc.everyone for row in one.names}.get(question.destination, ())
    asked = visit.capture.traces[0].packet.flow.dst
    own = find(vpc, question.source).device  # a node that asks for its own balancer's name
    yield from (word for word in known if word != asked and find(vpc, word).device != own)


def _alike(question: Question, visit: Visit, others: tuple[tuple[str, Outcome], ...]) -> Iterator[str]:
    """That the other addresses of a name give the same; where they differ, the verdict says it."""
    if others and {seen.said for _, seen in others} == {visit.outcome.said}:
        words = ", ".join(word for word, _ in others)
        yield (f"{question.destination} has {len(others) + 1} addresses: asked was"
               f" {visit.capture.traces[0].packet.flow.dst}, and {words} gives the same.")
