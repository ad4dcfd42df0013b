"""Peering: a packet goes straight to an interface of the other VPC, and no further."""

import pytest
from rigs.vpc_smallest import IGW, Middlebox, small

from vpcedu import draw, lab
from vpcedu.analysis.change import Repair
from vpcedu.gateways.internet_gateway import Association
from vpcedu.hosts.web_server import WebServer
from vpcedu.network.interface import Interface, Subnet
from vpcedu.network.names import Name
from vpcedu.network.vpc import Device, Peering, Vpc
from vpcedu.sites.site import Site
from vpcedu.tables.network_acl import ALLOW, ANY, IN, OUT, AclEntry
from vpcedu.tables.route_table import Route
from vpcedu.tables.security_group import GroupRule

ANYWHERE, ALL, HERE, THERE = (
    "0.0.0.0/0",
    (0, 65_535),
    Route("main", "10.1.0.0/16", "pcx-1"),
    Route("far", "10.0.0.0/16", "pcx-1"),
)


def far(**changes):
    """Another VPC with one host, z, which has a public address.

    z's security group lets in only members of the near group.
    """
    rows = {
        "cidr": "10.1.0.0/16",
        "subnets": (Subnet("far subnet", "10.1.0.0/24", None, "far acl"),),
        "interfaces": (Interface("z", "far subnet", "10.1.0.10", ("sg-far",)),),
        "routes": (
            Route("far", "10.1.0.0/16", "local"),
            Route("far", ANYWHERE, "far gateway"),
            THERE,
        ),
        "acl_entries": tuple(
            AclEntry("far acl", 100, way, ALLOW, ANY, ALL, ANYWHERE) for way in (IN, OUT)
        ),
        "group_rules": (
            GroupRule("sg-far", IN, (80, 80), "sg-near"),
            GroupRule("sg-far", IN, (81, 81), ANYWHERE),
            GroupRule("sg-far", OUT, ALL, ANYWHERE),
        ),
        "internet_gateway": "far gateway",
        "associations": (Association("192.0.2.50", "10.1.0.10"),),
        "outside": (),
        "devices": (Device("z", WebServer, (("listens", (80, 81)),)),),
        "names": (),
        "main": "far",
        "name": "vpc-2",
        "peerings": (Peering("pcx-1", "vpc-1"),),
    }
    return Vpc(**(rows | changes))


def near(*peers, **changes):
    """The small VPC, peered; its hosts a, b and c carry the group sg-near."""
    vpc = small(
        interfaces=tuple(row._replace(groups=("sg-near",)) for row in small().interfaces),
        group_rules=tuple(GroupRule("sg-near", way, ALL, ANYWHERE) for way in (IN, OUT)),
    )
    return vpc._replace(
        name="vpc-1",
        routes=(*vpc.routes, HERE),
        peers=peers or (far(),),
        peerings=(Peering("pcx-1", "vpc-2"),),
        **changes,
    )


def ask(vpc, opener, address, port=80):
    visit = Site(vpc).connect(opener, address, port)
    lost = next((trace.dropped for trace in visit.capture if trace.dropped), None)
    return visit.symptom, lost and (lost.at, lost.check, lost.reason.code)


def test_a_packet_crosses_by_the_routes_of_both_sides():
    assert ask(near(), "b", "10.1.0.10")[0] == "connected"
    assert ask(near(), "z", "10.0.1.10")[0] == "connected"
    assert ask(near().without(HERE), "b", "10.1.0.10") == ("timed out", ("b", "route", "no route"))


def test_without_a_route_back_the_answer_is_lost_at_the_far_gateway():
    symptom, lost = ask(near().without(THERE), "b", "10.1.0.10")
    assert symptom == "timed out" and lost[2] == "private destination"


@pytest.mark.fact("sg-ref")
def test_a_group_may_name_a_group_of_the_other_vpc():
    vpc = near()
    stranger = vpc.interfaces[1]._replace(groups=("sg-other",))
    rules = tuple(row._replace(group="sg-other") for row in vpc.group_rules)
    other = vpc._replace(
        interfaces=(vpc.interfaces[0], stranger, vpc.interfaces[2]),
        group_rules=(*vpc.group_rules, *rules),
    )
    assert ask(other, "b", "10.1.0.10") == ("timed out", ("z", "group in", "group in"))
    assert ask(other, "b", "10.1.0.10", 81)[0] == "connected"


def test_peering_shares_no_gateway_and_leads_to_no_third_vpc():
    for destination in (ANYWHERE, "10.2.0.0/16"):
        vpc = near().replace(HERE, HERE._replace(destination=destination))
        lost = ask(vpc, "b", "10.2.0.10" if destination != ANYWHERE else "203.0.113.10")[1]
        assert lost == ("b", "route", "not transitive")


def test_no_route_of_the_other_vpc_is_asked_on_the_way_in():
    vpc = near(
        far(
            routes=(
                Route("far", "10.1.0.0/16", "local"),
                Route("far", "10.1.0.0/24", "box"),
                THERE,
            ),
            interfaces=(
                *far().interfaces,
                Interface("box", "far subnet", "10.1.0.20", check=False),
            ),
            devices=(*far().devices, Device("box", Middlebox)),
        )
    )
    assert ask(vpc, "b", "10.1.0.10")[0] == "connected"


def test_two_vpcs_that_are_not_peered_meet_on_the_internet():
    apart = near(far(peerings=()))._replace(peerings=(), routes=small().routes)
    site = Site(apart)
    visit = site.connect("a", "192.0.2.50", 81)
    assert visit.symptom == "connected"
    assert list(visit.capture.traces[0].devices) == ["a", IGW, "far gateway", "z"]
    assert visit.result.after > 0  # the Internet takes time, a peering connection none


def test_each_vpc_has_addresses_of_its_own():
    third = far(
        name="vpc-3",
        subnets=(Subnet("s3", "10.1.0.0/24", None, "acl 3"),),
        main="t3",
        routes=(Route("t3", "10.1.0.0/16", "local"),),
        interfaces=(Interface("y", "s3", "10.1.0.10", ("sg-3",)),),
        devices=(Device("y", WebServer),),
        peerings=(),
        internet_gateway="",
        associations=(),
        group_rules=(),
        acl_entries=(),
    )
    # the peer's 10.1.0.10, not the stranger's
    assert ask(near(far(), third), "b", "10.1.0.10")[0] == "connected"


def test_rows_of_a_peer_can_be_taken_out_changed_and_added():
    vpc = near()
    assert THERE in vpc.rows()
    row = GroupRule("sg-far", IN, (82, 82), ANYWHERE)
    assert vpc.with_row(row).peers[0].group_rules[-1] == row
    assert vpc.with_row(Route("far", "10.7.0.0/16", "gone")).peers[0].routes[-1].target == "gone"
    assert (
        vpc.with_row(Association("192.0.2.60", "10.0.1.10")).associations[-1].public == "192.0.2.60"
    )
    site = Site(vpc)
    site.network.replace(THERE, None)
    assert site.connect("b", "10.1.0.10", 80).symptom == "timed out"


@pytest.mark.parametrize(
    ("peer", "told"),
    [
        (
            far(
                cidr="10.0.0.0/17",
                subnets=(),
                interfaces=(),
                devices=(),
                routes=(),
                associations=(),
            ),
            "no overlap",
        ),
        (far(name="vpc-1"), "VPC 'vpc-1' is there twice"),
        (
            far(
                devices=(Device("a", WebServer),),
                interfaces=(Interface("a", "far subnet", "10.1.0.10"),),
            ),
            "in all VPCs",
        ),
        (
            far(routes=(Route("far", "10.1.9.0/24", "z"),)),
            "inside the VPC, the whole block of a subnet",
        ),
    ],
)
def test_descriptions_that_do_not_fit_together_are_refused(peer, told):
    with pytest.raises(ValueError, match=told):
        Site(near(peer))


def test_a_description_and_pictures_show_the_peers_too():
    site = Site(near())
    text = str(site)
    assert (
        "peered with vpc-2 by pcx-1" in text
        and "VPC vpc-2 10.1.0.0/16, with an far gateway" in text
    )
    visit = site.connect("b", "10.1.0.10", 80)
    for picture in (draw.ladder(visit), draw.map(visit)):
        assert "z" in picture.svg()


def test_a_row_in_its_own_place_changes_nothing_and_one_that_is_not_there_is_named():
    assert near().replace(HERE, HERE) == near()
    with pytest.raises(
        ValueError, match=r"Route.*is not in this VPC: expected something that it has"
    ):
        near().replace(HERE._replace(target="gone"), HERE._replace(target="gone"))


@pytest.mark.parametrize("status", ["pending-acceptance", "rejected", "expired", "deleted"])
def test_a_connection_that_is_not_active_carries_nothing_and_its_routes_are_blackholes(status):
    links = (Peering("pcx-1", "vpc-2", status),)
    vpc = near(far(peerings=(Peering("pcx-1", "vpc-1", status),)))._replace(peerings=links)
    assert vpc.state(HERE) == "blackhole"
    assert ask(vpc, "b", "10.1.0.10") == ("timed out", ("b", "route", "blackhole route"))
    assert f"peered with vpc-2 by pcx-1 ({status})" in str(Site(vpc))
    answer = lab.ask(vpc, "b", "z", 80)
    assert f"route 10.1.0.0/16 > pcx-1, a blackhole: pcx-1 is {status}" in answer.verdict
    first = str(answer.repairs[0])
    if status == "pending-acceptance":
        assert first.endswith("of vpc-1 and vpc-2: status pending-acceptance becomes active")
    else:
        assert first == "add peering connection pcx-new of vpc-1 and vpc-2"


@pytest.mark.parametrize(
    ("vpc", "repair"),
    [
        (near().without(HERE), "add route 10.1.0.0/16 > pcx-1 in main"),
        (near().without(THERE), "add route 10.0.0.0/16 > pcx-1 in far"),
        (
            near().replace(HERE, HERE._replace(target="gone")),
            "change route 10.1.0.0/16 > gone in main: target gone becomes pcx-1",
        ),
        (
            near().without(GroupRule("sg-far", IN, (80, 80), "sg-near")),
            "add sg-far in tcp 80 from sg-near",
        ),
        (
            near().without(next(row for row in far().acl_entries if row.direction == OUT)),
            "add far acl out 10: allow tcp 1024-65535 to 10.0.1.10/32",
        ),
    ],
)
def test_what_is_missing_on_either_side_is_added_there(vpc, repair):
    answer = lab.ask(vpc, "b", "z", 80)
    assert [str(row) for row in answer.repairs] == [repair]
    assert lab.ask(answer.repairs[0].apply(vpc), "b", "z", 80).reachable


def test_the_way_back_is_mended_too_where_the_main_vpc_is_the_far_one():
    one, other = near().without(THERE), near().without(THERE).peers[0]
    turned = other._replace(peers=(one._replace(peers=()),))
    for vpc in (one, turned):
        assert [str(row) for row in lab.ask(vpc, "b", "z", 80).repairs] == [
            "add route 10.0.0.0/16 > pcx-1 in far"
        ]
        assert lab.ask(vpc, "z", "b", 80).repairs == lab.ask(turned, "z", "b", 80).repairs


def test_a_first_route_of_a_table_brings_the_local_routes_of_every_block():
    vpc = near(far(more=("10.7.0.0/16",), routes=()))
    route = Route("far", "10.0.0.0/16", "pcx-1")
    rows = Repair(None, route).apply(vpc).peers[0].routes
    assert rows == (
        Route("far", "10.1.0.0/16", "local"),
        Route("far", "10.7.0.0/16", "local"),
        route,
    )


def test_blocks_that_overlap_do_not_matter_to_a_connection_that_came_to_nothing():
    peer = far(
        cidr="10.0.0.0/17",
        subnets=(),
        interfaces=(),
        devices=(),
        routes=(),
        associations=(),
        peerings=(Peering("pcx-1", "vpc-1", "failed"),),
    )
    vpc = near(peer)._replace(peerings=(Peering("pcx-1", "vpc-2", "failed"),))
    assert ask(vpc, "b", "10.0.0.10")[0] == "connected"


def test_a_public_address_of_a_vpc_without_a_gateway_is_not_on_the_internet():
    vpc = near(far(internet_gateway="", routes=(Route("far", "10.1.0.0/16", "local"),)))
    assert ask(vpc, "a", "192.0.2.50", 81)[1][2] == "not on the Internet"
    answer = lab.ask(vpc, "a", "192.0.2.50", 81)
    assert [str(row) for row in answer.repairs] == [
        "add attachment of igw-new to vpc-2",
        "add route 0.0.0.0/0 > igw-new in far",
    ]


def test_a_name_of_the_other_vpc_leads_there():
    vpc = near(far(names=(Name("service.internal", ("10.1.0.10",)),)))
    answer = lab.ask(vpc, "b", "service.internal", 80)
    assert answer.reachable and answer.visit.call.name == "service.internal"
    assert lab.ask(vpc.without(THERE), "b", "service.internal", 80).repairs == (
        Repair(None, THERE),
    )


def test_an_end_whose_address_means_another_host_at_home_is_refused():
    same = near(
        far(
            cidr="10.0.0.0/16",
            subnets=(Subnet("far subnet", "10.0.1.0/24", None, "far acl"),),
            interfaces=(Interface("z", "far subnet", "10.0.1.10", ("sg-far",)),),
            routes=(),
            peerings=(),
            associations=(),
        )
    )._replace(peerings=(), routes=small().routes)
    with pytest.raises(
        ValueError, match=r"z has the address 10.0.1.10, and so has vpc-1 of a: expected VPCs whose"
    ):
        lab.ask(same, "a", "z", 80)
    assert lab.ask(same, "a", "b", 80).reachable
