"""Handshake axis: where an instant is.

The axis ends where the story ends: tenths of a second for a handshake that nothing disturbs,
seconds where something is lost. What comes after four seconds is in rows below a zigzag.
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
START, SCALED = 172.0, 4  # y of 0 s, seconds to scale at most
SPANS = (0.1, 0.2, 0.4, 0.8, 2.0, 4.0)  # seconds: how long the axis may be
WHOLE, PART = 246.0, 114.0  # the axis in pixels: alone, with rows below it
ROWS, ROW, SLOPE = 5, 26.0, 6.0  # these rows, their height, how far an arrow sinks there
END = START + WHOLE + 52  # the lower end of the lifelines


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
    """Where an instant is: to scale, or in a row below the fold.

    span: how many seconds are to scale. per: pixels to a second. fold: the y of the zigzag.
    """

    def __init__(self, visit: OpenedHandshake, groups: list[Group]) -> None:
        late = [group for group in groups if group.sent > SCALED * SECOND]
        result = visit.result
        is_late = result is not None and result.after > SCALED * SECOND
        self.folded = bool(late) or is_late
        times = [trace.last.now for group in groups for trace in group.traces]
        ends = max([*times, 0 if result is None else result.after]) / SECOND
        fits = (span for span in SPANS if span >= ends)
        self.span = float(SCALED) if self.folded else next(fits, float(SCALED))
        self.per = (PART if self.folded else WHOLE) / self.span
        self.fold = START + PART + 18
        first_row = self.fold + 36
        self.rows: list[tuple[Group | None, float]] = []  # None: several groups that have one row
        self.skipped = late[2:-1] if len(late) > ROWS - 1 else []
        kept: list[Group | None] = [*late[:2], None, late[-1]] if self.skipped else list(late)
        self.places: dict[int, float] = {}
        for number, group in enumerate(kept):
            y = first_row + number * ROW
            self.rows.append((group, y))
            if group is not None:
                self.places.setdefault(group.sent, y)
                for trace in group.traces:
                    self.places.setdefault(
                        trace.last.now, y + SLOPE
                    ) if trace.last.now > group.sent else None
        self.result: float | None = None  # the y of a result that no packet brought
        self.last = -1  # and its instant
        if (
            result is not None
            and result.after > SCALED * SECOND
            and result.after not in self.places
        ):
            self.last = result.after
            self.result = self.places[result.after] = first_row + len(kept) * ROW

    def y(self, instant: int) -> float:
        """The y of an instant; below the fold only of what happened there."""
        if instant in self.places:
            return self.places[instant]
        return START + self.per * min(instant / SECOND, self.span * 1.06)

    def items(self) -> list[Item]:
        """The times at the left, the zigzag where something comes later."""
        items: list[Item] = []
        for quarter in range(5):
            y, second = START + self.per * self.span * quarter / 4, self.span * quarter / 4
            words = f"{second * 1_000:g} ms" if self.span < 1 else f"{second:g} s"
            items += [
                Text(MARGIN, y + 4.5, words if quarter else "0", "ink", LABEL, True),
                Line(((71, y), (78, y)), "muted", GUIDE),
            ]
        if self.folded:
            items += [Band(x - 9, self.fold - 9, 18, 18, "paper") for x in (CLIENT, SERVER)]
            items += [_zigzag(x, self.fold) for x in (CLIENT, SERVER)]
            items.append(Text(MARGIN, self.fold + 4.5, "later", "muted", NOTE))
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


def _zigzag(x: float, fold: float) -> Line:
    return Line(
        tuple((x + dx, fold + dy) for dx, dy in ((0, -9), (7, -4), (-7, 4), (0, 9))),
        "ink",
        LIFELINE,
    )
