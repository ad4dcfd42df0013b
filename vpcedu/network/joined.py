"""Joined: the VPCs of one description as one.

It serves pictures and words that place devices and know one VPC.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.network.vpc import Vpc

FIELDS = (
    "interfaces",
    "routes",
    "acl_entries",
    "group_rules",
    "associations",
    "outside",
    "devices",
    "names",
    "states",
    "ipv6_rules",
    "blocked",
)


def together(vpc: Vpc) -> Vpc:
    """The rows of a VPC and of its peers in one description.

    A subnet names its table even where it is the main one.
    """
    if not vpc.peers:
        return vpc
    rows: dict[str, Any] = {
        field: tuple(row for each_vpc in vpc.everyone for row in getattr(each_vpc, field))
        for field in FIELDS
    }
    subnets = tuple(
        subnet._replace(route_table=subnet.route_table or each_vpc.main)
        for each_vpc in vpc.everyone
        for subnet in each_vpc.subnets
    )
    more = tuple(cidr for each_vpc in vpc.everyone for cidr in each_vpc.blocks)[1:]
    return vpc._replace(subnets=subnets, more=more, peers=(), **rows)
