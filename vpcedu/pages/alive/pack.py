"""Pack: the sources that a page's Python needs, as archives that are the same bytes every time."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
DAY = (1980, 1, 1, 0, 0, 0)  # the first that an archive knows
STAND_IN = ".".join(("ipywidgets", "py"))  # a file of the archive alone


def archive(files: Mapping[str, bytes]) -> bytes:
    """A zip archive of files by name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for name in sorted(files):
            packed.writestr(zipfile.ZipInfo(name, DAY), files[name], zipfile.ZIP_DEFLATED)
    return out.getvalue()


def sources() -> dict[str, bytes]:
    """The package's sources and data."""
    return {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for path in (ROOT / "vpcedu").rglob("*")
        if path.suffix in (".py", ".json", ".pem")
    }


def package() -> bytes:
    """The package, and the stand-in under the name of ipywidgets."""
    return archive(sources() | {STAND_IN: (HERE / "stand_in.py").read_bytes()})


def laboratory() -> bytes:
    """The recordings of a kernel that lesson 12 reads, where it looks for them."""
    folder = ROOT / "tests" / "kernel"
    return archive(
        {
            path.relative_to(ROOT).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file() and path.suffix != ".pyc"
        }
    )
