"""Lesson 08: five kinds of balancer, and what brings web's reply back in each."""

from __future__ import annotations

import pytest

from vpcedu import lab
from vpcedu.course.recall import judged
from vpcedu.course.seen import SEEN
from vpcedu.sites.parts import PAGE
from vpcedu.sites.reference import reference_architecture
from vpcedu.sites.reference_proxies import WAYS, way_site
from vpcedu.tables.network_acl import AclEntry
from vpcedu.tables.route_table import LOCAL, Route
from vpcedu.views.explain import answer_legs

TO_NAT = Route("private", "10.0.0.0/24", "NAT")
LOCAL_ROUTE = Route("private", "10.0.0.0/16", LOCAL)
NODE, CLIENT = "10.0.0.10", "203.0.113.10"
ENDS = ("Classic TCP", "Classic HTTP", "Application")

# --- the five ways ------------------------------------------------------------------------


@pytest.mark.fact("clb-two-conns", "clb-return", "alb-two-conns")
@pytest.mark.parametrize("way", WAYS)
def test_a_connection_ends_in_the_middle_in_three_of_five(way):
    assert (len(lab.five_ways()[way].talks) == 2) == (way in ENDS)


@pytest.mark.fact("nlb-cip-default", "nlb-cip-off-src")
@pytest.mark.parametrize(
    ("way", "answers"),
    [*((way, NODE) for way in ENDS), ("NLB by instance", CLIENT), ("NLB by IP", "10.0.0.30")],
)
def test_web_answers_the_source_that_it_saw(way, answers):
    assert answer_legs(lab.five_ways()[way])[0].packet.flow.dst == answers


@pytest.mark.parametrize("way", WAYS)
def test_no_packet_of_the_page_meets_the_nat(way):
    assert not any("NAT" in trace.devices for trace in lab.five_ways()[way].capture)


def test_seen_is_answered_by_the_five_visits():
    assert [judged(SEEN["08"], choice).right for choice in SEEN["08"].replies] == [
        choice == "three" for choice in SEEN["08"].replies
    ]


# --- the prediction -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("destination", "port", "fate"),
    [
        ("10.0.0.30", 49_654, "lost at NLB node, group in"),
        ("10.0.0.20", 49_654, "refused with a RST at NAT, deliver"),
        ("10.0.0.10", 19_404, "We sent your packet"),
    ],
)
def test_a_wrong_prediction_of_the_nlb_s_answer_is_really_sent(destination, port, fate):
    """The packet stands in a run of its own, with these addresses, and met that fate."""
    visit = lab.five_ways()["NLB by instance"]
    judgement = lab.judge(visit, "10.0.1.10", 80, destination, port)
    assert not judgement.right and fate in judgement.words
    assert judgement.trace is not None and judgement.trace.sender == "web"
    assert str(judgement.trace.packet.flow) == f"10.0.1.10:80 > {destination}:{port}"


def test_the_right_prediction_of_the_nlb_s_answer_is_the_client_s_own_end():
    visit = lab.five_ways()["NLB by instance"]
    assert lab.judge(visit, "10.0.1.10", 80, CLIENT, 49_654).right


# --- break it -----------------------------------------------------------------------------


@pytest.mark.fact("more-specific-than-local")
def test_a_route_for_the_nodes_subnet_takes_the_replies_to_the_nat():
    """A row that AWS accepts: its destination is a whole subnet, its target an interface."""
    seen = {way: visit.symptom for way, visit in lab.five_ways(TO_NAT).items()}
    assert seen == {
        "Classic TCP": "closed",
        "Classic HTTP": "504 Gateway Timeout",
        "Application": "504 Gateway Timeout",
        "NLB by instance": "200 OK",
        "NLB by IP": "timed out",
    }


@pytest.mark.fact("rt-local-replace")
def test_the_local_route_with_another_target_does_the_same():
    for way, visit in lab.five_ways(TO_NAT).items():
        site = way_site(way).replace(LOCAL_ROUTE, LOCAL_ROUTE._replace(target="NAT"))
        assert site.get(PAGE).symptom == visit.symptom


def test_the_reply_dies_at_the_nat_s_security_group():
    visit = lab.five_ways(TO_NAT)["Classic TCP"]
    lost = next(trace.dropped for trace in visit.capture if trace.dropped)
    assert (lost.at, lost.check) == ("NAT", "group out")


def test_a_nat_gateway_loses_it_too():
    site = reference_architecture("classic-tcp", "gateway").with_row(TO_NAT)
    assert site.get(PAGE).symptom == "closed"


# --- the exercises ------------------------------------------------------------------------


def entry(*ports, number=110, action="allow", protocol=6, block="10.0.0.0/16"):
    return AclEntry("acl-private", number, "out", action, protocol, ports, block)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (entry(0, 65_535, number=90, action="deny", protocol=-1, block="203.0.113.0/24"), "Right."),
        (entry(0, 65_535, action="deny", protocol=-1, block="203.0.113.0/24"), "lower number"),
        (entry(0, 65_535, number=90, action="deny", protocol=-1, block="10.0.0.0/16"), "Whom does"),
    ],
)
def test_08_1_is_judged_by_two_runs(row, said):
    assert said in " ".join(lab.check("08.1", row).split())


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (entry(1_024, 65_535), "Right."),
        (entry(1_024, 65_535, block="10.0.0.0/24"), "Right."),
        (entry(80, 80), "With Classic TCP the client now sees 'closed'"),
        (entry(32_768, 60_999), "the client now sees"),
        (entry(1_024, 65_535, block="0.0.0.0/0"), "The page also comes with NLB by instance"),
        (entry(0, 65_535, protocol=-1), "also allows what no reply needs"),
    ],
)
def test_08_2_is_judged_by_runs_of_all_five_with_several_ports(row, said):
    assert said in " ".join(lab.check("08.2", row).split())


@pytest.mark.parametrize("row", [None, TO_NAT, entry(80, 80)._replace(direction="in")])
def test_08_2_names_what_is_no_outbound_entry(row):
    assert "expected an outbound AclEntry of acl-private" in " ".join(
        lab.check("08.2", row).split()
    )
