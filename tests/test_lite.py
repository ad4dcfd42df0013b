"""JupyterLite as a part of the site: every cell runs, sliders move, nobody else is asked.

Chromium opens lessons as a reader would. One lesson is opened and run in JupyterLite, and what two
others ask of a browser's Python is run in its kernel; all lessons are opened, run and moved with
VPCEDU_ALIVE=all in the environment.
"""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import time
import zipfile

import pytest

from tests.notebook_rules import NOTEBOOKS
from tests.rigs import alive
from vpcedu.pages import front
from vpcedu.pages.alive import build, licences, pack, runtime
from vpcedu.pages.lite import bundled, jupyterlite, wheels

OPENED = "08-return-paths"
LACKING = ("02-a-tcp-connection", "06-proxies")  # cells that need matplotlib, and TLS
NOT_HERE = "Not in a browser: "
ALL = os.environ.get("VPCEDU_ALIVE", "") == "all"
LESSONS = [path.stem for path in NOTEBOOKS if ALL or path.stem == OPENED]
SECONDS = 180  # at most; twenty where nothing else runs
# code cells that have run; those of them that ended with an error; those that wait or run
CELLS = """(() => { const cells = jupyterapp.shell.currentWidget.content.widgets
    .filter(cell => cell.model.type == 'code');
    const failed = cell => cell.model.outputs.toJSON().some(one => one.output_type == 'error');
    return cells.some(failed) || cells.every(cell =>
        cell.model.executionState != 'running' && cell.model.executionCount); })()"""
OUTPUTS = """JSON.stringify(jupyterapp.shell.currentWidget.content.widgets
    .filter(cell => cell.model.type == 'code').flatMap(cell => cell.model.outputs.toJSON()))"""

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The whole site; npm and pip must have the frozen packages, or once have had them here."""
    try:
        runtime.archive()
        wheels.fetched()
    except runtime.Missing as missing:
        pytest.skip(f"no JupyterLite: {missing}")
    folder = tmp_path_factory.mktemp("site") / "site"
    assert "without" not in build.site(folder)
    return folder


@pytest.fixture(scope="module")
def site(folder):
    """The site's address."""
    with alive.serving(folder) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with alive.chromium() as started:
        yield started


class Notebook:
    """A lesson that is open in JupyterLite, in a profile of its own."""

    def __init__(self, browser, site, lesson):
        self.site, self.asked = site, []
        self.context = browser.new_context(viewport={"width": 1180, "height": 1000})
        self.context.on("request", lambda request: self.asked.append(request.url))
        self.view = self.context.new_page()
        self.view.set_default_timeout(SECONDS * 1000)
        self.view.goto(f"{site}{front.NOTEBOOKS.partition('?')[0]}?path=notebooks/{lesson}.ipynb")
        self.view.wait_for_function(
            "window.jupyterapp?.shell.currentWidget?.content.widgets?.length > 2"
        )
        self.view.evaluate(
            "async () => { const context = jupyterapp.shell.currentWidget.sessionContext;"
            " await context.ready; await context.session.kernel.info; }"
        )

    def run(self):
        """Run all cells, until the last one or an error; returns all outputs."""
        self.view.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
        self.view.wait_for_function(CELLS)
        return json.loads(self.view.evaluate(OUTPUTS))

    def execute(self, code):
        """Run code in the kernel; returns how it ended, and what it printed."""
        return self.view.evaluate(
            "async code => { const context = jupyterapp.shell.currentWidget.sessionContext;"
            " const future = context.session.kernel.requestExecute({code}); let told = '';"
            " future.onIOPub = message => { told += message.content.text ?? ''; };"
            " const reply = await future.done; return [reply.content.status, told]; }",
            code,
        )

    def move_sliders(self, times=3):
        """Move every slider of every explorer by a key, several times; how many sliders moved.

        The explorer shows something else after each move.
        """
        explorers = self.view.locator(".jp-Cell-outputArea:has(.vpcedu-explorer)")
        count = 0
        for explorer in explorers.all():
            for slider in explorer.locator(".noUi-handle:visible").all():
                slider.scroll_into_view_if_needed()
                for _ in range(times):
                    self._move(explorer, slider)
                count += 1
        return count

    def _move(self, explorer, slider):
        now, most = (float(slider.get_attribute(f"aria-value{end}")) for end in ("now", "max"))
        before, until = self._shown(explorer), time.monotonic() + alive.PATIENCE
        slider.press("ArrowRight" if now < most else "ArrowLeft")
        while self._shown(explorer) == before:
            assert time.monotonic() < until, f"a slider at {now} of {most} changes nothing"
            time.sleep(0.02)

    @staticmethod
    def _shown(explorer):
        return explorer.locator(".widget-html").evaluate_all(
            "all => all.map(one => one.innerHTML).join()"
        )

    def foreign(self):
        """Requests to anybody but the site's own host."""
        own = (self.site, "blob:" + self.site, "data:")
        return [url for url in self.asked if not url.startswith(own)]


def errors(outputs):
    return [one["evalue"] for one in outputs if one["output_type"] == "error"]


def lacking(outputs):
    """The printed texts that say what a browser's Python lacks."""
    return [text for one in outputs if NOT_HERE in (text := "".join(one.get("text", "")))]


@pytest.fixture(scope="module")
def notebook(browser, site):
    opened = Notebook(browser, site, OPENED)
    yield opened
    opened.context.close()


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_runs_every_cell_moves_every_slider_and_asks_nobody(
    browser, site, notebook, lesson
):
    """Widgets that move once and then no more are what a drift of versions looks like."""
    opened = notebook if lesson == OPENED else Notebook(browser, site, lesson)
    outputs = opened.run()
    assert errors(outputs) == []
    assert bool(lacking(outputs)) == (lesson in LACKING)
    moved = opened.move_sliders()
    assert moved or lesson != OPENED
    assert opened.foreign() == []
    if opened is not notebook:
        opened.context.close()


def test_no_lesson_has_a_line_that_installs():
    """The import alone loads the package, with what it needs."""
    for path in NOTEBOOKS:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"%pip|%conda|piplite|micropip", text), path.name


@pytest.mark.parametrize("lesson", LACKING)
def test_what_the_browser_lacks_is_one_sentence(notebook, lesson):
    """Lesson 02 changes a figure, and lesson 06 reads a page by TLS."""
    path = next(path for path in NOTEBOOKS if path.stem == lesson)
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    told = [notebook.execute(source) for source in code]
    assert {status for status, _ in told} == {"ok"}
    said = [text for _, text in told if NOT_HERE in text]
    assert said and all(text.startswith(NOT_HERE) and text.count("\n") == 1 for text in said)


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
    monkeypatch.setattr(build, "write", lambda folder, pyodide: [])
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    said = build.site(tmp_path / "site")
    assert "without lab/: pip needs the network, once, for its packages (" in said
    assert "\n" not in said and not (tmp_path / "site" / "lab").exists()


def test_the_first_page_leads_to_the_notebooks(folder):
    address = front.NOTEBOOKS.partition("?")[0]
    assert (folder / address).is_file()
    assert f'href="{front.NOTEBOOKS}"' in (folder / front.FILE).read_text(encoding="utf-8")


def test_the_archive_has_the_files_of_the_folder(folder):
    path = build.zipped(folder)
    with zipfile.ZipFile(path) as packed:
        assert packed.testzip() is None
        assert {name: packed.read(name) for name in packed.namelist()} == build.everything(folder)
    path.unlink()


def test_an_archive_is_the_same_bytes_whenever_its_files_were_written(tmp_path):
    names = ["b.html", "a/c.js", "a.html"]
    for place, order in (("one", names), ("two", names[::-1])):
        for age, name in enumerate(order):
            path = tmp_path / place / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name)
            os.utime(path, (1e9 + age * 1e8, 1e9 + age * 1e8))
    one, two = (build.zipped(tmp_path / place).read_bytes() for place in ("one", "two"))
    assert one == two == pack.archive({name: name.encode() for name in names})


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
