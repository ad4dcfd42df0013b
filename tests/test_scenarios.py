"""Scenarios: every symptom comes out of the model, and its cause is in the trace.

Undoing the fault cures it.
"""

import pytest
from rigs.reference_site import PAGE

from vpcedu.clock import SECOND
from vpcedu.lab import scenario, scenario_names
from vpcedu.packet import ACK, RST, SYN
from vpcedu.reasons import IDLE_TIMEOUT, NO_PORT, PORT_CLOSED
from vpcedu.scenarios.catalogue import SCENARIOS, SYMPTOMS, listing
from vpcedu.scenarios.routes_and_filters import CLIENTS, DENY_CLIENTS, LISTENER_RULE
from vpcedu.scenarios.scenario import evidence, first_failure, patient
from vpcedu.sites.parts import NAME
from vpcedu.sites.reference import TARGETS
from vpcedu.sites.several_zones import public_address, zones_site
from vpcedu.tables.route_table import LOCAL
from vpcedu.tables.security_group import OUT
from vpcedu.tables.source_ports import MOST
from vpcedu.tables.tracking import TrackedFlow
from vpcedu.tables.traffic import ANYWHERE
from vpcedu.trace import Change
from vpcedu.views.symptom import balancer_logs, client_sees

RIGHT = (1, 2, 8, 15, 18, 21)  # symptoms of correct behaviour
FAULTY = [row for row in SCENARIOS.values() if row.undo is not None]


def times(capture, who, state):
    """When the connections of a host came to a state."""
    return [
        event.at
        for event in capture.events
        if event.who == who and isinstance(event.row, Change) and event.row.after == state
    ]


# --- the list -------------------------------------------------------------------------------------


def test_every_symptom_has_a_scenario_and_one_with_two_faces_has_two():
    entries = [row.entry for row in SCENARIOS.values()]
    assert sorted(set(entries)) == list(range(1, SYMPTOMS + 1))
    assert all(entries.count(entry) >= 2 for entry in (3, 4, 5, 7, 8, 10, 12, 13, 14, 15))


def test_every_symptom_but_those_of_correct_behaviour_can_be_undone():
    assert {row.entry for row in FAULTY} >= set(range(1, SYMPTOMS + 1)) - set(RIGHT)
    for row in SCENARIOS.values():
        assert (row.undo is None) == (row.undoing == "")
        assert row.undo is not None or row.entry in RIGHT


def test_names_and_sentences_are_listed():
    assert list(scenario_names()) == list(SCENARIOS)
    assert all(says.endswith(".") for says in scenario_names().values())
    assert listing().splitlines()[0] == "nat-lets-80-and-443-out"
    assert max(map(len, listing().splitlines())) <= 80


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(
        ValueError, match=r"scenario 'dns': expected one of nat-lets-80-and-443-out, .*"
    ):
        scenario("dns")


def test_correct_behaviour_cannot_be_undone():
    with pytest.raises(
        ValueError,
        match="'nlb-answer-and-the-nat' shows correct behaviour: expected one with a fault",
    ):
        scenario("nlb-answer-and-the-nat").undone()


# --- all of them ----------------------------------------------------------------------------------


@pytest.mark.parametrize("row", SCENARIOS.values(), ids=list(SCENARIOS))
def test_the_forecast_is_the_symptom_and_the_trace_names_the_cause(row):
    visit = row.visit()
    assert (
        (client_sees(visit), balancer_logs(visit))
        == (row.sees, row.logs)
        == (visit.client_sees, visit.balancer_logs)
    )
    assert row.cause and any(row.cause in line for line in evidence(visit)), "\n".join(
        evidence(visit)
    )


@pytest.mark.parametrize("row", FAULTY, ids=[row.name for row in FAULTY])
def test_undoing_the_fault_makes_the_visit_work_and_the_cause_is_gone(row):
    built = row.build()
    assert row.undo(built).vpc != built.vpc
    visit = row.undone()
    assert visit.client_sees == "works"
    assert not any(row.cause in line for line in evidence(visit)) or row.name == "one-address-fails"


@pytest.mark.parametrize("row", SCENARIOS.values(), ids=list(SCENARIOS))
def test_the_story_is_told_in_narrow_lines_and_is_always_the_same(row):
    told = str(row)
    assert max(map(len, told.splitlines())) <= 80
    assert f"sees: {row.sees}." in told.replace("\n", " ")
    assert row.name == "https-loop" or str(row) == told  # TLS draws its own numbers


# --- what is right: the documented path or outcome ------------------------------------------------


def test_1_the_answer_leaves_on_the_balancer_s_own_connection_and_no_packet_meets_the_nat():
    visit = scenario("nat-lets-80-and-443-out").visit()
    assert [
        rule.ports
        for rule in visit.vpc.group_rules
        if (rule.group, rule.direction) == ("sg-nat", OUT)
    ] == [(80, 80), (443, 443)]
    answers = [trace for trace in visit.capture if trace.sender == "web"]
    assert answers and all(trace.devices == ("web", "ELB node") for trace in answers)
    assert {
        step.row.target for trace in answers for step in trace.steps if step.check == "route"
    } == {LOCAL}
    assert not any("NAT" in trace.devices for trace in visit.capture)
    client = next(trace.packet.flow.source for trace in visit.capture if trace.sender == "client")
    home = [trace for trace in visit.capture if trace.delivered and trace.last.at == "client"]
    assert all(
        trace.sender == "ELB node" and trace.last.before.flow.destination == client
        for trace in home
    )


def test_2_the_answer_returns_by_the_balancer_s_flow_and_the_default_route_is_not_asked():
    visit = scenario("nlb-answer-and-the-nat").visit()
    private = [
        row for row in visit.vpc.routes if row.table == "private" and row.destination == ANYWHERE
    ]
    assert [row.target for row in private] == ["NAT"]
    answers = [trace for trace in visit.capture if trace.sender == "web"]
    assert answers
    for trace in answers:
        assert trace.packet.flow.dst == "203.0.113.10"
        assert trace.devices == ("web", "NLB node", "Internet gateway", "client")
        assert not [step for step in trace.steps if step.at == "web" and step.check == "route"]
        assert [step.check for step in trace.steps if step.at == "web"].count("flow return") == 1


def test_8_a_nat_gateway_tells_the_inside_by_rst_and_the_far_side_nothing():
    visit = scenario("nat-gateway-resets").visit()
    resets = [trace for trace in visit.capture if trace.packet.flags & RST]
    assert [(trace.devices, trace.steps[0].now // SECOND) for trace in resets] == [
        (("NAT", "web"), 400)
    ]
    assert [trace.dropped.reason for trace in visit.capture if trace.dropped] == [IDLE_TIMEOUT]


def test_8_a_nat_instance_remembers_for_days_and_one_that_forgets_leaves_a_dead_connection():
    works = scenario("nat-instance-remembers").visit()
    assert works.result.after > 400 * SECOND and not any(
        trace.packet.flags & RST for trace in works.capture
    )
    row = scenario("nat-instance-goes-dead")
    site = row.build()
    visit = row.play(site)
    assert {trace.dropped.reason for trace in visit.capture if trace.dropped} == {PORT_CLOSED}
    resets = [trace for trace in visit.capture if trace.packet.flags & RST]
    assert resets and {trace.devices[-1] for trace in resets} == {"update server"}
    (connection,) = site.network.devices["web"].connections.values()
    assert connection.state == "ESTABLISHED"  # it knows nothing of it


def test_15_a_tracked_connection_goes_on_a_new_one_does_not_and_an_acl_cuts_both():
    visit = scenario("tracked-goes-on").visit()
    asked = [
        trace for trace in visit.capture if trace.sender == "client" and trace.steps[0].now > SECOND
    ]
    rows = [
        step.row
        for trace in asked
        for step in trace.steps
        if (step.at, step.check) == ("ELB node", "group in")
    ]
    assert rows and all(isinstance(row, TrackedFlow) and row.rule == LISTENER_RULE for row in rows)
    site = scenario("tracked-goes-on").build()
    assert site.without(LISTENER_RULE).get(PAGE).client_sees == "timed out after 131 s"
    cut = scenario("acl-cuts").visit()
    late = [
        trace for trace in cut.capture if trace.sender == "client" and trace.steps[0].now > SECOND
    ]
    assert late and all(trace.dropped.row == DENY_CLIENTS for trace in late)
    assert times(cut.capture, "client", "ESTABLISHED")


def test_18_the_handshake_is_with_the_proxy_and_comes_before_any_target_is_asked():
    row = scenario("connected-then-closed")
    visit = row.visit()
    asked = next(trace for trace in visit.capture if trace.packet.flow.dst == "10.0.1.10")
    (stood,) = times(visit.capture, "client", "ESTABLISHED")
    assert stood == 40_000 and asked.steps[0].now == 60_000
    assert asked.last.reason == PORT_CLOSED and asked.last.sent[0].flags == RST | ACK
    assert visit.result.symptom == "closed" and visit.result.after > stood
    # who only connects sees nothing of it
    assert row.build().connect("client", NAME, 80).client_sees == "works"


# --- more than the forecast -----------------------------------------------------------------------


def test_3_other_hosts_and_some_of_the_calls_work():
    site = scenario("one-call-of-several-hangs").build()
    assert all(site.get(PAGE).client_sees == "works" for _ in range(8))
    seen = [site.get("http://10.0.0.30/", opener="web a").client_sees for _ in range(12)]
    assert set(seen) == {"works", "timed out after 131 s"}


@pytest.mark.fact("nlb-hc", "nlb-target-sg")
def test_4_the_checks_that_fail_come_from_the_balancer_s_address_and_the_client_s_packets_pass():
    visit = scenario("clients-in-checks-out").visit()
    lost = {trace.packet.flow.src for trace in visit.capture if trace.dropped}
    assert lost == {"10.0.0.30"}


@pytest.mark.fact("nacl-eph-linux", "nacl-eph-win", "nacl-eph-rule")
def test_5_only_clients_with_ports_above_the_acl_s_range_fail():
    site = scenario("acl-with-too-few-ports").build()
    ports = {}
    for name in CLIENTS:
        visit = site.get(PAGE, opener=name)
        ports.setdefault(visit.client_sees, []).append(visit.capture.traces[0].packet.flow.sport)
    assert set(ports) == {"works", "timed out after 131 s"}
    assert max(ports["works"]) <= 60_999 < min(ports["timed out after 131 s"])


@pytest.mark.fact("natgw-55000")
def test_6_one_more_than_55_000_fails_and_another_destination_works():
    row = scenario("no-port-left")
    site = row.build()
    visit = row.play(site)
    assert MOST == 55_000 and {trace.dropped.reason for trace in visit.capture} == {NO_PORT}
    assert site.connect("web", "updates.example.net", 8080).client_sees == "works"


@pytest.mark.fact("natgw-idle", "natgw-rst")
def test_7_the_answer_dies_at_the_nat_and_only_who_speaks_hears_of_it():
    row = scenario("silent-request")
    site = row.build()
    visit = row.play(site)
    lost = [trace for trace in visit.capture if trace.dropped]
    assert {(trace.sender, trace.dropped.at) for trace in lost} == {("update server", "NAT")}
    assert not any(
        trace.packet.flags & RST and trace.devices[-1] == "web" for trace in visit.capture
    )
    (connection,) = site.network.devices["web"].connections.values()
    site.network.do("web", "send", connection, b"hello?")
    site.wait(SECOND)
    assert connection.state == "CLOSED"


def test_7_the_limit_is_350_seconds():
    from vpcedu.scenarios.timing import for_20_minutes, slow_api

    assert for_20_minutes(slow_api(349)).client_sees == "works"
    assert for_20_minutes(slow_api(350)).client_sees == "no answer after 1200 s"


@pytest.mark.fact("elb-crosszone", "nlb-hc")
def test_14_dns_no_longer_answers_with_the_address_that_fails():
    row = scenario("one-address-fails")
    site = row.build()
    row.play(site)
    network = site.network
    assert {network.names.resolve(NAME, network.in_service) for _ in range(6)} == {
        public_address("a"),
        public_address("b"),
    }
    assert all(site.get(PAGE).client_sees == "works" for _ in range(3))


@pytest.mark.fact("nlb-cip-collide")
def test_17_the_second_connection_works_once_the_first_is_closed_and_forgotten():
    site = scenario("one-port-to-two-nodes").build()
    for zone in "abab":
        assert site.get(f"http://{public_address(zone)}/").client_sees == "works"
        site.wait(351 * SECOND)  # a closed flow serves late packets so long


def test_19_small_pages_load():
    assert scenario("large-pages-hang").build().get(PAGE).client_sees == "works"


# --- the parts ------------------------------------------------------------------------------------


def test_first_failure_needs_a_visit():
    with pytest.raises(ValueError, match="no visits: expected one or more"):
        first_failure([])


def test_a_patient_visit_lasts_as_long_as_was_said():
    site = scenario("nat-lets-80-and-443-out").build()
    visit = patient(site, "client", NAME, 80, 30)
    assert (visit.waited, visit.client_sees, site.network.clock.now) == (
        30 * SECOND,
        "works",
        30 * SECOND,
    )


@pytest.mark.parametrize(
    ("zones", "targets"), [("", ""), ("ba", ""), ("aa", ""), ("az", ""), ("ab", "c")]
)
def test_zones_are_letters_in_order(zones, targets):
    with pytest.raises(
        ValueError, match=f"zones {zones!r}, targets {targets!r}: expected letters from a to h"
    ):
        zones_site(zones, targets)


def test_every_zone_has_a_node_with_its_own_address_and_target():
    site = zones_site("abc")
    for zone in "abc":
        visit = site.get(f"http://{public_address(zone)}/")
        assert visit.client_sees == "works"
        opening = next(trace for trace in visit.capture if trace.packet.flags == SYN)
        assert opening.devices == ("client", "Internet gateway", f"NLB node {zone}", f"web {zone}")
    assert TARGETS.targets[0].address == "10.0.1.10"
