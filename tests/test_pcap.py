"""Capture files: every format by hand-made bytes, and hostile files when read.

They are written whole or not at all.
"""

from __future__ import annotations

import os
import struct
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rigs.reference_site import BALANCERS, PAGE, site

from vpcedu import FiveTuple, Packet
from vpcedu.packet import ACK, PSH, RST, SYN
from vpcedu.views.bytes import pcap_write as pcap
from vpcedu.views.bytes.listing import listing
from vpcedu.views.bytes.pcap_read import LONGEST, PcapError, load, read
from vpcedu.views.bytes.pcap_write import dump, seen_at
from vpcedu.views.bytes.wire import encode

FLOW = FiveTuple("203.0.113.10", 50_001, "10.0.0.10", 80)
PACKETS = [
    Packet(FLOW, SYN, 4_294_967_295, options=(("mss", 1_460), ("nop",), ("TS", 1, 0))),
    Packet(FLOW.reversed(), SYN | ACK, 7, 0),
    Packet(FLOW, ACK, 0, 8),
    Packet(FLOW, ACK | PSH, 0, 8, data=b"GET / HTTP/1.1\r\n\r\n"),
]
STAMPS = [0, 20_000, 1_020_001, 4_000_000_000_000_000]  # microseconds

# --- what each writer of captures would have written -------------------------------------

BEFORE = {
    1: bytes(12) + b"\x08\x00",
    101: b"",
    228: b"",
    12: b"",
    113: bytes.fromhex("0000 0001 0006 020000000001 0000 0800"),
    276: bytes.fromhex("0800 0000 00000002 0001 00 06 020000000001 0000"),
}
VLAN = bytes(12) + bytes.fromhex("8100 0005 0800")
ARP = bytes(12) + b"\x08\x06" + bytes(46)


def classic(order="<", nano=False, link=101, before=None, frames=()):
    """A classic file; `frames` stand behind the packets."""
    magic, unit = (0xA1B23C4D, 1_000) if nano else (0xA1B2C3D4, 1)
    out = struct.pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, 262_144, link)
    before = BEFORE[link] if before is None else before
    whole = [before + encode(packet, i) for i, packet in enumerate(PACKETS)]
    for at, data in (*zip(STAMPS, whole, strict=True), *((9, frame) for frame in frames)):
        out += (
            struct.pack(
                f"{order}IIII", at // 1_000_000, at % 1_000_000 * unit, len(data), len(data)
            )
            + data
        )
    return out


def block(order, kind, body):
    body += bytes(-len(body) % 4)
    size = struct.pack(f"{order}I", 12 + len(body))
    return struct.pack(f"{order}I", kind) + size + body + size


def section(order="<"):
    return block(order, 0x0A0D0D0A, struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1))


def interface(order="<", link=101, options=b""):
    return block(order, 1, struct.pack(f"{order}HHI", link, 0, 262_144) + options)


def option(order, code, value):
    return struct.pack(f"{order}HH", code, len(value)) + value + bytes(-len(value) % 4)


def enhanced(order, number, ticks, data, kind=6):
    head = struct.pack(
        f"{order}IIIII", number, ticks >> 32, ticks & 0xFFFFFFFF, len(data), len(data)
    )
    options = option(order, 1, b"a comment") + option(order, 0, b"")
    return block(order, kind, head + data + bytes(-len(data) % 4) + options)


def next_generation(order="<", link=101, options=b"", ticks=lambda at: at):
    out = section(order) + block(order, 0x0BAD, bytes(100)) + interface(order, link, options)
    for i, (at, packet) in enumerate(zip(STAMPS, PACKETS, strict=True)):
        out += enhanced(order, 0, ticks(at), BEFORE[link] + encode(packet, i))
    return out


def write(folder, data):
    path = folder / "file.pcap"
    path.write_bytes(data)
    return path


def assert_is_what_was_written(path):
    found = load(path)
    assert [seen.decoded.packet for seen in found] == PACKETS
    assert [seen.at for seen in found] == STAMPS
    assert [seen.decoded.identification for seen in found] == [0, 1, 2, 3]
    assert all(seen.decoded.checksums for seen in found)


@pytest.mark.parametrize("link", BEFORE)
@pytest.mark.parametrize("nano", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
def test_classic_files_of_every_order_resolution_and_link_type(tmp_path, order, nano, link):
    assert_is_what_was_written(write(tmp_path, classic(order, nano, link)))


def test_one_vlan_tag_is_looked_through(tmp_path):
    assert_is_what_was_written(write(tmp_path, classic(link=1, before=VLAN)))


@pytest.mark.parametrize("link", BEFORE)
@pytest.mark.parametrize("order", ["<", ">"])
def test_pcapng_of_every_order_and_link_type(tmp_path, order, link):
    assert_is_what_was_written(write(tmp_path, next_generation(order, link)))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("resolution", "ticks"), [(6, 10**6), (9, 10**9), (3, 10**3), (128 + 20, 2**20), (0, 1)]
)
def test_pcapng_in_other_units_of_time(tmp_path, order, resolution, ticks):
    later = option(order, 14, struct.pack(f"{order}q", 1_700_000_000))  # if_tsoffset
    options = (
        option(order, 2, b"eth0")
        + option(order, 9, bytes((resolution,)))
        + later
        + option(order, 0, b"")
    )
    data = next_generation(order, options=options, ticks=lambda at: at * ticks // 1_000_000)
    found = load(write(tmp_path, data))
    assert [seen.at - 1_700_000_000_000_000 for seen in found] == [
        at * ticks // 1_000_000 * 1_000_000 // ticks for at in STAMPS
    ]
    assert [seen.decoded.packet for seen in found] == PACKETS


def test_pcapng_of_two_sections_in_two_orders_with_two_interfaces(tmp_path):
    other = section(">") + interface(">", 1) + interface(">", 276)
    other += enhanced(">", 1, STAMPS[0], BEFORE[276] + encode(PACKETS[0]))
    found = load(write(tmp_path, next_generation("<") + other))
    assert [seen.decoded.packet for seen in found] == [*PACKETS, PACKETS[0]]


def test_what_is_no_tcp_over_ipv4_and_every_fragment_is_passed_over(tmp_path):
    udp = bytearray(encode(PACKETS[0]))
    udp[9] = 17
    fragment = bytearray(encode(PACKETS[0]))
    fragment[6] = 0x20
    version_6 = bytes(12) + b"\x86\xdd" + bytes([0x60]) + bytes(60)
    frames = [
        ARP,
        version_6,
        BEFORE[1] + udp,
        BEFORE[1] + fragment,
        bytes(5),
        bytes(12) + b"\x81\x00\x00\x05\x08\x06",
    ]
    assert_is_what_was_written(write(tmp_path, classic(link=1, frames=frames)))


def test_a_wrong_checksum_is_told_and_is_no_error(tmp_path):
    data = bytearray(classic())
    data[-1] ^= 1
    found = load(write(tmp_path, bytes(data)))
    assert [seen.decoded.checksums for seen in found] == [True, True, True, False]


# --- damaged and hostile -----------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        classic(),
        classic(">", True, 276),
        classic(link=1),
        next_generation(),
        next_generation(">", 113),
    ],
    ids=len,
)
def test_cut_short_at_every_byte(tmp_path, data):
    """What was read before the cut is right.

    Then there is an error that names a place, or a record ends there.
    """
    for cut in range(len(data)):
        found = []
        path = write(tmp_path, data[:cut])
        try:
            for seen in read(path):
                found.append(seen.decoded.packet)
        except PcapError as error:
            assert 0 <= error.offset <= cut
            assert f"at byte {error.offset} of the file" in str(error)
        assert found == PACKETS[: len(found)]
        assert len(found) < len(PACKETS)


@pytest.mark.parametrize(
    ("data", "words", "offset"),
    [
        (b"", "begins with nothing", 0),
        (b"PK\3\4", "begins with 504b0304", 0),
        (b"\xd4\xc3\xb2\xa1\3\0\4\0" + bytes(16), "version 3", 4),
        (classic(link=101)[:20] + struct.pack("<I", 9) + classic()[24:], "link type 9", 20),
        (
            classic()[:24] + struct.pack("<IIII", 0, 0, LONGEST + 1, 9),
            "a packet of 262145 bytes",
            32,
        ),
        (
            classic()[:24] + struct.pack("<IIII", 0, 0, 0xFFFFFFFF, 9),
            "a packet of 4294967295 bytes",
            32,
        ),
        (section()[:8] + b"nope" + section()[12:], "byte order mark 6e6f7065", 8),
        (section() + block("<", 1, b"\0\0\0\0"), "an interface block of 4 bytes", 28),
        (section() + interface(options=b"\2\0\xff\0abcd"), "an option of 255 bytes", 44),
        (section() + struct.pack("<II", 6, 0xFFFFFFFC), "a length of 4294967280 bytes", 36),
        (section() + struct.pack("<II", 5, 0xFFFFFFFC), "the file is cut short", 36),
        (section() + struct.pack("<II", 5, 13), "a block of 13 bytes", 32),
        (section() + struct.pack("<III", 5, 12, 16), "two lengths differ", 28),
    ],
)
def test_damage_is_named_with_its_place(tmp_path, data, words, offset):
    with pytest.raises(PcapError) as caught:
        load(write(tmp_path, data))
    assert words in str(caught.value)
    assert caught.value.offset == offset


@settings(derandomize=True, max_examples=500, deadline=None)
@given(
    st.sampled_from(
        [classic(), classic(">", True, 1), next_generation(), next_generation(">", 276)]
    ),
    st.lists(
        st.tuples(st.integers(0, 1_000), st.binary(min_size=1, max_size=4)), min_size=1, max_size=4
    ),
    st.integers(0, 600),
)
def test_any_bytes_give_packets_or_a_pcap_error(tmp_path_factory, data, changes, cut):
    hostile = bytearray(data[: len(data) - cut] if cut % 3 == 0 else data)
    for place, words in changes:
        at = place % max(1, len(hostile))
        hostile[at : at + len(words)] = words
    path = tmp_path_factory.getbasetemp() / "hostile.pcap"
    path.write_bytes(hostile)
    with suppress(PcapError):
        listing(load(path))


@pytest.mark.parametrize(
    "data",
    [
        classic()[:24] + struct.pack("<IIII", 0, 0, 0xFFFFFFFF, 0xFFFFFFFF) + bytes(100),
        classic()[:24] + struct.pack("<IIII", 0, 0, LONGEST, LONGEST) + bytes(100),
        section() + struct.pack("<II", 6, 0xFFFFFFFC) + bytes(100),
        section() + struct.pack("<II", 5, 0xFFFFFFFC) + bytes(100),
        section() + struct.pack("<II", 1, LONGEST) + bytes(100),
    ],
    ids=["classic, 4 GiB", "classic, longest", "packet block", "unknown block", "interface block"],
)
def test_memory_stays_bounded_whatever_a_length_claims(tmp_path, data):
    path = write(tmp_path, data)
    with suppress(PcapError):
        load(path)  # once before: caches
    tracemalloc.start()
    with pytest.raises(PcapError):
        load(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000


# --- writing -----------------------------------------------------------------------------


def test_a_file_written_is_read_back(tmp_path):
    rows = [(at, i, packet) for i, (at, packet) in enumerate(zip(STAMPS, PACKETS, strict=True))]
    assert b"".join(dump(rows)) == classic()
    assert b"".join(dump(rows, 1, BEFORE[1])) == classic(link=1)


@pytest.mark.parametrize("side", ["", "in", "out"])
@pytest.mark.parametrize("balancer", BALANCERS)
def test_a_visit_is_saved_and_read_back_at_every_device(tmp_path, balancer, side):
    visit = site(balancer).get(PAGE)
    for device in visit.vpc.devices:
        path = tmp_path / f"{device.name}.pcap"
        count = visit.save_pcap(str(path), at=device.name, side=side)
        rows = seen_at(visit.capture, device.name, side, (device.name,))
        found = load(path)
        assert [(seen.at, seen.decoded.packet) for seen in found] == [
            (at, packet) for at, _, packet in rows
        ]
        assert len(found) == count
        assert all(seen.decoded.checksums for seen in found)
    assert not list(tmp_path.glob("*.part"))


def test_both_sides_of_a_device_are_what_it_took_and_what_it_put_out(tmp_path):
    visit = site("network").get(PAGE)
    sides = [seen_at(visit.capture, "NLB node", side) for side in ("in", "out", "")]
    assert len(sides[0]) == len(sides[1]) == len(sides[2]) // 2 == 11
    assert {packet.flow.dst for _, _, packet in sides[0]} == {"10.0.0.30", "203.0.113.10"}


def test_a_device_that_saw_nothing_gives_an_empty_file_and_an_unknown_one_an_error(tmp_path):
    visit = site().get(PAGE)
    path = tmp_path / "file.pcap"
    assert visit.save_pcap(str(path), at="NAT") == 0
    assert load(path) == []
    assert listing(load(path)) == "No TCP packet was seen."
    for words in ({"at": "nobody"}, {"at": "web", "side": "left"}, {"at": "Internet"}):
        with pytest.raises(ValueError, match="expected one of"):
            visit.save_pcap(str(tmp_path / "other.pcap"), **words)
    assert [file.name for file in tmp_path.iterdir()] == ["file.pcap"]


def test_a_write_that_fails_leaves_no_file_and_keeps_the_one_that_was_there(tmp_path, monkeypatch):
    visit = site().get(PAGE)
    path, new = tmp_path / "kept.pcap", tmp_path / "new.pcap"
    path.write_bytes(b"was here")
    calls = []

    def fails(packet, identification):
        calls.append(packet)
        if len(calls) % 5 == 0:
            raise OSError("no space left on device")
        return encode(packet, identification)

    monkeypatch.setattr(pcap, "encode", fails)
    for target in (path, new):
        with pytest.raises(OSError, match="no space left"):
            visit.save_pcap(str(target), at="web")
    monkeypatch.undo()
    monkeypatch.setattr(
        os, "replace", lambda *names: (_ for _ in ()).throw(PermissionError("not here"))
    )
    with pytest.raises(PermissionError):
        visit.save_pcap(str(new), at="web")
    assert [file.name for file in tmp_path.iterdir()] == ["kept.pcap"]
    assert path.read_bytes() == b"was here"
    with pytest.raises(OSError):
        visit.save_pcap(str(tmp_path / "no such folder" / "x.pcap"), at="web")


# --- as text -----------------------------------------------------------------------------


def loaded(tmp_path, packets):
    return load(
        write(
            tmp_path, b"".join(dump([(i * 1_000, i, packet) for i, packet in enumerate(packets)]))
        )
    )


def test_a_listing_counts_from_the_syn_of_each_end(tmp_path):
    assert listing(load(write(tmp_path, classic()))).splitlines() == [
        "What was seen: 4 packets. A capture does not say why, or what was lost before it.",
        "",
        "Connection 1: 203.0.113.10:50001 and 10.0.0.10:80 (opened by the first), 4 packets",
        "    1     0.000  > [S]   seq 0",
        "    2     0.020  < [S.]  seq 0 ack 1",
        "    3  1.020001  > [.]   seq 1 ack 1",
        "    4 4000000000.000  > [P.]  seq 1 ack 1 len 18",
    ]


def test_a_listing_says_what_was_not_seen(tmp_path):
    middle = listing(loaded(tmp_path, PACKETS[2:]))
    assert (
        "(who opened it was not seen, only packets from 203.0.113.10:50001 were seen), 2 packets"
        in middle
    )
    answer = listing(loaded(tmp_path, PACKETS[1:]))
    assert (
        "Connection 1: 203.0.113.10:50001 and 10.0.0.10:80 (opened by the first), 3 packets"
        in answer
    )


def test_a_pair_of_endpoints_used_again_is_another_connection(tmp_path):
    again = [packet._replace(seq=packet.seq - 5_000) for packet in PACKETS[:1]]
    words = listing(loaded(tmp_path, [*PACKETS, PACKETS[0], *again]))
    assert words.count("Connection ") == 2
    assert "5 packets" in words  # a SYN sent again opens nothing new


def test_a_reset_without_a_number_does_not_set_the_zero(tmp_path):
    words = listing(loaded(tmp_path, [PACKETS[0], Packet(FLOW.reversed(), RST | ACK, 0, 0, 0)]))
    assert "< [R.]  seq 0 ack 1" in words
