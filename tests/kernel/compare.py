"""Holding two recordings against each other.

The differences that are known and explained are listed here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from . import model, stored
from .normal import Normal
from .play import Scenario
from .stored import Recording


class Expected(NamedTuple):
    """A known difference: whose it is, and why it is right that it is there."""

    kind: str  # one of KINDS
    reason: str


KINDS = ("AWS differs", "kernel habit not modelled", "not built yet")


def of_model(scenario: Scenario, kernel: Recording, seed: int = 0) -> Recording:
    """What the model makes of a scenario.

    Where real programs spoke it replays what they said to `kernel`.
    """
    lab = model.play(scenario, stored.replay(kernel), seed)
    return Recording(lab.records, lab.facts)


def differences(scenario: Scenario, one: Recording, other: Recording) -> list[str]:
    """What differs between two recordings, in words; nothing where they agree."""
    return _facts(one.facts, other.facts) + unequal(one.normal(scenario), other.normal(scenario))


def judge(found: list[str], expected: Expected | None) -> str:
    """What is wrong with the outcome of a comparison, or "".

    It is an unknown difference, or a known one that is gone.
    """
    if expected is not None and not found:
        return f"it agrees now, take it out of the list of expected differences ({expected.reason})"
    return "kernel | model\n" + "\n".join(found) if found and expected is None else ""


def _facts(one: Sequence[Sequence[str]], other: Sequence[Sequence[str]]) -> list[str]:
    words = [
        f"{first[0]}: {first[1]!r}, {second[1] if second[0] == first[0] else second!r}"
        for first, second in zip(one, other, strict=False)
        if list(first) != list(second)
    ]
    return words + ([f"{len(one)} facts, {len(other)} facts"] if len(one) != len(other) else [])


def unequal(one: Normal, other: Normal) -> list[str]:
    """The first row of each flow that differs, in words; nothing where they agree."""
    words = []
    for flow in dict.fromkeys((*one, *other)):
        first, second = one.get(flow, []), other.get(flow, [])
        for number in range(max(len(first), len(second))):
            row = first[number] if number < len(first) else None
            beside = second[number] if number < len(second) else None
            if row != beside:
                words.append(f"{flow}, row {number + 1}: {_text(row)} | {_text(beside)}")
                break
    return words


def _text(row: list[object] | None) -> str:
    if row is None:
        return "nothing"
    flags, seq, ack, length, when, hops = row
    after = "" if when is None else f" after {when} s"
    return f"[{flags}] seq {seq} ack {ack} len {length}{after} by {', '.join(hops[1:]) or 'nobody else'}"  # type: ignore[index]
