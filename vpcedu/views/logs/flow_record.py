"""Flow log records: the fields of VPC Flow Logs, and real lines read as rows.

A record is a line of words between spaces, `-` where a field does not apply. The default format is
the fields of version 2 in their order; a custom format is any choice of fields, which the line does
not tell: it stands in the header line of a file in S3, or in the flow log's format (`${srcaddr}
${dstaddr} ...`). The number in `version` is the highest version among the chosen fields. Source:
VPC user guide, "Flow log records".

A field's name, version and form are as that page has them; how strictly a line is held to them is
ours. Left out: Parquet files, transit gateway flow logs (another product with other fields).
"""

from __future__ import annotations

from vpcedu.address import number, whole
from vpcedu.quoting import quoted
from vpcedu.row import NamedRow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Value = int | str | None
    Reader = Callable[[str], int | str]

ACCEPT, REJECT = "ACCEPT", "REJECT"
OK, NODATA, SKIPDATA = "OK", "NODATA", "SKIPDATA"
INGRESS, EGRESS = "ingress", "egress"
INT_64 = (1 << 63) - 1
NEWEST = 10  # the highest version that has a field of its own


class RecordField(NamedRow):
    """A field: its name, the version that brought it, and what makes a value of its text."""

    name: str
    version: int
    read: Reader


class FlowRecord(dict[str, "int | str | None"]):
    """One record: the fields' names in the order of the line, with their values.

    A value is a number, text, or None for `-`.
    """

    def __str__(self) -> str:
        return " ".join("-" if value is None else str(value) for value in self.values())


# Forms: each makes a value of a text, or says what was expected.


def _number(least: int, most: int) -> Reader:
    def read(text: str) -> int:
        value = whole(text, most)
        if value is not None and value >= least:
            return value
        raise ValueError(f"a number from {least} to {most}")

    return read


def _word(*words: str) -> Reader:
    def read(text: str) -> str:
        if text in words:
            return text
        raise ValueError("one of " + ", ".join(words))

    return read


def _identity(prefix: str) -> Reader:
    def read(text: str) -> str:
        if text.startswith(prefix) and len(text) > len(prefix):
            return text
        raise ValueError(f"an id that begins with {prefix}")

    return read


def _account(text: str) -> str:
    if text == "unknown" or (text.isascii() and text.isdigit() and len(text) == 12):
        return text
    raise ValueError("an account of 12 digits, or unknown")


def _address(text: str) -> str:
    if ":" in text:
        groups, shortened = text.split(":"), text.count("::") == 1
        digits = all(
            len(group) <= 4 and not group.strip("0123456789abcdefABCDEF") for group in groups
        )
        whole = (
            len(groups) <= 9 and ":::" not in text
            if shortened
            else len(groups) == 8 and all(groups)
        )
        if digits and whole:
            return text
        raise ValueError("an IPv6 address")
    try:
        number(text)
    except ValueError:
        raise ValueError("an IP address") from None
    return text


def _text(text: str) -> str:
    return text


_COUNT, _PORT = _number(0, INT_64), _number(0, 65_535)
_ECS = (
    "ecs-cluster-arn",
    "ecs-cluster-name",
    "ecs-container-instance-arn",
    "ecs-container-instance-id",
    "ecs-container-id",
    "ecs-second-container-id",
    "ecs-service-name",
    "ecs-task-definition-arn",
    "ecs-task-arn",
    "ecs-task-id",
)

FIELDS = {
    row.name: row
    for row in (
        RecordField("version", 2, _number(2, NEWEST)),
        RecordField("account-id", 2, _account),
        RecordField("interface-id", 2, _identity("eni-")),
        RecordField("srcaddr", 2, _address),
        RecordField("dstaddr", 2, _address),
        RecordField("srcport", 2, _PORT),
        RecordField("dstport", 2, _PORT),
        RecordField("protocol", 2, _number(0, 255)),
        RecordField("packets", 2, _COUNT),
        RecordField("bytes", 2, _COUNT),
        RecordField("start", 2, _COUNT),
        RecordField("end", 2, _COUNT),
        RecordField("action", 2, _word(ACCEPT, REJECT)),
        RecordField("log-status", 2, _word(OK, NODATA, SKIPDATA)),
        RecordField("vpc-id", 3, _identity("vpc-")),
        RecordField("subnet-id", 3, _identity("subnet-")),
        RecordField("instance-id", 3, _identity("i-")),
        RecordField("tcp-flags", 3, _number(0, 255)),
        RecordField("type", 3, _word("IPv4", "IPv6", "EFA")),
        RecordField("pkt-srcaddr", 3, _address),
        RecordField("pkt-dstaddr", 3, _address),
        RecordField("region", 4, _text),
        RecordField("az-id", 4, _text),
        RecordField("sublocation-type", 4, _word("wavelength", "outpost", "localzone")),
        RecordField("sublocation-id", 4, _text),
        RecordField("pkt-src-aws-service", 5, _text),
        RecordField("pkt-dst-aws-service", 5, _text),
        RecordField("flow-direction", 5, _word(INGRESS, EGRESS)),
        RecordField("traffic-path", 5, _number(1, 8)),
        *(RecordField(name, 7, _text) for name in _ECS),
        RecordField("reject-reason", 8, _word("BPA", "EC")),
        RecordField("resource-id", 9, _identity("nat-")),
        RecordField("encryption-status", 10, _number(0, 3)),
    )
}
DEFAULT = tuple(row.name for row in FIELDS.values() if row.version == 2)
# What a record without traffic still tells; every other field is `-` in it.
ABOUT = (
    "version",
    "account-id",
    "interface-id",
    "start",
    "end",
    "log-status",
    "vpc-id",
    "subnet-id",
    "instance-id",
    "region",
    "az-id",
    "sublocation-type",
    "sublocation-id",
    "resource-id",
)


def chosen(fields: str | Iterable[str]) -> tuple[str, ...]:
    """The names in a header line, in a format (`${srcaddr} ${dstaddr}`) or in a list.

    ValueError for a name that is no field or stands there twice, and where there is none.
    """
    words = fields.split() if isinstance(fields, str) else fields
    names = tuple(
        word[2:-1] if word.startswith("${") and word.endswith("}") else word for word in words
    )
    for name in names:
        if name not in FIELDS:
            raise ValueError(f"field {quoted(name)}: expected one of {', '.join(FIELDS)}")
        if names.count(name) > 1:
            raise ValueError(f"field {quoted(name)} stands there twice: expected each field once")
    if not names:
        raise ValueError(f"fields {quoted(fields)}: expected one field or more")
    return names


def version(fields: Iterable[str]) -> int:
    """The version of records with these fields: the highest among them."""
    return max(FIELDS[name].version for name in fields)


def parse(text: str, fields: str | Iterable[str] | None = None) -> list[FlowRecord]:
    """The records of a flow log, from the lines of a file.

    fields: what `chosen` takes. Without it a first line of field names tells, else it is the
    default format. ValueError names line, field, value and what was expected.
    """
    lines = [
        (number, line.split()) for number, line in enumerate(text.splitlines(), 1) if line.strip()
    ]
    header = bool(lines) and all(word in FIELDS for word in lines[0][1])
    given = lines[0][1] if header and fields is None else fields
    names = DEFAULT if given is None else chosen(given)
    if header and names != tuple(lines[0][1]):
        raise ValueError(
            f"line {lines[0][0]}: header {quoted(' '.join(lines[0][1]))}: expected {' '.join(names)}"
        )
    return [
        _record(names, words, f"line {number}: ") for number, words in lines[1 if header else 0 :]
    ]


def _record(names: tuple[str, ...], words: list[str], where: str) -> FlowRecord:
    if len(words) != len(names):
        raise ValueError(f"{where}{len(words)} fields: expected {len(names)}, {' '.join(names)}")
    record = FlowRecord()
    for name, word in zip(names, words, strict=True):
        try:
            record[name] = None if word == "-" else FIELDS[name].read(word)
        except ValueError as expected:
            raise ValueError(f"{where}{name} {quoted(word)}: expected {expected}") from None
    wrong = _contradiction(record)
    if wrong:
        raise ValueError(where + wrong)
    return record


def _contradiction(record: FlowRecord) -> str:
    """What in a record does not go together, or nothing."""
    found, highest = record.get("version"), version(record)
    if found is not None and found != highest:
        return f"version {quoted(str(found))}: expected {highest}, the highest among these fields"
    if record.get("log-status") in (NODATA, SKIPDATA):
        for name, value in record.items():
            if value is not None and name not in ABOUT:
                return f"{name} {quoted(str(value))}: expected -, since log-status is {record['log-status']}"
    start, end = record.get("start"), record.get("end")
    if isinstance(start, int) and isinstance(end, int) and start > end:
        return f"end '{end}': expected {start}, which is the start, or later"
    return ""
