"""Every explorer as its lesson builds it: it fits a laptop, nothing of it is dead, it stays put."""

from __future__ import annotations

from functools import cache
from math import ceil

import ipywidgets
import pytest
from rigs.layout import sample
from rigs.lessons import LESSONS, run, settings_of

from vpcedu import widgets
from vpcedu.draw.canvas.scene import Text, live
from vpcedu.site_address import ADDRESS, SITE
from vpcedu.widgets.parts.controls import GAP
from vpcedu.widgets.parts.explorer import NARROWER, PITCH, WIDTH

HIGH, NARROW = 679, 592  # CSS pixels: an output in JupyterLab at 1280x800, at 1024x800 with files
SMALLEST = 12.5
EXPLORERS = {
    "00-the-question": "Arrows",
    "01-addresses-and-routes": "Routes",
    "02-a-tcp-connection": "Handshake",
    "03-ephemeral-ports": "Ports",
    "04-stateful-and-stateless": "Filters",
    "05-address-translation": "Translations",
    "06-proxies": "Proxies",
    "07-network-load-balancer": "NetworkBalancer",
    "08-return-paths": "ReturnPaths",
    "09-time": "IdleClocks",
    "10-troubleshooting": "Troubleshooting",
    "11-your-own-vpc": "YourVpc",
    "12-is-it-true": "Evidence",
}


LINKS = {}  # by lesson, to each state in which a cell leaves an explorer


@cache
def displayed(lesson):
    return run(lesson, LINKS.setdefault(lesson, set()))


def first(lesson):
    """The lesson's own explorer, as it was displayed."""
    shown = displayed(lesson)
    names = [type(row.explorer).__name__ for row in shown]
    assert EXPLORERS[lesson] in names, names
    explorer = shown[names.index(EXPLORERS[lesson])].explorer
    explorer.begin_again()
    return explorer


def test_every_lesson_displays_its_explorer():
    assert list(EXPLORERS) == LESSONS


@pytest.mark.parametrize("lesson", LESSONS)
def test_run_all_leaves_each_explorer_at_the_setting_its_text_describes(lesson):
    for row in displayed(lesson):
        row.explorer.begin_again()
        assert settings_of(row.explorer) == row.settings, f"Reset, code cell {row.cell}"
    for row in run(lesson):
        assert settings_of(row.explorer) == row.settings, f"code cell {row.cell} is moved later"
        assert row.explorer.sentence == row.sentence


# --- no dead control -----------------------------------------------------------------------


def values_of(control):
    """Up to a dozen values that a control may take."""
    if isinstance(control, ipywidgets.IntRangeSlider):
        ends = sample(range(control.min, control.max + 1))
        return [(one, other) for one in ends for other in ends if one <= other]
    if hasattr(control, "min"):
        step = max((control.max - control.min) // 11, control.step or 1)
        return list(range(control.min, control.max + 1, step))
    if hasattr(control, "options"):
        values = [one[1] if isinstance(one, tuple) else one for one in control.options]
        return values[:: ceil(len(values) / 12)]
    if isinstance(control, ipywidgets.Checkbox):
        return [False, True]
    return ["198.51.100.7", "10.0.1.10", "8.8.8.8"]


def shares(explorer):
    """For each control the share of its values that change picture or sentence."""
    found = {}
    for name, control in explorer.controls.items():
        now = control.value
        shown = live(explorer.picture.scene).items, explorer.sentence
        others = [value for value in values_of(control) if value != now]
        changed = 0
        for value in others:
            control.value = value
            changed += (live(explorer.picture.scene).items, explorer.sentence) != shown
            explorer.begin_again()
        found[name] = changed / len(others) if others else 0.0
    return found


@pytest.mark.parametrize("lesson", LESSONS)
def test_no_control_is_dead_at_the_lesson_s_start_unless_it_is_disabled_and_says_why(lesson):
    explorer = first(lesson)
    disabled = {name for name, control in explorer.controls.items() if control.disabled}
    found = shares(explorer)
    if hasattr(explorer, "what_if"):  # its changes are offered when a row is chosen
        explorer.what_if.row.value = next(iter(explorer.what_if._changes))
        assert "What if" in explorer.sentence or explorer.what_if.change.value
        explorer.begin_again()
        found.pop("change")
    assert {name for name, share in found.items() if not share} <= disabled, found
    for name in disabled:
        control = explorer.controls[name]
        assert control.tooltip and control.tooltip in explorer.note.value


# --- it fits -------------------------------------------------------------------------------


def basis(control):
    """How wide a control is in a full row, in pixels, with its margins."""
    layout = control.layout
    words = (layout.flex or "").split() or [layout.width or "0px"]
    return float(words[-1].removesuffix("px")) + GAP


def rows_high(box, width):
    """The height of a row of controls that wraps, in pixels: a control is 32 high."""
    rows, used = 1, 0.0
    for control in box.children:
        used += basis(control)
        if used > width:
            rows, used = rows + 1, basis(control)
    return 32 * rows


def height(explorer, width):
    """The height of the whole explorer in an output of some width."""
    controls = explorer.box.children[1:-2]
    lines = explorer.lines + sum(part.lines for part in explorer._parts)
    share = min(width, WIDTH) / WIDTH
    words = PITCH * (lines + (width <= NARROWER)) + 4
    return 32 + sum(rows_high(box, width) for box in controls) + words + share * explorer.tall


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_explorer_fits_a_laptop_and_its_type_is_not_too_small(lesson):
    explorer = first(lesson)
    assert height(explorer, WIDTH + 24) <= HIGH
    assert height(explorer, NARROW) <= HIGH
    scene = live(explorer.picture.scene)
    assert scene.height <= explorer.tall, "the picture is not scaled down at full width"
    assert min(item.size for item in scene.items if isinstance(item, Text)) >= SMALLEST


@pytest.mark.parametrize(
    ("way", "seconds", "speaks", "keepalive", "begins"),
    [
        ("NAT gateway", 420, "listener", 7_200, "After 420 s update server sends"),
        ("NAT gateway", 420, "listener", 300, "After 300 s web's keep-alive sends a probe. At 420"),
        ("Classic LB", 90, "opener", 45, "After 45 s client's keep-alive sends a probe. After 60"),
        ("Classic LB", 90, "opener", 0, "After 60 s the ELB node closes both connections. At 90"),
        ("Classic LB", 59, "opener", 0, "After 59 s client sends"),
    ],
)
def test_the_sentence_of_a_silence_says_when_each_thing_happened(
    way, seconds, speaks, keepalive, begins
):
    explorer = widgets.IdleClocks(way=way, seconds=seconds, speaks=speaks)
    explorer.keepalive.value = keepalive
    assert explorer.sentence.startswith(begins)


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_link_to_what_a_lesson_shows_has_at_most_200_bytes(lesson):
    assert displayed(lesson) and LINKS[lesson]
    for link in LINKS[lesson]:
        assert link.startswith(SITE + lesson)
        assert len(ADDRESS + link.removeprefix(SITE)) <= 200, link
