"""Sweep: a scenario run for every combination of some settings, on all processors.

    rows = sweep(scenario, {"rate": (100, 500), "ports": ((32_768, 60_999), (1_024, 65_535))})

The scenario is a function with one parameter for each word of the grid; what it returns becomes a
part of its row: a mapping adds its words, a named tuple its fields, anything else is "result". Rows
are plain dictionaries in the order of the grid (the last word changes first), whatever the order in
which they were done: `json.dumps(rows)` and `csv.DictWriter(file, rows[0])` take them as they are.
Any `concurrent.futures` executor does the work: by default a pool of processes, for which the
scenario must be a function of a module, and in a browser this process; Dask's
`Client.get_executor()` where one machine is too small. A point that fails stops no other one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent import futures
from contextlib import nullcontext
from itertools import product

from vpcedu.lacking import in_browser
from vpcedu.quoting import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor, Future
    from typing import Any


class Here(futures.Executor):
    """Runs a point at once, in this process: a browser's Python can start no other one."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **words: Any) -> Future[Any]:
        """Run it; what it returned, or raised, as a future that is done."""
        future: Future[Any] = futures.Future()
        try:
            future.set_result(fn(*args, **words))
        except Exception as error:
            future.set_exception(error)
        return future


class SweepError(ExceptionGroup[Exception]):
    """What scenarios raised, in the order of the grid, with their points as notes.

    `rows` are the others' rows.
    """

    rows: list[dict[str, Any]]

    def derive(self, errors: Sequence[Exception]) -> SweepError:  # type: ignore[override]
        """A part of it, as `except*` and `split` make one."""
        part = SweepError(self.message, errors)
        part.rows = self.rows
        return part


def sweep(
    scenario: Callable[..., Any],
    grid: Mapping[str, Sequence[Any]],
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[dict[str, Any]]:
    """Run a scenario once for each point of a grid.

    grid: for each parameter the values to run. executor: any of `concurrent.futures`; None: a
    process pool, made and ended here, or in a browser `Here`. progress: called after each point
    with how many are done, and how many there are. ValueError for a grid that is none; SweepError,
    when all points are done, where scenarios raised.
    """
    points = _points(grid)
    if executor is None and in_browser():
        executor = Here()
    with nullcontext(executor) if executor is not None else futures.ProcessPoolExecutor() as pool:
        waiting = [pool.submit(scenario, **point) for point in points]
        try:
            for done, _ in enumerate(futures.as_completed(waiting), 1):
                if progress is not None:
                    progress(done, len(points))
        except BaseException:  # Ctrl-C, or the caller's own
            for future in waiting:
                future.cancel()
            raise
    rows: list[dict[str, Any]] = []
    errors: list[Exception] = []
    for point, future in zip(points, waiting, strict=True):
        try:
            rows.append(_row(point, future.result()))
        except Exception as error:
            error.add_note(f"at the point {quoted(point)} of the grid")
            if error not in errors:  # a pool that broke gives all its points one error
                errors.append(error)
    if errors:
        message = (
            f"{len(points) - len(rows)} of {len(points)} points failed; .rows holds the others"
        )
        failed = SweepError(message, errors)
        failed.rows = rows
        raise failed
    return rows


def _points(grid: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    if not isinstance(grid, Mapping):
        raise ValueError(
            f"grid {quoted(grid)}: expected a mapping from each parameter to its values"
        )
    for word, values in grid.items():
        if isinstance(values, str) or not isinstance(values, Iterable):
            raise ValueError(
                f"values {quoted(values)} of {quoted(word)}: expected a sequence, like (1, 2)"
            )
    return [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]


def _row(point: dict[str, Any], result: Any) -> dict[str, Any]:
    match result:
        case tuple(_asdict=fields):  # type: ignore[misc]  # a named tuple
            result = fields()
    told = dict(result) if isinstance(result, Mapping) else {"result": result}
    for word in point.keys() & told.keys():
        if point[word] != told[word]:
            raise ValueError(
                f"{quoted(word)} is {quoted(told[word])} in the result: expected other words than the grid's"
            )
    return point | told
