"""Script: the commands of an answer's repairs, in order, and what undoes them.

Undoing goes backwards, so that nothing is deleted that something else still needs.
"""

from __future__ import annotations

from vpcedu.analysis.change import Attachment, PeeringConnection, Repair
from vpcedu.analysis.commands import for_balancers, for_new_parts, for_rows
from vpcedu.analysis.commands.lines import Commands, NoCommand, Place
from vpcedu.analysis.repairs.new_parts import (
    CrossZone,
    EnabledSubnet,
    EndpointRoutes,
    NewNatGateway,
    ServicePlacement,
)
from vpcedu.gateways.internet_gateway import Association
from vpcedu.network.interface import BlockedAccess, DownState, Interface, Subnet
from vpcedu.network.vpc import Device
from vpcedu.quoting import plain, quoted
from vpcedu.tables.network_acl import AclEntry
from vpcedu.tables.route_table import Route
from vpcedu.tables.security_group import GroupRule
from vpcedu.tables.target_group import TargetGroup
from vpcedu.views.text import fold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from vpcedu.network.vpc import Vpc

WRITERS: dict[type, Callable[[Any, Any, Place], Commands]] = {
    Route: for_rows.route,
    AclEntry: for_rows.entry,
    GroupRule: for_rows.rule,
    Subnet: for_rows.subnet,
    Interface: for_rows.interface,
    Association: for_rows.association,
    DownState: for_rows.state,
    BlockedAccess: for_rows.blocked,
    Attachment: for_new_parts.attachment,
    PeeringConnection: for_new_parts.peering,
    NewNatGateway: for_new_parts.nat_gateway,
    EndpointRoutes: for_new_parts.endpoint,
    ServicePlacement: for_new_parts.placement,
    CrossZone: for_balancers.cross_zone,
    EnabledSubnet: for_balancers.enabled,
    Device: for_balancers.device,
    TargetGroup: for_balancers.group,
}
NOTHING = "There is no repair, so there are no commands."
DO = "The commands that make the repair. They change the account; nothing here has run them."
UNDO = "The commands that undo it, in the same shell:"
REGION = "Run them for the account of {vpc}, in the Region {region}."


def commands(vpc: Vpc | None, repair: Repair, names: Mapping[str, str] | None = None) -> Commands:
    """The AWS CLI's lines that make a repair, and those that undo it.

    names: ids and the short names that stand for them, as `lab.named` takes them. NoCommand (a
    ValueError), which says why, where no command makes it, and where a file calls something as AWS
    never would: in a shell the name might be a command.
    """
    write = WRITERS.get(type(repair.row or repair.new))
    if write is None:
        raise NoCommand(f"{quoted(str(repair))} has none in the AWS CLI")
    return write(repair.row, repair.new, Place(vpc, names))


def aws_cli(repair: Repair, names: Mapping[str, str] | None = None) -> str:
    """The AWS CLI's line for a repair that one command makes.

    names: as for `commands`. ValueError where no single command does it.
    """
    try:
        made = commands(None, repair, names).do
    except NoCommand as reason:
        raise ValueError(
            f"{quoted(repair)}: expected a repair that one command of the AWS CLI makes ({reason})"
        ) from None
    found = [line for line in made if not line.startswith("aws ec2 wait ")]
    if len(found) != 1:
        raise ValueError(
            f"{quoted(repair)}: expected a repair that one command of the AWS CLI makes"
        )
    return found[0]


def told(vpc: Vpc, repairs: Iterable[Repair]) -> list[tuple[Repair, Commands | None, str]]:
    """Each repair with its commands, or with the reason why there are none."""
    found: list[tuple[Repair, Commands | None, str]] = []
    for repair in repairs:
        try:
            found.append((repair, commands(vpc, repair), ""))
        except NoCommand as reason:
            found.append((repair, None, str(reason)))
    return found


def script(vpc: Vpc, repairs: Iterable[Repair]) -> str:
    """The commands of some repairs as a part of an answer: to make them, and to undo them."""
    found = told(vpc, repairs)
    if not found:
        return NOTHING
    parts = [f"{DO}{_where(vpc)}"] if any(made for _, made, _ in found) else []
    lines = [fold(word) for word in parts]
    once: list[Commands] = []  # the nodes of one load balancer share a command
    for repair, made, reason in found:
        if made is None:
            lines += ["", fold(f"{repair}: there is no command. Why: {reason}.")]
        elif made not in once:
            once.append(made)
            lines += ["", f"  # {plain(str(repair))}", *(f"  {line}" for line in made.do)]
    undo = [f"  {line}" for made in reversed(once) for line in made.undo]
    if undo:
        lines += ["", UNDO, "", *undo]
    return "\n".join(lines).strip("\n")


def _where(vpc: Vpc) -> str:
    """The Region that the commands are for, where a zone of the VPC tells it."""
    zones = [row.zone for row in vpc.subnets if row.zone.count("-") == 2 and row.zone[-1].isalpha()]
    if not zones or not vpc.name:
        return ""
    return " " + REGION.format(vpc=vpc.name, region=zones[0].rstrip("abcdefghijklmnopqrstuvwxyz"))
