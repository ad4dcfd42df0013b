"""Byte relay: what a proxy does with a TCP listener. Two connections, joined only by the bytes.

For each connection that arrives it opens one of its own to a target, from its own address and a
port of its own, and hands the bytes on unchanged in both directions. Half closes and resets are
handed on too. The client's handshake is with the balancer: it is "connected" before any target was
asked. Where the PROXY protocol is on, the target first gets a line that names the client; the other
address in it is the node's private one. A pair that is idle for too long is closed on both sides.
Sources: Classic guide, "Listeners", "Proxy Protocol".

Not said by AWS: what a client sees while no target is in service; here it is connected and closed
at once. Nor what happens to a side that stays open once both were closed; here it gets RST when it
has been silent for another idle timeout. Left out: the surge queue (1,024 connections wait for
an instance; more are closed).
"""

from __future__ import annotations

from vpcedu.hosts.idle import Idle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.hosts.host import Host
    from vpcedu.protocols.tcp import Connection
    from vpcedu.tables.targets import Targets


class ByteRelay:
    """The program of one TCP listener.

    idle: microseconds; proxied: the targets' ports with PROXY protocol.
    """

    def __init__(self, targets: Targets, idle: int, proxied: tuple[int, ...] = ()) -> None:
        self.targets, self.proxied = targets, proxied
        self._idle = Idle(self, idle)
        self._other: dict[Connection, Connection] = {}

    def on(
        self,
        host: Host,
        connection: Connection,
        event: str,
        data: Any,
        now: int,
    ) -> None:
        """Pass on what one connection receives to the other."""
        other = self._other.get(connection)
        if event in ("connected", "data"):
            self._idle.stirred(host, connection, now)
        if event == "connected" and connection.passive:
            self._pair(host, connection, now)
        elif event == "data" and other is not None and not other.closing:
            self._send(host, other, data, now)
        elif event == "end of data" and other is not None:
            host.close(other, now)
        elif event == "idle":
            self._expire(host, connection, now)
        elif event not in ("connected", "data", "end of data"):
            # closed, reset, refused or timed out
            self._part(host, connection, event, now)

    def _pair(self, host: Host, front: Connection, now: int) -> None:
        target = self.targets.pick()  # round robin, as AWS says of TCP listeners
        if target is None:
            host.close(front, now)
            return
        try:
            back = host.connect(target, self, now)
        except OSError:  # no port is free towards the target
            host.close(front, now)
            return
        self._other[front], self._other[back] = back, front
        if target.port in self.proxied:
            from vpcedu.protocols.proxy_protocol import version_1

            self._send(host, back, version_1(front.flow.destination, front.flow.source), now)

    def _send(self, host: Host, connection: Connection, data: bytes, now: int) -> None:
        self._idle.stirred(host, connection, now)
        host.send(connection, data, now)

    def _expire(self, host: Host, connection: Connection, now: int) -> None:
        """Close a silent connection and its other one; RST where that was done before."""
        for end in (connection, self._other.get(connection)):
            if end is not None:
                self._idle.stirred(host, end, now)
                (host.abort if end.closing else host.close)(end, now)

    def _part(self, host: Host, connection: Connection, event: str, now: int) -> None:
        self._idle.forget(connection)
        other = self._other.pop(connection, None)
        if other is None:
            return
        self._other.pop(other, None)
        if event == "reset":
            host.abort(other, now)
        elif not other.closing:
            host.close(other, now)
