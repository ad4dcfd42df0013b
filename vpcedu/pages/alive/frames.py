"""Frames: what explorers show at each setting of their main controls, made before a page is read.

So a slider moves before Python is there. Each explorer of a lesson is made by its own cells, with
the stand-in for ipywidgets and our own painter, as it will be in the browser. Its tree of controls
is recorded, and for every combination of some controls what is different then. Sliders are taken
first, then buttons, menus and boxes, as long as there are at most MOST combinations; a control that
changes what another one offers is left out. The other controls wait for Python.

    python3 -m vpcedu.pages.alive.frames < CODE > FRAMES

runs here, in a Python whose ipywidgets is the stand-in; `made` starts it.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from itertools import product
from math import prod
from pathlib import Path

import ipywidgets

from vpcedu import files
from vpcedu.pages.alive import pack
from vpcedu.pages.alive.cells import SHOWN, Cells, kinds
from vpcedu.widgets.parts.explorer import Explorer
from vpcedu.widgets.parts.stepper import Stepper

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

MOST = 120  # frames of an explorer: about 50 KB in a page
KEPT = pack.ROOT / "build" / "frames"
FROZEN = ("slider", "steps", "toggles", "menu", "checkbox")  # kinds of controls, the first first
RANGE = ("min", "max", "options")  # what a control offers


def made(lessons: Mapping[str, Sequence[str]]) -> dict[str, dict[int, str]]:
    """The frames of lessons' explorers, by lesson and place of the cell; lessons: their code.

    Each is text for a page: JSON lines, packed by gzip, in base64. The same bytes every time. They
    are kept in build/, under a sum of all that they are made of.
    """
    asked = json.dumps(lessons)
    made_of = hashlib.sha256(pack.package() + pack.laboratory() + asked.encode()).hexdigest()
    kept = KEPT / f"{made_of[:16]}.json"
    if not kept.is_file():
        told = _recorded(asked)  # first: a run that fails leaves nothing
        KEPT.mkdir(parents=True, exist_ok=True)
        files.write(kept, [told.encode()])
    return {
        name: {int(cell): _packed(lines) for cell, lines in found.items()}
        for name, found in json.loads(kept.read_bytes()).items()
    }


def _recorded(asked: str) -> str:
    """What a Python of its own records of lessons, as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        files.write(place / pack.STAND_IN, [(pack.HERE / "stand_in.py").read_bytes()])
        (place / "notebooks").mkdir()
        zipfile.ZipFile(io.BytesIO(pack.laboratory())).extractall(place)
        paths = {"PYTHONPATH": f"{folder}{os.pathsep}{pack.ROOT}", "VPCEDU_PAINTER": "svg"}
        done = subprocess.run(
            [sys.executable, "-m", __name__],
            input=asked,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            env=os.environ | paths,
            cwd=place / "notebooks",
        )
    return done.stdout


def _packed(lines: Sequence[str]) -> str:
    return base64.b64encode(gzip.compress("\n".join(lines).encode(), 9, mtime=0)).decode()


class Recorder:
    """An explorer, made anew, and what it shows.

    It is read by number of a widget, counted from the first one that the explorer made.
    """

    def __init__(self, explorer: Any, widgets: Sequence[Any]) -> None:
        self.explorer, self.widgets = explorer, widgets
        self.first = min(one.number for one in _inside(explorer.box))
        self.last: int = explorer.box.number
        self.tree = [
            [one.number - self.first, one.kind, self.told(one)]
            for one in widgets[self.first : self.last + 1]
        ]

    def told(self, one: Any) -> dict[str, Any]:
        """The state of a widget, as the page is told it."""
        state = json.loads(json.dumps(one.state))
        if "children" in state:
            state["children"] = [number - self.first for number in state["children"]]
        return dict(state)

    def frozen(self) -> dict[str, list[Any]]:
        """The controls that frames are made for, and their values."""
        found: dict[str, list[Any]] = {}
        controls = self.explorer.controls
        for name in sorted(controls, key=lambda name: (*FROZEN, "").index(self.kind(name))):
            values = self.values(name)
            if 1 < len(values) <= MOST // prod(map(len, found.values())):
                found[name] = values
                if not self.steady(name, found):
                    del found[name]
        return found

    def kind(self, name: str) -> str:
        """The kind of a control, "" where no frames are made for it."""
        kind = self.explorer.controls[name].kind
        return kind if kind in FROZEN else ""

    def values(self, name: str) -> list[Any]:
        """All values of a control; none where it has no list of them."""
        control = self.explorer.controls[name]
        match self.kind(name):
            case "":
                return []
            case "slider":
                return list(range(control.min, control.max + 1, control.step))
            case "checkbox":
                return [False, True]
        return list(control._options_values)

    def steady(self, name: str, found: Mapping[str, list[Any]]) -> bool:
        """Whether a control leaves what the controls offer as it is."""
        control = self.explorer.controls[name]
        first, offered = control.value, self.offered(found)
        kept = True
        for value in found[name]:
            self.put(name, value)
            kept &= self.offered(found) == offered
        self.put(name, first)
        return kept

    def offered(self, names: Mapping[str, list[Any]]) -> list[Any]:
        """What these controls offer."""
        states = [self.explorer.controls[name].state for name in names]
        return [[state.get(word) for word in RANGE] for state in states]

    def put(self, name: str, value: Any) -> None:
        """Move a control; a setting that fails says so itself."""
        try:
            self.explorer.controls[name].value = value
        except Exception:
            assert "failed" in self.explorer.line.value

    def states(self, frozen: Mapping[str, list[Any]]) -> Iterator[dict[str, Any]]:
        """All that is shown, by number and name of what is told, for each combination.

        The picture is None where the one before stays: a question that cannot be asked.
        """
        picture = f"{self.explorer.image.number - self.first} value"
        for setting in product(*frozen.values()):
            before = None
            for name, value in zip(frozen, setting, strict=True):
                if self.explorer.controls[name].value != value:
                    before = self.explorer.picture
                    self.put(name, value)
            told = {
                f"{one.number - self.first} {word}": value
                for one in self.widgets[self.first : self.last + 1]
                for word, value in self.told(one).items()
            }
            yield told | ({picture: None} if self.explorer.picture is before else {})

    def record(self) -> list[str]:
        """The lines: what there is, then a line for each combination; none without controls."""
        frozen = self.frozen()
        if not frozen:
            return []
        first = {f"{number} {word}": v for number, _, told in self.tree for word, v in told.items()}
        states = list(self.states(frozen))
        moving = [name for name in first if any(state[name] != first[name] for state in states)]
        controls = self.explorer.controls
        head = {
            "tree": self.tree,
            "moving": [[int(name.split()[0]), name.split()[1]] for name in moving],
            "names": list(frozen),
            "controls": [
                [controls[name].number - self.first, len(values)] for name, values in frozen.items()
            ],
            "picture": self.explorer.image.number - self.first,
            "note": self.explorer.note.number - self.first,
            "reset": self.explorer.reset.number - self.first,
            "steps": self.steps(list(frozen)),
        }
        rows = [[state[name] for name in moving] for state in states]
        return [json.dumps(row, separators=(",", ":")) for row in (head, *rows)]

    def steps(self, frozen: list[str]) -> list[list[int]]:
        """The steppers whose slider has frames: which control it is, its buttons, its Play."""
        found = []
        for part in self.explorer._parts:
            for place, name in enumerate(frozen):
                if isinstance(part, Stepper) and self.explorer.controls[name] is part.slider:
                    told = [one.number - self.first for one in (part.back, part.on, part.play)]
                    found.append([place, *told])
        return found


def _inside(widget: Any) -> Iterator[Any]:
    yield widget
    if isinstance(widget, ipywidgets.Box):
        for child in widget.children:
            yield from _inside(child)


def main() -> None:
    """Record what is asked for: lessons' code by name, as JSON on standard input."""
    told: dict[str, dict[int, list[str]]] = {}
    for name, sources in json.load(sys.stdin).items():
        told[name] = {}
        cells = Cells(sources)
        for place, kind in enumerate(kinds(sources)):
            if kind != SHOWN:
                continue
            cells.run(place)
            shown = cells.space.get(sources[place].strip().split("\n")[-1])
            if isinstance(shown, Explorer):
                told[name][place] = Recorder(shown, ipywidgets._made).record()
    print(json.dumps({name: {n: x for n, x in found.items() if x} for name, found in told.items()}))


if __name__ == "__main__":
    main()
