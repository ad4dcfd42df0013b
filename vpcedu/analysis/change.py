"""Change: one row of a description to add, change or remove.

Two of AWS's rows stand in a description as values of its own: a peering connection, which both VPCs
have, and the attachment of an Internet gateway. Here they are rows like others.
"""

from __future__ import annotations

from vpcedu.analysis.repairs.new_parts import (
    VERBS,
    CrossZone,
    EnabledSubnet,
    EndpointRoutes,
    NewNatGateway,
    ServicePlacement,
    started,
)
from vpcedu.network.interface import DownState
from vpcedu.network.vpc import ACTIVE, Peering
from vpcedu.row import NamedRow
from vpcedu.sites.row_kinds import kind_of, said
from vpcedu.tables.route_table import LOCAL, Route
from vpcedu.tables.security_group import GroupRule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from vpcedu.network.vpc import Vpc
    from vpcedu.row import Row


class PeeringConnection(NamedRow):
    """A peering connection as AWS describes it: its id, the ids of both VPCs, its status."""

    name: str
    ends: tuple[str, str]
    status: str = ACTIVE

    def apply(self, vpc: Vpc) -> Vpc:
        """The description with this connection instead of one with its id."""
        return _everywhere(vpc, self._at)

    def _at(self, vpc: Vpc) -> Vpc:
        others = tuple(peering for peering in vpc.peerings if peering.name != self.name)
        own = tuple(
            Peering(self.name, far, self.status)
            for here, far in (self.ends, self.ends[::-1])
            if here == vpc.name
        )
        return vpc._replace(peerings=others + own)

    def __str__(self) -> str:
        return f"peering connection {self.name} of {' and '.join(self.ends)}"


class Attachment(NamedRow):
    """The attachment of an Internet gateway to a VPC."""

    gateway: str
    vpc: str

    def apply(self, vpc: Vpc) -> Vpc:
        """The description with this gateway attached."""
        return _everywhere(vpc, self._at)

    def _at(self, vpc: Vpc) -> Vpc:
        changed: Vpc = vpc._replace(internet_gateway=self.gateway)
        return changed if vpc.name == self.vpc else vpc

    def __str__(self) -> str:
        return f"attachment of {self.gateway} to {self.vpc or 'the VPC'}"


def _everywhere(vpc: Vpc, change: Callable[[Vpc], Vpc]) -> Vpc:
    changed: Vpc = change(vpc)._replace(peers=tuple(change(one) for one in vpc.peers))
    return changed


NEW_PARTS = (
    PeeringConnection,
    Attachment,
    NewNatGateway,
    EndpointRoutes,
    ServicePlacement,
    EnabledSubnet,
    CrossZone,
)


class Repair(NamedRow):
    """One row of a description to change.

    Without `row` (None) the new one is added, without `new` the old one is removed.
    """

    row: Row | None
    new: Row | None

    @property
    def action(self) -> str:
        """add, remove or change."""
        if self.row is None:
            return "add"
        return "remove" if self.new is None else "change"

    @property
    def effect(self) -> str:
        """What happens to the row, without the row.

        Examples are "taken out", "allow tcp 80-443 from 0.0.0.0/0" and "target NAT".
        """
        if self.new is None:
            return "taken out"
        if self.row is None:
            return said(self.new)
        return kind_of(self.new).changed.format(row=self.new) or _changes(
            self.row, self.new, "{0} {3}"
        )

    def apply(self, vpc: Vpc) -> Vpc:
        """The description after it; ValueError where it lacks what is changed."""
        if isinstance(self.new, NEW_PARTS):
            return self.new.apply(vpc)
        if isinstance(self.row, DownState) and self.new is None:
            return started(vpc, self.row)
        if isinstance(self.new, GroupRule) and self.new.peer.startswith("pl-"):
            return _by_blocks(vpc, self.new)
        if self.row is None:
            whole = _with_local(vpc, self.new) if isinstance(self.new, Route) else vpc
            return whole.with_row(self.new)
        if self.new is None:
            return vpc.without(self.row)
        return vpc.replace(self.row, self.new)

    def __str__(self) -> str:
        if self.row is not None and self.new is not None:
            return f"change {said(self.row)}: {_changes(self.row, self.new, '{1} {2} becomes {3}')}"
        row = self.row or self.new
        if row is None:
            return "nothing"
        done = kind_of(row).removed.format(row=row) if self.new is None else ""
        return done or f"{VERBS.get(type(row), self.action)} {said(row)}"


def _by_blocks(vpc: Vpc, rule: GroupRule) -> Vpc:
    """The description with a rule for each block of the prefix list that a rule names."""
    for row in vpc.prefix_lists:
        for cidr in row.blocks if row.name == rule.peer else ():
            vpc = vpc.with_row(rule._replace(peer=cidr))
    return vpc


def _with_local(vpc: Vpc, route: Route) -> Vpc:
    """The description with the local routes of a table written down.

    An empty table has them without saying so.
    """
    if any(row.table == route.table for each_vpc in vpc.everyone for row in each_vpc.routes):
        return vpc
    home = next(
        (
            each_vpc
            for each_vpc in vpc.everyone
            if any(
                (subnet.route_table or each_vpc.main) == route.table for subnet in each_vpc.subnets
            )
        ),
        vpc,
    )
    for block in home.blocks:
        vpc = vpc.with_row(Route(route.table, block, LOCAL))
    return vpc


def _plain(value: Any) -> str:
    """The value of a field in words; two numbers are a range of ports."""
    if type(value) is not tuple:
        return str(value)
    if [type(part) for part in value] == [int, int]:
        return str(value[0]) if value[0] == value[1] else f"{value[0]}-{value[1]}"
    return ", ".join(map(str, value))


def _settings(old: dict[str, Any], new: dict[str, Any]) -> str:
    """What changes of a device: what is new in each setting, and what is no longer there.

    A setting without a value has its default.
    """
    parts = []
    for name in dict.fromkeys((*old, *new)):
        values = (old.get(name, ()), new.get(name, ()))
        before, after = (part if isinstance(part, tuple) else (part,) for part in values)
        for verb, items in (
            ("add", [row for row in after if row not in before]),
            ("remove", [row for row in before if row not in after]),
        ):
            listed = ", ".join(map(str, items))
            # "listener TCP 80 > ..." says itself what it is
            named = listed.startswith(name.removesuffix("s"))
            parts += [f"{verb} {listed}" if named else f"{verb} {name} {listed}"] * bool(items)
    return ", ".join(parts)


def _changes(old: Row, new: Row, pattern: str) -> str:
    """The fields that differ.

    Each is written by a pattern of its words, its name, and its value before and after.
    """
    parts = []
    for field in old._fields:
        before, after = getattr(old, field), getattr(new, field)
        if before != after and field == "settings":
            parts.append(_settings(dict(before), dict(after)))
        elif before != after:
            parts.append(
                pattern.format(
                    field.replace("_", " "),
                    field,
                    _plain(before) or "none",
                    _plain(after) or "none",
                )
            )
    return ", ".join(parts)


def apply(vpc: Vpc, repairs: Iterable[Repair]) -> Vpc:
    """The description with all these repairs; ValueError for a row that is not there."""
    for repair in repairs:
        vpc = repair.apply(vpc)
    return vpc
