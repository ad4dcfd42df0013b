"""A second reader compares the lessons: nbclient runs them, nbdime compares, as nbval does.

nbval's last release is of 2024. Should it stop working one day, this can take its place: here both
give the same verdict, of stored lessons and of changed ones. pytest-notebook cannot: its plugin
warns while pytest starts, and warnings are errors here.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbdime
import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
ALL = sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))
SAMPLE = "06-proxies.ipynb"
LESSONS = ALL if os.environ.get("VPCEDU_ALIVE") == "all" else [SAMPLE]
WIDGET = "application/vnd.jupyter.widget-view+json"  # is not stored: it needs a kernel


def shown(book: dict) -> list[list[dict]]:
    """Each code cell's outputs, without the numbers of the run, the widgets and the pictures.

    Pictures are held in another way (tests/stored_pictures.py): their bytes differ between systems.
    Text comes in pieces, as the kernel had them ready: they are put together.
    """
    found = []
    for cell in book["cells"]:
        outputs: list[dict] = []
        for output in json.loads(json.dumps(cell.get("outputs", []))):
            output.pop("execution_count", None)
            for kind in (WIDGET, "image/png"):
                output.get("data", {}).pop(kind, None)
            if "name" in output and outputs and outputs[-1].get("name") == output["name"]:
                outputs[-1]["text"] += output["text"]
            else:
                outputs.append(output)
        found.append(outputs)
    return found


def by_nbclient(path: Path) -> bool:
    stored = nbformat.read(path, 4)
    before = shown(stored)
    client = NotebookClient(stored, timeout=120, resources={"metadata": {"path": str(NOTEBOOKS)}})
    try:
        client.execute()
    except CellExecutionError:
        return False
    return not nbdime.diff(before, shown(stored))


def refused_by_nbval(folder: Path) -> set[str]:
    words = ["--nbval", "--nbval-current-env", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words, "-rfE", "--rootdir", str(folder), str(folder)],
        cwd=NOTEBOOKS,
        capture_output=True,
        text=True,
    )
    assert done.returncode in (0, 1), done.stderr
    return set(re.findall(r"^(?:FAILED|ERROR) .*?([\w-]+\.ipynb)::", done.stdout, re.MULTILINE))


@pytest.mark.parametrize("name", LESSONS)
def test_a_stored_lesson_is_what_running_it_gives(name):
    assert by_nbclient(NOTEBOOKS / name)


def changed_text(book: dict) -> None:
    outputs = (output for cell in book["cells"] for output in cell.get("outputs", []))
    output = next(output for output in outputs if "e" in "".join(output.get("text", [])))
    output["text"] = "".join(output["text"]).replace("e", "a", 1)


def broken_cell(book: dict) -> None:
    next(cell for cell in book["cells"] if cell["cell_type"] == "code")["source"] = "nothing"


def test_both_find_a_lesson_that_is_not_what_it_stores(tmp_path):
    for name, change in (("stored", None), ("text", changed_text), ("broken", broken_cell)):
        book = json.loads((NOTEBOOKS / SAMPLE).read_text(encoding="utf-8"))
        if change:
            change(book)
        (tmp_path / f"{name}.ipynb").write_text(json.dumps(book), encoding="utf-8")
    refused = {path.name for path in tmp_path.iterdir() if not by_nbclient(path)}
    assert refused == refused_by_nbval(tmp_path) == {"text.ipynb", "broken.ipynb"}
