"""W5, the whole way: from a pressed key to the changed picture, in JupyterLab and Chromium.

A notebook with the opening of a connection, 12 arrows, under a slider: with the standard library's
SVG painter, which the explorers use, and with matplotlib's. Beside them a picture of one word: what
the way through JupyterLab takes by itself. An arrow key goes to the slider's handle; the page's own
clock runs from the `keydown` event until the picture's element has changed and the browser has
drawn a frame. Medians of rounds that take turns. Wants Chromium and the packages of the tests,
which `python3 start.py test` installs.

    .venv/bin/python bench/latency.py
"""

from __future__ import annotations

import os
import statistics
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, ROOT)

KEYS, ROUNDS = 20, 3
PAUSE = 150  # milliseconds between keys: asking the page meanwhile would keep it busy
GOALS = {"one word": "", "svg": "<= 25", "matplotlib": "<= 50"}  # milliseconds
CELL = """
import sys
sys.path.insert(0, {root!r})
import ipywidgets
from bench.frame import LOST, matplotlib_svg
from vpcedu import draw
from vpcedu.draw import Picture
from vpcedu.draw.canvas.scene import Scene, Text
from vpcedu.sites.two_hosts import handshake
from vpcedu.widgets.parts.explorer import Explorer, Frame

class Painted(Picture):
    def svg(self, look=""):
        return {painter}

def frame(round_trip):
    scene = {scene}
    return Frame(Painted(scene), f"round trip {{round_trip}} ms")

Explorer(frame, 740, "", round_trip=ipywidgets.IntSlider(200, 20, 500, 2, layout={{"width": "600px"}}))
"""
OWN, WHOLE = "super().svg(look)", "draw.handshake(handshake(round_trip, LOST)).scene"
WORD = "Scene(700, 740, (Text(9, 30, str(round_trip)),), '', '')"
CASES = {
    "one word": (OWN, WORD),
    "svg": (OWN, WHOLE),
    "matplotlib": ("matplotlib_svg(self)", WHOLE),
}
WATCH = """(number) => {
    const stage = document.querySelectorAll('.jp-OutputArea svg[role=img]')[number].parentElement;
    if (window.watching) window.watching.abort();
    window.watching = new AbortController();
    const waits = window.waits = [];
    let began = 0;
    document.addEventListener('keydown', () => { began = performance.now(); },
                              {capture: true, signal: window.watching.signal});
    const observer = new MutationObserver(() => {
        if (!began) return;
        const start = began, changed = performance.now() - start;
        began = 0;
        requestAnimationFrame(() => waits.push([changed, performance.now() - start]));
    });
    observer.observe(stage, {childList: true, subtree: true});
    window.watching.signal.onabort = () => observer.disconnect();
}"""


def notebook() -> dict:
    """A notebook with one explorer for each case."""
    cells = [{"cell_type": "markdown", "metadata": {}, "source": "# Latency"}]
    for painter, scene in CASES.values():
        source = CELL.format(root=ROOT, painter=painter, scene=scene)
        cells.append(
            {
                "cell_type": "code",
                "metadata": {},
                "outputs": [],
                "execution_count": None,
                "source": source,
            }
        )
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def measured() -> dict[str, list[tuple[float, float]]]:
    """For each case, milliseconds until the picture's element changed.

    And until a frame was drawn.
    """
    from tests.test_browser import jupyterlab, lesson, run_all

    found: dict[str, list[tuple[float, float]]] = {name: [] for name in CASES}
    with jupyterlab() as address, lesson(address, "00-the-question.ipynb") as page:
        page.evaluate(
            "book => jupyterapp.serviceManager.contents.save('latency.ipynb',"
            " {type: 'notebook', format: 'json', content: book})",
            notebook(),
        )
        page.goto(f"{address}/lab/tree/latency.ipynb?reset")
        page.wait_for_selector(".jp-Notebook .jp-MarkdownOutput h1", timeout=60_000)
        run_all(page)
        page.wait_for_function(
            "() => document.querySelectorAll('.jp-OutputArea svg[role=img]').length == 3"
        )
        for _ in range(ROUNDS):
            for number, name in enumerate(CASES):
                found[name] += _keyed(page, number)
    return found


def _keyed(page, number: int) -> list[tuple[float, float]]:
    handle = page.locator(".noUi-handle").nth(number)
    handle.scroll_into_view_if_needed()
    handle.focus()
    page.evaluate(WATCH, number)
    for key in range(KEYS):
        page.keyboard.press("ArrowRight" if key < KEYS // 2 else "ArrowLeft")
        page.wait_for_timeout(PAUSE)
    page.wait_for_function(f"() => window.waits.length == {KEYS}", timeout=10_000)
    return page.evaluate("() => window.waits")


def main() -> int:
    """Print the table."""
    found = measured()
    print(f"W5 in JupyterLab and Chromium, medians of {KEYS * ROUNDS} keys, handshake of 12 arrows")
    print(f"{'painter':14}{'changed, ms':>12}{'drawn, ms':>12}{'longest':>10}{'goal':>9}")
    for name, waits in found.items():
        changed, drawn = (statistics.median(times) for times in zip(*waits, strict=True))
        longest = max(wait for wait, _ in waits)
        print(f"{name:14}{changed:12.1f}{drawn:12.1f}{longest:10.1f}{GOALS[name]:>9}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
