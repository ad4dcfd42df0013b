"""Two targets: a Network Load Balancer with two targets in a private subnet that has no path out.

The private subnet's route table holds the local route and nothing else; no target has a public
address. So an answer that reaches a client on the Internet was not sent there by a route.
"""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.flow import Endpoint
from vpcedu.gateways.internet_gateway import Association
from vpcedu.gateways.network_load_balancer import NetworkLoadBalancer
from vpcedu.hosts.host import Host
from vpcedu.hosts.web_server import WebServer
from vpcedu.network.interface import Interface
from vpcedu.network.names import Name
from vpcedu.network.record import Call
from vpcedu.network.vpc import Device, OutsideHost, Vpc
from vpcedu.protocols.http import request
from vpcedu.quoting import quoted
from vpcedu.sites.parts import (
    CLIENT,
    IGW,
    NAME,
    VPC_BLOCK,
    open_acls,
    public_and_private,
    routes_out,
)
from vpcedu.sites.programs import Later
from vpcedu.sites.site import Site
from vpcedu.sites.visit import Visit
from vpcedu.tables.route_table import LOCAL, Route
from vpcedu.tables.security_group import IN, GroupRule, new_group
from vpcedu.tables.target_group import Listener, TargetGroup
from vpcedu.tables.traffic import ANYWHERE

NODE, ELASTIC = "10.0.0.30", "192.0.2.30"
WEBS = {"web 1": "10.0.1.10", "web 2": "10.0.1.11"}
INSIDE = (
    "internal.example.com"  # the name of the node's private address; NAME is that of its public one
)
TARGETS = TargetGroup("web servers", tuple(Endpoint(address, 80) for address in WEBS.values()))
GROUP_RULES = (  # the balancer has no group; "all out" is what a new group of AWS's has
    GroupRule("sg-web", IN, (80, 80), ANYWHERE),
    *new_group("sg-web"),
)
PATIENCE = 1_000  # seconds that TCP may try to get its request through: it gives up sooner


def nlb_site(
    target_type: str = "instance",
    preserve: bool | None = None,
    proxy_v2: bool = False,
    idle: int = 350,
    targets: tuple[str, ...] = ("web 1", "web 2"),
    seed: int = 0,
) -> Site:
    """The site: client, NLB node, web 1 and web 2, a private subnet with the local route only.

    target_type: instance or ip. preserve: whether targets see the client's address; None: AWS's
    default for the type. proxy_v2: a PROXY header of version 2. idle: seconds. targets: names.
    ValueError names a wrong value.
    """
    if target_type not in ("instance", "ip"):
        raise ValueError(f"target type {quoted(target_type)}: expected instance or ip")
    unknown = [name for name in targets if name not in WEBS]
    if unknown or not targets:
        raise ValueError(f"targets {quoted(targets)}: expected some of {', '.join(WEBS)}")
    group = TargetGroup(
        "web servers",
        tuple(Endpoint(WEBS[name], 80) for name in targets),
        target_type,
        preserve,
        proxy_v2,
    )
    return Site(nlb_vpc(Listener("TCP", 80, group, idle=idle * SECOND)), seed)


def nlb_vpc(listener: Listener) -> Vpc:
    """The description of the site."""
    return Vpc(
        cidr=VPC_BLOCK,
        subnets=public_and_private(),
        interfaces=(
            Interface("NLB node", "public", NODE, (), check=False),
            *(Interface(name, "private", address, ("sg-web",)) for name, address in WEBS.items()),
        ),
        routes=(*routes_out("public"), Route("private", VPC_BLOCK, LOCAL)),
        acl_entries=open_acls("acl-public", "acl-private"),
        group_rules=GROUP_RULES,
        internet_gateway=IGW,
        associations=(Association(ELASTIC, NODE),),
        outside=(OutsideHost("client", CLIENT),),
        devices=(
            Device("client", Host),
            Device("NLB node", NetworkLoadBalancer, (("listeners", (listener,)),)),
            *(Device(name, WebServer) for name in WEBS),
        ),
        names=(Name(NAME, (ELASTIC,)), Name(INSIDE, (NODE,))),
    )


def nlb_visit(site: Site, silent: int, opener: str = "client", name: str = NAME) -> Visit:
    """Have a host connect, be silent, and then fetch the page on that connection.

    silent: for how many seconds.
    """
    message = request("GET", "/", name)
    program = Later(message, site.network.clock.now, silent * SECOND)
    return site.play(Call(opener, name, 80, message), program, longest=(silent + PATIENCE) * SECOND)


class Tries(tuple[Visit, ...]):
    """Some visits in a row; prints one line for each."""

    __slots__ = ()

    def __str__(self) -> str:
        lines = []
        for number, visit in enumerate(self, 1):
            flow = visit.capture.traces[0].packet.flow
            chosen = target_of(visit)
            lines.append(
                f"{number}. {visit.opener} from port {flow.sport} to {chosen or 'no target'}: {visit.symptom}"
            )
        return "\n".join(lines)


def in_a_row(site: Site, number: int, opener: str = "client", silent: int = 0) -> Tries:
    """A host's connections up to the one with this number, which is silent and then asks.

    silent: for how many seconds. The name is the one the host would use.
    """
    name = INSIDE if opener in WEBS else NAME
    before = [site.connect(opener, name, 80) for _ in range(number - 1)]
    return Tries([*before, nlb_visit(site, silent, opener, name)])


def nlb_tries(site: Site, opener: str = "client", count: int = 6) -> Tries:
    """A number of visits of one host, one after the other; the name is the one it would use."""
    if not 0 < count <= 50:
        raise ValueError(f"count {quoted(count)}: expected 1 to 50")
    name = INSIDE if opener in WEBS else NAME
    return Tries(site.get(f"http://{name}/", opener) for _ in range(count))


def target_of(visit: Visit) -> str:
    """The target that the first packet of a visit was rewritten to; "" where it got to none."""
    trace = visit.capture.traces[0]
    found = (name for name, address in WEBS.items() if trace.last.before.flow.dst == address)
    return next(found, "")


def source_at_target(visit: Visit) -> str:
    """The source address of the first packet of a visit, where it ended."""
    return visit.capture.traces[0].last.before.flow.src


def first_bytes(visit: Visit) -> str:
    """The first bytes of the opener as they arrived at the target.

    They are shown in hexadecimal, 16 to a line, and as text.
    """
    data = next(
        (
            t.last.before.data
            for t in visit.capture
            if t.sender == visit.opener and t.packet.data and t.delivered
        ),
        b"",
    )
    return "\n".join(
        f"{data[i : i + 16].hex(' ', 2):<41}{_plain(data[i : i + 16])}"
        for i in range(0, len(data), 16)
    )


def _plain(data: bytes) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 else "." for byte in data)


def in_public_subnet() -> Site:
    """The same site with what the belief asks for.

    The targets get public addresses, and their subnet a route to the Internet gateway.
    """
    site = nlb_site().with_row(Route("private", ANYWHERE, IGW))
    for number, address in enumerate(WEBS.values()):
        site = site.with_row(Association(f"192.0.2.{40 + number}", address))
    return site
