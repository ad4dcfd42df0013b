"""What does a visit cost, the thousandth and the hundred thousandth, and beside another checkout?

    python3 bench/visits.py                   1,000, 10,000 and 100,000 visits, as meant (minutes)
    python3 bench/visits.py --most 10000      the first two
    python3 bench/visits.py --other CHECKOUT  and the 20th visit and a puzzle, beside 94817a6

The work: `site.get("http://www.example.com/")` of the reference architecture, again and again on
one network: DNS, a connection (with a proxy two), a request, an answer, the end, one second more.
What was seen is thrown away after each visit, since a capture that is kept grows with what it
holds, and that is the learner's own. Near each number of visits 400 are timed, one by one, and the
median is printed: CPU time of the process. With checks on, the balancer's node checks its target
every 30 s all the while.

Beside the other checkout: fresh processes in turn; the medians of the 15th to the 29th visit of 12
new sites, and of `lab.puzzle` with 15 seeds; then the median of the ratios pair by pair. Make the
other checkout with `git worktree add /tmp/first 94817a6`.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from vpcedu.sites.reference import reference_architecture
from vpcedu.trace import Capture

HERE = Path(__file__).resolve().parent.parent
SIZES = (1_000, 10_000, 100_000)
AROUND = 400  # visits timed near each size
KINDS = (("network", False), ("classic-tcp", False), ("application", False), ("application", True))
URL = "http://www.example.com/"
BESIDE = """
import sys, time
from statistics import median
from vpcedu import lab, reference_architecture

def spent(work, *arguments):
    begun = time.process_time()
    work(*arguments)
    return time.process_time() - begun

for kind in ("network", "classic-tcp", "application"):
    times = []
    for _ in range(12):
        site = reference_architecture(kind)
        times += [spent(site.get, "http://www.example.com/") for _ in range(30)][15:]
    print(median(times))
lab.puzzle(0)
print(median(spent(lab.puzzle, seed) for seed in range(1, 16)))
"""


def grown(kind: str, checks: bool, sizes: tuple[int, ...]) -> list[float]:
    """Microseconds of a visit near each size, on one network."""
    site, found, times = reference_architecture(kind), [], []
    if checks:
        site.start_checks()
    for number in range(1, sizes[-1] + 1):
        begun = time.process_time()
        site.get(URL)
        times.append(time.process_time() - begun)
        site.network.capture = Capture()
        if number in sizes:
            found.append(statistics.median(times[-AROUND:]) * 1e6)
            times.clear()
    return found


def beside(checkout: Path) -> list[float]:
    """Seconds of the 20th visit with three balancers, and of a puzzle."""
    kept = {word: value for word, value in os.environ.items() if word != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", BESIDE],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=True,
        env=kept | {"PYTHONPATH": str(checkout)},
    )
    return [float(line) for line in done.stdout.split()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--most", type=int, default=SIZES[-1], help="visits (default 100,000)")
    parser.add_argument("--other", type=Path, help="another checkout of this project")
    parser.add_argument("--rounds", type=int, default=9, help="pairs of runs (default 9)")
    options = parser.parse_args()
    if options.other is not None:
        beside(HERE), beside(options.other)  # compiles what is not compiled yet
        pairs = [(beside(HERE), beside(options.other)) for _ in range(options.rounds)]
        print(f"{'CPU time':<30}{'here':>12}{'other':>12}{'ratio':>9}{'goal':>9}")
        names = ("visit, network", "visit, classic-tcp", "visit, application", "a puzzle")
        for place, name in enumerate(names):
            column = [(own[place], theirs[place]) for own, theirs in pairs]
            own, theirs = (statistics.median(side) * 1e3 for side in zip(*column, strict=True))
            ratio = statistics.median(one / two for one, two in column)
            goal = "0.4" if name == "a puzzle" else "0.6"
            print(f"{name:<30}{own:>9.2f} ms{theirs:>9.2f} ms{ratio:>8.2f}x{'<= ' + goal:>9}")
    sizes = tuple(size for size in SIZES if size <= options.most) or (options.most,)
    print(f"{'microseconds a visit':<30}" + "".join(f"{size:>10,}" for size in sizes) + "  growth")
    for kind, checks in KINDS:
        found = grown(kind, checks, sizes)
        name = f"{kind}, checks on" if checks else kind
        figures = "".join(f"{each:>10.0f}" for each in found)
        print(f"{name:<30}{figures}{found[-1] / found[0]:>7.2f}x")


if __name__ == "__main__":
    main()
