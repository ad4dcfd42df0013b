"""Licences: one page of the site with those of everything that its pages bring."""

from __future__ import annotations

from html import escape
from pathlib import Path

from vpcedu.pages import static_pages
from vpcedu.pages.alive import runtime

PLACE = Path(__file__).resolve().parent / "licences"
PAGE = "licences.html"
# what is brought, where its source is, and the text
BROUGHT = (
    ("vpcedu, its code", static_pages.REPOSITORY, static_pages.ROOT / "LICENSE"),
    ("vpcedu, the text of the course", static_pages.REPOSITORY, static_pages.ROOT / "LICENSE-TEXT"),
    (
        f"Pyodide {runtime.VERSION}, unchanged but for its list of packages, which is empty",
        f"https://github.com/pyodide/pyodide/tree/{runtime.VERSION}",
        PLACE / "mpl-2.0.txt",
    ),
    (
        "CPython 3.14 and its standard library, in Pyodide",
        "https://github.com/python/cpython",
        PLACE / "python.txt",
    ),
    (
        "Emscripten and the C library musl, in Pyodide",
        "https://github.com/emscripten-core/emscripten",
        PLACE / "emscripten.txt",
    ),
)


def page() -> str:
    """The page."""
    body = "<h1>Licences</h1>\n<p>Pages that are alive bring these to your browser:</p>\n"
    for name, address, text in BROUGHT:
        lines = escape(text.read_text(encoding="utf-8").strip())
        body += (
            f'<h2>{escape(name)}</h2>\n<p>Source: <a href="{address}">{address}</a></p>\n'
            f"<details><summary>The licence</summary>\n{static_pages.block('told flow', lines)}"
            "</details>\n"
        )
    return static_pages.page("Licences", body)
