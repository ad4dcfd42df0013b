"""Classic Load Balancer node: the "ELB" of the question. Every connection ends here.

For each connection (TCP listener) or request (HTTP listener) it uses a second connection of its own
to an instance, from its own private address, so the instance sees the node and answers the node. A
TCP listener changes no byte and adds no header. SSL and HTTPS listeners do the same after the
client's TLS, which ends here; the instance gets plain bytes or plain HTTP. Once checks are started,
HTTP listeners keep a connection open in advance to every healthy instance. A balancer has a node in
each of its zones; with cross-zone off (the API's default; the console's is on, as here) a node uses
the instances of its own. Within its subnet too, the network ACL is asked about what it sends.
Sources: Classic guide, "Listeners", "Troubleshoot HTTP errors", "Idle
timeout", "Proxy Protocol".

What AWS does not say: what a port without a listener does (here it refuses with RST, as any host),
and the answer when an instance refuses a connection (here 504, as for one that closes). Left out:
TLS to the instances, the surge queue, draining.
"""

from __future__ import annotations

from contextlib import suppress

from vpcedu.hosts.balancer_node import BalancerNode
from vpcedu.hosts.health_check import CLASSIC, Groups
from vpcedu.hosts.idle import IDLE
from vpcedu.quoting import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.flow import Endpoint
    from vpcedu.hosts.host import Program
    from vpcedu.protocols.http import Message
    from vpcedu.protocols.tcp import Connection
    from vpcedu.tables.target_group import Listener
    from vpcedu.tables.targets import HealthCheck


class ClassicLoadBalancer(BalancerNode):
    """One node at one private address, with its listeners.

    idle: microseconds. proxy_protocol: the instances' ports that get a PROXY line (TCP and SSL
    listeners). check: how instances are checked once `start_checks` is called. zone: with
    cross-zone off the blocks of its zone's subnets. ValueError for another protocol, no
    certificate, or another idle timeout than 1 to 4,000 s.
    """

    kind_words = "Classic Load Balancer"
    acl_within = True

    def __init__(
        self,
        name: str,
        address: str,
        seed: int = 0,
        listeners: tuple[Listener, ...] = (),
        idle: int = IDLE,
        proxy_protocol: tuple[int, ...] = (),
        check: HealthCheck = CLASSIC,
        zone: tuple[str, ...] = (),
    ) -> None:
        super().__init__(
            name, address, seed, Groups(listeners, zone, False, check, self._open_ahead)
        )
        self.rows, self.idle, self.proxy_protocol = listeners, idle, proxy_protocol
        for listener in listeners:
            self.listen(listener.port, self._program(listener))

    def _program(self, listener: Listener) -> Program:
        """The program of a listener; modules are loaded only where they are needed."""
        if listener.protocol not in ("TCP", "SSL", "HTTP", "HTTPS"):
            raise ValueError(
                f"listener protocol {quoted(listener.protocol)}: expected TCP, SSL, HTTP or HTTPS"
            )
        if listener.protocol in ("HTTP", "HTTPS"):
            from vpcedu.hosts.request_relay import Conduct, RequestRelay

            conduct = Conduct("504 Gateway Timeout", "408 Request Timeout", self.idle, True)
            relay: Program = RequestRelay(
                listener, self.groups.of, conduct, self.idle, self._onward
            )
        else:
            from vpcedu.hosts.byte_relay import ByteRelay

            relay = ByteRelay(self.groups.of[listener.targets], self.idle, self.proxy_protocol)
        if listener.protocol in ("TCP", "HTTP"):
            return relay
        from vpcedu.hosts.tls_end import secured

        return secured(listener, relay)

    def _onward(self, message: Message, front: Connection, scheme: str, now: int) -> Message:
        from vpcedu.protocols.forwarded import forward

        return forward(message, front.flow.destination, front.flow.source, scheme)

    def _open_ahead(self, target: Endpoint, now: int) -> None:
        """A healthy instance: see that each HTTP listener has a connection to it."""
        for listener in self.rows:
            program = self.listeners[listener.port]
            ready = any(
                c.flow.destination == target and c.program is program and not c.closing
                for c in self.connections.values()
            )
            if (
                listener.protocol in ("HTTP", "HTTPS")
                and target in listener.targets.targets
                and not ready
            ):
                with suppress(OSError):  # no port is free: the request will see
                    self.connect(target, program, now)
