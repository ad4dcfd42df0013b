"""Transit: the ways through transit gateways that the files describe, as rows of the model.

A way is known where the files describe a VPC's attachment, the gateway's route table that it is
associated with, and that table's routes. The association is what the attachment's own answer says
(describe-transit-gateway-attachments), else the gateway's only table. Anything less, or a state
that is not "available", and the model ends at the gateway. A search of a table answers by its
filter, which no file tells: that it left out no route is assumed.
"""

from __future__ import annotations

from vpcedu.aws.answers import Answers
from vpcedu.aws.located import At
from vpcedu.network.transit import Transit, TransitAttachment
from vpcedu.tables.route_table import Route

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

TABLES, OF_VPCS, ALL = (
    "TransitGatewayRouteTables",
    "TransitGatewayVpcAttachments",
    "TransitGatewayAttachments",
)
ROUTES, AVAILABLE = "Routes", "available"


def transits(answers: Answers, vpc: str, found: tuple[Route, ...]) -> Iterator[Transit]:
    """The ways of a VPC's packets through each transit gateway; `found`: the VPC's own routes."""
    for name, row in answers.of_vpc(OF_VPCS, vpc).items():
        gateway = row.text("TransitGatewayId", "")
        table = _table(answers, name, gateway)
        answer = answers.about(ROUTES, table)
        every = _attachments(answers, gateway)
        rows = _routes(table, answer) if answer is not None and name in every else None
        if rows is None:
            continue
        for route in found:
            if route.target == gateway:
                answers.assumes(
                    f"{route.table} {route.destination}",
                    f"{table} has no other routes than those of its file",
                    f"run aws ec2 search-transit-gateway-routes for {table} without a narrow filter",
                )
        yield Transit(gateway, every[name], rows, tuple(every.values()))


def _attachments(answers: Answers, gateway: str) -> dict[str, TransitAttachment]:
    """The attachments of a gateway to VPCs that carry packets, by their names."""
    return {
        name: TransitAttachment(name, row.id("VpcId"), row.texts("SubnetIds"))
        for name, row in answers.of_vpc(OF_VPCS, gateway, "TransitGatewayId").items()
        if row.text("State", "") == AVAILABLE
    }


def _table(answers: Answers, attachment: str, gateway: str) -> str:
    """The route table that an attachment is associated with; "" where no file says it."""
    row = answers.rows(ALL).get(attachment)
    if row is not None:
        own = row.get("Association")
        is_set = own.value is not None and own.text("State", "") == "associated"
        return own.text("TransitGatewayRouteTableId", "") if is_set else ""
    tables = answers.of_vpc(TABLES, gateway, "TransitGatewayId")
    only = next(iter(tables.items())) if len(tables) == 1 else None
    return only[0] if only and only[1].text("State", "") == AVAILABLE else ""


def _routes(table: str, answer: At) -> tuple[Route, ...] | None:
    """The routes of a gateway's table; None where the answer may lack some.

    A blackhole, and a route that has several attachments or another one than a VPC's, leads to "".
    """
    if answer.flag("AdditionalRoutesAvailable", False):
        return None
    made = []
    for at in answer.rows(ROUTES):
        if at.has("DestinationCidrBlock") and ":" in at.text("DestinationCidrBlock"):
            continue  # IPv6
        if not at.has("DestinationCidrBlock"):
            return None
        ways = list(at.rows("TransitGatewayAttachments"))
        plain = len(ways) == 1 and ways[0].text("ResourceType", "") == "vpc"
        active = at.text("State", "") == "active"
        target = ways[0].text("TransitGatewayAttachmentId", "") if plain and active else ""
        propagated = at.text("Type", "") == "propagated"
        made.append(Route(table, at.block("DestinationCidrBlock"), target, propagated))
    return tuple(made)
