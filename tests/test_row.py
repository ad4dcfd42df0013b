"""Records are written once: annotations are fields, values behind them defaults."""

from __future__ import annotations

import ast
import pickle
import subprocess
import sys
from copy import deepcopy
from inspect import signature

import house
import pytest
import size

from vpcedu.row import NamedRow
from vpcedu.tables.route_table import Route


class Pair(NamedRow):
    """Two fields, one with a default."""

    first: int
    second: str = "b"

    def __str__(self) -> str:
        return f"{self.first}{self.second}"


def test_annotations_are_fields_in_their_order_and_values_are_defaults():
    assert Pair._fields == ("first", "second")
    assert str(signature(Pair)) == "(first, second='b')"
    assert (Pair(1), Pair(1, "c"), Pair(first=2)) == ((1, "b"), (1, "c"), (2, "b"))
    assert str(Pair(1)) == "1b"
    assert repr(Pair(1)) == "Pair(first=1, second='b')"


def test_a_notebook_asks_a_record_for_its_text_by_the_one_name_that_it_knows():
    """IPython shows a tuple by `_repr_pretty_` alone, and never asks it for a bundle."""
    found = {
        node.name: {inner.name for inner in node.body if isinstance(inner, ast.FunctionDef)}
        for source in size.sources().values()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ClassDef) and house.is_row(node)
    }
    assert "_repr_pretty_" in found["FlowLog"]
    assert [name for name, words in found.items() if "_repr_mimebundle_" in words] == []


def test_a_record_is_a_frozen_value_without_a_dictionary_of_its_own():
    with pytest.raises(AttributeError):
        Pair(1).first = 2
    with pytest.raises(AttributeError):
        Pair(1).third = 3
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'first'"):
        Pair()
    assert Pair(1)._replace(second="c") == (1, "c")


def test_a_record_is_copied_and_pickled_by_its_own_name():
    row = Route("rtb-1", "0.0.0.0/0", "NAT")
    assert pickle.loads(pickle.dumps(row)) == row == deepcopy(row)
    assert type(pickle.loads(pickle.dumps(row))) is Route
    assert Pair.__module__ == __name__ and Pair.__qualname__ == "Pair"


def test_a_field_that_is_not_there_is_named():
    with pytest.raises(ValueError, match=r"Pair has no fields .*third"):
        Pair(1)._replace(third=3)
    with pytest.raises(TypeError, match=r"Pair\.__new__\(\) missing .* 'first'"):
        Pair()


def test_without_the_quick_way_to_a_field_records_are_the_same():
    """Another Python than CPython need not have it: the question is answered alike."""
    words = (
        "import sys; import {0}; del {0}._tuplegetter; from vpcedu.__main__ import main; main([])"
    )
    told = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        for code in (words.format("_collections"), "from vpcedu.__main__ import main; main([])")
    ]
    assert told[0].stdout == told[1].stdout and len(told[0].stdout) > 1_000


def test_a_record_without_fields_is_refused():
    with pytest.raises(TypeError, match="Empty has no fields"):

        class Empty(NamedRow):
            """Nothing."""
