"""Target group and listener: to whom does a load balancer hand a connection?

A listener waits on a port of the balancer and names a target group; the group's targets are addresses
and ports inside the VPC, always private ones. Source: ELB user guide, "How Elastic Load Balancing works".
A listener that ends TLS names a certificate too. Left out for now: health, draining, stickiness, weights.
"""

from __future__ import annotations

from collections import namedtuple

from vpcedu.packet import Endpoint


class TargetGroup(namedtuple("TargetGroup", ("name", "targets"))):
    """A named set of targets (endpoints)."""

    __slots__ = ()
    name: str
    targets: tuple[Endpoint, ...]

    def pick(self, number: int) -> Endpoint | None:
        """The target that a number selects (a counter: round robin; a hash: flow hash); None without targets."""
        return self.targets[number % len(self.targets)] if self.targets else None

    def __str__(self) -> str:
        return f"{self.name} ({', '.join(map(str, self.targets)) or 'no targets'})"


class Listener(namedtuple("Listener", ("protocol", "port", "targets", "certificate"), defaults=(None,))):
    """A port a balancer listens on, AWS's protocol name for it (TCP, SSL, HTTP, HTTPS), and the group behind it.

    certificate: for SSL and HTTPS, the path of a PEM file with certificate and key, or "demonstration".
    """

    __slots__ = ()
    protocol: str
    port: int
    targets: TargetGroup
    certificate: str | None

    def __str__(self) -> str:
        return f"listener {self.protocol} {self.port} > {self.targets}"
