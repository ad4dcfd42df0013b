"""Exercises of the lesson on evidence: which scenario convicts a fault? Played with the repository's recordings."""

from __future__ import annotations

from vpcedu.course.kernel_evidence import Beside, laboratory

SILENT = "a closed port is silent"


def convicts(given: object) -> str:
    """12.1: a scenario in which a model with the fault SILENT differs from the recording."""
    found = laboratory().beside(str(given), SILENT)
    name = found.name
    if found.equal:
        return (f"Not yet. {name}: {found.verdict} The fault is in there, and nothing shows: in this scenario nobody"
                " knocks at a closed port. A comparison finds only what its scenarios ask for.")
    return f"Right. {name}: {found.verdict} {_first(found)}"


CONVICTS = """# The scenario must knock at a port where nobody listens: Linux answers RST, the faulty model nothing.
row = "refused"
"""


def unnoticed(given: object) -> str:
    """12.2: a fault and a scenario where packets differ from the recording and no program learns anything else."""
    if not isinstance(given, tuple) or len(given) != 2:
        raise ValueError(f"{given!r}: expected (fault, scenario)")
    fault, name = given
    found = laboratory().beside(name, fault)
    if found.equal:
        return f"Not yet. {name}: {found.verdict} Nothing differs at all. What must happen for this fault to show?"
    if found.unlike:
        what, one, other = found.unlike[0]
        return (f"Not yet. {name}: {found.verdict} A program does notice: {what} is {one!r} with Linux and {other!r}"
                " with the model. Which faults stay below what programs see?")
    return (f"Right. {name}: {found.verdict} {_first(found)} Every program is content all the same. That is why"
            " headers are compared, not results.")


def _first(found: Beside) -> str:
    kernel, _, model = found.pairs[found.differing[0] - 1].difference.partition(" | ")
    return f"First in row {found.differing[0]}, Linux: {kernel}; the model: {model}."


UNNOTICED = """# Acknowledgment numbers and the times of tries are TCP's own business; programs see bytes only.
row = ("the time-out does not double", "silent")
"""
