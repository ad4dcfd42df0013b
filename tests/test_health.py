"""Health checks: packets on the clock, and what follows.

They are seen by the security groups, the web server and the capture.
"""

import copy

import pytest
from rigs.one_wire import Talker
from rigs.proxy_rig import BACK, CLIENT, NODE, ONE, WEB, Says, call, get, lan_with, opened, statuses
from rigs.reference_site import PAGE, dropped, site

from vpcedu.clock import SECOND
from vpcedu.flow import Endpoint
from vpcedu.gateways.internet_gateway import Association
from vpcedu.hosts.application_load_balancer import ApplicationLoadBalancer
from vpcedu.hosts.classic_load_balancer import ClassicLoadBalancer
from vpcedu.hosts.health_check import APPLICATION, CLASSIC, CLASSIC_HTTP
from vpcedu.network.interface import Interface, Subnet
from vpcedu.network.names import Name
from vpcedu.network.vpc import Device
from vpcedu.packet import RST, SYN
from vpcedu.sites.reference import TARGETS, reference_vpc
from vpcedu.sites.site import Site
from vpcedu.tables.security_group import IN, GroupRule, RuleSet
from vpcedu.tables.target_group import Listener, TargetGroup
from vpcedu.tables.targets import HEALTHY, INITIAL, UNHEALTHY, Targets

MINUTE = 60 * SECOND


def checks(capture, node=""):
    """The checks that left a node, "": all but the second: time of each SYN whose cause says so."""
    return [
        trace.steps[0].now
        for trace in capture
        if trace.cause.what == "health check"
        and trace.packet.flags == SYN
        and (trace.sender == node if node else trace.sender != "ELB node b")
    ]


def health(capture, node=""):
    """What a node found out, "": all but the second; each node of a balancer checks for itself."""
    return [
        (event.at, event.row.before, event.row.after, event.row.why)
        for event in capture.events
        if event.what == "target health"
        and (event.who == node if node else event.who != "ELB node b")
    ]


def close_group(visited):
    """Take the rule away by which sg-web lets the balancer in; what is tracked stays."""
    visited.network.filters.rules["web", IN] = RuleSet(("sg-web",), IN, ())


def open_group(visited):
    rule = GroupRule("sg-web", IN, (80, 80), "sg-balancer")
    visited.network.filters.rules["web", IN] = RuleSet(("sg-web",), IN, (rule,))


# --- checks are packets ---------------------------------------------------------------------------


@pytest.mark.fact("alb-hc", "alb-hc-ua")
def test_checks_stand_in_the_capture_and_in_the_web_server_s_log():
    visited = site("application")
    visited.start_checks()
    capture = visited.wait(95 * SECOND)
    times = [0, 30 * SECOND, 60 * SECOND, 90 * SECOND]
    assert checks(capture) == checks(capture, "ELB node b") == times  # each node for itself
    heard = [event.row for event in capture.events if event.what == "request"]
    rows = [row for row in heard if row.peer.address == "10.0.0.10"]
    assert len(rows) == 4 and {row.peer.address for row in heard} == {"10.0.0.10", "10.0.2.10"}
    for row in rows:
        assert (
            bytes(row.request)
            == b"GET / HTTP/1.1\r\nHost: 10.0.1.10\r\nUser-Agent: ELB-HealthChecker/2.0\r\n\r\n"
        )
    assert len({row.peer for row in rows}) == 4  # a new connection for each


@pytest.mark.fact("alb-hc")
def test_the_connection_of_a_check_is_closed_after_it():
    visited = site("application")
    visited.start_checks()
    visited.wait(SECOND)
    assert [c.state for c in visited.network.devices["ELB node"].connections.values()] == [
        "TIME-WAIT"
    ]
    assert not visited.network.devices["web"].connections


@pytest.mark.parametrize("balancer", ["classic-tcp", "classic-http", "application", "network"])
def test_nothing_is_checked_unless_checks_are_started(balancer):
    visited = site(balancer)
    assert not visited.wait(10 * MINUTE).traces
    assert visited.get(PAGE).symptom == "200 OK"
    assert not checks(visited.network.capture)


@pytest.mark.parametrize("balancer", ["classic-tcp", "classic-http", "application"])
def test_with_checks_on_a_visit_is_answered_and_ends(balancer):
    visited = site(balancer)
    visited.start_checks()
    assert visited.get(PAGE).symptom == "200 OK"
    assert visited.network.clock.due is not None  # the checks go on
    assert visited.network.clock.now < 2 * SECOND


@pytest.mark.fact("clb-hc")
def test_classic_s_default_check_is_a_tcp_connection_and_tells_the_web_server_nothing():
    visited = site("classic-tcp")
    visited.start_checks()
    capture = visited.wait(65 * SECOND)
    assert checks(capture) == [0, 30 * SECOND, 60 * SECOND]
    assert not [event for event in capture.events if event.what == "request"]
    assert health(capture) == [(400, "initial", "healthy", "connected")]


@pytest.mark.fact("clb-hc", "clb-hc-ua")
def test_classic_s_http_check_asks_for_index_html_under_its_own_name():
    lan = lan_with(ClassicLoadBalancer, check=CLASSIC_HTTP)
    lan.do(lan.hosts[NODE], "start_checks")
    lan.wait(SECOND)
    (row,) = lan.told("request")
    assert row.request.start == "GET /index.html HTTP/1.1"
    assert row.request.header("User-Agent") == "ELB-HealthChecker/1.0"
    assert row.request.header("Host") == f"{WEB}:8080"


@pytest.mark.fact("alb-hc", "clb-hc")
def test_the_defaults_are_aws_s():
    assert APPLICATION[:6] == ("HTTP", 5, 2, 30 * SECOND, 5 * SECOND, "/")
    assert CLASSIC[:5] == ("TCP", 10, 2, 30 * SECOND, 5 * SECOND)
    assert CLASSIC_HTTP[:6] == ("HTTP", 10, 2, 30 * SECOND, 5 * SECOND, "/index.html")
    assert APPLICATION.success == CLASSIC.success == ("200",)


@pytest.mark.parametrize("kind", [ApplicationLoadBalancer, ClassicLoadBalancer])
def test_a_check_of_another_protocol_is_refused(kind):
    with pytest.raises(ValueError, match="health check protocol 'UDP': expected TCP or HTTP"):
        lan_with(kind, check=APPLICATION._replace(protocol="UDP"))


# --- from result to state -------------------------------------------------------------------------


def targets_after(results, check=APPLICATION):
    targets = Targets(ONE, True)
    targets.begin()
    changed = [targets.note(BACK, result == "+", check) for result in results]
    assert changed[:-1] == [False] * (len(results) - 1)
    return targets.states[BACK], changed[-1]


@pytest.mark.fact("alb-hc")
@pytest.mark.parametrize(("results", "state"), [("+", HEALTHY), ("--", UNHEALTHY)])
def test_a_new_target_is_healthy_after_one_pass_and_unhealthy_after_two_failures(results, state):
    assert targets_after(results) == (state, True)


def test_failures_count_only_in_a_row():
    targets = Targets(ONE, True)
    targets.begin()
    assert [targets.note(BACK, sign == "+", APPLICATION) for sign in "+-+-+-"] == [True] + [
        False
    ] * 5
    assert targets.note(BACK, False, APPLICATION)
    assert [targets.note(BACK, sign == "+", APPLICATION) for sign in "++++-++++"] == [False] * 9
    assert targets.note(BACK, True, APPLICATION)
    assert targets.states[BACK] == HEALTHY


def test_of_three_targets_those_least_busy_are_taken_in_turn():
    first, second, third = three = [Endpoint(f"10.0.1.{i}", 80) for i in (1, 2, 3)]
    targets = Targets(TargetGroup("three", tuple(three)), True)
    busy = [[], [second], [second], [first, third, first], [first, second, third]]
    assert [targets.pick(one) for one in busy] == [first, third, third, second, second]


def test_before_checks_begin_every_target_is_used_and_from_then_on_only_healthy_ones():
    targets = Targets(ONE, False)
    assert targets.pick() == BACK
    targets.begin()
    assert (targets.states, targets.pick()) == ({BACK: INITIAL}, None)
    targets.note(BACK, True, APPLICATION)
    assert targets.pick() == BACK


@pytest.mark.fact("alb-hc", "clb-hc")
@pytest.mark.parametrize(
    ("answer", "why", "passes"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "200 OK", True),
        (b"HTTP/1.1 204 No Content\r\n\r\n", "204 No Content", False),
        (
            b"HTTP/1.1 301 Moved Permanently\r\nContent-Length: 0\r\n\r\n",
            "301 Moved Permanently",
            False,
        ),
        (b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", "503 Busy", False),
        (b"200 OK\r\n\r\n", "malformed response", False),
        (b"", "timed out", False),
    ],
)
def test_an_http_check_passes_on_a_code_of_success_only(answer, why, passes):
    lan = lan_with(ApplicationLoadBalancer)
    lan.hosts[WEB].listen(8_080, Says(answer))
    lan.do(lan.hosts[NODE], "start_checks")
    lan.wait(40 * SECOND)
    (row,) = lan.told("target health")
    assert (row.target, row.before, row.after) == (BACK, INITIAL, HEALTHY if passes else UNHEALTHY)
    assert row.why.startswith(why)


def test_codes_of_success_port_and_path_can_be_chosen():
    check = APPLICATION._replace(success=("204",), port=9_000, path="/health")
    lan, server = (
        lan_with(ApplicationLoadBalancer, check=check),
        Says(b"HTTP/1.1 204 No Content\r\n\r\n"),
    )
    lan.hosts[WEB].listen(9_000, server)
    lan.do(lan.hosts[NODE], "start_checks")
    lan.wait(SECOND)
    assert server.got.startswith(b"GET /health HTTP/1.1\r\nHost: 10.0.1.10:9000\r\n")
    assert [row.after for row in lan.told("target health")] == [HEALTHY]
    assert opened(lan) == 0 and opened(lan, Endpoint(WEB, 9_000)) == 1


def test_a_node_without_a_free_port_counts_the_check_as_failed():
    lan = lan_with(ApplicationLoadBalancer)
    lan.hosts[NODE].ports = (1_024, 1_023)  # an empty range
    lan.do(lan.hosts[NODE], "start_checks")
    lan.wait(40 * SECOND)
    assert [(row.after, row.why) for row in lan.told("target health")] == [
        (UNHEALTHY, "no free port")
    ]


# --- the groups and the checks --------------------------------------------------------------------


@pytest.mark.fact("alb-hc", "alb-sg")
@pytest.mark.parametrize(
    ("balancer", "sees"),
    [
        ("classic-tcp", "closed"),
        ("classic-http", "503 Service Unavailable"),
        ("application", "504 Gateway Timeout"),
    ],
)
def test_closing_the_target_s_group_turns_it_unhealthy_after_threshold_times_interval(
    balancer, sees
):
    visited = site(balancer)
    visited.start_checks()
    visited.wait(10 * SECOND)
    close_group(visited)
    capture = visited.wait(2 * MINUTE)
    # Checks at 30 and 60 s fail 5 s later; two in a row count.
    assert health(capture) == [(65 * SECOND, "healthy", "unhealthy", "timed out")]
    assert {step.reason.code for trace in capture for step in trace.steps if step.reason} == {
        "group in"
    }
    # Application: it fails open, and the target is still silent
    assert visited.get(PAGE).symptom == sees


@pytest.mark.fact("alb-hc", "clb-hc")
@pytest.mark.parametrize(
    ("balancer", "needed", "takes"), [("application", 5, 800), ("classic-tcp", 10, 400)]
)
def test_opening_the_group_again_brings_the_target_back_after_so_many_passes(
    balancer, needed, takes
):
    visited = site(balancer)
    visited.start_checks()
    close_group(visited)
    assert health(visited.wait(40 * SECOND))[-1][2] == "unhealthy"
    open_group(visited)
    begun = 60 * SECOND  # the next check
    (change,) = health(visited.wait(10 * MINUTE))
    assert change[:3] == (begun + (needed - 1) * 30 * SECOND + takes, "unhealthy", "healthy")
    assert visited.get(PAGE).symptom == "200 OK"


def test_a_group_that_never_let_the_balancer_in_is_seen_by_the_checks_before_any_client_comes():
    rule = GroupRule("sg-web", IN, (80, 80), "sg-balancer")
    visited = site("classic-http").without(rule)
    visited.start_checks()
    visited.wait(40 * SECOND)
    assert not visited.network.devices["ELB node"].in_service
    visit = visited.get(PAGE)
    assert visit.symptom == "503 Service Unavailable"
    assert dropped(visit) == []  # nothing was sent to the target: the checks had found out


def test_a_copy_of_a_network_goes_on_with_its_own_checks():
    visited = site("application")
    visited.start_checks()
    visited.wait(10 * SECOND)
    other = copy.deepcopy(visited)
    close_group(other)
    assert len(health(other.wait(2 * MINUTE))) == 1
    assert health(visited.wait(2 * MINUTE)) == []
    assert (
        visited.network.devices["ELB node"].in_service
        and not other.network.devices["ELB node"].in_service
    )


# --- names ----------------------------------------------------------------------------------------


def two_zones(kind=ClassicLoadBalancer, cross_zone=False, **settings):
    """The reference site with a second node and a second web server in zone b.

    Each node uses its own zone's.
    """
    vpc = reference_vpc("classic-http")
    both = (
        Listener(
            "HTTP", 80, TargetGroup(TARGETS.name, (*TARGETS.targets, Endpoint("10.0.3.10", 80)))
        ),
    )

    def node(name, block):
        zone = () if cross_zone else (block,)
        return Device(name, kind, (("listeners", both), ("zone", zone), *settings.items()))

    return Site(
        vpc._replace(
            subnets=(
                *vpc.subnets,
                Subnet("public b", "10.0.2.0/24", "public", "acl-public", "b"),
                Subnet("private b", "10.0.3.0/24", "private", "acl-private", "b"),
            ),
            interfaces=(
                *vpc.interfaces,
                Interface("ELB node b", "public b", "10.0.2.10", ("sg-balancer",)),
                Interface("web b", "private b", "10.0.3.10", ("sg-web",)),
            ),
            associations=(*vpc.associations, Association("192.0.2.11", "10.0.2.10")),
            devices=(
                *(d for d in vpc.devices if d.name != "ELB node"),
                node("ELB node", "10.0.1.0/24"),
                node("ELB node b", "10.0.3.0/24"),
                vpc.devices[-1]._replace(name="web b"),
            ),
            names=(Name("www.example.com", ("192.0.2.10", "192.0.2.11")),),
        )
    )


def servers(visited, times=4):
    """Which web server answers so many visits, one after the other."""
    visits = [visited.get(PAGE) for _ in range(times)]
    assert all(visit.symptom == "200 OK" for visit in visits)
    return [
        event.who
        for visit in visits
        for event in visit.capture.events
        if event.what == "request" and event.row.request.header("User-Agent") is None
    ]


@pytest.mark.fact("elb-dns", "elb-crosszone")
def test_dns_answers_with_the_nodes_of_all_zones_in_turn():
    assert servers(two_zones()) == ["web", "web b", "web", "web b"]
    # each node begins with the first
    assert servers(two_zones(cross_zone=True)) == ["web", "web", "web b", "web b"]


@pytest.mark.fact("nlb-hc", "elb-crosszone")
@pytest.mark.parametrize("kind", [ClassicLoadBalancer, ApplicationLoadBalancer])
def test_a_zone_without_a_healthy_target_leaves_the_dns_answer_where_cross_zone_is_off(kind):
    visited = two_zones(kind)
    visited.network.devices["web b"].listeners.clear()
    visited.start_checks()
    visited.wait(40 * SECOND)
    assert servers(visited) == ["web"] * 4
    assert {
        visited.network.names.resolve("www.example.com", visited.network.in_service) for _ in "1234"
    } == {"192.0.2.10"}


def test_with_cross_zone_on_both_nodes_stay_in_the_dns_answer_and_use_the_healthy_target():
    visited = two_zones(cross_zone=True)
    visited.network.devices["web b"].listeners.clear()
    visited.start_checks()
    visited.wait(40 * SECOND)
    assert servers(visited) == ["web"] * 4
    assert {
        visited.network.names.resolve("www.example.com", visited.network.in_service) for _ in "12"
    } == {"192.0.2.10", "192.0.2.11"}


def test_if_no_zone_has_a_healthy_target_dns_answers_with_all_of_them():
    visited = two_zones()
    for name in ("web", "web b"):
        visited.network.devices[name].listeners.clear()
    visited.start_checks()
    visited.wait(40 * SECOND)
    assert [visited.get(PAGE).symptom for _ in "12"] == ["503 Service Unavailable"] * 2
    assert {
        visited.network.names.resolve("www.example.com", visited.network.in_service) for _ in "12"
    } == {"192.0.2.10", "192.0.2.11"}


def test_without_checks_nothing_is_known_of_health_and_every_address_is_answered():
    visited = two_zones()
    visited.network.devices["web b"].listeners.clear()
    visited.wait(5 * MINUTE)
    assert [visited.get(PAGE).symptom for _ in "12"] == ["200 OK", "504 Gateway Timeout"]


def test_names_that_are_no_balancer_s_are_in_service():
    visited = site("network")
    assert all(
        map(visited.network.in_service, ("198.51.100.7", "192.0.2.30", "10.0.1.10", "192.0.2.99"))
    )


def test_a_fixed_answer_of_a_sick_balancer_names_no_target():
    lan = lan_with(ClassicLoadBalancer)
    lan.silent.add("web")
    lan.do(lan.hosts[NODE], "start_checks")
    lan.wait(40 * SECOND)
    assert statuses(call(lan, get())) == ["503 Service Unavailable"]
    (row,) = lan.told("answered")
    assert (row.client.address, row.target) == (CLIENT, None)


def test_a_check_that_meets_no_answer_in_time_resets_its_connection_and_the_capture_says_why():
    lan = lan_with(ApplicationLoadBalancer)
    lan.hosts[WEB].listen(8_080, Talker())  # takes the connection and says nothing
    lan.do(lan.hosts[NODE], "start_checks")
    lan.wait(APPLICATION.timeout - 1)
    steps = lan.hosts[NODE].wake(APPLICATION.timeout)
    assert [(str(step.row), step.before.flags & RST) for step in steps] == [
        ("health check timeout", RST)
    ]
    assert steps[0].before.flow.destination == BACK
