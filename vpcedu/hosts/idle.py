"""Idle timeout: a program hears the event "idle" when a connection was silent for too long.

Bytes of the application count, TCP's keep-alive probes and acknowledgments do not. Balancers close
what is idle, on the client's side and on the target's, after 60 s unless told otherwise (1 to 4,000
s); web servers close kept connections too. If a server's time is the shorter one it may close while
a request is on its way to it. Sources: Classic guide, "Configure the idle connection timeout";
Application Load Balancers guide, "Attributes".
"""

from __future__ import annotations

from vpcedu.clock import SECOND

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.hosts.host import Host, Program
    from vpcedu.protocols.tcp import Connection

IDLE = 60 * SECOND  # the default of Classic and Application Load Balancers, in microseconds


class Idle:
    """Watches a program's connections.

    ValueError for a limit (microseconds) below 1 s or above 4,000 s.
    """

    def __init__(self, program: Program, limit: int) -> None:
        if not SECOND <= limit <= 4_000 * SECOND:
            raise ValueError(f"idle timeout {limit}: expected 1 to 4000 s, in microseconds")
        self.program, self.limit = program, limit
        self._last: dict[Connection, int] = {}

    def stirred(self, host: Host, connection: Connection, now: int) -> None:
        """Bytes came or went, or the connection begins."""
        if connection not in self._last:
            host.after(now + self.limit, self._ring, host, connection)
        self._last[connection] = now

    def forget(self, connection: Connection) -> None:
        """The connection is over."""
        self._last.pop(connection, None)

    def _ring(self, host: Host, connection: Connection, now: int) -> str:
        last = self._last.get(connection)
        if last is None:
            return ""
        if last + self.limit <= now:
            last = self._last[connection] = now
            self.program.on(host, connection, "idle", None, now)
        host.after(last + self.limit, self._ring, host, connection)
        return "idle timeout"
