"""Codes: AWS's names for why a packet does not arrive, each only where AWS's definition holds.

Reachability Analyzer explains a path that is not reachable by codes. A loss has one that names it,
and others for rows of the same place that could not be used instead: a route that does not match, a
listener of another port. A load balancer that answers without asking a target loses no packet, and
has codes too. Source: Reachability Analyzer guide, "Explanation codes". What the analyzer has no
code for has none here.
"""

from __future__ import annotations

from vpcedu import reasons
from vpcedu.address import contains, is_global, is_private
from vpcedu.analysis.ends import target_groups
from vpcedu.analysis.path import table_of
from vpcedu.analysis.question import home_of
from vpcedu.analysis.repairs.idle_targets import outside_its_zones
from vpcedu.analysis.repairs.ways_out import device_named, is_services, owner_of
from vpcedu.gateways.nat_gateway import NatGateway
from vpcedu.hosts.classic_load_balancer import ClassicLoadBalancer
from vpcedu.row import NamedRow
from vpcedu.tables.network_acl import ALLOW
from vpcedu.tables.route_table import LOCAL
from vpcedu.views.decided import entry_of, refused_by, route_of, translation_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vpcedu.analysis.path import Loss
    from vpcedu.device import Device
    from vpcedu.network.vpc import Vpc
    from vpcedu.row import Row
    from vpcedu.sites.visit import Visit
    from vpcedu.tables.route_table import Route
    from vpcedu.tables.target_group import Listener


class Code(NamedRow):
    """A code of AWS's, the component that it is about, and the row, where there is one."""

    code: str
    at: str
    row: Row | None = None


def codes(vpc: Vpc, loss: Loss) -> tuple[Code, ...]:
    """The codes of a loss, the one that names it first; none where AWS has none."""
    reason, at = loss.step.reason, loss.step.at
    known: dict[object, Callable[[Vpc, Loss], Iterator[Code]]] = {
        reasons.NO_ROUTE: _no_route,
        reasons.BLACKHOLE: _blackhole,
        reasons.GROUP_IN: _group,
        reasons.GROUP_OUT: _group,
        reasons.ACL_IN: _acl,
        reasons.ACL_OUT: _acl,
        reasons.NO_LISTENER: _no_listener,
        reasons.PORT_CLOSED: _closed,
        reasons.NO_TARGET: _idle,
        reasons.NO_SUCH_INTERFACE: _nobody,
        reasons.NOT_ON_THE_INTERNET: _outside,
        reasons.PRIVATE_DESTINATION: _outside,
        reasons.NO_TRANSLATION: _no_translation,
        reasons.DESTINATION_CHECK: _address,
        reasons.SOURCE_CHECK: _address,
    }
    if reason in known:
        return tuple(known[reason](vpc, loss))
    return (Code(reason.aws_code, at, loss.step.row),) if reason and reason.aws_code else ()


def codes_without_loss(vpc: Vpc, visit: Visit) -> tuple[Code, ...]:
    """The codes of a load balancer on the path that found no target to ask."""
    met = {name for talk in visit.connections for name in talk.path}
    found = []
    for name in sorted(met):
        device = device_named(vpc, name)
        asked = {trace.packet.flow.dport for talk in visit.connections for trace in talk.traces}
        for listener in _listeners(device):
            if device and listener.port in asked:
                found += list(_unused(vpc, device, listener))
    return tuple(dict.fromkeys(found))


def _no_route(vpc: Vpc, loss: Loss) -> Iterator[Code]:
    """No route of the table matches; each says why it does not."""
    home, table = home_of(vpc, loss.step.at), table_of(vpc, loss.step.at)
    yield Code("NO_ROUTE_TO_DESTINATION", table)
    for route in home.route_tables.get(table, ()):
        local = route.target == LOCAL
        yield Code("VPC_LOCAL_ROUTE_CIDR_RESTRICTION" if local else "CANNOT_ROUTE", table, route)


def _blackhole(vpc: Vpc, loss: Loss) -> Iterator[Code]:
    """The route that wins leads to nothing; others of the table match too."""
    won = route_of(loss.step)
    if won is not None:
        yield Code("BAD_STATE_ROUTE", won.table, won)
        yield from _passed_over(vpc, won, loss.step.before.flow.dst)


def _passed_over(vpc: Vpc, won: Route, address: str) -> Iterator[Code]:
    for one in vpc.everyone:
        for route in one.routes:
            if route.table != won.table or route == won:
                continue
            if route.destination == won.destination:
                yield Code("HIGHER_PRIORITY_ROUTE", won.table, route)
            elif contains(route.destination, address):
                yield Code("MORE_SPECIFIC_ROUTE", won.table, route)


def _group(vpc: Vpc, loss: Loss) -> Iterator[Code]:
    refused, step = refused_by(loss.step), loss.step
    if refused is None:
        return
    group, flow = refused.groups[0], step.before.flow
    sent = loss.trace.packet.flow
    forwarded = [trace_step.at for trace_step in loss.trace.steps if translation_of(trace_step)]
    by_nat = any(
        (device := device_named(vpc, name)) and issubclass(device.kind, NatGateway)
        for name in forwarded
    )
    source = owner_of(vpc, sent.src)
    if not refused.rules:
        yield Code("SG_HAS_NO_RULES", group)
    elif (source and sent.src != flow.src) and any(
        rule.peer in source.groups and rule._replace(peer="0.0.0.0/0").fits(flow, frozenset())
        for rule in refused.rules
    ):
        yield Code("SG_REFERENCES_NOT_PRESERVED", group)
    else:
        yield Code("ENI_SG_RULES_MISMATCH", group)
    moved = sent._replace(dst=flow.dst, dport=flow.dport)
    if by_nat and any(rule.fits(moved, frozenset()) for rule in refused.rules):
        yield Code("NGW_SOURCE_ADDRESS_REASSIGN", forwarded[0])
    node = _node_of(vpc, loss)
    if (
        node is not None
        and sent.src == flow.src
        and any(
            rule.fits(flow._replace(src=row.address), frozenset(row.groups))
            for row in home_of(vpc, node.name).interfaces
            if row.device == node.name
            for rule in refused.rules
        )
    ):
        yield Code("ELBV2_SOURCE_ADDRESS_PRESERVATION", node.name)


def _node_of(vpc: Vpc, loss: Loss) -> Device | None:
    """The load balancer's node that passed a packet on."""
    names = [step.at for step in loss.trace.steps if translation_of(step)]
    devices = (device_named(vpc, name) for name in names)
    return next((row for row in devices if row and "listeners" in dict(row.settings)), None)


def _acl(vpc: Vpc, loss: Loss) -> Iterator[Code]:
    """A Classic balancer's packets meet the ACL within a subnet; replies go to chosen ports."""
    entry, step = entry_of(loss.step), loss.step
    if entry is None:
        return
    device, flow = device_named(vpc, step.at), step.before.flow
    here = {row.subnet for row in home_of(vpc, step.at).interfaces if row.device == step.at}
    there = owner_of(vpc, flow.dst)
    within = bool(device and device.kind.acl_within and there and there.subnet in here)
    yield Code("ELB_ACL_RESTRICTION" if within else "SUBNET_ACL_RESTRICTION", entry.acl, entry)
    chooser = device_named(vpc, there.device) if there else None
    if (
        loss.back
        and chooser
        and ("listeners" in dict(chooser.settings) or issubclass(chooser.kind, NatGateway))
        and any(
            row.acl == entry.acl
            and row.direction == entry.direction
            and row.action == ALLOW
            and row.ports[0] > 1_024
            for one in vpc.everyone
            for row in one.acl_entries
        )
    ):
        yield Code("REMAP_EPHEMERAL_PORT", chooser.name)


def _listeners(device: Device | None) -> tuple[Listener, ...]:
    return dict(device.settings).get("listeners", ()) if device else ()


def _no_listener(vpc: Vpc, loss: Loss) -> Iterator[Code]:
    device = device_named(vpc, loss.step.at)
    if device is None:
        return
    family = "ELB" if issubclass(device.kind, ClassicLoadBalancer) else "ELBV2"
    yield Code(f"{family}_LISTENERS_MISMATCH", device.name)
    for row in _listeners(device):
        yield Code(f"{family}_LISTENER_PORT_RESTRICTION", device.name, row)


def _closed(vpc: Vpc, loss: Loss) -> Iterator[Code]:
    """Nothing listens: a node without this listener, or a target on its registered port."""
    device = device_named(vpc, loss.step.at)
    if device is not None and _listeners(device):
        yield from _no_listener(vpc, loss)
    elif _is_target(vpc, loss):
        yield Code("TARGET_PORT_RESTRICTION", loss.trace.sender)


def _is_target(vpc: Vpc, loss: Loss) -> bool:
    """Whether a load balancer's node sent the packet to a target of its own, or passed it on."""
    names = (loss.trace.sender, *(step.at for step in loss.trace.steps if translation_of(step)))
    groups = [
        group for name in names for group in target_groups(_listeners(device_named(vpc, name)))
    ]
    return any(loss.step.before.flow.destination in group.targets for group in groups)


def _nobody(vpc: Vpc, loss: Loss) -> Iterator[Code]:
    yield Code("NO_POSSIBLE_DESTINATION", loss.step.at, loss.step.row)
    if _is_target(vpc, loss):
        yield Code("TARGET_ADDRESS_RESTRICTION", loss.step.at)


def _outside(vpc: Vpc, loss: Loss) -> Iterator[Code]:
    """At an Internet gateway, outbound or inbound: whom it takes packets for."""
    address, at = loss.step.before.flow.dst, loss.step.at
    if at not in {one.internet_gateway for one in vpc.everyone}:
        yield Code("IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS", _gateway(vpc, address))
    elif is_private(address):
        yield Code("IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS", at)
    elif not is_global(address):
        yield Code("IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS", at)
    else:
        yield Code("NO_POSSIBLE_DESTINATION", at)


def _gateway(vpc: Vpc, address: str) -> str:
    """The Internet gateway of the VPC that has an address, else of the first one."""
    own = [one.internet_gateway for one in vpc.everyone if one.has(address)]
    return next((name for name in (*own, vpc.internet_gateway) if name), "Internet")


def _no_translation(vpc: Vpc, loss: Loss) -> Iterator[Code]:
    """A NAT gateway serves interfaces of its own VPC alone."""
    device, source = device_named(vpc, loss.step.at), owner_of(vpc, loss.step.before.flow.src)
    home = home_of(vpc, loss.step.at)
    if device and issubclass(device.kind, NatGateway) and source not in home.interfaces:
        yield Code("NGW_REQUIRES_SOURCE_IN_VPC", device.name)


def _address(vpc: Vpc, loss: Loss) -> Iterator[Code]:
    """The check of an instance's interface can be switched off; a service's interface has none."""
    name = "ENI_SOURCE_DEST_CHECK_RESTRICTION"
    if is_services(vpc, loss.step.at):
        name = "ENI_ADDRESS_RESTRICTION"
    yield Code(name, loss.step.at, loss.step.row)


def _idle(vpc: Vpc, loss: Loss) -> Iterator[Code]:
    device = device_named(vpc, loss.step.at)
    for listener in _listeners(device):
        if device and listener.port == loss.step.before.flow.dport:
            yield from _unused(vpc, device, listener)


def _unused(vpc: Vpc, device: Device, listener: Listener) -> Iterator[Code]:
    """Why a listener's target groups give a node nobody to ask."""
    settings = dict(device.settings)
    zone = () if settings.get("cross_zone") else settings.get("zone", ())
    groups = listener.groups
    if any(group.within(zone).targets for group in groups):
        return
    if any(group.targets for group in groups):
        yield Code("ELBV2_NO_TARGETS_IN_AZ", device.name, listener)
        yield Code("ELB_NOT_CROSSZONE", device.name)
    elif any(group.unused for group in groups):
        yield Code("ELBV2_LISTENER_REQUIRES_TG_ACCEPT", device.name, listener)
        idle = [row.target.address for group in groups for row in group.unused]
        if any(outside_its_zones(vpc, device.name, address) for address in idle):
            yield Code("ELB_INSTALLED_AZ_RESTRICTION", device.name)
    elif not issubclass(device.kind, ClassicLoadBalancer):
        yield Code("ELBV2_LISTENER_HAS_NO_TG", device.name, listener)
