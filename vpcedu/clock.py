"""Simulated time: whole microseconds, and one heap of what is still to happen.

Nothing here reads a real clock. Entries due at one instant run in the order in which they were
made, so the same scenario gives the same bytes. Only bound methods with arguments are taken: a
closure would keep hold of the original when a network is copied.
"""

from __future__ import annotations

from heapq import heappop, heappush

from vpcedu.quoting import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

SECOND = 1_000_000  # microseconds
MILLISECOND = 1_000


def seconds(microseconds: int) -> str:
    """An instant as text in seconds with at least three places: 20000 is "0.020"."""
    whole, rest = divmod(microseconds, SECOND)
    digits = f"{rest:06d}"
    return f"{whole}.{digits[:3] + digits[3:].rstrip('0')}"


class Clock:
    """The present instant (`now`, microseconds) and a heap of (instant, order, call, arguments)."""

    def __init__(self) -> None:
        self.now = 0
        self._order = 0
        self._heap: list[tuple[int, int, Callable[..., object], tuple[Any, ...]]] = []

    def at(self, instant: int, call: Callable[..., object], *arguments: object) -> None:
        """Have a bound method called at an instant (microseconds).

        ValueError for an instant in the past or for a plain function.
        """
        if instant < self.now:
            raise ValueError(f"instant {instant} is in the past: expected {self.now} or later")
        if getattr(call, "__self__", None) is None:
            raise ValueError(
                f"{quoted(call)} is not a bound method: expected one, so that a network can be copied"
            )
        self._order += 1
        heappush(self._heap, (instant, self._order, call, arguments))

    @property
    def due(self) -> int | None:
        """The instant of the next entry, or None."""
        return self._heap[0][0] if self._heap else None

    def tick(self) -> bool:
        """Let the next entry happen; False where none is left."""
        if not self._heap:
            return False
        self.now, _, call, arguments = heappop(self._heap)
        call(*arguments)
        return True

    def run(self, until: int) -> None:
        """Let everything happen that is due up to an instant, and move on to it."""
        while self._heap and self._heap[0][0] <= until:
            self.tick()
        self.now = max(self.now, until)
