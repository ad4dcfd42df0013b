"""What explorers share: the stepper, the what-if panel, Reset.

Dragging them leaves nothing over.
"""

from __future__ import annotations

import gc
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice

import ipywidgets
import pytest
from rigs import voice
from rigs.layout import faults

from vpcedu import draw, lab, widgets
from vpcedu.analysis.change import Repair
from vpcedu.analysis.ends import Question
from vpcedu.draw.canvas.moving import painter
from vpcedu.draw.canvas.scene import Box, live
from vpcedu.draw.canvas.style import THEMES
from vpcedu.draw.canvas.svg import FOLLOW
from vpcedu.draw.compare.all_balancers import TITLES
from vpcedu.puzzles.changes import changed, changes
from vpcedu.sites.parts import IGW, PAGE
from vpcedu.sites.reference import reference_architecture
from vpcedu.sites.reference_proxies import WAYS, WEBS, five_ways, way_site
from vpcedu.tables.network_acl import AclEntry
from vpcedu.tables.security_group import GroupRule
from vpcedu.widgets.explorers import return_paths
from vpcedu.widgets.explorers.return_paths import frame
from vpcedu.widgets.parts.controls import short
from vpcedu.widgets.parts.explorer import Explorer
from vpcedu.widgets.parts.stepper import Stepper
from vpcedu.widgets.parts.what_if import AS_IT_IS, WhatIf, tried

ASKED = Question("client", "www.example.com", 80)
LIVE = "application/vnd.jupyter.widget-view+json"
# values; bytes that they may leave: a picture has 30,000, a visit 100,000
WATCHED, GROWTH = (40, 200_000)


def your_vpc():
    return widgets.YourVpc(lab.example_vpc(), "web-1", "db", 5_432)


EXPLORERS = {
    "Arrows": lambda: widgets.Arrows(reference_architecture().get("http://www.example.com/")),
    "Evidence": lambda: widgets.Evidence(lab.laboratory()),
    "Filters": widgets.Filters,
    "Handshake": widgets.Handshake,
    "IdleClocks": widgets.IdleClocks,
    "NetworkBalancer": widgets.NetworkBalancer,
    "Ports": widgets.Ports,
    "Proxies": widgets.Proxies,
    "ReturnPaths": widgets.ReturnPaths,
    "Routes": widgets.Routes,
    "Translations": widgets.Translations,
    "Troubleshooting": widgets.Troubleshooting,
    "YourVpc": your_vpc,
}


def test_every_explorer_of_the_package_is_here():
    found = {name for name in widgets.__all__ if issubclass(getattr(widgets, name), Explorer)}
    assert found == set(EXPLORERS)


# What an explorer's sentence says at first, which step leaves the picture as it is, and what the
# sentence says after each step: a control, and the value that it is brought to.
STEPS = {
    "Filters": (
        "lost at the network ACL: timed out",
        (),
        (
            ("entry", (49_152, 65_535), "the page comes"),
            ("port", 40_000, "lost at the network ACL: timed out. The security group remembers"),
            ("entry", (1_024, 65_535), "remembers the flow"),
            ("group_out", "all", "remembers nothing"),
        ),
    ),
    "Handshake": (
        "returns after 0.2 s",
        (),
        (
            ("round_trip", 400, "returns after 0.4 s"),
            ("first_syn", True, "returns after 1.4 s"),
            ("second_syn", True, "returns after 2.4 s"),
            ("kernel", "before 6.5", "after 3.4 s"),
            ("server", "closed", "RST"),
            ("server", "silent", "127 s"),
            ("kernel", "since 6.5", "131 s"),
        ),
    ),
    "NetworkBalancer": (
        "which sees 203.0.113.10: the address of client itself",
        (),
        (
            ("target_type", "ip", "sees 10.0.0.30: the NLB node"),
            ("preserve", "on", "the address of client itself"),
            ("connection", 2, "Connection 2 of client goes to web 2"),
            ("opener", "web 1", "Connection 2 of web 1"),
            ("connection", 4, "its own address, so it drops the packet; web 1 sees: timed out"),
            ("preserve", "off", "web 1 sees: 200 OK"),
            ("proxy", True, "28 bytes come before the request"),
            ("silent", 70, "its flow entry was still there (idle timeout 350 s)"),
            ("idle", 60, "its flow entry was gone (idle timeout 60 s): the NLB node answers RST"),
        ),
    ),
    "Ports": (
        "It runs out after 56.5 s",
        (),
        (
            ("destinations", 2, "never runs out"),
            ("rate", 2_000, "61,000 ports"),
            ("closes_first", "server", "1,000 ports"),
            ("lifetime", 200, "200,000 ports"),
            ("ports", (1_024, 65_535), "64,512 available"),
            ("spread", "4 of 5 to one", "1,600 new per s x 200 s"),
        ),
    ),
    "Proxies": (
        "the ELB node's own address",
        ("mode", "append"),
        (
            ("balancer", "application", "X-Forwarded-For is 203.0.113.10"),
            ("forged", True, "127.0.0.1, 203.0.113.10: only the last entry"),
            ("mode", "preserve", "the client's claim; nobody checked it"),
            ("mode", "remove", "do not say who the client is"),
            ("balancer", "network", "the client's own address"),
            ("mode", "append", "the client's claim"),
            ("balancer", "classic-tcp", "10.0.0.10"),
            ("proxy", True, "does not know what a PROXY line is"),
            ("web", WEBS[1], "nothing listens at web. In the end the client sees: closed"),
            ("balancer", "network", "never connected"),
        ),
    ),
    "Routes": (
        "The only route that fits 198.51.100.7: route 0.0.0.0/0 > NAT",
        ("public", False),
        (
            ("partner", True, "the longest prefix wins: route 198.51.100.0/24 > NAT"),
            ("default", IGW, "sees it come from 192.0.2.20"),
            ("partner", False, "sees it come from 192.0.2.40"),
            (
                "public",
                False,
                "lost at Internet gateway: the Internet gateway has no public address",
            ),
            ("default", "nowhere", "No route matches 198.51.100.7. web's packet is lost at web"),
            (
                "to",
                "10.0.1.99",
                "route 10.0.0.0/16 > local. web's packet is lost at web: the local route leads",
            ),
            ("view", "map", "10.0.1.99"),
        ),
    ),
    "Translations": (
        "four connections tried, four translations",
        (),
        (
            ("connections", 6, "six connections tried, six translations"),
            ("room", 2, "4 found no port"),
            ("destinations", 2, "2 found no port"),
            ("at", 400, "two translations in the table"),
            ("speaks", "web", "RST"),
            ("keepalive", 300, "matches the first translation"),
            ("speaks", "stranger", "no translation for this packet"),
        ),
    ),
}


@pytest.mark.parametrize("name", STEPS)
def test_the_explorer_follows_its_controls(name):
    first, same, steps = STEPS[name]
    explorer = EXPLORERS[name]()
    assert first in explorer.sentence
    for control, value, said in steps:
        before = explorer.image.value
        getattr(explorer, control).value = value
        assert said in explorer.sentence
        assert explorer.image.value == painter().svg(live(explorer.picture.scene))
        assert (explorer.image.value == before) == ((control, value) == same)


@pytest.mark.parametrize("name", EXPLORERS)
def test_the_explorer_shows_itself_live_and_still(name):
    explorer = EXPLORERS[name]()
    data, metadata = explorer._repr_mimebundle_()
    assert LIVE in data and data["image/png"][:4] == b"\x89PNG"
    assert (
        data["text/plain"].startswith(explorer.sentence)
        and explorer.picture.alt in data["text/plain"]
    )
    assert metadata["image/png"]["alt"] == explorer.picture.alt


def values_of(control):
    """Values that a hand may bring a control to, again and again."""
    if isinstance(control, ipywidgets.IntRangeSlider):
        return [(low, high) for low in range(0, 60_000, 7_001) for high in (61_000, 65_535)]
    if isinstance(control, ipywidgets.IntSlider):
        return list(
            range(
                control.min, control.max + 1, max(control.step, (control.max - control.min) // 40)
            )
        )
    if isinstance(control, ipywidgets.Text):
        return ["198.51.100.7", "10.0.1.99", "no address", "203.0.113.10"]
    if isinstance(control, ipywidgets.BoundedIntText):
        return list(range(12))
    return (
        [False, True]
        if isinstance(control, ipywidgets.Checkbox)
        else [
            value
            for _, value in (
                one if isinstance(one, tuple) else (one, one) for one in control.options
            )
        ]
    )


def drag(explorer, count):
    """So many values, a share of them on each control; the what-if panel's rows too."""
    names = [name for name in explorer.controls if name != "change"]
    controls = [explorer.controls[name] for name in names]
    if hasattr(explorer, "what_if"):
        controls.append(explorer.what_if.row)
    done = 0
    for number, control in enumerate(controls):
        share = count // len(controls) + (number < count % len(controls))
        for value in islice(cycle(values_of(control)), share):
            control.value = value
            done += 1
        explorer.begin_again()
    assert done == count


@pytest.mark.parametrize("name", EXPLORERS)
def test_two_hundred_dragged_values_leave_no_figure_and_no_memory(name):
    import matplotlib.pyplot

    explorer = EXPLORERS[name]()
    drag(explorer, 200)
    tracemalloc.start()  # twice the same values: what is kept is the same then, and was made while being watched
    try:
        drag(explorer, WATCHED)
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        drag(explorer, WATCHED)
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert matplotlib.pyplot.get_fignums() == []
    assert grown < GROWTH


def test_nothing_that_is_kept_for_a_slider_grows_without_bound():
    """A cache over settings has a size.

    Those without one take no setting, or one of a few words.
    """
    import functools
    from importlib import import_module
    from pathlib import Path

    folder = Path(widgets.__file__).parent
    unbounded = []
    for file in sorted(folder.rglob("[a-z]*.py")):
        module = import_module(
            ".".join(["vpcedu.widgets", *file.relative_to(folder).with_suffix("").parts])
        )
        for word, value in vars(module).items():
            if (
                isinstance(value, functools._lru_cache_wrapper)
                and value.cache_parameters()["maxsize"] is None
            ):
                unbounded.append(f"{file.stem}.{word}")
    assert unbounded == ["routes._tallest"]  # of two kinds of picture


@pytest.mark.parametrize("name", EXPLORERS)
def test_an_explorer_tells_what_one_looks_at_in_a_few_words(name):
    explorer = EXPLORERS[name]()
    assert 60 < len(explorer.about) < 420 and explorer.about.endswith(".")
    head = explorer.box.children[0].children[0].value
    assert "<summary>What am I looking at?</summary>" in head


@pytest.mark.parametrize("name", EXPLORERS)
def test_reset_brings_every_control_back_and_shows_once(name):
    explorer = EXPLORERS[name]()
    first = {word: control.value for word, control in explorer.controls.items()}, explorer.sentence
    drag_one = next(iter(explorer.controls.values()))
    drag_one.value = next(value for value in values_of(drag_one) if value != drag_one.value)
    shown = []
    explorer.image.observe(lambda change: shown.append(change), names="value")
    explorer.reset.click()
    assert (
        {word: control.value for word, control in explorer.controls.items()},
        explorer.sentence,
    ) == first
    assert len(shown) <= 1


def test_printed_an_explorer_is_its_sentence_in_lines_that_fit():
    explorer = widgets.ReturnPaths(moment=5)
    assert " ".join(str(explorer).split()) == explorer.sentence
    assert max(map(len, str(explorer).splitlines())) <= 80 < len(explorer.sentence)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_live_picture_is_the_same_picture_with_the_page_s_inks(theme):
    picture = widgets.ReturnPaths().picture
    live = picture.svg("live")
    for name, code in THEMES[theme].items():
        assert f"--v-{name}:{code};" in live
        live = live.replace(f'"var(--v-{name})"', f'"{code}"')
    assert live.replace(FOLLOW, "").replace(' class="v-live"', "") == picture.svg(theme)
    with pytest.raises(ValueError, match="expected one of light, dark, live"):
        picture.svg("sepia")


def doubled(number):
    return 2 * number


def test_progress_is_shown_and_told():
    progress = widgets.Progress("sites")
    with ThreadPoolExecutor() as pool:
        lab.sweep(doubled, {"number": (1, 2, 3)}, pool, progress)
    assert (progress.bar.value, progress.bar.max, str(progress)) == (3, 3, "3 of 3 sites")
    assert progress._repr_mimebundle_()["text/plain"] == "3 of 3 sites"


# --- the stepper ------------------------------------------------------------------------


def test_the_stepper_steps_and_stays_at_its_ends():
    steps = Stepper(1, 3)
    steps.back.click()
    assert steps.slider.value == 1
    for _ in range(5):
        steps.on.click()
    assert steps.slider.value == 3
    assert steps.reach(2) == 2 and steps.play.max == 2
    steps.begin_again()
    assert steps.slider.value == 1


# --- what if ----------------------------------------------------------------------------


def test_a_change_is_offered_for_every_row_of_a_description():
    vpc = reference_architecture().vpc
    offered = changes(vpc, ASKED)
    taken_out = {ways["taken out"].row for ways in offered.values() if "taken out" in ways}
    assert taken_out == set(vpc.rows())
    assert all(repair.row != repair.new for ways in offered.values() for repair in ways.values())
    assert all(words and effect for words, ways in offered.items() for effect in ways)


def test_what_may_change_is_what_all_five_descriptions_have():
    rows = [set(way_site(way).vpc.rows()) for way in WAYS]
    offered = [one for ways in return_paths._changes().values() for one in ways.values()]
    taken_out = {one.row for one in offered if one.new is None}
    assert taken_out == set.intersection(*rows)
    assert all(one.row is None or all(one.row in some for some in rows) for one in offered)


@pytest.mark.parametrize(
    "change", [one for ways in return_paths._changes().values() for one in ways.values()], ids=str
)
def test_a_change_in_all_five_is_what_the_five_sites_show(change):
    """The sentence names those through which the page still comes; every picture is legible."""
    explorer = widgets.ReturnPaths()
    explorer.what_if.take(change)
    good = [way for way in WAYS if changed(way_site(way), change).get(PAGE).symptom == "200 OK"]
    said = f"comes only with {' and '.join(good)}" if good else "comes with none of the five"
    said = "still comes with all five" if len(good) == len(WAYS) else said
    assert explorer.sentence.startswith(f"What if: {change}. ") and f"page {said}. " in (
        explorer.sentence
    )
    for moment in range(1, len(TITLES) + 1):
        explorer.moment.value = moment
        assert faults(explorer.picture.scene) == []
    explorer.what_if.undo.click()
    explorer.moment.value = 1
    assert explorer.sentence == widgets.ReturnPaths().sentence


def test_no_row_about_the_nat_is_needed_by_the_page():
    explorer = widgets.ReturnPaths()
    for row in (
        "route 0.0.0.0/0 > NAT in private",
        "sg-nat in tcp 0-65535 from 10.0.1.0/24",
        "sg-nat out tcp 443 to 0.0.0.0/0",
        "public address 192.0.2.20 for 10.0.0.20",
    ):
        explorer.what_if.row.value = row
        assert "The page still comes with all five." in explorer.sentence


def test_a_change_that_aws_would_refuse_is_said_and_the_picture_is_without_it():
    twice = Repair(None, AclEntry("acl-private", 100, "in", "deny", -1, (0, 65_535), "0.0.0.0/0"))
    with pytest.raises(ValueError, match="acl-private"):
        changed(reference_architecture(), twice)
    shown = tried(lambda change: frame("Classic TCP", 1, change), twice)
    assert shown.sentence.startswith(f"{twice}: not possible.")
    assert shown.picture.svg() == frame("Classic TCP", 1).picture.svg()


def test_a_choice_stays_where_the_next_site_has_the_row_and_goes_where_it_has_not():
    explorer = widgets.Troubleshooting("balancer-in-a-private-subnet")
    explorer.what_if.row.value = "sg-balancer in tcp 80 from 0.0.0.0/0"
    chosen = explorer.what_if.change.value
    panel = WhatIf(changes(reference_architecture().vpc, ASKED))
    panel.take(chosen)
    assert panel.offer(changes(reference_architecture("application").vpc, ASKED)) == chosen
    other = reference_architecture().vpc
    gone = changes(other._replace(group_rules=other.group_rules[1:]), ASKED)
    assert panel.offer(gone) is None and panel.row.value == ""


def test_the_panel_refuses_what_is_not_on_offer():
    panel = WhatIf(changes(reference_architecture().vpc, ASKED))
    with pytest.raises(ValueError, match="not on offer"):
        panel.take(Repair(None, GroupRule("sg-nobody", "in", (80, 80), "0.0.0.0/0")))
    assert panel.change.options[0] == (AS_IT_IS, "") and panel.lines == 0


def test_ids_are_cut_in_their_middle_and_other_words_stay():
    assert (
        short("sg-0c11d22e33f440002 in tcp 80 from 10.0.0.0/24")
        == "sg-..0002 in tcp 80 from 10.0.0.0/24"
    )
    assert short("sg-web in tcp 80") == "sg-web in tcp 80"


# --- all ways, one under the other ------------------------------------------------------


def test_all_ways_stand_at_the_same_moment():
    visits = five_ways()
    scenes = [draw.ways(visits, moment, "NLB by IP").scene for moment in TITLES]
    assert [scene.title for scene in scenes] == list(TITLES.values())
    for scene in scenes:
        assert scene.height <= 430 and faults(scene) == []
        walls = [item for item in scene.items if isinstance(item, Box) and item.ground == "ink"]
        assert len(walls) == 3  # where connections end: the Classic and Application balancers


def test_a_way_or_a_moment_that_is_none_is_named():
    visits = {"one": reference_architecture().get("http://www.example.com/")}
    with pytest.raises(ValueError, match="way 'two': expected one of one"):
        draw.ways(visits, "reply", "two")
    with pytest.raises(ValueError, match="moment 'answer': expected one of SYN, SYN ACK"):
        draw.ways(visits, "answer")
    with pytest.raises(ValueError, match="way 'two': expected one of Classic TCP"):
        way_site("two")


def test_the_answer_by_all_ways_names_what_brings_it_back():
    alt = widgets.ReturnPaths(moment=5).picture.alt
    for words in (
        "Classic TCP: web: local route; ELB node: route 0.0.0.0/0 > IGW; IGW: address map",
        "NLB by instance: web: flow of the NLB node; NLB: translation; IGW: address map",
        "NLB by IP: web: local route; NLB: translation; IGW: address map",
    ):
        assert f"{words}; client sees: 200 OK." in alt


def test_reset_goes_back_to_what_was_displayed_last():
    explorer = widgets.ReturnPaths()
    explorer.moment.value = 3
    explorer._repr_mimebundle_()
    before = explorer.sentence
    explorer.moment.value, explorer.way.value = 5, "NLB by IP"
    explorer.reset.click()
    assert (explorer.moment.value, explorer.sentence) == (3, before)


def test_a_ladder_shows_rows_around_a_packet_and_ghosts_of_those_to_come():
    visit = reference_architecture().get("http://www.example.com/")
    whole, part = draw.ladder(visit, 11).scene, draw.ladder(visit, 11, most=9).scene
    assert part.height < whole.height - 200
    for scene, to_come in ((whole, 11), (part, 6)):
        ghosts = [row for row in scene.items if getattr(row, "head", "") and row.ink == "rule"]
        assert len(ghosts) >= to_come and not any(row.part_of for row in ghosts)


def test_a_live_picture_leaves_out_what_its_explorer_says():
    scene = widgets.Handshake().picture.scene
    words = [item.words for item in live(scene).items if hasattr(item, "words")]
    assert live(scene).height < scene.height - 60
    assert "round trip" not in words and "SYN" in words


@pytest.mark.parametrize("name", EXPLORERS)
def test_what_an_explorer_says_is_short_and_plain(name):
    explorer, said = EXPLORERS[name](), set()
    for control in list(explorer.controls.values()):
        explorer.begin_again()
        for value in values_of(control)[:8]:
            control.value = value
            said.add(explorer.sentence)
    said.add(explorer.about)
    assert [one for one in said if voice.too_long(one)] == []
    numbered = {voice.ROW} if name == "Evidence" else set()  # its ladders have numbered rows
    assert [one for one in said if voice.phrases(one) - numbered] == []
