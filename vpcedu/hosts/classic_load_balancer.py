"""Classic Load Balancer node: the "ELB" of the question. Every connection ends here.

For each connection (TCP listener) or request (HTTP listener) it uses a second connection of its own to an
instance, from its own private address, so the instance sees the node and answers the node. A TCP listener
changes no byte and adds no header. Sources: Classic guide, "Listeners", "Troubleshoot HTTP errors".

What AWS does not say: what a port without a listener does (here it refuses with RST, as any host), and the
answer when an instance refuses a connection (here 504, as for one that closes). Left out for now: HTTPS and
SSL listeners, PROXY protocol, idle timeouts, health checks, connections opened in advance (HTTP listeners have
them).
"""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.hosts.byte_relay import ByteRelay
from vpcedu.hosts.host import Host
from vpcedu.protocols.ports import ELASTIC_LOAD_BALANCING
from vpcedu.tables.target_group import Listener

TIMEOUT = "504 Gateway Timeout"
IDLE = 60 * SECOND  # the default idle timeout


class ClassicLoadBalancer(Host):
    """One node at one private address, with TCP and HTTP listeners; ValueError for another protocol."""

    def __init__(self, name: str, address: str, seed: int = 0, listeners: tuple[Listener, ...] = ()) -> None:
        super().__init__(name, address, seed, ELASTIC_LOAD_BALANCING)
        for listener in listeners:
            if listener.protocol == "TCP":
                self.listen(listener.port, ByteRelay(listener))
            elif listener.protocol == "HTTP":
                from vpcedu.hosts.request_relay import Failures, RequestRelay  # only where HTTP is spoken

                failures = Failures("503 Service Unavailable", TIMEOUT, TIMEOUT, TIMEOUT, "502 Bad Gateway",
                                    TIMEOUT, IDLE)
                self.listen(listener.port, RequestRelay(listener, failures))
            else:
                raise ValueError(f"listener protocol {listener.protocol!r}: expected TCP or HTTP")
