"""Reading: files to JSON values, with limits.

They keep a file from taking all the memory, or from breaking the code that walks its values.

A file holds one value or several, one after the other, as a shell loop that appends writes them.
Text is UTF-8, or UTF-16 as PowerShell's `>` writes it. Not taken: more than 64 MiB in all, more
than 3,000,000 brackets, commas and colons (counted before a value is made, for each takes memory;
the AWS CLI writes about as many in 64 MiB), values nested deeper than 64, NaN and infinities,
numbers of more than 40 digits, an object with one name twice. So what is read, and the network that
is made of it, takes at most 512 MiB.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from vpcedu.aws.located import At, LoadError
from vpcedu.aws.reader_notes import Notes
from vpcedu.files import special
from vpcedu.quoting import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

MOST_BYTES, MOST_PARTS, DEEPEST, MOST_DIGITS = 64 * 1_024 * 1_024, 3_000_000, 64, 40


class Odd:
    """Stands in a value for something that is not taken, until its path is known."""

    def __init__(self, what: str) -> None:
        self.what = what


def read(path: str | Path, notes: Notes) -> Iterator[At]:
    """Every JSON value of a file, or of the *.json files of a folder.

    LoadError where one cannot be read.
    """
    left, parts = MOST_BYTES, 0
    for file in _files(Path(path), notes):
        name = plain(file.name)
        text, size = _text(file, left)
        left -= size
        parts += sum(text.count(sign) for sign in "[{,:")
        if parts > MOST_PARTS:
            raise LoadError(
                f"{name}: $: with it {parts:,} brackets, commas and colons: expected at most"
                f" {MOST_PARTS:,} in all files together"
            )
        yield from _values(name, text)


def _files(path: Path, notes: Notes) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        what = special(path) or "no such file or folder"
        raise LoadError(f"{plain(str(path))}: $: {what}: expected answers of the AWS CLI as JSON")
    inside = sorted(path.iterdir())
    taken = [file for file in inside if file.suffix.lower() == ".json" and file.is_file()]
    for other in sorted({*inside} - {*taken}):
        named = other.suffix.lower() == ".json"
        why = f"it is {special(other)}" if named else "its name does not end in .json"
        notes.add("unknown", At(None, plain(other.name)), f"not read: {why}")
    return taken


def _text(file: Path, most: int) -> tuple[str, int]:
    """The text of a file, and its bytes: in the file, or half of those in memory if that is more.

    One letter like an emoji makes each letter of a text take four bytes.
    """
    try:
        with file.open("rb") as opened:
            data = opened.read(min(most, file.stat().st_size) + 1)
        text = data.decode(json.detect_encoding(data)) if len(data) <= most else ""
    except OSError as error:
        raise LoadError(
            f"{plain(str(file))}: $: {error.strerror or error}: expected a file that can be read"
        ) from None
    except UnicodeDecodeError as error:
        raise LoadError(
            f"{plain(file.name)}: $: {error.reason} at byte {error.start}: expected JSON in UTF-8 or UTF-16"
        ) from None
    size = max(len(data), sys.getsizeof(text) // 2)
    if size > most:
        raise LoadError(
            f"{plain(file.name)}: $: too long: expected at most {MOST_BYTES} bytes in all files together"
        )
    return text.removeprefix("\ufeff"), size


def _values(name: str, text: str) -> Iterator[At]:
    decoder = json.JSONDecoder(
        object_pairs_hook=_object, parse_int=_whole, parse_float=_float, parse_constant=Odd
    )
    position, count = _skip(text, 0), 0
    while position < len(text):
        count += 1
        label = name if count == 1 else f"{name}, value {count}"
        try:
            value, position = decoder.raw_decode(text, position)
        except json.JSONDecodeError as error:
            raise LoadError(
                f"{label}: $: line {error.lineno}, column {error.colno}: {error.msg}:"
                " expected JSON as the AWS CLI writes it"
            ) from None
        except RecursionError:
            raise LoadError(
                f"{label}: $: nested too deep: expected at most {DEEPEST} levels"
            ) from None
        at = At(value, label)
        _check(at)
        yield at
        position = _skip(text, position)


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t\r\n":
        position += 1
    return position


def _object(pairs: list[tuple[str, Any]]) -> Any:
    made = dict(pairs)
    if len(made) < len(pairs):
        for name, _ in pairs:
            if name not in made:  # it was taken out before
                return Odd(f"an object with the name {name[:60]!a} twice")
            del made[name]
    return made


def _whole(digits: str) -> Any:
    return int(digits) if len(digits) <= MOST_DIGITS else Odd(f"a number of {len(digits)} digits")


def _float(digits: str) -> Any:
    return float(digits) if len(digits) <= MOST_DIGITS else Odd(f"a number of {len(digits)} digits")


def _check(top: At) -> None:
    """Look at every value once, without recursion: only the way to the present one is kept."""
    way: list[Iterator[At]] = [iter((top,))]
    while way:
        at = next(way[-1], None)
        if at is None:
            way.pop()
            continue
        if isinstance(at.value, Odd):
            raise LoadError(f"{at.where}: {at.value.what}: expected plain JSON")
        if len(way) > DEEPEST + 1:
            raise LoadError(f"{at.where}: nested too deep: expected at most {DEEPEST} levels")
        way.append(_inner(at))


def _inner(at: At) -> Iterator[At]:
    """The objects and lists in a value, and what stands for something that is not taken."""
    inner: Iterable[tuple[str | int, Any]] = ()
    if isinstance(at.value, dict):
        inner = at.value.items()
    elif isinstance(at.value, list):
        inner = enumerate(at.value)
    for key, value in inner:
        if isinstance(value, dict | list | Odd):
            yield At(value, key, at)
