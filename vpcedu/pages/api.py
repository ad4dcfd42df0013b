"""API: what the package's modules offer, a page for each, made by pdoc from the docstrings.

The pages stand in the site's folder api/. Of what draws and moves only the names that notebooks use
are there; the course's own parts, the pages and the command line have none.
"""

from __future__ import annotations

import warnings
from html import escape
from pathlib import Path

from vpcedu import files
from vpcedu.pages import front, static_pages
from vpcedu.version import VERSION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pdoc.doc import Module

FOLDER = "api"
PACKAGE = Path(__file__).resolve().parents[1]
# folders of which only the package's own page is made, and modules that have none
NAMES_ONLY, NONE = ("draw", "widgets", "lab"), ("__main__", "cli", "course", "pages", "version")


def modules() -> list[str]:
    """The names of the modules that have a page, in order."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        parts = parts[:-1] if parts[-1] == "__init__" else parts
        if parts[:1] in [(name,) for name in NONE]:
            continue
        if parts[:1] in [(name,) for name in NAMES_ONLY] and len(parts) > 1:
            continue
        found.append(".".join((PACKAGE.name, *parts)))
    return sorted(found)


def pages() -> Iterator[tuple[str, bytes]]:
    """Each file of the reference: its name below api/, and its bytes."""
    from pdoc import doc, render

    render.configure(
        docformat="markdown",
        edit_url_map={PACKAGE.name: f"{front.SOURCE}/blob/HEAD/{PACKAGE.name}/"},
        footer_text=f"vpcedu {VERSION}",
        show_source=False,
        search=False,  # its index would be as large as the pages
    )
    made: dict[str, Module] = {}
    lent = []  # what a facade loads when asked: pdoc sees only what is there
    for name in modules():
        module = doc.Module.from_name(name).obj
        for offered in getattr(module, "__all__", ()):
            value = getattr(module, offered)
            if offered not in vars(module):
                setattr(module, offered, value)
                lent.append((module, offered))
        made[name] = doc.Module(module)
    try:
        for name, page in made.items():
            with warnings.catch_warnings():
                # a name that only type checkers import: pdoc prints the annotation as it is written
                warnings.filterwarnings("ignore", "Error parsing type annotation")
                yield f"{name.replace('.', '/')}.html", render.html_module(page, made).encode()
        yield "index.html", contents(made).encode()
    finally:
        for module, offered in lent:
            delattr(module, offered)


def contents(made: Mapping[str, Module]) -> str:
    """The first page: each module with the first sentence of its docstring."""
    rows = "".join(
        f'<tr><td><a href="{name.replace(".", "/")}.html">{name}</a></td>'
        f"<td>{escape(module.docstring.partition(chr(10))[0])}</td></tr>\n"
        for name, module in made.items()
    )
    title = "What each module offers"
    body = (
        f"<h1>{title}</h1>\n<p>Made from the docstrings. How the modules are ordered, and why: "
        f'<a href="{front.SOURCE}/blob/HEAD/docs/DESIGN.md">DESIGN.md</a>.</p>\n'
        f"<table>\n<thead><tr><th>module</th><th>what it is</th></tr></thead>\n{rows}</table>\n"
    )
    return static_pages.page(title, body, look=static_pages.WIDE, above="../")


def write(folder: Path) -> list[Path]:
    """Write the reference into a site's folder; returns its files."""
    written = []
    for name, data in pages():
        path = folder / FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write(path, [data])
        written.append(path)
    return written
