"""Lesson 06: what a proxy is, held against a balancer that only rewrites."""

from __future__ import annotations

from itertools import product

import pytest
from rigs.layout import faults

from vpcedu import draw, lab, widgets
from vpcedu.course.lesson_06 import LEARNS
from vpcedu.draw.canvas import style
from vpcedu.draw.canvas.fonts import width_of
from vpcedu.draw.canvas.scene import Band, Mark, Text, live
from vpcedu.draw.tables.both_sides import lines_of
from vpcedu.flow import Endpoint
from vpcedu.network.conversations import conversations
from vpcedu.protocols.forwarded import MODES
from vpcedu.protocols.proxy_protocol import version_2
from vpcedu.sites.parts import PAGE
from vpcedu.sites.reference import BALANCERS
from vpcedu.sites.reference_proxies import FORGED, WEBS, proxy_site
from vpcedu.sites.reference_tls import TLS_BALANCERS, tls_site
from vpcedu.tables.security_group import GroupRule
from vpcedu.widgets.explorers.proxies import frame

RULE = GroupRule("sg-web", "in", (80, 80), "sg-balancer")

# --- the site and the judge --------------------------------------------------------------


@pytest.mark.fact("clb-two-conns", "clb-src-ip")
@pytest.mark.parametrize("balancer", ["classic-tcp", "classic-http", "application"])
def test_a_proxy_makes_two_connections_with_numbers_of_their_own(balancer):
    front, back = conversations(proxy_site(balancer).get(PAGE).capture)
    assert front.traces[0].packet.seq != back.traces[0].packet.seq
    assert (back.opener, back.flow.src) == ("ELB node", "10.0.0.10")


def test_a_rewriter_makes_one_and_keeps_the_number():
    (talk,) = conversations(proxy_site("network").get(PAGE).capture)
    syn = talk.traces[0]
    assert syn.packet.seq == syn.last.before.seq and syn.last.before.flow.src == "203.0.113.10"
    words = lab.first_numbers(proxy_site("network").get(PAGE)).splitlines()
    assert len(words) == 2 and words[0].rpartition(" ")[2] == words[1].rpartition(" ")[2]


@pytest.mark.parametrize(
    ("balancer", "connects", "fetches"),
    [
        ("classic-tcp", "connected", "closed"),
        ("classic-http", "connected", "504 Gateway Timeout"),
        ("application", "connected", "502 Bad Gateway"),
        ("network", "refused", "refused"),
    ],
)
def test_behind_a_proxy_the_client_is_connected_though_nothing_listens(balancer, connects, fetches):
    site = proxy_site(balancer, WEBS[1])
    assert site.connect("client", "www.example.com", 80).symptom == connects
    assert proxy_site(balancer, WEBS[1]).get(PAGE).symptom == fetches


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ((2, "10.0.0.10", "connected"), "Right: 2 connections"),
        ((" 2 ", "10.0.0.10", " Connected"), "Right: 2 connections"),
        ((1, "10.0.0.10", "connected"), "another host opened another connection"),
        ((22, "10.0.0.10", "connected"), "Not 22. We counted the SYNs"),
        (
            (2, "203.0.113.10", "connected"),
            "In a run with a Network Load Balancer web saw 203.0.113.10",
        ),
        ((2, "192.0.2.10", "connected"), "Only the Internet gateway knows"),
        ((2, "10.0.0.20", "connected"), "That is the ELB node"),
        ((2, "10.0.0.10", "refused"), "web's refusal reaches the client"),
        ((2, "10.0.0.10", "timed out"), "nobody was silent"),
        ((2, "10.0.0.10", "reset"), "closed in the ordinary way"),
    ],
)
def test_a_prediction_of_a_proxy_meets_its_belief(told, said):
    judgement = lab.judge_proxy(*told)
    assert said in judgement.words and judgement.right == said.startswith("Right")


def test_what_the_judge_says_of_a_wrong_count_comes_from_two_runs():
    words = lab.judge_proxy(1, "10.0.0.10", "connected").words
    for balancer in ("classic-tcp", "network"):
        for talk in conversations(proxy_site(balancer).get(PAGE).capture):
            assert str(talk.traces[0].packet.seq) in words


@pytest.mark.parametrize(
    ("told", "named"),
    [
        (("two", "10.0.0.10", "connected"), "connections"),
        ((0, "10.0.0.10", "connected"), "connections"),
        ((2, "the client", "connected"), "web sees"),
        ((2, "10.0.0.10", "works"), ", ".join(LEARNS)),
    ],
)
def test_a_prediction_of_a_proxy_that_is_not_understood_is_named(told, named):
    with pytest.raises(ValueError, match=named):
        lab.judge_proxy(*told)


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"balancer": "haproxy"}, "balancer"),
        ({"web": "down"}, "nothing listens"),
        ({"mode": "prepend"}, "preserve"),
        ({"balancer": "network", "proxy": True}, "classic-tcp"),
        ({"mode": "remove"}, "application"),
    ],
)
def test_a_wrong_setting_of_the_site_is_named(values, named):
    with pytest.raises(ValueError, match=named):
        proxy_site(**values)


def test_three_requests_make_three_connections_to_the_target_one_and_one():
    counted = [line.split()[-2:] for line in lab.three_requests().splitlines()[1:]]
    assert counted == [["3", "3"], ["3", "1"], ["3", "1"], ["3", "none"]]


@pytest.mark.fact("clb-hc-ua", "alb-hc-ua")
def test_a_check_comes_from_the_node_and_says_so():
    lines = lab.health_checks().splitlines()[1:]
    assert [line.split()[-1] for line in lines] == [
        "only",
        "ELB-HealthChecker/1.0",
        "ELB-HealthChecker/2.0",
        "only",
    ]
    assert all(" 10.0.0." in line for line in lines)


# --- the exercises -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "row"),
    [
        ("06.1", 7),
        ("06.2", "append"),
        ("06.2", ("first", 0)),
        ("06.3", RULE._replace(group="sg-nat")),
    ],
)
def test_an_answer_that_is_none_is_named(number, row):
    said = " ".join(lab.check(number, row).split())
    assert said.startswith("Not understood: ") and "expected" in said


# --- the picture -------------------------------------------------------------------------


def settings():
    for balancer, web, mode, proxy, forged in product(
        BALANCERS, WEBS, MODES, (False, True), (False, True)
    ):
        yield {"balancer": balancer, "web": web, "mode": mode, "proxy": proxy, "forged": forged}


def test_both_sides_fit_and_keep_one_height_at_every_setting():
    scenes = [frame(**values).picture.scene for values in settings()]
    scenes += [
        draw.sides(tls_site(name).get("https://www.example.com/")).scene for name in TLS_BALANCERS
    ]
    scenes += [draw.sides(proxy_site(name).without(RULE).get(PAGE)).scene for name in BALANCERS]
    different = {scene.alt: scene for scene in scenes}
    assert (
        len(different) > 20
        and [fault for scene in different.values() for fault in faults(scene)] == []
    )
    assert {scene.height for scene in scenes} == {scenes[0].height}
    assert max(width_of(scene.title, style.TITLE, True) for scene in scenes) <= style.ROOM


@pytest.mark.parametrize("balancer", BALANCERS)
def test_a_wall_stands_where_connections_end_and_a_diamond_where_one_is_rewritten(balancer):
    scene = draw.sides(proxy_site(balancer).get(PAGE)).scene
    walls = [item for item in scene.items if isinstance(item, Band)]
    diamonds = [item for item in scene.items if isinstance(item, Mark) and item.kind == "diamond"]
    assert (len(walls), bool(diamonds)) == ((0, True) if balancer == "network" else (1, False))


def test_what_the_proxy_added_is_bold_and_what_it_left_alone_is_not():
    scene = draw.sides(proxy_site("application").get(PAGE, headers=FORGED)).scene
    bold = {item.words: item.bold for item in scene.items if isinstance(item, Text)}
    assert bold["X-Forwarded-For: 127.0.0.1, 203.0.113.10"] and bold["X-Forwarded-Proto: http"]
    assert not bold["Host: www.example.com"] and not bold["X-Forwarded-For: 127.0.0.1"]


def test_the_text_alternative_tells_both_sides():
    alt = draw.sides(proxy_site("classic-tcp").get(PAGE)).alt
    assert (
        "client sends: from 203.0.113.10:51828" in alt and "web gets: from 10.0.0.10:19404" in alt
    )
    assert "answers: 200 OK to 10.0.0.10:19404" in alt and "web got the same bytes" in alt


def test_a_binary_header_is_read_byte_by_byte():
    data = version_2(Endpoint("203.0.113.10", 50_001), Endpoint("10.0.0.30", 80))
    lines = lines_of(data + b"GET / HTTP/1.1\r\n\r\n")
    assert "".join(line.split(" = ")[0] for line in lines[:5]) == data.hex()
    assert lines[2:] == (
        "cb00710a = 203.0.113.10",
        "0a00001e = 10.0.0.30",
        "c3510050 = ports 50001, 80",
        "GET / HTTP/1.1",
    )


# --- the explorer and the form -----------------------------------------------------------


def test_a_setting_that_this_balancer_has_not_is_said_to_be_idle():
    assert "mode remove: only for Application" in frame("classic-tcp", mode="remove").sentence
    assert "PROXY line: only for Classic TCP" in frame("network", proxy=True).sentence


@pytest.mark.parametrize(
    "values", list(settings()), ids=lambda values: " ".join(map(str, values.values()))
)
def test_a_control_is_disabled_where_none_of_its_values_changes_anything(values):
    """What can be moved moves picture or sentence; what cannot is disabled."""
    explorer = widgets.Proxies(values["balancer"], values["web"])
    for name in ("forged", "mode", "proxy"):
        explorer.controls[name].value = values[name]
    for name, others in (("proxy", (False, True)), ("mode", MODES), ("forged", (False, True))):
        shown = {
            (made.sentence.partition(" (")[0], made.picture.alt)
            for made in (frame(**{**values, name: other}) for other in others)
        }
        assert explorer.controls[name].disabled == (len(shown) == 1), name


def test_every_sentence_fits_its_place():
    explorer = widgets.Proxies()
    room = explorer.tall
    for values in settings():
        shown = frame(**values)
        assert live(shown.picture.scene).height <= room and len(shown.sentence) <= 4 * 92
