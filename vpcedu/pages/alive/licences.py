"""Licences: one page of the site with those of everything that its pages bring.

What Pyodide's compiled file holds is told by itself: its modules name the versions of their
libraries, and its build settings (`sysconfig`) what was linked.
"""

from __future__ import annotations

from html import escape
from pathlib import Path

from vpcedu.pages import previews, static_pages, texts
from vpcedu.pages.alive import runtime

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    Brought = tuple[str, str, str]  # what is brought, where its source is, and the licence's text

HERE = Path(__file__).resolve().parent
PLACE = HERE / "licences"
PAGE = "licences.html"
OWN, PYODIDE = "vpcedu, its code", f"Pyodide {runtime.VERSION}"
COURSE = "vpcedu, the text of the course"
PAGES = (".html", ".png", ".svg", ".txt", ".xml")  # what pages of our own are, in the site's folder
ROOT, GITHUB = texts.ROOT, "https://github.com"
# what is brought, where its source is, and the files with the text
BROUGHT = (
    (OWN, texts.REPOSITORY, ROOT / "LICENSE"),
    (COURSE, texts.REPOSITORY, ROOT / "LICENSE-TEXT"),
    (
        f"{PYODIDE}, unchanged but for its list of packages",
        f"{GITHUB}/pyodide/pyodide/tree/{runtime.VERSION}",
        PLACE / "mpl-2.0.txt",
    ),
    (
        "CPython 3.14 and its standard library, in Pyodide",
        f"{GITHUB}/python/cpython",
        PLACE / "python.txt",
    ),
    (
        "Parts of CPython by others, in Pyodide: expat 2.7.3, libmpdec 2.5.1, HACL*, mimalloc "
        "and more",
        f"{GITHUB}/python/cpython/blob/3.14/Doc/license.rst",
        PLACE / "python-incorporated.txt",
    ),
    (
        "hiwire, which holds JavaScript's objects for Python, in Pyodide",
        f"{GITHUB}/pyodide/hiwire",
        PLACE / "mpl-2.0.txt",
    ),
    ("libffi, in Pyodide", f"{GITHUB}/libffi/libffi", PLACE / "libffi.txt"),
    ("zlib 1.3.1, in Pyodide", "https://zlib.net", PLACE / "zlib.txt"),
    ("bzip2 1.0.6, in Pyodide", "https://sourceware.org/bzip2", PLACE / "bzip2.txt"),
    ("Zstandard 1.5.7, in Pyodide", f"{GITHUB}/facebook/zstd", PLACE / "zstd.txt"),
    (
        "liblzma 5.2.2 (XZ Utils), in Pyodide",
        "https://tukaani.org/xz",
        PLACE / "public-domain.txt",
    ),
    ("SQLite 3.39.0, in Pyodide", "https://sqlite.org", PLACE / "public-domain.txt"),
    (
        "Emscripten 5.0.3, in Pyodide",
        f"{GITHUB}/emscripten-core/emscripten",
        PLACE / "emscripten.txt",
    ),
    ("The C library musl, in Pyodide", "https://musl.libc.org", PLACE / "musl.txt"),
    (
        "compiler-rt, libc++, libc++abi and libunwind of LLVM, in Pyodide",
        f"{GITHUB}/llvm/llvm-project",
        PLACE / "llvm.txt",
    ),
    (
        "error-stack-parser and stackframe, in Pyodide",
        f"{GITHUB}/stacktracejs",
        PLACE / "stacktrace.txt",
    ),
)


def owner(name: str) -> str | None:
    """Whose a file of the site is, by its path in the site: what `page` calls it, or begins with.

    None: nobody's that is named. The files of `lab` are asked of `lite.bundled`.
    """
    folder, _, file = name.rpartition("/")
    if folder in ("", previews.FOLDER) and Path(name).suffix in PAGES:
        return COURSE
    if folder != "alive":
        return None
    if file in runtime.FILES:
        return PYODIDE
    return (
        OWN if (HERE / file).is_file() or file in ("vpcedu.zip", "files-laboratory.zip") else None
    )


def page(more: Iterable[Brought] = ()) -> str:
    """The page; more: what is brought besides the pages that are alive."""
    brought = [(name, where, text.read_text(encoding="utf-8")) for name, where, text in BROUGHT]
    body = "<h1>Licences</h1>\n<p>This site brings these to your browser:</p>\n"
    for name, address, text in [*brought, *more]:
        lines = texts.block("told flow", escape(text.strip()))
        source = f'<p>Source: <a href="{address}">{address}</a></p>\n' if address else ""
        body += (
            f"<h2>{escape(name)}</h2>\n{source}"
            f"<details><summary>The licence</summary>\n{lines}</details>\n"
        )
    return static_pages.page("Licences", body)
