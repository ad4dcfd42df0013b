"""Link: the path through the Internet. It takes time, and it alone loses packets.

Loss is either an explicit list of ordinals (1 for the first packet the link carries) or a seeded
draw. A link may have an MTU: what is larger is dropped by a router half-way, which answers with the
ICMP error "fragmentation needed" (RFC 1191 section 4). The router's address is one that RFC 5737
sets aside for documentation.
"""

from __future__ import annotations

from vpcedu.clock import MILLISECOND
from vpcedu.icmp import FRAGMENTATION_NEEDED
from vpcedu.packet import Packet

ONE_WAY = 20 * MILLISECOND  # a simplification: every path through the Internet takes this long
ROUTER = "203.0.113.254"
LEAST_MTU = 68  # bytes: what every link of IPv4 carries whole (RFC 791 section 3.2)


class Link:
    """A link: its delay, its loss rate, the ordinals it loses and its MTU.

    The delay is in microseconds, the loss rate is from 0 to 1, the ordinals are a set, the MTU is
    in bytes or None.
    """

    def __init__(
        self,
        delay: int = ONE_WAY,
        loss: float = 0.0,
        lose: tuple[int, ...] = (),
        seed: int = 0,
        mtu: int | None = None,
    ) -> None:
        if delay < 0 or not 0 <= loss <= 1:
            raise ValueError(
                f"delay {delay}, loss {loss}: expected a delay of 0 or more and a loss from 0 to 1"
            )
        if mtu is not None and not LEAST_MTU <= mtu <= 65_535:
            raise ValueError(f"MTU {mtu}: expected None, or {LEAST_MTU} to 65535 bytes")
        self.mtu = mtu
        self.delay, self.loss, self.lose = delay, loss, frozenset(lose)
        self.carried, self.seed = 0, seed
        self._draw = self._random(seed) if loss else None

    def anew(self) -> Link:
        """A link with the same settings that has carried nothing yet."""
        return Link(self.delay, self.loss, tuple(self.lose), self.seed, self.mtu)

    def error(self, packet: Packet) -> Packet | None:
        """What the router answers to a packet that is too large for the link.

        None where it is not too large.
        """
        if self.mtu is None or packet.size <= self.mtu:
            return None
        return packet.unreachable(ROUTER, FRAGMENTATION_NEEDED, self.mtu)

    def carry(self, packet: Packet) -> bool:
        """Whether the next packet gets through; this link asks only how many went before it."""
        self.carried += 1
        drawn = self._draw is not None and self._draw.random() < self.loss
        return not (drawn or self.carried in self.lose)

    @staticmethod
    def _random(seed: int):  # type: ignore[no-untyped-def]
        from random import (
            Random,
        )  # only where something is drawn: importing it takes longer than a visit

        return Random(seed)
