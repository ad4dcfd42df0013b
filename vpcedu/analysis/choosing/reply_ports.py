"""Reply ports: which of an opener's source ports do network ACLs let replies return to?

A network ACL is stateless: a reply to a port that no entry allows is dropped, and the opener chose
that port. So an ACL that is narrower than the opener's range loses some connections and not others.
Reasoned from the entries, for each place where a reply of a visit met an ACL; whoever wants to see
it sends packets from such a port (plays).
"""

from __future__ import annotations

from vpcedu.gateways.nat_instance import NatInstance
from vpcedu.tables.network_acl import ALLOW, AclEntry, NetworkAcl
from vpcedu.views.decided import entry_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from vpcedu.device import Machine
    from vpcedu.flow import FiveTuple
    from vpcedu.network.vpc import Vpc
    from vpcedu.sites.visit import Visit

Range = tuple[int, int]
Part = tuple[int, int, str]  # first and last port, and the ACL that drops their replies, or ""


def parts(vpc: Vpc, visit: Visit, ranges: dict[str, Range]) -> dict[str, tuple[Part, ...]]:
    """By device the parts of its range of source ports between which a network ACL tells.

    A device whose replies all pass, or are all dropped, is missing. ranges: by device.
    """
    met: dict[str, dict[tuple[AclEntry, FiveTuple], None]] = {}
    for device, entry, flow in _replies(visit):
        if device in ranges:
            met.setdefault(device, {})[entry, flow._replace(dport=0)] = None
    acls = {entry.acl for asked in met.values() for entry, _ in asked}
    rows = {
        name: tuple(row for one in vpc.everyone for row in one.acl_entries if row.acl == name)
        for name in acls
    }
    found = {}
    for device, asked in met.items():
        made = tuple(_parts(rows, asked, *ranges[device]))
        if len(made) > 1:
            found[device] = made
    return found


def _replies(visit: Visit) -> Iterator[tuple[str, AclEntry, FiveTuple]]:
    """Where replies met an ACL: the device that chose their port, the entry, the flow."""
    owner = {row.address: row.device for row in visit.vpc.outside}
    kinds: dict[str, type[Machine]] = {}
    for one in visit.vpc.everyone:
        kinds |= {row.name: row.kind for row in one.devices}
        for row in one.interfaces:
            owner |= dict.fromkeys((row.address, *row.secondary), row.device)
        owner |= {row.public: owner.get(row.private, "") for row in one.associations}
    for talk in visit.connections:
        for trace in talk.traces:
            for step in trace.steps if trace.sender != talk.opener else ():
                entry, device = entry_of(step), owner.get(step.before.flow.dst, "")
                if device and issubclass(kinds[device], NatInstance):
                    device = talk.opener  # which keeps the opener's port
                if entry is not None and entry.acl:
                    yield device, entry, step.before.flow


def _parts(
    rows: dict[str, tuple[AclEntry, ...]],
    asked: dict[tuple[AclEntry, FiveTuple], None],
    first: int,
    last: int,
) -> Iterator[Part]:
    """The parts of a range, neighbours that an ACL treats alike in one."""
    acls = {name: NetworkAcl(name, own) for name, own in rows.items()}
    edges = {
        edge
        for entry, _ in asked
        for row in rows[entry.acl]
        for edge in (row.ports[0], row.ports[1] + 1)
    }
    begin, before = first, None
    for port in sorted({first, *(edge for edge in edges if first < edge <= last)}):
        drops = (
            entry.acl
            for entry, flow in asked
            if acls[entry.acl].lookup(entry.direction, flow._replace(dport=port)).action != ALLOW
        )
        by = next(drops, "")
        if before is not None and by != before:
            yield begin, port - 1, before
            begin = port
        before = by
    yield begin, last, before or ""
