"""Programs: what the opener of a connection may do instead of asking for a page at once."""

from __future__ import annotations

from vpcedu.hosts.client import Fetch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.hosts.host import Host
    from vpcedu.protocols.http import Message
    from vpcedu.protocols.tcp import Connection


class Stay(Fetch):
    """A program that connects and then leaves the connection alone.

    First it sends a few bytes, if it has any.
    """

    def __init__(self, now: int, says: bytes = b"") -> None:
        super().__init__(None, now)
        self.says = says

    def _connected(self, host: Host, connection: Connection, now: int) -> None:
        self._finish(host, "connected", now)
        if self.says:
            host.send(connection, self.says, now)


class Later(Fetch):
    """A program that connects, stays silent, and only then asks for its page.

    The silence is in microseconds.
    """

    def __init__(self, request: Message, now: int, silence: int) -> None:
        super().__init__(request, now)
        self.silence = silence

    def _connected(self, host: Host, connection: Connection, now: int) -> None:
        if self.silence:
            host.after(now + self.silence, self._ask, host, connection)
        else:
            super()._connected(host, connection, now)

    def _ask(self, host: Host, connection: Connection, now: int) -> str:
        if self.result is None:
            super()._connected(host, connection, now)
        return "asks at last"
