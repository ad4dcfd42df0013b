"""NAT gateway and NAT instance in a network, against what AWS says about them.

What AWS does not say is tested too.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rigs.reference_site import dropped, site

from vpcedu.clock import MILLISECOND, SECOND
from vpcedu.flow import Endpoint, FiveTuple
from vpcedu.gateways.internet_gateway import Association
from vpcedu.gateways.nat_gateway import NatGateway
from vpcedu.gateways.nat_instance import NatInstance
from vpcedu.packet import ACK, FIN, PSH, RST, SYN, Packet
from vpcedu.reasons import BLACKHOLE, IDLE_TIMEOUT, NO_PORT, NO_PUBLIC_ADDRESS, NO_TRANSLATION
from vpcedu.sites.site import Site
from vpcedu.tables.source_ports import Ports
from vpcedu.trace import DROP, REWRITE

NAT, WEB, UPDATES, ELASTIC = "10.0.0.20", "10.0.1.10", "198.51.100.7", "192.0.2.20"
OUT = FiveTuple(WEB, 40_000, UPDATES, 443)
IDLE = 350 * SECOND


class Quiet:
    """A program that opens a connection and notes what it hears."""

    def __init__(self):
        self.heard = []

    def on(self, host, connection, event, data, now):
        self.heard.append(event)


def opened(visited, port=8_080, host="web"):
    """A connection of a host through the NAT, standing and silent: (connection, program)."""
    program = Quiet()
    connection = visited.network.do(host, "connect", Endpoint(UPDATES, port), program)
    visited.network.run(visited.network.clock.now + SECOND)
    return connection, program


def resets(visited):
    return [trace for trace in visited.network.capture if trace.packet.flags & RST]


def with_second_address(visited):
    """The site with a NAT gateway at two private addresses, each with an Elastic IP address."""
    vpc = visited.vpc
    interface = next(row for row in vpc.interfaces if row.device == "NAT")
    interfaces = tuple(
        row._replace(secondary=("10.0.0.21",)) if row == interface else row
        for row in vpc.interfaces
    )
    vpc = vpc._replace(
        interfaces=interfaces,
        associations=(*vpc.associations, Association("192.0.2.21", "10.0.0.21")),
    )
    return Site(vpc)


def syn(flow=OUT):
    return Packet(flow, SYN, 100)


# --- what is seen where ---------------------------------------------------------------------------


@pytest.mark.fact("natgw-src", "igw-1to1-nat", "instance-sees-private")
def test_the_far_side_sees_the_elastic_address_and_the_instance_only_private_ones():
    visited = site(nat="gateway")
    opened(visited)
    there, back = visited.network.capture.traces[:2]
    assert [step.after.flow.src for step in there.steps if step.action == REWRITE] == [NAT, ELASTIC]
    public, gateway = (step for step in there.steps if step.action == REWRITE)
    # the Internet gateway changes no port
    assert public.after.flow.sport == gateway.after.flow.sport
    assert there.last.after.flow.src == ELASTIC
    assert back.last.after.flow == there.packet.flow.reversed()
    assert all(
        connection.flow.src == WEB
        for connection in visited.network.devices["web"].connections.values()
    )


@pytest.mark.fact("natgw-types")
def test_nothing_of_a_private_nat_gateway_passes_the_internet_gateway():
    visited = site(nat="gateway", without=[Association(ELASTIC, NAT)])
    visited.connect("web", "updates.example.net", 8_080)
    lost = {
        (trace.last.at, trace.last.before.flow.src, trace.last.reason)
        for trace in visited.network.capture
    }
    assert lost == {("Internet gateway", NAT, NO_PUBLIC_ADDRESS)}


@pytest.mark.fact("natgw-no-sg")
def test_a_nat_gateway_has_no_group_and_forwards_no_port():
    visited = site(nat="gateway")
    assert "NAT" not in visited.network.filters.tracking
    visited.connect("client", ELASTIC, 80)
    assert [(at, code) for at, _, code in dropped(visited.network)] == [("NAT", "no translation")]
    assert not resets(visited)


@pytest.mark.fact("natgw-blackhole")
def test_the_route_of_a_deleted_nat_gateway_is_a_blackhole():
    vpc = site(nat="gateway").vpc
    less = vpc._replace(
        interfaces=tuple(row for row in vpc.interfaces if row.device != "NAT"),
        devices=tuple(row for row in vpc.devices if row.name != "NAT"),
    )
    visited = Site(less)
    visited.connect("web", "updates.example.net", 8_080)
    assert {trace.last.reason for trace in visited.network.capture} == {BLACKHOLE}


# --- ports and addresses --------------------------------------------------------------------------


@pytest.mark.fact("natgw-ports", "natgw-55000")
def test_two_instances_with_the_same_source_port_get_two_ports_and_hear_their_own_answers():
    nat = NatGateway("NAT", NAT)
    flows = [OUT, OUT._replace(src="10.0.1.11")]
    steps = [nat.handle(syn(flow), 0) for flow in flows]
    assert len({step.after.flow.sport for step in steps}) == 2
    for flow, step in zip(flows, steps, strict=True):
        assert 1_024 <= step.after.flow.sport <= 65_535
        assert (
            nat.handle(Packet(step.after.flow.reversed(), SYN | ACK), 0).after.flow
            == flow.reversed()
        )


@pytest.mark.fact("natgw-8ip")
def test_eight_addresses_carry_eight_times_as_many_connections_to_one_destination():
    secondary = tuple(f"10.0.0.{host}" for host in range(21, 28))
    nat = NatGateway("NAT", NAT, secondary=secondary)
    nat.ports.most = 3  # in the place of 55,000
    seen = [nat.handle(syn(OUT._replace(sport=port)), 0).after.flow for port in range(24)]
    assert {flow.src for flow in seen} == {NAT, *secondary}
    assert len({flow.source for flow in seen}) == 24
    assert nat.handle(syn(), 0).reason is NO_PORT
    assert nat.handle(syn(OUT._replace(dport=80)), 0).action == REWRITE
    for flow in seen:
        assert nat.handle(Packet(flow.reversed(), SYN | ACK), 0).action == REWRITE
    assert nat.handle(syn(FiveTuple(UPDATES, 443, secondary[3], 5_000)), 0).reason is NO_TRANSLATION
    with pytest.raises(ValueError, match="8 secondary addresses: expected at most 7"):
        NatGateway("NAT", NAT, secondary=(*secondary, "10.0.0.28"))


@pytest.mark.fact("natgw-8ip", "natgw-src")
def test_each_address_of_a_nat_gateway_has_its_own_elastic_address():
    visited = with_second_address(site(nat="gateway"))
    visited.network.devices["NAT"].ports.most = 1
    programs = [opened(visited)[1] for _ in range(3)]
    assert [program.heard for program in programs] == [["connected"], ["connected"], []]
    server = visited.network.devices["update server"]
    assert {connection.flow.dst for connection in server.connections.values()} == {
        ELASTIC,
        "192.0.2.21",
    }


@pytest.mark.fact("natgw-metrics")
def test_a_port_allocation_error_is_an_event_of_the_capture_and_a_metric():
    visited = site(nat="gateway")
    nat = visited.network.devices["NAT"]
    nat.ports = Ports((NAT,), 2_000, 2_000, 1, 0)
    opened(visited)
    (second, program), now = opened(visited), visited.network.clock.now
    errors = [event for event in visited.network.capture.events if event.who == "NAT"]
    assert {(event.what, event.row) for event in errors} == {("ErrorPortAllocation", second.flow)}
    # the SYN is dropped without a word, and sent again
    assert program.heard == [] and not resets(visited)
    metrics = nat.metrics(now)
    assert metrics["ErrorPortAllocation"] == metrics["PacketsDropCount"] == len(errors) > 0
    assert metrics["ConnectionAttemptCount"] == 1 + len(errors)
    assert metrics["ConnectionEstablishedCount"] == 1


@pytest.mark.fact("natgw-metrics")
def test_only_connections_that_nobody_closed_count_as_idle_timeouts():
    nat = NatGateway("NAT", NAT)
    for port, flags in ((1, ()), (2, (FIN, ACK)), (3, (RST,))):
        flow = OUT._replace(sport=port)
        out = nat.handle(syn(flow), 0).after.flow
        nat.handle(Packet(out.reversed(), SYN | ACK), 0)
        if FIN in flags:
            nat.handle(Packet(out.reversed(), FIN | ACK), 0)
            nat.handle(Packet(flow, FIN | ACK), 0)
        for flag in flags[-1:]:
            nat.handle(Packet(out.reversed(), flag), 0)
    assert nat.metrics(IDLE - 1)["IdleTimeoutCount"] == 0
    assert nat.metrics(IDLE)["IdleTimeoutCount"] == 1


# --- the end of a row -----------------------------------------------------------------------------


@pytest.mark.fact("natgw-idle", "natgw-rst")
def test_after_350_seconds_the_inside_hears_a_reset_and_the_far_side_nothing():
    visited = site(nat="gateway")
    network = visited.network
    connection, program = opened(visited)
    silent_since = network.capture.traces[-1].last.now
    network.run(silent_since + IDLE - 100 * MILLISECOND)
    network.do("web", "send", connection, b"alive")
    network.run(network.clock.now + SECOND)
    assert program.heard == ["connected"]
    assert any(trace.packet.data == b"alive" and trace.delivered for trace in network.capture)
    network.run(network.clock.now + 400 * SECOND)
    network.do("web", "send", connection, b"too late")
    network.run(network.clock.now + SECOND)
    assert program.heard == ["connected", "reset"]
    assert [trace.devices for trace in resets(visited)] == [("NAT", "web")]
    # it believes in the connection still
    assert len(network.devices["update server"].connections) == 1


@pytest.mark.fact("natgw-idle")
@pytest.mark.parametrize("side", ["inside", "outside"])
def test_at_349_9_seconds_a_row_is_alive_and_at_350_it_is_dead(side):
    for silence, alive in ((IDLE - 100 * MILLISECOND, True), (IDLE - 1, True), (IDLE, False)):
        nat = NatGateway("NAT", NAT)
        out = nat.handle(syn(), 0).after.flow
        flow = OUT if side == "inside" else out.reversed()
        step = nat.handle(Packet(flow, PSH | ACK, 101, 300), silence)
        assert step.action == (REWRITE if alive else DROP)
        if not alive:
            assert step.reason is IDLE_TIMEOUT
            assert bool(step.sent) == (side == "inside")


@pytest.mark.fact("natgw-rst")
def test_nobody_hears_anything_at_the_instant_of_the_timeout():
    """The RST answers a packet; no FIN or RST is sent by itself."""
    visited = site(nat="gateway")
    opened(visited)
    sent = len(visited.network.capture)
    visited.network.run(1_000 * SECOND)
    assert len(visited.network.capture) == sent


def test_the_port_of_a_closed_connection_is_free_at_once_and_late_packets_still_find_their_row():
    """AWS does not say when; the model takes "simultaneous connections" at its word."""
    visited = site(nat="gateway")
    nat = visited.network.devices["NAT"]
    nat.ports = Ports((NAT,), 2_000, 2_000, 1, 0)
    for _ in range(2):
        visited.connect("web", "updates.example.net", 8_080)
    assert nat.metrics(visited.network.clock.now)["ErrorPortAllocation"] == 0
    row = list(nat.translations)[-1]
    assert nat.handle(Packet(row.before, ACK), visited.network.clock.now).action == REWRITE


def test_a_syn_behind_the_end_of_a_connection_opens_another_one():
    nat = NatGateway("NAT", NAT)
    first = nat.handle(syn(), 0)
    nat.handle(Packet(first.after.flow.reversed(), RST | ACK), 0)
    second = nat.handle(syn(), 1)
    assert second.row.since == 1 and len(nat.translations) == 1
    assert (
        nat.handle(Packet(second.after.flow.reversed(), SYN | ACK), 1).after.flow == OUT.reversed()
    )


# --- NAT instance ---------------------------------------------------------------------------------


@pytest.mark.fact("natinst-sg")
def test_the_group_of_a_nat_instance_decides_about_ports_and_that_of_the_host_too():
    visited = site(nat="instance")
    visited.connect("web", "updates.example.net", 443)
    assert dropped(visited.network) == []
    visited.connect("web", "updates.example.net", 8_080)
    assert dropped(visited.network) == [("NAT", "group out", "group out")]


@pytest.mark.fact("natinst-srcdst")
def test_a_nat_instance_needs_its_source_destination_check_off():
    row = next(row for row in site().vpc.interfaces if row.device == "NAT")
    visited = site(replace=[(row, row._replace(check=True))])
    visited.connect("web", "updates.example.net", 443)
    assert dropped(visited.network) == [("NAT", "destination check", "destination check")]


@pytest.mark.fact("natinst-reply")
def test_the_reply_is_matched_to_the_host_by_the_nats_port():
    nat = NatInstance("NAT", NAT, ports=(40_000, 40_003))
    flows = [OUT._replace(src=f"10.0.1.{host}") for host in (10, 11, 12, 13)]
    seen = {flow: nat.handle(syn(flow), 0).after.flow for flow in flows}
    assert {flow.sport for flow in seen.values()} == {40_000, 40_001, 40_002, 40_003}
    for flow, out in seen.items():
        assert nat.handle(Packet(out.reversed(), SYN | ACK), 0).after.flow == flow.reversed()
    step = nat.handle(syn(OUT._replace(src="10.0.1.14")), 0)
    assert (step.reason, step.sent) == (NO_PORT, ())


# --- for every sequence of packets ----------------------------------------------------------------


def examples(count):
    return settings(max_examples=count, derandomize=True, deadline=None)


inner = st.builds(
    FiveTuple,
    st.sampled_from([WEB, "10.0.1.11"]),
    st.integers(40_000, 40_003),
    st.sampled_from([UPDATES, "198.51.100.8"]),
    st.sampled_from([80, 443]),
)
flags = st.sampled_from([SYN, SYN, ACK, PSH | ACK, FIN | ACK, RST])
moves = st.lists(
    st.tuples(inner, flags, st.booleans(), st.sampled_from([0, 0, 1, 9, 119, 349, 350])),
    max_size=60,
)


def small_gateway():
    nat = NatGateway("NAT", NAT, secondary=("10.0.0.21",))
    nat.ports = Ports(nat.addresses, 2_000, 2_001, 2, 0)
    return nat


def small_instance(**changes):
    return NatInstance("NAT", NAT, ports=(2_000, 2_002), **changes)


@examples(150)
@given(moves, st.sampled_from([small_gateway, small_instance, lambda: small_instance(loose=False)]))
def test_no_two_live_rows_share_address_port_protocol_and_destination(moves, make):
    """However connections begin, end and time out.

    Every answer finds its way back to who asked.
    """
    nat, now = make(), 0
    for flow, flags, answered, wait in moves:
        now += wait * SECOND
        step = nat.handle(Packet(flow, flags), now)
        if step.action == REWRITE:
            assert step.after.flow.destination == flow.destination
            if answered:
                back = nat.handle(Packet(step.after.flow.reversed(), flags | ACK), now)
                assert back.after.flow == flow.reversed()
        live = [row for row in nat.translations if nat.translations.lookup(row.before, now) is row]
        assert len({row.after for row in live}) == len({row.before for row in live}) == len(live)


@examples(100)
@given(moves)
def test_rewriting_and_rewriting_back_changes_nothing(moves):
    nat = small_gateway()
    for flow, flags, _, wait in moves:
        packet = Packet(flow, flags, 7, 8, 9, (("mss", 1_460),), b"x")
        step = nat.handle(packet, wait)
        if step.action == REWRITE:
            mirrored = step.after.with_flow(step.after.flow.reversed())
            row = nat.translations.lookup(mirrored.flow, wait)
            assert mirrored.with_flow(row.onward(mirrored.flow)) == packet.with_flow(
                flow.reversed()
            )


@examples(60)
@given(moves)
def test_a_gateway_takes_no_more_ports_than_it_has_and_loses_none(moves):
    nat, now = small_gateway(), 0
    for flow, flags, _, wait in moves:
        now += wait * SECOND
        nat.handle(Packet(flow, flags), now)
    now += 2 * IDLE
    nat.sweep(now)
    free = [nat.handle(syn(OUT._replace(sport=port)), now).action for port in range(5)]
    assert free == [REWRITE] * 4 + [DROP]


def test_a_sweep_takes_out_what_is_over_and_counts_nothing_else():
    nat = NatGateway("NAT", NAT)
    nat.handle(syn(), 0)
    before = nat.metrics(IDLE - 1)
    nat.sweep(IDLE - 1)
    assert len(nat.translations) == 1 and nat.metrics(IDLE - 1) == before
    nat.sweep(IDLE)
    assert len(nat.translations) == 0
    assert nat.metrics(IDLE) == before | {"IdleTimeoutCount": 1}
