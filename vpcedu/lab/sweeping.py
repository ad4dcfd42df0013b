"""Sweep: a scenario played for every combination of some settings, on as many processors as there are.

    rows = sweep(scenario, {"rate": (100, 500), "ports": ((32_768, 60_999), (1_024, 65_535))})

The scenario is a function with one parameter for each word of the grid; what it returns becomes a part of its row: a
mapping adds its words, a named tuple its fields, anything else is "result". Rows are plain dictionaries in the order
of the grid (the last word changes first), whatever the order in which they were done. Any `concurrent.futures`
executor does the work: by default a pool of processes, for which the scenario must be a function of a module.
"""

from __future__ import annotations

from itertools import product

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from concurrent.futures import Executor
    from typing import Any


def sweep(scenario: Callable[..., Any], grid: Mapping[str, Sequence[Any]], executor: Executor | None = None,
          progress: Callable[[int, int], None] | None = None) -> list[dict[str, Any]]:
    """Play a scenario once for each point of a grid.

    grid: for each parameter the values to play. executor: any with `submit`; None: a process pool, made and ended
    here. progress: called with how many points are done, and how many there are. ValueError for a grid that is none;
    what a scenario raises is raised, with the point in a note.
    """
    points = _points(grid)
    if executor is not None:
        return _played(scenario, points, executor, progress)
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor() as pool:
        return _played(scenario, points, pool, progress)


def _points(grid: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    if not hasattr(grid, "items"):
        raise ValueError(f"grid {grid!r}: expected a mapping from each parameter to its values")
    for word, values in grid.items():
        if isinstance(values, str) or not hasattr(values, "__iter__"):
            raise ValueError(f"values {values!r} of {word!r}: expected a sequence, like (1, 2)")
    return [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]


def _played(scenario: Callable[..., Any], points: list[dict[str, Any]], executor: Executor,
            progress: Callable[[int, int], None] | None) -> list[dict[str, Any]]:
    waiting = [executor.submit(scenario, **point) for point in points]
    try:
        return list(_rows(points, waiting, progress))
    except BaseException:
        for future in waiting:
            future.cancel()
        raise


def _rows(points: list[dict[str, Any]], waiting: list[Any],
          progress: Callable[[int, int], None] | None) -> Iterator[dict[str, Any]]:
    for done, (point, future) in enumerate(zip(points, waiting, strict=True), 1):
        try:
            result = future.result()
        except Exception as error:
            error.add_note(f"at the point {point!r} of the grid")
            raise
        if progress is not None:
            progress(done, len(points))
        yield point | _plain(result)


def _plain(result: Any) -> dict[str, Any]:
    if hasattr(result, "_asdict"):
        return dict(result._asdict())
    return dict(result) if hasattr(result, "items") else {"result": result}
