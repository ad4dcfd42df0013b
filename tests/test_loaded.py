"""A capture file as text, ladder and picture: what was seen, and no reasons."""

from __future__ import annotations

import pytest

from vpcedu import draw, lab, reference_architecture
from vpcedu.views.bytes.pcap_read import PcapError

URL = "http://www.example.com/"


@pytest.fixture
def loaded(tmp_path):
    path = tmp_path / "elb.pcap"
    reference_architecture().get(URL).save_pcap(path, at="ELB node")
    return lab.load_pcap(path)


def test_what_one_device_saw_comes_back_in_order_with_hosts_named_by_their_addresses(loaded):
    visit = reference_architecture().get(URL)
    here = [
        t.packet if t.sender == "ELB node" else t.last.before
        for t in visit.capture
        if "ELB node" in t.devices
    ]
    assert [trace.packet for trace in loaded.capture] == here
    met = {device for trace in loaded.capture for device in trace.devices}
    assert met == {"203.0.113.10", "10.0.0.10", "10.0.1.10"}


def test_the_text_has_both_connections_a_ladder_and_no_reasons(loaded):
    words = str(loaded)
    assert "elb.pcap: 22 packets, as seen" in words
    assert "Connection 1: 203.0.113.10:51828 and 10.0.0.10:80" in words
    assert "|<- 200 OK 80>19404 --|" in words
    for word in ("group", "route", "NAT", "gateway rewrites"):
        assert word not in words


def test_the_picture_shows_a_proxy_between_two_connections_and_claims_no_place(loaded):
    picture = draw.ladder(loaded)
    said = [item.words for item in picture.scene.items if hasattr(item, "words")]
    assert "two sockets" in said and said.count("10.0.0.10") == 1
    assert not any("outside" in words or "VPC" in words or "Internet" in words for words in said)


def test_an_empty_file_is_an_empty_capture(tmp_path):
    path = tmp_path / "none.pcap"
    reference_architecture().get(URL).save_pcap(path, at="NAT")
    assert len(lab.load_pcap(path).capture) == 0 and "0 packets" in str(lab.load_pcap(path))


def test_a_file_that_is_no_capture_is_named_with_the_offset(tmp_path):
    path = tmp_path / "x.pcap"
    path.write_bytes(b"hello")
    with pytest.raises(PcapError) as caught:
        lab.load_pcap(path)
    assert caught.value.offset == 0
