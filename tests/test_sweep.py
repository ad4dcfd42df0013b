"""Sweeps: every point of a grid is run once, by any executor.

The rows come in the order of the grid.
"""

import csv
import io
import json
import os
import subprocess
import sys
import threading
from collections import namedtuple
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest

from vpcedu import reference_architecture
from vpcedu.lab import Load, port_use, sweep
from vpcedu.sites.sweep import SweepError

GRID = {"balancer": ("network", "classic-tcp"), "nat": ("instance", "gateway"), "seed": (0, 7)}
POINTS = [(b, n, s) for b in GRID["balancer"] for n in GRID["nat"] for s in GRID["seed"]]
Point = namedtuple("Point", ("port", "packets"))


def page(balancer, nat, seed):
    """A visit as a plain row."""
    visit = reference_architecture(balancer, nat, seed).get("http://www.example.com/")
    return {
        "symptom": visit.symptom,
        "port": visit.capture[1].packet.flow.sport,
        "packets": len(visit.capture),
    }


def failures(rate, ports):
    return sum(port_use(Load(ports=ports, rate=rate), 90).failed)


def odd(value):
    if value == 3:
        raise ValueError("three")
    return value


def dies(value):
    if value == 2:
        os._exit(1)
    return value


def point(value):
    return Point(value, value * 2)


class OneByOne(Executor):
    """Does the work at once, in this thread: what a debugger wants."""

    def submit(self, work, /, *words, **named):
        future: Future = Future()
        try:
            future.set_result(work(*words, **named))
        except Exception as error:
            future.set_exception(error)
        return future


@pytest.mark.parametrize("kind", [ProcessPoolExecutor, ThreadPoolExecutor])
def test_processes_and_threads_give_the_rows_that_one_by_one_gives(kind):
    with kind(2) as executor:
        rows = sweep(page, GRID, executor)
    assert rows == sweep(page, GRID, OneByOne())
    assert [(row["balancer"], row["nat"], row["seed"]) for row in rows] == POINTS
    assert {row["symptom"] for row in rows} == {"200 OK"}
    assert rows[0] == {"balancer": "network", "nat": "instance", "seed": 0} | page(
        "network", "instance", 0
    )


def test_the_default_is_a_pool_of_processes():
    rows = sweep(failures, {"rate": (100, 900), "ports": ((32_768, 60_999), (1_024, 65_535))})
    assert [row["result"] > 0 for row in rows] == [False, False, True, False]


ON_DASK = """
from distributed import Client, LocalCluster
from test_sweep import GRID, SweepError, odd, page, sweep

if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as cluster:
        with Client(cluster) as client, client.get_executor() as executor:
            print(repr(sweep(page, GRID, executor)))
            told = []
            try:
                sweep(odd, {"value": range(5)}, executor, lambda done, of: told.append((done, of)))
            except SweepError as error:
                print(repr((told, error.rows, [one.__notes__ for one in error.exceptions])))
"""


def test_dask_gives_the_same_rows(tmp_path):
    """Two worker processes on this machine, in a process of their own.

    Dask's threads outlive its client.
    """
    paths = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parent.parent)])
    told = subprocess.run(
        [sys.executable, "-c", ON_DASK],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": paths, "DASK_CONFIG": str(tmp_path)},
    )
    assert told.returncode == 0, told.stderr
    rows, failed = told.stdout.splitlines()
    assert rows == repr(sweep(page, GRID, OneByOne()))
    assert failed == repr(
        (
            [(n, 5) for n in range(1, 6)],
            [{"value": n, "result": n} for n in (0, 1, 2, 4)],
            [["at the point {'value': 3} of the grid"]],
        )
    )


def test_rows_are_plain():
    rows = sweep(page, GRID, OneByOne())
    assert json.loads(json.dumps(rows)) == rows
    written = io.StringIO()
    table = csv.DictWriter(written, rows[0])
    table.writeheader()
    table.writerows(rows)
    assert written.getvalue().splitlines()[0] == "balancer,nat,seed,symptom,port,packets"
    assert len(written.getvalue().splitlines()) == 1 + len(POINTS)


def test_progress_is_told_for_every_point():
    told = []
    sweep(odd, {"value": range(3)}, OneByOne(), lambda done, of: told.append((done, of)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_progress_does_not_wait_for_a_slow_first_point():
    slow = threading.Event()

    def scenario(value):
        return value == 0 and slow.wait(60)

    with ThreadPoolExecutor(2) as executor:
        rows = sweep(
            scenario,
            {"value": range(3)},
            executor,
            lambda done, _: slow.set() if done == 2 else None,
        )
    assert [row["result"] for row in rows] == [True, False, False]


def test_named_tuples_give_their_fields():
    assert sweep(point, {"value": (1,)}, OneByOne()) == [{"value": 1, "port": 1, "packets": 2}]


@pytest.mark.parametrize("kind", [ProcessPoolExecutor, ThreadPoolExecutor])
def test_an_error_says_at_which_point_it_happened_and_the_other_rows_are_not_lost(kind):
    with pytest.raises(SweepError, match="1 of 5 points failed") as error, kind(2) as executor:
        sweep(odd, {"value": range(5)}, executor)
    (cause,) = error.value.exceptions
    assert isinstance(cause, ValueError) and str(cause) == "three"
    assert cause.__notes__ == ["at the point {'value': 3} of the grid"]
    assert error.value.rows == [{"value": n, "result": n} for n in (0, 1, 2, 4)]
    assert error.value.subgroup(ValueError).rows == error.value.rows


def test_a_process_that_dies_loses_only_what_it_had_not_done():
    with (
        pytest.raises(SweepError, match="3 of 5 points failed") as error,
        ProcessPoolExecutor(1) as executor,
    ):
        sweep(dies, {"value": range(5)}, executor)
    assert error.value.rows == [{"value": n, "result": n} for n in (0, 1)]
    (broken,) = error.value.exceptions
    assert broken.__notes__ == [f"at the point {{'value': {n}}} of the grid" for n in (2, 3, 4)]


def test_a_result_that_says_something_else_about_a_word_of_the_grid_is_an_error():
    with pytest.raises(SweepError) as error:
        sweep(lambda seed: {"seed": seed + 1}, {"seed": (7,)}, OneByOne())
    assert (
        str(error.value.exceptions[0])
        == "'seed' is 8 in the result: expected other words than the grid's"
    )
    assert sweep(lambda seed: {"seed": seed}, {"seed": (7,)}, OneByOne()) == [{"seed": 7}]


def test_what_interrupts_the_caller_cancels_the_points_that_have_not_begun():
    begun, going = [], threading.Event()

    def scenario(value):
        begun.append(value)
        return value == 0 or going.wait(60)

    def stop(done, of):
        going.set()
        raise KeyboardInterrupt

    with ThreadPoolExecutor(1) as executor, pytest.raises(KeyboardInterrupt):
        sweep(scenario, {"value": range(100)}, executor, stop)
    assert len(begun) < 100


def test_an_empty_grid_has_no_rows_and_no_words_one():
    assert sweep(odd, {"value": ()}, OneByOne()) == []
    assert (
        sweep(page, {word: values[:1] for word, values in GRID.items()}, OneByOne())[0]["packets"]
        == 11
    )


@pytest.mark.parametrize("grid", [None, (1, 2), {"value": 3}, {"value": "abc"}])
def test_what_is_no_grid_is_refused(grid):
    with pytest.raises(ValueError, match="expected"):
        sweep(odd, grid, OneByOne())


def test_in_a_browser_a_sweep_runs_in_this_process(monkeypatch):
    """A browser's Python can start no other process, so even a local function is a scenario."""

    def failing(number):
        return 10 // number

    monkeypatch.setattr("sys.platform", "emscripten")
    monkeypatch.setattr("concurrent.futures.ProcessPoolExecutor", None)
    assert sweep(lambda number: number * 2, {"number": (1, 2)}) == [
        {"number": 1, "result": 2},
        {"number": 2, "result": 4},
    ]
    with pytest.raises(SweepError) as caught:
        sweep(failing, {"number": (0, 5)})
    assert caught.value.rows == [{"number": 5, "result": 2}]
