"""Path MTU discovery: a link that carries less than TCP sends, and the ICMP error for it.

Who discards that error is asked too.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rigs.one_wire import Talker
from rigs.reference_site import BALANCERS, PAGE, dropped, site
from rigs.vpc_two_subnets import CLIENT as STREET_CLIENT
from rigs.vpc_two_subnets import PUBLIC, street
from rigs.vpc_two_subnets import WEB as STREET_WEB
from test_reasons import SCENARIOS
from test_walk import check_traces

from vpcedu import FiveTuple, Link, Packet, draw
from vpcedu.clock import SECOND
from vpcedu.flow import ICMP, TCP
from vpcedu.gateways.nat_gateway import NatGateway
from vpcedu.gateways.nat_instance import NatInstance
from vpcedu.gateways.network_load_balancer import NetworkLoadBalancer
from vpcedu.icmp import FRAGMENTATION_NEEDED, HOST, PORT
from vpcedu.network.conversations import conversations
from vpcedu.network.link import ROUTER
from vpcedu.network.places import WITHIN
from vpcedu.network.record import Call
from vpcedu.packet import ACK, FIN, PSH, SYN
from vpcedu.protocols.path_mtu import too_large
from vpcedu.protocols.tcb import ahead
from vpcedu.protocols.tcp import Connection
from vpcedu.reasons import UNRELATED
from vpcedu.sites.capture_file import load_pcap
from vpcedu.sites.parts import PRIVATE
from vpcedu.sites.reference import TARGETS
from vpcedu.tables.network_acl import ALLOW, ANY, DENY, IN, OUT, AclEntry
from vpcedu.tables.security_group import GroupRule
from vpcedu.tables.target_group import Listener
from vpcedu.tables.tracking import TrackedFlow, Untracked
from vpcedu.tables.traffic import ANYWHERE
from vpcedu.trace import DELIVER, DROP
from vpcedu.views.bytes.listing import listing, talks
from vpcedu.views.bytes.pcap_read import load

TOO_BIG = (3, 4)  # ICMP type and code
ICMP_IN = GroupRule("sg-balancer", IN, TOO_BIG, ANYWHERE, ICMP)
LARGE = f"{PAGE}4000"
# proxies give up after 60 silent seconds
HANGS = dict.fromkeys(BALANCERS, "reset") | {"network": "no answer"}


def narrow(balancer="classic-tcp", nat="instance", mtu=1_400, rows=(ICMP_IN,)):
    """The site behind a narrow link, with rules that let the error in."""
    built = site(balancer, nat, link=Link(mtu=mtu))
    for row in rows:
        built = built.with_row(row)
    return built


def errors(visit):
    return [trace for trace in visit.capture if trace.packet.icmp]


def crossed(visit):
    """The sizes of the packets that came through the Internet to the client."""
    return [
        trace.last.before.size
        for trace in visit.capture
        if trace.delivered and trace.last.at == "client"
    ]


# --- the whole way --------------------------------------------------------------------------------


@pytest.mark.parametrize("balancer", BALANCERS)
def test_a_large_page_comes_through_a_narrow_link_where_icmp_is_let_in(balancer):
    visit = narrow(balancer).get(LARGE)
    check_traces(visit.capture)
    assert visit.symptom == "200 OK" and len(visit.result.response.body) == 4_000
    # for the two segments that were full
    assert [trace.delivered for trace in errors(visit)] == [True, True]
    assert max(crossed(visit)) == 1_400
    # half a way there and back, and inside from the node to web and back
    inside = 2 * WITHIN if balancer == "network" else 0
    assert visit.result.after == site(balancer).get(LARGE).result.after + 20_000 + inside


@pytest.mark.fact("nacl-pmtud", "nacl-stateless")
@pytest.mark.parametrize("balancer", BALANCERS)
def test_a_network_acl_that_eats_icmp_makes_a_black_hole_only_for_large_pages(balancer):
    deny = AclEntry("acl-public", 90, IN, DENY, ICMP, (-1, -1), ANYWHERE)
    closed = narrow(balancer, rows=(ICMP_IN, deny))
    assert closed.connect("client", "www.example.com", 80).symptom == "connected"
    assert closed.get(PAGE).symptom == "200 OK"
    visit = closed.get(LARGE)
    assert visit.symptom == HANGS[balancer]
    assert [place[:2] for place in dropped(visit)][:2] == [
        ("Internet", "link"),
        (f"{'NLB' if balancer == 'network' else 'ELB'} node", "network ACL in"),
    ]
    assert {str(trace.dropped.row) for trace in errors(visit)} == {
        "acl-public in 90: deny icmp from 0.0.0.0/0"
    }
    assert "acl-public in 90: deny icmp from 0.0.0.0/0" in visit.answer.replace("\n", " ")
    opened = closed.with_row(AclEntry("acl-public", 80, IN, ALLOW, ICMP, TOO_BIG, ANYWHERE))
    assert opened.get(LARGE).symptom == "200 OK"
    assert closed.without(deny).get(LARGE).symptom == "200 OK"


@pytest.mark.fact("sg-autotrack")
@pytest.mark.parametrize("balancer", BALANCERS)
def test_a_balancer_s_group_needs_a_rule_for_the_error_but_a_target_behind_a_network_balancer_none(
    balancer,
):
    refused = narrow(balancer, rows=()).get(LARGE)
    assert refused.symptom == HANGS[balancer]
    node = f"{'NLB' if balancer == 'network' else 'ELB'} node"
    assert {(t.dropped.at, t.dropped.check) for t in errors(refused)} == {(node, "group in")}
    first = errors(narrow(balancer).get(LARGE))[0]
    rows = [(step.at, step.row) for step in first.steps if step.check == "group in"]
    assert rows[0] == (node, ICMP_IN)
    assert [at for at, row in rows[1:] if isinstance(row, TrackedFlow)] == (
        ["web"] if balancer == "network" else []
    )


def test_the_address_that_is_quoted_is_rewritten_at_every_gateway_on_the_way():
    first = errors(narrow("network").get(LARGE))[0]
    about = [
        (step.at, step.after.flow.dst, step.after.icmp.flow.src)
        for step in first.steps
        if step.after
    ]
    assert list(dict.fromkeys(about)) == [
        ("Internet", "192.0.2.30", "192.0.2.30"),
        ("Internet gateway", "10.0.0.30", "10.0.0.30"),
        ("NLB node", "10.0.0.30", "10.0.0.30"),
        ("NLB node", "10.0.1.10", "10.0.1.10"),
        ("web", "10.0.1.10", "10.0.1.10"),
    ]
    assert first.packet.flow.src == first.last.before.flow.src == ROUTER
    assert str(first.last.row.event) == "ICMP unreachable - need to frag"


def test_an_error_is_shown_in_the_connection_that_it_is_about(tmp_path):
    visit = narrow().get(LARGE)
    front, _ = conversations(visit.capture)
    assert {trace.number for trace in errors(visit)} < {trace.number for trace in front.traces}
    # though its answer went on only later
    assert "web (10.0.1.10:80) answers the ELB node" in visit.answer.replace("\n", " ")
    visit.save_pcap(str(tmp_path / "elb.pcap"), at="ELB node")
    listed = listing(load(tmp_path / "elb.pcap"))
    assert "Connection 2:" in listed and "Connection 3:" not in listed
    assert "> ICMP  unreachable - need to frag (mtu 1400), from 203.0.113.254" in listed
    assert len(conversations(load_pcap(tmp_path / "elb.pcap").capture)) == 2
    only_errors = [seen for seen in load(tmp_path / "elb.pcap") if seen.decoded.packet.icmp]
    assert talks(only_errors)[0].zero == {}  # an error has no number of its own


UPLOAD = ("http://updates.example.net:8080/", "web", (("X-Upload", "x" * 3_000),))


@pytest.mark.fact("natgw-mtu", "natgw-no-sg")
def test_a_nat_gateway_brings_the_error_back_to_the_host_that_sent_too_much():
    visit = narrow(nat="gateway", rows=()).get(*UPLOAD)
    check_traces(visit.capture)
    assert visit.symptom == "200 OK"
    assert [trace.devices for trace in errors(visit)] == [
        ("Internet", "Internet gateway", "NAT", "web")
    ] * 2
    group = next(step for step in errors(visit)[0].steps if step.check == "group in")
    # no rule for ICMP: tracked automatically
    assert (group.at, type(group.row)) == ("web", TrackedFlow)


NAT_RULES = (
    GroupRule("sg-nat", OUT, (8080, 8080), ANYWHERE),
    GroupRule("sg-nat", IN, TOO_BIG, ANYWHERE, ICMP),
    GroupRule("sg-nat", OUT, TOO_BIG, PRIVATE, ICMP),
    GroupRule("sg-web", IN, TOO_BIG, ANYWHERE, ICMP),
)


@pytest.mark.parametrize("missing", [None, 1, 2, 3])
def test_a_nat_instance_brings_it_back_too_but_every_group_on_the_way_needs_a_rule(missing):
    rows = [row for place, row in enumerate(NAT_RULES) if place != missing]
    visit = narrow(rows=rows).get(*UPLOAD)
    assert visit.symptom == ("200 OK" if missing is None else "no answer")
    lost = {(trace.dropped.at, trace.dropped.check) for trace in errors(visit) if trace.dropped}
    assert (
        lost
        == {
            None: set(),
            1: {("NAT", "group in")},
            2: {("NAT", "group out")},
            3: {("web", "group in")},
        }[missing]
    )


def test_an_error_that_is_lost_itself_is_sent_again_for_the_retransmission():
    wide = site("network", link=Link()).get(LARGE)
    first = next(trace.number for trace in wide.capture if trace.packet.data.startswith(b"HTTP"))
    # what the link carries then: a small segment, both errors
    lose = tuple(range(first - 1, first + 3))
    visit = site("network", link=Link(mtu=1_400, lose=lose)).with_row(ICMP_IN).get(LARGE)
    assert {trace.last.reason and trace.last.reason.code for trace in errors(visit)} == {
        "lost on the link",
        None,
    }
    assert visit.symptom == "200 OK" and len(visit.result.response.body) == 4_000
    gone = [trace.number for trace in errors(visit) if not trace.delivered]
    assert f"{gone[0]:>3} " in str(visit) and "x Internet, link: lost on the link" in str(visit)
    assert (
        draw.ladder(visit, every=True).scene.items and draw.map(visit, packet=gone[0]).scene.items
    )


@settings(max_examples=25, derandomize=True, deadline=None)
@given(st.integers(100, 1_500), st.integers(0, 9_000), st.sampled_from(["network", "classic-tcp"]))
def test_whatever_the_link_carries_the_whole_page_comes(mtu, size, balancer):
    visit = narrow(balancer, mtu=mtu).get(f"{PAGE}{size}")
    assert visit.symptom == "200 OK" and len(visit.result.response.body) >= size
    assert max(crossed(visit)) <= mtu


def test_the_router_carries_a_packet_of_exactly_its_mtu_and_answers_one_byte_more():
    link = Link(mtu=1_400)
    packet = Packet(FiveTuple("192.0.2.1", 1, "203.0.113.10", 2), ACK, 7, data=bytes(1_360))
    assert link.error(packet) is None and link.anew().mtu == 1_400 and Link().error(packet) is None
    answer = link.error(packet._replace(data=bytes(1_361)))
    assert answer == packet._replace(data=bytes(1_361)).unreachable(
        ROUTER, FRAGMENTATION_NEEDED, 1_400
    )


def test_a_group_tracks_no_error_since_nobody_answers_one():
    built = narrow()
    assert errors(built.get(LARGE))[0].delivered
    assert {row.flow.protocol for row in built.network.filters.tracking["ELB node"]} == {TCP}


@pytest.mark.fact("nlb-return")
def test_an_error_of_a_target_goes_back_through_the_network_balancer_that_it_is_about():
    built = narrow(
        "network",
        rows=(
            GroupRule("sg-web", OUT, (3, -1), ANYWHERE, ICMP),
            GroupRule("sg-balancer", IN, (3, -1), ANYWHERE, ICMP),
        ),
    )
    built.get(PAGE)
    got = next(
        step.before
        for step in built.network.capture[1].steps
        if step.at == "web" and step.action == DELIVER
    )
    built.network.send("web", got.unreachable("10.0.1.10", PORT), "a word of web's kernel")
    built.network.run(built.network.clock.now + SECOND)
    trace = built.network.capture.traces[-1]
    assert trace.devices == ("web", "NLB node", "Internet gateway", "client")
    came = trace.last.before
    assert (came.flow.src, came.icmp.flow) == ("192.0.2.30", built.network.capture[1].packet.flow)


@pytest.mark.parametrize("mtu", [67, 0, -1, 65_536])
def test_a_link_that_no_ip_packet_passes_is_refused(mtu):
    with pytest.raises(ValueError, match=f"MTU {mtu}: expected None, or 68 to 65535 bytes"):
        Link(mtu=mtu)


# --- groups and untracked flows -------------------------------------------------------------------

HTTP_IN = GroupRule("sg-web", IN, (80, 80), ANYWHERE)
ALL_OUT = GroupRule("sg-web", OUT, (0, 65_535), ANYWHERE, ANY)
ALL_TCP_IN = GroupRule("sg-web", IN, (0, 65_535), ANYWHERE)
HTTPS_OUT = GroupRule("sg-web", OUT, (443, 443), ANYWHERE)


@pytest.mark.fact("sg-autotrack")
@pytest.mark.parametrize(
    ("rules", "about", "let_in"),
    [
        ((HTTP_IN, ALL_OUT), 80, True),  # what clients ask is not tracked, so the error comes in
        ((HTTP_IN, ALL_OUT), 81, False),  # of no flow that a rule allows
        ((HTTP_IN, ALL_OUT._replace(protocol=TCP, ports=(1, 9))), 80, False),  # it is tracked
        ((HTTP_IN._replace(peer="203.0.113.0/24"), ALL_OUT), 80, False),  # it is tracked
        ((HTTP_IN._replace(ports=(80, 90)), ALL_OUT), 81, True),
        ((ALL_TCP_IN, HTTPS_OUT), 40_000, True),  # what web asks is not tracked either
        ((ALL_TCP_IN, HTTPS_OUT._replace(ports=(80, 80))), 40_000, False),  # not asked by web
    ],
)
def test_an_error_about_an_untracked_flow_is_let_in_without_a_rule(rules, about, let_in):
    """RFC 1191 section 3; EC2 user guide, "Path MTU Discovery"."""
    visited = street(rules)
    sent = Packet(FiveTuple(STREET_WEB, about, STREET_CLIENT, 443), ACK, 7, data=bytes(1_460))
    error = sent.unreachable(STREET_CLIENT, FRAGMENTATION_NEEDED, 1_400)
    came = error._replace(
        flow=error.flow._replace(dst=PUBLIC),
        icmp=error.icmp._replace(flow=sent.flow._replace(src=PUBLIC)),
    )
    visited.network.send("client", came, "a router's word")
    visited.network.run(SECOND)
    step = next(s for s in visited.network.capture.traces[-1].steps if s.check == "group in")
    assert (step.action != DROP) == let_in
    if let_in:
        assert step.row == Untracked(rules[0])


# --- who is silent --------------------------------------------------------------------------------


@pytest.mark.parametrize("code", sorted(set(SCENARIOS) - {"too large", "unrelated"}))
def test_no_filter_route_gateway_or_host_of_the_vpc_answers_by_icmp(code):
    assert [trace for trace in SCENARIOS[code]().network.capture if trace.packet.icmp] == []


FLOW = FiveTuple("10.0.1.10", 40_000, "198.51.100.7", 443)
CLIENT = FiveTuple("203.0.113.10", 50_000, "10.0.0.30", 80)


def balancer():
    return NetworkLoadBalancer("NLB", "10.0.0.30", listeners=(Listener("TCP", 80, TARGETS),))


@pytest.mark.fact("nlb-unknown-rst", "nat-icmp")
@pytest.mark.parametrize(
    "device", [NatGateway("NAT", "10.0.0.20"), NatInstance("NAT", "10.0.0.20"), balancer()]
)
def test_an_error_about_no_flow_is_dropped_in_silence(device):
    quoted = Packet(FiveTuple("10.0.0.20", 5, "198.51.100.7", 443), ACK)
    step = device.handle(quoted.unreachable(ROUTER, HOST), 0)
    assert (step.action, step.reason, step.sent) == (DROP, UNRELATED, ())


@pytest.mark.fact("nat-icmp")
@pytest.mark.parametrize(
    ("device", "flow"),
    [
        (NatGateway("NAT", "10.0.0.20"), FLOW),
        (NatInstance("NAT", "10.0.0.20"), FLOW),
        (balancer(), CLIENT),
    ],
)
def test_an_error_neither_ends_a_row_nor_keeps_it_alive(device, flow):
    onward = device.handle(Packet(flow, SYN), 0).after
    # from now on the row lives the whole idle timeout
    device.handle(Packet(onward.flow.reversed(), SYN | ACK), 0)
    back = onward.unreachable(ROUTER, HOST)
    rows = device.flows if isinstance(device, NetworkLoadBalancer) else device.translations
    idle = rows.idle
    step = device.handle(back, idle - 1)
    assert step.after.icmp.flow == flow and step.after.flow.dst == flow.src
    assert device.handle(back, idle).reason == UNRELATED


def test_an_unreachable_host_ends_an_attempt_and_the_opener_hears_it():
    silent = site(without=[site().vpc.group_rules[0]])
    program = silent.open(Call("client", "www.example.com", 80))
    silent.network.run(SECOND // 2)
    syn = silent.network.capture[1].packet
    silent.network.send(
        "update server", syn.unreachable("198.51.100.7", HOST), "no way to that host"
    )
    silent.network.run(SECOND)
    assert program.result.symptom == "unreachable"
    assert str(silent.network.capture[2].last.row.event) == "ICMP host unreachable"


# --- one end --------------------------------------------------------------------------------------


def established(data=b"", timestamps=False):
    """A connection that has sent so many bytes, and the segments that it sent."""
    end = Connection(FiveTuple("10.0.0.1", 1, "10.0.0.2", 80), 100, Talker())
    end.settings = end.settings._replace(timestamps=timestamps)
    end.open(0)
    options = (("mss", 1_460), *([("TS", 1, 0)] if timestamps else []))
    end.receive(Packet(end.flow.reversed(), SYN | ACK, 500, 101, options=options), 1_000)
    end.take_sent()
    end.send(data, 1_000)
    return end, end.take_sent()


def test_only_what_was_too_large_goes_again_at_once_and_in_order():
    end, sent = established(bytes(range(256)) * 13)  # 3,328 bytes: 1,460, 1,460 and 408
    assert [len(s.data) for s in sent] == [1_460, 1_460, 408]
    too_large(end, 1_000, 101, 2_000)
    again = end.take_sent()
    assert [(s.seq, len(s.data)) for s in again] == [
        (101, 960),
        (1_061, 500),
        (1_561, 960),
        (2_521, 500),
    ]
    assert b"".join(s.data for s in (*again, sent[2])) == bytes(range(256)) * 13
    assert end.snd_nxt == 101 + 3_328 and end.alarm == 2_000 + end.timer.rto
    end.send(bytes(2_000), 3_000)
    assert [len(s.data) for s in end.take_sent()] == [960, 960, 80]


def test_the_pieces_acknowledge_what_came_meanwhile():
    end, sent = established(bytes(1_460))
    end.receive(Packet(end.flow.reversed(), ACK | PSH, 501, 101, data=b"hello"), 1_500)
    assert [s.ack for s in (*sent, *end.take_sent())] == [501, 506]
    too_large(end, 1_000, 101, 2_000)
    assert [s.ack for s in end.take_sent()] == [506, 506]


def test_the_last_piece_alone_pushes_and_timestamps_take_their_room():
    end, sent = established(bytes(1_448), timestamps=True)
    assert (len(sent), sent[0].flags, sent[0].size) == (1, ACK | PSH, 1_500)
    too_large(end, 600, 101, 2_000)
    again = end.take_sent()
    assert [s.size for s in again] == [600, 600, 404]
    assert [s.flags for s in again] == [ACK, ACK, ACK | PSH]
    assert not any(s.flags & FIN for s in again)


def test_the_smaller_segments_are_acknowledged_one_by_one_and_not_measured():
    end, _ = established(bytes(1_460))
    before = end.timer.srtt
    too_large(end, 1_000, 101, 2_000)
    end.receive(Packet(end.flow.reversed(), ACK, 501, 101 + 960), 600_000)
    assert [p.seq for p in end.unacked] == [1_061]
    end.receive(Packet(end.flow.reversed(), ACK, 501, 101 + 1_460), 900_000)
    assert end.unacked == []
    # RFC 6298 section 3: what was sent twice says nothing of the way's time
    assert end.timer.srtt == before


@pytest.mark.parametrize(
    ("mtu", "seq"),
    [
        (1_500, 101),
        (9_000, 101),
        (67, 101),
        (0, 101),
        (1_000, 100),
        (1_000, 101 + 1_460),
        (1_000, 2**31),
    ],
)
def test_an_error_that_changes_nothing_or_is_about_nothing_in_flight_is_not_believed(mtu, seq):
    end, _ = established(bytes(1_460))
    alarm = end.alarm
    too_large(end, mtu, seq, 2_000)
    assert (end.mss, end.take_sent(), end.alarm, len(end.unacked)) == (1_460, [], alarm, 1)


@settings(max_examples=100, derandomize=True)
@given(st.integers(1, 6_000), st.lists(st.integers(68, 1_600), max_size=4))
def test_whatever_errors_come_the_unacknowledged_bytes_stay_the_same(size, mtus):
    data = bytes(place % 251 for place in range(size))
    end, _ = established(data)
    for mtu in mtus:
        too_large(end, mtu, 101, 2_000)
        assert b"".join(p.data for p in end.unacked) == data
        assert [ahead(p.seq, 101) for p in end.unacked] == [
            sum(len(p.data) for p in end.unacked[:place]) for place in range(len(end.unacked))
        ]
        assert all(len(p.data) <= end.mss for p in end.unacked)
    assert end.mss == min([1_460, *(max(48, mtu - 40) for mtu in mtus)])


def test_a_delivered_error_shows_what_it_said():
    step = errors(narrow().get(LARGE))[0].last
    assert (step.action, step.row.event, step.row.before) == (
        DELIVER,
        "ICMP unreachable - need to frag",
        "ESTABLISHED",
    )
