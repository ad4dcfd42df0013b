"""Checkpoints: what a packet is asked when it leaves or reaches a network interface, in order.

Each function answers (row, reason): the row that decided and, if the packet is lost, why; or None
where the question does not arise. `flow_return` says, too, where the packet goes, and writes that
into the walk. Tracking is written here, at the instant the packet passes, as real devices do. AWS
says that a network ACL stands at the subnet's edge and a group at the interface; the order of the
two is read from that.
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
    NOT_RUNNING,
    SOURCE_CHECK,
    Reason,
)
from vpcedu.tables.network_acl import DENY
from vpcedu.tables.security_group import IN, OUT
from vpcedu.tables.tracking import TrackedFlow, Untracked, is_untracked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from vpcedu.network.filter_tables import FilterTables
    from vpcedu.network.walk import Walk
    from vpcedu.row import Row

    Verdict = tuple[Row | None, Reason | None]
    Checkpoint = tuple[str, Callable[[FilterTables, Walk, Interface, Packet], Verdict | None]]


def state(filters: FilterTables, walk: Walk, here: Interface, packet: Packet) -> Verdict | None:
    """A device that is stopped, or has failed, takes and sends nothing."""
    return filters.states[here.device], NOT_RUNNING


def source_check(
    filters: FilterTables, walk: Walk, here: Interface, packet: Packet
) -> Verdict | None:
    """An interface sends only from its own addresses."""
    src = packet.flow.src
    return (here, SOURCE_CHECK) if src != here.address and src not in here.secondary else None


def destination_check(
    filters: FilterTables, walk: Walk, here: Interface, packet: Packet
) -> Verdict | None:
    """An interface takes only what is for its own addresses."""
    dst = packet.flow.dst
    return (here, DESTINATION_CHECK) if dst != here.address and dst not in here.secondary else None


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
) -> Verdict | None:
    """A reply from a Network Load Balancer's target goes back to the node.

    It is the node that delivered the request. Inferred from AWS's pages, which describe
    the outcome from several sides but not the mechanism. This holds only for the
    interface that got the flow, so nobody else can use it with forged addresses.
    """
    for node, balancer in filters.balancers:
        row = balancer.returns(packet.about, filters.clock.now)
        if row is not None and row.after.dst == here.address:
            walk.hop, walk.returning = Hop(node, row), True
            return row, None
    return None


def network_acl_out(
    filters: FilterTables, walk: Walk, here: Interface, packet: Packet
) -> Verdict | None:
    """The subnet's network ACL, unless the packet stays in the subnet.

    A Classic Load Balancer's packets are asked there too (Reachability Analyzer guide, "Explanation
    codes", ELB_ACL_RESTRICTION).
    """
    there, device = walk.hop.interface, filters.devices[here.device]
    if there is not None and there.subnet == here.subnet and not device.acl_within:
        return None
    entry = filters.acls[here.subnet].lookup(OUT, packet.flow)
    return entry, ACL_OUT if entry.action == DENY else None


def network_acl_in(
    filters: FilterTables, walk: Walk, here: Interface, packet: Packet
) -> Verdict | None:
    """The subnet's network ACL, unless the packet comes from the same subnet."""
    within = walk.left is not None and walk.left.subnet == here.subnet
    if within:
        return None
    entry = filters.acls[here.subnet].lookup(IN, packet.flow)
    return entry, ACL_IN if entry.action == DENY else None


def route(filters: FilterTables, walk: Walk, here: Interface, packet: Packet) -> Verdict | None:
    """The row of the route table (looked up before the ACL was asked).

    The route table is not asked where a flow returns.
    """
    return None if walk.returning else (walk.hop.row, walk.hop.reason)


def leaving(here: Interface, filters: FilterTables) -> tuple[Checkpoint, ...]:
    """What a packet that leaves this interface is asked, by the name of each check.

    A NAT gateway has no security group. The source is checked unless that is switched off.
    """
    asked: list[Checkpoint] = [("state", state)] if here.device in filters.states else []
    asked += [("source check", source_check)] if here.check else []
    asked += [("group out", group_out)] if here.groups else []
    asked += [("flow return", flow_return)] if filters.nodes_beside(here) else []
    return (*asked, ("network ACL out", network_acl_out), ("route", route))


def arriving(here: Interface, filters: FilterTables) -> tuple[Checkpoint, ...]:
    """What a packet that reaches this interface is asked, by the name of each check."""
    asked: list[Checkpoint] = [("network ACL in", network_acl_in)]
    asked += [("group in", group_in)] if here.groups else []
    asked += [("destination check", destination_check)] if here.check else []
    asked += [("state", state)] if here.device in filters.states else []
    return tuple(asked)
