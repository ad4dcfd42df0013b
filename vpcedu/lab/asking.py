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

from vpcedu.lab import paths
from vpcedu.lab.ends import Question, find, silent_about
from vpcedu.lab.plays import Plays
from vpcedu.lab.repairs import smallest, works
from vpcedu.lab.services import endpoint
from vpcedu.network import rules
from vpcedu.row import NamedRow
from vpcedu.views.text import fold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.lab.paths import Loss
    from vpcedu.lab.repair import Repair
    from vpcedu.lab.visit import Visit
    from vpcedu.network.vpc import Vpc
    from vpcedu.trace import Trace

FORECAST = {"timed out": "connection timed out", "refused": "connection refused", "reset": "connection reset",
            "closed": "connection closed without an answer", "no answer yet": "connected, but no answer comes"}


class Answer(NamedRow):
    """The question, the description asked, the visit that was played, everything in the way (both directions), the
    smallest set of repairs (None: none was found), what was assumed, and where the model ends behind the repairs.

    Where a route or an interface leads to something that nobody described, the answer is neither yes nor no: the model
    ends there, which is named, and nothing is guessed.
    """

    question: Question
    vpc: Vpc
    visit: Visit
    blockers: tuple[Loss, ...]
    repairs: tuple[Repair, ...] | None
    notes: tuple[str, ...]
    ends: Loss | None = None

    @property
    def reachable(self) -> bool | None:
        """Whether the request got there and its answer came back; None: the model ends on the way."""
        return works(self.visit) or (None if paths.model_ends(self.visit) else False)

    @property
    def symptom(self) -> str:
        """What the person at the source sees: "works", "connection timed out", "504 Gateway Timeout", ...; or "beyond
        the model"."""
        return forecast(self.visit)

    @property
    def forward(self) -> tuple[Trace, ...]:
        """The opening packet of each connection on the way."""
        return paths.forward(self.visit)

    @property
    def back(self) -> tuple[Trace, ...]:
        """What answered each of them, from the far end homewards."""
        return paths.back(self.visit)

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
        if self.reachable:
            return f"{self.question.source} reaches {ends}, and the answer comes back."
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

    def as_json(self) -> dict[str, Any]:
        """The answer in the shape of Reachability Analyzer's, and what it has no field for."""
        from vpcedu.lab.analyzer import analysis

        return analysis(self)

    def __str__(self) -> str:
        parts = [fold(self.verdict)]
        if self.reachable is not None:
            parts.append(f"The person at {self.question.source} sees: {self.symptom}.")
        if self.blockers and self.reachable is not None:
            parts.append("\n".join(["In the way:", *(f"  {n}. {_blocked(self.vpc, loss)}"
                                                     for n, loss in enumerate(self.blockers, 1))]))
        parts += _repaired(self)
        parts.append("\n".join(["The way there", *(line for t in self.forward for line in paths.shown(self.vpc, t))]))
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


def forecast(visit: Visit) -> str:
    """The symptom of a visit in the words of the person who sees it."""
    if works(visit):
        return "works"
    return "beyond the model" if paths.model_ends(visit) else FORECAST.get(visit.symptom, visit.symptom)


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
    notes = (*_assumed(vpc, question), *_elsewhere(plays, vpc, question, visit))
    if works(visit):
        return Answer(question, vpc, visit, (), (), notes)
    found = None if paths.model_ends(visit) else smallest(vpc, question, plays)
    behind = found.met if found else ()
    blockers = _once((*paths.losses(plays.past_drops(vpc, question)), *behind))
    return Answer(question, vpc, visit, blockers, found and found.repairs, notes, found and found.ends)


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
    link = endpoint(vpc, find(vpc, question.source), there.address)
    if link:
        return (f"{link.name} leads to {link.vpc}: asked as if that listened on port {question.port} and no policy"
                " refused the request.",)
    if not silent_about(vpc, there.device):
        return ()
    return (f"Nothing tells what {there.device} listens on: asked as if it listened on port {question.port}.",)


def _elsewhere(plays: Plays, vpc: Vpc, question: Question, visit: Visit) -> tuple[str, ...]:
    """What the other addresses of a name give: a balancer has a node in each zone, and their subnets may differ."""
    known = {row.name: row.addresses for one in vpc.everyone for row in one.names}.get(question.destination, ())
    asked = visit.capture.traces[0].packet.flow.dst
    own = find(vpc, question.source).device  # a node that asks for its own balancer's name
    others = {word: forecast(plays.whole(vpc, question._replace(destination=word))) for word in known
              if word != asked and find(vpc, word).device != own}
    if not others:
        return ()
    if set(others.values()) == {forecast(visit)}:
        return (f"{question.destination} has {len(known)} addresses: asked was {asked}, and {', '.join(others)} gives"
                " the same.",)
    told = ", ".join(f"{word} gives: {symptom}" for word, symptom in others.items())
    return (f"{question.destination} has {len(known)} addresses, and they differ: asked was {asked}; {told}.",)
