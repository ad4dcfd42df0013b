"""HTTP/1.1 messages as bytes: what web servers, clients and layer 7 balancers read and write (RFC 9112).

A message keeps its headers in order and as they were spelled. Left out for now: chunked bodies, trailers,
responses that end where the connection ends.
"""

from __future__ import annotations

from collections import namedtuple

LARGEST_HEAD = 65_536  # bytes; ALB's limit for a whole request header is 64 K
LARGEST_BODY = 1 << 20


class Message(namedtuple("Message", ("start", "headers", "body"), defaults=((), b""))):
    """A request or response: start line, (name, value) headers, body."""

    __slots__ = ()
    start: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """The value of the first header of this name, whatever its case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def with_header(self, name: str, value: str) -> Message:
        """The message with this header in the place of the first of its name, or at the end."""
        same = [i for i, (key, _) in enumerate(self.headers) if key.lower() == name.lower()]
        rest = [(key, old) for i, (key, old) in enumerate(self.headers) if i not in same]
        rest.insert(same[0] if same else len(rest), (name, value))
        return self._replace(headers=tuple(rest))

    def without_header(self, name: str) -> Message:
        """The message without any header of this name."""
        return self._replace(headers=tuple(pair for pair in self.headers if pair[0].lower() != name.lower()))

    def __bytes__(self) -> bytes:
        lines = [self.start, *(f"{name}: {value}" for name, value in self.headers), "", ""]
        return "\r\n".join(lines).encode("latin-1") + self.body


def request(method: str, path: str, host: str, *headers: tuple[str, str]) -> Message:
    """A request without a body.

    >>> bytes(request("GET", "/", "www.example.com"))
    b'GET / HTTP/1.1\\r\\nHost: www.example.com\\r\\n\\r\\n'
    """
    return Message(f"{method} {path} HTTP/1.1", (("Host", host), *headers))


def response(status: str, body: str = "", kind: str = "text/plain") -> Message:
    """A response whose body is text; status is like "200 OK"."""
    data = body.encode()
    return Message(f"HTTP/1.1 {status}", (("Content-Type", kind), ("Content-Length", str(len(data)))), data)


def take(buffer: bytearray) -> Message | None:
    """Take one whole message from the front of a buffer; None where it is not complete yet.

    ValueError names what is malformed: a server answers it with 400.
    """
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        if len(buffer) > LARGEST_HEAD:
            raise ValueError(f"a head of more than {LARGEST_HEAD} bytes: expected an empty line before")
        return None
    start, *lines = bytes(buffer[:end]).decode("latin-1").split("\r\n")
    message = Message(_start(start), tuple(_header(line) for line in lines))
    length = message.header("Content-Length") or "0"
    if not (length.isascii() and length.isdigit() and len(length) <= 9 and int(length) <= LARGEST_BODY):
        raise ValueError(f"Content-Length {length!r}: expected a number of bytes up to {LARGEST_BODY}")
    if message.header("Transfer-Encoding") is not None:
        raise ValueError("Transfer-Encoding: expected a Content-Length, chunked bodies are not understood yet")
    whole = end + 4 + int(length)
    if len(buffer) < whole:
        return None
    body = bytes(buffer[end + 4 : whole])
    del buffer[:whole]
    return message._replace(body=body)


def _start(line: str) -> str:
    words = line.split(" ", 2)
    status = words[0].startswith("HTTP/1.") and len(words) > 1 and len(words[1]) == 3 and words[1].isdigit()
    asks = len(words) == 3 and words[0].isalpha() and words[2].startswith("HTTP/1.")
    if not (status or asks):
        raise ValueError(f"start line {line[:80]!r}: expected like 'GET / HTTP/1.1' or 'HTTP/1.1 200 OK'")
    return line


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not name or name != name.strip() or " " in name:
        raise ValueError(f"header {line[:80]!r}: expected 'Name: value'")
    return name, value.strip()
