"""Programs that open connections: one fetches a page, one only connects and closes again.

What they learn is the symptom that a person sees: a status line, "refused", "reset", "timed out"
(and after how long), or "closed" where the other end closed before it answered.
"""

from __future__ import annotations

from vpcedu.clock import seconds
from vpcedu.protocols.http import Incoming, Message
from vpcedu.row import NamedRow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.hosts.host import Host
    from vpcedu.protocols.tcp import Connection


class Result(NamedRow):
    """What the program found out.

    A symptom in words, the response if one came, and after how long (microseconds).
    """

    symptom: str
    response: Message | None = None
    after: int = 0

    def __str__(self) -> str:
        return f"{self.symptom} after {seconds(self.after)} s"


class Fetch:
    """Send one request, read one response, close. `result` is None until it is known."""

    def __init__(self, request: Message | None, now: int) -> None:
        self.request, self.started = request, now
        self.result: Result | None = None
        self._incoming = Incoming()

    def on(self, host: Host, connection: Connection, event: str, data: Any, now: int) -> None:
        """Follow the connection to its result."""
        if event == "connected":
            self._connected(host, connection, now)
        elif event == "data":
            self._read(host, connection, data, now)
        elif event == "end of data":
            self._read(host, connection, b"", now, ended=True)
            self._finish(host, "closed", now)
            host.close(connection, now)
        else:  # closed, reset, refused, timed out
            self._finish(host, event, now)

    def _connected(self, host: Host, connection: Connection, now: int) -> None:
        if self.request is None:
            self._finish(host, "connected", now)
            host.close(connection, now)
        else:
            host.send(connection, bytes(self.request), now)

    def _read(
        self, host: Host, connection: Connection, data: bytes, now: int, ended: bool = False
    ) -> None:
        self._incoming.buffer += data
        try:
            message = self._incoming.take(ended)
        except ValueError as error:
            self._finish(host, f"malformed response: {error}", now)
            host.abort(connection, now)
            return
        if message is not None and self.result is None:
            self._finish(host, message.start.partition(" ")[2], now, message)
            host.close(connection, now)

    def _finish(self, host: Host, symptom: str, now: int, message: Message | None = None) -> None:
        if self.result is None:
            self.result = Result(symptom, message, now - self.started)
            host.tell(now, "result", self.result)
