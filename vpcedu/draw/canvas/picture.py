"""Picture: a scene with what a notebook, a file or a reader wants of it.

A notebook stores a PNG of few colours and, with it, the text alternative made from the same
capture; nothing in the bytes depends on the day or the machine. The PNG says which scene it shows:
a text chunk holds the scene's digest. matplotlib and Pillow are imported when they are needed; SVG
needs neither, unless the figure was asked for, which somebody may have changed since.
"""

from __future__ import annotations

import os
from io import BytesIO

from vpcedu import files
from vpcedu.draw.canvas import svg
from vpcedu.draw.canvas.figure import figure_of, paint
from vpcedu.draw.canvas.scene import digest
from vpcedu.draw.canvas.style import colours
from vpcedu.quoting import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.draw.canvas.scene import Scene

    Bundle = tuple[dict[str, Any], dict[str, Any]]  # data and metadata, by media type

SUFFIXES = (".png", ".svg", ".pdf")
PNG_SETTINGS = {"text.hinting": "none"}  # letters as wide as fonts.py says, at every resolution
CHUNK = "scene"  # the PNG's text chunk with the scene's digest
FAR = 60  # of 255: a pixel farther than this from the theme's colours is not one of them


class Picture:
    """A scene, painted when it is asked for.

    theme: "light" or "dark". axes: where to paint it, or, where it is `painted`, where it stands.
    """

    def __init__(
        self, scene: Scene, theme: str = "light", axes: Any = None, painted: bool = False
    ) -> None:
        self.scene, self.theme = scene, theme
        self._axes = axes
        if axes is not None and not painted:
            paint(scene, axes, theme)

    @property
    def axes(self) -> Any:
        """The matplotlib Axes that hold the picture, in its own pixels; y runs down.

        `axes.lines`, `axes.patches` and `axes.texts` are matplotlib's own artists, in the order of
        painting. What is changed or added there is in every PNG, and in what `save` writes.
        """
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
        figure = self.figure  # says in words where matplotlib is missing
        from matplotlib import rc_context
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from PIL import Image, ImageChops, PngImagePlugin  # type: ignore[import-not-found, unused-ignore]

        palette, out = Image.new("P", (1, 1)), BytesIO()
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
        small = image.quantize(palette=palette, dither=Image.Dither.NONE)
        apart = ImageChops.difference(image, small.convert("RGB")).getextrema()
        if max(most for _, most in apart) > FAR:  # somebody brought other colours
            small = image.quantize(method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        words = PngImagePlugin.PngInfo()
        words.add_text(CHUNK, digest(self.scene))
        small.save(out, format="PNG", pnginfo=words)
        return out.getvalue()

    def svg(self, theme: str = "") -> str:
        """The scene as SVG with real text, 700 CSS pixels wide; needs no matplotlib.

        A screen reader can read it. What was changed on the figure is not in it. theme: light,
        dark, or live, which follows JupyterLab's own; "": the picture's. ValueError for another
        word.
        """
        return svg.paint(self.scene, theme or self.theme)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the picture to a file in the format that its suffix names.

        ValueError for a suffix other than .png, .svg, .pdf; Lacking where the format needs
        matplotlib and it is missing; OSError where it cannot be written.
        """
        name = os.fspath(path)
        suffix = os.path.splitext(name)[1].lower()
        if suffix not in SUFFIXES:
            raise ValueError(f"{quoted(name)}: expected a name that ends in {', '.join(SUFFIXES)}")
        writers = {".png": self.png, ".svg": self._svg, ".pdf": self._pdf}
        files.write(path, [writers[suffix]()])

    def _svg(self) -> bytes:
        if self._axes is None:
            return self.svg().encode()
        from vpcedu.draw.canvas.moving import svg_of  # of use only where matplotlib is

        return svg_of(self.figure, self.alt, self.theme).encode()

    def _pdf(self) -> bytes:
        out = BytesIO()
        self.figure.savefig(out, format="pdf", metadata={"CreationDate": None})
        return out.getvalue()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Bundle:
        try:
            data = {"image/png": self.png(), "text/plain": self.alt}
        except ImportError:  # no matplotlib here: what the package's own painter paints
            return {"image/svg+xml": self.svg(), "text/plain": self.alt}, {}
        return data, {"image/png": {"width": int(self.scene.width), "alt": self.alt}}

    def __repr__(self) -> str:
        return self.alt
