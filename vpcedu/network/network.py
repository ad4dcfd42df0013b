"""Network: clock, state and the walk, the only loop that moves packets.

`Network(vpc, seed)` makes the devices of the description and keeps what changes: one tracking table for
each interface, what the devices remember, the capture. A packet is walked from place to place until it is
delivered or dropped, or parked on the clock by a link that takes time. Everything a device sends is queued
on the clock at `now`, first in, first out; a walk never calls a walk.
"""

from __future__ import annotations

from vpcedu.clock import Clock
from vpcedu.gateways.internet_gateway import InternetGateway
from vpcedu.network import rules
from vpcedu.network.checkpoints import ARRIVING, LEAVING
from vpcedu.network.interface import Interface
from vpcedu.network.link import Link
from vpcedu.network.names import Names
from vpcedu.network.vpc import INTERNET, Hop, Places, Vpc
from vpcedu.packet import Packet
from vpcedu.reasons import HOP_LIMIT, LOST, NO_SUCH_INTERFACE, TOO_LARGE, Reason
from vpcedu.tables.network_acl import NetworkAcl
from vpcedu.tables.security_group import IN, OUT, RuleSet
from vpcedu.tables.tracking import Tracking
from vpcedu.trace import DROP, SEND, Capture, Cause, Step, Trace, passed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from vpcedu.network.checkpoints import Verdict
    from vpcedu.row import Row

MOST_HOPS = 32  # devices one packet may meet


class Walk:
    """Where one packet is on its way: its trace, the next hop, the interface it left."""

    __slots__ = ("trace", "hop", "returning", "left", "hops")

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.hop = Hop(None, None)
        self.left: Interface | None = None  # the interface it comes from; None: from outside the VPC
        self.returning = False  # whether a flow, not the route table, said where it goes from here
        self.hops = 0


class Network:
    """A VPC in motion; `link` is the way through the Internet. ValueError where AWS would refuse the description."""

    def __init__(self, vpc: Vpc, seed: int = 0, link: Link | None = None) -> None:
        rules.check(vpc)
        self.seed = seed
        self.clock, self.capture = Clock(), Capture()
        self.link = link or Link()
        self.beyond_drops = False  # only on a copy: filters that drop let the packet go on, to find every blocker
        interfaces = tuple(row for one in vpc.everyone for row in one.interfaces)
        addresses = {row.device: row.address for row in reversed(interfaces)}  # of the primary interface
        addresses.update({row.device: row.address for one in vpc.everyone for row in one.outside})
        more = {row.device: {"secondary": row.secondary} for row in interfaces if row.secondary}
        self.devices: dict[str, Any] = {
            row.name: row.kind(row.name, addresses[row.name], seed, **more.get(row.name, {}), **dict(row.settings))
            for one in vpc.everyone for row in one.devices}
        self.tracking: dict[str, Tracking] = {}
        self._compile(vpc)
        self._hosts = {name for name, device in self.devices.items() if hasattr(device, "deadline")}
        self._armed: dict[str, int] = {}

    def _compile(self, vpc: Vpc) -> None:
        """Make whatever follows from the description and keeps no state."""
        every = Places.of(vpc)
        self.vpc, self.places = vpc, every[0]
        self.names = Names(tuple(row for one in vpc.everyone for row in one.names))
        self._homes = {name: one for one in every for name in (*one.by_device, one.vpc.internet_gateway) if name}
        self.rules, self.acls, balancers = {}, {}, []
        for one in vpc.everyone:
            if one.internet_gateway:
                self.devices[one.internet_gateway] = InternetGateway(one.internet_gateway, one.associations)
            for interface in one.interfaces:
                if interface.groups:
                    self.tracking.setdefault(interface.id, Tracking()).configure(interface.tracking)
                for way in (IN, OUT):
                    self.rules[interface.id, way] = RuleSet.of(interface.groups, way, one.group_rules)
                if hasattr(self.devices[interface.device], "returns"):
                    balancers.append((interface, self.devices[interface.device]))
            self.acls.update({s.name: NetworkAcl(s.network_acl, tuple(
                e for e in one.acl_entries if e.acl == s.network_acl)) for s in one.subnets})
        self.balancers = tuple(balancers)

    # What lessons call.

    def do(self, name: str, call: str, *arguments: object, **settings: object) -> Any:
        """Have a host's program do something now, like do("client", "connect", endpoint, program)."""
        host, now = self.devices[name], self.clock.now
        result = getattr(host, call)(*arguments, now, **settings)
        self._collect(name, host.flush(now), Cause(f"{name} calls {call}"))
        return result

    def send(self, name: str, packet: Packet, words: str) -> None:
        """Put a packet out of a device as if it had sent it: a learner's "what if it sent this?"."""
        self._collect(name, (packet,), Cause(words))

    def step(self) -> bool:
        """Let the next thing on the clock happen; False where nothing is left."""
        return self.clock.tick()

    def run(self, until: int) -> None:
        """Let everything happen that is due up to an instant (microseconds)."""
        while self.clock.due is not None and self.clock.due <= until:
            self.clock.tick()
        self.clock.advance(until)

    def replace(self, row: Row | None, new: Row | None) -> None:
        """Change the description in flight: `new` in the place of `row`. Without `new` (None) the row is removed,
        without `row` the new one is added.

        Connections, tracked flows and translations stay as they are. ValueError for a row that is not there, or one
        that a device was made from, such as a listener.
        """
        vpc = self.vpc.with_row(new) if row is None else (
            self.vpc.without(row) if new is None else self.vpc.replace(row, new))
        if len({tuple((one.devices, one.outside, tuple((i.device, i.address) for i in one.interfaces))
                      for one in whole.everyone) for whole in (self.vpc, vpc)}) > 1:
            raise ValueError(f"{row!r} is part of a device: expected a route, ACL entry, group rule, public address,"
                             " subnet, or an interface that keeps its device and address")
        rules.check(vpc)
        self._compile(vpc)

    def in_service(self, address: str) -> bool:
        """Whether DNS may answer with an address: it leads to no node of a balancer, or to one with healthy targets."""
        row = self.places.public.get(address)
        here = self.places.by_address.get(row.private if row else address)
        return here is None or getattr(self.devices[here.device], "in_service", True)

    def tracked_through(self, *places: Any) -> tuple[tuple[int, int], ...] | None:
        """(protocol, idle timeout) where flows through one of these interfaces' devices are always tracked, or None."""
        devices = (self.devices[place.device] for place in places if isinstance(place, Interface))
        return next((device.always_tracked for device in devices if hasattr(device, "always_tracked")), None)

    # Sending.

    def _collect(self, name: str, packets: Iterable[Packet], cause: Cause) -> None:
        """Queue what a device sent, note what happened there, and arm its alarm."""
        device, now = self.devices[name], self.clock.now
        for packet in packets:
            self._queue(Step(now, name, "send", SEND, packet, packet, cause))
        if hasattr(device, "take_events"):
            self.capture.events += device.take_events()
        if name not in self._hosts:
            return  # a gateway keeps no alarm
        deadline = device.deadline
        if deadline is not None and not self.clock.now <= self._armed.get(name, -1) <= deadline:
            self._armed[name] = max(deadline, now)
            self.clock.at(self._armed[name], self._wake, name)

    def _queue(self, first: Step) -> None:
        self.clock.at(self.clock.now, self._start, first)

    def _start(self, first: Step) -> None:
        trace = Trace(len(self.capture.traces) + 1, first)
        self.capture.traces.append(trace)
        self._leave(Walk(trace), first.at, first.before)

    def _wake(self, name: str) -> None:
        self._armed.pop(name, None)
        for step in self.devices[name].wake(self.clock.now):
            self._queue(step)
        self._collect(name, (), Cause("timer"))

    # The walk.

    def _leave(self, walk: Walk, name: str, packet: Packet) -> None:
        """A packet leaves a device: from its interface, or straight into the Internet."""
        places = self._homes.get(name, self.places)
        here = places.leaving(name, packet.flow.src)
        walk.hop = places.next_hop(packet, here or (name if name == places.vpc.internet_gateway else INTERNET))
        walk.returning = False
        if here is not None and not self._pass(walk, LEAVING, here, packet):
            return
        if here is None and walk.hop.reason is not None:
            inside = walk.hop.reason is NO_SUCH_INTERFACE  # the Internet gateway has a row for nobody
            self._note(walk, name if inside else INTERNET, "route", packet, walk.hop.row, walk.hop.reason)
            return
        walk.left = here
        if here is None and not isinstance(walk.hop.there, Interface) and walk.hop.there != name:
            self._cross(walk, name, packet)
        else:
            self._arrive(walk, packet)

    def _cross(self, walk: Walk, name: str, packet: Packet) -> None:
        """The way through the Internet: it may lose the packet, or find it too large, and it takes time."""
        error = self.link.error(packet)
        if error is not None:
            now, number = self.clock.now, walk.trace.number
            walk.trace.steps.append(Step(now, INTERNET, "link", DROP, packet, None, None, TOO_LARGE, (error,)))
            self._queue(Step(now, INTERNET, "send", SEND, error, error, Cause("answer to", number)))
            return
        if not self.link.carry(packet):
            self._note(walk, INTERNET, "link", packet, None, LOST)
            return
        self.clock.at(self.clock.now + self.link.delay, self._arrive, walk, packet)

    def _arrive(self, walk: Walk, packet: Packet) -> None:
        """A packet reaches the place its hop names, and the device there takes it."""
        there = walk.hop.there
        name = there if isinstance(there, str) else there.device  # type: ignore[union-attr]
        if isinstance(there, Interface) and not self._pass(walk, ARRIVING, there, packet):
            return
        walk.hops += 1
        if walk.hops > MOST_HOPS:
            self._note(walk, name, "hop limit", packet, None, HOP_LIMIT)
            return
        step = self.devices[name].handle(packet, self.clock.now)
        walk.trace.steps.append(step)
        if step.sent or step.reason or name in self._hosts:
            self._collect(name, step.sent, Cause("answer to", walk.trace.number))
        if step.after is not None and step.action not in ("deliver", DROP):
            self._leave(walk, name, step.after)

    def _pass(self, walk: Walk, checkpoints: tuple[tuple[str, Any], ...], here: Interface, packet: Packet) -> bool:
        """Ask the checkpoints in order and note each answer; False where the packet is lost."""
        for check, ask in checkpoints:
            verdict: Verdict | None = ask(self, walk, here, packet)
            if verdict is not None and not self._note(walk, here.device, check, packet, *verdict):
                return False
        return True

    def _note(self, walk: Walk, at: str, check: str, packet: Packet, row: Row | None, reason: Reason | None) -> bool:
        """Add a step to the trace; whether the packet goes on. A dead end has no `after`, a filter has."""
        if reason is None:
            walk.trace.steps.append(passed(self.clock.now, at, check, packet, row))
            return True
        after = None if check in ("route", "link", "hop limit") else packet
        walk.trace.steps.append(Step(self.clock.now, at, check, DROP, packet, after, row, reason))
        return self.beyond_drops and after is not None
