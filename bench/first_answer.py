"""W4 'first answer': from the start of a process to the printed explanation of one request.

The explanation is of the request and its reply.

    python3 bench/first_answer.py

CPU time (user and system) of fresh processes, in turn, medians; all with -S, since what
site-packages adds to the start of Python differs from machine to machine. The compiled files are
written before the first measurement.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GOAL = 4
ENVIRONMENT = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
WORK = {
    "bare start": ["-S", "-c", "pass"],
    "python3 -m vpcedu": ["-S", "-m", "vpcedu"],
    "two zones, an ALB": ["-S", str(ROOT / "bench" / "two_zones.py")],
}
PEERS = {"scapy": "scapy.all", "dpkt": "dpkt"}  # only imported, and with site-packages


def cpu(words):
    """CPU milliseconds of one process; what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=ENVIRONMENT, capture_output=True, check=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return spent * 1e3, done.stdout.decode()


def measure(work, rounds):
    """Medians of the CPU milliseconds of each process; the first run of each is not counted."""
    times = {name: [] for name in work}
    for turn in range(rounds + 1):
        for name, words in work.items():
            spent, _ = cpu(words)
            if turn:
                times[name].append(spent)
    return {name: statistics.median(found) for name, found in times.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--rounds", type=int, default=15, help="runs of each process, in turn (default 15)"
    )
    options = parser.parse_args()
    answer = cpu(WORK["two zones, an ALB"])[1]
    if "200 OK" not in answer or len(answer.splitlines()) < 20:
        raise SystemExit(f"this is no answer:\n{answer}")
    there = {
        name: ["-c", f"import {module}"]
        for name, module in PEERS.items()
        if importlib.util.find_spec(name)
    }
    found = measure(WORK | {"bare start with site": ["-c", "pass"]} | there, options.rounds)
    base = found["bare start"]
    print(f"W4, CPU of fresh processes, medians of {options.rounds}")
    print(f"{'':<26}{'ms':>7}{'x bare':>8}{'goal':>8}")
    for name, spent in found.items():
        goal = f"<= {GOAL}" if name in WORK and name != "bare start" else ""
        print(
            f"{name + ' (import)' if name in there else name:<26}{spent:>7.1f}{spent / base:>8.1f}{goal:>8}"
        )
    for name in PEERS.keys() - there.keys():
        print(f"{name} is not installed here: not compared")


if __name__ == "__main__":
    main()
