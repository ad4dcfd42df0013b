"""ICMP errors: what "destination unreachable" says (RFC 792, type 3).

An error quotes the headers of the packet that did not get through, so that its sender finds the
connection. Code 4 says that the packet was too large to go on in one piece, and which size would
have been carried (RFC 1191 for the next hop's MTU).

Who says so: here only a router of the Internet, with code 4 (network/link.py), and whoever a lesson
lets speak. AWS names no ICMP answer of its filters, routes and gateways, so what they drop they
drop in silence; a host refuses a closed TCP port with RST. `host unreachable` is heard by TCP, but
nothing in a VPC sends it. Left out: echo, time exceeded, and every other message.
"""

from __future__ import annotations

from vpcedu.flow import FiveTuple
from vpcedu.row import NamedRow

UNREACHABLE = 3  # the type; its codes:
NET, HOST, PORT, FRAGMENTATION_NEEDED = 0, 1, 3, 4
# as tcpdump says them
CODES = {
    NET: "net unreachable",
    HOST: "host unreachable",
    2: "protocol unreachable",
    PORT: "port unreachable",
    FRAGMENTATION_NEEDED: "unreachable - need to frag",
}
SIZE = 56  # bytes: headers of 20 and 8, and 28 that are quoted: RFC 792's least


def icmp_port(kind: int, code: int) -> int:
    """What ICMP has instead of a port: type * 256 + code, as flow records have it.

    That is IPFIX, element 32. So a table compares one number with one span; tables/traffic.py says
    how rules name types and codes.
    """
    return kind << 8 | code


def code_text(code: int) -> str:
    """A code of type 3 in words: 1 is "host unreachable"."""
    return CODES.get(code, f"unreachable - #{code}")


class Icmp(NamedRow):
    """What an ICMP error says besides its type and code.

    The next hop's MTU (bytes; 0 except for code 4), and of the packet that did not get through its
    flow, sequence number and size (bytes).
    """

    mtu: int
    flow: FiveTuple
    seq: int
    size: int

    def __str__(self) -> str:
        mtu = f" (mtu {self.mtu})" if self.mtu else ""
        return f"{mtu}, about {self.flow} seq {self.seq} length {self.size}"
