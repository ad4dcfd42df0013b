"""Plan layout: where everything of a VPC is when no packet is drawn.

Every device is a row in its subnet's frame. Zones stand below each other, public subnets left,
private ones right. Where the picture would be taller than a page, less is told one by one: first
plain hosts are counted in their subnet, then a subnet of plain hosts becomes one line, then those
of a zone, at last zones. A NAT, a balancer's node and a device with a public address keep rows of
their own as long as there is room. Without any public subnet the private ones take both columns.
"""

from __future__ import annotations

from vpcedu.draw.canvas.fonts import width_of
from vpcedu.draw.canvas.style import NOTE
from vpcedu.draw.reading.subnets import is_near, subnet_title
from vpcedu.hosts.host import Host
from vpcedu.row import NamedRow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.network.interface import Interface, Subnet
    from vpcedu.network.vpc import Vpc

# left and right edges: the Internet, the Internet gateways
BAND, GATEWAY = ((8.0, 122.0), (137.0, 211.0))
COLUMNS = ((236.0, 458.0), (470.0, 684.0))  # of the subnets: public, private
WALL = 692.0  # the right edge of a VPC
# of a subnet's name, of a device's box, from one device to the next
HEADER, TALL, PITCH = (28.0, 38.0, 44.0)
ZONE, STRIP, APART = 20.0, 24.0, 4.0  # of a zone's name, of a strip; between two frames
MANY = 3  # plain hosts that a subnet shows one by one
PAGE = 760.0  # the height that a picture's places may have before less is told


class Chip(NamedRow):
    """A box: whose it is, its two lines, its column and upper edge.

    One box may count several devices. `ends`: it is a host.
    """

    names: tuple[str, ...]
    title: str
    note: str
    column: int
    y: float
    ends: bool

    @property
    def left(self) -> float:
        """The box's left edge."""
        return COLUMNS[self.column][0] + 8

    @property
    def right(self) -> float:
        """The box's right edge."""
        return COLUMNS[self.column][1] - 8


class SubnetField(NamedRow):
    """A subnet's frame, or a strip of one line that counts.

    names: the devices that a strip hides.
    """

    title: str
    column: int
    y: float
    h: float
    names: tuple[str, ...]


class Plain:
    """All boxes and frames of one VPC, and its upper and lower edge.

    It also has the zones' names with their y, which devices are of note, and which are hosts.
    """

    def __init__(self, vpc: Vpc, top: float) -> None:
        self.vpc, self.top, self.bottom = vpc, top, top
        self.noted, self.hosts = (
            of_note(vpc),
            {device.name for device in vpc.devices if issubclass(device.kind, Host)},
        )
        self.chips: list[Chip] = []
        self.fields: list[SubnetField] = []
        self.zones: list[tuple[str, float]] = []


# what is not told one by one: nothing, plain hosts, ...
LEVELS = ALL, HOSTS, SUBNETS, ZONES, EVERYTHING = range(5)


def plain_places(vpc: Vpc, top: float) -> Plain:
    """The places of one VPC below `top`, as much one by one as a page has room for."""
    made = (_level(vpc, top, level) for level in LEVELS)
    for plan in made:
        if plan.bottom - top <= PAGE:
            break
    return plan


def _level(vpc: Vpc, top: float, level: int) -> Plain:
    plan = Plain(vpc, top)
    groups = [[zone] for zone in sorted({subnet.zone for subnet in vpc.subnets})]
    if len(groups) > 1 and level == EVERYTHING:
        groups = [[zone for group in groups for zone in group]]
    near = {subnet.name for subnet in vpc.subnets if is_near(vpc, subnet.name)}
    y = top + 26.0
    for zones in groups:
        plan.zones.append(
            (f"zone {zones[0]}" if len(zones) == 1 else f"{len(zones)} zones", y + 12)
        )
        here = [subnet for subnet in vpc.subnets if subnet.zone in zones]
        half = (len(here) + 1) // 2 if level < ZONES else len(here)
        columns = (
            ([s for s in here if s.name in near], [s for s in here if s.name not in near])
            if near
            else (here[:half], here[half:])
        )
        y = max(
            _column(plan, subnets, column, y + ZONE, level)
            for column, subnets in enumerate(columns)
        )
    plan.bottom = y + 4
    return plan


def _column(plan: Plain, subnets: list[Subnet], column: int, y: float, level: int) -> float:
    """The frames of some subnets below each other; the y below them."""
    joined: list[Subnet] = []
    for subnet in subnets:
        rows = [interface for interface in plan.vpc.interfaces if interface.subnet == subnet.name]
        noted = [row for row in rows if row.device in plan.noted]
        if level == EVERYTHING or (level >= SUBNETS and not noted):
            joined.append(subnet)
            continue
        boxes = _boxes(plan, rows, noted, level)
        tall = HEADER + PITCH * max(len(boxes), 0.1)
        plan.fields.append(
            SubnetField(subnet_title(plan.vpc, subnet, _room(column)), column, y, tall, ())
        )
        plan.chips += [
            Chip(names, first, note, column, y + HEADER + PITCH * number, ends)
            for number, (names, first, note, ends) in enumerate(boxes)
        ]
        y += tall + APART
    for group in [joined] if joined and level >= ZONES else [[subnet] for subnet in joined]:
        names = tuple(
            row.device
            for row in plan.vpc.interfaces
            if row.subnet in {subnet.name for subnet in group}
        )
        kind = "public" if plan.vpc.is_public(group[0]) else "private"
        what = counted(len(names), "device" if level >= ZONES else "host")
        words = (
            [f"{group[0].cidr}: {what}"]
            if level < ZONES
            else [
                f"{counted(len(group), f'{kind} subnet')}: {what}",
                f"{counted(len(group), 'subnet')}: {what}",
            ]
        )
        fitting = (w for w in words if width_of(w, NOTE) <= _room(column))
        plan.fields.append(SubnetField(next(fitting, words[-1]), column, y, STRIP, names))
        y += STRIP + APART
    return y


def _boxes(
    plan: Plain, rows: list[Interface], noted: list[Interface], level: int
) -> list[tuple[tuple[str, ...], str, str, bool]]:
    """Names, two lines and the kind of each box in a subnet.

    What is of note comes first, then plain hosts or how many there are.
    """
    plain = [row for row in rows if row not in noted]
    single = [*noted, *(plain if level == ALL and len(plain) <= MANY else ())]
    boxes: list[tuple[tuple[str, ...], str, str, bool]] = [
        ((row.device,), row.device, row.address, row.device in plan.hosts) for row in single
    ]
    if plain and plain[0] not in single:
        boxes.append((tuple(row.device for row in plain), counted(len(plain), "host"), "", True))
    return boxes


def _room(column: int) -> float:
    return COLUMNS[column][1] - COLUMNS[column][0] - 16


def of_note(vpc: Vpc) -> set[str]:
    """The devices of note: gateways', balancers' nodes, and those with a public address.

    All others are plain hosts.
    """
    public = {pair.private for pair in vpc.associations}
    named = {
        interface.device
        for interface in vpc.interfaces
        if public.intersection((interface.address, *interface.secondary))
    }
    return named | {
        device.name
        for device in vpc.devices
        if not issubclass(device.kind, Host) or "listeners" in dict(device.settings)
    }


def counted(number: int, word: str) -> str:
    """A number in digits with its word: "1 host", "20 hosts"."""
    return f"{number} {word}{'' if number == 1 else 's'}"
