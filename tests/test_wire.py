"""Packets as bytes: right checksums, every field back, and nothing believed that is not there."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vpcedu import FiveTuple, Packet, reference_architecture, remembered
from vpcedu.address import text
from vpcedu.flow import TCP
from vpcedu.views.bytes.ipv4 import OtherPacket, WireError, checksum
from vpcedu.views.bytes.wire import decode, encode

PORTS = st.integers(0, 65_535)
NUMBERS = st.integers(0, 2**32 - 1)
OPTIONS = (
    st.lists(
        st.one_of(
            st.tuples(st.just("mss"), PORTS),
            st.tuples(st.just("wscale"), st.integers(0, 14)),
            st.just(("sackOK",)),
            st.tuples(st.just("TS"), NUMBERS, NUMBERS),
            st.just(("nop",)),
        ),
        max_size=4,
    )
    .map(tuple)
    .filter(
        lambda options: (
            sum({"mss": 4, "wscale": 3, "sackOK": 2, "TS": 10, "nop": 1}[o[0]] for o in options)
            <= 40
        )
    )
)
PACKETS = st.builds(
    Packet,
    st.builds(FiveTuple, NUMBERS.map(text), PORTS, NUMBERS.map(text), PORTS, st.just(TCP)),
    st.integers(0, 63),
    NUMBERS,
    NUMBERS,
    PORTS,
    OPTIONS,
    st.binary(max_size=1_460),
    st.none(),
)


@given(PACKETS, PORTS, st.integers(0, 255))
@settings(derandomize=True, max_examples=300)
def test_what_is_written_is_read_back_with_both_checksums_right(packet, identification, ttl):
    read = decode(encode(packet, identification, ttl))
    assert (read.packet, read.identification, read.ttl, read.checksums) == (
        packet,
        identification,
        ttl,
        True,
    )


def test_a_packet_of_rfc_1071_s_example_words_has_its_checksum():
    assert checksum(bytes.fromhex("0001f203f4f5f6f7")) == ~0xDDF2 & 0xFFFF  # RFC 1071 section 3


@pytest.mark.parametrize(
    ("data", "right"), [(b"", 0xFFFF), (b"\0\0", 0xFFFF), (b"\xff\xff", 0), (b"\x01", 0xFEFF)]
)
def test_the_edges_of_the_checksum(data, right):
    assert checksum(data) == right


def test_bytes_of_a_syn_known_from_elsewhere():
    """A SYN put together by hand, its checksums summed by hand from the header's 16-bit words."""
    packet = Packet(FiveTuple("10.0.0.1", 1, "10.0.0.2", 2), 2, 0, 0, 0)
    ip = 0x4500 + 0x0028 + 0x4000 + 0x4006 + 0x0A00 + 0x0001 + 0x0A00 + 0x0002
    tcp = 0x0A00 + 0x0001 + 0x0A00 + 0x0002 + 0x0006 + 0x0014 + 0x0001 + 0x0002 + 0x5002
    data = encode(packet)
    assert data[:12].hex() == "450000280000400040" + "06" + f"{0xFFFF - ip:04x}"
    assert data[36:38].hex() == f"{0xFFFF - tcp:04x}"


@given(PACKETS, st.data())
@settings(derandomize=True, max_examples=100)
def test_any_changed_byte_of_a_header_is_noticed(packet, data):
    whole = bytearray(encode(packet))
    place = data.draw(st.sampled_from([*range(1, 2), *range(4, 6), 8, *range(12, 32), 33, 34, 35]))
    whole[place] ^= data.draw(st.integers(1, 255))
    assert not decode(bytes(whole)).checksums


@given(PACKETS, st.data())
@settings(derandomize=True, max_examples=100)
def test_a_packet_cut_short_is_an_error_that_names_the_place(packet, data):
    whole = encode(packet)
    cut = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(WireError) as caught:
        decode(whole[:cut])
    assert 0 <= caught.value.offset <= cut or caught.value.offset == 2


@given(st.binary(max_size=80))
@settings(derandomize=True, max_examples=300)
def test_hostile_bytes_give_a_packet_or_a_wire_error(data):
    with suppress(WireError):
        decode(data)


def test_padding_behind_a_packet_is_left_aside():
    packet = Packet(FiveTuple("10.0.0.1", 1, "10.0.0.2", 2), 2)
    assert decode(encode(packet) + bytes(6)).packet == packet


def test_an_option_that_is_not_known_is_skipped_when_read_and_refused_when_written():
    packet = Packet(FiveTuple("10.0.0.1", 1, "10.0.0.2", 2), 2, options=(("mss", 1460),))
    data = bytearray(encode(packet))
    data[40] = 253  # RFC 4727: for experiments
    assert decode(bytes(data)).packet.options == ()
    with pytest.raises(ValueError, match="cookie"):
        encode(packet._replace(options=(("cookie", 1),)))


@pytest.mark.parametrize("balancer", ["classic-tcp", "classic-http", "application", "network"])
def test_every_packet_of_a_visit_goes_over_the_wire_and_back(balancer):
    visit = reference_architecture(balancer).get("http://www.example.com/")
    for trace in visit.capture:
        for step in trace.steps:
            read = decode(encode(step.before))
            assert read.packet == step.before and read.checksums


@given(PACKETS, st.integers(1, 10))
@settings(derandomize=True, max_examples=100)
def test_ip_options_are_skipped_and_both_checksums_still_hold(packet, words):
    plain = encode(packet, 7)
    head = bytearray(plain[:20] + b"\x01" * 4 * words)
    head[0] += words
    head[2:4] = (len(plain) + 4 * words).to_bytes(2, "big")
    head[10:12] = bytes(2)
    head[10:12] = checksum(bytes(head)).to_bytes(2, "big")
    whole = bytes(head) + plain[20:]
    read = decode(b"in front" + whole, 8)
    assert read.packet == packet and read.checksums
    for cut in range(0, len(whole), 7):
        with pytest.raises(WireError):
            decode(whole[:cut])


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [(0, 0x65, "version 6"), (9, 17, "protocol 17"), (6, 0x20, "a fragment"), (7, 1, "a fragment")],
)
@pytest.mark.parametrize("length", [28, 40, 60])
def test_what_is_in_order_but_something_else_is_told_apart(place, value, words, length):
    data = bytearray(
        encode(Packet(FiveTuple("10.0.0.1", 1, "10.0.0.2", 2), 2, data=bytes(20)))[:length]
    )
    data[place] = value
    with pytest.raises(OtherPacket, match=words) as caught:
        decode(bytes(data))
    assert caught.value.offset <= place


@pytest.mark.parametrize(
    "wrong",
    [
        {"data": bytes(65_496)},
        {"seq": -1},
        {"seq": 2**32},
        {"window": 65_536},
        {"flags": 4_096},
        {"options": (("mss", 65_536),)},
        {"options": (("TS", 1),)},
        {"options": (("TS", 1, 2),) * 5},
        {"flow": FiveTuple("10.0.0.1", 65_536, "10.0.0.2", 2)},
        {"flow": FiveTuple("10.0.0.1", 1, "10.0.0.2", 2, 17)},
    ],
)
def test_what_does_not_fit_into_its_field_is_refused(wrong):
    with pytest.raises(ValueError):
        encode(Packet(FiveTuple("10.0.0.1", 1, "10.0.0.2", 2), 2)._replace(**wrong))
    encode(Packet(FiveTuple("10.0.0.1", 1, "10.0.0.2", 2), 2, data=bytes(65_495)))


def test_what_is_remembered_has_a_limit_and_stays_right(monkeypatch):
    monkeypatch.setattr(remembered, "REMEMBERED", 10)
    asked = []
    known = remembered.Remembered(lambda value: asked.append(value) or value + 1)
    assert [known[value] for value in (*range(25), 24)] == [*range(1, 26), 25]
    assert len(known) <= 10 and asked == list(range(25))
