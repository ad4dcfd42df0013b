"""Deciding table: the table that was asked about one packet, with the row that decided lit."""

from __future__ import annotations

from vpcedu.draw.canvas.frame import footing, page
from vpcedu.draw.canvas.grid import PITCH, cell, head_items, row_items, title_of
from vpcedu.draw.canvas.scene import Scene, Text
from vpcedu.draw.canvas.style import LABEL, MARGIN
from vpcedu.draw.reading.as_picture import picture
from vpcedu.draw.tables.decided_rows import table_of
from vpcedu.trace import DROP
from vpcedu.views.explain import answer_legs, label
from vpcedu.views.outcome import blocker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.draw.canvas.frame import Item
    from vpcedu.sites.visit import Visit
    from vpcedu.trace import Step, Trace

TOP = 82.0
MOST = 14  # rows that are shown; more than that are counted


@picture
def table(
    visit: Visit,
    packet: int | None = None,
    at: str | None = None,
    check: str | None = None,
    *,
    theme: str = "light",
    ax: Any = None,
) -> Scene:
    """The table that was asked about a packet at a device, with the row that decided lit.

    check: one of trace.CHECKS. packet None: the one that was lost, or else the answer; at or check
    None: the step that lost it, or else the route. ValueError where no table was asked there; it
    names where one was.
    """
    trace, step = asked(visit, packet, at, check)
    table = table_of(visit, step)
    assert table is not None
    lost = step.action == DROP
    items: list[Item] = [
        Text(MARGIN, TOP, f"{step.at}, {step.check}: {table.name}", "ink", LABEL, True)
    ]
    y = TOP + 26
    items += head_items(y, table.columns, table.heads)
    shown = _near(len(table.rows), table.lit)
    for number in shown:
        y += PITCH
        cells = [cell(value) for value in table.rows[number]]
        if number == table.lit:
            lit = "dropped" if lost else "ink"
            cells = [value._replace(ink=lit, bold=True) for value in cells]
        else:
            lit = ""
            cells[-1] = cells[-1]._replace(ink="muted")
        items += row_items(y, table.columns, tuple(cells), lit)
    if len(shown) < len(table.rows) or table.lit is None:
        y += PITCH
        hidden = len(table.rows) - len(shown)
        more = f"{hidden} more, none of which decides" if hidden else ""
        if table.lit is None:
            none = cell("nothing matches" if table.rows else "the table is empty")
            items += row_items(
                y, table.columns[:1], (none._replace(ink="dropped", bold=True),), "dropped"
            )
        if more:
            y += PITCH if table.lit is None else 0.0
            items.append(Text(table.columns[0], y, more, "muted"))
    notes = (f"{step.reason.code}. What helps: {step.reason.fix}.",) if step.reason else ()
    foot = footing(y + 20, table.why, notes=notes, lines=2, less=8.0)
    title = title_of(table.finding, table.finding.rpartition(" > ")[0] or table.finding)
    subtitle = f"Packet {trace.number}, {label(trace.packet)}, {step.before.flow}."
    cell_words = [[cell(c).words for c in row] for row in table.rows]
    finding = f"{table.finding}. {table.why}"
    alt = _alternative(trace, step, table.name, cell_words, table.lit, finding)
    return page(title, subtitle, items, foot, alt)


def _near(rows: int, lit: int | None) -> range:
    """The rows that are shown: all, or at most MOST around the one that decides."""
    first = max(0, min((lit or 0) - MOST // 2, rows - MOST))
    return range(first, min(rows, first + MOST))


def asked(
    visit: Visit, packet: int | None, at: str | None, check: str | None
) -> tuple[Trace, Step]:
    """The step in question; None: what lost the first packet, or else the route of the answer."""
    stop, legs = blocker(visit), answer_legs(visit)
    if packet is None:
        traces = (stop[0],) if stop and not legs else legs[:1] or tuple(visit.capture)
    else:
        traces = (visit.capture[packet],)
    steps = [
        (trace, step)
        for trace in traces
        for step in trace.steps
        if table_of(visit, step) is not None
    ]
    fits = [
        (trace, step)
        for trace, step in steps
        if at in (None, step.at) and check in (None, step.check)
    ]
    if not fits:
        places = ", ".join(f"{step.at} {step.check}" for _, step in steps) or "none"
        raise ValueError(
            f"no table was checked at {at or 'any place'}, {check or 'any check'}: expected "
            f"one of {places}"
        )
    first = next((pair for pair in fits if pair[1].action == DROP), None)
    return first or next((pair for pair in fits if pair[1].check == "route"), fits[0])


def _alternative(
    trace: Trace, step: Step, name: str, rows: list[list[str]], lit: int | None, words: str
) -> str:
    decided = f"This decides: {', '.join(rows[lit])}." if lit is not None else "Nothing matches."
    return (
        f"Table checked for packet {trace.number}, {step.before.flow}, at {step.at}, "
        f"{step.check}: {name}, lines: {len(rows)}. {decided} {words}"
    )
