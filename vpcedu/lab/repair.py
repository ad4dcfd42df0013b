"""Repair: one row of a description to add, change or remove."""

from __future__ import annotations

from collections import namedtuple

from vpcedu.gateways.internet_gateway import Association
from vpcedu.network.interface import Subnet
from vpcedu.network.names import Name
from vpcedu.network.vpc import Device
from vpcedu.tables.network_acl import AclEntry
from vpcedu.tables.route_table import LOCAL, Route
from vpcedu.tables.security_group import GroupRule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from vpcedu.network.vpc import Vpc


class Repair(namedtuple("Repair", ("row", "new"))):
    """One row of a description to change; without `row` (None) the new one is added, without `new` it is removed."""

    __slots__ = ()
    row: Any
    new: Any

    @property
    def action(self) -> str:
        """add, remove or change."""
        return "add" if self.row is None else "remove" if self.new is None else "change"

    @property
    def effect(self) -> str:
        """What becomes of the row, without the row: "taken out", "allow tcp 80-443 from 0.0.0.0/0", "target NAT"."""
        if self.new is None:
            return "taken out"
        if isinstance(self.new, (AclEntry, GroupRule)):
            return str(self.new if self.row is None else self.new.what)
        if self.row is None:
            return words(self.new)
        if isinstance(self.row, Device):
            return _settings(dict(self.row.settings), dict(self.new.settings))
        return ", ".join(f"{field.replace('_', ' ')} {_plain(getattr(self.new, field)) or 'none'}"
                         for field in self.row._fields if getattr(self.row, field) != getattr(self.new, field))

    def apply(self, vpc: Vpc) -> Vpc:
        """The description with the row changed; ValueError where it has no such row."""
        if self.row is None:
            if isinstance(self.new, Route) and not any(row.table == self.new.table for row in vpc.routes):
                vpc = vpc.with_row(Route(self.new.table, vpc.cidr, LOCAL))  # an empty table has it without saying so
            return vpc.with_row(self.new)
        return vpc.without(self.row) if self.new is None else vpc.replace(self.row, self.new)

    def __str__(self) -> str:
        if self.row is None or self.new is None:
            return f"{self.action} {words(self.new if self.row is None else self.row)}"
        if isinstance(self.row, Device):
            return f"change {self.row.name}: {_settings(dict(self.row.settings), dict(self.new.settings))}"
        return f"change {words(self.row)}: {_difference(self.row, self.new)}"


def words(row: Any) -> str:
    """A row with the name of its table."""
    if isinstance(row, Route):
        return f"{row} in {row.table}"
    if isinstance(row, Association):
        return f"public address {row.public} for {row.private}"
    if isinstance(row, Subnet):
        return f"subnet {row.name}"
    if isinstance(row, Device):
        return str(row.name)
    if isinstance(row, Name):
        return f"name {row.name} > {', '.join(row.addresses)}"
    return str(row)


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if type(value) is tuple else str(value)


def _settings(old: dict[str, Any], new: dict[str, Any]) -> str:
    """What changes of a device: what is new in each setting, and what is no longer there."""
    parts = []
    for name, value in new.items():
        before, after = (part if isinstance(part, tuple) else (part,) for part in (old.get(name, ()), value))
        more = [str(item) for item in after if item not in before]
        less = [str(item) for item in before if item not in after]
        parts += [f"add {name} {', '.join(more)}"] * bool(more) + [f"remove {name} {', '.join(less)}"] * bool(less)
    return ", ".join(parts)


def _difference(old: Any, new: Any) -> str:
    return ", ".join(f"{field} {_plain(getattr(old, field))} becomes {_plain(getattr(new, field)) or 'none'}"
                     for field in old._fields if getattr(old, field) != getattr(new, field))


def apply(vpc: Vpc, repairs: Iterable[Repair]) -> Vpc:
    """The description with all these repairs; ValueError for a row that is not there."""
    for repair in repairs:
        vpc = repair.apply(vpc)
    return vpc
