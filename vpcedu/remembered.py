"""Remembered: what was worked out once, and is kept.

The core's own, since the modules of the standard library that have the like (`functools`,
`collections`) take an eighth of the time in which a visit is simulated from a cold start.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from functools import cached_property as once
    from typing import Any

__all__ = ["REMEMBERED", "Remembered", "once"]
REMEMBERED = 65_536  # answers kept of a function


class Remembered(dict):  # type: ignore[type-arg]
    """What a function gave, by what it was asked; looked up in half the time of an lru_cache."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        super().__init__()
        self.function = function

    def __missing__(self, asked: Any) -> Any:
        if len(self) >= REMEMBERED:
            self.clear()
        found = self[asked] = self.function(asked)
        return found


if not TYPE_CHECKING:

    class once:
        """A property that is worked out when it is asked for the first time.

        To a type checker it is `functools.cached_property`.
        """

        def __init__(self, function: Callable[[Any], Any]) -> None:
            self.function, self.__doc__ = function, function.__doc__

        def __set_name__(self, owner: type, name: str) -> None:
            self.name = name

        def __get__(self, owner: Any, kind: type) -> Any:
            if owner is None:
                return self
            found = owner.__dict__[self.name] = self.function(owner)
            return found
