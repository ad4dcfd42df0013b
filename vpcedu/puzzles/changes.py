"""Changes: what can happen to each row of a description.

It is taken out, or changed as people change rows.

A what-if is one of these, a new network, and the visit simulated again. They come from the two
catalogues that puzzles use: `faults`, what is done wrong, and `remedies`, what might fix it; so
nothing here knows what will come of a change.
"""

from __future__ import annotations

from vpcedu.analysis.change import Repair
from vpcedu.analysis.faults import faults
from vpcedu.puzzles.remedies import remedies
from vpcedu.sites.row_kinds import kind_of, said
from vpcedu.sites.site import Site

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.analysis.ends import Question
    from vpcedu.network.vpc import Vpc

    Changes = dict[str, dict[str, Repair]]


def changes(vpc: Vpc, question: Question, first: tuple[Repair, ...] = ()) -> Changes:
    """For each row in words: what may happen to it in words, and the Repair that does it.

    Rows that may be added are under the name of their table, such as "a new rule of sg-web".
    first: repairs to be offered before all others.
    """
    found: Changes = {}
    removals = (Repair(row, None) for row in vpc.rows())
    for repair in dict.fromkeys(
        (*first, *removals, *faults(vpc, question), *remedies(vpc, question))
    ):
        if repair.row != repair.new:
            found.setdefault(_place(repair), {}).setdefault(repair.effect, repair)
    return found


def changed(site: Site, repair: Repair | None) -> Site:
    """The same site, not visited yet, with a row changed.

    ValueError where AWS would refuse the description.
    """
    return (
        Site(repair.apply(site.vpc), site.seed, site.network.link.anew()) if repair else site.anew()
    )


def _place(repair: Repair) -> str:
    """What a change is filed under: the row, or for a new row its table."""
    if repair.row is not None:
        return said(repair.row)
    return kind_of(repair.new).new.format(row=repair.new) if repair.new is not None else ""
