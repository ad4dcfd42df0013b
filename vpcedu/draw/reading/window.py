"""Window: the rows of a long picture that stand around one of them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    Row = TypeVar("Row")


def around(rows: tuple[Row, ...], place: int, most: int) -> tuple[Row, ...]:
    """At most `most` rows, around the one at a place, which is counted from 0.

    They change only by half a window at a time: whoever steps through the rows finds most of them
    where they were.
    """
    half = max(most // 2, 1)
    start = max(place - most // 4, 0) // half * half
    start = max(min(start, len(rows) - most), 0)
    return rows[start : start + most]
