"""Where each of the 22 symptoms that people report is run: `python tests/symptom_page.py`.

A row for each: its number, the stories that run it, the question of the last page, and the cells of
lessons. A cell is found by what it calls: one that a lesson no longer has is not in the table.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from vpcedu.course.check_yourself.paper import SYMPTOMS as ASKED  # noqa: E402
from vpcedu.pages.course_pages import LESSONS  # noqa: E402
from vpcedu.scenarios.catalogue import SCENARIOS, SYMPTOMS  # noqa: E402

# What a lesson's cell calls that runs a symptom without naming a story.
CALLS = {
    1: (("00", "visit.answer"), ("00", "one_row_less")),
    2: (("08", '"NLB by instance"'), ("07", "visit.answer")),
    3: (("07", "nlb_tries"),),
    4: (("06", '"06.3"'), ("07", '"07.2"')),
    5: (("04", "judge_filters"), ("10", "lab.puzzle(5)"), ("11", "answer.repairs")),
    6: (("05", "fill_nat"), ("03", "open_all")),
    7: (("09", 'silence("NAT gateway"'), ("09", '"09.1"')),
    8: (("09", 'silence("NAT instance"'),),
    10: (("06", "forged"),),
    12: (("06", '"06.1"'), ("07", "proxy_v2")),
    13: (("01", "public_or_not"), ("05", 'target="Internet gateway"')),
    14: (("00", "one_row_less"),),
    15: (("04", "lab.edits"),),
    18: (("06", "judge_proxy"),),
    19: (("10", "beyond_rows"),),
    21: (("10", "beyond_rows"),),
}


class Place(NamedTuple):
    """Where one symptom is run: stories, the last page's question or "", cells as "09 time-08"."""

    entry: int
    stories: tuple[str, ...]
    asked: str
    cells: tuple[str, ...]


def cells() -> dict[str, list[tuple[str, str]]]:
    """By lesson the id and the source of each code cell."""
    return {
        lesson.name[:2]: [
            (cell["id"], "".join(cell["source"]))
            for cell in json.loads(lesson.path.read_text(encoding="utf-8"))["cells"]
            if cell["cell_type"] == "code"
        ]
        for lesson in LESSONS
    }


def places() -> list[Place]:
    """A row for each symptom."""
    found, rows = cells(), []
    for entry in range(1, SYMPTOMS + 1):
        stories = tuple(row.name for row in SCENARIOS.values() if row.entry == entry)
        calls = [*CALLS.get(entry, ())]
        calls += [(number, f'"{name}"') for number in found for name in stories]
        met = [
            f"{number} {name}"
            for number, call in calls
            for name, source in found[number]
            if call in source
        ]
        asked = next((row.name for row in ASKED if row.entry == entry), "")
        rows.append(Place(entry, stories, asked, tuple(dict.fromkeys(met))))
    return rows


def table(rows: list[Place]) -> str:
    """The rows as a table in Markdown."""
    lines = ["| symptom | stories | check yourself | lesson and cell |", "|---|---|---|---|"]
    lines += [
        f"| {row.entry} | {', '.join(row.stories)} | {row.asked} | {', '.join(row.cells)} |"
        for row in rows
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(places()))
