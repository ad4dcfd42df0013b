"""Clocks: a silent connection, one slider for the silence; who forgets when, and who hears what afterwards?"""

from __future__ import annotations

from functools import cache

import ipywidgets

from vpcedu import draw
from vpcedu.lab.quiet import INSTANCES, SPEAKERS, WAYS, Silent, silence
from vpcedu.widgets.explorer import Explorer, Frame

SECONDS = (30, 45, 59, 61, 90, 120, 180, 240, 300, 349, 351, 420, 600, 900, 1_800, 3_600, 7_100, 7_300)
KEEP_ALIVE = {"off": None, "7,200 s": 7_200, "300 s": 300, "45 s": 45}
TALLEST = ("Classic LB", 61, "opener", None, "before Nitro v6")


@cache
def _visit(way: str, seconds: int, speaks: str, keepalive: int | None, instance: str) -> Silent:
    return silence(way, seconds, speaks, keepalive, instance)


def frame(way: str, seconds: int, speaks: str, keepalive: int | None, instance: str) -> Frame:
    """Picture and sentence for one silence."""
    visit = _visit(way, seconds, speaks, keepalive, instance)
    if not visit.said:
        then = f"After {seconds:,} s {visit.speaker} has nothing left to send on."
    else:
        then = (f"After {seconds:,} s {visit.speaker} sends {len(visit.said[0].packet.data)} bytes, and they"
                f" {'arrive' if visit.arrived else 'never arrive'}.")
    return Frame(draw.clocks(visit), f"{then} {visit.ends}")


class IdleClocks(Explorer):
    """The explorer of idle clocks; set `way`, `seconds`, `speaks`, `keepalive`, `instance`, or move them."""

    def __init__(self, way: str = "NAT gateway", seconds: int = 420, speaks: str = "listener") -> None:
        self.way = ipywidgets.ToggleButtons(
            options=list(WAYS), value=way, description="Through", tooltips=list(WAYS),
            style={"button_width": "120px", "description_width": "60px"}, layout={"width": "600px"})
        self.seconds = ipywidgets.SelectionSlider(
            options=[(f"{at:,} s", at) for at in SECONDS], value=seconds, description="Silence",
            layout={"width": "680px"}, style={"description_width": "60px"})
        self.speaks = ipywidgets.ToggleButtons(
            options=[("opener", "opener"), ("other end", "listener")], value=speaks, description="Then speaks",
            tooltips=list(SPEAKERS), style={"button_width": "92px", "description_width": "80px"},
            layout={"width": "290px"})
        self.keepalive = ipywidgets.ToggleButtons(
            options=list(KEEP_ALIVE.items()), value=None, description="Keep-alive", tooltips=list(KEEP_ALIVE),
            style={"button_width": "78px", "description_width": "75px"}, layout={"width": "400px"})
        self.instance = ipywidgets.ToggleButtons(
            options=list(INSTANCES), value="before Nitro v6", description="web is", tooltips=list(INSTANCES),
            style={"button_width": "130px", "description_width": "60px"}, layout={"width": "350px"})
        height = round(frame(*TALLEST).picture.scene.height)
        super().__init__(frame, height, way=self.way, seconds=self.seconds, speaks=self.speaks,
                         keepalive=self.keepalive, instance=self.instance)
