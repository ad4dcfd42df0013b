"""Words: titles, notes and text alternatives of pictures, filled from the capture.

Nothing is said here that no packet did; sentences of whole answers are made in views/explain.py.
"""

from __future__ import annotations

from vpcedu.clock import seconds
from vpcedu.draw.canvas.fonts import shorten, width_of
from vpcedu.draw.canvas.frame import lines_of
from vpcedu.draw.canvas.style import LABEL, ROOM
from vpcedu.draw.reading.legs import changed, rewritings
from vpcedu.network.conversations import Conversation
from vpcedu.network.vpc import INTERNET
from vpcedu.packet import SYN
from vpcedu.reasons import LOST
from vpcedu.views.decided import refused_by
from vpcedu.views.explain import answer_legs, label, verdict
from vpcedu.views.outcome import blocker, outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.sites.visit import Visit
    from vpcedu.trace import Step, Trace

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
SHORT = {"Internet gateway": "IGW", "ELB node": "ELB", "NLB node": "NLB"}


def count(number: int, word: str) -> str:
    """A number with its word: "one connection", "12 packets"."""
    written = NUMBERS[number] if number < len(NUMBERS) else str(number)
    return f"{written} {word}{'' if number == 1 else 's'}"


def short(name: str) -> str:
    """A device's name for a narrow place."""
    return SHORT.get(name, name)


def finding(visit: Visit) -> str:
    """What the capture shows, as a title of one line."""
    talks, legs, stop = visit.talks, answer_legs(visit), blocker(visit)
    lost = [trace for trace in visit.capture if trace.dropped]
    if stop is not None and not (legs and outcome(visit).works):
        return _loss(visit, *stop)
    if lost and legs:
        return (
            f"{count(len(lost), 'packet').capitalize()} lost on the path and sent again; the "
            "answer arrives"
        )
    if len(legs) > 1:
        return f"{count(len(legs), 'connection').capitalize()}: {legs[0].sender}'s answer ends at the {legs[0].last.at}"
    if not legs:
        return f"{visit.opener} sees: {outcome(visit).words}"
    places = len(rewritings(legs[0]))
    if len(talks) == 1 and places:
        times = {1: "once", 2: "twice"}.get(places, f"{places} times")
        return (
            f"One connection, {visit.opener} to {legs[0].sender}: each packet is rewritten {times}"
        )
    return f"{visit.opener} gets its answer from {legs[0].sender}: {outcome(visit).words}"


def _loss(visit: Visit, trace: Trace, step: Step) -> str:
    times = sum(_same(other, trace) for other in visit.capture)
    what = f"{label(trace.packet)} from {trace.sender}"
    if times == 1:
        return f"{what} is lost at {step.at}"
    if step.at == trace.sender:
        return f"{label(trace.packet)}, sent {times} times, never leaves {step.at}"
    return f"{what}, sent {times} times, {'is lost on the' if step.at == INTERNET else 'never gets past'} {step.at}"


def _same(other: Trace, trace: Trace) -> bool:
    """Whether a packet is the same as another, or a retransmission of it, and was lost too."""
    earlier, later = other.packet, trace.packet
    return other.dropped is not None and (earlier.flow, earlier.flags, earlier.data) == (
        later.flow,
        later.flags,
        later.data,
    )


def subtitle(visit: Visit, left_out: bool) -> str:
    """What was asked, how much was seen, how to read it."""
    quiet = ", pure ACKs left out" if left_out else ""
    return f"{visit.title}, by {visit.opener}. {len(visit.capture)} packets{quiet}; time runs down."


def row_words(step: Step) -> str:
    """The row that decided a step, as short as it can be said."""
    refused = refused_by(step)
    if refused is None:
        return str(step.row)
    allowed = ", ".join(rule.what for rule in refused.rules)
    what = f"{refused.direction} only {allowed}" if allowed else f"nothing {refused.direction}"
    return f"{', '.join(refused.groups)} lets {what}"


def loss_words(step: Step) -> str:
    """Where and why a packet was lost, and the row it was held against."""
    assert step.reason is not None
    row = f": {row_words(step)}" if step.row is not None else f": {step.reason}"
    return f"{step.at}, {step.reason.code}{row}"


def losses(visit: Visit) -> tuple[Step, ...]:
    """The different ways in which packets were lost, each once."""
    by_words: dict[str, Step] = {}
    for trace in visit.capture:
        if trace.dropped is not None:
            by_words.setdefault(loss_words(trace.dropped), trace.dropped)
    return tuple(by_words.values())


def alternative(visit: Visit, kind: str) -> str:
    """The text alternative: who opens what, each rewriting, the path of the answer, the losses."""
    talks = visit.talks
    parts = [f"{kind} of {visit.title}, {len(visit.capture)} packets."]
    parts += [_opening(talk) for talk in talks]
    for leg in answer_legs(visit):
        parts.append(
            f"{leg.sender} sends {label(leg.packet)} to {leg.packet.flow.destination}{_rewritten(leg)}."
        )
    parts += [f"Lost at {loss_words(step)}." for step in losses(visit) if step.reason is not LOST]
    lost = sum(
        trace.dropped is not None and trace.dropped.reason is LOST for trace in visit.capture
    )
    parts += [f"{count(lost, 'packet').capitalize()} lost on the Internet."] if lost else []
    parts.append(verdict(visit))
    return " ".join(parts)


def _opening(talk: Conversation) -> str:
    first = next(
        (t for t in talk.traces if t.sender == talk.opener and t.delivered), talk.traces[0]
    )
    verb = "opens" if talk.traces[0].packet.flags & SYN else "uses"
    end = f"{talk.listener} ends it" if first.delivered else "It is never opened"
    return f"Connection {talk.number}: {talk.opener} {verb} {talk.flow}{_rewritten(first)}. {end}."


def _rewritten(trace: Trace) -> str:
    """What the gateways do to a packet, each as a sentence after a full stop."""
    names = {"from": "source", "to": "destination"}
    return "".join(
        f". The {gate} replaces the {names[word]} {old} with {new}"
        for gate, flows in rewritings(trace).items()
        for word, old, new in changed(*flows)
    )


def sentence_lines(visit: Visit) -> int:
    """How many lines the bottom sentence needs; one about a packet needs one."""
    return lines_of(verdict(visit))


def packet_words(visit: Visit, number: int) -> str:
    """One packet in one line: what it is, its ends, when it was sent, how it ended."""
    trace = visit.capture[number]
    begun = visit.capture.traces[0].steps[0].now
    end = f"lost at {trace.dropped.at}" if trace.dropped else f"reaches {trace.last.at}"
    what, flow, sent = label(trace.packet), trace.packet.flow, seconds(trace.steps[0].now - begun)
    first = f"{number} of {visit.capture.traces[-1].number}: {what}"
    choices = (
        f"{first} {flow}, sent at {sent} s, {end}",
        f"{first} {flow}, {sent} s, {end}",
        f"{first} {flow}, {end}",
        f"{first} {flow.sport}>{flow.dport}, {sent} s, {end}",
    )
    fitting = (words for words in choices if width_of(words, LABEL, True) <= ROOM)
    return next(fitting, shorten(choices[-1], LABEL, ROOM, True))
