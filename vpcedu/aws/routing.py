"""Routing: route tables, gateways, peering connections and gateway endpoints, as rows of the model.

So is what VPC Block Public Access keeps from the Internet gateway. AWS writes its mode beside a VPC
and a subnet, and the options of the account and the Region with their exclusions say it too.

The target of a route keeps its id. What a route leads to that is there, but is nothing of the model
(transit gateway, virtual private gateway, ...) or is not described by the files, is named as beyond
the model. A gateway endpoint stands with the peering connections, with the service's name in the
place of a VPC: it leads to a service's addresses only.
"""

from __future__ import annotations

from vpcedu.address import within
from vpcedu.aws.answers import OPTIONS, Answers
from vpcedu.aws.fields import CALLS
from vpcedu.aws.groups_and_acls import expanded, shown
from vpcedu.aws.located import At
from vpcedu.network.interface import BIDIRECTIONAL, INGRESS, BlockedAccess, Subnet
from vpcedu.network.vpc import ACTIVE, BLACKHOLED, Peering
from vpcedu.tables.route_table import LOCAL, UNROUTABLE, Route

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

TARGETS = (
    "GatewayId",
    "NatGatewayId",
    "NetworkInterfaceId",
    "InstanceId",
    "VpcPeeringConnectionId",
    "TransitGatewayId",
    "LocalGatewayId",
    "CarrierGatewayId",
    "CoreNetworkArn",
    "OdbNetworkArn",
    "EgressOnlyInternetGatewayId",
)
# of the model: such a target could have been described
OURS = ("igw-", "nat-", "eni-", "i-", "pcx-")
OFF, EXCLUSIONS = "off", "VpcBlockPublicAccessExclusions"
# states of an exclusion that is not there yet, or no longer
GONE = ("create-failed", "delete-complete", "disable-complete")
HOLDS = ("create-complete", "update-complete", "update-failed")
PROPAGATED = "EnableVgwRoutePropagation"


def internet_gateway(answers: Answers, vpc: str) -> str:
    """The Internet gateway attached to a VPC, or "".

    It is inferred from a route where no file tells of gateways.
    """
    attached = answers.of_vpc("InternetGateways", vpc, _attached_to)
    if attached or "InternetGateways" in answers.kinds:
        return next(iter(attached), "")
    for at, target in _targets(answers, vpc):
        if target.startswith("igw-") and at.text("State", "active") != BLACKHOLED:
            answers.notes.add(
                "inferred", at, f"{target} is attached to {vpc}: an active route leads there"
            )
            return target
    return ""


def _attached_to(row: At) -> list[str]:
    """The VPCs that an Internet gateway is attached to."""
    states = ("available", "attached", "attaching")
    return [
        at.text("VpcId", "")
        for at in row.rows("Attachments")
        if at.text("State", "available") in states
    ]


def _targets(answers: Answers, vpc: str) -> Iterator[tuple[At, str]]:
    for table in answers.of_vpc("RouteTables", vpc).values():
        for at in table.rows("Routes"):
            yield at, _target(at)


def _target(at: At) -> str:
    """What a route leads to, by its id."""
    return next((at.id(field) for field in TARGETS if at.has(field)), "nothing")


def routes(answers: Answers, vpc: str, blocks: tuple[str, ...]) -> Iterator[tuple[Route, At]]:
    """The IPv4 routes of the tables of a VPC, each with its place in the files."""
    for table, row in answers.of_vpc("RouteTables", vpc).items():
        for at in row.rows("Routes"):
            answers.known("Routes", at)
            target = _target(at)
            for destination in _destinations(answers, table, at):
                if target == LOCAL and destination not in blocks:
                    answers.notes.add(
                        "left out",
                        at,
                        f"a local route of {table} for {destination}, no block of {vpc}",
                    )
                elif within(destination, UNROUTABLE):
                    answers.notes.add("left out", at, f"a route of {table} into {UNROUTABLE}")
                else:
                    yield Route(table, destination, target, at.text("Origin", "") == PROPAGATED), at


def _destinations(answers: Answers, table: str, at: At) -> tuple[str, ...]:
    if at.has("DestinationCidrBlock"):
        return (at.block("DestinationCidrBlock"),)
    if at.has("DestinationPrefixListId"):
        return expanded(answers, at, "DestinationPrefixListId", f"a route of {table}", table)
    if at.has("DestinationIpv6CidrBlock"):
        answers.notes.add("beyond", at, "IPv6: its rules, routes and addresses are left out")
        return ()
    raise at.refusal(
        "a route with DestinationCidrBlock, DestinationIpv6CidrBlock or DestinationPrefixListId"
    )


def associations(answers: Answers, vpc: str) -> tuple[str, dict[str, str]]:
    """The name of a VPC's main route table, and the tables that subnets are associated with."""
    main, tables = "", {}
    entries: dict[str, str] = {}  # gateways, each with the route table of its own
    for name, row in answers.of_vpc("RouteTables", vpc).items():
        for at in row.rows("Associations"):
            if at.flag("Main", False):
                main = name
            elif at.has("SubnetId"):
                tables[at.id("SubnetId")] = name
            elif at.has("GatewayId"):
                answers.notes.add(
                    "beyond", at, f"{name} routes what enters by {at.id('GatewayId')}: left out"
                )
                entries[at.id("GatewayId")] = name
    if entries:
        _lack_entries(answers, vpc, entries, tables, main)
    if not main:
        answers.notes.add(
            "inferred",
            None,
            f"main route table of {vpc}, which no file has: only its local route is known",
        )
        main = f"main table of {vpc}"
        answers.lacks(
            main, f"no file has the main route table of {vpc}", "ec2 describe-route-tables"
        )
    return main, tables


def _lack_entries(
    answers: Answers, vpc: str, entries: dict[str, str], tables: dict[str, str], main: str
) -> None:
    """Name the gateways whose own route table leads what enters elsewhere: not modelled.

    A subnet that it leads elsewhere, and whose table leads straight back to the gateway, is named:
    its replies go past what the packets went through.
    """
    led = {  # the routes of each table but its local ones
        name: [
            (route.block("DestinationCidrBlock"), _target(route))
            for route in row.rows("Routes")
            if route.has("DestinationCidrBlock") and _target(route) != LOCAL
        ]
        for name, row in answers.of_vpc("RouteTables", vpc).items()
    }
    to: dict[str, set[str]] = {}  # a gateway, and the tables with a route to it
    for name, row in answers.of_vpc("RouteTables", vpc).items():
        for route in row.rows("Routes"):
            to.setdefault(_target(route), set()).add(name)
    subnets: dict[str, list[tuple[str, str]]] = {}  # a table, and the subnets that it routes
    for name, subnet in answers.of_vpc("Subnets", vpc).items():
        if subnet.has("CidrBlock"):
            table = subnets.setdefault(tables.get(name, main), [])
            table.append((name, subnet.block("CidrBlock")))
    in_words = {
        name: shown([f"{block} > {target}" for block, target in rows]) for name, rows in led.items()
    }
    for entry, name in entries.items():
        past = [
            subnet
            for table in sorted(to.get(entry, ()))
            for subnet, block in subnets.get(table, ())
            if any(within(block, destination) for destination, _ in led[name])
        ]
        words = f"{name} routes what enters by {entry} ({in_words[name]}), which is not modelled"
        words += f"; replies from {shown(past)} leave directly by {entry}, past it" * bool(past)
        if led[name]:
            answers.lacks(entry, words)


def peerings(answers: Answers, vpc: str) -> Iterator[Peering]:
    """The peering connections of a VPC, with their status, and its gateway endpoints."""
    for name, row in answers.of_vpc("VpcPeeringConnections", vpc, _ends).items():
        ids = _ends(row)
        status = row.get("Status").text("Code", "active") if row.has("Status") else "active"
        yield Peering(name, ids[1 - ids.index(vpc)], status)
        if status != ACTIVE:
            answers.notes.add(
                "left out", row, f"peering connection {name} is {status}: it carries nothing"
            )
    for name, row in answers.of_vpc("VpcEndpoints", vpc).items():
        if row.text("VpcEndpointType", "Gateway") == "Gateway":
            state = row.text("State", "available").lower()
            yield Peering(
                name, row.text("ServiceName", name), ACTIVE if state == "available" else state
            )


def _ends(row: At) -> list[str]:
    """The VPCs of the two ends of a peering connection."""
    ends = [row.get(end) for end in ("RequesterVpcInfo", "AccepterVpcInfo")]
    return [end.text("VpcId", "") if end.value is not None else "" for end in ends]


def useless(
    answers: Answers,
    vpc: str,
    gateway: str,
    links: tuple[Peering, ...],
    found: list[tuple[Route, At]],
) -> dict[str, str]:
    """What is described and routes lead to, but carries nothing for a VPC, and why.

    These are gateways that are elsewhere, and inactive connections.
    """
    elsewhere = {
        route.target: f"{route.target} is not attached to {vpc}"
        for route, _ in found
        if route.target in answers.rows("InternetGateways") and route.target != gateway
    }
    return elsewhere | {
        row.name: f"{row.name} is {row.status}" for row in links if row.status != ACTIVE
    }


def beyond(
    answers: Answers, found: list[tuple[Route, At]], known: set[str], useless: dict[str, str]
) -> tuple[str, ...]:
    """The targets of routes that are there, but not described.

    Notes them, and states that do not agree.

    useless: why a target that is described carries nothing, such as a peering connection that
    nobody accepted.
    """
    names = []
    for route, at in found:
        gone = at.text("State", "active") == BLACKHOLED
        if route.target in useless:
            answers.notes.add(
                "left out",
                at,
                f"{route.table}, {route}: a blackhole, because {useless[route.target]}",
            )
        elif gone and route.target in known:
            answers.notes.add(
                "inconsistent",
                at,
                f"{route} is a blackhole, but {route.target} is there: active here",
            )
            answers.lacks(
                f"{route.table} {route.destination}",
                f"one file calls {route} in {route.table} a blackhole, but another one describes {route.target}",
                "ec2 describe-route-tables",
            )
        elif not gone and route.target not in known:
            names.append(route.target)
            there = route.target in answers.rows("NatGateways")
            ours = (route.target.startswith(OURS) and not there) or (
                route.target.startswith("vpce-") and "VpcEndpoints" not in answers.kinds
            )
            kind, words = (
                ("missing", "no file describes it") if ours else ("beyond", "the model ends there")
            )
            answers.notes.add(kind, at, f"{route.table}, {route}: {words}")
    return tuple(dict.fromkeys(names))


def blocked_access(
    answers: Answers, vpc: str, gateway: str, subnets: tuple[Subnet, ...]
) -> tuple[BlockedAccess, ...]:
    """The subnets that VPC Block Public Access keeps from an Internet gateway.

    Where two files do not agree, as at two moments, nobody can tell which holds. What an exclusion
    for outbound traffic lets pass besides NAT gateways, AWS does not say.
    """
    at, blocked = answers.rows("Vpcs")[vpc], []
    for subnet in subnets if gateway else ():
        said = _mode(answers.rows("Subnets").get(subnet.name, at)) or _mode(at)
        by_options, outward = _by_options(answers, at, subnet, gateway)
        mode = said or by_options or OFF
        if outward and mode != OFF:
            doubt = f"lets out what {subnet.name} sends, and which packets that are"
        elif said and by_options and said != by_options:
            doubt = f"is {said} by one file and {by_options} by another one: which one holds"
        elif mode != OFF and not said and EXCLUSIONS not in answers.kinds:
            words = f"no file has the exclusions from VPC Block Public Access, which is {mode}"
            answers.lacks(gateway, words, CALLS[EXCLUSIONS])
            continue
        elif mode not in (OFF, BIDIRECTIONAL, INGRESS):
            doubt = f"is on ({mode}), and what it blocks"
        elif mode != OFF:
            blocked.append(BlockedAccess(subnet.name, mode))
            continue
        else:
            continue
        answers.lacks(gateway, f"VPC Block Public Access {doubt} is not modelled", CALLS[OPTIONS])
    return tuple(blocked)


def _mode(row: At) -> str:
    """The mode that a VPC or a subnet is written with, or ""."""
    states = row.get("BlockPublicAccessStates") if row.has("BlockPublicAccessStates") else None
    return states.text("InternetGatewayBlockMode", "") if states else ""


def _by_options(answers: Answers, vpc: At, subnet: Subnet, gateway: str) -> tuple[str, bool]:
    """The mode by the options of the account and the Region, or ""; whether outward is free."""
    modes = [
        row.text("InternetGatewayBlockMode", OFF)
        for row in answers.rows(OPTIONS).values()
        if subnet.zone.startswith(row.text("AwsRegion", ""))
        and row.text("AwsAccountId", "") in ("", vpc.text("OwnerId", ""))
    ]
    mode = modes[0] if modes else ""
    if mode in ("", OFF):
        return mode, False
    for name, row in answers.rows(EXCLUSIONS).items():
        state = row.text("State", "create-complete")
        if row.text("ResourceArn", "").rpartition("/")[2] in (subnet.name, vpc.id("VpcId")):
            if state in GONE:
                continue
            if state not in HOLDS:
                words = (
                    f"the exclusion {name} is {state}, and what passes meanwhile is not modelled"
                )
                answers.lacks(gateway, words, CALLS[EXCLUSIONS])
            outward = row.text("InternetGatewayExclusionMode", "") == "allow-egress"
            return (mode, True) if outward else (OFF, False)
    return mode, False
