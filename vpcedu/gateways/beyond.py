"""Beyond: something that is there, but whose far side nobody described: an interface endpoint, a transit gateway's
attachment. A packet that reaches it ends with a reason that says so; what becomes of it is not guessed.
"""

from __future__ import annotations

from vpcedu.packet import Packet
from vpcedu.reasons import BEYOND
from vpcedu.trace import DROP, Step


class Beyond:
    """A device of which only the network interface is known."""

    def __init__(self, name: str, address: str, seed: int = 0) -> None:
        self.name, self.address = name, address

    def handle(self, packet: Packet, now: int) -> Step:
        """The end of what is known."""
        return Step(now, self.name, "deliver", DROP, packet, None, None, BEYOND)
