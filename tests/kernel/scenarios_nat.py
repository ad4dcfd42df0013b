"""Scenarios of gateways that rewrite.

A NAT for connections from inside, a balancer as destination NAT.
"""

from __future__ import annotations

from .play import Driver, Scenario
from .scenarios_tcp import IMPATIENT, ask_and_answer
from .setting import ADDRESSES, BOXES, Forward, Masquerade, Setting

NAT = Setting(private_default="nat")
KEPT = Forward("nlb", 80, (ADDRESSES["web"], 80))
REPLACED = KEPT._replace(preserve=False)
# the answer's way back is a route: the Linux condition
BEHIND = Setting(private_default="nlb", forwards=(KEPT,))
HIDDEN = Setting(private_default="nat", forwards=(REPLACED,))
OUTSIDE = "198.51.100.7:80"
LISTENER = f"{BOXES['nlb']}:80"
FROM_SERVER, FROM_WEB = (
    f"{OUTSIDE} > {BOXES['nat']}:50001",
    f"{ADDRESSES['web']}:50001 > {OUTSIDE}",
)
FOUR_PORTS = Masquerade(ports=(40_000, 40_003))


def out(lab: Driver) -> None:
    """web asks the server on the Internet."""
    lab.listen("server", 80)
    client = lab.connect("web", OUTSIDE, 50_001)
    server = lab.accept("server", 80)
    lab.outcome(client)
    ask_and_answer(lab, client, server)
    lab.close(client)
    lab.read(server)
    lab.close(server)


def one_port_two_hosts(lab: Driver) -> None:
    """Two hosts use the same source port towards one destination: only one can keep it."""
    lab.listen("server", 80)
    first = lab.connect("web", OUTSIDE, 50_001)
    second = lab.connect("web2", OUTSIDE, 50_001)
    one, two = lab.accept("server", 80), lab.accept("server", 80)
    ask_and_answer(lab, second, two, b"for web2\n")
    ask_and_answer(lab, first, one, b"for web\n")


def one_port_two_destinations(lab: Driver) -> None:
    """Two hosts use the same source port towards two ports of the server: both keep it."""
    lab.listen("server", 80)
    lab.listen("server", 81)
    first = lab.connect("web", OUTSIDE, 50_001)
    second = lab.connect("web2", "198.51.100.7:81", 50_001)
    one, two = lab.accept("server", 80), lab.accept("server", 81)
    ask_and_answer(lab, second, two, b"for web2\n")
    ask_and_answer(lab, first, one, b"for web\n")


def exhaustion(lab: Driver) -> None:
    """Four NAT ports: the fifth connection to one destination hears nothing.

    Another destination works.
    """
    lab.listen("server", 80)
    lab.listen("server", 81)
    for port in range(50_001, 50_005):
        lab.outcome(lab.connect("web", OUTSIDE, port))
    fifth = lab.connect("web", OUTSIDE, 50_005)
    other = lab.connect("web", "198.51.100.7:81", 50_006)
    lab.outcome(other)
    lab.wait(3.6)
    lab.outcome(fifth)


def port_used_again(lab: Driver) -> None:
    """All four ports are taken; one connection is closed, and its port serves the next.

    The far side closes first.

    The next one has the same source port: then its SYN certainly has a number above the old
    connection's, and without that Linux does not take a port that waits in TIME-WAIT
    (nf_seq_has_advanced in nf_nat_core.c).
    """
    lab.listen("server", 80)
    handles = [lab.connect("web", OUTSIDE, port) for port in range(50_001, 50_005)]
    server = lab.accept("server", 80)
    lab.close(server)
    lab.read(handles[0])
    lab.close(handles[0])
    lab.outcome(lab.connect("web", OUTSIDE, 50_001))


def nat_from_outside(lab: Driver) -> None:
    """Somebody outside opens a connection to the NAT's own public address: its own TCP refuses."""
    lab.outcome(lab.connect("client", f"{BOXES['nat']}:80", 50_001))


def nat_refused(lab: Driver) -> None:
    """The server refuses; the RST finds its way back."""
    lab.outcome(lab.connect("web", OUTSIDE, 50_001))


def forgotten(lab: Driver) -> tuple[str, str]:
    """A connection through the NAT that was silent until the NAT forgot it.

    Returns the handles of both ends.
    """
    lab.listen("server", 80)
    client = lab.connect("web", OUTSIDE, 50_001)
    server = lab.accept("server", 80)
    ask_and_answer(lab, client, server)
    lab.wait(3.5)
    return client, server


def idle_then_inside(lab: Driver) -> None:
    """The NAT forgets a silent connection; then the inside speaks."""
    client, server = forgotten(lab)
    lab.send(client, b"still there?\n")
    lab.read(server)
    lab.read(client)


def idle_then_outside(lab: Driver) -> None:
    """The NAT forgets a silent connection; then the far side speaks."""
    client, server = forgotten(lab)
    lab.send(server, b"still there?\n")
    lab.read(client)
    lab.read(server)


def reset_outside(lab: Driver) -> None:
    """RSTs with numbers far outside the window, from both sides.

    None is translated, and the row outlives the 10 s that a RST would leave it.
    """
    client, server = _answered(lab)
    lab.forge("server", FROM_SERVER, "R", 500_000)
    lab.forge("server", FROM_SERVER, "R", 3)  # below what is acknowledged
    lab.forge("web", FROM_WEB, "R", 500_000)
    lab.wait(10.6)
    _still_there(lab, client, server)


def reset_inside(lab: Driver) -> None:
    """A RST in the window whose number is not exact: it is translated, and web answers with ACK."""
    client, server = _answered(lab)
    lab.forge("server", FROM_SERVER, "R", 1_000)
    lab.wait(10.6)
    _still_there(lab, client, server)


def reset_exact(lab: Driver) -> None:
    """The server ends with RST: the row serves late packets, and is gone after 10 s of silence.

    Then the NAT's own TCP answers.
    """
    client, server = _answered(lab)
    lab.abort(server)
    lab.read(client)
    lab.forge("server", FROM_SERVER, ".", 6, 9, b"late\n")
    lab.wait(10.6)
    lab.forge("server", FROM_SERVER, ".", 6, 9, b"later\n")


def _answered(lab: Driver) -> tuple[str, str]:
    lab.listen("server", 80)
    client = lab.connect("web", OUTSIDE, 50_001)
    server = lab.accept("server", 80)
    ask_and_answer(lab, client, server)
    return client, server


def _still_there(lab: Driver, client: str, server: str) -> None:
    lab.send(server, b"still there?\n")
    lab.read(client)
    lab.send(client, b"yes\n")
    lab.read(server)


def visit_listener(lab: Driver) -> None:
    """A visit through the destination NAT."""
    lab.listen("web", 80)
    client = lab.connect("client", LISTENER, 50_001)
    server = lab.accept("web", 80)
    lab.outcome(client)
    ask_and_answer(lab, client, server)
    lab.close(client)
    lab.read(server)
    lab.close(server)


def one_port_two_listeners(lab: Driver) -> None:
    """One client port, two listeners of one box, one target.

    The reply's four numbers must stay unique.
    """
    lab.listen("web", 80)
    first = lab.connect("client", LISTENER, 50_001)
    second = lab.connect("client", f"{BOXES['nlb']}:81", 50_001)
    lab.accept("web", 80)
    lab.accept("web", 80)
    lab.outcome(first)
    lab.outcome(second)


def two_nodes(lab: Driver) -> None:
    """One client port, two balancers, one target.

    The second SYN meets the first connection's socket.
    """
    lab.listen("web", 80)
    first = lab.connect("client", LISTENER, 50_001)
    server = lab.accept("web", 80)
    second = lab.connect("client", f"{BOXES['nlb2']}:80", 50_001)
    lab.wait(3.6)
    lab.outcome(second)
    ask_and_answer(lab, first, server)


def to_itself(lab: Driver) -> None:
    """web opens a connection to the balancer and is chosen as the target itself."""
    lab.listen("web", 80)
    client = lab.connect("web", f"{ADDRESSES['nlb']}:80", 50_001)
    lab.accept("web", 80)
    lab.wait(3.6)
    lab.outcome(client)


def to_itself_hidden(lab: Driver) -> None:
    """The same with the client's address replaced: it works."""
    lab.listen("web", 80)
    client = lab.connect("web", f"{ADDRESSES['nlb']}:80", 50_001)
    server = lab.accept("web", 80)
    lab.outcome(client)
    ask_and_answer(lab, client, server)


def answer_goes_elsewhere(lab: Driver) -> None:
    """The balancer keeps the client's address, but the answer's route does not lead back to it."""
    lab.listen("web", 80)
    client = lab.connect("client", LISTENER, 50_001)
    lab.wait(3.6)
    lab.outcome(client)


def _row(name: str, sentence: str, kinds: str, setting: Setting, script, *ports: int) -> Scenario:  # type: ignore[no-untyped-def]
    return Scenario(
        name, sentence, tuple(kinds.split()), setting, script, frozenset((80, 81, 50_001, *ports))
    )


FIVE = (50_002, 50_003, 50_004, 50_005, 50_006)
NAT_SCENARIOS: tuple[Scenario, ...] = (
    _row(
        "nat-out",
        "A masqueraded connection keeps its port where it can.",
        "tcp nat one-to-one",
        NAT,
        out,
    ),
    _row(
        "nat-refused", "A RST comes back through the NAT.", "tcp nat one-to-one", NAT, nat_refused
    ),
    _row(
        "nat-one-port-two-hosts",
        "One port, two hosts, one destination: the second is remapped.",
        "tcp nat one-to-one",
        NAT,
        one_port_two_hosts,
    ),
    _row(
        "nat-one-port-two-destinations",
        "One port, two hosts, two destinations: both kept.",
        "tcp nat one-to-one",
        NAT,
        one_port_two_destinations,
    ),
    _row(
        "nat-exhaustion",
        "Four ports per destination; the fifth SYN is dropped in silence.",
        "tcp nat one-to-one",
        NAT._replace(nat=FOUR_PORTS, tcp=IMPATIENT),
        exhaustion,
        *FIVE,
    ),
    _row(
        "nat-port-used-again",
        "A closed connection's port serves the next one.",
        "tcp nat one-to-one",
        NAT._replace(nat=FOUR_PORTS),
        port_used_again,
        *FIVE,
    ),
    _row(
        "nat-from-outside",
        "The NAT's own address, from outside: refused by the box itself.",
        "tcp nat one-to-one",
        NAT,
        nat_from_outside,
    ),
    _row(
        "nat-idle-loose",
        "A forgotten flow is picked up again in mid-stream.",
        "tcp nat one-to-one",
        NAT._replace(nat=Masquerade(idle=2)),
        idle_then_inside,
    ),
    _row(
        "nat-idle-reset",
        "A forgotten flow is answered with RST, to the inside only.",
        "tcp nat one-to-one",
        NAT._replace(nat=Masquerade(idle=2, loose=False)),
        idle_then_inside,
    ),
    _row(
        "nat-idle-far-side",
        "The far side speaks to a forgotten flow: the box's own TCP answers RST.",
        "tcp nat one-to-one",
        NAT._replace(nat=Masquerade(idle=2, loose=False)),
        idle_then_outside,
    ),
    _row(
        "nat-reset-outside",
        "A RST outside the window is not translated and closes no row.",
        "tcp nat one-to-one",
        NAT,
        reset_outside,
    ),
    _row(
        "nat-reset-inside",
        "A RST inside the window that is not exact closes no row.",
        "tcp nat one-to-one",
        NAT,
        reset_inside,
    ),
    _row(
        "nat-reset-exact",
        "An exact RST closes the row, which is gone after 10 s.",
        "tcp nat one-to-one",
        NAT,
        reset_exact,
    ),
    _row(
        "nlb-preserved",
        "Only the destination is rewritten; a route brings the answer back.",
        "tcp nlb one-to-one",
        BEHIND,
        visit_listener,
    ),
    _row(
        "nlb-not-preserved",
        "Both addresses are rewritten; the answer goes to the balancer.",
        "tcp nlb one-to-one",
        HIDDEN,
        visit_listener,
    ),
    _row(
        "nlb-one-port-two-listeners",
        "The second connection's source port changes.",
        "tcp nlb one-to-one",
        BEHIND._replace(forwards=(KEPT, KEPT._replace(port=81))),
        one_port_two_listeners,
    ),
    _row(
        "nlb-two-nodes",
        "Two balancers, one client port, one target: they collide.",
        "tcp nlb one-to-one",
        BEHIND._replace(forwards=(KEPT, KEPT._replace(box="nlb2")), tcp=IMPATIENT),
        two_nodes,
    ),
    _row(
        "hairpin-preserved",
        "The target is its own client: source = destination, dropped in silence.",
        "tcp nlb",
        BEHIND._replace(tcp=IMPATIENT),
        to_itself,
    ),
    _row(
        "hairpin-not-preserved",
        "With the address replaced it works.",
        "tcp nlb",
        HIDDEN,
        to_itself_hidden,
    ),
    _row(
        "asymmetric-own-address",
        "The answer leaves with web's own public address: the client refuses it.",
        "tcp nlb one-to-one",
        BEHIND._replace(private_default="igw", web_public=True, tcp=IMPATIENT),
        answer_goes_elsewhere,
    ),
    _row(
        "asymmetric-nat",
        "The answer is routed to a NAT that knows no such flow: not translated, lost at the edge.",
        "tcp nat nlb one-to-one",
        BEHIND._replace(private_default="nat", tcp=IMPATIENT),
        answer_goes_elsewhere,
    ),
)
