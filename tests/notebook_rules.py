"""The rules for stored notebooks, for the test that checks them and for the script that stores them."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))
LONGEST_CELL = 8
SECTIONS = ("The question", "Predict", "See it", "Touch it", "Break it", "Exercise", "What this leaves out",
            "Take away")
LOGIC = (ast.For, ast.While, ast.If, ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.Try, ast.With, ast.ListComp,
         ast.DictComp, ast.SetComp, ast.GeneratorExp, ast.IfExp)
LIVE = "application/vnd.jupyter.widget-view+json"
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def problems(notebook: dict[str, Any]) -> list[str]:
    """What is wrong with a stored notebook, in words; empty where it is fit to be read, run and compared."""
    cells = notebook["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    found = [f"no section '{name}'" for name in SECTIONS if not any(_is_heading(cell, name) for cell in cells)]
    if notebook["metadata"].get("kernelspec") != KERNEL:
        found.append("the kernelspec is not the plain python3")
    if set(notebook["metadata"]) - {"kernelspec", "language_info"}:
        found.append(f"metadata beside kernelspec and language_info: {sorted(notebook['metadata'])}")
    if [cell["execution_count"] for cell in code] != list(range(1, len(code) + 1)):
        found.append("code cells were not run once each, in order")
    for number, cell in enumerate(code, 1):
        found += [f"code cell {number}: {what}" for what in _cell(cell)]
    words = json.dumps([cell["source"] for cell in cells]) + json.dumps([_texts(cell) for cell in code])
    found += [f"holds {path!r}" for path in ("/home/", "/root/", "/work/", "/tmp/", "C:\\\\Users") if path in words]
    return found


def _is_heading(cell: dict[str, Any], name: str) -> bool:
    lines = "".join(cell["source"]).splitlines()
    return cell["cell_type"] == "markdown" and any(line.startswith(f"## {name}") for line in lines)


def _cell(cell: dict[str, Any]) -> list[str]:
    source = "".join(cell["source"])
    found = [f"{len(source.splitlines())} lines"] if len(source.splitlines()) > LONGEST_CELL else []
    found += [f"logic ({type(node).__name__})" for node in ast.walk(ast.parse(source)) if isinstance(node, LOGIC)]
    if set(cell["metadata"]) - {"tags"}:
        found.append(f"metadata {sorted(cell['metadata'])}")
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
        if len(plain) < 80:
            found.append("a picture without a text alternative beside it")
    return found


def _texts(cell: dict[str, Any]) -> list[Any]:
    return [output.get("text") or output.get("data", {}).get("text/plain") for output in cell["outputs"]]


def normalise(notebook: dict[str, Any]) -> None:
    """Leave in an executed notebook only what a reader and the comparison need."""
    notebook["metadata"] = {"kernelspec": dict(KERNEL), "language_info": {"name": "python"}}
    for cell in notebook["cells"]:
        tags = cell["metadata"].get("tags")
        cell["metadata"] = {"tags": tags} if tags else {}
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop(LIVE, None)
