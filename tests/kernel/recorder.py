"""Run scenarios on this machine's kernel, several at once, and keep what was seen.

Each has a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from .kernel import LIMIT, Fact, KernelLab
from .namespaces import LabError
from .play import Scenario
from .records import Record, load, save
from .scenarios import BY_NAME
from .stored import FOLDER, Recording
from .stored import save as keep_recording

ROOT = Path(__file__).parents[2]
WORKERS = 4  # a scenario is mostly waiting
PATIENCE = LIMIT + 30  # seconds for a process, with building and tearing down
VERSIONS = {
    "haproxy": "-v",
    "nginx": "-v",
    "curl": "--version",
    "nft": "--version",
    "tcpdump": "--version",
    "ip": "-V",
}
Recorded = tuple[list[Record], list[Fact]]


class Played(NamedTuple):
    """One scenario that was run.

    Its name, how many seconds it took, what went wrong (empty: nothing).
    """

    name: str
    seconds: float
    error: str


def play(scenario: Scenario) -> Recorded:
    """Play one scenario in this process."""
    with KernelLab(scenario.setting, scenario.ports) as lab:
        scenario.script(lab)
    return lab.records, lab.facts


def keep(scenario: Scenario, folder: Path) -> None:
    """Play one scenario in this process and write NAME.pcapng and NAME.json."""
    with suppress(OSError):
        os.nice(-10)  # a busy machine must not stretch the naps
    records, facts = play(scenario)
    told = {"scenario": scenario.name, "facts": facts, "kernel": os.uname().release}
    save(folder / f"{scenario.name}.pcapng", records)
    (folder / f"{scenario.name}.json").write_text(json.dumps(told), encoding="utf-8")


def record_scenarios(scenarios: Iterable[Scenario], workers: int = WORKERS) -> dict[str, Recorded]:
    """Play scenarios, several at once: rows and facts by name.

    LabError where one fails; ValueError for one that is not in the list (a process finds it there
    by its name).
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for played in play_all(scenarios, folder, workers):
            if played.error:
                raise LabError(f"{played.name}: {played.error}")
        return {
            file.stem: (load(file), facts_of(file.with_suffix(".json")))
            for file in folder.glob("*.pcapng")
        }


def record(scenarios: Iterable[Scenario], folder: Path = FOLDER, workers: int = WORKERS) -> int:
    """Play scenarios and replace the files of those whose recording is whole; how many failed."""
    failed, tools = 0, versions()
    with tempfile.TemporaryDirectory() as name:
        for played in play_all(scenarios, Path(name), workers):
            print(
                f"{played.name:32} {played.seconds:5.1f} s  {played.error or 'recorded'}",
                flush=True,
            )
            failed += bool(played.error)
            if not played.error:
                file = Path(name, f"{played.name}.pcapng")
                found = Recording(
                    load(file), facts_of(file.with_suffix(".json")), os.uname().release, tools
                )
                keep_recording(BY_NAME[played.name], found, folder)
    return failed


def play_all(
    scenarios: Iterable[Scenario], folder: Path, workers: int = WORKERS
) -> Iterator[Played]:
    """Play scenarios, several at once, into a folder; each is told of when it is over."""
    names = [scenario.name for scenario in scenarios]
    for name in names:
        if name not in BY_NAME:
            raise ValueError(f"{name!r}: expected one of the list of scenarios")
    pool = ThreadPoolExecutor(workers)
    try:
        for done in as_completed([pool.submit(_in_a_process, name, folder) for name in names]):
            yield done.result()
    finally:
        pool.shutdown(cancel_futures=True)


def facts_of(file: Path) -> list[Fact]:
    """The facts of a recording."""
    return [(what, seen) for what, seen in json.loads(file.read_text(encoding="utf-8"))["facts"]]


def versions() -> dict[str, str]:
    """What each program says of itself, first line."""
    found = {}
    for tool, word in VERSIONS.items():
        done = subprocess.run([tool, word], capture_output=True, text=True, timeout=10)
        found[tool] = (done.stdout or done.stderr).splitlines()[0]
    return found


def as_text(records: Iterable[Record]) -> str:
    """The rows of a recording, a line each."""
    return "\n".join(
        f"{row.at / 1e6:10.6f} {row.point:6} {row.way:3} {row.packet}" for row in records
    )


def _in_a_process(name: str, folder: Path) -> Played:
    began, error = time.monotonic(), ""
    words = [sys.executable, "-m", "tests.kernel", "play", name, str(folder)]
    try:
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE)
        if done.returncode:
            error = done.stderr.strip().rpartition("\n")[2] or f"exit {done.returncode}"
    except subprocess.TimeoutExpired:
        error = f"takes longer than {PATIENCE} s"  # what it leaves is swept by the next one
    return Played(name, time.monotonic() - began, error)
