"""Translations: a NAT gateway's table as time goes by; who shares a port, who finds none, whose row is gone?"""

from __future__ import annotations

import ipywidgets

from vpcedu import draw
from vpcedu.draw.translations_layout import sentence
from vpcedu.draw.words import count
from vpcedu.lab.translating import MOST, SPAN, SPEAKERS, Setting, tell
from vpcedu.widgets.explorer import Explorer, Frame

ALIVE = {"off": 0, "after 300 s": 300}


def frame(connections: int, destinations: int, room: int, at: int, speaks: str, keepalive: int) -> Frame:
    """Picture and sentence for one story."""
    story = tell(Setting(connections, destinations, room, at, speaks, keepalive))
    lost = sum(attempt.row is None for attempt in story.attempts)
    none = f"; {lost} found no port" if lost else ""
    return Frame(draw.translations(story), f"At {at} s: {count(len(story.attempts), 'connection')} tried,"
                 f" {count(story.live, 'row')} in the table{none}. {sentence(story)}")


class Translations(Explorer):
    """The explorer of a NAT's table; set `connections`, `destinations`, `room`, `at`, `speaks`, `keepalive`."""

    def __init__(self, connections: int = 4, destinations: int = 1, room: int = MOST, at: int = 200,
                 speaks: str = "nobody", keepalive: int = 0) -> None:
        wide, half, style = {"width": "680px"}, {"width": "335px"}, {"description_width": "150px"}
        self.at = ipywidgets.IntSlider(at, 10, SPAN, 10, description="Now, s", layout=wide, style=style)
        self.connections, self.room, self.destinations = (
            ipywidgets.IntSlider(value, 1, most, description=words, layout=half, style=style)
            for value, most, words in ((connections, MOST, "Connections"), (room, MOST, "Ports per destination"),
                                       (destinations, 2, "Destinations")))
        self.keepalive = ipywidgets.ToggleButtons(
            options=list(ALIVE.items()), value=keepalive, description="Keep-alive", tooltips=list(ALIVE),
            style={"button_width": "92px", "description_width": "75px"}, layout={"width": "335px"})
        self.speaks = ipywidgets.ToggleButtons(
            options=list(SPEAKERS), value=speaks, description="Speaks now", tooltips=list(SPEAKERS),
            style={"button_width": "112px", "description_width": "75px"}, layout=wide)
        height = round(frame(connections, destinations, room, at, speaks, keepalive).picture.scene.height)
        super().__init__(frame, height, at=self.at, connections=self.connections, room=self.room,
                         destinations=self.destinations, keepalive=self.keepalive, speaks=self.speaks)
