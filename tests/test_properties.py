"""What holds for every flow, table and network, tried on many that a machine made up."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rigs.reference_site import BALANCERS, NATS, PAGE, site

from vpcedu.address import number, text
from vpcedu.clock import SECOND
from vpcedu.flow import Endpoint, FiveTuple
from vpcedu.gateways.nat_gateway import NatGateway
from vpcedu.gateways.nat_instance import NatInstance
from vpcedu.gateways.network_load_balancer import NetworkLoadBalancer
from vpcedu.packet import ACK, SYN, Packet
from vpcedu.protocols.http import Message, request, take
from vpcedu.reasons import REASONS
from vpcedu.sites.parts import IGW
from vpcedu.tables.network_acl import ALLOW, ANY, DENY, IN, OUT, AclEntry, NetworkAcl
from vpcedu.tables.route_table import LOCAL, Route, RouteTable
from vpcedu.tables.security_group import GroupRule
from vpcedu.tables.source_ports import Ports
from vpcedu.tables.target_group import Listener, TargetGroup
from vpcedu.tables.translation import Translations
from vpcedu.trace import DELIVER, DROP
from vpcedu.views.text import fold


def examples(count):
    return settings(max_examples=count, derandomize=True, deadline=None)


ports, numbers = st.integers(0, 65_535), st.integers(0, (1 << 32) - 1)
inside = st.integers(2, 250).map(lambda host: f"10.0.1.{host}")
outside = st.integers(1, 250).map(lambda host: f"198.51.100.{host}")
flows = st.builds(FiveTuple, inside, ports, outside, ports, st.just(6))
anywhere = st.sampled_from(
    ["0.0.0.0/0", "10.0.0.0/16", "10.0.1.0/24", "203.0.113.0/24", "198.51.100.7/32", "10.0.0.10/32"]
)
ranges = st.sampled_from(
    [(0, 65_535), (80, 80), (443, 443), (80, 443), (1_024, 65_535), (443, 8_080)]
)


# --- translations ---------------------------------------------------------------------------------


@examples(60)
@given(flows, flows)
def test_in_and_out_of_a_translation_gives_the_original(before, after):
    row = Translations(1_000).add(before, after, 0)
    assert row.onward(before) == after
    if after.reversed() != before:
        assert row.onward(after.reversed()) == before.reversed()


@pytest.mark.fact("natgw-src", "natinst-reply")
@examples(40)
@given(st.lists(flows, min_size=1, max_size=30), st.sampled_from([NatGateway, NatInstance]))
def test_every_answer_finds_back_to_the_one_who_asked(asked, kind):
    nat = kind("NAT", "10.0.0.20")
    sent = {flow: nat.handle(Packet(flow, SYN), 0).after.flow for flow in asked}
    for flow, seen in sent.items():
        assert nat.handle(Packet(seen.reversed(), SYN | ACK), 0).after.flow == flow.reversed()


@examples(40)
@given(st.lists(st.tuples(flows, st.integers(0, 400)), min_size=1, max_size=40), st.integers(1, 4))
def test_no_two_live_rows_of_a_nat_share_a_port_to_one_destination(calls, size):
    nat, now = NatGateway("NAT", "10.0.0.20"), 0
    nat.ports = Ports(("10.0.0.20",), 2_000, 2_000 + size - 1, 55_000, 0)
    for flow, wait in calls:
        now += wait * SECOND
        nat.handle(Packet(flow._replace(dport=443, dst="198.51.100.7"), SYN), now)
        live = [row for row in nat.translations if nat.translations.lookup(row.before, now)]
        assert len({(row.after.source, row.after.destination) for row in live}) == len(live) <= size


@pytest.mark.fact("nlb-hash")
@examples(40)
@given(st.lists(st.tuples(ports, st.integers(0, 200)), min_size=1, max_size=40))
def test_a_balancers_flow_stays_with_its_target_while_it_lives(calls):
    targets = TargetGroup("web", tuple(Endpoint(f"10.0.1.{host}", 80) for host in (10, 11, 12)))
    node, now, given_to = (
        NetworkLoadBalancer("NLB", "10.0.0.30", 0, (Listener("TCP", 80, targets),)),
        0,
        {},
    )
    for port, wait in calls:
        now += wait * SECOND
        flow = FiveTuple("203.0.113.10", port, "10.0.0.30", 80)
        alive = node.flows.lookup(flow, now)
        after = node.handle(Packet(flow, SYN, now), now).after.flow
        assert alive is None or after == given_to[flow]
        given_to[flow] = after


# --- tables ---------------------------------------------------------------------------------------


ways, actions = st.sampled_from([IN, OUT]), st.sampled_from([ALLOW, DENY])
entries = st.builds(
    AclEntry,
    st.just("acl"),
    st.integers(1, 200),
    ways,
    actions,
    st.sampled_from([ANY, 6, 17]),
    ranges,
    anywhere,
)
acls = st.lists(entries, max_size=8, unique_by=lambda entry: (entry.number, entry.direction)).map(
    tuple
)


@pytest.mark.fact("nacl-stateless", "nacl-order")
@examples(80)
@given(
    acls,
    st.lists(st.tuples(st.sampled_from([IN, OUT]), flows), min_size=1, max_size=6),
    st.randoms(),
)
def test_an_acls_verdict_depends_on_no_history_and_no_order(rows, packets, chance):
    shuffled = list(rows)
    chance.shuffle(shuffled)
    acl, other = NetworkAcl("acl", rows), NetworkAcl("acl", tuple(shuffled))
    first = [acl.lookup(way, flow) for way, flow in packets]
    assert [acl.lookup(way, flow) for way, flow in reversed(packets)] == first[::-1]
    assert [other.lookup(way, flow) for way, flow in packets] == first


@pytest.mark.fact("lpm")
@examples(80)
@given(st.lists(st.tuples(numbers, st.integers(0, 32)), max_size=8), numbers)
def test_the_route_that_wins_is_the_longest_prefix_that_fits(blocks, address):
    routes = {}
    for value, prefix in blocks:
        first = value >> 32 - prefix << 32 - prefix
        routes[f"{text(first)}/{prefix}"] = (first, prefix)
    table = RouteTable(tuple(Route("t", cidr, cidr) for cidr in routes))
    fit = [
        (prefix, cidr)
        for cidr, (first, prefix) in routes.items()
        if address >> 32 - prefix == first >> 32 - prefix
    ]
    found = table.lookup(text(address))
    assert (found.target if found else None) == (max(fit)[1] if fit else None)


@pytest.mark.fact("sg-stateful")
@examples(60)
@given(flows, st.booleans())
def test_a_group_lets_the_answers_of_what_it_let_pass_through(flow, inward):
    """Whatever the rules of the other direction say: here there are none."""
    network = site().network
    here = network.places.by_device["web"]
    way, back = (IN, OUT) if inward else (OUT, IN)
    rule = GroupRule("sg-web", way, (0, 65_535), "0.0.0.0/0")
    tracking = network.filters.tracking[here.device]
    assert tracking.use(way, flow, 0) is None
    tracking.note(way, flow, rule, 0)
    assert tracking.use(back, flow.reversed(), SECOND).rule == rule
    assert tracking.use(way, flow, 2 * SECOND).rule == rule
    assert tracking.lookup(back, flow, 0) is None or flow == flow.reversed()


# --- whole networks -------------------------------------------------------------------------------


targets = st.sampled_from([LOCAL, IGW, "NAT", "ELB node", "NLB node", "nobody"])


def possible(route):
    """Whether AWS takes a route: inside the VPC it has rules of its own."""
    whole, part = route.destination == "10.0.0.0/16", route.destination == "10.0.1.0/24"
    return whole if route.target == LOCAL else not (whole or part) or route.target != IGW


blocks = st.sampled_from(
    ["0.0.0.0/0", "10.0.0.0/16", "10.0.1.0/24", "203.0.113.0/24", "198.51.100.7/32"]
)
some_route = st.builds(Route, st.sampled_from(["public", "private"]), blocks, targets).filter(
    possible
)
routes = st.lists(some_route, max_size=6).map(tuple)
groups, peers = (
    st.sampled_from(["sg-web", "sg-nat", "sg-balancer"]),
    st.sampled_from(["sg-web", "sg-balancer"]),
)
protocols = st.sampled_from([ANY, 6, 17])
some_rule = st.builds(GroupRule, groups, ways, ranges, st.one_of(anywhere, peers), protocols)
rules = st.lists(some_rule, max_size=8).map(tuple)
random_acls = st.lists(
    st.builds(
        AclEntry,
        st.sampled_from(["acl-public", "acl-private"]),
        st.sampled_from([*range(1, 100), *range(101, 200)]),
        ways,
        actions,
        protocols,
        ranges,
        anywhere,
    ),
    max_size=4,
    unique_by=lambda entry: entry[:3],
).map(tuple)


@examples(60)
@given(st.sampled_from(BALANCERS), st.sampled_from(NATS), routes, rules, random_acls, st.booleans())
def test_in_any_vpc_every_packet_is_delivered_or_lost_for_a_reason(
    balancer, nat, routes, rules, acl_entries, less
):
    """Rows at random, on top of the reference architecture or instead of its rows.

    It is all its rows of that kind that they replace.
    """
    whole = site(balancer, nat)
    vpc = whole.vpc._replace(
        routes=routes + (() if less else whole.vpc.routes),
        group_rules=rules + (() if less and rules else whole.vpc.group_rules),
        acl_entries=acl_entries + whole.vpc.acl_entries,
    )
    visited = type(whole)(vpc)
    visited.get(PAGE)
    visited.connect("web", "updates.example.net", 443)
    visited.connect("web", "www.example.com", 443)
    assert len(visited.network.capture) >= 3
    for trace in visited.network.capture:
        assert trace.last.action in (DELIVER, DROP)
        assert trace.last.action == DELIVER or trace.last.reason in REASONS
        assert all(
            one.after == other.before
            for one, other in zip(trace.steps, trace.steps[1:], strict=False)
        )


# --- text and bytes -------------------------------------------------------------------------------


@examples(80)
@given(st.lists(st.text("abcdefgh.:>", min_size=1, max_size=30), max_size=40), st.integers(20, 100))
def test_folding_keeps_every_word_and_no_line_is_too_long(words, width):
    folded = fold(" ".join(words), width)
    assert folded.split() == words
    assert all(len(line) <= width or " " not in line for line in folded.splitlines())


names, values = (
    st.text("abcXYZ-", min_size=1, max_size=10),
    st.text("abc ,1", max_size=20).map(str.strip),
)
headers = st.lists(st.tuples(names, values), max_size=4)


def post(rest, body):
    length = ("Content-Length", str(len(body)))
    return request("POST", "/", "www.example.com", *rest, length)._replace(body=body)


messages = st.builds(post, headers, st.binary(max_size=200))


@examples(80)
@given(st.lists(messages, min_size=1, max_size=4), st.data())
def test_however_the_bytes_are_cut_the_same_messages_come_out(sent, data):
    stream = b"".join(bytes(message) for message in sent)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)), max_size=12)))
    buffer, got = bytearray(), []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        buffer += stream[start:end]
        while (message := take(buffer)) is not None:
            got.append(message)
    assert (got, buffer) == (sent, b"")


@examples(80)
@given(st.binary(max_size=300))
def test_whatever_comes_take_gives_a_message_waits_or_says_what_is_wrong(stream):
    for tail in (b"", b"\r\n\r\n"):
        buffer = bytearray(stream + tail)
        before = len(buffer)
        try:
            message = take(buffer)
        except ValueError as error:
            assert "expected" in str(error)
        else:
            assert message is None or (isinstance(message, Message) and len(buffer) < before)


@examples(40)
@given(headers, names, values)
def test_a_header_that_is_set_is_there_once_whatever_its_case(rest, name, value):
    message = Message("GET / HTTP/1.1", tuple(rest)).with_header(name, value)
    assert [v for key, v in message.headers if key.lower() == name.lower()] == [value]
    assert message.without_header(name.upper()).header(name) is None
    assert [pair for pair in message.headers if pair[0].lower() != name.lower()] == [
        pair for pair in rest if pair[0].lower() != name.lower()
    ]


def test_numbers_of_addresses_are_in_the_order_of_their_text_parts():
    assert number("9.255.255.255") < number("10.0.0.0") < number("10.0.0.1")
