"""TLS records as a bystander sees them: their types, and the handshake still in the clear.

Each record says its type and length in five bytes; handshake messages in it say theirs, until a
ChangeCipherSpec: what follows is encrypted and told from the rest by a length that does not fit.
Names are those of RFC 5246 sections 6.2 and 7.4, for what is encrypted Wireshark's. Left out: TLS
1.3, whose encrypted handshake messages show as ApplicationData here as everywhere; messages that
are longer than one record.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.trace import Trace

TYPES = {20: "ChangeCipherSpec", 21: "Alert", 22: "Handshake", 23: "ApplicationData"}
HANDSHAKE, DATA = 22, "ApplicationData"
MESSAGES = {
    0: "HelloRequest",
    1: "ClientHello",
    2: "ServerHello",
    4: "NewSessionTicket",
    11: "Certificate",
    12: "ServerKeyExchange",
    13: "CertificateRequest",
    14: "ServerHelloDone",
    15: "CertificateVerify",
    16: "ClientKeyExchange",
    20: "Finished",
    22: "CertificateStatus",
}
ENCRYPTED = "Encrypted Handshake Message"
HEAD, MOST = 5, (1 << 14) + 2_048  # bytes: a record's header, and what may follow it


def is_tls(data: bytes) -> bool:
    """Whether bytes begin with the header of a record.

    A known type, version 3.0 to 3.4, a length that may be.
    """
    return (
        len(data) >= HEAD
        and data[0] in TYPES
        and data[1] == 3
        and data[2] <= 4
        and _size(data) <= HEAD + MOST
    )


def records(data: bytes) -> tuple[list[str], bytes]:
    """The names of the whole records at the beginning of these bytes, and the bytes after them."""
    names: list[str] = []
    while is_tls(data) and len(data) >= _size(data):
        names += _names(data[: _size(data)])
        data = data[_size(data) :]
    return names, data


def label(data: bytes) -> str:
    """What a segment carries, in two or three words; "" without TLS.

    "TLS ClientHello", "TLS ServerHello ...".
    """
    names, rest = records(data)
    names += _names(rest) if is_tls(rest) else ()
    more = " ..." if any(name != names[0] for name in names) else ""
    return f"TLS {names[0]}{more}" if names else ""


def carries_data(data: bytes) -> bool:
    """Whether bytes begin with records and one of them is an application's."""
    return bool(data) and data[0] in TYPES and DATA in records(data)[0]


def is_handshake(data: bytes) -> bool:
    """Whether bytes begin with records and none of them is an application's."""
    return is_tls(data) and not carries_data(data)


def where_tls_ends(legs: tuple[Trace, ...]) -> list[str]:
    """A sentence about the end of TLS, from the packets that carry an answer home.

    None where there is no TLS.
    """
    secret = [leg.sender for leg in legs if is_tls(leg.packet.data)]
    if not secret:
        return []
    if len(secret) == len(legs):
        return [
            f"TLS ends at {secret[0]}: the devices in between forward records that they cannot read."
        ]
    return [f"TLS ends at the {secret[0]}: between it and {legs[0].sender} nothing is encrypted."]


def _size(data: bytes) -> int:
    return HEAD + int.from_bytes(data[3:5], "big")


def _names(record: bytes) -> list[str]:
    """The record's type, or the messages of a handshake record.

    If a record is cut short, they are those that begin in it.
    """
    kind, end = record[0], _size(record)
    if kind != HANDSHAKE:
        return [TYPES[kind]]
    names, offset = [], HEAD
    while offset + 4 <= len(record):
        following = offset + 4 + int.from_bytes(record[offset + 1 : offset + 4], "big")
        if record[offset] not in MESSAGES or following > end:
            return [ENCRYPTED]
        names.append(MESSAGES[record[offset]])
        offset = following
    return names or [TYPES[kind]]
