"""Map layout: where the devices of a description are.

From left to right: Internet | gateway | public subnets | private subnets. Nothing is placed by its
name: an outside host is on the left, a device with an interface in its subnet's frame, one
under another, zones below each other; another VPC below the first, in a frame of its own. A device
that no packet met is faint; more than four of them in one subnet become one box that counts them.
"""

from __future__ import annotations

from vpcedu.draw.canvas.frame import TOP
from vpcedu.draw.reading.short_names import headings, parts
from vpcedu.draw.reading.subnets import (
    STRIPS,
    devices_in,
    hidden_subnets,
    is_near,
    passed_zones,
    strips,
    subnet_title,
)
from vpcedu.hosts.host import Host
from vpcedu.row import NamedRow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.network.interface import Interface, Subnet
    from vpcedu.network.vpc import Vpc
    from vpcedu.sites.visit import Visit

OUTSIDE, GATEWAY, PUBLIC, PRIVATE = 0, 1, 2, 3  # columns
# left and right edge of each
COLUMNS = ((8.0, 140.0), (159.0, 233.0), (258.0, 446.0), (484.0, 684.0))
GAPS = (146.0, 245.5, 465.0, 688.0)  # right of each column: where lines go up and down
# the devices' left and right edges
BOXES = ((15.0, 133.0), (159.0, 233.0), (291.0, 413.0), (526.0, 642.0))
# of a subnet's name, of a device's box, from one device to the next
HEADER, TALL, PITCH = (28.0, 80.0, 100.0)
LANES = {
    "request": 47.0,
    "answer": 67.0,
    "connection": 57.0,
    "predicted": 57.0,
}  # below a box's upper edge
MANY = 4  # devices not met that are still drawn one by one
STRIP = 44.0  # the height of a strip, which represents a subnet that is not drawn in full
ABOVE, BELOW = 22.0, 4.0  # from a VPC's frame to what is in it
APART = 14.0  # between the frames of two VPCs


class MapPlace(NamedRow):
    """A device's box: its column and row, the y of its upper edge, its height.

    `host`: arrows end here. `met`: a packet came here.
    """

    name: str
    address: str
    column: int
    row: int
    y: float
    host: bool
    met: bool
    tall: float = TALL

    @property
    def left(self) -> float:
        """The box's left edge."""
        return BOXES[self.column][0]

    @property
    def right(self) -> float:
        """The box's right edge."""
        return BOXES[self.column][1]

    @property
    def middle(self) -> float:
        """Between its two edges."""
        return (self.left + self.right) / 2


class SubnetFrame(NamedRow):
    """A subnet's frame: its title, its column, upper edge and height.

    `note` is what a strip says about what it hides.
    """

    words: str
    column: int
    y: float
    h: float
    note: str = ""


class Wall(NamedRow):
    """A VPC's frame: its title, its upper and its lower edge."""

    words: str
    y: float
    bottom: float


class MapPlaces:
    """All boxes by device, the frames of subnets and VPCs, and the lower edge of everything."""

    def __init__(self) -> None:
        self.boxes: dict[str, MapPlace] = {}
        self.frames: list[SubnetFrame] = []
        self.walls: list[Wall] = []
        self.bottom = TOP

    def __getitem__(self, name: str) -> MapPlace:
        return self.boxes[name]

    def __contains__(self, name: str) -> bool:
        return name in self.boxes

    def taken(self, column: int, row: int) -> bool:
        """Whether a device is there."""
        return any(box.column == column and box.row == row for box in self.boxes.values())

    @property
    def rows(self) -> int:
        """How many rows of devices there are so far."""
        return 1 + max((box.row for box in self.boxes.values()), default=-1)


def places(visit: Visit) -> MapPlaces:
    """The places of a visit's description; they depend on the whole capture, not on one packet."""
    vpc, placed = visit.vpc, MapPlaces()
    met = {name for trace in visit.capture for name in trace.devices}
    hosts = {device.name for device in vpc.devices if issubclass(device.kind, Host)}
    top = TOP
    for part in parts(vpc):
        row, first = placed.rows, len(placed.frames)
        placed.bottom = _zones(placed, part, met, hosts, top + ABOVE)
        if part is parts(vpc)[0]:
            _outside(placed, vpc, met)
        placed.walls.append(Wall(headings(part)[-2], top, placed.bottom + BELOW))
        gate = part.internet_gateway
        if gate:
            y = min(
                (box.y for box in placed.boxes.values() if box.row >= row and box.column > GATEWAY),
                default=placed.frames[first].y + HEADER
                if first < len(placed.frames)
                else top + ABOVE + HEADER,
            )
            placed.boxes[gate] = MapPlace(
                gate, "", GATEWAY, row, y, False, gate in met, max(placed.bottom - y - 8, TALL)
            )
        top = placed.bottom + BELOW + APART
    return placed


def _zones(placed: MapPlaces, vpc: Vpc, met: set[str], hosts: set[str], y: float) -> float:
    """The subnets of one VPC, zone below zone; the y below them."""
    hidden = hidden_subnets(vpc, met)
    passed = passed_zones(vpc, hidden)
    for zone in sorted({subnet.zone for subnet in vpc.subnets} - set(passed)):
        row, lows, first = placed.rows, [y], len(placed.frames)
        for column in (PUBLIC, PRIVATE):
            here = [s for s in vpc.subnets if s.zone == zone and _column(vpc, s) == column]
            below = _subnets(
                placed, vpc, [s for s in here if s not in hidden], column, (y, row), met, hosts
            )
            for words, note in strips(
                vpc, [s for s in here if s in hidden], _room(column), len(hidden) > STRIPS
            ):
                placed.frames.append(SubnetFrame(words, column, below, STRIP + 6, note))
                below += STRIP + 8
            lows.append(below)
        _stretch(placed.frames, first)
        y = max(lows)
    if passed:
        for column in (PUBLIC, PRIVATE):
            here = [s for s in vpc.subnets if s.zone in passed and _column(vpc, s) == column]
            placed.frames.append(
                SubnetFrame(
                    f"{len(passed)} zone{'s'[: len(passed) - 1]}, not met",
                    column,
                    y,
                    STRIP + 6,
                    f"{len(here)} subnets, {devices_in(vpc, here)}",
                )
            )
        y += STRIP + 10
    return y


def _subnets(
    placed: MapPlaces,
    vpc: Vpc,
    subnets: list[Subnet],
    column: int,
    start: tuple[float, int],
    met: set[str],
    hosts: set[str],
) -> float:
    """The frames and devices of one zone's subnets in one column.

    They begin at a y and a row; the y below them is returned with them.
    """
    y, row = start
    for subnet in subnets:
        devices = _devices(vpc, subnet, met)
        for number, (key, name, address) in enumerate(devices):
            placed.boxes.setdefault(
                key,
                MapPlace(
                    name,
                    address,
                    column,
                    row + number,
                    y + HEADER + PITCH * number,
                    name in hosts,
                    name in met,
                ),
            )
        room = max(len(devices), 1)
        placed.frames.append(
            SubnetFrame(subnet_title(vpc, subnet, _room(column)), column, y, HEADER + PITCH * room)
        )
        y, row = y + placed.frames[-1].h + 10, row + room
    return y


def _stretch(frames: list[SubnetFrame], first: int) -> None:
    """Give the last frame of a zone in each column the depth of the zone's deepest."""
    deepest = max((frame.y + frame.h for frame in frames[first:]), default=0.0)
    for number, frame in enumerate(frames):
        last = not any(other.column == frame.column and other.y > frame.y for other in frames)
        if number >= first and last and frame.y + frame.h < deepest and not frame.note:
            frames[number] = frame._replace(h=deepest - frame.y)


def _outside(placed: MapPlaces, vpc: Vpc, met: set[str]) -> None:
    """The hosts of the Internet, each next to a row of devices."""
    rows = sorted({box.y for box in placed.boxes.values()}) or [TOP + ABOVE + HEADER]
    for number, host in enumerate(vpc.outside):
        top = rows[number] if number < len(rows) else rows[-1] + PITCH * (number - len(rows) + 1)
        placed.boxes[host.device] = MapPlace(
            host.device, host.address, OUTSIDE, number, top, True, host.device in met
        )
        placed.bottom = max(placed.bottom, top + PITCH + 10)


def _room(column: int) -> float:
    """How wide a subnet's title may be."""
    return COLUMNS[column][1] - COLUMNS[column][0] - 14


def _column(vpc: Vpc, subnet: Subnet) -> int:
    return PUBLIC if is_near(vpc, subnet.name) else PRIVATE


def _devices(vpc: Vpc, subnet: Subnet, met: set[str]) -> list[tuple[str, str, str]]:
    """Keys, names and addresses of a subnet's boxes.

    If many devices were met by no packet, one box counts them.
    """
    here: list[Interface] = [
        interface for interface in vpc.interfaces if interface.subnet == subnet.name
    ]
    unmet = [row for row in here if row.device not in met]
    if len(unmet) > MANY:
        others = f"others in {subnet.name}", f"{len(unmet)} others", ""
        return [(row.device, row.device, row.address) for row in here if row.device in met] + [
            others
        ]
    return [(row.device, row.device, row.address) for row in here]
