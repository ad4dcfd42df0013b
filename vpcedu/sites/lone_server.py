"""Lone server: one server, one route table, one public address; who reaches whom?

`lone_server` is the site of lesson 01: web is in a subnet whose default route leads nowhere, to
the NAT, or to the Internet gateway; it has a public address or none. Nothing else changes. A visit
from outside uses web's public address; one from inside goes to the update server. Whether a subnet
is public is asked of its route table, never of its name. What a NAT gateway does with an answer
that belongs to none of its translations AWS does not say; here it drops it, and so the visitor
waits in vain, as AWS says of a public address without the route.
"""

from __future__ import annotations

from vpcedu.gateways.internet_gateway import Association
from vpcedu.gateways.nat_gateway import NatGateway
from vpcedu.hosts.host import Host
from vpcedu.hosts.web_server import WebServer
from vpcedu.network.interface import Interface, Subnet
from vpcedu.network.names import Name
from vpcedu.network.vpc import Device, Vpc
from vpcedu.quoting import quoted
from vpcedu.row import NamedRow
from vpcedu.sites import parts
from vpcedu.sites.parts import (
    API,
    IGW,
    OUTSIDE,
    UPDATES,
    VPC_BLOCK,
    open_acls,
    routes_out,
    web_server,
)
from vpcedu.sites.site import Site
from vpcedu.sites.visit import Visit
from vpcedu.tables.route_table import LOCAL, Route
from vpcedu.tables.security_group import IN, OUT, GroupRule
from vpcedu.tables.traffic import ANYWHERE
from vpcedu.views.outcome import WORKS, blocker

WEB, NAT, PUBLIC, NAT_PUBLIC = "10.0.1.10", "10.0.0.20", "192.0.2.40", "192.0.2.20"
PARTNER, TABLE = "198.51.100.0/24", "rtb-web"
DEFAULTS = ("nowhere", "NAT", IGW)  # where the default route of web's subnet leads
URL = f"http://{PUBLIC}/"
LINE = "{:<17}{:<13}{:<9}{:<17}{}"


def lone_server_vpc(default: str = "NAT", public: bool = True, partner: bool = False) -> Vpc:
    """The description of the site; see `lone_server`."""
    if default not in DEFAULTS:
        raise ValueError(f"default {quoted(default)}: expected one of {', '.join(DEFAULTS)}")
    routes = [*routes_out("rtb-nat"), Route(TABLE, VPC_BLOCK, LOCAL)]
    routes += [Route(TABLE, PARTNER, "NAT")] if partner else []
    routes += [Route(TABLE, ANYWHERE, default)] if default != "nowhere" else []
    associations = [Association(NAT_PUBLIC, NAT)] + ([Association(PUBLIC, WEB)] if public else [])
    return Vpc(
        cidr=VPC_BLOCK,
        subnets=(
            Subnet("nat", parts.PUBLIC, "rtb-nat", "acl"),
            Subnet("web", parts.PRIVATE, TABLE, "acl"),
        ),
        interfaces=(
            Interface("NAT", "nat", NAT, (), check=False),
            Interface("web", "web", WEB, ("sg-web",)),
        ),
        routes=tuple(routes),
        acl_entries=open_acls("acl"),
        group_rules=(
            GroupRule("sg-web", IN, (80, 80), ANYWHERE),
            GroupRule("sg-web", OUT, (80, 80), ANYWHERE),
            GroupRule("sg-web", OUT, (443, 443), ANYWHERE),
        ),
        internet_gateway=IGW,
        associations=tuple(associations),
        outside=OUTSIDE,
        devices=(
            Device("client", Host),
            web_server("update server", 80, 443),
            Device("NAT", NatGateway),
            Device("web", WebServer),
        ),
        names=(Name(API, (UPDATES,)),),
    )


def lone_server(
    default: str = "NAT", public: bool = True, partner: bool = False, seed: int = 0
) -> Site:
    """A server alone in its subnet, ready to be visited at 192.0.2.40.

    default: where the subnet's default route leads: nowhere (there is none), NAT or "Internet
    gateway". public: whether web has the public address. partner: one more route, 198.51.100.0/24 >
    NAT. ValueError for another default.
    """
    return Site(lone_server_vpc(default, public, partner), seed)


class Case(NamedRow):
    """A default route, whether web has a public address, and both visits.

    `subnet` says what makes the subnet public or private.
    """

    default: str
    public: bool
    subnet: str
    visit: Visit
    update: Visit

    def __str__(self) -> str:
        asked = _outcome(self.visit) if self.public else "no address"
        return LINE.format(
            self.default,
            PUBLIC if self.public else "none",
            self.subnet,
            asked,
            _outcome(self.update),
        )


class Cases(NamedRow):
    """The six cases; prints as a table."""

    rows: tuple[Case, ...]

    def __str__(self) -> str:
        heads = (
            LINE.format("default route", "web's public", "subnet", "a visitor asks", "web fetches"),
            LINE.format("leads to", "address", "is", "for the page", "its update"),
        )
        return "\n".join((*heads, *map(str, self.rows)))


def public_or_not() -> Cases:
    """Run all six: three default routes, with and without a public address."""
    return Cases(tuple(_case(default, public) for default in DEFAULTS for public in (False, True)))


def _case(default: str, public: bool) -> Case:
    site = lone_server(default, public)
    subnet = "public" if site.vpc.is_public(site.vpc.subnets[1]) else "private"
    update = lone_server(default, public).connect("web", UPDATES, 443)
    return Case(default, public, subnet, site.get(URL), update)


def _outcome(visit: Visit) -> str:
    """Works, and as whom the opener was seen; or where the first packet was lost."""
    if visit.outcome.works:
        return WORKS if visit.opener == "client" else f"{WORKS}, as {seen_as(visit)}"
    stop = blocker(visit)
    what = "" if stop is None or stop[0].sender == visit.opener else "answer "
    return f"{what}lost: {stop[1].at}" if stop else visit.symptom


def seen_as(visit: Visit) -> str:
    """The source address of the opener's first packet as it arrived; "" where none arrived."""
    return next(
        (
            str(t.last.before.flow.src)
            for t in visit.capture
            if t.sender == visit.opener and t.delivered
        ),
        "",
    )
