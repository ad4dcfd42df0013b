"""What is wrong with the pictures that a notebook stores, in words: `faults(notebook, made)`.

Strict nbval skips PNG bytes, so a picture could be any other one. Here the code cells are run, in
this process and without a kernel, and each picture that is shown now is held against the stored
one, in three steps: the scene's digest, which a PNG carries in a text chunk; the size; the pixels.
Digests and sizes are the same everywhere. Pixels depend on matplotlib's version, so they are
compared only under the versions that constraints.txt names.
"""

from __future__ import annotations

import ast
import base64
import builtins
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from importlib.metadata import version
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

from vpcedu.draw.canvas.picture import CHUNK

ROOT = Path(__file__).parent.parent
PAINTERS = ("matplotlib", "pillow")
# The tolerance. Another processor rounds the edge of a letter to the next shade: the palette has
# five shades from ink to ground, 38 of 255 apart at most. A comma in the place of a full stop, the
# smallest change of a label, makes more pixels differ by more than that (the tests plant it). Only
# an l for an I, which look alike in this font, does not: that the digest finds.
FAR, MOST = 48, 4  # of 255 in one of three colours; pixels that may differ by more

Pictures = dict[int, list[bytes]]  # the PNGs of each code cell, by its number


def code_of(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def made(notebook: dict[str, Any]) -> Pictures:
    """Run the code cells and return the pictures that they show now."""
    names: dict[str, Any] = {"__name__": "__main__"}
    shown: Pictures = {}
    with _in_notebooks(), redirect_stdout(StringIO()):
        for number, cell in enumerate(code_of(notebook), 1):
            value = _value("".join(cell["source"]), names)
            if hasattr(value, "_repr_mimebundle_"):
                bundle = value._repr_mimebundle_()
                data = bundle[0] if isinstance(bundle, tuple) else bundle
                if "image/png" in data:
                    shown[number] = [data["image/png"]]
    return shown


@contextmanager
def _in_notebooks() -> Iterator[None]:
    before = os.getcwd()
    os.chdir(ROOT / "notebooks")
    try:
        yield
    finally:
        os.chdir(before)


def _value(source: str, names: dict[str, Any]) -> Any:
    """Run a cell; the value of its last line if that is an expression, as a notebook shows it."""
    lines = ast.parse(source).body
    last = lines.pop() if lines and isinstance(lines[-1], ast.Expr) else None
    exec(compile(ast.Module(lines, []), "cell", "exec"), names)
    if last is None:
        return None
    return builtins.eval(compile(ast.Expression(last.value), "cell", "eval"), names)


def stored(notebook: dict[str, Any]) -> Pictures:
    """The pictures that a notebook stores."""
    found: Pictures = {}
    for number, cell in enumerate(code_of(notebook), 1):
        pngs = [output.get("data", {}).get("image/png") for output in cell["outputs"]]
        if any(pngs):
            found[number] = [base64.b64decode("".join(png)) for png in pngs if png]
    return found


def scene_of(png: bytes) -> str:
    """The digest of the scene that a PNG says it shows; "" where it says nothing."""
    said = re.search(rb"tEXt" + CHUNK.encode() + rb"\0([0-9a-f]{64})", png)
    return said[1].decode() if said else ""


def are_pinned() -> bool:
    """Whether pixels can be compared: the painters have the versions of constraints.txt."""
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    return all(
        re.search(rf"(?m)^{name}=={re.escape(version(name))}\s*(;|$)", pins) for name in PAINTERS
    )


def faults(notebook: dict[str, Any], made: Pictures) -> list[str]:
    """What is wrong with the stored pictures, given those that the cells make now."""
    kept, found = stored(notebook), []
    for number in sorted({*kept, *made}):
        olds, news = kept.get(number, []), made.get(number, [])
        if len(olds) != len(news):
            found.append(f"code cell {number}: {len(olds)} pictures stored, {len(news)} made")
            continue
        for old, new in zip(olds, news, strict=True):
            found += [f"code cell {number}: {what}" for what in _apart(old, new)]
    return found


def _apart(old: bytes, new: bytes) -> list[str]:
    if scene_of(old) != scene_of(new):
        return ["the stored picture is of another scene than the cell makes now"]
    one, other = _opened(old), _opened(new)
    if one.size != other.size:
        return [f"the stored picture is {one.size} large, not {other.size}"]
    if not are_pinned():
        return []
    count = far(one, other)
    return [f"{count} pixels of the stored picture are not as painted"] if count > MOST else []


def _opened(png: bytes) -> Any:
    from PIL import Image

    image = Image.open(BytesIO(png)).convert("RGBA")  # what is transparent shows the page's white
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


def far(one: Any, other: Any) -> int:
    """How many pixels of two images differ by more than FAR in one of their colours."""
    from PIL import ImageChops

    red, green, blue = ImageChops.difference(one, other).split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return sum(most.histogram()[FAR + 1 :])
