"""Stream: what one end of a connection said, read from the packets of a capture, and when."""

from __future__ import annotations

from vpcedu.flow import MODULUS
from vpcedu.packet import SYN
from vpcedu.protocols.http import Message, take

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.trace import Trace


class Said:
    """The bytes of one direction of a connection in order, and when each part of them was there."""

    def __init__(self, traces: list[Trace], at_end: bool) -> None:
        first = next((t.packet.seq + 1 for t in traces if t.packet.flags & SYN), None)
        self.data = bytearray()
        self.parts: list[tuple[int, int]] = []
        for trace in (trace for trace in traces if trace.packet.data):
            packet = trace.last.before
            first = packet.seq if first is None else first
            place = (packet.seq - first) % MODULUS
            if place <= len(self.data) < place + len(packet.data):
                self.data[place:] = packet.data
                self.parts.append(
                    (trace.last.now if at_end else trace.steps[0].now, len(self.data))
                )

    def messages(self) -> list[tuple[Message, int]]:
        """The whole HTTP messages in these bytes and their sizes.

        What cannot be read ends the list.
        """
        buffer = bytearray(self.data)
        complete: list[tuple[Message, int]] = []
        try:
            while (message := take(buffer, ended=True)) is not None:
                complete.append(
                    (message, len(self.data) - sum(size for _, size in complete) - len(buffer))
                )
        except ValueError:
            pass
        return complete

    def nth(self, number: int) -> tuple[Message, int] | None:
        """One of the messages and its size, counted from 0; None where there are fewer."""
        messages = self.messages()
        return messages[number] if number < len(messages) else None
