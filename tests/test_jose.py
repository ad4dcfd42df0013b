"""docs/JOSE.md: each item of the checklist says where it is met, by links, or what is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parent.parent / "docs" / "JOSE.md").read_text(encoding="utf-8")


def rows(page: str) -> list[list[str]]:
    """The items, with where they are met and what is missing."""
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines()]
    return [row for row in cells if len(row) == 3 and row[0] not in ("Item", "---")]


def unanswered(page: str) -> list[str]:
    """Items that are neither met by something in the project nor said to be missing."""
    local = re.compile(r"\]\((?!https?:)[^)]+\)")
    return [item for item, met, missing in rows(page) if not local.search(met) and not missing]


def test_each_item_is_met_by_something_or_said_to_be_missing():
    """That the links lead somewhere is tested with those of all pages."""
    assert len(rows(PAGE)) == 19 and unanswered(PAGE) == []


@pytest.mark.parametrize("said", ["there is no paper", "names of authors"])
def test_an_item_without_an_answer_is_found(said):
    harmed = re.sub(rf"\| [^|]*{said}[^|]*\|$", "| |", PAGE, flags=re.MULTILINE)
    assert harmed != PAGE and len(unanswered(harmed)) == 1


def test_nothing_is_called_missing_that_is_there():
    citation = (Path(__file__).parent.parent / "CITATION.cff").read_text(encoding="utf-8")
    assert ("doi:" in citation) is not ("and its DOI" in PAGE)
    assert ('name: "The vpcedu authors"' in citation) is ('"The vpcedu authors"' in PAGE)
