"""Health checks: a balancer's node connects to every target, again and again, from its own address.

A check is a connection like any other: groups and network ACLs must let it through, it stands in
the capture and, if it is HTTP, in the web server's log under the name ELB-HealthChecker. TCP: it
passes if the connection is established; HTTP: if a GET is answered with a code of success. A new
connection for each check, closed after it; whatever takes longer than the timeout has failed. They
go on for as long as the clock does, so they are started by hand. Sources: Application Load
Balancers guide, "Health checks", "Troubleshoot"; Classic guide, "Health checks".

Classic's user agent ELB-HealthChecker/1.0 was seen in access logs; no page of AWS says it.
Simplified: all targets are checked at the same instant. Left out: HTTPS and SSL checks. Those of a
Network Load Balancer: network_checker.py.
"""

from __future__ import annotations

from vpcedu.flow import Endpoint
from vpcedu.hosts.client import Fetch
from vpcedu.protocols.http import Message, request
from vpcedu.quoting import quoted
from vpcedu.row import NamedRow
from vpcedu.tables.targets import HealthCheck, Targets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from vpcedu.hosts.host import Host
    from vpcedu.protocols.tcp import Connection
    from vpcedu.tables.target_group import Listener, TargetGroup
    from vpcedu.trace import Capture

APPLICATION = HealthCheck("HTTP", agent="ELB-HealthChecker/2.0")
# the API's default, on the port of the target where AWS has port 80
CLASSIC = HealthCheck("TCP", healthy=10)
# the console's
CLASSIC_HTTP = CLASSIC._replace(protocol="HTTP", path="/index.html", agent="ELB-HealthChecker/1.0")


class Health(NamedRow):
    """A target's change of state, and what the last check met: "200 OK", "refused", "timed out"."""

    target: Endpoint
    before: str
    after: str
    why: str

    def __str__(self) -> str:
        return f"{self.target}: {self.before} -> {self.after} ({self.why})"


def health_changes(capture: Capture) -> Iterator[tuple[int, Health]]:
    """When (microseconds) a target changed its state, and how."""
    return ((event.at, event.row) for event in capture.events if isinstance(event.row, Health))


class Probe:
    """One check of one target."""

    def __init__(self, groups: Groups, targets: Targets, target: Endpoint, now: int) -> None:
        self.groups, self.targets, self.target = groups, targets, target
        self.fetch = Fetch(groups.message(targets.group, target), now)

    def on(self, host: Host, connection: Connection, event: str, data: Any, now: int) -> None:
        """Follow the connection; judge the target as soon as the result is known."""
        known = self.fetch.result
        self.fetch.on(host, connection, event, data, now)
        if self.fetch.result is not None and known is None:
            self.groups.judge(host, self.targets, self.target, self.fetch.result.symptom, now)

    def late(self, host: Host, connection: Connection, now: int) -> str:
        """The timeout has passed: without a result by now the check has failed."""
        if self.fetch.result is None:
            self.on(host, connection, "timed out", None, now)
            host.abort(connection, now)
        return "health check timeout"


class Groups:
    """All target groups of one node's listeners, and their checks.

    The targets outside its zone are missing where cross-zone is off. `passed` hears of every check
    that a target passes. `host`: for HTTP's Host, with the listener's port, instead of the
    target's. ValueError for another protocol than TCP and HTTP.
    """

    def __init__(
        self,
        listeners: tuple[Listener, ...],
        zone: tuple[str, ...],
        fails_open: bool,
        check: HealthCheck,
        passed: Callable[[Endpoint, int], None] | None = None,
        host: str = "",
    ) -> None:
        if check.protocol not in ("TCP", "HTTP"):
            raise ValueError(
                f"health check protocol {quoted(check.protocol)}: expected TCP or HTTP"
            )
        groups = dict.fromkeys(group for listener in listeners for group in listener.groups)
        self.of: dict[TargetGroup, Targets] = {
            group: Targets(group.within(zone), fails_open) for group in groups
        }
        self.check, self.passed, self.begun = check, passed, False
        self.hosts = (
            {
                group.name: f"{host}:{listener.port}"
                for listener in reversed(listeners)
                for group in listener.groups
            }
            if host
            else {}
        )

    def begin(self, host: Host, now: int) -> None:
        """Check every target now and then every interval."""
        self.begun = True
        for targets in self.of.values():
            targets.begin()
            for target in targets.group.targets:
                host.after(now, self._check, host, targets, target)

    @property
    def in_service(self) -> bool:
        """Whether DNS may answer with the node.

        Every group has a healthy target, or none is checked.
        """
        return not self.begun or all(targets.healthy for targets in self.of.values())

    def message(self, group: TargetGroup, target: Endpoint) -> Message | None:
        """The request of an HTTP check; None for TCP.

        Its Host is the target's address, or `host` if that was given.
        """
        if self.check.protocol == "TCP":
            return None
        port = self.check.port or target.port
        name = self.hosts.get(group.name) or (
            target.address if port == 80 else f"{target.address}:{port}"
        )
        return request("GET", self.check.path, name, ("User-Agent", self.check.agent))

    def judge(self, host: Host, targets: Targets, target: Endpoint, symptom: str, now: int) -> None:
        """Count a result; note a change of state as an event."""
        passed = symptom == "connected" or symptom[:3] in self.check.success
        before = targets.states[target]
        if targets.note(target, passed, self.check):
            host.tell(now, "target health", Health(target, before, targets.states[target], symptom))
        if passed and self.passed is not None:
            self.passed(target, now)

    def _check(self, host: Host, targets: Targets, target: Endpoint, now: int) -> str:
        host.after(now + self.check.interval, self._check, host, targets, target)
        probe = Probe(self, targets, target, now)
        try:
            connection = host.connect(
                target._replace(port=self.check.port or target.port), probe, now
            )
        except OSError:
            self.judge(host, targets, target, "no free port", now)
        else:
            host.after(now + self.check.timeout, probe.late, host, connection)
        return "health check"
