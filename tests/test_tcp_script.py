"""RFC 9293 line by line: the figures of sections 3.5 and 3.6, and the rules for resets.

All are scripts.
"""

import pytest
from rigs.one_wire import Talker
from rigs.tcp_script import Script, play, play_established, segment, text
from rigs.two_ends import ALL_STATES, FLOW, in_state, other

from vpcedu.clock import SECOND
from vpcedu.hosts.host import Host
from vpcedu.icmp import HOST
from vpcedu.packet import ACK, FIN, PSH, RST, SYN, WINDOW, Packet


@pytest.mark.fact("tcp-3whs")
def test_figure_6_basic_three_way_handshake():
    play(
        (0, "A quiet", "CLOSED CLOSED"),
        (0, "B listen", "CLOSED LISTEN"),  # line 1
        (0, "A open"),
        (0, "A > [S] 100"),
        (0, "B < [S] 100", "SYN-SENT SYN-RECEIVED"),  # line 2
        (0, "B > [S.] 300 101"),
        (0, "A < [S.] 300 101", "ESTABLISHED SYN-RECEIVED"),  # line 3
        (0, "A hears connected"),
        (0, "A > [.] 101 301"),
        (0, "B < [.] 101 301", "ESTABLISHED ESTABLISHED"),  # line 4
        (0, "B hears connected"),
        (0, "A send 10"),
        (0, "A > [P.] 101 301 len 10"),  # line 5: the ACK took no number
        (0, "B < [P.] 101 301 len 10", "ESTABLISHED ESTABLISHED"),
        (0, "B hears data"),
        (0, "B > [.] 301 111"),
        (0, "A < [.] 301 111"),
    )


@pytest.mark.fact("tcp-simopen")
def test_figure_7_simultaneous_connection_synchronization():
    play(
        (0, "A open"),
        (0, "B open", "SYN-SENT SYN-SENT"),
        (0, "A > [S] 100"),  # line 2, still on its way
        (0, "B > [S] 300"),
        (0, "A < [S] 300", "SYN-RECEIVED SYN-SENT"),  # line 3
        (0, "B < [S] 100", "SYN-RECEIVED SYN-RECEIVED"),  # line 4
        (0, "A > [S.] 100 301"),  # line 5, still on its way
        (0, "B > [S.] 300 101"),
        (0, "A < [S.] 300 101", "ESTABLISHED SYN-RECEIVED"),  # line 6
        (0, "B < [S.] 100 301", "ESTABLISHED ESTABLISHED"),  # line 7
        (0, "A hears connected"),
        (0, "B hears connected"),
    )


def test_figure_8_recovery_from_old_duplicate_syn():
    play(
        (0, "B listen"),
        (0, "A open", "SYN-SENT LISTEN"),
        (0, "A > [S] 100"),  # line 2, still on its way
        (0, "B < [S] 90", "SYN-SENT SYN-RECEIVED"),  # line 3, the duplicate
        (0, "B > [S.] 300 91"),
        (0, "A < [S.] 300 91", "SYN-SENT SYN-RECEIVED"),  # line 4
        (0, "A > [R] 91"),
        (0, "B < [R] 91", "SYN-SENT LISTEN"),  # line 5
        (0, "B reboots 400"),  # a host makes a new end, with a new number
        (0, "B listen"),
        (0, "B < [S] 100", "SYN-SENT SYN-RECEIVED"),  # line 6
        (0, "B > [S.] 400 101"),
        (0, "A < [S.] 400 101", "ESTABLISHED SYN-RECEIVED"),  # line 7
        (0, "A > [.] 101 401"),
        (0, "B < [.] 101 401", "ESTABLISHED ESTABLISHED"),  # line 8
        (0, "A hears connected"),
        (0, "B hears connected"),
    )


def test_figure_9_half_open_connection_discovery():
    play_established(
        (0, "A reboots 400", "CLOSED ESTABLISHED"),  # lines 1 and 2
        (0, "A open"),
        (0, "A > [S] 400"),
        (0, "B < [S] 400", "SYN-SENT ESTABLISHED"),  # line 3
        (0, "B > [.] 300 100"),
        (0, "A < [.] 300 100", "SYN-SENT ESTABLISHED"),  # line 4
        (0, "A > [R] 100"),
        (0, "B < [R] 100", "SYN-SENT CLOSED"),  # lines 5 and 6
        (0, "B hears reset"),
        (0.999, "A quiet"),
        (1, "A > [S] 400", "SYN-SENT CLOSED"),  # line 7
    )


def test_figure_10_active_side_causes_half_open_connection_discovery():
    a = Host("A", FLOW.src)  # it knows of no connection
    script = Script(99, 299)
    script.play(
        (
            (0, "B listen"),
            (0, "B < [S] 99"),
            (0, "B > [S.] 299 100"),
            (0, "B < [.] 100 300"),
            (0, "B hears connected"),
            (0, "B send 10", "CLOSED ESTABLISHED"),  # line 1
            (0, "B > [P.] 300 100 len 10"),  # line 2
        )
    )
    [reset] = a.handle(segment(FLOW.reversed(), "[P.]", "300", "100", "len", "10"), 0).sent
    assert text(reset) == "[R] 100"
    script.play([(0, "B < [R] 100", "CLOSED CLOSED"), (0, "B hears reset")])  # line 3


def test_figure_11_old_duplicate_syn_initiates_a_reset_on_two_passive_sockets():
    play(
        (0, "A listen"),
        (0, "B listen", "LISTEN LISTEN"),  # line 1
        (0, "B < [S] 7000", "LISTEN SYN-RECEIVED"),  # line 2
        (0, "B > [S.] 300 7001"),
        (0, "A < [S.] 300 7001", "LISTEN SYN-RECEIVED"),  # line 3
        (0, "A > [R] 7001"),
        (0, "B < [R] 7001", "LISTEN LISTEN"),  # lines 4 and 5
    )


@pytest.mark.fact("tcp-close")
def test_figure_12_normal_close_sequence():
    play_established(
        (0, "A close"),
        (0, "A > [F.] 100 300", "FIN-WAIT-1 ESTABLISHED"),
        (0, "B < [F.] 100 300", "FIN-WAIT-1 CLOSE-WAIT"),  # line 2
        (0, "B hears end of data"),
        (0, "B > [.] 300 101"),
        (0, "A < [.] 300 101", "FIN-WAIT-2 CLOSE-WAIT"),  # line 3
        (0, "B close"),
        (0, "B > [F.] 300 101", "FIN-WAIT-2 LAST-ACK"),
        (0, "A < [F.] 300 101", "TIME-WAIT LAST-ACK"),  # line 4
        (0, "A hears end of data"),
        (0, "A > [.] 101 301"),
        (0, "B < [.] 101 301", "TIME-WAIT CLOSED"),  # line 5
        (0, "B hears closed"),
        (59.9, "A quiet", "TIME-WAIT CLOSED"),
        (60, "A hears closed", "CLOSED CLOSED"),  # line 6: 2 MSL, 60 s in Linux
    )


@pytest.mark.fact("tcp-simclose")
def test_figure_13_simultaneous_close_sequence():
    play_established(
        (0, "A close"),
        (0, "B close", "FIN-WAIT-1 FIN-WAIT-1"),  # line 2
        (0, "A > [F.] 100 300"),
        (0, "B > [F.] 300 100"),
        (0, "A < [F.] 300 100", "CLOSING FIN-WAIT-1"),
        (0, "B < [F.] 100 300", "CLOSING CLOSING"),
        (0, "A hears end of data"),
        (0, "B hears end of data"),
        (0, "A > [.] 101 301"),  # line 3
        (0, "B > [.] 301 101"),
        (0, "B < [.] 101 301", "CLOSING TIME-WAIT"),
        (0, "A < [.] 301 101", "TIME-WAIT TIME-WAIT"),  # line 4
        (60, "A hears closed", "CLOSED CLOSED"),
        (60, "B hears closed"),
    )


# --- section 3.5.2: when a reset is sent, and with which numbers ----------------------------------


@pytest.mark.fact("tcp-rst-closed")
@pytest.mark.parametrize(
    ("arrives", "answer"),
    [
        ("[S] 7", "[R.] 0 8"),  # no ACK: SEQ zero, ACK the sum of SEQ and length
        ("[F] 7", "[R.] 0 8"),
        ("[P] 7 0 len 10", "[R.] 0 17"),
        ("[SF] 7 0 len 10", "[R.] 0 19"),
        ("[.] 7 900", "[R] 900"),  # an ACK: SEQ from it, and no ACK
        ("[S.] 7 900", "[R] 900"),
        ("[P.] 7 900 len 10", "[R] 900"),
        ("[F.] 7 900", "[R] 900"),
        ("[R] 7", None),
        ("[R.] 7 900", None),
    ],
)
def test_group_1_where_no_connection_is_everything_but_a_reset_is_answered_by_a_reset(
    arrives, answer
):
    step = Host("A", FLOW.src).handle(
        segment(FLOW.reversed(), *arrives.replace("SF", "FS").split()), 0
    )
    assert [text(packet) for packet in step.sent] == ([answer] if answer else [])


@pytest.mark.parametrize("state", ["LISTEN", "SYN-SENT", "SYN-RECEIVED"])
@pytest.mark.parametrize("flags", [ACK, SYN | ACK])
def test_group_2_before_a_connection_is_synchronized_an_unacceptable_ack_is_answered_by_a_reset(
    state, flags
):
    end = in_state(state)
    end.receive(other(flags, 301, 5_000), 0)
    if (
        state == "SYN-RECEIVED" and flags & SYN
    ):  # RFC 5961 section 4 comes first: a SYN is answered by an ACK
        assert [text(packet) for packet in end.take_sent()] == ["[.] 101 301"]
    else:
        assert [text(packet) for packet in end.take_sent()] == ["[R] 5000"]
    assert end.state == state


@pytest.mark.fact("tcp-rst-sync")
@pytest.mark.parametrize(
    "state",
    ["ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT"],
)
@pytest.mark.parametrize("arrives", ["far away", "acknowledges what was never sent"])
def test_group_3_a_synchronized_connection_answers_what_is_unacceptable_by_an_empty_ack(
    state, arrives
):
    end = in_state(state)
    number, awaited = end.snd_nxt, end.rcv_nxt
    if arrives == "far away":
        end.receive(Packet(end.flow.reversed(), ACK, awaited + 70_000, number, data=b"x"), 0)
    else:
        end.receive(other(ACK, awaited, number + 5_000), 0)
    assert [text(packet) for packet in end.take_sent()] == [f"[.] {number} {awaited}"]
    assert end.state == state


# --- section 3.5.3: what a reset does -------------------------------------------------------------


def test_a_reset_in_syn_sent_counts_only_if_it_acknowledges_the_syn():
    play(
        (0, "A open"),
        (0, "A > [S] 100"),
        (0, "A < [R] 0", "SYN-SENT"),
        (0, "A < [R.] 0 100", "SYN-SENT"),
        (0, "A < [R.] 0 101", "CLOSED"),
        (0, "A hears refused"),
    )


def test_a_listener_that_was_in_syn_received_listens_again_and_an_opener_gives_up():
    play(
        (0, "B listen"),
        (0, "B < [S] 100"),
        (0, "B > [S.] 300 101"),
        (0, "B < [R] 101", "CLOSED LISTEN"),
    )
    play(
        (0, "A open"),
        (0, "A > [S] 100"),
        (0, "A < [S] 300", "SYN-RECEIVED"),
        (0, "A > [S.] 100 301"),
        (0, "A < [R] 301", "CLOSED"),
        (0, "A hears refused"),
    )


def test_a_listener_that_began_to_send_is_no_listener_any_more():
    play(
        (0, "A listen", "LISTEN"),
        (0, "A send 1", "SYN-SENT"),
        (0, "A > [S] 100"),
        (0, "A < [S] 300", "SYN-RECEIVED"),
        (0, "A > [S.] 100 301"),
        (0, "A < [R] 301", "CLOSED"),
        (0, "A hears refused"),
    )


# --- section 3.10.7.2: LISTEN ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arrives", "answer"),
    [
        ("[R] 7", None),  # first: RST
        ("[R.] 7 900", None),
        ("[.] 7 900", "[R] 900"),  # second: ACK
        ("[F.] 7 900", "[R] 900"),
        ("[S.] 7 900", "[R] 900"),
        ("[P.] 7 900 len 10", "[R] 900"),
        ("[F] 7", None),  # fourth: anything else
        ("[P] 7 0 len 10", None),
        ("[none] 7", None),
        ("[U] 7", None),
    ],
)
def test_a_listener_answers_what_acknowledges_and_drops_all_but_a_syn_in_silence(arrives, answer):
    """RFC 9293 section 3.10.7.2: for a host that listens, and for a connection in LISTEN."""
    host, end = Host("A", FLOW.src), in_state("LISTEN")
    host.listen(FLOW.sport, object())
    packet = segment(FLOW.reversed(), *arrives.replace("none", "").split())
    end.receive(packet, 0)
    for sent in (host.handle(packet, 0).sent, end.take_sent()):
        assert [text(packet) for packet in sent] == ([answer] if answer else [])
    assert host.connections == {} and end.state == "LISTEN"


# --- sections 3.10.7.2 third and 3.10.7.3 fourth: text and FIN on the SYN -------------------------


def test_text_on_the_syn_ack_is_acknowledged_with_it_and_heard_once_connected():
    """RFC 9293 section 3.10.7.3 fourth: other controls or text go on at the sixth step."""
    play(
        (0, "A open"),
        (0, "A > [S] 100"),
        (0, "A < [S.] 300 101 len 3", "ESTABLISHED"),
        (0, "A > [.] 101 304"),
        (0, "A hears connected"),
        (0, "A hears data"),
        (0, "A send 5"),
        (0, "A > [P.] 101 304 len 5"),
    )


def test_what_waits_to_be_sent_acknowledges_the_syn_acks_text():
    """RFC 9293 section 3.10.7.3 fourth: "data ... queued for transmission MAY be included"."""
    play(
        (0, "A open"),
        (0, "A send 5"),
        (0, "A > [S] 100"),
        (0, "A < [S.] 300 101 len 3", "ESTABLISHED"),
        (0, "A hears connected"),
        (0, "A hears data"),
        (0, "A > [P.] 101 304 len 5"),
    )


@pytest.mark.parametrize("length", [0, 3])
def test_a_fin_on_the_syn_ack_closes_the_other_direction(length):
    """RFC 9293 section 3.10.7.3 fourth, then 3.10.7.4 eighth."""
    heard = [(0, "A hears data")] if length else []
    play(
        (0, "A open"),
        (0, "A > [S] 100"),
        (0, f"A < [FS.] 300 101 len {length}", "CLOSE-WAIT"),
        (0, f"A > [.] 101 {302 + length}"),
        (0, "A hears connected"),
        *heard,
        (0, "A hears end of data"),
        (0, "A close", "LAST-ACK"),
        (0, f"A > [F.] 101 {302 + length}"),
    )


def test_text_and_fin_on_the_syn_wait_until_the_listener_is_established():
    """RFC 9293 section 3.10.7.2 third: text is "queued for processing later"."""
    play(
        (0, "B listen"),
        (0, "B < [FS] 100 0 len 4", "CLOSED SYN-RECEIVED"),
        (0, "B > [S.] 300 101"),  # of the SYN alone
        (0, "B < [FS] 100 0 len 4", "CLOSED SYN-RECEIVED"),
        (0, "B > [S.] 300 101"),  # as for a bare SYN that comes again
        (0, "B < [.] 106 301", "CLOSED CLOSE-WAIT"),
        (0, "B > [.] 301 106"),
        (0, "B hears connected"),
        (0, "B hears data"),
        (0, "B hears end of data"),
    )


def test_text_on_crossing_syns_is_heard_at_both_ends():
    """RFC 9293 section 3.10.7.3 fourth: it is queued until ESTABLISHED."""
    play(
        (0, "A open"),
        (0, "A > [S] 100"),
        (0, "A < [S] 300 0 len 3", "SYN-RECEIVED"),
        (0, "A > [S.] 100 301"),
        (0, "A < [S.] 300 101 len 3", "ESTABLISHED"),
        (0, "A hears connected"),
        (0, "A hears data"),
        (0, "A > [.] 101 304"),
    )


def test_text_of_an_old_syn_is_forgotten_with_it():
    """RFC 9293 section 3.5, figure 8: the duplicate's text belongs to no connection."""
    play(
        (0, "B listen"),
        (0, "B < [S] 90 0 len 20", "CLOSED SYN-RECEIVED"),
        (0, "B > [S.] 300 91"),
        (0, "B < [R] 91", "CLOSED LISTEN"),
        (0, "B < [S] 100", "CLOSED SYN-RECEIVED"),
        (0, "B > [S.] 300 101"),
        (0, "B < [.] 101 301", "CLOSED ESTABLISHED"),
        (0, "B hears connected"),
    )


# --- section 3.10.7.4: one check after the other --------------------------------------------------


@pytest.mark.parametrize("state", ALL_STATES[3:])
def test_what_has_no_ack_is_dropped_with_its_text_and_fin(state):
    """RFC 9293 section 3.10.7.4 fifth: "if the ACK bit is off, drop the segment"."""
    end = in_state(state)
    awaited, alarm = end.rcv_nxt, end.alarm
    end.receive(other(FIN | PSH, awaited, 0, b"data"), SECOND)
    assert (end.take_sent(), end.take_events()) == ([], [])
    assert (end.rcv_nxt, end.alarm) == (awaited, alarm)
    assert end.state == state


@pytest.mark.parametrize("flags", [RST | ACK, RST | ACK | FIN, RST | SYN])
@pytest.mark.parametrize("ack", [101, 5_000])
def test_nothing_of_a_reset_is_processed_but_the_reset(flags, ack):
    """RFC 9293 section 3.10.7.4 second: "enter the CLOSED state ... and return"."""
    end = in_state("ESTABLISHED")
    end.receive(other(flags, 301, ack, b"last words"), 0)
    assert [event for event, _ in end.take_events()] == ["state", "reset"]
    assert (end.take_sent(), end.state, end.rcv_nxt) == ([], "CLOSED", 301)
    challenged = in_state("ESTABLISHED")
    challenged.receive(other(flags, 302, ack, b"last words"), 0)
    assert [text(packet) for packet in challenged.take_sent()] == ["[.] 101 301"]
    assert challenged.take_events() == [] and not challenged.held


@pytest.mark.parametrize("gap", [1, 2, 1_000])
@pytest.mark.parametrize(("flags", "data"), [(PSH, b"late"), (FIN, b""), (FIN | PSH, b"late")])
def test_what_comes_too_early_by_one_byte_or_more_waits(gap, flags, data):
    """RFC 9293 section 3.10.7.4 seventh, eighth: nothing is taken before RCV.NXT is there."""
    end = in_state("ESTABLISHED")
    end.receive(other(flags | ACK, 301 + gap, 101, data), 0)
    assert [text(packet) for packet in end.take_sent()] == ["[.] 101 301"]
    assert (end.take_events(), end.rcv_nxt, end.state) == ([], 301, "ESTABLISHED")
    end.receive(other(PSH | ACK, 301, 101, bytes(gap)), 0)
    events = end.take_events()
    assert b"".join(said for event, said in events if event == "data") == bytes(gap) + data
    assert (events[-1][0] == "end of data") == bool(flags & FIN)


@pytest.mark.parametrize("gap", [1, 2, 1_000])
def test_what_stands_behind_a_gap_is_not_heard_before_the_gap_is_closed(gap):
    """RFC 9293 section 3.10.7.4: segments with higher beginning sequence numbers are held."""
    end = in_state("ESTABLISHED")
    end.receive(other(PSH | ACK, 301 + gap + 1, 101, b"late"), 0)
    end.take_sent()
    end.receive(other(PSH | ACK, 301, 101, b"x"), 0)
    assert [data for event, data in end.take_events()] == [b"x"]
    assert end.rcv_nxt == 302
    end.take_sent()
    end.receive(other(ACK, 302, 101), 0)  # it says nothing new, so nothing is said
    assert end.take_sent() == []
    end.receive(other(PSH | ACK, 302, 101, bytes(gap)), 0)
    assert b"".join(data for event, data in end.take_events()) == bytes(gap) + b"late"


# --- section 3.10.7.4 first: the table of section 3.4 ---------------------------------------------

WIDE = 100  # numbers in the window


@pytest.mark.parametrize(
    ("window", "length", "start", "acceptable"),
    [
        (0, 0, -1, False),  # SEG.LEN = 0, RCV.WND = 0: SEG.SEQ = RCV.NXT
        (0, 0, 0, True),
        (WIDE, 0, -1, False),  # SEG.LEN = 0: RCV.NXT =< SEG.SEQ < RCV.NXT + RCV.WND
        (WIDE, 0, 0, True),
        (WIDE, 0, WIDE - 1, True),
        (WIDE, 0, WIDE, False),
        (WIDE, 0, WIDE + 1, False),
        (WIDE, 0, WIDE + 2, False),
        (WIDE, 5, -5, False),  # else the first or the last number lies in the window
        (WIDE, 5, -4, True),
        (WIDE, 5, WIDE - 1, True),
        (WIDE, 5, WIDE, False),
        (0, 5, -4, False),  # RCV.WND = 0: not acceptable
        (0, 5, 1, False),
    ],
)
def test_a_segment_is_acceptable_by_the_table(window, length, start, acceptable):
    """RFC 9293 section 3.4, table 6: what is not acceptable gets an ACK, and sets nothing."""
    end = narrow(window)
    end.receive(other(ACK, 301 + start, 101, bytes(length))._replace(window=9), 0)
    assert (end.snd_wnd == 9) == (acceptable and start >= 0)  # an older one sets no window
    answers = [text(packet) for packet in end.take_sent()]
    assert (answers == ["[.] 101 301"]) == (not acceptable or start > 0 < length)


@pytest.mark.parametrize(
    ("flags", "length", "start", "taken"),
    [
        (ACK, 0, 1, True),  # behind a window probe's byte
        (ACK, 0, 2, True),  # behind that and a FIN
        (ACK, 0, 3, False),
        (ACK, 5, 0, True),  # the ACK of a probe is taken, its byte is not
        (FIN | ACK, 0, 0, True),
        (RST, 0, 1, False),
    ],
)
def test_acks_come_through_a_shut_window_and_nothing_else(flags, length, start, taken):
    """RFC 9293 section 3.10.7.4 first: "special allowance" where RCV.WND is zero."""
    end = narrow(0)
    end.send(b"asked", 0)
    end.take_sent()
    end.receive(other(flags, 301 + start, 106, bytes(length)), 0)
    assert (end.snd_una == 106) == taken
    assert (end.rcv_nxt, end.state, end.take_events()) == (301, "ESTABLISHED", [])
    answered = bool(length or flags & FIN or not taken) and not flags & RST
    assert [packet.flags for packet in end.take_sent()] == [ACK] * answered


def test_a_reset_comes_through_a_shut_window():
    """RFC 9293 section 3.10.7.4 first: "special allowance" for valid RSTs."""
    end = narrow(0)
    end.receive(other(RST, 301, 0), 0)
    assert end.state == "CLOSED"


def test_a_fin_behind_the_windows_end_waits_for_room():
    """RFC 9293 section 3.10.7.4: what lies outside is trimmed, "including SYN and FIN"."""
    end = narrow(5)
    end.receive(other(FIN | ACK, 301, 101, b"12345"), 0)
    assert [event for event, _ in end.take_events()] == ["data"]
    assert [text(packet) for packet in end.take_sent()] == ["[.] 101 306"]
    end.read(WINDOW, 0)
    end.receive(other(FIN | ACK, 306, 101), 0)
    assert end.state == "CLOSE-WAIT"


def narrow(window):
    """A connection in ESTABLISHED whose program left room for so many bytes."""
    end = in_state("ESTABLISHED")
    end.pull, end.unread = True, bytearray(WINDOW - window)
    return end


# --- section 3.10.7.4: TIME-WAIT ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arrives", "answered", "anew"),
    [
        ("[F.] 301 102", True, True),  # the other end's FIN again: section 3.10.7.4 first, fifth
        ("[F.] 302 102", True, True),  # another FIN: fifth, eighth
        ("[P.] 302 102 len 4", True, True),  # fifth; its text is ignored: seventh
        ("[.] 303 102", True, True),  # in the window, not exact: fifth
        ("[.] 302 102", False, True),  # a bare ACK: anew by the fifth, silent as Linux and FreeBSD
        ("[.] 302 5000", True, False),  # of what was never sent
        ("[.] 90000 102", True, False),  # unacceptable: first
        ("[F] 302", False, False),  # no ACK: fifth
        ("[R] 303", True, False),  # not exact: RFC 5961 section 3
        ("[R] 90000", False, False),
    ],
)
def test_time_wait_answers_and_begins_anew(arrives, answered, anew):
    """RFC 9293 section 3.10.7.4, first, fifth, seventh and eighth check in TIME-WAIT."""
    end = in_state("TIME-WAIT")
    ends = end.alarm
    end.receive(segment(FLOW.reversed(), *arrives.split()), SECOND)
    assert [text(packet) for packet in end.take_sent()] == ["[.] 102 302"] * answered
    assert end.alarm - ends == SECOND * anew
    assert (end.state, end.take_events(), end.rcv_nxt) == ("TIME-WAIT", [], 302)


def test_two_ends_in_time_wait_do_not_answer_each_other_for_ever():
    """RFC 9293 section 3.6: a simultaneous close; an ACK is repeated, as from a slow way."""
    script = play_established(
        (0, "A close"),
        (0, "B close"),
        (0, "A > [F.] 100 300"),
        (0, "B > [F.] 300 100"),
        (0, "A < [F.] 300 100"),
        (0, "B < [F.] 100 300"),
        (0, "A hears end of data"),
        (0, "B hears end of data"),
        (0, "A > [.] 101 301"),
        (0, "B > [.] 301 101"),
        (0, "B < [.] 101 301"),
        (0, "A < [.] 301 101", "TIME-WAIT TIME-WAIT"),
    )
    script.play([(0, "A < [.] 301 101"), (0, "B < [.] 101 301", "TIME-WAIT TIME-WAIT")])


# --- RFC 5927 section 4.1: an ICMP error is about something in flight -----------------------------


@pytest.mark.parametrize("state", ["SYN-SENT", "SYN-RECEIVED"])
@pytest.mark.parametrize(
    ("seq", "believed"), [(99, False), (100, True), (101, False), (70_000, False)]
)
def test_an_error_about_nothing_in_flight_ends_no_attempt(state, seq, believed):
    """RFC 5927 section 4.1: SND.UNA =< SEG.SEQ < SND.NXT."""
    end = in_state(state)
    end.unreachable(seq)
    assert end.state == ("CLOSED" if believed else state)
    assert [event for event, _ in end.take_events()] == ["state", "unreachable"] * believed


@pytest.mark.parametrize(("seq", "believed"), [(-1, False), (0, True), (1, False)])
def test_a_host_hands_the_quoted_number_on(seq, believed):
    """RFC 5927 section 4.1, through the host that is told."""
    client, program = Host("client", FLOW.src), Talker()
    end = client.connect(FLOW.destination, program, 0)
    [syn] = client.flush(0)
    error = syn._replace(seq=syn.seq + seq).unreachable("203.0.113.254", HOST)
    client.handle(error, 0)
    assert program.heard == ["unreachable"] * believed
    assert (end.flow in client.connections) == (not believed)


# --- the interpreter ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ((0, "A > [S] 101"), r"\[S\] 100"),
        ((0, "A hears connected"), "hears"),
        ((0, "A quiet"), r"\[S\] 100"),
        ((0, "B > [S] 1"), "B sent nothing"),
        ((0, "A dances"), "expected one of"),
        ((0, "B listen", "SYN-SENT CLOSED"), "B listen"),
        ((0, "B listen"), "no row speaks of this"),
        ((1.5, "A > [S] 100"), "no row speaks of this"),
    ],
)
def test_a_script_that_is_wrong_fails(row, complaint):
    with pytest.raises(AssertionError, match=complaint):
        play((0, "A open"), row)
