"""Balancers that end the client's connection and open one of their own."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rigs.one_wire import Lan, Talker

from vpcedu.clock import SECOND
from vpcedu.flow import Endpoint
from vpcedu.hosts.application_load_balancer import ApplicationLoadBalancer
from vpcedu.hosts.classic_load_balancer import ClassicLoadBalancer
from vpcedu.hosts.host import Host
from vpcedu.hosts.web_server import WebServer
from vpcedu.icmp import HOST
from vpcedu.packet import SYN
from vpcedu.protocols.http import request
from vpcedu.tables.target_group import Listener, TargetGroup

CLIENT, OTHER, NODE, WEB = "203.0.113.10", "203.0.113.66", "10.0.0.10", "10.0.1.10"
FRONT, BACK = Endpoint(NODE, 80), Endpoint(WEB, 8_080)


def site(kind, protocol, targets=(BACK,)):
    """A client, another one, a balancer of this kind, and a web server behind it."""
    node = kind("ELB node", NODE, 0, (Listener(protocol, 80, TargetGroup("web", targets)),))
    return Lan(
        Host("client", CLIENT), Host("other", OTHER), node, WebServer("web", WEB, listens=(8_080,))
    )


def call(lan, talker, who=CLIENT):
    lan.do(lan.hosts[who], "connect", FRONT, talker)
    return talker


def get(*headers, path="/"):
    return bytes(request("GET", path, "www.example.com", *headers))


def status(talker):
    """The status of the last answer a talker got."""
    return talker.got.split(b"HTTP/1.1 ")[-1].split(b"\r\n")[0].decode()


class Echo:
    """A server that says everything again, and ends when the other end does."""

    def __init__(self):
        self.got = b""

    def on(self, host, connection, event, data, now):
        if event == "data":
            self.got += data
            host.send(connection, data[::-1], now)
        elif event == "end of data":
            host.close(connection, now)


class Does:
    """A server that answers every connection by one call as soon as data comes."""

    def __init__(self, name, *arguments):
        self.name, self.arguments = name, arguments

    def on(self, host, connection, event, data, now):
        if event == "data" and self.name:
            getattr(host, self.name)(connection, *self.arguments, now)


# --- TCP listener: two connections, the same bytes ------------------------------------------------


@pytest.mark.fact("clb-tcp-no-headers")
@settings(max_examples=40, derandomize=True)
@given(st.binary(min_size=1, max_size=5_000))
def test_a_tcp_listener_changes_no_byte(data):
    lan, echo = site(ClassicLoadBalancer, "TCP"), Echo()
    lan.hosts[WEB].listen(8_080, echo)
    talker = call(lan, Talker(data))
    assert echo.got == data
    assert sorted(talker.got) == sorted(data)
    assert len(data) > 1_460 or talker.got == data[::-1]


@pytest.mark.fact("clb-two-conns", "clb-src-ip")
def test_a_tcp_listener_opens_one_connection_for_each_from_its_own_address():
    lan = site(ClassicLoadBalancer, "TCP")
    call(lan, Talker(get()))
    call(lan, Talker(get()), OTHER)
    peers = [seen.peer for seen in lan.told("request")]
    assert [peer.address for peer in peers] == [NODE, NODE]
    assert peers[0].port != peers[1].port


@pytest.mark.fact("clb-tcp-no-headers")
def test_a_tcp_listener_adds_no_header():
    lan = site(ClassicLoadBalancer, "TCP")
    call(lan, Talker(get()))
    assert bytes(lan.told("request")[0].request) == get()


def test_targets_are_used_in_turn():
    second = "10.0.1.11"
    lan = site(ClassicLoadBalancer, "TCP", (BACK, Endpoint(second, 8_080)))
    lan.hosts[second] = WebServer("web 2", second, listens=(8_080,))
    for _ in range(4):
        call(lan, Talker(get()))
    assert [seen.local.address for seen in lan.told("request")] == [WEB, second, WEB, second]


def test_a_half_close_is_handed_on_and_answers_still_come():
    lan, echo = site(ClassicLoadBalancer, "TCP"), Echo()
    lan.hosts[WEB].listen(8_080, echo)
    talker = call(lan, Talker())
    client = lan.hosts[CLIENT]
    lan.do(client, "send", talker.connection, b"abc")
    lan.do(client, "close", talker.connection)
    assert (echo.got, talker.got) == (b"abc", b"cba")
    assert talker.heard == ["connected", "data", "end of data"]
    assert lan.idle


def test_a_client_of_a_tcp_listener_is_connected_before_any_target_was_asked():
    lan = site(ClassicLoadBalancer, "TCP")
    lan.silent.add("web")
    talker = call(lan, Talker(b"hello"))
    assert talker.heard == ["connected"]
    lan.wait(60 * SECOND)
    assert talker.heard == ["connected", "end of data"]


@pytest.mark.parametrize("targets", [(Endpoint(WEB, 9_999),), ()], ids=["refused", "no target"])
def test_without_a_target_that_answers_the_client_of_a_tcp_listener_is_closed_after_it_was_connected(
    targets,
):
    talker = call(site(ClassicLoadBalancer, "TCP", targets), Talker())
    assert talker.heard == ["connected", "end of data"]


def test_a_reset_is_handed_on_in_both_directions():
    lan = site(ClassicLoadBalancer, "TCP")
    lan.hosts[WEB].listen(8_080, Does("abort"))
    assert call(lan, Talker(b"hello")).heard == ["connected", "reset"]

    lan, server = site(ClassicLoadBalancer, "TCP"), Talker()
    lan.hosts[WEB].listen(8_080, server)
    talker = call(lan, Talker(b"hello"))
    lan.do(lan.hosts[CLIENT], "abort", talker.connection)
    assert server.heard == ["connected", "data", "reset"]
    assert lan.hosts[NODE].connections == {}


# --- HTTP listener --------------------------------------------------------------------------------


@pytest.fixture(params=[ClassicLoadBalancer, ApplicationLoadBalancer])
def kind(request):
    return request.param


def seen_headers(lan):
    return [dict(seen.request.headers) for seen in lan.told("request")]


@pytest.mark.fact("elb-xff-auto", "clb-xff")
def test_an_http_listener_says_who_asked_and_how(kind):
    lan = site(kind, "HTTP")
    assert status(call(lan, Talker(get()))) == "200 OK"
    (headers,) = seen_headers(lan)
    assert bool(headers.pop("X-Amzn-Trace-Id", None)) is (kind is ApplicationLoadBalancer)
    assert headers == {
        "Host": "www.example.com",
        "X-Forwarded-For": CLIENT,
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Port": "80",
    }


@pytest.mark.fact("clb-xff", "alb-xff-trust")
def test_a_forged_x_forwarded_for_is_appended_to_and_the_rightmost_entry_is_true(kind):
    lan = site(kind, "HTTP")
    call(lan, Talker(get(("x-forwarded-for", "10.0.0.1, 127.0.0.1"), ("X-Forwarded-Port", "443"))))
    assert seen_headers(lan)[0]["X-Forwarded-For"] == f"10.0.0.1, 127.0.0.1, {CLIENT}"
    assert seen_headers(lan)[0]["X-Forwarded-Port"] == "80"
    assert "x-forwarded-for" not in seen_headers(lan)[0]


def test_the_connection_header_is_not_handed_on(kind):
    lan = site(kind, "HTTP")
    call(lan, Talker(get(("Connection", "close"))))
    assert "Connection" not in seen_headers(lan)[0]


@pytest.mark.fact("elb-mux")
def test_requests_of_two_clients_share_one_connection_to_the_target(kind):
    lan = site(kind, "HTTP")
    assert status(call(lan, Talker(get()))) == "200 OK"
    assert status(call(lan, Talker(get()), OTHER)) == "200 OK"
    first, second = lan.told("request")
    assert first.peer == second.peer
    assert [headers["X-Forwarded-For"] for headers in seen_headers(lan)] == [CLIENT, OTHER]


def test_two_requests_at_once_have_a_connection_each(kind):
    lan = site(kind, "HTTP")
    lan.hosts[WEB].listen(8_080, Does(None))
    call(lan, Talker(get()))
    call(lan, Talker(get()), OTHER)
    ports = {packet.flow.sport for packet in lan.seen if packet.flow.destination == BACK}
    assert len(ports) == 2


@pytest.mark.fact("clb-pipeline")
def test_a_kept_connection_serves_one_request_at_a_time(kind):
    lan = site(kind, "HTTP")
    call(lan, Talker(get()))
    lan.silent.add("web")  # from here on no request is answered
    call(lan, Talker(get()))
    call(lan, Talker(get()), OTHER)
    asked = [packet.flow for packet in lan.seen if packet.flow.destination == BACK and packet.data]
    opened = [
        packet.flow
        for packet in lan.seen
        if packet.flow.destination == BACK and packet.flags == SYN
    ]
    assert len(asked) == 2  # the third waits for its own connection
    assert len(set(asked)) == 1
    assert len(set(opened)) == 2


@pytest.mark.fact("clb-pipeline")
def test_two_requests_on_one_connection_are_both_answered_in_order(kind):
    lan = site(kind, "HTTP")
    talker = call(lan, Talker(get(path="/one") + get(path="/two")))
    assert talker.got.count(b"200 OK") == 2
    assert [seen.request.start for seen in lan.told("request")] == [
        "GET /one HTTP/1.1",
        "GET /two HTTP/1.1",
    ]


@pytest.mark.fact("alb-460")
def test_a_client_that_closes_before_the_answer_is_gone_and_that_is_only_noted(kind):
    lan = site(kind, "HTTP")
    lan.hosts[WEB].listen(8_080, Does(None))
    talker = call(lan, Talker(get(path="/one") + get(path="/two")))
    lan.do(lan.hosts[CLIENT], "close", talker.connection)
    assert (talker.got, talker.heard) == (b"", ["connected", "end of data"])
    (row,) = lan.told("answered")
    assert row.status == ("460" if kind is ApplicationLoadBalancer else "408 Request Timeout")
    assert (row.client.address, row.target, row.request, row.came) == (
        CLIENT,
        BACK,
        "GET /one HTTP/1.1",
        "",
    )
    assert lan.idle


def test_no_byte_reaches_a_target_before_the_request_is_whole(kind):
    lan = site(kind, "HTTP")
    talker = call(lan, Talker(get()[:-1]))
    assert not [packet for packet in lan.seen if packet.flow.dst == WEB]
    lan.do(lan.hosts[CLIENT], "send", talker.connection, get()[-1:])
    assert status(talker) == "200 OK"


def test_a_malformed_request_is_answered_by_the_balancer_itself(kind):
    lan = site(kind, "HTTP")
    talker = call(lan, Talker(b"hello\r\n\r\n"))
    assert talker.got.startswith(b"HTTP/1.1 400 Bad Request")
    assert talker.heard[-1] == "end of data"
    assert not [packet for packet in lan.seen if packet.flow.dst == WEB]


def test_a_client_that_goes_away_takes_its_request_along(kind):
    lan, server = site(kind, "HTTP"), Talker()
    lan.hosts[WEB].listen(8_080, server)
    talker = call(lan, Talker(get()))
    lan.do(lan.hosts[CLIENT], "abort", talker.connection)
    assert server.heard == ["connected", "data", "reset"]
    lan.wait(100 * SECOND)
    assert lan.hosts[NODE].connections == {}


# The statuses of the two kinds, by what the target does.
STATUS = {
    "no target": ("503 Service Unavailable", "503 Service Unavailable"),
    "refuses": ("504 Gateway Timeout", "502 Bad Gateway"),
    "resets": ("504 Gateway Timeout", "502 Bad Gateway"),
    "closes": ("504 Gateway Timeout", "502 Bad Gateway"),
    "talks nonsense": ("502 Bad Gateway", "502 Bad Gateway"),
    "says nothing": ("504 Gateway Timeout", "504 Gateway Timeout"),
    "is not there": ("504 Gateway Timeout", "504 Gateway Timeout"),
}
SERVERS = {
    "resets": Does("abort"),
    "closes": Does("close"),
    "talks nonsense": Does("send", b"SSH-2.0-OpenSSH_9.2\r\n\r\n"),
    "says nothing": Does(None),
}


@pytest.mark.fact("alb-502", "alb-503", "alb-504")
@pytest.mark.parametrize("does", STATUS)
def test_the_status_says_what_the_target_did(kind, does):
    targets = {
        "no target": (),
        "refuses": (Endpoint(WEB, 9_999),),
        "is not there": (Endpoint("10.0.1.99", 80),),
    }
    lan = site(kind, "HTTP", targets.get(does, (BACK,)))
    if does in SERVERS:
        lan.hosts[WEB].listen(8_080, SERVERS[does])
    talker = call(lan, Talker(get()))
    patience = (
        10 * SECOND if (kind, does) == (ApplicationLoadBalancer, "is not there") else 60 * SECOND
    )
    if does in ("says nothing", "is not there"):
        lan.wait(patience - 1)
        assert talker.got == b""
    lan.wait(patience)
    assert status(talker) == STATUS[does][kind is ApplicationLoadBalancer]
    assert talker.got.count(b"HTTP/1.1") == 1


def test_after_a_failure_the_next_request_of_the_client_is_served(kind):
    lan = site(kind, "HTTP")
    server = lan.hosts[WEB]
    server.listen(8_080, Does("abort"))
    talker = call(lan, Talker(get()))
    server.listen(8_080, server)
    lan.do(lan.hosts[CLIENT], "send", talker.connection, get())
    assert status(talker) == "200 OK"


def test_a_kept_connection_that_the_target_closed_is_not_used_again(kind):
    lan = site(kind, "HTTP")
    call(lan, Talker(get()))
    server = lan.hosts[WEB]
    (kept,) = server.connections.values()
    lan.do(server, "close", kept)
    talker = call(lan, Talker(get()), OTHER)
    lan.wait(2 * SECOND)
    assert status(talker) == "200 OK"
    assert sum(packet.flags == SYN and packet.flow.dst == WEB for packet in lan.seen) == 2


@pytest.mark.fact("alb-l7", "clb-listeners")
@pytest.mark.parametrize(
    ("balancer", "wrong"),
    [
        (ClassicLoadBalancer, "UDP"),
        (ClassicLoadBalancer, "tcp"),
        (ApplicationLoadBalancer, "TCP"),
        (ApplicationLoadBalancer, "SSL"),
    ],
)
def test_a_listener_of_another_protocol_is_refused(balancer, wrong):
    with pytest.raises(ValueError, match=f"listener protocol '{wrong}': expected"):
        site(balancer, wrong)


@pytest.mark.parametrize(
    ("kind", "protocol", "seen"),
    [
        (ClassicLoadBalancer, "TCP", b""),
        (ClassicLoadBalancer, "HTTP", b"HTTP/1.1 503"),
        (ApplicationLoadBalancer, "HTTP", b"HTTP/1.1 503"),
    ],
)
def test_a_balancer_without_a_free_port_answers_or_closes_and_raises_nothing(kind, protocol, seen):
    lan = site(kind, protocol)
    lan.hosts[NODE].ports = (1_024, 1_023)  # an empty range
    talker = call(lan, Talker(get()))
    assert talker.got.startswith(seen) and bool(talker.got) == bool(seen)


@pytest.mark.fact("alb-502")
@pytest.mark.parametrize(
    ("kind", "protocol", "seen"),
    [
        (ClassicLoadBalancer, "TCP", b""),
        (ClassicLoadBalancer, "HTTP", b"HTTP/1.1 504"),
        (ApplicationLoadBalancer, "HTTP", b"HTTP/1.1 502"),
    ],
)
def test_a_target_that_an_icmp_error_calls_unreachable_is_answered_for(kind, protocol, seen):
    lan = site(kind, protocol, (Endpoint("10.0.9.9", 80),))  # nobody has this address
    talker = call(lan, Talker(get()))
    node = lan.hosts[NODE]
    (back,) = (c for c in node.connections.values() if not c.passive)
    syn = next(packet for packet in lan.seen if packet.flow == back.flow)
    lan.way.append(syn.unreachable("10.0.9.1", HOST))
    lan.settle()
    assert talker.got.startswith(seen) and bool(talker.got) == bool(seen)
    assert not any(c.state == "SYN-SENT" for c in node.connections.values())


@pytest.mark.parametrize("kind", [ClassicLoadBalancer, ApplicationLoadBalancer])
@pytest.mark.parametrize(
    ("targets", "seen"), [((BACK,), "200 OK"), ((), "503 Service Unavailable")]
)
def test_a_client_that_asks_for_close_is_answered_once_and_closed(kind, targets, seen):
    lan = site(kind, "HTTP", targets)
    talker = call(lan, Talker(get(("Connection", "close")) + get()))
    assert status(talker) == seen and talker.got.count(b"HTTP/1.1") == 1
    (front,) = (c for c in lan.hosts[NODE].connections.values() if c.passive)
    assert front.closing
