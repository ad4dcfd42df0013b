"""JupyterLite as a part of the site: every cell runs, sliders move, nobody else is asked.

Chromium opens lessons as a reader would. One lesson is opened and run in JupyterLite, and what two
others ask of a browser's Python is run in its kernel; all lessons are opened and run with
VPCEDU_ALIVE=all in the environment.
"""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.notebook_rules import NOTEBOOKS
from vpcedu.pages.alive import build, licences, runtime
from vpcedu.pages.lite import bundled, jupyterlite, wheels

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
OPENED = "08-return-paths"
LACKING = ("02-a-tcp-connection", "06-proxies")  # cells that need matplotlib, and TLS
LESSONS = [
    path.stem
    for path in NOTEBOOKS
    if path.stem == OPENED or os.environ.get("VPCEDU_ALIVE", "") == "all"
]
SECONDS = 180  # at most; twenty where nothing else runs

pytestmark = pytest.mark.browser


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *words):
        pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The whole site; npm and pip must have the frozen packages, or once have had them here."""
    folder = tmp_path_factory.mktemp("site") / "site"
    said = build.site(folder)
    if "do not move" in said or f"without {jupyterlite.FOLDER}/" in said:
        pytest.skip(f"no JupyterLite: {said}")
    return folder


@pytest.fixture(scope="module")
def site(folder):
    """The site's address."""
    handler = functools.partial(Quiet, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    assert CHROMIUM, "no Chromium found: on Debian run 'apt install chromium'"
    rules = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    with sync_playwright() as play:
        started = play.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", rules]
        )
        yield started
        started.close()


class Notebook:
    """A lesson that is open in JupyterLite, in a profile of its own."""

    def __init__(self, browser, site, lesson):
        self.site, self.asked = site, []
        self.context = browser.new_context(viewport={"width": 1180, "height": 1000})
        self.context.on("request", lambda request: self.asked.append(request.url))
        self.view = self.context.new_page()
        self.view.set_default_timeout(SECONDS * 1000)
        self.view.goto(f"{site}{jupyterlite.FIRST.partition('?')[0]}?path=notebooks/{lesson}.ipynb")
        self.view.wait_for_function(
            "window.jupyterapp?.shell.currentWidget?.content.widgets?.length > 2"
        )
        self.view.evaluate(
            "async () => { const context = jupyterapp.shell.currentWidget.sessionContext;"
            " await context.ready; await context.session.kernel.info; }"
        )

    def run(self):
        """Run all cells, until the last one or an error; returns the errors."""
        self.view.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
        self.view.wait_for_function(
            "(() => { const cells = jupyterapp.shell.currentWidget.content.widgets"
            ".filter(cell => cell.model.type == 'code');"
            " const failed = cell => cell.model.outputs.toJSON().some("
            "one => one.output_type == 'error');"
            " return cells.some(failed) || cells.every(cell =>"
            " cell.model.executionState != 'running' && cell.model.executionCount); })()"
        )
        told = self.view.evaluate(
            "() => JSON.stringify(jupyterapp.shell.currentWidget.content.widgets"
            ".filter(cell => cell.model.type == 'code')"
            ".flatMap(cell => cell.model.outputs.toJSON()))"
        )
        return [one["evalue"] for one in json.loads(told) if one["output_type"] == "error"]

    def execute(self, code):
        """Run code in the kernel; returns how it ended, and what it printed."""
        return self.view.evaluate(
            "async code => { const context = jupyterapp.shell.currentWidget.sessionContext;"
            " const future = context.session.kernel.requestExecute({code}); let told = '';"
            " future.onIOPub = message => { told += message.content.text ?? ''; };"
            " const reply = await future.done; return [reply.content.status, told]; }",
            code,
        )

    def foreign(self):
        """Requests to anybody but the site's own host."""
        own = (self.site, "blob:" + self.site, "data:")
        return [url for url in self.asked if not url.startswith(own)]


@pytest.fixture(scope="module")
def notebook(browser, site):
    opened = Notebook(browser, site, OPENED)
    yield opened
    opened.context.close()


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_runs_every_cell_and_asks_nobody(browser, site, notebook, lesson):
    opened = notebook if lesson == OPENED else Notebook(browser, site, lesson)
    assert opened.run() == [] and opened.foreign() == []
    if opened is not notebook:
        opened.context.close()


def test_no_lesson_has_a_line_that_installs():
    """The import alone loads the package, with what it needs."""
    for path in NOTEBOOKS:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"%pip|%conda|piplite|micropip", text), path.name


def test_a_slider_moves_and_moves_again(notebook):
    """Widgets that move once and then no more are what a drift of versions looks like."""
    explorer = notebook.view.locator(".jp-Cell-outputArea:has(.vpcedu-explorer)").first
    handle = explorer.locator(".noUi-handle").first
    handle.scroll_into_view_if_needed()
    picture = explorer.locator(".widget-html svg").first
    seen = [picture.get_attribute("aria-label")]
    for _ in range(3):
        handle.press("ArrowLeft")
        notebook.view.wait_for_function(
            "last => [...document.querySelectorAll('.widget-html svg')].every("
            "one => one.ariaLabel != last)",
            arg=seen[-1],
            timeout=20_000,
        )
        seen.append(picture.get_attribute("aria-label"))
    assert len(set(seen)) == 4


@pytest.mark.parametrize("lesson", LACKING)
def test_what_the_browser_lacks_is_one_sentence(notebook, lesson):
    """Lesson 02 changes a figure, and lesson 06 reads a page by TLS."""
    path = next(path for path in NOTEBOOKS if path.stem == lesson)
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    told = [notebook.execute(source) for source in code]
    assert {status for status, _ in told} == {"ok"}
    lacking = [text for _, text in told if "Not in a browser: " in text]
    assert lacking and all(text.count("\n") == 1 for text in lacking)


def test_a_sweep_and_a_picture_to_save_need_no_other_process_and_no_traceback(notebook):
    swept = "print(lab.sweep(lambda seed: seed, {'seed': (1, 2)}))"
    assert notebook.execute("from vpcedu import draw, lab\n" + swept) == [
        "ok",
        "[{'seed': 1, 'result': 1}, {'seed': 2, 'result': 2}]\n",
    ]
    status, told = notebook.execute(
        "draw.ladder(lab.two_hosts().get('http://www.example.com/')).save('x.png')"
    )
    assert status == "ok" and told.startswith("Not in a browser: a figure, a PNG and a PDF need")
    assert told.count("\n") == 1


def test_nobody_else_was_asked(notebook):
    """The last of this page: from the first request to the last one."""
    assert len(notebook.asked) > 100 and notebook.foreign() == []


# --- what it is made of ------------------------------------------------------------------------


def nobodys(folder):
    """Files of the site that belong to nothing that the licences name."""
    whose = bundled.owners(wheels.fetched())
    lost, inside = [], jupyterlite.FOLDER + "/"
    for name in build.everything(folder):
        if name.startswith(inside):
            found = bundled.owner(name.removeprefix(inside), whose)
        else:
            found = licences.owner(name)
        if found is None or f"<h2>{found}" not in page_of(folder):
            lost.append(name)
    return lost


@functools.cache
def page_of(folder):
    return (folder / licences.PAGE).read_text(encoding="utf-8")


def test_each_file_belongs_to_something_with_a_licence(folder):
    assert nobodys(folder) == []
    extra = ["jquery.js", "alive/jquery.js", "lab/build/more.js", "lab/packages/numpy-9-x.whl"]
    for name in extra:
        (folder / name).write_text("")
    assert sorted(nobodys(folder)) == sorted(extra)
    for name in extra:
        (folder / name).unlink()


def test_the_licences_have_their_texts(folder):
    page = page_of(folder)
    assert page.count("<h2>") == page.count("<details>") > 100
    for words in (
        "Mozilla Public License Version 2.0",
        "LLVM Exceptions to the Apache 2.0 License",
        "Redistributions in binary form must reproduce",
        "Stefan Krah",  # libmpdec
        "Thai Open Source Software Center",  # expat
        "INRIA, CMU and Microsoft",  # HACL*
        "The IPython Development Team",
        "fontawesome",
    ):
        assert words in page, words


def test_versions_are_those_that_pyodide_and_the_course_name():
    """Pyodide's kernel runs packages of its own list; sliders need two halves that fit."""
    listed = runtime.lock(runtime.archive())["packages"]
    theirs = {wheels.normal(name): entry["version"] for name, entry in listed.items()}
    constraints = (runtime.ROOT / "constraints.txt").read_text(encoding="utf-8")
    ours = dict(re.findall(r"^([\w-]+)==([\w.]+)", constraints, re.MULTILINE))
    frozen = {name: version for name, (version, _) in wheels.frozen().items()}
    built = {*jupyterlite.TOOLS, "jupyterlab-widgets"}
    for name, version in frozen.items():
        if name not in built:
            assert version == theirs.get(name, ours.get(name)), name
    assert frozen["jupyterlab-widgets"] == ours["jupyterlab-widgets"]
    needed = {
        wheels.normal(need) for name in frozen if name in theirs for need in needs(listed, name)
    }
    assert needed <= frozen.keys()


def needs(listed, name):
    return next(e["depends"] for key, e in listed.items() if wheels.normal(key) == name)


def test_each_frozen_package_says_what_for():
    lines = wheels.LIST.read_text(encoding="utf-8").splitlines()
    packages = [line for line in lines if line and not line.startswith("#")]
    assert len(packages) == len(wheels.frozen())
    assert all(re.search(r"[0-9a-f]{64}  # \w.+$", line) for line in packages)


def test_without_pypi_there_is_no_lab_and_one_line_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(wheels, "KEPT", tmp_path / "wheels")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    said = build.site(tmp_path / "site")
    assert "without lab/: pip does not give its packages: " in said and "\n" not in said
    assert not (tmp_path / "site" / "lab").exists()
    assert (tmp_path / "site" / "alive").is_dir()


def test_other_bytes_than_the_frozen_ones_are_not_taken(tmp_path):
    name, path = next(iter(wheels.fetched().items()))
    shutil.copy(path, tmp_path)
    assert set(wheels.kept(tmp_path)) == {name}
    (tmp_path / path.name).write_bytes(b"something else")
    assert wheels.kept(tmp_path) == {}


def test_it_is_the_same_bytes_every_time(folder, tmp_path):
    jupyterlite.add(tmp_path, runtime.archive())
    assert build.everything(tmp_path / jupyterlite.FOLDER) == build.everything(
        folder / jupyterlite.FOLDER
    )
