"""RFC 9293 line by line: the figures of sections 3.5 and 3.6, and the rules for resets.

All are scripts.
"""

import pytest
from rigs.tcp_script import Script, play, play_established, segment, text
from rigs.two_ends import FLOW, in_state, other

from vpcedu.hosts.host import Host
from vpcedu.packet import ACK, SYN, Packet


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
