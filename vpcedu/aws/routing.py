"""Routing: route tables, gateways and peering connections of a VPC, as rows of the model.

The target of a route keeps its id. What a route leads to that is there, but is nothing of the model (transit gateway,
virtual private gateway, endpoint, ...) or is not described by the files, is named as beyond the model.
"""

from __future__ import annotations

from vpcedu.address import within
from vpcedu.aws.answers import Answers
from vpcedu.aws.at import At
from vpcedu.aws.filters import expanded
from vpcedu.network.vpc import BLACKHOLED, Peering
from vpcedu.tables.route_table import LOCAL, UNROUTABLE, Route

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

TARGETS = ("GatewayId", "NatGatewayId", "NetworkInterfaceId", "InstanceId", "VpcPeeringConnectionId",
           "TransitGatewayId", "LocalGatewayId", "CarrierGatewayId", "CoreNetworkArn", "OdbNetworkArn",
           "EgressOnlyInternetGatewayId")
OURS = ("igw-", "nat-", "eni-", "i-", "pcx-")  # of the model: such a target could have been described
PROPAGATED = "EnableVgwRoutePropagation"


def internet_gateway(answers: Answers, vpc: str) -> str:
    """The Internet gateway attached to a VPC, or ""; inferred from a route where no file tells of gateways."""
    for name, row in answers.rows("InternetGateways").items():
        for at in row.rows("Attachments"):
            if at.text("VpcId", "") == vpc and at.text("State", "available") in ("available", "attached", "attaching"):
                return name
    if "InternetGateways" in answers.kinds:
        return ""
    for at, target in _targets(answers, vpc):
        if target.startswith("igw-") and at.text("State", "active") != BLACKHOLED:
            answers.notes.add("inferred", at, f"{target} is attached to {vpc}: an active route leads there")
            return target
    return ""


def _targets(answers: Answers, vpc: str) -> Iterator[tuple[At, str]]:
    for table in answers.of_vpc("RouteTables", vpc).values():
        for at in table.rows("Routes"):
            yield at, next((at.id(field) for field in TARGETS if at.has(field)), "nothing")


def routes(answers: Answers, vpc: str, blocks: tuple[str, ...]) -> Iterator[tuple[Route, At]]:
    """The IPv4 routes of the tables of a VPC, each with its place in the files."""
    for table, row in answers.of_vpc("RouteTables", vpc).items():
        for at in row.rows("Routes"):
            answers.known("Routes", at)
            target = next((at.id(field) for field in TARGETS if at.has(field)), "nothing")
            for destination in _destinations(answers, table, at):
                if target == LOCAL and destination not in blocks:
                    answers.notes.add("left out", at, f"a local route of {table} for {destination}, no block of {vpc}")
                elif within(destination, UNROUTABLE):
                    answers.notes.add("left out", at, f"a route of {table} into {UNROUTABLE}")
                else:
                    yield Route(table, destination, target, at.text("Origin", "") == PROPAGATED), at


def _destinations(answers: Answers, table: str, at: At) -> tuple[str, ...]:
    if at.has("DestinationCidrBlock"):
        return (at.block("DestinationCidrBlock"),)
    if at.has("DestinationPrefixListId"):
        return expanded(answers, at, "DestinationPrefixListId", f"a route of {table}")
    if at.has("DestinationIpv6CidrBlock"):
        answers.notes.add("beyond", at, "IPv6: its rules, routes and addresses are left out")
        return ()
    raise at.refusal("a route with DestinationCidrBlock, DestinationIpv6CidrBlock or DestinationPrefixListId")


def associations(answers: Answers, vpc: str) -> tuple[str, dict[str, str]]:
    """The name of a VPC's main route table, and the tables that subnets are associated with."""
    main, tables = "", {}
    for name, row in answers.of_vpc("RouteTables", vpc).items():
        for at in row.rows("Associations"):
            if at.flag("Main", False):
                main = name
            elif at.has("SubnetId"):
                tables[at.id("SubnetId")] = name
            elif at.has("GatewayId"):
                answers.notes.add("beyond", at, f"{name} routes what enters by {at.id('GatewayId')}: left out")
    if not main:
        answers.notes.add("inferred", None, f"main route table of {vpc}, which no file has: its local route alone")
    return main or "main", tables


def peerings(answers: Answers, vpc: str) -> Iterator[Peering]:
    """The active peering connections of a VPC."""
    for name, row in answers.rows("VpcPeeringConnections").items():
        ends = [row.get(end) for end in ("RequesterVpcInfo", "AccepterVpcInfo")]
        ids = [end.text("VpcId", "") if end.value is not None else "" for end in ends]
        status = row.get("Status").text("Code", "active") if row.has("Status") else "active"
        if vpc in ids and status == "active":
            yield Peering(name, ids[1 - ids.index(vpc)])
        elif vpc in ids:
            answers.notes.add("left out", row, f"peering connection {name}: {status}")


def beyond(answers: Answers, found: list[tuple[Route, At]], known: set[str]) -> tuple[str, ...]:
    """The targets of routes that are there, but not described; notes them, and states that do not agree."""
    names = []
    for route, at in found:
        gone = at.text("State", "active") == BLACKHOLED
        if gone and route.target in known:
            answers.notes.add("inconsistent", at, f"{route} is a blackhole, but {route.target} is there: active here")
        elif not gone and route.target not in known:
            names.append(route.target)
            kind, words = ("missing", "no file describes it") if route.target.startswith(OURS) else (
                "beyond", "the model ends there")
            answers.notes.add(kind, at, f"{route.table}, {route}: {words}")
    return tuple(dict.fromkeys(names))
