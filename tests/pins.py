"""Make constraints.txt anew: the newest version of each package, for every Python and system.

    pip install -c constraints.txt uv
    python tests/pins.py            prints what has changed, as a list for a pull request

The packages are those of the extras `test`, which holds `course`, and `bench`. Afterwards run
`python3 start.py test`; where outputs of lessons have changed, `python3 start.py refresh`.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
PINS = ROOT / "constraints.txt"
EXTRAS = ("test", "bench")
OLDEST = "3.11"  # of pyproject.toml's requires-python


def command(out: Path) -> list[str]:
    """What finds the versions; uv writes no address of a registry into them."""
    compile = [
        sys.executable,
        "-m",
        "uv",
        "pip",
        "compile",
        "--quiet",
        "--universal",
        "--python-version",
        OLDEST,
    ]
    plain = ["--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
    extras = [word for extra in EXTRAS for word in ("--extra", extra)]
    return [*compile, *plain, *extras, "pyproject.toml", "--output-file", str(out)]


def versions(text: str) -> dict[str, list[str]]:
    """Each package's versions, with the Pythons and systems that they are for."""
    found = defaultdict(list)
    for line in text.splitlines():
        name, version = line.split("==", 1)
        found[name].append(version)
    return dict(found)


def changes(before: str, after: str) -> list[str]:
    """One line a package whose versions differ, as a list of Markdown."""
    old, new = versions(before), versions(after)
    return [
        f"- {name}: {' and '.join(old.get(name, ['none']))} -> {' and '.join(new.get(name, ['none']))}"
        for name in sorted(old | new)
        if old.get(name) != new.get(name)
    ]


def renew(pins: Path = PINS, run: Callable[..., object] = subprocess.run) -> Sequence[str]:
    """Write the file anew; returns what has changed."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / pins.name  # a new file: uv would keep the versions of an old one
        run(command(out), cwd=ROOT, check=True)
        text = out.read_text(encoding="utf-8")
    if "://" in text or not versions(text):
        raise ValueError(f"expected lines name==version, not {text[:80]!r}")
    told = changes(pins.read_text(encoding="utf-8"), text)
    pins.write_text(text, encoding="utf-8", newline="\n")
    return told


if __name__ == "__main__":
    print("\n".join(renew()) or "Nothing has changed.")
    sys.exit(0)
