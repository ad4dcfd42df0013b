"""Request relay: what a proxy does with an HTTP or HTTPS listener.

It ends the client's HTTP, not only its TCP.

It reads whole requests, says in X-Forwarded-For, -Proto and -Port who asked and how, and sends each
on a connection of its own to a target; the answer goes back on the connection the request came
from. Connections to targets are kept and serve the next request, also of another client. Every
request ends as one event "answered": with the status the client got, or the one that is only logged
because the client was gone. Sources: ELB user guide, "How Elastic Load Balancing works";
"Troubleshoot" in both guides (who answers what, when).

Not said by AWS: 408 is for a client whose first request never came whole; a connection that was
served before is closed silently. Left out: pipelining to targets, HTTP/2, HEAD, 100 Continue,
the surge queue.
"""

from __future__ import annotations

from vpcedu.hosts.answered import Asked
from vpcedu.hosts.idle import Idle
from vpcedu.hosts.listener_action import action, answer
from vpcedu.protocols.forwarded import returned
from vpcedu.protocols.http import Incoming, Message, response
from vpcedu.quoting import quoted
from vpcedu.row import NamedRow
from vpcedu.tables.target_group import Listener, TargetGroup

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vpcedu.flow import Endpoint
    from vpcedu.hosts.host import Host
    from vpcedu.protocols.tcp import Connection
    from vpcedu.tables.targets import Targets


NO_TARGET, MALFORMED, SILENT = "503 Service Unavailable", "502 Bad Gateway", "504 Gateway Timeout"


class Conduct(NamedRow):
    """What one kind of balancer does where it differs from the other.

    Its answer where a target refused, reset or closed; what it logs where the client is gone; how
    long a connection to a target may take (microseconds); whether the target with the least
    outstanding requests is next, or whose turn it is.
    """

    broken: str
    gone: str
    patience: int
    least: bool


class RequestRelay:
    """The program of one HTTP listener.

    `forward` makes the target's request, `idle` is in microseconds.
    """

    def __init__(
        self,
        listener: Listener,
        groups: dict[TargetGroup, Targets],
        conduct: Conduct,
        idle: int,
        forward: Callable[[Message, Connection, str, int], Message],
    ) -> None:
        self.listener, self.groups, self.conduct, self.forward = listener, groups, conduct, forward
        self._idle = Idle(self, idle)
        self._buffers: dict[Connection, Incoming] = {}
        self._asked: dict[Connection, Asked] = {}  # by the connection to the target
        self._waiting: dict[Connection, Connection] = {}  # front -> back
        self._last: set[Connection] = set()  # fronts whose client wants no other answer
        self._kept: list[Connection] = []  # backs that wait for a request

    def on(self, host: Host, connection: Connection, event: str, data: Any, now: int) -> None:
        """Read requests from clients and responses from targets."""
        if event in ("connected", "data"):
            self._idle.stirred(host, connection, now)
        if event == "connected":
            if not connection.passive and connection not in self._asked:  # opened in advance
                self._kept.append(connection)
        elif event == "data" and connection in self._kept:  # nobody asked
            host.abort(connection, now)
        elif event == "data":
            self._buffers.setdefault(connection, Incoming()).buffer.extend(data)
            self._read(host, connection, now)
        elif event == "end of data":
            self._read(host, connection, now, ended=not connection.passive)
            self._lost(host, connection, "closed", now)
            host.close(connection, now)
        elif event == "idle":
            self._silent(host, connection, now)
        else:  # closed, reset, refused, timed out, unreachable
            self._idle.forget(connection)
            self._lost(host, connection, event, now)

    def _read(self, host: Host, connection: Connection, now: int, ended: bool = False) -> None:
        while (message := self._next(host, connection, now, ended)) is not None:
            if connection.passive:
                self._ask(host, Asked(connection, message, now), now)
            elif connection in self._asked and not message.start.split(" ")[1].startswith("1"):
                self._answer(host, connection, message, now)

    def _next(self, host: Host, connection: Connection, now: int, ended: bool) -> Message | None:
        if connection in self._waiting or connection.closing or connection not in self._buffers:
            return None  # one request at a time: the next one waits in the buffer
        try:
            message = self._buffers[connection].take(ended)
            if message is not None and message.is_response == connection.passive:
                raise ValueError(
                    f"{quoted(message.start)}: expected a request from a client, else a response"
                )
            return message
        except ValueError as error:
            if connection.passive:
                self._refuse(host, connection, response("400 Bad Request", str(error)), now)
            else:
                self._fail(host, connection, MALFORMED, now)
            return None

    def _ask(self, host: Host, asked: Asked, now: int) -> None:
        front, message = asked.front, asked.request
        if not message.keeps_alive:
            self._last.add(front)
        group = action(self.listener, message)
        if not isinstance(group, TargetGroup):
            self._say(host, asked, answer(self.listener, message, group), now)
            return
        busy = [back.flow.destination for back in self._asked] if self.conduct.least else []
        target = self.groups[group].pick(busy)
        back = self._back(host, target, now) if target is not None else None
        if back is None:
            self._say(host, asked, response(NO_TARGET), now)
            return
        self._asked[back], self._waiting[front] = asked._replace(target=target), back
        self._idle.stirred(host, back, now)
        host.send(
            back, bytes(self.forward(message, front, self.listener.protocol.lower(), now)), now
        )

    def _back(self, host: Host, target: Endpoint, now: int) -> Connection | None:
        """A kept connection to a target, or a new one; None where no port is free."""
        kept = next((c for c in self._kept if c.flow.destination == target), None)
        if kept is not None:
            self._kept.remove(kept)
            return kept
        try:
            back = host.connect(target, self, now)
        except OSError:
            return None
        host.after(now + self.conduct.patience, self._impatient, host, back)
        return back

    def _impatient(self, host: Host, back: Connection, now: int) -> str:
        if back.state == "SYN-SENT":
            self._fail(host, back, SILENT, now)
        return "connection timeout"

    def _answer(self, host: Host, back: Connection, message: Message, now: int) -> None:
        asked = self._free(back)
        if self._buffers[
            back
        ].buffer:  # more than an answer: the rest must not become another client's
            host.abort(back, now)
        elif message.keeps_alive:
            self._kept.append(back)
        self._give(host, asked, returned(message), now, _status(message))

    def _free(self, back: Connection) -> Asked:
        asked = self._asked.pop(back)
        del self._waiting[asked.front]
        return asked

    def _fail(self, host: Host, back: Connection, status: str, now: int) -> None:
        """Answer instead of a target that did not, and leave its connection."""
        if back in self._asked:
            self._give(host, self._free(back), response(status), now)
        host.abort(back, now)

    def _lost(self, host: Host, connection: Connection, event: str, now: int) -> None:
        """A connection is over: forget it, and answer whoever waited for it."""
        self._buffers.pop(connection, None)
        self._last.discard(connection)
        if connection in self._kept:
            self._kept.remove(connection)
        if connection in self._asked:
            status = SILENT if event == "timed out" else self.conduct.broken
            self._give(host, self._free(connection), response(status), now)
        elif connection in self._waiting:  # the client is gone: nobody wants the answer
            back = self._waiting[connection]
            host.tell(now, "answered", self._free(back).ends(self.conduct.gone))
            host.abort(back, now)

    def _silent(self, host: Host, connection: Connection, now: int) -> None:
        """Nothing came and nothing went for the idle timeout."""
        back = self._waiting.get(connection, connection)
        if back in self._asked or connection.closing:
            self._fail(host, back, SILENT, now)
        elif connection.passive and (
            connection not in self._buffers or self._buffers[connection].buffer
        ):
            self._refuse(host, connection, response("408 Request Timeout"), now)
        else:
            host.close(connection, now)

    def _refuse(self, host: Host, front: Connection, message: Message, now: int) -> None:
        """Answer what was no request, and close."""
        self._last.add(front)
        self._say(host, Asked(front, Message(""), now), message, now)

    def _give(self, host: Host, asked: Asked, message: Message, now: int, came: str = "") -> None:
        """Answer a client and go on with its next request."""
        self._say(host, asked, message, now, came)
        self._read(host, asked.front, now)

    def _say(self, host: Host, asked: Asked, message: Message, now: int, came: str = "") -> None:
        """Send an answer; then close where the client asked for that.

        RFC 9112 section 9.6.
        """
        front = asked.front
        if front in self._last:
            message = message.with_header("Connection", "close")
        host.tell(now, "answered", asked.ends(_status(message), came))
        self._idle.stirred(host, front, now)
        host.send(front, bytes(message), now)
        if front in self._last:
            self._last.remove(front)
            host.close(front, now)


def _status(message: Message) -> str:
    return message.start.partition(" ")[2]
