"""Every picture of every scenario, and of networks that people load, is laid out right.

It is told in words as well.

`layout.faults` says what is wrong with a scene; here are the visits, with settings from the
beginning, the middle and the end of each range.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from rigs import aws_made, aws_networks, aws_shapes, vpc_large
from rigs.layout import faults, pictures_of, sample

from bench import reachability
from tests.test_peering import THERE, far, near
from vpcedu import aws, draw, widgets
from vpcedu.analysis.answer import ask
from vpcedu.course.kernel_evidence import laboratory
from vpcedu.draw.canvas.fonts import width_of
from vpcedu.draw.canvas.scene import Band, Box, Line, Mark, Scene, Text
from vpcedu.draw.canvas.style import CROSS, LABEL, NOTE
from vpcedu.draw.reading.short_names import drawn, short_names
from vpcedu.lab import audit, named
from vpcedu.network.conversations import conversations
from vpcedu.network.vpc import Peering, Vpc
from vpcedu.scenarios.catalogue import SCENARIOS
from vpcedu.sites.reference import reference_vpc
from vpcedu.sites.site import Site
from vpcedu.widgets.parts.explorer import Explorer

WEB_1, WEB_2, DB, BASTION = (f"i-0e11f22a33b44000{number}" for number in (1, 2, 3, 4))
LONG = "payment-service-blue-green-deployment-canary-production-eu-west-1-host-number-"
NAMES = {
    WEB_1: f"{LONG}1",
    WEB_2: f"{LONG}2",
    DB: "W" * 63,
    BASTION: "Прыжковый сервер №4",
    "nat-0a33b44c55d660001": "Übersetzer für Straße und Größe",
    "igw-0a22b33c44d550001": "出口ゲートウェイ",
}


@cache
def example(renamed=False):
    vpc = aws.load(aws.example()).vpc()
    return named(vpc, NAMES) if renamed else vpc


@cache
def made(name):
    """A network of tests/rigs/aws_networks.py.

    moto makes it in a folder that is gone when it is loaded.
    """
    pytest.importorskip("moto")
    with TemporaryDirectory() as folder:
        ids = aws_made.write(Path(folder), getattr(aws_networks, name))
        return aws.load(folder), ids


@cache
def shapes():
    """A VPC with a Classic and an Application balancer, and endpoints of both kinds.

    It has routes that lead beyond it.
    """
    with TemporaryDirectory() as folder:
        for name, answer in aws_shapes.files(aws_shapes.network() | aws_shapes.classic()).items():
            Path(folder, name).write_text(json.dumps(answer), encoding="utf-8")
        return aws.load(folder).vpc()


def asked_of_moto(name):
    """A visit to a network that moto made.

    It goes to the page of its balancer, or from one host to another across a peering.
    """
    account, ids = made(name)
    if name == "peered":
        return ask(account.vpc(ids["vpcs"][0]), ids["hosts"][0], ids["hosts"][1], 80).visit
    vpc = account.vpc()
    balancer = next((row.name for row in vpc.names), "")
    return (
        ask(vpc, "internet", balancer, 80).visit
        if balancer
        else ask(vpc, "internet", ids["web"], 80).visit
    )


THREE = vpc_large.large_vpc(3, 3, 1, nats=3)
VISITS = {
    **{
        f"{name}, {word}": (row.visit if word == "broken" else row.undone)
        for name, row in SCENARIOS.items()
        for word in ("broken", "cured")
        if word == "broken" or row.undo
    },
    "example, balancer": lambda: ask(example(), "internet", "shop", 80).visit,
    "example, way out": lambda: ask(example(), WEB_1, "internet", 443).visit,
    "example, no way out": lambda: ask(example(), WEB_2, "internet", 443).visit,
    "example, database": lambda: ask(example(), WEB_1, DB, 5432).visit,
    "example, bastion": lambda: ask(example(), "internet", BASTION, 22).visit,
    "example under long names, way out": lambda: (
        ask(example(True), NAMES[WEB_1], "internet", 443).visit
    ),
    "example under long names, database": lambda: (
        ask(example(True), NAMES[WEB_2], NAMES[DB], 5432).visit
    ),
    "example under long names, bastion": lambda: (
        ask(example(True), "internet", NAMES[BASTION], 22).visit
    ),
    "example, transit gateway": lambda: ask(example(), DB, "10.99.0.5", 443).visit,
    "interface endpoint": lambda: ask(shapes(), "i-web", "10.0.1.40", 443).visit,
    "gateway endpoint": lambda: ask(shapes(), "i-web", "198.51.100.70", 443).visit,
    "blackhole": lambda: ask(shapes(), "i-web", "10.51.0.5", 443).visit,
    "database instance": lambda: ask(shapes(), "i-web", "10.0.1.30", 8_443).visit,
    "loaded balancer": lambda: ask(shapes(), "internet", "10.0.0.30", 80).visit,
    **{
        f"moto, {name}": lambda name=name: asked_of_moto(name)
        for name in (
            "reference",
            "private_targets",
            "no_ephemeral_ports",
            "peered",
            "in_private_subnets",
        )
    },
    "peering": lambda: Site(near()).connect("b", "10.1.0.10", 80),
    "peering, back": lambda: Site(near()).connect("z", "10.0.1.10", 80),
    "peering, no way back": lambda: Site(near().without(THERE)).connect("b", "10.1.0.10", 80),
    "peering, by the Internet": lambda: Site(near()).connect("a", "192.0.2.50", 81),
    "three zones, Application": lambda: Site(THREE).get("http://www.example.com/"),
    "three zones, Network": lambda: Site(THREE).get("http://nlb.example.com/"),
    "three zones, way out": lambda: Site(THREE).connect("web b1", "updates.example.net", 443),
}
EXPLORERS = [name for name in widgets.__all__ if issubclass(getattr(widgets, name), Explorer)]


@cache
def visit(name):
    return VISITS[name]()


def wrong(pictures):
    return [f"{kind}: {fault}" for kind, picture in pictures for fault in faults(picture.scene)]


@pytest.mark.parametrize("name", VISITS)
def test_every_picture_of_a_visit_is_laid_out_right_and_told_in_words(name):
    """No overlap, and nothing outside the frame.

    The alternative names the hosts of each connection that is shown.
    """
    seen = visit(name)
    called = {
        row.name: short
        for row, short in zip(
            seen.vpc.devices,
            (short_names(seen.vpc).get(row.name, row.name) for row in seen.vpc.devices),
            strict=True,
        )
    }
    talks, pictures = conversations(seen.capture), list(pictures_of(seen))
    assert wrong(pictures) == []
    for kind, picture in pictures:
        alt, words = picture.alt, kind.split()
        assert len(alt.split()) > 8, kind
        shown = (
            talks[:3] if words[0] in ("ladder", "map", "ledger") and "alone" not in words else ()
        )
        ends = {
            end
            for talk in shown
            for end in (talk.opener, *([talk.listener] if words[0] == "ledger" else []))
        }
        ends |= {words[-2]} if words[0] == "states" and words[-2] in called else set()
        for end in ends:
            assert called.get(end, end) in alt, kind
        for full, short in short_names(seen.vpc).items():
            if any(short in getattr(item, "words", "") for item in picture.scene.items):
                assert full in alt, kind


# Explorers: every control is moved to the beginning, middle and end of its range, one after the
# other, there and back.


def values_of(control):
    """Three values that a control may take; of a range its ends."""
    if hasattr(control, "min"):
        some = sample(range(control.min, control.max + 1, getattr(control, "step", 1) or 1))
        if isinstance(control.value, tuple):
            return [(one, other) for one in some for other in some if one <= other]
        return some
    if hasattr(control, "options"):
        return sample(one[1] if isinstance(one, tuple) else one for one in control.options)
    return [False, True] if isinstance(control.value, bool) else [control.value]


@pytest.mark.parametrize("name", EXPLORERS)
def test_every_explorer_s_picture_is_laid_out_right(name):
    given = {
        "Arrows": (Site(reference_vpc()).get("http://www.example.com/"),),
        "Evidence": (laboratory(),),
        "YourVpc": (example(),),
    }
    explorer = getattr(widgets, name)(*given.get(name, ()))
    shown = 0
    for way in (1, -1):
        for word, control in list(explorer.controls.items()):
            for value in values_of(control)[::way]:
                control.value = value
                assert wrong([(f"{word} {value}", explorer.picture)]) == []
                assert explorer.picture.alt
                shown += 1
    assert shown >= 4


# Descriptions alone, and audits.

ALONE = {
    "reference": reference_vpc,
    "three zones": lambda: THREE,
    "example": example,
    "example under long names": lambda: example(True),
    "peered": near,
    "50 subnets": lambda: vpc_large.large_vpc(10, 5, 20),
    "1,000 instances": reachability.vpc,
    "nothing": lambda: Vpc("10.0.0.0/16", (), (), (), (), (), "", (), (), (), ()),
}


@pytest.mark.parametrize("name", ALONE)
def test_a_vpc_alone_is_legible_on_one_page(name):
    picture = draw.map(ALONE[name]())
    assert wrong([(name, picture)]) == []
    assert picture.scene.height <= 900
    assert 40 < len(picture.alt) < 4_000


@pytest.mark.parametrize(
    "name",
    ["reference", "three zones", "example", "example under long names", "peered", "50 subnets"],
)
def test_a_site_before_anything_is_sent_is_legible(name):
    picture = draw.site(Site(ALONE[name]()))
    assert wrong([(name, picture)]) == []
    assert picture.scene.height <= 2_400
    assert 40 < len(picture.alt) < 4_000


def test_a_page_counts_what_it_does_not_tell_one_by_one():
    for vpc in (reachability.vpc(), vpc_large.large_vpc(10, 5, 20)):
        words = [item.words for item in draw.map(vpc).scene.items if isinstance(item, Text)]
        hidden = sum(
            int(text.split(": ")[1].split()[0])
            for text in words
            if ": " in text and text.endswith(("devices", "hosts")) and text != words[0]
        )
        boxes = sum(any(row.device == text for text in words) for row in vpc.interfaces)
        assert hidden + boxes == len(vpc.interfaces) > 700


def test_a_map_of_an_answer_counts_what_it_hides_of_the_whole_description():
    """A question is simulated with the devices that it can meet.

    The picture is of all that was described.
    """
    vpc = vpc_large.large_vpc(10, 5, 20)
    scene = draw.map(ask(vpc, "internet", "www.example.com", 80).visit).scene
    words = [item.words for item in scene.items if isinstance(item, Text)]
    hidden = [
        int(text.split()[-2])
        for text in words
        if text.endswith((" device", " devices")) and "," in text
    ]
    hidden += [
        int(text.split()[0])
        for text in words
        if text.endswith((" devices", " others")) and "," not in text
    ]
    assert sum(hidden) + sum(row.device in words for row in vpc.interfaces) == len(vpc.interfaces)
    assert "i-...0003: not on this path" in [
        item.words
        for item in draw.map(visit("example, balancer")).scene.items
        if isinstance(item, Text)
    ]


AUDITS = {
    "example": example,
    "example under long names": lambda: example(True),
    "reference": reference_vpc,
    "network balancer": lambda: reference_vpc("network", "gateway"),
    "three zones": lambda: THREE,
    "1,000 instances": reachability.vpc,
    "moto, reference": lambda: made("reference")[0].vpc(),
    "moto, in_private_subnets": lambda: made("in_private_subnets")[0].vpc(),
    "moto, no_ephemeral_ports": lambda: made("no_ephemeral_ports")[0].vpc(),
}


@pytest.mark.parametrize("name", AUDITS)
def test_an_audit_s_map_is_legible_and_shows_what_the_internet_reaches(name):
    found = audit(AUDITS[name]())
    picture = draw.audit(found)
    assert wrong([(name, picture)]) == []
    assert picture.scene.height <= 1_300
    assert len(picture.alt) < 4_000
    device = {row.id: row.device for row in found.vpc.interfaces}
    reached = {
        device[name]
        for row in found.reached
        if set(row.sources) - set(device)
        for name in row.destinations
    }
    open_to = {
        row.private
        for row in found.vpc.associations
        for end in found.vpc.names
        for entrance in found.balancers
        if entrance.name == end.name and row.public in end.addresses and entrance.outcome.works
    }
    reached |= {row.device for row in found.vpc.interfaces if row.address in open_to}
    marked = {
        item
        for item in picture.scene.items
        if isinstance(item, Box) and item.ground == "outside-ground"
    }
    arrows = [
        item for item in picture.scene.items if isinstance(item, Line) and item.ink == "outside"
    ]
    assert len(marked) == len(reached)
    assert len(arrows) >= len(marked)
    assert picture.scene.title.startswith(f"The Internet reaches {len(reached) or 'none'} of")


def test_an_audit_s_map_says_which_ports_and_tells_a_block_from_anyone():
    words = [
        item.words for item in draw.audit(audit(example())).scene.items if isinstance(item, Text)
    ]
    assert words.count("80") == 2 + 3  # two arrows; three rows of the table
    assert "22 (a block)" in words
    assert "192.0.2.0/26" in words
    assert "shop/...0006, shop/...0007" in words


def test_where_no_answer_gets_out_the_arrow_ends_in_a_cross():
    scene = draw.audit(audit(made("in_private_subnets")[0].vpc())).scene
    assert not any(isinstance(item, Line) and item.ink == "outside" for item in scene.items)
    crosses = [
        item
        for item in scene.items
        if isinstance(item, Mark) and item.kind == "cross" and item.size == CROSS
    ]
    assert len(crosses) == 2  # a node in each subnet
    assert any("timed out" in item.words for item in scene.items if isinstance(item, Text))


def test_each_vpc_has_a_frame_and_a_service_has_its_name():
    service = "com.amazonaws.us-east-1.s3"
    vpc = near(far(name=service))._replace(peerings=(Peering("pcx-1", service),))
    for seen, above in (
        (visit("peering"), "VPC 10.1.0.0/16"),
        (Site(vpc).connect("b", "10.1.0.10", 80), service),
    ):
        scene = draw.map(seen).scene
        words = [item.words for item in scene.items if isinstance(item, Text)]
        frames = [item for item in scene.items if isinstance(item, Box) and item.width == 2.2]
        assert len(frames) == 2
        assert {"VPC 10.0.0.0/16", above} <= set(words)
        assert faults(scene) == []
        assert faults(draw.ladder(seen).scene) == []
    alone = draw.map(visit("three zones, Network")).scene
    assert sum(isinstance(item, Box) and item.width == 2.2 for item in alone.items) == 1


# Names.


@pytest.mark.parametrize(
    "vpc",
    [example(), example(True), near(), reachability.vpc(4)],
    ids=["ids", "long", "short", "many"],
)
def test_short_names_fit_and_are_nobody_else_s(vpc):
    names = short_names(vpc)
    devices = {row.name for one in vpc.everyone for row in one.devices}
    gates = {one.internet_gateway for one in vpc.everyone if one.internet_gateway}
    after = [names.get(name, name) for name in devices | gates]
    assert len(after) == len(set(after))
    for name in devices:
        assert width_of(names.get(name, name), LABEL, True) <= 104
    for name in gates:
        assert all(
            width_of(word, NOTE, True) <= 62 for word in names.get(name, name).rsplit(" ", 1)
        )


def test_ids_keep_what_they_are_and_their_last_digits():
    names = short_names(example())
    assert (names[WEB_1], names["nat-0a33b44c55d660001"]) == ("i-...0001", "nat-...0001")
    assert names["shop/eni-0f11a22b33c440006"] == "shop/...0006"
    assert names["igw-0a22b33c44d550001"] == "Internet gateway"
    alike = short_names(
        named(example(), {WEB_1: f"{LONG}a", WEB_2: f"{LONG}b", DB: "i-0aaaaaaaa00000004"})
    )
    assert alike["i-0aaaaaaaa00000004"] != alike[BASTION]


def test_a_visit_whose_names_fit_is_drawn_as_it_is():
    seen = visit("nat-lets-80-and-443-out, broken")
    assert drawn(seen, short_names(seen.vpc)) is seen


def test_a_long_name_is_taken_where_a_device_is_asked_for():
    seen = visit("example, way out")
    assert draw.header(seen, at="nat-0a33b44c55d660001").alt.count("nat-0a33b44c55d660001") == 1
    assert "nat-...0001" in draw.table(seen, 1, "nat-0a33b44c55d660001", "route").scene.alt


# The check itself: a planted fault is found, and the same scene without it is clean.

CLEAN = (
    Text(20, 30, "A title", "ink", 16, True),
    Box(20, 50, 120, 60, "inside"),
    Text(40, 80, "inside", "ink"),
    Line(((200, 50), (200, 110)), "ink"),
    Band(300, 50, 100, 60, "outside-ground"),
    Text(310, 80, "band", "ink"),
    Mark("disc", 450, 80, "ink", 9.0, "1"),
)
PLANTED = {
    "overlaps": Text(60, 84, "over it", "ink"),
    "leaves the frame": Text(480, 80, "beyond the edge", "ink"),
    "is over the edge of the box": Text(120, 100, "edge", "ink"),
    "too near to": Text(204, 80, "near", "ink"),
    "smaller than 12": Text(40, 160, "tiny", "ink", 11.0),
    "or hidden by, the band": Text(380, 100, "half", "ink"),
    "meets a disc": Text(444, 84, "on it", "ink"),
    "badges 1 and 2 overlap": Mark("disc", 460, 80, "ink", 9.0, "2"),
    "(-5, 10": Line(((-5, 10), (30, 10)), "ink"),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_found(fault):
    assert faults(Scene(520, 180, CLEAN, "A title", "")) == []
    found = faults(Scene(520, 180, (*CLEAN, PLANTED[fault]), "A title", ""))
    assert any(fault in words for words in found), found
    assert faults(Scene(520, 180, CLEAN[1:], "A title", "")) == ["the title is cut: A title"]
