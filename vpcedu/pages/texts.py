"""Texts: the project's Markdown as HTML, in the site's own pages.

A link to a page of the course or of docs/ leads to its page of the site, any other link to the
repository. Pictures are their words only: these pages load nothing.
"""

from __future__ import annotations

import html
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import mistune

from vpcedu.pages import front

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "notebooks"
PAGES = {
    "notebooks/README.md": "lessons.html",
    "notebooks/GLOSSARY.md": "glossary.html",
    "notebooks/SOURCES.md": "sources.html",
    "docs/REFERENCE.md": "reference.html",
    "docs/reference/tcp.md": "reference-tcp.html",
    "docs/reference/kernel.md": "reference-kernel.html",
    "docs/reference/facts.md": "reference-facts.html",
}
REPOSITORY = f"{front.SOURCE}/blob/HEAD/"
MOVED = '<div class="scroll" tabindex="0" role="group" aria-label="Table, can be moved sideways">'


class Renderer(mistune.HTMLRenderer):
    """Markdown to HTML, where a link to a page of the course leads to its HTML page.

    folder: where the text stands, from which its links are relative.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(escape=True)
        self.folder = folder

    def link(self, text: str, url: str, title: str | None = None) -> str:
        """A link; to another file of the project it leads to the repository."""
        return super().link(text, where(url, self.folder), title)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """Only its words: these pages load nothing."""
        return html.escape(text)

    def heading(self, text: str, level: int, **more: Any) -> str:
        """A heading; in docs/ with the anchor that GitHub gives it, to which links lead.

        In a lesson an anchor could be the name of an explorer or a form, which links open.
        """
        if self.folder == FOLDER:
            return str(super().heading(text, level, **more))
        anchor = re.sub(r"[^\w\- ]", "", re.sub("<[^>]*>", "", text).lower()).replace(" ", "-")
        return f'<h{level} id="{anchor}">{text}</h{level}>\n'

    def block_code(self, code: str, info: str | None = None) -> str:
        """A fenced block, in its own lines."""
        return block("code scroll", html.escape(code.rstrip("\n")))


def where(url: str, folder: Path = FOLDER) -> str:
    """Where a link of a text leads to from a page of the site; folder: where the text stands."""
    if urlsplit(url).scheme or url.startswith("#"):
        return url
    path, mark, anchor = url.partition("#")
    inside = (folder / path).resolve().relative_to(ROOT).as_posix()
    if inside in PAGES:
        return PAGES[inside] + mark + anchor
    if inside.startswith("notebooks/") and inside.endswith(".ipynb"):
        return Path(inside).stem + ".html" + mark + anchor
    return REPOSITORY + inside + mark + anchor


def movable(body: str) -> str:
    """A page's body whose tables can be moved sideways, by the keyboard too."""
    lines = body.replace("&lt;br&gt;", "<br>")  # in a cell of a table Markdown has no other word
    return lines.replace("<table>", f"{MOVED}<table>").replace("</table>", "</table></div>")


def block(kind: str, inner: str) -> str:
    """A block of lines; one that can be moved sideways can be reached and moved by the keyboard."""
    reach = (
        ' tabindex="0" role="group" aria-label="Lines, can be moved sideways"'
        if "scroll" in kind
        else ""
    )
    return f'<pre class="{kind}"{reach}>{inner}</pre>\n'


def markdown(text: str, folder: Path = FOLDER) -> str:
    """The HTML of a piece of Markdown; folder: where it stands."""
    return str(_markdown(folder)(text))


@cache
def _markdown(folder: Path) -> mistune.Markdown:
    return mistune.create_markdown(renderer=Renderer(folder), plugins=["table", "strikethrough"])
