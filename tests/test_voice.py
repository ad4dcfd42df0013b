"""The package speaks one English: plain verbs, full nouns, short sentences (`rigs/voice.py`)."""

import size
from rigs import voice


def test_no_sentence_in_the_source_has_a_phrase_to_avoid_or_is_too_long():
    assert voice.broken(voice.held(size.sources())) == set()


def test_a_planted_phrase_and_a_planted_long_sentence_are_found():
    long = "word " * (voice.MOST_WORDS + 1)
    source = (
        f'"""Mends a row."""\nA = "this mends it"\nB = f"{{A}} a {long}"\nC = "all is well here"\n'
    )
    assert voice.broken({"vpcedu.planted": source}) == {
        r"vpcedu.planted:2: \bmend(s|ed|ing)?\b",
        f"vpcedu.planted:3: 0 a {long.strip()}",
    }


def test_every_phrase_is_looked_for_in_lower_case_and_says_what_is_better():
    for pattern, better in voice.PHRASES.items():
        assert pattern == pattern.lower() and better


def test_every_exception_is_needed_and_has_a_reason():
    everything = " ".join(
        words for text in size.sources().values() for _, words in voice.literals(text)
    )
    for allowed, reason in voice.EXCEPTIONS.items():
        assert allowed in everything and reason
