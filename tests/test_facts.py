"""The table of facts, the markers of the tests, and what is left out, agree."""

from collections import Counter
from pathlib import Path

import pytest
from fact_page import Shown, markers, shown
from facts import FACTS, HOW_SURE, LEFT_OUT, PENDING

from tests.reference_page import pages

TABLE = {fact.id: fact for fact in FACTS}


def test_no_two_facts_share_an_id_or_a_statement():
    assert len(TABLE) == len({fact.statement for fact in FACTS}) == len(FACTS)


def test_every_fact_has_a_sentence_and_a_source_and_says_how_sure_it_is():
    for fact in FACTS:
        assert (
            fact.statement[0].isupper()
            or fact.statement[0].isdigit()
            or fact.statement.startswith("macOS")
        )
        assert fact.statement.endswith("."), fact.id
        assert fact.sure in HOW_SURE, fact.id
        assert fact.sources, fact.id
        for source in fact.sources:
            assert source.startswith("https://") and " " not in source, fact.id


def test_every_fact_is_shown_by_a_test_or_left_out_for_a_reason_and_never_both():
    found = shown()
    assert [
        id for id in TABLE if id not in found and id not in LEFT_OUT and id not in PENDING
    ] == []
    assert [id for id in LEFT_OUT if id in found or id in PENDING] == []
    assert [id for id in PENDING if id in found] == [], "these have a test now"


def test_every_marker_names_a_fact_and_stands_on_a_test():
    rows = [row for rows in shown().values() for row in rows]
    assert rows
    assert [row for row in rows if row.fact not in TABLE] == []
    assert [row for row in rows if not row.test.startswith("test_")] == []
    assert [row for row, times in Counter(rows).items() if times > 1] == []


def test_what_is_left_out_or_pending_is_in_the_table():
    assert [id for id in (*LEFT_OUT, *PENDING) if id not in TABLE] == []
    assert all(LEFT_OUT.values())


def test_pytest_knows_the_markers_that_were_read(request):
    """What the scan finds is what pytest collected, as far as it collected those files."""
    here = {Path(str(item.path)).name for item in request.session.items}
    collected = {
        Shown(id, Path(str(item.path)).name, item.originalname)
        for item in request.session.items
        if hasattr(item, "originalname")
        for mark in item.iter_markers("fact")
        for id in mark.args
    }
    read = {row for rows in shown().values() for row in rows if row.file in here}
    assert collected <= read


SOURCE = """
import pytest

@pytest.mark.fact("a", "b")
@pytest.mark.parametrize("x", [1, pytest.param(2, marks=pytest.mark.fact("c"))])
def test_one(x):
    pass

pytestmark = pytest.mark.fact("d")
"""


def test_markers_are_found_on_tests_on_their_parameters_and_elsewhere():
    assert markers(SOURCE, "x.py") == [
        Shown("a", "x.py", "test_one"),
        Shown("b", "x.py", "test_one"),
        Shown("c", "x.py", "test_one"),
        Shown("d", "x.py", ""),
    ]


def test_an_id_that_is_no_literal_is_refused():
    with pytest.raises(ValueError, match=r"x\.py, line 2: name: expected a fact's id as text"):
        markers("import pytest\npytest.mark.fact(name)", "x.py")


def test_the_reference_page_has_a_row_for_every_fact():
    text = pages()["reference/facts.md"]
    facts, _, left = text.partition("## What we leave out, and why")
    for id, fact in TABLE.items():
        rows = [
            line
            for line in (left if id in LEFT_OUT else facts).splitlines()
            if line.startswith(f"| {id} | ")
        ]
        assert len(rows) == 1, id
        assert fact.statement in rows[0] and all(source in rows[0] for source in fact.sources)
        for row in shown().get(id, ()):
            assert f"[`{row.test}`](../../tests/{row.file})" in rows[0]
