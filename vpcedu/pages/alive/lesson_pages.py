"""Lesson pages: the pages of the site with what makes them alive.

The page is the one that can be read without Python, cell for cell; each cell is marked, its code is
added as data, and a policy stands before everything that loads. The policy lets nothing out: this
host may be asked for the files, and a second policy of page.js shuts that too, before Python runs.
"""

from __future__ import annotations

import json
import re

from vpcedu.pages import front, static_pages, texts
from vpcedu.pages.alive import licences
from vpcedu.pages.alive.cells import SHOWN, kinds, link_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from typing import Any

FOLDER = "alive"  # of the site: what all pages share
POLICY = (
    "default-src 'none'; script-src 'self' blob: 'wasm-unsafe-eval'; worker-src blob:; "
    "connect-src 'self'; img-src data:; style-src 'self' 'unsafe-inline'; form-action 'none'; "
    "base-uri 'none'"
)
FOOT = (
    f'<p class="note">Python runs in this page: <a href="{licences.PAGE}">licences</a> of what it '
    "brings.</p>\n</main>"
)
HEAD = '<meta charset="utf-8">\n'
STATUS = (
    '<p id="alive" role="status">To come alive, this page needs a web server and JavaScript.</p>\n'
    '<p id="heard" class="heard" role="status"></p>\n'
)
SEND = (
    "<h2>Send a reply yourself</h2>\n<p>The request has reached <code>web</code>. Which addresses and ports does the "
    "reply carry as it leaves? The model sends the packet that you describe.</p>\n"
)
OWN = (  # below lesson 11, which has no place for a reader's files
    '<p><a href="your-vpc.html">Ask about your own VPC</a> '
    "in this browser: drop the files there. They stay "
    "with you.</p>\n"
)
OF_OWN = "11"
# it leads to the stored picture as long as there is no Python, and then to what is shown
LINK = '<p class="link"><a href="#{name}">Copy link</a> <span role="status"></span></p>\n'


def alive(
    page: str, data: dict[str, Any], frames: Mapping[int, str], script: str = "page.js"
) -> str:
    """The page with its policy, its data, and the script that runs it.

    frames: of each cell that has some.
    """
    meta = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
    look = f'<link rel="stylesheet" href="{FOLDER}/page.css">\n'
    told = json.dumps(data).replace("<", "\\u003c")
    scripts = "".join(
        f'<script type="application/octet-stream" id="frames-{place}">{text}</script>\n'
        for place, text in frames.items()
    ) + (
        f'<script type="application/json" id="cells">{told}</script>\n'
        f'<script type="module" src="{FOLDER}/{script}"></script>\n'
    )
    page = page.replace(HEAD, HEAD + meta, 1).replace("</head>", look + "</head>", 1)
    if 'id="alive"' not in page:
        page = re.sub(
            r"(<main>\n.*?</h1>\n)", lambda top: top[1] + STATUS, page, count=1, flags=re.S
        )
    page = page.replace("</main>", FOOT, 1)
    return page.replace("</body>", scripts + "</body>", 1)


def marked(place: int, kind: str, cell: dict[str, Any], name: str) -> str:
    """A code cell as the page without Python has it, its source and what it showed apart.

    Between them is room for the buttons of a cell that can be run. name: of what a link can open.
    """
    source = static_pages.code_cell(cell | {"outputs": []})
    shown = static_pages.code_cell(cell).removeprefix(source)
    mark, link = (f' id="{name}"', LINK.format(name=name)) if name else ("", "")
    buttons = "" if kind == SHOWN else '<div class="run"></div>\n'
    return (
        f'<div class="cell" id="cell-{place}">\n{source}{buttons}'
        f'<div class="shown"{mark}>{shown}</div>\n{link}</div>\n'
    )


def sources_of(notebook: dict[str, Any]) -> list[str]:
    """The code of a notebook's cells."""
    code = (cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code")
    return ["".join(source) for source in code]


def lesson(
    notebook: dict[str, Any],
    steps: str,
    files: Mapping[str, int],
    file: str = "",
    frames: Mapping[int, str] | None = None,
) -> str:
    """A lesson's page; files: what its Python needs, with their sizes in bytes; file: its name.

    frames: of each cell that has some, as `frames.made` gives them.
    """
    sources = sources_of(notebook)
    what, names = kinds(sources), link_names(sources)
    places = iter(range(len(sources)))
    body = ""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            place = next(places)
            body += marked(place, what[place], cell, names[place])
        else:
            body += texts.markdown("".join(cell["source"]))
    body += OWN * file.startswith(OF_OWN)
    words = static_pages.about(notebook) or static_pages.ABOUT.get(file, "")
    page = static_pages.page(static_pages.title_of(notebook), body, steps, file, words)
    told = data(sources, names, what, files)
    return alive(page, told, frames or {}) if SHOWN in what else page


def data(
    sources: Sequence[str], names: Sequence[str], kinds: Sequence[str], files: Mapping[str, int]
) -> dict[str, Any]:
    """What a page's script reads: the code of its cells, and what Python needs.

    names: what a link calls each cell, "" where it opens none. kinds: what each is.
    """
    size = sum(files.values())
    return {
        "sources": sources,
        "kinds": kinds,
        "names": names,
        "files": list(files.items()),
        "bytes": size,
        "megabytes": round(size / 1e6),
    }


def front_page(there: Collection[str], files: Mapping[str, int]) -> str:
    """The first page with its forms alive; there: the files of the site."""
    forms = "".join(
        f'<div class="cell {name}" id="cell-{place}"><div class="shown form"></div></div>\n'
        for place, name in enumerate(front.BALANCERS)
    )
    page = static_pages.front_page(there, SEND + STATUS + forms)
    told = data(front.SOURCES, [""] * len(front.SOURCES), kinds(front.SOURCES), files)
    return alive(page, told, {})
