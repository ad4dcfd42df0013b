"""Ledger: what a balancer makes of a visit: a proxy's two connections, or a rewriter's one flow.

Each visit is a column that is read downwards, the request as it comes in: the addresses on every
stretch, boxed where a gateway changed them; a black bar where one connection ends and another
begins; a diamond where the same connection goes on. Below, what the server saw of the client.
"""

from __future__ import annotations

from vpcedu.draw.canvas.fonts import width_of
from vpcedu.draw.canvas.frame import TOP, footing, page
from vpcedu.draw.canvas.grid import PITCH, Cell, cell_items, title_of
from vpcedu.draw.canvas.scene import Band, Box, Line, Mark, Scene, Text
from vpcedu.draw.canvas.style import BOX, CONNECTION, DIAMOND, LABEL, MARGIN, NOTE, ROOM, WIDTH
from vpcedu.draw.reading.as_picture import picture
from vpcedu.draw.reading.legs import rewritings
from vpcedu.draw.reading.one_connection import stretches
from vpcedu.draw.reading.short_names import gateways
from vpcedu.hosts.host import Host
from vpcedu.hosts.web_server import requests_seen
from vpcedu.quoting import quoted
from vpcedu.row import NamedRow
from vpcedu.views.outcome import outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.draw.canvas.frame import Item
    from vpcedu.network.conversations import Conversation
    from vpcedu.sites.visit import Visit

    Fact = tuple[str, Cell | str]  # the name of a row and what one visit has there

GAP, NAMES = 16.0, 178.0  # between the columns; where the table's values begin
BAR, STRETCH = 36.0, 46.0  # heights: between two connections, of a stretch


class Side(NamedRow):
    """One visit, its connections, and the name of the device that ends or rewrites them."""

    visit: Visit
    talks: tuple[Conversation, ...]
    name: str

    @property
    def ends(self) -> bool:
        """Whether somebody ended the opener's connection and opened another."""
        return len(self.talks) > 1


@picture
def ledger(
    visit: Visit, beside: Visit | None = None, *, theme: str = "light", ax: Any = None
) -> Scene:
    """The connections that a balancer makes of a visit, and what the server sees of the client.

    beside: a second visit, to compare the two.
    """
    sides = tuple(map(side_of, (visit,) if beside is None else (visit, beside)))
    wide = (ROOM - GAP * (len(sides) - 1)) / len(sides)
    columns = [(MARGIN + (wide + GAP) * number, wide) for number in range(len(sides))]
    made = [_column(side, x, wide) for side, (x, wide) in zip(sides, columns, strict=True)]
    low = max(y for _, y in made)
    items: list[Item] = [Box(x, TOP, wide, low - TOP, "ink", "", BOX) for x, wide in columns]
    items += [item for column, _ in made for item in column]
    table, y = _table(sides, low + 26)
    sentence = " ".join(dict.fromkeys(map(_sentence, sides)))
    signs = (
        {"rewritten"}
        if any(rewritings(trace) for side in sides for trace in side.visit.capture)
        else set()
    )
    title = _title(sides)
    subtitle = "Read each column downwards: the request as it comes in. Boxed: rewritten."
    foot = footing(y, sentence, signs)
    return page(title, subtitle, [*items, *table], foot, _alternative(sides, title, sentence))


def side_of(visit: Visit) -> Side:
    """A visit with its connections and its balancer; ValueError where its capture is empty.

    The balancer is the device that ends the opener's connection, or the last one that passes it on
    behind the Internet gateway.
    """
    talks = visit.talks
    if not talks:
        raise ValueError(
            f"the capture of {quoted(visit.title)} holds no packet: expected at least one"
        )
    passes = [name for name in talks[0].passes if name not in gateways(visit.vpc)]
    return Side(visit, talks, passes[-1] if passes and len(talks) == 1 else talks[0].listener)


def _column(side: Side, x: float, wide: float) -> tuple[list[Item], float]:
    """The stretches of all connections, from top to bottom."""
    visit, talks, name = side
    kind = next((d.kind.kind_words for d in visit.vpc.devices if d.name == name), "")
    more = "another" if len(talks) == 2 else str(len(talks) - 1)
    does = "rewrites one connection, ends none" if name in talks[0].passes else "is where it ends"
    if side.ends:
        does = f"ends one connection, opens {more}"
    items: list[Item] = [
        Box(x, TOP, wide, 42, "ink", "faint-ground", BOX),
        Text(x + 10, TOP + 18, f"{name}: {kind}" if kind else name, "ink", LABEL, True),
        Text(x + 10, TOP + 35, does, "ink", NOTE),
    ]
    y, number = TOP + 42, 0
    for talk in talks:
        if talk is not talks[0]:
            items += [
                Band(x, y, wide, BAR - 8, "ink"),
                Text(
                    x + wide / 2,
                    y + 18,
                    f"connection {talk.number - 1} ends | connection {talk.number} begins",
                    "paper",
                    NOTE,
                    True,
                    "middle",
                ),
            ]
            y += BAR - 8
        rows = stretches(visit, talk)
        for place, (leg, fields) in enumerate(rows):
            number += 1
            words = f"{number}  {leg.start} to {leg.end}"
            items += [
                Text(x + 10, y + 19, words, "muted", NOTE),
                *_flow(x + 10, y + 37, leg.packet.flow, fields),
            ]
            y += STRETCH
            if place < len(rows) - 1 and leg.end == name:
                items += [
                    Line(((x + 20, y + 2), (x + 20, y + 26)), "ink", CONNECTION),
                    Mark("diamond", x + 20, y + 14, "rewritten", DIAMOND),
                    Text(x + 36, y + 18.5, "the same connection goes on", "ink", NOTE, True),
                ]
                y += BAR - 8
    return items, y + 6


def _flow(x: float, y: float, flow: object, fields: dict[str, str]) -> list[Item]:
    source, destination = flow.source, flow.destination  # type: ignore[attr-defined]
    items = cell_items(x, y, Cell(str(source), boxed=fields.get("from", "")), WIDTH)
    x += width_of(str(source), NOTE) + (12 if "from" in fields else 6)
    items.append(Text(x, y, ">", "muted", NOTE))
    return items + cell_items(
        x + (20 if "to" in fields else 16),
        y,
        Cell(str(destination), boxed=fields.get("to", "")),
        WIDTH,
    )


def _table(sides: tuple[Side, ...], y: float) -> tuple[list[Item], float]:
    """The same facts of every visit, side by side; what the server sees is lit."""
    facts = [dict(_facts(side)) for side in sides]
    names = list(dict.fromkeys(name for column in facts for name in column))
    room = (WIDTH - MARGIN - NAMES) / len(sides)
    items: list[Item] = [
        Text(NAMES + room * place, y, side.name, "muted", NOTE, True)
        for place, side in enumerate(sides)
    ]
    for name in names:
        y += PITCH
        lit = name.endswith(" sees")
        if lit:
            items.append(Box(MARGIN - 6, y - 16, ROOM + 12, PITCH, "ink", "lit-ground", BOX))
        items.append(Text(MARGIN + 2, y, name, "ink", NOTE, True))
        for place, column in enumerate(facts):
            value = column.get(name, Cell("-", "muted"))
            value = value if isinstance(value, Cell) else Cell(value)
            items += cell_items(
                NAMES + room * place, y, value._replace(ink="ink") if lit else value, room - 8
            )
    return items, y + 18


def _facts(side: Side) -> list[Fact]:
    """What the server saw of one visit."""
    visit = side.visit
    facts: list[Fact] = []
    seen = list(requests_seen(visit.capture))[-1:]
    asked = next(
        (t.packet.data for t in visit.capture if t.sender == visit.opener and t.packet.data), b""
    )
    for who, row in seen:
        whose = next(
            (device for device, address in _addresses(visit) if address == row.peer.address), ""
        )
        forwarded = row.request.header("X-Forwarded-For")
        facts += [
            (f"{who} sees", Cell(f"{row.peer}, {whose}".rstrip(", "), bold=True)),
            ("X-Forwarded-For", f"{forwarded} added" if forwarded else "none"),
            (
                "request's bytes",
                "as the client sent them"
                if bytes(row.request) == asked or visit.call.tls
                else "other bytes",
            ),
        ]
    return facts


def _addresses(visit: Visit) -> list[tuple[str, str]]:
    return [
        *((interface.device, interface.address) for interface in visit.vpc.interfaces),
        *((host.device, host.address) for host in visit.vpc.outside),
    ]


def _title(sides: tuple[Side, ...]) -> str:
    """Whom the server sees with each balancer."""
    parts = []
    for visit, _, name in sides:
        who, row = next(requests_seen(visit.capture), ("", None))
        shown = f"{who} sees {row.peer.address}" if row else outcome(visit).words
        whose = next(
            (d for d, address in _addresses(visit) if row and address == row.peer.address), ""
        )
        parts.append(f"{name}: {shown}" + (f" ({whose})" if whose else ""))
    return title_of(
        "; ".join(parts),
        "; ".join(part.partition(" (")[0] for part in parts),
        " and ".join(f"{len(side.talks)} by the {side.name}" for side in sides),
    )


def _sentence(side: Side) -> str:
    visit, talks, name = side
    hosts = {device.name for device in visit.vpc.devices if issubclass(device.kind, Host)}
    ends = [talk for talk in talks if name in (talk.opener, talk.listener)]
    if len(ends) > 1:
        chosen = next(
            (f"; port {t.flow.sport} is its own choice" for t in ends if t.opener == name), ""
        )
        return f"The {name} is an end of {len(ends)} connections{chosen}."
    if name in hosts:
        return f"{name} is the end of the connection."
    arrives = list(stretches(visit, talks[0]))[-1][0].packet.flow.sport
    own = "" if arrives == talks[0].flow.sport else f", as {arrives}"
    return (
        f"The {name} is not an end: {talks[0].opener}'s port {talks[0].flow.sport} arrives at "
        f"{talks[0].listener}{own}."
    )


def _alternative(sides: tuple[Side, ...], title: str, sentence: str) -> str:
    parts = [f"Ledger. {title}."]
    for side in sides:
        visit, talks, name = side
        parts.append(f"{name}, {visit.title}, {len(talks)} connection{'s'[: len(talks) - 1]}.")
        for talk in talks:
            flows = [str(leg.packet.flow) for leg, _ in stretches(visit, talk)]
            parts.append(
                f"Connection {talk.number}, {talk.opener} to {talk.listener}: {'; then '.join(flows)}."
            )
        parts += [
            f"{name}: {value.words if isinstance(value, Cell) else value}."
            for name, value in _facts(side)
        ]
    return " ".join([*parts, sentence])
