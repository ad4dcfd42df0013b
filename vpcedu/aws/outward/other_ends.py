"""Other ends: what the files name and nobody can ask packets about, each with the reason.

Such are gateways behind which the model ends, peering connections, interfaces without an address of
IPv4 or attached to nothing, and instances that are terminated. Whoever asks about one gets the
reason as the answer, instead of "no such end".
"""

from __future__ import annotations

from vpcedu.aws.answers import Answers
from vpcedu.network.vpc import Peering, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from vpcedu.aws.located import At

GATEWAYS = {
    "tgw-": "a transit gateway",
    "vgw-": "a virtual private gateway",
    "lgw-": "a local gateway",
    "cagw-": "a carrier gateway",
    "vpce-": "an endpoint",
    "nat-": "a NAT gateway",
    "pcx-": "a peering connection",
    "igw-": "an Internet gateway",
    "arn:": "a network of its own",
}
BEHIND = "{name} is {kind}, and what it leads to is not modelled"
UNDESCRIBED = "a route leads to {name}, which no file describes"
ONLY_IPV6 = "{name} has no address of IPv4, and IPv6 is not modelled"
IDLE = "{name} is attached to nothing, so no host answers there"
GONE = "{name} is terminated"
LINK = "{name} is a peering connection: packets pass it, and go on to an address of the other VPC"
EGRESS_ONLY = "EgressOnlyInternetGatewayId"


def other_ends(
    answers: Answers, vpc: str, beyond: tuple[str, ...], links: tuple[Peering, ...]
) -> Iterator[Unknown]:
    """The other ends of a VPC, by their names."""
    for name in beyond:
        kind = next((words for start, words in GATEWAYS.items() if name.startswith(start)), "")
        words = BEHIND if kind else UNDESCRIBED
        yield Unknown(name, words.format(name=name, kind=kind))
    for table in answers.of_vpc("RouteTables", vpc).values():
        for at in table.rows("Routes"):
            if name := at.text(EGRESS_ONLY, ""):
                kind = "an egress-only Internet gateway of IPv6"
                yield Unknown(name, BEHIND.format(name=name, kind=kind))
    for row in links:
        if row.name.startswith("pcx-"):
            yield Unknown(row.name, LINK.format(name=row.name))
    for name, interface in answers.of_vpc("NetworkInterfaces", vpc).items():
        yield from _without_address(name, interface)
    for name, instance in answers.of_vpc("Instances", vpc).items():
        if instance.has("State") and instance.get("State").text("Name", "") == "terminated":
            yield Unknown(name, GONE.format(name=name))


def _without_address(name: str, row: At) -> Iterator[Unknown]:
    """An interface that no packet of the model reaches, and the instance that it belongs to."""
    own = row.get("Attachment") if row.has("Attachment") else None
    instance = own.text("InstanceId", "") if own else ""
    if not row.has("PrivateIpAddress"):
        for each in (name, instance) if instance else (name,):
            yield Unknown(each, ONLY_IPV6.format(name=each))
    elif row.text("Status", "in-use") == "available":
        yield Unknown(name, IDLE.format(name=name), "ec2 describe-network-interfaces")
