"""Forecast: which symptom will a person report, and which status stands in the balancer's log?

Nothing is looked up by the fault: the words are made from what the ends really experienced, the result of the program
that asked, the events of hosts, balancers and applications.
"""

from __future__ import annotations

from vpcedu.hosts.answered import requests_answered
from vpcedu.hosts.health_check import health_changes
from vpcedu.sites.applications import logged
from vpcedu.tables.targets import UNHEALTHY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.sites.visit import Visit


def client_sees(visit: Visit) -> str:
    """What people report of a visit: its outcome, such as "works", "timed out after 131 s" or "502 Bad Gateway"; where
    it works, and only an application's log is wrong, "wrong client address in the application's log"."""
    return (visit.outcome.works and _log(visit)) or str(visit.outcome)


def balancer_logs(visit: Visit) -> tuple[str, ...]:
    """The status of each request in balancers' logs, and each target that checks found unhealthy, in order of time."""
    words = [(at, row.status[:3]) for at, _, row in requests_answered(visit.capture)]
    words += [(at, f"{row.target} unhealthy ({row.why})") for at, row in health_changes(visit.capture)
              if row.after == UNHEALTHY]
    return tuple(word for _, word in sorted(words, key=lambda pair: pair[0]))


def _log(visit: Visit) -> str:
    """What is wrong in the log of an application of the VPC: a client that is not the one that asked."""
    vpc = visit.vpc
    own = {host.address for host in vpc.outside if host.device == visit.opener}
    own |= {row.address for row in vpc.interfaces if row.device == visit.opener}
    own |= {row.public for row in vpc.associations if row.private in own}
    inside = {row.device for row in vpc.interfaces}
    wrong = [row.client or "-" for who, row in logged(visit.capture) if who in inside and row.client not in own]
    return f"wrong client address in the application's log: {wrong[0]}" if wrong else ""
