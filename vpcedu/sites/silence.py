"""Silence: a connection is opened, asked one thing, left alone, and used again by one of its ends.

Four routes through the reference site, each with its own idle clock on the path: a NAT gateway and
a NAT instance (web calls a server on the Internet), a Network and a Classic Load Balancer (a client
calls web). After the query nobody sends anything for a number of seconds; then one end sends. The
run goes on until no timer is left anywhere in the network, or for REST more where keep-alive never
stops.

Left out: what programs do about a lost connection (they would call again), TLS, HTTP: the bytes are
only bytes.
"""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.hosts.host import Host
from vpcedu.network.record import Call
from vpcedu.network.vpc import Device
from vpcedu.packet import ACK, FIN, RST, SYN
from vpcedu.protocols.tcp_settings import LINUX, KeepAlive
from vpcedu.protocols.tcp_states import CLOSED
from vpcedu.row import NamedRow
from vpcedu.sites.field import SECONDS, count, one_of
from vpcedu.sites.parts import API, NAME
from vpcedu.sites.programs import Stay
from vpcedu.sites.reference import reference_vpc
from vpcedu.sites.site import Site
from vpcedu.sites.visit import Visit
from vpcedu.tables.tracking import DEFAULT, NITRO_V6
from vpcedu.tables.traffic import ANYWHERE
from vpcedu.views.explain import label
from vpcedu.views.text import fold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.hosts.client import Result
    from vpcedu.network.vpc import Vpc
    from vpcedu.trace import Capture, Trace

# Way: balancer and NAT of the reference site, opener, name, port.
WAYS = {
    "NAT gateway": ("classic-tcp", "gateway", "web", API, 443),
    "NAT instance": ("classic-tcp", "instance", "web", API, 443),
    "Network LB": ("network", "instance", "client", NAME, 80),
    "Classic LB": ("classic-tcp", "instance", "client", NAME, 80),
}
SPEAKERS = ("opener", "listener")
INSTANCES = {"before Nitro v6": DEFAULT, "Nitro v6": NITRO_V6}
INTERVAL, PROBES = 75 * SECOND, 9  # of keep-alive, Linux' defaults
REST = 1_200  # seconds: TCP gives unanswered data up in less
LEARNT = {"rcv RST": "reset", "USER TIMEOUT": "timed out", "rcv FIN": "closed by the other end"}
QUERY, LATER = b"query", {"opener": b"again", "listener": b"answer"}


class SilenceSetting(NamedRow):
    """What a silence was simulated with.

    One of WAYS, seconds of silence, which end sends then, the opener's keep-alive in seconds or
    None, web's instance type, the balancer's idle timeout in seconds or None.
    """

    way: str
    seconds: int
    speaks: str
    keepalive: int | None
    instance: str
    idle: int | None


class Silent(Visit):
    """A visit that falls silent.

    `listener` is the host at the far end, `over`: no timer was left to ring.
    """

    def __init__(
        self,
        setting: SilenceSetting,
        call: Call,
        result: Result | None,
        capture: Capture,
        vpc: Vpc,
        seed: int,
        until: int,
        over: bool,
    ) -> None:
        super().__init__(call, result, capture, vpc, seed)
        self.setting, self.until, self.over = setting, until, over

    @property
    def listener(self) -> str:
        """The host that was asked in the end."""
        return _listener(self.call.opener)

    @property
    def speaker(self) -> str:
        """The end that sends after the silence."""
        return self.opener if self.setting.speaks == "opener" else self.listener

    @property
    def said(self) -> tuple[Trace, ...]:
        """The packets with what was sent after the silence, every try.

        None where that end was closed before.
        """
        data = LATER[self.setting.speaks]
        return tuple(
            trace
            for trace in self.capture
            if trace.packet.data == data and trace.sender == self.speaker
        )

    @property
    def arrived(self) -> bool:
        """Whether what was said after the silence reached the other end's program."""
        other = self.listener if self.setting.speaks == "opener" else self.opener
        return any(
            trace.delivered
            and trace.last.at == other
            and trace.packet.data == LATER[self.setting.speaks]
            for trace in self.capture
        )

    def learns(self, who: str) -> tuple[int, str] | None:
        """When (microseconds) and what an end finds out about the connection's end.

        None where it never finds out.
        """
        return next(
            (
                (at, LEARNT[change.event])
                for at, _, change in self.capture.changes(who)
                if change.event in LEARNT
            ),
            None,
        )

    def state(self, who: str) -> str:
        """The state in which the run leaves an end."""
        states = [change.after for _, _, change in self.capture.changes(who)]
        return states[-1] if states else CLOSED

    @property
    def between(self) -> tuple[Trace, ...]:
        """The packets that were sent in the silence.

        They are later than a second after the query, and before somebody sent again.
        """
        return tuple(
            trace
            for trace in self.capture
            if SECOND < trace.steps[0].now < self.setting.seconds * SECOND
        )

    @property
    def ends(self) -> str:
        """What each end knows when nothing more happens: two sentences."""
        return " ".join(self._end(who) for who in (self.opener, self.listener))

    def _end(self, who: str) -> str:
        learnt = self.learns(who)
        if learnt is not None:
            return f"{who}: {learnt[1]} at {at(learnt[0])} s."
        head = "its bytes arrive" if who == self.speaker else "gets them"
        if not self.arrived:
            head = "never finds out"
        rest = ", and no timer is left" if self.over else ""
        return f"{who}: {head}; its end stays {self.state(who)}{rest}."

    def __str__(self) -> str:
        """The packets since the query, and what each end knows in the end.

        Pure acknowledgments are left out.
        """
        before, after = _lines(self, False), _lines(self, True)
        probes = sum(trace.cause.what.startswith("keep-alive") for trace in self.capture)
        quiet = (
            [] if self.between else [f"{'':13}(no packet at all for {self.setting.seconds:,} s)"]
        )
        many = "probe" if probes == 1 else "probes"
        quiet += (
            [f"{'':13}({probes} keep-alive {many} of {self.opener} in the whole run)"]
            if probes
            else []
        )
        quiet += (
            []
            if self.said
            else [f"{'':13}({self.speaker}'s end was already closed: it sends nothing)"]
        )
        ends = [fold(self._end(who)) for who in (self.opener, self.listener)]
        return "\n".join([*before, *quiet, *after, "", *ends])


def silence(
    way: str = "NAT gateway",
    seconds: int = 420,
    speaks: str = "opener",
    keepalive: int | None = None,
    instance: str = "before Nitro v6",
    idle: int | None = None,
    seed: int = 0,
) -> Silent:
    """Have a connection fall silent after a query, and one end send after that many seconds.

    way: one of WAYS. speaks: opener or listener. keepalive: seconds of silence after which the
    opener's system probes (None: off, as it is unless a program asks for it). instance: web's type,
    "before Nitro v6" or "Nitro v6". idle: the balancer's idle timeout in seconds, None for its
    default. ValueError names a wrong value.
    """
    setting = SilenceSetting(
        one_of("way", way, WAYS),
        count("silence", seconds, 1, 500_000, SECONDS),
        one_of("speaks", speaks, SPEAKERS),
        None if keepalive is None else count("keep-alive", keepalive, 1, 32_767, SECONDS),
        one_of("instance", instance, INSTANCES),
        None if idle is None else count("idle timeout", idle, 1, 6_000, SECONDS),
    )
    site = Site(_described(setting), seed)
    _, _, opener, name, port = WAYS[setting.way]
    network = site.network
    begun = site.begin(Call(opener, name, port), Stay(0, QUERY))
    network.run(setting.seconds * SECOND)
    sender = opener if setting.speaks == "opener" else _listener(opener)
    theirs = (c for c in network.machine(sender, Host).connections.values() if c.flow.sport == port)
    speaking = begun.connection if setting.speaks == "opener" else next(theirs, None)
    if speaking is not None and speaking.state == "ESTABLISHED":
        network.do(sender, "send", speaking, LATER[setting.speaks])
    until = (max(setting.seconds, setting.keepalive or 0) + REST) * SECOND
    network.run(until)
    return Silent(
        setting,
        begun.call,
        begun.program.result,
        network.capture,
        site.vpc,
        seed,
        until,
        network.clock.due is None,
    )


def _listener(opener: str) -> str:
    return "update server" if opener == "web" else "web"


def _described(setting: SilenceSetting) -> Vpc:
    """The reference site with this setting's keep-alive, tracking and idle timeout."""
    balancer, nat, opener, _, _ = WAYS[setting.way]
    vpc = reference_vpc(balancer, nat)
    card = next(interface for interface in vpc.interfaces if interface.device == "web")
    if INSTANCES[setting.instance] != card.tracking:
        vpc = vpc.replace(card, card._replace(tracking=INSTANCES[setting.instance]))
    if setting.keepalive is not None:
        alive = LINUX._replace(keepalive=KeepAlive(setting.keepalive * SECOND, INTERVAL, PROBES))
        vpc = vpc.replace(_device(vpc, opener), Device(opener, Host, (("settings", alive),)))
    if (
        balancer == "network"
    ):  # a Network Load Balancer may do without groups; then its targets let clients in
        own = next(interface for interface in vpc.interfaces if interface.device == "NLB node")
        rule = next(
            row for row in vpc.group_rules if row.group == "sg-web" and row.peer == "sg-balancer"
        )
        vpc = vpc.replace(own, own._replace(groups=())).replace(rule, rule._replace(peer=ANYWHERE))
    if setting.idle is not None:
        if opener == "web":
            raise ValueError(
                f"idle timeout {setting.idle}: only a balancer's can be set, not that of a NAT"
            )
        for node in (row for row in vpc.devices if "listeners" in dict(row.settings)):
            idle = ("idle", setting.idle * SECOND)
            vpc = vpc.replace(node, node._replace(settings=(*node.settings, idle)))
    return vpc


def _device(vpc: Vpc, name: str) -> Device:
    return next(device for device in vpc.devices if device.name == name)


def _shown(trace: Trace) -> bool:
    """Everything but pure acknowledgments and what folds into the line before it."""
    packet = trace.packet
    if packet.flags & SYN or trace.steps[0].now == 0 or trace.cause.what.startswith("keep-alive"):
        return False
    return bool(packet.data or packet.flags & (FIN | RST) or (trace.dropped and packet.flags & ACK))


def _lines(visit: Silent, after: bool) -> list[str]:
    """The packets sent before somebody sent again, or since.

    Tries of one packet are in one line, with the last one's time.
    """
    times: dict[str, list[int]] = {}
    for trace in visit.capture:
        now = trace.steps[0].now
        if _shown(trace) and (now >= visit.setting.seconds * SECOND) == after:
            times.setdefault(_fate(trace), []).append(now)
    return [
        f"{at(found[0]):>9} s  {words}"
        + (
            f"\n{'':13}(the same {len(found) - 1} times more, the last at {at(found[-1])} s)"
            if found[1:]
            else ""
        )
        for words, found in times.items()
    ]


def _fate(trace: Trace) -> str:
    drop, what = trace.dropped, f"{trace.sender} sends {label(trace.packet)}"
    if drop is None:
        return f"{what}, to {trace.last.at}"
    why = "".join(f"\n{'':13}{line}" for line in fold(str(drop.reason), 64).split("\n"))
    return f"{what}: lost at {drop.at}, {drop.check}:{why}"


def at(microseconds: int) -> str:
    """A time in seconds, as short as it can be said: "420", "60.08", "1,344.6"."""
    return f"{microseconds / SECOND:,.3f}".rstrip("0").rstrip(".")
