"""Site: who is where before anything is sent, and the rows that every packet will be held against.

The places are the map's. Below them stand the routes of each subnet, the rules of each group and the public
addresses; network ACLs only where they are not the two entries that allow everything.
"""

from __future__ import annotations

from vpcedu.draw.frame import footing, heading
from vpcedu.draw.map_ink import box_items, device_items, ground_items
from vpcedu.draw.map_places import places
from vpcedu.draw.scene import Scene, Text
from vpcedu.draw.style import MARGIN, NOTE, WIDTH
from vpcedu.lab.visit import Call, Visit
from vpcedu.tables.network_acl import ALLOW, ANY, IN, OUT
from vpcedu.trace import Capture
from vpcedu.views.description import describe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.draw.frame import Item
    from vpcedu.lab.site import Site
    from vpcedu.network.vpc import Vpc

    Rows = list[tuple[str, tuple[list[str], ...]]]  # whose, and the lines of each column behind it

COLUMNS = (MARGIN, 200.0, 424.0)
LINE = 21.0


def site_scene(site: Site) -> Scene:
    """The picture of a site without a packet."""
    vpc = site.vpc
    visit = Visit(Call("", "", 0), None, Capture(), vpc, site.seed)
    there = places(visit)
    there.boxes = {name: box._replace(met=True) for name, box in there.boxes.items()}
    items: list[Item] = [*heading("The site, before anything is sent", "Who is where; below, the rows that decide."),
                         *ground_items(there), *box_items(there), *device_items(visit, there)]
    y = there.bottom + 30
    for heads, rows in _tables(vpc):
        items += [Text(x, y, words, "muted", NOTE, True) for x, words in zip(COLUMNS, heads, strict=False)]
        for whose, cells in rows:
            items.append(Text(COLUMNS[0], y + LINE, whose, "ink", NOTE, True))
            for x, lines in zip(COLUMNS[1:], cells, strict=False):
                items += [Text(x, y + LINE * (n + 1), words, "ink", NOTE) for n, words in enumerate(lines)]
            y += LINE * max(map(len, cells))
        y += LINE + 11
    foot, height = footing(y - 14, (), _sentence(vpc), 1, set())
    told = (" ".join(line.split()) for line in describe(vpc).splitlines())
    alt = f"The site before anything is sent: {'; '.join(told)}."
    return Scene(WIDTH, height, (*items, *foot), "The site, before anything is sent", alt)


def _tables(vpc: Vpc) -> list[tuple[tuple[str, ...], Rows]]:
    """Heads and rows of each table; a row's cells hold one line or several."""
    return [(("routes of", "to", "lead to"), _routes(vpc)),
            (("security group of", "lets in", "lets out"), _groups(vpc)),
            (("public address of", "inside", "to the Internet"), _addresses(vpc))]


def _routes(vpc: Vpc) -> Rows:
    rows: Rows = []
    for subnet in vpc.subnets:
        kind, routes = "public" if vpc.is_public(subnet) else "private", vpc.routes_of(subnet)
        rows.append((f"{kind} {subnet.cidr}", ([row.destination for row in routes], [row.target for row in routes])))
    return rows


def _groups(vpc: Vpc) -> Rows:
    rows: Rows = []
    for row in (row for row in vpc.interfaces if row.groups):
        rules = [rule for rule in vpc.group_rules if rule.group in row.groups]
        ways = tuple([rule.what for rule in rules if rule.direction == way] or ["nothing"] for way in ("in", "out"))
        rows.append((f"{row.device}, {', '.join(row.groups)}", ways))
    return rows


def _addresses(vpc: Vpc) -> Rows:
    holders = {row.address: row.device for row in vpc.interfaces}
    return [(holders.get(row.private, "nobody"), ([row.private], [row.public])) for row in vpc.associations]


def _sentence(vpc: Vpc) -> str:
    """What the network ACLs do."""
    free = {(row.acl, row.direction) for row in vpc.acl_entries
            if (row.action, row.protocol, row.cidr) == (ALLOW, ANY, "0.0.0.0/0")}
    needed = {(subnet.network_acl, way) for subnet in vpc.subnets for way in (IN, OUT)}
    if free == needed and len(vpc.acl_entries) == len(free):
        return "The network ACLs let everything pass."
    return f"The network ACLs have {len(vpc.acl_entries)} entries of their own; print the site to read them."
