"""Handshake ends: the two hosts of the picture: heads, lifelines, states, waits and result."""

from __future__ import annotations

from itertools import pairwise

from vpcedu.clock import SECOND
from vpcedu.draw.canvas.fonts import width_of
from vpcedu.draw.canvas.scene import Box, Line, Text
from vpcedu.draw.canvas.style import BOX, DOTS, LABEL, LIFELINE, MARGIN, NOTE
from vpcedu.draw.time.handshake_axis import (
    CLIENT,
    END,
    SCALED,
    SERVER,
    START,
    Axis,
)
from vpcedu.draw.time.handshake_words import seconds
from vpcedu.packet import RST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.draw.canvas.frame import Item
    from vpcedu.sites.two_hosts import OpenedHandshake

BRACKET = (84.0, 616.0)  # x of the waits: client's, server's


def chips(visit: OpenedHandshake) -> list[Item]:
    """What the run was made with."""
    lost = visit.setting.lost
    words = f"{len(lost)} segments" if len(lost) > 2 else ", ".join(lost) or "nothing"
    server = {"up": "listening", "closed": "port closed", "silent": "silent"}[visit.setting.server]
    items: list[Item] = []
    x = MARGIN
    for name, value in (
        ("round trip", f"{visit.setting.round_trip} ms"),
        ("lost", words),
        ("server", server),
        ("Linux", visit.setting.kernel),
    ):
        wide = width_of(name, NOTE) + 5 + width_of(value, NOTE, True) + 14
        items += [
            Box(x, 56, wide, 22, "rule", "faint-ground", 1.0),
            Text(x + 7, 71, name, "muted", NOTE),
            Text(x + wide - 7, 71, value, "ink", NOTE, True, "end"),
        ]
        x += wide + 7
    return items


def posts(visit: OpenedHandshake, axis: Axis) -> list[Item]:
    """Heads and lifelines; where nobody has the server's address, they are dotted."""
    silent = visit.setting.server == "silent"
    flow = visit.syns[0].packet.flow
    items: list[Item] = []
    parts = ((128, axis.fold - 9), (axis.fold - 9, axis.fold + 9), (axis.fold + 9, END))
    hosts = (
        (CLIENT, "client", flow.source, True),
        (SERVER, "server", flow.destination, not silent),
    )
    for x, name, end, there in hosts:
        ink = "ink" if there else "muted"
        dash = () if there else DOTS
        items += [
            Box(x - 82, 88, 164, 40, "outside" if there else "muted", "paper", BOX, 3.0, dash),
            Text(x, 104, name if there else "nobody", ink, LABEL, True, "middle"),
            Text(x, 121, str(end), "outside" if there else "muted", NOTE, False, "middle"),
            *(
                Line(((x, top), (x, foot)), ink, LIFELINE, dash)
                for top, foot in (parts if axis.folded else ((128, END),))
            ),
        ]
    return items


def bars(visit: OpenedHandshake, axis: Axis) -> list[Item]:
    """Bars along a lifeline.

    They are grey while the connection is being opened, and filled while it is ESTABLISHED.
    """
    items: list[Item] = []
    for who, x in (("client", CLIENT - 8), ("server", SERVER + 2)):
        changes = [
            (instant, change.after)
            for instant, _, change in visit.capture.changes(who)
            if change.after != "LISTEN"
        ]
        for (instant, state), later in zip(changes, [*changes[1:], None], strict=False):
            end = axis.y(later[0]) if later else END
            if state != "CLOSED":
                items.append(
                    Box(
                        x,
                        axis.y(instant),
                        6,
                        end - axis.y(instant),
                        "ink",
                        "ink" if state == "ESTABLISHED" else "faint-ground",
                        1.0,
                        0.0,
                    )
                )
    return items


def brackets(visit: OpenedHandshake, axis: Axis) -> list[Item]:
    """How long each timer waited before it sent again, or gave up."""
    items: list[Item] = []
    for who, x in zip(("client", "server"), BRACKET, strict=True):
        sent = [trace for trace in visit.capture if trace.sender == who]
        firsts = [trace.steps[0].now for trace in sent if trace.packet.flags != RST][:1]
        times = firsts + [
            trace.steps[0].now for trace in sent if trace.cause.what.startswith("retransmission")
        ]
        if len(times) > 1 and axis.result is not None and who == "client":
            times.append(axis.last)
        for begun, ended in pairwise(times):
            known = all(
                instant <= SCALED * SECOND or instant in axis.places for instant in (begun, ended)
            )
            if known:
                items += _bracket(
                    x,
                    axis.y(begun),
                    axis.y(ended),
                    f"waits {seconds(ended - begun)}",
                    who == "client",
                    axis.fold if axis.folded else END,
                )
    return items


def _bracket(x: float, top: float, end: float, words: str, left: bool, fold: float) -> list[Item]:
    inner = x + 6 if left else x - 6
    top, end = top + 3, end - 3
    points: tuple[tuple[float, float], ...] = ((inner, top), (x, top), (x, end), (inner, end))
    middle = (top + end) / 2 + 4.5
    if top < fold - 12 and end > fold + 12:
        points = (
            (inner, top),
            (x, top),
            (x, fold - 8),
            (x + 3, fold - 4),
            (x - 3, fold + 4),
            (x, fold + 8),
            (x, end),
            (inner, end),
        )
        middle = fold + 4.5
    return [Line(points, "muted", 1.3), Text(x + 9, middle, words, "ink", NOTE)]


def states(visit: OpenedHandshake, axis: Axis) -> list[Item]:
    """States in the gutters, where they begin."""
    begin = {"up": "LISTEN", "closed": "no listener", "silent": "no host"}[visit.setting.server]
    items: list[Item] = [Text(SERVER + 14, START - 9, begin, "muted", NOTE)]
    low = {"client": START - 10.0, "server": START - 9.0}  # the lowest text of each gutter
    for instant, who, change in visit.capture.changes():
        if change.after == "LISTEN":
            continue
        x, anchor = (CLIENT - 14, "end") if who == "client" else (SERVER + 14, "start")
        bold = change.after == "ESTABLISHED"
        y = low[who] = max(axis.y(instant) + 4.5, low[who] + 15)
        items.append(Text(x, y, change.after, "ink" if bold else "muted", NOTE, bold, anchor))
    result = visit.result
    if result is not None and result.symptom != "connected":
        y = axis.y(result.after) + (4.5 if result.after == axis.last else 13.5)
        words = f"connect() fails: {result.symptom}"
        items.append(Text(CLIENT + 14, y, words, "dropped", NOTE, True))
    return items


def after(visit: OpenedHandshake, axis: Axis) -> list[Item]:
    """What the place below says where nothing came later."""
    if axis.folded or visit.result is None:
        return []
    if visit.result.symptom == "connected":
        lines = ["No packet after this. The connection", "is what both ends remember."]
    else:
        lines = ["No packet after this, and no", "connection: neither end remembers it."]
    return [
        Text(
            (CLIENT + SERVER) / 2,
            END - 24 + 18 * number,
            words,
            "muted",
            LABEL,
            False,
            "middle",
        )
        for number, words in enumerate(lines)
    ]
