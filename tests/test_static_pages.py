"""The site that can be read without Python: complete, and usable by everybody.

It asks nobody for anything.
"""

from __future__ import annotations

import html
import json
import re
import shutil

import pytest

from tests import accessibility
from tests.notebook_rules import NOTEBOOKS
from vpcedu import site_address
from vpcedu.pages import front, previews, static_pages, texts

PAGES = static_pages.pages()
LESSONS = [path.stem + ".html" for path in NOTEBOOKS]
each_page = pytest.mark.parametrize("name", PAGES)


def words(text: str) -> str:
    """A page's or text's words, whatever the markup and the line breaks."""
    text = re.sub(r"(?s)<style>.*?</style>|data:image/png;base64,[^\"]*", "", text)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_every_lesson_has_a_page_and_the_index_leads_to_it():
    others = {"index.html", *texts.PAGES.values()}
    assert set(PAGES) == {*others, *LESSONS}
    for page in ("index.html", "lessons.html"):
        assert set(LESSONS) <= set(accessibility.read(PAGES[page]).links)


def test_the_first_page_asks_and_answers_with_two_maps_that_a_switch_exchanges():
    """Without a script: the switch is two radio buttons, and CSS."""
    page = PAGES["index.html"]
    assert page.count('type="radio"') == page.count("<svg") == 2
    for balancer in front.BALANCERS:
        visit = front.visit(balancer)
        first, second, last = front.answer(balancer)
        whole = " ".join(str(visit.answer).split())
        assert whole.startswith(f"{first} {second} ") and whole.endswith(last)
        assert first.startswith("Yes, the reply goes back through the load balancer")
        assert re.fullmatch(r"Not one of the \d+ packets went through the NAT\.", last)
        for told in (first, second, last):
            assert html.escape(told) in page
    assert set(accessibility.read(page).links) >= {"lessons.html", "glossary.html", "sources.html"}


@each_page
def test_a_page_that_is_shared_says_what_it_is(name):
    """A title, and a description of its own; addresses only once the pages are published."""
    title, words, page = *told_of(PAGES[name]), PAGES[name]
    assert title == accessibility.read(page).title and 40 < len(words) < 200
    assert [told_of(other)[1] for other in PAGES.values()].count(words) == 1
    assert f'<meta name="description" content="{html.escape(words)}">' in page
    assert not site_address.PUBLISHED or site_address.ADDRESS in page


def told_of(page):
    """The title and the description that a message shows of a page."""
    return [
        html.unescape(re.search(rf'<meta property="og:{what}" content="([^"]*)">', page)[1])
        for what in ("title", "description")
    ]


def test_once_published_a_page_says_where_it_is_and_which_picture_shows_it(monkeypatch):
    for published in (False, True):
        monkeypatch.setattr(site_address, "PUBLISHED", published)
        first = previews.head("index.html", "First", "What it is about.")
        other = previews.head("glossary.html", 'A "b"', "What it is about.")
        for head in (first, other):
            assert ("canonical" in head) == ("og:image" in head) == published
            assert ("summary_large_image" in head) == published
    assert f'<link rel="canonical" href="{site_address.ADDRESS}">' in first
    assert f'href="{site_address.ADDRESS}glossary.html"' in other and "A &quot;b&quot;" in other
    assert f"{site_address.ADDRESS}previews/index.png" in first and "previews/index.png" in other
    assert "previews/09-time.png" in previews.head("09-time.html", "Time", "")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_lessons_page_is_complete(path):
    """Everything of the notebook is on the page.

    Every picture, alt text, printed line, text alternative and line of source.
    """
    page = PAGES[path.stem + ".html"]
    read = words(page)
    bare = squeezed(read)
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    for cell in cells:
        if cell["cell_type"] == "code":
            assert squeezed("".join(cell["source"])) in bare
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            told = "".join(output.get("text", "") or data.get("text/plain", ""))
            if told.startswith(("No prediction yet", "No answer yet")):
                told = told.partition("\n")[2]
            assert squeezed(told) in bare
            if "image/png" in data:
                assert "".join(data["image/png"]).replace("\n", "") in page
                assert f'alt="{html.escape(output["metadata"]["image/png"]["alt"])}"' in page
    prose = re.sub(
        r"```\w+$|\]\([^)]*\)|[*_`>#\[\]|-]",
        " ",
        "\n".join(  # the language of a block is not shown
            "".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"
        ),
        flags=re.M,
    )
    said = {word for word in prose.split() if re.fullmatch(r"[A-Za-z]+", word)}
    assert said - set(re.findall(r"[A-Za-z]+", read)) == set()


@each_page
def test_a_page_is_usable_by_everybody(name):
    assert accessibility.faults(PAGES[name]) == []


@each_page
def test_links_between_pages_lead_somewhere(name):
    for link in accessibility.read(PAGES[name]).links:
        if not link.startswith("https://"):
            file, _, anchor = link.partition("#")
            assert not file or file in PAGES, f"{name} links to {link}"
            assert not anchor or f' id="{anchor}"' in PAGES[file or name], f"{name}: {link}"


@each_page
def test_a_page_asks_for_wrong_sentences_and_the_form_knows_which_page_it_was(name):
    address = f"{front.SOURCE}/issues/new?template=wrong-sentence.yml&page={name}"
    link = f'<a href="{html.escape(address)}">A sentence is wrong?</a>'
    assert PAGES[name].count(link) == 1
    assert PAGES[name].index("</main>") < PAGES[name].index(link)


def test_a_page_without_a_name_of_its_own_is_named_by_its_title():
    assert "&amp;page=vpcedu.flow%20%26%20more" in static_pages.page("vpcedu.flow & more", "")


@each_page
def test_a_page_has_no_script_and_loads_nothing(name):
    assert "<script" not in PAGES[name]
    assert not re.search(
        r"url\(|@import|\bon\w+=|srcset=", re.sub(r'src="data:[^"]*"', "", PAGES[name])
    )


FAULTS = {
    "no language": ('<html lang="en">', "<html>"),
    "a picture without alt text": (re.compile(r' alt="[^"]*"'), ""),
    "a heading of level 4 after one of level 2": (
        re.compile(r"<h2([^>]*)>(.*?)</h2>"),
        r"<h2\1>\2</h2><h4>deep</h4>",
    ),
    "two headings of level 1": ("</main>", "<h1>again</h1></main>"),
    "loads https://example.com/a.js": (
        "</main>",
        '<script src="https://example.com/a.js"></script></main>',
    ),
    "an empty <a>": ("</main>", '<a href="index.html"></a></main>'),
    "no <main>": (re.compile(r"</?main>"), ""),
    "a <div> that can be moved sideways, but not by the keyboard": (
        re.compile(r'(<div class="scroll") tabindex="0"'),
        r"\1",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(fault):
    old, new = FAULTS[fault]
    page = PAGES["02-a-tcp-connection.html"]
    harmed = old.sub(new, page) if isinstance(old, re.Pattern) else page.replace(old, new)
    assert harmed != page
    assert fault in accessibility.faults(harmed)


def test_folded_prose_flows_and_drawn_lines_stay():
    prose = "The answer goes to the source address that was seen by the server in the packets\nthat it got."
    told = static_pages.printed(f"{prose}\n\n  1  0.000 |--- SYN --->|\n  2  0.020 |<---------|\n")
    assert "seen by the server in the packets that it got." in told
    assert "  1  0.000 |--- SYN ---&gt;|\n  2  0.020 |&lt;---------|" in told


def test_a_printed_line_stays_a_line():
    """Two lines that were printed apart are not joined, also where the first is a long one."""
    one, two = "route 0.0.0.0/0 > NAT is now route 0.0.0.0/0 > Internet gateway", "The visitor sees"
    longer = "x " * 45 + "is longer than any line that was folded"
    assert static_pages.joined([one, two]) == [one, two]
    assert static_pages.joined([longer, two]) == [longer, two]
    prose = "word " * 14 + "more"
    assert static_pages.joined([prose, "another"]) == [prose + " another"]
    assert static_pages.joined([prose, "a"]) == [prose, "a"], "it would have fitted"


def test_a_table_that_is_wider_than_a_page_is_folded():
    narrow, wide = "a  " + "b" * 85, "a  " + "b" * 86
    assert 'class="told scroll"' in static_pages.printed(narrow)
    assert '<span class="line">a  b' in static_pages.printed(wide)


def test_a_form_s_question_is_a_paragraph_and_its_fields_are_lines():
    cell = {
        "source": ["x"],
        "outputs": [{"text": "No answer yet: a.\nWho?\n    a / b"}],
        "metadata": {},
    }
    assert "<p>Who?</p>\n<pre" in static_pages.code_cell(cell)
    cell["outputs"] = [{"text": "No prediction yet: a.\n  Who  a / b"}]
    assert "read on.</p>\n<pre" in static_pages.code_cell(cell)


def test_a_folded_cell_is_folded_on_the_page_and_its_output_is_not():
    cell = {"source": ["x = 1"], "outputs": [{"text": "said"}], "metadata": {}}
    assert "<details>" not in static_pages.code_cell(cell)
    hidden = cell | {"metadata": {"jupyter": {"source_hidden": True}}}
    folded, _, told = static_pages.code_cell(hidden).partition("</details>")
    assert folded.startswith("<details><summary>") and "said" in told and "said" not in folded


@pytest.mark.parametrize("place", range(len(LESSONS)))
def test_a_lesson_leads_on_and_back_above_and_below(place):
    page = PAGES[LESSONS[place]]
    above, _, below = page.partition("<main>")
    below = below.partition("</main>")[2]
    numbered = [name for name in LESSONS if name[:2].isdigit()]
    for part in (above, below):
        for rel, other in (("prev", place - 1), ("next", place + 1)):
            there = 0 <= other < len(LESSONS)
            assert (f'rel="{rel}" href="{LESSONS[other % len(LESSONS)]}"' in part) == there
        said = f"Lesson {place + 1} of {len(numbered)}"
        assert (said in part) == (LESSONS[place] in numbered)


def test_links_leave_the_course_only_for_the_repository():
    assert texts.where("03-ephemeral-ports.ipynb#predict") == "03-ephemeral-ports.html#predict"
    assert texts.where("GLOSSARY.md") == "glossary.html"
    assert texts.where("../README.md").endswith("/blob/HEAD/README.md")
    assert texts.where("https://a.example/") == "https://a.example/"


def test_the_site_is_written_anew_and_whole(tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "old.html").touch()
    files = static_pages.write(tmp_path / "site")
    assert (
        sorted(file.name for file in files)
        == sorted([*PAGES, *(path.name for path in previews.STORED.iterdir())])
        == sorted(p.name for p in (tmp_path / "site").rglob("*.*"))
    )


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    chromium = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    assert chromium, "no Chromium found: on Debian run 'apt install chromium'"
    with sync_playwright() as play:
        started = play.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        yield started
        started.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [380, 700])
def test_every_page_can_be_read_on_a_small_screen(browser, width, tmp_path):
    """Contrast, size and reflow as Chromium shows them, and not one request.

    Screenshots are left in tmp_path.
    """
    static_pages.write(tmp_path / "site")
    view = browser.new_page(viewport={"width": width, "height": 800})
    asked = []
    view.on("request", lambda request: asked.append(request.url))
    for name in PAGES:
        view.goto((tmp_path / "site" / name).as_uri())
        view.screenshot(path=tmp_path / f"{name}-{width}.png")
        told = view.evaluate(accessibility.IN_BROWSER)
        assert told["texts"] > 20 and told["faults"] == [], name
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    view.close()


@pytest.mark.browser
@pytest.mark.parametrize(
    "style, fault",
    [
        ("p { color: #8A8A8A; }", "contrast 3."),
        ("p { font-size: 9px; }", "small"),
        ("p { width: 900px; white-space: nowrap; }", "the page is wider than the window"),
        (".flow { white-space: pre; }", "sticks out"),
    ],
)
def test_the_browser_finds_a_planted_fault(browser, style, fault):
    view = browser.new_page(viewport={"width": 380, "height": 800})
    view.set_content(PAGES["02-a-tcp-connection.html"].replace("</style>", style + "</style>"))
    assert any(fault in told for told in view.evaluate(accessibility.IN_BROWSER)["faults"])
    view.close()
