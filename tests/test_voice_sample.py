"""What the package says in a seeded sample, in the goldens and in printed sources: plain, short."""

from pathlib import Path

import house
import pytest
from rigs import voice, voice_sample

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.txt"))


def test_a_printed_docstring_has_no_phrase_to_avoid_and_no_long_sentence():
    for name, source in house.printed().items():
        if name not in voice_sample.NOT_YET_SHOWN:
            for words in voice_sample.shown_docstrings(source):
                assert (name, voice.phrases(words), voice.too_long(words)) == (name, set(), [])


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_stored_text_has_no_phrase_to_avoid_and_no_long_sentence(path):
    words = voice_sample.prose(path.read_text(encoding="utf-8"))
    assert len(voice.sentences(words)) > 5
    assert (voice.phrases(words), voice.too_long(words)) == (set(), [])


@pytest.mark.parametrize("folder", [name for name in voice_sample.SAMPLES if name in voice.HELD])
def test_what_is_said_in_a_seeded_sample_is_short_and_plain(folder):
    said = voice_sample.sample(folder)
    assert len(said) > 25
    assert [one for one in said if voice.too_long(one)] == []
    assert [(one, found) for one in said if (found := voice.phrases(one))] == []


def test_the_sample_finds_a_sentence_that_is_made_long(monkeypatch):
    monkeypatch.setattr(voice_sample.explain, "_ports", lambda legs: " ".join(["port"] * 26) + ".")
    assert any(voice.too_long(one) for one in voice_sample.sample("views"))


def test_evidence_in_brackets_and_lines_of_tables_are_not_counted():
    short, row = "it is short (" + "rule " * 30 + ").", "name  " + "word " * 30
    assert voice.too_long(short) == [] and voice.sentences(f"{short}\n{row}\nend")[
        1
    ] == row.strip().replace("  ", " ")
    assert voice_sample.prose(f"one\n  {row}\n| ladder\ntwo").split() == ["one", "two"]
