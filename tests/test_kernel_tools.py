"""On a real machine: what ss, curl and tcpdump print of a play, and what the views make of it."""

from __future__ import annotations

import json
import os
import sys

import pytest
from kernel import tools
from kernel.kernel import missing_tools, why_not
from rigs.notebook import shown

from vpcedu import lab, reference_architecture
from vpcedu.protocols.tcp_states import CLOSE_WAIT
from vpcedu.views.machine import curl, sockets, ss, tcpdump

URL = "http://www.example.com/"
each = pytest.mark.parametrize("name", tools.PLAYS)


@pytest.fixture(scope="module")
def visit():
    return reference_architecture().get(URL)


def differences(name, kernel=None):
    kernel = kernel or tools.load(name)
    return tools.differences(kernel, tools.model(tools.PLAYS[name], kernel))


# --- compared with the tools -------------------------------------------------------------


@each
def test_the_views_print_what_the_tools_printed(name):
    assert differences(name) == []


@each
def test_the_tools_print_the_same_today(name):
    if reason := why_not():
        if os.environ.get("CI") == "true" and sys.platform == "linux" and not os.geteuid():
            assert not missing_tools(), reason
        pytest.skip(reason)
    found = ["never run"]
    for _ in range(3):  # a busy machine may be late; a tool that prints something else is so always
        fresh = tools.record(tools.PLAYS[name])
        found = tools.differences(tools.load(name), _undated(fresh)) + differences(name, fresh)
        if not found:
            break
    assert found == []


def _undated(looked):
    """The date of the server is that of the recording."""
    dated = {line for said in tools.load("curl-page").said for line in said.lines if _dated(line)}
    return looked._replace(
        said=tuple(
            said._replace(lines=tuple(min(dated) if _dated(line) else line for line in said.lines))
            for said in looked.said
        )
    )


def _dated(line):
    return line.startswith("< Date: ")


def test_the_recordings_show_what_a_teacher_asks_for():
    text = {name: str(tools.load(name).said) for name in tools.PLAYS}
    assert "ESTAB" in text["visit"] and "timer:(timewait,59sec,0)" in text["visit"]
    assert "timer:(keepalive," in text["keep-alive"] and "timer:(on," in text["silent"]
    assert "Connection refused" in text["curl-refused"]
    assert "Connection timed out" in text["curl-timed-out"]
    assert "< HTTP/1.1 200 OK" in text["curl-page"]
    for flags in ("[S]", "[S.]", "[.]", "[P.]", "[F.]"):
        assert f"Flags {flags}" in text["visit"]
    assert "Flags [R.]" in text["curl-refused"]
    assert {path.stem for path in tools.FOLDER.glob("*")} == set(tools.PLAYS)


def _swapped(found):
    return [socket._replace(flow=socket.flow.reversed()) for socket in found]


FAULTS = {
    "ss names a state as the RFC does": (
        "visit", lambda put: put(ss, "NAMES", {})),
    "ss writes the peer first": (
        "visit",
        lambda put, real=sockets.sockets: put(ss, "sockets", lambda *args: _swapped(real(*args)))),
    "ss aligns addresses to the left": ("visit", lambda put: put(ss, "RIGHT", ())),
    "ss shows TIME-WAIT without -a": ("visit", lambda put: put(ss, "HIDDEN", ())),
    "ss counts no connection in CLOSE-WAIT, and waits once more": (
        "visit", lambda put: put(ss, "TIME_WAIT", CLOSE_WAIT)),
    "ss -s counts no connection": ("keep-alive", lambda put: put(ss, "ESTABLISHED", "none")),
    "ss forgets what is not acknowledged": (
        "silent", lambda put: put(sockets.Life, "unacked", lambda life, now: 0)),
    "ss calls a timer by another name": ("keep-alive", lambda put: put(sockets, "KEEPALIVE", "on")),
    "ss counts tries from one": (
        "silent",
        lambda put, real=sockets.Running: put(
            sockets, "Running", lambda name, left, tries: real(name, left, tries + 1))),
    "keep-alive begins anew with every segment": (
        "keep-alive",
        lambda put: put(
            sockets.Life, "_keep_alive",
            lambda life, now, settings: sockets.Running(
                "keepalive", max(at for at, _ in life.took if at <= now) + 3_000_000 - now, 0))),
    "curl says refused for timed out": (
        "curl-timed-out",
        lambda put: put(curl, "FAILED", curl.FAILED | {"timed out": curl.FAILED["refused"]})),
    "curl says timed out for refused": (
        "curl-refused",
        lambda put: put(curl, "FAILED", curl.FAILED | {"refused": curl.FAILED["timed out"]})),
    "curl says reset for closed": (
        "curl-empty", lambda put: put(curl, "ENDED", curl.ENDED | {"closed": curl.ENDED["reset"]})),
    "curl says closed for reset": (
        "curl-reset", lambda put: put(curl, "ENDED", curl.ENDED | {"reset": curl.ENDED["closed"]})),
    "curl marks the response as the request": (
        "curl-page", lambda put, real=curl._head: put(curl, "_head", lambda mark, m: real(">", m))),
    "tcpdump counts nothing relatively": (
        "visit", lambda put: put(tcpdump, "_relative", lambda packet, _: (packet.seq, packet.ack))),
    "tcpdump shows numbers of a bare acknowledgment": ("visit", lambda put: put(tcpdump, "ACK", 0)),
    "tcpdump shows no number of a FIN": ("visit", lambda put: put(tcpdump, "FIN", 0)),
    "tcpdump knows no HTTP": ("curl-page", lambda put: put(tcpdump, "HTTP_PORTS", ())),
    "tcpdump shows the flags' names": (
        "curl-refused", lambda put: put(tcpdump, "flags_text", lambda flags: "RST,ACK")),
    "tcpdump forgets an option": (
        "visit", lambda put: put(tcpdump, "option_text", lambda option: "nop")),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_planted_in_a_view_is_found(fault, monkeypatch):
    name, plant = FAULTS[fault]
    plant(monkeypatch.setattr)
    assert differences(name)


# --- what lessons show -------------------------------------------------------------------


def test_web_has_one_connection_and_its_peer_is_the_balancer_s_node(visit):
    printed = lab.ss(visit, "web")
    assert str(printed).splitlines() == [
        "web$ ss -tn",
        "State Recv-Q Send-Q Local Address:Port Peer Address:Port Process",
        "ESTAB 0      0          10.0.1.10:80      10.0.0.10:19404",
    ]
    assert shown(printed) == str(printed)


def test_what_came_with_the_fin_is_acknowledged_in_the_moment_before_it():
    through = reference_architecture("network").get(URL)
    assert lab.ss(through, "web").lines[1].split()[:3] == ["ESTAB", "0", "0"]
    sent = next(trace for trace in through.capture if trace.packet.data.startswith(b"HTTP"))
    lines = lab.ss(through, "web", at=sent.steps[0].now / 1e6).lines
    assert lines[1].split()[2] == str(len(sent.packet.data))


def test_a_moment_can_be_chosen(visit):
    assert lab.ss(visit, "web", at=0).lines[1:] == ()
    assert lab.ss(visit, "web", "-tan", at=0.0603).lines[1].startswith("SYN-RECV")
    assert lab.ss(visit, "web", at=0.0603).lines[1:] == ()
    waits = lab.ss(visit, "client", "-tano", at=10)
    assert waits.lines[1].endswith("timer:(timewait,50sec,0)")
    assert lab.ss(visit, "client", "-s", at=10).lines == (
        "TCP:   1 (estab 0, closed 1, orphaned 0, timewait 1)",
    )


def test_an_orphan_is_a_connection_whose_program_has_closed_it(visit):
    assert "orphaned 1, timewait 0" in lab.ss(visit, "client", "-s", at=0.09).lines[0]


def test_ss_follows_keep_alive_to_its_probes():
    silent = lab.silence(seconds=200, keepalive=60)
    at = {seconds: lab.ss(silent, "web", "-ton", seconds).lines[1] for seconds in (30, 100)}
    assert at[30].endswith("timer:(keepalive,30sec,0)")
    probes = [t.steps[0].now for t in silent.capture if t.cause.what.startswith("keep-alive")]
    assert round(probes[1] / 1e6) == 120
    assert at[100].endswith(f"timer:(keepalive,{int(probes[1] / 1e6 - 100)}sec,0)")


def test_a_page_behind_a_filter_times_out():
    lines = lab.curl(reference_architecture().get("http://www.example.com:81/")).lines
    assert lines[-1] == (
        "curl: (28) Failed to connect to www.example.com port 81 after 131000 ms:"
        " Couldn't connect to server"
    )


def test_tcpdump_shows_what_web_sees(visit):
    lines = lab.tcpdump(visit, "web").lines
    assert len(lines) == 11 and not any("203.0.113.10" in line for line in lines)
    assert lines[0].startswith(
        "00:00:00.060200 IP 10.0.0.10.19404 > 10.0.1.10.80: Flags [S], seq 2578725244, win 65535, "
        "options [mss 8961,sackOK,TS val "
    )
    assert lines[3].endswith("length 41: HTTP: GET / HTTP/1.1")


def test_icmp_errors_are_written_as_tcpdump_writes_them():
    from vpcedu.packet import Packet

    packet = Packet.parse("10.0.1.5:40000 > 198.51.100.7:443 [.] seq 7 ack 1 len 0")
    said = [tcpdump._line(0, packet.unreachable("192.0.2.1", *how), {}) for how in (
        (1,), (3,), (4, 1_400), (0,))]  # fmt: skip
    assert said == [
        f"00:00:00.000000 IP 192.0.2.1 > 10.0.1.5: ICMP {words}, length 36"
        for words in (
            "host 198.51.100.7 unreachable",
            "198.51.100.7 tcp port 443 unreachable",
            "198.51.100.7 unreachable - need to frag (mtu 1400)",
            "net 198.51.100.7 unreachable",
        )
    ]


@pytest.mark.parametrize(
    ("microseconds", "words"),
    [
        (7_199_000_000, "119min"),
        (75_000_000, "1min15sec"),
        (59_900_000, "59sec"),
        (9_123_000, "9.123ms"),
        (9_000_000, "9sec"),
        (250_000, "250ms"),
        (60_000_000, "1min"),
    ],
)
def test_times_are_written_as_ss_writes_them(microseconds, words):
    assert ss.duration(microseconds) == words


def test_logs_are_reachable_in_the_same_way(visit):
    assert str(lab.flow_log(visit, "web")) == str(visit.flow_log("web"))
    assert str(lab.access_log(visit)) == str(visit.access_log())


def test_the_metric_counts_the_packets_for_which_no_port_was_left():
    lines = lab.port_errors(lab.fill_nat(55_000), "NAT").lines
    assert json.loads("\n".join(lines)) == {
        "Label": "ErrorPortAllocation",
        "Datapoints": [{"Timestamp": "2026-01-01T00:00:00+00:00", "Sum": 1.0, "Unit": "Count"}],
    }
    assert json.loads("\n".join(lab.port_errors(lab.fill_nat(54_999), "NAT").lines)) == {
        "Label": "ErrorPortAllocation",
        "Datapoints": [],
    }


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda v: lab.ss(v, "wbe"),
            "machine 'wbe': expected one of client, update server, NAT, web",
        ),
        (lambda v: lab.ss(v, "ELB node"), "machine 'ELB node': expected one of client"),
        (lambda v: lab.tcpdump(v, None), "machine None: expected one of"),
        (lambda v: lab.ss(v, "web", "-tx"), "options '-tx': expected -tn, -tan, -ton, -tano or -s"),
        (lambda v: lab.ss(v, "web", None), "options None: expected -tn"),
        (lambda v: lab.ss(v, "web", at="now"), "at 'now': expected seconds since the capture"),
        (lambda v: lab.ss(v, "web", at=-1), "at -1: expected seconds"),
        (lambda v: lab.port_errors(v, "NAT"), "nat 'NAT': expected a NAT gateway, one of none"),
    ],
)
def test_a_slip_is_met_with_a_sentence(visit, call, words):
    with pytest.raises(ValueError, match=words.replace("(", r"\(")):
        call(visit)


def test_curl_needs_a_page():
    site = reference_architecture()
    with pytest.raises(ValueError, match=r"connect to www\.example\.com:80' asks for no page"):
        lab.curl(site.connect("client", "www.example.com", 80))
