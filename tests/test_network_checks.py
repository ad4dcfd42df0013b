"""Health checks of a Network Load Balancer: packets from the nodes' own addresses.

What follows from them is tested too.
"""

import copy

import pytest
from rigs.nlb_two_zones import (
    ANYWHERE,
    BOTH,
    CLIENT,
    NODE_A,
    NODE_B,
    PUBLIC_A,
    PUBLIC_B,
    WEB_1,
    WEB_2,
    call,
    network,
)
from test_health import checks, health

from vpcedu.clock import SECOND
from vpcedu.flow import Endpoint
from vpcedu.gateways.network_load_balancer import NetworkLoadBalancer
from vpcedu.hosts.health_check import APPLICATION
from vpcedu.hosts.network_checker import NETWORK, NETWORK_HTTP
from vpcedu.hosts.web_server import WebServer
from vpcedu.network.names import Names
from vpcedu.packet import ACK, RST, SYN
from vpcedu.reasons import GROUP_IN, TARGET_UNHEALTHY
from vpcedu.tables.network_acl import DENY, IN, OUT, AclEntry
from vpcedu.tables.security_group import GroupRule
from vpcedu.tables.target_group import Listener, TargetGroup

FROM_CLIENTS = GroupRule("sg-web", IN, (8_080, 8_080), f"{CLIENT}/32")


def checked(*args, seconds=1, **settings):
    """The two zones, checks begun at both nodes and played for some seconds."""
    made = network(*args, **settings)
    for node in ("node a", "node b"):
        made.do(node, "start_checks")
    made.run(seconds * SECOND)
    return made


def stop(made, *webs):
    for web in webs:
        made.devices[web].listeners.clear()


def states(made):
    """The last state of each target, as each node sees it."""
    return {
        (event.who, event.row.target.address): event.row.after
        for event in made.capture.events
        if event.what == "target health"
    }


# --- checks are packets ---------------------------------------------------------------------------


@pytest.mark.fact("nlb-hc")
def test_checks_come_from_the_nodes_private_addresses_every_30_seconds_and_the_target_answers_there():
    made = checked(seconds=65)
    assert checks(made.capture) == [at * SECOND for at in (0, 0, 30, 30, 60, 60)]
    openers = {
        (trace.packet.flow.src, trace.packet.flow.dst)
        for trace in made.capture
        if trace.packet.flags == SYN
    }
    assert openers == {(NODE_A, WEB_1), (NODE_B, WEB_2)}
    answers = [trace for trace in made.capture if trace.sender == "web 1"]
    assert answers and all(trace.devices == ("web 1", "node a") for trace in answers)
    # the local route leads there
    assert "flow return" not in {step.check for trace in answers for step in trace.steps}
    assert states(made) == {("node a", WEB_1): "healthy", ("node b", WEB_2): "healthy"}


@pytest.mark.fact("nlb-hc")
def test_with_cross_zone_on_every_node_checks_every_target_so_that_targets_hear_more_checks_than_were_set():
    made = checked(cross_zone=True)
    assert len(checks(made.capture)) == 4 and len(states(made)) == 4


@pytest.mark.fact("nlb-hc")
def test_the_defaults_are_aws_s_for_the_network_load_balancer():
    assert NETWORK[:5] == ("TCP", 5, 2, 30 * SECOND, 10 * SECOND)
    assert NETWORK_HTTP[:6] == ("HTTP", 5, 2, 30 * SECOND, 6 * SECOND, "/")
    assert (NETWORK_HTTP.success[0], NETWORK_HTTP.success[-1], len(NETWORK_HTTP.success)) == (
        "200",
        "399",
        200,
    )


@pytest.mark.fact("nlb-hc")
def test_an_http_check_names_the_node_s_address_and_the_listener_s_port():
    from rigs.one_wire import Lan

    listener = Listener("TCP", 80, TargetGroup("web", (Endpoint(WEB_1, 8_080),)))
    node = NetworkLoadBalancer("node a", NODE_A, 0, (listener,), check=NETWORK_HTTP)
    lan = Lan(node, WebServer("web", WEB_1, listens=(8_080,)))
    node.start_checks(0)
    lan.way += node.flush(0)
    for step in node.wake(0):
        lan.way.append(step.after)
    lan.settle()
    (row,) = lan.told("request")
    assert row.request.start == "GET / HTTP/1.1" and row.request.header("Host") == f"{NODE_A}:80"


def test_a_check_of_another_protocol_is_refused():
    listener = Listener("TCP", 80, TargetGroup("web", BOTH))
    with pytest.raises(ValueError, match="health check protocol 'UDP': expected TCP or HTTP"):
        NetworkLoadBalancer(
            "node a", NODE_A, 0, (listener,), check=APPLICATION._replace(protocol="UDP")
        )


def test_a_node_without_checks_keeps_no_alarm_and_is_in_service():
    node = network().devices["node a"]
    assert (node.deadline, node.wake(0), node.flush(0), node.in_service) == (None, (), (), True)


# --- what the targets' groups and network ACLs must allow -----------------------------------------


@pytest.mark.fact("nlb-target-sg", "nlb-hc")
def test_a_group_that_lets_only_the_clients_in_fails_the_checks_and_the_balancer_fails_open():
    made = checked(rules=(FROM_CLIENTS,), seconds=75)
    assert set(states(made).values()) == {"unhealthy"}
    lost = {
        (s.at, s.reason, s.before.flow.src)
        for trace in made.capture
        for s in trace.steps
        if s.reason
    }
    assert lost == {("web 1", GROUP_IN, NODE_A), ("web 2", GROUP_IN, NODE_B)}
    assert call(made, PUBLIC_A).heard == ["connected"]  # all unhealthy: all are used
    for node in (NODE_A, NODE_B):
        row = GroupRule("sg-web", IN, (8_080, 8_080), f"{node}/32")
        made.replace(None, row)
    made.run(made.clock.now + 180 * SECOND)
    assert set(states(made).values()) == {"healthy"}


@pytest.mark.fact("nlb-sg")
def test_inbound_rules_of_the_balancer_s_groups_do_not_filter_checks_and_outbound_ones_do():
    web = tuple(GroupRule("sg-web", way, (0, 65_535), ANYWHERE) for way in (IN, OUT))
    for rules, state in (
        ((GroupRule("sg-nlb", OUT, (8_080, 8_080), "sg-web"),), "healthy"),
        ((GroupRule("sg-nlb", IN, (0, 65_535), ANYWHERE),), "unhealthy"),
    ):
        made = checked(groups=("sg-nlb",), rules=(*web, *rules), seconds=75)
        assert set(states(made).values()) == {state}


@pytest.mark.fact("nlb-nacl")
def test_the_node_s_subnet_must_let_the_answers_to_checks_in():
    made = checked(
        acl=(AclEntry("acl-public", 90, IN, DENY, 6, (1_024, 65_535), "10.0.0.0/16"),), seconds=75
    )
    assert set(states(made).values()) == {"unhealthy"}


# --- what follows ---------------------------------------------------------------------------------


@pytest.mark.fact("nlb-hc")
def test_a_stopped_target_is_unhealthy_after_two_checks_and_gets_nothing_new():
    made = checked(cross_zone=True)
    stop(made, "web 2")
    made.run(61 * SECOND)
    assert [row for row in health(made.capture) if row[0] > SECOND] == [
        (60 * SECOND + 400, "healthy", "unhealthy", "refused"),  # by the node of its zone
        (60 * SECOND + 2_000, "healthy", "unhealthy", "refused"),
    ]
    for _ in range(10):
        assert call(made, PUBLIC_A).heard == ["connected"]
    assert sum(flow.dst == CLIENT for flow in made.devices["web 1"].connections) == 10


@pytest.mark.fact("nlb-hc", "elb-crosszone")
def test_a_zone_without_a_healthy_target_leaves_the_dns_answer_and_who_pins_its_address_fails():
    made = checked()
    stop(made, "web 2")
    made.run(61 * SECOND)
    names = Names((type("Row", (), {"name": "nlb", "addresses": (PUBLIC_A, PUBLIC_B)}),))
    assert {names.resolve("nlb", made.in_service) for _ in range(4)} == {PUBLIC_A}
    # routing failover: it uses the unhealthy target of its zone
    assert call(made, PUBLIC_B).heard == ["refused"]
    assert call(made, PUBLIC_A).heard == ["connected"]
    stop(made, "web 1")
    made.run(200 * SECOND)
    assert {names.resolve("nlb", made.in_service) for _ in range(4)} == {PUBLIC_A, PUBLIC_B}


@pytest.mark.fact("nlb-unhealthy-rst")
def test_what_a_client_sends_to_a_target_that_turned_unhealthy_is_answered_by_a_reset():
    made = checked(cross_zone=True)
    programs = [call(made, PUBLIC_A) for _ in range(8)]
    stop(made, "web 2")
    made.run(61 * SECOND)
    sick = [
        program
        for program in programs
        if any(
            row.before.sport == program.connection.flow.sport and row.after.dst == WEB_2
            for row in made.devices["node a"].flows
        )
    ]
    assert 0 < len(sick) < len(programs)
    for program in programs:
        made.do("client", "send", program.connection, b"more")
    made.run(62 * SECOND)
    for program in programs:
        assert program.heard == (["connected", "reset"] if program in sick else ["connected"])
    assert [
        step.reason
        for trace in made.capture
        for step in trace.steps
        if step.reason not in (None,) and step.before.flags & ACK and step.at == "node a"
    ] == [TARGET_UNHEALTHY] * len(sick)
    assert made.devices["node a"].metrics(0)["TCP_ELB_Reset_Count"] == len(sick)
    made.devices["client"].ports = (sick[0].connection.flow.sport,) * 2
    assert call(made, PUBLIC_A).heard == ["connected"]  # the same port opens another flow


@pytest.mark.fact("nlb-unhealthy-rst")
def test_while_it_fails_open_open_connections_stay():
    made = checked()
    program = call(made, PUBLIC_A)
    stop(made, "web 1", "web 2")
    made.run(61 * SECOND)
    made.do("client", "send", program.connection, b"more")
    made.run(62 * SECOND)
    assert program.heard == ["connected"]
    assert not [
        trace for trace in made.capture if trace.packet.flags & RST and trace.last.at == "client"
    ]


def test_a_copy_of_a_network_goes_on_with_its_own_checks():
    made = checked(cross_zone=True)
    other = copy.deepcopy(made)
    stop(other, "web 2")
    for one in (made, other):
        one.run(61 * SECOND)
    assert "unhealthy" in states(other).values() and "unhealthy" not in states(made).values()
