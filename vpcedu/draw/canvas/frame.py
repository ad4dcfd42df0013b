"""Frame: what every picture has around its middle: title, subtitle, sentence and legend.

Title and subtitle stand above, sentence and legend below.
"""

from __future__ import annotations

from vpcedu.draw.canvas.fonts import shorten, width_of, wrap
from vpcedu.draw.canvas.scene import Box, Line, Mark, Scene, Text
from vpcedu.draw.canvas.style import (
    CONNECTION,
    CROSS,
    DIAMOND,
    DOTS,
    EXPECTED,
    GUIDE,
    LABEL,
    LONG_DASH,
    MARGIN,
    NOTE,
    PACKET,
    ROOM,
    SUBTITLE,
    TITLE,
    WIDTH,
)
from vpcedu.row import NamedRow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from vpcedu.draw.canvas.scene import Band

    Item = Band | Box | Line | Text | Mark

TOP = 58.0  # where the middle begins
# Signs of a legend, in the order in which they are shown: name -> words.
SIGNS = {
    "rewritten": "rewritten here",
    "outside": "site's public address",
    "inside": "site's private address",
    "dropped": "lost here",
    "beyond": "not travelled",
    "predicted": "your packet",
    "opened": "opens a connection",
    "forgot": "ran out",
    "runs": "still runs",
}
CROSSES = ("dropped", "forgot")  # signs that are a cross


class Foot(NamedRow):
    """What stands below a picture's middle, and the height of the whole picture.

    sentence: from which y to which notes and sentence go, which an explorer says itself.
    """

    items: tuple[Item, ...]
    height: float
    sentence: tuple[float, float] = (0.0, 0.0)


def page(
    title: str,
    subtitle: str,
    items: Iterable[Item],
    foot: Foot,
    alt: str,
    stills: tuple[tuple[float, float], ...] = (),
) -> Scene:
    """A whole picture: title and subtitle, one line each, what is between, and the foot.

    stills: strips of the middle that only a still picture has.
    """
    heading = (
        Text(MARGIN, 24, shorten(title, TITLE, ROOM, True), "ink", TITLE, True),
        Text(MARGIN, 44, shorten(subtitle, SUBTITLE, ROOM), "muted", SUBTITLE),
    )
    stills = tuple(strip for strip in (*stills, foot.sentence) if strip[0] < strip[1])
    return Scene(WIDTH, foot.height, (*heading, *items, *foot.items), title, alt, stills)


def lines_of(sentence: str) -> int:
    """How many lines a sentence needs at a picture's foot."""
    return len(wrap(sentence, LABEL, ROOM, True))


def footing(
    y: float,
    sentence: str,
    signs: Collection[str] = (),
    notes: tuple[str, ...] = (),
    lines: int | None = None,
    less: float = 0.0,
) -> Foot:
    """Rule, notes with a cross, the sentence, the legend of these signs.

    y: of the rule. lines: of the sentence that there is room for; None: all that it has. less: how
    much lower the picture is than with the usual room below.
    """
    lines = lines_of(sentence) if lines is None else lines
    items: list[Item] = [Line(((MARGIN - 6, y), (WIDTH - MARGIN + 6, y)), "rule", GUIDE)]
    said = y + 2  # from here to the legend stands what an explorer says itself
    y += 22
    for note in notes:
        items.append(Mark("cross", MARGIN + 6, y - 4.5, "dropped", 4.5))
        for words in wrap(note, NOTE, ROOM - 20):
            items.append(Text(MARGIN + 20, y, words, "dropped", NOTE))
            y += 17
        y += 3
    for number, words in enumerate(wrap(sentence, LABEL, ROOM, True)[:lines]):
        items.append(Text(MARGIN, y + 17 * number, words, "ink", LABEL, True))
    below = y + 17 * (lines - 1) + 3
    y += 17 * lines + 8
    legend, y = _legend(y, signs)
    return Foot((*items, *legend), y + 4 - less, (said, below))


def _legend(y: float, signs: Collection[str]) -> tuple[list[Item], float]:
    items: list[Item] = []
    x = MARGIN
    for sign in (sign for sign in SIGNS if sign in signs):
        words = SIGNS[sign]
        ink = {
            "beyond": "muted",
            "opened": "ink",
            "predicted": "ink",
            "forgot": "dropped",
            "runs": "tracked",
        }.get(sign, sign)
        lead = 20.0 if sign in ("rewritten", "runs", *CROSSES) else 40.0
        width = lead + width_of(words, NOTE)
        if x + width > WIDTH - MARGIN:
            x, y = MARGIN, y + 20
        items += [*_sign(sign, x, y - 4.5, ink), Text(x + lead, y, words, ink, NOTE)]
        x += width + 22
    return items, y + 8


def _sign(sign: str, x: float, y: float, ink: str) -> list[Item]:
    if sign == "rewritten":
        return [Mark("diamond", x + 6, y, ink, DIAMOND)]
    if sign == "runs":
        return [Line(((x + 6, y - 7), (x + 6, y + 7)), ink, 3.0)]
    if sign in CROSSES:
        return [Mark("cross", x + 6, y, ink, CROSS - 1)]
    ends = ((x, y), (x + 33, y))
    if sign == "opened":
        return [Line(ends, ink, CONNECTION, (), "hollow"), Mark("ring", x + 5, y, ink, 4.5)]
    dash = {"outside": LONG_DASH, "beyond": DOTS, "predicted": EXPECTED}.get(sign, ())
    return [Line(ends, ink, 1.4 if sign == "beyond" else PACKET, dash)]
