"""Network ACL: may a packet cross the edge of a subnet?

Entries are tried in the order of their numbers (1 to 32,766), the first that fits decides, and `*`
at the end denies. The ACL is stateless: an answer needs an entry of its own. It is asked only where
a packet enters or leaves the subnet, never between two hosts of one subnet. Sources: VPC user
guide, "Network ACLs"; EC2 API. Left out: the kinds of traffic that an ACL never filters (Amazon DNS
and DHCP, instance metadata, ECS task metadata, licence activation for Windows, Amazon Time Sync,
the router's reserved addresses); the quota of 20 entries.
"""

from __future__ import annotations

from vpcedu.address import block, parsed
from vpcedu.flow import FiveTuple
from vpcedu.quoting import quoted
from vpcedu.row import NamedRow
from vpcedu.tables.traffic import ANY as ANY
from vpcedu.tables.traffic import ANYWHERE, EVERY_PORT, span, words

IN, OUT = "in", "out"
ALLOW, DENY = "allow", "deny"
LAST = 32_767  # the number the API gives the `*` entry (IPv4)


class AclEntry(NamedRow):
    """One entry of a network ACL, for direction IN or OUT; its action is ALLOW or DENY.

    `ports` is (first, last) of the destination port, for ICMP (type, code); see traffic.py.
    """

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
        side = "from" if self.direction == IN else "to"
        return f"{self.action} {words(self.protocol, self.ports)} {side} {self.cidr}"


def default_acl(name: str) -> tuple[AclEntry, ...]:
    """The entries of a VPC's default ACL: all traffic, in both directions.

    A new ACL of your own has none but `*`.
    """
    return tuple(
        AclEntry(name, 100, direction, ALLOW, ANY, EVERY_PORT, ANYWHERE) for direction in (IN, OUT)
    )


class NetworkAcl:
    """The entries of one network ACL, by direction, in the order of their numbers.

    ValueError for an impossible entry.
    """

    def __init__(self, name: str, entries: tuple[AclEntry, ...]) -> None:
        self._rows: dict[str, list[tuple[int, int, int, int, int, AclEntry]]] = {IN: [], OUT: []}
        taken: set[tuple[str, int]] = set()
        for entry in sorted(entries, key=lambda entry: entry.number):
            if (
                not 1 <= entry.number < LAST
                or entry.direction not in self._rows
                or entry.action not in (ALLOW, DENY)
            ):
                raise ValueError(
                    f"{quoted(entry)}: expected a number from 1 to 32766, in or out, allow or deny"
                )
            if (entry.direction, entry.number) in taken:
                raise ValueError(
                    f"{entry}: {name} has another with this number, expected each once in a direction"
                )
            taken.add((entry.direction, entry.number))
            self._add(entry)
        for direction in (IN, OUT):
            self._add(AclEntry(name, LAST, direction, DENY, ANY, EVERY_PORT, ANYWHERE))

    def _add(self, entry: AclEntry) -> None:
        ports, addresses = span(entry.protocol, entry.ports), block(entry.cidr)
        self._rows[entry.direction].append((*addresses[:2], *ports, entry.protocol, entry))

    def lookup(self, direction: str, flow: FiveTuple) -> AclEntry:
        """The entry that decides on a packet going IN or OUT; there is always one."""
        remote, port = parsed(flow.src if direction == IN else flow.dst), flow.dport
        for first, last, from_port, to_port, protocol, entry in self._rows[direction]:
            if (
                first <= remote <= last
                and from_port <= port <= to_port
                and protocol in (ANY, flow.protocol)
            ):
                return entry
        raise AssertionError("the * entry matches every packet")
