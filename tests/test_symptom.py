"""The symptom: every word a person may report, made from what the ends experienced.

The applications' beliefs are tested too.
"""

import pytest
from rigs.reference_site import BALANCERS, NATS, PAGE, site

from vpcedu.clock import SECOND
from vpcedu.hosts.client import Result
from vpcedu.hosts.host import Host
from vpcedu.hosts.web_server import WebServer
from vpcedu.network.record import Call
from vpcedu.protocols.http import Message, response
from vpcedu.scenarios.scenario import patient, with_settings
from vpcedu.sites.applications import (
    Application,
    first_entry,
    https_only,
    last_but_one,
    last_entry,
    the_header,
    the_peer,
)
from vpcedu.sites.visit import Visit
from vpcedu.tables.action import FixedResponse, Redirect
from vpcedu.tables.security_group import IN, GroupRule
from vpcedu.tables.target_group import Rule
from vpcedu.trace import Capture

CLOSED = [GroupRule("sg-web", IN, (80, 80), "sg-balancer")]
FOR = "X-Forwarded-For"


def made_of(result, url=PAGE):
    """A visit without packets: only what its program learnt."""
    call = site().get(url).call
    return Visit(call, result, Capture(), site().vpc, 0, 300 * SECOND)


# --- what the client sees -------------------------------------------------------------------------


@pytest.mark.parametrize("nat", NATS)
@pytest.mark.parametrize("balancer", BALANCERS)
def test_what_works_works(balancer, nat):
    visited = site(balancer, nat)
    assert (
        visited.get(PAGE).client_sees
        == visited.connect("client", "www.example.com", 80).client_sees
        == "works"
    )


@pytest.mark.parametrize(
    ("balancer", "sees", "logs"),
    [
        ("classic-tcp", "closed", ()),
        ("classic-http", "504 Gateway Timeout", ("504",)),
        ("application", "504 Gateway Timeout", ("504",)),
        ("network", "timed out after 131 s", ()),
    ],
)
def test_a_target_that_is_closed_off_is_seen_through_each_balancer_in_its_own_way(
    balancer, sees, logs
):
    visit = site(balancer, without=CLOSED).get(PAGE)
    assert (visit.client_sees, visit.balancer_logs) == (sees, logs)


@pytest.mark.parametrize(
    ("balancer", "sees", "logs"),
    [
        ("classic-tcp", "closed", ()),
        ("classic-http", "504 Gateway Timeout", ("504",)),
        ("application", "502 Bad Gateway", ("502",)),
        ("network", "refused", ()),
    ],
)
def test_a_target_that_refuses_is_seen_through_each_balancer_in_its_own_way(balancer, sees, logs):
    visit = with_settings(site(balancer), "web", Host).get(PAGE)
    assert (visit.client_sees, visit.balancer_logs) == (sees, logs)


@pytest.mark.parametrize(
    ("symptom", "sees"),
    [
        ("refused", "refused"),
        ("reset", "reset"),
        ("connected", "works"),
        ("closed", "closed"),
        ("timed out", "timed out after 131 s"),
        ("unreachable", "unreachable"),
        ("malformed response: x", "malformed response: x"),
    ],
)
def test_every_end_of_a_connection_has_its_words(symptom, sees):
    assert made_of(Result(symptom, None, 131 * SECOND)).client_sees == sees


@pytest.mark.parametrize(
    ("status", "sees"),
    [
        ("200 OK", "works"),
        ("204 No Content", "works"),
        ("400 Bad Request", "400 Bad Request"),
        ("503 Service Unavailable", "503 Service Unavailable"),
    ],
)
def test_every_status_has_its_words(status, sees):
    assert made_of(Result(status, response(status), 1)).client_sees == sees


@pytest.mark.parametrize(
    ("where", "sees"),
    [
        ("http://www.example.com/", "redirect loop"),
        ("http://www.example.com:80/", "redirect loop"),
        (
            "https://www.example.com/",
            "works: 301 Moved Permanently, on to https://www.example.com/",
        ),
        (
            "http://www.example.com/new",
            "works: 301 Moved Permanently, on to http://www.example.com/new",
        ),
    ],
)
def test_a_redirect_to_the_page_that_was_asked_for_is_a_loop(where, sees):
    moved = response("301 Moved Permanently").with_header("Location", where)
    assert made_of(Result("301 Moved Permanently", moved, 1)).client_sees == sees


def test_no_result_is_told_with_how_long_was_waited():
    assert made_of(None).client_sees == "no answer after 300 s"
    visited = with_settings(site("network"), "web", Application, delay=500 * SECOND)
    assert (
        patient(visited, "client", "www.example.com", 80, 40).client_sees == "no answer after 40 s"
    )
    assert visited.get(PAGE).client_sees == "no answer after 300 s"


def test_who_was_connected_and_gave_up_did_not_time_out_connecting():
    visited = site("network")
    call = Call("client", "www.example.com", 80)
    visited.open(call)
    for until, sees in ((30_000, "timed out after 1 s"), (50_000, "no answer, given up after 1 s")):
        visited.network.run(until)
        visit = Visit(
            call, Result("timed out", None, SECOND), visited.network.capture, visited.vpc, 0
        )
        assert visit.client_sees == sees


# --- what the balancers log -----------------------------------------------------------------------


def test_a_balancer_s_own_answers_are_in_its_log():
    visited = site("application")
    rules = (
        Rule(1, (), ("/tea",), FixedResponse("418 I'm a teapot")),
        Rule(2, (), ("/old",), Redirect("302 Found", path="/new")),
    )
    listener = next(row for row in visited.vpc.rows() if getattr(row, "protocol", None) == "HTTP")
    visited = visited.replace(listener, listener._replace(rules=rules))
    assert [visited.get(f"{PAGE}{path}").balancer_logs for path in ("tea", "old", "")] == [
        ("418",),
        ("302",),
        ("200",),
    ]
    assert visited.get(f"{PAGE}tea").client_sees == "418 I'm a teapot"
    assert (
        visited.get(f"{PAGE}old").client_sees
        == "works: 302 Found, on to http://www.example.com:80/new"
    )


def test_a_client_that_goes_is_in_the_log_though_no_client_sees_it():
    visited = site("application", without=CLOSED)
    begun = Call("client", "www.example.com", 80, Message("GET / HTTP/1.1", (("Host", "x"),)))
    visited.open(begun)
    visited.network.run(SECOND)
    (connection,) = visited.network.devices["client"].connections.values()
    visited.network.do("client", "abort", connection)
    visited.network.run(2 * SECOND)
    assert Visit(begun, None, visited.network.capture, visited.vpc, 0).balancer_logs == ("460",)


# --- whom the application takes for the client ----------------------------------------------------


@pytest.mark.fact("clb-src-ip", "alb-xff-trust", "nlb-cip-default")
@pytest.mark.parametrize(
    ("balancer", "belief", "spoofed", "sees"),
    [
        ("classic-tcp", the_peer, "", "10.0.0.10"),
        ("classic-http", the_peer, "", "10.0.0.10"),
        ("application", the_peer, "", "10.0.0.10"),
        ("network", the_peer, "", None),
        ("classic-http", first_entry, "", None),
        ("classic-http", first_entry, "127.0.0.1", "127.0.0.1"),
        ("classic-http", last_entry, "127.0.0.1", None),
        ("application", last_entry, "127.0.0.1", None),
        ("application", last_but_one, "127.0.0.1", "127.0.0.1"),
        ("application", last_but_one, "", "-"),
        ("network", first_entry, "127.0.0.1", "127.0.0.1"),
        ("classic-tcp", last_entry, "", "-"),
    ],
)
def test_an_application_s_log_is_as_right_as_its_belief(balancer, belief, spoofed, sees):
    visited = with_settings(site(balancer), "web", Application, reads=belief)
    visit = visited.get(PAGE, headers=((FOR, spoofed),) if spoofed else ())
    assert visit.client_sees == (
        f"wrong client address in the application's log: {sees}" if sees else "works"
    )
    assert visit.symptom == "200 OK"


@pytest.mark.fact("clb-pp1")
def test_a_proxy_header_tells_the_client_behind_a_tcp_listener():
    visited = with_settings(site("classic-tcp"), "ELB node", proxy_protocol=(80,))
    visited = with_settings(visited, "web", Application, reads=the_header, proxied=True)
    assert visited.get(PAGE).client_sees == "works"


def test_an_application_that_waits_for_a_proxy_header_refuses_who_sends_none():
    visited = with_settings(site("network"), "web", Application, reads=the_header, proxied=True)
    assert visited.get(PAGE).client_sees == "reset"


def test_a_proxy_header_in_pieces_is_read():
    from rigs.one_wire import Lan, Talker

    lan = Lan(
        Host("client", "203.0.113.10"),
        Application("web", "10.0.1.10", proxied=True, reads=the_header),
    )
    talker = Talker(b"PROXY TCP4 198.51.100.22 ")
    from vpcedu.flow import Endpoint

    lan.do(lan.hosts["203.0.113.10"], "connect", Endpoint("10.0.1.10", 80), talker)
    for part in (b"203.0.113.7 35646 80\r", b"\n", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"):
        lan.do(lan.hosts["203.0.113.10"], "send", talker.connection, part)
    assert talker.got.startswith(b"HTTP/1.1 200 OK")
    assert [row.client for row in lan.told("application log")] == ["198.51.100.22"]


def test_a_nat_in_front_of_another_s_server_is_no_wrong_address_in_an_own_log():
    visited = with_settings(site(nat="gateway"), "update server", Application)
    assert visited.get("http://updates.example.net:8080/", opener="web").client_sees == "works"


def test_who_came_by_https_gets_the_page_of_an_application_that_asks_the_balancer():
    visited = with_settings(
        site("application"), "web", Application, reads=last_entry, answers=https_only
    )
    visit = visited.get(f"{PAGE}a")
    assert visit.client_sees == "works: 301 Moved Permanently, on to https://www.example.com/a"
    assert "redirect" in {event.what for event in visit.capture.events}


def test_an_application_is_a_web_server_in_every_other_way():
    plain, own = (
        with_settings(site(), "web", kind).get(f"{PAGE}700") for kind in (WebServer, Application)
    )
    assert bytes(plain.result.response) == bytes(own.result.response)
