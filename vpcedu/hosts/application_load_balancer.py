"""Application Load Balancer node: HTTP ends here and begins again. It has no TCP listener, ever.

Like a Classic balancer's HTTP listener it answers the client on one connection and asks a target on
another; it opens that second connection when a request needs it and keeps it for the next. Its own answers
say what went wrong behind it: 502 a target that refused, reset or closed; 503 no target; 504 no connection
in 10 s. Sources: Application Load Balancers guide, "What is", "Listeners", "Troubleshoot".

Simplified: 10 s is the limit for the whole answer, not only for the connection. Left out for now: rules,
TLS to the targets, HTTP/2, X-Amzn-Trace-Id, the modes of X-Forwarded-For, idle timeouts, health checks.
"""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.hosts.host import Host
from vpcedu.hosts.request_relay import Failures, RequestRelay
from vpcedu.protocols.ports import ELASTIC_LOAD_BALANCING
from vpcedu.tables.target_group import Listener

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.hosts.host import Program

BAD_GATEWAY = "502 Bad Gateway"
FAILURES = Failures("503 Service Unavailable", BAD_GATEWAY, BAD_GATEWAY, BAD_GATEWAY, BAD_GATEWAY,
                    "504 Gateway Timeout", 10 * SECOND)


class ApplicationLoadBalancer(Host):
    """One node at one private address; ValueError for another protocol than HTTP and HTTPS, or no certificate."""

    def __init__(self, name: str, address: str, seed: int = 0, listeners: tuple[Listener, ...] = ()) -> None:
        super().__init__(name, address, seed, ELASTIC_LOAD_BALANCING)
        for listener in listeners:
            if listener.protocol not in ("HTTP", "HTTPS"):
                raise ValueError(f"listener protocol {listener.protocol!r}: expected HTTP or HTTPS")
            self.listen(listener.port, _program(listener))


def _program(listener: Listener) -> Program:
    relay = RequestRelay(listener, FAILURES)
    if listener.protocol == "HTTP":
        return relay
    from vpcedu.hosts.tls_end import secured

    return secured(listener, relay)
