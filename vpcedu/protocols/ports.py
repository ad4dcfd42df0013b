"""Ephemeral ports: which port does the opener of a connection choose for itself?

The opener's system takes a free port from its ephemeral range; a port is taken only towards one
destination, since a connection is named by all four: both addresses and both ports. Linux tries the ports
of even offset first (for connect). Sources: ip-sysctl `ip_local_port_range`; ip(7); RFC 6056 section 3.3;
network ACL user guide, "Ephemeral ports" (Elastic Load Balancing uses 1024-65535).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

LINUX = (32_768, 60_999)
ELASTIC_LOAD_BALANCING = (1_024, 65_535)


def choose(ports: tuple[int, int], start: int, taken: Callable[[int], bool]) -> int | None:
    """The first free port from a starting offset, even offsets before odd ones; None where all are taken.

    ports: first and last of the range. start: any number, a keyed hash of the destination.

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
