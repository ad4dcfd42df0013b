"""Groups and ACLs: security groups, network ACLs and prefix lists, as rows of the model.

Rules and routes name prefix lists.

A prefix list becomes a row for each of its blocks. IPv6 is kept aside and noted.
"""

from __future__ import annotations

from vpcedu.aws.answers import Answers
from vpcedu.aws.located import At
from vpcedu.tables.network_acl import ALLOW, DENY, IN, LAST, OUT, AclEntry
from vpcedu.tables.security_group import GroupRule
from vpcedu.tables.traffic import ANY, EVERY_PORT, ICMP, NAMES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PROTOCOLS = {name: number for number, name in NAMES.items() if number != ANY} | {"-1": ANY}
ICMP_V6 = ("icmpv6", "58")
SHOWN = 20  # blocks of a prefix list that a note names


def prefixes(answers: Answers, name: str) -> tuple[str, ...] | None:
    """The IPv4 blocks of a prefix list; None where no file says them."""
    if name not in answers.prefixes:
        answers.prefixes[name] = _prefixes(answers, name)
    return answers.prefixes[name]


def _prefixes(answers: Answers, name: str) -> tuple[str, ...] | None:
    answer, row = answers.about("Entries", name), answers.rows("PrefixLists").get(name)
    if answer is not None:
        entries = (entry for entry in answer.rows("Entries") if ":" not in entry.text("Cidr"))
        return tuple(At(entry.block("Cidr"), 0).as_text() for entry in entries)
    if row is None or not row.has("Cidrs"):
        return None
    return tuple(cidr for cidr in row.texts("Cidrs") if ":" not in cidr)


def expanded(answers: Answers, at: At, field: str, words: str, about: str) -> tuple[str, ...]:
    """The blocks of the prefix list that a row names.

    Notes what it became, or that no file says its entries.
    """
    name = at.id(field)
    found = prefixes(answers, name)
    if found is None:
        answers.notes.add("missing", at, f"entries of prefix list {name}: {words} left out")
        answers.lacks(
            about,
            f"{words} names prefix list {name}, whose entries no file has",
            f"ec2 get-managed-prefix-list-entries --prefix-list-id {name}",
        )
        return ()
    answers.spend(len(found), at)
    answers.notes.add(
        "simplified",
        at,
        f"{words} names prefix list {name}, which is replaced by its entries:"
        f" {shown(found) or 'none'}",
    )
    return found


def shown(words: Sequence[str]) -> str:
    """The first of many words, and how many more there are."""
    more = len(words) - SHOWN
    return ", ".join(words[:SHOWN]) + f" and {more} more" * (more > 0)


def group_rules(answers: Answers, vpc: str) -> Iterator[GroupRule]:
    """The rules of the security groups of a VPC."""
    for group, row in answers.of_vpc("SecurityGroups", vpc).items():
        for direction, field in ((IN, "IpPermissions"), (OUT, "IpPermissionsEgress")):
            for permission in row.rows(field):
                answers.known("IpPermissions", permission)
                yield from _permission(answers, group, direction, permission)


def ipv6_rules(answers: Answers, vpc: str) -> Iterator[GroupRule]:
    """The rules of the security groups of a VPC that name IPv6 blocks, as they are written."""
    for group, row in answers.of_vpc("SecurityGroups", vpc).items():
        for direction, field in ((IN, "IpPermissions"), (OUT, "IpPermissionsEgress")):
            for at in row.rows(field):
                if at.text("IpProtocol") in ICMP_V6:
                    continue
                protocol = _protocol(at, "IpProtocol")
                ports = _ports(at, protocol, "FromPort", "ToPort")
                for block in at.rows("Ipv6Ranges"):
                    yield GroupRule(group, direction, ports, block.text("CidrIpv6", ""), protocol)


def _permission(answers: Answers, group: str, direction: str, at: At) -> Iterator[GroupRule]:
    if at.text("IpProtocol") in ICMP_V6:
        answers.notes.add("beyond", at, "IPv6: its rules, routes and addresses are left out")
        return
    protocol = _protocol(at, "IpProtocol")
    ports = _ports(at, protocol, "FromPort", "ToPort")
    for row in at.rows("IpRanges"):
        yield GroupRule(group, direction, ports, row.block("CidrIp"), protocol)
    for row in at.rows("UserIdGroupPairs"):
        if not row.id("GroupId").startswith("sg-"):
            raise row.get("GroupId").refusal("a security group's id, sg-...")
        yield GroupRule(group, direction, ports, row.id("GroupId"), protocol)
    for row in at.rows("PrefixListIds"):
        for cidr in expanded(answers, row, "PrefixListId", f"a rule of {group}", group):
            yield GroupRule(group, direction, ports, cidr, protocol)
    for row in at.rows("Ipv6Ranges"):
        answers.notes.add("beyond", row, "IPv6: its rules, routes and addresses are left out")


def _protocol(at: At, field: str) -> int:
    word = at.text(field).lower()
    return PROTOCOLS[word] if word in PROTOCOLS else at.number(field, 0, 255)


def _ports(at: At, protocol: int, low: str, high: str) -> tuple[int, int]:
    """A span of ports; for ICMP (type, code)."""
    if protocol == ICMP:
        pair = at.number(low, -1, 255, -1), at.number(high, -1, 255, -1)
        if pair[0] < 0 <= pair[1]:
            raise at.get(high).refusal("-1, as the type is -1")
        return pair
    if protocol == ANY or protocol not in NAMES or (at.number(low, -1, 65_535, -1) == -1):
        return EVERY_PORT
    first = at.number(low, 0, 65_535)
    return first, at.number(high, first, 65_535)


def acl_entries(answers: Answers, vpc: str) -> Iterator[AclEntry]:
    """The entries of the network ACLs of a VPC, less those that `*` stands for."""
    for acl, row in answers.of_vpc("NetworkAcls", vpc).items():
        seen: dict[tuple[bool, int], At] = {}
        for at in row.rows("Entries"):
            answers.known("ACL entries", at)
            number, egress = at.number("RuleNumber", 1, LAST + 1), at.flag("Egress", False)
            if at.has("Ipv6CidrBlock"):
                answers.notes.add(
                    "beyond", at, "IPv6: its rules, routes and addresses are left out"
                )
            elif number < LAST:
                before = seen.setdefault((egress, number), at)
                if before is not at:
                    raise at.get("RuleNumber").refusal(
                        f"a number that no other entry has, as that at {before.where}"
                    )
                yield _entry(acl, number, OUT if egress else IN, at)


def _entry(acl: str, number: int, direction: str, at: At) -> AclEntry:
    protocol, action = _protocol(at, "Protocol"), at.text("RuleAction")
    if action not in (ALLOW, DENY):
        raise at.get("RuleAction").refusal("allow or deny")
    ports = EVERY_PORT
    if protocol == ICMP and at.has("IcmpTypeCode"):
        ports = _ports(at.get("IcmpTypeCode"), protocol, "Type", "Code")
    elif protocol == ICMP:
        ports = (-1, -1)
    elif at.has("PortRange"):
        ports = _ports(at.get("PortRange"), protocol, "From", "To")
    return AclEntry(acl, number, direction, action, protocol, ports, at.block("CidrBlock"))
