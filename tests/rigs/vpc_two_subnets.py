"""A small VPC for the tests of groups and ACLs.

Its hosts have public addresses, and nobody is between them and the client.
"""

from vpcedu.device import Machine
from vpcedu.flow import Endpoint
from vpcedu.gateways.internet_gateway import Association
from vpcedu.hosts.host import Host
from vpcedu.hosts.web_server import WebServer
from vpcedu.network.interface import Interface, Subnet
from vpcedu.network.vpc import Device, OutsideHost, Vpc
from vpcedu.protocols.ports import LINUX
from vpcedu.sites.site import Site
from vpcedu.tables.network_acl import default_acl
from vpcedu.tables.route_table import LOCAL, Route
from vpcedu.tables.security_group import IN, OUT, GroupRule
from vpcedu.tables.tracking import DEFAULT
from vpcedu.tables.traffic import ANY, ANYWHERE, EVERY_PORT
from vpcedu.trace import PASS, Step

WEB, PEER, DB = "10.0.0.10", "10.0.0.11", "10.0.1.10"  # web and peer share a subnet
CLIENT, SERVER, PUBLIC = "203.0.113.1", "198.51.100.7", "192.0.2.10"
IGW = "Internet gateway"

HTTP_IN = GroupRule("sg-web", IN, (80, 80), ANYWHERE)
ALL_IN = GroupRule("sg-web", IN, EVERY_PORT, ANYWHERE, ANY)
ALL_OUT = GroupRule("sg-web", OUT, EVERY_PORT, ANYWHERE, ANY)
OTHERS = tuple(GroupRule("sg-other", way, EVERY_PORT, ANYWHERE, ANY) for way in (IN, OUT))
ACLS = default_acl("acl-a") + default_acl("acl-b")


class Forwarder(Machine):
    """A middlebox that passes every packet on as it is."""

    def handle(self, packet, now):
        return Step(now, self.name, "translation", PASS, packet, packet)


def street(
    rules=(HTTP_IN,),
    acls=ACLS,
    tracking=DEFAULT,
    ports=LINUX,
    seed=0,
    groups=("sg-web",),
    routes=(),
    middle=Forwarder,
):
    """web, its peer in the same subnet, db in another; a middlebox, a client, a server.

    The rules of web's security groups are given.
    """
    return Site(
        Vpc(
            "10.0.0.0/16",
            subnets=(
                Subnet("a", "10.0.0.0/24", "table-a", "acl-a"),
                Subnet("b", "10.0.1.0/24", "table-b", "acl-b"),
            ),
            interfaces=(
                Interface("web", "a", WEB, groups, tracking=tracking),
                Interface("peer", "a", PEER, ("sg-other",)),
                Interface("db", "b", DB, ("sg-other",)),
                Interface("middlebox", "a", "10.0.0.20", check=False),
            ),
            routes=(
                *routes,
                *(Route(f"table-{name}", "10.0.0.0/16", LOCAL) for name in "ab"),
                *(Route(f"table-{name}", ANYWHERE, IGW) for name in "ab"),
            ),
            acl_entries=acls,
            group_rules=(*rules, *OTHERS),
            internet_gateway=IGW,
            associations=(
                Association(PUBLIC, WEB),
                Association("192.0.2.20", "10.0.0.20"),
                Association("192.0.2.30", DB),
            ),
            outside=(OutsideHost("client", CLIENT), OutsideHost("server", SERVER)),
            devices=(
                Device("client", Host, (("ports", ports),)),
                Device("server", WebServer),
                Device("web", WebServer, (("listens", (22, 80)),)),
                Device("peer", WebServer),
                Device("db", WebServer),
                Device("middlebox", middle),
            ),
            names=(),
        ),
        seed,
    )


class Line:
    """A connection that stays open.

    `say` sends from its opener and tells whether the other end acknowledged it.
    """

    def __init__(self, visited, opener="client", remote=f"{PUBLIC}:80"):
        self.network, self.opener, self.connection, self.heard = visited.network, opener, None, []
        self.network.do(opener, "connect", Endpoint.parse(remote), self)
        self.network.run(self.network.clock.now + 1_000_000)

    def on(self, host, connection, event, data, now):
        self.connection = connection
        self.heard.append(event)

    def say(self, words=b"GET / HTTP/1.1\r\nHost: street\r\n"):
        """Send, wait a second; the new packets of both ends in the order of time, as traces."""
        seen = len(self.network.capture)
        self.network.do(self.opener, "send", self.connection, words)
        self.network.run(self.network.clock.now + 1_000_000)
        return self.network.capture.traces[seen:]

    def works(self):
        traces = self.say()
        return not any(trace.dropped for trace in traces) and len(traces) >= 2


def row(traces, check, at="web"):
    """The row that decided at a check, of the first packet that was asked it there."""
    return next(
        step.row for trace in traces for step in trace.steps if (step.check, step.at) == (check, at)
    )
