"""The PROXY protocol, byte for byte."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rigs.counted import growth

from vpcedu.address import text
from vpcedu.flow import Endpoint
from vpcedu.protocols import proxy_protocol
from vpcedu.protocols.proxy_protocol import SIGNATURE, Header, local, parse, version_1, version_2

CLIENT, NODE = Endpoint("203.0.113.10", 50_001), Endpoint("10.0.0.30", 80)
V2 = "0d0a0d0a000d0a515549540a" + "21" + "11" + "000c" + "cb00710a" + "0a00001e" + "c351" + "0050"
TLVS = st.lists(st.tuples(st.integers(0xE0, 0xEF), st.binary(max_size=40)), max_size=3).map(tuple)
ENDPOINTS = st.builds(Endpoint, st.integers(0, 2**32 - 1).map(text), st.integers(0, 65_535))


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(proxy_protocol).failed == 0


@pytest.mark.fact("pp2-sig", "pp2-b13", "pp2-b14", "pp2-len", "pp2-addr")
def test_version_2_is_these_28_bytes():
    assert version_2(CLIENT, NODE).hex() == V2


@pytest.mark.fact("pp1-format")
def test_aws_s_own_example_line_is_read():
    line = b"PROXY TCP4 198.51.100.22 203.0.113.7 35646 80\r\n"
    assert parse(line + b"GET /") == (
        Header(1, 1, Endpoint("198.51.100.22", 35_646), Endpoint("203.0.113.7", 80)),
        len(line),
    )


@pytest.mark.fact("pp2-b13")
def test_a_health_check_s_header_is_local_and_names_nobody():
    assert parse(local()) == (Header(2, 0, None, None), 16)


@pytest.mark.fact("pp2-tlv")
@given(ENDPOINTS, ENDPOINTS, TLVS, st.booleans(), st.binary(max_size=20))
@settings(derandomize=True, max_examples=200)
def test_what_is_written_is_read_back_and_the_data_behind_it_is_left(
    source, destination, tlvs, checksum, behind
):
    data = version_2(source, destination, tlvs, checksum)
    header, taken = parse(data + behind)
    assert (header.source, header.destination, taken) == (source, destination, len(data))
    assert header.tlvs[: len(tlvs)] == tlvs
    assert parse(version_1(source, destination) + behind)[0][:4] == (1, 1, source, destination)


@pytest.mark.parametrize(
    "whole", [version_1(CLIENT, NODE), version_2(CLIENT, NODE, ((0xEA, b"\x01vpce-1"),), True)]
)
def test_every_beginning_of_a_header_is_incomplete_and_no_more(whole):
    assert [parse(whole[:size]) for size in range(len(whole))] == [None] * len(whole)
    assert parse(whole)[1] == len(whole)


@pytest.mark.fact("nlb-pp2-tlv", "pp2-tlv")
def test_the_endpoint_id_of_privatelink_is_read():
    header, _ = parse(version_2(CLIENT, NODE, ((0xEA, b"\x01vpce-0123456789abcdef0"),)))
    assert header.vpc_endpoint_id == "vpce-0123456789abcdef0"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"GET / HTTP/1.1\r\n", "signature"),
        (b"PROXY TCP4 203.0.113.10 10.0.0.30 50001\r\n", "expected 'PROXY TCP4"),
        (b"PROXY TCP4 203.0.113.999 10.0.0.30 1 2\r\n", "not an IPv4 address"),
        (b"PROXY TCP4 203.0.113.1 10.0.0.30 1 99999\r\n", "not an endpoint"),
        (b"PROXY TCP4 " + b"1" * 120, "end of line"),
        (SIGNATURE + b"\x31\x11\0\x0c", "version and command"),
        (SIGNATURE + b"\x22\x11\0\x0c", "version and command"),
        (SIGNATURE + b"\x21\x41\0\x0c", "family"),
        (SIGNATURE + b"\x21\x11\0\x0b", "bytes of addresses"),
        (bytes.fromhex(V2[:28] + "0010" + V2[32:] + "ea00ff00"), "a field of 255 bytes"),
    ],
)
def test_what_can_never_become_a_header_is_refused_with_the_reason(data, why):
    with pytest.raises(ValueError, match=why):
        parse(data)


def test_a_wrong_checksum_is_refused():
    data = bytearray(version_2(CLIENT, NODE, checksum=True))
    data[20] ^= 1
    with pytest.raises(ValueError, match="CRC-32c"):
        parse(bytes(data))


@pytest.mark.parametrize(
    "data",
    [
        b"PROXY UNKNOWN\r\n",
        b"PROXY TCP6 2001:db8::1 2001:db8::2 1 2\r\n",
        SIGNATURE + b"\x21\x00\0\0",
        SIGNATURE + b"\x21\x21\0\x24" + bytes(36),
    ],
)
def test_unknown_and_ipv6_connections_are_accepted_and_name_nobody(data):
    header, taken = parse(data)
    assert (header.source, header.destination, taken) == (None, None, len(data))


@pytest.mark.parametrize(
    "line",
    [
        "PROXY TCP6",
        "PROXY TCP6 ",
        "PROXY TCP6 2001:db8::1 2001:db8::2 1",
        "PROXY TCP6 2001:db8::1 2001:db8::2 1 2 3",
        "PROXY TCP6 2001:db8::1  2001:db8::2 1 2",
        "PROXY TCP6 203.0.113.10 10.0.0.30 1 2",
        "PROXY TCP6 2001:db8::1 10.0.0.30 1 2",
        "PROXY TCP6 2001:db8::1::2 2001:db8::2 1 2",
        "PROXY TCP6 2001:db8:1 2001:db8::2 1 2",
        "PROXY TCP6 2001:db8::12345 2001:db8::2 1 2",
        "PROXY TCP6 2001:db8::1%eth0 2001:db8::2 1 2",
        "PROXY TCP6 ::ffff:10.0.0.1 2001:db8::2 1 2",
        "PROXY TCP6 2001:db8::g 2001:db8::2 1 2",
        "PROXY TCP6 2001:db8::1 2001:db8::2 1 65536",
        "PROXY TCP6 2001:db8::1 2001:db8::2 080 2",
        "PROXY TCP6 2001:db8::1 2001:db8::2 1 02",
        "PROXY TCP4 203.0.113.10 10.0.0.30 1 080",
        "PROXY TCP4 203.0.113.10 10.0.0.30 00 80",
        "PROXY TCP4 203.0.113.010 10.0.0.30 1 80",
        "PROXY TCP4 203.0.113.10 10.0.0.30 +1 80",
        "PROXY TCP4 203.0.113.10 10.0.0.30 1_0 80",
        "PROXY TCP4 203.0.113.10 10.0.0.30 \u00b2 80",
        "PROXY TCP4 203.0.113.10 10.0.0.30 1 80\r",
        "PROXY TCP4 203.0.113.10 10.0.0.30 1 80 ",
        "PROXY TCP4 2001:db8::1 2001:db8::2 1 80",
        "PROXY tcp4 203.0.113.10 10.0.0.30 1 80",
        "PROXY UNKNOWNS",
        "PROXY UDP4 203.0.113.10 10.0.0.30 1 80",
    ],
)
def test_a_line_that_is_not_exactly_of_version_1_is_refused(line):
    """PROXY protocol, section 2.1: no heading zeroes, one space, the family's own addresses."""
    with pytest.raises(ValueError, match="expected"):
        parse(line.encode("latin-1") + b"\r\n")


@pytest.mark.parametrize(
    "line",
    [
        "PROXY TCP6 :: ::1 0 65535",
        "PROXY TCP6 FFFF:ffff:ffff:ffff:ffff:ffff:ffff:ffff 1:2:3:4:5:6:7:8 65535 65535",
        "PROXY TCP4 255.255.255.255 0.0.0.0 65535 0",
        "PROXY UNKNOWN",
        "PROXY UNKNOWN ",
        "PROXY UNKNOWN whatever \xff \n is not looked at",
        "PROXY UNKNOWN " + "f" * 91,  # 107 bytes with CR LF, the longest
    ],
)
def test_every_line_that_section_2_1_allows_is_accepted(line):
    """PROXY protocol, section 2.1: the longest line has 107 bytes, UNKNOWN is accepted."""
    data = line.encode("latin-1") + b"\r\n"
    assert len(data) <= 107 and parse(data + b"GET")[1] == len(data)


def test_a_line_of_108_bytes_is_refused():
    """PROXY protocol, section 2.1: CR LF is within the first 107 bytes."""
    with pytest.raises(ValueError, match="no end of line in 107 bytes"):
        parse(b"PROXY UNKNOWN " + b"f" * 92 + b"\r\n")


@pytest.mark.parametrize("family", range(256))
def test_of_version_2_only_the_families_of_section_2_2_are_accepted(family):
    """PROXY protocol, section 2.2: seven bytes are expected, others refused."""
    data = SIGNATURE + bytes((0x21, family)) + (216).to_bytes(2, "big") + bytes(216)
    if family in (0x00, 0x11, 0x12, 0x21, 0x22, 0x31, 0x32):
        header, taken = parse(data)
        assert taken == len(data)
        assert (header.source is None) == (family not in (0x11, 0x12))
    else:
        with pytest.raises(
            ValueError, match=f"family and transport {family:#04x}: expected one of"
        ):
            parse(data)


@pytest.mark.parametrize("family", [0x00, 0x11, 0x21, 0x41, 0xFF])
@pytest.mark.parametrize("size", [0, 3, 12, 300])
def test_a_local_header_is_accepted_and_skipped_whatever_it_holds(family, size):
    """PROXY protocol, section 2.2: LOCAL is accepted, its family ignored, its length skipped."""
    data = SIGNATURE + bytes((0x20, family)) + size.to_bytes(2, "big") + b"\xff" * size
    assert parse(data + b"GET") == (Header(2, 0, None, None), len(data))


def test_what_stands_in_an_unspecified_header_is_ignored():
    """PROXY protocol, section 2.2: with UNSPEC the receiver ignores address information."""
    data = SIGNATURE + b"\x21\x00\0\x05" + b"\xff" * 5
    assert parse(data) == (Header(2, 1, None, None), len(data))


def test_a_header_that_arrives_byte_by_byte_is_looked_at_once():
    def arrive(size):
        buffer = bytearray()
        for byte in version_2(CLIENT, NODE, ((0xE0, bytes(size)),))[:-1]:
            buffer.append(byte)
            assert parse(buffer) is None

    assert growth(arrive, 100) < 2.1


@given(st.binary(max_size=60), st.booleans())
@settings(derandomize=True, max_examples=300)
def test_hostile_bytes_are_refused_or_wait_and_nothing_else(data, signed):
    data = SIGNATURE + data if signed else data
    try:
        found = parse(data)
    except ValueError:
        return
    assert found is None or found[1] <= len(data)


def test_a_server_that_expects_no_header_saw_bytes_and_that_is_told():
    from vpcedu import reference_vpc
    from vpcedu.sites.reference import TARGETS
    from vpcedu.sites.site import Site

    vpc = reference_vpc("network").replace(TARGETS, TARGETS._replace(proxy_protocol_v2=True))
    visit = Site(vpc).get("http://www.example.com/")
    assert visit.symptom == "400 Bad Request"
    assert visit.seen.splitlines()[0].startswith(
        "What web received: a connection from 203.0.113.10:"
    )
    assert visit.seen.splitlines()[0].endswith(", and bytes that are not an HTTP request:")
    assert "QUIT" in visit.seen and "GET / HTTP/1.1" in visit.seen
    closed = vpc.without(
        next(row for row in vpc.group_rules if (row.group, row.direction) == ("sg-web", "in"))
    )
    assert Site(closed).get("http://www.example.com/").seen == "No server saw anything."


def test_a_header_of_version_2_holds_65535_bytes_and_not_one_more():
    """Its length has two bytes, addresses and fields together (PROXY protocol, section 2.2)."""
    most = 65_535 - 12 - 3 - 7  # addresses, the field's head, the checksum
    assert parse(version_2(CLIENT, NODE, ((0xEE, b"x" * most),), True))[0].source == CLIENT
    with pytest.raises(ValueError, match="65536 bytes of addresses and fields: expected at most"):
        version_2(CLIENT, NODE, ((0xEE, b"x" * (most + 1)),), True)


def test_a_bad_port_of_an_ipv6_line_is_named_as_it_was_written():
    """The PROXY protocol, section 2.1."""
    with pytest.raises(ValueError, match="port '080': expected a number from 0 to 65535"):
        parse(b"PROXY TCP6 2001:db8::1 2001:db8::2 080 2\r\n")
