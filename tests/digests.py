"""Digests: what the package prints is the same on every Python and under every hash seed.

`python tests/digests.py` runs the standard outputs on each Python that it finds (3.11 to 3.14, and
Pyodide under node where npm has it), three times each, under other hash seeds. It prints a digest
of each output; ends with 1 where two differ. `python tests/digests.py one` prints those of the
Python that runs it, as JSON; it needs nothing but the package.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SEEDS = ("0", "1", "4294967295")
BALANCERS = ("classic-tcp", "classic-http", "application", "network")
NATS = ("instance", "gateway")
PUZZLES = range(20)
NO_SSL = "no OpenSSL"


def printed(*words: str) -> str:
    """What `python3 -m vpcedu` prints with these words."""
    from vpcedu.__main__ import main

    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        main(list(words))
    assert out.getvalue(), words
    return out.getvalue()


def answers() -> Iterable[str]:
    for balancer in BALANCERS:
        for nat in NATS:
            yield printed("--balancer", balancer, "--nat", nat, "--all")
            yield printed("--balancer", balancer, "--nat", nat, "--json")


def questions() -> Iterable[str]:
    from vpcedu import aws

    folder, ends = str(aws.example()), ["--from", "internet", "--to", "shop", "--port", "80"]
    for form in ("--packets", "--json"):
        yield printed("ask", folder, *ends, form)
        yield printed("ask", "reference", "--from", "web", "--to", "client", "--port", "22", form)


def audits() -> Iterable[str]:
    from vpcedu import aws

    for folder in (str(aws.example()), "reference:application+gateway"):
        yield printed("audit", folder)
        yield printed("audit", folder, "--json")


BY_TLS = ("https-loop",)


def symptoms() -> Iterable[str]:
    from vpcedu.scenarios.catalogue import scenario_names

    for name in scenario_names():
        if name not in BY_TLS:
            yield printed("scenario", name)


def by_tls() -> Iterable[str]:
    """What needs OpenSSL; Lacking where Python has none, as in a browser."""
    from vpcedu.cli import commands

    for name in BY_TLS:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            commands.main(["scenario", name])
        yield out.getvalue()


def puzzles() -> Iterable[str]:
    for seed in PUZZLES:
        yield printed("puzzle", "--seed", str(seed), "--rows", "--hint", "--answer")


def visits() -> Iterable[object]:
    """A visit by each balancer."""
    from vpcedu import reference_architecture

    for balancer in BALANCERS:
        yield reference_architecture(balancer).get("http://www.example.com/")


def pictures() -> Iterable[str]:
    from vpcedu import draw

    for visit in visits():
        for picture in (draw.ladder, draw.map):
            yield picture(visit).svg("light")


def captures() -> Iterable[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        for visit in visits():
            path = Path(folder) / "web.pcap"
            visit.save_pcap(path, at="web")
            yield path.read_bytes()


OUTPUTS: dict[str, Callable[[], Iterable[str | bytes]]] = {
    "answers, words and JSON": answers,
    "questions to a VPC": questions,
    "audits": audits,
    "symptoms": symptoms,
    "a symptom by https": by_tls,
    "puzzles": puzzles,
    "pictures, own painter": pictures,
    "capture files": captures,
}


def digest(pieces: Iterable[str | bytes]) -> str:
    """The first twelve digits of the SHA-256 of all pieces; NO_SSL where Python has no OpenSSL."""
    from vpcedu.lacking import Lacking

    found = hashlib.sha256()
    try:
        for piece in pieces:
            found.update(piece if isinstance(piece, bytes) else piece.encode())
    except Lacking:
        return NO_SSL
    return found.hexdigest()[:12]


def mine() -> dict[str, str]:
    """The digests of this Python."""
    return {name: digest(make()) for name, make in OUTPUTS.items()}


def of(command: list[str], seed: str) -> dict[str, str]:
    """The digests of another Python, under a hash seed."""
    environment = {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [*command, str(Path(__file__).resolve()), "one"],
        env=environment | {"PYTHONHASHSEED": seed, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise OSError(f"{command[0]} ends with {done.returncode}: {done.stderr[-300:]}")
    found: dict[str, str] = json.loads(done.stdout)
    return found


def in_pyodide(pyodide: Path, seed: str) -> dict[str, str]:
    """The digests of Pyodide under node, which is CPython 3.14, under a hash seed."""
    from rigs import node

    code = (
        "import json, sys; sys.path[:0] = ['/here', '/here/tests'];"
        " import digests; json.dumps(digests.mine())"
    )
    found: dict[str, str] = json.loads(
        node.run(pyodide, code, {"/here": ROOT}, {"PYTHONHASHSEED": seed})
    )
    return found


def by_pyodide() -> tuple[list[dict[str, str]], str]:
    """The digests of Pyodide under each seed, or why there is none."""
    from rigs import node

    from vpcedu.pages.alive import runtime

    with tempfile.TemporaryDirectory() as folder:
        try:
            pyodide = node.unpacked(Path(folder))
        except runtime.Missing as missing:
            return [], str(missing)
        return [in_pyodide(pyodide, seed) for seed in SEEDS], ""


def pythons() -> dict[str, list[str]]:
    """The Pythons on this machine, by version: the one that runs this, and those on the path."""
    found = {f"{sys.version_info[0]}.{sys.version_info[1]}": [sys.executable]}
    for version in PYTHONS:
        path = shutil.which(f"python{version}")
        asked = [path or "", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        with contextlib.suppress(OSError):
            told = subprocess.run(asked, capture_output=True, text=True)
            if told.stdout.strip() == version:
                found.setdefault(version, [str(path)])
    return dict(sorted(found.items()))


def table(found: dict[str, list[dict[str, str]]]) -> str:
    """A row for each output, a column for each Python; the seeds of one Python share a column."""
    lines = [f"{'SHA-256, first 12 digits':<26}" + "".join(f"{name:>16}" for name in found)]
    for output in OUTPUTS:
        cells = []
        for runs in found.values():
            seen = {run[output] for run in runs}
            cells.append(next(iter(seen)) if len(seen) == 1 else "by hash seed!")
        lines.append(f"{output:<26}" + "".join(f"{cell:>16}" for cell in cells))
    return "\n".join(lines)


def main(words: list[str]) -> int:
    """Print the digests; 1 where two of one output differ."""
    if words == ["one"]:
        print(json.dumps(mine()))
        return 0
    found = {name: [of(command, seed) for seed in SEEDS] for name, command in pythons().items()}
    absent = [
        f"Python {version} is not on this machine" for version in PYTHONS if version not in found
    ]
    browsers, why = by_pyodide()
    found |= {"3.14, Pyodide": browsers} if browsers else {}
    absent += [f"No Pyodide: {why}"] if why else []
    print("\n".join((table(found), *absent)))
    every = [run for runs in found.values() for run in runs]
    differing = [name for name in OUTPUTS if len({run[name] for run in every} - {NO_SSL}) > 1]
    said = f"different: {', '.join(differing)}" if differing else "all are the same"
    print(f"{len(every)} runs, hash seeds {', '.join(SEEDS)}: {said}")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
