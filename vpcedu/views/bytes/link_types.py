"""Link types: where in a frame IPv4 begins, for each way in which captures frame packets.

The numbers are tcpdump.org's link-layer header types. Ethernet, SLL and SLL2 ("any" on Linux) give
an Ethernet type, and VLAN tags may come before IP. BSD's loopback, which Macs have too, gives the
address family of the capturing machine in four bytes: NULL in that machine's byte order, LOOP in
the network's; both orders are taken for both. NFLOG (iptables' target of that name) gives a family,
then attributes (length, type, value) in the byte order of the machine that wrote the file.
"""

from __future__ import annotations

from struct import Struct

from vpcedu.views.bytes.ipv4 import OtherPacket, WireError

ETHERNET, NULL, LOOP, SLL, NFLOG, SLL2 = 1, 0, 108, 113, 239, 276
BARE = (12, 14, 101, 228, 229)  # IP as it is, of either version or of one
FRAMED = {
    ETHERNET: (12, 14),
    SLL: (14, 16),
    SLL2: (0, 20),
}  # where the type stands, where IP begins
KNOWN = (*BARE, *FRAMED, NULL, LOOP, NFLOG)
IPV4 = b"\x08\x00"
TAGS = (b"\x81\x00", b"\x88\xa8", b"\x91\x00")  # VLAN tags: IEEE 802.1Q and 802.1ad, and before it
TYPES = {0x0806: "ARP packet{s}", 0x86DD: "IPv6 packet{s}"}
LENGTHS = 1_536  # an Ethernet type is at least this; below it is a length (IEEE 802.3)
# AF_INET is 2 everywhere; AF_INET6 is another number on Linux, OpenBSD and NetBSD, FreeBSD, Macs
AF_INET, AF_INET6 = 2, (10, 24, 28, 30)
PAYLOAD = 9  # NFULA_PAYLOAD, the attribute that holds the packet


def ip_begins(data: bytes, link: int, order: str) -> int:
    """Where the IPv4 packet of a frame begins.

    order: "<" or ">", the file's byte order. OtherPacket (a WireError) where the frame holds
    something else, WireError where it is too short.
    """
    if link in BARE:
        return 0
    if link in FRAMED:
        return _after_type(data, *FRAMED[link])
    if link in (NULL, LOOP):
        little, big = (int.from_bytes(data[:4], word) for word in ("little", "big"))
        return _of_family(min(little, big), 4)
    if link == NFLOG:
        return _of_family(data[0] if data else 0, _attribute(data, order))
    raise OtherPacket(f"link type {link}", 0, f"packet{{s}} of link type {link}")


def _after_type(data: bytes, place: int, begins: int) -> int:
    kind = data[place : place + 2]
    while kind in TAGS:
        kind, begins = data[begins + 2 : begins + 4], begins + 4
    if kind == IPV4:
        return begins
    if len(kind) < 2:
        raise WireError(f"{len(data)} bytes: expected a frame with an Ethernet type", len(data))
    number = int.from_bytes(kind, "big")
    other = f"EtherType 0x{number:04x} frame{{s}}" if number >= LENGTHS else "IEEE 802.3 frame{s}"
    raise OtherPacket("no IPv4", place, TYPES.get(number, other))


def _of_family(family: int, begins: int) -> int:
    if family == AF_INET:
        return begins
    kind = "IPv6" if family in AF_INET6 else f"address family {family}"
    raise OtherPacket(f"address family {family}", 0, f"{kind} packet{{s}}")


def _attribute(data: bytes, order: str) -> int:
    """Where the packet begins that the attributes of NFLOG hold."""
    head, place = Struct(f"{order}HH"), 4
    while place + 4 <= len(data):
        size, kind = head.unpack_from(data, place)
        if kind == PAYLOAD and size >= 4:
            return place + 4
        place += max(4, size + -size % 4)
    raise WireError(f"{len(data)} bytes: expected NFLOG's attribute {PAYLOAD}", len(data))
