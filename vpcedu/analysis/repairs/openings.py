"""Openings: what else repairs open, and what they close, as the audit sees it.

Inside the VPC the tables of the audit are compared, before and after: who reaches which interface
on which ports. Where a route leads past a device, and on the way out of the VPC, packets decide:
one from each kind of interface that a changed row is about. What the question itself asked is left
out: every hop of its path, and every target like the one that was chosen. Left out: other VPCs.
"""

from __future__ import annotations

from vpcedu.address import contains
from vpcedu.analysis.change import Repair, apply
from vpcedu.analysis.ends import SOMEONE, Question, find, is_inside, target_groups
from vpcedu.analysis.plays import TRIED
from vpcedu.analysis.reachability import Reach
from vpcedu.analysis.sources import LAST_PORT
from vpcedu.network.interface import Interface
from vpcedu.row import NamedRow
from vpcedu.tables.security_group import OUT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from vpcedu.analysis.plays import Plays
    from vpcedu.network.vpc import Vpc
    from vpcedu.row import Row
    from vpcedu.sites.visit import Visit

    Ports = tuple[int, int]
    Pairs = dict[tuple[str, str], list[Ports]]  # source and destination -> ranges of ports

MOST_INTERFACES = 2_000  # of a VPC whose tables are compared
MOST_KINDS, MOST_PORTS = 40, 3
# the fields of rows that name what a row is about
ABOUT = ("table", "acl", "group", "private", "name", "subnet", "interface", "vpc", "ends")
NAMED = 3
OUTWARD = "every TCP port that its security groups and network ACLs allow"


class Opening(NamedRow):
    """Who reaches whom after some repairs, and did not before.

    ports: ranges; () for all that security groups and network ACLs allow.
    """

    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    ports: tuple[tuple[int, int], ...]

    def __str__(self) -> str:
        verb = "reaches" if len(self.sources) == 1 else "reach"
        said = _said(self.ports) if self.ports else OUTWARD
        words = said if verb == "reaches" else said.replace(" its ", " their ")
        return f"{_few(self.sources)} {verb} {_few(self.destinations)} on {words}"


def _few(names: tuple[str, ...]) -> str:
    named = ["the Internet" if name == SOMEONE else name for name in names[:NAMED]]
    if len(names) > NAMED:
        named[NAMED - 1 :] = [f"{len(names) - NAMED + 1} more"]
    *first, last = named
    return f"{', '.join(first)} and {last}" if first else last


def _said(ports: tuple[Ports, ...]) -> str:
    if ports == ((1, LAST_PORT),):
        return "every TCP port"
    words = [str(low) if low == high else f"{low}-{high}" for low, high in ports]
    if len(words) > NAMED:
        words[NAMED - 1 :] = [f"{len(words) - NAMED + 1} more ranges"]
    one = len(ports) == 1 and ports[0][0] == ports[0][1]
    return f"TCP port{'' if one else 's'} {', '.join(words)}"


class Difference(NamedRow):
    """What repairs open and close, besides what was asked; `checked`: whether all was looked at."""

    opened: tuple[Opening, ...]
    closed: tuple[Opening, ...]
    checked: bool


def difference(
    plays: Plays, vpc: Vpc, question: Question, repairs: tuple[Repair, ...], visits: Iterable[Visit]
) -> Difference:
    """What repairs open and close.

    visits: those of the question after the repairs, whose hops are what was asked.
    """
    after = apply(vpc, repairs)
    asked = _asked(after, question, visits)
    whole = sum(len(one.interfaces) for one in vpc.everyone) <= MOST_INTERFACES
    opened: Pairs = {}
    closed: Pairs = {}
    if whole:
        for old, new in zip(vpc.everyone, after.everyone, strict=True):
            if old != new:
                whole = _inside(old, new, opened, closed) and whole
    kinds = _touched(vpc, after, question, repairs)
    source = find(vpc, question.source).device
    for row, devices in kinds[:MOST_KINDS]:
        for there in _outside(vpc, question):
            for port in dict.fromkeys((question.port, *_ports_out(after, row))):
                words = Question(devices[0], there, port)
                before, then = (_works(plays, one, words) for one in (vpc, after))
                asked_for = (devices[0], there, port) == (source, *question[1:3])
                if then and not before and not asked_for:
                    opened |= {(name, there): [] for name in devices}
                if before and not then:
                    closed |= {(name, there): [] for name in devices}
            if (devices[0], there) in opened:
                break  # who reaches the Internet reaches every address there
    for pair, ports in list(opened.items()):
        left = [part for part in ports if not _is_asked(asked, after, question, pair, part)]
        if ports and not left:
            del opened[pair]
        elif ports:
            opened[pair] = left
    return Difference(_rows(opened), _rows(closed), whole and len(kinds) <= MOST_KINDS)


def _rows(pairs: Pairs) -> tuple[Opening, ...]:
    """Pairs with the same ports in one row: first sources together, then destinations."""
    by_end: dict[tuple[str, tuple[Ports, ...]], list[str]] = {}
    for (source, there), ports in pairs.items():
        by_end.setdefault((there, tuple(_joined(ports))), []).append(source)
    rows: dict[tuple[tuple[str, ...], tuple[Ports, ...]], list[str]] = {}
    for (there, ranges), sources in by_end.items():
        rows.setdefault((tuple(dict.fromkeys(sources)), ranges), []).append(there)
    return tuple(
        Opening(sources, tuple(dict.fromkeys(theirs)), ports)
        for (sources, ports), theirs in rows.items()
    )


def _joined(ports: list[Ports]) -> Iterator[Ports]:
    begin, end = 0, -1
    for low, high in sorted(ports):
        if low != end + 1 or end < 0:
            if end >= 0:
                yield begin, end
            begin = low
        end = high
    if end >= 0:
        yield begin, end


def _inside(old: Vpc, new: Vpc, opened: Pairs, closed: Pairs) -> bool:
    """Compare the tables of one VPC before and after; whether they decide about every pair."""
    before, after = Reach(old, new), Reach(new, old)
    names = {place.name: i for i, place in enumerate(before.places)}
    sources: dict[tuple[int, int], set[str]] = {}
    sure = True
    for i, place in enumerate(after.places):
        j = names.get(place.name, -1)
        if place.interface is None:
            continue
        sure = sure and not after.unsure(i)
        for c, first in enumerate(after.starts):
            last = after.starts[c + 1] - 1 if c + 1 < len(after.starts) else LAST_PORT
            both = []
            for which, (tables, at) in enumerate(((after, i), (before, j))):
                mask = tables.sure[c][at] | tables.some[c][at] if at >= 0 else 0
                if (which, mask) not in sources:
                    sources[which, mask] = _sources(tables, mask)
                both.append(sources[which, mask])
            now, was = both
            for found, fresh in ((opened, now - was), (closed, was - now)) if last >= 1 else ():
                for source in sorted(fresh):
                    pair = _called(new, source), place.interface.device
                    found.setdefault(pair, []).append((max(first, 1), last))
    return sure


def _sources(tables: Reach, mask: int) -> set[str]:
    return {place.name for i, place in enumerate(tables.places) if mask >> i & 1}


def _called(vpc: Vpc, place: str) -> str:
    """The device of a place; the place itself where it is on the Internet."""
    return next((row.device for row in vpc.interfaces if place in (row.id, *row.secondary)), place)


def _asked(after: Vpc, question: Question, visits: Iterable[Visit]) -> set[tuple[str, str, int]]:
    """The hops of a question's path: the address it comes from, the device, the port."""
    found: set[tuple[str, str, int]] = set()
    targets = {
        (target.address, target.port): group
        for one in after.everyone
        for group in target_groups(one.listeners)
        for target in group.targets
    }
    owner = {
        a: row.device for one in after.everyone for row in one.interfaces for a in row.addresses
    }
    for visit in visits:
        for trace in (trace for talk in visit.connections for trace in talk.traces):
            for step in trace.steps:
                flow = step.before.flow
                found.add((flow.src, step.at, flow.dport))
                group = targets.get((flow.dst, flow.dport))
                for target in group.targets if group else ():
                    found.add((flow.src, owner.get(target.address, ""), target.port))
    return found


def _is_asked(
    asked: set[tuple[str, str, int]],
    after: Vpc,
    question: Question,
    pair: tuple[str, str],
    ports: Ports,
) -> bool:
    """Whether a pair is a hop of the question's path; all of the Internet is alike."""
    source, there = pair
    if ports[0] != ports[1]:
        return False
    own = {
        a
        for one in after.everyone
        for row in one.interfaces
        if row.device == source
        for a in row.addresses
    }
    for address, device, port in asked:
        if (device, port) != (there, ports[0]):
            continue
        outside = not own and not is_inside(after, address)
        if address in own or (outside and question.source == SOMEONE):
            return True
        if outside and "/" in source and contains(source, address):
            return True
    return False


def _outside(vpc: Vpc, question: Question) -> tuple[str, ...]:
    """Where outside the VPCs packets are sent to: to anyone, and where the question's went."""
    there = find(vpc, question.destination)
    if there.interface is not None or is_inside(vpc, there.address):
        return (SOMEONE,)
    return tuple(dict.fromkeys((SOMEONE, question.destination)))


def _touched(
    vpc: Vpc, after: Vpc, question: Question, repairs: tuple[Repair, ...]
) -> list[tuple[Interface, list[str]]]:
    """Of each kind of interface that a changed row is about one, and the devices of the kind.

    Between those of one kind no row tells a difference.
    """
    names = {word for repair in repairs for row in repair[:2] for word in _about(row)}
    own = find(vpc, question.source).device
    kinds: dict[object, tuple[Interface, list[str]]] = {}
    for one in after.everyone:
        # a load balancer's node opens connections to targets only
        opens = {
            row.name
            for row in one.devices
            if row.kind.opens and "listeners" not in dict(row.settings)
        }
        tables = {row.name: (row.route_table or one.main, row.network_acl) for row in one.subnets}
        public = {row.private for row in one.associations}
        for row in one.interfaces:
            words = {row.id, row.subnet, row.address, *row.groups, *tables[row.subnet], one.name}
            if row.device in opens and words & names:
                kind = row.subnet, row.groups, row.check, row.address in public, row.device == own
                kinds.setdefault(kind, (row, []))[1].append(row.device)
    return list(kinds.values())


def _about(row: Row | None) -> Iterator[str]:
    """What a row is about: a table, an ACL, a group, an address, a subnet, a VPC."""
    for field, value in row._asdict().items() if row else ():
        if field in ABOUT:
            yield from value if isinstance(value, tuple) else [value]


def _ports_out(vpc: Vpc, row: Interface) -> tuple[int, ...]:
    """A few ports that the security groups of an interface let out."""
    rules = (rule for one in vpc.everyone for rule in one.group_rules)
    own = [rule.ports[0] for rule in rules if rule.group in row.groups and rule.direction == OUT]
    return tuple(max(port, 1) for port in dict.fromkeys(own))[:MOST_PORTS]


def _works(plays: Plays, vpc: Vpc, question: Question) -> bool:
    try:
        return plays.played(vpc, question, TRIED).visit.outcome.works
    except ValueError:
        return False
