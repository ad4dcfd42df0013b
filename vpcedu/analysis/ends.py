"""Ends: who is meant by the two ends of a question, and the network in which it can be simulated.

An end is a device's name or instance id, an interface's id, a private or public address,
`internet`, or the DNS name of a balancer. What the question needs and the description lacks is
added to a working copy: a host of the Internet, and a listener on a plain Host, of which nothing
tells what it listens on. The rows asked about stay as they are. Instances that no packet of the
question can meet (neither end, nor target of a route or of a balancer that is met) are left out of
the copy, so that a question to a thousand instances costs what it costs to ten. Left out: TLS
itself (a listener of HTTPS or SSL is asked as one of HTTP or TCP: the packets' way is the same),
IPv6.
"""

from __future__ import annotations

from vpcedu.address import block, contains, is_private, text
from vpcedu.analysis.endpoint_services import endpoint, service_addresses, with_service
from vpcedu.analysis.question import SOMEONE as SOMEONE
from vpcedu.analysis.question import Question as Question
from vpcedu.analysis.question import checked as checked
from vpcedu.hosts.host import Host
from vpcedu.hosts.web_server import WebServer, listens
from vpcedu.network.interface import Interface
from vpcedu.network.record import Call
from vpcedu.network.vpc import Device, OutsideHost, Vpc
from vpcedu.protocols.http import request
from vpcedu.quoting import quoted
from vpcedu.row import NamedRow
from vpcedu.sites.field import ipv4, is_numeric
from vpcedu.sites.parts import web_server
from vpcedu.sites.site import Site
from vpcedu.tables.target_group import Listener, TargetGroup

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.device import Machine

OTHERS, OWN = "203.0.113.0/24", "192.0.2.0/24"  # RFC 5737: of strangers, and of the VPC's side
# this network, loopback, multicast and above: RFC 6890
NOBODYS = ("0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3")
PLAIN = {"HTTPS": "HTTP", "SSL": "TCP"}


class AskedEnd(NamedRow):
    """One end: its device's name, the address meant, and its interface.

    The interface is None on the Internet, and where the address is nobody's.
    """

    device: str
    address: str
    interface: Interface | None


def is_inside(vpc: Vpc, address: str) -> bool:
    """Whether an address is in a block of one of the VPCs."""
    return any(each_vpc.has(address) for each_vpc in vpc.everyone)


def target_groups(listeners: tuple[Listener, ...]) -> tuple[TargetGroup, ...]:
    """Every target group of some listeners, each once."""
    return tuple(dict.fromkeys(group for listener in listeners for group in listener.groups))


def free_address(vpc: Vpc, cidr: str) -> str:
    """A public address of a block that nobody in the description has.

    If there is one, it is an address that no narrower row names.
    """
    taken = {
        association.public for each_vpc in vpc.everyone for association in each_vpc.associations
    } | {row.address for row in vpc.outside}
    taken |= {
        address
        for each_vpc in vpc.everyone
        for name in each_vpc.names
        for address in name.addresses
    }
    named = [
        c
        for c in (
            *(r.peer for r in vpc.group_rules),
            *(e.cidr for e in vpc.acl_entries),
            *(r.destination for r in vpc.routes),
        )
        if "/" in c and not c.endswith("/0")
    ]
    spare = [text(block(cidr)[0] + i) for i in (*range(77, 255), *range(1, 77))]
    unnamed = (a for a in spare if a not in taken and not any(contains(cidr, a) for cidr in named))
    return next(unnamed, None) or next(a for a in spare if a not in taken)


def find(vpc: Vpc, word: str) -> AskedEnd:
    """The end that a word means; ValueError names what was expected.

    An Internet gateway stands for anyone on the Internet, as in AWS's Reachability Analyzer.
    """
    if word.lower() == SOMEONE or (word and word in (v.internet_gateway for v in vpc.everyone)):
        own = next((row.address for row in vpc.outside if row.device == SOMEONE), None)
        return AskedEnd(SOMEONE, own or free_address(vpc, OTHERS), None)
    for row in (interface for each_vpc in vpc.everyone for interface in each_vpc.interfaces):
        if word in (row.device, row.id):
            return AskedEnd(row.device, row.address, row)
    address = next(
        (
            row.addresses[0]
            for each_vpc in vpc.everyone
            for row in each_vpc.names
            if row.name == word
        ),
        word,
    )
    blocks = service_addresses(vpc, word) if address == word else ()
    if blocks:  # not the first address: a subnet of the copy would keep it
        first, last, _ = block(blocks[0])
        address = text(min(first + 10, last))
    host = next((row for row in vpc.outside if row.device == word), None)
    if host is not None:
        return AskedEnd(host.device, host.address, None)
    if not is_numeric(address):
        names = [device.name for each_vpc in vpc.everyone for device in each_vpc.devices]
        names += [row.name for each_vpc in vpc.everyone for row in each_vpc.names]
        known = ", ".join(dict.fromkeys(names))
        raise ValueError(
            f"no end {quoted(word)}: expected {SOMEONE}, an address, an interface's id, or one of"
            f" {known if len(known) < 300 else known[:300] + ' ...'}"
        )
    address = ipv4("end", address)
    if any(contains(block, address) for block in NOBODYS):
        raise ValueError(f"end {quoted(address)}: expected an address that one host can have")
    return _at(vpc, address)


def _at(vpc: Vpc, address: str) -> AskedEnd:
    private = next(
        (
            association.private
            for each_vpc in vpc.everyone
            for association in each_vpc.associations
            if association.public == address
        ),
        address,
    )
    for row in (interface for each_vpc in vpc.everyone for interface in each_vpc.interfaces):
        if private in row.addresses:
            return AskedEnd(row.device, address, row)
    return AskedEnd(
        next((row.device for row in vpc.outside if row.address == address), ""), address, None
    )


def called(vpc: Vpc, word: str) -> str:
    """An end as it was asked; a public address with the private one that it leads to."""
    rows = (row for each_vpc in vpc.everyone for row in each_vpc.associations)
    private = next((row.private for row in rows if row.public == word), "")
    return f"{word} ({private})" if private else word


class Working(NamedRow):
    """The working copy of a description for one question.

    It also has the call that simulates it, and the port that plain hosts listen on.
    """

    vpc: Vpc
    call: Call
    port: int

    def site(self, seed: int = 0) -> Site:
        """A new site of the copy, ready for the call.

        ValueError where AWS would refuse the description.
        """
        site = Site(self.vpc, seed)
        _listen(site, self.call.opener, self.port)
        return site

    def beside(self, vpc: Vpc) -> Vpc:
        """The description as it was asked, for pictures.

        It has the hosts and peers that the question needed as well.
        """
        devices, peers = {device.name for device in vpc.devices}, {one.name for one in vpc.peers}
        more = tuple(device for device in self.vpc.devices if device.name not in devices)
        services = tuple(one for one in self.vpc.peers if one.name not in peers)
        return vpc._replace(
            outside=self.vpc.outside, devices=vpc.devices + more, peers=vpc.peers + services
        )


def prepare(vpc: Vpc, question: Question) -> Working:
    """What the question is simulated in, and the call that simulates it.

    ValueError for ends that cannot be.
    """
    checked(question)
    source, there = find(vpc, question.source), find(vpc, question.destination)
    if not source.device:
        if is_private(source.address) or is_inside(vpc, source.address):
            raise ValueError(
                f"source {quoted(question.source)}: no interface has this address, expected one that"
                " opens"
            )
        source = source._replace(device=source.address)
    if not there.device:
        there = there._replace(device=there.address)
    if source.device == there.device:
        raise ValueError(f"both ends are {source.device}: expected two")
    kind = next(
        (
            device.kind
            for each_vpc in vpc.everyone
            for device in each_vpc.devices
            if device.name == source.device
        ),
        Host,
    )
    if not kind.opens:
        raise ValueError(
            f"source {quoted(question.source)} opens no connections: expected a host, not a {kind.__name__}"
        )
    address = _address(vpc, source, there, question)
    _distinct(vpc, source, there, address)
    whole = _peopled(vpc, source, there, address, question)
    copy = _in_clear(
        _concerned(whole, {source.device, there.device, *_nodes(vpc, question.destination)})
    )
    names = {row.name for each_vpc in vpc.everyone for row in each_vpc.names}
    name = question.destination if question.destination in names else address
    message = request("GET", question.path, question.host or name)
    return Working(copy, Call(source.device, name, question.port, message), question.port)


def _distinct(vpc: Vpc, source: AskedEnd, there: AskedEnd, address: str) -> None:
    """Refuse a destination in another VPC whose address is also in the source's own.

    It would mean somebody, or nobody, of the source's VPC.
    """
    home = next(
        (each_vpc for each_vpc in vpc.everyone if source.interface in each_vpc.interfaces), None
    )
    if home and there.interface and home.has(address) and there.interface not in home.interfaces:
        raise ValueError(
            f"{there.device} has the address {address}, and so has {home.name or 'the VPC'} of"
            f" {source.device}: expected VPCs whose blocks do not overlap"
        )


def _address(vpc: Vpc, source: AskedEnd, there: AskedEnd, question: Question) -> str:
    """Where the opener sends to: from outside a device's public address, if it has one."""
    if (
        source.interface is None
        and there.interface is not None
        and question.destination != there.address
    ):
        return next(
            (
                association.public
                for each_vpc in vpc.everyone
                for association in each_vpc.associations
                if association.private == there.address
            ),
            there.address,
        )
    return there.address


def _nodes(vpc: Vpc, name: str) -> set[str]:
    """The devices behind all addresses of a DNS name."""
    return {
        _at(vpc, address).device
        for each_vpc in vpc.everyone
        for row in each_vpc.names
        if row.name == name
        for address in row.addresses
    }


def _peopled(vpc: Vpc, source: AskedEnd, there: AskedEnd, address: str, question: Question) -> Vpc:
    """The description with the hosts of the Internet that the question needs.

    The source's interface comes first.
    """
    known = {device.name for device in vpc.devices}
    outside, devices = list(vpc.outside), list(vpc.devices)
    if source.interface is None and source.device not in known:
        outside.append(OutsideHost(source.device, source.address))
        devices.append(Device(source.device, Host))
    public = not is_private(address) and not is_inside(vpc, address)
    named = any(address in row.addresses for each_vpc in vpc.everyone for row in each_vpc.names)
    if endpoint(vpc, source.interface, address):
        vpc = with_service(vpc, source.interface, address, question.port)
    elif there.interface is None and there.device not in known and public and not named:
        outside.append(OutsideHost(there.device, address))
        devices.append(web_server(there.device, question.port))
    own = source.interface
    private = {row.public: row.private for row in vpc.associations}.get(source.address)
    first = (own.opening_from(private or source.address),) if own in vpc.interfaces else ()
    rest = tuple(interface for interface in vpc.interfaces if interface != source.interface)
    return vpc._replace(outside=tuple(outside), devices=tuple(devices), interfaces=first + rest)


def _in_clear(vpc: Vpc) -> Vpc:
    """The description with devices whose listeners end no TLS."""
    return vpc._replace(
        devices=tuple(map(_unlocked, vpc.devices)), peers=tuple(map(_in_clear, vpc.peers))
    )


def _unlocked(device: Device) -> Device:
    settings: dict[str, Any] = dict(device.settings)
    if "listeners" in settings:
        settings["listeners"] = tuple(_plain(row) for row in settings["listeners"])
    if settings.get("certificates"):
        settings["listens"] = (
            *listens(device),
            *(port for port, _ in settings.pop("certificates")),
        )
    return device._replace(settings=tuple(settings.items()))


def _plain(row: Listener) -> Listener:
    return (
        row._replace(protocol=PLAIN[row.protocol], certificate=None)
        if row.protocol in PLAIN
        else row
    )


def _concerned(vpc: Vpc, names: set[str]) -> Vpc:
    """The description less the devices that no packet between these can meet."""
    targets = {route.target for route in vpc.routes}
    owner = {
        address: interface.device for interface in vpc.interfaces for address in interface.addresses
    }
    settings = {device.name: dict(device.settings) for device in vpc.devices}
    todo = sorted(
        names
        | {
            interface.device
            for interface in vpc.interfaces
            if interface.id in targets or interface.device in targets
        }
    )
    kept: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in kept:
            kept.add(name)
            behind = target_groups(settings.get(name, {}).get("listeners", ()))
            todo += (owner.get(target.address, "") for group in behind for target in group.targets)
    interfaces = tuple(interface for interface in vpc.interfaces if interface.device in kept)
    groups = {group for row in interfaces for group in row.groups}
    return vpc._replace(
        interfaces=interfaces,
        devices=tuple(device for device in vpc.devices if device.name in kept),
        outside=tuple(row for row in vpc.outside if row.device in kept),
        group_rules=tuple(rule for rule in vpc.group_rules if rule.group in groups),
    )


def _listen(site: Site, opener: str, port: int) -> None:
    """Plain hosts listen on the port asked about, and on those they are a target on."""
    ports = {port} | {
        target.port
        for each_vpc in site.vpc.everyone
        for group in target_groups(each_vpc.listeners)
        for target in group.targets
    }
    for name, host in site.network.devices.items():
        if isinstance(host, Host) and _tells_nothing(type(host)) and name != opener:
            program = WebServer(name, host.address, 0, ())
            for each in sorted(ports):
                host.listen(each, program)


def silent_about(vpc: Vpc, device: str) -> bool:
    """Whether the description does not tell what a host listens on."""
    return any(
        row.name == device and (_tells_nothing(row.kind) or row.kind.any_port)
        for each_vpc in vpc.everyone
        for row in each_vpc.devices
    )


def _tells_nothing(kind: type[Machine]) -> bool:
    """Whether a class does not tell what its machine listens on.

    So it is with a host that is no server and no balancer.
    """
    return issubclass(kind, Host) and not (
        issubclass(kind, WebServer) or kind.managed or kind.any_port
    )
