"""No row is decoration: take any one away, and something that can be seen changes."""

from functools import cache

import pytest
from rigs.reference_site import BALANCERS, NATS, PAGE, site
from rigs.two_ends import FLOW, Wire, connected, in_state, line, other

from vpcedu.clock import SECOND
from vpcedu.gateways.internet_gateway import Association
from vpcedu.packet import FIN, RST, SYN, Packet
from vpcedu.protocols import tcp_states
from vpcedu.protocols.tcp_states import TRANSITIONS
from vpcedu.tables.network_acl import AclEntry
from vpcedu.tables.route_table import Route
from vpcedu.tables.security_group import GroupRule
from vpcedu.tables.target_group import Listener

# Rows that can go without a trace, and why. A row that is listed here but has an effect fails, too.
NO_EFFECT: dict[str, str] = {}


def outline(capture):
    """What can be seen of a capture, without the names of the rows that decided."""
    return [
        (
            trace.steps[0].now,
            str(trace.packet),
            trace.devices,
            trace.last.now,
            trace.last.check,
            trace.last.action,
            trace.last.reason and trace.last.reason.code,
        )
        for trace in capture
    ]


# --- exchanges of RFC 9293 ------------------------------------------------------------------------


def story(wire):
    return [*wire.seen, wire.states, wire.heard]


def handshake():
    wire = Wire()
    wire.b.listen(0)
    wire.a.open(0)
    wire.settle()
    return story(wire)


def simultaneous_open():
    wire = Wire()
    wire.a.open(0)
    wire.b.open(0)
    wire.settle()
    return story(wire)


def normal_close():
    wire = connected()
    wire.a.close(0)
    wire.settle()
    wire.b.close(0)
    wire.settle()
    wire.wait(60 * SECOND)
    return story(wire)


def simultaneous_close():
    wire = connected()
    wire.a.close(0)
    wire.b.close(0)
    wire.settle()
    wire.wait(60 * SECOND)
    return story(wire)


def reset_in_the_handshake():
    end = in_state("SYN-RECEIVED")
    end.receive(other(RST, 301, 0), 0)
    return end.state


def sending_on_a_listener():
    end = in_state("LISTEN")
    end.send(b"hello", 0)
    return end.state, [line("A", packet) for packet in end.take_sent()]


def closing_early():
    ends = [in_state(state) for state in ("LISTEN", "SYN-SENT", "SYN-RECEIVED")]
    for end in ends:
        end.close(0)
    return [(end.state, [line("A", packet) for packet in end.take_sent()]) for end in ends]


def fin_of_an_old_connection():
    wire = connected()
    wire.b.receive(Packet(FLOW, FIN | SYN, 100, 300), 0)
    wire.collect()
    return story(wire)


EXCHANGES = (
    handshake,
    simultaneous_open,
    normal_close,
    simultaneous_close,
    reset_in_the_handshake,
    sending_on_a_listener,
    closing_early,
    fin_of_an_old_connection,
)


def play_exchanges():
    """What each exchange shows; an exchange that cannot be played any more shows that."""
    shown = {}
    for exchange in EXCHANGES:
        try:
            shown[exchange.__name__] = exchange()
        except (AssertionError, ValueError) as error:
            shown[exchange.__name__] = f"not possible: {error}"
    for balancer in BALANCERS:
        shown[f"visit through {balancer}"] = outline(site(balancer).get(PAGE).capture)
    return shown


@cache
def whole_exchanges():
    shown = play_exchanges()
    assert not any(str(words).startswith("not possible") for words in shown.values())
    return shown


# --- visits ---------------------------------------------------------------------------------------


def play_visits(balancer, nat, without=()):
    """What each visit of a site shows."""

    def fresh():
        return site(balancer, nat, without=without)

    twice = fresh()
    twice.get(PAGE)
    return {
        "the page": outline(fresh().get(PAGE).capture),
        "the page again": outline(twice.get(PAGE).capture),  # by a balancer's other node
        "web to port 80": outline(fresh().connect("web", "updates.example.net", 80).capture),
        "web to port 443": outline(fresh().connect("web", "updates.example.net", 443).capture),
        "web to port 8080": outline(fresh().connect("web", "updates.example.net", 8080).capture),
    }


whole_visits = cache(play_visits)


def changed(whole, less):
    return [name for name in whole if whole[name] != less[name]]


# --- the test -------------------------------------------------------------------------------------

ROWS = list(
    dict.fromkeys(
        [
            *TRANSITIONS,
            *(
                row
                for balancer in BALANCERS
                for nat in NATS
                for row in site(balancer, nat).vpc.rows()
            ),
        ]
    )
)


def name(row):
    """The row as it is printed, where that names it; a route's print leaves out its table."""
    if row in TRANSITIONS:
        return f"{row.state}, {row.event}"
    return f"{row.table} {row}" if isinstance(row, Route) else str(row)


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_every_row_has_an_effect(row, monkeypatch, record_property):
    effects = []
    if row in TRANSITIONS:
        whole = whole_exchanges()
        monkeypatch.setattr(
            tcp_states, "STATES", {key: r for key, r in tcp_states.STATES.items() if r != row}
        )
        effects = changed(whole, play_exchanges())
    else:
        for balancer, nat in ((balancer, nat) for balancer in BALANCERS for nat in NATS):
            if row in site(balancer, nat).vpc.rows():
                found = changed(whole_visits(balancer, nat), play_visits(balancer, nat, (row,)))
                effects += [f"{words} ({balancer}, {nat})" for words in found]
    record_property("changes", "; ".join(effects))
    assert (not effects) == (name(row) in NO_EFFECT), (
        effects or f"without {name(row)} nothing changes"
    )


def test_every_kind_of_row_was_taken_away():
    kinds = {type(row) for row in ROWS}
    assert kinds == {tcp_states.Transition, Route, AclEntry, GroupRule, Association, Listener}
    assert set(NO_EFFECT) <= {name(row) for row in ROWS}
