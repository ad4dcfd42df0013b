"""Ladder: every packet of a visit as an arrow between lifelines, with time running down.

An arrow ends at a host and goes through a gateway, which marks it with a diamond where it rewrites.
The thick bars above say who opened each connection and where it ends. Places come from the whole
capture, never from the packet that is lit: under a slider nothing jumps.
"""

from __future__ import annotations

from vpcedu.draw.canvas.frame import footing, page
from vpcedu.draw.canvas.scene import Scene
from vpcedu.draw.ladders.bars import bars
from vpcedu.draw.ladders.gutters import closing_notes, notes_of, result_note
from vpcedu.draw.ladders.heads import Heads, grounds, head_items, posts
from vpcedu.draw.ladders.ink import closing_items, ghosts, row_items
from vpcedu.draw.ladders.lifelines import lifelines
from vpcedu.draw.ladders.placed_rows import PlacedRows
from vpcedu.draw.ladders.rows import LadderRow, rows_of, states_of
from vpcedu.draw.reading.as_picture import picture
from vpcedu.draw.reading.legs import signs_of
from vpcedu.draw.reading.predicted import other_than, predicted_losses, predicted_words
from vpcedu.draw.reading.window import around
from vpcedu.draw.reading.words import (
    alternative,
    finding,
    loss_words,
    losses,
    packet_words,
    sentence_lines,
    subtitle,
)
from vpcedu.views.explain import answer_legs, verdict
from vpcedu.views.outcome import blocker, outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.draw.canvas.frame import Item
    from vpcedu.draw.ladders.ink import Layers
    from vpcedu.sites.visit import Visit
    from vpcedu.trace import Trace


@picture
def ladder(
    visit: Visit,
    packet: int | None = None,
    every: bool | None = None,
    predicted: Trace | None = None,
    most: int | None = None,
    states: bool = True,
    *,
    theme: str = "light",
    ax: Any = None,
) -> Scene:
    """Every packet of a visit as an arrow between lifelines.

    packet: the last one shown, which is lit; later ones are ghosts. every: one row for each packet
    (True), or ACKs left out and closings folded (False); None: True where a packet is chosen.
    predicted: a packet that somebody expected, as a judge sent it (`trace` of a Judgement); it gets
    a row of its own. most: how many rows there are room for, those around the packet; None: for
    all. states: whether TCP's states stand at the sides. ValueError for a number the capture has
    not.
    """
    end = visit.capture.traces[-1].number if len(visit.capture) else 0
    last = end if packet is None else visit.capture[packet].number
    every = packet is not None if every is None else every
    talks = visit.talks
    tried = other_than(visit, predicted)
    lines = lifelines(visit, talks, tried)
    heads = Heads(visit, lines)
    above, top, gutters = bars(visit, talks, lines, heads.foot(), last, states)
    arrows = PlacedRows(visit, lines, top + 14, every or most is not None)
    arrows.states.update(gutters)
    all_rows = rows_of(visit, talks, every)
    drawn = sum(len(row.traces) for row in all_rows)
    whole = _with_tried(all_rows, tried)
    place = sum(row.trace.number <= last for row in whole) - 1
    rows = around(whole, place, most or len(whole))
    beneath, marks = _rows(
        visit,
        arrows,
        rows,
        last,
        lit_packets(visit) if packet is None else {packet},
        states_of(visit) if states else {},
    )
    for note in result_note(visit, lines):
        y = max(arrows.low, arrows.states.get(note.gutter, 0.0) + 20)
        arrows.states[note.gutter] = note.foot(y)
        marks += note.texts(y) if last == end and rows[-1:] == whole[-1:] else ()
    bottom = max(arrows.low, *arrows.states.values(), top) + 16
    sentence = verdict(visit) if packet is None else packet_words(visit, packet)
    notes = tuple(loss_words(step) for step in losses(visit)) + predicted_losses(visit, predicted)
    signs = {"opened"} | signs_of(visit) | ({"predicted"} if tried else set())
    signs |= {"dropped", "beyond"} if any(trace.dropped for trace in tried) else set()
    foot = footing(bottom, sentence, signs, notes, sentence_lines(visit))
    items = [
        *grounds(heads, bottom),
        *beneath,
        *posts(heads, bottom),
        *head_items(heads),
        *above,
        *marks,
    ]
    under = subtitle(visit, drawn < len(visit.capture))
    if rows != whole:
        under += (
            f" Lines {whole.index(rows[0]) + 1} to {whole.index(rows[-1]) + 1} of {len(whole)}."
        )
    alt = alternative(visit, "Ladder") + predicted_words(visit, predicted)
    return page(finding(visit), under, items, foot, alt)


def _with_tried(rows: tuple[LadderRow, ...], tried: tuple[Trace, ...]) -> tuple[LadderRow, ...]:
    """The rows, and after the packet that was sent instead a row for the one that was tried."""
    for trace in tried:
        place = sum(row.trace.number <= trace.number for row in rows)
        row = LadderRow((trace,), rows[place - 1].talk, tried=True)
        rows = (*rows[:place], row, *rows[place:])
    return rows


def lit_packets(visit: Visit) -> set[int]:
    """The answer's packets, or the first that was lost for good."""
    stop = blocker(visit)
    if stop is not None and not outcome(visit).works:
        return {stop[0].number}
    return {leg.number for leg in answer_legs(visit)}


def _rows(
    visit: Visit,
    arrows: PlacedRows,
    rows: tuple[LadderRow, ...],
    last: int,
    lit: set[int],
    states: dict[int, tuple[str, str]],
) -> Layers:
    """All rows, placed from top to bottom.

    Returned apart: what is drawn under the lifelines, and what is drawn over them.
    """
    talks = visit.talks
    beneath: list[Item] = []
    marks: list[Item] = []
    for row in rows:
        pieces = arrows.pieces(row)
        if row.closing:
            notes = closing_notes(visit, row, arrows.lines) if states else []
        else:
            notes = notes_of(row, pieces, arrows.lines, states, talks)
        y = arrows.place(pieces, notes)
        draw = closing_items if row.closing else row_items
        is_lit = any(trace.number in lit for trace in row.traces)
        under, over = draw(row, pieces, y, is_lit, visit.vpc, arrows.lines)
        if row.trace.number <= last:
            beneath += under
            marks += over + [text for note in notes for text in note.texts(y)]
        else:
            beneath += ghosts(under)
    return beneath, marks
