"""Flow log: the records that VPC Flow Logs would write, made from a capture.

They are about one network interface.

Packets of one flow that went the same way through the interface in one interval are one record:
ACCEPT if groups and network ACLs let them pass there, REJECT if one of them refused them. So a
packet refused where it arrives is in the log of the receiver's interface alone, one refused where
it leaves in the sender's. An interval without traffic is one NODATA record. `srcaddr` of what
leaves and `dstaddr` of what arrives are the interface's own private address, whatever the packet
says; `pkt-srcaddr` and `pkt-dstaddr` are the packet's. `bytes` counts IPv4 packets with their
headers. Sources: VPC user guide, "Flow log records", "Flow log record examples", "Flow log
limitations".

Ours, since AWS does not say: intervals begin with the simulation's clock; a packet with no way on
(no route, a port that is closed) was accepted; one that fails the source or destination check is
not logged. Ids are made from the names, but not of a network that was loaded; the zone's name
stands for `az-id`. Left out: SKIPDATA, delivery, `pkt-*-aws-service`, Regions.
"""

from __future__ import annotations

from itertools import takewhile
from string import hexdigits

from vpcedu.clock import SECOND
from vpcedu.flow import FiveTuple, spread
from vpcedu.packet import ACK, FIN, RST, SYN, Packet
from vpcedu.quoting import quoted
from vpcedu.row import NamedRow
from vpcedu.trace import DROP, PASS, REWRITE, SEND, Capture, Step, Trace
from vpcedu.views.bytes.pcap_write import HANDLED
from vpcedu.views.bytes.wire import encode
from vpcedu.views.decided import route_of
from vpcedu.views.logs.flow_record import (
    ABOUT,
    ACCEPT,
    DEFAULT,
    EGRESS,
    FIELDS,
    INGRESS,
    NODATA,
    OK,
    REJECT,
    FlowRecord,
    chosen,
    version,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from vpcedu.network.interface import Interface
    from vpcedu.network.network import Network
    from vpcedu.network.record import Record
    from vpcedu.network.vpc import Vpc

START = 1_767_225_600  # Unix seconds where the simulation's clock is 0: 2026-01-01, midnight UTC
INTERVALS = (600, 60)  # seconds; the maximum aggregation intervals that can be chosen
ACCOUNT = "123456789012"
LEAVING = ("source check", "group out", "flow return", "network ACL out", "route")
ARRIVING = ("network ACL in", "group in")  # the filters; then a device takes the packet
TAKEN = (*HANDLED, "hop limit")
# where a device puts a packet out: its own, or one that it took and passes on
PUT_OUT = ("send", *HANDLED)
REPORTED = FIN | SYN | RST
# values of traffic-path: through the VPC; through an Internet gateway (Nitro instances)
INSIDE, GATEWAY = (1, 8)


class Passage(NamedRow):
    """A packet at an interface.

    Microseconds, INGRESS or EGRESS, ACCEPT or REJECT, the traffic-path or None.
    """

    now: int
    packet: Packet
    direction: str
    action: str
    path: int | None


class Key(NamedRow):
    """What packets of one record have in common."""

    window: int
    flow: FiveTuple
    direction: str
    action: str
    path: int | None


class FlowLog(NamedRow):
    """The records about one interface.

    As text it is a header line and one line for each record, as `parse` reads it.
    """

    at: str
    fields: tuple[str, ...]
    interval: int
    rows: tuple[FlowRecord, ...]

    def __str__(self) -> str:
        return "\n".join([" ".join(self.fields), *map(str, self.rows)])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """In a notebook: the lines."""
        printer.text(str(self))


def flow_log(
    seen: Record | Network,
    at: str,
    fields: str | Iterable[str] = DEFAULT,
    interval: int = 600,
    start: int = START,
) -> FlowLog:
    """The flow log of the interface of the device `at`, of all that a visit or a network has seen.

    fields: names, in a list or as one text. interval: 600 or 60 (seconds). start: the instant 0 in
    Unix seconds. ValueError names an unknown device, field or interval.
    """
    names, interface = chosen(fields), _interface(seen.vpc, at)
    if interval not in INTERVALS:
        raise ValueError(f"interval {quoted(interval)}: expected 600 or 60 seconds")
    if not isinstance(start, int) or start < 0:
        raise ValueError(f"start {quoted(start)}: expected Unix seconds, 0 or more")
    about = _about(seen.vpc, interface, names)
    rows = []
    for window, flows in _windows(seen.capture, at, seen.vpc.internet_gateway, interval * SECOND):
        for key, passages in flows.items():
            rows.append(about | _traffic(interface, key, passages, start))
        if not flows:
            begins = start + window * interval
            rows.append(about | {"start": begins, "end": begins + interval, "log-status": NODATA})
    return FlowLog(
        at, names, interval, tuple(FlowRecord((name, row[name]) for name in names) for row in rows)
    )


def passages(trace: Trace, device: str, gateway: str = "") -> Iterator[Passage]:
    """Each time a packet came to the interface of a device or left it.

    Each time also says whether the packet was let through.
    """
    for place, step in enumerate(trace.steps):
        if step.at == device:
            if step.check in ARRIVING and step.action == DROP:
                yield Passage(step.now, step.before, INGRESS, REJECT, None)
            elif step.check in TAKEN:
                yield Passage(step.now, step.before, INGRESS, ACCEPT, None)
            if (
                step.after is not None
                and step.check in PUT_OUT
                and step.action in (SEND, REWRITE, PASS)
            ):
                asked = takewhile(
                    lambda later: later.at == device and later.check in LEAVING,
                    trace.steps[place + 1 :],
                )
                yield from _leaving(step.now, step.after, asked, gateway)
        if step.action == DROP:
            return


def _leaving(now: int, packet: Packet, asked: Iterable[Step], gateway: str) -> Iterator[Passage]:
    """What was decided about a packet that leaves, and where it then went."""
    action, path = ACCEPT, None
    for step in asked:
        if step.action == DROP:
            if step.check == "source check":
                return
            action, path = ACCEPT if step.check == "route" else REJECT, None
            break
        if step.check in ("flow return", "route"):
            route = route_of(step)
            path = GATEWAY if route is not None and route.target == gateway else INSIDE
    yield Passage(now, packet, EGRESS, action, path)


def _windows(
    capture: Capture, device: str, gateway: str, length: int
) -> Iterator[tuple[int, dict[Key, list[Passage]]]]:
    """The intervals from the first to the last thing in the capture.

    Each has its flows in order.
    """
    met = sorted(
        (passage for trace in capture for passage in passages(trace, device, gateway)),
        key=lambda met: met.now,
    )
    instants = [step.now for trace in capture for step in (trace.steps[0], trace.last)]
    instants += [event.at for event in capture.events]
    first, last = min(instants, default=0) // length, max(instants, default=0) // length
    windows: dict[int, dict[Key, list[Passage]]] = {window: {} for window in range(first, last + 1)}
    for passage in met:
        key = Key(passage.now // length, passage.packet.flow, *passage[2:])
        windows[key.window].setdefault(key, []).append(passage)
    yield from windows.items()


def _about(vpc: Vpc, interface: Interface, names: tuple[str, ...]) -> dict[str, int | str | None]:
    """A record without traffic: what is the same in all of them."""
    subnet = next(subnet for subnet in vpc.subnets if subnet.name == interface.subnet)
    kind = next(device.kind for device in vpc.devices if device.name == interface.device)
    not_ours = kind.managed or interface.device == interface.name  # a service's
    known = {
        "version": version(names),
        "account-id": None if _is_loaded(vpc) else ACCOUNT,
        "interface-id": _identity(vpc, "eni", interface.device, interface.name),
        "vpc-id": _identity(vpc, "vpc", vpc.cidr, vpc.name),
        "subnet-id": _identity(vpc, "subnet", subnet.name),
        "instance-id": None if not_ours else _identity(vpc, "i", interface.device),
        "az-id": subnet.zone,
    }
    assert known.keys() <= set(ABOUT)
    return dict.fromkeys(FIELDS) | known


def _traffic(
    interface: Interface, key: Key, passages: list[Passage], start: int
) -> dict[str, int | str | None]:
    """What a record tells of its packets."""
    flow, leaves = key.flow, key.direction == EGRESS
    return {
        "srcaddr": interface.address if leaves else flow.src,
        "dstaddr": flow.dst if leaves else interface.address,
        "srcport": flow.sport,
        "dstport": flow.dport,
        "protocol": flow.protocol,
        "packets": len(passages),
        "bytes": sum(len(encode(passage.packet)) for passage in passages),
        "start": start + passages[0].now // SECOND,
        "end": start + passages[-1].now // SECOND,
        "action": key.action,
        "log-status": OK,
        "tcp-flags": tcp_flags(passage.packet for passage in passages),
        "type": "IPv4",
        "pkt-srcaddr": flow.src,
        "pkt-dstaddr": flow.dst,
        "flow-direction": key.direction,
        "traffic-path": key.path,
    }


def tcp_flags(packets: Iterable[Packet]) -> int:
    """The flags of a record: FIN 1, SYN 2, RST 4 and SYN-ACK 18 of all packets, ORed.

    An ACK alone counts nothing.
    """
    flags = 0
    for packet in packets:
        flags |= packet.flags & (REPORTED | ACK if packet.flags & SYN else REPORTED)
    return flags


def _interface(vpc: Vpc, device: str) -> Interface:
    for interface in vpc.interfaces:
        if interface.device == device:
            return interface
    names = ", ".join(interface.device for interface in vpc.interfaces)
    raise ValueError(
        f"at {quoted(device)}: expected a device with a network interface in the VPC, one of {names}"
    )


def _is_loaded(vpc: Vpc) -> bool:
    """Whether a description was made from files: its VPC has an id."""
    return vpc.name.startswith("vpc-")


def _identity(vpc: Vpc, word: str, name: str, real: str = "") -> str | None:
    """The id of AWS's form that something has, else one that is always the same for its name.

    Of a loaded network, whose VPC has an id, none is made up: what no file has is "-".
    """
    real, loaded = real or name, _is_loaded(vpc)
    if real.startswith(f"{word}-") and (loaded or set(real[len(word) + 1 :]) <= set(hexdigits)):
        return real
    if loaded:
        return None
    return f"{word}-0{spread(word, name):08x}{spread(name, word):08x}"
