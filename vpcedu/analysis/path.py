"""Path: a question's packets there and back, hop by hop, with the rules and routes that decided.

One leg for each connection on the path (a balancer that ends connections makes two of one): there
the first SYN of its opener, back the first SYN ACK (or RST) that answered. Later segments take the
same paths, by tracked flows where these went by rules; so these two show most. Connections that
nobody asked for, such as health checks, are left out.
"""

from __future__ import annotations

from vpcedu.flow import TCP
from vpcedu.packet import ACK, RST, SYN
from vpcedu.reasons import BEYOND, BLACKHOLE, HOP_LIMIT, LOST, NO_ROUTE, PRIVATE_DESTINATION
from vpcedu.row import NamedRow
from vpcedu.tables.route_table import LOCAL, Route
from vpcedu.tables.security_group import RuleSet
from vpcedu.trace import DELIVER, SEND
from vpcedu.views.decided import (
    is_nobodys,
    refused_by,
    route_of,
    routes_of,
    rule_of,
    tracked_of,
    translation_of,
    untracked_of,
)
from vpcedu.views.explain import rewritten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.network.conversations import Conversation
    from vpcedu.network.vpc import Vpc
    from vpcedu.row import Row
    from vpcedu.sites.visit import Visit
    from vpcedu.trace import Step, Trace

# The checks that ask a row of the description for each packet, but for routes.
ASKED = ("group in", "group out", "network ACL in", "network ACL out", "address map")
# What brings a reply back at a check, where neither a route nor a group decides.
STATES = {
    "flow return": "the load balancer's flow, not a route (inferred)",
    "translation": "the device's own translation: {rewritten}",
    "address map": "no state: the address map {row}",
    "network ACL in": "no state: {row}",
    "network ACL out": "no state: {row}",
}


class Loss(NamedRow):
    """A packet that was lost for a reason one can repair.

    It says where the packet was lost, and whether it was on its way back.
    """

    trace: Trace
    step: Step
    back: bool

    @property
    def row(self) -> Row | None:
        """The row it was held against."""
        return self.step.row

    @property
    def leg_direction(self) -> str:
        """The direction in words."""
        return "on the return path" if self.back else "on the forward path"


def _is_back(talk: Conversation, trace: Trace) -> bool:
    """Whether a packet answers the opener.

    It does if the opener did not send it: an error that a device on the path made counts too.
    """
    return trace.sender != talk.opener


def losses(visit: Visit) -> tuple[Loss, ...]:
    """Everything that lost a packet of these connections, in order of time.

    Each place, row and direction is there once.
    """
    found: dict[tuple[object, ...], Loss] = {}
    packets = sorted(
        ((trace, _is_back(talk, trace)) for talk in visit.connections for trace in talk.traces),
        key=lambda pair: pair[0].number,
    )
    for trace, back in packets:
        for step in trace.steps:
            if step.reason not in (None, LOST):
                found.setdefault((step.at, step.check, step.row, back), Loss(trace, step, back))
    return tuple(found.values())


def model_ends(visit: Visit) -> Loss | None:
    """Where the model ends.

    It is the first loss where nobody described what a route or an interface leads to.
    """
    return next((loss for loss in losses(visit)[:1] if loss.step.reason is BEYOND), None)


def leads(vpc: Vpc, loss: Loss) -> str:
    """The row that decided a loss; where the model ends at a device, the route that led there.

    Of a circle it is the route that leads back. At a gateway that does not carry the destination
    it is the route that led there, with the destination.
    """
    routes = routes_of(loss.trace)
    if loss.step.reason is HOP_LIMIT and routes:
        row, at = routes[-1], loss.step.at
        names = {
            one.id for each_vpc in vpc.everyone for one in each_vpc.interfaces if one.device == at
        }
        back = f", the table of {at}'s own subnet, leads back to {at}"
        return f"{row.table}: {row}" + back * (
            row.target in (at, *names) and row.table == table_of(vpc, at)
        )
    if loss.step.reason is BEYOND and loss.step.row is None and routes:
        return f"{routes[-1].table}: {routes[-1]}"
    if loss.step.reason is PRIVATE_DESTINATION and loss.step.row is None and routes:
        return f"{routes[-1].table}: {routes[-1]}, for {loss.step.before.flow.dst}"
    return decided(vpc, loss.step)


def forward(visit: Visit) -> tuple[Trace, ...]:
    """The opening packet of each connection, the one of them that got furthest."""
    legs = (
        [t for t in talk.traces if t.sender == talk.opener and t.packet.flags & (SYN | ACK) == SYN]
        for talk in visit.connections
    )
    return tuple(
        max(leg, key=lambda t: (t.delivered, len(t.steps), -t.number)) for leg in legs if leg
    )


def back(visit: Visit) -> tuple[Trace, ...]:
    """What answered each opening packet, the last connection first."""
    legs = []
    for talk in reversed(visit.connections):
        answers = [
            t
            for t in talk.traces
            if _is_back(talk, t)
            and t.packet.flow.protocol == TCP
            and (t.packet.flags & (SYN | ACK) == SYN | ACK or t.packet.flags & RST)
        ]
        if answers:
            legs.append(max(answers, key=lambda t: (t.delivered, -t.number)))
    return tuple(legs)


def decided(vpc: Vpc, step: Step) -> str:
    """The row that decided a step, by its name.

    It names security group and rule, network ACL and number, or route table and route.
    """
    if step.reason is NO_ROUTE:
        return f"{table_of(vpc, step.at)}: no route for {step.before.flow.dst}"
    if step.row is None or is_nobodys(step):
        return ""
    route, refused, tracked = route_of(step), refused_by(step), tracked_of(step)
    if route is not None:
        return f"{route.table}: {route}" + (_gone(vpc, route) if step.reason is BLACKHOLE else "")
    if refused is not None:  # as asked about: after a repair that was tried it has one rule more
        return _refusal(vpc, _as_described(vpc, refused))
    if tracked is not None:
        return f"tracked flow, allowed by {tracked.rule}" if tracked.rule else "tracked flow"
    if translation_of(step) is not None:
        return f"{_whose(step)}{rewritten(step) or 'unchanged'}"
    if step.check == "address map" and step.after:
        return f"{step.row}: {rewritten(step)}"
    return f"connection {step.row}" if step.check == "deliver" else str(step.row)


def _refusal(vpc: Vpc, row: RuleSet) -> str:
    """What the rules allow, over IPv6 too where some name IPv6 blocks."""
    own = [
        rule.what
        for each_vpc in vpc.everyone
        for rule in each_vpc.ipv6_rules
        if rule.group in row.groups and rule.direction == row.direction
    ]
    if not own:
        return str(row)
    only = "" if row.rules else f"{', '.join(row.groups)} {row.direction} allows IPv6 only: "
    return (only or f"{row}; over IPv6 also ") + ", ".join(own)


def _as_described(vpc: Vpc, row: RuleSet) -> RuleSet:
    changed: RuleSet = row._replace(
        rules=tuple(
            rule
            for each_vpc in vpc.everyone
            for rule in each_vpc.group_rules
            if rule.group in row.groups and rule.direction == row.direction
        )
    )
    return changed


def _gone(vpc: Vpc, route: Route) -> str:
    """Why a route is a blackhole, as far as the description tells."""
    links = {
        peering.name: peering.status for each_vpc in vpc.everyone for peering in each_vpc.peerings
    }
    links |= {row.name: row.state for each_vpc in vpc.everyone for row in each_vpc.states}
    if route.target in links:
        return f", a blackhole: {route.target} is {links[route.target]}"
    home = next((each_vpc for each_vpc in vpc.everyone if route in each_vpc.routes), vpc)
    return (
        f", a blackhole: {route.target} is not attached to {home.name}"
        if route.target.startswith("igw-")
        else ""
    )


def _whose(step: Step) -> str:
    return "the load balancer's flow: " if step.check == "flow return" else ""


def table_of(vpc: Vpc, device: str) -> str:
    """The name of the route table that a device's packets follow."""
    for one in vpc.everyone:
        names = {interface.subnet for interface in one.interfaces if interface.device == device}
        subnet = next((row for row in one.subnets if row.name in names), None)
        if subnet:
            return str(subnet.route_table or one.main)
    return vpc.main


def shown(vpc: Vpc, trace: Trace) -> list[str]:
    """A leg as lines: its flow and, for each check that decided, where and by which row."""
    lines = [f"  {trace.packet.flow}  ({' > '.join(trace.devices)})"]
    wide = max(16, *(len(step.at) for step in trace.steps)) + 2
    steps = once_round(trace)
    for step in steps:
        if step is trace.last and len(steps) < len(trace.steps):
            lines.append(
                f"    and so on, {len(trace.steps) - len(steps)} more steps of the same circle"
            )
        words = decided(vpc, step)
        if step.action != SEND and (words or step.reason):
            fate = "THE MODEL ENDS" if step.reason is BEYOND else "LOST"
            lost = (
                f"{fate}: {step.reason}" + (f" ({words})" if words else "")
                if step.reason
                else words
            )
            lines.append(f"    {step.at:<{wide}}{step.check:<18} {lost}")
    return lines


def once_round(trace: Trace) -> list[Step]:
    """The steps of a packet; of one that went in a circle the first round, and the last step."""
    if trace.last.reason is not HOP_LIMIT:
        return trace.steps
    first: dict[tuple[str, str], Step] = {}
    for step in trace.steps:
        first.setdefault((step.at, step.check), step)
    return list(first.values())


def row_names(vpc: Vpc, traces: tuple[Trace, ...]) -> tuple[str, ...]:
    """The rows of the description that decided on a way, each once, in order."""
    names: dict[str, None] = {}
    for step in (step for trace in traces for step in trace.steps):
        route, rule = route_of(step), rule_of(step)
        if is_nobodys(step):
            continue
        if rule is not None:
            names[str(rule)] = None
        elif route is not None:
            names[f"{route.table}: {route}"] = None
        elif step.check in ASKED and step.row is not None and tracked_of(step) is None:
            names[str(step.row)] = None
        elif step.reason is not None and decided(vpc, step):
            names[decided(vpc, step)] = None
    return tuple(names)


def states(traces: tuple[Trace, ...]) -> tuple[str, ...]:
    """What brings each hop of the reply back.

    It is a tracked flow, a translation, a balancer's flow or a connection; or only rows.
    """
    lines = []
    for trace in traces:
        for step in trace.steps:
            words = _state(step)
            if words:
                lines.append(f"{step.at}, {step.check}: {words}")
    return tuple(dict.fromkeys(lines))


def _state(step: Step) -> str:
    route, tracked, untracked = route_of(step), tracked_of(step), untracked_of(step)
    if step.reason is not None or is_nobodys(step):
        return ""
    if tracked is not None:
        return f"the tracked flow that {tracked.rule} allowed" if tracked.rule else "a tracked flow"
    if untracked is not None:
        return f"no state: {untracked.rule} allows replies too"
    if route is not None:
        return f"no state: {route.table}, {'the local route' if route.target == LOCAL else route}"
    if step.action == DELIVER:
        return "the opener's connection"
    if step.row is None or step.check not in STATES:
        return ""
    return STATES[step.check].format(row=step.row, rewritten=rewritten(step) or "unchanged")
