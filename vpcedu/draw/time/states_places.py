"""States' places: where each state of TCP is in its diagram, and which path each arrow takes.

The arrows are those of the table of protocols/tcp_states.py; only their lines are kept here, by the
states that they join. A row of the table that has no line here is named under the picture, never
left out in silence.
"""

from __future__ import annotations

from vpcedu.protocols.tcp_states import (
    CLOSE_WAIT,
    CLOSED,
    CLOSING,
    ESTABLISHED,
    FIN_WAIT_1,
    FIN_WAIT_2,
    LAST_ACK,
    LISTEN,
    SYN_RECEIVED,
    SYN_SENT,
    TIME_WAIT,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.draw.canvas.scene import Point

WIDE, TALL = 118.0, 30.0  # of a state's box
PLACES: dict[str, Point] = {  # middle, upper edge
    CLOSED: (200.0, 74.0),
    LISTEN: (88.0, 140.0),
    SYN_SENT: (312.0, 140.0),
    SYN_RECEIVED: (88.0, 212.0),
    ESTABLISHED: (312.0, 212.0),
    FIN_WAIT_1: (88.0, 296.0),
    CLOSE_WAIT: (366.0, 296.0),
    FIN_WAIT_2: (88.0, 382.0),
    CLOSING: (228.0, 382.0),
    LAST_ACK: (366.0, 382.0),
    TIME_WAIT: (228.0, 456.0),
}
POLYLINES: dict[tuple[str, str], tuple[Point, ...]] = {
    (CLOSED, LISTEN): ((141.0, 83.0), (74.0, 83.0), (74.0, 140.0)),
    (LISTEN, CLOSED): ((104.0, 140.0), (104.0, 96.0), (141.0, 96.0)),
    (CLOSED, SYN_SENT): ((259.0, 83.0), (326.0, 83.0), (326.0, 140.0)),
    (SYN_SENT, CLOSED): ((296.0, 140.0), (296.0, 96.0), (259.0, 96.0)),
    (LISTEN, SYN_RECEIVED): ((60.0, 170.0), (60.0, 212.0)),
    (SYN_RECEIVED, LISTEN): ((88.0, 212.0), (88.0, 170.0)),
    (LISTEN, SYN_SENT): ((147.0, 155.0), (253.0, 155.0)),
    (SYN_SENT, SYN_RECEIVED): ((276.0, 170.0), (276.0, 191.0), (122.0, 191.0), (122.0, 212.0)),
    (SYN_SENT, ESTABLISHED): ((326.0, 170.0), (326.0, 212.0)),
    (SYN_RECEIVED, ESTABLISHED): ((147.0, 227.0), (253.0, 227.0)),
    (SYN_RECEIVED, FIN_WAIT_1): ((66.0, 242.0), (66.0, 296.0)),
    (ESTABLISHED, FIN_WAIT_1): ((276.0, 242.0), (276.0, 269.0), (110.0, 269.0), (110.0, 296.0)),
    (ESTABLISHED, CLOSE_WAIT): ((346.0, 242.0), (346.0, 296.0)),
    (FIN_WAIT_1, FIN_WAIT_2): ((88.0, 326.0), (88.0, 382.0)),
    (FIN_WAIT_1, CLOSING): ((147.0, 311.0), (228.0, 311.0), (228.0, 382.0)),
    (FIN_WAIT_2, TIME_WAIT): ((88.0, 412.0), (88.0, 471.0), (169.0, 471.0)),
    (CLOSE_WAIT, LAST_ACK): ((366.0, 326.0), (366.0, 382.0)),
    (CLOSING, TIME_WAIT): ((228.0, 412.0), (228.0, 456.0)),
    (LAST_ACK, CLOSED): (
        (366.0, 412.0),
        (366.0, 440.0),
    ),  # the box is far away: a word stands at the end
    (TIME_WAIT, CLOSED): ((287.0, 471.0), (318.0, 471.0)),
}
ENDS = {(LAST_ACK, CLOSED): (366.0, 456.0, "middle"), (TIME_WAIT, CLOSED): (324.0, 475.5, "start")}
FOOT = 496.0  # the lower edge of the diagram
