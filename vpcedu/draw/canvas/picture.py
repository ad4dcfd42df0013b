"""Picture: a scene with what a notebook, a file or a reader wants of it.

A notebook stores a PNG of few colours and, beside it, the text alternative made from the same
capture; nothing in the bytes depends on the day or the machine. matplotlib and Pillow are imported
when they are needed; SVG needs neither.
"""

from __future__ import annotations

import os
from io import BytesIO

from vpcedu import files
from vpcedu.draw.canvas import svg
from vpcedu.draw.canvas.figure import figure_of, paint
from vpcedu.draw.canvas.style import colours
from vpcedu.quoting import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.draw.canvas.scene import Scene

    Bundle = tuple[dict[str, Any], dict[str, Any]]  # data and metadata, by media type

SUFFIXES = (".png", ".svg", ".pdf")
PNG_SETTINGS = {"text.hinting": "none"}  # letters as wide as fonts.py says, at every resolution


class Picture:
    """A scene, painted when it is asked for.

    theme: "light" or "dark". axes: where it was painted already.
    """

    def __init__(self, scene: Scene, theme: str = "light", axes: Any = None) -> None:
        self.scene, self.theme = scene, theme
        self._axes = axes
        if axes is not None:
            paint(scene, axes, theme)

    @property
    def axes(self) -> Any:
        """The matplotlib Axes that hold the picture."""
        if self._axes is None:
            self._axes = figure_of(self.scene, self.theme).axes[0]
        return self._axes

    @property
    def figure(self) -> Any:
        """The matplotlib Figure that holds the axes."""
        return self.axes.figure

    @property
    def alt(self) -> str:
        """The text alternative, made from the same capture."""
        return self.scene.alt

    def png(self, dpi: int = 200) -> bytes:
        """The picture as PNG; the same bytes every time.

        100 dots to the inch are one to a CSS pixel.
        """
        from matplotlib import rc_context
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from PIL import Image  # type: ignore[import-not-found, unused-ignore]

        palette, small, figure = Image.new("P", (1, 1)), BytesIO(), self.figure
        palette.putpalette([part for colour in colours(self.theme) for part in colour])
        before = figure.dpi
        with rc_context(PNG_SETTINGS):
            figure.set_dpi(dpi)
            canvas = FigureCanvasAgg(figure)
            canvas.draw()
            image = Image.frombuffer(
                "RGBA", canvas.get_width_height(), canvas.buffer_rgba()
            ).convert("RGB")
            figure.set_dpi(before)  # not before the size was read: it goes by the resolution
        image.quantize(palette=palette, dither=Image.Dither.NONE).save(small, format="PNG")
        return small.getvalue()

    def svg(self, theme: str = "") -> str:
        """The picture as SVG with real text, 700 CSS pixels wide; needs no matplotlib.

        A screen reader can read it. theme: light, dark, or live, which follows JupyterLab's own;
        "": the picture's. ValueError for another word.
        """
        return svg.paint(self.scene, theme or self.theme)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the picture to a file in the format that its suffix names.

        ValueError for a suffix other than .png, .svg, .pdf; OSError where it cannot be written.
        """
        name = os.fspath(path)
        suffix = os.path.splitext(name)[1].lower()
        if suffix not in SUFFIXES:
            raise ValueError(f"{quoted(name)}: expected a name that ends in {', '.join(SUFFIXES)}")
        writers = {".png": self.png, ".svg": lambda: self.svg().encode(), ".pdf": self._pdf}
        files.write(path, [writers[suffix]()])

    def _pdf(self) -> bytes:
        out = BytesIO()
        self.figure.savefig(out, format="pdf", metadata={"CreationDate": None})
        return out.getvalue()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Bundle:
        data = {"image/png": self.png(), "text/plain": self.alt}
        return data, {"image/png": {"width": int(self.scene.width), "alt": self.alt}}

    def __repr__(self) -> str:
        return self.alt
