"""Answered: what a layer 7 balancer notes of a request when it has ended, as its access log would.

The client's address and port and the target's in one row are the shortest proof of two connections.
The status is what the client got, or what is only logged because the client was gone (460 at an
Application Load Balancer). Sources: "Access logs" of the Application Load Balancers guide and of
the Classic guide.
"""

from __future__ import annotations

from vpcedu.flow import Endpoint
from vpcedu.protocols.http import Message
from vpcedu.row import NamedRow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from vpcedu.protocols.tcp import Connection
    from vpcedu.trace import Capture


class Answered(NamedRow):
    """One request that has ended: who asked whom, and which answer came.

    The target or None, the start line ("" if malformed), the client's status, the status that came
    from the target ("" where none came), and when the request was whole (microseconds).
    """

    client: Endpoint
    listener: Endpoint
    target: Endpoint | None
    request: str
    status: str
    came: str
    begun: int

    def __str__(self) -> str:
        came = f"the target sent {self.came}" if self.came else "the target sent nothing"
        return f'{self.client} got {self.status} for "{self.request}"; {came}'


class Asked(NamedRow):
    """A request that has not ended.

    The client's connection, the message, since when, and the target that has it.
    """

    front: Connection
    request: Message
    begun: int
    target: Endpoint | None = None

    def ends(self, status: str, came: str = "") -> Answered:
        """What is noted of it."""
        client, listener = self.front.flow.destination, self.front.flow.source
        return Answered(client, listener, self.target, self.request.start, status, came, self.begun)


def requests_answered(capture: Capture) -> Iterator[tuple[int, str, Answered]]:
    """When (microseconds) and by which balancer a request was answered, and what it noted."""
    return (
        (event.at, event.who, event.row)
        for event in capture.events
        if isinstance(event.row, Answered)
    )
