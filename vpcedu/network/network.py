"""Network: clock, state and the walk, the only loop that moves packets.

`Network(vpc, seed)` makes the devices of the description and keeps what changes: one tracking table for
each interface, what the devices remember, the capture. A packet is walked from place to place until it is
delivered or dropped, or parked on the clock by a link that takes time. Everything a device sends is queued
on the clock at `now`, first in, first out; a walk never calls a walk.
"""

from __future__ import annotations

from vpcedu.clock import Clock
from vpcedu.gateways.internet_gateway import InternetGateway
from vpcedu.network.checkpoints import ARRIVING, LEAVING
from vpcedu.network.interface import Interface
from vpcedu.network.link import Link
from vpcedu.network.names import Names
from vpcedu.network.vpc import INTERNET, Hop, OutsideHost, Places, Vpc
from vpcedu.packet import Packet
from vpcedu.reasons import HOP_LIMIT, LOST, NO_SUCH_INTERFACE, Reason
from vpcedu.tables.network_acl import NetworkAcl
from vpcedu.tables.security_group import IN, OUT, RuleSet
from vpcedu.tables.tracking import Tracking
from vpcedu.trace import DROP, SEND, Capture, Cause, Step, Trace, passed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from vpcedu.network.checkpoints import Verdict

MOST_HOPS = 32  # devices one packet may meet


class Walk:
    """Where one packet is on its way: its trace, the next hop, the subnet it left, who delivered it."""

    __slots__ = ("trace", "hop", "returning", "subnet", "delivered_by", "hops")

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.hop = Hop(None, None)
        self.subnet: str | None = None  # the subnet it comes from; None: from outside the VPC
        self.delivered_by: frozenset[str] = frozenset()  # groups of the balancer's interface that sent it on
        self.returning = False  # whether a flow, not the route table, said where it goes from here
        self.hops = 0


class Network:
    """A VPC in motion; `link` is the way through the Internet."""

    def __init__(self, vpc: Vpc, seed: int = 0, link: Link | None = None) -> None:
        self.vpc, self.seed = vpc, seed
        self.clock, self.capture = Clock(), Capture()
        self.link = link or Link()
        self.beyond_drops = False  # only on a copy: filters that drop let the packet go on, to find every blocker
        self.places, self.names = Places(vpc), Names(vpc.names)
        addresses = {row.device: row.address for row in vpc.interfaces}
        addresses.update({row.device: row.address for row in vpc.outside})
        more = {row.device: {"secondary": row.secondary} for row in vpc.interfaces if row.secondary}
        self.devices: dict[str, Any] = {
            row.name: row.kind(row.name, addresses[row.name], seed, **more.get(row.name, {}), **dict(row.settings))
            for row in vpc.devices}
        if vpc.internet_gateway:
            self.devices[vpc.internet_gateway] = InternetGateway(vpc.internet_gateway, vpc.associations)
        self.tracking = {interface.device: Tracking() for interface in vpc.interfaces if interface.groups}
        self.rules = {(i.device, way): RuleSet(i.groups, way, tuple(
            rule for rule in vpc.group_rules if rule.group in i.groups and rule.direction == way))
            for i in vpc.interfaces for way in (IN, OUT)}
        self.acls = {s.name: NetworkAcl(s.network_acl, tuple(e for e in vpc.acl_entries if e.acl == s.network_acl))
                     for s in vpc.subnets}
        self.balancers = tuple((interface, self.devices[interface.device]) for interface in vpc.interfaces
                               if hasattr(self.devices[interface.device], "returns"))
        self._hosts = {name for name, device in self.devices.items() if hasattr(device, "deadline")}
        self._armed: dict[str, int] = {}

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

    def groups_of(self, address: str) -> frozenset[str]:
        """The security groups of the interface that has a private address."""
        interface = self.places.by_address.get(address)
        return frozenset(interface.groups) if interface else frozenset()

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
        here = self.places.by_device.get(name)
        walk.hop = self.places.next_hop(packet, here or (name if name == self.vpc.internet_gateway else INTERNET))
        walk.returning = False
        if here is not None and not self._pass(walk, LEAVING, here, packet):
            return
        if here is None and walk.hop.reason is not None:
            inside = walk.hop.reason is NO_SUCH_INTERFACE  # the Internet gateway has a row for nobody
            self._note(walk, name if inside else INTERNET, "route", packet, walk.hop.row, walk.hop.reason)
            return
        walk.subnet = here.subnet if here else None
        walk.delivered_by = frozenset(here.groups) if here and hasattr(self.devices[name], "returns") else frozenset()
        if here is None and (isinstance(walk.hop.there, OutsideHost) or name != self.vpc.internet_gateway):
            self._cross(walk, name, packet)
        else:
            self._arrive(walk, packet)

    def _cross(self, walk: Walk, name: str, packet: Packet) -> None:
        """The way through the Internet: it may lose the packet, and it takes time."""
        if not self.link.carry():
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

    def _note(self, walk: Walk, at: str, check: str, packet: Packet, row: object, reason: Reason | None) -> bool:
        """Add a step to the trace; whether the packet goes on. A dead end has no `after`, a filter has."""
        if reason is None:
            walk.trace.steps.append(passed(self.clock.now, at, check, packet, row))
            return True
        after = None if check in ("route", "link", "hop limit") else packet
        walk.trace.steps.append(Step(self.clock.now, at, check, DROP, packet, after, row, reason))
        return self.beyond_drops and after is not None
