"""Sweeps: every point of a grid is played once, by any executor, and the rows come in the order of the grid."""

from collections import namedtuple
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor

import pytest

from vpcedu import reference_architecture
from vpcedu.lab import Load, port_use, sweep

GRID = {"balancer": ("network", "classic-tcp"), "nat": ("instance", "gateway"), "seed": (0, 7)}
POINTS = [(b, n, s) for b in GRID["balancer"] for n in GRID["nat"] for s in GRID["seed"]]
Point = namedtuple("Point", ("port", "packets"))


def page(balancer, nat, seed):
    """A visit as a plain row."""
    visit = reference_architecture(balancer, nat, seed).get("http://www.example.com/")
    return {"symptom": visit.symptom, "port": visit.capture[1].packet.flow.sport, "packets": len(visit.capture)}


def failures(rate, ports):
    return sum(port_use(Load(ports=ports, rate=rate), 90).failed)


def odd(value):
    if value == 3:
        raise ValueError("three")
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
    assert rows[0] == {"balancer": "network", "nat": "instance", "seed": 0} | page("network", "instance", 0)


def test_the_default_is_a_pool_of_processes():
    rows = sweep(failures, {"rate": (100, 900), "ports": ((32_768, 60_999), (1_024, 65_535))})
    assert [row["result"] > 0 for row in rows] == [False, False, True, False]


def test_progress_is_told_for_every_point():
    told = []
    sweep(odd, {"value": range(3)}, OneByOne(), lambda done, of: told.append((done, of)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_named_tuples_give_their_fields():
    assert sweep(point, {"value": (1,)}, OneByOne()) == [{"value": 1, "port": 1, "packets": 2}]


def test_an_error_says_at_which_point_it_happened():
    with pytest.raises(ValueError, match="three") as error, ThreadPoolExecutor(1) as executor:
        sweep(odd, {"value": range(5)}, executor)
    assert error.value.__notes__ == ["at the point {'value': 3} of the grid"]


def test_an_empty_grid_has_no_rows_and_no_words_one():
    assert sweep(odd, {"value": ()}, OneByOne()) == []
    assert sweep(page, {word: values[:1] for word, values in GRID.items()}, OneByOne())[0]["packets"] == 11


@pytest.mark.parametrize("grid", [None, (1, 2), {"value": 3}, {"value": "abc"}])
def test_what_is_no_grid_is_refused(grid):
    with pytest.raises(ValueError, match="expected"):
        sweep(odd, grid, OneByOne())
