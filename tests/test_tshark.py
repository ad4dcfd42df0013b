"""Wireshark's own eyes: tshark reads every capture file that visits write.

It sees what we say is in the file.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
from rigs.reference_site import BALANCERS, NATS, PAGE, site

from vpcedu import Endpoint, FiveTuple, Link, Packet
from vpcedu.flow import ICMP
from vpcedu.icmp import FRAGMENTATION_NEEDED
from vpcedu.packet import ACK, PSH, SYN
from vpcedu.protocols.proxy_protocol import version_1, version_2
from vpcedu.tables.security_group import IN, GroupRule
from vpcedu.views.bytes.pcap_read import load
from vpcedu.views.bytes.pcap_write import SIDES, dump, seen_at

TSHARK = shutil.which("tshark")
MISSING = "tshark is not here: on Debian run 'apt install --no-install-recommends tshark'"
FIELDS = (
    "ip.src",
    "ip.dst",
    "tcp.srcport",
    "tcp.dstport",
    "tcp.flags",
    "tcp.seq_raw",
    "tcp.ack_raw",
    "tcp.len",
)
FAULTS = ("_ws.malformed", "tcp.analysis.ack_lost_segment")
SUMS = ("ip.checksum.status", "tcp.checksum.status")
RIGHT = "1"
# Where both directions pass, no file acknowledges a segment that it does not hold. An exception
# would stand here with its reason: {"name of the case": "why"}. Files of one side hold one
# direction only and are not asked.
ACKED_UNSEEN: dict[str, str] = {}


@pytest.fixture(autouse=True)
def needs_tshark():
    if TSHARK is None:
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)


def tshark(path, *fields, preferences=()):
    """A row of fields for each packet."""
    words = [
        TSHARK,
        "-n",
        "-r",
        str(path),
        "-T",
        "fields",
        "-E",
        "separator=|",
        "-E",
        "occurrence=a",
    ]
    for preference in ("tcp.check_checksum:TRUE", "ip.check_checksum:TRUE", *preferences):
        words += ["-o", preference]
    for field in fields:
        words += ["-e", field]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return [tuple(line.split("|")) for line in done.stdout.splitlines()]


def ours(path):
    """What our own reader says the same fields are."""
    rows = []
    for seen in load(path):
        (src, sport, dst, dport, _), flags, seq, ack, _, _, data, _ = seen.decoded.packet
        rows.append(
            (src, dst, str(sport), str(dport), f"0x{flags:04x}", str(seq), str(ack), str(len(data)))
        )
    return rows


def faults(case):
    """What tshark finds wrong with one file, in words.

    With both directions in it also what was not seen.
    """
    name, path, both_directions = case
    read = tshark(path, *FIELDS, *SUMS, *FAULTS)
    if [row[:8] for row in read] != ours(path):
        return f"{name}: tshark reads other fields"
    for number, row in enumerate(read, 1):
        if row[8:10] != (RIGHT, RIGHT):
            return f"{name}, packet {number}: checksums {row[8:10]}"
        if row[10]:
            return f"{name}, packet {number}: malformed"
        if row[11] and both_directions and name not in ACKED_UNSEEN:
            return f"{name}, packet {number}: acknowledges a segment that was not seen"
    return ""


def assert_faultless(cases):
    assert cases
    with ThreadPoolExecutor(4) as pool:
        assert [words for words in pool.map(faults, cases) if words] == []


def files(folder, name, visit, sides=("", *SIDES), devices=()):
    """A file for each device that saw something, and each side."""
    gateway = visit.vpc.internet_gateway
    for device in devices or (*(device.name for device in visit.vpc.devices), gateway):
        for side in sides:
            path = folder / f"{name} {device} {side}.pcap"
            if visit.save_pcap(str(path), at=device, side=side):
                yield f"{name} {device} {side}", path, side == ""


@pytest.mark.parametrize("balancer", BALANCERS)
def test_a_visit_at_every_device_and_side(tmp_path, balancer):
    cases = list(files(tmp_path, balancer, site(balancer).get(PAGE)))
    assert len(cases) == 4 * 3  # client, balancer, web and Internet gateway
    assert_faultless(cases)


@pytest.mark.parametrize("nat", NATS)
def test_the_web_server_s_own_connection_through_the_nat(tmp_path, nat):
    visit = site(nat=nat).connect("web", "updates.example.net", 443)
    assert visit.symptom == "connected"
    cases = list(files(tmp_path, f"nat-{nat}", visit))
    assert len(cases) == 4 * 3  # web, NAT, Internet gateway, update server
    assert_faultless(cases)


def test_the_web_server_s_own_request_through_the_nat_gateway(tmp_path):
    visit = site(nat="gateway").get("http://updates.example.net:8080/", opener="web")
    assert visit.symptom == "200 OK"
    assert_faultless(list(files(tmp_path, "updates", visit, ("",))))


def test_a_fault_would_be_noticed(tmp_path):
    visit = site().get(PAGE)
    path = tmp_path / "web.pcap"
    visit.save_pcap(str(path), at="web")
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes((data[-1] ^ 1,)))
    assert faults(("web", path, True)) == "web, packet 11: checksums ('1', '0')"
    rows = seen_at(visit.capture, "web")
    path.write_bytes(b"".join(dump([row for row in rows if b"GET" not in row[2].data])))
    assert faults(("web", path, True)) == "web, packet 4: acknowledges a segment that was not seen"
    assert faults(("web", path, False)) == ""


@pytest.mark.parametrize("lose", [(1,), (2,), (3,), (4,), (5,), (6,), (2, 4), (1, 3, 6)])
def test_a_visit_that_loses_packets(tmp_path, lose):
    visit = site(link=Link(lose=lose)).get(PAGE)
    assert visit.symptom == "200 OK"
    assert_faultless(list(files(tmp_path, f"lose-{lose}", visit, ("",), ("client", "ELB node"))))


def test_a_broken_visit(tmp_path):
    whole = site()
    for name, row in (
        ("route", next(r for r in whole.vpc.routes if r.table == "public" and r.target != "local")),
        (
            "group",
            next(r for r in whole.vpc.group_rules if r.group == "sg-web" and r.direction == "in"),
        ),
    ):
        visit = whole.without(row).get(PAGE)
        assert visit.symptom != "200 OK"
        assert_faultless(list(files(tmp_path, f"broken-{name}", visit, ("",))))


@pytest.mark.parametrize(
    ("opener", "port", "symptom"), [("web", 443, "connected"), ("client", 25, "refused")]
)
def test_a_connection_that_carries_nothing(tmp_path, opener, port, symptom):
    visit = site().connect(opener, "198.51.100.7", port)
    assert visit.symptom == symptom
    assert_faultless(list(files(tmp_path, f"port-{port}", visit, ("",))))


@pytest.mark.parametrize("balancer", BALANCERS)
def test_http_is_dissected(tmp_path, balancer):
    visit = site(balancer).get(PAGE)
    path = tmp_path / "web.pcap"
    visit.save_pcap(str(path), at="web")
    rows = tshark(path, "http.request.method", "http.host", "http.response.code")
    assert [row[:2] for row in rows if row[0]] == [("GET", "www.example.com")]
    assert [row[2] for row in rows if row[2]] == ["200"]


# --- bytes that no visit writes yet ------------------------------------------------------

CLIENT, NODE = Endpoint("203.0.113.10", 50_001), Endpoint("10.0.0.10", 80)
TO_WEB = FiveTuple("10.0.0.10", 20_000, "10.0.1.10", 80)
REQUEST = b"GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n"


@pytest.mark.parametrize(
    ("header", "version"),
    [
        (version_1(CLIENT, NODE), "1"),
        (version_2(CLIENT, NODE), "2"),
        (version_2(CLIENT, NODE, ((0xEA, b"\x01vpce-0123"),), checksum=True), "2"),
    ],
)
def test_a_proxy_header_in_front_of_a_request_is_dissected(tmp_path, header, version):
    packets = [
        Packet(TO_WEB, SYN, 0),
        Packet(TO_WEB.reversed(), SYN | ACK, 0, 1),
        Packet(TO_WEB, ACK, 1, 1),
        Packet(TO_WEB, ACK | PSH, 1, 1, data=header + REQUEST),
    ]
    path = tmp_path / "proxy.pcap"
    path.write_bytes(b"".join(dump([(i, i, packet) for i, packet in enumerate(packets)])))
    fields = (
        "proxy.src.ipv4",
        "proxy.dst.ipv4",
        "proxy.srcport",
        "proxy.dstport",
        "proxy.v2.version",
        "http.request.method",
        *SUMS,
        *FAULTS,
    )
    last = tshark(path, *fields, preferences=("tcp.try_heuristic_first:TRUE",))[-1]
    assert last[:4] == ("203.0.113.10", "10.0.0.10", "50001", "80")
    assert bool(last[4]) == (version == "2")
    # tshark 4.0 goes on to the request behind a header of version 1 only; later ones may behind
    # both
    assert last[5] == "GET" or (version == "2" and last[5] == "")
    assert last[6:] == (RIGHT, RIGHT, "", "")


@pytest.mark.parametrize("balancer", BALANCERS)
def test_a_visit_with_icmp_errors_at_every_device(tmp_path, balancer):
    rule = GroupRule("sg-balancer", IN, (3, 4), "0.0.0.0/0", ICMP)
    visit = site(balancer, link=Link(mtu=1_400)).with_row(rule).get(f"{PAGE}4000")
    assert visit.symptom == "200 OK"
    seen = 0
    for device in ("Internet gateway", f"{'NLB' if balancer == 'network' else 'ELB'} node", "web"):
        path = tmp_path / f"{device}.pcap"
        visit.save_pcap(str(path), at=device)
        rows = tshark(
            path,
            "icmp.type",
            "icmp.code",
            "icmp.mtu",
            "icmp.checksum.status",
            "_ws.malformed",
            "ip.src",
            "ip.dst",
            "tcp.srcport",
            "tcp.seq",
            preferences=("tcp.relative_sequence_numbers:FALSE",),
        )
        errors = [row for row in rows if row[0]]
        packets = [read.decoded.packet for read in load(path)]
        assert len(rows) == len(packets)
        assert errors == [
            (
                "3",
                "4",
                "1400",
                RIGHT,
                "",
                f"{p.flow.src},{p.icmp.flow.src}",
                f"{p.flow.dst},{p.icmp.flow.dst}",
                "80",
                str(p.icmp.seq),
            )
            for p in packets
            if p.icmp
        ]
        seen += len(errors)
    assert seen == (10 if balancer == "network" else 6)


def test_an_icmp_message_is_dissected_with_the_packet_it_quotes(tmp_path):
    packet = Packet(TO_WEB, ACK, 7, 1, data=bytes(1_460)).unreachable(
        "10.0.0.1", FRAGMENTATION_NEEDED, 1_400
    )
    path = tmp_path / "icmp.pcap"
    path.write_bytes(b"".join(dump([(0, 0, packet)])))
    row = tshark(
        path,
        "icmp.type",
        "icmp.code",
        "icmp.mtu",
        "icmp.checksum.status",
        "ip.src",
        "tcp.srcport",
        "tcp.seq",
        "_ws.malformed",
    )
    assert row == [("3", "4", "1400", RIGHT, "10.0.0.1,10.0.0.10", "20000", "7", "")]


def test_every_option_is_dissected(tmp_path):
    options = (("mss", 1_460), ("nop",), ("nop",), ("TS", 1, 2), ("sackOK",), ("wscale", 7))
    path = tmp_path / "options.pcap"
    path.write_bytes(b"".join(dump([(0, 0, Packet(TO_WEB, SYN, 0, options=options))])))
    row = tshark(
        path,
        "tcp.options.mss_val",
        "tcp.options.timestamp.tsval",
        "tcp.options.timestamp.tsecr",
        "tcp.options.wscale.shift",
        "tcp.hdr_len",
        "_ws.malformed",
    )[0]
    assert row == ("1460", "1", "2", "7", "44", "")
