"""Outcomes: what the choices of a network lead to, how often, and which choice decides.

A share is counted from the tables: addresses of a name, targets of a group, ports of a range. Where
not all choices were tried, it counts those that were.
"""

from __future__ import annotations

from math import lcm

from vpcedu.analysis.ends import find
from vpcedu.analysis.plays import ADDRESS, PORTS, TARGET
from vpcedu.row import NamedRow
from vpcedu.views.text import fold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from vpcedu.analysis.choosing.choices import Possibility
    from vpcedu.analysis.ends import Question
    from vpcedu.analysis.plays import Choice
    from vpcedu.network.vpc import Vpc

UNITS = {ADDRESS: "addresses", PORTS: "source ports"}
NAMED = 3  # choices named of an outcome


class Share(NamedRow):
    """One outcome in words, whether it works, how many of the total have it, and when."""

    said: str
    works: bool
    number: int
    when: str


class Shares(NamedRow):
    """What choices lead to: the unit that is counted, how many there are, and each outcome."""

    unit: str
    total: int
    rows: tuple[Share, ...]

    @property
    def words(self) -> str:
        """How many of how many work: "1 of 2 addresses works"."""
        working = sum(row.number for row in self.rows if row.works)
        return f"{working:,} of {self.total:,} {self.unit} work{'s' * (working == 1)}"

    @property
    def lines(self) -> list[str]:
        """Each outcome in a line of its own, folded; none where there is only one."""
        found = []
        for row in self.rows if len(self.rows) > 1 else ():
            words = f"{row.number:,} of {self.total:,}: {row.said}" + f", {row.when}" * bool(
                row.when
            )
            first, *more = fold(words, 76).splitlines()
            found += [f"  {first}", *(f"    {line}" for line in more)]
        return found

    def as_json(self) -> dict[str, Any]:
        """The same as plain dictionaries and lists."""
        return {"unit": self.unit, "total": self.total} | {
            "shares": [row._asdict() for row in self.rows]
        }


def shares(vpc: Vpc, question: Question, cases: tuple[Possibility, ...]) -> Shares:
    """What the choices of a network lead to, the outcome that works first."""
    groups: dict[str, list[Possibility]] = {}
    for case in cases:
        groups.setdefault(case.outcome.said, []).append(case)
    kind = next((kind for kind in (ADDRESS, TARGET, PORTS) if _decides(kind, groups)), "")
    total, numbers = _counted(kind if kind in UNITS else "", cases, groups)
    rows = [
        Share(
            said,
            own[0].outcome.works,
            number,
            _when(vpc, question, kind, own) if len(groups) > 1 else "",
        )
        for (said, own), number in zip(groups.items(), numbers, strict=True)
    ]
    rows.sort(key=lambda row: not row.works)
    return Shares(UNITS.get(kind, "connections"), total, tuple(rows))


def are_all(cases: tuple[Possibility, ...]) -> bool:
    """Whether these are all the ways in which the network may choose."""
    total = lcm(*(case.share[1] for case in cases))
    return sum(_parts(cases, total)) == total


def _parts(cases: Iterable[Possibility], total: int) -> Iterator[int]:
    """How many of the total go each way."""
    return (number * total // of for number, of in (case.share for case in cases))


def _decides(kind: str, groups: dict[str, list[Possibility]]) -> bool:
    """Whether the choices of one kind alone tell which outcome it is."""
    made = [_made(own, kind) for own in groups.values()]
    every = [_made([case], kind) for own in groups.values() for case in own]
    return all(every) and len(set().union(*made)) == sum(map(len, made))


def _counted(
    kind: str, cases: tuple[Possibility, ...], groups: dict[str, list[Possibility]]
) -> tuple[int, list[int]]:
    """How many there are in all, and of each outcome."""
    if kind:
        numbers = [
            sum(chosen.alike for chosen in _made(own, kind).values()) for own in groups.values()
        ]
        return sum(numbers), numbers
    if not are_all(cases):
        return len(cases), [len(own) for own in groups.values()]
    total = lcm(*(case.share[1] for case in cases))
    return total, [sum(_parts(own, total)) for own in groups.values()]


def _when(vpc: Vpc, question: Question, kind: str, own: list[Possibility]) -> str:
    """Which choices lead to an outcome: those of one kind, if it alone decides."""
    if kind:
        words = [_words(vpc, question, choice) for choice in _made(own, kind).values()]
    else:
        words = [", ".join(_words(vpc, question, one) for one in case.choices) for case in own]
    more = f"; and {len(words) - NAMED} more" * (len(words) > NAMED)
    return "; ".join(words[:NAMED]) + more + why(vpc, own[0])


def _made(cases: list[Possibility], kind: str) -> dict[object, Choice]:
    """The choices of a kind; a target counts the same whichever node chooses it."""
    return {
        (choice.at if kind == PORTS else "", choice.taken): choice
        for case in cases
        for choice in case.choices
        if choice.kind == kind
    }


def _words(vpc: Vpc, question: Question, choice: Choice) -> str:
    if choice.kind == ADDRESS:
        return f"at {choice.taken}"
    if choice.kind == PORTS:
        first, last = choice.taken
        return f"when {choice.at} takes a source port from {first} to {last}"
    more = f" or one of {choice.alike - 1} targets like it" * (choice.alike > 1)
    itself = find(vpc, choice.taken.address).device == find(vpc, question.source).device
    return f"when the load balancer chooses {'the caller itself, ' * itself}{choice.taken}{more}"


def why(vpc: Vpc, case: Possibility) -> str:
    """Why a node answered without asking a target, as far as the description tells; else ""."""
    last = case.visit.connections[0].traces[0].last
    settings = next(
        (dict(row.settings) for one in vpc.everyone for row in one.devices if row.name == last.at),
        {},
    )
    listeners = [row for row in settings.get("listeners", ()) if row.port == last.before.flow.dport]
    groups = [group for row in listeners for group in row.groups]
    zone = () if settings.get("cross_zone") else settings.get("zone", ())
    if not groups or case.outcome.works or any(group.within(zone).targets for group in groups):
        return ""
    if any(group.targets for group in groups):
        return f": {last.at} has no target in its zone, and cross-zone load balancing is off"
    unused = dict.fromkeys(str(row) for group in groups for row in group.unused)
    registered = f" that is used. {'; '.join(unused)}" if unused else ""
    return f": {', '.join(dict.fromkeys(group.name for group in groups))} has no target{registered}"
