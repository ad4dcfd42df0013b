"""What SECURITY.md promises: each promise has a test; those without another home are here."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from vpcedu import aws
from vpcedu.__main__ import COMMANDS
from vpcedu.aws import reading
from vpcedu.sites import capture_file

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")


# --- each promise has a test ------------------------------------------------------------


def names_in(file: str) -> set[str]:
    """The names of the tests in a file; none where there is no such file."""
    path = ROOT / file
    tree = ast.parse(path.read_text(encoding="utf-8")) if path.is_file() else ast.Module([], [])
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def faults(page: str) -> list[str]:
    """Promises without a test, tests that are not there, and promises outside of the table."""
    before, _, rest = page.partition("## What is promised\n")
    table, _, after = rest.partition("\n## ")
    rows = [line.strip("|").split("|") for line in table.strip().splitlines()]
    found = [f"no row of two cells: {row[0].strip()}" for row in rows if len(row) != 2]
    for promise, held in (row for row in rows[2:] if len(row) == 2):
        tests = re.findall(r"`(tests/\w+\.py)::(\w+)`", held)
        if not tests:
            found.append(f"no test: {promise.strip()}")
        found += [
            f"not there: {file}::{name}" for file, name in tests if name not in names_in(file)
        ]
    words = re.findall(r"\b(?:never|always|promises?|guarantee\w*)\b[^.]*\.", before + after)
    return found + [f"promised outside of the table: {said}" for said in words[1:]]


def test_each_promise_has_a_test():
    assert faults(PAGE) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            "\n\n## What is not\n",
            "\n| Your files are encrypted. | |\n\n## What is not\n",
            "no test: Your files are encrypted.",
        ),
        (
            "test_what_is_read_stays",
            "test_what_is_read_goes",
            "not there: tests/test_promises.py::",
        ),
        ("tests/test_limits.py", "tests/test_bounds.py", "not there: tests/test_bounds.py::"),
        (
            "\n## What is not\n",
            "\nNo packet is kept.\n\n## What is not\n",
            "no row of two cells: No",
        ),
        ("no audit of your", "never an audit of your", "promised outside of the table: never an"),
    ],
)
def test_a_promise_without_a_test_is_found(old, new, fault):
    assert old in PAGE
    assert any(found.startswith(fault) for found in faults(PAGE.replace(old, new)))


def test_the_limits_are_those_that_the_page_says():
    said = re.findall(r"above (\d+) MiB", PAGE)
    limits = (reading.MOST_BYTES, capture_file.MOST_BYTES)
    assert [int(mib) * 1024 * 1024 for mib in said] == list(limits)


# --- what commands do -------------------------------------------------------------------

WATCHED = """
import json, os, sys
events = []

def watch(event, given):
    if event.startswith(("socket.", "subprocess.", "os.", "urllib.", "shutil.", "ctypes.dlopen")):
        if not event.startswith(("os.listdir", "os.scandir", "os.add_dll_directory", "os.putenv", "os.unsetenv")):
            events.append(f"{event} {given[0] if given else ''}")
    elif event == "open" and isinstance(given[0], str) and given[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        events.append(f"write {given[0]}")
    elif event == "exec":
        events.append(f"exec {getattr(given[0], 'co_filename', '')}")

sys.dont_write_bytecode = True
from vpcedu.__main__ import main
sys.addaudithook(watch)
codes = [main(words) for words in json.loads(sys.argv[1])]
sys.stderr.write(json.dumps([codes, events]))
"""


def watched(*commands: list[str]) -> tuple[list[int], list[str], str]:
    """The exit codes of commands, what Python's audit events say that they did, what they print."""
    told = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, json.dumps(commands)],
        capture_output=True,
        text=True,
        env=told,
        cwd=ROOT,
        input="rt-1\n" * 40,
    )
    codes, events = json.loads(done.stderr[done.stderr.rindex("[[") :])
    return codes, events, done.stdout


def did(events: list[str], *kinds: str) -> list[str]:
    """The events of some kinds; `exec` is only of interest in the files that are read."""
    return [event for event in events if event.startswith(kinds)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The example's files, code next to them, and names that are code in a terminal or a page."""
    there = tmp_path_factory.mktemp("network")
    for path in aws.example().glob("*.json"):
        text = path.read_text(encoding="utf-8")
        for key in ("Value", "Description", "GroupName") if path.name != "attributes.json" else ():
            text = re.sub(rf'("{key}": "[^"]*)"', r'\1<script>alert(1)</script>\\u001b[31m"', text)
        (there / path.name).write_text(text, encoding="utf-8")
    code = f"open({str(there / 'ran')!r}, 'w')"
    for name in ("json.py", "conftest.py", "__init__.py", "sitecustomize.py", "vpcs.py"):
        (there / name).write_text(code, encoding="utf-8")
    (there / "rows.pickle").write_bytes(b"cbuiltins\nexec\n(V" + code.encode() + b"\ntR.")
    return there


def everything(folder: Path) -> list[list[str]]:
    """A call of each command, except the one that opens JupyterLab."""
    ask = ["ask", str(folder), "--from", "internet", "--to", "i-0e11f22a33b440004", "--port", "80"]
    calls = {
        "ask": [ask, [*ask, "--packets"], [*ask, "--json"]],
        "audit": [["audit", str(folder)]],
        "anonymise": [["anonymise", str(folder)]],
        "puzzle": [["puzzle", "--seed", "7"]],
        "scenario": [["scenario"], ["scenario", "3"]],
        "collect": [["collect"], ["collect", "--policy"]],
    }
    assert set(calls) == set(COMMANDS) - {"course"}
    return [[], ["--json"], *(call for some in calls.values() for call in some)]


@pytest.fixture(scope="module")
def done(folder):
    before = {path: path.read_bytes() for path in folder.iterdir()}
    codes, events, printed = watched(*everything(folder))
    assert len(codes) == 12 and 2 not in codes[:7], codes
    return before, events, printed


def test_no_command_opens_a_connection_or_starts_a_program(done):
    _, events, printed = done
    assert did(events, "socket.", "subprocess.", "os.", "urllib.", "ctypes.dlopen") == []
    assert len(printed) > 10_000


def test_no_command_writes_a_file_that_nobody_named(done, folder, tmp_path):
    assert did(done[1], "write", "shutil.") == []
    codes, events, _ = watched(["audit", str(folder), "--map", str(tmp_path / "map.svg")])
    assert codes == [0] and did(events, "write")
    assert [path.name for path in tmp_path.iterdir()] == ["map.svg"]


def test_what_is_read_stays_as_it_is(done, folder):
    assert {path: path.read_bytes() for path in folder.iterdir()} == done[0]


def test_no_code_in_the_files_is_run(done, folder):
    assert not (folder / "ran").exists()
    assert did(done[1], "exec ") and did(done[1], f"exec {folder}") == []


def controls(text: str) -> set[str]:
    """The control characters of a text, but for the end of a line."""
    return {letter for letter in text if ord(letter) < 32 or ord(letter) == 127} - {"\n"}


def test_hostile_names_reach_neither_the_terminal_nor_a_picture(done, folder, tmp_path):
    assert controls(done[2]) == set() and controls("a\x1b[31m\nb\x7f") == {"\x1b", "\x7f"}
    drawn = tmp_path / "map.svg"
    watched(["audit", str(folder), "--map", str(drawn)])
    kinds = {element.tag.rpartition("}")[2] for element in ET.parse(drawn).iter()}
    assert "text" in kinds and kinds.isdisjoint({"script", "foreignObject", "a", "image"})
    assert controls(drawn.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize(
    ("code", "event"),
    [
        ("import socket; socket.socket().close()", "socket."),
        ("import subprocess, sys; subprocess.run([sys.executable, '-V'])", "subprocess."),
        ("import os; os.system('')", "os."),
        ("open(os.devnull, 'w')", "write"),
        ("import shutil; shutil.copyfile(__file__, os.devnull)", "shutil."),
    ],
)
def test_what_a_command_must_not_do_is_seen(code, event, monkeypatch):
    planted = WATCHED.replace("codes =", f"import os; __file__ = os.__file__; {code}\ncodes =")
    monkeypatch.setitem(globals(), "WATCHED", planted)
    assert did(watched(["--version"])[1], event)
