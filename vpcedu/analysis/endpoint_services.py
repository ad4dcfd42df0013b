"""Endpoint services: the far side of a gateway endpoint, for one question.

A route for a service's prefix list leads to the endpoint, and packets go on to the service with
their private source: no Internet gateway, no NAT, and back the same way. So the service stands in a
working copy as a VPC that is peered, with one host at the address asked about; its rows have no
names, since they are nobody's. That the service accepts a connection on the port is assumed, and
said. Source: AWS PrivateLink guide, "Gateway endpoints". Left out: the endpoint's policy and the
service's, which refuse requests, not connections; services of other Regions.
"""

from __future__ import annotations

from vpcedu.address import block, text
from vpcedu.analysis.question import home_of
from vpcedu.network.interface import Interface, Subnet
from vpcedu.network.validity import LARGEST, reserved
from vpcedu.network.vpc import ACTIVE, Peering, Vpc
from vpcedu.sites.parts import open_acls, web_server
from vpcedu.tables.route_table import LOCAL, Route, RouteTable

AWS_LISTS = "com.amazonaws."  # what the names of AWS's own prefix lists begin with
NARROW = 24  # prefix length of the service's block in the copy, wider where the address would be reserved


def service_addresses(vpc: Vpc, word: str) -> tuple[str, ...]:
    """The blocks of an AWS service: its name, the last word of it, or its gateway endpoint's id."""
    ends = {row.name: row.vpc for one in vpc.everyone for row in one.peerings}
    service = ends.get(word, word) if word.startswith("vpce-") else word
    names = [row for one in vpc.everyone for row in one.prefix_lists if row.service]
    return next(
        (
            row.blocks
            for row in names
            if row.service.startswith(AWS_LISTS)
            and (row.service == service or row.service.rpartition(".")[2] == service)
        ),
        (),
    )


def endpoint(vpc: Vpc, source: Interface | None, address: str) -> Peering | None:
    """The gateway endpoint, with its service, that the source's route for an address leads to.

    source: None is on the Internet.
    """
    if source is None:
        return None
    home = home_of(vpc, source.device)
    subnet = next(row for row in home.subnets if row.name == source.subnet)
    route = RouteTable(home.routes_of(subnet)).lookup(address)
    return next(
        (
            peering
            for peering in home.peerings
            if route is not None
            and peering.name == route.target
            and peering.name.startswith("vpce-")
            and peering.status == ACTIVE
        ),
        None,
    )


def with_service(vpc: Vpc, source: Interface | None, address: str, port: int) -> Vpc:
    """The description with the host of the service at this address.

    It is added only where a gateway endpoint leads there.

    Four addresses in 65,536 and the last one have no place in any subnet: there the model ends.
    """
    link = endpoint(vpc, source, address)
    blocks = (_around(address, prefix) for prefix in range(NARROW, LARGEST - 1, -1))
    cidr = next((wide for wide in blocks if not reserved(wide, address)), "")
    if source is None or link is None or not cidr:
        return vpc
    home = home_of(vpc, source.device)
    back = (Route("", cidr, LOCAL), *(Route("", own, link.name) for own in home.blocks))
    service = Vpc(
        cidr,
        (Subnet(link.vpc, cidr, None, ""),),
        (Interface(link.vpc, link.vpc, address),),
        back,
        open_acls(""),
        devices=(web_server(link.vpc, port),),
        main="",
        name=link.vpc,
        peerings=(Peering(link.name, home.name),),
    )
    return vpc._replace(peers=(*vpc.peers, service))


def _around(address: str, prefix: int) -> str:
    """The block of this size that an address is in."""
    first = block(f"{address}/32")[0] >> (32 - prefix) << (32 - prefix)
    return f"{text(first)}/{prefix}"
