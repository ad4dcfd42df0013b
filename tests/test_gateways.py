"""Gateways: they rewrite one flow and pass it on. Each is asked alone, without a network."""

import pytest

from vpcedu.clock import SECOND
from vpcedu.flow import Endpoint, FiveTuple
from vpcedu.gateways.internet_gateway import Association, InternetGateway
from vpcedu.gateways.nat_gateway import NatGateway
from vpcedu.gateways.nat_instance import NatInstance
from vpcedu.gateways.network_load_balancer import NetworkLoadBalancer
from vpcedu.packet import ACK, FIN, PSH, RST, SYN, Packet
from vpcedu.reasons import (
    IDLE_TIMEOUT,
    NO_FLOW,
    NO_LISTENER,
    NO_PORT,
    NO_PUBLIC_ADDRESS,
    NO_TARGET,
    NO_TRANSLATION,
    PORT_CLOSED,
    PRIVATE_DESTINATION,
)
from vpcedu.tables.source_ports import EPHEMERAL, MOST, Ports
from vpcedu.tables.target_group import Listener, TargetGroup
from vpcedu.tables.translation import Translation
from vpcedu.trace import DROP, PASS, REWRITE

WEB, NAT, UPDATES = "10.0.1.10", "10.0.0.20", "198.51.100.7"
OUT = FiveTuple(WEB, 40_000, UPDATES, 443)
IDLE = 350 * SECOND


def syn(flow=OUT):
    return Packet(flow, SYN, 100)


def data(flow=OUT, ack=300):
    return Packet(flow, PSH | ACK, 101, ack, data=b"hello")


def answer(step, flags=SYN | ACK):
    """What the far side sends back when it got what a step sent on."""
    return Packet(step.after.flow.reversed(), flags, 300, 101)


# --- Internet gateway ------------------------------------------------------------------------


GATE = InternetGateway(
    "Internet gateway", (Association("192.0.2.20", NAT), Association("192.0.2.10", "10.0.0.10")), {}
)


@pytest.mark.fact("igw-1to1-nat", "nat-basic-napt")
def test_the_internet_gateway_changes_the_address_and_keeps_the_port():
    out = GATE.handle(syn(OUT._replace(src=NAT)), 0)
    assert out.after.flow == FiveTuple("192.0.2.20", 40_000, UPDATES, 443)
    assert (out.action, out.row) == (REWRITE, Association("192.0.2.20", NAT))
    back = GATE.handle(answer(out), 0)
    assert back.after.flow == FiveTuple(UPDATES, 443, NAT, 40_000)


def test_the_internet_gateway_keeps_no_state_and_filters_nothing():
    late = GATE.handle(data(FiveTuple("203.0.113.10", 1, "192.0.2.10", 2)), 0)
    assert late.after.flow == FiveTuple("203.0.113.10", 1, "10.0.0.10", 2)


@pytest.mark.fact("public-needs-both")
def test_who_has_no_public_address_does_not_get_out():
    step = GATE.handle(syn(), 0)
    assert (step.action, step.reason, step.after) == (DROP, NO_PUBLIC_ADDRESS, None)


def test_a_private_destination_does_not_get_out():
    step = GATE.handle(syn(OUT._replace(src=NAT, dst="10.1.0.1")), 0)
    assert (step.action, step.reason, step.after) == (DROP, PRIVATE_DESTINATION, None)


def test_a_packet_from_inside_to_a_public_address_gets_its_public_source_first():
    first = GATE.handle(syn(FiveTuple(NAT, 40_000, "192.0.2.10", 80)), 0)
    assert first.after.flow == FiveTuple("192.0.2.20", 40_000, "192.0.2.10", 80)
    second = GATE.handle(first.after, 0)
    assert second.after.flow == FiveTuple("192.0.2.20", 40_000, "10.0.0.10", 80)


@pytest.mark.fact("public-needs-both")
def test_who_has_no_public_address_does_not_reach_one_of_its_own_vpc_by_the_gateway():
    step = GATE.handle(syn(OUT._replace(dst="192.0.2.10")), 0)
    assert (step.action, step.reason, step.after) == (DROP, NO_PUBLIC_ADDRESS, None)


# --- both kinds of NAT ---------------------------------------------------------------------------


@pytest.fixture(params=[NatGateway, NatInstance])
def nat(request):
    return request.param("NAT", NAT)


@pytest.mark.fact("natgw-src", "natinst-reply", "nat-basic-napt")
def test_a_nat_puts_its_own_address_in_the_place_of_the_source_and_gives_the_answer_back(nat):
    out = nat.handle(syn(), 0)
    assert (out.action, out.after.flow.src, out.after.flow.destination) == (
        REWRITE,
        NAT,
        OUT.destination,
    )
    back = nat.handle(answer(out), 0)
    assert back.after.flow == OUT.reversed()
    assert back.row == out.row


def test_a_nat_changes_nothing_but_the_flow(nat):
    packet = Packet(OUT, SYN, 100, 0, 512, (("mss", 1_460),))
    assert nat.handle(packet, 0).after.with_flow(OUT) == packet


@pytest.mark.fact("nat-overload")
def test_one_port_serves_many_destinations_and_two_connections_to_one_have_two(nat):
    flows = [OUT, OUT._replace(src="10.0.1.11"), OUT._replace(src="10.0.1.11", dport=80)]
    first, second, third = (nat.handle(syn(flow), 0).after.flow for flow in flows)
    assert first.sport != second.sport
    assert third.sport in (first.sport, second.sport)


@pytest.mark.fact("natgw-src")
def test_a_nat_lets_nobody_in(nat):
    for flags in (SYN, ACK, SYN | ACK, PSH | ACK):
        step = nat.handle(Packet(FiveTuple(UPDATES, 443, NAT, 2_000), flags), 0)
        assert step.action == DROP
        assert step.after is None
    assert len(nat.translations) == 0


@pytest.mark.fact("nat-filter")
def test_a_stranger_who_knows_the_port_of_a_row_is_not_let_in(nat):
    out = nat.handle(syn(), 0)
    for stranger in ({"src": "203.0.113.66"}, {"sport": 80}):
        flow = out.after.flow.reversed()._replace(**stranger)
        assert nat.handle(data(flow), 0).action == DROP


# --- NAT gateway ----------------------------------------------------------------------------------


@pytest.mark.fact("natgw-55000", "natgw-ports")
def test_the_55001st_connection_to_one_destination_finds_no_port():
    nat = NatGateway("NAT", NAT)
    ports = set()
    for number in range(MOST):
        flow = OUT._replace(src=f"10.0.{number // 250}.{number % 250}", sport=number % 60_000)
        ports.add(nat.handle(syn(flow), 0).after.flow.sport)
    assert len(ports) == MOST == 55_000
    assert min(ports) >= EPHEMERAL[0] and max(ports) <= EPHEMERAL[1]
    one_more = syn(OUT._replace(src="10.9.9.9"))
    step = nat.handle(one_more, 0)
    assert (step.action, step.reason, step.sent) == (DROP, NO_PORT, ())
    assert nat.handle(syn(one_more.flow._replace(dport=80)), 0).action == REWRITE
    assert nat.handle(syn(one_more.flow._replace(dst="198.51.100.8")), 0).action == REWRITE
    assert nat.handle(one_more, IDLE).action == REWRITE  # the silent ones gave their ports back


@pytest.mark.fact("natgw-idle", "natgw-rst", "nat-tcp-timer")
def test_a_nat_gateway_forgets_after_350_seconds_of_silence_and_tells_only_the_inside():
    nat = NatGateway("NAT", NAT)
    out = nat.handle(syn(), 0)
    assert nat.handle(answer(out), 1).action == REWRITE
    # 1 microsecond less than 350 s after the last
    assert nat.handle(data(), IDLE).action == REWRITE
    step = nat.handle(answer(out, ACK), 2 * IDLE)
    assert (step.action, step.reason, step.row, step.sent) == (DROP, IDLE_TIMEOUT, out.row, ())
    step = nat.handle(data(), 2 * IDLE)
    assert (step.action, step.reason, step.row) == (DROP, IDLE_TIMEOUT, out.row)
    assert [str(packet) for packet in step.sent] == [
        f"{OUT.reversed()} [R] seq 300 ack 0 len 0 win 0"
    ]


def test_an_expired_row_is_met_once():
    nat = NatGateway("NAT", NAT)
    nat.handle(syn(), 0)
    assert nat.handle(data(), IDLE).reason is IDLE_TIMEOUT
    step = nat.handle(data(), IDLE)
    assert (step.reason, step.sent) == (NO_TRANSLATION, ())


def test_a_reset_to_an_expired_row_is_not_answered_by_a_reset():
    nat = NatGateway("NAT", NAT)
    nat.handle(syn(), 0)
    step = nat.handle(Packet(OUT, RST, 101), IDLE)
    assert (step.reason, step.sent) == (IDLE_TIMEOUT, ())


def test_a_packet_in_mid_stream_opens_no_translation():
    nat = NatGateway("NAT", NAT)
    for flags in (ACK, PSH | ACK, SYN | ACK, RST):
        step = nat.handle(Packet(OUT, flags), 0)
        assert (step.action, step.reason) == (DROP, NO_TRANSLATION)


def test_the_seed_decides_the_first_port():
    first = {NatGateway("NAT", NAT, seed).handle(syn(), 0).after.flow.sport for seed in range(5)}
    again = {NatGateway("NAT", NAT, seed).handle(syn(), 0).after.flow.sport for seed in range(5)}
    assert first == again
    assert len(first) == 5


def test_a_port_given_back_is_taken_again_and_the_old_row_is_then_forgotten():
    nat = NatGateway("NAT", NAT)
    nat.ports = Ports((NAT,), 5_000, 5_000, MOST, 0)
    out = nat.handle(syn(), 0)
    assert nat.handle(syn(OUT._replace(sport=41_000)), 1).reason is NO_PORT
    again = nat.handle(syn(OUT._replace(sport=41_000)), IDLE)
    assert again.after.flow == out.after.flow
    assert nat.handle(answer(again), IDLE).after.flow.dport == 41_000


# --- ports of a NAT -------------------------------------------------------------------------------


THERE = Endpoint(UPDATES, 443)


def pool(first, last, most=MOST, start=0):
    return Ports((NAT,), first, last, most, start)


def taken(port):
    return Endpoint(NAT, port)


def test_ports_are_taken_in_turn_and_round_the_end():
    ports = pool(1_000, 1_003, start=2)
    assert [ports.take(THERE) for _ in range(5)] == [
        *map(taken, (1_002, 1_003, 1_000, 1_001)),
        None,
    ]


def test_a_wish_is_granted_where_the_port_is_free_and_in_range():
    ports = pool(1_000, 1_003)
    assert ports.take(THERE, wish=1_002) == taken(1_002)
    assert ports.take(THERE, wish=1_002) == taken(1_000)
    assert ports.take(THERE, wish=80) == taken(1_001)
    assert ports.take(THERE._replace(port=80), wish=1_002) == taken(1_002)


def test_no_more_connections_than_the_limit_whatever_the_range():
    ports = pool(1_000, 2_000, most=3)
    assert [ports.take(THERE) for _ in range(4)] == [*map(taken, (1_000, 1_001, 1_002)), None]


@pytest.mark.parametrize("first, last", [(0, 10), (10, 9), (10, 65_536)])
def test_ports_that_are_no_range_are_refused(first, last):
    with pytest.raises(ValueError, match=f"ports {first}-{last}: expected"):
        pool(first, last)


# --- NAT instance ---------------------------------------------------------------------------------


@pytest.mark.fact("nat-port-pres")
def test_a_nat_instance_keeps_the_openers_port_where_it_is_free():
    nat = NatInstance("NAT", NAT)
    assert nat.handle(syn(), 0).after.flow == FiveTuple(NAT, 40_000, UPDATES, 443)
    assert nat.handle(syn(OUT._replace(src="10.0.1.11")), 0).after.flow.sport != 40_000


@pytest.mark.parametrize("flags", [SYN | ACK, FIN | ACK, RST])
def test_a_nat_instance_forwards_as_it_is_what_can_open_no_row(flags):
    packet = Packet(OUT, flags, 101, 300)
    step = NatInstance("NAT", NAT).handle(packet, 0)
    assert (step.action, step.before, step.after) == (PASS, packet, packet)


def test_a_nat_instance_opens_a_row_for_a_packet_in_mid_stream():
    nat = NatInstance("NAT", NAT)
    step = nat.handle(data(), 0)
    assert (step.action, step.after.flow) == (REWRITE, FiveTuple(NAT, 40_000, UPDATES, 443))
    assert nat.handle(answer(step, ACK), 1).after.flow == OUT.reversed()


@pytest.mark.parametrize("flags", [ACK, PSH | ACK, FIN | ACK, SYN | ACK])
def test_a_nat_instance_that_is_not_loose_refuses_what_belongs_to_no_row(flags):
    nat, packet = NatInstance("NAT", NAT, loose=False), Packet(OUT, flags, 101, 300)
    step = nat.handle(packet, 0)
    assert (step.action, step.reason, step.sent) == (DROP, NO_TRANSLATION, (packet.reset(),))
    assert nat.handle(Packet(OUT, RST, 101), 0).sent == ()


@pytest.mark.parametrize("loose", [True, False])
def test_a_nat_instance_forgets_after_its_own_idle_time(loose):
    nat = NatInstance("NAT", NAT, idle=2 * SECOND, loose=loose)
    out = nat.handle(syn(), 0)
    nat.handle(answer(out), 0)
    assert nat.handle(answer(out, ACK), 2 * SECOND - 1).action == REWRITE
    late = nat.handle(answer(out, ACK), 5 * SECOND)
    # its own TCP has no such port
    assert (late.reason, late.sent) == (PORT_CLOSED, (answer(out, ACK).reset(),))
    step = nat.handle(data(), 5 * SECOND)
    assert (step.action, step.reason) == ((REWRITE, None) if loose else (DROP, IDLE_TIMEOUT))


def close(nat, out, now=0):
    """Both ends close the connection of a step, the opener first; the steps of their packets."""
    there, back = out.before.flow, out.after.flow.reversed()
    packets = ((there, FIN | ACK), (back, ACK), (back, FIN | ACK), (there, ACK))
    return [nat.handle(Packet(flow, flags, 200, 400), now) for flow, flags in packets]


@pytest.mark.parametrize("end, lives", [("both FINs", 120), ("RST", 10)])
def test_a_closed_row_of_a_nat_instance_frees_its_port_and_serves_late_packets_a_while(end, lives):
    nat = NatInstance("NAT", NAT, ports=(5_000, 5_000))
    out = nat.handle(syn(), 0)
    nat.handle(answer(out), 0)
    if end == "RST":
        nat.handle(answer(out, RST), 0)
    else:
        assert [step.action for step in close(nat, out)] == [REWRITE] * 4
    assert nat.handle(answer(out, ACK), 1).after.flow == OUT.reversed()
    assert nat.handle(answer(out, ACK), lives * SECOND).action == REWRITE
    assert nat.handle(answer(out, ACK), (2 * lives + 1) * SECOND).reason is PORT_CLOSED


# --- RST and the window: Linux, nf_conntrack_proto_tcp.c; RFC 5961 section 3 ---------------------

BACK = FiveTuple(UPDATES, 443, NAT, 40_000)
INSIDE_SAID, OUTSIDE_SAID = 300, 106  # what each side acknowledged last


def talking(**settings):
    """A NAT instance with a row whose sides have spoken: web awaits 300, the server 106."""
    nat = NatInstance("NAT", NAT, **settings)
    nat.handle(syn(), 0)
    nat.handle(Packet(BACK, SYN | ACK, 299, 101, 5_000), 0)
    nat.handle(data()._replace(window=1_000), 0)
    nat.handle(Packet(BACK, ACK, 300, OUTSIDE_SAID, 5_000), 0)
    return nat


@pytest.mark.parametrize(
    ("flow", "seq", "goes_on", "closes"),
    [
        (BACK, INSIDE_SAID - 1, False, False),  # below what is acknowledged
        (BACK, INSIDE_SAID, True, True),
        (BACK, INSIDE_SAID + 1, True, False),  # in the window, not exact
        (BACK, INSIDE_SAID + 1_000, True, False),
        (BACK, INSIDE_SAID + 1_001, False, False),  # behind the window
        (BACK, INSIDE_SAID + (1 << 31), False, False),
        (OUT, OUTSIDE_SAID - 1, False, False),
        (OUT, OUTSIDE_SAID, True, True),
        (OUT, OUTSIDE_SAID + 1, True, False),
        (OUT, OUTSIDE_SAID + 5_000, True, False),
        (OUT, OUTSIDE_SAID + 5_001, False, False),
    ],
)
def test_a_reset_closes_a_row_only_where_its_number_is_exact(flow, seq, goes_on, closes):
    """RFC 5961 section 3: the host behind it may answer the others with an ACK."""
    nat = talking()
    step = nat.handle(Packet(flow, RST, seq), SECOND)
    if goes_on:
        assert step.action == REWRITE
    elif flow == BACK:  # without a row it meets the host's own TCP
        assert (step.action, step.reason, step.check) == (DROP, PORT_CLOSED, "deliver")
    else:
        assert (step.action, step.after) == (PASS, step.before)
    assert step.sent == ()
    late = nat.handle(Packet(BACK, ACK, 300, 106), 12 * SECOND)
    assert late.action == (DROP if closes else REWRITE)


def test_a_reset_outside_the_window_is_dropped_where_nothing_is_forwarded_without_a_row():
    nat = talking(loose=False)
    step = nat.handle(Packet(OUT, RST, 90_000), 0)
    assert (step.action, step.reason, step.check) == (DROP, NO_TRANSLATION, "translation")
    assert step.sent == ()


@pytest.mark.parametrize(("seq", "closes"), [(300, True), (303, False), (306, True)])
def test_a_reset_is_exact_at_what_is_acknowledged_and_behind_its_own_sides_last_segment(
    seq, closes
):
    """RFC 9293 sections 3.5.2 and 3.10.5: SEQ from the ACK that is refused; ABORT has SND.NXT."""
    nat = talking()
    nat.handle(Packet(BACK, PSH | ACK, 300, 106, data=b"answer"), 0)
    assert nat.handle(Packet(BACK, RST | ACK, seq, 106), 0).action == REWRITE
    late = nat.handle(Packet(BACK, ACK, 306, 106), 12 * SECOND)
    assert late.action == (DROP if closes else REWRITE)


@pytest.mark.parametrize("seq", [0, 77, 1 << 31])
def test_before_the_other_side_acknowledged_anything_every_reset_is_exact(seq):
    """RFC 9293 section 3.10.7.1: the RST that refuses a SYN has SEQ 0."""
    nat = NatInstance("NAT", NAT)
    nat.handle(syn(), 0)
    assert nat.handle(Packet(BACK, RST | ACK, seq, 101), 0).action == REWRITE
    assert nat.handle(Packet(BACK, ACK, 1, 101), 11 * SECOND).reason is PORT_CLOSED


def test_a_syn_in_the_same_row_makes_what_was_seen_before_it_old():
    """RFC 9293 section 3.5, figure 9: the opener crashed, and opens again from the same port."""
    nat = talking()
    nat.handle(syn()._replace(seq=900_000), 0)
    assert nat.handle(Packet(BACK, RST | ACK, 0, 900_001), 0).action == REWRITE
    assert nat.handle(Packet(BACK, ACK, 300, 106), 11 * SECOND).reason is PORT_CLOSED


def test_a_syn_from_outside_does_not_make_a_guessed_reset_fit():
    """Linux, nf_conntrack_proto_tcp.c: a SYN against the opener's direction is INVALID."""
    nat = talking()
    nat.handle(Packet(BACK, SYN, 70_000_000), 0)
    assert nat.handle(Packet(BACK, RST, 80_000_000), 0).reason is PORT_CLOSED
    assert nat.handle(Packet(BACK, ACK, 300, 106), 12 * SECOND).action == REWRITE


@pytest.mark.parametrize("start", [0, (1 << 32) - 350, (1 << 32) - 500])
def test_an_old_acknowledgment_does_not_turn_the_window_back(start):
    """RFC 9293 section 3.4: numbers are compared on a circle."""
    nat = NatInstance("NAT", NAT)
    for ack in (300 + start, 400 + start, 350 + start, 300 + start):
        nat.handle(Packet(OUT, ACK, 106, ack % (1 << 32), 200), 0)
    reset = Packet(BACK, RST, (350 + start) % (1 << 32))
    assert nat.handle(reset, 0).reason is PORT_CLOSED
    assert nat.handle(reset._replace(seq=(600 + start) % (1 << 32)), 0).action == REWRITE


def test_a_row_that_was_opened_in_mid_stream_has_a_window_too():
    nat = NatInstance("NAT", NAT)
    nat.handle(data(), 0)
    nat.handle(Packet(BACK, ACK, 300, 106), 0)
    assert nat.handle(Packet(BACK, RST, 70_000_000), 0).reason is PORT_CLOSED
    assert nat.handle(Packet(BACK, ACK, 300, 106), 12 * SECOND).action == REWRITE


@pytest.mark.parametrize("end", ["FINs", "RST", "silence"])
def test_nothing_is_remembered_of_connections_that_are_over(end):
    nat = NatInstance("NAT", NAT, ports=(5_000, 5_000), idle=SECOND)
    for number in range(50):
        now = number * 400 * SECOND
        out = nat.handle(syn(OUT._replace(sport=41_000 + number)), now)
        nat.handle(answer(out), now)
        if end == "FINs":
            close(nat, out, now)
        elif end == "RST":
            nat.handle(answer(out, RST), now)
        nat.handle(answer(out, ACK), now + SECOND // 2)  # late
    assert len(nat.numbers._sides) == 2 * (end == "silence")


def test_the_port_of_a_closed_row_serves_the_next_connection_at_once():
    nat = NatInstance("NAT", NAT, ports=(5_000, 5_000))
    out = nat.handle(syn(), 0)
    nat.handle(answer(out), 0)
    assert nat.handle(syn(OUT._replace(sport=41_000)), 0).reason is NO_PORT
    close(nat, out)
    again = nat.handle(syn(OUT._replace(sport=41_000)), 0)
    assert again.after.flow == out.after.flow
    assert nat.handle(answer(again), 0).after.flow.dport == 41_000


def test_a_nat_instance_gives_an_unanswered_connection_up_after_120_seconds():
    nat = NatInstance("NAT", NAT, ports=(5_000, 5_000))
    nat.handle(syn(), 0)
    assert nat.handle(syn(OUT._replace(sport=41_000)), 120 * SECOND - 1).reason is NO_PORT
    assert nat.handle(syn(OUT._replace(sport=41_000)), 120 * SECOND).action == REWRITE


# --- a Linux host that forwards a port of its own -------------------------------------------------


CALL = FiveTuple("203.0.113.10", 50_000, NAT, 80)


def forwarding(*targets, **settings):
    return NatInstance(
        "NAT", NAT, listeners=(Listener("TCP", 80, TargetGroup("web", targets)),), **settings
    )


def test_a_forwarded_port_leads_to_the_target_and_the_answer_gets_the_hosts_address():
    nat = forwarding(Endpoint(WEB, 8_080))
    out = nat.handle(syn(CALL), 0)
    assert out.after.flow == FiveTuple("203.0.113.10", 50_000, WEB, 8_080)
    assert nat.handle(answer(out), 0).after.flow == CALL.reversed()


def test_without_client_address_preservation_the_target_sees_the_host_and_the_clients_port():
    nat = forwarding(Endpoint(WEB, 8_080), preserve_client_address=False)
    out = nat.handle(syn(CALL), 0)
    assert out.after.flow == FiveTuple(NAT, 50_000, WEB, 8_080)
    other = nat.handle(syn(CALL._replace(src="203.0.113.11")), 0)
    assert other.after.flow.src == NAT and other.after.flow.sport != 50_000
    assert nat.handle(answer(out), 0).after.flow == CALL.reversed()


def test_two_listeners_and_one_client_port_make_two_flows_at_the_target():
    group = TargetGroup("web", (Endpoint(WEB, 80),))
    nat = NatInstance(
        "NAT", NAT, listeners=(Listener("TCP", 80, group), Listener("TCP", 81, group))
    )
    first, second = (nat.handle(syn(CALL._replace(dport=port)), 0) for port in (80, 81))
    assert first.after.flow.source == CALL.source
    assert second.after.flow.src == CALL.src and second.after.flow.sport != CALL.sport


def test_a_linux_host_has_no_flow_that_returns_without_a_route():
    assert not forwarding(Endpoint(WEB, 80)).returns_flows


def test_a_port_that_is_not_forwarded_meets_the_host_itself_and_one_without_target_is_dropped():
    nat = forwarding()
    assert nat.handle(syn(CALL._replace(dport=81)), 0).reason is PORT_CLOSED
    step = nat.handle(syn(CALL), 0)
    assert (step.reason, step.sent) == (NO_TARGET, ())


def test_nobody_listens_on_the_nat_instance_itself():
    knock = syn(FiveTuple(UPDATES, 443, NAT, 22))
    step = NatInstance("NAT", NAT).handle(knock, 0)
    assert (step.action, step.reason, step.sent) == (DROP, PORT_CLOSED, (knock.reset(),))
    assert NatInstance("NAT", NAT).handle(Packet(knock.flow, RST), 0).sent == ()


def test_a_nat_instance_without_a_free_port_drops():
    nat = NatInstance("NAT", NAT, ports=(5_000, 5_001))
    steps = [nat.handle(syn(OUT._replace(sport=port)), 0) for port in (1, 2, 3)]
    assert [step.reason for step in steps] == [None, None, NO_PORT]


# --- Network Load Balancer ------------------------------------------------------------------------


NODE, CLIENT = "10.0.0.30", "203.0.113.10"
TARGETS = tuple(Endpoint(f"10.0.1.{host}", 8_080) for host in (10, 11, 12))
IN = FiveTuple(CLIENT, 50_000, NODE, 80)


def balancer(*targets, seed=0):
    return NetworkLoadBalancer(
        "NLB node", NODE, seed, (Listener("TCP", 80, TargetGroup("web", targets)),)
    )


@pytest.mark.fact("nlb-dnat")
def test_the_balancer_changes_the_destination_and_keeps_the_client():
    step = balancer(TARGETS[0]).handle(syn(IN), 0)
    assert step.after.flow == FiveTuple(CLIENT, 50_000, "10.0.1.10", 8_080)


def test_the_balancer_gives_the_targets_answer_its_own_address():
    node = balancer(TARGETS[0])
    out = node.handle(syn(IN), 0)
    assert node.handle(answer(out), 0).after.flow == IN.reversed()


@pytest.mark.fact("nlb-hash")
def test_a_flow_stays_with_its_target_and_flows_are_spread():
    node = balancer(*TARGETS)
    first = {
        port: node.handle(syn(IN._replace(sport=port)), 0).after.flow.dst
        for port in range(50_000, 50_060)
    }
    later = {port: node.handle(data(IN._replace(sport=port)), 1).after.flow.dst for port in first}
    assert first == later
    assert set(first.values()) == {target.address for target in TARGETS}


@pytest.mark.fact("nlb-unknown-rst")
def test_without_a_listener_the_balancer_is_silent():
    step = balancer(TARGETS[0]).handle(syn(IN._replace(dport=81)), 0)
    assert (step.action, step.reason, step.sent) == (DROP, NO_LISTENER, ())


def test_without_a_target_the_balancer_drops_and_names_the_listener():
    step = balancer().handle(syn(IN), 0)
    assert (step.action, step.reason, step.sent) == (DROP, NO_TARGET, ())
    assert step.row == Listener("TCP", 80, TargetGroup("web", ()))


@pytest.mark.fact("nlb-unknown-rst")
def test_what_belongs_to_no_flow_is_answered_by_a_reset():
    step = balancer(TARGETS[0]).handle(data(IN), 0)
    assert (step.action, step.reason, step.sent) == (DROP, NO_FLOW, (data(IN).reset(),))
    assert balancer(TARGETS[0]).handle(Packet(IN, RST), 0).sent == ()


@pytest.mark.fact("nlb-idle-rst", "nlb-idle")
@pytest.mark.parametrize("sender", ["client", "target"])
def test_after_350_silent_seconds_whoever_sends_gets_a_reset(sender):
    node = balancer(TARGETS[0])
    out = node.handle(syn(IN), 0)
    node.handle(answer(out), 0)
    late = data(IN) if sender == "client" else answer(out, ACK)
    assert node.handle(late, IDLE - 1).action == REWRITE
    step = node.handle(late, 2 * IDLE - 1)
    assert (step.action, step.reason, step.row, step.sent) == (
        DROP,
        IDLE_TIMEOUT,
        out.row,
        (late.reset(),),
    )


@pytest.mark.fact("nlb-return")
def test_only_the_targets_side_of_a_flow_returns_and_it_does_so_also_when_it_ran_out():
    node = balancer(TARGETS[0])
    out = node.handle(syn(IN), 0)
    back = out.after.flow.reversed()
    assert node.returns(back, 0) == out.row
    assert node.returns(IN, 0) is None
    assert node.returns(back._replace(dport=50_001), 0) is None
    assert node.returns(back, IDLE) == out.row


def test_the_first_and_the_last_port_of_a_range_are_in_it():
    ports = pool(1_000, 1_003, start=2)
    assert [ports.take(THERE, wish) for wish in (1_000, 1_003)] == [taken(1_000), taken(1_003)]
    assert [ports.take(THERE, wish) for wish in (999, 1_004)] == [taken(1_002), taken(1_001)]


def test_where_all_ports_were_given_back_the_turn_begins_anew():
    ports = pool(1_000, 1_003)
    flow = FiveTuple("10.0.1.10", 40_000, *THERE)
    assert ports.take(THERE) == taken(1_000)
    row = Translation(flow, flow._replace(src=NAT, sport=1_000), 0)
    ports.give_back([row])
    ports.give_back([row])  # a row that has none here changes nothing
    assert ports.take(THERE) == taken(1_000)
