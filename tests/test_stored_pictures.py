"""Each stored picture is the one that its cell makes now: its scene, its size, its pixels."""

from __future__ import annotations

import base64
import copy
import json
import re
from functools import cache
from io import BytesIO

import pytest

from tests import preview_cards, readme, stored_pictures
from tests.notebook_rules import NOTEBOOKS, stale
from tests.rigs import layout
from tests.stored_pictures import FAR, MOST, are_pinned, code_of, far, faults, scene_of, stored
from vpcedu import draw
from vpcedu.draw.canvas.picture import CHUNK, Picture
from vpcedu.draw.canvas.scene import Scene, Text, digest
from vpcedu.pages import previews
from vpcedu.sites.reference import reference_architecture
from vpcedu.sites.two_hosts import handshake

SECOND, THIRD = NOTEBOOKS[2], NOTEBOOKS[3]


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


@cache
def made(path):
    return stored_pictures.made(read(path))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_stored_picture_is_what_its_cell_makes_now(path):
    assert len(stored(read(path))) >= (2 if path.stem != "check-yourself" else 0)
    assert faults(read(path), made(path)) == []


def test_pixels_are_compared_here():
    if not are_pinned():
        pytest.skip(
            "another matplotlib or Pillow than constraints.txt names: scenes and sizes only"
        )


# --- planted ----------------------------------------------------------------------------


def places(notebook):
    """The outputs that hold a picture."""
    outputs = (output for cell in code_of(notebook) for output in cell["outputs"])
    return [output["data"] for output in outputs if "image/png" in output.get("data", {})]


def put(data, png):
    data["image/png"] = base64.b64encode(png).decode()


def png_of(data):
    return base64.b64decode("".join(data["image/png"]))


def _with_one_of_the_next_lesson(notebook):
    other = places(read(THIRD))[0]["image/png"]
    for data in places(notebook):
        data["image/png"] = other


def _swapped(notebook):
    one, other = places(notebook)[:2]
    one["image/png"], other["image/png"] = other["image/png"], one["image/png"]


def _stale(notebook):
    put(places(notebook)[0], draw.handshake(handshake(202)).png())


def _stripped_of_its_scene(notebook):
    from PIL import Image

    out = BytesIO()
    Image.open(BytesIO(png_of(places(notebook)[0]))).save(out, format="PNG")
    put(places(notebook)[0], out.getvalue())


def _cropped(notebook):
    image = _image(notebook)
    put(places(notebook)[0], _saved(image, image.crop((0, 0, image.width, image.height - 40))))


def _transparent(notebook):
    """Every pixel is as it was, and none is seen."""
    image = _image(notebook)
    image.info["transparency"] = bytes(256)
    put(places(notebook)[0], _saved(image, image))


def _taken_away(notebook):
    del places(notebook)[0]["image/png"]


def _painted_over(notebook):
    """A label is painted over; the size and the scene's digest stay as they were."""
    image = _image(notebook)
    other = image.copy()
    other.paste(0, (60, 30, 90, 40))
    put(places(notebook)[0], _saved(image, other))


def _image(notebook):
    from PIL import Image

    image = Image.open(BytesIO(png_of(places(notebook)[0])))
    image.load()
    return image


def _saved(image, changed):
    """A changed image that still says it shows the scene of the first."""
    from PIL import PngImagePlugin

    out, words = BytesIO(), PngImagePlugin.PngInfo()
    words.add_text(CHUNK, image.text[CHUNK])
    changed.save(out, format="PNG", pnginfo=words)
    return out.getvalue()


SCENE = r"code cell \d+: the stored picture is of another scene than the cell makes now"
PLANTED = {
    _with_one_of_the_next_lesson: SCENE,
    _swapped: SCENE,
    _stale: SCENE,
    _stripped_of_its_scene: SCENE,
    _cropped: r"code cell \d+: the stored picture is \(1400, \d+\) large, not \(1400, \d+\)",
    _transparent: r"code cell \d+: \d+ pixels of the stored picture are not as painted",
    _taken_away: r"code cell \d+: 0 pictures stored, 1 made",
    _painted_over: r"code cell \d+: \d+ pixels of the stored picture are not as painted",
}


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__.strip("_"))
def test_a_planted_picture_is_found(plant):
    notebook = read(SECOND)
    before = copy.deepcopy(notebook)
    plant(notebook)
    found = faults(notebook, made(SECOND))
    if plant in (_painted_over, _transparent) and not are_pinned():
        pytest.skip("pixels are compared under the pinned versions only")
    count = {_with_one_of_the_next_lesson: len(stored(before)), _swapped: 2}.get(plant, 1)
    assert len(found) == count and all(re.fullmatch(PLANTED[plant], what) for what in found), found


# --- one label changed, and the tolerance -----------------------------------------------

KINDS = {
    "ladder": lambda: draw.ladder(reference_architecture().get("http://www.example.com/")),
    "map": lambda: draw.map(reference_architecture("network").get("http://www.example.com/")),
    "handshake": lambda: draw.handshake(handshake(200, ("1st SYN",))),
}
LIKE = str.maketrans({"3": "8", "8": "3", "0": "6", "1": "7", ".": ",", "l": "1", "e": "c"})


def changes(scene):
    """The scene with one character of one label exchanged for one that looks like it."""
    for place, item in enumerate(scene.items):
        words = getattr(item, "words", "")
        for at, letter in enumerate(words):
            if letter.translate(LIKE) != letter:
                new = item._replace(words=words[:at] + letter.translate(LIKE) + words[at + 1 :])
                yield scene._replace(items=(*scene.items[:place], new, *scene.items[place + 1 :]))
                break


@pytest.mark.parametrize("kind", KINDS)
def test_one_changed_character_is_another_scene(kind):
    scene = KINDS[kind]().scene
    others = [digest(other) for other in changes(scene)]
    assert len(others) > 20 and len({digest(scene), *others}) == len(others) + 1


@pytest.mark.parametrize("kind", KINDS)
def test_one_changed_character_is_more_than_the_tolerance(kind):
    """Of 12 labels; a full stop that becomes a comma is the smallest change."""
    scene = KINDS[kind]().scene
    image = stored_pictures._opened(Picture(scene).png())
    others = list(changes(scene))
    for other in others[:: max(1, len(others) // 12)]:
        assert far(image, stored_pictures._opened(Picture(other).png())) > 2 * MOST


def test_the_smallest_change_of_a_label_is_more_than_the_tolerance():
    def image(words):
        item = Text(20, 30, words, "muted", 12.0)
        return stored_pictures._opened(Picture(Scene(700, 50, (item,), "", "")).png())

    for one, other in (("10.0", "10,0"), ("1:2", "1;2"), ("3", "8"), ("C", "G"), ("l", "1")):
        assert far(image(one), image(other)) > MOST, (one, other)


def test_another_shade_of_an_edge_is_within_the_tolerance():
    from PIL import Image

    one = Image.new("RGB", (100, 100), (100, 100, 100))
    assert far(one, Image.new("RGB", (100, 100), (100 + FAR, 100, 100 - FAR))) == 0
    assert far(one, Image.new("RGB", (100, 100), (100, 101 + FAR, 100))) == 10_000


# --- the digest -------------------------------------------------------------------------


WRITTEN = "2d5279365845cfc4bff2d4b64d4a61b0ff580ffc063a77ea601d71beef2aac52"  # by Python 3.11; every other must agree


def test_a_digest_holds_every_part_of_a_scene_and_nothing_smaller_than_is_seen():
    scene = Scene(700, 50, (Text(5, 20, "one"),), "title", "alt")
    assert digest(scene) == WRITTEN
    assert digest(scene._replace(height=50.001, items=(Text(5.0, 20.0, "one"),))) == digest(scene)
    others = [
        scene._replace(width=701),
        scene._replace(title="other"),
        scene._replace(alt="Größe"),
        *(
            scene._replace(items=(scene.items[0]._replace(**{name: value}),))
            for name, value in {"x": 5.01, "ink": "muted", "bold": True, "anchor": "end"}.items()
        ),
        scene._replace(items=scene.items * 2),
        scene._replace(items=()),
    ]
    assert len({digest(scene), *map(digest, others)}) == len(others) + 1
    assert digest(scene._replace(width=-0.0)) == digest(scene._replace(width=0))


def test_a_png_says_which_scene_it_shows_and_refresh_calls_another_one_stale():
    picture = draw.handshake(handshake(200))
    assert scene_of(picture.png()) == scene_of(picture.png(100)) == digest(picture.scene)
    notebook = read(SECOND)
    other = copy.deepcopy(notebook)
    assert stale(notebook, other) == []
    _swapped(other)
    assert len(stale(other, notebook)) == 2


# --- the pictures of pages that are shared ----------------------------------------------


def test_the_picture_of_a_page_that_is_shared_is_what_the_package_makes_now():
    made = preview_cards.cards()
    stored_cards = {path.name: path.read_bytes() for path in previews.STORED.iterdir()}
    assert set(stored_cards) == set(made) and len(made) == len(NOTEBOOKS) + 1
    for name, card in made.items():
        assert card.scene.width * 2 == 1200 and card.scene.height * 2 == 630
        assert faults(readme_s(stored_cards[name]), {1: [card.png()]}) == [], name
    first, other = made["index.png"].png(), made["09-time.png"].png()
    assert re.fullmatch(SCENE, *faults(readme_s(first), {1: [other]}))


def test_the_words_of_such_a_picture_keep_their_places():
    for name, card in preview_cards.cards().items():
        found = [told for told in layout.faults(card.scene) if not told.startswith("the title")]
        assert found == [], name  # a title may take two lines


# --- README's picture -------------------------------------------------------------------


def readme_s(png):
    """README's picture as the output of a notebook's only cell."""
    data = {"image/png": base64.b64encode(png).decode()}
    return {"cells": [{"cell_type": "code", "outputs": [{"data": data}]}]}


def test_the_picture_in_the_readme_is_what_the_package_makes_now():
    now, kept = readme.picture(), readme.PICTURE.read_bytes()
    assert faults(readme_s(kept), {1: [now.png()]}) == []
    other = draw.map(reference_architecture().get("http://www.example.com/"))
    assert re.fullmatch(SCENE, *faults(readme_s(other.png()), {1: [now.png()]}))


def test_the_readme_shows_its_picture_with_words_for_who_cannot_see_it():
    (alt, path), *others = re.findall(
        r"!\[([^\]]*)\]\((docs/[^)]*)\)", readme.PATH.read_text("utf-8")
    )
    assert not others and (readme.PATH.parent / path) == readme.PICTURE
    assert "Classic Load Balancer" in alt and "Network Load Balancer" in alt and "NAT" in alt
