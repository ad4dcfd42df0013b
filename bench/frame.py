"""W5: how long from a moved slider to a changed picture?

The work is the explorer of the handshake: its model plays the opening of a connection in which a SYN and a SYN,ACK
are lost, a layout makes the scene, a painter the picture. Measured is CPU time in this process, medians; the way
through JupyterLab and the browser comes on top and is not measured here.

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
from vpcedu.lab.opening import handshake  # noqa: E402

LOST = ("1st SYN", "1st SYN ACK")
ROUNDS = 30
GOALS = {"model": 1.0, "scene and SVG": 1.0, "matplotlib PNG": 25.0}  # milliseconds


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
    return {name: statistics.median(found) * 1000 for name, found in times.items()} | {"arrows": len(visit.capture)}


def main() -> int:
    """Print the table."""
    found = parts()
    print(f"W5, medians of {ROUNDS}, handshake of {found.pop('arrows'):.0f} arrows")
    print(f"{'':26}{'ms':>8}{'goal':>9}")
    for name, median in found.items():
        print(f"{name:26}{median:8.2f}{'<= ' + format(GOALS[name], 'g'):>9}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
