"""Candidates: for each way to lose a packet, the few rows that could help.

Rows are as narrow as the question: a group rule for the other side's group or address, an ACL entry
for the port; answers get the whole range of ephemeral ports that AWS recommends (1024-65535). A
public address that has to be new is one set aside for documentation. Whether a row does help is for
`search` to try.
"""

from __future__ import annotations

from vpcedu import reasons
from vpcedu.address import contains, is_private
from vpcedu.analysis.change import Repair
from vpcedu.analysis.ends import OWN, SOMEONE, Question, free_address, is_inside, target_groups
from vpcedu.analysis.path import losses, table_of
from vpcedu.analysis.repairs.across_vpcs import across, home_of
from vpcedu.flow import TCP, Endpoint
from vpcedu.gateways.internet_gateway import Association
from vpcedu.gateways.nat_gateway import NatGateway
from vpcedu.gateways.nat_instance import NatInstance
from vpcedu.hosts.web_server import listens, serves
from vpcedu.network.vpc import Device
from vpcedu.sites.parts import EPHEMERAL
from vpcedu.tables.network_acl import ALLOW, LAST, AclEntry
from vpcedu.tables.route_table import LOCAL, Route
from vpcedu.tables.security_group import IN, GroupRule
from vpcedu.tables.target_group import TargetGroup
from vpcedu.tables.traffic import ANYWHERE
from vpcedu.views.decided import entry_of, interface_of, refused_by, routes_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vpcedu.analysis.path import Loss
    from vpcedu.network.vpc import Vpc
    from vpcedu.sites.visit import Visit


def candidates(vpc: Vpc, question: Question, visit: Visit) -> Iterator[Repair]:
    """Rows that could help against the first loss of a visit that failed."""
    lost = losses(visit)
    if not lost:
        yield from _targets(vpc, visit)
        return
    loss = lost[0]
    yield from HELP.get(loss.step.reason, _nothing)(vpc, question, loss)
    yield from across(vpc, loss)
    if loss.step.reason in REROUTED:
        yield from _rerouted(vpc, loss)


def _nothing(vpc: Vpc, question: Question, loss: Loss) -> Iterator[Repair]:
    yield from ()


def _peers(vpc: Vpc, question: Question, address: str) -> Iterator[str]:
    """How a rule may name the other side.

    It is named by its security group, as anyone where anyone was asked about, or by its address.
    """
    rows = (interface for each_vpc in vpc.everyone for interface in each_vpc.interfaces)
    row = next((row for row in rows if address in (row.address, *row.secondary)), None)
    yield from row.groups[:1] if row else ()
    outside = row is None and not is_inside(vpc, address)
    yield (
        ANYWHERE
        if outside and SOMEONE in (question.source, question.destination)
        else f"{address}/32"
    )


def _ports(loss: Loss) -> tuple[int, int]:
    port = loss.step.before.flow.dport
    return EPHEMERAL if loss.back else (port, port)


def _group(vpc: Vpc, question: Question, loss: Loss) -> Iterator[Repair]:
    refused, flow = refused_by(loss.step), loss.step.before.flow
    if refused is None:
        return
    direction = refused.direction
    named = (
        *(_deliverer(vpc, loss) if direction == IN else ()),
        *_peers(vpc, question, flow.src if direction == IN else flow.dst),
    )
    for peer in dict.fromkeys(named):
        yield Repair(None, GroupRule(refused.groups[0], direction, _ports(loss), peer))


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


def _acl(vpc: Vpc, question: Question, loss: Loss) -> Iterator[Repair]:
    entry, flow = entry_of(loss.step), loss.step.before.flow
    if entry is None:
        return
    *_, peer = _peers(vpc, question, flow.src if entry.direction == IN else flow.dst)
    used = {
        row.number
        for each_vpc in vpc.everyone
        for row in each_vpc.acl_entries
        if (row.acl, row.direction) == (entry.acl, entry.direction)
    }
    free = max(used, default=0) + 10 if entry.number == LAST else entry.number - 1
    place = next((n for n in range(min(free, LAST - 1), 0, -1) if n not in used), None)
    if place is not None:
        yield Repair(
            None, AclEntry(entry.acl, place, entry.direction, ALLOW, TCP, _ports(loss), peer)
        )
    if entry.number != LAST:
        yield Repair(entry, None)


def _check(vpc: Vpc, question: Question, loss: Loss) -> Iterator[Repair]:
    card = interface_of(loss.step)
    if card is not None:
        yield Repair(card, card._replace(check=False))


def _route(vpc: Vpc, question: Question, loss: Loss) -> Iterator[Repair]:
    table, address, home = (
        table_of(vpc, loss.step.at),
        loss.step.before.flow.dst,
        home_of(vpc, loss.step.at),
    )
    own = next((cidr for cidr in home.blocks if contains(cidr, address)), None)
    if own:
        yield Repair(None, Route(table, own, LOCAL))
    elif not is_inside(vpc, address):
        yield from (Repair(None, Route(table, ANYWHERE, target)) for target in gateways(home))


def gateways(vpc: Vpc) -> tuple[str, ...]:
    """Where a route out of the VPC may lead: the Internet gateway, and each NAT."""
    nats = tuple(
        device.name for device in vpc.devices if issubclass(device.kind, (NatGateway, NatInstance))
    )
    return (vpc.internet_gateway, *nats) if vpc.internet_gateway else nats


def _rerouted(vpc: Vpc, loss: Loss) -> Iterator[Repair]:
    """Each route that was followed, with another target."""
    followed = [route for route in routes_of(loss.trace) if route.target != LOCAL]
    for row in dict.fromkeys(reversed(followed)):
        home = next((each_vpc for each_vpc in vpc.everyone if row in each_vpc.routes), None)
        if home:
            yield from (
                Repair(row, row._replace(target=target))
                for target in gateways(home)
                if target != row.target
            )
    own = [cidr for cidr in vpc.blocks if contains(cidr, loss.step.before.flow.dst)]
    if followed and own:
        yield Repair(None, Route(followed[-1].table, own[0], LOCAL))


def _public_source(vpc: Vpc, question: Question, loss: Loss) -> Iterator[Repair]:
    source = loss.step.before.flow.src
    if any(
        source in (interface.address, *interface.secondary)
        for each_vpc in vpc.everyone
        for interface in each_vpc.interfaces
    ):
        yield Repair(None, Association(free_address(vpc, OWN), source))


def _public_destination(vpc: Vpc, question: Question, loss: Loss) -> Iterator[Repair]:
    wanted = loss.step.before.flow.dst
    if is_private(wanted):
        for home in vpc.everyone:
            device = next(
                (interface.device for interface in home.interfaces if interface.address == wanted),
                "",
            )
            if device and home.internet_gateway and not _managed(home, device):
                yield Repair(None, Association(free_address(vpc, OWN), wanted))
        return
    if any(
        wanted == association.public
        for each_vpc in vpc.everyone
        for association in each_vpc.associations
    ):
        return  # its VPC has no Internet gateway: see `across_vpcs`
    taken = {association.private for association in vpc.associations}
    without = [interface.address for interface in vpc.interfaces if interface.address not in taken]
    yield from (Repair(None, Association(wanted, address)) for address in without[:8])


def _managed(vpc: Vpc, name: str) -> bool:
    """Whether AWS alone gives a device's interfaces their addresses.

    So it is with balancers, endpoints, databases, ...
    """
    device = _device(vpc, name)
    return device is not None and (name.startswith("eni-") or "listeners" in dict(device.settings))


def _closed(vpc: Vpc, question: Question, loss: Loss) -> Iterator[Repair]:
    device, port = _device(vpc, loss.step.at), loss.step.before.flow.dport
    settings = dict(device.settings) if device else {}
    for listener in settings.get("listeners", ())[:1]:
        more = {**settings, "listeners": (*settings["listeners"], listener._replace(port=port))}
        yield Repair(device, device and device._replace(settings=tuple(more.items())))
    if device and serves(device):
        ports = tuple(sorted({*listens(device), port}))
        yield Repair(
            device, device._replace(settings=tuple({**settings, "listens": ports}.items()))
        )
    for row in target_groups(vpc.listeners):
        for target in row.targets:
            if device and target == loss.step.before.flow.destination:
                yield from (
                    Repair(row, row._replace(targets=(Endpoint(target.address, each),)))
                    for each in listens(device)
                )


def _hairpin(vpc: Vpc, question: Question, loss: Loss) -> Iterator[Repair]:
    groups = target_groups(vpc.listeners)
    yield from (
        Repair(row, row._replace(preserve_client_ip=False)) for row in groups if row.preserves
    )


def _allowance(vpc: Vpc, question: Question, loss: Loss) -> Iterator[Repair]:
    for row in (interface for each_vpc in vpc.everyone for interface in each_vpc.interfaces):
        if (row.device, row.tracking) == (loss.step.at, loss.row):
            yield Repair(row, row._replace(tracking=row.tracking._replace(allowance=None)))


def _strangers(vpc: Vpc, question: Question, loss: Loss) -> Iterator[Repair]:
    """A target that nobody is: another host of the VPC in its place."""
    for row in target_groups(vpc.listeners):
        if loss.step.before.flow.destination in row.targets:
            yield from _with_targets(vpc, row, loss.step.before.flow.dport)


def _targets(vpc: Vpc, visit: Visit) -> Iterator[Repair]:
    """Nothing was lost: a balancer on the way may have no target."""
    met = {name for talk in visit.connections for name in talk.path}
    for device in (row for row in vpc.devices if row.name in met):
        for listener in dict(device.settings).get("listeners", ()):
            for group in listener.groups:
                if not group.targets and not group.unused:
                    yield from _with_targets(vpc, group, listener.port)


def _no_target(vpc: Vpc, question: Question, loss: Loss) -> Iterator[Repair]:
    device, port = _device(vpc, loss.step.at), loss.step.before.flow.dport
    settings = dict(device.settings) if device else {}
    listeners = tuple(row for row in settings.get("listeners", ()) if row == loss.row)
    for group in target_groups(listeners):
        if not group.targets and not group.unused:
            yield from _with_targets(vpc, group, port)


def _with_targets(vpc: Vpc, row: TargetGroup, port: int) -> Iterator[Repair]:
    for interface in vpc.interfaces:
        device = _device(vpc, interface.device)
        if device and device.kind.is_host and "listeners" not in dict(device.settings):
            for each in listens(device) if serves(device) else (port,):
                yield Repair(row, row._replace(targets=(Endpoint(interface.address, each),)))


def _device(vpc: Vpc, name: str) -> Device | None:
    return next(
        (device for each_vpc in vpc.everyone for device in each_vpc.devices if device.name == name),
        None,
    )


def _state(vpc: Vpc, question: Question, loss: Loss) -> Iterator[Repair]:
    yield Repair(loss.row, None)


HELP: dict[object, Callable[[Vpc, Question, Loss], Iterator[Repair]]] = {
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
}
REROUTED = (
    reasons.BLACKHOLE,
    reasons.NO_PUBLIC_ADDRESS,
    reasons.HOP_LIMIT,
    reasons.NO_TRANSLATION,
    reasons.DESTINATION_CHECK,
    reasons.PRIVATE_DESTINATION,
    reasons.NO_CONNECTION,
    reasons.NO_SUCH_INTERFACE,
    reasons.NO_PORT,
)
