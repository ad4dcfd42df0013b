"""PROXY protocol: a balancer that hides the client's address tells it in its first bytes.

Version 1 is one line of text, version 2 a binary header with type-length-value fields. A Classic
Load Balancer sends version 1, a Network Load Balancer version 2; with AWS the destination is the
node's PRIVATE address, because the Internet gateway has rewritten it before. The endpoint id of
PrivateLink travels as type 0xEA. Sources: HAProxy's specification "The PROXY protocol, versions 1
and 2"; Classic guide, "Proxy Protocol"; Network Load Balancers guide, "Target groups".

IPv6 and UNIX addresses are accepted and passed over: `source` and `destination` are None then.
"""

from __future__ import annotations

from struct import Struct

from vpcedu.address import number, text, whole
from vpcedu.flow import Endpoint
from vpcedu.quoting import quoted
from vpcedu.row import NamedRow

SIGNATURE = bytes.fromhex("0d0a0d0a000d0a515549540a")
HEX = frozenset("0123456789abcdefABCDEF")
LONGEST_V1 = 107  # bytes with CR LF
LOCAL, PROXY = 0, 1
STREAM4 = 0x11  # family INET, transport STREAM
# bytes of addresses by family and transport: UNSPEC; INET, INET6 and UNIX, each STREAM or DGRAM
SIZES = {0x00: 0, STREAM4: 12, 0x12: 12, 0x21: 36, 0x22: 36, 0x31: 216, 0x32: 216}
ADDRESSES = Struct("!IIHH")
CRC32C, AWS = 0x03, 0xEA
VPC_ENDPOINT_ID = 0x01  # AWS's subtype: the value is this byte and the id in ASCII


class Header(NamedRow):
    """What a header says.

    The version (1 or 2), LOCAL or PROXY, the client's connection, and fields as (type, value).
    """

    version: int
    command: int
    source: Endpoint | None
    destination: Endpoint | None
    tlvs: tuple[tuple[int, bytes], ...] = ()

    @property
    def vpc_endpoint_id(self) -> str | None:
        """The id of the PrivateLink endpoint ("vpce-..."), if AWS wrote one."""
        values = (
            value
            for kind, value in self.tlvs
            if kind == AWS and value[:1] == bytes((VPC_ENDPOINT_ID,))
        )
        return next((value[1:].decode("ascii", "replace") for value in values), None)


def version_1(source: Endpoint, destination: Endpoint) -> bytes:
    """The line of version 1 for a TCP connection over IPv4.

    >>> version_1(Endpoint("203.0.113.10", 50001), Endpoint("10.0.0.10", 80))
    b'PROXY TCP4 203.0.113.10 10.0.0.10 50001 80\\r\\n'
    """
    number(source.address), number(destination.address)
    return f"PROXY TCP4 {source.address} {destination.address} {source.port} {destination.port}\r\n".encode()


def version_2(
    source: Endpoint,
    destination: Endpoint,
    tlvs: tuple[tuple[int, bytes], ...] = (),
    checksum: bool = False,
) -> bytes:
    """The header of version 2 for a TCP connection over IPv4.

    With `checksum` a CRC-32c field comes last.
    """
    addresses = ADDRESSES.pack(
        number(source.address), number(destination.address), source.port, destination.port
    )
    fields = b"".join(_tlv(kind, value) for kind, value in tlvs)
    if not checksum:
        return _binary(PROXY, STREAM4, addresses + fields)
    whole = _binary(PROXY, STREAM4, addresses + fields + _tlv(CRC32C, bytes(4)))
    return whole[:-4] + crc32c(whole).to_bytes(4, "big")


def local() -> bytes:
    """The header of version 2 with which a balancer speaks for itself, as in a health check."""
    return _binary(LOCAL, 0, b"")


def parse(data: bytes | bytearray) -> tuple[Header, int] | None:
    """The header at the front of the bytes and how many bytes it takes; None where more are needed.

    ValueError says why the bytes can never become a header.
    """
    if data[:12] == SIGNATURE[: len(data)]:
        return _parse_2(data) if len(data) >= 16 else None
    if data[:6] == b"PROXY "[: len(data)]:
        return _parse_1(bytes(data[:LONGEST_V1]))
    raise ValueError(
        f"{quoted(bytes(data[:300]))}: expected 'PROXY ' or the signature of version 2"
    )


def after_header(data: bytes) -> bytes:
    """The bytes behind a whole header at the front; all of them where there is none."""
    try:
        found = parse(data)
    except ValueError:
        return data
    return data[found[1] :] if found else data


def crc32c(data: bytes) -> int:
    """The CRC-32c (Castagnoli) of the bytes.

    >>> hex(crc32c(b"123456789"))
    '0xe3069283'
    """
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


def _tlv(kind: int, value: bytes) -> bytes:
    return bytes((kind,)) + len(value).to_bytes(2, "big") + value


def _binary(command: int, family: int, rest: bytes) -> bytes:
    if len(rest) > 0xFFFF:
        raise ValueError(f"{len(rest)} bytes of addresses and fields: expected at most 65535")
    return SIGNATURE + bytes((0x20 | command, family)) + len(rest).to_bytes(2, "big") + rest


def _parse_1(data: bytes) -> tuple[Header, int] | None:
    end = data.find(b"\r\n", 0, LONGEST_V1)
    if end < 0:
        if len(data) >= LONGEST_V1:
            raise ValueError(f"no end of line in {LONGEST_V1} bytes: expected a line of version 1")
        return None
    words = data[:end].decode("latin-1").split(" ")
    if words[1] == "UNKNOWN":  # whatever stands behind it
        return Header(1, PROXY, None, None), end + 2
    if len(words) != 6 or words[1] not in ("TCP4", "TCP6"):
        raise ValueError(
            f"{quoted(data[:end])}: expected 'PROXY TCP4 source destination port port', TCP6 or UNKNOWN"
        )
    if words[1] == "TCP4":
        source, destination = (Endpoint.parse(f"{words[i]}:{words[i + 2]}") for i in (2, 3))
        return Header(1, PROXY, source, destination), end + 2
    for i in (2, 3):
        _check_ipv6(words[i])
        if whole(words[i + 2], 65_535) is None:
            raise ValueError(f"port {quoted(words[i + 2])}: expected a number from 0 to 65535")
    return Header(1, PROXY, None, None), end + 2


def _check_ipv6(word: str) -> None:
    """Refuse what is no IPv6 address: eight groups of hexadecimal digits, `::` for some of zero."""
    left, shortened, right = word.partition("::")
    groups = [group for side in (left, right) if side for group in side.split(":")]
    whole = len(groups) < 8 if shortened else len(groups) == 8
    if not whole or any(not 1 <= len(group) <= 4 or set(group) - HEX for group in groups):
        raise ValueError(f"{quoted(word)} is not an IPv6 address: expected one like 2001:db8::1")


def _parse_2(data: bytes | bytearray) -> tuple[Header, int] | None:
    version, command, family = data[12] >> 4, data[12] & 15, data[13]
    if version != 2 or command not in (LOCAL, PROXY):
        raise ValueError(f"version and command {data[12]:#04x}: expected 0x20 or 0x21")
    size = int.from_bytes(data[14:16], "big")
    if command == PROXY and family not in SIZES:
        known = ", ".join(f"{one:#04x}" for one in SIZES)
        raise ValueError(f"family and transport {family:#04x}: expected one of {known}")
    if command == PROXY and size < SIZES[family]:
        raise ValueError(
            f"{size} bytes of addresses: expected {SIZES[family]} or more for family {family:#04x}"
        )
    if len(data) < 16 + size:
        return None
    whole = bytes(data[: 16 + size])
    if command == LOCAL or not family:  # the specification: skip what follows, whatever it is
        return Header(2, command, None, None), len(whole)
    tlvs = _fields(whole[16 + SIZES[family] :])
    _check(whole, tlvs)
    if SIZES[family] != ADDRESSES.size:
        return Header(2, PROXY, None, None, tlvs), len(whole)
    src, dst, sport, dport = ADDRESSES.unpack_from(whole, 16)
    return Header(2, PROXY, Endpoint(text(src), sport), Endpoint(text(dst), dport), tlvs), len(
        whole
    )


def _fields(data: bytes) -> tuple[tuple[int, bytes], ...]:
    fields, offset = [], 0
    while offset < len(data):
        size = int.from_bytes(data[offset + 1 : offset + 3], "big")
        if offset + 3 + size > len(data):
            raise ValueError(
                f"a field of {size} bytes in {max(len(data) - offset - 3, 0)}: expected one that fits"
            )
        fields.append((data[offset], data[offset + 3 : offset + 3 + size]))
        offset += 3 + size
    return tuple(fields)


def _check(whole: bytes, tlvs: tuple[tuple[int, bytes], ...]) -> None:
    """Check the CRC-32c field, if there is one.

    It is the checksum of the header with that field's value set to zero.
    """
    offset = len(whole) - sum(3 + len(value) for _, value in tlvs)
    for kind, value in tlvs:
        if kind == CRC32C:
            blank = whole[: offset + 3] + bytes(len(value)) + whole[offset + 3 + len(value) :]
            if len(value) != 4 or int.from_bytes(value, "big") != crc32c(blank):
                raise ValueError(f"CRC-32c {value.hex()}: expected {crc32c(blank):08x}")
        offset += 3 + len(value)
