"""The part of REFERENCE.md that follows one request and its answer hop by hop.

Each hop has the row that decided it.
"""

from __future__ import annotations

from vpcedu import reference_architecture
from vpcedu.gateways.internet_gateway import Association
from vpcedu.hosts.web_server import SeenRequest
from vpcedu.tables.route_table import Route
from vpcedu.tables.tracking import TrackedFlow
from vpcedu.tables.translation import Translation
from vpcedu.trace import Change
from vpcedu.views.explain import answer_legs, request_legs

URL = "http://www.example.com/"
BALANCERS, NATS = ("classic-tcp", "network"), ("instance", "gateway")
# What in the capture brings a packet on its way, in the words of a reader; the first row that fits.
STATE = (
    (TrackedFlow, "tracked flow of {at}'s group: state"),
    (Translation, "flow of {at}: state"),
    (Association, "the address map: no state"),
    (Route, "the {row}: no state"),
    (Change, "connection of {at}: state"),
)


def hops(visit) -> list[tuple[object, ...]]:  # type: ignore[no-untyped-def]
    """Rows of the request and the answer.

    Each is (way, at, check, header before, header after, what decided).
    """
    rows: list[tuple[object, ...]] = []
    for word, legs in (("request", request_legs(visit)), ("answer", answer_legs(visit))):
        for leg in legs:
            for step in leg.steps:
                told = next((words for kind, words in STATE if isinstance(step.row, kind)), "")
                if told:
                    after = step.after.flow if step.after is not None else ""
                    changed = after if after != step.before.flow else "the same"
                    rows.append(
                        (
                            word,
                            step.at,
                            step.check,
                            step.before.flow,
                            changed,
                            told.format(at=step.at, row=step.row),
                        )
                    )
    return rows


def section(table) -> list[str]:  # type: ignore[no-untyped-def]
    """The section's lines; `table` makes the lines of a table from its rows."""
    lines = [
        "## Hop by hop",
        "",
        "The packet with the request and the one with the answer, wherever a row decided: what the header was, "
        "what it became, and whether state or a row of the description brought it on. Rules and ACL entries "
        "only let pass and are left out.",
        "",
    ]
    for balancer in BALANCERS:
        visits = {nat: reference_architecture(balancer, nat).get(URL) for nat in NATS}
        for nat, visit in visits.items():
            same = all(hops(visit) == hops(other) for other in visits.values())
            if same and nat != NATS[0]:
                continue
            peer = next(
                event.row.peer
                for event in visit.capture.events
                if isinstance(event.row, SeenRequest)
            )
            lines += [
                f"### {balancer}, {'either NAT' if same else f'NAT {nat}'}",
                "",
                f"web sees a connection from {peer}.",
                "",
                *table(
                    ("way", "at", "check", "header", "becomes", "what brings it on"), *hops(visit)
                ),
                "",
            ]
    return lines
