"""Alarms: what a host is to do later, the nearest first.

A program's alarm rings once and cannot be taken back. A connection has one alarm, which it sets
anew with nearly every segment (tcb.py): it is looked at when it is due or before, so it is noted
only where it is nearer than what is noted already. So the list does not grow with the segments.
"""

from __future__ import annotations

from heapq import heappop, heappush

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vpcedu.protocols.tcp import Connection


class Alarms:
    """A heap of (instant, order, what to call, arguments); instants are microseconds."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Callable[..., Any] | None, tuple[Any, ...]]] = []
        self._order = 0

    def __len__(self) -> int:
        return len(self._heap)

    def add(self, instant: int, call: Callable[..., Any] | None, *arguments: Any) -> None:
        """Have a bound method called at an instant; None: the connection's own alarm."""
        self._order += 1
        heappush(self._heap, (instant, self._order, call, arguments))

    def watch(self, connection: Connection) -> None:
        """Look at a connection's alarm when it is due, or before it."""
        alarm, noted = connection.alarm, connection.noted
        if alarm is not None and (not noted or alarm < noted[-1]):
            noted.append(alarm)
            self.add(alarm, None, connection)

    @property
    def next(self) -> int | None:
        """When the nearest alarm rings, or None; what was set anew meanwhile is noted again."""
        while self._heap:
            instant, _, call, arguments = self._heap[0]
            if call is not None or arguments[0].alarm == instant:
                return instant
            self.take()
            self.watch(arguments[0])
        return None

    def take(self) -> tuple[Callable[..., Any] | None, tuple[Any, ...]]:
        """Remove the nearest alarm, and say what it calls."""
        _, _, call, arguments = heappop(self._heap)
        if call is None:
            arguments[0].noted.pop()
        return call, arguments
