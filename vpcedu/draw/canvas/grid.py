"""Grid: a table inside a picture: heads, rows, and the one row that is lit.

A cell knows its ink and its weight; a field that was rewritten is boxed. What is wider than its
column is cut.
"""

from __future__ import annotations

from vpcedu.draw.canvas.fonts import shorten, width_of
from vpcedu.draw.canvas.scene import Box, Mark, Text
from vpcedu.draw.canvas.style import BOX, MARGIN, NOTE, WIDTH
from vpcedu.row import NamedRow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.draw.canvas.frame import Item

PITCH = 23.0  # from baseline to baseline
SPARE = 10.0  # between two columns


class Cell(NamedRow):
    """Words in one style; `boxed` is the beginning of them that a gateway rewrote."""

    words: str
    ink: str = "ink"
    bold: bool = False
    boxed: str = ""


def cell(words: Cell | str) -> Cell:
    """A cell, from words too."""
    return words if isinstance(words, Cell) else Cell(words)


def head_items(y: float, columns: tuple[float, ...], words: tuple[str, ...]) -> list[Item]:
    """The heads of the columns; y is their baseline."""
    return [
        Text(x, y, word, "muted", NOTE, True)
        for x, word in zip(columns, words, strict=True)
        if word
    ]


def row_items(
    y: float,
    columns: tuple[float, ...],
    cells: tuple[Cell | str, ...],
    lit: str = "",
    right: float = WIDTH - MARGIN,
) -> list[Item]:
    """The items of one row, with a frame where it is lit.

    lit: the ink of the frame, "" for a row that is not lit. A lit row of losses has a cross.
    """
    items: list[Item] = []
    if lit:
        left = columns[0] - (24.0 if lit == "dropped" else 8.0)
        items.append(Box(left, y - 16, right + 6 - left, PITCH, lit, "lit-ground", BOX))
    if lit == "dropped":
        items.append(Mark("cross", columns[0] - 12, y - 4.5, "dropped", 4.5))
    ends = (*columns[1:], right + SPARE)
    for x, end, value in zip(columns, ends, map(cell, cells), strict=True):
        items += cell_items(x, y, value, end - x - SPARE)
    return items


def cell_items(x: float, y: float, value: Cell, room: float) -> list[Item]:
    """The items of one cell."""
    if not value.words:
        return []
    # rather thin than cut
    value = value._replace(bold=value.bold and width_of(value.words, NOTE, True) <= room)
    if not value.boxed:
        return [
            Text(x, y, shorten(value.words, NOTE, room, value.bold), value.ink, NOTE, value.bold)
        ]
    width, rest = width_of(value.boxed, NOTE), value.words.removeprefix(value.boxed)
    items: list[Item] = [
        Box(x - 4, y - 12, width + 8, 15.5, "rewritten", "rewritten-ground", 1.3),
        Text(x, y, value.boxed, "rewritten", NOTE),
    ]
    return [*items, Text(x + width + 6, y, rest, value.ink, NOTE)] if rest else items


def title_of(*choices: str) -> str:
    """The first of these titles that has room; the last one where none has."""
    from vpcedu.draw.canvas.style import ROOM, TITLE

    return next((words for words in choices if width_of(words, TITLE, True) <= ROOM), choices[-1])
