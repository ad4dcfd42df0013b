"""Scenarios between a client on the Internet and web: TCP and filters.

web has a public address of its own.
"""

from __future__ import annotations

from vpcedu.flow import TCP
from vpcedu.tables.network_acl import ALLOW, DENY, AclEntry
from vpcedu.tables.security_group import IN, OUT, GroupRule

from .play import Driver, Scenario
from .setting import ADDRESSES, CLIENT, WEB_PUBLIC, Setting, Tcp

WEB_PRIVATE = ADDRESSES["web"]
PAGE, LARGE = f"{WEB_PUBLIC}:80", bytes(range(256)) * 20  # 5,120 bytes: several segments
OPEN = Setting(web_public=True)
SLOW = OPEN._replace(delay=0.15)
ANYWHERE = "0.0.0.0/0"
WEB_80 = GroupRule("sg-web", IN, (80, 80), ANYWHERE)
IN_TIME_WAIT = (  # flags, SEQ (web's FIN was 1, so 2 is awaited), text
    ("F.", 1, b""),
    ("F.", 2, b""),
    (".", 2, b""),
    (".", 3, b""),
    ("P.", 2, b"more"),
    ("R", 900_000, b""),
)
IMPATIENT = Tcp(syn=1)  # gives up after 3 s


def _acl(*rows: tuple[int, str, str, tuple[int, int]]) -> tuple[AclEntry, ...]:
    return tuple(
        AclEntry("acl-private", number, way, what, TCP, ports, ANYWHERE)
        for number, way, what, ports in rows
    )


ALL = (0, 65_535)
WITHOUT_EPHEMERAL = _acl((100, IN, ALLOW, ALL), (100, OUT, ALLOW, (80, 80)))
WITH_EPHEMERAL = _acl((100, IN, ALLOW, (80, 80)), (100, OUT, ALLOW, (1_024, 65_535)))
DENIED_FIRST = _acl((90, IN, DENY, (80, 80)), (100, IN, ALLOW, ALL), (100, OUT, ALLOW, ALL))


def opened(lab: Driver, port: int = 50_001) -> tuple[str, str]:
    """A connection from the client to web, accepted: the handles of both ends."""
    lab.listen("web", 80)
    client = lab.connect("client", PAGE, port)
    lab.wait(0.15)  # the third packet's way, where the link is slow
    server = lab.accept("web", 80)
    lab.outcome(client)
    return client, server


def ask_and_answer(lab: Driver, client: str, server: str, answer: bytes = b"page\n") -> None:
    """A request and its answer."""
    lab.send(client, b"request\n")
    lab.read(server)
    lab.send(server, answer)
    lab.read(client)


def one_visit(lab: Driver) -> None:
    """Request, answer, the client closes first."""
    client, server = opened(lab)
    ask_and_answer(lab, client, server)
    lab.close(client)
    lab.read(server)
    lab.close(server)


def large(lab: Driver) -> None:
    """Several segments in both directions."""
    client, server = opened(lab)
    lab.send(client, LARGE)
    lab.read(server)
    lab.send(server, LARGE)
    lab.read(client)
    lab.close(server)
    lab.read(client)
    lab.close(client)


def refused(lab: Driver) -> None:
    """Nobody listens."""
    lab.outcome(lab.connect("client", PAGE, 50_001))


def attempt(lab: Driver) -> None:
    """A connection that gets no answer, until the client gives up.

    SYNs at 0, 1, 3, 7 s; at 15 s it is over.
    """
    lab.listen("web", 80)
    client = lab.connect("client", PAGE, 50_001)
    lab.wait(15.6)
    lab.outcome(client)


def attempt_linear(lab: Driver) -> None:
    """The same with SYNs one second apart at first.

    At 0, 1, 2, 3, 5 s; the linear ones come on top; over at 9 s.
    """
    lab.listen("web", 80)
    client = lab.connect("client", PAGE, 50_001)
    lab.wait(9.6)
    lab.outcome(client)


def half_close(lab: Driver) -> None:
    """The client says it has no more to send; the server goes on sending, then closes too."""
    client, server = opened(lab)
    lab.send(client, b"request\n")
    lab.shut(client)
    lab.read(server)
    lab.send(server, b"first part\n")
    lab.send(server, b"second part\n")
    lab.read(client)
    lab.close(server)
    lab.read(client)
    lab.close(client)


def server_closes_first(lab: Driver) -> None:
    """The answer's end is the end of the connection, as in HTTP/1.0."""
    client, server = opened(lab)
    ask_and_answer(lab, client, server)
    lab.close(server)
    lab.read(client)
    lab.close(client)


def simultaneous_close(lab: Driver) -> None:
    """Both ends close while the other's FIN is still on its way."""
    client, server = opened(lab)
    lab.close(client, nap=False)
    lab.close(server)


def simultaneous_open(lab: Driver) -> None:
    """Both ends open towards each other; the SYNs cross. One connection comes of it, not two."""
    client = lab.connect("client", f"{WEB_PUBLIC}:50002", 50_001, nap=False)
    server = lab.connect("web", f"{CLIENT}:50001", 50_002)
    lab.wait(0.5)
    lab.outcome(client)
    lab.outcome(server)
    lab.send(client, b"request\n")
    lab.read(server)
    lab.close(server)
    lab.read(client)
    lab.close(client)


def abort(lab: Driver) -> None:
    """The client ends with RST; the server hears "reset"."""
    client, server = opened(lab)
    lab.send(client, b"request\n")
    lab.read(server)
    lab.abort(client)
    lab.read(server)


def abort_by_server(lab: Driver) -> None:
    """The same from the other side, in the middle of an answer."""
    client, server = opened(lab)
    ask_and_answer(lab, client, server)
    lab.send(server, b"more\n")
    lab.abort(server)
    lab.read(client)


def close_unread(lab: Driver) -> None:
    """The server closes with bytes unread: RST instead of FIN."""
    client, server = opened(lab)
    lab.send(client, b"request\n")
    lab.close(server)
    lab.read(client)


def time_wait_reuse(lab: Driver) -> None:
    """The same four numbers again, while the server still waits in TIME-WAIT."""
    client, server = opened(lab)
    lab.close(server)
    lab.read(client)
    lab.close(client)
    lab.wait(1.3)
    again = lab.connect("client", PAGE, 50_001)
    server = lab.accept("web", 80)
    lab.outcome(again)
    ask_and_answer(lab, again, server)


def two_connections(lab: Driver) -> None:
    """Two connections to one port, told apart by the client's ports."""
    lab.listen("web", 80)
    first = lab.connect("client", PAGE, 50_001)
    second = lab.connect("client", PAGE, 50_002)
    one, two = lab.accept("web", 80), lab.accept("web", 80)
    ask_and_answer(lab, second, two)
    ask_and_answer(lab, first, one)
    lab.close(first)
    ask_and_answer(lab, second, two)


def backlog_full(lab: Driver) -> None:
    """A queue of one holds two.

    The third SYN is dropped in silence, and gets in once there is room.
    """
    lab.listen("web", 80, backlog=1)
    first = lab.connect("client", PAGE, 50_001)
    second = lab.connect("client", PAGE, 50_002)
    third = lab.connect("client", PAGE, 50_003)
    for handle in (first, second, third):
        lab.outcome(handle)
    lab.accept("web", 80)
    lab.wait(1.2)
    lab.outcome(third)


def ephemeral_choice(lab: Driver) -> None:
    """A range of four ports: even ones first; the fifth connection finds none.

    Another destination has four again.
    """
    lab.listen("server", 80)
    lab.listen("server", 81)
    for _ in range(5):
        lab.connect("web", "198.51.100.7:80")
    lab.connect("web", "198.51.100.7:81")


def lost_then_visit(lab: Driver) -> None:
    """A visit on a link that loses one packet of the handshake."""
    lab.listen("web", 80)
    client = lab.connect("client", PAGE, 50_001)
    lab.wait(1.2)
    server = lab.accept("web", 80)
    lab.outcome(client)
    ask_and_answer(lab, client, server)


def lost_ack(lab: Driver) -> None:
    """The third packet of the handshake is lost: the request completes the handshake."""
    lab.listen("web", 80)
    client = lab.connect("client", PAGE, 50_001)
    lab.outcome(client)
    lab.accept("web", 80)
    lab.send(client, b"request\n")
    server = lab.accept("web", 80)
    lab.read(server)
    lab.send(server, b"page\n")
    lab.read(client)


def lost_data(lab: Driver) -> None:
    """The request is lost once and sent again."""
    client, server = opened(lab)
    lab.send(client, b"request\n")
    lab.wait(1)
    lab.read(server)
    lab.send(server, b"page\n")
    lab.read(client)


def lost_fin(lab: Driver) -> None:
    """The client's FIN is lost once and sent again."""
    client, server = opened(lab)
    ask_and_answer(lab, client, server)
    lab.close(client)
    lab.wait(1)
    lab.read(server)
    lab.close(server)


def rule_removed(lab: Driver) -> None:
    """The rule that let the flow in goes; the flow goes on, a new one does not come in."""
    client, server = opened(lab)
    lab.remove(WEB_80)
    ask_and_answer(lab, client, server)
    second = lab.connect("client", PAGE, 50_002)
    lab.wait(3.6)
    lab.outcome(second)


def outbound_only(lab: Driver) -> None:
    """A group without inbound rules: what web opens is answered, what others open is not."""
    lab.listen("server", 443)
    out = lab.connect("web", "198.51.100.7:443", 50_005)
    server = lab.accept("server", 443)
    ask_and_answer(lab, out, server)
    lab.listen("web", 80)
    client = lab.connect("client", PAGE, 50_001)
    lab.wait(3.6)
    lab.outcome(client)


def group_out_refuses(lab: Driver) -> None:
    """A group whose outbound rules do not cover the destination.

    The packet never leaves the host.
    """
    lab.listen("server", 8_080)
    out = lab.connect("web", "198.51.100.7:8080", 50_005)
    lab.wait(3.6)
    lab.outcome(out)


def listener_and_strays(lab: Driver) -> None:
    """Segments of no connection come to a port with a listener, and to one without.

    A listener answers what has an ACK; a closed port answers all but a RST.
    """
    lab.listen("web", 80)
    for flags, ack in (("F", 0), ("P", 0), ("", 0), ("F.", 900), (".", 900), ("S.", 900), ("R", 0)):
        lab.forge("client", f"{CLIENT}:50001 > {PAGE}", flags, 7, ack)
    for flags in ("F", ""):
        lab.forge("client", f"{CLIENT}:50001 > {WEB_PUBLIC}:81", flags, 7)
    lab.accept("web", 80)
    client = lab.connect("client", PAGE, 50_002)
    server = lab.accept("web", 80)
    lab.outcome(client)
    ask_and_answer(lab, client, server)


def error_not_in_flight(lab: Driver) -> None:
    """Errors about segments that were never sent change nothing; one about the SYN ends it."""
    lab.listen("web", 80)
    client = lab.connect("client", PAGE, 50_001)
    for seq in (70_000, 2, -1):
        lab.forge_error("server", f"{CLIENT}:50001 > {PAGE}", seq)
        lab.outcome(client)
    lab.wait(1.2)
    lab.outcome(client)
    lab.forge_error("server", f"{CLIENT}:50001 > {PAGE}", 0)
    lab.outcome(client)
    lab.wait(3)


def lost_last_ack(lab: Driver) -> None:
    """The last ACK is lost: the FIN comes again to an end in TIME-WAIT, which answers it."""
    one_visit(lab)
    lab.wait(3)


def time_wait_answers(lab: Driver) -> None:
    """What an end in TIME-WAIT answers: all but a bare ACK with exactly the awaited number.

    One connection for each, since web knows it no more and ends TIME-WAIT by answering with RST.
    """
    lab.listen("web", 80)
    for port, (flags, seq, data) in enumerate(IN_TIME_WAIT, 50_001):
        client = lab.connect("client", PAGE, port)
        server = lab.accept("web", 80)
        lab.close(client)
        lab.read(server)
        lab.close(server)
        lab.forge("web", f"{WEB_PRIVATE}:80 > {CLIENT}:{port}", flags, seq, 2, data)


def _row(name: str, sentence: str, kinds: str, setting: Setting, script, *ports: int) -> Scenario:  # type: ignore[no-untyped-def]
    chosen = frozenset((80, 81, 443, 8_080, 50_001, *ports))
    return Scenario(name, sentence, tuple(kinds.split()), setting, script, chosen)


GROUPED = OPEN._replace(grouped=True, groups=(WEB_80,), tcp=IMPATIENT)
ONLY_443 = OPEN._replace(
    grouped=True, groups=(GroupRule("sg-web", OUT, (443, 443), ANYWHERE),), tcp=IMPATIENT
)

TCP_SCENARIOS: tuple[Scenario, ...] = (
    _row(
        "direct",
        "A visit through the 1:1 NAT of the Internet gateway.",
        "tcp one-to-one",
        OPEN,
        one_visit,
    ),
    _row("direct-large", "Five kilobytes each way.", "tcp one-to-one", OPEN, large),
    _row(
        "two-connections",
        "Two connections to one port.",
        "tcp one-to-one",
        OPEN,
        two_connections,
        50_002,
    ),
    _row(
        "server-closes-first",
        "The server closes first.",
        "tcp one-to-one",
        OPEN,
        server_closes_first,
    ),
    _row("refused", "Nobody listens: RST.", "tcp one-to-one", OPEN, refused),
    _row(
        "silent",
        "No answer: SYN again after 1, 3, 7 s, and over at 15 s.",
        "tcp one-to-one filter",
        OPEN._replace(acl=DENIED_FIRST),
        attempt,
    ),
    _row(
        "silent-linear",
        "SYNs one second apart first, as kernels since 6.5 do.",
        "tcp one-to-one filter",
        OPEN._replace(acl=DENIED_FIRST, tcp=Tcp(syn=2, linear=2)),
        attempt_linear,
    ),
    _row(
        "half-close", "One direction closes, the other goes on.", "tcp one-to-one", OPEN, half_close
    ),
    _row("simultaneous-close", "Two FINs cross.", "tcp one-to-one", SLOW, simultaneous_close),
    _row("simultaneous-open", "Two SYNs cross.", "tcp one-to-one", SLOW, simultaneous_open, 50_002),
    _row("abort", "The client ends with RST.", "tcp one-to-one", OPEN, abort),
    _row("abort-by-server", "The server ends with RST.", "tcp one-to-one", OPEN, abort_by_server),
    _row("close-unread", "Closed with bytes unread: RST.", "tcp one-to-one", OPEN, close_unread),
    _row(
        "time-wait-reuse",
        "The same four numbers again after 1.3 s.",
        "tcp one-to-one",
        OPEN,
        time_wait_reuse,
    ),
    _row(
        "backlog-full",
        "A full accept queue drops SYNs in silence.",
        "tcp one-to-one",
        OPEN,
        backlog_full,
        50_002,
        50_003,
    ),
    _row(
        "ephemeral-choice",
        "Four ports, even ones first, per destination.",
        "tcp one-to-one",
        OPEN._replace(tcp=Tcp(ports=(40_000, 40_003))),
        ephemeral_choice,
    ),
    _row("delay", "150 ms one way.", "tcp one-to-one", SLOW, one_visit),
    _row(
        "lost-syn", "The SYN is lost.", "tcp one-to-one", OPEN._replace(lose=(1,)), lost_then_visit
    ),
    _row(
        "lost-syn-ack",
        "The SYN,ACK is lost.",
        "tcp one-to-one",
        OPEN._replace(lose=(2,)),
        lost_then_visit,
    ),
    _row(
        "lost-ack",
        "The handshake's third packet is lost.",
        "tcp one-to-one",
        OPEN._replace(lose=(3,)),
        lost_ack,
    ),
    _row(
        "lost-data", "The request is lost.", "tcp one-to-one", OPEN._replace(lose=(4,)), lost_data
    ),
    _row(
        "lost-last-ack",
        "The last ACK is lost: TIME-WAIT answers the FIN that comes again.",
        "tcp one-to-one",
        OPEN._replace(lose=(11,)),
        lost_last_ack,
    ),
    _row(
        "time-wait-answers",
        "What TIME-WAIT answers: all but a bare ACK.",
        "tcp one-to-one",
        OPEN,
        time_wait_answers,
        *range(50_002, 50_001 + len(IN_TIME_WAIT)),
    ),
    _row(
        "listener-and-strays",
        "A listener drops a FIN, and what has no flags; a closed port refuses them.",
        "tcp one-to-one",
        OPEN,
        listener_and_strays,
        50_002,
    ),
    _row(
        "error-not-in-flight",
        "An ICMP error about nothing in flight is ignored.",
        "tcp one-to-one filter",
        OPEN._replace(acl=DENIED_FIRST),
        error_not_in_flight,
    ),
    _row("lost-fin", "A FIN is lost.", "tcp one-to-one", OPEN._replace(lose=(8,)), lost_fin),
    _row(
        "acl-without-ephemeral",
        "The ACL lets requests in and no answer out.",
        "tcp one-to-one filter",
        OPEN._replace(acl=WITHOUT_EPHEMERAL),
        lambda lab: _attempt_for(lab, 8.6),
    ),
    _row(
        "acl-with-ephemeral",
        "The ACL lets 80 in and 1024-65535 out.",
        "tcp one-to-one filter",
        OPEN._replace(acl=WITH_EPHEMERAL),
        one_visit,
    ),
    _row(
        "acl-first-match",
        "A deny with a lower number wins over the allow behind it.",
        "tcp one-to-one filter",
        OPEN._replace(acl=DENIED_FIRST, tcp=IMPATIENT),
        lambda lab: _attempt_for(lab, 3.6),
    ),
    _row(
        "group-stateful",
        "One inbound rule is enough for both directions.",
        "tcp one-to-one filter",
        GROUPED,
        one_visit,
    ),
    _row(
        "group-rule-removed",
        "A tracked flow outlives its rule.",
        "tcp one-to-one filter",
        GROUPED,
        rule_removed,
        50_002,
    ),
    _row(
        "group-outbound-only",
        "Answers come in without an inbound rule.",
        "tcp one-to-one filter",
        ONLY_443,
        outbound_only,
        50_005,
    ),
    _row(
        "group-out-refuses",
        "No outbound rule: the packet never leaves.",
        "tcp one-to-one filter",
        ONLY_443,
        group_out_refuses,
        50_005,
    ),
)


def _attempt_for(lab: Driver, seconds: float) -> None:
    lab.listen("web", 80)
    client = lab.connect("client", PAGE, 50_001)
    lab.wait(seconds)
    lab.outcome(client)
