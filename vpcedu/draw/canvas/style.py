"""Style: the one place where a meaning becomes a colour, and where sizes and strokes are kept.

No single ink reaches a contrast of 4.5:1 on white and on near-black paper, so each meaning has a
light and a dark ink, and a picture always brings its own paper. Every meaning has a second sign
besides its colour: a dash, a shape, a word. A ground's name is its meaning's with "-ground".
"""

from __future__ import annotations

LIGHT = {
    "paper": "#FFFFFF",
    "ink": "#1A1A1A",  # text, hosts, connections
    "muted": "#595959",  # notes, states, what was not reached
    "inside": "#006BB8",  # the site's private address; solid
    "outside": "#945600",  # the site's public address; long dashes
    "rewritten": "#6A0571",  # diamond, boxed field
    "dropped": "#8E0016",  # cross, dots, the word
    "tracked": "#0A6B60",
    "rule": "#C9CED4",  # decoration only
    "faint-ground": "#F3F5F7",
    "inside-ground": "#EAF3FB",
    "outside-ground": "#FBF3E6",
    "rewritten-ground": "#F7E9F8",
    "dropped-ground": "#FBE9E9",
    "tracked-ground": "#E4F4F0",
    "lit-ground": "#FFF3BF",  # the one thing to look at; always with a border or a heavier line
}
DARK = {
    "paper": "#111111",
    "ink": "#F2F2F2",
    "muted": "#B5B5B5",
    "inside": "#ACCBFF",
    "outside": "#FFBB19",
    "rewritten": "#E667E2",
    "dropped": "#FF7A72",
    "tracked": "#27C798",
    "rule": "#4A4F55",
    "faint-ground": "#1C1F22",
    "inside-ground": "#16222F",
    "outside-ground": "#2A210F",
    "rewritten-ground": "#331535",
    "dropped-ground": "#381616",
    "tracked-ground": "#0E2922",
    "lit-ground": "#332C0C",
}
THEMES = {"light": LIGHT, "dark": DARK}

# Which inks stand on which ground: what a PNG of few colours needs blends of, for smooth edges.
MEETINGS = {
    "paper": ("ink", "muted", "inside", "outside", "rewritten", "dropped", "tracked", "rule"),
    "inside-ground": (
        "ink",
        "muted",
        "inside",
        "outside",
        "rewritten",
        "dropped",
        "tracked",
        "rule",
    ),
    "outside-ground": ("ink", "muted", "outside", "rewritten", "dropped", "rule"),
    "lit-ground": ("ink", "muted", "inside", "outside", "dropped", "tracked"),
    "rewritten-ground": ("rewritten",),
    "faint-ground": ("ink", "muted"),
    "dropped-ground": ("dropped",),
    "tracked-ground": ("tracked",),
    "ink": ("paper",),  # the bar of a proxy
}


def colours(theme: str, steps: int = 5) -> list[tuple[int, int, int]]:
    """The colours of a theme, and `steps` blends of each ink with each ground it stands on.

    At most 256 colours, as many as a PNG palette holds.
    """
    inks = {name: _rgb(code) for name, code in THEMES[theme].items()}
    blends = [
        _blend(inks[ground], inks[ink], step / (steps + 1))
        for ground, names in MEETINGS.items()
        for ink in names
        for step in range(1, steps + 1)
    ]
    return [*inks.values(), *blends]


def _rgb(code: str) -> tuple[int, int, int]:
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


def _blend(
    ground: tuple[int, int, int], ink: tuple[int, int, int], share: float
) -> tuple[int, int, int]:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(ground, ink, strict=True))
    return red, green, blue


def device_ink(outside: bool, host: bool) -> str:
    """The ink of a device's frame.

    There is one for a host of the Internet, one for a host of the VPC, and one for what passes
    packets on.
    """
    if outside:
        return "outside"
    return "inside" if host else "rewritten"


FONT = "DejaVu Sans"
FALLBACKS = "DejaVu Sans, Verdana, Arial, sans-serif"  # what a browser may take in its place

# All in CSS pixels.
WIDTH = 700.0
MARGIN = 14.0  # nothing that is read stands nearer to the frame's edge
ROOM = WIDTH - 2 * MARGIN
TITLE, SUBTITLE, LABEL, NOTE = 16.0, 12.5, 12.5, 12.5  # type sizes; nothing is smaller than NOTE
LINE = 17.0  # from baseline to baseline of a two-line label
CLEAR = 6.0  # between a text and a border or line that is not its own
# strokes
LIFELINE, CROSSING, PACKET, LIT, CONNECTION, BOX, GUIDE = (2.0, 1.3, 1.8, 3.0, 4.0, 1.6, 0.8)
DIAMOND, CROSS, RING, BADGE = 6.0, 6.0, 5.0, 9.0  # half heights of marks
SOLID_HEAD, HOLLOW_HEAD = 10.0, 15.0  # lengths of arrow heads

LONG_DASH = (15.0, 4.5)  # outside
DOTS = (1.5, 3.0)  # the path not travelled
GATE = (2.0, 3.0)  # the line of a gateway
FAINT = (4.0, 3.0)  # what was not reached
EXPECTED = (6.0, 2.5)  # a packet that somebody predicted
