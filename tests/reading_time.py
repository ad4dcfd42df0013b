"""How long a lesson takes and how many code cells it has: `python tests/reading_time.py`.

A rough count, the same for every lesson: words read, cells run, pictures looked at, and the time to
predict, to answer a question, to play with an explorer and to solve an exercise. The rates are
estimates; the minutes at the top of a lesson must agree with the count within a quarter.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from vpcedu.pages import course_pages  # noqa: E402

SHORTEST, LONGEST, MOST_CELLS = 10, 25, 14  # minutes, minutes, code cells that are not folded
MOST_IN_ALL = 277  # minutes, of all lessons: 1.15 times the first edition's 241

WORDS = 180  # read in a minute: text that is thought about
CELL, PICTURE, PREDICTION, EXPLORER, EXERCISE = 0.15, 0.5, 1.0, 1.5, 1.5  # minutes each
QUESTION = 0.5  # minutes: one row of buttons
PAPER = 9.0  # minutes: the twelve symptoms of the last page, once


class Count(NamedTuple):
    """What a lesson asks of a learner.

    `stated` is the time at its top, None where it has none; `cells` those that are not folded.
    """

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
    forms = len(re.findall(r"widgets\.\w*Prediction\(", source))
    minutes += PREDICTION * max(forms, len(re.findall(r"^## Predict", text, re.MULTILINE)))
    minutes += QUESTION * len(re.findall(r"widgets\.(Recall|Seen)\(", source))
    minutes += EXPLORER * len(re.findall(r"^## Touch", text, re.MULTILINE))
    minutes += EXERCISE * len(set(re.findall(r"""lab\.check\(\s*["']([\d.]+)""", source)))
    minutes += PAPER * len(re.findall(r"widgets\.CheckYourself\(", source))
    stated = course_pages.MINUTES.search(text)
    open_cells = [cell for cell in code if not is_folded(cell)]
    return Count(
        round(minutes), int(stated[1]) if stated else None, words, len(open_cells), pictures
    )


def is_folded(cell: dict[str, Any]) -> bool:
    """Whether the source of a cell is folded."""
    return bool(cell.get("metadata", {}).get("jupyter", {}).get("source_hidden"))


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
        found.append("no line '*Lesson n of N. About N minutes.' at the top")
    elif abs(told.stated - told.minutes) > max(3, told.minutes / 4):
        found.append(f"says about {told.stated} minutes; counted are {told.minutes}")
    return found


def main(paths: list[Path]) -> int:
    """Print a line for each lesson; 1 where one is too long, too short, or has too many cells."""
    print("lesson                          minutes  stated  words  code cells  pictures")
    bad, total = 0, 0
    for path in paths:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        told = count(notebook)
        print(
            f"{path.stem:32}{told.minutes:7}{told.stated or '-':>8}{told.words:7}{told.cells:12}{told.pictures:10}"
        )
        total += told.minutes
        for what in problems(notebook):
            print(f"  {what}")
            bad = 1
    print(f"{'in all':32}{total:7}")
    if total > MOST_IN_ALL:
        print(f"  {MOST_IN_ALL} are allowed")
        bad = 1
    return bad


if __name__ == "__main__":
    sys.exit(main(sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))))
