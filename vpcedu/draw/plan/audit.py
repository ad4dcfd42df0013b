"""Audit: a VPC's map with what the Internet reaches and its ports; below, who reaches what.

An arrow comes from the Internet to each device that somebody out there reaches, by itself or as a
balancer's node; the ports stand where it begins. A letter on a box is a row of the table below:
what is reached there, and from where.
"""

from __future__ import annotations

from vpcedu.analysis.ends import SOMEONE
from vpcedu.draw.canvas.fonts import shorten, width_of
from vpcedu.draw.canvas.frame import footing, page
from vpcedu.draw.canvas.grid import Cell, head_items, row_items, title_of
from vpcedu.draw.canvas.scene import Line, Mark, Scene, Text
from vpcedu.draw.canvas.style import (
    BADGE,
    CROSS,
    DIAMOND,
    DOTS,
    LONG_DASH,
    MARGIN,
    NOTE,
    PACKET,
    ROOM,
)
from vpcedu.draw.plan.layout import BAND, GATEWAY, TALL, Chip, Plain, counted
from vpcedu.draw.plan.scene_of import all_places, chip_items, ground_items
from vpcedu.draw.reading.as_picture import picture
from vpcedu.draw.reading.short_names import cut_middle, in_full, renamed, short_names
from vpcedu.row import NamedRow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.analysis.audit_report import Audit
    from vpcedu.draw.canvas.frame import Item

COLUMNS = (44.0, 220.0, 320.0)  # of the table: what is reached, on which ports, by whom
PITCH, MOST, TOLD = 23.0, 12, 24  # of its rows; rows shown; rows that the text alternative has
LETTERS = "ABCDEFGHIJKL"
LANE = 18.0  # between two arrows
BADGES = 4  # letters that a box has room for
LAST_PORT, EVERY = 65_535, "every port"
NOBODY = "Nobody reaches anything: no rules allow a connection in and its answer out."
UNTOLD = "Who reaches what cannot be known: the files do not say enough."
FEW = 4  # names that the text alternative gives of a row


class ReachRow(NamedRow):
    """A row: the devices reached, and from where.

    ports: in words. sources: devices inside that reach them. outside: who does from outside, and by
    what name of a balancer with what outcome ("" where no name leads there). works: whether answers
    come.
    """

    devices: tuple[str, ...]
    ports: str
    sources: tuple[str, ...]
    outside: tuple[str, ...]
    words: str = ""
    works: bool = True


@picture
def audit(audit: Audit, *, theme: str = "light", ax: Any = None) -> Scene:
    """What the Internet reaches in a VPC, on its map; below it, who reaches what inside."""
    names = short_names(audit.vpc)
    vpc = renamed(audit.vpc, names)
    rows = [
        row._replace(devices=renamed(row.devices, names), sources=renamed(row.sources, names))
        for row in reaches(audit)
    ]
    plans = all_places(vpc._replace(outside=()))
    shown = rows[:MOST]
    entries = {
        name: entry
        for name in {name for row in rows for name in row.devices}
        if (entry := _entry(rows, name))
    }
    letters = {
        chip: [LETTERS[i] for i, row in enumerate(shown) if set(row.devices) & set(chip.names)]
        for plain in plans
        for chip in plain.chips
    }
    room = (BADGES * 20.0) if any(letters.values()) else 0.0
    marked = {
        name: "outside" for name, entry in entries.items() if any(works for _, works in entry)
    }
    items = [
        *ground_items(plans),
        *chip_items(plans, marked, room),
        *_arrows(plans, entries),
        *_badges(letters),
    ]
    table, y = _table(
        shown, len(rows) - len(shown), plans[-1].bottom + 26, UNTOLD if audit.untold else NOBODY
    )
    sentence = _sentence(audit)
    lost = any(not works for entry in entries.values() for _, works in entry)
    signs = {sign for sign, there in (("outside", marked), ("dropped", lost)) if there}
    total = len({interface.device for interface in vpc.interfaces})
    title = title_of(f"The Internet reaches {len(marked) or 'none'} of {counted(total, 'device')}")
    if audit.unknown:
        title = title_of(
            f"{counted(len(audit.unknown), 'thing')} cannot be known; as far as the files say:"
        )
    subtitle = (
        "Arrows: from anyone, or from a block that a rule names, with the ports. Letters: the "
        "lines below."
    )
    alt = _alternative(vpc.cidr, title, rows, sentence)
    return in_full(page(title, subtitle, [*items, *table], footing(y, sentence, signs), alt), names)


def reaches(audit: Audit) -> list[ReachRow]:
    """The rows of an audit by devices.

    A balancer's name comes first, then what the Internet reaches, then the rest.
    """
    device = {interface.id: interface.device for interface in audit.vpc.interfaces}
    by_address = {row.address: row.device for row in audit.vpc.interfaces}
    private = {association.public: association.private for association in audit.vpc.associations}
    rows = []
    for name, port, outcome, *_ in (row for row in audit.balancers if not row.path):
        addresses = next(record.addresses for record in audit.vpc.names if record.name == name)
        nodes = dict.fromkeys(
            by_address.get(private.get(address, address), "") for address in addresses
        )
        rows.append(
            ReachRow(
                tuple(filter(None, nodes)),
                str(port),
                (),
                (SOMEONE,),
                f"{outcome.said}, as {name}",
                outcome.works,
            )
        )
    for row in audit.reached:
        outside = tuple(name for name in row.sources if name not in device)
        rows.append(
            ReachRow(
                tuple(dict.fromkeys(device[name] for name in row.destinations)),
                port_words(row.ports),
                tuple(dict.fromkeys(device[name] for name in row.sources if name in device)),
                outside,
            )
        )
    return sorted(
        rows, key=lambda row: (not row.words, SOMEONE not in row.outside, not row.outside)
    )


def port_words(ranges: tuple[tuple[int, int], ...]) -> str:
    """Ranges of ports in words: "80, 443", "1024-65535", "every port"."""
    if ranges == ((1, LAST_PORT),):
        return EVERY
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges)


def _entry(rows: list[ReachRow], name: str) -> list[tuple[str, bool]]:
    """The words with which arrows come from the Internet to a device, and whether it answers.

    There is at most one arrow from anyone and one from a block.
    """
    mine = [row for row in rows if name in row.devices and row.outside]
    anyone = [row for row in mine if SOMEONE in row.outside]
    works = any(row.works for row in anyone)
    ports = ", ".join(dict.fromkeys(row.ports for row in anyone))
    some = ", ".join(dict.fromkeys(row.ports for row in mine if SOMEONE not in row.outside))
    return [(ports, works)] * bool(ports) + [(f"{some} (a block)", True)] * bool(some)


def _arrows(plans: list[Plain], entries: dict[str, list[tuple[str, bool]]]) -> list[Item]:
    """Arrows from the Internet through the gateway to the boxes.

    An arrow without an answer ends in the gateway.
    """
    items: list[Item] = []
    taken: list[float] = []
    for chip in sorted(
        (chip for plain in plans for chip in plain.chips), key=lambda chip: (chip.column, chip.y)
    ):
        entry = list(
            dict.fromkeys(arrow for name in chip.names for arrow in entries.get(name, ()))
        )[:2]
        for number, (words, works) in enumerate(entry):
            y = chip.y + TALL / 2 + (number - (len(entry) - 1) / 2) * LANE
            free = [
                level
                for level in (y, y + LANE, y - LANE)
                if all(abs(level - other) >= LANE for other in taken)
            ]
            if free and (chip.column == 0 or not works):  # what finds no room is in the rows
                taken.append(free[0])
                items += _arrow(free[0], chip.left if works else 0.0, words, chip.ends)
    return items


def _arrow(y: float, end: float, words: str, ends: bool) -> list[Item]:
    """One arrow with its ports; end 0: no answer comes out."""
    gate = sum(GATEWAY) / 2
    ink = "outside" if end else "dropped"
    text = Text(
        BAND[1] - 6, y + 4.5, shorten(words, NOTE, BAND[1] - BAND[0] - 14), ink, NOTE, False, "end"
    )
    if not end:
        return [
            text,
            Line(((BAND[1], y), (gate, y)), "muted", PACKET, DOTS),
            Mark("cross", gate, y, "dropped", CROSS),
        ]
    return [
        text,
        Line(((BAND[1], y), (end, y)), "outside", PACKET, LONG_DASH, "solid" if ends else ""),
        Mark("diamond", gate, y, "rewritten", DIAMOND),
    ]


def _badges(letters: dict[Chip, list[str]]) -> list[Item]:
    """The letters of each box's rows, at its right."""
    items: list[Item] = []
    for chip, own in letters.items():
        many = len(own) > BADGES
        shown = own[: BADGES - 1] if many else own
        items += (
            [Text(chip.right - 9, chip.y + 23, "...", "ink", NOTE, False, "end")] if many else []
        )
        right = chip.right - (35 if many else 15)
        items += [
            Mark("square", right - 20 * place, chip.y + TALL / 2, "ink", BADGE, letter)
            for place, letter in enumerate(reversed(shown))
        ]
    return items


def _table(rows: list[ReachRow], more: int, y: float, nobody: str) -> tuple[list[Item], float]:
    """One row for each letter: what is reached, on which ports, by whom."""
    items: list[Item] = (
        head_items(y, COLUMNS, ("reached", "ports", "from"))
        if rows
        else [Text(MARGIN, y, nobody, "ink", NOTE)]
    )
    for letter, row in zip(LETTERS, rows, strict=False):
        y += PITCH
        room = COLUMNS[1] - COLUMNS[0] - 10
        who = _in_words(row.devices, room)
        source = ", ".join(
            [*_outside_words(row), *([_in_words(row.sources, ROOM)] if row.sources else [])]
        )
        inside = "outside" if row.outside else "ink"
        ink = inside if row.works else "dropped"
        items += [
            Mark("square", MARGIN + BADGE, y - 4.5, "ink", BADGE, letter),
            *row_items(y, COLUMNS, (Cell(who, bold=True), row.ports, Cell(source, ink))),
        ]
    if more:
        y += PITCH
        items.append(
            Text(
                COLUMNS[0],
                y,
                f"{counted(more, 'more line')}: see the audit's text",
                "muted",
                NOTE,
            )
        )
    return items, y + 18


def _outside_words(row: ReachRow) -> list[str]:
    """Who reaches it from outside, in words."""
    if row.words:
        return [f"the Internet: {row.words}"]
    blocks = [name for name in row.outside if name != SOMEONE]
    return ["the Internet"] * (SOMEONE in row.outside) or blocks


def _in_words(names: tuple[str, ...], room: float) -> str:
    """Names, as many as there is room for, or how many they are."""
    words = ", ".join(names)
    if len(names) <= 3 and width_of(words, NOTE, True) <= room:
        return words
    return cut_middle(words, NOTE, room, True) if len(names) == 1 else counted(len(names), "device")


def _sentence(audit: Audit) -> str:
    """What the arrows and rows mean, and how many rows of the description do nothing."""
    useless = len(audit.findings)
    more = (
        f" Of the VPC's rules, entries and tables {useless} {'does' if useless == 1 else 'do'} "
        "nothing, or too little."
    )
    return "Reached: a TCP connection gets in, and its answer gets out." + (more if useless else "")


def _few(names: tuple[str, ...]) -> str:
    return (
        ", ".join(names)
        if len(names) <= FEW
        else f"{', '.join(names[:FEW])} and {len(names) - FEW} more"
    )


def _alternative(cidr: str, title: str, rows: list[ReachRow], sentence: str) -> str:
    sentences = [
        f"{_few(row.devices)} on {'' if row.ports == EVERY else 'port '}{row.ports} from"
        f" {_few((*_outside_words(row), *row.sources))}."
        for row in rows[:TOLD]
    ]
    return " ".join([f"Audit of VPC {cidr}. {title}.", *sentences, sentence])
