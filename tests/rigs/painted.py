"""What a painter really put on paper, read back.

It is read from the text of an SVG, or from matplotlib's calls of a renderer.
"""

from __future__ import annotations

from xml.etree import ElementTree

from vpcedu.draw.canvas.fonts import width_of
from vpcedu.draw.canvas.scene import SHARES


def by_svg(picture):
    """(words, left edge, baseline) of each text, and the number of polygons.

    The standard library's painter drew them.
    """
    parts = list(ElementTree.fromstring(picture.svg()).iter())
    texts = [part for part in parts if part.tag.endswith("text")]
    left = [float(text.get("x")) - SHARES[text.get("text-anchor")] * _width(text) for text in texts]
    return (
        [(text.text, x, float(text.get("y"))) for text, x in zip(texts, left, strict=True)],
        sum(part.tag.endswith("polygon") for part in parts),
    )


def _width(text):
    said = text.get("textLength")  # a single character has none
    return float(
        said or width_of(text.text, float(text.get("font-size")), text.get("font-weight") == "bold")
    )


def by_matplotlib(picture, moves):
    """The same by matplotlib, as one artist that moves or as an artist for each primitive.

    Polygons are closed paths with straight sides that are not boxes or bands.
    """
    from matplotlib.backend_bases import RendererBase

    from vpcedu.draw.canvas.figure import figure_of

    class Notes(RendererBase):
        def __init__(self):
            super().__init__()
            self.texts, self.polygons = [], 0

        def get_canvas_width_height(self):
            return picture.scene.width, picture.scene.height

        def points_to_pixels(self, points):
            return points / 0.72  # 100 to the inch

        def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
            self.texts.append((s, x, y))

        def draw_path(self, gc, path, transform, rgbFace=None):
            corners = {tuple(corner) for corner in path.vertices}
            level = len({y for _, y in corners}) == len({x for x, _ in corners}) == 2
            self.polygons += rgbFace is not None and len(path.vertices) in (4, 5) and not level

    notes, axes = Notes(), figure_of(picture.scene, picture.theme, moves).axes[0]
    painted = axes.artists if moves else (*axes.patches, *axes.lines, *axes.texts)
    assert len(painted) == (1 if moves else len(axes.get_children()) - OF_EVERY_AXES)
    for artist in painted:
        artist.draw(notes)
    return notes.texts, notes.polygons


OF_EVERY_AXES = 10  # four edges, two axis, three titles, the ground


def assert_same(picture):
    """Both painters wrote the same words at the same places, matplotlib in both of its ways.

    They drew as many heads and diamonds.
    """
    from pytest import approx

    texts, polygons = by_svg(picture)
    for moves in (True, False):
        drawn, drawn_polygons = by_matplotlib(picture, moves)
        assert [words for words, _, _ in texts] == [words for words, _, _ in drawn] != []
        for (words, x, y), (_, other_x, other_y) in zip(texts, drawn, strict=True):
            assert (x, y) == (approx(other_x, abs=0.02), approx(other_y, abs=0.02)), words
        assert polygons == drawn_polygons
