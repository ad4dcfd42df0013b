"""Visit: one conversation from its call to its end, and what was seen of it."""

from __future__ import annotations

from vpcedu.network.record import Record
from vpcedu.remembered import once
from vpcedu.views.outcome import Outcome, outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from vpcedu.network.conversations import Conversation
    from vpcedu.views.logs.access_log import AccessLog
    from vpcedu.views.logs.flow_log import FlowLog


class Visit(Record):
    """A record with everything that a lesson asks of it."""

    @once
    def outcome(self) -> Outcome:
        """What the opener's person saw: it works, or what was seen instead."""
        return outcome(self)

    @property
    def symptom(self) -> str:
        """The outcome in words: "200 OK", "timed out", "refused", ..."""
        return self.outcome.words

    @once
    def connections(self) -> tuple[Conversation, ...]:
        """The connections that the visit led to, the opener's own one first.

        Health checks, for instance, are none.
        """
        chosen: list[Conversation] = []
        numbers: set[int] = set()
        for talk in self.talks:
            first = talk.traces[0]
            if talk.opener == self.opener if not chosen else first.cause.trace in numbers:
                chosen.append(talk)
                numbers |= {trace.number for trace in talk.traces}
        return tuple(chosen)

    @property
    def client_sees(self) -> str:
        """What the opener's person would report.

        Examples are "works", "timed out after 131 s" and "502 Bad Gateway".
        """
        from vpcedu.views.symptom import client_sees

        return client_sees(self)

    @property
    def balancer_logs(self) -> tuple[str, ...]:
        """What the balancers' logs say.

        Statuses like "200" and "460", and targets that turned unhealthy.
        """
        from vpcedu.views.symptom import balancer_logs

        return balancer_logs(self)

    @property
    def answer(self) -> str:
        """Why the answer came back, or why there was none: one paragraph."""
        from vpcedu.views.explain import answer
        from vpcedu.views.text import fold

        return fold(answer(self))

    @property
    def seen(self) -> str:
        """What the servers saw of the visitor: the other end of the connection, and the bytes."""
        from vpcedu.views.text import seen
        from vpcedu.views.unparsed import unread

        return seen(self) or unread(self) or "No server saw anything."

    def save_pcap(self, path: str, at: str, side: str = "") -> int:
        """Write what the device `at` saw to a file for Wireshark; returns the number of packets.

        side: "in", "out" or "" for both. ValueError names an unknown device or side.
        """
        from vpcedu.views.bytes.pcap_write import save

        gateway = (self.vpc.internet_gateway,) if self.vpc.internet_gateway else ()
        return save(
            self.capture, path, at, side, (*(device.name for device in self.vpc.devices), *gateway)
        )

    def flow_log(self, at: str, fields: str | Iterable[str] = "", interval: int = 600) -> FlowLog:
        """What VPC Flow Logs would say about the interface of the device `at`.

        fields: names, in a list or as one text; nothing: the default format. interval: 600 or 60
        (seconds). ValueError names an unknown device, field or interval.
        """
        from vpcedu.views.logs.flow_log import flow_log
        from vpcedu.views.logs.flow_record import DEFAULT

        return flow_log(self, at, fields or DEFAULT, interval)

    def access_log(self, at: str = "") -> AccessLog:
        """What a Classic or Application Load Balancer would log.

        at: the node's name, "" where there is only one.

        ValueError where no such balancer has that name.
        """
        from vpcedu.views.logs.access_log import access_log

        return access_log(self, at)

    def __str__(self) -> str:
        from vpcedu.views.text import report

        return report(self)

    def __repr__(self) -> str:
        return f"<Visit: {self.title}, by {self.opener}: {self.result or 'no answer yet'}; {len(self.capture)} packets>"

    def _repr_mimebundle_(self, **formats: Any) -> dict[str, str]:
        """In a notebook the last line of a cell is the whole text."""
        return {"text/plain": str(self)}
