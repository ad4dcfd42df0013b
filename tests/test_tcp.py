"""TCP, held against the figures of RFC 9293.

How connections open and close, and who is not believed.
"""

import pytest
from rigs.two_ends import FLOW, Wire, connected, in_state, line

from vpcedu.clock import SECOND
from vpcedu.packet import ACK, PSH, RST, SYN, Packet
from vpcedu.protocols.tcp import Connection

# --- the figures of RFC 9293, section 3.5 and 3.6 ---------------------------------------------


@pytest.mark.fact("tcp-3whs")
def test_figure_6_the_three_way_handshake():
    wire = Wire()
    wire.b.listen(0)
    wire.a.open(0)
    wire.settle()
    assert wire.seen == ["A [S] 100 0 0", "B [S.] 300 101 0", "A [.] 101 301 0"]
    assert wire.states == ("ESTABLISHED", "ESTABLISHED")
    assert wire.heard == {"A": ["connected"], "B": ["connected"]}


@pytest.mark.fact("tcp-simopen")
def test_figure_7_simultaneous_open():
    wire = Wire()
    wire.a.open(0)
    wire.b.open(0)
    wire.settle()
    assert wire.seen[:4] == [
        "A [S] 100 0 0",
        "B [S] 300 0 0",
        "B [S.] 300 101 0",
        "A [S.] 100 301 0",
    ]
    assert wire.states == ("ESTABLISHED", "ESTABLISHED")
    assert len(wire.seen) <= 8
    assert wire.heard == {"A": ["connected"], "B": ["connected"]}


def test_figure_8_an_old_duplicate_syn_is_found_out_by_the_opener():
    wire = Wire()
    wire.b.listen(0)
    wire.a.open(0)
    wire.collect()
    late = wire.way["A"].popleft()
    wire.way["A"].append(late._replace(seq=90))  # the old one comes first
    wire.deliver("A")
    wire.deliver("B")
    wire.deliver("A")
    assert wire.seen[1:] == ["B [S.] 300 91 0", "A [R] 91 0 0"]
    assert wire.states == ("SYN-SENT", "LISTEN")
    wire.way["A"].append(late)
    wire.settle()
    assert wire.states == ("ESTABLISHED", "ESTABLISHED")


def test_figure_9_a_crashed_opener_resets_the_half_open_connection():
    wire = connected(iss_a=99)
    wire.a = Connection(FLOW, 400)  # A crashed and opens anew
    wire.a.open(0)
    wire.settle()
    assert wire.seen == ["A [S] 400 0 0", "B [.] 300 100 0", "A [R] 100 0 0"]
    assert wire.states == ("SYN-SENT", "CLOSED")
    assert wire.heard["B"][-1] == "reset"


def test_figure_10_data_for_a_crashed_end_is_answered_by_a_reset():
    wire = connected()
    wire.b.send(b"hello", 0)
    wire.collect()
    answer = wire.way["B"].popleft().reset()  # what a host sends where no connection is
    assert line("A", answer) == "A [R] 100 0 0"
    wire.b.receive(answer, 0)
    wire.collect()
    assert wire.b.state == "CLOSED"
    assert wire.heard["B"] == ["connected", "reset"]


def test_figure_11_an_old_syn_between_two_listeners_leaves_both_listening():
    wire = Wire()
    wire.a.listen(0)
    wire.b.listen(0)
    wire.way["A"].append(Packet(FLOW, SYN, 90))
    wire.settle()
    assert wire.seen == ["B [S.] 300 91 0", "A [R] 91 0 0"]
    assert wire.states == ("LISTEN", "LISTEN")


@pytest.mark.fact("tcp-close")
def test_figure_12_the_normal_close():
    wire = connected()
    wire.a.close(0)
    wire.settle()
    assert wire.states == ("FIN-WAIT-2", "CLOSE-WAIT")
    wire.b.close(0)
    wire.settle()
    assert wire.seen == [
        "A [F.] 100 300 0",
        "B [.] 300 101 0",
        "B [F.] 300 101 0",
        "A [.] 101 301 0",
    ]
    assert wire.states == ("TIME-WAIT", "CLOSED")
    wire.wait(60 * SECOND - 1)
    assert wire.states == ("TIME-WAIT", "CLOSED")
    wire.wait(60 * SECOND)
    assert wire.states == ("CLOSED", "CLOSED")
    assert wire.heard == {
        "A": ["connected", "end of data", "closed"],
        "B": ["connected", "end of data", "closed"],
    }


@pytest.mark.fact("tcp-simclose")
def test_figure_13_the_simultaneous_close():
    wire = connected()
    wire.a.close(0)
    wire.b.close(0)
    wire.settle()
    assert wire.seen == [
        "A [F.] 100 300 0",
        "B [F.] 300 100 0",
        "B [.] 301 101 0",
        "A [.] 101 301 0",
    ]
    assert wire.states == ("TIME-WAIT", "TIME-WAIT")


@pytest.mark.fact("tcp-simclose")
def test_a_simultaneous_close_passes_through_closing():
    wire = connected()
    wire.a.close(0)
    wire.b.close(0)
    wire.deliver("B")
    assert wire.a.state == "CLOSING"


# --- half close, reset, refusal ---------------------------------------------------------------


@pytest.mark.fact("tcp-close")
def test_a_half_closed_connection_still_carries_data_the_other_way():
    wire = connected()
    wire.a.close(0)
    wire.settle()
    wire.b.send(b"still here", 0)
    wire.settle()
    assert wire.seen[2:] == ["B [P.] 300 101 10", "A [.] 101 310 0"]
    assert wire.heard["A"] == ["connected", "data"]


def test_after_close_nothing_can_be_sent():
    wire = connected()
    wire.a.close(0)
    with pytest.raises(
        ValueError, match=r"10\.0\.0\.1:40000 > 10\.0\.0\.2:80 is closing or CLOSED"
    ):
        wire.a.send(b"too late", 0)
    with pytest.raises(ValueError, match="closing or CLOSED"):
        Connection(FLOW, 0).send(b"too early", 0)


@pytest.mark.fact("tcp-rst-closed")
def test_a_closed_port_refuses():
    wire = Wire()
    wire.a.open(0)
    wire.collect()
    wire.a.receive(wire.way["A"].popleft().reset(), 0)
    wire.collect()
    assert wire.a.state == "CLOSED"
    assert wire.heard["A"] == ["refused"]
    assert wire.a.alarm is None


def test_abort_resets_the_other_end():
    wire = connected()
    wire.a.abort(0)
    wire.settle()
    assert wire.seen == ["A [R.] 100 300 0"]
    assert wire.states == ("CLOSED", "CLOSED")
    assert wire.heard == {"A": ["connected", "closed"], "B": ["connected", "reset"]}


@pytest.mark.parametrize("state", ["CLOSED", "LISTEN", "SYN-SENT", "TIME-WAIT"])
def test_abort_says_nothing_where_nobody_would_know(state):
    end = in_state(state)
    end.abort(0)
    assert end.take_sent() == []
    assert end.state == "CLOSED"


# --- RFC 5961: what an attacker cannot do blindly -------------------------------------------------


@pytest.mark.fact("tcp-rst-sync")
def test_a_segment_outside_the_window_is_answered_by_an_ack_and_not_read():
    wire = connected()
    wire.b.receive(Packet(FLOW, PSH | ACK, 100 + 65_535, 300, data=b"far away"), 0)
    wire.b.receive(Packet(FLOW, PSH | ACK, 90, 300, data=b"long ago"), 0)
    wire.collect()
    assert wire.seen == ["B [.] 300 100 0"] * 2
    assert wire.heard["B"] == ["connected"]


@pytest.mark.fact("tcp-challenge")
def test_a_reset_in_the_window_but_not_exact_is_challenged():
    wire = connected()
    wire.b.receive(Packet(FLOW, RST, 101), 0)
    wire.collect()
    assert wire.seen == ["B [.] 300 100 0"]
    assert wire.b.state == "ESTABLISHED"


@pytest.mark.fact("tcp-challenge")
def test_a_reset_outside_the_window_is_not_even_answered():
    wire = connected()
    wire.b.receive(Packet(FLOW, RST, 99), 0)
    wire.collect()
    assert wire.seen == []
    assert wire.b.state == "ESTABLISHED"


@pytest.mark.fact("tcp-challenge")
@pytest.mark.parametrize("seq", [99, 100, 5_000])
def test_a_syn_in_a_standing_connection_is_challenged(seq):
    wire = connected()
    wire.b.receive(Packet(FLOW, SYN, seq), 0)
    wire.collect()
    assert wire.seen == ["B [.] 300 100 0"]
    assert wire.b.state == "ESTABLISHED"


def test_an_ack_of_what_was_never_sent_is_answered_by_an_ack():
    wire = connected()
    wire.b.receive(Packet(FLOW, ACK, 100, 5_000), 0)
    wire.collect()
    assert wire.seen == ["B [.] 300 100 0"]
