"""Vpc: the frozen description of who is where, and the answer to "where does a packet go next?".

A description holds rows only, no state: a what-if is `vpc.without(row)` or `vpc.replace(row, new)`, a new
Network, and the visit played again. `next_hop` is where routes become places.
Every description that a Network is made from must be one that AWS would accept: see `rules`. One exception: a
table may lack its `local` route, because one learns most about it where it is gone; a table without any row is a
new one and has it. Which interface a packet leaves by is the host's choice: here the one that has the packet's
source address, else the primary one. Linux does so by policy routing, which Amazon Linux 2023 sets up by itself
(its user guide, "Networking service"); without it the destination alone chooses, mostly the primary one, and what
carries another interface's address dies at the source check.
Left out: peering, endpoints, several VPCs, several blocks of one VPC, IPv6.
"""

from __future__ import annotations

from collections import namedtuple

from vpcedu.address import contains, is_private
from vpcedu.gateways.internet_gateway import Association
from vpcedu.network.interface import Interface, Subnet
from vpcedu.network.names import Name
from vpcedu.packet import Packet
from vpcedu.reasons import (
    BLACKHOLE,
    NO_ROUTE,
    NO_SUCH_INTERFACE,
    NOT_ON_THE_INTERNET,
    PRIVATE_DESTINATION,
    UNROUTABLE_RANGE,
    Reason,
)
from vpcedu.tables.network_acl import AclEntry
from vpcedu.tables.route_table import LOCAL, UNROUTABLE, Route, RouteTable
from vpcedu.tables.security_group import GroupRule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

INTERNET = "Internet"
ACTIVE, BLACKHOLED = "active", "blackhole"  # states of a route (EC2 API, Route); `filtered` is left out


class Device(namedtuple("Device", ("name", "kind", "settings"), defaults=((),))):
    """A device: its name, its class, and what it is made with beyond name, address and seed, as (word, value)."""

    __slots__ = ()
    name: str
    kind: type
    settings: tuple[tuple[str, Any], ...]


class OutsideHost(namedtuple("OutsideHost", ("device", "address"))):
    """A host of the Internet: no interface of the VPC, only a public address."""

    __slots__ = ()
    device: str
    address: str


class Hop(namedtuple("Hop", ("there", "row", "reason"), defaults=(None,))):
    """Where a packet goes next: an interface, an outside host or a gateway's name; the row that says so; or why not."""

    __slots__ = ()
    there: Interface | OutsideHost | str | None
    row: object
    reason: Reason | None


class Vpc(namedtuple("Vpc", ("cidr", "subnets", "interfaces", "routes", "acl_entries", "group_rules",
                              "internet_gateway", "associations", "outside", "devices", "names", "main"),
                     defaults=("main",))):
    """One VPC and the part of the Internet that talks to it; every field is a tuple of rows, but for `cidr`, the name
    of the Internet gateway ("": none) and the name of the main route table."""

    cidr: str
    subnets: tuple[Subnet, ...]
    interfaces: tuple[Interface, ...]
    routes: tuple[Route, ...]
    acl_entries: tuple[AclEntry, ...]
    group_rules: tuple[GroupRule, ...]
    internet_gateway: str
    associations: tuple[Association, ...]
    outside: tuple[OutsideHost, ...]
    devices: tuple[Device, ...]
    names: tuple[Name, ...]
    main: str

    def routes_of(self, subnet: Subnet) -> tuple[Route, ...]:
        """The routes that a subnet's packets follow: those of its route table, or of the main one where it has none."""
        table = subnet.route_table or self.main
        return tuple(row for row in self.routes if row.table == table) or (Route(table, self.cidr, LOCAL),)

    def is_public(self, subnet: Subnet) -> bool:
        """Whether a subnet has a route to the Internet gateway, which is all that makes it public."""
        return any(self.internet_gateway == row.target for row in self.routes_of(subnet))

    def state(self, route: Route) -> str:
        """The state of a route: `active`, or `blackhole` where its target does not exist (any more)."""
        there = {LOCAL, self.internet_gateway, *(name for row in self.interfaces for name in (row.device, row.id))}
        return ACTIVE if route.target in there else BLACKHOLED

    def rows(self) -> tuple[Any, ...]:
        """Every row a lesson may take out or change: routes, entries, rules, addresses, listeners."""
        listeners = (row for device in self.devices for word, value in device.settings if word == "listeners"
                     for row in value)
        return (*self.routes, *self.acl_entries, *self.group_rules, *self.associations, *listeners)

    def without(self, row: Any) -> Vpc:
        """The same description less one row; ValueError where it has no such row."""
        return self._changed(row, ())

    def replace(self, row: Any, new: Any) -> Vpc:
        """The same description with another row in the place of one; ValueError where it has no such row."""
        return self._changed(row, (new,))

    def with_row(self, row: Any) -> Vpc:
        """The same description with one more route, ACL entry, group rule or public address; ValueError for others."""
        for field, kind in (("routes", Route), ("acl_entries", AclEntry), ("group_rules", GroupRule),
                            ("associations", Association)):
            if isinstance(row, kind):
                changed: Vpc = self._replace(**{field: (*getattr(self, field), row)})
                return changed
        raise ValueError(f"{row!r} is no row that can be added: expected a Route, AclEntry, GroupRule or Association")

    def _changed(self, row: Any, news: tuple[Any, ...]) -> Vpc:
        changed: Vpc = _swap(self, row, news)
        if changed == self:
            raise ValueError(f"no row {row!r} in this VPC: expected one of its rows")
        return changed


def _swap(value: Any, row: Any, news: tuple[Any, ...]) -> Any:
    """The value with `row` taken out of every tuple inside it and `news` put in its place."""
    if not isinstance(value, tuple):
        return value
    items: list[Any] = []
    for item in value:
        found = type(item) is type(row) and item == row
        items += news if found else [_swap(item, row, news)]
    return tuple(items) if type(value) is tuple else type(value)(*items)


class Places:
    """The description compiled for look-ups: who has which address, where a packet goes next."""

    def __init__(self, vpc: Vpc) -> None:
        self.vpc = vpc
        self.by_address = {address: row for row in vpc.interfaces for address in (row.address, *row.secondary)}
        self.by_device = {row.device: row for row in reversed(vpc.interfaces)}  # its primary interface
        self.by_target = self.by_device | {row.id: row for row in vpc.interfaces}
        self.public = {row.public: row for row in vpc.associations}
        self.outside = {host.address: host for host in vpc.outside}
        self.tables = {subnet.name: RouteTable(vpc.routes_of(subnet)) for subnet in vpc.subnets}

    def leaving(self, device: str, source: str) -> Interface | None:
        """The interface by which a device sends a packet with this source address; None: it has none in the VPC."""
        own = self.by_address.get(source)
        return own if own is not None and own.device == device else self.by_device.get(device)

    def next_hop(self, packet: Packet, here: Interface | str) -> Hop:
        """Where a packet goes that leaves an interface, the Internet gateway (its name) or a host of the INTERNET."""
        if isinstance(here, Interface):
            return self._routed(packet, here)
        if here == INTERNET or not contains(self.vpc.cidr, packet.flow.dst):
            return self._across_the_internet(packet.flow.dst)
        return self._local(packet.flow.dst, self.public.get(packet.flow.dst))

    def _routed(self, packet: Packet, here: Interface) -> Hop:
        route = self.tables[here.subnet].lookup(packet.flow.dst)
        if route is None:
            return Hop(None, None, NO_ROUTE)
        if route.target == LOCAL:
            return self._local(packet.flow.dst, route)
        if contains(UNROUTABLE, packet.flow.dst):
            return Hop(None, route, UNROUTABLE_RANGE)
        if route.target == self.vpc.internet_gateway:
            return Hop(route.target, route)
        there = self.by_target.get(route.target)
        return Hop(there, route, None if there else BLACKHOLE)

    def _local(self, address: str, row: object) -> Hop:
        there = self.by_address.get(address)
        return Hop(there, row, None if there else NO_SUCH_INTERFACE)

    def _across_the_internet(self, address: str) -> Hop:
        if address in self.public:
            return Hop(self.vpc.internet_gateway, self.public[address])
        if address in self.outside:
            return Hop(self.outside[address], self.outside[address])
        return Hop(None, None, PRIVATE_DESTINATION if is_private(address) else NOT_ON_THE_INTERNET)
