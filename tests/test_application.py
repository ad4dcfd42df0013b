"""Application Load Balancer: rules, what the target is told, errors, what is kept apart."""

import pytest
from rigs.proxy_rig import (
    BACK,
    CLIENT,
    NODE,
    ONE,
    OTHER,
    SECOND_BACK,
    SECOND_WEB,
    TWO,
    WEB,
    Says,
    call,
    get,
    lan_with,
    opened,
    say,
    statuses,
)

from vpcedu.clock import SECOND
from vpcedu.flow import Endpoint
from vpcedu.hosts.application_load_balancer import ApplicationLoadBalancer
from vpcedu.hosts.application_log import Logged
from vpcedu.hosts.classic_load_balancer import ClassicLoadBalancer
from vpcedu.protocols.forwarded import believed
from vpcedu.protocols.http import Message, request, take
from vpcedu.sites.reference import reference_architecture
from vpcedu.sites.site import Site
from vpcedu.tables.action import FixedResponse, Redirect, fits
from vpcedu.tables.target_group import Listener, Rule, TargetGroup

ALB = ApplicationLoadBalancer
IMAGES = TargetGroup("images", (SECOND_BACK,))
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def seen(lan):
    """The last request that a web server saw."""
    return lan.told("request")[-1].request


# --- rules ----------------------------------------------------------------------------------------


RULES = (
    Rule(20, ("*.example.org",), (), Redirect("301 Moved Permanently", host="www.example.com")),
    Rule(10, (), ("/img/*",), IMAGES),
    Rule(30, (), ("/old/?",), FixedResponse("410 Gone", "no more")),
    Rule(40, ("api.example.com",), ("/v1/*", "/v2/*"), IMAGES),
)


@pytest.mark.fact("alb-l7")
@pytest.mark.parametrize(
    ("host", "path", "where"),
    [
        ("www.example.com", "/", WEB),
        ("www.example.com", "/img/a.png", SECOND_WEB),
        ("www.example.com", "/img/a.png?size=2", SECOND_WEB),
        ("www.example.com", "/IMG/a.png", WEB),
        ("www.example.com", "/?to=/img/", WEB),
        ("api.example.com", "/v2/x", SECOND_WEB),
        ("api.example.com", "/v3/x", WEB),
        ("API.Example.COM:8080", "/v1/x", SECOND_WEB),
        ("x.example.org", "/img/a", SECOND_WEB),
    ],
)
def test_the_first_rule_by_priority_whose_conditions_all_hold_chooses_the_group(host, path, where):
    lan = lan_with(ALB, rules=RULES)
    assert statuses(call(lan, get(path=path, host=host))) == ["200 OK"]
    assert lan.told("request")[-1].local.address == where


def test_a_fixed_response_needs_no_target():
    lan = lan_with(ALB, group=TargetGroup("none", ()), rules=RULES)
    talker = call(lan, get(path="/old/7"))
    assert statuses(talker) == ["410 Gone"] and talker.got.endswith(b"\r\n\r\nno more")
    assert statuses(call(lan, get(path="/old/77"))) == ["503 Service Unavailable"]
    assert not opened(lan) and not opened(lan, SECOND_BACK)


@pytest.mark.parametrize(
    ("redirect", "path", "location"),
    [
        (
            Redirect("301 Moved Permanently", protocol="HTTPS", port="443"),
            "/a/b?c=d",
            "https://x.example.org:443/a/b?c=d",
        ),
        (Redirect("302 Found", path="/new/#{path}"), "/a", "http://x.example.org:80/new/a"),
        (
            Redirect("302 Found", host="www.#{host}", query="was=#{path}"),
            "/",
            "http://www.x.example.org:80/?was=",
        ),
    ],
)
def test_a_redirect_keeps_what_it_does_not_change(redirect, path, location):
    lan = lan_with(ALB, rules=(Rule(1, ("*.example.org",), (), redirect),))
    talker = call(lan, get(path=path, host="x.example.org"))
    message = take(bytearray(talker.got))
    assert (message.start, message.header("Location")) == (f"HTTP/1.1 {redirect.status}", location)


@pytest.mark.parametrize(
    ("pattern", "text", "does"),
    [
        ("*", "", True),
        ("?", "", False),
        ("/img/*/pics", "/img/a/b/pics", True),
        ("/img/*/pics", "/img/pics", False),
        ("a*b*c", "abbbc", True),
        ("a*b*c", "acb", False),
        ("*.example.com", "test.example.com", True),
        ("*.example.com", "example.com", False),
        ("??", "ab", True),
        ("??", "abc", False),
        ("", "", True),
        ("", "a", False),
        ("a*", "*", False),
        ("**a", "a", True),
    ],
)
def test_a_star_stands_for_any_letters_and_a_question_mark_for_one(pattern, text, does):
    assert fits(pattern, text) is does


def test_a_rule_can_be_taken_out_of_a_description_like_any_row():
    site = reference_architecture("application")
    listener = next(row for row in site.vpc.rows() if isinstance(row, Listener))
    gone = Rule(1, (), ("/",), FixedResponse("404 Not Found"))
    ruled = site.replace(listener, listener._replace(rules=(gone,)))
    assert ruled.get("http://www.example.com/").symptom == "404 Not Found"
    assert ruled.without(gone).get("http://www.example.com/").symptom == "200 OK"


# --- what the target is told: AWS's table ---------------------------------------------------------


SENT = ([], [("X-Forwarded-For", "127.0.0.4")], [("X-Forwarded-For", "127.0.0.4, 127.0.0.8")])
MINE = f"X-Forwarded-For: {CLIENT}\r\n"
FIRST, BOTH = "X-Forwarded-For: 127.0.0.4\r\n", "X-Forwarded-For: 127.0.0.4, 127.0.0.8\r\n"
TABLE = [
    ("append", SENT[0], MINE),
    ("append", SENT[1], f"X-Forwarded-For: 127.0.0.4, {CLIENT}\r\n"),
    ("append", SENT[2], f"X-Forwarded-For: 127.0.0.4, 127.0.0.8, {CLIENT}\r\n"),
    ("preserve", SENT[0], ""),
    ("preserve", SENT[1], FIRST),
    ("preserve", SENT[2], BOTH),
    ("remove", SENT[0], ""),
    ("remove", SENT[1], ""),
    ("remove", SENT[2], ""),
]


@pytest.mark.fact("alb-xff-mode", "elb-xff-auto", "elb-hdr-case")
@pytest.mark.parametrize(("mode", "sent", "line"), TABLE)
@pytest.mark.parametrize("client_port", [False, True])
def test_the_target_gets_aws_s_headers_byte_for_byte(mode, sent, line, client_port):
    lan, server = lan_with(ALB, xff=mode, client_port=client_port), Says(OK)
    lan.hosts[WEB].listen(8_080, server)
    talker = call(lan, get(*sent))
    if client_port and mode == "append":
        line = line.replace(CLIENT, f"{CLIENT}:{talker.connection.flow.sport}")
    assert server.got.startswith(
        (
            f"GET / HTTP/1.1\r\nHost: www.example.com\r\n{line}"
            "X-Forwarded-Proto: http\r\nX-Forwarded-Port: 80\r\nX-Amzn-Trace-Id: Root=1-"
        ).encode()
    )
    assert server.got.count(b"X-Forwarded-For") == bool(line)


@pytest.mark.fact("alb-xff-trust")
def test_a_spoofed_entry_is_left_of_the_true_one_and_only_the_rightmost_is_to_be_believed():
    lan = lan_with(ALB)
    call(
        lan,
        get(
            ("X-Forwarded-For", "10.0.0.1"),
            ("X-Forwarded-Proto", "https"),
            ("X-Forwarded-Port", "443"),
        ),
    )
    assert seen(lan).header("X-Forwarded-For") == f"10.0.0.1, {CLIENT}"
    assert believed(seen(lan)) == CLIENT
    assert (seen(lan).header("X-Forwarded-Proto"), seen(lan).header("X-Forwarded-Port")) == (
        "http",
        "80",
    )


@pytest.mark.fact("alb-xff-mode")
def test_in_preserve_mode_a_spoofed_entry_is_all_the_target_gets():
    lan = lan_with(ALB, xff="preserve")
    call(lan, get(("X-Forwarded-For", "10.0.0.1")))
    assert believed(seen(lan)) == "10.0.0.1"


def test_an_unknown_mode_is_refused_when_the_node_is_made():
    with pytest.raises(
        ValueError, match="X-Forwarded-For mode 'drop': expected one of append, preserve, remove"
    ):
        lan_with(ALB, xff="drop")


@pytest.mark.fact("elb-hdr-case")
def test_the_host_s_name_reaches_the_target_in_lower_case():
    lan = lan_with(ALB)
    call(lan, get(host="WWW.Example.COM"))
    assert seen(lan).header("Host") == "www.example.com"


@pytest.mark.fact("elb-http10-host", "clb-pipeline")
@pytest.mark.parametrize("kind", [ALB, ClassicLoadBalancer])
def test_a_request_of_http_1_0_becomes_http_1_1_with_a_host(kind):
    lan = lan_with(kind)
    talker = call(lan, b"GET / HTTP/1.0\r\n\r\n")
    assert (seen(lan).start, seen(lan).header("Host")) == ("GET / HTTP/1.1", NODE)
    assert statuses(talker) == ["200 OK"] and talker.heard[-1] == "end of data"


# --- X-Amzn-Trace-Id ------------------------------------------------------------------------------


def trace(lan, *sent):
    call(lan, get(*sent))
    return seen(lan).header("X-Amzn-Trace-Id")


@pytest.mark.fact("alb-trace")
def test_a_request_without_trace_id_gets_a_root_with_the_time_and_another_id_each_time():
    lan = lan_with(ALB)
    first = trace(lan)
    lan.wait(4_660 * SECOND)
    second = trace(lan)
    for header, time in ((first, "00000000"), (second, "00001234")):
        word, version, stamp, number = header.replace("=", "-").split("-")
        assert (word, version, stamp) == ("Root", "1", time)
        assert len(number) == 24 and int(number, 16) >= 0
    assert first[-24:] != second[-24:]
    assert trace(lan_with(ALB)) == first  # the same seed, the same bytes


@pytest.mark.fact("alb-trace")
@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Root=1-67891233-abcdef012345678912345678", "Root=1-67891233-abcdef012345678912345678"),
        (
            "Root=1-67891233-abcdef012345678912345678;CalledFrom=app",
            "Root=1-67891233-abcdef012345678912345678;CalledFrom=app",
        ),
        (
            "Self=1-1-a;Root=1-67891233-abcdef012345678912345678",
            "Root=1-67891233-abcdef012345678912345678",
        ),
    ],
)
def test_a_root_that_came_stays_and_self_is_put_before_it(sent, kept):
    header = trace(lan_with(ALB), ("x-amzn-trace-id", sent))
    own, _, rest = header.partition(";")
    assert own.startswith("Self=1-00000000-") and own != "Self=1-1-a"
    assert rest == kept


# --- connections to targets -----------------------------------------------------------------------


@pytest.mark.fact("elb-mux", "alb-two-conns")
def test_one_connection_to_the_target_serves_several_clients():
    lan = lan_with(ALB)
    for who in (CLIENT, OTHER, CLIENT):
        assert statuses(call(lan, get(), who)) == ["200 OK"]
    assert opened(lan) == 1
    assert {row.peer.address for row in lan.told("request")} == {NODE}


@pytest.mark.fact("elb-mux")
def test_a_target_that_says_close_gets_a_connection_for_each_request_and_the_client_keeps_its_own():
    lan = lan_with(ALB)
    closing = OK.replace(b"Content", b"Connection: close\r\nKeep-Alive: timeout=5\r\nContent", 1)
    lan.hosts[WEB].listen(8_080, Says(closing, close=True))
    talker = call(lan, get() + get())
    assert statuses(talker) == ["200 OK"] * 2
    assert b"Connection" not in talker.got and b"Keep-Alive" not in talker.got
    assert talker.heard[-1] == "data"
    assert opened(lan) == 2


def test_an_answer_without_a_length_gets_one_so_that_the_client_knows_its_end():
    lan = lan_with(ALB)
    lan.hosts[WEB].listen(8_080, Says(b"HTTP/1.0 200 OK\r\n\r\nhello", close=True))
    talker = call(lan, get())
    assert take(bytearray(talker.got)) == Message(
        "HTTP/1.0 200 OK", (("Content-Length", "5"),), b"hello"
    )


def test_an_interim_answer_is_not_the_answer():
    lan = lan_with(ALB)
    lan.hosts[WEB].listen(8_080, Says(b"HTTP/1.1 103 Early Hints\r\n\r\n" + OK))
    assert statuses(call(lan, get())) == ["200 OK"]


def test_what_a_target_sends_behind_its_answer_reaches_no_other_client():
    lan, server = lan_with(ALB), Says(OK + b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret")
    lan.hosts[WEB].listen(8_080, server)
    for who in (CLIENT, OTHER):
        assert statuses(call(lan, get(), who)) == ["200 OK"]
    assert opened(lan) == 2 and server.heard.count("reset") == 2


def test_what_a_target_sends_unasked_ends_its_connection():
    lan, server = lan_with(ALB), Says(OK)
    lan.hosts[WEB].listen(8_080, server)
    call(lan, get())
    (kept,) = lan.hosts[WEB].connections.values()
    lan.do(lan.hosts[WEB], "send", kept, OK)
    assert server.heard[-1] == "reset"
    assert statuses(call(lan, get(), OTHER)) == ["200 OK"]


# --- whose fault ----------------------------------------------------------------------------------


def answers(lan):
    return [(row.status, row.came) for row in lan.told("answered")]


@pytest.mark.fact("alb-502", "alb-app-timeout")
@pytest.mark.parametrize("how", ["close", "abort"])
def test_a_kept_connection_that_the_target_ends_while_a_request_is_on_its_way_gives_502(how):
    lan = lan_with(ALB)
    talker = call(lan, get())
    client, server = lan.hosts[CLIENT], lan.hosts[WEB]
    (kept,) = server.connections.values()
    client.send(talker.connection, get(), lan.now)
    getattr(server, how)(kept, lan.now)
    # the request first: the balancer has not heard yet
    lan.way += client.flush(lan.now) + server.flush(lan.now)
    lan.settle()
    assert statuses(talker) == ["200 OK", "502 Bad Gateway"]
    assert answers(lan) == [("200 OK", "200 OK"), ("502 Bad Gateway", "")]


@pytest.mark.fact("alb-app-timeout")
def test_a_web_server_with_a_shorter_keep_alive_closes_first_and_one_with_a_longer_does_not():
    from vpcedu.hosts.web_server import WebServer

    for keep_alive, first in ((5, WEB), (65, NODE)):
        lan = lan_with(ALB)
        lan.hosts[WEB] = WebServer("web", WEB, listens=(8_080,), keep_alive=keep_alive * SECOND)
        call(lan, get())
        lan.wait(100 * SECOND)
        ends = [
            p.flow.src for p in lan.seen if p.flags & 1 and {p.flow.src, p.flow.dst} == {NODE, WEB}
        ]
        assert ends == ([WEB, NODE] if first == WEB else [NODE, WEB])


@pytest.mark.fact("alb-502", "alb-app-timeout")
def test_a_visit_at_the_moment_when_the_web_server_s_keep_alive_ends_gets_502_from_the_balancer():
    site = reference_architecture("application")
    devices = tuple(
        d._replace(settings=(("keep_alive", 5 * SECOND),)) if d.name == "web" else d
        for d in site.vpc.devices
    )
    # the node's request and the server's FIN cross where they leave within 0.2 ms of each other
    for moment, symptom in ((0, "200 OK"), (600, "502 Bad Gateway"), (1_000, "200 OK")):
        site = Site(site.vpc._replace(devices=devices))
        assert site.get("http://www.example.com/").symptom == "200 OK"
        assert site.get("http://www.example.com/").symptom == "200 OK"  # by the other node
        site.wait(5 * SECOND - site.network.clock.now + moment)
        visit = site.get("http://www.example.com/")
        assert visit.symptom == symptom
        assert ("The ELB node made this reply itself." in visit.answer.replace("\n", " ")) is (
            moment == 600
        )


@pytest.mark.fact("alb-504")
def test_no_connection_in_10_s_gives_504():
    lan = lan_with(ALB)
    lan.silent.add("web")
    talker = call(lan, get())
    lan.wait(10 * SECOND - 1)
    assert talker.got == b""
    lan.wait(10 * SECOND)
    assert statuses(talker) == ["504 Gateway Timeout"]


@pytest.mark.fact("alb-504", "alb-idle")
@pytest.mark.parametrize("idle", [20, 60])
def test_no_answer_before_the_idle_timeout_gives_504(idle):
    lan = lan_with(ALB, idle=idle * SECOND)
    lan.hosts[WEB].listen(8_080, Says())
    talker = call(lan, get())
    lan.wait(idle * SECOND - 1)
    assert talker.got == b""
    lan.wait(idle * SECOND)
    assert statuses(talker) == ["504 Gateway Timeout"]
    say(lan, talker, get(path="/again"))
    assert opened(lan) == 2  # the silent connection was given up


@pytest.mark.fact("alb-408")
def test_a_client_that_sends_nothing_before_the_idle_timeout_gets_408():
    lan = lan_with(ALB)
    talker = call(lan)
    lan.wait(60 * SECOND - 1)
    assert talker.got == b""
    lan.wait(60 * SECOND)
    assert statuses(talker) == ["408 Request Timeout"] and talker.heard[-1] == "end of data"


@pytest.mark.fact("alb-460")
@pytest.mark.parametrize("how", ["close", "abort"])
def test_a_client_that_goes_before_the_answer_is_460_in_the_log_and_sees_nothing(how):
    lan, server = lan_with(ALB), Says()
    lan.hosts[WEB].listen(8_080, server)
    talker = call(lan, get())
    lan.do(lan.hosts[CLIENT], how, talker.connection)
    assert answers(lan) == [("460", "")]
    assert talker.got == b""
    assert server.heard[-1] == "reset"


@pytest.mark.fact("alb-4xx")
@pytest.mark.parametrize(
    "data",
    [
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
    ],
)
def test_what_is_no_request_is_400_and_reaches_no_target(data):
    lan = lan_with(ALB)
    talker = call(lan, data + get())
    assert (
        talker.got.startswith(b"HTTP/1.1 400 Bad Request\r\n") and talker.heard[-1] == "end of data"
    )
    assert answers(lan) == [("400 Bad Request", "")]
    assert opened(lan) == 0


@pytest.mark.fact("alb-502")
@pytest.mark.parametrize(
    "data",
    [b"SSH-2.0-OpenSSH\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"HTTP/1.1 200 OK\r\nno\r\n\r\n"],
)
def test_what_is_no_response_is_502(data):
    lan = lan_with(ALB)
    lan.hosts[WEB].listen(8_080, Says(data))
    assert statuses(call(lan, get())) == ["502 Bad Gateway"]


@pytest.mark.fact("alb-503", "alb-sg")
def test_no_target_is_503_but_all_unhealthy_fails_open():
    lan = lan_with(ALB, group=TargetGroup("none", ()))
    assert statuses(call(lan, get())) == ["503 Service Unavailable"]
    lan = lan_with(ALB)
    server = lan.hosts[WEB]
    del server.listeners[8_080]
    lan.do(lan.hosts[NODE], "start_checks")
    lan.wait(65 * SECOND)
    assert [row.after for row in lan.told("target health")] == ["unhealthy"]
    server.listen(8_080, server)
    assert statuses(call(lan, get())) == ["200 OK"]  # before any check has seen it


@pytest.mark.fact("elb-dereg", "alb-502")
def test_a_target_that_is_deregistered_gets_nothing_new_and_what_it_has_not_answered_in_300_s_is_502():
    lan, slow = lan_with(ALB, group=TWO, idle=1_000 * SECOND), Says()
    lan.hosts[WEB].listen(8_080, slow)
    waiting = call(lan, get())
    lan.do(lan.hosts[NODE], "deregister", TWO, BACK)
    for _ in range(4):
        assert statuses(call(lan, get())) == ["200 OK"]
    assert (opened(lan), {row.local.address for row in lan.told("request")}) == (1, {SECOND_WEB})
    lan.wait(300 * SECOND - 1)
    assert waiting.got == b""
    lan.wait(300 * SECOND)
    assert statuses(waiting) == ["502 Bad Gateway"]


def test_a_group_of_which_all_targets_drain_has_none():
    lan = lan_with(ALB)
    lan.do(lan.hosts[NODE], "deregister", ONE, BACK)
    assert statuses(call(lan, get())) == ["503 Service Unavailable"]


def test_two_listeners_with_one_group_share_its_turns():
    from rigs.one_wire import Lan

    from vpcedu.hosts.host import Host
    from vpcedu.hosts.web_server import WebServer

    node = ALB("ELB node", NODE, 0, (Listener("HTTP", 80, TWO), Listener("HTTP", 81, TWO)))
    lan = Lan(
        Host("client", CLIENT),
        node,
        WebServer("web", WEB, listens=(8_080,)),
        WebServer("web 2", SECOND_WEB, listens=(8_080,)),
    )
    for port in (80, 81, 80, 81):
        call(lan, get(), port=port)
    assert [row.local.address for row in lan.told("request")] == [WEB, SECOND_WEB, WEB, SECOND_WEB]
    assert bytes(request("GET", "/", "www.example.com")) == get() and Endpoint(WEB, 8_080) == BACK


def test_the_end_of_a_targets_deregistration_leaves_the_connections_to_the_others_and_the_clients():
    lan = lan_with(ALB, group=TWO, idle=1_000 * SECOND)
    clients = [call(lan, get()) for _ in TWO.targets]
    lan.do(lan.hosts[NODE], "deregister", TWO, BACK)
    lan.wait(301 * SECOND)
    for client in clients:
        say(lan, client, get())
        assert statuses(client) == ["200 OK"] * 2
    assert opened(lan, SECOND_BACK) == 1  # the same connection as before


def test_a_log_line_names_the_chain_only_where_there_was_one():
    peer = Endpoint("10.0.0.10", 1_024)
    line = Logged("192.0.2.1", peer, "192.0.2.1, 192.0.2.2", "GET / HTTP/1.1")
    assert str(line) == (
        '192.0.2.1 "GET / HTTP/1.1" (connection from 10.0.0.10:1024,'
        " X-Forwarded-For: 192.0.2.1, 192.0.2.2)"
    )
    alone = line._replace(client=None, forwarded=None)
    assert str(alone) == '- "GET / HTTP/1.1" (connection from 10.0.0.10:1024)'
