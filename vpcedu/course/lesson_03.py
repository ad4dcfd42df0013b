"""Lesson 03: the prediction about ports, and the exercise with its solution."""

from __future__ import annotations

from vpcedu.course.judgement import Judgement
from vpcedu.course.lesson_00 import judge
from vpcedu.protocols.ports import LINUX
from vpcedu.quoting import quoted
from vpcedu.sites import field
from vpcedu.sites.port_load import RANGES, Load, fill, port_use
from vpcedu.sites.visit import Visit
from vpcedu.views.explain import answer_legs


def judge_ports(
    visit: Visit, source_port: object, destination_port: object, most: object
) -> Judgement:
    """Compare with runs: the ports of the server's answer, and how many connections one client has.

    They are the connections at once that one Linux client can have to one destination. ValueError
    where a field is no such number.
    """
    legs = answer_legs(visit)
    if not legs:
        raise ValueError(f"the visit {quoted(visit.title)} had no answer: expected one that works")
    flow = legs[0].packet.flow
    count, real = field.whole("connections at once", most, 0, 999_999_999), len(fill(LINUX))
    judgement = judge(visit, flow.src, source_port, flow.dst, destination_port)
    if not judgement.right:
        return judgement
    taken = (
        f"The model took ports from {LINUX[0]}-{LINUX[1]} one by one: after {real:,} none was left"
    )
    if count == real:
        return Judgement(
            True,
            f"Right: the answer goes from {flow.sport} to {flow.dport}. {taken}. Towards "
            "another destination all of them are still free.",
            judgement.trace,
        )
    return Judgement(
        False,
        f"The ports are right. {_most(count)} {taken} towards this destination.",
        judgement.trace,
    )


def _most(count: int) -> str:
    if 64_000 <= count <= 65_536:
        many = port_use(MANY)
        assert many.first is None
        return (
            f"{count:,} is about how many port numbers exist. But a client takes ports only "
            "from its ephemeral range, and it can use the whole range once for each "
            f"destination. With {MANY.destinations} destinations it had {many.most_open:,} "
            "connections open at once, and none failed."
        )
    if count == RANGES["Windows, macOS"][1] - RANGES["Windows, macOS"][0] + 1:
        return (
            f"{count:,} is right for the range of Windows and macOS, 49152-65535. This client "
            "runs Linux."
        )
    if count == 1:
        return (
            "1 would be right if all connections left from one port. But each takes a port of "
            "its own."
        )
    return f"Not {count:,}."


# 65,535 disproved: open connections, not one port in TIME-WAIT at the client
MANY = Load(destinations=4, rate=1_000, lifetime=100, closes_first="server")
RATE, LIFETIME = 900, 2  # the work that 03.1 asks for


def room(load: object) -> str:
    """03.1: the same work without a failure."""
    use = port_use(load)  # type: ignore[arg-type]
    assert isinstance(load, Load)
    if (load.rate, load.lifetime) != (RATE, LIFETIME):
        return (
            f"Not yet. {load.rate} new connections per s, each open {load.lifetime} s, is a "
            f"different load from {RATE} per s, each open {LIFETIME} s. Keep the load, and "
            "find ports for it."
        )
    need = (
        f"{load.share:,} new per s x {load.occupancy} s = {load.needed:,} ports towards one "
        "destination"
    )
    if use.first is not None:
        unchanged = load == Load(rate=RATE, lifetime=LIFETIME)
        hint = (
            " What keeps a port in use for 60 s after the connection is closed?"
            if unchanged
            else ""
        )
        return (
            f"Not yet. The first attempt fails after {use.first:.1f} s: {need}, but the range has"
            f" {load.size:,}.{hint}"
        )
    return f"Right. Not one attempt fails in 10 minutes: {need}, and the range has {load.size:,}."


ROOM = """from vpcedu.lab import Load

# Three ways. A second destination takes half of the connections: 450 x 62 s = 27,900 ports towards
# each. Or a wider range: Load((1024, 65535), rate=900, lifetime=2). Or let the server close first, so
# that it waits in TIME-WAIT and the client does not: Load(rate=900, lifetime=2, closes_first="server").
row = Load(destinations=2, rate=900, lifetime=2)
"""
