"""Network Load Balancer: zones, client address on and off, PROXY header, idle time.

Held against what AWS says.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rigs.nlb_two_zones import (
    ANYWHERE,
    BOTH,
    CLIENT,
    NODE_A,
    PUBLIC_A,
    PUBLIC_B,
    WEB_1,
    WEB_2,
    ZONES,
    call,
    network,
)

from vpcedu.clock import SECOND
from vpcedu.flow import MODULUS, Endpoint, FiveTuple
from vpcedu.gateways.network_load_balancer import NetworkLoadBalancer
from vpcedu.gateways.proxy_insertion import Insertion
from vpcedu.packet import ACK, FIN, PSH, RST, SYN, Packet
from vpcedu.protocols.proxy_protocol import parse, version_2
from vpcedu.reasons import ACL_IN, ACL_OUT, GROUP_IN, IDLE_TIMEOUT, NO_PORT, NO_TARGET, OWN_SOURCE
from vpcedu.tables.network_acl import DENY, IN, OUT, AclEntry
from vpcedu.tables.security_group import GroupRule
from vpcedu.tables.source_ports import MOST
from vpcedu.tables.target_group import Listener, TargetGroup
from vpcedu.trace import DROP, REWRITE

FLOW = FiveTuple(CLIENT, 50_000, NODE_A, 80)
HOST = ("send", "source check")
ONE = (Endpoint(WEB_1, 8_080),)


def node(targets=BOTH, listener_idle=None, seed=0, settings=(), **group):
    listeners = (
        Listener("TCP", 80, TargetGroup("web", tuple(targets), **group), idle=listener_idle),
    )
    return NetworkLoadBalancer("node a", NODE_A, seed, listeners, **dict(settings))


def syn(flow=FLOW, seq=100):
    return Packet(flow, SYN, seq)


def reasons(made):
    return [step.reason for trace in made.capture for step in trace.steps if step.reason]


def seen_by(made, web):
    """The sources that a web host has connections with."""
    return {connection.flow.dst for connection in made.devices[web].connections.values()}


# --- the way there and back -----------------------------------------------------------------------


@pytest.mark.fact("nlb-dnat", "nlb-return", "nlb-return-noroute", "nlb-private-ok")
def test_the_target_answers_the_client_and_the_answer_returns_by_the_flow_though_no_route_leads_there():
    made = network(ONE)
    program = call(made, PUBLIC_A, b"hello")
    assert program.heard == ["connected"] and made.servers["web 1"].got == b"hello"
    assert seen_by(made, "web 1") == {CLIENT}
    answers = [trace for trace in made.capture if trace.sender == "web 1"]
    for trace in answers:
        assert trace.packet.flow.dst == CLIENT
        assert trace.devices == ("web 1", "node a", "Internet gateway", "client")
        assert [
            step.check for step in trace.steps if step.at == "web 1" and step.check not in HOST
        ] == ["group out", "flow return", "network ACL out"]
        assert trace.last.after.flow.src == PUBLIC_A


@pytest.mark.fact("nlb-static-ip")
def test_each_zone_has_a_node_with_an_address_of_its_own():
    made = network()
    assert call(made, PUBLIC_A).heard == call(made, PUBLIC_B).heard == ["connected"]
    assert [trace.devices[2] for trace in made.capture if trace.packet.flags == SYN] == [
        "node a",
        "node b",
    ]


@pytest.mark.fact("nlb-return", "nlb-nacl")
@pytest.mark.parametrize(
    "subnet, way, address, reason",
    [
        (
            "private",
            IN,
            f"{CLIENT}/32",
            ACL_IN,
        ),  # the client is what the ACL of the target's subnet sees
        ("private", OUT, f"{CLIENT}/32", ACL_OUT),
        ("public", IN, f"{WEB_1}/32", ACL_IN),  # the answer is asked at the node's subnet too
    ],
)
def test_the_network_acls_of_both_subnets_see_the_flow(subnet, way, address, reason):
    made = network(ONE, acl=(AclEntry("acl-" + subnet, 90, way, DENY, 6, (0, 65_535), address),))
    assert call(made, PUBLIC_A).heard == []
    assert set(reasons(made)) == {reason}


@pytest.mark.fact("nlb-nacl", "nlb-cip-off-src")
def test_with_the_clients_address_hidden_the_acl_of_the_targets_subnet_sees_the_node():
    made = network(
        ONE,
        target_type="ip",
        acl=(
            AclEntry("acl-private", 90, IN, DENY, 6, (0, 65_535), f"{CLIENT}/32"),
            AclEntry("acl-private", 90, OUT, DENY, 6, (0, 65_535), f"{CLIENT}/32"),
        ),
    )
    assert call(made, PUBLIC_A).heard == ["connected"]


# --- which target ---------------------------------------------------------------------------------


@pytest.mark.fact("nlb-hash")
def test_the_hash_takes_ports_addresses_and_the_sequence_number():
    def targets(packets):
        return {node(seed=1).handle(packet, 0).after.flow.dst for packet in packets}

    assert len(targets([syn()] * 5)) == 1
    assert len(targets(syn(seq=seq) for seq in range(20))) == 2
    assert len(targets(syn(FLOW._replace(sport=port)) for port in range(20))) == 2
    assert len(targets(syn(FLOW._replace(src=f"203.0.113.{host}")) for host in range(20))) == 2


@pytest.mark.fact("nlb-hash")
def test_a_syn_sent_again_goes_to_the_same_target_and_one_behind_the_end_may_go_elsewhere():
    balancer = node()
    first = balancer.handle(syn(), 0).after.flow
    assert {balancer.handle(syn(seq=seq), 1).after.flow for seq in range(20)} == {first}
    others = set()
    for seq in range(20):
        balancer.handle(Packet(FLOW, RST), 2)
        others.add(balancer.handle(syn(seq=seq), 2).after.flow.dst)
    assert others == {WEB_1, WEB_2}


def test_without_cross_zone_a_node_uses_the_targets_of_its_zone_only():
    for cross_zone, expected in ((False, {WEB_1}), (True, {WEB_1, WEB_2})):
        balancer = node(settings={"zone": ZONES["a"], "cross_zone": cross_zone})
        seen = {
            balancer.handle(syn(FLOW._replace(sport=port)), 0).after.flow.dst
            for port in range(50_000, 50_020)
        }
        assert seen == expected


def test_a_node_without_a_target_in_its_zone_drops():
    made = network((Endpoint(WEB_2, 8_080),))
    assert call(made, PUBLIC_A).heard == [] and set(reasons(made)) == {NO_TARGET}
    made = network((Endpoint(WEB_2, 8_080),), cross_zone=True)
    assert call(made, PUBLIC_A).heard == ["connected"]


# --- the client's address -------------------------------------------------------------------------


@pytest.mark.fact("nlb-cip-default", "nlb-cip-fixed", "nlb-cip-off-src", "nlb-targets")
@pytest.mark.parametrize(
    "target_type, switch, seen",
    [
        ("instance", None, CLIENT),
        ("instance", True, CLIENT),
        ("instance", False, NODE_A),
        ("ip", None, NODE_A),
        ("ip", True, CLIENT),
        ("ip", False, NODE_A),
    ],
)
def test_the_target_sees_the_client_or_the_nodes_private_address(target_type, switch, seen):
    made = network(ONE, target_type=target_type, preserve_client_ip=switch)
    program = call(made, PUBLIC_A, b"hello")
    assert program.heard == ["connected"] and made.servers["web 1"].got == b"hello"
    assert seen_by(made, "web 1") == {seen}
    back = next(trace for trace in made.capture if trace.sender == "web 1")
    assert ("flow return" in [step.check for step in back.steps]) == (seen == CLIENT)
    assert back.last.after.flow.src == PUBLIC_A


@pytest.mark.fact("nlb-55k")
def test_one_address_of_a_node_opens_55_000_connections_to_each_target():
    balancer = node(ONE, preserve_client_ip=False)
    clients = [
        FLOW._replace(src=f"203.0.113.{1 + i % 2}", sport=1_024 + i // 2) for i in range(MOST)
    ]
    seen = {balancer.handle(syn(flow), 0).after.flow for flow in clients}
    assert len(seen) == MOST and {flow.src for flow in seen} == {NODE_A}
    assert min(flow.sport for flow in seen) >= 1_024
    last = syn(FLOW._replace(src="203.0.113.9"))
    step = balancer.handle(last, 0)
    assert (step.action, step.reason, step.sent) == (DROP, NO_PORT, ())
    assert balancer.metrics(0)["PortAllocationErrorCount"] == 1
    assert [(event.what, event.row) for event in balancer.take_events()] == [
        ("PortAllocationErrorCount", last.flow)
    ]
    balancer.handle(syn(last.flow._replace(sport=50_002)), 0)
    assert balancer.metrics(0)["PortAllocationErrorCount"] == 2
    assert balancer.handle(last, 30 * SECOND).action == REWRITE  # no target has answered the others


@pytest.mark.fact("nlb-55k", "nlb-static-ip")
def test_secondary_addresses_of_a_node_carry_more_and_preserved_flows_need_none():
    balancer = node(ONE, preserve_client_ip=False, settings={"secondary": ("10.0.0.31",)})
    balancer.ports.most = 1
    seen = [balancer.handle(syn(FLOW._replace(sport=port)), 0) for port in (1, 2, 3)]
    assert [step.after and step.after.flow.src for step in seen] == [NODE_A, "10.0.0.31", None]
    balancer = node(ONE)
    balancer.ports.most = 1
    assert all(balancer.handle(syn(FLOW._replace(sport=port)), 0).after for port in (1, 2, 3))


@pytest.mark.fact("nlb-hairpin")
def test_a_target_that_is_its_own_client_hears_nothing_while_its_address_is_preserved():
    made = network(ONE)
    assert call(made, NODE_A, opener="web 1", seconds=200).heard == ["timed out"]
    assert set(reasons(made)) == {OWN_SOURCE}
    assert not [trace for trace in made.capture if trace.packet.flags & RST]
    made = network((Endpoint(WEB_2, 8_080),), cross_zone=True)  # another target works
    assert call(made, NODE_A, opener="web 1").heard == ["connected"]
    made = network(ONE, preserve_client_ip=False)
    assert call(made, NODE_A, opener="web 1").heard == ["connected"]


@pytest.mark.fact("nlb-cip-collide")
def test_one_client_port_through_two_nodes_makes_one_connection_at_the_target():
    def second_hears(made):
        made.devices["client"].ports = (50_000, 50_000)
        assert call(made, PUBLIC_A).heard == ["connected"]
        return call(made, PUBLIC_B, seconds=3).heard

    assert second_hears(network(ONE, cross_zone=True)) == []
    assert second_hears(network(ONE, cross_zone=True, preserve_client_ip=False)) == ["connected"]
    assert second_hears(network(cross_zone=False)) == ["connected"]  # each node has its own target


# --- the end of a flow ----------------------------------------------------------------------------


@pytest.mark.fact("nlb-idle")
@pytest.mark.parametrize("seconds", [60, 350, 6_000])
def test_each_listener_has_an_idle_timeout_of_its_own(seconds):
    idle = None if seconds == 350 else seconds * SECOND
    for silence, alive in ((seconds * SECOND - 1, True), (seconds * SECOND, False)):
        balancer = node(ONE, idle)
        out = balancer.handle(syn(), 0).after.flow
        balancer.handle(Packet(out.reversed(), SYN | ACK), 0)
        assert (balancer.handle(Packet(FLOW, ACK), silence).reason is IDLE_TIMEOUT) == (not alive)


@pytest.mark.fact("nlb-idle", "nlb-listeners", "nlb-targets")
def test_what_a_balancer_has_not_is_refused_by_name():
    for idle in (60 * SECOND - 1, 6_000 * SECOND + 1):
        with pytest.raises(ValueError, match=r"idle timeout of .* s, expected 60 to 6000"):
            node(ONE, idle)
    with pytest.raises(
        ValueError, match="expected protocol TCP and targets of type instance or ip"
    ):
        node(ONE, target_type="lambda")
    with pytest.raises(ValueError, match=r"listener TLS 443 .*: expected protocol TCP"):
        NetworkLoadBalancer("node a", NODE_A, 0, (Listener("TLS", 443, TargetGroup("web", ONE)),))


@pytest.mark.fact("nlb-idle-rst", "nlb-return-late")
@pytest.mark.parametrize("sender", ["client", "web 1"])
def test_whoever_speaks_after_the_idle_timeout_gets_a_reset_and_no_late_packet_takes_the_route(
    sender,
):
    made = network(ONE)
    program = call(made, PUBLIC_A)
    side = program if sender == "client" else made.servers["web 1"]
    made.run(made.clock.now + 350 * SECOND)
    begun = len(made.capture)
    made.do(sender, "send", side.connection, b"late")
    made.run(made.clock.now + SECOND)
    late = made.capture.traces[begun:]
    assert [(trace.sender, bool(trace.packet.flags & RST)) for trace in late] == [
        (sender, False),
        ("node a", True),
    ]
    assert late[0].last.reason is IDLE_TIMEOUT and late[1].last.at == sender
    assert side.heard[-1] == "reset"
    assert made.devices["node a"].metrics(0)["TCP_ELB_Reset_Count"] == 1


@pytest.mark.fact("nlb-30s")
def test_a_target_has_30_seconds_to_answer():
    for silence, alive in ((30 * SECOND - 1, True), (30 * SECOND, False)):
        balancer = node(ONE)
        out = balancer.handle(syn(), 0).after.flow
        step = balancer.handle(Packet(out.reversed(), SYN | ACK, 300, 101), silence)
        assert (step.action == REWRITE) == alive
        assert alive or step.sent[0].flags & RST


# --- security groups ------------------------------------------------------------------------------


@pytest.mark.fact("nlb-sg")
def test_a_balancer_without_groups_takes_everything_and_one_with_groups_what_they_allow():
    assert call(network(ONE), PUBLIC_A).heard == ["connected"]
    web = tuple(GroupRule("sg-web", way, (0, 65_535), ANYWHERE) for way in (IN, OUT))
    for port, heard in ((80, ["connected"]), (443, [])):
        rules = (
            *web,
            GroupRule("sg-nlb", IN, (port, port), ANYWHERE),
            GroupRule("sg-nlb", OUT, (0, 65_535), ANYWHERE),
        )
        made = network(ONE, groups=("sg-nlb",), rules=rules)
        assert call(made, PUBLIC_A).heard == heard
        assert set(reasons(made)) == ({GROUP_IN} if port == 443 else set())


@pytest.mark.fact("nlb-target-sg")
@pytest.mark.parametrize(
    "groups, preserve, source, heard",
    [
        (("sg-nlb",), True, "sg-nlb", True),
        (("sg-nlb",), False, "sg-nlb", True),
        ((), True, f"{CLIENT}/32", True),
        ((), True, f"{NODE_A}/32", False),
        ((), False, f"{NODE_A}/32", True),
        ((), False, f"{CLIENT}/32", False),
    ],
)
def test_what_the_targets_group_must_allow(groups, preserve, source, heard):
    rules = (
        GroupRule("sg-web", IN, (8_080, 8_080), source),
        GroupRule("sg-nlb", IN, (80, 80), ANYWHERE),
        GroupRule("sg-nlb", OUT, (8_080, 8_080), "sg-web"),
    )
    made = network(ONE, groups=groups, rules=rules, preserve_client_ip=preserve)
    assert call(made, PUBLIC_A).heard == (["connected"] if heard else [])


# --- PROXY protocol -------------------------------------------------------------------------------


@pytest.mark.fact("nlb-pp2", "nlb-cip-off-src")
@pytest.mark.parametrize("preserve", [True, False])
def test_a_proxy_header_tells_the_client_and_the_connection_goes_on_as_if_it_were_not_there(
    preserve,
):
    made = network(ONE, preserve_client_ip=preserve, proxy_protocol_v2=True)
    program, server = call(made, PUBLIC_A, b"hello"), made.servers["web 1"]
    header, size = parse(server.got)
    assert (header.version, header.source.address, header.destination) == (
        2,
        CLIENT,
        Endpoint(NODE_A, 80),
    )
    assert header.source.port == program.connection.flow.sport
    assert server.got[size:] == b"hello"
    made.do("web 1", "send", server.connection, b"welcome")
    made.do("client", "send", program.connection, b"more")
    made.run(made.clock.now + SECOND)
    assert program.got == b"welcome" and server.got[size:] == b"hellomore"
    for host, end in (("client", program), ("web 1", server)):
        made.do(host, "close", end.connection)
    made.run(made.clock.now + 2 * SECOND)
    assert "retransmission" not in str([trace.cause.what for trace in made.capture])
    assert not reasons(made)


def test_a_header_is_put_before_data_that_are_sent_again_and_before_a_lone_fin():
    balancer = node(ONE, proxy_protocol_v2=True)
    out = balancer.handle(syn(), 0).after.flow
    header = version_2(FLOW.source, FLOW.destination)
    for _ in range(2):
        first = balancer.handle(Packet(FLOW, PSH | ACK, 101, 1, data=b"hello"), 0).after
        assert (first.seq, first.data) == (101, header + b"hello")
    lone = node(ONE, proxy_protocol_v2=True)
    lone.handle(syn(), 0)
    fin = lone.handle(Packet(FLOW, FIN | ACK, 101, 1), 0).after
    assert (fin.seq, fin.data, fin.flags) == (101, header, FIN | ACK)
    late = balancer.handle(Packet(out.reversed(), ACK, 1, 106 + len(header)), 0).after
    assert late.ack == 106


@pytest.mark.parametrize("at", [0, 100, MODULUS - 1])
def test_only_what_follows_the_beginning_of_the_stream_is_moved(at):
    """RFC 9293 section 3.4: numbers are compared modulo 2**32, half of them ahead."""
    put, half = Insertion(at, b"HEADER"), MODULUS // 2
    for offset, moved in ((0, 0), (1, 6), (half - 1, 6), (half, 0), (MODULUS - 1, 0)):
        packet = Packet(FLOW, ACK, (at + offset) % MODULUS, 7)  # no data: no header
        sent = put.there(packet)
        assert (sent.data, (sent.seq - packet.seq) % MODULUS) == (b"", moved), offset
    for offset, moved in ((0, 0), (1, 1), (6, 6), (7, 6), (half - 1, 6), (half, 0), (-1, 0)):
        answer = Packet(FLOW.reversed(), ACK, 7, (at + offset) % MODULUS)
        assert (answer.ack - put.back(answer).ack) % MODULUS == moved, offset
    reset = Packet(FLOW.reversed(), RST, 7, (at + 7) % MODULUS)  # acknowledges nothing
    assert put.back(reset) == reset


def examples(count):
    return settings(max_examples=count, derandomize=True, deadline=None)


@examples(100)
@given(
    st.integers(0, MODULUS - 1),
    st.binary(max_size=80),
    st.lists(st.integers(1, 20), max_size=8),
    st.randoms(),
)
def test_whatever_the_segments_the_target_gets_the_header_and_every_byte_once(
    at, data, sizes, chance
):
    put, segments, begin = Insertion(at, b"HEADER"), [], 0
    for size in (*sizes, 100):
        segments.append((begin, data[begin : begin + size]))
        begin += size
    segments = [row for row in segments if row[1]] * 2  # each is sent again, in any order
    chance.shuffle(segments)
    got = {}
    for begin, part in segments:
        sent = put.there(Packet(FLOW, ACK, (at + begin) % MODULUS, 7, data=part))
        for i, byte in enumerate(sent.data):
            place = (sent.seq + i - at) % MODULUS
            assert got.setdefault(place, byte) == byte
    assert bytes(got[place] for place in sorted(got)) == (b"HEADER" + data if data else b"")
    for acknowledged in range(len(data) + 7):
        back = put.back(Packet(FLOW.reversed(), ACK, 7, (at + acknowledged) % MODULUS))
        assert (back.ack - at) % MODULUS == max(0, acknowledged - 6)


# --- for every sequence of packets ----------------------------------------------------------------


@examples(100)
@given(
    st.lists(
        st.tuples(
            st.integers(50_000, 50_004),
            st.sampled_from([SYN, SYN, ACK, FIN | ACK, RST]),
            st.booleans(),
            st.sampled_from([0, 0, 1, 29, 30, 349, 350]),
        ),
        max_size=60,
    ),
    st.booleans(),
)
def test_all_packets_of_a_flow_go_to_one_target_and_every_answer_finds_back(moves, preserve):
    balancer, now, given_to = node(preserve_client_ip=preserve), 0, {}
    for port, flags, answered, wait in moves:
        now += wait * SECOND
        flow = FLOW._replace(sport=port)
        alive = balancer.flows.lookup(flow, now)
        step = balancer.handle(Packet(flow, flags, now % MODULUS), now)
        if step.action != REWRITE:
            continue
        if alive is not None and step.row is alive:
            assert step.after.flow == given_to[flow]
        given_to[flow] = step.after.flow
        if answered:
            back = balancer.handle(Packet(step.after.flow.reversed(), flags | ACK), now)
            assert back.after.flow == flow.reversed()
        live = [row for row in balancer.flows if balancer.flows.lookup(row.before, now) is row]
        assert len({row.after for row in live}) == len(live)
