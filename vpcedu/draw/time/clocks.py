"""Clocks: a connection falls silent: who forgets it when, and who hears what when it is used again.

All idle clocks on one logarithmic axis, each connection under a heading of its own. The dashed line
is the end of the silence: a bar that ends before it ran out. Axis and places do not depend on how
long the silence was.
"""

from __future__ import annotations

from math import log10

from vpcedu.clock import SECOND
from vpcedu.draw.canvas.fonts import width_of
from vpcedu.draw.canvas.frame import footing, page
from vpcedu.draw.canvas.grid import title_of
from vpcedu.draw.canvas.scene import Box, Line, Mark, Scene, Text
from vpcedu.draw.canvas.style import BOX, CROSS, DOTS, GUIDE, LABEL, MARGIN, NOTE, WIDTH
from vpcedu.draw.reading.as_picture import picture
from vpcedu.draw.reading.short_names import cut_middle
from vpcedu.draw.time.clock_rows import FORGOT, NONE, RINGS, RUNS, clocks_of, silences

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.draw.canvas.frame import Item
    from vpcedu.draw.time.clock_rows import IdleClock, Silence
    from vpcedu.sites.visit import Visit

LEFT, RIGHT, HEARS = 176.0, 424.0, 446.0  # the axis; where "who hears what" begins
NAMES = LEFT - 6 - MARGIN  # the room of whose clock it is
LEAST, MOST = 10, 1_000_000  # seconds at both ends of the axis
TICKS = ((10, "10 s"), (60, "1 min"), (3_600, "1 h"), (86_400, "1 day"), (432_000, "5 days"))
# what is heard -> its ink, if that is not the usual one
HEARD = {
    "silence": "muted",
    "RST": "dropped",
    "dropped": "dropped",
    "RST ACK": "dropped",
    "passes": "tracked",
}
# first row; heights of a heading, of a row, of a bar
TOP, HEAD, PITCH, BAR = (100.0, 26.0, 46.0, 22.0)


@picture
def clocks(visit: Visit, *, theme: str = "light", ax: Any = None) -> Scene:
    """The idle clocks of every party of a visit that fell silent: who forgets when, who hears what.

    ValueError where no connection was silent for 10 s.
    """
    shown = [(silence, clocks_of(visit, silence)) for silence in silences(visit)]
    items: list[Item] = []
    y = TOP
    lines: list[Item] = []
    for silence, clocks in shown:
        begun = y
        items += _heading(silence, y)
        y += HEAD
        for clock in clocks:
            items += _row(clock, silence, y)
            y += PITCH
        x = _x(silence.span / SECOND)
        lines.append(Line(((x, begun + HEAD - 8), (x, y)), "ink", 1.6, (6.0, 4.0)))
        items += _covered(min(max(x, LEFT + 60), RIGHT - 60), y + 11, *_ends(silence))
        y += 24
    guides = [
        Line(((_x(instant), TOP - 8), (_x(instant), y - 8)), "rule", GUIDE, (1.5, 3.0))
        for instant, _ in TICKS
    ]
    ticks = [
        Text(_x(instant), TOP - 14, words, "muted", NOTE, False, "middle")
        for instant, words in TICKS
        if instant != 86_400
    ]
    sentence = _sentence(shown)
    states = {clock.state for _, clocks in shown for clock in clocks}
    signs = {sign for sign, state in (("forgot", FORGOT), ("runs", RUNS)) if state in states}
    title = _title(shown)
    head = Text(HEARS, TOP - 14, "after the silence", "muted", NOTE, True)
    axis = Text(MARGIN, TOP - 14, "seconds of silence:", "muted", NOTE, True)
    subtitle = (
        "Each bar: how long somebody remembers a silent connection. The axis is logarithmic: "
        "each step is longer."
    )
    middle = [*guides, *lines, *ticks, axis, head, *items]
    alt = _alternative(visit, shown, title, sentence)
    return page(title, subtitle, middle, footing(y + 4, sentence, signs), alt)


def _ends(silence: Silence) -> tuple[str, str, bool, str]:
    """The words at the foot of the dashed line, their ink, whether they are bold, their anchor."""
    return f"next packet: {span(silence.span)}", "ink", True, "middle"


def _x(seconds: float) -> float:
    share = log10(max(LEAST, min(seconds, MOST)) / LEAST) / log10(MOST / LEAST)
    return LEFT + (RIGHT - LEFT) * share


def span(microseconds: int) -> str:
    """A time in seconds: "350 s", "432,000 s"."""
    return f"{microseconds / SECOND:,.0f} s"


def _heading(silence: Silence, y: float) -> list[Item]:
    talk = silence.talk
    words = f"connection {talk.number}: {talk.opener} to {talk.listener}, silent for {span(silence.span)}"
    wide = width_of(words, LABEL, True)
    return [
        Box(MARGIN - 8, y - 5, wide + 18, 21, "paper", "paper", 1.0),
        Text(MARGIN, y + 10, words, "ink", LABEL, True),
        Line(((MARGIN + wide + 14, y + 6), (WIDTH - MARGIN, y + 6)), "rule", GUIDE),
    ]


def _row(clock: IdleClock, silence: Silence, y: float) -> list[Item]:
    """One party: its name, its bar, and what it heard."""
    items: list[Item] = [
        Text(MARGIN, y + 13, cut_middle(clock.owner, LABEL, NAMES, True), "ink", LABEL, True),
        Text(MARGIN, y + 29, clock.what, "muted", NOTE),
    ]
    middle = y + 15.0
    if clock.idle is None:
        items += [
            Line(((LEFT, middle + 6), (RIGHT, middle + 6)), "muted", 1.4, DOTS),
            *_covered(RIGHT - 6, middle - 2, "no clock", "muted", False, "end"),
        ]
    else:
        end = _x(clock.idle / SECOND)
        ink = "dropped" if clock.state == FORGOT else "tracked"
        items.append(Box(LEFT, middle - BAR / 2, end - LEFT, BAR, ink, f"{ink}-ground", BOX))
        words = span(clock.idle)
        if end - LEFT > width_of(words, NOTE, True) + 26:
            items.append(Text(LEFT + 8, middle + 4.5, words, ink, NOTE, True))
        else:
            items += _covered(end + 14, middle + 4.5, words, ink, True, "start")
        items.append(
            Mark("cross", end, middle, ink, CROSS)
            if clock.state == FORGOT
            else Line(((end, middle - 15), (end, middle + 15)), ink, 3.0)
        )
    return items + _hears(clock, y)


def _covered(x: float, y: float, words: str, ink: str, bold: bool, anchor: str) -> list[Item]:
    """A text on paper of its own: lines of the axis do not go through it."""
    text = Text(x, y, words, ink, NOTE, bold, anchor)
    left, top, right, bottom = text.extent
    return [
        Box(left - 6.5, top - 1, right - left + 13, bottom - top + 2, "paper", "paper", 0.5),
        text,
    ]


def _hears(clock: IdleClock, y: float) -> list[Item]:
    """A word in a frame, and the rest of the sentence next to and below it."""
    quiet = clock.hears == "silence"
    ink = HEARD.get(clock.hears, "ink")
    wide = width_of(clock.hears, NOTE, True) + 14
    first, rest = _two(clock.words, WIDTH - MARGIN - HEARS - wide - 8)
    items: list[Item] = [
        Box(HEARS, y, wide, 20, ink, "paper", BOX, 3.0, (3.0, 2.0) if quiet else ()),
        Text(HEARS + 7, y + 14.5, clock.hears, ink, NOTE, True),
    ]
    items += [Text(HEARS + wide + 8, y + 14.5, first, "ink", NOTE)] if first else []
    return items + ([Text(HEARS, y + 34, rest, "ink", NOTE)] if rest else [])


def _two(words: str, room: float) -> tuple[str, str]:
    """Words in two lines: what has room next to a frame, and the rest."""
    parts = words.split()
    taken = 0
    while taken < len(parts) and width_of(" ".join(parts[: taken + 1]), NOTE) <= room:
        taken += 1
    return " ".join(parts[:taken]), " ".join(parts[taken:])


def _title(shown: list[tuple[Silence, tuple[IdleClock, ...]]]) -> str:
    """How long it was silent, and who forgot first."""
    longest = max(silence.span for silence, _ in shown)
    gone = sorted(
        (clock.idle, clock.owner)
        for _, clocks in shown
        for clock in clocks
        if clock.idle is not None and clock.state == FORGOT
    )
    keep = sum(clock.state == RUNS for _, clocks in shown for clock in clocks)
    begun = f"Silent for {span(longest)}"
    rings = [
        (silence.span, clock.owner)
        for silence, clocks in shown
        for clock in clocks
        if clock.state == RINGS
    ]
    if rings and not gone:
        return f"Silent for {span(rings[0][0])}: then {rings[0][1]}'s keep-alive sends a probe"
    if not gone:
        return f"{begun}: nobody forgot" if keep else f"{begun}: nobody has a clock"
    rest = {0: "", 1: "; one clock still runs"}.get(keep, f"; {keep} clocks still run")
    first = f"{begun}: {gone[0][1]} ran out at {span(gone[0][0])}"
    return title_of(first + rest, first, begun)


def _sentence(shown: list[tuple[Silence, tuple[IdleClock, ...]]]) -> str:
    """Who heard it, and from whom."""
    resets = [
        (clock.owner, clock.words)
        for _, clocks in shown
        for clock in clocks
        if clock.hears == "RST" and clock.state == FORGOT and clock.words.startswith("to ")
    ]
    if resets:
        return f"{resets[0][0]} forgot in silence. It answers with RST {resets[0][1]}."
    closing = next(
        (
            clock
            for _, clocks in shown
            for clock in clocks
            if clock.state == FORGOT and clock.hears == "sends" and clock.idle is not None
        ),
        None,
    )
    if closing is not None and closing.idle is not None:
        return f"{closing.owner} does not wait: at {span(closing.idle)} it sends {closing.words.partition(',')[0]}."
    lost = next(
        (clock for _, clocks in shown for clock in clocks if clock.hears == "dropped"), None
    )
    if lost is not None:
        return f"{lost.owner} drops what is sent after the silence ({lost.words})."
    if any(clock.state == FORGOT for _, clocks in shown for clock in clocks):
        return "A clock that runs out makes no sound: you notice it when somebody sends again."
    return "Every clock outlasted the silence: the next packet goes on as if nothing had happened."


def _alternative(
    visit: Visit, shown: list[tuple[Silence, tuple[IdleClock, ...]]], title: str, sentence: str
) -> str:
    parts = [f"Clocks of {visit.title}. {title}."]
    for silence, clocks in shown:
        talk = silence.talk
        parts.append(
            f"Connection {talk.number}, {talk.opener} to {talk.listener}, silent for {span(silence.span)}."
        )
        for clock in clocks:
            time = "no clock" if clock.idle is None else span(clock.idle)
            end = {FORGOT: ", ran out", RUNS: ", still runs", RINGS: ", rings", NONE: ""}[
                clock.state
            ]
            parts.append(f"{clock.owner}, {clock.what}: {time}{end}; {clock.hears} {clock.words}.")
    return " ".join([*parts, sentence])
