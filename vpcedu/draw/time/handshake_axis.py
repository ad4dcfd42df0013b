"""Handshake axis: where an instant is.

The first seconds are to scale; later instants are in rows below a zigzag.
"""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.draw.canvas.scene import Band, Line, Text
from vpcedu.draw.canvas.style import GUIDE, LABEL, LIFELINE, MARGIN, NOTE
from vpcedu.draw.time.handshake_words import seconds
from vpcedu.row import NamedRow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.draw.canvas.frame import Item
    from vpcedu.sites.two_hosts import OpenedHandshake
    from vpcedu.trace import Trace

CLIENT, SERVER = 206.0, 496.0  # the lifelines
START, PER_SECOND, SCALED = 172.0, 68.0, 4  # y of 0 s, pixels to a second, seconds to scale
FOLD = START + PER_SECOND * SCALED + 22  # y of the zigzag
ROWS, ROW, SLOPE = 5, 28.0, 6.0  # rows below it, their height, how far an arrow sinks there
FIRST_ROW = FOLD + 36
END = FIRST_ROW + ROW * ROWS + 2


class Group(NamedRow):
    """What one host sends at one instant."""

    sender: str
    sent: int
    traces: tuple[Trace, ...]

    @property
    def answers(self) -> bool:
        """Whether it answers a packet; else a timer or a call sent it."""
        return any(trace.cause.trace is not None for trace in self.traces)

    @property
    def arrived(self) -> Trace | None:
        """A packet of it that reached the other host."""
        return next((trace for trace in self.traces if trace.last.check == "deliver"), None)


def groups_of(visit: OpenedHandshake) -> list[Group]:
    """The packets by sender and instant, in order."""
    sent_together: dict[tuple[int, str], list[Trace]] = {}
    for trace in visit.capture:
        sent_together.setdefault((trace.steps[0].now, trace.sender), []).append(trace)
    return [Group(sender, sent, tuple(traces)) for (sent, sender), traces in sent_together.items()]


class Axis:
    """Where an instant is: to scale, or in a row below the fold."""

    def __init__(self, visit: OpenedHandshake, late: list[Group]) -> None:
        self.rows: list[tuple[Group | None, float]] = []  # None: several groups that have one row
        self.skipped = late[2:-1] if len(late) > ROWS - 1 else []
        kept: list[Group | None] = [*late[:2], None, late[-1]] if self.skipped else list(late)
        self.places: dict[int, float] = {}
        for number, group in enumerate(kept):
            y = FIRST_ROW + number * ROW
            self.rows.append((group, y))
            if group is not None:
                self.places.setdefault(group.sent, y)
                for trace in group.traces:
                    self.places.setdefault(
                        trace.last.now, y + SLOPE
                    ) if trace.last.now > group.sent else None
        result = visit.result
        self.result: float | None = None  # the y of a result that no packet brought
        self.last = -1  # and its instant
        if (
            result is not None
            and result.after > SCALED * SECOND
            and result.after not in self.places
        ):
            self.last = result.after
            self.result = self.places[result.after] = FIRST_ROW + len(kept) * ROW

    def y(self, instant: int) -> float:
        """The y of an instant; below the fold only of what happened there."""
        if instant in self.places:
            return self.places[instant]
        return START + PER_SECOND * min(instant / SECOND, SCALED + 0.25)

    def items(self) -> list[Item]:
        """The times at the left, the zigzag where something comes later."""
        items: list[Item] = []
        for second in range(SCALED + 1):
            y = START + PER_SECOND * second
            items += [
                Text(MARGIN, y + 4.5, f"{second} s", "ink", LABEL, True),
                Line(((50, y), (60, y)), "muted", GUIDE),
            ]
        if self.rows or self.result is not None:
            items += [Band(x - 9, FOLD - 9, 18, 18, "paper") for x in (CLIENT, SERVER)]
            items += [_zigzag(x) for x in (CLIENT, SERVER)]
            items.append(Text(MARGIN, FOLD + 4.5, "later", "muted", NOTE))
        for group, y in self.rows:
            if group is None:
                times = ", ".join(seconds(late.sent).removesuffix(" s") for late in self.skipped)
                words = f"SYN again at {times} s"
                items.append(Text(CLIENT + 14, y - 9, words, "dropped", NOTE, True))
            else:
                items.append(Text(MARGIN, y + 4.5, seconds(group.sent), "ink", LABEL, True))
        if self.result is not None:
            items.append(Text(MARGIN, self.result + 4.5, seconds(self.last), "ink", LABEL, True))
        return items


def _zigzag(x: float) -> Line:
    return Line(
        tuple((x + dx, FOLD + dy) for dx, dy in ((0, -9), (7, -4), (-7, 4), (0, 9))),
        "ink",
        LIFELINE,
    )
