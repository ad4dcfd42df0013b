"""A Network Load Balancer with a node in each of two zones, for its tests.

Zone a: node .30 and web 1; zone b: node .30 and web 2. The private subnets have no route but the
local one, so an answer that comes back to the Internet came back by the flow. Each web host listens
on port 8080.
"""

from rigs.one_wire import Talker
from vpcedu.flow import Endpoint
from vpcedu.gateways.internet_gateway import Association
from vpcedu.gateways.network_load_balancer import NetworkLoadBalancer
from vpcedu.hosts.host import Host
from vpcedu.network.interface import Interface, Subnet
from vpcedu.network.network import Network
from vpcedu.network.vpc import Device, OutsideHost, Vpc
from vpcedu.tables.network_acl import ALLOW, ANY, IN, OUT, AclEntry
from vpcedu.tables.route_table import LOCAL, Route
from vpcedu.tables.security_group import GroupRule
from vpcedu.tables.target_group import Listener, TargetGroup

ANYWHERE, VPC_BLOCK, IGW = "0.0.0.0/0", "10.0.0.0/16", "Internet gateway"
CLIENT, WEB_1, WEB_2 = "203.0.113.10", "10.0.1.10", "10.0.3.10"
NODE_A, NODE_B, PUBLIC_A, PUBLIC_B = "10.0.0.30", "10.0.2.30", "192.0.2.30", "192.0.2.31"
ZONES = {"a": ("10.0.0.0/24", "10.0.1.0/24"), "b": ("10.0.2.0/24", "10.0.3.0/24")}
BOTH = (Endpoint(WEB_1, 8_080), Endpoint(WEB_2, 8_080))


def network(
    targets=BOTH,
    cross_zone=False,
    groups=(),
    web_groups=("sg-web",),
    rules=None,
    listeners=None,
    seed=0,
    acl=(),
    **group,
):
    """The network.

    `group`: fields of the target group. `rules`: those of the security groups, all of TCP if none
    are given.
    """
    listeners = listeners or (Listener("TCP", 80, TargetGroup("web", tuple(targets), **group)),)
    names = {*groups, *web_groups}
    rules = (
        rules
        if rules is not None
        else tuple(
            GroupRule(name, way, (0, 65_535), ANYWHERE) for name in names for way in (IN, OUT)
        )
    )
    nodes = [
        (f"node {zone}", f"public {zone}", address)
        for zone, address in (("a", NODE_A), ("b", NODE_B))
    ]
    webs = [("web 1", "private a", WEB_1), ("web 2", "private b", WEB_2)]
    vpc = Vpc(
        cidr=VPC_BLOCK,
        subnets=tuple(
            Subnet(f"{kind} {zone}", block, kind, "acl-" + kind, zone)
            for zone in "ab"
            for kind, block in zip(("public", "private"), ZONES[zone], strict=True)
        ),
        interfaces=(
            *(Interface(*node, groups, check=False) for node in nodes),
            *(Interface(*web, web_groups) for web in webs),
        ),
        routes=(
            Route("public", VPC_BLOCK, LOCAL),
            Route("public", ANYWHERE, IGW),
            Route("private", VPC_BLOCK, LOCAL),
        ),
        acl_entries=(
            *acl,
            *(
                AclEntry("acl-" + kind, 100, way, ALLOW, ANY, (0, 65_535), ANYWHERE)
                for kind in ("public", "private")
                for way in (IN, OUT)
            ),
        ),
        group_rules=rules,
        internet_gateway=IGW,
        associations=(Association(PUBLIC_A, NODE_A), Association(PUBLIC_B, NODE_B)),
        outside=(OutsideHost("client", CLIENT),),
        devices=(
            *(
                Device(
                    f"node {zone}",
                    NetworkLoadBalancer,
                    (("listeners", listeners), ("zone", ZONES[zone]), ("cross_zone", cross_zone)),
                )
                for zone in "ab"
            ),
            Device("client", Host),
            Device("web 1", Host),
            Device("web 2", Host),
        ),
        names=(),
    )
    made = Network(vpc, seed)
    made.servers = {}
    for web in ("web 1", "web 2"):
        made.servers[web] = Talker()
        made.do(web, "listen", 8_080, made.servers[web])
    return made


def call(made, address, says=b"", opener="client", seconds=1):
    """A connection to port 80 of an address, played for some seconds: what its program heard."""
    program = Talker(says)
    program.connection = made.do(opener, "connect", Endpoint(address, 80), program)
    made.run(made.clock.now + int(seconds * 1_000_000))
    return program
