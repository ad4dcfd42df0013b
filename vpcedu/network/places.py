"""Places: the answer to "where does a packet go next?"; `next_hop` is where routes become places.

Which interface a packet leaves by is the host's choice: here the one that has the packet's source
address, else the primary one. Linux does so by policy routing, which Amazon Linux 2023 sets up by
itself (its user guide, "Networking service"); without it the destination alone chooses, mostly the
primary one, and what carries another interface's address dies at the source check. A peering
connection hands a packet straight to an interface of the VPC behind it, and to nothing else there:
that is why peering is not transitive and shares no gateway (VPC peering guide, "VPC peering
limitations"). Where a route leads to something that is there but not described (transit gateway,
VPN, endpoint, a peer without its rows), the packet ends with a reason that says so. Left out:
"Return to Sender" of NAT gateways across peering, edge routing.

A packet takes time from one interface to another: more between two zones than within one.
"""

from __future__ import annotations

from vpcedu import reasons
from vpcedu.address import contains, is_global
from vpcedu.network.interface import Interface
from vpcedu.network.transit import MOST_TRANSITS, Transit
from vpcedu.network.vpc import ACTIVE, INTERNET, OutsideHost, Vpc
from vpcedu.packet import Packet
from vpcedu.reasons import Reason
from vpcedu.remembered import REMEMBERED
from vpcedu.tables.route_table import LOCAL, UNROUTABLE, Route, RouteTable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.gateways.internet_gateway import Association
    from vpcedu.tables.translation import Translation

    Place = Interface | OutsideHost | str | None


# Microseconds from one interface to another. They are chosen: of two zones AWS says "single-digit
# millisecond" ("AWS Fault Isolation Boundaries"), of one zone nothing.
WITHIN, BETWEEN = 200, 1_000


class Hop:
    """Where a packet goes next, and the row that says so; or why it goes nowhere.

    `there` is an interface, an outside host or a gateway's name. device: whose that is. interface:
    None where it goes to none.
    """

    __slots__ = ("there", "row", "reason", "interface", "device")

    def __init__(
        self,
        there: Place,
        row: Route | Association | OutsideHost | Translation | None,
        reason: Reason | None = None,
    ) -> None:
        self.there, self.row, self.reason = there, row, reason
        self.interface = there if isinstance(there, Interface) else None
        self.device = there if there is None or isinstance(there, str) else there.device


class Places:
    """The description of one VPC compiled for look-ups.

    It knows who has which address, and where a packet goes next.
    """

    def __init__(self, vpc: Vpc) -> None:
        self.vpc = vpc
        self.by_address = {
            address: interface
            for interface in vpc.interfaces
            for address in (interface.address, *interface.secondary)
        }
        # its primary interface
        self.by_device = {interface.device: interface for interface in reversed(vpc.interfaces)}
        self.by_target = self.by_device | {interface.id: interface for interface in vpc.interfaces}
        self.public = {association.public: association for association in vpc.associations}
        made = {name: RouteTable(rows) for name, rows in vpc.route_tables.items()}
        self.tables = {subnet.name: made[subnet.route_table or vpc.main] for subnet in vpc.subnets}
        self.zones = {subnet.name: subnet.zone for subnet in vpc.subnets}
        self.across: dict[
            str, Places | None
        ] = {}  # beyond each peering connection; None: not described
        self.known: dict[str, Places] = {}  # every VPC, by its name
        self.transits = {row.gateway: (row, RouteTable(row.routes)) for row in vpc.transits}
        self.on_the_internet: dict[str, Hop] = {}
        self._hops: dict[tuple[bool, str, str], Hop] = {}  # answers given before

    @staticmethod
    def of(vpc: Vpc) -> tuple[Places, ...]:
        """The places of a VPC and of each of the others; they know each other."""
        made = tuple(Places(each) for each in vpc.everyone)
        known = {each.vpc.name: each for each in made}
        internet = {host.address: Hop(host, None) for each in made for host in each.vpc.outside}
        internet |= {
            address: Hop(each.vpc.internet_gateway, row)
            for each in made
            if each.vpc.internet_gateway
            for address, row in each.public.items()
        }
        for each in made:
            each.on_the_internet, each.known = internet, known
            each.across = {
                peering.name: known.get(peering.vpc)
                for peering in each.vpc.peerings
                if peering.status == ACTIVE
            }
        return made

    def leaving(self, device: str, source: str) -> Interface | None:
        """The interface by which a device sends a packet with this source address.

        None: it has none in the VPC.
        """
        own = self.by_address.get(source)
        return own if own is not None and own.device == device else self.by_device.get(device)

    def time(self, here: Interface, hop: Hop) -> int:
        """How long a packet takes from one interface to another (microseconds).

        An interface of another VPC is as far as another zone.
        """
        zone = self.zones.get(hop.interface.subnet) if hop.interface else None
        return WITHIN if self.zones[here.subnet] == zone else BETWEEN

    def next_hop(self, packet: Packet, here: Interface | str) -> Hop:
        """Where a packet goes that leaves an interface.

        here: that interface, or the Internet gateway's name, or INTERNET for a host out there.
        """
        inside, name = (True, here.subnet) if isinstance(here, Interface) else (False, here)
        key = inside, name, packet.flow.dst
        hop = self._hops.get(key)
        if hop is None:
            if len(self._hops) >= REMEMBERED:
                self._hops.clear()
            look = self._routed if inside else self._from_outside
            hop = self._hops[key] = look(packet.flow.dst, name)
        return hop

    def _from_outside(self, address: str, here: str) -> Hop:
        if here == INTERNET or not self.vpc.has(address):
            reason = (
                reasons.NOT_ON_THE_INTERNET if is_global(address) else reasons.PRIVATE_DESTINATION
            )
            return self.on_the_internet.get(address, Hop(None, None, reason))
        return self._local(address, self.public.get(address))

    def _routed(self, address: str, subnet: str, passed: int = 0) -> Hop:
        route = self.tables[subnet].lookup(address)
        if route is None:
            return Hop(None, None, reasons.NO_ROUTE)
        if route.target == LOCAL:
            return self._local(address, route)
        if contains(UNROUTABLE, address):
            return Hop(None, route, reasons.UNROUTABLE_RANGE)
        if route.target == self.vpc.internet_gateway:
            return Hop(route.target, route)
        if route.target in self.transits and passed < MOST_TRANSITS:
            return self._through(*self.transits[route.target], address, subnet, route, passed)
        if route.target in (*self.across, *self.vpc.beyond):
            return self._behind(self.across.get(route.target), address, route)
        there = self.by_target.get(route.target)
        return Hop(there, route, None if there else reasons.BLACKHOLE)

    def _through(
        self, way: Transit, table: RouteTable, address: str, subnet: str, route: Route, passed: int
    ) -> Hop:
        """Through a transit gateway, and on by the table of the attachment's subnet.

        Where that is not known, or within that subnet, the model ends.
        """
        entry, zone = table.lookup(address), self.zones[subnet]
        into = way.into(entry.target) if entry else None
        far = self.known.get(into.vpc) if into else None
        if into is None or far is None or zone not in map(self.zones.get, way.own.subnets):
            return Hop(None, route, reasons.BEYOND)
        there = [name for name in into.subnets if name in far.tables]
        there = [name for name in there if far.zones[name] == zone] or there
        if len({far.tables[name] for name in there}) != 1:
            return Hop(None, route, reasons.BEYOND)
        hop = far._routed(address, there[0], passed + 1)
        if hop.interface is not None and hop.interface.subnet in there:
            return Hop(None, route, reasons.BEYOND)
        return hop if hop.reason else Hop(hop.there, route)

    def _local(self, address: str, row: Route | Association | None) -> Hop:
        there = self.by_address.get(address)
        return Hop(there, row, None if there else reasons.NO_SUCH_INTERFACE)

    @staticmethod
    def _behind(far: Places | None, address: str, route: Route) -> Hop:
        if far is None:
            return Hop(None, route, reasons.BEYOND)
        return (
            far._local(address, route)
            if far.vpc.has(address)
            else Hop(None, route, reasons.NOT_TRANSITIVE)
        )
