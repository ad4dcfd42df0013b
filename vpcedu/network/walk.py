"""Walk: where one packet is on its way."""

from __future__ import annotations

from vpcedu.network.places import Hop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.network.interface import Interface
    from vpcedu.trace import Trace


class Walk:
    """A packet's trace, the next hop, the interface it left."""

    __slots__ = ("trace", "hop", "returning", "left", "hops")

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.hop = Hop(None, None)
        self.left: Interface | None = (
            None  # the interface it comes from; None: from outside the VPC
        )
        self.returning = False  # whether a flow, not the route table, said where it goes from here
        self.hops = 0
