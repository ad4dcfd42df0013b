"""TCP off the main road: round trips, held segments, slow readers, keep-alive, timestamps.

Also errors and TIME-WAIT.
"""

import pytest
from rigs.one_wire import Lan, Talker
from rigs.two_ends import FLOW, Wire, connected, in_state, line, other

from vpcedu.clock import MILLISECOND, SECOND
from vpcedu.flow import Endpoint, FiveTuple
from vpcedu.hosts.host import Host
from vpcedu.packet import ACK, FIN, PSH, RST, SYN, Packet
from vpcedu.protocols.retransmission import Timer
from vpcedu.protocols.tcp import Connection
from vpcedu.protocols.tcp_settings import (
    KEEP_ALIVE,
    LINUX,
    LINUX_BEFORE_6_5,
    PLAIN,
    RFC_9293,
    KeepAlive,
)
from vpcedu.reasons import BACKLOG_FULL
from vpcedu.trace import DROP

SERVER = Endpoint("10.0.1.10", 80)

# --- RFC 6298: the time-out -----------------------------------------------------------------------


def measured(*round_trips, settings=LINUX):
    timer, now = Timer(settings), 0
    for number, trip in enumerate(round_trips):
        timer.sent(number, now)
        now += trip * MILLISECOND
        timer.acknowledged(True, now)
    return timer


@pytest.mark.fact("tcp-rto")
@pytest.mark.parametrize(
    ("round_trips", "srtt", "rttvar", "rto"),
    [
        # by hand, in milliseconds: SRTT = R, RTTVAR = R/2; then
        # RTTVAR = 3/4 RTTVAR + 1/4 |SRTT - R|, SRTT = 7/8 SRTT + 1/8 R
        ((100,), 100, 50, 300),
        ((100, 100), 100, 37.5, 250),
        ((100, 180), 110, 57.5, 340),  # 37.5 + 80/4; 87.5 + 22.5
        ((100, 180, 30), 100, 63.125, 352.5),  # 43.125 + 80/4; 96.25 + 3.75
        ((400, 80), 360, 230, 1_280),  # 150 + 320/4; 350 + 10
    ],
)
def test_the_time_out_is_the_mean_and_four_variations(round_trips, srtt, rttvar, rto):
    timer = measured(*round_trips)
    assert (timer.srtt, timer.rttvar, timer.rto) == (
        srtt * MILLISECOND,
        rttvar * MILLISECOND,
        rto * MILLISECOND,
    )


@pytest.mark.fact("tcp-rto-linux", "tcp-rto")
@pytest.mark.parametrize(
    ("settings", "trip", "rto"),
    [
        (LINUX, 1, 200),
        (RFC_9293, 1, 1_000),
        (RFC_9293, 400, 1_200),
        (LINUX, 90_000, 120_000),
    ],
)
def test_the_time_out_has_a_least_and_a_most(settings, trip, rto):
    assert measured(trip, settings=settings).rto == rto * MILLISECOND


@pytest.mark.fact("tcp-rto", "tcp-rto-linux")
def test_before_any_measurement_it_is_one_second_and_three_if_the_syn_was_lost():
    timer = Timer(LINUX)
    assert timer.rto == SECOND  # RFC 6298 section 2.1
    timer.expired(True)
    assert timer.rto == 3 * SECOND  # section 5.7


@pytest.mark.fact("tcp-rto")
def test_each_expiry_doubles_the_wait_until_something_new_is_acknowledged():
    timer = measured(100)
    waits = []
    for _ in range(4):
        waits.append(timer.interval(ACK) // MILLISECOND)
        timer.expired(False)
    timer.acknowledged(True, 0)
    assert waits == [300, 600, 1_200, 2_400]
    assert timer.interval(ACK) == 300 * MILLISECOND


def test_a_connection_measures_its_handshake_and_its_data():
    end = Connection(FLOW, 100)
    end.open(0)
    end.receive(other(SYN | ACK, 300, 101), 100 * MILLISECOND)
    assert end.timer.srtt == 100 * MILLISECOND
    end.send(b"hello", SECOND)
    assert end.alarm == SECOND + 300 * MILLISECOND
    end.receive(other(ACK, 301, 106), SECOND + 180 * MILLISECOND)
    assert end.timer.srtt == 110 * MILLISECOND


@pytest.mark.fact("tcp-rto")
def test_karns_rule_what_was_sent_twice_is_not_measured():
    end = Connection(FLOW, 100)
    end.open(0)
    end.receive(other(SYN | ACK, 300, 101), 100 * MILLISECOND)
    end.send(b"hello", SECOND)
    end.wake(end.alarm)
    end.receive(other(ACK, 301, 106), 2 * SECOND)
    assert end.timer.srtt == 100 * MILLISECOND  # as before
    end.send(b"again", 3 * SECOND)
    end.receive(other(ACK, 301, 111), 3 * SECOND + 180 * MILLISECOND)
    assert end.timer.srtt == 110 * MILLISECOND  # the next one counts


def test_only_one_segment_is_measured_at_a_time():
    wire = connected()
    wire.a.timer.srtt = -1
    wire.a.send(bytes(3_000), 0)
    wire.a.receive(other(ACK, 300, 1_560), 50 * MILLISECOND)
    assert wire.a.timer.srtt == 50 * MILLISECOND
    wire.a.receive(other(ACK, 300, 3_020), 90 * MILLISECOND)
    assert wire.a.timer.srtt == 50 * MILLISECOND


# --- segments out of order ------------------------------------------------------------------------


def data_of(end):
    return [data for event, data in end.take_events() if event == "data"]


def test_segments_out_of_order_are_held_and_given_in_order():
    end = in_state("ESTABLISHED")
    for seq, data in ((307, b"gh"), (304, b"def"), (301, b"abc")):
        end.receive(other(PSH | ACK, seq, 101, data), 0)
    assert data_of(end) == [b"abc", b"def", b"gh"]
    assert [packet.ack for packet in end.take_sent()] == [301, 301, 309]
    assert end.held == {}


def test_a_held_fin_closes_when_its_turn_comes():
    end = in_state("ESTABLISHED")
    end.receive(other(FIN | ACK, 304, 101), 0)
    assert end.state == "ESTABLISHED"
    end.receive(other(PSH | ACK, 301, 101, b"abc"), 0)
    assert end.state == "CLOSE-WAIT"
    assert [event for event, _ in end.take_events() if event != "state"] == ["data", "end of data"]
    assert end.take_sent()[-1].ack == 305


def test_held_segments_that_overlap_give_each_byte_once():
    end = in_state("ESTABLISHED")
    end.receive(other(PSH | ACK, 303, 101, b"cdefgh"), 0)
    end.receive(other(PSH | ACK, 302, 101, b"bcd"), 0)
    end.receive(other(PSH | ACK, 301, 101, b"abc"), 0)
    assert b"".join(data_of(end)) == b"abcdefgh"


def test_nothing_is_received_behind_the_other_ends_fin():
    end = in_state("CLOSE-WAIT")
    end.receive(other(FIN | PSH | ACK, 302, 101, b"more"), 0)
    end.receive(other(FIN | ACK, 302, 101), 0)
    assert data_of(end) == []
    assert end.rcv_nxt == 302


# --- slow readers: windows, probes, reading, closing unread ---------------------------------------


def slow():
    """A sends to B, whose application reads only when told."""
    wire = connected()
    wire.b.pull = True
    wire.a.send(bytes(70_000), 0)
    wire.settle()
    return wire


def test_a_slow_reader_gets_no_more_than_its_window():
    wire = slow()
    assert len(wire.b.unread) == 65_535
    assert wire.b.rcv_wnd == wire.a.snd_wnd == 0
    assert len(wire.a.queue) == 70_000 - 65_535
    assert wire.a.unacked == []
    assert wire.b.read(10, 0) == bytes(10)


def test_a_little_room_is_not_worth_a_word_but_a_segments_is():
    wire = slow()
    wire.seen.clear()
    wire.b.read(1_000, 0)
    wire.settle()
    assert wire.seen == []
    wire.b.read(1_000, 0)
    wire.collect()
    assert wire.seen == [f"B [.] 300 {100 + 65_535} 0"]
    wire.settle()
    assert len(wire.b.unread) == 65_535


def test_a_shut_window_is_probed_with_a_byte_and_ever_longer_waits():
    wire = slow()
    wire.seen.clear()
    instants = []
    while len(instants) < 5:
        instants.append(wire.a.alarm)
        wire.wait(wire.a.alarm)
    byte, answer = "A [P.] 65635 300 1", "B [.] 300 65635 0"
    assert wire.seen == [byte, answer] * 5
    waits = [later - earlier for earlier, later in zip([0, *instants], instants, strict=False)]
    assert [wait // (200 * MILLISECOND) for wait in waits] == [1, 1, 2, 4, 8]


def test_a_shut_window_is_probed_as_long_as_the_probes_are_answered():
    wire = slow()
    wire.wait(6 * 3_600 * SECOND)
    assert wire.states == ("ESTABLISHED", "ESTABLISHED")


def test_probes_that_nobody_answers_are_given_up():
    wire = slow()
    while wire.a.alarm is not None:
        wire.a.wake(wire.a.alarm)
    assert wire.a.state == "CLOSED"
    assert len(wire.a.take_sent()) == 16  # the probe, and fifteen more
    assert [event for event, _ in wire.a.take_events()] == ["state", "timed out"]


def test_a_window_that_opens_lets_all_out_at_once_the_probes_byte_first():
    wire = slow()
    wire.wait(60 * SECOND)
    wire.seen.clear()
    got = wire.b.read(65_535, wire.now)
    wire.settle()
    assert wire.seen[:3] == ["B [.] 300 65635 0", "A [P.] 65635 300 1", "A [.] 65636 300 1460"]
    got += wire.b.read(65_535, wire.now)
    assert got == bytes(70_000)
    assert wire.a.unacked == []


def test_an_old_segment_does_not_change_the_window():
    """SND.WL1 and SND.WL2: RFC 9293 section 3.10.7.4, fifth check."""
    end = in_state("ESTABLISHED")
    for seq, ack, window, believed in (
        (310, 101, 500, 500),
        (305, 101, 9_000, 500),
        (310, 101, 700, 700),
    ):
        end.receive(Packet(FLOW.reversed(), ACK, seq, ack, window), 0)
        assert end.snd_wnd == believed


@pytest.mark.parametrize(("behind", "challenged"), [(0, False), (500, False), (501, True)])
def test_an_ack_older_than_the_largest_window_is_challenged(behind, challenged):
    """RFC 5961 section 5: an attacker has to guess an ACK from a narrow range."""
    end = Connection(FLOW, 100)
    end.open(0)
    end.receive(other(SYN | ACK, 300, 101)._replace(window=500), 0)
    end.take_sent()
    end.receive(other(ACK, 301, 101 - behind), 0)
    assert [line("A", packet) for packet in end.take_sent()] == ["A [.] 101 301 0"] * challenged


def test_two_shut_windows_never_argue():
    wire = slow()
    wire.a.pull = True
    wire.b.send(bytes(70_000), 0)
    wire.settle()
    assert wire.a.rcv_wnd == wire.b.rcv_wnd == 0
    wire.seen.clear()
    wire.wait(10 * SECOND)
    assert len(wire.seen) < 40
    got = {wire.a: b"", wire.b: b""}
    for _ in range(6):
        for end in got:
            got[end] += end.read(65_535, wire.now)
        wire.settle()
        wire.wait(wire.now + SECOND)
    assert [len(data) for data in got.values()] == [70_000, 70_000]


def test_closing_with_unread_data_is_a_reset_and_the_other_end_hears_so():
    wire = connected()
    wire.b.pull = True
    wire.a.send(b"hello", 0)
    wire.settle()
    wire.b.close(0)
    wire.settle()
    assert wire.seen[-1] == "B [R.] 300 105 0"
    assert wire.states == ("CLOSED", "CLOSED")
    assert wire.heard == {"A": ["connected", "reset"], "B": ["connected", "data", "closed"]}


def test_closing_after_reading_is_a_fin():
    wire = connected()
    wire.b.pull = True
    wire.a.send(b"hello", 0)
    wire.settle()
    assert wire.b.read(100, 0) == b"hello"
    wire.b.close(0)
    wire.settle()
    assert wire.seen[2:] == ["B [F.] 300 105 0", "A [.] 105 301 0"]


def test_what_came_before_a_reset_can_be_read_and_reading_sends_nothing():
    wire = slow()
    wire.a.abort(0)
    wire.settle()
    wire.seen.clear()
    assert len(wire.b.read(65_535, 0)) == 65_535
    wire.b.close(0)
    wire.b.abort(0)
    wire.settle()
    assert wire.seen == []
    assert wire.heard["B"].count("closed") == 0


@pytest.mark.parametrize(
    ("state", "resets"),
    [
        ("SYN-RECEIVED", True),
        ("ESTABLISHED", True),
        ("FIN-WAIT-1", True),
        ("FIN-WAIT-2", True),
        ("CLOSE-WAIT", True),
        ("CLOSING", False),
        ("LAST-ACK", False),
        ("TIME-WAIT", False),
        ("SYN-SENT", False),
        ("LISTEN", False),
    ],
)
def test_abort_resets_where_the_other_end_still_waits_for_something(state, resets):
    """RFC 9293 section 3.10.5."""
    end = in_state(state)
    end.abort(0)
    assert [packet.flags & RST for packet in end.take_sent()] == [RST] * resets
    assert end.state == "CLOSED"


# --- keep-alive -----------------------------------------------------------------------------------


ALIVE = LINUX._replace(keepalive=KeepAlive(100 * SECOND, 10 * SECOND, 3))


def alive(settings=ALIVE):
    wire = Wire(99, 299, settings)
    wire.b.settings = LINUX
    wire.b.listen(0)
    wire.a.open(0)
    wire.settle()
    wire.seen.clear()
    return wire


def test_an_idle_connection_is_probed_with_an_old_number_and_lives_on_if_answered():
    wire = alive()
    wire.wait(99 * SECOND)
    assert wire.seen == []
    wire.wait(100 * SECOND)
    assert wire.seen == ["A [.] 99 300 0", "B [.] 300 100 0"]
    wire.wait(199 * SECOND)
    assert len(wire.seen) == 2
    wire.wait(1_000 * SECOND)
    assert len(wire.seen) == 20
    assert wire.states == ("ESTABLISHED", "ESTABLISHED")


@pytest.mark.fact("tcp-keepalive-linux")
@pytest.mark.parametrize(
    ("settings", "probes", "found"),
    [
        (ALIVE, [100, 110, 120], 130),
        (LINUX._replace(keepalive=KEEP_ALIVE), [*range(7_200, 7_801, 75)], 7_875),
    ],
)
def test_a_dead_peer_is_found_after_the_last_probe(settings, probes, found):
    wire = alive(settings)
    sent = []
    while wire.a.alarm is not None:
        now = wire.a.alarm
        words = wire.a.wake(now)
        sent += [(now // SECOND, words)] * len(wire.a.take_sent())
    assert sent == [
        (instant, f"keep-alive probe {number}") for number, instant in enumerate(probes, 1)
    ]
    assert now == found * SECOND
    assert [event for event, _ in wire.a.take_events()] == ["state", "timed out"]


def test_whatever_is_heard_puts_keep_alive_off():
    wire = alive()
    wire.now = 90 * SECOND
    wire.b.send(b"hello", wire.now)
    wire.settle()
    assert wire.a.alarm == 190 * SECOND


def test_keep_alive_does_not_delay_what_is_due_earlier():
    wire = alive()
    wire.a.snd_wnd = 0
    wire.a.send(b"hello", SECOND)
    assert wire.a.alarm < 2 * SECOND  # a window probe
    wire = alive()
    wire.a.send(b"hello", SECOND)
    assert wire.a.alarm < 3 * SECOND  # a retransmission


def test_a_peer_that_rebooted_answers_keep_alive_with_a_reset():
    wire = alive()
    wire.a.wake(100 * SECOND)
    [probe] = wire.a.take_sent()
    wire.a.receive(probe.reset(), 100 * SECOND)
    assert wire.a.state == "CLOSED"
    assert wire.a.take_events()[-1][0] == "reset"


def test_without_being_asked_for_nothing_is_kept_alive():
    assert LINUX.keepalive is RFC_9293.keepalive is None
    assert connected().a.alarm is None
    assert KEEP_ALIVE == (7_200 * SECOND, 75 * SECOND, 9)  # tcp(7)


# --- timestamps and segment sizes -----------------------------------------------------------------


STAMPED = LINUX


def stamp(packet):
    return next(option[1:] for option in packet.options if option[0] == "TS")


def test_with_timestamps_a_segment_holds_1448_bytes():
    wire = Wire(99, 299, STAMPED)
    wire.b.listen(0)
    wire.a.open(0)
    wire.a.send(bytes(3_000), 0)
    wire.settle()
    assert [
        words for words in wire.seen if words.startswith("A [") and not words.endswith(" 0")
    ] == ["A [.] 100 300 1448", "A [.] 1548 300 1448", "A [P.] 2996 300 104"]


def test_each_end_sends_its_time_and_echoes_the_others():
    a, b = (
        Connection(FLOW, 99, settings=STAMPED),
        Connection(FLOW.reversed(), 299, settings=STAMPED),
    )
    b.listen(0)
    a.open(7 * MILLISECOND)
    [syn] = a.take_sent()
    b.receive(syn, 20 * MILLISECOND)
    [answer] = b.take_sent()
    a.receive(answer, 40 * MILLISECOND)
    [ack] = a.take_sent()
    assert [stamp(packet) for packet in (syn, answer, ack)] == [(7, 0), (20, 7), (40, 20)]
    assert Packet.parse(str(syn)) == syn


def answered(*offers):
    """The options of the SYN,ACK of a Linux that gets a SYN with these."""
    end = Connection(FLOW, 100, settings=LINUX)
    end.listen(5 * MILLISECOND)
    end.receive(other(SYN, 299, 0)._replace(options=offers), 5 * MILLISECOND)
    [answer] = end.take_sent()
    return str(answer).partition(" <")[2]


def test_a_syn_offers_what_linux_offers_and_an_answer_only_what_was_offered():
    """RFC 7323 sections 1.3 and 2.2: no window scale or timestamps in an answer unasked.

    The scale is 0: no number of the model is scaled.
    """
    end = Connection(FLOW, 100, settings=LINUX)
    end.open(7 * MILLISECOND)
    [syn] = end.take_sent()
    assert str(syn).endswith("<mss 1460,sackOK,TS val 7 ecr 0,nop,wscale 0>")
    assert answered(*syn.options) == "mss 1460,sackOK,TS val 5 ecr 7,nop,wscale 0>"
    assert answered(("mss", 1_460), ("sackOK",)) == "mss 1460,sackOK>"
    assert answered(("mss", 1_460), ("nop",), ("wscale", 7)) == "mss 1460,nop,wscale 0>"
    assert answered(("mss", 1_460)) == answered() == "mss 1460>"


def test_timestamps_need_both_ends():
    wire = Wire(99, 299, STAMPED)
    wire.b.settings = PLAIN
    wire.b.listen(0)
    wire.a.open(0)
    wire.settle()
    assert (wire.a.mss, wire.b.mss) == (1_460, 1_460)
    wire.a.send(b"hello", 0)
    [packet] = wire.a.take_sent()
    assert packet.options == ()


def test_an_old_duplicate_does_not_turn_the_echo_back():
    end = Connection(FLOW, 100, settings=STAMPED)
    end.open(0)
    end.receive(other(SYN | ACK, 300, 101)._replace(options=(("mss", 1_460), ("TS", 500, 0))), 0)
    for value, echo in ((600, 600), (550, 600)):
        end.receive(other(ACK, 301, 101)._replace(options=(("TS", value, 0),)), 0)
        assert end.echo == echo


@pytest.mark.parametrize("offer", [0, 1, 12, 47])
def test_an_absurd_mss_does_not_make_endless_segments(offer):
    end = Connection(FLOW, 100)
    end.open(0)
    end.receive(other(SYN | ACK, 300, 101)._replace(options=(("mss", offer),)), 0)
    end.take_sent()
    end.send(bytes(100), 0)
    assert [len(packet.data) for packet in end.take_sent()] == [48, 48, 4]


# --- SYNs to nobody, ICMP -------------------------------------------------------------------------


@pytest.mark.fact("tcp-syn-classic", "tcp-syn-65")
@pytest.mark.parametrize(
    ("settings", "sent", "given_up"),
    [
        (LINUX, [0, 1, 2, 3, 4, 5, 7, 11, 19, 35, 67], 131),
        (LINUX_BEFORE_6_5, [0, 1, 3, 7, 15, 31, 63], 127),
        (
            RFC_9293,
            [0, 1, 3, 7, 15, 31, 63, 127],
            247,
        ),  # at least three minutes: RFC 9293 section 3.8.3
    ],
    ids=["Linux", "Linux before 6.5", "RFC 9293"],
)
def test_syns_to_a_silent_host_and_when_the_application_hears(settings, sent, given_up):
    client, server = Host("client", "10.0.0.1", settings=settings), Host("server", SERVER.address)
    lan, program = Lan(client, server), Talker()
    lan.silent.add("server")
    lan.do(client, "connect", SERVER, program)
    instants = [0]
    while client.deadline is not None:
        before, now = len(lan.seen), client.deadline
        lan.wait(now)
        instants += [now // SECOND] * (len(lan.seen) - before)
    assert instants == sent
    assert (now, program.heard) == (given_up * SECOND, ["timed out"])
    assert client.connections == {}


@pytest.mark.fact("tcp-closed-vs-dropped")
def test_a_closed_port_is_refused_at_once_and_never_tried_again():
    client, server = Host("client", "10.0.0.1"), Host("server", SERVER.address)
    lan, program = Lan(client, server), Talker()
    lan.do(client, "connect", SERVER, program)
    assert (lan.now, program.heard) == (0, ["refused"])
    assert [packet.flags for packet in lan.seen] == [SYN, RST | ACK]
    assert client.deadline is None


@pytest.mark.parametrize(
    ("state", "heard"),
    [
        ("SYN-SENT", ["unreachable"]),
        ("SYN-RECEIVED", ["unreachable"]),
        ("LISTEN", []),
        ("ESTABLISHED", []),
        ("FIN-WAIT-1", []),
        ("FIN-WAIT-2", []),
        ("CLOSE-WAIT", []),
        ("CLOSING", []),
        ("LAST-ACK", []),
        ("TIME-WAIT", []),
    ],
)
def test_icmp_unreachable_ends_an_attempt_but_no_connection(state, heard):
    end = in_state(state)
    end.unreachable(end.snd_una)
    assert [event for event, _ in end.take_events() if event != "state"] == heard
    assert end.state == ("CLOSED" if heard else state)
    assert end.take_sent() == []


# --- on hosts: backlog, TIME-WAIT's follower, a peer that is gone ---------------------------------


def test_a_full_backlog_drops_syns_silently_and_the_client_tries_again():
    server = Host("server", SERVER.address)
    server.listen(80, Talker(), backlog=1)
    server.hold(80)
    clients = [Host(f"client {n}", f"10.0.0.{n}") for n in (1, 2, 3)]
    lan, programs = Lan(server, *clients), [Talker() for _ in clients]
    for client, program in zip(clients, programs, strict=True):
        lan.do(client, "connect", SERVER, program)
    # backlog 1 holds two
    assert [program.heard for program in programs] == [["connected"], ["connected"], []]
    dropped = lan.steps[-1]
    assert (dropped.action, dropped.reason, dropped.sent) == (DROP, BACKLOG_FULL, ())
    lan.wait(SECOND)
    assert lan.steps[-1].reason is BACKLOG_FULL  # tried again, and dropped again
    accepted = server.accept(80, SECOND)
    assert accepted.flow.dst == "10.0.0.1"
    lan.wait(2 * SECOND)
    assert programs[2].heard == ["connected"]


def test_a_held_connections_program_hears_all_in_order_when_it_is_accepted():
    server, client, program = Host("server", SERVER.address), Host("client", "10.0.0.1"), Talker()
    server.listen(80, program)
    server.hold(80)
    lan = Lan(server, client)
    lan.do(client, "connect", SERVER, Talker(b"hello"))
    assert program.heard == []
    assert server.accept(80, 0) is not None
    assert (program.heard, program.got) == (["connected", "data"], b"hello")
    assert server.accept(80, 0) is None


def waiting():
    """A server whose end of a connection is in TIME-WAIT.

    That connection's flow, as the client sees it, is returned as well.
    """
    server, program = Host("server", SERVER.address), Talker()
    server.listen(80, program)
    flow = FiveTuple("10.0.0.1", 40_000, *SERVER)
    server.handle(Packet(flow, SYN, 1_000), 0)
    end = server.connections[flow.reversed()]
    isn = end.iss
    server.handle(Packet(flow, ACK, 1_001, isn + 1), 0)
    server.close(end, 0)
    server.flush(0)
    server.handle(Packet(flow, FIN | ACK, 1_001, isn + 2), 0)
    assert end.state == "TIME-WAIT"
    return server, flow, end, program


@pytest.mark.fact("tcp-timewait")
@pytest.mark.parametrize(
    ("seq", "taken"), [(1_003, True), (900_000, True), (1_001, False), (5, False)]
)
def test_a_syn_with_a_higher_number_takes_the_place_of_time_wait(seq, taken):
    server, flow, old, _ = waiting()
    [answer] = server.handle(Packet(flow, SYN, seq), 0).sent
    new = server.connections[flow.reversed()]
    assert (new is not old) == taken
    if taken:
        assert (answer.flags, answer.ack) == (SYN | ACK, seq + 1)
        assert answer.seq > old.snd_nxt
    else:
        # the old connection speaks
        assert line("server", answer) == f"server [.] {old.snd_nxt} 1002 0"


def test_the_end_of_time_wait_does_not_take_its_follower_away():
    server, flow, old, program = waiting()
    [answer] = server.handle(Packet(flow, SYN, 5_000), 10 * SECOND).sent
    server.handle(Packet(flow, ACK, 5_001, answer.seq + 1), 10 * SECOND)
    while server.deadline is not None and server.deadline <= 200 * SECOND:
        server.wake(server.deadline)
    assert old.state == "CLOSED"
    assert server.connections[flow.reversed()].state == "ESTABLISHED"
    assert program.heard == ["connected", "end of data", "closed", "connected"]


def test_close_with_unread_data_is_heard_as_reset_over_the_wire():
    class Reluctant(Talker):
        def on(self, host, connection, event, data, now):
            connection.pull = True
            super().on(host, connection, event, data, now)

    server, client, program = (
        Host("server", SERVER.address),
        Host("client", "10.0.0.1"),
        Reluctant(),
    )
    server.listen(80, program)
    lan, caller = Lan(server, client), Talker(b"hello")
    lan.do(client, "connect", SERVER, caller)
    lan.do(server, "close", program.connection)
    assert caller.heard == ["connected", "reset"]
    assert lan.seen[-1].flags == RST | ACK
    assert server.connections == client.connections == {}


def test_a_host_reads_at_its_own_pace():
    server, client, program = Host("server", SERVER.address), Host("client", "10.0.0.1"), Talker()
    server.listen(80, program)
    lan = Lan(server, client)
    lan.do(client, "connect", SERVER, Talker())
    program.connection.pull = True
    lan.do(client, "send", next(iter(client.connections.values())), b"x" * 100_000)
    got = b""
    for _ in range(4):
        got += lan.do(server, "read", program.connection, 40_000)
    assert got == b"x" * 100_000


def test_two_held_connections_hear_each_their_own_when_they_are_accepted():
    heard = {}

    class Program:
        def on(self, host, connection, event, data, now):
            heard.setdefault(connection.flow.dst, []).append(data or event)

    server = Host("server", SERVER.address)
    server.listen(80, Program())
    server.hold(80)
    clients = [Host(f"client {n}", f"10.0.0.{n}") for n in (1, 2)]
    lan = Lan(server, *clients)
    for client in clients:
        lan.do(client, "connect", SERVER, Talker(client.name.encode()))
    assert heard == {}
    for _ in clients:
        server.accept(80, 0)
        server.flush(0)
    assert heard == {
        "10.0.0.1": ["connected", b"client 1"],
        "10.0.0.2": ["connected", b"client 2"],
    }


def test_an_alarm_after_which_nothing_is_sent_has_no_words():
    """RFC 9293 section 3.10.8: at the user timeout the connection is deleted."""
    end = connected().a
    end.send(b"never acknowledged", 0)
    words = []
    while end.alarm is not None:
        words.append(end.wake(end.alarm))
    assert words[-1] == ""
    assert words[:-1] == [f"retransmission {n}" for n in range(1, len(words))]
