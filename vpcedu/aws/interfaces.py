"""Interfaces: the network interfaces of a VPC, and the devices they belong to.

The answer about interfaces comes first, what instances and NAT gateways say of theirs fills in.
What runs on a device is inferred: see `kinds`.
"""

from __future__ import annotations

from vpcedu.address import block, contains, text
from vpcedu.aws import kinds
from vpcedu.aws.answers import Answers
from vpcedu.aws.leg import InterfaceLeg
from vpcedu.aws.located import At
from vpcedu.clock import SECOND
from vpcedu.gateways.internet_gateway import Association
from vpcedu.gateways.nat_gateway import MOST_ADDRESSES
from vpcedu.network.interface import DownState, Interface, Subnet
from vpcedu.network.validity import reserved
from vpcedu.network.vpc import Device
from vpcedu.row import NamedRow
from vpcedu.tables.route_table import LOCAL, Route
from vpcedu.tables.tracking import DEFAULT, LIMITS, TrackingConfiguration
from vpcedu.tables.traffic import ANYWHERE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

RUNNING = ("running", "pending")
NAT_STATES = ("available", "pending")
OVER = ("failed", "deleted")
BETWEEN = ("stopping", "shutting-down")
INSTANCES, NATS = "ec2 describe-instances", "ec2 describe-nat-gateways"
TABLES = "ec2 describe-route-tables"
REGIONAL = "regional"  # AvailabilityMode of a NAT gateway


class Parts(NamedRow):
    """What the interfaces of a VPC make: rows, and the interfaces of its load balancers."""

    devices: list[Device]
    interfaces: list[Interface]
    associations: list[Association]
    legs: list[InterfaceLeg]
    states: list[DownState]


class RegionalPlace(NamedRow):
    """Where a regional NAT gateway stands: its subnet, its interface, and the routes of its own."""

    subnet: Subnet
    leg: InterfaceLeg
    routes: tuple[Route, ...]


def of_instances(answers: Answers) -> dict[str, list[At]]:
    """The interfaces that instances alone tell of, by VPC.

    One that names no VPC is in its instance's, or in that of its subnet.
    """
    found: dict[str, list[At]] = {}
    known, subnets = answers.rows("NetworkInterfaces"), answers.rows("Subnets")
    for row in answers.rows("Instances").values():
        for at in row.rows("NetworkInterfaces"):
            if at.text("NetworkInterfaceId", "") not in known:
                place = subnets.get(
                    at.text("SubnetId", ""), next(iter(answers.rows("Vpcs").values()))
                )
                vpc = at.text("VpcId", "") or row.text("VpcId", "") or place.text("VpcId", "")
                found.setdefault(vpc, []).append(at)
        if not row.has("NetworkInterfaces") and row.has("PrivateIpAddress"):
            found.setdefault(row.text("VpcId", ""), []).append(row)
        _agree(answers, row)
    return found


def legs(answers: Answers, vpc: str, subnets: dict[str, str], more: list[At]) -> list[InterfaceLeg]:
    """Every IPv4 interface of a VPC; `more`: those that instances alone tell of.

    The device's name is the instance's id, or "" where the interface belongs to no instance.
    """
    for at in more:
        if at.up and at.up.key == "Instances":
            answers.notes.add(
                "inferred",
                at,
                "instances without interfaces in the files: one each, by its own fields",
            )
    rows = [*answers.of_vpc("NetworkInterfaces", vpc).values(), *more]
    made = [_leg(answers, at, vpc, subnets) for at in rows if _has_ipv4(answers, at)]
    made += _nat_gateways(answers, vpc, subnets, {leg.interface.name for leg in made})
    return sorted(made, key=lambda leg: leg.order)


def _agree(answers: Answers, row: At) -> None:
    for at in row.rows("NetworkInterfaces"):
        other = answers.rows("NetworkInterfaces").get(at.text("NetworkInterfaceId", ""))
        said = other.text("PrivateIpAddress", "") if other else ""
        if other and at.has("PrivateIpAddress") and at.address("PrivateIpAddress") != said:
            raise at.get("PrivateIpAddress").refusal(
                f"what {other.get('PrivateIpAddress').where} says, {said}"
            )


def _has_ipv4(answers: Answers, at: At) -> bool:
    if at.has("Ipv6Addresses"):
        answers.notes.add("beyond", at, "IPv6: its rules, routes and addresses are left out")
    return at.has("PrivateIpAddress")


def _leg(answers: Answers, at: At, vpc: str, subnets: dict[str, str]) -> InterfaceLeg:
    """From an answer about interfaces, or an instance's list of its own."""
    holder = at.up.up if at.up and at.up.key == "NetworkInterfaces" else None
    instance = next((one for one in (at, holder) if one and one.has("InstanceId")), None)
    attachment = at.get("Attachment") if at.has("Attachment") else None
    device = attachment.text("InstanceId", "") if attachment else ""
    if instance is not None:
        device = instance.id("InstanceId")
    order = attachment.number("DeviceIndex", 0, 1_000, 0) if attachment else 0
    groups = tuple(row.id("GroupId") for row in (*at.rows("Groups"), *at.rows("SecurityGroups")))
    primary, subnet = _placed(at, "PrivateIpAddress", subnets)
    addresses = [row for row in at.rows("PrivateIpAddresses") if row.has("PrivateIpAddress")]
    more = tuple(a for row in addresses if (a := row.address("PrivateIpAddress")) != primary)
    more += _of_prefixes(answers, at)
    if at.flag("DenyAllIgwTraffic", False):
        answers.lacks(
            primary,
            f"{at.text('NetworkInterfaceId', device)} denies all traffic of Internet gateways, which"
            " is not modelled",
        )
    public = [
        Association(row.get("Association").address("PublicIp"), row.address("PrivateIpAddress"))
        for row in (*addresses, at)
        if row.has("Association") and row.get("Association").has("PublicIp")
    ]
    if instance is at and at.has("PublicIpAddress"):
        public = [Association(at.address("PublicIpAddress"), primary)]
    interface = Interface(
        device,
        subnet,
        primary,
        groups,
        at.flag("SourceDestCheck", True),
        at.text("NetworkInterfaceId", ""),
        more,
        _tracking(at),
    )
    return InterfaceLeg(
        interface,
        tuple(dict.fromkeys(public)),
        at.text("InterfaceType", "interface"),
        at.text("Description", "") if _plain(at) else "",
        order,
        at,
    )


def _of_prefixes(answers: Answers, at: At) -> tuple[str, ...]:
    """Every address of the prefixes delegated to an interface; each is one of its own.

    Source: EC2 user guide, "Prefix delegation".
    """
    made: list[str] = []
    for row in at.rows("Ipv4Prefixes"):
        first, last, _ = block(row.block("Ipv4Prefix"))
        answers.spend(last - first + 1, row)
        made += [text(number) for number in range(first, last + 1)]
    return tuple(made)


def _plain(at: At) -> bool:
    """Whether a description may be one that AWS wrote: people may write in any letters."""
    words = at.get("Description").value
    return isinstance(words, str) and words.isascii() and words.isprintable() and len(words) < 256


def _tracking(at: At) -> TrackingConfiguration:
    """The idle timeouts that an interface was given."""
    if not at.has("ConnectionTrackingConfiguration"):
        return DEFAULT
    own, fields = (
        at.get("ConnectionTrackingConfiguration"),
        ("TcpEstablishedTimeout", "UdpTimeout", "UdpStreamTimeout"),
    )
    times = [
        own.number(field, *limits, DEFAULT.idle_timeouts[i] // SECOND) * SECOND
        for i, (field, limits) in enumerate(zip(fields, LIMITS, strict=True))
    ]
    return TrackingConfiguration(*times)


def _placed(
    at: At, field: str, subnets: dict[str, str], within: At | None = None
) -> tuple[str, str]:
    """An address and the subnet that it must be in."""
    home = within or at
    subnet, address = home.id("SubnetId"), at.address(field)
    if subnet not in subnets:
        known = (
            ", ".join(list(subnets)[:5])
            or "the subnets that aws ec2 describe-subnets writes, but no file has any"
        )
        raise home.get("SubnetId").refusal(f"one of {known}")
    if not contains(subnets[subnet], address) or reserved(subnets[subnet], address):
        raise at.get(field).refusal(
            f"an address of {subnet} {subnets[subnet]} that AWS does not keep for itself"
        )
    return address, subnet


def _nat_gateways(
    answers: Answers, vpc: str, subnets: dict[str, str], known: set[str]
) -> Iterator[InterfaceLeg]:
    """The interfaces of NAT gateways that no other answer describes."""
    for name, row in answers.of_vpc("NatGateways", vpc).items():
        first = primary(row)
        if (
            first is None
            or row.text("State", "available") not in NAT_STATES
            or not row.has("SubnetId")
        ):
            if row.text("AvailabilityMode", "") == REGIONAL:
                continue
            answers.notes.add(
                "left out",
                row,
                f"NAT gateway {name}: {row.text('State', 'available')}, without a subnet or an address"
                " of the model",
            )
        elif first.text("NetworkInterfaceId", "") not in known:
            address, subnet = _placed(first, "PrivateIp", subnets, row)
            interface = Interface(
                name, subnet, address, (), False, first.text("NetworkInterfaceId", "")
            )
            yield InterfaceLeg(interface, (), "nat_gateway", "", 0, row)


def regional_gateways(
    answers: Answers, vpc: str, gateway: str, blocks: tuple[str, ...]
) -> Iterator[RegionalPlace]:
    """A place of its own for each regional NAT gateway.

    AWS shows no subnet, no network ACL and no private address of one; here it has a subnet of the
    block for benchmarks (RFC 2544), where nothing else is. Its route table is the one that the
    files name, or one with a route to the Internet gateway (VPC guide, "Regional NAT gateways").
    """
    for name, row in answers.of_vpc("NatGateways", vpc).items():
        if row.text("AvailabilityMode", "") != REGIONAL or row.text("State", "") in OVER:
            continue
        rows = sorted(row.rows("NatGatewayAddresses"), key=lambda a: not a.flag("IsPrimary", False))
        public = [a.address("PublicIp") for a in rows if a.has("PublicIp")]
        if not public:
            answers.lacks(name, f"no file has a public address of {name}", NATS)
        number = list(answers.rows("NatGateways")).index(name)
        cidr = f"198.{18 + number // 256 % 2}.{number % 256}.0/28"
        first = block(cidr)[0] + 4
        own = [text(first + i) for i in range(min(len(public) or 1, MOST_ADDRESSES))]
        table = row.text("RouteTableId", "") or f"table of {name}"
        routes = [Route(table, each, LOCAL) for each in blocks] + [Route(table, ANYWHERE, gateway)]
        if table in answers.rows("RouteTables"):
            routes = []
        elif row.has("RouteTableId"):
            answers.lacks(name, f"no file has {table}, by which {name} routes", TABLES)
        if len(public) > 1:
            answers.assumes(
                name,
                f"{name} uses one of its public addresses {', '.join(public)}: in AWS one of the"
                " sender's zone",
                "run aws ec2 describe-nat-gateways",
            )
        answers.notes.add(
            "simplified", row, f"{name} is regional: it stands in a subnet of its own, {cidr}"
        )
        subnet = Subnet(f"place of {name}", cidr, table, f"no ACL of {name}")
        interface = Interface(name, subnet.name, own[0], (), False, "", tuple(own[1:]))
        pairs = tuple(map(Association, public, own))
        leg = InterfaceLeg(interface, pairs, REGIONAL, "", 0, row)
        yield RegionalPlace(subnet, leg, tuple(routes))


def primary(gateway: At) -> At | None:
    """The primary address of a NAT gateway."""
    rows = [row for row in gateway.rows("NatGatewayAddresses") if row.has("PrivateIp")]
    return next((row for row in rows if row.flag("IsPrimary", False)), rows[0] if rows else None)


def devices(
    answers: Answers, vpc: str, found: list[InterfaceLeg], targets: dict[str, list[str]]
) -> Parts:
    """Devices, interfaces and public addresses; and the interfaces of load balancers.

    Another module makes the load balancers themselves.
    """
    states: list[DownState] = []
    gateways = {
        at.text("NetworkInterfaceId", ""): (name, row)
        for name, row in answers.of_vpc("NatGateways", vpc).items()
        for at in row.rows("NatGatewayAddresses")
        if row.text("State", "available") in NAT_STATES
    }
    gateways.pop("", None)
    for name, row in answers.of_vpc("NatGateways", vpc).items():
        if (state := row.text("State", "available")) in OVER:
            states.append(DownState(name, state))
        elif state not in NAT_STATES:
            answers.lacks(
                name, f"NAT gateway {name} is {state}, and what it still does is not modelled"
            )
    made: dict[str, Device] = {}
    interfaces: list[Interface] = []
    public: list[Association] = []
    balancers: list[InterfaceLeg] = []
    for leg in found:
        own = leg.interface
        if leg.description.startswith("ELB ") and not own.device:
            balancers.append(leg)
            continue
        if (
            own.name in gateways
            or own.device.startswith("nat-")
            or leg.kind in ("nat_gateway", "natGateway")
        ):
            interface, pairs = _nat_gateway(answers, leg, gateways)
        elif own.device:
            state = _state(answers, own.device, leg)
            if state == "terminated":
                continue
            if state not in RUNNING:
                states.append(DownState(own.device, state))
            interface, pairs = own, leg.associations
            kinds.instance(answers, leg, made, targets)
        else:
            if leg.at.text("Status", "in-use") == "available":
                answers.notes.add("left out", leg.at, "interfaces that are attached to nothing")
                continue
            interface, pairs = own._replace(device=own.name), leg.associations
            kinds.service(answers, leg, made, own.name in targets)
        if interface.device.startswith("nat-"):
            made[interface.device] = Device(interface.device, kinds.nat_gateway())
        interfaces.append(interface)
        public += pairs
    return Parts(list(made.values()), interfaces, public, balancers, states)


def _nat_gateway(
    answers: Answers, leg: InterfaceLeg, gateways: dict[str, tuple[str, At]]
) -> tuple[Interface, tuple[Association, ...]]:
    own = leg.interface
    if leg.kind == REGIONAL:
        return own, leg.associations
    name = own.device or next(
        (word for word in leg.description.split() if word.startswith("nat-")), ""
    )
    row = answers.rows("NatGateways").get(name)
    if own.name in gateways:
        name, row = gateways[own.name]
    if row is None:
        answers.notes.add(
            "inferred", leg.at, f"NAT gateway {name or own.name}, from its interface alone"
        )
        answers.lacks(
            name or "nat-of-" + own.name,
            f"no file says in which state NAT gateway {name or own.name} is",
            "ec2 describe-nat-gateways",
        )
        return own._replace(
            device=name or "nat-of-" + own.name, groups=(), check=False
        ), leg.associations
    rows = [at for at in row.rows("NatGatewayAddresses") if at.has("PrivateIp")]
    pairs = tuple(
        Association(at.address("PublicIp"), at.address("PrivateIp"))
        for at in rows
        if at.has("PublicIp")
    )
    more = tuple(a for at in rows if (a := at.address("PrivateIp")) != own.address)
    return own._replace(
        device=name, groups=(), check=False, secondary=more
    ), pairs or leg.associations


def _state(answers: Answers, instance: str, leg: InterfaceLeg) -> str:
    row = answers.rows("Instances").get(instance)
    state = row.get("State").text("Name", "running") if row and row.has("State") else "running"
    if row is None:
        answers.notes.add(
            "inferred", leg.at, "instances of which only interfaces are known: assumed to run"
        )
        answers.lacks(instance, f"no file says whether {instance} runs", INSTANCES)
    if state not in RUNNING:
        answers.notes.add("left out", leg.at, f"{instance} is {state}")
    if state in BETWEEN:
        answers.lacks(
            instance, f"{instance} is {state}, and what it still does is not modelled", INSTANCES
        )
    return state
