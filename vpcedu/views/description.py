"""Description: a VPC as text.

It says who is where, where packets go that leave each subnet, and what the security groups and ACLs
allow.
"""

from __future__ import annotations

from vpcedu.network.vpc import ACTIVE, BLACKHOLED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.network.interface import Subnet
    from vpcedu.network.vpc import Vpc


def describe(vpc: Vpc) -> str:
    """The rows of a VPC, grouped as the console shows them, and those of its peers."""
    return "\n".join(
        [
            "Internet",
            *(
                f"  {host.device:<15} {host.address}"
                for each_vpc in vpc.everyone
                for host in each_vpc.outside
            ),
            *(line for each_vpc in vpc.everyone for line in _lines(each_vpc)),
        ]
    )


def _lines(vpc: Vpc) -> list[str]:
    public = {association.private: association.public for association in vpc.associations}
    kinds = {device.name: device.kind.kind_words for device in vpc.devices}
    gateway = f", with an {vpc.internet_gateway}" if vpc.internet_gateway else ""
    lines = [f"VPC {vpc.name and vpc.name + ' '}{', '.join(vpc.blocks)}{gateway}"]
    lines += [
        f"  {'endpoint of' if peering.name.startswith('vpce-') else 'peered with'} {peering.vpc} by {peering.name}"
        + f" ({peering.status})" * (peering.status != ACTIVE)
        for peering in vpc.peerings
    ]
    for subnet in vpc.subnets:
        lines.append(f"  {subnet.name} subnet {subnet.cidr}")
        for interface in (
            interface for interface in vpc.interfaces if interface.subnet == subnet.name
        ):
            shown = (
                f", to the Internet {public[interface.address]}"
                if interface.address in public
                else ""
            )
            groups = (
                f", {', '.join(interface.groups)}" if interface.groups else ", no security group"
            )
            lines.append(
                f"    {interface.device:<13} {interface.address}{shown}{groups}  ({kinds[interface.device]})"
            )
        lines += _tables(vpc, subnet)
    lines.append("Security groups")
    return [
        *lines,
        *(f"  {rule.group:<13} {rule.direction:<4}{rule.what}" for rule in vpc.group_rules),
    ]


def _tables(vpc: Vpc, subnet: Subnet) -> list[str]:
    routes = [
        f"{route.destination} > {route.target}{' (blackhole)' * (vpc.state(route) == BLACKHOLED)}"
        for route in vpc.routes_of(subnet)
    ]
    entries = [
        f"{entry.direction} {entry.number} {entry.what}"
        for entry in vpc.acl_entries
        if entry.acl == subnet.network_acl
    ]
    return [
        f"    routes:      {', '.join(routes) or 'none'}",
        f"    network ACL: {', '.join(entries) or 'denies all'}",
    ]
