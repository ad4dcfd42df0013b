"""Lifelines: which devices are in a ladder, in which order, and where.

Outside hosts are on the left, then the Internet gateway, the public subnets' devices, the private
ones'. A host is a wall, a gateway a crossing. A proxy, a host that connections end at and that
opens others, has two walls with paper between: no line crosses it. States have places of their own:
the gutters next to the outermost lines, and the space inside a proxy.
"""

from __future__ import annotations

from vpcedu.draw.reading.legs import is_outside, legs_of, owner
from vpcedu.draw.reading.short_names import gateways, parts
from vpcedu.draw.reading.subnets import is_near
from vpcedu.hosts.host import Host
from vpcedu.network.vpc import INTERNET
from vpcedu.row import NamedRow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.network.conversations import Conversation
    from vpcedu.network.vpc import Vpc
    from vpcedu.sites.visit import Visit
    from vpcedu.trace import Trace

STUB = 170.0  # the length of a path that leads nowhere
LEFT, RIGHT, PROXY = 97.0, 603.0, 99.0  # the first line, the last line, the width of a proxy


class Lifeline(NamedRow):
    """A device's place among the columns.

    `left` and `right` differ for a proxy; `host` is a wall; `met` by at least one packet.
    """

    name: str
    left: float
    right: float
    host: bool
    met: bool

    @property
    def middle(self) -> float:
        """Where its head is."""
        return (self.left + self.right) / 2

    @property
    def proxy(self) -> bool:
        """Whether it has two walls."""
        return self.left != self.right


class Lifelines:
    """The lifelines of one ladder, from left to right."""

    def __init__(self, rows: tuple[Lifeline, ...]) -> None:
        self.rows = rows
        self._by_name = {row.name: row for row in rows}

    def __getitem__(self, name: str) -> Lifeline:
        return self._by_name[name]

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def ends(self, start: str, end: str) -> tuple[float, float]:
        """The two x of a leg: each at the wall that faces the other device."""
        here, there = self[start], self[end]
        if here.middle < there.middle:
            return here.right, there.left
        if here.middle > there.middle:
            return here.left, there.right
        return self._nowhere(here)

    def _nowhere(self, row: Lifeline) -> tuple[float, float]:
        """A stub into the wider column next to a device, for a packet that has nowhere to go."""
        place = self.rows.index(row)
        if len(self.rows) == 1:
            return row.right, row.right + STUB
        left = row.left - self.rows[place - 1].right if place else 0.0
        right = self.rows[place + 1].left - row.right if place + 1 < len(self.rows) else 0.0
        return (
            (row.right, row.right + min(right, STUB))
            if right >= left
            else (row.left, row.left - min(left, STUB))
        )

    def gutter(self, device: str, towards: float) -> tuple[str, float, str] | None:
        """Where states of a device stand that face another x: the gutter's name, x, anchor.

        None where the device has no gutter.
        """
        row = self[device]
        if row.proxy:
            left = towards < row.middle
            return (device, row.left + 6, "start") if left else (device, row.right - 6, "end")
        if row is self.rows[0]:
            return "left", row.left - 6, "end"
        return ("right", row.right + 6, "start") if row is self.rows[-1] else None


def lifelines(
    visit: Visit, talks: tuple[Conversation, ...], tried: tuple[Trace, ...] = ()
) -> Lifelines:
    """The lifelines of a visit, and of packets that were tried in it.

    Every device that a packet met has one, and those that lost packets were meant to reach.
    """
    vpc = visit.vpc
    met = {device for trace in visit.capture for device in trace.devices}
    names = {
        name
        for trace in (*visit.capture, *tried)
        if trace.dropped
        for leg in legs_of(trace, vpc)[-1:]
        for name in (leg.start, leg.end, owner(vpc, leg.packet.flow.dst))
        if name
    }
    gates = gateways(vpc)
    names |= (met | {device for trace in tried for device in trace.devices}) - {INTERNET}
    outside = {name for name in names if is_outside(vpc, name)}
    if vpc.internet_gateway and outside and outside != names and names.isdisjoint(gates):
        names.add(vpc.internet_gateway)
    order = tuple(sorted(names, key=lambda name: rank(vpc, name)))
    hosts = {device.name for device in vpc.devices if issubclass(device.kind, Host)}
    proxies = {talk.opener for talk in talks} & {talk.listener for talk in talks} & hosts
    proxies &= set(order[1:-1])  # at the edge one wall is enough
    gaps = max(len(order) - 1, 1)
    pitch = (RIGHT - LEFT - PROXY * len(proxies)) / gaps
    rows, x = [], LEFT
    for name in order:
        end = x + PROXY if name in proxies else x
        rows.append(Lifeline(name, x, end, name in hosts, name in met))
        x = end + pitch
    return Lifelines(tuple(rows))


def rank(vpc: Vpc, name: str) -> tuple[int, int]:
    """A device's column, and its place within it.

    The columns are: outside, Internet gateways, public subnets, private subnets, then those of
    another VPC.
    """
    if is_outside(vpc, name):
        return 0, [host.device for host in vpc.outside].index(name)
    if name in gateways(vpc):
        return 1, gateways(vpc).index(name)
    place = next((i for i, row in enumerate(vpc.interfaces) if row.device == name), 0)
    subnet = vpc.interfaces[place].subnet
    number = next(
        (i for i, part in enumerate(parts(vpc)) if any(row.name == subnet for row in part.subnets)),
        0,
    )
    return 2 + 2 * number + (0 if is_near(vpc, subnet) else 1), place
