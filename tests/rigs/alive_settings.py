"""Settings of a lesson's explorers, and what a notebook shows of them.

It is what a kernel sends to JupyterLab: the widgets of ipywidgets, in CPython, with our own
painter.
"""

from __future__ import annotations

import random

from test_stand_in import code

from rigs.explorer_settings import SETTINGS, set_somehow
from rigs.linked import NOT_ASKED
from vpcedu.pages.alive.cells import SHOWN, Cells, kinds, link_names
from vpcedu.widgets.parts.explorer import Explorer

# Whether an explorer of the page shows a picture and a sentence, both given as markup.
SAME = """([id, picture, line]) => {
    const made = text => { const box = document.createElement('div');
        box.append(window.vpcedu.clean(text)); return box; };
    const [stage, said] = ['.vpcedu-stage svg', '.vpcedu-line'].map(one =>
        document.getElementById(id).querySelector(one));
    return stage.outerHTML === made(picture).querySelector('svg').outerHTML
        && said.textContent === made(line).textContent;
}"""


def settings(path):
    """Of each explorer of a lesson: its name in a link; and links with picture and sentence."""
    sources = code(path)
    cells, names = Cells(sources), link_names(sources)
    for place, kind in enumerate(kinds(sources)):
        if kind == SHOWN:
            cells.run(place)
        explorer = cells.linked.get(place)
        if isinstance(explorer, Explorer):
            yield names[place], list(some(explorer, names[place]))


def some(explorer, name):
    """Links to settings, with picture and sentence; none where the picture before would stay."""
    choose, found = random.Random(19), 0
    while found < SETTINGS:
        for control in explorer.controls.values():
            set_somehow(control, choose)
        if NOT_ASKED not in explorer.sentence:
            found += 1
            yield explorer.fragment(name), explorer.image.value, explorer.line.value
