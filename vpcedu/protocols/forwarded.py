"""X-Forwarded-For, -Proto and -Port: how a layer 7 balancer says who asked, and whom to believe.

This module holds all that such a balancer changes in a message for the target: these headers,
X-Amzn-Trace-Id, the headers of one hop.

A balancer ends the client's connection, so its target sees the balancer's address. In these headers
it says what it saw itself: the address of the other end of ITS connection, the protocol, the port
that was asked. In append mode, the default, that address is put after whatever the client sent; so
only the rightmost entry was written by the balancer, and everything left of it came from outside
and can be forged. Sources: Application Load Balancers guide, "X-Forwarded headers" (modes, client
port), "Request tracing"; Classic guide, "HTTP headers"; ELB user guide, "How Elastic Load Balancing
works". RFC 7239's Forwarded header is not sent.
"""

from __future__ import annotations

from vpcedu.flow import Endpoint
from vpcedu.protocols.http import Message
from vpcedu.quoting import quoted

FOR, PROTO, PORT = "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Port"
TRACE = "X-Amzn-Trace-Id"
# what the two ends of one connection tell each other (RFC 9110 section 7.6.1)
ONE_HOP = ("Connection", "Keep-Alive")


# the values of the attribute routing.http.xff_header_processing.mode
MODES = ("append", "preserve", "remove")


def forward(
    message: Message,
    client: Endpoint,
    listener: Endpoint,
    scheme: str = "http",
    mode: str = "append",
    client_port: bool = False,
) -> Message:
    """The request as the target gets it.

    client: the other end of the balancer's connection; listener: its own end, whose port the client
    asked. scheme: http or https. mode: append, preserve or remove; ValueError for another.
    client_port: whether the balancer's own entry carries the port, as
    routing.http.xff_client_port.enabled has it; of effect in append mode only. What is of one hop
    is dropped. Targets get HTTP/1.1; where HTTP/1.0 named no Host it is the node's address (a
    Classic balancer's way; an Application Load Balancer writes its DNS name, which its nodes here
    do not know).
    """
    if mode not in MODES:
        raise ValueError(f"X-Forwarded-For mode {quoted(mode)}: expected one of {', '.join(MODES)}")
    before, onward = chain_of(message), _of_no_hop(message)
    peer = str(client) if client_port else client.address
    if message.start.endswith("HTTP/1.0"):
        onward = onward._replace(start=message.start[:-1] + "1")
        onward = onward.with_header("Host", message.header("Host") or listener.address)
    if mode == "append":
        onward = onward.with_header(FOR, f"{before}, {peer}" if before else peer)
    elif mode == "remove":
        onward = onward.without_header(FOR)
    return onward.with_header(PROTO, scheme).with_header(PORT, str(listener.port))


def returned(message: Message) -> Message:
    """The response as the client gets it: without the headers of one hop.

    It gets a length where the target gave none.
    """
    onward = _of_no_hop(message)
    known = (
        not message.body or message.header("Content-Length") or message.header("Transfer-Encoding")
    )
    return onward if known else onward.with_header("Content-Length", str(len(message.body)))


def traced(message: Message, own: str) -> Message:
    """The request with X-Amzn-Trace-Id; other fields of that header stay.

    `own` becomes Root where there was none, else Self.

    >>> request = Message("GET / HTTP/1.1", ((TRACE, "Root=1-0-a;CalledFrom=app"),))
    >>> traced(request, "1-5-b").header(TRACE)
    'Self=1-5-b;Root=1-0-a;CalledFrom=app'
    """
    fields = [
        field
        for field in (message.header(TRACE) or "").split(";")
        if field and not field.startswith("Self=")
    ]
    word = "Self" if any(field.startswith("Root=") for field in fields) else "Root"
    return message.with_header(TRACE, ";".join((f"{word}={own}", *fields)))


def _of_no_hop(message: Message) -> Message:
    for name in ONE_HOP:
        message = message.without_header(name)
    return message


def chain_of(message: Message) -> str | None:
    """All X-Forwarded-For headers of a message as one list, or None."""
    values = [value for name, value in message.headers if name.lower() == FOR.lower()]
    return ", ".join(values) if values else None


def believed(message: Message, hops: int = 1) -> str | None:
    """The client's address if `hops` of one's own balancers stand in front of the server.

    It is the n-th entry from the right, with n = `hops`. None where there are fewer entries;
    ValueError for less than one hop. With one balancer only the last entry is its word.

    >>> spoofed = Message("GET / HTTP/1.1", (("X-Forwarded-For", "127.0.0.1, 203.0.113.10"),))
    >>> believed(spoofed)
    '203.0.113.10'
    """
    if hops < 1:
        raise ValueError(f"hops {quoted(hops)}: expected 1 or more")
    entries = [entry.strip() for entry in (chain_of(message) or "").split(",") if entry.strip()]
    return entries[-hops] if len(entries) >= hops else None
