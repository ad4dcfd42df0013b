"""Filters: a security group beside a network ACL; to which of the clients' ports does the ACL let answers out?"""

from __future__ import annotations

import ipywidgets

from vpcedu import draw
from vpcedu.lab.filters import CALLERS, GROUP_OUT, URL, answers, one_server, share
from vpcedu.widgets.explorer import Explorer, Frame

PORTS = (1_024, 65_535)


def frame(port: int, entry: tuple[int, int], group_out: str) -> Frame:
    """Picture and sentence for one client's port, one entry (first and last port), and what the group lets out."""
    visit = one_server(answers(*entry), group_out=group_out, port=port).get(URL)
    came = visit.symptom == "200 OK"
    fate = "and the page comes" if came else f"and the answer is lost at the ACL: {visit.symptom}"
    parts = ", ".join(f"{who} {percent(share(*entry, ports), ports[1] - ports[0] + 1)}"
                      for who, ports in CALLERS.items())
    return Frame(draw.filters(visit, 1), f"The client chose port {port}, {fate}. The group"
                 f" {'remembers the flow' if group_out == 'nothing' else 'has a rule for it and remembers nothing'}."
                 f" Of the ports that clients choose from, the ACL's entry has: {parts}.")


def percent(part: int, whole: int) -> str:
    """A share in words; "all" only where it is all, "none" only where it is none."""
    if part in (0, whole):
        return "all" if part else "none"
    return f"{min(max(round(100 * part / whole), 1), 99)} %"


class Filters(Explorer):
    """The explorer of group and network ACL; set `port`, `entry` (a pair of ports) and `group_out`, or move them."""

    def __init__(self, port: int = 51_828, entry: tuple[int, int] = (80, 80), group_out: str = "nothing") -> None:
        wide, style = {"width": "680px"}, {"description_width": "150px"}
        self.port = ipywidgets.IntSlider(port, *PORTS, description="The client's port", layout=wide, style=style)
        self.entry = ipywidgets.IntRangeSlider(value=entry, min=0, max=PORTS[1], layout=wide, style=style,
                                               description="ACL out, to ports")
        self.group_out = ipywidgets.ToggleButtons(
            options=list(GROUP_OUT), value=group_out, description="The group lets out", tooltips=list(GROUP_OUT),
            style={"button_width": "84px", "description_width": "150px"}, layout={"width": "420px"})
        height = max(round(frame(port, ports, word).picture.scene.height) for ports in ((80, 80), PORTS)
                     for word in GROUP_OUT)
        super().__init__(frame, height, port=self.port, entry=self.entry, group_out=self.group_out)
