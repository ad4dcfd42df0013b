"""Hosts: connections end here. Ports, refusals, a web server, and what a client learns."""

import errno

import pytest
from rigs.one_wire import Lan, Talker

from vpcedu.clock import SECOND
from vpcedu.flow import Endpoint, FiveTuple
from vpcedu.hosts.client import Fetch, Result
from vpcedu.hosts.host import Host
from vpcedu.hosts.web_server import SeenRequest, WebServer
from vpcedu.packet import ACK, FIN, PSH, RST, SYN, Packet
from vpcedu.protocols.http import request
from vpcedu.reasons import NO_CONNECTION, PORT_CLOSED
from vpcedu.trace import DELIVER, DROP

CLIENT, WEB = "203.0.113.10", "10.0.1.10"
TO_WEB = Endpoint(WEB, 80)


def fetch(lan, client, message, to=TO_WEB):
    program = Fetch(message, lan.now)
    lan.do(client, "connect", to, program)
    return program


@pytest.fixture
def lan():
    return Lan(Host("client", CLIENT), WebServer("web", WEB))


@pytest.fixture
def client(lan):
    return lan.hosts[CLIENT]


@pytest.fixture
def web(lan):
    return lan.hosts[WEB]


# --- host ------------------------------------------------------------------------------------


@pytest.mark.fact("tcp-rst-closed", "tcp-closed-vs-dropped")
def test_a_closed_port_is_refused_at_once(lan, client):
    program = fetch(lan, client, None, Endpoint(WEB, 81))
    syn, reset = lan.seen
    assert str(syn).endswith(
        f"[S] seq {syn.seq} ack 0 len 0 <mss 1460,sackOK,TS val 0 ecr 0,nop,wscale 0>"
    )
    assert str(reset).endswith(f"[R.] seq 0 ack {syn.seq + 1} len 0 win 0")
    assert lan.steps[0].reason is PORT_CLOSED
    assert program.result == Result("refused", None, 0)


@pytest.mark.parametrize(
    ("port", "flags", "reason", "answered"),
    [
        (81, SYN, PORT_CLOSED, True),
        (81, PSH | ACK, NO_CONNECTION, True),
        (80, PSH | ACK, NO_CONNECTION, True),
        (80, SYN | ACK, NO_CONNECTION, True),
        (80, RST, NO_CONNECTION, False),
        (81, RST, NO_CONNECTION, False),
    ],
)
def test_a_segment_for_nobody_has_a_reason_and_is_answered_unless_it_is_a_reset(
    port, flags, reason, answered, web
):
    packet = Packet(FiveTuple(CLIENT, 40_000, WEB, port), flags, 7, 9)
    step = web.handle(packet, 0)
    assert (step.action, step.reason, step.after) == (DROP, reason, None)
    assert step.sent == ((packet.reset(),) if answered else ())
    assert web.connections == {}


@pytest.mark.parametrize("waits", [False, True])
def test_text_and_fin_on_a_syn_reach_the_program_behind_its_connection(waits):
    """RFC 9293 section 3.10.7.2 third: queued until the connection is established."""
    host, program = Host("web", WEB), Talker()
    host.listen(80, program)
    if waits:
        host.hold(80)
    flow = FiveTuple(CLIENT, 40_000, WEB, 80)
    [answer] = host.handle(Packet(flow, SYN | FIN, 100, data=b"early"), 0).sent
    assert (answer.flags, answer.ack) == (SYN | ACK, 101)
    assert program.heard == []
    [answer] = host.handle(Packet(flow, ACK, 107, answer.seq + 1), 0).sent
    assert (answer.flags, answer.ack) == (ACK, 107)
    if waits:
        assert program.heard == []
        host.accept(80, 0)
    assert (program.heard, program.got) == (["connected", "data", "end of data"], b"early")


def test_the_step_of_a_delivered_segment_says_what_it_did_to_the_connection(web):
    step = web.handle(Packet(FiveTuple(CLIENT, 40_000, WEB, 80), SYN, 7), 0)
    assert step.action == DELIVER
    assert (step.row.before, step.row.after) == ("LISTEN", "SYN-RECEIVED")


@pytest.mark.fact("tcp-isn")
def test_two_hosts_never_share_an_initial_sequence_number():
    names = [
        Host(name, address, seed)
        for name in ("a", "b")
        for address in (CLIENT, WEB)
        for seed in (0, 1)
    ]
    isns = {host.connect(Endpoint("198.51.100.7", 443), Talker(), 0).iss for host in names}
    assert len(isns) == len(names)


@pytest.mark.fact("tcp-isn")
def test_sequence_numbers_move_on_with_the_clock():
    early, late = (Host("client", CLIENT).connect(TO_WEB, Talker(), now) for now in (0, 4 * SECOND))
    assert early.flow == late.flow
    assert (late.iss - early.iss) % (1 << 32) == SECOND


def test_a_port_that_is_free_again_is_not_taken_again_at_once(client):
    first = client.connect(TO_WEB, Talker(), 0)
    client.connections.clear()
    assert client.connect(TO_WEB, Talker(), 0).flow.sport == first.flow.sport + 2


@pytest.mark.fact("eph-linux", "nacl-eph-linux")
def test_each_connection_to_one_destination_has_its_own_port(client):
    ports = [client.connect(TO_WEB, Talker(), 0).flow.sport for _ in range(50)]
    assert len(set(ports)) == 50
    assert all(32_768 <= port <= 60_999 for port in ports)


@pytest.mark.fact("eph-reuse")
def test_without_a_free_port_the_program_gets_an_error_and_no_packet_leaves():
    client = Host("client", CLIENT, ports=(40_000, 40_003))
    for _ in range(4):
        client.connect(TO_WEB, Talker(), 0)
    client.flush(0)
    with pytest.raises(OSError, match="client has no free port") as raised:
        client.connect(TO_WEB, Talker(), 0)
    assert raised.value.errno == errno.EADDRNOTAVAIL
    assert client.flush(0) == ()
    assert client.connect(Endpoint(WEB, 443), Talker(), 0).flow.sport in range(40_000, 40_004)


def test_a_port_in_time_wait_is_taken(lan):
    client = Host("client", CLIENT, ports=(40_000, 40_000))
    lan.hosts[CLIENT] = client
    fetch(lan, client, request("GET", "/", "web"))
    with pytest.raises(OSError, match="no free port"):
        client.connect(TO_WEB, Talker(), lan.now)
    lan.wait(60 * SECOND)
    assert client.connect(TO_WEB, Talker(), lan.now)


def test_a_listener_that_was_reset_in_the_handshake_forgets_the_connection(web):
    flow = FiveTuple(CLIENT, 40_000, WEB, 80)
    web.handle(Packet(flow, SYN, 7), 0)
    web.handle(Packet(flow, RST, 8), 0)
    assert web.connections == {}
    assert web.deadline is None


def test_alarms_that_were_overtaken_do_not_ring(lan, client):
    fetch(lan, client, request("GET", "/", "web"))
    seen = len(lan.seen)
    lan.wait(30 * SECOND)  # retransmission alarms at 1 s and later: everything was acknowledged
    assert len(lan.seen) == seen


@pytest.mark.fact("tcp-syn-65", "tcp-closed-vs-dropped")
def test_a_silent_host_is_given_up_after_131_seconds(lan, client):
    lan.silent.add("web")
    program = fetch(lan, client, None)
    lan.wait(131 * SECOND)
    assert program.result == Result("timed out", None, 131 * SECOND)
    assert len(lan.seen) == 11
    assert str(program.result) == "timed out after 131.000 s"


def test_a_program_can_ask_to_be_called_later(client):
    rang = []

    class Bell:
        def ring(self, word, now):
            rang.append((word, now))

    client.after(50, Bell().ring, "late")
    client.after(20, Bell().ring, "early")
    assert client.deadline == 20
    assert client.wake(19) == ()
    client.wake(50)
    assert rang == [("early", 50), ("late", 50)]
    assert client.deadline is None


# --- web server and client ------------------------------------------------------------------------


def test_the_server_answers_and_writes_down_whom_it_saw(lan, client):
    program = fetch(lan, client, request("GET", "/", "www.example.com"))
    assert program.result.symptom == "200 OK"
    port = lan.seen[0].flow.sport
    assert program.result.response.body == f"Hello {CLIENT}:{port}, here is web.\n".encode()
    assert lan.told("request") == [
        SeenRequest(Endpoint(CLIENT, port), TO_WEB, request("GET", "/", "www.example.com"))
    ]
    assert lan.idle


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (b"hello\r\n\r\n", "start line 'hello'"),
        (b"GET /\r\n\r\n", "start line 'GET /'"),
        (b"GET / FTP/1.0\r\n\r\n", "start line"),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", "header 'no colon'"),
        (b"GET / HTTP/1.1\r\n: nameless\r\n\r\n", "header ': nameless'"),
        (b"GET / HTTP/1.1\r\nBad Name: x\r\n\r\n", "header 'Bad Name: x'"),
        (b"GET / HTTP/1.1\r\n folded: x\r\n\r\n", "header ' folded: x'"),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "Content-Length '-1'"),
        (b"POST / HTTP/1.1\r\nContent-Length: 1_0\r\n\r\n", "Content-Length '1_0'"),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", "Content-Length '99999999'"),
        (
            b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
            "Transfer-Encoding 'gzip': expected chunked",
        ),
        (b"x" * 70_000, "a head of more than 65536 bytes"),
    ],
)
def test_a_malformed_request_is_answered_by_400_and_the_connection_is_closed(
    lan, client, wrong, why
):
    talker = Talker(wrong)
    lan.do(client, "connect", TO_WEB, talker)
    assert talker.got.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert why in talker.got.decode()
    assert talker.heard[-1] == "end of data"
    assert lan.told("request") == []


def test_two_requests_in_one_segment_get_two_answers_in_order(lan, client):
    talker = Talker(bytes(request("GET", "/one", "web")) + bytes(request("GET", "/two", "web")))
    lan.do(client, "connect", TO_WEB, talker)
    assert talker.got.count(b"HTTP/1.1 200 OK") == 2
    assert [seen.request.start for seen in lan.told("request")] == [
        "GET /one HTTP/1.1",
        "GET /two HTTP/1.1",
    ]


def test_a_request_in_pieces_is_answered_once_it_is_whole(lan, client):
    whole = bytes(request("POST", "/", "web", ("Content-Length", "5"))) + b"hello"
    talker = Talker(whole[:1])
    connection = lan.do(client, "connect", TO_WEB, talker)
    for piece in range(1, len(whole)):
        assert talker.got == b""
        lan.do(client, "send", connection, whole[piece : piece + 1])
    assert talker.got.startswith(b"HTTP/1.1 200 OK")
    assert lan.told("request")[0].request.body == b"hello"


def test_connection_close_is_obeyed(lan, client):
    talker = Talker(bytes(request("GET", "/", "web", ("Connection", "Close"))))
    lan.do(client, "connect", TO_WEB, talker)
    assert talker.heard == ["connected", "data", "end of data"]


class Script:
    """A server that answers a connection in one set way."""

    def __init__(self, call, *arguments):
        self.call, self.arguments = call, arguments

    def on(self, host, connection, event, data, now):
        if event == "data":
            getattr(host, self.call)(connection, *self.arguments, now)


@pytest.mark.parametrize(
    ("script", "symptom"),
    [
        (Script("close"), "closed"),
        (Script("abort"), "reset"),
        (Script("send", b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"), "404 Not Found"),
        (
            Script("send", b"SSH-2.0-OpenSSH_9.2\r\n\r\n"),
            "malformed response: start line 'SSH-2.0-OpenSSH_9.2'",
        ),
    ],
)
def test_the_client_learns_what_a_person_would_see(lan, client, web, script, symptom):
    web.listen(7, script)
    program = fetch(lan, client, request("GET", "/", "web"), Endpoint(WEB, 7))
    assert program.result.symptom.startswith(symptom)
    assert lan.told("result") == [program.result]


def test_a_client_without_a_request_only_connects_and_closes(lan, client):
    program = fetch(lan, client, None)
    assert program.result == Result("connected", None, 0)
    assert lan.told("request") == []
    assert lan.idle


@pytest.mark.parametrize(
    ("version", "header", "stays"),
    [
        ("1.1", (), True),
        ("1.0", (), False),
        ("1.1", (("Connection", "close"),), False),
        ("1.0", (("Connection", "keep-alive"),), True),
    ],
)
def test_a_web_server_closes_after_its_answer_where_the_request_says_so(
    lan, client, version, header, stays
):
    """RFC 9112 section 9.3: whether a connection persists."""
    talker = Talker(bytes(request("GET", "/", "web", *header)).replace(b"1.1", version.encode()))
    lan.do(client, "connect", Endpoint(WEB, 80), talker)
    assert talker.got.startswith(b"HTTP/1.1 200 OK")
    assert ("end of data" not in talker.heard) is stays


@pytest.mark.parametrize(
    ("asked", "size"),
    [
        ("100", 100),
        ("65536", 65_536),
        ("65537", 65_536),
        ("999999999", 65_536),
        ("1000000000", 0),
        ("x", 0),
        ("", 0),
        ("\u00b2", 0),
    ],
)
def test_a_page_whose_path_is_a_number_is_that_long_within_limits(lan, client, asked, size):
    program = fetch(lan, client, request("GET", f"/{asked}", "web"))
    body = program.result.response.body
    hello = b"Hello %b, here is web.\n" % str(lan.told("request")[-1].peer).encode()
    assert body == hello.ljust(size, b".")


def test_a_server_that_closes_before_its_answer_is_whole_leaves_no_connection_behind(
    lan, client, web
):
    web.listen(7, Script("close"))
    program = fetch(lan, client, request("GET", "/", "web"), Endpoint(WEB, 7))
    assert program.result.symptom == "closed"
    lan.wait(SECOND)
    assert lan.idle
    assert not client.connections


def test_a_web_server_closes_a_connection_on_which_nothing_was_asked_for_its_keep_alive(client):
    web, talker = WebServer("web", WEB, keep_alive=5 * SECOND), Talker()
    lan = Lan(client, web)
    lan.do(client, "connect", Endpoint(WEB, 80), talker)
    lan.wait(5 * SECOND - 1)
    assert talker.heard == ["connected"]
    lan.wait(5 * SECOND)
    assert talker.heard == ["connected", "end of data"]


@pytest.mark.parametrize("header", [(), (("X-Forwarded-For", "192.0.2.1"),)])
def test_what_a_server_saw_is_written_with_the_client_it_was_told_of(lan, client, header):
    fetch(lan, client, request("GET", "/", "web", *header))
    (seen,) = lan.told("request")
    said = " X-Forwarded-For: 192.0.2.1" if header else ""
    assert str(seen) == f'from {seen.peer} "GET / HTTP/1.1"{said}'
