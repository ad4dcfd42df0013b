"""Translations: a NAT gateway's table over time: a row for each connection, a bar for its life.

At the left is the flow before and after the NAT; the bar goes from the row's first packet to its
removal. Dashed: the present instant. Places and axis are those of the longest story, so that
nothing jumps under a slider.
"""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.draw.canvas.fonts import width_of
from vpcedu.draw.canvas.frame import footing, page
from vpcedu.draw.canvas.scene import Box, Line, Mark, Scene, Text
from vpcedu.draw.canvas.style import BOX, CROSS, GUIDE, LABEL, MARGIN, NOTE, WIDTH
from vpcedu.draw.reading.as_picture import picture
from vpcedu.draw.reading.words import count
from vpcedu.gateways.nat_gateway import IDLE
from vpcedu.sites.two_instances import MOST, SPAN
from vpcedu.tables.source_ports import MOST as PORTS
from vpcedu.trace import DROP, REWRITE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.draw.canvas.frame import Item
    from vpcedu.sites.two_instances import Attempt, Story
    from vpcedu.trace import Step

BEFORE, AFTER, TO, LEFT, RIGHT = 54.0, 172.0, 290.0, 426.0, WIDTH - MARGIN - 12
HEAD, TOP, PITCH, BAR = 104.0, 132.0, 30.0, 14.0  # baselines of the heads and of the first row
LINES = 3  # of the sentence, whatever it says
CHIPS = (53.0, 83.0)  # where the settings stand, which an explorer has as controls
SIDE = {"web": "web", "update server": "The update server", "stranger": "A stranger"}


@picture
def translations(story: Story, *, theme: str = "light", ax: Any = None) -> Scene:
    """The table of a NAT gateway over time: each row from its first packet to its removal.

    It also says who sent last.
    """
    title, words = finding(story), sentence(story)
    bottom = TOP + PITCH * MOST
    foot = footing(bottom + 8, words, {"forgot", "runs"}, lines=LINES)
    last = [item for item in foot.items if isinstance(item, Text) and item.size == LABEL]
    foot = foot._replace(items=(*(item for item in foot.items if item not in last), *last))
    items = [*_chips(story), *_axis(story, bottom)]
    for place, attempt in enumerate(story.attempts):
        items += _row(story, place, attempt)
    subtitle = "A bar: one translation of the NAT gateway, from its first packet to its removal."
    return page(title, subtitle, items, foot, alternative(story, title), (CHIPS,))


def _x(seconds: float) -> float:
    return LEFT + (RIGHT - LEFT) * seconds / SPAN


def _chips(story: Story) -> list[Item]:
    setting = story.setting
    items: list[Item] = []
    x = MARGIN
    alive = f"after {setting.keepalive} s" if setting.keepalive else "off"
    for name, value in (
        ("ports per destination", f"{setting.room} (AWS: {PORTS:,})"),
        ("keep-alive", alive),
        ("now", f"{setting.at} s"),
    ):
        wide = width_of(name, NOTE) + 5 + width_of(value, NOTE, True) + 14
        items += [
            Box(x, 56, wide, 22, "rule", "faint-ground", 1.0),
            Text(x + 7, 71, name, "muted", NOTE),
            Text(x + wide - 7, 71, value, "ink", NOTE, True, "end"),
        ]
        x += wide + 7
    return items


def _axis(story: Story, bottom: float) -> list[Item]:
    heads = ((BEFORE, "inside"), (AFTER, "outside"), (TO, "towards"))
    items: list[Item] = [Text(x, HEAD, words, "muted", NOTE, True) for x, words in heads]
    for second in range(0, SPAN + 1, 200):
        words = f"{second} s" if second else "0"
        items += [
            Line(((_x(second), HEAD + 6), (_x(second), bottom - 12)), "rule", GUIDE),
            Text(_x(second), HEAD, words, "muted", NOTE, False, "middle"),
        ]
    now = _x(story.setting.at)
    return [*items, Line(((now, HEAD + 6), (now, bottom - 12)), "ink", BOX, (6.0, 4.0))]


def _row(story: Story, place: int, attempt: Attempt) -> list[Item]:
    y = TOP + PITCH * place
    row, now = attempt.row, story.setting.at * SECOND
    gone = attempt.gone is not None
    ink = "dropped" if row is None or gone else "ink"
    items: list[Item] = []
    if _met(story) == place:
        items.append(Box(MARGIN - 8, y - 17, LEFT - MARGIN - 2, 24, ink, "lit-ground", BOX))
    items += [
        Text(MARGIN, y, attempt.opener, "ink", NOTE, True),
        Text(BEFORE, y, str(attempt.flow.source), "inside"),
        Text(TO, y, str(attempt.flow.destination), "ink"),
    ]
    begun = _x(attempt.begun / SECOND)
    if row is None:
        return [
            *items,
            Text(AFTER, y, "no port left", "dropped", NOTE, True),
            Mark("cross", begun, y - 4.5, "dropped", CROSS),
        ]
    items.append(Text(AFTER, y, str(row.after.source), "muted" if gone else "inside"))
    end = _x((attempt.gone if attempt.gone is not None else now) / SECOND)
    ink = "dropped" if gone else "tracked"
    items.append(Box(begun, y - 4.5 - BAR / 2, end - begun, BAR, ink, f"{ink}-ground", BOX))
    items += [
        Line(((_x(used), y - 4.5 - BAR / 2), (_x(used), y - 4.5 + BAR / 2)), ink, BOX)
        for used in dict.fromkeys(use // SECOND for use in attempt.uses)
        if used > attempt.begun // SECOND
    ]
    return [
        *items,
        Mark("cross", end, y - 4.5, ink, CROSS)
        if gone
        else Line(((end, y - 4.5 - BAR / 2 - 3), (end, y - 4.5 + BAR / 2 + 3)), ink, 3.0),
    ]


def _met(story: Story) -> int | None:
    """The place of the row that the host that sent met, or would have met before it ran out."""
    return 0 if story.spoken is not None and story.setting.speaks != "stranger" else None


def _step(story: Story) -> Step | None:
    """What the NAT did with the packet of the host that sent."""
    if story.spoken is None:
        return None
    return next(
        (
            step
            for step in story.spoken.steps
            if step.at == "NAT" and step.action in (REWRITE, DROP)
        ),
        None,
    )


def finding(story: Story) -> str:
    """What the story shows, as a title."""
    tried = len(story.attempts)
    lost = sum(attempt.row is None for attempt in story.attempts)
    over = [attempt for attempt in story.attempts if attempt.gone is not None]
    if lost and not over:
        return f"{lost} of {tried} connections found no free port towards their destination"
    if over:
        words = f"silent for {IDLE // SECOND} s"
        return (
            f"At {story.setting.at} s no translation is left: {words}"
            if not story.live
            else (
                f"At {story.setting.at} s {story.live} of {tried - lost} translations "
                f"{'is' if story.live == 1 else 'are'} left: the others were {words}"
            )
        )
    return f"At {story.setting.at} s the NAT's table has {count(story.live, 'translation')}"


def sentence(story: Story) -> str:
    """What happened to the packet of the host that sent, or how the rows differ."""
    step = _step(story)
    return (
        _table_text(story)
        if step is None
        else f"{SIDE[story.setting.speaks]} sends: {_fate(story, step)}"
    )


def _fate(story: Story, step: Step) -> str:
    first, speaks = story.attempts[0], story.setting.speaks
    far = step.before.flow.source if speaks != "web" else step.before.flow.destination
    if step.action == REWRITE and step.after is not None:
        side = (
            f"goes on from {step.after.flow.source}"
            if speaks == "web"
            else f"goes to {step.after.flow.destination}"
        )
        return (
            f"the packet matches the first translation and {side}. The same translation serves "
            "both directions."
        )
    if speaks == "stranger":
        door = step.before.flow.destination
        row = (
            f"The translation with this port is for {first.flow.destination}, not for {far}"
            if first.gone is None
            else "The translation with this port is gone"
        )
        return f"its SYN to {door}. The NAT drops it: {step.reason}. {row}."
    reset = any(
        trace.sender == "NAT" and trace.cause.trace == (story.spoken.number if story.spoken else 0)
        for trace in story.capture
    )
    outcome = "The NAT answers it with RST" if reset else "It is dropped silently"
    return f"its translation timed out {IDLE // SECOND} s after the last packet. {outcome}."


def _table_text(story: Story) -> str:
    rows = [attempt.row for attempt in story.attempts if attempt.row is not None]
    lost = next((attempt for attempt in story.attempts if attempt.row is None), None)
    if lost is not None:
        return (
            f"{lost.opener}'s SYN to {lost.flow.destination} is dropped: every port that "
            "the NAT may use towards this destination is taken. Towards another "
            "destination the same ports are free."
        )
    outside = [row.after.source for row in rows]
    twice = next((end for end in outside if outside.count(end) > 1), None)
    if twice is not None:
        return (
            f"Port {twice.port} serves two translations at once: they lead to different "
            "destinations, so no answer matches both."
        )
    inside = [row.before.sport for row in rows]
    port = next((port for port in inside if inside.count(port) > 1), None)
    if port is not None:
        ours = " and ".join(str(row.after.sport) for row in rows if row.before.sport == port)
        return (
            f"web and app both use port {port}. Outside they have one address, so the NAT "
            f"gives them ports of its own: {ours}."
        )
    return "One translation, made when the first packet left. It leads the answers back."


def alternative(story: Story, title: str) -> str:
    """The text alternative: settings, every row with its life, and the sentence."""
    setting = story.setting
    alive = (
        f"keep-alive after {setting.keepalive} s of silence"
        if setting.keepalive
        else "no keep-alive"
    )
    parts = [
        f"Table of a NAT gateway up to {setting.at} s, {setting.room} ports per destination, {alive}. {title}."
    ]
    for attempt in story.attempts:
        begun = f"{attempt.begun // SECOND} s"
        what = f"{attempt.opener} {attempt.flow}"
        if attempt.row is None:
            parts.append(f"{what}: at {begun}, no port left.")
            continue
        end = "still there" if attempt.gone is None else f"removed at {attempt.gone // SECOND} s"
        parts.append(f"{what}: outside {attempt.row.after.source}, since {begun}, {end}.")
    return " ".join([*parts, sentence(story)])
