"""The page that ties facts to the tests that show them.

The markers are read, not run.
"""

from __future__ import annotations

import ast
from collections import namedtuple
from functools import cache
from pathlib import Path

from facts import FACTS, HOW_SURE, LEFT_OUT, SECTIONS, SEEN_ON_AWS, Fact

TESTS = Path(__file__).parent


class Shown(namedtuple("Shown", ("fact", "file", "test"))):
    """A marker: the fact's id, the name of the file, and the test that shows it.

    The test is "" where the marker is not on a test.
    """

    __slots__ = ()
    fact: str
    file: str
    test: str


def markers(source: str, file: str) -> list[Shown]:
    """Every `pytest.mark.fact("id", ...)` of a file; also where a parameter of a test carries it.

    ValueError where an id is no literal text.
    """
    if "mark.fact(" not in source:
        return []
    tree = ast.parse(source)
    owner = {
        id(inner): node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for decorator in node.decorator_list
        for inner in ast.walk(decorator)
    }
    found = []
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "fact"
        ):
            for word in node.args:
                if not (isinstance(word, ast.Constant) and isinstance(word.value, str)):
                    raise ValueError(
                        f"{file}, line {node.lineno}: {ast.unparse(word)}: expected a fact's id as text"
                    )
                found.append(Shown(word.value, file, owner.get(id(node), "")))
    return sorted(found)


@cache
def shown() -> dict[str, list[Shown]]:
    """The markers of all tests, by fact."""
    found: dict[str, list[Shown]] = {}
    for path in sorted(TESTS.glob("*.py")):
        for row in markers(path.read_text(encoding="utf-8"), path.name):
            found.setdefault(row.fact, []).append(row)
    return found


def link(url: str) -> str:
    """A source, named by the last part of its address."""
    name = url.rstrip("/").rpartition("/")[2].partition("#")[0].removesuffix(".html")
    return f"[{name}]({url})"


def tables() -> list[str | list[tuple[str, ...]]]:
    """The two sections, as lines and tables."""
    found = shown()
    words = "; ".join(f"*{name}*: {meaning}" for name, meaning in HOW_SURE.items())
    lines: list[str | list[tuple[str, ...]]] = [
        "## Facts, and the tests that show them",
        f"How sure a fact is: {words}. A test that shows a fact fails where the model behaves otherwise.",
    ]
    for title, facts in SECTIONS:
        rows = [_row(fact, found) for fact in facts if fact.id not in LEFT_OUT]
        lines += [
            f"### {title}",
            [("fact", "what", "value", "how sure", "source", "shown by"), *rows],
        ]
    left = [
        (fact.id, fact.statement, LEFT_OUT[fact.id], _sources(fact))
        for fact in FACTS
        if fact.id in LEFT_OUT
    ]
    return [
        *lines,
        "## What we leave out, and why",
        [("fact", "what", "why it is left out", "source"), *left],
    ]


def _row(fact: Fact, found: dict[str, list[Shown]]) -> tuple[str, ...]:
    tests = [f"[`{row.test}`](../../tests/{row.file})" for row in found.get(fact.id, ())]
    by = "<br>".join(tests) or "no test yet"
    return fact.id, fact.statement, fact.value, how_sure(fact), _sources(fact), by


def how_sure(fact: Fact) -> str:
    """One of HOW_SURE, or when and where captures on AWS have shown the fact."""
    return f"seen on AWS, {SEEN_ON_AWS[fact.id]}" if fact.id in SEEN_ON_AWS else fact.sure


def _sources(fact: Fact) -> str:
    return ", ".join(map(link, fact.sources))
