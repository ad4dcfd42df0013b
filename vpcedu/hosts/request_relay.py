"""Request relay: what a proxy does with an HTTP or HTTPS listener. It ends the client's HTTP, not only its TCP.

It reads whole requests, says in X-Forwarded-For, -Proto and -Port who asked and how, and sends each on a
connection of its own to a target; the answer goes back on the connection the request came from.
Connections to targets are kept and serve the next request, also of another client. X-Forwarded-For is
appended to what the client sent: only the rightmost entry was written here, all others can be forged.
Sources: ELB user guide, "How Elastic Load Balancing works" (HTTP headers); Classic guide, "HTTP headers".

Simplified: a connection to a target is opened when a request needs one. A Classic HTTP listener opens
connections in advance; an Application Load Balancer does not. Left out: pipelining, HTTP/2.
"""

from __future__ import annotations

from collections import deque, namedtuple

from vpcedu.protocols.forwarded import forward
from vpcedu.protocols.http import Message, response, take
from vpcedu.tables.target_group import Listener

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.hosts.host import Host
    from vpcedu.protocols.tcp import Connection


class Failures(namedtuple("Failures", ("no_target", "refused", "reset", "closed", "malformed", "silent", "patience"))):
    """The balancer's own answers: no target; the target refused, reset, closed or answered nonsense; nothing
    came for `patience` (microseconds)."""

    __slots__ = ()
    no_target: str
    refused: str
    reset: str
    closed: str
    malformed: str
    silent: str
    patience: int


class RequestRelay:
    """The program behind one HTTP listener; `failures` are the answers of this kind of balancer."""

    def __init__(self, listener: Listener, failures: Failures) -> None:
        self.listener, self.failures = listener, failures
        self._buffers: dict[Connection, bytearray] = {}
        self._asked: dict[Connection, tuple[Connection, int]] = {}  # back -> the front that waits, and its turn
        self._waiting: dict[Connection, Connection] = {}  # front -> back
        self._last: set[Connection] = set()  # fronts whose client wants no other answer
        self._idle: deque[Connection] = deque()
        self._turn = 0

    def on(self, host: Host, connection: Connection, event: str, data: Any, now: int) -> None:
        """Read requests from clients and responses from targets."""
        if event == "data":
            self._buffers.setdefault(connection, bytearray()).extend(data)
            self._read(host, connection, now)
        elif event == "end of data":
            if not connection.passive:
                self._read(host, connection, now, ended=True)
                self._lost(host, connection, "closed", now)
            if connection not in self._waiting:
                host.close(connection, now)
        elif event != "connected":  # closed, reset, refused, timed out
            self._lost(host, connection, event, now)

    def _read(self, host: Host, connection: Connection, now: int, ended: bool = False) -> None:
        while (message := self._next(host, connection, now, ended)) is not None:
            if connection.passive:
                self._ask(host, connection, message, now)
            elif connection in self._asked:
                self._answer(host, connection, message, now)

    def _next(self, host: Host, connection: Connection, now: int, ended: bool) -> Message | None:
        if connection in self._waiting or connection.closing or connection not in self._buffers:
            return None  # one request at a time: the next one waits in the buffer
        try:
            return take(self._buffers[connection], ended)
        except ValueError as error:
            self._malformed(host, connection, str(error), now)
            return None

    def _ask(self, host: Host, front: Connection, message: Message, now: int) -> None:
        if not message.keeps_alive:
            self._last.add(front)
        target = self.listener.targets.pick(self._turn)
        self._turn += 1
        if target is None:
            self._say(host, front, response(self.failures.no_target), now)
            return
        back = next((c for c in self._idle if c.flow.destination == target), None)
        if back is not None:
            self._idle.remove(back)
        else:
            try:
                back = host.connect(target, self, now)
            except OSError:  # no port is free towards the target
                self._say(host, front, response(self.failures.no_target), now)
                return
        self._asked[back], self._waiting[front] = (front, self._turn), back
        onward = forward(message, front.flow.destination, front.flow.source, self.listener.protocol.lower())
        host.send(back, bytes(onward), now)
        host.after(now + self.failures.patience, self._impatient, host, back, self._turn)

    def _answer(self, host: Host, back: Connection, message: Message, now: int) -> None:
        front = self._free(back)
        if message.keeps_alive:
            self._idle.append(back)
        self._give(host, front, message, now)

    def _free(self, back: Connection) -> Connection:
        front, _ = self._asked.pop(back)
        del self._waiting[front]
        return front

    def _lost(self, host: Host, connection: Connection, event: str, now: int) -> None:
        """A connection is over: forget it, and answer whoever waited for it."""
        self._buffers.pop(connection, None)
        self._last.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        if connection in self._asked:
            named = {"timed out": self.failures.silent, "unreachable": self.failures.refused}
            answer = named.get(event) or getattr(self.failures, event)
            self._give(host, self._free(connection), response(answer), now)
        elif connection in self._waiting:  # the client is gone: nobody wants the answer
            back = self._waiting.pop(connection)
            del self._asked[back]
            host.abort(back, now)

    def _malformed(self, host: Host, connection: Connection, why: str, now: int) -> None:
        if connection.passive:
            host.send(connection, bytes(response("400 Bad Request", why)), now)
            host.close(connection, now)
        else:
            self._lost(host, connection, "malformed", now)
            host.abort(connection, now)

    def _impatient(self, host: Host, back: Connection, turn: int, now: int) -> str:
        if self._asked.get(back, (None, 0))[1] == turn:
            self._give(host, self._free(back), response(self.failures.silent), now)
            host.abort(back, now)
        return "answer timeout"

    def _give(self, host: Host, front: Connection, message: Message, now: int) -> None:
        """Answer a client; go on with its next request, or close where it sends no more."""
        self._say(host, front, message, now)
        self._read(host, front, now)
        if front.state == "CLOSE-WAIT" and front not in self._waiting:
            host.close(front, now)

    def _say(self, host: Host, front: Connection, message: Message, now: int) -> None:
        """Send an answer; close behind it where the client asked for that (RFC 9112 section 9.6)."""
        host.send(front, bytes(message), now)
        if front in self._last:
            self._last.remove(front)
            host.close(front, now)
