"""Return paths: choose a setup, step through the packets, read why each goes where it goes.

You can also change a row and see what happens. Four balancers and the NAT, one slider. The ladder
and the map show one setup; "all five" puts them one under the other at the same moment, so that one
sees which of them rewrites, which ends a connection, and what brings the answer back.
"""

from __future__ import annotations

from functools import lru_cache

from vpcedu import draw
from vpcedu.analysis.change import Repair
from vpcedu.analysis.ends import Question
from vpcedu.network.record import Call
from vpcedu.protocols.http import request
from vpcedu.puzzles.changes import changed, changes
from vpcedu.sites.parts import API, NAME
from vpcedu.sites.reference import reference_architecture
from vpcedu.sites.visit import Visit
from vpcedu.views.explain import answer_legs, why
from vpcedu.widgets.parts.controls import choice, menu
from vpcedu.widgets.parts.explorer import KEPT, Explorer, Frame, tallest
from vpcedu.widgets.parts.stepper import Stepper
from vpcedu.widgets.parts.what_if import WhatIf, effect, tried

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.puzzles.changes import Changes
    from vpcedu.sites.site import Site

WORDS = {
    "Classic TCP": "classic-tcp",
    "Classic HTTP": "classic-http",
    "Application": "application",
    "Network": "network",
}
NAT = "nat"
SETUPS = {**WORDS, "NAT": NAT}
PAGE, UPDATE = Question("client", NAME, 80), Question("web", API, 443)
PICTURES = ("ladder", "map", "all five")
NOTE = 20  # pixels
ABOUT = (
    "Ladder: each arrow is one packet, and time runs down. A white strip between two lines "
    "is a proxy, where arrows end; a dotted line is a gateway that they pass. Map: the "
    "hops of the current packet. All five: the same moment with every balancer and with "
    "the NAT. What if: change one rule and run the visit again."
)


@lru_cache(KEPT)
def _visit(balancer: str, nat: str, change: Repair | None = None) -> Visit:
    asked = _asked(balancer)
    return changed(_site(balancer, nat), change).play(
        Call(asked.source, asked.destination, asked.port, request("GET", "/", asked.destination))
    )


def _asked(balancer: str) -> Question:
    """Through a balancer a client asks for the page; through the NAT web asks for its update."""
    return UPDATE if balancer == NAT else PAGE


@lru_cache(KEPT)
def _site(balancer: str, nat: str) -> Site:
    return reference_architecture("classic-tcp" if balancer == NAT else balancer, nat)


@lru_cache(KEPT)
def _changes(balancer: str, nat: str) -> Changes:
    return changes(_site(balancer, nat).vpc, _asked(balancer))


def frame(
    balancer: str, packet: int, picture: str, nat: str = "instance", change: Repair | None = None
) -> Frame:
    """Picture and sentence for one packet of a visit; after the last packet: the whole visit.

    change: a row that is changed before the visit; ValueError where AWS would refuse that.
    """
    visit = _visit(balancer, nat, change)
    last = len(visit.capture)
    before = effect(change, visit.opener, _visit(balancer, nat).symptom, visit.symptom)
    if packet > last:
        return Frame(
            _picture(visit, None, picture, balancer, nat),
            f"{before}All {last} packets of this visit have been shown; move the slider left.",
        )
    trace = visit.capture[packet]
    answers = ", the ANSWER" if trace in answer_legs(visit) else ""
    return Frame(
        _picture(visit, packet, picture, balancer, nat),
        f"{before}Packet {packet} of {last}{answers}: {why(trace)}",
    )


def _picture(
    visit: Visit, packet: int | None, picture: str, balancer: str, nat: str
) -> draw.Picture:
    if picture == "all five":
        name = next(words for words, setup in SETUPS.items() if setup == balancer)
        visits = {
            words: visit if setup == balancer else _visit(setup, nat)
            for words, setup in SETUPS.items()
        }
        return draw.ways(visits, name, packet or len(visit.capture))
    if picture == "map":
        return draw.map(visit, packet=packet)
    tall = draw.ladder(visit, packet=packet)
    if tall.scene.height <= room(picture):
        return tall
    return draw.ladder(visit, packet=packet, every=False)  # what is sent again and again is folded


def room(picture: str, **_: object) -> int:
    """The height of a kind of picture.

    It is that of the tallest one, and a note more for a packet that is lost.
    """
    return _tallest(picture) + NOTE


@lru_cache(KEPT)
def _tallest(picture: str) -> int:
    if picture == "all five":
        return tallest([_picture(_visit(NAT, "instance"), 1, picture, NAT, "instance")])
    show = draw.map if picture == "map" else draw.ladder
    return tallest(show(_visit(balancer, "instance"), packet=1) for balancer in SETUPS.values())


class ReturnPaths(Explorer):
    """The explorer of the return paths.

    Set `balancer`, `view`, `packet` and `what_if`, or move them. balancer: one of SETUPS. nat:
    instance or gateway. packet: a number to begin with.
    """

    def __init__(
        self, balancer: str = "classic-tcp", nat: str = "instance", packet: int = 1
    ) -> None:
        self.nat = nat
        self.balancer = choice("", tuple(SETUPS.items()), balancer)
        self.view = menu("Picture", tuple((word, word) for word in PICTURES), PICTURES[0])
        self.steps = Stepper(
            packet, max(len(_visit(setup, nat).capture) for setup in SETUPS.values())
        )
        self.packet, self.play = self.steps.slider, self.steps.play
        self.what_if = WhatIf(_changes(balancer, nat))
        super().__init__(
            self._make,
            room,
            ABOUT,
            (self.steps, self.what_if),
            balancer=self.balancer,
            picture=self.view,
        )

    def _make(self, balancer: str, packet: int, picture: str, change: object) -> Frame:
        chosen = self.what_if.offer(_changes(balancer, self.nat))
        return tried(lambda change: frame(balancer, packet, picture, self.nat, change), chosen)
