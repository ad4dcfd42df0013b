"""Description: a VPC as text.

Who is where, where packets go that leave each subnet, what the security groups and ACLs allow.
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
                for one in vpc.everyone
                for host in one.outside
            ),
            *(line for one in vpc.everyone for line in _lines(one)),
        ]
    )


def _lines(vpc: Vpc) -> list[str]:
    public = {row.private: row.public for row in vpc.associations}
    kinds = {device.name: device.kind.kind_words for device in vpc.devices}
    gateway = f", with an {vpc.internet_gateway}" if vpc.internet_gateway else ""
    lines = [f"VPC {vpc.name and vpc.name + ' '}{', '.join(vpc.blocks)}{gateway}"]
    lines += [
        f"  {'endpoint of' if row.name.startswith('vpce-') else 'peered with'} {row.vpc} by {row.name}"
        + f" ({row.status})" * (row.status != ACTIVE)
        for row in vpc.peerings
    ]
    for subnet in vpc.subnets:
        lines.append(f"  {subnet.name} subnet {subnet.cidr}")
        for row in (row for row in vpc.interfaces if row.subnet == subnet.name):
            shown = f", to the Internet {public[row.address]}" if row.address in public else ""
            groups = f", {', '.join(row.groups)}" if row.groups else ", no security group"
            lines.append(
                f"    {row.device:<13} {row.address}{shown}{groups}  ({kinds[row.device]})"
            )
        lines += _tables(vpc, subnet)
    lines.append("Security groups")
    return [
        *lines,
        *(f"  {rule.group:<13} {rule.direction:<4}{rule.what}" for rule in vpc.group_rules),
    ]


def _tables(vpc: Vpc, subnet: Subnet) -> list[str]:
    routes = [
        f"{row.destination} > {row.target}{' (blackhole)' * (vpc.state(row) == BLACKHOLED)}"
        for row in vpc.routes_of(subnet)
    ]
    entries = [
        f"{row.direction} {row.number} {row.what}"
        for row in vpc.acl_entries
        if row.acl == subnet.network_acl
    ]
    return [
        f"    routes:      {', '.join(routes) or 'none'}",
        f"    network ACL: {', '.join(entries) or 'denies all'}",
    ]
