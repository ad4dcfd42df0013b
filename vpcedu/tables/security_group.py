"""Security group: may a packet open a flow at a network interface?

Rules only allow. All rules of all groups of an interface count together, in no order; no rule, no
flow. A rule names the other side by a CIDR block or by a group: a group reference fits the private
addresses of the interfaces that carry the group. Answers to allowed flows are not asked about here
but in tracking.py. Sources: VPC user guide, "Security groups", "Security group rules", "Default
security groups"; EC2 user guide, "Security group connection tracking". Left out: prefix lists,
quotas, the DNS traffic that groups never filter.
"""

from __future__ import annotations

from vpcedu.address import block, number
from vpcedu.flow import TCP, FiveTuple
from vpcedu.quoting import quoted
from vpcedu.row import NamedRow
from vpcedu.tables.traffic import ANY, ANYWHERE, EVERY_PORT, span, words

IN, OUT = "in", "out"


class GroupRule(NamedRow):
    """One rule of a security group; `peer` is a CIDR block or a group's id (sg-...).

    `ports` is (first, last) of the destination port, for ICMP (type, code); see traffic.py.
    """

    group: str
    direction: str
    ports: tuple[int, int]
    peer: str
    protocol: int = TCP

    def __str__(self) -> str:
        return f"{self.group} {self.direction} {self.what}"

    @property
    def what(self) -> str:
        """What the rule allows, without the name of its group."""
        return f"{words(self.protocol, self.ports)} {'from' if self.direction == IN else 'to'} {self.peer}"

    def fits(self, flow: FiveTuple, peer_groups: frozenset[str]) -> bool:
        """Whether the rule allows a flow, the other side of which carries these groups."""
        first, last = span(self.protocol, self.ports)
        if self.protocol not in (ANY, flow.protocol) or not first <= flow.dport <= last:
            return False
        if self.peer.startswith("sg-"):
            return self.peer in peer_groups
        first, last, _ = block(self.peer)
        return first <= number(flow.src if self.direction == IN else flow.dst) <= last


def new_group(name: str) -> tuple[GroupRule, ...]:
    """The rules of a group that was just made: nothing in, everything out."""
    return (GroupRule(name, OUT, EVERY_PORT, ANYWHERE, ANY),)


def default_group(name: str) -> tuple[GroupRule, ...]:
    """The rules of a VPC's default group: everything in from its own members, everything out."""
    return (GroupRule(name, IN, EVERY_PORT, name, ANY), *new_group(name))


class RuleSet(NamedRow):
    """The rules of one direction of all security groups of one interface.

    A refused packet was compared with all of them.
    """

    groups: tuple[str, ...]
    direction: str
    rules: tuple[GroupRule, ...]

    @classmethod
    def of(cls, groups: tuple[str, ...], direction: str, rules: tuple[GroupRule, ...]) -> RuleSet:
        """The set made from the rules of a VPC; ValueError for a rule that cannot be."""
        return RuleSets(rules).of(groups, direction)

    def __str__(self) -> str:
        allowed = "only " + ", ".join(rule.what for rule in self.rules) if self.rules else "nothing"
        return f"{', '.join(self.groups)} {self.direction} allows {allowed}"

    def lookup(self, flow: FiveTuple, peer_groups: frozenset[str]) -> GroupRule | None:
        """A rule that allows the flow, or None.

        `peer_groups` are the security groups of the other side's interface. A rule for anywhere
        comes before others: it is the one that can leave a flow untracked.
        """
        fitting = (rule for rule in self.rules if rule.fits(flow, peer_groups))
        return min(fitting, key=lambda rule: rule.peer != ANYWHERE, default=None)

    def lets_all(self, protocol: int) -> bool:
        """Whether a rule allows a protocol from or to anywhere on every port.

        Then every answer may pass.
        """
        return any(
            rule.peer == ANYWHERE
            and rule.protocol in (ANY, protocol)
            and span(rule.protocol, rule.ports) == EVERY_PORT
            for rule in self.rules
        )


class RuleSets:
    """The sets of all interfaces of a VPC: interfaces with the same groups share theirs.

    ValueError for a rule that cannot be.
    """

    def __init__(self, rules: tuple[GroupRule, ...]) -> None:
        self._rules: dict[tuple[str, str], list[tuple[int, GroupRule]]] = {}
        self._made: dict[tuple[tuple[str, ...], str], RuleSet] = {}
        for i, rule in enumerate(rules):
            span(rule.protocol, rule.ports)
            if rule.direction not in (IN, OUT):
                raise ValueError(f"{quoted(rule)}: expected the direction in or out")
            if not rule.peer.startswith("sg-"):
                block(rule.peer)
            self._rules.setdefault((rule.group, rule.direction), []).append((i, rule))

    def of(self, groups: tuple[str, ...], direction: str) -> RuleSet:
        """The set of an interface with these groups, its rules in the order of the VPC's."""
        if (groups, direction) not in self._made:
            own = sorted(
                row for group in set(groups) for row in self._rules.get((group, direction), ())
            )
            rules = tuple(rule for _, rule in own)
            self._made[groups, direction] = RuleSet(groups, direction, rules)
        return self._made[groups, direction]
