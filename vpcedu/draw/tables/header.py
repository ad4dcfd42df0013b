"""Header: what a gateway changes in a packet's header, field by field, before and after.

Only the fields that the step changed are boxed. The header is drawn as the model knows it; what
every router changes as well (time to live, checksums) is left out.
"""

from __future__ import annotations

from vpcedu.draw.canvas.fonts import shorten
from vpcedu.draw.canvas.frame import footing, page
from vpcedu.draw.canvas.grid import title_of
from vpcedu.draw.canvas.scene import Box, Line, Mark, Scene, Text
from vpcedu.draw.canvas.style import DIAMOND, LABEL, NOTE, PACKET
from vpcedu.draw.reading.as_picture import picture
from vpcedu.draw.reading.words import NUMBERS
from vpcedu.trace import REWRITE
from vpcedu.views.explain import label, rewritten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.draw.canvas.frame import Item
    from vpcedu.packet import Packet
    from vpcedu.sites.visit import Visit
    from vpcedu.trace import Step, Trace

    Rows = tuple[tuple[tuple[str, str], ...], ...]  # a header's rows of (name, value)

TOP, TALL = 92.0, 38.0  # where the first row of fields begins, and how tall a row is
SIDES = ((14.0, 292.0), (408.0, 686.0))  # the header before, and after


def fields_of(packet: Packet) -> Rows:
    """A header's rows: each one or two fields, as (name, value)."""
    flow = packet.flow
    return (
        (("source address", flow.src),),
        (("destination address", flow.dst),),
        (("source port", str(flow.sport)), ("destination port", str(flow.dport))),
        (("sequence number", str(packet.seq)),),
        (("acknowledgment number", str(packet.ack)),),
        (("flags", label(packet._replace(data=b""))), ("window", str(packet.window))),
        (("data", f"{len(packet.data)} bytes"),),
    )


@picture
def header(
    visit: Visit,
    packet: int | None = None,
    at: str | None = None,
    *,
    theme: str = "light",
    ax: Any = None,
) -> Scene:
    """A packet's header before and after the gateway `at` rewrote it.

    None: the first rewriting there is. ValueError where that packet was not rewritten there.
    """
    trace, step = rewriting(visit, packet, at)
    assert step.after is not None
    before, after = fields_of(step.before), fields_of(step.after)
    items: list[Item] = []
    for (left, right), words, rows in zip(
        SIDES, (f"arrives at {step.at}", f"leaves {step.at}"), (before, after), strict=True
    ):
        items.append(Text((left + right) / 2, TOP - 12, words, "ink", LABEL, True, "middle"))
        items += _header(left, right, rows, before, after)
    items += _between(before, after)
    bottom = TOP + TALL * len(before) + 18
    notes = _sentence(step, before, after)
    names = _changed(before, after)
    title = title_of(
        f"{step.at}: {rewritten(step)}",
        f"{step.at} changes {' and '.join(names)}",
        f"{step.at} changes {NUMBERS[len(names)]} of {NUMBERS[sum(map(len, before))]} fields",
    )
    subtitle = (
        f"Packet {trace.number}, {label(trace.packet)}, of {visit.title}. Boxed: changed here."
    )
    foot = footing(bottom, notes, {"rewritten"}, lines=2)
    return page(title, subtitle, items, foot, _alternative(trace, step, notes))


def rewriting(visit: Visit, packet: int | None = None, at: str | None = None) -> tuple[Trace, Step]:
    """The step of a packet that was rewritten at a device; None: the first there is."""
    traces = tuple(visit.capture) if packet is None else (visit.capture[packet],)
    rewritten = [
        (trace, step)
        for trace in traces
        for step in trace.steps
        if step.action == REWRITE and step.after is not None and step.after.flow != step.before.flow
    ]
    fits = [(trace, step) for trace, step in rewritten if at in (None, step.at)]
    if not fits:
        where = ", ".join(dict.fromkeys(step.at for _, step in rewritten)) or "none"
        what = "any packet" if packet is None else f"packet {packet}"
        who = f"{at} does not rewrite" if at else "no gateway rewrites"
        raise ValueError(f"{who} {what}: expected a place that does, of these: {where}")
    return fits[0]


def _header(left: float, right: float, rows: Rows, before: Rows, after: Rows) -> list[Item]:
    items: list[Item] = []
    for number, row in enumerate(rows):
        wide, y = (right - left) / len(row), TOP + TALL * number
        for place, (name, value) in enumerate(row):
            x = left + wide * place
            new = before[number][place] != after[number][place]
            ink, ground, stroke = (
                ("rewritten", "rewritten-ground", 2.2) if new else ("muted", "faint-ground", 1.0)
            )
            items += [
                Box(x + 2, y + 2, wide - 4, TALL - 4, ink, ground, stroke),
                Text(x + 10, y + 16, name, "rewritten" if new else "muted", NOTE),
                Text(
                    x + 10,
                    y + 31,
                    shorten(value, LABEL, wide - 20, new),
                    "rewritten" if new else "ink",
                    LABEL,
                    new,
                ),
            ]
    return items


def _between(before: Rows, after: Rows) -> list[Item]:
    """The gateway's line between both, with an arrow and a diamond for each row that it changes."""
    middle = (SIDES[0][1] + SIDES[1][0]) / 2
    bottom = TOP + TALL * len(before)
    items: list[Item] = [Line(((middle, TOP), (middle, bottom)), "rewritten", 1.3, (2.0, 3.0))]
    for number, (old, new) in enumerate(zip(before, after, strict=True)):
        y = TOP + TALL * (number + 0.5)
        if old != new:
            items += [
                Line(
                    ((SIDES[0][1] + 6, y), (SIDES[1][0] - 6, y)), "rewritten", PACKET, (), "solid"
                ),
                Mark("diamond", middle, y, "rewritten", DIAMOND),
            ]
    return items


def _changed(before: Rows, after: Rows) -> list[str]:
    return [
        name
        for old, new in zip(before, after, strict=True)
        for (name, value), (_, other) in zip(old, new, strict=True)
        if value != other
    ]


def _sentence(step: Step, before: Rows, after: Rows) -> str:
    """What changed and by which row."""
    names = _changed(before, after)
    total = sum(map(len, before))
    verb = "changes" if len(names) == 1 else "change"
    return (
        f"{NUMBERS[len(names)].capitalize()} of {NUMBERS[total]} fields {verb}: "
        f"{', '.join(names)}. The translation: {step.row}."
    )


def _alternative(trace: Trace, step: Step, sentence: str) -> str:
    assert step.after is not None
    return (
        f"Header of packet {trace.number}, {label(trace.packet)}, at {step.at}. Before: {step.before.flow}. After: "
        f"{step.after.flow}. {rewritten(step)}. {sentence}"
    )
