"""Homes: which VPC has an end, which are linked, and of which one something is open."""

from __future__ import annotations

from vpcedu.network.vpc import Device, OutsideHost, Vpc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
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


def linked(vpcs: tuple[Vpc, ...]) -> Iterator[tuple[Vpc, tuple[Vpc, ...]]]:
    """Each VPC with those that peering connections or transit gateways link it to, in order.

    Those that they are linked to in turn are among them.
    """
    number = {one.name: i for i, one in enumerate(vpcs)}
    near: dict[int, set[int]] = {i: set() for i in number.values()}
    for i, one in enumerate(vpcs):
        far = [row.vpc for row in one.peerings]
        far += [row.vpc for way in one.transits for row in way.attachments]
        for j in (number[name] for name in far if name in number):
            near[i].add(j)
            near[j].add(i)
    group: dict[int, tuple[int, ...]] = {}
    for i in near:
        if i not in group:
            found, todo = {i}, [i]
            while todo:
                more = near[todo.pop()] - found
                found |= more
                todo += more
            group |= dict.fromkeys(found, tuple(sorted(found)))
    for i, one in enumerate(vpcs):
        yield one, tuple(vpcs[j] for j in group[i] if j != i)


def online(one: Vpc, peers: tuple[Vpc, ...], stranger: OutsideHost) -> Vpc:
    """A VPC with peers, and with a host of the Internet that serves every port."""
    from vpcedu.hosts.any_server import AnyServer

    devices = (*one.devices, Device(stranger.device, AnyServer))
    made: Vpc = one._replace(outside=(stranger,), devices=devices, peers=peers)
    return made


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
