"""The state machine of TCP: the arrows of RFC 9293 figure 5, one row each, in the RFC's words.

Rule 1: every change of state goes through a row of this table (or of RESET below). The column of
what is sent is executed, not decoration. Rule 2: a missing row means "stay": the event changes
nothing. Note 2 of the figure, FIN-WAIT-1 to TIME-WAIT by a FIN that also acknowledges ours, needs
no row: the acknowledgment is looked at first, so it takes the rows "rcv ACK of FIN" and "rcv FIN"
one after the other.
"""

from __future__ import annotations

from vpcedu.packet import ACK, FIN, SYN, flags_text
from vpcedu.row import NamedRow

CLOSED, LISTEN, SYN_SENT, SYN_RECEIVED = "CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED"
ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2 = "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2"
CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT = "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT"
SENDING = (ESTABLISHED, CLOSE_WAIT)
RECEIVING = (ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2)


class Transition(NamedRow):
    """In `state`, `event` leads to `next` and a segment with the flags `send` (0: none)."""

    state: str
    event: str
    send: int
    next: str


TRANSITIONS = (
    Transition(CLOSED,       "passive OPEN",   0,         LISTEN),
    Transition(CLOSED,       "active OPEN",    SYN,       SYN_SENT),
    Transition(LISTEN,       "rcv SYN",        SYN | ACK, SYN_RECEIVED),
    Transition(LISTEN,       "SEND",           SYN,       SYN_SENT),
    Transition(LISTEN,       "CLOSE",          0,         CLOSED),
    Transition(SYN_SENT,     "rcv SYN",        SYN | ACK, SYN_RECEIVED),
    Transition(SYN_SENT,     "rcv SYN,ACK",    ACK,       ESTABLISHED),
    Transition(SYN_SENT,     "CLOSE",          0,         CLOSED),
    Transition(SYN_RECEIVED, "rcv ACK of SYN", 0,         ESTABLISHED),
    Transition(SYN_RECEIVED, "rcv RST",        0,         LISTEN),      # note 1: only after a passive OPEN
    Transition(SYN_RECEIVED, "CLOSE",          FIN | ACK, FIN_WAIT_1),
    Transition(ESTABLISHED,  "CLOSE",          FIN | ACK, FIN_WAIT_1),
    Transition(ESTABLISHED,  "rcv FIN",        ACK,       CLOSE_WAIT),
    Transition(FIN_WAIT_1,   "rcv ACK of FIN", 0,         FIN_WAIT_2),
    Transition(FIN_WAIT_1,   "rcv FIN",        ACK,       CLOSING),
    Transition(FIN_WAIT_2,   "rcv FIN",        ACK,       TIME_WAIT),
    Transition(CLOSE_WAIT,   "CLOSE",          FIN | ACK, LAST_ACK),
    Transition(CLOSING,      "rcv ACK of FIN", 0,         TIME_WAIT),
    Transition(LAST_ACK,     "rcv ACK of FIN", 0,         CLOSED),
    Transition(TIME_WAIT,    "timeout 2MSL",   0,         CLOSED),
)  # fmt: skip


def diagram() -> str:
    """The table as a state diagram, in the Mermaid language that code hosts and notebooks draw."""
    lines = ["stateDiagram-v2"]
    lines += [
        f'    state "{state}" as {_name(state)}'
        for state in dict.fromkeys(transition.state for transition in TRANSITIONS)
    ]
    for transition in TRANSITIONS:
        sends = f" / {flags_text(transition.send)}" if transition.send else ""
        lines.append(
            f"    {_name(transition.state)} --> {_name(transition.next)}: {transition.event}{sends}"
        )
    return "\n".join(lines)


def _name(state: str) -> str:
    return state.replace("-", "_")


STATES = {(transition.state, transition.event): transition for transition in TRANSITIONS}

# What the application hears when a RST ends the connection (RFC 9293 section 3.10.7.4, second
# check).
RESET = {
    SYN_SENT:     "refused",
    SYN_RECEIVED: "refused",
    ESTABLISHED:  "reset",
    FIN_WAIT_1:   "reset",
    FIN_WAIT_2:   "reset",
    CLOSE_WAIT:   "reset",
    CLOSING:      "closed",
    LAST_ACK:     "closed",
    TIME_WAIT:    "closed",
}  # fmt: skip
