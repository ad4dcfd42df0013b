"""Map places: where the devices of a description stand: Internet | gateway | public subnets | private subnets.

Nothing is placed by its name: an outside host stands at the left, a device with an interface in its subnet's
frame, one under another, zones below each other. A device that no packet met is faint; more than four of
them in one subnet become one box that counts them. In a larger VPC a subnet in which no packet met anything is a
strip with its name; where there are many of those, they are counted by zone.
"""

from __future__ import annotations

from collections import namedtuple

from vpcedu.draw.fonts import width_of
from vpcedu.draw.frame import TOP
from vpcedu.draw.lifelines import is_near, is_public_subnet
from vpcedu.draw.style import NOTE
from vpcedu.hosts.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.lab.visit import Visit
    from vpcedu.network.interface import Interface, Subnet
    from vpcedu.network.vpc import Vpc

OUTSIDE, GATEWAY, PUBLIC, PRIVATE = 0, 1, 2, 3  # columns
COLUMNS = ((8.0, 140.0), (159.0, 233.0), (258.0, 446.0), (484.0, 684.0))  # left and right edge of each
GAPS = (146.0, 245.5, 465.0, 688.0)  # right of each column: where lines go up and down
BOXES = ((15.0, 133.0), (159.0, 233.0), (291.0, 413.0), (526.0, 642.0))  # the devices' left and right edges
HEADER, TALL, PITCH = 28.0, 80.0, 100.0  # of a subnet's name, of a device's box, from one device to the next
LANES = {"request": 47.0, "answer": 67.0, "connection": 57.0}  # below a box's upper edge
MANY = 4  # devices not met that are still drawn one by one; subnets that are all drawn in full
STRIPS, STRIP = 8, 44.0  # subnets not met that have a strip each; a strip's height


class Place(namedtuple("Place", ("name", "address", "column", "row", "y", "host", "met"))):
    """A device's box: its column and row, the y of its upper edge; `host`: arrows end here; `met` by a packet."""

    __slots__ = ()
    name: str
    address: str
    column: int
    row: int
    y: float
    host: bool
    met: bool

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


class Frame(namedtuple("Frame", ("words", "column", "y", "h", "note"), defaults=("",))):
    """A subnet's frame: its title, its column, upper edge and height; `note` is what a strip says of what it hides."""

    __slots__ = ()
    words: str
    column: int
    y: float
    h: float
    note: str


class Places:
    """All boxes by device, the subnets' frames, and the lower edge of everything."""

    def __init__(self, boxes: dict[str, Place], frames: tuple[Frame, ...], bottom: float) -> None:
        self.boxes, self.frames, self.bottom = boxes, frames, bottom

    def __getitem__(self, name: str) -> Place:
        return self.boxes[name]

    def __contains__(self, name: str) -> bool:
        return name in self.boxes

    def taken(self, column: int, row: int) -> bool:
        """Whether a device stands there."""
        return any(box.column == column and box.row == row for box in self.boxes.values())


def places(visit: Visit) -> Places:
    """The places of a visit's description; they depend on the whole capture, not on one packet."""
    vpc = visit.vpc
    met = {name for trace in visit.capture for name in trace.devices}
    hosts = {device.name for device in vpc.devices if issubclass(device.kind, Host)}
    boxes: dict[str, Place] = {}
    frames: list[Frame] = []
    y, row = TOP + 22, 0
    hidden = _unmet(vpc, met)
    zones = sorted({subnet.zone for subnet in vpc.subnets})
    met_zones = {subnet.zone for subnet in vpc.subnets if subnet not in hidden}
    passed = [zone for zone in zones if len(hidden) > STRIPS and zone not in met_zones]
    for zone in (zone for zone in zones if zone not in passed):
        height = 0.0
        for column in (PUBLIC, PRIVATE):
            below, first = y, row
            here = [s for s in vpc.subnets if s.zone == zone and _column(vpc, s) == column]
            for subnet in (s for s in here if s not in hidden):
                devices = _devices(vpc, subnet, met)
                for number, (name, address) in enumerate(devices):
                    boxes[name] = Place(name, address, column, first + number, below + HEADER + PITCH * number,
                                        name in hosts, name in met)
                frames.append(Frame(_title(vpc, subnet, column), column, below, HEADER + PITCH * max(len(devices), 1)))
                below += frames[-1].h + 10
                first += max(len(devices), 1)
            for words, note in _strips(vpc, [s for s in here if s in hidden], column, len(hidden) > STRIPS):
                frames.append(Frame(words, column, below, STRIP + 6, note))
                below += STRIP + 8
            height = max(height, below - y)
        deepest = max((frame.y + frame.h for frame in frames), default=y)
        frames = [frame._replace(h=deepest - frame.y) if frame.y + frame.h < deepest and _last(frame, frames)
                  and not frame.note else frame for frame in frames]
        y, row = y + height, 1 + max((box.row for box in boxes.values()), default=-1)
    if passed:
        for column in (PUBLIC, PRIVATE):
            here = [s for s in vpc.subnets if s.zone in passed and _column(vpc, s) == column]
            frames.append(Frame(f"{len(passed)} zones, not met", column, y, STRIP + 6,
                                f"{len(here)} subnets, {_devices_in(vpc, here)}"))
        y += STRIP + 10
    rows = sorted({box.y for box in boxes.values()}) or [TOP + 22 + HEADER]
    for number, host in enumerate(vpc.outside):
        top = rows[number] if number < len(rows) else rows[-1] + PITCH * (number - len(rows) + 1)
        boxes[host.device] = Place(host.device, host.address, OUTSIDE, number, top, True, host.device in met)
        y = max(y, top + PITCH + 10)
    if vpc.internet_gateway:
        boxes[vpc.internet_gateway] = Place(vpc.internet_gateway, "", GATEWAY, 0, rows[0], False,
                                            vpc.internet_gateway in met)
    return Places(boxes, tuple(frames), y)


def _last(frame: Frame, frames: list[Frame]) -> bool:
    """Whether no other frame stands below it in its column."""
    return not any(other.column == frame.column and other.y > frame.y for other in frames)


def _unmet(vpc: Vpc, met: set[str]) -> list[Subnet]:
    """The subnets that are not drawn in full: those in which no packet met a device, in a VPC of more than a few."""
    if len(vpc.subnets) <= MANY:
        return []
    busy = {row.subnet for row in vpc.interfaces if row.device in met}
    tables = {subnet.route_table for subnet in vpc.subnets if subnet.name in busy}
    asked = {route.target for route in vpc.routes if route.table in tables}  # a NAT that was not used is a finding too
    busy |= {row.subnet for row in vpc.interfaces if row.device in asked}
    return [subnet for subnet in vpc.subnets if subnet.name not in busy]


def _strips(vpc: Vpc, subnets: list[Subnet], column: int, many: bool) -> list[tuple[str, str]]:
    """Titles and notes of the strips for subnets that no packet met: one for each, or one for all."""
    if many and len(subnets) > 1:
        return [(f"{len(subnets)} subnets, not met", _devices_in(vpc, subnets))]
    room = COLUMNS[column][1] - COLUMNS[column][0] - 16
    found = []
    for subnet in subnets:
        names = [row.device for row in vpc.interfaces if row.subnet == subnet.name]
        words = f"{', '.join(names)}: not on this path"
        found.append((_title(vpc, subnet, column), words if width_of(words, NOTE) <= room and names
                      else f"{_devices_in(vpc, [subnet])}, not met"))
    return found


def _devices_in(vpc: Vpc, subnets: list[Subnet]) -> str:
    """How many devices these subnets hold."""
    devices = sum(row.subnet in {subnet.name for subnet in subnets} for row in vpc.interfaces)
    return f"{devices} device{'' if devices == 1 else 's'}"


def _title(vpc: Vpc, subnet: Subnet, column: int) -> str:
    """A subnet's title, as long as its frame allows."""
    kind = "public" if is_public_subnet(vpc, subnet.name) else "private"
    words = f"{kind} subnet {subnet.cidr}"
    room = COLUMNS[column][1] - COLUMNS[column][0] - 14
    return words if width_of(words, NOTE, True) <= room else f"subnet {subnet.cidr}"


def _column(vpc: Vpc, subnet: Subnet) -> int:
    return PUBLIC if is_near(vpc, subnet.name) else PRIVATE


def _devices(vpc: Vpc, subnet: Subnet, met: set[str]) -> list[tuple[str, str]]:
    """Names and addresses in a subnet; many that no packet met are counted in one."""
    here: list[Interface] = [row for row in vpc.interfaces if row.subnet == subnet.name]
    unmet = [row for row in here if row.device not in met]
    if len(unmet) > MANY:
        return [(row.device, row.address) for row in here if row.device in met] + [(f"{len(unmet)} others", "")]
    return [(row.device, row.address) for row in here]
