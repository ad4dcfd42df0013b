"""One server: one server with a security group and a network ACL.

What do they say to each packet and its answer?

A web server in a public subnet, with a public address and no balancer before it: what is left is
the two filters. Inwards both allow TCP 80; outwards neither has a row, until somebody adds one. A
row can also be changed while a connection is open: then it shows who remembers. Sources: VPC user
guide, "Network ACLs", "Ephemeral ports"; EC2 user guide, "Security group connection tracking".
"""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.flow import TCP
from vpcedu.gateways.internet_gateway import Association
from vpcedu.hosts.host import Host
from vpcedu.hosts.web_server import WebServer
from vpcedu.network.interface import Interface, Subnet
from vpcedu.network.names import Name
from vpcedu.network.record import Call
from vpcedu.network.vpc import Device, Vpc
from vpcedu.protocols.ports import LINUX as LINUX_PORTS
from vpcedu.quoting import quoted
from vpcedu.row import NamedRow
from vpcedu.sites.parts import (
    API,
    EPHEMERAL,
    IGW,
    NAME,
    OUTSIDE,
    PUBLIC,
    UPDATES,
    VPC_BLOCK,
    routes_out,
    web_server,
)
from vpcedu.sites.port_load import RANGES
from vpcedu.sites.programs import Stay
from vpcedu.sites.site import Site
from vpcedu.sites.visit import Visit
from vpcedu.tables.network_acl import ALLOW, DENY, IN, OUT, AclEntry
from vpcedu.tables.security_group import GroupRule
from vpcedu.tables.traffic import ANY, ANYWHERE, EVERY_PORT
from vpcedu.trace import Trace
from vpcedu.views.decided import tracked_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.row import Row

WEB, ELASTIC, ACL, GROUP = "10.0.0.40", "192.0.2.10", "acl-web", "sg-web"
CALLERS = {
    "Linux hosts": RANGES["Linux"],
    "Windows and macOS": RANGES["Windows, macOS"],
    "load balancers and NAT gateways": RANGES["1024-65535"],
}
GROUP_IN = GroupRule(GROUP, IN, (80, 80), ANYWHERE)
GROUP_OUT = {"nothing": (), "all": (GroupRule(GROUP, OUT, EVERY_PORT, ANYWHERE, ANY),)}


def answers(first: int, last: int) -> AclEntry:
    """An entry that lets TCP out of the subnet to this range of ports of anybody."""
    return AclEntry(ACL, 100, OUT, ALLOW, TCP, (first, last), ANYWHERE)


def one_server_vpc(
    *rows: Row, group_out: str = "nothing", ports: tuple[int, int] = LINUX_PORTS
) -> Vpc:
    """The description; `rows` are added.

    group_out: "nothing" or "all". ports: the client's ephemeral range.
    """
    if group_out not in GROUP_OUT:
        raise ValueError(f"group_out {quoted(group_out)}: expected one of {', '.join(GROUP_OUT)}")
    vpc = Vpc(
        cidr=VPC_BLOCK,
        subnets=(Subnet("public", PUBLIC, "public", ACL),),
        interfaces=(Interface("web", "public", WEB, (GROUP,)),),
        routes=routes_out("public"),
        acl_entries=(AclEntry(ACL, 100, IN, ALLOW, TCP, (80, 80), ANYWHERE),),
        group_rules=(GROUP_IN, *GROUP_OUT[group_out]),
        internet_gateway=IGW,
        associations=(Association(ELASTIC, WEB),),
        outside=OUTSIDE,
        devices=(
            Device("client", Host, (("ports", ports),)),
            Device("web", WebServer),
            web_server("update server", 443),
        ),
        names=(Name(NAME, (ELASTIC,)), Name(API, (UPDATES,))),
    )
    for row in rows:
        vpc = vpc.with_row(row)
    return vpc


def one_server(
    *rows: Row, group_out: str = "nothing", port: int | None = None, seed: int = 0
) -> Site:
    """The site, ready to be visited; `rows` are added.

    rows: entries of the network ACL, rules of the security group.

    group_out: what the group has outwards, "nothing" or "all". port: the one that the client
    chooses, None: any of Linux' range. ValueError names a wrong value.
    """
    return Site(
        one_server_vpc(*rows, group_out=group_out, ports=(port, port) if port else LINUX_PORTS),
        seed,
    )


def share(first: int, last: int, ports: tuple[int, int]) -> int:
    """How many of the ports of a range lie between first and last."""
    return max(0, min(last, ports[1]) - max(first, ports[0]) + 1)


class Edit(NamedRow):
    """A connection during which a row was changed.

    The visit, and the first packet the client sent after the change.
    """

    visit: Visit
    again: Trace

    @property
    def passes(self) -> bool:
        """Whether that packet reached web."""
        return self.again.delivered

    @property
    def tracked(self) -> bool:
        """Whether web's answers had passed its group as part of a tracked flow."""
        return any(
            tracked_of(step) is not None
            for trace in self.visit.capture
            for step in trace.steps
            if step.check == "group out"
        )


def edited(site: Site, row: Row | None, new: Row | None) -> Edit:
    """The client connects and stays, and a second later `new` replaces `row`.

    None: there was no row, or there is none any more. A second after that the client sends five
    bytes.

    ValueError as in `Network.replace`.
    """
    network = site.network
    begun = site.begin(Call("client", NAME, 80), Stay(network.clock.now))
    site.wait(SECOND)
    network.replace(row, new)
    site.wait(SECOND)
    count = len(network.capture)
    network.do("client", "send", begun.connection, b"hello")
    site.wait(SECOND)
    visit = Visit(begun.call, begun.program.result, network.capture, network.vpc, site.seed)
    return Edit(visit, network.capture[count + 1])


class Edits(NamedRow):
    """Each case as (what the security group allows outwards, what was changed, the Edit).

    Prints itself as a table.
    """

    rows: tuple[tuple[str, str, Edit], ...]

    def __str__(self) -> str:
        lines = [f"{'group out':<11}{'the flow is':<13}{'the change':<28}the client's next packet"]
        for group_out, change, edit in self.rows:
            tracked = "tracked" if edit.tracked else "not tracked"
            lost = edit.again.dropped
            fate = "passes" if lost is None else f"lost at {lost.check}"
            lines.append(f"{group_out:<11}{tracked:<13}{change:<28}{fate}")
        return "\n".join(lines)


def edits() -> Edits:
    """Connections that are open while a row is changed.

    The security group's inbound rule is removed, or an ACL entry that denies is added.
    """
    deny = AclEntry(ACL, 90, IN, DENY, ANY, EVERY_PORT, ANYWHERE)
    changes = (
        ("security group rule removed", GROUP_IN, None),
        ("ACL entry that denies", None, deny),
    )
    return Edits(
        tuple(
            (
                group_out,
                words,
                edited(one_server(answers(*EPHEMERAL), group_out=group_out), row, new),
            )
            for words, row, new in changes
            for group_out in GROUP_OUT
        )
    )
