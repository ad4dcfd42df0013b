"""Pyodide under node: the Python of the pages, CPython 3.14, without a browser."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from vpcedu.pages.alive import runtime

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(__file__).with_name("in_pyodide.mjs")


def unpacked(folder: Path) -> Path:
    """Pyodide's files in a folder; runtime.Missing, with the reason, where it cannot be had."""
    if shutil.which("node") is None:
        raise runtime.Missing("node is not on this machine")
    for name, data in runtime.files(runtime.archive()).items():
        (folder / name).write_bytes(data)
    return folder


def run(
    pyodide: Path, code: str, mounts: Mapping[str, Path], env: Mapping[str, str] | None = None
) -> str:
    """The last line that a program prints or gives; OSError, with its last words, where it fails.

    mounts: folders of this machine by where the program finds them.
    """
    asked = {"mounts": {place: str(path) for place, path in mounts.items()}, "code": code}
    asked["env"] = {"HOME": "/tmp", "PYTHONDONTWRITEBYTECODE": "1", **(env or {})}
    done = subprocess.run(
        ["node", str(PROGRAM), str(pyodide), json.dumps(asked)], capture_output=True, text=True
    )
    if done.returncode:
        raise OSError(f"node ends with {done.returncode}: {(done.stdout + done.stderr)[-2_000:]}")
    return done.stdout
