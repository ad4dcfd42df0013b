"""Reader notes: what was kept aside, what was missing, what was inferred.

Kinds: `unknown` (not understood, so not used), `not read` (a file that is no answer of the AWS
CLI), `beyond` (understood, but the model has nothing like it), `missing` (an answer that was not
among the files), `inferred` (what was put in its place), `simplified` (told less than it is), `left
out` (rows that take no part, such as stopped instances), `inconsistent` (answers that disagree).
"""

from __future__ import annotations

from vpcedu.aws.located import At, LoadError
from vpcedu.row import NamedRow

MOST_NOTES = 100_000
SHOWN = 3  # files that are not read, in an error


class Note(NamedRow):
    """One thing to know; `where` is file and JSON path of the first of `times` places."""

    kind: str
    where: str
    words: str
    times: int

    def __str__(self) -> str:
        more = f" and {self.times - 1:,} more like it" * (self.times > 1)
        return f"{self.kind}: {self.words}" + (f" ({self.where}{more})" if self.where else "")


class Notes:
    """Collects notes; equal words are one note that counts its places."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], tuple[At | None, int]] = {}

    def add(self, kind: str, at: At | None, words: str) -> None:
        """Note something about a value."""
        if len(self._found) >= MOST_NOTES and (kind, words) not in self._found:
            raise LoadError(
                f"{at.where if at else words}: more than {MOST_NOTES:,} different notes: expected the"
                " answers of fewer accounts"
            )
        first, times = self._found.get((kind, words), (at, 0))
        self._found[kind, words] = first, times + 1

    def rows(self) -> tuple[Note, ...]:
        """The notes, by kind, each kind in the order in which it was found."""
        order = {kind: i for i, kind in enumerate(dict.fromkeys(kind for kind, _ in self._found))}
        made = (
            Note(kind, at.where if at else "", words, times)
            for (kind, words), (at, times) in self._found.items()
        )
        return tuple(sorted(made, key=lambda note: order[note.kind]))


def instead(notes: Notes) -> str:
    """What the files are that were not read; the first of many."""
    seen = [note for note in notes.rows() if note.kind == "not read"]
    told = [f"; {note.where.removesuffix(': $')}: {note.words}" for note in seen[:SHOWN]]
    return "".join(told) + f"; and {len(seen) - SHOWN} more" * (len(seen) > SHOWN)
