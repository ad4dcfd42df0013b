"""A real JupyterLab in a real Chromium: what a learner sees before and after running the lesson.

Needs Chromium (Debian: chromium). Screenshots are left in pytest's temporary folder.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

import pytest

from vpcedu.widgets.explorers.return_paths import frame

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parent.parent
LESSON = "08-return-paths.ipynb"
CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
EXPLORER = ".widget-box:has(> .widget-box .widget-slider)"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def jupyterlab():
    """A JupyterLab on a copy of the notebooks, started as start.py starts it; gives its address."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as name:
        yield from _serve(Path(name))


def _serve(folder):
    # lesson 12 looks for it above its folder
    shutil.copytree(ROOT / "tests" / "kernel", folder / "tests" / "kernel")
    shutil.copytree(
        ROOT / "notebooks",
        folder / "notebooks",
        ignore=shutil.ignore_patterns(".ipynb_checkpoints"),
    )
    port = free_port()
    log = folder / "log.txt"
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        "--allow-root",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--IdentityProvider.token=",
        "--expose-app-in-browser",
        f"--ServerApp.root_dir={folder / 'notebooks'}",
    ]
    with log.open("w") as out:
        server = subprocess.Popen(
            command, stdout=out, stderr=out, env={**os.environ, "JUPYTER_PLATFORM_DIRS": "1"}
        )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            assert server.poll() is None, log.read_text()
            try:
                urllib.request.urlopen(f"{address}/api/status", timeout=5)
                break
            except OSError:
                time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(20)


@contextmanager
def lesson(address, name):
    """A lesson opened in Lab, not run.

    The page notes its console errors and requests off the machine.
    """
    from playwright.sync_api import sync_playwright

    assert CHROMIUM, "no Chromium found: on Debian run 'apt install chromium'"
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile, sync_playwright() as play:
        browser = play.chromium.launch_persistent_context(
            profile,
            executable_path=CHROMIUM,
            headless=True,
            args=QUIET,
            viewport={"width": 1180, "height": 1000},
        )
        page = browser.pages[0]
        page.off_machine, page.complaints = [], []
        page.on(
            "request",
            lambda request: (
                re.match(r"(https?|wss?)://(?!127\.0\.0\.1)", request.url)
                and page.off_machine.append(request.url)
            ),
        )
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(f"{address}/lab/tree/{name}?reset")
        page.wait_for_selector(".jp-Notebook .jp-MarkdownOutput h1", timeout=60_000)
        yield page
        browser.close()


@pytest.fixture(scope="module")
def lab():
    """JupyterLab's address."""
    with jupyterlab() as address:
        yield address


@pytest.fixture(scope="module")
def page(lab):
    """Lesson 08, opened and not run."""
    with lesson(lab, LESSON) as page:
        yield page


def cell(page, words: str):
    """The code cell that holds these words, scrolled into view."""
    sources = page.evaluate(
        "() => jupyterapp.shell.currentWidget.content.widgets.map(c => c.model.sharedModel.source)"
    )
    for number, source in enumerate(sources):
        if words in source:
            page.evaluate(f"""async () => {{
                const book = jupyterapp.shell.currentWidget.content;
                await book.scrollToItem({number}, 'start'); book.activeCellIndex = {number};
            }}""")
            page.wait_for_timeout(400)
            return page.locator(".jp-Notebook-cell.jp-mod-active")
    raise AssertionError(f"no cell holds {words!r}")


def wait_until(page, what, seconds=30):
    """Wait until a function gives something true; returns it."""
    for _ in range(seconds * 10):
        if found := what():
            return found
        page.wait_for_timeout(100)
    raise AssertionError("it did not happen in time")


def test_the_stored_pictures_are_there_before_anything_runs(page, tmp_path):
    picture = cell(page, "draw.ways(visits)").locator("img")
    picture.scroll_into_view_if_needed()
    wide = picture.evaluate(
        "img => [img.naturalWidth, img.clientWidth, img.complete, img.alt || '']"
    )
    page.screenshot(path=tmp_path / "unrun.png")
    assert wide[0] >= 1400 and 600 <= wide[1] <= 700 and wide[2]
    explorer = cell(page, "widgets.ReturnPaths(").locator(".jp-OutputArea img")
    assert explorer.count() == 1, "the explorer's stored picture is shown where no kernel runs"


@pytest.fixture(scope="module")
def run(page):
    """The same page after all its cells were run."""
    return run_all(page)


def run_all(page):
    """Run all cells of the open lesson and wait for the last one."""
    page.evaluate(
        "async () => { const session = jupyterapp.shell.currentWidget.sessionContext;"
        " await session.ready; await session.session.kernel.info;"
        " await jupyterapp.commands.execute('notebook:run-all-cells') }"
    )
    last = (
        "() => { const w = jupyterapp.shell.currentWidget.content.widgets.filter(c => c.model.type == 'code');"
        " return w.every(c => c.model.executionState != 'running' && c.model.executionCount) }"
    )
    page.wait_for_timeout(1000)
    wait_until(page, lambda: page.evaluate(last), 90)
    return page


def explorer_state(cell):
    """The sentence, the picture's source and the height of the explorer's output."""
    return (
        cell.locator(".widget-html p").inner_text(),
        cell.locator(".widget-html svg").inner_html(),
        cell.locator(".jp-OutputArea").bounding_box()["height"],
    )


def test_the_slider_moves_picture_and_sentence_and_the_page_stays_still(run, tmp_path):
    explorer = cell(run, "widgets.ReturnPaths(")
    explorer.locator(".noUi-handle").wait_for(timeout=30_000)
    wait_until(run, lambda: explorer_state(explorer)[0] == frame("Classic TCP", 5).sentence)
    heights = set()
    handle = explorer.locator(".noUi-handle")
    for moment in (4, 3, 2):
        before = explorer_state(explorer)
        handle.press("ArrowLeft")
        said = frame("Classic TCP", moment).sentence
        wait_until(run, lambda said=said: explorer_state(explorer)[0] == said)
        wait_until(run, lambda before=before: explorer_state(explorer)[1] != before[1])
        heights.add(explorer_state(explorer)[2])
    explorer.get_by_role("button", name="NLB by IP").click()
    wait_until(run, lambda: explorer_state(explorer)[0].startswith("NLB by IP"))
    heights.add(explorer_state(explorer)[2])
    before = explorer_state(explorer)
    explorer.get_by_label("What if").select_option("sg-web out all to 0.0.0.0/0")
    wait_until(run, lambda: "still comes with all five" in explorer_state(explorer)[0])
    explorer.get_by_role("button", name="Undo").click()
    wait_until(run, lambda: explorer_state(explorer)[:2] == before[:2])
    heights.add(explorer_state(explorer)[2])
    run.screenshot(path=tmp_path / "explorer.png")
    assert len(heights) == 1, f"the output changed its height: {heights}"


def test_the_explorer_steps_by_its_buttons_and_by_play(run):
    explorer = cell(run, "widgets.ReturnPaths(")
    explorer.get_by_role("button", name="Reset").click()
    told = [frame("Classic TCP", moment).sentence for moment in range(1, 7)]
    wait_until(run, lambda: explorer_state(explorer)[0] == told[4])
    for _ in range(3):
        explorer.get_by_role("button", name="<").click()
    wait_until(run, lambda: explorer_state(explorer)[0] == told[1])
    explorer.locator(".jupyter-widget-play button, .widget-play button").first.click()
    wait_until(run, lambda: explorer_state(explorer)[0] == told[3])
    explorer.locator(".jupyter-widget-play button, .widget-play button").first.click()


def test_a_typed_prediction_is_judged(run, tmp_path):
    form = cell(run, "prediction = widgets.Prediction(")
    for place, words in enumerate(("10.0.1.10", "80", "203.0.113.10", "49654")):
        form.locator("input[type=text]").nth(place).fill(words)
        form.locator("input[type=text]").nth(place).press("Tab")
    form.get_by_role("button", name="Check").click()
    wait_until(run, lambda: form.locator(".widget-html p").inner_text().startswith("Right:"))
    run.screenshot(path=tmp_path / "prediction.png")


def test_what_is_shown_is_saved_beside_the_lesson(run):
    explorer = cell(run, "widgets.ReturnPaths(")
    before = explorer.locator(".widget-html svg").get_attribute("aria-label")
    explorer.get_by_role("button", name="SVG").click()
    said = wait_until(run, lambda: explorer.locator(".vpcedu-note").last.inner_text().strip())
    assert said == "Saved as return-paths.svg"
    saved = run.evaluate("() => fetch('/files/return-paths.svg').then((file) => file.text())")
    assert ElementTree.fromstring(saved).get("aria-label") == before


def test_no_cell_failed_nothing_left_the_machine_and_nothing_complained(run):
    outputs = run.evaluate(
        "() => JSON.stringify(jupyterapp.shell.currentWidget.content.widgets"
        ".filter(c => c.model.type == 'code').map(c => c.model.outputs.toJSON()))"
    )
    kinds = {
        output["output_type"] for cell_outputs in json.loads(outputs) for output in cell_outputs
    }
    assert "error" not in kinds
    assert run.off_machine == []
    assert run.complaints == []
