"""Vpc: the frozen description of who is where, and the answer to "where does a packet go next?".

A description holds rows only, no state: a what-if is `vpc.without(row)` or `vpc.replace(row, new)`, a new
Network, and the visit played again. `next_hop` is where routes become places.
Every description that a Network is made from must be one that AWS would accept: see `rules`. One exception: a
table may lack its `local` route, because one learns most about it where it is gone; a table without any row is a
new one and has it. Which interface a packet leaves by is the host's choice: here the one that has the packet's
source address, else the primary one. Linux does so by policy routing, which Amazon Linux 2023 sets up by itself
(its user guide, "Networking service"); without it the destination alone chooses, mostly the primary one, and what
carries another interface's address dies at the source check.
A peering connection hands a packet straight to an interface of the VPC behind it, and to nothing else there: that is
why peering is not transitive and shares no gateway (VPC peering guide, "VPC peering limitations"). Where a route leads
to something that is there but not described (transit gateway, VPN, endpoint, a peer without its rows), the packet
ends with a reason that says so. Left out: "Return to Sender" of NAT gateways across peering, edge routing, IPv6.
"""

from __future__ import annotations

from vpcedu import reasons
from vpcedu.address import contains, is_private
from vpcedu.gateways.internet_gateway import Association
from vpcedu.network.interface import Interface, Subnet
from vpcedu.network.names import Name
from vpcedu.packet import Packet
from vpcedu.reasons import Reason
from vpcedu.row import NamedRow
from vpcedu.tables.network_acl import AclEntry
from vpcedu.tables.route_table import LOCAL, UNROUTABLE, Route, RouteTable
from vpcedu.tables.security_group import GroupRule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

INTERNET, ACTIVE, BLACKHOLED = "Internet", "active", "blackhole"  # states of a route; `filtered` is left out


class Device(NamedRow):
    """A device: its name, its class, and what it is made with beyond name, address and seed, as (word, value)."""

    name: str
    kind: type
    settings: tuple[tuple[str, Any], ...] = ()


class OutsideHost(NamedRow):
    """A host of the Internet: no interface of the VPC, only a public address."""

    device: str
    address: str


class Peering(NamedRow):
    """A peering connection (pcx-...), the name of the VPC on its other side, and its status: it carries packets only
    while that is "active"; before, as in "pending-acceptance", and after, routes to it are blackholes."""

    name: str
    vpc: str
    status: str = ACTIVE


class Hop(NamedRow):
    """Where a packet goes next: an interface, an outside host or a gateway's name; the row that says so; or why not."""

    there: Interface | OutsideHost | str | None
    row: object
    reason: Reason | None = None


class Unknown(NamedRow):
    """Something that a description does not know of the network that it stands for: the name of the part that it is
    about, what is not known, and what would tell (an AWS CLI call, or "")."""

    about: str
    words: str
    collect: str = ""

    def __str__(self) -> str:
        return self.words + (f"; {self.collect} tells" if self.collect else "")


class Vpc(NamedRow):
    """One VPC and the part of the Internet that talks to it; every field is a tuple of rows, but for `cidr`, the name
    of the Internet gateway ("": none), the name of the main route table and the VPC's own.

    more: further blocks. beyond: gateways that are there, but not what lies behind them. peers: the other VPCs in
    whole; devices, interfaces, subnets, route tables, ACLs and groups have names that no two VPCs share.
    unknown: what the description does not know of its network.
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
        """The routes that a subnet's packets follow: those of its route table, or of the main one where it has none."""
        table = subnet.route_table or self.main
        return tuple(row for row in self.routes if row.table == table) or tuple(
            Route(table, block, LOCAL) for block in self.blocks)

    def is_public(self, subnet: Subnet) -> bool:
        """Whether a subnet has a route to the Internet gateway, which is all that makes it public."""
        return any(self.internet_gateway == row.target for row in self.routes_of(subnet))

    def state(self, route: Route) -> str:
        """The state of a route: `active`, or `blackhole` where its target does not exist (any more)."""
        links = {row.name for row in self.peerings if row.status == ACTIVE}
        there = {LOCAL, self.internet_gateway, *self.beyond, *links,
                 *(name for row in self.interfaces for name in (row.device, row.id))}
        return ACTIVE if route.target in there else BLACKHOLED

    def rows(self) -> tuple[Any, ...]:
        """Every row a lesson may take out or change: routes, entries, rules, addresses, listeners."""
        listeners = (row for device in self.devices for word, value in device.settings if word == "listeners"
                     for row in value)
        return (*self.routes, *self.acl_entries, *self.group_rules, *self.associations, *listeners,
                *(row for peer in self.peers for row in peer.rows()))

    def without(self, row: Any) -> Vpc:
        """The same description less one row; ValueError where it has no such row."""
        return self._changed(row, ())

    def replace(self, row: Any, new: Any) -> Vpc:
        """The same description with another row in the place of one; ValueError where it has no such row."""
        return self._changed(row, (new,))

    def with_row(self, row: Any) -> Vpc:
        """The same description with one more route, ACL entry, group rule or public address; ValueError for others."""
        for field, kind, owner in (("routes", Route, "table"), ("acl_entries", AclEntry, "acl"),
                                   ("group_rules", GroupRule, "group"), ("associations", Association, "private")):
            if isinstance(row, kind):
                home = next((one for one in self.everyone if getattr(row, owner) in one._owners()), self)
                rows: dict[str, Any] = {field: (*getattr(home, field), row)}
                changed = home._replace(**rows)
                return changed if home is self else self.replace(home, changed)
        raise ValueError(f"{row!r} is no row that can be added: expected a Route, AclEntry, GroupRule or Association")

    def _owners(self) -> set[str]:
        """What rows belong to: route tables, network ACLs, groups, private addresses."""
        return {self.main}.union(*((row.route_table or "", row.network_acl) for row in self.subnets),
                                 *((row.address, *row.secondary, *row.groups) for row in self.interfaces))

    def _changed(self, row: Any, news: tuple[Any, ...]) -> Vpc:
        changed: Vpc = _swap(self, row, news)
        if changed == self and _swap(self, row, ()) == self:
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
    """The description of one VPC compiled for look-ups: who has which address, where a packet goes next."""

    def __init__(self, vpc: Vpc) -> None:
        self.vpc = vpc
        self.by_address = {address: row for row in vpc.interfaces for address in (row.address, *row.secondary)}
        self.by_device = {row.device: row for row in reversed(vpc.interfaces)}  # its primary interface
        self.by_target = self.by_device | {row.id: row for row in vpc.interfaces}
        self.public = {row.public: row for row in vpc.associations}
        self.tables = {subnet.name: RouteTable(vpc.routes_of(subnet)) for subnet in vpc.subnets}
        self.across: dict[str, Places | None] = {}  # behind each peering connection; None: not described
        self.on_the_internet: dict[str, Hop] = {}

    @staticmethod
    def of(vpc: Vpc) -> tuple[Places, ...]:
        """The places of a VPC and of each of the others; they know each other."""
        made = tuple(Places(one) for one in vpc.everyone)
        known = {one.vpc.name: one for one in made}
        internet = {host.address: Hop(host, host) for one in made for host in one.vpc.outside}
        internet |= {address: Hop(one.vpc.internet_gateway, row) for one in made if one.vpc.internet_gateway
                     for address, row in one.public.items()}
        for one in made:
            one.on_the_internet = internet
            one.across = {row.name: known.get(row.vpc) for row in one.vpc.peerings if row.status == ACTIVE}
        return made

    def leaving(self, device: str, source: str) -> Interface | None:
        """The interface by which a device sends a packet with this source address; None: it has none in the VPC."""
        own = self.by_address.get(source)
        return own if own is not None and own.device == device else self.by_device.get(device)

    def next_hop(self, packet: Packet, here: Interface | str) -> Hop:
        """Where a packet goes that leaves an interface, the Internet gateway (its name) or a host of the INTERNET."""
        address = packet.flow.dst
        if isinstance(here, Interface):
            return self._routed(address, here)
        if here == INTERNET or not self.vpc.has(address):
            reason = reasons.PRIVATE_DESTINATION if is_private(address) else reasons.NOT_ON_THE_INTERNET
            return self.on_the_internet.get(address, Hop(None, None, reason))
        return self._local(address, self.public.get(address))

    def _routed(self, address: str, here: Interface) -> Hop:
        route = self.tables[here.subnet].lookup(address)
        if route is None:
            return Hop(None, None, reasons.NO_ROUTE)
        if route.target == LOCAL:
            return self._local(address, route)
        if contains(UNROUTABLE, address):
            return Hop(None, route, reasons.UNROUTABLE_RANGE)
        if route.target == self.vpc.internet_gateway:
            return Hop(route.target, route)
        if route.target in (*self.across, *self.vpc.beyond):
            return self._behind(self.across.get(route.target), address, route)
        there = self.by_target.get(route.target)
        return Hop(there, route, None if there else reasons.BLACKHOLE)

    def _local(self, address: str, row: object) -> Hop:
        there = self.by_address.get(address)
        return Hop(there, row, None if there else reasons.NO_SUCH_INTERFACE)

    @staticmethod
    def _behind(far: Places | None, address: str, route: Route) -> Hop:
        if far is None:
            return Hop(None, route, reasons.BEYOND)
        return far._local(address, route) if far.vpc.has(address) else Hop(None, route, reasons.NOT_TRANSITIVE)
