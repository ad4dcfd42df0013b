"""Routes: type an address; which row of web's route table wins, and where does the packet go?"""

from __future__ import annotations

from functools import cache, lru_cache

import ipywidgets

from vpcedu import draw
from vpcedu.address import contains, number
from vpcedu.reasons import PORT_CLOSED
from vpcedu.sites.lone_server import DEFAULTS, PARTNER, PUBLIC, lone_server, seen_as
from vpcedu.sites.parts import IGW, UPDATES
from vpcedu.sites.visit import Visit
from vpcedu.views.outcome import blocker
from vpcedu.widgets.parts.controls import check, choice, menu
from vpcedu.widgets.parts.explorer import KEPT, Explorer, Frame, tallest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ROOM = 530  # pixels: what is taller is scaled down
PICTURES = ("route table", "map")
WORDS = {"no default route": "nowhere", "0.0.0.0/0 > NAT": "NAT", "0.0.0.0/0 > IGW": IGW}
ABOUT = (
    "The route table of web's subnet, for the address that you typed: the routes that "
    "match it, and the one that wins, in yellow. The map shows the same packet: the "
    "numbered arrows are its hops, and a cross is where it is lost."
)
TALL = (UPDATES, PUBLIC, "169.254.169.254", "8.8.8.8")  # their pictures are the tallest


def frame(to: str, default: str, public: bool, partner: bool, picture: str) -> Frame:
    """Picture and sentence for a connection that web opens to an address.

    Words that are no address are named.
    """
    try:
        number(to.strip())
    except ValueError as error:
        old = frame(UPDATES, default, public, partner, picture)
        return Frame(old.picture, f"Not understood: {error}. The picture is for {UPDATES}.")
    visit = _visit(to.strip(), default, public, partner)
    return Frame(_picture(visit, picture), f"{_lookup(visit, to.strip())} {_fate(visit)}")


@lru_cache(KEPT)
def _visit(to: str, default: str, public: bool, partner: bool) -> Visit:
    return lone_server(default, public, partner).connect("web", to, 80)


def _picture(visit: Visit, picture: str) -> draw.Picture:
    if picture == "map":
        return draw.map(visit, packet=1)
    return draw.table(visit, packet=1, at="web", check="route")


def _lookup(visit: Visit, to: str) -> str:
    """How many rows fit, and which of them wins."""
    rows = visit.vpc.routes_of(visit.vpc.subnets[1])
    fit = sum(contains(row.destination, to) for row in rows)
    winner = next(step.row for step in visit.capture[1].steps if step.check == "route")
    if not fit:
        return f"No route matches {to}."
    return (
        f"The only route that fits {to}: {winner}."
        if fit == 1
        else (f"{fit} of {len(rows)} routes match {to}; the longest prefix wins: {winner}.")
    )


def _fate(visit: Visit) -> str:
    """What happened to web's SYN, and whom its receiver saw."""
    first, stop = visit.capture[1], blocker(visit)
    if first.delivered and not first.dropped:
        lost = f", but the answer is lost at {stop[1].at}: {stop[1].reason}" if stop else ""
        return (
            f"web's packet arrives at {first.last.at}, which sees it come from "
            f"{seen_as(visit)}{lost}."
        )
    assert stop is not None
    if stop[1].reason == PORT_CLOSED:
        return f"web's packet arrives at {stop[1].at}, from {stop[1].before.flow.src}: {stop[1].reason}."
    return f"web's packet is lost at {stop[1].at}: {stop[1].reason}."


class Routes(Explorer):
    """The explorer of route tables.

    Set `to`, `default`, `public`, `partner` and `view`, or use them.
    """

    page, lines = "01-addresses-and-routes", 2

    def __init__(
        self, to: str = UPDATES, default: str = "NAT", public: bool = True, partner: bool = False
    ) -> None:
        self.to = ipywidgets.Text(
            to,
            description="web sends to",
            continuous_update=False,
            layout={"width": "205px", "max_width": "100%"},
            style={"description_width": "90px"},
        )
        self.view = menu("", tuple((word, word) for word in PICTURES), PICTURES[0])
        self.default = choice("", tuple(WORDS.items()), default)
        self.public = check(f"web has a public address, {PUBLIC}", public)
        self.partner = check(f"one more route: {PARTNER} > NAT", partner)
        super().__init__(
            frame,
            room,
            ABOUT,
            to=self.to,
            default=self.default,
            picture=self.view,
            public=self.public,
            partner=self.partner,
        )

    def no_effect(self, **values: Any) -> dict[str, str]:
        """Web's public address, where the packet is not sent to the Internet gateway by web."""
        other = frame(**{**values, "public": not values["public"]})
        shown = frame(**values)
        if (shown.sentence, shown.picture.scene.items) != (
            other.sentence,
            other.picture.scene.items,
        ):
            return {}
        return {"public": "web does not send this packet to the Internet gateway"}


def room(picture: str, **_: object) -> int:
    """The height of a kind of picture."""
    return min(_tallest(picture), ROOM)


@cache
def _tallest(picture: str) -> int:
    return tallest(
        frame(to, default, public, True, picture).picture
        for to in TALL
        for default in DEFAULTS
        for public in (False, True)
    )
