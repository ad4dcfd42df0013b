"""Host: an address with TCP, where connections end and programs run.

A program is any object with `on(host, connection, event, data, now)`; events are those of TCP
("connected", "data", "end of data", "closed", "reset", "refused", "timed out"). It answers by
calling the host: `send`, `close`, `connect`, `after`. What leaves is collected in order: TCP's own
segments first, then what the program caused. A segment for nobody is answered by RST (RFC 9293
section 3.10.7.1); where a program listens only one with ACK is, and what has neither SYN nor ACK,
such as a FIN, is dropped in silence (section 3.10.7.2).
"""

from __future__ import annotations

from errno import EADDRNOTAVAIL

from vpcedu.device import Machine
from vpcedu.flow import Endpoint, FiveTuple, spread
from vpcedu.hosts.accept_queue import SOMAXCONN, AcceptQueue
from vpcedu.hosts.alarms import Alarms
from vpcedu.hosts.new_connection import first_number, may_follow
from vpcedu.icmp import FRAGMENTATION_NEEDED, UNREACHABLE, icmp_port
from vpcedu.packet import ACK, RST, SYN, Packet
from vpcedu.protocols.path_mtu import too_large
from vpcedu.protocols.ports import LINUX, choose
from vpcedu.protocols.tcp import Connection
from vpcedu.protocols.tcp_settings import LINUX as LINUX_TCP
from vpcedu.protocols.tcp_settings import Settings
from vpcedu.protocols.tcp_states import CLOSED, LISTEN
from vpcedu.reasons import BACKLOG_FULL, NO_CONNECTION, OWN_SOURCE, PORT_CLOSED, UNRELATED
from vpcedu.trace import DELIVER, DROP, Cause, Change, Event, Step, sent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    from vpcedu.row import Row

    class Program(Protocol):
        """What runs on a host and hears of its connections."""

        def on(self, host: Host, connection: Connection, event: str, data: Any, now: int) -> None:
            """Hear an event."""


_new = tuple.__new__  # quicker than the class's own call


class Host(Machine):
    """A host at one address; `seed` decides its ports and first numbers, `settings` are TCP's."""

    kind_words = "Host"
    is_host = opens = timed = True

    def __init__(
        self,
        name: str,
        address: str,
        seed: int = 0,
        ports: tuple[int, int] = LINUX,
        settings: Settings = LINUX_TCP,
    ) -> None:
        super().__init__(name, address, seed)
        self.ports, self.settings = ports, settings
        self.connections: dict[FiveTuple, Connection] = {}  # own end first
        self.listeners: dict[int, Program] = {}
        self._queue = AcceptQueue()
        self._opened = 0
        self._alarms = Alarms()
        self._touched: list[Connection] = []
        self._sent: list[Packet] = []

    def attach(self, mtu: int) -> None:
        """Be on an interface of this MTU (bytes): a SYN offers 40 less (RFC 9293 section 3.7.1)."""
        self.settings = self.settings._replace(mss=mtu - 40)

    # What programs and lessons call.

    def listen(self, port: int, program: Program, now: int = 0, backlog: int = SOMAXCONN) -> None:
        """Have a program accept the connections to a port; `backlog` counts while it is on hold."""
        self.listeners[port] = program
        self._queue.backlogs[port] = backlog

    def hold(self, port: int, now: int = 0) -> None:
        """Stop accepting: connections to the port are established, and wait.

        The program hears nothing of them.
        """
        self._queue.hold(port)

    def accept(self, port: int, now: int) -> Connection | None:
        """Accept the connection that has waited longest on a port on hold.

        Its program hears what happened so far.
        """
        connection, events = self._queue.take(port)
        for event, data in events:
            connection.program.on(self, connection, event, data, now)  # type: ignore[union-attr]
        return connection

    def connect(
        self, remote: Endpoint, program: Program, now: int, port: int | None = None
    ) -> Connection:
        """Open a connection from a port of one's own choice or a free ephemeral one.

        OSError EADDRNOTAVAIL where that port is taken towards `remote`, or none is left.
        """
        port = self._free_port(remote) if port is None else port
        if port is None or self._flow(port, remote) in self.connections:
            what = f"no free port in {self.ports}" if port is None else f"port {port} in use"
            raise OSError(EADDRNOTAVAIL, f"{self.name} has {what} towards {remote}")
        connection = self._new(self._flow(port, remote), program, now)
        connection.open(now)
        return self._touch(connection)

    def send(self, connection: Connection, data: bytes, now: int) -> None:
        """Send bytes on a connection."""
        connection.send(data, now)
        self._touch(connection)

    def read(self, connection: Connection, most: int, now: int) -> bytes:
        """Read from a connection whose `pull` is set."""
        data = connection.read(most, now)
        self._touch(connection)
        return data

    def close(self, connection: Connection, now: int) -> None:
        """Close the sending side of a connection."""
        connection.close(now)
        self._touch(connection)

    def abort(self, connection: Connection, now: int) -> None:
        """End a connection with RST."""
        connection.abort(now)
        self._touch(connection)

    def after(self, instant: int, call: Callable[..., Any], *arguments: Any) -> None:
        """Have a bound method called with `arguments` and the time at an instant (microseconds)."""
        self._alarms.add(instant, call, *arguments)

    def tell(self, now: int, what: str, row: Row | str | None = None) -> None:
        """Note what an application did or learnt, as an event of the capture."""
        self._events.append(Event(now, self.name, what, row))

    # What the network calls.

    def handle(self, packet: Packet, now: int) -> Step:
        """Take a packet: give it to its connection or listener, or drop it, mostly with RST."""
        if packet.flow.src in (self.address, packet.flow.dst):
            return Step(now, self.name, "deliver", DROP, packet, None, None, OWN_SOURCE)
        if packet.icmp is not None:
            return self._told(packet, now)
        flow = packet.flow.reversed()
        connection = self.connections.get(flow)
        program = self.listeners.get(flow.sport)
        opens = packet.flags & (SYN | ACK | RST) == SYN
        if program is not None and opens and (connection is None or may_follow(connection, packet)):
            if self._queue.full(flow.sport):
                return Step(now, self.name, "deliver", DROP, packet, None, None, BACKLOG_FULL)
            if connection is not None:
                self._touch(connection).end("rcv SYN", "closed")  # TIME-WAIT ends here
            connection = self._new(flow, program, now, connection)
            connection.listen(now)
        if connection is None:
            reason = NO_CONNECTION if program is not None or not opens else PORT_CLOSED
            silent = packet.flags & RST or (program is not None and not packet.flags & ACK)
            answer = () if silent else (packet.reset(),)
            return Step(now, self.name, "deliver", DROP, packet, None, None, reason, answer)
        before = connection.state
        connection.receive(packet, now)
        self._touch(connection)
        row = _new(Change, (flow, before, "segment arrives", connection.state))
        return _new(
            Step,
            (now, self.name, "deliver", DELIVER, packet, packet, row, None, self.flush(now)),
        )

    def _told(self, packet: Packet, now: int) -> Step:
        """Take an ICMP error: tell the connection whose segment it quotes."""
        mtu, flow, seq, _ = packet.icmp  # type: ignore[misc]
        connection = self.connections.get(flow)
        if connection is None:
            return Step(now, self.name, "deliver", DROP, packet, None, None, UNRELATED)
        before = connection.state
        if packet.flow.dport == icmp_port(UNREACHABLE, FRAGMENTATION_NEEDED):
            too_large(connection, mtu, seq, now)
        else:
            connection.unreachable(seq)
        self._touch(connection)
        row = Change(flow, before, packet.what, connection.state)
        return Step(now, self.name, "deliver", DELIVER, packet, packet, row, None, self.flush(now))

    @property
    def deadline(self) -> int | None:
        """When `wake` wants to be called next (microseconds), or None."""
        return self._alarms.next

    def wake(self, now: int) -> tuple[Step, ...]:
        """Let the alarms ring that are due; a `send` step for each packet, its row the cause."""
        steps: list[Step] = []
        while self.deadline is not None and self.deadline <= now:
            call, arguments = self._alarms.take()
            ring: Callable[..., Any] = call or self._ring
            words = ring(*arguments, now) or "timer"
            steps += (sent(now, self.name, packet, Cause(words)) for packet in self.flush(now))
        return tuple(steps)

    def flush(self, now: int) -> tuple[Packet, ...]:
        """What is to be sent now, in order; programs hear the events on the way."""
        while self._touched:
            connection = self._touched.pop(0)
            self._sent += connection.take_sent()
            data: Any  # a Change, bytes or nothing, as the event has it
            for event, data in connection.take_events():
                if event == "state":
                    self._events.append(_new(Event, (now, self.name, "state", data)))
                elif not self._queue.keep(connection, event, data):
                    connection.program.on(self, connection, event, data, now)  # type: ignore[attr-defined]
            if connection.state in (CLOSED, LISTEN):  # LISTEN: reset before it was established
                if self.connections.get(connection.flow) is connection:  # no other took its place
                    del self.connections[connection.flow]
            else:
                self._alarms.watch(connection)
        sent, self._sent = tuple(self._sent), []
        return sent

    def _flow(self, port: int, remote: Endpoint) -> FiveTuple:
        return FiveTuple(self.address, port, remote.address, remote.port)

    def _free_port(self, remote: Endpoint) -> int | None:
        # Linux moves on by 2
        start = (spread(self.seed, self.name, self.address, *remote) >> 8) + 2 * self._opened
        self._opened += 1
        return choose(self.ports, start, lambda port: self._flow(port, remote) in self.connections)

    def _new(
        self, flow: FiveTuple, program: Program, now: int, old: Connection | None = None
    ) -> Connection:
        isn = first_number(spread(self.seed, self.name, *flow), now, old)
        connection = self.connections[flow] = Connection(flow, isn, program, self.settings)
        return connection

    def _touch(self, connection: Connection) -> Connection:
        self._touched.append(connection)
        return connection

    def _ring(self, connection: Connection, now: int) -> str:
        words = connection.wake(now)
        self._touch(connection)
        return words
