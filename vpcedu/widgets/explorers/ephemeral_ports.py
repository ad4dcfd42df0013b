"""Ephemeral ports: when does a client run out of them?

It depends on the range, the destinations, the new connections per second, and how long each is
open.
"""

from __future__ import annotations

from vpcedu import draw
from vpcedu.draw.time.ephemeral_ports import sentence
from vpcedu.sites.port_load import CLOSERS, RANGES, Load, port_use
from vpcedu.widgets.parts.controls import choice, menu, slider
from vpcedu.widgets.parts.explorer import Explorer, Frame

ABOUT = (
    "Above: the ports in use towards each destination, over ten minutes. The red line is "
    "the limit, the number of ports in the range. Where the black line meets it, a new "
    "connection finds no port. Below: all connections at once, to every destination "
    "together."
)


def frame(
    ports: tuple[int, int],
    destinations: int,
    rate: int,
    lifetime: int,
    closes_first: str = "client",
) -> Frame:
    """Picture and sentence for one load."""
    use = port_use(Load(ports, destinations, rate, lifetime, closes_first))
    when = "It never runs out. " if use.first is None else f"It runs out after {use.first:.1f} s. "
    return Frame(draw.ports(use), when + sentence(use))


class Ports(Explorer):
    """The explorer of ephemeral ports.

    Set `ports`, `destinations`, `rate`, `lifetime`, `closes_first`.
    """

    def __init__(
        self, ports: str = "Linux", destinations: int = 1, rate: int = 500, lifetime: int = 1
    ) -> None:
        self.ports = choice("Range", tuple(RANGES.items()), RANGES[ports])
        self.closes_first = menu("Closes first", tuple((word, word) for word in CLOSERS), "client")
        self.rate = slider("New per s", rate, range(10, 2_001, 10), 500)
        self.destinations = menu(
            "Destinations", tuple((str(count), count) for count in range(1, 5)), destinations
        )
        self.lifetime = slider("Each is open, s", lifetime, range(1, 301))
        height = round(frame(RANGES[ports], destinations, rate, lifetime).picture.scene.height)
        super().__init__(
            frame,
            height,
            ABOUT,
            ports=self.ports,
            closes_first=self.closes_first,
            rate=self.rate,
            destinations=self.destinations,
            lifetime=self.lifetime,
        )
