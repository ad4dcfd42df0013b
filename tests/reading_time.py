"""How long a lesson takes and how many code cells it has: `python tests/reading_time.py`.

A rough count, the same for every lesson: words read, cells run, pictures looked at, and the time to
predict, to play with an explorer and to solve an exercise. The rates are estimates; the minutes at
the top of a lesson must agree with the count within a quarter.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

SHORTEST, LONGEST, MOST_CELLS = 10, 25, 14  # minutes, minutes, code cells

WORDS = 180  # read in a minute: text that is thought about
CELL, PICTURE, PREDICTION, EXPLORER, EXERCISE = 0.15, 0.5, 1.0, 1.5, 1.5  # minutes each
STATED = re.compile(r"^\*About (\d+) minutes\.", re.MULTILINE)


class Count(NamedTuple):
    """What a lesson asks of a learner; `stated` is the time at its top, None where it has none."""

    minutes: int
    stated: int | None
    words: int
    cells: int
    pictures: int


def count(notebook: dict[str, Any]) -> Count:
    """Count one stored notebook."""
    cells = notebook["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    source = "\n".join("".join(cell["source"]) for cell in code)
    outputs = [output for cell in code for output in cell["outputs"]]
    pictures = sum("image/png" in output.get("data", {}) for output in outputs)
    words = len(plain(text).split()) + sum(
        len("".join(output.get("text", "")).split()) for output in outputs
    )
    minutes = words / WORDS + CELL * len(code) + PICTURE * pictures
    minutes += PREDICTION * len(re.findall(r"^## Predict", text, re.MULTILINE))
    minutes += EXPLORER * len(re.findall(r"^## Touch", text, re.MULTILINE))
    minutes += EXERCISE * len(set(re.findall(r"""lab\.check\(\s*["']([\d.]+)""", source)))
    stated = STATED.search(text)
    return Count(round(minutes), int(stated[1]) if stated else None, words, len(code), pictures)


def plain(text: str) -> str:
    """Markdown without the addresses of its links and without its list of sources.

    Sources are looked up, not read.
    """
    return re.sub(r"\]\([^)]*\)", "]", re.sub(r"(?s)\*\*Sources?\*\*.*?(\n\n|\Z)", "\n\n", text))


def problems(notebook: dict[str, Any]) -> list[str]:
    """What is wrong with a lesson's length, in words."""
    told = count(notebook)
    found = []
    if not SHORTEST <= told.minutes <= LONGEST:
        found.append(f"takes about {told.minutes} minutes; {SHORTEST} to {LONGEST} are allowed")
    if told.cells > MOST_CELLS:
        found.append(f"{told.cells} code cells; {MOST_CELLS} are allowed")
    if told.stated is None:
        found.append("no line '*About N minutes.' at the top")
    elif abs(told.stated - told.minutes) > max(3, told.minutes / 4):
        found.append(f"says about {told.stated} minutes; counted are {told.minutes}")
    return found


def main(paths: list[Path]) -> int:
    """Print a line for each lesson; 1 where one is too long, too short, or has too many cells."""
    print("lesson                          minutes  stated  words  code cells  pictures")
    bad = 0
    for path in paths:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        told = count(notebook)
        print(
            f"{path.stem:32}{told.minutes:7}{told.stated or '-':>8}{told.words:7}{told.cells:12}{told.pictures:10}"
        )
        for what in problems(notebook):
            print(f"  {what}")
            bad = 1
    return bad


if __name__ == "__main__":
    sys.exit(main(sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))))
