"""Remedies: the catalogue of single rows that might fix a network.

It is made without knowing what is wrong.

Puzzles try all of them, to know every answer of the catalogue and to prove that no other one works.
It is wide: for every group a rule for the asked port and for all, for every ACL an entry in front,
for every table each target, for every interface its checks, for every balancer its listener and
targets. What somebody else thinks of is not here; a puzzle runs that too.
"""

from __future__ import annotations

from vpcedu.analysis.change import Repair
from vpcedu.analysis.ends import OWN, Question, free_address, target_groups
from vpcedu.analysis.repairs.ways_out import gateways
from vpcedu.flow import TCP, Endpoint
from vpcedu.gateways.internet_gateway import Association
from vpcedu.hosts.web_server import listens, serves
from vpcedu.sites.parts import EPHEMERAL
from vpcedu.tables.network_acl import ALLOW, DENY, AclEntry
from vpcedu.tables.route_table import LOCAL, Route
from vpcedu.tables.security_group import IN, OUT, GroupRule
from vpcedu.tables.traffic import ANYWHERE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from vpcedu.network.vpc import Vpc


def remedies(vpc: Vpc, question: Question) -> tuple[Repair, ...]:
    """Every row of the catalogue, each once."""
    kinds = (
        _rules(vpc, question),
        _entries(vpc, question),
        _routes(vpc),
        _addresses(vpc),
        _interfaces(vpc),
        _balancers(vpc, question),
        _subnets(vpc),
        _names(vpc),
    )
    return tuple(dict.fromkeys(row for kind in kinds for row in kind if row.row != row.new))


def _rules(vpc: Vpc, question: Question) -> Iterator[Repair]:
    groups = dict.fromkeys(group for interface in vpc.interfaces for group in interface.groups)
    for group in groups:
        for direction in (IN, OUT):
            for ports in _ports(vpc, question):
                yield Repair(None, GroupRule(group, direction, ports, ANYWHERE))
    for row in vpc.group_rules:
        yield from (Repair(row, row._replace(ports=ports)) for ports in _ports(vpc, question))


def _ports(vpc: Vpc, question: Question) -> tuple[tuple[int, int], ...]:
    """The ports that a rule may be for: the asked one and those of targets."""
    ports = (
        question.port,
        *(target.port for row in target_groups(vpc.listeners) for target in row.targets),
    )
    return tuple(dict.fromkeys((port, port) for port in ports))


def _entries(vpc: Vpc, question: Question) -> Iterator[Repair]:
    for row in vpc.acl_entries:
        if row.action == DENY:
            yield Repair(row, None)
    for acl in dict.fromkeys(subnet.network_acl for subnet in vpc.subnets):
        for direction in (IN, OUT):
            used = {
                entry.number
                for entry in vpc.acl_entries
                if (entry.acl, entry.direction) == (acl, direction)
            }
            number = next(n for n in range(1, 1_000) if n not in used)
            for ports in (*_ports(vpc, question), EPHEMERAL):
                yield Repair(None, AclEntry(acl, number, direction, ALLOW, TCP, ports, ANYWHERE))


def _routes(vpc: Vpc) -> Iterator[Repair]:
    for row in vpc.routes:
        if row.target != LOCAL:
            yield from (Repair(row, row._replace(target=target)) for target in gateways(vpc))
            yield Repair(row, None)
    used = {(route.table, route.destination) for route in vpc.routes}
    tables = dict.fromkeys(subnet.route_table or vpc.main for subnet in vpc.subnets)
    yield from (
        Repair(None, Route(table, ANYWHERE, target))
        for table in tables
        for target in gateways(vpc)
        if (table, ANYWHERE) not in used
    )


def _addresses(vpc: Vpc) -> Iterator[Repair]:
    """A public address for each interface.

    It is a new one, or one that a name leads to and nobody has.
    """
    taken, served = (
        {association.public for association in vpc.associations},
        {association.private for association in vpc.associations},
    )
    lost = [
        address
        for row in vpc.names
        for address in row.addresses
        if address not in taken and address not in {host.address for host in vpc.outside}
    ]
    for interface in vpc.interfaces:
        if interface.address not in served:
            yield from (
                Repair(None, Association(public, interface.address))
                for public in (*lost, free_address(vpc, OWN))
            )
        yield from (
            Repair(association, association._replace(private=interface.address))
            for association in vpc.associations
            if interface.address not in served
        )


def _interfaces(vpc: Vpc) -> Iterator[Repair]:
    groups = dict.fromkeys(rule.group for rule in vpc.group_rules)
    for row in vpc.interfaces:
        if row.check:
            yield Repair(row, row._replace(check=False))
        if row.tracking.allowance is not None:
            yield Repair(row, row._replace(tracking=row.tracking._replace(allowance=None)))
        yield from (Repair(row, row._replace(groups=(group,))) for group in groups if row.groups)


def _balancers(vpc: Vpc, question: Question) -> Iterator[Repair]:
    for device in vpc.devices:
        settings = dict(device.settings)
        for row in settings.get("listeners", ()):
            yield Repair(row, row._replace(port=question.port))
        if serves(device):
            for port, _ in _ports(vpc, question):
                ports = tuple(sorted({*listens(device), port}))
                yield Repair(
                    device, device._replace(settings=tuple({**settings, "listens": ports}.items()))
                )
    servers = [row for row in vpc.devices if serves(row)]
    for group in target_groups(vpc.listeners):
        for server in servers:
            for interface in (row for row in vpc.interfaces if row.device == server.name):
                for port in listens(server):
                    yield Repair(
                        group, group._replace(targets=(Endpoint(interface.address, port),))
                    )
        yield Repair(group, group._replace(preserve_client_ip=False))


def _subnets(vpc: Vpc) -> Iterator[Repair]:
    tables = dict.fromkeys(route.table for route in vpc.routes)
    acls = dict.fromkeys(entry.acl for entry in vpc.acl_entries)
    for row in vpc.subnets:
        yield from (Repair(row, row._replace(route_table=table)) for table in tables)
        yield from (Repair(row, row._replace(network_acl=acl)) for acl in acls)


def _names(vpc: Vpc) -> Iterator[Repair]:
    public = (
        *(association.public for association in vpc.associations),
        *(row.address for row in vpc.outside),
    )
    for row in vpc.names:
        yield from (Repair(row, row._replace(addresses=(address,))) for address in public)
