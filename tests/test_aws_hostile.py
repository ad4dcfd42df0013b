"""Hostile files: six kinds of damage to every file of real folders, through the commands.

Each ends in one clear line, or in an answer.

Each damage is drawn from a seed. Exit code 2 means nothing on stdout and one line that says what
was expected; any other code is an answer about what could be read. An exception that is not told is
a failure of the test.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from rigs import aws_made

from vpcedu import aws
from vpcedu.__main__ import main

DEEP, DIGITS = "[" * 100_000 + "]" * 100_000, "9" * 1_000_000
PUT = '"@put@"'  # stands in the JSON text where something comes that json cannot write
ODD = (
    None,
    True,
    0,
    -1,
    1.5,
    10**30,
    "",
    "x",
    "é",
    "\ud800",
    "10.0.0.0/33",
    "::/0",
    "local",
    [],
    {},
    [[]],
    [{}],
    {"VpcId": []},
    ["x"],
    "-1",
    "65536",
)


def places(value, path=()):
    """Every path in a value but the top."""
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, one in inner:
        yield (*path, key)
        yield from places(one, (*path, key))


def put(value, path, new):
    for step in path[:-1]:
        value = value[step]
    value[path[-1]] = new


def rows(value):
    """Every list of rows in a value that is not empty."""
    for path in places(value):
        at = value
        for step in path:
            at = at[step]
        if isinstance(at, list) and at and isinstance(at[0], dict):
            yield at


def truncated(text, chance):
    return text[: chance.randrange(1, len(text) - 1)]


def wrong_type(text, chance):
    value = json.loads(text)
    for _ in range(chance.choice((1, 1, 1, 3))):
        found = list(places(value))
        if found:
            put(value, chance.choice(found), chance.choice(ODD))
    return json.dumps(value)


def instead(words):
    def damage(text, chance):
        value = json.loads(text)
        put(value, chance.choice(list(places(value))), "@put@")
        return json.dumps(value).replace(PUT, chance.choice(words))

    return damage


def twice(text, chance):
    """A row once more, with another value somewhere in it, so that two rows have one id."""
    value = json.loads(text)
    lists = list(rows(value))
    if not lists:
        return text[:-2]
    found = chance.choice(lists)
    copy = json.loads(json.dumps(chance.choice(found)))
    inner = list(places(copy))
    put(copy, chance.choice(inner), "another")
    found.append(copy)
    return json.dumps(value)


DAMAGE = {
    "truncated": truncated,
    "wrong type": wrong_type,
    "nested 100,000 deep": instead((DEEP, '{"a":' * 100_000)),
    "duplicate id": twice,
    "NaN": instead(("NaN", "Infinity", "-Infinity")),
    "a million digits": instead((DIGITS, "-" + DIGITS, "0." + DIGITS, DIGITS + "e5")),
}
REFUSED = ("nested 100,000 deep", "NaN", "a million digits")
ASKED = {
    "example": ("internet", "shop", 80),
    "reference": ("internet", "shop", 80),
    "peered": ("10.1.0.10", "10.2.0.10", 80),
    "endpoints": ("10.0.1.10", "10.50.0.9", 443),
}


@pytest.fixture(scope="module")
def folder_of(tmp_path_factory):
    """A copy of a folder, and the texts of its files."""

    def copy(name):
        origin = aws.example() if name == "example" else aws_made.made(name, tmp_path_factory)[0]
        folder = tmp_path_factory.mktemp(f"hostile-{name}")
        for file in origin.glob("*.json"):
            shutil.copy(file, folder)
        return folder, {
            file.name: file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.json"))
        }

    return copy


def run(command, folder, name, capsys):
    """The exit code of a command in this process, held to what it may print."""
    source, destination, port = ASKED[name]
    more = ["--from", source, "--to", destination, "--port", str(port)] if command == "ask" else []
    code = main([command, str(folder), *more])
    out, err = capsys.readouterr()
    lines = [line for line in err.splitlines() if not line.startswith("vpcedu: note: ")]
    if code == 2:
        assert out == "" and len(lines) == 1, (out[:200], lines)
        assert lines[0].startswith("vpcedu: ") and "expected" in lines[0] and len(lines[0]) < 6_000
    else:
        assert code in (0, 1, 3) and out and lines == []
    err.encode()
    return code


def damaged(folder, texts, file, kind, chance):
    (folder / file).write_text(DAMAGE[kind](texts[file], chance), encoding="utf-8")


@pytest.mark.parametrize("kind", DAMAGE)
def test_each_file_of_the_example_with_each_damage_is_refused_in_one_line_or_answered(
    folder_of, kind, capsys
):
    folder, texts = folder_of("example")
    assert len(texts) == 17
    for number, file in enumerate(texts):
        damaged(folder, texts, file, kind, Random(number))
        codes = {run(command, folder, "example", capsys) for command in ("ask", "audit")}
        if kind in REFUSED:
            assert codes == {2}, file
        (folder / file).write_text(texts[file], encoding="utf-8")
    assert run("ask", folder, "example", capsys) == 0  # the folder is whole again


@pytest.mark.parametrize("name", ASKED)
def test_a_hundred_seeded_damages_of_a_folder(folder_of, name, capsys):
    folder, texts = folder_of(name)
    codes = []
    filled = [file for file, text in texts.items() if len(list(places(json.loads(text)))) > 1]
    for seed in range(100):
        chance = Random(f"{name} {seed}")
        file, kind = (
            chance.choice(filled),
            chance.choice(("truncated", "wrong type", "wrong type", "duplicate id")),
        )
        damaged(folder, texts, file, kind, chance)
        codes.append(run("ask" if seed % 2 else "audit", folder, name, capsys))
        (folder / file).write_text(texts[file], encoding="utf-8")
    assert codes.count(2) > 20 and len(codes) - codes.count(2) > 10  # both ends were met


LIMITED = """import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (384 * 1024 * 1024,) * 2)  # of addresses, the interpreter's own among them
from vpcedu.__main__ import main
raise SystemExit(main(sys.argv[1:]))
"""
EVIL = {
    "deep": DEEP * 20,
    "objects": '{"a":' * 500_000,
    "digits": "9" * 4_000_000,
    "NaN": "[NaN," * 500_000,
    "values": "{}" * 300_000,
    "vpcs": '{"Vpcs": [' + "{}," * 300_000 + "{}]}",
    "keys": "{" + ",".join(f'"{n}": 0' for n in range(150_000)) + "}",
    "escapes": '{"Vpcs": "' + "\\u0000" * 300_000 + '"}',
}


@pytest.mark.skipif(sys.platform == "win32", reason="limits of memory are POSIX's")
@pytest.mark.parametrize("name", EVIL)
def test_no_file_takes_the_memory(tmp_path, name):
    (tmp_path / "evil.json").write_text(EVIL[name])
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, "audit", str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent.parent,
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr[-500:]
    assert "expected" in done.stderr
