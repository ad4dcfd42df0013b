"""TCP's data: segments and windows, numbers that wrap, and what is sent again when."""

import pytest
from rigs.two_ends import FLOW, Wire, connected, line

from vpcedu.clock import SECOND
from vpcedu.flow import MODULUS
from vpcedu.packet import ACK, FIN, PSH, SYN, Packet
from vpcedu.protocols.tcb import ahead
from vpcedu.protocols.tcp import Connection
from vpcedu.protocols.tcp_settings import LINUX, LINUX_BEFORE_6_5


def received(end):
    """The bytes a connection handed to its program, and the other events."""
    events = end.take_events()
    data = b"".join(data for event, data in events if event == "data")
    return data, [event for event, _ in events if event not in ("data", "state")]


def test_data_goes_in_segments_of_the_other_ends_mss():
    wire = connected()
    wire.a.mss = 500
    wire.a.send(bytes(1_200), 0)
    wire.settle()
    assert wire.seen[:3] == ["A [.] 100 300 500", "A [.] 600 300 500", "A [P.] 1100 300 200"]
    assert wire.a.snd_una == 1_300


@pytest.mark.fact("tcp-mss")
def test_both_ends_offer_1460_bytes_and_536_count_where_nothing_is_offered():
    wire = connected()
    assert (wire.a.mss, wire.b.mss) == (1_460, 1_460)
    end = Connection(FLOW.reversed(), 300)
    end.listen(0)
    end.receive(Packet(FLOW, SYN, 99), 0)
    assert end.mss == 536


def test_no_more_than_the_window_is_on_the_way():
    wire = connected()
    wire.a.snd_wnd = 700
    wire.a.send(bytes(2_000), 0)
    wire.collect()
    assert wire.seen == ["A [.] 100 300 700"]
    wire.a.receive(Packet(FLOW.reversed(), ACK, 300, 800, 500), 0)
    wire.a.receive(Packet(FLOW.reversed(), ACK, 300, 800, 600), 0)  # the window opens by 100
    wire.collect()
    assert wire.seen[1:] == ["A [.] 800 300 500", "A [.] 1300 300 100"]


def test_a_closed_window_holds_everything_back_until_it_opens():
    wire = connected()
    wire.a.snd_wnd = 0
    wire.a.send(b"wait", 0)
    wire.a.close(0)
    wire.collect()
    assert wire.seen == []
    wire.a.receive(Packet(FLOW.reversed(), ACK, 300, 100, 10), 0)
    wire.collect()
    assert wire.seen == ["A [P.] 100 300 4", "A [F.] 104 300 0"]


def test_fin_waits_behind_the_queue():
    wire = connected()
    wire.a.snd_wnd = 1_000
    wire.a.send(bytes(2_500), 0)
    wire.a.close(0)
    assert wire.a.state == "ESTABLISHED"
    wire.settle()
    assert [words.split()[1] for words in wire.seen if words.startswith("A")] == [
        "[.]",
        "[.]",
        "[P.]",
        "[F.]",
    ]
    assert wire.states == ("FIN-WAIT-2", "CLOSE-WAIT")


def test_what_is_sent_before_the_handshake_waits_for_it():
    wire = Wire()
    wire.b.listen(0)
    wire.a.open(0)
    wire.a.send(b"early", 0)
    wire.a.close(0)
    wire.settle()
    assert wire.seen[2:5] == ["A [.] 101 301 0", "A [P.] 101 301 5", "A [F.] 106 301 0"]
    assert wire.heard["B"] == ["connected", "data", "end of data"]


def test_a_segment_that_repeats_old_bytes_gives_only_the_new_ones():
    wire = connected()
    wire.b.receive(Packet(FLOW, PSH | ACK, 100, 300, data=b"abc"), 0)
    wire.b.receive(Packet(FLOW, PSH | ACK, 101, 300, data=b"bcdef"), 0)
    assert received(wire.b) == (b"abcdef", [])
    assert wire.b.rcv_nxt == 106


def test_a_segment_that_comes_too_early_is_asked_for_again():
    wire = connected()
    wire.b.receive(Packet(FLOW, PSH | ACK, 103, 300, data=b"def"), 0)
    wire.collect()
    assert wire.seen == ["B [.] 300 100 0"]
    assert wire.heard["B"] == ["connected"]


def test_a_fin_with_data_is_taken_with_its_data():
    wire = connected()
    wire.b.receive(Packet(FLOW, FIN | PSH | ACK, 100, 300, data=b"bye"), 0)
    assert received(wire.b) == (b"bye", ["end of data"])
    assert [line("B", p) for p in wire.b.take_sent()] == ["B [.] 300 104 0"]
    assert wire.b.state == "CLOSE-WAIT"


def test_a_fin_before_its_data_does_not_close():
    wire = connected()
    wire.b.receive(Packet(FLOW, FIN | ACK, 103, 300), 0)
    assert wire.b.state == "ESTABLISHED"
    assert received(wire.b) == (b"", [])


@pytest.mark.parametrize("iss", [MODULUS - 1, MODULUS - 2, MODULUS - 50, MODULUS - 1_000])
def test_sequence_numbers_wrap(iss):
    wire = Wire(iss, MODULUS - 3)
    wire.b.listen(0)
    wire.a.open(0)
    wire.a.send(b"x" * 3_000, 0)
    wire.settle()
    wire.b.send(b"y" * 10, 0)
    wire.settle()
    wire.a.close(0)
    wire.b.close(0)
    wire.settle()
    assert wire.a.snd_una == wire.a.snd_nxt == (iss + 3_002) % MODULUS
    assert wire.b.snd_una == wire.b.snd_nxt == 9  # three before zero, then SYN, ten bytes and FIN
    assert (wire.a.rcv_nxt, wire.b.rcv_nxt) == (wire.b.snd_nxt, wire.a.snd_nxt)
    assert wire.states == ("TIME-WAIT", "TIME-WAIT")


@pytest.mark.parametrize(
    ("a", "b", "distance"),
    [
        (1, 0, 1),
        (0, 1, -1),
        (0, MODULUS - 1, 1),
        (MODULUS - 1, 0, -1),
        (5, MODULUS - 5, 10),
        (7, 7, 0),
        ((1 << 31) - 1, 0, (1 << 31) - 1),
        (1 << 31, 0, -(1 << 31)),
    ],
)
def test_numbers_are_compared_on_a_circle(a, b, distance):
    assert ahead(a, b) == distance


# --- retransmission -------------------------------------------------------------------------------


def ring(end):
    """The instants, in seconds, at which a connection sends again, and when it gives up."""
    instants = []
    while end.alarm is not None:
        now = end.alarm
        end.wake(now)
        if end.take_sent():
            instants.append(now // SECOND)
    return instants, now // SECOND


@pytest.mark.fact("tcp-syn-classic", "tcp-syn-65")
@pytest.mark.parametrize(
    ("settings", "instants", "end"),
    [
        (LINUX, [1, 2, 3, 4, 5, 7, 11, 19, 35, 67], 131),
        (LINUX_BEFORE_6_5, [1, 3, 7, 15, 31, 63], 127),
        (LINUX_BEFORE_6_5._replace(syn=2), [1, 3], 7),
        (LINUX_BEFORE_6_5._replace(syn=3), [1, 3, 7], 15),
    ],
    ids=["Linux since 6.5", "no linear ones", "two", "three"],
)
def test_a_syn_is_sent_again_on_the_schedule_of_linux(settings, instants, end):
    connection = Connection(FLOW, 100, settings=settings)
    connection.open(0)
    first = connection.take_sent()
    assert ring(connection) == (instants, end)
    assert [event for event, _ in connection.take_events()][-2:] == ["state", "timed out"]
    assert connection.state == "CLOSED"
    assert len(first) == 1


def test_a_retransmitted_syn_is_the_same_segment_and_says_its_number():
    connection = Connection(FLOW, 100)
    connection.open(0)
    first = connection.take_sent()
    assert connection.wake(SECOND) == "retransmission 1"
    assert connection.take_sent() == first
    assert connection.wake(2 * SECOND) == "retransmission 2"


@pytest.mark.fact("tcp-synack")
def test_a_syn_ack_is_sent_five_times_more():
    connection = Connection(FLOW.reversed(), 300)
    connection.listen(0)
    connection.receive(Packet(FLOW, SYN, 100), 0)
    connection.take_sent()
    assert ring(connection) == ([1, 3, 7, 15, 31], 63)


def test_a_repeated_syn_is_answered_and_moves_no_alarm():
    """A listener whose SYN,ACKs are lost sends seven of them.

    The client tries at 0, 1, 3 and 7 s.
    """
    connection = Connection(FLOW.reversed(), 300)
    connection.listen(0)
    sent = []
    for instant in (0, 1, 3, 7):
        while connection.alarm is not None and connection.alarm <= instant * SECOND:
            now = connection.alarm
            connection.wake(now)
            sent += [(now // SECOND, line("B", p)) for p in connection.take_sent()]
        connection.receive(Packet(FLOW, SYN, 100), instant * SECOND)
        sent += [(instant, line("B", p)) for p in connection.take_sent()]
    assert [instant for instant, _ in sent] == [0, 1, 1, 3, 3, 7, 7]
    assert {words for _, words in sent} == {"B [S.] 300 101 0"}


def test_data_is_sent_again_until_it_is_acknowledged():
    wire = connected()
    wire.lose = {1, 2}
    wire.a.send(b"hello", 0)
    wire.settle()
    wire.wait(10 * SECOND)
    assert wire.seen == ["A [P.] 100 300 5"] * 3 + ["B [.] 300 105 0"]
    assert wire.a.alarm is None


def test_data_is_given_up_after_fifteen_tries_of_at_most_two_minutes():
    wire = connected()
    wire.a.send(b"hello", 0)
    wire.a.take_sent()
    instants, end = ring(wire.a)
    assert instants == [0, 0, 1, 3, 6, 12, 25, 51, 102, *range(204, 925, 120)][: len(instants)]
    assert (len(instants), end) == (15, 924)  # ip-sysctl, tcp_retries2: 924.6 s
    assert wire.a.state == "CLOSED"


def test_a_lost_fin_is_sent_again_with_the_present_acknowledgment():
    wire = connected()
    wire.lose = {1}
    wire.a.close(0)
    wire.settle()
    wire.b.send(b"abc", 0)
    wire.settle()
    wire.wait(SECOND)
    assert wire.seen[:3] == ["A [F.] 100 300 0", "B [P.] 300 100 3", "A [.] 101 303 0"]
    assert wire.seen[3:] == ["A [F.] 100 303 0", "B [.] 303 101 0"]


def test_a_lost_ack_of_the_handshake_is_made_good_by_data():
    wire = Wire()
    wire.lose = {3}
    wire.b.listen(0)
    wire.a.open(0)
    wire.settle()
    assert wire.states == ("ESTABLISHED", "SYN-RECEIVED")
    wire.a.send(b"hello", 0)
    wire.settle()
    assert wire.states == ("ESTABLISHED", "ESTABLISHED")
    assert wire.heard["B"] == ["connected", "data"]


def test_a_repeated_fin_is_acknowledged_again_and_time_wait_begins_anew():
    wire = connected()
    wire.a.close(0)
    wire.settle()
    wire.b.close(0)
    wire.lose = {4}  # the last ACK
    wire.settle()
    assert wire.states == ("TIME-WAIT", "LAST-ACK")
    wire.wait(59 * SECOND)
    assert wire.states == ("TIME-WAIT", "CLOSED")
    wire.wait(60 * SECOND + 200_000 - 1)  # the FIN came again after 0.2 s
    assert wire.states == ("TIME-WAIT", "CLOSED")
    wire.wait(60 * SECOND + 200_000)
    assert wire.states == ("CLOSED", "CLOSED")


@pytest.mark.parametrize("lost", range(1, 13))
def test_any_single_loss_is_made_good(lost):
    wire = Wire()
    wire.lose = {lost}
    wire.b.listen(0)
    wire.a.open(0)
    wire.a.send(b"request", 0)
    wire.settle()
    wire.wait(20 * SECOND)
    wire.b.send(b"r" * 3_000, wire.now)
    wire.b.close(wire.now)
    wire.settle()
    wire.wait(40 * SECOND)
    wire.a.close(wire.now)
    wire.settle()
    wire.wait(60 * SECOND)
    assert len(wire.seen) >= lost
    assert wire.a.rcv_nxt == wire.b.snd_nxt
    assert wire.states in (("CLOSED", "TIME-WAIT"), ("CLOSED", "CLOSED"))


@pytest.mark.parametrize("more", [b"more", b""])
def test_sending_more_does_not_stop_the_clock_of_what_is_unacknowledged(more):
    """RFC 6298 section 5.1: the timer starts where it is not running. The window is full here."""
    end = connected().a
    end.receive(Packet(FLOW.reversed(), ACK, 300, 100, 5), 0)
    end.send(b"hello", 0)
    due = end.alarm
    assert due is not None
    end.send(more, 1_000)
    assert (end.alarm, end.state) == (due, "ESTABLISHED")
    assert end.wake(due) == "retransmission 1"
