"""Symptoms: who sends what a person sees, where to look then, and which lesson has more of it.

Each line of the card is a run: who sent the last word is read from its packets.
"""

from __future__ import annotations

from vpcedu.packet import FIN, RST
from vpcedu.puzzles.puzzle import puzzle
from vpcedu.row import NamedRow
from vpcedu.scenarios.catalogue import SCENARIOS, scenario
from vpcedu.sites.parts import PAGE
from vpcedu.sites.reference import TARGETS, reference_architecture
from vpcedu.sites.reference_proxies import WEBS, proxy_site
from vpcedu.sites.visit import Visit
from vpcedu.views.outcome import WORKS
from vpcedu.views.text import fold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

NOBODY, SURPRISES = "nobody", "it works, and surprises"


class CardLine(NamedRow):
    """What a person sees, where to look then, the lesson, and a run that shows it."""

    sees: str
    look: str
    lesson: str
    run: Callable[[], Visit]


CARD = (
    CardLine(
        "refused",
        "does a program listen there?",
        "02",
        lambda: proxy_site("network", WEBS[1]).get(PAGE),
    ),
    CardLine(
        "timed out",
        "filters, routes, both ways; a queue",
        "04",
        lambda: puzzle(5).visit,
    ),
    CardLine(
        "reset",
        "idle timeouts: a table forgot",
        "09",
        lambda: scenario("nat-gateway-resets").visit(),
    ),
    CardLine(
        "closed",
        "the target behind a TCP listener",
        "06",
        lambda: scenario("connected-then-closed").visit(),
    ),
    CardLine(
        "502 Bad Gateway",
        "the target refuses or closes early",
        "09",
        lambda: scenario("keep-alive-race").visit(),
    ),
    CardLine(
        "503 Service Unavailable",
        "the target group has no target",
        "10",
        lambda: (
            reference_architecture("application")
            .replace(TARGETS, TARGETS._replace(targets=()))
            .get(PAGE)
        ),
    ),
    CardLine(
        "504 Gateway Timeout",
        "filters at the target; a slow target",
        "10",
        lambda: scenario("clients-in-proxy-out").visit(),
    ),
)
LESSONS = {  # by the number of a story's symptom
    **{1: "00", 2: "08", 3: "07", 4: "07", 5: "04", 6: "05", 7: "09", 8: "09", 9: "09"},
    **{10: "06", 11: "06", 12: "06", 13: "01", 14: "10", 15: "04", 16: "04", 17: "07"},
    **{18: "06", 19: "10", 20: "05", 21: "10", 22: "09"},
}


def last_word(visit: Visit) -> str:
    """Who ended the wait of the person who asked, and with what; NOBODY where it was silence."""
    heard = [t for t in visit.capture if t.delivered and t.last.at == visit.opener]
    for words, mask in (("response", 0), ("RST", RST), ("FIN", FIN)):
        for trace in heard:
            if trace.packet.flags & mask or (not mask and trace.packet.data):
                return f"{trace.sender}: {words}"
    return NOBODY


def symptom_card() -> str:
    """For each symptom: who sent it in a run made now, where to look, and the lesson about it."""
    lines = [f"{'what one sees':<25}{'who sent it':<19}{'lesson':<8}where to look"]
    for row in CARD:
        lines.append(f"{row.sees:<25}{last_word(row.run()):<19}{row.lesson:<8}{row.look}")
    return "\n".join(lines)


def stories() -> str:
    """Each symptom of the stories, and their names; in brackets the lesson that has more of it."""
    found: dict[str, list[str]] = {}
    for row in SCENARIOS.values():
        seen = row.sees.partition(" after ")[0].partition(":")[0]
        seen = SURPRISES if seen == WORKS else seen
        found.setdefault(seen, []).append(f"{row.name} ({LESSONS[row.entry]})")
    lines = []
    for seen, names in found.items():
        together = fold(", ".join(names).replace(" (", "~("), 76)  # a lesson stays with its story
        lines += [seen, "    " + together.replace("~", " ").replace("\n", "\n    ")]
    return "\n".join(lines)
