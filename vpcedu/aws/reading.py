"""Reading: files to JSON values, with limits.

They keep a file from taking all the memory, or from breaking the code that walks its values.

A folder may hold folders, as collections of several accounts and regions do; a file may be
compressed (.gz). It holds one value or several, one after the other, as a shell loop that appends
writes them. Text is UTF-8, or UTF-16 as PowerShell's `>` writes it. What is no answer of the AWS
CLI is named with what was seen in it.

Not taken: more than 64 MiB in all, more than 20,000 files, more than 3,000,000 brackets, commas and
colons (counted before a value is made, for each takes memory; the AWS CLI writes about as many in
64 MiB), values nested deeper than 64, NaN and infinities, numbers of more than 40 digits, an object
with one name twice. So what is read, and the network that is made of it, takes at most 512 MiB.
"""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path

from vpcedu.aws.located import At, LoadError
from vpcedu.aws.other_files import EMPTY, ERROR, in_text
from vpcedu.aws.reader_notes import Notes
from vpcedu.files import special
from vpcedu.quoting import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

MOST_BYTES, MOST_PARTS, DEEPEST, MOST_DIGITS = 64 * 1_024 * 1_024, 3_000_000, 64, 40
MOST_FILES, DEEPEST_FOLDER = 20_000, 6
A_LOOK = 4_096  # bytes of a file that is not read, to say what it is


class Odd:
    """Stands in a value for something that is not taken, until its path is known."""

    def __init__(self, what: str) -> None:
        self.what = what


def read(path: str | Path, notes: Notes, made: Callable[[Any], Any] = dict) -> Iterator[At]:
    """Every JSON value of a file, or of the *.json and *.gz files of a folder and those below it.

    made: makes an object of its names and values. LoadError where a file cannot be read.
    """
    left, parts = MOST_BYTES, 0
    for name, file in _files(Path(path), notes):
        text, size = _text(name, file, left)
        left -= size
        parts += sum(text.count(sign) for sign in "[{,:")
        if parts > MOST_PARTS:
            raise LoadError(
                f"{name}: $: with it {parts:,} brackets, commas and colons: expected at most"
                f" {MOST_PARTS:,} in all files together"
            )
        yield from _values(name, text, notes, made)


def _files(path: Path, notes: Notes) -> Iterator[tuple[str, Path]]:
    """The files that are read, each with its name below the folder."""
    if path.is_file():
        return iter([(plain(path.name), path)])
    if not path.is_dir():
        what = special(path) or "no such file or folder"
        raise LoadError(f"{plain(str(path))}: $: {what}: expected answers of the AWS CLI as JSON")
    found = []
    for number, (name, file, why) in enumerate(_inside(path, "", DEEPEST_FOLDER)):
        if number >= MOST_FILES:
            raise LoadError(
                f"{plain(str(path))}: $: more than {MOST_FILES:,} files: expected a folder of"
                " answers of the AWS CLI"
            )
        if why:
            notes.add("not read", At(None, name), why)
        else:
            found.append((name, file))
    return iter(found)


def _inside(folder: Path, above: str, levels: int) -> Iterator[tuple[str, Path, str]]:
    """What is in a folder and those below it: name, path, and why it is not read ("": it is)."""
    for file in sorted(folder.iterdir()):
        name = above + plain(file.name)
        if file.is_dir() and not file.is_symlink() and not file.name.startswith(".") and levels:
            yield from _inside(file, f"{name}/", levels - 1)
        elif what := special(file):
            yield name, file, f"it is {what}"
        elif file.suffix.lower() in (".json", ".gz"):
            yield name, file, ""
        else:
            yield name, file, _looked_at(file) or "its name does not end in .json"


def _looked_at(file: Path) -> str:
    """What a file is whose name is not that of an answer."""
    try:
        with file.open("rb") as opened:
            return in_text(opened.read(A_LOOK).decode(errors="replace"))
    except OSError as error:
        return str(error.strerror)


def _text(name: str, file: Path, most: int) -> tuple[str, int]:
    """The text of a file, and its bytes: in the file, or half of those in memory if that is more.

    One letter like an emoji makes each letter of a text take four bytes.
    """
    try:
        data = _data(file, most)
        text = data.decode(json.detect_encoding(data)) if len(data) <= most else ""
    except OSError as error:
        raise LoadError(
            f"{name}: $: {error.strerror or error}: expected a file that can be read"
        ) from None
    except UnicodeDecodeError as error:
        raise LoadError(
            f"{name}: $: {error.reason} at byte {error.start}: expected JSON in UTF-8 or UTF-16"
        ) from None
    size = max(len(data), sys.getsizeof(text) // 2)
    if size > most:
        raise LoadError(
            f"{name}: $: too long: expected at most {MOST_BYTES} bytes in all files together"
        )
    return text.removeprefix("\ufeff"), size


def _data(file: Path, most: int) -> bytes:
    """The bytes of a file, and at most one more than are allowed; OSError where they are broken."""
    if file.suffix.lower() != ".gz":
        with file.open("rb") as opened:
            return opened.read(min(most, file.stat().st_size) + 1)
    import gzip
    import zlib

    try:
        with gzip.open(file) as unpacked:
            return unpacked.read(most + 1)
    except (EOFError, zlib.error) as error:
        raise OSError(str(error)) from None


def _values(name: str, text: str, notes: Notes, made: Callable[[Any], Any]) -> Iterator[At]:
    decoder = json.JSONDecoder(
        object_pairs_hook=partial(_object, made),
        parse_int=_whole,
        parse_float=_float,
        parse_constant=Odd,
    )
    position, count = _skip(text, 0), 0
    if position == len(text):
        notes.add("not read", At(None, name), EMPTY)
    while position < len(text):
        count += 1
        label = name if count == 1 else f"{name}, value {count}"
        try:
            value, position = decoder.raw_decode(text, position)
        except json.JSONDecodeError as error:
            if seen := in_text(text[position : position + A_LOOK]):
                notes.add("not read", At(None, label), seen)
                if not seen.startswith(ERROR):
                    return
                position = _skip(text, text.find("\n", position) + 1 or len(text))
                continue
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


def _object(kind: Callable[[Any], Any], pairs: list[tuple[str, Any]]) -> Any:
    made = kind(pairs)
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
