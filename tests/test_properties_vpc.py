"""What holds in every small VPC, tried on many that a machine made up.

Subnets, tables, interfaces, routes, filters.
"""

from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from rigs.reference_site import transcript
from rigs.vpc_smallest import ALL, ANYWHERE, BLOCK, IGW, OUTSIDE, Middlebox

from vpcedu.address import number, text
from vpcedu.clock import SECOND
from vpcedu.flow import TCP, FiveTuple
from vpcedu.gateways.internet_gateway import Association
from vpcedu.gateways.nat_gateway import NatGateway
from vpcedu.gateways.nat_instance import NatInstance
from vpcedu.hosts.host import Host
from vpcedu.hosts.web_server import WebServer
from vpcedu.lab import blockers
from vpcedu.network.interface import Interface, Subnet
from vpcedu.network.network import MOST_HOPS, Network
from vpcedu.network.record import Call
from vpcedu.network.validity import check
from vpcedu.network.vpc import Device, OutsideHost, Vpc
from vpcedu.packet import ACK, RST, SYN, Packet
from vpcedu.sites.site import Site
from vpcedu.tables.network_acl import ALLOW, ANY, DENY, IN, OUT, AclEntry
from vpcedu.tables.route_table import Route
from vpcedu.tables.security_group import GroupRule
from vpcedu.trace import CHECKS, DELIVER, DROP, SEND

CIDRS = ("10.0.0.0/24", "10.0.1.0/28", "10.0.1.16/28", "10.0.128.0/17")
TABLES, ACLS, GROUPS = (None, "one", "two"), ("acl 1", "acl 2"), ("sg-1", "sg-2")
NAMES = ("a", "b", "NAT", "box")
KINDS = {
    "a": (WebServer,),
    "b": (WebServer, Host),
    "NAT": (NatGateway, NatInstance),
    "box": (Middlebox,),
}
WORKS = ("connected", "200 OK")


def examples(count):
    return settings(
        max_examples=count, derandomize=True, deadline=None, phases=(Phase.explicit, Phase.generate)
    )


def some(draw, rows, most, one_of_a_kind=None):
    return tuple(draw(st.lists(rows, max_size=most, unique_by=one_of_a_kind)))


@st.composite
def vpcs(draw):
    """A VPC that AWS would accept.

    It has one to four subnets, two to four devices, and one or two interfaces to each.
    """
    pick = lambda *words: draw(st.sampled_from(words))  # noqa: E731
    subnets = tuple(
        Subnet(f"s{i}", cidr, pick(*TABLES), pick(*ACLS), pick("a", "b"))
        for i, cidr in enumerate(CIDRS[: draw(st.integers(1, 4))])
    )
    devices = tuple(Device(name, pick(*KINDS[name])) for name in NAMES[: draw(st.integers(2, 4))])
    interfaces = []
    for device in devices:
        first = pick(*subnets)
        places = [first, *[s for s in subnets if s.zone == first.zone][: draw(st.integers(0, 1))]]
        for i, subnet in enumerate(places):
            address = text(number(subnet.cidr.partition("/")[0]) + 4 + len(interfaces))
            groups = tuple(draw(st.sets(st.sampled_from(GROUPS), max_size=2)))
            checked = draw(st.booleans()) and device.name in "ab"
            interfaces.append(
                Interface(
                    device.name,
                    subnet.name,
                    address,
                    tuple(sorted(groups)),
                    checked,
                    f"{device.name} second" if i else "",
                )
            )
    targets = st.sampled_from((IGW, "gone", *(row.id for row in interfaces)))
    tables = st.sampled_from(("main", "one", "two"))
    wide = st.builds(
        Route, tables, st.sampled_from((ANYWHERE, "203.0.113.0/24", "169.254.0.0/16")), targets
    )
    whole = st.builds(
        Route, tables, st.sampled_from([row.cidr for row in subnets]), targets.filter(IGW.__ne__)
    )
    ranges = st.sampled_from([(0, 65_535), (80, 80), (1_024, 65_535)])
    peers, ways = (
        st.sampled_from((ANYWHERE, BLOCK, "10.0.0.0/24", "203.0.113.10/32")),
        st.sampled_from((IN, OUT)),
    )
    open_entries = tuple(
        AclEntry(acl, 100, way, ALLOW, ANY, ALL, ANYWHERE) for acl in ACLS for way in (IN, OUT)
    )
    entries = st.builds(
        AclEntry,
        st.sampled_from(ACLS),
        st.integers(1, 99),
        ways,
        st.sampled_from((ALLOW, DENY)),
        st.just(TCP),
        ranges,
        peers,
    )
    grants = st.builds(
        GroupRule,
        st.sampled_from(GROUPS),
        ways,
        ranges,
        st.one_of(peers, st.sampled_from(GROUPS)),
        st.just(TCP),
    )
    local = tuple(Route(table, BLOCK, "local") for table in ("main", "one", "two"))
    public = [
        Association(f"192.0.2.{10 + i}", row.address)
        for i, row in enumerate(interfaces)
        if draw(st.booleans())
    ]
    return Vpc(
        BLOCK,
        subnets,
        tuple(interfaces),
        local + some(draw, wide, 4) + some(draw, whole, 1),
        some(draw, entries, 3, lambda entry: entry[:3]) + open_entries,
        some(draw, grants, 6),
        IGW,
        tuple(public),
        (OutsideHost("client", OUTSIDE), OutsideHost("far", "198.51.100.7")),
        (*devices, Device("client", Host), Device("far", WebServer)),
        (),
        pick("main", "one"),
    )


@st.composite
def calls(draw, vpc):
    """Who calls whom: a host any address of the site, the port open or closed."""
    hosts = [row.name for row in vpc.devices if row.kind in (Host, WebServer)]
    there = [row.address for row in (*vpc.interfaces, *vpc.outside)] + [
        row.public for row in vpc.associations
    ]
    return Call(
        draw(st.sampled_from(hosts)),
        draw(st.sampled_from((*there, "10.0.1.9", "169.254.169.254"))),
        draw(st.sampled_from((80, 81))),
    )


@st.composite
def packets(draw, vpc):
    """A device and a packet that it could never have sent in a visit.

    None goes from an end to itself, which TCP would answer for ever.
    """
    addresses = st.sampled_from(
        [row.address for row in (*vpc.interfaces, *vpc.outside)] + ["192.0.2.10", "10.0.1.9"]
    )
    ends = st.tuples(addresses, st.sampled_from((80, 5_000)))
    flow = FiveTuple(*draw(ends), *draw(ends))
    assume(flow.source != flow.destination)
    flags = draw(st.sampled_from((SYN, SYN | ACK, ACK, RST)))
    return draw(st.sampled_from([row.name for row in vpc.devices])), Packet(flow, flags, 1, 1)


def run(network, length):
    """Let everything happen for some seconds.

    A thousand things are more than any of these networks has to do.
    """
    until, left = network.clock.now + length * SECOND, 1_000
    while left and network.clock.due is not None and network.clock.due <= until:
        network.step()
        left -= 1
    assert left, "it never ends"


def well_formed(capture):
    """Every walk has ended, and every step begins with what the one before left."""
    for trace in capture:
        assert trace.steps[0].action == SEND
        assert trace.last.action in (DELIVER, DROP), f"{trace} has no end"
        for one, other in zip(trace.steps, trace.steps[1:], strict=False):
            assert one.after == other.before
            assert one.now <= other.now
        assert all(
            step.check in CHECKS and (step.reason is not None) == (step.action == DROP)
            for step in trace.steps
        )
        assert (
            sum(step.check in ("translation", "address map", "deliver") for step in trace.steps)
            <= MOST_HOPS
        )


@examples(60)
@given(vpcs(), st.data())
def test_every_walk_ends_delivered_or_dropped_and_no_packet_changes_between_two_steps(vpc, data):
    visited = Site(vpc)
    for _ in range(2):
        visited.play(data.draw(calls(vpc)))
    for _ in range(3):
        visited.network.send(*data.draw(packets(vpc)), "at random")
    run(visited.network, 400)
    assert len(visited.network.capture) >= 5
    well_formed(visited.network.capture)
    assert all(
        trace.last == trace.dropped or trace.dropped is None for trace in visited.network.capture
    )


@examples(60)
@given(vpcs(), st.data())
def test_a_walk_beyond_all_drops_ends_too_and_gets_at_least_as_far(vpc, data):
    sent = data.draw(packets(vpc))
    lengths = []
    for beyond in (False, True):
        network = Network(vpc)
        network.filters.beyond_drops = beyond
        network.send(*sent, "at random")
        run(network, 1)
        well_formed(network.capture)
        lengths.append(len(network.capture[1].steps))
    assert lengths[0] <= lengths[1]


@examples(60)
@given(vpcs(), st.data())
def test_where_a_visit_fails_a_blocker_is_found_and_asking_changes_nothing(vpc, data):
    call = data.draw(calls(vpc))
    asked, other = Site(vpc), Site(vpc)
    found = blockers(asked, call)
    visit = asked.play(call)
    assert transcript(visit.capture) == transcript(other.play(call).capture)
    assert found or visit.symptom in WORKS
    lost = next((step for trace in visit.capture for step in trace.steps if step.reason), None)
    assert lost is None or found[0] == lost  # the first thing that is lost is the first blocker


@examples(60)
@given(vpcs(), st.data())
def test_what_a_host_with_its_check_on_takes_is_for_the_interface_it_came_by(vpc, data):
    visited = Site(vpc)
    visited.play(data.draw(calls(vpc)))
    visited.network.send(*data.draw(packets(vpc)), "at random")
    run(visited.network, 1)
    mine = {name: [row for row in vpc.interfaces if row.device == name] for name in NAMES}
    for trace in visited.network.capture:
        taken = trace.last
        if (
            taken.check == "deliver"
            and mine.get(taken.at)
            and all(row.check for row in mine[taken.at])
        ):
            assert taken.before.flow.dst in [row.address for row in mine[taken.at]]


anything = st.sampled_from(
    (
        "10.0.0.0/24",
        "10.0.0.128/25",
        "10.0.1.0/24",
        "10.0.0.0/15",
        "9.0.0.0/24",
        "10.0.0.1/24",
        "x",
        "",
        "10.0.0.0",
        "10.0.0.4",
        "10.0.1.31",
        "s0",
        "s9",
        "a",
        "NAT",
        "local",
        IGW,
        "300.1.1.1",
    )
)


@examples(60)
@given(vpcs(), st.data())
def test_a_description_is_refused_in_words_or_makes_a_network(vpc, data):
    fields = "subnets", "interfaces", "routes", "devices", "associations", "outside", "cidr"
    field, value = data.draw(st.sampled_from(fields)), data.draw(anything)
    if field == "cidr":
        old, changed = vpc.cidr, vpc._replace(cidr=value)
    else:
        rows = list(getattr(vpc, field))
        if not rows:
            return
        place = data.draw(st.integers(0, len(rows) - 1))
        row = rows[place]
        word = data.draw(
            st.sampled_from([w for w in row._fields if isinstance(getattr(row, w), str)])
        )
        old = getattr(row, word)
        rows[place] = row._replace(**{word: value})
        changed = vpc._replace(**{field: tuple(rows)})
    try:
        check(changed)
    except ValueError as error:
        assert "expected" in str(error)
        assert value in str(error) or old in str(error)
    else:
        Network(changed)


@examples(30)
@given(vpcs())
def test_every_subnet_follows_the_routes_of_one_table_that_reaches_the_whole_vpc(vpc):
    for subnet in vpc.subnets:
        found = vpc.routes_of(subnet)
        assert {row.table for row in found} == {subnet.route_table or vpc.main}
        assert [row for row in found if row.target == "local"] == [
            Route(found[0].table, BLOCK, "local")
        ]
        assert all(
            vpc.state(row) == ("blackhole" if row.target == "gone" else "active") for row in found
        )
