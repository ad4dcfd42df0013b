"""Lesson 12: two versions of the model, one with a fault: can a run show which?

The exercises and their solutions are here too.

The judge is not the model: it is the recording of a Linux kernel, which neither version has seen.
"""

from __future__ import annotations

from vpcedu.course.judgement import Judgement
from vpcedu.course.kernel_evidence import Beside, Laboratory, Row, laboratory
from vpcedu.quoting import quoted
from vpcedu.sites.field import one_of
from vpcedu.views.text import fold

SCENARIO, FAULT = "nat-out", "a NAT takes a port of its own"
UNKNOWN = "?"


class Versions:
    """A scenario as two versions of the model run it: A and B. One of them has a fault."""

    def __init__(self, laboratory: Laboratory) -> None:
        self.runs: dict[str, Beside] = {
            "A": laboratory.beside(SCENARIO, FAULT),
            "B": laboratory.beside(SCENARIO),
        }

    def __str__(self) -> str:
        lines: list[str] = []
        for name, run in self.runs.items():
            lines += [
                f"Version {name}"
                + (":" if name != "A" else ", web calls a server through a NAT instance:")
            ]
            for number, seen in enumerate(_sent(run), 1):
                place, _, header = seen.hops[-1].split(" ", 2)
                lines.append(
                    f"  {number}  {seen.what:<8}  {seen.points[0]:>6} > {place:<6}  arrives as {header}"
                )
            said = [f"{what} {model!r}" for what, _, model in run.facts if "accept" not in what]
            lines += [
                *(
                    f"  {line}"
                    for line in fold(f"The programs: {', '.join(said)}.", 70).splitlines()
                ),
                "",
            ]
        return "\n".join(lines[:-1])

    @property
    def guilty(self) -> str:
        """The version that the recording contradicts."""
        return next(name for name, run in self.runs.items() if not run.equal)


def judge_versions(laboratory: Laboratory, which: object, packet: object) -> Judgement:
    """Compare with a recording: which version of the model is wrong, and in which packet it shows.

    which: A, B, or "?" where a run cannot show it. packet: its number or "?". Fields may be text
    as typed; ValueError where one is something else.
    """
    versions = Versions(laboratory)
    word = one_of("version", which, (*versions.runs, UNKNOWN))
    rows = len(versions.runs["A"].pairs)
    one_of("packet", str(packet), (*map(str, range(1, rows + 1)), UNKNOWN))
    guilty = versions.guilty
    good = next(run for run in versions.runs.values() if run.equal)
    bad = versions.runs[guilty]
    kernel, _, model = bad.pairs[0].difference.partition(" | ")
    witness = (
        f"The recording of Linux {bad.release} says: {guilty} is wrong in {len(bad.differing)} of {rows}"
        f" packets. Packet 1, Linux: {kernel}. Packet 1, {guilty}: {model}."
    )
    if word == UNKNOWN:
        return Judgement(
            True,
            f"Right. {_alike(versions)} You need a witness that is not the model. {witness}",
            None,
        )
    if word == guilty:
        return Judgement(
            False,
            f"It is {guilty}, but how could you know? {_alike(versions)} You knew it from "
            f"elsewhere, or guessed. {witness}",
            None,
        )
    return Judgement(
        False,
        f"Not {word}: it equals the recording in {len(good.pairs) - len(good.differing)} of {rows}"
        f" packets. {_alike(versions)} {witness}",
        None,
    )


def _alike(versions: Versions) -> str:
    """What the two runs have in common, counted."""
    one, other = versions.runs.values()
    lost = sum(row.lost for run in (one, other) for row in _sent(run))
    told = [both for both in zip(one.facts, other.facts, strict=True) if "accept" not in both[0][0]]
    same = sum(a[2] == b[2] for a, b in told)
    return (
        f"The two versions send {len(_sent(one))} and {len(_sent(other))} packets, and "
        f"{lost or 'none'} is lost. The programs connect and read the same, {same} of "
        f"{len(told)} times. Both runs are consistent."
    )


def _sent(run: Beside) -> list[Row]:
    return [pair.model for pair in run.pairs if pair.model is not None]


SILENT = "a closed port is silent"


def convicts(given: object) -> str:
    """12.1: a scenario in which a model with the fault SILENT differs from the recording."""
    found = laboratory().beside(str(given), SILENT)
    name = found.name
    if found.equal:
        return (
            f"Not yet. {name}: {found.verdict} The fault is in there, but nothing shows it: "
            "in this scenario nobody calls a closed port. A comparison finds only what its "
            "scenarios ask for."
        )
    return f"Right. {name}: {found.verdict} {_first(found)}"


CONVICTS = """# The scenario must call a port where nobody listens: Linux answers RST, the faulty model nothing.
row = "refused"
"""


def unnoticed(given: object) -> str:
    """12.2: a fault and a scenario where packets differ from the recording.

    No program sees anything else.
    """
    if not isinstance(given, tuple) or len(given) != 2:
        raise ValueError(f"{quoted(given)}: expected (fault, scenario)")
    fault, name = given
    found = laboratory().beside(name, fault)
    if found.equal:
        return (
            f"Not yet. {name}: {found.verdict} Nothing differs at all. What must happen before "
            "this fault shows?"
        )
    if found.unlike:
        what, one, other = found.unlike[0]
        return (
            f"Not yet. {name}: {found.verdict} A program does notice: {what} is {one!r} "
            f"with Linux and {other!r} with the model. Which faults can programs not see?"
        )
    return (
        f"Right. {name}: {found.verdict} {_first(found)} But every program is content. That "
        "is why we compare headers, not results."
    )


def _first(found: Beside) -> str:
    kernel, _, model = found.pairs[found.differing[0] - 1].difference.partition(" | ")
    return f"First in row {found.differing[0]}, Linux: {kernel}; the model: {model}."


UNNOTICED = """# Acknowledgment numbers and the times of tries are TCP's own business; programs see bytes only.
row = ("the time-out does not double", "silent")
"""
