"""Draw: a visit as a picture, made from its capture and from nothing else.

`ladder` shows every packet in the order of time, `map` where packets go or who opens connections, `handshake` a
connection's opening to scale, `ports` how many ephemeral ports a load takes. All give a Picture, which a notebook
shows by itself. A scene (pure data) is laid out first and painted by matplotlib when someone looks; importing this
package does not import matplotlib.
"""

from __future__ import annotations

from vpcedu.draw.handshake_layout import handshake_scene
from vpcedu.draw.ladder_layout import ladder_scene
from vpcedu.draw.map_layout import map_scene
from vpcedu.draw.picture import Picture
from vpcedu.draw.ports_layout import ports_scene

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.lab.load import PortUse
    from vpcedu.lab.opening import Handshake
    from vpcedu.lab.visit import Visit

__all__ = ["Picture", "handshake", "ladder", "ladder_scene", "map", "map_scene", "ports"]


def ladder(visit: Visit, packet: int | None = None, every: bool | None = None, *, theme: str = "light",
           ax: Any = None) -> Picture:
    """Every packet of a visit as an arrow between lifelines; with `packet`, up to that one, which is lit.

    every: one row for each packet (True), or ACKs left out and closings folded (False); None: True where a packet
    is chosen. theme: light or dark. ax: matplotlib Axes to paint on. ValueError for a number the capture has not.
    """
    return Picture(ladder_scene(visit, packet, every), theme, ax)


def map(visit: Visit, packet: int | None = None, arrows: str = "packets", *, theme: str = "light",
        ax: Any = None) -> Picture:
    """The VPC with the hops of one request and its answer, or of one packet, or with who opens connections.

    arrows: packets or connections; both pictures have the same places and the same size. theme: light or dark.
    ax: matplotlib Axes to paint on. ValueError for a number the capture has not, or another word for arrows.
    """
    return Picture(map_scene(visit, packet, arrows), theme, ax)


def handshake(visit: Handshake, *, theme: str = "light", ax: Any = None) -> Picture:
    """The opening of a connection, to scale: every segment, every wait, the state of each end.

    theme: light or dark. ax: matplotlib Axes to paint on.
    """
    return Picture(handshake_scene(visit), theme, ax)


def ports(use: PortUse, *, theme: str = "light", ax: Any = None) -> Picture:
    """Ephemeral ports in use over ten minutes, towards each destination and all together, against the limit.

    theme: light or dark. ax: matplotlib Axes to paint on.
    """
    return Picture(ports_scene(use), theme, ax)
