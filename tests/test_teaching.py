"""What TEACHING.md shows is what happens."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

from tests.binder_base import REQUIREMENTS

PATH = Path(__file__).parent.parent / "docs" / "TEACHING.md"
TEXT = PATH.read_text(encoding="utf-8")
PAIR = re.compile(r"```python\n(.*?)```\n\n```text\n(.*?)```", re.DOTALL)


def shown(page: str) -> str:
    """The page with what its snippets print today; they are run in order, in one place."""
    place: dict[str, object] = {}

    def run(match: re.Match[str]) -> str:
        with contextlib.redirect_stdout(io.StringIO()) as told:
            exec(match[1], place)
        return f"```python\n{match[1]}```\n\n```text\n{told.getvalue()}```"

    return PAIR.sub(run, page)


def test_the_snippets_print_what_stands_below_them():
    assert len(PAIR.findall(TEXT)) == TEXT.count("```python") == 3
    assert shown(TEXT) == TEXT


def test_the_snippets_show_a_right_and_a_wrong_answer_and_one_that_is_none():
    told = PAIR.findall(TEXT)[2][1]
    assert (
        "1 of 1\nRight: " in told
        and "0 of 1\n" in told
        and "08.1: True" in told
        and "not an answer: " in told
    )


def test_the_lines_to_hand_in_are_of_both_forms():
    lines = PAIR.findall(TEXT)[1][1].splitlines()
    assert [line.split()[1] for line in lines] == ["before", "after"]
    assert {line.split()[2] for line in lines} == {"form=A", "form=B"}
    assert all(line.endswith("/12") for line in lines)


def test_students_have_packets_of_their_own_and_the_same_again_tomorrow():
    place: dict[str, object] = {}
    exec(PAIR.findall(TEXT)[0][0].split("\n\n\nfor ")[0], place)
    visit_of = place["visit_of"]
    flows = [str(visit_of(name).capture[1].packet.flow) for name in "abcdefghijklmnopqrst"]
    assert len(set(flows)) == len(flows)
    assert str(visit_of("a").capture[1].packet.flow) == flows[0]


def test_the_image_is_built_from_the_folder_that_binder_reads():
    assert f"folder `{REQUIREMENTS.parent.name}/`" in TEXT
    assert "--no-run" in TEXT
