"""Target group, rule and listener: to whom does a load balancer hand a connection?

A listener waits on a port of the balancer and names a target group; the group's targets are
addresses and ports inside the VPC, always private ones. Source: ELB user guide, "How Elastic Load
Balancing works". A listener that ends TLS names a certificate too, one of an Application Load
Balancer may have rules (action.py). What a node remembers of a group (turns, health) stands in
targets.py.
"""

from __future__ import annotations

from vpcedu.address import contains
from vpcedu.flow import Endpoint
from vpcedu.row import NamedRow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.tables.action import FixedResponse, Redirect


class Unused(NamedRow):
    """A target that is registered and gets nothing, and why, as a clause."""

    target: Endpoint
    why: str

    def __str__(self) -> str:
        return f"{self.target}: {self.why}"


class TargetGroup(NamedRow):
    """A named set of targets (endpoints).

    For a Network Load Balancer also AWS's target type (instance or ip), whether targets see the
    client's address (None: AWS's default for the type), and whether a PROXY header of version 2
    tells it. unused: targets that are registered too, and get nothing.
    """

    name: str
    targets: tuple[Endpoint, ...]
    target_type: str = "instance"
    preserve_client_ip: bool | None = None
    proxy_protocol_v2: bool = False
    unused: tuple[Unused, ...] = ()

    @property
    def preserves(self) -> bool:
        """Whether TCP targets see the client's address; unset, only instances do."""
        return (
            self.target_type == "instance"
            if self.preserve_client_ip is None
            else self.preserve_client_ip
        )

    def pick(self, number: int) -> Endpoint | None:
        """The target that a number selects; None without targets.

        A counter selects by round robin, a hash by flow hash.
        """
        return self.targets[number % len(self.targets)] if self.targets else None

    def within(self, zone: tuple[str, ...]) -> TargetGroup:
        """The same group without the targets outside some blocks of addresses.

        A node uses it with cross-zone off; (): all targets.
        """
        return self._replace(
            targets=tuple(
                t
                for t in self.targets
                if not zone or any(contains(block, t.address) for block in zone)
            )
        )

    def __str__(self) -> str:
        each = dict.fromkeys(map(str, self.targets))  # by weight one may be there more than once
        return f"{self.name} ({', '.join(each) or 'no targets'})"


class Rule(NamedRow):
    """What happens to requests whose host and path each fit one of the patterns.

    No patterns: any host or path fits.
    """

    priority: int
    hosts: tuple[str, ...]
    paths: tuple[str, ...]
    action: TargetGroup | FixedResponse | Redirect

    def fits(self, host: str, path: str) -> bool:
        """Whether both conditions hold."""
        from vpcedu.tables.action import fits

        return (
            not self.hosts or any(fits(pattern.lower(), host.lower()) for pattern in self.hosts)
        ) and (not self.paths or any(fits(pattern, path) for pattern in self.paths))


class Listener(NamedRow):
    """A port a balancer listens on, its protocol, and the target group it forwards to.

    The protocol is AWS's name for it: TCP, SSL, HTTP, HTTPS.

    certificate: for SSL and HTTPS, the path of a PEM file with certificate and key, or
    "demonstration". rules: what an Application Load Balancer asks before it hands a request to
    `targets`. idle: a Network Load Balancer's TCP idle timeout (microseconds); None: its default.
    """

    protocol: str
    port: int
    targets: TargetGroup
    certificate: str | None = None
    rules: tuple[Rule, ...] = ()
    idle: int | None = None

    @property
    def groups(self) -> tuple[TargetGroup, ...]:
        """Every group it may hand something to."""
        actions = (rule.action for rule in self.rules)
        return (self.targets, *(action for action in actions if isinstance(action, TargetGroup)))

    def __str__(self) -> str:
        return f"listener {self.protocol} {self.port} > {self.targets}"
