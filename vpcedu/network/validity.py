"""Validity: which descriptions of a VPC does AWS accept?

`check` raises ValueError at the first row that AWS would refuse; it names the row and what was
expected. A route whose target does not exist is no error: it stays, as a blackhole, and packets
that follow it are lost. AWS brings a block with bits after its prefix into its canonical form;
here it is refused, and the canonical form named. Sources: VPC user guide, "VPC CIDR blocks",
"Subnet CIDR blocks", "Subnet route tables"; EC2 user guide, "Elastic network interfaces". One
Internet gateway to a VPC and one route table to a subnet follow from the rows' shape. Left out:
quotas, IPv6, which ranges a second block of a VPC may come from.
"""

from __future__ import annotations

from vpcedu.address import block, contains, number, within
from vpcedu.quoting import quoted
from vpcedu.tables.route_table import LOCAL, UNROUTABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from vpcedu.network.vpc import Vpc
    from vpcedu.tables.route_table import Route

LARGEST, SMALLEST = 16, 28  # prefix lengths of a VPC and of a subnet
NO_VPC = ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4")
RESERVED = {  # by distance from the first address of a subnet
    0: "the network's address",
    1: "the VPC's router",
    2: "AWS (the VPC's base plus two is the Amazon DNS server)",
    3: "future use by AWS",
}
BROADCAST = "broadcast, which a VPC does not support"


def check(vpc: Vpc) -> None:
    """Refuse a description that AWS would refuse.

    ValueError names the row and what was expected.
    """
    everyone = vpc.everyone
    if vpc.peers:
        _once("VPC", (each.name for each in everyone), "one name each")
        for words, rows in (
            ("subnet", "subnets"),
            ("device", "devices"),
            ("Internet host", "outside"),
        ):
            _once(
                words,
                (row[0] for each in everyone for row in getattr(each, rows)),
                "one name in all VPCs",
            )
    for each in everyone:
        _check_one(each)
    _peerings(everyone)


def _peerings(everyone: tuple[Vpc, ...]) -> None:
    """VPCs that are peered share no address.

    A peering connection that is not active says nothing about them.
    """
    blocks = {each.name: each.blocks for each in everyone}
    for name, own, far in (
        (peering.name, own, far)
        for each in everyone
        for peering in each.peerings
        if peering.status == "active"
        for own in each.blocks
        for far in blocks.get(peering.vpc, ())
    ):
        _expect(
            not (within(own, far) or within(far, own)),
            f"{name} between {own} and {far}",
            "no overlap",
        )


def _check_one(vpc: Vpc) -> None:
    _blocks(vpc)
    _once(
        "interface",
        (interface.id for interface in vpc.interfaces),
        "one name each: `name` tells a device's interfaces apart",
    )
    _once(
        "private address",
        (address for interface in vpc.interfaces for address in interface.addresses),
        "one interface for each address",
    )
    _once(
        "public address",
        (
            *(association.public for association in vpc.associations),
            *(host.address for host in vpc.outside),
        ),
        "one holder for each address",
    )
    _once(
        "public address for",
        (association.private for association in vpc.associations),
        "one for each private address",
    )
    _once(
        "device", (*(device.name for device in vpc.devices), vpc.internet_gateway), "one name each"
    )
    _interfaces(vpc)
    wholes = {*vpc.blocks, *(subnet.cidr for subnet in vpc.subnets)}
    for route in vpc.routes:
        _route(vpc, route, wholes)


def reserved(cidr: str, address: str) -> str:
    """What AWS keeps an address of a subnet for; "" where an interface may have it.

    >>> reserved("10.0.1.0/24", "10.0.1.1")
    "the VPC's router"
    """
    first, last, _ = block(cidr)
    return BROADCAST if number(address) == last else RESERVED.get(number(address) - first, "")


def usable(cidr: str) -> int:
    """How many addresses of a subnet an interface may have: all but five.

    >>> usable("10.0.1.0/24"), usable("10.0.1.0/28")
    (251, 11)
    """
    first, last, _ = block(cidr)
    return last - first + 1 - len(RESERVED) - 1


def _expect(right: bool, what: object, expected: str) -> None:
    if not right:
        raise ValueError(f"{what}: expected {expected}")


def _once(what: str, values: Iterable[str], expected: str) -> None:
    seen: set[str] = set()
    for value in values:
        _expect(value not in seen, f"{what} {quoted(value)} is there twice", expected)
        seen.add(value)


def _blocks(vpc: Vpc) -> None:
    """The blocks of the VPC and of its subnets."""
    size = f"a block from /{LARGEST} to /{SMALLEST}"
    for cidr in vpc.blocks:
        _expect(LARGEST <= block(cidr)[2] <= SMALLEST, f"VPC {cidr}", size)
        _expect(
            not any(within(cidr, never) for never in NO_VPC),
            f"VPC {cidr}",
            f"none of {', '.join(NO_VPC)}",
        )
    _once("subnet", (subnet.name for subnet in vpc.subnets), "one name each")
    below = None
    for subnet in sorted(vpc.subnets, key=lambda subnet: block(subnet.cidr)):
        what = f"subnet {quoted(subnet.name)} {subnet.cidr}"
        _expect(LARGEST <= block(subnet.cidr)[2] <= SMALLEST, what, size)
        _expect(
            any(within(subnet.cidr, whole) for whole in vpc.blocks),
            what,
            f"a part of the VPC's block {vpc.cidr}",
        )
        if below:
            _expect(
                block(below.cidr)[1] < block(subnet.cidr)[0],
                what,
                f"no overlap with {quoted(below.name)} {below.cidr}",
            )
        below = subnet


def _interfaces(vpc: Vpc) -> None:
    """Each interface's subnet, address and zone; each device's interface."""
    subnets = {subnet.name: subnet for subnet in vpc.subnets}
    zones: dict[str, str] = {}
    for interface in vpc.interfaces:
        _expect(
            interface.subnet in subnets,
            f"{interface} in subnet {quoted(interface.subnet)}",
            f"one of {', '.join(subnets) or 'none'}",
        )
        subnet = subnets[interface.subnet]
        _expect(
            contains(subnet.cidr, interface.address),
            interface,
            f"an address of subnet {quoted(subnet.name)} {subnet.cidr}",
        )
        kept = reserved(subnet.cidr, interface.address)
        _expect(not kept, interface, f"an address that is not reserved; this one is for {kept}")
        zone = zones.setdefault(interface.device, subnet.zone)
        _expect(
            zone == subnet.zone,
            f"{interface} in zone {quoted(subnet.zone)}",
            f"{interface.device}'s zone {quoted(zone)}",
        )
    placed, known = (
        {*zones, *(host.device for host in vpc.outside)},
        {device.name for device in vpc.devices},
    )
    for name in sorted(placed ^ known):
        _expect(
            False,
            f"device {quoted(name)}",
            "an entry in `devices`, and an interface or a place on the Internet",
        )


def _route(vpc: Vpc, route: Route, wholes: set[str]) -> None:
    """What AWS lets one add to a route table; `wholes`: the blocks of the VPC and its subnets."""
    what = f"route {route.destination} > {route.target} of table {quoted(route.table)}"
    _expect(not within(route.destination, UNROUTABLE), what, f"no destination in {UNROUTABLE}")
    if route.target == LOCAL:
        _expect(
            route.destination in vpc.blocks,
            what,
            f"the VPC's block {vpc.cidr} as the destination of {LOCAL}",
        )
    elif any(within(route.destination, cidr) for cidr in vpc.blocks):
        _expect(
            route.destination in wholes,
            what,
            "inside the VPC, the whole block of a subnet (or of the VPC)",
        )
        _expect(
            route.target != vpc.internet_gateway,
            what,
            "inside the VPC, a NAT gateway or a network interface",
        )
