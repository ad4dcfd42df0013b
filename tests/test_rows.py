"""Rows: what decides a step and what an event notes answer alike, whatever kind of row they are."""

from copy import deepcopy
from functools import cache

import pytest

from vpcedu import reference_architecture
from vpcedu.analysis.change import Repair
from vpcedu.analysis.faults import faults
from vpcedu.draw.reading.short_names import drawn, short_names
from vpcedu.flow import Endpoint
from vpcedu.hosts.answered import Answered, requests_answered
from vpcedu.hosts.application_log import Logged, logged
from vpcedu.hosts.web_server import SeenRequest, requests_seen
from vpcedu.puzzles.notation import line, rows
from vpcedu.puzzles.scenes import scenes
from vpcedu.row import NamedRow
from vpcedu.scenarios.catalogue import SCENARIOS
from vpcedu.scenarios.losses_without_a_row import BEYOND
from vpcedu.sites.row_kinds import KINDS, kind_of, listed, said, to_add
from vpcedu.tables.network_acl import AclEntry
from vpcedu.tables.route_table import Route
from vpcedu.tables.security_group import GroupRule
from vpcedu.trace import Cause, Change
from vpcedu.views import decided
from vpcedu.views.document import plain
from vpcedu.views.explain import because

# Each kind of row that decides a step, and the function that finds it; None: its check alone tells
# it.
FOUND_BY = {
    "Route": decided.route_of,
    "AclEntry": decided.entry_of,
    "GroupRule": decided.rule_of,
    "RuleSet": decided.refused_by,
    "TrackedFlow": decided.tracked_of,
    "Untracked": decided.untracked_of,
    "Translation": decided.translation_of,
    "Interface": decided.interface_of,
    "Change": lambda step: step.change,
    "Association": None,
    "DownState": None,
    "BlockedAccess": None,
    "Listener": None,
    "TrackingConfiguration": None,
    "Cause": None,
}
CHECKS = {
    "Association": ("address map", "route"),
    "DownState": ("state",),
    "BlockedAccess": ("address map",),
    "Listener": ("translation",),
    "TrackingConfiguration": ("group in", "group out"),
    "Cause": ("send",),
}
NOTED = ("Answered", "Change", "FiveTuple", "Health", "Logged", "Result", "SeenRequest", "str")


@cache
def captures():
    """Every scenario, and every loss that no row causes.

    An instance that tracks no connection is there too.
    """
    site = reference_architecture("classic-tcp")
    card = next(row for row in site.vpc.interfaces if row.device == "web")
    full = site.replace(card, card._replace(tracking=card.tracking._replace(allowance=0)))
    return (
        *(scenario.visit().capture for scenario in SCENARIOS.values()),
        *(loss.play().network.capture for loss in BEYOND),
        full.get("http://www.example.com/").capture,
    )


def steps_by(kind):
    """The steps that a kind of row decided."""
    return [
        step
        for capture in captures()
        for trace in capture
        for step in trace.steps
        if step.row is not None and type(step.row).__name__ == kind
    ]


def test_every_kind_of_row_that_decides_or_is_noted_is_known_here():
    deciding = {
        type(step.row).__name__
        for capture in captures()
        for trace in capture
        for step in trace.steps
    }
    assert deciding - {"NoneType"} == set(FOUND_BY)
    noted = {type(event.row).__name__ for capture in captures() for event in capture.events}
    assert noted - {"NoneType"} <= set(NOTED)
    assert {"Answered", "Change", "Health", "Logged", "Result", "SeenRequest"} <= noted


@pytest.mark.parametrize("kind", FOUND_BY)
def test_a_row_that_decides_answers_what_every_row_does(kind):
    steps = steps_by(kind)
    assert steps
    for step in steps:
        fields = step.row._asdict()
        assert tuple(fields) == step.row._fields
        assert step.row._replace() == step.row
        assert f"{kind}(" not in str(step.row), "a row says itself in words, not as Python would"
        assert because(step)
        assert plain(step.row)["kind"] == kind


@pytest.mark.parametrize("kind", FOUND_BY)
def test_a_row_is_found_as_what_it_is_and_as_nothing_else(kind):
    for step in steps_by(kind):
        found = {
            name for name, ask in FOUND_BY.items() if ask is not None and ask(step) is not None
        }
        if FOUND_BY[kind] is None:
            assert not found and step.check in CHECKS[kind], step
        else:
            assert FOUND_BY[kind](step) is step.row
        assert found - {kind} <= ({"GroupRule"} if kind in ("TrackedFlow", "Untracked") else set())


def test_the_rule_is_that_of_the_flow_and_only_a_rule_that_was_asked_opens():
    for kind in ("TrackedFlow", "Untracked"):
        assert all(
            decided.rule_of(step) == step.row.rule and not decided.opens(step)
            for step in steps_by(kind)
        )
    assert all(
        decided.rule_of(step) is step.row and decided.opens(step) for step in steps_by("GroupRule")
    )


def test_a_step_without_a_row_is_found_by_nobody():
    lone = [
        step
        for capture in captures()
        for trace in capture
        for step in trace.steps
        if step.row is None
    ]
    assert lone
    for step in lone:
        assert not any(ask(step) for ask in FOUND_BY.values() if ask is not None)
        assert not decided.opens(step) and not decided.is_nobodys(step)


def test_routes_are_found_in_the_order_in_which_they_were_followed():
    visit = reference_architecture("classic-tcp", nat="gateway").connect(
        "web", "updates.example.net", 443
    )
    found = decided.routes_of(visit.capture[1])
    assert [(row.table, row.target) for row in found] == [
        ("private", "NAT"),
        ("public", "Internet gateway"),
    ]


def test_changes_are_those_of_one_host_or_of_all_in_their_order():
    for capture in captures():
        every = list(capture.changes())
        assert every == [(e.at, e.who, e.row) for e in capture.events if e.what == "state"]
        assert all(type(change) is Change for _, _, change in every)
        for who in {who for _, who, _ in every}:
            assert list(capture.changes(who)) == [one for one in every if one[1] == who]
        assert not list(capture.changes("nobody"))


@pytest.mark.parametrize(
    ("asks", "kind", "what"),
    [
        (requests_seen, SeenRequest, "request"),
        (logged, Logged, "application log"),
        (requests_answered, Answered, "answered"),
    ],
)
def test_what_hosts_noted_is_found_by_its_kind(asks, kind, what):
    found = 0
    for capture in captures():
        noted = [event for event in capture.events if event.what == what]
        assert [one[-1] for one in asks(capture)] == [event.row for event in noted]
        assert [one[-2] for one in asks(capture)] == [event.who for event in noted]
        found += len(noted)
        assert all(type(event.row) is kind for event in noted)
    assert found


def test_an_answered_request_says_what_the_target_sent():
    client, listener = Endpoint("203.0.113.10", 1), Endpoint("10.0.0.10", 80)
    row = Answered(client, listener, None, "GET / HTTP/1.1", "200 OK", "200 OK", 0)
    assert str(row) == '203.0.113.10:1 got 200 OK for "GET / HTTP/1.1"; the target sent 200 OK'
    assert str(row._replace(came="")).endswith("; the target sent nothing")


@pytest.mark.parametrize("place", range(len(scenes())))
def test_every_row_of_a_description_is_written_down_with_whose_it_is(place):
    vpc, question = scenes()[place]
    assert {type(row) for row in rows(vpc)} <= set(KINDS)
    for row in rows(vpc):
        kind, owner = kind_of(row), str(getattr(row, kind_of(row).owner))
        assert line(row).startswith(f"{kind.word} {owner}: ")
        for words in (said(row), listed(row)):
            assert words and "{" not in words and f"{type(row).__name__}(" not in words
        assert owner in said(row)
        assert bool(kind.new) == (
            row in (*vpc.routes, *vpc.acl_entries, *vpc.group_rules, *vpc.associations)
        )
    for fault in faults(vpc, question):
        assert fault.effect and str(fault).startswith(fault.action)


def test_what_cannot_be_added_is_refused_by_its_value():
    for row in (
        Route("a", "0.0.0.0/0", "b"),
        AclEntry("a", 1, "in", "allow", 6, (80, 80), "0.0.0.0/0"),
        GroupRule("sg-a", "in", (80, 80), "0.0.0.0/0"),
    ):
        assert to_add(row) is row
    for given in (None, 7, "row", ("a", "0.0.0.0/0", "b"), Cause("x"), Repair(None, None), object):
        with pytest.raises(
            ValueError, match="expected a Route, AclEntry, GroupRule or Association"
        ):
            to_add(given)


def test_a_kind_of_row_that_nobody_described_still_says_itself():
    class Note(NamedRow):
        """A row of a later version."""

        text: str

        def __str__(self):
            return f"note {self.text}"

    assert said(Note("here")) == "note here"
    assert str(Repair(None, Note("here"))) == "add note here"
    assert Repair(Note("a"), Note("b")).effect == "text b"


def test_connections_that_were_found_before_have_the_short_names_too():
    visit = reference_architecture("network").get("http://www.example.com/")
    names = {"NLB node": "short", "web": "w"}
    before = deepcopy(visit.talks)
    other = drawn(visit, names)
    assert {"short", "w"} & {name for talk in other.talks for name in talk.path}
    assert not {"NLB node", "web"} & {name for talk in other.talks for name in talk.path}
    assert [talk.path for talk in visit.talks] == [talk.path for talk in before]
    assert not short_names(visit.vpc)
