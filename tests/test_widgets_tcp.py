"""The explorers and forms of lessons 02 and 03 work without a browser: set a value, read the sentence."""

from __future__ import annotations

from itertools import product

import pytest

from vpcedu import lab, widgets
from vpcedu.sites.port_load import CLOSERS, RANGES
from vpcedu.widgets.explorers.ephemeral_ports import frame as ports
from vpcedu.widgets.explorers.handshake import LOSABLE
from vpcedu.widgets.explorers.handshake import frame as opening

LIVE = "application/vnd.jupyter.widget-view+json"


def room(explorer):
    return int(explorer.stage.layout.height.removesuffix("px"))


def test_the_handshake_follows_its_controls():
    explorer = widgets.Handshake()
    assert explorer.sentence == opening(200, "up", "since 6.5").sentence
    for name, value, said in (("round_trip", 400, "returns after 0.4 s"), ("first_syn", True, "returns after 1.4 s"),
                              ("second_syn", True, "returns after 2.4 s"), ("kernel", "before 6.5", "after 3.4 s"),
                              ("server", "closed", "RST"), ("server", "silent", "127 s"),
                              ("kernel", "since 6.5", "131 s")):
        before = explorer.image.value
        getattr(explorer, name).value = value
        assert said in explorer.sentence and explorer.image.value == explorer.picture.svg("live") != before


def test_a_loss_that_cannot_happen_is_said():
    explorer = widgets.Handshake()
    explorer.second_syn.value = True
    assert "2nd SYN: never sent here" in explorer.sentence
    explorer.first_syn.value = True
    assert "never sent" not in explorer.sentence


def test_every_setting_of_the_handshake_fits_its_place():
    explorer = widgets.Handshake()
    for server, kernel, lost in product(("up", "closed", "silent"), ("since 6.5", "before 6.5"),
                                        product((False, True), repeat=4)):
        shown = opening(200, server, kernel, **dict(zip(LOSABLE.values(), lost, strict=True)))
        assert shown.picture.scene.height <= room(explorer) and len(shown.sentence) <= 4 * 92


def test_the_ports_follow_their_controls():
    explorer = widgets.Ports()
    for name, value, said in (("destinations", 2, "never runs out"), ("rate", 2_000, "61,000 ports"),
                              ("closes_first", "server", "1,000 ports"), ("lifetime", 200, "200,000 ports"),
                              ("ports", RANGES["1024-65535"], "64,512 there")):
        before = explorer.image.value
        getattr(explorer, name).value = value
        assert said in explorer.sentence and explorer.image.value == explorer.picture.svg("live") != before


def test_every_setting_of_the_ports_fits_its_place():
    explorer = widgets.Ports()
    for name, count, rate, lifetime, closer in product(RANGES, (1, 4), (10, 2_000), (1, 300), CLOSERS):
        shown = ports(RANGES[name], count, rate, lifetime, closer)
        assert shown.picture.scene.height <= room(explorer) and len(shown.sentence) <= 4 * 92


def test_the_explorers_show_themselves_live_and_still():
    for explorer in (widgets.Handshake(), widgets.Ports()):
        data, metadata = explorer._repr_mimebundle_()
        assert LIVE in data and data["image/png"][:4] == b"\x89PNG"
        assert data["text/plain"].startswith(explorer.sentence) and explorer.picture.alt in data["text/plain"]
        assert metadata["image/png"]["alt"] == explorer.picture.alt


@pytest.mark.parametrize(("form", "right", "wrong"), [
    (widgets.SilencePrediction, {"third": "2", "learns": "timed out", "after": "131"}, ("learns", "an error")),
    (lambda: widgets.PortPrediction(lab.two_hosts().get("http://www.example.com/")),
     {"source_port": "80", "destination_port": "51828", "most": "28,232"}, ("most", "many"))])
def test_the_forms_judge_what_is_typed(form, right, wrong):
    shown = form()
    assert shown.check().startswith("No prediction yet: fill in the three fields")
    for name, value in right.items():
        getattr(shown, name).value = value
    shown.button.click()
    assert shown.sentence.startswith("Right:") and "Right:" in shown.line.value
    getattr(shown, wrong[0]).value = wrong[1]
    assert shown.check().startswith("Not understood: ")
