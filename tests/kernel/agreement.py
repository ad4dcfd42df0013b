"""The agreement table of docs/reference/kernel.md, scenario by scenario.

Do model and kernel give the same packets?
"""

from __future__ import annotations

from . import compare, stored
from .expected import EXPECTED, RULES
from .scenarios import SCENARIOS


def rows() -> list[tuple[object, ...]]:
    """A row for each scenario.

    Name, what happens, segments the kernel sent, rows of the normal form, the verdict.
    """
    found: list[tuple[object, ...]] = []
    for scenario in SCENARIOS:
        kernel = stored.load(scenario.name)
        there = kernel.normal(scenario)
        differs = compare.differences(scenario, kernel, compare.of_model(scenario, kernel))
        known = EXPECTED.get(scenario.name)
        verdict = (
            "equal" if not differs else f"{known.kind}: {known.reason}" if known else "DIFFERS"
        )
        found.append(
            (
                scenario.name,
                scenario.sentence,
                len(kernel.seen),
                sum(map(len, there.values())),
                verdict,
            )
        )
    return found


def section(table) -> list[str]:  # type: ignore[no-untyped-def]
    """The section's lines; `table` makes the lines of a table from its rows."""
    found = rows()
    equal = sum(row[-1] == "equal" for row in found)
    kernels = sorted({stored.load(scenario.name).kernel for scenario in SCENARIOS})
    return [
        "## Model and kernel",
        "",
        f"{len(found)} scenarios were played by a Linux kernel ({', '.join(kernels)}) in network namespaces with the "
        "same addresses, and recorded at every interface; the model plays each again. "
        f"{equal} are equal in every header at every hop and in everything the programs learnt. How they are compared "
        "says `tests/kernel/normal.py`; which faults planted in the model are found, `tests/kernel/faults.py`.",
        "",
        *table(
            ("scenario", "what happens", "packets recorded", "rows compared", "verdict"), *found
        ),
        "",
        "Where Linux and AWS do different things the model has both:",
        "",
        *table(("behaviour", "as Linux does it", "as AWS does it", "what lessons follow"), *RULES),
    ]
