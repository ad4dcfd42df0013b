"""Question: does this end reach that one on this TCP port, and with which request?"""

from __future__ import annotations

from vpcedu.quoting import quoted
from vpcedu.row import NamedRow
from vpcedu.sites.field import count

SOMEONE = "internet"  # anyone there: an address that no narrower rule names


class Question(NamedRow):
    """Does this end reach that one on this TCP port?

    host, path: what the request asks for, by which an Application Load Balancer's rules choose; "":
    the destination.
    """

    source: str
    destination: str
    port: int
    host: str = ""
    path: str = "/"

    def __str__(self) -> str:
        return f"{self.source} to {self.destination}, TCP port {self.port}"


def checked(question: Question) -> None:
    """ValueError for what is no port, and for what cannot be the word for an end."""
    port = question.port
    count("port", port, 1, 65_535)
    for word in (question.source, question.destination):
        if not isinstance(word, str) or not word:
            raise ValueError(f"end {quoted(word)}: expected a name, an id, an address or {SOMEONE}")
    for word, value in (("host", question.host), ("path", question.path)):
        if not (isinstance(value, str) and value.isascii() and value.isprintable()) or " " in value:
            raise ValueError(f"{word} {quoted(value)}: expected ASCII letters without a blank")
    if not question.path.startswith("/"):
        raise ValueError(f"path {quoted(question.path)}: expected one that begins with /")
