"""Classic Load Balancer: idle timeout, PROXY protocol, early connections, algorithms, zones."""

import pytest
from rigs.one_wire import Talker
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
from vpcedu.hosts.classic_load_balancer import ClassicLoadBalancer
from vpcedu.hosts.tls_end import TlsEnd
from vpcedu.network.record import Call
from vpcedu.packet import FIN, SYN
from vpcedu.protocols.http import request
from vpcedu.protocols.proxy_protocol import parse
from vpcedu.protocols.tcp_settings import LINUX, KeepAlive
from vpcedu.protocols.tls import DEMONSTRATION, Client
from vpcedu.sites.reference_tls import tls_site
from vpcedu.sites.site import Site
from vpcedu.tables.target_group import TargetGroup

# --- idle timeout ---------------------------------------------------------------------------------


@pytest.mark.fact("clb-idle")
def test_a_silent_pair_of_connections_is_closed_on_both_sides_after_60_s():
    lan, server = lan_with(ClassicLoadBalancer, "TCP"), Says()
    lan.hosts[WEB].listen(8_080, server)
    talker = call(lan, b"hello")
    lan.wait(60 * SECOND - 1)
    assert (talker.heard, server.heard) == (["connected"], ["connected", "data"])
    lan.wait(60 * SECOND)
    assert (talker.heard, server.heard) == (
        ["connected", "end of data"],
        ["connected", "data", "end of data"],
    )


@pytest.mark.fact("clb-idle")
@pytest.mark.parametrize("sender", [CLIENT, WEB])
def test_one_byte_in_either_direction_keeps_both_connections(sender):
    lan, server = lan_with(ClassicLoadBalancer, "TCP"), Says()
    lan.hosts[WEB].listen(8_080, server)
    talker = call(lan)
    for minute in (1, 2, 3):
        lan.wait(minute * 59 * SECOND)
        end = lan.hosts[sender]
        (own,) = end.connections.values()
        lan.do(end, "send", own, b".")
    lan.wait(lan.now + 60 * SECOND - 1)
    assert "end of data" not in talker.heard + server.heard
    lan.wait(lan.now + 1)
    assert talker.heard[-1] == server.heard[-1] == "end of data"


@pytest.mark.fact("clb-idle")
def test_keep_alive_probes_do_not_count():
    lan = lan_with(ClassicLoadBalancer, "TCP")
    lan.hosts[CLIENT].settings = LINUX._replace(keepalive=KeepAlive(10 * SECOND, 10 * SECOND, 9))
    talker = call(lan)
    before = len(lan.seen)
    lan.wait(60 * SECOND - 1)
    assert len(lan.seen) - before == 10  # five probes, five answers
    assert talker.heard == ["connected"]
    lan.wait(60 * SECOND)
    assert talker.heard == ["connected", "end of data"]


@pytest.mark.fact("clb-idle")
@pytest.mark.parametrize("limit", [1, 4_000])
def test_the_idle_timeout_may_be_1_to_4000_s(limit):
    lan = lan_with(ClassicLoadBalancer, "TCP", idle=limit * SECOND)
    talker = call(lan)
    lan.wait(limit * SECOND - 1)
    assert talker.heard == ["connected"]
    lan.wait(limit * SECOND)
    assert talker.heard == ["connected", "end of data"]


@pytest.mark.parametrize("protocol", ["TCP", "HTTP"])
@pytest.mark.parametrize("limit", [0, SECOND - 1, 4_000 * SECOND + 1])
def test_another_idle_timeout_is_refused(protocol, limit):
    with pytest.raises(ValueError, match=f"idle timeout {limit}: expected 1 to 4000 s"):
        lan_with(ClassicLoadBalancer, protocol, idle=limit)


def test_a_side_that_stays_open_after_the_idle_timeout_is_reset_at_the_next_one():
    lan = lan_with(ClassicLoadBalancer, "TCP")
    talker = call(lan)  # it never closes
    lan.wait(120 * SECOND)
    assert talker.heard == ["connected", "end of data", "reset"]
    lan.wait(300 * SECOND)
    assert lan.hosts[NODE].connections == {}


@pytest.mark.fact("clb-idle")
def test_a_kept_connection_to_an_instance_is_closed_by_the_balancer_after_60_s():
    lan = lan_with(ClassicLoadBalancer)
    call(lan, get())
    lan.wait(60 * SECOND - 1)
    assert not [packet for packet in lan.seen if packet.flow.src == NODE and packet.flags & FIN]
    lan.wait(60 * SECOND)
    closes = [
        packet.flow.destination
        for packet in lan.seen
        if packet.flow.src == NODE and packet.flags & FIN
    ]
    assert BACK in closes and len(closes) == 2


# --- PROXY protocol -------------------------------------------------------------------------------


@pytest.mark.fact("clb-pp1", "pp1-format")
def test_the_proxy_line_comes_first_and_names_the_client_and_the_node_s_private_address():
    lan, server = lan_with(ClassicLoadBalancer, "TCP", proxy_protocol=(8_080,)), Says()
    lan.hosts[WEB].listen(8_080, server)
    talker = call(lan, b"hello")
    port = talker.connection.flow.sport
    assert server.got == f"PROXY TCP4 {CLIENT} {NODE} {port} 80\r\nhello".encode()
    header, length = parse(server.got)
    assert (header.source, header.destination) == (Endpoint(CLIENT, port), Endpoint(NODE, 80))
    assert server.got[length:] == b"hello"


@pytest.mark.fact("clb-pp1")
@pytest.mark.parametrize(("protocol", "ports"), [("TCP", ()), ("TCP", (443,)), ("HTTP", (8_080,))])
def test_no_proxy_line_unless_it_is_on_for_the_instance_s_port_and_the_listener_speaks_tcp(
    protocol, ports
):
    lan, server = lan_with(ClassicLoadBalancer, protocol, proxy_protocol=ports), Says()
    lan.hosts[WEB].listen(8_080, server)
    call(lan, get())
    assert server.got.startswith(b"GET / HTTP/1.1\r\n")


def test_a_server_that_does_not_expect_the_proxy_line_answers_400():
    lan = lan_with(ClassicLoadBalancer, "TCP", proxy_protocol=(8_080,))
    talker = call(lan, get())
    assert talker.got.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"PROXY TCP4" in talker.got


@pytest.mark.fact("clb-tcp-no-headers")
def test_without_proxy_protocol_nothing_at_the_instance_names_the_client():
    lan = lan_with(ClassicLoadBalancer, "TCP")
    call(lan, get())
    (seen,) = lan.told("request")
    assert seen.peer.address == NODE
    assert CLIENT.encode() not in bytes(seen.request)


# --- connections opened in advance ----------------------------------------------------------------


@pytest.mark.fact("clb-preopen")
def test_an_http_listener_opens_a_connection_in_advance_to_each_healthy_instance_and_uses_it():
    lan = lan_with(ClassicLoadBalancer, "HTTP", TWO)
    lan.silent.add("web 2")
    lan.do(lan.hosts[NODE], "start_checks")
    lan.wait(SECOND)
    assert opened(lan) == 2  # the check's and the one in advance
    before = opened(lan)
    for who in (CLIENT, OTHER):
        assert statuses(call(lan, get(), who)) == ["200 OK"]
    assert opened(lan) == before


@pytest.mark.fact("clb-preopen", "elb-mux")
def test_a_connection_opened_in_advance_that_idles_out_is_opened_again_with_the_next_check():
    lan = lan_with(ClassicLoadBalancer)
    lan.do(lan.hosts[NODE], "start_checks")
    lan.wait(95 * SECOND)
    ready = [
        c
        for c in lan.hosts[NODE].connections.values()
        if not c.passive and c.state == "ESTABLISHED"
    ]
    assert len(ready) == 1
    # checks at 0, 30, 60 and 90 s; opened in advance at 0 and, the first idled out, at 60
    assert opened(lan) == 4 + 2


@pytest.mark.fact("clb-preopen")
def test_a_tcp_listener_opens_no_connection_in_advance():
    lan = lan_with(ClassicLoadBalancer, "TCP")
    lan.do(lan.hosts[NODE], "start_checks")
    lan.wait(SECOND)
    assert opened(lan) == 1
    assert lan.idle


def test_before_checks_are_started_nothing_is_opened():
    lan = lan_with(ClassicLoadBalancer)
    lan.wait(100 * SECOND)
    assert lan.seen == []


# --- which instance -------------------------------------------------------------------------------


@pytest.mark.fact("elb-algo")
def test_a_tcp_listener_takes_the_instances_in_turn_even_where_one_is_busy():
    lan, slow = lan_with(ClassicLoadBalancer, "TCP", TWO), Says()
    lan.hosts[WEB].listen(8_080, slow)
    talkers = [call(lan, get()) for _ in range(4)]
    assert [len(statuses(talker)) for talker in talkers] == [0, 1, 0, 1]


@pytest.mark.fact("elb-algo")
def test_an_http_listener_takes_the_instance_with_the_least_outstanding_requests():
    lan, slow = lan_with(ClassicLoadBalancer, "HTTP", TWO), Says()
    lan.hosts[WEB].listen(8_080, slow)
    talkers = [call(lan, get()) for _ in range(4)]
    assert [len(statuses(talker)) for talker in talkers] == [0, 1, 1, 1]


@pytest.mark.fact("clb-surge")
def test_without_a_healthy_instance_the_answer_is_503_or_a_closed_connection():
    for protocol, got, heard in (
        ("HTTP", ["503 Service Unavailable"], "data"),
        ("TCP", [], "end of data"),
    ):
        lan = lan_with(ClassicLoadBalancer, protocol)
        lan.silent.add("web")
        lan.do(lan.hosts[NODE], "start_checks")
        lan.wait(100 * SECOND)
        talker = call(lan, get())
        assert (statuses(talker), talker.heard[-1]) == (got, heard)


@pytest.mark.fact("elb-crosszone")
def test_with_cross_zone_off_a_node_uses_the_instances_of_its_own_zone_only():
    for zone, used in (((), {WEB, SECOND_WEB}), (("10.0.2.0/24",), {SECOND_WEB})):
        lan = lan_with(ClassicLoadBalancer, "TCP", TWO, zone=zone)
        for _ in range(4):
            call(lan, get())
        assert {seen.local.address for seen in lan.told("request")} == used


def test_a_group_less_what_is_outside_a_zone_keeps_its_name():
    assert TWO.within(("10.0.1.0/24",)) == ONE
    assert TWO.within(("10.0.1.0/24", "10.0.2.0/24")) == TWO.within(()) == TWO
    assert TWO.within(("10.9.0.0/16",)) == TargetGroup("web", ())
    assert SECOND_BACK in TWO.targets


# --- silence, and who answers for it --------------------------------------------------------------


def test_a_client_that_never_sends_a_whole_request_gets_408_and_is_closed():
    for data in (b"", b"GET / HT"):
        lan = lan_with(ClassicLoadBalancer)
        talker = call(lan, data)
        lan.wait(60 * SECOND)
        assert statuses(talker) == ["408 Request Timeout"]
        assert talker.heard[-1] == "end of data"


def test_a_client_that_was_served_and_stays_silent_is_closed_without_a_word():
    lan = lan_with(ClassicLoadBalancer)
    talker = call(lan, get())
    lan.wait(60 * SECOND)
    assert statuses(talker) == ["200 OK"]
    assert talker.heard[-1] == "end of data"


def test_every_request_is_noted_with_client_and_instance():
    lan = lan_with(ClassicLoadBalancer)
    talker = call(lan, get())
    say(lan, talker, b"nonsense\r\n\r\n")
    good, bad = lan.told("answered")
    client = talker.connection.flow.source
    assert good == (client, Endpoint(NODE, 80), BACK, "GET / HTTP/1.1", "200 OK", "200 OK", 0)
    assert bad == (client, Endpoint(NODE, 80), None, "", "400 Bad Request", "", 0)


def test_a_client_that_speaks_after_the_idle_timeout_is_not_heard():
    lan, server = lan_with(ClassicLoadBalancer, "TCP"), Says()
    lan.hosts[WEB].listen(8_080, server)
    talker = call(lan, b"hello")
    lan.wait(60 * SECOND)
    say(lan, talker, b"still there?")
    assert server.got == b"hello"


# --- listeners that end TLS -----------------------------------------------------------------------


TRUSTING = Client("www.example.com", DEMONSTRATION)


def secured(balancer, **settings):
    """The site with port 443; more settings go to the balancer's node."""
    site = tls_site(balancer)
    devices = tuple(
        d._replace(settings=(*d.settings, *settings.items())) if d.name == "ELB node" else d
        for d in site.vpc.devices
    )
    return Site(site.vpc._replace(devices=devices))


@pytest.mark.fact("clb-preopen")
def test_an_https_listener_uses_a_connection_opened_in_advance_too():
    site = secured("classic-https")
    site.start_checks()
    site.wait(SECOND)
    visit = site.get("https://www.example.com/")
    assert visit.symptom == "200 OK"
    assert not [t for t in visit.capture if t.sender == "ELB node" and t.packet.flags == SYN]


@pytest.mark.fact("clb-idle")
def test_a_client_inside_tls_is_closed_by_close_notify_after_the_idle_timeout():
    site = secured("classic-ssl", idle=5 * SECOND)
    program = TlsEnd(Talker(), TRUSTING)
    site.network.do("client", "connect", Endpoint("192.0.2.10", 443), program)
    site.wait(4 * SECOND)
    assert program.program.heard == ["connected"]
    site.wait(2 * SECOND)
    assert program.program.heard == ["connected", "end of data"]


@pytest.mark.fact("clb-pp1")
def test_behind_an_ssl_listener_the_proxy_line_comes_in_the_clear():
    site, server = secured("classic-ssl", proxy_protocol=(80,)), Says()
    site.network.devices["web"].listen(80, server)
    site.open(
        Call("client", "www.example.com", 443, request("GET", "/", "www.example.com"), TRUSTING)
    )
    site.wait(SECOND)
    port = site.network.capture.traces[0].packet.flow.sport
    assert server.got == f"PROXY TCP4 {CLIENT} {NODE} {port} 443\r\n".encode() + get()
