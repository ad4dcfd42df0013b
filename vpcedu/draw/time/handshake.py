"""Handshake: how a connection opens, as a ladder to scale, from the first segment to the last.

Every arrow begins and ends where its times say, on an axis that is as long as the story. Packets
later than 4 s have rows of their own below a zigzag, with their times next to them, not to scale.
Where there is no room for words between two arrows, they are above the first one.
"""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.draw.canvas.fonts import width_of
from vpcedu.draw.canvas.frame import footing, page
from vpcedu.draw.canvas.scene import Line, Mark, Scene, Text
from vpcedu.draw.canvas.style import CROSS, DOTS, NOTE, PACKET
from vpcedu.draw.reading.as_picture import picture
from vpcedu.draw.time.handshake_axis import (
    CLIENT,
    END,
    SCALED,
    SERVER,
    SLOPE,
    Axis,
    groups_of,
)
from vpcedu.draw.time.handshake_ends import after, bars, brackets, chips, posts, states
from vpcedu.draw.time.handshake_words import alternative, finding, sentence, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.draw.canvas.frame import Item
    from vpcedu.draw.time.handshake_axis import Group
    from vpcedu.sites.two_hosts import OpenedHandshake

WORDY = 26.0  # pixels of a round trip from which words fit between the arrows
CHIPS = (53.0, 83.0)  # where the settings stand, which an explorer has as controls


@picture
def handshake(visit: OpenedHandshake, *, theme: str = "light", ax: Any = None) -> Scene:
    """The opening of a connection, to scale: every segment, every wait, the state of each end."""
    groups = groups_of(visit)
    axis = Axis(visit, groups)
    title = finding(visit)
    scaled = f", to scale for {SCALED} s" if axis.folded else ", to scale"
    subtitle = (
        f"Time runs down{scaled}. Each end keeps its own state; nothing else exists between them."
    )
    signs = {"dropped"} if any(group.arrived is None for group in groups) else set()
    foot = footing(END + 12, sentence(visit), signs, lines=2)
    tallest = footing(
        END + 12, "", {"dropped"}, lines=2
    ).height  # the legend of a loss has room where there is none
    items = [
        *chips(visit),
        *posts(visit, axis),
        *bars(visit, axis),
        *axis.items(),
        *_arrows(visit, groups, axis),
        *brackets(visit, axis),
        *states(visit, axis),
        *after(visit, axis),
    ]
    return page(title, subtitle, items, foot._replace(height=tallest), alternative(visit), (CHIPS,))


def _ends(group: Group) -> tuple[float, float]:
    return (CLIENT, SERVER) if group.sender == "client" else (SERVER, CLIENT)


def _arrows(visit: OpenedHandshake, groups: list[Group], axis: Axis) -> list[Item]:
    items: list[Item] = []
    rows = {group.sent: y for group, y in axis.rows if group is not None}
    drop = axis.per * visit.setting.round_trip / 2_000
    wordy = 2 * drop >= WORDY
    for group in groups:
        if group in axis.skipped:
            continue
        late = group.sent > SCALED * SECOND
        y, fall = (rows[group.sent], SLOPE) if late else (axis.y(group.sent), drop)
        x0, x1 = _ends(group)
        part = group.traces[0].number
        if group.arrived is not None:
            items.append(Line(((x0, y), (x1, y + fall)), "ink", PACKET, (), "solid", part))
        if any(trace.last.check != "deliver" for trace in group.traces):
            share = 0.5 if visit.setting.server != "silent" else 0.92
            point = x0 + (x1 - x0) * share, y + fall * share
            if group.arrived is None:
                items.append(Line(((x0, y), point), "ink", PACKET, DOTS, "", part))
            items.append(Mark("cross", *point, "dropped", CROSS, "", part))
        if late or (wordy and not group.answers):
            items += _above(y, [group], x0)
        elif wordy:
            items.append(_between(group, y, fall, x0, x1))
    return items if wordy else items + _chains(groups, axis, drop)


def _chains(groups: list[Group], axis: Axis, drop: float) -> list[Item]:
    """For short round trips: a packet and its answers, named together above the first.

    Where the chain before began at nearly the same time, at the other host, they are named below
    the last.
    """
    items: list[Item] = []
    chain: list[Group] = []
    before = -SCALED * SECOND
    for group in [*(early for early in groups if early.sent <= SCALED * SECOND), None]:
        if chain and (group is None or not group.answers):
            begun = chain[0].sent
            late = begun - before < SECOND // 2
            lowest = axis.y(chain[-1].sent) + drop
            items += _above(lowest + 27 if late else axis.y(begun), chain, _ends(chain[0])[0])
            chain, before = [], begun
        if group is not None:
            chain.append(group)
    return items


def _above(y: float, chain: list[Group], sender: float) -> list[Item]:
    """Names of packets in one line above the first of them, at its sender's side."""
    words = [(text_of(group.traces), group.arrived is None) for group in chain]
    words = [
        (text + ("," if number < len(words) else ""), lost)
        for number, (text, lost) in enumerate(words, 1)
    ]
    if _width(words) > SERVER - CLIENT - 28:
        words = [(text.replace(" again", ""), lost) for text, lost in words]
    x = CLIENT + 14 if sender == CLIENT else SERVER - 14 - _width(words)
    items: list[Item] = []
    for text, lost in words:
        items.append(Text(x, y - 9, text, "dropped" if lost else "ink", NOTE, True))
        x += width_of(text, NOTE, True) + 6
    return items


def _width(words: list[tuple[str, bool]]) -> float:
    return sum(width_of(text, NOTE, True) + 6 for text, _ in words) - 6


def _between(group: Group, y: float, fall: float, x0: float, x1: float) -> Text:
    """An answer's name in the open end of its wedge.

    It is at the receiver, or, where the answer is lost, under its beginning.
    """
    words, lost = text_of(group.traces), group.arrived is None
    wide = width_of(words, NOTE, True)
    right = lost == (x0 == SERVER)  # which side the words are on
    x, anchor = (SERVER - 14, "end") if right else (CLIENT + 14, "start")
    if lost:
        return Text(
            x,
            y + fall * (14 + wide) / (SERVER - CLIENT) + 13.5,
            words,
            "dropped",
            NOTE,
            True,
            anchor,
        )
    return Text(
        x, y + fall * (1 - (14 + wide) / (SERVER - CLIENT)) - 3.5, words, "ink", NOTE, True, anchor
    )
