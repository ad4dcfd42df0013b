"""What `ss` prints: a host's connections at one moment.

The columns are those of iproute2 6.1 where its output goes into a file, the widths too. Recv-Q is
always 0, since programs read at once here; Send-Q counts what was sent and not acknowledged. The
order is that in which the connections began, where ss has that of a hash table. Left out: sockets
that listen, which `-a` would show, and processes.

Of `ss -s` the line about TCP is printed. estab, orphaned and timewait are counted from the capture;
so are closed and the sum, in which a real machine counts its other sockets too.
"""

from __future__ import annotations

from vpcedu.clock import MILLISECOND, SECOND
from vpcedu.protocols.tcp_states import (
    CLOSE_WAIT,
    CLOSING,
    ESTABLISHED,
    FIN_WAIT_1,
    LAST_ACK,
    SYN_RECEIVED,
    TIME_WAIT,
)
from vpcedu.quoting import quoted
from vpcedu.views.machine.printed import Printed, instant, machine
from vpcedu.views.machine.sockets import Running, Socket, last_stood, sockets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.views.machine.printed import Seen

NAMES = {ESTABLISHED: "ESTAB", SYN_RECEIVED: "SYN-RECV"}  # the others are the RFC's
HIDDEN = (TIME_WAIT, SYN_RECEIVED)  # without -a
ORPHANED = (FIN_WAIT_1, CLOSING, LAST_ACK)  # no program has them any more, and TCP goes on
HEADS = ("State", "Recv-Q", "Send-Q", "Local Address:", "Port", "Peer Address:", "Port", "Process")
RIGHT = (3, 5)  # columns that are written to the right
GLUED = (4, 6, 7)  # columns without a space before them


def ss(seen: Seen, host: str, options: str = "-tn", at: float | None = None) -> Printed:
    """What `ss` prints on a host.

    options: -tn, with `a` for all states, `o` for timers, or -s for the sums. at: seconds since the
    capture began; None: the last moment at which the host had an established connection, else the
    end. ValueError names a wrong value.
    """
    machine(seen, host)
    letters = options[1:] if isinstance(options, str) and options[:1] == "-" else ""
    if letters != "s" and not (set("tn") <= set(letters) <= set("tnao")):
        raise ValueError(f"options {quoted(options)}: expected -tn, -tan, -ton, -tano or -s")
    found = sockets(seen, host, _end(seen, host) if at is None else instant(at))
    lines = [_sums(found)] if letters == "s" else _table(found, letters)
    return Printed(host, f"ss {options}", tuple(lines))


def _end(seen: Seen, host: str) -> int:
    stood = last_stood(seen.capture, host)
    instants = [trace.last.now for trace in seen.capture]
    instants += [event.at for event in seen.capture.events]
    return max(instants, default=0) if stood is None else stood


def _sums(found: list[Socket]) -> str:
    states = [socket.state for socket in found]
    waiting = states.count(TIME_WAIT)
    stand = states.count(ESTABLISHED) + states.count(CLOSE_WAIT)
    orphaned = sum(state in ORPHANED for state in states)
    return (
        f"TCP:   {len(states)} (estab {stand}, closed {waiting}, orphaned {orphaned},"
        f" timewait {waiting})"
    )


def _table(found: list[Socket], letters: str) -> list[str]:
    rows = [HEADS]
    for flow, state, unacked, timer in found:
        if state in HIDDEN and "a" not in letters:
            continue
        waits = 0 if state == SYN_RECEIVED else unacked
        words = _timer(timer) if timer and "o" in letters else ""
        ends = (f"{flow.src}:", str(flow.sport), f"{flow.dst}:", str(flow.dport))
        rows.append((NAMES.get(state, state), "0", str(waits), *ends, words))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [_row(row, widths) for row in rows]


def _row(row: tuple[str, ...], widths: list[int]) -> str:
    line = ""
    for place, (cell, width) in enumerate(zip(row, widths, strict=True)):
        space = "" if place == 0 or place in GLUED else " "
        line += space + (cell.rjust(width) if place in RIGHT else cell.ljust(width))
    return line.rstrip()


def _timer(timer: Running) -> str:
    return f" timer:({timer.name},{duration(timer.left)},{timer.tries})"


def duration(left: int) -> str:
    """A time as ss writes it: 119min, 1min15sec, 59sec, 9.123ms, 250ms.

    iproute2's misc/ss.c, print_ms_timer.
    """
    seconds, milliseconds = left // SECOND, left % SECOND // MILLISECOND
    minutes, seconds = divmod(seconds, 60)
    if minutes > 9:
        return f"{minutes}min"
    words = f"{minutes}min" if minutes else ""
    if seconds:
        milliseconds = 0 if seconds > 9 else milliseconds
        words += f"{seconds}{'.' if milliseconds else 'sec'}"
    return words + (f"{milliseconds:03}ms" if milliseconds else "")
