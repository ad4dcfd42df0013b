"""Text: a visit as a person reads it in a terminal, at most 80 columns wide where addresses allow.

First the answer in plain words, then the connections with their addresses on every stretch, a
ladder of all packets, what the server saw, and the decisions about the packets that matter, row by
row.
"""

from __future__ import annotations

from itertools import pairwise

from vpcedu.clock import seconds
from vpcedu.hosts.web_server import requests_seen
from vpcedu.network.conversations import Conversation
from vpcedu.trace import REWRITE, Capture, Trace
from vpcedu.views.explain import answer, answer_legs, because, label, request_legs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from vpcedu.network.record import Record

WIDTH = 80
LEGEND = "| a host: connections end here   : a gateway: they go through   * rewritten"


def fold(words: str, width: int = WIDTH) -> str:
    """Words in lines of at most `width` characters, where no single word is longer."""
    lines, line = [], ""
    for word in words.split():
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return "\n".join([*lines, line])


def listed(words: Iterable[str], mark: str = "- ", *, most: int) -> list[str]:
    """The points of a list as lines, folded; what is beyond `most` is counted."""
    points = list(words)
    lines = []
    for point in points[:most]:
        first, *more = fold(mark + point, 76).splitlines()
        lines += [f"  {first}", *(f"    {line}" for line in more)]
    left = f"  {'and ' * bool(most)}{len(points) - most} more (--json has all)"
    return lines + [left] * (len(points) > most)


def sections(*parts: tuple[str, list[str]], alone: str = "") -> str:
    """Headings with their lines, a blank line between two; none without lines but `alone`."""
    return "\n\n".join(
        "\n".join([head, *lines]) for head, lines in parts if head and (lines or head == alone)
    )


def report(visit: Record, every: bool = False) -> str:
    """The whole text of a visit.

    `every` shows the decisions about every packet, not only the telling ones.
    """
    return _joined([*_head(visit), *_packets(visit), *_decisions(visit, every)])


def packets(visit: Record) -> str:
    """A visit's connections, its packets line by line, and what the server saw."""
    return _joined([*_head(visit)[:1], *_packets(visit)])


def why(visit: Record) -> str:
    """The whole answer, and the decisions about the packets that matter."""
    return _joined([*_head(visit), *_decisions(visit)])


def _joined(parts: list[str]) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(visit: Record) -> list[str]:
    result = visit.result or "no answer yet"
    return [f"{visit.title}, by {visit.opener}: {result}", fold(answer(visit))]


def _packets(visit: Record) -> list[str]:
    talks = visit.talks
    return [
        "\n".join(line for talk in talks for line in _connection(talk)),
        "\n".join(ladder(visit.capture, talks)),
        seen(visit),
    ]


def _decisions(visit: Record, every: bool = False) -> list[str]:
    return [decisions(t) for t in (visit.capture if every else telling(visit, visit.talks))]


def telling(visit: Record, talks: tuple[Conversation, ...]) -> list[Trace]:
    """The packets whose decisions are shown.

    They are those that open a connection, request and answer, and the first of each loss.
    """
    chosen = {talk.traces[0].number: talk.traces[0] for talk in talks}
    chosen.update({leg.number: leg for leg in (*request_legs(visit), *answer_legs(visit))})
    lost: dict[tuple[str, str], Trace] = {}
    for trace in visit.capture:
        step = trace.dropped
        if step is not None:
            lost.setdefault((step.at, step.check), trace)
    chosen.update({trace.number: trace for trace in lost.values()})
    return [chosen[number] for number in sorted(chosen)]


def _connection(talk: Conversation) -> list[str]:
    lines = [f"Connection {talk.number}: {talk.opener} opens it, and it ends at {talk.listener}"]
    stretches = list(talk.stretches())
    wide = max((len(f"{here} > {there}") for here, there, _ in stretches), default=0)
    return lines + [f"  {f'{here} > {there}':<{wide}}   {flow}" for here, there, flow in stretches]


def columns(talks: tuple[Conversation, ...], traces: list[Trace]) -> list[str]:
    """The devices from left to right, in the order in which traffic meets them.

    The paths of the connections come first, then those of the packets.
    """
    right = {"": ""}  # each one's neighbour; "" is both ends
    last = ""
    for path in [talk.path for talk in talks] + [trace.devices for trace in traces]:
        before = ""
        for name in path:
            if name not in right and name != "Internet":
                left = before if before and before in right else last
                right[name], right[left] = right[left], name
                last = name if left == last else last
            before = name
    order, name = [], right[""]
    while name:
        order.append(name)
        name = right[name]
    return order


def ladder(capture: Capture, talks: tuple[Conversation, ...]) -> list[str]:
    """One line for each packet: number, time, arrow from device to device, what it is."""
    names = columns(talks, capture.traces)
    if not names:
        return []
    step = max(22, *(len(name) for name in names)) if len(names) < 5 else 18
    x_of = {name: 12 + i * step for i, name in enumerate(names)}
    walls = {end for talk in talks for end in (talk.opener, talk.listener)}
    lines = [LEGEND, "", _heads(names, x_of)]
    return lines + [_rung(trace, x_of, walls) for trace in capture]


def _heads(names: list[str], x_of: dict[str, int]) -> str:
    line = ""
    for name in names:
        start = max(x_of[name] - len(name) // 2, len(line) + 2 if line else 0)
        line = line.ljust(start) + name
    return line


def _rung(trace: Trace, x_of: dict[str, int], walls: set[str]) -> str:
    cells = [" "] * (max(x_of.values()) + 1)
    for name, x in x_of.items():
        cells[x] = "|" if name in walls else ":"
    path = [name for name in trace.devices if name in x_of]
    words = label(trace.packet)
    if trace.packet.icmp is None:
        words += f" {trace.packet.flow.sport}>{trace.packet.flow.dport}"
    for place, (here, there) in enumerate(pairwise(path)):
        _arrow(
            cells, x_of[here], x_of[there], words if place == 0 else "", last=place == len(path) - 2
        )
    for step in trace.steps:
        if step.action == REWRITE:
            cells[x_of[step.at]] = "*"
    lost = ""
    end = trace.dropped
    if end is not None and end.reason is not None:
        # lost on a link: after the last device
        x = x_of.get(end.at, (x_of[path[-1]] if path else max(x_of.values())) + 2)
        cells[x : x + 1] = "x"
        lost = f"  x {end.at}, {end.check}" + (
            "" if end.check == end.reason.code else f": {end.reason.code}"
        )
    return (
        f"{trace.number:>3} {seconds(trace.steps[0].now):>7}".ljust(11)
        + "".join(cells)[11:].rstrip()
        + lost
    )


def _arrow(cells: list[str], start: int, end: int, words: str, last: bool) -> None:
    left, right = min(start, end) + 1, max(start, end)
    room = right - left
    text = f" {words} " if words and len(words) + 4 <= room else ""
    line = text.center(room, "-") if text else words[: room - 2].center(room, "-")
    cells[left:right] = line
    if last:
        cells[right - 1 if end > start else left] = ">" if end > start else "<"


def seen(visit: Record) -> str:
    """What each server got; "" if nothing arrived.

    Next to it stands what the opener sent, where a balancer changed it.
    """
    rows = list(requests_seen(visit.capture))
    if not rows:
        return ""
    asked = next(
        (t.packet.data for t in visit.capture if t.sender == visit.opener and t.packet.data), b""
    )
    if visit.call.tls:
        asked = bytes(visit.call.request or b"")
    inside = " inside TLS" if visit.call.tls else ""
    lines = []
    for who, row in rows:
        same = asked == bytes(row.request)
        lines.append(
            f"What {who} received: a connection from {row.peer}, and these bytes"
            + (f", exactly as sent{inside}:" if same else ":")
        )
        lines += [
            f"  {line}" for line in bytes(row.request).decode("latin-1").split("\r\n") if line
        ]
        if not same:
            lines += [f"What {visit.opener} sent{inside} (different bytes):"]
            lines += [f"  {line}" for line in asked.decode("latin-1").split("\r\n") if line]
    return "\n".join(lines)


def decisions(trace: Trace) -> str:
    """Every decision about one packet.

    Each line says where, which check, which row, and the addresses after a rewriting.
    """
    packet = trace.packet
    lines = [
        f"Packet {trace.number} at {seconds(trace.steps[0].now)} s: {label(packet)}, "
        f"{' > '.join(trace.devices)}  ({trace.cause})",
        f"  {packet.flow}",
    ]
    for step in trace.steps[1:]:
        words = fold(because(step), WIDTH - 39).replace("\n", "\n" + " " * 39)
        lines.append(f"    {step.at:<16} {step.check:<17} {words}")
        if step.action == REWRITE and step.after is not None:
            lines.append(f"  {step.after.flow}")
    return "\n".join(lines)
