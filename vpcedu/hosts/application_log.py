"""Application log: whom an application takes for the client of each request, and why."""

from __future__ import annotations

from vpcedu.flow import Endpoint
from vpcedu.protocols.forwarded import FOR
from vpcedu.row import NamedRow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from vpcedu.trace import Capture


class Logged(NamedRow):
    """A line of an application's log: whom it takes for the client, and what it had to judge by."""

    client: str | None
    peer: Endpoint
    forwarded: str | None
    request: str

    def __str__(self) -> str:
        forwarded_text = f", {FOR}: {self.forwarded}" if self.forwarded else ""
        return (
            f'{self.client or "-"} "{self.request}" (connection from {self.peer}{forwarded_text})'
        )


def logged(capture: Capture) -> Iterator[tuple[str, Logged]]:
    """Which application wrote a line in its log, and what."""
    return ((event.who, event.row) for event in capture.events if isinstance(event.row, Logged))
