"""Plan: a VPC alone on a map, before any packet: zones, subnets, devices and addresses.

Blue frames are hosts, at which connections end; purple ones are gateways, NATs and Network Load
Balancers, which pass packets on. A subnet is public where its route table leads to the Internet
gateway, which is all that makes it public.
"""

from __future__ import annotations

from vpcedu.draw.canvas.fonts import width_of
from vpcedu.draw.canvas.frame import TOP, footing, page
from vpcedu.draw.canvas.grid import title_of
from vpcedu.draw.canvas.scene import Band, Box, Scene, Text
from vpcedu.draw.canvas.style import BOX, FAINT, NOTE
from vpcedu.draw.plan.layout import (
    BAND,
    COLUMNS,
    GATEWAY,
    STRIP,
    TALL,
    WALL,
    Plain,
    counted,
    plain_places,
)
from vpcedu.draw.reading.short_names import cut_middle, in_full, renamed, short_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.draw.canvas.frame import Item
    from vpcedu.network.vpc import Vpc

APART = 14.0  # between the frames of two VPCs
HOST, SHOWN = 44.0, 4  # from one host of the Internet to the next; how many are shown
TOLD = 40  # devices that the text alternative names one by one


def plain_scene(vpc: Vpc) -> Scene:
    """The map of a VPC and of those it is peered with."""
    names = short_names(vpc)
    shown = renamed(vpc, names)
    plans = all_places(shown)
    items = [*ground_items(plans), *chip_items(plans), *host_items(shown)]
    foot = footing(plans[-1].bottom + 18, _sentence(shown))
    devices, zones = (
        len({interface.device for interface in vpc.interfaces}),
        len({subnet.zone for subnet in vpc.subnets}),
    )
    title = title_of(
        f"VPC {vpc.cidr}: {counted(len(vpc.subnets), 'subnet')} in {counted(zones, 'zone')},"
        f" {counted(devices, 'device')}"
    )
    subtitle = "Blue: hosts, where connections end. Purple: devices that pass packets on."
    return in_full(page(title, subtitle, items, foot, alternative(shown, title)), names)


def peered(vpc: Vpc) -> Vpc:
    """The same VPC with those peers only that it has a peering connection with."""
    near = {row.vpc for row in vpc.peerings}
    return vpc._replace(peers=tuple(part for part in vpc.peers if part.name in near))


def all_places(vpc: Vpc) -> list[Plain]:
    """The places of a VPC and of those it is peered with, one below the other."""
    plans: list[Plain] = []
    for part in (vpc, *peered(vpc).peers):
        plans.append(
            plain_places(part._replace(peers=()), plans[-1].bottom + APART if plans else TOP)
        )
    plans[-1].bottom = max(plans[-1].bottom, TOP + 30 + HOST * min(len(vpc.outside), SHOWN))
    return plans


def ground_items(plans: list[Plain]) -> list[Item]:
    """The Internet, the frames of VPCs and subnets, the gateways, and the zones' names."""
    edge = sum(GATEWAY) / 2
    items: list[Item] = []
    if any(plain.vpc.internet_gateway or plain.vpc.outside for plain in plans):
        items += [
            Band(BAND[0], TOP, BAND[1] - BAND[0], plans[-1].bottom - TOP, "outside-ground"),
            Text(BAND[0] + 8, TOP + 17, "Internet", "outside", NOTE, True),
        ]
    for plain in plans:
        items += [
            Box(
                edge, plain.top, WALL - edge, plain.bottom - plain.top, "inside", "paper", 2.2, 4.0
            ),
            Text(WALL - 10, plain.top + 17, f"VPC {plain.vpc.cidr}", "inside", NOTE, True, "end"),
        ]
        items += [Text(COLUMNS[0][0] + 2, y, words, "muted", NOTE) for words, y in plain.zones]
        if plain.vpc.internet_gateway:
            top = plain.top + 26
            items.append(
                Box(GATEWAY[0], top, GATEWAY[1] - GATEWAY[0], plain.bottom - top - 8, "rewritten")
            )
            words = plain.vpc.internet_gateway.rsplit(" ", 1)
            items += [
                Text(
                    edge,
                    top + 17 + 15 * number,
                    cut_middle(word, NOTE, GATEWAY[1] - GATEWAY[0] - 12, True),
                    "ink",
                    NOTE,
                    True,
                    "middle",
                )
                for number, word in enumerate(words)
            ]
        for field in plain.fields:
            left, right = COLUMNS[field.column]
            strip = field.h == STRIP
            look = (
                ("muted", "faint-ground", 1.0, 3.0, FAINT)
                if strip
                else ("inside", "inside-ground", 1.0)
            )
            items += [
                Box(left, field.y, right - left, field.h, *look),
                Text(
                    left + 8,
                    field.y + 17,
                    field.title,
                    "muted" if strip else "inside",
                    NOTE,
                    not strip,
                ),
            ]
    return items


def chip_items(
    plans: list[Plain], marked: dict[str, str] | None = None, room: float = 0.0
) -> list[Item]:
    """A box for each device with its name and address.

    marked: the ink of those that are something special. room: what the boxes keep free at their
    right.
    """
    items: list[Item] = []
    for chip in (chip for plain in plans for chip in plain.chips):
        ink = (marked or {}).get(chip.names[0] if len(chip.names) == 1 else "", "")
        frame = ink or ("inside" if chip.ends else "rewritten")
        wide = chip.right - chip.left - room - 16
        single = not chip.note
        items += [
            Box(
                chip.left,
                chip.y,
                chip.right - chip.left,
                TALL,
                frame,
                f"{ink}-ground" if ink else "paper",
                BOX,
            ),
            Text(
                chip.left + 9,
                chip.y + (23 if single else 16),
                cut_middle(chip.title, NOTE, wide, True),
                "ink",
                NOTE,
                True,
            ),
        ]
        items += (
            []
            if single
            else [Text(chip.left + 9, chip.y + 31, chip.note, "inside" if not ink else "ink", NOTE)]
        )
    return items


def host_items(vpc: Vpc) -> list[Item]:
    """The hosts of the Internet that the description names."""
    items: list[Item] = []
    for number, host in enumerate(vpc.outside[:SHOWN]):
        y, room = TOP + 30 + HOST * number, BAND[1] - BAND[0] - 8
        bold = width_of(host.device, NOTE, True) <= room - 12  # rather thin than cut
        name = cut_middle(host.device, NOTE, room - 12, bold)
        items += [
            Box(BAND[0] + 4, y, room, TALL, "outside", "paper", BOX),
            Text(sum(BAND) / 2, y + 16, name, "ink", NOTE, bold, "middle"),
            Text(sum(BAND) / 2, y + 31, host.address, "outside", NOTE, False, "middle"),
        ]
    return items


def _sentence(vpc: Vpc) -> str:
    """How many subnets are public, and what that means."""
    public = sum(vpc.is_public(subnet) for subnet in vpc.subnets)
    if not vpc.internet_gateway:
        return "No subnet is public: the VPC has no Internet gateway."
    verb = "subnet is" if public == 1 else "subnets are"
    return (
        f"{public or 'No'} {verb} public: that means a route to the Internet gateway, and "
        "nothing else."
    )


def alternative(vpc: Vpc, title: str) -> str:
    """The text alternative: what is in which subnet."""
    parts_told = [f"Map of a VPC. {title}."]
    left = TOLD
    for part in (vpc, *peered(vpc).peers):
        for subnet in part.subnets:
            devices = [
                f"{interface.device} {interface.address}"
                for interface in part.interfaces
                if interface.subnet == subnet.name
            ]
            kind = "public" if part.is_public(subnet) else "private"
            devices_text = ", ".join(devices) if len(devices) <= left else f"{len(devices)} devices"
            left -= len(devices) if len(devices) <= left else 0
            if devices and len(part.subnets) <= TOLD:
                parts_told.append(
                    f"{kind.capitalize()} subnet {subnet.cidr}, zone {subnet.zone}: {devices_text}."
                )
    return " ".join([*parts_told, _sentence(vpc)])
