"""Paths: the way of a question's packets there and back, hop by hop, with the rows that decided, by their names.

One leg for each connection on the way (a balancer that ends connections makes two of one): there the first SYN of its
opener, back the first SYN ACK (or RST) that answered. Later segments go the same ways, by tracked flows where these
went by rules; so these two show most. Connections that nobody asked for, such as health checks, are left out.
"""

from __future__ import annotations

from vpcedu.flow import TCP
from vpcedu.gateways.internet_gateway import Association
from vpcedu.packet import ACK, RST, SYN
from vpcedu.reasons import BEYOND, BLACKHOLE, LOST, NO_ROUTE
from vpcedu.row import NamedRow
from vpcedu.tables.network_acl import AclEntry
from vpcedu.tables.route_table import LOCAL, Route
from vpcedu.tables.security_group import RuleSet
from vpcedu.tables.tracking import TrackedFlow, Untracked
from vpcedu.tables.translation import Translation
from vpcedu.trace import DELIVER, REWRITE, SEND, Change
from vpcedu.views.explain import rewritten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.lab.visit import Visit
    from vpcedu.network.conversations import Conversation
    from vpcedu.network.vpc import Vpc
    from vpcedu.trace import Step, Trace


class Loss(NamedRow):
    """A packet that was lost for a reason one can repair, where, and whether it was on its way back."""

    trace: Trace
    step: Step
    back: bool

    @property
    def row(self) -> Any:
        """The row it was held against."""
        return self.step.row

    @property
    def way(self) -> str:
        """The direction in words."""
        return "on the way back" if self.back else "on the way there"


def _is_back(talk: Conversation, trace: Trace) -> bool:
    """Whether a packet answers the opener: by who sent it, or by an error that a device on the way made."""
    return trace.sender != talk.opener


def losses(visit: Visit) -> tuple[Loss, ...]:
    """Everything that lost a packet of these connections, each place, row and direction once, in order of time."""
    found: dict[tuple[object, ...], Loss] = {}
    packets = sorted(((trace, _is_back(talk, trace)) for talk in visit.connections for trace in talk.traces),
                     key=lambda pair: pair[0].number)
    for trace, back in packets:
        for step in trace.steps:
            if step.reason not in (None, LOST):
                found.setdefault((step.at, step.check, step.row, back), Loss(trace, step, back))
    return tuple(found.values())


def model_ends(visit: Visit) -> Loss | None:
    """Where the model ends: the first loss, where what a route or an interface leads to is not described."""
    return next((loss for loss in losses(visit)[:1] if loss.step.reason is BEYOND), None)


def leads(vpc: Vpc, loss: Loss) -> str:
    """The row that decided a loss; where the model ends at a device, the route that led there."""
    routes = [step.row for step in loss.trace.steps if isinstance(step.row, Route)]
    if loss.step.reason is BEYOND and loss.step.row is None and routes:
        return f"{routes[-1].table}: {routes[-1]}"
    return decided(vpc, loss.step)


def forward(visit: Visit) -> tuple[Trace, ...]:
    """The opening packet of each connection, the one of them that got furthest."""
    legs = ([t for t in talk.traces if t.sender == talk.opener and t.packet.flags & (SYN | ACK) == SYN]
            for talk in visit.connections)
    return tuple(max(leg, key=lambda t: (t.delivered, len(t.steps), -t.number)) for leg in legs if leg)


def back(visit: Visit) -> tuple[Trace, ...]:
    """What answered each opening packet, the last connection first."""
    legs = []
    for talk in reversed(visit.connections):
        answers = [t for t in talk.traces if _is_back(talk, t) and t.packet.flow.protocol == TCP
                   and (t.packet.flags & (SYN | ACK) == SYN | ACK or t.packet.flags & RST)]
        if answers:
            legs.append(max(answers, key=lambda t: (t.delivered, -t.number)))
    return tuple(legs)


def decided(vpc: Vpc, step: Step) -> str:
    """The row that decided a step, by its name: group and rule, ACL and number, route table and route."""
    row = step.row
    if is_nobodys(row):
        return ""
    if step.reason is NO_ROUTE:
        return f"{table_of(vpc, step.at)}: no route for {step.before.flow.dst}"
    if isinstance(row, Route):
        return f"{row.table}: {row}" + (_gone(vpc, row) if step.reason is BLACKHOLE else "")
    if isinstance(row, RuleSet):  # as asked about: behind a repair that was tried it has a rule more
        return str(_as_described(vpc, row))
    if isinstance(row, TrackedFlow):
        return f"tracked flow, let through by {row.rule}" if row.rule else "tracked flow"
    if isinstance(row, Association) and step.action == REWRITE:
        return f"{row}: {rewritten(step)}"
    if isinstance(row, Translation):
        return f"{_whose(step)}: {rewritten(step) or 'unchanged'}"
    if isinstance(row, Change):
        return f"connection {row}"
    return "" if row is None else str(row)


def _as_described(vpc: Vpc, row: RuleSet) -> RuleSet:
    changed: RuleSet = row._replace(rules=tuple(rule for one in vpc.everyone for rule in one.group_rules
                                                if rule.group in row.groups and rule.direction == row.direction))
    return changed


def is_nobodys(row: Any) -> bool:
    """Whether a row stands only in the working copy, for the far side of an endpoint."""
    return (isinstance(row, Route) and not row.table) or (isinstance(row, AclEntry) and not row.acl)


def _gone(vpc: Vpc, route: Route) -> str:
    """Why a route is a blackhole, as far as the description tells."""
    links = {row.name: row.status for one in vpc.everyone for row in one.peerings}
    if route.target in links:
        return f", a blackhole: {route.target} is {links[route.target]}"
    home = next((one for one in vpc.everyone if route in one.routes), vpc)
    return f", a blackhole: {route.target} is not attached to {home.name}" if route.target.startswith("igw-") else ""


def _whose(step: Step) -> str:
    return "flow of the balancer" if step.check == "flow return" else "row of its table"


def table_of(vpc: Vpc, device: str) -> str:
    """The name of the route table that a device's packets follow."""
    for one in (vpc, *getattr(vpc, "peers", ())):
        names = {row.subnet for row in one.interfaces if row.device == device}
        subnet = next((row for row in one.subnets if row.name in names), None)
        if subnet:
            return str(subnet.route_table or one.main)
    return vpc.main


def shown(vpc: Vpc, trace: Trace) -> list[str]:
    """A leg as lines: its flow and, for each check that decided something, where and by which row."""
    lines = [f"  {trace.packet.flow}  ({' > '.join(trace.devices)})"]
    wide = max(16, *(len(step.at) for step in trace.steps)) + 2
    for step in trace.steps:
        words = decided(vpc, step)
        if step.action != SEND and (words or step.reason):
            fate = "THE MODEL ENDS" if step.reason is BEYOND else "LOST"
            lost = f"{fate}: {step.reason}" + (f" ({words})" if words else "") if step.reason else words
            lines.append(f"    {step.at:<{wide}}{step.check:<18} {lost}")
    return lines


def row_names(vpc: Vpc, traces: tuple[Trace, ...]) -> tuple[str, ...]:
    """The rows of the description that decided on a way, each once, in order."""
    names: dict[str, None] = {}
    for step in (step for trace in traces for step in trace.steps):
        row = step.row.rule if isinstance(step.row, (TrackedFlow, Untracked)) else step.row
        if is_nobodys(row):
            continue
        if isinstance(row, (Route, AclEntry, Association, RuleSet)) or type(row).__name__ == "GroupRule":
            names[f"{row.table}: {row}" if isinstance(row, Route) else str(row)] = None
        elif step.reason is not None and decided(vpc, step):
            names[decided(vpc, step)] = None
    return tuple(names)


def states(traces: tuple[Trace, ...]) -> tuple[str, ...]:
    """What brings each reply hop back: a tracked flow, a translation, a balancer's flow, a connection; or only rows."""
    lines = []
    for trace in traces:
        for step in trace.steps:
            words = _state(step)
            if words:
                lines.append(f"{step.at}, {step.check}: {words}")
    return tuple(dict.fromkeys(lines))


def _state(step: Step) -> str:
    row = step.row
    if step.reason is not None or is_nobodys(row):
        return ""
    if isinstance(row, TrackedFlow):
        return f"the tracked flow that {row.rule} let through" if row.rule else "a tracked flow"
    if isinstance(row, Untracked):
        return f"no state: {row.rule} lets answers pass too"
    if step.check == "flow return":
        return "the balancer's flow, not a route (inferred)"
    if isinstance(row, Translation):
        return f"the device's own table of flows: {rewritten(step) or 'unchanged'}"
    if isinstance(row, Association):
        return f"no state: the address map {row}"
    if isinstance(row, AclEntry):
        return f"no state: {row}"
    if isinstance(row, Route):
        return f"no state: {row.table}, {'the local route' if row.target == LOCAL else row}"
    return "the opener's connection" if step.action == DELIVER else ""
