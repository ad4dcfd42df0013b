"""Catalogue: the symptoms that people meet, each as a site with the fault in it.

Each has the visit that suffers, the cause, and how it is undone.

Twenty-two symptoms; some have two faces and so two scenarios or three. Symptoms 1, 2, 8, 15, 18 and
21 describe what is right and only surprises: there nothing is to be undone (but where a NAT
instance's memory was made too short).
"""

from __future__ import annotations

from vpcedu.quoting import quoted
from vpcedu.scenarios import failing_targets, headers, other_doors, routes_and_filters, timing
from vpcedu.scenarios.scenario import Scenario
from vpcedu.views.text import fold

SYMPTOMS = 22
SCENARIOS: dict[str, Scenario] = {
    row.name: row
    for row in sorted(
        (
            *routes_and_filters.SCENARIOS,
            *failing_targets.SCENARIOS,
            *timing.SCENARIOS,
            *headers.SCENARIOS,
            *other_doors.SCENARIOS,
        ),
        key=lambda row: row.entry,
    )
}


def scenario(name: str) -> Scenario:
    """A scenario by its name; printed it tells its story. ValueError names an unknown one."""
    if name not in SCENARIOS:
        raise ValueError(f"scenario {quoted(name)}: expected one of {', '.join(SCENARIOS)}")
    return SCENARIOS[name]


def scenario_names() -> dict[str, str]:
    """Every scenario's name, and one sentence about it, in the order of the symptoms."""
    return {row.name: row.says for row in SCENARIOS.values()}


def listing() -> str:
    """The names and sentences as text."""
    return "\n".join(
        "\n    ".join((row.name, *fold(row.says, 76).split("\n"))) for row in SCENARIOS.values()
    )
