"""Link: a way with a length. Only links take time and lose packets; here the only one is the Internet.

Loss is either an explicit list of ordinals (1 for the first packet the link carries) or a seeded draw.
"""

from __future__ import annotations

from vpcedu.clock import MILLISECOND

ONE_WAY = 20 * MILLISECOND  # a simplification: every way through the Internet takes this long


class Link:
    """A link with a delay (microseconds), a loss rate (0 to 1) and a set of ordinals to lose."""

    def __init__(self, delay: int = ONE_WAY, loss: float = 0.0, lose: tuple[int, ...] = (), seed: int = 0) -> None:
        if delay < 0 or not 0 <= loss <= 1:
            raise ValueError(f"delay {delay}, loss {loss}: expected a delay of 0 or more and a loss from 0 to 1")
        self.delay, self.loss, self.lose = delay, loss, frozenset(lose)
        self.carried, self.seed = 0, seed
        self._draw = self._random(seed) if loss else None

    def anew(self) -> Link:
        """A link with the same settings that has carried nothing yet."""
        return Link(self.delay, self.loss, tuple(self.lose), self.seed)

    def carry(self) -> bool:
        """Whether the next packet gets through."""
        self.carried += 1
        drawn = self._draw is not None and self._draw.random() < self.loss
        return not (drawn or self.carried in self.lose)

    @staticmethod
    def _random(seed: int):  # type: ignore[no-untyped-def]
        from random import Random  # only where something is drawn: importing it takes longer than a visit

        return Random(seed)
