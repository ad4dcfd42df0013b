"""HTTP messages as bytes, and what a balancer says of the client in X-Forwarded headers."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rigs.counted import growth

from vpcedu.flow import Endpoint
from vpcedu.protocols import forwarded, http
from vpcedu.protocols.forwarded import believed, chain_of, forward
from vpcedu.protocols.http import Incoming, Message, request, response, take

CLIENT, NODE = Endpoint("203.0.113.10", 50_001), Endpoint("10.0.0.10", 443)
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize("module", [http, forwarded])
def test_the_examples_in_the_docstrings_hold(module):
    assert doctest.testmod(module).failed == 0


@given(st.binary(max_size=200), st.lists(st.integers(1, 60), max_size=6), st.booleans())
@settings(derandomize=True, max_examples=150)
def test_a_chunked_body_is_the_same_however_it_is_cut(body, sizes, trailer):
    data, rest = bytearray(CHUNKED), body
    for size in sizes:
        if rest:
            piece, rest = rest[:size], rest[size:]
            data += b"%x;note=1\r\n%b\r\n" % (len(piece), piece)
    if rest:
        data += b"%X\r\n%b\r\n" % (len(rest), rest)
    data += b"0\r\n" + (b"X-Sum: 7\r\n" if trailer else b"") + b"\r\n"
    buffer = bytearray()
    for byte in data[:-1]:
        buffer.append(byte)
        assert take(buffer) is None
    buffer += data[-1:] + b"HTTP/1.1 204"
    message = take(buffer)
    assert (message.body, bytes(buffer)) == (body, b"HTTP/1.1 204")
    assert take(bytearray(bytes(message))) == message


MANY_CHUNKS = "a chunk for each byte", b"Transfer-Encoding: chunked", b"1\r\nx\r\n", b"0\r\n\r\n"
LONG_CHUNK = "one chunk", b"Transfer-Encoding: chunked\r\n\r\n4000", b"x" * 6, b""
TRAILERS = "trailers", b"Transfer-Encoding: chunked\r\n\r\n0", b"A: b\r\n", b"\r\n"
LENGTH = "a length", b"Content-Length: 9999", b"x" * 6, b""
HEAD = "a head", b"First: 1", b"A: b\r\n", b""


@pytest.mark.parametrize(
    "case", [MANY_CHUNKS, LONG_CHUNK, TRAILERS, LENGTH, HEAD], ids=lambda c: c[0]
)
def test_a_message_that_arrives_byte_by_byte_is_looked_at_once(case):
    _, head, piece, end = case
    between = b"\r\n" if case in (HEAD, LONG_CHUNK, TRAILERS) else b"\r\n\r\n"

    def arrive(n):
        incoming, whole = Incoming(), b"POST / HTTP/1.1\r\n" + head + between + piece * n + end
        for byte in whole[:-1]:
            incoming.buffer.append(byte)
            assert incoming.take() is None

    assert growth(arrive, 16) < 2.1


class Searched(bytearray):
    """Bytes that count how many of them were searched."""

    count = 0

    def find(self, what, start, end):
        self.count += max(0, min(end, len(self)) - start)
        return super().find(what, start, end)


@pytest.mark.parametrize("case", [HEAD, TRAILERS], ids=lambda case: case[0])
def test_the_end_of_a_line_is_searched_for_once(case):
    _, head, _, _ = case
    whole = b"POST / HTTP/1.1\r\n" + head + b"\r\nLong: " + b"x" * 2_000
    incoming = Incoming(Searched())
    for byte in whole:
        incoming.buffer.append(byte)
        assert incoming.take() is None
    assert incoming.buffer.count < 6 * len(whole)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=30), st.booleans())
@settings(derandomize=True, max_examples=100)
def test_messages_one_after_the_other_are_the_same_however_they_are_cut(sizes, ended):
    chunked = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nX: y\r\n\r\n"
    )
    with_length = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
    until_end = b"HTTP/1.1 200 OK\r\n\r\nlast"
    rest, incoming, found = chunked + with_length + chunked + until_end, Incoming(), []
    while rest:
        size = sizes[len(rest) % len(sizes)]
        incoming.buffer += rest[:size]
        rest = rest[size:]
        while (message := incoming.take()) is not None:
            found.append(message.body)
    assert found == [b"abc", b"hello", b"abc"]
    assert (incoming.take(ended) is not None) == ended
    assert bytes(incoming.buffer) == (b"" if ended else until_end)


@pytest.mark.parametrize(
    "data",
    [
        b"Transfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n0\r\nno trailer\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n-1\r\n",
        b"Content-Length: x\r\n\r\n",
    ],
)
def test_what_was_refused_is_refused_again(data):
    data = b"POST / HTTP/1.1\r\n" + data
    incoming = Incoming(bytearray(data))
    for _ in range(3):
        with pytest.raises(ValueError, match="expected"):
            incoming.take()
    assert incoming.buffer == data


def test_a_response_without_a_length_lasts_until_the_connection_ends():
    buffer = bytearray(b"HTTP/1.0 200 OK\r\nServer: old\r\n\r\nhello")
    assert take(buffer) is None
    assert take(buffer, ended=True).body == b"hello" and not buffer


@pytest.mark.parametrize("status", ["100 Continue", "204 No Content", "304 Not Modified"])
def test_some_responses_have_no_body_whatever_they_say(status):
    buffer = bytearray(f"HTTP/1.1 {status}\r\nContent-Length: 5\r\n\r\nHTTP/".encode())
    assert take(buffer).body == b"" and buffer == b"HTTP/"


def test_headers_keep_their_order_and_spelling():
    data = b"GET /a HTTP/1.1\r\nhOsT: x\r\nB: 2\r\na: 1\r\nB: 3\r\n\r\n"
    message = take(bytearray(data))
    assert message.headers == (("hOsT", "x"), ("B", "2"), ("a", "1"), ("B", "3"))
    assert bytes(message) == data and message.header("HOST") == "x"


@pytest.mark.parametrize(
    ("data", "alive"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", True),
        (b"GET / HTTP/1.1\r\nConnection: Close\r\n\r\n", False),
        (b"GET / HTTP/1.0\r\n\r\n", False),
        (b"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", True),
        (b"HTTP/1.0 204 No\r\n\r\n", False),
    ],
)
def test_whether_a_connection_is_kept_is_read_from_version_and_header(data, alive):
    assert take(bytearray(data)).keeps_alive is alive


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"GET / HTTP/2\r\n\r\n", "start line"),
        (b"GET /\r\n\r\n", "start line"),
        (b"G T / HTTP/1.1\r\n\r\n", "start line"),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", "expected 'Name: value'"),
        (b"GET / HTTP/1.1\r\nA b: 1\r\n\r\n", "header"),
        (b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "Content-Length"),
        (b"GET / HTTP/1.1\r\nContent-Length: 9999999\r\n\r\n", "at most"),
        (b"GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", "expected chunked"),
        (b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", "both"),
        (CHUNKED + b"zz\r\n", "chunk size"),
        (CHUNKED + b"3\r\nabcd\r\n", "expected CR LF"),
        (CHUNKED + b"fffff0\r\n", "at most"),
        (CHUNKED + b"1" * 1_024, "chunk size"),
        (b"x" * 65_537, "head of more than"),
    ],
)
def test_malformed_bytes_are_refused_with_the_reason(data, why):
    with pytest.raises(ValueError, match=why):
        take(bytearray(data))


@given(
    st.binary(max_size=120), st.sampled_from([b"", b"GET / HTTP/1.1\r\n", CHUNKED]), st.booleans()
)
@settings(derandomize=True, max_examples=400)
def test_hostile_bytes_are_a_message_or_incomplete_or_a_value_error(data, head, ended):
    buffer = bytearray(head + data)
    before = bytes(buffer)
    try:
        message = take(buffer, ended)
    except ValueError:
        message = None
    assert message is not None or bytes(buffer) == before


P = "203.0.113.10"


@pytest.mark.fact("alb-xff-mode")
@pytest.mark.parametrize(
    ("sent", "append", "preserve", "remove"),
    [
        (None, P, None, None),
        ("192.0.2.1", f"192.0.2.1, {P}", "192.0.2.1", None),
        ("192.0.2.1, 192.0.2.2", f"192.0.2.1, 192.0.2.2, {P}", "192.0.2.1, 192.0.2.2", None),
    ],
)
def test_the_three_modes_of_x_forwarded_for_give_aws_s_table(sent, append, preserve, remove):
    message = request(
        "GET", "/", "www.example.com", *((("X-Forwarded-For", sent),) if sent else ())
    )
    for mode, seen in (("append", append), ("preserve", preserve), ("remove", remove)):
        onward = forward(message, CLIENT, NODE, "https", mode)
        assert onward.header("X-Forwarded-For") == seen
        assert (onward.header("X-Forwarded-Proto"), onward.header("X-Forwarded-Port")) == (
            "https",
            "443",
        )


@pytest.mark.fact("alb-xff-port")
def test_with_the_client_s_port_only_the_balancer_s_own_entry_carries_it():
    message = request("GET", "/", "x", ("X-Forwarded-For", "192.0.2.1"))
    assert (
        chain_of(forward(message, CLIENT, NODE, client_port=True))
        == "192.0.2.1, 203.0.113.10:50001"
    )
    assert (
        chain_of(forward(message, CLIENT, NODE, mode="preserve", client_port=True)) == "192.0.2.1"
    )


def test_several_headers_of_one_name_are_one_chain_and_the_hop_s_own_header_stays_behind():
    message = request(
        "GET",
        "/",
        "x",
        ("x-forwarded-for", "1.1.1.1"),
        ("Connection", "close"),
        ("X-Forwarded-For", "2.2.2.2"),
    )
    onward = forward(message, CLIENT, NODE)
    assert chain_of(onward) == f"1.1.1.1, 2.2.2.2, {P}" and onward.header("Connection") is None


@pytest.mark.fact("alb-xff-trust")
def test_only_as_many_entries_from_the_right_are_believed_as_balancers_stand_in_front():
    spoofed = request("GET", "/", "x", ("X-Forwarded-For", "127.0.0.1, 198.51.100.9, 203.0.113.10"))
    assert [believed(spoofed, hops) for hops in (1, 2, 3, 4)] == [
        "203.0.113.10",
        "198.51.100.9",
        "127.0.0.1",
        None,
    ]
    assert believed(Message("GET / HTTP/1.1")) is None
    with pytest.raises(ValueError, match="hops 0"):
        believed(spoofed, 0)


def test_an_unknown_mode_is_named():
    with pytest.raises(ValueError, match="mode 'drop'"):
        forward(request("GET", "/", "x"), CLIENT, NODE, mode="drop")


def test_a_response_knows_its_length():
    assert bytes(response("200 OK", "h\u00e9")).endswith(b"Content-Length: 3\r\n\r\nh\xc3\xa9")


# --- limits ---------------------------------------------------------------------------------------


def chunk(size):
    return b"%x\r\n%b\r\n" % (size, b"x" * size)


@pytest.mark.parametrize(
    ("head", "body", "more"),
    [
        (b"HTTP/1.0 200 OK\r\n\r\n", b"x" * http.LARGEST_BODY, b"x"),
        (CHUNKED, chunk(http.LARGEST_BODY), b"1\r\n"),
        (CHUNKED, chunk(http.LARGEST_BODY - 1) + chunk(1), b"1\r\n"),
    ],
)
def test_a_body_may_have_so_many_bytes_and_not_one_more(head, body, more):
    assert take(bytearray(head + body)) is None  # it may still end here
    with pytest.raises(ValueError, match=f"a body of more than {http.LARGEST_BODY} bytes"):
        take(bytearray(head + body + more))


def test_trailers_may_have_so_many_bytes_and_not_one_more():
    head = CHUNKED + b"0\r\n"
    trailers = (b"A: 1\r\n" * http.LARGEST_HEAD)[: http.LARGEST_HEAD - 1]
    assert take(bytearray(head + b"A" * http.LARGEST_HEAD)) is None
    with pytest.raises(ValueError, match=f"trailers of more than {http.LARGEST_HEAD} bytes"):
        take(bytearray(head + b"A" * (http.LARGEST_HEAD + 1)))
    assert take(bytearray(head + trailers.rpartition(b"A")[0] + b"\r\n")).body == b""


def test_the_limits_are_these():
    """64 K for a request's head is the Application Load Balancer's, the other is this model's."""
    assert (http.LARGEST_HEAD, http.LARGEST_BODY) == (65_536, 1_048_576)


def test_a_head_may_have_so_many_bytes_and_not_one_more():
    head = b"GET / HTTP/1.1\r\nA: "
    most = head + b"x" * (http.LARGEST_HEAD - len(head))
    assert take(bytearray(most)) is None  # it may still end here
    assert bytes(take(bytearray(most + b"\r\n\r\n"))) == most + b"\r\n\r\n"
    with pytest.raises(ValueError, match="a head of more than 65536 bytes"):
        take(bytearray(most + b"x\r\n\r\n"))


@pytest.mark.parametrize("line", [b"HTTP/1.1", b"HTTP/1.1 20", b"HTTP/1.1 2xx OK", b"GET"])
def test_a_start_line_that_breaks_off_is_refused(line):
    with pytest.raises(ValueError, match="start line"):
        take(bytearray(line + b"\r\n\r\n"))
