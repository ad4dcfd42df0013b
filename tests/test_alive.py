"""The site in a browser, alive: served from its folder, with every other host out of reach.

Chromium runs the lessons' own Python under Pyodide. Two lessons are tried, all of them with
VPCEDU_ALIVE=all in the environment.
"""

from __future__ import annotations

import json
import os
import re
import time

import pytest

from tests.notebook_rules import NOTEBOOKS
from tests.rigs import alive
from vpcedu import draw, lab, widgets
from vpcedu.pages import front
from vpcedu.tables.network_acl import AclEntry

SOME = ("02-a-tcp-connection",)
READ = "08-return-paths"  # by the tests that use it as a reader would
ALL = os.environ.get("VPCEDU_ALIVE", "") == "all"
LESSONS = [path.stem for path in NOTEBOOKS if path.stem in SOME or ALL]
SHIFT = (
    "window.shift = 0; new PerformanceObserver(list => list.getEntries().forEach(one => {"
    "shift += one.value; })).observe({type: 'layout-shift', buffered: true});"
)
WEB, CLIENT = ("10.0.1.10", 80), "203.0.113.10"

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with alive.served(tmp_path_factory.mktemp("alive")) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with alive.chromium() as started:
        yield started


class Reader:
    """A reader's page: what it shows, and what it asks the world for."""

    def __init__(self, browser, site, width=760):
        self.site, self.asked, self.said = site, [], []
        self.view = browser.new_page(viewport={"width": width, "height": 800})
        self.view.on("request", lambda request: self.asked.append(request.url))
        self.view.on("console", lambda message: self.said.append(message.text))
        self.view.on("pageerror", lambda error: self.said.append(str(error)))

    def open(self, lesson):
        """Show a lesson, and wait until all of it is alive."""
        self.view.goto(f"{self.site}{lesson}.html")
        self.come()

    def come(self):
        """Wait until Python is there, for all of the page."""
        self.wait("window.vpcedu && (vpcedu.all || vpcedu.failed)")
        assert not self.view.evaluate("vpcedu.failed")

    def wait(self, condition):
        """Ask again and again from outside: the page's policy lets nobody run text in it."""
        until = time.monotonic() + alive.STARTED
        while not self.view.evaluate(condition):
            assert time.monotonic() < until, condition
            time.sleep(0.1)

    def foreign(self):
        """Requests to anybody but the page's own host."""
        own = (self.site, "blob:" + self.site, "data:")
        return [url for url in self.asked if not url.startswith(own)]

    def cell(self, words):
        """The first cell whose code has these words."""
        data = json.loads(self.view.text_content("#cells"))
        place = next(n for n, source in enumerate(data["sources"]) if words in source)
        return self.view.locator(f"#cell-{place}")

    def predict(self, *texts):
        """Type a prediction and press Check; returns what the page says then."""
        form = self.cell("widgets.Prediction(").locator(".shown")
        before = form.inner_text()
        for place, text in enumerate(texts):
            form.locator("input").nth(place).fill(str(text))
        form.get_by_role("button", name="Check").press("Enter")
        for _ in range(200):
            if form.inner_text() != before:
                break
            time.sleep(0.05)
        return " ".join(form.inner_text().split())


@pytest.fixture(scope="module")
def reader(browser, site):
    """A page that is all alive; tests use it one after the other."""
    shown = Reader(browser, site)
    shown.open(READ)
    yield shown
    shown.view.close()


def what_is_shown(explorer):
    """Picture and sentence."""
    return explorer.evaluate(
        "one => ['.vpcedu-stage svg', '.vpcedu-line p'].map(x => one.querySelector(x).outerHTML).join()"
    )


def moved(explorer, slider, key):
    """Press a key on a slider; whether picture or sentence were others soon after."""
    before = what_is_shown(explorer)
    slider.press(key)
    for _ in range(200):
        if what_is_shown(explorer) != before:
            return True
        time.sleep(0.05)
    return False


def moves(explorer, some=None):
    """What became of three moves of each slider that can be moved; fewer where it has no more.

    some: the sliders' numbers, all where None.
    """
    told = {}
    sliders = explorer.locator(".widget-slider, .widget-steps")
    for number in range(sliders.count()):
        slider = sliders.nth(number).locator("input")
        if slider.is_disabled() or (some is not None and number not in some):
            continue
        slider.press("Home")
        here, most, step = (
            float(slider.evaluate(f"one => one.{name} || 1")) for name in ("value", "max", "step")
        )
        count = min(3, int((most - here) / step))
        told[number] = [moved(explorer, slider, "ArrowRight") for _ in range(count)]
    return told


def python_has(view, explorer):
    """The link that Python makes of an explorer: the setting that it has."""
    explorer.locator("xpath=ancestor::div[contains(@class, 'cell')]").locator(".link a").click()
    for _ in range(200):
        if ";" in (told := view.evaluate("location.hash")):
            break
        time.sleep(0.05)
    view.evaluate("history.replaceState(null, '', '#')")
    return told


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_comes_alive_and_asks_nobody(browser, site, lesson):
    """Explorers move by their frames; then Python is there, and nothing has jumped.

    All forms and explorers are there then, sliders move three times before and after, nothing is
    said in the console.
    """
    shown, held = Reader(browser, site, 380), []
    shown.view.add_init_script(SHIFT)
    shown.view.route("**/*.wasm", lambda route: held.append(route))
    shown.view.goto(f"{site}{lesson}.html")
    shown.wait("window.vpcedu && vpcedu.framed")
    explorers = shown.view.locator(".vpcedu-explorer").all()
    assert explorers or lesson == "check-yourself"
    framed = []
    for explorer in explorers:
        assert explorer.locator(":enabled").count() > 1
        framed.append(moves(explorer))
        assert all(all(told) for told in framed[-1].values())
    before = [what_is_shown(explorer) for explorer in explorers]
    for route in held:
        route.continue_()
    shown.come()
    assert [what_is_shown(explorer) for explorer in explorers] == before
    for explorer, some in zip(explorers, framed, strict=True):
        link = python_has(shown.view, explorer)
        for number in some:
            slider = explorer.locator(".widget-slider, .widget-steps").nth(number)
            chosen = slider.locator("output").inner_text().replace(",", "").split()[0]
            assert f"={chosen};" in link
    data = json.loads(shown.view.text_content("#cells"))
    assert shown.view.locator(".shown.live").count() == data["kinds"].count("shown") > 0
    assert shown.view.evaluate("shift") <= 0.01
    assert shown.view.evaluate("document.documentElement.scrollWidth") == 380
    for explorer, some in zip(explorers, framed, strict=True):
        assert moves(explorer, some) == some
    assert shown.said == [] and shown.foreign() == []
    shown.view.close()


def send(view, balancer, *texts):
    """Describe a reply on the first page and press Check, by the keyboard; what the page says."""
    form = view.locator(f".cell.{balancer}")
    before = form.inner_text()
    form.locator("input").first.focus()
    for text in texts:
        view.keyboard.press("Control+A")
        view.keyboard.type(str(text))
        view.keyboard.press("Tab")
    view.keyboard.press("Enter")
    for _ in range(200):
        if form.inner_text() != before:
            break
        time.sleep(0.05)
    return " ".join(form.inner_text().split())


@pytest.mark.parametrize("width", [380, 1280] if ALL else [380])
def test_the_first_page_comes_alive_and_a_reply_is_sent_by_either_balancer(browser, site, width):
    """The switch is moved, a wrong reply and a right one are sent, by the keyboard alone."""
    shown = Reader(browser, site, width)
    shown.view.add_init_script(SHIFT)
    shown.open("index")
    view = shown.view
    assert view.evaluate("shift") <= 0.01
    assert view.is_visible("section.application") and not view.is_visible("section.network")
    for balancer in front.BALANCERS:
        visit = front.visit(balancer)
        back = next(
            one.packet.flow for one in visit.capture if one.packet and one.packet.flow.source == WEB
        )
        right = (*WEB, *back.destination)
        for typed in ((*WEB, "10.0.0.20", 51_828), right):
            assert words_of(lab.judge(visit, *typed)) in send(view, balancer, *typed)
        view.focus("#is-application")
        view.keyboard.press("ArrowRight")
        assert view.is_visible("section.network") and not view.is_visible(".application")
    assert view.evaluate("document.documentElement.scrollWidth") == width
    assert shown.said == [] and shown.foreign() == []
    view.close()


def test_the_first_page_s_switch_needs_no_script(browser, site):
    context = browser.new_context(java_script_enabled=False)
    view = context.new_page()
    view.goto(site)
    view.get_by_text("Network Load Balancer", exact=True).locator("visible=true").first.click()
    assert view.is_visible("section.network svg") and not view.is_visible(".application")
    assert "needs a web server and JavaScript" in view.inner_text("#alive")
    context.close()


def test_two_links_open_at_their_picture_and_sentence(browser, site):
    """One from another page, one on the same page; then the page makes the same link itself."""
    there = widgets.ReturnPaths()
    there.paint_with("svg")
    shown = Reader(browser, site)
    for way, moment in (("NLB by instance", 3), ("Application", 6)):
        there.way.value, there.moment.value = way, moment
        shown.view.goto(f"{site}{READ}.html#{there.fragment()}")
        shown.wait("window.vpcedu && (vpcedu.all || vpcedu.failed)")
        explorer = shown.view.locator("#return-paths")
        words = json.dumps(" ".join(there.sentence.split()))
        line = "document.querySelector('#return-paths .vpcedu-line').innerText"
        shown.wait(f"{line}.split(/\\s+/).join(' ').trim() === {words}")
        label = explorer.locator("svg[role=img]").get_attribute("aria-label")
        assert label.split() == re.search('aria-label="(.*?)"', there.image.value)[1].split()
        assert shown.view.evaluate("scrollY > 500")
    shown.view.locator("a[href='#return-paths']").click()
    shown.wait("document.querySelector('.link [role=status]:not(:empty)')")
    assert shown.view.url.endswith(f"#{there.fragment()}")
    assert shown.said == [] and shown.foreign() == []
    shown.view.close()


def words_of(judgement):
    return " ".join(judgement.words.split())


def test_a_wrong_prediction_and_a_right_one_are_judged(reader):
    visit = lab.five_ways()["NLB by instance"]
    wrong, right = (*WEB, "10.0.0.30", 49_654), (*WEB, CLIENT, 49_654)
    assert lab.judge(visit, *right).right and not lab.judge(visit, *wrong).right
    drawn = []
    for told in (wrong, right):
        judged = lab.judge(visit, *told)
        assert words_of(judged) in reader.predict(*told)
        words = json.dumps(repr(draw.map(visit, predicted=judged.trace)))
        place = reader.cell("predicted=prediction.trace").get_attribute("id")
        shown = f"document.querySelector('#{place} details p')?.textContent"
        reader.wait(f"{shown} === {words}")
        drawn.append(words)
    assert len(set(drawn)) == 2  # the picture below is that of the prediction


def test_a_slider_moves_once_more_and_once_more(reader):
    explorer = reader.view.locator(".vpcedu-explorer").first
    slider = explorer.locator("input[type=range]").first
    slider.press("Home")
    assert [moved(explorer, slider, "ArrowRight") for _ in range(3)] == [True] * 3


def run_exercise(reader, text):
    """Type another answer into the exercise and run it; returns what it shows."""
    cell = reader.cell('lab.check("08.1"')
    area = cell.get_by_role("textbox")
    area.fill(text)
    cell.get_by_role("button", name="Run this exercise").click()
    reader.wait(alive.READY)
    return cell.locator(".shown").inner_text()


def test_an_exercise_runs_and_its_text_survives_until_it_is_forgotten(reader, browser):
    cell = reader.cell('lab.check("08.1"')
    first = cell.get_by_role("textbox").input_value()
    told = run_exercise(reader, first.replace('"deny"', '"allow"'))
    entry = AclEntry("acl-private", 110, "out", "allow", 6, (0, 65_535), "203.0.113.0/24")
    assert "".join(told.split()) == "".join(
        str(lab.check("08.1", entry._replace(protocol=-1))).split()
    )
    assert "ZeroDivisionError (line 2)" in run_exercise(reader, "x = 1\nx / 0")
    assert "SyntaxError (line 1)" in run_exercise(reader, "x = (")
    key = "Object.entries(localStorage).map(one => one.join())"
    assert any(one.endswith(",x = (") for one in reader.view.evaluate(key))
    cell.get_by_role("button", name="Forget my text").click()
    assert reader.view.evaluate(key) == []
    assert cell.get_by_role("textbox").input_value() == first


def test_text_that_was_typed_is_there_after_a_reload(browser, site):
    context = browser.new_context()
    view = context.new_page()
    for typed in ("", "# mine"):
        view.goto(f"{site}00-the-question.html")
        view.wait_for_selector("textarea")
        if not typed:
            view.locator("textarea").first.fill("# mine")
    assert view.locator("textarea").first.input_value() == "# mine"
    context.close()


HOSTILE = (
    '<meta http-equiv="refresh" content="0;url=http://127.0.0.1:9/"><img src=x onerror=alert(1)>'
    '<a href="http://127.0.0.1:9/">go</a><b onclick="alert(1)" class="kept">word</b>'
    '<svg><a xlink:href="http://127.0.0.1:9/"><text>t</text></a><use href="#a"/></svg>'
    "<form action=x><input></form><iframe src=x></iframe><base href=x><script>alert(1)</script>"
)


def test_markup_that_would_lead_away_is_taken_out(reader):
    """Navigation is what no policy shuts: <meta refresh> in a widget's text would lead away."""
    told = reader.view.evaluate(
        "async text => { const {clean} = window.vpcedu; const box = document.createElement('div');"
        "box.append(clean(text)); return box.innerHTML; }",
        HOSTILE,
    )
    assert told == '<b class="kept">word</b><svg></svg>'


def test_once_python_runs_not_even_the_own_host_can_be_asked(reader):
    told = reader.view.evaluate("fetch('alive/page.css').then(() => 'came', () => 'refused')")
    assert told == "refused"
    assert "Content Security Policy" in " ".join(reader.said)
    reader.said.clear()


def test_a_file_that_an_explorer_saves_is_a_download(reader):
    explorer = reader.view.locator(".vpcedu-explorer").first
    with reader.view.expect_download() as saved:
        explorer.get_by_role("button", name="SVG").click()
    assert saved.value.suggested_filename == "return-paths.svg"
    assert b"<svg" in saved.value.path().read_bytes()


def test_a_step_that_never_ends_can_be_stopped(reader):
    """The last of the page: Python starts anew, and an exercise runs again."""
    cell = reader.cell('lab.check("08.1"')
    cell.get_by_role("textbox").fill("while True: pass")
    cell.get_by_role("button", name="Run this exercise").click()
    cell.get_by_role("button", name="Stop").click()
    reader.wait(alive.READY)
    assert "".join(run_exercise(reader, "print(6 * 7)").split()) == "42"
    assert reader.said == [] and reader.foreign() == []


def test_a_page_whose_python_does_not_come_says_so_and_stays(browser, site):
    shown = Reader(browser, site)
    shown.view.route("**/*.wasm", lambda route: route.abort())
    shown.view.goto(f"{site}00-the-question.html")
    shown.wait("window.vpcedu && vpcedu.failed")
    assert "is to be read" in shown.view.inner_text("#alive")
    assert shown.view.locator("figure img").count() > 2
    explorer = shown.view.locator(".vpcedu-explorer")
    assert "The other controls need Python." in explorer.inner_text()
    before = what_is_shown(explorer)
    explorer.get_by_role("button", name="where packets go").press("Enter")
    assert what_is_shown(explorer) != before
    shown.view.close()


def test_without_javascript_the_page_is_what_it_was(browser, site):
    context = browser.new_context(java_script_enabled=False)
    view = context.new_page()
    view.goto(f"{site}00-the-question.html")
    assert "needs a web server and JavaScript" in view.inner_text("#alive")
    assert view.locator("figure img").count() > 3
    context.close()


def test_every_control_has_a_name(reader):
    """WCAG 4.1.2: what a screen reader says of a control is not nothing."""
    nameless = reader.view.evaluate("""() => [...document.querySelectorAll(
        'main button, main input, main select, main textarea')].filter(one => {
        const label = one.labels?.[0]?.textContent.trim();
        return !(one.ariaLabel || label || one.textContent.trim()); }).map(one => one.outerHTML)""")
    assert nameless == []
