"""Predictions and exercises: the model is the judge.

It says what a wrong answer would have meant.
"""

from __future__ import annotations

import pytest

from vpcedu import lab, reference_architecture
from vpcedu.network.link import Link
from vpcedu.sites.reference import reference_vpc
from vpcedu.sites.site import Site

URL = "http://www.example.com/"


@pytest.fixture(scope="module")
def classic():
    return reference_architecture("classic-tcp").get(URL)


@pytest.fixture(scope="module")
def network():
    return reference_architecture("network").get(URL)


def test_the_right_prediction_is_right(classic):
    judgement = lab.judge(classic, " 10.0.1.10", "80", "10.0.0.10", 19404)
    assert judgement.right and "by the local route" in judgement.words


def test_a_port_that_nobody_can_know_may_be_left_open(classic):
    assert lab.judge(classic, "10.0.1.10", 80, "10.0.0.10", "?").right


def test_the_client_s_own_port_can_be_known(network):
    judgement = lab.judge(network, "10.0.1.10", 80, "203.0.113.10", "?")
    assert not judgement.right and "can be known" in judgement.words and "49654" in judgement.words


@pytest.mark.parametrize(
    ("told", "belief", "fate"),
    [
        (
            ("10.0.1.10", 80, "203.0.113.10", 51828),
            "none to 203.0.113.10",
            "lost at NAT, group out",
        ),
        (
            ("10.0.1.10", 40000, "10.0.0.10", 19404),
            "No other, higher port",
            "lost at ELB node, group in",
        ),
        (
            ("10.0.1.10", 80, "10.0.0.20", 19404),
            "A next hop's address never stands in the packet",
            "refused with a RST at NAT, deliver",
        ),
        (("10.0.0.10", 80, "203.0.113.10", 51828), "own address", "lost at web, source check"),
        (
            ("10.0.1.10", 80, "192.0.2.10", 80),
            "none to 192.0.2.10",
            "refused with a RST at ELB node, deliver",
        ),
        (
            ("10.0.1.10", 80, "10.0.0.10", 51828),
            "the port that the opener",
            "lost at ELB node, group in",
        ),
    ],
)
def test_a_wrong_prediction_meets_its_belief_and_a_run_of_the_model(classic, told, belief, fate):
    judgement = lab.judge(classic, *told)
    assert not judgement.right and belief in judgement.words and fate in judgement.words
    assert str(judgement.trace.packet.flow) in judgement.words
    assert judgement.trace.cause.what == "what the learner said"


def test_behind_an_nlb_the_belief_in_a_proxy_meets_the_connection_that_web_has(network):
    judgement = lab.judge(network, "10.0.1.10", 80, "10.0.0.30", "?")
    has = "web has one connection, to 203.0.113.10:49654; none to 10.0.0.30."
    assert not judgement.right and has in judgement.words


@pytest.mark.parametrize(
    "told",
    [
        ("10.0.1", 80, "10.0.0.10", 1),
        ("10.0.1.10", "http", "10.0.0.10", 1),
        ("10.0.1.10", 80, "10.0.0.10", 0),
        ("10.0.1.10", 80, "", 1),
    ],
)
def test_what_is_no_address_or_port_is_named(classic, told):
    with pytest.raises(ValueError, match="expected"):
        lab.judge(classic, *told)


def test_a_visit_without_an_answer_cannot_be_judged():
    site = reference_architecture()
    with pytest.raises(ValueError, match="no answer"):
        lab.judge(site.without(site.vpc.associations[0]).get(URL), "10.0.1.10", 80, "10.0.0.10", 1)


def test_judging_changes_neither_visit_nor_site(classic):
    before = str(classic)
    lab.judge(classic, "10.0.1.10", 80, "203.0.113.10", 51828)
    assert str(classic) == before


def test_an_unknown_exercise_or_a_thing_that_is_no_row_is_named():
    with pytest.raises(ValueError, match=r"99\.1"):
        lab.solution("99.1")
    said = " ".join(lab.check("08.1", "deny everything").split())
    assert said.startswith("Not understood: ") and "cannot be added" in said


def test_a_site_tells_who_is_where():
    words = str(reference_architecture("network", "gateway"))
    for part in (
        "NLB node      10.0.0.30, to the Internet 192.0.2.30",
        "NAT gateway",
        "no security group",
        "routes:      10.0.0.0/16 > local, 0.0.0.0/0 > NAT",
        "sg-web        out all to 0.0.0.0/0",
    ):
        assert part in words
    assert "sg-nat" not in words


@pytest.mark.parametrize(
    "url",
    [
        "ftp://www.example.com/",
        "www.example.com",
        "http:///",
        "http://www.example.com:99999/",
        "https://www.example.com:/",
        "http://www.example.com:x/",
        "http://www.example.com/a b",
    ],
)
def test_a_url_that_cannot_be_fetched_is_named(url):
    with pytest.raises(ValueError, match="expected http://"):
        reference_architecture().get(url)


def test_unknown_names_openers_balancers_and_seeds_are_named():
    with pytest.raises(ValueError, match=r"nope\.example.*updates\.example\.net"):
        reference_architecture().get("http://nope.example/")
    with pytest.raises(ValueError, match="opener 'NAT'"):
        reference_architecture().get(URL, opener="NAT")
    with pytest.raises(ValueError, match=r"balancer 'haproxy'.*classic-tcp"):
        reference_architecture("haproxy")
    with pytest.raises(ValueError, match=r"nat 'none'.*gateway"):
        reference_architecture(nat="none")
    with pytest.raises(ValueError, match="seed 'x'"):
        reference_architecture(seed="x")


def test_a_what_if_keeps_the_link_of_its_site_as_it_was_when_new():
    site = Site(reference_vpc(), 0, Link(lose=(1,)))
    site.get(URL)
    rule = site.vpc.group_rules[3]  # what web may open: of no use for this visit
    visit = site.without(rule).get(URL)
    assert [trace.number for trace in visit.capture if trace.dropped] == [1]


def test_a_public_address_that_stands_for_nobody_is_a_loss_at_the_internet_gateway():
    site = reference_architecture()
    old = site.vpc.associations[0]
    step = site.replace(old, old._replace(private="10.0.0.99")).get(URL).capture[1].dropped
    assert (step.at, step.reason.code) == ("Internet gateway", "no such interface")
