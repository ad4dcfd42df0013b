"""Public access: VPC Block Public Access, which drops packets at the Internet gateway.

It is set for an account and a Region, and each subnet is in one of its modes. In both modes the
Internet gateway drops what comes from or goes to the subnet; in `block-ingress` NAT gateways are
free, because they only let connections out. Source: VPC user guide, "Block public access to VPCs
and subnets". Left out: Egress-only Internet gateways, which carry IPv6.
"""

from __future__ import annotations

from vpcedu.gateways.nat_gateway import NatGateway
from vpcedu.network.interface import INGRESS, BlockedAccess

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.network.vpc import Vpc


def blocked_addresses(vpc: Vpc) -> dict[str, BlockedAccess]:
    """The private addresses whose packets the Internet gateway drops, each with the row."""
    rows = {row.subnet: row for row in vpc.blocked}
    free = {row.name for row in vpc.devices if issubclass(row.kind, NatGateway)}
    return {
        address: rows[interface.subnet]
        for interface in vpc.interfaces
        if interface.subnet in rows
        and not (rows[interface.subnet].mode == INGRESS and interface.device in free)
        for address in interface.addresses
    }
