"""Lab: what lessons and learners call."""

from __future__ import annotations

__all__ = ["check", "judge", "solution"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.lab.exercises import check, solution
    from vpcedu.lab.predict import judge


def __getattr__(name: str) -> object:
    from importlib import import_module

    places = {"judge": "predict", "check": "exercises", "solution": "exercises"}
    if name not in places:
        raise AttributeError(f"module 'vpcedu.lab' has no attribute {name!r}")
    return getattr(import_module(f"vpcedu.lab.{places[name]}"), name)
