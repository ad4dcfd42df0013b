"""Group and ACL: a security group next to a network ACL.

To which of the clients' ports does the network ACL let answers out?
"""

from __future__ import annotations

from functools import lru_cache

import ipywidgets

from vpcedu import draw
from vpcedu.analysis.change import Repair
from vpcedu.analysis.ends import Question
from vpcedu.puzzles.changes import changed, changes
from vpcedu.sites.one_server import GROUP_OUT, answers, one_server
from vpcedu.sites.parts import EPHEMERAL, NAME, PAGE
from vpcedu.sites.visit import Visit
from vpcedu.widgets.parts.controls import menu, slider
from vpcedu.widgets.parts.explorer import KEPT, Explorer, Frame, tallest
from vpcedu.widgets.parts.what_if import WhatIf, effect, tried

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.puzzles.changes import Changes

ASKED = Question("client", NAME, 80)
ABOUT = (
    "The upper arrow is the client's packet, the lower one web's answer. Each circle is "
    "the security group, each square the network ACL; the numbers give the order of the "
    "checks. The line below has all ports. The band is the network ACL's entry, the tick the "
    "port that this client chose. The brackets are the ranges from which others choose. At the "
    "foot is the whole network ACL: the first entry that matches decides."
)


def frame(port: int, entry: tuple[int, int], group_out: str, change: Repair | None = None) -> Frame:
    """Picture and sentence for a client's port, an entry, and what the security group lets out.

    entry: its first and last port. change: a row that is changed before the visit; ValueError where
    AWS would refuse that.
    """
    visit = _visit(port, entry, group_out, change)
    picture = draw.filters(visit, 1, ports=True)
    if change is not None:
        before = _visit(port, entry, group_out).symptom
        return Frame(picture, effect(change, "client", before, visit.symptom).strip())
    fate = (
        "and the page comes"
        if visit.outcome.works
        else f"and the answer is lost at the network ACL: {visit.symptom}"
    )
    return Frame(
        picture,
        f"The client chose port {port}, {fate}. The security group "
        f"{'remembers the flow' if group_out == 'nothing' else 'has a rule for it and remembers nothing'}.",
    )


def _visit(
    port: int, entry: tuple[int, int], group_out: str, change: Repair | None = None
) -> Visit:
    return changed(one_server(answers(*entry), group_out=group_out, port=port), change).get(PAGE)


@lru_cache(KEPT)
def _changes(entry: tuple[int, int], group_out: str) -> Changes:
    return changes(one_server(answers(*entry), group_out=group_out).vpc, ASKED)


class Filters(Explorer):
    """The explorer of security group and network ACL.

    Set `port`, `entry` (a pair of ports), `group_out` and `what_if`, or move them.
    """

    page = "04-stateful-and-stateless"

    def __init__(
        self, port: int = 51_828, entry: tuple[int, int] = (80, 80), group_out: str = "nothing"
    ) -> None:
        self.port = slider("The client's port", port, range(EPHEMERAL[0], EPHEMERAL[1] + 1), 480)
        self.entry = ipywidgets.IntRangeSlider(
            value=entry,
            min=0,
            max=EPHEMERAL[1],
            description="ACL out, to ports",
            style={"description_width": "112px"},
            layout={"width": "680px", "max_width": "100%"},
        )
        self.group_out = menu(
            "group allows out", tuple((word, word) for word in GROUP_OUT), group_out
        )
        self.what_if = WhatIf(_changes(entry, group_out))
        height = tallest(
            frame(port, ports, word).picture
            for ports in ((80, 80), EPHEMERAL)
            for word in GROUP_OUT
        )
        super().__init__(
            self._make,
            height,
            ABOUT,
            (self.what_if,),
            port=self.port,
            group_out=self.group_out,
            entry=self.entry,
        )

    def _make(self, port: int, entry: tuple[int, int], group_out: str, change: object) -> Frame:
        chosen = self.what_if.offer(_changes(entry, group_out))
        return tried(lambda change: frame(port, entry, group_out, change), chosen)
