"""Access log entries: the fields that two kinds of balancers log, and real lines read as rows.

These are Classic and Application Load Balancers.

An entry is a line of fields between spaces; some stand in double quotes, since there may be spaces
inside. `-` is what a field has where there is nothing to say, `-1` a time that did not come about.
Which balancer wrote a line is told by its beginning: an Application Load Balancer's begins with the
type of the request, a Classic one's with the time. Sources: Classic guide, "Access logs for your
Classic Load Balancer"; Application Load Balancers guide, "Access logs for your Application Load
Balancer": names, order and quotes of the fields are theirs. New fields come at the end, so what
stands after the last one that is known is not read, and an Application Load Balancer's older
entries may lack what came after "trace_id". How strictly a field is held to its form is ours.
"""

from __future__ import annotations

from datetime import datetime

from vpcedu.address import whole
from vpcedu.flow import Endpoint
from vpcedu.quoting import quoted
from vpcedu.row import NamedRow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Value = int | float | str | None
    Reader = Callable[[str], Value]

LARGEST = 10**19 - 1  # bytes
NEVER = -1.0  # seconds: the step of a request that this time is about did not happen
NO_REQUEST = "- - - "  # what a TCP listener logs instead of a request


class EntryField(NamedRow):
    """A field: its name, what makes a value of its text, whether it stands in double quotes."""

    name: str
    read: Reader
    quoted: bool = False


class EntryForm(NamedRow):
    """The entries of one kind of balancer.

    The fields in order, how many a line must have, the decimals of seconds.
    """

    balancer: str
    fields: tuple[EntryField, ...]
    least: int
    decimals: int


class AccessEntry(dict[str, "int | float | str | None"]):
    """One entry: the fields' names in the order of the line, with their values.

    A value is a number, text, or None for `-`.
    """

    def __init__(self, form: EntryForm) -> None:
        super().__init__()
        self.form = form

    def __str__(self) -> str:
        return " ".join(
            _written(self[field.name], field, self.form)
            for field in self.form.fields
            if field.name in self
        )


def _written(value: Value, field: EntryField, form: EntryForm) -> str:
    if isinstance(value, float):
        return "-1" if value == NEVER else f"{value:.{form.decimals}f}"
    words = "-" if value is None else str(value)
    return f'"{words}"' if field.quoted else words


# Forms of values: each makes a value of a text, or says what was expected.


def _text(text: str) -> str:
    return text


def _count(text: str) -> int:
    count = whole(text, LARGEST)
    if count is not None:
        return count
    raise ValueError("a number of bytes")


def _status(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) == 3:
        return int(text)
    raise ValueError("a status code of three digits")


def _priority(text: str) -> int:
    if text == "-1" or whole(text, 50_000) is not None:
        return int(text)
    raise ValueError("a rule's priority, 0 for the default action, or -1")


def _seconds(text: str) -> float:
    whole, point, part = text.partition(".")
    if text == "-1" or (text.isascii() and whole.isdigit() and (part.isdigit() if point else True)):
        return float(text)
    raise ValueError("seconds, or -1")


def _instant(text: str) -> str:
    try:
        if text.endswith("Z"):
            datetime.fromisoformat(text[:-1])
            return text
    except ValueError:
        pass
    raise ValueError("an instant like 2026-01-01T00:00:00.000000Z")


def _end(text: str) -> str:
    address, colon, port = text.rpartition(":")
    if ":" in address and colon and whole(port, 65_535) is not None:
        return text  # IPv6
    try:
        Endpoint.parse(text)
    except ValueError:
        raise ValueError("an address and a port, like 192.0.2.1:80") from None
    return text


def _type(text: str) -> str:
    if text in TYPES:
        return text
    raise ValueError("one of " + ", ".join(TYPES))


TYPES = ("http", "https", "h2", "grpcs", "ws", "wss")
CLASSIC = EntryForm(
    "Classic",
    (
        EntryField("time", _instant),
        EntryField("elb", _text),
        EntryField("client:port", _end),
        EntryField("backend:port", _end),
        EntryField("request_processing_time", _seconds),
        EntryField("backend_processing_time", _seconds),
        EntryField("response_processing_time", _seconds),
        EntryField("elb_status_code", _status),
        EntryField("backend_status_code", _status),
        EntryField("received_bytes", _count),
        EntryField("sent_bytes", _count),
        EntryField("request", _text, True),
        EntryField("user_agent", _text, True),
        EntryField("ssl_cipher", _text),
        EntryField("ssl_protocol", _text),
    ),
    15,
    6,
)
APPLICATION = EntryForm(
    "Application",
    (
        EntryField("type", _type),
        EntryField("time", _instant),
        EntryField("elb", _text),
        EntryField("client:port", _end),
        EntryField("target:port", _end),
        EntryField("request_processing_time", _seconds),
        EntryField("target_processing_time", _seconds),
        EntryField("response_processing_time", _seconds),
        EntryField("elb_status_code", _status),
        EntryField("target_status_code", _status),
        EntryField("received_bytes", _count),
        EntryField("sent_bytes", _count),
        EntryField("request_line", _text, True),
        EntryField("user_agent", _text, True),
        EntryField("ssl_cipher", _text),
        EntryField("ssl_protocol", _text),
        EntryField("target_group_arn", _text),
        EntryField("trace_id", _text, True),
        EntryField("domain_name", _text, True),
        EntryField("chosen_cert_arn", _text, True),
        EntryField("matched_rule_priority", _priority),
        EntryField("request_creation_time", _instant),
        EntryField("actions_executed", _text, True),
        EntryField("redirect_url", _text, True),
        EntryField("error_reason", _text, True),
        EntryField("target:port_list", _text, True),
        EntryField("target_status_code_list", _text, True),
        EntryField("classification", _text, True),
        EntryField("classification_reason", _text, True),
        EntryField("conn_trace_id", _text),
        EntryField("transformed_host", _text, True),
        EntryField("transformed_uri", _text, True),
        EntryField("request_transform_status", _text, True),
    ),
    18,
    3,
)


def parse(text: str) -> list[AccessEntry]:
    """The entries of an access log, from the lines of a file; empty lines are skipped.

    ValueError names line, field, value and what was expected.
    """
    return [
        entry(line, f"line {number}: ")
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip()
    ]


def entry(line: str, where: str = "") -> AccessEntry:
    """One line as an entry; ValueError as for `parse`."""
    try:
        words = list(_words(line.strip()))
    except ValueError as error:
        raise ValueError(f"{where}{error}") from None
    form = APPLICATION if words and words[0][0] in TYPES else CLASSIC
    if len(words) < form.least:
        raise ValueError(
            f"{where}{len(words)} fields: expected {form.least} or more,"
            f" {' '.join(field.name for field in form.fields[: form.least])}"
        )
    made = AccessEntry(form)
    for field, (word, in_quotes) in zip(form.fields, words, strict=False):
        try:
            if in_quotes != field.quoted:
                raise ValueError("it in double quotes" if field.quoted else "it without quotes")
            made[field.name] = None if word == "-" else field.read(word)
        except ValueError as expected:
            raise ValueError(f"{where}{field.name} {quoted(word)}: expected {expected}") from None
    return made


def _words(line: str) -> Iterator[tuple[str, bool]]:
    """The fields of a line, and whether each stood in quotes.

    A quote after a backslash ends none.
    """
    while line:
        if line[0] != '"':
            word, _, line = line.partition(" ")
            yield word, False
            continue
        end = line.find('"', 1)
        while end > 0 and line[end - 1] == "\\":
            end = line.find('"', end + 1)
        if end < 0 or line[end + 1 : end + 2] not in ("", " "):
            raise ValueError(f"{quoted(line)}: expected a double quote and a space at its end")
        yield line[1:end], True
        line = line[end + 2 :]
