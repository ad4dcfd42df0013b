"""Conversations: which packets of a capture belong to one TCP connection, from end to end?

A gateway that rewrites changes addresses on the way, so one connection shows several pairs of
addresses. Every trace ties together the pairs it went through; pairs that are tied are one
conversation. A proxy ties nothing: what arrives on one connection and what it sends on another are
two conversations. An ICMP error belongs to the connection whose packet it quotes.
"""

from __future__ import annotations

from itertools import pairwise

from vpcedu.flow import FiveTuple
from vpcedu.row import NamedRow
from vpcedu.trace import REWRITE, Capture, Trace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


class Conversation(NamedRow):
    """One connection: who opened it, where it ends, and the gateways between.

    The flow is as the opener sent it.
    """

    number: int
    opener: str
    listener: str
    flow: FiveTuple
    passes: tuple[str, ...]
    traces: tuple[Trace, ...]

    @property
    def path(self) -> tuple[str, ...]:
        """Opener, gateways, listener."""
        return (self.opener, *self.passes, self.listener)

    def stretches(self) -> Iterator[tuple[str, str, FiveTuple]]:
        """From, to, and the flow between them, for each stretch of the opener's path."""
        best = max(
            (t for t in self.traces if t.sender == self.opener), key=lambda t: len(t.devices)
        )
        for here, there in pairwise(best.devices):
            arrives = next(step for step in best.steps if step.at == there)
            yield here, there, arrives.before.flow


def conversations(capture: Capture) -> tuple[Conversation, ...]:
    """The connections of a capture in the order of their first packets, numbered from 1."""
    group: dict[FiveTuple, int] = {}
    members: dict[int, list[Trace]] = {}
    for trace in capture:
        keys = {_both_ways(trace.packet.about)}
        keys |= {
            _both_ways(step.after.about)
            for step in trace.steps
            if step.action == REWRITE and step.after
        }
        known = sorted({group[key] for key in keys if key in group})
        name = known[0] if known else trace.number
        for other in known[1:]:  # two groups meet: they are one
            members[name] += members.pop(other)
            group.update({key: name for key, value in group.items() if value == other})
        group.update(dict.fromkeys(keys, name))
        members.setdefault(name, []).append(trace)
    ordered = sorted(
        (sorted(traces, key=lambda t: t.number) for traces in members.values()),
        key=lambda t: t[0].number,
    )
    return tuple(_conversation(number, tuple(traces)) for number, traces in enumerate(ordered, 1))


def _both_ways(flow: FiveTuple) -> FiveTuple:
    """One key for a flow and its answer."""
    back = flow.reversed()
    return flow if flow < back else back


def _conversation(number: int, traces: tuple[Trace, ...]) -> Conversation:
    opener = traces[0].sender
    whole = next((t for t in traces if t.sender == opener and t.delivered), traces[0])
    return Conversation(
        number, opener, whole.devices[-1], traces[0].packet.about, whole.devices[1:-1], traces
    )
