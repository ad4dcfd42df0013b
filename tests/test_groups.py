"""Security groups: what a rule can say, what is tracked, what a change in flight cuts.

They also ask for how long a flow is tracked.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rigs.reference_site import PAGE, dropped, site
from rigs.vpc_two_subnets import (
    ALL_IN,
    ALL_OUT,
    CLIENT,
    DB,
    HTTP_IN,
    PEER,
    PUBLIC,
    SERVER,
    WEB,
    Line,
    row,
    street,
)

from vpcedu.clock import SECOND
from vpcedu.flow import TCP, FiveTuple
from vpcedu.gateways.nat_gateway import NatGateway
from vpcedu.gateways.network_load_balancer import NetworkLoadBalancer
from vpcedu.network.checkpoints import group_in, group_out
from vpcedu.network.walk import Walk
from vpcedu.packet import ACK, PSH, RST, SYN, Packet
from vpcedu.sites.parts import PRIVATE
from vpcedu.tables.network_acl import DENY, AclEntry
from vpcedu.tables.route_table import Route
from vpcedu.tables.security_group import IN, OUT, GroupRule, RuleSet, default_group, new_group
from vpcedu.tables.tracking import (
    DEFAULT,
    ESTABLISHED_IDLE,
    NITRO_V6,
    TrackedFlow,
    Tracking,
    TrackingConfiguration,
    Untracked,
    is_untracked,
)
from vpcedu.tables.traffic import ANY, ANYWHERE, EVERY_PORT, ICMP, UDP, words
from vpcedu.trace import Trace
from vpcedu.views.explain import why

TCP_FLOW = FiveTuple(CLIENT, 40_000, WEB, 80)
UDP_FLOW = FiveTuple(CLIENT, 40_000, WEB, 53, UDP)
PING, PONG = FiveTuple(CLIENT, 0, WEB, 8 << 8, ICMP), FiveTuple(WEB, 0, CLIENT, 0, ICMP)


def allows(rule, flow, groups=frozenset()):
    return RuleSet.of((rule.group,), rule.direction, (rule,)).lookup(flow, groups) == rule


# --- what a rule says -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("protocol", "ports", "text"),
    [
        (TCP, (80, 80), "tcp 80"),
        (TCP, (80, 90), "tcp 80-90"),
        (UDP, (53, 53), "udp 53"),
        (ICMP, (-1, -1), "icmp"),
        (ICMP, (8, -1), "icmp type 8"),
        (ICMP, (3, 4), "icmp type 3 code 4"),
        (ANY, (0, 65_535), "all"),
        (47, (0, 0), "protocol 47"),
    ],
)
def test_a_rule_and_an_entry_name_their_protocol(protocol, ports, text):
    assert words(protocol, ports) == text
    assert GroupRule("sg", IN, ports, ANYWHERE, protocol).what == f"{text} from 0.0.0.0/0"
    assert (
        AclEntry("acl", 1, OUT, DENY, protocol, ports, ANYWHERE).what == f"deny {text} to 0.0.0.0/0"
    )


@pytest.mark.parametrize(
    ("protocol", "ports", "tcp", "udp", "ping"),
    [
        (TCP, EVERY_PORT, True, False, False),
        (UDP, EVERY_PORT, False, True, False),
        (ICMP, (-1, -1), False, False, True),
        (ANY, (7, 7), True, True, True),
        (47, EVERY_PORT, False, False, False),
        (TCP, (79, 80), True, False, False),
        (TCP, (80, 80), True, False, False),
        (TCP, (81, 90), False, False, False),
        (UDP, (54, 90), False, False, False),
    ],
)
def test_a_rule_fits_its_protocol_and_ports_and_all_protocols_means_all_ports(
    protocol, ports, tcp, udp, ping
):
    rule = GroupRule("sg", IN, ports, ANYWHERE, protocol)
    assert [allows(rule, flow) for flow in (TCP_FLOW, UDP_FLOW, PING)] == [tcp, udp, ping]


@pytest.mark.parametrize(
    ("ports", "fitting"),
    [
        ((-1, -1), {(8, 0), (3, 4), (3, 1)}),
        ((3, -1), {(3, 4), (3, 1)}),
        ((3, 4), {(3, 4)}),
        ((8, 0), {(8, 0)}),
        ((0, 0), set()),
    ],
)
def test_an_icmp_rule_names_type_and_code(ports, fitting):
    messages = {
        (kind, code): FiveTuple(CLIENT, 0, WEB, kind << 8 | code, ICMP)
        for kind, code in ((8, 0), (3, 4), (3, 1))
    }
    rule = GroupRule("sg", IN, ports, ANYWHERE, ICMP)
    assert {message for message, flow in messages.items() if allows(rule, flow)} == fitting


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (HTTP_IN._replace(ports=(90, 80)), r"ports \(90, 80\)"),
        (HTTP_IN._replace(ports=(0, 65_536)), "65536"),
        (HTTP_IN._replace(protocol=256), "protocol 256"),
        (HTTP_IN._replace(protocol=-2), "protocol -2"),
        (HTTP_IN._replace(protocol=ICMP, ports=(80, 256)), "protocol 1"),
        (HTTP_IN._replace(protocol=ICMP, ports=(-1, 4)), "code"),
        (HTTP_IN._replace(peer="sgweb"), "'sgweb' is not a CIDR"),
        (HTTP_IN._replace(peer="10.0.0.1/8"), "bits set"),
        (HTTP_IN._replace(direction="inbound"), "inbound"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_by_name(rule, words):
    with pytest.raises(ValueError, match=words):
        street((rule,))


@pytest.mark.fact("sg-allow-only")
def test_rules_only_allow_and_those_of_all_groups_count_together_in_any_order():
    assert "action" not in GroupRule._fields
    ssh = GroupRule("sg-ssh", IN, (22, 22), f"{CLIENT}/32")
    for rules in ((HTTP_IN, ssh), (ssh, HTTP_IN)):
        visited = street(rules, groups=("sg-web", "sg-ssh"))
        assert [visited.connect("client", PUBLIC, port).symptom for port in (22, 80)] == [
            "connected",
            "connected",
        ]
        visit = street(rules).connect("client", PUBLIC, 22)  # nobody carries sg-ssh
        assert (visit.symptom, dropped(visit)) == ("timed out", [("web", "group in", "group in")])


@pytest.mark.fact("sg-new")
def test_a_new_group_lets_nothing_in_and_everything_out():
    visited = street(new_group("sg-web"))
    assert visited.connect("web", SERVER, 80).symptom == "connected"
    assert visited.connect("client", PUBLIC, 80).symptom == "timed out"
    assert [str(rule) for rule in new_group("sg-web")] == ["sg-web out all to 0.0.0.0/0"]


@pytest.mark.fact("sg-default")
def test_the_default_group_lets_in_its_own_members_alone():
    visited = street(default_group("sg-web"))
    db = visited.network.places.by_device["db"]
    assert visited.connect("db", WEB, 80).symptom == "timed out"
    assert visited.connect("web", SERVER, 80).symptom == "connected"
    visited = visited.replace(db, db._replace(groups=("sg-web",)))
    assert visited.connect("db", WEB, 80).symptom == "connected"
    assert visited.connect("client", PUBLIC, 80).symptom == "timed out"
    assert str(default_group("sg-web")[0]) == "sg-web in all from sg-web"


# --- groups as peers ------------------------------------------------------------------------------


FROM_OTHERS = GroupRule("sg-web", IN, (80, 80), "sg-other")


@pytest.mark.fact("sg-ref")
def test_a_group_reference_fits_the_private_addresses_of_its_interfaces_and_brings_none_of_its_rules():
    visited = street((FROM_OTHERS,))  # sg-other itself lets everything in from everywhere
    assert visited.connect("db", WEB, 80).symptom == "connected"
    assert visited.connect("client", PUBLIC, 80).symptom == "timed out"
    # comes with db's public address: that is nobody's private one
    visit = visited.connect("db", PUBLIC, 80)
    assert dropped(visit) == [("web", "group in", "group in")]
    out = street((GroupRule("sg-web", OUT, (80, 80), "sg-other"),))
    assert [out.connect("web", address, 80).symptom for address in (PEER, DB, SERVER)] == [
        "connected",
        "connected",
        "timed out",
    ]


@pytest.mark.fact("sg-ref-middlebox")
def test_a_group_reference_does_not_fit_through_a_middlebox_but_an_address_does():
    over = (Route("table-b", "10.0.0.0/24", "middlebox"),)
    visit = street((FROM_OTHERS,), routes=over).connect("db", WEB, 80)
    assert (visit.symptom, dropped(visit)) == ("timed out", [("web", "group in", "group in")])
    assert visit.capture[1].devices == ("db", "middlebox", "web")
    assert (
        street((FROM_OTHERS._replace(peer=f"{DB}/32"),), routes=over).connect("db", WEB, 80).symptom
        == "connected"
    )
    back = (Route("table-a", "10.0.1.0/24", "middlebox"),)
    to_db = street((GroupRule("sg-web", OUT, (80, 80), "sg-other"),), routes=back).connect(
        "web", DB, 80
    )
    assert dropped(to_db) == [("web", "group out", "group out")]


@pytest.mark.fact("sg-ref-middlebox")
def test_the_group_of_a_network_load_balancer_fits_though_the_clients_address_is_kept():
    visit = site("network").get(PAGE)
    rule = row(visit.capture, "group in")
    assert (visit.symptom, rule.peer) == ("200 OK", "sg-balancer")
    assert visit.capture[1].last.before.flow.src == "203.0.113.10"


# --- what is tracked ------------------------------------------------------------------------------


@pytest.mark.fact("sg-stateful")
def test_answers_pass_whatever_the_rules_of_the_other_direction_say():
    inward = street((HTTP_IN,)).connect("client", PUBLIC, 80)
    outward = street((GroupRule("sg-web", OUT, (80, 80), ANYWHERE),)).connect("web", SERVER, 80)
    for visit, check in ((inward, "group out"), (outward, "group in")):
        assert visit.symptom == "connected"
        assert isinstance(row(visit.capture, check), TrackedFlow)


EXAMPLE = (
    GroupRule("sg-web", IN, (22, 22), "203.0.113.1/32"),
    HTTP_IN,
    GroupRule("sg-web", IN, (-1, -1), ANYWHERE, ICMP),
    ALL_OUT,
)


@pytest.mark.fact("sg-untracked", "sg-untracked-example")
@pytest.mark.parametrize(("port", "tracked"), [(22, 1), (80, 0)])
def test_of_awss_example_port_22_is_tracked_and_port_80_is_not(port, tracked):
    visited = street(EXAMPLE)
    visit = visited.connect("client", PUBLIC, port)
    assert visit.symptom == "connected"
    assert len(visited.network.filters.tracking["web"]) == tracked
    answer = row(visit.capture, "group out")
    if tracked:
        assert isinstance(answer, TrackedFlow)
    else:
        assert answer == Untracked(ALL_OUT)
        assert row(visit.capture, "group in") == Untracked(HTTP_IN)
        assert str(answer) == "sg-web out all to 0.0.0.0/0, not tracked"
        assert "no tracked flow; the rule sg-web out all to 0.0.0.0/0 allows it" in why(
            visit.capture[2]
        )


@pytest.mark.fact("sg-untracked-example")
def test_without_the_outbound_rule_port_80_is_tracked_too():
    visited = street(EXAMPLE[:3])
    assert visited.connect("client", PUBLIC, 80).symptom == "connected"
    assert len(visited.network.filters.tracking["web"]) == 1


@pytest.mark.fact("sg-untracked-example", "sg-conntrack-proto")
@pytest.mark.parametrize("protocol", [ICMP, 47])
def test_icmp_and_protocols_without_ports_are_always_tracked(protocol):
    network = street((ALL_IN, ALL_OUT)).network
    ask(network, group_in, PING._replace(protocol=protocol))
    assert len(network.filters.tracking["web"]) == 1
    assert network.filters.tracking["web"].lookup(OUT, PONG._replace(protocol=protocol), 0)


@pytest.mark.fact("sg-untracked")
@pytest.mark.parametrize(
    ("rules", "tracked"),
    [
        ((HTTP_IN, ALL_OUT), 0),
        ((HTTP_IN, ALL_OUT._replace(protocol=TCP)), 0),
        ((HTTP_IN, ALL_OUT._replace(protocol=UDP)), 1),  # lets no TCP out
        ((HTTP_IN, ALL_OUT._replace(protocol=TCP, ports=(1, 65_535))), 1),  # not every port
        ((HTTP_IN, ALL_OUT._replace(peer="203.0.113.0/24")), 1),  # not to everybody
        ((HTTP_IN._replace(peer="0.0.0.0/1"), HTTP_IN._replace(peer="128.0.0.0/1"), ALL_OUT), 1),
        (
            (HTTP_IN._replace(peer=f"{CLIENT}/32"), HTTP_IN, ALL_OUT),
            0,
        ),  # the rule for anywhere counts
        ((ALL_IN, ALL_OUT), 0),
    ],
)
def test_a_flow_is_untracked_where_anyone_may_come_and_every_answer_may_go(rules, tracked):
    visited = street(rules)
    assert visited.connect("client", PUBLIC, 80).symptom == "connected"
    assert len(visited.network.filters.tracking["web"]) == tracked


@pytest.mark.fact("sg-untracked")
def test_what_the_same_host_opens_itself_is_tracked_since_not_every_answer_may_come():
    visited = street((HTTP_IN, ALL_OUT))
    assert visited.connect("web", SERVER, 80).symptom == "connected"
    assert len(visited.network.filters.tracking["web"]) == 1


@pytest.mark.fact("sg-autotrack")
def test_flows_through_a_nat_gateway_are_tracked_though_every_rule_is_open():
    rules = (ALL_IN, ALL_OUT)
    direct = street(rules)
    assert direct.connect("web", SERVER, 80).symptom == "connected"
    assert len(direct.network.filters.tracking["web"]) == 0
    behind = street(
        rules, routes=(Route("table-b", f"{SERVER}/32", "middlebox"),), middle=NatGateway
    )
    assert behind.connect("db", SERVER, 80).symptom == "connected"  # its group is as open as web's
    assert len(behind.network.filters.tracking["db"]) == 1
    assert behind.network.filters.tracking["db"].configuration == DEFAULT


@pytest.mark.fact("sg-autotrack", "sg-idle-nlb")
def test_flows_through_a_network_load_balancer_are_tracked_for_350_s_though_every_rule_is_open():
    opened = tuple(GroupRule("sg-web", way, EVERY_PORT, ANYWHERE, ANY) for way in (IN, OUT))
    visited = site("network")
    for rule in opened:
        visited = visited.with_row(rule)
    visited.get(PAGE)
    flow = visited.network.capture[1].last.before.flow
    kept = visited.network.filters.tracking["web"].lookup(IN, flow, visited.network.clock.now)
    assert (kept.idle, kept.flow) == (350 * SECOND, flow)
    assert dict(NetworkLoadBalancer.always_tracked) == {TCP: 350 * SECOND, UDP: 120 * SECOND}


# --- how long -------------------------------------------------------------------------------------


def quiet(tracking, seconds, rules=(HTTP_IN,)):
    """Whether a connection still works after so long a silence, once its rule is gone."""
    visited = street(rules, tracking=tracking)
    line = Line(visited)
    visited.network.replace(HTTP_IN, None)
    visited.network.run(visited.network.clock.now + seconds * SECOND)
    return line.works()


@pytest.mark.fact("sg-idle-tcp")
@pytest.mark.parametrize(
    ("tracking", "seconds"),
    [(DEFAULT, 432_000), (NITRO_V6, 350), (TrackingConfiguration(60 * SECOND), 60)],
)
def test_a_silent_connection_is_forgotten_after_the_interfaces_idle_timeout(tracking, seconds):
    assert tracking.tcp_established == seconds * SECOND
    assert quiet(tracking, seconds - 5)
    assert not quiet(tracking, seconds)


@pytest.mark.fact("sg-idle-tcp", "sg-idle-udp", "sg-idle-udp-stream")
@pytest.mark.parametrize(
    ("field", "least", "most"),
    [("tcp_established", 60, 432_000), ("udp", 30, 60), ("udp_stream", 60, 180)],
)
def test_an_idle_timeout_can_be_set_within_awss_limits_only(field, least, most):
    for seconds in (least, most):
        assert getattr(Tracking(DEFAULT._replace(**{field: seconds * SECOND})).configuration, field)
    for seconds in (least - 1, most + 1):
        with pytest.raises(
            ValueError, match=f"{field} of {seconds * SECOND} us: expected {least} to {most} s"
        ):
            street(tracking=DEFAULT._replace(**{field: seconds * SECOND}))


def lifetime(flow, talk=(), idle=None):
    """For how many seconds a row lives on after what was said.

    One word a second: True, where the opener sends.
    """
    tracking = Tracking()
    tracking.note(IN, flow, None, 0, idle)
    answer = PONG if flow.protocol == ICMP else flow.reversed()
    for second, opener in enumerate(talk, 1):
        assert tracking.use(IN if opener else OUT, flow if opener else answer, second * SECOND)
    last = len(talk) * SECOND
    return next(
        s for s in range(1, 500_000) if tracking.lookup(IN, flow, last + s * SECOND) is None
    )


@pytest.mark.fact("sg-idle-udp", "sg-idle-udp-stream")
def test_udp_is_forgotten_after_30_s_and_after_180_s_once_there_was_a_second_answer():
    ask, answer = True, False
    assert [
        lifetime(UDP_FLOW, talk)
        for talk in (
            (),
            (ask, ask, ask),
            (answer,),
            (answer, answer, answer),
            (answer, ask),
            (answer, ask, answer),
            (answer, ask, answer, ask, answer),
        )
    ] == [30, 30, 30, 30, 30, 180, 180]


@pytest.mark.fact("sg-idle-nlb")
def test_udp_through_a_network_load_balancer_is_forgotten_after_120_s_stream_or_not():
    idle = dict(NetworkLoadBalancer.always_tracked)[UDP]
    assert [lifetime(UDP_FLOW, talk, idle) for talk in ((), (False, True, False))] == [120, 120]


@pytest.mark.fact("sg-conntrack-proto")
def test_other_protocols_are_known_by_address_alone_for_600_s():
    assert lifetime(UDP_FLOW._replace(protocol=47)) == 600
    assert lifetime(PING) == 30  # Linux'; AWS names none
    assert lifetime(TCP_FLOW) == 432_000 == ESTABLISHED_IDLE // SECOND


@pytest.mark.fact("sg-conntrack-limit")
def test_beyond_its_allowance_an_instance_takes_no_new_connection_and_keeps_the_old():
    visited = street(tracking=NITRO_V6._replace(allowance=2))
    lines = [Line(visited), Line(visited)]
    visit = visited.connect("client", PUBLIC, 80)
    assert (visit.symptom, dropped(visit)) == (
        "timed out",
        [("web", "group in", "conntrack allowance exceeded")],
    )
    assert str(visit.capture.traces[0].last.row) == "at most 2 tracked connections"
    assert [line.works() for line in lines] == [True, True]
    visited.network.run(visited.network.clock.now + 350 * SECOND)
    assert visited.connect("client", PUBLIC, 80).symptom == "connected"


@pytest.mark.fact("sg-conntrack-limit")
def test_an_untracked_flow_needs_no_allowance():
    visited = street((HTTP_IN, ALL_OUT), tracking=NITRO_V6._replace(allowance=0))
    assert visited.connect("client", PUBLIC, 80).symptom == "connected"


# --- a change in flight ---------------------------------------------------------------------------


@pytest.mark.fact("sg-untracked-cut")
@pytest.mark.parametrize(
    "new", [None, HTTP_IN._replace(peer="198.51.100.0/24"), HTTP_IN._replace(ports=(81, 81))]
)
def test_removing_or_changing_its_rule_cuts_an_untracked_flow_at_once_and_a_tracked_one_not(new):
    for rules, lives in (((HTTP_IN,), True), ((HTTP_IN, ALL_OUT), False)):
        visited = street(rules)
        line = Line(visited)
        assert line.works()
        visited.network.replace(HTTP_IN, new)
        assert line.works() == lives
        assert Line(visited).heard == []  # a new one is let in by nobody


@pytest.mark.fact("sg-untracked-cut")
def test_an_untracked_flow_that_was_cut_does_not_come_back_when_the_server_speaks():
    visited = street((HTTP_IN, ALL_OUT))
    line = Line(visited)
    visited.network.replace(HTTP_IN, None)
    server = next(iter(visited.network.devices["web"].connections.values()))
    visited.network.do("web", "send", server, b"hello")
    visited.network.run(visited.network.clock.now + SECOND)
    assert "data" in line.heard  # outbound everything is allowed
    assert not line.works()


@pytest.mark.fact("sg-untracked-cut")
@pytest.mark.parametrize("way", [IN, OUT])
@pytest.mark.parametrize("rules", [(HTTP_IN,), (HTTP_IN, ALL_OUT)])
def test_a_change_of_the_network_acl_cuts_tracked_and_untracked_flows(way, rules):
    visited = street(rules)
    line = Line(visited)
    visited.network.replace(None, AclEntry("acl-a", 90, way, DENY, TCP, EVERY_PORT, f"{CLIENT}/32"))
    assert not line.works()


def test_a_change_in_flight_keeps_connections_translations_and_the_capture():
    visited = site(nat="gateway")
    visited.connect("web", "updates.example.net", 443)
    network = visited.network
    before = (
        len(network.capture),
        list(network.devices["NAT"].translations),
        len(network.filters.tracking["web"]),
    )
    network.replace(*new_group("sg-web"), GroupRule("sg-web", OUT, (8080, 8080), ANYWHERE))
    network.replace(Route("private", ANYWHERE, "NAT"), Route("private", ANYWHERE, "gone"))
    after = (
        len(network.capture),
        list(network.devices["NAT"].translations),
        len(network.filters.tracking["web"]),
    )
    assert after == before
    assert visited.connect("web", "updates.example.net", 443).symptom == "timed out"
    assert (
        visited.connect("web", "updates.example.net", 8080).capture.traces[0].last.reason.code
        == "blackhole route"
    )


def test_a_changed_interface_has_its_groups_and_timeouts_at_once():
    visited = street()
    web = visited.vpc.interfaces[0]
    visited.network.replace(web, web._replace(groups=("sg-other",), tracking=NITRO_V6))
    assert visited.connect("client", PUBLIC, 22).symptom == "connected"
    assert visited.network.filters.tracking["web"].configuration == NITRO_V6


def test_what_devices_are_made_of_cannot_change_in_flight():
    network = site("network").network
    listener = next(row for row in network.vpc.rows() if type(row).__name__ == "Listener")
    web = network.places.by_device["web"]
    for old, new in ((listener, None), (web, web._replace(address="10.0.1.11")), (web, None)):
        with pytest.raises(ValueError, match="is part of a device: expected a route"):
            network.replace(old, new)
    with pytest.raises(ValueError, match="is not in this VPC"):
        network.replace(HTTP_IN, None)
    assert network.vpc == site("network").vpc


# --- whatever the rules ---------------------------------------------------------------------------


def ask(network, check, flow, flags=SYN):
    """What web's groups say of a packet from or to the Internet."""
    packet = Packet(flow, flags)
    walk = Walk(Trace(1, None))
    return check(network.filters, walk, network.places.by_device["web"], packet)


cidrs = st.sampled_from([ANYWHERE, f"{CLIENT}/32", PRIVATE, "sg-web"])
ranges = st.sampled_from([EVERY_PORT, (80, 80), (40_000, 40_000), (1_024, 65_535)])
some_rules = st.lists(
    st.builds(
        GroupRule,
        st.just("sg-web"),
        st.sampled_from([IN, OUT]),
        ranges,
        cidrs,
        st.sampled_from([ANY, TCP, UDP]),
    ),
    max_size=6,
).map(tuple)


@pytest.mark.fact("sg-stateful", "sg-untracked")
@settings(max_examples=150, derandomize=True, deadline=None)
@given(some_rules, st.sampled_from([TCP, UDP]), st.booleans())
def test_a_group_admits_the_answers_to_whatever_it_let_pass(rules, protocol, inward):
    """Tracked or not: an untracked flow has its rules in both directions."""
    network = street(rules).network
    flow = FiveTuple(CLIENT, 40_000, WEB, 80, protocol)
    there, back = (group_in, group_out) if inward else (group_out, group_in)
    sent = flow if inward else flow.reversed()._replace(sport=40_000, dport=80)
    row, reason = ask(network, there, sent)
    if reason is None:
        assert ask(network, back, sent.reversed(), SYN | ACK)[1] is None
        assert ask(network, there, sent, ACK)[1] is None
    assert (reason is None) == any(
        rule.direction == (IN if inward else OUT)
        and rule.peer in (ANYWHERE, f"{CLIENT}/32")
        and rule.protocol in (ANY, protocol)
        and (rule.protocol == ANY or rule.ports[0] <= 80 <= rule.ports[1])
        for rule in rules
    )
    assert isinstance(row, Untracked) == (
        reason is None and len(network.filters.tracking["web"]) == 0
    )


@pytest.mark.fact("nlb-idle-rst", "sg-idle-nlb")
def test_the_reset_of_a_network_load_balancer_passes_its_own_group_though_that_has_forgotten_the_flow():
    visited = site("network")  # the balancer has a group, which tracks for 350 s too
    visited.connect("client", "www.example.com", 80)
    first = next(trace.packet for trace in visited.network.capture if trace.packet.flags & SYN)
    visited.network.run(visited.network.clock.now + 351 * SECOND)
    before = len(visited.network.capture)
    late = Packet(first.flow, ACK | PSH, first.seq + 1, 1, data=b"late")
    visited.network.send("client", late, "a client that speaks after lunch")
    visited.network.run(visited.network.clock.now + SECOND)
    reset = [
        trace for trace in visited.network.capture.since(before, 0) if trace.packet.flags & RST
    ]
    assert [(trace.sender, trace.last.at) for trace in reset][:1] == [("NLB node", "client")]
    assert "group out" not in {step.check for step in reset[0].steps}


@pytest.mark.parametrize(
    ("comes_in", "untracked"),
    [
        (GroupRule("sg-web", IN, (80, 80), ANYWHERE), True),
        (GroupRule("sg-web", IN, (80, 80), f"{CLIENT}/32"), False),
        (None, False),
    ],
)
def test_an_answer_is_untracked_where_its_request_was_one_that_anyone_may_send(comes_in, untracked):
    """The packet is the answer; the rule that lets it out is not one for anybody."""
    narrow = GroupRule("sg-web", OUT, EVERY_PORT, f"{CLIENT}/32", TCP)
    out = RuleSet(("sg-web",), OUT, (narrow, ALL_OUT))
    back = RuleSet(("sg-web",), IN, (comes_in,) if comes_in else ())
    answer = FiveTuple(WEB, 80, CLIENT, 50_000)
    assert is_untracked(narrow, out, back, answer) is untracked
    assert not is_untracked(narrow, RuleSet(("sg-web",), OUT, (narrow,)), back, answer)
