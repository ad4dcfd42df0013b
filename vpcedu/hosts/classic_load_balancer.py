"""Classic Load Balancer node: the "ELB" of the question. Every connection ends here.

For each connection (TCP listener) or request (HTTP listener) it uses a second connection of its own to an
instance, from its own private address, so the instance sees the node and answers the node. A TCP listener
changes no byte and adds no header. SSL and HTTPS listeners do the same behind the client's TLS, which ends here;
the instance gets plain bytes or plain HTTP. Sources: Classic guide, "Listeners", "Troubleshoot HTTP errors".

What AWS does not say: what a port without a listener does (here it refuses with RST, as any host), and the
answer when an instance refuses a connection (here 504, as for one that closes). Left out for now: TLS to the
instances, PROXY protocol, idle timeouts, health checks, connections opened in advance (HTTP listeners have
them).
"""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.hosts.byte_relay import ByteRelay
from vpcedu.hosts.host import Host
from vpcedu.protocols.ports import ELASTIC_LOAD_BALANCING
from vpcedu.tables.target_group import Listener

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.hosts.host import Program

TIMEOUT = "504 Gateway Timeout"
IDLE = 60 * SECOND  # the default idle timeout


class ClassicLoadBalancer(Host):
    """One node at one private address, with its listeners; ValueError for another protocol or no certificate."""

    def __init__(self, name: str, address: str, seed: int = 0, listeners: tuple[Listener, ...] = ()) -> None:
        super().__init__(name, address, seed, ELASTIC_LOAD_BALANCING)
        for listener in listeners:
            self.listen(listener.port, _program(listener))


def _program(listener: Listener) -> Program:
    """What runs behind a listener; modules are loaded only where they are needed."""
    if listener.protocol not in ("TCP", "SSL", "HTTP", "HTTPS"):
        raise ValueError(f"listener protocol {listener.protocol!r}: expected TCP, SSL, HTTP or HTTPS")
    relay = _requests(listener) if listener.protocol in ("HTTP", "HTTPS") else ByteRelay(listener)
    if listener.protocol in ("TCP", "HTTP"):
        return relay
    from vpcedu.hosts.tls_end import secured

    return secured(listener, relay)


def _requests(listener: Listener) -> Program:
    from vpcedu.hosts.request_relay import Failures, RequestRelay

    failures = Failures("503 Service Unavailable", TIMEOUT, TIMEOUT, TIMEOUT, "502 Bad Gateway", TIMEOUT, IDLE)
    return RequestRelay(listener, failures)
