"""Homes: which VPC has an end, and of which VPC something is unknown or assumed."""

from __future__ import annotations

from vpcedu.network.vpc import Vpc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeVar

    from vpcedu.network.open_points import Assumption, Unknown

    OpenPoint = TypeVar("OpenPoint", Assumption, Unknown)


def ends_of(vpc: Vpc) -> set[str]:
    """What one may ask a VPC about."""
    return {
        *([vpc.internet_gateway] if vpc.internet_gateway else ()),
        *(device.name for device in vpc.devices),
        *(row.name for row in vpc.names),
        *(word for row in vpc.interfaces for word in (row.id, row.address, *row.secondary)),
        *(association.public for association in vpc.associations),
        *(row.about for row in vpc.other_ends),
    }


def with_open_points(
    vpcs: tuple[Vpc, ...], unknown: tuple[Unknown, ...], assumed: tuple[Assumption, ...]
) -> tuple[Vpc, ...]:
    """The VPCs, each with what is unknown of it, and what is assumed.

    What is unknown of an address that none of them has is told by the first one: the packets of all
    may go there.
    """
    homes: dict[str, list[int]] = {}
    for i, vpc in enumerate(vpcs):
        for part in _parts(vpc):
            homes.setdefault(part, []).append(i)
    lacking, given = _by_home(unknown, homes), _by_home(assumed, homes)
    return tuple(
        vpc._replace(unknown=tuple(lacking.get(i, ())), assumed=tuple(given.get(i, ())))
        for i, vpc in enumerate(vpcs)
    )


def _by_home(
    points: Iterable[OpenPoint], homes: dict[str, list[int]]
) -> dict[int, list[OpenPoint]]:
    """Open points by the number of each VPC that they are about."""
    found: dict[int, list[OpenPoint]] = {}
    for point in points:
        balancer, _, port = point.about.rpartition(":")
        known = homes.get(point.about) or (homes.get(balancer, []) if port.isdecimal() else [])
        is_address = point.about.partition("/")[0].replace(".", "0").isdigit()
        for i in known or [0] * is_address:
            found.setdefault(i, []).append(point)
    return found


def _parts(vpc: Vpc) -> set[str]:
    """The names of a VPC and of all its rows that something may be unknown of."""
    return {
        vpc.name,
        vpc.internet_gateway,
        vpc.main,
        *ends_of(vpc),
        *(rule.group for rule in vpc.group_rules),
        *(f"{route.table} {route.destination}" for route in vpc.routes),
        *(
            name or ""
            for row in vpc.subnets
            for name in (row.name, row.route_table, row.network_acl)
        ),
        *(group for interface in vpc.interfaces for group in interface.groups),
    } - {""}
