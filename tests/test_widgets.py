"""The widgets work without a browser: set a value, read the sentence."""

from __future__ import annotations

import pytest

from vpcedu import reference_architecture, widgets
from vpcedu.draw.canvas.moving import painter
from vpcedu.draw.canvas.scene import live
from vpcedu.draw.compare.all_balancers import TITLES
from vpcedu.sites.reference_proxies import WAYS
from vpcedu.widgets.explorers.return_paths import frame
from vpcedu.widgets.parts import explorer as explorer_module

URL = "http://www.example.com/"


@pytest.fixture
def visit():
    return reference_architecture().get(URL)


def test_the_picture_and_the_sentence_follow_the_slider():
    explorer = widgets.ReturnPaths()
    seen = set()
    for moment in range(1, len(TITLES) + 1):
        explorer.moment.value = moment
        assert explorer.sentence == frame("Classic TCP", moment).sentence
        assert explorer.image.value == painter().svg(live(explorer.picture.scene))
        seen.add(explorer.image.value)
    assert len(seen) == len(TITLES)


@pytest.mark.parametrize("way", WAYS)
def test_every_setting_has_a_frame_of_one_height_and_a_sentence_of_four_lines(way):
    """Some 92 letters stand in a line of 700 pixels."""
    frames = [frame(way, moment) for moment in range(1, len(TITLES) + 1)]
    assert len({shown.picture.scene.height for shown in frames}) == 1
    assert max(len(shown.sentence) for shown in frames) <= 4 * 92
    assert len({shown.sentence for shown in frames}) == len(frames)


def test_an_error_is_shown_and_raised(monkeypatch):
    explorer = widgets.ReturnPaths()
    monkeypatch.setattr(explorer, "_frame", lambda **values: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        explorer.moment.value = 5
    assert "division by zero" in explorer.line.value


def test_the_arrows_toggle_between_connections_and_packets(visit):
    arrows = widgets.Arrows(visit)
    first = arrows.sentence, arrows.picture.scene
    arrows.arrows.value = "packets"
    assert "Who connects" in first[0] and "Where packets go" in arrows.sentence
    assert first[1].height == arrows.picture.scene.height


def test_what_a_learner_types_is_escaped(visit):
    form = widgets.Prediction(visit)
    form.source.value = "<script>alert(1)</script>"
    form.source_port.value = form.destination_port.value = "80"
    form.check()
    assert "<script>" not in form.line.value and "&lt;script&gt;" in form.line.value


def test_without_ipywidgets_one_clear_line(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(ImportError, match=r"vpcedu\[course\]"):
        _ = widgets.ReturnPaths


def test_the_explorer_s_width_is_the_picture_s():
    assert frame("NLB by IP", 1).picture.scene.width == explorer_module.WIDTH


def test_reset_brings_every_control_and_the_picture_back():
    explorer = widgets.ReturnPaths(moment=3)
    before = explorer.sentence, explorer.image.value
    explorer.way.value, explorer.moment.value = "NLB by IP", 5
    explorer.what_if.row.value = "a new route in private"
    assert explorer.sentence != before[0] and explorer.image.value != before[1]
    explorer.reset.click()
    assert (explorer.sentence, explorer.image.value) == before
    assert (explorer.way.value, explorer.moment.value, explorer.what_if.change.value) == (
        "Classic TCP",
        3,
        "",
    )
