"""Exercises of the lessons on TCP: how an answer is played and judged, and a worked solution of each."""

from __future__ import annotations

from vpcedu.clock import SECOND, seconds
from vpcedu.sites.port_load import Load, port_use
from vpcedu.sites.two_hosts import handshake

RATE, LIFETIME = 900, 2  # the work that 03.1 asks for


def half_open(lost: object) -> str:
    """02.1: only the client's end is established for more than 3 s."""
    visit = handshake(200, lost)  # type: ignore[arg-type]
    client, server = visit.established("client"), visit.established("server")
    if client is None or server is None:
        return "Not yet. With these losses the connection is never opened at both ends."
    alone = server - client
    said = f"the client's end is ESTABLISHED at {seconds(client)} s, the server's at {seconds(server)} s"
    if alone > 3 * SECOND:
        return (f"Right. With {' and '.join(visit.setting.lost)} lost, {said}: for {seconds(alone)} s only the client"
                " believes in a connection. The server sends its SYN ACK again and again until an ACK comes.")
    if alone > SECOND:
        return f"Not yet: {said}. The direction is right; the server's first new try must fail too."
    if client > 200_000:
        return f"Not yet: {said}. You made the client wait. What does the server wait for, in SYN-RECEIVED?"
    return f"Not yet: {said}. Nothing that the server waits for was lost."


HALF_OPEN = """# The server is ESTABLISHED when an ACK comes. Its SYN ACK goes out again after 1 s, then after 2 s
# more; each one is answered by an ACK, so two ACKs must be lost.
row = ("1st ACK", "2nd ACK")
"""


def room(load: object) -> str:
    """03.1: the same work without a failure."""
    use = port_use(load)  # type: ignore[arg-type]
    assert isinstance(load, Load)
    if (load.rate, load.lifetime) != (RATE, LIFETIME):
        return (f"Not yet. {load.rate} new per s, each open {load.lifetime} s, is other work than"
                f" {RATE} new per s, each open {LIFETIME} s. Leave the work and find it room.")
    need = f"{load.share:,} new per s x {load.occupancy} s = {load.needed:,} ports towards one destination"
    if use.first is not None:
        unchanged = load == Load(rate=RATE, lifetime=LIFETIME)
        hint = " What keeps a port for 60 s after the connection is closed?" if unchanged else ""
        return (f"Not yet. The first attempt fails after {use.first:.1f} s: {need}, but the range has"
                f" {load.size:,}.{hint}")
    return f"Right. None fails in 10 minutes: {need}, and the range has {load.size:,}."


ROOM = """from vpcedu.lab import Load

# Three ways. A second destination takes half of the connections: 450 x 62 s = 27,900 ports towards
# each. Or a wider range: Load((1024, 65535), rate=900, lifetime=2). Or let the server close first, so
# that it waits in TIME-WAIT and the client does not: Load(rate=900, lifetime=2, closes_first="server").
row = Load(destinations=2, rate=900, lifetime=2)
"""
