"""Web server: answers HTTP/1.1 requests, and writes down whom it saw.

It knows of a visitor only what the packets and headers tell it: the source address of the
connection and, behind a layer 7 balancer, X-Forwarded-For. Both stand in its log, an event
"request" of the capture. With `keep_alive` it closes a connection that was silent for so long. A
path that is a number, such as /4000, asks for a page of that many bytes (at most 65,536).
"""

from __future__ import annotations

from vpcedu.flow import Endpoint
from vpcedu.hosts.host import Host
from vpcedu.hosts.idle import Idle
from vpcedu.protocols.http import Incoming, Message, response
from vpcedu.row import NamedRow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from vpcedu.device import Device
    from vpcedu.protocols.tcp import Connection
    from vpcedu.trace import Capture


USUAL = (80,)  # the ports of a web server that names none


class SeenRequest(NamedRow):
    """A request as the server got it: the connection's other end, its own end, the message."""

    peer: Endpoint
    local: Endpoint
    request: Message

    def __str__(self) -> str:
        forwarded = self.request.header("X-Forwarded-For")
        return f'from {self.peer} "{self.request.start}"' + (
            f" X-Forwarded-For: {forwarded}" if forwarded else ""
        )


def requests_seen(capture: Capture) -> Iterator[tuple[str, SeenRequest]]:
    """Which server got a request, and how."""
    return (
        (event.who, event.row) for event in capture.events if isinstance(event.row, SeenRequest)
    )


class WebServer(Host):
    """A host that serves one page on each of its ports.

    `certificates` are (port, certificate) of those with TLS; keep_alive: microseconds, or None for
    ever.
    """

    kind_words = "web server"

    def __init__(
        self,
        name: str,
        address: str,
        seed: int = 0,
        listens: tuple[int, ...] = USUAL,
        certificates: tuple[tuple[int, str], ...] = (),
        keep_alive: int | None = None,
    ) -> None:
        super().__init__(name, address, seed)
        self._idle = Idle(self, keep_alive) if keep_alive else None
        self._buffers: dict[Connection, Incoming] = {}
        for port in listens:
            self.listen(port, self)
        for port, certificate in certificates:
            from vpcedu.hosts.tls_end import served

            self.listen(port, served(self, certificate))

    def on(self, host: Host, connection: Connection, event: str, data: Any, now: int) -> None:
        """Answer whole requests; close when the other end does."""
        if event in ("connected", "data") and self._idle is not None:
            self._idle.stirred(host, connection, now)
        if event == "data":
            self._read(host, connection, data, now)
        elif event in ("end of data", "idle"):
            host.close(connection, now)
        elif event in ("closed", "reset", "refused", "timed out"):
            self._buffers.pop(connection, None)
            if self._idle is not None:
                self._idle.forget(connection)

    def _read(self, host: Host, connection: Connection, data: bytes, now: int) -> None:
        incoming = self._buffers.setdefault(connection, Incoming())
        incoming.buffer += data
        try:
            while not connection.closing and (message := incoming.take()) is not None:
                self._answer(host, connection, message, now)
        except ValueError as error:
            host.send(connection, bytes(response("400 Bad Request", str(error))), now)
            host.close(connection, now)

    def _answer(self, host: Host, connection: Connection, message: Message, now: int) -> None:
        flow = connection.flow
        self.tell(now, "request", SeenRequest(flow.destination, flow.source, message))
        size = message.start.split(" ")[1][1:]
        wished = (
            min(int(size), 65_536) if size.isascii() and size.isdigit() and len(size) < 10 else 0
        )
        page = f"Hello {flow.destination}, here is {self.name}.\n".ljust(wished, ".")
        host.send(connection, bytes(response("200 OK", page)), now)
        if not message.keeps_alive:
            host.close(connection, now)


def serves(device: Device) -> bool:
    """Whether a described device is a web server of which one knows where it listens."""
    return issubclass(device.kind, WebServer) and not device.kind.any_port


def listens(device: Device) -> tuple[int, ...]:
    """The ports on which a described web server listens; () for every other device."""
    return tuple(dict(device.settings).get("listens", USUAL)) if serves(device) else ()
