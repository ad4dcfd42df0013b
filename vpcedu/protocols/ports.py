"""Ephemeral ports: which port does the opener of a connection choose for itself?

The opener's system takes a free port from its ephemeral range; a port is taken only towards one
destination, since a connection is named by all four: both addresses and both ports. Linux tries the
ports of even offset first (for connect). Sources: ip-sysctl `ip_local_port_range`; ip(7); RFC 6056
section 3.3; network ACL user guide, "Ephemeral ports" (Elastic Load Balancing and NAT gateways use
1024-65535).
"""

from __future__ import annotations

from vpcedu.flow import spread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

LINUX = (32_768, 60_999)
# since Vista and Server 2008: Microsoft, "The default dynamic port range for TCP/IP"
WINDOWS = (49_152, 65_535)
ELASTIC_LOAD_BALANCING = (1_024, 65_535)
NAT_GATEWAY = (1_024, 65_535)

RANGES = {
    "Linux": LINUX,
    "Windows": WINDOWS,
    "macOS": (49_152, 65_535),  # net.inet.ip.portrange.first and .last; from secondary sources only
    "FreeBSD": (10_000, 65_535),  # the same two names; ip(4)
    "Elastic Load Balancing": ELASTIC_LOAD_BALANCING,
    "NAT gateway": NAT_GATEWAY,
}


def choose(
    ports: tuple[int, int],
    start: int,
    taken: Callable[[int], bool],
) -> int | None:
    """The first free port from an offset, even offsets before odd ones; else None.

    ports: first and last of the range. start: a keyed hash of the destination.

    >>> choose((40_000, 40_003), 2, {40_002}.__contains__)
    40000
    """
    first, size = ports[0], ports[1] - ports[0] + 1
    for parity in (0, 1):
        offsets = range(parity, size, 2)
        for turn in range(len(offsets)):
            port = first + offsets[(start % size // 2 + turn) % len(offsets)]
            if not taken(port):
                return port
    return None


def choose_randomly(
    ports: tuple[int, int], seed: object, taken: Callable[[int], bool]
) -> int | None:
    """The first free port from a random one on, upwards and around; else None.

    Algorithm 1 of RFC 6056 section 3.3.1.

    ports: first and last of the range. seed: any value; it alone decides the random port.

    >>> choose_randomly((40_000, 40_003), 1, {40_000, 40_001, 40_003}.__contains__)
    40002
    """
    first, size = ports[0], ports[1] - ports[0] + 1
    start = spread("port", seed) % size
    for turn in range(size):
        port = first + (start + turn) % size
        if not taken(port):
            return port
    return None


def sustained(ports: tuple[int, int], destinations: int, lifetime_seconds: float) -> float:
    """How many new connections per second a range of ports can sustain.

    Each connection holds its port for `lifetime_seconds`.

    ports: first and last of the range. destinations: how many pairs of address and port are called
    in turn. lifetime_seconds: from the SYN to the end of TIME-WAIT; the end that closes first waits
    60 s in Linux.

    Plain arithmetic: number held = rate times time held (Little's law). Sources: RFC 9293 section
    3.4.2 (2 MSL; the RFC's MSL is 2 minutes), Linux' include/net/tcp.h (TCP_TIMEWAIT_LEN, 60 s).
    28,232 ports for 60 s each:

    >>> round(sustained(LINUX, destinations=1, lifetime_seconds=60))
    471
    """
    if destinations < 1 or lifetime_seconds <= 0 or not 0 < ports[0] <= ports[1] <= 65_535:
        raise ValueError(
            f"ports {ports}, {destinations} destinations, {lifetime_seconds} s: expected a range of "
            "ports from 1 to 65535, at least one destination and a lifetime above 0"
        )
    return (ports[1] - ports[0] + 1) * destinations / lifetime_seconds
