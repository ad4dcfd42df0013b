"""The question, answered: how the reply comes back, and which row each part of the way hangs on."""

import pytest
from rigs.reference_site import BALANCERS, NATS, PAGE, dropped, site

from vpcedu.clock import SECOND
from vpcedu.gateways.internet_gateway import Association
from vpcedu.hosts.web_server import SeenRequest
from vpcedu.network.link import Link
from vpcedu.sites.parts import IGW, VPC_BLOCK
from vpcedu.tables.route_table import LOCAL, Route
from vpcedu.tables.security_group import OUT, GroupRule, RuleSet, new_group
from vpcedu.tables.target_group import Listener
from vpcedu.tables.tracking import TrackedFlow
from vpcedu.tables.traffic import ANYWHERE
from vpcedu.tables.translation import Translation

NODE = {
    "classic-tcp": ("ELB node", "10.0.0.10", "192.0.2.10"),
    "network": ("NLB node", "10.0.0.30", "192.0.2.30"),
}
NODE |= {"classic-http": NODE["classic-tcp"], "application": NODE["classic-tcp"]}
PROXIES = ("classic-tcp", "classic-http", "application")
WEB, CLIENT = "10.0.1.10", "203.0.113.10"


def reply(visit):
    """The packet in which the web server sends the page."""
    return next(trace for trace in visit.capture if trace.sender == "web" and trace.packet.data)


def step_at(trace, at, check):
    return next(step for step in trace.steps if (step.at, step.check) == (at, check))


def checks(trace, at):
    return [step.check for step in trace.steps if step.at == at]


# --- the way back ---------------------------------------------------------------------------------


@pytest.mark.fact("clb-src-ip", "clb-return", "alb-two-conns", "elb-private-targets")
@pytest.mark.parametrize("balancer", PROXIES)
def test_the_reply_goes_to_the_balancers_private_address_because_that_is_the_source_web_saw(
    balancer,
):
    visit = site(balancer).get(PAGE)
    seen = next(event.row for event in visit.capture.events if isinstance(event.row, SeenRequest))
    answer = reply(visit)
    assert answer.packet.flow.destination == seen.peer
    assert seen.peer.address == "10.0.0.10"
    assert answer.packet.flow.source.port == 80


@pytest.mark.fact("local-route", "sg-stateful", "clb-return")
@pytest.mark.parametrize("balancer", PROXIES)
def test_the_reply_leaves_by_the_local_route_as_part_of_a_tracked_flow(balancer):
    answer = reply(site(balancer).get(PAGE))
    assert step_at(answer, "web", "route").row == Route("private", VPC_BLOCK, LOCAL)
    tracked = step_at(answer, "web", "group out").row
    assert isinstance(tracked, TrackedFlow)
    assert tracked.rule.peer == "sg-balancer"
    assert answer.devices == ("web", "ELB node")


@pytest.mark.fact("nlb-return", "nlb-private-ok")
def test_behind_a_network_load_balancer_the_reply_goes_to_the_client_and_comes_back_through_the_flow():
    answer = reply(site("network").get(PAGE))
    assert answer.packet.flow.dst == CLIENT
    assert answer.devices == ("web", "NLB node", IGW, "client")
    row = step_at(answer, "web", "flow return").row
    assert isinstance(row, Translation)
    assert row.before.dst == "10.0.0.30"
    # no route is asked
    assert checks(answer, "web") == ["send", "group out", "flow return", "network ACL out"]
    assert step_at(answer, "NLB node", "translation").after.flow.src == "10.0.0.30"


@pytest.mark.fact("clb-return", "nlb-return")
@pytest.mark.parametrize("nat", NATS)
@pytest.mark.parametrize("balancer", BALANCERS)
def test_no_packet_of_the_visit_meets_the_nat(balancer, nat):
    visit = site(balancer, nat).get(PAGE)
    assert visit.symptom == "200 OK"
    assert not [trace for trace in visit.capture if "NAT" in trace.devices]
    assert dropped(visit) == []


@pytest.mark.fact("igw-1to1-nat")
@pytest.mark.parametrize("balancer", BALANCERS)
def test_the_client_sees_only_the_public_address_it_asked(balancer):
    visit = site(balancer).get(PAGE)
    flows = {trace.last.before.flow.source for trace in visit.capture if trace.last.at == "client"}
    assert {(end.address, end.port) for end in flows} == {(NODE[balancer][2], 80)}


@pytest.mark.fact("tcp-reply-port")
@pytest.mark.parametrize("balancer", BALANCERS)
def test_the_reply_uses_the_ports_the_request_used_and_no_other(balancer):
    visit = site(balancer).get(PAGE)
    opened = {
        frozenset((t.packet.flow.sport, t.packet.flow.dport))
        for t in visit.capture
        if t.packet.flags == 2
    }
    assert {frozenset((t.packet.flow.sport, t.packet.flow.dport)) for t in visit.capture} == opened


@pytest.mark.fact("clb-two-conns", "alb-two-conns", "nlb-l4")
@pytest.mark.parametrize(
    ("balancer", "connections"), [*((name, 2) for name in PROXIES), ("network", 1)]
)
def test_a_proxy_has_two_connections_and_a_gateway_one(balancer, connections):
    visit = site(balancer).get(PAGE)
    assert sum(trace.packet.flags == 2 for trace in visit.capture) == connections
    numbers = {trace.packet.seq for trace in visit.capture if trace.packet.flags & 2}
    assert len(numbers) == 2 * connections


# --- take one row away ----------------------------------------------------------------------------


@pytest.mark.fact("sg-stateful")
@pytest.mark.parametrize("balancer", BALANCERS)
def test_without_the_tracked_flow_the_reply_dies_at_webs_own_group(balancer):
    narrow = GroupRule("sg-web", OUT, (443, 443), ANYWHERE)
    visited = site(balancer, replace=[(*new_group("sg-web"), narrow)])
    call = site(balancer).get(PAGE).call
    network = visited.network
    visited.open(call)
    while not any(isinstance(event.row, SeenRequest) for event in network.capture.events):
        network.step()
    network.filters.tracking["web"].clear()
    network.run(network.clock.now)
    answer = next(trace for trace in network.capture if trace.sender == "web" and trace.packet.data)
    assert (answer.last.at, answer.last.check, answer.last.reason.code) == (
        "web",
        "group out",
        "group out",
    )
    assert isinstance(answer.last.row, RuleSet)
    assert str(answer.last.row) == "sg-web out allows only tcp 443 to 0.0.0.0/0"


NO_LISTENER = {
    "classic-tcp": ("refused", [("ELB node", "deliver", "port closed")]),
    "network": ("timed out", [("NLB node", "translation", "no listener")]),
}
NO_LISTENER |= {
    "classic-http": NO_LISTENER["classic-tcp"],
    "application": NO_LISTENER["classic-tcp"],
}


@pytest.mark.parametrize("balancer", BALANCERS)
def test_without_the_listener_a_host_refuses_and_a_gateway_is_silent(balancer):
    listener = next(row for row in site(balancer).vpc.rows() if isinstance(row, Listener))
    visit = site(balancer, without=[listener]).get(PAGE)
    assert (visit.symptom, dropped(visit)) == NO_LISTENER[balancer]


@pytest.mark.fact("elb-scheme", "public-needs-both")
@pytest.mark.parametrize("balancer", BALANCERS)
def test_without_the_balancers_public_address_nobody_on_the_internet_finds_it(balancer):
    _, private, public = NODE[balancer]
    visit = site(balancer, without=[Association(public, private)]).get(PAGE)
    assert visit.symptom == "timed out"
    assert dropped(visit) == [("Internet", "route", "not on the Internet")]


@pytest.mark.parametrize("balancer", PROXIES)
def test_without_the_private_local_route_the_reply_goes_to_the_nat_and_dies_at_its_group(balancer):
    """No VPC lets one take this route away; as a thought it shows what the reply hangs on."""
    visit = site(balancer, without=[Route("private", VPC_BLOCK, LOCAL)]).get(PAGE)
    assert visit.symptom != "200 OK"
    assert ("NAT", "group out", "group out") in dropped(visit)
    lost = next(trace for trace in visit.capture if trace.sender == "web")
    assert step_at(lost, "web", "route").row == Route("private", ANYWHERE, "NAT")
    assert str(lost.last.row) == "sg-nat out allows only tcp 80 to 0.0.0.0/0, tcp 443 to 0.0.0.0/0"


def test_with_a_nat_gateway_there_is_no_group_to_die_at_and_the_reply_is_lost_for_another_reason():
    visit = site(nat="gateway", without=[Route("private", VPC_BLOCK, LOCAL)]).get(PAGE)
    assert ("NAT", "translation", "no translation") in dropped(visit)


@pytest.mark.fact("nlb-return", "nlb-return-noroute")
def test_a_network_load_balancers_reply_does_not_even_need_the_private_local_route():
    visit = site("network", without=[Route("private", VPC_BLOCK, LOCAL)]).get(PAGE)
    assert visit.symptom == "200 OK"


def test_each_removed_row_has_its_own_reason():
    rows = [
        next(row for row in site().vpc.rows() if isinstance(row, Listener)),
        Association("192.0.2.10", "10.0.0.10"),
        Route("private", VPC_BLOCK, LOCAL),
    ]
    reasons = [dropped(site(without=[row]).get(PAGE))[0] for row in rows]
    assert len({reason for _, _, reason in reasons}) == 3


# --- the NAT is for connections opened from inside ------------------------------------------------


@pytest.mark.fact("natgw-src")
@pytest.mark.parametrize("nat", NATS)
def test_a_connection_that_web_opens_to_port_443_passes_the_nat(nat):
    visit = site(nat=nat).connect("web", "updates.example.net", 443)
    assert visit.symptom == "connected"
    syn = visit.capture.traces[0]
    assert syn.devices == ("web", "NAT", IGW, "update server")
    assert step_at(syn, "web", "route").row == Route("private", ANYWHERE, "NAT")
    flows = [step.after.flow for step in syn.steps if step.action == "rewrite"]
    assert [flow.src for flow in flows] == ["10.0.0.20", "192.0.2.20"]
    assert flows[0].sport == flows[1].sport
    back = visit.capture.traces[1]
    assert back.devices == ("update server", IGW, "NAT", "web")
    assert back.last.before.flow == syn.packet.flow.reversed()


@pytest.mark.fact("natinst-sg")
def test_a_connection_that_web_opens_to_port_8080_dies_at_the_nat_instances_group():
    visit = site().connect("web", "updates.example.net", 8080)
    assert visit.symptom == "timed out"
    assert dropped(visit) == [("NAT", "group out", "group out")]
    assert (
        str(visit.capture.traces[0].last.row)
        == "sg-nat out allows only tcp 80 to 0.0.0.0/0, tcp 443 to 0.0.0.0/0"
    )
    assert len(visit.capture) == 11
    assert visit.result.after == 131 * SECOND


@pytest.mark.fact("natgw-no-sg")
def test_a_nat_gateway_has_no_group_so_port_8080_passes():
    visit = site(nat="gateway").connect("web", "updates.example.net", 8080)
    assert visit.symptom == "connected"
    assert "group in" not in checks(visit.capture.traces[0], "NAT")
    assert "group out" not in checks(visit.capture.traces[0], "NAT")


def test_a_port_that_webs_own_group_does_not_allow_gets_no_further_than_web():
    narrow = (*new_group("sg-web"), GroupRule("sg-web", OUT, (443, 443), ANYWHERE))
    visit = site(nat="gateway", replace=[narrow]).connect("web", "updates.example.net", 80)
    assert dropped(visit) == [("web", "group out", "group out")]


# --- HTTP -----------------------------------------------------------------------------------------


SENT = b"GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n"
SEEN = (
    SENT[:-2]
    + b"X-Forwarded-For: 203.0.113.10\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Port: 80\r\n\r\n"
)


@pytest.mark.fact("clb-tcp-no-headers")
@pytest.mark.parametrize(
    ("balancer", "seen"),
    [
        ("classic-tcp", SENT),
        ("network", SENT),
        ("classic-http", SEEN),
        ("application", SEEN),
    ],
)
def test_the_header_bytes_at_both_sides(balancer, seen):
    visit = site(balancer).get(PAGE)
    sent = [
        trace.packet.data
        for trace in visit.capture
        if trace.sender == "client" and trace.packet.data
    ]
    got = [t.last.before.data for t in visit.capture if t.last.at == "web" and t.packet.data]
    if balancer == "application":
        trace = got[0].index(b"X-Amzn-Trace-Id: Root=1-00000000-")
        got[0] = (
            got[0][:trace] + got[0][trace + len("X-Amzn-Trace-Id: Root=1-00000000-\r\n") + 24 :]
        )
    assert (sent, got) == ([SENT], [seen])


@pytest.mark.fact("clb-src-ip", "alb-two-conns", "elb-xff-auto", "clb-tcp-no-headers")
@pytest.mark.parametrize(
    ("balancer", "address"),
    [
        ("classic-tcp", "10.0.0.10"),
        ("network", CLIENT),
        ("classic-http", "10.0.0.10"),
        ("application", "10.0.0.10"),
    ],
)
def test_whom_the_web_server_saw(balancer, address):
    visit = site(balancer).get(PAGE)
    (seen,) = [event.row for event in visit.capture.events if isinstance(event.row, SeenRequest)]
    assert seen.peer.address == address
    assert seen.local.address == WEB
    forwarded = CLIENT if balancer in ("classic-http", "application") else None
    assert seen.request.header("X-Forwarded-For") == forwarded


def test_who_answers_at_once_and_who_asks_the_target_first():
    """With a layer 7 balancer no packet reaches the target before the request is whole."""
    for balancer, first in (("classic-tcp", "ACK"), ("classic-http", "request")):
        # the fourth packet on the link carries the request
        visit = site(balancer, link=Link(lose=(4,))).get(PAGE)
        back = next(
            trace
            for trace in visit.capture
            if trace.sender == "ELB node" and trace.packet.flow.dst == WEB
        )
        cause = visit.capture[back.cause.trace].packet
        assert ("request" if cause.data else "ACK") == first
