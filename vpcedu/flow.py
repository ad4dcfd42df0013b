"""Flow: the ends of a connection, and the five words by which every table knows it.

A flow is a value. The protocol is IANA's number, as flow logs have it; for ICMP, type and code
replace the destination's port (see `icmp_port`).
"""

from __future__ import annotations

from zlib import crc32

from vpcedu.address import number, whole
from vpcedu.quoting import quoted
from vpcedu.row import NamedRow

TCP, ICMP = 6, 1  # IANA protocol numbers, as in flow logs
MODULUS = 1 << 32  # numbers of 32 bits wrap (RFC 9293 section 3.4)

_new = tuple.__new__  # makes what every packet needs once more, quicker than the class's own call


def spread(*words: object) -> int:
    """A 32-bit number that the words alone decide, the same on every Python and hash seed.

    It stands for the keyed hash by which a real device chooses (ports, initial sequence numbers,
    targets); it is good enough to tell cases apart, but no secret.
    """
    return crc32("\0".join(map(str, words)).encode()) * 0x9E3779B1 % MODULUS


class Endpoint(NamedRow):
    """One end of a connection: an address and a port; RFC 9293 calls it a socket."""

    address: str
    port: int

    def __str__(self) -> str:
        return f"{self.address}:{self.port}"

    @classmethod
    def parse(cls, words: str) -> Endpoint:
        """The endpoint written as address:port; ValueError names what is wrong."""
        address, colon, digits = words.rpartition(":") if isinstance(words, str) else ("", "", "")
        port = whole(digits, 65_535)
        if not colon or port is None:
            raise ValueError(
                f"{quoted(words)} is not an endpoint: expected address:port, like 10.0.1.10:80"
            )
        number(address)
        return cls(address, port)


class FiveTuple(NamedRow):
    """Source and destination address and port, and the protocol.

    This is the key of every table that knows flows.
    """

    src: str
    sport: int
    dst: str
    dport: int
    protocol: int = TCP

    def reversed(self) -> FiveTuple:
        """The key that an answer to this flow carries."""
        return _new(FiveTuple, (self.dst, self.dport, self.src, self.sport, self.protocol))

    @property
    def source(self) -> Endpoint:
        """Who sent it, as far as the packet says."""
        return _new(Endpoint, self[:2])

    @property
    def destination(self) -> Endpoint:
        """Whom it is for."""
        return _new(Endpoint, self[2:4])

    def __str__(self) -> str:
        if self.protocol == ICMP:
            return f"{self.src} > {self.dst} icmp {self.dport >> 8}/{self.dport & 255}"
        return f"{self.src}:{self.sport} > {self.dst}:{self.dport}"
