"""Byte relay: what a proxy does with a TCP listener. Two connections, joined only by the bytes.

For each connection that arrives it opens one of its own to a target, from its own address and a port of
its own, and hands the bytes on unchanged in both directions. Half closes and resets are handed on too.
The client's handshake is with the balancer: it is "connected" before any target was asked.
"""

from __future__ import annotations

from vpcedu.tables.target_group import Listener

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.hosts.host import Host
    from vpcedu.protocols.tcp import Connection


class ByteRelay:
    """The program behind one TCP listener."""

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self._other: dict[Connection, Connection] = {}
        self._turn = 0

    def on(self, host: Host, connection: Connection, event: str, data: Any, now: int) -> None:
        """Hand on what one connection hears to the other."""
        if event == "connected":
            if connection.passive:
                self._pair(host, connection, now)
            return
        other = self._other.get(connection)
        if event == "data" and other is not None:
            host.send(other, data, now)
        elif event == "end of data" and other is not None:
            host.close(other, now)
        elif event not in ("data", "end of data"):  # closed, reset, refused, timed out
            self._part(host, connection, event, now)

    def _pair(self, host: Host, front: Connection, now: int) -> None:
        target = self.listener.targets.pick(self._turn)  # round robin, as AWS says of TCP listeners
        self._turn += 1
        if target is None:
            host.close(front, now)
            return
        try:
            back = host.connect(target, self, now)
        except OSError:  # no port is free towards the target
            host.close(front, now)
            return
        self._other[front], self._other[back] = back, front

    def _part(self, host: Host, connection: Connection, event: str, now: int) -> None:
        other = self._other.pop(connection, None)
        if other is None:
            return
        self._other.pop(other, None)
        if event == "reset":
            host.abort(other, now)
        elif not other.closing:
            host.close(other, now)
