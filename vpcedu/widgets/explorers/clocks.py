"""Clocks: a silent connection, and a slider for the silence.

Who forgets when, and who hears what afterwards?
"""

from __future__ import annotations

from functools import lru_cache

from vpcedu import draw
from vpcedu.clock import SECOND
from vpcedu.sites.silence import INSTANCES, WAYS, Silent, silence
from vpcedu.widgets.parts.controls import choice, menu, slider
from vpcedu.widgets.parts.explorer import KEPT, Explorer, Frame, tallest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SECONDS = (
    30,
    45,
    59,
    61,
    90,
    120,
    180,
    240,
    300,
    349,
    351,
    420,
    600,
    900,
    1_800,
    3_600,
    7_100,
    7_300,
)
KEEP_ALIVE = {"off": 0, "7,200 s": 7_200, "300 s": 300, "45 s": 45}
ABOUT = (
    "Each bar is the clock of one party that remembers the connection. Time runs to the "
    "right, on a scale that fits both seconds and days. A bar that ends in a cross ran "
    "out: that party forgot. The dashed line is the end of the silence, with its time. On the "
    "right you read what each party did or heard then."
)


@lru_cache(KEPT)
def _visit(way: str, seconds: int, speaks: str, keepalive: int | None, instance: str) -> Silent:
    return silence(way, seconds, speaks, keepalive, instance)


def frame(way: str, seconds: int, speaks: str, keepalive: int, instance: str) -> Frame:
    """Picture and sentence for one silence; keepalive: the opener's, in seconds, 0 for none."""
    visit = _visit(way, seconds, speaks, keepalive or None, instance)
    probes = [
        round(trace.steps[0].now / SECOND)
        for trace in visit.between
        if trace.cause.what.startswith("keep-alive")
    ]
    begin = f"After {probes[0]:,} s {visit.opener}'s keep-alive sends a probe. " if probes else ""
    closed = visit.learns(visit.opener)
    if way == "Classic LB" and closed and not visit.said:
        begin += f"After {round(closed[0] / SECOND):,} s the ELB node closes both connections. "
    begin += f"{'At' if begin else 'After'} {seconds:,} s"
    if not visit.said:
        then = f"{begin} {visit.speaker} has no connection left to send on."
    else:
        then = (
            f"{begin} {visit.speaker} sends {len(visit.said[0].packet.data)} bytes, and they"
            f" {'arrive' if visit.arrived else 'never arrive'}."
        )
    return Frame(draw.clocks(visit), f"{then} {visit.ends}")


class IdleClocks(Explorer):
    """The explorer of idle clocks.

    Set `way`, `seconds`, `speaks`, `keepalive`, `instance`, or move them.
    """

    page = "09-time"

    def __init__(
        self, way: str = "NAT gateway", seconds: int = 420, speaks: str = "listener"
    ) -> None:
        self.way = choice("Through", tuple((name, name) for name in WAYS), way)
        self.seconds = slider("Silence", seconds, [(f"{second:,} s", second) for second in SECONDS])
        self.speaks = menu("Then sends", (("opener", "opener"), ("other end", "listener")), speaks)
        self.keepalive = menu("Keep-alive", tuple(KEEP_ALIVE.items()), 0)
        self.instance = menu("web is", tuple((name, name) for name in INSTANCES), "before Nitro v6")
        super().__init__(
            frame,
            room,
            ABOUT,
            way=self.way,
            seconds=self.seconds,
            speaks=self.speaks,
            keepalive=self.keepalive,
            instance=self.instance,
        )

    def no_effect(self, **values: Any) -> dict[str, str]:
        """The instance type of web, where all types track alike."""
        if values["way"] != "Network LB":
            return {}
        return {"instance": "behind a Network Load Balancer every type tracks a flow for 350 s"}


def room(way: str, **_: object) -> int:
    """The height of a way's pictures: each way has its own parties, whatever the silence."""
    return _tallest(way)


@lru_cache(KEPT)
def _tallest(way: str) -> int:
    return tallest(
        frame(way, seconds, "opener", 0, "before Nitro v6").picture for seconds in (61, 7_300)
    )
