"""Messages stay short: whatever is given, an error takes a few lines and says what it expected."""

from __future__ import annotations

import json

import pytest

from vpcedu import Endpoint, Packet, address, aws, draw, lab, reference_architecture
from vpcedu.__main__ import main
from vpcedu.aws.located import At
from vpcedu.protocols import http, proxy_protocol
from vpcedu.quoting import MOST, plain, quoted
from vpcedu.views.logs import access_entry, flow_record

LONG = "x" * 2_000_000
BYTES, DIGITS = LONG.encode(), "1" * 2_000_000
LONGEST = 1_200  # letters of a message
SITE = reference_architecture()
VISIT = SITE.get("http://www.example.com/")
EXAMPLE = str(aws.example())


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("a\nb", "'a\\nb'"),
        (b"\0", "b'\\x00'"),
        (3, "3"),
        ("x" * 198, "'" + "x" * 198 + "'"),
        ("x" * 199, "'" + "x" * 199 + "... (201 letters in all)"),
        (LONG, "'" + "x" * 199 + "... (2,000,002 letters in all)"),
    ],
)
def test_a_value_is_quoted_up_to_a_limit(value, words):
    assert quoted(value) == words and MOST == 200


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("my net/ü.json", "my net/ü.json"),
        ("a\r\nb\x1b", "a\\r\\nb\\x1b"),
        ("\udce4", "\\udce4"),
        ("x" * 201, "x" * 200 + "... (201 letters in all)"),
    ],
)
def test_a_name_is_plain_where_it_fits_on_a_line(name, words):
    assert plain(name) == words


SEGMENT = "10.0.1.5:1 > 10.0.0.1:2 [{}] seq {} ack 0 len 0"
HEAD = b"GET / HTTP/1.1\r\n"
ASKED = {
    "number": lambda: address.number(LONG),
    "block": lambda: address.block("10.0.0.0/" + LONG),
    "end point": lambda: Endpoint.parse("1.2.3.4:" + LONG),
    "packet": lambda: Packet.parse(LONG),
    "flags": lambda: Packet.parse(SEGMENT.format(LONG, 1)),
    "sequence number": lambda: Packet.parse(SEGMENT.format("S", DIGITS)),
    "option": lambda: Packet.parse(SEGMENT.format("S", 1) + f" <{LONG}>"),
    "balancer": lambda: reference_architecture(LONG),
    "seed": lambda: reference_architecture(seed=LONG),
    "URL": lambda: SITE.get("ftp://" + LONG),
    "host name": lambda: SITE.get("http://" + LONG),
    "opener": lambda: SITE.connect(LONG, "web", 1),
    "row": lambda: SITE.without(LONG),
    "device": lambda: VISIT.save_pcap("x.pcap", at=LONG),
    "fields": lambda: VISIT.flow_log("web", fields=LONG),
    "suffix": lambda: draw.ladder(VISIT).save(LONG),
    "theme": lambda: draw.ladder(VISIT).svg(LONG),
    "grid": lambda: lab.sweep(dict, LONG),
    "start line": lambda: http.take(bytearray(BYTES + b"\r\n\r\n")),
    "header": lambda: http.take(bytearray(HEAD + BYTES + b"\r\n\r\n")),
    "length": lambda: http.take(bytearray(HEAD + b"Content-Length: " + BYTES + b"\r\n\r\n")),
    "PROXY": lambda: proxy_protocol.parse(b"PROXY " + BYTES + b"\r\n"),
    "flow log": lambda: flow_record.parse("2 123456789010 " + LONG + " x" * 11),
    "access log": lambda: access_entry.parse("h2 " + LONG + " a" * 30),
    "scenario": lambda: lab.scenario(LONG),
}


@pytest.mark.parametrize("asked", ASKED)
def test_an_error_of_the_library_is_short(asked):
    with pytest.raises(ValueError) as caught:
        ASKED[asked]()
    assert len(str(caught.value)) < LONGEST and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "value",
    [
        LONG,
        {LONG: 1},
        {"Vpcs": LONG},
        {"Vpcs": [{"VpcId": LONG}]},
        {"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": LONG}]},
        {"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": {LONG: LONG}}]},
        {"Vpcs": [{LONG: {"CidrBlock": 1}, "VpcId": 7}]},
        {"For": LONG, "Output": {LONG: [LONG]}},
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_said_of_a_file_is_short(tmp_path, value):
    (tmp_path / "a.json").write_text(json.dumps(value))
    try:
        said = [str(note) for note in aws.load(tmp_path).report]
    except ValueError as error:
        said = [str(error)]
    assert said and all(len(words) < LONGEST for words in said)


def test_a_path_of_fields_is_short():
    at = At(7, LONG, At({}, "a.json"))
    assert len(str(at.refusal("a list"))) < LONGEST


@pytest.mark.parametrize(
    "words",
    [
        [LONG],
        ["--balancer", LONG],
        ["--seed", DIGITS],
        ["--json=" + LONG],
        ["ask", EXAMPLE, "--from", LONG, "--to", "internet", "--port", "80"],
        ["ask", EXAMPLE, "--from", "internet", "--to", "shop", "--port", DIGITS],
        ["audit", LONG],
        ["audit", "reference:" + LONG],
        ["audit", EXAMPLE, "--map", LONG + ".svg"],
        ["audit", EXAMPLE, "--vpc", LONG],
        ["scenario", LONG],
        ["puzzle", "--faults", LONG],
        ["puzzle", "--try", LONG],
        ["puzzle", "--try", "add route a 10.0.0.0/8 " + LONG],
        ["puzzle", "--try", "change 1 ports \x1b[2J"],
    ],
    ids=lambda words: " ".join(words)[:30],
)
def test_an_error_of_the_command_line_is_short(capsys, words):
    code = main(words)
    said = capsys.readouterr()
    last = (said.out + said.err).splitlines()[-1]
    assert code in (1, 2) and len(last) < LONGEST and last.isprintable() and "expected" in last
