"""Chosen targets: a Network Load Balancer's node, its targets, and who got each connection.

Above, the network: the path of the last connection's first packet and of its answer, or of the
packet that was lost. In the middle the same packet's addresses, as it was sent, as the node got it
and hashed them, and as the target got it; and how long the node's entry was silent. At the foot a
sign for each connection in the row of the target that the hash chose; a cross is one that failed.
"""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.draw.canvas.fonts import width_of
from vpcedu.draw.canvas.frame import Foot, page
from vpcedu.draw.canvas.grid import title_of
from vpcedu.draw.canvas.scene import Box, Line, Mark, Scene, Text
from vpcedu.draw.canvas.style import (
    BOX,
    CROSS,
    DIAMOND,
    DOTS,
    GUIDE,
    MARGIN,
    NOTE,
    PACKET,
    WIDTH,
    device_ink,
)
from vpcedu.draw.reading.as_picture import picture
from vpcedu.draw.reading.legs import AT, END, address_of, is_outside, legs_of, owner, rewritings
from vpcedu.gateways.network_load_balancer import IDLE, NetworkLoadBalancer
from vpcedu.hosts.host import Host
from vpcedu.quoting import quoted
from vpcedu.reasons import IDLE_TIMEOUT, LOST, OWN_SOURCE
from vpcedu.sites.two_targets import target_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from vpcedu.draw.canvas.frame import Item
    from vpcedu.draw.reading.legs import DrawnLeg
    from vpcedu.flow import FiveTuple
    from vpcedu.sites.visit import Visit

TOP, FLOOR = 56.0, 254.0  # of the subnets
MIDDLE, HALF = 160.0, 27.0  # y of client, gateway and node; half a box's height
TARGETS = (112.0, 208.0)  # y of the targets
COLUMNS = ((14.0, 124.0), (150.0, 226.0), (286.0, 396.0), (494.0, 686.0))  # left and right edges
SUBNETS = ((246.0, 436.0), (460.0, 692.0))
# how far a line is from the middle of a box: to the node and from it, of the packet and its answer
LANES = {(False, True): -21.0, (False, False): -7.0, (True, True): 7.0, (True, False): 21.0}
ROWS, PITCH, SAID = 276.0, 20.0, 150.0
BAR = (452.0, 684.0)
STRIP, CELL, MOST = 372.0, 66.0, 8  # MOST connections are shown


@picture
def chosen(visits: Sequence[Visit], *, theme: str = "light", ax: Any = None) -> Scene:
    """Which target a Network Load Balancer chose for each of some connections; the last one's path.

    visits: each a connection, in their order, all to the one node of a site. ValueError where there
    is none, or no node of a Network Load Balancer with two targets.
    """
    if not visits:
        raise ValueError(f"visits {quoted(visits)}: expected at least one")
    view = View(visits[-1])
    items = [
        *_subnets(),
        *_devices(view),
        *_paths(view),
        *_hash(view),
        *_rows(view),
        *_strip(visits, view),
    ]
    subtitle = (
        "Thin dots: the target that the hash did not choose. A diamond: addresses are rewritten."
    )
    return page(finding(view), subtitle, items, Foot((), STRIP + 58), alternative(visits, view))


class View:
    """What the picture needs of a visit.

    Devices and where they are, the packet shown and its answer, the target that was chosen.
    """

    def __init__(self, visit: Visit) -> None:
        vpc = visit.vpc
        node = next((row for row in vpc.devices if row.kind is NetworkLoadBalancer), None)
        listener = dict(node.settings)["listeners"][0] if node else None
        self.targets = (
            [owner(vpc, end.address) for end in listener.targets.targets] if listener else []
        )
        if node is None or listener is None or len(self.targets) != len(TARGETS):
            raise ValueError(
                f"{quoted(visit.title)}: expected a visit to one node with {len(TARGETS)} targets"
            )
        self.visit, self.vpc, self.node = visit, vpc, node.name
        self.idle = (listener.idle or IDLE) // SECOND
        self.first = visit.capture.traces[0]
        self.chosen = target_of(visit)
        self.lost = next(
            (
                t
                for t in visit.capture
                if t.dropped and t.dropped.reason is not LOST and t.sender == visit.opener
            ),
            None,
        )
        self.shown = self.lost or self.first
        sent = (t for t in visit.capture if t.cause.trace == self.shown.number)
        self.answer = next((t for t in sent if t.sender != visit.opener), None)
        talked = any(trace.packet.data for trace in visit.capture)
        self.proxied = listener.targets.proxy_protocol_v2 and talked
        client = next(row.device for row in vpc.outside)
        self.places = {
            client: (COLUMNS[0], MIDDLE),
            vpc.internet_gateway: (COLUMNS[1], MIDDLE),
            self.node: (COLUMNS[2], MIDDLE),
            **{name: (COLUMNS[3], y) for name, y in zip(self.targets, TARGETS, strict=True)},
        }

    @property
    def silent(self) -> int:
        """Seconds of silence before the opener's first byte; 0 where it sent none."""
        traces = self.visit.capture.traces
        place = next(
            (i for i, t in enumerate(traces) if t.packet.data and t.sender == self.visit.opener), 0
        )
        if not place:
            return 0
        return round((traces[place].steps[0].now - traces[place - 1].steps[0].now) / SECOND)

    @property
    def flows(self) -> tuple[FiveTuple, FiveTuple, FiveTuple | None]:
        """The first packet's flow as it was sent, as the node got it, and as a target got it."""
        steps = [step for step in self.first.steps if step.at == self.node]
        after = next((step.after for step in reversed(steps) if step.after is not None), None)
        return (
            self.first.packet.flow,
            steps[0].before.flow,
            after.flow if after and self.chosen else None,
        )


def _subnets() -> list[Item]:
    items: list[Item] = []
    for (left, right), words in zip(
        SUBNETS, ("public subnet", "private subnet, no route out"), strict=True
    ):
        items += [
            Box(left, TOP, right - left, FLOOR - TOP, "inside", "inside-ground", 1.0),
            Text((left + right) / 2, TOP + 17, words, "inside", NOTE, True, "middle"),
        ]
    return items


def _devices(view: View) -> list[Item]:
    items: list[Item] = []
    hosts = {device.name for device in view.vpc.devices if issubclass(device.kind, Host)}
    ends = {trace for leg in _legs(view) for trace in (leg.start, leg.end)}
    got = view.flows[2]
    for name, ((left, right), y) in view.places.items():
        ink = device_ink(is_outside(view.vpc, name), name in hosts)
        lit = name == view.chosen
        look = (
            (ink, "lit-ground" if lit else "paper", 2.4 if lit else BOX)
            if name in ends
            else ("muted", "paper", 1.0)
        )
        items.append(Box(left, y - HALF, right - left, 2 * HALF, *look))
        space = "outside" if is_outside(view.vpc, name) else "inside"
        address = address_of(view.vpc, name)
        lines = [
            (word, "ink" if name in ends else "muted", True)
            for word in (name.split() if name == view.vpc.internet_gateway else [name])
        ]
        lines += [(address, space if name in ends else "muted", False)] if address else []
        if lit and got is not None:
            lines.append((f"sees {got.source}", "ink", True))
        top = y + 4.5 - 7.5 * (len(lines) - 1)
        items += [
            Text((left + right) / 2, top + 15 * number, words, tint, NOTE, bold, "middle")
            for number, (words, tint, bold) in enumerate(lines)
        ]
    return items


def _hash(view: View) -> list[Item]:
    """What the node hashed, and what came of it."""
    x, y = sum(COLUMNS[2]) / 2, MIDDLE + HALF + 21
    lines = (f"hash: {view.chosen or 'no target'}", "of addresses, ports", "and the first number")
    return [
        Text(x, y + 15 * number, words, "muted" if number else "ink", NOTE, not number, "middle")
        for number, words in enumerate(lines)
    ]


def _legs(view: View) -> list[DrawnLeg]:
    traces = [view.shown, *([view.answer] if view.answer else [])]
    return [leg for trace in traces for leg in legs_of(trace, view.vpc)]


def _paths(view: View) -> list[Item]:
    """The path of the packet and of its answer, and the target that was not chosen."""
    items: list[Item] = []
    reached = {end for leg in _legs(view) for end in (leg.start, leg.end)}
    others = [name for name in view.targets if name not in reached]
    for name in others:
        (left, _), y = view.places[name]
        items.append(Line(((COLUMNS[2][1], MIDDLE), (left, y)), "muted", 1.4, DOTS))
    signs: list[Item] = []
    for answer, trace in ((False, view.shown), (True, view.answer)):
        for leg in legs_of(trace, view.vpc) if trace else ():
            start, end = _ends(view, leg, answer)
            ink = "dropped" if leg.drop else "ink"
            items.append(Line((start, end), ink, PACKET, (), "solid"))
            if leg.drop is not None:
                at = end if leg.spot in (AT, END) else start
                back = (start[0] - end[0]) * 0.16
                signs.append(
                    Mark(
                        "cross",
                        at[0] + (back if at is end else -back),
                        at[1] + (start[1] - end[1]) * (0.16 if at is end else -0.16),
                        "dropped",
                        CROSS,
                    )
                )
        for gate in rewritings(trace) if trace else ():
            (left, right), y = view.places[gate]
            signs.append(
                Mark(
                    "diamond",
                    (left + right) / 2 + (12 if answer else -12),
                    y - HALF,
                    "rewritten",
                    DIAMOND,
                )
            )
    return [*items, *signs]


def _ends(
    view: View, leg: DrawnLeg, answer: bool
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Where a line begins and ends: at the sides of two boxes that look at each other."""
    to_node = view.places[leg.end][0][0] < view.places[leg.start][0][0]
    (here, from_y), (there, to_y) = view.places[leg.start], view.places[leg.end]
    lane = LANES[answer, to_node] if COLUMNS[3] in (here, there) else LANES[answer, answer] / 1.4
    xs = (here[0], there[1]) if to_node else (here[1], there[0])
    return (xs[0], from_y + lane), (xs[1], to_y + lane)


def _rows(view: View) -> list[Item]:
    """The first packet's addresses at three places, and the silence."""
    sent, came, got = view.flows
    opener, number = view.visit.opener, view.first.packet.seq
    rows: list[tuple[str, FiveTuple | None, FiveTuple | None, str]] = [
        (f"{opener} sends", sent, sent, ""),
        (
            f"{view.node} gets",
            came,
            sent,
            f"and hashes it with {number}",
        ),
    ]
    if got is not None:
        rows.append(
            (
                f"{view.chosen} gets",
                got,
                came,
                "and 28 bytes of PROXY header" if view.proxied else "",
            )
        )
    items: list[Item] = []
    y = ROWS
    for words, flow, before, note in rows:
        items.append(Text(MARGIN, y, words, "muted", NOTE))
        items += _flow(y, flow, before) if flow and before else []
        items += [Text(BAR[0], y, note, "ink", NOTE, True)] if note else []
        y += PITCH
    return [*items, *_silence(view, ROWS + 3 * PITCH)]


def _flow(y: float, flow: FiveTuple, before: FiveTuple) -> list[Item]:
    """A flow, source > destination; boxed what differs from the flow before."""
    items: list[Item] = []
    x = SAID
    for end, old in ((flow.source, before.source), (flow.destination, before.destination)):
        if items:
            items.append(Text(x, y, ">", "ink", NOTE))
            x += 20
        words = str(end)
        wide = width_of(words, NOTE)
        if end != old:
            items.append(Box(x - 4, y - 12, wide + 8, 15.5, "rewritten", "rewritten-ground", 1.3))
        items.append(Text(x, y, words, "rewritten" if end != old else "ink", NOTE))
        x += wide + 10
    return items


def _silence(view: View, y: float) -> list[Item]:
    """How long the connection was silent, against the idle timeout of the node's entry."""
    silent, idle, (left, right) = view.silent, view.idle, BAR
    gone = silent >= idle
    ink = "dropped" if gone else "tracked"
    words = f"silent {silent:,} s, timeout {idle:,} s: {'forgotten' if gone else 'kept'}"
    share = min(silent / idle, 1.0)
    items: list[Item] = [
        Text(MARGIN, y, "its flow entry", "muted", NOTE),
        Text(SAID, y, words, ink, NOTE, True),
        Box(left, y - 11, right - left, 12, "muted", "paper", 1.0, 0.0),
    ]
    if share:
        items.append(Box(left, y - 11, (right - left) * share, 12, ink, f"{ink}-ground", 1.0, 0.0))
    return items


def _strip(visits: Sequence[Visit], view: View) -> list[Item]:
    """A sign for each connection, in the row of its target."""
    rows = {name: STRIP + 21 + 20 * number for number, name in enumerate(view.targets)}
    items: list[Item] = [
        Line(((MARGIN - 6, STRIP - 22), (WIDTH - MARGIN + 6, STRIP - 22)), "rule", GUIDE)
    ]
    items.append(Text(MARGIN, STRIP, "connection", "muted", NOTE))
    items += [Text(MARGIN, y + 4.5, f"to {name}", "ink", NOTE) for name, y in rows.items()]
    first = max(len(visits) - MOST, 0)
    for number in range(first + 1, first + MOST + 1):
        x = SAID + CELL * (number - first - 1) + 20
        there = number <= len(visits)
        items.append(
            Text(
                x,
                STRIP,
                str(number),
                "ink" if there else "muted",
                NOTE,
                number == len(visits),
                "middle",
            )
        )
        items += [Mark("ring", x, y, "rule", 3.0) for y in rows.values()]
        if not there:
            continue
        visit = visits[number - 1]
        name = target_of(visit)
        if name in rows:
            failed = not visit.outcome.works
            items.append(
                Mark(
                    "cross" if failed else "disc",
                    x,
                    rows[name],
                    "dropped" if failed else "tracked",
                    7.0,
                )
            )
        if number == len(visits):
            items.append(Box(x - 20, STRIP - 15, 40, 67, "ink", "", BOX))
    return items


def finding(view: View) -> str:
    """What the last connection shows, as a title."""
    opener, got = view.visit.opener, view.flows[2]
    lost = view.lost.dropped if view.lost else None
    if lost is not None and lost.reason is OWN_SOURCE:
        return f"{opener} is sent its own packet, from {got.source if got else ''}, and drops it"
    if lost is not None and lost.reason is IDLE_TIMEOUT:
        sees = f"{opener} sees: {view.visit.symptom}"
        return title_of(
            f"The {view.node} has forgotten this connection; {sees}",
            f"The {view.node} has forgotten it; {sees}",
        )
    if lost is not None:
        return title_of(f"Lost at {lost.at}: {lost.reason}", f"{opener} sees: {view.visit.symptom}")
    return f"The hash chose {view.chosen or 'no target'}; {opener} sees: {view.visit.symptom}"


def alternative(visits: Sequence[Visit], view: View) -> str:
    """The text alternative: the path, the addresses, the silence, each connection's target."""
    sent, came, got = view.flows
    each = ", ".join(
        f"{number} {target_of(visit) or 'none'}{'' if visit.outcome.works else ' (fails)'}"
        for number, visit in enumerate(visits, 1)
    )
    return (
        f"Network of {view.node} with targets {' and '.join(view.targets)}. {finding(view)}."
        f" {view.visit.opener} sends {sent}; {view.node} gets {came}"
        f"{f'; {view.chosen} gets {got}' if got else ''}. Silent for {view.silent} s, idle timeout"
        f" {view.idle} s. Targets by connection: {each}."
    )
