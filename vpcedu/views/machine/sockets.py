"""Sockets: which connections does a host have at one moment, and which of their timers run?

Read from a capture: a connection's changes of state, and the packets that its host sent and took.
What no capture knows is in no row: bytes that a program has not read yet, bytes that wait to be
sent, sockets that only listen, processes. A retransmission timer is known where it rang in the end;
one that was stopped by an answer is left out (Linux would show some 200 ms of it).

A keep-alive timer is Linux's: it is not set anew with each segment, but looks, when it rings, for
how long the connection has been silent (net/ipv4/tcp_timer.c, tcp_keepalive_timer). One thing is
the model's: after an answered probe the next one follows after the idle time, also where the
interval is longer. Left out: that Linux forgets a connection in FIN-WAIT-2 after 60 s.
"""

from __future__ import annotations

from vpcedu.flow import FiveTuple
from vpcedu.packet import ACK
from vpcedu.protocols.tcb import ahead
from vpcedu.protocols.tcp_settings import LINUX, Settings
from vpcedu.protocols.tcp_states import CLOSED, ESTABLISHED, LISTEN, SENDING, TIME_WAIT
from vpcedu.row import NamedRow
from vpcedu.trace import Capture, Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.trace import Trace
    from vpcedu.views.machine.printed import Seen

ON, KEEPALIVE, TIMEWAIT = "on", "keepalive", "timewait"  # the timers' names in ss
AGAIN = "retransmission"  # a packet's cause


class Running(NamedRow):
    """A timer that runs: its name, microseconds until it rings, and how many tries went before."""

    name: str
    left: int
    tries: int


class Socket(NamedRow):
    """A connection at one moment.

    Its flow with its own end first, the state by RFC 9293, how much of the sequence space is sent
    and not acknowledged (bytes, and one each for SYN and FIN), the timer that runs or None.
    """

    flow: FiveTuple
    state: str
    unacked: int
    timer: Running | None


def last_stood(capture: Capture, host: str) -> int | None:
    """The last moment (microseconds) at which a connection of a host was established.

    None where one still is, or none ever was.
    """
    left = None
    for at, _, change in capture.changes(host):
        if change.before == ESTABLISHED:
            left = at - 1
    return left


def sockets(seen: Seen, host: str, now: int) -> list[Socket]:
    """The connections of a host at an instant (microseconds), in the order of their beginning."""
    lives: dict[FiveTuple, Life] = {}
    for at, _, change in seen.capture.changes(host):
        if at <= now and change.after in (CLOSED, LISTEN):
            lives.pop(change.flow, None)
        elif at <= now:
            lives.setdefault(change.flow, Life(at)).changes.append((at, change))
        elif change.flow in lives:
            lives[change.flow].later.append((at, change))
    for trace in seen.capture:
        _remember(trace, host, lives)
    settings = settings_of(seen, host)
    return [
        Socket(flow, life.state, life.unacked(now), life.timer(now, settings))
        for flow, life in lives.items()
    ]


def settings_of(seen: Seen, host: str) -> Settings:
    """The settings of a host's TCP: Linux's, where its description says nothing else."""
    rows = (row for vpc in seen.vpc.everyone for row in vpc.devices if row.name == host)
    found = next((dict(row.settings).get("settings") for row in rows), None)
    return found if isinstance(found, Settings) else LINUX


class Life:
    """What a capture says of one connection of a host, since `born` (microseconds).

    Changes of state until the moment and later; traces that the host sent; instants and
    acknowledgment numbers of what it took.
    """

    def __init__(self, born: int) -> None:
        self.born = born
        self.changes: list[tuple[int, Change]] = []
        self.later: list[tuple[int, Change]] = []
        self.sent: list[tuple[int, Trace]] = []
        self.took: list[tuple[int, int]] = []

    @property
    def state(self) -> str:
        """The state at the moment."""
        return self.changes[-1][1].after

    def unacked(self, now: int) -> int:
        """How much was sent and not acknowledged at an instant."""
        packets = [trace.packet for at, trace in self.sent if at <= now and trace.packet.length]
        if not packets:
            return 0
        first = packets[0].seq
        end = max(ahead(packet.seq + packet.length, first) for packet in packets)
        # a FIN often comes in the same instant as the acknowledgment before it
        return end - max([0, *(ahead(ack, first) for at, ack in self.took if at <= now + 1)])

    def timer(self, now: int, settings: Settings) -> Running | None:
        """The timer that runs at an instant, where the capture tells."""
        if self.state == TIME_WAIT:
            over = [at for at, change in self.later if change.event == "timeout 2MSL"]
            ends = over[0] if over else self.changes[-1][0] + settings.time_wait
            return Running(TIMEWAIT, ends - now, 0)
        if self.unacked(now):
            return self._retransmission(now)
        if settings.keepalive and self.state in SENDING:
            return self._keep_alive(now, settings)
        return None

    def _retransmission(self, now: int) -> Running | None:
        tries = [(at, trace) for at, trace in self.sent if trace.cause.what.startswith(AGAIN)]
        rings = [at for at, _ in tries if at > now]
        rings += [at for at, change in self.later if change.event == "USER TIMEOUT"]
        if not rings or self.unacked(rings[0] - 1) < self.unacked(now):
            return None
        before = sum(at <= now and self.unacked(at) == self.unacked(now) for at, _ in tries)
        return Running(ON, rings[0] - now, before)

    def _keep_alive(self, now: int, settings: Settings) -> Running:
        idle, interval, _ = settings.keepalive  # type: ignore[misc]
        heard = [at for at, change in self.changes if change.after == ESTABLISHED]
        rings, probes = heard[0] + idle, 0
        heard += [at for at, _ in self.took if at <= now]
        while rings <= now:
            last = max(at for at in heard if at <= rings)
            if rings - last < idle:
                rings, probes = last + idle, 0
                continue
            answered = any(rings < at < rings + interval for at in heard)
            probes = 0 if answered else probes + 1
            rings += min(idle, interval) if answered else interval
        return Running(KEEPALIVE, rings - now, probes)


def _remember(trace: Trace, host: str, lives: dict[FiveTuple, Life]) -> None:
    """Note a trace with the connection that sent it, or took it."""
    flow, at = trace.packet.flow, trace.steps[0].now
    life = lives.get(flow)
    if trace.sender == host and life is not None and at >= life.born:
        life.sent.append((at, trace))
    last = trace.last
    life = lives.get(last.before.flow.reversed())
    if trace.delivered and last.at == host and life is not None and last.before.flags & ACK:
        life.took.append((last.now, last.before.ack))
