"""Endpoints: interface endpoints (PrivateLink), at whose network interfaces a service answers.

Nobody knows what a service does with a connection; that it accepts one on every port is inferred,
as of instances. A gateway endpoint has no interface: it is a route's target, see `routing`.
Sources: AWS PrivateLink guide, "Access an AWS service using an interface VPC endpoint"; EC2 user
guide, "Security group connection tracking". Left out: the endpoint's policy and the service's,
which refuse requests, not connections; private DNS names of other VPCs.
"""

from __future__ import annotations

from vpcedu.aws.answers import Answers
from vpcedu.hosts.any_server import AnyServer
from vpcedu.network.interface import DownState, Interface
from vpcedu.network.names import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


class InterfaceEndpoint(AnyServer):
    """An interface of an endpoint, with the service behind it."""

    kind_words = "Interface Endpoint"
    always_tracked = ()  # by groups, whatever their rules
    opens = False  # connections come to it alone


CALL = "ec2 describe-vpc-endpoints"
# in which an endpoint carries nothing, and in which nobody says what it carries
IDLE = ("pendingacceptance", "pending", "rejected", "failed", "expired", "deleted")
UNCLEAR = ("deleting", "partial")


def states(answers: Answers, vpc: str, interfaces: tuple[Interface, ...]) -> Iterator[DownState]:
    """The interfaces of endpoints that carry nothing, such as one that nobody accepted yet."""
    known = {row.id: row.device for row in interfaces}
    for name, row in answers.of_vpc("VpcEndpoints", vpc).items():
        state = row.text("State", "available")
        own = [known[word] for word in row.texts("NetworkInterfaceIds") if word in known]
        if state.lower() in IDLE:
            yield from (DownState(device, state) for device in own)
        elif state.lower() in UNCLEAR:
            for device in own:
                answers.lacks(
                    device, f"{name} is {state}, and what it still does is not modelled", CALL
                )


def names(answers: Answers, vpc: str, interfaces: tuple[Interface, ...]) -> Iterator[Name]:
    """The id and the DNS names of each endpoint of a VPC that has interfaces there."""
    addresses = {row.id: row.address for row in interfaces}
    for name, row in answers.of_vpc("VpcEndpoints", vpc).items():
        own = tuple(
            addresses[word] for word in row.texts("NetworkInterfaceIds") if word in addresses
        )
        service = row.text("ServiceName", "")
        short = service.split(".", 3)[-1] if service.startswith("com.amazonaws.") else ""
        words = (name, *(at.text("DnsName", "") for at in row.rows("DnsEntries")), service, short)
        if own:
            yield from (
                Name(word, own) for word in dict.fromkeys(words) if word and "*" not in word
            )
        elif row.text("VpcEndpointType", "Gateway") == "Interface":
            answers.notes.add(
                "missing", row, f"the network interfaces of endpoint {name}: nothing leads to it"
            )
