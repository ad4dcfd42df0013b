"""Words: titles, notes and text alternatives of pictures, filled from the capture.

Nothing is said here that no packet did; sentences of whole answers are made in views/explain.py.
"""

from __future__ import annotations

from vpcedu.draw.way import changed, rewritings
from vpcedu.packet import SYN
from vpcedu.reasons import LOST
from vpcedu.tables.security_group import RuleSet
from vpcedu.views.conversations import Conversation, conversations
from vpcedu.views.explain import answer_legs, blocker, label, request_legs, verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.lab.visit import Visit
    from vpcedu.trace import Step, Trace

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
SHORT = {"Internet gateway": "IGW", "ELB node": "ELB", "NLB node": "NLB", "update server": "updates"}


def count(number: int, word: str) -> str:
    """A number with its word: "one connection", "12 packets"."""
    written = NUMBERS[number] if number < len(NUMBERS) else str(number)
    return f"{written} {word}{'' if number == 1 else 's'}"


def short(name: str) -> str:
    """A device's name for a narrow place."""
    return SHORT.get(name, name)


def finding(visit: Visit) -> str:
    """What the capture shows, as a title of one line."""
    talks, legs, stop = conversations(visit.capture), answer_legs(visit), blocker(visit)
    if stop is not None and (not legs or visit.symptom not in ("connected", "200 OK")):
        return _loss(visit, *stop)
    lost = [trace for trace in visit.capture if trace.dropped]
    if lost and legs:
        return f"{count(len(lost), 'packet').capitalize()} lost on the way, sent again, and the answer arrives"
    if len(legs) > 1:
        return f"{count(len(legs), 'connection').capitalize()}: the answer of {legs[0].sender} ends at the {legs[0].last.at}"
    if not legs:
        return f"{visit.opener} sees: {visit.symptom}"
    if len(talks) == 1 and rewritings(legs[0]):
        places = count(len(rewritings(legs[0])), "place")
        return f"One connection from {visit.opener} to {legs[0].sender}, rewritten in {places}, there and back"
    return f"{visit.opener} gets its answer from {legs[0].sender}: {visit.symptom}"


def _loss(visit: Visit, trace: Trace, step: Step) -> str:
    times = sum(other.packet == trace.packet and other.dropped is not None for other in visit.capture)
    again = f", {times} times" if times > 1 else ""
    return f"{label(trace.packet)} from {trace.sender} dies at {step.at}: {step.check}{again}"


def subtitle(visit: Visit, left_out: bool) -> str:
    """What was asked, how much was seen, how to read it."""
    quiet = " Pure ACKs are left out." if left_out else ""
    return f"{visit.title}, by {visit.opener}: {len(visit.capture)} packets. Time runs down, not to scale.{quiet}"


def row_words(row: object) -> str:
    """A table row, as short as it can be said."""
    if isinstance(row, RuleSet):
        allowed = ", ".join(str(r).removeprefix(f"{r.group} {r.direction} ") for r in row.rules) or "nothing"
        return f"{', '.join(row.groups)} lets {row.direction} only {allowed}"
    return str(row)


def loss_words(step: Step) -> str:
    """Where and why a packet was lost, and the row it was held against."""
    assert step.reason is not None
    row = f": {row_words(step.row)}" if step.row is not None else f": {step.reason}"
    return f"{step.at}, {step.reason.code}{row}"


def losses(visit: Visit) -> tuple[Step, ...]:
    """The different ways in which packets were lost, each once."""
    found: dict[str, Step] = {}
    for trace in visit.capture:
        if trace.dropped is not None:
            found.setdefault(loss_words(trace.dropped), trace.dropped)
    return tuple(found.values())


def alternative(visit: Visit, kind: str) -> str:
    """The text alternative of a picture: who opens what, each rewriting, the answer's way, the losses."""
    talks = conversations(visit.capture)
    parts = [f"{kind} of {visit.title}, {len(visit.capture)} packets."]
    parts += [_opening(talk) for talk in talks]
    for leg in (*request_legs(visit)[:0], *answer_legs(visit)):
        parts.append(f"{leg.sender} sends {label(leg.packet)} to {leg.packet.flow.destination}{_rewritten(leg)}.")
    parts += [f"Lost at {loss_words(step)}." for step in losses(visit) if step.reason is not LOST]
    if any(step.reason is LOST for step in losses(visit)):
        parts.append(f"{count(sum(bool(t.dropped) for t in visit.capture), 'packet').capitalize()} lost on the Internet.")
    parts.append(verdict(visit))
    return " ".join(parts)


def _opening(talk: Conversation) -> str:
    first = next((t for t in talk.traces if t.sender == talk.opener and t.delivered), talk.traces[0])
    verb = "opens" if talk.traces[0].packet.flags & SYN else "uses"
    end = f"the {talk.listener} ends it" if first.delivered else "it is never opened"
    return f"Connection {talk.number}: {talk.opener} {verb} {talk.flow}{_rewritten(first)}; {end}."


def _rewritten(trace: Trace) -> str:
    """What the gateways do to a packet, as half a sentence."""
    names = {"from": "source", "to": "destination"}
    return "".join(f"; the {at} puts {new} in the place of the {names[word]} {old}"
                   for at, flows in rewritings(trace).items() for word, old, new in changed(*flows))
