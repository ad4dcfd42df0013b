"""Connection tracking of security groups: does a packet belong to a flow that was let through before?

One table for each network interface, never for a group. A flow that a rule let in is tracked: its later
packets pass inwards and its answers outwards, whatever the rules say (and the other way round for a flow that
a rule let out). A host that forwards a packet as it is sends it out in the same direction: that is no answer,
and the outbound rules are asked. An established TCP flow is
forgotten after 432,000 s (5 days) of silence; 350 s on Nitro v6 instances. Sources: EC2 user guide,
"Security group connection tracking"; EC2 API, ConnectionTrackingConfiguration.

Simplified: a flow stays until its idle timeout even when it was closed, every allowed flow is tracked
(AWS leaves some flows untracked), and a packet in mid-stream that a rule allows is tracked anew.
"""

from __future__ import annotations

from collections import namedtuple

from vpcedu.clock import SECOND
from vpcedu.packet import FiveTuple
from vpcedu.tables.flows import Flows
from vpcedu.tables.security_group import IN, OUT, GroupRule

ESTABLISHED_IDLE = 432_000 * SECOND  # microseconds


class TrackedFlow(namedtuple("TrackedFlow", ("flow", "way", "rule", "since"))):
    """A flow as its opener sent it, whether it went IN or OUT here, the rule that let it, and when (microseconds)."""

    __slots__ = ()
    flow: FiveTuple
    way: str
    rule: GroupRule | None
    since: int

    def __str__(self) -> str:
        return f"tracked {self.flow}, let through by {self.rule}"


class Tracking:
    """The tracked flows of one interface; `lookup` only reads, the other methods are the only writers."""

    def __init__(self, idle: int = ESTABLISHED_IDLE) -> None:
        self._flows = Flows(idle)

    def __len__(self) -> int:
        return len(self._flows)

    def lookup(self, way: str, flow: FiveTuple, now: int) -> TrackedFlow | None:
        """The row of a packet that goes IN or OUT here with this flow, or None."""
        row: TrackedFlow | None = self._flows.lookup((way, flow), now)
        return row

    def use(self, way: str, flow: FiveTuple, now: int) -> TrackedFlow | None:
        """As `lookup`, for a packet that now passes: the row's idle clock starts again."""
        row: TrackedFlow | None = self._flows.use((way, flow), now)
        return row

    def note(self, way: str, flow: FiveTuple, rule: GroupRule | None, now: int) -> TrackedFlow:
        """Track a flow that a rule let through."""
        self._flows.sweep(now)
        row = TrackedFlow(flow, way, rule, now)
        self._flows.put(row, (way, flow), (OUT if way == IN else IN, flow.reversed()), now)
        return row

    def clear(self) -> None:
        """Forget every flow: what a learner does to see answers die."""
        self._flows.clear()
