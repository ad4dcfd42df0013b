"""Frames: an explorer's pictures made beforehand are those that it shows when it is moved."""

from __future__ import annotations

import base64
import gzip
import json
import random
from functools import cache
from math import prod

import pytest
from test_stand_in import code

from tests.notebook_rules import NOTEBOOKS
from vpcedu.pages.alive import frames
from vpcedu.pages.alive.cells import Cells

FIRST_PAGE = 60_000  # bytes, in base64, that a page may carry for one explorer
SETTINGS = 6


@cache
def made():
    return frames.made({path.stem: code(path) for path in NOTEBOOKS})


def unpacked(text):
    first, *rows = gzip.decompress(base64.b64decode(text)).decode().split("\n")
    return json.loads(first), [json.loads(row) for row in rows]


def test_every_lesson_with_an_explorer_has_frames_of_it_and_they_are_small():
    assert [name for name, found in made().items() if not found] == ["check-yourself"]
    for found in made().values():
        for text in found.values():
            head, rows = unpacked(text)
            assert 1 < len(rows) == prod(count for _, count in head["controls"]) <= frames.MOST
            assert len(text) < FIRST_PAGE


def test_they_are_the_same_bytes_every_time(tmp_path, monkeypatch):
    name = "00-the-question"
    monkeypatch.setattr(frames, "KEPT", tmp_path)
    assert frames.made({name: code(NOTEBOOKS[0])})[name] == made()[name]
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_frame_is_what_the_explorer_shows_when_it_is_brought_there(path, monkeypatch):
    """By ipywidgets, and in another order than the frames were made in."""
    monkeypatch.chdir(path.parent)
    monkeypatch.setenv("VPCEDU_PAINTER", "svg")
    choose, cells = random.Random(19), Cells(code(path))
    for place, text in made()[path.stem].items():
        head, rows = unpacked(text)
        cells.run(place)
        explorer = cells.space[cells.sources[place].strip().split("\n")[-1]]
        names = [tuple(name) for name in head["moving"]]
        first = {(number, word): v for number, _, told in head["tree"] for word, v in told.items()}
        for row in choose.sample(rows, min(SETTINGS, len(rows))):
            shown = first | dict(zip(names, row, strict=True))
            for name, (number, _) in zip(head["names"], head["controls"], strict=True):
                control, value = explorer.controls[name], shown[number, "value"]
                choice = (number, "options") in shown
                before = explorer.image.value
                control.value = control._options_values[value] if choice else value
            texts = [text for (_, word), text in shown.items() if word == "value"]
            markup = [text for text in texts if isinstance(text, str)]
            assert explorer.image.value == (shown[head["picture"], "value"] or before)
            assert [text for text in markup if "--lines:" in text] == [explorer.line.value]
            assert shown[head["note"], "value"] == explorer.note.value
