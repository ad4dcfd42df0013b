"""New parts: what a repair adds or moves that is more than one row of a description.

Each is what one command of AWS makes: a NAT gateway, the routes of a gateway endpoint, a subnet
enabled for a load balancer, cross-zone load balancing, another subnet for a service. `apply` gives
the description with it; ids that do not exist yet end in -new. The addresses that AWS would choose
are chosen here: the highest free one of the subnet, and public ones set aside for documentation.
Sources: VPC user guide, "NAT gateways"; AWS PrivateLink guide, "Gateway endpoints"; ELB user
guides, "Availability Zones and load balancer nodes", "Cross-zone load balancing".
"""

from __future__ import annotations

from vpcedu.address import block, contains, text
from vpcedu.analysis.ends import OWN, free_address, target_groups
from vpcedu.gateways.internet_gateway import Association
from vpcedu.gateways.nat_gateway import NatGateway
from vpcedu.network.interface import DownState, Interface
from vpcedu.network.validity import RESERVED
from vpcedu.network.vpc import Device, Peering
from vpcedu.quoting import quoted
from vpcedu.row import NamedRow
from vpcedu.tables.route_table import Route

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.network.vpc import Vpc


def home_of_subnet(vpc: Vpc, name: str) -> Vpc:
    """The VPC that a subnet is in; ValueError where none has it."""
    for one in vpc.everyone:
        if any(row.name == name for row in one.subnets):
            return one
    raise ValueError(f"subnet {quoted(name)}: expected one of the description")


def free_private(home: Vpc, subnet: str) -> str:
    """The highest address of a subnet that no interface has; ValueError where it is full."""
    cidr = next(row.cidr for row in home.subnets if row.name == subnet)
    first, last, _ = block(cidr)
    taken = {address for row in home.interfaces for address in row.addresses}
    free = (text(n) for n in range(last - 1, first + len(RESERVED) - 1, -1))
    found = next((address for address in free if address not in taken), "")
    if not found:
        raise ValueError(f"subnet {quoted(subnet)}: expected a free address")
    return found


def _swapped(vpc: Vpc, home: Vpc, changed: Vpc) -> Vpc:
    """The description with a changed VPC in it."""
    if home is vpc:
        return changed
    whole: Vpc = vpc._replace(peers=tuple(changed if one is home else one for one in vpc.peers))
    return whole


class NewNatGateway(NamedRow):
    """A public NAT gateway in a subnet, with an Elastic IP address of its own."""

    name: str
    subnet: str

    def apply(self, vpc: Vpc) -> Vpc:
        """The description with this gateway."""
        home = home_of_subnet(vpc, self.subnet)
        private = free_private(home, self.subnet)
        changed = home._replace(
            devices=(*home.devices, Device(self.name, NatGateway)),
            interfaces=(*home.interfaces, Interface(self.name, self.subnet, private, check=False)),
            associations=(*home.associations, Association(free_address(vpc, OWN), private)),
        )
        return _swapped(vpc, home, changed)

    def __str__(self) -> str:
        return f"NAT gateway {self.name} with an Elastic IP address in {_subnet(self.subnet)}"


class EndpointRoutes(NamedRow):
    """A gateway endpoint's route in a table: for its service's prefix list, to the endpoint.

    name: the endpoint's id; vpce-new where there is none yet. service: com.amazonaws.region.s3, ...
    """

    name: str
    service: str
    prefix_list: str
    table: str
    vpc: str

    def apply(self, vpc: Vpc) -> Vpc:
        """The description with the endpoint and a route for each block of the list."""
        home = next(one for one in vpc.everyone if one.name == self.vpc)
        there = any(row.name == self.name for row in home.peerings)
        blocks = next(row.blocks for row in home.prefix_lists if row.name == self.prefix_list)
        changed = home._replace(
            peerings=home.peerings if there else (*home.peerings, Peering(self.name, self.service)),
            routes=(*home.routes, *(Route(self.table, cidr, self.name) for cidr in blocks)),
        )
        return _swapped(vpc, home, changed)

    def __str__(self) -> str:
        return (
            f"route {self.prefix_list} > {self.name} in {self.table}, by the gateway endpoint for"
            f" {self.service}"
        )


class ServicePlacement(NamedRow):
    """The subnet that a service's configuration names, for the interface that it has now.

    The interface belongs to the service: nobody moves it, the service makes another one.
    """

    interface: str
    subnet: str

    def apply(self, vpc: Vpc) -> Vpc:
        """The description with the service's interface in that subnet."""
        home = home_of_subnet(vpc, self.subnet)
        old = next((row for row in home.interfaces if row.id == self.interface), None)
        if old is None:
            raise ValueError(f"interface {quoted(self.interface)}: expected one of {home.name}")
        new = old._replace(
            subnet=self.subnet, address=free_private(home, self.subnet), secondary=()
        )
        return vpc.replace(old, new)

    def __str__(self) -> str:
        return f"the service of {self.interface} into {_subnet(self.subnet)}, in its configuration"


class EnabledSubnet(NamedRow):
    """A subnet in which a load balancer gets a node: targets in its zone are used from then on.

    balancer: its ARN or name. enabled: the subnets in which it has nodes already.
    """

    balancer: str
    subnet: str
    enabled: tuple[str, ...]

    def apply(self, vpc: Vpc) -> Vpc:
        """The description with a node more, and with the targets of its zone in use."""
        home = home_of_subnet(vpc, self.subnet)
        name = next(row for row in home.names if row.name == self.balancer)
        own = nodes_of(home, name.addresses)
        like = next(row for row in home.interfaces if row.device == own[0])
        zone = zone_blocks(home, self.subnet)
        kind = next(row for row in home.devices if row.name == own[0])
        settings = tuple((word, zone if word == "zone" else value) for word, value in kind.settings)
        device = f"{own[0].partition('/')[0]}/{self.subnet}"
        private = free_private(home, self.subnet)
        faces = any(row.private == like.address for row in home.associations)
        public = free_address(vpc, OWN) if faces else private
        names = tuple(
            row._replace(addresses=(*row.addresses, public))
            if row.addresses == name.addresses
            else row
            for row in home.names
        )
        changed = home._replace(
            devices=(*home.devices, Device(device, kind.kind, settings)),
            interfaces=(
                *home.interfaces,
                like._replace(
                    device=device, subnet=self.subnet, address=private, name="", secondary=()
                ),
            ),
            associations=(*home.associations, *([Association(public, private)] if faces else ())),
            names=names,
        )
        return used(_swapped(vpc, home, changed), own, zone)

    def __str__(self) -> str:
        return f"{_subnet(self.subnet)} for load balancer {_short(self.balancer)}"


class CrossZone(NamedRow):
    """Cross-zone load balancing of a load balancer.

    balancer: its ARN or name. nodes: its nodes.
    """

    balancer: str
    nodes: tuple[str, ...]

    def apply(self, vpc: Vpc) -> Vpc:
        """The description in which each node uses the targets of all zones."""
        for row in [row for one in vpc.everyone for row in one.devices if row.name in self.nodes]:
            settings = dict(row.settings)  # a Classic node has no zone then
            settings |= {"cross_zone": True} if "cross_zone" in settings else {"zone": ()}
            vpc = vpc.replace(row, row._replace(settings=tuple(settings.items())))
        return vpc

    def __str__(self) -> str:
        return f"cross-zone load balancing of load balancer {_short(self.balancer)}"


# each kind, and what is done to make it
VERBS: dict[type, str] = {
    NewNatGateway: "create",
    EndpointRoutes: "add",
    ServicePlacement: "put",
    EnabledSubnet: "enable",
    CrossZone: "switch on",
}


def _subnet(name: str) -> str:
    return name if name.startswith("subnet-") else f"subnet {name}"


def _short(balancer: str) -> str:
    """The name of a load balancer, which its ARN has between two strokes."""
    parts = balancer.split("/")
    return parts[-2] if len(parts) > 2 else balancer


def zone_blocks(home: Vpc, subnet: str) -> tuple[str, ...]:
    """The blocks of the subnets in a subnet's zone."""
    zone = next(row.zone for row in home.subnets if row.name == subnet)
    return tuple(row.cidr for row in home.subnets if row.zone == zone)


def nodes_of(home: Vpc, addresses: tuple[str, ...]) -> tuple[str, ...]:
    """The devices at the addresses of a name, which may be public ones."""
    private = {row.public: row.private for row in home.associations}
    wanted = [private.get(address, address) for address in addresses]
    return tuple(row.device for row in home.interfaces if row.address in wanted)


def used(vpc: Vpc, nodes: tuple[str, ...], blocks: tuple[str, ...]) -> Vpc:
    """The description in which unused targets in some blocks are used by these nodes."""
    listeners = (
        row
        for one in vpc.everyone
        for device in one.devices
        if device.name in nodes
        for row in dict(device.settings).get("listeners", ())
    )
    for group in target_groups(tuple(listeners)):
        back = [row for row in group.unused if any(contains(c, row.target.address) for c in blocks)]
        if back:
            vpc = vpc.replace(
                group,
                group._replace(
                    targets=(*group.targets, *(row.target for row in back)),
                    unused=tuple(row for row in group.unused if row not in back),
                ),
            )
    return vpc


def started(vpc: Vpc, state: DownState) -> Vpc:
    """The description in which a device works again; as a target it is used from then on."""
    rows = [row for one in vpc.everyone for row in one.interfaces if row.device == state.name]
    blocks = tuple(f"{address}/32" for row in rows for address in row.addresses)
    nodes = tuple(row.name for one in vpc.everyone for row in one.devices)
    return used(vpc.without(state), nodes, blocks)
