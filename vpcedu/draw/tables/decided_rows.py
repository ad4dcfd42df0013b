"""Decided rows: the table that a step asked, what each row says to this packet, and which decided.

Routes, entries of a network ACL, rules of groups and the Internet gateway's addresses stand in the
description. Translations and tracked flows are state: a capture shows those that its packets made
or used, and no others.
"""

from __future__ import annotations

from vpcedu.address import block, contains
from vpcedu.clock import seconds
from vpcedu.draw.canvas.grid import Cell
from vpcedu.row import NamedRow
from vpcedu.tables.network_acl import LAST, NetworkAcl
from vpcedu.tables.route_table import RouteTable
from vpcedu.tables.security_group import RuleSet
from vpcedu.trace import DROP
from vpcedu.views.decided import entry_of, opens, route_of, rule_of, tracked_of, translation_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.flow import FiveTuple
    from vpcedu.network.interface import Subnet
    from vpcedu.sites.visit import Visit
    from vpcedu.tables.network_acl import AclEntry
    from vpcedu.tables.security_group import GroupRule
    from vpcedu.tables.tracking import TrackedFlow
    from vpcedu.tables.translation import Translation
    from vpcedu.trace import Step


class Table(NamedRow):
    """A table as asked: heads, left edges, rows of cells, and which row is lit.

    lit: None where no row fits. What came of it is in words.
    """

    name: str
    heads: tuple[str, ...]
    columns: tuple[float, ...]
    rows: tuple[tuple[Cell | str, ...], ...]
    lit: int | None
    finding: str
    why: str


def table_of(visit: Visit, step: Step) -> Table | None:
    """The table that a step asked, or None where it asked none."""
    if step.check == "route" and not any(
        interface.device == step.at for interface in visit.vpc.interfaces
    ):
        return None
    if step.check == "route":
        return _routes(visit, step)
    if step.check in ("group in", "group out"):
        tracked = tracked_of(step)
        return _rules(visit, step) if tracked is None else _tracked(visit, step, tracked)
    entry, translation = entry_of(step), translation_of(step)
    if entry is not None:
        return _entries(visit, step, entry)
    if translation is not None:
        return _translations(visit, step, translation)
    return _addresses(visit, step) if step.check == "address map" and step.after else None


def _subnet(visit: Visit, device: str) -> Subnet:
    name = next(
        interface.subnet for interface in visit.vpc.interfaces if interface.device == device
    )
    return next(subnet for subnet in visit.vpc.subnets if subnet.name == name)


def _routes(visit: Visit, step: Step) -> Table:
    subnet, to = _subnet(visit, step.at), step.before.flow.dst
    routes = visit.vpc.routes_of(subnet)
    taken = route_of(step)
    if taken is not None and taken not in routes:  # the table was changed during the visit
        routes = (*(route for route in routes if route.destination != taken.destination), taken)
    decided = RouteTable(routes).lookup(to)
    rows = []
    for route in routes:
        length = block(route.destination)[2]
        remark = (
            f"matches too, but /{length} is shorter"
            if contains(route.destination, to)
            else "does not match"
        )
        if route == decided:
            remark = f"matches, and is the longest: /{length}"
        rows.append((route.destination, route.target, remark))
    lit = routes.index(decided) if decided in routes else None
    fits = (
        "no route matches" if decided is None else f"{decided.destination} > {decided.target} wins"
    )
    end = f" It is lost: {step.reason}." if step.reason else ""
    return Table(
        f"table {subnet.route_table or visit.vpc.main}, subnet {subnet.name}",
        ("destination", "target", "this packet"),
        (40.0, 200.0, 370.0),
        tuple(rows),
        lit,
        f"To {to}: {fits}",
        f"Only the destination matters, never the source. The longest matching prefix wins.{end}",
    )


def _entries(visit: Visit, step: Step, decided: AclEntry) -> Table:
    flow = step.before.flow
    remote = flow.src if decided.direction == "in" else flow.dst
    rows, past = [], False
    entries = [
        entry
        for entry in visit.vpc.acl_entries
        if (entry.acl, entry.direction) == (decided.acl, decided.direction)
    ]
    if decided.number != LAST and decided not in entries:  # the ACL was changed during the visit
        entries = [*(entry for entry in entries if entry.number != decided.number), decided]
    entries = [
        *sorted(entries, key=lambda entry: entry.number),
        NetworkAcl(decided.acl, ()).lookup(decided.direction, flow),
    ]
    for entry in entries:
        remark = "not checked any more" if past else _misfit(entry, remote, flow)
        if entry == decided and not past:
            past, remark = True, "the first that matches"
        rows.append(
            (
                "*" if entry.number == LAST else str(entry.number),
                _traffic(entry.what),
                entry.cidr,
                entry.action,
                remark,
            )
        )
    verb = "denies" if step.action == DROP else "allows"
    name = "*" if decided.number == LAST else str(decided.number)
    return Table(
        decided.acl,
        (
            "row",
            "traffic, to port",
            "source" if decided.direction == "in" else "destination",
            "action",
            "this packet",
        ),
        (40.0, 90.0, 230.0, 376.0, 460.0),
        tuple(rows),
        entries.index(decided),
        f"Entry {name} {verb} {flow}",
        f"The packet goes to port {flow.dport}. A network ACL remembers nothing: it checks "
        "every packet afresh, answers too.",
    )


def _misfit(entry: AclEntry, remote: str, flow: FiveTuple) -> str:
    """Why an entry does not fit."""
    return f"not port {flow.dport}" if contains(entry.cidr, remote) else f"not {remote}"


def _traffic(what: str) -> str:
    """Protocol and ports of an entry or a rule, out of its own words: "tcp 80", "all"."""
    words = what.replace(" to ", " from ").partition(" from ")[0]
    return words.removeprefix("allow ").removeprefix("deny ")


def _rules(visit: Visit, step: Step) -> Table:
    groups = next(
        interface.groups for interface in visit.vpc.interfaces if interface.device == step.at
    )
    direction = "in" if step.check == "group in" else "out"
    rules = tuple(
        r for r in visit.vpc.group_rules if r.group in groups and r.direction == direction
    )
    flow = step.before.flow
    remote = flow.src if direction == "in" else flow.dst
    owners = frozenset(
        group for i in visit.vpc.interfaces if i.address == remote for group in i.groups
    )
    decided = rule_of(step)
    rows = []
    for rule in rules:
        near = rule.peer in owners if rule.peer.startswith("sg-") else contains(rule.peer, remote)
        said = f"not port {flow.dport}" if near else f"not {remote}"
        if rule == decided:
            said = "allows it"
        elif RuleSet(groups, direction, (rule,)).lookup(flow, owners):
            said = "would allow it too"
        rows.append((rule.group, _traffic(rule.what), rule.peer, said))
    lit = rules.index(decided) if decided in rules else None
    verdict = (
        f"No rule allows {flow} {direction}"
        if lit is None
        else f"{rules[lit].group} lets {flow} {direction}"
    )
    why = "A rule allows it; nothing is tracked."
    if opens(step):
        why = (
            "Rules only allow, and their order does not matter. What a rule allows is tracked, "
            "and its answers need no rule."
        )
    elif decided is None:
        why = "Rules only allow: what no rule allows is dropped."
    return Table(
        ", ".join(groups),
        (
            "group",
            "traffic, to port",
            "source" if direction == "in" else "destination",
            "this packet",
        ),
        (40.0, 160.0, 300.0, 460.0),
        tuple(rows),
        lit,
        verdict,
        why,
    )


def _seen(visit: Visit, step: Step) -> list[Step]:
    """The steps at the same device up to and including this one."""
    steps: list[Step] = []
    for trace in visit.capture:
        for other in trace.steps:
            if other.at == step.at and other.now <= step.now:
                steps.append(other)
            if other is step:
                return steps
    return steps


def _tracked(visit: Visit, step: Step, row: TrackedFlow) -> Table:
    flows: dict[
        tuple[FiveTuple, str, GroupRule | None, int], int
    ] = {}  # flow, direction, rule, since -> last used
    for other in _seen(visit, step):
        rule, used = rule_of(other), tracked_of(other)
        if used is not None:
            flows[used[:4]] = other.now
        elif rule is not None and opens(other):
            flows[other.before.flow, rule.direction, rule, other.now] = other.now
    rows = tuple(
        (str(opened), direction, "nothing" if rule is None else rule.what, f"{seconds(now)} s")
        for (opened, direction, rule, _), now in flows.items()
    )
    flow = step.before.flow
    back = flow == row.flow.reversed()
    return Table(
        f"connection tracking of {step.at}'s interface",
        ("opened as", "way", "by the rule", "last used"),
        (40.0, 296.0, 332.0, 600.0),
        rows,
        list(flows).index(row[:4]),
        f"{step.at}'s security group needs no rule: {'the answer' if back else 'this flow'} "
        "is tracked",
        f"{flow} is {'the answer to ' if back else 'part of '}a flow that a rule let "
        f"{row.way} at {seconds(row.since)} s.",
    )


def _translations(visit: Visit, step: Step, own: Translation) -> Table:
    flows: dict[Translation, int] = {}
    for other in _seen(visit, step):
        used = translation_of(other)
        if used is not None and other.check == step.check:
            flows[used] = other.now
    there = step.before.flow == own.before
    rows = tuple(
        (
            Cell(str(row.before), bold=row == own and there),
            Cell(str(row.after), bold=row == own and not there),
            f"{seconds(row.since)} s",
        )
        for row in flows
    )
    after = step.after.flow if step.after else None
    lost = step.reason is not None
    verdict = f"{step.at}: from {step.before.flow.source} becomes from {after.source if after else 'nothing'}"
    if lost:
        verdict = f"{step.at}: the translation timed out"
    elif after and after.destination != step.before.flow.destination:
        verdict = f"{step.at}: to {step.before.flow.destination} becomes to {after.destination}"
    word = "from left to right" if there else "from right to left, with its ends swapped"
    return Table(
        f"table of {step.at}",
        ("before", "after", "since"),
        (40.0, 320.0, 600.0),
        rows,
        list(flows).index(own),
        verdict,
        f"{step.reason}."
        if lost
        else (
            f"The packet is {step.before.flow}. One translation serves both directions; here it "
            f"is read {word}."
        ),
    )


def _addresses(visit: Visit, step: Step) -> Table:
    rows = tuple(
        (association.private, association.public, _holder(visit, association.private))
        for association in visit.vpc.associations
    )
    lit = next(number for number, row in enumerate(visit.vpc.associations) if row == step.row)
    before, after = step.before.flow, step.after.flow if step.after else step.before.flow
    out = before.src != after.src
    verdict = (
        f"{step.at}: from {before.src} becomes from {after.src}"
        if out
        else f"{step.at}: to {before.dst} becomes to {after.dst}"
    )
    return Table(
        f"addresses of the {step.at}",
        ("private address", "public address", "whose"),
        (40.0, 220.0, 400.0),
        rows,
        lit,
        verdict,
        f"{'Outbound, the source is replaced' if out else 'Inbound, the destination is replaced'}, "
        "one for one. Ports stay, and nothing is remembered.",
    )


def _holder(visit: Visit, address: str) -> str:
    return next(
        (interface.device for interface in visit.vpc.interfaces if interface.address == address),
        "nobody",
    )
