"""Lesson 10: a puzzle's prediction: which check of which device lost the packet; exercises.

It also counts by runs where symptoms come from, and has the solutions.
"""

from __future__ import annotations

from collections import Counter

from vpcedu.analysis.ends import Question
from vpcedu.analysis.faults import faults
from vpcedu.analysis.path import losses
from vpcedu.analysis.plays import Plays
from vpcedu.course.judgement import Judgement
from vpcedu.puzzles.puzzle import puzzle
from vpcedu.sites.field import one_of
from vpcedu.views.outcome import WORKS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.network.vpc import Vpc
    from vpcedu.puzzles.puzzle import Puzzle

CHECKS = (
    "group in",
    "group out",
    "network ACL in",
    "network ACL out",
    "route",
    "address map",
    "translation",
    "source check",
    "destination check",
    "deliver",
)
KINDS = (
    ("group", "security group"),
    ("network ACL", "network ACL"),
    ("route", "route"),
    ("", "else"),
)


def judge_puzzle(puzzle: Puzzle, at: object, check: object) -> Judgement:
    """Hold against the puzzle's run at which device, at which check, the first packet is lost.

    The fields may be text as typed. ValueError for a device that the VPC has not, or another check.
    """
    device = one_of("device", at, devices_of(puzzle))
    where = one_of(
        "check", check, CHECKS, {"acl in": "network ACL in", "acl out": "network ACL out"}
    )
    lost = losses(puzzle.visit)
    asked = [
        step
        for trace in puzzle.visit.capture
        for step in trace.steps
        if (step.at, step.check) == (device, where)
    ]
    if not lost:
        return Judgement(
            False, f"No packet is lost here at all. The symptom: {puzzle.symptom}.", None
        )
    step = lost[0].step
    if (step.at, step.check) == (device, where):
        return Judgement(
            True,
            f"Right: {lost[0].leg_direction} a packet is {step.lost} ({step.row}).",
            None,
        )
    if not asked:
        return Judgement(
            False,
            f"In this run no packet reached {device}, {where}. So it cannot be what stopped this packet.",
            None,
        )
    passed = sum(step.reason is None for step in asked)
    return Judgement(
        False,
        f"{device}, {where}, was asked {len(asked)} times and allowed {passed} packets "
        f"({asked[0].row}). Look further along the path, or on the return path.",
        None,
    )


def devices_of(puzzle: Puzzle) -> tuple[str, ...]:
    """Where a packet of a puzzle can be lost."""
    gateway = puzzle.vpc.internet_gateway
    names = [row.name for row in puzzle.vpc.devices]
    return (*names, *([gateway] if gateway else []), "Internet")


def symptom_table(vpc: Vpc, source: str, destination: str, port: int) -> str:
    """A table of the catalogue: each fault planted alone and run.

    It says what the person sees, and what lost the packet.
    """
    plays, question = Plays(), Question(source, destination, port)
    found: Counter[tuple[str, str]] = Counter()
    for fault in faults(vpc, question):
        visit = plays.after(vpc, (fault,), question)
        if visit is None:
            continue
        lost = losses(visit)
        check = lost[0].step.check if lost else "-"
        found[
            visit.outcome.said, next(name for start, name in KINDS if check.startswith(start))
        ] += 1
    names = [name for _, name in KINDS]
    seen = Counter(
        {
            symptom: sum(found[symptom, name] for name in names)
            for symptom, _ in found
            if symptom != WORKS
        }
    )
    lines = [
        f"{'what one sees':<25}{'faults':>6}"
        + "".join(f"{name:>{len(name) + 2}}" for name in names)
    ]
    lines += [
        f"{symptom:<25}{count:>6}"
        + "".join(f"{found[symptom, name] or '-':>{len(name) + 2}}" for name in names)
        for symptom, count in seen.most_common()
    ]
    harmless = sum(count for (symptom, _), count in found.items() if symptom == WORKS)
    return "\n".join([*lines, f"(and {harmless} faults that this question does not notice)"])


FIRST, SECOND = (39, 1), (8, 2)  # seed, faults


def closed(given: object) -> str:
    """10.1: a connection is closed without an answer; which row is to blame?"""
    return puzzle(*FIRST).check(given)


def both(given: object) -> str:
    """10.2: two rows at once."""
    return puzzle(*SECOND).check(given)


CLOSED = """from vpcedu import lab
from vpcedu.analysis.change import Repair
from vpcedu.tables.network_acl import AclEntry

# The connection opens, so the path to the ELB node and back is good. web's answer to the ELB node comes
# to an ephemeral port of the node, and an entry of the public subnet's ACL denies those.
row = Repair(AclEntry("acl-public", 90, "in", "deny", 6, (1024, 65535), "0.0.0.0/0"), None)
"""
BOTH = """from vpcedu.analysis.change import Repair
from vpcedu.tables.security_group import GroupRule

# The smallest repair that lab.ask names: one rule in, one rule out.
into = GroupRule("sg-web", "in", (8081, 8081), "sg-balancer")
out = GroupRule("sg-web", "out", (8081, 8081), "sg-balancer")
row = [Repair(into, into._replace(ports=(80, 80))), Repair(out, out._replace(ports=(80, 80)))]
"""
