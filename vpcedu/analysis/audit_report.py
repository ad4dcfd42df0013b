"""Audit report: who can reach what, from the Internet and inside, and which rows do too little.

Rows that do nothing are found as well.

Pairs are found by compiled tables (`reachability`), so a thousand instances take a second; each can
be confirmed by packets (`confirm`). Reaching means that an opening packet gets to the interface and
that what answers it (SYN ACK, or RST where nobody listens) comes back: what the network allows, not
what a server does. Where routes inside the VPC lead past another device, packets are sent, up to
MOST of them. What stands behind a balancer's name is asked by packets too, for each of its
listeners. Left out: all protocols but TCP; pairs of two VPCs; ways out to the Internet; places of
the Internet that no row names.
"""

from __future__ import annotations

from collections import Counter

from vpcedu.address import text
from vpcedu.analysis.assumptions import ASSUMED, assumptions
from vpcedu.analysis.choosing.choices import cases
from vpcedu.analysis.choosing.outcomes import shares
from vpcedu.analysis.ends import SOMEONE, Question
from vpcedu.analysis.idle_rows import Finding, findings
from vpcedu.analysis.plays import Plays
from vpcedu.analysis.reachability import Reach
from vpcedu.analysis.repairs.search import run
from vpcedu.analysis.sources import LAST_PORT
from vpcedu.analysis.unknown import each, met, names_of
from vpcedu.network import validity
from vpcedu.quoting import quoted
from vpcedu.row import NamedRow
from vpcedu.sites.field import is_numeric
from vpcedu.tables.network_acl import IN, NetworkAcl
from vpcedu.tables.security_group import RuleSet
from vpcedu.views.outcome import SOMETIMES, UNKNOWN, Outcome, together
from vpcedu.views.text import listed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from vpcedu.network.open_points import Assumption
    from vpcedu.network.vpc import Vpc
    from vpcedu.sites.visit import Visit
    from vpcedu.tables.target_group import Listener

# packets sent where tables do not decide; names shown of a set; rows of a table
MOST, NAMED, SHOWN = (2_000, 4, 200)
ASSUMED_SHOWN = 10  # points
VERSION = 1  # of the audit's JSON, see docs/answer.schema.json
Ports = tuple[int, int]


class Reached(NamedRow):
    """Interfaces, ranges of ports, and who reaches them there.

    sometimes: only from a part of its ephemeral ports.
    """

    destinations: tuple[str, ...]
    ports: tuple[Ports, ...]
    sources: tuple[str, ...]
    sometimes: bool


class Entrance(NamedRow):
    """A balancer's name and the port of one of its listeners, and what a stranger sees there.

    host, path: what the stranger asks for, so that a rule of the listener applies; "": neither.
    shares: where it works sometimes, how often.
    """

    name: str
    port: int
    outcome: Outcome
    host: str = ""
    path: str = ""
    shares: str = ""

    def __str__(self) -> str:
        rule = f" {self.host}{self.path}" if self.host or self.path else ""
        return f"{self.name} port {self.port}{rule}: {self.outcome.said}" + (
            f": {self.shares}" if self.shares else ""
        )


class Audit:
    """What was found in a VPC.

    findings: the rows that do nothing or too little. balancers: what strangers see there.

    unknown: what the files do not tell; untold: the places of which, for that reason, nothing is
    said. assumptions: what no file can tell, and the packets to load balancers met.
    """

    def __init__(self, vpc: Vpc, others: bool = False) -> None:
        validity.check(vpc)
        self.others = others or bool(vpc.peers)
        RuleSet.of((), IN, vpc.group_rules)
        for acl in {entry.acl for entry in vpc.acl_entries}:
            NetworkAcl(acl, tuple(entry for entry in vpc.acl_entries if entry.acl == acl))
        self.vpc, self.tables = vpc, Reach(vpc)
        there = {
            address
            for interface in vpc.interfaces
            for address in (interface.address, *interface.secondary)
        }
        # what has an address that no place of the tables has takes no part in them
        self.unknown = tuple(
            row
            for row in vpc.unknown
            if row.about in there or not is_numeric(row.about.partition("/")[0])
        )
        self._untold = {
            place.name: row
            for place in self.tables.places
            for row in self.unknown
            if row.about in names_of(vpc, place.interface)
        }
        self.untold = tuple(self._untold)
        self.findings: tuple[Finding, ...] = findings(vpc)
        if vpc.name in {row.about for row in self.unknown}:
            self.findings = ()  # a rule may be used by what no file has
        told = tuple(entrances(vpc))
        self.balancers = tuple(row for row, _ in told)
        self.assumptions = each(row for _, rows in told for row in rows)
        self._told = sum(
            1 << i for i, place in enumerate(self.tables.places) if place.name not in self._untold
        )
        self._index = {place.name: i for i, place in enumerate(self.tables.places)}
        devices = Counter(interface.device for interface in vpc.interfaces)
        self._called = {
            place.name: place.interface.device
            if devices[place.interface.device] == 1 and place.name == place.interface.id
            else place.name
            for place in self.tables.places
            if place.interface
        }
        self.sent, self.undecided = 0, 0
        self._sure = [list(row) for row in self.tables.sure]
        self._some = self.tables.some
        for i in range(len(self.tables.places)):
            self._send(i)

    def reaches(self, source: str, destination: str, port: int) -> bool | None:
        """Whether a place reaches an interface on a TCP port.

        None: only from a part of its ephemeral ports.

        source: an interface's id, "internet", or a public block that a rule names. ValueError for
        another one.
        """
        for word in (source, destination):
            if word not in self._index:
                raise ValueError(
                    f"no place {quoted(word)}: expected a host's interface, {SOMEONE} or a block that a rule"
                    " names"
                )
        untold = [word for word in (source, destination) if word in self._untold]
        if untold:
            raise ValueError(
                f"{untold[0]}: it is unknown who reaches it, or whom it reaches:"
                f" {self._untold[untold[0]]}"
            )
        bit, i, ports = self._index[source], self._index[destination], self.tables.port_class(port)
        sure, some = self._sure[ports][i] >> bit & 1, self._some[ports][i] >> bit & 1
        return None if some and not sure else bool(sure)

    def confirm(self, source: str, destination: str, port: int) -> bool:
        """The same by a packet that is really sent; ValueError as in `ask`."""
        return answered(run(self.vpc, Question(self._word(source), destination, port)))

    def _word(self, source: str) -> str:
        place = self.tables.places[self._index[source]] if source in self._index else None
        return (
            source if place is None or place.interface or source == SOMEONE else text(place.value)
        )

    def _send(self, i: int) -> None:
        """Send packets from the sources whose path to place i is not straight.

        One port of each class is asked.
        """
        for bit in _bits(self.tables.unsure(i)):
            for number, first in enumerate(self.tables.starts):
                if self.sent >= MOST:
                    self.undecided += 1
                elif first or len(self.tables.starts) == 1 or self.tables.starts[1] > 1:
                    self.sent += 1
                    names = self.tables.places[bit].name, self.tables.places[i].name
                    self._sure[number][i] |= self.confirm(*names, max(first, 1)) << bit

    @property
    def reached(self) -> tuple[Reached, ...]:
        """Who reaches what, with interfaces that are reached alike in one row."""
        profiles: dict[tuple[tuple[tuple[Ports, ...], int, bool], ...], list[int]] = {}
        for i, place in enumerate(self.tables.places):
            if place.interface and place.name not in self._untold:
                found = tuple(
                    (ports, mask, sometimes)
                    for table, sometimes in ((self._sure, False), (self._some, True))
                    for mask, ports in self._by_sources(table, i).items()
                )
                profiles.setdefault(found, []).append(i)
        return tuple(
            Reached(self._names(members), ports, self._names(_bits(mask)), sometimes)
            for profile, members in profiles.items()
            for ports, mask, sometimes in profile
        )

    def _by_sources(self, table: list[list[int]], i: int) -> dict[int, tuple[Ports, ...]]:
        found: dict[int, tuple[Ports, ...]] = {}
        starts = self.tables.starts
        for number, first in enumerate(starts):
            last = starts[number + 1] - 1 if number + 1 < len(starts) else LAST_PORT
            mask = table[number][i] & self._told
            if mask and last:
                ranges = found.get(mask, ())
                joined = bool(ranges) and ranges[-1][1] == max(first, 1) - 1
                found[mask] = (
                    (*ranges[:-1], (ranges[-1][0], last))
                    if joined
                    else (*ranges, (max(first, 1), last))
                )
        return found

    def _names(self, places: list[int]) -> tuple[str, ...]:
        return tuple(self.tables.places[i].name for i in places)

    def _in_words(self, names: tuple[str, ...]) -> str:
        """A set of places in few words; hosts of one interface by the host's name."""
        words = [
            "the Internet" if name == SOMEONE else name
            for name in names
            if name not in self._called
        ]
        inside = [self._called[name] for name in names if name in self._called]
        if len(inside) > NAMED:
            words.append(
                f"{len(inside)} of {len(self._called)} interfaces ({', '.join(inside[:NAMED])}, ...)"
            )
        return ", ".join(words + (inside if len(inside) <= NAMED else []))

    def as_json(self) -> dict[str, Any]:
        """Everything as plain dictionaries and lists."""
        return {
            "version": VERSION,
            "vpc": self.vpc.name,
            "protocol": "tcp",
            "reached": [row._asdict() for row in self.reached],
            "balancers": [
                row._asdict() | {"symptom": row.outcome.said, "outcome": row.outcome._asdict()}
                for row in self.balancers
            ],
            "unknown": [row._asdict() for row in self.unknown],
            "assumptions": [row._asdict() for row in self.assumptions],
            "untold": list(self.untold),
            "findings": [
                {"row": str(row.row), "what": row.what, "because": row.because}
                for row in self.findings
            ],
            "undecided": self.undecided,
        }

    def __str__(self) -> str:
        lines = [f"VPC {self.vpc.name} {', '.join(self.vpc.blocks)}", ""] if self.vpc.name else []
        if self.unknown:
            lines += ["What is missing for an answer", *(f"  {row}" for row in self.unknown)]
            if self.untold:
                lines.append(f"  So nothing below is about {self._in_words(self.untold)}.")
            lines.append("")
        lines += ["From the Internet, through load balancers"]
        lines += [f"  {row}" for row in self.balancers] or [self._none]
        lines += [
            "",
            "Who reaches what (TCP only: what the network allows, with its replies)",
        ]
        reached = self.reached
        rows = [
            (
                self._in_words(row.destinations),
                _ports(row.ports),
                self._in_words(row.sources)
                + (" (only from some of its ports)" if row.sometimes else ""),
            )
            for row in reached[:SHOWN]
        ]
        wide = [max((len(row[column]) for row in rows), default=0) for column in (0, 1)]
        lines += [
            f"  {to:<{wide[0]}}  {ports:<{wide[1]}}  from {source}" for to, ports, source in rows
        ] or [self._none if self.unknown else "  nobody"]
        lines += [f"  ... and {len(reached) - SHOWN} lines more; --json has all"] * (
            len(reached) > SHOWN
        )
        if self.undecided:
            lines.append(
                f"  {self.undecided} questions about paths through a device inside the VPC are left open."
            )
        if self.others:
            lines.append(
                "  Paths between this VPC and others are not audited: ask about them one by one."
            )
        lines += ["", "Rules, entries and tables that do nothing, or too little"]
        lines += [f"  {row}" for row in self.findings] or [self._none]
        if self.assumptions:
            lines += ["", ASSUMED, *listed(map(str, self.assumptions), most=ASSUMED_SHOWN)]
        return "\n".join(lines)

    @property
    def _none(self) -> str:
        return f"  {UNKNOWN}" if self.unknown else "  none"

    def _repr_mimebundle_(self, **formats: Any) -> dict[str, str]:
        """In a notebook the last line of a cell is the whole text."""
        return {"text/plain": str(self)}


def audit(vpc: Vpc, others: bool = False) -> Audit:
    """Who can reach what, and which rows do nothing.

    others: whether there are VPCs that are not among its peers. ValueError for a description that
    AWS would refuse.
    """
    return Audit(vpc, others)


def answered(visit: Visit) -> bool:
    """Whether what the opener sent first got to the other end and an answer to it came home."""
    talk = visit.connections[0]
    home = [trace for trace in talk.traces if trace.delivered and trace.last.at == visit.opener]
    got = [
        trace.last.at
        for trace in talk.traces
        if trace.sender == visit.opener and trace.last.check == "deliver"
    ]
    reset = any(
        trace.sender in got and trace.last.at == visit.opener
        for trace in talk.traces
        if trace.last.check == "deliver"
    )
    return bool(got) and (any(trace.sender in got for trace in home) or reset)


def entrances(vpc: Vpc) -> Iterator[tuple[Entrance, tuple[Assumption, ...]]]:
    """What a stranger sees at each name of a balancer, on each of its listeners' ports.

    With it comes what is assumed. A listener's rules by host and path are asked one by one.
    """
    owner = {association.public: association.private for association in vpc.associations}
    device = {interface.address: interface.device for interface in vpc.interfaces}
    settings = {row.name: dict(row.settings) for row in vpc.devices}
    plays = Plays()
    for name in {
        row.addresses: row for row in reversed(vpc.names)
    }.values():  # of names for one balancer, the first
        node = device.get(owner.get(name.addresses[0], ""), "") if name.addresses else ""
        for listener in settings.get(node, {}).get("listeners", ()) if name.addresses else ():
            for host, path in _requests(listener):
                question = Question(SOMEONE, name.name, listener.port, host, path or "/")
                found = tuple(cases(plays, vpc, question))
                seen = together(case.outcome for case in found)
                if any(met(vpc, case.visit) for case in found):
                    seen = Outcome(UNKNOWN, UNKNOWN)
                often = shares(vpc, question, found).words if seen.verdict == SOMETIMES else ""
                row = Entrance(name.name, listener.port, seen, host, path, often)
                yield row, () if seen.verdict == UNKNOWN else assumptions(vpc, question, found)


def _requests(listener: Listener) -> Iterator[tuple[str, str]]:
    """Host and path that each rule of a listener is for, and then those of its default action."""
    for rule in sorted(listener.rules, key=lambda rule: rule.priority):
        if rule.hosts or rule.paths:
            host, path = (next(iter(words), "") for words in (rule.hosts, rule.paths))
            yield (
                host.replace("*", "any").replace("?", "a"),
                path.replace("*", "any").replace("?", "a"),
            )
    yield "", ""


def _ports(ranges: tuple[Ports, ...]) -> str:
    words = [str(first) if first == last else f"{first}-{last}" for first, last in ranges]
    return "every port" if ranges == ((1, LAST_PORT),) else ", ".join(words)


def _bits(mask: int) -> list[int]:
    return [i for i, bit in enumerate(bin(mask)[:1:-1]) if bit == "1"]
