"""Ephemeral ports: when does a client run out of them?

It depends on the range, the destinations, the new connections per second, and how long each is
open.
"""

from __future__ import annotations

from functools import lru_cache

from vpcedu import draw
from vpcedu.draw.time.ephemeral_ports import SPAN, sentence
from vpcedu.sites.port_load import CLOSERS, RANGES, SPREADS, Load, PortUse, port_use
from vpcedu.widgets.parts.controls import choice, menu, slider
from vpcedu.widgets.parts.explorer import KEPT, Explorer, Frame, tallest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ABOUT = (
    "On the right a bin for each destination, as high as the range has ports. New connections "
    "come in at the top, and each takes a port. A port is free again when its connection is "
    "over, or 60 s later if the client closed first. On the left the same over ten minutes; the "
    "dashed line is the instant that the bins show. At the foot all ports in use together: "
    "65,535 is no limit for them."
)


@lru_cache(KEPT)
def _use(load: Load) -> PortUse:
    return port_use(load)


def frame(
    ports: tuple[int, int],
    destinations: int,
    rate: int,
    lifetime: int,
    closes_first: str = "client",
    spread: str = SPREADS[0],
    at: int = SPAN,
) -> Frame:
    """Picture and sentence for one load, at one instant (seconds)."""
    use = _use(Load(ports, destinations, rate, lifetime, closes_first, spread))
    when = "It never runs out. " if use.first is None else f"It runs out after {use.first:.1f} s. "
    return Frame(draw.ports(use, at), when + sentence(use))


class Ports(Explorer):
    """The explorer of ephemeral ports.

    Set `ports`, `destinations`, `rate`, `lifetime`, `closes_first`, `spread` and `at`.
    """

    page = "03-ephemeral-ports"

    def __init__(
        self,
        ports: str = "Linux",
        destinations: int = 1,
        rate: int = 500,
        lifetime: int = 1,
        at: int = SPAN,
    ) -> None:
        self.ports = choice("Range", tuple(RANGES.items()), RANGES[ports])
        self.closes_first = menu("Closes first", tuple((word, word) for word in CLOSERS), "client")
        self.rate = slider("New per s", rate, range(10, 2_001, 10), 335, 90)
        self.destinations = menu(
            "Destinations", tuple((str(count), count) for count in range(1, 5)), destinations
        )
        self.spread = menu("Spread", tuple((word, word) for word in SPREADS), SPREADS[0])
        self.lifetime = slider("Each open, s", lifetime, range(1, 301), 335, 90)
        self.at = slider("Seconds passed", at, range(1, SPAN + 1))
        height = tallest([frame(RANGES[ports], destinations, rate, lifetime).picture])
        super().__init__(
            frame,
            height,
            ABOUT,
            ports=self.ports,
            closes_first=self.closes_first,
            destinations=self.destinations,
            spread=self.spread,
            rate=self.rate,
            lifetime=self.lifetime,
            at=self.at,
        )

    def no_effect(self, **values: Any) -> dict[str, str]:
        """With one destination there is nothing to spread."""
        return {"spread": "there is one destination"} if values["destinations"] == 1 else {}
