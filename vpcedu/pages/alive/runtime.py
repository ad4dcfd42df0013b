"""Runtime: Pyodide, which is CPython for browsers, from npm in one frozen version.

It is fetched with `npm pack`, and taken only if its bytes are those that npm names. Nothing of it
is in the repository. Without npm, or without a network and a cache, pages are as they were.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import shutil
import subprocess
import tarfile
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ROOT = Path(__file__).resolve().parents[3]
KEPT = ROOT / "build" / "pyodide"

NAME, VERSION = "pyodide", "314.0.6"  # CPython 3.14
# https://registry.npmjs.org/pyodide/314.0.6: dist.integrity
INTEGRITY = "sha512-BKDTJyIqFxC4BExLqeRS3f5xvXZIjOt8C3zGLN/Cc7tFxSwvKVhVkchQQ2AGLOtR4YrVOIFxbV8poyDOOmWwxQ=="
FILES = (
    "pyodide.mjs",
    "pyodide.asm.mjs",
    "pyodide.asm.wasm",
    "python_stdlib.zip",
    "pyodide-lock.json",
)
LOCK = "pyodide-lock.json"  # lists packages that could be loaded; none is


class Missing(Exception):
    """Pyodide cannot be had; the words say why, in one line."""


def integrity(data: bytes) -> str:
    """The hash of bytes as npm writes it."""
    return "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode()


def archive(folder: Path | None = None) -> bytes:
    """npm's package, from the folder where it is kept, or from npm; Missing where neither has it.

    What has another hash is refused, and not kept.
    """
    folder = folder or KEPT
    path = folder / f"{NAME}-{VERSION}.tgz"
    if not path.is_file():
        npm = shutil.which("npm")
        if npm is None:
            raise Missing("npm is not on this machine")
        folder.mkdir(parents=True, exist_ok=True)
        words = [npm, "pack", "--loglevel=error", "--fetch-retries=1", "--prefer-offline"]
        words += ["--pack-destination", str(folder), f"{NAME}@{VERSION}"]
        done = subprocess.run(words, capture_output=True, text=True)
        if done.returncode != 0 or not path.is_file():
            why = " ".join(done.stderr.strip().splitlines()[:1]) or "no reason"
            raise Missing(f"npm needs the network, once, for {NAME} {VERSION} ({why[:80]})")
    data = path.read_bytes()
    if integrity(data) != INTEGRITY:
        path.unlink()
        raise Missing(f"{NAME} {VERSION} has other bytes than the frozen ones")
    return data


def files(data: bytes) -> dict[str, bytes]:
    """The files that a page needs, from npm's package."""
    empty = json.dumps(lock(data) | {"packages": {}}).encode()
    return {name: _member(data, name) for name in FILES} | {LOCK: empty}


def lock(data: bytes) -> dict[str, Any]:
    """Pyodide's own list of packages, from npm's package."""
    found: dict[str, Any] = json.loads(_member(data, LOCK))
    return found


def _member(data: bytes, name: str) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as tar:
        member = tar.extractfile(f"package/{name}")
        assert member is not None
        return member.read()
