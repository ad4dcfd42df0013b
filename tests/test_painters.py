"""Both painters of what moves, the figure that a teacher can change, and saved pictures.

matplotlib paints where it is installed, the package's own painter where it is not.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html import unescape
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import ipywidgets
import pytest

from tests.test_explorers import EXPLORERS, values_of
from vpcedu import draw, widgets
from vpcedu.draw.canvas import moving, svg
from vpcedu.draw.canvas.fonts import width_of
from vpcedu.draw.canvas.picture import Picture
from vpcedu.draw.canvas.scene import Band, Box, Line, Mark, Scene, Text, live
from vpcedu.draw.canvas.style import DARK, LIGHT
from vpcedu.sites.reference import reference_architecture
from vpcedu.widgets.parts.explorer import Explorer, Frame

ROOT = Path(__file__).parent.parent
SLIDERS = (ipywidgets.IntSlider, ipywidgets.SelectionSlider, ipywidgets.IntRangeSlider)


@pytest.fixture(scope="module")
def ladder():
    return draw.ladder(reference_architecture().get("http://www.example.com/"))


def texts_of(picture):
    """What is written in an <svg>: words, left edge, baseline, size, ink; in CSS pixels."""
    found = []
    for text in ElementTree.fromstring(picture).iter("{http://www.w3.org/2000/svg}text"):
        style = dict(part.split(": ") for part in text.get("style").split("; "))
        x, y = map(float, re.fullmatch(r"translate\((\S+) (\S+)\)", text.get("transform")).groups())
        size = float(style["font-size"].removesuffix("px"))
        found.append((text.text or "", x / 0.72, y / 0.72, size / 0.72, style["fill"]))
    return found


def written(scene):
    """The same as the scene has it."""
    for item in scene.items:
        if isinstance(item, Text):
            share = {"start": 0, "middle": 0.5, "end": 1}[item.anchor]
            left = item.x - share * width_of(item.words, item.size, item.bold)
            yield item.words, left, item.y, item.size, f"var(--v-{item.ink})"
        elif isinstance(item, Mark) and item.words:
            ink = "paper" if item.kind in ("disc", "square") else item.ink
            left = item.x - width_of(item.words, 12.0, True) / 2
            yield item.words, left, item.y + 4.4, 12.0, f"var(--v-{ink})"


# --- which painter ----------------------------------------------------------------------


def test_matplotlib_paints_where_it_is_and_the_own_painter_where_it_is_not(monkeypatch):
    assert isinstance(moving.painter(), moving.Redrawn)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    assert isinstance(moving.painter(), moving.Own)
    with pytest.raises(ImportError, match=r"pip install vpcedu\[course\]"):
        moving.painter("matplotlib")


def test_the_variable_chooses_and_an_argument_is_stronger(monkeypatch):
    monkeypatch.setenv("VPCEDU_PAINTER", "svg")
    assert widgets.Handshake().figure is None
    assert isinstance(moving.painter("matplotlib"), moving.Redrawn)
    monkeypatch.setenv("VPCEDU_PAINTER", "matplotlib")
    assert widgets.Handshake().figure is not None
    assert isinstance(moving.painter("svg"), moving.Own)


def test_a_wrong_painter_is_named(monkeypatch):
    with pytest.raises(ValueError, match=r"^painter 'agg': expected one of matplotlib, svg$"):
        widgets.Handshake().paint_with("agg")
    monkeypatch.setenv("VPCEDU_PAINTER", "Agg")
    with pytest.raises(
        ValueError, match=r"^VPCEDU_PAINTER 'Agg': expected one of matplotlib, svg$"
    ):
        widgets.Handshake()


def test_an_explorer_changes_its_painter_and_shows_the_same_scene():
    explorer = widgets.Handshake()
    by_matplotlib, scene = explorer.image.value, explorer.picture.scene
    explorer.paint_with("svg")
    assert explorer.figure is None and explorer.picture.scene == scene
    assert explorer.image.value == svg.paint(live(explorer.picture.scene), "live") != by_matplotlib
    explorer.paint_with("matplotlib")
    assert explorer.image.value == by_matplotlib


@pytest.mark.parametrize("door", ["vpcedu.lab", "vpcedu.__main__", "vpcedu.widgets", "vpcedu.draw"])
def test_nothing_imports_matplotlib_before_something_is_painted(door):
    code = f"import sys, {door}; print('matplotlib' in sys.modules)"
    assert _python(code) == "False\n"


def _python(code, **more):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **more}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_the_answer_on_the_command_line_imports_no_matplotlib():
    code = """
import sys
from runpy import run_module
sys.argv[1:] = []
try:
    run_module('vpcedu', run_name='__main__')
except SystemExit:
    pass
print('matplotlib' in sys.modules)"""
    assert _python(code).endswith("\nFalse\n")


# --- every slider of every explorer -----------------------------------------------------


def moved(name, look):
    """Move every control of an explorer through some values; `look` is called after each.

    Gives the sliders under which the picture did not change, and the number of changes.
    """
    explorer, still, changes = EXPLORERS[name](), [], 0
    for word, control in list(explorer.controls.items()):
        explorer.begin_again()
        before = changes
        for value in values_of(control)[:6]:
            shown = explorer.image.value
            control.value = value
            look(explorer)
            changes += explorer.image.value != shown
        if isinstance(control, SLIDERS) and changes == before:
            still.append(word)
    return still, changes


@pytest.mark.parametrize("name", EXPLORERS)
def test_every_slider_changes_the_artists_of_a_matplotlib_figure(name):
    from matplotlib.figure import Figure

    seen = set()

    def look(explorer):
        artist = explorer.figure.axes[0].artists[0]
        assert isinstance(explorer.figure, Figure) and artist.scene == live(explorer.picture.scene)
        seen.add((id(explorer.figure), id(artist)))
        root = ElementTree.fromstring(explorer.image.value)
        assert (root.get("role"), root.get("aria-label")) == ("img", explorer.picture.alt)
        assert root.get("width") == "700"
        assert float(root.get("height")) == pytest.approx(artist.scene.height, abs=0.01)
        drawn = texts_of(explorer.image.value)
        assert [text[0] for text in drawn] == [text[0] for text in written(artist.scene)]
        assert [text[4] for text in drawn] == [text[4] for text in written(artist.scene)]

    still, changes = moved(name, look)
    assert still == [] and changes > 0
    assert len(seen) == 1, "a figure is made once and drawn again and again"


BLOCKED = """
import sys
sys.modules["matplotlib"] = None
sys.path.insert(0, {tests!r})
from tests.test_painters import EXPLORERS, live, moved, svg

def look(explorer):
    assert explorer.figure is None
    assert explorer.image.value == svg.paint(live(explorer.picture.scene), "live")

for name in EXPLORERS:
    print(name, *moved(name, look))
    bundle = EXPLORERS[name]()._repr_mimebundle_()[0]
    assert bundle["image/svg+xml"].startswith("<svg") and "image/png" not in bundle
assert not [name for name in sys.modules if name.startswith("matplotlib.")]
"""


def test_without_matplotlib_the_same_sliders_move():
    lines = _python(BLOCKED.format(tests=str(ROOT / "tests"))).splitlines()
    told = {name: (still, int(changes)) for name, still, changes in map(str.split, lines)}
    assert set(told) == set(EXPLORERS)
    assert all(still == "[]" and changes > 0 for still, changes in told.values()), told


def test_what_a_teacher_adds_to_the_figure_is_in_every_picture_from_then_on():
    explorer = widgets.Handshake()
    axes = explorer.figure.axes[0]
    axes.text(300, 300, "look here", color=LIGHT["dropped"], fontsize=12)
    axes.plot([300, 350], [300, 320], color="#123456")
    for value in (100, 200):
        explorer.round_trip.value = value
        root = ElementTree.fromstring(explorer.image.value)
        words = [text for text in root.iter() if text.text == "look here"]
        assert len(words) == 1 and "fill: var(--v-dropped)" in words[0].get("style")
        assert "stroke: #123456" in explorer.image.value


@pytest.mark.parametrize(
    "change",
    [
        lambda axes: axes.set_facecolor("#123456"),
        lambda axes: axes.set_xlim(-100, 900),
        lambda axes: axes.figure.set_facecolor("#123456"),
        lambda axes: axes.plot([0, 100], [0, 100], color="#123456"),
        lambda axes: axes.artists[0].set_visible(False),
    ],
)
def test_what_did_not_move_is_drawn_once_and_again_after_any_change(change):
    explorer = widgets.Handshake()
    first = explorer.image.value
    explorer.show()
    assert explorer.image.value == first and not explorer.figure.stale
    change(explorer.figure.axes[0])
    explorer.show()
    fresh = widgets.Handshake()
    change(fresh.figure.axes[0])
    fresh.round_trip.value += 2
    fresh.round_trip.value -= 2
    assert explorer.image.value == fresh.image.value != first


# --- what matplotlib's SVG is made into -------------------------------------------------


def test_every_meaning_s_colour_becomes_the_page_s_variable_exactly(ladder):
    """An item for each meaning as ink, and as ground; every one is told from the others."""
    for name in LIGHT:
        for item in (
            Text(10, 20, "x", name),
            Box(5, 5, 20, 20, name, name),
            Band(5, 5, 20, 20, name),
            Line(((0, 0), (9, 9)), name),
        ):
            scene = Scene(700, 50, (item,), "", "")
            blank = moving.Redrawn().svg(scene._replace(items=()))
            drawn = moving.Redrawn().svg(scene)
            used = re.findall(r"var\(--v-([\w-]+)\)", drawn.replace(svg.FOLLOW, ""))
            known = re.findall(r"var\(--v-([\w-]+)\)", blank.replace(svg.FOLLOW, ""))
            assert used[len(known) :] == [name] * (2 if isinstance(item, Box) else 1)
            assert "#" not in drawn.replace(svg.FOLLOW, "")
    drawn = texts_of(moving.Redrawn().svg(ladder.scene))
    assert [row[0::4] for row in drawn] == [row[0::4] for row in written(ladder.scene)]
    for row, wanted in zip(drawn, written(ladder.scene), strict=True):
        assert row[1:4] == pytest.approx(wanted[1:4], abs=0.01)


def test_meanings_that_share_a_colour_are_still_told_apart():
    told = moving.distinct({"one": "#1A1A1A", "two": "#1a1a1a", "black": "#000000", "w": "#ffffff"})
    assert told == {"one": "#1a1a1a", "two": "#1a1a1b", "black": "#000001", "w": "#ffffff"}
    assert moving.distinct({"a": "#ffffff", "b": "#FFFFFF"}) == {"a": "#ffffff", "b": "#fffffe"}
    for palette in (LIGHT, DARK):
        found = moving.distinct(palette)
        assert list(found) == list(palette) and len(set(found.values())) == len(palette)
        assert found == {name: code.lower() for name, code in palette.items()}, "none is changed"


def test_words_that_look_like_style_are_left_as_they_are():
    words = 'fill: #1a1a1a; font-family: \'DejaVu Sans\'; <g id="scene"> id="a_1" <text > & " \''
    drawn = moving.Redrawn().svg(Scene(700, 50, (Text(5, 20, words), Text(5, 40, "b")), "", words))
    root = ElementTree.fromstring(drawn)
    assert root.get("aria-label") == words
    assert [row[0] for row in texts_of(drawn)] == [words, "b"]


def test_a_text_keeps_the_width_that_the_layout_counted_on(ladder):
    root = ElementTree.fromstring(moving.Redrawn().svg(ladder.scene))
    wide = [text for text in root.iter() if text.tag.endswith("text")]
    assert len(wide) > 50
    for text, (words, _, _, size, _) in zip(wide, written(ladder.scene), strict=True):
        bold = "font-weight: 700" in text.get("style")
        assert float(text.get("textLength")) / 0.72 == pytest.approx(
            width_of(words, size, bold), abs=0.01
        )
        assert text.get("lengthAdjust") == "spacingAndGlyphs"


def test_nothing_of_the_picture_reaches_into_the_page_or_tells_the_day(ladder):
    drawn = moving.Redrawn().svg(ladder.scene)
    kinds = [part.tag.rpartition("}")[2] for part in ElementTree.fromstring(drawn).iter()]
    assert set(kinds) == {"svg", "style", "g", "path", "text"} and kinds.count("style") == 1
    assert " id=" not in drawn and "font-family" not in drawn[drawn.index("<g") :]


def test_the_same_scene_gives_the_same_bytes_whatever_was_shown_before(ladder, monkeypatch):
    import matplotlib

    one, other = moving.Redrawn(), moving.Redrawn()
    first = one.svg(ladder.scene)
    other.svg(widgets.Handshake().picture.scene)
    assert other.svg(ladder.scene) == first == one.svg(ladder.scene)
    strange = {"savefig.bbox": "tight", "svg.fonttype": "path", "savefig.facecolor": "red"}
    with matplotlib.rc_context(strange):
        assert one.svg(ladder.scene) == first == moving.Redrawn().svg(ladder.scene)
    drawn = {_python(SEEDED, PYTHONHASHSEED=seed) for seed in ("0", "7")}
    assert len(drawn) == 1


SEEDED = """
from vpcedu import draw
from vpcedu.draw.canvas.moving import painter
from vpcedu.sites.two_hosts import handshake
print(painter().svg(draw.handshake(handshake()).scene))"""


# --- a figure that a teacher can change -------------------------------------------------


def test_a_picture_s_axes_hold_an_artist_for_each_primitive(ladder):
    kinds = {
        kind: [i for i in ladder.scene.items if isinstance(i, kind)]
        for kind in (Line, Box, Band, Text, Mark)
    }
    signs = kinds[Mark]
    crosses = sum(mark.kind == "cross" for mark in signs)
    heads = sum(bool(line.head) for line in kinds[Line])
    axes = Picture(ladder.scene).axes
    assert len(axes.lines) == len(kinds[Line]) + 2 * crosses
    assert len(axes.patches) == len(kinds[Box]) + len(kinds[Band]) + heads + len(signs) - crosses
    assert [text.get_text() for text in axes.texts] == [row[0] for row in written(ladder.scene)]
    assert axes.lines[0].get_color() == LIGHT[kinds[Line][0].ink]
    assert not axes.artists


def test_a_changed_colour_and_an_added_arrow_are_in_every_format(ladder, tmp_path):
    from PIL import Image

    plain, changed = Picture(ladder.scene), Picture(ladder.scene)
    changed.axes.texts[0].set_color("#00AA00")
    changed.axes.annotate(
        "see?", (350, 400), (450, 500), color="#00AA00", arrowprops={"color": "#AA00AA"}
    )
    assert plain.png() != changed.png()
    colours = {code for _, code in Image.open(BytesIO(changed.png())).convert("RGB").getcolors(256)}
    for wanted in ((0, 170, 0), (170, 0, 170)):
        assert (
            min(max(abs(a - b) for a, b in zip(code, wanted, strict=True)) for code in colours) < 16
        )
    for suffix in (".png", ".svg", ".pdf"):
        for name, picture in (("plain", plain), ("changed", changed)):
            picture.save(tmp_path / (name + suffix))
        assert (tmp_path / f"plain{suffix}").read_bytes() != (
            tmp_path / f"changed{suffix}"
        ).read_bytes()
    assert ">see?</text>" in (tmp_path / "changed.svg").read_text()


def test_what_is_added_lies_above_the_picture():
    picture = Picture(Scene(100, 100, (Band(0, 0, 100, 100, "ink"),), "", ""))
    from matplotlib.patches import Rectangle

    picture.axes.add_patch(Rectangle((20, 20), 60, 60, color="#FFFFFF"))
    from PIL import Image

    image = Image.open(BytesIO(picture.png(100))).convert("RGB")
    assert image.getpixel((50, 50)) == (255, 255, 255) != image.getpixel((10, 10))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_one_artist_and_the_many_give_the_same_pixels(ladder, theme):
    from vpcedu.draw.canvas.figure import figure_of

    pictures = [
        Picture(ladder.scene, theme, figure_of(ladder.scene, theme, moves).axes[0], painted=True)
        for moves in (True, False)
    ]
    assert pictures[0].png() == pictures[1].png() == Picture(ladder.scene, theme).png()


# --- saved ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXPLORERS)
def test_every_explorer_saves_what_is_shown_in_three_formats(name, tmp_path, monkeypatch):
    explorer = EXPLORERS[name]()
    monkeypatch.chdir(tmp_path)
    for suffix, begins in ((".png", b"\x89PNG"), (".svg", b"<svg "), (".pdf", b"%PDF-")):
        explorer.buttons[suffix].click()
        file = next(tmp_path.glob(f"*{suffix}"))
        assert file.read_bytes().startswith(begins)
        assert explorer.note.value == f"Saved as {file.name}"
    stem = {file.stem for file in tmp_path.iterdir()}
    assert len(stem) == 1 and stem.pop().replace("-", "") == name.lower()
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize("painter", ["matplotlib", "svg"])
def test_a_second_picture_does_not_take_the_first_one_s_place(painter, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    explorer = widgets.ReturnPaths()
    explorer.paint_with(painter)
    first = explorer.save(".svg")
    explorer.moment.value = 5
    second = explorer.save(".svg")
    assert [Path(path).name for path in (first, second)] == [
        "return-paths.svg",
        "return-paths-2.svg",
    ]
    for path, said in ((first, "The SYNs"), (second, "The reply")):
        assert said in Path(path).read_text()[:400]
    assert Path(first).read_text() != Path(second).read_text()
    label = ElementTree.fromstring(Path(second).read_text()).get("aria-label")
    assert label == explorer.picture.alt


def test_a_picture_that_cannot_be_saved_is_said_and_leaves_nothing(tmp_path, monkeypatch):
    explorer = widgets.Handshake()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "replace", _full)
    explorer.buttons[".png"].click()
    said = unescape(explorer.note.value)
    assert said == f"Not saved: [Errno 28] No space left <on> device: '{tmp_path}/handshake.png'"
    assert "<" not in explorer.note.value
    assert list(tmp_path.iterdir()) == []
    explorer.paint_with("svg")
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    explorer.buttons[".pdf"].click()
    assert "pip install vpcedu[course]" in explorer.note.value


def _full(*_):
    raise OSError(28, "No space left <on> device")


def test_a_setting_that_fails_leaves_the_figure_as_it_was():
    def frame(value):
        if value == 3:
            raise ValueError("three")
        return Frame(Picture(Scene(700, 50, (Text(5, 20, str(value)),), "", "")), "")

    explorer = Explorer(frame, 50, "", value=ipywidgets.IntSlider(1, 1, 3))
    with pytest.raises(ValueError, match="three"):
        explorer.controls["value"].value = 3
    assert [row[0] for row in texts_of(explorer.image.value)] == ["1"]
    assert explorer.figure.axes[0].artists[0].scene == live(explorer.picture.scene)
