"""W5: how long from a moved slider to a changed picture?

The work is the explorer of the handshake: its model plays the opening of a connection in which six
segments are lost, a layout makes the scene, a painter the picture. Measured is CPU time in this
process, medians; latency.py measures the whole way, through JupyterLab and the browser.

    python3 bench/frame.py
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from io import StringIO
from typing import Any

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, ROOT)

from vpcedu import draw  # noqa: E402
from vpcedu.draw import Picture  # noqa: E402
from vpcedu.draw.canvas.figure import figure_of  # noqa: E402
from vpcedu.sites.two_hosts import handshake  # noqa: E402

LOST = ("1st SYN", "2nd SYN", "1st SYN ACK", "2nd SYN ACK", "1st ACK", "2nd ACK")  # makes 12 arrows
ROUNDS = 30
# milliseconds
GOALS = {
    "model": 1.0,
    "scene and SVG": 1.0,
    "scene and matplotlib's SVG": 25.0,
    "scene and PNG": 25.0,
}


def matplotlib_svg(picture: Picture, figures: dict[Any, Any] = {}) -> str:  # noqa: B006 (kept on purpose)
    """matplotlib's SVG with real text.

    The figure is made once for each size and shows one scene after another.
    """
    from matplotlib import rc_context

    out, scene = StringIO(), picture.scene
    size = scene.width, scene.height
    figure = figures[size] = figures.get(size) or figure_of(scene, picture.theme)
    figure.axes[0].artists[0].scene = scene
    with rc_context({"svg.fonttype": "none"}):
        figure.savefig(out, format="svg", metadata={"Date": None})
    return out.getvalue()[out.getvalue().index("<svg") :].replace("<svg ", '<svg role="img" ', 1)


def parts(rounds: int = ROUNDS) -> dict[str, float]:
    """Medians in milliseconds: the model, and the scene with each painter.

    Also the number of arrows.
    """
    times: dict[str, list[float]] = {name: [] for name in GOALS}
    for turn in range(rounds):
        began = time.process_time()
        visit = handshake(100 + 20 * (turn % 10), LOST)
        times["model"].append(time.process_time() - began)
        for name, paint in (
            ("scene and SVG", Picture.svg),
            ("scene and PNG", Picture.png),
            ("scene and matplotlib's SVG", matplotlib_svg),
        ):
            began = time.process_time()
            paint(draw.handshake(visit))
            times[name].append(time.process_time() - began)
    return {name: statistics.median(found) * 1000 for name, found in times.items()} | {
        "arrows": len(visit.capture)
    }


def main() -> int:
    """Print the table."""
    found = parts()
    print(f"W5, medians of {ROUNDS}, handshake of {found.pop('arrows'):.0f} arrows")
    print(f"{'':28}{'ms':>8}{'goal':>9}")
    for name, median in found.items():
        print(f"{name:28}{median:8.2f}{'<= ' + format(GOALS[name], 'g'):>9}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
