"""Exercises of lesson 01: how an answer is played and judged, and a worked solution of each."""

from __future__ import annotations

from vpcedu.gateways.internet_gateway import Association
from vpcedu.sites.lone_server import (
    NAT_PUBLIC,
    PUBLIC,
    TABLE,
    URL,
    lone_server,
    seen_as,
)
from vpcedu.sites.parts import IGW, UPDATES
from vpcedu.sites.row_kinds import as_a
from vpcedu.sites.site import Site
from vpcedu.tables.route_table import Route
from vpcedu.tables.traffic import ANYWHERE
from vpcedu.views.outcome import blocker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.network.vpc import Vpc
    from vpcedu.sites.visit import Visit


def one_visitor(given: object) -> str:
    """01.1: the visitor's answers by the Internet gateway, all else by the NAT."""
    row = as_a(given, Route)
    if row is None:
        raise ValueError(f"{given!r}: expected a Route, like Route('{TABLE}', '10.9.0.0/16', 'NAT')")
    if row.table != TABLE:
        return f"Not yet. A row of {row.table!r} says nothing about what leaves web: its subnet follows '{TABLE}'."
    if row.destination == ANYWHERE:
        return (f"Not yet. {ANYWHERE} is there already, and a table holds one route for a destination. Which"
                " destination do web's answers to this visitor have?")
    vpc = lone_server("NAT").vpc.with_row(row)
    page, update = Site(vpc).get(URL), Site(vpc).connect("web", UPDATES, 443)
    if not page.outcome.works:
        return f"Not yet. With {row} the client sees '{page.symptom}'{_where(page)}."
    if seen_as(update) != NAT_PUBLIC:
        return (f"Not yet. The page comes, but the update server sees {seen_as(update) or 'nothing'}, not"
                f" {NAT_PUBLIC}. Your row takes more than the visitor.")
    return (f"Right. With {row} web's answers to the visitor find a longer prefix than {ANYWHERE}, and the update"
            f" server still sees {NAT_PUBLIC}. {_kind(vpc)}")


ONE_VISITOR = """from vpcedu.tables.route_table import Route

# The longest prefix that holds the destination wins. The answers go to the visitor, so a route for the
# visitor's address alone is enough; 203.0.113.0/24 would do too. By AWS's definition the subnet is public now.
row = Route("rtb-web", "203.0.113.10/32", "Internet gateway")
"""


def out_but_not_in(given: object) -> str:
    """01.2: web has the route and no address; it shall reach the update server, and nobody shall reach it."""
    site = lone_server(IGW, public=False)
    route = as_a(given, Route)
    row = route or as_a(given, Association)
    if row is None:
        raise ValueError(f"{given!r}: expected a Route or an Association")
    if route is not None and (route.table, route.destination) == (TABLE, ANYWHERE):
        vpc = site.vpc.replace(Route(TABLE, ANYWHERE, IGW), route)
    else:
        vpc = site.vpc.with_row(row)
    update = Site(vpc).connect("web", UPDATES, 443)
    if not update.outcome.works:
        return f"Not yet. With {row} web sees '{update.symptom}'{_where(update)}."
    address = next((a.public for a in vpc.associations if a.private not in ("10.0.0.20",)), PUBLIC)
    visitor = Site(vpc).get(f"http://{address}/")
    if visitor.outcome.works:
        return (f"Not yet. web fetches its update, as {seen_as(update)}; but now a visitor of {address} gets '"
                f"{visitor.symptom}'. An address of its own works in both directions. Whose address could web borrow?")
    return (f"Right. With {row} web fetches its update, as {seen_as(update)}, and a visitor of {address} gets"
            f" '{visitor.symptom}'{_where(visitor)}.")


OUT_BUT_NOT_IN = """from vpcedu.tables.route_table import Route

# Behind a NAT web borrows the NAT's public address, and only for connections that it opens. This row takes
# the place of the one to the Internet gateway; and so the subnet becomes a private one.
row = Route("rtb-web", "0.0.0.0/0", "NAT")
"""


def _kind(vpc: Vpc) -> str:
    public = vpc.is_public(vpc.subnets[1])
    return f"And the subnet is {'public now: it has a route to the Internet gateway' if public else 'still private'}."


def _where(visit: Visit) -> str:
    """Where the first packet was lost, and why."""
    stop = blocker(visit)
    return f": {stop[1].before.flow} is lost at {stop[1].at}, {stop[1].check}: {stop[1].reason}" if stop else ""
