"""W5: how long from a moved slider to a changed picture?

The work is the explorer of the handshake: its model plays the opening of a connection (12 arrows where a SYN and a
SYN,ACK are lost), a layout makes the scene, a painter the picture. Measured are the parts in this process, and with
--browser the whole way in JupyterLab and Chromium: from the key that moves the slider to the changed picture in the
page, by the page's own clock. Medians; CPU time for the parts.

    python3 bench/frame.py [--browser]
"""

from __future__ import annotations

import os
import statistics
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [ROOT, os.path.join(ROOT, "tests")]

from vpcedu import draw  # noqa: E402
from vpcedu.draw.handshake_layout import handshake_scene  # noqa: E402
from vpcedu.lab.opening import handshake  # noqa: E402

LOST = ("1st SYN", "1st SYN ACK")
ROUNDS = 30
GOALS = {"model": 1.0, "scene and SVG": 1.0, "matplotlib PNG": 25.0}  # milliseconds
KEYS = {"SVG": 25.0}
WATCH = """async ([selector, key]) => {
    const stage = document.querySelector(selector + ' .widget-html svg').closest('.widget-html');
    const handle = document.querySelector(selector + ' .noUi-handle');
    return await new Promise(done => {
        const began = performance.now();
        const seen = new MutationObserver(() => { seen.disconnect(); done(performance.now() - began); });
        seen.observe(stage, {childList: true, subtree: true});
        handle.dispatchEvent(new KeyboardEvent('keydown', {key: key, bubbles: true}));
    });
}"""


def parts(rounds: int = ROUNDS) -> dict[str, float]:
    """Medians in milliseconds: the model, scene with SVG, scene with matplotlib's PNG; and the number of arrows."""
    times: dict[str, list[float]] = {name: [] for name in GOALS}
    for turn in range(rounds):
        began = time.process_time()
        visit = handshake(100 + 20 * (turn % 10), LOST)
        times["model"].append(time.process_time() - began)
        for name, paint in (("scene and SVG", lambda picture: picture.svg()),
                            ("matplotlib PNG", lambda picture: picture._repr_mimebundle_()[0]["image/png"])):
            began = time.process_time()
            paint(draw.handshake(visit))
            times[name].append(time.process_time() - began)
    handshake_scene(visit)
    return {name: statistics.median(found) * 1000 for name, found in times.items()} | {"arrows": len(visit.capture)}


def keys(rounds: int = ROUNDS) -> float:
    """The median of milliseconds from a key on the slider to the changed picture, in JupyterLab."""
    import test_browser as browser

    with browser.jupyterlab() as address, browser.lesson(address, "02-a-tcp-connection.ipynb") as page:
        browser.run_all(page)
        browser.cell(page, "explorer = widgets.Handshake").locator(".noUi-handle").first.wait_for(timeout=30_000)
        times = []
        for turn in range(rounds):
            key = "ArrowRight" if turn % 20 < 10 else "ArrowLeft"
            times.append(page.evaluate(WATCH, [".jp-Notebook-cell.jp-mod-active", key]))
            page.wait_for_timeout(150)
    return statistics.median(times)


def main(words: list[str]) -> int:
    """Print the table."""
    found = parts()
    print(f"W5, medians of {ROUNDS}, handshake of {found.pop('arrows'):.0f} arrows")
    print(f"{'':26}{'ms':>8}{'goal':>9}")
    for name, median in found.items():
        print(f"{name:26}{median:8.2f}{'<= ' + format(GOALS[name], 'g'):>9}")
    if "--browser" in words:
        print(f"{'key to picture, SVG':26}{keys():8.1f}{'<= ' + format(KEYS['SVG'], 'g'):>9}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
