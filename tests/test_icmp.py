"""ICMP "destination unreachable": every field back, both checksums, and nothing believed that is not there."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vpcedu import FiveTuple, Packet
from vpcedu.packet import SYN
from vpcedu.views.icmp import FRAGMENTATION_NEEDED, PORT, decode, unreachable
from vpcedu.views.wire import WireError, encode

PACKET = Packet(FiveTuple("10.0.1.10", 40_000, "198.51.100.7", 443), SYN, 7, options=(("mss", 1_460),), data=b"x" * 99)


@pytest.mark.parametrize(("code", "mtu"), [(PORT, 0), (13, 0), (FRAGMENTATION_NEEDED, 1_400), (0, 0)])
def test_what_is_written_is_read_back(code, mtu):
    message, right = decode(unreachable("10.0.0.1", PACKET, code, mtu))
    assert message == ("10.0.0.1", "10.0.1.10", code, mtu, PACKET.flow, 7)
    assert right


def test_it_quotes_the_header_and_eight_bytes_and_nothing_more():
    data = unreachable("10.0.0.1", PACKET, FRAGMENTATION_NEEDED, 1_400, identification=5)
    assert data[28:] == encode(PACKET, 5)[:28]
    assert data[20:28].hex()[:4] == "0304"  # type 3, code 4
    assert int.from_bytes(data[26:28], "big") == 1_400  # RFC 1191: the last two of the four unused bytes


@pytest.mark.parametrize(("code", "mtu"), [(16, 0), (-1, 0), (4, 65_536), (4, -1), (1, 1_400)])
def test_numbers_that_do_not_fit_are_refused(code, mtu):
    with pytest.raises(ValueError, match="expected a code"):
        unreachable("10.0.0.1", PACKET, code, mtu)


def test_cut_short_at_any_byte_is_an_error():
    data = unreachable("10.0.0.1", PACKET, PORT)
    for cut in range(len(data)):
        with pytest.raises(WireError):
            decode(data[:cut])


@settings(derandomize=True, max_examples=300)
@given(st.integers(0, 55), st.integers(1, 255), st.integers(0, 56))
def test_a_changed_byte_is_noticed_or_refused(place, change, cut):
    data = bytearray(unreachable("10.0.0.1", PACKET, PORT))
    data[place] ^= change
    with suppress(WireError):
        assert not decode(bytes(data))[1]
    with suppress(WireError):
        decode(bytes(data[cut:]))
