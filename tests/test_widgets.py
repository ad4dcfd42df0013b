"""The widgets work without a browser: set a value, read the sentence."""

from __future__ import annotations

import pytest

from vpcedu import reference_architecture, widgets
from vpcedu.draw.canvas.moving import painter
from vpcedu.sites.reference import BALANCERS
from vpcedu.widgets.explorers.return_paths import frame
from vpcedu.widgets.parts import explorer as explorer_module

URL = "http://www.example.com/"


@pytest.fixture
def visit():
    return reference_architecture().get(URL)


def test_the_picture_and_the_sentence_follow_the_slider():
    explorer = widgets.ReturnPaths()
    seen = set()
    for packet in range(1, 23):
        explorer.packet.value = packet
        assert explorer.sentence == frame("classic-tcp", packet, "ladder").sentence
        assert explorer.image.value == painter().svg(explorer.picture.scene)
        seen.add(explorer.image.value)
    assert len(seen) == 22


@pytest.mark.parametrize("balancer", BALANCERS)
@pytest.mark.parametrize("picture", ["ladder", "map"])
def test_every_setting_has_a_frame_of_one_height(balancer, picture):
    frames = [frame(balancer, packet, picture) for packet in range(1, 23)]
    assert len({shown.picture.scene.height for shown in frames[:11]}) == 1
    last = len(reference_architecture(balancer).get(URL).capture)
    assert all("have been shown" in shown.sentence for shown in frames[last:])
    assert sum("the ANSWER" in shown.sentence for shown in frames) == (
        1 if balancer == "network" else 2
    )


def test_the_place_of_the_picture_holds_the_tallest():
    explorer = widgets.ReturnPaths()
    for picture in ("ladder", "map", "all five"):
        explorer.view.value = picture
        room = int(explorer.stage.layout.height.removesuffix("px"))
        for balancer in (*BALANCERS, "nat"):
            assert frame(balancer, 1, picture).picture.scene.height <= room


def test_the_longest_sentence_fits_its_lines():
    """84 pixels hold 4 lines of 14 pixels; some 95 letters stand in 700 pixels."""
    longest = max(
        len(frame(b, n, "map", nat).sentence)
        for b in BALANCERS
        for nat in ("instance", "gateway")
        for n in range(1, 23)
    )
    assert longest <= 4 * 92


def test_an_error_is_shown_and_raised(monkeypatch):
    explorer = widgets.ReturnPaths()
    monkeypatch.setattr(explorer, "_frame", lambda **values: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        explorer.packet.value = 5
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
    assert frame("network", 1, "ladder").picture.scene.width == explorer_module.WIDTH


def test_reset_brings_every_control_and_the_picture_back():
    explorer = widgets.ReturnPaths(packet=3)
    before = explorer.sentence, explorer.image.value
    explorer.balancer.value, explorer.packet.value, explorer.view.value = "network", 7, "map"
    assert explorer.sentence != before[0] and explorer.image.value != before[1]
    explorer.reset.click()
    assert (explorer.sentence, explorer.image.value) == before
    assert (explorer.balancer.value, explorer.packet.value, explorer.view.value) == (
        "classic-tcp",
        3,
        "ladder",
    )
