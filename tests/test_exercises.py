"""The exercises of all lessons: a wrong answer meets its hint, and solutions are right.

Other right answers are right too.
"""

from __future__ import annotations

import pytest

from vpcedu import lab
from vpcedu.analysis.change import Repair
from vpcedu.course.exercises import EXERCISES
from vpcedu.flow import FiveTuple
from vpcedu.gateways.internet_gateway import Association
from vpcedu.sites.lone_server import PUBLIC, TABLE
from vpcedu.sites.one_server import ACL
from vpcedu.sites.parts import IGW
from vpcedu.sites.parts import PUBLIC as SUBNET
from vpcedu.sites.port_load import RANGES, Load
from vpcedu.sites.two_targets import TARGETS
from vpcedu.tables.network_acl import AclEntry
from vpcedu.tables.route_table import Route
from vpcedu.tables.security_group import GroupRule

BALANCER = GroupRule("sg-web", "in", (80, 80), "sg-balancer")
CLIENTS = GroupRule("sg-web", "in", (80, 80), "203.0.113.0/24")
MAIN, DATA = "rtb-0b11c22d33e440001", "acl-0d11e22f33a440002"
PRIVATE = "acl-private"


def entry(number, way, action, ports, cidr="0.0.0.0/0", acl=ACL, protocol=6):
    return AclEntry(acl, number, way, action, protocol, ports, cidr)


def every(number, way, cidr, acl=PRIVATE):
    return AclEntry(acl, number, way, "deny", -1, (0, 65_535), cidr)


def subnet(**changes):
    old = lab.example_vpc().subnets[3]
    return Repair(old, old._replace(**changes))


WRONG = [
    ("00.1", 2, "Both need this row."),
    ("00.1", 9, "This is the other way round."),
    ("00.1", 14, "nothing changes"),
    ("00.2", 4, "the page still comes"),
    ("00.2", 9, "it never got a connection"),
    ("00.2", 18, "client sees 'refused'"),
    ("01.1", Route(TABLE, "203.0.113.0/24", "NAT"), "is lost at NAT"),
    ("01.1", Route("rtb-nat", "203.0.113.0/24", IGW), "its subnet uses 'rtb-web'"),
    ("01.1", Route(TABLE, "0.0.0.0/0", IGW), "one route for each destination"),
    ("01.1", Route(TABLE, "128.0.0.0/1", IGW), "covers more than the visitor"),
    ("01.2", Association(PUBLIC, "10.0.1.10"), "works in both directions"),
    ("01.2", Association("192.0.2.77", "10.0.1.10"), "a visitor of 192.0.2.77 gets '200 OK'"),
    ("01.2", Route(TABLE, "0.0.0.0/0", "nat-gone"), "a gateway or interface that is not there"),
    ("01.2", Route(TABLE, "203.0.113.0/24", "NAT"), "no public address"),
    ("02.1", (), "waited for none of the segments"),
    ("02.1", ("1st SYN", "2nd SYN"), "You made the client wait"),
    ("02.1", ("1st ACK",), "You lost the right kind of segment"),
    ("03.1", Load(rate=900, lifetime=2), "What keeps a port"),
    ("03.1", Load(rate=100, lifetime=2), "Keep the load"),
    ("03.1", Load(RANGES["Windows, macOS"], 2, 900, 2), "first attempt fails after 36.4 s"),
    (
        "04.1",
        entry(110, "in", "allow", (443, 443)),
        "The answer comes from port 443. To which port?",
    ),
    ("04.1", entry(120, "out", "allow", (32_768, 60_999)), "has to come INTO web's subnet"),
    (
        "04.1",
        entry(110, "in", "allow", (49_152, 65_535)),
        "Does your entry allow packets from that source",
    ),
    ("04.1", entry(110, "in", "allow", (40_000, 50_000)), "may choose port 32768"),
    ("04.1", GroupRule("sg-web", "in", (443, 443), "0.0.0.0/0"), "Which filter does not remember?"),
    (
        "04.2",
        entry(100, "out", "allow", (32_768, 60_999), SUBNET, PRIVATE),
        "Whom does web answer here",
    ),
    ("04.2", entry(100, "out", "allow", (80, 80), "10.0.0.0/24", PRIVATE), "0 of 20 pages come"),
    (
        "04.2",
        entry(100, "out", "allow", (1_024, 65_535), "203.0.113.10/32", PRIVATE),
        "0 of 20 pages come",
    ),
    (
        "04.3",
        entry(110, "in", "deny", (80, 80), "203.0.113.10/32"),
        "The entry with the lowest number that matches decides",
    ),
    ("04.3", entry(90, "in", "allow", (80, 80), "203.0.113.10/32"), "You allow."),
    ("04.3", entry(90, "in", "deny", (80, 80)), "another one, 203.0.113.11, is too"),
    (
        "04.3",
        GroupRule("sg-web", "in", (80, 80), "203.0.113.0/24"),
        "The rules of a security group only allow",
    ),
    ("05.1", FiveTuple("198.51.100.7", 8080, "192.0.2.20", 59460), "the port that web chose"),
    (
        "05.1",
        FiveTuple("198.51.100.7", 8080, "192.0.2.20", 8080),
        "From which port did the NAT send?",
    ),
    (
        "05.1",
        FiveTuple("198.51.100.7", 8080, "10.0.1.10", 59460),
        "Who has 10.0.1.10 on the Internet?",
    ),
    ("05.1", FiveTuple("198.51.100.7", 443, "192.0.2.20", 52088), "for 198.51.100.7:8080 alone"),
    (
        "05.1",
        FiveTuple("203.0.113.10", 8080, "192.0.2.20", 52088),
        "this packet comes from 203.0.113.10:8080",
    ),
    ("05.2", 1, "55,000 of 120,000"),
    ("05.2", 2, "110,000 of 120,000"),
    ("05.2", 4, "one address fewer"),
    ("05.3", 7_200, "No probe was sent before"),
    ("05.3", 7_200, "web gets no packet at all: its connection is still ESTABLISHED"),
    ("05.3", 600, "The NAT answers with RST"),
    ("05.3", 350, "350 s of silence were already too many"),
    ("06.1", "PROXY TCP4 203.0.113.10 192.0.2.10 51828 80", "the address that the client called"),
    (
        "06.1",
        "PROXY TCP4 10.0.0.10 10.0.1.10 19404 80",
        "The source is the host that the ELB node sees",
    ),
    ("06.1", "PROXY TCP4 203.0.113.10 10.0.1.10 51828 80", "The destination is the ELB node's end"),
    ("06.1", "203.0.113.10", "expected 'PROXY '"),
    ("06.1", "PROXY UNKNOWN", "a TCP connection over IPv4"),
    ("06.2", ("append", 0), "takes '127.0.0.1'"),
    ("06.2", ("append", 1), "takes nobody"),
    ("06.2", ("preserve", -1), "no such header"),
    ("06.2", ("remove", 0), "no such header"),
    ("06.3", BALANCER._replace(peer="203.0.113.0/24"), "Whose connection is that?"),
    ("06.3", BALANCER._replace(peer="10.0.0.10/32"), "Nodes are replaced from time to time"),
    ("06.3", BALANCER._replace(peer="0.0.0.0/0"), "more than the balancer's subnet"),
    (
        "06.3",
        BALANCER._replace(peer="10.0.0.0/24", ports=(0, 65_535)),
        "more than the balancer's subnet",
    ),
    ("06.3", BALANCER, "do it once with a block"),
    ("07.1", TARGETS, "10.0.1.10:50518 > 10.0.1.10:80: look at the two addresses"),
    ("07.1", TARGETS._replace(proxy_protocol_v2=True), "do not read that header"),
    ("07.1", TARGETS._replace(targets=TARGETS.targets[:1]), "Leave both targets in"),
    (
        "07.1",
        TARGETS._replace(target_type="ip", preserve_client_ip=True),
        "look at the two addresses",
    ),
    ("07.2", CLIENTS._replace(peer="10.0.0.30/32"), "The NLB node is not an end"),
    ("07.2", CLIENTS._replace(peer="10.0.0.0/16"), "The NLB node is not an end"),
    ("07.2", CLIENTS, "health checks fail: 10.0.0.30:37286 > 10.0.1.10:80"),
    ("07.2", CLIENTS._replace(peer="203.0.113.10/32"), "Both targets are unhealthy"),
    ("07.2", CLIENTS._replace(peer="0.0.0.0/0"), "web 1 can call web 2 directly"),
    ("07.3", "10.0.0.30:80", "10.0.0.30 comes second"),
    ("07.3", "203.0.113.10:80", "the destination's"),
    ("07.3", "203.0.113.10:49654", "b942"),
    ("07.3", "81.85.73.84:80", "not that address"),
    ("08.1", every(110, "out", "203.0.113.0/24"), "lower number"),
    ("08.1", every(90, "out", "0.0.0.0/0"), "must spare that address"),
    ("08.1", every(90, "in", "203.0.113.0/24"), "should stop web's own answer"),
    ("08.1", every(90, "out", "203.0.113.0/24", "acl-public"), "must spare that address"),
    ("09.1", 7_200, "By then the translation was gone"),
    ("09.1", 350, "By then the translation was gone"),
    ("09.1", None, "Who must send something"),
    ("09.2", (30, 60), "a byte of the application"),
    ("09.2", (7_200, 300), "Whose timeout"),
    ("10.1", entry(90, "out", "allow", (1_024, 65_535), acl=PRIVATE), "still lost at ELB node"),
    ("10.2", [GroupRule("sg-web", "out", (80, 80), "sg-balancer")], "now lost at web, group in"),
    ("11.1", Route(MAIN, "0.0.0.0/0", "NAT gateway"), "your route is in the main table"),
    (
        "11.1",
        Route("rtb-0b11c22d33e440003", "10.99.0.0/16", "NAT gateway"),
        "Not yet: web-2 does not reach",
    ),
    ("11.1", subnet(route_table="rtb-0b11c22d33e440002"), "Not yet: web-2 does not reach"),
    (
        "11.2",
        entry(110, "out", "allow", (1_024, 65_535), "10.20.10.10/32", DATA),
        "web-2 does not reach db",
    ),
    (
        "11.2",
        entry(110, "out", "allow", (32_768, 60_000), "10.20.0.0/16", DATA),
        "only sometimes",
    ),
    ("12.1", "direct", "nobody calls a closed port"),
    ("12.2", ("a closed port is silent", "refused"), "A program does notice"),
    ("12.2", ("a closed port is silent", "direct"), "What must happen before this fault shows?"),
]

RIGHT = [
    ("01.1", Route(TABLE, "203.0.113.0/24", IGW)),
    ("01.1", Route(TABLE, "203.0.112.0/20", IGW)),
    ("01.2", Route(TABLE, "198.51.100.0/24", "NAT")),
    ("02.1", ["1st ACK", "2nd SYN ACK"]),
    ("03.1", Load((1_024, 65_535), 1, 900, 2)),
    ("03.1", Load(rate=900, lifetime=2, closes_first="server")),
    ("04.1", entry(110, "in", "allow", (1_024, 65_535), "198.51.100.7/32")),
    ("04.2", entry(100, "out", "allow", (0, 65_535), "10.0.0.0/16", PRIVATE, -1)),
    ("04.3", entry(90, "out", "deny", (1_024, 65_535), "203.0.113.10/32")),
    ("04.3", entry(1, "in", "deny", (80, 80), "203.0.113.10/32")),
    ("05.2", 3),
    ("05.3", 60),
    ("05.3", 349),
    ("07.1", TARGETS._replace(target_type="ip")),
    ("07.2", CLIENTS._replace(ports=(80, 443), peer="sg-nlb")),
]


@pytest.mark.parametrize(("number", "given", "hint"), WRONG)
def test_a_wrong_answer_meets_the_right_hint(number, given, hint):
    said = " ".join(lab.check(number, given).split())
    assert said.startswith("Not yet") and hint in said


@pytest.mark.parametrize(("number", "given"), RIGHT)
def test_other_right_answers_are_right_too(number, given):
    assert lab.check(number, given).startswith("Right.")


@pytest.mark.parametrize("number", EXERCISES)
def test_every_solution_solves_its_exercise(number):
    names: dict[str, object] = {}
    exec(lab.solution(number), names)
    assert (
        lab.check(number, names["row"]).startswith("Right.") and EXERCISES[number].number == number
    )
