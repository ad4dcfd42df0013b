"""Wheels: what JupyterLite is made of, from PyPI, in versions frozen by hash.

The list is wheels.txt. What is kept in build/wheels is taken if its bytes are the frozen ones.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from pathlib import Path

from vpcedu.pages.alive.runtime import ROOT, Missing

KEPT = ROOT / "build" / "wheels"
LIST = Path(__file__).resolve().parent / "wheels.txt"
PYTHON = "3.14"  # Pyodide's
LINE = re.compile(r"^([\w.-]+)==([\w.]+) --hash=sha256:([0-9a-f]{64})", re.MULTILINE)


def frozen() -> dict[str, tuple[str, str]]:
    """Version and SHA-256 of each package, in the order of the list."""
    lines = LINE.findall(LIST.read_text(encoding="utf-8"))
    return {name: (version, digest) for name, version, digest in lines}


def normal(name: str) -> str:
    """A package's name as PyPI compares it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def kept(folder: Path) -> dict[str, Path]:
    """The frozen files that are in a folder, by package; others are passed over."""
    files = {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in folder.glob("*.whl")}
    wanted = frozen().items()
    return {name: files[digest] for name, (_, digest) in wanted if digest in files}


def fetched(folder: Path | None = None) -> dict[str, Path]:
    """Each package's wheel, from the folder where they are kept, or from PyPI.

    Missing where neither has them all.
    """
    folder = folder or KEPT
    if len(kept(folder)) < len(frozen()):
        words = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        words += ["--disable-pip-version-check", "--require-hashes", "--only-binary=:all:"]
        words += ["--python-version", PYTHON, "--dest", str(folder), "-r", str(LIST)]
        done = subprocess.run(words, capture_output=True, text=True)
        why = [line for line in done.stderr.splitlines() if line.startswith("ERROR: ")]
        if done.returncode != 0:
            reason = " ".join(why[-1:]).removeprefix("ERROR: ") or "no reason"
            raise Missing(f"pip needs the network, once, for its packages ({reason[:80]})")
    found = kept(folder)
    lost = sorted(frozen().keys() - found.keys())
    if lost:
        raise Missing(f"{', '.join(lost)}: other bytes than the frozen ones")
    return found
