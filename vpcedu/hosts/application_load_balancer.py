"""Application Load Balancer node: HTTP ends here and begins again. It has no TCP listener, ever.

Like a Classic balancer's HTTP listener it answers the client on one connection and asks a target on
another; it opens that second connection when a request needs it and keeps it for the next. A
listener's rules choose the group by host and path, or an answer without any target. Its own answers
say what went wrong behind it: 502 a target that refused, reset or closed (also a kept connection,
just when it was used again); 503 no target; 504 no connection in 10 s, or no answer before the idle
timeout; 408 no request before it. 460 is only logged: the client was gone. All targets unhealthy:
it fails open and uses all of them. Sources: Application Load Balancers guide, "What is",
"Listeners", "Troubleshoot", "Attributes", "Request tracing".

Simulated time begins at 0, so the times in X-Amzn-Trace-Id do too. Left out: TLS to the targets,
HTTP/2, HTTP 4xx for what is too long or too many, the life of client connections (3,600 s).
"""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.flow import spread
from vpcedu.hosts.balancer_node import BalancerNode
from vpcedu.hosts.health_check import APPLICATION, Groups
from vpcedu.hosts.idle import IDLE
from vpcedu.hosts.request_relay import Conduct, RequestRelay
from vpcedu.protocols.forwarded import MODES, forward, traced
from vpcedu.quoting import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.flow import Endpoint
    from vpcedu.hosts.host import Program
    from vpcedu.protocols.http import Message
    from vpcedu.protocols.tcp import Connection
    from vpcedu.tables.target_group import Listener, TargetGroup
    from vpcedu.tables.targets import HealthCheck

CONDUCT = Conduct("502 Bad Gateway", "460", 10 * SECOND, False)
DRAINING = 300 * SECOND  # the default deregistration delay


class ApplicationLoadBalancer(BalancerNode):
    """One node at one private address, with its listeners.

    idle: microseconds. xff, client_port: the attributes of X-Forwarded-For
    (protocols/forwarded.py). check: how targets are checked once `start_checks` is called. zone:
    with cross-zone off the blocks of its zone's subnets. ValueError for another protocol than HTTP
    and HTTPS, no certificate, another mode, or an idle timeout out of range.
    """

    kind_words = "Application Load Balancer"

    def __init__(
        self,
        name: str,
        address: str,
        seed: int = 0,
        listeners: tuple[Listener, ...] = (),
        idle: int = IDLE,
        xff: str = "append",
        client_port: bool = False,
        check: HealthCheck = APPLICATION,
        zone: tuple[str, ...] = (),
    ) -> None:
        super().__init__(name, address, seed, Groups(listeners, zone, True, check))
        if xff not in MODES:
            raise ValueError(
                f"X-Forwarded-For mode {quoted(xff)}: expected one of {', '.join(MODES)}"
            )
        self.idle, self.xff, self.client_port = idle, xff, client_port
        self._asked = 0
        for listener in listeners:
            if listener.protocol not in ("HTTP", "HTTPS"):
                raise ValueError(
                    f"listener protocol {quoted(listener.protocol)}: expected HTTP or HTTPS"
                )
            self.listen(listener.port, self._program(listener))

    def deregister(
        self, group: TargetGroup, target: Endpoint, now: int, delay: int = DRAINING
    ) -> None:
        """Send a target nothing new, and end what is open to it after the delay.

        After the delay (microseconds) reset what is open to it, and answer 502.
        """
        self.groups.of[group].draining.add(target)
        self.after(now + delay, self._drained, target)

    def _drained(self, target: Endpoint, now: int) -> str:
        for connection in [
            c for c in self.connections.values() if c.flow.destination == target and not c.passive
        ]:
            self.abort(connection, now)
        return "deregistration delay"

    def _program(self, listener: Listener) -> Program:
        relay = RequestRelay(listener, self.groups.of, CONDUCT, self.idle, self._onward)
        if listener.protocol == "HTTP":
            return relay
        from vpcedu.hosts.tls_end import secured

        return secured(listener, relay)

    def _onward(self, message: Message, front: Connection, scheme: str, now: int) -> Message:
        """The target's request, as the balancer changes it.

        Host names in lower case, X-Forwarded headers, a trace id that the seed decides.
        """
        self._asked += 1
        words = (spread(self.seed, self.name, self._asked, part) for part in range(3))
        own = f"1-{now // SECOND:08x}-" + "".join(f"{word:08x}" for word in words)
        host = message.header("Host")
        message = message if host is None else message.with_header("Host", host.lower())
        client, listener = front.flow.destination, front.flow.source
        return traced(forward(message, client, listener, scheme, self.xff, self.client_port), own)
