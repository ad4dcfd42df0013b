"""What was seen: steps, traces, events and the capture that holds them.

A step is one decision about one packet, a trace all steps of one packet, a capture all traces and
events in the order of time. Data flows one way: every picture, table and sentence is made from a
capture, and none of them asks the network anything.
"""

from __future__ import annotations

from vpcedu.flow import FiveTuple
from vpcedu.packet import Packet
from vpcedu.quoting import quoted
from vpcedu.row import NamedRow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from vpcedu.reasons import Reason
    from vpcedu.row import Row

# What a step did with the packet.
SEND, PASS, REWRITE, DELIVER, DROP = "send", "pass", "rewrite", "deliver", "drop"

# Every place at which a packet is looked at, in the order of one hop. AWS documents that a network
# ACL stands at the subnet's edge and a group at the interface; the order of the two follows from
# that.
CHECKS = (
    "send",
    "source check",
    "group out",
    "flow return",
    "network ACL out",
    "route",
    "link",
    "network ACL in",
    "group in",
    "destination check",
    "address map",
    "translation",
    "deliver",
    "hop limit",
)


class Step(NamedRow):
    """One decision about one packet.

    now: microseconds. at: name of the device. check: one of CHECKS. action: SEND, PASS, REWRITE,
    DELIVER or DROP. before, after: the packet; `after` is None where nothing goes on (a filter that
    drops keeps it, since a later filter might be asked too). row: the frozen table row that
    decided. reason: why it was lost. sent: packets the device put out because of this one.
    """

    now: int
    at: str
    check: str
    action: str
    before: Packet
    after: Packet | None
    row: Row | None = None
    reason: Reason | None = None
    sent: tuple[Packet, ...] = ()

    @property
    def change(self) -> Change | None:
        """What happened to the connection that got the packet; None where it was not delivered."""
        return self.row if isinstance(self.row, Change) else None

    @property
    def lost(self) -> str:
        """Where and why a step lost the packet: "lost at NAT, route: ..."."""
        return f"lost at {self.at}, {self.check}: {self.reason}"


# The most frequent steps are made the quick way.


def sent(now: int, at: str, packet: Packet, cause: Cause) -> Step:
    """The first step of a packet: who sent it, and why."""
    return tuple.__new__(Step, (now, at, "send", SEND, packet, packet, cause, None, ()))


def rewrote(now: int, at: str, check: str, before: Packet, after: Packet, row: Row | None) -> Step:
    """The step of a gateway that passes a packet on under another flow."""
    return tuple.__new__(Step, (now, at, check, REWRITE, before, after, row, None, ()))


class Cause(NamedRow):
    """Why a packet was sent: words, and the number of the trace that provoked it, if one did."""

    what: str
    trace: int | None = None

    def __str__(self) -> str:
        return self.what if self.trace is None else f"{self.what} {self.trace}"


class Event(NamedRow):
    """What is not a packet: a state change, an application's call or result. at: microseconds."""

    at: int
    who: str
    what: str
    row: Row | str | None = None


class Change(NamedRow):
    """A connection's change of state, with RFC 9293's state names.

    `flow` is written as its owner writes it: own end first.
    """

    flow: FiveTuple
    before: str
    event: str
    after: str

    def __str__(self) -> str:
        return f"{self.before} -> {self.after} ({self.event})"


class Trace:
    """All steps of one packet, from where it was sent to where it was delivered or dropped."""

    __slots__ = ("number", "steps")

    def __init__(self, number: int, first: Step) -> None:
        self.number = number
        self.steps = [first]

    @property
    def packet(self) -> Packet:
        """The packet as it was sent."""
        return self.steps[0].before

    @property
    def sender(self) -> str:
        """The device that sent it."""
        return self.steps[0].at

    @property
    def cause(self) -> Cause:
        """Why it was sent."""
        cause = self.steps[0].row
        assert isinstance(cause, Cause)
        return cause

    @property
    def last(self) -> Step:
        """Where it ended, or is now."""
        return self.steps[-1]

    @property
    def delivered(self) -> bool:
        """Whether a host took it."""
        return self.last.action == DELIVER

    @property
    def dropped(self) -> Step | None:
        """The first step that dropped the packet, or None."""
        return next((step for step in self.steps if step.action == DROP), None)

    @property
    def devices(self) -> tuple[str, ...]:
        """The devices it met, in order, each once in a row."""
        names = [step.at for step in self.steps]
        return tuple(name for i, name in enumerate(names) if i == 0 or names[i - 1] != name)

    def __str__(self) -> str:
        end = self.last.reason.code if self.last.reason else self.last.action
        return f"{self.number}: {self.packet} ({' > '.join(self.devices)}: {end})"


class Capture:
    """Traces and events in the order of time."""

    def __init__(self) -> None:
        self.traces: list[Trace] = []
        self.events: list[Event] = []

    def __iter__(self) -> Iterator[Trace]:
        return iter(self.traces)

    def __len__(self) -> int:
        return len(self.traces)

    def __getitem__(self, number: int) -> Trace:
        """The trace with this number, as printed; ValueError names the numbers there are."""
        first = self.traces[0].number if self.traces else 1
        if not self.traces or not first <= number < first + len(self.traces):
            span = f"{first} to {first + len(self.traces) - 1}" if self.traces else "none"
            raise ValueError(f"no packet {quoted(number)} in this capture: expected {span}")
        return self.traces[number - first]

    def changes(self, who: str | None = None) -> Iterator[tuple[int, str, Change]]:
        """When (microseconds) and at which host a connection changed its state, and how.

        who: one host; None is all of them.
        """
        return (
            (event.at, event.who, event.row)
            for event in self.events
            if isinstance(event.row, Change) and who in (None, event.who)
        )

    def since(self, traces: int, events: int) -> Capture:
        """What was seen after the first `traces` traces and `events` events."""
        later = Capture()
        later.traces, later.events = self.traces[traces:], self.events[events:]
        return later
