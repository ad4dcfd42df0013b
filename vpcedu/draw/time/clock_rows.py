"""Clock rows: who on a connection's path has an idle clock, how long it runs, and how it ended.

How long a clock runs is the device's own setting, or the default its class is made with; what
happened after the silence is read from the capture: who dropped, who heard it by which packet. A
party that only follows its rules (the Internet gateway, a network ACL) has no clock and no row.
"""

from __future__ import annotations

from itertools import pairwise

from vpcedu.clock import SECOND
from vpcedu.packet import RST
from vpcedu.protocols.tcp_settings import LINUX
from vpcedu.quoting import quoted
from vpcedu.row import NamedRow
from vpcedu.trace import DROP, SEND
from vpcedu.views.decided import opens, tracked_of, untracked_of
from vpcedu.views.explain import label

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.network.conversations import Conversation
    from vpcedu.network.interface import Interface
    from vpcedu.network.vpc import Device
    from vpcedu.sites.visit import Visit
    from vpcedu.trace import Step, Trace

SHORTEST = 10 * SECOND  # microseconds: what counts as silence
FORGOT, RUNS, RINGS, NONE = "forgot", "runs", "rings", "no clock"  # RINGS: keep-alive asks


class Silence(NamedRow):
    """The longest silence of a connection, and the packets since.

    It lasts from the last packet's end to the beginning of the next one (microseconds).
    """

    talk: Conversation
    begun: int
    ended: int
    after: tuple[Trace, ...]

    @property
    def span(self) -> int:
        """How long nothing was sent, in microseconds."""
        return self.ended - self.begun

    def unseen_by(self, name: str) -> int:
        """How long one device saw nothing of the connection, in microseconds.

        Packets take time between two devices, so this can differ from `span`.
        """
        first = self.after[0].number
        steps = [
            step.now
            for trace in self.talk.traces
            if trace.number < first
            for step in trace.steps
            if step.at == name
        ]
        later = [step.now for trace in self.after for step in trace.steps if step.at == name]
        return min(later, default=self.ended) - max(steps, default=self.begun)


class IdleClock(NamedRow):
    """A party's clock: whose, what it guards, and how long it runs.

    idle: in microseconds, None: never. state: one of FORGOT, RUNS, RINGS, NONE. hears: the word for
    what the party heard or said after the silence; words: the rest of that sentence.
    """

    owner: str
    what: str
    idle: int | None
    state: str
    hears: str
    words: str


def silences(visit: Visit) -> tuple[Silence, ...]:
    """For each connection that fell silent, its first silence: what comes later is its effect.

    ValueError where none was silent for SHORTEST.
    """
    silent = []
    for talk in visit.talks:
        for number, (here, there) in enumerate(pairwise(talk.traces), 1):
            begins, ends = here.last.now, there.steps[0].now
            if ends - begins >= SHORTEST:
                silent.append(Silence(talk, begins, ends, talk.traces[number:]))
                break
    if not silent:
        raise ValueError(
            f"no connection of {quoted(visit.title)} is silent for {SHORTEST // SECOND} s and then used again"
        )
    return tuple(silent)


def clocks_of(visit: Visit, silence: Silence) -> tuple[IdleClock, ...]:
    """The clocks along a connection, from its opener to its listener."""
    devices = {device.name: device for device in visit.vpc.devices}
    cards = {interface.device: interface for interface in visit.vpc.interfaces}
    rows: list[IdleClock] = []
    for name in silence.talk.path:
        end = name in (silence.talk.opener, silence.talk.listener)
        device = devices.get(name)
        if device is not None:
            idle = idle_of(device)
            if idle is not None and not end:
                rows.append(_gate(silence, name, idle))
            elif end:
                rows.append(_host(silence, device, idle))
        card = cards.get(name)
        if card is not None and card.groups:
            rows.append(_group(silence, name, _tracked_for(silence, card)))
    return tuple(rows)


def idle_of(device: Device) -> int | None:
    """A device's idle timeout (microseconds); None without one.

    It comes from the device's settings, or from the default of its class.
    """
    given = dict(device.settings).get("idle")
    if given is not None:
        return int(given)
    from inspect import signature

    parameter = signature(device.kind).parameters.get("idle")
    return (
        parameter.default if parameter is not None and isinstance(parameter.default, int) else None
    )


def _tracked_for(silence: Silence, card: Interface) -> int:
    """How long an interface tracks this flow.

    The tracked row says so, or else the interface, or else the default.
    """
    steps = [
        step
        for trace in silence.talk.traces
        for step in trace.steps
        if step.at == card.device and step.now <= silence.begun
    ]
    rows = [row for row in map(tracked_of, steps) if row is not None]
    return rows[-1].idle if rows else card.tracking.tcp_established


def _gate(silence: Silence, name: str, idle: int) -> IdleClock:
    """A gateway's rows: it forgets silently, and says so only to a host that sends again."""
    step = _first(silence, name)
    state = FORGOT if silence.unseen_by(name) >= idle else RUNS
    if step is None:
        return IdleClock(name, "its table", idle, state, "silence", "nothing comes to it again")
    if step.action != DROP:
        return IdleClock(
            name,
            "its table",
            idle,
            state,
            "passes",
            "the entry is still there" if state == RUNS else "by a new entry",
        )
    receiver = _reset_to(silence, name)
    if receiver:
        return IdleClock(
            name, "its table", idle, state, "RST", f"to {receiver}, and only when it sends again"
        )
    why = step.reason.code if step.reason else "lost"
    return IdleClock(name, "its table", idle, state, "dropped", f"{why}, silently")


def _host(silence: Silence, device: Device, idle: int | None) -> IdleClock:
    """An end of the connection: its own clock, and what it heard after the silence."""
    settings = dict(device.settings).get("settings") or LINUX
    limit, what, ends = idle, "idle timeout", FORGOT
    if idle is None and settings.keepalive:
        limit, what, ends = settings.keepalive.idle, "keep-alive", RINGS
    elif idle is None:
        what, ends = "keep-alive off", NONE
    sent = next((t for t in silence.after if t.sender == device.name), None)
    # a proxy closes both of its connections when the clock of one of them rings
    rang = sent is not None and sent.cause.what == "idle timeout"
    early = limit is not None and silence.unseen_by(device.name) < limit
    state = RUNS if early and not rang else ends
    got = next((t for t in silence.after if t.delivered and t.last.at == device.name), None)
    reset = got is not None and bool(got.packet.flags & RST)
    if got is not None and (sent is None or got.number < sent.number or reset):
        return IdleClock(device.name, what, limit, state, _name(got), f"from {got.sender}")
    if sent is not None:
        tries = sum(
            t.sender == device.name
            and (t.packet.seq, t.packet.flags) == (sent.packet.seq, sent.packet.flags)
            for t in silence.after
        )
        heard = f", hears {label(got.packet)}" if got is not None else ", hears nothing"
        times = "" if tries == 1 else f", {tries} times"
        return IdleClock(device.name, what, limit, state, "sends", f"{_name(sent)}{times}{heard}")
    return IdleClock(device.name, what, limit, state, "silence", "hears nothing")


def _group(silence: Silence, name: str, idle: int) -> IdleClock:
    """The tracking of an interface's groups."""
    state = FORGOT if silence.unseen_by(name) >= idle else RUNS
    steps = [
        s
        for t in silence.after
        for s in t.steps
        if s.at == name and s.check in ("group in", "group out")
    ]
    step = next((s for s in steps if s.action == DROP), steps[0] if steps else None)
    whose = f"{name}'s group"
    if step is None:
        return IdleClock(whose, "tracked flow", idle, state, "silence", "checks no more packets")
    if step.action == DROP:
        return IdleClock(whose, "tracked flow", idle, state, "dropped", "no rule for it")
    if untracked_of(step) is not None:
        return IdleClock(whose, "tracked flow", idle, state, "by a rule", "not tracked")
    if opens(step):
        return IdleClock(whose, "tracked flow", idle, state, "by a rule", "tracked again")
    return IdleClock(whose, "tracked flow", idle, state, "passes", "the flow is still tracked")


def _first(silence: Silence, name: str) -> Step | None:
    """The first decision of a gateway after the silence."""
    return next(
        (
            step
            for trace in silence.after
            for step in trace.steps
            if step.at == name
            and step.check
            not in ("group in", "group out", "network ACL in", "network ACL out", "route")
            and step.action != SEND
        ),
        None,
    )


def _reset_to(silence: Silence, name: str) -> str:
    """To whom a gateway sent a packet of its own after the silence."""
    return next((t.last.at for t in silence.after if t.sender == name), "")


def _name(trace: Trace) -> str:
    """What a packet is; a keep-alive probe looks like any ACK, so its cause is asked."""
    return "probe" if trace.cause.what.startswith("keep-alive") else label(trace.packet)
