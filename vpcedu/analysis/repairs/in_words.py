"""In words: the repairs of an answer, what else they open, and what is not proposed and why."""

from __future__ import annotations

from vpcedu.analysis import path
from vpcedu.views.text import fold, listed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.analysis.repairs.openings import Difference
    from vpcedu.analysis.repairs.search import Found
    from vpcedu.network.vpc import Vpc

NO_REPAIR = "No change was found that fixes it."
NOT_PROPOSED = "No repair is proposed:"
OPENS, OPENS_NOTHING = "It opens other paths too. {paths}.", "It opens no other path."
NOT_ALL = "{words} Not all paths of the network were compared."


def repaired(vpc: Vpc, found: Found, most: int) -> tuple[str, list[str]]:
    """The smallest repair under its heading, or why there is none.

    most: points that are named of a list; 0: they are counted.
    """
    if found.repairs is None:
        return (
            (NOT_PROPOSED, listed(found.refused, most=most or 1))
            if found.refused
            else (NO_REPAIR, [])
        )
    end = "tried: it works"
    if found.ends:
        row = path.leads(vpc, found.ends)
        end = f"tried: it leads to where the model ends, {found.ends.step.at}, {found.ends.step.check}"
        end += f" ({row})" if row else ""
    lines = [f"  {repair}" for repair in found.repairs]
    return f"The smallest repair ({end}):", lines + opened(found.difference, most)


def opened(difference: Difference | None, most: int) -> list[str]:
    """What else repairs open, in a sentence, folded."""
    if difference is None:
        return []
    words = OPENS_NOTHING
    if rows := difference.opened:
        named = [str(row) for row in rows[:most]]
        if len(rows) > most:
            named.append(f"{len(rows) - most} {'more ' * bool(most)}(--json has all)")
        words = OPENS.format(paths=". ".join(named))
    return [fold(words if difference.checked else NOT_ALL.format(words=words))]
