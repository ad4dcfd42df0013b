"""X-Forwarded-For, -Proto and -Port: how a layer 7 balancer tells the target who asked, and whom to believe.

A balancer ends the client's connection, so its target sees the balancer's address. In these headers it says
what it saw itself: the address of the other end of ITS connection, the protocol, the port that was asked.
In append mode, the default, that address is put behind whatever the client sent; so only the rightmost
entry was written by the balancer, and everything left of it came from outside and can be forged.
Sources: Application Load Balancers guide, "X-Forwarded headers" (modes, client port); Classic guide, "HTTP
headers". AWS's balancers do not send RFC 7239's Forwarded header.
"""

from __future__ import annotations

from vpcedu.packet import Endpoint
from vpcedu.protocols.http import Message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

FOR, PROTO, PORT = "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Port"


def append(before: str | None, peer: str) -> str | None:
    """What the client sent, and behind it the peer of the balancer's connection."""
    return f"{before}, {peer}" if before else peer


def preserve(before: str | None, peer: str) -> str | None:
    """What the client sent, untouched."""
    return before


def remove(before: str | None, peer: str) -> str | None:
    """Nothing."""
    return None


# The values of the attribute routing.http.xff_header_processing.mode.
MODES: dict[str, Callable[[str | None, str], str | None]] = {"append": append, "preserve": preserve, "remove": remove}


def forward(message: Message, client: Endpoint, listener: Endpoint, scheme: str = "http", mode: str = "append",
            client_port: bool = False) -> Message:
    """The request as the target gets it.

    client: the other end of the balancer's connection; listener: its own end, whose port the client asked.
    scheme: http or https. mode: append, preserve or remove; ValueError for another. client_port: whether the
    balancer's own entry carries the port, as routing.http.xff_client_port.enabled has it; of effect in append mode
    only. The client's Connection header is dropped: it is of one hop (RFC 9110 section 7.6.1).
    """
    if mode not in MODES:
        raise ValueError(f"X-Forwarded-For mode {mode!r}: expected one of {', '.join(MODES)}")
    chain = MODES[mode](chain_of(message), str(client) if client_port else client.address)
    onward = message.without_header("Connection")
    if mode != "preserve":
        onward = onward.with_header(FOR, chain) if chain is not None else onward.without_header(FOR)
    return onward.with_header(PROTO, scheme).with_header(PORT, str(listener.port))


def chain_of(message: Message) -> str | None:
    """All X-Forwarded-For headers of a message as one list, or None."""
    values = [value for name, value in message.headers if name.lower() == FOR.lower()]
    return ", ".join(values) if values else None


def believed(message: Message, hops: int = 1) -> str | None:
    """The client's address if `hops` balancers of one's own stand in front: the n-th entry from the right.

    None where there are fewer entries; ValueError for less than one hop. With one balancer only the last entry
    is its word.

    >>> spoofed = Message("GET / HTTP/1.1", (("X-Forwarded-For", "127.0.0.1, 203.0.113.10"),))
    >>> believed(spoofed)
    '203.0.113.10'
    """
    if hops < 1:
        raise ValueError(f"hops {hops!r}: expected 1 or more")
    entries = [entry.strip() for entry in (chain_of(message) or "").split(",") if entry.strip()]
    return entries[-hops] if len(entries) >= hops else None
