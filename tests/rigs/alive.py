"""What a reader does with a lesson that is alive: the same steps in every browser.

`view` is a page of a browser, whichever drives it: `evaluate` gives what an expression is there;
`press` sends a key to an element, `click` a click, `choose` an entry of a menu, `reach` brings it
into the window. Elements are
named by CSS selectors.
"""

from __future__ import annotations

import functools
import shutil
import threading
import time
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from vpcedu import widgets
from vpcedu.pages.alive import build, runtime

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
ALONE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"  # no other host has an address
PATIENCE = 60  # seconds, on a machine that does other things too
STARTED = 120
READY = "![...document.querySelectorAll('.run > button')].some(one => one.disabled)"
FAULTS = """[window.vpcedu.failed, ...[...document.querySelectorAll('.error')].map(one => one.textContent)]
    .filter(one => one)"""
PICTURES = "[...document.images].filter(one => !one.complete || !one.naturalWidth).length"
# marks every slider that can be moved, and tells how many there are
SLIDERS = """[...document.querySelectorAll('.shown.live input[type=range]:not(:disabled)')]
    .filter(one => one.offsetParent).map((one, place) => { one.dataset.slider = place; return place; }).length"""
# what an explorer shows of a slider's setting, but for the slider itself
SHOWN = """(() => { const all = document.querySelector('[data-slider="%d"]').closest('.shown');
    return [...all.querySelectorAll('svg, .vpcedu-line')].map(one => one.outerHTML).join(); })()"""
ROOM = (
    "(one => Number(one.value) < Number(one.max))(document.querySelector('[data-slider=\"%d\"]'))"
)
# marks the buttons of explorers that choose something else than what is shown
CHOICES = """[...document.querySelectorAll('.vpcedu-explorer .widget-toggle-button:not(:disabled)[aria-pressed=false]')]
    .slice(0, 3).map((one, place) => { one.dataset.toggle = place; return place; }).length"""
TOLD = "[...document.querySelectorAll('.vpcedu-stage svg, .vpcedu-line')].map(one => one.outerHTML).join()"
# marks the first menu of an explorer, and tells its other entries
ENTRIES = """(() => { const menu = document.querySelector('.vpcedu-explorer select:not(:disabled)');
    if (!menu) return [];
    menu.dataset.menu = '';
    return [...menu.options].filter(one => !one.selected).map(one => one.text).slice(0, 3); })()"""
# marks the buttons of the form that the cell with these words shows; whether it has a menu; what it
# says
FORM = """(() => { const data = JSON.parse(document.getElementById('cells').textContent);
    const place = data.sources.findIndex(one => one.includes('%s'));
    const cell = document.getElementById('cell-' + place);
    cell.dataset.form = '';
    [...cell.querySelectorAll('button')].forEach(one => { one.dataset.choice = one.textContent.trim(); });
    return cell.querySelectorAll('select').length; })()"""
SAYS = "document.querySelector('[data-form] .shown').textContent.replace(/\\s+/g, ' ')"
EXERCISES = """[...document.querySelectorAll('.run')].filter(one => one.querySelector('button.primary'))
    .map((one, place) => { one.dataset.exercise = place; return place; }).length"""
RUN = '[data-exercise="%d"] button.primary'
OUTCOME = "document.querySelector('[data-exercise=\"%d\"] [role=status]').textContent"


class Quiet(SimpleHTTPRequestHandler):
    """A web server that says nothing."""

    def log_message(self, *words):
        """Nothing."""


@contextmanager
def served(folder):
    """The address of the site, built into a folder; npm must have the frozen Pyodide."""
    try:
        pyodide = runtime.files(runtime.archive())
    except runtime.Missing as missing:
        pytest.skip(f"no page is alive without Pyodide: {missing}")
    build.write(folder, pyodide)
    with serving(folder) as address:
        yield address


@contextmanager
def serving(folder):
    """The address of a folder, as long as it is needed."""
    handler = functools.partial(Quiet, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@contextmanager
def chromium():
    """Debian's Chromium, with every other host out of reach."""
    from playwright.sync_api import sync_playwright

    assert CHROMIUM, "no Chromium found: on Debian run 'apt install chromium'"
    with sync_playwright() as play:
        started = play.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", ALONE]
        )
        yield started
        started.close()


def wait(view, condition, patience=PATIENCE):
    """Ask again and again, from outside: the page's policy lets nobody run text in it."""
    until = time.monotonic() + patience
    while not (told := view.evaluate(condition)):
        assert time.monotonic() < until, condition
        time.sleep(0.05)
    return told


def start(view):
    """Wait until all of the page is alive; its stored pictures are there before."""
    assert view.evaluate(PICTURES) == 0
    wait(view, "window.vpcedu && (vpcedu.all || vpcedu.failed)", STARTED)
    assert view.evaluate(FAULTS) == []


def move_every_slider(view, times=3):
    """Move each slider by a key, several times; how many sliders there are.

    Every move is answered by Python without an error, and each slider changes what is shown.
    """
    count = view.evaluate(SLIDERS)
    for place in range(count):
        name = f'[data-slider="{place}"]'
        view.reach(name)
        changed = 0
        for _ in range(times):
            answered, before = view.evaluate("vpcedu.moves ?? 0"), view.evaluate(SHOWN % place)
            view.press(name, "ArrowRight" if view.evaluate(ROOM % place) else "ArrowLeft")
            wait(view, f"(vpcedu.moves ?? 0) > {answered}")
            changed += view.evaluate(SHOWN % place) != before
        assert changed, f"slider {place} of {count} changes nothing"
        assert view.evaluate(FAULTS) == []
    return count


def move_some_choices(view):
    """Press up to three buttons that choose, and take entries of a menu; how many were tried.

    One at least changes what is shown.
    """
    entries = [(view.choose, "[data-menu]", label) for label in view.evaluate(ENTRIES)]
    buttons = [(view.click, f'[data-toggle="{n}"]') for n in range(view.evaluate(CHOICES))]
    changed = 0
    for act, name, *more in [*buttons, *entries]:
        answered, before = view.evaluate("vpcedu.moves ?? 0"), view.evaluate(TOLD)
        view.reach(name)
        act(name, *more)
        wait(view, f"(vpcedu.moves ?? 0) > {answered}")
        changed += view.evaluate(TOLD) != before
    assert changed or not (buttons or entries)
    assert view.evaluate(FAULTS) == []
    return len(buttons) + len(entries)


def answers(number):
    """A question of a lesson with a closed set of answers: its code, a wrong answer, a right one.

    Each answer as it reads on its button, and the words of its judge.
    """
    kind = "Seen" if number == "00" else "Recall"
    form = getattr(widgets, kind)(number)
    judged = [
        (label, type(form).judge(*form._about, value)) for label, value in form.choice.options
    ]
    wrong = next(one for one in judged if not one[1].right)
    right = next(one for one in judged if one[1].right)
    return f'widgets.{kind}("{number}")', [(label, told.words) for label, told in (wrong, right)]


def answer_wrong_and_right(view, number):
    """Answer a lesson's question wrongly, then rightly; the page says what the judge says."""
    code, told = answers(number)
    menu = view.evaluate(FORM % code)
    for label, words in told:
        view.reach("[data-form]")
        if menu:
            view.choose("[data-form] select", label)
        else:
            view.click(f'[data-choice="{label}"]')
        view.click('[data-form] [data-choice="Check"]')
        said = " ".join(words.split())
        wait(view, f"{SAYS}.includes({said!r})")


def run_an_exercise(view):
    """Run the page's first exercise as it stands; how many there are."""
    count = view.evaluate(EXERCISES)
    if count:
        wait(view, READY)
        view.reach(RUN % 0)
        view.click(RUN % 0)
        wait(view, f"{OUTCOME % 0} === 'Done.'")
    return count


def use(view, lesson):
    """Move, answer and run what a lesson has; how many controls and exercises there are."""
    controls = move_every_slider(view) + move_some_choices(view)
    if lesson[:2].isdigit():
        answer_wrong_and_right(view, lesson[:2])
    exercises = run_an_exercise(view)
    assert view.evaluate(FAULTS) == []
    return controls, exercises
