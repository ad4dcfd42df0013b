"""The rules for stored notebooks.

The test checks them, and so does the script that stores notebooks. `python -m tests.notebook_rules
FILE.ipynb ...` prints what is wrong with some, and ends with 1 if anything is; no cell is run.
"""

from __future__ import annotations

import ast
import base64
import json
import re
import sys
from pathlib import Path
from typing import Any

from tests import reading_time, stored_pictures
from vpcedu.course.recall import RECALL
from vpcedu.course.seen import SEEN
from vpcedu.pages import course_pages

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))
LONGEST_CELL = 8
SECTIONS = (
    "The question",
    "Predict",
    "See it",
    "Touch it",
    "Break it",
    "Exercise",
    "On a real machine",
    "What this leaves out",
    "Take away",
)
HIDDEN = {"source_hidden": True}  # the source of a cell that need not be read is folded
TITLE = re.compile(r"# (\d\d) · \S")
TOP = re.compile(
    r"\*Lesson (\d+) of (\d+)\. About \d+ minutes\.[^*]*\*\s\*\*After this you can\b[^*]*\*\*"
)
FOOT = "Course text: CC BY 4.0."
LOGIC = (
    ast.For,
    ast.While,
    ast.If,
    ast.FunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.Try,
    ast.With,
    ast.ListComp,
    ast.DictComp,
    ast.SetComp,
    ast.GeneratorExp,
    ast.IfExp,
)
LIVE = "application/vnd.jupyter.widget-view+json"
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def problems(notebook: dict[str, Any]) -> list[str]:
    """What is wrong with a stored notebook, in words.

    Empty where it is fit to be read, run and compared.
    """
    cells = notebook["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    found = _title(cells) + _sources(cells) + reading_time.problems(notebook)
    number = TITLE.match(_text(cells[0]))
    if number:
        found += _sections(cells) + _form(cells, number[1])
    if notebook["metadata"].get("kernelspec") != KERNEL:
        found.append("the kernelspec is not the plain python3")
    if set(notebook["metadata"]) - {"kernelspec", "language_info"}:
        found.append(
            f"metadata beside kernelspec and language_info: {sorted(notebook['metadata'])}"
        )
    if [cell["execution_count"] for cell in code] != list(range(1, len(code) + 1)):
        found.append("code cells were not run once each, in order")
    for number, cell in enumerate(code, 1):
        found += [f"code cell {number}: {what}" for what in _cell(cell)]
    words = json.dumps([cell["source"] for cell in cells]) + json.dumps(
        [_texts(cell) for cell in code]
    )
    found += [
        f"holds {path!r}"
        for path in ("/home/", "/root/", "/work/", "/tmp/", "C:\\\\Users")
        if path in words
    ]
    return found


def _headings(cells: list[dict[str, Any]]) -> list[tuple[int, str, int]]:
    """Level and words of every heading, and the place of its cell."""
    return [
        (len(match[1]), match[2], place)
        for place, cell in enumerate(cells)
        if cell["cell_type"] == "markdown"
        for match in re.finditer(r"^(#+) (.+)$", _fenceless(cell), re.MULTILINE)
    ]


def _title(cells: list[dict[str, Any]]) -> list[str]:
    """One title, at the top; no heading skips a level."""
    headings = _headings(cells)
    levels = [level for level, _, _ in headings]
    found = [] if levels[:1] == [1] and levels.count(1) == 1 else ["not one title, at the top"]
    return found + [
        f"heading {words!r} skips a level"
        for (_, words, _), before, level in zip(headings[1:], levels, levels[1:], strict=False)
        if level > before + 1
    ]


def _sections(cells: list[dict[str, Any]]) -> list[str]:
    """The sections of a lesson, in their order."""
    places = {
        name: [
            place
            for place, (level, words, _) in enumerate(_headings(cells))
            if level == 2 and words.startswith(name)
        ]
        for name in SECTIONS
    }
    found = [f"no section '{name}'" for name, at in places.items() if not at]
    firsts = [at[0] for at in places.values() if at]
    return (
        found
        if firsts == sorted(firsts)
        else [*found, f"sections not in the order {', '.join(SECTIONS)}"]
    )


def _form(cells: list[dict[str, Any]], number: str) -> list[str]:
    """The form of the second edition: what stands at the top, in the middle and at the foot."""
    place = course_pages.NUMBERS.index(number)
    top = TOP.search(_text(cells[0]))
    found = []
    if not top:
        found.append("no line '*Lesson n of N. About N minutes.* **After this you can ...**'")
    elif (int(top[1]), int(top[2])) != (place + 1, len(course_pages.NUMBERS)):
        found.append(
            f"is lesson {place + 1} of {len(course_pages.NUMBERS)}, and says {top[1]} of {top[2]}"
        )
    if FOOT in _text(cells[0]) or not any(FOOT in _text(cell) for cell in cells[-3:]):
        found.append(f"{FOOT!r} is not at the foot alone")
    for table, widget, section in ((RECALL, "Recall", "The question"), (SEEN, "Seen", "See it")):
        calls = [
            (place, asked)
            for place, cell in enumerate(cells)
            if cell["cell_type"] == "code"
            for asked in re.findall(rf"""widgets\.{widget}\(["'](\d\d)["']\)""", _text(cell))
        ]
        if [asked for _, asked in calls] != [number] * (number in table):
            found.append(f"not one cell widgets.{widget}({number!r}), or one that should not be")
        elif calls and _section_of(cells, calls[0][0]) != section:
            found.append(f"widgets.{widget} is not in the section {section!r}")
    found += [f"{name} is moved in another cell than it was made" for name in _moved(cells)]
    following = course_pages.NUMBERS[place + 1 : place + 2]
    if not re.search(r"^Next: \[" + "".join(following), _text(cells[-1]), re.MULTILINE):
        found.append("does not end with 'Next: [...]'")
    return found


def _moved(cells: list[dict[str, Any]]) -> list[str]:
    """Names whose controls a cell sets that did not make them: Run All would leave them there."""
    found = []
    for cell in cells:
        if cell["cell_type"] == "code":
            targets = [
                target
                for node in ast.walk(ast.parse(_text(cell)))
                if isinstance(node, ast.Assign)
                for target in node.targets
            ]
            made = {target.id for target in targets if isinstance(target, ast.Name)}
            moved = {
                ast.unparse(target).split(".")[0]
                for target in targets
                if isinstance(target, ast.Attribute) and target.attr == "value"
            }
            found += sorted(moved - made)
    return found


def _section_of(cells: list[dict[str, Any]], place: int) -> str:
    """The section in which a cell stands; several words of its heading may follow."""
    before = [words for level, words, at in _headings(cells) if level == 2 and at <= place]
    return next((name for name in SECTIONS if before and before[-1].startswith(name)), "")


def _text(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def _fenceless(cell: dict[str, Any]) -> str:
    return re.sub(r"(?ms)^```.*?^```", "", "".join(cell["source"]))


def _sources(cells: list[dict[str, Any]]) -> list[str]:
    """A paragraph that begins with **Sources** and has at least one address."""
    text = "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    paragraph = re.search(r"(?ms)^\*\*Sources?\*\*.*?(?=\n\n|\Z)", text)
    return (
        []
        if paragraph and "](https://" in paragraph[0]
        else ["no sources: no paragraph **Sources** with addresses"]
    )


def _cell(cell: dict[str, Any]) -> list[str]:
    source = "".join(cell["source"])
    found = [f"{len(source.splitlines())} lines"] if len(source.splitlines()) > LONGEST_CELL else []
    found += [
        f"logic ({type(node).__name__})"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, LOGIC)
    ]
    if set(cell["metadata"]) - {"tags", "jupyter"}:
        found.append(f"metadata {sorted(cell['metadata'])}")
    if cell["metadata"].get("jupyter", HIDDEN) != HIDDEN:
        found.append(f"metadata jupyter {cell['metadata']['jupyter']}: expected {HIDDEN}")
    for output in cell["outputs"]:
        found += _output(output)
    return found


def _output(output: dict[str, Any]) -> list[str]:
    if output["output_type"] == "error":
        return ["a stored error"]
    data = output.get("data", {})
    found = [f"stored {kind}" for kind in (LIVE, "image/svg+xml") if kind in data]
    plain = "".join(data.get("text/plain", ""))
    if plain.startswith("<") and " object at 0x" in plain:
        found.append("an object's address as text")
    if "image/png" in data:
        shown = output["metadata"].get("image/png", {})
        if not shown.get("alt") or shown.get("width") != 700:
            found.append("a picture without alt text or display width 700")
        elif " ".join(shown["alt"].split()) not in " ".join(plain.split()):
            found.append("alt text that is not the text beside the picture")
        if len(plain) < 80:
            found.append("a picture without a text alternative beside it")
    return found


def _texts(cell: dict[str, Any]) -> list[Any]:
    return [
        output.get("text") or output.get("data", {}).get("text/plain") for output in cell["outputs"]
    ]


def stale(stored: dict[str, Any], anew: dict[str, Any]) -> list[str]:
    """Which code cells of a stored notebook were not run, or differ from a run just now, in words.

    Pictures are compared by their scene, their alt text and the text beside them: their bytes
    depend on versions and machines.
    """
    found = []
    pairs = zip(
        *(
            [cell for cell in book["cells"] if cell["cell_type"] == "code"]
            for book in (stored, anew)
        ),
        strict=True,
    )
    for number, (old, new) in enumerate(pairs, 1):
        if old["execution_count"] is None:
            found.append(f"code cell {number}: stripped, or never run")
        elif _compared(old) != _compared(new):
            found.append(f"code cell {number}: stale")
    return found


def _compared(cell: dict[str, Any]) -> list[Any]:
    """The outputs, a picture's scene for its bytes; neighbouring pieces of one stream are one."""
    told: list[Any] = []
    for output in cell["outputs"]:
        if output["output_type"] == "stream":
            words = "".join(output["text"])
            if told and told[-1][0] == output["name"]:
                words = told.pop()[1] + words
            told.append((output["name"], words))
        else:
            data = {
                kind: "".join(what) if isinstance(what, list) else what
                for kind, what in output.get("data", {}).items()
                if kind != LIVE
            }
            if "image/png" in data:
                data["image/png"] = stored_pictures.scene_of(base64.b64decode(data["image/png"]))
            told.append((output["output_type"], data, output.get("metadata"), output.get("ename")))
    return told


def _joined(outputs: list[Any]) -> list[Any]:
    """The outputs with each stream in one piece.

    Into how many pieces a kernel cuts what is printed is chance.
    """
    joined: list[Any] = []
    for output in outputs:
        last = joined[-1] if joined else {}
        if output["output_type"] == "stream" and last.get("name") == output["name"]:
            last["text"] = "".join(last["text"]) + "".join(output["text"])
        else:
            joined.append(output)
    return joined


def normalise(notebook: dict[str, Any]) -> None:
    """Leave in an executed notebook only what a reader and the comparison need."""
    notebook["metadata"] = {"kernelspec": dict(KERNEL), "language_info": {"name": "python"}}
    for cell in notebook["cells"]:
        kept = {key: cell["metadata"].get(key) for key in ("tags", "jupyter")}
        cell["metadata"] = {key: value for key, value in kept.items() if value}
        if cell.get("outputs"):
            cell["outputs"] = _joined(cell["outputs"])
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop(LIVE, None)


def main(names: list[str]) -> int:
    """Print what is wrong with some stored notebooks; 1 if anything is."""
    found = [
        f"{name}: {what}"
        for name in names
        for what in problems(json.loads(Path(name).read_text(encoding="utf-8")))
    ]
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
