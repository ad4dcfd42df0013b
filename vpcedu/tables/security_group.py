"""Security group: may a packet open a flow at a network interface?

Rules only allow. All rules of all groups of an interface count together, in no order; no rule, no flow.
A rule names the other side by a CIDR block or by a group: a group reference fits the private addresses of
the interfaces that carry the group. Answers to allowed flows are not asked about here but in tracking.py.
Sources: VPC user guide, "Security groups" and "Security group rules".
"""

from __future__ import annotations

from collections import namedtuple

from vpcedu.address import block, number
from vpcedu.icmp import ports_text
from vpcedu.packet import TCP, FiveTuple

IN, OUT = "in", "out"


class GroupRule(namedtuple("GroupRule", ("group", "direction", "ports", "peer", "protocol"), defaults=(TCP,))):
    """One rule: `ports` (first, last) of the destination port; `peer` is a CIDR block or a group's id (sg-...)."""

    __slots__ = ()
    group: str
    direction: str
    ports: tuple[int, int]
    peer: str
    protocol: int

    def __str__(self) -> str:
        return f"{self.group} {self.direction} {self.what}"

    @property
    def what(self) -> str:
        """What the rule allows, without the name of its group."""
        return f"{ports_text(self.protocol, self.ports)} {'from' if self.direction == IN else 'to'} {self.peer}"


class RuleSet(namedtuple("RuleSet", ("groups", "direction", "rules"))):
    """The rules of one direction of all groups of one interface: what a refused packet was held against."""

    __slots__ = ()
    groups: tuple[str, ...]
    direction: str
    rules: tuple[GroupRule, ...]

    def __str__(self) -> str:
        allowed = "only " + ", ".join(rule.what for rule in self.rules) if self.rules else "nothing"
        return f"{', '.join(self.groups)} {self.direction} allows {allowed}"

    def lookup(self, flow: FiveTuple, peer_groups: frozenset[str]) -> GroupRule | None:
        """A rule that allows the flow, or None; `peer_groups` are the groups of the other side's interface."""
        remote = number(flow.src if self.direction == IN else flow.dst)
        for rule in self.rules:
            low, high = rule.ports
            if low <= flow.dport <= high and rule.protocol == flow.protocol and fits(rule.peer, remote, peer_groups):
                return rule
        return None


def fits(peer: str, remote: int, peer_groups: frozenset[str]) -> bool:
    """Whether a rule's peer (CIDR block or group id) stands for the other side of a flow."""
    if peer.startswith("sg-"):
        return peer in peer_groups
    first, last, _ = block(peer)
    return first <= remote <= last
