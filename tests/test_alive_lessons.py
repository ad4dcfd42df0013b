"""Each lesson alive, as a reader uses it, in Chromium and in Firefox.

Its pictures are there at once; then every slider is moved three times, a question is answered
wrongly and rightly, and an exercise is run. One lesson in each browser; all of them in both with
VPCEDU_ALIVE=all in the environment. And the page shows what a notebook shows.
"""

from __future__ import annotations

import os
from importlib.util import find_spec

import pytest

from tests.notebook_rules import NOTEBOOKS
from tests.rigs import access, alive, alive_settings
from tests.rigs.firefox import firefox
from tests.test_alive import SHIFT
from vpcedu.pages.alive import pack

ALL = os.environ.get("VPCEDU_ALIVE", "") == "all"
NAMES = [path.stem for path in NOTEBOOKS]
IN_CHROMIUM = NAMES if ALL else ["05-address-translation"]
IN_FIREFOX = NAMES if ALL else ["02-a-tcp-connection"]

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with alive.served(tmp_path_factory.mktemp("lessons")) as address:
        yield address


@pytest.fixture(scope="module")
def chromium():
    with alive.chromium() as started:
        yield started


class Hands:
    """A page of Chromium: see tests/rigs/alive.py for what it does."""

    def __init__(self, view):
        self.view, self.said, self.asked = view, [], []
        self.evaluate, self.press, self.click = view.evaluate, view.press, view.click
        view.on("request", lambda request: self.asked.append(request.url))
        view.on("console", lambda message: self.said.append(message.text))
        view.on("pageerror", lambda error: self.said.append(str(error)))

    def choose(self, name, label):
        self.view.select_option(name, label=label)

    def reach(self, name):
        self.view.locator(name).first.scroll_into_view_if_needed()

    def foreign(self, site):
        own = (site, "blob:" + site, "data:")
        return [url for url in self.asked if not url.startswith(own)]


def did(told, lesson):
    """Whether a lesson has what a lesson has."""
    controls, exercises = told
    return lesson == "check-yourself" or (controls > 0 and exercises > 0)


@pytest.mark.parametrize("lesson", IN_CHROMIUM)
def test_a_lesson_is_used_in_chromium(chromium, site, lesson):
    view = chromium.new_page(viewport={"width": 760, "height": 800})
    view.add_init_script(SHIFT)
    hands = Hands(view)
    view.goto(f"{site}{lesson}.html")
    alive.start(hands)
    assert view.evaluate("shift") <= 0.01
    assert did(alive.use(hands, lesson), lesson)
    assert hands.said == [] and hands.foreign(site) == []
    if hands.evaluate(alive.SLIDERS):
        assert access.spoken(view, '[data-slider="0"]') <= 1
    assert access.unreached(view) == []
    view.set_viewport_size({"width": 380, "height": 800})
    assert access.faults(view) == []
    view.close()


def test_the_first_page_can_be_used_by_everybody(chromium, site):
    view = chromium.new_page(viewport={"width": 380, "height": 800}, reduced_motion="reduce")
    view.goto(site)
    alive.start(Hands(view))
    assert access.unreached(view) == []
    assert access.faults(view) == []
    assert view.evaluate("document.getAnimations().length") == 0
    view.evaluate("document.querySelector('.application input[type=text]').labels[0].remove()")
    assert any(told.startswith("label") for told in access.faults(view))
    harm = "document.querySelector('.application button').onfocus = it => it.target.blur()"
    view.evaluate(f"void ({harm})")
    assert len(access.unreached(view)) > 0
    view.close()


class Clicks:
    """A reader who counts their clicks, and fills in fields by the keyboard."""

    def __init__(self, view, site):
        self.view, self.count = view, 0
        view.goto(site)
        alive.start(Hands(view))

    def on(self, found):
        found.first.click()
        self.count += 1

    def until(self, selector, words):
        self.view.locator(selector).get_by_text(words).first.wait_for(timeout=60_000)


def see_the_answer(reader):
    reader.on(
        reader.view.get_by_text("Network Load Balancer", exact=True).and_(
            reader.view.locator("label")
        )
    )
    reader.until("section.network", "the NLB node is not a proxy")


def send_a_wrong_prediction(reader):
    form = reader.view.locator(".cell.application")
    reader.on(form.get_by_label("Source address"))
    for text in ("10.0.1.10", "80", "10.0.0.20", "51828"):
        reader.view.keyboard.type(text)
        reader.view.keyboard.press("Tab")
    reader.on(form.get_by_role("button", name="Check"))
    reader.until(".cell.application", "We sent your packet")


def ask_about_the_example_vpc(reader):
    reader.on(reader.view.get_by_role("link", name="Your own VPC", exact=True))
    reader.on(reader.view.get_by_role("button", name="Try the example VPC"))
    reader.on(reader.view.get_by_role("button", name="Ask", exact=True))
    reader.view.locator("#answer *").first.wait_for(timeout=60_000)


THINGS = [see_the_answer, send_a_wrong_prediction]
if find_spec("vpcedu.pages.alive.own_page"):
    THINGS.append(ask_about_the_example_vpc)


@pytest.mark.parametrize("width", [380, 1280] if ALL else [380])
@pytest.mark.parametrize("thing", THINGS)
def test_three_things_take_three_clicks_at_most(chromium, site, thing, width, tmp_path):
    """From the first page; a screenshot of what is seen in the end is left in tmp_path."""
    view = chromium.new_page(viewport={"width": width, "height": 800})
    reader = Clicks(view, site)
    thing(reader)
    view.screenshot(path=tmp_path / f"{thing.__name__}-{width}.png")
    assert reader.count <= 3
    view.close()


def serving(text):
    """What a route answers with a script of other text."""
    return lambda route: route.fulfill(body=text, content_type="text/javascript")


def test_a_start_that_takes_too_long_ends_with_a_line_and_the_page_stays(chromium, site):
    """Python that never answers: here the limit is a second instead of a minute."""
    view = chromium.new_page()
    for name, old, new in (
        ("page", "LIMIT = 60_000", "LIMIT = 1_000"),
        ("worker", "self.onmessage = async", "const nobody = async"),
    ):
        text = (pack.HERE / f"{name}.js").read_text(encoding="utf-8")
        assert old in text
        view.route(f"**/{name}.js", serving(text.replace(old, new)))
    view.goto(f"{site}00-the-question.html")
    hands = Hands(view)
    alive.wait(hands, "window.vpcedu && vpcedu.failed")
    assert view.evaluate("vpcedu.failed") == "too slow"
    assert "is to be read" in view.inner_text("#alive")
    assert view.evaluate(alive.PICTURES) == 0 and view.locator("figure img").count() > 2
    view.close()


@pytest.mark.parametrize("path", NOTEBOOKS if ALL else NOTEBOOKS[2:3], ids=lambda path: path.stem)
def test_twenty_settings_show_the_same_in_the_page_as_in_a_notebook(
    chromium, site, path, monkeypatch
):
    """What Python in the worker has made of a link, and the page's own cleaning of markup."""
    monkeypatch.setenv("VPCEDU_PAINTER", "svg")
    monkeypatch.chdir(path.parent)
    view = chromium.new_page()
    view.goto(f"{site}{path.stem}.html")
    alive.start(Hands(view))
    explorers = dict(alive_settings.settings(path))
    assert explorers or path.stem == "check-yourself"
    for name, shown in explorers.items():
        assert len({picture for _, picture, _ in shown}) > 1
        for link, picture, line in shown:
            view.evaluate("text => { location.hash = text; }", link)
            told = [name, picture, line]
            alive.wait(Asked(view, told), alive_settings.SAME)
        changed = picture.replace("</svg>", "<text>1</text></svg>")
        assert not view.evaluate(alive_settings.SAME, [name, changed, line])
        assert not view.evaluate(alive_settings.SAME, [name, picture, f"{line}."])
    view.close()


class Asked:
    """A page that is asked about something."""

    def __init__(self, view, told):
        self.evaluate = lambda condition: view.evaluate(condition, told)


@pytest.fixture(scope="module")
def fox():
    with firefox() as hands:
        yield hands


@pytest.mark.parametrize("lesson", IN_FIREFOX)
def test_a_lesson_is_used_in_firefox(fox, site, lesson):
    fox.said.clear()
    fox.goto(f"{site}{lesson}.html")
    alive.start(fox)
    assert did(alive.use(fox, lesson), lesson)
    assert fox.said == [] and fox.foreign() == []


def test_firefox_s_proxy_sees_what_is_asked_of_another_host(fox, site):
    """Else nothing foreign would mean nothing."""
    fox.goto(f"{site}alive/page.css")  # which has no policy
    fox.evaluate("fetch('http://other.example/').then(() => 1, () => 0)")
    assert fox.foreign() == ["other.example"]
    fox.asked.clear()
