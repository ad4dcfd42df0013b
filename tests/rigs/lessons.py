"""The code cells of a lesson, run one after the other in this process; explorers they display."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import os
from pathlib import Path

from vpcedu.row import NamedRow
from vpcedu.widgets.parts.explorer import Explorer

NOTEBOOKS = Path(__file__).parent.parent.parent / "notebooks"
LESSONS = sorted(path.stem for path in NOTEBOOKS.glob("[0-9][0-9]-*.ipynb"))


class Displayed(NamedRow):
    """An explorer, the cell that displayed it, and how it stood then: settings and sentence."""

    explorer: Explorer
    cell: int
    settings: dict
    sentence: str


def settings_of(explorer):
    """The values of all controls, in words."""
    return {name: str(control.value) for name, control in explorer.controls.items()}


def run(lesson, links=None):
    """Run a lesson; returns the explorers that its cells displayed.

    links: a set that gets the link to each explorer as each cell leaves it.
    """
    cells = json.loads((NOTEBOOKS / f"{lesson}.ipynb").read_text(encoding="utf-8"))["cells"]
    names, shown, before = {}, [], os.getcwd()
    os.chdir(NOTEBOOKS)
    try:
        code = (cell for cell in cells if cell["cell_type"] == "code")
        for number, cell in enumerate(code, 1):
            tree = ast.parse("".join(cell["source"]))
            last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(tree, lesson, "exec"), names)
                value = last and eval(compile(ast.Expression(last.value), lesson, "eval"), names)
            if links is not None:
                links |= {one.link for one in names.values() if isinstance(one, Explorer)}
            if isinstance(value, Explorer):
                value.keep()  # as JupyterLab does when it displays it
                shown.append(Displayed(value, number, settings_of(value), value.sentence))
    finally:
        os.chdir(before)
    return shown
