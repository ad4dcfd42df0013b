"""Access log: what a balancer would write down of its requests, made from a capture.

The balancer is a Classic or an Application Load Balancer.

`client:port` and the target's address and port in one line are the shortest proof of two
connections. An entry is made of what the node told (an event "answered" for each request) and of
the packets it got and sent; at a TCP listener of a Classic balancer, of each connection. Where TLS
hides what the client said, the target's side is read; what the capture does not show (a request's
size inside TLS) and what is left out (ssl_cipher, ssl_protocol, domain_name, chosen_cert_arn) is
`-`. A Network Load Balancer logs TLS listeners only, so it has no log here. Sources: as in
access_entry.py.

Ours, since AWS does not say: a request without an answer of its target has the time until it was
sent on if it was, and -1 for the rest; Classic has -1 for all and no backend. Ids are made from
names; the Region is us-east-1.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from vpcedu.clock import SECOND
from vpcedu.flow import FiveTuple, spread
from vpcedu.hosts.answered import Answered, requests_answered
from vpcedu.hosts.application_load_balancer import ApplicationLoadBalancer
from vpcedu.hosts.classic_load_balancer import ClassicLoadBalancer
from vpcedu.hosts.listener_action import action, answer, asked
from vpcedu.packet import SYN
from vpcedu.protocols.forwarded import TRACE, returned
from vpcedu.protocols.http import Message, take
from vpcedu.quoting import quoted
from vpcedu.row import NamedRow
from vpcedu.tables.target_group import TargetGroup
from vpcedu.views.logs.access_entry import (
    APPLICATION,
    CLASSIC,
    NEVER,
    NO_REQUEST,
    AccessEntry,
    EntryForm,
)
from vpcedu.views.logs.flow_log import ACCOUNT
from vpcedu.views.stream import Said

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.network.network import Network
    from vpcedu.network.record import Record
    from vpcedu.tables.target_group import Listener
    from vpcedu.trace import Capture, Trace

BEGIN = datetime(2026, 1, 1)  # where the simulation's clock is 0, as in flow logs
TIMES = (
    "request_processing_time",
    "backend_processing_time",
    "target_processing_time",
    "response_processing_time",
)
ARN = f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:targetgroup"


class AccessLog(NamedRow):
    """The entries of one node; as text a line for each."""

    at: str
    rows: tuple[AccessEntry, ...]

    def __str__(self) -> str:
        return "\n".join(map(str, self.rows))

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """In a notebook: the lines."""
        printer.text(str(self))


def access_log(seen: Record | Network, at: str = "") -> AccessLog:
    """The access log of a balancer or of one of its nodes, of all that a visit or a network saw.

    at: a node's name; "" for all nodes of the only balancer: those with the same listeners.
    ValueError where no Classic or Application Load Balancer has that name.
    """
    nodes = {
        device.name: device
        for device in seen.vpc.devices
        if issubclass(device.kind, (ClassicLoadBalancer, ApplicationLoadBalancer))
    }
    balancers = {dict(device.settings).get("listeners") for device in nodes.values()}
    if at not in nodes and (at or len(balancers) != 1):
        raise ValueError(
            f"at {quoted(at)}: expected a Classic or Application Load Balancer's node, one of"
            f" {', '.join(nodes) or 'none'}"
        )
    entries: list[tuple[int, AccessEntry]] = []
    for device in [nodes[at]] if at else nodes.values():
        listeners = {row.port: row for row in dict(device.settings).get("listeners", ())}
        form = CLASSIC if issubclass(device.kind, ClassicLoadBalancer) else APPLICATION
        node = Node(device.name, form, listeners, seen.capture)
        entries += [*node.requests(), *(node.connections() if form is CLASSIC else ())]
    return AccessLog(
        at or ", ".join(nodes), tuple(made for _, made in sorted(entries, key=lambda pair: pair[0]))
    )


class Node:
    """A balancer's node: its name, its log's form, its listeners by port, and the capture."""

    def __init__(
        self, name: str, form: EntryForm, listeners: dict[int, Listener], capture: Capture
    ) -> None:
        self.name, self.form, self.listeners, self.capture = name, form, listeners, capture
        self._heard: dict[FiveTuple, list[Trace]] = {}
        self._sent: dict[FiveTuple, list[Trace]] = {}
        for trace in capture:
            if trace.delivered and trace.last.at == name:
                self._heard.setdefault(trace.last.before.flow, []).append(trace)
            if trace.sender == name:
                self._sent.setdefault(trace.packet.flow, []).append(trace)

    def heard(self, flow: FiveTuple) -> Said:
        """What came in on a flow."""
        return Said(self._heard.get(flow, []), True)

    def said(self, flow: FiveTuple) -> Said:
        """What went out on a flow."""
        return Said(self._sent.get(flow, []), False)

    def requests(self) -> list[tuple[int, AccessEntry]]:
        """HTTP and HTTPS listeners: the entry of each request, with its instant."""
        nth: Counter[FiveTuple] = Counter()
        claimed: set[int] = set()
        entries = []
        for instant, who, answered in requests_answered(self.capture):
            if who == self.name:
                front = FiveTuple(*answered.client, *answered.listener)
                given = self._given(answered, instant, claimed)
                entries.append(
                    (instant, self._request(answered, instant, front, nth[front], given))
                )
                nth[front] += 1
        return entries

    def _given(self, answered: Answered, instant: int, claimed: set[int]) -> Trace | None:
        """The packet by which a request went to its target, or None."""
        words = answered.request.rpartition(" ")[0].encode("latin-1") + b" "
        for flow, traces in self._sent.items():
            for trace in (
                traces
                if answered.target is not None and flow.destination == answered.target
                else ()
            ):
                if (
                    trace.packet.data.startswith(words)
                    and answered.begun <= trace.steps[0].now <= instant
                    and (trace.number not in claimed)
                ):
                    claimed.add(trace.number)
                    return trace
        return None

    def _request(
        self, answered: Answered, instant: int, front: FiveTuple, nth: int, given: Trace | None
    ) -> AccessEntry:
        listener = self.listeners[answered.listener.port]
        sent = take(bytearray(given.packet.data), True) if given is not None else None
        came = self._came(given) if given is not None and answered.came else None
        received: int | None
        if listener.protocol == "HTTP":
            heard, reply = self.heard(front).nth(nth), self.said(front.reversed()).nth(nth)
            message, received = heard[0] if heard else sent, self._size(heard)
        else:  # inside TLS: what the target's side shows
            message, reply = (
                sent,
                self._reply(given) if given is not None and came is not None else None,
            )
            received = len(sent.body) if sent and self.form is CLASSIC else None
        replied = self._size(reply) if reply or listener.protocol == "HTTP" else None
        target, status = (
            answered.target and str(answered.target),
            int(answered.came[:3]) if answered.came else None,
        )
        values = self._times(answered.begun, instant, given, came) | {
            "type": listener.protocol.lower(),
            "client:port": str(answered.client),
            "target:port": target,
            "backend:port": target if came is not None else None,
            "elb_status_code": int(answered.status[:3]),
            "target_status_code": status,
            "backend_status_code": status,
            "received_bytes": received,
            "sent_bytes": replied,
            "request": _line(answered, listener, message),
            "user_agent": message and message.header("User-Agent"),
            "time": _instant(answered.begun if self.form is CLASSIC else instant),
        }
        return self._made(
            values
            | (self._more(answered, listener, message, sent) if self.form is APPLICATION else {})
        )

    def _came(self, given: Trace) -> Trace | None:
        """The packet with which the answer to a request began."""
        back = self._heard.get(given.packet.flow.reversed(), ())
        return next(
            (trace for trace in back if trace.packet.data and trace.number > given.number), None
        )

    def _reply(self, given: Trace) -> tuple[Message, int] | None:
        """The target's answer to a request as the client got it inside TLS, and its size."""
        back = given.packet.flow
        before = Said(
            [trace for trace in self._sent[back] if trace.number < given.number], False
        ).messages()
        reply = self.heard(back.reversed()).nth(len(before))
        return reply and (returned(reply[0]), len(bytes(returned(reply[0]))))

    def _size(self, message: tuple[Message, int] | None) -> int:
        """Bytes as this balancer counts them: the whole message, at a Classic one its body."""
        if message is None:
            return 0
        return message[1] if self.form is APPLICATION else len(message[0].body)

    def _times(
        self, begun: int, instant: int, given: Trace | None, came: Trace | None
    ) -> dict[str, Any]:
        times: dict[str, Any] = dict.fromkeys(TIMES, NEVER)
        if given is not None and (came is not None or self.form is APPLICATION):
            sent = given.steps[0].now
            times[TIMES[0]] = (sent - begun) / SECOND
            if came is not None:
                times[TIMES[1]] = times[TIMES[2]] = (came.last.now - sent) / SECOND
                times[TIMES[3]] = (instant - came.last.now) / SECOND
        return times

    def _more(
        self, row: Answered, listener: Listener, message: Message | None, sent: Message | None
    ) -> dict[str, Any]:
        """What only an Application Load Balancer logs."""
        chosen = action(listener, message) if message is not None and row.request else None
        fitting = [
            rule.priority
            for rule in sorted(listener.rules, key=lambda rule: rule.priority)
            if message is not None
            and rule.fits(asked(message)["host"], f"/{asked(message)['path']}")
        ]
        values: dict[str, Any] = {
            "request_line": _line(row, listener, message),
            "request_creation_time": _instant(row.begun),
        }
        if isinstance(chosen, TargetGroup):
            name = chosen.name.replace(",", "").replace(" ", "-")
            values |= {
                "actions_executed": "forward",
                "target_group_arn": f"{ARN}/{name}/{_identity(name)}",
            }
        elif chosen is not None and message is not None:
            location = answer(listener, message, chosen).header("Location")
            values |= {
                "actions_executed": "redirect" if location else "fixed-response",
                "redirect_url": location,
            }
        if chosen is not None:
            values["matched_rule_priority"] = fitting[0] if fitting else 0
        shown = sent or message
        return values | {
            "trace_id": shown and shown.header(TRACE),
            "target:port_list": row.target and str(row.target),
            "target_status_code_list": row.came[:3] or None,
            "conn_trace_id": f"TID_{_identity(f'{row.client} {row.listener}')}",
        }

    def connections(self) -> list[tuple[int, AccessEntry]]:
        """TCP and SSL listeners: the entry of each connection.

        It comes with the instant at which the connection was established.
        """
        entries = []
        for flow in self._heard:
            listener = self.listeners.get(flow.dport)
            stood = next(
                (
                    now
                    for now, _, change in self.capture.changes(self.name)
                    if change.flow == flow.reversed() and change.after == "ESTABLISHED"
                ),
                None,
            )
            if listener is not None and listener.protocol in ("TCP", "SSL") and stood is not None:
                entries.append((stood, self._connection(flow, listener, stood)))
        return entries

    def _connection(self, front: FiveTuple, listener: Listener, stood: int) -> AccessEntry:
        numbers = {trace.number for trace in self._heard[front]}
        back = next(
            (
                flow
                for flow, traces in self._sent.items()
                if flow.destination in listener.targets.targets
                and traces[0].packet.flags == SYN
                and traces[0].cause.trace in numbers
            ),
            None,
        )
        replies = self._heard.get(back.reversed(), ()) if back is not None else ()
        answered = next((trace for trace in replies if trace.packet.flags & SYN), None)
        there = self.said(back) if back is not None else Said([], False)
        here = self.heard(back.reversed()) if back is not None else Said([], False)
        secret = listener.protocol == "SSL"
        values: dict[str, Any] = dict.fromkeys(TIMES, NEVER)
        if back is not None and answered is not None:
            values[TIMES[1]] = (answered.last.now - self._sent[back][0].steps[0].now) / SECOND
            values["backend:port"] = str(back.destination)
            if there.parts:
                values[TIMES[0]] = (there.parts[0][0] - stood) / SECOND
            if here.parts:
                values[TIMES[3]] = 0.0  # handed on at once
        return self._made(
            values
            | {
                "time": _instant(stood),
                "client:port": str(front.source),
                "request": NO_REQUEST,
                "received_bytes": len(there.data) if secret else len(self.heard(front).data),
                "sent_bytes": len(here.data) if secret else len(self.said(front.reversed()).data),
            }
        )

    def _made(self, values: dict[str, Any]) -> AccessEntry:
        made, name = AccessEntry(self.form), self.name.replace(" ", "-")
        values["elb"] = name if self.form is CLASSIC else f"app/{name}/{_identity(name)}"
        for field in self.form.fields:
            made[field.name] = values.get(field.name)
        return made


def _line(row: Answered, listener: Listener, message: Message | None) -> str:
    """Method, URL and version; the port is the listener's."""
    if message is None or not row.request:
        return NO_REQUEST
    method, path, version = row.request.split(" ", 2)
    name = asked(message)["host"] or row.listener.address
    return f"{method} {listener.protocol.lower()}://{name}:{row.listener.port}{path} {version}"


def _instant(now: int) -> str:
    return (BEGIN + timedelta(microseconds=now)).isoformat(timespec="microseconds") + "Z"


def _identity(words: str) -> str:
    return f"{spread('access log', words):08x}{spread(words, 'access log'):08x}"
