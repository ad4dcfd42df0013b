"""The kernel's laboratory from the command line, in the repository's root.

    python -m tests.kernel record [NAME ...]     record all scenarios, or those named, again
    python -m tests.kernel show NAME ...         print recordings as text
    python -m tests.kernel play NAME FOLDER      play one here, and write its recording to a folder
    python -m tests.kernel tools                 record anew what ss, curl and tcpdump print

To record takes root on Linux.
"""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

from . import stored, tools
from .kernel import why_not
from .recorder import as_text, keep, record
from .scenarios import BY_NAME


def main(words: list[str]) -> int:
    """Do what the words say; the exit code, 2 where it cannot be done."""
    match words:
        case ["record", *names]:
            return _record(names or list(BY_NAME))
        case ["show", *names] if names:
            return _unknown(names) or _show(names)
        case ["play", name, folder]:
            return _unknown([name]) or _play(name, Path(folder))
        case ["tools"]:
            return _tools()
    print(__doc__, file=sys.stderr)
    return 2


def _record(names: list[str]) -> int:
    if wrong := _unknown(names):
        return wrong
    if reason := why_not():
        print(f"Nothing is recorded: {reason}.", file=sys.stderr)
        return 2
    began = time.monotonic()
    failed = record(BY_NAME[name] for name in names)
    print(f"{len(names) - failed} recorded, {failed} failed, {time.monotonic() - began:.0f} s")
    return 1 if failed else 0


def _play(name: str, folder: Path) -> int:
    keep(BY_NAME[name], folder)
    return 0


def _tools() -> int:
    if reason := why_not():
        print(f"Nothing is recorded: {reason}.", file=sys.stderr)
        return 2
    for name, play in tools.PLAYS.items():
        tools.save(name, tools.record(play))
        print(f"{name}: recorded")
    return 0


def _show(names: list[str]) -> int:
    for name in names:
        print(f"{name}: {BY_NAME[name].sentence}")
        recording = stored.load(name)
        print(as_text(recording.seen))
        for what, seen in recording.facts:
            print(f"{what:>12}: {seen!r}")
    return 0


def _unknown(names: list[str]) -> int:
    unknown = [name for name in names if name not in BY_NAME]
    if unknown:
        print(f"No scenario {', '.join(unknown)}; there are {', '.join(BY_NAME)}.", file=sys.stderr)
    return 2 if unknown else 0


if __name__ == "__main__":
    # through all `finally` blocks
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    sys.exit(main(sys.argv[1:]))
