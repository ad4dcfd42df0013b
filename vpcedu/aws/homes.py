"""Homes: which VPC has an end, and of which VPC something is unknown."""

from __future__ import annotations

from vpcedu.network.vpc import Unknown, Vpc


def ends_of(vpc: Vpc) -> set[str]:
    """What one may ask a VPC about."""
    return {
        *(device.name for device in vpc.devices),
        *(row.name for row in vpc.names),
        *(word for row in vpc.interfaces for word in (row.id, row.address, *row.secondary)),
        *(association.public for association in vpc.associations),
    }


def with_unknown(vpcs: tuple[Vpc, ...], unknown: tuple[Unknown, ...]) -> tuple[Vpc, ...]:
    """The VPCs, each with what is unknown of it.

    What is unknown of an address that none of them has is told by the first one: the packets of all
    may go there.
    """
    homes: dict[str, list[int]] = {}
    for i, vpc in enumerate(vpcs):
        for part in _parts(vpc):
            homes.setdefault(part, []).append(i)
    found: list[list[Unknown]] = [[] for _ in vpcs]
    for row in unknown:
        balancer, _, port = row.about.rpartition(":")
        known = homes.get(row.about) or (homes.get(balancer, []) if port.isdecimal() else [])
        is_address = row.about.partition("/")[0].replace(".", "0").isdigit()
        for i in known or [0] * is_address:
            found[i].append(row)
    return tuple(vpc._replace(unknown=tuple(rows)) for vpc, rows in zip(vpcs, found, strict=True))


def _parts(vpc: Vpc) -> set[str]:
    """The names of a VPC and of all its rows that something may be unknown of."""
    return {
        vpc.name,
        vpc.internet_gateway,
        vpc.main,
        *ends_of(vpc),
        *(rule.group for rule in vpc.group_rules),
        *(
            name or ""
            for row in vpc.subnets
            for name in (row.name, row.route_table, row.network_acl)
        ),
        *(group for interface in vpc.interfaces for group in interface.groups),
    } - {""}
