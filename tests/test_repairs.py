"""Repairs are what a careful colleague would make, tried, and said with what else they open."""

from __future__ import annotations

import re

import pytest
from rigs.repair_networks import CASES

from vpcedu import lab
from vpcedu.analysis.change import apply


def flat(text):
    return " ".join(str(text).split())


@pytest.mark.parametrize("name", CASES)
def test_the_repair_is_the_one_that_a_colleague_would_make(name):
    vpc, question, repairs, says, never = CASES[name]
    answer = lab.ask(vpc, *question)
    text = flat(answer)
    assert answer.reachable is False, text
    if repairs is None:
        assert answer.repairs is None and answer.found.refused, text
    else:
        lines = [str(repair) for repair in answer.repairs or ()]
        assert len(lines) == len(repairs), text
        for line, begins in zip(lines, repairs, strict=True):
            assert any(line.startswith(word) for word in begins.split("|")), text
        assert lab.ask(apply(vpc, answer.repairs), *question).reachable
        assert not answer.found.difference.closed
    for pattern in says:
        assert re.search(pattern, text, re.I), text
    for pattern in never:
        assert not re.search(pattern, text.partition("repair")[2]), text


def test_each_kind_has_at_least_two_networks():
    kinds = [name.partition(",")[0] for name in CASES]
    few = {kind for kind in kinds if kinds.count(kind) < 2}
    assert few <= {"public subnet", "interface", "route"}
    assert len(set(kinds) - few) >= 9
