"""Ports: range, destinations, new connections per second, how long each is open; when does it run out?"""

from __future__ import annotations

import ipywidgets

from vpcedu import draw
from vpcedu.draw.ports_layout import sentence
from vpcedu.lab.load import CLOSERS, RANGES, Load, port_use
from vpcedu.widgets.explorer import Explorer, Frame


def frame(ports: tuple[int, int], destinations: int, rate: int, lifetime: int, closes_first: str = "client") -> Frame:
    """Picture and sentence for one load."""
    use = port_use(Load(ports, destinations, rate, lifetime, closes_first))
    when = "It never runs out. " if use.first is None else f"It runs out after {use.first:.1f} s. "
    return Frame(draw.ports(use), when + sentence(use))


class Ports(Explorer):
    """The explorer of ephemeral ports; set `ports`, `destinations`, `rate`, `lifetime`, `closes_first`."""

    def __init__(self, ports: str = "Linux", destinations: int = 1, rate: int = 500, lifetime: int = 1) -> None:
        wide, style = {"width": "680px"}, {"description_width": "150px"}
        self.ports = ipywidgets.ToggleButtons(
            options=list(RANGES.items()), value=RANGES[ports], description="Range", tooltips=list(RANGES),
            style={"button_width": "148px", "description_width": "45px"}, layout={"width": "470px"})
        self.closes_first = ipywidgets.ToggleButtons(
            options=CLOSERS, value="client", description="Closes first", tooltips=list(CLOSERS),
            style={"button_width": "84px", "description_width": "75px"}, layout={"width": "225px"})
        self.destinations = ipywidgets.IntSlider(destinations, 1, 4, description="Destinations", layout=wide,
                                                 style=style)
        self.rate = ipywidgets.IntSlider(rate, 10, 2_000, 10, description="New connections per s", layout=wide,
                                         style=style)
        self.lifetime = ipywidgets.IntSlider(lifetime, 1, 300, description="Each is open, s", layout=wide, style=style)
        height = round(frame(RANGES[ports], destinations, rate, lifetime).picture.scene.height)
        super().__init__(frame, height, ports=self.ports, closes_first=self.closes_first,
                         destinations=self.destinations, rate=self.rate, lifetime=self.lifetime)
