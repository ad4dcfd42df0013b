"""Forecast: which symptom will a person report, and which status stands in the balancer's log?

Nothing is looked up by the fault: the words are made from what the ends really experienced, the result of the program
that asked, the events of hosts, balancers and applications.
"""

from __future__ import annotations

from vpcedu.hosts.answered import Answered
from vpcedu.hosts.health_check import Health
from vpcedu.lab.applications import logged
from vpcedu.tables.targets import UNHEALTHY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.lab.visit import Visit

WORKS, LOOP = "works", "redirect loop"
WORDS = {"connected": WORKS, "refused": "connection refused", "reset": "connection reset",
         "closed": "connection closed without an answer"}  # fmt: skip


def client_sees(visit: Visit) -> str:
    """What the person at the opener sees, in the words of a browser or curl: "works", "connection timed out after 131
    s", "HTTP 502", "redirect loop", ...; "wrong client address in the application's log" where only that is wrong."""
    result = visit.result
    if result is None:
        return f"no answer after {visit.waited / 1e6:.0f} s"
    if result.symptom == "timed out":
        stood = any(change.after == "ESTABLISHED" for _, _, change in visit.capture.changes(visit.opener))
        return f"{'no answer, given up' if stood else 'connection timed out'} after {result.after / 1e6:.0f} s"
    if result.response is None:
        return WORDS.get(result.symptom, result.symptom)
    if result.symptom[0] == "3":
        where = result.response.header("Location") or ""
        return LOOP if _same(where, _url(visit)) else f"HTTP {result.symptom[:3]}, on to {where}"
    return f"HTTP {result.symptom[:3]}" if result.symptom[0] != "2" else _log(visit) or WORKS


def balancer_logs(visit: Visit) -> tuple[str, ...]:
    """The status of each request in balancers' logs, and each target that checks found unhealthy, in order of time."""
    words = []
    for event in visit.capture.events:
        if isinstance(event.row, Answered):
            words.append(event.row.status[:3])
        elif isinstance(event.row, Health) and event.row.after == UNHEALTHY:
            words.append(f"{event.row.target} unhealthy ({event.row.why})")
    return tuple(words)


def _log(visit: Visit) -> str:
    """What is wrong in the log of an application of the VPC: a client that is not the one that asked."""
    vpc = visit.vpc
    own = {host.address for host in vpc.outside if host.device == visit.opener}
    own |= {row.address for row in vpc.interfaces if row.device == visit.opener}
    own |= {row.public for row in vpc.associations if row.private in own}
    inside = {row.device for row in vpc.interfaces}
    wrong = [row.client or "-" for who, row in logged(visit.capture) if who in inside and row.client not in own]
    return f"wrong client address in the application's log: {wrong[0]}" if wrong else ""


def _url(visit: Visit) -> str:
    return str(visit.call).partition(" ")[2]


def _same(one: str, other: str) -> bool:
    """Whether two URLs lead to one page; the usual port need not be written."""
    return one.replace(":443/", "/").replace(":80/", "/") == other.replace(":443/", "/").replace(":80/", "/")
