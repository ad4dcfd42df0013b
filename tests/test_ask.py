"""Asking: the question is really simulated, the rows named decided, every repair was tried."""

import json

import pytest
from rigs.notebook import shown
from rigs.reference_site import BALANCERS, NATS, site, transcript

from vpcedu import reference_vpc
from vpcedu.analysis.change import Repair, apply
from vpcedu.analysis.ends import Question, find, free_address, prepare
from vpcedu.analysis.repairs.search import run
from vpcedu.flow import Endpoint
from vpcedu.gateways.internet_gateway import Association
from vpcedu.hosts.host import Host
from vpcedu.hosts.web_server import WebServer
from vpcedu.lab import ask
from vpcedu.network.interface import Interface
from vpcedu.network.vpc import Device
from vpcedu.sites.parts import IGW
from vpcedu.sites.reference import TARGETS
from vpcedu.sites.reference_tls import TLS_BALANCERS, tls_vpc
from vpcedu.tables.network_acl import DENY, IN, OUT, AclEntry
from vpcedu.tables.route_table import Route
from vpcedu.tables.security_group import GroupRule
from vpcedu.tables.target_group import Listener, TargetGroup
from vpcedu.tables.traffic import ANYWHERE

NAME, WEB_RULE = "www.example.com", GroupRule("sg-web", IN, (80, 80), "sg-balancer")
NO_EPHEMERAL = AclEntry("acl-private", 50, OUT, DENY, 6, (1_024, 65_535), ANYWHERE)


def balancer(kind):
    return "NLB node" if kind == "network" else "ELB node"


def public(kind):
    return "192.0.2.30" if kind == "network" else "192.0.2.10"


# --- what works -----------------------------------------------------------------------------------


@pytest.mark.parametrize("nat", NATS)
@pytest.mark.parametrize("kind", BALANCERS)
def test_the_internet_reaches_the_page_by_every_word_for_the_balancer(kind, nat):
    vpc = reference_vpc(kind, nat)
    for word in (NAME, balancer(kind), public(kind)):
        answer = ask(vpc, "internet", word, 80)
        assert (answer.reachable, answer.symptom, answer.blockers, answer.repairs) == (
            True,
            "works",
            (),
            (),
        )
        assert "sg-web in tcp 80 from sg-balancer" in answer.rows
        private = {row.public: f" ({row.private})" for row in vpc.associations}.get(word, "")
        end = f"{word}{private} on TCP port 80"
        assert answer.verdict == f"internet reaches {end}, and the reply comes back."


def test_asking_leaves_the_rows_as_they_were_and_gives_the_same_answer_again():
    vpc = reference_vpc("network")
    before = str(vpc)
    first, second = (ask(vpc, "internet", NAME, 80) for _ in "ab")
    assert str(vpc) == before
    assert str(first) == str(second)
    assert transcript(first.visit.capture) == transcript(second.visit.capture)


@pytest.mark.parametrize("source", ["web", "10.0.1.10"])
@pytest.mark.parametrize(
    "destination", ["internet", "update server", "198.51.100.7", "198.51.100.99"]
)
def test_a_private_host_reaches_the_internet_through_the_nat(source, destination):
    answer = ask(reference_vpc(), source, destination, 443)
    assert answer.reachable
    assert any(
        line.startswith("NAT, translation: the device's own translation") for line in answer.states
    )
    assert "private: route 0.0.0.0/0 > NAT" in answer.rows


def test_a_named_interface_is_an_end_and_the_one_that_sends():
    vpc = reference_vpc()
    second = Interface("web", "private", "10.0.1.11", ("sg-web",), name="eni-2")
    vpc = vpc._replace(interfaces=(*vpc.interfaces, second))
    for word in ("eni-2", "10.0.1.11"):
        answer = ask(vpc, word, "internet", 443)
        assert answer.reachable
        assert answer.visit.capture[1].packet.flow.src == "10.0.1.11"
    assert ask(vpc, "web", "internet", 443).visit.capture[1].packet.flow.src == "10.0.1.10"


@pytest.mark.parametrize("kind", TLS_BALANCERS)
def test_a_listener_that_ends_tls_is_asked_in_clear(kind):
    assert ask(tls_vpc(kind), "internet", NAME, 443).reachable


def test_a_plain_host_is_asked_as_if_it_listened_and_the_answer_says_so():
    vpc = reference_vpc()
    web = next(row for row in vpc.devices if row.name == "web")
    answer = ask(vpc.replace(web, Device("web", Host)), "ELB node", "web", 80)
    assert answer.reachable
    (assumed,) = answer.assumptions
    assert str(assumed) == (
        "web listens on TCP port 80, and no firewall of its own drops the packets; to check, run ss -tln and nft list"
        " ruleset on web"
    )
    assert assumed.met == "packet to 10.0.1.10:80 at web, deliver"
    assert ask(vpc, "ELB node", "web", 80).assumptions == ()


def test_what_brings_the_reply_back_is_told_for_each_hop():
    states = ask(reference_vpc("network"), "internet", NAME, 80).states
    assert "web, flow return: the load balancer's flow, not a route (inferred)" in states
    assert any(
        line.startswith("NLB node, translation: the device's own translation") for line in states
    )
    assert any(line.startswith("Internet gateway, address map: no state") for line in states)
    classic = ask(reference_vpc("classic-tcp"), "internet", NAME, 80).states
    assert not any("flow return" in line for line in classic)
    assert "web, route: no state: private, the local route" in classic


def test_instances_that_no_packet_can_meet_change_nothing():
    vpc = reference_vpc("network")
    idle = [f"idle {n}" for n in range(60)]
    crowd = vpc._replace(
        interfaces=(
            *vpc.interfaces,
            *(
                Interface(name, "private", f"10.0.1.{n + 20}", ("sg-idle",))
                for n, name in enumerate(idle)
            ),
        ),
        devices=(*vpc.devices, *(Device(name, Host) for name in idle)),
        group_rules=(*vpc.group_rules, GroupRule("sg-idle", IN, (22, 22), ANYWHERE)),
    )
    assert str(ask(crowd, "internet", NAME, 80)) == str(ask(vpc, "internet", NAME, 80))
    whole = prepare(crowd, Question("internet", NAME, 80)).site()
    assert {"client", *idle}.isdisjoint(whole.network.devices)
    assert {"NAT", "NLB node", "web", "internet"} <= set(whole.network.devices)


# --- what does not, and what mends it -------------------------------------------------------------


def only(answer):
    (repair,) = answer.repairs
    return repair


FAULTS = {
    "a missing group rule": (
        "network",
        WEB_RULE,
        None,
        "sg-web in allows nothing",
        "add sg-web in tcp 80 from sg-b",
    ),
    "an ACL without ephemeral ports": (
        "network",
        None,
        NO_EPHEMERAL,
        str(NO_EPHEMERAL),
        "add acl-private out 49: allow tcp 1024-65535 to 0.0.0.0/0",
    ),
    "an ACL that denies the request": (
        "classic-tcp",
        None,
        AclEntry("acl-public", 1, IN, DENY, -1, (0, 0), ANYWHERE),
        "acl-public in 1: deny all",
        "remove acl-public in 1: deny all from 0.0.0.0/0",
    ),
    "no route": (
        "application",
        Route("public", ANYWHERE, IGW),
        None,
        "public: no route for 203.0.113",
        "add route 0.0.0.0/0 > Internet gateway in public",
    ),
    "no public address": (
        "network",
        Association("192.0.2.30", "10.0.0.30"),
        None,
        "",
        "add public address 192.0.2.30 for 10.0.0.30",
    ),
    "a check left on": (
        "network",
        "check",
        None,
        "NLB node's interface",
        "change NLB node's interface, 10.0.0.30: ch",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_the_row_named_is_the_one_that_was_planted_and_the_repair_mends_it(name):
    kind, gone, added, named, repair = FAULTS[name]
    vpc = reference_vpc(kind)
    if gone == "check":
        row = next(row for row in vpc.interfaces if row.device == "NLB node")
        vpc = vpc.replace(row, row._replace(check=True))
    elif gone is not None:
        vpc = vpc.without(gone)
    vpc = vpc.with_row(added) if added else vpc
    answer = ask(vpc, "internet", NAME, 80)
    assert not answer.reachable
    assert named in answer.verdict
    assert str(only(answer)).startswith(repair)
    assert ask(apply(vpc, answer.repairs), "internet", NAME, 80).reachable


def test_all_blockers_of_both_directions_are_named_also_behind_a_dead_end():
    vpc = reference_vpc("network").with_row(NO_EPHEMERAL).without(WEB_RULE)
    vpc = vpc.without(Association("192.0.2.30", "10.0.0.30"))
    answer = ask(vpc, "internet", NAME, 80)
    found = [(loss.step.at, loss.step.check, loss.back) for loss in answer.blockers]
    assert found == [
        ("Internet", "route", False),
        ("web", "group in", False),
        ("web", "network ACL out", True),
    ]
    assert len(answer.repairs) == 3
    for left_out in answer.repairs:
        assert not run(
            apply(vpc, [row for row in answer.repairs if row != left_out]), answer.question
        ).outcome.works


@pytest.mark.parametrize(
    ("kind", "change", "symptom"),
    [
        ("application", (Listener("HTTP", 80, TARGETS), None), "refused"),
        ("application", (TARGETS, TargetGroup("web servers", ())), "503 Service Unavailable"),
        ("application", (WEB_RULE, None), "504 Gateway Timeout"),
        (
            "application",
            (TARGETS, TargetGroup("web servers", (Endpoint("10.0.1.10", 81),))),
            "504 Gateway Timeout",
        ),
        ("network", (WEB_RULE, None), "timed out"),
        ("network", (Listener("TCP", 80, TARGETS), None), "timed out"),
        ("classic-tcp", (TARGETS, TargetGroup("web servers", ())), "closed"),
    ],
)
def test_the_symptom_is_the_one_the_person_sees(kind, change, symptom):
    assert ask(Repair(*change).apply(reference_vpc(kind)), "internet", NAME, 80).symptom == symptom


def test_a_balancer_without_targets_is_mended_by_one_that_works():
    vpc = reference_vpc("application").replace(TARGETS, TargetGroup("web servers", ()))
    answer = ask(vpc, "internet", NAME, 80)
    assert "10.0.1.10:80" in str(only(answer))
    assert only(answer).apply(vpc) == reference_vpc("application")


def test_a_private_server_stays_private_and_the_answer_names_what_leads_to_it():
    answer = ask(reference_vpc(), "internet", "web", 80)
    assert answer.repairs is None
    (why,) = answer.found.refused
    assert (
        why
        == f"web is in a private subnet and stays there; from outside, use the load balancer {NAME}, which leads to it"
    )


def test_a_target_that_calls_itself_through_the_balancer_is_told_of_client_address_preservation():
    answer = ask(reference_vpc("network"), "web", "NLB node", 80)
    assert [loss.step.reason.code for loss in answer.blockers] == ["own source"]
    assert "preserve_client_ip" in str(answer.repairs[-1])


def test_where_no_row_helps_the_answer_says_so():
    answer = ask(reference_vpc(), "web", "10.0.1.77", 80)
    assert answer.repairs is None
    assert "No change was found that fixes it." in str(answer)


# --- how it is shown ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def broken():
    return ask(reference_vpc("network").with_row(NO_EPHEMERAL), "internet", NAME, 80)


def test_the_first_screen_says_verdict_symptom_blockers_and_repair_and_the_packets_come_after(
    broken,
):
    text = str(broken)
    for words in (
        "a packet is lost on the\nreturn path. It is lost at web, network ACL out",
        "The person at internet sees: timed out.",
        "The smallest repair (tried: it works):\n  add acl-private out 49",
    ):
        assert words in text
    assert len(text.splitlines()) <= 20
    for words in ("The forward path", "The return path", "What brings the reply back"):
        assert words in broken.packets and words not in text
    assert shown(broken) == text
    assert repr(broken) == "<Answer: internet to www.example.com, TCP port 80: timed out>"


def test_json_has_the_analyzers_shape(broken):
    shape = json.loads(json.dumps(broken.as_json()))
    assert shape["NetworkPathFound"] is False
    (why,) = shape["Explanations"]
    assert (why["ExplanationCode"], why["Direction"], why["Acl"]) == (
        "SUBNET_ACL_RESTRICTION",
        "egress",
        {"Id": "acl-private"},
    )
    assert why["AclRule"] == {
        "Cidr": ANYWHERE,
        "Egress": True,
        "PortRange": {"From": 1_024, "To": 65_535},
        "Protocol": "tcp",
        "RuleAction": "deny",
        "RuleNumber": 50,
    }
    for way in ("ForwardPathComponents", "ReturnPathComponents"):
        parts = shape[way]
        assert [part["SequenceNumber"] for part in parts] == list(range(1, len(parts) + 1))
        assert all(part["Component"]["Id"] for part in parts)
    ids = [part["Component"]["Id"] for part in shape["ForwardPathComponents"]]
    met = ("internet", IGW, "acl-public", "sg-balancer", "acl-private", "sg-web")
    assert [name for name in ids if name in met] == [
        "internet",
        IGW,
        "acl-public",
        "sg-balancer",
        "sg-balancer",
        "acl-public",
        "acl-private",
        "sg-web",
    ]
    assert shape["Answer"]["repairs"][0]["action"] == "add"


def test_a_group_without_rules_has_a_code_of_its_own():
    vpc = reference_vpc("network").with_row(NO_EPHEMERAL).without(WEB_RULE)
    found = {
        why["ExplanationCode"] for why in ask(vpc, "internet", NAME, 80).as_json()["Explanations"]
    }
    assert found == {"SG_HAS_NO_RULES", "SUBNET_ACL_RESTRICTION"}


# --- ends that cannot be --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ends", "named"),
    [
        (("internet", "nobody", 80), "'nobody'"),
        (("web", "web", 80), "both ends are web"),
        (("internet", "internet", 80), "both ends"),
        (("NAT", "web", 80), "'NAT'"),
        (("10.0.1.99", "web", 80), "10.0.1.99"),
        (("internet", "web", 0), "0"),
        (("internet", "web", "80"), "'80'"),
        (("", "web", 80), "''"),
        (("300.1.1.1", "web", 80), "300.1.1.1"),
        (("internet", "web", True), "True"),
    ],
)
def test_an_end_that_cannot_be_is_named_in_one_line(ends, named):
    with pytest.raises(ValueError, match="expected") as error:
        ask(reference_vpc(), *ends)
    assert named in str(error.value)
    assert "\n" not in str(error.value)


def test_someone_on_the_internet_has_an_address_that_no_rule_names():
    vpc = reference_vpc()
    assert find(vpc, "internet").address == "203.0.113.77"
    narrow = vpc.with_row(GroupRule("sg-balancer", IN, (22, 22), "203.0.113.64/26"))
    assert find(narrow, "Internet").address == "203.0.113.128"
    assert not ask(narrow, "internet", NAME, 22).reachable
    everywhere = vpc.with_row(GroupRule("sg-balancer", IN, (22, 22), "203.0.113.0/24"))
    assert free_address(everywhere, "203.0.113.0/24") == "203.0.113.77"


def test_the_site_of_the_question_gives_the_same_answer_as_a_visit():
    assert site("network").get(f"http://{NAME}/").symptom == "200 OK"
    assert ask(site("network").vpc, "client", NAME, 80).visit.symptom == "200 OK"


def test_a_description_with_lists_in_it_is_refused_in_words():
    with pytest.raises(ValueError, match="expected tuples for lists"):
        ask(
            reference_vpc().replace(
                next(row for row in reference_vpc().devices if row.name == "web"),
                Device("web", WebServer, (("listens", [80]),)),
            ),
            "client",
            NAME,
            80,
        )
