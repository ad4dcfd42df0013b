"""Any map: of a visit where packets go or who opens connections; of a VPC alone who is where."""

from __future__ import annotations

from vpcedu.draw.maps.scene_of import map_scene
from vpcedu.draw.reading.as_picture import picture
from vpcedu.network.vpc import Vpc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.draw.canvas.scene import Scene
    from vpcedu.sites.visit import Visit
    from vpcedu.trace import Trace


@picture
def map(
    visit: Visit | Vpc,
    packet: int | None = None,
    arrows: str = "packets",
    predicted: Trace | None = None,
    *,
    theme: str = "light",
    ax: Any = None,
) -> Scene:
    """The VPC with the hops of a request and its answer, of one packet, or with its connections.

    For a VPC instead of a visit: who is where. arrows: packets or connections; both pictures
    have the same places and the same size. predicted: a packet that somebody expected, as a judge
    sent it (`trace` of a Judgement); it is drawn with square numbers. ValueError for a number the
    capture has not, or another word for arrows.
    """
    if isinstance(visit, Vpc):
        from vpcedu.draw.plan.scene_of import plain_scene

        return plain_scene(visit)
    return map_scene(visit, packet, arrows, predicted)
