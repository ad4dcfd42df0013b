"""Traffic: of which protocol and ports a group's rule or an ACL's entry speaks.

Both name a protocol by its IANA number, -1 for all. TCP and UDP have a range of destination ports,
ICMP has (type, code) in its place, -1 for any. Other protocols have no ports, and what stands
next to -1 makes no difference: all protocols means all ports. A flow of ICMP has type x 256 + code
where others have the destination port, as in NetFlow's records, so that a table compares one number
with one span. Sources: EC2 API, IpPermission and CreateNetworkAclEntry; RFC 792.
"""

from __future__ import annotations

from vpcedu.flow import TCP
from vpcedu.quoting import quoted

ANY, ICMP, UDP = -1, 1, 17  # IANA protocol numbers; -1 as the API writes "all"
NAMES = {ANY: "all", ICMP: "icmp", TCP: "tcp", UDP: "udp"}
EVERY_PORT = (0, 65_535)
ANYWHERE = "0.0.0.0/0"


def span(protocol: int, ports: tuple[int, int]) -> tuple[int, int]:
    """The first and last destination port of the flows that fit.

    ValueError names what is no protocol or port.

    >>> span(TCP, (80, 90)), span(ICMP, (8, 0)), span(ICMP, (3, -1)), span(ANY, (80, 90))
    ((80, 90), (2048, 2048), (768, 1023), (0, 65535))
    """
    try:
        first, last = ports
        if protocol in (TCP, UDP) and 0 <= first <= last <= 65_535:
            return ports
        if protocol == ICMP and -1 <= last <= 255 and (0 <= first <= 255 or first == last):
            return (
                EVERY_PORT
                if first < 0
                else (first << 8 | max(last, 0), first << 8 | (255 if last < 0 else last))
            )
        if protocol == ANY or (0 <= protocol <= 255 and protocol not in NAMES):
            return EVERY_PORT
    except (TypeError, ValueError):  # not two, or no numbers
        pass
    raise ValueError(
        f"protocol {quoted(protocol)}, ports {quoted(ports)}: expected -1 or 0 to 255, and (first, last) port up to"
        " 65535. For ICMP: (type, code) from -1 to 255, and code -1 where type is"
    )


def words(protocol: int, ports: tuple[int, int]) -> str:
    """The protocol's name and what of it: "tcp 80", "udp 53-60", "icmp type 3 code 4", "all"."""
    name, (first, last) = NAMES.get(protocol, f"protocol {protocol}"), ports
    if protocol in (TCP, UDP):
        return f"{name} {first}" if first == last else f"{name} {first}-{last}"
    if protocol == ICMP and first >= 0:
        return f"{name} type {first}" + (f" code {last}" if last >= 0 else "")
    return name
