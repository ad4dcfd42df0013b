"""Quoting: how a message repeats what came from outside.

On one line, and never longer than a few lines of a terminal: a value may be a whole file.
"""

from __future__ import annotations

MOST = 200  # letters


def quoted(value: object) -> str:
    """A value as Python writes it; of a long one the beginning, and how long it is.

    >>> quoted("10.0.0")
    "'10.0.0'"
    """
    return _bounded(repr(value))


def plain(words: str) -> str:
    """A name without quotes, escaped only where it could not be read on one line.

    >>> plain("my-network/vpcs.json")
    'my-network/vpcs.json'
    """
    return _bounded(words if words.isprintable() else repr(words)[1:-1])


def _bounded(words: str) -> str:
    return words if len(words) <= MOST else f"{words[:MOST]}... ({len(words):,} letters in all)"
