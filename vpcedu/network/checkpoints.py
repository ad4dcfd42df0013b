"""Checkpoints: what a packet is asked when it leaves or reaches a network interface, in order.

Each function answers (row, reason): the row that decided and, if the packet is lost, why; or None where the
question does not arise. Tracking is written here, at the instant the packet passes, as real devices
do. AWS says that a network ACL stands at the subnet's edge and a group at the interface; the order of the
two is read from that.
"""

from __future__ import annotations

from vpcedu.network.interface import Interface
from vpcedu.network.vpc import Hop
from vpcedu.packet import Packet
from vpcedu.reasons import ACL_IN, ACL_OUT, DESTINATION_CHECK, GROUP_IN, GROUP_OUT, SOURCE_CHECK, Reason
from vpcedu.tables.network_acl import DENY
from vpcedu.tables.security_group import IN
from vpcedu.tables.tracking import TrackedFlow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.network.network import Network, Walk

    Verdict = tuple[object, Reason | None]


def source_check(network: Network, walk: Walk, here: Interface, packet: Packet) -> Verdict | None:
    """An interface sends only from its own address, unless its check is off."""
    return (here, SOURCE_CHECK) if here.check and packet.flow.src != here.address else None


def destination_check(network: Network, walk: Walk, here: Interface, packet: Packet) -> Verdict | None:
    """An interface takes only what is for its own address, unless its check is off."""
    return (here, DESTINATION_CHECK) if here.check and packet.flow.dst != here.address else None


def group_out(network: Network, walk: Walk, here: Interface, packet: Packet) -> Verdict | None:
    """A tracked flow, or an outbound rule of the interface's groups."""
    return _group(network, walk, here, packet, "out", GROUP_OUT)


def group_in(network: Network, walk: Walk, here: Interface, packet: Packet) -> Verdict | None:
    """A tracked flow, or an inbound rule of the interface's groups."""
    return _group(network, walk, here, packet, "in", GROUP_IN)


def _group(network: Network, walk: Walk, here: Interface, packet: Packet, way: str, reason: Reason) -> Verdict | None:
    if not here.groups:
        return None  # a NAT gateway has no security group
    tracking, now = network.tracking[here.device], network.clock.now
    row = tracking.use(way, packet.flow, now) if packet.icmp is None else _related(network, walk, here, packet, way)
    if row is not None:
        return row, None
    rules = network.rules[here.device, way]
    peer = packet.flow.src if way == "in" else packet.flow.dst
    rule = rules.lookup(packet.flow, network.groups_of(peer) | walk.delivered_by)
    if rule is None and not network.beyond_drops:
        return rules, reason
    if packet.icmp is None:  # nobody answers an error
        tracking.note(way, packet.flow, rule, now)
    return (rule, None) if rule else (rules, reason)


def _related(network: Network, walk: Walk, here: Interface, packet: Packet, way: str) -> TrackedFlow | None:
    """The tracked flow that an ICMP error is about, if it comes from a device whose flows are always tracked.

    EC2 user guide, "Path MTU Discovery": such an error is let in for flows that are tracked automatically (through a
    NAT gateway, a Network Load Balancer) or untracked, else by a rule for ICMP. That it may leave these is inferred.
    """
    before = (step.at for step in reversed(walk.trace.steps) if step.at != here.device)
    automatic = getattr(network.devices.get(next(before, "") if way == IN else here.device), "tracked", False)
    return network.tracking[here.device].lookup(way, packet.about, network.clock.now) if automatic else None


def flow_return(network: Network, walk: Walk, here: Interface, packet: Packet) -> Verdict | None:
    """The answer of a Network Load Balancer's target goes to the node that delivered the request.

    Inferred from AWS's pages, which describe the outcome from several sides but not the mechanism. Only the
    interface the flow was delivered to is asked: a stranger who forges the addresses is not taken in.
    """
    for node, balancer in network.balancers:
        row = balancer.returns(packet.about, network.clock.now)
        if row is not None and row.after.dst == here.address:
            walk.hop, walk.returning = Hop(node, row), True
            return row, None
    return None


def network_acl_out(network: Network, walk: Walk, here: Interface, packet: Packet) -> Verdict | None:
    """The subnet's network ACL, unless the packet stays in the subnet."""
    there = walk.hop.there
    if isinstance(there, Interface) and there.subnet == here.subnet:
        return None
    return _acl(network, here, packet, "out", ACL_OUT)


def network_acl_in(network: Network, walk: Walk, here: Interface, packet: Packet) -> Verdict | None:
    """The subnet's network ACL, unless the packet comes from the same subnet."""
    return None if walk.subnet == here.subnet else _acl(network, here, packet, "in", ACL_IN)


def _acl(network: Network, here: Interface, packet: Packet, way: str, reason: Reason) -> Verdict:
    entry = network.acls[here.subnet].lookup(way, packet.flow)
    return entry, reason if entry.action == DENY else None


def route(network: Network, walk: Walk, here: Interface, packet: Packet) -> Verdict | None:
    """The row of the route table (looked up before the ACL was asked); not asked where a flow returns."""
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
