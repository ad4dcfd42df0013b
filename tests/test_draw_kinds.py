"""Headers, tables, filters, states, clocks, larger maps: laid out right, true to the capture.

Ledgers too.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from rigs.idle_visit import silent
from rigs.layout import faults, segment_meets
from rigs.painted import assert_same
from rigs.vpc_large import large_vpc

from tests.test_draw import BALANCERS, NATS, PAGE
from vpcedu import aws, draw, lab
from vpcedu.clock import SECOND
from vpcedu.draw.canvas import style
from vpcedu.draw.canvas.fonts import width_of
from vpcedu.draw.canvas.picture import Picture
from vpcedu.draw.canvas.scene import Band, Box, Line, Mark, Text
from vpcedu.draw.checks.gates import trip_of
from vpcedu.draw.reading.short_names import drawn, short_names
from vpcedu.draw.reading.words import packet_words
from vpcedu.draw.tables.decided_rows import table_of
from vpcedu.draw.time.clock_rows import clocks_of, idle_of, silences
from vpcedu.draw.time.states import changes_of
from vpcedu.draw.time.states_places import PLACES, POLYLINES, TALL, WIDE
from vpcedu.flow import TCP
from vpcedu.gateways.nat_gateway import IDLE as NAT_IDLE
from vpcedu.hosts.host import Host
from vpcedu.lab import audit
from vpcedu.network.conversations import conversations
from vpcedu.network.vpc import Device
from vpcedu.protocols.tcp_settings import KEEP_ALIVE, LINUX
from vpcedu.protocols.tcp_states import TRANSITIONS
from vpcedu.sites.reference import ACL_ENTRIES, reference_architecture, reference_vpc
from vpcedu.sites.reference_tls import TLS_BALANCERS, tls_site
from vpcedu.sites.site import Site
from vpcedu.sites.two_hosts import handshake
from vpcedu.tables.network_acl import ALLOW, OUT, AclEntry
from vpcedu.tables.route_table import Route
from vpcedu.tables.tracking import ESTABLISHED_IDLE, TrackedFlow
from vpcedu.trace import DROP, REWRITE

SECURE = "https://www.example.com/"
OUTBOUND = next(e for e in ACL_ENTRIES if e.acl == "acl-private" and e.direction == OUT)


def no_way_back():
    """The private subnet's network ACL lets out web's own calls, and forgets the answers."""
    site = reference_architecture().replace(
        OUTBOUND, OUTBOUND._replace(ports=(80, 80), protocol=TCP)
    )
    return site.with_row(AclEntry("acl-private", 110, OUT, ALLOW, TCP, (443, 443), "0.0.0.0/0"))


def checked_nat():
    """A NAT instance whose source/destination check was left on."""
    site = reference_architecture()
    card = next(row for row in site.vpc.interfaces if row.device == "NAT")
    return site.replace(card, card._replace(check=True))


def keeping_alive(balancer):
    alive = (("settings", LINUX._replace(keepalive=KEEP_ALIVE)),)
    return reference_architecture(balancer).replace(
        Device("client", Host), Device("client", Host, alive)
    )


def without(what, **choice):
    site = reference_architecture(**choice)
    return site.without(next(row for row in site.vpc.rows() if what in str(row)))


VISITS = {
    **{
        f"{b} {n}": (lambda b=b, n=n: reference_architecture(b, n).get(PAGE))
        for b in BALANCERS
        for n in NATS
    },
    **{f"tls {b}": (lambda b=b: tls_site(b).get(SECURE)) for b in TLS_BALANCERS},
    **{
        f"web calls by {n}": (
            lambda n=n: reference_architecture(nat=n).connect("web", "updates.example.net", 443)
        )
        for n in NATS
    },
    "web fetches": lambda: reference_architecture(nat="gateway").get(
        "http://updates.example.net:8080/", "web"
    ),
    "no way back": lambda: no_way_back().get(PAGE),
    "checked NAT": lambda: checked_nat().connect("web", "updates.example.net", 443),
    "NAT's group": lambda: reference_architecture().connect("web", "updates.example.net", 8080),
    "no route": lambda: without("0.0.0.0/0 > NAT").connect("web", "updates.example.net", 443),
    "no address": lambda: without("<> 10.0.0.20").connect("web", "updates.example.net", 443),
    "nobody": lambda: reference_architecture().connect("web", "10.0.9.9", 443),
    "closed port": lambda: reference_architecture().connect("client", "192.0.2.10", 81),
    "two hosts": lambda: handshake(200, ("1st SYN",)),
    "silent server": lambda: handshake(server="silent"),
}
UPDATES = "web", "updates.example.net", 443
SILENT = {
    "NAT gateway": lambda: silent(reference_architecture(nat="gateway"), *UPDATES, 400),
    "NAT gateway, far end": lambda: silent(
        reference_architecture(nat="gateway"), *UPDATES, 400, "update server"
    ),
    "NAT gateway, in time": lambda: silent(reference_architecture(nat="gateway"), *UPDATES, 300),
    "NAT instance": lambda: silent(reference_architecture(), *UPDATES, 432_100),
    "network": lambda: silent(
        reference_architecture("network"), "client", "www.example.com", 80, 400
    ),
    "network, web": lambda: silent(
        reference_architecture("network"), "client", "www.example.com", 80, 400, "web"
    ),
    "classic-tcp": lambda: silent(reference_architecture(), "client", "www.example.com", 80, 50),
    "application": lambda: silent(
        reference_architecture("application"), "client", "www.example.com", 80, 50
    ),
    "network, keep-alive": lambda: silent(
        keeping_alive("network"), "client", "www.example.com", 80, 8_000
    ),
}
every_visit = pytest.mark.parametrize("name", VISITS)
every_silence = pytest.mark.parametrize("name", SILENT)


@cache
def visit(name):
    return {**VISITS, **SILENT}[name]()


def rewritten(seen):
    return [
        (t, s)
        for t in seen.capture
        for s in t.steps
        if s.action == REWRITE and s.after.flow != s.before.flow
    ]


@cache
def scenes(name):
    """Every picture of a visit that has something to show, by its call."""
    seen = visit(name)
    found = {
        "filters": draw.filters(seen).scene,
        "ledger": draw.ledger(seen).scene,
        "beside": draw.ledger(seen, visit("network gateway")).scene,
        "sides": draw.sides(seen).scene,
    }
    for talk in conversations(seen.capture):
        found[f"filters {talk.number}"] = draw.filters(seen, talk.number).scene
        for who in dict.fromkeys((talk.opener, talk.listener)):
            for changes in range(len(changes_of(seen, talk.number, who)[2]) + 1):
                found[f"states {talk.number} {who} {changes}"] = draw.states(
                    seen, talk.number, who, changes
                ).scene
    for trace, step in rewritten(seen):
        found[f"header {step.at} {trace.packet.flags}"] = draw.header(
            seen, trace.number, step.at
        ).scene
    for trace in seen.capture:
        for step in trace.steps:
            if table_of(seen, step) is not None:
                found[f"table {step.at} {step.check} {type(step.row).__name__} {trace.sender}"] = (
                    draw.table(seen, trace.number, step.at, step.check).scene
                )
    return found


@cache
def all_scenes(name):
    return {"clocks": draw.clocks(visit(name)).scene} if name in SILENT else scenes(name)


def words_of(scene):
    return [item.words for item in scene.items if isinstance(item, Text)]


def lit(scene):
    """The boxes of the one thing to look at."""
    return [item for item in scene.items if isinstance(item, Box) and item.ground == "lit-ground"]


@pytest.mark.parametrize("name", [*VISITS, *SILENT])
def test_nothing_overlaps_leaves_the_frame_or_is_cut_in_a_title(name):
    wrong = [
        f"{kind}: {fault}" for kind, scene in all_scenes(name).items() for fault in faults(scene)
    ]
    wrong += [
        f"{kind}: {scene.title} is too long"
        for kind, scene in all_scenes(name).items()
        if width_of(scene.title, style.TITLE, True) > style.ROOM
        or scene.title not in words_of(scene)
    ]
    assert wrong == []


@pytest.mark.parametrize("name", [*VISITS, *SILENT])
def test_every_ink_stands_on_a_ground_it_can_be_read_on(name):
    for kind, scene in all_scenes(name).items():
        for i, text in enumerate(scene.items):
            if isinstance(text, Text):
                left, top, right, bottom = text.extent
                x, y = (left + right) / 2, (top + bottom) / 2
                under = ["paper"] + [
                    item.ground
                    for item in scene.items[:i]
                    if isinstance(item, Box | Band)
                    and item.ground
                    and item.x <= x <= item.x + item.w
                    and item.y <= y <= item.y + item.h
                ]
                assert text.ink in style.MEETINGS[under[-1]], (kind, text.words, under[-1])


@pytest.mark.parametrize("name", [*VISITS, *SILENT])
def test_the_text_alternative_begins_with_the_kind_and_holds_the_finding(name):
    for kind, scene in all_scenes(name).items():
        begins = {
            "filters": "Checks of",
            "ledger": "Ledger",
            "beside": "Ledger",
            "states": "State diagram",
            "header": "Header of",
            "table": "Table checked",
            "clocks": "Clocks of",
            "sides": "Both sides",
        }[kind.split()[0]]
        assert scene.alt.startswith(begins), kind
        assert len(scene.alt) < 4_000
        if kind.split()[0] in ("filters", "ledger", "beside", "states", "clocks", "sides"):
            assert scene.title in scene.alt, kind


@pytest.mark.parametrize(
    "name",
    [
        "application gateway",
        "network instance",
        "no way back",
        "tls classic-https",
        "checked NAT",
        "NAT gateway",
    ],
)
def test_both_painters_draw_the_same(name):
    """The same words at the same places, and as many heads and diamonds, in light and dark."""
    pytest.importorskip("matplotlib")
    kinds = {kind.split()[0]: scene for kind, scene in all_scenes(name).items()}
    for scene in kinds.values():
        for theme in style.THEMES:
            picture = Picture(scene, theme)
            assert_same(picture)
            root = ElementTree.fromstring(picture.svg())
            heads = sum(isinstance(item, Line) and bool(item.head) for item in scene.items)
            diamonds = sum(
                isinstance(item, Mark) and item.kind == "diamond" for item in scene.items
            )
            assert sum(e.tag.endswith("polygon") for e in root.iter()) == heads + diamonds
            assert root.get("role") == "img" and root.get("aria-label") == picture.alt


def test_every_kind_is_called_from_draw():
    seen, other = visit("application gateway"), visit("network gateway")
    for picture in (
        draw.header(seen),
        draw.table(seen),
        draw.ledger(seen, other),
        draw.filters(seen),
        draw.sides(seen),
        draw.states(seen),
        draw.clocks(visit("NAT gateway"), theme="dark"),
        draw.map(seen.vpc),
        draw.audit(audit(seen.vpc)),
    ):
        assert picture.svg().startswith("<svg ") and picture.alt == repr(picture)


# Header.


@every_visit
def test_a_header_boxes_the_fields_that_changed_and_no_other(name):
    for trace, step in rewritten(visit(name)):
        scene = draw.header(visit(name), trace.number, step.at).scene
        boxed = [item for item in scene.items if isinstance(item, Box) and item.ink == "rewritten"]
        old, new = step.before.flow, step.after.flow
        assert len(boxed) == 2 * sum(a != b for a, b in zip(old, new, strict=True))
        bold = [
            item.words
            for item in scene.items
            if isinstance(item, Text) and item.ink == "rewritten" and item.bold
        ]
        assert bold == [
            str(a)
            for a, b in zip(
                (old.src, old.dst, old.sport, old.dport),
                (new.src, new.dst, new.sport, new.dport),
                strict=True,
            )
            if a != b
        ] + [
            str(b)
            for a, b in zip(
                (old.src, old.dst, old.sport, old.dport),
                (new.src, new.dst, new.sport, new.dport),
                strict=True,
            )
            if a != b
        ]
        assert str(old) in scene.alt and str(new) in scene.alt and str(step.row) in scene.alt


def test_a_header_that_nobody_rewrote_is_refused():
    with pytest.raises(
        ValueError, match="NAT does not rewrite packet 1: expected a place that does, of these: I"
    ):
        draw.header(visit("application gateway"), 1, "NAT")
    with pytest.raises(ValueError, match="no packet 99"):
        draw.header(visit("application gateway"), 99)


# Table.


@every_visit
def test_a_table_lights_the_row_that_the_step_names_and_no_other(name):
    seen = visit(name)
    for trace in seen.capture:
        for step in trace.steps:
            table = table_of(seen, step)
            if table is None:
                continue
            scene = draw.table(seen, trace.number, step.at, step.check).scene
            frames = lit(scene)
            assert len(frames) == 1
            assert (frames[0].ink == "dropped") == (step.action == DROP)
            inside = {
                item.words
                for item in scene.items
                if isinstance(item, Text)
                and item.ink == frames[0].ink
                and frames[0].y < item.y < frames[0].y + frames[0].h
            }
            if table.lit is not None:
                row = [c if isinstance(c, str) else c.words for c in table.rows[table.lit]]
                assert inside == set(row) and ", ".join(row) in scene.alt
            else:
                assert (
                    inside <= {"nothing matches", "the table is empty"}
                    and "Nothing matches." in scene.alt
                )
            if step.reason:
                assert any(step.reason.code in words for words in words_of(scene))


def test_the_table_of_a_lost_answer_is_the_network_acl_with_its_star_lit():
    scene = draw.table(visit("no way back")).scene
    step = next(t.dropped for t in visit("no way back").capture if t.dropped)
    assert scene.title == f"Entry * denies {step.before.flow}"
    words = words_of(scene)
    assert (
        words.count(f"not port {step.before.flow.dport}") == 2 and "the first that matches" in words
    )


def test_the_table_of_an_answer_is_the_route_table_where_local_wins():
    scene = draw.table(visit("classic-tcp gateway")).scene
    assert scene.title == "To 10.0.0.10: 10.0.0.0/16 > local wins"
    assert "matches too, but /0 is shorter" in words_of(scene)


def test_a_tracking_table_holds_the_flow_that_a_rule_let_in():
    seen = visit("classic-tcp gateway")
    scene = draw.table(seen, None, "web", "group out").scene
    opened = conversations(seen.capture)[1].flow
    assert scene.title == "web's security group needs no rule: the answer is tracked"
    assert str(opened) in words_of(scene) and "tcp 80 from sg-balancer" in words_of(scene)


@pytest.mark.parametrize("first", [True, False])
def test_of_a_long_table_the_rows_around_the_one_that_decides_are_shown_and_the_others_counted(
    first,
):
    vpc = reference_vpc()
    more = tuple(Route("private", f"172.16.{number}.0/24", "NAT") for number in range(30))
    local = next(
        row
        for row in vpc.routes
        if str(row) == "route 10.0.0.0/16 > local" and row.table == "private"
    )
    others = tuple(row for row in vpc.routes if row is not local)
    seen = Site(
        vpc._replace(routes=(local, *others, *more) if first else (*more, *others, local))
    ).get(PAGE)
    scene = draw.table(seen).scene
    assert faults(scene) == [] and len(lit(scene)) == 1
    assert "18 more, none of which decides" in words_of(scene)
    assert sum(words.startswith("does not match") for words in words_of(scene)) == 12
    assert "10.0.0.0/16, local, matches, and is the longest: /16" in scene.alt


def test_a_table_that_was_not_asked_is_refused_with_those_that_were():
    with pytest.raises(
        ValueError, match="no table was checked at NAT, any check: expected one of web group out, "
    ):
        draw.table(visit("classic-tcp gateway"), None, "NAT")


# Filters.


@every_visit
def test_gates_are_the_checks_of_the_capture_in_their_order(name):
    seen = visit(name)
    for talk in conversations(seen.capture):
        trip = trip_of(seen, talk.number)
        assert [gate.number for gate in trip.gates] == list(range(1, len(trip.gates) + 1))
        for answer, trace in ((False, trip.request), (True, trip.answer)):
            steps = (
                []
                if trace is None
                else [
                    (s.at, s.check)
                    for s in trace.steps
                    if s.check
                    in (
                        "group out",
                        "network ACL out",
                        "network ACL in",
                        "group in",
                        "source check",
                        "destination check",
                    )
                    and s.at in trip.path
                ]
            )
            gates = [gate for gate in trip.gates if gate.answer == answer]
            assert [(g.device, g.check) for g in gates if g.step is not None] == steps
            lost = next((i for i, g in enumerate(gates) if g.drops), len(gates))
            assert not any(gate.asked for gate in gates[lost + 1 :])


@every_visit
def test_the_filter_that_drops_is_lit_once_in_the_way_and_once_in_the_table(name):
    scene, trip = draw.filters(visit(name)).scene, trip_of(visit(name), None)
    drops = [gate for gate in trip.gates if gate.drops]
    assert len(lit(scene)) == 2 * len(drops) <= 2
    if drops:
        assert drops[0].check in scene.title and drops[0].step.reason.code in " ".join(
            words_of(scene)
        )
        assert f"{drops[0].number} {drops[0].device} {drops[0].check}: drops it" in scene.alt


def test_an_answer_without_an_acl_entry_dies_at_the_sixth_of_eight_checks():
    scene = draw.filters(visit("no way back")).scene
    assert scene.title == "Check 6 of 8 drops the answer: network ACL out of subnet private"
    assert "A network ACL remembers no flow" in scene.alt


def test_a_check_that_was_left_on_is_a_gate_and_one_that_is_off_is_not():
    assert draw.filters(visit("checked NAT")).scene.title.endswith(
        "drops the request: destination check at NAT"
    )
    kinds = {gate.check for gate in trip_of(visit("web calls by instance"), 1).gates}
    assert not kinds & {"source check", "destination check"}
    assert "check off" in words_of(draw.filters(visit("web calls by instance")).scene)


def test_groups_pass_the_answer_by_memory_and_acls_by_a_row():
    trip = trip_of(visit("classic-tcp gateway"), 2)
    said = {gate.check: gate.words for gate in trip.gates if gate.answer}
    assert {"tracked" in words for check, words in said.items() if check.startswith("group")} == {
        True
    }
    assert {
        words.startswith("passes: entry 100") for check, words in said.items() if "ACL" in check
    } == {True}


def test_filters_of_an_unknown_connection_are_refused():
    with pytest.raises(ValueError, match="connection 3: expected one from 1 to 2"):
        draw.filters(visit("classic-tcp gateway"), 3)


# Ledger.


@pytest.mark.parametrize("balancer", BALANCERS)
def test_a_ledger_has_a_black_bar_for_a_proxy_and_none_for_a_rewriter(balancer):
    scene = draw.ledger(visit(f"{balancer} gateway")).scene
    bars = [item for item in scene.items if isinstance(item, Band) and item.ground == "ink"]
    same = [words for words in words_of(scene) if words == "the same connection goes on"]
    assert (len(bars), len(same)) == ((0, 1) if balancer == "network" else (1, 0))


@pytest.mark.parametrize("balancer", BALANCERS)
def test_a_ledger_tells_three_facts_of_what_the_server_saw(balancer):
    scene = draw.ledger(visit(f"{balancer} gateway")).scene
    names = [item.words for item in scene.items if isinstance(item, Text) and item.bold]
    assert [name for name in names if name.endswith((" sees", "-For", "bytes"))] == [
        "web sees",
        "X-Forwarded-For",
        "request's bytes",
    ]
    assert not any(name.startswith("connection 1:") for name in names)


def test_two_ledgers_say_whom_web_sees():
    scene = draw.ledger(visit("application gateway"), visit("network gateway")).scene
    assert scene.title == "ELB node: web sees 10.0.0.10; NLB node: web sees 203.0.113.10"
    row = next(
        item for item in scene.items if isinstance(item, Box) and item.ground == "lit-ground"
    )
    inside = [
        item.words
        for item in scene.items
        if isinstance(item, Text) and row.y < item.y < row.y + row.h
    ]
    ports = [
        conversations(visit(f"{name} gateway").capture)[-1].flow.sport
        for name in ("application", "network")
    ]
    assert inside == [
        "web sees",
        f"10.0.0.10:{ports[0]}, ELB node",
        f"203.0.113.10:{ports[1]}, client",
    ]


# States.


def test_every_row_of_the_table_is_an_arrow_between_its_two_boxes():
    assert set(POLYLINES) == {(row.state, row.next) for row in TRANSITIONS}
    assert set(PLACES) == {state for row in TRANSITIONS for state in (row.state, row.next)}

    def touches(state, point):
        x, y = PLACES[state]
        return abs(point[0] - x) <= WIDE / 2 and y <= point[1] <= y + TALL

    for (state, after), points in POLYLINES.items():
        assert touches(state, points[0]), (state, after)
        assert touches(after, points[-1]) or after == "CLOSED", (state, after)
        inner = [(x, y) for x, y in points[1:-1]]
        assert not any(touches(other, point) for other in PLACES for point in inner), (state, after)


def test_no_arrow_of_the_states_goes_through_another_s_box():
    for (state, after), points in POLYLINES.items():
        for other, (x, y) in PLACES.items():
            if other not in (state, after):
                box = x - WIDE / 2, y, x + WIDE / 2, y + TALL
                assert not any(segment_meets(*ends, box) for ends in pairwise(points)), (
                    state,
                    after,
                    other,
                )


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("client", ["SYN-SENT", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT"]),
        ("ELB node", ["LISTEN", "SYN-RECEIVED", "ESTABLISHED", "CLOSE-WAIT", "LAST-ACK", "CLOSED"]),
    ],
)
def test_thick_arrows_are_the_changes_of_the_capture(who, path):
    seen = visit("classic-tcp gateway")
    for changes in range(len(path) + 1):
        scene = draw.states(seen, 1, who, changes).scene
        taken = [POLYLINES[pair] for pair in pairwise(["CLOSED", *path[:changes]])]
        thick = [
            item.points
            for item in scene.items
            if isinstance(item, Line) and item.width == style.CONNECTION
        ]
        assert sorted(thick) == sorted(taken)
        (box,) = lit(scene)
        assert (box.x + WIDE / 2, box.y) == PLACES[["CLOSED", *path][changes]]
        assert scene.title.startswith(f"{who} is in {['CLOSED', *path][changes]}")
    assert (
        len({draw.states(seen, 1, who, changes).scene.height for changes in range(len(path) + 1)})
        == 1
    )


def test_a_client_that_gives_up_takes_no_row_of_the_table():
    scene = draw.states(visit("silent server")).scene
    thick = [
        item.points
        for item in scene.items
        if isinstance(item, Line) and item.width == style.CONNECTION
    ]
    assert thick == [POLYLINES["CLOSED", "SYN-SENT"]]
    assert "USER TIMEOUT to CLOSED" in scene.alt and any(
        "not in the table" in words for words in words_of(scene)
    )


def test_states_of_a_stranger_or_too_many_changes_are_refused():
    seen = visit("classic-tcp gateway")
    with pytest.raises(
        ValueError, match="'web' is no end of connection 1: expected client or ELB node"
    ):
        draw.states(seen, 1, "web")
    with pytest.raises(ValueError, match="changes 9: expected a number from 0 to 5"):
        draw.states(seen, 1, "client", 9)
    with pytest.raises(ValueError, match="connection 0: expected one from 1 to 2"):
        draw.states(seen, 0)


# Clocks.


@every_silence
def test_a_clock_s_bar_ends_at_its_own_timeout_and_a_cross_says_that_it_ran_out(name):
    scene = draw.clocks(visit(name)).scene
    clocks = [
        clock for silence in silences(visit(name)) for clock in clocks_of(visit(name), silence)
    ]
    bars = [
        item
        for item in scene.items
        if isinstance(item, Box) and item.ground.removesuffix("-ground") in ("dropped", "tracked")
    ]
    assert len(bars) == sum(clock.idle is not None for clock in clocks)
    gone = [clock for clock in clocks if clock.state == "forgot"]
    assert sum(box.ink == "dropped" and box.ground == "dropped-ground" for box in bars) == len(gone)
    longest = max(silence.span for silence in silences(visit(name)))
    assert all(clock.idle <= longest + SECOND for clock in gone)
    for clock in clocks:
        assert f"{clock.owner}, {clock.what}: " in scene.alt


def test_clocks_come_from_the_devices():
    """The default of a class, or the setting of a device; tracking's own constant."""
    vpc = reference_vpc("network", "gateway")
    kinds = {device.name: device for device in vpc.devices}
    assert idle_of(kinds["NAT"]) == NAT_IDLE
    assert idle_of(kinds["NAT"]._replace(settings=(("idle", 7 * SECOND),))) == 7 * SECOND
    assert idle_of(kinds["client"]) is None
    clocks = clocks_of(visit("network"), silences(visit("network"))[0])
    rows = {
        s.at: s.row
        for t in visit("network").capture
        for s in t.steps
        if isinstance(s.row, TrackedFlow)
    }
    assert [(clock.owner, clock.idle) for clock in clocks if clock.idle] == [
        ("NLB node", idle_of(kinds["NLB node"])),
        *(
            (f"{name}'s group", getattr(rows[name], "idle", ESTABLISHED_IDLE))
            for name in ("NLB node", "web")
        ),
    ]


def test_a_nat_gateway_tells_the_inner_end_only_and_only_when_it_sends():
    clocks = {
        clock.owner: clock
        for clock in clocks_of(visit("NAT gateway"), silences(visit("NAT gateway"))[0])
    }
    assert clocks["NAT"].hears == "RST" and clocks["NAT"].words.startswith("to web")
    assert (clocks["web"].hears, clocks["web"].words) == ("RST", "from NAT")
    assert clocks["update server"].hears == "silence"
    far = visit("NAT gateway, far end")
    clocks = {clock.owner: clock for clock in clocks_of(far, silences(far)[0])}
    assert clocks["NAT"].hears == "dropped" and "silently" in clocks["NAT"].words
    assert clocks["web"].hears == "silence" and clocks["update server"].words.endswith(
        "hears nothing"
    )
    assert (
        draw.clocks(visit("NAT gateway, in time")).scene.title == "Silent for 300 s: nobody forgot"
    )


def test_keep_alive_rings_too_late_for_a_network_load_balancer():
    scene = draw.clocks(visit("network, keep-alive")).scene
    clocks = {
        clock.owner: clock
        for clock in clocks_of(
            visit("network, keep-alive"), silences(visit("network, keep-alive"))[0]
        )
    }
    assert clocks["client"].idle == KEEP_ALIVE.idle and clocks["client"].state == "rings"
    assert clocks["NLB node"].state == "forgot" and "NLB node ran out at 350 s" in scene.title


def test_a_longer_silence_after_the_answer_is_an_effect_and_is_not_drawn():
    """web's keep-alive probes after 7,200 s; the server had sent at 420 s, in vain."""
    seen = lab.silence("NAT gateway", 420, "listener", keepalive=7_200)
    assert max(talk.traces[-1].last.now for talk in seen.talks) > 7_000_000_000
    scene = draw.clocks(seen).scene
    assert scene.title.startswith("Silent for 420 s: NAT ran out at 350 s")
    assert "next packet: 420 s" in words_of(scene)


def test_a_visit_without_silence_has_no_clocks():
    with pytest.raises(ValueError, match="is silent for 10 s and then used again"):
        draw.clocks(visit("classic-tcp gateway"))


# Maps of larger VPCs.

LARGE = {
    "two zones": (2, 2, 1),
    "3 x 3": (3, 3, 1),
    "one zone, many hosts": (1, 3, 6),
    "50 subnets": (10, 5, 2),
    "one tier more": (2, 3, 2),
}
CALLS = (
    ("client", "www.example.com", 80),
    ("client", "nlb.example.com", 80),
    ("web", "updates.example.net", 443),
)


@cache
def large(name, call):
    return Site(large_vpc(*LARGE[name])).connect(*call)


@pytest.mark.parametrize(
    "call", CALLS, ids=" ".join(("client-elb", "client-nlb", "web-out")).split()
)
@pytest.mark.parametrize("name", LARGE)
def test_a_larger_vpc_is_legible(name, call):
    seen = large(name, call)
    for scene in (
        draw.map(seen).scene,
        draw.map(seen, arrows="connections").scene,
        draw.map(seen, 2).scene,
    ):
        assert faults(scene) == []
        assert scene.height < 800
    assert "lost" not in draw.map(seen).scene.title


@pytest.mark.parametrize(
    "call", CALLS, ids=" ".join(("client-elb", "client-nlb", "web-out")).split()
)
def test_what_is_collapsed_is_counted_to_the_last_subnet(call):
    seen = large("50 subnets", call)
    words = words_of(draw.map(seen).scene)
    met = {name for trace in seen.capture for name in trace.devices}
    assert met - {"Internet"} <= {word for text in words for word in (text, f"{text} gateway")}
    drawn = sum(bool(re.match(r"(public|private) (subnet )?\d", text)) for text in words)
    strips = [int(text.split()[0]) for text in words if text.endswith("subnets, not met")]
    zones = [int(text.split()[0]) for text in words if " subnets, " in text and "device" in text]
    assert drawn + sum(strips) + sum(zones) == len(seen.vpc.subnets) == 50


def test_the_nat_of_a_visited_subnet_is_drawn_although_no_packet_met_it():
    seen = large("50 subnets", CALLS[1])
    assert f"0 of {len(seen.capture)} packets" in words_of(draw.map(seen).scene)


def test_a_small_vpc_has_no_strip():
    assert not any(
        "not met" in words for words in words_of(draw.map(visit("classic-tcp gateway")).scene)
    )


def test_a_way_that_changes_height_in_the_gateway_is_joined_there():
    scene = draw.map(large("3 x 3", CALLS[1])).scene
    ways = {}
    for item in scene.items:
        if isinstance(item, Line) and item.part_of:
            ways[item.part_of] = item.points
    numbers = sorted(ways)
    for one, other in pairwise(numbers[:3]):
        assert ways[one][-1] == ways[other][0], (one, other)


# Ladders: what had no room.


def test_five_lifelines_keep_both_addresses_of_the_gateway():
    site = reference_architecture()
    local = next(
        r for r in site.vpc.routes if r.table == "private" and r.destination == "10.0.0.0/16"
    )
    scene = draw.ladder(site.without(local).get(PAGE)).scene
    words = words_of(scene)
    at = [
        next(
            item
            for item in scene.items
            if isinstance(item, Text) and item.words == address and item.ink == ink
        )
        for address, ink in (("192.0.2.10", "outside"), ("10.0.0.10", "inside"))
    ]
    assert at[0].x == at[1].x and at[1].y > at[0].y and "IGW" in words
    assert faults(scene) == []


@pytest.mark.parametrize("balancer", TLS_BALANCERS)
def test_no_name_of_tls_is_cut(balancer):
    seen = visit(f"tls {balancer}")
    assert faults(draw.ladder(seen).scene) == []
    for trace in seen.capture:
        words = packet_words(seen, trace.number)
        assert not words.endswith("...") and str(trace.last.at) in words
    whole = {"ClientKeyExchange", "ChangeCipherSpec", "ApplicationData"}
    written = set(" ".join(words_of(draw.ladder(seen).scene)).split())
    assert whole <= written


DRAWS = {
    "ladder": draw.ladder,
    "ladder of one": lambda seen: draw.ladder(seen, 3),
    "map": draw.map,
    "map of one": lambda seen: draw.map(seen, 3),
    "connections": lambda seen: draw.map(seen, arrows="connections"),
    "filters": draw.filters,
    "ledger": draw.ledger,
    "sides": draw.sides,
    "states": draw.states,
    "table": draw.table,
    "header": draw.header,
    "ways": lambda seen: draw.ways({"one": seen}, "reply", "one"),
}


@pytest.mark.parametrize("kind", DRAWS)
def test_a_picture_has_the_connections_of_its_visit_made_once(kind, monkeypatch):
    """Counted wherever a module of the package calls the function by its name."""
    import sys

    made = []

    def counted(capture):
        made.append(capture)
        return conversations(capture)

    seen = reference_architecture("application", "gateway").get(PAGE)
    for name, module in list(sys.modules.items()):
        if name.startswith("vpcedu.") and getattr(module, "conversations", None) is conversations:
            monkeypatch.setattr(module, "conversations", counted)
    DRAWS[kind](seen)
    assert len(made) == (kind != "header")  # a header needs none
    DRAWS[kind](seen)
    assert len(made) == (kind != "header")


def test_a_visit_under_short_names_has_its_own_connections():
    """Also where somebody asked for those under the long names before."""
    seen = lab.ask(aws.load(aws.example()).vpc(), "internet", "shop", 80).visit
    long = {talk.opener for talk in seen.talks} | {talk.listener for talk in seen.talks}
    shown = drawn(seen, short_names(seen.vpc))
    ends = {talk.opener for talk in shown.talks} | {talk.listener for talk in shown.talks}
    assert ends == {short_names(seen.vpc).get(name, name) for name in long} != long
