"""IPv4: what the bytes of every packet share.

Fixed fields of the header, RFC 1071's checksum, and how reading ends.

The checksum is taken of numbers, not of bytes; wire.py says why that is the same.
"""

from __future__ import annotations

from vpcedu.row import NamedRow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.packet import Packet

PLAIN = 0x4500  # version 4, a header of five words, no special service
DONT_FRAGMENT = 0x4000
TTL = 64


class WireError(ValueError):
    """Bytes that are no whole packet; `offset` is where they stop making sense."""

    def __init__(self, words: str, offset: int) -> None:
        super().__init__(f"{words} at byte {offset}")
        self.offset = offset


class OtherPacket(WireError):
    """Bytes that are not a whole IPv4 packet with TCP or an ICMP error.

    They may be in order, but then they are something else.
    """


class Decoded(NamedRow):
    """A packet that was read, its TTL and identification, and whether both checksums were right."""

    packet: Packet
    ttl: int
    identification: int
    checksums: bool


def checksum(data: bytes) -> int:
    """The Internet checksum of RFC 1071.

    The complement of the ones'-complement sum of 16-bit words.
    """
    total = summed(data)
    return -total % 0xFFFF if total else 0xFFFF


def summed(data: bytes) -> int:
    """A number that is, modulo 0xFFFF, the sum of the 16-bit words.

    A last odd byte counts as the first byte of a word.
    """
    total = int.from_bytes(data, "big")
    return total << 8 if len(data) & 1 else total
