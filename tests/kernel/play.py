"""What a scenario may do: the verbs that the kernel's laboratory and the model both understand.

A handle is a short text ("c1", "a1": the first connection that was opened, the first accepted).
Behind every action both drivers let NAP seconds pass (and three times the link's delay), unless
`nap=False`. What programs learn becomes a fact: a pair (handle and verb, what was seen). Ports that
the scenario did not choose itself are written "eph" there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from vpcedu.tables.security_group import GroupRule

from .setting import Setting


class Driver(Protocol):
    """The kernel's laboratory or the model, in one scenario."""

    def listen(self, host: str, port: int, backlog: int = 128) -> None:
        """Open a listening socket (SO_REUSEADDR). Nothing is accepted until `accept`."""

    def connect(self, host: str, to: str, port: int | None = None, nap: bool = True) -> str:
        """Start to connect and go on without waiting.

        From a port of one's own choice where given (bind first).

        Where no ephemeral port is free: the fact (handle + " connect", "no port left"). With `port`
        None a fact (handle + " port", "even" or "odd") says the parity of the port the system
        chose.
        """

    def outcome(self, handle: str) -> None:
        """Note how the connect stands.

        "connected", "pending", "refused", "reset", "timed out" or "unreachable".
        """

    def accept(self, host: str, port: int) -> str:
        """Take the connection that waits longest.

        The fact is whom it comes from, "address:port", or "nobody".
        """

    def send(self, handle: str, data: bytes, nap: bool = True) -> None:
        """Write all bytes at once. A failure is a fact: "reset", "broken pipe", "timed out"."""

    def read(self, handle: str) -> None:
        """Read all that has come.

        The fact is the bytes as latin-1 text (longer than 60: their number, as "5000 bytes"), then
        " end" if the other end closed; "nothing"; "reset"; "timed out".
        """

    def shut(self, handle: str, nap: bool = True) -> None:
        """Close the sending direction (shutdown SHUT_WR)."""

    def close(self, handle: str, nap: bool = True) -> None:
        """Close the socket (RST where bytes were not read)."""

    def abort(self, handle: str) -> None:
        """Close with RST (SO_LINGER 0)."""

    def wait(self, seconds: float) -> None:
        """Let time pass."""

    def remove(self, rule: GroupRule) -> None:
        """Take one rule out of web's group while flows live."""

    def forge(
        self, host: str, flow: str, flags: str, seq: int, ack: int = 0, data: bytes = b""
    ) -> None:
        """Send a segment from a host that no TCP of it made.

        The flow is as the host's own packets have it, "address:port > address:port", the flags in
        tcpdump's letters, the numbers relative to the initial ones. The fact (host + " forge") is
        what came back for it, as "[.] 1 2", or "nothing".
        """

    def forge_error(self, host: str, flow: str, seq: int) -> None:
        """Send an ICMP error from a host, host unreachable, about a segment of a flow."""

    def serve(self, host: str, port: int) -> None:
        """Start a real web server at host and port.

        It is nginx with one page of 2,000 bytes, keep-alive.
        """

    def fetch(self, host: str, url: str) -> None:
        """Fetch a page with curl (--noproxy, no reuse, at most 5 s) and wait.

        The fact is the status code and size.
        """


class Scenario(NamedTuple):
    """A named play.

    `kinds` say what it needs (tcp, one-to-one, nat, filter, proxy, nlb), `ports` those it chose.
    """

    name: str
    sentence: str
    kinds: tuple[str, ...]
    setting: Setting
    script: Callable[[Driver], None]
    ports: frozenset[int]
