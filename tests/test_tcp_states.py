"""TCP's states: the table beside the RFC's figure, and every kind of segment in every state."""

import pytest
from rigs.two_ends import ALL_STATES, Wire, in_state, line, other

from vpcedu.clock import SECOND
from vpcedu.packet import ACK, FIN, PSH, RST, SYN, flags_text
from vpcedu.protocols.tcp_states import RESET, STATES, TRANSITIONS, diagram

# RFC 9293, figure 5: state, event, what is sent, next state. Note 1 of the figure: SYN-RECEIVED
# goes back to LISTEN on a RST after a passive OPEN; note 2, FIN-WAIT-1 to TIME-WAIT, is two rows
# one after the other.
FIGURE_5 = """
CLOSED       | passive OPEN   |         | LISTEN
CLOSED       | active OPEN    | SYN     | SYN-SENT
LISTEN       | rcv SYN        | SYN,ACK | SYN-RECEIVED
LISTEN       | SEND           | SYN     | SYN-SENT
LISTEN       | CLOSE          |         | CLOSED
SYN-SENT     | CLOSE          |         | CLOSED
SYN-SENT     | rcv SYN        | SYN,ACK | SYN-RECEIVED
SYN-SENT     | rcv SYN,ACK    | ACK     | ESTABLISHED
SYN-RECEIVED | rcv ACK of SYN |         | ESTABLISHED
SYN-RECEIVED | CLOSE          | FIN,ACK | FIN-WAIT-1
SYN-RECEIVED | rcv RST        |         | LISTEN
ESTABLISHED  | CLOSE          | FIN,ACK | FIN-WAIT-1
ESTABLISHED  | rcv FIN        | ACK     | CLOSE-WAIT
FIN-WAIT-1   | rcv ACK of FIN |         | FIN-WAIT-2
FIN-WAIT-1   | rcv FIN        | ACK     | CLOSING
FIN-WAIT-2   | rcv FIN        | ACK     | TIME-WAIT
CLOSE-WAIT   | CLOSE          | FIN,ACK | LAST-ACK
CLOSING      | rcv ACK of FIN |         | TIME-WAIT
LAST-ACK     | rcv ACK of FIN |         | CLOSED
TIME-WAIT    | timeout 2MSL   |         | CLOSED
"""
FLAGS = {"": 0, "SYN": SYN, "ACK": ACK, "SYN,ACK": SYN | ACK, "FIN,ACK": FIN | ACK}


@pytest.mark.fact("tcp-states")
def test_the_transitions_are_those_of_figure_5():
    figure = set()
    for row in FIGURE_5.strip().splitlines():
        state, event, send, after = (word.strip() for word in row.split("|"))
        figure.add((state, event, FLAGS[send], after))
    assert {tuple(row) for row in TRANSITIONS} == figure
    assert len(TRANSITIONS) == len(figure) == len(STATES)


@pytest.mark.fact("tcp-states")
def test_every_state_is_reached_and_left():
    assert (
        {row.state for row in TRANSITIONS} == {row.next for row in TRANSITIONS} == set(ALL_STATES)
    )


def test_a_reset_is_heard_as_what_it_means_to_the_program():
    assert RESET == {
        "SYN-SENT": "refused",
        "SYN-RECEIVED": "refused",
        "ESTABLISHED": "reset",
        "FIN-WAIT-1": "reset",
        "FIN-WAIT-2": "reset",
        "CLOSE-WAIT": "reset",
        "CLOSING": "closed",
        "LAST-ACK": "closed",
        "TIME-WAIT": "closed",
    }


def kinds(end):
    """The kinds of segment that can arrive.

    `exact` is the number that is awaited, `mine` all that was sent.
    """
    fin_seen = end.state in ("CLOSE-WAIT", "LAST-ACK", "CLOSING", "TIME-WAIT")
    exact, mine = 302 if fin_seen else 301, end.snd_nxt
    return {
        "SYN": other(SYN, 300, 0),
        "SYN ACK": other(SYN | ACK, 300, mine),
        "ACK": other(ACK, exact, mine),
        "ACK bad": other(ACK, exact, mine + 1_000),
        "data": other(PSH | ACK, exact, mine, b"data"),
        "FIN": other(FIN | ACK, exact, mine),
        "RST exact": other(RST | ACK, exact, mine),
        "RST near": other(RST, exact + 1, 0),
        "RST far": other(RST, exact + 70_000, 0),
    }


KINDS = ("SYN", "SYN ACK", "ACK", "ACK bad", "data", "FIN", "RST exact", "RST near", "RST far")

# What each kind does in each state: where it leads (-: it stays) and what is sent for it. Sections
# 3.10.7.1 to 3.10.7.4 of RFC 9293 with the answers of RFC 5961; the host, not the connection,
# answers in CLOSED. In SYN-RECEIVED a repeated SYN gets the SYN,ACK again, as from Linux (the RFC:
# an ACK).
GRID = """
            |SYN            |SYN ACK      |ACK        |ACK bad|data         |FIN         |RST exact|RST near|RST far
CLOSED      |-              |-            |-          |-      |-            |-           |-        |-       |-
LISTEN      |SYN-RECEIVED S.|- R          |- R        |- R    |- R          |- R         |-        |-       |-
SYN-SENT    |SYN-RECEIVED S.|ESTABLISHED .|-          |- R    |-            |-           |CLOSED   |-       |-
SYN-RECEIVED|- S.           |- .          |ESTABLISHED|- R    |ESTABLISHED .|CLOSE-WAIT .|LISTEN   |- .     |-
ESTABLISHED |- .            |- .          |-          |- .    |- .          |CLOSE-WAIT .|CLOSED   |- .     |-
FIN-WAIT-1  |- .            |- .          |FIN-WAIT-2 |- .    |FIN-WAIT-2 . |TIME-WAIT . |CLOSED   |- .     |-
FIN-WAIT-2  |- .            |- .          |-          |- .    |- .          |TIME-WAIT . |CLOSED   |- .     |-
CLOSE-WAIT  |- .            |- .          |-          |- .    |-            |-           |CLOSED   |- .     |-
CLOSING     |- .            |- .          |TIME-WAIT  |- .    |TIME-WAIT    |TIME-WAIT   |CLOSED   |- .     |-
LAST-ACK    |- .            |- .          |CLOSED     |- .    |CLOSED       |CLOSED      |CLOSED   |- .     |-
TIME-WAIT   |- .            |- .          |-          |- .    |- .          |- .         |CLOSED   |- .     |-
"""


def grid():
    head, *rows = (row.split("|") for row in GRID.strip("\n").splitlines())
    assert tuple(word.strip() for word in head[1:]) == KINDS
    assert tuple(row[0].strip() for row in rows) == ALL_STATES
    return [
        (row[0].strip(), kind, cell.split())
        for row in rows
        for kind, cell in zip(KINDS, row[1:], strict=True)
    ]


@pytest.mark.parametrize(("state", "kind", "outcome"), grid(), ids=lambda value: str(value)[:12])
def test_every_kind_of_segment_has_a_defined_outcome_in_every_state(state, kind, outcome):
    end = in_state(state)
    end.receive(kinds(end)[kind], SECOND)
    sent = [flags_text(packet.flags) for packet in end.take_sent()]
    assert [end.state if end.state != state else "-", *sent] == outcome
    assert end.state != "CLOSED" or (end.alarm, end.unacked) == (None, [])


@pytest.mark.parametrize("state", ["CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT"])
def test_a_repeated_fin_is_acknowledged_again(state):
    end = in_state(state)
    end.receive(other(FIN | ACK, 301, end.snd_nxt), 0)
    assert [line("A", packet).split(" ", 1)[1] for packet in end.take_sent()] == [
        f"[.] {end.snd_nxt} 302 0"
    ]
    assert end.state == state


@pytest.mark.parametrize("state", ALL_STATES)
def test_what_the_program_does_has_a_defined_outcome_in_every_state(state):
    assert {
        "close": after(state, "close"),
        "abort": after(state, "abort"),
        "wake": after(state, "wake"),
    } == {
        "close": {
            "LISTEN": "CLOSED",
            "SYN-SENT": "CLOSED",
            "SYN-RECEIVED": "FIN-WAIT-1",
            "ESTABLISHED": "FIN-WAIT-1",
            "CLOSE-WAIT": "LAST-ACK",
        }.get(state, state),
        "abort": "CLOSED",
        "wake": "CLOSED" if state == "TIME-WAIT" else state,
    }


def after(state, call):
    end = in_state(state)
    getattr(end, call)(SECOND)
    return end.state


def test_sending_on_a_listening_connection_opens_it():
    end = in_state("LISTEN")
    end.send(b"hello", 0)
    assert end.state == "SYN-SENT"
    assert [line("A", packet) for packet in end.take_sent()] == ["A [S] 100 0 0"]


def test_every_change_of_state_is_told_with_its_event():
    wire = Wire()
    wire.b.listen(0)
    wire.a.open(0)
    told = []
    for name in ("", "A", "B", "A"):
        if name:
            (wire.b if name == "A" else wire.a).receive(wire.way[name].popleft(), 0)
        for who, end in (("A", wire.a), ("B", wire.b)):
            told += [f"{who} {row}" for event, row in end.take_events() if event == "state"]
            wire.way[who] += end.take_sent()
    assert told == [
        "A CLOSED -> SYN-SENT (active OPEN)",
        "B CLOSED -> LISTEN (passive OPEN)",
        "B LISTEN -> SYN-RECEIVED (rcv SYN)",
        "A SYN-SENT -> ESTABLISHED (rcv SYN,ACK)",
        "B SYN-RECEIVED -> ESTABLISHED (rcv ACK of SYN)",
    ]


def test_the_diagram_is_drawn_from_the_table_that_runs():
    words = diagram()
    arrows = [line.strip() for line in words.splitlines() if "-->" in line]
    assert len(arrows) == len(TRANSITIONS)
    assert "SYN_SENT --> ESTABLISHED: rcv SYN,ACK / ." in arrows
    assert words.count('state "') == 11
