"""Holds what capture.sh brought from AWS to the model, at every point, packet by packet.

    python -m tests.on_aws.compare FOLDER    compare, and say what that shows of each fact
    python -m tests.on_aws.compare --table   the table of README.md

A folder of FOLDER is one state of the stack: stack.json, interfaces.json, subnets.json,
routes.json, and a folder for each visit with two captures for each point, in and out. Real
addresses become the model's. Each point is compared by its own clock, in the normal form of
tests/kernel/normal.py. Where the balancer reads HTTP, bytes are not counted: AWS's headers are
longer.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from vpcedu.flow import Endpoint, FiveTuple
from vpcedu.packet import SYN
from vpcedu.protocols.http import take
from vpcedu.sites.parts import CLIENT, UPDATES
from vpcedu.sites.reference import ELB, ELB_B, NAT, NLB, WEB
from vpcedu.views.bytes.pcap_read import load
from vpcedu.views.bytes.wire import encode

from ..kernel.compare import unequal
from ..kernel.normal import Normal, normal
from ..kernel.records import Record
from ..kernel.stored import Recording, replay
from .signs import SIGNS, table
from .visits import FIXED, VISITS, Setting, told

NAT_PUBLIC = "192.0.2.20"
WAYS = ("in", "out")
FORWARDED = "x-forwarded-for"


class State(NamedTuple):
    """One state of the stack: its setting, and the model's address for each real one."""

    setting: Setting
    names: dict[str, str]
    folder: Path

    @property
    def points(self) -> tuple[str, ...]:
        """Where packets were captured; nobody captures on a NAT gateway."""
        return ("client", "server", "web", *(("nat",) if self.setting.nat == "instance" else ()))


def state(folder: Path) -> State:
    """What the folder's JSON files say; ValueError for what is missing in them."""
    told_by_aws = _json(folder / "stack.json")["Stacks"][0]["Outputs"]
    outputs = {row["OutputKey"]: row["OutputValue"] for row in told_by_aws}
    try:
        setting = Setting(outputs["Balancer"], outputs["Nat"], outputs["DefaultRoute"] == "yes")
        names = {
            outputs["ClientAddress"]: CLIENT,
            "10.9.0.10": CLIENT,
            outputs["ServerAddress"]: UPDATES,
            "10.9.0.20": UPDATES,
            outputs["NatAddress"]: NAT_PUBLIC,
            NAT: NAT,
            WEB: WEB,
        }
    except KeyError as missing:
        raise ValueError(f"{folder / 'stack.json'}: no output {missing}") from None
    first = NLB if setting.balancer == "network" else ELB
    for row in _json(folder / "interfaces.json")["NetworkInterfaces"]:
        if row["Description"].startswith("ELB "):
            private = row["PrivateIpAddress"]
            node, public = ELB_B if private.startswith("10.0.2.") else first
            names[private] = node.address
            names[row.get("Association", {}).get("PublicIp", private)] = public
    return State(setting, names, folder)


def _json(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def seen(state: State, visit: str) -> list[Record]:
    """The packets of a visit, by the model's addresses, from microsecond 0.

    Left out: packets of others, and the connections by which a balancer checks web. A point
    without its two files is an error, because no file is not the same as no packet.
    """
    rows = []
    for point in state.points:
        if visit == "gone" and point == "nat":
            continue
        for way in WAYS:
            for at, read in load(state.folder / visit / f"{point}-{way}.pcap"):
                src, sport, dst, dport, protocol = read.packet.flow
                if read.packet.icmp is None and {src, dst} <= set(state.names):
                    ends = state.names[src], sport, state.names[dst], dport, protocol
                    packet = read.packet._replace(flow=FiveTuple(*ends), options=())
                    rows.append(Record(at, point, way, encode(packet, read.identification)))
    rows.sort(key=lambda row: row.at)
    nodes = {node.address for node, _ in (ELB, ELB_B, NLB)}
    asked = {
        _two_ends(row.packet.flow)
        for row in rows
        if row.packet.data.startswith(f"GET /{visit} ".encode())
    }
    kept = [
        row
        for row in rows
        if not nodes & {row.packet.flow.src, row.packet.flow.dst}
        or _two_ends(row.packet.flow) in asked
    ]
    return [row._replace(at=row.at - kept[0].at) for row in kept]


def _two_ends(flow: FiveTuple) -> frozenset[tuple[str, int]]:
    return frozenset(((flow.src, flow.sport), (flow.dst, flow.dport)))


def model(setting: Setting, visit: str, kept: Sequence[Record]) -> list[Record]:
    """What the model shows of the same visit; ValueError where nobody opened the connection."""
    opener, port, _ = VISITS[visit]
    opened = [
        packet.flow
        for row in kept
        if row.point == opener and row.way == "out"
        for packet in [row.packet]
        if packet.flags & SYN and packet.flow.sport == port
    ]
    if not opened:
        raise ValueError(f"{visit}: no SYN from {opener}'s port {port} in {opener}-out.pcap")
    to = Endpoint(opened[0].dst, opened[0].dport)
    return told(setting, visit, to, replay(Recording(list(kept), ())))


def differences(
    one: Sequence[Record],
    other: Sequence[Record],
    fixed: frozenset[int],
    points: Sequence[str],
    counted: bool = True,
) -> list[str]:
    """What differs at each of these points, in words; nothing where they agree.

    fixed: ports that were chosen. counted: whether numbers of bytes are compared.
    """
    words = []
    begun = [[row.packet.seq for row in rows if row.packet.flags & SYN] for rows in (one, other)]
    for point in points:
        at_point = [[row for row in rows if row.point == point] for rows in (one, other)]
        forms = [normal(rows, fixed, known) for rows, known in zip(at_point, begun, strict=True)]
        if not counted:
            forms = [_uncounted(form) for form in forms]
        words += [f"{point}: {word}" for word in unequal(*forms)]
        headers = [_forwarded(rows) for rows in at_point]
        if headers[0] != headers[1]:
            words.append(f"{point}: {FORWARDED} {headers[0]} | {headers[1]}")
    return words


def _uncounted(form: Normal) -> Normal:
    return {
        flow: [[flags, 0, 0, bool(length), *rest] for flags, _, _, length, *rest in rows]
        for flow, rows in form.items()
    }


def _forwarded(rows: Sequence[Record]) -> list[str]:
    """The X-Forwarded-For of each request that came in."""
    found = []
    for row in rows:
        data = row.packet.data
        if row.way == "in" and data.startswith(b"GET ") and (message := take(bytearray(data))):
            found += [value for name, value in message.headers if name.lower() == FORWARDED]
    return found


def compared(state: State, visit: str) -> list[str]:
    """AWS and the model in one visit: what differs."""
    kept = seen(state, visit)
    fixed = frozenset(FIXED | {VISITS[visit].port})
    counted = not state.setting.rewrites
    points = [point for point in state.points if not (visit == "gone" and point == "nat")]
    return differences(kept, model(state.setting, visit, kept), fixed, points, counted)


def main(words: list[str]) -> int:
    """The exit code: 0 all agrees, 1 something differs, 2 nothing could be compared."""
    if words == ["--table"]:
        print("\n".join(table()))
        return 0
    folders = sorted(file.parent for word in words for file in Path(word).rglob("stack.json"))
    if not folders:
        print(__doc__, file=sys.stderr)
        return 2
    found: dict[tuple[Setting, str], bool] = {}
    try:
        for folder in folders:
            one = state(folder)
            for visit in [name for name in VISITS if (folder / name).is_dir()]:
                differs = compared(one, visit)
                found[one.setting, visit] = not differs
                print(f"{folder.name}, {visit}: {'AWS | model' if differs else 'equal'}")
                print("".join(f"    {word}\n" for word in differs), end="")
            for what, holds, words_of_it in calls(one):
                found[one.setting, what] = holds
                print(f"{folder.name}, {what}: {words_of_it}")
    except (OSError, ValueError) as error:
        print(f"{folder}: {error}", file=sys.stderr)
        return 2
    for fact, sign in SIGNS.items():
        print(f"{fact}: {sign.verdict(found)}")
    return 0 if all(found.values()) else 1


def calls(state: State) -> list[tuple[str, bool, str]]:
    """What AWS's descriptions show: a name, whether it is as the model says, and the words."""
    found = []
    for row in _json(state.folder / "subnets.json")["Subnets"]:
        if row["CidrBlock"] == "10.0.3.0/28":
            free = row["AvailableIpAddressCount"]
            found.append(("subnets", free == 11, f"{free} of 16 addresses can be used"))
    if (state.folder / "gone").is_dir():
        states = [
            route["State"]
            for one in _json(state.folder / "gone" / "routes.json")["RouteTables"]
            for route in one["Routes"]
            if route.get("InstanceId") or route.get("NetworkInterfaceId")
        ]
        found.append(("routes", states == ["blackhole"], f"the route to the NAT: {states}"))
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
