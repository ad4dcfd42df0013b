"""The stored notebooks are fit to be read without a kernel, and to be compared by strict nbval."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import notebook_rules, reading_time, refresh
from tests.notebook_rules import KERNEL, NOTEBOOKS, normalise, problems, stale

ROOT = Path(__file__).parent.parent
LESSONS = [path for path in NOTEBOOKS if path.name[:2].isdigit()]


def test_there_is_a_lesson():
    built = {path.name[:2] for path in NOTEBOOKS}
    assert built >= {"00", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12"}


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


def _other_alt(notebook):
    for place in _code(notebook):
        for output in notebook["cells"][place]["outputs"]:
            if "image/png" in output.get("data", {}):
                output["metadata"]["image/png"]["alt"] = "A map of something else."


def _code(notebook):
    return [place for place, cell in enumerate(notebook["cells"]) if cell["cell_type"] == "code"]


def _skip_a_level(notebook):
    _markdown(notebook, "## Predict", "#### Predict")


def _no_section(notebook):
    _markdown(notebook, "## Break it", "### Break it")


def _wrong_order(notebook):
    _markdown(notebook, "## Predict", "## Xyz")
    _markdown(notebook, "## Break it", "## Predict")
    _markdown(notebook, "## Xyz", "## Break it")


def _two_titles(notebook):
    _markdown(notebook, "## Take away", "# Take away\n\n## Take away")


def _no_sources(notebook):
    _markdown(notebook, "**Sources**", "Sources")


def _sources_without_an_address(notebook):
    _markdown(notebook, "](https://", "](")


def _no_time(notebook):
    _markdown(notebook, "About 17 minutes", "Some minutes")


def _wrong_time(notebook):
    _markdown(notebook, "About 17", "About 25")


def _too_short(notebook):
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = [
                line for line in cell["source"] if line.startswith(("#", "*Lesson", "**Sources"))
            ]
        else:
            cell["outputs"] = []


def _too_long(notebook):
    notebook["cells"][2]["source"] = ["word " * 3000]


def _too_many_cells(notebook):
    place = _code(notebook)[0]
    notebook["cells"][place:place] = [copy.deepcopy(notebook["cells"][place]) for _ in range(3)]
    for number, at in enumerate(_code(notebook), 1):
        notebook["cells"][at]["execution_count"] = number


def _wrong_number(notebook):
    _markdown(notebook, "Lesson 3 of", "Lesson 2 of")


def _wrong_count(notebook):
    _markdown(notebook, " of 13.", " of 12.")


def _no_promise(notebook):
    _markdown(notebook, "**After this you can", "**Here you")


def _licence_at_the_top(notebook):
    _markdown(notebook, "You need only a little Python.", "Course text: CC BY 4.0.")


def _no_licence(notebook):
    _markdown(notebook, "Course text: CC BY 4.0.", "")


def _no_command(notebook):
    _markdown(notebook, "## On a real machine", "### On a real machine")


def _no_next(notebook):
    _markdown(notebook, "Next: [03", "See [03")


def _another_next(notebook):
    _markdown(notebook, "Next: [03", "Next: [04")


def _replace(notebook, old, new):
    """Replace words in every code cell."""
    for place in _code(notebook):
        cell = notebook["cells"][place]
        cell["source"] = "".join(cell["source"]).replace(old, new).splitlines(keepends=True)


def _another_lessons_recall(notebook):
    _replace(notebook, 'Recall("02")', 'Recall("03")')


def _no_seen(notebook):
    _replace(notebook, 'widgets.Seen("02")', "None")


def _recall_too_late(notebook):
    _replace(notebook, 'widgets.Recall("02")', "None")
    _replace(notebook, "other = widgets", 'widgets.Recall("02")\nother = widgets')


def _explorer_moved_elsewhere(notebook):
    _replace(notebook, "other.kernel.value", "explorer.kernel.value")


def _other_metadata(notebook):
    notebook["cells"][_code(notebook)[0]]["metadata"] = {"jupyter": {"outputs_hidden": True}}


def _markdown(notebook, old, new):
    """Replace words in every markdown cell."""
    before = json.dumps(notebook)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = "".join(cell["source"]).replace(old, new).splitlines(keepends=True)
    assert json.dumps(notebook) != before


FAULTS = {
    _strip: "code cells were not run once each, in order",
    _other_alt: "alt text that is not the text beside the picture",
    _state: "metadata beside kernelspec and language_info",
    _logic: "code cell 1: logic (For)",
    _long: "code cell 1: 9 lines",
    _error: "code cell 1: a stored error",
    _no_alt: "a picture without alt text or display width 700",
    _skip_a_level: "heading 'Predict' skips a level",
    _no_section: "no section 'Break it'",
    _wrong_order: "sections not in the order",
    _two_titles: "not one title, at the top",
    _no_sources: "no sources: no paragraph **Sources** with addresses",
    _sources_without_an_address: "no sources: no paragraph **Sources** with addresses",
    _no_time: "no line '*Lesson n of N. About N minutes.' at the top",
    _wrong_time: "says about 25 minutes; counted are",
    _wrong_number: "is lesson 3 of 13, and says 2 of 13",
    _wrong_count: "is lesson 3 of 13, and says 3 of 12",
    _no_promise: "no line '*Lesson n of N. About N minutes.* **After this you can ...**'",
    _licence_at_the_top: "'Course text: CC BY 4.0.' is not at the foot alone",
    _no_licence: "'Course text: CC BY 4.0.' is not at the foot alone",
    _no_command: "no section 'On a real machine'",
    _no_next: "does not end with 'Next: [...]'",
    _another_next: "does not end with 'Next: [...]'",
    _another_lessons_recall: "not one cell widgets.Recall('02')",
    _no_seen: "not one cell widgets.Seen('02')",
    _recall_too_late: "widgets.Recall is not in the section 'The question'",
    _explorer_moved_elsewhere: "explorer is moved in another cell than it was made",
    _other_metadata: "metadata jupyter {'outputs_hidden': True}",
    _too_short: "minutes; 10 to 25 are allowed",
    _too_long: "minutes; 10 to 25 are allowed",
    _too_many_cells: "15 code cells; 14 are allowed",
}


def _lesson():
    """Lesson 02, in which the faults are planted."""
    return json.loads(
        next(path for path in NOTEBOOKS if path.name.startswith("02")).read_text(encoding="utf-8")
    )


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__.strip("_"))
def test_the_rules_find_a_planted_fault(fault):
    notebook = _lesson()
    assert problems(notebook) == []
    fault(notebook)
    assert any(FAULTS[fault] in told for told in problems(notebook)), problems(notebook)


# --- the length, counted ----------------------------------------------------------------


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_takes_ten_to_twenty_five_minutes_and_says_so(path):
    told = reading_time.count(json.loads(path.read_text(encoding="utf-8")))
    assert 10 <= told.minutes <= 25 and 10 <= told.stated <= 25 and 0 < told.cells <= 14


def test_addresses_and_the_list_of_sources_are_not_read():
    assert reading_time.plain("one [two](https://x.example/a-b-c) three").split() == [
        "one",
        "[two]",
        "three",
    ]
    assert reading_time.plain("one\n\n**Sources**: [a](https://b) c\nd\n\n## two").split() == [
        "one",
        "##",
        "two",
    ]


def test_the_count_is_of_what_a_learner_does():
    """One picture, one prediction, one explorer, one exercise and 180 words.

    Each adds its own share.
    """
    cells = [
        {"cell_type": "markdown", "source": ["## Predict\n", "## Touch it\n", "word " * 1794]},
        {
            "cell_type": "code",
            "source": ['lab.check("02.1", x)'],
            "outputs": [{"output_type": "display_data", "data": {"image/png": ""}}],
        },
    ]
    told = reading_time.count({"cells": cells})
    assert (told.words, told.cells, told.pictures, told.stated) == (1799, 1, 1, None)
    assert told.minutes == round(1799 / 180 + 0.15 + 0.5 + 1.0 + 1.5 + 1.5)


def _cells(*sources, hidden=False):
    metadata = {"jupyter": {"source_hidden": True}} if hidden else {}
    return [
        {"cell_type": "code", "source": [source], "outputs": [], "metadata": metadata}
        for source in sources
    ]


def test_forms_and_rows_of_buttons_take_their_time():
    none = reading_time.count({"cells": _cells(*["x"] * 20)}).minutes
    forms = ["widgets.Prediction(visit)", "widgets.PortPrediction(visit)"] * 4
    questions = ['widgets.Recall("03")', 'widgets.Seen("03")'] * 4
    for asked, each in ((forms, 1.0), (questions, 0.5)):
        cells = _cells(*asked, *["x"] * 12)
        assert reading_time.count({"cells": cells}).minutes == none + 8 * each


def test_a_folded_cell_takes_its_time_but_is_not_one_of_the_fourteen():
    cells = _cells(*["x"] * 14) + _cells(*["x"] * 26, hidden=True)
    told = reading_time.count({"cells": cells})
    assert (told.cells, told.minutes) == (14, 6)


def test_the_whole_course_takes_at_most_fifteen_hundredths_more_than_the_first_edition():
    books = [json.loads(path.read_text(encoding="utf-8")) for path in LESSONS]
    minutes = sum(reading_time.count(book).minutes for book in books)
    assert minutes <= reading_time.MOST_IN_ALL == int(1.15 * 241)


def test_the_script_prints_every_lesson_and_says_what_is_wrong(tmp_path, capsys):
    notebook = _lesson()
    _too_long(notebook)
    path = tmp_path / "02-too-long.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert reading_time.main(LESSONS) == 0
    assert all(path.stem in capsys.readouterr().out for path in NOTEBOOKS[:1])
    assert reading_time.main([path]) == 1
    assert "10 to 25 are allowed" in capsys.readouterr().out


# --- refresh: what it stores, and when it fails -----------------------------------------

SHORT = {
    "cells": [
        {
            "cell_type": "code",
            "execution_count": 1,
            "id": "a",
            "metadata": {},
            "source": "print(1)",
            "outputs": [{"name": "stdout", "output_type": "stream", "text": "1\n"}],
        }
    ],
    "metadata": {"kernelspec": KERNEL, "language_info": {"name": "python"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


def _refreshed(tmp_path, monkeypatch, capsys, source="print(1)", rules=(), **cell):
    """Refresh a notebook of one cell under no other rules than these.

    Returns the exit code, what was said, what is stored.
    """
    monkeypatch.setattr(notebook_rules, "problems", lambda notebook: list(rules))
    notebook = copy.deepcopy(SHORT)
    notebook["cells"][0].update(source=source, **cell)
    path = tmp_path / "short.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    code = refresh.main(["short"], [path])
    return code, capsys.readouterr().out, json.loads(path.read_text(encoding="utf-8"))["cells"][0]


def test_refresh_is_content_with_a_notebook_that_shows_what_happens(tmp_path, monkeypatch, capsys):
    code, said, _ = _refreshed(tmp_path, monkeypatch, capsys)
    assert (code, said) == (0, "short.ipynb: stored\n")


@pytest.mark.parametrize(
    "cell, fault",
    [
        ({"outputs": [], "execution_count": None}, "stripped, or never run"),
        ({"outputs": [{"name": "stdout", "output_type": "stream", "text": "2\n"}]}, "stale"),
    ],
    ids=["stripped", "stale"],
)
def test_refresh_fails_on_a_stripped_or_stale_cell_once_and_mends_it(
    tmp_path, monkeypatch, capsys, cell, fault
):
    code, said, stored = _refreshed(tmp_path, monkeypatch, capsys, **cell)
    assert (code, said) == (1, f"short.ipynb: mended\n  code cell 1: {fault} before; stored anew\n")
    assert (stored["execution_count"], "".join(stored["outputs"][0]["text"])) == (1, "1\n")
    assert _refreshed(tmp_path, monkeypatch, capsys, **stored)[0] == 0


def test_refresh_fails_on_a_cell_that_errs_and_stores_nothing(tmp_path, monkeypatch, capsys):
    code, said, stored = _refreshed(tmp_path, monkeypatch, capsys, source="print(1)\n1 / 0")
    assert code == 1 and "NOT stored" in said and "ZeroDivisionError" in said
    assert stored["outputs"] == SHORT["cells"][0]["outputs"]


def test_refresh_fails_on_a_broken_rule_and_stores_nothing(tmp_path, monkeypatch, capsys):
    """Over-long cells, logic, missing sections and sources are rules.

    The tests above plant each of them.
    """
    code, said, stored = _refreshed(
        tmp_path, monkeypatch, capsys, source="print(3)", rules=["no section 'Predict'"]
    )
    assert code == 1 and said == "short.ipynb: NOT stored\n  no section 'Predict'\n"
    assert stored["source"] == "print(3)" and stored["outputs"] == SHORT["cells"][0]["outputs"]


def test_a_pictures_bytes_are_not_stale_but_its_words_are():
    def picture(png, alt, words):
        output = {
            "output_type": "display_data",
            "data": {"image/png": png, "text/plain": words},
            "metadata": {"image/png": {"alt": alt, "width": 700}},
        }
        return {"cells": [{"cell_type": "code", "execution_count": 1, "outputs": [output]}]}

    stored = picture("abcd", "a map", "words")
    assert stale(stored, picture("wxyz", "a map", "words")) == []
    assert stale(stored, picture("abcd", "no map", "words")) == stale(
        stored, picture("abcd", "a map", "others")
    )
    assert stale(stored, picture("abcd", "no map", "words")) == ["code cell 1: stale"]


# --- strict nbval finds what is not true any more ---------------------------------------


def test_nbval_finds_every_corrupted_sentence_table_and_text_alternative(tmp_path):
    """Every output of a lesson that is compared, one word changed in each.

    Every one of these cells fails.
    """
    notebook = _lesson()
    told = 0
    for place in _code(notebook):
        for output in notebook["cells"][place]["outputs"]:
            where = output if "text" in output else output["data"]
            key = "text" if "text" in output else "text/plain"
            words = "".join(where[key])
            where[key] = words.replace(words.split()[-1], "corrupted")
        told += bool(notebook["cells"][place]["outputs"])
    path = tmp_path / "02-corrupted.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--nbval",
        "--nbval-current-env",
        path,
    ]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout
    assert told >= 10 and re.search(rf"^{told} failed", said, re.MULTILINE), said


def test_what_a_cell_prints_is_stored_in_one_piece():
    pieces = [
        {"output_type": "stream", "name": "stdout", "text": text}
        for text in ("one\n", ["two\n", "three\n"])
    ]
    notebook = {"metadata": {}, "cells": [{"cell_type": "code", "metadata": {}, "outputs": pieces}]}
    normalise(notebook)
    assert notebook["cells"][0]["outputs"] == [
        {"output_type": "stream", "name": "stdout", "text": "one\ntwo\nthree\n"}
    ]


def test_the_check_before_a_commit_names_the_notebook_and_what_is_wrong(tmp_path, capsys):
    good = notebook_rules.NOTEBOOKS[0]
    assert notebook_rules.main([str(good)]) == 0 and capsys.readouterr().out == ""
    notebook = json.loads(good.read_text(encoding="utf-8"))
    next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")["execution_count"] = 9
    bad = tmp_path / "00-bad.ipynb"
    bad.write_text(json.dumps(notebook), encoding="utf-8")
    assert notebook_rules.main([str(good), str(bad)]) == 1
    assert capsys.readouterr().out.startswith(f"{bad}: code cells were not run once each")
