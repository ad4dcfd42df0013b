"""Filter gates: every check that a packet and its answer meet on one connection.

A gate belongs to a device and to one of the stretches next to it. The groups and the network ACLs
are taken from the description, what each gate said from the capture; a gate that no packet reached
was not asked. The source/destination check leaves no step where it lets a packet pass; it is a gate
where it drops, and at devices in the middle of the path that have it on. Where it is off there is
no gate.
"""

from __future__ import annotations

from itertools import pairwise

from vpcedu.draw.reading.legs import legs_of, owner
from vpcedu.quoting import quoted
from vpcedu.row import NamedRow
from vpcedu.tables.network_acl import LAST
from vpcedu.trace import DROP
from vpcedu.views.decided import entry_of, opens, refused_by, rule_of, tracked_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.network.conversations import Conversation
    from vpcedu.network.interface import Interface
    from vpcedu.network.vpc import Vpc
    from vpcedu.sites.visit import Visit
    from vpcedu.trace import Step, Trace

CHECK, GROUP, ACL = "check", "group", "ACL"
NOBODY = "nobody"
MEMORY, UNTRACKED = (
    "tracked, needs no rule",
    "not tracked",
)  # what a group says apart from its rules
LEAVING = {CHECK: "source check", GROUP: "group out", ACL: "network ACL out"}
ARRIVING = {CHECK: "destination check", GROUP: "group in", ACL: "network ACL in"}


class Gate(NamedRow):
    """One check of one direction: its number, the stretch it is on, whose it is, what it said.

    step: None where it was not asked, or left no step. words: what it said. answer: whether it is
    on the path back.
    """

    number: int
    stretch: int
    device: str
    kind: str
    check: str
    step: Step | None
    words: str
    answer: bool

    @property
    def drops(self) -> bool:
        """Whether the packet was lost here."""
        return self.step is not None and self.step.action == DROP

    @property
    def asked(self) -> bool:
        """Whether the packet came here."""
        return self.words not in ("not asked", "never sent")


class Trip(NamedRow):
    """A connection's packet there and back.

    It has the devices from opener to listener, and the gates in order.
    """

    talk: Conversation
    path: tuple[str, ...]
    request: Trace
    answer: Trace | None
    gates: tuple[Gate, ...]

    @property
    def lost(self) -> Step | None:
        """The step that lost the packet or its answer, or None."""
        return self.request.dropped or (self.answer.dropped if self.answer else None)


def trip_of(visit: Visit, connection: int | None) -> Trip:
    """The round trip of a connection.

    None: the connection that lost a packet, else the last one. ValueError for a number that no
    connection has.
    """
    talks = visit.talks
    if not talks or (connection is not None and connection not in range(1, len(talks) + 1)):
        raise ValueError(f"connection {quoted(connection)}: expected one from 1 to {len(talks)}")
    lossy = (talk for talk in talks if any(_filtered(trace) for trace in talk.traces))
    talk = next(lossy, talks[-1]) if connection is None else talks[connection - 1]
    request, answer = _pair(visit, talk)
    path = _path(visit, talk, request)
    gates = _gates(visit.vpc, path, request, False, 1)
    gates += _gates(visit.vpc, path, answer, True, len(gates) + 1)
    return Trip(talk, path, request, answer, gates)


def _filtered(trace: Trace) -> bool:
    return trace.dropped is not None and trace.dropped.check in (
        *LEAVING.values(),
        *ARRIVING.values(),
    )


def _pair(visit: Visit, talk: Conversation) -> tuple[Trace, Trace | None]:
    """The packet that was lost and the one it answers; else the first packet and its answer."""
    lost = next(
        (t for t in talk.traces if _filtered(t)), next((t for t in talk.traces if t.dropped), None)
    )
    by_number = {trace.number: trace for trace in visit.capture}
    if lost is not None and lost.sender == talk.opener:
        return lost, None
    if lost is not None:
        cause = by_number.get(lost.cause.trace or 0)
        return (cause if cause in talk.traces and cause is not None else talk.traces[0]), lost
    back = next((t for t in talk.traces if t.sender != talk.opener), None)
    cause = by_number.get(back.cause.trace or 0) if back else None
    return (cause if cause in talk.traces and cause is not None else talk.traces[0]), back


def _path(visit: Visit, talk: Conversation, request: Trace) -> tuple[str, ...]:
    """The devices from the opener to the end that was meant, as far as they are known."""
    whole = max((t for t in talk.traces if t.sender == talk.opener), key=lambda t: len(t.devices))
    legs = legs_of(whole, visit.vpc)
    path = [legs[0].start, *(leg.end for leg in legs)] if legs else list(whole.devices)
    meant = owner(visit.vpc, (legs[-1].packet if legs else whole.packet).flow.dst)
    if whole.dropped and meant and meant not in path:
        path.append(meant)
    if set(path) == {path[0]}:
        path.append(NOBODY)  # nobody has the destination's address
    return tuple(name for i, name in enumerate(path) if i == 0 or path[i - 1] != name)


def _gates(
    vpc: Vpc, path: tuple[str, ...], trace: Trace | None, answer: bool, first: int
) -> tuple[Gate, ...]:
    """The gates of one direction, in the order in which the packet comes to them."""
    cards = {interface.device: interface for interface in vpc.interfaces}
    gates: list[Gate] = []
    stretches = list(enumerate(pairwise(path)))
    over = trace is None
    for stretch, ends in reversed(stretches) if answer else stretches:
        here, there = reversed(ends) if answer else ends
        for device, other, names in ((here, there, LEAVING), (there, here, ARRIVING)):
            kinds = _kinds(
                cards.get(device), cards.get(other), device not in (path[0], path[-1]), trace, names
            )
            for kind in kinds if names is LEAVING else reversed(kinds):
                step, words = None, "not asked"
                if trace is None:
                    words = "never sent"
                elif not over:
                    step = _step(trace, device, names[kind])
                    words = _words(step, kind)
                gates.append(
                    Gate(
                        first + len(gates), stretch, device, kind, names[kind], step, words, answer
                    )
                )
                over = over or (step is not None and step.action == DROP) or words == "not asked"
        lost = trace.dropped if trace else None
        over = over or (
            lost is not None
            and lost.at in (here, there)
            and lost.check not in (*LEAVING.values(), *ARRIVING.values())
            and (lost.at == there or lost.check == "route")
        )
    return tuple(gates)


def _kinds(
    card: Interface | None,
    other: Interface | None,
    between: bool,
    trace: Trace | None,
    names: dict[str, str],
) -> list[str]:
    """The kinds of gates between a device and the next, from the device outwards."""
    if card is None:
        return []
    drops = (
        trace is not None
        and trace.dropped is not None
        and (trace.dropped.at, trace.dropped.check) == (card.device, names[CHECK])
    )
    kinds = [CHECK] if (between and card.check) or drops else []
    kinds += [GROUP] if card.groups else []
    return kinds + ([ACL] if other is None or other.subnet != card.subnet else [])


def _step(trace: Trace, device: str, check: str) -> Step | None:
    return next((step for step in trace.steps if (step.at, step.check) == (device, check)), None)


def _words(step: Step | None, kind: str) -> str:
    """What a gate said, in one line."""
    if step is None:
        return "passes: its own address" if kind == CHECK else "not asked"
    if step.action == DROP and kind == CHECK:
        ends = (
            ("from", step.before.flow.src)
            if step.check == LEAVING[CHECK]
            else ("for", step.before.flow.dst)
        )
        return f"drops it: {ends[0]} {ends[1]}, not its own address"
    verb = "drops it" if step.action == DROP else "passes"
    entry, rule, refused = entry_of(step), rule_of(step), refused_by(step)
    if tracked_of(step) is not None:
        return f"passes: {MEMORY}"
    if entry is not None:
        return f"{verb}: entry {'*' if entry.number == LAST else entry.number}, {entry.what}"
    if rule is not None:
        return f"{verb}: rule {rule.what}" + ("" if opens(step) else f", {UNTRACKED}")
    if refused is not None:
        only = ", ".join(rule.what for rule in refused.rules)
        return f"{verb}: only {only}" if only else f"{verb}: there is no rule"
    return f"{verb}: {step.row}"
