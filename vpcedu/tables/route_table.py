"""Route table: where does a packet go that leaves its subnet?

The most specific route that holds the destination wins (longest prefix); for equal prefixes a
static route comes before a propagated one. Every table of a VPC has a `local` route for the VPC's
own block. Of two static routes for one destination, which AWS refuses, the first listed wins.
Source: VPC user guide, "Subnet route tables" and "Route priority". Left out: prefix lists, IPv6.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from vpcedu.address import block, number
from vpcedu.row import NamedRow

LOCAL = "local"
UNROUTABLE = (
    "169.254.168.0/22"  # AWS's own services: no route may lead there, no packet is forwarded there
)


class Route(NamedRow):
    """One row of a route table.

    `destination` is a CIDR block, `target` is `local` or the name of a gateway or a device.
    """

    table: str
    destination: str
    target: str
    propagated: bool = False

    def __str__(self) -> str:
        return f"route {self.destination} > {self.target}"


class RouteTable:
    """The routes of one table, as intervals of addresses with one winner each.

    ValueError for a bad CIDR block.
    """

    def __init__(self, routes: tuple[Route, ...]) -> None:
        ordered = sorted(routes, key=lambda route: (-block(route.destination)[2], route.propagated))
        # of several for one destination the first wins
        best = {route.destination: route for route in reversed(ordered)}
        rows = [(*block(route.destination)[:2], route) for route in best.values()]
        self._starts = sorted({0, *(edge for first, last, _ in rows for edge in (first, last + 1))})
        self._winners: list[Route | None] = [None] * len(self._starts)
        for first, last, route in rows:  # who wins comes later, and covers the others
            start, end = bisect_left(self._starts, first), bisect_left(self._starts, last + 1)
            self._winners[start:end] = [route] * (end - start)

    def lookup(self, address: str) -> Route | None:
        """The route that wins for a destination address, or None.

        >>> everywhere = Route("private", "0.0.0.0/0", "NAT")
        >>> table = RouteTable((everywhere, Route("private", "10.0.0.0/16", LOCAL)))
        >>> print(table.lookup("10.0.0.10"))
        route 10.0.0.0/16 > local
        """
        return self._winners[bisect_right(self._starts, number(address)) - 1]
