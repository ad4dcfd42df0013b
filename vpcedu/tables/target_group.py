"""Target group and listener: to whom does a load balancer hand a connection?

A listener waits on a port of the balancer and names a target group; the group's targets are addresses
and ports inside the VPC, always private ones. Source: ELB user guide, "How Elastic Load Balancing works".
A listener that ends TLS names a certificate too. Left out for now: health, draining, stickiness, weights.
"""

from __future__ import annotations

from collections import namedtuple

from vpcedu.packet import Endpoint


class TargetGroup(namedtuple("TargetGroup", ("name", "targets", "target_type", "preserve_client_ip",
                                              "proxy_protocol_v2"), defaults=("instance", None, False))):
    """A named set of targets (endpoints).

    For a Network Load Balancer also AWS's target type (instance or ip), whether targets see the client's address
    (None: AWS's default for the type), and whether a PROXY header of version 2 tells it.
    """

    __slots__ = ()
    name: str
    targets: tuple[Endpoint, ...]
    target_type: str
    preserve_client_ip: bool | None
    proxy_protocol_v2: bool

    @property
    def preserves(self) -> bool:
        """Whether TCP targets see the client's address: as was set, else with instance targets only."""
        return self.target_type == "instance" if self.preserve_client_ip is None else self.preserve_client_ip

    def pick(self, number: int) -> Endpoint | None:
        """The target that a number selects (a counter: round robin; a hash: flow hash); None without targets."""
        return self.targets[number % len(self.targets)] if self.targets else None

    def __str__(self) -> str:
        return f"{self.name} ({', '.join(map(str, self.targets)) or 'no targets'})"


class Listener(namedtuple("Listener", ("protocol", "port", "targets", "certificate", "idle"), defaults=(None, None))):
    """A port a balancer listens on, AWS's protocol name for it (TCP, SSL, HTTP, HTTPS), and the group behind it.

    certificate: for SSL and HTTPS, the path of a PEM file with certificate and key, or "demonstration".
    idle: a Network Load Balancer's TCP idle timeout (microseconds); None: its default.
    """

    __slots__ = ()
    protocol: str
    port: int
    targets: TargetGroup
    certificate: str | None
    idle: int | None

    def __str__(self) -> str:
        return f"listener {self.protocol} {self.port} > {self.targets}"
