"""Undescribed: something that is there, but whose far side nobody described.

Such are an interface endpoint and a transit gateway's attachment. A packet that reaches it ends
with a reason that says so; what happens to it afterwards is not guessed.
"""

from __future__ import annotations

from vpcedu.device import Machine
from vpcedu.packet import Packet
from vpcedu.reasons import BEYOND
from vpcedu.trace import DROP, Step


class Beyond(Machine):
    """A device of which only the network interface is known."""

    kind_words = "Beyond"

    def handle(self, packet: Packet, now: int) -> Step:
        """The end of what is known."""
        return Step(now, self.name, "deliver", DROP, packet, None, None, BEYOND)
