"""What does a question to one's own VPC cost, beside another checkout of this project?

    python3 bench/ask.py OTHER_CHECKOUT [RUNS]

The work: `lab.ask` of questions to the example network that do not work (the answer, everything in
the way, and the smallest repair, as text), each in a fresh process that has asked once before. CPU
time of the process; the two checkouts take turns; medians, and the median of the ratios pair by
pair. A second table has whole commands, Python's own start among them. Make the other checkout with
`git worktree add /tmp/first 94817a6`.
"""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

HERE = Path(__file__).resolve().parent.parent
QUESTIONS = [
    ("internet", "db", 22),
    ("web-2", "internet", 443),
    ("db", "shop", 443),
    ("web-1", "db", 5432),
]
ASK = """
import json, sys, time
from vpcedu import aws, lab
account = aws.load(aws.example())
source, destination, port = json.loads(sys.argv[1])
vpc, ends = account.vpc(), (account.called(source), account.called(destination))
str(lab.ask(vpc, *ends, port))
begun = time.process_time()
for _ in range(5):
    str(lab.ask(vpc, *ends, port))
print((time.process_time() - begun) / 5)
"""


def asked(checkout: Path, question: tuple[str, str, int]) -> float:
    """Seconds of CPU for one answer."""
    done = subprocess.run(
        [sys.executable, "-c", ASK, json.dumps(question)],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=True,
        env=_paths(checkout),
    )
    return float(done.stdout)


def whole(checkout: Path, words: list[str]) -> float:
    """Seconds of CPU for a whole command."""
    before = getrusage(RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "vpcedu", *words],
        cwd=checkout,
        capture_output=True,
        env=_paths(checkout),
    )
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _paths(checkout: Path) -> dict[str, str]:
    kept = {word: value for word, value in os.environ.items() if word != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPATH": str(checkout)}


def paired(name: str, measure, other: Path, runs: int, work) -> None:
    measure(HERE, work), measure(other, work)  # compiles what is not compiled yet
    pairs = [(measure(HERE, work), measure(other, work)) for _ in range(runs)]
    own, theirs = (statistics.median(column) * 1000 for column in zip(*pairs, strict=True))
    ratio = statistics.median(one / two for one, two in pairs)
    print(f"{name:<44}{own:>9.1f} ms{theirs:>9.1f} ms{ratio:>8.2f}x")


def main(words: list[str]) -> int:
    if not words or not (Path(words[0]) / "vpcedu" / "__init__.py").exists():
        print(__doc__)
        return 2
    other, runs = Path(words[0]).resolve(), int(words[1]) if words[1:] else 9
    print(f"{'one answer':<44}{'here':>12}{'other':>12}{'ratio':>9}")
    for question in QUESTIONS:
        source, destination, port = question
        paired(f"{source} to {destination}, port {port}", asked, other, runs, question)
    print(f"{'a whole command':<44}{'here':>12}{'other':>12}{'ratio':>9}")
    paired("the question", whole, other, runs, [])
    folder = str(HERE / "vpcedu" / "aws" / "example")
    for source, destination, port in QUESTIONS[:2]:
        paired(
            f"ask: {source} to {destination}, port {port}",
            whole,
            other,
            runs,
            ["ask", folder, "--from", source, "--to", destination, "--port", str(port)],
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
