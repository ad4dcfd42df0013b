"""TLS end: stands in front of a program; the network carries TLS, the program reads plaintext.

To the host it is a program, to the program it is the host: what the program sends leaves in TLS
records, what comes is told when it is plaintext. The program of a secured connection hears
"connected" when the TLS handshake is done, not when TCP's is. Connections that a relay opens to its
targets go through untouched: TLS ends here. Where TLS fails, the other end gets an alert and the
connection is closed; a client's program hears why.

Not said by AWS: whether an SSL listener asks its target before the handshake is done; here it does
not. Left out: TLS to the targets, a limit to the time of a handshake.
"""

from __future__ import annotations

from vpcedu.protocols.tls import Client, Server, Tls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vpcedu.flow import Endpoint
    from vpcedu.hosts.host import Host, Program
    from vpcedu.protocols.tcp import Connection
    from vpcedu.row import Row
    from vpcedu.tables.target_group import Listener


class TlsEnd:
    """A program that secures another one; `terms` say with which certificate, or whom to trust."""

    def __init__(self, program: Program, terms: Server | Client) -> None:
        self.program, self.terms = program, terms
        self._host: Any = None
        self._secured: dict[Connection, Tls] = {}

    # What the host calls.

    def on(self, host: Host, connection: Connection, event: str, data: Any, now: int) -> None:
        """Follow a connection: decrypt what comes, tell the program."""
        self._host = host
        tls = self._secured.get(connection)
        if connection.passive != self.terms.passive:
            self._tell(connection, event, data, now)
        elif event == "connected":
            self._secured[connection] = self.terms.begin()
            self._hear(connection, b"", now)
        elif event == "data":
            self._hear(connection, data, now)
        elif event != "end of data":  # closed, reset, refused, timed out
            self._secured.pop(connection, None)
            self._tell(connection, event, data, now)
        elif tls is not None and not tls.stands:
            self._fail(connection, "closed", now)
        elif tls is not None and not tls.ended:
            self._tell(connection, event, data, now)

    # What the program calls, as it would call its host.

    def send(self, connection: Connection, data: bytes, now: int) -> None:
        """Send bytes, encrypted where this end secures the connection."""
        if connection.passive != self.terms.passive:
            self._host.send(connection, data, now)
        elif connection not in self._secured or connection.closing:
            raise ValueError(
                f"connection {connection.flow} is closing: expected one that can still send"
            )
        else:
            self._secured[connection].send(data)
            self._flush(connection, now)

    def close(self, connection: Connection, now: int) -> None:
        """Say close_notify, then close."""
        if connection in self._secured and not connection.closing:
            self._secured[connection].close()
            self._flush(connection, now)
        self._host.close(connection, now)

    def abort(self, connection: Connection, now: int) -> None:
        """End a connection with RST."""
        self._host.abort(connection, now)

    def connect(self, remote: Endpoint, program: Program, now: int) -> Connection:
        """Open a connection; its events come through here."""
        opened: Connection = self._host.connect(remote, self, now)
        return opened

    def after(self, instant: int, call: Callable[..., Any], *arguments: Any) -> None:
        """Have a bound method called at an instant."""
        self._host.after(instant, call, *arguments)

    def tell(self, now: int, what: str, row: Row | str | None = None) -> None:
        """Note an event of the capture."""
        self._host.tell(now, what, row)

    # Between both.

    def _hear(self, connection: Connection, data: bytes, now: int) -> None:
        tls = self._secured.get(connection)
        if tls is None:
            return  # TLS failed before: what still comes is not read
        happened = tls.receive(data)
        self._flush(connection, now)
        for event, row in happened:
            if event == "failed":
                self._fail(connection, row, now)
            else:
                self._tell(
                    connection, "connected" if event == "handshake done" else event, row, now
                )

    def _flush(self, connection: Connection, now: int) -> None:
        data = self._secured[connection].take_sent()
        if data and not connection.closing and connection.state != "CLOSED":
            self._host.send(connection, data, now)

    def _fail(self, connection: Connection, why: str, now: int) -> None:
        del self._secured[connection]
        self._host.tell(now, "TLS failed", why)
        self._host.close(connection, now)
        self._tell(connection, why, None, now)

    def _tell(self, connection: Connection, event: str, data: Any, now: int) -> None:
        self.program.on(self, connection, event, data, now)  # type: ignore[arg-type]


def secured(listener: Listener, program: Program) -> TlsEnd:
    """The program of a listener, with the listener's TLS in front of it.

    ValueError where the listener has no certificate.
    """
    if listener.certificate is None:
        raise ValueError(
            f"{listener} has no certificate: expected the path of a PEM file with certificate and key"
        )
    return served(program, listener.certificate)


def served(program: Program, certificate: str) -> TlsEnd:
    """A server's program with TLS in front of it."""
    return TlsEnd(program, Server(certificate))
