"""Draw: a visit as a picture, made from its capture and from nothing else.

`ladder` shows every packet in the order of time, `map` where packets go or who opens connections, or a VPC alone,
`audit` what the Internet reaches in one, `filters` every check of a round trip, `table` the table that decided about a
packet, `header` what a gateway changes in it, `ledger` the two connections of a proxy beside the one flow of a Network
Load Balancer, `states` one end's way through TCP's states, `clocks` who forgets a silent connection when, `handshake`
a connection's opening to scale, `ports` how many ephemeral ports a load takes, `site` who is where before anything is
sent, `translations` a NAT's table as time goes by, `sides` what a balancer gets and what it sends on, `ways` the same
moment by several ways, `beside` what a kernel sent beside what the model sends. All give a Picture, which a notebook
shows by itself. A scene (pure data) is laid out first and painted by matplotlib when someone looks; importing this
package does not import matplotlib.
"""

from __future__ import annotations

from vpcedu.draw.audit_layout import audit_scene
from vpcedu.draw.beside_layout import beside_scene
from vpcedu.draw.clocks_layout import clocks_scene
from vpcedu.draw.filters_layout import filters_scene
from vpcedu.draw.handshake_layout import handshake_scene
from vpcedu.draw.header_layout import header_scene
from vpcedu.draw.ladder_layout import ladder_scene
from vpcedu.draw.ledger_layout import ledger_scene
from vpcedu.draw.map_layout import map_scene
from vpcedu.draw.picture import Picture
from vpcedu.draw.plain_layout import plain_scene
from vpcedu.draw.ports_layout import ports_scene
from vpcedu.draw.sides_layout import sides_scene
from vpcedu.draw.site_layout import site_scene
from vpcedu.draw.states_layout import states_scene
from vpcedu.draw.table_layout import table_scene
from vpcedu.draw.translations_layout import translations_scene
from vpcedu.draw.ways_layout import ways_scene

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from vpcedu.lab.auditing import Audit
    from vpcedu.lab.load import PortUse
    from vpcedu.lab.opening import Handshake
    from vpcedu.lab.site import Site
    from vpcedu.lab.translating import Story
    from vpcedu.lab.visit import Visit
    from vpcedu.lab.witness import Beside
    from vpcedu.network.vpc import Vpc

__all__ = ["Picture", "audit", "clocks", "filters", "handshake", "header", "ladder", "ladder_scene", "ledger", "map",
           "map_scene", "ports", "sides", "site", "states", "table", "translations", "ways"]


def ladder(visit: Visit, packet: int | None = None, every: bool | None = None, *, theme: str = "light",
           ax: Any = None) -> Picture:
    """Every packet of a visit as an arrow between lifelines; with `packet`, up to that one, which is lit.

    every: one row for each packet (True), or ACKs left out and closings folded (False); None: True where a packet
    is chosen. theme: light or dark. ax: matplotlib Axes to paint on. ValueError for a number the capture has not.
    """
    return Picture(ladder_scene(visit, packet, every), theme, ax)


def map(visit: Visit | Vpc, packet: int | None = None, arrows: str = "packets", *, theme: str = "light",
        ax: Any = None) -> Picture:
    """The VPC with the hops of one request and its answer, or of one packet, or with who opens connections; of a VPC
    in the place of a visit: who stands where.

    arrows: packets or connections; both pictures have the same places and the same size. theme: light or dark.
    ax: matplotlib Axes to paint on. ValueError for a number the capture has not, or another word for arrows.
    """
    from vpcedu.network.vpc import Vpc

    scene = plain_scene(visit) if isinstance(visit, Vpc) else map_scene(visit, packet, arrows)
    return Picture(scene, theme, ax)


def audit(audit: Audit, *, theme: str = "light", ax: Any = None) -> Picture:
    """What the Internet reaches in a VPC, on its map, and who reaches what inside, in rows below.

    theme: light or dark. ax: matplotlib Axes to paint on.
    """
    return Picture(audit_scene(audit), theme, ax)


def handshake(visit: Handshake, *, theme: str = "light", ax: Any = None) -> Picture:
    """The opening of a connection, to scale: every segment, every wait, the state of each end.

    theme: light or dark. ax: matplotlib Axes to paint on.
    """
    return Picture(handshake_scene(visit), theme, ax)


def ports(use: PortUse, *, theme: str = "light", ax: Any = None) -> Picture:
    """Ephemeral ports in use over ten minutes, towards each destination and all together, against the limit.

    theme: light or dark. ax: matplotlib Axes to paint on.
    """
    return Picture(ports_scene(use), theme, ax)


def site(site: Site, *, theme: str = "light", ax: Any = None) -> Picture:
    """A site before anything is sent: who is where, and the rows that every packet will be held against.

    theme: light or dark. ax: matplotlib Axes to paint on.
    """
    return Picture(site_scene(site), theme, ax)


def header(visit: Visit, packet: int | None = None, at: str | None = None, *, theme: str = "light",
           ax: Any = None) -> Picture:
    """A packet's header before and after the gateway `at` rewrote it; None: the first rewriting there is.

    theme: light or dark. ax: matplotlib Axes to paint on. ValueError where that packet was not rewritten there.
    """
    return Picture(header_scene(visit, packet, at), theme, ax)


def table(visit: Visit, packet: int | None = None, at: str | None = None, check: str | None = None, *,
          theme: str = "light", ax: Any = None) -> Picture:
    """The table that was asked about a packet at a device, with the row that decided lit.

    check: one of trace.CHECKS. packet None: the one that was lost, or else the answer; at or check None: the step
    that lost it, or else the route. theme: light or dark. ax: matplotlib Axes to paint on. ValueError where no table
    was asked there; it names where one was.
    """
    return Picture(table_scene(visit, packet, at, check), theme, ax)


def filters(visit: Visit, connection: int | None = None, *, theme: str = "light", ax: Any = None) -> Picture:
    """Every check that a connection's packet and its answer meet, in order; the one that drops is lit.

    connection: its number; None: the one that lost a packet, or else the last. theme: light or dark. ax: matplotlib
    Axes to paint on. ValueError for a number that there is not.
    """
    return Picture(filters_scene(visit, connection), theme, ax)


def ledger(visit: Visit, beside: Visit | None = None, *, theme: str = "light", ax: Any = None) -> Picture:
    """The connections that a balancer makes of a visit: ports, states, bytes; with `beside`, two visits compared.

    theme: light or dark. ax: matplotlib Axes to paint on.
    """
    return Picture(ledger_scene(visit, beside), theme, ax)


def states(visit: Visit, connection: int = 1, who: str | None = None, changes: int | None = None, *,
           theme: str = "light", ax: Any = None) -> Picture:
    """The diagram of TCP's states with the way of one end of a connection, after so many changes; None: all.

    who: the opener (None) or the listener. theme: light or dark. ax: matplotlib Axes to paint on. ValueError for a
    connection, an end or a number of changes that there is not.
    """
    return Picture(states_scene(visit, connection, who, changes), theme, ax)


def clocks(visit: Visit, *, theme: str = "light", ax: Any = None) -> Picture:
    """The idle clocks of every party of a visit that fell silent: who forgets when, who hears what.

    theme: light or dark. ax: matplotlib Axes to paint on. ValueError where no connection was silent for 10 s.
    """
    return Picture(clocks_scene(visit), theme, ax)


def translations(story: Story, *, theme: str = "light", ax: Any = None) -> Picture:
    """The table of a NAT gateway as time goes by: each row from its first packet to its removal, and who spoke last.

    theme: light or dark. ax: matplotlib Axes to paint on.
    """
    return Picture(translations_scene(story), theme, ax)


def sides(visit: Visit, *, theme: str = "light", ax: Any = None) -> Picture:
    """What the opener sends and what of it reaches the server, with the balancer between; whose address, which bytes.

    theme: light or dark. ax: matplotlib Axes to paint on.
    """
    return Picture(sides_scene(visit), theme, ax)


def beside(both: Beside, row: int | None = None, *, theme: str = "light", ax: Any = None) -> Picture:
    """Two ladders of one scenario: a Linux kernel's recording and the model's run; `row` is lit.

    row None: the first that differs. theme: light or dark. ax: matplotlib Axes to paint on. ValueError for a row that
    there is not.
    """
    return Picture(beside_scene(both, row), theme, ax)


def ways(visits: Mapping[str, Visit], name: str, packet: int, *, theme: str = "light", ax: Any = None) -> Picture:
    """Several visits at the moment of one packet of the visit called `name`, in strips under the same columns.

    theme: light or dark. ax: matplotlib Axes to paint on. ValueError for a name or a number that there is not.
    """
    return Picture(ways_scene(visits, name, packet), theme, ax)
