"""ICMP errors as values, as text and as bytes: every field comes back.

Nothing is believed that is not there.
"""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_packet import flows, packets, ports

from vpcedu import FiveTuple, Packet
from vpcedu.address import text
from vpcedu.flow import ICMP
from vpcedu.icmp import FRAGMENTATION_NEEDED, HOST, PORT, Icmp, icmp_port
from vpcedu.packet import ACK, SYN
from vpcedu.tables.network_acl import ALLOW, ANY, IN, AclEntry
from vpcedu.tables.security_group import GroupRule
from vpcedu.views.bytes.ipv4 import OtherPacket, WireError, checksum
from vpcedu.views.bytes.wire import decode, encode

ROUTER = "203.0.113.254"
PACKET = Packet(
    FiveTuple("10.0.1.10", 40_000, "198.51.100.7", 443),
    SYN,
    7,
    options=(("mss", 1_460),),
    data=b"x" * 99,
)
routers = st.integers(0, 2**32 - 1).map(text)
codes = st.integers(0, 15)


def error(packet, router, code, mtu):
    return packet.unreachable(router, code, mtu if code == FRAGMENTATION_NEEDED else 0)


errors = st.builds(error, packets, routers, codes, ports)


# --- the value ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "mtu", "words"),
    [
        (HOST, 0, "ICMP host unreachable"),
        (PORT, 0, "ICMP port unreachable"),
        (9, 0, "ICMP unreachable - #9"),
        (FRAGMENTATION_NEEDED, 1_400, "ICMP unreachable - need to frag (mtu 1400)"),
    ],
)
def test_an_error_goes_to_the_sender_and_says_about_which_packet_as_tcpdump_does(code, mtu, words):
    about = "about 10.0.1.10:40000 > 198.51.100.7:443 seq 7 length 143"
    assert (
        str(PACKET.unreachable(ROUTER, code, mtu)) == f"203.0.113.254 > 10.0.1.10: {words}, {about}"
    )


@settings(max_examples=200, derandomize=True)
@given(errors)
def test_the_text_of_an_error_is_read_back(packet):
    assert Packet.parse(str(packet)) == packet


GOOD = str(PACKET.unreachable(ROUTER, FRAGMENTATION_NEEDED, 1_400))


@pytest.mark.parametrize(
    "wrong",
    [
        GOOD.replace("seq", "sec"),
        GOOD.replace("need to frag", "no"),
        GOOD.replace("1400", "65536"),
        GOOD.replace("1400)", "1400"),
        GOOD.replace("203.0.113.254 >", ">"),
        GOOD.replace("10.0.1.10:", "10.0.1.256:"),
        GOOD.replace(", about", ""),
        GOOD.replace("unreachable - need to frag", "host unreachable"),
    ],
)
def test_wrong_text_of_an_error_is_refused(wrong):
    with pytest.raises(ValueError, match="is not a packet"):
        Packet.parse(wrong)


@pytest.mark.parametrize(("code", "mtu"), [(16, 0), (-1, 0), (4, 65_536), (4, -1), (1, 1_400)])
def test_numbers_that_do_not_fit_are_refused(code, mtu):
    with pytest.raises(ValueError, match="a code from 0 to 15"):
        PACKET.unreachable(ROUTER, code, mtu)


def test_no_error_is_sent_about_an_error():
    with pytest.raises(ValueError, match="expected a TCP packet"):
        PACKET.unreachable(ROUTER, HOST).unreachable(ROUTER, HOST)


@settings(max_examples=100, derandomize=True)
@given(errors, flows)
def test_a_translated_error_is_about_the_other_flow_and_still_goes_to_who_sent_that(packet, flow):
    onward = packet.with_flow(flow)
    assert onward.about == flow
    assert onward.flow.dst == onward.icmp.flow.src == flow.dst
    assert onward.flow.dport == packet.flow.dport
    assert onward.icmp._replace(flow=packet.icmp.flow) == packet.icmp


@pytest.mark.fact("nat-icmp")
def test_outward_an_error_gets_the_nat_s_source_and_inward_the_router_keeps_its_own():
    inward = Packet(FiveTuple("192.0.2.20", 5, "198.51.100.7", 443), ACK).unreachable(ROUTER, HOST)
    assert inward.with_flow(inward.about._replace(dst="10.0.1.10", dport=7)).flow.src == ROUTER
    outward = Packet(FiveTuple("198.51.100.7", 443, "10.0.1.10", 7), ACK).unreachable(
        "10.0.1.1", HOST
    )
    # REQ-5c
    assert (
        outward.with_flow(outward.about._replace(src="192.0.2.20", sport=5)).flow.src
        == "192.0.2.20"
    )


@given(packets)
@settings(max_examples=100, derandomize=True)
def test_the_size_of_a_packet_is_the_number_of_its_bytes(packet):
    with suppress(ValueError):  # options that no TCP header holds
        assert packet.size == len(encode(packet))
    assert packet.unreachable(ROUTER, HOST).size == len(encode(packet.unreachable(ROUTER, HOST)))


def test_a_rule_for_icmp_says_type_and_code():
    assert icmp_port(3, 4) == 772
    rules = [
        AclEntry("acl", 90, IN, ALLOW, ICMP, ports, "0.0.0.0/0").what
        for ports in ((3, 4), (3, -1), (-1, -1))
    ]
    assert rules == [
        f"allow icmp{words} from 0.0.0.0/0" for words in (" type 3 code 4", " type 3", "")
    ]
    assert (
        str(GroupRule("sg", IN, (3, 4), "0.0.0.0/0", ICMP))
        == "sg in icmp type 3 code 4 from 0.0.0.0/0"
    )
    assert (
        AclEntry("acl", 90, IN, ALLOW, ANY, (0, 65_535), "0.0.0.0/0").what
        == "allow all from 0.0.0.0/0"
    )


# --- the bytes ------------------------------------------------------------------------------


@settings(max_examples=200, derandomize=True)
@given(errors, st.integers(0, 65_535), st.integers(1, 255))
def test_bytes_that_are_written_are_read_back(packet, identification, ttl):
    assert decode(b"in front" + encode(packet, identification, ttl) + b"padding", 8) == (
        packet,
        ttl,
        identification,
        True,
        0,
    )


def test_it_quotes_the_header_and_eight_bytes_and_nothing_more():
    data = encode(PACKET.unreachable(ROUTER, FRAGMENTATION_NEEDED, 1_400), 5)
    assert data[28:] == encode(PACKET)[:28]
    assert data[20:28].hex()[:4] == "0304"  # type 3, code 4
    # RFC 1191: the last two of the four unused bytes
    assert int.from_bytes(data[26:28], "big") == 1_400


def test_what_quotes_more_than_it_must_is_read_too():
    packet = PACKET.unreachable(ROUTER, PORT)
    data = bytearray(encode(packet) + encode(PACKET)[28:])
    data[2:4], data[10:12], data[22:24] = len(data).to_bytes(2, "big"), bytes(2), bytes(2)
    data[10:12] = checksum(bytes(data[:20])).to_bytes(2, "big")
    data[22:24] = checksum(bytes(data[20:])).to_bytes(2, "big")
    assert decode(bytes(data)) == (packet, 64, 0, True, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"mtu": 65_536},
        {"size": 65_536},
        {"seq": 2**32},
        {"seq": -1},
        {"flow": FiveTuple("10.0.0.1", 1, "10.0.0.2", 2, 17)},
    ],
)
def test_what_does_not_fit_into_the_bytes_is_refused(wrong):
    packet = PACKET.unreachable(ROUTER, FRAGMENTATION_NEEDED, 1_400)
    with pytest.raises(ValueError):
        encode(packet._replace(icmp=packet.icmp._replace(**wrong)))


@settings(max_examples=50, derandomize=True)
@given(errors)
def test_an_mtu_without_code_4_and_another_type_are_no_packet(packet):
    other = packet._replace(
        icmp=Icmp(1, *packet.icmp[1:]), flow=packet.flow._replace(dport=icmp_port(3, 1))
    )
    echo = packet._replace(flow=packet.flow._replace(dport=icmp_port(8, 0)))
    for wrong in (other, echo):
        with pytest.raises(ValueError, match="expected"):
            encode(wrong)


def test_another_message_or_quoted_protocol_is_told_apart():
    data = bytearray(encode(PACKET.unreachable(ROUTER, PORT)))
    for place, value in ((20, 8), (37, 17), (28, 0x65)):  # an echo; about UDP; about IPv6
        other = bytearray(data)
        other[place] = value
        with pytest.raises(OtherPacket):
            decode(bytes(other))


def test_cut_short_at_any_byte_is_an_error():
    data = encode(PACKET.unreachable(ROUTER, PORT))
    for cut in range(len(data)):
        with pytest.raises(WireError):
            decode(data[:cut])


@settings(derandomize=True, max_examples=300)
@given(st.integers(0, 55), st.integers(1, 255), st.integers(0, 56))
def test_a_changed_byte_is_noticed_or_refused(place, change, cut):
    data = bytearray(encode(PACKET.unreachable(ROUTER, PORT)))
    data[place] ^= change
    with suppress(WireError):
        assert not decode(bytes(data)).checksums
    with suppress(WireError):
        decode(bytes(data[cut:]))
