"""States: the diagram of TCP's states, with the path of one end of a connection and where it is.

Every arrow is a row of the table that the model executes. Thick: taken so far. Letters: what can
happen next. Boxes and panel keep their places, so that nothing jumps while the changes are stepped
through.
"""

from __future__ import annotations

from itertools import pairwise

from vpcedu.clock import seconds
from vpcedu.draw.canvas.fonts import wrap
from vpcedu.draw.canvas.frame import footing, lines_of, page
from vpcedu.draw.canvas.scene import Box, Line, Mark, Scene, Text
from vpcedu.draw.canvas.style import BADGE, CONNECTION, GUIDE, LABEL, LIT, NOTE, PACKET
from vpcedu.draw.reading.as_picture import picture
from vpcedu.draw.reading.words import count
from vpcedu.draw.time.states_places import ENDS, FOOT, PLACES, POLYLINES, TALL, WIDE
from vpcedu.packet import ACK, FIN, RST, SYN
from vpcedu.protocols.tcp_states import TRANSITIONS
from vpcedu.quoting import quoted
from vpcedu.trace import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.draw.canvas.frame import Item
    from vpcedu.flow import FiveTuple
    from vpcedu.network.conversations import Conversation
    from vpcedu.protocols.tcp_states import Transition
    from vpcedu.sites.visit import Visit

    Changes = list[tuple[int, Change]]  # with the instant of each, in microseconds

PANEL, RIGHT, TOP = 446.0, 686.0, 62.0
LINE, MOST = 18.0, 8  # of the panel's lists; changes that it has room for
NAMES = ((SYN, "SYN"), (FIN, "FIN"), (RST, "RST"), (ACK, "ACK"))
# an arrow: other, possible next, taken
INKS = (("muted", GUIDE + 0.2), ("ink", PACKET), ("ink", CONNECTION))
STRAIGHT = (
    "RST and giving up lead straight to CLOSED: they are not in the table and have no arrow here."
)


@picture
def states(
    visit: Visit,
    connection: int = 1,
    who: str | None = None,
    changes: int | None = None,
    *,
    theme: str = "light",
    ax: Any = None,
) -> Scene:
    """The diagram of TCP's states with the path of one end of a connection.

    It shows the path after a number of changes; None: after all of them. who: the opener (None) or
    the listener. ValueError for a connection, an end or a number of changes that there is not.
    """
    talk, who, events = changes_of(visit, connection, who)
    if changes is not None and changes not in range(len(events) + 1):
        raise ValueError(f"changes {quoted(changes)}: expected a number from 0 to {len(events)}")
    taken = [row for _, row in events[:changes]]
    now = events[0][1].before if events else None
    if taken:
        now = taken[-1].after
    following = tuple(row for row in TRANSITIONS if row.state == now)
    items = [*_arrows(taken, following), *_boxes(taken, now), *_panel(events[:changes], following)]
    missing = [row for row in TRANSITIONS if (row.state, row.next) not in POLYLINES]
    sentence = _sentence(who, taken, now)
    notes = [f"Not drawn: {row.state}, {row.event}, {row.next}." for row in missing]
    words = " ".join([sentence, *notes])
    foot = footing(FOOT + 12, words, lines=max(2, lines_of(words)), less=8.0)
    title = _title(who, taken, now, following)
    subtitle = (
        f"Connection {connection}, {talk.opener} to {talk.listener}. Thick: the path taken. "
        "Letters: what may follow."
    )
    alt = _alternative(visit, title, talk, who, events[:changes], following)
    return page(title, subtitle, items, foot, alt)


def changes_of(visit: Visit, connection: int, who: str | None) -> tuple[Conversation, str, Changes]:
    """A connection, one of its ends, and that end's changes of state in order."""
    talks = visit.talks
    if connection not in range(1, len(talks) + 1):
        raise ValueError(f"connection {quoted(connection)}: expected one from 1 to {len(talks)}")
    talk = talks[connection - 1]
    who = talk.opener if who is None else who
    if who not in (talk.opener, talk.listener):
        raise ValueError(
            f"{quoted(who)} is no end of connection {connection}: expected {talk.opener} or {talk.listener}"
        )
    own: set[FiveTuple] = {trace.packet.flow for trace in talk.traces if trace.sender == who}
    own |= {trace.last.before.flow.reversed() for trace in talk.traces if trace.last.at == who}
    return (
        talk,
        who,
        [
            (instant, change)
            for instant, _, change in visit.capture.changes(who)
            if change.flow in own
        ],
    )


def _arrows(taken: list[Change], following: tuple[Transition, ...]) -> list[Item]:
    """All rows of the table: faint first, then what can happen next, then the path taken."""
    used = {(row.before, row.event, row.after) for row in taken}
    letters = {(row.state, row.next): "abcdefgh"[number] for number, row in enumerate(following)}
    items: list[Item] = []
    marks: list[Item] = []
    for rank in range(3):
        for row in TRANSITIONS:
            pair = row.state, row.next
            weight = 1 if pair in letters else 0
            if (row.state, row.event, row.next) in used:
                weight = 2
            if pair not in POLYLINES or rank != weight:
                continue
            ink, width = INKS[rank]
            items.append(Line(POLYLINES[pair], ink, width, (), "solid"))
            if pair in ENDS:
                x, y, anchor = ENDS[pair]
                items.append(Text(x, y, f"to {row.next}", ink, NOTE, rank > 0, anchor))
            if pair in letters:
                marks.append(Mark("disc", *_middle(POLYLINES[pair]), "ink", BADGE, letters[pair]))
    return items + marks


def _middle(points: tuple[tuple[float, float], ...]) -> tuple[float, float]:
    """The middle of the longest stretch of a way, a little before it where the way is short."""
    (x0, y0), (x1, y1) = max(
        pairwise(points),
        key=lambda ends: abs(ends[1][0] - ends[0][0]) + abs(ends[1][1] - ends[0][1]),
    )
    share = 0.42
    return x0 + (x1 - x0) * share, y0 + (y1 - y0) * share


def _boxes(taken: list[Change], now: str | None) -> list[Item]:
    been = {state for row in taken for state in (row.before, row.after)}
    items: list[Item] = []
    for state, (x, y) in PLACES.items():
        seen = state in been or state == now
        look = ("ink", "paper", 2.2) if seen else ("muted", "paper", 1.0)
        if state == now:
            look = "ink", "lit-ground", LIT
        items += [
            Box(x - WIDE / 2, y, WIDE, TALL, *look),
            Text(x, y + 19.5, state, look[0], LABEL, seen, "middle"),
        ]
    return items


def _panel(events: Changes, following: tuple[Transition, ...]) -> list[Item]:
    """What happened so far, and what can happen next, in words."""
    items: list[Item] = [
        Box(PANEL, TOP, RIGHT - PANEL, FOOT - TOP, "rule", "faint-ground", 1.0),
        Text(PANEL + 12, TOP + 22, "So far", "ink", LABEL, True),
    ]
    y = TOP + 22
    for _, change in events[-MOST:]:
        y += LINE
        items += [
            Text(PANEL + 12, y, change.event, "ink", NOTE),
            Text(RIGHT - 7, y, change.after, "ink", NOTE, True, "end"),
        ]
    if not events:
        items.append(Text(PANEL + 12, y + LINE, "nothing yet", "muted", NOTE))
    y = TOP + 22 + LINE * MOST + 16
    items += [
        Line(((PANEL + 12, y), (RIGHT - 12, y)), "rule", GUIDE),
        Text(PANEL + 12, y + 22, "What can happen next", "ink", LABEL, True),
    ]
    y += 22
    for number, row in enumerate(following):
        y += LINE + 5
        items += [
            Mark("disc", PANEL + 12 + BADGE, y - 4.5, "ink", BADGE, "abcdefgh"[number]),
            Text(PANEL + 35, y, row.event, "ink", NOTE),
            Text(RIGHT - 7, y, row.next, "ink", NOTE, True, "end"),
        ]
        if row.send:
            y += LINE - 2
            items.append(Text(PANEL + 35, y, f"sends {_flags(row.send)}", "muted", NOTE))
    y = FOOT - 50
    items += [
        Text(PANEL + 12, y + 17 * number, words, "muted", NOTE)
        for number, words in enumerate(wrap(STRAIGHT, NOTE, RIGHT - PANEL - 24))
    ]
    return items


def _flags(flags: int) -> str:
    """Flags as the RFC writes them in this figure: "SYN ACK", "FIN ACK", "ACK"."""
    return " ".join(name for bit, name in NAMES if flags & bit)


def _title(
    who: str, taken: list[Change], now: str | None, following: tuple[Transition, ...]
) -> str:
    if now is None:
        return f"No state of {who} was seen"
    after = f" after {taken[-1].event}" if taken else ""
    return f"{who} is in {now}{after}: {count(len(following), 'way')} on"


def _sentence(who: str, taken: list[Change], now: str | None) -> str:
    if now is None:
        return "A capture file shows packets, not states."
    if not taken:
        return f"{who} begins in {now}."
    last = taken[-1]
    table = (
        ""
        if any(row[:2] == (last.before, last.event) for row in TRANSITIONS)
        else " That is not in the table of transitions."
    )
    return f"{who}, {last.flow.source}: {last.event} made it {now}.{table}"


def _alternative(
    visit: Visit,
    title: str,
    talk: Conversation,
    who: str,
    events: Changes,
    following: tuple[Transition, ...],
) -> str:
    path = (
        "; ".join(f"{row.event} to {row.after} at {seconds(instant)} s" for instant, row in events)
        or "none"
    )
    after = "; ".join(f"{row.event} to {row.next}" for row in following) or "none"
    return (
        f"State diagram of TCP, {len(PLACES)} states. {title}. Connection {talk.number} of {visit.title}, changes"
        f" of {who}: {path}. What can happen next: {after}."
    )
