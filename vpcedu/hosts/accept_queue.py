"""Accept queue: connections that are established and wait for their program (listen(2), accept(2)).

A program usually accepts at once. A lesson may put a port on hold: then connections to it are
established by the host alone, and wait here with all that they heard, until the program accepts
one. The queue takes one more than its backlog says, as Linux' does; when it is full a SYN is
dropped in silence, and the opener tries again.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.protocols.tcp import Connection

    Heard = list[tuple[str, Any]]

SOMAXCONN = 4_096  # Linux' largest backlog since 5.4


class AcceptQueue:
    """What waits at the ports on hold."""

    def __init__(self) -> None:
        self.backlogs: dict[int, int] = {}
        self._waiting: dict[int, list[tuple[Connection, Heard]]] = {}

    def hold(self, port: int) -> None:
        """Let the connections to a port wait from now on."""
        self._waiting.setdefault(port, [])

    def full(self, port: int) -> bool:
        """Whether a port takes no more connections."""
        return len(self._waiting.get(port, ())) > self.backlogs[port]

    def take(self, port: int) -> tuple[Connection | None, Heard]:
        """The connection that has waited longest, and what it heard so far.

        (None, []) where none waits.
        """
        return self._waiting[port].pop(0) if self._waiting.get(port) else (None, [])

    def keep(self, connection: Connection, event: str, data: Any) -> bool:
        """Keep an event of a connection that waits; False where its program is to hear it now."""
        waiting = self._waiting.get(connection.flow.sport) if connection.passive else None
        if waiting is not None and event == "connected":
            waiting.append((connection, []))
        for held, events in waiting or ():
            if held is connection:
                events.append((event, data))
                return True
        return False
