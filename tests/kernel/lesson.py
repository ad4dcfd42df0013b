"""What lesson 12 is shown of the laboratory: a scenario by the kernel, and by the model.

The package loads this module from the repository (vpcedu/course/kernel_evidence.py); it gives plain
rows, no classes of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from . import compare, stored
from .faults import FAULTS as PLANTS
from .normal import timed
from .scenarios import BY_NAME
from .stored import Recording

NAMES = {name: scenario.sentence for name, scenario in BY_NAME.items()}
FAULTS = {fault: name for fault, (_, name) in PLANTS.items()}  # and the scenario in which it shows
# microseconds, the sender's flow, the row of the normal form
Rows = list[tuple[int, str, list[object]]]


@cache
def recorded(name: str) -> Recording:
    """The stored recording of a scenario."""
    return stored.load(name)


def kernel(name: str) -> tuple[str, int, Rows, list[list[str]]]:
    """Which kernel, packets recorded, rows in the order of time, and what the programs learnt."""
    recording = recorded(name)
    return (
        recording.kernel,
        len(recording.seen),
        _rows(name, recording),
        [list(fact) for fact in recording.facts],
    )


def model(name: str, fault: str = "") -> tuple[Rows, list[list[str]]]:
    """The model's rows and facts of a scenario, with a fault planted for as long as it plays."""
    with planted(fault):
        played = compare.of_model(BY_NAME[name], recorded(name))
        return _rows(name, played), [list(fact) for fact in played.facts]


def _rows(name: str, recording: Recording) -> Rows:
    by_flow = timed(recording.seen, BY_NAME[name].ports)
    return sorted(
        ((at, flow, row) for flow, rows in by_flow.items() for at, row in rows),
        key=lambda row: row[0],
    )


@contextmanager
def planted(fault: str) -> Iterator[None]:
    """Plant a fault in the model's classes and take it out again; none where the name is empty."""
    kept: list[tuple[Any, str, Any]] = []

    def patch(owner: Any, name: str, value: Any) -> None:
        # a class may inherit it
        home = next(one for one in getattr(owner, "__mro__", (owner,)) if name in vars(one))
        kept.append((home, name, vars(home)[name]))
        setattr(home, name, value)

    try:
        if fault:
            PLANTS[fault][0](patch)
        yield
    finally:
        for owner, name, value in reversed(kept):
            setattr(owner, name, value)
