"""Exercises of the lessons on troubleshooting and on one's own VPC: how an answer is played, and a solution of each."""

from __future__ import annotations

from vpcedu.analysis.answer import ask
from vpcedu.analysis.audit_report import audit
from vpcedu.analysis.change import Repair
from vpcedu.course.own import example_vpc
from vpcedu.hosts.any_server import AnyServer
from vpcedu.network.interface import Interface, Subnet
from vpcedu.network.vpc import Device
from vpcedu.puzzles.puzzle import puzzle
from vpcedu.sites.row_kinds import as_a
from vpcedu.tables.network_acl import AclEntry
from vpcedu.tables.route_table import Route

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.network.vpc import Vpc

FIRST, SECOND = (39, 1), (8, 2)  # seed, faults
MAIN, PRIVATE_TABLE, DATA = "rtb-0b11c22d33e440001", "rtb-0b11c22d33e440003", "acl-0d11e22f33a440002"


def closed(given: object) -> str:
    """10.1: a connection is closed without an answer; which row is to blame?"""
    return puzzle(*FIRST).check(given)


def both(given: object) -> str:
    """10.2: two rows at once."""
    return puzzle(*SECOND).check(given)


def _with(given: object) -> Vpc:
    repair, row = as_a(given, Repair), as_a(given, Route) or as_a(given, AclEntry)
    if repair is not None:
        return repair.apply(example_vpc())
    if row is not None:
        return example_vpc().with_row(row)
    raise ValueError(f"{given!r}: expected a Repair, or a Route or AclEntry to add")


def way_out(given: object) -> str:
    """11.1: web-2 gets its update, and a subnet without a table of its own still has no way out."""
    vpc = _with(given)
    answer = ask(vpc, "web-2", "internet", 443)
    if not answer.reachable:
        return f"Not yet: {answer.verdict}"
    tomorrow = ask(_tomorrow(vpc), "new", "internet", 443)
    if tomorrow.reachable:
        return ("Not yet. web-2 gets its update. But a subnet was added that names no table, with a host in it, and"
                f" {tomorrow.verdict} Your row is in the main table, which counts for every subnet that names none."
                " Which row names a subnet's table?")
    hops = next(trace.devices for trace in answer.visit.capture if trace.sender == "web-2")
    if "NAT gateway" not in hops:
        return f"Not yet. web-2 gets its update, but on another way: {' > '.join(hops)}."
    return "Right. web-2 gets its update through the NAT gateway, and a new subnet without a table gets nowhere."


def _tomorrow(vpc: Vpc) -> Vpc:
    old = next(row for row in vpc.subnets if row.cidr == "10.20.11.0/24")
    like = next(row for row in vpc.interfaces if row.device == "web-2")
    new = Subnet("subnet-new", "10.20.99.0/24", None, old.network_acl, old.zone)
    host = Interface("new", "subnet-new", "10.20.99.10", like.groups)
    return vpc._replace(subnets=(*vpc.subnets, new), interfaces=(*vpc.interfaces, host),
                        devices=(*vpc.devices, Device("new", AnyServer)))


WAY_OUT = """from vpcedu import lab
from vpcedu.analysis.change import Repair

# Not a route into the main table: that would let every subnet out that names no table. Name web-2's table instead.
old = lab.example_vpc().subnets[3]
row = Repair(old, old._replace(route_table="rtb-0b11c22d33e440003"))
"""


def database(given: object) -> str:
    """11.2: both web hosts reach db from every port that they may choose."""
    vpc = _with(given)
    told = audit(vpc)
    end = {one.device: one.id for one in vpc.interfaces}
    for host in ("web-1", "web-2"):
        answer = ask(vpc, host, "db", 5_432)
        if not answer.reachable:
            return f"Not yet: {answer.verdict}"
        if told.reaches(end[host], end["db"], 5_432) is not True:
            return (f"Not yet. This time it works: {host} chose port {answer.forward[0].packet.flow.sport}. The audit"
                    f" says: {host} reaches db only from some of its ports. Which ports may it choose?")
    if told.reaches(end["bastion"], end["db"], 5_432) is not False:
        return "Not yet. Both reach db, but so does bastion now."
    return "Right. web-1 and web-2 reach db from every port they may choose, and bastion still does not."


DATABASE = """from vpcedu.tables.network_acl import AclEntry

# Answers leave the data subnet for the ports that web-1 and web-2 chose: 32768-60999 for Linux, 1024-65535 for all.
row = AclEntry("acl-0d11e22f33a440002", 110, "out", "allow", 6, (1024, 65535), "10.20.0.0/16")
"""

CLOSED = """from vpcedu import lab
from vpcedu.analysis.change import Repair
from vpcedu.tables.network_acl import AclEntry

# The connection opens, so the way there and back to the client is good. web's answer to the ELB node comes
# to an ephemeral port of the node, and an entry of the public subnet's ACL denies those.
row = Repair(AclEntry("acl-public", 90, "in", "deny", 6, (1024, 65535), "0.0.0.0/0"), None)
"""
BOTH = """from vpcedu.analysis.change import Repair
from vpcedu.tables.security_group import GroupRule

# The smallest repair that lab.ask names: one row in, one row out.
into = GroupRule("sg-web", "in", (8081, 8081), "sg-balancer")
out = GroupRule("sg-web", "out", (8081, 8081), "sg-balancer")
row = [Repair(into, into._replace(ports=(80, 80))), Repair(out, out._replace(ports=(80, 80)))]
"""
