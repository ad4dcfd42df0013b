"""TLS at a listener: real records on the client's side, plain bytes on the other.

The listener ends TLS.
"""

import copy
import pickle
import shutil
import ssl
import subprocess
import sys
from itertools import groupby
from pathlib import Path

import pytest
from rigs.exchange import exchange
from rigs.one_wire import Lan, Talker

from vpcedu.clock import SECOND
from vpcedu.flow import Endpoint, FiveTuple
from vpcedu.hosts.application_load_balancer import ApplicationLoadBalancer
from vpcedu.hosts.classic_load_balancer import ClassicLoadBalancer
from vpcedu.hosts.client import Fetch
from vpcedu.hosts.host import Host
from vpcedu.hosts.tls_end import TlsEnd
from vpcedu.hosts.web_server import WebServer
from vpcedu.network.conversations import conversations
from vpcedu.network.names import Name
from vpcedu.packet import ACK, Packet
from vpcedu.protocols.http import request
from vpcedu.protocols.tls import DEMONSTRATION, Client, Server, Slot, path
from vpcedu.sites.reference import reference_architecture
from vpcedu.sites.reference_tls import TLS_BALANCERS, tls_site
from vpcedu.sites.site import Site
from vpcedu.tables.target_group import Listener, TargetGroup
from vpcedu.views.bytes.pcap_write import seen_at
from vpcedu.views.bytes.tls_records import is_tls, records
from vpcedu.views.explain import label, request_legs
from vpcedu.views.text import report

ROOT = Path(__file__).parent.parent
URL = "https://www.example.com/"
CLIENT, NODE, WEB = "203.0.113.10", "10.0.0.10", "10.0.1.10"
PLAIN = Endpoint(WEB, 80)
ENDS_AT_BALANCER = ("classic-https", "classic-ssl", "application")
ENDS_AT_WEB = ("classic-tcp", "network")
HANDSHAKE = """\
  client    TLS ClientHello
  ELB node  TLS ServerHello, Certificate, ServerKeyExchange, ServerHelloDone
  client    TLS ClientKeyExchange, ChangeCipherSpec, Encrypted Handshake Message
  ELB node  TLS ChangeCipherSpec, Encrypted Handshake Message
  client    TLS ApplicationData
  ELB node  TLS ApplicationData
"""


def seen(visit):
    return next(event.row for event in visit.capture.events if event.what == "request")


def failures(visit):
    return [(event.who, event.row) for event in visit.capture.events if event.what == "TLS failed"]


def said(talk, sender):
    """The bytes one end of a connection sent, in order."""
    pieces = {
        t.packet.seq: t.packet.data for t in talk.traces if t.sender == sender and t.packet.data
    }
    return b"".join(pieces[seq] for seq in sorted(pieces))


@pytest.fixture(scope="module")
def visits():
    return {balancer: tls_site(balancer).get(URL) for balancer in TLS_BALANCERS}


# --- who reads what ------------------------------------------------------------------------------


@pytest.mark.parametrize("balancer", TLS_BALANCERS)
def test_a_page_comes_by_https(balancer, visits):
    visit = visits[balancer]
    assert (visit.symptom, visit.title) == ("200 OK", f"GET {URL}")
    assert seen(visit).request.start == "GET / HTTP/1.1"
    assert failures(visit) == []


@pytest.mark.parametrize("balancer", TLS_BALANCERS)
def test_the_client_s_side_carries_records_and_no_plaintext(balancer, visits):
    data = b"".join(packet.data for _, _, packet in seen_at(visits[balancer].capture, "client"))
    assert b"HTTP" not in data and b"Hello" not in data
    # the name goes in the clear: in ClientHello and in the certificate
    assert b"www.example.com" in data
    first = conversations(visits[balancer].capture)[0]
    for sender in {trace.sender for trace in first.traces}:
        names, rest = records(said(first, sender))
        assert names[0] in ("ClientHello", "ServerHello")
        assert names[-2:] == ["ApplicationData", "Alert"]
        assert rest == b""


@pytest.mark.parametrize("balancer", ENDS_AT_BALANCER)
def test_behind_a_listener_that_ends_tls_all_is_plain(balancer, visits):
    _, back = conversations(visits[balancer].capture)
    assert said(back, "ELB node").startswith(b"GET / HTTP/1.1\r\nHost: www.example.com\r\n")
    assert said(back, "web").startswith(b"HTTP/1.1 200 OK\r\n")
    assert back.flow.dport == 80


@pytest.mark.fact("elb-xff-auto")
@pytest.mark.parametrize("balancer", ["classic-https", "application"])
def test_an_https_listener_says_who_asked_and_how(balancer, visits):
    headers = dict(seen(visits[balancer]).request.headers)
    assert bool(headers.pop("X-Amzn-Trace-Id", None)) is (balancer == "application")
    assert headers == {
        "Host": "www.example.com",
        "X-Forwarded-For": CLIENT,
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Port": "443",
    }


@pytest.mark.fact("clb-listeners")
def test_an_ssl_listener_adds_no_header(visits):
    assert bytes(seen(visits["classic-ssl"]).request) == bytes(
        request("GET", "/", "www.example.com")
    )


@pytest.mark.fact("clb-tcp-no-headers")
def test_behind_a_tcp_listener_both_connections_carry_the_same_bytes(visits):
    front, back = conversations(visits["classic-tcp"].capture)
    assert front.flow.dport == back.flow.dport == 443
    assert said(front, "client") == said(back, "ELB node") != b""
    assert said(front, "ELB node") == said(back, "web") != b""


@pytest.mark.parametrize("balancer", ENDS_AT_WEB)
def test_a_web_server_that_ends_tls_reads_the_request_as_it_was_sent(balancer, visits):
    row = seen(visits[balancer])
    assert bytes(row.request) == bytes(request("GET", "/", "www.example.com"))
    assert row.local.port == 443
    assert row.peer.address == {"classic-tcp": NODE, "network": CLIENT}[balancer]


def test_port_80_works_as_before_on_the_same_site():
    site = tls_site()
    assert site.get(URL).symptom == "200 OK"
    assert site.get("http://www.example.com/").symptom == "200 OK"
    assert site.get(URL).symptom == "200 OK"


def test_a_long_answer_comes_whole():
    class Long:
        def on(self, host, connection, event, data, now):
            if event == "data":
                host.send(connection, bytes(range(256)) * 1_000, now)
                host.close(connection, now)

    web = Host("web", WEB)
    web.listen(443, TlsEnd(Long(), Server(DEMONSTRATION)))
    lan, talker = Lan(Host("client", CLIENT), web), Talker(b"more")
    lan.do(
        lan.hosts[CLIENT],
        "connect",
        Endpoint(WEB, 443),
        TlsEnd(talker, Client("www.example.com", DEMONSTRATION)),
    )
    assert talker.got == bytes(range(256)) * 1_000
    assert talker.heard[0] == "connected" and talker.heard[-1] == "end of data"


# --- what Wireshark reads ------------------------------------------------------------------------


def tshark(file, *fields):
    """Rows of fields as tshark reads them from a pcap file, those of packets that have any."""
    words = [word for field in fields for word in ("-e", field)]
    done = subprocess.run(
        ["tshark", "-r", str(file), "-T", "fields", *words],
        capture_output=True,
        text=True,
        check=True,
    )
    return [row for row in (line.split("\t") for line in done.stdout.splitlines()) if any(row)]


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
@pytest.mark.parametrize("balancer", TLS_BALANCERS)
def test_tshark_reads_the_same_records_and_http_only_behind_the_end_of_tls(
    balancer, visits, tmp_path
):
    visit = visits[balancer]
    for at in ("client", "web"):
        visit.save_pcap(tmp_path / f"{at}.pcap", at=at)
        found = tshark(tmp_path / f"{at}.pcap", "tls.record.content_type")
        ours = [
            names
            for names in (records(p.data)[0] for _, _, p in seen_at(visit.capture, at))
            if names
        ]
        types = [
            [
                {"ChangeCipherSpec": "20", "Alert": "21", "ApplicationData": "23"}.get(name, "22")
                for name in names
            ]
            for names in ours
        ]
        # how many messages a record holds is OpenSSL's
        once = [[kind for kind, _ in groupby(row)] for row in types]
        assert [[kind for kind, _ in groupby(row[0].split(","))] for row in found] == once
        assert tshark(tmp_path / f"{at}.pcap", "_ws.malformed") == []
    plain = tshark(tmp_path / "web.pcap", "http.request.line")
    assert tshark(tmp_path / "client.pcap", "http.request.line") == []
    assert ("X-Forwarded-Proto: https" in str(plain)) == (
        balancer in ("classic-https", "application")
    )
    assert bool(plain) == (balancer in ENDS_AT_BALANCER)


# --- what text shows -----------------------------------------------------------------------------


@pytest.mark.parametrize("balancer", TLS_BALANCERS)
def test_text_of_a_visit_is_the_same_in_every_run_although_its_bytes_are_not(balancer, visits):
    again = tls_site(balancer).get(URL)
    assert exchange(again) == exchange(visits[balancer])
    assert report(again) == report(visits[balancer])
    assert [t.packet for t in again.capture] != [t.packet for t in visits[balancer].capture]


def test_the_exchange_names_records_and_joins_segments(visits):
    text = exchange(visits["classic-https"])
    assert HANDSHAKE in text
    assert text.endswith(
        "  ELB node  SYN\n  web       SYN ACK\n  ELB node  GET /\n  web       200 OK\n"
    )
    assert not [word for word in ("seq", "len", "bytes", " ACK\n  client    ACK") if word in text]


def test_the_exchange_does_not_depend_on_how_tls_was_cut_into_segments(visits):
    visit = copy.copy(visits["classic-https"])
    visit.capture = copy.deepcopy(visit.capture)
    trace = next(t for t in visit.capture if len(t.packet.data) > 1_000)
    at = visit.capture.traces.index(trace)
    halves = []
    for start, data in ((0, trace.packet.data[:701]), (701, trace.packet.data[701:])):
        half = copy.deepcopy(trace)
        half.steps[0] = half.steps[0]._replace(
            before=trace.packet._replace(seq=trace.packet.seq + start, data=data)
        )
        halves.append(half)
    visit.capture.traces[at : at + 1] = [*halves, halves[0]]  # and the first one sent again
    assert exchange(visit) == exchange(visits["classic-https"])


def test_labels_of_packets(visits):
    words = [
        label(trace.packet) for trace in conversations(visits["classic-https"].capture)[0].traces
    ]
    assert [word for word in words if word.startswith("TLS")] == [
        "TLS ClientHello",
        "TLS ServerHello ...",
        "TLS ClientKeyExchange ...",
        "TLS ChangeCipherSpec ...",
        "TLS ApplicationData",
        "TLS ApplicationData",
        "TLS Alert",
        "TLS Alert",
    ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x16\x03\x03\x00\x04\x0e\x00\x00\x00", "TLS ServerHelloDone"),
        (b"\x16\x03\x03\x00\x09\x0e\x00\x00\x00", "TLS ServerHelloDone"),  # the rest comes later
        (b"\x16\x03\x03\x00\x20" + bytes(range(100, 132)), "TLS Encrypted Handshake Message"),
        (b"\x16\x03\x03\x00\x20", "TLS Handshake"),
        (b"\x15\x03\x03\x00\x02\x02\x28", "TLS Alert"),
        (b"\x17\x03\x03\xff\xff" + bytes(9), "14 bytes"),  # no record is so long
        (b"\x17\x03", "2 bytes"),
        (b"\x18\x03\x03\x00\x01x", "6 bytes"),
    ],
)
def test_labels_of_single_records(data, words):
    assert label(Packet(FiveTuple(CLIENT, 40_000, NODE, 443), ACK, data=data)) == words


@pytest.mark.parametrize(
    ("balancer", "words"),
    [
        ("classic-https", "TLS ends at the ELB node: between it and web nothing is encrypted."),
        (
            "classic-tcp",
            "TLS ends at web: the devices in between forward records that they cannot read.",
        ),
        (
            "network",
            "TLS ends at web: the devices in between forward records that they cannot read.",
        ),
    ],
)
def test_the_answer_says_where_tls_ends(balancer, words, visits):
    assert words in visits[balancer].answer.replace("\n", " ")


def test_the_request_is_the_first_data_behind_the_handshake(visits):
    labels = {
        balancer: [(trace.sender, label(trace.packet)) for trace in request_legs(visits[balancer])]
        for balancer in ("classic-https", "classic-tcp")
    }
    secret = [("client", "TLS ApplicationData"), ("ELB node", "TLS ApplicationData")]
    assert labels == {"classic-https": [secret[0], ("ELB node", "GET /")], "classic-tcp": secret}


def test_what_the_client_sent_is_shown_as_it_was_before_encryption(visits):
    assert (
        "What client sent inside TLS (different bytes):\n  GET / HTTP/1.1\n"
        in visits["classic-https"].seen
    )
    assert "exactly as sent inside TLS:\n  GET / HTTP/1.1\n" in visits["network"].seen


# --- copies --------------------------------------------------------------------------------------


def test_a_copy_made_before_the_handshake_works():
    site = tls_site()
    other = copy.deepcopy(site)
    assert (site.get(URL).symptom, other.get(URL).symptom) == ("200 OK", "200 OK")


def test_a_copy_made_between_visits_works():
    site = tls_site()
    site.get(URL)
    assert copy.deepcopy(site).get(URL).symptom == "200 OK"


def test_a_copy_made_after_the_handshake_says_so_and_the_original_goes_on():
    site = tls_site()
    program = TlsEnd(
        Fetch(request("GET", "/", "www.example.com"), 0), Client("www.example.com", DEMONSTRATION)
    )
    site.network.do("client", "connect", Endpoint("192.0.2.10", 443), program)
    site.network.run(70_000)  # the server has said its Hello
    other = copy.deepcopy(site.network)
    with pytest.raises(
        RuntimeError, match=r"cannot go on in a copy of the network.*before the TLS handshake"
    ):
        other.run(SECOND)
    site.network.run(SECOND)
    assert program.program.result.symptom == "200 OK"


def test_a_slot_is_empty_in_every_copy():
    for copied in (
        copy.deepcopy(Slot([1])),
        copy.copy(Slot([1])),
        pickle.loads(pickle.dumps(Slot([1]))),
    ):
        with pytest.raises(RuntimeError, match="copy the network before"):
            copied.content  # noqa: B018


def test_a_network_before_tls_holds_only_the_name_of_the_certificate():
    end = tls_site().network.devices["ELB node"].listeners[443]
    assert end.terms == Server("demonstration")
    assert vars(end).keys() == {"program", "terms", "_host", "_secured"} and not end._secured


# --- the certificate, and clients that do not like it ---------------------------------------------


def test_the_demonstration_certificate_is_for_decades_and_says_what_it_is():
    text = Path(path(DEMONSTRATION)).read_text(encoding="ascii")
    assert text.startswith("DEMONSTRATION ONLY.") and "protects nothing" in text
    found = ssl._ssl._test_decode_cert(path(DEMONSTRATION))
    assert found["subjectAltName"] == (("DNS", "www.example.com"),)
    assert (("organizationName", "vpcedu demonstration, no secret"),) in found["subject"]
    assert found["notBefore"].endswith("2020 GMT") and found["notAfter"].endswith("2120 GMT")


def test_the_certificate_stands_in_the_package_beside_its_module():
    assert Path(path(DEMONSTRATION)) == ROOT / "vpcedu" / "protocols" / "demonstration.pem"
    assert path("mine.pem") == "mine.pem"


@pytest.mark.parametrize("balancer", TLS_BALANCERS)
def test_a_client_that_trusts_nobody_ends_it(balancer):
    visit = tls_site(balancer).get(URL, trust=None)
    assert visit.symptom == "certificate not trusted"
    server = "web" if balancer in ENDS_AT_WEB else "ELB node"
    assert failures(visit) == [("client", "certificate not trusted"), (server, "TLS alert")]
    assert not [event for event in visit.capture.events if event.what == "request"]
    assert "TLS Alert" in exchange(visit)


@pytest.mark.parametrize("url", ["https://192.0.2.10/", "https://shop.example.com/"])
def test_a_certificate_for_another_name_is_refused(url):
    site = tls_site()
    site = Site(
        site.vpc._replace(names=(*site.vpc.names, Name("shop.example.com", ("192.0.2.10",))))
    )
    assert site.get(url).symptom == "certificate for another name"


@pytest.mark.parametrize("kind", [ClassicLoadBalancer, ApplicationLoadBalancer])
def test_a_listener_that_ends_tls_needs_a_certificate(kind):
    with pytest.raises(
        ValueError, match=r"listener HTTPS 443 .* has no certificate: expected the path"
    ):
        kind("ELB node", NODE, 0, (Listener("HTTPS", 443, TargetGroup("web", ())),))


def test_a_certificate_that_is_not_there_is_an_error_that_names_no_success():
    with pytest.raises(FileNotFoundError):
        Server("nowhere.pem").begin()
    with pytest.raises(FileNotFoundError):
        Client("www.example.com", "nowhere.pem").begin()
    with pytest.raises(FileNotFoundError):
        tls_site().get(URL, trust="nowhere.pem")


# --- strangers -----------------------------------------------------------------------------------


def secured_lan(protocol="HTTPS", targets=(PLAIN,)):
    node = ClassicLoadBalancer(
        "ELB node", NODE, 0, (Listener(protocol, 443, TargetGroup("web", targets), DEMONSTRATION),)
    )
    return Lan(Host("client", CLIENT), node, WebServer("web", WEB))


@pytest.mark.parametrize("protocol", ["HTTPS", "SSL"])
@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\0" * 50,
        b"\x16\x03\x01\x00\x05hello",
        bytes(range(256)),
        b"\x17\x03\x03\x00\x05hello",
        b"\x15\x03\x03\x00\x02\x02\x28",
    ],
)
def test_a_client_that_speaks_no_tls_is_sent_away(protocol, data):
    lan, talker = secured_lan(protocol), Talker(data)
    lan.do(lan.hosts[CLIENT], "connect", Endpoint(NODE, 443), talker)
    assert talker.heard[0] == "connected" and talker.heard[-1] == "end of data"
    assert not talker.got or records(talker.got) == (["Alert"], b"")
    assert len(lan.told("TLS failed")) == 1
    assert not [packet for packet in lan.seen if packet.flow.dst == WEB]
    lan.do(lan.hosts[CLIENT], "close", talker.connection)
    lan.wait(SECOND)
    assert lan.idle


def test_a_server_that_goes_in_the_middle_of_the_handshake_is_a_symptom():
    class Gone:
        def on(self, host, connection, event, data, now):
            if event == "data":
                host.close(connection, now)

    web = Host("web", WEB)
    web.listen(443, Gone())
    lan, program = (
        Lan(Host("client", CLIENT), web),
        Fetch(request("GET", "/", "www.example.com"), 0),
    )
    lan.do(
        lan.hosts[CLIENT],
        "connect",
        Endpoint(WEB, 443),
        TlsEnd(program, Client("www.example.com", DEMONSTRATION)),
    )
    assert program.result.symptom == "closed"
    assert lan.idle


def test_a_client_that_goes_in_the_middle_of_the_handshake_leaves_nothing_behind():
    lan, talker = secured_lan("SSL"), Talker(b"\x16\x03\x01")
    lan.do(lan.hosts[CLIENT], "connect", Endpoint(NODE, 443), talker)
    lan.do(lan.hosts[CLIENT], "close", talker.connection)
    assert talker.heard == ["connected", "end of data"]
    assert lan.idle and not lan.hosts[NODE].listeners[443]._secured


def test_a_changed_record_ends_the_connection():
    lan, talker = secured_lan(), Talker()
    end = TlsEnd(talker, Client("www.example.com", DEMONSTRATION))
    lan.do(lan.hosts[CLIENT], "connect", Endpoint(NODE, 443), end)
    assert talker.heard == ["connected"]
    lan.do(lan.hosts[CLIENT], "send", talker.connection, b"\x17\x03\x03\x00\x20" + bytes(32))
    assert sorted(lan.told("TLS failed")) == ["TLS alert", "TLS failed"]
    assert talker.heard == ["connected", "TLS alert"]
    lan.wait(SECOND)
    assert lan.idle


@pytest.mark.parametrize(
    ("protocol", "targets", "answer"),
    [
        ("HTTPS", (), "503 Service Unavailable"),
        ("HTTPS", (Endpoint(WEB, 9_999),), "504 Gateway Timeout"),
        ("SSL", (), "closed"),
        ("SSL", (Endpoint(WEB, 9_999),), "closed"),
    ],
)
def test_the_balancer_s_own_answers_come_inside_tls(protocol, targets, answer):
    lan, program = secured_lan(protocol, targets), Fetch(request("GET", "/", "www.example.com"), 0)
    lan.do(
        lan.hosts[CLIENT],
        "connect",
        Endpoint(NODE, 443),
        TlsEnd(program, Client("www.example.com", DEMONSTRATION)),
    )
    assert program.result.symptom == answer
    assert all(is_tls(p.data) for p in lan.seen if p.data)


def test_nothing_can_be_sent_before_the_handshake_or_after_the_end():
    tls = Client("www.example.com", DEMONSTRATION).begin()
    with pytest.raises(RuntimeError, match="handshake not done"):
        tls.send(b"early")
    lan, talker = secured_lan(), Talker()
    end = TlsEnd(talker, Client("www.example.com", DEMONSTRATION))
    lan.do(lan.hosts[CLIENT], "connect", Endpoint(NODE, 443), end)
    end.close(talker.connection, 0)
    with pytest.raises(ValueError, match="is closing"):
        end.send(talker.connection, b"late", 0)


def test_a_port_without_a_listener_refuses_https_too():
    # its group lets only 80 in
    assert reference_architecture("classic-http").get(URL).symptom == "timed out"
    assert tls_site().get("https://updates.example.net:444/").symptom == "refused"


# --- the module ssl ------------------------------------------------------------------------------


def test_without_the_module_ssl_https_says_so_and_http_works(monkeypatch):
    monkeypatch.setitem(sys.modules, "ssl", None)
    site = tls_site()
    with pytest.raises(
        RuntimeError, match="TLS needs Python's module ssl, and this Python was built without it"
    ):
        site.get(URL)
    assert site.get("http://www.example.com/").symptom == "200 OK"


def test_no_visit_by_http_loads_the_module_ssl():
    program = f"""
import sys
from vpcedu import reference_architecture
reference_architecture("classic-http").get("http://www.example.com/")
print([name for name in sys.modules if name in ("vpcedu.hosts.tls_end", "vpcedu.protocols.tls")])
from vpcedu import tls_site
site = tls_site()
print(site.get("http://www.example.com/").symptom, "ssl" in sys.modules, "_ssl" in sys.modules)
print(site.get({URL!r}).symptom, "ssl" in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-S", "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["[]", "200 OK False False", "200 OK True"]


def test_wrong_words_are_named():
    with pytest.raises(
        ValueError, match="balancer 'classic-http': expected one of classic-https, classic-ssl"
    ):
        tls_site("classic-http")
    with pytest.raises(
        ValueError, match=r"'ftp://www.example.com/' is no URL this model can fetch"
    ):
        tls_site().get("ftp://www.example.com/")


# --- endings -------------------------------------------------------------------------------------


def ended_at_web(*says):
    """A client and a web server that ends TLS, after the handshake, and what each program hears."""
    server, client = Talker(), Talker(*says)
    web = Host("web", WEB)
    web.listen(443, TlsEnd(server, Server(DEMONSTRATION)))
    lan = Lan(Host("client", CLIENT), web)
    end = TlsEnd(client, Client("www.example.com", DEMONSTRATION))
    lan.do(lan.hosts[CLIENT], "connect", Endpoint(WEB, 443), end)
    assert (client.heard, server.heard[0]) == (["connected"], "connected")
    return lan, end, client, server


def test_tcp_may_end_without_a_close_notify_and_the_program_hears_the_end_of_data_once():
    """RFC 5246 section 7.2.1 wants a close_notify first; many clients just close TCP."""
    lan, _, client, server = ended_at_web()
    lan.do(lan.hosts[CLIENT], "close", client.connection)
    assert server.heard == ["connected", "end of data"]

    lan, end, client, server = ended_at_web()
    end.close(client.connection, lan.now)
    lan.do(lan.hosts[CLIENT], "close", client.connection)
    assert server.heard == ["connected", "end of data"]


def test_a_program_behind_tls_may_reset_its_connection():
    lan, end, client, server = ended_at_web()
    end.abort(client.connection, lan.now)
    lan.way += lan.hosts[CLIENT].flush(lan.now)
    lan.settle()
    assert (client.heard[1:], server.heard[1:]) == (["closed"], ["reset"])
    assert lan.idle


def test_what_comes_after_tls_has_failed_is_not_read():
    lan, _, client, server = ended_at_web()
    bad = b"\x17\x03\x03\x00\x20" + bytes(32)
    lan.silent = {"client"}  # it does not get the alert, and goes on
    lan.do(lan.hosts[CLIENT], "send", client.connection, bad)
    lan.do(lan.hosts[CLIENT], "send", client.connection, b"more")
    assert server.heard == ["connected", "TLS failed"]
    assert lan.told("TLS failed") == ["TLS failed"]


def test_a_server_that_opens_a_connection_through_its_tls_end_opens_a_plain_one():
    """TLS to the targets is left out: what a relay opens is carried as it is."""
    lan, _, _, _ = ended_at_web()
    program, peer = Talker(b"plain"), Talker()
    lan.hosts[CLIENT].listen(80, peer)
    end = TlsEnd(program, Server(DEMONSTRATION))
    lan.do(lan.hosts[WEB], "connect", Endpoint(CLIENT, 80), end)
    assert peer.got == b"plain"
    end.close(program.connection, lan.now)
    lan.way += lan.hosts[WEB].flush(lan.now)
    lan.settle()
    assert peer.heard[-1] == "end of data"


def test_an_end_that_closes_before_the_handshake_says_nothing():
    tls = Client("www.example.com", DEMONSTRATION).begin()
    tls.close()
    assert tls.take_sent() == b""


def test_the_end_of_data_is_told_once():
    client = Client("www.example.com", DEMONSTRATION).begin()
    server = Server(DEMONSTRATION).begin()
    client.receive(b"")
    for _ in range(2):
        server.receive(client.take_sent())
        client.receive(server.take_sent())
    assert client.stands and server.stands
    client.close()
    assert server.receive(client.take_sent()) == [("end of data", None)]
    assert server.receive(b"") == []
