"""Row table: what is each row of a site needed for?

Rows are taken out one at a time, each from a site of its own whose health checks are running, as
they do in an account. They run for five minutes with every row there; then the row goes. A client
asks for the page at once, before any check can have noticed, and again five minutes later, when the
checks have judged the targets anew. Then the web server opens a connection itself. A puzzled person
mixes up these two: the page, and what web opens. Each cell of the table is the result of a visit
that was really simulated.

Simplified: a listener cannot be taken out while the site runs, so that row is missing from the
start.
"""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.flow import Endpoint
from vpcedu.quoting import quoted
from vpcedu.row import NamedRow
from vpcedu.sites.parts import API, PAGE
from vpcedu.sites.reference import NAT
from vpcedu.sites.row_kinds import listed
from vpcedu.sites.site import Site
from vpcedu.sites.visit import Visit
from vpcedu.tables.target_group import Listener

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.network.vpc import Vpc
    from vpcedu.row import Row

UPDATES = Endpoint(API, 443)
LINE = "{:>3} {:<46}{:<18}{}"
SETTLED = 310 * SECOND  # between two checks, which come every 30 s
LATER = 300 * SECOND  # two failed checks take a target out of service, in about a minute


class Less(NamedRow):
    """A row's number, the row (None: none), its words, and the visits as they go without it.

    first: the page, asked for as soon as the row is gone. page, update: both visits when health
    checks have had five minutes to notice.
    """

    number: int
    row: Row | None
    words: str
    first: Visit
    page: Visit
    update: Visit

    @property
    def came(self) -> tuple[str, str]:
        """What happened to the page and to the update, in words."""
        return _came(self.page), _came(self.update)

    @property
    def came_first(self) -> str:
        """What happened to the page before the health checks could notice."""
        return _came(self.first)


class RowTable(NamedRow):
    """The visits with every row there, and with one row less each time.

    `nat` has the numbers of the rows about the NAT.
    """

    whole: Less
    rows: tuple[Less, ...]
    nat: tuple[int, ...]

    def __str__(self) -> str:
        lines = [LINE.format("no.", "without this row", "page", "web's own update")]
        lines += [LINE.format("", "(every row there)", *self.whole.came)]
        lines += [LINE.format(one.number, one.words, *one.came) for one in self.rows]
        page = {one.number for one in self.rows if not one.page.outcome.works}
        update = {one.number for one in self.rows if not one.update.outcome.works}
        return "\n".join(
            [
                *lines,
                "",
                f"Rows that both need: {_list(page & update)}.",
                f"Only the page: {_list(page - update)}.",
                f"Only the update: {_list(update - page)}.",
                (
                    f"Rows about the NAT: {_list(set(self.nat))}. Of these the page needs "
                    f"{_list(page & set(self.nat))}."
                ),
                *self._first_minute(),
            ]
        )

    def _first_minute(self) -> list[str]:
        """What the page was like before the health checks noticed, where it was not the same."""
        other = [one for one in self.rows if one.came_first != one.came[0]]
        return [
            f"Page in the first minute: {words} without "
            f"{_list({one.number for one in other if one.came_first == words})}."
            for words in dict.fromkeys(one.came_first for one in other)
        ]


def one_row_less(site: Site) -> RowTable:
    """Run page and update with every row, and with each row taken out of a running site.

    Health checks have run for five minutes when the row is taken out. The page is asked for at once
    and five minutes later, and then web fetches its update. The site itself stays as it was.
    """
    rows = tuple(_without(site, number) for number in range(1, len(site.vpc.rows()) + 1))
    whole = Less(0, None, "", *_visits(site, None))
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
            f"{quoted(given)}: expected a row of this site, or a number from 1 to {len(rows)}"
        )
    return found


def without(site: Site, given: object) -> Less:
    """The visits without a row, which is given by its number or itself."""
    return _without(site, site.vpc.rows().index(row_of(site, given)) + 1)


def _without(site: Site, number: int) -> Less:
    row = site.vpc.rows()[number - 1]
    return Less(number, row, listed(row), *_visits(site, row))


def _visits(site: Site, row: Row | None) -> tuple[Visit, Visit, Visit]:
    """The page at once, the page later, and the update, after a row was taken out (None: none)."""
    site = site.without(row) if isinstance(row, Listener) else site.anew()
    site.start_checks()
    site.wait(SETTLED)
    if row in site.vpc.rows():
        site.network.replace(row, None)
        site.vpc = site.network.vpc
    gone = site.network.clock.now
    first = site.get(PAGE)
    site.wait(gone + LATER - site.network.clock.now)
    return first, site.get(PAGE), site.connect("web", *UPDATES)


def _about_nat(vpc: Vpc) -> tuple[Row, ...]:
    """The routes to the NAT, the rules of its groups, and its public address."""
    groups = {group for i in vpc.interfaces if i.device == "NAT" for group in i.groups}
    return (
        *(route for route in vpc.routes if route.target == "NAT"),
        *(rule for rule in vpc.group_rules if rule.group in groups),
        *(pair for pair in vpc.associations if pair.private == NAT),
    )


def _came(visit: Visit) -> str:
    """The outcome in a word or two; of a closed connection also whether it was closed at once."""
    seen = visit.outcome
    if seen.status and not seen.works:
        return str(seen.status)
    if seen.words == "closed" and seen.after is not None:
        return "closed at once" if seen.after < SECOND else f"closed, {seen.after // SECOND} s"
    return seen.said


def _list(numbers: set[int]) -> str:
    return ", ".join(map(str, sorted(numbers))) or "none"
