"""Tables: each answers one question, and a row never changes."""

import pytest

from vpcedu.clock import SECOND
from vpcedu.flow import Endpoint, FiveTuple
from vpcedu.packet import ACK, FIN, PSH, RST, SYN
from vpcedu.protocols.ports import ELASTIC_LOAD_BALANCING, LINUX, choose
from vpcedu.tables.flows import FlowEntry
from vpcedu.tables.network_acl import ALLOW, ANY, DENY, LAST, AclEntry, NetworkAcl
from vpcedu.tables.route_table import LOCAL, Route, RouteTable
from vpcedu.tables.security_group import IN, OUT, GroupRule, RuleSet
from vpcedu.tables.target_group import Listener, TargetGroup
from vpcedu.tables.tracking import ESTABLISHED_IDLE, Tracking, TrackingConfiguration
from vpcedu.tables.traffic import ICMP, TCP, span
from vpcedu.tables.translation import REMEMBERED, Translation, Translations

FLOW = FiveTuple("203.0.113.10", 40_000, "10.0.0.10", 80)
MINUTE = TrackingConfiguration(tcp_established=60 * SECOND)


# --- route table ---------------------------------------------------------------------------------


@pytest.mark.fact("lpm")
def test_the_most_specific_route_wins_whatever_the_order():
    rows = [
        Route("t", "0.0.0.0/0", "NAT"),
        Route("t", "10.0.0.0/16", LOCAL),
        Route("t", "10.0.1.0/24", "firewall"),
        Route("t", "10.0.1.7/32", "one host"),
    ]
    for routes in (rows, rows[::-1], rows[2:] + rows[:2]):
        table = RouteTable(tuple(routes))
        found = [
            table.lookup(a).target for a in ("10.0.1.7", "10.0.1.8", "10.0.2.1", "198.51.100.7")
        ]
        assert found == ["one host", "firewall", "local", "NAT"]


@pytest.mark.fact("static-vs-propagated")
def test_a_static_route_comes_before_a_propagated_one_of_the_same_prefix_only():
    table = RouteTable(
        (
            Route("t", "10.1.0.0/16", "vpn", propagated=True),
            Route("t", "10.1.0.0/16", "static"),
            Route("t", "10.1.1.0/24", "vpn", propagated=True),
        )
    )
    assert table.lookup("10.1.0.1").target == "static"
    assert table.lookup("10.1.1.1").target == "vpn"


def test_without_a_route_that_fits_there_is_none():
    table = RouteTable((Route("t", "10.0.0.0/16", LOCAL),))
    assert table.lookup("10.1.0.0") is None
    assert RouteTable(()).lookup("10.0.0.1") is None


def test_the_first_and_the_last_address_are_looked_up_like_others():
    first, last = Route("t", "0.0.0.0/8", "first"), Route("t", "255.255.255.255/32", "last")
    assert RouteTable(()).lookup("0.0.0.0") is None
    assert RouteTable((last,)).lookup("0.0.0.0") is None
    assert RouteTable((first,)).lookup("255.255.255.255") is None
    both = RouteTable((first, last, Route("t", "0.0.0.0/0", "all")))
    found = [both.lookup(a).target for a in ("0.0.0.0", "1.0.0.0", "255.255.255.255")]
    assert found == ["first", "all", "last"]


def test_of_many_routes_for_one_destination_the_first_static_one_wins():
    rows = [Route("t", "10.1.0.0/16", f"vpn {i}", True) for i in range(3)]
    rows += [Route("t", "10.1.0.0/16", f"static {i}") for i in range(3)]
    assert RouteTable(tuple(rows)).lookup("10.1.0.1").target == "static 0"
    assert RouteTable(tuple(rows[:3])).lookup("10.1.0.1").target == "vpn 0"


# --- protocols and ports -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("protocol", "ports", "found"),
    [
        (TCP, (0, 65_535), (0, 65_535)),
        (TCP, (65_535, 65_535), (65_535, 65_535)),
        (TCP, (0, 0), (0, 0)),
        (ICMP, (0, 0), (0, 0)),  # an echo reply
        (ICMP, (0, -1), (0, 255)),
        (ICMP, (255, 255), (65_535, 65_535)),
        (ICMP, (-1, -1), (0, 65_535)),
        (255, (7, 9), (0, 65_535)),
    ],
)
def test_the_ends_of_what_a_rule_can_name_belong_to_it(protocol, ports, found):
    """RFC 9293 section 3.1: ports have 16 bits; RFC 792: types and codes have 8, from 0."""
    assert span(protocol, ports) == found


@pytest.mark.parametrize(
    ("protocol", "ports"),
    [
        (TCP, (80, 65_536)),
        (TCP, (65_536, 65_536)),
        (TCP, (-1, 80)),
        (TCP, (81, 80)),
        (ICMP, (256, 0)),
        (ICMP, (0, 256)),
        (ICMP, (-1, 0)),
        (ICMP, (0, -2)),
        (-2, (0, 0)),
        (256, (0, 0)),
        (TCP, ("80", "80")),
        (TCP, (80,)),
        (TCP, 80),
        ("tcp", (80, 80)),
        (TCP, None),
    ],
)
def test_what_no_rule_can_name_is_refused_by_its_value(protocol, ports):
    with pytest.raises(ValueError, match="expected -1 or 0 to 255") as error:
        span(protocol, ports)
    assert repr(protocol) in str(error.value) and repr(ports) in str(error.value)


def test_a_route_to_no_block_is_refused():
    with pytest.raises(ValueError, match=r"'10\.0\.0\.1/16' has bits set after its prefix"):
        RouteTable((Route("t", "10.0.0.1/16", LOCAL),))


# --- network ACL ----------------------------------------------------------------------------------


def entry(number, action, ports=(0, 65_535), cidr="0.0.0.0/0", direction=IN, protocol=ANY):
    return AclEntry("acl", number, direction, action, protocol, ports, cidr)


@pytest.mark.fact("nacl-order")
def test_the_lowest_number_that_fits_decides():
    denies, allows = entry(90, DENY, (80, 80), protocol=6), entry(100, ALLOW)
    for entries in ((denies, allows), (allows, denies)):
        acl = NetworkAcl("acl", entries)
        assert acl.lookup(IN, FLOW) == denies
        assert acl.lookup(IN, FLOW._replace(dport=81)) == allows
    assert NetworkAcl("acl", (allows, denies._replace(number=110))).lookup(IN, FLOW) == allows


@pytest.mark.fact("nacl-order")
def test_the_star_denies_what_no_entry_fits():
    acl = NetworkAcl("acl", (entry(100, ALLOW, cidr="10.0.0.0/8"),))
    star = acl.lookup(IN, FLOW)
    assert (star.action, star.number, str(star)) == (
        DENY,
        LAST,
        "acl in *: deny all from 0.0.0.0/0",
    )
    assert NetworkAcl("acl", ()).lookup(OUT, FLOW).action == DENY


def test_each_direction_has_its_own_entries_and_looks_at_the_far_side():
    acl = NetworkAcl(
        "acl",
        (
            entry(100, ALLOW, cidr="203.0.113.0/24"),
            entry(100, ALLOW, (80, 80), "10.0.0.0/24", OUT, 6),
        ),
    )
    assert acl.lookup(IN, FLOW).action == ALLOW  # from 203.0.113.10
    assert acl.lookup(OUT, FLOW).action == ALLOW  # to 10.0.0.10, port 80
    assert acl.lookup(IN, FLOW.reversed()).action == DENY
    assert acl.lookup(OUT, FLOW.reversed()).action == DENY


def test_the_first_and_the_last_port_of_a_range_fit():
    acl = NetworkAcl("acl", (entry(100, ALLOW, (80, 82), protocol=6),))
    found = [acl.lookup(IN, FLOW._replace(dport=port)).action for port in (79, 80, 82, 83)]
    assert found == [DENY, ALLOW, ALLOW, DENY]


def test_an_entry_for_another_protocol_does_not_fit():
    assert NetworkAcl("acl", (entry(100, ALLOW, protocol=17),)).lookup(IN, FLOW).action == DENY


# --- security group -------------------------------------------------------------------------------


def rules(*rows, direction=IN):
    return RuleSet(("sg-a", "sg-b"), direction, rows)


@pytest.mark.fact("sg-allow-only")
def test_no_rule_allows_nothing_and_says_so():
    assert rules().lookup(FLOW, frozenset()) is None
    assert str(rules()) == "sg-a, sg-b in allows nothing"


@pytest.mark.fact("sg-allow-only")
def test_the_rules_of_all_groups_count_together():
    web, ssh = (
        GroupRule("sg-a", IN, (80, 80), "0.0.0.0/0"),
        GroupRule("sg-b", IN, (22, 22), "203.0.113.0/24"),
    )
    both = rules(web, ssh)
    assert both.lookup(FLOW, frozenset()) == web
    assert both.lookup(FLOW._replace(dport=22), frozenset()) == ssh
    assert both.lookup(FLOW._replace(dport=22, src="198.51.100.7"), frozenset()) is None
    assert (
        str(both) == "sg-a, sg-b in allows only tcp 80 from 0.0.0.0/0, tcp 22 from 203.0.113.0/24"
    )


@pytest.mark.fact("sg-ref")
def test_a_group_as_peer_stands_for_those_who_carry_it_and_for_no_address():
    rule = GroupRule("sg-a", IN, (80, 80), "sg-balancer")
    assert rules(rule).lookup(FLOW, frozenset({"sg-balancer", "sg-x"})) == rule
    assert rules(rule).lookup(FLOW, frozenset({"sg-x"})) is None
    assert rules(rule).lookup(FLOW, frozenset()) is None


def test_outbound_rules_look_at_the_destination():
    rule = GroupRule("sg-a", OUT, (80, 80), "10.0.0.0/24")
    assert rules(rule, direction=OUT).lookup(FLOW, frozenset()) == rule
    assert rules(rule, direction=OUT).lookup(FLOW._replace(dst="10.0.1.1"), frozenset()) is None


def test_a_rule_for_another_protocol_allows_nothing():
    assert rules(GroupRule("sg-a", IN, (80, 80), "0.0.0.0/0", 17)).lookup(FLOW, frozenset()) is None


# --- tracking -------------------------------------------------------------------------------------


@pytest.mark.fact("sg-stateful")
def test_a_tracked_flow_lets_its_packets_in_and_its_answers_out():
    tracking = Tracking()
    row = tracking.note(IN, FLOW, None, 5)
    assert (row.flow, row.way, row.since) == (FLOW, IN, 5)
    assert tracking.lookup(IN, FLOW, 6) is tracking.lookup(OUT, FLOW.reversed(), 6) is row
    assert tracking.lookup(IN, FLOW._replace(sport=40_001), 6) is None
    assert len(tracking) == 1


def test_what_is_forwarded_in_the_same_direction_is_no_answer():
    tracking = Tracking()
    tracking.note(IN, FLOW, None, 0)
    assert tracking.lookup(OUT, FLOW, 0) is None
    assert tracking.lookup(IN, FLOW.reversed(), 0) is None


def test_looking_up_a_tracked_flow_changes_nothing():
    tracking = Tracking(MINUTE)
    tracking.note(IN, FLOW, None, 0)
    assert tracking.lookup(IN, FLOW, 59 * SECOND)
    # the look-up at 59 s did not start the idle clock again
    assert tracking.lookup(IN, FLOW, 60 * SECOND) is None


def test_a_tracked_flow_is_forgotten_after_five_days_of_silence():
    tracking = Tracking()
    tracking.note(OUT, FLOW, None, 0)
    assert tracking.use(IN, FLOW.reversed(), 100)
    assert tracking.lookup(OUT, FLOW, 100 + 432_000 * SECOND - 1)
    assert tracking.lookup(OUT, FLOW, 100 + 432_000 * SECOND) is None
    assert ESTABLISHED_IDLE == 432_000 * SECOND


def test_noting_a_flow_clears_those_that_ran_out():
    tracking = Tracking(MINUTE)
    for port in range(5):
        tracking.note(IN, FLOW._replace(sport=port), None, port * SECOND)
    tracking.note(IN, FLOW, None, 62 * SECOND)
    assert len(tracking) == 3


def test_a_cleared_table_knows_nobody():
    tracking = Tracking()
    tracking.note(IN, FLOW, None, 0)
    tracking.clear()
    assert tracking.lookup(IN, FLOW, 0) is None
    assert len(tracking) == 0


# --- flows and translations -----------------------------------------------------------------------


AFTER = FLOW._replace(src="10.0.0.20", sport=1_024)


def flow_of(port):
    return FLOW._replace(sport=port)


def put(rows, now, before=FLOW, after=AFTER, idle=None):
    """Write a row, and say under which flow its answer comes."""
    return rows.add(before, after, now, idle), after.reversed()


def test_both_ways_of_a_row_go_together():
    rows = Translations(10)
    row, back = put(rows, 0)
    assert rows.lookup(FLOW, 0) == rows.lookup(back, 0) == row
    assert (list(rows), len(rows)) == ([row], 1)
    assert rows.sweep(10) == [row]
    assert rows.lookup(FLOW, 0) is rows.lookup(back, 0) is None
    assert (list(rows), len(rows)) == ([], 0)


@pytest.mark.parametrize("other", [(FLOW, AFTER._replace(sport=9)), (flow_of(9), AFTER)])
def test_a_new_row_takes_the_place_of_whatever_had_one_of_its_flows(other):
    rows = Translations(10)
    put(rows, 0, *other)
    row, back = put(rows, 1)
    assert (list(rows), len(rows)) == ([row], 1)
    assert rows.lookup(back, 1) == row and rows.lookup(FLOW, 1) == row
    assert [rows.sweep(now) for now in (10, 11)] == [[], [row]]


def test_the_sweep_takes_the_longest_silent_first_and_stops_at_the_living():
    rows = Translations(10)
    made = [put(rows, port, flow_of(port), AFTER._replace(sport=port))[0] for port in range(4)]
    assert rows.use(flow_of(0), 5) == made[0]
    assert rows.sweep(12) == made[1:3]
    assert list(rows) == [made[0], made[3]]
    assert rows.sweep(13) == [made[3]]
    assert rows.sweep(15) == [made[0]]


def test_a_row_that_ran_out_is_not_used_again():
    rows = Translations(10)
    row, _ = put(rows, 0)
    assert (rows.use(FLOW, 9), rows.expired(FLOW, 9)) == (row, None)
    assert (rows.use(FLOW, 19), rows.expired(FLOW, 19)) == (None, row)


def test_a_row_is_closed_by_rst_or_by_the_ack_behind_a_fin_from_each_side():
    back = AFTER.reversed()
    for seen in (
        [(FLOW, RST)],
        [(FLOW, FIN | ACK), (back, FIN | ACK), (FLOW, ACK)],
        [(back, FIN | ACK), (FLOW, ACK), (FLOW, FIN | ACK), (back, ACK)],
    ):
        rows = Translations(100, closed=20, reset=10)
        row, _ = put(rows, 0)
        for flow, flags in seen:
            assert rows.sweep(0) == []
            assert rows.use(flow, 0, flags) == row
        assert (rows.sweep(0), rows.sweep(0)) == ([row], [])
        assert (rows.use(FLOW, 9, ACK), rows.use(FLOW, 9, SYN)) == (row, None)
        last = 9 + (10 if len(seen) == 1 else 20)
        assert (rows.lookup(FLOW, last - 1), rows.lookup(FLOW, last)) == (row, None)
        assert rows.expired(FLOW, last) is None and rows.timed_out == 0


def test_a_fin_from_one_side_alone_closes_no_row_however_often_it_is_sent():
    rows, back = Translations(100, closed=20), AFTER.reversed()
    row, _ = put(rows, 0)
    for flow, flags in ((FLOW, FIN | ACK), (back, ACK), (FLOW, FIN | ACK), (back, PSH | ACK)):
        rows.use(flow, 0, flags)
    assert rows.sweep(0) == [] and rows.lookup(FLOW, 99) == row


def test_a_row_that_is_opening_has_less_time_until_it_is_answered():
    for answered, end in ((False, 5), (True, 40)):
        rows = Translations(100, opening=5)
        row, back = put(rows, 0, idle=40)
        rows.use(back if answered else FLOW, 0)
        assert (rows.lookup(FLOW, end - 1), rows.lookup(FLOW, end)) == (row, None)
        assert rows.sweep(end - 1) == [] and rows.sweep(end) == [row]


def test_a_row_keeps_its_place_when_its_connection_opens_and_ends():
    """A table is listed in the order in which its connections were opened."""
    rows, other = Translations(100, opening=10), FLOW._replace(sport=40_001)
    first = rows.add(FLOW, AFTER, 0)
    second = rows.add(other, AFTER._replace(sport=2_000), 0)
    rows.use(AFTER.reversed(), 1, SYN | ACK)
    rows.use(FLOW, 2, RST)
    assert list(rows) == [first, second]


def test_a_row_whose_answer_looks_like_its_opener_has_one_key():
    """A target that calls its own balancer, from the balancer's port, and is given that port."""
    for end in (SYN | ACK, RST):
        rows = Translations(10, opening=5)
        row = rows.add(FLOW, FLOW.reversed(), 0)
        assert len(rows) == 1 and list(rows) == [row]
        assert rows.use(FLOW, 1, end) == row and len(rows) == 1
        assert rows.sweep(20)[-1] == row and not len(rows) and not list(rows)


def test_a_row_that_was_replaced_does_not_run_out():
    rows = Translations(10)
    put(rows, 0)
    row, _ = put(rows, 5)
    assert [rows.sweep(now) for now in (10, 14, 15)] == [[], [], [row]]


def test_the_sweep_misses_no_row_that_was_written_after_it():
    rows = Translations(10)
    assert rows.sweep(0) == []
    row, _ = put(rows, 3)
    assert [rows.sweep(now) for now in (5, 12, 13)] == [[], [], [row]]


def test_a_table_that_says_not_how_its_rows_are_found_is_named():
    with pytest.raises(NotImplementedError, match="FlowEntry does not say by which flows"):
        FlowEntry(0, 10).keys  # noqa: B018


def test_a_translation_takes_a_flow_there_and_its_answer_back():
    rows = Translations(10)
    row = rows.add(FLOW, AFTER, 0)
    assert rows.lookup(FLOW, 0) == rows.lookup(AFTER.reversed(), 0) == row
    assert rows.lookup(AFTER, 0) is rows.lookup(FLOW.reversed(), 0) is None
    assert row.onward(FLOW) == AFTER
    assert row.onward(AFTER.reversed()) == FLOW.reversed()


def test_an_expired_translation_serves_nobody_but_is_remembered_until_it_is_met():
    rows = Translations(10)
    row = rows.add(FLOW, AFTER, 0)
    assert (rows.lookup(FLOW, 9), rows.expired(FLOW, 9)) == (row, None)
    assert (rows.lookup(FLOW, 10), rows.expired(FLOW, 10)) == (None, row)
    assert rows.sweep(10) == [row]
    assert rows.expired(AFTER.reversed(), 10) == row
    rows.forget(row)
    assert rows.expired(FLOW, 10) is rows.expired(AFTER.reversed(), 10) is None


def test_a_flow_that_begins_again_is_no_longer_remembered_as_expired():
    rows = Translations(10)
    rows.add(FLOW, AFTER, 0)
    rows.sweep(10)
    rows.add(FLOW, AFTER, 10)
    rows.sweep(10)
    assert rows.expired(FLOW, 11) is None


def test_the_memory_of_expired_rows_is_bounded():
    rows = Translations(10)
    for port in range(REMEMBERED):
        rows.add(FLOW._replace(sport=port), AFTER._replace(sport=port), port)
    rows.sweep(REMEMBERED + 10)
    remembered = [
        p for p in range(REMEMBERED) if rows.expired(FLOW._replace(sport=p), REMEMBERED + 10)
    ]
    # two flows to a row, the oldest went
    assert remembered == list(range(REMEMBERED // 2, REMEMBERED))


def test_a_row_is_the_same_before_and_after_later_traffic():
    rows = Translations(10)
    row = rows.add(FLOW, AFTER, 3)
    for now in range(4, 40, 5):
        rows.use(FLOW, now)
    assert rows.lookup(FLOW, 40) == row
    assert row == Translation(FLOW, AFTER, 3)


# --- target group and ports -----------------------------------------------------------------------


def test_a_target_group_hands_out_its_targets_in_turn():
    targets = (Endpoint("10.0.1.10", 80), Endpoint("10.0.1.11", 80), Endpoint("10.0.1.12", 80))
    group = TargetGroup("web", targets)
    assert tuple(group.pick(turn) for turn in range(6)) == targets * 2
    assert TargetGroup("web", ()).pick(0) is None
    assert str(Listener("TCP", 80, TargetGroup("web", ()))) == "listener TCP 80 > web (no targets)"


@pytest.mark.fact("eph-linux-parity")
def test_linux_takes_the_ports_of_even_offset_first():
    taken = []
    for _ in range(4):
        taken.append(choose((40_000, 40_003), 1, taken.__contains__))
    assert taken == [40_000, 40_002, 40_001, 40_003]
    assert choose((40_000, 40_003), 1, taken.__contains__) is None


@pytest.mark.parametrize("start", [0, 1, 6, 7, 12_345_678])
@pytest.mark.parametrize("ports", [LINUX, ELASTIC_LOAD_BALANCING, (1, 7), (5, 5)])
def test_the_choice_is_in_the_range_and_every_port_is_found(ports, start):
    assert ports[0] <= choose(ports, start, lambda port: False) <= ports[1]
    only = (ports[0] + ports[1]) // 2
    assert choose(ports, start, lambda port: port != only) == only
