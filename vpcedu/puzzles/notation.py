"""Notation: a description's rows as a numbered list, and changes of them as a person types them.

    change 7 ports 443; add entry acl-public in 90 allow 1024-65535 0.0.0.0/0; remove 3

`KINDS` of sites/row_kinds.py has for each kind of row its word, the field that says whose it is,
and the fields that can be changed, in the order in which the list shows them. Only routes, entries,
rules and addresses can be added or removed: the others are there because a device or subnet is.
What is typed becomes a Repair; whether it helps is for packets to say.
"""

from __future__ import annotations

from vpcedu.address import block, number, whole
from vpcedu.analysis.change import Repair
from vpcedu.analysis.ends import target_groups
from vpcedu.flow import TCP, Endpoint
from vpcedu.gateways.internet_gateway import Association
from vpcedu.hosts.web_server import listens, serves
from vpcedu.network.vpc import Device
from vpcedu.quoting import quoted
from vpcedu.sites.row_kinds import KINDS, as_a
from vpcedu.tables.network_acl import ALLOW, DENY
from vpcedu.tables.security_group import IN, OUT
from vpcedu.tables.traffic import ANY, EVERY_PORT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.network.vpc import Vpc
    from vpcedu.row import Row

LONGEST = 1_000  # letters of a line of changes
NONE = "none"
SWITCH = {"on": True, "off": False}


def rows(vpc: Vpc) -> tuple[Row, ...]:
    """Every row that a puzzle may be about, in the order of KINDS."""
    servers = [device for device in vpc.devices if serves(device)]
    return (
        *vpc.routes,
        *vpc.acl_entries,
        *vpc.group_rules,
        *vpc.associations,
        *vpc.interfaces,
        *dict.fromkeys(vpc.listeners),
        *target_groups(vpc.listeners),
        *servers,
        *vpc.subnets,
        *vpc.names,
    )


def listing(vpc: Vpc) -> str:
    """The rows with their numbers, and each field that can be changed with its value."""
    return "\n".join(f"{place:>3}  {line(row)}" for place, row in enumerate(rows(vpc), 1))


def line(row: Row) -> str:
    """A row in the list: its kind, whose it is, and its fields."""
    values = (f"{field} {_shown(field, _value(row, field))}" for field in KINDS[type(row)].fields)
    return f"{_head(row)}: {', '.join(values)}"


def changes(vpc: Vpc, typed: str) -> tuple[Repair, ...]:
    """The changes in a line, with a semicolon between two of them.

    ValueError names the word that is not understood.
    """
    if len(typed) > LONGEST or not "".join(typed.split()).isprintable():
        raise ValueError(f"{quoted(typed)}: expected one line of at most {LONGEST} letters")
    found = tuple(_change(vpc, part.split()) for part in typed.split(";") if part.strip())
    if not found:
        raise ValueError(f"{quoted(typed)}: expected a change, like: change 7 ports 443")
    return found


def _change(vpc: Vpc, words: list[str]) -> Repair:
    verb, rest = words[0].lower(), words[1:]
    if verb == "add":
        return Repair(None, _new(rest))
    if verb == "remove" and len(rest) == 1:
        row = _row(vpc, rest[0])
        if not KINDS[type(row)].new:
            raise ValueError(
                f"row {rest[0]}, {_head(row)}: expected a route, entry, rule or address to remove"
            )
        return Repair(row, None)
    if verb == "change" and len(rest) >= 3:
        row = _row(vpc, rest[0])
        return Repair(row, _with(row, rest[1], " ".join(rest[2:])))
    raise ValueError(
        f"{quoted(' '.join(words))}: expected remove NUMBER, change NUMBER FIELD VALUE, or add KIND VALUES"
    )


def _row(vpc: Vpc, digits: str) -> Row:
    known = rows(vpc)
    place = whole(digits, len(known))
    if not place:
        raise ValueError(
            f"row {quoted(digits)}: expected a number from 1 to {len(known)}; the command "
            "rows lists them"
        )
    return known[place - 1]


def _new(words: list[str]) -> Row:
    """The row after `add`: its kind, whose it is, and its fields in the order of the list."""
    kinds = {kind.word: (row, kind) for row, kind in KINDS.items() if kind.new}
    if not words or words[0] not in kinds:
        raise ValueError(
            f"add {words[0] if words else 'nothing'}: expected one of {', '.join(kinds)}"
        )
    row, kind = kinds[words[0]]
    last = 1 + len(kind.fields)
    if len(words) <= last:
        raise ValueError(
            f"{quoted(' '.join(words))}: expected {kind.word} {' '.join((kind.owner, *kind.fields)).upper()}"
        )
    values: dict[str, Any] = {kind.owner: _address(words[1]) if row is Association else words[1]}
    texts = (*words[2:last], " ".join(words[last:]))  # a target's name may have spaces
    for field, value in zip(kind.fields, texts, strict=True):
        values |= _read(field, value)
    added: Row = row(**values)
    return added


def _with(row: Row, field: str, value: str) -> Row:
    kind = KINDS[type(row)]
    if field not in kind.fields:
        raise ValueError(
            f"field {quoted(field)} of {_head(row)}: expected one of {', '.join(kind.fields)}"
        )
    read, old = _read(field, value), row._asdict()
    if field == "allowance":
        read = {"tracking": old["tracking"]._replace(**read)}
    if field == "listens":
        read = {"settings": tuple((dict(old["settings"]) | read).items())}
    if field == "ports" and old["protocol"] not in (ANY, TCP):
        raise ValueError(
            f"ports of {_head(row)}: expected a rule or entry for TCP or for all protocols"
        )
    changed: Row = row._replace(**read)
    return changed


def _head(row: Row) -> str:
    kind = KINDS[type(row)]
    return f"{kind.word} {getattr(row, kind.owner)}"


def _value(row: Row, field: str) -> Any:
    fields = row._asdict()
    if field == "allowance":
        return fields["tracking"].allowance
    server = as_a(row, Device)
    if field == "listens" and server is not None:
        return listens(server)
    return "all" if field == "ports" and fields["protocol"] == ANY else fields[field]


def _shown(field: str, value: Any) -> str:
    if value is None or value == ():
        return NONE
    if field == "ports" and value != "all":
        return str(value[0]) if value[0] == value[1] else f"{value[0]}-{value[1]}"
    if isinstance(value, bool):
        return "on" if value else "off"
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _read(field: str, value: str) -> dict[str, Any]:
    """A field's value as it is typed, and what follows from it.

    Ports "all" are those of every protocol.
    """
    parts = () if value == NONE else tuple(value.split(","))
    if field == "ports":
        return (
            {"protocol": ANY, "ports": EVERY_PORT}
            if value == "all"
            else {"protocol": TCP, "ports": _range(value)}
        )
    if field in ("number", "port"):
        return {field: _whole(value)}
    if field == "allowance":
        return {field: _whole(value) if parts else None}
    if field == "listens":
        return {field: tuple(map(_whole, parts))}
    if field in ("check", "preserve_client_ip"):
        return {field: _one_of(field, value, SWITCH)}
    if field in ("action", "direction"):
        known = (ALLOW, DENY) if field == "action" else (IN, OUT)
        return {field: _one_of(field, value, {word: word for word in known})}
    if field == "targets":
        return {field: tuple(map(Endpoint.parse, parts))}
    if field == "addresses":
        return {field: tuple(map(_address, value.split(",")))}
    if field == "groups":
        return {field: parts}
    if field in ("destination", "cidr"):
        block(value)
    if field == "route_table":
        return {field: value if parts else None}
    return {field: value}


def _address(value: str) -> str:
    number(value)
    return value


def _range(value: str) -> tuple[int, int]:
    first, dash, last = value.partition("-")
    return _whole(first), _whole(last if dash else first)


def _whole(digits: str) -> int:
    found = whole(digits, 65_535)
    if found is None:
        raise ValueError(
            f"{quoted(digits)}: expected a whole number from 0 to 65535, or ports like 80 or 1024-65535"
        )
    return found


def _one_of(field: str, value: str, known: dict[str, Any]) -> Any:
    if value not in known:
        raise ValueError(f"{field} {quoted(value)}: expected one of {', '.join(known)}")
    return known[value]
