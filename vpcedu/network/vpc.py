"""Vpc: the frozen description of who is where.

A description holds rows only, no state: a what-if is `vpc.without(row)` or `vpc.replace(row, new)`,
a new Network, and the visit run again. Where a packet goes next is said by `places`. Every
description that a Network is made from must be one that AWS would accept: see `validity`. One
exception: a table may lack its `local` route, because one learns most about it where it is gone; a
table without any row is a new one and has it. Left out: IPv6.
"""

from __future__ import annotations

from vpcedu.address import contains
from vpcedu.device import Device as Device
from vpcedu.gateways.internet_gateway import Association
from vpcedu.network.interface import BlockedAccess, DownState, Interface, Subnet
from vpcedu.network.names import Name, PrefixList
from vpcedu.network.open_points import Assumption as Assumption
from vpcedu.network.open_points import Unknown as Unknown
from vpcedu.network.transit import Transit
from vpcedu.quoting import quoted
from vpcedu.row import NamedRow
from vpcedu.tables.network_acl import AclEntry
from vpcedu.tables.route_table import LOCAL, Route
from vpcedu.tables.security_group import GroupRule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.row import Row
    from vpcedu.tables.target_group import Listener

    # what can be added to a description alone
    AddedRow = Route | AclEntry | GroupRule | Association

# states of a route; `filtered` is left out
INTERNET, ACTIVE, BLACKHOLED = ("Internet", "active", "blackhole")


class OutsideHost(NamedRow):
    """A host of the Internet: no interface of the VPC, only a public address."""

    device: str
    address: str


class Peering(NamedRow):
    """A peering connection (pcx-...), the name of the VPC on its other side, and its status.

    It carries packets only while its status is "active"; before, as in "pending-acceptance", and
    after, routes to it are blackholes.
    """

    name: str
    vpc: str
    status: str = ACTIVE


class Vpc(NamedRow):
    """One VPC and the part of the Internet that talks to it.

    Every field is a tuple of rows, except `cidr`, the name of the Internet gateway ("": none), the
    name of the main route table and the VPC's own.

    more: further blocks. beyond: gateways that are there, but not what lies beyond them. peers: the
    other VPCs in whole; devices, interfaces, subnets, route tables, ACLs and groups have names that
    no two VPCs share. unknown: what the description does not know of its network. assumed: what it
    takes for granted. states: which devices take and send nothing. ipv6_rules: security groups'
    rules for IPv6, which no packet here asks: they are told where one over IPv4 is refused.
    prefix_lists: what a repair may name instead of their blocks.
    blocked: subnets that VPC Block Public Access keeps from the Internet gateway. transits: ways
    through gateways that are beyond all the same. other_ends: names that no packet is sent to.
    """

    cidr: str
    subnets: tuple[Subnet, ...] = ()
    interfaces: tuple[Interface, ...] = ()
    routes: tuple[Route, ...] = ()
    acl_entries: tuple[AclEntry, ...] = ()
    group_rules: tuple[GroupRule, ...] = ()
    internet_gateway: str = ""
    associations: tuple[Association, ...] = ()
    outside: tuple[OutsideHost, ...] = ()
    devices: tuple[Device, ...] = ()
    names: tuple[Name, ...] = ()
    main: str = "main"
    name: str = ""
    more: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()
    peerings: tuple[Peering, ...] = ()
    peers: tuple[Vpc, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    assumed: tuple[Assumption, ...] = ()
    states: tuple[DownState, ...] = ()
    ipv6_rules: tuple[GroupRule, ...] = ()
    prefix_lists: tuple[PrefixList, ...] = ()
    blocked: tuple[BlockedAccess, ...] = ()
    transits: tuple[Transit, ...] = ()
    other_ends: tuple[Unknown, ...] = ()

    @property
    def blocks(self) -> tuple[str, ...]:
        """Every block of addresses of the VPC."""
        return (self.cidr, *self.more)

    @property
    def everyone(self) -> tuple[Vpc, ...]:
        """This VPC and the others."""
        return (self, *self.peers)

    def has(self, address: str) -> bool:
        """Whether an address is in one of the VPC's blocks."""
        return any(contains(block, address) for block in self.blocks)

    def routes_of(self, subnet: Subnet) -> tuple[Route, ...]:
        """The routes that a subnet's packets follow.

        Those of its route table, or of the main one where it has none.
        """
        table = subnet.route_table or self.main
        return tuple(route for route in self.routes if route.table == table) or tuple(
            Route(table, block, LOCAL) for block in self.blocks
        )

    @property
    def route_tables(self) -> dict[str, tuple[Route, ...]]:
        """The routes of each table that a subnet has, by its name."""
        found: dict[str, list[Route]] = {s.route_table or self.main: [] for s in self.subnets}
        for route in self.routes:
            found.setdefault(route.table, []).append(route)
        return {
            name: tuple(rows) or tuple(Route(name, block, LOCAL) for block in self.blocks)
            for name, rows in found.items()
        }

    def is_public(self, subnet: Subnet) -> bool:
        """Whether a subnet has a route to the Internet gateway: that alone makes it public."""
        return any(self.internet_gateway == route.target for route in self.routes_of(subnet))

    def state(self, route: Route) -> str:
        """The state of a route: `active`, or `blackhole` where its target does not exist."""
        links = {peering.name for peering in self.peerings if peering.status == ACTIVE}
        there = {
            LOCAL,
            self.internet_gateway,
            *self.beyond,
            *links,
            *(name for interface in self.interfaces for name in (interface.device, interface.id)),
        }
        return ACTIVE if route.target in there else BLACKHOLED

    def rows(self) -> tuple[AddedRow | Listener, ...]:
        """Every row a lesson may remove or change.

        These are routes, entries, rules, addresses and listeners.
        """
        return (
            *self.routes,
            *self.acl_entries,
            *self.group_rules,
            *self.associations,
            *self.listeners,
            *(row for peer in self.peers for row in peer.rows()),
        )

    @property
    def listeners(self) -> tuple[Listener, ...]:
        """The listeners of this VPC's balancers, device by device."""
        return tuple(
            row
            for device in self.devices
            for word, value in device.settings
            if word == "listeners"
            for row in value
        )

    def without(self, row: Row) -> Vpc:
        """The same description less one row; ValueError where it has no such row."""
        return self._changed(row, ())

    def replace(self, row: Row, new: Row) -> Vpc:
        """The same description with another row instead of one.

        ValueError where it has no such row.
        """
        return self._changed(row, (new,))

    def with_row(self, row: Row | None) -> Vpc:
        """The same description with one more route, ACL entry, group rule or public address.

        ValueError for others.
        """
        for field, kind, owner in (
            ("routes", Route, "table"),
            ("acl_entries", AclEntry, "acl"),
            ("group_rules", GroupRule, "group"),
            ("associations", Association, "private"),
        ):
            if isinstance(row, kind):
                home = next(
                    (
                        each_vpc
                        for each_vpc in self.everyone
                        if getattr(row, owner) in each_vpc._owners()
                    ),
                    self,
                )
                rows: dict[str, Any] = {field: (*getattr(home, field), row)}
                changed = home._replace(**rows)
                return changed if home is self else self.replace(home, changed)
        raise ValueError(
            f"{quoted(row)} cannot be added: expected a Route, AclEntry, GroupRule or Association"
        )

    def changed(self, row: Row | None, new: Row | None) -> Vpc:
        """The same description with `new` instead of `row`.

        One row more where `row` is None, one less where `new` is.
        """
        if row is None:
            return self.with_row(new)
        return self.without(row) if new is None else self.replace(row, new)

    def _owners(self) -> set[str]:
        """What rows belong to: route tables, network ACLs, groups, private addresses."""
        return {self.main}.union(
            *((subnet.route_table or "", subnet.network_acl) for subnet in self.subnets),
            *(
                (interface.address, *interface.secondary, *interface.groups)
                for interface in self.interfaces
            ),
        )

    def _changed(self, row: Row, news: tuple[Row, ...]) -> Vpc:
        changed: Vpc = _swap(self, row, news)
        if changed == self and _swap(self, row, ()) == self:
            raise ValueError(f"{quoted(row)} is not in this VPC: expected something that it has")
        return changed


def _swap(value: Any, row: Row, news: tuple[Row, ...]) -> Any:
    """The value with `row` taken out of every tuple inside it and `news` put in its place."""
    if not isinstance(value, tuple):
        return value
    items: list[Any] = []
    for item in value:
        is_row = type(item) is type(row) and item == row
        items += news if is_row else [_swap(item, row, news)]
    return tuple(items) if type(value) is tuple else type(value)(*items)
