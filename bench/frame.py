"""W5: how long from a moved slider to a changed picture?

The work is the explorer of the handshake: its model plays the opening of a connection in which six
segments are lost, a layout makes the scene, a painter the picture: matplotlib on its one figure, or
the package's own. The floor shows a constant of like size in an HTML widget. Measured is CPU time
in this process, medians; latency.py measures the whole way, through JupyterLab and the browser.

    python3 bench/frame.py
"""

from __future__ import annotations

import os
import statistics
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, ROOT)

from vpcedu import draw  # noqa: E402
from vpcedu.draw.canvas.moving import painter  # noqa: E402
from vpcedu.sites.two_hosts import handshake  # noqa: E402

LOST = ("1st SYN", "2nd SYN", "1st SYN ACK", "2nd SYN ACK", "1st ACK", "2nd ACK")  # makes 12 arrows
ROUNDS = 30
# milliseconds
GOALS = {
    "model": 1.0,
    "scene and own SVG": 1.0,
    "scene and matplotlib's SVG": 10.0,
    "scene and PNG": 25.0,
    "a constant in a widget": None,
}


def parts(rounds: int = ROUNDS) -> dict[str, float]:
    """Medians in milliseconds: the model, and the scene with each painter.

    Also the number of arrows.
    """
    import ipywidgets

    own, matplotlib, shown = painter("svg"), painter("matplotlib"), ipywidgets.HTML()
    constant = own.svg(draw.handshake(handshake(200, LOST)).scene)
    times: dict[str, list[float]] = {name: [] for name in GOALS}
    for turn in range(rounds):
        began = time.process_time()
        visit = handshake(100 + 20 * (turn % 10), LOST)
        times["model"].append(time.process_time() - began)
        for name, work in (
            ("scene and own SVG", lambda visit: own.svg(draw.handshake(visit).scene)),
            (
                "scene and matplotlib's SVG",
                lambda visit: matplotlib.svg(draw.handshake(visit).scene),
            ),
            ("scene and PNG", lambda visit: draw.handshake(visit).png()),
            (
                "a constant in a widget",
                lambda visit: shown.set_trait("value", f"{constant}{visit}"),
            ),
        ):
            began = time.process_time()
            work(visit)
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
        goal = f"<= {GOALS[name]:g}" if GOALS[name] else ""
        print(f"{name:28}{median:8.2f}{goal:>9}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
