"""Translations: a NAT gateway's table as time goes by.

Who shares a port, who finds none, and whose row is gone?
"""

from __future__ import annotations

from vpcedu import draw
from vpcedu.draw.canvas.scene import live
from vpcedu.draw.reading.words import count
from vpcedu.draw.tables.translations import sentence
from vpcedu.sites.two_instances import MOST, SPAN, SPEAKERS, FilterSetting, tell
from vpcedu.widgets.parts.controls import menu, slider
from vpcedu.widgets.parts.explorer import Explorer, Frame, tallest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ABOUT = (
    "Each line is one connection: its inside address, the port that the gateway chose for "
    "it, and the host that it calls. The bar is its translation, from the first packet to "
    "its removal. Time runs to the right; the dashed line is now. A cross: the translation "
    "timed out, or no port was left."
)

ALIVE = {"off": 0, "after 300 s": 300}


def frame(
    connections: int, destinations: int, room: int, at: int, speaks: str, keepalive: int
) -> Frame:
    """Picture and sentence for one story."""
    story = tell(FilterSetting(connections, destinations, room, at, speaks, keepalive))
    lost = sum(attempt.row is None for attempt in story.attempts)
    none = f"; {lost} found no port" if lost else ""
    return Frame(
        draw.translations(story),
        f"At {at} s: {count(len(story.attempts), 'connection')} tried, "
        f"{count(story.live, 'translation')} in the table{none}. {sentence(story)}",
    )


class Translations(Explorer):
    """The explorer of a NAT's table.

    Set `connections`, `destinations`, `room`, `at`, `speaks`, `keepalive`.
    """

    page = "05-address-translation"

    def __init__(
        self,
        connections: int = 4,
        destinations: int = 1,
        room: int = MOST,
        at: int = 200,
        speaks: str = "nobody",
        keepalive: int = 0,
    ) -> None:
        self.at = slider("Now, s", at, range(10, SPAN + 1, 10))
        self.connections = slider("Connections", connections, range(1, MOST + 1), 335, 140)
        self.room = slider("Ports per destination", room, range(1, MOST + 1), 335, 140)
        self.destinations = menu("Destinations", (("1", 1), ("2", 2)), destinations)
        self.keepalive = menu("Keep-alive", tuple(ALIVE.items()), keepalive)
        self.speaks = menu("Sends now", tuple((name, name) for name in SPEAKERS), speaks)
        height = tallest([frame(connections, destinations, room, at, speaks, keepalive).picture])
        super().__init__(
            frame,
            height,
            ABOUT,
            at=self.at,
            connections=self.connections,
            room=self.room,
            destinations=self.destinations,
            keepalive=self.keepalive,
            speaks=self.speaks,
        )

    def no_effect(self, **values: Any) -> dict[str, str]:
        """Keep-alive, as long as no probe is due."""
        shown, other = (frame(**{**values, "keepalive": keepalive}) for keepalive in ALIVE.values())
        pictures = {live(one.picture.scene).items for one in (shown, other)}
        if len(pictures) > 1 or shown.sentence != other.sentence:
            return {}
        return {"keepalive": "no probe is due at this moment"}
