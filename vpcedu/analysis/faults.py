"""Faults: what can be wrong with a network, one row at a time.

This is the catalogue that puzzles and diagnosis draw from.

A fault is a change of one row that people really make: a rule forgotten or for the wrong port, an
ACL without ephemeral ports, a route to the wrong target or to one that is gone, a subnet with the
wrong table, a check left on, a balancer without targets. Whether it breaks anything is for packets
to say. Losses that no row alone causes are simulated in scenarios.
"""

from __future__ import annotations

from vpcedu.analysis.change import Repair
from vpcedu.analysis.ends import Question, target_groups
from vpcedu.analysis.repairs.ways_out import gateways
from vpcedu.flow import TCP, Endpoint
from vpcedu.hosts.web_server import serves
from vpcedu.network.vpc import Device
from vpcedu.sites.parts import CLIENT, EPHEMERAL, UPDATES
from vpcedu.sites.reference import NAT, WEB
from vpcedu.tables.network_acl import ALLOW, DENY, AclEntry
from vpcedu.tables.route_table import LOCAL, Route
from vpcedu.tables.traffic import ANYWHERE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from vpcedu.network.vpc import Vpc

OTHER_PORT = 8_081
GONE, NOBODY, STRANGER = "gone", "10.0.1.99", "192.0.2.99"


def faults(vpc: Vpc, question: Question) -> Iterator[Repair]:
    """Every fault that this description has room for, as the change that plants it."""
    yield from _rules(vpc, question)
    yield from _entries(vpc, question)
    yield from _routes(vpc)
    yield from (
        Repair(association, new)
        for association in vpc.associations
        for new in (None, association._replace(private=NOBODY))
    )
    yield from _interfaces(vpc)
    yield from _balancers(vpc)
    yield from _servers(vpc)
    yield from _subnets(vpc)
    yield from _names(vpc)


def _rules(vpc: Vpc, question: Question) -> Iterator[Repair]:
    """Forgotten; for another port; for another side."""
    for row in vpc.group_rules:
        yield Repair(row, None)
        yield Repair(row, row._replace(protocol=TCP, ports=(OTHER_PORT, OTHER_PORT)))
        yield Repair(row, row._replace(peer="198.51.100.64/26" if "/" in row.peer else row.group))


def _entries(vpc: Vpc, question: Question) -> Iterator[Repair]:
    """Entries that deny by a lower number, allow the wrong ports, or allow one direction only.

    The wrong ports are such as those without ephemeral ones.
    """
    for row in vpc.acl_entries:
        if row.action == ALLOW:
            yield Repair(row, None)
            yield Repair(row, row._replace(protocol=TCP, ports=(80, 443)))
            yield Repair(row, row._replace(protocol=TCP, ports=(32_768, 40_000)))
            for ports in ((question.port, question.port), EPHEMERAL):
                number = max(1, row.number - 10)
                yield Repair(
                    None, AclEntry(row.acl, number, row.direction, DENY, TCP, ports, ANYWHERE)
                )


def _routes(vpc: Vpc) -> Iterator[Repair]:
    """Forgotten; to a target that is gone; to another target."""
    for row in vpc.routes:
        if row.target != LOCAL:
            yield Repair(row, None)
            yield from (
                Repair(row, row._replace(target=target))
                for target in (*gateways(vpc), GONE)
                if target != row.target
            )
            yield Repair(None, Route(row.table, f"{CLIENT}/32", GONE))
            yield Repair(None, Route(row.table, f"{UPDATES}/32", GONE))


def _interfaces(vpc: Vpc) -> Iterator[Repair]:
    """A check left on; an instance that tracks no more connections; the wrong group."""
    for row in vpc.interfaces:
        if not row.check:
            yield Repair(row, row._replace(check=True))
        if row.groups:
            yield Repair(row, row._replace(tracking=row.tracking._replace(allowance=0)))
            yield Repair(row, row._replace(groups=("sg-default",)))


def _balancers(vpc: Vpc) -> Iterator[Repair]:
    """A listener on another port; wrong targets, or none; client addresses preserved.

    A target is a wrong one, or one on a wrong port.
    """
    yield from (Repair(listener, listener._replace(port=OTHER_PORT)) for listener in vpc.listeners)
    for row in target_groups(vpc.listeners):
        for targets in (
            (),
            (Endpoint(NOBODY, 80),),
            (Endpoint(NAT, 80),),
            (Endpoint(WEB, OTHER_PORT),),
        ):
            yield Repair(row, row._replace(targets=targets))
        if not row.preserves:
            yield Repair(row, row._replace(preserve_client_ip=True))


def _servers(vpc: Vpc) -> Iterator[Repair]:
    """A server that listens on another port."""
    for row in vpc.devices:
        if serves(row):
            yield Repair(row, Device(row.name, row.kind, (("listens", (OTHER_PORT,)),)))


def _subnets(vpc: Vpc) -> Iterator[Repair]:
    """A subnet with another route table or a network ACL without entries.

    The table is another subnet's, or the main one, which has the local route only.
    """
    tables = dict.fromkeys((*(subnet.route_table for subnet in vpc.subnets), None))
    for row in vpc.subnets:
        yield from (
            Repair(row, row._replace(route_table=table))
            for table in tables
            if table != row.route_table
        )
        yield Repair(row, row._replace(network_acl="acl-new"))


def _names(vpc: Vpc) -> Iterator[Repair]:
    """A name that leads to a private address, or to one that was given back."""
    private = {association.public: association.private for association in vpc.associations}
    for row in vpc.names:
        yield Repair(row, row._replace(addresses=(STRANGER,)))
        if row.addresses[0] in private:
            yield Repair(row, row._replace(addresses=(private[row.addresses[0]],)))
