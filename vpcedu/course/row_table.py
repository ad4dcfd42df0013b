"""Row table: what is each row of a site needed for?

Take them out one at a time, and run two visits without each.

The visits are the two that a puzzled person mixes up: a page that is asked for from the Internet,
and a connection that the web server opens itself. Each cell of the table is the result of a visit
that was really simulated.
"""

from __future__ import annotations

from vpcedu.flow import Endpoint
from vpcedu.quoting import quoted
from vpcedu.row import NamedRow
from vpcedu.sites.parts import API, PAGE
from vpcedu.sites.reference import NAT
from vpcedu.sites.row_kinds import listed
from vpcedu.sites.site import Site
from vpcedu.sites.visit import Visit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.network.vpc import Vpc
    from vpcedu.row import Row

UPDATES = Endpoint(API, 443)
LINE = "{:>3}  {:<46}{:<14}{}"


class Less(NamedRow):
    """A row's number, the row (None: none), its words, and both visits as they go without it."""

    number: int
    row: Row | None
    words: str
    page: Visit
    update: Visit


class RowTable(NamedRow):
    """Both visits with every row there, and with one row less each time.

    `nat` has the numbers of the rows about the NAT.
    """

    whole: Less
    rows: tuple[Less, ...]
    nat: tuple[int, ...]

    def __str__(self) -> str:
        lines = [
            LINE.format("", "without this row", "page asked", "web fetches"),
            LINE.format("no.", "", "from outside", "its update"),
            LINE.format("", "(every row there)", _came(self.whole.page), _came(self.whole.update)),
        ]
        lines += [
            LINE.format(one.number, one.words, _came(one.page), _came(one.update))
            for one in self.rows
        ]
        page = {one.number for one in self.rows if not one.page.outcome.works}
        update = {one.number for one in self.rows if not one.update.outcome.works}
        return "\n".join(
            [
                *lines,
                "",
                f"Rows that both need: {_list(page & update)}.",
                f"Only the page: {_list(page - update)}.",
                f"Only the update: {_list(update - page)}.",
                f"Rows about the NAT: {_list(set(self.nat))}. Of these the page needs {_list(page & set(self.nat))}.",
            ]
        )


def one_row_less(site: Site) -> RowTable:
    """Run the page and the update once with every row, and once without each.

    The site stays as it was.
    """
    rows = tuple(_without(site, number) for number in range(1, len(site.vpc.rows()) + 1))
    whole = Less(0, None, "", *_both(site.vpc, site.seed))
    return RowTable(
        whole, rows, tuple(one.number for one in rows if one.row in _about_nat(site.vpc))
    )


def row_of(site: Site, given: object) -> Row:
    """A row, given by its number in the table or itself.

    ValueError where the site has no such row.
    """
    rows = site.vpc.rows()
    if isinstance(given, int) and not isinstance(given, bool):
        if not 1 <= given <= len(rows):
            raise ValueError(f"row {given}: expected a number from 1 to {len(rows)}")
        return rows[given - 1]
    found = next((row for row in rows if row == given), None)
    if found is None:
        raise ValueError(
            f"{quoted(given)} is no row of this site: expected a number from 1 to {len(rows)}"
        )
    return found


def without(site: Site, given: object) -> Less:
    """Both visits without a row, which is given by its number or itself."""
    return _without(site, site.vpc.rows().index(row_of(site, given)) + 1)


def _without(site: Site, number: int) -> Less:
    row = site.vpc.rows()[number - 1]
    return Less(number, row, listed(row), *_both(site.vpc.without(row), site.seed))


def _both(vpc: Vpc, seed: int) -> tuple[Visit, Visit]:
    return Site(vpc, seed).get(PAGE), Site(vpc, seed).connect("web", *UPDATES)


def _about_nat(vpc: Vpc) -> tuple[Row, ...]:
    """The routes to the NAT, the rules of its groups, and its public address."""
    groups = {group for i in vpc.interfaces if i.device == "NAT" for group in i.groups}
    return (
        *(route for route in vpc.routes if route.target == "NAT"),
        *(rule for rule in vpc.group_rules if rule.group in groups),
        *(pair for pair in vpc.associations if pair.private == NAT),
    )


def _came(visit: Visit) -> str:
    return visit.outcome.said


def _list(numbers: set[int]) -> str:
    return ", ".join(map(str, sorted(numbers))) or "none"
