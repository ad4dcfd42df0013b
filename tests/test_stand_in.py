"""What runs in a page, run here: the stand-in for ipywidgets, the cells, and what is fetched."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from rigs import explorer_settings

from tests.notebook_rules import NOTEBOOKS
from vpcedu import widgets
from vpcedu.pages import static_pages
from vpcedu.pages.alive import build, lesson_pages, licences, own_page, pack, runtime
from vpcedu.pages.alive import cells as lesson_cells
from vpcedu.pages.alive import stand_in as stand_in_module
from vpcedu.pages.alive.cells import EXERCISE, SHOWN, STEP, Cells, kinds, link_names

VIEW = "application/vnd.jupyter.widget-view+json"
ROOT = Path(__file__).parent.parent


def code(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"]


@pytest.fixture
def stand_in(tmp_path):
    """A folder with the stand-in under the name of ipywidgets."""
    shutil.copy(pack.HERE / "stand_in.py", tmp_path / pack.STAND_IN)
    return tmp_path


def run(*words):
    """What a Python of its own prints, with the package and the tests at hand."""
    done = subprocess.run(
        [sys.executable, *map(str, words)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "PYTHONHASHSEED": "1"},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_explorers_show_the_same_with_the_stand_in_as_with_ipywidgets(stand_in):
    """Twenty settings of each: the same picture, byte for byte, and the same sentence."""
    script = explorer_settings.__file__
    theirs, ours = run(script), run(script, stand_in)
    assert len(theirs) >= 13 and all(len(set(told)) > 1 for told in theirs.values())
    assert ours == theirs


CONVERSATION = """
import json, sys
sys.path.insert(0, {folder!r})
import ipywidgets as w
slider = w.IntSlider(3, 1, 9, description="Packet", layout={{"max_width": "100%"}})
menu = w.Dropdown(options=[("one", object), ("two", int)], value=None)
row = w.HBox([slider, menu])
told = []
slider.observe(lambda change: told.append((change["old"], change.new)), names="value")
first = json.loads(w.flush())
silent = json.loads(w.flush())
w.receive(slider.number, 5)
w.receive(menu.number, 1)
same = json.loads(w.flush())
w.receive(slider.number, 12)
beyond = json.loads(w.flush())
slider.max = 4
menu.options = [("three", str)]
last = json.loads(w.flush())
print(json.dumps([first, silent, same, beyond, last, told, menu.value is str]))
"""


def test_what_the_page_is_told_and_what_it_tells(stand_in):
    """A tree once; then only changes, and nothing that the page shows already."""
    told = run("-c", CONVERSATION.format(folder=str(stand_in)))
    first, silent, same, beyond, last, changes, chosen = told
    (_, kind, slider), (_, _, menu), (_, row, box) = first["new"]
    assert (kind, slider["value"], slider["max"]) == ("slider", 3, 9)
    assert (slider["description"], slider["layout.max-width"]) == ("Packet", "100%")
    assert (menu["options"], menu["value"]) == (["one", "two"], None)
    assert (row, box["children"]) == ("hbox", [0, 1])
    assert silent == same == {"new": [], "changed": []}
    assert beyond["changed"] == [[0, {"value": 9}]]
    assert last["changed"] == [[0, {"max": 4, "value": 4}], [1, {"options": ["three"], "value": 0}]]
    assert changes == [[3, 5], [5, 9], [9, 4]]
    assert chosen


def test_all_that_the_widgets_have_of_ipywidgets_is_in_the_stand_in_and_on_the_page():
    used = set()
    for path in (ROOT / "vpcedu" / "widgets").rglob("*.py"):
        used |= set(re.findall(r"ipywidgets\.(\w+)", path.read_text(encoding="utf-8")))
    classes = {name: getattr(stand_in_module, name, None) for name in used}
    assert {"HTML", "Label", "jslink"} <= used and None not in classes.values()
    script = (pack.HERE / "controls.js").read_text(encoding="utf-8")
    for kind in {one.kind for one in classes.values() if isinstance(one, type)}:
        assert re.search(rf"^  {kind}\(w", script, re.M), kind


BY_LINK = """
import json, sys
sys.path.insert(0, {folder!r})
from vpcedu.pages.alive.cells import Door
door = Door(json.dumps(["from vpcedu import widgets", "widgets.ReturnPaths(moment=5)"]))
door.cells.run(1)
links = [{good!r}, {wrong!r}]
told = [json.loads(door.open(1, link))["outputs"][0]["text/plain"] for link in links]
made = json.loads(door.link(1))["outputs"][0]["text/plain"]
print(json.dumps([*told, made, door.cells.linked[1].sentence]))
"""


def test_a_page_s_explorer_opens_a_link_and_makes_the_same_one_as_a_notebook_s(stand_in):
    there = widgets.ReturnPaths()
    there.way.value, there.moment.value = "NLB by instance", 3
    good, wrong = there.fragment(), "return-paths;moment=<b>"
    told = run("-c", BY_LINK.format(folder=str(stand_in), good=good, wrong=wrong))
    refused = "This link does not open: moment '<b>': expected a whole number from 1 to 6."
    assert told == ["", refused, good, there.sentence]


JUDGED = """
import json, sys
sys.path.insert(0, {folder!r})
from vpcedu.pages.alive.cells import Door
door = Door(json.dumps({sources!r}))
told = [json.loads(door.run(place, None))["again"] for place in (1, 2, 4)]
form = door.cells.space["mine"]
for texts in (["1.2.3.4", "80", "5.6.7.8", "90"], ["", "", "", ""], ["x", "80", "5.6.7.8", "90"]):
    for name, text in zip(form.link_parts, texts):
        getattr(form, name).value = text
    told.append(json.loads(door.move(form.button.number, "null"))["again"])
print(json.dumps(told))
"""


def test_what_is_drawn_of_a_prediction_is_drawn_anew_when_it_is_checked(stand_in):
    sources = [
        "from vpcedu import lab, widgets; visit = lab.five_ways()['NLB by instance']",
        "mine = widgets.Prediction(visit); mine",
        "other = widgets.Prediction(visit); other",
        "mine.trace; lab.check('08.1', None)",
        "mine.trace is None",
        "other.trace is None",
        "print(visit)",
    ]
    told = run("-c", JUDGED.format(folder=str(stand_in), sources=sources))
    assert told == [[], [], [], [4], [4], []]


def test_what_a_page_s_forms_and_explorers_are_called_in_a_link():
    sources = ["widgets.Seen('01')", "x = widgets.Seen('02')", "x", "y = 1", "y", "widgets.Ports()"]
    assert link_names(sources) == ["seen", "", "seen-2", "", "", "ports"]
    pages = build.pages(MADE)
    for path in NOTEBOOKS:
        names = [name for name in link_names(code(path)) if name]
        assert len(set(names)) == len(names) > 0
        page = pages[path.stem + ".html"]
        for name in names:
            assert page.count(f' id="{name}"') == page.count(f'<a href="#{name}">') == 1


def test_a_value_that_is_no_option_is_refused(stand_in):
    line = f"import sys; sys.path.insert(0, {str(stand_in)!r}); import ipywidgets as w\n"
    line += "try: w.Dropdown(options=['a', 'b'], value='c')\nexcept ValueError as e: print([1])"
    assert run("-c", line) == [1]


# --- cells ------------------------------------------------------------------------------


def test_what_the_cells_of_the_first_lesson_are():
    sources = code(NOTEBOOKS[0])
    told = dict(zip(sources, kinds(sources), strict=True))
    assert {source.split("\n")[-1] for source, kind in told.items() if kind == SHOWN} == {
        "prediction",
        'widgets.Seen("00")',
        "arrows",
    }
    assert [source[:21] for source, kind in told.items() if kind == EXERCISE] == [
        'print(lab.check("00.1'
    ]
    assert list(told.values()).count(STEP) > 5


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_last_thing_to_use_on_a_page_can_be_run_alone(path, monkeypatch):
    """The cells that give it its names are run before, and no others."""
    monkeypatch.chdir(path.parent)
    sources = code(path)
    last = max(place for place, kind in enumerate(kinds(sources)) if kind == SHOWN)
    assert [VIEW in shown for shown in Cells(sources).run(last)][-1]


def test_a_cell_sees_what_it_would_have_seen_in_order():
    cells = Cells(["x = 1", "y = x", "x = 2", "print(x + y)", "print(x)"])
    assert cells.run(3) == [{"text/plain": "3\n"}]
    assert cells.run(1) == []
    assert cells.space["x"] == 1  # cell 1 is run as it stands on the page, before `x = 2`
    assert cells.run(4) == [{"text/plain": "2\n"}]
    assert cells.run(4, "x = 5\nx") == [{"text/plain": "5"}]


def test_a_cell_is_not_run_again_for_what_it_has_given():
    cells = Cells(["import random\nx = random.random()", "x"])
    assert cells.run(1) == cells.run(1)


def test_errors_are_said_in_one_line_and_what_a_browser_lacks_apart():
    cells = Cells(["x = 1", "x.y", "from vpcedu.lacking import Lacking\nraise Lacking('no TLS')"])
    assert cells.run(1) == [{"error": "AttributeError (line 1): 'int' object has no attribute 'y'"}]
    assert cells.run(0, "x = (")[0]["error"].startswith("SyntaxError (line 1): ")
    assert cells.run(2) == [{"lacking": "no TLS"}]


def test_files_that_a_cell_writes_are_handed_on_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cells = Cells(["open('a.txt', 'w').close()"])
    cells.run(0)
    assert (cells.files(), cells.files()) == ([("a.txt", "")], [])


# --- what is fetched, and the pages --------------------------------------------------------


def test_bytes_other_than_the_frozen_ones_are_refused_and_not_kept(tmp_path):
    path = tmp_path / f"{runtime.NAME}-{runtime.VERSION}.tgz"
    path.write_bytes(b"something else")
    with pytest.raises(runtime.Missing, match="other bytes"):
        runtime.archive(tmp_path)
    assert not path.exists()


def test_without_npm_the_pages_are_what_they_were_and_one_line_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(runtime, "KEPT", tmp_path / "kept")
    monkeypatch.setattr(runtime.shutil, "which", lambda name: None)
    (tmp_path / "alive").mkdir()
    said = build.site(tmp_path)
    assert "npm is not on this machine" in said and "\n" not in said
    made = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.glob("*.html")}
    assert made == static_pages.pages() and not (tmp_path / "alive").exists()


MADE = dict.fromkeys((*runtime.FILES, "vpcedu.zip", build.LABORATORY), b"12345678")


def test_a_page_that_is_alive_has_all_of_the_page_to_read():
    """Each cell's text and pictures, and a policy before all that loads."""
    told, read = build.pages(MADE), static_pages.pages()
    assert set(told) == {*read, licences.PAGE, own_page.PAGE}
    for path in NOTEBOOKS:
        page, still = told[path.stem + ".html"], read[path.stem + ".html"]
        assert page.count("<img") == still.count("<img")
        assert page.count("A sentence is wrong?") == still.count("A sentence is wrong?") == 1
        assert page.count("<pre") == still.count("<pre")
        policy = page.index("Content-Security-Policy")
        assert policy < min(page.index("<link"), page.index("<script"), page.index("<style"))
        data = page.split('id="cells">')[1].split("</script>")[0]
        assert json.loads(data)["sources"] == code(path) and "<" not in data
        assert page.count('src="') - page.count('src="data:') == 1


def test_the_policy_names_no_other_host_and_no_eval():
    for word in ("http", "*", "'unsafe-eval'", "data: 'self'"):
        assert word not in lesson_pages.POLICY
    assert lesson_pages.POLICY.startswith("default-src 'none'; ")
    scripts = lesson_pages.POLICY.split("script-src ")[1].split(";")[0]
    assert scripts == "'self' blob: 'wasm-unsafe-eval'"


def test_what_a_page_brings_has_its_licence():
    page = licences.page()
    for words in ("Mozilla Public License Version 2.0", "PYTHON SOFTWARE FOUNDATION", "Emscripten"):
        assert words in page


def test_the_package_is_the_same_bytes_every_time_and_holds_what_a_page_needs():
    packed = pack.package()
    assert packed == pack.package()
    names = set(zipfile.ZipFile(BytesIO(packed)).namelist())
    assert {pack.STAND_IN, "vpcedu/__init__.py", "vpcedu/aws/example/vpcs.json"} <= names
    assert not [name for name in names if "__pycache__" in name]


def test_python_never_touches_the_page():
    """Nothing that runs in the browser imports Pyodide's ways into JavaScript."""
    for path in (lesson_cells.__file__, pack.HERE / "stand_in.py"):
        text = Path(path).read_text(encoding="utf-8")
        assert not re.search(r"(?m)^\s*(import|from) (js|pyodide)\b", text)
