"""Described: who is where before anything is sent, and the rows that packets will be held against.

The places are the map's. Below them are the routes of each subnet, the rules of each group and
the public addresses; network ACLs only where they are not the two entries that allow everything.
"""

from __future__ import annotations

from vpcedu.draw.canvas.fonts import shorten
from vpcedu.draw.canvas.frame import footing, page
from vpcedu.draw.canvas.scene import Scene, Text
from vpcedu.draw.canvas.style import MARGIN, NOTE, WIDTH
from vpcedu.draw.maps.ink import box_items, device_items, ground_items
from vpcedu.draw.maps.layout import places
from vpcedu.draw.plan.scene_of import all_places, chip_items, host_items, peered
from vpcedu.draw.plan.scene_of import ground_items as plain_ground
from vpcedu.draw.reading.as_picture import picture
from vpcedu.draw.reading.short_names import cut_middle, in_full, renamed, short_names
from vpcedu.draw.reading.subnets import FEW
from vpcedu.network.record import Call
from vpcedu.sites.visit import Visit
from vpcedu.tables.network_acl import ALLOW, ANY, IN, OUT
from vpcedu.trace import Capture
from vpcedu.views.description import describe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.draw.canvas.frame import Item
    from vpcedu.network.vpc import Vpc
    from vpcedu.sites.site import Site

    Rows = list[tuple[str, tuple[list[str], ...]]]  # whose, and the lines of each column after it

COLUMNS = (MARGIN, 200.0, 424.0)
ROOMS = (176.0, 214.0, WIDTH - MARGIN - 424.0)
# of the tables; rows of each; lines of a row; letters of the alternative
LINE, MOST, LINES, TOLD = (21.0, 12, 6, 3_000)


@picture
def site(site: Site, *, theme: str = "light", ax: Any = None) -> Scene:
    """A site before anything is sent.

    It says who is where, and the rows that every packet will be checked against.
    """
    names = short_names(site.vpc)
    vpc = renamed(peered(site.vpc), names)
    ground, bottom = _places(vpc) if len(vpc.subnets) <= FEW and not vpc.peers else _plain(vpc)
    title = "The site, before anything is sent"
    items: list[Item] = [*ground]
    y = bottom + 30
    for heads, rows in _tables(vpc):
        items += [
            Text(x, y, words, "muted", NOTE, True) for x, words in zip(COLUMNS, heads, strict=False)
        ]
        for whose, all_lines in rows[:MOST]:
            cells = [_few(lines) for lines in all_lines]
            items.append(
                Text(
                    COLUMNS[0], y + LINE, cut_middle(whose, NOTE, ROOMS[0], True), "ink", NOTE, True
                )
            )
            for x, room, lines in zip(COLUMNS[1:], ROOMS[1:], cells, strict=False):
                items += [
                    Text(x, y + LINE * (n + 1), shorten(words, NOTE, room), "ink", NOTE)
                    for n, words in enumerate(lines)
                ]
            y += LINE * max(map(len, cells))
        if len(rows) > MOST:
            y += LINE
            more = f"and {len(rows) - MOST} more: print the site to read them"
            items.append(Text(COLUMNS[0], y, more, "muted", NOTE))
        y += LINE + 11
    subtitle = "Which host is where; below that, the rules that decide."
    foot = footing(y - 14, _sentence(vpc), lines=1)
    return in_full(page(title, subtitle, items, foot, _alternative(vpc)), names)


def _few(lines: list[str]) -> list[str]:
    """The lines of a cell; of many the first, and how many there are."""
    return (
        lines
        if len(lines) <= LINES
        else [*lines[: LINES - 1], f"and {len(lines) - LINES + 1} more"]
    )


def _places(vpc: Vpc) -> tuple[list[Item], float]:
    """The places of a visit's map, and their lower edge.

    Everything counts as if a packet had met it.
    """
    visit = Visit(Call("", "", 0), None, Capture(), vpc, 0)
    there = places(visit)
    there.boxes = {name: box._replace(met=True) for name, box in there.boxes.items()}
    return [*ground_items(there), *box_items(there), *device_items(visit, there)], there.bottom


def _plain(vpc: Vpc) -> tuple[list[Item], float]:
    plans = all_places(vpc)
    return [*plain_ground(plans), *chip_items(plans), *host_items(vpc)], plans[-1].bottom


def _alternative(vpc: Vpc) -> str:
    lines_text = "; ".join(" ".join(line.split()) for line in describe(vpc).splitlines())
    if len(lines_text) > TOLD:
        lines_text = lines_text[:TOLD].rpartition("; ")[0] + "; the printed site has the rest"
    return f"The site before anything is sent: {lines_text}."


def _tables(vpc: Vpc) -> list[tuple[tuple[str, ...], Rows]]:
    """Heads and rows of each table; a row's cells hold one line or several."""
    return [
        (("routes of", "to", "lead to"), _routes(vpc)),
        (("security group of", "allows in", "allows out"), _groups(vpc)),
        (("public address of", "inside", "to the Internet"), _addresses(vpc)),
    ]


def _routes(vpc: Vpc) -> Rows:
    rows: Rows = []
    for subnet in vpc.subnets:
        kind, routes = "public" if vpc.is_public(subnet) else "private", vpc.routes_of(subnet)
        rows.append(
            (
                f"{kind} {subnet.cidr}",
                ([row.destination for row in routes], [row.target for row in routes]),
            )
        )
    return rows


def _groups(vpc: Vpc) -> Rows:
    rows: Rows = []
    for row in (interface for interface in vpc.interfaces if interface.groups):
        rules = [rule for rule in vpc.group_rules if rule.group in row.groups]
        cells = tuple(
            [rule.what for rule in rules if rule.direction == direction] or ["nothing"]
            for direction in ("in", "out")
        )
        rows.append((f"{row.device}, {', '.join(row.groups)}", cells))
    return rows


def _addresses(vpc: Vpc) -> Rows:
    holders = {interface.address: interface.device for interface in vpc.interfaces}
    return [
        (holders.get(association.private, "nobody"), ([association.private], [association.public]))
        for association in vpc.associations
    ]


def _sentence(vpc: Vpc) -> str:
    """What the network ACLs do."""
    free = {
        (entry.acl, entry.direction)
        for entry in vpc.acl_entries
        if (entry.action, entry.protocol, entry.cidr) == (ALLOW, ANY, "0.0.0.0/0")
    }
    needed = {(subnet.network_acl, direction) for subnet in vpc.subnets for direction in (IN, OUT)}
    if free == needed and len(vpc.acl_entries) == len(free):
        return "The network ACLs allow everything."
    return f"The network ACLs have {len(vpc.acl_entries)} entries of their own; print the site to read them."
