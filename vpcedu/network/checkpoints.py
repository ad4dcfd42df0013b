"""Checkpoints: what a packet is asked when it leaves or reaches a network interface, in order.

Each function answers (row, reason): the row that decided and, if the packet is lost, why; a Turn
where it says, too, where the packet goes; or None where the question does not arise. Tracking is
written here, at the instant the packet passes, as real devices do. AWS says that a network ACL
stands at the subnet's edge and a group at the interface; the order of the two is read from that.
"""

from __future__ import annotations

from vpcedu.flow import TCP
from vpcedu.network.interface import Interface
from vpcedu.network.places import Hop
from vpcedu.packet import ACK, RST, SYN, Packet
from vpcedu.reasons import (
    ACL_IN,
    ACL_OUT,
    CONNTRACK_FULL,
    DESTINATION_CHECK,
    GROUP_IN,
    GROUP_OUT,
    SOURCE_CHECK,
    Reason,
)
from vpcedu.row import NamedRow
from vpcedu.tables.network_acl import DENY
from vpcedu.tables.security_group import IN, OUT
from vpcedu.tables.tracking import TrackedFlow, Untracked, is_untracked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.network.filter_tables import FilterTables
    from vpcedu.network.walk import Walk
    from vpcedu.row import Row
    from vpcedu.tables.translation import Translation

    Verdict = tuple[Row | None, Reason | None]


class Turn(NamedRow):
    """A verdict that lets the packet pass, and sends it elsewhere than the route table says."""

    row: Translation
    reason: None
    hop: Hop


def source_check(
    filters: FilterTables, walk: Walk, here: Interface, packet: Packet
) -> Verdict | None:
    """An interface sends only from its own address, unless its check is off."""
    return (here, SOURCE_CHECK) if here.check and packet.flow.src != here.address else None


def destination_check(
    filters: FilterTables, walk: Walk, here: Interface, packet: Packet
) -> Verdict | None:
    """An interface takes only what is for its own address, unless its check is off."""
    return (here, DESTINATION_CHECK) if here.check and packet.flow.dst != here.address else None


def group_out(filters: FilterTables, walk: Walk, here: Interface, packet: Packet) -> Verdict | None:
    """A tracked flow, or an outbound rule of the interface's groups.

    A Network Load Balancer's own RST is not asked: AWS says that clients get it after the idle
    timeout, when the group's tracking has forgotten the flow too (inferred).
    """
    if packet.flags & RST and walk.trace.sender == here.device and filters.balances(here):
        return None
    return _group(filters, walk, here, packet, OUT, GROUP_OUT)


def group_in(filters: FilterTables, walk: Walk, here: Interface, packet: Packet) -> Verdict | None:
    """A tracked flow, or an inbound rule of the interface's groups."""
    return _group(filters, walk, here, packet, IN, GROUP_IN)


def _group(
    filters: FilterTables,
    walk: Walk,
    here: Interface,
    packet: Packet,
    direction: str,
    reason: Reason,
) -> Verdict | None:
    if not here.groups:
        return None  # a NAT gateway has no security group
    tracking, flow, now = filters.tracking[here.id], packet.flow, filters.clock.now
    tracked = (
        tracking.use(direction, flow, now)
        if packet.icmp is None
        else _related(filters, walk, here, packet, direction)
    )
    if tracked is not None:
        return tracked, None
    there, peer, other = (
        (walk.left, flow.src, OUT) if direction == IN else (walk.hop.interface, flow.dst, IN)
    )
    rules, back = filters.rules[here.id, direction], filters.rules[here.id, other]
    rule = rules.lookup(flow, _groups(filters, there, peer))
    if rule is None:
        if filters.beyond_drops and packet.icmp is None:
            tracking.note(direction, flow, None, now)
        return rules, reason
    if packet.icmp is not None:
        return rule, None  # nobody answers an error
    through = filters.tracked_through(here, there)
    midstream = flow.protocol == TCP and packet.flags & (SYN | ACK) != SYN
    if midstream or (through is None and is_untracked(rule, rules, back, flow)):
        return Untracked(rule), None
    if tracking.note(direction, flow, rule, now, dict(through or ()).get(flow.protocol)) is None:
        return tracking.configuration, CONNTRACK_FULL
    return rule, None


def _groups(filters: FilterTables, there: Interface | None, peer: str) -> frozenset[str]:
    """The security groups by which a rule may name the other side.

    They are those of its interface, if the packet comes straight from there (or goes there) and not
    through a middlebox; or those of the Network Load Balancer that delivers it.
    """
    if there is not None and (peer in (there.address, *there.secondary) or filters.balances(there)):
        return frozenset(there.groups)
    return frozenset()


def _related(
    filters: FilterTables, walk: Walk, here: Interface, packet: Packet, direction: str
) -> TrackedFlow | Untracked | None:
    """The flow that an ICMP error is about, if it is tracked automatically, or left untracked.

    EC2 user guide, "Path MTU Discovery": such an error is let in for flows that are tracked
    automatically (through a NAT gateway, a Network Load Balancer) or untracked, else by a rule for
    ICMP. That it may leave these is inferred.
    """
    if filters.tracked_through(walk.left if direction == IN else here) is not None:
        return filters.tracking[here.id].lookup(direction, packet.about, filters.clock.now)
    rules, back = (
        filters.rules[here.id, direction],
        filters.rules[here.id, OUT if direction == IN else IN],
    )
    rule = rules.lookup(packet.about, frozenset())
    return (
        Untracked(rule)
        if rule is not None and is_untracked(rule, rules, back, packet.about)
        else None
    )


def flow_return(
    filters: FilterTables,
    walk: Walk,
    here: Interface,
    packet: Packet,
) -> Turn | None:
    """The answer of a Network Load Balancer's target goes back to the node.

    It is the node that delivered the request. Inferred from AWS's pages, which describe
    the outcome from several sides but not the mechanism. Only the interface that the
    flow was delivered to is asked: a stranger who forges addresses is not taken in.
    """
    for node, balancer in filters.balancers:
        row = balancer.returns(packet.about, filters.clock.now)
        if row is not None and row.after.dst == here.address:
            return Turn(row, None, Hop(node, row))
    return None


def network_acl_out(
    filters: FilterTables, walk: Walk, here: Interface, packet: Packet
) -> Verdict | None:
    """The subnet's network ACL, unless the packet stays in the subnet."""
    there = walk.hop.interface
    if there is not None and there.subnet == here.subnet:
        return None
    return _acl(filters, here, packet, OUT, ACL_OUT)


def network_acl_in(
    filters: FilterTables, walk: Walk, here: Interface, packet: Packet
) -> Verdict | None:
    """The subnet's network ACL, unless the packet comes from the same subnet."""
    within = walk.left is not None and walk.left.subnet == here.subnet
    return None if within else _acl(filters, here, packet, IN, ACL_IN)


def _acl(
    filters: FilterTables, here: Interface, packet: Packet, direction: str, reason: Reason
) -> Verdict:
    entry = filters.acls[here.subnet].lookup(direction, packet.flow)
    return entry, reason if entry.action == DENY else None


def route(filters: FilterTables, walk: Walk, here: Interface, packet: Packet) -> Verdict | None:
    """The row of the route table (looked up before the ACL was asked).

    The route table is not asked where a flow returns.
    """
    return None if walk.returning else (walk.hop.row, walk.hop.reason)


LEAVING = (
    ("source check", source_check),
    ("group out", group_out),
    ("flow return", flow_return),
    ("network ACL out", network_acl_out),
    ("route", route),
)
ARRIVING = (
    ("network ACL in", network_acl_in),
    ("group in", group_in),
    ("destination check", destination_check),
)
