"""Applications: web servers that believe something about their visitors, rightly or not.

Each writes a log of its own, an event "application log" of the capture: the address that it takes
for the client's. What it believes is a function, so that a wrong belief is one word in a
description and its cure another. Behind a balancer an application sees the balancer's address; it
learns the client's from X-Forwarded-For (whose last entry is the peer of the balancer that wrote
it; what stands before came from outside) or from the PROXY protocol.
"""

from __future__ import annotations

from vpcedu.hosts.application_log import Logged
from vpcedu.hosts.web_server import SeenRequest, WebServer
from vpcedu.protocols.forwarded import PROTO, believed, chain_of
from vpcedu.protocols.http import Message, response
from vpcedu.protocols.proxy_protocol import Header, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from vpcedu.hosts.host import Host
    from vpcedu.protocols.tcp import Connection

    Belief = Callable[[SeenRequest, "Header | None"], "str | None"]


# Beliefs: who is the client?


def the_peer(seen: SeenRequest, header: Header | None) -> str | None:
    """Whoever opened the connection."""
    return seen.peer.address


def first_entry(seen: SeenRequest, header: Header | None) -> str | None:
    """The leftmost entry of X-Forwarded-For."""
    return (chain_of(seen.request) or "").split(",")[0].strip() or None


def last_entry(seen: SeenRequest, header: Header | None) -> str | None:
    """The rightmost entry of X-Forwarded-For: one balancer's word."""
    return believed(seen.request)


def last_but_one(seen: SeenRequest, header: Header | None) -> str | None:
    """The last entry but one, as if the last were the balancer itself."""
    return believed(seen.request, 2)


def the_header(seen: SeenRequest, header: Header | None) -> str | None:
    """The source in the PROXY header."""
    return header.source.address if header is not None and header.source is not None else None


# Answers of its own: None is the page.


def page(message: Message) -> Message | None:
    """The page, to everybody."""
    return None


def https_only(message: Message) -> Message | None:
    """Whoever did not come by https, as the balancer says, is sent there."""
    return None if message.header(PROTO) == "https" else redirect(message)


def https_blindly(message: Message) -> Message | None:
    """The connection to here is plain, so everybody is sent to https."""
    return redirect(message)


def redirect(message: Message) -> Message:
    """301 to the same page by https."""
    path = message.start.split(" ")[1]
    return response("301 Moved Permanently").with_header(
        "Location", f"https://{message.header('Host')}{path}"
    )


class Application(WebServer):
    """A web server with an application.

    reads: its belief about the client. answers: which requests it answers itself. proxied: whether
    each connection begins with a PROXY header. delay: how long it thinks before it answers
    (microseconds).
    """

    kind_words = "Application"

    def __init__(
        self,
        name: str,
        address: str,
        seed: int = 0,
        listens: tuple[int, ...] = (80,),
        certificates: tuple[tuple[int, str], ...] = (),
        keep_alive: int | None = None,
        reads: Belief = the_peer,
        answers: Callable[[Message], Message | None] = page,
        proxied: bool = False,
        delay: int = 0,
    ) -> None:
        super().__init__(name, address, seed, listens, certificates, keep_alive)
        self.reads, self.answers, self.proxied, self.delay = reads, answers, proxied, delay
        self._headers: dict[Connection, Header] = {}
        self._early: dict[Connection, bytearray] = {}  # bytes of a header

    def _read(self, host: Host, connection: Connection, data: bytes, now: int) -> None:
        if self.proxied and connection not in self._headers:
            early = self._early.setdefault(connection, bytearray())
            early += data
            try:
                found = parse(early)
            except ValueError:
                host.abort(connection, now)
                return
            if found is None:
                return
            self._headers[connection], data = found[0], bytes(early[found[1] :])
        if data:
            super()._read(host, connection, data, now)

    def _answer(self, host: Host, connection: Connection, message: Message, now: int) -> None:
        seen = SeenRequest(connection.flow.destination, connection.flow.source, message)
        client = self.reads(seen, self._headers.get(connection))
        self.tell(
            now, "application log", Logged(client, seen.peer, chain_of(message), message.start)
        )
        own = self.answers(message)
        if own is not None:
            self.tell(now, "request", seen)
            self.tell(
                now,
                "redirect",
                f"to {own.header('Location')}, where {PROTO} is {message.header(PROTO) or '-'}",
            )
            host.send(connection, bytes(own), now)
        elif self.delay:
            host.after(now + self.delay, self._late, host, connection, message)
        else:
            super()._answer(host, connection, message, now)

    def _late(self, host: Host, connection: Connection, message: Message, now: int) -> str:
        if not connection.closing and connection.state != "CLOSED":
            super()._answer(host, connection, message, now)
        return "answers at last"
