"""Symptom: what will a person report of a call, and which status stands in the balancer's log?

Nothing is looked up by the fault: the words are made from what the ends really experienced, the
result of the program that asked, the events of hosts, balancers and applications.
"""

from __future__ import annotations

from vpcedu.hosts.answered import requests_answered
from vpcedu.hosts.application_log import logged
from vpcedu.hosts.health_check import health_changes
from vpcedu.tables.targets import UNHEALTHY
from vpcedu.views.outcome import outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.network.record import Record


def client_sees(record: Record) -> str:
    """What people report of a call.

    Its outcome, such as "works", "timed out after 131 s" or "502 Bad Gateway"; where it works, and
    only an application's log is wrong, "wrong client address in the application's log".
    """
    seen = outcome(record)
    return (seen.works and _log(record)) or str(seen)


def balancer_logs(record: Record) -> tuple[str, ...]:
    """The status of each request in balancers' logs, and each unhealthy target.

    A target is unhealthy where health checks found it so; what several nodes find at one instant is
    said once. Both are in order of time.
    """
    words = [(at, row.status[:3]) for at, _, row in requests_answered(record.capture)]
    words += dict.fromkeys(
        (at, f"{row.target} unhealthy ({row.why})")
        for at, row in health_changes(record.capture)
        if row.after == UNHEALTHY
    )
    return tuple(word for _, word in sorted(words, key=lambda pair: pair[0]))


def _log(record: Record) -> str:
    """What is wrong in the log of an application of the VPC.

    The client in the log is not the one that asked.
    """
    vpc = record.vpc
    own = {host.address for host in vpc.outside if host.device == record.opener}
    own |= {interface.address for interface in vpc.interfaces if interface.device == record.opener}
    own |= {association.public for association in vpc.associations if association.private in own}
    inside = {interface.device for interface in vpc.interfaces}
    wrong = [
        row.client or "-"
        for who, row in logged(record.capture)
        if who in inside and row.client not in own
    ]
    return f"wrong client address in the application's log: {wrong[0]}" if wrong else ""
