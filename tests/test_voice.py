"""The package speaks one English: plain verbs, full nouns, short sentences (`rigs/voice.py`)."""

from pathlib import Path

import house
import pytest
import size
from rigs import voice

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.txt"))


def test_no_sentence_in_the_source_has_a_phrase_to_avoid_or_is_too_long():
    assert voice.broken(size.sources()) == set()


def test_a_planted_phrase_and_a_planted_long_sentence_are_found():
    long = "word " * (voice.MOST_WORDS + 1)
    source = (
        f'"""Mends a row."""\nA = "this mends it"\nB = f"{{A}} a {long}"\nC = "all is well here"\n'
    )
    assert voice.broken({"vpcedu.planted": source}) == {
        r"vpcedu.planted:2: \bmend(s|ed|ing)?\b",
        f"vpcedu.planted:3: 0 a {long.strip()}",
    }


def test_no_sentence_that_is_written_by_hand_has_a_phrase_to_avoid_or_is_too_long():
    assert {
        f"{file}: {why}" for file, text in voice.written() for why in voice.wrong(file, text)
    } == set()


def test_a_planted_phrase_in_a_page_is_found_and_code_is_not_looked_at():
    text = voice.plain("A `row` of\n```\nrows\n```\n[mends](behind.html) it. **Sources**: a row.")
    assert voice.wrong("notebooks/01.ipynb", text) == {r"\bmend(s|ed|ing)?\b", voice.ROW}
    assert voice.wrong("notebooks/12-is-it-true.ipynb", text) == {r"\bmend(s|ed|ing)?\b"}


def test_every_phrase_is_looked_for_in_lower_case_and_says_what_is_better():
    for pattern, better in voice.PHRASES.items():
        assert pattern == pattern.lower() and better


def test_every_exception_is_needed_and_has_a_reason():
    everything = " ".join(
        words for text in size.sources().values() for _, words in voice.literals(text)
    ) + " ".join(text for _, text in voice.written())
    for allowed, reason in voice.EXCEPTIONS.items():
        assert allowed in everything and reason


def test_every_file_that_says_row_prints_numbered_rows():
    texts = {f"vpcedu/{name}": words_of(name) for name in voice.NUMBERED if name.endswith(".py")}
    for file, text in voice.written():
        texts[file] = texts.get(file, "") + text
    for name, table in voice.NUMBERED.items():
        text = texts.get(name) or texts[f"vpcedu/{name}"]
        assert voice.ROW in voice.phrases(text) and table


def words_of(name):
    module = "vpcedu." + name.removesuffix(".py").replace("/", ".")
    return " ".join(words for _, words in voice.literals(size.sources()[module]))


def test_a_printed_docstring_has_no_phrase_to_avoid_and_no_long_sentence():
    for name, source in house.printed().items():
        for words in voice.shown_docstrings(source):
            assert (name, voice.phrases(words), voice.too_long(words)) == (name, set(), [])


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_stored_text_has_no_phrase_to_avoid_and_no_long_sentence(path):
    words = voice.prose(path.read_text(encoding="utf-8"))
    assert len(voice.sentences(words)) > 5
    assert (voice.phrases(words), voice.too_long(words)) == (set(), [])


@pytest.mark.parametrize("folder", voice.SAMPLES)
def test_what_is_said_in_a_seeded_sample_is_short_and_plain(folder):
    said = voice.sample(folder)
    assert len(said) > 25
    assert [one for one in said if voice.too_long(one)] == []
    assert [(one, found) for one in said if (found := voice.phrases(one))] == []


def test_the_sample_finds_a_sentence_that_is_made_long(monkeypatch):
    monkeypatch.setattr(voice.explain, "_ports", lambda legs: " ".join(["port"] * 26) + ".")
    assert any(voice.too_long(one) for one in voice.sample("views"))


def test_evidence_in_brackets_and_lines_of_tables_are_not_counted():
    short, row = "it is short (" + "rule " * 30 + ").", "name  " + "word " * 30
    assert voice.too_long(short) == [] and voice.sentences(f"{short}\n{row}\nend")[
        1
    ] == row.strip().replace("  ", " ")
    assert voice.prose(f"one\n  {row}\n| ladder\ntwo").split() == ["one", "two"]
