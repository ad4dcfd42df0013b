"""The description of a VPC: what AWS accepts, and what a subnet and a packet meet.

Which route a subnet follows, and which interface a packet meets.
"""

import pytest
from rigs.vpc_smallest import (
    ALL,
    ANYWHERE,
    BLOCK,
    EDGE,
    IGW,
    INNER,
    LOCALS,
    OTHER,
    OUTSIDE,
    TO_IGW,
    Middlebox,
    connect,
    first_loss,
    more,
    small,
    with_device,
    with_nat,
)

from vpcedu import Network
from vpcedu.clock import SECOND
from vpcedu.flow import FiveTuple
from vpcedu.gateways.internet_gateway import Association
from vpcedu.hosts.host import Host
from vpcedu.hosts.web_server import WebServer
from vpcedu.network.interface import Interface, Subnet
from vpcedu.network.validity import check, reserved, usable
from vpcedu.network.vpc import INTERNET, Device, OutsideHost
from vpcedu.packet import SYN, Packet
from vpcedu.reasons import BLACKHOLE, NO_PUBLIC_ADDRESS, NO_ROUTE, SOURCE_CHECK, UNROUTABLE_RANGE
from vpcedu.sites.reference import reference_vpc
from vpcedu.sites.site import Site
from vpcedu.tables.network_acl import DENY, IN, OUT, AclEntry
from vpcedu.tables.route_table import Route
from vpcedu.tables.security_group import GroupRule


def refused(vpc, *words):
    """The description is refused, by the network too, in words that hold all of these."""
    with pytest.raises(ValueError, match="expected") as raised:
        check(vpc)
    for word in words:
        assert word in str(raised.value)
    with pytest.raises(ValueError, match="expected"):
        Network(vpc)


def alone(cidr, *subnets):
    """A VPC with subnets and nobody in them."""
    return small(
        cidr=cidr,
        subnets=subnets,
        interfaces=(),
        routes=(),
        associations=(),
        outside=(),
        devices=(),
    )


# --- blocks of addresses --------------------------------------------------------------------------


def test_the_small_and_the_reference_vpc_keep_all_rules():
    check(small())
    check(reference_vpc())


@pytest.mark.fact("vpc-cidr-size")
@pytest.mark.parametrize("cidr", ["10.0.0.0/16", "10.0.0.0/20", "10.0.0.0/28"])
def test_a_vpc_has_from_16_to_65536_addresses(cidr):
    check(alone(cidr))


@pytest.mark.fact("vpc-cidr-size")
@pytest.mark.parametrize("cidr", ["10.0.0.0/15", "10.0.0.0/8", "10.0.0.0/29", "10.0.0.0/32"])
def test_a_vpc_that_is_too_large_or_too_small_is_refused(cidr):
    refused(alone(cidr), f"VPC {cidr}", "from /16 to /28")


@pytest.mark.parametrize(
    "cidr", ["0.1.0.0/16", "127.0.0.0/16", "169.254.0.0/16", "224.1.0.0/16", "239.0.0.0/28"]
)
def test_a_vpc_has_no_loopback_link_local_or_multicast_block(cidr):
    refused(alone(cidr), f"VPC {cidr}", "expected none of")


@pytest.mark.fact("subnet-cidr-size")
@pytest.mark.parametrize("cidr", ["10.0.0.0/16", "10.0.0.0/24", "10.0.255.240/28"])
def test_a_subnet_is_the_vpcs_block_or_a_part_of_it(cidr):
    check(alone(BLOCK, INNER._replace(cidr=cidr)))


@pytest.mark.fact("subnet-cidr-size")
@pytest.mark.parametrize(
    ("cidr", "expected"),
    [
        ("10.0.0.0/29", "from /16 to /28"),
        ("10.1.0.0/24", "a part of the VPC's block 10.0.0.0/16"),
        ("9.255.255.0/24", "a part of the VPC's block"),
        ("10.0.0.0/15", "from /16 to /28"),
    ],
)
def test_a_subnet_of_a_wrong_size_or_outside_the_vpc_is_refused(cidr, expected):
    refused(alone(BLOCK, INNER._replace(cidr=cidr)), f"subnet 'inner' {cidr}", expected)


@pytest.mark.fact("subnet-cidr-size")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("10.0.1.0/24", "10.0.1.0/24"),
        ("10.0.0.0/23", "10.0.1.0/24"),
        ("10.0.1.128/25", "10.0.1.0/24"),
        ("10.0.0.0/16", "10.0.255.240/28"),
    ],
)
def test_subnets_that_overlap_are_refused_in_any_order(one, other):
    rows = INNER._replace(cidr=one), OTHER._replace(cidr=other)
    refused(alone(BLOCK, *rows), "expected no overlap with")
    refused(alone(BLOCK, *rows[::-1]), "expected no overlap with")
    refused(
        alone(BLOCK, rows[0], Subnet("between", "10.0.3.0/24", None, "acl"), rows[1]),
        "expected no overlap with",
    )


def test_neighbouring_subnets_do_not_overlap():
    check(alone(BLOCK, INNER._replace(cidr="10.0.1.0/25"), OTHER._replace(cidr="10.0.1.128/25")))


@pytest.mark.fact("cidr-canonical")
def test_a_block_with_bits_behind_its_prefix_is_refused_and_its_canonical_form_named():
    refused(alone("100.68.0.18/18"), "100.68.0.18/18", "expected 100.68.0.0/18")
    refused(alone(BLOCK, INNER._replace(cidr="10.0.1.7/24")), "expected 10.0.1.0/24")
    refused(more("routes", Route("edge", "172.16.0.1/12", IGW)), "expected 172.16.0.0/12")


@pytest.mark.fact("subnet-reserved-5")
@pytest.mark.parametrize(
    ("address", "what"),
    [
        ("10.0.1.0", "the network's address"),
        ("10.0.1.1", "the VPC's router"),
        ("10.0.1.2", "AWS"),
        ("10.0.1.3", "future use"),
        ("10.0.1.255", "broadcast, which a VPC does not support"),
    ],
)
def test_five_addresses_of_a_subnet_are_reserved_and_the_refusal_says_for_what(address, what):
    refused(with_device("d", Host, "inner", address), f"d's interface, {address}", what)


@pytest.mark.fact("subnet-reserved-5")
def test_the_reserved_addresses_are_those_of_the_subnet_not_of_the_vpc():
    check(with_device("d", Host, "inner", "10.0.1.4"))
    check(with_device("d", Host, "inner", "10.0.1.254"))
    assert reserved("10.0.1.0/28", "10.0.1.15") != "" == reserved("10.0.1.0/24", "10.0.1.15")


@pytest.mark.fact("dns-plus-2")
@pytest.mark.parametrize("cidr", ["10.0.0.0/24", "10.0.1.0/28"])
def test_the_base_plus_two_of_every_subnet_is_kept_and_that_of_the_vpc_is_the_dns_servers(cidr):
    kept = reserved(cidr, cidr.partition("/")[0][:-1] + "2")
    assert "the VPC's base plus two is the Amazon DNS server" in kept


@pytest.mark.fact("subnet-usable")
@pytest.mark.parametrize(
    ("cidr", "count"), [("10.0.1.0/24", 251), ("10.0.0.0/28", 11), ("10.0.0.0/16", 65_531)]
)
def test_all_but_five_addresses_of_a_subnet_can_be_used(cidr, count):
    assert usable(cidr) == count


def test_the_count_of_usable_addresses_is_that_of_the_addresses_that_are_not_reserved():
    assert sum(not reserved("10.0.1.0/26", f"10.0.1.{last}") for last in range(64)) == usable(
        "10.0.1.0/26"
    )


# --- interfaces and devices -----------------------------------------------------------------------


@pytest.mark.parametrize("address", ["10.0.2.20", "10.0.0.255", "203.0.113.9"])
def test_an_interface_has_an_address_of_its_subnet(address):
    refused(
        with_device("d", Host, "inner", address),
        address,
        "an address of subnet 'inner' 10.0.1.0/24",
    )


def test_an_interface_is_in_a_subnet_there_is():
    refused(with_device("d", Host, "attic", "10.0.1.20"), "'attic'", "one of edge, inner, other")


@pytest.mark.parametrize(
    ("vpc", "words"),
    [
        (
            with_device("d", Host, "inner", "10.0.1.10"),
            "private address '10.0.1.10' is there twice",
        ),
        (
            more("associations", Association("192.0.2.10", "10.0.1.10")),
            "public address '192.0.2.10' is there twice",
        ),
        (
            more("associations", Association("192.0.2.11", "10.0.0.10")),
            "public address for '10.0.0.10' is there twice",
        ),
        (
            more("outside", OutsideHost("d", "192.0.2.10")),
            "public address '192.0.2.10' is there twice",
        ),
        (more("devices", Device("a", Host)), "device 'a' is there twice"),
        (small(internet_gateway="a"), "device 'a' is there twice"),
        (
            more("interfaces", Interface("a", "edge", "10.0.0.11")),
            "`name` tells a device's interfaces apart",
        ),
        (more("subnets", INNER._replace(cidr="10.0.9.0/24")), "subnet 'inner' is there twice"),
    ],
)
def test_nothing_that_has_to_be_alone_is_there_twice(vpc, words):
    refused(vpc, words)


def test_a_device_stands_somewhere():
    refused(
        more("devices", Device("ghost", Host)),
        "device 'ghost'",
        "an interface or a place on the Internet",
    )
    refused(
        more("interfaces", Interface("ghost", "inner", "10.0.1.20")),
        "device 'ghost'",
        "an entry in `devices`",
    )
    refused(
        more("outside", OutsideHost("ghost", "192.0.2.99")),
        "device 'ghost'",
        "an entry in `devices`",
    )


@pytest.mark.fact("subnet-one-az")
def test_a_devices_interfaces_are_in_one_zone_which_is_that_of_their_subnets():
    second = Interface("a", "other", "10.0.2.11", ("sg",), name="a second")
    refused(
        more("interfaces", second), "a's interface a second, 10.0.2.11 in zone 'b'", "a's zone 'a'"
    )
    check(more("interfaces", second._replace(subnet="inner", address="10.0.1.11")))
    assert {subnet.zone for subnet in small().subnets} == {"a", "b"}


# --- routes that AWS takes ------------------------------------------------------------------------


@pytest.mark.fact("route-unroutable")
@pytest.mark.parametrize("cidr", ["169.254.168.0/22", "169.254.169.254/32", "169.254.170.0/23"])
def test_no_route_leads_into_the_range_of_awss_own_services(cidr):
    refused(more("routes", Route("edge", cidr, IGW)), cidr, "no destination in 169.254.168.0/22")


@pytest.mark.fact("route-unroutable")
@pytest.mark.parametrize("wider", ["169.254.0.0/16", ANYWHERE])
def test_a_wider_route_is_taken_but_forwards_nothing_there(wider):
    route = Route("edge", wider, IGW)
    vpc = small(routes=(*LOCALS, route))
    step = first_loss(vpc, "a", "169.254.169.254")
    assert (step.at, step.check, step.reason, step.row, step.after) == (
        "a",
        "route",
        UNROUTABLE_RANGE,
        route,
        None,
    )
    beside = first_loss(vpc, "a", "169.254.172.1")
    assert beside.reason is not UNROUTABLE_RANGE


@pytest.mark.fact("more-specific-than-local")
@pytest.mark.parametrize(
    "route",
    [
        Route("edge", "10.0.1.0/25", "b"),
        Route("edge", "10.0.1.10/32", "b"),
        Route("edge", "10.0.0.0/17", "b"),
        Route("edge", "10.0.9.0/24", "b"),
        Route("edge", "10.0.1.0/25", "gone"),
    ],
)
def test_a_route_more_specific_than_local_is_for_a_whole_subnet(route):
    refused(more("routes", route), str(route), "the whole block of a subnet")


@pytest.mark.fact("more-specific-than-local")
def test_a_route_more_specific_than_local_leads_to_no_internet_gateway():
    refused(
        more("routes", Route("edge", "10.0.1.0/24", IGW)), "a NAT gateway or a network interface"
    )


@pytest.mark.fact("more-specific-than-local")
@pytest.mark.parametrize("target", ["NAT", "b"])
def test_a_whole_subnet_may_be_reached_by_a_nat_gateway_or_an_interface(target):
    check(
        more("routes", Route("edge", "10.0.1.0/24", target))._replace(
            interfaces=with_nat().interfaces, devices=with_nat().devices
        )
    )


@pytest.mark.fact("more-specific-than-local", "local-route")
@pytest.mark.parametrize("destination", ["10.0.1.0/24", BLOCK])
def test_a_middlebox_stands_in_the_way_of_two_subnets_by_routes_of_both(destination):
    """By a route more specific than local, or by the local route whose target is replaced."""
    vpc = with_device("box", Middlebox, "other", "10.0.2.20", check=False)
    there = Route("edge", destination, "box")
    vpc = vpc._replace(
        routes=(
            *(row for row in vpc.routes if row.table != "edge" or row.destination != destination),
            there,
        )
    )
    visited = Site(vpc)
    syn = visited.connect("a", "10.0.1.10", 80).capture.traces[0]
    assert syn.devices == ("a", "box", "b")
    assert [step.row for step in syn.steps if step.check == "route"] == [
        there,
        Route("main", BLOCK, "local"),
    ]
    assert visited.network.devices["box"].seen[0].flow == syn.packet.flow
    assert syn.delivered


@pytest.mark.fact("local-route")
@pytest.mark.parametrize("destination", ["10.0.1.0/24", ANYWHERE, "192.168.0.0/16"])
def test_a_local_route_is_for_the_vpcs_whole_block(destination):
    refused(more("routes", Route("edge", destination, "local")), "the VPC's block 10.0.0.0/16")


# --- which route a subnet follows -----------------------------------------------------------------


def route_of(trace):
    """The route by which a packet left its sender."""
    return next(step.row for step in trace.steps if step.check == "route")


def rows(vpc):
    return {subnet.name: vpc.routes_of(subnet) for subnet in vpc.subnets}


@pytest.mark.fact("main-rt", "subnet-1-rt")
def test_subnets_without_an_association_follow_the_main_table_and_one_table_serves_many():
    found = rows(more("routes", Route("main", ANYWHERE, "NAT")))
    assert found["inner"] == found["other"] == (LOCALS[1], Route("main", ANYWHERE, "NAT"))
    assert found["edge"] == (LOCALS[0], TO_IGW)


@pytest.mark.fact("main-rt")
def test_another_main_table_changes_the_way_of_implicitly_associated_subnets_alone():
    vpc = more("routes", Route("new", BLOCK, "local"), Route("new", ANYWHERE, "NAT"))
    before, after = rows(vpc), rows(vpc._replace(main="new"))
    assert (
        after["inner"]
        == after["other"]
        == (Route("new", BLOCK, "local"), Route("new", ANYWHERE, "NAT"))
    )
    assert after["edge"] == before["edge"]


@pytest.mark.fact("main-rt", "local-route")
def test_the_table_of_a_new_vpc_has_the_local_route_and_no_other():
    vpc = small(routes=(), subnets=(EDGE._replace(route_table=None), INNER, OTHER))
    assert set(rows(vpc).values()) == {(Route("main", BLOCK, "local"),)}
    assert connect(vpc, "a", "10.0.2.10").symptom == "connected"
    assert first_loss(vpc, "a", OUTSIDE).reason is NO_ROUTE


@pytest.mark.fact("local-route", "implicit-router")
@pytest.mark.parametrize(
    ("opener", "address"), [("a", "10.0.1.10"), ("b", "10.0.2.10"), ("c", "10.0.0.10")]
)
def test_the_local_route_takes_a_packet_to_any_subnet_of_the_vpc_and_no_device_is_the_router(
    opener, address
):
    syn = connect(small(), opener, address).capture.traces[0]
    assert syn.delivered
    assert len(syn.devices) == 2
    asked = [step for step in syn.steps if step.check == "route"]
    assert [(step.at, step.row.destination, step.row.target) for step in asked] == [
        (opener, BLOCK, "local")
    ]


@pytest.mark.fact("lpm")
def test_the_most_specific_route_wins_whatever_the_order():
    wide, narrow = Route("edge", ANYWHERE, IGW), Route("edge", "203.0.113.0/24", "NAT")
    for routes in ((wide, narrow), (narrow, wide)):
        vpc = with_nat(small(routes=(*LOCALS, *routes)))
        used = {
            name: route_of(connect(vpc, "a", name).capture.traces[0])
            for name in (OUTSIDE, "198.51.100.7")
        }
        assert used == {OUTSIDE: narrow, "198.51.100.7": wide}


@pytest.mark.fact("static-vs-propagated")
def test_a_static_route_comes_before_a_propagated_one_for_the_same_destination_only():
    static, learnt = (
        Route("edge", "172.31.0.0/24", IGW),
        Route("edge", "172.31.0.0/24", "VPN", propagated=True),
    )
    longer = Route("edge", "172.31.0.128/25", "VPN", propagated=True)
    for routes in ((static, learnt, longer), (longer, learnt, static)):
        vpc = small(routes=(*LOCALS, *routes))
        table = Network(vpc).places.tables["edge"]
        assert table.lookup("172.31.0.7") == static
        assert table.lookup("172.31.0.200") == longer


@pytest.mark.fact("route-state")
def test_a_route_to_what_is_not_there_stays_as_a_blackhole_and_its_packets_are_lost():
    gone = Route("main", ANYWHERE, "NAT")
    vpc = more("routes", gone)
    assert (vpc.state(gone), with_nat(vpc).state(gone)) == ("blackhole", "active")
    step = first_loss(vpc, "b", OUTSIDE)
    assert (step.at, step.check, step.reason, step.row, step.after) == (
        "b",
        "route",
        BLACKHOLE,
        gone,
        None,
    )
    assert connect(with_nat(vpc), "b", OUTSIDE).symptom == "connected"
    assert "0.0.0.0/0 > NAT (blackhole)" in str(Site(vpc))
    assert "blackhole" not in str(Site(with_nat(vpc)))


@pytest.mark.fact("route-state")
def test_a_blackhole_hides_a_wider_route_that_would_work():
    vpc = more("routes", Route("edge", "203.0.113.0/24", "gone"))
    assert first_loss(vpc, "a", OUTSIDE).reason is BLACKHOLE


@pytest.mark.fact("route-targets")
@pytest.mark.parametrize(
    ("target", "devices", "interface"),
    [
        (IGW, ("b", IGW), None),
        ("NAT", ("b", "NAT", IGW, INTERNET), None),
        ("c", ("b", "c"), "10.0.2.10"),
        ("c eth1", ("b", "c"), "10.0.2.11"),
    ],
)
def test_a_route_leads_to_a_gateway_an_instance_or_one_of_its_interfaces(
    target, devices, interface
):
    vpc = with_nat(
        more("interfaces", Interface("c", "other", "10.0.2.11", ("sg",), True, "c eth1"))
    )
    route = Route("main", "198.51.100.0/24", target)
    trace = connect(vpc._replace(routes=(*vpc.routes, route)), "b", "198.51.100.7").capture.traces[
        0
    ]
    assert route_of(trace) == route
    assert trace.devices == devices
    if interface:  # it is not for c, and the step says which interface was asked
        assert (trace.last.check, trace.last.row.address) == ("destination check", interface)


@pytest.mark.fact("public-subnet")
def test_a_subnet_is_public_by_its_route_to_the_internet_gateway_alone():
    vpc = small()
    assert [vpc.is_public(subnet) for subnet in vpc.subnets] == [True, False, False]
    assert small(associations=()).is_public(EDGE)
    assert not vpc.without(TO_IGW).is_public(EDGE)
    assert more("associations", Association("192.0.2.11", "10.0.1.10")).is_public(INNER) is False
    assert more("routes", Route("main", "198.51.100.0/24", IGW)).is_public(INNER)


@pytest.mark.fact("public-needs-both")
def test_the_internet_gateway_needs_a_public_address_and_a_route():
    assert connect(small(), "a", OUTSIDE).symptom == "connected"
    assert connect(small(), "client", "192.0.2.10").symptom == "connected"
    no_address = first_loss(small(associations=()), "a", OUTSIDE)
    assert (no_address.at, no_address.reason) == (IGW, NO_PUBLIC_ADDRESS)
    no_route = first_loss(
        more("associations", Association("192.0.2.11", "10.0.1.10")), "b", OUTSIDE
    )
    assert (no_route.at, no_route.reason) == ("b", NO_ROUTE)


@pytest.mark.fact("public-needs-both")
def test_a_public_address_in_a_private_subnet_lets_the_request_in_and_loses_the_answer():
    visit = connect(
        more("associations", Association("192.0.2.11", "10.0.1.10")), "client", "192.0.2.11"
    )
    request, answer = visit.capture.traces[:2]
    assert request.delivered
    assert (answer.sender, answer.last.check, answer.last.reason) == ("b", "route", NO_ROUTE)
    assert visit.symptom == "timed out"


@pytest.mark.fact("igw-per-vpc")
def test_a_vpc_has_one_internet_gateway_or_none():
    assert [
        name for name, device in Network(small()).devices.items() if hasattr(device, "by_public")
    ] == [IGW]
    vpc = small(internet_gateway="")
    assert not any(hasattr(device, "by_public") for device in Network(vpc).devices.values())
    assert first_loss(vpc, "a", OUTSIDE).reason is BLACKHOLE
    assert vpc.is_public(EDGE) is False


# --- the Internet gateway's translation -----------------------------------------------------------


@pytest.mark.fact("igw-1to1-nat")
def test_the_internet_gateway_exchanges_one_address_for_one_and_no_port():
    visit = connect(small(), "a", OUTSIDE)
    out, back = visit.capture.traces[:2]
    ((before, after),) = [
        (step.before.flow, step.after.flow) for step in out.steps if step.at == IGW
    ]
    assert (before.src, after.src) == ("10.0.0.10", "192.0.2.10")
    assert before[1:] == after[1:]
    ((before, after),) = [
        (step.before.flow, step.after.flow) for step in back.steps if step.at == IGW
    ]
    assert (before.dst, after.dst) == ("192.0.2.10", "10.0.0.10")
    assert (before[:2], before[3:]) == (after[:2], after[3:])


@pytest.mark.fact("instance-sees-private")
def test_host_group_and_acl_see_the_private_address_alone():
    visit = connect(small(), "client", "192.0.2.10")
    syn, answer = visit.capture.traces[:2]
    inside = [step for step in (*syn.steps, *answer.steps) if step.at == "a"]
    assert {"group in", "network ACL in", "network ACL out", "deliver"} <= {
        step.check for step in inside
    }
    assert all("10.0.0.10" in (step.before.flow.src, step.before.flow.dst) for step in inside)
    assert not any("192.0.2.10" in str(step) for step in inside)


# --- several interfaces ---------------------------------------------------------------------------


def two_legged(**words):
    """Host b with a second interface, in the edge subnet, which has a public address there."""
    second = Interface("b", "edge", "10.0.0.30", ("sg 2",), name="b eth1")._replace(**words)
    vpc = more("interfaces", second)
    return vpc._replace(
        group_rules=(*vpc.group_rules, GroupRule("sg 2", IN, (80, 80), ANYWHERE)),
        associations=(*vpc.associations, Association("192.0.2.30", second.address)),
    )


def test_a_device_without_interface_names_has_one_that_is_known_by_the_devices_name():
    assert [row.id for row in two_legged().interfaces] == ["a", "b", "c", "b eth1"]
    assert str(two_legged().interfaces[-1]) == "b's interface b eth1, 10.0.0.30"
    assert str(two_legged().interfaces[1]) == "b's interface, 10.0.1.10"


def test_a_packet_leaves_by_the_interface_that_has_its_source_address():
    visited = Site(two_legged())
    visit = visited.connect("client", "192.0.2.30", 80)
    assert visit.symptom == "connected"
    answer = next(trace for trace in visit.capture if trace.sender == "b")
    assert answer.packet.flow.src == "10.0.0.30"
    assert route_of(answer) == TO_IGW  # the edge subnet's table
    by_first = visited.connect("b", "10.0.0.10", 80).capture.traces[0]
    assert by_first.packet.flow.src == "10.0.1.10"
    assert route_of(by_first).table == "main"


def test_each_interface_has_its_own_public_address():
    vpc = two_legged()._replace(routes=(*two_legged().routes, Route("main", ANYWHERE, IGW)))
    vpc = vpc._replace(associations=(*vpc.associations, Association("192.0.2.31", "10.0.1.10")))
    for public, private in (("192.0.2.30", "10.0.0.30"), ("192.0.2.31", "10.0.1.10")):
        visit = connect(vpc, "client", public)
        assert visit.symptom == "connected"
        assert visit.capture.traces[0].last.before.flow.dst == private


def test_groups_and_tracking_belong_to_the_interface():
    visited = Site(two_legged())
    assert visited.connect("client", "192.0.2.30", 80).symptom == "connected"
    tracking = visited.network.filters.tracking
    assert (len(tracking["b eth1"]), len(tracking["b"])) == (1, 0)
    # sg 2 knows port 80 alone
    assert visited.connect("client", "192.0.2.30", 81).symptom == "timed out"
    # sg lets it in, nobody listens
    assert visited.connect("a", "10.0.1.10", 81).symptom == "refused"
    assert visited.network.places.by_address["10.0.0.30"].groups == ("sg 2",)
    assert visited.network.places.by_address["10.0.1.10"].groups == ("sg",)


def test_the_check_belongs_to_the_interface():
    off = {
        row.id: two_legged().replace(row, row._replace(check=False))
        for row in two_legged().interfaces
    }
    for vpc, lost in (
        (two_legged(), [SOURCE_CHECK]),
        (off["b eth1"], [SOURCE_CHECK]),
        (off["b"], []),
    ):
        network = Network(vpc)
        network.send("b", Packet(FiveTuple("10.0.1.66", 1, "10.0.0.10", 80), SYN), "a forger sends")
        network.run(SECOND)
        step = network.capture.traces[0].dropped
        assert [step.reason for step in [step] if step] == lost
        # a source that no interface has leaves by the primary one
        assert not step or step.row.id == "b"


def test_the_acl_of_the_interfaces_subnet_is_asked():
    closed = AclEntry("acl 2", 100, IN, DENY, -1, ALL, ANYWHERE)
    vpc = two_legged()
    vpc = vpc._replace(
        subnets=(EDGE, INNER._replace(network_acl="acl 2"), OTHER),
        acl_entries=(*vpc.acl_entries, closed),
    )
    assert connect(vpc, "client", "192.0.2.30").symptom == "connected"
    assert first_loss(vpc, "a", "10.0.1.10").row == closed


def test_two_interfaces_in_one_subnet_ask_no_acl_between_them():
    vpc = two_legged(subnet="inner", address="10.0.1.30")
    network = Network(vpc)
    network.send(
        "b", Packet(FiveTuple("10.0.1.10", 5, "10.0.1.30", 80), SYN), "from one to the other"
    )
    network.run(SECOND)
    checks = [step.check for step in network.capture.traces[0].steps]
    assert checks == ["send", "group out", "route", "group in", "deliver"]


def test_the_primary_interface_gives_a_host_its_address_whatever_the_order_of_the_devices():
    vpc = two_legged()._replace(devices=small().devices[::-1])
    assert Network(vpc).devices["b"].address == "10.0.1.10"
    turned = vpc._replace(interfaces=vpc.interfaces[::-1])
    assert Network(turned).devices["b"].address == "10.0.0.30"


def test_a_network_acl_stands_between_zones_as_between_subnets():
    vpc = small(
        devices=(
            Device("a", WebServer),
            Device("b", WebServer),
            Device("c", WebServer),
            Device("client", Host),
        )
    )
    syn = connect(vpc, "b", "10.0.2.10").capture.traces[0]
    assert [step.at for step in syn.steps if step.check.startswith("network ACL")] == ["b", "c"]
    assert {step.row.direction for step in syn.steps if step.check.startswith("network ACL")} == {
        IN,
        OUT,
    }
