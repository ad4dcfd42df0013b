"""Source ports: with which address and port does a translated connection go on?

Each port of an address is free or taken towards each destination (address, port, protocol)
separately, so one port serves many destinations: that is how a NAT gateway has 55,000 connections
to EACH, and how a Network Load Balancer without client address preservation has 55,000 to each
target. RFC 4787 would call that an endpoint-dependent mapping. Where several addresses serve, the
first that has a free port is taken (AWS does not say how it chooses).
"""

from __future__ import annotations

from vpcedu.flow import Endpoint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from vpcedu.tables.translation import Translation

EPHEMERAL = (1_024, 65_535)  # NAT gateways and load balancers
MOST = 55_000  # connections of one address of AWS's to one destination


class Ports:
    """The ports from `first` to `last` of some addresses.

    At most `most` are taken towards one destination.
    """

    def __init__(
        self, addresses: tuple[str, ...], first: int, last: int, most: int, start: int
    ) -> None:
        if not 0 < first <= last <= 65_535:
            raise ValueError(f"ports {first}-{last}: expected first and last port, from 1 to 65535")
        self.addresses, self.first, self.size, self.most = addresses, first, last - first + 1, most
        self.start = start % self.size
        self._taken: dict[tuple[str, Endpoint], set[int]] = {}
        self._next: dict[tuple[str, Endpoint], int] = {}

    def take(
        self,
        destination: Endpoint,
        wish: int | None = None,
        addresses: tuple[str, ...] | None = None,
    ) -> Endpoint | None:
        """The wished-for port if it is free and in range, else the next free one.

        None where all are taken. addresses: instead of the pool's own, as for a client whose
        address is kept.
        """
        for address in addresses or self.addresses:
            port = self._take((address, destination), wish)
            if port is not None:
                return Endpoint(address, port)
        return None

    def _take(self, pair: tuple[str, Endpoint], wish: int | None) -> int | None:
        taken = self._taken.setdefault(pair, set())
        if len(taken) >= min(self.most, self.size):
            return None
        if wish is None or wish in taken or not self.first <= wish < self.first + self.size:
            offset = self._next.get(pair, self.start)
            while self.first + offset in taken:
                offset = (offset + 1) % self.size
            wish = self.first + offset
            self._next[pair] = (offset + 1) % self.size
        taken.add(wish)
        return wish

    def give_back(self, rows: Iterable[Translation]) -> None:
        """Free the ports of rows that were closed or ran out.

        A row that has none here changes nothing.
        """
        for translation in rows:
            pair = translation.after.src, translation.after.destination
            taken = self._taken.get(pair, set())
            taken.discard(translation.after.sport)
            if not taken:
                self._taken.pop(pair, None)
                self._next.pop(pair, None)
