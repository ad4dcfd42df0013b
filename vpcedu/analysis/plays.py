"""Plays: the visits that one question leads to, each simulated only once and then remembered.

A play is a description, a question to it, a seed, a mode, and the choices that are made in it. The
mode is: to the end, with filters that let go on what they drop, or only until it is clear that
nothing comes of it. What a play shows is decided by these alone.
"""

from __future__ import annotations

from vpcedu.analysis.change import apply
from vpcedu.analysis.ends import checked, prepare
from vpcedu.reasons import LOST
from vpcedu.row import NamedRow
from vpcedu.tables.source_ports import Ports

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from vpcedu.analysis.change import Repair
    from vpcedu.analysis.ends import Question
    from vpcedu.flow import Endpoint
    from vpcedu.network.vpc import Vpc
    from vpcedu.sites.site import Site
    from vpcedu.sites.visit import Visit
    from vpcedu.tables.target_group import TargetGroup
    from vpcedu.trace import Capture

    Chosen = tuple[str, TargetGroup, tuple[Endpoint, ...], Endpoint]

WHOLE, TRIED, PAST_DROPS = "to the end", "until it is lost", "past filters that drop"
ADDRESS, TARGET, PORTS = "address", "target", "source port"


class Choice(NamedRow):
    """One choice that is made in a visit, and how many of how many possible ones are like it.

    kind: ADDRESS: DNS answers the name `at` with the address `taken`. TARGET: the node `at` hands
    connections of a target group, `of`, to the target `taken`. PORTS: the device `at` takes its
    source port from the range `taken`.
    """

    kind: str
    at: str
    taken: Any
    alike: int = 1
    total: int = 1
    of: TargetGroup | None = None


class Played(NamedRow):
    """A visit, the targets that nodes chose in it, and the ranges of source ports.

    targets: node, target group, the targets that it could use, and the one that it chose. ranges:
    by device.
    """

    visit: Visit
    targets: tuple[Chosen, ...]
    ranges: tuple[tuple[str, tuple[int, int]], ...]


class Plays:
    """What was simulated so far, with one seed.

    ValueError as in `prepare`, and where AWS would refuse a description.
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self._known: dict[tuple[Vpc, Question, str, tuple[Choice, ...]], Played] = {}

    def whole(self, vpc: Vpc, question: Question, choices: tuple[Choice, ...] = ()) -> Visit:
        """The visit that a question leads to."""
        return self.played(vpc, question, WHOLE, choices).visit

    def played(
        self, vpc: Vpc, question: Question, mode: str, choices: tuple[Choice, ...] = ()
    ) -> Played:
        """The visit of a mode, and the choices that were made in it.

        A visit that is TRIED ends as soon as the opening packet or its answer is lost: what is lost
        once is lost again.
        """
        known = self._known.get((vpc, question, WHOLE, choices)) if mode == TRIED else None
        return known or self._play(vpc, question, mode, choices)

    def past_drops(self, vpc: Vpc, question: Question, choices: tuple[Choice, ...] = ()) -> Visit:
        """The visit as it goes when filters let pass what they drop.

        Without a drop it is the whole visit.
        """
        visit = self.whole(vpc, question, choices)
        lost = (step for trace in visit.capture for step in trace.steps if step.reason is not None)
        if any(step.after is not None for step in lost):
            return self.played(vpc, question, PAST_DROPS, choices).visit
        return visit

    def after(
        self, vpc: Vpc, repairs: Iterable[Repair], question: Question, mode: str = WHOLE
    ) -> Visit | None:
        """The visit after some repairs, WHOLE or TRIED.

        None where a row of theirs is not there, or AWS would refuse what they make of it.
        """
        try:
            return self.played(apply(vpc, repairs), question, mode).visit
        except ValueError:
            return None

    def same(
        self, vpc: Vpc, question: Question, mode: str, choices: tuple[Choice, ...], more: Choice
    ) -> None:
        """Remember that a visit already made this choice by itself."""
        played = self.played(vpc, question, mode, choices)
        self._known.setdefault((vpc, question, mode, (*choices, more)), played)

    def _play(self, vpc: Vpc, question: Question, mode: str, choices: tuple[Choice, ...]) -> Played:
        checked(question)
        key = (vpc, question, mode, choices)
        try:
            hash(key)
        except TypeError as error:
            raise ValueError(
                f"a value in the description is changeable ({error}): expected tuples for lists"
            ) from None
        if key not in self._known:
            working = prepare(_answered_by_dns(vpc, choices), question)
            site = working.site(self.seed)
            site.network.filters.beyond_drops = mode == PAST_DROPS
            for choice in choices:
                _make(site, choice)
            visit = site.play(working.call, until=_is_hopeless if mode == TRIED else None)
            visit.vpc = working.beside(vpc)
            self._known[key] = Played(visit, _chosen(site), tuple(_ranges(site)))
        return self._known[key]


def _answered_by_dns(vpc: Vpc, choices: tuple[Choice, ...]) -> Vpc:
    """The description with the chosen addresses of names in front."""
    first = {choice.at: choice.taken for choice in choices if choice.kind == ADDRESS}
    if not first:
        return vpc
    names = tuple(
        row._replace(
            addresses=tuple(sorted(row.addresses, key=lambda word: word != first[row.name]))
        )
        if row.name in first
        else row
        for row in vpc.names
    )
    return vpc._replace(
        names=names, peers=tuple(_answered_by_dns(peer, choices) for peer in vpc.peers)
    )


def _make(site: Site, choice: Choice) -> None:
    """Have a device of a new site make a choice."""
    device: Any = site.network.devices.get(choice.at)
    if choice.kind == TARGET:
        targets = device.groups.of[choice.of]
        targets.draining |= {other for other in targets.group.targets if other != choice.taken}
    elif choice.kind == PORTS and isinstance(device.ports, Ports):
        first, last = choice.taken
        device.ports.first, device.ports.size, device.ports.start = first, last - first + 1, 0
    elif choice.kind == PORTS:
        device.ports = choice.taken


def _chosen(site: Site) -> tuple[Chosen, ...]:
    return tuple(
        (name, group, targets.usable, targets.chosen)
        for name, device in site.network.devices.items()
        if device.groups is not None
        for group, targets in device.groups.of.items()
        if targets.chosen is not None
    )


def _ranges(site: Site) -> Iterator[tuple[str, tuple[int, int]]]:
    for name, device in site.network.devices.items():
        ports = device.ports
        if isinstance(ports, Ports):
            yield name, (ports.first, ports.first + ports.size - 1)
        elif ports is not None:
            yield name, ports


def _is_hopeless(seen: Capture) -> bool:
    """Whether one of the first two packets of a new site was lost for a reason one can repair.

    They are the opening packet and the answer to it.
    """
    return any(trace.last.reason not in (None, LOST) for trace in seen.traces[:2])
