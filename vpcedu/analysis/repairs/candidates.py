"""Candidates: for each way to lose a packet, the few rows that could help, the least opening first.

Rows are as narrow as the question: a group rule for the other side's security group, prefix list or
address, an ACL entry for the port; answers get the whole range of ephemeral ports that AWS
recommends (1024-65535). Where the other side is a service's own, whose addresses change, its subnet
is named. A public address that has to be new is one set aside for documentation. Several rows that
help only together are one candidate. Whether it does help is for `search` to try.
"""

from __future__ import annotations

from vpcedu import reasons
from vpcedu.address import contains, is_private
from vpcedu.analysis.change import Repair
from vpcedu.analysis.endpoint_services import AWS_LISTS
from vpcedu.analysis.ends import SOMEONE, Question, is_inside, target_groups
from vpcedu.analysis.path import losses
from vpcedu.analysis.repairs import ways_out
from vpcedu.analysis.repairs.across_vpcs import across, by_transit
from vpcedu.analysis.repairs.idle_targets import in_use
from vpcedu.analysis.repairs.ways_out import Refusal, device_named, is_services, owner_of
from vpcedu.flow import TCP, Endpoint
from vpcedu.gateways.internet_gateway import Association
from vpcedu.hosts.web_server import listens, serves
from vpcedu.sites.parts import EPHEMERAL
from vpcedu.tables.network_acl import ALLOW, LAST, AclEntry
from vpcedu.tables.security_group import IN, GroupRule
from vpcedu.tables.target_group import TargetGroup
from vpcedu.tables.traffic import ANYWHERE
from vpcedu.views.decided import entry_of, interface_of, refused_by

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vpcedu.analysis.path import Loss
    from vpcedu.analysis.repairs.ways_out import Plan
    from vpcedu.flow import FiveTuple
    from vpcedu.network.interface import Interface
    from vpcedu.network.vpc import Vpc
    from vpcedu.sites.visit import Visit

    Found = Iterator[Plan | Refusal]


def candidates(vpc: Vpc, question: Question, visit: Visit) -> Found:
    """Rows that could help against the first loss of a visit that failed.

    Each candidate is a tuple of repairs, or a refusal: what would help, and why it is not proposed.
    """
    lost = losses(visit)
    if not lost:
        yield from _targets(vpc, visit)
        return
    loss = lost[0]
    yield from map(Refusal, by_transit(vpc, loss))
    yield from HELP.get(loss.step.reason, _nothing)(vpc, question, loss)
    yield from ((repair,) for repair in across(vpc, loss))
    if loss.step.reason in REROUTED:
        yield from ways_out.rerouted(vpc, loss)


def _nothing(vpc: Vpc, question: Question, loss: Loss) -> Found:
    yield from ()


def _peers(vpc: Vpc, question: Question, address: str) -> Iterator[str]:
    """How a rule may name the other side.

    It is named by its security group; as anyone where anyone was asked about; by the prefix list of
    AWS that has its address; by its subnet where it is a service's, or else by its address.
    """
    row = owner_of(vpc, address)
    yield from row.groups[:1] if row else ()
    if row is None and not is_inside(vpc, address):
        if SOMEONE in (question.source, question.destination):
            yield ANYWHERE
            return
        for known in vpc.prefix_lists:
            if known.service.startswith(AWS_LISTS) and any(
                contains(cidr, address) for cidr in known.blocks
            ):
                yield known.name
    yield _block(vpc, address)


def _block(vpc: Vpc, address: str) -> str:
    """The block that an entry or rule names: a service's interfaces come and go in their subnet."""
    row = owner_of(vpc, address)
    if row is not None and is_services(vpc, row.device):
        every = (one for each_vpc in vpc.everyone for one in each_vpc.subnets)
        return next(one.cidr for one in every if one.name == row.subnet)
    return f"{address}/32"


def _ports(loss: Loss) -> tuple[int, int]:
    port = loss.step.before.flow.dport
    return EPHEMERAL if loss.back else (port, port)


def _group(vpc: Vpc, question: Question, loss: Loss) -> Found:
    refused, flow = refused_by(loss.step), loss.step.before.flow
    if refused is None:
        return
    direction = refused.direction
    named = (
        *(_deliverer(vpc, loss) if direction == IN else ()),
        *_peers(vpc, question, flow.src if direction == IN else flow.dst),
    )
    for peer in dict.fromkeys(named):
        rule = GroupRule(refused.groups[0], direction, _ports(loss), peer)
        checks = _for_checks(vpc, flow, (*refused.rules, rule)) if direction == IN else ()
        yield tuple(Repair(None, row) for row in (rule, *(rule._replace(peer=c) for c in checks)))


def _for_checks(vpc: Vpc, flow: FiveTuple, rules: tuple[GroupRule, ...]) -> tuple[str, ...]:
    """Whom else a rule for a target is for: the nodes that check its health, if no rule is yet."""
    found = []
    for row in _nodes_before(vpc, flow):
        own = flow._replace(src=row.address)
        if not any(
            rule.direction == IN and rule.fits(own, frozenset(row.groups)) for rule in rules
        ):
            found.append(row.groups[0] if row.groups else _block(vpc, row.address))
    return tuple(dict.fromkeys(found))


def _nodes_before(vpc: Vpc, flow: FiveTuple) -> Iterator[Interface]:
    """The interfaces of the load balancer nodes that have a flow's destination as a target."""
    nodes = {
        device.name
        for one in vpc.everyone
        for device in one.devices
        for group in target_groups(dict(device.settings).get("listeners", ()))
        if flow.destination in group.targets
    }
    for one in vpc.everyone:
        yield from (row for row in one.interfaces if row.device in nodes)


def _deliverer(vpc: Vpc, loss: Loss) -> tuple[str, ...]:
    """The groups of the device that the packet came from, such as a Network Load Balancer."""
    before = [step.at for step in loss.trace.steps if step.at != loss.step.at][-1:]
    return next(
        (
            interface.groups[:1]
            for each_vpc in vpc.everyone
            for interface in each_vpc.interfaces
            if interface.device in before
        ),
        (),
    )


def _acl(vpc: Vpc, question: Question, loss: Loss) -> Found:
    entry, flow = entry_of(loss.step), loss.step.before.flow
    if entry is None:
        return
    peer = flow.src if entry.direction == IN else flow.dst
    outside = owner_of(vpc, peer) is None and not is_inside(vpc, peer)
    anyone = outside and SOMEONE in (question.source, question.destination)
    used = {
        row.number
        for each_vpc in vpc.everyone
        for row in each_vpc.acl_entries
        if (row.acl, row.direction) == (entry.acl, entry.direction)
    }
    free = max(used, default=0) + 10 if entry.number == LAST else entry.number - 1
    place = next((n for n in range(min(free, LAST - 1), 0, -1) if n not in used), None)
    if place is not None:
        cidr = ANYWHERE if anyone else _block(vpc, peer)
        allow = AclEntry(entry.acl, place, entry.direction, ALLOW, TCP, _ports(loss), cidr)
        yield (Repair(None, allow),)
    if entry.number != LAST:
        yield (Repair(entry, None),)


def _check(vpc: Vpc, question: Question, loss: Loss) -> Found:
    card = interface_of(loss.step)
    if card is not None and not card.device.startswith("eni-"):
        yield (Repair(card, card._replace(check=False)),)


def _route(vpc: Vpc, question: Question, loss: Loss) -> Found:
    yield from ways_out.no_route(vpc, loss)


def _public_source(vpc: Vpc, question: Question, loss: Loss) -> Found:
    yield from ways_out.no_public_source(vpc, loss)


def _public_destination(vpc: Vpc, question: Question, loss: Loss) -> Found:
    wanted = loss.step.before.flow.dst
    if is_private(wanted):  # a reply needs a way, not a public address
        yield from () if loss.back else ways_out.no_public_destination(vpc, loss)
        return
    if any(
        wanted == association.public
        for each_vpc in vpc.everyone
        for association in each_vpc.associations
    ):
        return  # its VPC has no Internet gateway: see `across_vpcs`
    taken = {association.private for association in vpc.associations}
    without = [
        interface.address
        for interface in vpc.interfaces
        if interface.address not in taken and not interface.id.startswith("eni-")
    ]
    yield from ((Repair(None, Association(wanted, address)),) for address in without[:8])


def _closed(vpc: Vpc, question: Question, loss: Loss) -> Found:
    device, port = device_named(vpc, loss.step.at), loss.step.before.flow.dport
    settings = dict(device.settings) if device else {}
    for listener in settings.get("listeners", ())[:1]:
        more = {**settings, "listeners": (*settings["listeners"], listener._replace(port=port))}
        yield (Repair(device, device and device._replace(settings=tuple(more.items()))),)
    if device and serves(device):
        ports = tuple(sorted({*listens(device), port}))
        yield (
            Repair(device, device._replace(settings=tuple({**settings, "listens": ports}.items()))),
        )
    for row in target_groups(vpc.listeners):
        for target in row.targets:
            if device and target == loss.step.before.flow.destination:
                yield from (
                    (Repair(row, row._replace(targets=(Endpoint(target.address, each),))),)
                    for each in listens(device)
                )


def _hairpin(vpc: Vpc, question: Question, loss: Loss) -> Found:
    groups = target_groups(vpc.listeners)
    yield from (
        (Repair(row, row._replace(preserve_client_ip=False)),) for row in groups if row.preserves
    )


def _allowance(vpc: Vpc, question: Question, loss: Loss) -> Found:
    for row in (interface for each_vpc in vpc.everyone for interface in each_vpc.interfaces):
        if (row.device, row.tracking) == (loss.step.at, loss.row):
            yield (Repair(row, row._replace(tracking=row.tracking._replace(allowance=None))),)


def _strangers(vpc: Vpc, question: Question, loss: Loss) -> Found:
    """A target that nobody is: another host of the VPC in its place."""
    for row in target_groups(vpc.listeners):
        if loss.step.before.flow.destination in row.targets:
            yield from _with_targets(vpc, row, loss.step.before.flow.dport)


def _targets(vpc: Vpc, visit: Visit) -> Found:
    """Nothing was lost: a balancer on the way may have no target that it can use."""
    met = {name for talk in visit.connections for name in talk.path}
    for device in (row for one in vpc.everyone for row in one.devices if row.name in met):
        yield from in_use(vpc, device)
        for listener in dict(device.settings).get("listeners", ()):
            for group in listener.groups:
                if not group.targets and not group.unused:
                    yield from _with_targets(vpc, group, listener.port)


def _no_target(vpc: Vpc, question: Question, loss: Loss) -> Found:
    device, port = device_named(vpc, loss.step.at), loss.step.before.flow.dport
    settings = dict(device.settings) if device else {}
    if device:
        yield from in_use(vpc, device)
    listeners = tuple(row for row in settings.get("listeners", ()) if row == loss.row)
    for group in target_groups(listeners):
        if not group.targets and not group.unused:
            yield from _with_targets(vpc, group, port)


def _with_targets(vpc: Vpc, row: TargetGroup, port: int) -> Found:
    for interface in vpc.interfaces:
        device = device_named(vpc, interface.device)
        if device and device.kind.is_host and not is_services(vpc, device.name):
            for each in listens(device) if serves(device) else (port,):
                yield (Repair(row, row._replace(targets=(Endpoint(interface.address, each),))),)


def _state(vpc: Vpc, question: Question, loss: Loss) -> Found:
    yield (Repair(loss.row, None),)


HELP: dict[object, Callable[[Vpc, Question, Loss], Found]] = {
    reasons.GROUP_IN: _group,
    reasons.GROUP_OUT: _group,
    reasons.ACL_IN: _acl,
    reasons.ACL_OUT: _acl,
    reasons.SOURCE_CHECK: _check,
    reasons.DESTINATION_CHECK: _check,
    reasons.NO_ROUTE: _route,
    reasons.NO_PUBLIC_ADDRESS: _public_source,
    reasons.NOT_ON_THE_INTERNET: _public_destination,
    reasons.PRIVATE_DESTINATION: _public_destination,
    reasons.PORT_CLOSED: _closed,
    reasons.NO_LISTENER: _closed,
    reasons.OWN_SOURCE: _hairpin,
    reasons.CONNTRACK_FULL: _allowance,
    reasons.NO_SUCH_INTERFACE: _strangers,
    reasons.NO_TARGET: _no_target,
    reasons.NOT_RUNNING: _state,
    reasons.PUBLIC_ACCESS_BLOCKED: _state,
}
REROUTED = (
    reasons.BLACKHOLE,
    reasons.HOP_LIMIT,
    reasons.NO_TRANSLATION,
    reasons.DESTINATION_CHECK,
    reasons.PRIVATE_DESTINATION,
    reasons.NO_CONNECTION,
    reasons.NO_SUCH_INTERFACE,
    reasons.NO_PORT,
)
