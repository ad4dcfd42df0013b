"""Decided: the row that decided a step, as what it is.

The row of a route check is a route; but the check of a group may be decided by a rule, by a flow
that is tracked, by a rule whose flow is not tracked, or by all rules of one direction together,
which refuse. Each function answers None where a step was decided by something else.
"""

from __future__ import annotations

from vpcedu.network.interface import Interface
from vpcedu.tables.network_acl import AclEntry
from vpcedu.tables.route_table import Route
from vpcedu.tables.security_group import GroupRule, RuleSet
from vpcedu.tables.tracking import TrackedFlow, Untracked
from vpcedu.tables.translation import Translation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.trace import Step, Trace


def route_of(step: Step) -> Route | None:
    """The route that sent a packet on, or into the void."""
    return step.row if isinstance(step.row, Route) else None


def routes_of(trace: Trace) -> tuple[Route, ...]:
    """The routes that a packet followed, in order."""
    return tuple(row for row in map(route_of, trace.steps) if row is not None)


def entry_of(step: Step) -> AclEntry | None:
    """The entry of a network ACL that allowed or denied a packet."""
    return step.row if isinstance(step.row, AclEntry) else None


def translation_of(step: Step) -> Translation | None:
    """The row of a NAT's or balancer's own table by which a packet goes on or back."""
    return step.row if isinstance(step.row, Translation) else None


def tracked_of(step: Step) -> TrackedFlow | None:
    """The tracked flow that a packet belongs to, so that its group asked no rule."""
    return step.row if isinstance(step.row, TrackedFlow) else None


def untracked_of(step: Step) -> Untracked | None:
    """The rule that lets a packet pass without its flow being tracked."""
    return step.row if isinstance(step.row, Untracked) else None


def rule_of(step: Step) -> GroupRule | None:
    """The rule of a group by which a packet passes: asked now, or when its flow was tracked."""
    lets = tracked_of(step) or untracked_of(step)
    if lets is not None:
        return lets.rule
    return step.row if isinstance(step.row, GroupRule) else None


def opens(step: Step) -> bool:
    """Whether a rule was asked for the packet and lets its flow be tracked from now on."""
    return step.row is not None and step.row == rule_of(step)


def refused_by(step: Step) -> RuleSet | None:
    """The rules of an interface's groups, none of which allows a packet."""
    return step.row if isinstance(step.row, RuleSet) else None


def interface_of(step: Step) -> Interface | None:
    """The interface whose source/destination check a packet met."""
    return step.row if isinstance(step.row, Interface) else None


def is_nobodys(step: Step) -> bool:
    """Whether the row stands only in a working copy, for the far side of an endpoint."""
    route, entry = route_of(step), entry_of(step)
    return (route is not None and not route.table) or (entry is not None and not entry.acl)
