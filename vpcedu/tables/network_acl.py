"""Network ACL: may a packet cross the edge of a subnet?

Entries are tried in the order of their numbers, the first that fits decides, and `*` at the end denies.
The ACL is stateless: an answer needs an entry of its own. It is asked only where a packet enters or
leaves the subnet, never between two hosts of one subnet. Source: VPC user guide, "Network ACLs".
Left out: the kinds of traffic that an ACL never filters (Amazon DNS, DHCP, instance metadata).
"""

from __future__ import annotations

from collections import namedtuple

from vpcedu.address import block, number
from vpcedu.icmp import ports_text
from vpcedu.packet import FiveTuple

IN, OUT = "in", "out"
ALLOW, DENY = "allow", "deny"
ANY = -1  # "all protocols", as the API writes it
LAST = 32_767  # the number the API gives the `*` entry (IPv4)


class AclEntry(namedtuple("AclEntry", ("acl", "number", "direction", "action", "protocol", "ports", "cidr"))):
    """One entry: direction IN or OUT, action ALLOW or DENY, `ports` (first, last) of the destination port.

    For ICMP see `icmp_port`.
    """

    __slots__ = ()
    acl: str
    number: int
    direction: str
    action: str
    protocol: int
    ports: tuple[int, int]
    cidr: str

    def __str__(self) -> str:
        name = "*" if self.number == LAST else self.number
        return f"{self.acl} {self.direction} {name}: {self.what}"

    @property
    def what(self) -> str:
        """What the entry allows or denies, without its place."""
        ports = "all" if self.protocol == ANY else ports_text(self.protocol, self.ports)
        return f"{self.action} {ports} {'from' if self.direction == IN else 'to'} {self.cidr}"


class NetworkAcl:
    """The entries of one network ACL, by direction, in the order of their numbers."""

    def __init__(self, name: str, entries: tuple[AclEntry, ...]) -> None:
        ends = tuple(AclEntry(name, LAST, way, DENY, ANY, (0, 65_535), "0.0.0.0/0") for way in (IN, OUT))
        self._rows: dict[str, list[tuple[int, int, int, int, int, AclEntry]]] = {IN: [], OUT: []}
        for entry in sorted(entries + ends, key=lambda entry: entry.number):
            self._rows[entry.direction].append((*block(entry.cidr)[:2], *entry.ports, entry.protocol, entry))

    def lookup(self, direction: str, flow: FiveTuple) -> AclEntry:
        """The entry that decides about a packet that goes IN or OUT; there always is one."""
        remote, port = number(flow.src if direction == IN else flow.dst), flow.dport
        for first, last, low, high, protocol, entry in self._rows[direction]:
            if first <= remote <= last and low <= port <= high and protocol in (ANY, flow.protocol):
                return entry
        raise AssertionError("the * entry fits every packet")
