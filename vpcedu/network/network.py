"""Network: clock, state and the walk, the only loop that moves packets.

`Network(vpc, seed)` makes the devices of the description and keeps what changes: one tracking table
for each interface, what the devices remember, the capture. A packet is walked from place to place
until it is delivered or dropped, or parked on the clock while it travels. Everything a
device sends is queued on the clock at `now`, first in, first out; a walk never calls a walk.
"""

from __future__ import annotations

from vpcedu.clock import Clock
from vpcedu.network import validity
from vpcedu.network.checkpoints import arriving, leaving
from vpcedu.network.filter_tables import FilterTables
from vpcedu.network.interface import Interface
from vpcedu.network.link import Link
from vpcedu.network.machines import gateways, machines, made_of
from vpcedu.network.names import Names
from vpcedu.network.places import Places
from vpcedu.network.vpc import INTERNET, Vpc
from vpcedu.network.walk import Walk
from vpcedu.packet import Packet
from vpcedu.quoting import quoted
from vpcedu.reasons import HOP_LIMIT, LOST, NO_SUCH_INTERFACE, TOO_LARGE, Reason
from vpcedu.trace import DROP, PASS, Capture, Cause, Step, Trace, sent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, TypeVar

    from vpcedu.device import Machine
    from vpcedu.network.checkpoints import Checkpoint
    from vpcedu.row import Row

    M = TypeVar("M", bound=Machine)

_new = tuple.__new__  # quicker than the class's own call
MOST_HOPS = 32  # devices one packet may meet


class Network:
    """A VPC in motion; `link` is the path through the Internet. ValueError where AWS refuses it."""

    def __init__(self, vpc: Vpc, seed: int = 0, link: Link | None = None) -> None:
        validity.check(vpc)
        self.clock, self.capture = Clock(), Capture()
        self.link = link or Link()
        self.devices = machines(vpc, seed)
        self.filters = FilterTables(self.devices, self.clock)
        self._compile(vpc)
        self._alarms: dict[str, list[int]] = {name: [] for name in self.devices}

    def _compile(self, vpc: Vpc) -> None:
        """Make whatever follows from the description and keeps no state."""
        every = Places.of(vpc)
        self.vpc, self.places = vpc, every[0]
        self.names = Names(tuple(row for each in vpc.everyone for row in each.names))
        self._homes = {
            name: each
            for each in every
            for name in (*each.by_device, each.vpc.internet_gateway)
            if name
        }
        self.devices.update(gateways(vpc))
        self.filters.compile(vpc)
        interfaces = [interface for each in vpc.everyone for interface in each.interfaces]
        self._leaving = {here.id: leaving(here, self.filters) for here in interfaces}
        self._arriving = {here.id: arriving(here, self.filters) for here in interfaces}

    # What lessons call.

    def do(self, name: str, call: str, *arguments: object, **settings: object) -> Any:
        """Have a host's program do something now: do("client", "connect", endpoint, program)."""
        host, now = self.devices[name], self.clock.now
        result = getattr(host, call)(*arguments, now, **settings)
        self._collect(name, host.flush(now), Cause(f"{name} calls {call}"))
        return result

    def send(self, name: str, packet: Packet, words: str) -> None:
        """Put a packet out of a device as if it had sent it, to see what would become of it."""
        self._collect(name, (packet,), Cause(words))

    def step(self) -> bool:
        """Let the next thing on the clock happen; False where nothing is left."""
        return self.clock.tick()

    def run(self, until: int) -> None:
        """Let everything happen that is due up to an instant (microseconds)."""
        self.clock.run(until)

    def replace(self, row: Row | None, new: Row | None) -> None:
        """Change the description in flight: `new` instead of `row`.

        Without `new` (None) the row is removed, without `row` the new one is added.
        Connections, tracked flows and translations stay as they are. ValueError for a row that is
        not there, or one that a device was made from, such as a listener.
        """
        vpc = self.vpc.changed(row, new)
        if made_of(vpc) != made_of(self.vpc):
            raise ValueError(
                f"{quoted(row)} is part of a device: expected a route, rule, network ACL entry, public address,"
                " subnet, or an interface that keeps its device and addresses"
            )
        validity.check(vpc)
        self._compile(vpc)

    def in_service(self, address: str) -> bool:
        """Whether DNS may answer with an address: no balancer's, or one with healthy targets."""
        row = self.places.public.get(address)
        here = self.places.by_address.get(row.private if row else address)
        return here is None or self.devices[here.device].in_service

    def machine(self, name: str, kind: type[M]) -> M:
        """The device of this name as what it is expected to be; ValueError where it is not."""
        device = self.devices[name]
        if not isinstance(device, kind):
            raise ValueError(
                f"device {quoted(name)} is a {device.kind_words}: expected a {kind.kind_words}"
            )
        return device

    def _collect(self, name: str, packets: Iterable[Packet], cause: Cause) -> None:
        """Queue what a device sent, note what happened there, and arm its alarm."""
        device, now = self.devices[name], self.clock.now
        for packet in packets:
            self._queue(sent(now, name, packet, cause))
        self.capture.events += device.take_events()
        deadline = device.deadline
        if deadline is not None:
            self._arm(name, max(deadline, now))

    def _arm(self, name: str, deadline: int) -> None:
        """Have a device woken at its deadline, or before it: then its deadline is asked again.

        So an alarm is set only where it is nearer than the device's others, and each rings once.
        """
        alarms = self._alarms[name]  # the nearest is the last
        if not alarms or deadline < alarms[-1]:
            alarms.append(deadline)
            self.clock.at(deadline, self._wake, name)

    def _queue(self, first: Step) -> None:
        self.clock.at(self.clock.now, self._start, first)

    def _start(self, first: Step) -> None:
        trace = Trace(len(self.capture.traces) + 1, first)
        self.capture.traces.append(trace)
        self._leave(Walk(trace), first.at, first.before)

    def _wake(self, name: str) -> None:
        self._alarms[name].pop()
        for step in self.devices[name].wake(self.clock.now):
            self._queue(step)
        self._collect(name, (), Cause("timer"))

    # The walk.

    def _leave(self, walk: Walk, name: str, packet: Packet) -> None:
        """A packet leaves a device: from its interface, or straight into the Internet."""
        places = self._homes.get(name, self.places)
        here = places.leaving(name, packet.flow.src)
        walk.hop = places.next_hop(
            packet, here or (name if name == places.vpc.internet_gateway else INTERNET)
        )
        walk.returning = False
        if here is not None and not self._pass(walk, self._leaving[here.id], here, packet):
            return
        if here is None and walk.hop.reason is not None:
            # the Internet gateway has a row for nobody
            at = name if walk.hop.reason is NO_SUCH_INTERFACE else INTERNET
            self._lose(walk, at, "route", packet, walk.hop.row, walk.hop.reason)
            return
        walk.left = here
        if here is None and walk.hop.interface is None and walk.hop.there != name:
            self._cross(walk, name, packet)
        elif here is None or walk.hop.interface is None:  # the Internet gateway is no place
            self._arrive(walk, packet)
        else:
            self.clock.at(self.clock.now + places.time(here, walk.hop), self._arrive, walk, packet)

    def _cross(self, walk: Walk, name: str, packet: Packet) -> None:
        """The path through the Internet: it takes time, and may lose the packet or refuse it."""
        error = self.link.error(packet)
        if error is not None:
            now, number = self.clock.now, walk.trace.number
            walk.trace.steps.append(
                Step(now, INTERNET, "link", DROP, packet, None, None, TOO_LARGE, (error,))
            )
            self._queue(sent(now, INTERNET, error, Cause("answer to", number)))
            return
        if not self.link.carry(packet):
            self._lose(walk, INTERNET, "link", packet, None, LOST)
            return
        self.clock.at(self.clock.now + self.link.delay, self._arrive, walk, packet)

    def _arrive(self, walk: Walk, packet: Packet) -> None:
        """A packet reaches the place its hop names, and the device there takes it."""
        name: str = walk.hop.device  # type: ignore[assignment]
        inside = walk.hop.interface
        if inside is not None and not self._pass(walk, self._arriving[inside.id], inside, packet):
            return
        walk.hops += 1
        if walk.hops > MOST_HOPS:
            self._lose(walk, name, "hop limit", packet, None, HOP_LIMIT)
            return
        device = self.devices[name]
        step = device.handle(packet, self.clock.now)
        walk.trace.steps.append(step)
        if step.sent or step.reason or device.timed:
            self._collect(name, step.sent, Cause("answer to", walk.trace.number))
        if step.after is not None and step.action not in ("deliver", DROP):
            self._leave(walk, name, step.after)

    def _pass(
        self, walk: Walk, checkpoints: tuple[Checkpoint, ...], here: Interface, packet: Packet
    ) -> bool:
        """Ask the checkpoints in order and note each answer; False where the packet is lost."""
        now, name, steps = self.clock.now, here.device, walk.trace.steps
        for check, ask in checkpoints:
            verdict = ask(self.filters, walk, here, packet)
            if verdict is None:
                continue
            row, reason = verdict
            if reason is None:
                steps.append(_new(Step, (now, name, check, PASS, packet, packet, row, None, ())))
            elif not self._lose(walk, name, check, packet, row, reason):
                return False
        return True

    def _lose(
        self, walk: Walk, device: str, check: str, packet: Packet, row: Row | None, reason: Reason
    ) -> bool:
        """Add the step that loses the packet; whether it goes on all the same.

        A dead end has no `after`; a filter that drops keeps it.
        """
        after = None if check in ("route", "link", "hop limit") else packet
        step = Step(self.clock.now, device, check, DROP, packet, after, row, reason)
        walk.trace.steps.append(step)
        return self.filters.beyond_drops and after is not None
