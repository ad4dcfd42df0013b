"""Return paths: choose the balancer, step through the packets, read why each goes where it goes."""

from __future__ import annotations

from functools import cache

import ipywidgets

from vpcedu import draw
from vpcedu.lab.reference import BALANCERS, reference_architecture
from vpcedu.lab.visit import Visit
from vpcedu.views.explain import answer_legs, why
from vpcedu.widgets.explorer import Explorer, Frame

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

URL = "http://www.example.com/"
WORDS = {"Classic TCP": "classic-tcp", "Classic HTTP": "classic-http", "Application": "application",
         "Network": "network"}
PICTURES: dict[str, Callable[..., draw.Picture]] = {"ladder": draw.ladder, "map": draw.map}


@cache
def _visit(balancer: str, nat: str) -> Visit:
    return reference_architecture(balancer, nat).get(URL)


def frame(balancer: str, packet: int, picture: str, nat: str = "instance") -> Frame:
    """Picture and sentence for one packet of a visit; behind the last packet: the whole visit."""
    visit = _visit(balancer, nat)
    last = len(visit.capture)
    if packet > last:
        return Frame(PICTURES[picture](visit), f"All {last} packets of this visit are through; move the slider left.")
    trace = visit.capture[packet]
    answers = ", the ANSWER" if trace in answer_legs(visit) else ""
    return Frame(PICTURES[picture](visit, packet=packet), f"Packet {packet} of {last}{answers}: {why(trace)}")


class ReturnPaths(Explorer):
    """The explorer of the return paths; set `balancer`, `picture` and `packet`, or move them."""

    def __init__(self, balancer: str = "classic-tcp", nat: str = "instance", packet: int = 1) -> None:
        visits = [_visit(name, nat) for name in BALANCERS]
        height = max(round(show(visit, packet=1).scene.height) for visit in visits for show in PICTURES.values())
        self.balancer = ipywidgets.ToggleButtons(options=list(WORDS.items()), value=balancer, tooltips=list(WORDS),
                                                 style={"button_width": "120px"}, layout={"width": "540px"})
        self.view = ipywidgets.ToggleButtons(options=list(PICTURES), value="ladder", tooltips=list(PICTURES),
                                             style={"button_width": "66px"}, layout={"width": "150px"})
        self.packet = ipywidgets.IntSlider(packet, 1, max(len(visit.capture) for visit in visits), description="Packet",
                                           layout={"width": "680px"}, style={"description_width": "48px"})
        self.nat = nat
        self.play = ipywidgets.Play(min=1, max=self.packet.max, interval=900, show_repeat=False,
                                    layout={"width": "120px"})
        ipywidgets.jslink((self.packet, "value"), (self.play, "value"))  # the first of the two sets the other
        super().__init__(self._make, height, (self.play,), balancer=self.balancer, picture=self.view,
                         packet=self.packet)

    def _make(self, balancer: str, packet: int, picture: str) -> Frame:
        return frame(balancer, packet, picture, self.nat)
