"""Idle rows: rules that do nothing, and network ACLs too narrow for answers.

Too narrow is the outbound or inbound range of ports.

A rule is shadowed where another one of its group allows all that it allows; an ACL's entry can
never match where those with lower numbers take everything it fits, together. Unused is what no
interface or subnet has. An ephemeral trap is an ACL that lets requests pass and their answers only
for clients of some systems: each system chooses its ports from a range of its own
(protocols/ports.py). An entry for a thousand or more high ports is taken to be for answers, and one
that denies a block all of them for a ban. Of IANA's protocols only TCP, UDP, ICMP and "all others"
are told apart; that two group rules together cover a third one is not looked for.
"""

from __future__ import annotations

from vpcedu.address import block, within
from vpcedu.flow import TCP
from vpcedu.protocols.ports import RANGES
from vpcedu.row import NamedRow
from vpcedu.sites.parts import EPHEMERAL
from vpcedu.tables.network_acl import ALLOW, AclEntry
from vpcedu.tables.security_group import IN, OUT, GroupRule
from vpcedu.tables.traffic import ANY, ICMP, UDP, span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from vpcedu.network.vpc import Vpc
    from vpcedu.row import Row

    Box = tuple[int, int, int, int]  # first and last address, first and last port

REST = 255  # stands for every other protocol
NOTHING = (1, 0, 1, 0)  # a box that holds no address


class Finding(NamedRow):
    """A row or name, what is the matter with it, and why.

    What is the matter: "unused", "shadowed", "never matches" or "ephemeral trap".
    """

    row: Row | str
    what: str
    because: str

    def __str__(self) -> str:
        return f"{self.what}: {self.row}; {self.because}"


def findings(vpc: Vpc) -> tuple[Finding, ...]:
    """Everything of this kind in a description."""
    return (*_unused(vpc), *_shadowed(vpc), *_never(vpc), *_traps(vpc))


def _unused(vpc: Vpc) -> Iterator[Finding]:
    carried = {group for interface in vpc.interfaces for group in interface.groups}
    for group in dict.fromkeys(rule.group for rule in vpc.group_rules):
        if group not in carried:
            yield Finding(group, "unused", "no network interface uses this security group")
    anywhere = {
        group
        for each_vpc in vpc.everyone
        for interface in each_vpc.interfaces
        for group in interface.groups
    }
    for row in vpc.group_rules:
        if row.group in carried and row.peer.startswith("sg-") and row.peer not in anywhere:
            yield Finding(row, "unused", f"no network interface uses the security group {row.peer}")
    acls, tables = (
        {subnet.network_acl for subnet in vpc.subnets},
        {subnet.route_table or vpc.main for subnet in vpc.subnets},
    )
    for acl in dict.fromkeys(entry.acl for entry in vpc.acl_entries):
        if acl not in acls:
            yield Finding(acl, "unused", "no subnet uses this network ACL")
    for table in dict.fromkeys(route.table for route in vpc.routes):
        if table not in tables:
            yield Finding(table, "unused", "no subnet uses this route table")


def _shadowed(vpc: Vpc) -> Iterator[Finding]:
    by_place: dict[tuple[str, str], list[GroupRule]] = {}
    for row in vpc.group_rules:
        by_place.setdefault((row.group, row.direction), []).append(row)
    for rows in by_place.values():
        for place, row in enumerate(rows):
            for other_place, other in enumerate(rows):
                # of two equal ones the later is shadowed
                first = other_place < place or not _covers(row, other)
                if place != other_place and first and _covers(other, row):
                    yield Finding(row, "shadowed", f"{other} already allows all of it")
                    break


def _covers(wide: GroupRule, narrow: GroupRule) -> bool:
    (first, last), (low, high) = (
        span(wide.protocol, wide.ports),
        span(narrow.protocol, narrow.ports),
    )
    peers = wide.peer == narrow.peer or (
        "/" in wide.peer and "/" in narrow.peer and within(narrow.peer, wide.peer)
    )
    return wide.protocol in (ANY, narrow.protocol) and first <= low and high <= last and peers


def _never(vpc: Vpc) -> Iterator[Finding]:
    for rows in _by_direction(vpc).values():
        for place, row in enumerate(rows):
            if not any(_left(row, rows[:place], protocol) for protocol in (TCP, UDP, ICMP, REST)):
                why = (
                    "entries with lower numbers match all of it" if place else "it matches nothing"
                )
                yield Finding(row, "never matches", why)


def _by_direction(vpc: Vpc) -> dict[tuple[str, str], list[AclEntry]]:
    found: dict[tuple[str, str], list[AclEntry]] = {}
    for row in sorted(vpc.acl_entries, key=lambda row: row.number):
        found.setdefault((row.acl, row.direction), []).append(row)
    return found


def _left(row: AclEntry, before: list[AclEntry], protocol: int) -> list[Box]:
    """What remains of an entry, for one protocol, after those that are asked before it."""
    own = row.protocol if row.protocol in (ANY, TCP, UDP, ICMP) else REST
    left = (
        [(*block(row.cidr)[:2], *span(row.protocol, row.ports))] if own in (ANY, protocol) else []
    )
    for other in before:
        left = [
            part
            for whole in left
            for taken in (_box(other, protocol) or [NOTHING])
            for part in _minus(whole, taken)
        ]
    return left


def _box(row: AclEntry, protocol: int) -> list[Box]:
    """What an entry takes of a protocol.

    An entry for a single protocol of the rest does not take them all.
    """
    return (
        [(*block(row.cidr)[:2], *span(row.protocol, row.ports))]
        if row.protocol in (ANY, protocol)
        else []
    )


def _minus(whole: Box, taken: Box) -> list[Box]:
    """A box less another one: up to four boxes."""
    a, b, low, high = whole
    first, last, start, end = (
        max(a, taken[0]),
        min(b, taken[1]),
        max(low, taken[2]),
        min(high, taken[3]),
    )
    if first > last or start > end:
        return [whole]
    parts = [
        (a, first - 1, low, high),
        (last + 1, b, low, high),
        (first, last, low, start - 1),
        (first, last, end + 1, high),
    ]
    return [part for part in parts if part[0] <= part[1] and part[2] <= part[3]]


def _traps(vpc: Vpc) -> Iterator[Finding]:
    """Where requests pass in one direction, the answers' range in the other, by kind of client."""
    rows = _by_direction(vpc)
    for acl in dict.fromkeys(subnet.network_acl for subnet in vpc.subnets):
        for direction, back, who in (
            (IN, OUT, "clients outside the subnet"),
            (OUT, IN, "clients in the subnet"),
        ):
            for request in rows.get((acl, direction), ()):
                if (
                    request.action == ALLOW
                    and request.protocol in (ANY, TCP)
                    and not _for_answers(request)
                    and _left(
                        request, [r for r in rows[acl, direction] if r.number < request.number], TCP
                    )
                ):
                    yield from _narrow(acl, request, rows.get((acl, back), []), back, who)


def _for_answers(row: AclEntry) -> bool:
    first, last = span(row.protocol, row.ports)
    return first >= EPHEMERAL[0] and last - first >= 999


def _narrow(
    acl: str, request: AclEntry, answers: list[AclEntry], back: str, who: str
) -> Iterator[Finding]:
    short = []
    for system, ports in RANGES.items():
        wanted = AclEntry(acl, 0, back, ALLOW, TCP, ports, request.cidr)
        if _refused(wanted, answers):
            short.append(f"{system} {ports[0]}-{ports[1]}")
    if short:
        all_of_them = " (all)" if len(short) == len(RANGES) else ""
        yield Finding(
            request,
            "ephemeral trap",
            f"replies {back} are not allowed to every port of {who}{all_of_them}: {', '.join(short)}",
        )


def _refused(wanted: AclEntry, entries: list[AclEntry]) -> list[Box]:
    """What of the wanted traffic no entry allows before one denies it."""
    left, refused = _box(wanted, TCP), []
    for row in entries:
        for taken in _box(row, TCP):
            if row.action != ALLOW and not _is_a_ban(row):
                refused += [part for whole in left for part in _both(whole, taken)]
            left = [part for whole in left for part in _minus(whole, taken)]
    return refused + left


def _is_a_ban(row: AclEntry) -> bool:
    """Whether an entry denies every port of every client.

    Then it is about the block, not about ports.
    """
    first, last = span(row.protocol, row.ports)
    return first <= EPHEMERAL[0] and EPHEMERAL[1] <= last


def _both(one: Box, other: Box) -> list[Box]:
    box = (
        max(one[0], other[0]),
        min(one[1], other[1]),
        max(one[2], other[2]),
        min(one[3], other[3]),
    )
    return [box] if box[0] <= box[1] and box[2] <= box[3] else []
