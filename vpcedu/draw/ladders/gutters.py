"""Ladder gutters: what is at the sides of a row.

These are TCP states, and what a proxy or an opener does. A gutter is a place of its own next to
an outermost lifeline or inside a proxy, so no state meets an arrow.
"""

from __future__ import annotations

from vpcedu.draw.canvas.fonts import width_of, wrap
from vpcedu.draw.canvas.scene import Text
from vpcedu.draw.canvas.style import NOTE
from vpcedu.draw.ladders.pieces import BEYOND
from vpcedu.draw.ladders.rows import since
from vpcedu.draw.reading.one_connection import ends_of
from vpcedu.packet import SYN
from vpcedu.row import NamedRow
from vpcedu.views.outcome import outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.draw.ladders.lifelines import Lifelines
    from vpcedu.draw.ladders.pieces import Piece
    from vpcedu.draw.ladders.rows import LadderRow
    from vpcedu.network.conversations import Conversation
    from vpcedu.sites.visit import Visit

STATE = 15.0  # from one line to the next
ROOM = 87.0  # the width of a gutter less its margins


class GutterNote(NamedRow):
    """Lines of text in a gutter; y is the middle of the first, relative to its row."""

    gutter: str
    x: float
    anchor: str
    lines: tuple[str, ...]
    y: float
    ink: str = "muted"
    bold: bool = False

    def texts(self, y: float) -> list[Text]:
        """The lines as items, for a row at y."""
        return [
            Text(
                self.x,
                y + self.y + 4.5 + STATE * number,
                line,
                self.ink,
                NOTE,
                self.bold,
                self.anchor,
            )
            for number, line in enumerate(self.lines)
        ]

    def foot(self, y: float) -> float:
        """The lowest baseline, for a row at y."""
        return y + self.y + 4.5 + STATE * (len(self.lines) - 1)


def notes_of(
    row: LadderRow,
    pieces: list[Piece],
    lines: Lifelines,
    states: dict[int, tuple[str, str]],
    talks: tuple[Conversation, ...],
) -> list[GutterNote]:
    """What is next to the row of one packet; nothing where it was only tried."""
    if row.tried:
        return []
    sent, arrived = states.get(row.trace.number, ("", ""))
    travelled = [piece for piece in pieces if piece.leg.spot != BEYOND]
    notes = _opens(row, lines, talks)
    for words, piece, end in ((sent, travelled[0], 0), (arrived, travelled[-1], 1)):
        notes += _state(
            lines, (piece.leg.start, piece.leg.end)[end], piece.xs[1 - end], words, piece.ys[end]
        )
    return notes


def closing_notes(visit: Visit, row: LadderRow, lines: Lifelines) -> list[GutterNote]:
    """The last states of both ends of a connection."""
    other = {row.talk.opener: row.talk.listener, row.talk.listener: row.talk.opener}
    return [
        note
        for device, (_, final) in ends_of(visit, row.talk).items()
        if device in other
        for note in _state(lines, device, lines[other[device]].middle, final, 0.0)
    ]


def result_note(visit: Visit, lines: Lifelines) -> list[GutterNote]:
    """What the opener's person sees in the end, where something went wrong."""
    place = lines.gutter(visit.opener, lines.rows[len(lines.rows) // 2].middle)
    seen = outcome(visit)
    if seen.works or place is None or visit.result is None:
        return []
    # rather thin than cut
    bold = all(width_of(word, NOTE, True) <= ROOM for word in seen.words.split())
    words = *wrap(seen.words, NOTE, ROOM, bold), f"after {since(0, visit.result.after)}"
    return [GutterNote(*place, words, 0.0, "dropped", bold)]


def _opens(row: LadderRow, lines: Lifelines, talks: tuple[Conversation, ...]) -> list[GutterNote]:
    """Inside a proxy, above the first packet of a connection it opens: which it ended before."""
    device = row.talk.opener
    ended = [
        talk.number for talk in talks if talk.listener == device and talk.number < row.talk.number
    ]
    if not ended or not lines[device].proxy or row.trace is not row.talk.traces[0]:
        return []
    verb = "opens" if row.trace.packet.flags & SYN else "uses"
    words = f"ends {ended[-1]},", f"{verb} {row.talk.number}"
    return [GutterNote(device, lines[device].middle, "middle", words, -42.0, "ink", True)]


def _state(lines: Lifelines, device: str, towards: float, words: str, y: float) -> list[GutterNote]:
    place = lines.gutter(device, towards) if words and device in lines else None
    if place is None:
        return []
    parts = words.replace("-", "-\n", 1).split("\n") if width_of(words, NOTE) > ROOM else [words]
    return [GutterNote(*place, tuple(parts), y)]
