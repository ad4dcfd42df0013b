"""Choices: what a network may choose in one question, each choice simulated, and its share.

DNS gives one of a name's addresses, a load balancer's node one of its targets, a host one of its
ports. Each is tried: every address, and of targets and ports one of each kind between which no row
of the description tells a difference. A share counts addresses, targets or ports of the tables;
that DNS and balancers use all of theirs equally is what AWS says. At most MOST are tried. Left out:
ports that a security group's rules tell apart, since groups track; which of its public addresses a
NAT gateway takes.
"""

from __future__ import annotations

from math import gcd

from vpcedu.address import contains
from vpcedu.analysis.choosing import reply_ports
from vpcedu.analysis.ends import find
from vpcedu.analysis.plays import ADDRESS, PORTS, TARGET, WHOLE, Choice
from vpcedu.row import NamedRow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vpcedu.analysis.ends import Question
    from vpcedu.analysis.plays import Chosen, Played, Plays
    from vpcedu.flow import Endpoint
    from vpcedu.network.vpc import Vpc
    from vpcedu.sites.visit import Visit
    from vpcedu.tables.target_group import TargetGroup
    from vpcedu.views.outcome import Outcome

MOST = 64
Range = tuple[int, int]


class Possibility(NamedRow):
    """What one way of choosing leads to: the choices, and the visit that makes them.

    targets and ranges are as of `Played`.
    """

    choices: tuple[Choice, ...]
    visit: Visit
    targets: tuple[Chosen, ...] = ()
    ranges: tuple[tuple[str, Range], ...] = ()

    @property
    def outcome(self) -> Outcome:
        """What the opener's person saw."""
        return self.visit.outcome

    @property
    def share(self) -> Range:
        """How many of how many connections go this way, as the tables have it."""
        count = total = 1
        for choice in self.choices:
            count, total = count * choice.alike, total * choice.total
        return count // gcd(count, total), total // gcd(count, total)


def cases(plays: Plays, vpc: Vpc, question: Question, mode: str = WHOLE) -> Iterator[Possibility]:
    """Each way in which the network may choose, in order; at most MOST.

    ValueError as of `Plays`.
    """
    todo: list[tuple[Choice, ...]] = [(one,) for one in _addresses(vpc, question)] or [()]
    for _ in range(MOST):
        if not todo:
            return
        choices = todo.pop(0)
        played = plays.played(vpc, question, mode, choices)
        options = next(_open(vpc, question, played, choices), ())
        while options:
            todo[:0] = [(*choices, option) for option in options]
            itself = next((option for option in options if _is_made(played, option)), None)
            if itself is not None:
                plays.same(vpc, question, mode, choices, itself)
            choices = todo.pop(0)
            played = plays.played(vpc, question, mode, choices)
            options = next(_open(vpc, question, played, choices), ())
        yield Possibility(choices, *played)


def _addresses(vpc: Vpc, question: Question) -> list[Choice]:
    """The addresses of the destination's name, where it has several.

    A balancer has a node in each zone, and their subnets may differ. A node that asks for its own
    balancer's name is not sent to itself.
    """
    own = find(vpc, question.source).device
    rows = (row for each_vpc in vpc.everyone for row in each_vpc.names)
    known = next((row.addresses for row in rows if row.name == question.destination), ())
    others = [word for word in known if find(vpc, word).device != own]
    made = [Choice(ADDRESS, question.destination, word, 1, len(others)) for word in others]
    return made if len(made) > 1 else []


def _open(
    vpc: Vpc, question: Question, played: Played, choices: tuple[Choice, ...]
) -> Iterator[tuple[Choice, ...]]:
    """What a visit chose by itself and could have chosen otherwise."""
    made = {(choice.kind, choice.at, choice.of) for choice in choices}
    for node, group, usable, chosen in played.targets:
        if (TARGET, node, group) not in made and len(usable) > 1:
            yield tuple(_targets(vpc, question, node, group, usable, chosen))
    for device, parts in reply_ports.parts(vpc, played.visit, dict(played.ranges)).items():
        if (PORTS, device, None) not in made:
            first, last = dict(played.ranges)[device]
            yield tuple(
                Choice(PORTS, device, (low, high), high - low + 1, last - first + 1)
                for low, high, _ in parts
            )


def _is_made(played: Played, option: Choice) -> bool:
    """Whether a visit has made a choice by itself."""
    if option.kind == TARGET:
        return any(
            (node, group, chosen) == (option.at, option.of, option.taken)
            for node, group, _, chosen in played.targets
        )
    return False


def _targets(
    vpc: Vpc,
    question: Question,
    node: str,
    group: TargetGroup,
    usable: tuple[Endpoint, ...],
    chosen: Endpoint,
) -> Iterator[Choice]:
    """One target of each kind, the one that was chosen first of its kind."""
    alike: dict[object, list[Endpoint]] = {}
    kind = _kinds(vpc, question)
    for target in usable:
        alike.setdefault(kind(target), []).append(target)
    for members in alike.values():
        taken = chosen if chosen in members else members[0]
        yield Choice(TARGET, node, taken, len(members), len(usable), group)


def _kinds(vpc: Vpc, question: Question) -> Callable[[Endpoint], object]:
    """A function that gives what decides about packets to and from a target."""
    every = [row for one in vpc.everyone for row in one.interfaces]
    owner = {address: row for row in every for address in (row.address, *row.secondary)}
    devices = {row.name: row for one in vpc.everyone for row in one.devices}
    source = find(vpc, question.source).device
    blocks = {
        cidr
        for one in vpc.everyone
        for cidr in (
            *(rule.peer for rule in one.group_rules),
            *(entry.cidr for entry in one.acl_entries),
            *(route.destination for route in one.routes),
        )
        if "/" in cidr and not cidr.endswith("/0")
    }
    named = {row.about for one in vpc.everyone for row in one.unknown}
    named |= {row.about for one in vpc.everyone for row in one.assumed}

    def kind(target: Endpoint) -> object:
        row = owner.get(target.address)
        if row is None or row.device == source:
            return target
        if {row.device, row.id, target.address, *row.groups} & named:
            return target
        inside = frozenset(cidr for cidr in blocks if contains(cidr, target.address))
        device = devices[row.device]
        own = sum(other.device == row.device for other in every)
        same = row._replace(device="", name="", address="", secondary=())
        return target.port, target.address == row.address, same, device[1:], own, inside

    return kind
