"""Reachability: all pairs of a VPC at once, by tables compiled from the rows.

A set of sources is the bits of one integer.

Sources stand in the order of their addresses, so the sources of a CIDR block are a run of bits and
any block, of a rule, an ACL's entry or a route, is one mask. Ports fall into classes between which
no row of the description tells a difference; so do addresses, as far as network ACLs go. For each
class and destination the set of sources is then a handful of ANDs and ORs: outbound rules, network
ACLs, inbound rules, routes; and for the answer the ACLs again, for the source's ephemeral range,
and routes. Groups are not asked for answers: they track. What is decided here is what packets would
do (a test holds both equal); where a route inside the VPC leads elsewhere than `local`, packets
decide: see `unsure`. Left out: tracking allowances; hosts that answer nobody; forwarding devices as
ends (NAT, Network Load Balancer).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from vpcedu.address import block, text
from vpcedu.analysis.sources import classes, inside, outside
from vpcedu.flow import TCP
from vpcedu.network.blocked_access import blocked_addresses
from vpcedu.tables.network_acl import ALLOW, AclEntry
from vpcedu.tables.route_table import LOCAL, RouteTable
from vpcedu.tables.security_group import IN, OUT, GroupRule
from vpcedu.tables.traffic import ANY, span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from vpcedu.network.interface import Interface
    from vpcedu.network.vpc import Vpc


class Reach:
    """Which places reach which interface on which ports, and get an answer.

    `sure` and `some` are by class and place.

    sure: from every port of the source's ephemeral range. some: only from a part of it, which is a
    fault that comes and goes. unsure: pairs whose packets a route sends past a device inside the
    VPC.
    """

    def __init__(self, vpc: Vpc, beside: Vpc | None = None) -> None:
        """The tables of a VPC; `beside`: another description, whose places and ports count too."""
        self.vpc = vpc
        ends = {place.name: place for place in outside(vpc) + (outside(beside) if beside else [])}
        self.places = tuple(sorted([*inside(vpc), *ends.values()]))
        self._values = [place.value for place in self.places]
        self.every = (1 << len(self.places)) - 1
        self.inside = self._bits(place.interface is not None for place in self.places)
        self.starts = sorted({*classes(vpc), *(classes(beside) if beside else ())})
        self._subnet = {subnet.name: 0 for subnet in vpc.subnets}
        self._carriers: dict[str, int] = {}
        self._ranges: dict[tuple[int, int], int] = {}
        self._devices: dict[str, int] = {}
        opens = {row.name: row.kind.opens for row in vpc.devices}
        # an endpoint's interface opens no connections
        self._openers = self._bits(
            not place.interface or opens[place.interface.device] for place in self.places
        )
        for i, place in enumerate(self.places):
            self._ranges[place.ports] = self._ranges.get(place.ports, 0) | 1 << i
            if place.interface:
                self._subnet[place.interface.subnet] |= 1 << i
                self._devices[place.interface.device] = (
                    self._devices.get(place.interface.device, 0) | 1 << i
                )
                for group in place.interface.groups:
                    self._carriers[group] = self._carriers.get(group, 0) | 1 << i
        self._acl_of = {subnet.name: subnet.network_acl for subnet in vpc.subnets}
        self._behind = {
            acl: self._sum(self._subnet[name] for name, own in self._acl_of.items() if own == acl)
            for acl in self._acl_of.values()
        }
        self._free = self._bits(
            not place.interface or not place.interface.groups for place in self.places
        )
        asked = {row.name for row in vpc.devices if row.kind.acl_within}
        self._asked_within = self._bits(
            bool(place.interface and place.interface.device in asked) for place in self.places
        )
        self._routes()
        self._named = {peer: self._peer(peer) for peer in {rule.peer for rule in vpc.group_rules}}
        self._rules = {
            direction: self._by_port([r for r in vpc.group_rules if r.direction == direction])
            for direction in (IN, OUT)
        }
        self._acls = {
            (name, direction): self._acl(name, direction)
            for name in {subnet.network_acl for subnet in vpc.subnets}
            for direction in (IN, OUT)
        }
        blocks = [block(cidr) for cidr in {entry.cidr for entry in vpc.acl_entries}]
        cuts = sorted({edge for first, last, _ in blocks for edge in (first, last + 1)})
        # places alike to every ACL's entry
        self._kin = [bisect_right(cuts, value) for value in self._values]
        self._passing: dict[tuple[str, int], dict[int, int]] = {}
        self.sure, self.some = self._all()

    def port_class(self, port: int) -> int:
        """The number of the class that a port is in."""
        return bisect_right(self.starts, port) - 1

    def mask(self, cidr: str) -> int:
        """The places with an address in a block."""
        first, last, _ = block(cidr)
        return (1 << bisect_right(self._values, last)) - (1 << bisect_left(self._values, first))

    def _bits(self, chosen: Iterable[bool]) -> int:
        return int("".join("1" if bit else "0" for bit in chosen)[::-1] or "0", 2)

    def _routes(self) -> None:
        """Find the places that each subnet's packets reach by the local route.

        The places that a route sends elsewhere are found too.
        """
        gateway = self.vpc.internet_gateway
        public = {row.private for row in self.vpc.associations} - blocked_addresses(self.vpc).keys()
        self._local: dict[str, int] = {}
        self._elsewhere: dict[str, int] = {}
        self._out: dict[str, int] = {}
        self._tables: dict[str, int] = {}  # the places that follow a table
        known: dict[str, tuple[int, int, int]] = {}
        for row in self.vpc.subnets:
            table = row.route_table or self.vpc.main
            self._tables[table] = self._tables.get(table, 0) | self._subnet[row.name]
            if table not in known:
                routes = RouteTable(self.vpc.routes_of(row))
                targets = [
                    (found := routes.lookup(text(place.value))) and found.target
                    for place in self.places
                ]
                known[table] = (
                    self._bits(target == LOCAL for target in targets),
                    self._bits(target not in (LOCAL, gateway, None) for target in targets),
                    self._bits(bool(gateway) and target == gateway for target in targets),
                )
            self._local[row.name], self._elsewhere[row.name], self._out[row.name] = known[table]
        self._by_table = [(self._tables[table], *masks) for table, masks in known.items()]
        self._public = self._bits(
            bool(place.interface and gateway and text(place.value) in public)
            for place in self.places
        )

    def _by_port(self, rules: list[GroupRule]) -> list[tuple[GroupRule, ...]]:
        """The rules that speak of TCP, by class of ports."""
        found: list[list[GroupRule]] = [[] for _ in self.starts]
        for rule in rules:
            if rule.protocol in (ANY, TCP):
                first, last = span(rule.protocol, rule.ports)
                for place in range(self.port_class(max(first, 0)), self.port_class(last) + 1):
                    found[place].append(rule)
        return list(map(tuple, found))

    def _acl(self, name: str, direction: str) -> list[int]:
        """For each class of ports the places that an ACL lets packets come from, or go to."""
        entries = sorted(
            (
                entry
                for entry in self.vpc.acl_entries
                if (entry.acl, entry.direction) == (name, direction)
                and entry.protocol in (ANY, TCP)
            ),
            key=lambda row: row.number,
        )
        return [self._decided(start, entries) for start in self.starts]

    def _decided(self, port: int, entries: list[AclEntry]) -> int:
        allowed = decided = 0
        for row in entries:
            first, last = span(row.protocol, row.ports)
            if first <= port <= last:
                new = self.mask(row.cidr) & ~decided
                decided |= new
                allowed |= new if row.action == ALLOW else 0
        return allowed

    def _peer(self, peer: str) -> int:
        return self._carriers.get(peer, 0) if peer.startswith("sg-") else self.mask(peer)

    def _all(self) -> tuple[list[list[int]], list[list[int]]]:
        """The sources by class of ports and place: those that always reach it, those that may.

        Classes about which all rows say the same, like the gaps between the ports that are named,
        are computed once.
        """
        straight = [self._straight(i) for i in range(len(self.places))]
        leaving = {rules: self._leaving(rules) for rules in set(self._rules[OUT])}
        done: dict[tuple[object, ...], tuple[list[int], list[int]]] = {}
        found = []
        for port, _ in enumerate(self.starts):
            coming, going = self._rules[IN][port], self._rules[OUT][port]
            rules = coming, going, *(masks[port] for masks in self._acls.values())
            if rules not in done:
                entering, let_out = self._entering(coming), leaving[going]
                rows = [
                    (0, 0)
                    if place.interface is None
                    else self._pair(
                        port, i, entering[place.interface.groups] & let_out[i], straight[i]
                    )
                    for i, place in enumerate(self.places)
                ]
                done[rules] = (
                    [always for always, _ in rows],
                    [some & ~always for always, some in rows],
                )
            found.append(done[rules])
        return [sure for sure, _ in found], [some for _, some in found]

    def _pair(
        self, port: int, i: int, groups: int, straight: tuple[int, int, int]
    ) -> tuple[int, int]:
        """The sources that reach place i in a class of ports.

        Those that always do come first, then those that do from at least some of their ports.
        """
        here = self.places[i].interface
        direct, always, sometimes = straight
        if here is None or not groups & direct:
            return 0, 0
        own = self._acls[self._acl_of[here.subnet], IN][port]
        theirs = self._theirs(OUT, i, port)
        within = self._subnet[here.subnet] & (theirs | ~self._asked_within)
        there = groups & direct & (theirs & own | within)
        return there & always, there & sometimes

    def _entering(self, rules: tuple[GroupRule, ...]) -> dict[tuple[str, ...], int]:
        """By the groups of an interface: the sources that an inbound rule names."""
        by_group: dict[str, int] = {}
        for rule in rules:
            by_group[rule.group] = by_group.get(rule.group, 0) | self._named[rule.peer]
        found = {}
        for groups in {place.interface.groups for place in self.places if place.interface}:
            found[groups] = 0 if groups else self.every
            for group in groups:
                found[groups] |= by_group.get(group, 0)
        return found

    def _leaving(self, rules: tuple[GroupRule, ...]) -> list[int]:
        """For each place the sources that have an outbound rule for it."""
        by_peer: dict[str, int] = {}
        for rule in rules:
            by_peer[rule.peer] = by_peer.get(rule.peer, 0) | self._carriers.get(rule.group, 0)
        blocks = [
            (*block(peer)[:2], sources)
            for peer, sources in by_peer.items()
            if not peer.startswith("sg-")
        ]
        found = []
        for place in self.places:
            sources = self._free
            for group in place.interface.groups if place.interface else ():
                sources |= by_peer.get(group, 0)
            for first, last, more in blocks:
                if first <= place.value <= last:
                    sources |= more
            found.append(sources)
        return found

    def _straight(self, i: int) -> tuple[int, int, int]:
        """The sources whose packets come straight to place i and are answered straight.

        The port makes no difference.

        Of those, the ones whose answers the network ACLs let pass to all, and to some, of their
        ports.
        """
        here = self.places[i].interface
        if here is None:
            return 0, 0, 0
        come = self._sum(members for members, local, _, _ in self._by_table if local >> i & 1)
        direct = come & self._local[here.subnet] & self.inside
        if self._public >> i & 1:
            direct |= self._out[here.subnet] & ~self.inside
        direct &= self._openers & ~self._devices[here.device]
        always, sometimes = self._answered(i, here)
        same = self._subnet[here.subnet]
        return direct, always | same, sometimes | same

    def _answered(self, i: int, here: Interface) -> tuple[int, int]:
        always = sometimes = 0
        out = self._acls[self._acl_of[here.subnet], OUT]
        for ports, sources in self._ranges.items():
            passed = [
                out[port] & self._theirs(IN, i, port) & sources
                for port in range(self.port_class(ports[0]), self.port_class(ports[1]) + 1)
            ]
            whole = sources
            for part in passed:
                whole &= part
            always |= whole
            sometimes |= self._sum(passed)
        return always, sometimes

    def _theirs(self, direction: str, i: int, port: int) -> int:
        """The sources whose own network ACL lets a packet out to place i, or in from it.

        port: the class of ports it goes to.
        """
        known = self._passing.setdefault((direction, port), {})
        if self._kin[i] not in known:
            known[self._kin[i]] = ~self.inside & self.every | self._sum(
                members
                for acl, members in self._behind.items()
                if self._acls[acl, direction][port] >> i & 1
            )
        return known[self._kin[i]]

    def unsure(self, i: int) -> int:
        """The sources between which and place i a route leads past another device.

        There packets decide.
        """
        here = self.places[i].interface
        if here is None:
            return 0
        found = self._sum(
            members for members, _, elsewhere, _ in self._by_table if elsewhere >> i & 1
        )
        found |= self._elsewhere[here.subnet] & (
            self.every if self._public >> i & 1 else self.inside
        )
        return found & self._openers & ~self._devices[here.device]

    @staticmethod
    def _sum(masks: Iterable[int]) -> int:
        found = 0
        for mask in masks:
            found |= mask
        return found
