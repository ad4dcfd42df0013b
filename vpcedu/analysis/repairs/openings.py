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
from vpcedu.row import NamedRow

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
    kinds = _kinds(after, question)
    touched = [kind for kind in kinds if kind.words & _names(after, repairs)]
    for one in touched[:MOST_KINDS]:
        for there in _outside(vpc, question):
            _by_packets(plays, vpc, after, question, one, there, [there], opened, closed)
            if (one.devices[0], there) in opened:
                break  # who reaches the Internet reaches every address there
    across = [
        pair
        for one in touched
        for far in kinds
        if one.vpc != far.vpc
        for pair in ((one, far), (far, one))
    ]
    for one, far in across[:MOST_KINDS]:
        there = far.devices[0]
        _by_packets(plays, vpc, after, question, one, there, far.devices, opened, closed, far.ports)
    for pair, ports in list(opened.items()):
        left = [part for part in ports if not _is_asked(asked, after, question, pair, part)]
        if ports and not left:
            del opened[pair]
        elif ports:
            opened[pair] = left
    # the tables know no tracking allowances
    whole = whole and not any(repair.row and "tracking" in repair.row._fields for repair in repairs)
    whole = whole and max(len(touched), len(across)) <= MOST_KINDS
    return Difference(gathered(opened), gathered(closed), whole)


def gathered(pairs: Pairs) -> tuple[Opening, ...]:
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


class Alike(NamedRow):
    """Interfaces of one VPC between which no row tells a difference.

    words: what rows may say that are about them. ports: a few that their groups let in and out.
    """

    vpc: str
    words: set[str]
    devices: list[str]
    ports: tuple[int, ...]


def _kinds(after: Vpc, question: Question) -> list[Alike]:
    """The kinds of interfaces that open connections to anyone, not only to targets."""
    own = {find(after, word).device for word in question[:2]}
    found: dict[object, Alike] = {}
    for one in after.everyone:
        opens = {
            row.name
            for row in one.devices
            if row.kind.opens and "listeners" not in dict(row.settings)
        }
        tables = {row.name: (row.route_table or one.main, row.network_acl) for row in one.subnets}
        public = {row.private for row in one.associations}
        starts: dict[str, set[int]] = {}
        for rule in one.group_rules:
            starts.setdefault(rule.group, set()).add(max(rule.ports[0], 1))
        for row in (row for row in one.interfaces if row.device in opens):
            words = {row.id, row.subnet, row.address, *row.groups, *tables[row.subnet], one.name}
            kind = row.subnet, row.groups, row.check, row.address in public
            ports = {port for group in row.groups for port in starts.get(group, ())}
            alike = Alike(one.name, set(), [], tuple(sorted(ports)[:MOST_PORTS]))
            mine = row.device if row.device in own else ""
            alike = found.setdefault((kind, mine), alike)
            alike.words.update(words)
            alike.devices.append(row.device)
    return list(found.values())


def _names(after: Vpc, repairs: tuple[Repair, ...]) -> set[str]:
    """What changed rows are about; of a NAT also the tables that lead to it."""
    names = {word for repair in repairs for row in repair[:2] for word in _about(row)}
    for one in after.everyone:
        tables = {row.name: (row.route_table or one.main, row.network_acl) for row in one.subnets}
        touched = {
            word
            for row in one.interfaces
            if {row.id, row.subnet, row.address, *row.groups, *tables[row.subnet]} & names
            for word in (row.device, row.id)
        }
        names |= {route.table for route in one.routes if route.target in touched}
    return names


def _by_packets(
    plays: Plays,
    vpc: Vpc,
    after: Vpc,
    question: Question,
    one: Alike,
    there: str,
    theirs: list[str],
    opened: Pairs,
    closed: Pairs,
    more: tuple[int, ...] = (),
) -> None:
    """Send packets from one of a kind to another end, before and after the repairs."""
    own = tuple(find(vpc, word).device for word in question[:2])
    for port in dict.fromkeys((question.port, *one.ports, *more)):
        words = Question(one.devices[0], there, port)
        before, then = (_works(plays, each, words) for each in (vpc, after))
        ends = one.devices[0], find(vpc, there).device
        if before == then or (ends, port) == (own, question.port):
            continue
        found = opened if then else closed
        found |= {(source, name): [] for source in one.devices for name in theirs}


def _about(row: Row | None) -> Iterator[str]:
    """What a row is about: a table, an ACL, a group, an address, a subnet, a VPC."""
    for field, value in row._asdict().items() if row else ():
        if field in ABOUT:
            yield from value if isinstance(value, tuple) else [value]


def _works(plays: Plays, vpc: Vpc, question: Question) -> bool:
    try:
        return plays.played(vpc, question, TRIED).visit.outcome.works
    except ValueError:
        return False
