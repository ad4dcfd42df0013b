"""Placed rows: gives each row of a ladder its place, so that nothing overlaps, and draws it.

Every column between two lifelines remembers the lowest line drawn in it, every gutter its lowest
state. A row is put as high as all its columns and gutters allow, never above the row before it, and
never above what reached its sender: so causes stand above effects. Overlaps are prevented, not
repaired.
"""

from __future__ import annotations

from itertools import pairwise

from vpcedu.draw.canvas.fonts import shorten, width_of, wrap
from vpcedu.draw.canvas.style import CLEAR, LINE, NOTE
from vpcedu.draw.ladders.pieces import BEYOND, Piece, Run, line_width
from vpcedu.draw.ladders.rows import begun, since
from vpcedu.draw.reading.legs import START, address_of, boxed, legs_of, owner
from vpcedu.packet import ACK
from vpcedu.views.explain import label

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.draw.ladders.gutters import GutterNote
    from vpcedu.draw.ladders.lifelines import Lifelines
    from vpcedu.draw.ladders.rows import LadderRow
    from vpcedu.draw.reading.legs import DrawnLeg
    from vpcedu.packet import Packet
    from vpcedu.sites.visit import Visit

    Label = tuple[tuple[Run, ...], ...]  # lines of runs

SLOPE, FLAT = 0.075, 0.045  # how far an arrow sinks for each pixel it runs, wide and compact
TURN = 42.0  # how much lower a packet goes on that turns round at a gateway
GAP = 5.0  # between a line and the label under it


class PlacedRows:
    """The rows drawn so far, and the places they took."""

    def __init__(self, visit: Visit, lines: Lifelines, top: float, compact: bool) -> None:
        self.visit, self.lines = visit, lines
        self.slope = FLAT if compact else SLOPE
        self.floor: dict[float, Piece] = {}  # a column's left edge -> its lowest line
        self.top, self.low, self.last = top, top, top - 20.0
        self.reached: dict[str, float] = {}  # device -> the lowest line that ends or begins there
        self.states: dict[str, float] = {}  # gutter -> its lowest text
        # connection and sender whose addresses were written
        self.shown: set[tuple[int, str]] = set()

    # Columns.

    def columns(self, x0: float, x1: float) -> list[tuple[float, float]]:
        """The columns between two x, each from lifeline to lifeline."""
        low, high = min(x0, x1), max(x0, x1)
        edges = [
            low,
            *sorted(x for row in self.lines.rows for x in {row.left, row.right} if low < x < high),
            high,
        ]
        return list(pairwise(edges))

    def _key(self, x: float) -> float:
        """The lifeline at a column's left."""
        return max(
            (edge for row in self.lines.rows for edge in (row.left, row.right) if edge <= x),
            default=0.0,
        )

    # Measuring.

    def pieces(self, row: LadderRow) -> list[Piece]:
        """The legs of a row with places relative to its first point."""
        legs = legs_of(row.trace, self.visit.vpc)
        fields = boxed(row.trace, legs)
        write = (
            (row.talk.number, row.trace.sender) not in self.shown
            and not row.words
            and not row.again
            and not row.tried
        )
        if not row.tried:
            self.shown.add((row.talk.number, row.trace.sender))
        pieces: list[Piece] = []
        y = 0.0
        for leg, field in zip(legs, fields, strict=True):
            xs = self.lines.ends(leg.start, leg.end)
            column = max(self.columns(*xs), key=lambda edges: edges[1] - edges[0])
            if row.tried and leg.spot == START:  # next to the cross
                column = min(self.columns(*xs), key=lambda edges: abs(sum(edges) / 2 - xs[0]))
            label_lines = self._label(
                row, leg, field if write else (), column[1] - column[0] - 2 * CLEAR
            )
            if pieces and (xs[1] - xs[0]) * (pieces[-1].xs[1] - pieces[-1].xs[0]) < 0:
                y += TURN + LINE * max(
                    len(label_lines) - 1, 0
                )  # it turns round: below its own path
            ys = y, y + abs(xs[1] - xs[0]) * (0.0 if row.closing else self.slope)
            pieces.append(Piece(leg, xs, ys, label_lines, column))
            y = ys[1]
        return pieces + self._beyond(pieces, row)

    def _beyond(self, pieces: list[Piece], row: LadderRow) -> list[Piece]:
        """The path that a lost packet did not travel, from where its last leg would have ended."""
        last = pieces[-1] if pieces else None
        meant = owner(self.visit.vpc, row.trace.packet.flow.dst)
        if (
            last is None
            or last.leg.drop is None
            or meant not in self.lines
            or meant in (last.leg.start, last.leg.end)
        ):
            return []
        xs = last.xs[1], self.lines.ends(last.leg.end, meant)[1]
        if (xs[1] - xs[0]) * (last.xs[1] - last.xs[0]) <= 0:
            return []
        ys = last.ys[1], last.ys[1] + abs(xs[1] - xs[0]) * self.slope
        return [
            Piece(
                last.leg._replace(start=last.leg.end, end=meant, drop=None, spot=BEYOND),
                xs,
                ys,
                (),
                xs,
            )
        ]

    def _label(
        self, row: LadderRow, leg: DrawnLeg, fields: tuple[tuple[str, str], ...], room: float
    ) -> Label:
        lines: list[tuple[Run, ...]] = []
        packet = row.trace.packet
        first = leg.start == row.trace.sender
        if row.words:
            parts = (part for words in row.words for part in wrap(words, NOTE, room))
            return tuple((Run(part, "muted"),) for part in parts) if first else ()
        if leg.spot != START or first:  # it travelled here
            name = Run(label(packet) + (" again" if row.again else ""), bold=True)
            if row.tried:
                name = Run("your packet", bold=True)
            ports = Run(f"{leg.packet.flow.sport}>{leg.packet.flow.dport}")
            if row.again:
                ports = Run(f"at {since(begun(self.visit), row.trace.steps[0].now)}")
            bare = packet.flags == ACK and not packet.data
            whole = (name,) if bare else (name, ports)
            lines += [whole] if line_width(whole) <= room else _folded(name.words, room)
            lines += [
                _first_that_fits(
                    room,
                    (Run(word), Run(words, "rewritten", False, True)),
                    (Run(words, "rewritten", False, True),),
                )
                for word, words in fields
            ]
            added = (self._meant(packet, row.trace.sender),) if row.tried else self._added(row)
            lines += [(Run(words),) for words in added if Run(words).width <= room]
        if leg.drop is not None:
            code = leg.drop.reason.code if leg.drop.reason else "lost"
            word = "refused:" if row.tried and leg.drop.sent else "lost:"
            line = _first_that_fits(
                room,
                (Run(word, "dropped"), Run(code, "dropped", True)),
                (Run(code, "dropped", True),),
            )
            lines += (
                [line]
                if line
                else [
                    (Run(shorten(part, NOTE, room, True), "dropped", True),)
                    for part in wrap(code, NOTE, room, True)
                ]
            )
        return tuple(line for line in lines if line)

    def _meant(self, packet: Packet, sender: str) -> str:
        """The end of a predicted packet that tells it from others."""
        own = packet.flow.src == address_of(self.visit.vpc, sender)
        meant = owner(self.visit.vpc, packet.flow.dst) or packet.flow.dst
        return f"to {meant}" if own else f"from {packet.flow.src}"

    def _added(self, row: LadderRow) -> tuple[str, ...]:
        """A header that this request has and the first request of the capture had not."""
        requests = [t for t in self.visit.capture if b" HTTP/1.1\r\n" in t.packet.data[:200]]
        if row.trace not in requests or row.again:
            return ()
        before = {line.split(b":")[0] for line in requests[0].packet.data.split(b"\r\n")}
        new = [
            line.split(b":")[0].decode("latin-1")
            for line in row.trace.packet.data.split(b"\r\n")
            if line.split(b":")[0] not in before
        ]
        return (f"+ {new[0]}",) if new else ()

    # Placing.

    def place(self, pieces: list[Piece], notes: list[GutterNote]) -> float:
        """The y of a row: as high as columns, gutters and earlier rows allow.

        Its place is then taken.
        """
        sender = pieces[0].leg.start
        y = max(self.last + 3.0, self.reached.get(sender, self.top - 40.0) + 7.0)
        for piece in pieces:
            middle, half = sum(piece.column) / 2, piece.width / 2
            for left, right in self.columns(*piece.xs):
                y = max(y, *(self._lowest(left, x) + 9.0 - piece.y(x) for x in (left, right)))
                if piece.lines and left <= middle <= right:
                    y = max(
                        y,
                        *(
                            self._lowest(left, x) + GAP - piece.top
                            for x in (middle - half, middle + half)
                        ),
                    )
        for note in notes[:1] + [note for note in notes[1:] if note.gutter != notes[0].gutter]:
            y = max(y, self.states.get(note.gutter, self.top - 20.0) + 13.5 - note.y)
        self._settle(pieces, y)
        self.states.update({note.gutter: note.foot(y) for note in notes})
        return y

    def _lowest(self, left: float, x: float) -> float:
        """The y of the lowest line in a column, at an x."""
        above = self.floor.get(self._key(left))
        return above.y(x) if above else self.top

    def _settle(self, pieces: list[Piece], y: float) -> None:
        self.last = y
        for piece in pieces:
            lower = piece._replace(ys=(piece.ys[0] + y, piece.ys[1] + y))
            for left, _ in self.columns(*piece.xs):
                self.floor[self._key(left)] = lower
            for name, end in ((piece.leg.start, 0), (piece.leg.end, 1)):
                self.reached[name] = max(self.reached.get(name, 0.0), lower.ys[end])
            self.low = max(self.low, *lower.ys)


def _folded(words: str, room: float) -> list[tuple[Run, ...]]:
    """A name in several lines; of TLS the message first, which is a long word and is not cut."""
    tls, _, message = words.partition(" ")
    if tls != "TLS" or width_of(words, NOTE, True) <= room:
        return [
            (Run(shorten(part, NOTE, room, True), bold=True),)
            for part in wrap(words, NOTE, room, True)
        ]
    message, more = message.removesuffix(" ..."), ", and more" if message.endswith(" ...") else ""
    return [(Run(message, bold=width_of(message, NOTE, True) <= room),), (Run(tls + more),)]


def _first_that_fits(room: float, *choices: tuple[Run, ...]) -> tuple[Run, ...]:
    """The first of these lines that has room; nothing where none has."""
    return next((line for line in choices if line_width(line) <= room), ())
