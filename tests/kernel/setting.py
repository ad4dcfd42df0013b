"""Where a scenario takes place: rows that say the same to the kernel's laboratory and to the model.

    client 203.0.113.10 --+             +-- public  10.0.0.0/24: elb .10, nat .20, nlb .30, nlb2 .31
                          +- link - igw +
    server 198.51.100.7 --+             +-- private 10.0.1.0/24: web .10, web2 .11

Both subnets have a default route: the public one leads to the Internet gateway, the private one
where the setting says. The link between the Internet and the gateway is the only one that can take
time or lose packets.
"""

from __future__ import annotations

from typing import NamedTuple

from vpcedu.tables.network_acl import AclEntry
from vpcedu.tables.security_group import GroupRule

CLIENT, SERVER = "203.0.113.10", "198.51.100.7"
PUBLIC, PRIVATE, VPC_BLOCK = "10.0.0.0/24", "10.0.1.0/24", "10.0.0.0/16"
ADDRESSES = {
    "client": CLIENT,
    "server": SERVER,
    "elb": "10.0.0.10",
    "nat": "10.0.0.20",
    "nlb": "10.0.0.30",
    "nlb2": "10.0.0.31",
    "web": "10.0.1.10",
    "web2": "10.0.1.11",
}
HOSTS = ("client", "server", "web", "web2")  # ends with sockets; a proxy is a program at "elb"
# always public
BOXES = {"elb": "192.0.2.10", "nat": "192.0.2.20", "nlb": "192.0.2.30", "nlb2": "192.0.2.31"}
WEB_PUBLIC = "192.0.2.110"  # only where the setting says so
NAP = 0.08  # seconds of quiet behind each action, so that no two things race


class Masquerade(NamedTuple):
    """How the NAT behaves.

    Which ports it takes (none: as Linux does), how long it remembers silence (seconds), whether a
    packet in mid-stream from inside opens a row again (Linux' default) or is answered with RST.
    """

    ports: tuple[int, int] | None = None
    idle: float = 432_000
    loose: bool = True


class Forward(NamedTuple):
    """One port of a balancer that rewrites.

    The destination becomes the target; the client's address is kept or not.
    """

    box: str  # nlb or nlb2
    port: int
    target: tuple[str, int]  # address, port
    preserve: bool = True


class Proxy(NamedTuple):
    """One port of the balancer that ends connections.

    In the kernel's laboratory it is HAProxy, without retries.

    protocol: "tcp" or "http". proxy_protocol: 0, or the version of the header it writes to the
    target. With "http" connections to targets are kept and serve any client, X-Forwarded-For is
    appended to one comma-separated line (made if absent, then behind the others: -For, -Proto,
    -Port), header names keep their capitals, and its own answer to a request that found no target
    is 503 with exactly the bytes of UNAVAILABLE.
    """

    port: int
    target: tuple[str, int]
    protocol: str = "tcp"
    proxy_protocol: int = 0


class Tcp(NamedTuple):
    """How often SYN and SYN,ACK are sent again.

    Also how many SYNs are one second apart before the doubling, ports, and keep-alive (seconds of
    silence, seconds between probes, probes), or None.
    """

    syn: int = 3
    synack: int = 5
    linear: int = 0
    ports: tuple[int, int] = (32_768, 60_999)
    keepalive: tuple[int, int, int] | None = None


class Setting(NamedTuple):
    """The place of one scenario; what is not said is open, lossless and fast."""

    private_default: str = (
        "igw"  # nat, nlb, nlb2 or igw: where the private subnet's default route leads
    )
    web_public: bool = False  # whether web has the public address WEB_PUBLIC
    nat: Masquerade = Masquerade()
    forwards: tuple[Forward, ...] = ()
    proxies: tuple[Proxy, ...] = ()
    acl: tuple[
        AclEntry, ...
    ] = ()  # of the private subnet, numbers ascending; none: everything passes
    groups: tuple[GroupRule, ...] = ()  # rules of web's security group
    grouped: bool = False  # whether web has a security group at all
    delay: float = 0.0  # seconds one way on the link
    lose: tuple[
        int, ...
    ] = ()  # which packets the link loses: 1 is the first it carries, both ways counted together
    tcp: Tcp = Tcp()  # of every host


UNAVAILABLE = ""  # what the proxy says itself has no body
