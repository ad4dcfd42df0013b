"""Connection tracking of security groups: does a packet belong to a flow that was allowed before?

One table for each network interface, never for a group. A flow that a rule let in is tracked: its
later packets pass inwards and its answers outwards, whatever the rules say (and the other way round
for a flow that a rule let out). A host that forwards a packet as it is sends it out in the same
direction: that is no answer, and the outbound rules are asked. So one key finds a row in both
directions: the flow as packets carry it inwards.

TCP and UDP flows are NOT tracked where a rule for 0.0.0.0/0 lets them pass and a rule of the other
direction lets all answers pass; each of their packets needs a rule. But flows through a NAT gateway
or a Network Load Balancer always are. Idle timeouts can be set for an interface; a flow through a
Network Load Balancer has its own. Sources: EC2 user guide, "Security group connection tracking";
EC2 API, ConnectionTrackingConfiguration.

AWS does not say, so it is assumed: TCP is tracked from its SYN on, and a packet in mid-stream that
only a rule allows passes untracked (else an untracked flow that was cut would come back); a flow
stays until its idle timeout even when it was closed, and the established timeout holds for all its
states; ICMP is forgotten after 30 s, as in Linux.
"""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.flow import TCP, FiveTuple
from vpcedu.row import NamedRow
from vpcedu.tables.flows import FlowEntry, Flows
from vpcedu.tables.security_group import IN, GroupRule, RuleSet
from vpcedu.tables.traffic import ANYWHERE, ICMP, UDP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

ESTABLISHED_IDLE = 432_000 * SECOND  # microseconds: 5 days
ICMP_IDLE, OTHER_IDLE = 30 * SECOND, 600 * SECOND
# seconds, in the order of the fields of TrackingConfiguration
LIMITS = ((60, 432_000), (30, 60), (60, 180))
_new = tuple.__new__  # quicker than the class's own call
STREAM = 3  # changes of speaker: request, answer, request, answer


class TrackingConfiguration(NamedRow):
    """Idle timeouts of one interface (microseconds), and how many flows it can track.

    The number is that of its instance; None: no limit (AWS publishes no numbers).
    """

    tcp_established: int = ESTABLISHED_IDLE
    udp: int = 30 * SECOND
    udp_stream: int = 180 * SECOND
    allowance: int | None = None

    @property
    def idle_timeouts(self) -> tuple[int, int, int]:
        """The first three fields, which AWS limits."""
        return self.tcp_established, self.udp, self.udp_stream

    def __str__(self) -> str:
        return f"{'any number of' if self.allowance is None else f'at most {self.allowance}'} tracked connections"


DEFAULT = TrackingConfiguration()
# the default of instance types of Nitro v6, except P6e-GB200
NITRO_V6 = TrackingConfiguration(350 * SECOND)


class TrackedFlow(NamedRow):
    """A flow as its opener sent it, and the rule that let it through.

    Whether it went IN or OUT here, when, and its idle timeout (microseconds); of UDP also how often
    the speaker changed, up to STREAM.
    """

    flow: FiveTuple
    way: str
    rule: GroupRule | None
    since: int
    idle: int
    turns: int = 0

    def __str__(self) -> str:
        return f"tracked {self.flow}, allowed by {self.rule}"


class Untracked(NamedRow):
    """Allowed by a rule of the packet's own direction: it belongs to no tracked flow.

    That is true of answers too.
    """

    rule: GroupRule

    def __str__(self) -> str:
        return f"{self.rule}, not tracked"


def is_untracked(rule: GroupRule, rules: RuleSet, back: RuleSet, flow: FiveTuple) -> bool:
    """Whether AWS leaves untracked the flow of a packet that `rule` of `rules` allows.

    `back`: the rules of the other direction. The packet may be the opener's or an answer: in UDP
    nothing tells them apart.
    """
    if flow.protocol not in (TCP, UDP):
        return False
    asked = back.lookup(flow.reversed(), frozenset())
    return (rule.peer == ANYWHERE and back.lets_all(flow.protocol)) or (
        rules.lets_all(flow.protocol) and asked is not None and asked.peer == ANYWHERE
    )


class TrackedEntry(FlowEntry):
    """A tracked flow with its times."""

    __slots__ = ("row",)

    def __init__(self, row: TrackedFlow, now: int) -> None:
        super().__init__(now, row.idle)
        self.row = row

    @property
    def keys(self) -> tuple[FiveTuple]:
        """The flow as packets carry it inwards: it finds the row in both directions."""
        return (_key(self.row.way, self.row.flow),)


class Tracking(Flows):
    """The tracked flows of one interface.

    `lookup` only reads, the other methods are the only writers.
    """

    def __init__(self, configuration: TrackingConfiguration = DEFAULT) -> None:
        super().__init__()
        self.configure(configuration)

    def __iter__(self) -> Iterator[TrackedFlow]:
        return iter([entry.row for entry in self._entries.values()])

    def configure(self, configuration: TrackingConfiguration) -> None:
        """Set timeouts and allowance for flows to come.

        ValueError for a timeout outside AWS's limits.
        """
        for name, idle, (least, most) in zip(
            configuration._fields, configuration.idle_timeouts, LIMITS, strict=False
        ):
            if not least * SECOND <= idle <= most * SECOND:
                raise ValueError(
                    f"{name} of {idle} us: expected {least} to {most} s, in microseconds"
                )
        self.configuration = configuration
        self._idle = {TCP: configuration.tcp_established, UDP: configuration.udp, ICMP: ICMP_IDLE}

    def lookup(self, direction: str, flow: FiveTuple, now: int) -> TrackedFlow | None:
        """The row of a packet that goes IN or OUT here with this flow, or None."""
        entry = self._entries.get(_key(direction, flow))
        return entry.row if entry is not None and now - entry.used < entry.idle else None

    def use(self, direction: str, flow: FiveTuple, now: int) -> TrackedFlow | None:
        """As `lookup`, for a packet that now passes: the row's idle clock starts again."""
        entry = self._entries.get(_key(direction, flow))
        if entry is None or now - entry.used >= entry.idle:
            return None
        entry.used = now
        tracked: TrackedFlow = entry.row
        if (
            flow.protocol == UDP
            and tracked.turns < STREAM
            and (direction == tracked.way) == tracked.turns % 2
        ):
            stream = tracked.turns + 1 == STREAM and tracked.idle == self.configuration.udp
            return self._put(
                tracked._replace(
                    turns=tracked.turns + 1,
                    idle=self.configuration.udp_stream if stream else tracked.idle,
                ),
                now,
            )
        return tracked

    def note(
        self,
        direction: str,
        flow: FiveTuple,
        rule: GroupRule | None,
        now: int,
        idle: int | None = None,
    ) -> TrackedFlow | None:
        """Track a flow that a rule let through; None where the allowance is used up.

        idle: a timeout other than the interface's.
        """
        self._run_out(now)
        allowance = self.configuration.allowance
        if allowance is not None and len(self) >= allowance:
            return None
        if idle is None:
            idle = self._idle.get(flow.protocol, OTHER_IDLE)
        return self._put(_new(TrackedFlow, (flow, direction, rule, now, idle, 0)), now)

    def _put(self, tracked: TrackedFlow, now: int) -> TrackedFlow:
        self._enter(TrackedEntry(tracked, now))
        return tracked


def _key(direction: str, flow: FiveTuple) -> FiveTuple:
    """The flow as packets carry it inwards; of protocols without ports the addresses alone."""
    if flow.protocol != TCP and flow.protocol != UDP:
        flow = flow._replace(sport=0, dport=0)
    return flow if direction == IN else flow.reversed()
