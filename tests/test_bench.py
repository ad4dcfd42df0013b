"""The benchmarks do the work they say they do; none is timed here."""

import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).parent.parent / "bench"


def run(*words):
    return subprocess.run([sys.executable, *words], cwd=BENCH, capture_output=True, text=True, check=True).stdout


def test_every_contender_of_translate_comes_to_the_same_digest():
    program = "import translate as t; print(*(t.digest(kind(), 1100) for kind in t.CONTENDERS.values()))"
    digests = run("-c", program).split()
    assert len(digests) == 4
    assert len(set(digests)) == 1


def test_translate_prints_a_line_for_each_contender():
    printed = run("translate.py", "--n", "50", "--rounds", "1")
    for name in ("bare dict of tuples", "Translations", "NatGateway.handle", "whole hop"):
        assert sum(line.startswith(name) for line in printed.splitlines()) == 1


def test_first_answer_visits_a_site_with_two_zones():
    answer = run("two_zones.py")
    assert answer.startswith("GET http://www.example.com/, by client: 200 OK")
    assert "ALB node a" in answer
    assert len(answer.splitlines()) >= 20


def test_first_answer_prints_a_line_for_each_process():
    printed = run("first_answer.py", "--rounds", "1")
    for name in ("bare start ", "python3 -m vpcedu ", "two zones, an ALB "):
        assert name in printed
