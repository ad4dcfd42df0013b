"""Ladder pieces: a leg of a row with its place and its label, before the row has one."""

from __future__ import annotations

from vpcedu.draw.canvas.fonts import width_of
from vpcedu.draw.canvas.style import CLEAR, CROSS, LINE, NOTE
from vpcedu.row import NamedRow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.draw.reading.legs import DrawnLeg

BEYOND = "beyond"  # the spot of a leg that nothing travelled


class Run(NamedRow):
    """A few words of a label in one style; `boxed` is a field that a gateway rewrites."""

    words: str
    ink: str = "ink"
    bold: bool = False
    boxed: bool = False

    @property
    def width(self) -> float:
        """With the room that its frame needs."""
        return width_of(self.words, NOTE, self.bold) + (8.0 if self.boxed else 0.0)


class Piece(NamedRow):
    """A leg with its place relative to its row.

    It has two x, two y, the label's lines, and the column the label is in.
    """

    leg: DrawnLeg
    xs: tuple[float, float]
    ys: tuple[float, float]
    lines: tuple[tuple[Run, ...], ...]
    column: tuple[float, float]

    def y(self, x: float) -> float:
        """The line's y at an x."""
        (x0, x1), (y0, y1) = self.xs, self.ys
        return y0 if x0 == x1 else y0 + (y1 - y0) * (x - x0) / (x1 - x0)

    @property
    def width(self) -> float:
        """The label's."""
        return max((line_width(line) for line in self.lines), default=0.0)

    @property
    def foot(self) -> float:
        """The label's lowest baseline, relative to the row.

        It leaves room for the frame that a lit label has.
        """
        middle, half = sum(self.column) / 2, self.width / 2 + 5
        cross = CROSS if self.leg.drop is not None else 0.0
        return min(self.y(middle - half), self.y(middle + half)) - CLEAR - 2.5 - cross

    @property
    def top(self) -> float:
        """The label's upper edge, relative to the row."""
        return self.foot - LINE * (len(self.lines) - 1) - 13.0


def line_width(line: tuple[Run, ...]) -> float:
    """Runs stand a blank apart."""
    return sum(run.width for run in line) + 5.0 * (len(line) - 1)
