"""The explorers of lessons 02 and 03 work without a browser: set a value, read the sentence."""

from __future__ import annotations

from itertools import product

from vpcedu import widgets
from vpcedu.draw.canvas.scene import live
from vpcedu.sites.port_load import CLOSERS, RANGES, SPREADS
from vpcedu.widgets.explorers.ephemeral_ports import frame as ports
from vpcedu.widgets.explorers.handshake import LOSABLE
from vpcedu.widgets.explorers.handshake import frame as opening


def room(explorer):
    return explorer.tall


def test_a_loss_that_cannot_happen_is_said():
    explorer = widgets.Handshake()
    explorer.second_syn.value = True
    assert "2nd SYN: never sent here" in explorer.sentence
    explorer.first_syn.value = True
    assert "never sent" not in explorer.sentence


def test_every_setting_of_the_handshake_fits_its_place():
    explorer = widgets.Handshake()
    for server, kernel, lost in product(
        ("up", "closed", "silent"), ("since 6.5", "before 6.5"), product((False, True), repeat=4)
    ):
        shown = opening(200, server, kernel, **dict(zip(LOSABLE.values(), lost, strict=True)))
        assert live(shown.picture.scene).height <= room(explorer) and len(shown.sentence) <= 4 * 92


def test_every_setting_of_the_ports_fits_its_place():
    explorer = widgets.Ports()
    for name, count, rate, lifetime, closer, spread, at in product(
        RANGES, (1, 4), (10, 2_000), (1, 300), CLOSERS, SPREADS, (1, 600)
    ):
        shown = ports(RANGES[name], count, rate, lifetime, closer, spread, at)
        assert live(shown.picture.scene).height <= room(explorer) and len(shown.sentence) <= 4 * 92
