"""docs/THE-ANSWER.md: its words stand in the lesson, are printed by the command, and are tested."""

import json
import re
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path

import pytest

from vpcedu.__main__ import main

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "THE-ANSWER.md"
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| What the answer says")
]
QUOTED = re.compile(r'"([^"]+)"$')


def plain(words):
    return " ".join(words.split())


@cache
def lesson(path):
    """All that stands in a lesson: its words, its code, and what is stored under it."""
    cells = json.loads((PAGE.parent / path).read_text(encoding="utf-8"))["cells"]
    parts = ["".join(cell["source"]) for cell in cells]
    for output in (output for cell in cells for output in cell.get("outputs", [])):
        parts.append("".join(output.get("text", "")))
        parts.append("".join(output.get("data", {}).get("text/plain", "")))
    return plain("\n".join(parts))


@cache
def printed(words):
    out = StringIO()
    with redirect_stdout(out):
        assert main(words.split()[3:]) == 0
    return plain(out.getvalue())


@cache
def names_of_tests():
    files = sorted(ROOT.glob("tests/test_*.py"))
    return set(
        re.findall(r"(?m)^\s*def (test_\w+)", "\n".join(f.read_text("utf-8") for f in files))
    )


def test_every_sentence_has_a_verdict_a_lesson_and_a_test():
    assert len(ROWS) == 15
    for row in ROWS:
        assert len(row) == 5 and all(row[:3]) and row[4], row


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:40])
def test_what_the_table_points_at_is_there(row):
    _, _, see, run, test = row
    path = re.search(r"\]\(([^)]+)\)", see)[1]
    assert plain(QUOTED.search(see)[1]) in lesson(path)
    if run != "-":
        assert plain(QUOTED.search(run)[1]) in printed(re.search("`([^`]+)`", run)[1])
    assert test.strip("`") in names_of_tests()


def test_every_test_that_the_page_names_exists():
    named = re.findall(r"`(test_\w+)`", PAGE.read_text(encoding="utf-8"))
    assert len(named) >= 18 and set(named) <= names_of_tests()
    assert "test_that_is_not_there" not in names_of_tests()
