"""Filters: all checks of one packet and its answer, in order; the one that drops is lit.

Circle: security group. Square: network ACL, at the subnet's edge. Disc: source/destination check.
The table below says for each number what the check said. The path that was not travelled is dotted,
its gates are grey.
"""

from __future__ import annotations

from itertools import groupby

from vpcedu.draw.canvas.fonts import shorten, width_of
from vpcedu.draw.canvas.frame import Foot, footing, page
from vpcedu.draw.canvas.scene import Box, Line, Mark, Scene, Text
from vpcedu.draw.canvas.style import (
    BADGE,
    BOX,
    CROSS,
    DIAMOND,
    DOTS,
    FAINT,
    MARGIN,
    NOTE,
    PACKET,
    ROOM,
    WIDTH,
    device_ink,
)
from vpcedu.draw.checks.answer_ports import answer_ports
from vpcedu.draw.checks.gates import ACL, CHECK, GROUP, NOBODY, trip_of
from vpcedu.draw.checks.words import alternative, sentence, title
from vpcedu.draw.reading.as_picture import picture
from vpcedu.draw.reading.legs import address_of, is_outside, rewritings
from vpcedu.draw.reading.short_names import cut_middle
from vpcedu.hosts.host import Host
from vpcedu.views.explain import label

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.draw.canvas.frame import Item
    from vpcedu.draw.checks.gates import Gate, Trip
    from vpcedu.sites.visit import Visit
    from vpcedu.trace import Trace

TOP = 60.0
LANES, LOW = (74.0, 142.0), (68.0, 114.0)  # below TOP: of the request, of the answer
# of the table's rows; between two subnets; between two gates at most
PITCH, EDGE, WIDEST = (21.0, 14.0, 88.0)
SAID = 252.0  # where the table says what a check said
SAID_ROOM = WIDTH - MARGIN - SAID
OFF = "check off"
SIGNS = {GROUP: "circle", ACL: "square", CHECK: "disc"}


class Plan:
    """Where the devices and the gates of one trip are, from left to right, and the two lanes.

    low: the lanes nearer to each other.
    """

    def __init__(self, visit: Visit, trip: Trip, low: bool = False) -> None:
        there, back = LOW if low else LANES
        self.lanes = {False: TOP + there, True: TOP + back}  # of the request, of the answer
        self.foot = TOP + back + (24 if low else 28)  # lower edge of the subnets' frames
        self.boxes: dict[
            int, tuple[float, float]
        ] = {}  # the place in the path -> left and right edge
        self.gates: dict[tuple[int, str, str], float] = {}  # stretch, device, kind -> x
        slots = [
            list(
                dict.fromkeys(
                    (g.stretch, g.device, g.kind)
                    for g in trip.gates
                    if g.stretch == stretch and not g.answer
                )
            )
            for stretch in range(len(trip.path) - 1)
        ]
        widths = [_width(visit, name) for name in trip.path]
        gates = sum(map(len, slots))
        free = ROOM - sum(widths) - EDGE * len(slots)
        self.pitch = min(free / max(gates, 1), WIDEST)
        spare = (free - self.pitch * gates) / max(len(slots), 1)
        x = MARGIN
        for place, width in enumerate(widths):
            self.boxes[place] = (x, x + width)
            x += width
            if place < len(slots):
                for number, slot in enumerate(slots[place]):
                    near = slot[1] == trip.path[place]
                    self.gates[slot] = (
                        x + self.pitch * (number + 0.5) + (0.0 if near else EDGE + spare)
                    )
                x += self.pitch * len(slots[place]) + EDGE + spare

    def near(self, place: int, names: tuple[str, ...]) -> list[float]:
        """The gates of the device at one place of the path.

        The path may reach the same device again at another place.
        """
        return [
            x
            for (stretch, device, _), x in self.gates.items()
            if device == names[place] and stretch in (place - 1, place)
        ]

    def frame(self, places: list[int], names: tuple[str, ...]) -> tuple[float, float]:
        """Left and right edge of a subnet with these devices."""
        near = [x for place in places for x in self.near(place, names)]
        left = min([self.boxes[places[0]][0] - 6, *(x - max(self.pitch / 2, 18) for x in near)])
        right = max([self.boxes[places[-1]][1] + 6, *(x + max(self.pitch / 2, 18) for x in near)])
        return max(left, MARGIN - 8), min(right, WIDTH - MARGIN + 8)


@picture
def filters(
    visit: Visit,
    connection: int | None = None,
    ports: bool = False,
    *,
    theme: str = "light",
    ax: Any = None,
) -> Scene:
    """Every check that a connection's packet and its answer meet, in order.

    The check that drops is lit. connection: its number; None: the one that lost a packet, or else
    the last. ports: show below, instead of what each check said, to which ports the network ACL
    lets the answer out, and its entries. ValueError for a number that there is not.
    """
    trip = trip_of(visit, connection)
    plan = Plan(visit, trip, ports)
    items = [
        *_frames(visit, trip, plan),
        *_lanes(visit, trip, plan),
        *_devices(visit, trip, plan),
        *_gates(trip, plan),
    ]
    heads = title(visit, trip)
    disc = " Disc: address check." if any(gate.kind == CHECK for gate in trip.gates) else ""
    subtitle = (
        f"Circle: security group. Square: network ACL.{disc} The numbers give the order of "
        "the checks."
    )
    if ports:
        below, y = answer_ports(visit.vpc, trip, plan.foot + 12)
        return page(heads, subtitle, [*items, *below], Foot((), y), alternative(trip, heads))
    table, y = _table(trip, plan.foot + 26)
    lost = trip.lost
    notes = (
        (f"{lost.at}, {lost.reason.code}. What helps: {lost.reason.fix}.",)
        if lost and lost.reason
        else ()
    )
    foot = footing(y, sentence(trip), {"rewritten"} if _rewrites(trip) else set(), notes)
    return page(heads, subtitle, [*items, *table], foot, alternative(trip, heads))


def _name(name: str) -> list[str]:
    """A name in one line, a long one in two."""
    return name.rsplit(" ", 1) if width_of(name, NOTE, True) > 80 else [name]


def _width(visit: Visit, name: str) -> float:
    words = [*_name(name), address_of(visit.vpc, name), OFF]
    return max(52.0, *(width_of(word, NOTE, True) for word in words)) + 20


def _frames(visit: Visit, trip: Trip, plan: Plan) -> list[Item]:
    """A frame for each subnet on the path."""
    cards = {interface.device: interface.subnet for interface in visit.vpc.interfaces}
    items: list[Item] = []
    for name, group in groupby(
        range(len(trip.path)), key=lambda place: cards.get(trip.path[place], "")
    ):
        if not name:
            continue
        left, right = plan.frame(list(group), trip.path)
        cidr = next(subnet.cidr for subnet in visit.vpc.subnets if subnet.name == name)
        words = next(
            (
                w
                for w in (f"{name} subnet {cidr}", f"subnet {cidr}", cidr, "subnet")
                if width_of(w, NOTE, True) <= right - left - 16
            ),
            "",
        )
        items.append(Box(left, TOP, right - left, plan.foot - TOP, "inside", "inside-ground", 1.0))
        if words:
            items.append(Text((left + right) / 2, TOP + 17, words, "inside", NOTE, True, "middle"))
    return items


def _devices(visit: Visit, trip: Trip, plan: Plan) -> list[Item]:
    """Names and addresses of the devices.

    A device in the middle of the path also says that its source/destination check is off.
    """
    items: list[Item] = []
    off = {interface.device for interface in visit.vpc.interfaces if not interface.check} & set(
        trip.path[1:-1]
    )
    for place, name in enumerate(trip.path):
        address = address_of(visit.vpc, name)
        lines = [(word, "ink", True) for word in _name(name)]
        space = "outside" if is_outside(visit.vpc, name) else "inside"
        lines += [(address, space, False)] if address not in ("", name) else []
        lines += [(OFF, "muted", False)] if name in off else []
        y = sum(plan.lanes.values()) / 2 + 3.5 - 7.0 * (len(lines) - 1)
        items += [
            Text(sum(plan.boxes[place]) / 2, y + 14 * number, words, ink, NOTE, bold, "middle")
            for number, (words, ink, bold) in enumerate(lines)
        ]
    return items


def _boxes(visit: Visit, trip: Trip, plan: Plan) -> list[Item]:
    hosts = {device.name for device in visit.vpc.devices if issubclass(device.kind, Host)}
    items: list[Item] = []
    for place, name in enumerate(trip.path):
        left, right = plan.boxes[place]
        ink = device_ink(is_outside(visit.vpc, name), name in hosts)
        look = (
            (ink, "paper", BOX, 3.0, ()) if name != NOBODY else ("muted", "paper", 1.0, 3.0, FAINT)
        )
        items.append(
            Box(
                left,
                plan.lanes[False] - 20,
                right - left,
                plan.lanes[True] - plan.lanes[False] + 40,
                *look,
            )
        )
    return items


def _lanes(visit: Visit, trip: Trip, plan: Plan) -> list[Item]:
    """The path of the packet and of its answer; dotted from where it was lost."""
    items: list[Item] = _boxes(visit, trip, plan)
    last = len(trip.path) - 1
    for answer, trace in ((False, trip.request), (True, trip.answer)):
        y = plan.lanes[answer]
        ends = (
            (plan.boxes[last][0], plan.boxes[0][1])
            if answer
            else (plan.boxes[0][1], plan.boxes[last][0])
        )
        stop = ends[0] if trace is None else _stop(trip, plan, trace, answer)
        if stop != ends[0]:
            end = ends[1] if stop is None else stop
            items.append(
                Line(
                    ((ends[0], y), (end, y)),
                    "ink",
                    PACKET,
                    (),
                    "solid" if stop is None else "",
                    trace.number if trace else 0,
                )
            )
        if stop is not None:
            items.append(Line(((stop, y), (ends[1], y)), "muted", 1.4, DOTS))
        for place, name in enumerate(trip.path):
            if trace is not None and name in rewritings(trace):
                items.append(Mark("diamond", sum(plan.boxes[place]) / 2, y, "rewritten", DIAMOND))
    return items


def _stop(trip: Trip, plan: Plan, trace: Trace, answer: bool) -> float | None:
    """The x at which a packet was lost, or None."""
    if trace.dropped is None:
        return None
    sense = -1.0 if answer else 1.0
    gate = next((g for g in trip.gates if g.drops and g.answer == answer), None)
    if gate is not None:
        return plan.gates[gate.stretch, gate.device, gate.kind] + sense * min(plan.pitch / 2, 24.0)
    names = trip.path
    place = _place(trip, trace, answer)
    left, right = plan.boxes[place]
    if trace.dropped.check in ("route", "link"):  # it left the device, and got no further
        near = [x for x in plan.near(place, names) if (x - left) * sense > 0]
        end = right if sense > 0 else left
        return (max(near) if sense > 0 else min(near)) + 22 * sense if near else end + 16 * sense
    return left if sense > 0 else right


def _place(trip: Trip, trace: Trace, answer: bool) -> int:
    """Where on the path a packet was lost.

    If the device is there twice, it is the place the packet had reached.
    """
    last = len(trip.path) - 1
    came = sum(name in trip.path for name in trace.devices) - 1
    came = last - came if answer else came
    here = [
        place for place, name in enumerate(trip.path) if trace.dropped and name == trace.dropped.at
    ]
    return min(here, key=lambda place: abs(place - came), default=last if answer else 0)


def _gates(trip: Trip, plan: Plan) -> list[Item]:
    items: list[Item] = []
    if plan.pitch >= 40:
        items += [
            Text(x, plan.lanes[False] - 28, kind, "ink", NOTE, False, "middle")
            for (_, _, kind), x in plan.gates.items()
        ]
    for gate in trip.gates:
        x, y = plan.gates[gate.stretch, gate.device, gate.kind], plan.lanes[gate.answer]
        if gate.drops:
            items.append(Box(x - 14, y - 14, 28, 28, "dropped", "lit-ground", 2.4))
        items.append(_badge(gate, x, y))
    for answer, trace in ((False, trip.request), (True, trip.answer)):
        stop = _stop(trip, plan, trace, answer) if trace else None
        if stop is not None:
            items.append(Mark("cross", stop, plan.lanes[answer], "dropped", CROSS + 1))
    return items


def _badge(gate: Gate, x: float, y: float) -> Mark:
    ink = "tracked" if gate.asked else "muted"
    if gate.drops:
        ink = "dropped"
    # two figures touch a small circle
    wide = 2.0 if gate.number > 9 and gate.kind == GROUP else 0.0
    return Mark(SIGNS[gate.kind], x, y, ink, BADGE + wide, str(gate.number))


def _table(trip: Trip, y: float) -> tuple[list[Item], float]:
    """For each number, what the check said."""
    items: list[Item] = []
    for answer, trace in ((False, trip.request), (True, trip.answer)):
        name = "answer" if answer else "request"
        words = (
            f"{label(trace.packet)} {trace.packet.flow}, from {trace.sender}"
            if trace
            else "none was sent"
        )
        items += [
            Text(MARGIN, y, name, "muted", NOTE, True),
            Text(MARGIN + 64, y, words, "ink" if trace else "muted", NOTE, True),
        ]
        y += PITCH + 1
        for gate in (g for g in trip.gates if g.answer == answer and trace):
            ink = "ink" if gate.asked else "muted"
            if gate.drops:
                ink = "dropped"
                items.append(Box(MARGIN - 6, y - 15.5, ROOM + 12, 22, "dropped", "lit-ground", BOX))
            badge = _badge(gate, MARGIN + BADGE, y - 4.5)
            items += [
                badge._replace(size=badge.size - 1),
                Text(42, y, _whose(gate), ink, NOTE, gate.asked),
                Text(
                    SAID, y, shorten(gate.words, NOTE, SAID_ROOM, gate.drops), ink, NOTE, gate.drops
                ),
            ]
            y += PITCH
        y += 4
    return items, y - 6


def _whose(gate: Gate) -> str:
    """Device and check, as far as there is room before what the check said."""
    check = f", {gate.check}"
    return (
        cut_middle(gate.device, NOTE, SAID - 50 - width_of(check, NOTE, gate.asked), gate.asked)
        + check
    )


def _rewrites(trip: Trip) -> bool:
    return bool(rewritings(trip.request) or (trip.answer and rewritings(trip.answer)))
