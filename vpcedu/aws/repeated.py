"""Repeated: one row that several answers have, from two accounts, regions, days or calls.

It is one row if all fields agree that decide about packets. A list is compared without regard to
its order, and an empty field is one that is not there. Where a field decides and is not the same,
nobody can tell which holds: the first row is used, and what it decides about is unknown.
"""

from __future__ import annotations

import json

from vpcedu.aws.fields import SILENT
from vpcedu.aws.located import At

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    Rows = Callable[[str], dict[str, At]]  # the rows of a kind by their id

# One call tells more of these than another (describe-prefix-lists tells the blocks as well).
TOLD_BY_TWO = ("PrefixLists",)
HEALTH = ("healthy", "unavailable")
# attributes of balancers and target groups that say nothing about packets, by their beginnings
SILENT_KEYS = ("access_logs.", "connection_logs.", "health_check_logs.", "deletion_protection.",
               "deregistration_delay.", "slow_start.")  # fmt: skip


def together(kind: str, first: At, second: At) -> tuple[At, tuple[str, ...]]:
    """The row that two rows of one id make, and the fields that decide and are not the same."""
    fields = {**first.value, **second.value}
    if kind in TOLD_BY_TWO:
        both = [field for field in fields if first.has(field) and second.has(field)]
        first = At({**second.value, **first.value}, first.key, first.up)
    else:
        both = [field for field in fields if first.has(field) or second.has(field)]
    return first, tuple(field for field in both if _differ(kind, field, first, second))


def _differ(kind: str, field: str, first: At, second: At) -> bool:
    if field in SILENT or (field == "Description" and kind != "NetworkInterfaces"):
        return False
    zone = "AvailabilityZoneId"  # two accounts may call one zone by different names
    if field == "AvailabilityZone" and first.has(zone) and second.has(zone):
        return False
    return not _same(first.get(field).value, second.get(field).value)


def _same(one: Any, other: Any) -> bool:
    """Whether two values decide alike."""
    return _text(_decisive(one)) == _text(_decisive(other))


def _decisive(value: Any) -> Any:
    """What of a value can decide, in a form that is equal where the meaning is."""
    if isinstance(value, dict):
        keys = [key for key in value if key not in SILENT and key != "Description"]
        inner = {key: _decisive(value.get(key)) for key in keys}
        return {key: each for key, each in inner.items() if each is not None} or None
    if isinstance(value, list):
        return sorted((_decisive(each) for each in value), key=_text) or None
    return None if value == "" else value


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def one_answer(kind: str, first: At, second: At) -> tuple[At, bool]:
    """The answer that two answers about one subject make, and whether they agree.

    A target's health changes from minute to minute: it is healthy if it was so in one of them.
    """
    if kind == "Attributes":
        same = _settings(first) == _settings(second)
    elif kind == "TargetHealthDescriptions":
        states = {_target(row): row for row in second.rows(kind)}
        same = {_target(row) for row in first.rows(kind)} == states.keys()
        rows = [row if _healthy(row) else states.get(_target(row), row) for row in first.rows(kind)]
        first = At({kind: [row.value for row in rows]}, first.key, first.up)
    else:
        same = _same(first.value, second.value)
    return first, same


def _settings(answer: At) -> dict[str, str]:
    rows = {row.text("Key"): row.text("Value", "") for row in answer.rows("Attributes")}
    return {key: value for key, value in rows.items() if not key.startswith(SILENT_KEYS)}


def _target(row: At) -> str:
    return _text(_decisive(row.get("Target").value))


def _healthy(row: At) -> bool:
    return row.has("TargetHealth") and row.get("TargetHealth").text("State", "") in HEALTH


def met_by(
    rows: Rows, known: dict[str, list[str]], kind: str, name: str, both: tuple[At, At]
) -> Iterator[str]:
    """The names of the parts of the network at which packets meet what a row decides."""
    yield name
    for row in both:
        if kind in ("RouteTables", "NetworkAcls"):
            yield from _ids(row, "Associations", "SubnetId")
        elif kind in ("NetworkInterfaces", "Instances"):
            yield from _addresses(row)
        elif kind == "InternetGateways":
            yield from _ids(row, "Attachments", "VpcId")
        elif kind == "VpcPeeringConnections":
            yield from (row.get(end).text("VpcId", "") for end in ENDS if row.has(end))
        elif kind == "VpcEndpoints":
            yield from (*row.texts("RouteTableIds"), *row.texts("NetworkInterfaceIds"))
        elif kind == "TargetGroups":
            yield from row.texts("LoadBalancerArns")
    if kind in ("SecurityGroups", "PrefixLists", "Entries"):
        yield from known.get(name, ())
    elif kind in ("Listeners", "Rules", "Attributes") and "/" in name:
        # ...:listener/app/name/balancer/listener, ...:listener-rule/app/name/balancer/listener/rule
        before, _, words = name.partition(":listener")
        yield f"{before}:loadbalancer/{'/'.join(words.split('/')[1:4])}"
    if kind in ("TargetHealthDescriptions", "Attributes") and name in rows("TargetGroups"):
        yield from rows("TargetGroups")[name].texts("LoadBalancerArns")


ENDS = ("RequesterVpcInfo", "AccepterVpcInfo")


def _ids(row: At, rows: str, field: str) -> Iterator[str]:
    return (at.text(field) for at in row.rows(rows) if at.has(field))


def _addresses(row: At) -> Iterator[str]:
    """The addresses of an interface, or those that an instance tells of."""
    for at in (row, *row.rows("NetworkInterfaces")):
        yield from (at.text(field, "") for field in ("PrivateIpAddress", "PublicIpAddress"))
        yield from _ids(at, "PrivateIpAddresses", "PrivateIpAddress")
        if at.has("Association"):
            yield at.get("Association").text("PublicIp", "")


def users(rows: Rows) -> dict[str, list[str]]:
    """What each security group and prefix list decides about.

    It is interfaces, instances and balancers, and for a list the route tables that name it too.
    """
    found: dict[str, list[str]] = {}
    for kind in ("NetworkInterfaces", "Instances"):
        for one, row in rows(kind).items():
            for at in (*row.rows("Groups"), *row.rows("SecurityGroups")):
                found.setdefault(at.text("GroupId", ""), []).append(one)
    for kind in ("LoadBalancers", "LoadBalancerDescriptions"):
        for one, row in rows(kind).items():
            for group in row.texts("SecurityGroups"):
                found.setdefault(group, []).append(one)
    for one, row in rows("RouteTables").items():
        for name in _ids(row, "Routes", "DestinationPrefixListId"):
            found.setdefault(name, []).append(one)
    for group, row in rows("SecurityGroups").items():
        for at in (*row.rows("IpPermissions"), *row.rows("IpPermissionsEgress")):
            for name in _ids(at, "PrefixListIds", "PrefixListId"):
                found.setdefault(name, []).extend(found.get(group, ()))
    return found
