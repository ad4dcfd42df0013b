"""HTTP/1.1 messages as bytes: what web servers, clients and layer 7 balancers read and write.

The standard is RFC 9112. A message keeps its headers in order and as they were spelled. Its body is
as long as Content-Length says, or comes in chunks, or, in a response with neither, lasts until the
connection ends. Malformed bytes raise ValueError: a server answers that with 400. Left out:
trailers (read and dropped), upgrades, CONNECT.
"""

from __future__ import annotations

from vpcedu.quoting import quoted
from vpcedu.row import NamedRow

LARGEST_HEAD = 65_536  # bytes; ALB's limit for a whole request header is 64 K
LARGEST_BODY = 1 << 20  # bytes
# beginnings of status codes whose responses have none (RFC 9112 section 6.3)
NO_BODY = ("1", "204", "304")


class Message(NamedRow):
    """A request or response: start line, (name, value) headers, body."""

    start: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The value of the first header of this name, whatever its case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def with_header(self, name: str, value: str) -> Message:
        """The message with this header instead of the first of its name, or at the end."""
        same = [i for i, (key, _) in enumerate(self.headers) if key.lower() == name.lower()]
        rest = [(key, old) for i, (key, old) in enumerate(self.headers) if i not in same]
        rest.insert(same[0] if same else len(rest), (name, value))
        return self._replace(headers=tuple(rest))

    def without_header(self, name: str) -> Message:
        """The message without any header of this name."""
        return self._replace(
            headers=tuple(pair for pair in self.headers if pair[0].lower() != name.lower())
        )

    @property
    def is_response(self) -> bool:
        """Whether the start line is a status line."""
        return self.start.startswith("HTTP/")

    @property
    def keeps_alive(self) -> bool:
        """Whether the connection may serve another message after this one.

        RFC 9112 section 9.3.
        """
        words = (self.header("Connection") or "").lower()
        version = self.start[:8] if self.is_response else self.start[-8:]
        return "close" not in words and (version == "HTTP/1.1" or "keep-alive" in words)

    def __bytes__(self) -> bytes:
        lines = [self.start, *(f"{name}: {value}" for name, value in self.headers), "", ""]
        head = "\r\n".join(lines).encode("latin-1")
        if not _is_chunked(self):
            return head + self.body
        chunk = f"{len(self.body):x}\r\n".encode() + self.body + b"\r\n" if self.body else b""
        return head + chunk + b"0\r\n\r\n"


def request(method: str, path: str, host: str, *headers: tuple[str, str]) -> Message:
    """A request without a body.

    >>> bytes(request("GET", "/", "www.example.com"))
    b'GET / HTTP/1.1\\r\\nHost: www.example.com\\r\\n\\r\\n'
    """
    return Message(f"{method} {path} HTTP/1.1", (("Host", host), *headers))


def response(status: str, body: str = "", kind: str = "text/plain") -> Message:
    """A response whose body is text; status is like "200 OK"."""
    data = body.encode()
    return Message(
        f"HTTP/1.1 {status}", (("Content-Type", kind), ("Content-Length", str(len(data)))), data
    )


def take(buffer: bytearray, ended: bool = False) -> Message | None:
    """Take one whole message from the front of a buffer; None where it is not complete yet.

    ended: whether the other end has closed, which ends a response without a length. ValueError
    names what is malformed, and leaves the buffer as it was.
    """
    end = buffer.find(b"\r\n\r\n")
    if end < 0 and len(buffer) <= LARGEST_HEAD:
        return None
    if not 0 <= end <= LARGEST_HEAD:
        raise ValueError(f"a head of more than {LARGEST_HEAD} bytes: expected an empty line before")
    start, *lines = bytes(buffer[:end]).decode("latin-1").split("\r\n")
    message = Message(_start(start), tuple(_header(line) for line in lines))
    body_and_end = _body(message, buffer, end + 4, ended)
    if body_and_end is None:
        return None
    body, whole = body_and_end
    del buffer[:whole]
    return message._replace(body=body)


def _body(
    message: Message, buffer: bytearray, offset: int, ended: bool
) -> tuple[bytes, int] | None:
    """The body that begins at an offset of the buffer, and where the message ends.

    None if the message is not whole yet.
    """
    if message.is_response and message.start.split(" ")[1].startswith(NO_BODY):
        return b"", offset
    if _is_chunked(message):
        return _chunks(buffer, offset)
    length = message.header("Content-Length")
    if length is None and message.is_response:
        if len(buffer) - offset > LARGEST_BODY:
            raise ValueError(f"a body of more than {LARGEST_BODY} bytes: expected its end before")
        return (bytes(buffer[offset:]), len(buffer)) if ended else None
    size = _size(length or "0", 10, "Content-Length")
    return (
        (bytes(buffer[offset : offset + size]), offset + size)
        if len(buffer) >= offset + size
        else None
    )


def _is_chunked(message: Message) -> bool:
    coding = message.header("Transfer-Encoding")
    if coding is not None and coding.lower() != "chunked":
        raise ValueError(f"Transfer-Encoding {quoted(coding)}: expected chunked")
    if coding is not None and message.header("Content-Length") is not None:
        raise ValueError(
            "both Transfer-Encoding and Content-Length: expected one of them (RFC 9112 section 6.1)"
        )
    return coding is not None


def _chunks(buffer: bytearray, offset: int) -> tuple[bytes, int] | None:
    body = bytearray()
    while True:
        line = buffer.find(b"\r\n", offset, offset + 1_024)
        if line < 0:
            if len(buffer) - offset >= 1_024:
                raise ValueError(
                    "a chunk size of more than 1022 bytes: expected a hexadecimal number"
                )
            return None
        size = _size(
            bytes(buffer[offset:line]).partition(b";")[0].decode("latin-1").strip(),
            16,
            "chunk size",
        )
        offset = line + 2
        if size == 0:
            return _trailers(body, buffer, offset)
        if len(body) + size > LARGEST_BODY:
            raise ValueError(f"a body of more than {LARGEST_BODY} bytes: expected less")
        if len(buffer) < offset + size + 2:
            return None
        if buffer[offset + size : offset + size + 2] != b"\r\n":
            raise ValueError("a chunk without its end: expected CR LF behind its bytes")
        body += buffer[offset : offset + size]
        offset += size + 2


def _trailers(body: bytearray, buffer: bytearray, offset: int) -> tuple[bytes, int] | None:
    while (line := buffer.find(b"\r\n", offset)) >= 0:
        if line == offset:
            return bytes(body), offset + 2
        _header(bytes(buffer[offset:line]).decode("latin-1"))
        offset = line + 2
    if len(buffer) - offset > LARGEST_HEAD:
        raise ValueError(
            f"trailers of more than {LARGEST_HEAD} bytes: expected an empty line before"
        )
    return None


def _size(digits: str, base: int, what: str) -> int:
    known = "0123456789abcdef"[:base]
    if not digits or len(digits) > 9 or any(digit not in known for digit in digits.lower()):
        raise ValueError(
            f"{what} {quoted(digits)}: expected a number of bytes up to {LARGEST_BODY}"
        )
    if int(digits, base) > LARGEST_BODY:
        raise ValueError(f"{what} {quoted(digits)}: expected at most {LARGEST_BODY} bytes")
    return int(digits, base)


def _start(line: str) -> str:
    words = line.split(" ", 2)
    status = (
        words[0].startswith("HTTP/1.")
        and len(words) > 1
        and len(words[1]) == 3
        and words[1].isdigit()
    )
    asks = len(words) == 3 and words[0].isalpha() and words[2] in ("HTTP/1.0", "HTTP/1.1")
    if not (status or asks):
        raise ValueError(
            f"start line {quoted(line)}: expected like 'GET / HTTP/1.1' or 'HTTP/1.1 200 OK'"
        )
    return line


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not name or name != name.strip() or " " in name:
        raise ValueError(f"header {quoted(line)}: expected 'Name: value'")
    return name, value.strip()
