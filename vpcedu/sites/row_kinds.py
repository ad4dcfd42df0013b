"""Row kinds: how a row of a description is written down, for each kind of row.

Every text about a row is made of two parts: whose it is (its table, ACL, group or public address),
and the row itself. `KINDS` has the parts of each kind and how they stand together: in a sentence,
in a list, and before there is a row.
"""

from __future__ import annotations

from vpcedu.gateways.internet_gateway import Association
from vpcedu.network.interface import BlockedAccess, DownState, Interface, Subnet
from vpcedu.network.names import Name
from vpcedu.network.vpc import Device
from vpcedu.quoting import quoted
from vpcedu.row import NamedRow
from vpcedu.tables.network_acl import AclEntry
from vpcedu.tables.route_table import Route
from vpcedu.tables.security_group import GroupRule
from vpcedu.tables.target_group import Listener, TargetGroup

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    from vpcedu.network.vpc import AddedRow
    from vpcedu.row import Row

    T = TypeVar("T")


class Kind(NamedRow):
    """A kind of row: its word, its fields, and patterns.

    The fields are the one that says whose the row is, and those that can be changed.

    said, listed: the row with whose it is, in a sentence and in a list ("": as in a sentence).
    changed: a row that took another's place ("": by the fields that differ). new: whose a new row
    is; "" where none can be added, since a row of this kind is there because a device or subnet is.
    removed: what is done where a row goes ("": it is removed).
    """

    word: str
    owner: str
    fields: tuple[str, ...]
    said: str = "{row}"
    listed: str = ""
    changed: str = ""
    new: str = ""
    removed: str = ""


KINDS: dict[type, Kind] = {
    Route: Kind(
        "route",
        "table",
        ("destination", "target"),
        "{row} in {row.table}",
        "{row.table} {row}",
        new="a new route in {row.table}",
    ),
    AclEntry: Kind(
        "entry",
        "acl",
        ("direction", "number", "action", "ports", "cidr"),
        changed="{row.what}",
        new="a new entry of {row.acl}",
    ),
    GroupRule: Kind(
        "rule",
        "group",
        ("direction", "ports", "peer"),
        changed="{row.what}",
        new="a new rule of {row.group}",
    ),
    Association: Kind(
        "address",
        "public",
        ("private",),
        "public address {row.public} for {row.private}",
        "public address {row}",
        new="a new public address",
    ),
    Interface: Kind("interface", "id", ("groups", "check", "allowance")),
    Listener: Kind("listener", "protocol", ("port",)),
    TargetGroup: Kind("targets", "name", ("targets", "preserve_client_ip")),
    Device: Kind("server", "name", ("listens",), "{row.name}"),
    Subnet: Kind("subnet", "name", ("route_table", "network_acl"), "subnet {row.name}"),
    Name: Kind("name", "name", ("addresses",), "name {row}"),
    DownState: Kind("state", "name", (), removed="{row.remedy}"),
    BlockedAccess: Kind(
        "mode", "subnet", ("mode",), removed="exclude {row.subnet} from VPC Block Public Access"
    ),
}
OTHER = Kind("", "", ())  # what stands in no table of a description says itself what it is


def kind_of(row: Row) -> Kind:
    """The kind of a row."""
    return KINDS.get(type(row), OTHER)


def said(row: Row) -> str:
    """A row with whose it is, as a sentence has it: "route 0.0.0.0/0 > NAT in private"."""
    return kind_of(row).said.format(row=row)


def listed(row: Row) -> str:
    """A row with whose it is, as a list has it: "private route 0.0.0.0/0 > NAT"."""
    return kind_of(row).listed.format(row=row) or said(row)


def as_a(given: object, kind: type[T]) -> T | None:
    """What a learner gave, which may be anything, if it is of this kind."""
    return given if isinstance(given, kind) else None


def to_add(given: object) -> AddedRow:
    """What a learner gave as a row to add.

    ValueError if it is none of the kinds that can be added alone.
    """
    row = (
        as_a(given, Route)
        or as_a(given, AclEntry)
        or as_a(given, GroupRule)
        or as_a(given, Association)
    )
    if row is None:
        raise ValueError(
            f"{quoted(given)} cannot be added: expected a Route, AclEntry, GroupRule or Association"
        )
    return row
