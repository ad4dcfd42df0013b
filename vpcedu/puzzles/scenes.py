"""Scenes: working sites, and a question to each, that puzzles break a row of."""

from __future__ import annotations

from vpcedu.analysis.ends import Question
from vpcedu.gateways.internet_gateway import Association
from vpcedu.sites.parts import API, IGW, NAME
from vpcedu.sites.reference import TARGETS, WEB, reference_vpc
from vpcedu.tables.route_table import Route
from vpcedu.tables.security_group import IN, OUT, GroupRule, new_group
from vpcedu.tables.traffic import ANYWHERE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.network.vpc import Vpc


def scenes() -> tuple[tuple[Vpc, Question], ...]:
    """Working sites, and a question to each that gets its answer."""
    page = Question("client", NAME, 80)
    found = [
        (reference_vpc(balancer, nat), page)
        for balancer in ("network", "classic-tcp", "classic-http", "application")
        for nat in ("instance", "gateway")
    ]
    found += [
        (reference_vpc("classic-tcp", nat), Question("web", API, 443))
        for nat in ("instance", "gateway")
    ]
    found += [(_published(nat), Question("client", "web", 80)) for nat in ("instance", "gateway")]
    return (*found, (_hairpin(), Question("web", "NLB node", 80)))


def _hairpin() -> Vpc:
    """A target that is a client of its own balancer.

    It works without client address preservation.
    """
    only_the_node = GroupRule("sg-web", OUT, (80, 80), "sg-balancer")
    vpc = reference_vpc("network").replace(new_group("sg-web")[0], only_the_node)
    return vpc.replace(TARGETS, TARGETS._replace(preserve_client_ip=False))


def _published(nat: str) -> Vpc:
    """A web server with a public address of its own.

    The table of its subnet leads to the Internet gateway.
    """
    vpc = reference_vpc("classic-tcp", nat).with_row(Association("192.0.2.40", WEB))
    vpc = vpc.replace(Route("private", ANYWHERE, "NAT"), Route("private", ANYWHERE, IGW))
    return vpc.with_row(GroupRule("sg-web", IN, (80, 80), ANYWHERE))
