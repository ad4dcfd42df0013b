"""What a TCP end does with each kind of segment in each state, for docs/reference/tcp.md.

It is found by letting one arrive.
"""

from __future__ import annotations

from collections import namedtuple

from rigs.two_ends import ALL_STATES, FLOW, in_state, other
from vpcedu.clock import SECOND
from vpcedu.hosts.host import Host
from vpcedu.packet import ACK, FIN, LETTERS, PSH, RST, SYN

NAMES = dict(zip("FSRP.U", ("FIN", "SYN", "RST", "PSH", "ACK", "URG"), strict=True))
KINDS = {
    "SYN": "the opener's SYN, once more where it was seen before",
    "SYN-ACK": "a SYN,ACK that acknowledges all that was sent",
    "ACK ok": "an ACK, in order, of all that was sent",
    "ACK ahead": "an ACK of all that was sent, with another number inside the window",
    "ACK bad": "an ACK, in order, of something that was never sent",
    "data": "four bytes, in order, with an ACK of all that was sent",
    "FIN": "the other end's FIN, once more where it was seen before, with an ACK of all that was sent",
    "FIN awaited": "a FIN with exactly the number that is awaited, and an ACK of all that was sent",
    "FIN alone": "the same without an ACK",
    "no flags": "four bytes, in order, without any flag",
    "RST exact": "a RST with exactly the number that is awaited, and an ACK of all that was sent",
    "RST in window": "a RST with another number inside the window",
    "RST outside": "a RST with a number outside the window",
    "ICMP": "an ICMP error, destination unreachable, about the oldest segment in flight",
    "ICMP other": "the same about a segment that is not in flight",
}


class Outcome(namedtuple("Outcome", ("next", "sent", "heard"))):
    """The state that follows, the flags of what is sent, and what the application hears.

    "" is nothing.
    """

    __slots__ = ()


def segment(end, kind):
    """A segment of this kind for an end of `in_state`.

    The end awaits 301, or 302 after the other end's FIN.
    """
    awaited = 302 if end.state in ("CLOSE-WAIT", "LAST-ACK", "CLOSING", "TIME-WAIT") else 301
    mine = end.snd_nxt
    return {
        "SYN": other(SYN, 300, 0),
        "SYN-ACK": other(SYN | ACK, 300, mine),
        "ACK ok": other(ACK, awaited, mine),
        "ACK ahead": other(ACK, awaited + 1, mine),
        "ACK bad": other(ACK, awaited, mine + 1_000),
        "data": other(PSH | ACK, awaited, mine, b"data"),
        "FIN": other(FIN | ACK, 301, mine),
        "FIN awaited": other(FIN | ACK, awaited, mine),
        "FIN alone": other(FIN, awaited, 0),
        "no flags": other(0, awaited, 0, b"data"),
        "RST exact": other(RST | ACK, awaited, mine),
        "RST in window": other(RST, awaited + 1, 0),
        "RST outside": other(RST, awaited + 70_000, 0),
    }[kind]


def outcome(state, kind):
    """Let a segment of this kind arrive in this state.

    In CLOSED and LISTEN it is the host that answers: no connection is there yet.
    """
    end = in_state(state)
    if kind in ("ICMP", "ICMP other"):
        end.unreachable(end.snd_una if kind == "ICMP" else end.snd_nxt)
        sent = end.take_sent()
    elif state in ("CLOSED", "LISTEN"):
        host = Host("host", FLOW.src)
        if state == "LISTEN":
            host.listen(FLOW.sport, object())
        sent = host.handle(segment(end, kind), SECOND).sent
        end = host.connections.get(FLOW, end)
    else:
        end.receive(segment(end, kind), SECOND)
        sent = end.take_sent()
    heard = [event for event, _ in end.take_events() if event != "state"]
    return Outcome(end.state, " and ".join(map(named, sent)), ", ".join(heard))


def named(packet):
    return ",".join(NAMES[letter] for bit, letter in LETTERS if packet.flags & bit)


def grid():
    """All outcomes by (state, kind)."""
    return {(state, kind): outcome(state, kind) for state in ALL_STATES for kind in KINDS}


def section():
    """The section of that page, without tables' frames.

    A list of headings, lines and tables (tuples of rows).
    """
    cells = grid()
    overview = [("in state", *KINDS)]
    for state in ALL_STATES:
        overview.append(
            (
                f"[{state}](#in-{state.lower()})",
                *(short(state, cells[state, kind]) for kind in KINDS),
            )
        )
    yield "## TCP: what a segment does in each state (RFC 9293 section 3.10.7, RFC 5961)"
    yield (
        "Found by letting one arrive. In a cell: where it leads (→), what is sent back, and what the application "
        "hears (in quotes); – is nothing at all. Each state has its own table below."
    )
    yield tuple(overview)
    yield "\n".join(f"- **{kind}**: {words}" for kind, words in KINDS.items())
    yield (
        'In SYN-RECEIVED the end had listened; had it opened, a RST would lead to CLOSED and "refused". In CLOSED '
        "and LISTEN nothing was sent before, and it is a host that answers. In TIME-WAIT a FIN, and whatever else "
        "acknowledges in the window, lets the two MSL begin anew; a SYN with "
        "a higher number than any before takes the connection's place if the port has a listener."
    )
    for state in ALL_STATES:
        yield f"### In {state}"
        rows = [("arrives", "then the state is", "sent", "the application hears")]
        for kind in KINDS:
            found = cells[state, kind]
            rows.append(
                (
                    kind,
                    found.next if found.next != state else f"{state}, as before",
                    found.sent or "nothing",
                    found.heard or "nothing",
                )
            )
        yield tuple(rows)


def short(state, found):
    words = [f"→ {found.next}"] if found.next != state else []
    words += [found.sent] if found.sent else []
    words += [f'"{found.heard}"'] if found.heard else []
    return "; ".join(words) or "–"
