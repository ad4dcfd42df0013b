"""Connection tracking of security groups: does a packet belong to a flow that was let through before?

One table for each network interface, never for a group. A flow that a rule allowed is tracked in both
directions, so its answers pass whatever the rules of the other direction say. An established TCP flow is
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
from vpcedu.tables.security_group import GroupRule

ESTABLISHED_IDLE = 432_000 * SECOND  # microseconds


class TrackedFlow(namedtuple("TrackedFlow", ("flow", "rule", "since"))):
    """A flow as its opener sent it, the rule that let it through, and when (microseconds)."""

    __slots__ = ()
    flow: FiveTuple
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

    def lookup(self, flow: FiveTuple, now: int) -> TrackedFlow | None:
        """The row that this packet or its opposite direction belongs to, or None."""
        entry = self._flows.find(flow)
        return entry.row if entry is not None and self._flows.live(entry, now) else None

    def note(self, flow: FiveTuple, rule: GroupRule | None, now: int) -> TrackedFlow:
        """Track a flow that a rule let through."""
        self._flows.sweep(now)
        row = TrackedFlow(flow, rule, now)
        self._flows.put(row, flow, flow.reversed(), now)
        return row

    def touch(self, flow: FiveTuple, now: int) -> None:
        """Start the idle clock of the flow's row again."""
        entry = self._flows.find(flow)
        if entry is not None:
            self._flows.touch(entry, now)

    def clear(self) -> None:
        """Forget every flow: what a learner does to see answers die."""
        self._flows.clear()
