"""Reference proxies: the reference site with other settings of its balancer.

Header, PROXY line, and a closed port for lesson 06; five ways to the same page for lesson 08.
"""

from __future__ import annotations

from vpcedu.hosts.host import Host
from vpcedu.network.vpc import Device, Vpc
from vpcedu.packet import SYN
from vpcedu.protocols.forwarded import MODES
from vpcedu.quoting import quoted
from vpcedu.sites.parts import PAGE
from vpcedu.sites.reference import TARGETS, reference_vpc
from vpcedu.sites.site import Site
from vpcedu.sites.visit import Visit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.row import Row

WEBS = ("listens", "nothing listens")
FORGED = (("X-Forwarded-For", "127.0.0.1"),)  # what anybody may write into a request

BY_IP = "NLB by IP"  # AWS's default for targets by IP address and TCP: the client's is replaced
WAYS = {
    "Classic TCP": "classic-tcp",
    "Classic HTTP": "classic-http",
    "Application": "application",
    "NLB by instance": "network",
    BY_IP: "network",
}


def way_site(way: str, seed: int = 0) -> Site:
    """The reference site with one of five kinds of balancer; ValueError names an unknown one."""
    if way not in WAYS:
        raise ValueError(f"way {quoted(way)}: expected one of {', '.join(WAYS)}")
    site = Site(reference_vpc(WAYS[way]), seed)
    return site.replace(TARGETS, TARGETS._replace(target_type="ip")) if way == BY_IP else site


def five_ways(*rows: Row) -> dict[str, Visit]:
    """A visit of the page through each of the five kinds of balancer, by its name.

    rows: routes, rules or entries that each site has besides its own. ValueError where AWS would
    refuse one.
    """
    visits = {}
    for way in WAYS:
        site = way_site(way)
        for row in rows:
            site = site.with_row(row)
        visits[way] = site.get(PAGE)
    return visits


def proxy_site(
    balancer: str = "classic-tcp",
    web: str = "listens",
    mode: str = "append",
    proxy: bool = False,
    seed: int = 0,
) -> Site:
    """The reference site, with settings of its balancer and its web server.

    balancer: classic-tcp, classic-http, application or network. web: listens, or "nothing listens":
    the host is up, its server is not. mode: append, preserve or remove, what an Application Load
    Balancer does with X-Forwarded-For. proxy: whether a Classic TCP listener sends a PROXY line.
    ValueError names a wrong value, or a setting this one lacks.
    """
    for word, value, words in (("web", web, WEBS), ("mode", mode, tuple(MODES))):
        if value not in words:
            raise ValueError(f"{word} {quoted(value)}: expected one of {', '.join(words)}")
    if proxy and balancer != "classic-tcp":
        raise ValueError(f"a PROXY line of {quoted(balancer)}: expected balancer classic-tcp")
    if mode != "append" and balancer != "application":
        raise ValueError(
            f"mode {quoted(mode)} of {quoted(balancer)}: expected balancer application"
        )
    vpc = reference_vpc(balancer)
    extra: tuple[tuple[str, object], ...] = (("xff", mode),) if balancer == "application" else ()
    if proxy:
        extra = (("proxy_protocol", (80,)),)
    changed: Vpc = vpc._replace(
        devices=tuple(_changed(device, web, extra) for device in vpc.devices)
    )
    return Site(changed, seed)


def _changed(device: Device, web: str, extra: tuple[tuple[str, object], ...]) -> Device:
    if "listeners" in dict(device.settings):
        return device._replace(settings=(*device.settings, *extra))
    return device._replace(kind=Host) if device.name == "web" and web != "listens" else device


def first_numbers(visit: Visit) -> str:
    """Every SYN of a visit, once.

    Who sent it, the flow it arrived with, and the number its bytes begin with.
    """
    talks = visit.talks
    syns = [next(t for t in talk.traces if t.packet.flags == SYN) for talk in talks]
    lines = [
        f"SYN sent by {syn.sender}, {syn.packet.flow}, number {syn.packet.seq}" for syn in syns
    ]
    last = syns[-1].last
    return "\n".join(
        [*lines, f"SYN got by {last.at}, {last.before.flow}, number {last.before.seq}"]
    )
