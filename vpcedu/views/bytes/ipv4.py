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

    They may be in order, but then they are something else: `kind` says what, with {s} for the
    plural.
    """

    def __init__(self, words: str, offset: int, kind: str) -> None:
        super().__init__(words, offset)
        self.kind = kind


class Decoded(NamedRow):
    """A packet that was read, its TTL and identification, and whether both checksums were right.

    checksums is None where that cannot be told: the packet was cut, or it gives no length. missing:
    how many bytes at its end were not kept.
    """

    packet: Packet
    ttl: int
    identification: int
    checksums: bool | None
    missing: int = 0


def extent(total: int, room: int, full: int) -> tuple[int, int]:
    """How long a packet was, and how many bytes of it are to be read.

    total: what its header says; 0 where the sender left the cutting into segments to its network
    card: then the packet is as long as its frame. room: bytes that are here, full: bytes that
    there were, before a snap length cut the frame.
    """
    total = total or max(room, full)
    return total, min(total, room) if total <= full else total


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
