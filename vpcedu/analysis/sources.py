"""Sources: the possible ends of a VPC's connections, and its classes of ports.

A class is a set of ports between which no row tells a difference.

Ends are the interfaces of hosts, anyone on the Internet, and somebody of each public block that a
rule or an entry names: between others of the Internet no row tells a difference either, save where
blocks overlap.
"""

from __future__ import annotations

from vpcedu.address import block, is_private, number, text
from vpcedu.analysis.ends import SOMEONE, find, is_inside
from vpcedu.flow import TCP
from vpcedu.network.interface import Interface
from vpcedu.protocols.ports import ELASTIC_LOAD_BALANCING, LINUX
from vpcedu.row import NamedRow
from vpcedu.tables.traffic import ANY, span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.network.vpc import Vpc

LAST_PORT = 65_535


class PossibleEnd(NamedRow):
    """One possible end.

    Its address as a number, its name, its interface (None: on the Internet), its ephemeral range.
    """

    value: int
    name: str
    interface: Interface | None
    ports: tuple[int, int]


def inside(vpc: Vpc) -> list[PossibleEnd]:
    """Each interface of a host that works, and each secondary address that has a public one."""
    kinds, out = {row.name: row for row in vpc.devices}, {row.name for row in vpc.states}
    public = {row.private for row in vpc.associations}
    found = []
    for row in vpc.interfaces:
        device = kinds[row.device]
        settings = dict(device.settings)
        if device.kind.is_host and row.device not in out:
            usual = ELASTIC_LOAD_BALANCING if "listeners" in settings else LINUX
            ports = settings.get("ports", usual)
            found.append(PossibleEnd(number(row.address), row.id, row, ports))
            found += [
                PossibleEnd(number(address), address, row, ports)
                for address in row.secondary
                if address in public
            ]
    return found


def outside(vpc: Vpc) -> list[PossibleEnd]:
    """Anyone on the Internet, and somebody of each public block that a rule or an entry names."""
    blocks = dict.fromkeys(
        (*(rule.peer for rule in vpc.group_rules), *(entry.cidr for entry in vpc.acl_entries))
    )
    found = {number(find(vpc, SOMEONE).address): SOMEONE}
    for cidr in blocks:
        if "/" in cidr and not cidr.endswith("/0"):
            first, last, prefix = block(cidr)
            value = min(first + (1 if prefix > 8 else 0x08080808), last)
            if (
                not is_private(text(value))
                and not is_inside(vpc, text(value))
                and 1 << 24 <= value < 224 << 24
            ):
                found.setdefault(value, cidr)
    return [PossibleEnd(value, name, None, LINUX) for value, name in found.items()]


def classes(vpc: Vpc) -> list[int]:
    """The first port of each class.

    Between two of them no row and no ephemeral range begins or ends.
    """
    spoken = [(rule.protocol, rule.ports) for rule in vpc.group_rules]
    spoken += [(entry.protocol, entry.ports) for entry in vpc.acl_entries]
    rows = [span(protocol, ports) for protocol, ports in spoken if protocol in (ANY, TCP)]
    rows += [
        LINUX,
        ELASTIC_LOAD_BALANCING,
        *(value for device in vpc.devices for word, value in device.settings if word == "ports"),
    ]
    cuts = {0, *(first for first, _ in rows), *(last + 1 for _, last in rows)}
    return sorted(cut for cut in cuts if cut <= LAST_PORT)
