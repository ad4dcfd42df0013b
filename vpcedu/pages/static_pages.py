"""The course as plain HTML pages, to be read without Python.

`python3 start.py site` makes them in build/site/. Made from the stored notebooks and the pages
next to them, so it shows what the tests compared. A page is one file: its pictures are inside, it
has no script, and it asks nobody for anything. Under each picture is its text in words. A cell that
is folded in the notebook is folded here. A printed line stays a line; only prose that was folded to
its width is joined and wrapped anew, so that it can be read on a telephone. Ladders, tables and
source code keep their lines and are moved sideways; what is wider than a page is folded.
"""

from __future__ import annotations

import html
import json
import re
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from vpcedu import files
from vpcedu.pages import front, previews
from vpcedu.pages.texts import FOLDER, PAGES, ROOT, block, markdown, movable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

OUT = ROOT / "build" / "site"
ABOUT = {
    "lessons.html": "Thirteen lessons on connections in an AWS VPC: predict, see, touch, break.",
    "glossary.html": "The words that the lessons on connections in an AWS VPC use, each in one or two sentences.",
    "sources.html": "The pages of AWS, the RFCs and the kernel that the lessons' facts come from.",
    "reference.html": "The reply's path by each balancer, every reason for which a packet is lost, what is assumed.",
    "reference-tcp.html": "What a TCP end does with every kind of segment in every state, with the RFC's sections.",
    "reference-kernel.html": "Scenarios that a Linux kernel ran, and the model's packets next to them, hop by hop.",
    "reference-facts.html": "The facts about AWS and TCP that the model stands on: where they are from, and how sure.",
    "check-yourself.html": "Twelve symptoms that people report from AWS: which of four changes makes each go away?",
}
# the form of the repository that asks for a sentence, its page and a source
REPORT = f"{front.SOURCE}/issues/new?template=wrong-sentence.yml&page="
# a reply's arrow; without one a browser asks for a file of its own
ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
    "%3Cpath d='M13 3v6H4m4-4-4 4 4 4' fill='none' stroke='%23006BB8' stroke-width='2'/%3E%3C/svg%3E"
)
WIDEST = 88  # columns that fit 760 pixels; a wider table is folded
FOLDED = 80  # columns: prose goes on in the next line where its next word did not fit

STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; padding: 0 14px 48px; max-width: 760px; background: #FFFFFF; color: #1A1A1A;
  font: 17px/1.55 Verdana, "DejaVu Sans", Arial, sans-serif; overflow-wrap: break-word; }
h1, h2, h3 { line-height: 1.25; margin: 1.6em 0 .5em; }
h1 { font-size: 1.6em; margin-top: .8em; } h2 { font-size: 1.3em; } h3 { font-size: 1.1em; }
a { color: #004F8A; }
nav { display: flex; flex-wrap: wrap; gap: 4px 20px; padding: 10px 0; border-bottom: 1px solid #C9CED4; }
nav a, nav span { padding: 6px 0; }
blockquote { margin: 1em 0; padding: 2px 14px; border-left: 4px solid #006BB8; background: #EAF3FB; }
pre, code { font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: 13px; line-height: 1.45; }
pre { margin: .7em 0; padding: 10px 12px; }
p code, li code, td code { background: #F3F5F7; padding: 1px 3px; }
.code { background: #F3F5F7; border-left: 4px solid #595959; }
.told { background: #FFFFFF; border: 1px solid #C9CED4; }
.flow, .code, .fold { white-space: pre-wrap; }
.line { display: inline-block; padding-left: 4ch; text-indent: -4ch; }
.scroll { overflow-x: auto; }
.scroll:focus-visible, summary:focus-visible, a:focus-visible { outline: 3px solid #006BB8; outline-offset: 2px; }
figure { margin: .9em 0; }
figure img { display: block; width: 700px; max-width: 100%; height: auto; }
details { margin-top: 6px; } summary { cursor: pointer; padding: 6px 0; color: #004F8A; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top;
  padding: 6px 8px; border-bottom: 1px solid #C9CED4; }
.note { color: #595959; font-size: 15px; }
.wide { display: none; }
.k, .kn, .ow { color: #004F8A; font-weight: bold; } .s1, .s2, .sd { color: #0A5A50; }
.c1 { color: #595959; } .mi, .mf { color: #6A0571; }
@media (max-width: 600px) { .wide { display: block; } figure img { max-width: none; }
  .fold { white-space: pre; }
  body { font-size: 16px; } td, th { padding: 6px 4px; } td:last-child { width: 55%; } }
"""

# what a page of wide tables has in addition
WIDE = """
body { max-width: 1100px; } h1, h2, h3, p, ul { max-width: 760px; }
.scroll td:last-child { width: auto; } .scroll table { min-width: 640px; }
td code, td a { overflow-wrap: anywhere; }
"""


def printed(text: str) -> str:
    """Printed lines: paragraphs of prose are joined and flow, everything else keeps its lines."""
    blocks = ""
    for kept, lines in pieces(text.rstrip("\n").split("\n")):
        inner = html.escape("\n".join(lines))
        if kept and max(map(len, lines)) > WIDEST:
            rows = (f'<span class="line">{html.escape(line)}</span>' for line in lines)
            blocks += block("told scroll fold", "\n".join(rows))
        else:
            blocks += block("told scroll" if kept else "told flow", inner)
    return blocks


def pieces(lines: list[str]) -> list[tuple[bool, list[str]]]:
    """Neighbouring lines of one sort together, each group with whether it keeps its form.

    Lines of prose are already joined.
    """
    groups: list[tuple[bool, list[str]]] = []
    for paragraph in "\n".join(lines).split("\n\n"):
        rows = paragraph.strip("\n").split("\n")
        kept = any(drawn(row) for row in rows)
        if not kept:
            rows = joined(rows)
        if groups and groups[-1][0] == kept:
            groups[-1][1].extend(["", *rows])
        else:
            groups.append((kept, rows))
    return groups


def drawn(row: str) -> bool:
    """Whether a line's spaces carry meaning: columns, a ladder, an indented list or source code."""
    return row.startswith(" ") or "  " in row or "|" in row


def joined(rows: list[str]) -> list[str]:
    """Folded prose in whole paragraphs."""
    told: list[str] = []
    for place, row in enumerate(rows):
        before = len(rows[place - 1]) if place else FOLDED + 1
        if before <= FOLDED < before + 1 + len(row.split(" ", 1)[0]):
            told[-1] += " " + row
        else:
            told.append(row)
    return told


def picture(output: dict[str, Any]) -> str:
    """A picture, its alt text, and its words below."""
    data = output["data"]
    shown = output["metadata"]["image/png"]
    png = "".join(data["image/png"]).replace("\n", "")
    words = html.escape("".join(data.get("text/plain", ""))).replace("\n\n", "</p>\n<p>")
    return (
        f'<figure>\n<p class="wide note">The picture is wider than this screen: move it sideways.</p>\n'
        f'<div class="scroll" tabindex="0" role="group" aria-label="Picture, can be moved sideways">'
        f'<img width="700" alt="{html.escape(shown["alt"])}" src="data:image/png;base64,{png}"></div>\n'
        f"<details><summary>This picture in words</summary>\n<p>{words}</p></details>\n</figure>\n"
    )


def asked(form: str) -> tuple[str, str]:
    """What a form asks above its fields, as a paragraph if it asks anything, and its fields."""
    if form.startswith(" "):
        return "", form
    question, _, fields = form.partition("\n")
    return f"<p>{html.escape(question)}</p>\n", fields


def code_cell(cell: dict[str, Any]) -> str:
    """A cell's source and what it showed."""
    source = highlight("".join(cell["source"]), PythonLexer(), HtmlFormatter(nowrap=True)).rstrip(
        "\n"
    )
    told = block("code", source)
    if cell["metadata"].get("jupyter", {}).get("source_hidden"):
        told = f"<details><summary>Code of this step</summary>\n{told}</details>\n"
    for output in cell["outputs"]:
        data = output.get("data", {})
        words = "".join(output.get("text", "") or data.get("text/plain", ""))
        if "image/png" in data:
            told += picture(output)
        elif words.startswith(("No prediction yet", "No answer yet")):
            told += '<p class="note">Running, this is a form to fill in. Say your answer aloud, then read on.</p>\n'
            question, fields = asked(words.partition("\n")[2])
            told += question + printed(fields)
        else:
            told += printed(words)
    return told


def page(
    title: str,
    body: str,
    steps: str = "",
    file: str = "",
    words: str = "",
    look: str = "",
    above: str = "",
) -> str:
    """A whole page around its body.

    steps: links to its neighbours, for above and below. file, words: where it stands, and one
    sentence about it, for those who share it. look: CSS of this page alone. above: "../" for a page
    in a folder of the site.
    """
    links = "".join(
        f'<a href="{above}{file}">{name}</a>'
        for name, file in (
            ("Start", "index.html"),
            ("Lessons", "lessons.html"),
            ("Glossary", "glossary.html"),
            ("Sources", "sources.html"),
            ("Reference", "reference.html"),
        )
    )
    over, under = (
        f'<nav aria-label="Lessons, {where}">{steps}</nav>\n' if steps else ""
        for where in ("above", "below")
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n{previews.head(file, title, words) if file else ''}"
        f'<link rel="icon" href="{ICON}">\n<style>{STYLE}{look}</style>\n</head>\n'
        f'<body>\n<nav aria-label="Course">{links}</nav>\n{over}'
        f"<main>\n{body}</main>\n{under}"
        f'<footer class="note"><a href="{html.escape(REPORT + quote(file or title))}">'
        f"A sentence is wrong?</a></footer>\n</body>\n</html>\n"
    )


def title_of(notebook: dict[str, Any]) -> str:
    """The title of a notebook."""
    return str("".join(notebook["cells"][0]["source"]).splitlines()[0].lstrip("# "))


def about(notebook: dict[str, Any]) -> str:
    """What one can do after a lesson, in its own words; "" for a page that is no lesson."""
    said = re.search(r"\*\*(After this[^*]+)\*\*", "".join(notebook["cells"][0]["source"]))
    return " ".join(said[1].split()) if said else ""


def steps_of(place: int, titles: dict[str, str]) -> str:
    """Links to the page before and the one after it, and which lesson of how many this is."""
    files, lessons = list(titles), [name for name in titles if name[:2].isdigit()]
    before, after = files[place - 1 : place], files[place + 1 : place + 2]
    links = [
        f'<a rel="prev" href="{name}">&larr; {html.escape(titles[name])}</a>' for name in before
    ]
    if files[place] in lessons:
        links.append(f"<span>Lesson {place + 1} of {len(lessons)}</span>")
    links += [
        f'<a rel="next" href="{name}">{html.escape(titles[name])} &rarr;</a>' for name in after
    ]
    return "".join(links)


def lesson(notebook: dict[str, Any], steps: str = "", file: str = "") -> str:
    """A notebook as a page; file: its name."""
    body = "".join(
        code_cell(cell) if cell["cell_type"] == "code" else markdown("".join(cell["source"]))
        for cell in notebook["cells"]
    )
    return page(title_of(notebook), body, steps, file, about(notebook) or ABOUT.get(file, ""))


def front_page(there: Collection[str], send: str = front.TO_READ) -> str:
    """The first page; there: the files of the site, send: where a reply is sent."""
    rows = (FOLDER / "README.md").read_text(encoding="utf-8").splitlines()
    lessons = markdown("\n".join(row for row in rows if row.startswith("|")))
    body = front.body(lessons, there, send)
    return page(front.TITLE, body, "", front.FILE, front.ABOUT, front.LOOK)


def pages() -> dict[str, str]:
    """Every page of the site by its file name."""
    made = {}
    for name, file in PAGES.items():
        path = ROOT / name
        text = path.read_text(encoding="utf-8")
        body, look = markdown(text, path.parent), ""
        if path.parent != FOLDER:
            body, look = movable(body), WIDE
        made[file] = page(text.splitlines()[0].lstrip("# "), body, "", file, ABOUT[file], look)
    notebooks = {
        path.stem + ".html": json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(FOLDER.glob("*.ipynb"))
    }
    titles = {name: title_of(notebook) for name, notebook in notebooks.items()}
    for place, (name, notebook) in enumerate(notebooks.items()):
        made[name] = lesson(notebook, steps_of(place, titles), name)
    return made | {front.FILE: front_page({*made, front.FILE})}


def write(folder: Path = OUT) -> list[Path]:
    """Write the site into a folder, page by page, and remove pages of before; returns its files."""
    made = {folder / name: text.encode() for name, text in pages().items()}
    pictures = folder / previews.FOLDER
    made |= {pictures / path.name: path.read_bytes() for path in previews.STORED.glob("*.png")}
    for path, data in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write(path, [data])
    for path in set(folder.glob("*.html")) - set(made):
        path.unlink()
    return list(made)


def main() -> int:
    """Write the site and say where."""
    written = write()
    size = sum(file.stat().st_size for file in written) / 1e6
    print(
        f"{len(written)} pages, {size:.1f} MB; open {OUT.relative_to(ROOT).as_posix()}/index.html in a browser."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
