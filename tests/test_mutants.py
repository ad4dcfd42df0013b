"""The script that plants faults in the core: it makes those it lists, and tells what came of each.

It runs here on a package of one module with a hole in its tests.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import covered
import mutants
import pytest

HERE = Path(__file__).parent
MODULE = '''"""Ages."""


def may_enter(age: int, ticket: bool) -> bool:
    if age < 0:
        raise ValueError(f"{age} years: expected 0 or more")
    return age >= 18 and ticket
'''
TESTS = """
import pytest

from vpcedu.address import may_enter


def test_who_may_enter():
    assert may_enter(30, True)
    assert not may_enter(30, False)
    assert not may_enter(3, True)
    assert may_enter(18, True)
    with pytest.raises(ValueError, match="-1 years"):
        may_enter(-1, True)
"""
# What no test of these notices: nobody aged 17, and nobody aged 0.
ALIVE = {("number", "0", "1"), ("boundary", "<", "<=")}


@pytest.fixture
def tree(tmp_path):
    for name, text in {
        "vpcedu/__init__.py": '"""Made up."""\n',
        "vpcedu/address.py": MODULE,
        "tests/test_address.py": TESTS,
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def run(tree, *words):
    """What the script prints, and its exit code."""
    done = subprocess.run(
        [sys.executable, HERE / "mutants.py", "--root", tree, *words],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": "", "COLUMNS": "100"},
        timeout=120,
    )
    assert not done.stderr, done.stderr
    return done.stdout, done.returncode


def made(source):
    """Operator, and the text that was and becomes, of each mutant of a module."""
    return [
        (mutant.operator, mutant.was, mutant.becomes)
        for mutant in mutants.mutants("vpcedu.address", source)
    ]


# --- they are made as listed ----------------------------------------------------------------------


def test_every_mutant_of_a_small_module_is_one_of_the_listed_ones():
    assert made(MODULE) == [
        ("condition", "age < 0", "True"),
        ("condition", "age < 0", "False"),
        ("boundary", "<", "<="),
        ("comparison", "<", ">="),
        ("number", "0", "1"),
        ("deleted", 'raise ValueError(f"{age} years: expected 0 or more")', "pass"),
        ("returned", "age >= 18 and ticket", "None"),
        ("and or", "and", "or"),
        ("boundary", ">=", ">"),
        ("comparison", ">=", "<"),
        ("number", "18", "19"),
    ]


@pytest.mark.parametrize(
    ("source", "operator", "changed"),
    [
        ("x = a <= b", "boundary", "x = a < b"),
        ("x = a is not None", "comparison", "x = a is None"),
        ("x = a not in b", "comparison", "x = a in b"),
        ("x = (a or b) and c", "and or", "x = (a and b) and c"),
        ("x = not (a or b)", "not", "x = (a or b)"),
        ("x = (a + b) * c", "arithmetic", "x = (a - b) * c"),
        ("x -= 1", "arithmetic", "x += 1"),
        ("x = a << 4", "arithmetic", "x = a >> 4"),
        ("x = 0xff", "number", "x = 256"),
        ("x = True", "truth", "x = False"),
        ("x = min(a, b)", "extreme", "x = max(a, b)"),
        ("x = [a for a in b if a]", "condition", "x = [a for a in b if True]"),
        ("while a: b()", "condition", "while False: b()"),
        ("def f(): return a", "returned", "def f(): return None"),
        ("def f(): a.b = c", "deleted", "def f(): pass"),
        ("def f(): del a[b]", "deleted", "def f(): pass"),
        ('x = "é" in a', "comparison", 'x = "é" not in a'),  # the parser counts bytes
    ],
)
def test_an_operator_makes_this_of_a_line(source, operator, changed):
    all_of_it = mutants.mutants("vpcedu.address", source)
    assert changed in [one.apply(source) for one in all_of_it if one.operator == operator]


@pytest.mark.parametrize(
    "source",
    [
        '"""1 < 2."""',
        "x: tuple[int, Literal[1]]",
        "def f(a: Literal[1]) -> Literal[2]: pass",
        "x = f'{1 + 2}'",
        "x = 'a' + b",
        "TYPE_CHECKING = False\nif TYPE_CHECKING:\n    x = 1",
        "def f(): return None",
    ],
)
def test_nothing_is_planted_in_text_annotations_or_what_type_checkers_read(source):
    assert made(source) == []


def test_equal_changes_on_equal_lines_are_told_apart():
    one, other = mutants.mutants("vpcedu.address", "def f():\n    a()\n    a()\n")
    assert one[:6] == other[:6]
    assert one.key != other.key


def test_the_difference_shows_whole_lines():
    first = mutants.mutants("vpcedu.address", MODULE)[0]
    assert first.diff(MODULE) == "  -     if age < 0:\n  +     if True:"


# --- the same seed takes the same -----------------------------------------------------------------


def test_the_same_seed_takes_the_same_mutants_and_another_seed_others():
    sources = mutants.core_sources(mutants.ROOT)
    keys = [mutant.key for mutant in mutants.chosen(sources, 100, 1)]
    assert len(set(keys)) == len(keys) == 100
    assert keys == [mutant.key for mutant in mutants.chosen(sources, 100, 1)]
    assert keys != [mutant.key for mutant in mutants.chosen(sources, 100, 2)]
    assert {key[0].split(".")[1] for key in keys} > {"address", "protocols", "tables", "hosts"}


def test_mutants_are_spread_by_statements():
    assert mutants.shares({"a": 10, "b": 20, "c": 0}, 6) == {"a": 2, "b": 4, "c": 0}
    assert mutants.shares({"a": 1, "b": 1, "c": 1}, 5) == {"a": 2, "b": 2, "c": 1}


def test_a_change_elsewhere_in_a_module_leaves_the_choice_of_the_others():
    before = mutants.mutants("vpcedu.address", MODULE)
    after = mutants.mutants("vpcedu.address", MODULE + "\n\ndef more(a):\n    return a + 1\n")
    assert [mutant.key for mutant in after[: len(before)]] == [mutant.key for mutant in before]


# --- and what comes of them is told ---------------------------------------------------------------


def test_survivors_are_reported_with_their_lines_and_a_second_run_tries_nothing(tree):
    source = tree / "vpcedu" / "address.py"
    printed, code = run(tree, "--number", "11")
    assert code == 1
    assert "survived: vpcedu/address.py:5 may_enter (boundary); 1 files of tests" in printed
    assert "  -     if age < 0:\n  +     if age <= 0:\n" in printed
    assert "  -     if age < 0:\n  +     if age < 1:\n" in printed
    assert "9 of 11 noticed, 81.8%; 0 of these because" in printed
    assert "0 of 11 are equivalent, 0.0%; of the others 81.8% were noticed" in printed
    assert source.read_text() == MODULE

    results = tree / "build" / "mutants" / "seed-1.jsonl"
    rows = [json.loads(line) for line in results.read_text().splitlines()]
    assert {
        (row["key"][2], *row["key"][4:6]) for row in rows if row["outcome"] == "survived"
    } == ALIVE
    assert [row["by"] for row in rows if row["outcome"] == "noticed"] == [
        "tests/test_address.py::test_who_may_enter"
    ] * 9

    # resumed: what was noticed stays, one that is missing is tried, half a line counts for nothing
    results.write_text("\n".join(map(json.dumps, rows[1:])) + '\n{"key": ["vpc')
    printed, _ = run(tree, "--number", "11")
    assert "1/1 " in printed
    assert "9 of 11 noticed" in printed

    # a test more: those that survived are tried again when that is asked for
    (tree / "tests" / "test_address.py").write_text(TESTS + "    assert not may_enter(0, True)\n")
    assert "9 of 11 noticed" in run(tree, "--number", "11")[0]
    printed, code = run(tree, "--number", "11", "--survivors")
    assert "11 of 11 noticed, 100.0%" in printed
    assert code == 0


def test_a_fault_that_never_ends_is_too_slow_and_an_equivalent_one_is_counted_apart(tree):
    (tree / "vpcedu" / "address.py").write_text(
        "def count(most):\n    at = 0\n    while at < most:\n        at += 1\n    return at\n"
    )
    (tree / "tests" / "test_address.py").write_text(
        "from vpcedu.address import count\n\n\ndef test_it():\n    assert count(3) == 3\n"
    )
    (tree / "tests" / mutants.EQUIVALENT).write_text(
        '[[mutant]]\nmodule = "vpcedu.address"\nwithin = "count"\nline = "at = 0"\n'
        'change = "0 > 1"\nwhy = "said to be, for this test"\n'
    )
    printed, code = run(tree, "--number", "8", "--limit", "1", "--jobs", "2")
    assert "too slow" in printed
    assert "; 2 of these because the tests did not end in time" in printed
    assert "1 of 8 are equivalent, 12.5%; of the others 100.0% were noticed" in printed
    assert code == 0

    (tree / "tests" / "test_address.py").write_text(
        "from vpcedu.address import count\n\n\ndef test_it():\n    assert count(0) == 0\n"
    )
    printed, _ = run(tree, "--number", "8", "--equivalents")
    assert "listed as equivalent, but noticed: vpcedu/address.py:2 count (number)" in printed


def test_what_is_listed_as_equivalent_is_still_there_and_has_a_reason():
    """A line that has changed since is to be judged anew: then its row goes."""
    sources = mutants.core_sources(mutants.ROOT)
    there = {
        mutant.equivalent_key
        for module, source in sources.items()
        for mutant in mutants.mutants(module, source)
    }
    known = mutants.equivalents(mutants.ROOT)
    assert [key for key in known if key not in there] == []
    assert all(len(why) > 20 for why in known.values())


# --- lines that coverage leaves out ---------------------------------------------------------------


def test_few_lines_of_the_core_are_left_out_of_its_coverage_and_each_says_why():
    left_out = covered.exclusions(mutants.core_sources(mutants.ROOT))
    assert len(left_out) <= covered.MOST
    assert [row for row in left_out if len(row.reason) < 15] == []


def test_a_line_that_is_left_out_is_found_with_its_reason():
    text = (
        "a = 1\nb = 2  # pragma: no cover: nobody can\nc = 3  # pragma: no cover\n"
        'raise AssertionError("a is 1")\nraise AssertionError\n'
    )
    assert covered.exclusions({"vpcedu.address": text}) == [
        ("vpcedu.address", 2, "nobody can"),
        ("vpcedu.address", 3, ""),
        ("vpcedu.address", 4, "a is 1"),
        ("vpcedu.address", 5, ""),
    ]
