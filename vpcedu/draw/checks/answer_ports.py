"""Answer ports: to which ports a network ACL lets an answer out, and the ACL entry by entry.

A line of all ports, 0 to 65535: above it the entries, each over its ports, in the colour of what it
does; the tick is the port that this answer goes to; below it the ranges from which callers choose,
as far as they are allowed in the ACL's colour, the rest dotted. Then the whole ACL: of each
direction the first entry that matches decides.
"""

from __future__ import annotations

from itertools import pairwise

from vpcedu.address import contains
from vpcedu.draw.canvas.fonts import shorten, width_of
from vpcedu.draw.canvas.scene import Box, Line, Mark, Text
from vpcedu.draw.canvas.style import BADGE, BOX, DOTS, GUIDE, LIT, MARGIN, NOTE, PACKET, ROOM, WIDTH
from vpcedu.draw.checks.gates import ACL, GROUP
from vpcedu.flow import TCP
from vpcedu.sites.one_server import CALLERS
from vpcedu.tables.network_acl import ALLOW, DENY, IN, LAST, OUT, AclEntry
from vpcedu.tables.traffic import ANY, ANYWHERE, EVERY_PORT, span, words
from vpcedu.views.decided import entry_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.draw.canvas.frame import Item
    from vpcedu.draw.checks.gates import Gate, Trip
    from vpcedu.network.vpc import Vpc

LEFT, RIGHT, MOST = MARGIN + 6, WIDTH - MARGIN - 6, 65_535  # x of port 0 and of the last one
HIGH, STEP = 15.0, 17.0  # of an entry; from bracket to bracket
PITCH = 20.0  # from row to row of the ACL
COLUMNS = tuple(MARGIN + x for x in (26.0, 98.0, 158.0, 216.0, 352.0, 500.0))
SHOWN = 3  # entries of one direction, apart from the last one


def answer_ports(vpc: Vpc, trip: Trip, y: float) -> tuple[list[Item], float]:
    """The line of ports, the groups in one line, and the ACL; y: where they begin. And their end.

    Nothing where no network ACL is asked about the answer.
    """
    gates = [gate for gate in trip.gates if gate.kind == ACL and gate.answer]
    gate = next((gate for gate in gates if gate.drops), gates[0] if gates else None)
    if gate is None:
        return [], y
    flow = trip.request.packet.flow
    entries = _entries(vpc, gate.device)
    fitting = [
        entry
        for entry in entries
        if entry.direction == OUT
        and entry.protocol in (ANY, TCP)
        and contains(entry.cidr, flow.src)
    ]
    items = _line(y, fitting, flow.sport, gate.drops)
    for number, (who, ports) in enumerate(CALLERS.items()):
        items += _bracket(y + 62 + STEP * number, who, ports, fitting)
    y += 62 + STEP * len(CALLERS) + 16
    items += _groups(trip, y)
    return _table(trip, gate, entries, y + 10, items)


def _entries(vpc: Vpc, device: str) -> tuple[AclEntry, ...]:
    """The entries of the ACL at a device's subnet, in the order in which they are tried."""
    subnets = {row.name: row.network_acl for row in vpc.subnets}
    acl = next(subnets[row.subnet] for row in vpc.interfaces if row.device == device)
    own = sorted((row for row in vpc.acl_entries if row.acl == acl), key=lambda row: row.number)
    last = (AclEntry(acl, LAST, way, DENY, ANY, EVERY_PORT, ANYWHERE) for way in (IN, OUT))
    return (*own, *last)


def _x(port: float) -> float:
    return LEFT + (RIGHT - LEFT) * port / MOST


def _line(y: float, entries: list[AclEntry], port: int, lost: bool) -> list[Item]:
    """The entries above the line of ports, and the port that the answer goes to."""
    axis, ink = y + 34, "dropped" if lost else "tracked"
    items: list[Item] = []
    for entry in reversed(entries):  # the one that is tried first is on top
        first, last = span(entry.protocol, entry.ports)
        x, look = _x(first), "tracked" if entry.action == ALLOW else "dropped"
        wide = max(_x(last) - x, 2.0)
        items.append(Box(x, axis - HIGH, wide, HIGH, look, f"{look}-ground", 1.2, 0.0))
    said = f"the answer goes to port {port}"
    half, x = width_of(said, NOTE, True) / 2, _x(port)
    return [
        *items,
        Line(((LEFT, axis), (RIGHT, axis)), "ink", PACKET),
        Line(((x, axis - HIGH - 6), (x, axis + 6)), ink, LIT),
        Text(
            min(max(x, MARGIN + half), WIDTH - MARGIN - half),
            y + 9,
            said,
            ink,
            NOTE,
            True,
            "middle",
        ),
        Text(LEFT, axis + 16, "port 0", "muted", NOTE),
        Text(RIGHT, axis + 16, f"{MOST}", "muted", NOTE, False, "end"),
    ]


def _bracket(y: float, who: str, ports: tuple[int, int], entries: list[AclEntry]) -> list[Item]:
    """From which ports somebody chooses; solid as far as the first entry that fits allows them."""
    left, right = _x(ports[0]), _x(ports[1])
    items: list[Item] = [
        Line(((left, y - 4), (left, y + 4)), "ink", PACKET),
        Line(((right, y - 4), (right, y + 4)), "ink", PACKET),
        Line(((left, y), (right, y)), "dropped", PACKET, DOTS),
    ]
    allowed = 0
    for first, last in _allowed(ports, entries):
        items.append(Line(((_x(first), y), (_x(last), y)), "tracked", LIT))
        allowed += last - first + 1
    share = percent(allowed, ports[1] - ports[0] + 1)
    said = f"{who} {ports[0]}-{ports[1]}: {share} inside"
    wide = width_of(said, NOTE)
    if left - MARGIN > wide + 8:
        return [*items, Text(left - 8, y + 4.5, said, "ink", NOTE, False, "end")]
    x = MARGIN + 40  # on the bracket itself
    return [
        *items,
        Box(x - 6, y - 7.5, wide + 12, 15, "paper", "paper", 0.0, 0.0),
        Text(x, y + 4.5, said, "ink", NOTE),
    ]


def _allowed(ports: tuple[int, int], entries: list[AclEntry]) -> list[tuple[int, int]]:
    """The stretches of a range that the entries allow; the first one that fits a port decides."""
    ends = {ports[0], ports[1] + 1}
    for entry in entries:
        first, last = span(entry.protocol, entry.ports)
        ends |= {end for end in (first, last + 1) if ports[0] < end <= ports[1]}
    found: list[tuple[int, int]] = []
    edges = sorted(ends)
    for first, after in pairwise(edges):
        decides = next(e for e in entries if (s := span(e.protocol, e.ports))[0] <= first <= s[1])
        if decides.action == ALLOW:
            found.append((first, after - 1))
    return found


def percent(part: int, whole: int) -> str:
    """A share in words; "all" only where it is all, "none" only where it is none."""
    if part in (0, whole):
        return "all" if part else "none"
    return f"{min(max(round(100 * part / whole), 1), 99)} %"


def _groups(trip: Trip, y: float) -> list[Item]:
    """What the security groups said, next to each other: as many as have room."""
    items: list[Item] = []
    gates = [gate for gate in trip.gates if gate.kind == GROUP][:2]
    room = ROOM / 2 - 26
    for place, gate in enumerate(gates):
        x = MARGIN + place * ROOM / 2
        ink = "dropped" if gate.drops else "tracked"
        ink = ink if gate.asked else "muted"
        said = shorten(f"{gate.check}: {gate.words.removeprefix('passes: ')}", NOTE, room)
        items += [
            Mark("circle", x + BADGE, y - 4.5, ink, BADGE - 1, str(gate.number)),
            Text(x + 26, y, said, ink if gate.drops else "ink", NOTE),
        ]
    return items


def _table(
    trip: Trip, gate: Gate, entries: tuple[AclEntry, ...], y: float, items: list[Item]
) -> tuple[list[Item], float]:
    """The whole ACL, in the order in which its entries are tried; what matched first is lit."""
    items.append(Line(((MARGIN - 6, y), (WIDTH - MARGIN + 6, y)), "rule", GUIDE))
    y += 18
    for x, head in zip(
        COLUMNS, ("network ACL", "number", "does", "what", "address", ""), strict=True
    ):
        items.append(Text(x if head != "network ACL" else MARGIN, y, head, "muted", NOTE, True))
    for way in (IN, OUT):
        asked = next(
            (
                g
                for g in trip.gates
                if g.kind == ACL and g.device == gate.device and g.check.endswith(f" {way}")
            ),
            None,
        )
        decided = entry_of(asked.step) if asked and asked.step else None
        own = [entry for entry in entries if entry.direction == way]
        passed = decided is None
        for entry in _cut(own, decided):
            y += PITCH
            lit = decided is not None and entry[:3] == decided[:3]
            ink, said = "muted", "not reached" if passed else "no match"
            if lit and asked is not None:
                ink, said, passed = "dropped" if asked.drops else "tracked", "matches first", True
                items += [
                    Box(MARGIN - 6, y - 14.5, ROOM + 12, PITCH, ink, "lit-ground", BOX),
                    Mark("square", MARGIN + BADGE, y - 4.5, ink, BADGE - 1, str(asked.number)),
                ]
            side = "from" if way == IN else "to"
            cells = (
                way,
                "*" if entry.number == LAST else str(entry.number),
                entry.action,
                words(entry.protocol, entry.ports),
                f"{side} {entry.cidr}",
                said,
            )
            items += [
                Text(x, y, cell, ink if lit else "muted", NOTE, lit)
                for x, cell in zip(COLUMNS, cells, strict=True)
            ]
    return items, y + 14


def _cut(entries: list[AclEntry], decided: AclEntry | None) -> list[AclEntry]:
    """At most four entries of a direction: those before the one that matched, and the last."""
    if len(entries) <= SHOWN + 1:
        return entries
    place = next((i for i, e in enumerate(entries) if decided and e[:3] == decided[:3]), 0)
    first = min(max(place - 1, 0), len(entries) - 1 - SHOWN)
    return [*entries[first : first + SHOWN], entries[-1]]
