"""Faults planted in the model on purpose.

The comparison must find each, in the scenario named.

A comparison that no fault can fail says nothing. Each fault is one that a real change of the code
could bring.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vpcedu.flow import MODULUS
from vpcedu.gateways.internet_gateway import InternetGateway
from vpcedu.gateways.nat_instance import NatInstance
from vpcedu.gateways.seen_numbers import FITS, INSIDE, SeenNumbers
from vpcedu.hosts import host
from vpcedu.hosts.byte_relay import ByteRelay
from vpcedu.hosts.host import Host
from vpcedu.hosts.request_relay import RequestRelay
from vpcedu.packet import ACK, FIN, RST, SYN, Packet
from vpcedu.protocols.retransmission import Timer
from vpcedu.protocols.tcb import Tcb
from vpcedu.protocols.tcp import Connection
from vpcedu.tables.network_acl import NetworkAcl
from vpcedu.tables.source_ports import Ports
from vpcedu.tables.tracking import Tracking

Patch = Callable[[Any, str, Any], None]  # monkeypatch.setattr


def _wrapped(owner: Any, name: str, change: Callable[..., Any]) -> Callable[[Patch], None]:
    """Replace a method by one that calls `change(original, self, *arguments)`."""

    def plant(patch: Patch) -> None:
        original = getattr(owner, name)
        patch(owner, name, lambda self, *rest, **more: change(original, self, *rest, **more))

    return plant


def _outbound_kept(original: Any, gateway: Any, packet: Packet, now: int) -> Any:
    gateway.by_private = {}
    return original(gateway, packet, now)


def _ack_less_one(original: Any, c: Any, flags: int, now: int, data: bytes = b"") -> None:
    kept = c.rcv_nxt
    if flags == ACK | FIN:
        c.rcv_nxt = (kept - 1) % MODULUS
    original(c, flags, now, data)
    c.rcv_nxt = kept


def _short_answer(original: Any, c: Any, flags: int, now: int, data: bytes = b"") -> None:
    """Data that acknowledges one byte too few."""
    kept = c.rcv_nxt
    c.rcv_nxt = (kept - bool(data)) % MODULUS
    original(c, flags, now, data)
    c.rcv_nxt = kept


def _never_again(original: Any, c: Any, now: int) -> str:
    """A lost segment of data stays lost."""
    if c.unacked and c.unacked[0].data:
        c.alarm = None
        return ""
    return str(original(c, now))


def _first_byte_first(
    original: Any, relay: Any, host: Any, c: Any, event: str, data: Any, now: int
) -> None:
    """A TCP relay that waits for the client's first byte before it opens its own connection."""
    if event == "connected" and c.passive:
        return
    if event == "data" and c.passive and c not in relay._other:
        relay._pair(host, c, now)
    original(relay, host, c, event, data, now)


def _whole_close(
    original: Any, relay: Any, host: Any, c: Any, event: str, data: Any, now: int
) -> None:
    """A TCP relay that closes both connections at the first end of data."""
    other = relay._other.get(c)
    original(relay, host, c, event, data, now)
    if event == "end of data" and other is not None:
        host.close(c, now)


def _always_new(original: Any, relay: Any, *rest: Any) -> None:
    relay._kept.clear()
    original(relay, *rest)


def _own_port(
    original: Any, ports: Any, destination: Any, wish: int | None = None, addresses: Any = None
) -> Any:
    return original(ports, destination, None, addresses)


def _silent(original: Any, host: Any, packet: Packet, now: int) -> Any:
    step = original(host, packet, now)
    return step._replace(sent=()) if step.reason is not None else step


def _one_syn_ack(original: Any, host: Any, packet: Packet, now: int) -> Any:
    """A host that does not answer a repeated SYN."""
    known = host.connections.get(packet.flow.reversed())
    step = original(host, packet, now)
    repeated = known is not None and known.state == "SYN-RECEIVED" and packet.flags == SYN
    return step._replace(sent=()) if repeated else step


def _endless(
    original: Any, host: Any, port: int, program: Any, now: int = 0, backlog: int = 0
) -> None:
    original(host, port, program, now)


def _polite(original: Any, c: Any, now: int) -> None:
    """Closing with bytes unread sends FIN."""
    c.unread.clear()
    original(c, now)


def _last_match(original: Any, acl: Any, way: str, flow: Any) -> Any:
    """The entry with the highest number wins, though `*` stays the last."""
    rows = acl._rows[way]
    acl._rows[way] = [*rows[-2::-1], rows[-1]]
    found = original(acl, way, flow)
    acl._rows[way] = rows
    return found


def _strict(original: Any, host: Any, packet: Packet, now: int) -> Any:
    """A listener that answers whatever belongs to nobody with RST, as a closed port does."""
    step = original(host, packet, now)
    stray = step.reason is not None and not packet.flags & (RST | ACK)
    return step._replace(sent=(packet.reset(),)) if stray else step


def _deaf(original: Any, c: Any, segment: Packet, now: int) -> None:
    """An end in TIME-WAIT that answers nothing with the awaited number."""
    original(c, segment, now)
    if c.state == "TIME-WAIT" and segment.seq == c.rcv_nxt and segment.length:
        c.take_sent()


def _mute(original: Any, c: Any, segment: Packet, now: int) -> None:
    """An end in TIME-WAIT that answers no repeated FIN."""
    waits = c.state == "TIME-WAIT"
    original(c, segment, now)
    if waits and segment.seq != c.rcv_nxt:
        c.take_sent()


FAULTS: dict[str, tuple[Callable[[Patch], None], str]] = {
    "the Internet gateway forgets to rewrite the source": (
        _wrapped(InternetGateway, "handle", _outbound_kept),
        "direct",
    ),
    "the time-out does not double": (
        lambda patch: patch(Timer, "interval", lambda timer, flags: 1_000_000),
        "acl-without-ephemeral",
    ),
    "lost data is not sent again": (_wrapped(Connection, "wake", _never_again), "lost-data"),
    "a FIN acknowledges one byte too few": (_wrapped(Tcb, "transmit", _ack_less_one), "direct"),
    "data acknowledges one byte too few": (_wrapped(Tcb, "transmit", _short_answer), "half-close"),
    "tracking forgets": (lambda patch: patch(Tracking, "use", lambda *_: None), "group-stateful"),
    "the last ACL entry wins": (_wrapped(NetworkAcl, "lookup", _last_match), "acl-first-match"),
    "a NAT takes a port of its own": (_wrapped(Ports, "take", _own_port), "nat-out"),
    "a closed port is silent": (_wrapped(Host, "handle", _silent), "refused"),
    "a repeated SYN is not answered": (
        _wrapped(Host, "handle", _one_syn_ack),
        "acl-without-ephemeral",
    ),
    "every accept queue is long": (_wrapped(Host, "listen", _endless), "backlog-full"),
    "closing with bytes unread sends FIN": (_wrapped(Connection, "close", _polite), "close-unread"),
    "TIME-WAIT blocks its four numbers": (
        lambda patch: patch(host, "may_follow", lambda *_: False),
        "time-wait-reuse",
    ),
    "TIME-WAIT is silent in its window": (
        _wrapped(Connection, "receive", _deaf),
        "time-wait-answers",
    ),
    "TIME-WAIT answers no repeated FIN": (
        _wrapped(Connection, "receive", _mute),
        "lost-last-ack",
    ),
    "a listener refuses a FIN": (_wrapped(Host, "handle", _strict), "listener-and-strays"),
    "an ICMP error about nothing in flight is believed": (
        lambda patch: patch(Tcb, "in_flight", lambda *_: True),
        "error-not-in-flight",
    ),
    "any RST closes a NAT's row": (
        lambda patch: patch(SeenNumbers, "judge", lambda *_: FITS),
        "nat-reset-outside",
    ),
    "a RST inside the window closes a NAT's row": (
        lambda patch: patch(SeenNumbers, "judge", lambda *_: FITS),
        "nat-reset-inside",
    ),
    "no RST closes a NAT's row": (
        lambda patch: patch(SeenNumbers, "judge", lambda *_: INSIDE),
        "nat-reset-exact",
    ),
    "a TCP proxy waits for the first byte": (
        _wrapped(ByteRelay, "on", _first_byte_first),
        "proxy-tcp-server-first",
    ),
    "a TCP proxy hands on no half close": (
        _wrapped(ByteRelay, "on", _whole_close),
        "proxy-tcp-half-close",
    ),
    "an HTTP proxy opens a connection for each request": (
        _wrapped(RequestRelay, "_ask", _always_new),
        "proxy-http-reuse",
    ),
    "a NAT translates the answer of a flow it does not know": (
        lambda patch: patch(NatInstance, "_opens", lambda nat, flags: True),
        "asymmetric-nat",
    ),
}
