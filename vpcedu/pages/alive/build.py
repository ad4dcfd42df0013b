"""Build: the whole site in build/site/, alive where npm gives Pyodide.

`python3 start.py site` runs it. Without Pyodide the pages are those to read; without PyPI there is
no `lab`; the command says why in one line. The whole site is also one archive, build/site.zip: the
same bytes for the same files, wherever Python is built with the same zlib.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

from vpcedu import files
from vpcedu.pages import api, front, static_pages, texts
from vpcedu.pages.alive import frames, lesson_pages, licences, own_page, pack, runtime
from vpcedu.pages.lite import bundled, jupyterlite, wheels

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

SCRIPTS = (
    "page.js",
    "controls.js",
    "clean.js",
    "frames.js",
    "links.js",
    "own.js",
    "python.js",
    "worker.js",
    "page.css",
)
LABORATORY = "files-laboratory.zip"
WITH_LABORATORY = "12"  # the lesson that compares with a kernel


def shared(pyodide: Mapping[str, bytes]) -> dict[str, bytes]:
    """What all pages load, by name in the site's folder `alive`."""
    scripts = {name: (pack.HERE / name).read_bytes() for name in SCRIPTS}
    return {**pyodide, **scripts, "vpcedu.zip": pack.package(), LABORATORY: pack.laboratory()}


def pages(made: Mapping[str, bytes]) -> dict[str, str]:
    """Every page of the site by its file name; the lessons' pages are alive."""
    needed = {name: len(made[name]) for name in (*runtime.FILES, "vpcedu.zip")}
    more = needed | {LABORATORY: len(made[LABORATORY])}
    told = static_pages.pages() | {
        licences.PAGE: licences.page(),
        own_page.PAGE: own_page.page(needed),
    }
    notebooks = {
        path.stem + ".html": json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(texts.FOLDER.glob("*.ipynb"))
    }
    recorded = frames.made({name: lesson_pages.sources_of(one) for name, one in notebooks.items()})
    titles = {name: static_pages.title_of(notebook) for name, notebook in notebooks.items()}
    for place, (name, notebook) in enumerate(notebooks.items()):
        wants = more if name.startswith(WITH_LABORATORY) else needed
        steps = static_pages.steps_of(place, titles)
        told[name] = lesson_pages.lesson(notebook, steps, wants, name, recorded[name])
    return told


def first_page(folder: Path) -> None:
    """Write the site's first page anew: it leads to the pages that are in the folder now."""
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*.html")}
    brought = folder / lesson_pages.FOLDER
    sizes = {name: (brought / name).stat().st_size for name in (*runtime.FILES, "vpcedu.zip")}
    files.write(folder / front.FILE, [lesson_pages.front_page(there, sizes).encode()])


def write(folder: Path, pyodide: Mapping[str, bytes]) -> list[Path]:
    """Write the site that is alive into a folder; returns its files."""
    static_pages.write(folder)
    made = shared(pyodide)
    place = folder / lesson_pages.FOLDER
    place.mkdir(exist_ok=True)
    whole = {place / name: data for name, data in made.items()}
    whole |= {folder / name: text.encode() for name, text in pages(made).items()}
    for path, data in whole.items():
        files.write(path, [data])
    first_page(folder)
    return list(whole)


def site(folder: Path) -> str:
    """Write the site into a folder, alive where Pyodide can be had; what became of it, in words."""
    for name in (lesson_pages.FOLDER, jupyterlite.FOLDER):
        shutil.rmtree(folder / name, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        npm = runtime.archive()
    except runtime.Missing as missing:
        count = len(static_pages.write(folder))
        lab = f"{jupyterlite.FOLDER}/"
        return f"{count} pages to read. Explorers in them do not move, without {lab}: {missing}."
    write(folder, runtime.files(npm))
    without = notebooks(folder, npm)
    sizes = [len(data) for data in everything(folder).values()]
    return (
        f"{len(sizes)} files, {sum(sizes) / 1e6:.1f} MB{without}. To have explorers that move: "
        f"python3 -m http.server -d {os.path.relpath(folder)}, then http://localhost:8000/"
    )


def notebooks(folder: Path, npm: bytes) -> str:
    """Add JupyterLite to the site, with its licences; what to say where it cannot be had."""
    try:
        jupyterlite.add(folder, npm)
    except runtime.Missing as missing:
        shutil.rmtree(folder / jupyterlite.FOLDER, ignore_errors=True)
        return f", without {jupyterlite.FOLDER}/: {missing}"
    brought = bundled.brought(wheels.fetched())
    files.write(folder / licences.PAGE, [licences.page(brought).encode()])
    first_page(folder)
    return ""


def everything(folder: Path) -> dict[str, bytes]:
    """The site's files by their paths in it."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(paths)}


def zipped(folder: Path) -> Path:
    """Write a site's folder as one archive next to it; returns its path."""
    path = folder.with_suffix(".zip")
    files.write(path, [pack.archive(everything(folder))])
    return path


def main() -> int:
    """Write the site and say where; what was in the folder is gone."""
    shutil.rmtree(static_pages.OUT, ignore_errors=True)
    offered = api.write(static_pages.OUT)
    print(site(static_pages.OUT))
    print(f"{len(offered)} pages on what the modules offer, in {api.FOLDER}/.")
    zipped(static_pages.OUT)
    print(f"To read only, open {os.path.relpath(static_pages.OUT)}/index.html in a browser.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
