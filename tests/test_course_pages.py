"""The table of contents, the sources page and the glossary say what the lessons say."""

from __future__ import annotations

import json
import re

import pytest

from tests import reading_time
from tests.notebook_rules import NOTEBOOKS
from vpcedu.pages import course_pages

CONTENTS = course_pages.CONTENTS.read_text(encoding="utf-8")
SOURCES = course_pages.SOURCES.read_text(encoding="utf-8")
GLOSSARY = course_pages.GLOSSARY.read_text(encoding="utf-8")
PAGES = (*course_pages.LESSONS, course_pages.LAST)
ENTRY = re.compile(
    r"^- \[\*\*(.+?)\*\*\]\((\S+)\): (.+?[.\"]) ((?:[^ ]*\d\d[^ ]*, )*[^ ]*\d\d[^ ]*)\.$"
)


def test_the_table_of_contents_is_that_of_the_notebooks():
    """After a change: `python3 start.py refresh`."""
    assert course_pages.contents(CONTENTS) == CONTENTS


def test_the_sources_page_is_that_of_the_notebooks():
    assert course_pages.sources(SOURCES) == SOURCES


def test_the_glossarys_links_to_lessons_are_those_of_today():
    assert course_pages.glossary(GLOSSARY) == GLOSSARY
    bare = re.sub(r"\[(\d\d)\]\([^)]*\)", r"\1", GLOSSARY)
    assert bare != GLOSSARY and course_pages.glossary(bare) == GLOSSARY


def test_every_notebook_is_a_lesson_of_the_course():
    assert [path.stem for path in NOTEBOOKS] == [page.name for page in PAGES]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_table_has_each_lessons_title_time_and_belief(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    title = "".join(notebook["cells"][0]["source"]).splitlines()[0].removeprefix("# ")
    belief = next(page.belief for page in PAGES if page.name == path.stem)
    assert (
        f"| [{title}]({path.name}) | {reading_time.count(notebook).stated} | {belief} |" in CONTENTS
    )
    assert title.startswith(f"{path.stem[:2]} · ") or path.stem == course_pages.LAST.name


def test_only_a_lesson_that_is_not_there_is_announced():
    announced = re.findall(r"^\| (\d\d) · .*, comes later", CONTENTS, re.MULTILINE)
    assert set(announced) == {lesson.name[:2] for lesson in course_pages.LESSONS} - {
        p.name[:2] for p in NOTEBOOKS
    }


def test_a_wrong_time_or_title_in_the_table_is_mended():
    right = course_pages.row(course_pages.LESSONS[2])
    wrong = CONTENTS.replace(right, "| [02 · Wires](x.ipynb) | 9 | None. |")
    assert wrong != CONTENTS and course_pages.contents(wrong) == CONTENTS


def test_every_source_of_every_lesson_is_on_the_sources_page():
    for path in NOTEBOOKS:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        text = "\n\n".join(
            "".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"
        )
        links = course_pages.paragraph_links(text)
        assert links
        for _, address in links:
            line = next(line for line in SOURCES.splitlines() if f"]({address}): " in line)
            assert f"({path.name})" in line


def test_the_glossary_is_in_order_and_every_word_has_a_link_and_its_lessons():
    lines = [line for line in GLOSSARY.splitlines() if line.startswith("- ")]
    entries = [ENTRY.match(line) for line in lines]
    assert all(entries), [line for line, entry in zip(lines, entries, strict=True) if not entry]
    words = [entry[1].lower() for entry in entries if entry]
    assert len(words) >= 40 and words == sorted(words) and len(set(words)) == len(words)
    lessons = {lesson.name[:2] for lesson in course_pages.LESSONS}
    for entry in entries:
        assert (
            entry
            and {re.sub(r"\W*(\d\d)\b.*", r"\1", word) for word in entry[4].split(", ")} <= lessons
        )
        assert re.match(
            r"https://(docs\.aws\.amazon\.com|www\.rfc-editor\.org|www\.haproxy\.org)/", entry[2]
        )
