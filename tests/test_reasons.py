"""Reasons: each is explained, and each is produced by packets that were really sent."""

import json
from pathlib import Path

import pytest
from rigs.reference_site import site

from vpcedu.clock import SECOND
from vpcedu.flow import FiveTuple
from vpcedu.gateways.internet_gateway import Association
from vpcedu.packet import ACK, Packet
from vpcedu.puzzles.puzzle import puzzle
from vpcedu.reasons import REASONS
from vpcedu.scenarios.losses_without_a_row import BEYOND
from vpcedu.sites.parts import IGW
from vpcedu.sites.reference import TARGETS
from vpcedu.tables.network_acl import DENY, IN, OUT, AclEntry
from vpcedu.tables.route_table import Route
from vpcedu.tables.target_group import Listener, TargetGroup
from vpcedu.tables.tracking import TrackingConfiguration
from vpcedu.tables.traffic import ANYWHERE

PAGE, UPDATES, TO_UPDATES = "www.example.com", "updates.example.net", "198.51.100.7"


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.code)
def test_every_reason_has_a_sentence_a_fix_and_a_source(reason):
    for words in (reason.code, reason.sentence, reason.fix):
        assert words == words.strip() != ""
        assert not words.endswith(".")
    assert reason.source.startswith("https://")
    assert " " not in reason.source
    assert reason.aws_code == reason.aws_code.upper()
    assert str(reason) == reason.sentence


def test_no_two_reasons_share_a_code_or_a_sentence():
    assert (
        len({reason.code for reason in REASONS})
        == len({reason.sentence for reason in REASONS})
        == len(REASONS)
    )


# --- one scenario for each ------------------------------------------------------------------------


def connect(opener, name, port, **changes):
    visited = site(**changes)
    visited.connect(opener, name, port)
    return visited


def put(device, flow, flags=ACK, **changes):
    visited = site(**changes)
    visited.network.send(device, Packet(flow, flags, 1, 1), "a probe")
    visited.network.run(SECOND)
    return visited


def to_itself():
    """web opens a connection to the balancer of which it is the only target."""
    return connect("web", "10.0.0.30", 80, balancer="network")


def busy():
    """A web server whose instance can track one connection, and two that come."""
    web = next(interface for interface in site().vpc.interfaces if interface.device == "web")
    visited = site(
        "network", replace=[(web, web._replace(tracking=TrackingConfiguration(allowance=1)))]
    )
    for _ in range(2):
        visited.connect("client", PAGE, 80)
    return visited


def changed_check(device, **changes):
    row = next(
        interface for interface in site(**changes).vpc.interfaces if interface.device == device
    )
    return {**changes, "replace": [(row, row._replace(check=True))]}


def denying(way):
    entry = next(
        row for row in site().vpc.acl_entries if row.acl == "acl-private" and row.direction == way
    )
    return [(entry, AclEntry("acl-private", 100, way, DENY, -1, (0, 65_535), ANYWHERE))]


def no_target():
    return [(TARGETS, TargetGroup(TARGETS.name, ()))]


CIRCLE = [(Route("public", ANYWHERE, IGW), Route("public", ANYWHERE, "NAT"))]
SCENARIOS = {
    "source check": lambda: put("web", FiveTuple("10.0.1.66", 1, TO_UPDATES, 443)),
    "destination check": lambda: connect("web", UPDATES, 443, **changed_check("NAT")),
    "group out": lambda: connect("web", UPDATES, 8080),
    "group in": lambda: connect("client", PAGE, 81),
    "conntrack allowance exceeded": busy,
    "network ACL out": lambda: connect("web", UPDATES, 443, replace=denying(OUT)),
    "network ACL in": lambda: connect("client", PAGE, 80, replace=denying(IN)),
    "no route": lambda: connect("web", UPDATES, 443, without=[Route("private", ANYWHERE, "NAT")]),
    "blackhole route": lambda: connect(
        "web",
        UPDATES,
        443,
        replace=[(Route("private", ANYWHERE, "NAT"), Route("private", ANYWHERE, "gone"))],
    ),
    "no such interface": lambda: connect("web", "10.0.1.99", 443),
    "no public address": lambda: connect(
        "web", UPDATES, 443, without=[Association("192.0.2.20", "10.0.0.20")]
    ),
    "not on the Internet": lambda: connect("client", "192.0.2.99", 80),
    "private destination": lambda: connect("client", "10.0.1.10", 80),
    "hop limit": lambda: connect("web", UPDATES, 443, nat="gateway", replace=CIRCLE),
    "port closed": lambda: connect(
        "client", PAGE, 80, without=[Listener("HTTP", 80, TARGETS)], balancer="application"
    ),
    "own source": to_itself,
    "no listener": lambda: connect(
        "client", PAGE, 80, without=[Listener("TCP", 80, TARGETS)], balancer="network"
    ),
    "no target": lambda: connect("client", PAGE, 80, balancer="network", replace=no_target()),
    "no translation": lambda: put(
        "client", FiveTuple("203.0.113.10", 1, "192.0.2.20", 4_000), nat="gateway"
    ),
} | {row.reason.code: row.play for row in BEYOND}


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.code)
def test_every_reason_is_produced_by_packets(reason):
    capture = SCENARIOS[reason.code]().network.capture
    lost = [step for trace in capture for step in trace.steps if step.reason is not None]
    assert reason in [step.reason for step in lost]


def test_every_scenario_belongs_to_a_reason():
    assert set(SCENARIOS) == {reason.code for reason in REASONS}


@pytest.mark.fact("natgw-rst")
def test_after_an_idle_timeout_only_the_inside_hears_a_reset():
    capture = SCENARIOS["idle timeout"]().network.capture
    resets = [trace for trace in capture if trace.packet.flags & 4]
    assert [trace.devices for trace in resets] == [("NAT", "web")]


# --- where a learner meets them -------------------------------------------------------------------

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"


def lesson_words():
    """What the lessons' cells print, as stored and compared, in one line."""
    found = []
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        for output in (output for cell in cells for output in cell.get("outputs", ())):
            found += [
                output.get("text", ()),
                *(
                    text
                    for kind, text in output.get("data", {}).items()
                    if kind.startswith("text/")
                ),
            ]
    return " ".join(" ".join("".join(text) for text in found).split())


@pytest.fixture(scope="module")
def shown():
    """The reasons whose sentence a lesson prints.

    Those that one of the first 300 puzzles is lost by count too.
    """
    words = lesson_words()
    return (
        {reason for reason in REASONS if reason.sentence in words},
        {made.reason for made in map(puzzle, range(300))},
    )


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.code)
def test_every_reason_is_shown_by_a_lesson_or_a_puzzle(reason, shown):
    assert reason in set.union(*shown)


def test_what_no_row_brings_about_is_shown_by_a_lesson_and_by_no_puzzle(shown):
    by_lessons, by_puzzles = shown
    beyond = {row.reason for row in BEYOND}
    assert beyond <= by_lessons
    assert not beyond & by_puzzles


@pytest.mark.parametrize("row", BEYOND, ids=lambda row: row.reason.code)
def test_what_no_row_brings_about_is_told_as_it_was_played(row):
    step = row.lost()
    assert str(row).startswith(f"{row.what}\n    {step.at}, {step.check}: ")
    assert " ".join(str(row).split()).endswith(str(row.reason))
