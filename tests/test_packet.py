"""What travels: addresses, endpoints, flows and packets, as text and back."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vpcedu.address import block, contains, is_private, number, text, whole
from vpcedu.flow import MODULUS, TCP, Endpoint, FiveTuple, spread
from vpcedu.packet import ACK, FIN, PSH, RST, SYN, URG, Packet, flags_text

ROOT = Path(__file__).parent.parent

addresses = st.integers(0, MODULUS - 1).map(text)
ports = st.integers(0, 65_535)
numbers = st.integers(0, MODULUS - 1)
flows = st.builds(FiveTuple, addresses, ports, addresses, ports, st.just(TCP))
option = st.one_of(
    st.tuples(st.sampled_from(["mss", "wscale"]), ports),
    st.sampled_from([("nop",), ("sackOK",)]),
    st.tuples(st.just("TS"), numbers, numbers),
)
options = st.lists(option, max_size=5).map(tuple)
packets = st.builds(
    Packet,
    flows,
    st.integers(0, 63),
    numbers,
    numbers,
    st.integers(0, 65_535),
    options,
    st.integers(0, 1_460).map(bytes),
    st.none(),
)


# --- text and back -----------------------------------------------------------------------

# Text that nearly is a number, an address or a list of them, and what is no text at all.
digits = st.one_of(
    st.integers(0, 70_000).map(str),
    st.sampled_from(
        ["08", "00", "+8", "-8", " 8", "8 ", "8_0", "\u0668", "\u00b2", "", "8.0", "0x8"]
    ),
)
dotted = st.lists(digits, min_size=3, max_size=5).map(".".join)
near = st.one_of(
    st.text(max_size=12),
    dotted,
    st.builds("{}/{}".format, st.one_of(addresses, dotted), digits),
    st.builds("{}:{}".format, st.one_of(addresses, dotted), digits),
    st.sampled_from([None, 7, 7.0, b"10.0.0.1", [1], {}, ("10.0.0.1", 80)]),
)
CANONICAL = {
    number: text,
    block: lambda found: f"{text(found[0])}/{found[2]}",
    Endpoint.parse: str,
}


@pytest.mark.parametrize("parse", CANONICAL, ids=["number", "block", "endpoint"])
@given(words=near)
@settings(derandomize=True, max_examples=400)
def test_text_is_what_it_is_read_as_or_is_refused_by_its_value(parse, words):
    try:
        found = parse(words)
    except ValueError as error:
        said = repr(words), *(repr(part) for part in str(words).rpartition(":"))
        said += tuple(repr(part) for part in str(words).partition("/"))
        assert any(part in str(error) for part in said) and "expected" in str(error)
    else:
        assert CANONICAL[parse](found) == words


@given(
    digits,
    digits,
    digits,
    digits,
    digits,
    st.sampled_from(["", " win {}", " <mss {}>", " <TS val {} ecr 1>"]),
)
@settings(derandomize=True, max_examples=300)
def test_a_packet_s_text_is_read_as_written_or_refused_by_its_value(
    port, seq, ack, size, more, form
):
    words = f"10.0.1.5:{port} > 198.51.100.7:443 [.] seq {seq} ack {ack} len {size}" + form.format(
        more
    )
    try:
        packet = Packet.parse(words)
    except ValueError as error:
        assert repr(words) in str(error) and "expected" in str(error)
    else:
        plain = words.replace(" ", "").replace("win65535", "")  # spaces are free
        assert str(packet).replace(" ", "") == plain


@pytest.mark.parametrize("words", [None, 7, b"10.0.0.1", [1], {}, ("a", "b")])
def test_what_is_no_text_is_no_packet(words):
    with pytest.raises(ValueError, match="is not a packet: expected the form") as error:
        Packet.parse(words)
    assert repr(words) in str(error.value)


@given(digits, st.sampled_from([0, 9, 255, 65_535]))
@settings(derandomize=True, max_examples=100)
def test_a_number_has_one_text(word, most):
    found = whole(word, most)
    assert found is None or (str(found) == word and found <= most)
    assert whole([1], most) is whole(None, most) is None


@settings(max_examples=200, derandomize=True)
@given(packets)
def test_what_str_writes_parse_reads(packet):
    assert Packet.parse(str(packet)) == packet


def test_options_are_written_as_tcpdump_writes_them():
    options = (("mss", 1460), ("nop",), ("nop",), ("TS", 1, 2), ("sackOK",), ("wscale", 7))
    packet = Packet(FiveTuple("10.0.0.1", 1, "10.0.0.2", 2), SYN, 5, options=options)
    assert str(packet).endswith(" <mss 1460,nop,nop,TS val 1 ecr 2,sackOK,wscale 7>")
    assert Packet.parse(str(packet)) == packet


@settings(max_examples=50, derandomize=True)
@given(packets, st.binary(max_size=50))
def test_parse_reads_the_length_of_the_data_and_zero_bytes_for_them(packet, data):
    again = Packet.parse(str(packet._replace(data=data)))
    assert again == packet._replace(data=bytes(len(data)))


def test_the_notation_is_tcpdumps():
    flow = FiveTuple("10.0.1.5", 40_000, "198.51.100.7", 443)
    assert (
        str(Packet(flow, SYN | ACK, 0, 1))
        == "10.0.1.5:40000 > 198.51.100.7:443 [S.] seq 0 ack 1 len 0"
    )
    full = Packet(flow, PSH | ACK, 7, 9, 512, (("mss", 1_460),), b"hello")
    assert (
        str(full) == "10.0.1.5:40000 > 198.51.100.7:443 [P.] seq 7 ack 9 len 5 win 512 <mss 1460>"
    )


def test_flags_are_letters_in_one_order():
    assert [flags_text(f) for f in (FIN | ACK, SYN, RST, PSH | ACK, URG, 0)] == [
        "F.",
        "S",
        "R",
        "P.",
        "U",
        "none",
    ]


GOOD = "10.0.1.5:40000 > 198.51.100.7:443 [S.] seq 0 ack 1 len 0"


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ("", "a word is missing"),
        ("hello", "a word is missing"),
        (GOOD.replace(" > ", " < "), "not a packet"),
        (GOOD.replace("10.0.1.5", "10.0.1.256"), "'10.0.1.256' is not an IPv4 address"),
        (GOOD.replace(":40000", ":70000"), "'10.0.1.5:70000' is not an endpoint"),
        (GOOD.replace(":443", ""), "'198.51.100.7' is not an endpoint"),
        (GOOD.replace("[S.]", "[.S]"), "flags '[.S]'"),
        (GOOD.replace("[S.]", "[X]"), "flags '[X]'"),
        (GOOD.replace("[S.]", "S."), "flags 'S.'"),
        (GOOD.replace("seq 0", "seq -1"), "'-1': expected a number from 0 to 4294967295"),
        (
            GOOD.replace("seq 0", f"seq {MODULUS}"),
            f"'{MODULUS}': expected a number from 0 to 4294967295",
        ),
        (GOOD.replace("ack 1", "ack one"), "'one': expected a number from 0 to 4294967295"),
        (GOOD.replace("len 0", "len 65496"), "len 65496: an IPv4 packet holds at most 65495 bytes"),
        (GOOD.replace("seq", "sec"), "a word is missing or out of place"),
        (GOOD + " win", "a word is missing or out of place"),
        (GOOD + " win 512 more", "a word is missing or out of place"),
        (GOOD + " wim 512", "a word is missing or out of place"),
        (GOOD + " win 65536", "'65536': expected a number from 0 to 65535"),
        (GOOD + " < >", "not a packet"),
        (GOOD + " <TS val 1 ecr>", "option 'TS': expected 2 numbers"),
        (GOOD + " <TS val 1 ecr 2 3>", "option 'TS': expected 2 numbers"),
        (GOOD + " <mss x>", "not a packet"),
        (GOOD + " <TS 1>", "option 'TS': expected 2 numbers"),
        (GOOD + " <nop 1>", "option 'nop': expected 0 numbers"),
        (GOOD + " <mss 1460", "options end with >"),
        (GOOD + " <mss 1_460>", "expected a number"),
    ],
)
def test_wrong_text_is_named_and_what_was_expected(wrong, named):
    with pytest.raises(ValueError) as raised:
        Packet.parse(wrong)
    words = str(raised.value)
    assert repr(wrong) in words
    assert named in words
    assert "expected the form 10.0.1.5:40000 > 198.51.100.7:443 [S.]" in words


@pytest.mark.parametrize(
    "wrong",
    [
        "10.0.1.5",
        "10.0.1.5:",
        ":80",
        "10.0.1.5:-1",
        "10.0.1.5:65536",
        "10.0.1:80",
        "a:80",
        "10.0.1.5:８0",
        "10.0.1.5: 80",
    ],
)
def test_a_wrong_endpoint_is_named(wrong):
    with pytest.raises(ValueError, match=r"is not an (endpoint|IPv4 address)"):
        Endpoint.parse(wrong)


# --- values --------------------------------------------------------------------------------


def test_a_packet_does_not_change():
    packet = Packet.parse(GOOD)
    with pytest.raises(AttributeError):
        packet.seq = 1
    with pytest.raises(AttributeError):
        packet.flow.src = "10.0.0.1"


@settings(max_examples=50, derandomize=True)
@given(flows)
def test_a_flow_reversed_twice_is_the_flow(flow):
    assert flow.reversed().reversed() == flow
    assert flow.reversed() == FiveTuple(flow.dst, flow.dport, flow.src, flow.sport)
    assert (flow.reversed().source, flow.reversed().destination) == (flow.destination, flow.source)


@settings(max_examples=50, derandomize=True)
@given(packets, flows)
def test_a_rewritten_packet_is_the_same_segment_under_another_flow(packet, flow):
    assert packet.with_flow(flow) == packet._replace(flow=flow)


@pytest.mark.fact("tcp-3whs")
@pytest.mark.parametrize(
    ("flags", "data", "length"),
    [
        (ACK, b"", 0),
        (SYN, b"", 1),
        (FIN | ACK, b"", 1),
        (PSH | ACK, b"abc", 3),
        (FIN | PSH | ACK, b"abc", 4),
        (RST, b"", 0),
    ],
)
def test_syn_and_fin_take_a_sequence_number_each(flags, data, length):
    assert Packet.parse(GOOD)._replace(flags=flags, data=data).length == length


# --- RST, RFC 9293 section 3.5.2 -------------------------------------------------------------


@pytest.mark.fact("tcp-rst-closed")
def test_the_reset_of_a_segment_with_ack_takes_its_number_from_there():
    answer = Packet.parse("10.0.0.1:1 > 10.0.0.2:2 [P.] seq 100 ack 300 len 10").reset()
    assert str(answer) == "10.0.0.2:2 > 10.0.0.1:1 [R] seq 300 ack 0 len 0 win 0"


@pytest.mark.fact("tcp-rst-closed")
@pytest.mark.parametrize(
    ("segment", "acknowledged"),
    [
        ("[S] seq 100 ack 0 len 0", 101),
        ("[none] seq 100 ack 0 len 10", 110),
        ("[F] seq 100 ack 0 len 10", 111),
        ("[S] seq 4294967295 ack 0 len 0", 0),
    ],
)
def test_the_reset_of_a_segment_without_ack_acknowledges_all_of_it(segment, acknowledged):
    answer = Packet.parse(f"10.0.0.1:1 > 10.0.0.2:2 {segment}").reset()
    assert str(answer) == f"10.0.0.2:2 > 10.0.0.1:1 [R.] seq 0 ack {acknowledged} len 0 win 0"


# --- addresses -------------------------------------------------------------------------------


@settings(max_examples=100, derandomize=True)
@given(numbers)
def test_an_addresss_number_is_its_text(value):
    assert number(text(value)) == value


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "10.0.0",
        "10.0.0.0.1",
        "10.0.0.256",
        "10.0.0.01",
        "10.0.0.-1",
        "10.0.0.+1",
        "10.0.0. 1",
        "10.0.0.１",
        "a.b.c.d",
        "10.0.0.0/8",
        "1000.0.0.1",
    ],
)
def test_what_is_no_address_is_named(wrong):
    with pytest.raises(ValueError) as raised:
        number(wrong)
    assert str(raised.value).startswith(f"{wrong!r} is not an IPv4 address: expected")


def test_what_is_no_text_is_no_address_and_no_block():
    with pytest.raises(ValueError, match="7 is not an IPv4 address"):
        number(7)
    with pytest.raises(ValueError, match="7 is not a CIDR block"):
        block(7)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "10.0.0.0",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/8/8",
        "10.0.0/8",
        "10.0.0.0/a",
        "10.0.0.0/024",
    ],
)
def test_what_is_no_block_is_named(wrong):
    with pytest.raises(ValueError, match=r"is not (a CIDR block|an IPv4 address): expected"):
        block(wrong)


def test_a_block_with_bits_behind_its_prefix_is_refused_and_the_right_one_said():
    with pytest.raises(ValueError) as raised:
        block("10.0.1.7/24")
    assert str(raised.value) == "'10.0.1.7/24' has bits set after its prefix: expected 10.0.1.0/24"


@settings(max_examples=100, derandomize=True)
@given(numbers, st.integers(0, 32))
def test_a_block_holds_what_shares_its_prefix(value, prefix):
    first = value >> 32 - prefix << 32 - prefix
    cidr = f"{text(first)}/{prefix}"
    assert block(cidr) == (first, first + (1 << 32 - prefix) - 1, prefix)
    assert contains(cidr, text(value))
    if prefix:
        assert not contains(cidr, text(value ^ 1 << 32 - prefix))


@pytest.mark.parametrize(
    ("address", "private"),
    [
        ("10.0.0.0", True),
        ("10.255.255.255", True),
        ("11.0.0.0", False),
        ("172.15.255.255", False),
        ("172.16.0.0", True),
        ("172.31.255.255", True),
        ("172.32.0.0", False),
        ("192.168.0.1", True),
        ("192.169.0.0", False),
        ("203.0.113.10", False),
    ],
)
def test_private_addresses_are_those_of_rfc_1918(address, private):
    assert is_private(address) is private


# --- spread ------------------------------------------------------------------------------------


def test_spread_is_the_same_whatever_the_hash_seed():
    program = (
        "from vpcedu.flow import spread; print(spread(0, 'web', '10.0.1.10', 80), spread('a', 'b'))"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed},
            text=True,
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "77")
    }
    assert printed == {f"{spread(0, 'web', '10.0.1.10', 80)} {spread('a', 'b')}\n"}


def test_spread_tells_words_apart_by_where_they_end():
    assert len({spread("ab", "c"), spread("a", "bc"), spread("abc"), spread("", "abc")}) == 4


def test_spread_fills_32_bits_evenly():
    values = [spread(0, "client", port) for port in range(4_096)]
    assert len(set(values)) == 4_096
    for half in (sum(value >> bit & 1 for value in values) for bit in range(32)):
        assert 1_700 < half < 2_400
