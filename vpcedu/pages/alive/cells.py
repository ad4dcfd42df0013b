"""Cells: the code of a lesson, run in the browser, in one namespace.

A cell is run by its place, and before it those that give it its names, unless they have been run:
which these are is read from the code. So an explorer in the middle of a page needs not the whole
page, and a cell that is run alone sees what it would have seen in order. This module also tells,
when pages are built, which cells show something to be used, and which are exercises.
"""

from __future__ import annotations

import ast
import base64
import dis
import io
import json
import os
import traceback
from contextlib import redirect_stdout
from types import CodeType
from typing import Protocol, runtime_checkable

import ipywidgets

from vpcedu.lacking import Lacking
from vpcedu.widgets.parts.form import Form
from vpcedu.widgets.parts.state import Linked, name_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    Output = dict[str, Any]

SHOWN, EXERCISE, STEP = "shown", "exercise", "step"
FOLDER = "notebooks"  # where a lesson's code expects to be
NAME = "cell"  # of a cell's file in a traceback


@runtime_checkable
class Displayed(Protocol):
    """What knows how to show itself in a notebook."""

    def _repr_mimebundle_(self, **formats: Any) -> Any: ...


def names(source: str) -> tuple[set[str], set[str]]:
    """The names that code sets, and those that it asks for before it has set them itself."""
    return _names(compile(source, NAME, "exec"))


def _names(code: CodeType) -> tuple[set[str], set[str]]:
    sets, asks = set[str](), set[str]()
    for step in dis.get_instructions(code):
        if step.opname == "STORE_NAME":
            sets.add(step.argval)
        elif step.opname in ("LOAD_NAME", "LOAD_GLOBAL"):
            asks |= {step.argval} - sets
        elif step.opname == "LOAD_CONST" and isinstance(step.argval, CodeType):
            asks |= _names(step.argval)[1] - sets  # a function of the cell, or a comprehension
    return sets, asks


def kinds(sources: Sequence[str]) -> list[str]:
    """What each cell is: "shown" has a form or explorer to use, "exercise" asks `check`."""
    other = [EXERCISE if ".check(" in source else STEP for source in sources]
    names = link_names(sources)
    return [SHOWN if name else kind for name, kind in zip(names, other, strict=True)]


def link_names(sources: Sequence[str]) -> list[str]:
    """What each cell's form or explorer is called in a link, such as return-paths; "" for none.

    The second of a kind has a number behind its name.
    """
    found, forms = list[str](), dict[str, str]()
    for source in sources:
        body = ast.parse(source).body
        for line in body:
            if isinstance(line, ast.Assign):
                forms |= dict.fromkeys(map(ast.unparse, line.targets), _widget(line.value))
        last = body[-1]
        if isinstance(last, ast.Expr):
            found.append(_widget(last.value) or forms.get(ast.unparse(last.value), ""))
        else:
            found.append("")
    return [
        f"{name}-{count}" if name and (count := found[: place + 1].count(name)) > 1 else name
        for place, name in enumerate(found)
    ]


def _widget(value: ast.expr) -> str:
    """The name in a link of what `widgets.Name(...)` makes; "" where this makes something else."""
    words = ast.unparse(value)
    if not (isinstance(value, ast.Call) and words.startswith("widgets.")):
        return ""
    return name_of(words.partition("(")[0].removeprefix("widgets."))


class Cells:
    """The cells of a page; sources: their code in order."""

    def __init__(self, sources: Sequence[str]) -> None:
        self.sources = list(sources)
        found = [names(source) for source in sources]
        self._sets, self._asks = [sets for sets, _ in found], [asks for _, asks in found]
        self._kinds = kinds(sources)
        self.space: dict[str, Any] = {"__name__": "__main__"}
        self._setter: dict[str, int] = {}  # the cell that has set a name last
        self.linked: dict[int, Linked] = {}  # what a link can open, by its cell's place
        self._judged: dict[int, Any] = {}  # what each form had judged at last, by its place
        self._files = set(os.listdir())

    def run(self, place: int, source: str | None = None) -> list[Output]:
        """Run a cell, and what it needs before; source: what the learner has made of it.

        Returns what it shows: media types with their data. An error is among it, in words; it is
        "lacking" where this Python cannot do what the cell asks for.
        """
        text = self.sources[place] if source is None else source
        said = io.StringIO()
        try:
            with redirect_stdout(said):
                value = self._run(place, text)
            if isinstance(value, Linked):
                self.linked[place] = value
            shown = [] if value is None else [self._bundle(value)]
        except Lacking as error:
            shown = [{"lacking": str(error)}]
        except Exception as error:
            shown = [{"error": _words(error)}]
        printed = said.getvalue()
        return [*([{"text/plain": printed}] if printed else []), *shown]

    def _run(self, place: int, source: str) -> Any:
        sets, asks = names(source)
        for name in sorted(asks, key=lambda name: self._last(name, place)):
            before = self._last(name, place)
            if before >= 0 and self._setter.get(name) not in (before, place):
                with redirect_stdout(io.StringIO()):
                    self._run(before, self.sources[before])
        tree = ast.parse(source)
        last = tree.body[-1:]
        ends = bool(last) and isinstance(last[0], ast.Expr)
        body = ast.Module(tree.body[:-1] if ends else tree.body, [])
        exec(compile(body, NAME, "exec"), self.space)
        value = None
        if ends:
            assert isinstance(last[0], ast.Expr)
            value = eval(compile(ast.Expression(last[0].value), NAME, "eval"), self.space)
        self._setter |= dict.fromkeys(sets, place)
        return value

    def _last(self, name: str, place: int) -> int:
        """The last cell before a place that sets a name; -1: none."""
        return max((n for n in range(place) if name in self._sets[n]), default=-1)

    def again(self) -> list[int]:
        """The steps that draw what a form has judged since the last time."""
        found = list[int]()
        forms = {place: one for place, one in self.linked.items() if isinstance(one, Form)}
        for place, form in forms.items():
            if form.trace is not self._judged.get(place):
                self._judged[place] = form.trace
                found += [step for step in range(place, len(self._asks)) if self._of(step, form)]
        return found

    def _of(self, place: int, form: Form) -> bool:
        """Whether a cell is a step that asks for a form."""
        asks = any(self.space.get(name) is form for name in self._asks[place])
        return asks and self._kinds[place] == STEP

    def _bundle(self, value: Any) -> Output:
        """What a value shows, by media type, as a notebook would ask it."""
        if not isinstance(value, Displayed):
            return {"text/plain": repr(value)}
        bundle = value._repr_mimebundle_()
        data: Output = bundle[0] if isinstance(bundle, tuple) else bundle
        return data

    def files(self) -> list[tuple[str, str]]:
        """Names and bytes (base64) of files that were written here since the last time."""
        new = sorted(set(os.listdir()) - self._files)
        self._files |= set(new)
        return [(name, _bytes(name)) for name in new if os.path.isfile(name)]


def _bytes(name: str) -> str:
    with open(name, "rb") as file:
        return base64.b64encode(file.read()).decode()


def _words(error: Exception) -> str:
    """An error in one line, with the line of the cell that led to it."""
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == NAME
    ]
    line = error.lineno if isinstance(error, SyntaxError) else next(iter(lines[-1:]), None)
    words = error.msg if isinstance(error, SyntaxError) else str(error)
    where = f" (line {line})" if line else ""
    return f"{type(error).__name__}{where}: {words}"


class Door:
    """What the worker's few lines call: text in, text out."""

    def __init__(self, sources: str) -> None:
        os.makedirs(FOLDER, exist_ok=True)
        os.chdir(FOLDER)
        self.cells = Cells(json.loads(sources))
        self.names = link_names(self.cells.sources)

    def run(self, place: int, source: str | None) -> str:
        """Run a cell; what it shows, and what the page must make and change."""
        return self._told(self.cells.run(place, source))

    def move(self, number: int, value: str) -> str:
        """The learner moved a control; an error of it is shown where the explorer says it."""
        failed = []
        try:
            with redirect_stdout(io.StringIO()):
                ipywidgets.receive(number, json.loads(value))
        except Exception as error:
            failed = [{"error": _words(error)}]
        return self._told(failed)

    def open(self, place: int, text: str) -> str:
        """Enter the state of a link at a cell; a word to the reader, where there is one."""
        try:
            with redirect_stdout(io.StringIO()):
                told = self.cells.linked[place].open(text)
        except Exception as error:
            told = f"This link does not open: {error}."
        return self._told([{"text/plain": told}])

    def link(self, place: int) -> str:
        """The part after the # of a link to what a cell shows now."""
        found = self.cells.linked[place]
        return self._told([{"text/plain": found.fragment(self.names[place])}])

    def _told(self, outputs: list[Output]) -> str:
        tree = json.loads(ipywidgets.flush())
        again, files = self.cells.again(), self.cells.files()
        return json.dumps({"outputs": outputs, "tree": tree, "again": again, "files": files})
