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
LONGEST_SIZE = 1_022  # bytes of a chunk's size with its extensions
CHUNKED, UNTIL_END = -1, -2  # lengths of a body that no number says
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
    return Incoming(buffer).take(ended)


class Incoming:
    """Messages that arrive in segments, however small: every byte is looked at once."""

    def __init__(self, buffer: bytearray | None = None) -> None:
        self.buffer = bytearray() if buffer is None else buffer
        self._begin()

    def _begin(self) -> None:
        """Begin a message at the front of the buffer."""
        self._head: Message | None = None
        self._body = bytearray()  # of the chunks that were read
        self._at = self._searched = 0  # how far the message was read, and a line's end looked for
        self._last = False  # whether trailers are all that is left

    def take(self, ended: bool = False) -> Message | None:
        """Take one whole message, as the function `take` does; what has come is not read again."""
        if self._head is None:
            self._read_head()
        body = None if self._head is None else self._read_body(ended)
        if self._head is None or body is None:
            return None
        message = self._head._replace(body=body)
        del self.buffer[: self._at]
        self._begin()
        return message

    def _find(self, end: bytes, most: int) -> int:
        """Where something ends that begins where reading stopped and has `most` bytes; or -1."""
        start = max(self._at, self._searched + 1 - len(end))
        found = self.buffer.find(end, start, self._at + most + len(end))
        self._searched = len(self.buffer) if found < 0 else 0
        return found

    def _read_head(self) -> None:
        end = self._find(b"\r\n\r\n", LARGEST_HEAD)
        if end < 0 and len(self.buffer) > LARGEST_HEAD:
            raise ValueError(
                f"a head of more than {LARGEST_HEAD} bytes: expected an empty line before"
            )
        if end < 0:
            return
        start, *lines = bytes(self.buffer[:end]).decode("latin-1").split("\r\n")
        head = Message(_start(start), tuple(_header(line) for line in lines))
        self._length = _body_length(head)
        self._head, self._at = head, end + 4

    def _read_body(self, ended: bool) -> bytes | None:
        """The body; None if it is not whole yet."""
        if self._length == CHUNKED:
            return self._read_chunks()
        there = len(self.buffer) - self._at
        if self._length == UNTIL_END and there > LARGEST_BODY:
            raise ValueError(f"a body of more than {LARGEST_BODY} bytes: expected its end before")
        size = there if self._length == UNTIL_END and ended else self._length
        if not 0 <= size <= there:
            return None
        self._at += size
        return bytes(self.buffer[self._at - size : self._at])

    def _read_chunks(self) -> bytes | None:
        while not self._last:
            line = self._find(b"\r\n", LONGEST_SIZE)
            if line < 0 and len(self.buffer) - self._at >= LONGEST_SIZE + 2:
                raise ValueError(
                    f"a chunk size of more than {LONGEST_SIZE} bytes: expected a hexadecimal number"
                )
            if line < 0:
                return None
            digits = bytes(self.buffer[self._at : line]).partition(b";")[0].decode("latin-1")
            size, begin = _size(digits.strip(), 16, "chunk size"), line + 2
            if len(self._body) + size > LARGEST_BODY:
                raise ValueError(f"a body of more than {LARGEST_BODY} bytes: expected less")
            end = begin + size + 2 if size else begin
            if len(self.buffer) < end:
                return None
            if size and self.buffer[end - 2 : end] != b"\r\n":
                raise ValueError("a chunk without its end: expected CR LF after its bytes")
            self._body += self.buffer[begin : begin + size]
            self._at, self._last = end, not size
        return self._read_trailers()

    def _read_trailers(self) -> bytes | None:
        while (line := self._find(b"\r\n", len(self.buffer))) >= 0:
            trailer = bytes(self.buffer[self._at : line]).decode("latin-1")
            if trailer:
                _header(trailer)
            self._at = line + 2
            if not trailer:
                return bytes(self._body)
        if len(self.buffer) - self._at > LARGEST_HEAD:
            raise ValueError(
                f"trailers of more than {LARGEST_HEAD} bytes: expected an empty line before"
            )
        return None


def _body_length(message: Message) -> int:
    """How many bytes the body has that belongs to a head, or CHUNKED, or UNTIL_END."""
    if message.is_response and message.start.split(" ")[1].startswith(NO_BODY):
        return 0
    if _is_chunked(message):
        return CHUNKED
    length = message.header("Content-Length")
    if length is None and message.is_response:
        return UNTIL_END
    return _size(length or "0", 10, "Content-Length")


def _is_chunked(message: Message) -> bool:
    coding = message.header("Transfer-Encoding")
    if coding is not None and coding.lower() != "chunked":
        raise ValueError(f"Transfer-Encoding {quoted(coding)}: expected chunked")
    if coding is not None and message.header("Content-Length") is not None:
        raise ValueError(
            "both Transfer-Encoding and Content-Length: expected one of them (RFC 9112 section 6.1)"
        )
    return coding is not None


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
