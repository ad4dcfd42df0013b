"""The stored notebooks are fit to be read without a kernel, and to be compared by strict nbval."""

from __future__ import annotations

import copy
import json

import pytest

from tests.notebook_rules import NOTEBOOKS, normalise, problems


def test_there_is_a_lesson():
    built = {path.name[:2] for path in NOTEBOOKS}
    assert built >= {"00", "01", "02", "03", "04", "05", "06", "07", "08", "09", "12"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_stored_notebook_keeps_the_rules(path):
    assert problems(json.loads(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_normalising_a_stored_notebook_changes_nothing(path):
    stored = json.loads(path.read_text(encoding="utf-8"))
    again = copy.deepcopy(stored)
    normalise(again)
    assert again == stored


def _strip(notebook):
    notebook["cells"][_code(notebook)[0]].update(outputs=[], execution_count=None)


def _state(notebook):
    notebook["metadata"]["widgets"] = {"state": {}}


def _logic(notebook):
    notebook["cells"][_code(notebook)[0]]["source"] = "for n in range(3):\n    print(n)"


def _long(notebook):
    notebook["cells"][_code(notebook)[0]]["source"] = "\n".join(["a = 1"] * 9)


def _error(notebook):
    error = {"output_type": "error", "ename": "E", "evalue": "", "traceback": []}
    notebook["cells"][_code(notebook)[0]]["outputs"] = [error]


def _no_alt(notebook):
    for place in _code(notebook):
        for output in notebook["cells"][place]["outputs"]:
            output["metadata"] = {}


def _code(notebook):
    return [place for place, cell in enumerate(notebook["cells"]) if cell["cell_type"] == "code"]


@pytest.mark.parametrize("fault", [_strip, _state, _logic, _long, _error, _no_alt], ids=lambda f: f.__name__.strip("_"))
def test_the_rules_find_a_planted_fault(fault):
    notebook = json.loads(NOTEBOOKS[0].read_text(encoding="utf-8"))
    fault(notebook)
    assert problems(notebook)
